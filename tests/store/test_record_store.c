/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/store/record_store.c
 *  1 lists and counts of records and persons   2 one record, any version, as codes are typed   3
 *  history
 *  4 under a later dictionary   5 what was moved or is damaged does not open (S12) */
#include "harness.h"

#include "raw.h"
#include "store/keyring.h"
#include "store/store.h"
#include "store_data.h"

static struct err e;
static struct arena *a;

static int setup(void **state)
{
    (void)state;
    a = arena_new(ARENA_WIPE);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(a);
    return 0;
}

static const struct value *value(const struct record *r, const char *name, uint32_t row)
{
    const struct variable *v = dictionary_variable(r->dictionary, r->form->id, text_of(name));
    assert_non_null(v);
    return record_get(r, v->id, row);
}

static struct record_meta *all(struct store *st, size_t n_wanted)
{
    struct record_meta *list;
    size_t n;
    if (!store_record_list(&list, &n, st, FORM_NONE, SCOPE_EVERYTHING, 0, 1000000, a, &e))
        fail_msg("%s", e.msg);
    assert_int_equal(n, n_wanted);
    return list;
}

static void load(struct record *r, struct record_meta *m, struct store *st, const char *code,
                 uint32_t version)
{
    if (!store_record_load(r, m, st, SCOPE_EVERYTHING, text_of(code), version, a, &e))
        fail_msg("%s: %s", e.id, e.msg);
}

static void not_loaded(struct store *st, const char *code, uint32_t version, enum err_code wanted,
                       const char *id)
{
    struct record r;
    struct record_meta m;
    assert_false(store_record_load(&r, &m, st, SCOPE_EVERYTHING, text_of(code), version, a, &e));
    assert_int_equal(e.code, wanted);
    assert_string_equal(e.id, id);
}

/* What store_data_record() put, without the identity part. */
static void is_record(const struct record *r, int i, int variant)
{
    char note[40];
    snprintf(note, sizeof note, "note of variant %d", variant);
    assert_true(text_equal(value(r, "ref", 0)->text, store_data_reference(i)));
    assert_int_equal(value(r, "sex", 0)->code, i % 2);
    assert_int_equal(value(r, "birth_year", 0)->integer, 1950 + i % 60);
    assert_int_equal(value(r, "citizenship", 0)->n_code, 1 + i % 2);
    assert_true(text_is(value(r, "note", 0)->text, note));
    assert_int_equal(value(r, "family_name", 0)->kind, VALUE_EMPTY);
    assert_int_equal(r->table[1].n_row, i % 4);
    for (int k = 0; k < i % 4; k++)
        assert_int_equal(value(r, "form", (uint32_t)k)->code, (i + k) % 4);
}

static void record_store_1_lists_and_counts(void **state)
{
    (void)state;
    struct store *st = store_data_make("a");
    struct record_meta *list;
    int64_t n_record;
    size_t n;
    (void)all(st, 0);
    (void)store_data_import(st, 1, 0, 50, 0);
    (void)store_data_import(st, 2, 0, 20, 0);
    (void)store_data_import(st, 1, 10, 12, 1);
    list = all(st, 70);
    for (size_t i = 0; i < 70; i++) {
        assert_int_equal(list[i].record_no, i + 1);
        assert_int_equal(list[i].form, 0);
        assert_string_equal(list[i].organisation, i < 50 ? "GNR" : "NGO");
        assert_int_equal(list[i].organisation_no, i < 50 ? 1 : 2);
        assert_string_equal(list[i].state, "active");
        assert_int_equal(list[i].version_no, i == 10 || i == 11 ? 2 : 1);
        assert_int_equal(list[i].batch_no, i == 10 || i == 11 ? 3 : i < 50 ? 1 : 2);
        assert_string_equal(list[i].author, "local:test");
        assert_string_equal(list[i].reason, "");
        assert_int_equal(list[i].has_identity, (i < 50 ? i : i - 50) % 3 == 0);
        assert_true(list[i].created_at > 1700000000);
        assert_int_equal(strlen(list[i].code), RECORD_CODE);
        for (size_t k = 0; k < i; k++) assert_string_not_equal(list[i].code, list[k].code);
    }
    /* Page by page. */
    assert_true(store_record_list(&list, &n, st, 0, SCOPE_EVERYTHING, 65, 3, a, &e));
    assert_int_equal(n, 3);
    assert_int_equal(list[0].record_no, 66);
    assert_true(store_record_list(&list, &n, st, 0, SCOPE_EVERYTHING, 68, 3, a, &e));
    assert_int_equal(n, 2);
    assert_true(store_record_list(&list, &n, st, 0, SCOPE_EVERYTHING, UINT64_MAX, 3, a, &e));
    assert_int_equal(n, 0);
    assert_true(
        store_record_list(&list, &n, st, 1, SCOPE_EVERYTHING, 0, 100, a, &e)); /* the other form */
    assert_int_equal(n, 0);
    assert_true(store_record_count(&n_record, st, 0, &e));
    assert_int_equal(n_record, 70);
    assert_true(store_record_count(&n_record, st, 1, &e));
    assert_int_equal(n_record, 0);
    assert_true(store_record_count(&n_record, st, FORM_NONE, &e));
    assert_int_equal(n_record, 70);
    /* Persons: every third has a name and so a match key, the NGO's 0, 3 .. 18 are the police's
     * too; nobody else is known to be anybody. */
    assert_true(store_person_count(&n_record, st, 0, &e));
    assert_int_equal(n_record, 70 - 7);
    assert_true(store_person_count(&n_record, st, 1, &e));
    assert_int_equal(n_record, 0);
    store_close(st);
}

