/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/model/guess.c
 *  1 distances of Levenshtein, by hand   2 at most a third wrong   3 the nearest, the first of equals
 *  4 lengths   5 names that are good and that are not */
#include "harness.h"

#include "model/sheet.h"

static const char *nearest(const char *wanted, const char *const *names, size_t n)
{
    struct guess g;
    guess_init(&g, text_of(wanted));
    for (size_t i = 0; i < n; i++) guess_offer(&g, names[i]);
    return g.best;
}

static size_t distance(const char *a, const char *b)
{
    struct guess g;
    guess_init(&g, text_of(a));
    guess_offer(&g, b);
    return g.distance;
}

static void by_hand(void **state)
{
    (void)state;
    /* kitten -> sitting: 3 of 7 letters, too far; within a longer word it is near enough */
    assert_int_equal(distance("sitting", "kitten"), SIZE_MAX);
    assert_int_equal(distance("sitting_sitting", "kitten_sitting"), 3);
    assert_int_equal(distance("sex", "sex"), 0);
    assert_int_equal(distance("SEX", "sex"), 0);                 /* capitals do not count */
    assert_int_equal(distance("sx_x", "sex_x"), 1);              /* a letter missing */
    assert_int_equal(distance("seex", "sex"), 1);                /* one too many */
    assert_int_equal(distance("sax", "sex"), 1);                 /* another: 1 of 3 is a third */
    assert_int_equal(distance("citzienship", "citizenship"), 2); /* two letters exchanged are two */
}

static void third(void **state)
{
    (void)state;
    assert_int_equal(distance("ab", "ac"), SIZE_MAX);  /* 1 of 2 */
    assert_int_equal(distance("abcdef", "abcdxy"), 2); /* 2 of 6 */
    assert_int_equal(distance("abcdef", "abcxyz"), SIZE_MAX);
    assert_int_equal(distance("", "a"), SIZE_MAX);
    assert_int_equal(distance("", ""), SIZE_MAX);
}

static void choice(void **state)
{
    (void)state;
    static const char *const names[] = {"exploitation_start", "exploitation_end",
                                        "exploitation_sort"};
    assert_string_equal(nearest("exploitation_strat", names, 3), "exploitation_start");
    assert_string_equal(nearest("exploitation_ent", names, 3), "exploitation_end");
    assert_null(nearest("sex", names, 3));
    static const char *const equal[] = {"aaab", "aaac"};
    assert_string_equal(nearest("aaad", equal, 2), "aaab");
    struct arena *a = arena_new(ARENA_PLAIN);
    struct guess g;
    guess_init(&g, TEXT("aaad"));
    assert_string_equal(guess_remedy(&g, "else", a), "else");
    guess_offer(&g, "aaab");
    assert_string_equal(guess_remedy(&g, "else", a), "did you mean 'aaab'?");
    arena_free(a);
}

static void lengths(void **state)
{
    (void)state;
    char a64[65], a65[66];
    memset(a64, 'a', 64);
    a64[64] = '\0';
    memset(a65, 'a', 65);
    a65[65] = '\0';
    assert_int_equal(distance(a64, a64), 0);
    assert_int_equal(distance(a64, a65), SIZE_MAX);
    assert_int_equal(distance(a65, a64), SIZE_MAX);
}

static void good_names(void **state)
{
    (void)state;
    char a64[65], a65[66];
    memset(a64, 'a', 64);
    a64[64] = '\0';
    memset(a65, 'a', 65);
    a65[65] = '\0';
    static const char *const good[] = {"a", "_", "A1", "a-b", "a.b", "CL_SEX"};
    static const char *const bad[] = {"", "1a", "-a", ".a", "a b", "a/b", "\xC3\xA1", "a'", "a\n"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_true(name_is_good(text_of(good[i])));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(name_is_good(text_of(bad[i])));
    assert_true(name_is_good(text_of(a64)));
    assert_false(name_is_good(text_of(a65)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(by_hand), cmocka_unit_test(third),
                                       cmocka_unit_test(choice), cmocka_unit_test(lengths),
                                       cmocka_unit_test(good_names)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
