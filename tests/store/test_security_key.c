/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/store/security_key.c
 *  1 kept sealed for its account, found by its name, counted, removed; no key twice, ten at most
 *  (S44, S12)
 *  2 a challenge is good once, for its session and use, for five minutes; eight side by side (S44)
 *  3 since when an administrator could do without a key
 */
#include "harness.h"

#include "base/crypto.h"
#include "store/account.h"
#include "store/backend.h"
#include "store/security_key.h"
#include "store/session.h"

#include <string.h>

enum { NOW = 1700000000, MS = 5000000 };

static struct store *st;
static struct arena *arena;
static int64_t ana, eva;

static int64_t add_account(const char *name)
{
    int64_t no = 0;
    struct account a = {.name = name, .full_name = "N", .added_by = "test"};
    a.role = role_find(TEXT("administrator"));
    assert_true(store_account_add(&no, st, &a, 1000, NULL));
    a.account_no = no;
    a.state = ACCOUNT_ACTIVE;
    assert_true(store_account_change(st, &a, NULL));
    return no;
}

static int begin(void **state)
{
    (void)state;
    const struct unlock u = {.key_file = "key"};
    uint8_t hash[32] = {0};
    arena = arena_new(ARENA_PLAIN);
    if (!store_create(&st, "repository", &u, "pt", hash, NULL)) fail();
    assert_true(store_begin(st, true, NULL));
    ana = add_account("ana");
    eva = add_account("eva");
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

static struct webauthn_key key_of(const char *id)
{
    return (struct webauthn_key){.id = text_of(id),
                                 .algorithm = -7,
                                 .key = {"public\0key", 10},
                                 .counter = 3};
}

/* ---- 1 ---- */

static void kept_1_1_sealed_found_counted_removed(void **state)
{
    (void)state;
    struct webauthn_key k = key_of("one");
    struct security_key found, *list;
    struct account a;
    struct query q;
    struct err e = {0};
    size_t n;
    assert_true(store_security_key_add(st, ana, &k, TEXT("blue one"), NOW, &e));
    assert_true(store_security_key_find(&found, st, ana, TEXT("one"), arena, &e));
    assert_true(found.key_no > 0);
    assert_string_equal(found.label, "blue one");
    assert_int_equal(found.key.algorithm, -7);
    assert_int_equal(found.key.key.n, 10);
    assert_memory_equal(found.key.key.p, "public\0key", 10);
    assert_int_equal(found.key.counter, 3);
    assert_int_equal(found.added_at, NOW);
    assert_int_equal(found.used_at, 0);
    assert_true(store_account_get(&a, st, ana, arena, &e));
    assert_int_equal(a.n_key, 1);
    assert_true(account_has_second(&a));
    assert_false(a.has_factor);
    /* Another account's key is not there, and cannot be had by another row. */
    int64_t no = found.key_no;
    assert_true(store_security_key_find(&found, st, eva, TEXT("one"), arena, &e));
    assert_int_equal(found.key_no, 0);
    assert_false(store_security_key_add(st, eva, &k, TEXT("x"), NOW, &e));
    assert_string_equal(e.id, "security_key.there");
    /* Nothing of it stands there in clear. */
    (void)query_begin(&q, store_backend(st), SQL_SECURITY_KEY_LIST);
    query_bind_int(&q, "account_no", ana);
    assert_true(query_next(&q));
    size_t at;
    assert_false(text_find(query_blob(&q, 1), TEXT("blue"), &at));
    assert_false(text_find(query_blob(&q, 1), TEXT("public"), &at));
    assert_true(query_end(&q, &e));
    assert_true(store_security_key_used(st, no, 9, NOW + 5, &e));
    assert_true(store_security_key_list(&list, &n, st, ana, arena, &e));
    assert_int_equal(n, 1);
    assert_int_equal(list[0].key.counter, 9);
    assert_int_equal(list[0].used_at, NOW + 5);
    assert_true(store_security_key_remove(st, eva, no, &e)); /* not hers: nothing goes */
    assert_true(store_security_key_list(&list, &n, st, ana, arena, &e));
    assert_int_equal(n, 1);
    assert_true(store_security_key_remove(st, ana, no, &e));
    assert_true(store_security_key_list(&list, &n, st, ana, arena, &e));
    assert_int_equal(n, 0);
}

static void kept_1_2_ten_and_gone_when_invited_anew(void **state)
{
    (void)state;
    char id[] = "key 0";
    char code[ACCESS_LONG_CODE + 1];
    struct security_key *list;
    struct err e = {0};
    size_t n;
    for (int i = 0; i < SECURITY_KEYS_MAX; i++) {
        id[4] = (char)('0' + i);
        struct webauthn_key k = key_of(id);
        assert_true(store_security_key_add(st, eva, &k, TEXT("x"), NOW, &e));
    }
    struct webauthn_key k = key_of("one too many");
    assert_false(store_security_key_add(st, eva, &k, TEXT("x"), NOW, &e));
    assert_string_equal(e.id, "security_key.full");
    assert_true(store_account_invite(code, st, eva, NOW, &e));
    assert_true(store_security_key_list(&list, &n, st, eva, arena, &e));
    assert_int_equal(n, 0);
}

/* ---- 2 ---- */

static int64_t open_session(int64_t account_no)
{
    char token[ACCESS_SESSION_TEXT + 1];
    struct session s = {.account_no = account_no, .state = SESSION_OPEN, .began_at = NOW}, found;
    assert_true(store_session_open(token, st, &s, MS, NULL));
    assert_true(store_session_find(&found, st, text_of(token), arena, NULL));
    return found.session_no;
}

static bool take(int64_t session, enum security_use use, const uint8_t *challenge, int64_t at)
{
    bool good;
    assert_true(store_security_challenge_take(&good, st, session, use, challenge, at, NULL));
    return good;
}

static void challenge_2_1_once_here_and_soon(void **state)
{
    (void)state;
    uint8_t one[WEBAUTHN_CHALLENGE], two[WEBAUTHN_CHALLENGE];
    int64_t s = open_session(ana), other = open_session(eva);
    assert_true(store_security_challenge_new(one, st, s, SECURITY_SHOW, MS, NULL));
    assert_true(store_security_challenge_new(two, st, s, SECURITY_ADD, MS, NULL));
    assert_memory_not_equal(one, two, sizeof one);
    assert_false(take(other, SECURITY_SHOW, one, MS));
    assert_false(take(s, SECURITY_ADD, one, MS));
    assert_false(take(s, SECURITY_SHOW, one, MS + SECURITY_CHALLENGE_MS + 1));
    assert_true(take(s, SECURITY_SHOW, one, MS + SECURITY_CHALLENGE_MS));
    assert_false(take(s, SECURITY_SHOW, one, MS));
    one[0] ^= 1;
    assert_false(take(s, SECURITY_SHOW, one, MS));
    assert_true(take(s, SECURITY_ADD, two, MS + 1));
}

static void challenge_2_2_side_by_side_and_with_its_session(void **state)
{
    (void)state;
    uint8_t c[SECURITY_CHALLENGES_MAX + 1][WEBAUTHN_CHALLENGE];
    int64_t s = open_session(ana);
    for (int i = 0; i <= SECURITY_CHALLENGES_MAX; i++)
        assert_true(store_security_challenge_new(c[i], st, s, SECURITY_SHOW, MS + i, NULL));
    assert_false(take(s, SECURITY_SHOW, c[0], MS + 20)); /* the oldest made room */
    for (int i = 1; i < SECURITY_CHALLENGES_MAX; i++)
        assert_true(take(s, SECURITY_SHOW, c[i], MS + 20));
    assert_true(store_session_end(st, s, NULL));
    assert_false(take(s, SECURITY_SHOW, c[SECURITY_CHALLENGES_MAX], MS + 20));
}

/* ---- 3 ---- */

static void ready_3_two_keys_or_a_code(void **state)
{
    (void)state;
    char code[ACCOUNT_RECOVERY_CODES][ACCESS_SHORT_CODE + 1];
    struct webauthn_key one = key_of("first"), two = key_of("second");
    struct security_key *list;
    int64_t since = 7;
    size_t n;
    assert_true(store_security_key_ready(&since, st, "administrator", NULL));
    assert_int_equal(since, 0);
    assert_true(store_security_key_add(st, ana, &one, TEXT("x"), NOW, NULL));
    assert_true(store_security_key_ready(&since, st, "administrator", NULL));
    assert_int_equal(since, 0); /* one alone may be lost */
    assert_true(store_security_key_add(st, ana, &two, TEXT("x"), NOW + 60, NULL));
    assert_true(store_security_key_ready(&since, st, "administrator", NULL));
    assert_int_equal(since, NOW);
    assert_true(store_security_key_list(&list, &n, st, ana, arena, NULL));
    assert_true(store_security_key_remove(st, ana, list[0].key_no, NULL));
    assert_true(store_security_key_ready(&since, st, "administrator", NULL));
    assert_int_equal(since, 0);
    assert_true(store_recovery_renew(code, st, ana, NULL));
    assert_true(store_security_key_ready(&since, st, "administrator", NULL));
    assert_int_equal(since, NOW + 60);
    assert_true(store_security_key_ready(&since, st, "auditor", NULL));
    assert_int_equal(since, 0);
    struct account a;
    assert_true(store_account_get(&a, st, ana, arena, NULL));
    a.state = ACCOUNT_DISABLED;
    assert_true(store_account_change(st, &a, NULL));
    assert_true(store_security_key_ready(&since, st, "administrator", NULL));
    assert_int_equal(since, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kept_1_1_sealed_found_counted_removed),
        cmocka_unit_test(kept_1_2_ten_and_gone_when_invited_anew),
        cmocka_unit_test(challenge_2_1_once_here_and_soon),
        cmocka_unit_test(challenge_2_2_side_by_side_and_with_its_session),
        cmocka_unit_test(ready_3_two_keys_or_a_code),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
