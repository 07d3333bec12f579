/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/store/link_draw.c
 *  1 a sample that is looked up is the one that reading all pairs gives: any band and size, after
 *    runs, pairs added to them, decisions, records withdrawn, brought back and erased, at random
 *  2 a register from before the table: the same samples; its next run fills it
 *  3 the check finds a pair that is lost, one too many, and one that weighs something else */
#include "harness.h"

#include "link_data.h"
#include "raw.h"
#include "store/keyring.h"
#include "store/person.h"
#include "store/record_put.h"
#include "store_data.h"

#include <string.h>

static struct err e;
static struct arena *arena;
static struct store *st;
static const struct form *victim;
static uint64_t seed;

enum { N = 40, PAIRS = 60 }; /* records 1..20 of organisation 1, 21..40 of organisation 2 */
static bool gone[N], erased[N];

static int begin(void **state)
{
    (void)state;
    arena = arena_new(ARENA_WIPE);
    st = link_data_make(N / 2);
    victim = dictionary_form(store_data_dictionary(), TEXT("victim"));
    seed = 11;
    memset(gone, 0, sizeof gone);
    memset(erased, 0, sizeof erased);
    return 0;
}

static int end(void **state)
{
    (void)state;
    store_rollback(st);
    store_close(st);
    arena_free(arena);
    return 0;
}

static uint32_t roll(uint32_t below)
{
    seed = seed * 6364136223846793005U + 1442695040888963407U;
    return (uint32_t)(seed >> 33) % below;
}

/* Of active records, each pair once. */
static int64_t new_run(void)
{
    struct link_data_pair pair[PAIRS];
    bool met[N + 1][N + 1] = {0};
    size_t there = 0;
    for (size_t i = 0; i < N; i++) there += !gone[i];
    const size_t most = there < 2 ? 0 : there * (there - 1) / 2,
                 n_pair = most < PAIRS ? most : PAIRS;
    for (size_t n = 0; n < n_pair;) {
        uint64_t a = 1 + roll(N), b = 1 + roll(N);
        if (a >= b || met[a][b] || gone[a - 1] || gone[b - 1]) continue;
        met[a][b] = true;
        pair[n++] = (struct link_data_pair){a, b, (double)roll(60) / 4 - 2};
    }
    return link_data_run(st, N, pair, n_pair);
}

static struct link_queue band(double lower, double upper, size_t max)
{
    return (struct link_queue){
        .form = victim->id, .any_standing = true, .lower = lower, .upper = upper, .max = max};
}

/* `run_no`: all pairs are of it, so that asking for it changes nothing but the way. */
static void same_samples(int64_t run_no)
{
    struct link_pair *quick, *slow;
    size_t n, m;
    double lower = (double)roll(60) / 4 - 3;
    struct link_queue q = band(lower, lower + (double)roll(80) / 4, 1 + roll(roll(2) ? 5 : 80));
    assert_true(link_pair_sample(&quick, &n, st, &q, arena, &e));
    q.brief = roll(2) == 0;
    q.run_no = run_no;
    assert_true(link_pair_sample(&slow, &m, st, &q, arena, &e));
    assert_int_equal(n, m);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(quick[i].a, slow[i].a);
        assert_int_equal(quick[i].b, slow[i].b);
        assert_int_equal(quick[i].decision_no, slow[i].decision_no);
        assert_int_equal(quick[i].verdict, slow[i].verdict);
    }
}

/* All counts at once are those that are asked for one by one. */
static void same_tally(void)
{
    struct link_tally t;
    double lower = (double)roll(60) / 4 - 3, upper = lower + (double)roll(40) / 4;
    struct link_queue q = band(lower, upper, 1);
    int64_t n;
    assert_true(link_pair_tally(&t, st, victim->id, lower, upper, &e));
    assert_true(link_pair_count(&n, st, &q, &e));
    assert_int_equal(t.n_band, n);
    q = band(upper, LINK_WEIGHT_MAX, 1);
    assert_true(link_pair_count(&n, st, &q, &e));
    assert_int_equal(t.n_above, n);
    q.any_weight = true;
    q.any_standing = false;
    for (int s = 0; s < LINK_STANDINGS; s++) {
        q.standing = (enum link_standing)s;
        assert_true(link_pair_count(&n, st, &q, &e));
        assert_int_equal(t.n[s], n);
    }
}

