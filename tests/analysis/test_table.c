/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/analysis/table.c, table_axis.c and table_count.c
 *  1 random records against a naive count of every cell, by the definition of what it means to be
 *  in a cell: single
 *    values, sets, trees, repeats crossed instance by instance, repeats that share nothing, three
 *    dimensions, records
 *    and persons, with and without a filter   2 single values add up, sets do not exceed   3
 *    categories: totals first,
 *    residuals, unknown, not applicable   4 requests that cannot be tabulated are refused   5
 *    nothing to count */
#include "harness.h"

#include "analysis/table.h"
#include "dataset/people.h"
#include "model/expr.h"

static struct people p;
static struct arena *arena;

static int set_up(void **state)
{
    (void)state;
    people_init(&p);
    arena = arena_new(ARENA_PLAIN);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(arena);
    people_release(&p);
    return 0;
}

static void new_people(size_t n, uint64_t seed)
{
    free(p.record);
    p.record = NULL;
    people_fill(&p, n, seed);
}

/* ---------------------------------------------------------------- the naive count */

enum { V_SEX, V_CITIZENSHIP, V_AGE, V_RECRUITED, V_FORM, V_COUNTRY, V_ASSISTANCE };

static const struct variable *variable_of(int v)
{
    const struct variable *const all[] = {p.sex,       p.citizenship,
                                          p.age,       p.recruitment_country,
                                          p.form_of,   p.country,
                                          p.assistance};
    return all[v];
}

/* One way of looking at a unit: an instance of each repeat, -1 where the record has none. */
struct view {
    const struct people_record *r;
    int episode, exploitation, assistance;
};

/* Values of variable v in a view; -1 is unknown, -2 not applicable. */
static int values_of(int *out, const struct view *w, int v)
{
    const struct people_record *r = w->r;
    const struct episode_entry *ep = w->episode < 0 ? NULL : &r->episode[w->episode];
    int n = 0;
    code_id c = CODE_NONE;
    switch (v) {
    case V_CITIZENSHIP:
        for (; n < r->citizenships; n++) out[n] = r->citizenship[n];
        return n;
    case V_RECRUITED: c = ep == NULL ? CODE_NONE : ep->recruited_in; break;
    case V_FORM:
        c = w->exploitation < 0 ? CODE_NONE : ep->exploitation[w->exploitation].form;
        break;
    case V_COUNTRY:
        c = w->exploitation < 0 ? CODE_NONE : ep->exploitation[w->exploitation].country;
        break;
    case V_ASSISTANCE: c = w->assistance < 0 ? CODE_NONE : r->assistance[w->assistance]; break;
    default: break;
    }
    if (c != CODE_NONE) out[n++] = c;
    return n;
}

struct counted {
    const struct people_record *record[64];
    int n;
};

/* Sex and age of a unit are those of the last record that has them; an explicit code before a
 * blank. */
static int single_value(const struct counted *u, int v)
{
    int missing = -1;
    bool first = variable_of(v)->survivor_first; /* as the dictionary says; else the last counts */
    for (int i = 0; i < u->n; i++) {
        const struct people_record *r = u->record[first ? i : u->n - 1 - i];
        if (v == V_AGE && r->age >= 0) return r->age;
        if (v == V_SEX && r->sex != CODE_NONE) return r->sex;
        if (v == V_SEX && r->sex_missing == MISSING_NA && missing == -1) missing = -2;
        if (v == V_SEX && r->sex_missing == MISSING_RF && missing == -1) missing = -3;
    }
    return missing == -3 ? -1 : missing;
}

static bool fits_value(const struct category *c, int v, int value)
{
    if (c->kind == CATEGORY_TOTAL) return true;
    if (value < 0) return value == -2 ? c->kind == CATEGORY_NA : c->kind == CATEGORY_UNKNOWN;
    if (v == V_AGE) return c->kind == CATEGORY_NUMBER && c->number == value;
    const struct codelist *l = p.d->list[variable_of(v)->list];
    if (c->kind == CATEGORY_CODE) return codelist_is_within(l, (code_id)value, c->code);
    return c->kind == CATEGORY_RESIDUAL && c->code == (code_id)value;
}

