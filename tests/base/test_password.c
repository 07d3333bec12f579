/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/base/password.c
 *  1 the same password, salt and cost give the same bytes; anything else gives others (S41)
 *  2 two at a time, the rest in a queue of 32, and then "session.busy" (S41)
 *  3 the cost of today
 */
#include "harness.h"

#include "base/parallel.h"
#include "base/password.h"

#include <stdatomic.h>
#include <string.h>

static const uint8_t salt[CRYPTO_SALT] = "0123456789abcde";

static void stretch_1_depends_on_all(void **state)
{
    (void)state;
    struct password_cost cheap = password_cost_now(true);
    uint8_t a[PASSWORD_STRETCHED], b[PASSWORD_STRETCHED], other[CRYPTO_SALT] = "x";
    crypto_start();
    assert_true(password_stretch(a, TEXT("violet"), salt, cheap, NULL));
    assert_true(password_stretch(b, TEXT("violet"), salt, cheap, NULL));
    assert_memory_equal(a, b, sizeof a);
    assert_true(password_stretch(b, TEXT("violet "), salt, cheap, NULL));
    assert_memory_not_equal(a, b, sizeof a);
    assert_true(password_stretch(b, TEXT("violet"), other, cheap, NULL));
    assert_memory_not_equal(a, b, sizeof a);
    cheap.kib *= 2;
    assert_true(password_stretch(b, TEXT("violet"), salt, cheap, NULL));
    assert_memory_not_equal(a, b, sizeof a);
    assert_true(password_stretch(b, TEXT(""), salt, cheap, NULL));
}

static atomic_int n_good, n_busy;

static void one(void *ctx)
{
    const struct password_cost *cost = ctx;
    uint8_t out[PASSWORD_STRETCHED];
    struct err e = {0};
    if (password_stretch(out, TEXT("violet"), salt, *cost, &e)) atomic_fetch_add(&n_good, 1);
    else if (strcmp(e.id, "session.busy") == 0 && e.code == ERR_LIMIT) atomic_fetch_add(&n_busy, 1);
}

static void stretch_2_a_queue_with_an_end(void **state)
{
    (void)state;
    enum { CALLERS = 60 };
    struct password_cost slow = {3, 16 * 1024};
    struct parallel_stage *stage[CALLERS];
    crypto_start();
    for (int i = 0; i < CALLERS; i++) stage[i] = parallel_start(one, &slow);
    for (int i = 0; i < CALLERS; i++) parallel_join(stage[i]);
    assert_int_equal(n_good + n_busy, CALLERS);
    assert_true(n_good >= PASSWORD_AT_ONCE + PASSWORD_QUEUE);
    assert_true(n_busy > 0);
    uint8_t out[PASSWORD_STRETCHED];
    assert_true(password_stretch(out, TEXT("after"), salt, password_cost_now(true), NULL));
}

static void cost_3_of_today(void **state)
{
    (void)state;
    struct password_cost c = password_cost_now(false);
    assert_int_equal(c.passes, 3);
    assert_int_equal(c.kib, 65536);
    assert_true(password_cost_equal(c, c));
    assert_false(password_cost_equal(c, password_cost_now(true)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stretch_1_depends_on_all),
        cmocka_unit_test(stretch_2_a_queue_with_an_end),
        cmocka_unit_test(cost_3_of_today),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
