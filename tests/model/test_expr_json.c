/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/model/expr_json.c
 *   1 what the nodes look like: constants, codes, tables, paths, lists, calls
 *   2 every expression of data/ and its packs has a tree within the limit; how large they are
 *   3 limits: a text over EXPR_JSON_MAX or the buffer's maximum is not written at all; large lists
 *   are left out
 *   4 lists that are large, or filled at run time, are left out
 *
 * Run with an argument it is the other side of the programs in tests/web/script, which evaluate in
 * JavaScript what this program evaluated in C:
 *   test_expr_json vectors             each vector of expr_vectors.csv with its tree and record
 *   test_expr_json records SEED N      trees of data/, then N generated records and all results
 *   test_expr_json crossed SEED N      expressions of the vectors over N generated records each */
#include "harness.h"

#include "base/buf.h"
#include "base/csv.h"
#include "base/json.h"
#include "expr_fixture.h"
#include "model/expr_internal.h"
#include "model/expr_json.h"
#include "model/finding.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct dictionary *shipped(const char *pack)
{
    struct arena *a = arena_new(ARENA_PLAIN);
    struct problems p;
    struct dictionary *d;
    struct err e = {0};
    problems_init(&p, a);
    if (!dictionary_load(&d, harness_source("data"), pack, &p, &e)) fail_msg("%s", e.msg);
    problems_release(&p);
    arena_free(a);
    return d;
}

/* ---- 1 nodes ---- */

static void tree_is(const struct dictionary *d, const char *group, const char *text,
                    const char *want)
{
    struct arena *a = arena_new(ARENA_PLAIN);
    struct buf b;
    buf_init(&b, EXPR_JSON_MAX);
    assert_true(expr_to_json(&b, fixture_parse(d, group, "", text, a), d, 0));
    if (!text_is(buf_text(&b), want)) fail_msg("%s\n  is  %s\n  not %s", text, b.p, want);
    buf_release(&b);
    arena_free(a);
}

static void nodes_are_written(void **state)
{
    (void)state;
    struct dictionary *d = fixture_dictionary();
    tree_is(d, "", "1 + 0.5", "{\"x\":1.5}");
    tree_is(d, "", "1 div 0", "{\"x\":[\"n\",\"Infinity\"]}");
    tree_is(d, "", "\"it's\"", "{\"x\":\"it's\"}");
    tree_is(d, "", "true()", "{\"x\":true}");
    tree_is(d, "", "${age} >= 18", "{\"x\":[\">=n\",[\"v\",\"age\"],18],\"v\":{\"age\":\"i\"}}");
    tree_is(d, "", "${sex} = 'F'",
            "{\"x\":[\"is\",1,\"F\",null,0,[\"v\",\"sex\"]],\"v\":{\"sex\":\"c\"}}");
    tree_is(d, "", "${sex} != 'U'",
            "{\"x\":[\"is\",0,null,\"U\",0,[\"v\",\"sex\"]],\"v\":{\"sex\":\"c\"}}");
    tree_is(d, "", "${name} = ''",
            "{\"x\":[\"is\",1,null,null,1,[\"v\",\"name\"]],\"v\":{\"name\":\"t\"}}");
    tree_is(d, "", "${sex} = 'F' or ${sex} = 'M'",
            "{\"x\":[\"in\",0,[\"X\",\"\"],[\"U\",\"NC\",\"NA\",\"RF\",\"WH\"],[\"v\",\"sex\"]],"
            "\"v\":{\"sex\":\"c\"}}");
    tree_is(d, "child", "count(${toy})",
            "{\"x\":[\"count()\",\"n\",[\"gs\",\"*gs\",\"toy\",\"child\"]],\"at\":\"child\","
            "\"g\":{\"toy\":\"child\",\"child\":\"\"}}");
    tree_is(d, "", "regex(${name}, '^A')",
            "{\"x\":[\"regex\",\"^A\",[\"v\",\"name\"]],\"v\":{\"name\":\"t\"}}");
    tree_is(d, "", "count(/data/*)", "{\"x\":[\"count()\",\"n\",[\"?\",\"all children\"]]}");
    dictionary_free(d);
}

/* ---- 2 the shipped dictionary ---- */

enum { OF_RELEVANT, OF_CONSTRAINT, OF_REQUIRED, OF_CALCULATION, OF_KINDS };
static const char *const kinds[] = {"relevant", "constraint", "required", "calculate"};

