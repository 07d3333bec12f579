/* SPDX-License-Identifier: EUPL-1.2 */
/* What an import does for many rows at once (batch.c), for one: the same hashes and envelopes, the
 * same numbers, so that nothing tells the two apart later. */
#include "store/record_put.h"

#include "base/catalogue.h"
#include "base/date.h"
#include "base/mem.h"
#include "store/batch_internal.h"
#include "store/decoy.h"
#include "store/duplicate.h"
#include "store/link_queue.h"
#include "store/person.h"
#include "store/version_index.h"

#include <string.h>

enum { CODE_BITS = 60 };

struct putting {
    struct store *st;
    const struct record_put *in;
    const struct form *form;
    const struct form_numbering *numbering;
    int64_t record_no, series_no, organisation_no;
    uint64_t code_bits;
    char code[RECORD_CODE + 1];
    uint32_t version_no, replaced;
    bool fresh, series_is_new;
    uint8_t key[CRYPTO_KEY];
    uint8_t content_hash[CONTENT_HASH], person_key[PERSON_KEY];
    bool has_person;
    struct version_index index;
    struct buf plain; /* length | coded | identity | coded with its encoding, where it has one */
    size_t coded_at, coded_n, identity_at, identity_n; /* in it, as they are sealed */
    int64_t n_byte;
};

/* ---- what is there ---- */

static bool changed(struct err *e)
{
    err_set(e, ERR_CONFLICT, "record.changed", "somebody else changed this record meanwhile");
    return err_remedy(e, "compare the two, and choose what is to stay");
}

static bool damaged(struct err *e, const char *code)
{
    err_set(e, ERR_STORE, "envelope.damaged",
            "could not open the key of record %s: not what was sealed there", code);
    return err_remedy(e, "run `dcim check`; if it finds damage, restore the last verified backup");
}

/* Whether the record is there, or is not, as the change wants it. What was withdrawn by undoing its
 * import comes back with an import. */
static bool right_state(const struct putting *p, int64_t state, bool by_hand, struct err *e)
{
    bool restore = p->in->what == RECORD_PUT_RESTORE;
    if (state == RECORD_ACTIVE && restore)
        return err_set(e, ERR_CONFLICT, "record.not_withdrawn", "record %s is not withdrawn",
                       p->code);
    if (state == RECORD_ACTIVE || (restore && by_hand)) return true;
    err_set(e, ERR_CONFLICT, "record.withdrawn",
            by_hand ? "record %s is withdrawn" : "record %s was withdrawn: its import was undone",
            p->code);
    return err_remedy(e, by_hand ? "bring it back first" : "import it again");
}

static bool take_subject(struct putting *p, struct query *q, struct err *e)
{
    struct envelope_context c = {.place = ENVELOPE_RECORD_KEY, .record_code = p->code};
    struct text wrapped = query_blob(q, 5);
    uint8_t kek_id;
    p->code_bits = (uint64_t)query_int(q, 0);
    record_code_format(p->code, p->code_bits);
    p->series_no = query_int(q, 1);
    if (query_int(q, 2) == RECORD_ERASED)
        return err_set(e, ERR_CONFLICT, "record.erased", "record %s is erased", p->code);
    if (!right_state(p, query_int(q, 2), query_is_null(q, 6), e)) return false;
    p->replaced = (uint32_t)query_int(q, 3);
    p->version_no = (uint32_t)query_int(q, 4) + 1;
    if (p->replaced != p->in->expected_version) return changed(e);
    if (p->version_no >= VERSIONS_PER_RECORD)
        return err_set(e, ERR_LIMIT, "batch.versions",
                       "could not change a record: it has had %d versions",
                       VERSIONS_PER_RECORD - 1);
    return envelope_unwrap(p->key, wrapped.p, wrapped.n, store_record_kek(p->st, p->form, &kek_id),
                           &c) ||
           damaged(e, p->code);
}

