/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/disclosure/suppress.c
 *  1 what is always and never hidden   2 small examples by hand   3 published example   4 tables
 *  that cannot be
 *  protected, and what is said about them   5 several answers   6 insiders   7 limits; same choice
 *  each time */
#include "harness.h"

#include "disclosure/audit.h"
#include "disclosure/suppress.h"
#include "made_tables.h"

static const uint64_t plenty = UINT64_C(1000000000);

struct choice {
    struct arena *a;
    struct system s;
    bool hidden[400];
    bool ok;
    struct err e;
};

static void choose(struct choice *c, const struct table *t, int64_t k, bool insider, uint64_t work)
{
    *c = (struct choice){.a = arena_new(ARENA_PLAIN)};
    if (!system_build(&c->s, t, c->a, &c->e)) fail_msg("%s", c->e.msg);
    struct suppress_rule rule = {.threshold = k, .insider = insider, .work = work};
    c->ok = suppress_choose(c->hidden, &c->s, &rule, &c->e);
}

static bool is_hidden(const struct choice *c, size_t cell)
{
    return c->hidden[c->s.var_of[cell]];
}

static size_t n_hidden(const struct choice *c)
{
    size_t n = 0;
    for (size_t i = 0; i < c->s.table->n_cell; i++) n += is_hidden(c, i);
    return n;
}

/* Does a fresh audit agree? */
static void passes(const struct choice *c, int64_t k, bool insider)
{
    uint64_t work = plenty;
    struct audit *u = audit_new(&c->s, c->hidden, k, insider, &work);
    assert_true(audit_passes(u));
    audit_free(u);
}

static void suppress_1_always_and_never(void **state)
{
    struct choice c;
    static const int64_t count[] = {60, 21, 19, 20, 20, 2, 8, 10, 20, 9, 11, 0, 20, 10, 0, 10};
    choose(&c, counts_table(4, 4, count, *state), 3, false, plenty);
    assert_true(c.ok);
    assert_true(is_hidden(&c, 5));
    for (size_t i = 0; i < 16; i++)
        if (count[i] == 0 || i == 0) assert_false(is_hidden(&c, i));
    passes(&c, 3, false);
    arena_free(c.a);
    choose(&c, counts_table(4, 4, count, *state), 2, false,
           plenty); /* nothing below 2: nothing hidden */
    assert_true(c.ok);
    assert_int_equal(n_hidden(&c), 0);
    arena_free(c.a);
    choose(&c, counts_table(2, 2, (int64_t[4]){0}, *state), 3, false, plenty); /* nobody at all */
    assert_true(c.ok);
    assert_int_equal(n_hidden(&c), 0);
    arena_free(c.a);
}

/* One small count needs three others: one in its row, one in its column, and where these cross. */
static void suppress_2_square(void **state)
{
    struct choice c;
    choose(&c, counts_table(3, 3, (int64_t[]){36, 11, 25, 16, 2, 14, 20, 9, 11}, *state), 3, false,
           plenty);
    assert_true(c.ok);
    for (size_t i = 0; i < 9; i++)
        assert_int_equal(is_hidden(&c, i), i == 4 || i == 5 || i == 7 || i == 8);
    passes(&c, 3, false);
    arena_free(c.a);
}

/* A list 50 = 20 + 2 + 9 + 19: the cheapest other count, 9, goes with it; 2 + 9 = 11, so that 2 may
 * be 10. */
static void suppress_2_list(void **state)
{
    struct choice c;
    choose(&c, counts_table(5, 1, (int64_t[]){50, 20, 2, 9, 19}, *state), 3, false, plenty);
    assert_true(c.ok);
    assert_int_equal(n_hidden(&c), 2);
    assert_true(is_hidden(&c, 2) && is_hidden(&c, 3));
    arena_free(c.a);
    /* Two small counts, 1 and 1, would be exact together: a third is needed. */
    choose(&c, counts_table(5, 1, (int64_t[]){50, 20, 1, 1, 28}, *state), 3, false, plenty);
    assert_true(c.ok);
    assert_int_equal(n_hidden(&c), 3);
    passes(&c, 3, false);
    arena_free(c.a);
}

