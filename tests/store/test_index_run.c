/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/store/index_run.c
 *  1 small runs   2 evenly spread keys   3 keys that are not spread at all */
#include "harness.h"

#include "store/index_run.h"

static uint64_t state_of_random = 88172645463325252u;

static uint64_t next(void) /* xorshift, Marsaglia 2003 */
{
    state_of_random ^= state_of_random << 13;
    state_of_random ^= state_of_random >> 7;
    return state_of_random ^= state_of_random << 17;
}

/* In order, and every record number is still there once (their sum and the sum of their squares
 * are). */
static void check(const struct index_run *r, size_t n)
{
    uint64_t sum = 0, squares = 0, wanted = 0, wanted_squares = 0;
    assert_int_equal(r->n, n);
    for (size_t i = 0; i < n; i++) {
        uint64_t no = (uint64_t)r->item[i].record_no;
        sum += no;
        squares += no * no;
        wanted += i;
        wanted_squares += (uint64_t)i * i;
        if (i == 0) continue;
        const struct index_entry *a = &r->item[i - 1], *b = &r->item[i];
        assert_true(a->high < b->high || (a->high == b->high && a->low <= b->low));
    }
    assert_int_equal(sum, wanted);
    assert_int_equal(squares, wanted_squares);
}

static void index_run_1_small(void **state)
{
    (void)state;
    struct index_run r = {0};
    index_run_sort(&r);
    assert_int_equal(r.n, 0);
    for (size_t n = 1; n < 70; n++) {
        for (size_t i = 0; i < n; i++) index_run_add(&r, next() % 5, next(), (int64_t)i);
        index_run_sort(&r);
        check(&r, n);
        index_run_release(&r);
    }
    index_run_add(&r, 2, 1, 0);
    index_run_add(&r, 1, 9, 1);
    index_run_add(&r, 2, 0, 2);
    index_run_sort(&r);
    assert_int_equal(r.item[0].record_no, 1);
    assert_int_equal(r.item[1].record_no, 2);
    assert_int_equal(r.item[2].record_no, 0);
    index_run_release(&r);
    assert_int_equal(r.n, 0);
}

static void index_run_2_spread(void **state)
{
    (void)state;
    struct index_run r = {0};
    for (size_t i = 0; i < 100000; i++) index_run_add(&r, next(), next(), (int64_t)i);
    index_run_sort(&r);
    check(&r, 100000);
    index_run_release(&r);
    for (size_t i = 0; i < 100000; i++)
        index_run_add(&r, next() >> 4, 0, (int64_t)i); /* codes: 60 bits */
    index_run_sort(&r);
    check(&r, 100000);
    index_run_add(&r, 7, 0, 100000); /* and on from there */
    index_run_sort(&r);
    check(&r, 100001);
    index_run_release(&r);
}

static void index_run_3_not_spread(void **state)
{
    (void)state;
    struct index_run r = {0};
    for (size_t i = 0; i < 20000; i++) index_run_add(&r, i % 3, 20000 - i, (int64_t)i);
    index_run_sort(&r);
    check(&r, 20000);
    index_run_release(&r);
    for (size_t i = 0; i < 20000; i++) index_run_add(&r, 0, next(), (int64_t)i);
    index_run_sort(&r);
    check(&r, 20000);
    index_run_release(&r);
    for (size_t i = 0; i < 20000; i++) index_run_add(&r, UINT64_MAX, i / 2, (int64_t)i);
    index_run_sort(&r);
    check(&r, 20000);
    index_run_release(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(index_run_1_small),
        cmocka_unit_test(index_run_2_spread),
        cmocka_unit_test(index_run_3_not_spread),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
