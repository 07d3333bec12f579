/* SPDX-License-Identifier: EUPL-1.2 */
#include "store/archive.h"

#include "base/catalogue.h"

#include <assert.h>
#include <string.h>

bool archive_name_is_good(struct text name)
{
    struct text rest = name, piece;

    if (name.n == 0 || name.n > ARCHIVE_NAME || !text_is_utf8(name, NULL)) return false;
    for (size_t i = 0; i < name.n; i++)
        if ((unsigned char)name.p[i] < 0x20 || name.p[i] == 0x7f || name.p[i] == '\\') return false;
    while (text_split(&rest, '/', &piece))
        if (piece.n == 0 || text_is(piece, ".") || text_is(piece, "..")) return false;
    return true;
}

void archive_put_head(struct buf *out, struct text name, uint64_t size)
{
    assert(archive_name_is_good(name));
    buf_put_u8(out, (uint8_t)name.n);
    buf_put_u8(out, 0);
    buf_put_text(out, name);
    buf_put_u64le(out, size);
}

void archive_put_end(struct buf *out)
{
    buf_put(out, "\0", 2);
}

void archive_reader_init(struct archive_reader *r, const struct archive_events *on, void *ctx)
{
    *r = (struct archive_reader){.on = on, .ctx = ctx};
}

static bool damaged(struct err *e, const char *why)
{
    err_set(e, ERR_STORE, "archive.damaged", "could not read the content of the backup: %s",
            tr(why));
    return err_remedy(e, "use another backup");
}

/* Bytes that the head of a member has, as far as is known; 0: the name is too long. */
static size_t head_size(const struct archive_reader *r)
{
    if (r->n_head < 2) return 2;
    size_t name_n = (size_t)r->head[0] | (size_t)r->head[1] << 8;
    return name_n > ARCHIVE_NAME ? 0 : name_n == 0 ? 2 : 2 + name_n + 8;
}

static bool head_complete(struct archive_reader *r, struct err *e)
{
    size_t name_n = r->head[0];
    struct text name = {(const char *)r->head + 2, name_n};

    r->n_head = 0;
    if (name_n == 0) {
        r->ended = true;
        return true;
    }
    if (!archive_name_is_good(name)) return damaged(e, "it names a file as no backup does");
    if (++r->n_member > ARCHIVE_MEMBERS) return damaged(e, "it has too many files");
    r->left = 0;
    for (size_t i = 8; i > 0; i--) r->left = r->left << 8 | r->head[2 + name_n + i - 1];
    if (!r->on->begin(r->ctx, name, r->left, e)) return false;
    r->inside = r->left > 0;
    return r->inside ? true : r->on->end(r->ctx, e);
}

static bool feed_head(struct archive_reader *r, const uint8_t **p, const uint8_t *end,
                      struct err *e)
{
    for (;;) {
        size_t want = head_size(r);
        if (want == 0) return damaged(e, "a name in it is too long");
        if (r->n_head == want) return head_complete(r, e);
        if (*p == end) return true;
        size_t n = want - r->n_head;
        if (n > (size_t)(end - *p)) n = (size_t)(end - *p);
        memcpy(r->head + r->n_head, *p, n);
        r->n_head += n;
        *p += n;
    }
}

static bool feed_content(struct archive_reader *r, const uint8_t **p, const uint8_t *end,
                         struct err *e)
{
    size_t n = (size_t)(end - *p);
    if (n > r->left) n = (size_t)r->left;
    if (!r->on->data(r->ctx, *p, n, e)) return false;
    *p += n;
    r->left -= n;
    if (r->left > 0) return true;
    r->inside = false;
    return r->on->end(r->ctx, e);
}

bool archive_feed(struct archive_reader *r, const void *p, size_t n, struct err *e)
{
    const uint8_t *at = p, *end = at + n;

    while (at < end) {
        if (r->ended) return damaged(e, "there is more behind its end");
        if (!(r->inside ? feed_content(r, &at, end, e) : feed_head(r, &at, end, e))) return false;
    }
    return true;
}

bool archive_finished(const struct archive_reader *r, struct err *e)
{
    return r->ended ? true : damaged(e, "it ends too early");
}