static const struct expr *expression(const struct variable *v, int kind)
{
    const struct expr *of[] = {v->relevant, v->constraint, v->required, v->calculation};
    return of[kind];
}

struct sizes {
    size_t n, sum, largest, unknown;
};

static void measure(struct sizes *s, const struct dictionary *d, const struct expr *x,
                    const char *name)
{
    struct buf b;
    size_t at;
    buf_init(&b, EXPR_JSON_MAX);
    if (!expr_to_json(&b, x, d, 0)) fail_msg("no tree for %s", name);
    s->n++;
    s->sum += b.n;
    if (b.n > s->largest) s->largest = b.n;
    s->unknown += text_find(buf_text(&b), TEXT("[\"?\""), &at);
    buf_release(&b);
}

static void every_expression_has_a_tree(void **state)
{
    (void)state;
    static const char *const packs[] = {"", "pt", "cz", "pl", "sk"};
    for (size_t p = 0; p < sizeof packs / sizeof packs[0]; p++) {
        char folder[64];
        snprintf(folder, sizeof folder, "data/packs/%s", packs[p]);
        if (packs[p][0] != '\0' && !harness_exists(harness_source(folder))) continue;
        struct dictionary *d = shipped(packs[p]);
        for (int k = 0; k < OF_KINDS; k++) {
            struct sizes s = {0};
            for (size_t v = 0; v < d->n_variable; v++)
                if (expression(&d->variable[v], k) != NULL)
                    measure(&s, d, expression(&d->variable[v], k), d->variable[v].name);
            if (s.n == 0) fail_msg("no %s in pack '%s'", kinds[k], packs[p]);
            print_message("pack '%s': %zu %s, %zu bytes on average, %zu at most, %zu in part the "
                          "server's\n",
                          packs[p], s.n, kinds[k], s.sum / s.n, s.largest, s.unknown);
            assert_int_equal(s.unknown, 0);
            if (k != OF_CALCULATION) assert_true(s.sum / s.n < 1000);
        }
        dictionary_free(d);
    }
}

/* ---- 3, 4 limits ---- */

static void too_long_is_not_written(void **state)
{
    (void)state;
    struct dictionary *d = fixture_dictionary();
    struct arena *a = arena_new(ARENA_PLAIN);
    char text[EXPR_TEXT_MAX];
    size_t n = 0;
    n += (size_t)snprintf(text, sizeof text, "${m} = 1");
    while (n + 30 < sizeof text)
        n += (size_t)snprintf(text + n, sizeof text - n, " or ${n} > %zu", n);
    struct buf b;
    buf_init(&b, 1 << 20);
    buf_puts(&b, "before");
    const struct expr *x = fixture_parse(d, "", "", text, a);
    bool fits = expr_to_json(&b, x, d, 0);
    assert_true(fits ? b.n > 6 && b.n <= 6 + EXPR_JSON_MAX : b.n == 6);
    buf_release(&b);

    buf_init(&b, 20); /* the buffer's own maximum */
    buf_puts(&b, "before");
    assert_false(expr_to_json(&b, fixture_parse(d, "", "", "${age} >= 18", a), d, 0));
    assert_int_equal(b.n, 6);
    buf_release(&b);
    arena_free(a);
    dictionary_free(d);
}

static void large_and_open_lists_are_left_out(void **state)
{
    (void)state;
    struct dictionary *d = shipped("pt");
    struct arena *a = arena_new(ARENA_PLAIN);
    struct expr_problem p;
    struct expr *x;
    struct buf b;
    size_t at, open = 0;
    dictionary_add_organisation(d, TEXT("ORGX"), TEXT("A shelter"), TEXT(""));
    for (size_t i = 0; i < d->n_list; i++) {
        const struct codelist *l = d->list[i];
        char text[200];
        snprintf(text, sizeof text, "count(instance('%s')/root/item[name = 'ORGX'])", l->name);
        assert_true(expr_parse(&x, d, &d->form[0], 0, VAR_NONE, text_of(text), a, &p));
        buf_init(&b, EXPR_JSON_MAX);
        assert_true(expr_to_json(&b, x, d, 0));
        if (l->open || l->n_code > 3000) assert_false(text_find(buf_text(&b), TEXT("\"l\""), &at));
        if (l->open) open++;
        buf_release(&b);
    }
    assert_true(open > 0);
    arena_free(a);
    dictionary_free(d);
}

