/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of the expression language by its interface and from within; what expressions mean is in
 * expr_vectors.csv (test_expr_vectors.c).
 *
 *  1 problems say where, what and what to do
 *  2 limits of reading: bytes, depth, encoding; chains of one operator are no depth
 *  3 limits of evaluating: steps, strings, patterns; every one answers within 100 ms (S62)
 *  4 what an expression reads, for the dependency graph
 *  5 an expression is evaluated for its group or one within it, and fails elsewhere
 *  6 ordinary rules take nothing from the scratch arena
 *  7 results as values of variables: every type, missing codes, what does not fit
 *  8 numbers and texts: what is written is read back the same, and with no digit too many
 *  9 intervals: the table of comparisons, and arithmetic, against every pair of days
 *  (expr_compare.c)
 * 10 what is constant is computed when it is read; codes are compared as codes
 * 11 damaged expressions are refused with a problem, or evaluated: nothing else
 * 12 an arena gives back the patterns that were compiled into it
 */
#include "harness.h"

#include "base/csv.h"
#include "base/random.h"
#include "expr_fixture.h"
#include "model/expr_internal.h"

#include <math.h>
#include <time.h>

static struct dictionary *d;
static struct arena *arena, *scratch;

static int open_all(void **state)
{
    (void)state;
    d = fixture_dictionary();
    arena = arena_new(ARENA_PLAIN);
    scratch = arena_new(ARENA_PLAIN);
    return 0;
}

static int close_all(void **state)
{
    (void)state;
    arena_free(arena);
    arena_free(scratch);
    dictionary_free(d);
    return 0;
}

static struct expr_problem problem_of(const char *text, size_t n)
{
    struct expr *x;
    struct expr_problem p;
    struct text t = {text, n};
    if (expr_parse(&x, d, fixture_form(d), 0, VAR_NONE, t, arena, &p))
        fail_msg("no problem: %.80s", text);
    assert_null(x);
    return p;
}

/* ---- 1 ---- */

static void problems_say_where(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t at;
        const char *id, *message, *remedy;
    } cases[] = {
        {"${age} > 3 and ${agee} < 5", 15, "expr.unknown_variable", "\"agee\"", "${age}"},
        {"${age} >", 8, "expr.unexpected_end", "ends", ""},
        {"${sex} = 'Female'", 9, "expr.unknown_code", "CL_SEX", "dcim codes CL_SEX"},
        {"selected(${sex}, 'f')", 17, "expr.unknown_code", "\"f\"", "'F'"},
        {"1 + coun(${child})", 4, "expr.unknown_function", "coun()", "count"},
        {"${age} == 3", 7, "expr.unexpected", "", "="},
        {"if(1, 2)", 0, "expr.argument_count", "2 arguments", "if(condition, then, else)"},
        {"1 + substr('a')", 4, "expr.argument_count", "1 argument", "substr(text, start, end)"},
        {"sin(1)", 0, "expr.not_supported", "sin()", ""},
        {"regex(${name}, '(')", 15, "expr.bad_pattern", "pattern", ""},
        {"'abc", 0, "expr.unclosed_string", "", "quote"},
        {"${sex} = \xe2\x80\x98"
         "F\xe2\x80\x99",
         9, "expr.unexpected", "", "straight"},
        {"count(${age} + 1)", 6, "expr.argument_type", "argument 1 of count()", "count("},
        {"(${age} > 3", 11, "expr.unexpected_end", ")", "bracket"},
        {"sex = 'F' or . = 1", 13, "expr.no_self", "", "${name}"},
        {"pulldata('CL_SEX', 'lable', 'name', 'F')", 19, "expr.unknown_column", "\"lable\"",
         "label"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct expr_problem p = problem_of(cases[i].text, strlen(cases[i].text));
        if (p.at != cases[i].at) fail_msg("%s: at %zu, not %zu", cases[i].text, p.at, cases[i].at);
        assert_string_equal(p.id, cases[i].id);
        if (strstr(p.message, cases[i].message) == NULL)
            fail_msg("%s: %s", cases[i].text, p.message);
        if (strstr(p.remedy, cases[i].remedy) == NULL) fail_msg("%s: %s", cases[i].text, p.remedy);
        assert_true(p.remedy[0] != '\0');
    }
    /* A long name is cut in the message, between characters. */
    char text[1000] = "${age} = 'x' and ";
    size_t n = strlen(text);
    memset(text + n, 'a', 500);
    text[n + 500] = '\0';
    struct expr_problem p = problem_of(text, n + 500);
    assert_true(strlen(p.message) < 150);
}