static bool all_views(const struct counted *u, bool (*fn)(void *ctx, const struct view *w),
                      void *ctx)
{
    for (int i = 0; i < u->n; i++) {
        const struct people_record *r = u->record[i];
        for (int a = -1; a < r->n_assistance; a++)
            for (int e = -1; e < r->n; e++)
                for (int x = -1; x < (e < 0 ? 0 : r->episode[e].n); x++)
                    if (fn(ctx, &(struct view){r, e, x, a})) return true;
    }
    return false;
}

struct known {
    int v;
};

static bool has_value(void *ctx, const struct view *w)
{
    int values[4];
    return values_of(values, w, ((struct known *)ctx)->v) > 0;
}

struct cell { /* is the unit in the cell of these categories? asked for sets only */
    const struct category *category[3];
    int v[3], n;
    const struct counted *u;
    bool known[3];
};

static bool is_single(int v)
{
    return v == V_SEX || v == V_AGE;
}

/* A view is in the cell if each set has a fitting value in it; unknown fits where the unit knows
 * nothing at all. */
static bool view_fits(void *ctx, const struct view *w)
{
    const struct cell *c = ctx;
    for (int k = 0; k < c->n; k++) {
        const struct category *cat = c->category[k];
        if (is_single(c->v[k]) || cat->kind == CATEGORY_TOTAL) continue;
        if (cat->kind == CATEGORY_UNKNOWN) {
            if (c->known[k]) return false;
            continue;
        }
        int values[4], n = values_of(values, w, c->v[k]);
        bool fits = false;
        for (int i = 0; i < n; i++) fits |= fits_value(cat, c->v[k], values[i]);
        if (!fits) return false;
    }
    return true;
}

/* Variables without a common repeat need not stand in one view: judge each group of variables by
 * itself. */
static bool in_cell(const struct counted *u, const struct table *t, const int *v, const size_t *at)
{
    static const int side[] = {
        [V_CITIZENSHIP] = 0, [V_RECRUITED] = 1, [V_FORM] = 1, [V_COUNTRY] = 1, [V_ASSISTANCE] = 2};
    for (size_t k = 0; k < t->n_dim; k++)
        if (is_single(v[k]) && !fits_value(&t->dim[k].category[at[k]], v[k], single_value(u, v[k])))
            return false;
    for (int s = 0; s < 3; s++) {
        struct cell c = {.u = u};
        for (size_t k = 0; k < t->n_dim; k++) {
            if (is_single(v[k]) || side[v[k]] != s) continue;
            c.category[c.n] = &t->dim[k].category[at[k]];
            c.v[c.n] = v[k];
            c.known[c.n] = all_views(u, has_value, &(struct known){v[k]});
            c.n++;
        }
        if (c.n > 0 && !all_views(u, view_fits, &c)) return false;
    }
    return true;
}

static size_t make_units(struct counted **out, enum unit kind)
{
    struct counted *u = calloc(p.n + 1, sizeof *u);
    int *of_person = calloc(p.n + 2, sizeof *of_person);
    size_t n = 0;
    for (size_t i = 0; i < p.n; i++) {
        int person = kind == UNIT_PERSONS ? p.record[i].person : 0;
        size_t at = n;
        if (person != 0 && of_person[person] != 0) at = (size_t)of_person[person] - 1;
        else n++;
        if (person != 0) of_person[person] = (int)at + 1;
        assert_true(u[at].n < 64);
        u[at].record[u[at].n++] = &p.record[i];
    }
    free(of_person);
    *out = u;
    return n;
}

