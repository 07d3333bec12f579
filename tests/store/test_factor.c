/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/store/factor.c
 *  1 begun, confirmed, used once a step; sealed for its account (S44, S12)
 *  2 recovery codes: ten, each once, of one account
 */
#include "harness.h"

#include "store/account.h"
#include "store/backend.h"
#include "store/session.h"
#include "store/throttle.h"
#include "store/token.h"

#include <string.h>

static struct store *st;
static struct arena *arena;
static int64_t no; /* account ana */

static int begin(void **state)
{
    (void)state;
    const struct unlock u = {.key_file = "key"};
    uint8_t hash[32] = {0};
    struct account a = {.name = "ana", .full_name = "Ana", .added_by = "test"};
    a.role = role_find(TEXT("analyst"));
    arena = arena_new(ARENA_PLAIN);
    if (!store_create(&st, "repository", &u, "pt", hash, NULL)) fail();
    assert_true(store_begin(st, true, NULL));
    assert_true(store_account_add(&no, st, &a, 1000, NULL));
    return 0;
}

static int end(void **state)
{
    (void)state;
    store_rollback(st);
    store_close(st);
    arena_free(arena);
    return 0;
}

static void factor_1(void **state)
{
    (void)state;
    enum { NOW = 1700000000 };
    uint8_t secret[TOTP_SECRET], second[TOTP_SECRET];
    char code[TOTP_DIGITS + 1], wrong[TOTP_DIGITS + 1];
    bool fits;
    struct query q;
    assert_true(store_factor_confirm(&fits, st, no, TEXT("000000"), NOW, NULL));
    assert_false(fits);
    assert_true(store_factor_begin(secret, st, no, NULL));
    totp_code(code, secret, NOW / TOTP_SECONDS);
    totp_code(wrong, secret, NOW / TOTP_SECONDS + 7);
    assert_true(store_factor_use(&fits, st, no, text_of(code), NOW, NULL));
    assert_false(fits); /* not yet */
    assert_true(store_factor_confirm(&fits, st, no, text_of(wrong), NOW, NULL));
    assert_false(fits);
    assert_true(store_factor_confirm(&fits, st, no, text_of(code), NOW, NULL));
    assert_true(fits);
    assert_true(store_factor_use(&fits, st, no, text_of(code), NOW, NULL));
    assert_false(fits); /* used by confirming */
    totp_code(code, secret, NOW / TOTP_SECONDS + 1);
    assert_true(store_factor_use(&fits, st, no, text_of(code), NOW, NULL));
    assert_true(fits);
    assert_true(store_factor_use(&fits, st, no, text_of(code), NOW, NULL));
    assert_false(fits);
    assert_true(store_factor_begin(second, st, no, NULL)); /* the first one stays meanwhile */
    totp_code(code, secret, NOW / TOTP_SECONDS + 2);
    assert_true(store_factor_use(&fits, st, no, text_of(code), NOW + 30, NULL));
    assert_true(fits);
    (void)query_begin(&q, store_backend(st), SQL_ACCOUNT_FACTOR);
    query_bind_int(&q, "account_no", no);
    assert_true(query_next(&q));
    struct text sealed = query_blob(&q, 0);
    assert_true(sealed.n > TOTP_SECRET);
    assert_null(memmem(sealed.p, sealed.n, secret, TOTP_SECRET));
    assert_true(query_end(&q, NULL));
}

static void recovery_2(void **state)
{
    (void)state;
    char code[ACCOUNT_RECOVERY_CODES][ACCESS_SHORT_CODE + 1];
    bool fits;
    int64_t left;
    assert_true(store_recovery_renew(code, st, no, NULL));
    assert_true(store_recovery_left(&left, st, no, NULL));
    assert_int_equal(left, 10);
    for (int i = 0; i < 10; i++) {
        assert_true(store_recovery_use(&fits, st, no + 1, text_of(code[i]), 1, NULL));
        assert_false(fits);
        assert_true(store_recovery_use(&fits, st, no, text_of(code[i]), 1, NULL));
        assert_true(fits);
        assert_true(store_recovery_use(&fits, st, no, text_of(code[i]), 1, NULL));
        assert_false(fits);
    }
    assert_true(store_recovery_left(&left, st, no, NULL));
    assert_int_equal(left, 0);
    assert_true(store_recovery_use(&fits, st, no, TEXT(""), 1, NULL));
    assert_false(fits);
    assert_true(store_recovery_renew(code, st, no, NULL));
    assert_true(store_recovery_left(&left, st, no, NULL));
    assert_int_equal(left, 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(factor_1), cmocka_unit_test(recovery_2)};
    return cmocka_run_group_tests(tests, begin, end);
}
