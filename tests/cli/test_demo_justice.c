/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/cli/demo_justice.c: cases, proceedings and suspects that are made up, held against
 * what was published (data/demo/<country>/checks.csv).
 *  1 totals: crimes and stages of checks.csv; every row of crimes.csv and stages.csv; scaled ones
 *  2 dates of suspects and proceedings are in order
 *  3 ties: cases and their victims, proceedings, links of suspects, persons who are both */
#include "harness.h"

#include "base/date.h"
#include "cli/demo_justice.h"
#include "demo_checks.h"

#include <stdio.h>
#include <stdlib.h>

static const char *const packs[] = {"pt", "cz", "pl", "sk"};
enum { PACKS = 4 };

static struct arena *a;
static struct demo_tables tables[PACKS];
static struct demo_person *person[PACKS];
static size_t n_person[PACKS];
static struct demo_justice justice[PACKS];

static void make(size_t c, double scale, uint64_t seed)
{
    struct random r;
    random_init(&r, seed);
    demo_people_make(&person[c], &n_person[c], &tables[c], scale, &r, a);
    demo_justice_make(&justice[c], person[c], n_person[c], &tables[c], scale, &r, a);
}

static int begin(void **state)
{
    (void)state;
    struct err e;
    a = arena_new(ARENA_PLAIN);
    for (size_t c = 0; c < PACKS; c++) {
        if (!demo_tables_read(&tables[c], harness_source("data"), packs[c], a, &e))
            fail_msg("%s", e.msg);
        make(c, 1, 1);
    }
    return 0;
}

static int end(void **state)
{
    (void)state;
    arena_free(a);
    return 0;
}

/* ---- 1 ---- */

/* The year in which the person first reached the stage; 0: never. */
static int reached(const struct demo_suspect *s, const char *stage)
{
    if (strcmp(stage, "suspected") == 0) return day_year(s->suspicion);
    if (strcmp(stage, "prosecuted") == 0) return s->prosecuted ? day_year(s->indictment) : 0;
    if (strcmp(stage, "convicted") == 0) return s->convicted ? day_year(s->judgment) : 0;
    assert_string_equal(stage, "acquitted");
    return s->acquitted ? day_year(s->judgment) : 0;
}

static size_t suspects(size_t c, int from, int to, const char *stage, const char *sex)
{
    size_t n = 0;
    for (size_t i = 0; i < justice[c].n_suspect; i++) {
        const struct demo_suspect *s = &justice[c].suspect[i];
        int year = reached(s, stage);
        n += year >= from && year <= to && (sex[0] == '\0' || strcmp(s->sex, sex) == 0);
    }
    return n;
}

static size_t crimes(size_t c, int from, int to)
{
    size_t n = 0;
    for (size_t i = 0; i < justice[c].n_proceeding; i++) {
        const struct demo_proceeding *p = &justice[c].proceeding[i];
        n += day_year(p->report) >= from && day_year(p->opened) <= to;
    }
    return n;
}

static bool measured(size_t *got, size_t c, int from, int to, const char *measure)
{
    static const char *const stages[] = {"suspected", "prosecuted", "convicted", "acquitted"};
    if (strcmp(measure, "crimes") == 0) {
        *got = crimes(c, from, to);
        return true;
    }
    if (strcmp(measure, "prisoners_31dec") == 0) {
        *got = 0;
        for (size_t i = 0; i < justice[c].n_suspect; i++) *got += justice[c].suspect[i].prisoner;
        return true;
    }
    for (size_t k = 0; k < sizeof stages / sizeof stages[0]; k++) {
        size_t n = strlen(stages[k]);
        if (strncmp(measure, stages[k], n) != 0) continue;
        if (measure[n] != '\0' && measure[n] != '_') continue; /* convicted_effective_prison */
        if (measure[n] == '_' && strlen(measure + n) != 2) continue;
        *got = suspects(c, from, to, stages[k], measure[n] == '_' ? measure + n + 1 : "");
        return true;
    }
    return false;
}

static void totals_1_1_of_checks(void **state)
{
    (void)state;
    size_t held[PACKS] = {0};
    for (size_t c = 0; c < PACKS; c++) {
        struct demo_check *check;
        size_t n = demo_checks_read(&check, packs[c], a), got;
        for (const struct demo_check *k = check; k < check + n; k++) {
            if (strcmp(k->met, "yes") != 0 || !measured(&got, c, k->from, k->to, k->measure))
                continue;
            if (got != k->value)
                fail_msg("%s %s %s: %zu, published %zu", packs[c], k->period, k->measure, got,
                         k->value);
            held[c]++;
        }
    }
    assert_int_equal(held[0], 7 + 3 + 4 + 1); /* crimes; to 2020; to 2022; prisoners */
    assert_int_equal(held[1], 3);
    assert_int_equal(held[2], 5);
    assert_int_equal(held[3], 11 + 4);
}

static void totals_1_2_of_every_year(void **state)
{
    (void)state;
    for (size_t c = 0; c < PACKS; c++) {
        const struct demo_table *x = &tables[c].crimes, *s = &tables[c].stages;
        for (size_t i = 0; i < x->n_row; i++) {
            int year = (int)demo_number(x, i, "year");
            if (crimes(c, year, year) != (size_t)demo_number(x, i, "count"))
                fail_msg("%s %d: %zu crimes", packs[c], year, crimes(c, year, year));
        }
        for (size_t i = 0; i < s->n_row; i++) {
            int year = (int)demo_number(s, i, "year");
            const char *stage = demo_cell(s, i, "stage");
            size_t got = suspects(c, year, year, stage, "");
            if (got != (size_t)demo_number(s, i, "count"))
                fail_msg("%s %d: %zu %s", packs[c], year, got, stage);
        }
    }
}

