/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/linkage/survivor.c
 *  1 the last value, or the first where the dictionary says so; a missing code where there is no
 *  value
 *  2 Q21: sex, year of birth and citizenship contradict each other; other variables only differ
 *  3 several choices and repeats: all that is said
 *  4 no direct identifier, nothing that no record answers
 *  5 what stands for a person is what the snapshot counts, variable by variable */
#include "harness.h"

#include "dataset/snapshot.h"
#include "linkage/survivor.h"
#include "model/finding.h"

#include <stdlib.h>

static struct dictionary *d;
static const struct form *form;
static struct arena *arena;
static struct survivor_facts facts;

static int start(void **state)
{
    struct problems found;
    struct err e = {0};
    char folder[1000];
    (void)state;
    arena = arena_new(ARENA_PLAIN);
    problems_init(&found, arena);
    snprintf(folder, sizeof folder, "%s/data", getenv("DCIM_SOURCE_DIR"));
    if (!dictionary_load(&d, folder, "", &found, &e)) fail_msg("%s", e.msg);
    problems_release(&found);
    form = dictionary_form(d, TEXT("victim"));
    survivor_facts(&facts, d, form);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    dictionary_free(d);
    arena_free(arena);
    return 0;
}

static struct record *record_of(const char *json)
{
    struct record *r = ARENA_NEW(arena, struct record);
    struct findings found;
    struct err e = {0};
    struct json *j;
    if (!json_parse(&j, text_of(json), &e)) fail_msg("%s: %s", e.msg, json);
    record_init(r, d, form, arena);
    findings_init(&found, arena);
    if (!record_from_json(r, j, &found, &e)) fail_msg("%s: %s", e.msg, json);
    assert_int_equal(found.n, 0);
    findings_release(&found);
    json_free(j);
    return r;
}

static var_id variable(const char *name)
{
    const struct variable *v = dictionary_variable(d, form->id, text_of(name));
    if (v == NULL) fail_msg("no variable %s", name);
    return v->id;
}

/* Three records of one person; the dictionary's rule is "first" for first_detection_date. */
static const char *const said[] = {
    ("{\"sex\":\"F\",\"birth_year\":1994,\"citizenship\":[\"UA\"],"
     "\"first_detection_date\":\"2020-03-01\",\"age_at_registration\":25,"
     "\"birth_date\":\"1994-06-05\"}"),
    ("{\"sex\":\"U\",\"birth_year\":1994,\"citizenship\":[\"UA\",\"PL\"],"
     "\"first_detection_date\":\"2021-03-01\",\"marital_status\":\"U\"}"),
    "{\"birth_year\":1995,\"age_at_registration\":26}",
};
enum { SAID = sizeof said / sizeof *said };

static void records(const struct record **r)
{
    for (size_t i = 0; i < SAID; i++) r[i] = record_of(said[i]);
}

static struct survivor_value value(const char *name)
{
    const struct record *r[SAID];
    struct survivor_value out;
    records(r);
    survivor_value(&out, r, SAID, variable(name), &facts, NULL);
    return out;
}

static void rules(void **state)
{
    (void)state;
    struct survivor_value v = value("age_at_registration");
    assert_int_equal(v.rule,
                     d->variable[v.variable].survivor_first ? SURVIVOR_FIRST : SURVIVOR_LAST);
    v = value("first_detection_date");
    assert_int_equal(v.rule, SURVIVOR_FIRST);
    assert_int_equal(v.record, 0);
    assert_int_equal(v.n_value, 2);
    assert_int_equal(v.n_differ, 2);
    assert_false(v.conflict); /* dates of detection may differ */
    v = value("birth_year");
    assert_int_equal(v.record, v.rule == SURVIVOR_FIRST ? 0 : 2);
    v = value("sex"); /* the missing code of the second gives way */
    assert_int_equal(v.record, 0);
    assert_int_equal(v.n_value, 1);
    v = value("marital_status"); /* nobody knows more */
    assert_int_equal(v.record, 1);
    assert_int_equal(v.n_value, 0);
    v = value("education_level");
    assert_int_equal(v.record, SURVIVOR_NONE);
}

