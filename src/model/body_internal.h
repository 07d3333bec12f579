/* SPDX-License-Identifier: EUPL-1.2 */
/* Shared by body.c, body_encode.c and body_number.c alone. */
#ifndef DCIM_MODEL_BODY_INTERNAL_H
#define DCIM_MODEL_BODY_INTERNAL_H

#include "base/cbor.h"
#include "model/body.h"

enum { /* of the format, see body.h */
    BODY_VERSION = 1,
    BODY_TAG_CODES = 0,
    BODY_TAG_DECIMAL = 9
};

enum {
    PIECE_SIZE = 16,    /* copied as a whole, whatever its length */
    UINT_PIECES = 2200, /* 0 to 2199: ages, counts, years */
    ARRAY_PIECES = 256,
    TEXT_PIECES = 24    /* heads of texts and byte strings of 0 to 23 bytes */
};

struct piece {
    char p[PIECE_SIZE - 1];
    unsigned char n;    /* 0: too long, encoded anew each time */
};

struct short_head { /* what a first byte says when it is the whole head */
    uint8_t kind;   /* enum cbor_kind; CBOR_BAD when more bytes belong to the head */
    uint8_t value;  /* number, bytes of a text, items of an array */
};

struct variable_pieces {
    struct piece number;
    const struct codelist *list; /* NULL: none */
    const struct piece *code;    /* by code_id */
    size_t n_code;               /* codes known when this was made; an open list may have more */
};

/* What bodies are made of. An import encodes, and opening a repository decodes, millions of rows made of
 * the same small pieces: variable numbers, codes, small integers, heads. base/cbor.h encodes each of them
 * once; bodies are put together from these and read with them, and all else goes through base/cbor.h. */
struct body_pieces {
    struct piece uint[UINT_PIECES];
    struct piece array[ARRAY_PIECES];
    struct piece text[TEXT_PIECES];
    struct piece bytes[TEXT_PIECES];
    struct short_head head[256]; /* by first byte */
    struct variable_pieces *variable; /* by var_id */
};

/* Everything comes from `a`. */
const struct body_pieces *body_pieces_make(const struct numbering *n, const struct dictionary *d,
                                           struct arena *a);

#endif
