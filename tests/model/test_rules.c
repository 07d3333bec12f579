/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of the rules of data/rules.csv and of the rules of each country pack, by rule_vectors.csv.
 *
 *  1 every row: the rule is among the findings of the record, or is not, as the row says
 *  2 rule `*`: records in which much is said and nothing is wrong have no finding at all
 *  3 every rule of data/rules.csv, and of the rules.csv of each pack under that pack, has a row
 *    where it fires and one where it is silent: a rule that nobody tried is none
 *
 * Columns: rule; expect (fires, silent); form; today (date); pack (blank: none); record, as
 * document in the shape of record_to_json(). A silent record is near to the one that fires: it
 * differs in what the rule is about, and other rules may fire on it. A rule that a pack leaves out,
 * since it hides what the rule needs, is not judged there. */
#include "harness.h"

#include "base/csv.h"
#include "base/file.h"
#include "base/json.h"
#include "model/dictionary.h"
#include "model/validate.h"

enum { RULE, EXPECT, FORM, TODAY, PACK, RECORD, COLUMNS };
enum { RULES_MAX = 2000, PACKS_MAX = 64, NAME_MAX_HERE = 32 };

struct known { /* a rule of a file, and the rows it has */
    char pack[NAME_MAX_HERE], rule[NAME_MAX_HERE];
    size_t n_fires, n_silent;
};

struct bench {
    struct known known[RULES_MAX];
    size_t n_known;
    char pack[NAME_MAX_HERE]; /* of the dictionary that is open */
    struct dictionary *d;
    struct arena *arena, *scratch, *text;
    size_t n_row, n_wrong;
};

typedef void row_fn(struct bench *b, const struct csv_row *row);

static void copy_name(char out[NAME_MAX_HERE], struct text t)
{
    assert_true(t.n < NAME_MAX_HERE);
    if (t.n > 0) memcpy(out, t.p, t.n);
    out[t.n] = '\0';
}

static void each_row(struct bench *b, const char *path, row_fn *fn)
{
    struct csv_reader *rd;
    struct csv_row row;
    struct csv_options o = {.encoding = CSV_UTF8, .separator = ','};
    struct err e = {0};
    bool found = true;
    if (!csv_open(&rd, path, &o, &e)) fail_msg("%s", e.msg);
    while (found) {
        if (!csv_next(rd, &row, &found, &e)) fail_msg("%s", e.msg);
        if (found) fn(b, &row);
    }
    csv_close(rd);
}

/* ---- the rules that there are ---- */

static size_t id_column; /* of the file being read */

static void note_rule(struct bench *b, const struct csv_row *row)
{
    if (row->row == 1) {
        for (id_column = 0; id_column < row->n_field; id_column++)
            if (text_is(row->field[id_column], "id")) return;
        fail_msg("no column id");
    }
    if (row->field[0].n > 0 && id_column > 0 && text_is(row->field[0], "hide")) return;
    assert_true(b->n_known < RULES_MAX);
    struct known *k = &b->known[b->n_known++];
    *k = (struct known){0};
    memcpy(k->pack, b->pack, sizeof k->pack);
    copy_name(k->rule, row->field[id_column]);
}

static void note_rules(struct bench *b)
{
    struct file_names packs = {0};
    struct err e = {0};
    b->pack[0] = '\0';
    each_row(b, harness_source("data/rules.csv"), note_rule);
    if (!folder_list(&packs, harness_source("data/packs"), &e)) fail_msg("%s", e.msg);
    for (size_t i = 0; i < packs.n; i++) {
        const char *path = arena_printf(b->text, "data/packs/%s/rules.csv", packs.name[i]);
        if (!harness_exists(harness_source(path))) continue;
        copy_name(b->pack, text_of(packs.name[i]));
        each_row(b, harness_source(path), note_rule);
    }
    file_names_free(&packs);
    b->pack[0] = '\0';
}

/* A row counts for the pack's rule of this name, and for the core's. */
static bool count_row(struct bench *b, struct text rule, struct text pack, bool fires)
{
    bool any = text_is(rule, "*");
    for (size_t i = 0; i < b->n_known; i++) {
        struct known *k = &b->known[i];
        if (!text_is(rule, k->rule) || (k->pack[0] != '\0' && !text_is(pack, k->pack))) continue;
        if (fires) k->n_fires++;
        else k->n_silent++;
        any = true;
    }
    return any;
}

/* ---- the rows ---- */

static void open_pack(struct bench *b, struct text pack)
{
    struct problems problems;
    struct err e = {0};
    if (b->d != NULL && text_is(pack, b->pack)) return;
    dictionary_free(b->d);
    copy_name(b->pack, pack);
    problems_init(&problems, b->text);
    if (!dictionary_load(&b->d, harness_source("data"), b->pack, &problems, &e))
        fail_msg("pack '%s': %s", b->pack, e.msg);
    problems_release(&problems);
}

