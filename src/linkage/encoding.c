/* SPDX-License-Identifier: EUPL-1.2 */
#include "linkage/encoding.h"

#include "base/base64.h"

#include <assert.h>
#include <string.h>

enum {
    FORMAT = 2,
    FINGERPRINT = 4, /* bytes of it */
    HEAD = 3 + FINGERPRINT,
    ID = 5,
    MARK = 3,
    TAG = 3,
    WORD = ID + 3 * MARK + 1 + 8 * (ENCODED_PAIRS + ENCODED_SOUNDS),
    NUMBER = ID + 2 * MARK + 1 + 8 * ENCODED_PAIRS,
    NEAR = 12, /* bits */
    BIRTH = 2 + 1 + 4 * 2 + 2 * 8
};
_Static_assert((int)WORD == (int)ENCODING_ITEM_MAX, "a word is the longest item");

/* ---- writing ---- */

static uint8_t *put(uint8_t *to, uint64_t v, size_t n)
{
    for (size_t i = 0; i < n; i++) *to++ = (uint8_t)(v >> (8 * i));
    return to;
}

void encoding_begin(struct buf *b, const uint8_t fingerprint[static ENCODING_FINGERPRINT])
{
    buf_put(b, (uint8_t[]){'D', 'L', FORMAT}, 3);
    buf_put(b, fingerprint, FINGERPRINT);
}

void encoding_field(struct buf *b, uint32_t tag, enum encoding_kind kind, size_t n)
{
    uint8_t bytes[TAG + 1];
    put(put(bytes, tag, TAG), (uint64_t)kind << 6 | (n - 1), 1);
    assert(n > 0 && n <= ENCODING_ITEMS);
    buf_put(b, bytes, sizeof bytes);
}

size_t encoding_word_bytes(uint8_t out[static ENCODING_ITEM_MAX], enum encoding_kind kind,
                           const struct encoded_word *w)
{
    bool number = kind == ENCODING_NUMBER;
    uint8_t *at = put(out, w->id, ID);
    for (size_t i = number; i < 3; i++) at = put(at, w->mark[i], MARK);
    *at++ = w->n;
    for (size_t i = 0; i < ENCODED_PAIRS; i++) at = put(at, w->pairs[i], 8);
    for (size_t i = 0; i < (number ? 0 : ENCODED_SOUNDS); i++) at = put(at, w->sounds[i], 8);
    return (size_t)(at - out);
}

static uint64_t joined(const uint16_t near[static ENCODED_NEAR])
{
    uint64_t v = 0;
    for (size_t i = 0; i < ENCODED_NEAR; i++)
        v |= (uint64_t)(near[i] & ((1 << NEAR) - 1)) << (NEAR * i);
    return v;
}

size_t encoding_birth_bytes(uint8_t out[static ENCODING_ITEM_MAX], const struct encoded_birth *x)
{
    uint8_t *at = put(out, (uint16_t)x->year, 2);
    *at++ = (uint8_t)(x->month | x->day << 1 | x->first << 2);
    const uint16_t part[] = {x->month_day, x->day_month, x->month_of_year, x->day_of_year};
    for (size_t i = 0; i < sizeof part / sizeof part[0]; i++) at = put(at, part[i], 2);
    at = put(at, joined(x->near_day), 8);
    at = put(at, joined(x->near_month), 8);
    return (size_t)(at - out);
}

/* ---- reading ---- */

/* Of bytes that are there. */
static uint64_t take(struct text *t, size_t n)
{
    uint64_t v = 0;
    for (size_t i = 0; i < n; i++) v |= (uint64_t)(uint8_t)t->p[i] << (8 * i);
    t->p += n;
    t->n -= n;
    return v;
}

static size_t size_of(enum encoding_kind kind)
{
    switch (kind) {
    case ENCODING_WORDS: return WORD;
    case ENCODING_NUMBER: return NUMBER;
    case ENCODING_BIRTH: return BIRTH;
    }
    return 0;
}

bool encoding_open(struct encoding_reader *r, struct text bytes)
{
    *r = (struct encoding_reader){.rest = bytes};
    if (bytes.n < HEAD || bytes.n > ENCODING_MAX || memcmp(bytes.p, "DL", 2) != 0 ||
        bytes.p[2] != FORMAT)
        return false;
    r->rest = (struct text){bytes.p + HEAD, bytes.n - HEAD};
    return true;
}

bool encoding_next(struct encoding_reader *r)
{
    struct text rest = r->rest;
    size_t left = r->n * size_of(r->kind);
    if (left > rest.n) return false;
    rest.p += left;
    rest.n -= left;
    r->rest = rest;
    r->n = 0;
    if (rest.n < TAG + 1) return false;
    r->tag = (uint32_t)take(&rest, TAG);
    size_t head = (size_t)take(&rest, 1), kind = head >> 6, n = (head & 63) + 1;
    if (kind < ENCODING_WORDS || n * size_of((enum encoding_kind)kind) > rest.n) return false;
    r->rest = rest;
    r->kind = (enum encoding_kind)kind;
    r->n = n;
    return true;
}

