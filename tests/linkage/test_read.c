/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/linkage/read.c (dates and numbers of people: tests/linkage/test_people.c has more)
 *  1 numbers: one a line, letters and digits alone, no more than people keep
 *  2 telephones: the last nine digits   3 dates   4 parts */
#include "harness.h"

#include "linkage/read.h"

#include <stdio.h>
#include <string.h>

static void numbers(void **state)
{
    (void)state;
    struct arena *a = arena_new(ARENA_WIPE);
    struct text out[NAME_WORDS];
    char many[200] = "";
    assert_int_equal(read_numbers(out, TEXT("FZ 12.345-6\n--\n 77/2021 "), false, a), 2);
    assert_true(text_is(out[0], "fz123456"));
    assert_true(text_is(out[1], "772021"));
    for (int i = 0; i < 20; i++) snprintf(many + strlen(many), 8, "n%d\n", i);
    assert_int_equal(read_numbers(out, text_of(many), false, a), NAME_WORDS);
    assert_true(text_is(out[NAME_WORDS - 1], "n7"));
    assert_int_equal(read_numbers(out, TEXT(""), false, a), 0);
    assert_int_equal(read_numbers(out, TEXT("+351 912 345 678\n12"), true, a), 2);
    assert_true(text_is(out[0], "912345678"));
    assert_true(text_is(out[1], "12"));
    arena_free(a);
}

static void dates(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        struct read_birth is;
    } known[] = {{"1971-06-24", {1971, 6, 24}}, {"19081209", {1908, 12, 9}},
                 {"24.6.1971", {1971, 6, 24}},  {"1987", {1987, 0, 0}},
                 {"1997-08-93", {1997, 8, 93}}, {"1997-100-05", {1997, 0, 5}},
                 {"12", {0, 0, 0}},             {"", {0, 0, 0}}};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        struct read_birth is = read_birth(text_of(known[i].text));
        assert_int_equal(is.year, known[i].is.year);
        assert_int_equal(is.month, known[i].is.month);
        assert_int_equal(is.day, known[i].is.day);
    }
    assert_int_equal(read_part(TEXT("about 27 years")), 27);
    assert_int_equal(read_part(TEXT("none")), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(numbers), cmocka_unit_test(dates)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