static bool find_subject(struct putting *p, struct err *e)
{
    struct query q;
    if (!store_record_find(&p->record_no, p->st, p->in->scope, text_of(p->in->code), e))
        return false;
    (void)query_begin(&q, p->st->backend, SQL_PUT_SUBJECT);
    query_bind_int(&q, "record_no", p->record_no);
    bool found = query_next(&q), ok = !found || take_subject(p, &q, e);
    if (!ok) {
        (void)!query_end(&q, NULL);
        return false;
    }
    if (!query_end(&q, e)) return false;
    return found || record_unknown(e, text_of(p->in->code));
}

static bool one_number(int64_t *out, struct store *st, enum sql_id id, struct err *e)
{
    struct query q;
    (void)query_begin(&q, st->backend, id);
    *out = query_next(&q) ? query_int(&q, 0) : 0;
    return query_end(&q, e);
}

/* Numbers and key of a record that is not there yet. */
static bool new_subject(struct putting *p, struct err *e)
{
    struct query q;
    p->fresh = true;
    p->version_no = 1;
    crypto_random(p->key, sizeof p->key);
    crypto_random(&p->code_bits, sizeof p->code_bits);
    p->code_bits >>= 64 - CODE_BITS;
    record_code_format(p->code, p->code_bits);
    if (!one_number(&p->record_no, p->st, SQL_RECORD_NEXT, e)) return false;
    (void)query_begin(&q, p->st->backend, SQL_SERIES_FIND);
    query_bind_int(&q, "form_no", p->numbering->form_no);
    query_bind_int(&q, "organisation_no", p->organisation_no);
    if (query_next(&q)) p->series_no = query_int(&q, 0);
    if (!query_end(&q, e)) return false;
    if (p->series_no != 0) return true;
    p->series_is_new = true;
    return one_number(&p->series_no, p->st, SQL_SERIES_NEXT, e);
}

/* ---- the reference ---- */

static bool reference_hash(uint8_t out[CRYPTO_SHORT], const struct putting *p,
                           struct text reference, struct err *e)
{
    struct buf message;
    if (reference.n > REFERENCE_MAX) {
        err_set(e, ERR_LIMIT, "record.reference_long", "the reference is longer than %d bytes",
                REFERENCE_MAX);
        return err_remedy(e, "shorten it");
    }
    struct arena *scratch = arena_new(ARENA_WIPE);
    buf_init_wiped(&message, REFERENCE_MAX + 100);
    store_reference_hash(out, p->numbering->form_no, p->organisation_no, reference,
                         keyring_key(p->st->keyring, KEY_REFERENCE), &message, scratch);
    buf_release(&message);
    arena_free(scratch);
    return true;
}

static bool reference_is_free(const struct putting *p, const uint8_t hash[CRYPTO_SHORT],
                              bool *is_mine, struct err *e)
{
    struct query q;
    int64_t whose = 0;
    (void)query_begin(&q, p->st->backend, SQL_PUT_REFERENCE_FIND);
    query_bind_blob(&q, "reference", hash, CRYPTO_SHORT);
    if (query_next(&q)) whose = query_int(&q, 0);
    if (!query_end(&q, e)) return false;
    *is_mine = whose == p->record_no;
    if (whose == 0 || *is_mine) return true;
    err_set(e, ERR_CONFLICT, "record.reference_taken",
            "another record of this organisation has this reference");
    return err_remedy(e, "search for it: it may be the same person. Else write another reference");
}

static bool reference_run(const struct putting *p, enum sql_id id, const uint8_t hash[CRYPTO_SHORT],
                          struct err *e)
{
    struct query q;
    (void)query_begin(&q, p->st->backend, id);
    query_bind_blob(&q, "reference", hash, CRYPTO_SHORT);
    query_bind_int(&q, "record_no", p->record_no);
    return query_run(&q, e);
}

static bool put_reference(const struct putting *p, struct err *e)
{
    struct text now = text_trim(p->in->reference), before = text_trim(p->in->old_reference);
    uint8_t hash[CRYPTO_SHORT];
    bool mine = false;
    if (before.n > 0 && !text_equal(now, before)) {
        if (!reference_hash(hash, p, before, e) ||
            !reference_run(p, SQL_PUT_REFERENCE_REMOVE, hash, e))
            return false;
    }
    if (now.n == 0) return true;
    return reference_hash(hash, p, now, e) && reference_is_free(p, hash, &mine, e) &&
           (mine || reference_run(p, SQL_PUT_REFERENCE_ADD, hash, e));
}

