/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/base/unicode_time.c
 *  1 each language writes an instant in its own order, with the day, the year and the time
 *  2 languages that ICU does not know, and more of them than are kept
 *  3 what does not fit is not written
 *  4 several threads at once say the same
 */
#include "harness.h"

#include "base/parallel.h"
#include "base/unicode.h"

enum { INSTANT = 1795378325 }; /* 2026-11-22T20:12:05Z */

static const char *const languages[] = {"en", "pt", "cs", "pl", "sk"};

static const char *shown(int64_t seconds, const char *language)
{
    static char text[80];
    if (!unicode_instant(text, sizeof text, seconds, language)) fail_msg("%s", language);
    return text;
}

static void languages_1(void **state)
{
    (void)state;
    for (size_t i = 0; i < 5; i++) {
        const char *text = shown(INSTANT, languages[i]);
        char copy[80];
        memcpy(copy, text, sizeof copy);
        const char *day = strstr(copy, "22"), *year = strstr(copy, "2026"),
                   *minute = strstr(copy, ":12");
        if (day == NULL || year == NULL || minute == NULL || year < day || minute < year)
            fail_msg("%s: %s", languages[i], copy);
        /* the day first, and hours to twenty-four: English too, as it is written in Europe */
        if (day != copy || strstr(copy, "20:12") == NULL) fail_msg("%s: %s", languages[i], copy);
    }
    assert_true(text_is_utf8(text_of(shown(0, "pt")), NULL));
    assert_non_null(strstr(shown(0, "pt"), "1970"));
    assert_non_null(strstr(shown(-1, "pt"), "23:59"));
}

static void unknown_2(void **state)
{
    (void)state;
    char name[8];
    for (int i = 0; i < 40; i++) {
        char text[80] = "as it was";
        (void)snprintf(name, sizeof name, "q%c%c", 'a' + i / 26, 'a' + i % 26);
        /* the first are written in ICU's own way; there is no place for more */
        if (!unicode_instant(text, sizeof text, INSTANT, name))
            assert_string_equal(text, "as it was");
        else assert_non_null(strstr(text, ":12"));
    }
    assert_non_null(strstr(shown(INSTANT, "pt"), "22")); /* those that are kept stay */
    char text[80];
    assert_false(unicode_instant(text, sizeof text, INSTANT, "a language with a very long name"));
}

static void too_small_3(void **state)
{
    (void)state;
    char text[80];
    size_t need = strlen(shown(INSTANT, "pt")) + 1;
    assert_true(unicode_instant(text, need, INSTANT, "pt"));
    assert_int_equal(strlen(text), need - 1);
    assert_false(unicode_instant(text, need - 1, INSTANT, "pt"));
    assert_false(unicode_instant(text, 1, INSTANT, "pt"));
}

static void say(void *ctx)
{
    size_t *i = ctx;
    char first[80], text[80];
    const char *language = languages[*i % 5];
    bool ok = unicode_instant(first, sizeof first, INSTANT + (int64_t)*i, language);
    for (int k = 0; ok && k < 2000; k++)
        ok = unicode_instant(text, sizeof text, INSTANT + (int64_t)*i, language) &&
             strcmp(text, first) == 0;
    if (!ok) *i = 99;
}

static void threads_4(void **state)
{
    (void)state;
    struct parallel_stage *stage[5];
    size_t number[5];
    for (size_t i = 0; i < 5; i++) {
        number[i] = i;
        stage[i] = parallel_start(say, &number[i]);
    }
    for (size_t i = 0; i < 5; i++) parallel_join(stage[i]);
    for (size_t i = 0; i < 5; i++) assert_int_equal(number[i], i);
}

static int zone(void **state)
{
    (void)state;
    return setenv("TZ", "UTC", 1); /* before ICU looks for it */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(languages_1),
        cmocka_unit_test(threads_4),
        cmocka_unit_test(too_small_3),
        cmocka_unit_test(unknown_2),
    };
    return cmocka_run_group_tests_name("unicode_time", tests, zone, NULL);
}
