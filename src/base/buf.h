/* SPDX-License-Identifier: EUPL-1.2 */
/* The one growable buffer. It has a hard maximum and fails once, at the end: after the first
 * failure it swallows further calls, and buf_ok() tells. Always NUL-terminated behind its bytes. */
#ifndef DCIM_BASE_BUF_H
#define DCIM_BASE_BUF_H

#include "base/err.h"
#include "base/text.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf {
    char *p;        /* the bytes; NULL while empty; borrowed by readers until the next call */
    size_t n;       /* bytes used */
    size_t cap;
    size_t max;     /* hard maximum in bytes */
    bool too_long;  /* something was swallowed */
    bool wipe;      /* overwrite on growth and release: secrets, identifiers */
};

/* Make empty with a maximum of `max` bytes. Does not allocate. buf_init_wiped() for secrets. */
void buf_init(struct buf *b, size_t max);
void buf_init_wiped(struct buf *b, size_t max);
void buf_release(struct buf *b);
void buf_clear(struct buf *b); /* empty, keeps memory, forgets the failure */

void buf_put(struct buf *b, const void *p, size_t n);
/* The buffer's own `n` bytes from `at` on once more, at its end. */
void buf_put_again(struct buf *b, size_t at, size_t n);
void buf_puts(struct buf *b, const char *s);
void buf_put_text(struct buf *b, struct text t);
void buf_putc(struct buf *b, char c);
void buf_printf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void buf_vprintf(struct buf *b, const char *fmt, va_list ap) __attribute__((format(printf, 2, 0)));
void buf_put_u8(struct buf *b, uint8_t v);
void buf_put_u32le(struct buf *b, uint32_t v);
void buf_put_u64le(struct buf *b, uint64_t v);

struct text buf_text(const struct buf *b); /* borrows */

/* True when everything went in; else sets ERR_LIMIT "buf.too_long". */
bool buf_ok(const struct buf *b, struct err *e) MUST_CHECK;

#endif