/* ---- 2 ---- */

static bool reads(const char *text, size_t n, struct expr_problem *p)
{
    struct expr *x;
    struct text t = {text, n};
    return expr_parse(&x, d, fixture_form(d), 0, VAR_NONE, t, arena, p);
}

static void reading_is_limited(void **state)
{
    (void)state;
    struct expr_problem p;
    static char text[8000];
    memset(text, ' ', sizeof text);
    text[0] = '1';
    assert_true(reads(text, EXPR_TEXT_MAX, &p)); /* S62 */
    assert_false(reads(text, EXPR_TEXT_MAX + 1, &p));
    assert_string_equal(p.id, "expr.too_long");
    assert_false(reads("'\xff'", 3, &p));
    assert_string_equal(p.id, "expr.encoding");
    assert_int_equal(p.at, 1);
    assert_false(reads("'a\0b'", 5, &p));
    assert_string_equal(p.id, "expr.encoding");

    /* Depth: brackets, functions, predicates, operators (S62). */
    static const char *const nests[][2] = {
        {"(", ")"}, {"not(", ")"}, {"${child}[", "]"}, {"1+(", ")"}, {"-(", ")"}, {"if(1,", ",2)"},
    };
    for (size_t i = 0; i < sizeof nests / sizeof nests[0]; i++) {
        for (size_t depth = 40; depth <= 500; depth += 460) {
            size_t n = 0, open = strlen(nests[i][0]), close = strlen(nests[i][1]);
            for (size_t k = 0; k < depth; k++, n += open) memcpy(text + n, nests[i][0], open);
            memcpy(text + n, "${n}", 4);
            n += 4;
            for (size_t k = 0; k < depth; k++, n += close) memcpy(text + n, nests[i][1], close);
            assert_true(n <= sizeof text);
            bool ok = reads(text, n > EXPR_TEXT_MAX ? EXPR_TEXT_MAX : n, &p);
            if (depth == 40) assert_true(ok);
            else if (ok) fail_msg("%s nested %zu deep is read", nests[i][0], depth);
        }
    }
    /* Chains are read and evaluated without depth. */
    static const char *const chains[] = {" or ${n} = 1", " and ${n} = 1", " | ${n}"};
    for (size_t i = 0; i < sizeof chains / sizeof chains[0]; i++) {
        size_t n = 4, k = strlen(chains[i]);
        memcpy(text, "${n}", 4);
        for (; n + k <= EXPR_TEXT_MAX; n += k) memcpy(text + n, chains[i], k);
        assert_true(reads(text, n, &p));
    }
}

/* ---- 3 ---- */

/* A record with as many instances and as much text as there may be. */
static struct record *large_record(struct arena *a)
{
    struct record *r = fixture_record(d, TEXT(""), a);
    struct err e;
    char *text = ARENA_ARRAY(a, char, 4000);
    memset(text, 'a', 4000);
    var_id name = fixture_var(d, "c_name"), age = fixture_var(d, "c_age"),
           t_n = fixture_var(d, "t_n");
    group_id child = fixture_group(d, "child"), toy = fixture_group(d, "toy");
    for (uint32_t i = 0; i < RECORD_INSTANCES_MAX; i++) {
        uint32_t row, below;
        assert_true(record_add(&row, r, child, 0, &e));
        *record_value(r, name, row) = (struct value){.kind = VALUE_TEXT, .text = {text, 4000}};
        *record_value(r, age, row) = (struct value){.kind = VALUE_INTEGER, .integer = i};
        assert_true(record_add(&below, r, toy, row, &e));
        *record_value(r, t_n, below) = (struct value){.kind = VALUE_INTEGER, .integer = -1};
    }
    *record_value(r, fixture_var(d, "name"), 0) = *record_value(r, name, 0);
    return r;
}

