/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/model/choice.c
 *  1 a record's marks are found wherever they lie; a record without any has none
 *  2 the newest choice of a record counts: of this variable, and where it is the chosen one
 *  3 who was looked at
 */
#include "harness.h"

#include "model/choice.h"

enum { SEX = 3, YEAR = 4 };

static struct choice_mark item[] = {
    {7, {SEX, 1, true}},  {7, {SEX, 4, true}}, {7, {YEAR, 5, true}},   {7, {SEX, 6, false}},
    {9, {SEX, 4, false}}, {9, {SEX, 6, true}}, {20, {YEAR, 5, false}},
};
static const struct choice_marks marks = {item, sizeof item / sizeof *item}, none = {NULL, 0};

static void choice_1_1_places(void **state)
{
    (void)state;
    assert_int_equal(choice_marks_at(&marks, 1), 0);
    assert_int_equal(choice_marks_at(&marks, 7), 0);
    assert_int_equal(choice_marks_at(&marks, 8), 4);
    assert_int_equal(choice_marks_at(&marks, 9), 4);
    assert_int_equal(choice_marks_at(&marks, 20), 6);
    assert_int_equal(choice_marks_at(&marks, UINT64_MAX), marks.n);
    assert_int_equal(choice_marks_at(&none, 7), 0);
}

static void choice_2_1_newest(void **state)
{
    (void)state;
    assert_int_equal(choice_of_record(&marks, 7, SEX), 4); /* in 6 it was looked at only */
    assert_int_equal(choice_of_record(&marks, 7, YEAR), 5);
    assert_int_equal(choice_of_record(&marks, 9, SEX), 6);
    assert_int_equal(choice_of_record(&marks, 9, YEAR), 0);
    assert_int_equal(choice_of_record(&marks, 20, YEAR), 0);
    assert_int_equal(choice_of_record(&marks, 8, SEX), 0);
    assert_int_equal(choice_of_record(&none, 7, SEX), 0);
}

static void choice_3_1_looked_at(void **state)
{
    (void)state;
    assert_true(choice_saw_record(&marks, 7, 6));
    assert_true(choice_saw_record(&marks, 9, 6));
    assert_false(choice_saw_record(&marks, 20, 6));
    assert_true(choice_saw_record(&marks, 20, 5));
    assert_false(choice_saw_record(&marks, 9, 5));
    assert_false(choice_saw_record(&none, 9, 5));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(choice_1_1_places),
        cmocka_unit_test(choice_2_1_newest),
        cmocka_unit_test(choice_3_1_looked_at),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
