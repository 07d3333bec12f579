/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/disclosure/lp.c
 *  1 a small program by hand   2 impossible, unbounded   3 integers   4 changed costs and bounds
 *  5 limits of work and nodes   6 accidents inside the solver (S9)   7 same question, same
 *  answer */
#include "harness.h"

#include "base/random.h"
#include "disclosure/lp.h"

#include <math.h>

static const uint64_t plenty = UINT64_C(1000000000);

/* x + 2 y <= 4, 3 x + y <= 6; maximise x + y. The two lines meet where x = 8/5, y = 6/5. */
static struct lp *corner(uint64_t *work)
{
    struct lp *lp = lp_new(2, work);
    static const size_t column[] = {0, 1};
    lp_add_row(lp, column, (double[]){1, 2}, 2, -INFINITY, 4);
    lp_add_row(lp, column, (double[]){3, 1}, 2, -INFINITY, 6);
    lp_cost(lp, 0, -1);
    lp_cost(lp, 1, -1);
    return lp;
}

static void lp_1_corner(void **state)
{
    (void)state;
    uint64_t work = plenty;
    struct lp *lp = corner(&work);
    assert_int_equal(lp_solve(lp), LP_SOLVED);
    assert_true(fabs(lp_value(lp, 0) - 1.6) < 1e-9);
    assert_true(fabs(lp_value(lp, 1) - 1.2) < 1e-9);
    assert_true(work < plenty); /* it was charged */
    assert_false(lp_failed(lp));
    lp_free(lp);
    lp_free(NULL);
}

static void lp_2_no_optimum(void **state)
{
    (void)state;
    uint64_t work = plenty;
    struct lp *lp = corner(&work);
    lp_bounds(lp, 0, 3, INFINITY); /* 3 x <= 6 */
    assert_int_equal(lp_solve(lp), LP_IMPOSSIBLE);
    assert_int_equal(lp_solve_integer(lp, 10), LP_IMPOSSIBLE);
    lp_free(lp);
    lp = lp_new(1, &work);
    lp_cost(lp, 0, -1);
    assert_int_equal(lp_solve(lp), LP_UNBOUNDED);
    lp_free(lp);
    lp = lp_new(0, &work); /* nothing to decide */
    lp_free(lp);
}

/* Whole numbers under both lines: (0,0) (1,0) (2,0) (0,1) (1,1) (0,2); x + y is 2 at most. With 2 x
 * + 3 y: (0,2) gives 6, (1,1) 5, (2,0) 4. */
static void lp_3_integers(void **state)
{
    (void)state;
    uint64_t work = plenty;
    struct lp *lp = corner(&work);
    assert_int_equal(lp_solve_integer(lp, 100), LP_SOLVED);
    assert_true(fabs(lp_value(lp, 0) + lp_value(lp, 1) - 2) < 1e-9);
    lp_cost(lp, 0, -2);
    lp_cost(lp, 1, -3);
    assert_int_equal(lp_solve_integer(lp, 100), LP_SOLVED);
    assert_true(fabs(lp_value(lp, 0) - 0) < 1e-9);
    assert_true(fabs(lp_value(lp, 1) - 2) < 1e-9);
    assert_int_equal(lp_solve(lp), LP_SOLVED); /* and back to fractions: 2 * 1.6 + 3 * 1.2 = 6.8 */
    assert_true(fabs(2 * lp_value(lp, 0) + 3 * lp_value(lp, 1) - 6.8) < 1e-9);
    lp_free(lp);
}

static void lp_4_changes(void **state)
{
    (void)state;
    uint64_t work = plenty;
    struct lp *lp = corner(&work);
    assert_int_equal(lp_solve(lp), LP_SOLVED);
    lp_bounds(lp, 1, 0, 0); /* x alone: 3 x <= 6 */
    assert_int_equal(lp_solve(lp), LP_SOLVED);
    assert_true(fabs(lp_value(lp, 0) - 2) < 1e-9);
    lp_bounds(lp, 1, 0, INFINITY);
    lp_cost(lp, 0, 0); /* y alone: 2 y <= 4 */
    assert_int_equal(lp_solve(lp), LP_SOLVED);
    assert_true(fabs(lp_value(lp, 1) - 2) < 1e-9);
    lp_bounds(lp, 0, -5, 1); /* x may go below zero: x = -5, 2 y <= 9 */
    assert_int_equal(lp_solve(lp), LP_SOLVED);
    assert_true(fabs(lp_value(lp, 1) - 4.5) < 1e-9);
    static const size_t both[] = {0, 1};
    lp_add_row(lp, both, (double[]){1, 1}, 2, 1, 1); /* a row that is an equation: y = 1 - x <= 6 */
    assert_int_equal(lp_solve(lp), LP_SOLVED);
    assert_true(fabs(lp_value(lp, 0) + lp_value(lp, 1) - 1) < 1e-9);
    lp_free(lp);
}

