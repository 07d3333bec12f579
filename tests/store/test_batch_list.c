/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/store/batch_list.c
 *  1 the list   2 undo: what comes back   3 undo: what is refused   4 the digest computed again */
#include "harness.h"

#include "store/backend.h"
#include "store/store.h"
#include "store_data.h"

static struct err e;

static int64_t count(struct store *st)
{
    int64_t n;
    if (!store_record_count(&n, st, FORM_NONE, &e)) fail_msg("%s", e.msg);
    return n;
}

static bool undo(struct store *st, int64_t batch_no, int64_t *withdrawn, int64_t *reverted)
{
    if (!store_begin(st, true, &e)) fail_msg("%s", e.msg);
    if (store_batch_undo(withdrawn, reverted, st, batch_no, "local:dm", "sent twice", &e)) {
        if (!store_commit(st, &e)) fail_msg("%s", e.msg);
        return true;
    }
    store_rollback(st);
    return false;
}

/* The note of record `i` of organisation 1 as it is now, or "" when it is not active. */
static void note_is(struct store *st, uint64_t record_no, const char *wanted)
{
    struct arena *a = arena_new(ARENA_PLAIN);
    struct record_meta *list, m;
    struct record r;
    size_t n;
    assert_true(
        store_record_list(&list, &n, st, FORM_NONE, SCOPE_EVERYTHING, record_no - 1, 1, a, &e));
    if (wanted == NULL) {
        assert_true(n == 0 || list[0].record_no != record_no);
    } else {
        assert_int_equal(n, 1);
        assert_int_equal(list[0].record_no, record_no);
        assert_true(
            store_record_load(&r, &m, st, SCOPE_EVERYTHING, text_of(list[0].code), 0, a, &e));
        const struct variable *note = dictionary_variable(r.dictionary, r.form->id, TEXT("note"));
        assert_true(text_is(record_get(&r, note->id, 0)->text, wanted));
    }
    arena_free(a);
}

static void batch_list_1_the_list(void **state)
{
    (void)state;
    struct store *st = store_data_make("a");
    struct arena *a = arena_new(ARENA_PLAIN);
    struct batch *list;
    size_t n;
    assert_true(store_batch_list(&list, &n, st, a, &e));
    assert_int_equal(n, 0);
    struct batch_result first = store_data_import(st, 1, 0, 10, 0),
                        second = store_data_import(st, 2, 5, 8, 0),
                        third = store_data_import(st, 1, 5, 20, 1);
    assert_true(store_batch_list(&list, &n, st, a, &e));
    assert_int_equal(n, 3);
    assert_int_equal(list[0].batch_no, first.batch_no);
    assert_string_equal(list[0].form, "victim");
    assert_string_equal(list[0].organisation, "GNR");
    assert_string_equal(list[1].organisation, "NGO");
    assert_string_equal(list[0].actor, "local:test");
    assert_string_equal(list[0].file_label, "test.csv");
    assert_string_equal(list[0].mapping, "");
    assert_string_equal(list[0].state, "visible");
    assert_int_equal(list[0].undone_at, 0);
    assert_int_equal(list[0].n_new, 10);
    assert_int_equal(list[0].n_refused, 3);
    assert_int_equal(list[2].batch_no, third.batch_no);
    assert_int_equal(list[2].n_new, 10);
    assert_int_equal(list[2].n_changed, 5);
    assert_memory_equal(list[1].digest, second.digest, 32);
    assert_memory_equal(list[2].digest, third.digest, 32);
    assert_memory_not_equal(first.digest, second.digest, 32);
    assert_true(list[0].created_at > 1700000000);
    arena_free(a);
    store_close(st);
}

static void batch_list_2_what_comes_back(void **state) /* S72 */
{
    (void)state;
    struct store *st = store_data_make("b");
    struct arena *a = arena_new(ARENA_PLAIN);
    int64_t withdrawn, reverted;
    struct batch *list;
    size_t n;
    (void)store_data_import(st, 1, 0, 10, 0);
    (void)store_data_import(st, 1, 5, 20, 1);
    note_is(st, 6, "note of variant 1");
    assert_true(undo(st, 2, &withdrawn, &reverted));
    assert_int_equal(withdrawn, 10);
    assert_int_equal(reverted, 5);
    assert_int_equal(count(st), 10);
    note_is(st, 6, "note of variant 0");
    note_is(st, 11, NULL);
    assert_true(store_batch_list(&list, &n, st, a, &e));
    assert_string_equal(list[1].state, "undone");
    assert_true(list[1].undone_at >= list[1].created_at);
    assert_string_equal(list[0].state, "visible");

    struct batch_result r =
        store_data_import(st, 1, 0, 20, 1); /* after the undo: versions go on counting */
    assert_int_equal(r.n[PUT_NEW], 10);
    assert_int_equal(r.n[PUT_CHANGED], 10);
    note_is(st, 6, "note of variant 1");
    note_is(st, 11, "note of variant 1");
    assert_true(undo(st, 3, &withdrawn, &reverted));
    assert_int_equal(withdrawn, 10);
    assert_int_equal(reverted, 10);
    note_is(st, 6, "note of variant 0");
    assert_true(undo(st, 1, &withdrawn, &reverted)); /* and then the first of all */
    assert_int_equal(withdrawn, 10);
    assert_int_equal(count(st), 0);
    struct query q;
    assert_true(query_begin(&q, store_backend(st), SQL_CHECK_SERIES));
    assert_false(query_next(&q));
    assert_true(query_end(&q, &e));
    arena_free(a);
    store_close(st);
}