static void conflicts(void **state)
{
    (void)state;
    assert_int_equal(facts.n, 3);
    assert_true(value("birth_year").conflict);
    assert_true(value("citizenship").conflict);
    assert_false(value("sex").conflict);
    assert_false(value("age_at_registration").conflict);
    const struct record *r[] = {record_of("{\"sex\":\"F\"}"), record_of("{\"sex\":\"M\"}"),
                                record_of("{\"sex\":\"F\"}")};
    struct survivor_value v;
    survivor_value(&v, r, 3, variable("sex"), &facts, NULL);
    assert_true(v.conflict);
    assert_int_equal(v.n_differ, 2);
    survivor_value(&v, r, 1, variable("sex"), &facts, NULL);
    assert_false(v.conflict);
}

static void unions(void **state)
{
    (void)state;
    struct survivor_value v = value("citizenship");
    assert_int_equal(v.rule, SURVIVOR_UNION);
    assert_int_equal(v.record, SURVIVOR_NONE);
    assert_int_equal(v.n_value, 2);
    for (size_t i = 0; i < d->n_variable; i++) {
        const struct variable *x = &d->variable[i];
        if (x->form != form->id || x->group == 0) continue;
        const struct record *r[SAID];
        records(r);
        survivor_value(&v, r, SAID, x->id, &facts, NULL);
        assert_int_equal(v.rule, SURVIVOR_UNION);
        assert_int_equal(v.n_value, 0);
    }
}

static void all(void **state)
{
    (void)state;
    const struct record *r[SAID];
    struct survivor_value *v;
    records(r);
    size_t n = survivor_values(&v, r, SAID, &facts, NULL, arena);
    bool sex = false, date = false;
    for (size_t i = 0; i < n; i++) {
        const struct variable *x = &d->variable[v[i].variable];
        assert_int_equal(x->form, form->id);
        assert_int_equal(x->privacy & PRIVACY_D, 0);
        sex = sex || strcmp(x->name, "sex") == 0;
        date = date || strcmp(x->name, "birth_date") == 0;
        assert_string_not_equal(x->name, "education_level");
    }
    assert_true(sex);
    assert_false(date);
}

/* ---- the snapshot ---- */

struct three {
    size_t at;
};

static bool next(struct row_source *s, struct source_row *out, bool *found, struct err *e)
{
    struct three *t = s->ctx;
    (void)e;
    *found = t->at < SAID;
    if (!*found) return true;
    *out = (struct source_row){.record_no = t->at + 1, .record = record_of(said[t->at])};
    out->person_key[0] = 1;
    t->at++;
    return true;
}

static void close_source(struct row_source *s)
{
    (void)s;
}

static void as_counted(void **state)
{
    (void)state;
    const struct record *r[SAID];
    struct three t = {0};
    struct row_source source = {next, close_source, &t, SAID};
    struct snapshot *s;
    struct survivor_value *v;
    struct err e = {0};
    size_t n_code = 0, n_number = 0;
    if (!snapshot_build(&s, d, form, &source, 1, &e)) fail_msg("%s", e.msg);
    assert_int_equal(snapshot_units(s, UNIT_PERSONS), 1);
    records(r);
    size_t n = survivor_values(&v, r, SAID, &facts, NULL, arena);
    for (size_t i = 0; i < n; i++) {
        const struct column *c = snapshot_column(s, UNIT_PERSONS, v[i].variable);
        if (c == NULL || v[i].record == SURVIVOR_NONE || v[i].rule == SURVIVOR_UNION) continue;
        const struct value *own = record_get(r[v[i].record], v[i].variable, 0);
        if (c->kind == COLUMN_CODE && own->kind == VALUE_CODE) {
            assert_int_equal(c->code[0], own->code);
            n_code++;
        }
        if (c->kind == COLUMN_NUMBER && own->kind == VALUE_INTEGER) {
            assert_int_equal(c->number[0], own->integer);
            n_number++;
        }
    }
    assert_true(n_code >= 1 && n_number >= 1);
    snapshot_drop(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rules), cmocka_unit_test(conflicts),  cmocka_unit_test(unions),
        cmocka_unit_test(all),   cmocka_unit_test(as_counted),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
