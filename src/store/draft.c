/* SPDX-License-Identifier: EUPL-1.2 */
#include "store/draft.h"

#include "base/date.h"
#include "base/mem.h"
#include "store/store_internal.h"

#include <string.h>

enum { SEALED_MAX = DRAFT_BYTES_MAX + 1024, CODE_BITS = 60 };

static bool unknown(struct err *e)
{
    err_set(e, ERR_NOT_FOUND, "draft.unknown", "there is no such draft");
    return err_remedy(e, "it may have been submitted or discarded: see your drafts");
}

static bool too_long(struct err *e)
{
    err_set(e, ERR_LIMIT, "draft.too_long", "a draft holds at most %d bytes", DRAFT_BYTES_MAX);
    return err_remedy(e, "shorten its texts, or make two records of it");
}

static bool damaged(struct err *e)
{
    err_set(e, ERR_STORE, "envelope.damaged",
            "could not open the key of a draft: not what was sealed there");
    return err_remedy(e, "run `dcim check`; if it finds damage, restore the last verified backup");
}

static struct envelope_context context_of(const struct draft *d, enum envelope_place place,
                                          int64_t version_no)
{
    return (struct envelope_context){place, d->code, (uint32_t)version_no};
}

/* Columns as in draft_list and draft_find. */
static void take(struct draft *out, const struct store *st, struct query *q, struct arena *a)
{
    struct text organisation = query_text(q, 3), name = query_text(q, 4);
    const struct form *f = dictionary_form(st->dictionary, name);
    *out = (struct draft){.draft_no = query_int(q, 0),
                          .organisation_no = query_int(q, 2),
                          .organisation = arena_copy(a, organisation.p, organisation.n),
                          .form = f == NULL ? FORM_NONE : f->id,
                          .record_no = (uint64_t)query_int(q, 5),
                          .base_version = (uint32_t)query_int(q, 7),
                          .version_no = query_int(q, 8),
                          .created_at = query_int(q, 9),
                          .changed_at = query_int(q, 10)};
    record_code_format(out->code, (uint64_t)query_int(q, 1));
    if (out->record_no != 0) record_code_format(out->record, (uint64_t)query_int(q, 6));
}

static void bind_owner(struct query *q, const struct draft_owner *owner)
{
    query_bind_int(q, "account_no", owner->account_no);
    query_bind_text(q, "owner", text_of(owner->actor));
}

bool draft_count(int64_t *n, struct store *st, const struct draft_owner *owner, struct err *e)
{
    struct query q;
    *n = 0;
    (void)query_begin(&q, st->backend, SQL_DRAFT_COUNT);
    bind_owner(&q, owner);
    if (query_next(&q)) *n = query_int(&q, 0);
    return query_end(&q, e);
}

static bool room(struct store *st, const struct draft_owner *owner, struct err *e)
{
    int64_t n;
    if (!draft_count(&n, st, owner, e)) return false;
    if (n < DRAFTS_MAX) return true;
    err_set(e, ERR_LIMIT, "draft.too_many", "there may be at most %d drafts of one person",
            DRAFTS_MAX);
    return err_remedy(e, "submit or discard some of them");
}

bool draft_add(struct draft *d, struct store *st, const struct draft_owner *owner, struct text body,
               struct err *e)
{
    uint8_t key[CRYPTO_KEY], wrapped[WRAPPED_KEY];
    uint64_t code;
    struct query q;
    struct buf sealed;

    if (!store_must_write(st, e) || !numbering_ensure(st, e) || !room(st, owner, e)) return false;
    if (body.n > DRAFT_BYTES_MAX) return too_long(e);
    crypto_random(&code, sizeof code);
    code >>= 64 - CODE_BITS;
    record_code_format(d->code, code);
    d->version_no = 1;
    d->created_at = d->changed_at = instant_now();
    crypto_random(key, sizeof key);
    struct envelope_context c = context_of(d, ENVELOPE_DRAFT_KEY, 0);
    envelope_wrap(wrapped, key, keyring_key(st->keyring, KEY_WORK), KEY_WORK, &c);
    c = context_of(d, ENVELOPE_DRAFT_BODY, d->version_no);
    buf_init(&sealed, SEALED_MAX);
    envelope_seal(&sealed, body.p, body.n, key, KEY_WORK, &c);
    mem_wipe(key, sizeof key);

    (void)query_begin(&q, st->backend, SQL_DRAFT_ADD);
    query_bind_int(&q, "code", (int64_t)code);
    bind_owner(&q, owner);
    query_bind_int(&q, "organisation_no", d->organisation_no);
    query_bind_int(&q, "form_no", numbering_of_form(st, d->form)->form_no);
    if (d->record_no != 0) query_bind_int(&q, "record_no", (int64_t)d->record_no);
    else query_bind_null(&q, "record_no");
    query_bind_int(&q, "base_version", d->base_version);
    query_bind_int(&q, "at", d->created_at);
    query_bind_blob(&q, "wrapped_key", wrapped, sizeof wrapped);
    query_bind_blob(&q, "body", sealed.p, sealed.n);
    bool ok = query_run(&q, e);
    buf_release(&sealed);
    return ok;
}