/* ---- the bodies ---- */

static void add_encoding(struct putting *p, struct arena *scratch)
{
    struct buf *b = &p->plain;
    struct text encoding = store_encoding(p->st, p->in->record, scratch);
    size_t at = b->n;
    if (encoding.n == 0) return;
    buf_put_again(b, p->coded_at, p->coded_n);
    body_put_encoding(b, encoding);
    p->coded_at = at;
    p->coded_n = b->n - at;
}

static bool encode(struct putting *p, struct err *e)
{
    struct buf *b = &p->plain;
    struct record bare = *p->in->record;
    uint8_t length[8] = {0};
    bare.encoding = (struct text){NULL, 0}; /* no part of the content hash: batch.c */
    buf_put(b, length, sizeof length);
    p->coded_at = b->n;
    body_encode(b, &bare, &p->numbering->numbering, BODY_CODED);
    p->identity_at = b->n;
    p->coded_n = p->identity_at - p->coded_at;
    body_encode(b, &bare, &p->numbering->numbering, BODY_IDENTITY);
    p->identity_n = b->n - p->identity_at;
    if (b->too_long || b->n > BODY_MAX) {
        err_set(e, ERR_LIMIT, "record.too_long", "a record takes at most %d bytes", BODY_MAX);
        return err_remedy(e, "shorten its texts, or make two records of it");
    }
    for (int i = 0; i < 8; i++) length[i] = (uint8_t)((uint64_t)p->coded_n >> (8 * i));
    memcpy(b->p, length, sizeof length);
    crypto_hash(p->content_hash, CONTENT_HASH, b->p, b->n,
                keyring_key(p->st->keyring, KEY_CONTENT));
    struct person_key_plan plan;
    struct arena *scratch = arena_new(ARENA_WIPE);
    add_encoding(p, scratch);
    person_key_plan(&plan, p->st->dictionary, p->form);
    p->has_person = person_key_make(p->person_key, &plan, p->in->record,
                                    keyring_key(p->st->keyring, KEY_PERSON), scratch);
    arena_free(scratch);
    struct version_index_plan index;
    version_index_plan(&index, p->st->dictionary, p->form);
    version_index_make(&p->index, &index, p->in->record, keyring_key(p->st->keyring, KEY_PERSON));
    return true;
}

static bool room(const struct putting *p, int64_t bytes, struct err *e)
{
    struct quota_room r;
    return store_quota_room(&r, p->st, p->organisation_no, e) &&
           store_quota_holds(&r, p->fresh, bytes, e);
}

/* ---- rows ---- */

static bool put_series(const struct putting *p, struct err *e)
{
    struct query q;
    if (!p->series_is_new) return true;
    (void)query_begin(&q, p->st->backend, SQL_SERIES_ADD);
    query_bind_int(&q, "series_no", p->series_no);
    query_bind_int(&q, "form_no", p->numbering->form_no);
    query_bind_int(&q, "organisation_no", p->organisation_no);
    return query_run(&q, e);
}

static bool put_fresh(const struct putting *p, struct err *e)
{
    struct envelope_context c = {.place = ENVELOPE_RECORD_KEY, .record_code = p->code};
    uint8_t wrapped[WRAPPED_KEY], kek_id;
    const struct secret *kek = store_record_kek(p->st, p->form, &kek_id);
    struct query q;
    envelope_wrap(wrapped, p->key, kek, kek_id, &c);
    (void)query_begin(&q, p->st->backend, SQL_PUT_RECORD);
    query_bind_int(&q, "record_no", p->record_no);
    query_bind_int(&q, "code", (int64_t)p->code_bits);
    query_bind_int(&q, "series_no", p->series_no);
    query_bind_blob(&q, "wrapped_key", wrapped, sizeof wrapped);
    if (!query_run(&q, e)) return false;
    (void)query_begin(&q, p->st->backend, SQL_PUT_CODE);
    query_bind_int(&q, "code", (int64_t)p->code_bits);
    query_bind_int(&q, "record_no", p->record_no);
    return query_run(&q, e);
}

