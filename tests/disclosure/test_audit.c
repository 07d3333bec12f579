/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/disclosure/audit.c
 *  1 what is a world   2 patterns that pass   3 exact and small counts   4 lower bound 1, not 0
 *  5 nothing is hidden without a reason   6 insiders   7 hidden cells come and go   8 a solver that
 *  fails (S9) */
#include "harness.h"

#include "disclosure/audit.h"
#include "disclosure/lp.h"
#include "made_tables.h"

#include <math.h>

struct bench { /* a table under audit */
    struct arena *a;
    struct system s;
    bool hidden[100];
    uint64_t work;
    struct audit *audit;
    const struct gap *gap;
    size_t n_gap;
};

static void setup(struct bench *b, const struct table *t, const size_t *cell, size_t n, int64_t k,
                  bool insider)
{
    struct err e = {0};
    *b = (struct bench){.a = arena_new(ARENA_PLAIN), .work = UINT64_C(1000000000)};
    if (!system_build(&b->s, t, b->a, &e)) fail_msg("%s", e.msg);
    for (size_t i = 0; i < n; i++) b->hidden[b->s.var_of[cell[i]]] = true;
    b->audit = audit_new(&b->s, b->hidden, k, insider, &b->work);
}

static void run(struct bench *b)
{
    audit_run(b->audit, &b->gap, &b->n_gap);
    assert_int_equal(audit_passes(b->audit), b->n_gap == 0);
}

static void teardown(struct bench *b)
{
    audit_free(b->audit);
    arena_free(b->a);
}

static bool has_gap(const struct bench *b, enum gap_kind kind, size_t cell)
{
    for (size_t i = 0; i < b->n_gap; i++)
        if (b->gap[i].kind == kind && b->gap[i].var == b->s.var_of[cell]) return true;
    return false;
}

static bool offer(struct bench *b, const int64_t *change)
{
    int64_t delta[100] = {0};
    for (size_t i = 0; i < b->s.table->n_cell; i++) delta[b->s.var_of[i]] = change[i];
    return audit_offer(b->audit, delta);
}

/*   T  36 | 11 25
 *   p  16 |  2 14
 *   q  20 |  9 11   with all four inner cells hidden: 2 + t, 14 - t, 9 - t, 11 + t for t in -1 ..
 *   8 */
static const int64_t square[] = {36, 11, 25, 16, 2, 14, 20, 9, 11};
static const size_t inner[] = {4, 5, 7, 8};

static void audit_1_worlds(void **state)
{
    (void)state;
    struct bench b;
    struct arena *a = arena_new(ARENA_PLAIN);
    setup(&b, counts_table(3, 3, square, a), inner, 4, 3, false);
    assert_true(offer(&b, (int64_t[9]){0}));
    assert_true(offer(&b, (int64_t[]){0, 0, 0, 0, 8, -8, 0, -8, 8}));
    assert_true(offer(&b, (int64_t[]){0, 0, 0, 0, -1, 1, 0, 1, -1}));
    assert_false(offer(&b, (int64_t[]){0, 0, 0, 0, 9, -9, 0, -9, 9})); /* a hidden zero */
    assert_false(offer(&b, (int64_t[]){0, 0, 0, 0, -2, 2, 0, 2, -2}));
    assert_false(offer(&b, (int64_t[]){0, 0, 0, 0, 1, -1, 0, 0, 0})); /* columns do not add up */
    assert_false(offer(&b, (int64_t[]){1, 1, 0, 1, 1, 0, 0, 0, 0}));  /* shown cells move */
    int64_t low, high;
    audit_seen(b.audit, b.s.var_of[4], &low, &high);
    assert_int_equal(low, 1);
    assert_int_equal(high, 10);
    teardown(&b);
    arena_free(a);
}

static void audit_2_square_passes(void **state)
{
    (void)state;
    struct bench b;
    struct arena *a = arena_new(ARENA_PLAIN);
    setup(&b, counts_table(3, 3, square, a), inner, 4, 3, false);
    run(&b);
    assert_int_equal(b.n_gap, 0);
    for (size_t i = 0; i < 4; i++) {
        assert_true(audit_satisfied(b.audit, b.s.var_of[inner[i]]));
        assert_int_equal(audit_group(b.audit, b.s.var_of[inner[i]]),
                         audit_group(b.audit, b.s.var_of[4]));
    }
    assert_int_equal(audit_group(b.audit, b.s.var_of[0]), SIZE_MAX);
    int64_t low, high; /* within what the hand computed */
    audit_seen(b.audit, b.s.var_of[4], &low, &high);
    assert_true(low >= 1 && high <= 10 && high >= 3);
    teardown(&b);
    /* The small count can be 10, but no more: with k = 11 it would be known to be small. */
    setup(&b, counts_table(3, 3, square, a), inner, 4, 11, false);
    run(&b);
    assert_true(has_gap(&b, GAP_SMALL, 4));
    teardown(&b);
    arena_free(a);
}

