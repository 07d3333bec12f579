/* SPDX-License-Identifier: EUPL-1.2 */
/* `dcim handbook`: the pages of docs/handbook, on the terminal as they are written, or as HTML to
 * be read in a browser. They lie beside the data folder, in ../docs/handbook. */
#include "cli/command.h"

#include "base/arena.h"
#include "base/catalogue.h"
#include "base/file.h"
#include "base/markdown.h"
#include "cli/terminal.h"

#include <stdio.h>
#include <string.h>

enum { PAGE_MAX = 1 << 20, DOCUMENT_MAX = 8 << 20, PAGES_MAX = 200 };

static const char place[] = "../docs/handbook";

struct handbook {
    const struct invocation *v;
    struct arena *a;
    const char *folder;
    const char *page[PAGES_MAX]; /* "collecting", "national/pt" */
    size_t n;
};

static bool add_pages(struct handbook *h, const char *below, struct err *e)
{
    struct file_names names = {0};
    if (!folder_list(&names, arena_printf(h->a, "%s/%s", h->folder, below), e)) return false;
    for (size_t i = 0; i < names.n && h->n < PAGES_MAX; i++) {
        struct text name = text_of(names.name[i]);
        if (!text_ends(name, TEXT(".md"))) continue;
        h->page[h->n++] =
            arena_printf(h->a, "%s%.*s", below, (int)(name.n - strlen(".md")), name.p);
    }
    file_names_free(&names);
    return true;
}

static bool find_pages(struct handbook *h, struct err *e)
{
    const char *data;
    if (!data_folder_find(&data, h->v, arena_printf(h->a, "%s/index.md", place), h->a, e))
        return false;
    h->folder = arena_printf(h->a, "%s/%s", data, place);
    return add_pages(h, "", e) && add_pages(h, "national/", e);
}

static bool read_page(struct buf *out, const struct handbook *h, const char *page, struct err *e)
{
    return file_read(out, arena_printf(h->a, "%s/%s.md", h->folder, page), PAGE_MAX, e);
}

/* "collecting#consent" is page collecting. */
static bool known(const char **out, struct handbook *h, const char *wanted, struct err *e)
{
    struct text rest = text_of(wanted), page;
    (void)text_split(&rest, '#', &page);
    if (text_ends(page, TEXT(".md"))) page.n -= strlen(".md");
    for (size_t i = 0; i < h->n; i++)
        if (text_is(page, h->page[i])) {
            *out = h->page[i];
            return true;
        }
    err_set(e, ERR_NOT_FOUND, "handbook.page", "the handbook has no page %s", wanted);
    return err_remedy(e, "`dcim handbook` shows where to begin, and names the pages");
}

/* The template escapes all it is given, so the page's HTML takes the place of a mark in what it
 * made. */
static bool page_html(struct buf *out, struct handbook *h, const char *page, struct err *e)
{
    static const char mark[] = "@the-page@";
    struct buf markdown, body, whole;
    struct json *document = json_object(), *pages = json_array();
    size_t at = 0;
    buf_init(&markdown, PAGE_MAX);
    buf_init(&body, DOCUMENT_MAX);
    buf_init(&whole, DOCUMENT_MAX);
    for (size_t i = 0; i < h->n; i++) {
        struct json *row = json_object();
        json_set_text(row, "name", h->page[i]);
        json_push(pages, row);
    }
    json_set_text(document, "page", page);
    json_set_text(document, "up", strchr(page, '/') != NULL ? "../" : "");
    json_set(document, "pages", pages);
    json_set_text(document, "body", mark);
    bool ok = read_page(&markdown, h, page, e) && markdown_to_html(&body, buf_text(&markdown), e) &&
              fill_page(&whole, h->v, "handbook", document, e);
    if (ok && text_find(buf_text(&whole), text_of(mark), &at)) {
        buf_put(out, whole.p, at);
        buf_put_text(out, buf_text(&body));
        buf_put(out, whole.p + at + strlen(mark), whole.n - at - strlen(mark));
        ok = buf_ok(out, e);
    }
    buf_release(&markdown);
    buf_release(&body);
    buf_release(&whole);
    json_free(document);
    return ok;
}

static bool write_all(struct handbook *h, const char *folder, struct err *e)
{
    if (!folder_make(arena_printf(h->a, "%s/national", folder), e)) return false;
    for (size_t i = 0; i < h->n; i++) {
        struct buf page;
        buf_init(&page, DOCUMENT_MAX);
        bool ok =
            page_html(&page, h, h->page[i], e) &&
            file_write(arena_printf(h->a, "%s/%s.html", folder, h->page[i]), buf_text(&page), e);
        buf_release(&page);
        if (!ok) return false;
    }
    printf(tr_n("%zu page written to ", "%zu pages written to ", (int64_t)h->n), h->n);
    terminal_puts(folder);
    putchar('\n');
    return true;
}

static bool show_one(struct handbook *h, const char *wanted, struct err *e)
{
    const char *page;
    struct buf text;
    if (!known(&page, h, wanted, e)) return false;
    buf_init(&text, PAGE_MAX);
    bool ok = read_page(&text, h, page, e);
    if (ok && text.n > 0) fwrite(text.p, 1, text.n, stdout);
    buf_release(&text);
    if (!ok || strcmp(page, "index") != 0) return ok;
    printf("\n%s\n", tr("Pages:"));
    for (size_t i = 0; i < h->n; i++) printf("  dcim handbook %s\n", h->page[i]);
    return true;
}

int run_handbook(struct invocation *v)
{
    struct handbook h = {.v = v, .a = arena_new(ARENA_PLAIN)};
    struct err e = {0};
    const char *folder = json_get_text(v->own, "html", "");
    bool ok = find_pages(&h, &e);
    if (ok && folder[0] != '\0') ok = write_all(&h, folder, &e);
    else if (ok) ok = show_one(&h, json_get_text(v->own, "PAGE", "index"), &e);
    arena_free(h.a);
    return ok ? 0 : report_error(v, NULL, &e);
}