/* ---- the other side of the tests in JavaScript: vectors ---- */

static void print_json(struct json *j)
{
    struct buf b;
    buf_init(&b, 16 << 20);
    json_write(&b, j, false);
    printf("%s\n", b.p);
    buf_release(&b);
    json_free(j);
}

static struct json *tree_json(const struct expr *x, const struct dictionary *d, size_t language)
{
    struct buf b;
    buf_init(&b, EXPR_JSON_MAX);
    /* as a text, as a page has it */
    struct json *j = expr_to_json(&b, x, d, language) ? json_text(buf_text(&b)) : json_null();
    buf_release(&b);
    return j;
}

enum { EXPRESSION, RECORD, AT, SELF, LANGUAGE, TYPE, VALUE, SOURCE, COLUMNS };

static void print_vector(const struct dictionary *d, const struct csv_row *row, struct arena *a)
{
    struct text at = row->field[AT], name = TEXT(""), language = row->field[LANGUAGE];
    struct expr_problem p;
    struct expr *x;
    struct json *j = json_object();
    json_set_int(j, "line", (int64_t)row->line);
    json_set(j, "expression", json_text(row->field[EXPRESSION]));
    json_set(j, "type", json_text(row->field[TYPE]));
    json_set(j, "value", json_text(row->field[VALUE]));
    if (at.n > 0) text_split(&at, '/', &name);
    bool choice = text_is(name, "choice");
    if (choice) json_set(j, "choice", json_text(at));
    else if (at.n > 0) json_set(j, "row", json_text(at));
    const char *self =
        arena_copy(a, row->field[SELF].n > 0 ? row->field[SELF].p : "", row->field[SELF].n);
    group_id g = choice ? 0 : fixture_group(d, arena_copy(a, name.n > 0 ? name.p : "", name.n));
    size_t l = language.n == 0 ? 0 : dictionary_language(d, language);
    json_set_text(j, "language", d->language[l]);
    if (expr_parse(&x, d, fixture_form(d), g, fixture_var(d, self), row->field[EXPRESSION], a,
                   &p)) {
        json_set(j, "tree", tree_json(x, d, l));
        if (expr_parse_as_written(&x, d, fixture_form(d), g, fixture_var(d, self),
                                  row->field[EXPRESSION], a, &p))
            json_set(j, "as_written", tree_json(x, d, l));
        json_set(j, "record", record_to_json(fixture_record(d, row->field[RECORD], a), true));
    }
    print_json(j);
}

static void print_vectors(void (*print)(const struct dictionary *, const struct csv_row *,
                                        struct arena *))
{
    struct dictionary *d = fixture_dictionary();
    struct arena *a = arena_new(ARENA_PLAIN);
    struct csv_reader *rd;
    struct csv_row row;
    struct csv_options o = {.encoding = CSV_UTF8, .separator = ','};
    struct err e = {0};
    bool found = true;
    if (!csv_open(&rd, harness_source("tests/model/expr_vectors.csv"), &o, &e))
        fail_msg("%s", e.msg);
    for (;;) {
        if (!csv_next(rd, &row, &found, &e)) fail_msg("%s", e.msg);
        if (!found) break;
        struct arena_mark m = arena_mark(a);
        if (row.row > 1) print(d, &row, a);
        arena_rewind(a, m);
    }
    csv_close(rd);
    arena_free(a);
    dictionary_free(d);
}

/* ---- generated records ---- */

static uint64_t seed;

/* SplitMix64 (Steele, Lea and Flood 2014) */
static uint32_t pick(uint32_t n)
{
    uint64_t z = (seed += UINT64_C(0x9E3779B97F4A7C15));
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return (uint32_t)((z ^ (z >> 31)) % n);
}

static struct value random_date(const struct variable *v)
{
    struct value out = {.kind = VALUE_DATE};
    int year = 1955 + (int)pick(72), month = 1 + (int)pick(12), day = 1 + (int)pick(28);
    uint32_t precision = v->partial ? pick(3) : 0;
    bool ok = precision == 0   ? date_from_ymd(&out.date, year, month, day)
              : precision == 1 ? date_from_month(&out.date, year, month)
                               : date_from_year(&out.date, year);
    assert_true(ok);
    return out;
}

