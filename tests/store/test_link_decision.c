/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/store/link_decision.c
 *  1 "same" makes one person of two, in every count; undoing brings back exactly what was;
 *  "different"
 *    parts records with one match key; "unsure" changes nothing
 *  2 what is refused: a record with itself, two forms, a record that is not there, withdrawn or
 *    erased, no verdict, a long reason; nothing is written then
 *  3 either order of a pair is the same pair
 *  4 two people at once: the second is told, and nothing of theirs is written
 *  5 contradictions are kept, listed and solved by undoing either
 *  6 a second person: waits, confirms, not oneself, disagrees; what waits is answered by deciding
 *  anew
 *  7 deciding again takes the place of what was decided, undoing brings it back
 *  8 reasons lie sealed, are opened for lists, and go with either record (S12, S16)
 *  9 many at once: people's decisions stay, those of an earlier run give way and come back, what
 *    does not fit is left out, later ones for a new record
 * 10 only in a write transaction */
#include "harness.h"

#include "link_data.h"
#include "raw.h"
#include "store/keyring.h"
#include "store/link_internal.h"
#include "store/person.h"
#include "store/record_put.h"
#include "store_data.h"

#include <string.h>

static struct err e;
static struct arena *arena;
static struct store *st;
static const struct form *victim;

enum { N = 12 }; /* records 1..6 of organisation 1 and the same persons, 7..12, of 2 */

