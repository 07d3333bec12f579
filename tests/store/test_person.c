/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/store/person.c
 *  1 a random sequence of deciding, undoing, confirming, runs, withdrawing and bringing back: after
 *    each step the stored persons are those computed from scratch; undoing restores exactly; when
 *    everything is undone nothing is left
 *  2 a withdrawn record leaves its person, and takes apart what it held together; brought back, all
 *    is as before
 *  3 an erased record leaves; the others stay; its open pairs and evidence are gone (S16)
 *  4 a batch that is undone takes its records out; an import brings them back
 *  5 a group of 1,000 records: deciding and undoing at its edge in less than a second each
 *  6 keys of persons: no two numbers alike, nor their halves
 *  7 what was changed behind our back is found by the check */
#include "harness.h"

#include "base/mem.h"
#include "link_data.h"
#include "raw.h"
#include "store/keyring.h"
#include "store/person.h"
#include "store/record_put.h"
#include "store_data.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

static struct err e;
static struct arena *arena;
static struct store *st;
static const struct form *victim;

enum { N = 24 };

static void make(int n)
{
    st = link_data_make(n / 2);
    victim = dictionary_form(store_data_dictionary(), TEXT("victim"));
}

static int begin(void **state)
{
    (void)state;
    arena = arena_new(ARENA_WIPE);
    make(N);
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

static uint64_t seed = 7;

static uint32_t draw(uint32_t below)
{
    seed = seed * 6364136223846793005U + 1442695040888963407U;
    return (uint32_t)(seed >> 33) % below;
}

static uint64_t person(uint64_t record_no)
{
    uint64_t out;
    if (!person_of_record(&out, st, record_no, &e)) fail_msg("%s", e.msg);
    return out;
}

static void all(uint64_t out[N])
{
    for (uint64_t i = 0; i < N; i++) out[i] = person(i + 1);
}

static void sound(void)
{
    int64_t n_wrong;
    if (!person_check(&n_wrong, st, &e)) fail_msg("%s", e.msg);
    assert_int_equal(n_wrong, 0);
}

/* ---- 1 ---- */

struct play {
    int64_t decision[400];
    size_t n;
    int64_t run[40];
    size_t n_run;
    bool gone[N];
};

static void play_decide(struct play *p)
{
    uint64_t a = 1 + draw(N), b = 1 + draw(N), before[N], after[N];
    if (a == b || p->gone[a - 1] || p->gone[b - 1]) return;
    const struct link_decide d = {.a = a,
                                  .b = b,
                                  .verdict = (enum link_verdict)(1 + (draw(8) + 2) / 4),
                                  .actor = "ana",
                                  .expected = LINK_ANY,
                                  .second_person = draw(5) == 0};
    struct link_outcome o;
    all(before);
    if (!link_decide(&o, st, &d, &e)) fail_msg("%s", e.msg);
    if (draw(3) == 0) { /* a mistake, undone at once */
        sound();
        (void)link_data_undo(st, o.decision_no);
        all(after);
        assert_memory_equal(after, before, sizeof before);
        return;
    }
    p->decision[p->n++] = o.decision_no;
}

static void play_undo(struct play *p)
{
    if (p->n == 0) return;
    size_t i = draw((uint32_t)p->n);
    struct link_outcome o;
    if (!link_undo(&o, st, p->decision[i], "eva", TEXT(""), &e))
        assert_string_equal(e.id, "link.undone"); /* it waited, and another one took its place */
    p->decision[i] = p->decision[--p->n];
}

static void play_confirm(const struct play *p)
{
    struct link_outcome o;
    if (p->n == 0 || link_confirm(&o, st, p->decision[draw((uint32_t)p->n)], "eva", &e)) return;
    bool known = strcmp(e.id, "link.confirmed") == 0 || strcmp(e.id, "link.undone") == 0 ||
                 strcmp(e.id, "link.inactive") == 0;
    if (!known) fail_msg("%s: %s", e.id, e.msg);
}

static void play_run(struct play *p)
{
    struct link_automatic d[20];
    struct link_bulk_result r;
    int64_t run_no = link_data_run(st, N, NULL, 0);
    for (size_t i = 0; i < 20; i++) {
        uint64_t a = 1 + draw(N), b = 1 + draw(N);
        if (a == b) b = a % N + 1;
        d[i] = (struct link_automatic){a, b, LINK_VERDICT_SAME, (double)draw(10)};
    }
    if (!link_decide_bulk(&r, st, run_no, d, 20, "engine", &e)) fail_msg("%s", e.msg);
    p->run[p->n_run++] = run_no;
}

static void play_undo_run(struct play *p)
{
    int64_t n;
    if (p->n_run == 0) return;
    size_t i = draw((uint32_t)p->n_run);
    if (!link_undo_run(&n, st, p->run[i], "ana", "a test", &e)) fail_msg("%s", e.msg);
    p->run[i] = p->run[--p->n_run];
}

static void person_1_random(void **state)
{
    (void)state;
    struct play p = {.n = 0};
    uint64_t now[N], then[N];
    for (int step = 0; step < (harness_sanitized() ? 150 : 500); step++) {
        uint32_t what = draw(30);
        if (what < 16) play_decide(&p);
        else if (what < 20) play_undo(&p);
        else if (what < 23) play_confirm(&p);
        else if (what < 25 && p.n_run < 40) play_run(&p);
        else if (what < 26) play_undo_run(&p);
        else { /* withdrawn and back */ uint64_t record_no = 1 + draw(N);
            bool back = p.gone[record_no - 1];
            all(then);
            link_data_put(st, N / 2, record_no, back ? RECORD_PUT_RESTORE : RECORD_PUT_WITHDRAW);
            sound();
            p.gone[record_no - 1] = !back;
            if (!back && draw(2) == 0) {
                link_data_put(st, N / 2, record_no, RECORD_PUT_RESTORE);
                p.gone[record_no - 1] = false;
                all(now);
                assert_memory_equal(now, then, sizeof now);
            }
        }
        sound();
    }
    while (p.n > 0) play_undo(&p);
    while (p.n_run > 0) play_undo_run(&p);
    sound();
    for (uint64_t i = 0; i < N; i++) assert_int_equal(person(i + 1), p.gone[i] ? 0 : i + 1);
    assert_true(store_commit(st, &e));
    struct raw *raw = raw_open("repository/database", keyring_key(store_keyring(st), KEY_DATABASE));
    assert_int_equal(raw_number(raw, "SELECT count(*) FROM record_person"), 0);
    assert_int_equal(raw_number(raw, "SELECT count(*) FROM linkage_decision WHERE in_force = 1"),
                     0);
    raw_close(raw);
}

/* ---- 2 to 4 ---- */

static void person_2_withdrawn(void **state)
{
    (void)state;
    uint64_t first[N];
    (void)link_data_decide(st, 2, 3, LINK_VERDICT_SAME);
    (void)link_data_decide(st, 3, 5, LINK_VERDICT_SAME);
    link_data_put(st, N / 2, 3, RECORD_PUT_WITHDRAW);
    assert_int_equal(person(2), 2);
    assert_int_equal(person(3), 0);
    assert_int_equal(person(5), 5);
    sound();
    link_data_put(st, N / 2, 3, RECORD_PUT_RESTORE);
    assert_int_equal(person(3), 2);
    assert_int_equal(person(5), 2);
    link_data_put(st, N / 2, 2,
                  RECORD_PUT_WITHDRAW); /* the oldest: the next one gives the number */
    assert_int_equal(person(5), 3);
    link_data_put(st, N / 2, 2, RECORD_PUT_RESTORE);
    assert_int_equal(person(5), 2);
    sound();
    assert_true(store_commit(st, &e));
    (void)link_data_persons(first, st, N);
    assert_int_equal(first[4], 2);
}

static void person_3_erased(void **state) /* S16 */
{
    (void)state;
    const struct link_data_pair pairs[] = {{2, 3, 4}, {3, 5, 5}, {5, 6, 6}};
    struct link_pair *list;
    struct link_decision d;
    size_t n;
    (void)link_data_run(st, N, pairs, 3);
    (void)link_data_decide(st, 2, 3, LINK_VERDICT_SAME);
    struct link_outcome o = link_data_decide(st, 3, 5, LINK_VERDICT_SAME);
    (void)link_data_decide(st, 5, 6, LINK_VERDICT_SAME);
    assert_true(
        store_record_erase(st, SCOPE_EVERYTHING, link_data_code(st, 3), "ana", "asked for", &e));
    assert_int_equal(person(3), 0);
    assert_int_equal(person(2), 2);
    assert_int_equal(person(5), 5);
    assert_int_equal(person(6), 5);
    sound();
    assert_true(link_pair_of_record(&list, &n, st, 3, 10, arena, &e));
    assert_int_equal(n, 0);
    assert_true(link_pair_of_record(&list, &n, st, 5, 10, arena, &e));
    assert_int_equal(n, 1);
    assert_true(link_decision_get(&d, st, o.decision_no, arena, &e));
    assert_int_equal(d.evidence.n, 0);
    assert_true(d.in_force); /* and says nothing any more */
    (void)link_data_undo(st, o.decision_no);
    sound();
}

static void person_4_batches(void **state)
{
    (void)state;
    int64_t withdrawn, reverted;
    uint64_t before[N], after[N];
    (void)link_data_decide(st, 2, N / 2 + 2, LINK_VERDICT_SAME);
    (void)link_data_decide(st, 4, N / 2 + 2, LINK_VERDICT_SAME);
    (void)link_data_decide(st, N / 2 + 5, N / 2 + 6, LINK_VERDICT_SAME);
    all(before);
    assert_int_equal(before[3], 2);
    assert_true(store_batch_undo(&withdrawn, &reverted, st, 2, "ana", "wrong file", &e));
    assert_int_equal(withdrawn, N / 2);
    sound();
    for (uint64_t i = 1; i <= N; i++) assert_int_equal(person(i), i <= N / 2 ? i : 0);
    assert_true(store_commit(st, &e));
    struct batch_result r = store_data_import(st, 2, 0, N / 2, 0); /* the same file again */
    assert_int_equal(r.n[PUT_NEW], N / 2);
    assert_true(store_begin(st, true, &e));
    sound();
    all(after);
    assert_memory_equal(after, before, sizeof before);
    assert_true(store_batch_undo(&withdrawn, &reverted, st, r.batch_no, "ana", "no", &e));
    sound();
    assert_int_equal(person(4), 4);
}

/* ---- 5 to 7 ---- */

static double seconds(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void person_5_a_large_group(void **state)
{
    (void)state;
    enum { GROUP = 1000 };
    store_rollback(st);
    store_close(st);
    make(2 * GROUP);
    struct link_automatic *d = mem_new(GROUP, sizeof *d);
    struct link_bulk_result r;
    int64_t run_no = link_data_run(st, 2 * GROUP, NULL, 0);
    for (uint64_t i = 1; i < GROUP; i++) /* a chain */
        d[i - 1] = (struct link_automatic){i, i + 1, LINK_VERDICT_SAME, 9};
    assert_true(link_decide_bulk(&r, st, run_no, d, GROUP - 1, "engine", &e));
    mem_free(d);
    assert_int_equal(person(GROUP), 1);
    double from = seconds();
    struct link_outcome o = link_data_decide(st, GROUP, GROUP + 1, LINK_VERDICT_SAME);
    double decided = seconds() - from;
    assert_int_equal(person(GROUP + 1), 1);
    from = seconds();
    (void)link_data_undo(st, o.decision_no);
    double undone = seconds() - from;
    assert_int_equal(person(GROUP + 1), GROUP + 1);
    from = seconds();
    o = link_data_decide(st, GROUP / 2, GROUP / 2 + 1, LINK_VERDICT_DIFFERENT);
    double parted = seconds() - from;
    assert_int_equal(person(GROUP), GROUP / 2 + 1);
    sound();
    print_message("a group of 1,000: %.0f ms, undone %.0f ms, parted %.0f ms\n", decided * 1000,
                  undone * 1000, parted * 1000);
    double limit = harness_sanitized() ? 20 : 1;
    assert_true(decided < limit && undone < limit && parted < limit);
}

static int by_bytes(const void *a, const void *b)
{
    return memcmp(a, b, PERSON_KEY / 2);
}

static void person_6_keys(void **state)
{
    (void)state;
    enum { MANY = 100000 };
    uint8_t(*key)[PERSON_KEY] = mem_new(MANY, sizeof *key);
    uint8_t again[PERSON_KEY], none[PERSON_KEY] = {0};
    size_t low = 0;
    for (uint64_t i = 0; i < MANY; i++) {
        person_key_of_number(key[i], i + 1);
        low += key[i][0] < 128;
        assert_memory_not_equal(key[i], none, PERSON_KEY);
    }
    assert_true(low > MANY * 49 / 100 && low < MANY * 51 / 100);
    person_key_of_number(again, 5);
    assert_memory_equal(again, key[4], PERSON_KEY);
    qsort(key, MANY, sizeof *key, by_bytes);
    for (size_t i = 1; i < MANY; i++) assert_memory_not_equal(key[i - 1], key[i], PERSON_KEY / 2);
    mem_free(key);
}

static void person_7_check(void **state)
{
    (void)state;
    static const char *const damage[] = {
        "UPDATE record_person SET person_no = 9 WHERE record_no = 3",
        "DELETE FROM record_person WHERE record_no = 3",
        "INSERT INTO record_person (record_no, form_no, person_no) VALUES (9, 1, 9)",
        "UPDATE linkage_decision SET in_force = 0 WHERE record_a = 2",
        "UPDATE linkage_decision SET held = 1 WHERE record_a = 2",
        "UPDATE linkage_pair SET standing = 0"};
    const struct link_data_pair pair = {2, 3, 5};
    (void)link_data_run(st, N, &pair, 1);
    (void)link_data_decide(st, 2, 3, LINK_VERDICT_SAME);
    sound();
    for (size_t i = 0; i < sizeof damage / sizeof damage[0]; i++) {
        int64_t n_wrong;
        assert_true(store_commit(st, &e));
        struct raw *raw =
            raw_open("repository/database", keyring_key(store_keyring(st), KEY_DATABASE));
        raw_run(raw, "SAVEPOINT x; %s; RELEASE x;", damage[i]);
        raw_close(raw);
        assert_true(store_begin(st, true, &e));
        assert_true(person_check(&n_wrong, st, &e));
        if (n_wrong == 0) fail_msg("not found: %s", damage[i]);
        assert_true(store_commit(st, &e));
        raw = raw_open("repository/database", keyring_key(store_keyring(st), KEY_DATABASE));
        raw_run(
            raw,
            "UPDATE linkage_decision SET in_force = 1, held = 0;"
            "UPDATE linkage_pair SET standing = 3; DELETE FROM record_person;"
            "INSERT INTO record_person (record_no, form_no, person_no) "
            "SELECT 2, form_no, 2 FROM linkage_run UNION SELECT 3, form_no, 2 FROM linkage_run");
        raw_close(raw);
        assert_true(store_begin(st, true, &e));
        sound();
    }
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
    setenv("DCIM_INSECURE_KDF", "1", 1);
    const struct CMUnitTest tests[] = {
        CASE(person_1_random),  CASE(person_2_withdrawn),     CASE(person_3_erased),
        CASE(person_4_batches), CASE(person_5_a_large_group), cmocka_unit_test(person_6_keys),
        CASE(person_7_check),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
