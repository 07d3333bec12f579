/* SPDX-License-Identifier: EUPL-1.2 */
#include "harness.h"

#include "people.h"

#include "model/problem.h"

#include <string.h>

void people_init(struct people *p)
{
    *p = (struct people){0};
    struct arena *a = arena_new(ARENA_PLAIN);
    struct problems problems;
    struct err e = {0};
    problems_init(&problems, a);
    if (!dictionary_load(&p->d, harness_source("data"), "", &problems, &e)) fail_msg("%s", e.msg);
    problems_release(&problems);
    arena_free(a);
    p->form = dictionary_form(p->d, TEXT("victim"));
    assert_non_null(p->form);
    const struct {
        const char *name;
        const struct variable **to;
    } wanted[] = {{"sex", &p->sex},
                  {"citizenship", &p->citizenship},
                  {"age_at_registration", &p->age},
                  {"recruitment_country", &p->recruitment_country},
                  {"exploitation_form", &p->form_of},
                  {"exploitation_country", &p->country},
                  {"assistance_status", &p->assistance}};
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        *wanted[i].to = dictionary_variable(p->d, p->form->id, text_of(wanted[i].name));
        if (*wanted[i].to == NULL) fail_msg("the victim form has no %s", wanted[i].name);
    }
}

void people_release(struct people *p)
{
    dictionary_free(p->d);
    free(p->record);
}

static code_id some_code(struct random *r, const struct people *p, const struct variable *v,
                         size_t of_first)
{
    size_t n = p->d->list[v->list]->n_code;
    if (random_below(r, 6) == 0) return CODE_NONE;
    return (code_id)random_below(r, n < of_first ? n : of_first);
}

void people_fill(struct people *p, size_t n, uint64_t seed)
{
    struct random r;
    random_init(&r, seed);
    p->n = n;
    p->record = calloc(n, sizeof *p->record);
    for (size_t i = 0; i < n; i++) {
        struct people_record *x = &p->record[i];
        x->person = random_below(&r, 5) == 0 ? 0 : (int)random_below(&r, n / 2 + 1) + 1;
        x->match = x->person;
        x->sex = some_code(&r, p, p->sex, 3);
        if (x->sex == CODE_NONE && random_below(&r, 2) == 0)
            x->sex_missing = random_below(&r, 2) == 0 ? MISSING_NA : MISSING_RF;
        x->citizenships = (int)random_below(&r, 3);
        for (int k = 0; k < x->citizenships; k++)
            x->citizenship[k] = (code_id)(random_below(&r, 3) * 2 + (uint64_t)k);
        x->age = random_below(&r, 4) == 0 ? -1 : (int)random_below(&r, 5) + 15;
        x->n = (int)random_below(&r, PEOPLE_REPEATS + 1);
        for (int e = 0; e < x->n; e++) {
            struct episode_entry *ep = &x->episode[e];
            ep->recruited_in = some_code(&r, p, p->recruitment_country, 3);
            ep->n = (int)random_below(&r, PEOPLE_REPEATS + 1);
            for (int k = 0; k < ep->n; k++)
                ep->exploitation[k] = (struct exploitation_entry){some_code(&r, p, p->form_of, 9),
                                                                  some_code(&r, p, p->country, 3)};
        }
        x->n_assistance = (int)random_below(&r, PEOPLE_REPEATS + 1);
        for (int k = 0; k < x->n_assistance; k++)
            x->assistance[k] = some_code(&r, p, p->assistance, 3);
    }
}

/* ---------------------------------------------------------------- as a row source */

struct reading {
    const struct people *p;
    size_t at, to;
    struct arena *a;
    struct arena_mark mark;
    struct record record;
    struct row_choice choice[3];
};

static void set_code(struct record *r, const struct variable *v, uint32_t row, code_id c)
{
    if (c == CODE_NONE) return;
    struct value *into = record_value(r, v->id, row);
    into->kind = VALUE_CODE;
    into->code = c;
}

static void build(struct reading *x, const struct people_record *from)
{
    struct record *r = &x->record;
    const struct people *p = x->p;
    struct err e;
    record_clear(r);
    arena_rewind(x->a, x->mark);
    set_code(r, p->sex, 0, from->sex);
    if (from->sex_missing != MISSING_NONE)
        *record_value(r, p->sex->id, 0) =
            (struct value){.kind = VALUE_MISSING, .missing = (uint8_t)from->sex_missing};
    if (from->citizenships > 0) {
        struct value *v = record_value(r, p->citizenship->id, 0);
        v->kind = VALUE_CODES;
        v->n_code = (uint16_t)from->citizenships;
        v->codes = from->citizenship;
    }
    if (from->age >= 0)
        *record_value(r, p->age->id, 0) =
            (struct value){.kind = VALUE_INTEGER, .integer = from->age};
    for (int k = 0; k < from->n; k++) {
        uint32_t row;
        assert_true(record_add(&row, r, p->recruitment_country->group, 0, &e));
        set_code(r, p->recruitment_country, row, from->episode[k].recruited_in);
    }
    for (int k = 0; k < from->n; k++)
        for (int j = 0; j < from->episode[k].n; j++) {
            uint32_t row;
            assert_true(record_add(&row, r, p->form_of->group, (uint32_t)k, &e));
            set_code(r, p->form_of, row, from->episode[k].exploitation[j].form);
            set_code(r, p->country, row, from->episode[k].exploitation[j].country);
        }
    for (int k = 0; k < from->n_assistance; k++) {
        uint32_t row;
        assert_true(record_add(&row, r, p->assistance->group, 0, &e));
        set_code(r, p->assistance, row, from->assistance[k]);
    }
}

static bool next(struct row_source *s, struct source_row *out, bool *found, struct err *e)
{
    struct reading *x = s->ctx;
    (void)e;
    *found = x->at < x->to;
    if (!*found) return true;
    const struct people_record *from = &x->p->record[x->at];
    build(x, from);
    *out = (struct source_row){.record_no = x->at + 1, .record = &x->record};
    memcpy(out->person_key, &from->person, sizeof from->person);
    memcpy(out->match_key, &from->match, sizeof from->match);
    const struct variable *of[3] = {x->p->sex, x->p->citizenship, x->p->age};
    out->choice = x->choice;
    for (size_t i = 0; i < 3; i++)
        if (from->choice[i] != 0)
            x->choice[out->n_choice++] = (struct row_choice){of[i]->id, from->choice[i], true};
    x->at++;
    return true;
}

static void close_reading(struct row_source *s)
{
    struct reading *x = s->ctx;
    arena_free(x->a);
    free(x);
}

struct snapshot *people_snapshot(const struct people *p, size_t n_part)
{
    struct row_source *source = calloc(n_part, sizeof *source);
    struct snapshot *s;
    struct err e = {0};
    for (size_t i = 0; i < n_part; i++) {
        struct reading *x = calloc(1, sizeof *x);
        x->p = p;
        x->at = p->n * i / n_part;
        x->to = p->n * (i + 1) / n_part;
        x->a = arena_new(ARENA_PLAIN);
        record_init(&x->record, p->d, p->form, x->a);
        x->mark = arena_mark(x->a);
        source[i] = (struct row_source){.next = next, .close = close_reading, .ctx = x};
    }
    if (!snapshot_build(&s, p->d, p->form, source, n_part, &e)) fail_msg("%s", e.msg);
    free(source);
    return s;
}