static void evaluating_is_limited(void **state) /* S62 */
{
    (void)state;
    static const struct {
        const char *text;
        enum expr_result result;
    } cases[] = {
        {"count(${child}) = 1000", EXPR_OK},
        {"sum(${c_age}) = 499500", EXPR_OK},
        {"${c_age} = ${t_n}", EXPR_LIMIT}, /* a million pairs */
        {"count(${child}[c_age > 500]) > 0", EXPR_OK},
        {"count(${child}[count(../child) > 0]) > 0", EXPR_OK},
        {"count(${child}[sum(../child/c_age) > 0]) > 0", EXPR_LIMIT},
        {"string-length(concat(${c_name})) > 0", EXPR_LIMIT}, /* 4 MB of text */
        {"string-length(join('', ${name}, ${name}, ${name}, ${name})) = 16000", EXPR_OK},
        {"count(${child}[contains(c_name, 'ab')]) > 0", EXPR_LIMIT},
        {"count(${child}[translate(c_name, 'abcdefghijklmnopqrstuvwxyz', '') = '']) > 0",
         EXPR_LIMIT},
        {"count(${child}[regex(c_name, '(a?){30}a{30}[bc]')]) > 0", EXPR_LIMIT},
        {"count(${child}[regex(c_name, '([a-z]*[a-z]*[a-z]*){10}[XY]')]) > 0", EXPR_LIMIT},
        {"count(${child}[regex(substr(c_name, 0, 100), '(a{1,50}){1,20}[bc]')]) > 0", EXPR_LIMIT},
        {"count(${child}[regex(substr(c_name, 0, 10), '((a?){20}){20}[bc]')]) > 0", EXPR_LIMIT},
        {"count(${child}[regex('a', concat('(', c_age, ')'))]) > 0", EXPR_LIMIT},
        {"count(${child} | ${toy} | ${c_name} | ${c_age} | ${t_n}) = 5000", EXPR_OK},
        {"count(${child}[normalize-space(c_name) = 'x']) > 0", EXPR_LIMIT},
        {"count(/data/*) > 0", EXPR_OK},
        {"count(${child}[position() = count(../child)]) = 1", EXPR_OK},
    };
    struct record *r = large_record(arena);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct expr *x = fixture_parse(d, "", "", cases[i].text, arena);
        struct expr_context c = fixture_context(r, x, 0, scratch);
        bool truth = true;
        clock_t began = clock(); /* of the processor: other work on the machine does not count */
        enum expr_result got = expr_bool(&truth, x, &c);
        double took = (double)(clock() - began) / CLOCKS_PER_SEC;
        if (got != cases[i].result) fail_msg("%s: %d", cases[i].text, (int)got);
        if (got == EXPR_OK) assert_true(truth);
        else assert_false(truth);
        if (took > (harness_sanitized() ? 2.0 : 0.1))
            fail_msg("%s takes %.0f ms", cases[i].text, took * 1e3);
        assert_true(arena_size(scratch) < 8 << 20);
    }
}

/* ---- 4 ---- */

static void note(void *ctx, uint16_t id)
{
    bool *seen = ctx;
    seen[id] = true;
}

