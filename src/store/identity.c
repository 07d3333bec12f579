/* SPDX-License-Identifier: EUPL-1.2 */
#include "store/identity.h"

#include "base/mem.h"
#include "store/store_internal.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static bool no_purpose(struct err *e)
{
    err_set(e, ERR_DENIED, "identity.no_purpose",
            "could not open identifiers: no purpose was stated");
    return err_remedy(e, "state what they are needed for; it is written into the audit log");
}

/* Written and committed first: what cannot be recorded is not opened. */
static bool record_reading(const struct record_meta *m, struct store *st,
                           const struct audit_event *why, struct err *e)
{
    char object[RECORD_CODE + 12];
    struct audit_event ev = *why;

    snprintf(object, sizeof object, "%s/%u", m->code, (unsigned)m->version_no);
    ev.action = AUDIT_IDENTITY_READ;
    if (ev.object_type == NULL || ev.object_id == NULL) {
        ev.object_type = "record";
        ev.object_id = object;
    }
    if (ev.count == 0) ev.count = 1;
    if (!store_begin(st, true, e)) return false;
    if (audit_append(st, &ev, NULL, e) && store_commit(st, e)) return true;
    store_rollback(st);
    return false;
}

static bool say_damaged(struct err *e, const struct record_meta *m)
{
    err_set(e, ERR_STORE, "envelope.damaged",
            "could not open the identity key of record %s: not what was sealed there", m->code);
    return err_remedy(e, "run `dcim check`; if it finds damage, restore the last verified backup");
}

/* The row's part, opened into `plain`. */
static bool unseal(struct buf *plain, const struct record_meta *m, const struct keyring *k,
                   struct query *q, struct err *e)
{
    struct envelope_context c = {ENVELOPE_IDENTITY_KEY, m->code, m->version_no};
    struct text wrapped = query_blob(q, 0), body = query_blob(q, 1);
    uint8_t key[CRYPTO_KEY];

    if (!envelope_unwrap(key, wrapped.p, wrapped.n, keyring_key(k, KEY_IDENTITY), &c))
        return say_damaged(e, m);
    c.place = ENVELOPE_IDENTITY_BODY;
    bool ok = envelope_open(plain, body.p, body.n, key, &c, e);
    mem_wipe(key, sizeof key);
    return ok;
}

/* Bytes of a sealed part are longer than what is in it, so a buffer of their length holds it. */
static bool read_part(struct buf *plain, const struct record_meta *m, struct store *st,
                      struct err *e)
{
    struct query q;
    bool ok = true;

    (void)query_begin(&q, st->backend, SQL_IDENTITY_GET);
    query_bind_int(&q, "record_no", (int64_t)m->record_no);
    query_bind_int(&q, "version_no", m->version_no);
    if (query_next(&q)) {
        buf_init_wiped(plain, query_blob(&q, 1).n);
        ok = unseal(plain, m, st->keyring, &q, e);
    }
    if (ok) return query_end(&q, e);
    (void)!query_end(&q, NULL);
    return false;
}

bool store_identity_carry(struct record *r, const struct record_meta *m, struct store *st,
                          struct err *e)
{
    struct buf plain;
    bool ok = false;

    buf_init_wiped(&plain, 0);
    if (!read_part(&plain, m, st, e)) goto done;
    if (plain.n > 0) {
        struct text bytes = {arena_copy(r->arena, plain.p, plain.n), plain.n};
        ok = body_decode(r, bytes, &numbering_of_form(st, m->form)->numbering, NULL, e);
    } else {
        ok = true;
    }
done:
    if (!ok) record_clear(r);
    buf_release(&plain);
    return ok;
}

bool identity_open(struct record *r, const struct record_meta *m, struct store *st,
                   const struct audit_event *why, struct err *e)
{
    if (text_trim(text_of(why->purpose)).n == 0) return no_purpose(e);
    if (backend_in_transaction(st->backend))
        return err_set(
            e, ERR_STORE, "identity.transaction",
            "could not open identifiers: the entry about it cannot be committed inside of another act");
    assert(r->dictionary == st->dictionary && r->form->id == m->form);
    return numbering_ensure(st, e) && record_reading(m, st, why, e) &&
           store_identity_carry(r, m, st, e);
}