static struct value random_text(void)
{
    static const char *const texts[] = {"a",          "2020-03-15",   "Ana  Silva", "17",
                                        "São Tomé",   "case 12/2020", "-3.50",      "x@example.org",
                                        "2019-02-30", "E110 E210",    "0",          "U"};
    return (struct value){.kind = VALUE_TEXT,
                          .text = text_of(texts[pick(sizeof texts / sizeof texts[0])])};
}

static struct value random_value(const struct dictionary *d, const struct variable *v,
                                 struct arena *a)
{
    const struct codelist *l = v->list == LIST_NONE ? NULL : d->list[v->list];
    struct value out = {.kind = VALUE_EMPTY};
    if (pick(3) == 0) return out;
    if (v->missing_allowed && pick(8) == 0)
        return (struct value){.kind = VALUE_MISSING,
                              .missing = (uint8_t)(1 + pick(MISSING_COUNT - 1))};
    switch (v->type) {
    case VARIABLE_TEXT: return random_text();
    case VARIABLE_INTEGER:
        return (struct value){.kind = VALUE_INTEGER, .integer = (int64_t)pick(130) - 10};
    case VARIABLE_DECIMAL:
        return (struct value){.kind = VALUE_DECIMAL,
                              .scale = 1,
                              .integer = 1 + 10 * (int64_t)pick(999)};
    case VARIABLE_DATE: return random_date(v);
    case VARIABLE_CODE:
    case VARIABLE_CODES: break;
    }
    if (l == NULL || l->n_code == 0) return out;
    if (v->type == VARIABLE_CODE)
        return (struct value){.kind = VALUE_CODE, .code = (code_id)pick((uint32_t)l->n_code)};
    code_id *codes = ARENA_ARRAY(a, code_id, l->n_code);
    size_t n = 0;
    for (size_t c = 0; c < l->n_code; c++)
        if (pick((uint32_t)l->n_code) < 3) codes[n++] = (code_id)c;
    if (n == 0) return out;
    return (struct value){.kind = VALUE_CODES, .n_code = (uint16_t)n, .codes = codes};
}

static struct record *random_record(const struct dictionary *d, const struct form *f,
                                    struct arena *a)
{
    struct record *r = ARENA_NEW(a, struct record);
    struct err e = {0};
    record_init(r, d, f, a);
    for (size_t g = 1; g < f->n_group; g++)
        for (uint32_t parent = 0; parent < r->table[f->group[g].parent].n_row; parent++)
            for (uint32_t n = pick(3); n > 0; n--) {
                uint32_t row;
                assert_true(record_add(&row, r, (group_id)g, parent, &e));
            }
    for (size_t g = 0; g < f->n_group; g++)
        for (uint32_t row = 0; row < r->table[g].n_row; row++)
            for (size_t s = 0; s < f->group[g].n_variable; s++) {
                const struct variable *v = &d->variable[f->group[g].variable[s]];
                *record_value(r, v->id, row) = random_value(d, v, a);
            }
    return r;
}

static struct json *result_json(const struct expr *x, bool text, const struct record *r,
                                const struct variable *v, uint32_t row, struct arena *scratch)
{
    struct expr_context c = fixture_context(r, x, row, scratch);
    c.group = v->group;
    c.self = v->id;
    c.choice = CODE_NONE;
    struct arena_mark m = arena_mark(scratch);
    struct text s;
    bool truth;
    struct json *out;
    enum expr_result result = text ? expr_string(&s, x, &c) : expr_bool(&truth, x, &c);
    if (result != EXPR_OK) out = json_null();
    else out = text ? json_text(s) : json_bool(truth);
    arena_rewind(scratch, m);
    return out;
}

