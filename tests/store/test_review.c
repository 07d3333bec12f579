/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/store/review.c
 *  1 where a version stands: set when it is entered, changed, listed by state,
 *    organisation and form, page by page; an imported one stands nowhere and counts
 *  2 a question and what is said to it: in order, opened, its state changed; blank words are no
 *    message; no more at once than so much; one that is not there is told
 *  3 nothing that was said lies in the clear (S12); erasing the record erases it (S16)
 *  4 a year is closed once, listed, opened again; of another form it is not
 *  5 only in a write transaction */
#include "harness.h"

#include "base/mem.h"
#include "raw.h"
#include "store/keyring.h"
#include "store/record_put.h"
#include "store/review.h"
#include "store_data.h"

#include <string.h>

static struct store *st;
static struct arena *arena;
static const struct form *victim, *suspect;

static int begin(void **state)
{
    (void)state;
    arena = arena_new(ARENA_WIPE);
    st = store_data_make("repository");
    victim = dictionary_form(store_data_dictionary(), TEXT("victim"));
    suspect = dictionary_form(store_data_dictionary(), TEXT("suspect"));
    (void)store_data_import(st, 1, 0, 2, 0);
    assert_true(store_begin(st, true, NULL));
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

static struct record_put_result enter(int64_t organisation_no, int i, const char *state)
{
    struct record r;
    struct err e = {0};
    struct record_put_result out;
    store_data_record(&r, arena, store_data_dictionary(), i, 0);
    const struct record_put in = {.record = &r,
                                  .scope = SCOPE_EVERYTHING,
                                  .organisation_no = organisation_no,
                                  .reference = store_data_reference(i),
                                  .author = "ana",
                                  .state = state,
                                  .counted = strcmp(state, "incomplete") != 0,
                                  .late = i % 2 == 1};
    if (!store_record_put(&out, st, &in, &e)) fail_msg("%s", e.msg);
    return out;
}

static int64_t standing(const char *state, int64_t organisation_no)
{
    int64_t next;
    size_t listed;
    struct work *list;
    assert_true(work_list(&list, &listed, &next, st, state, FORM_NONE, organisation_no, 0, 100,
                          arena, NULL));
    assert_int_equal(next, 0);
    return (int64_t)listed;
}

static void where_versions_stand(void **state)
{
    (void)state;
    struct err e = {0};
    struct work w, *list;
    struct record_put_result put[5];
    size_t n, seen = 0;
    int64_t next = 0;
    for (int i = 0; i < 5; i++) put[i] = enter(i < 3 ? 1 : 2, 100 + i, "submitted");
    assert_int_equal(standing("submitted", 0), 5);
    assert_int_equal(standing("submitted", 1), 3);
    assert_int_equal(standing("submitted", 2), 2);
    assert_int_equal(standing("returned", 0), 0);
    assert_true(work_list(&list, &n, &next, st, "submitted", suspect->id, 0, 0, 100, arena, &e));
    assert_int_equal(n, 0);
    do { /* two at a time: each once */
        assert_true(
            work_list(&list, &n, &next, st, "submitted", victim->id, 0, next, 2, arena, &e));
        for (size_t i = 0; i < n; i++, seen++) {
            assert_string_equal(list[i].code, put[seen].code);
            assert_int_equal(list[i].record_no, put[seen].record_no);
            assert_int_equal(list[i].version_no, 1);
            assert_string_equal(list[i].organisation, seen < 3 ? "GNR" : "NGO");
            assert_int_equal(list[i].late, seen % 2 == 1);
            assert_true(list[i].counted);
        }
    } while (next != 0);
    assert_int_equal(seen, 5);
    assert_true(work_set(st, put[0].record_no, 1, "returned", "rui", &e));
    assert_true(work_of(&w, st, put[0].record_no, 1, arena, &e));
    assert_string_equal(w.state, "returned");
    assert_string_equal(w.actor, "rui");
    assert_int_equal(standing("submitted", 0), 4);
    assert_int_equal(standing("returned", 1), 1);
    struct record_put_result bad = enter(2, 105, "incomplete");
    assert_true(work_of(&w, st, bad.record_no, 1, arena, &e));
    assert_false(w.counted);
    assert_true(w.late);
    /* record 1 came by import */
    assert_true(work_of(&w, st, 1, 1, arena, &e));
    assert_string_equal(w.state, "");
    assert_true(w.counted && !w.late);
}

static void a_question(void **state)
{
    (void)state;
    struct err e = {0};
    int64_t first, second;
    size_t listed;
    struct review_query q, *list;
    struct record_put_result r = enter(1, 110, "submitted");
    assert_true(review_ask(&first, st, r.record_no, 1, "sex", "rui", TEXT("Is this right?"), &e));
    assert_true(review_ask(&second, st, r.record_no, 1, "", "rui", TEXT("All of it?"), &e));
    assert_true(review_find(&q, st, first, arena, &e));
    assert_string_equal(q.field, "sex");
    assert_string_equal(q.state, "open");
    assert_string_equal(q.code, r.code);
    assert_int_equal(q.organisation_no, 1);
    assert_int_equal(q.version_no, 1);
    assert_true(review_say(st, &q, "answered", "ana", TEXT("Yes, QUERY-CANARY."), &e));
    assert_true(review_say(st, &q, "resolved", "rui", TEXT("  \n"), &e));
    assert_true(review_list(&list, &listed, st, r.record_no, arena, &e));
    assert_int_equal(listed, 2);
    const struct review_query *asked = list[0].query_no == first ? &list[0] : &list[1];
    assert_string_equal(asked->state, "resolved");
    assert_int_equal(asked->n_message, 2);
    assert_string_equal(asked->message[0].words, "Is this right?");
    assert_string_equal(asked->message[1].words, "Yes, QUERY-CANARY.");
    assert_string_equal(asked->message[1].actor, "ana");
    char *much = mem_new(20002, 1);
    memset(much, 'x', 20001);
    assert_false(review_say(st, &q, "open", "rui", text_of(much), &e));
    assert_string_equal(e.id, "query.too_long");
    mem_free(much);
    assert_false(review_find(&q, st, second + 1000, arena, &e));
    assert_int_equal(e.code, ERR_NOT_FOUND);
    assert_string_equal(e.id, "query.unknown");
}

static void sealed_and_erased(void **state)
{
    (void)state;
    struct err e = {0};
    uint8_t body[400];
    size_t n;
    struct review_query *list;
    struct record_meta *meta;
    uint64_t no = 0;
    assert_true(store_commit(st, &e));
    struct raw *r = raw_open("repository/database", keyring_key(store_keyring(st), KEY_DATABASE));
    assert_int_equal(raw_number(r, "SELECT count(*) FROM review_message"), 3);
    for (int64_t i = 1; i <= 3; i++) {
        n = raw_bytes(r, body, sizeof body,
                      "SELECT body FROM review_message WHERE message_no = %lld", (long long)i);
        assert_true(n > 0);
        assert_null(memmem(body, n, "CANARY", 6));
        assert_null(memmem(body, n, "right", 5));
    }
    no = (uint64_t)raw_number(r, "SELECT max(record_no) FROM review_query");
    raw_close(r);
    assert_true(store_begin(st, true, &e));
    assert_true(
        store_record_list(&meta, &n, st, FORM_NONE, SCOPE_EVERYTHING, no - 1, 1, arena, &e));
    assert_int_equal(meta[0].record_no, no);
    assert_true(
        store_record_erase(st, SCOPE_EVERYTHING, text_of(meta[0].code), "test", "asked for", &e));
    assert_true(review_list(&list, &n, st, no, arena, &e));
    for (size_t i = 0; i < n; i++) assert_int_equal(list[i].n_message, 0);
    assert_true(store_commit(st, &e));
    r = raw_open("repository/database", keyring_key(store_keyring(st), KEY_DATABASE));
    assert_int_equal(raw_number(r, "SELECT count(*) FROM review_message"), 0);
    raw_close(r);
    assert_true(store_begin(st, true, &e));
}

static void years(void **state)
{
    (void)state;
    struct err e = {0};
    bool closed;
    struct closed_year *list;
    size_t n;
    assert_true(year_close(st, victim, 2023, "rui", &e));
    assert_false(year_close(st, victim, 2023, "rui", &e));
    assert_int_equal(e.code, ERR_CONFLICT);
    assert_string_equal(e.id, "year.closed");
    assert_true(store_year_closed(&closed, st, victim, 2023, &e) && closed);
    assert_true(store_year_closed(&closed, st, victim, 2022, &e) && !closed);
    assert_true(store_year_closed(&closed, st, suspect, 2023, &e) && !closed);
    assert_true(year_close(st, suspect, 2023, "ana", &e));
    assert_true(year_list(&list, &n, st, arena, &e));
    assert_int_equal(n, 2);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(list[i].year, 2023);
        assert_string_equal(list[i].actor, list[i].form == victim->id ? "rui" : "ana");
    }
    assert_true(year_reopen(st, victim, 2023, &e));
    assert_true(store_year_closed(&closed, st, victim, 2023, &e) && !closed);
    assert_true(store_year_closed(&closed, st, suspect, 2023, &e) && closed);
    assert_true(year_close(st, victim, 2023, "rui", &e));
}

static void needs_to_write(void **state)
{
    (void)state;
    struct err e = {0};
    int64_t no;
    struct review_query q = {.query_no = 1, .record_no = 1};
    assert_true(store_commit(st, &e));
    assert_false(work_set(st, 1, 1, "accepted", "x", &e));
    assert_false(review_ask(&no, st, 1, 1, "", "x", TEXT("x"), &e));
    assert_false(review_say(st, &q, "resolved", "x", TEXT("x"), &e));
    assert_false(year_close(st, victim, 2020, "x", &e));
    assert_false(year_reopen(st, victim, 2023, &e));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(where_versions_stand),
                                       cmocka_unit_test(a_question),
                                       cmocka_unit_test(sealed_and_erased), cmocka_unit_test(years),
                                       cmocka_unit_test(needs_to_write)};
    return cmocka_run_group_tests(tests, begin, end);
}
