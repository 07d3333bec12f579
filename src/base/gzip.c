/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/gzip.h"

#include "base/mem.h"

#include <limits.h>
#include <stdint.h>
#include <zlib.h>

enum { GZIP_WINDOW = 15 + 16, MEMORY_LEVEL = 8, PIECE = 16 * 1024 };

static voidpf take(voidpf ctx, uInt n, uInt size)
{
    (void)ctx;
    return mem_new(n, size);
}

static void give_back(voidpf ctx, voidpf p)
{
    (void)ctx;
    mem_free(p);
}

static bool run(z_stream *z, struct buf *out)
{
    unsigned char piece[PIECE];
    int state = Z_OK;
    while (state == Z_OK) {
        z->next_out = piece;
        z->avail_out = sizeof piece;
        state = deflate(z, Z_FINISH);
        if (state != Z_OK && state != Z_STREAM_END) break;
        buf_put(out, piece, sizeof piece - z->avail_out);
    }
    mem_wipe(piece, sizeof piece);
    return state == Z_STREAM_END && !out->too_long;
}

bool gzip_put(struct buf *out, struct text in, int level)
{
    size_t before = out->n;
    z_stream z = {.zalloc = take, .zfree = give_back};
    if (in.n > INT_MAX) return false;
    if (deflateInit2(&z, level, Z_DEFLATED, GZIP_WINDOW, MEMORY_LEVEL, Z_DEFAULT_STRATEGY) != Z_OK)
        return false;
    z.next_in = (Bytef *)(uintptr_t)in.p;
    z.avail_in = (uInt)in.n;
    bool ok = run(&z, out);
    (void)deflateEnd(&z);
    if (ok) return true;
    out->n = before;
    out->too_long = false;
    if (out->p != NULL) out->p[out->n] = '\0';
    return false;
}
