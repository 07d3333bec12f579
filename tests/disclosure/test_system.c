/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/disclosure/system.c
 *  1 one answer: sums, names, zeros   2 several answers: parent, cover, unknown   3 several in two
 *  variables
 *  4 crossed repeats   5 true tables always fit; tables of other persons too   6 contradictions and
 *  limits refused
 *  7 a published example: bounds by linear programs over the system */
#include "harness.h"

#include "base/random.h"
#include "disclosure/lp.h"
#include "disclosure/system.h"
#include "made_tables.h"

#include <math.h>

static int make_arena(void **state)
{
    *state = arena_new(ARENA_PLAIN);
    return 0;
}

static int drop_arena(void **state)
{
    arena_free(*state);
    return 0;
}

/* Do all rows hold when the cells change by these amounts? */
static bool holds(const struct system *s, const int64_t *change)
{
    int64_t delta[200] = {0};
    assert_true(s->n_var <= 200);
    for (size_t i = 0; i < s->table->n_cell; i++) delta[s->var_of[i]] = change[i];
    for (size_t r = 0; r < s->n_row; r++) {
        int64_t sum = system_row_sum(s, r, delta);
        if (sum < 0 || (s->row_equal[r] && sum != 0)) return false;
    }
    return true;
}

static struct system build(const struct table *t, struct arena *a)
{
    struct system s;
    struct err e = {0};
    if (!system_build(&s, t, a, &e)) fail_msg("%s", e.msg);
    return s;
}

/* ---------------------------------------------------------------- 1 one answer */

static void system_1_sums(void **state)
{
    struct table *t = counts_table(3, 3, (int64_t[]){36, 11, 25, 16, 2, 14, 20, 9, 11}, *state);
    struct system s = build(t, *state);
    assert_int_equal(s.n_var, 9);
    /* 9 cells, 4 of them leaves: 5 independent sums. */
    assert_int_equal(s.n_row, 5);
    assert_true(holds(&s, (int64_t[9]){0}));
    assert_true(holds(&s, (int64_t[]){0, 0, 0, 0, 1, -1, 0, -1, 1}));
    assert_true(
        holds(&s, (int64_t[]){1, 1, 0, 1, 1, 0, 0, 0, 0})); /* one more person in the first cell */
    for (size_t i = 0; i < 9; i++) {                        /* no cell may change alone */
        int64_t change[9] = {0};
        change[i] = 1;
        assert_false(holds(&s, change));
    }
    assert_false(
        holds(&s, (int64_t[]){0, 0, 0, 0, 1, -1, 0, 0, 0})); /* the columns do not add up */
}

/* T > a > b > (c, d): a has one child, b; and a zero row. */
static void system_1_names_and_zeros(void **state)
{
    struct plan plan[] = {{.name = "v", .n = 6, .parent = {0, 0, 1, 2, 2, 0}}};
    struct person p[7] = {{{0}}};
    for (size_t i = 0; i < 7; i++) p[i].in[0] = 1 | 2 | 4 | (i < 3 ? 8 : 16);
    struct table *t = plan_table(plan, 1, p, 7, *state);
    struct system s = build(t, *state);
    assert_int_equal(s.var_of[1], s.var_of[2]);
    assert_int_equal(s.n_name[s.var_of[1]], 2);
    assert_int_equal(s.n_var, 5);
    assert_int_equal(s.total, s.var_of[0]);
    /* e is zero and shown, so that T = a: a row says so; it is no other name, for e might not be
     * zero elsewhere. */
    assert_true(holds(&s, (int64_t[]){0, 0, 0, 1, -1, 0}));
    assert_false(holds(&s, (int64_t[]){0, 1, 1, 1, 0, 0}));
    for (size_t i = 0; i < s.row_at[s.n_row]; i++) assert_true(s.value[s.term[i].var] > 0);
}

/* ---------------------------------------------------------------- 2 several answers */

