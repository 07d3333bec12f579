/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/linkage/marks.c
 *  1 two spellings of one name share marks, two names do not   2 dates: whole, swapped, year of an
 *  age
 *  3 words that everybody has mark nobody   4 numbers: halves   5 nothing known: no marks; equal
 *  contents   6 one record by itself has the marks that it has among all */
#include "harness.h"

#include "linkage_people.h"

#include "linkage/marks.h"

static struct marks marks;

static const struct mark_kind *kind(const char *name)
{
    for (size_t i = 0; i < marks.n_kind; i++)
        if (strcmp(marks.kind[i].name, name) == 0) return &marks.kind[i];
    fail_msg("no marks %s", name);
    return NULL;
}

static size_t shared(const char *name, size_t a, size_t b)
{
    const struct mark_kind *k = kind(name);
    size_t n = 0;
    for (uint32_t i = k->start[a]; i < k->start[a + 1]; i++)
        for (uint32_t j = k->start[b]; j < k->start[b + 1]; j++) n += k->value[i] == k->value[j];
    return n;
}

static size_t count(const char *name, size_t record)
{
    return kind(name)->start[record + 1] - kind(name)->start[record];
}

/* Two lines among forty others. */
static void make(const char *a, const char *b)
{
    const char *line[42] = {a, b};
    char filler[40][40];
    for (size_t i = 0; i < 40; i++) {
        snprintf(filler[i], sizeof filler[i], "G%c%ca|Common F%c%cb", (int)('a' + i / 6),
                 (int)('a' + i % 6), (int)('a' + i % 6), (int)('a' + i / 6));
        line[i + 2] = filler[i];
    }
    struct people *p = people_of(line, 42);
    marks_make(&marks, p);
    people_free(p);
}

static void names(void **state)
{
    (void)state;
    make("Viktor|Shevchenko", "Szewczenko|Wiktor");
    assert_int_equal(shared("sound of a name", 0, 1), 2);
    assert_int_equal(shared("consonants of two names", 0, 1), 1);
    marks_release(&marks);
    make("Viktor|Shevchenko", "Bohdan|Lytvyn");
    assert_int_equal(shared("sound of a name", 0, 1) + shared("consonants of a name", 0, 1), 0);
    assert_int_equal(shared("beginning of a name", 0, 1), 0);
    marks_release(&marks);
}

static void dates(void **state)
{
    (void)state;
    make("|||1994-06-05", "|||1994-05-06");
    assert_int_equal(shared("date of birth", 0, 1), 0);
    assert_int_equal(shared("day and month of birth, in any order", 0, 1), 1);
    assert_int_equal(shared("year of birth, or of the age", 0, 1), 1);
    marks_release(&marks);
    make("|||1985-06-03", "||||||33|2018-08-21");
    assert_int_equal(shared("year of birth, or of the age", 0, 1), 1);
    assert_int_equal(count("date of birth", 1), 0);
    marks_release(&marks);
    make("|||1985-01-01", "|||1985-01-01"); /* what is written when nobody knows */
    assert_int_equal(count("date of birth", 0), 0);
    marks_release(&marks);
}

static void common(void **state)
{
    (void)state;
    make("Ana|Common", "Bohdan|Common");
    assert_int_equal(shared("sound of a name", 0, 1), 0);
    assert_int_equal(count("sound of a name", 0), 1);
    marks_release(&marks);
}

static void numbers(void **state)
{
    (void)state;
    make("||||FF1525697", "||||FF1525597");
    assert_int_equal(shared("document", 0, 1), 0);
    assert_int_equal(shared("half of document", 0, 1), 1);
    marks_release(&marks);
}

static void nothing(void **state)
{
    (void)state;
    make("", "|||||");
    for (size_t k = 0; k < marks.n_kind; k++) {
        assert_int_equal(marks.kind[k].start[1], 0);
        assert_int_equal(marks.kind[k].start[2], 0);
    }
    assert_int_equal(marks.content[0], marks.content[1]);
    assert_int_not_equal(marks.content[0], marks.content[2]);
    marks_release(&marks);
}

static void by_itself(void **state)
{
    (void)state;
    const char *line[] = {"Viktor|Shevchenko||1994-06-05||912345678",
                          "Ana Maria|Sousa||||FF1525697|33|2018-08-21", "Bohdan|Lytvyn"};
    struct people *p = people_of(line, 3);
    struct marks one;
    marks_make(&marks, p);
    marks_begin(&one, p);
    for (size_t i = 0; i < 3; i++) {
        marks_add(&one, p, i);
        assert_int_equal(one.n, 1);
        assert_int_equal(one.content[0], marks.content[i]);
        for (size_t k = 0; k < marks.n_kind; k++) {
            const struct mark_kind *all = &marks.kind[k], *own = &one.kind[k];
            assert_string_equal(all->name, own->name);
            assert_int_equal(own->start[1], all->start[i + 1] - all->start[i]);
            if (own->start[1] > 0)
                assert_memory_equal(own->value, all->value + all->start[i],
                                    own->start[1] * sizeof *own->value);
        }
        marks_clear(&one);
    }
    marks_release(&one);
    marks_release(&marks);
    people_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names),   cmocka_unit_test(dates),   cmocka_unit_test(common),
        cmocka_unit_test(numbers), cmocka_unit_test(nothing), cmocka_unit_test(by_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
