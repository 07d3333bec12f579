/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/store/record_code.c
 *  1 letters by hand   2 there and back   3 as people type it   4 what is no code */
#include "harness.h"

#include "store/store_internal.h"

static void record_code_1_letters_by_hand(void **state)
{
    (void)state;
    char out[RECORD_CODE + 1];
    record_code_format(out, 0);
    assert_string_equal(out, "000000000000");
    record_code_format(out, 31);
    assert_string_equal(out, "00000000000Z");
    record_code_format(out, 32);
    assert_string_equal(out, "000000000010");
    record_code_format(out, ((uint64_t)1 << 60) - 1);
    assert_string_equal(out, "ZZZZZZZZZZZZ");
    /* the twelve letters from 16 upwards: G H J K M N P Q R S T V are 16..27 */
    uint64_t code = 0;
    for (uint64_t i = 16; i < 28; i++) code = code << 5 | i;
    record_code_format(out, code);
    assert_string_equal(out, "GHJKMNPQRSTV");
}

static void record_code_2_there_and_back(void **state)
{
    (void)state;
    char out[RECORD_CODE + 1];
    uint64_t code = 88172645463325252u;
    for (int i = 0; i < 10000; i++) {
        uint64_t back;
        code ^= code << 13, code ^= code >> 7, code ^= code << 17; /* xorshift, Marsaglia 2003 */
        record_code_format(out, code >> 4);
        assert_true(record_code_parse(&back, text_of(out)));
        assert_int_equal(back, code >> 4);
    }
}

static void record_code_3_as_people_type_it(void **state)
{
    (void)state;
    uint64_t a, b;
    assert_true(record_code_parse(&a, TEXT("0123ABCD1100")));
    assert_true(record_code_parse(&b, TEXT("0123-abcd-1100")));
    assert_int_equal(a, b);
    assert_true(record_code_parse(&b, TEXT(" 0123 ABCD il oO ")));
    assert_int_equal(a, b);
}

static void record_code_4_what_is_no_code(void **state)
{
    (void)state;
    uint64_t code;
    assert_false(record_code_parse(&code, TEXT("")));
    assert_false(record_code_parse(&code, TEXT("----")));
    assert_false(record_code_parse(&code, TEXT("0123ABCD110")));
    assert_false(record_code_parse(&code, TEXT("0123ABCD11000")));
    assert_false(record_code_parse(&code, TEXT("0123ABCD110U")));
    assert_false(record_code_parse(&code, TEXT("0123ABCD110'")));
    assert_false(record_code_parse(&code, TEXT("0123ABCD11\0000")));
    assert_false(record_code_parse(&code, TEXT("0123ABCD110\xc3\xa9")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(record_code_1_letters_by_hand),
        cmocka_unit_test(record_code_2_there_and_back),
        cmocka_unit_test(record_code_3_as_people_type_it),
        cmocka_unit_test(record_code_4_what_is_no_code),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
