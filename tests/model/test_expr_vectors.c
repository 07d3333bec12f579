/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of the expression language by expr_vectors.csv, which the evaluator in the browser shares.
 *
 *  1 every vector: type and value, or the id of the error, with a place, a message and a remedy
 *  2 the vectors name every function that is offered, and every operator
 *  3 a vector gives the same when it is evaluated again, and leaves nothing in the scratch arena
 *
 * Columns: expression; record (JSON, `base` for expr_data/base.json, blank for an empty one); at
 * (group/row counted from 1, choice/CODE for choice filters; blank for the record); self; language;
 * type (boolean, number, string, error, failed, limit); value; source (where the expected value
 * comes from). The dictionary is expr_data; today is 2024-01-15, now 12:34:56 UTC. */
#include "harness.h"

#include "base/csv.h"
#include "expr_fixture.h"
#include "model/expr_internal.h"

#include <math.h>

enum { EXPRESSION, RECORD, AT, SELF, LANGUAGE, TYPE, VALUE, SOURCE, COLUMNS };

struct run {
    struct dictionary *dictionary;
    struct arena *arena, *scratch;
    const struct csv_row *row;
    size_t n_done, n_failed;
};

static struct text field(const struct run *t, size_t i)
{
    return t->row->field[i];
}

static void complain(struct run *t, const char *got)
{
    struct text x = field(t, EXPRESSION), want = field(t, VALUE);
    print_error("line %llu: %.*s\n    expected %.*s %.*s, got %s\n",
                (unsigned long long)t->row->line, (int)(x.n > 200 ? 200 : x.n), x.p,
                (int)field(t, TYPE).n, field(t, TYPE).p, (int)want.n, want.p, got);
    t->n_failed++;
}

static const char *terminated(struct run *t, struct text s)
{
    return arena_copy(t->arena, s.p == NULL ? "" : s.p, s.n);
}

/* "child/2" to group and row; "choice/PT11" to a code of self's list. */
static void place(struct run *t, const char **group, uint32_t *row, struct text *choice)
{
    struct text rest = field(t, AT), name;
    uint64_t n = 1;
    *group = "";
    *row = 0;
    *choice = TEXT("");
    if (rest.n == 0) return;
    text_split(&rest, '/', &name);
    if (text_is(name, "choice")) {
        *choice = rest;
        return;
    }
    *group = terminated(t, name);
    assert_true(text_to_uint(rest, &n) && n >= 1);
    *row = (uint32_t)(n - 1);
}

static void check_error(struct run *t, const struct expr_problem *p)
{
    struct text x = field(t, EXPRESSION);
    if (!text_is(field(t, VALUE), p->id)) complain(t, p->id);
    assert_true(p->at <= x.n);
    assert_true(strlen(p->message) > 8);
    assert_true(strlen(p->remedy) > 3);
}

static void check_number(struct run *t, const struct expr *x, const struct expr_context *c)
{
    double got, want;
    char shown[64];
    const char *text = terminated(t, field(t, VALUE));
    enum expr_result r = expr_number(&got, x, c);
    want = strtod(text, NULL);
    snprintf(shown, sizeof shown, "%.17g (%d)", got, (int)r);
    if (r != EXPR_OK || !(got == want || (isnan(got) && isnan(want)))) complain(t, shown);
}

static void check_result(struct run *t, const struct expr *x, const struct expr_context *c)
{
    bool truth;
    struct text s;
    enum expr_result r;
    struct text type = field(t, TYPE);
    size_t held = arena_size(t->scratch);
    if (text_is(type, "boolean")) {
        r = expr_bool(&truth, x, c);
        if (r != EXPR_OK || !text_is(field(t, VALUE), truth ? "true" : "false"))
            complain(t, r != EXPR_OK ? "no result" : truth ? "true" : "false");
    } else if (text_is(type, "number")) {
        check_number(t, x, c);
    } else if (text_is(type, "string")) {
        struct arena_mark m = arena_mark(t->scratch);
        r = expr_string(&s, x, c);
        if (r != EXPR_OK || !text_equal(field(t, VALUE), s))
            complain(t, r != EXPR_OK ? "no result" : terminated(t, s));
        arena_rewind(t->scratch, m);
    } else {
        r = expr_string(&s, x, c);
        enum expr_result want = text_is(type, "failed") ? EXPR_FAILED : EXPR_LIMIT;
        if (r != want) complain(t, r == EXPR_OK ? terminated(t, s) : "another failure");
        assert_int_equal(s.n, 0);
    }
    assert_true(arena_size(t->scratch) <= held + (2u << 20));
}

