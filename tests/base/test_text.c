/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/base/text.c
 *  1 comparing   2 finding   3 trimming   4 splitting   5 integers   6 decimals   7 UTF-8 (S63) */
#include "harness.h"

#include "base/text.h"

#include <locale.h>
#include <math.h>

static const struct text nothing = {NULL, 0};

static void comparing(void **state)
{
    (void)state;
    assert_int_equal(text_of(NULL).n, 0);
    assert_int_equal(text_of("abc").n, 3);
    assert_true(text_equal(nothing, TEXT("")));
    assert_true(text_equal(TEXT("a\0b"), TEXT("a\0b")));
    assert_false(text_equal(TEXT("a\0b"), TEXT("a\0c")));
    assert_false(text_equal(TEXT("ab"), TEXT("abc")));
    assert_true(text_is(TEXT("GNR"), "GNR"));
    assert_true(text_is(nothing, NULL));
    assert_true(text_equal_nocase(TEXT("aZ[09"), TEXT("Az[09")));
    assert_false(text_equal_nocase(TEXT("["), TEXT("{"))); /* 0x5B and 0x7B: letters only */
    assert_false(text_equal_nocase(TEXT("É"), TEXT("é")));
    assert_false(text_equal_nocase(TEXT("a"), TEXT("ab")));
    assert_true(text_compare(TEXT("a"), TEXT("b")) < 0);
    assert_true(text_compare(TEXT("b"), TEXT("a")) > 0);
    assert_true(text_compare(TEXT("a"), TEXT("ab")) < 0);
    assert_true(text_compare(TEXT("ab"), TEXT("a")) > 0);
    assert_int_equal(text_compare(TEXT("ab"), TEXT("ab")), 0);
    assert_int_equal(text_compare(nothing, TEXT("")), 0);
    assert_true(text_compare(TEXT("z"), TEXT("\xC3\xA9")) < 0); /* bytes, not signed characters */
    assert_true(text_starts(TEXT("abc"), TEXT("ab")));
    assert_true(text_starts(TEXT("abc"), nothing));
    assert_false(text_starts(TEXT("a"), TEXT("ab")));
    assert_true(text_ends(TEXT("abc"), TEXT("bc")));
    assert_true(text_ends(TEXT("abc"), TEXT("abc")));
    assert_false(text_ends(TEXT("c"), TEXT("bc")));
}

static void finding(void **state)
{
    (void)state;
    size_t at = 99;
    assert_true(text_find(TEXT("banana"), TEXT("an"), &at));
    assert_int_equal(at, 1);
    assert_true(text_find(TEXT("banana"), TEXT(""), &at));
    assert_int_equal(at, 0);
    assert_true(text_find(nothing, nothing, &at));
    assert_false(text_find(TEXT("banana"), TEXT("x"), &at));
    assert_false(text_find(TEXT("a"), TEXT("aa"), &at));
    assert_true(text_find(TEXT("a\0b"), TEXT("\0b"), &at));
    assert_int_equal(at, 1);
}

static void trimming(void **state)
{
    (void)state;
    assert_true(text_is(text_trim(TEXT(" \t\r\n\v\f a b \n")), "a b"));
    assert_true(text_is(text_trim(TEXT("\xC2\xA0 \xC2\xA0x\xC2\xA0 \xC2\xA0")), "x"));
    assert_true(text_is(text_trim(TEXT("\xC3\xA0")), "\xC3\xA0")); /* à ends with the same byte */
    assert_int_equal(text_trim(TEXT(" \xC2\xA0 ")).n, 0);
    assert_int_equal(text_trim(TEXT("")).n, 0);
    assert_int_equal(text_trim(nothing).n, 0);
}

static void splitting(void **state)
{
    (void)state;
    struct text rest = TEXT("a;;bc;"), piece;
    static const char *const expected[] = {"a", "", "bc", ""};
    for (size_t i = 0; i < 4; i++) {
        assert_true(text_split(&rest, ';', &piece));
        assert_true(text_is(piece, expected[i]));
    }
    assert_false(text_split(&rest, ';', &piece));
    assert_null(rest.p);
    rest = TEXT("");
    assert_true(text_split(&rest, ';', &piece));
    assert_int_equal(piece.n, 0);
    assert_false(text_split(&rest, ';', &piece));
}