static void expressions_know_what_they_read(void **state)
{
    (void)state;
    static const struct {
        const char *text, *reads[5], *walks[3];
    } cases[] = {
        {"1 + 1", {NULL}, {NULL}},
        {"${age} > 3 and ${sex} = 'F' or ${age} < 1", {"age", "sex"}, {NULL}},
        {"count(${child})", {NULL}, {"child"}},
        {"sum(${c_age}[. > 1])", {"c_age"}, {NULL}},
        {"count(${child}[toy/t_n = ${n}])", {"t_n", "n"}, {"child"}},
        {"indexed-repeat(${c_name}, ${child}, ${n})", {"c_name", "n"}, {NULL}},
        {"pulldata('CL_COUNTRY', 'eu', 'name', ${country})", {"country"}, {NULL}},
        {"if(false(), ${age}, ${n})", {"n"}, {NULL}}, /* the other never is */
        {"jr:choice-name(${sex}, '${sex2}')", {"sex"}, {NULL}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        bool seen[1000] = {false}, walked[1000] = {false};
        const struct expr *x = fixture_parse(d, "", "", cases[i].text, arena);
        expr_variables(x, note, seen);
        expr_groups(x, note, walked);
        for (size_t k = 0; cases[i].reads[k] != NULL; k++) {
            var_id v = fixture_var(d, cases[i].reads[k]);
            if (!seen[v]) fail_msg("%s reads %s", cases[i].text, cases[i].reads[k]);
            seen[v] = false;
        }
        for (size_t k = 0; cases[i].walks[k] != NULL; k++) {
            assert_true(walked[fixture_group(d, cases[i].walks[k])]);
            walked[fixture_group(d, cases[i].walks[k])] = false;
        }
        for (size_t k = 0; k < 1000; k++) assert_false(seen[k] || walked[k]);
    }
    bool seen[1000] = {false};
    const struct expr *x = fixture_parse(d, "", "", "count(/data/*)", arena);
    expr_variables(x, note, seen);
    assert_true(seen[fixture_var(d, "age")] && seen[fixture_var(d, "sex")]);
}

/* ---- 5 ---- */

static void standing_matters(void **state)
{
    (void)state;
    struct record *r = fixture_record(d, TEXT("base"), arena);
    const struct expr *x = fixture_parse(d, "child", "", "${c_age} + ${age}", arena);
    struct expr_context c = fixture_context(r, x, 1, scratch);
    double v;
    assert_int_equal(expr_number(&v, x, &c), EXPR_OK);
    assert_true(v == 19 + 34);
    c.group = fixture_group(d, "toy"); /* within: the third toy belongs to the third child */
    c.row = 2;
    assert_int_equal(expr_number(&v, x, &c), EXPR_OK);
    assert_true(v == 12 + 34);
    c.group = 0; /* no instance to stand in */
    c.row = 0;
    assert_int_equal(expr_number(&v, x, &c), EXPR_FAILED);
    assert_true(isnan(v));
    c.group = fixture_group(d, "trip");
    bool truth = true;
    struct text t = TEXT("x");
    assert_int_equal(expr_bool(&truth, x, &c), EXPR_FAILED);
    assert_false(truth);
    assert_int_equal(expr_string(&t, x, &c), EXPR_FAILED);
    assert_int_equal(t.n, 0);
}

/* ---- 6 ---- */

static void ordinary_rules_allocate_nothing(void **state)
{
    (void)state;
    static const char *const rules[] = {
        "${age} >= 18 and ${sex} = 'F'",
        "${born} <= ${day}",
        "${day} <= today()",
        "${c_age} > 3",
        "not(${sex} = 'M' or ${country} = 'PT')",
        "selected(${forms}, 'E110')",
        "count(${child}) > 1",
        "if(${age} >= 18, 'AD', 'CH') = 'AD'",
        "${age} <= number(pulldata('parameters', 'value', 'name', 'min_age')) * 3",
        "count-non-empty(${c_sex}) >= 1",
        "pulldata('CL_COUNTRY', 'eu', 'name', ${country}) = 'yes'",
        "regex(${day}, '^\\d{4}-\\d{2}-\\d{2}$')",
        "string-length(${name}) <= 64",
        "sum(${c_age}) > 3",
        "coalesce(${m}, ${age}) > 3",
        "${day} - ${born} > 6574",
        "int((${day} - ${born}) div 365.25) >= 18",
        "instance('CL_BAND')/root/item[number(from) <= ${age} and number(to) >= ${age}]/name != ''",
        "starts-with(${name}, 'Ana')",
        "${sex} = ${sex2}",
        "${country} != ''",
    };
    struct record *r = fixture_record(d, TEXT("base"), arena);
    struct arena *none = arena_new(ARENA_PLAIN);
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        const struct expr *x = fixture_parse(d, "", "", rules[i], arena);
        struct expr_context c = fixture_context(r, x, 0, none);
        bool truth;
        assert_int_equal(expr_bool(&truth, x, &c), EXPR_OK);
        if (arena_size(none) != 0) fail_msg("%s takes %zu bytes", rules[i], arena_size(none));
    }
    arena_free(none);
}

/* ---- 7 ---- */

