/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/disclosure/release.c: the room's promise as a whole
 *  1 raw releases   2 what a protected release holds and does not hold   3 rules and limits   4
 *  determinism
 *  5 random tables against a reader who shares no code with us: one answer   6 the same, several
 *  answers
 *  7 the same reader, as an insider   8 refusals of tables that could not be protected
 *  9 every call of the solver fails in turn (S9); every allocation of a table fails is base's test
 *  10 tables of the size people ask for: how long, how much hidden */
#include "harness.h"

#include "base/mem.h"
#include "base/random.h"
#include "disclosure/lp.h"
#include "disclosure/release.h"
#include "made_tables.h"

#include <math.h>

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

static const int64_t square[] = {36, 11, 25, 16, 2, 14, 20, 9, 11};

static void release_1_raw(void **state)
{
    struct table *t = counts_table(3, 3, square, *state);
    struct release r;
    t->where = "sex = 'F'";
    release_raw(&r, t, *state);
    assert_int_equal(r.kind, RELEASE_RAW);
    assert_memory_equal(r.count, square, sizeof square);
    for (size_t i = 0; i < 9; i++) assert_int_equal(r.status[i], CELL_SHOWN);
    assert_int_equal(r.threshold, 0);
    assert_int_equal(r.n_hidden, 0);
    assert_string_equal(r.form, "victim");
    assert_string_equal(r.unit, "persons");
    assert_string_equal(r.where, "sex = 'F'");
    assert_ptr_not_equal(r.count, t->count);
}

static void release_2_protected(void **state)
{
    struct table *t = counts_table(3, 3, square, *state);
    struct release r;
    struct err e = {0};
    t->dim[0].category[2].kind = CATEGORY_UNKNOWN;
    t->unit = UNIT_RECORDS;
    assert_true(release_table(&r, t, &(struct protect_rule){.threshold = 3}, *state, &e));
    assert_int_equal(r.kind, RELEASE_PROTECTED);
    assert_int_equal(r.threshold, 3);
    assert_int_equal(r.n_hidden, 4);
    assert_string_equal(r.unit, "records");
    for (size_t i = 0; i < 9; i++) {
        bool hidden = i == 4 || i == 5 || i == 7 || i == 8;
        assert_int_equal(r.status[i],
                         hidden ? CELL_HIDDEN : CELL_SHOWN); /* one mark for small and not small */
        assert_int_equal(r.count[i], hidden ? -1 : square[i]);
    }
    assert_int_equal(r.dim[0].category[2].kind, RELEASE_UNKNOWN);
    assert_true(r.dim[0].category[0].total);
    assert_false(r.dim[0].category[1].total);
    assert_string_equal(r.dim[1].category[2].name, "B2");
    /* The method says nothing that could tell small counts from others. */
    assert_null(strstr(r.method, "primary"));
}

static void release_2_nothing_small(void **state)
{
    struct table *t = counts_table(3, 3, square, *state);
    struct release r;
    struct err e = {0};
    assert_true(release_table(&r, t, &(struct protect_rule){.threshold = 2}, *state, &e));
    assert_int_equal(r.n_hidden, 0);
    assert_memory_equal(r.count, square, sizeof square);
    t = counts_table(1, 1, (int64_t[]){7}, *state);
    t->n_dim = 0; /* a single count */
    assert_true(release_table(&r, t, &(struct protect_rule){.threshold = 5}, *state, &e));
    assert_int_equal(r.count[0], 7);
    assert_false(release_table(&r, t, &(struct protect_rule){.threshold = 8}, *state, &e));
    assert_int_equal(e.code, ERR_DISCLOSURE);
    assert_null(r.count); /* nothing is left in a release that was refused */
    assert_int_equal(r.n_cell, 0);
    t->count[0] = 0;
    assert_true(release_table(&r, t, &(struct protect_rule){.threshold = 8}, *state, &e));
}

static void release_3_rules_and_limits(void **state)
{
    struct table *t = counts_table(3, 3, square, *state);
    struct release r;
    struct err e = {0};
    for (int64_t k = -1; k < 2; k++) {
        assert_false(release_table(&r, t, &(struct protect_rule){.threshold = k}, *state, &e));
        assert_int_equal(e.code, ERR_USAGE);
        assert_string_equal(e.id, "disclosure.threshold");
    }
    assert_false(
        release_table(&r, t, &(struct protect_rule){.threshold = 3, .work = 50}, *state, &e));
    assert_string_equal(e.id, "disclosure.too_large");
    assert_int_equal(err_exit_status(ERR_DISCLOSURE), 6);
    t->count[4] = 3; /* contradicts its totals */
    assert_false(release_table(&r, t, &(struct protect_rule){.threshold = 3}, *state, &e));
    assert_int_equal(e.code, ERR_DISCLOSURE);
    struct table *large = ARENA_NEW(*state, struct table);
    *large = (struct table){.n_cell = RELEASE_CELLS_MAX + 1};
    large->count = ARENA_ARRAY(*state, int64_t, large->n_cell);
    for (size_t i = 0; i < large->n_cell; i++) large->count[i] = 9;
    assert_false(release_table(&r, large, &(struct protect_rule){.threshold = 3}, *state, &e));
    assert_string_equal(e.id, "disclosure.too_large");
}