static void check_vector(struct run *t)
{
    const char *group;
    uint32_t row;
    struct text choice;
    struct expr *x;
    struct expr_problem p;
    const struct dictionary *d = t->dictionary;
    place(t, &group, &row, &choice);
    group_id g = fixture_group(d, group);
    var_id self = fixture_var(d, terminated(t, field(t, SELF)));
    t->n_done++;
    if (!expr_parse(&x, d, fixture_form(d), g, self, field(t, EXPRESSION), t->arena, &p)) {
        if (text_is(field(t, TYPE), "error")) check_error(t, &p);
        else complain(t, p.message);
        return;
    }
    if (text_is(field(t, TYPE), "error")) {
        complain(t, "no error");
        return;
    }
    assert_true(text_equal(expr_text(x), field(t, EXPRESSION)));
    struct expr_context c =
        fixture_context(fixture_record(d, field(t, RECORD), t->arena), x, row, t->scratch);
    c.self = self;
    c.language = field(t, LANGUAGE).n == 0 ? 0 : dictionary_language(d, field(t, LANGUAGE));
    if (choice.n > 0) c.choice = codelist_find(d->list[d->variable[self].list], choice);
    check_result(t, x, &c);
    check_result(t, x, &c); /* 3 */
}

static void for_each_vector(struct run *t, void (*fn)(struct run *))
{
    struct csv_reader *rd;
    struct csv_row row;
    struct csv_options o = {.encoding = CSV_UTF8, .separator = ','};
    struct err e = {0};
    bool found;
    if (!csv_open(&rd, harness_source("tests/model/expr_vectors.csv"), &o, &e))
        fail_msg("%s", e.msg);
    for (;;) {
        if (!csv_next(rd, &row, &found, &e)) fail_msg("%s", e.msg);
        if (!found) break;
        assert_int_equal(row.n_field, COLUMNS);
        if (row.row == 1) continue;
        t->row = &row;
        struct arena_mark m = arena_mark(t->arena);
        fn(t);
        arena_rewind(t->arena, m);
    }
    csv_close(rd);
}

static struct run run_new(void)
{
    struct run t = {.dictionary = fixture_dictionary(),
                    .arena = arena_new(ARENA_PLAIN),
                    .scratch = arena_new(ARENA_PLAIN)};
    return t;
}

static void run_free(struct run *t)
{
    arena_free(t->arena);
    arena_free(t->scratch);
    dictionary_free(t->dictionary);
}

/* 1, 3 */
static void every_vector_holds(void **state)
{
    (void)state;
    struct run t = run_new();
    for_each_vector(&t, check_vector);
    assert_int_equal(t.n_failed, 0);
    assert_true(t.n_done >= 250);
    run_free(&t);
}

static bool seen[200];

static void note_functions(struct run *t)
{
    if (text_is(field(t, TYPE), "error")) return;
    for (size_t i = 0; i < n_expr_function; i++) {
        size_t at;
        const char *call = arena_printf(t->arena, "%s(", expr_functions[i].name);
        if (text_find(field(t, EXPRESSION), text_of(call), &at)) seen[i] = true;
    }
}

/* 2 */
static void every_function_has_a_vector(void **state)
{
    (void)state;
    struct run t = run_new();
    assert_true(n_expr_function <= sizeof seen / sizeof seen[0]);
    for_each_vector(&t, note_functions);
    for (size_t i = 0; i < n_expr_function; i++) {
        bool offered = expr_functions[i].min <= expr_functions[i].max;
        if (offered && !seen[i]) fail_msg("no vector calls %s()", expr_functions[i].name);
    }
    run_free(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_vector_holds),
        cmocka_unit_test(every_function_has_a_vector),
    };
    return cmocka_run_group_tests_name("model/expr_vectors", tests, NULL, NULL);
}
