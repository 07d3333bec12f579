/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/model/codelist.c
 *  1 codes of every length are found, and nothing else   2 order, further columns   3 trees
 *  4 validity   5 what people write: capitals, labels, two that answer   6 lists that grow   7 speed */
#include "harness.h"

#include "small_data.h"

#include "base/unicode.h"
#include "model/codelist.h"

#include <time.h>

static struct dictionary *d;
static struct arena *a;

static int setup(void **state)
{
    (void)state;
    d = small_dictionary("");
    a = arena_new(ARENA_PLAIN);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    dictionary_free(d);
    arena_free(a);
    return 0;
}

static const struct codelist *list(const char *name)
{
    const struct codelist *l = dictionary_list(d, text_of(name));
    assert_non_null(l);
    return l;
}

static code_id code(const struct codelist *l, const char *name)
{
    code_id c = codelist_find(l, text_of(name));
    assert_int_not_equal(c, CODE_NONE);
    return c;
}

/* --- lengths: short codes have a table of their own, so each length up to 40 is tried --- */

static void lengths(void **state)
{
    (void)state;
    struct codelist l = {.code = ARENA_ARRAY(a, struct code, 200)};
    codelist_init(&l);
    for (size_t n = 1; n <= 40; n++) {
        for (int variant = 0; variant < 4; variant++) {
            char name[CODE_NAME_MAX];
            memset(name, 'a', n);
            if (variant == 1) name[0] = 'b';     /* differs at the beginning, */
            if (variant == 2) name[n / 2] = 'c'; /* in the middle, */
            if (variant == 3) name[n - 1] = 'd'; /* at the end */
            if (codelist_find(&l, (struct text){name, n}) != CODE_NONE) continue;
            l.code[l.n_code] = (struct code){.name = arena_copy(a, name, n), .valid_to = INT32_MAX};
            codelist_enter(&l, (code_id)l.n_code++, a);
        }
    }
    assert_true(l.n_code > 150);
    for (size_t i = 0; i < l.n_code; i++) {
        struct text t = text_of(l.code[i].name);
        assert_int_equal(codelist_find(&l, t), i);
        char other[CODE_NAME_MAX + 1];
        memcpy(other, t.p, t.n);
        other[t.n] = '\0'; /* a NUL more is another text */
        assert_int_equal(codelist_find(&l, (struct text){other, t.n + 1}), CODE_NONE);
        for (size_t k = 0; k < t.n; k++) {
            memcpy(other, t.p, t.n);
            other[k] = 'z';
            assert_int_equal(codelist_find(&l, (struct text){other, t.n}), CODE_NONE);
        }
    }
    assert_int_equal(codelist_find(&l, TEXT("")), CODE_NONE);
    codelist_release(&l);
}

static void order_and_columns(void **state)
{
    (void)state;
    const struct codelist *means = list("CL_MEANS"); /* sort 1, 2, 4, 5, not the file's order */
    static const char *const order[] = {"M1", "M2", "M4", "M5"};
    assert_int_equal(means->n_code, 4);
    for (size_t i = 0; i < 4; i++) assert_string_equal(means->code[i].name, order[i]);

    const struct codelist *sex = list("cl_sex");
    assert_int_equal(sex->n_column, 1);
    assert_int_equal(codelist_column(sex, "eurostat"), 0);
    assert_int_equal(codelist_column(sex, "ctdc"), SIZE_MAX);
    assert_string_equal(codelist_extra(sex, code(sex, "X"), "eurostat"), "UNK");
    assert_string_equal(codelist_extra(sex, code(sex, "X"), "name"), "X");
    assert_string_equal(codelist_extra(sex, code(sex, "X"), "parent"), "");
    assert_null(codelist_extra(sex, code(sex, "X"), "ctdc"));
    assert_string_equal(words_in(&sex->code[code(sex, "F")].label, 1, ""), "Feminino");
}

static void trees(void **state)
{
    (void)state;
    const struct codelist *l = list("CL_EXPL");
    code_id e100 = code(l, "E100"), e110 = code(l, "E110"), e111 = code(l, "E111"),
            e200 = code(l, "E200");
    assert_true(l->tree);
    assert_false(list("CL_SEX")->tree);
    assert_int_equal(l->code[e100].level, 1);
    assert_int_equal(l->code[e111].level, 3);
    assert_int_equal(codelist_ancestor(l, e111, 1), e100);
    assert_int_equal(codelist_ancestor(l, e111, 2), e110);
    assert_int_equal(codelist_ancestor(l, e110, 2), e110);
    assert_int_equal(codelist_ancestor(l, e110, 9), e110);
    assert_true(codelist_is_within(l, e111, e100));
    assert_true(codelist_is_within(l, e100, e100));
    assert_false(codelist_is_within(l, e100, e111));
    assert_false(codelist_is_within(l, e111, e200));
    assert_string_equal(codelist_extra(l, e111, "parent"), "E110");
}

static void validity(void **state)
{
    (void)state;
    const struct codelist *l = list("CL_MEANS");
    code_id m4 = code(l, "M4"), m1 = code(l, "M1");
    /* 2015-01-01 is day 16436, 2019-12-31 day 18261: 45 years of 365 days and 11 leap days (1972 to 2012)
     * are 16436; 5 years of 365 and one leap day less one day further */
    assert_false(codelist_valid_on(l, m4, 16435));
    assert_true(codelist_valid_on(l, m4, 16436));
    assert_true(codelist_valid_on(l, m4, 18261));
    assert_false(codelist_valid_on(l, m4, 18262));
    assert_true(codelist_valid_on(l, m1, INT32_MIN));
    assert_true(codelist_valid_on(l, m1, INT32_MAX));
    assert_string_equal(l->code[m4].retired_by, "M5");
    assert_null(l->code[m1].retired_by);
}

