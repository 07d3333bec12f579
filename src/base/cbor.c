/* SPDX-License-Identifier: EUPL-1.2 */
/* Deterministic CBOR (RFC 8949, section 4.2.1: shortest heads, shortest floating point that keeps
 * the value, definite lengths), by libcbor's encoders and its streaming decoder, one item for each
 * call. */
#include "base/cbor.h"

#include <cbor.h>

#include <math.h>
#include <string.h>

enum { HEAD_MAX = 9 };

/* ---- writing ---- */

void cbor_put_uint(struct buf *b, uint64_t v)
{
    unsigned char head[HEAD_MAX];
    buf_put(b, head, cbor_encode_uint(v, head, sizeof head));
}

void cbor_put_int(struct buf *b, int64_t v)
{
    unsigned char head[HEAD_MAX];
    /* a negative number is stored as -1 - v, that is, with all bits turned over */
    size_t n = v >= 0 ? cbor_encode_uint((uint64_t)v, head, sizeof head)
                      : cbor_encode_negint(~(uint64_t)v, head, sizeof head);
    buf_put(b, head, n);
}

static void half_arrived(void *out, float v)
{
    *(float *)out = v;
}

/* libcbor rounds to half precision; only what comes back the same may use it. Its version 0.8 gets
 * the subnormal ones wrong, the multiples of 2^-24 below 2^-14: their bits are that multiple. */
static size_t put_half(unsigned char *head, float v)
{
    struct cbor_callbacks only_half = cbor_empty_callbacks;
    float back = 0, multiple = fabsf(v) * 0x1p24f;
    size_t n = cbor_encode_half(v, head, HEAD_MAX);
    if (multiple > 0 && multiple < 1024) {
        unsigned bits = (unsigned)multiple | (v < 0 ? 0x8000u : 0);
        head[1] = (unsigned char)(bits >> 8);
        head[2] = (unsigned char)bits;
    }
    only_half.float2 = half_arrived;
    cbor_stream_decode(head, n, &only_half, &back);
    return memcmp(&back, &v, sizeof v) == 0 ? n : 0;
}

void cbor_put_double(struct buf *b, double v)
{
    unsigned char head[HEAD_MAX];
    size_t n = 0;
    if (isnan(v)) {
        static const unsigned char nan_head[] = {0xF9, 0x7E, 0x00};
        buf_put(b, nan_head, sizeof nan_head);
        return;
    }
    if (isinf(v) || fabs(v) <= 3.4028234663852886e38) { /* FLT_MAX: converting more is undefined */
        float f = (float)v;
        double back = (double)f;
        if (memcmp(&back, &v, sizeof v) == 0) {
            n = put_half(head, f);
            if (n == 0) n = cbor_encode_single(f, head, sizeof head);
        }
    }
    if (n == 0) n = cbor_encode_double(v, head, sizeof head);
    buf_put(b, head, n);
}

void cbor_put_text(struct buf *b, struct text t)
{
    unsigned char head[HEAD_MAX];
    buf_put(b, head, cbor_encode_string_start(t.n, head, sizeof head));
    buf_put_text(b, t);
}

void cbor_put_bytes(struct buf *b, const void *p, size_t n)
{
    unsigned char head[HEAD_MAX];
    buf_put(b, head, cbor_encode_bytestring_start(n, head, sizeof head));
    buf_put(b, p, n);
}

void cbor_put_array(struct buf *b, size_t n_item)
{
    unsigned char head[HEAD_MAX];
    buf_put(b, head, cbor_encode_array_start(n_item, head, sizeof head));
}

void cbor_put_map(struct buf *b, size_t n_pair)
{
    unsigned char head[HEAD_MAX];
    buf_put(b, head, cbor_encode_map_start(n_pair, head, sizeof head));
}

void cbor_put_bool(struct buf *b, bool v)
{
    unsigned char head[HEAD_MAX];
    buf_put(b, head, cbor_encode_bool(v, head, sizeof head));
}

void cbor_put_null(struct buf *b)
{
    unsigned char head[HEAD_MAX];
    buf_put(b, head, cbor_encode_null(head, sizeof head));
}

/* ---- reading: libcbor calls one of these for each item ---- */

static void on_uint(struct cbor_item *out, uint64_t v)
{
    out->kind = CBOR_UINT;
    out->u = v;
    out->i = v <= INT64_MAX ? (int64_t)v : INT64_MAX;
}

static void on_uint8(void *out, uint8_t v)
{
    on_uint(out, v);
}
static void on_uint16(void *out, uint16_t v)
{
    on_uint(out, v);
}
static void on_uint32(void *out, uint32_t v)
{
    on_uint(out, v);
}
static void on_uint64(void *out, uint64_t v)
{
    on_uint(out, v);
}

