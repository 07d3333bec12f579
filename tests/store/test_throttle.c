/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/store/throttle.c (S42)
 *  1 five free, then 1 s doubling to 15 minutes; at most 20 in an hour; locked at a hundred
 *  2 kept; taken back; a network is forgotten after an hour
 *  3 a clock that was put back
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

static void wait_1(void **state)
{
    (void)state;
    struct throttle t = {.rule = &throttle_account};
    for (int n = 0; n < 5; n++) {
        t.n_failed = n;
        assert_int_equal(throttle_wait(&t, 0), 0);
    }
    for (int n = 5; n < 15; n++) {
        t.n_failed = n;
        assert_int_equal(throttle_wait(&t, 0), 1 << (n - 5));
        assert_int_equal(throttle_wait(&t, 1 << (n - 5)), 0);
    }
    for (int n = 15; n < 100; n++) {
        t.n_failed = n;
        assert_int_equal(throttle_wait(&t, 0), 900);
    }
    t.n_failed = 100;
    assert_int_equal(throttle_wait(&t, 1000000), THROTTLE_LOCKED);
    /* As fast as it lets one: how many in any hour, and in all. */
    int64_t at[200], n = 0;
    assert_true(throttle_load(&t, st, &throttle_account, "password", TEXT("x"), NULL));
    for (int64_t now = 1000000; n < 200 && now < 1000000 + 100 * 3600; now++) {
        if (throttle_wait(&t, now) > 0) continue;
        assert_true(throttle_failed(&t, st, true, now, NULL));
        at[n++] = now;
    }
    assert_int_equal(n, 100);
    for (int64_t i = 0, k = 0; i < n; i++) {
        while (at[i] - at[k] >= 3600) k++;
        assert_true(i - k + 1 <= 20);
    }
}

static void kept_2(void **state)
{
    (void)state;
    struct throttle t, again;
    assert_true(throttle_load(&t, st, &throttle_source, "source", TEXT("192.0.2.0"), NULL));
    for (int i = 0; i < 25; i++) assert_true(throttle_failed(&t, st, true, 5000, NULL));
    assert_true(throttle_load(&again, st, &throttle_source, "source", TEXT("192.0.2.0"), NULL));
    assert_int_equal(again.n_failed, 25);
    assert_int_equal(throttle_wait(&again, 5000), 32);
    assert_true(throttle_failed(&again, st, false, 5001, NULL)); /* tried while it had to wait */
    assert_int_equal(again.n_failed, 25);
    assert_int_equal(again.failed_at, 5000);
    assert_true(throttle_load(&t, st, &throttle_source, "other", TEXT("192.0.2.0"), NULL));
    assert_int_equal(t.n_failed, 0);
    assert_true(throttle_failed(&again, st, true, 5000 + 3600, NULL));
    assert_int_equal(again.n_failed, 1);
    assert_true(throttle_clear(&again, st, NULL));
    assert_true(throttle_load(&again, st, &throttle_source, "source", TEXT("192.0.2.0"), NULL));
    assert_int_equal(again.n_failed, 0);
}

static void clock_3(void **state)
{
    (void)state;
    struct throttle t = {.rule = &throttle_account, .n_failed = 10, .failed_at = 1000000};
    assert_int_equal(throttle_wait(&t, 1000000), 32);
    assert_int_equal(throttle_wait(&t, 5), 32);
    assert_int_equal(throttle_wait(&t, 1000032), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(wait_1), cmocka_unit_test(kept_2),
                                       cmocka_unit_test(clock_3)};
    return cmocka_run_group_tests(tests, begin, end);
}
