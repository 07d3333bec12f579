/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/web/http_time.c
 *  1 nothing counted: nothing said    2 what is said is never below what was, and a fourth above at
 *  most
 *  3 half and 99 of 100 of many       4 what is older than ten minutes is forgotten, not what is
 *  younger */
#include "harness.h"

#include "web/http_time.h"

static void nothing(void **state)
{
    (void)state;
    struct http_times t = {0};
    uint64_t half = 1, most = 1;
    assert_int_equal(http_times_of(&t, &half, &most), 0);
    assert_int_equal(half, 0);
    assert_int_equal(most, 0);
}

static void bounds(void **state)
{
    (void)state;
    for (uint64_t us = 0; us < 4000000; us += us < 200 ? 1 : us / 9) {
        struct http_times t = {0};
        uint64_t half, most;
        http_times_add(&t, us);
        assert_int_equal(http_times_of(&t, &half, &most), 1);
        assert_int_equal(half, most);
        assert_true(half > us);
        assert_true(us < 4 || half <= us + us / 4 + 1);
    }
    struct http_times t = {0};
    uint64_t half, most;
    http_times_add(&t, UINT64_MAX);
    assert_int_equal(http_times_of(&t, &half, &most), 1);
    assert_true(half > 1000000000);
}

static void shares(void **state)
{
    (void)state;
    struct http_times t = {0};
    uint64_t half, most;
    for (int i = 0; i < 980; i++) http_times_add(&t, 1000);
    for (int i = 0; i < 20; i++) http_times_add(&t, 1000000);
    assert_int_equal(http_times_of(&t, &half, &most), 1000);
    assert_true(half > 1000 && half <= 1280);
    assert_true(most > 1000000 && most <= 1310720);
    for (int i = 0; i < 1000; i++) http_times_add(&t, 10); /* now 99 of 100 are the quick ones */
    assert_int_equal(http_times_of(&t, &half, &most), 2000);
    assert_true(half <= 12);
    assert_true(most > 1000 && most <= 1280);
}

static void turns(void **state)
{
    (void)state;
    struct http_times t = {0};
    uint64_t half, most, ms = 5;
    http_times_turn(&t, ms);
    http_times_add(&t, 100);
    http_times_turn(&t, ms + HTTP_TIME_TURN_MS - 1);
    http_times_add(&t, 100);
    http_times_turn(&t, ms + HTTP_TIME_TURN_MS);
    http_times_add(&t, 100);
    assert_int_equal(http_times_of(&t, &half, &most), 3);
    http_times_turn(&t, ms + 2 * HTTP_TIME_TURN_MS);
    assert_int_equal(http_times_of(&t, &half, &most), 1);
    http_times_turn(&t, ms + 3 * HTTP_TIME_TURN_MS);
    assert_int_equal(http_times_of(&t, &half, &most), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(nothing), cmocka_unit_test(bounds),
                                       cmocka_unit_test(shares), cmocka_unit_test(turns)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
