/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/model/dependency.c
 *
 *  1 cycles are refused: through calculations, relevance, repeats; the message names the variables
 *  2 a calculation may read its own variable
 *  3 whatever the order of the rows, what is read is worked out before
 *  4 needs of a rule: enclosing instances first, the finding stays with the first that is named
 */
#include "harness.h"

#include "model/dependency.h"
#include "validation_bench.h"

static void cycles_are_refused(void **state) /* 1 */
{
    (void)state;
    static const struct {
        const char *survey, *names;
    } cases[] = {
        {"calculate,x,X,,,,${y} + 1,,integer,\ncalculate,y,Y,,,,${z},,integer,\n"
         "calculate,z,Z,,,,${x},,integer,\n",
         "x -> y -> z -> x"},
        {"integer,x,X,,${x} > 1,,,,,\n", "x -> x"},
        {"integer,x,X,,${y} > 1,,,,,\ncalculate,y,Y,,,,${x},,integer,\n", "x -> y -> x"},
        {"begin_repeat,a,A,,${p} > 1,,,,,\ninteger,p,P,,,,,,,\nend_repeat,,,,,,,,,\n",
         "a -> p -> a"},
        {"begin_repeat,a,A,,${k} > 1,,,,,\ninteger,p,P,,,,,,,\nend_repeat,,,,,,,,,\n"
         "calculate,k,K,,,,count(${a}),,integer,\n",
         "k -> a -> k"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct problems problems;
        struct arena *a = arena_new(ARENA_PLAIN);
        struct dictionary *d;
        struct err e = {0};
        struct harness_run run;
        harness_run(&run, (const char *const[]){"rm", "-rf", "own", NULL}, NULL);
        harness_run_release(&run);
        validation_write(cases[i].survey, "");
        problems_init(&problems, a);
        assert_false(dictionary_load(&d, "own", "", &problems, &e));
        size_t n = 0;
        for (size_t k = 0; k < problems.n; k++) {
            if (strcmp(problems.item[k].id, "dictionary.cycle") != 0) continue;
            n++;
            if (strstr(problems.item[k].message, cases[i].names) == NULL)
                fail_msg("%s: %s", cases[i].names, problems.item[k].message);
            assert_string_equal(problems.item[k].file, "dictionary/t.csv");
            assert_true(problems.item[k].row >= 3);
            assert_non_null(problems.item[k].remedy);
        }
        assert_int_equal(n, 1);
        problems_release(&problems);
        arena_free(a);
    }
}

static void a_calculation_may_read_itself(void **state) /* 2 */
{
    (void)state;
    struct validation_bench b;
    validation_open_own(
        &b,
        "calculate,x,X,,,,once(${y}),,integer,\ninteger,y,Y,,,,,,,\n"
        "begin_repeat,a,A,,,,,,,\n"
        "calculate,s,S,,,,\"coalesce(indexed-repeat(${s}, ${a}, position(..) - 1), 0) + ${p}\",,integer,\n"
        "integer,p,P,,,,,,,\nend_repeat,,,,,,,,,\n",
        "");
    validation_run(&b, "t",
                   TEXT("{\"x\": 4, \"y\": 5, \"a\": [{\"p\": 1}, {\"p\": 2}, {\"p\": 3}]}"));
    assert_string_equal(validation_value(&b, "x", 0), "4");
    assert_string_equal(validation_value(&b, "s", 2), "6"); /* running sum 1, 3, 6 */
    validation_close(&b);
}

/* A chain of eight calculations, each reading the one before, in every rotation of its rows. */
static void order_does_not_depend_on_rows(void **state) /* 3 */
{
    (void)state;
    enum { CHAIN = 8 };
    for (int turn = 0; turn < CHAIN; turn++) {
        char survey[2000] = "integer,v0,V,,,,,,,\n";
        size_t n = strlen(survey);
        for (int i = 0; i < CHAIN; i++) {
            int k = 1 + (i * 3 + turn) % CHAIN; /* 3 and 8 have no common factor: each once */
            n += (size_t)snprintf(survey + n, sizeof survey - n,
                                  "calculate,v%d,V,,,,${v%d} + %d,,integer,\n", k, k - 1, k);
        }
        struct validation_bench b;
        validation_open_own(&b, survey, "");
        validation_run(&b, "t", TEXT("{\"v0\": 100}"));
        assert_string_equal(validation_value(&b, "v8", 0), "136"); /* 100 + 1 + 2 ... + 8 */
        assert_int_equal(b.record.form->order->n_step, CHAIN);
        validation_close(&b);
    }
}

static void needs_are_planned(void **state) /* 4 */
{
    (void)state;
    struct validation_bench b;
    validation_open_own(&b,
                        "integer,n,N,,,,,,,\n"
                        "begin_repeat,a,A,,,,,,,\n"
                        "integer,p,P,,,,,,,\n"
                        "begin_repeat,b,B,,,,,,,\n"
                        "integer,q,Q,,,,,,,\n"
                        "end_repeat,,,,,,,,,\n"
                        "end_repeat,,,,,,,,,\n",
                        "R,t,E,a,q n p,,${n} > 0,m,r,s\n");
    const struct dependency_order *o = dictionary_form(b.d, TEXT("t"))->order;
    assert_int_equal(o->n_rule, 1);
    const struct rule_plan *p = &o->rule[0];
    assert_int_equal(p->n_need, 3);
    assert_string_equal(validation_name(&b, p->need[0].var), "n");
    assert_string_equal(validation_name(&b, p->need[1].var), "p");
    assert_string_equal(validation_name(&b, p->need[2].var), "q");
    assert_int_equal(p->need[0].within, 0);
    assert_int_equal(p->need[1].within, p->need[1].group); /* the instance itself */
    assert_int_equal(p->need[2].within, p->scope);         /* instances below it */
    assert_string_equal(validation_name(&b, p->need[p->first].var), "q");
    validation_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cycles_are_refused),
        cmocka_unit_test(a_calculation_may_read_itself),
        cmocka_unit_test(order_does_not_depend_on_rows),
        cmocka_unit_test(needs_are_planned),
    };
    return cmocka_run_group_tests_name("model/dependency", tests, NULL, NULL);
}