/* ---------------------------------------------------------------- random tables */

struct sample {
    struct plan plan[3];
    size_t n_dim;
    struct table *table;
    int64_t k;
};

static void make_sample(struct sample *s, struct random *r, bool several, struct arena *a)
{
    static const char *const name[] = {"u", "v", "w"};
    s->n_dim = 1 + random_below(r, 3);
    for (size_t k = 0; k < s->n_dim; k++) {
        struct plan *p = &s->plan[k];
        size_t most = several ? (s->n_dim == 3 ? 2 : 3) : s->n_dim == 3 ? 3 : s->n_dim == 2 ? 5 : 7;
        *p = (struct plan){.name = name[k], .n = 2 + random_below(r, most)};
        for (size_t c = 1; c < p->n; c++)
            p->parent[c] = random_below(r, 3) == 0 ? random_below(r, c) : 0;
        p->several = several && random_below(r, 2);
        if (p->several && p->n > 2 && random_below(r, 3) == 0) {
            p->unknown = (int)p->n - 1;
            p->parent[p->n - 1] = 0;
        }
    }
    size_t n = 1 + random_below(r, several ? 14 : 40);
    struct person *p = ARENA_ARRAY(a, struct person, n);
    for (size_t k = 0; k < s->n_dim; k++) {
        uint32_t kind[256];
        size_t n_kind = plan_kinds(kind, 256, &s->plan[k]);
        for (size_t i = 0; i < n; i++) { /* the first kinds more often: small counts, many zeros */
            size_t x = random_below(r, n_kind), y = random_below(r, n_kind);
            p[i].in[k] = kind[x < y ? x : y];
        }
    }
    s->table = plan_table(s->plan, s->n_dim, p, n, a);
    s->k = 2 + (int64_t)random_below(r, 3);
}

/* The promise, cell by cell, from what the reader learnt. */
static void check_reading(const struct sample *s, const struct release *r,
                          const struct reading *read)
{
    for (size_t i = 0; i < r->n_cell; i++) {
        int64_t x = s->table->count[i];
        if (r->status[i] == CELL_SHOWN) {
            assert_int_equal(r->count[i], x);
            assert_true(x == 0 || x >= s->k);
            continue;
        }
        assert_int_equal(r->count[i], -1);
        assert_true(x > 0);
        assert_true(read->low[i] <= x && x <= read->high[i]); /* the reader reads well */
        assert_true(read->low[i] < read->high[i]);
        if (x >= s->k) continue;
        assert_true(read->high[i] >= s->k);
        assert_true(read->high[i] - read->low[i] >= s->k - 1);
        assert_true(read->reason[i]);
    }
}

struct tally {
    size_t released, refused, unread, hidden;
};

static size_t turns(size_t plain)
{
    return harness_sanitized() ? plain / 8 : plain;
}

static void against_reader(struct tally *tally, bool several, size_t n_turn, uint64_t seed,
                           struct arena *a)
{
    struct random random;
    random_init(&random, seed);
    for (size_t i = 0; i < n_turn; i++) {
        struct arena_mark m = arena_mark(a);
        struct sample s;
        struct release r;
        struct reading read;
        struct err e = {0};
        make_sample(&s, &random, several, a);
        if (release_table(&r, s.table, &(struct protect_rule){.threshold = s.k}, a, &e)) {
            tally->released++;
            tally->hidden += r.n_hidden;
            read_release(&read, &r, s.plan, SIZE_MAX, 0, s.k, 300000, a);
            if (read.gave_up) tally->unread++;
            else check_reading(&s, &r, &read);
        } else {
            tally->refused++;
            assert_string_equal(e.id, "disclosure.cannot_protect");
        }
        arena_rewind(a, m);
    }
}

static void release_5_one_answer(void **state)
{
    struct tally tally = {0};
    against_reader(&tally, false, turns(2400), 7, *state);
    assert_true(tally.released > turns(2400) * 3 / 4);
    assert_true(tally.unread < turns(2400) / 50);
    assert_true(tally.hidden > tally.released);
}

