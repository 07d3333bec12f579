/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/linkage/compare.c
 *  1 names: each level   2 order exchanged   3 dates: each level   4 ages against dates and ages
 *  5 numbers and codes   6 missing is missing, never a disagreement   7 both sides alike */
#include "harness.h"

#include "linkage_people.h"

#include "linkage/compare.h"

static struct compare_result result;
static struct compare_plan plan;

static size_t field(const char *name)
{
    for (size_t i = 0; i < plan.n_field; i++)
        if (strcmp(plan.field[i].name, name) == 0) return i;
    fail_msg("no field %s", name);
    return 0;
}

static void compare(const char *a, const char *b)
{
    struct people *p = people_two_of(a, b, 0);
    struct compare_result back;
    compare_plan(&plan, p);
    compare_pair(&result, &plan, 0, 1);
    compare_pair(&back, &plan, 1, 0);
    for (size_t f = 0; f < plan.n_field; f++) /* 7 */
        if (plan.field[f].kind != COMPARE_WORDS) assert_int_equal(result.level[f], back.level[f]);
    people_free(p);
}

static unsigned level_of(const char *a, const char *b, const char *name)
{
    compare(a, b);
    return result.level[field(name)];
}

static void names(void **state)
{
    (void)state;
    assert_int_equal(level_of("Ana|Silva", "ANA|silva", "given"), WORDS_EQUAL);
    assert_int_equal(level_of("Ana|Silva Costa", "Ana|Costa Silva", "surname"), WORDS_EQUAL);
    assert_int_equal(level_of("Viktor|A", "Wiktor|B", "given"), WORDS_NEAR);
    assert_int_equal(level_of("Ana|Rodrigues Coelho", "Ana|Coelho", "surname"), WORDS_CONTAINED);
    assert_int_equal(level_of("Eva|Kovatova", "Eva|Kovarova", "surname"), WORDS_NEAR);
    assert_int_equal(level_of("x|Pridhamstreet", "x|Pridham Street", "surname"), WORDS_ALIKE);
    assert_int_equal(level_of("Ana|Silva", "Bohdan|Petrenko", "given"), WORDS_DIFFER);
    /* "de" is common here: having it in common says little */
    assert_int_equal(level_of("x|Silva de", "x|Petrenko de", "surname"), WORDS_DIFFER);
    compare("Ana|Silva", "Ana|Silva");
    assert_true(result.bits[field("given")] > 3);
}

static void exchanged(void **state)
{
    (void)state;
    compare("Svetlana|Maloatusoiu", "Maloatusoiu|Svetlana");
    assert_int_equal(result.level[field("given")], WORDS_EQUAL);
    assert_int_equal(result.level[field("surname")], WORDS_EQUAL);
    assert_int_equal(result.level[field("order")], 0);
    compare("Svetlana|Maloatusoiu", "Svetlana|Maloatusoiu");
    assert_int_equal(result.level[field("order")], 1);
    compare("Svetlana|Maloatusoiu", "Bohdan|Petrenko");
    assert_int_equal(result.level[field("order")], COMPARE_MISSING);
}

static void births(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b;
        unsigned level;
    } known[] = {
        {"|||1994-06-05", "|||1994-06-05", BIRTH_EQUAL},
        {"|||1994-06-05", "|||1994-05-06", BIRTH_SWAPPED},
        {"|||1978-12-28", "|||1978-12-23", BIRTH_ONE_CLOSE},
        {"|||1973-12-26", "|||1973-12-56", BIRTH_ONE_CLOSE},
        {"|||1978-12-28", "|||1987-12-28", BIRTH_ONE_CLOSE},
        {"|||1999-04-13", "|||1999-04", BIRTH_AS_MONTH},
        {"|||1999-04-13", "|||1999", BIRTH_AS_YEAR},
        {"|||1978-12-28", "|||1978-01-01", BIRTH_AS_YEAR},
        {"|||1990-04-13", "|||1957-04-13", BIRTH_TWO},
        {"|||1990-04-13", "|||1990-05-14", BIRTH_TWO_CLOSE},
        {"|||1990-04-13", "|||1991-05-14", BIRTH_ALL_CLOSE},
        {"|||1990-04-13", "|||1990-12-28", BIRTH_YEAR},
        {"|||1990-04-13", "|||1991-12-28", BIRTH_YEAR_CLOSE},
        {"|||1990-04-13", "|||1967-12-28", BIRTH_DIFFER},
        {"|||1990-04-13", "|||", COMPARE_MISSING},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (level_of(known[i].a, known[i].b, "birth") != known[i].level)
            fail_msg("%s %s: level %d", known[i].a, known[i].b, result.level[field("birth")]);
}

