/* SPDX-License-Identifier: EUPL-1.2 */
#include "store/saved_question.h"

#include "base/date.h"
#include "base/mem.h"
#include "store/store_internal.h"

#include <string.h>

enum { SEALED_MAX = QUESTION_BYTES_MAX + 1024, CODE_BITS = 60, SHARED_MAX = 2000 };

static bool unknown(struct err *e)
{
    err_set(e, ERR_NOT_FOUND, "question.unknown", "there is no such saved question");
    return err_remedy(e, "it may have been deleted: see the list of saved questions");
}

static bool not_own(struct err *e)
{
    err_set(e, ERR_DENIED, "question.not_own", "only who saved a question may change it");
    return err_remedy(e, "open it, and save it under a name of your own");
}

static bool too_long(struct err *e)
{
    err_set(e, ERR_LIMIT, "question.too_long", "a saved question holds at most %d bytes",
            QUESTION_BYTES_MAX);
    return err_remedy(e, "choose fewer values");
}

static struct envelope_context context_of(const struct saved_question *q, enum envelope_place place,
                                          int64_t version_no)
{
    return (struct envelope_context){place, q->code, (uint32_t)version_no};
}

static void bind_who(struct query *q, const struct question_reader *who)
{
    query_bind_int(q, "account_no", who->account_no);
    query_bind_text(q, "owner", text_of(who->actor));
}

/* ---- opening ---- */

static bool open_key(uint8_t key[CRYPTO_KEY], const struct store *st,
                     const struct saved_question *x, struct text wrapped, struct err *e)
{
    struct envelope_context c = context_of(x, ENVELOPE_QUESTION_KEY, 0);
    if (envelope_unwrap(key, wrapped.p, wrapped.n, keyring_key(st->keyring, KEY_WORK), &c))
        return true;
    err_set(e, ERR_STORE, "envelope.damaged",
            "could not open the key of a saved question: not what was sealed there");
    return err_remedy(e, "run `dcim check`; if it finds damage, restore the last verified backup");
}

/* Columns as in question_list and question_find. */
static bool take(struct saved_question *out, struct store *st, struct query *q,
                 const struct question_reader *who, struct arena *a, struct err *e)
{
    uint8_t key[CRYPTO_KEY];
    struct text owner = query_text(q, 3), body = query_blob(q, 8);
    struct buf plain;
    *out = (struct saved_question){.question_no = query_int(q, 0),
                                   .owner = arena_copy(a, owner.p, owner.n),
                                   .shared = query_int(q, 4) != 0,
                                   .saved_at = query_int(q, 5),
                                   .version_no = query_int(q, 6)};
    out->own = query_int(q, 2) == who->account_no && strcmp(out->owner, who->actor) == 0;
    record_code_format(out->code, (uint64_t)query_int(q, 1));
    struct envelope_context c = context_of(out, ENVELOPE_QUESTION_BODY, out->version_no);
    buf_init_wiped(&plain, SEALED_MAX);
    bool ok = open_key(key, st, out, query_blob(q, 7), e) &&
              envelope_open(&plain, body.p, body.n, key, &c, e);
    struct text t = buf_text(&plain);
    if (ok) out->body = (struct text){arena_copy(a, t.p, t.n), t.n};
    mem_wipe(key, sizeof key);
    buf_release(&plain);
    return ok;
}

bool saved_question_list(struct saved_question **out, size_t *n, struct store *st,
                         const struct question_reader *who, struct arena *a, struct err *e)
{
    struct saved_question *list = NULL;
    size_t cap = 0, count = 0;
    bool ok = true;
    struct query q;
    (void)query_begin(&q, st->backend, SQL_QUESTION_LIST);
    bind_who(&q, who);
    query_bind_int(&q, "organisation_no", who->organisation_no);
    while (ok && count < SHARED_MAX && query_next(&q)) {
        MEM_GROW(list, cap, count + 1);
        ok = take(&list[count++], st, &q, who, a, e);
    }
    if (!query_end(&q, ok ? e : NULL)) ok = false;
    *n = ok ? count : 0;
    *out = ARENA_ARRAY(a, struct saved_question, *n);
    if (*n > 0) memcpy(*out, list, *n * sizeof *list);
    mem_free(list);
    return ok;
}

bool saved_question_find(struct saved_question *out, struct store *st,
                         const struct question_reader *who, struct text code, struct arena *a,
                         struct err *e)
{
    uint64_t number;
    struct query q;
    *out = (struct saved_question){0};
    if (!record_code_parse(&number, code)) return unknown(e);
    (void)query_begin(&q, st->backend, SQL_QUESTION_FIND);
    query_bind_int(&q, "code", (int64_t)number);
    bind_who(&q, who);
    query_bind_int(&q, "organisation_no", who->organisation_no);
    bool found = query_next(&q), ok = !found || take(out, st, &q, who, a, e);
    if (!query_end(&q, ok ? e : NULL)) ok = false;
    return ok && (found || unknown(e));
}

