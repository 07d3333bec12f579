/* SPDX-License-Identifier: EUPL-1.2 */
/* Sealed of a key is an array of four (RFC 8949): id, algorithm, public key, label. */
#include "store/security_key.h"

#include "base/cbor.h"
#include "base/mem.h"
#include "store/access.h"
#include "store/store_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* What binds a sealed key to its account: the number, twelve digits. */
struct place {
    char code[24];
    struct envelope_context context;
};

static void place_of(struct place *out, int64_t account_no)
{
    (void)snprintf(out->code, sizeof out->code, "%012" PRId64, account_no % INT64_C(1000000000000));
    out->context = (struct envelope_context){ENVELOPE_SECURITY_KEY, out->code, 0};
}

static void hash_id(uint8_t out[ACCESS_HASH], const struct store *st, struct text id)
{
    access_hash(out, st, ACCESS_SECURITY_KEY, 0, id);
}

/* ---- sealed ---- */

static bool damaged(struct err *e)
{
    return err_set(e, ERR_STORE, "envelope.damaged",
                   "could not open a security key: not what was sealed there");
}

static struct text copy_of(struct arena *a, struct text t)
{
    return (struct text){arena_copy(a, t.p, t.n), t.n};
}

static bool unseal(struct security_key *out, const struct store *st, int64_t account_no,
                   struct text sealed, struct arena *a, struct err *e)
{
    struct place at;
    struct buf plain;
    struct cbor_reader r;
    struct cbor_item item[5];
    place_of(&at, account_no);
    buf_init_wiped(&plain, 4096);
    bool ok = envelope_open(&plain, sealed.p, sealed.n,
                            secret_bytes(keyring_key(st->keyring, KEY_FACTOR)), &at.context, e);
    if (ok) {
        cbor_reader_init(&r, plain.p, plain.n);
        for (size_t i = 0; i < sizeof item / sizeof *item; i++) item[i] = cbor_next(&r);
        ok = item[0].kind == CBOR_ARRAY && item[0].u == 4 && item[1].kind == CBOR_BYTES &&
             item[2].kind == CBOR_INT && item[3].kind == CBOR_BYTES && item[4].kind == CBOR_TEXT;
        if (!ok) (void)damaged(e);
    }
    if (ok) {
        out->key.id = copy_of(a, item[1].text);
        out->key.algorithm = (int)item[2].i;
        out->key.key = copy_of(a, item[3].text);
        out->label = copy_of(a, item[4].text).p;
    }
    buf_release(&plain);
    return ok;
}

static void seal(struct buf *out, const struct store *st, int64_t account_no,
                 const struct webauthn_key *key, struct text label)
{
    struct place at;
    struct buf plain;
    place_of(&at, account_no);
    buf_init_wiped(&plain, 4096);
    cbor_put_array(&plain, 4);
    cbor_put_bytes(&plain, key->id.p, key->id.n);
    cbor_put_int(&plain, key->algorithm);
    cbor_put_bytes(&plain, key->key.p, key->key.n);
    cbor_put_text(&plain, label);
    envelope_seal(out, plain.p, plain.n, secret_bytes(keyring_key(st->keyring, KEY_FACTOR)),
                  KEY_FACTOR, &at.context);
    buf_release(&plain);
}

/* ---- rows ---- */

static bool take_row(struct security_key *out, struct query *q, const struct store *st,
                     int64_t account_no, struct arena *a, struct err *e)
{
    *out = (struct security_key){.key_no = query_int(q, 0),
                                 .added_at = query_int(q, 3),
                                 .used_at = query_int(q, 4)};
    out->key.counter = (uint32_t)query_int(q, 2);
    return unseal(out, st, account_no, query_blob(q, 1), a, e);
}

bool store_security_key_list(struct security_key **out, size_t *n, struct store *st,
                             int64_t account_no, struct arena *a, struct err *e)
{
    struct query q;
    bool ok = true;
    *out = ARENA_ARRAY(a, struct security_key, SECURITY_KEYS_MAX);
    *n = 0;
    (void)query_begin(&q, st->backend, SQL_SECURITY_KEY_LIST);
    query_bind_int(&q, "account_no", account_no);
    while (ok && *n < SECURITY_KEYS_MAX && query_next(&q))
        ok = take_row(&(*out)[(*n)++], &q, st, account_no, a, e);
    if (ok) return query_end(&q, e);
    (void)!query_end(&q, NULL);
    return false;
}

bool store_security_key_find(struct security_key *out, struct store *st, int64_t account_no,
                             struct text id, struct arena *a, struct err *e)
{
    uint8_t hash[ACCESS_HASH];
    struct query q;
    bool ok = true;
    *out = (struct security_key){.key_no = 0};
    hash_id(hash, st, id);
    (void)query_begin(&q, st->backend, SQL_SECURITY_KEY_FIND);
    query_bind_int(&q, "account_no", account_no);
    query_bind_blob(&q, "id_hash", hash, sizeof hash);
    if (query_next(&q)) ok = take_row(out, &q, st, account_no, a, e);
    if (!ok) {
        (void)!query_end(&q, NULL);
        return false;
    }
    if (!query_end(&q, e)) return false;
    return out->key_no == 0 || text_equal(out->key.id, id) || damaged(e);
}

