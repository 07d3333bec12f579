/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/model/ids.c
 *  1 the five codes of CL_MISSING, both ways   2 nothing else is one */
#include "harness.h"

#include "base/text.h"
#include "model/ids.h"

static void codes_both_ways(void **state)
{
    (void)state;
    /* domain.md section 2, in its order */
    static const char *const codes[] = {"U", "NC", "NA", "RF", "WH"};
    for (int i = 0; i < 5; i++) {
        assert_string_equal(missing_code((enum missing)(i + 1)), codes[i]);
        assert_int_equal(missing_find(text_of(codes[i])), i + 1);
    }
    assert_int_equal(MISSING_COUNT, 6);
    assert_null(missing_code(MISSING_NONE));
    assert_null(missing_code(MISSING_COUNT));
}

static void nothing_else(void **state)
{
    (void)state;
    static const char *const others[] = {"", "u", "N", "nc", "NCX", "UU", "XX", "U ", "W", "HW"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_int_equal(missing_find(text_of(others[i])), MISSING_NONE);
    assert_int_equal(missing_find((struct text){"U\0", 2}), MISSING_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(codes_both_ways),
                                       cmocka_unit_test(nothing_else)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
