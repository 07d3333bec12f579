/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/model/words.c
 *  1 the language asked for   2 the first where it is silent   3 otherwise */
#include "harness.h"

#include "model/words.h"

static void languages(void **state)
{
    (void)state;
    struct words both = {.in = {"Sex", "Sexo"}}, second = {.in = {NULL, "Sexo"}}, none = {0};
    assert_string_equal(words_in(&both, 1, "sex"), "Sexo");
    assert_string_equal(words_in(&both, 0, "sex"), "Sex");
    assert_string_equal(words_in(&both, 2, "sex"), "Sex");
    assert_string_equal(words_in(&both, LANGUAGES_MAX, "sex"), "Sex");
    assert_string_equal(words_in(&second, 1, "sex"), "Sexo");
    assert_string_equal(words_in(&second, 0, "sex"), "sex");
    assert_string_equal(words_in(&none, 1, "sex"), "sex");
    assert_null(words_in(&none, 1, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(languages)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
