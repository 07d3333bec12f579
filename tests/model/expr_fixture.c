/* SPDX-License-Identifier: EUPL-1.2 */
#include "expr_fixture.h"

#include "harness.h"
#include "model/finding.h"

static void copy(const char *from, const char *to)
{
    struct harness_run run;
    harness_run(&run,
                (const char *const[]){"cp", "-r", "--no-preserve=all", harness_source(from), to,
                                      NULL},
                NULL);
    if (run.status != 0) fail_msg("could not copy %s: %s", from, run.err);
    harness_run_release(&run);
}

struct dictionary *fixture_dictionary(void)
{
    struct problems problems;
    struct arena *a = arena_new(ARENA_PLAIN);
    struct dictionary *d;
    struct err e = {0};
    if (!harness_exists("expr_data")) {
        copy("tests/model/expr_data", "expr_data");
        copy("data/rules-program.csv", "expr_data/rules-program.csv");
        copy("data/dictionary/system.csv", "expr_data/dictionary/system.csv");
    }
    problems_init(&problems, a);
    bool ok = dictionary_load(&d, "expr_data", "", &problems, &e);
    for (size_t i = 0; i < problems.n && !ok; i++)
        if (problems.item[i].fatal)
            print_error("%s:%u %s\n", problems.item[i].file, problems.item[i].row,
                        problems.item[i].message);
    assert_true(ok);
    problems_release(&problems);
    arena_free(a);
    return d;
}

const struct form *fixture_form(const struct dictionary *d)
{
    const struct form *f = dictionary_form(d, TEXT("t"));
    assert_non_null(f);
    return f;
}

struct record *fixture_record(const struct dictionary *d, struct text json, struct arena *a)
{
    struct record *r = ARENA_NEW(a, struct record);
    struct findings findings;
    struct json *j;
    struct err e = {0};
    record_init(r, d, fixture_form(d), a);
    if (json.n == 0) return r;
    if (text_is(json, "base")) {
        size_t n;
        char *base = harness_read(harness_source("tests/model/expr_data/base.json"), &n);
        json = (struct text){arena_copy(a, base, n), n};
        free(base);
    }
    if (!json_parse(&j, json, &e)) fail_msg("%s: %.*s", e.msg, (int)json.n, json.p);
    findings_init(&findings, a);
    if (!record_from_json(r, j, &findings, &e)) fail_msg("%s: %.*s", e.msg, (int)json.n, json.p);
    if (findings.n > 0) fail_msg("findings in %.*s", (int)json.n, json.p);
    findings_release(&findings);
    json_free(j);
    return r;
}

var_id fixture_var(const struct dictionary *d, const char *name)
{
    if (name[0] == '\0') return VAR_NONE;
    const struct variable *v = dictionary_variable(d, fixture_form(d)->id, text_of(name));
    if (v == NULL) fail_msg("no variable %s", name);
    return v->id;
}

group_id fixture_group(const struct dictionary *d, const char *name)
{
    const struct form *f = fixture_form(d);
    for (size_t i = 0; i < f->n_group; i++)
        if (strcmp(f->group[i].name, name) == 0) return (group_id)i;
    assert_int_equal(name[0], '\0');
    return 0;
}

const struct expr *fixture_parse(const struct dictionary *d, const char *group, const char *self,
                                 const char *text, struct arena *a)
{
    struct expr *x;
    struct expr_problem p;
    if (!expr_parse(&x, d, fixture_form(d), fixture_group(d, group), fixture_var(d, self),
                    text_of(text), a, &p))
        fail_msg("%s: %s: %s at %zu", text, p.id, p.message, p.at);
    return x;
}

struct expr_context fixture_context(const struct record *r, const struct expr *x, uint32_t row,
                                    struct arena *scratch)
{
    return (struct expr_context){.record = r,
                                 .group = expr_group(x),
                                 .row = row,
                                 .self = VAR_NONE,
                                 .today = FIXTURE_TODAY,
                                 .now = FIXTURE_NOW,
                                 .arena = scratch};
}
