/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/linkage/name.c
 *  1 words: order kept, Latin letters, cut   2 ways of writing one name sound alike
 *  3 other names do not   4 frames */
#include "harness.h"

#include "linkage/name.h"

static const char *sound(const char *word)
{
    static char out[4][NAME_WORD_MAX + 1];
    static size_t at;
    at = (at + 1) % 4;
    struct arena *a = arena_new(ARENA_WIPE);
    struct text w[NAME_WORDS];
    assert_int_equal(name_words(w, text_of(word), a), 1);
    size_t n = name_sound(out[at], w[0]);
    assert_int_equal(n, strlen(out[at]));
    assert_true(n <= NAME_WORD_MAX);
    arena_free(a);
    return out[at];
}

static void words(void **state)
{
    (void)state;
    struct arena *a = arena_new(ARENA_WIPE);
    struct text w[NAME_WORDS];
    assert_int_equal(name_words(w, TEXT("  João d'Ávila-SOUSA "), a), 3);
    assert_true(text_is(w[0], "joao"));
    assert_true(text_is(w[1], "davila") || text_is(w[1], "d"));
    assert_int_equal(name_words(w, TEXT("Козьменко Петро"), a), 2);
    assert_true(text_is(w[1], "petro"));
    assert_int_equal(name_words(w, TEXT(""), a), 0);
    assert_int_equal(name_words(w, TEXT(" - . "), a), 0);
    assert_int_equal(name_words(w, TEXT("a b c d e f g h i j k"), a), NAME_WORDS);
    assert_int_equal(name_words(w, TEXT("abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz"), a),
                     1);
    assert_int_equal(w[0].n, NAME_WORD_MAX);
    arena_free(a);
}

static void alike(void **state)
{
    (void)state;
    /* transliterations and spellings of one name, from passports and registers of several
     * countries */
    static const char *const same[][2] = {
        {"Yuriy", "Jurij"},   {"Shevchenko", "Szewczenko"},
        {"Viktor", "Wiktor"}, {"Chernivtsi", "Czerniwtsi"},
        {"Zhanna", "Žanna"},  {"Kovaľová", "Kowalowa"},
        {"Philip", "Filip"},  {"Anna", "Ana"},
    };
    for (size_t i = 0; i < sizeof same / sizeof same[0]; i++)
        assert_string_equal(sound(same[i][0]), sound(same[i][1]));
}

static void different(void **state)
{
    (void)state;
    static const char *const other[][2] = {{"Maria", "Mario"},
                                           {"Jana", "Dana"},
                                           {"Petrov", "Pavlov"},
                                           {"Nguyen", "Tran"}};
    for (size_t i = 0; i < sizeof other / sizeof other[0]; i++)
        assert_string_not_equal(sound(other[i][0]), sound(other[i][1]));
}

static void frames(void **state)
{
    (void)state;
    char out[NAME_WORD_MAX + 1], more[NAME_WORD_MAX + 1];
    assert_int_equal(name_frame(out, TEXT("aleksandra")), 5);
    assert_string_equal(out, "alksn");
    name_frame(out, TEXT("oleksandr"));
    name_frame(more, TEXT("olksandr"));
    assert_string_equal(out, more); /* vowels come and go */
    assert_int_equal(name_frame(out, TEXT("")), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words),
        cmocka_unit_test(alike),
        cmocka_unit_test(different),
        cmocka_unit_test(frames),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
