/* SPDX-License-Identifier: EUPL-1.2 */
/* The bytes of a linkage encoding (linkage/encode.h makes them): what is kept of a person's direct
 * identifiers so that records can be compared without them.
 *
 *   "DL" | format (2) | fingerprint of the key, its first bytes (4) | fields
 *   field   tag of the column (3) | kind, and number of items less one (2 and 6 bits) | items
 *   word    keyed hash (5) | marks (3 x 3) | length (1) | letter pairs (24) | pairs of the sound
 *   (8) number  keyed hash (5) | marks of its halves (2 x 3) | length (1) | digit pairs (24)
 *   birth   year (2) | what is known (1) | keyed hashes (4 x 2), of what is near (2 x 8)
 * Numbers have their least byte first. */
#ifndef DCIM_LINKAGE_ENCODING_H
#define DCIM_LINKAGE_ENCODING_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    ENCODING_MAX = 8192,
    ENCODING_FINGERPRINT = 8,
    ENCODING_TEXT_MAX = 2 * ENCODING_MAX,
    ENCODING_ITEMS = 64,   /* of a field */
    ENCODING_ITEM_MAX = 47 /* bytes */
};

enum encoding_kind { ENCODING_WORDS = 1, ENCODING_NUMBER, ENCODING_BIRTH };

enum { ENCODED_PAIRS = 3, ENCODED_SOUNDS = 1 }; /* of 64 bits */

struct encoded_word { /* or number: it has no sound, */
    uint64_t id;      /* 40 bits; equal for equal words alone, in practice */
    uint32_t mark[3]; /* 24 bits each: sound, consonants, beginning; of the id, halves */
    uint8_t n;        /* its length */
    uint64_t pairs[ENCODED_PAIRS]; /* Bloom filter */
    uint64_t sounds[ENCODED_SOUNDS];
};

enum { ENCODED_NEAR = 5 }; /* ways of being close: tens, units, exchanged, and one more or less */

struct encoded_birth {
    int16_t year;           /* 0: not known, and nothing else is */
    bool month, day, first; /* known; it is 1 January */
    uint16_t month_day;     /* one's month_day is another's day_month: exchanged */
    uint16_t day_month;
    uint16_t month_of_year, day_of_year;
    uint16_t near_day[ENCODED_NEAR];   /* 12 bits each, within year and month */
    uint16_t near_month[ENCODED_NEAR]; /* within year and day */
    /* Made of these when they are read: */
    uint32_t whole;
    uint32_t either; /* day and month in any order */
    uint32_t year_month, year_day;
};

/* ---- writing ---- */

void encoding_begin(struct buf *b, const uint8_t fingerprint[static ENCODING_FINGERPRINT]);
void encoding_field(struct buf *b, uint32_t tag, enum encoding_kind kind, size_t n);
/* The bytes of an item, to be put behind its field's head; returns how many. */
size_t encoding_word_bytes(uint8_t out[static ENCODING_ITEM_MAX], enum encoding_kind kind,
                           const struct encoded_word *w);
size_t encoding_birth_bytes(uint8_t out[static ENCODING_ITEM_MAX], const struct encoded_birth *x);

/* ---- reading ---- */

struct encoding_reader {
    struct text rest;
    uint32_t tag; /* of the field */
    enum encoding_kind kind;
    size_t n; /* items left in it */
};

/* False: no encoding of this format. */
bool encoding_open(struct encoding_reader *r, struct text bytes) MUST_CHECK;
/* The next field, past what is left of the one before. False at the end, or where the bytes are
 * damaged: then something is left in `rest`. */
bool encoding_next(struct encoding_reader *r) MUST_CHECK;
/* The next item of a field of words or numbers, of dates. False: none, or damaged. */
bool encoding_take_word(struct encoded_word *out, struct encoding_reader *r) MUST_CHECK;
bool encoding_take_birth(struct encoded_birth *out, struct encoding_reader *r) MUST_CHECK;

/* Of a column, by its name; 24 bits. */
uint32_t encoding_tag(const char *column);

/* Whether the bytes are an encoding made under the key of that fingerprint. ERR_INPUT
 * "encoding.damaged"; "encoding.other_key": made under another key. O(n). */
bool encoding_check(struct text bytes, const uint8_t fingerprint[static ENCODING_FINGERPRINT],
                    struct err *e) MUST_CHECK;

/* As a text for files (base 64), and back. False: no such text. */
struct text encoding_to_text(struct text bytes, struct arena *a);
bool encoding_from_text(struct text *bytes, struct text t, struct arena *a) MUST_CHECK;

#endif