static void results_become_values(void **state)
{
    (void)state;
    static const struct {
        const char *self, *text, *value; /* NULL: does not fit */
    } cases[] = {
        {"n", "1 + 1", "2"},
        {"n", "1 div 2", NULL},
        {"n", "''", ""},
        {"n", "0 div 0", ""},
        {"n", "'7'", "7"},
        {"n", "'x'", NULL},
        {"n", "'U'", "U"},
        {"n", "${age}", "34"},
        {"n", "${m}", ""},
        {"n", "true()", "1"},
        {"n", "1e", NULL},
        {"n", "${day}", NULL},
        {"n", "number(${day})", "18336"},
        {"n", "today()", NULL},
        {"n", "today() + 0", "19737"},
        {"n", "1000000000000000", NULL},
        {"n", "-3", "-3"},
        {"n", "1 div 0", NULL},
        {"amount", "1 div 4", "0.25"},
        {"amount", "3", "3"},
        {"amount", "${amount} * 2", "25"},
        {"day", "today()", "2024-01-15"},
        {"day", "'2020-02-03'", "2020-02-03"},
        {"day", "'2020-02'", NULL},
        {"day", "${born}", NULL},
        {"day", "''", ""},
        {"day", "date(${day} + 1)", "2020-03-16"},
        {"born", "'2020-02'", "2020-02"},
        {"born", "${born}", "1986"},
        {"born", "${day}", "2020-03-15"},
        {"born", "min(${day}, ${seen})", NULL}, /* 1 to 15 March is no month */
        {"born", "${m}", ""},
        {"born", "5", NULL},
        {"sex", "'F'", "F"},
        {"sex", "if(${age} > 3, 'M', 'F')", "M"},
        {"sex", "'Q'", NULL},
        {"sex", "'U'", "U"},
        {"sex", "''", ""},
        {"sex", "coalesce('', 'NC')", "NC"},
        {"sex", "${sex}", "F"},
        {"sex", "concat('', 'X')", "X"},
        {"sex", "${country}", NULL},
        {"country", "'NA'", "NA"},
        {"country", "'missing:NA'", "missing:NA"},
        {"band",
         "instance('CL_BAND')/root/item[number(from) <= ${age} and number(to) >= ${age}]/name",
         "B30"},
        {"band", "instance('CL_BAND')/root/item[number(from) > 99]/name", ""},
        {"band", "pulldata('CL_BAND', 'name', 'from', 9)", "B9"},
        {"band",
         "coalesce(instance('CL_BAND')/root/item[number(from) <= ${age} and number(to) >= "
         "${age}]/name, 'B9')",
         "B30"},
        {"band", "coalesce(instance('CL_BAND')/root/item[number(from) > 99]/name, 'B9')", "B9"},
        {"country", "pulldata('CL_COUNTRY', 'name', 'name', ${country})", "PT"},
        {"sex", "pulldata('CL_COUNTRY', 'eu', 'name', ${country})", NULL}, /* yes: no sex */
        {"sex", "coalesce(pulldata('CL_COUNTRY', 'eu', 'name', ${country}), 'M')", NULL},
        {"sex", "if(1 = 1, coalesce(pulldata('CL_SEX', 'name', 'name', ${sex}), 'M'), 'X')", "F"},
        {"forms", "coalesce(pulldata('CL_COUNTRY', 'name', 'name', ${country}), 'E110')", NULL},
        {"forms", "pulldata('CL_FORM', 'parent', 'name', selected-at(${forms}, 1))", "E200"},
        {"forms",
         "coalesce(pulldata('CL_FORM', 'parent', 'name', selected-at(${forms}, 2)), 'E300')",
         "E300"},
        {"n", "substr(${day}, 0, 4)", "2020"},
        {"n", "substr(${born}, 5, 7)", ""},
        {"forms", "'E110'", "E110"},
        {"forms", "'E110 E300'", "E110 E300"},
        {"forms", "${forms}", "E110 E210"},
        {"forms", "'E110 Q'", NULL},
        {"forms", "'U'", "U"},
        {"note", "concat('a', 1)", "a1"},
        {"note", "${age}", "34"},
        {"note", "today()", "2024-01-15"},
        {"note", "1 = 1", "true"},
        {"note", "${forms}", "E110 E210"},
    };
    struct record *r = fixture_record(d, TEXT("base"), arena);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct expr *x;
        struct expr_problem p;
        struct value v;
        struct buf text;
        bool fits;
        var_id self = fixture_var(d, cases[i].self);
        if (!expr_parse(&x, d, fixture_form(d), 0, self, text_of(cases[i].text), arena, &p)) {
            assert_null(cases[i].value); /* "1e" */
            continue;
        }
        struct expr_context c = fixture_context(r, x, 0, scratch);
        assert_int_equal(expr_value(&v, &fits, x, self, &c, arena), EXPR_OK);
        if (fits != (cases[i].value != NULL)) fail_msg("%s: %d", cases[i].text, fits);
        buf_init(&text, 1000);
        value_text(&text, d, self, &v);
        if (!text_is(buf_text(&text), fits ? cases[i].value : ""))
            fail_msg("%s is %s", cases[i].text, text.p);
        buf_release(&text);
    }
    /* Texts outlive the scratch arena. */
    const struct expr *x = fixture_parse(d, "", "note", "concat('a', 'b', ${age})", arena);
    struct expr_context c = fixture_context(r, x, 0, scratch);
    struct value v;
    bool fits;
    assert_int_equal(expr_value(&v, &fits, x, fixture_var(d, "note"), &c, arena), EXPR_OK);
    arena_rewind(scratch, (struct arena_mark){0});
    memset(ARENA_ARRAY(scratch, char, 100), 'z', 100);
    assert_true(text_is(v.text, "ab34"));
}