static void record_store_2_one_record(void **state)
{
    (void)state;
    struct store *st = store_data_open("a", true);
    struct record_meta *list = all(st, 70), m;
    struct record r;
    for (int i = 0; i < 50; i++) {
        load(&r, &m, st, list[i].code, 0);
        is_record(&r, i, i == 10 || i == 11);
        assert_int_equal(m.record_no, i + 1);
        assert_string_equal(m.code, list[i].code);
    }
    load(&r, &m, st, list[10].code, 1); /* an earlier version */
    is_record(&r, 10, 0);
    assert_int_equal(m.version_no, 1);
    assert_int_equal(m.batch_no, 1);
    load(&r, &m, st, list[10].code, 2);
    is_record(&r, 10, 1);

    char typed[40];
    const char *c = list[10].code;
    snprintf(typed, sizeof typed, "%.4s-%.4s %.4s", c, c + 4, c + 8);
    for (char *p = typed; *p; p++)
        if (*p >= 'A' && *p <= 'Z') *p = (char)(*p - 'A' + 'a');
    load(&r, &m, st, typed, 0);
    assert_string_equal(m.code, c);

    not_loaded(st, c, 3, ERR_NOT_FOUND, "record.unknown");
    not_loaded(st, c, 65535, ERR_NOT_FOUND, "record.unknown");
    not_loaded(st, c, 65536, ERR_NOT_FOUND, "record.unknown"); /* would be the next record's */
    not_loaded(st, c, UINT32_MAX, ERR_NOT_FOUND, "record.unknown");
    not_loaded(st, "", 0, ERR_NOT_FOUND, "record.unknown");
    not_loaded(st, "' OR 1=1 --", 0, ERR_NOT_FOUND, "record.unknown"); /* S59 */
    not_loaded(st, strcmp(c, "000000000000") == 0 ? "000000000001" : "000000000000", 0,
               ERR_NOT_FOUND, "record.unknown");
    store_close(st);

    st = NULL; /* without a dictionary nothing can be read */
    assert_true(store_open(&st, "a", store_data_unlock(), true, &e));
    not_loaded(st, c, 0, ERR_STORE, "store.no_dictionary");
    store_close(st);
}

static void record_store_3_history(void **state)
{
    (void)state;
    struct store *st = store_data_open("a", false);
    struct record_meta *list = all(st, 70), *versions, m;
    struct record r;
    int64_t withdrawn, reverted;
    size_t n;
    const char *code = arena_copy(a, list[10].code, RECORD_CODE);
    static const int64_t wanted[3] = {1, 3, 4};
    (void)store_data_import(st, 1, 10, 11, 2);
    assert_true(store_record_history(&versions, &n, st, SCOPE_EVERYTHING, text_of(code), a, &e));
    assert_int_equal(n, 3);
    for (uint32_t i = 0; i < 3; i++) {
        assert_int_equal(versions[i].version_no, i + 1);
        assert_int_equal(versions[i].batch_no, wanted[i]);
        assert_string_equal(versions[i].author, "local:test");
    }
    assert_true(
        store_begin(st, true, &e)); /* undone: history stays, the current version goes back */
    assert_true(store_batch_undo(&withdrawn, &reverted, st, 4, "local:test", "why", &e));
    assert_true(store_commit(st, &e));
    assert_true(store_record_history(&versions, &n, st, SCOPE_EVERYTHING, text_of(code), a, &e));
    assert_int_equal(n, 3);
    load(&r, &m, st, code, 0);
    assert_int_equal(m.version_no, 2);
    is_record(&r, 10, 1);
    load(&r, &m, st, code, 3);
    is_record(&r, 10, 2);
    assert_false(
        store_record_history(&versions, &n, st, SCOPE_EVERYTHING, TEXT("nonsense"), a, &e));
    assert_int_equal(e.code, ERR_NOT_FOUND);
    store_close(st);
}