static void check_against_naive(struct snapshot *s, enum unit kind, const int *v, size_t n,
                                bool women_only)
{
    struct table_spec spec = {.unit = kind, .n_dim = n, .n_row_dim = n};
    struct table t;
    struct err e = {0};
    struct expr_problem problem;
    struct expr *where = NULL;
    for (size_t k = 0; k < n; k++) spec.dim[k] = variable_of(v[k])->id;
    if (women_only) {
        assert_true(
            expr_parse(&where, p.d, p.form, 0, VAR_NONE, TEXT("${sex} = 'F'"), arena, &problem));
        spec.where = where;
    }
    code_id f = codelist_find(p.d->list[p.sex->list], TEXT("F"));
    if (!table_count(&t, s, &spec, arena, &e)) fail_msg("%s", e.msg);
    struct counted *unit;
    size_t n_unit = make_units(&unit, kind), at[3] = {0};
    int64_t sum = 0;
    for (size_t cell = 0; cell < t.n_cell; cell++) {
        int64_t expected = 0;
        for (size_t u = 0; u < n_unit; u++)
            if (!women_only || single_value(&unit[u], V_SEX) == (int)f)
                expected += in_cell(&unit[u], &t, v, at);
        if (t.count[cell] != expected)
            fail_msg("cell %zu (%s %s %s): %lld counted, %lld expected", cell,
                     n > 0 ? t.dim[0].category[at[0]].name : "",
                     n > 1 ? t.dim[1].category[at[1]].name : "",
                     n > 2 ? t.dim[2].category[at[2]].name : "", (long long)t.count[cell],
                     (long long)expected);
        assert_int_equal(table_cell(&t, at), cell);
        sum += expected;
        for (size_t k = n; k-- > 0;) {
            if (++at[k] < t.dim[k].n_category) break;
            at[k] = 0;
        }
    }
    assert_true(sum > 0);
    free(unit);
}

static void test_every_cell_against_a_naive_count(void **state)
{
    static const struct {
        int v[3];
        size_t n;
    } tables[] = {{{0}, 0},
                  {{V_SEX}, 1},
                  {{V_AGE}, 1},
                  {{V_FORM}, 1},
                  {{V_SEX, V_AGE}, 2},
                  {{V_SEX, V_CITIZENSHIP}, 2},
                  {{V_SEX, V_FORM}, 2},
                  {{V_FORM, V_COUNTRY}, 2},
                  {{V_RECRUITED, V_FORM}, 2},
                  {{V_FORM, V_ASSISTANCE}, 2},
                  {{V_CITIZENSHIP, V_FORM}, 2},
                  {{V_SEX, V_FORM, V_COUNTRY}, 3},
                  {{V_RECRUITED, V_FORM, V_COUNTRY}, 3},
                  {{V_FORM, V_ASSISTANCE, V_COUNTRY}, 3},
                  {{V_SEX, V_AGE, V_CITIZENSHIP}, 3}};
    (void)state;
    for (uint64_t seed = 1; seed <= 3; seed++) {
        new_people(harness_sanitized() ? 150 : 400, seed);
        struct snapshot *s = people_snapshot(&p, 3);
        for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++)
            for (int kind = 0; kind < 2; kind++) {
                struct arena_mark m = arena_mark(arena);
                check_against_naive(s, (enum unit)kind, tables[i].v, tables[i].n, false);
                check_against_naive(s, (enum unit)kind, tables[i].v, tables[i].n, true);
                arena_rewind(arena, m);
            }
        snapshot_drop(s);
    }
}

static void count(struct table *t, struct snapshot *s, const int *v, size_t n)
{
    struct table_spec spec = {.unit = UNIT_PERSONS, .n_dim = n, .n_row_dim = n};
    struct err e = {0};
    for (size_t k = 0; k < n; k++) spec.dim[k] = variable_of(v[k])->id;
    if (!table_count(t, s, &spec, arena, &e)) fail_msg("%s", e.msg);
}

