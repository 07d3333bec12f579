/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/exchange/words.c
 *  1 every word exists in every language   2 the same conversions in the same order   3 other
 *  languages give English */
#include "harness.h"

#include "exchange/words.h"

static void words_1_none_missing(void **state)
{
    (void)state;
    for (int w = 0; w < WORD_COUNT_OF; w++) {
        assert_true(exchange_word((enum exchange_word)w, "en")[0] != '\0');
        assert_true(exchange_word((enum exchange_word)w, "pt")[0] != '\0');
    }
    assert_string_equal(exchange_word(WORD_UNKNOWN, "pt"), "Desconhecido");
}

/* The conversions of a format: "%s%lld". */
static void conversions(char *out, size_t size, const char *format)
{
    size_t n = 0;
    for (const char *p = strchr(format, '%'); p != NULL; p = strchr(p, '%')) {
        size_t len = strspn(p + 1, "l") + 2;
        assert_true(n + len < size);
        memcpy(out + n, p, len);
        n += len;
        p += len;
    }
    out[n] = '\0';
}

static void words_2_conversions_agree(void **state)
{
    (void)state;
    for (int w = 0; w < WORD_COUNT_OF; w++) {
        char en[100], pt[100];
        conversions(en, sizeof en, exchange_word((enum exchange_word)w, "en"));
        conversions(pt, sizeof pt, exchange_word((enum exchange_word)w, "pt"));
        assert_string_equal(en, pt);
    }
    char known[100];
    conversions(known, sizeof known, exchange_word(WORD_DATA, "en"));
    assert_string_equal(known, "%s%lld");
}

static void words_3_fallback(void **state)
{
    (void)state;
    assert_string_equal(exchange_word(WORD_TOTAL, "cs"), "Total");
    assert_string_equal(exchange_word(WORD_UNKNOWN, NULL), "Unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_1_none_missing),
        cmocka_unit_test(words_2_conversions_agree),
        cmocka_unit_test(words_3_fallback),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