/* A tenth of Portugal: 46.6 suspects, 28.4 prosecuted, 15.7 convicted, 81.7 crimes. */
static void totals_1_3_scaled(void **state)
{
    (void)state;
    make(0, 0.1, 1);
    assert_int_equal(justice[0].n_suspect, 47);
    assert_int_equal(suspects(0, 2008, 2024, "prosecuted", ""), 28);
    assert_int_equal(suspects(0, 2008, 2024, "convicted", ""), 16);
    assert_int_equal(justice[0].n_proceeding, 82);
    for (uint64_t seed = 1; seed <= 20; seed++) make(0, 0.005, seed); /* hardly anything: no harm */
    make(0, 1, 1);
    assert_int_equal(justice[0].n_suspect, 466);
}

/* ---- 2 ---- */

static void check_suspect(const struct demo_suspect *s)
{
    assert_true(s->report <= s->opened && s->opened <= s->suspicion);
    assert_true(s->suspicion <= s->accusation);
    assert_true(s->arrest == 0 || s->arrest >= s->suspicion);
    assert_true(s->age >= 18 && s->age < 80);
    assert_true(s->birth + 18 * 365 < s->suspicion);
    if (!s->prosecuted) assert_true(s->indictment == 0 && s->judgment == 0);
    else assert_true(s->indictment > s->accusation && !s->discontinued);
    if (!s->convicted && !s->acquitted) {
        assert_int_equal(s->judgment, 0);
        return;
    }
    assert_true(s->prosecuted && s->convicted != s->acquitted);
    assert_true(s->indictment < s->trial && s->trial < s->judgment && s->judgment < s->final);
    if (s->appeal != 0)
        assert_true(s->judgment < s->appeal && s->appeal < s->second && s->second <= s->final);
    if (s->convicted) assert_true(s->months > 0 && s->execution[0] != '\0');
    if (s->prisoner) assert_string_equal(s->execution, "effective");
}

static void dates_2_1_are_in_order(void **state)
{
    (void)state;
    for (size_t c = 0; c < PACKS; c++) {
        for (size_t i = 0; i < justice[c].n_suspect; i++) check_suspect(&justice[c].suspect[i]);
        for (size_t i = 0; i < justice[c].n_proceeding; i++) {
            const struct demo_proceeding *p = &justice[c].proceeding[i];
            assert_true(p->report <= p->opened);
            assert_int_equal(day_year(p->report), p->year);
            assert_true(p->indictment == 0 || p->indictment > p->opened);
            assert_true(p->judgment == 0 ||
                        (p->judgment > p->indictment && p->final > p->judgment));
            assert_true(p->n_convicted + p->n_acquitted <= p->n_prosecuted);
            assert_true(p->n_prosecuted <= p->n_suspect && p->n_final <= p->n_suspect);
        }
    }
}

/* ---- 3 ---- */

static void ties_3_1_of_cases(void **state)
{
    (void)state;
    for (size_t c = 0; c < PACKS; c++) {
        const struct demo_justice *j = &justice[c];
        size_t *n = ARENA_ARRAY(a, size_t, j->n_case + 1);
        for (size_t i = 0; i < n_person[c]; i++) {
            const struct demo_person *p = &person[c][i];
            if (p->police_case == DEMO_NONE) {
                assert_true(p->proceeding == DEMO_NONE);
                continue;
            }
            const struct demo_case *x = &j->police_case[p->police_case];
            n[p->police_case]++;
            assert_string_equal(x->organisation, p->source[0]);
            assert_int_equal(x->year, p->year);
            assert_true(x->detected <= p->detection && x->start <= p->start && x->end >= p->end);
            assert_true(p->proceeding == x->proceeding);
            assert_true(p->status[1] < '8'); /* who is no victim belongs to no case */
        }
        for (size_t i = 0; i < j->n_case; i++) {
            assert_int_equal(n[i], j->police_case[i].n_victim);
            assert_in_range(n[i], 1, 6);
        }
    }
}

static void ties_3_2_of_suspects(void **state)
{
    (void)state;
    for (size_t c = 0; c < PACKS; c++) {
        const struct demo_justice *j = &justice[c];
        size_t linked = 0, both = 0;
        for (size_t i = 0; i < j->n_suspect; i++) {
            const struct demo_suspect *s = &j->suspect[i];
            assert_in_range(s->proceeding, 0, j->n_proceeding - 1);
            linked += s->n_victim > 0;
            for (size_t k = 0; k < s->n_victim; k++) {
                const struct demo_person *p = &person[c][s->victim[k]];
                assert_true(p->listed && p->proceeding == s->proceeding);
            }
            if (s->own_victim == DEMO_NONE) continue;
            const struct demo_person *p = &person[c][s->own_victim];
            both++;
            assert_true(p->listed && p->decision < s->suspicion);
            assert_string_equal(p->family, s->family);
            assert_int_equal(p->birth, s->birth);
        }
        print_message("%s: %zu of %zu suspects linked to victims, %zu were victims\n", packs[c],
                      linked, j->n_suspect, both);
        assert_true(linked * 2 > j->n_suspect);
        assert_true(both >= 3);
        for (size_t i = 0; i < n_person[c]; i++)
            if (person[c][i].suspect != DEMO_NONE)
                assert_true(j->suspect[person[c][i].suspect].proceeding == person[c][i].proceeding);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(totals_1_1_of_checks), cmocka_unit_test(totals_1_2_of_every_year),
        cmocka_unit_test(totals_1_3_scaled),    cmocka_unit_test(dates_2_1_are_in_order),
        cmocka_unit_test(ties_3_1_of_cases),    cmocka_unit_test(ties_3_2_of_suspects),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
