/* SPDX-License-Identifier: EUPL-1.2 */
/* Pages without a server: render SOURCE GALLERY OUT fills, for each GALLERY/<x>.json, the template
 * GALLERY/<x>.html (with the parts of SOURCE/src/web/pages) and writes OUT/<x>.html; the assets go
 * to OUT/assets/. GALLERY/page.json is `page` of all of them; a document's own `page` adds to
 * it. */
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/template.h"
#include "web/asset.h"
#include "web/asset_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_MAX = 4 * 1024 * 1024, PATH_SIZE = 1000, TEMPLATES_MAX = 900 };

static struct template_source source[TEMPLATES_MAX];
static size_t n_source;

static bool load(struct buf *out, const char *folder, const char *name, struct err *e)
{
    char path[PATH_SIZE];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    buf_init(out, TEXT_MAX);
    if (!file_read(out, path, TEXT_MAX, e)) return false;
    buf_putc(out, '\0');
    return buf_ok(out, e);
}

static bool save(const char *folder, const char *name, const char *ending, struct text t,
                 struct err *e)
{
    char path[PATH_SIZE];
    snprintf(path, sizeof path, "%s/%s%s", folder, name, ending);
    return file_write(path, t, e);
}

/* Those of the gallery are named gallery-<x>: a page of the program has the same name sometimes.
 * Text and name live to the program's end. */
static bool load_templates(const char *folder, const char *before, struct err *e)
{
    struct file_names files;
    char name[PATH_SIZE];
    if (!folder_list(&files, folder, e)) return false;
    for (size_t i = 0; i < files.n; i++) {
        size_t n = strlen(files.name[i]);
        struct buf text;
        if (n < 6 || strcmp(files.name[i] + n - 5, ".html") != 0) continue;
        if (n_source == TEMPLATES_MAX)
            return err_set(e, ERR_LIMIT, "render.many", "over %d templates", TEMPLATES_MAX);
        if (!load(&text, folder, files.name[i], e)) return false;
        snprintf(name, sizeof name, "%s%.*s", before, (int)(n - 5), files.name[i]);
        source[n_source++] =
            (struct template_source){mem_text(name, strlen(name)), (const char *)text.p};
    }
    file_names_free(&files);
    return true;
}

static bool document(struct json **out, const char *folder, const char *name, struct err *e)
{
    struct buf text;
    bool ok = load(&text, folder, name, e) && json_parse(out, text_of((const char *)text.p), e);
    buf_release(&text);
    return ok;
}

static bool render(const struct template_set *set, const char *gallery, const char *name,
                   const struct json *common, const char *folder, struct err *e)
{
    char file[PATH_SIZE], page_name[PATH_SIZE];
    struct json *j = NULL;
    struct buf out;
    snprintf(file, sizeof file, "%s.json", name);
    snprintf(page_name, sizeof page_name, "gallery-%s", name);
    if (!document(&j, gallery, file, e)) return false;
    struct json *page = json_copy(common);
    const struct json *own = json_get(j, "page"), *value;
    const char *key;
    for (size_t i = 0; own != NULL && i < json_size(own); i++) {
        value = json_member(own, i, &key);
        json_set(page, key, json_copy(value));
    }
    json_set(page, "assets", asset_document());
    json_set(j, "page", page);
    buf_init(&out, TEXT_MAX);
    bool ok = template_render(&out, set, page_name, j, e) &&
              save(folder, name, ".html", (struct text){(const char *)out.p, out.n}, e);
    buf_release(&out);
    json_free(j);
    return ok;
}

static bool all(const char *root, const char *gallery, const char *folder, struct err *e)
{
    char path[PATH_SIZE];
    struct template_set *set = NULL;
    struct json *common = NULL;
    struct file_names files;

    snprintf(path, sizeof path, "%s/src/web/pages", root);
    if (!load_templates(path, "", e) || !load_templates(gallery, "gallery-", e)) return false;
    if (!template_set_new(&set, source, n_source, e)) return false;
    snprintf(path, sizeof path, "%s/assets", folder);
    if (!folder_make(path, e)) return false;
    for (size_t i = 0; i < asset_count; i++)
        if (!save(folder, assets[i].address, "",
                  (struct text){(const char *)assets[i].data, assets[i].n}, e))
            return false;
    bool ok = document(&common, gallery, "page.json", e) && folder_list(&files, gallery, e);
    for (size_t i = 0; ok && i < files.n; i++) {
        char *dot = strstr(files.name[i], ".json");
        if (dot == NULL || strcmp(files.name[i], "page.json") == 0) continue;
        *dot = '\0';
        ok = render(set, gallery, files.name[i], common, folder, e);
        if (!ok) fprintf(stderr, "render: %s\n", files.name[i]);
    }
    if (ok) file_names_free(&files);
    json_free(common);
    template_set_free(set);
    return ok;
}

int main(int argc, char **argv)
{
    struct err e = {0};
    if (argc != 4) {
        fputs("usage: render SOURCE GALLERY OUT\n", stderr);
        return 2;
    }
    if (all(argv[1], argv[2], argv[3], &e)) return 0;
    fprintf(stderr, "render: %s\n", e.msg);
    return 1;
}