static void release_6_several_answers(void **state)
{
    struct tally tally = {0};
    against_reader(&tally, true, turns(2400), 8, *state);
    assert_true(tally.released > turns(2400) * 3 / 4);
    assert_true(tally.unread < turns(2400) / 50);
}

/* ---------------------------------------------------------------- 7 insiders */

/* Are the persons of two cells the same, as far as their places in the table and counts say? */
static bool same_persons(const struct sample *s, size_t a, size_t b)
{
    size_t meet = 0, stride = 1;
    const struct table *t = s->table;
    if (t->count[a] != t->count[b]) return false;
    for (size_t k = s->n_dim, i = a, j = b; k-- > 0;) {
        size_t n = s->plan[k].n, x = i % n, y = j % n, deep = x > y ? x : y, high = x > y ? y : x;
        meet += deep * stride;
        stride *= n;
        while (deep > high) deep = s->plan[k].parent[deep];
        if (deep != high) return false;
        i /= n;
        j /= n;
    }
    return t->count[meet] == t->count[a];
}

static size_t check_insiders(const struct sample *s, const struct release *r, struct arena *a)
{
    size_t n = 0;
    for (size_t x = 0; x < r->n_cell; x++) {
        int64_t known = s->table->count[x];
        struct reading read;
        if (r->status[x] == CELL_SHOWN || known > 2 || known >= s->k) continue;
        read_release(&read, r, s->plan, x, known, s->k, 200000, a);
        if (read.gave_up) continue;
        n++;
        for (size_t i = 0; i < r->n_cell; i++)
            if (i != x && r->status[i] == CELL_HIDDEN && s->table->count[i] < s->k &&
                !same_persons(s, i, x))
                assert_true(read.high[i] >= s->k);
    }
    return n;
}

static void release_7_insiders(void **state)
{
    struct random random;
    size_t n = 0;
    random_init(&random, 9);
    for (size_t i = 0; i < turns(800); i++) {
        struct arena_mark m = arena_mark(*state);
        struct sample s;
        struct release r;
        struct err e = {0};
        make_sample(&s, &random, i % 2 == 1, *state);
        if (release_table(&r, s.table, &(struct protect_rule){.threshold = s.k, .insider = true},
                          *state, &e))
            n += check_insiders(&s, &r, *state);
        arena_rewind(*state, m);
    }
    assert_true(n > turns(800) / 4);
}

/* ---------------------------------------------------------------- 8 refusals */

/* If even hiding everything but zeros and the grand total leaves something to learn, refusing is
 * right. */
static void release_8_refused_for_a_reason(void **state)
{
    struct random random;
    size_t n = 0;
    random_init(&random, 10);
    for (size_t i = 0; i < turns(1600); i++) {
        struct arena_mark m = arena_mark(*state);
        struct sample s;
        struct release r;
        struct err e = {0};
        make_sample(&s, &random, false, *state);
        const struct table *t = s.table;
        if (t->count[0] >= s.k &&
            !release_table(&r, t, &(struct protect_rule){.threshold = s.k}, *state, &e)) {
            struct reading read;
            bool learns = false;
            release_raw(&r, t, *state);
            for (size_t c = 1; c < t->n_cell; c++)
                r.status[c] = t->count[c] > 0 && t->count[c] != t->count[0];
            read_release(&read, &r, s.plan, SIZE_MAX, 0, s.k, 2000000, *state);
            for (size_t c = 0; c < t->n_cell; c++) {
                bool small = t->count[c] > 0 && t->count[c] < s.k;
                if (r.status[c] == CELL_SHOWN) continue;
                learns = learns || read.low[c] == read.high[c] ||
                         (small && (read.high[c] < s.k || !read.reason[c] ||
                                    read.high[c] - read.low[c] < s.k - 1));
            }
            assert_true(learns || read.gave_up);
            n++;
        }
        arena_rewind(*state, m);
    }
    assert_true(n > 5);
}

/* ---------------------------------------------------------------- 4 determinism, 9 faults, 10
 * sizes */