static void print_records_of(const struct dictionary *d, const struct form *f, int n)
{
    struct json *trees = json_object(), *list = json_array();
    json_set_text(trees, "form", f->name);
    for (size_t i = 0; i < d->n_variable; i++)
        for (int k = 0; k < OF_KINDS; k++) {
            const struct variable *v = &d->variable[i];
            if (v->form != f->id || expression(v, k) == NULL) continue;
            struct json *one = json_object();
            json_set_text(one, "variable", v->name);
            json_set_text(one, "kind", kinds[k]);
            json_set(one, "tree", tree_json(expression(v, k), d, 0));
            json_push(list, one);
        }
    json_set(trees, "trees", list);
    print_json(trees);
    struct arena *a = arena_new(ARENA_PLAIN), *scratch = arena_new(ARENA_PLAIN);
    for (int i = 0; i < n; i++) {
        struct arena_mark m = arena_mark(a);
        const struct record *r = random_record(d, f, a);
        struct json *line = json_object(), *results = json_array();
        json_set(line, "record", record_to_json(r, true));
        for (size_t v = 0; v < d->n_variable; v++)
            for (int k = 0; k < OF_KINDS; k++) {
                const struct expr *x = expression(&d->variable[v], k);
                if (d->variable[v].form != f->id || x == NULL) continue;
                struct json *rows = json_array();
                for (uint32_t row = 0; row < r->table[d->variable[v].group].n_row; row++)
                    json_push(rows, result_json(x, k == OF_CALCULATION, r, &d->variable[v], row,
                                                scratch));
                json_push(results, rows);
            }
        json_set(line, "results", results);
        print_json(line);
        arena_rewind(a, m);
    }
    arena_free(scratch);
    arena_free(a);
}

static int begin(const char *from, const char *n)
{
    uint64_t first = 0, count = 0;
    assert_true(text_to_uint(text_of(from), &first) && text_to_uint(text_of(n), &count));
    seed = first;
    return (int)count;
}

static void print_records(const char *from, const char *n)
{
    int count = begin(from, n);
    struct dictionary *d = shipped("pt");
    for (size_t f = 0; f < d->n_form; f++) print_records_of(d, &d->form[f], count);
    dictionary_free(d);
}

/* What an expression gives as a truth and as a text, for each instance it can stand in. */
static struct json *both_json(const struct expr *x, var_id self, const struct record *r,
                              struct arena *scratch)
{
    struct variable v = {.id = self, .group = expr_group(x)};
    struct json *rows = json_array();
    for (uint32_t row = 0; row < r->table[v.group].n_row; row++) {
        json_push(rows, result_json(x, false, r, &v, row, scratch));
        json_push(rows, result_json(x, true, r, &v, row, scratch));
    }
    return rows;
}

static int crossed_times;

static void print_crossed(const struct dictionary *d, const struct csv_row *row, struct arena *a)
{
    struct text at = row->field[AT], name = TEXT("");
    struct expr_problem p;
    struct expr *x;
    size_t found;
    if (at.n > 0) text_split(&at, '/', &name);
    if (text_is(name, "choice") || text_find(row->field[EXPRESSION], TEXT("uuid("), &found) ||
        text_find(row->field[EXPRESSION], TEXT("random("), &found))
        return;
    const char *self =
        row->field[SELF].n == 0 ? "" : arena_copy(a, row->field[SELF].p, row->field[SELF].n);
    group_id g = name.n == 0 ? 0 : fixture_group(d, arena_copy(a, name.p, name.n));
    var_id v = fixture_var(d, self);
    if (!expr_parse_as_written(&x, d, fixture_form(d), g, v, row->field[EXPRESSION], a, &p)) return;
    struct arena *scratch = arena_new(ARENA_PLAIN);
    struct json *line = json_object(), *records = json_array(), *results = json_array();
    for (int i = 0; i < crossed_times; i++) {
        const struct record *r = random_record(d, fixture_form(d), a);
        json_push(records, record_to_json(r, true));
        json_push(results, both_json(x, v, r, scratch));
    }
    json_set(line, "expression", json_text(row->field[EXPRESSION]));
    json_set(line, "tree", tree_json(x, d, 0));
    json_set(line, "records", records);
    json_set(line, "results", results);
    print_json(line);
    arena_free(scratch);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nodes_are_written),
        cmocka_unit_test(every_expression_has_a_tree),
        cmocka_unit_test(too_long_is_not_written),
        cmocka_unit_test(large_and_open_lists_are_left_out),
    };
    if (argc == 2 && strcmp(argv[1], "vectors") == 0) return print_vectors(print_vector), 0;
    if (argc == 4 && strcmp(argv[1], "records") == 0) return print_records(argv[2], argv[3]), 0;
    if (argc == 4 && strcmp(argv[1], "crossed") == 0) {
        crossed_times = begin(argv[2], argv[3]);
        return print_vectors(print_crossed), 0;
    }
    return cmocka_run_group_tests_name("model/expr_json", tests, NULL, NULL);
}