/* Ten persons: seven with a, five with b, two unknown; so four with both, 7 + 5 - 4 = 8 known. */
static void system_2_bounds(void **state)
{
    struct plan plan[] = {{.name = "v", .n = 4, .parent = {0}, .several = true, .unknown = 3}};
    struct person p[10] = {{{0}}};
    for (size_t i = 0; i < 10; i++) p[i].in[0] = i < 4 ? 7 : i < 7 ? 3 : i < 8 ? 5 : 9;
    struct table *t = plan_table(plan, 1, p, 10, *state);
    assert_memory_equal(t->count, ((int64_t[]){10, 7, 5, 2}), 4 * sizeof(int64_t));
    struct system s = build(t, *state);
    assert_true(holds(&s, (int64_t[]){0, 1, 0, 0}));    /* a = 8, all who are known */
    assert_false(holds(&s, (int64_t[]){0, 2, 0, 0}));   /* 9 of 8 */
    assert_true(holds(&s, (int64_t[]){0, -4, 0, 0}));   /* 3 + 5 = 8 */
    assert_false(holds(&s, (int64_t[]){0, -5, 0, 0}));  /* 2 + 5 < 8 */
    assert_true(holds(&s, (int64_t[]){0, 0, 0, 1}));    /* three unknown: 7 known, a at most 7 */
    assert_false(holds(&s, (int64_t[]){0, 0, 0, 2}));   /* a = 7 of 6 */
    assert_true(holds(&s, (int64_t[]){0, 0, 0, -1}));   /* nine known, 7 + 5 >= 9 */
    assert_false(holds(&s, (int64_t[]){0, 0, -4, -1})); /* nine known, 7 + 1 < 9 */
}

/* ---------------------------------------------------------------- 3 several in two variables */

/* Ten persons, all with b and d; eight with a, eight with c, seven with both. Each of these is in
 * nobody's complement:
 * |a and c| >= |a| + |c| - |b and d| = 6. */
static void system_3_products(void **state)
{
    struct plan plan[] = {{.name = "v", .n = 3, .parent = {0}, .several = true},
                          {.name = "w", .n = 3, .parent = {0}, .several = true}};
    struct person p[10] = {{{0}}};
    for (size_t i = 0; i < 10; i++) {
        p[i].in[0] = 5 | (i < 8 ? 2 : 0);
        p[i].in[1] = 5 | (i < 7 || i == 8 ? 2 : 0);
    }
    struct table *t = plan_table(plan, 2, p, 10, *state);
    assert_memory_equal(t->count, ((int64_t[]){10, 8, 10, 8, 7, 8, 10, 8, 10}),
                        9 * sizeof(int64_t));
    struct system s = build(t, *state);
    assert_true(holds(&s, (int64_t[]){0, 0, 0, 0, 1, 0, 0, 0, 0}));
    assert_true(holds(&s, (int64_t[]){0, 0, 0, 0, -1, 0, 0, 0, 0}));
    assert_false(holds(&s, (int64_t[]){0, 0, 0, 0, -2, 0, 0, 0, 0}));
    assert_false(holds(&s, (int64_t[]){0, 0, 0, 0, 2, 0, 0, 0, 0}));
}

/* ---------------------------------------------------------------- 4 crossed repeats */

/* One victim exploited in two episodes, (a, d) and (b, c). In the cells a.d and b.c, but in neither
 * a.c nor b.d. */
static void system_4_crossed(void **state)
{
    struct table *t = counts_table(3, 3, (int64_t[]){1, 1, 1, 1, 0, 1, 1, 1, 0}, *state);
    struct system s;
    struct err e = {0};
    for (size_t k = 0; k < 2; k++) t->dim[k].several = true;
    assert_false(system_build(&s, t, *state, &e)); /* as sets these counts contradict each other */
    assert_string_equal(e.id, "disclosure.broken_table");
    for (size_t k = 0; k < 2; k++) t->dim[k].covers = false;
    s = build(t, *state);
    assert_true(holds(&s, (int64_t[9]){0}));
    assert_false(holds(&s, (int64_t[]){0, 0, 0, 0, 0, 1, 0, 0, 0})); /* a child above its parent */
}