/* Persons over trees of `n` leaves in groups of `group` (0: flat), the first leaves more often. */
static struct table *large_table(const size_t *n_leaf, const size_t *group, size_t n_dim,
                                 size_t n_person, struct arena *a)
{
    struct plan plan[3] = {{.name = "u"}, {.name = "v"}, {.name = "w"}};
    struct person *p = ARENA_ARRAY(a, struct person, n_person);
    struct random random;
    random_init(&random, 1);
    for (size_t k = 0; k < n_dim; k++) {
        size_t inner = 0;
        plan[k].n = 1;
        for (size_t leaf = 0; leaf < n_leaf[k]; leaf++) {
            if (group[k] > 0 && leaf % group[k] == 0) inner = plan[k].n++;
            plan[k].parent[plan[k].n++] = inner;
            assert_true(plan[k].n < PLAN_CATEGORIES);
        }
        uint32_t kind[PLAN_CATEGORIES];
        size_t n_kind = plan_kinds(kind, PLAN_CATEGORIES, &plan[k]);
        for (size_t i = 0; i < n_person; i++) {
            double u = random_unit(&random);
            p[i].in[k] = kind[(size_t)((double)n_kind * u * u)];
        }
    }
    return plan_table(plan, n_dim, p, n_person, a);
}

static void release_4_same_release(void **state)
{
    struct table *t = large_table((size_t[]){12, 8}, (size_t[]){4, 0}, 2, 400, *state);
    struct release a, b;
    struct err e = {0};
    assert_true(release_table(&a, t, &(struct protect_rule){.threshold = 5}, *state, &e));
    assert_true(release_table(&b, t, &(struct protect_rule){.threshold = 5}, *state, &e));
    assert_true(a.n_hidden > 10);
    assert_memory_equal(a.status, b.status, a.n_cell);
    assert_memory_equal(a.count, b.count, a.n_cell * sizeof *a.count);
}

/* S9: whichever call of the solver fails, the table is refused, or released with the whole promise
 * kept. */
static void release_9_solver_fails(void **state)
{
    struct random random;
    size_t refused = 0, released = 0;
    random_init(&random, 12);
    for (size_t i = 0; i < 12; i++) {
        struct sample s;
        make_sample(&s, &random, i % 3 == 2, *state);
        for (size_t at = 1; at < 40; at++) {
            struct release r;
            struct reading read;
            struct err e = {0};
            lp_fail_after(at);
            bool ok =
                release_table(&r, s.table, &(struct protect_rule){.threshold = s.k}, *state, &e);
            lp_fail_after(0);
            if (!ok) {
                refused++;
                assert_true(e.code == ERR_DISCLOSURE || e.code == ERR_LIMIT);
                continue;
            }
            released++;
            read_release(&read, &r, s.plan, SIZE_MAX, 0, s.k, 300000, *state);
            if (!read.gave_up) check_reading(&s, &r, &read);
        }
    }
    assert_true(refused > 20);
    assert_true(released > 20);
}

static void timed(const char *what, const struct table *t, int64_t k, struct arena *a)
{
    struct release r;
    struct err e = {0};
    size_t n_filled = 0, n_small = 0;
    double start = harness_seconds();
    if (!release_table(&r, t, &(struct protect_rule){.threshold = k}, a, &e))
        fail_msg("%s: %s", what, e.msg);
    for (size_t i = 0; i < t->n_cell; i++) {
        n_filled += t->count[i] > 0;
        n_small += t->count[i] > 0 && t->count[i] < k;
    }
    print_message("%s: %zu counts not zero, %zu small, %zu hidden (%.0f %%), %.2f s\n", what,
                  n_filled, n_small, r.n_hidden, 100.0 * (double)r.n_hidden / (double)n_filled,
                  harness_seconds() - start);
    assert_true(r.n_hidden >= n_small);
    if (!harness_sanitized()) assert_true(harness_seconds() - start < 60);
}

static void release_10_sizes(void **state)
{
    struct arena *a = *state;
    timed("20 x 10", large_table((size_t[]){20, 10}, (size_t[]){0, 0}, 2, 1000, a), 3, a);
    timed("30 x 30", large_table((size_t[]){30, 30}, (size_t[]){0, 0}, 2, 5000, a), 3, a);
    if (harness_sanitized()) return;
    timed("10 x 8 x 6, trees", large_table((size_t[]){10, 8, 6}, (size_t[]){3, 4, 3}, 3, 3000, a),
          3, a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(release_1_raw),
        cmocka_unit_test(release_2_protected),
        cmocka_unit_test(release_2_nothing_small),
        cmocka_unit_test(release_3_rules_and_limits),
        cmocka_unit_test(release_4_same_release),
        cmocka_unit_test(release_5_one_answer),
        cmocka_unit_test(release_6_several_answers),
        cmocka_unit_test(release_7_insiders),
        cmocka_unit_test(release_8_refused_for_a_reason),
        cmocka_unit_test(release_9_solver_fails),
        cmocka_unit_test(release_10_sizes),
    };
    return cmocka_run_group_tests(tests, make_arena, drop_arena);
}
