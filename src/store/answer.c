/* SPDX-License-Identifier: EUPL-1.2 */
#include "store/answer.h"

#include "base/mem.h"
#include "store/envelope.h"
#include "store/store_internal.h"

#include <string.h>

enum { CODE_BITS = 60, HASH = 32, SEALED_MAX = ANSWER_BYTES_MAX + 4096 };

static void hash_of(uint8_t out[HASH], const struct store *st, struct text t)
{
    crypto_hash(out, HASH, t.p, t.n, keyring_key(st->keyring, KEY_CONTENT));
}

static void bind_name(struct query *q, const struct store *st, const struct answer_request *r)
{
    uint8_t hash[HASH];
    hash_of(hash, st, r->name);
    query_bind_int(q, "account_no", r->account_no);
    query_bind_blob(q, "name_hash", hash, sizeof hash);
}

static bool sweep(struct store *st, int64_t now, struct err *e)
{
    struct query q;
    (void)query_begin(&q, st->backend, SQL_ANSWER_SWEEP);
    query_bind_int(&q, "before", now - ANSWER_LIFE_S);
    return query_run(&q, e);
}

static bool room(struct store *st, const struct answer_request *r, struct err *e)
{
    struct query q;
    int64_t n = 0;
    (void)query_begin(&q, st->backend, SQL_ANSWER_COUNT);
    query_bind_int(&q, "account_no", r->account_no);
    if (query_next(&q)) n = query_int(&q, 0);
    if (!query_end(&q, e)) return false;
    if (n < ANSWERS_MAX) return true;
    err_set(e, ERR_LIMIT, "answer.too_many", "%d answers are kept for this account already",
            ANSWERS_MAX);
    return err_remedy(e, "go on later: each is kept for a day");
}

static bool open_body(struct buf *body, const struct store *st, struct query *q, struct err *e)
{
    char code[RECORD_CODE + 1];
    uint8_t key[CRYPTO_KEY];
    struct text wrapped = query_blob(q, 2), sealed = query_blob(q, 3);
    struct envelope_context c = {ENVELOPE_ANSWER_KEY, code, 0};
    record_code_format(code, (uint64_t)query_int(q, 1));
    if (!envelope_unwrap(key, wrapped.p, wrapped.n, keyring_key(st->keyring, KEY_WORK), &c)) {
        err_set(e, ERR_STORE, "envelope.damaged",
                "could not open the key of an answer: not what was sealed there");
        return err_remedy(e,
                          "run `dcim check`; if it finds damage, restore the last verified backup");
    }
    c.place = ENVELOPE_ANSWER_BODY;
    bool ok = envelope_open(body, sealed.p, sealed.n, key, &c, e);
    mem_wipe(key, sizeof key);
    return ok;
}

static bool find(enum answer_state *state, struct buf *body, struct store *st,
                 const struct answer_request *r, struct err *e)
{
    struct query q;
    uint8_t hash[HASH];
    bool ok = true;
    *state = ANSWER_NEW;
    hash_of(hash, st, r->request);
    (void)query_begin(&q, st->backend, SQL_ANSWER_FIND);
    bind_name(&q, st, r);
    if (query_next(&q)) {
        struct text was = query_blob(&q, 0);
        if (was.n != HASH || !crypto_equal(was.p, hash, HASH)) *state = ANSWER_OTHER;
        else if (query_is_null(&q, 2)) *state = ANSWER_WORKING;
        else *state = ANSWER_KEPT;
        ok = *state != ANSWER_KEPT || open_body(body, st, &q, e);
    }
    if (ok) return query_end(&q, e);
    (void)!query_end(&q, NULL);
    return false;
}

bool store_answer_begin(enum answer_state *state, struct buf *body, struct store *st,
                        const struct answer_request *r, int64_t now, struct err *e)
{
    struct query q;
    uint64_t code;
    uint8_t hash[HASH];
    if (!store_must_write(st, e) || !sweep(st, now, e) || !find(state, body, st, r, e))
        return false;
    if (*state != ANSWER_NEW) return true;
    if (!room(st, r, e)) return false;
    crypto_random(&code, sizeof code);
    hash_of(hash, st, r->request);
    (void)query_begin(&q, st->backend, SQL_ANSWER_ADD);
    bind_name(&q, st, r);
    query_bind_blob(&q, "request_hash", hash, sizeof hash);
    query_bind_int(&q, "code", (int64_t)(code >> (64 - CODE_BITS)));
    query_bind_int(&q, "made_at", now);
    return query_run(&q, e);
}

bool store_answer_remove(struct store *st, const struct answer_request *r, struct err *e)
{
    struct query q;
    if (!store_must_write(st, e)) return false;
    (void)query_begin(&q, st->backend, SQL_ANSWER_REMOVE);
    bind_name(&q, st, r);
    return query_run(&q, e);
}

static bool code_of(char out[RECORD_CODE + 1], bool *found, struct store *st,
                    const struct answer_request *r, struct err *e)
{
    struct query q;
    (void)query_begin(&q, st->backend, SQL_ANSWER_FIND);
    bind_name(&q, st, r);
    *found = query_next(&q);
    if (*found) record_code_format(out, (uint64_t)query_int(&q, 1));
    return query_end(&q, e);
}

bool store_answer_keep(struct store *st, const struct answer_request *r, struct text body,
                       struct err *e)
{
    char code[RECORD_CODE + 1];
    uint8_t key[CRYPTO_KEY], wrapped[WRAPPED_KEY];
    struct buf sealed;
    struct query q;
    bool found;
    if (body.n > ANSWER_BYTES_MAX) return store_answer_remove(st, r, e);
    if (!store_must_write(st, e) || !code_of(code, &found, st, r, e)) return false;
    if (!found) return true; /* it took more than a day */
    struct envelope_context c = {ENVELOPE_ANSWER_KEY, code, 0};
    crypto_random(key, sizeof key);
    envelope_wrap(wrapped, key, keyring_key(st->keyring, KEY_WORK), KEY_WORK, &c);
    c.place = ENVELOPE_ANSWER_BODY;
    buf_init(&sealed, SEALED_MAX);
    envelope_seal(&sealed, body.p, body.n, key, KEY_WORK, &c);
    mem_wipe(key, sizeof key);
    (void)query_begin(&q, st->backend, SQL_ANSWER_KEEP);
    bind_name(&q, st, r);
    query_bind_blob(&q, "wrapped_key", wrapped, sizeof wrapped);
    query_bind_blob(&q, "body", sealed.p, sealed.n);
    bool ok = query_run(&q, e);
    buf_release(&sealed);
    return ok;
}