/* ---- keeping ---- */

static bool room(struct store *st, const struct question_reader *who, struct err *e)
{
    struct query q;
    int64_t n = 0;
    (void)query_begin(&q, st->backend, SQL_QUESTION_COUNT);
    bind_who(&q, who);
    if (query_next(&q)) n = query_int(&q, 0);
    if (!query_end(&q, e)) return false;
    if (n < QUESTIONS_MAX) return true;
    err_set(e, ERR_LIMIT, "question.too_many", "there may be at most %d questions of one person",
            QUESTIONS_MAX);
    return err_remedy(e, "delete some of them");
}

bool saved_question_add(struct saved_question *x, struct store *st,
                        const struct question_reader *who, struct text body, struct err *e)
{
    uint8_t key[CRYPTO_KEY], wrapped[WRAPPED_KEY];
    uint64_t code;
    struct query q;
    struct buf sealed;

    if (!store_must_write(st, e) || !room(st, who, e)) return false;
    if (body.n > QUESTION_BYTES_MAX) return too_long(e);
    crypto_random(&code, sizeof code);
    code >>= 64 - CODE_BITS;
    record_code_format(x->code, code);
    x->version_no = 1;
    x->saved_at = instant_now();
    crypto_random(key, sizeof key);
    struct envelope_context c = context_of(x, ENVELOPE_QUESTION_KEY, 0);
    envelope_wrap(wrapped, key, keyring_key(st->keyring, KEY_WORK), KEY_WORK, &c);
    c = context_of(x, ENVELOPE_QUESTION_BODY, x->version_no);
    buf_init(&sealed, SEALED_MAX);
    envelope_seal(&sealed, body.p, body.n, key, KEY_WORK, &c);
    mem_wipe(key, sizeof key);

    (void)query_begin(&q, st->backend, SQL_QUESTION_ADD);
    query_bind_int(&q, "code", (int64_t)code);
    bind_who(&q, who);
    query_bind_int(&q, "organisation_no", who->organisation_no);
    query_bind_int(&q, "shared", x->shared);
    query_bind_int(&q, "at", x->saved_at);
    query_bind_blob(&q, "wrapped_key", wrapped, sizeof wrapped);
    query_bind_blob(&q, "body", sealed.p, sealed.n);
    bool ok = query_run(&q, e);
    buf_release(&sealed);
    return ok;
}

/* A key of its own for each saving would be one more to keep: the version is bound instead. */
bool saved_question_change(struct store *st, struct saved_question *x, struct text body,
                           struct err *e)
{
    uint8_t key[CRYPTO_KEY];
    struct query q;
    struct buf sealed;
    bool ok = false;

    if (!store_must_write(st, e)) return false;
    if (!x->own) return not_own(e);
    if (body.n > QUESTION_BYTES_MAX) return too_long(e);
    (void)query_begin(&q, st->backend, SQL_QUESTION_KEY);
    query_bind_int(&q, "question_no", x->question_no);
    if (query_next(&q)) ok = open_key(key, st, x, query_blob(&q, 0), e);
    if (!query_end(&q, ok ? e : NULL)) ok = false;
    if (!ok) return false;
    x->version_no++;
    x->saved_at = instant_now();
    struct envelope_context c = context_of(x, ENVELOPE_QUESTION_BODY, x->version_no);
    buf_init(&sealed, SEALED_MAX);
    envelope_seal(&sealed, body.p, body.n, key, KEY_WORK, &c);
    mem_wipe(key, sizeof key);
    (void)query_begin(&q, st->backend, SQL_QUESTION_CHANGE);
    query_bind_int(&q, "question_no", x->question_no);
    query_bind_int(&q, "shared", x->shared);
    query_bind_int(&q, "version_no", x->version_no);
    query_bind_int(&q, "at", x->saved_at);
    query_bind_blob(&q, "body", sealed.p, sealed.n);
    ok = query_run(&q, e);
    buf_release(&sealed);
    return ok;
}

bool saved_question_remove(struct store *st, const struct saved_question *x, struct err *e)
{
    struct query q;
    if (!store_must_write(st, e)) return false;
    if (!x->own) return not_own(e);
    (void)query_begin(&q, st->backend, SQL_QUESTION_REMOVE);
    query_bind_int(&q, "question_no", x->question_no);
    return query_run(&q, e);
}
