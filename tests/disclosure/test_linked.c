/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/disclosure/linked.c, and of release_tables(), which is built on it
 *  1 counts of one meaning are one variable, whatever the order of the table's variables
 *  2 counts of one meaning that differ stay two, and that is said
 *  3 when the system is all that can be known: trees of tables, variables of one answer
 *  4 two tables each safe alone that tell together: hidden in one, hidden in both
 *  5 random releases of tables that hang together like a tree against a reader of all of them, who
 *    shares no code with us: no hidden count exact, none known to be small (the room's promise)
 *  6 rings of tables and variables of several answers: no hidden count of one is shown in another;
 *    where the system is not all, it says so
 *  7 groups: other units, other filters; related forms     8 refusals name the tables
 *  9 one table alone is what release_table() gives    10 determinism, limits */
#include "harness.h"

#include "base/random.h"
#include "disclosure/linked.h"
#include "disclosure/release.h"
#include "made_tables.h"

static int make_arena(void **state)
{
    *state = arena_new(ARENA_PLAIN);
    return 0;
}

static int drop_arena(void **state)
{
    arena_free(*state);
    return 0;
}

enum { TABLES = 3, VARIABLES = 3 };

struct sample {
    struct plan plan[VARIABLES];
    struct person *person;
    size_t n_person, n;
    struct cut cut[TABLES];
    struct table table[TABLES];
    int64_t k;
};

static void make_plan(struct plan *p, const char *name, struct random *r, size_t most, bool several)
{
    *p = (struct plan){.name = name, .n = 3 + random_below(r, most)};
    for (size_t c = 1; c < p->n; c++)
        p->parent[c] = c > 1 && random_below(r, 4) == 0 ? random_below(r, c) : 0;
    p->several = several;
}

static void cut_all(struct sample *s, const struct cut *cut, size_t n, struct arena *a)
{
    s->n = n;
    for (size_t i = 0; i < n; i++) {
        s->cut[i] = cut[i];
        cut_table(&s->table[i], s->plan, &cut[i], s->person, s->n_person, a);
    }
}

/* Variables u, v, w; w of several answers where `several`. */
static void make_sample(struct sample *s, struct random *r, const struct cut *cut, size_t n,
                        bool several, struct arena *a)
{
    static const char *const name[VARIABLES] = {"u", "v", "w"};
    *s = (struct sample){.n_person = 6 + random_below(r, several ? 10 : 24),
                         .k = 2 + (int64_t)random_below(r, 2)};
    s->person = ARENA_ARRAY(a, struct person, s->n_person);
    for (size_t k = 0; k < VARIABLES; k++) {
        uint32_t kind[256];
        make_plan(&s->plan[k], name[k], r, several ? 1 : 2, several && k == 2);
        size_t n_kind = plan_kinds(kind, 256, &s->plan[k]);
        for (size_t i = 0; i < s->n_person; i++) {
            size_t x = random_below(r, n_kind), y = random_below(r, n_kind);
            s->person[i].in[k] = kind[x < y ? x : y];
        }
    }
    cut_all(s, cut, n, a);
}

static const struct cut tree[][TABLES] = {
    {{{0, 1}, 2}, {{0, 2}, 2}},         {{{0, 1}, 2}, {{2, 0}, 2}, {{0}, 1}},
    {{{0}, 1}, {{1}, 1}, {{0, 1}, 2}},  {{{0, 1}, 2}, {{1, 2}, 2}, {{2}, 1}},
    {{{0, 1}, 2}, {{1, 0}, 2}},         {{{0, 1, 2}, 3}, {{1, 2}, 2}, {{0}, 1}},
    {{{0, 1}, 2}, {{2}, 1}},
};
static const size_t n_tree[] = {2, 3, 3, 3, 2, 3, 2};
static const struct cut ring[TABLES] = {{{0, 1}, 2}, {{1, 2}, 2}, {{0, 2}, 2}};

/* ---------------------------------------------------------------- the system */

static void parts_of(struct linked_part *part, const struct table *t, size_t n, struct arena *a)
{
    struct err e = {0};
    for (size_t i = 0; i < n; i++) {
        part[i] = (struct linked_part){.table = &t[i]};
        if (!system_build(&part[i].system, &t[i], a, &e)) fail_msg("%s", e.msg);
    }
}

static size_t variable_of(const struct linked_part *p, size_t cell)
{
    return p->var[p->system.var_of[cell]];
}

static void linked_1_one_variable(void **state)
{
    struct random random;
    struct sample s;
    struct system all;
    struct linked_part part[2];
    bool same = false;
    random_init(&random, 3);
    make_sample(&s, &random, tree[4], 2, false, *state); /* u by v, and v by u */
    parts_of(part, s.table, 2, *state);
    assert_true(linked_build(&all, &same, part, 2, *state, NULL));
    assert_true(same);
    size_t n_u = s.table[0].dim[0].n_category, n_v = s.table[0].dim[1].n_category;
    for (size_t u = 0; u < n_u; u++)
        for (size_t v = 0; v < n_v; v++) {
            if (s.table[0].count[u * n_v + v] == 0) continue;
            assert_int_equal(variable_of(&part[0], u * n_v + v),
                             variable_of(&part[1], v * n_u + u));
        }
    for (size_t r = 0; r < all.n_row; r++) {
        int64_t sum = system_row_sum(&all, r, NULL);
        assert_true(all.row_equal[r] ? sum == 0 : sum >= 0);
    }
    assert_int_equal(all.value[all.total], (int64_t)s.n_person);
}

static void linked_2_two_counts_differ(void **state)
{
    static const int64_t one[] = {10, 4, 6}, two[] = {10, 5, 5};
    struct table t[2];
    struct system all;
    struct linked_part part[2];
    bool same = true;
    t[0] = *counts_table(3, 1, one, *state);
    t[1] = *counts_table(3, 1, two, *state);
    parts_of(part, t, 2, *state);
    assert_true(linked_build(&all, &same, part, 2, *state, NULL));
    assert_false(same);
    assert_int_equal(variable_of(&part[0], 0), variable_of(&part[1], 0));
    assert_int_not_equal(variable_of(&part[0], 1), variable_of(&part[1], 1));
}

static bool complete(const struct sample *s, struct arena *a)
{
    struct linked_part part[TABLES];
    parts_of(part, s->table, s->n, a);
    return linked_is_complete(part, s->n);
}

static void linked_3_complete(void **state)
{
    static const struct cut apart[] = {{{0, 2}, 2}, {{0, 1}, 2}}, both[] = {{{0, 2}, 2}, {{1, 2}, 2}};
    struct random random;
    struct sample s;
    random_init(&random, 4);
    for (size_t i = 0; i < sizeof n_tree / sizeof *n_tree; i++) {
        make_sample(&s, &random, tree[i], n_tree[i], false, *state);
        assert_true(complete(&s, *state));
    }
    make_sample(&s, &random, ring, 3, false, *state);
    assert_false(complete(&s, *state));
    make_sample(&s, &random, apart, 2, true, *state); /* several answers in one table alone */
    assert_true(complete(&s, *state));
    make_sample(&s, &random, both, 2, true, *state); /* in both */
    assert_false(complete(&s, *state));

    struct expr *calculation = (void *)&random; /* never read */
    struct variable variable = {.name = "u", .calculation = calculation};
    struct dictionary with = *s.table[0].dictionary;
    with.variable = &variable;
    with.n_variable = 1;
    make_sample(&s, &random, tree[0], 2, false, *state);
    assert_true(complete(&s, *state));
    for (size_t i = 0; i < 2; i++) {
        s.table[i].dictionary = &with;
        s.table[i].dim[1].var = VAR_NONE;
    }
    assert_false(complete(&s, *state)); /* what u is, others say: age group and age */
}

/* ---------------------------------------------------------------- releases */

static bool released(struct release *r, struct release_links *links, const struct sample *s,
                     struct arena *a, struct err *e)
{
    return release_tables(r, s->table, s->n, &(struct protect_rule){.threshold = s->k}, links, a,
                          e);
}

/* 4: a by sex and a by year. By itself the first hides a1 (2) and a2, the second a1 and the
 * cheapest companion of its own; both must hide the same, or the total of one tells the other's. */
static void linked_4_hidden_in_both(void **state)
{
    struct random random;
    size_t n_margin = 0;
    random_init(&random, 5);
    for (size_t turn = 0; turn < 300; turn++) {
        struct arena_mark m = arena_mark(*state);
        struct sample s;
        struct release r[TABLES];
        struct release_links links;
        make_sample(&s, &random, tree[0], 2, false, *state);
        if (released(r, &links, &s, *state, NULL))
            for (size_t c = 0; c < r[0].dim[0].n_category; c++) {
                size_t at0 = c * r[0].dim[1].n_category, at1 = c * r[1].dim[1].n_category;
                assert_int_equal(r[0].status[at0], r[1].status[at1]);
                n_margin += r[0].status[at0] == CELL_HIDDEN;
            }
        arena_rewind(*state, m);
    }
    assert_true(n_margin > 20);
}

/* The promise, cell by cell, from what the reader of all tables learnt. */
static size_t check_reading(const struct sample *s, const struct release *r,
                            const struct reading *read)
{
    size_t n_hidden = 0;
    for (size_t t = 0, i = 0; t < s->n; t++)
        for (size_t cell = 0; cell < r[t].n_cell; cell++, i++) {
            int64_t x = s->table[t].count[cell];
            if (r[t].status[cell] == CELL_SHOWN) {
                assert_int_equal(r[t].count[cell], x);
                assert_true(x == 0 || x >= s->k);
                continue;
            }
            n_hidden++;
            assert_int_equal(r[t].count[cell], -1);
            assert_true(read->low[i] <= x && x <= read->high[i]);
            assert_true(read->low[i] < read->high[i]);
            if (x >= s->k) continue;
            assert_true(read->high[i] >= s->k);
            assert_true(read->high[i] - read->low[i] >= s->k - 1);
            assert_true(read->reason[i]);
        }
    return n_hidden;
}

static void linked_5_against_a_reader(void **state)
{
    size_t n_turn = harness_sanitized() ? 120 : 1200, n_released = 0, n_unread = 0, n_hidden = 0;
    struct random random;
    random_init(&random, 6);
    for (size_t turn = 0; turn < n_turn; turn++) {
        struct arena_mark m = arena_mark(*state);
        size_t which = turn % (sizeof n_tree / sizeof *n_tree);
        struct sample s;
        struct release r[TABLES];
        struct release_links links;
        struct reading read;
        struct err e = {0};
        make_sample(&s, &random, tree[which], n_tree[which], false, *state);
        if (released(r, &links, &s, *state, &e)) {
            n_released++;
            assert_true(links.n_group == 1 && links.complete[0]);
            read_releases(&read, r, s.cut, s.n, s.plan, VARIABLES, s.k, 400000, *state);
            if (read.gave_up) n_unread++;
            else n_hidden += check_reading(&s, r, &read);
        } else {
            assert_int_equal(e.code, ERR_DISCLOSURE);
        }
        arena_rewind(*state, m);
    }
    print_message("released %zu of %zu, unread %zu, hidden %zu\n", n_released, n_turn, n_unread,
                  n_hidden);
    assert_true(n_released > n_turn / 2);
    assert_true(n_unread < n_released / 3);
    assert_true(n_hidden > n_released);
}

/* Shown in no table what another hides: by name of the categories, whatever the order. */
static void agree(const struct release *r, size_t i, size_t j)
{
    for (size_t x = 0; x < r[i].n_cell; x++)
        for (size_t y = 0; y < r[j].n_cell; y++) {
            size_t a = x, b = y, n_named = 0, n_met = 0;
            const char *name[TABLE_DIMS_MAX];
            for (size_t k = r[i].n_dim; k-- > 0; a /= r[i].dim[k].n_category)
                if (a % r[i].dim[k].n_category != 0)
                    name[n_named++] = r[i].dim[k].category[a % r[i].dim[k].n_category].name;
            bool one = true;
            for (size_t k = r[j].n_dim; k-- > 0; b /= r[j].dim[k].n_category) {
                size_t c = b % r[j].dim[k].n_category, n = 0;
                if (c == 0) continue;
                while (n < n_named && strcmp(name[n], r[j].dim[k].category[c].name) != 0) n++;
                one = one && n < n_named;
                n_met++;
            }
            if (one && n_met == n_named) assert_int_equal(r[i].status[x], r[j].status[y]);
        }
}

static void linked_6_rings_and_several(void **state)
{
    static const struct cut both[] = {{{0, 2}, 2}, {{1, 2}, 2}};
    struct random random;
    size_t n_released = 0, n_turn = harness_sanitized() ? 40 : 300;
    random_init(&random, 7);
    for (size_t turn = 0; turn < n_turn; turn++) {
        struct arena_mark m = arena_mark(*state);
        bool several = turn % 2 == 1;
        struct sample s;
        struct release r[TABLES];
        struct release_links links;
        make_sample(&s, &random, several ? both : ring, several ? 2 : 3, several, *state);
        if (released(r, &links, &s, *state, NULL)) {
            n_released++;
            assert_false(links.complete[0]);
            for (size_t i = 0; i < s.n; i++)
                for (size_t j = i + 1; j < s.n; j++) agree(r, i, j);
        }
        arena_rewind(*state, m);
    }
    assert_true(n_released > n_turn / 2);
}

static void linked_7_groups(void **state)
{
    struct random random;
    struct sample s;
    struct release r[TABLES];
    struct release_links links;
    random_init(&random, 8);
    for (size_t turn = 0; turn < 40; turn++) { /* one that can be released */
        make_sample(&s, &random, tree[3], 3, false, *state);
        s.table[1].unit = UNIT_RECORDS;
        if (released(r, &links, &s, *state, NULL)) break;
    }
    assert_int_equal(links.n_group, 2);
    assert_true(links.group[0] == links.group[2] && links.group[1] != links.group[0]);
    assert_true(links.related);
    s.table[1].unit = UNIT_PERSONS;
    s.table[2].where = "${sex} = 'F'";
    assert_true(released(r, &links, &s, *state, NULL));
    assert_int_equal(links.n_group, 2);
    assert_true(links.related && links.group[2] == 1);
    static const struct form other = {.name = "suspect"};
    s.table[2].form = &other;
    assert_true(released(r, &links, &s, *state, NULL));
    assert_false(links.related);
    assert_string_equal(r[2].form, "suspect");
}

static void linked_8_refusals(void **state)
{
    static const int64_t lone[] = {12, 2, 10}, wide[] = {12, 6, 6};
    struct sample s = {.n = 2, .k = 3};
    struct release r[TABLES];
    struct release_links links;
    struct err e = {0};
    s.table[0] = *counts_table(3, 1, wide, *state);
    s.table[0].dim[0].name = "other";
    s.table[1] = *counts_table(3, 1, lone, *state);
    s.table[1].count[2] = 2; /* 2 and 2 */
    s.table[1].count[0] = 4;
    s.table[1].where = "x";
    s.table[1].count[1] = 2;
    s.k = 5;
    assert_false(released(r, &links, &s, *state, &e));
    assert_int_equal(e.code, ERR_DISCLOSURE);
    assert_non_null(strstr(e.msg, "table 2"));
    assert_int_equal(r[0].n_cell, 0); /* nothing is left of the others */

    /* What cannot be had together is found and said: among many samples some are refused so. */
    struct random random;
    size_t n_named = 0;
    random_init(&random, 10);
    for (size_t turn = 0; turn < 3000 && n_named < 3; turn++) {
        struct arena_mark m = arena_mark(*state);
        e = (struct err){0};
        make_sample(&s, &random, turn % 2 == 0 ? tree[3] : ring, 3, false, *state);
        if (!released(r, &links, &s, *state, &e) && strcmp(e.id, "disclosure.cannot_link") == 0) {
            n_named++;
            assert_non_null(strstr(e.msg, "tables "));
            assert_true(e.remedy[0] != '\0');
        }
        arena_rewind(*state, m);
    }
    assert_int_equal(n_named, 3);
}

static void linked_9_one_alone(void **state)
{
    struct random random;
    random_init(&random, 11);
    for (size_t turn = 0; turn < 50; turn++) {
        struct sample s;
        struct release one, r[TABLES];
        struct release_links links;
        make_sample(&s, &random, tree[0], 1, false, *state);
        struct protect_rule rule = {.threshold = s.k};
        bool ok = release_table(&one, s.table, &rule, *state, NULL);
        assert_int_equal(released(r, &links, &s, *state, NULL), ok);
        if (!ok) continue;
        assert_memory_equal(one.status, r[0].status, one.n_cell);
        assert_memory_equal(one.count, r[0].count, one.n_cell * sizeof *one.count);
        assert_string_equal(one.method, r[0].method);
    }
}

static void linked_10_determinism_and_limits(void **state)
{
    struct random random;
    struct sample s;
    struct release r[RELEASE_TABLES_MAX], again[TABLES];
    struct release_links links;
    struct err e = {0};
    random_init(&random, 12);
    for (size_t turn = 0; turn < 30; turn++) {
        make_sample(&s, &random, tree[3], 3, false, *state);
        bool ok = released(r, &links, &s, *state, NULL);
        assert_int_equal(released(again, &links, &s, *state, NULL), ok);
        for (size_t i = 0; i < 3 && ok; i++)
            assert_memory_equal(r[i].status, again[i].status, r[i].n_cell);
    }
    struct protect_rule rule = {.threshold = 3};
    assert_false(release_tables(r, s.table, 0, &rule, &links, *state, &e));
    assert_string_equal(e.id, "disclosure.tables");
    assert_false(
        release_tables(r, s.table, RELEASE_TABLES_MAX + 1, &rule, &links, *state, &e));
    rule.threshold = 1;
    e = (struct err){0};
    assert_false(release_tables(r, s.table, 2, &rule, &links, *state, &e));
    assert_string_equal(e.id, "disclosure.threshold");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(linked_1_one_variable, make_arena, drop_arena),
        cmocka_unit_test_setup_teardown(linked_2_two_counts_differ, make_arena, drop_arena),
        cmocka_unit_test_setup_teardown(linked_3_complete, make_arena, drop_arena),
        cmocka_unit_test_setup_teardown(linked_4_hidden_in_both, make_arena, drop_arena),
        cmocka_unit_test_setup_teardown(linked_5_against_a_reader, make_arena, drop_arena),
        cmocka_unit_test_setup_teardown(linked_6_rings_and_several, make_arena, drop_arena),
        cmocka_unit_test_setup_teardown(linked_7_groups, make_arena, drop_arena),
        cmocka_unit_test_setup_teardown(linked_8_refusals, make_arena, drop_arena),
        cmocka_unit_test_setup_teardown(linked_9_one_alone, make_arena, drop_arena),
        cmocka_unit_test_setup_teardown(linked_10_determinism_and_limits, make_arena, drop_arena),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