static bool has_rule(const struct dictionary *d, struct text name)
{
    for (size_t i = 0; i < d->n_rule; i++)
        if (text_is(name, d->rule[i].name)) return true;
    return false;
}

static size_t count_findings(const struct bench *b, const struct findings *f, struct text rule)
{
    size_t n = 0;
    for (size_t i = 0; i < f->n; i++)
        n += text_is(rule, "*") || text_is(rule, b->d->rule[f->item[i].rule].name);
    return n;
}

static void complain(struct bench *b, const struct csv_row *row, const struct findings *f)
{
    print_error("line %llu: rule %.*s is not %.*s; findings:", (unsigned long long)row->line,
                (int)row->field[RULE].n, row->field[RULE].p, (int)row->field[EXPECT].n,
                row->field[EXPECT].p);
    for (size_t i = 0; i < f->n; i++) {
        const struct finding *x = &f->item[i];
        print_error(" %s %s,", b->d->rule[x->rule].name,
                    x->var == VAR_NONE ? "" : b->d->variable[x->var].name);
    }
    print_error("\n");
    b->n_wrong++;
}

static void judge(struct bench *b, const struct csv_row *row)
{
    struct record r;
    struct findings f;
    struct json *j;
    struct date today;
    struct err e = {0};
    bool fires = text_is(row->field[EXPECT], "fires");
    struct text document = row->field[RECORD];
    const struct form *form = dictionary_form(b->d, row->field[FORM]);
    assert_non_null(form);
    assert_true(date_parse(&today, row->field[TODAY], DATE_ISO));
    findings_init(&f, b->text);
    record_init(&r, b->d, form, b->arena);
    if (!json_parse(&j, document, &e) || !record_from_json(&r, j, &f, &e))
        fail_msg("line %llu: %s", (unsigned long long)row->line, e.msg);
    json_free(j);
    if (f.n > 0) {
        print_error("line %llu: the value of %s cannot be read\n", (unsigned long long)row->line,
                    b->d->variable[f.item[0].var].name);
        b->n_wrong++;
    }
    record_validate(&r, &f, today.first, b->scratch);
    size_t n = count_findings(b, &f, row->field[RULE]);
    if ((n > 0) != fires || count_findings(b, &f, TEXT("V11")) > 0) complain(b, row, &f);
    findings_release(&f);
}

static void vector(struct bench *b, const struct csv_row *row)
{
    if (row->row == 1) return;
    assert_int_equal(row->n_field, COLUMNS);
    struct text rule = row->field[RULE];
    assert_true(text_is(row->field[EXPECT], "fires") || text_is(row->field[EXPECT], "silent"));
    b->n_row++;
    if (!count_row(b, rule, row->field[PACK], text_is(row->field[EXPECT], "fires"))) {
        print_error("line %llu: there is no rule %.*s\n", (unsigned long long)row->line,
                    (int)rule.n, rule.p);
        b->n_wrong++;
        return;
    }
    open_pack(b, row->field[PACK]);
    if (!text_is(rule, "*") && !has_rule(b->d, rule)) return; /* the pack hides what it needs */
    struct arena_mark m = arena_mark(b->arena), t = arena_mark(b->text);
    judge(b, row);
    arena_rewind(b->arena, m);
    arena_rewind(b->text, t);
}

static struct bench *bench_new(void)
{
    struct bench *b = test_calloc(1, sizeof *b);
    b->arena = arena_new(ARENA_PLAIN);
    b->scratch = arena_new(ARENA_PLAIN);
    b->text = arena_new(ARENA_PLAIN);
    note_rules(b);
    return b;
}

static void bench_free(struct bench *b)
{
    dictionary_free(b->d);
    arena_free(b->arena);
    arena_free(b->scratch);
    arena_free(b->text);
    test_free(b);
}

/* 1, 2, 3 */
static void rules_fire_and_are_silent(void **state)
{
    (void)state;
    struct bench *b = bench_new();
    each_row(b, harness_source("tests/model/rule_vectors.csv"), vector);
    for (size_t i = 0; i < b->n_known; i++) {
        const struct known *k = &b->known[i];
        if (k->n_fires > 0 && k->n_silent > 0) continue;
        print_error("rule %s%s%s has %zu rows where it fires and %zu where it is silent\n", k->pack,
                    k->pack[0] == '\0' ? "" : " ", k->rule, k->n_fires, k->n_silent);
        b->n_wrong++;
    }
    size_t n_wrong = b->n_wrong, n_row = b->n_row, n_known = b->n_known;
    bench_free(b);
    assert_int_equal(n_wrong, 0);
    assert_true(n_known >= 130);
    assert_true(n_row >= 2 * n_known);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rules_fire_and_are_silent),
    };
    return cmocka_run_group_tests_name("model/rules", tests, NULL, NULL);
}