static void on_negative(struct cbor_item *out, uint64_t v)
{
    if (v > INT64_MAX) return; /* below INT64_MIN: stays CBOR_BAD */
    out->kind = CBOR_INT;
    out->i = -1 - (int64_t)v;
}

static void on_negint8(void *out, uint8_t v)
{
    on_negative(out, v);
}
static void on_negint16(void *out, uint16_t v)
{
    on_negative(out, v);
}
static void on_negint32(void *out, uint32_t v)
{
    on_negative(out, v);
}
static void on_negint64(void *out, uint64_t v)
{
    on_negative(out, v);
}

static void on_counted(struct cbor_item *out, enum cbor_kind kind, uint64_t n)
{
    out->kind = kind;
    out->u = n;
}

static void on_array(void *out, size_t n)
{
    on_counted(out, CBOR_ARRAY, n);
}
static void on_map(void *out, size_t n)
{
    on_counted(out, CBOR_MAP, n);
}

static void on_bytes(void *out, cbor_data p, size_t n)
{
    struct cbor_item *item = out;
    item->kind = CBOR_BYTES;
    item->text = (struct text){(const char *)p, n};
}

static void on_text(void *out, cbor_data p, size_t n)
{
    struct cbor_item *item = out;
    struct text t = {(const char *)p, n};
    if (!text_is_utf8(t, NULL)) return;
    item->kind = CBOR_TEXT;
    item->text = t;
}

static void on_double(void *out, double v)
{
    struct cbor_item *item = out;
    item->kind = CBOR_DOUBLE;
    item->d = v;
}

static void on_float(void *out, float v)
{
    on_double(out, v);
}

static void on_bool(void *out, bool v)
{
    struct cbor_item *item = out;
    item->kind = CBOR_BOOL;
    item->u = v;
}

static void on_null(void *out)
{
    ((struct cbor_item *)out)->kind = CBOR_NULL;
}

/* What we never write: the item stays CBOR_BAD. */
static void refused(void *out)
{
    (void)out;
}
static void refused_tag(void *out, uint64_t v)
{
    (void)out, (void)v;
}

static const struct cbor_callbacks callbacks = {
    .uint8 = on_uint8,
    .uint16 = on_uint16,
    .uint32 = on_uint32,
    .uint64 = on_uint64,
    .negint8 = on_negint8,
    .negint16 = on_negint16,
    .negint32 = on_negint32,
    .negint64 = on_negint64,
    .byte_string = on_bytes,
    .string = on_text,
    .array_start = on_array,
    .map_start = on_map,
    .float2 = on_float,
    .float4 = on_float,
    .float8 = on_double,
    .null = on_null,
    .boolean = on_bool,
    .byte_string_start = refused,
    .string_start = refused,
    .indef_array_start = refused,
    .indef_map_start = refused,
    .indef_break = refused,
    .undefined = refused,
    .tag = refused_tag,
};

void cbor_reader_init(struct cbor_reader *r, const void *p, size_t n)
{
    *r = (struct cbor_reader){.p = p, .n = n};
}

static struct cbor_item bad(struct cbor_reader *r)
{
    r->bad = true;
    return (struct cbor_item){.kind = CBOR_BAD};
}

/* Note the items of a container that has just begun. False when there cannot be so many. */
static bool enter(struct cbor_reader *r, const struct cbor_item *item)
{
    size_t bytes = r->n - r->at;
    size_t each = item->kind == CBOR_MAP ? 2 : 1;
    if (item->u > bytes / each) return false;
    if (item->u == 0) return true;
    if (r->depth == CBOR_DEPTH_MAX) return false;
    r->left[++r->depth] = item->u * each;
    return true;
}

struct cbor_item cbor_next(struct cbor_reader *r)
{
    struct cbor_item item = {.kind = CBOR_BAD};
    if (r->bad) return item;
    if (r->at == r->n) {
        if (r->depth > 0) return bad(r);
        item.kind = CBOR_END;
        return item;
    }
    struct cbor_decoder_result got =
        cbor_stream_decode(r->p + r->at, r->n - r->at, &callbacks, &item);
    if (got.status != CBOR_DECODER_FINISHED || item.kind == CBOR_BAD) return bad(r);
    r->at += got.read;
    /* The item completes each container that it is the last of. */
    if (r->depth > 0) r->left[r->depth]--;
    if ((item.kind == CBOR_ARRAY || item.kind == CBOR_MAP) && !enter(r, &item)) return bad(r);
    while (r->depth > 0 && r->left[r->depth] == 0) r->depth--;
    return item;
}
