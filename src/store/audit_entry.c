/* SPDX-License-Identifier: EUPL-1.2 */
#include "store/audit_internal.h"

#include "base/cbor.h"
#include "base/crypto.h"

#include <string.h>

enum {
    ENTRY_FORMAT = 1,
    ENTRY_ITEMS = 17,
    ENTRY_FORMAT_SESSION = 2, /* with session and source */
    ENTRY_ITEMS_SESSION = 19
};

static void put_text(struct buf *b, const char *s, bool *utf8)
{
    struct text t = text_of(s);
    if (!text_is_utf8(t, NULL)) *utf8 = false;
    if (t.n == 0) cbor_put_null(b);
    else cbor_put_text(b, t);
}

bool audit_entry_write(struct buf *out, const struct audit_event *ev, uint64_t sequence, int64_t at,
                       uint64_t monotone_ms, struct err *e)
{
    const char *const texts[] = {audit_action_name(ev->action),
                                 ev->actor,
                                 ev->role,
                                 ev->organisation,
                                 ev->object_type,
                                 ev->object_id,
                                 ev->purpose,
                                 ev->legal_basis,
                                 ev->decision,
                                 ev->fields,
                                 ev->recipient};
    bool utf8 = true, of_session = ev->session != NULL || text_of(ev->source).n > 0;

    cbor_put_array(out, of_session ? ENTRY_ITEMS_SESSION : ENTRY_ITEMS);
    cbor_put_uint(out, of_session ? ENTRY_FORMAT_SESSION : ENTRY_FORMAT);
    cbor_put_uint(out, sequence);
    cbor_put_int(out, at);
    cbor_put_uint(out, monotone_ms);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) put_text(out, texts[i], &utf8);
    cbor_put_int(out, ev->count);
    if (ev->digest == NULL) cbor_put_null(out);
    else cbor_put_bytes(out, ev->digest, 32);
    if (of_session) {
        if (ev->session == NULL) cbor_put_null(out);
        else cbor_put_bytes(out, ev->session, AUDIT_SESSION);
        put_text(out, ev->source, &utf8);
    }
    if (!utf8) {
        err_set(e, ERR_USAGE, "audit.text",
                "could not write the audit entry: a text of it is not UTF-8");
        return err_remedy(e, "type the purpose and the other texts again");
    }
    if (buf_ok(out, NULL)) return true;
    err_set(e, ERR_LIMIT, "audit.too_long",
            "could not write the audit entry: it is longer than %zu bytes", out->max);
    return err_remedy(e, "give shorter texts");
}

/* Reading: after the first item that is not as expected, everything is bad. */
struct input {
    struct cbor_reader r;
    bool bad;
};

static struct cbor_item take(struct input *in)
{
    struct cbor_item item = cbor_next(&in->r);
    if (item.kind == CBOR_BAD || item.kind == CBOR_END) in->bad = true;
    return item;
}

static uint64_t take_uint(struct input *in)
{
    struct cbor_item item = take(in);
    if (item.kind != CBOR_UINT) in->bad = true;
    return item.u;
}

static int64_t take_int(struct input *in)
{
    struct cbor_item item = take(in);
    if (item.kind != CBOR_INT && (item.kind != CBOR_UINT || item.u > INT64_MAX)) in->bad = true;
    return item.i;
}

static struct text take_text(struct input *in)
{
    struct cbor_item item = take(in);
    if (item.kind == CBOR_NULL) return (struct text){"", 0};
    if (item.kind != CBOR_TEXT || item.text.n == 0) in->bad = true;
    return item.text;
}

static void take_bytes(struct input *in, uint8_t *out, size_t n)
{
    struct cbor_item item = take(in);
    if (item.kind == CBOR_BYTES && item.text.n == n) memcpy(out, item.text.p, n);
    else if (item.kind != CBOR_NULL) in->bad = true;
}

bool audit_entry_read(struct audit_entry *out, struct text body)
{
    struct input in = {.bad = false};
    struct audit_entry a = {.sequence = 0};

    cbor_reader_init(&in.r, body.p, body.n);
    struct cbor_item head = take(&in);
    bool of_session = head.u == ENTRY_ITEMS_SESSION;
    if (head.kind != CBOR_ARRAY || (head.u != ENTRY_ITEMS && !of_session)) return false;
    uint64_t format = take_uint(&in);
    a.sequence = take_uint(&in);
    a.at = take_int(&in);
    a.monotone_ms = take_uint(&in);
    struct text *const texts[] = {&a.action,      &a.actor,     &a.role,     &a.organisation,
                                  &a.object_type, &a.object_id, &a.purpose,  &a.legal_basis,
                                  &a.decision,    &a.fields,    &a.recipient};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) *texts[i] = take_text(&in);
    a.count = take_int(&in);
    take_bytes(&in, a.digest, sizeof a.digest);
    if (of_session) {
        static const uint8_t none[AUDIT_SESSION] = {0};
        take_bytes(&in, a.session, sizeof a.session);
        a.source = take_text(&in);
        if (a.source.n == 0 && memcmp(a.session, none, sizeof none) == 0) in.bad = true;
    }
    if (format != (of_session ? ENTRY_FORMAT_SESSION : ENTRY_FORMAT)) in.bad = true;
    if (in.bad || cbor_next(&in.r).kind != CBOR_END) return false;
    memcpy(a.previous, out->previous, sizeof a.previous);
    memcpy(a.hash, out->hash, sizeof a.hash);
    *out = a;
    return true;
}

void audit_entry_hash(uint8_t out[32], const uint8_t previous[32], struct text body)
{
    static const char tag[] = "dcim audit entry v1";
    struct crypto_hasher h;
    crypto_hasher_init(&h, NULL);
    crypto_hasher_add(&h, tag, sizeof tag - 1);
    crypto_hasher_add(&h, previous, 32);
    crypto_hasher_add(&h, body.p, body.n);
    crypto_hasher_finish(&h, out);
}