static code_id match(const struct codelist *l, const char *t, bool labels)
{
    return codelist_match(l, text_of(t), labels, a);
}

static void what_people_write(void **state)
{
    (void)state;
    const struct codelist *sex = list("CL_SEX"), *expl = list("CL_EXPL");
    code_id f = code(sex, "F");
    assert_int_equal(match(sex, "F", true), f);
    assert_int_equal(match(sex, "f", true), f);
    assert_int_equal(match(sex, "female", true), f);
    assert_int_equal(match(sex, "FEMININO", true), f);
    assert_int_equal(match(sex, "female", false), CODE_NONE);
    assert_int_equal(match(sex, "f", false), f);
    assert_int_equal(match(sex, "Femal", true), CODE_NONE);
    assert_int_equal(match(sex, "", true), CODE_NONE);
    assert_int_equal(match(expl, "exploracao  SEXUAL", true), code(expl, "E100"));
    assert_int_equal(match(list("CL_COUNTRY"), "Roménia", true), code(list("CL_COUNTRY"), "RO"));
    char longer[2000];
    memset(longer, 'x', sizeof longer);
    assert_int_equal(codelist_match(sex, (struct text){longer, sizeof longer}, true, a), CODE_NONE);
}

static void two_answer(void **state)
{
    (void)state;
    struct codelist l = {.code = ARENA_ARRAY(a, struct code, 8)};
    codelist_init(&l);
    static const struct {
        const char *name, *label;
        int32_t to;
    } codes[] = {{"a", "Same", INT32_MAX},      {"A", "Other", INT32_MAX},
                 {"b", "Same", INT32_MAX},      {"c", "Old words", 100},
                 {"d", "Old words", INT32_MAX}, {"e", "New words", INT32_MAX},
                 {"f", "New words", 100}};
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        l.code[i] = (struct code){.name = codes[i].name,
                                  .label.in = {codes[i].label},
                                  .valid_to = codes[i].to};
        l.n_code++;
        codelist_enter(&l, (code_id)i, a);
    }
    assert_int_equal(match(&l, "a", true), 0); /* exactly, whatever else there is */
    assert_int_equal(match(&l, "A", true), 1);
    assert_int_equal(match(&l, "same", true), CODE_NONE); /* never a guess between two */
    assert_int_equal(match(&l, "old words", true), 4);    /* the one in use, in either order */
    assert_int_equal(match(&l, "new words", true), 5);
    codelist_release(&l);
}

static void growing(void **state)
{
    (void)state;
    struct dictionary *own = small_dictionary("");
    const struct codelist *l = dictionary_list(own, TEXT("CL_ORGANISATION"));
    assert_true(l->open);
    assert_int_equal(l->n_code, 0);
    for (int i = 0; i < 1000; i++) {
        char name[32], label[32];
        snprintf(name, sizeof name, "ORG-%d", i);
        snprintf(label, sizeof label, "Organisation %d", i);
        dictionary_add_organisation(own, text_of(name), text_of(label), TEXT("10"));
    }
    assert_int_equal(l->n_code, 1000);
    assert_int_equal(codelist_find(l, TEXT("ORG-0")), 0);
    assert_int_equal(codelist_find(l, TEXT("ORG-999")), 999);
    assert_string_equal(codelist_extra(l, 999, "type"), "10");
    assert_string_equal(words_in(&l->code[999].label, 1, ""), "Organisation 999");
    assert_int_equal(codelist_match(l, TEXT("organisation 17"), true, a), 17);
    dictionary_add_organisation(own, TEXT("ORG-17"), TEXT("Renamed"),
                                TEXT("50")); /* again: changed */
    assert_int_equal(l->n_code, 1000);
    assert_string_equal(words_in(&l->code[17].label, 0, ""), "Renamed");
    assert_string_equal(codelist_extra(l, 17, "type"), "50");
    assert_int_equal(codelist_match(l, TEXT("Renamed"), true, a), 17);
    dictionary_free(own);
}

/* Processor time of this program: other work on the machine does not count. */
static double cpu_seconds(void)
{
    return (double)clock() / CLOCKS_PER_SEC;
}

static void speed(void **state)
{
    (void)state;
    if (harness_sanitized()) skip();
    const struct codelist *l = list("CL_EXPL");
    double t = cpu_seconds();
    unsigned found = 0;
    for (int i = 0; i < 10000000; i++) found += codelist_find(l, TEXT("E110")) != CODE_NONE;
    t = cpu_seconds() - t;
    assert_int_equal(found, 10000000);
    print_message("codelist_find: %.1f ns\n", t * 100);
    assert_true(t < 1.0); /* ten times what it takes */
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(lengths),
                                       cmocka_unit_test(order_and_columns),
                                       cmocka_unit_test(trees),
                                       cmocka_unit_test(validity),
                                       cmocka_unit_test(what_people_write),
                                       cmocka_unit_test(two_answer),
                                       cmocka_unit_test(growing),
                                       cmocka_unit_test(speed)};
    return cmocka_run_group_tests(tests, setup, teardown);
}
