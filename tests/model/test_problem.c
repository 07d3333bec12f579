/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/model/problem.c
 *  1 texts are copied   2 errors and warnings are counted apart   3 bounded, but the count goes on
 *  4 a message of any length */
#include "harness.h"

#include "model/problem.h"

static struct arena *a;

static int setup(void **state)
{
    (void)state;
    a = arena_new(ARENA_PLAIN);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(a);
    return 0;
}

static void copies(void **state)
{
    (void)state;
    struct problems p;
    char file[] = "rules.csv", column[] = "needs", remedy[] = "do", name[] = "age";
    problems_init(&p, a);
    problems_add(&p, true, "rule.unknown_need", file, 7, column, remedy, "no variable '%s'", name);
    memset(file, 'x', sizeof file - 1);
    memset(column, 'x', sizeof column - 1);
    memset(remedy, 'x', sizeof remedy - 1);
    memset(name, 'x', sizeof name - 1);
    assert_int_equal(p.n, 1);
    assert_string_equal(p.item[0].file, "rules.csv");
    assert_int_equal(p.item[0].row, 7);
    assert_string_equal(p.item[0].column, "needs");
    assert_string_equal(p.item[0].remedy, "do");
    assert_string_equal(p.item[0].message, "no variable 'age'");
    assert_string_equal(p.item[0].id, "rule.unknown_need");
    problems_add(&p, false, "x.y", "f", 0, NULL, NULL, "m");
    assert_string_equal(p.item[1].column, "");
    assert_string_equal(p.item[1].remedy, "");
    assert_false(p.item[1].fatal);
    assert_int_equal(p.n_fatal, 1);
    problems_release(&p);
    assert_int_equal(p.n, 0);
}

static void bounded(void **state)
{
    (void)state;
    struct problems p;
    problems_init(&p, a);
    for (int i = 0; i < 1500; i++) problems_add(&p, true, "x.y", "f", 1, "", "", "%d", i);
    assert_int_equal(p.n, 1000);
    assert_int_equal(p.n_fatal, 1500);
    assert_string_equal(p.item[999].message, "999");
    problems_release(&p);
    problems_init(&p, a);
    p.max = 2;
    for (int i = 0; i < 5; i++) problems_add(&p, i != 1, "x.y", "f", 1, "", "", "%d", i);
    assert_int_equal(p.n, 2);
    assert_int_equal(p.n_fatal, 4);
    problems_release(&p);
}

static void any_length(void **state)
{
    (void)state;
    struct problems p;
    char *longer = malloc(100001);
    assert_non_null(longer);
    memset(longer, 'a', 100000);
    longer[100000] = '\0';
    problems_init(&p, a);
    problems_add(&p, true, "x.y", "f", 1, "", "", "%s", longer);
    problems_add(&p, true, "x.y", "f", 1, "", "", "%s", "");
    assert_true(strlen(p.item[0].message) > 0 && strlen(p.item[0].message) < 2001);
    assert_string_equal(p.item[1].message, "");
    problems_release(&p);
    free(longer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(copies), cmocka_unit_test(bounded),
                                       cmocka_unit_test(any_length)};
    return cmocka_run_group_tests(tests, setup, teardown);
}