/* Where repeats are crossed an instance without a value counts in the total alone: a cover holds at
 * the total of the other variable and below inner categories, not elsewhere. Five persons of row b,
 * three of them in a column. */
static void system_4_cover(void **state)
{
    struct table *t = counts_table(3, 3, (int64_t[]){9, 6, 5, 4, 4, 3, 5, 2, 1}, *state);
    struct system s;
    struct err e = {0};
    for (size_t k = 0; k < 2; k++) {
        t->dim[k].several = true;
        t->dim[k].covers = false;
    }
    s = build(t, *state); /* row b: 2 + 1 < 5 */
    assert_true(holds(&s, (int64_t[]){0, 0, 0, 0, 0, 0, 0, -1, 0}));
    assert_true(holds(&s, (int64_t[]){0, -2, 0, 0, -1, 0, 0, 0, 0})); /* 4 + 5 = 9 */
    assert_false(
        holds(&s, (int64_t[]){0, -3, 0, 0, -2, 0, 0, 0, 0})); /* 3 + 5 < 9: a cover at the total */
    t->dim[1].covers = true;
    t->dim[0].covers = true;
    assert_false(system_build(&s, t, *state, &e));
}

/* ---------------------------------------------------------------- 5 persons give tables that
 * fit */

static void random_plan(struct plan *plan, size_t n_dim, struct random *r)
{
    static const char *const name[] = {"u", "v", "w"};
    for (size_t k = 0; k < n_dim; k++) {
        plan[k] = (struct plan){.name = name[k],
                                .n = 2 + random_below(r, 4),
                                .several = random_below(r, 2)};
        for (size_t c = 1; c < plan[k].n; c++)
            plan[k].parent[c] = random_below(r, 2) ? random_below(r, c) : 0;
        if (plan[k].several && plan[k].n > 2 && random_below(r, 2)) {
            plan[k].unknown = (int)plan[k].n - 1;
            plan[k].parent[plan[k].n - 1] = 0;
        }
    }
}

static void system_5_fits(void **state)
{
    struct random r;
    random_init(&r, 11);
    for (int turn = 0; turn < 300; turn++) {
        struct arena_mark m = arena_mark(*state);
        struct plan plan[3];
        struct person p[2][12];
        size_t n_dim = 1 + random_below(&r, 3), n = 4 + random_below(&r, 8);
        random_plan(plan, n_dim, &r);
        for (size_t k = 0; k < n_dim; k++) {
            uint32_t kind[64];
            size_t n_kind = plan_kinds(kind, 64, &plan[k]);
            for (size_t i = 0; i < 12; i++)
                for (size_t w = 0; w < 2; w++) p[w][i].in[k] = kind[random_below(&r, n_kind)];
        }
        struct table *t = plan_table(plan, n_dim, p[0], n, *state);
        struct table *other = plan_table(plan, n_dim, p[1], n, *state);
        struct system s = build(t, *state);
        int64_t change[216];
        bool zeros = true; /* cells that are zero stay zero, or the rows do not know them */
        for (size_t i = 0; i < t->n_cell; i++) {
            change[i] = other->count[i] - t->count[i];
            zeros = zeros && (t->count[i] > 0 || change[i] == 0);
        }
        if (s.n_var <= 200 && zeros) assert_true(holds(&s, change));
        arena_rewind(*state, m);
    }
}

/* ---------------------------------------------------------------- 6 refusals */

static void refused(const struct table *t, const char *id, struct arena *a)
{
    struct system s;
    struct err e = {0};
    assert_false(system_build(&s, t, a, &e));
    assert_string_equal(e.id, id);
    assert_true(e.remedy[0] != '\0');
}