static bool may_add(struct store *st, int64_t account_no, const uint8_t hash[ACCESS_HASH],
                    struct err *e)
{
    struct query q;
    size_t n = 0;
    (void)query_begin(&q, st->backend, SQL_SECURITY_KEY_TAKEN);
    query_bind_blob(&q, "id_hash", hash, ACCESS_HASH);
    bool taken = query_next(&q);
    if (!query_end(&q, e)) return false;
    if (taken) {
        err_set(e, ERR_CONFLICT, "security_key.there", "this security key is registered already");
        return err_remedy(e, "use another key");
    }
    (void)query_begin(&q, st->backend, SQL_SECURITY_KEY_LIST);
    query_bind_int(&q, "account_no", account_no);
    while (query_next(&q)) n++;
    if (!query_end(&q, e)) return false;
    if (n < SECURITY_KEYS_MAX) return true;
    err_set(e, ERR_CONFLICT, "security_key.full", "an account has at most %d security keys",
            SECURITY_KEYS_MAX);
    return err_remedy(e, "remove one that is not used any more");
}

bool store_security_key_add(struct store *st, int64_t account_no, const struct webauthn_key *key,
                            struct text label, int64_t now, struct err *e)
{
    uint8_t hash[ACCESS_HASH];
    struct buf sealed;
    struct query q;
    if (!store_must_write(st, e)) return false;
    hash_id(hash, st, key->id);
    if (!may_add(st, account_no, hash, e)) return false;
    buf_init(&sealed, 8192);
    seal(&sealed, st, account_no, key, label);
    (void)query_begin(&q, st->backend, SQL_SECURITY_KEY_ADD);
    query_bind_int(&q, "account_no", account_no);
    query_bind_blob(&q, "id_hash", hash, sizeof hash);
    query_bind_blob(&q, "sealed", sealed.p, sealed.n);
    query_bind_int(&q, "counter", key->counter);
    query_bind_int(&q, "added_at", now);
    bool ok = query_run(&q, e);
    buf_release(&sealed);
    return ok;
}

bool store_security_key_used(struct store *st, int64_t key_no, uint32_t counter, int64_t now,
                             struct err *e)
{
    struct query q;
    if (!store_must_write(st, e)) return false;
    (void)query_begin(&q, st->backend, SQL_SECURITY_KEY_USED);
    query_bind_int(&q, "key_no", key_no);
    query_bind_int(&q, "counter", counter);
    query_bind_int(&q, "used_at", now);
    return query_run(&q, e);
}

bool store_security_key_remove(struct store *st, int64_t account_no, int64_t key_no, struct err *e)
{
    struct query q;
    if (!store_must_write(st, e)) return false;
    (void)query_begin(&q, st->backend, SQL_SECURITY_KEY_REMOVE);
    query_bind_int(&q, "account_no", account_no);
    query_bind_int(&q, "key_no", key_no);
    return query_run(&q, e);
}

bool store_security_key_ready(int64_t *since, struct store *st, const char *role, struct err *e)
{
    struct query q;
    *since = 0;
    (void)query_begin(&q, st->backend, SQL_SECURITY_KEY_READY);
    query_bind_text(&q, "role", text_of(role));
    if (query_next(&q) && !query_is_null(&q, 0)) *since = query_int(&q, 0);
    return query_end(&q, e);
}

/* ---- challenges ---- */

static void hash_challenge(uint8_t out[ACCESS_HASH], const struct store *st, int64_t session_no,
                           const uint8_t challenge[WEBAUTHN_CHALLENGE])
{
    access_hash(out, st, ACCESS_CHALLENGE, session_no,
                (struct text){(const char *)challenge, WEBAUTHN_CHALLENGE});
}

bool store_security_challenge_new(uint8_t out[WEBAUTHN_CHALLENGE], struct store *st,
                                  int64_t session_no, enum security_use use, int64_t now_ms,
                                  struct err *e)
{
    uint8_t hash[ACCESS_HASH];
    struct query q;
    if (!store_must_write(st, e)) return false;
    crypto_random(out, WEBAUTHN_CHALLENGE);
    hash_challenge(hash, st, session_no, out);
    (void)query_begin(&q, st->backend, SQL_SECURITY_CHALLENGE_SWEEP);
    query_bind_int(&q, "session_no", session_no);
    query_bind_int(&q, "now_ms", now_ms);
    query_bind_int(&q, "keep", SECURITY_CHALLENGES_MAX - 1);
    if (!query_run(&q, e)) return false;
    (void)query_begin(&q, st->backend, SQL_SECURITY_CHALLENGE_ADD);
    query_bind_blob(&q, "challenge_hash", hash, sizeof hash);
    query_bind_int(&q, "session_no", session_no);
    query_bind_int(&q, "made_for", use);
    query_bind_int(&q, "until_ms", now_ms + SECURITY_CHALLENGE_MS);
    return query_run(&q, e);
}

bool store_security_challenge_take(bool *out, struct store *st, int64_t session_no,
                                   enum security_use use,
                                   const uint8_t challenge[WEBAUTHN_CHALLENGE], int64_t now_ms,
                                   struct err *e)
{
    uint8_t hash[ACCESS_HASH];
    struct query q;
    *out = false;
    if (!store_must_write(st, e)) return false;
    hash_challenge(hash, st, session_no, challenge);
    (void)query_begin(&q, st->backend, SQL_SECURITY_CHALLENGE_FIND);
    query_bind_blob(&q, "challenge_hash", hash, sizeof hash);
    query_bind_int(&q, "session_no", session_no);
    query_bind_int(&q, "made_for", use);
    query_bind_int(&q, "now_ms", now_ms);
    *out = query_next(&q);
    if (!query_end(&q, e)) return false;
    if (!*out) return true;
    (void)query_begin(&q, st->backend, SQL_SECURITY_CHALLENGE_REMOVE);
    query_bind_blob(&q, "challenge_hash", hash, sizeof hash);
    return query_run(&q, e);
}
