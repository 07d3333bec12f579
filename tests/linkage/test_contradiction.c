/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/linkage/contradiction.c
 *  1 by hand: who contradicts, in what; a choice settles it, a record that joins later opens it
 *  again
 *  2 random records, persons and choices: found is what survivor_value() says of each person, and
 *    what it says stands is what the snapshot counts, chosen or not */
#include "harness.h"

#include "base/mem.h"
#include "base/random.h"
#include "linkage/contradiction.h"
#include "model/finding.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RECORDS_MAX = 60, MARKS_MAX = 200, ROUNDS = 300 };

static struct dictionary *d;
static const struct form *form;
static struct survivor_facts facts;

static struct {
    struct record *record[RECORDS_MAX];
    uint8_t person[RECORDS_MAX];
    size_t n;
    struct choice_mark mark[MARKS_MAX]; /* by record */
    struct choice_marks marks;
    size_t at;
    struct row_choice choice[MARKS_MAX]; /* of the row at hand */
    struct arena *arena;
} world;

static int start(void **state)
{
    struct problems found;
    struct err e = {0};
    (void)state;
    struct arena *a = arena_new(ARENA_PLAIN);
    problems_init(&found, a);
    if (!dictionary_load(&d, harness_source("data"), "", &found, &e)) fail_msg("%s", e.msg);
    problems_release(&found);
    arena_free(a);
    form = dictionary_form(d, TEXT("victim"));
    survivor_facts(&facts, d, form);
    assert_int_equal(facts.n, 3);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    dictionary_free(d);
    return 0;
}

static void world_begin(void)
{
    memset(&world, 0, sizeof world);
    world.arena = arena_new(ARENA_PLAIN);
}

static void add(int person, const char *json)
{
    struct record *r = ARENA_NEW(world.arena, struct record);
    struct findings found;
    struct err e = {0};
    struct json *j;
    if (!json_parse(&j, text_of(json), &e)) fail_msg("%s: %s", e.msg, json);
    record_init(r, d, form, world.arena);
    findings_init(&found, world.arena);
    if (!record_from_json(r, j, &found, &e)) fail_msg("%s: %s", e.msg, json);
    assert_int_equal(found.n, 0);
    findings_release(&found);
    json_free(j);
    world.person[world.n] = (uint8_t)person;
    world.record[world.n++] = r;
}

static int by_record(const void *a, const void *b)
{
    const struct choice_mark *x = a, *y = b;
    if (x->record_no != y->record_no) return x->record_no < y->record_no ? -1 : 1;
    return x->choice.choice_no < y->choice.choice_no ? -1 : 1;
}

static void mark(size_t record, var_id v, int64_t choice_no, bool chosen)
{
    assert_true(world.marks.n < MARKS_MAX);
    world.marks.item = world.mark;
    world.mark[world.marks.n++] = (struct choice_mark){record + 1, {v, choice_no, chosen}};
    qsort(world.mark, world.marks.n, sizeof *world.mark, by_record);
}

static bool next(struct row_source *s, struct source_row *out, bool *found, struct err *e)
{
    (void)s;
    (void)e;
    *found = world.at < world.n;
    if (!*found) return true;
    *out = (struct source_row){.record_no = world.at + 1,
                               .choice = world.choice,
                               .record = world.record[world.at]};
    for (size_t i = 0; i < world.marks.n; i++)
        if (world.mark[i].record_no == world.at + 1)
            world.choice[out->n_choice++] = world.mark[i].choice;
    out->person_key[0] = world.person[world.at++];
    return true;
}

static void close_source(struct row_source *s)
{
    (void)s;
}

static struct snapshot *build(void)
{
    struct row_source source = {next, close_source, NULL, world.n};
    struct snapshot *s;
    struct err e = {0};
    world.at = 0;
    if (!snapshot_build(&s, d, form, &source, 1, &e)) fail_msg("%s", e.msg);
    return s;
}

/* The records of a person, in order, and its choices; what contradictions() has to find. */
static void person_of(const struct record **r, size_t *n, struct survivor_choices *c, int person)
{
    static uint64_t record_no[RECORDS_MAX];
    *n = 0;
    *c = (struct survivor_choices){world.marks, record_no};
    for (size_t i = 0; i < world.n; i++) {
        if (world.person[i] != person) continue;
        record_no[*n] = i + 1;
        r[(*n)++] = world.record[i];
    }
}

/* ---- 1 ---- */

static uint32_t bit(const char *name)
{
    for (size_t i = 0; i < facts.n; i++)
        if (strcmp(d->variable[facts.variable[i]].name, name) == 0) return UINT32_C(1) << i;
    fail_msg("%s is no fact", name);
    return 0;
}

static var_id variable(const char *name)
{
    return dictionary_variable(d, form->id, text_of(name))->id;
}

static struct contradiction only(void)
{
    struct snapshot *s = build();
    struct contradiction *list;
    size_t n = contradictions(&list, s, &facts, &world.marks);
    assert_int_equal(n, 1);
    struct contradiction out = list[0];
    mem_free(list);
    snapshot_drop(s);
    return out;
}