/* ---- 8 ---- */

static void numbers_survive_as_text(void **state)
{
    (void)state;
    struct random r;
    char out[EXPR_NUMBER_MAX];
    random_init(&r, 8);
    for (int i = 0; i < 200000; i++) {
        uint64_t bits = random_u64(&r);
        double v;
        if (i % 2 == 0)
            v = (double)((int64_t)(bits >> 20) - (1 << 30)) / pow(10, (double)(bits % 8));
        else memcpy(&v, &bits, sizeof v);
        if (isnan(v) || isinf(v)) continue;
        size_t n = expr_number_text(out, v);
        struct expr_span s = expr_text_span((struct text){out, n});
        if (s.lo != v || s.hi != v) fail_msg("%.17g becomes %.*s", v, (int)n, out);
        assert_true(memchr(out, 'e', n) == NULL && n < EXPR_NUMBER_MAX);
        bool fraction = memchr(out, '.', n) != NULL;
        assert_false(fraction && out[n - 1] == '0');
    }
    /* The largest and the least. */
    assert_int_equal(expr_number_text(out, 1.7976931348623157e308), 309);
    assert_int_equal(expr_number_text(out, -5e-324), 327); /* -0. and 324 digits */
    /* Long numerals: nearest double, not the sum of rounded digits. */
    assert_true(expr_text_span(TEXT("0.1000000000000000055511151231257827")).lo == 0.1);
    assert_true(expr_text_span(TEXT("123456789012345678901234567890")).lo ==
                123456789012345678901234567890.0);
    assert_true(expr_text_span(TEXT("9007199254740993")).lo == 9007199254740992.0);
}

/* ---- 9 ---- */

static bool compare_days(enum expr_compare c, int a, int b)
{
    switch (c) {
    case EXPR_EQ: return a == b;
    case EXPR_NE: return a != b;
    case EXPR_LT: return a < b;
    case EXPR_LE: return a <= b;
    case EXPR_GT: return a > b;
    case EXPR_GE: return a >= b;
    }
    return false;
}

/* All pairs of intervals within five days: a comparison holds if some day of each satisfies it. */
static void intervals_compare_by_possible_days(void **state)
{
    (void)state;
    int n = 0;
    for (int a = 0; a < 5; a++)
        for (int a2 = a; a2 < 5; a2++)
            for (int b = 0; b < 5; b++)
                for (int b2 = b; b2 < 5; b2++)
                    for (int c = EXPR_EQ; c <= EXPR_GE; c++, n++) {
                        bool some = false;
                        for (int x = a; x <= a2; x++)
                            for (int y = b; y <= b2; y++)
                                some = some || compare_days((enum expr_compare)c, x, y);
                        struct expr_span l = {a, a2}, r = {b, b2};
                        assert_int_equal(expr_span_compare((enum expr_compare)c, l, r), some);
                    }
    assert_int_equal(n, 15 * 15 * 6);
    for (int c = EXPR_EQ; c <= EXPR_GE; c++) { /* nothing holds of what is no number, not even != */
        assert_false(expr_span_compare((enum expr_compare)c, EXPR_NAN, expr_exact(1)));
        assert_false(expr_span_compare((enum expr_compare)c, expr_exact(1), EXPR_NAN));
        assert_false(expr_span_compare((enum expr_compare)c, EXPR_NAN, EXPR_NAN));
    }
}

static double apply(enum expr_op op, double a, double b)
{
    switch (op) {
    case EXPR_OP_ADD: return a + b;
    case EXPR_OP_SUBTRACT: return a - b;
    case EXPR_OP_MULTIPLY: return a * b;
    case EXPR_OP_DIVIDE: return a / b;
    default: return fmod(a, b);
    }
}

