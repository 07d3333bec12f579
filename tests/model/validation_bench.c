/* SPDX-License-Identifier: EUPL-1.2 */
#include "validation_bench.h"

#include "harness.h"

#include "base/json.h"

void validation_open(struct validation_bench *b, const char *data, const char *pack)
{
    struct problems problems;
    struct err e = {0};
    *b = (struct validation_bench){.arena = arena_new(ARENA_PLAIN),
                                   .scratch = arena_new(ARENA_PLAIN),
                                   .keep = arena_new(ARENA_PLAIN)};
    problems_init(&problems, b->arena);
    bool ok = dictionary_load(&b->d, data, pack, &problems, &e);
    for (size_t i = 0; i < problems.n && !ok; i++)
        if (problems.item[i].fatal)
            print_error("%s:%u %s\n", problems.item[i].file, problems.item[i].row,
                        problems.item[i].message);
    assert_true(ok);
    problems_release(&problems);
    findings_init(&b->findings, b->keep);
}

void validation_close(struct validation_bench *b)
{
    findings_release(&b->findings);
    dictionary_free(b->d);
    arena_free(b->arena);
    arena_free(b->scratch);
    arena_free(b->keep);
}

/* Read a record of the form and validate it; findings of reading stay in front. */
void validation_run(struct validation_bench *b, const char *form, struct text json)
{
    struct json *j;
    struct err e = {0};
    const struct form *f = dictionary_form(b->d, text_of(form));
    assert_non_null(f);
    findings_clear(&b->findings);
    arena_rewind(b->arena, (struct arena_mark){0});
    record_init(&b->record, b->d, f, b->arena);
    if (!json_parse(&j, json, &e)) fail_msg("%s in %.*s", e.msg, (int)json.n, json.p);
    if (!record_from_json(&b->record, j, &b->findings, &e))
        fail_msg("%s in %.*s", e.msg, (int)json.n, json.p);
    json_free(j);
    record_validate(&b->record, &b->findings, VALIDATION_TODAY, b->scratch);
}

const char *validation_rule(const struct validation_bench *b, size_t i)
{
    return b->d->rule[b->findings.item[i].rule].name;
}

size_t validation_count(const struct validation_bench *b, const char *name)
{
    size_t n = 0;
    for (size_t i = 0; i < b->findings.n; i++) n += strcmp(validation_rule(b, i), name) == 0;
    return n;
}

/* The finding of a rule; fails the test unless there is exactly one. */
const struct finding *validation_finding(const struct validation_bench *b, const char *name)
{
    const struct finding *f = NULL;
    if (validation_count(b, name) != 1)
        fail_msg("%zu findings of %s", validation_count(b, name), name);
    for (size_t i = 0; i < b->findings.n; i++)
        if (strcmp(validation_rule(b, i), name) == 0) f = &b->findings.item[i];
    return f;
}

const char *validation_value(struct validation_bench *b, const char *name, uint32_t row)
{
    const struct variable *v = dictionary_variable(b->d, b->record.form->id, text_of(name));
    struct buf text;
    assert_non_null(v);
    if (row >= b->record.table[v->group].n_row) return "(no instance)";
    buf_init(&text, 10000);
    value_text(&text, b->d, v->id, record_get(&b->record, v->id, row));
    const char *out = arena_copy(b->arena, text.p == NULL ? "" : text.p, text.n);
    buf_release(&text);
    return out;
}

const char *validation_name(const struct validation_bench *b, var_id v)
{
    return v == VAR_NONE ? "" : b->d->variable[v].name;
}

/* ---- a small dictionary of our own ---- */

#define HEAD                                                                                \
    "type,name,label::English (en),required,relevant,constraint,calculation,choice_filter," \
    "bind::thb:value,bind::thb:privacy\n"

static void copy_in(const char *from, const char *to)
{
    size_t n;
    char *text = harness_read(harness_source(from), &n);
    harness_write(to, text, n);
    free(text);
}

/* Write a dictionary with one form `t` of these rows and rules; the lists are those of
 * expr_data. */
void validation_write(const char *survey, const char *rules)
{
    struct harness_run run;
    harness_run(&run,
                (const char *const[]){"cp", "-r", "--no-preserve=all",
                                      harness_source("tests/model/expr_data"), "own", NULL},
                NULL);
    assert_int_equal(run.status, 0);
    harness_run_release(&run);
    copy_in("data/rules-program.csv", "own/rules-program.csv");
    copy_in("data/dictionary/system.csv", "own/dictionary/system.csv");
    char *text = NULL;
    assert_true(asprintf(&text, HEAD "text,ref,Reference,,,,,,,\n%s", survey) > 0);
    harness_write_text("own/dictionary/t.csv", text);
    free(text);
    assert_true(asprintf(&text,
                         "id,form,severity,scope,needs,applies,expression,message::English (en),"
                         "remedy::English (en),source\n%s",
                         rules) > 0);
    harness_write_text("own/rules.csv", text);
    free(text);
}

void validation_open_own(struct validation_bench *b, const char *survey, const char *rules)
{
    struct harness_run run;
    harness_run(&run, (const char *const[]){"rm", "-rf", "own", NULL}, NULL);
    harness_run_release(&run);
    validation_write(survey, rules);
    validation_open(b, "own", "");
}
