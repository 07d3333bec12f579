/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/buf.h"

#include "base/mem.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

/* Capacities are computed as twice the size and one more: no maximum may be where that
 * overflows. */
#define MAX_OF_ALL (SIZE_MAX / 4)

void buf_init(struct buf *b, size_t max)
{
    *b = (struct buf){.max = max < MAX_OF_ALL ? max : MAX_OF_ALL};
}

void buf_init_wiped(struct buf *b, size_t max)
{
    buf_init(b, max);
    b->wipe = true;
}

void buf_release(struct buf *b)
{
    if (b->wipe) mem_wipe(b->p, b->cap);
    mem_free(b->p);
    *b = (struct buf){.max = b->max, .wipe = b->wipe};
}

void buf_clear(struct buf *b)
{
    if (b->wipe) mem_wipe(b->p, b->n);
    b->n = 0;
    b->too_long = false;
    if (b->p != NULL) b->p[0] = '\0';
}

/* Room for `n` more bytes and the NUL, or the failure noted. */
static bool buf_room(struct buf *b, size_t n)
{
    if (b->too_long) return false;
    if (n > b->max || b->n > b->max - n) {
        b->too_long = true;
        return false;
    }
    size_t need = b->n + n + 1;
    if (need <= b->cap) return true;
    size_t cap = b->cap < 64 ? 64 : b->cap * 2;
    if (cap < need) cap = need;
    if (cap > b->max + 1) cap = b->max + 1;
    if (b->wipe) {
        char *fresh = mem_new(cap, 1);
        if (b->n > 0) memcpy(fresh, b->p, b->n);
        mem_free_wiped(b->p, b->p == NULL ? 0 : b->cap);
        b->p = fresh;
    } else {
        b->p = mem_resize(b->p, cap, 1);
    }
    b->cap = cap;
    return true;
}

void buf_put(struct buf *b, const void *p, size_t n)
{
    if (!buf_room(b, n)) return;
    if (n > 0) memcpy(b->p + b->n, p, n);
    b->n += n;
    b->p[b->n] = '\0';
}

void buf_put_again(struct buf *b, size_t at, size_t n)
{
    assert(at <= b->n && n <= b->n - at);
    if (!buf_room(b, n)) return; /* it may have moved */
    if (n > 0) memcpy(b->p + b->n, b->p + at, n);
    b->n += n;
    b->p[b->n] = '\0';
}

void buf_puts(struct buf *b, const char *s)
{
    buf_put(b, s, strlen(s));
}

void buf_put_text(struct buf *b, struct text t)
{
    buf_put(b, t.p, t.n);
}

void buf_putc(struct buf *b, char c)
{
    buf_put(b, &c, 1);
}

void buf_vprintf(struct buf *b, const char *fmt, va_list ap)
{
    va_list again;
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, ap);
    if (n > 0 && buf_room(b, (size_t)n)) {
        vsnprintf(b->p + b->n, (size_t)n + 1, fmt, again);
        b->n += (size_t)n;
    }
    va_end(again);
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    buf_vprintf(b, fmt, ap);
    va_end(ap);
}

void buf_put_u8(struct buf *b, uint8_t v)
{
    buf_put(b, &v, 1);
}

void buf_put_u32le(struct buf *b, uint32_t v)
{
    unsigned char raw[4];
    for (int i = 0; i < 4; i++) raw[i] = (unsigned char)(v >> (8 * i));
    buf_put(b, raw, sizeof raw);
}

void buf_put_u64le(struct buf *b, uint64_t v)
{
    unsigned char raw[8];
    for (int i = 0; i < 8; i++) raw[i] = (unsigned char)(v >> (8 * i));
    buf_put(b, raw, sizeof raw);
}

struct text buf_text(const struct buf *b)
{
    return (struct text){b->p == NULL ? "" : b->p, b->n};
}

bool buf_ok(const struct buf *b, struct err *e)
{
    if (!b->too_long) return true;
    return err_set(e, ERR_LIMIT, "buf.too_long", "text would exceed its limit of %zu bytes",
                   b->max);
}