/* The result holds every result of single days, and its ends are such results. */
static void interval_arithmetic_holds_every_day(void **state)
{
    (void)state;
    static const enum expr_op ops[] = {EXPR_OP_ADD, EXPR_OP_SUBTRACT, EXPR_OP_MULTIPLY,
                                       EXPR_OP_DIVIDE, EXPR_OP_MODULO};
    for (size_t k = 0; k < sizeof ops / sizeof ops[0]; k++)
        for (int a = -3; a < 3; a++)
            for (int a2 = a; a2 < 3; a2++)
                for (int b = -3; b < 3; b++)
                    for (int b2 = b; b2 < 3; b2++) {
                        struct expr_span s = expr_span_arithmetic(ops[k], (struct expr_span){a, a2},
                                                                  (struct expr_span){b, b2});
                        bool exact = a == a2 && b == b2;
                        if (exact) {
                            double one = apply(ops[k], a, b);
                            assert_true((isnan(one) && isnan(s.lo)) ||
                                        (s.lo == one && s.hi == one));
                            continue;
                        }
                        if (ops[k] == EXPR_OP_MODULO ||
                            (ops[k] == EXPR_OP_DIVIDE && b <= 0 && b2 >= 0)) {
                            assert_true(isnan(s.lo) && isnan(s.hi)); /* nothing can be said */
                            continue;
                        }
                        bool lo = false, hi = false;
                        for (int x = a; x <= a2; x++)
                            for (int y = b; y <= b2; y++) {
                                double one = apply(ops[k], x, y);
                                assert_true(one >= s.lo && one <= s.hi);
                                lo = lo || one == s.lo;
                                hi = hi || one == s.hi;
                            }
                        assert_true(lo && hi);
                    }
}

/* ---- 10 ---- */

static void constants_are_computed_once(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum expr_op op;
    } cases[] = {
        {"1 + 2 * 3", EXPR_OP_CONST_SPAN},
        {"concat('a', 'b')", EXPR_OP_CONST_TEXT},
        {"1 < 2 and not(false())", EXPR_OP_CONST_BOOL},
        {"number(pulldata('parameters', 'value', 'name', 'min_age')) * 2", EXPR_OP_CONST_SPAN},
        {"pulldata('CL_BAND', 'from', 'name', 'B9')", EXPR_OP_CONST_TEXT},
        {"date('2020-01-01')", EXPR_OP_CONST_SPAN},
        {"regex('abc', '^a')", EXPR_OP_CONST_BOOL},
        {"if(1 = 1, ${age}, ${n})", EXPR_OP_VAR},
        {"${sex} = 'F'", EXPR_OP_IS_CODE},
        {"'F' != ${sex}", EXPR_OP_IS_CODE},
        {"${c_sex} = 'F'", EXPR_OP_ANY_CODE},
        {"selected(${forms}, 'E110')", EXPR_OP_HAS_CODE},
        {"${country} = pulldata('parameters', 'value', 'name', 'home')", EXPR_OP_IS_CODE},
        {"${sex} = ${sex2}", EXPR_OP_SAME_CODE},
        {"${age} = ''", EXPR_OP_IS_CODE},
        {"regex(${day}, '^\\d{4}-\\d{2}-\\d{2}$')", EXPR_OP_DATE_SHAPE},
        {"regex(${name}, '^\\d{4}$')", EXPR_OP_REGEX},
        {"${sex} = 'F' or ${sex} = 'M'", EXPR_OP_CODE_TABLE},
        {"not(pulldata('CL_COUNTRY', 'eu', 'name', ${country}) = 'yes')", EXPR_OP_CODE_TABLE},
        {"jr:choice-name(${sex}, '${sex}') = 'Female'", EXPR_OP_COMPARE_TEXT}, /* by language */
        {"${sex} = 'F' or ${country} = 'PT'", EXPR_OP_OR},
        {"selected(${forms}, 'E110') or selected(${forms}, 'E210')", EXPR_OP_OR},
        {"substr(${day}, 0, 4)", EXPR_OP_DATE_PART},
        {"substr(${name}, 0, 4)", EXPR_OP_CALL},
        {"uuid()", EXPR_OP_CALL},
        {"today() + 1", EXPR_OP_ADD},
        {"instance('CL_BAND')/root/item[number(from) <= 3]", EXPR_OP_ITEM_RANGE},
        {"instance('CL_BAND')/root/item[name = 'B9']", EXPR_OP_FILTER},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct expr *x = fixture_parse(d, "", "", cases[i].text, arena);
        if (x->root->op != cases[i].op) fail_msg("%s is operator %d", cases[i].text, x->root->op);
    }
}

