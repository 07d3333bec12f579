/* SPDX-License-Identifier: EUPL-1.2 */
/* The door to libcbor: deterministic CBOR (RFC 8949) for record bodies and audit entries. Writing
 * uses shortest forms; reading is streaming, definite lengths only, depth 8. */
#ifndef DCIM_BASE_CBOR_H
#define DCIM_BASE_CBOR_H

#include "base/buf.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void cbor_put_uint(struct buf *b, uint64_t v);
void cbor_put_int(struct buf *b, int64_t v);
void cbor_put_double(struct buf *b, double v);
void cbor_put_text(struct buf *b, struct text t);
void cbor_put_bytes(struct buf *b, const void *p, size_t n);
void cbor_put_array(struct buf *b, size_t n_item);
void cbor_put_map(struct buf *b, size_t n_pair);
void cbor_put_bool(struct buf *b, bool v);
void cbor_put_null(struct buf *b);

enum cbor_kind { CBOR_END, CBOR_UINT, CBOR_INT, CBOR_DOUBLE, CBOR_TEXT, CBOR_BYTES, CBOR_ARRAY,
                 CBOR_MAP, CBOR_BOOL, CBOR_NULL, CBOR_BAD };

enum { CBOR_DEPTH_MAX = 8 };

struct cbor_reader { /* over memory that outlives it */
    const unsigned char *p;
    size_t n, at;
    unsigned depth;                   /* containers open around the next item */
    bool bad;
    uint64_t left[CBOR_DEPTH_MAX + 1]; /* items still to come in each of them */
};

struct cbor_item {
    enum cbor_kind kind;
    uint64_t u;        /* UINT; items of an ARRAY, pairs of a MAP; BOOL 0 or 1 */
    int64_t i;         /* INT (negative) and UINT that fit */
    double d;
    struct text text;  /* TEXT and BYTES, borrowed from the input */
};

void cbor_reader_init(struct cbor_reader *r, const void *p, size_t n);
/* The next item: containers give their head only, their items follow. CBOR_END behind the last
 * byte; CBOR_BAD for anything malformed, indefinite, tagged or not UTF-8, for a container that holds
 * less than its head says or lies deeper than CBOR_DEPTH_MAX, and ever after. A head never promises
 * more items than bytes are left, so what it says can be allocated. Texts hold no NUL. */
struct cbor_item cbor_next(struct cbor_reader *r);

#endif
