/* SPDX-License-Identifier: EUPL-1.2 */
/* The second factor of an account: its sealed secret, the step that was used last, and the codes for
 * whoever has lost it. */
#include "store/account.h"

#include "base/mem.h"
#include "store/store_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* What binds the sealed secret to its account: the number, twelve digits. */
struct place {
    char code[24];
    struct envelope_context context;
};

static void place_of(struct place *out, int64_t account_no)
{
    (void)snprintf(out->code, sizeof out->code, "%012" PRId64, account_no % INT64_C(1000000000000));
    out->context = (struct envelope_context){ENVELOPE_FACTOR, out->code, 0};
}

struct factor {
    bool there, has_new;
    uint8_t secret[TOTP_SECRET], secret_new[TOTP_SECRET];
    uint64_t step;
};

static bool unseal(uint8_t secret[TOTP_SECRET], const struct store *st, int64_t account_no,
                   struct text sealed, struct err *e)
{
    struct place at;
    struct buf plain;
    place_of(&at, account_no);
    buf_init_wiped(&plain, 256);
    bool ok = envelope_open(&plain, sealed.p, sealed.n,
                            secret_bytes(keyring_key(st->keyring, KEY_FACTOR)), &at.context, e);
    if (ok && plain.n != TOTP_SECRET)
        ok = err_set(e, ERR_STORE, "envelope.damaged",
                     "could not open a second factor: not what was sealed there");
    if (ok) memcpy(secret, plain.p, TOTP_SECRET);
    buf_release(&plain);
    return ok;
}

static bool factor_load(struct factor *out, struct store *st, int64_t account_no, struct err *e)
{
    struct query q;
    bool ok = true;
    *out = (struct factor){.there = false};
    (void)query_begin(&q, st->backend, SQL_ACCOUNT_FACTOR);
    query_bind_int(&q, "account_no", account_no);
    if (query_next(&q)) {
        out->there = !query_is_null(&q, 0);
        out->step = (uint64_t)query_int(&q, 1);
        out->has_new = !query_is_null(&q, 2);
        if (out->there) ok = unseal(out->secret, st, account_no, query_blob(&q, 0), e);
        if (ok && out->has_new) ok = unseal(out->secret_new, st, account_no, query_blob(&q, 2), e);
    }
    if (ok) return query_end(&q, e);
    (void)!query_end(&q, NULL);
    return false;
}

bool store_factor_begin(uint8_t secret[TOTP_SECRET], struct store *st, int64_t account_no,
                        struct err *e)
{
    struct place at;
    struct buf sealed;
    struct query q;
    if (!store_must_write(st, e)) return false;
    crypto_random(secret, TOTP_SECRET);
    place_of(&at, account_no);
    buf_init(&sealed, 256);
    envelope_seal(&sealed, secret, TOTP_SECRET, secret_bytes(keyring_key(st->keyring, KEY_FACTOR)),
                  KEY_FACTOR, &at.context);
    (void)query_begin(&q, st->backend, SQL_ACCOUNT_FACTOR_BEGIN);
    query_bind_int(&q, "account_no", account_no);
    query_bind_blob(&q, "factor_new", sealed.p, sealed.n);
    bool ok = query_run(&q, e);
    buf_release(&sealed);
    return ok;
}

bool store_factor_confirm(bool *out, struct store *st, int64_t account_no, struct text typed,
                          int64_t now, struct err *e)
{
    struct factor f;
    struct query q;
    uint64_t step = 0;
    *out = false;
    if (!store_must_write(st, e) || !factor_load(&f, st, account_no, e)) return false;
    *out = f.has_new && totp_fits(&step, f.secret_new, typed, now, 0);
    mem_wipe(&f, sizeof f);
    if (!*out) return true;
    (void)query_begin(&q, st->backend, SQL_ACCOUNT_FACTOR_CONFIRM);
    query_bind_int(&q, "account_no", account_no);
    query_bind_int(&q, "step", (int64_t)step);
    query_bind_int(&q, "at", now);
    return query_run(&q, e);
}

bool store_factor_use(bool *out, struct store *st, int64_t account_no, struct text typed,
                      int64_t now, struct err *e)
{
    struct factor f;
    struct query q;
    uint64_t step = 0;
    *out = false;
    if (!store_must_write(st, e) || !factor_load(&f, st, account_no, e)) return false;
    *out = f.there && totp_fits(&step, f.secret, typed, now, f.step);
    mem_wipe(&f, sizeof f);
    if (!*out) return true;
    (void)query_begin(&q, st->backend, SQL_ACCOUNT_FACTOR_USED);
    query_bind_int(&q, "account_no", account_no);
    query_bind_int(&q, "step", (int64_t)step);
    return query_run(&q, e);
}

bool store_recovery_renew(char code[ACCOUNT_RECOVERY_CODES][ACCESS_SHORT_CODE + 1],
                          struct store *st, int64_t account_no, struct err *e)
{
    uint8_t hash[ACCESS_HASH];
    struct query q;
    if (!store_must_write(st, e)) return false;
    (void)query_begin(&q, st->backend, SQL_ACCOUNT_RECOVERY_CLEAR);
    query_bind_int(&q, "account_no", account_no);
    if (!query_run(&q, e)) return false;
    for (size_t i = 0; i < ACCOUNT_RECOVERY_CODES; i++) {
        access_short_code_new(code[i]);
        access_hash(hash, st, ACCESS_RECOVERY, account_no, text_of(code[i]));
        (void)query_begin(&q, st->backend, SQL_ACCOUNT_RECOVERY_ADD);
        query_bind_int(&q, "account_no", account_no);
        query_bind_blob(&q, "code_hash", hash, sizeof hash);
        if (!query_run(&q, e)) return false;
    }
    return true;
}

bool store_recovery_use(bool *out, struct store *st, int64_t account_no, struct text typed,
                        int64_t now, struct err *e)
{
    uint8_t hash[ACCESS_HASH];
    char code[ACCESS_SHORT_CODE + 1];
    struct query q;
    *out = false;
    if (!store_must_write(st, e)) return false;
    bool can_be = access_code_read(code, sizeof code, typed);
    access_hash(hash, st, ACCESS_RECOVERY, account_no, text_of(can_be ? code : ""));
    mem_wipe(code, sizeof code);
    if (!can_be) return true;
    (void)query_begin(&q, st->backend, SQL_ACCOUNT_RECOVERY_FIND);
    query_bind_int(&q, "account_no", account_no);
    query_bind_blob(&q, "code_hash", hash, sizeof hash);
    *out = query_next(&q);
    if (!query_end(&q, e)) return false;
    if (!*out) return true;
    (void)query_begin(&q, st->backend, SQL_ACCOUNT_RECOVERY_USE);
    query_bind_int(&q, "account_no", account_no);
    query_bind_blob(&q, "code_hash", hash, sizeof hash);
    query_bind_int(&q, "at", now);
    return query_run(&q, e);
}

bool store_recovery_left(int64_t *out, struct store *st, int64_t account_no, struct err *e)
{
    struct query q;
    (void)query_begin(&q, st->backend, SQL_ACCOUNT_RECOVERY_LEFT);
    query_bind_int(&q, "account_no", account_no);
    *out = query_next(&q) ? query_int(&q, 0) : 0;
    return query_end(&q, e);
}