static void record_store_4_a_later_dictionary(void **state)
{
    (void)state;
    struct store *st = store_data_open("a", false);
    struct record_meta *list = all(st, 70), m;
    struct record r;
    assert_true(store_begin(st, true, &e));
    assert_true(store_use_dictionary(st, store_data_later_dictionary(), &e));
    assert_true(store_commit(st, &e));
    load(&r, &m, st, list[5].code, 0);
    assert_int_equal(value(&r, "sex", 0)->code, 1);
    assert_int_equal(value(&r, "remark", 0)->kind, VALUE_EMPTY);
    assert_int_equal(value(&r, "birth_year", 0)->integer, 1955);
    assert_true(text_equal(value(&r, "ref", 0)->text, store_data_reference(5)));
    store_close(st);
    st = store_data_open("a", true); /* and what the later one did not show is still there */
    load(&r, &m, st, list[5].code, 0);
    is_record(&r, 5, 0);
    store_close(st);
}

static void record_store_5_moved_or_damaged(void **state) /* S12 */
{
    (void)state;
    struct store *st = store_data_make("b");
    struct record r;
    struct record_meta m;
    (void)store_data_import(st, 1, 0, 10, 0);
    (void)store_data_import(st, 1, 6, 7, 1);
    struct record_meta *list = all(st, 10);
    struct secret *key =
        secret_copy(secret_bytes(keyring_key(store_keyring(st), KEY_DATABASE)), CRYPTO_KEY);
    store_close(st);

    struct raw *raw = raw_open("b/database", key);
    /* the body of record 2 into record 1; the key of 4 into 3; an earlier version of 7 as its later
     * one; one byte of 5 */
    raw_run(raw, "UPDATE record_version SET body ="
                 " (SELECT body FROM record_version WHERE version_id = 2 * 65536 + 1)"
                 " WHERE version_id = 65536 + 1;"
                 "UPDATE record SET wrapped_key ="
                 " (SELECT wrapped_key FROM record WHERE record_no = 4) WHERE record_no = 3;"
                 "UPDATE record_version SET body ="
                 " (SELECT body FROM record_version WHERE version_id = 7 * 65536 + 1)"
                 " WHERE version_id = 7 * 65536 + 2;"
                 "UPDATE record_version SET"
                 " body = CAST(substr(body, 1, length(body) - 1) || x'00' AS BLOB)"
                 " WHERE version_id = 5 * 65536 + 1;"
                 "UPDATE record_version SET body = x'00' WHERE version_id = 6 * 65536 + 1;"
                 "UPDATE record SET wrapped_key = NULL WHERE record_no = 9;"
                 "UPDATE record_version SET body = substr(body, 1, length(body) - 64)"
                 " WHERE version_id = 10 * 65536 + 1");
    raw_close(raw);
    secret_free(key);
    st = store_data_open("b", true);
    const int bad[] = {1, 3, 5, 6, 7, 9, 10};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        not_loaded(st, list[bad[i] - 1].code, 0, ERR_STORE, "envelope.damaged");
    load(&r, &m, st, list[1].code, 0);
    is_record(&r, 1, 0);
    load(&r, &m, st, list[3].code, 0);
    is_record(&r, 3, 0);
    load(&r, &m, st, list[6].code, 1);
    is_record(&r, 6, 0);
    store_close(st);
}

int main(void)
{
    setenv("DCIM_INSECURE_KDF", "1", 1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(record_store_1_lists_and_counts),
        cmocka_unit_test(record_store_2_one_record),
        cmocka_unit_test(record_store_3_history),
        cmocka_unit_test(record_store_4_a_later_dictionary),
        cmocka_unit_test(record_store_5_moved_or_damaged),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