static void audit_3_exact(void **state)
{
    (void)state;
    struct bench b;
    struct arena *a = arena_new(ARENA_PLAIN);
    setup(&b, counts_table(3, 3, square, a), (size_t[]){4}, 1, 3, false);
    run(&b);
    assert_true(has_gap(&b, GAP_SMALL, 4)); /* 36 - 25 - 9 */
    teardown(&b);
    setup(&b, counts_table(3, 3, square, a), (size_t[]){4, 5, 7}, 3, 3, false);
    run(&b);
    assert_true(has_gap(&b, GAP_SMALL, 4));
    assert_true(has_gap(&b, GAP_EXACT, 5)); /* the columns are complete but for one */
    assert_true(has_gap(&b, GAP_EXACT, 7));
    teardown(&b);
    /* Two hidden counts whose sum is known to be 2, and none of them zero. */
    setup(&b, counts_table(4, 1, (int64_t[]){9, 7, 1, 1}, a), (size_t[]){2, 3}, 2, 2, false);
    run(&b);
    assert_true(has_gap(&b, GAP_SMALL, 2));
    assert_true(has_gap(&b, GAP_SMALL, 3));
    teardown(&b);
    arena_free(a);
}

/* The usual audit: the greatest value of a hidden cell when hidden ones are at least `least`. */
static int64_t greatest(const struct bench *b, size_t cell, int least)
{
    const struct system *s = &b->s;
    uint64_t work = UINT64_C(100000000);
    struct lp *lp = lp_new(s->n_var, &work);
    for (size_t v = 0; v < s->n_var; v++)
        if (b->hidden[v]) lp_bounds(lp, v, least, INFINITY);
        else lp_bounds(lp, v, (double)s->value[v], (double)s->value[v]);
    for (size_t r = 0; r < s->n_row; r++) {
        size_t n = s->row_at[r + 1] - s->row_at[r], column[20];
        double coef[20];
        for (size_t i = 0; i < n; i++) {
            column[i] = s->term[s->row_at[r] + i].var;
            coef[i] = s->term[s->row_at[r] + i].coef;
        }
        lp_add_row(lp, column, coef, n, 0, 0);
    }
    lp_cost(lp, s->var_of[cell], -1);
    assert_int_equal(lp_solve(lp), LP_SOLVED);
    int64_t value = llround(lp_value(lp, s->var_of[cell]));
    lp_free(lp);
    return value;
}

/*   T 16 | 8 8    Rows p: 1 2, q: 2 1 are all below 3, and hidden. A reader who thinks that hidden
 * cells may be zero
 *   p  3 | 1 2    finds 0 <= p1 <= 3 and says: protected, it reaches 3. But zeros are shown, so 1
 *   <= p1 <= 2:
 *   q  3 | 2 1    every hidden count is known to be small. */
static void audit_4_lower_bound(void **state)
{
    (void)state;
    static const int64_t count[] = {16, 8, 8, 3, 1, 2, 3, 2, 1, 10, 5, 5};
    static const size_t cell[] = {4, 5, 7, 8};
    struct bench b;
    struct arena *a = arena_new(ARENA_PLAIN);
    setup(&b, counts_table(4, 3, count, a), cell, 4, 3, false);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(greatest(&b, cell[i], 0), 3);
        assert_int_equal(greatest(&b, cell[i], 1), 2);
    }
    assert_false(offer(&b, (int64_t[]){0, 0, 0, 0, 2, -2, 0, -2, 2, 0, 0, 0}));
    run(&b);
    for (size_t i = 0; i < 4; i++) assert_true(has_gap(&b, GAP_SMALL, cell[i]));
    teardown(&b);
    arena_free(a);
}

/* Several answers possible, T 50: a 30, b 2, c 25. Nothing adds up, so b hidden alone can be 1 ..
 * 50. But why would anything be hidden, were it not small? */