/* Twenty whole numbers of 1..9 with weights that leave much to branch on. */
static struct lp *knapsack(uint64_t *work, struct random *r)
{
    enum { N = 30 };
    struct lp *lp = lp_new(N, work);
    size_t column[N];
    double weight[N];
    for (size_t i = 0; i < N; i++) {
        column[i] = i;
        weight[i] = (double)(101 + 2 * random_below(r, 500));
        lp_bounds(lp, i, 0, 1);
        lp_cost(lp, i, -weight[i]);
    }
    lp_add_row(lp, column, weight, N, -INFINITY, 5000.5);
    return lp;
}

static void lp_5_limits(void **state)
{
    (void)state;
    uint64_t work = 0;
    struct lp *lp = corner(&work);
    assert_int_equal(lp_solve(lp), LP_GIVEN_UP);
    assert_int_equal(lp_solve_integer(lp, 10), LP_GIVEN_UP);
    assert_int_equal(work, 0);
    assert_false(lp_failed(lp)); /* a limit is no accident */
    work = plenty;
    assert_int_equal(lp_solve(lp), LP_SOLVED);
    lp_free(lp);
    struct random r;
    random_init(&r, 1);
    lp = knapsack(&work, &r);
    work = 20000; /* some nodes, not a million */
    enum lp_answer answer = lp_solve_integer(lp, 1000000000);
    assert_true(answer == LP_SOLVED || answer == LP_GIVEN_UP);
    assert_int_equal(work, 0);
    work = plenty;
    answer = lp_solve_integer(lp, 3);
    assert_true(answer == LP_SOLVED || answer == LP_GIVEN_UP);
    assert_true(plenty - work < 20000);
    lp_free(lp);
}

/* S9: an accident in one program ends all of the thread; none answers as if nothing had been. */
static void lp_6_accidents(void **state)
{
    (void)state;
    uint64_t work = plenty;
    struct lp *a = corner(&work), *b = corner(&work);
    assert_int_equal(lp_solve(b), LP_SOLVED);
    lp_fail_after(2);
    assert_int_equal(lp_solve(b), LP_SOLVED);
    assert_int_equal(lp_solve(a), LP_GIVEN_UP);
    assert_true(lp_failed(a));
    assert_true(lp_failed(b));
    assert_int_equal(lp_solve(b), LP_GIVEN_UP);
    assert_int_equal(lp_solve_integer(b, 10), LP_GIVEN_UP);
    lp_bounds(b, 0, 0, 1); /* nothing happens, nothing breaks */
    lp_cost(b, 0, 1);
    lp_add_row(b, (size_t[]){0}, (double[]){1}, 1, 0, 1);
    struct lp *c = corner(&work); /* a new beginning beside the dead */
    assert_int_equal(lp_solve(c), LP_SOLVED);
    lp_free(a);
    lp_free(b);
    assert_int_equal(lp_solve(c), LP_SOLVED);
    lp_fail_after(1);
    assert_int_equal(lp_solve_integer(c, 10), LP_GIVEN_UP);
    lp_free(c);
    lp_fail_after(0);
}

static void lp_7_same_answer(void **state)
{
    (void)state;
    double first[30];
    for (int turn = 0; turn < 2; turn++) {
        struct random r;
        uint64_t work = plenty;
        random_init(&r, 5);
        struct lp *lp = knapsack(&work, &r);
        assert_int_equal(lp_solve(lp), LP_SOLVED);
        for (size_t i = 0; i < 30; i++) {
            if (turn == 0) first[i] = lp_value(lp, i);
            else assert_memory_equal(&first[i], &(double){lp_value(lp, i)}, sizeof first[i]);
        }
        lp_free(lp);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lp_1_corner),      cmocka_unit_test(lp_2_no_optimum),
        cmocka_unit_test(lp_3_integers),    cmocka_unit_test(lp_4_changes),
        cmocka_unit_test(lp_5_limits),      cmocka_unit_test(lp_6_accidents),
        cmocka_unit_test(lp_7_same_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
