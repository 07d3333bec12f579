/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/linkage/people.c
 *  1 words and numbers of each role   2 dates in every order, with holes and days that do not exist
 *  3 rarity of words, of whole names, of dates   4 roles by name   5 nothing known */
#include "harness.h"

#include "linkage_people.h"

#include <math.h>

static const char *word_at(const struct people *p, size_t column, size_t record, size_t k)
{
    const struct people_column *c = &p->column[column];
    if (c->start[record] + k >= c->start[record + 1]) return "";
    return c->words->word[c->id[c->start[record] + k]].text;
}

static void values(void **state)
{
    (void)state;
    static const char *const line[] = {"Ana Lúcia|da Silva|F||fz 12.345-6|Setúbal",
                                       "ANA|SILVA DA|f||FZ123456|Beja"};
    struct people *p = people_of(line, 2);
    assert_int_equal(p->n, 2);
    assert_string_equal(word_at(p, GIVEN, 0, 0), "ana");
    assert_string_equal(word_at(p, GIVEN, 0, 1), "lucia");
    assert_string_equal(word_at(p, GIVEN, 1, 1), "");
    assert_string_equal(word_at(p, SURNAME, 1, 0), "silva");
    assert_string_equal(word_at(p, DOCUMENT, 0, 0), "fz123456"); /* letters and digits alone */
    assert_string_equal(word_at(p, DOCUMENT, 1, 0), "fz123456");
    assert_string_equal(word_at(p, SEX, 0, 0), "F"); /* codes as they are */
    assert_string_equal(word_at(p, SEX, 1, 0), "f");
    assert_ptr_equal(p->column[GIVEN].words, p->column[SURNAME].words);
    people_free(p);

    static const struct people_role phone[] = {{"phone", LINKAGE_PHONE}};
    p = people_new(phone, 1);
    people_add(p, (struct text[]){TEXT("+351 912 345 678")});
    people_add(p, (struct text[]){TEXT("912-345-678")});
    people_add(p, (struct text[]){TEXT("none")});
    people_count(p);
    assert_string_equal(word_at(p, 0, 0, 0), "912345678");
    assert_int_equal(p->column[0].id[0], p->column[0].id[1]);
    assert_string_equal(word_at(p, 0, 2, 0), "");
    people_free(p);
}

static void dates(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        int year, month, day;
    } known[] = {
        {"|||1971-06-24", 1971, 6, 24},
        {"|||19081209", 1908, 12, 9},
        {"|||24.6.1971", 1971, 6, 24},
        {"|||1987", 1987, 0, 0},
        {"|||1999-04", 1999, 4, 0},
        {"|||1997-08-93", 1997, 8, 93},
        {"|||", 0, 0, 0},
        {"|||unknown", 0, 0, 0},
        {"|||12", 0, 0, 0},
        {"|||1971-06-24 extra 5 6", 1971, 6, 24},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        struct people *p = people_of(&known[i].line, 1);
        assert_int_equal(p->birth[0].year, known[i].year);
        assert_int_equal(p->birth[0].month, known[i].month);
        assert_int_equal(p->birth[0].day, known[i].day);
        people_free(p);
    }
    static const char *const aged[] = {"||||||31|2020-02-03"};
    struct people *p = people_of(aged, 1);
    assert_int_equal(p->birth[0].age, 31);
    assert_int_equal(p->birth[0].reported, 18295);
    people_free(p);
}

static void rarity(void **state)
{
    (void)state;
    /* eight records; "ana" in four, "maria jose" always together in two */
    static const char *const line[] = {"Ana|A||2000-01-02", "Ana|B||2000-01-02", "Ana|C", "Ana|D",
                                       "Maria Jose|E",      "Maria Jose|F",      "X|G",   "Y|H"};
    struct people *p = people_of(line, 8);
    const struct people_column *c = &p->column[GIVEN];
    const struct people_word *w = p->names.word;
    assert_true(fabs((double)c->bits[0] - 1) < 1e-6); /* half of the given names */
    assert_true(fabs((double)c->bits[4] - 2) < 1e-6); /* a quarter, though two rare words */
    assert_true(w[c->id[c->start[0]]].count == 4);
    assert_true(fabs((double)p->birth[0].bits) < 1e-6); /* all dates known are this one */
    people_free(p);
}

static void role_names(void **state)
{
    (void)state;
    enum linkage_role r;
    assert_true(linkage_role_find(&r, TEXT("birth_year")) && r == LINKAGE_BIRTH_YEAR);
    assert_true(linkage_role_find(&r, TEXT("ignore")) && r == LINKAGE_IGNORE);
    assert_false(linkage_role_find(&r, TEXT("surnames")));
}

static void nothing(void **state)
{
    (void)state;
    struct people *p = people_of(NULL, 0);
    assert_int_equal(p->n, 0);
    people_free(p);
    static const char *const line[] = {"", "", "|||||"};
    p = people_of(line, 3);
    for (size_t i = 0; i < 3; i++)
        for (size_t c = 0; c < LINKAGE_COLUMNS; c++) assert_string_equal(word_at(p, c, i, 0), "");
    people_free(p);
    people_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values),     cmocka_unit_test(dates),   cmocka_unit_test(rarity),
        cmocka_unit_test(role_names), cmocka_unit_test(nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
