/* SPDX-License-Identifier: EUPL-1.2 */
/* The table builder over the desk: its form, a table with its chart, and the table as a file in
 * pieces, for the desk has no file to hand over and a message holds no more than a megabyte. */
#include "service/explore.h"

#include "base/file.h"
#include "base/text.h"

#include <string.h>
#include <unistd.h>

enum { DOWNLOAD_LONGEST = 32 * 1024 * 1024, PIECE = 690 * 1024, DIGEST = 16 };

bool op_explore_variables(struct call *c, struct err *e)
{
    const struct form *f;
    struct json *builder;
    if (!explore_builder(&builder, &f, c, c->in, e)) return false;
    json_set(c->out, "builder", builder);
    return true;
}

/* A button that only changes what is offered asks for no table. */
static bool only_changes(const struct json *in)
{
    const char *act = json_get_text(in, "do", "table");
    return strcmp(act, "table") != 0;
}

static bool show(struct call *c, bool raw, struct err *e)
{
    if (!only_changes(c->in)) return explore_show(c, c->in, raw, true, e);
    c->event.action = AUDIT_NONE;
    return op_explore_variables(c, e);
}

bool op_explore_table(struct call *c, struct err *e)
{
    return show(c, false, e);
}

bool op_explore_raw(struct call *c, struct err *e)
{
    return show(c, true, e);
}

/* ---------------------------------------------------------------- files */

/* A workbook is made as a file, in the repository's own folder, and is gone when it has been
 * read. */
static bool make_workbook(struct buf *out, struct call *c, const struct counted *t, struct err *e)
{
    uint8_t random[DIGEST];
    char name[2 * DIGEST + 1];
    crypto_random(random, sizeof random);
    crypto_hex(name, random, sizeof random);
    const char *path = arena_printf(c->arena, "%s/.table-%s.xlsx", c->s->options.repository, name);
    bool ok = table_write_xlsx(path, &t->release, &t->words, e) &&
              file_read(out, path, DOWNLOAD_LONGEST, e);
    (void)unlink(path);
    return ok;
}

static bool make_file(struct buf *out, struct call *c, const struct counted *t, const char *format,
                      struct err *e)
{
    if (strcmp(format, "xlsx") == 0) return make_workbook(out, c, t, e);
    if (strcmp(format, "csv") == 0) {
        table_write_csv(out, &t->release, &t->words);
    } else {
        struct json *j = table_write_json(&t->release, &t->words);
        json_write(out, j, true);
        json_free(j);
    }
    return buf_ok(out, e);
}

/* RFC 4648, section 4. */
static void put_base64(struct buf *out, struct text t)
{
    static const char letter[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < t.n; i += 3) {
        size_t n = t.n - i < 3 ? t.n - i : 3;
        uint32_t three = 0;
        for (size_t k = 0; k < 3; k++)
            three = three << 8 | (k < n ? (unsigned char)t.p[i + k] : 0u);
        for (size_t k = 0; k < 4; k++)
            buf_putc(out, k <= n ? letter[three >> (18 - 6 * k) & 63] : '=');
    }
}

static bool give_piece(struct call *c, struct text file, struct err *e)
{
    uint8_t hash[DIGEST];
    char digest[2 * DIGEST + 1];
    const char *wanted = json_get_text(c->in, "digest", "");
    size_t offset = (size_t)json_get_int(c->in, "offset", 0);
    crypto_hash(hash, sizeof hash, file.p, file.n, NULL);
    crypto_hex(digest, hash, sizeof hash);
    if (offset > file.n || (wanted[0] != '\0' && strcmp(wanted, digest) != 0)) {
        err_set(e, ERR_CONFLICT, "explore.changed",
                "the table has changed since its download began");
        return err_remedy(e, "begin the download again");
    }
    if (!json_has(c->in, "offset") && file.n > PIECE) {
        err_set(e, ERR_LIMIT, "explore.too_large", "the file is too large to be handed over at once");
        return err_remedy(e, "use fewer or coarser variables, or take it in pieces by the API");
    }
    size_t n = file.n - offset < PIECE ? file.n - offset : PIECE;
    struct buf text;
    buf_init(&text, 2 * PIECE);
    put_base64(&text, (struct text){file.p + offset, n});
    json_set(c->out, "base64", json_text(buf_text(&text)));
    buf_release(&text);
    json_set_text(c->out, "digest", digest);
    json_set_int(c->out, "size", (int64_t)file.n);
    json_set_int(c->out, "offset", (int64_t)offset);
    json_set_int(c->out, "next", offset + n < file.n ? (int64_t)(offset + n) : -1);
    return true;
}

static const char *type_of(const char *format)
{
    if (strcmp(format, "csv") == 0) return "text/csv; charset=utf-8";
    if (strcmp(format, "json") == 0) return "application/json";
    return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
}

bool op_explore_download(struct call *c, struct err *e)
{
    const char *format = json_get_text(c->in, "format", "xlsx");
    const struct form *f;
    struct json *builder, *p;
    struct counted t;
    if (!explore_builder(&builder, &f, c, c->in, e)) return false;
    json_free(builder);
    if (!explore_parameters(&p, c, f, c->in, e)) return false;
    struct call sub = *c;
    struct buf file;
    sub.in = p;
    buf_init(&file, DOWNLOAD_LONGEST);
    bool ok = call_count(&t, &sub, false, e) && make_file(&file, &sub, &t, format, e) &&
              give_piece(c, buf_text(&file), e);
    c->denied = c->denied || sub.denied;
    if (ok) {
        c->event.object_type = "table";
        c->event.object_id = f->name;
        c->event.fields = sub.event.fields;
        c->event.count = sub.event.count;
        json_set_text(c->out, "format", format);
        json_set_text(c->out, "type", type_of(format));
        json_set_text(c->out, "name",
                      arena_printf(c->arena, "%s-%s.%s", f->name, t.words.made_on, format));
    }
    buf_release(&file);
    json_free(p);
    return ok;
}