static bool put_change(const struct putting *p, struct err *e)
{
    struct query q;
    (void)query_begin(&q, p->st->backend, SQL_RECORD_CHANGE);
    query_bind_int(&q, "record_no", p->record_no);
    query_bind_int(&q, "state",
                   p->in->what == RECORD_PUT_WITHDRAW ? RECORD_WITHDRAWN : RECORD_ACTIVE);
    query_bind_int(&q, "version_no", p->version_no);
    return query_run(&q, e);
}

static int64_t version_id(const struct putting *p)
{
    return p->record_no * VERSIONS_PER_RECORD + p->version_no;
}

static bool put_version(struct putting *p, struct err *e)
{
    struct envelope_context c = {ENVELOPE_RECORD_BODY, p->code, p->version_no};
    uint8_t kek_id;
    struct buf sealed;
    struct query q;
    (void)store_record_kek(p->st, p->form, &kek_id);
    buf_init(&sealed, BODY_MAX + 1024);
    envelope_seal(&sealed, p->plain.p + p->coded_at, p->coded_n, p->key, kek_id, &c);
    p->n_byte += (int64_t)sealed.n;
    (void)query_begin(&q, p->st->backend, SQL_PUT_VERSION);
    query_bind_int(&q, "version_id", version_id(p));
    query_bind_int(&q, "record_no", p->record_no);
    if (p->replaced != 0) query_bind_int(&q, "replaced", p->replaced);
    else query_bind_null(&q, "replaced");
    query_bind_int(&q, "created_at", instant_now());
    query_bind_text(&q, "author", text_of(p->in->author));
    if (p->in->reason != NULL) query_bind_text(&q, "reason", text_of(p->in->reason));
    else query_bind_null(&q, "reason");
    query_bind_blob(&q, "content_hash", p->content_hash, sizeof p->content_hash);
    if (p->has_person) query_bind_blob(&q, "person_key", p->person_key, sizeof p->person_key);
    else query_bind_null(&q, "person_key");
    query_bind_blob(&q, "body", sealed.p, sealed.n);
    bool ok = query_run(&q, e);
    buf_release(&sealed);
    return ok;
}

/* What lists and the search for duplicates find it by. */
static bool put_index(const struct putting *p, struct err *e)
{
    return version_index_add(p->st, p->series_no, version_id(p), &p->index, e) &&
           (!p->has_person || duplicate_add(p->st, p->series_no, p->person_key, p->record_no, e));
}

static bool put_identity(struct putting *p, struct err *e)
{
    struct envelope_context c = {ENVELOPE_IDENTITY_KEY, p->code, p->version_no};
    uint8_t key[CRYPTO_KEY], wrapped[WRAPPED_KEY];
    struct buf sealed;
    struct query q;
    if (p->identity_n == 0) return true;
    crypto_random(key, sizeof key);
    envelope_wrap(wrapped, key, keyring_key(p->st->keyring, KEY_IDENTITY), KEY_IDENTITY, &c);
    c.place = ENVELOPE_IDENTITY_BODY;
    buf_init(&sealed, BODY_MAX + 1024);
    envelope_seal(&sealed, p->plain.p + p->identity_at, p->identity_n, key, KEY_IDENTITY, &c);
    mem_wipe(key, sizeof key);
    p->n_byte += (int64_t)sealed.n;
    (void)query_begin(&q, p->st->backend, SQL_PUT_IDENTITY);
    query_bind_int(&q, "version_id", version_id(p));
    query_bind_blob(&q, "wrapped_key", wrapped, sizeof wrapped);
    query_bind_blob(&q, "body", sealed.p, sealed.n);
    bool ok = query_run(&q, e);
    buf_release(&sealed);
    return ok;
}