static void sound(void)
{
    int64_t n_wrong;
    assert_true(person_check(&n_wrong, st, &e));
    assert_int_equal(n_wrong, 0);
}

static void draw_1_as_reading_all(void **state)
{
    (void)state;
    int n_erased = 0;
    int64_t run_no = new_run();
    for (int step = 0; step < (harness_sanitized() ? 100 : 400); step++) {
        uint64_t a = 1 + roll(N), b = 1 + roll(N);
        uint32_t what = roll(20);
        if (what < 1) run_no = new_run();
        else if (what < 6 && a != b && !gone[a - 1] && !gone[b - 1])
            (void)link_data_decide(st, a, b, (enum link_verdict)(1 + roll(3)));
        else if (what < 10 && a != b) {
            const struct link_proposal late = {a, b, (double)roll(40) / 4, TEXT("[]")};
            assert_true(link_run_add(NULL, st, run_no, &late, 1, &e));
        } else if (what < 11 && n_erased < 8 && !erased[a - 1]) {
            assert_true(store_record_erase(st, SCOPE_EVERYTHING, link_data_code(st, a), "ana",
                                           "asked for", &e));
            gone[a - 1] = erased[a - 1] = true;
            n_erased++;
        } else if (what < 16 && !erased[a - 1]) {
            link_data_put(st, N / 2, a, gone[a - 1] ? RECORD_PUT_RESTORE : RECORD_PUT_WITHDRAW);
            gone[a - 1] = !gone[a - 1];
        }
        for (int i = 0; i < 3; i++) same_samples(run_no);
        same_tally();
        sound();
    }
}

/* What stands in the table, in a transaction that is begun again. */
static int64_t change_table(const char *sql)
{
    assert_true(store_commit(st, &e));
    struct raw *raw = raw_open("repository/database", keyring_key(store_keyring(st), KEY_DATABASE));
    if (sql[0] != '\0') raw_run(raw, "%s", sql);
    int64_t n = raw_number(raw, "SELECT count(*) FROM linkage_draw");
    raw_close(raw);
    assert_true(store_begin(st, true, &e));
    return n;
}

static void draw_2_from_before_the_table(void **state)
{
    (void)state;
    struct link_pair *with, *without;
    size_t n, m;
    struct link_queue q = band(-5, 20, 30);
    (void)new_run();
    int64_t all = change_table("");
    assert_true(all > 30);
    assert_true(link_pair_sample(&with, &n, st, &q, arena, &e));
    assert_int_equal(change_table("DELETE FROM linkage_draw"), 0);
    assert_true(link_pair_sample(&without, &m, st, &q, arena, &e));
    assert_int_equal(n, 30);
    assert_int_equal(m, 30);
    for (size_t i = 0; i < n; i++)
        assert_true(with[i].a == without[i].a && with[i].b == without[i].b);
    link_data_put(st, N / 2, with[0].a, RECORD_PUT_WITHDRAW);
    link_data_put(st, N / 2, with[0].a, RECORD_PUT_RESTORE);
    sound();
    assert_int_equal(change_table(""), 0); /* not some of them */
    assert_true(link_pair_sample(&without, &m, st, &q, arena, &e));
    assert_int_equal(m, 30);
    (void)new_run();
    assert_true(change_table("") > 30);
    sound();
}

static void draw_3_check(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "DELETE FROM linkage_draw WHERE draw = (SELECT min(draw) FROM linkage_draw)",
        "DELETE FROM linkage_draw WHERE draw = (SELECT max(draw) FROM linkage_draw)",
        ("INSERT INTO linkage_draw SELECT form_no, draw, record_a, record_b + 1, weight "
         "FROM linkage_draw LIMIT 1"),
        "UPDATE linkage_draw SET weight = weight + 1 WHERE draw = (SELECT max(draw) FROM linkage_draw)"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        int64_t n_wrong;
        (void)new_run();
        sound();
        (void)change_table(wrong[i]);
        assert_true(person_check(&n_wrong, st, &e));
        assert_true(n_wrong > 0);
    }
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {CASE(draw_1_as_reading_all),
                                       CASE(draw_2_from_before_the_table), CASE(draw_3_check)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
