/* SPDX-License-Identifier: EUPL-1.2 */
/* CBOR: whatever is read is written in its shortest form, which is no longer than what was read,
 * and reads as the same items. */
#include "base/cbor.h"

#include <stdlib.h>
#include <string.h>

static void must(bool ok)
{
    if (!ok) abort();
}

static void put(struct buf *b, const struct cbor_item *item)
{
    switch (item->kind) {
    case CBOR_UINT: cbor_put_uint(b, item->u); break;
    case CBOR_INT: cbor_put_int(b, item->i); break;
    case CBOR_DOUBLE: cbor_put_double(b, item->d); break;
    case CBOR_TEXT: cbor_put_text(b, item->text); break;
    case CBOR_BYTES: cbor_put_bytes(b, item->text.p, item->text.n); break;
    case CBOR_ARRAY: cbor_put_array(b, item->u); break;
    case CBOR_MAP: cbor_put_map(b, item->u); break;
    case CBOR_BOOL: cbor_put_bool(b, item->u != 0); break;
    case CBOR_NULL: cbor_put_null(b); break;
    default: abort();
    }
}

static bool same(const struct cbor_item *a, const struct cbor_item *b)
{
    if (a->kind != b->kind || a->u != b->u || a->i != b->i || !text_equal(a->text, b->text))
        return false;
    bool nan = a->d != a->d;
    return nan ? b->d != b->d : memcmp(&a->d, &b->d, sizeof a->d) == 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cbor_reader r, back;
    struct cbor_item item, other;
    struct buf b;
    bool whole;
    buf_init(&b, 64 << 20);
    cbor_reader_init(&r, data, size);
    for (;;) {
        item = cbor_next(&r);
        whole = item.kind == CBOR_END;
        if (whole || item.kind == CBOR_BAD) break;
        if (item.kind == CBOR_ARRAY) must(item.u <= size);
        if (item.kind == CBOR_MAP) must(item.u <= size / 2);
        if (item.kind == CBOR_TEXT) must(text_is_utf8(item.text, NULL));
        if (item.kind == CBOR_TEXT || item.kind == CBOR_BYTES)
            must(item.text.n == 0 || ((const uint8_t *)item.text.p >= data &&
                                      (const uint8_t *)item.text.p + item.text.n <= data + size));
        put(&b, &item);
    }
    must(buf_ok(&b, NULL) && b.n <= size);
    if (!whole) {
        must(cbor_next(&r).kind == CBOR_BAD);
        buf_release(&b);
        return 0;
    }
    cbor_reader_init(&r, data, size);
    cbor_reader_init(&back, b.p, b.n);
    do {
        item = cbor_next(&r);
        other = cbor_next(&back);
        must(same(&item, &other));
    } while (item.kind != CBOR_END);
    buf_release(&b);
    return 0;
}
