/* SPDX-License-Identifier: EUPL-1.2 */
#include "linkage/encoding.h"

#include "base/base64.h"

#include <string.h>

enum { FORMAT = 1, HEAD = 3 + ENCODING_FINGERPRINT, NUMBER_PAIRS = ENCODED_PAIRS / 2 };

/* ---- writing ---- */

void encoding_begin(struct buf *b, const uint8_t fingerprint[static ENCODING_FINGERPRINT])
{
    buf_put(b, (uint8_t[]){'D', 'L', FORMAT}, 3);
    buf_put(b, fingerprint, ENCODING_FINGERPRINT);
}

void encoding_field(struct buf *b, uint32_t tag, enum encoding_kind kind, size_t n)
{
    buf_put_u32le(b, tag);
    buf_put_u8(b, (uint8_t)kind);
    buf_put_u8(b, (uint8_t)n);
}

void encoding_put_word(struct buf *b, enum encoding_kind kind, const struct encoded_word *w)
{
    bool number = kind == ENCODING_NUMBER;
    buf_put_u64le(b, w->id);
    for (size_t i = 0; i < 3; i++) buf_put_u32le(b, w->mark[i]);
    buf_put_u8(b, w->n);
    for (size_t i = 0; i < (number ? NUMBER_PAIRS : ENCODED_PAIRS); i++) buf_put_u64le(b, w->pairs[i]);
    for (size_t i = 0; i < (number ? 0 : ENCODED_SOUNDS); i++) buf_put_u64le(b, w->sounds[i]);
}

void encoding_put_birth(struct buf *b, const struct encoded_birth *x)
{
    buf_put_u8(b, (uint8_t)((uint16_t)x->year & 0xff));
    buf_put_u8(b, (uint8_t)((uint16_t)x->year >> 8));
    buf_put_u8(b, (uint8_t)(x->month | x->day << 1 | x->first << 2));
    const uint32_t part[] = {x->whole,     x->either,     x->month_day,
                             x->day_month, x->year_month, x->year_day};
    for (size_t i = 0; i < sizeof part / sizeof part[0]; i++) buf_put_u32le(b, part[i]);
    for (size_t i = 0; i < ENCODED_NEAR; i++) buf_put_u32le(b, x->near_day[i]);
    for (size_t i = 0; i < ENCODED_NEAR; i++) buf_put_u32le(b, x->near_month[i]);
}

/* ---- reading ---- */

static bool take(uint64_t *out, struct text *t, size_t n)
{
    *out = 0;
    if (t->n < n) return false;
    for (size_t i = 0; i < n; i++) *out |= (uint64_t)(uint8_t)t->p[i] << (8 * i);
    t->p += n;
    t->n -= n;
    return true;
}

static bool take32(uint32_t *out, struct text *t)
{
    uint64_t v;
    bool ok = take(&v, t, 4);
    *out = (uint32_t)v;
    return ok;
}

static size_t size_of(enum encoding_kind kind)
{
    switch (kind) {
    case ENCODING_WORDS: return 8 + 3 * 4 + 1 + 8 * (ENCODED_PAIRS + ENCODED_SOUNDS);
    case ENCODING_NUMBER: return 8 + 3 * 4 + 1 + 8 * NUMBER_PAIRS;
    case ENCODING_BIRTH: return 3 + 4 * (6 + 2 * ENCODED_NEAR);
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
    uint64_t kind = 0, n = 0;
    size_t left = r->n * size_of(r->kind);
    if (left > rest.n) return false;
    rest.p += left;
    rest.n -= left;
    r->rest = rest;
    r->n = 0;
    if (rest.n == 0) return false;
    if (!take32(&r->tag, &rest) || !take(&kind, &rest, 1) || !take(&n, &rest, 1) ||
        kind < ENCODING_WORDS || kind > ENCODING_BIRTH || n == 0 ||
        n * size_of((enum encoding_kind)kind) > rest.n)
        return false;
    r->rest = rest;
    r->kind = (enum encoding_kind)kind;
    r->n = n;
    return true;
}

bool encoding_take_word(struct encoded_word *out, struct encoding_reader *r)
{
    bool number = r->kind == ENCODING_NUMBER;
    uint64_t n = 0;
    *out = (struct encoded_word){0};
    if (r->n == 0 || r->kind == ENCODING_BIRTH || r->rest.n < size_of(r->kind)) return false;
    bool ok = take(&out->id, &r->rest, 8);
    for (size_t i = 0; i < 3; i++) ok = take32(&out->mark[i], &r->rest) && ok;
    ok = take(&n, &r->rest, 1) && ok;
    out->n = (uint8_t)n;
    for (size_t i = 0; i < (number ? NUMBER_PAIRS : ENCODED_PAIRS); i++)
        ok = take(&out->pairs[i], &r->rest, 8) && ok;
    for (size_t i = 0; i < (number ? 0 : ENCODED_SOUNDS); i++)
        ok = take(&out->sounds[i], &r->rest, 8) && ok;
    r->n--;
    return ok;
}

bool encoding_take_birth(struct encoded_birth *out, struct encoding_reader *r)
{
    uint64_t year = 0, known = 0;
    *out = (struct encoded_birth){0};
    if (r->n == 0 || r->kind != ENCODING_BIRTH || r->rest.n < size_of(r->kind)) return false;
    bool ok = take(&year, &r->rest, 2) && take(&known, &r->rest, 1);
    out->year = (int16_t)(uint16_t)year;
    out->month = (known & 1) != 0;
    out->day = (known & 2) != 0;
    out->first = (known & 4) != 0;
    uint32_t *const part[] = {&out->whole,     &out->either,     &out->month_day,
                              &out->day_month, &out->year_month, &out->year_day};
    for (size_t i = 0; i < sizeof part / sizeof part[0]; i++) ok = take32(part[i], &r->rest) && ok;
    for (size_t i = 0; i < ENCODED_NEAR; i++) ok = take32(&out->near_day[i], &r->rest) && ok;
    for (size_t i = 0; i < ENCODED_NEAR; i++) ok = take32(&out->near_month[i], &r->rest) && ok;
    r->n--;
    return ok;
}

/* FNV-1a (Fowler, Noll, Vo 1991): names of columns are few and known. */
uint32_t encoding_tag(const char *column)
{
    uint32_t h = 2166136261u;
    for (const char *c = column; *c != '\0'; c++) h = (h ^ (uint8_t)*c) * 16777619u;
    return h;
}

bool encoding_check(struct text bytes, const uint8_t fingerprint[static ENCODING_FINGERPRINT],
                    struct err *e)
{
    struct encoding_reader r;
    bool ok = encoding_open(&r, bytes);
    if (ok && memcmp(bytes.p + 3, fingerprint, ENCODING_FINGERPRINT) != 0) {
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