/* 1 and 2 in one row, 2 and 1 in the next: four small counts that the usual rule ("two in each row
 * and column") takes for protected. None of them could be 3. */
static void suppress_2_two_by_two_is_not_enough(void **state)
{
    struct choice c;
    choose(&c,
           counts_table(4, 4, (int64_t[]){49, 13, 13, 23, 12, 1, 2, 9, 12, 2, 1, 9, 25, 10, 10, 5},
                        *state),
           3, false, plenty);
    assert_true(c.ok);
    assert_true(n_hidden(&c) > 4);
    passes(&c, 3, false);
    arena_free(c.a);
}

/* Fischetti and Salazar-Gonzalez (2001), introduction, with 9 of the investments small (II.A = 8):
 * their pattern of four cells is one answer; ours must be no dearer, and pass. */
static void suppress_3_published(void **state)
{
    struct choice c;
    choose(&c,
           counts_table(4, 4,
                        (int64_t[]){190, 45, 101, 44, 80, 20, 50, 10, 49, 8, 19, 22, 61, 17, 32,
                                    12},
                        *state),
           10, false, plenty);
    assert_true(c.ok);
    assert_true(is_hidden(&c, 9));
    assert_int_equal(n_hidden(&c), 4);
    passes(&c, 10, false);
    arena_free(c.a);
}

/* ---------------------------------------------------------------- 4 refusals */

static void refused(const struct table *t, int64_t k, const char *says, const char *names)
{
    struct choice c;
    choose(&c, t, k, false, plenty);
    assert_false(c.ok);
    assert_int_equal(c.e.code, ERR_DISCLOSURE);
    assert_string_equal(c.e.id, "disclosure.cannot_protect");
    if (strstr(c.e.msg, says) == NULL) fail_msg("'%s' does not say '%s'", c.e.msg, says);
    assert_string_equal(c.e.detail, names);
    assert_true(c.e.remedy[0] != '\0');
    for (const char *p = c.e.msg; *p != '\0'; p++)
        assert_false(*p >= '0' && *p <= '9'); /* no count, ever */
    arena_free(c.a);
}

static void suppress_4_refusals(void **state)
{
    refused(counts_table(3, 1, (int64_t[]){2, 1, 1}, *state), 3,
            "grand total is below the threshold", "");
    /* 2 + 5 = 7, and only the 5 to hide with it: fine. With nothing but the 2: not. */
    refused(counts_table(4, 1, (int64_t[]){9, 7, 1, 1}, *state), 9,
            "too few other counts beside it", "row=A2");
    /* A margin of 2 in a variable of two categories, the total shown: the other margin is hidden
     * with it, and then the inner cells of a column with one category only. */
    refused(counts_table(2, 3, (int64_t[]){4, 2, 2, 4, 2, 2}, *state), 4, "too few other counts",
            "column=B1");
}

/* The code of a category goes to the detail, which is shown to the one who asks, never logged. */
static void suppress_4_logs_no_category(void **state)
{
    struct choice c;
    choose(&c, counts_table(2, 3, (int64_t[]){4, 2, 2, 4, 2, 2}, *state), 4, false, plenty);
    assert_null(strstr(c.e.msg, "B1"));
    assert_null(strstr(c.e.remedy, "B1"));
    arena_free(c.a);
}

/* ---------------------------------------------------------------- 5 several answers */

/* T 50: a 30, b 2, c 25, d 9. b alone could be anything, but would be known to be the reason; d is
 * the cheapest that may be it instead. */
static void suppress_5_several(void **state)
{
    struct choice c;
    struct table *t = counts_table(5, 1, (int64_t[]){50, 30, 2, 25, 9}, *state);
    t->dim[0].several = true;
    choose(&c, t, 3, false, plenty);
    assert_true(c.ok);
    assert_int_equal(n_hidden(&c), 2);
    assert_true(is_hidden(&c, 2) && is_hidden(&c, 4));
    passes(&c, 3, false);
    arena_free(c.a);
}