static void unsigned_integers(void **state)
{
    (void)state;
    uint64_t v = 1;
    assert_true(text_to_uint(TEXT("0"), &v) && v == 0);
    assert_true(text_to_uint(TEXT("007"), &v) && v == 7);
    assert_true(text_to_uint(TEXT("+7"), &v) && v == 7);
    assert_true(text_to_uint(TEXT("18446744073709551615"), &v) && v == UINT64_MAX);
    assert_true(text_to_uint(TEXT("000000000000000000000000000012"), &v) && v == 12);
    static const char *const bad[] = {"",
                                      "+",
                                      "-",
                                      "-0",
                                      "-7",
                                      "++7",
                                      "18446744073709551616",
                                      "99999999999999999999",
                                      "100000000000000000000",
                                      " 7",
                                      "7 ",
                                      "7.0",
                                      "1e3",
                                      "0x7",
                                      "7a",
                                      "\xD9\xA7"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(text_to_uint(text_of(bad[i]), &v));
    assert_false(text_to_uint((struct text){"7\0", 2}, &v));
}

static void signed_integers(void **state)
{
    (void)state;
    int64_t v = 1;
    assert_true(text_to_int(TEXT("-0"), &v) && v == 0);
    assert_true(text_to_int(TEXT("+12"), &v) && v == 12);
    assert_true(text_to_int(TEXT("-12"), &v) && v == -12);
    assert_true(text_to_int(TEXT("9223372036854775807"), &v) && v == INT64_MAX);
    assert_true(text_to_int(TEXT("-9223372036854775808"), &v) && v == INT64_MIN);
    static const char *const bad[] = {"",
                                      "+",
                                      "-",
                                      "--1",
                                      "+-1",
                                      "-+1",
                                      "++1",
                                      "9223372036854775808",
                                      "-9223372036854775809",
                                      "1 ",
                                      "1,0",
                                      "1.0"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(text_to_int(text_of(bad[i]), &v));
}

static void decimals(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        double value;
    } good[] = {
        {"0", 0},
        {"-1", -1},
        {"+1.5", 1.5},
        {"0.1", 0.1},
        {"007.250", 7.25},
        {"3.", 3},
        {".5", 0.5},
        {"12345678901234567", 12345678901234567.0},
        {"44196.999988425923", 44196.999988425923},
        /* as a spreadsheet writes it: 17 significant digits, a zero before the point does not
         * count */
        {"0.10000000000000001", 0.1},
        {"-0.10000000000000001", -0.1},
        {"0.00000000000000000012345", 1.2345e-19},
        {"000000000000000000000000000001.5", 1.5},
        {"9007199254740993", 9007199254740992.0}, /* 2^53 + 1 rounds to even */
        {"0.30000000000000004", 0.30000000000000004},
        {"1.7976931348623157", 1.7976931348623157},
    };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        double v = -7;
        assert_true(text_to_double(text_of(good[i].text), &v));
        assert_memory_equal(&v, &good[i].value, sizeof v);
    }
    double v = 0;
    assert_true(text_to_double(TEXT("-0"), &v) && v == 0 && signbit(v));
    static const char *const bad[] = {"",
                                      "+",
                                      "-",
                                      ".",
                                      "-.",
                                      "1e5",
                                      "1E5",
                                      "inf",
                                      "nan",
                                      "0x1",
                                      "1,5",
                                      " 1",
                                      "1 ",
                                      "1.2.3",
                                      "--1",
                                      "123456789012345678",
                                      "0.123456789012345678",
                                      "1.2345678901234567890",
                                      "1\xC2\xA0\x30\x30\x30"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(text_to_double(text_of(bad[i]), &v));
    char longest[400];
    memset(longest, '0', sizeof longest);
    assert_false(text_to_double((struct text){longest, sizeof longest}, &v)); /* bounded */
}

static void decimals_do_not_depend_on_the_locale(void **state)
{
    (void)state;
    /* No other locale is installed on a bare machine: the test then says the same of the C
     * locale. */
    static const char *const names[] = {"de_DE.UTF-8", "pt_PT.UTF-8", "fr_FR.UTF-8", "C.UTF-8"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (setlocale(LC_NUMERIC, names[i]) != NULL) break;
    double v = 0;
    assert_true(text_to_double(TEXT("0.10000000000000001"), &v));
    assert_true(v == 0.1);
    setlocale(LC_NUMERIC, "C");
}

static void utf8_is_strict(void **state) /* S63 */
{
    (void)state;
    /* Unicode Standard, table 3-7 (well-formed UTF-8 byte sequences): both ends of each row */
    static const char *const good[] = {"",
                                       "az\x7F",
                                       "\xC2\x80",
                                       "\xDF\xBF",
                                       "\xE0\xA0\x80",
                                       "\xE0\xBF\xBF",
                                       "\xE1\x80\x80",
                                       "\xEC\xBF\xBF",
                                       "\xED\x80\x80",
                                       "\xED\x9F\xBF",
                                       "\xEE\x80\x80",
                                       "\xEF\xBF\xBF",
                                       "\xF0\x90\x80\x80",
                                       "\xF0\xBF\xBF\xBF",
                                       "\xF1\x80\x80\x80",
                                       "\xF3\xBF\xBF\xBF",
                                       "\xF4\x80\x80\x80",
                                       "\xF4\x8F\xBF\xBF"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_true(text_is_utf8(text_of(good[i]), NULL));
    static const char *const bad[] = {"\x80",
                                      "\xBF",
                                      "\xC0\x80",
                                      "\xC1\xBF",
                                      "\xC2",
                                      "\xC2\x7F",
                                      "\xC2\xC0",
                                      "\xE0\x80\x80",
                                      "\xE0\x9F\xBF",
                                      "\xE1\x80",
                                      "\xE1\x80\x7F",
                                      "\xED\xA0\x80",
                                      "\xED\xBF\xBF",
                                      "\xF0\x80\x80\x80",
                                      "\xF0\x8F\xBF\xBF",
                                      "\xF0\x90\x80",
                                      "\xF4\x90\x80\x80",
                                      "\xF5\x80\x80\x80",
                                      "\xFE",
                                      "\xFF",
                                      "\xC3\xA9\xE2\x82"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        /* at every distance from the start: the fast way takes eight bytes at once */
        for (size_t before = 0; before < 20; before++) {
            char copy[64];
            size_t at = 99, n = strlen(bad[i]);
            memset(copy, 'a', sizeof copy);
            memcpy(copy + before, bad[i], n);
            assert_false(text_is_utf8((struct text){copy, before + n}, &at));
            assert_int_equal(at, before + (i == sizeof bad / sizeof *bad - 1 ? 2u : 0u));
        }
    }
    for (size_t at_nul = 0; at_nul < 24; at_nul++) {
        char copy[24];
        size_t at = 99;
        memset(copy, 'a', sizeof copy);
        copy[at_nul] = '\0';
        assert_false(text_is_utf8((struct text){copy, sizeof copy}, &at));
        assert_int_equal(at, at_nul);
    }
}

static void length_in_code_points(void **state)
{
    (void)state;
    assert_int_equal(text_length(TEXT("")), 0);
    assert_int_equal(text_length(TEXT("Łódź")), 4);
    assert_int_equal(text_length(TEXT("a\xF0\x9F\x99\x82")), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(comparing),         cmocka_unit_test(finding),
        cmocka_unit_test(trimming),          cmocka_unit_test(splitting),
        cmocka_unit_test(unsigned_integers), cmocka_unit_test(signed_integers),
        cmocka_unit_test(decimals),          cmocka_unit_test(decimals_do_not_depend_on_the_locale),
        cmocka_unit_test(utf8_is_strict),    cmocka_unit_test(length_in_code_points),
    };
    return cmocka_run_group_tests_name("base/text", tests, NULL, NULL);
}
