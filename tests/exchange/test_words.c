/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/exchange/words.c
 *  1 every word exists, in English without a catalogue   2 the words speak the language of their
 *  thread
 *  3 each has a translation in every language of data/i18n/LINGUAS */
#include "harness.h"

#include "exchange/words.h"

#include "base/buf.h"
#include "base/file.h"

static struct catalogue *catalogue_of(const char *language)
{
    char path[64];
    struct catalogue *c;
    struct err e = {0};
    size_t n = 0;
    (void)snprintf(path, sizeof path, "data/i18n/%s.po", language);
    if (!catalogue_load(&c, harness_source(path), language, NULL, &n, &e)) fail_msg("%s", e.msg);
    assert_int_equal(n, 0);
    return c;
}

static void words_1_none_missing(void **state)
{
    (void)state;
    for (int w = 0; w < WORD_COUNT_OF; w++)
        assert_true(exchange_word((enum exchange_word)w)[0] != '\0');
    assert_string_equal(exchange_word(WORD_UNKNOWN), "Unknown");
    assert_true(catalogue_same_conversions(exchange_word(WORD_DATA), "%s%lld"));
}

static void words_2_translated(void **state)
{
    (void)state;
    struct catalogue *c = catalogue_of("pt");
    (void)catalogue_use(c);
    assert_string_equal(exchange_word(WORD_UNKNOWN), "Desconhecido");
    assert_string_equal(exchange_word(WORD_DATA), "Dados de %s: %lld registos");
    (void)catalogue_use(NULL);
    assert_string_equal(exchange_word(WORD_TOTAL), "Total");
    catalogue_free(c);
}

/* Words that are the same as in English somewhere. */
static bool may_be_same(int w)
{
    return w == WORD_TOTAL || w == WORD_FILTER;
}

static void words_3_all_languages(void **state)
{
    (void)state;
    struct buf list;
    struct text rest, language;
    struct err e = {0};
    buf_init(&list, 1000);
    if (!file_read(&list, harness_source("data/i18n/LINGUAS"), 1000, &e)) fail_msg("%s", e.msg);
    for (rest = buf_text(&list); text_split(&rest, '\n', &language);) {
        char name[8];
        language = text_trim(language);
        if (language.n == 0 || language.p[0] == '#') continue;
        (void)snprintf(name, sizeof name, "%.*s", (int)language.n, language.p);
        struct catalogue *c = catalogue_of(name);
        for (int w = 0; w < WORD_COUNT_OF; w++) {
            const char *english = exchange_word((enum exchange_word)w);
            (void)catalogue_use(c);
            const char *said = exchange_word((enum exchange_word)w);
            (void)catalogue_use(NULL);
            if (strcmp(said, english) == 0 && !may_be_same(w))
                fail_msg("%s lacks \"%s\"", name, english);
        }
        catalogue_free(c);
    }
    buf_release(&list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_1_none_missing),
        cmocka_unit_test(words_2_translated),
        cmocka_unit_test(words_3_all_languages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
