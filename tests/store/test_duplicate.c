/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/store/duplicate.c
 *  1 equal match keys of one organisation, as long as no run has seen them
 *  2 then pairs that a run proposes within one organisation, from the lower end of its band on,
 *  until
 *    somebody decides, about them or about others that make them one person
 *  3 a record that came after the run is held against those of its match key */
#include "harness.h"

#include "link_data.h"
#include "store/duplicate.h"
#include "store_data.h"

#include <string.h>

static struct err e;
static struct arena *arena;
static struct store *st;

/* Persons 0..5 as records 1..6 of organisation 1; 0 and 3 have names. */
static int begin(void **state)
{
    (void)state;
    arena = arena_new(ARENA_WIPE);
    st = store_data_make("repository");
    (void)store_data_import(st, 1, 0, 6, 0);
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

/* The same persons again, without reference: records of their own. */
static void again(int from, int to)
{
    static const uint8_t sha[32] = {1};
    const struct dictionary *d = store_data_dictionary();
    const struct batch_start s = {.form = dictionary_form(d, TEXT("victim")),
                                  .organisation_no = 1,
                                  .actor = "local:test",
                                  .mapping = "",
                                  .file_sha256 = sha,
                                  .file_label = "test.csv"};
    struct batch_result result;
    struct batch_writer *w = NULL;
    if (!store_begin(st, true, &e) || !batch_begin(&w, st, &s, &e)) fail_msg("%s", e.msg);
    for (int i = from; i < to; i++) {
        struct record r;
        enum put_outcome outcome;
        store_data_record(&r, arena, d, i, 0);
        if (!batch_put(&outcome, w, &r, TEXT(""), &e)) fail_msg("%s", e.msg);
        assert_int_equal(outcome, PUT_NEW);
    }
    if (!batch_finish(&result, w, 0, &e) || !store_commit(st, &e)) fail_msg("%s", e.msg);
}

static size_t list(struct duplicate **out, const char *series)
{
    size_t n;
    if (!duplicate_list(out, &n, st, text_of(series), 0, arena, &e)) fail_msg("%s", e.msg);
    return n;
}

static void is(const struct duplicate *d, uint64_t record_no, uint64_t with)
{
    assert_int_equal(d->record_no, record_no);
    assert_int_equal(d->with, with);
}

static void duplicate_1_match_keys(void **state)
{
    (void)state;
    struct duplicate *d;
    assert_int_equal(list(&d, ""), 0);
    again(0, 6); /* records 7..12 */
    again(0, 1); /* record 13 */
    assert_int_equal(list(&d, ""), 5);
    is(&d[0], 13, 13);
    is(&d[1], 7, 13);
    is(&d[2], 1, 13);
    is(&d[3], 10, 10);
    is(&d[4], 4, 10);
    assert_int_equal(list(&d, ",1,"), 5);
    assert_int_equal(list(&d, ",2,"), 0);
}

static void duplicate_2_proposals(void **state)
{
    (void)state;
    struct duplicate *d;
    again(0, 6);
    (void)store_data_import(st, 2, 0, 6, 0); /* 13..18, of another organisation */
    assert_true(store_begin(st, true, &e));
    const struct link_data_pair pairs[] = {
        {1, 7, 5}, {2, 8, 9}, {8, 9, 4}, {3, 4, 1.5}, {1, 13, 9}}; /* 1.5 is below the band */
    (void)link_data_run(st, 18, pairs, 5);
    assert_int_equal(list(&d, ""), 5); /* 4 and 10: seen, and not proposed */
    is(&d[0], 9, 9);
    is(&d[1], 8, 9);
    is(&d[2], 2, 9);
    is(&d[3], 7, 7);
    is(&d[4], 1, 7);
    assert_int_equal(list(&d, ",2,"), 0);
    struct link_outcome o = link_data_decide(st, 1, 7, LINK_VERDICT_DIFFERENT);
    assert_int_equal(list(&d, ",1,"), 3);
    (void)link_data_undo(st, o.decision_no);
    assert_int_equal(list(&d, ""), 5);
    (void)link_data_decide(st, 1, 3, LINK_VERDICT_SAME);
    (void)link_data_decide(st, 3, 7, LINK_VERDICT_SAME); /* so 1 and 7 are one */
    assert_int_equal(list(&d, ""), 3);
}

static void duplicate_3_after_the_run(void **state)
{
    (void)state;
    struct duplicate *d;
    assert_true(store_begin(st, true, &e));
    (void)link_data_run(st, 6, NULL, 0);
    assert_true(store_commit(st, &e));
    again(0, 1); /* record 7 */
    assert_int_equal(list(&d, ""), 2);
    is(&d[0], 7, 7);
    is(&d[1], 1, 7);
    assert_true(store_begin(st, true, &e));
    (void)link_data_decide(st, 1, 7, LINK_VERDICT_SAME);
    assert_int_equal(list(&d, ""), 0);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
    setenv("DCIM_INSECURE_KDF", "1", 1);
    const struct CMUnitTest tests[] = {
        CASE(duplicate_1_match_keys),
        CASE(duplicate_2_proposals),
        CASE(duplicate_3_after_the_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
