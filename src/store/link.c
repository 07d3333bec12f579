/* SPDX-License-Identifier: EUPL-1.2 */
/* Links: the record that a code or an organisation's own reference names. */
#include "store/store.h"

#include "base/unicode.h"
#include "store/store_internal.h"

#include <string.h>

void store_reference_hash(uint8_t out[CRYPTO_SHORT], int64_t form_no, int64_t organisation_no,
                          struct text reference, const struct secret *key, struct buf *message,
                          struct arena *scratch)
{
    struct arena_mark mark = arena_mark(scratch);
    struct text t = unicode_nfc(reference, scratch);
    buf_clear(message);
    buf_puts(message, "reference 1");
    buf_put_u64le(message, (uint64_t)form_no);
    buf_put_u64le(message, (uint64_t)organisation_no);
    buf_put(message, t.p, t.n < REFERENCE_MAX ? t.n : REFERENCE_MAX);
    crypto_hash(out, CRYPTO_SHORT, message->p, message->n, key);
    arena_rewind(scratch, mark);
}

/* The row of a begun query, when it is an active record of the form (NULL: of any); ends it. */
static bool take(struct record_link *out, struct query *q, const struct form *f, struct err *e)
{
    while (query_next(q)) {
        if (query_int(q, 3) != RECORD_ACTIVE) continue;
        if (f != NULL && !text_is(query_text(q, 2), f->name)) continue;
        out->record_no = (uint64_t)query_int(q, 0);
        record_code_format(out->code, (uint64_t)query_int(q, 1));
    }
    return query_end(q, e);
}

static bool by_code(struct record_link *out, struct store *st, const struct form *f,
                    struct text value, struct err *e)
{
    uint64_t code;
    struct query q;
    if (!record_code_parse(&code, value)) return true;
    (void)query_begin(&q, st->backend, SQL_LINK_BY_CODE);
    query_bind_int(&q, "code", (int64_t)code);
    return take(out, &q, f, e);
}

static bool by_reference(struct record_link *out, struct store *st, const struct form *f,
                         int64_t organisation_no, struct text value, struct err *e)
{
    uint8_t hash[CRYPTO_SHORT];
    struct query q;
    struct buf message;
    if (f->reference == VAR_NONE || value.n == 0 || value.n > REFERENCE_MAX) return true;
    if (!numbering_ensure(st, e)) return false;
    struct arena *scratch = arena_new(ARENA_WIPE);
    buf_init_wiped(&message, REFERENCE_MAX + 100);
    store_reference_hash(hash, numbering_of_form(st, f->id)->form_no, organisation_no, value,
                         keyring_key(st->keyring, KEY_REFERENCE), &message, scratch);
    buf_release(&message);
    arena_free(scratch);
    (void)query_begin(&q, st->backend, SQL_LINK_BY_REFERENCE);
    query_bind_blob(&q, "reference", hash, sizeof hash);
    return take(out, &q, f, e);
}

bool store_link_find(struct record_link *out, struct store *st, const struct form *target,
                     int64_t organisation_no, struct text value, struct err *e)
{
    *out = (struct record_link){0};
    value = text_trim(value);
    if (!by_code(out, st, target, value, e)) return false;
    return out->record_no != 0 || by_reference(out, st, target, organisation_no, value, e);
}

bool store_link_of(struct record_link *out, struct store *st, uint64_t record_no, struct err *e)
{
    struct query q;
    *out = (struct record_link){0};
    (void)query_begin(&q, st->backend, SQL_LINK_BY_NUMBER);
    query_bind_int(&q, "record_no", (int64_t)record_no);
    return take(out, &q, NULL, e);
}

bool store_same_code(struct text typed, const char *code)
{
    uint64_t number;
    char letters[RECORD_CODE + 1];
    if (!record_code_parse(&number, typed)) return false;
    record_code_format(letters, number);
    return strcmp(letters, code) == 0;
}