static void system_6_contradictions(void **state)
{
    static const int64_t good[] = {36, 11, 25, 16, 2, 14, 20, 9, 11};
    struct table *t = counts_table(3, 3, good, *state);
    t->count[4]++;
    refused(t, "disclosure.broken_table", *state);
    t = counts_table(3, 3, good, *state);
    t->count[4] = -2;
    refused(t, "disclosure.broken_table", *state);
    t = counts_table(3, 3, good, *state);
    t->dim[0].category[1].parent = 2;
    refused(t, "disclosure.broken_table", *state);
    t = counts_table(3, 3, good, *state);
    t->n_cell = 8;
    refused(t, "disclosure.broken_table", *state);
    t = counts_table(2, 2, (int64_t[]){5, 5, 5, 4},
                     *state); /* an only child differs from its parent */
    refused(t, "disclosure.broken_table", *state);
}

/* Three variables with 60 answers each, several possible: over a hundred products for every
 * cell. */
static void system_6_too_large(void **state)
{
    struct table t = {.n_dim = 3, .n_cell = 61 * 61 * 61};
    t.count = ARENA_ARRAY(*state, int64_t, t.n_cell);
    for (size_t i = 0; i < t.n_cell; i++) t.count[i] = 1;
    for (size_t k = 0; k < 3; k++) {
        t.dim[k] =
            (struct dimension){.name = "v", .n_category = 61, .several = true, .covers = true};
        t.dim[k].category = ARENA_ARRAY(*state, struct category, 61);
    }
    refused(&t, "disclosure.too_large", *state);
}

/* ---------------------------------------------------------------- 7 a published example */

/* Fischetti and Salazar-Gonzalez (2001), introduction: investment by activity (I to III) and region
 * (A to C). The cells II.C, II.A, III.A, III.C are hidden. With y for II.C: II.A = 30 - y, III.C =
 * 34 - y, III.A = y - 5, so that y lies in [5, 30]; in [6, 29] for a reader who knows that nothing
 * hidden is zero. */
static void system_7_published(void **state)
{
    struct table *t =
        counts_table(4, 4,
                     (int64_t[]){190, 45, 101, 44, 80, 20, 50, 10, 49, 8, 19, 22, 61, 17, 32, 12},
                     *state);
    struct system s = build(t, *state);
    static const size_t hidden[] = {11, 9, 13, 15};
    for (int least = 0; least < 2; least++) {
        uint64_t work = UINT64_C(100000000);
        struct lp *lp = lp_new(s.n_var, &work);
        for (size_t v = 0; v < s.n_var; v++)
            lp_bounds(lp, v, (double)s.value[v], (double)s.value[v]);
        for (size_t i = 0; i < 4; i++) lp_bounds(lp, s.var_of[hidden[i]], least, INFINITY);
        for (size_t r = 0; r < s.n_row; r++) {
            size_t n = s.row_at[r + 1] - s.row_at[r], column[16];
            double coef[16];
            for (size_t i = 0; i < n; i++) {
                column[i] = s.term[s.row_at[r] + i].var;
                coef[i] = s.term[s.row_at[r] + i].coef;
            }
            lp_add_row(lp, column, coef, n, 0, 0);
        }
        lp_cost(lp, s.var_of[11], 1);
        assert_int_equal(lp_solve(lp), LP_SOLVED);
        assert_true(fabs(lp_value(lp, s.var_of[11]) - (5 + least)) < 1e-6);
        lp_cost(lp, s.var_of[11], -1);
        assert_int_equal(lp_solve(lp), LP_SOLVED);
        assert_true(fabs(lp_value(lp, s.var_of[11]) - (30 - least)) < 1e-6);
        lp_free(lp);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(system_1_sums),      cmocka_unit_test(system_1_names_and_zeros),
        cmocka_unit_test(system_2_bounds),    cmocka_unit_test(system_3_products),
        cmocka_unit_test(system_4_crossed),   cmocka_unit_test(system_4_cover),
        cmocka_unit_test(system_5_fits),      cmocka_unit_test(system_6_contradictions),
        cmocka_unit_test(system_6_too_large), cmocka_unit_test(system_7_published),
    };
    return cmocka_run_group_tests(tests, make_arena, drop_arena);
}