/* Forms of exploitation (several, a tree) by sex: sums across the sexes only. */
static void suppress_5_several_by_one(void **state)
{
    struct choice c;
    struct table *t = counts_table(5, 4, (int64_t[]){60, 40, 15, 5,  45, 35, 8,  2, 30, 25,
                                                     4,  1,  20, 13, 6,  1,  22, 8, 10, 4},
                                   *state);
    t->dim[0].several = true;
    t->dim[0].category[2].parent = t->dim[0].category[3].parent = 1;
    choose(&c, t, 3, false, plenty);
    assert_true(c.ok);
    assert_true(is_hidden(&c, 7) && is_hidden(&c, 11) && is_hidden(&c, 15));
    for (size_t row = 0; row < 5;
         row++) { /* a hidden count is not alone in its row, which adds up */
        size_t n = 0;
        for (size_t i = 0; i < 4; i++) n += is_hidden(&c, row * 4 + i);
        assert_true(n != 1);
    }
    passes(&c, 3, false);
    arena_free(c.a);
}

/* ---------------------------------------------------------------- 6 insiders */

/* The square of test_audit.c, 6: enough for a reader, not for one who is all of a count. */
static void suppress_6_insider(void **state)
{
    static const int64_t count[] = {67, 21, 22, 24, 27, 1, 12, 14, 26, 12, 2, 12, 14, 8, 8, -2};
    int64_t fixed[16];
    memcpy(fixed, count, sizeof fixed);
    fixed[0] = 81, fixed[3] = 38, fixed[12] = 28,
    fixed[15] = 12; /* 81 = 27 + 26 + 28 = 21 + 22 + 38 */
    struct choice plain, insider;
    choose(&plain, counts_table(4, 4, fixed, *state), 3, false, plenty);
    assert_true(plain.ok);
    assert_int_equal(n_hidden(&plain), 4);
    choose(&insider, counts_table(4, 4, fixed, *state), 3, true, plenty);
    assert_true(insider.ok);
    assert_true(n_hidden(&insider) > 4);
    passes(&insider, 3, true);
    arena_free(plain.a);
    arena_free(insider.a);
}

/* ---------------------------------------------------------------- 7 limits */

static void suppress_7_limits(void **state)
{
    struct choice c;
    static const int64_t count[] = {36, 11, 25, 16, 2, 14, 20, 9, 11};
    choose(&c, counts_table(3, 3, count, *state), 3, false, 50);
    assert_false(c.ok);
    assert_int_equal(c.e.code, ERR_LIMIT);
    assert_string_equal(c.e.id, "disclosure.too_large");
    arena_free(c.a);
}

static void suppress_7_same_choice(void **state)
{
    int64_t count[400];
    for (size_t i = 0; i < 400; i++) count[i] = 0;
    for (size_t i = 1; i < 20; i++)
        for (size_t k = 1; k < 20; k++) {
            int64_t n = (int64_t)((i * 7919 + k * 104729) % 23);
            count[i * 20 + k] = n;
            count[i * 20] += n;
            count[k] += n;
            count[0] += n;
        }
    struct choice a, b;
    choose(&a, counts_table(20, 20, count, *state), 5, false, plenty);
    choose(&b, counts_table(20, 20, count, *state), 5, false, plenty);
    assert_true(a.ok && b.ok);
    assert_memory_equal(a.hidden, b.hidden, sizeof a.hidden);
    passes(&a, 5, false);
    arena_free(a.a);
    arena_free(b.a);
}

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(suppress_1_always_and_never),
        cmocka_unit_test(suppress_2_square),
        cmocka_unit_test(suppress_2_list),
        cmocka_unit_test(suppress_2_two_by_two_is_not_enough),
        cmocka_unit_test(suppress_3_published),
        cmocka_unit_test(suppress_4_refusals),
        cmocka_unit_test(suppress_4_logs_no_category),
        cmocka_unit_test(suppress_5_several),
        cmocka_unit_test(suppress_5_several_by_one),
        cmocka_unit_test(suppress_6_insider),
        cmocka_unit_test(suppress_7_limits),
        cmocka_unit_test(suppress_7_same_choice),
    };
    return cmocka_run_group_tests(tests, make_arena, drop_arena);
}