static void test_single_values_add_up(void **state)
{
    (void)state;
    new_people(2000, 9);
    struct snapshot *s = people_snapshot(&p, 2);
    struct table t;
    count(&t, s, (int[]){V_SEX, V_AGE}, 2);
    size_t rows = t.dim[0].n_category, columns = t.dim[1].n_category;
    assert_false(t.dim[0].several);
    int64_t all = 0;
    for (size_t i = 1; i < rows; i++)
        for (size_t k = 1; k < columns; k++) all += t.count[i * columns + k];
    assert_int_equal(all, t.count[0]);
    assert_int_equal(t.count[0], (int64_t)snapshot_units(s, UNIT_PERSONS));
    count(&t, s, (int[]){V_FORM}, 1);
    assert_true(t.dim[0].several && t.dim[0].covers);
    int64_t top = 0;
    for (size_t i = 1; i < t.dim[0].n_category; i++) {
        const struct category *c = &t.dim[0].category[i];
        assert_true(c->parent < i);
        assert_true(t.count[i] > 0 && t.count[i] <= t.count[c->parent]);
        if (c->parent == 0) top += t.count[i];
    }
    assert_true(top >= t.count[0]);
    count(&t, s, (int[]){V_FORM, V_COUNTRY}, 2);
    assert_false(t.dim[0].covers || t.dim[1].covers);
    snapshot_drop(s);
}

static void test_categories(void **state)
{
    (void)state;
    new_people(2000, 10);
    struct snapshot *s = people_snapshot(&p, 2);
    struct table t;
    count(&t, s, (int[]){V_FORM, V_SEX}, 2);
    assert_int_equal(t.dim[0].category[0].kind, CATEGORY_TOTAL);
    size_t residual = 0, unknown = 0, na = 0;
    for (size_t i = 0; i < t.dim[0].n_category; i++) {
        const struct category *c = &t.dim[0].category[i];
        if (c->kind == CATEGORY_RESIDUAL) {
            residual++;
            assert_true(t.dim[0].category[c->parent].n_child >= 2);
        }
        unknown += c->kind == CATEGORY_UNKNOWN;
    }
    for (size_t i = 0; i < t.dim[1].n_category; i++) na += t.dim[1].category[i].kind == CATEGORY_NA;
    assert_true(residual > 0);
    assert_int_equal(unknown, 1);
    assert_int_equal(na, 1);
    snapshot_drop(s);
}

static void test_refusals(void **state)
{
    (void)state;
    new_people(50, 11);
    struct snapshot *s = people_snapshot(&p, 1);
    struct table t;
    struct err e = {0};
    const struct variable *name = dictionary_variable(p.d, p.form->id, TEXT("family_name"));
    struct table_spec spec = {.n_dim = 1, .dim = {name->id}};
    assert_false(table_count(&t, s, &spec, arena, &e));
    assert_string_equal(e.id, "table.not_coded");
    spec = (struct table_spec){.n_dim = 2, .dim = {p.sex->id, p.sex->id}};
    assert_false(table_count(&t, s, &spec, arena, &e));
    assert_string_equal(e.id, "table.same_variable");
    spec = (struct table_spec){.n_dim = 4};
    assert_false(table_count(&t, s, &spec, arena, &e));
    assert_string_equal(e.id, "table.dimensions");
    snapshot_drop(s);
}

static void test_nothing_to_count(void **state)
{
    (void)state;
    free(p.record);
    p.record = NULL;
    p.n = 0;
    struct snapshot *s = people_snapshot(&p, 1);
    struct table t;
    count(&t, s, (int[]){V_SEX, V_FORM}, 2);
    assert_int_equal(t.n_cell, 1);
    assert_int_equal(t.count[0], 0);
    snapshot_drop(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_cell_against_a_naive_count),
        cmocka_unit_test(test_single_values_add_up),
        cmocka_unit_test(test_categories),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_nothing_to_count),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