/* ---- 11 ---- */

/* One text of every other vector, damaged: cut, a byte changed, a piece doubled. */
static size_t damage(struct random *r, char *text, size_t n, size_t cap)
{
    static const char bytes[] = "()[]{}$'\"/.,*|=<>!+-0a_ \n";
    if (n == 0) return n;
    switch (random_below(r, 4)) {
    case 0: return (size_t)random_below(r, n);
    case 1: text[random_below(r, n)] = bytes[random_below(r, sizeof bytes - 1)]; return n;
    case 2: {
        size_t from = (size_t)random_below(r, n), k = (size_t)random_below(r, n - from) + 1;
        if (n + k > cap) return n;
        memmove(text + from + k, text + from, n - from);
        return n + k;
    }
    default: text[random_below(r, n)] = (char)random_below(r, 256); return n;
    }
}

static void damaged_expressions_do_no_harm(void **state)
{
    (void)state;
    struct random random;
    struct csv_reader *rd;
    struct csv_row row;
    struct csv_options o = {.encoding = CSV_UTF8, .separator = ','};
    struct err e = {0};
    bool found = true;
    size_t n_read = 0, n_refused = 0;
    struct record *r = fixture_record(d, TEXT("base"), arena);
    random_init(&random, 11);
    if (!csv_open(&rd, harness_source("tests/model/expr_vectors.csv"), &o, &e))
        fail_msg("%s", e.msg);
    while (found) {
        assert_true(csv_next(rd, &row, &found, &e));
        if (!found) break;
        for (int i = 0; i < 20; i++) {
            char text[5000];
            struct expr *x;
            struct expr_problem p;
            size_t n = row.field[0].n;
            struct arena_mark m = arena_mark(arena);
            memcpy(text, row.field[0].p, n);
            for (uint64_t k = random_below(&random, 3); k < 3; k++)
                n = damage(&random, text, n, sizeof text);
            if (!expr_parse(&x, d, fixture_form(d), 0, VAR_NONE, (struct text){text, n}, arena,
                            &p)) {
                n_refused++;
                assert_non_null(p.id);
                assert_true(p.at <= n);
                assert_true(p.message[0] != '\0' && p.remedy[0] != '\0');
                assert_true(text_is_utf8(text_of(p.message), NULL));
            } else {
                struct expr_context c = fixture_context(r, x, 0, scratch);
                struct arena_mark s = arena_mark(scratch);
                bool truth;
                double v;
                struct text t;
                n_read++;
                (void)expr_bool(&truth, x, &c);
                (void)expr_number(&v, x, &c);
                if (expr_string(&t, x, &c) == EXPR_OK) assert_true(t.n <= EXPR_STRING_MAX);
                arena_rewind(scratch, s);
            }
            arena_rewind(arena, m);
        }
    }
    csv_close(rd);
    assert_true(n_read > 500 && n_refused > 5000);
}

/* ---- 12 ---- */

static void patterns_go_with_their_arena(void **state)
{
    (void)state;
    struct arena *a = arena_new(ARENA_PLAIN); /* the sanitizer sees what is left behind */
    struct arena_mark m = arena_mark(a);
    for (int i = 0; i < 100; i++) {
        fixture_parse(d, "", "", "regex(${name}, '^a+$') or regex(${note}, '[0-9]{3}')", a);
        if (i % 10 == 0) arena_rewind(a, m);
    }
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(problems_say_where),
        cmocka_unit_test(reading_is_limited),
        cmocka_unit_test(evaluating_is_limited),
        cmocka_unit_test(expressions_know_what_they_read),
        cmocka_unit_test(standing_matters),
        cmocka_unit_test(ordinary_rules_allocate_nothing),
        cmocka_unit_test(results_become_values),
        cmocka_unit_test(numbers_survive_as_text),
        cmocka_unit_test(intervals_compare_by_possible_days),
        cmocka_unit_test(interval_arithmetic_holds_every_day),
        cmocka_unit_test(constants_are_computed_once),
        cmocka_unit_test(damaged_expressions_do_no_harm),
        cmocka_unit_test(patterns_go_with_their_arena),
    };
    return cmocka_run_group_tests_name("model/expr", tests, open_all, close_all);
}