static void by_hand(void **state)
{
    (void)state;
    world_begin();
    add(1, "{\"sex\":\"F\",\"birth_year\":1994,\"citizenship\":[\"UA\"]}");
    add(2, "{\"sex\":\"F\"}");
    add(1, "{\"sex\":\"M\",\"birth_year\":1994,\"citizenship\":[\"UA\",\"PL\"]}");
    add(2, "{\"sex\":\"F\",\"birth_year\":1990}");
    add(3, "{\"sex\":\"M\"}");
    struct contradiction x = only();
    assert_int_equal(x.record_no, 1);
    assert_int_equal(x.open, bit("sex") | bit("citizenship"));
    assert_int_equal(x.settled, 0);
    mark(0, variable("sex"), 1, true);
    mark(2, variable("sex"), 1, false);
    x = only();
    assert_int_equal(x.open, bit("citizenship"));
    assert_int_equal(x.settled, bit("sex"));
    world.person[4] = 1; /* joins later, and answers */
    x = only();
    assert_int_equal(x.open, bit("sex") | bit("citizenship"));
    add(1, "{\"birth_year\":1994}");
    world.person[4] = 3;
    x = only(); /* joins later, and does not */
    assert_int_equal(x.settled, bit("sex"));
    arena_free(world.arena);
}

/* ---- 2 ---- */

static void random_world(struct random *r)
{
    static const char *const sex[] = {"", "\"sex\":\"F\",", "\"sex\":\"M\",", "\"sex\":\"U\","},
                             *const land[] = {"", "\"citizenship\":[\"UA\"],",
                                              "\"citizenship\":[\"PL\"],",
                                              "\"citizenship\":[\"UA\",\"PL\"],"};
    char json[300];
    world_begin();
    size_t n = 10 + random_below(r, RECORDS_MAX - 10);
    for (size_t i = 0; i < n; i++) {
        int year = (int)random_below(r, 3);
        int at =
            snprintf(json, sizeof json, "{%s%s", sex[random_below(r, 4)], land[random_below(r, 4)]);
        if (year > 0)
            at += snprintf(json + at, sizeof json - (size_t)at, "\"birth_year\":%d,", 1990 + year);
        (void)snprintf(json + at, sizeof json - (size_t)at, "\"age_at_registration\":%d}",
                       20 + (int)random_below(r, 3));
        add(1 + (int)random_below(r, n / 3), json);
    }
    int64_t n_choice = (int64_t)random_below(r, 12);
    for (int64_t no = 1; no <= n_choice; no++) {
        size_t chosen = random_below(r, n);
        var_id v = random_below(r, 4) == 0 ? variable("age_at_registration")
                                           : facts.variable[random_below(r, facts.n)];
        mark(chosen, v, no, true);
        for (size_t i = 0; i < n; i++)
            if (i != chosen && world.person[i] == world.person[chosen] && random_below(r, 5) > 0)
                mark(i, v, no, false);
    }
}

static void same_as_counted(struct snapshot *s, size_t person, const struct survivor_value *x,
                            const struct record *const *r, size_t n)
{
    const struct column *c = snapshot_column(s, UNIT_PERSONS, x->variable);
    if (c->kind == COLUMN_CODE_SET && x->choice_no != 0) {
        const struct value *own = record_get(r[x->record], x->variable, 0);
        assert_int_equal(c->offset[person + 1] - c->offset[person], own->n_code);
        for (size_t i = 0; i < own->n_code; i++)
            assert_int_equal(c->item[c->offset[person] + i], own->codes[i]);
    } else if (c->kind == COLUMN_CODE_SET) { /* all that any says */
        for (size_t i = 0; i < n; i++) {
            const struct value *own = record_get(r[i], x->variable, 0);
            for (size_t k = 0; own->kind == VALUE_CODES && k < own->n_code; k++) {
                bool there = false;
                for (uint32_t at = c->offset[person]; at < c->offset[person + 1]; at++)
                    there = there || c->item[at] == own->codes[k];
                assert_true(there);
            }
        }
    } else if (x->record != SURVIVOR_NONE) {
        const struct value *own = record_get(r[x->record], x->variable, 0);
        if (own->kind == VALUE_CODE) assert_int_equal(c->code[person], own->code);
        if (own->kind == VALUE_INTEGER) assert_int_equal(c->number[person], own->integer);
    }
}

static void as_survivor_says(void **state)
{
    (void)state;
    struct random r;
    size_t n_open = 0, n_settled = 0, n_chosen = 0;
    random_init(&r, 21);
    for (int round = 0; round < ROUNDS; round++) {
        random_world(&r);
        struct snapshot *s = build();
        struct contradiction *list;
        size_t n = contradictions(&list, s, &facts, &world.marks), at = 0;
        const struct persons *p = snapshot_persons(s);
        for (size_t person = 0; person < p->n; person++) {
            const struct record *own[RECORDS_MAX];
            struct survivor_choices choices;
            struct survivor_value x;
            uint32_t open = 0, settled = 0;
            size_t n_own, first = p->record[p->first[person]];
            person_of(own, &n_own, &choices, world.person[first]);
            survivor_value(&x, own, n_own, variable("age_at_registration"), &facts, &choices);
            same_as_counted(s, person, &x, own, n_own);
            for (size_t k = 0; k < facts.n; k++) {
                survivor_value(&x, own, n_own, facts.variable[k], &facts, &choices);
                same_as_counted(s, person, &x, own, n_own);
                n_chosen += x.choice_no != 0;
                if (x.conflict && x.settled) settled |= UINT32_C(1) << k;
                else if (x.conflict) open |= UINT32_C(1) << k;
            }
            n_open += open != 0;
            n_settled += settled != 0;
            if ((open | settled) == 0) continue;
            for (at = 0; at < n && list[at].person != person;) at++;
            assert_true(at < n);
            assert_int_equal(list[at].open, open);
            assert_int_equal(list[at].settled, settled);
            assert_int_equal(list[at].record_no, first + 1);
            list[at].record_no = 0; /* found */
        }
        for (at = 0; at < n; at++) assert_int_equal(list[at].record_no, 0);
        mem_free(list);
        snapshot_drop(s);
        arena_free(world.arena);
    }
    assert_true(n_open > 100 && n_settled > 100 && n_chosen > 300);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(by_hand),
        cmocka_unit_test(as_survivor_says),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