static void audit_5_reason(void **state)
{
    (void)state;
    struct bench b;
    struct arena *a = arena_new(ARENA_PLAIN);
    struct table *t = counts_table(4, 1, (int64_t[]){50, 30, 2, 25}, a);
    t->dim[0].several = true;
    setup(&b, t, (size_t[]){2}, 1, 3, false);
    run(&b);
    assert_int_equal(b.n_gap, 1);
    assert_true(has_gap(&b, GAP_REASON, 2));
    assert_true(offer(&b, (int64_t[]){0, 0, 48, 0}));
    teardown(&b);
    setup(&b, t, (size_t[]){2, 3}, 2, 3, false); /* with c: it may be that one which is small */
    run(&b);
    assert_int_equal(b.n_gap, 0);
    teardown(&b);
    arena_free(a);
}

/*   T 45 | 19 26    p1 = 1 and q2 = 2 are small, p2 and q1 hidden with them: p1 = 1 + t, q2 = 2 +
 * t. Who is that one
 *   p 15 |  1 14    person of p1 and knows it, knows t, and q2. */
static void audit_6_insider(void **state)
{
    (void)state;
    static const int64_t count[] = {30, 11, 19, 11, 1, 10, 12, 10, 2, 7, 0, 7};
    static const size_t cell[] = {4, 5, 7, 8};
    struct bench b;
    struct arena *a = arena_new(ARENA_PLAIN);
    setup(&b, counts_table(4, 3, count, a), cell, 4, 3, false);
    run(&b);
    assert_int_equal(b.n_gap, 0);
    teardown(&b);
    setup(&b, counts_table(4, 3, count, a), cell, 4, 3, true);
    run(&b);
    assert_int_equal(b.n_gap, 2);
    assert_true(has_gap(&b, GAP_INSIDER, 4)); /* told by 8, */
    assert_true(has_gap(&b, GAP_INSIDER, 8)); /* told by 4 */
    teardown(&b);
    arena_free(a);
}

/* A row with one person, and that person's cell: knowing one is knowing the other, and tells
 * nothing about others. */
static void audit_6_same_person(void **state)
{
    (void)state;
    static const int64_t count[] = {31, 21, 10, 1, 1, 0, 20, 13, 7, 10, 7, 3};
    static const size_t cell[] = {3, 4, 6, 7};
    struct bench b;
    struct arena *a = arena_new(ARENA_PLAIN);
    setup(&b, counts_table(4, 3, count, a), cell, 4, 3, true);
    run(&b);
    assert_int_equal(b.n_gap, 0);
    teardown(&b);
    arena_free(a);
}

static void audit_7_refresh(void **state)
{
    (void)state;
    struct bench b;
    struct arena *a = arena_new(ARENA_PLAIN);
    setup(&b, counts_table(3, 3, square, a), inner, 4, 3, false);
    run(&b);
    assert_int_equal(b.n_gap, 0);
    b.hidden[b.s.var_of[8]] = false;
    audit_refresh(b.audit);
    assert_false(audit_satisfied(b.audit, b.s.var_of[4]));
    int64_t low, high;
    audit_seen(b.audit, b.s.var_of[4], &low, &high);
    assert_int_equal(low, 2);
    assert_int_equal(high, 2);
    run(&b);
    assert_true(b.n_gap > 0);
    b.hidden[b.s.var_of[8]] = true;
    audit_refresh(b.audit); /* what was known before is known again */
    assert_true(audit_satisfied(b.audit, b.s.var_of[4]));
    audit_explore(b.audit);
    run(&b);
    assert_int_equal(b.n_gap, 0);
    teardown(&b);
    audit_free(NULL);
    arena_free(a);
}

/* S9: without the solver, or without work left, nothing is proved. */
static void audit_8_fails_closed(void **state)
{
    (void)state;
    struct bench b;
    struct arena *a = arena_new(ARENA_PLAIN);
    setup(&b, counts_table(3, 3, square, a), inner, 4, 3, false);
    b.work = 0;
    run(&b);
    assert_true(has_gap(&b, GAP_SMALL, 4));
    assert_true(has_gap(&b, GAP_EXACT, 5));
    teardown(&b);
    setup(&b, counts_table(3, 3, square, a), inner, 4, 3, false);
    lp_fail_after(1);
    audit_run(b.audit, &b.gap, &b.n_gap);
    lp_fail_after(0);
    assert_true(has_gap(&b, GAP_SMALL, 4));
    teardown(&b);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(audit_1_worlds),       cmocka_unit_test(audit_2_square_passes),
        cmocka_unit_test(audit_3_exact),        cmocka_unit_test(audit_4_lower_bound),
        cmocka_unit_test(audit_5_reason),       cmocka_unit_test(audit_6_insider),
        cmocka_unit_test(audit_6_same_person),  cmocka_unit_test(audit_7_refresh),
        cmocka_unit_test(audit_8_fails_closed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