static int begin(void **state)
{
    (void)state;
    arena = arena_new(ARENA_WIPE);
    st = link_data_make(N / 2);
    victim = dictionary_form(store_data_dictionary(), TEXT("victim"));
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

static void commit(void)
{
    if (!store_commit(st, &e)) fail_msg("%s", e.msg);
    assert_true(store_begin(st, true, &e));
}

static uint64_t person(uint64_t record_no)
{
    uint64_t out;
    if (!person_of_record(&out, st, record_no, &e)) fail_msg("%s", e.msg);
    return out;
}

static void sound(void)
{
    int64_t n_wrong;
    if (!person_check(&n_wrong, st, &e)) fail_msg("%s", e.msg);
    assert_int_equal(n_wrong, 0);
}

/* Persons by every way of counting them. */
static int64_t persons(void)
{
    uint64_t first[N];
    struct person_counts counts;
    int64_t n_person, alone;
    commit();
    n_person = link_data_persons(first, st, N);
    assert_true(person_counts(&counts, st, victim, &e));
    assert_true(store_person_count(&alone, st, victim->id, &e));
    assert_int_equal(counts.n_person, n_person);
    assert_int_equal(alone, n_person);
    sound();
    return n_person;
}

static bool decide(uint64_t a, uint64_t b, int verdict, int64_t expected, const char *actor,
                   const char *reason, bool second, struct link_outcome *out)
{
    const struct link_decide d = {.a = a,
                                  .b = b,
                                  .verdict = (enum link_verdict)verdict,
                                  .actor = actor,
                                  .reason = text_of(reason),
                                  .expected = expected,
                                  .second_person = second};
    return link_decide(out, st, &d, &e);
}

static void decision_1_persons_follow(void **state)
{
    (void)state;
    uint64_t before[N], after[N], again[N];
    struct person_counts counts;
    struct person_record *member;
    size_t n;
    /* By match key: records 1 and 7, 4 and 10 are one person each; the others have no key. */
    int64_t n_before = persons();
    assert_int_equal(n_before, N - 2);
    (void)link_data_persons(before, st, N);
    struct link_outcome o = link_data_decide(st, 2, 8, LINK_VERDICT_SAME);
    assert_true(o.in_force);
    assert_false(o.held);
    assert_int_equal(o.person_a, 2);
    assert_int_equal(o.person_b, 2);
    assert_int_equal(persons(), n_before - 1);
    (void)link_data_persons(after, st, N);
    assert_int_equal(after[7], 2);
    assert_true(person_records(&member, &n, st, 2, arena, &e));
    assert_int_equal(n, 2);
    assert_int_equal(member[0].record_no, 2);
    assert_int_equal(member[1].record_no, 8);
    assert_string_equal(member[1].organisation, "NGO");
    assert_true(person_records(&member, &n, st, 8, arena, &e));
    assert_int_equal(n, 0);
    assert_true(person_records(&member, &n, st, 3, arena, &e)); /* alone */
    assert_int_equal(n, 1);
    assert_true(person_counts(&counts, st, victim, &e));
    assert_int_equal(counts.n_record, N);
    assert_int_equal(counts.n_person_by_key, n_before);
    assert_int_equal(counts.n_several, 3);
    assert_int_equal(counts.n_across, 3);
    assert_int_equal(counts.n_linked, 6);
    o = link_data_undo(st, o.decision_no);
    assert_int_equal(o.decision_no, 0);
    assert_int_equal(o.person_b, 8);
    assert_int_equal(persons(), n_before);
    (void)link_data_persons(again, st, N);
    assert_memory_equal(again, before, sizeof before);

    o = link_data_decide(st, 1, 7, LINK_VERDICT_DIFFERENT); /* of one match key */
    assert_int_equal(persons(), n_before + 1);
    (void)link_data_undo(st, o.decision_no);
    assert_int_equal(persons(), n_before);
    o = link_data_decide(st, 1, 7, LINK_VERDICT_UNSURE);
    assert_true(o.in_force);
    assert_int_equal(persons(), n_before);

    /* A run has seen all: match keys count no more. */
    (void)link_data_run(st, N, NULL, 0);
    assert_int_equal(persons(), N);
    (void)link_data_decide(st, 1, 7, LINK_VERDICT_SAME);
    assert_int_equal(persons(), N - 1);
}

static void refuses(uint64_t a, uint64_t b, int verdict, const char *reason, enum err_code code,
                    const char *id)
{
    struct link_outcome o;
    assert_false(decide(a, b, verdict, LINK_ANY, "ana", reason, false, &o));
    assert_int_equal(e.code, code);
    assert_string_equal(e.id, id);
}

static void decision_2_bad_input(void **state)
{
    (void)state;
    struct record r;
    struct link_outcome o;
    struct record_put_result put;
    struct link_decision *list;
    size_t n;
    bool more;
    char longer[LINK_REASON_MAX + 2];
    memset(longer, 'x', sizeof longer);
    longer[sizeof longer - 1] = '\0';
    const struct form *suspect = dictionary_form(store_data_dictionary(), TEXT("suspect"));
    record_init(&r, store_data_dictionary(), suspect, arena);
    const struct record_put in = {.record = &r,
                                  .scope = SCOPE_EVERYTHING,
                                  .organisation_no = 1,
                                  .reference = TEXT(""),
                                  .author = "ana",
                                  .state = "submitted",
                                  .counted = true};
    assert_true(store_record_put(&put, st, &in, &e));
    assert_true(
        store_record_erase(st, SCOPE_EVERYTHING, link_data_code(st, 4), "ana", "asked for", &e));
    refuses(3, 3, 1, "", ERR_INPUT, "link.same_record");
    refuses(3, put.record_no, 1, "", ERR_INPUT, "link.forms");
    refuses(3, 999, 1, "", ERR_NOT_FOUND, "record.unknown");
    refuses(0, 3, 1, "", ERR_NOT_FOUND, "record.unknown");
    refuses(3, 4, 1, "", ERR_CONFLICT, "link.inactive");
    refuses(3, 5, 0, "", ERR_INPUT, "link.verdict");
    refuses(3, 5, 4, "", ERR_INPUT, "link.verdict");
    refuses(3, 5, 1, longer, ERR_LIMIT, "link.reason");
    assert_false(link_undo(&o, st, 77, "ana", TEXT(""), &e));
    assert_string_equal(e.id, "link.decision");
    assert_false(link_confirm(&o, st, 77, "ana", &e));
    assert_string_equal(e.id, "link.decision");
    o = link_data_decide(st, 3, 5, LINK_VERDICT_SAME);
    o = link_data_undo(st, o.decision_no);
    assert_false(link_undo(&o, st, 1, "ana", TEXT(""), &e));
    assert_string_equal(e.id, "link.undone");
    assert_false(link_confirm(&o, st, 1, "eva", &e));
    assert_string_equal(e.id, "link.undone");
    const struct link_decision_filter all = {.form = FORM_NONE, .max = 10};
    assert_true(link_decision_list(&list, &n, &more, st, &all, arena, &e));
    assert_int_equal(n, 1);
    sound();
}

static void decision_3_either_order(void **state)
{
    (void)state;
    struct link_pair p, q;
    struct link_outcome o = link_data_decide(st, 9, 3, LINK_VERDICT_SAME);
    assert_int_equal(o.person_a, 3);
    assert_true(link_pair_get(&p, st, link_data_code(st, 3), link_data_code(st, 9), arena, &e));
    assert_true(link_pair_get(&q, st, link_data_code(st, 9), link_data_code(st, 3), arena, &e));
    assert_int_equal(p.a, 3);
    assert_int_equal(q.a, 3);
    assert_int_equal(p.decision_no, o.decision_no);
    assert_int_equal(p.standing, LINK_SAME);
    assert_true(p.same_person);
    assert_false(p.proposed);
    struct link_outcome other;
    assert_false(decide(9, 3, LINK_VERDICT_DIFFERENT, 0, "eva", "", false, &other));
    assert_string_equal(e.id, "link.moved");
}

static void decision_4_two_people_at_once(void **state)
{
    (void)state;
    struct link_outcome o;
    struct link_decision *list;
    size_t n;
    bool more;
    assert_true(decide(2, 8, LINK_VERDICT_SAME, 0, "ana", "", false, &o));
    assert_false(decide(2, 8, LINK_VERDICT_DIFFERENT, 0, "eva", "", false, &o));
    assert_int_equal(e.code, ERR_CONFLICT);
    assert_string_equal(e.id, "link.moved");
    assert_true(strlen(e.remedy) > 0);
    const struct link_decision_filter pair = {.form = FORM_NONE, .a = 8, .b = 2, .max = 10};
    assert_true(link_decision_list(&list, &n, &more, st, &pair, arena, &e));
    assert_int_equal(n, 1);
    assert_true(decide(2, 8, LINK_VERDICT_DIFFERENT, list[0].decision_no, "eva", "", false, &o));
    assert_int_equal(person(8), 8);
    sound();
}

static size_t conflicts(bool automatic, struct link_conflict **out)
{
    size_t n;
    int64_t count;
    assert_true(link_conflict_list(out, &n, st, victim->id, automatic, 0, 10, arena, &e));
    assert_true(link_conflict_count(&count, st, victim->id, automatic, &e));
    assert_int_equal(count, n);
    return n;
}

static void decision_5_contradictions(void **state)
{
    (void)state;
    struct link_conflict *c;
    struct link_outcome ab = link_data_decide(st, 2, 3, LINK_VERDICT_SAME);
    struct link_outcome bc = link_data_decide(st, 3, 5, LINK_VERDICT_SAME);
    assert_int_equal(person(5), 2);
    struct link_outcome ac = link_data_decide(st, 2, 5, LINK_VERDICT_DIFFERENT);
    assert_int_equal(person(2), 2); /* the older of the two gives way */
    assert_int_equal(person(3), 3);
    assert_int_equal(person(5), 3);
    assert_int_equal(conflicts(false, &c), 1);
    assert_int_equal(c[0].same.decision_no, ab.decision_no);
    assert_true(c[0].same.held && c[0].same.in_force);
    assert_int_equal(c[0].different.decision_no, ac.decision_no);
    sound();
    (void)link_data_undo(st, bc.decision_no);
    assert_int_equal(person(3), 2);
    assert_int_equal(conflicts(true, &c), 0);
    bc = link_data_decide(st, 3, 5, LINK_VERDICT_SAME);
    assert_false(bc.held); /* the newest of them stands; the older one gives way */
    assert_int_equal(conflicts(false, &c), 1);
    (void)link_data_undo(st, ac.decision_no);
    assert_int_equal(person(5), 2);
    assert_int_equal(conflicts(false, &c), 0);
    sound();
}

static void decision_6_a_second_person(void **state)
{
    (void)state;
    struct link_outcome o, second;
    struct link_decision *list, d;
    size_t n;
    bool more;
    assert_true(decide(2, 8, LINK_VERDICT_SAME, 0, "ana", "alike", true, &o));
    assert_false(o.in_force);
    assert_int_equal(person(8), 8);
    const struct link_decision_filter waiting = {.form = victim->id,
                                                 .force = LINK_WAITS,
                                                 .max = 10};
    assert_true(link_decision_list(&list, &n, &more, st, &waiting, arena, &e));
    assert_int_equal(n, 1);
    assert_true(list[0].waits);
    assert_false(link_confirm(&second, st, o.decision_no, "ana", &e));
    assert_int_equal(e.code, ERR_DENIED);
    assert_string_equal(e.id, "link.own_decision");
    assert_true(link_confirm(&second, st, o.decision_no, "eva", &e));
    assert_true(second.in_force);
    assert_int_equal(person(8), 2);
    assert_true(link_decision_get(&d, st, o.decision_no, arena, &e));
    assert_string_equal(d.confirmed_by, "eva");
    assert_false(link_confirm(&second, st, o.decision_no, "leo", &e));
    assert_string_equal(e.id, "link.confirmed");
    /* What waits leaves in force what is; deciding anew answers it. */
    assert_true(decide(2, 8, LINK_VERDICT_DIFFERENT, o.decision_no, "leo", "", true, &second));
    assert_int_equal(person(8), 2);
    assert_true(decide(2, 8, LINK_VERDICT_UNSURE, second.decision_no, "eva", "", false, &o));
    assert_int_equal(person(8), 8);
    assert_false(link_confirm(&second, st, second.decision_no, "ana", &e));
    assert_string_equal(e.id, "link.undone");
    /* A second person who disagrees. */
    assert_true(decide(3, 9, LINK_VERDICT_SAME, 0, "ana", "", true, &o));
    second = link_data_undo(st, o.decision_no);
    assert_int_equal(second.decision_no, 0);
    assert_int_equal(person(9), 9);
    assert_true(link_decision_list(&list, &n, &more, st, &waiting, arena, &e));
    assert_int_equal(n, 0);
    sound();
}

static void decision_7_again_and_back(void **state)
{
    (void)state;
    struct link_outcome first = link_data_decide(st, 2, 8, LINK_VERDICT_SAME);
    struct link_outcome second = link_data_decide(st, 2, 8, LINK_VERDICT_DIFFERENT);
    struct link_outcome third = link_data_decide(st, 2, 8, LINK_VERDICT_UNSURE);
    assert_int_equal(person(8), 8);
    (void)link_data_undo(st, second.decision_no); /* not in force: nothing happens */
    struct link_outcome now = link_data_undo(st, third.decision_no);
    assert_int_equal(now.decision_no, first.decision_no);
    assert_true(now.in_force);
    assert_int_equal(person(8), 2);
    now = link_data_undo(st, first.decision_no);
    assert_int_equal(now.decision_no, 0);
    assert_int_equal(person(8), 8);
    sound();
}

static const char words[] = "both told of the harbour at Setúbal";

static void decision_8_reasons(void **state) /* S12, S16 */
{
    (void)state;
    struct link_outcome o;
    struct link_decision d;
    assert_true(decide(2, 8, LINK_VERDICT_SAME, 0, "ana", words, false, &o));
    assert_true(link_undo(&o, st, o.decision_no, "eva", text_of(words), &e));
    assert_true(link_decision_get(&d, st, 1, arena, &e));
    assert_string_equal(d.reason, words);
    assert_string_equal(d.undo_reason, words);
    assert_string_equal(d.undone_by, "eva");
    commit();
    struct raw *raw = raw_open("repository/database", keyring_key(store_keyring(st), KEY_DATABASE));
    assert_int_equal(raw_number(raw, "SELECT count(*) FROM linkage_decision WHERE "
                                     "instr(reason, CAST('harbour' AS BLOB)) > 0 OR "
                                     "instr(undo_reason, CAST('harbour' AS BLOB)) > 0"),
                     0);
    assert_int_equal(raw_number(raw, "SELECT length(reason) > 60 FROM linkage_decision"), 1);
    assert_false(raw_try(raw, "DELETE FROM linkage_decision"));
    raw_close(raw);
    assert_true(
        store_record_erase(st, SCOPE_EVERYTHING, link_data_code(st, 8), "ana", "asked for", &e));
    assert_true(link_decision_get(&d, st, 1, arena, &e)); /* the act stays, the words are gone */
    assert_string_equal(d.reason, "");
    assert_string_equal(d.undo_reason, "");
    assert_string_equal(d.undone_by, "eva");
    /* Sealed under the key of the older one: undoing after that one was erased works too. */
    assert_true(decide(3, 9, LINK_VERDICT_SAME, 0, "ana", words, false, &o));
    assert_true(
        store_record_erase(st, SCOPE_EVERYTHING, link_data_code(st, 3), "ana", "asked for", &e));
    assert_true(link_undo(&o, st, o.decision_no, "eva", text_of(words), &e));
    assert_true(link_decision_get(&d, st, 2, arena, &e));
    assert_string_equal(d.undo_reason, "");
    assert_true(d.undone_at > 0);
    sound();
}

static struct link_bulk_result bulk(int64_t run_no, const struct link_automatic *d, size_t n)
{
    struct link_bulk_result r;
    if (!link_decide_bulk(&r, st, run_no, d, n, "engine", &e)) fail_msg("%s: %s", e.id, e.msg);
    sound();
    return r;
}

static void decision_9_many(void **state)
{
    (void)state;
    const struct link_data_pair pairs[] = {{2, 8, 12}, {3, 9, 10}, {5, 11, 9}, {2, 9, 3}};
    int64_t first = link_data_run(st, N, pairs, 4);
    struct link_outcome person_says = link_data_decide(st, 9, 3, LINK_VERDICT_DIFFERENT);
    const struct link_automatic some[] = {{2, 8, LINK_VERDICT_SAME, 12},
                                          {9, 3, LINK_VERDICT_SAME, 10},
                                          {5, 11, LINK_VERDICT_SAME, 9},
                                          {11, 5, LINK_VERDICT_DIFFERENT, 9}, /* the same pair */
                                          {5, 999, LINK_VERDICT_SAME, 9}};
    struct link_bulk_result r = bulk(first, some, 5);
    assert_int_equal(r.n_decided, 3);
    assert_int_equal(r.n_in_force, 2);
    assert_int_equal(r.n_left_out, 2);
    assert_int_equal(r.n_held, 0);
    assert_int_equal(person(8), 2);
    assert_int_equal(person(9), 9); /* a person has said so */
    assert_int_equal(person(11), 5);
    struct link_pair p;
    assert_true(link_pair_get(&p, st, link_data_code(st, 2), link_data_code(st, 8), arena, &e));
    assert_int_equal(p.standing, LINK_SAME);
    struct link_decision d;
    assert_true(link_decision_get(&d, st, p.decision_no, arena, &e));
    assert_true(d.automatic && d.has_weight && d.weight == 12);
    assert_true(text_is(d.evidence, "[\"evidence\"]"));
    assert_int_equal(d.run_no, first);
    (void)link_data_undo(st, person_says.decision_no); /* then what was automatic counts */
    assert_int_equal(person(9), 3);
    sound();

    /* A person's decision about an automatic pair, and a new run. */
    struct link_outcome parted = link_data_decide(st, 5, 11, LINK_VERDICT_DIFFERENT);
    assert_int_equal(person(11), 11);
    const struct link_data_pair fewer[] = {{2, 8, 11}, {5, 11, 10}};
    int64_t second = link_data_run(st, N, fewer, 2);
    assert_int_equal(person(9), 3); /* it has not decided yet */
    const struct link_automatic other[] = {{2, 8, LINK_VERDICT_SAME, 11},
                                           {5, 11, LINK_VERDICT_SAME, 10}};
    r = bulk(second, other, 2);
    assert_int_equal(r.n_in_force, 1);
    assert_int_equal(person(8), 2);
    assert_int_equal(person(9), 9); /* of the first run alone */
    assert_int_equal(person(11), 11);
    struct link_run run;
    assert_true(link_run_get(&run, st, first, arena, &e));
    assert_int_equal(run.n_in_force, 0);

    /* Later, for a new record. */
    const struct link_proposal late = {4, 10, 9, TEXT("x")};
    assert_true(link_run_add(NULL, st, second, &late, 1, &e));
    const struct link_automatic later[] = {{4, 10, LINK_VERDICT_SAME, 9},
                                           {2, 8, LINK_VERDICT_SAME, 11}}; /* is there already */
    r = bulk(second, later, 2);
    assert_int_equal(r.n_decided, 1);
    assert_int_equal(person(10), 4);
    assert_false(link_decide_bulk(&r, st, first, later, 1, "engine", &e));
    assert_string_equal(e.id, "link.run_state");

    /* Undone, the first one's come back where nobody has decided; then nothing is left. */
    int64_t n;
    assert_true(link_undo_run(&n, st, second, "ana", "too eager", &e));
    assert_int_equal(n, 3);
    sound();
    assert_int_equal(person(8), 2);
    assert_int_equal(person(9), 3);
    assert_int_equal(person(10), 10);
    assert_int_equal(person(11), 11);
    (void)link_data_undo(st, parted.decision_no);
    assert_int_equal(person(11), 5);
    sound();
    assert_true(link_undo_run(&n, st, first, "ana", "too eager", &e));
    for (uint64_t i = 1; i <= N; i++) assert_int_equal(person(i), i);
    sound();
    assert_false(link_undo_run(&n, st, first, "ana", "again", &e));
    assert_string_equal(e.id, "link.run_undone");
    assert_false(link_decide_bulk(&r, st, first, some, 1, "engine", &e));
    assert_string_equal(e.id, "link.run_undone");
    assert_int_equal(persons(), N - 2); /* by match key again */
    const struct link_automatic unsure = {2, 8, LINK_VERDICT_UNSURE, 1};
    int64_t third = link_data_run(st, N, NULL, 0);
    assert_false(link_decide_bulk(&r, st, third, &unsure, 1, "engine", &e));
    assert_string_equal(e.id, "link.verdict");
}

static void decision_10_transaction(void **state)
{
    (void)state;
    struct link_outcome o;
    struct link_bulk_result r;
    int64_t n;
    int64_t run_no = link_data_run(st, N, NULL, 0);
    commit();
    store_rollback(st);
    assert_false(decide(2, 8, 1, 0, "ana", "", false, &o));
    assert_string_equal(e.id, "store.no_transaction");
    assert_false(link_undo(&o, st, 1, "ana", TEXT(""), &e));
    assert_string_equal(e.id, "store.no_transaction");
    assert_false(link_confirm(&o, st, 1, "ana", &e));
    assert_string_equal(e.id, "store.no_transaction");
    assert_false(link_decide_bulk(&r, st, run_no, NULL, 0, "engine", &e));
    assert_string_equal(e.id, "store.no_transaction");
    assert_false(link_undo_run(&n, st, run_no, "ana", "", &e));
    assert_string_equal(e.id, "store.no_transaction");
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
    setenv("DCIM_INSECURE_KDF", "1", 1);
    const struct CMUnitTest tests[] = {
        CASE(decision_1_persons_follow), CASE(decision_2_bad_input),
        CASE(decision_3_either_order),   CASE(decision_4_two_people_at_once),
        CASE(decision_5_contradictions), CASE(decision_6_a_second_person),
        CASE(decision_7_again_and_back), CASE(decision_8_reasons),
        CASE(decision_9_many),           CASE(decision_10_transaction),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
