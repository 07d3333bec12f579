/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/model/expr_words.c
 *  1 comparisons with codes, numbers, texts   2 selected, self, answered   3 words of another
 *  language
 *  4 what has no words stays   5 arrows: which code a condition asks for */
#include "harness.h"

#include "small_data.h"

#include "base/catalogue.h"
#include "model/expr_words.h"

static const char *label(void *ctx, const struct variable *v)
{
    (void)ctx;
    return words_in(&v->label, 0, v->name);
}

static void says(const struct dictionary *d, const char *self, const char *expression,
                 const char *expected)
{
    struct buf out;
    const struct form *f = dictionary_form(d, TEXT("victim"));
    const struct variable *me = self == NULL ? NULL : dictionary_variable(d, f->id, text_of(self));
    buf_init(&out, 1000);
    expr_words(&out, d, f, me == NULL ? VAR_NONE : me->id, text_of(expression), 0, label, NULL);
    assert_string_equal(out.p == NULL ? "" : out.p, expected);
    buf_release(&out);
}

static void comparisons(void **state)
{
    (void)state;
    struct dictionary *d = small_dictionary("");
    says(d, NULL, "${sex} = 'F'", "Sex is F Female");
    says(d, NULL, "${sex} != 'F' and ${age}>=18", "Sex is not F Female and Age>=18");
    says(d, NULL, "${age} < 18 or not(${sex} = 'M')", "Age < 18 or not(Sex is M Male)");
    says(d, NULL, "${sex} = 'unheard'", "Sex is \"unheard\"");
    says(d, NULL, "", "");
    dictionary_free(d);
}

static void selections(void **state)
{
    (void)state;
    struct dictionary *d = small_dictionary("");
    says(d, NULL, "selected(${sex}, 'F')", "Sex includes F Female");
    says(d, "sex", "selected(., 'F') or . = 'M'", "the answer includes F Female or the answer is M Male");
    says(d, NULL, "${age} != ''", "Age is answered");
    says(d, NULL, "${age} = '' and ${sex}!=''", "Age is not answered and Sex is answered");
    dictionary_free(d);
}

static void in_polish(void **state)
{
    (void)state;
    struct catalogue *c;
    assert_true(
        catalogue_read(&c,
                       TEXT("msgid \"and\"\nmsgstr \"i\"\nmsgid \"is not\"\nmsgstr \"nie jest\"\n"),
                       "pl", NULL, NULL, NULL));
    struct dictionary *d = small_dictionary("");
    catalogue_use(c);
    says(d, NULL, "${sex} != 'F' and ${age} > 3", "Sex nie jest F Female i Age > 3");
    catalogue_use(NULL);
    catalogue_free(c);
    dictionary_free(d);
}

static void as_written(void **state)
{
    (void)state;
    struct dictionary *d = small_dictionary("");
    says(d, NULL, "count(${unknown}) + 1 > today()", "count(unknown) + 1 > today()");
    says(d, NULL, "selected(concat('a','b'), 'a')", "selected(concat(\"a\",\"b\"), \"a\")");
    says(d, NULL, "${sex", "Sex"); /* cut anywhere: no crash, nothing made up */
    says(d, NULL, "'open", "\"open\"");
    dictionary_free(d);
}

static void arrows(void **state)
{
    (void)state;
    struct variable sex = {.name = "sex"};
    assert_true(expr_asks_for(TEXT("${sex} = 'F'"), &sex, "F"));
    assert_true(expr_asks_for(TEXT("${age} > 3 and (${sex}='F')"), &sex, "F"));
    assert_true(expr_asks_for(TEXT("selected(${sex}, \"F\")"), &sex, "F"));
    assert_false(expr_asks_for(TEXT("${sex} = 'M'"), &sex, "F"));
    assert_false(expr_asks_for(TEXT("${sex} != 'F'"), &sex, "F"));
    assert_false(expr_asks_for(TEXT("not(${sex} = 'F')"), &sex, "F"));
    assert_false(expr_asks_for(TEXT("${sexes} = 'F'"), &sex, "F"));
    assert_false(expr_asks_for(TEXT("'F' = 'F'"), &sex, "F"));
    assert_false(expr_asks_for(TEXT(""), &sex, "F"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(comparisons), cmocka_unit_test(selections), cmocka_unit_test(in_polish),
        cmocka_unit_test(as_written),  cmocka_unit_test(arrows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