/* Whatever becomes of a decoy, it is in no statistics (S58). */
static bool put_work(const struct putting *p, struct err *e)
{
    struct query q;
    bool decoy;
    if (!decoy_is(&decoy, p->st, (uint64_t)p->record_no, e)) return false;
    (void)query_begin(&q, p->st->backend, SQL_PUT_WORK);
    query_bind_int(&q, "version_id", version_id(p));
    query_bind_int(&q, "record_no", p->record_no);
    query_bind_text(&q, "state", text_of(p->in->state));
    query_bind_int(&q, "counted", p->in->counted && !decoy);
    query_bind_int(&q, "late", p->in->late);
    query_bind_int(&q, "at", instant_now());
    query_bind_text(&q, "actor", text_of(p->in->author));
    return query_run(&q, e);
}

static bool put_counts(const struct putting *p, struct err *e)
{
    struct query q;
    (void)query_begin(&q, p->st->backend, SQL_SERIES_GROW);
    query_bind_int(&q, "series_no", p->series_no);
    query_bind_int(&q, "n_record", p->fresh);
    query_bind_int(&q, "n_active",
                   p->in->what == RECORD_PUT_WITHDRAW  ? -1
                   : p->in->what == RECORD_PUT_RESTORE ? 1
                                                       : p->fresh);
    query_bind_int(&q, "n_byte", p->n_byte);
    return query_run(&q, e);
}

/* Withdrawn it leaves its person, brought back it joins it again. */
static bool put_person(const struct putting *p, struct err *e)
{
    const uint64_t record_no = (uint64_t)p->record_no;
    if (p->in->what != RECORD_PUT_WITHDRAW && p->in->what != RECORD_PUT_RESTORE) return true;
    return link_queue_touch(p->st, record_no, e) && person_touch(p->st, &record_no, 1, e);
}

static void digest_of(uint8_t out[32], const struct putting *p)
{
    struct buf b;
    buf_init(&b, 100);
    buf_puts(&b, "dcim version 1");
    buf_put_u64le(&b, p->code_bits);
    buf_put_u32le(&b, p->version_no);
    buf_put(&b, p->content_hash, sizeof p->content_hash);
    crypto_hash(out, 32, b.p, b.n, NULL);
    buf_release(&b);
}

static bool put(struct putting *p, struct err *e)
{
    if (!encode(p, e) || !room(p, (int64_t)(p->coded_n + p->identity_n), e) || !put_series(p, e))
        return false;
    if (p->fresh ? !put_fresh(p, e) : !put_change(p, e)) return false;
    return put_version(p, e) && put_index(p, e) && put_identity(p, e) && put_reference(p, e) &&
           put_work(p, e) && put_counts(p, e) && put_person(p, e) &&
           store_generation_next(p->st, e);
}

bool store_record_put(struct record_put_result *out, struct store *st, const struct record_put *in,
                      struct err *e)
{
    struct putting p = {.st = st,
                        .in = in,
                        .form = in->record->form,
                        .organisation_no = in->organisation_no};
    *out = (struct record_put_result){0};
    if (!store_must_write(st, e) || !numbering_ensure(st, e)) return false;
    p.numbering = numbering_of_form(st, p.form->id);
    buf_init_wiped(&p.plain, 3 * BODY_MAX);
    bool is_new = in->code == NULL || in->code[0] == '\0';
    bool ok = (is_new ? new_subject(&p, e) : find_subject(&p, e)) && put(&p, e);
    if (ok) {
        out->record_no = (uint64_t)p.record_no;
        out->version_no = p.version_no;
        memcpy(out->code, p.code, sizeof out->code);
        digest_of(out->digest, &p);
    }
    buf_release(&p.plain);
    mem_wipe(p.key, sizeof p.key);
    return ok;
}

bool store_year_closed(bool *closed, struct store *st, const struct form *f, int64_t year,
                       struct err *e)
{
    struct query q;
    *closed = false;
    (void)query_begin(&q, st->backend, SQL_WORK_CLOSED);
    query_bind_text(&q, "form", text_of(f->name));
    query_bind_int(&q, "year", year);
    if (query_next(&q)) *closed = query_int(&q, 0) != 0;
    return query_end(&q, e);
}
