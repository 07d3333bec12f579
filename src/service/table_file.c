/* SPDX-License-Identifier: EUPL-1.2 */
#include "service/table_file.h"

#include "base/base64.h"
#include "base/file.h"

#include <string.h>
#include <unistd.h>

enum { PIECE = 690 * 1024, DIGEST = 16 };

/* A workbook is made as a file, in the repository's own folder, and is gone when it has been
 * read. */
static bool make_workbook(struct buf *out, struct call *c, const struct release *r,
                          const struct table_words *w, struct err *e)
{
    uint8_t random[DIGEST];
    char name[2 * DIGEST + 1];
    crypto_random(random, sizeof random);
    crypto_hex(name, random, sizeof random);
    const char *path = arena_printf(c->arena, "%s/.table-%s.xlsx", c->s->options.repository, name);
    bool ok = table_write_xlsx(path, r, w, e) && file_read(out, path, TABLE_FILE_MAX, e);
    (void)unlink(path);
    return ok;
}

bool table_file_make(struct buf *out, struct call *c, const struct release *r,
                     const struct table_words *w, const char *format, struct err *e)
{
    if (strcmp(format, "xlsx") == 0) return make_workbook(out, c, r, w, e);
    if (strcmp(format, "csv") == 0) {
        table_write_csv(out, r, w);
    } else {
        struct json *j = table_write_json(r, w);
        json_write(out, j, true);
        json_free(j);
    }
    return buf_ok(out, e);
}

bool table_file_give(struct call *c, struct text file, struct err *e)
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
        err_set(e, ERR_LIMIT, "explore.too_large",
                "the file is too large to be handed over at once");
        return err_remedy(e, "use fewer or coarser variables, or take it in pieces by the API");
    }
    size_t n = file.n - offset < PIECE ? file.n - offset : PIECE;
    struct buf text;
    buf_init(&text, 2 * PIECE);
    base64_put(&text, (struct text){file.p + offset, n});
    json_set(c->out, "base64", json_text(buf_text(&text)));
    buf_release(&text);
    json_set_text(c->out, "digest", digest);
    json_set_int(c->out, "size", (int64_t)file.n);
    json_set_int(c->out, "offset", (int64_t)offset);
    json_set_int(c->out, "next", offset + n < file.n ? (int64_t)(offset + n) : -1);
    return true;
}

const char *table_file_type(const char *format)
{
    if (strcmp(format, "csv") == 0) return "text/csv; charset=utf-8";
    if (strcmp(format, "json") == 0) return "application/json";
    return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
}