bool encoding_take_word(struct encoded_word *out, struct encoding_reader *r)
{
    bool number = r->kind == ENCODING_NUMBER;
    *out = (struct encoded_word){0};
    if (r->n == 0 || r->kind == ENCODING_BIRTH || r->rest.n < size_of(r->kind)) return false;
    out->id = take(&r->rest, ID);
    out->mark[0] = (uint32_t)out->id;
    for (size_t i = number; i < 3; i++) out->mark[i] = (uint32_t)take(&r->rest, MARK);
    out->n = (uint8_t)take(&r->rest, 1);
    for (size_t i = 0; i < ENCODED_PAIRS; i++) out->pairs[i] = take(&r->rest, 8);
    for (size_t i = 0; i < (number ? 0 : ENCODED_SOUNDS); i++) out->sounds[i] = take(&r->rest, 8);
    r->n--;
    return true;
}

static void part_near(uint16_t out[static ENCODED_NEAR], uint64_t v)
{
    for (size_t i = 0; i < ENCODED_NEAR; i++)
        out[i] = (uint16_t)(v >> (NEAR * i) & ((1 << NEAR) - 1));
}

/* The hashes of the parts are made under the year, so they say together which date it is. */
static void derive(struct encoded_birth *x)
{
    uint32_t a = x->month_day, b = x->day_month, year = (uint32_t)(uint16_t)x->year << 16;
    x->whole = (uint32_t)x->month_of_year << 16 | x->day_of_year;
    x->either = a < b ? a << 16 | b : b << 16 | a;
    x->year_month = year | x->month_of_year;
    x->year_day = year | x->day_of_year;
}

bool encoding_take_birth(struct encoded_birth *out, struct encoding_reader *r)
{
    *out = (struct encoded_birth){0};
    if (r->n == 0 || r->kind != ENCODING_BIRTH || r->rest.n < size_of(r->kind)) return false;
    out->year = (int16_t)(uint16_t)take(&r->rest, 2);
    unsigned known = (unsigned)take(&r->rest, 1);
    out->month = (known & 1) != 0;
    out->day = (known & 2) != 0;
    out->first = (known & 4) != 0;
    uint16_t *const part[] = {&out->month_day, &out->day_month, &out->month_of_year,
                              &out->day_of_year};
    for (size_t i = 0; i < sizeof part / sizeof part[0]; i++)
        *part[i] = (uint16_t)take(&r->rest, 2);
    part_near(out->near_day, take(&r->rest, 8));
    part_near(out->near_month, take(&r->rest, 8));
    derive(out);
    r->n--;
    return true;
}

/* FNV-1a (Fowler, Noll, Vo 1991): names of columns are few and known. */
uint32_t encoding_tag(const char *column)
{
    uint32_t h = 2166136261u;
    for (const char *c = column; *c != '\0'; c++) h = (h ^ (uint8_t)*c) * 16777619u;
    return (h ^ h >> 24) & 0xffffff;
}

bool encoding_check(struct text bytes, const uint8_t fingerprint[static ENCODING_FINGERPRINT],
                    struct err *e)
{
    struct encoding_reader r;
    bool ok = encoding_open(&r, bytes);
    if (ok && memcmp(bytes.p + 3, fingerprint, FINGERPRINT) != 0) {
        err_set(e, ERR_INPUT, "encoding.other_key",
                "this linkage encoding was made with another key than this repository's");
        return err_remedy(e, "ask for the present linkage key, and encode the file again");
    }
    while (ok && encoding_next(&r)) {}
    if (ok && r.rest.n == 0) return true;
    err_set(e, ERR_INPUT, "encoding.damaged", "this is not a linkage encoding, or it is damaged");
    return err_remedy(e, "encode the file again, and do not change column match_key");
}

struct text encoding_to_text(struct text bytes, struct arena *a)
{
    struct buf b;
    buf_init(&b, ENCODING_TEXT_MAX);
    base64_put(&b, bytes);
    struct text out = {arena_copy(a, b.p, b.n), b.n};
    buf_release(&b);
    return out;
}

bool encoding_from_text(struct text *bytes, struct text t, struct arena *a)
{
    struct buf b;
    *bytes = (struct text){0};
    if (t.n > ENCODING_TEXT_MAX) return false;
    buf_init(&b, ENCODING_MAX);
    bool ok = base64_take(&b, t) && !b.too_long;
    if (ok) *bytes = (struct text){arena_copy(a, b.p, b.n), b.n};
    buf_release(&b);
    return ok;
}