static void ages(void **state)
{
    (void)state;
    assert_int_equal(level_of("|||1985-06-03|||", "||||||33|2018-08-21", "age"), 4);
    assert_int_equal(level_of("|||1985-06-03|||", "||||||33|2018-06-03", "age"),
                     4); /* the birthday itself */
    assert_int_equal(level_of("|||1985-06-03|||", "||||||33|2018-06-02", "age"),
                     3); /* a day before: 32 */
    assert_int_equal(level_of("|||1985-06-03|||", "||||||60|2018-08-21", "age"), 0);
    assert_int_equal(level_of("||||||30|2018-01-01", "||||||32|2020-01-01", "age"), 8);
    assert_int_equal(level_of("||||||30|2018-01-01", "||||||50|2020-01-01", "age"), 5);
    assert_int_equal(level_of("|||1985-06-03|||33|2018-01-01", "|||1985-06-03|||10|2018-01-01",
                              "age"),
                     COMPARE_MISSING); /* the dates have said it */
}

static void numbers(void **state)
{
    (void)state;
    assert_int_equal(level_of("||||FF1525697", "||||ff 1525697", "document"), 4);
    assert_int_equal(level_of("||||FF1525697", "||||FF1525597", "document"), 3);
    assert_int_equal(level_of("||||FF1525697", "||||FF1555967", "document"), 2);
    assert_int_equal(level_of("||||FF1525697", "||||ZD2417865", "document"), 0);
    assert_int_equal(level_of("||F", "||F", "sex"), 1);
    assert_int_equal(level_of("||F", "||M", "sex"), 0);
    assert_int_equal(level_of("|||||||2020-01-01", "|||||||2020-01-08", "reported"), 4);
    assert_int_equal(level_of("|||||||2020-01-01", "|||||||2024-01-08", "reported"), 0);
    /* days of one, lines; half of the shorter, some, near, far, nothing known */
    assert_int_equal(level_of("||||||||2020-01-01\n2020-03-31", "||||||||2020-03-01\n2020-04-15",
                              "period"),
                     3);
    assert_int_equal(level_of("||||||||2020-01-01\n2020-03-31", "||||||||2020-03-25\n2020-12-15",
                              "period"),
                     2);
    assert_int_equal(level_of("||||||||2020-01-01\n2020-03-31", "||||||||2021-03-30", "period"), 1);
    assert_int_equal(level_of("||||||||2020-01-01\n2020-03-31", "||||||||2021-04-01", "period"), 0);
    assert_int_equal(level_of("||||||||2020", "||||||||2020-05", "period"), 3);
    assert_int_equal(level_of("||||||||2020", "||||||||unknown", "period"), COMPARE_MISSING);
}

static void missing(void **state)
{
    (void)state;
    compare("", "Ana|Silva|F|1990-01-02|AB123456|Beja|30|2020-01-01");
    for (size_t f = 0; f < plan.n_field; f++) assert_int_equal(result.level[f], COMPARE_MISSING);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names), cmocka_unit_test(exchanged), cmocka_unit_test(births),
        cmocka_unit_test(ages),  cmocka_unit_test(numbers),   cmocka_unit_test(missing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