static void batch_list_3_what_is_refused(void **state)
{
    (void)state;
    struct store *st = store_data_make("c");
    int64_t withdrawn, reverted;
    (void)store_data_import(st, 1, 0, 10, 0);
    (void)store_data_import(st, 1, 9, 20, 1); /* changes one record of the first */
    (void)store_data_import(st, 1, 15, 20, 2);
    assert_false(undo(st, 1, &withdrawn, &reverted));
    assert_int_equal(e.code, ERR_CONFLICT);
    assert_string_equal(e.id, "batch.later_changes");
    assert_non_null(strstr(e.msg, "1 of its records"));
    assert_false(undo(st, 2, &withdrawn, &reverted));
    assert_string_equal(e.id, "batch.later_changes");
    assert_non_null(strstr(e.msg, "5 of its records"));
    assert_int_equal(count(st), 20);
    assert_true(undo(st, 3, &withdrawn, &reverted));
    assert_int_equal(withdrawn, 0);
    assert_int_equal(reverted, 5);
    assert_true(undo(st, 2, &withdrawn, &reverted));
    assert_false(undo(st, 2, &withdrawn, &reverted));
    assert_int_equal(e.code, ERR_CONFLICT);
    assert_string_equal(e.id, "batch.undone");
    assert_true(undo(st, 1, &withdrawn, &reverted));
    assert_false(undo(st, 4, &withdrawn, &reverted));
    assert_int_equal(e.code, ERR_NOT_FOUND);
    assert_string_equal(e.id, "batch.unknown");
    assert_false(store_batch_undo(&withdrawn, &reverted, st, 1, "a", "r", &e)); /* no transaction */
    assert_string_equal(e.id, "store.no_transaction");

    (void)store_data_import(st, 2, 0, 0, 0); /* an empty batch can be undone as well */
    assert_true(undo(st, 4, &withdrawn, &reverted));
    assert_int_equal(withdrawn + reverted, 0);
    store_close(st);
}

static void add_batch_of(struct store *st, int64_t batch_no, int64_t last_record,
                         const uint8_t digest[32])
{
    struct query q;
    const char *const zero[] = {"created_at", "n_new",       "n_changed",
                                "n_same",     "n_duplicate", "n_refused"};
    const char *const words[] = {"mapping", "file_label", "actor"};
    assert_true(query_begin(&q, store_backend(st), SQL_BATCH_ADD));
    query_bind_int(&q, "batch_no", batch_no);
    query_bind_int(&q, "series_no", 1);
    query_bind_int(&q, "first_record", 1);
    query_bind_int(&q, "last_record", last_record);
    query_bind_blob(&q, "file_sha256", digest, 32);
    query_bind_blob(&q, "digest", digest, 32);
    for (size_t i = 0; i < sizeof zero / sizeof zero[0]; i++) query_bind_int(&q, zero[i], 0);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        query_bind_text(&q, words[i], TEXT("x"));
    assert_true(query_run(&q, &e));
}

static void batch_list_4_the_digest_again(void **state)
{
    (void)state;
    struct store *st = store_data_make("d");
    struct batch_result r[4] = {store_data_import(st, 1, 0, 600, 0),
                                store_data_import(st, 1, 300, 900, 1),
                                store_data_import(st, 1, 900, 900, 0),
                                store_data_import(st, 1, 100, 1000, 2)};
    int64_t withdrawn, reverted;
    uint8_t again[32];
    for (int i = 0; i < 4; i++) {
        assert_true(store_batch_digest(again, st, r[i].batch_no, &e));
        assert_memory_equal(again, r[i].digest, 32);
    }
    assert_true(undo(st, 4, &withdrawn, &reverted)); /* history stays, and so does what it says */
    for (int i = 0; i < 4; i++) {
        assert_true(store_batch_digest(again, st, r[i].batch_no, &e));
        assert_memory_equal(again, r[i].digest, 32);
    }
    assert_false(store_batch_digest(again, st, 5, &e));
    assert_string_equal(e.id, "batch.unknown");

    /* The same records once more as batches of their own: all of them, and without the last. */
    assert_true(store_begin(st, true, &e));
    for (int64_t batch_no = 5; batch_no <= 6; batch_no++)
        add_batch_of(st, batch_no, batch_no == 5 ? 600 : 599, r[0].digest);
    assert_true(store_batch_digest(again, st, 5, &e));
    assert_memory_equal(again, r[0].digest, 32);
    assert_true(store_batch_digest(again, st, 6, &e));
    assert_memory_not_equal(again, r[0].digest, 32);
    store_rollback(st);
    store_close(st);
}

int main(void)
{
    setenv("DCIM_INSECURE_KDF", "1", 1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(batch_list_1_the_list),
        cmocka_unit_test(batch_list_2_what_comes_back),
        cmocka_unit_test(batch_list_3_what_is_refused),
        cmocka_unit_test(batch_list_4_the_digest_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