bool draft_list(struct draft **out, size_t *n, struct store *st, const struct draft_owner *owner,
                struct arena *a, struct err *e)
{
    struct draft *list = ARENA_ARRAY(a, struct draft, DRAFTS_MAX);
    struct query q;
    *n = 0;
    *out = list;
    (void)query_begin(&q, st->backend, SQL_DRAFT_LIST);
    bind_owner(&q, owner);
    while (*n < DRAFTS_MAX && query_next(&q)) take(&list[(*n)++], st, &q, a);
    return query_end(&q, e);
}

bool draft_find(struct draft *out, struct store *st, const struct draft_owner *owner,
                struct text code, struct arena *a, struct err *e)
{
    uint64_t number;
    struct query q;
    *out = (struct draft){0};
    if (!record_code_parse(&number, code)) return unknown(e);
    (void)query_begin(&q, st->backend, SQL_DRAFT_FIND);
    bind_owner(&q, owner);
    query_bind_int(&q, "code", (int64_t)number);
    if (query_next(&q)) take(out, st, &q, a);
    if (!query_end(&q, e)) return false;
    return out->draft_no != 0 || unknown(e);
}

/* Key, sealed body (copied into the arena) and version of what is kept. */
struct kept {
    uint8_t key[CRYPTO_KEY];
    int64_t version_no;
};

static bool read_kept(struct kept *out, struct buf *plain, struct store *st, const struct draft *d,
                      struct err *e)
{
    struct envelope_context c = context_of(d, ENVELOPE_DRAFT_KEY, 0);
    struct query q;
    (void)query_begin(&q, st->backend, SQL_DRAFT_BODY);
    query_bind_int(&q, "draft_no", d->draft_no);
    bool found = query_next(&q), ok = true;
    if (found) {
        struct text wrapped = query_blob(&q, 0), body = query_blob(&q, 1);
        out->version_no = query_int(&q, 2);
        ok = envelope_unwrap(out->key, wrapped.p, wrapped.n, keyring_key(st->keyring, KEY_WORK),
                             &c) ||
             damaged(e);
        if (ok && plain != NULL) {
            c = context_of(d, ENVELOPE_DRAFT_BODY, out->version_no);
            ok = envelope_open(plain, body.p, body.n, out->key, &c, e);
        }
    }
    if (!ok) {
        (void)!query_end(&q, NULL);
        return false;
    }
    if (!query_end(&q, e)) return false;
    return found || unknown(e);
}

bool draft_open(struct buf *out, struct store *st, const struct draft *d, struct err *e)
{
    struct kept k;
    bool ok = read_kept(&k, out, st, d, e);
    mem_wipe(&k, sizeof k);
    return ok;
}

static bool conflict(struct err *e)
{
    err_set(e, ERR_CONFLICT, "draft.conflict",
            "this draft was changed in another window; nothing you typed is lost");
    return err_remedy(e, "compare the two, and choose what is to stay");
}

static bool save(struct store *st, struct draft *d, struct text body, bool counts, struct err *e)
{
    struct kept k;
    struct query q;
    struct buf sealed;

    if (!store_must_write(st, e)) return false;
    if (body.n > DRAFT_BYTES_MAX) return too_long(e);
    if (!read_kept(&k, NULL, st, d, e)) return false;
    if (k.version_no != d->version_no) {
        mem_wipe(&k, sizeof k);
        return conflict(e);
    }
    d->version_no += counts;
    d->changed_at = instant_now();
    struct envelope_context c = context_of(d, ENVELOPE_DRAFT_BODY, d->version_no);
    buf_init(&sealed, SEALED_MAX);
    envelope_seal(&sealed, body.p, body.n, k.key, KEY_WORK, &c);
    mem_wipe(&k, sizeof k);
    (void)query_begin(&q, st->backend, SQL_DRAFT_SAVE);
    query_bind_int(&q, "draft_no", d->draft_no);
    query_bind_int(&q, "version_no", d->version_no);
    query_bind_int(&q, "base_version", d->base_version);
    query_bind_int(&q, "at", d->changed_at);
    query_bind_blob(&q, "body", sealed.p, sealed.n);
    bool ok = query_run(&q, e);
    buf_release(&sealed);
    return ok;
}

bool draft_save(struct store *st, struct draft *d, struct text body, struct err *e)
{
    return save(st, d, body, true, e);
}

bool draft_save_beside(struct store *st, struct draft *d, struct text body, struct err *e)
{
    return save(st, d, body, false, e);
}

bool draft_of_record(struct store *st, struct draft *d, uint64_t record_no, struct err *e)
{
    struct query q;
    if (!store_must_write(st, e)) return false;
    (void)query_begin(&q, st->backend, SQL_DRAFT_OF_RECORD);
    query_bind_int(&q, "draft_no", d->draft_no);
    query_bind_int(&q, "record_no", (int64_t)record_no);
    if (!query_run(&q, e)) return false;
    d->record_no = record_no;
    return true;
}

bool draft_remove(struct store *st, const struct draft *d, struct err *e)
{
    struct query q;
    if (!store_must_write(st, e)) return false;
    (void)query_begin(&q, st->backend, SQL_DRAFT_REMOVE);
    query_bind_int(&q, "draft_no", d->draft_no);
    return query_run(&q, e);
}
