/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/store/store.c
 *  1 making: what lies in the folder, what is left when it fails
 *  2 opening: what is refused
 *  3 what the repository is
 *  4 transactions and the numbers of the dictionary
 *  5 one state held over several transactions that read */
#include "harness.h"

#include "base/file.h"
#include "base/mem.h"
#include "store/backend.h"
#include "store/store.h"
#include "store_data.h"

#include <sys/stat.h>
#include <unistd.h>

static struct err e;

static const uint8_t hash[32] = {1, 2, 3};

static void store_1_1_the_folder(void **state) /* S15 */
{
    (void)state;
    struct store *st = NULL;
    struct stat s;
    crypto_start();
    store_data_remove("a/b");
    assert_true(store_create(&st, "a/b", store_data_unlock(), "pt", hash, &e));
    assert_string_equal(store_folder(st), "a/b");
    assert_non_null(store_backend(st));
    assert_non_null(store_keyring(st));
    assert_int_equal(stat("a/b", &s), 0);
    assert_int_equal(s.st_mode & 07777, 0700);
    const char *const files[] = {"a/b/database", "a/b/keyring"};
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(stat(files[i], &s), 0);
        assert_int_equal(s.st_mode & 07777, 0600);
    }
    store_close(st);
    store_close(NULL);
}

static void store_1_2_not_over_what_is_there(void **state)
{
    (void)state;
    struct store *st = NULL;
    assert_false(store_create(&st, "a/b", store_data_unlock(), "pt", hash, &e));
    assert_null(st);
    assert_int_equal(e.code, ERR_CONFLICT);
    assert_string_equal(e.id, "store.not_empty");
    assert_int_equal(mkdir("other", 0755), 0);
    harness_write_text("other/file", "mine");
    assert_false(store_create(&st, "other", store_data_unlock(), "pt", hash, &e));
    assert_true(harness_exists("other/file"));
    assert_false(harness_exists("other/keyring"));
}

static void store_1_3_nothing_is_left_when_it_fails(void **state)
{
    (void)state;
    struct store *st = NULL;
    struct unlock nothing = {0}, nowhere = {.key_file = "no/such/folder/key"};
    assert_false(store_create(&st, "c", &nothing, "pt", hash, &e));
    assert_false(harness_exists("c"));
    assert_false(store_create(&st, "c", &nowhere, "pt", hash, &e));
    assert_false(harness_exists("c"));
    assert_false(
        store_create(&st, "c", store_data_unlock(), "a name that is far too long", hash, &e));
    assert_int_equal(e.code, ERR_USAGE);
    assert_false(harness_exists("c"));
    assert_int_equal(mkdir("d", 0755), 0); /* an empty folder that was there stays */
    assert_false(store_create(&st, "d", &nowhere, "pt", hash, &e));
    assert_true(harness_exists("d"));
    assert_true(folder_is_empty("d"));
}

static void store_2_what_is_refused(void **state)
{
    (void)state;
    struct store *st = NULL;
    assert_false(store_open(&st, "none", store_data_unlock(), true, &e));
    assert_null(st);
    assert_int_equal(e.code, ERR_NOT_FOUND);
    assert_string_equal(e.id, "store.missing");
    assert_false(harness_exists("none"));
    struct unlock wrong = {.key_file = "wrong-key"}; /* made for another repository */
    store_data_remove("g");
    assert_true(store_create(&st, "g", &wrong, "", hash, &e));
    store_close(st);
    assert_false(store_open(&st, "a/b", &wrong, true, &e));
    assert_int_equal(e.code, ERR_DENIED);

    /* The keyring of another repository. */
    store_close(store_data_make("e"));
    size_t n;
    char *keyring = harness_read("a/b/keyring", &n);
    harness_write("e/keyring", keyring, n);
    (void)unlink("e/keyring.copy");
    free(keyring);
    assert_false(store_open(&st, "e", store_data_unlock(), true, &e));
    assert_int_equal(e.code, ERR_DENIED);
    assert_string_equal(e.id, "store.wrong_key");

    assert_true(store_open(&st, "a/b", store_data_unlock(), true, &e));
    assert_false(store_begin(st, true, &e));
    assert_int_equal(e.code, ERR_DENIED);
    assert_string_equal(e.id, "store.read_only");
    store_close(st);
}

static void store_3_what_the_repository_is(void **state)
{
    (void)state;
    struct store *st = NULL;
    struct store_info first, second;
    uint8_t other[32] = {9};
    assert_true(store_open(&st, "a/b", store_data_unlock(), false, &e));
    assert_true(store_info(&first, st, &e));
    assert_string_equal(first.pack, "pt");
    assert_memory_equal(first.dictionary_hash, hash, 32);
    assert_true(first.created_at > 1700000000);
    uint8_t zero[16] = {0};
    assert_memory_not_equal(first.repository_id, zero, 16);
    assert_false(store_set_dictionary(st, "ro", other, &e));
    assert_string_equal(e.id, "store.no_transaction");
    assert_true(store_begin(st, true, &e));
    assert_true(store_set_dictionary(st, "ro", other, &e));
    assert_false(store_set_dictionary(st, "a name that is far too long", other, &e));
    assert_true(store_commit(st, &e));
    store_close(st);
    assert_true(store_open(&st, "a/b", store_data_unlock(), true, &e));
    assert_true(store_info(&second, st, &e));
    assert_string_equal(second.pack, "ro");
    assert_memory_equal(second.dictionary_hash, other, 32);
    assert_memory_equal(second.repository_id, first.repository_id, 16);
    store_close(st);
}

static void store_4_numbers_go_with_their_transaction(void **state)
{
    (void)state;
    struct store *st = NULL;
    store_data_remove("f");
    assert_true(store_create(&st, "f", store_data_unlock(), "", hash, &e));
    assert_false(
        store_use_dictionary(st, store_data_dictionary(), &e)); /* new names need a transaction */
    assert_int_equal(e.code, ERR_USAGE);
    assert_string_equal(e.id, "store.numbering");
    assert_true(store_begin(st, true, &e));
    int64_t no;
    assert_true(store_organisation_add(&no, st, TEXT("GNR"), TEXT("10"), TEXT("x"), &e));
    assert_true(store_commit(st, &e));
    /* Rolled back numbers are forgotten, and given again by the next import. */
    assert_true(store_begin(st, true, &e));
    assert_true(store_use_dictionary(st, store_data_dictionary(), &e));
    store_rollback(st);
    store_rollback(st); /* fine when none is open */
    struct batch_result r = store_data_import(st, 1, 0, 10, 0);
    assert_int_equal(r.n[PUT_NEW], 10);
    store_close(st);
    st = store_data_open("f", true); /* known now: no transaction needed */
    int64_t n;
    assert_true(store_record_count(&n, st, FORM_NONE, &e));
    assert_int_equal(n, 10);
    store_close(st);
}

static int64_t organisations_seen(struct store *st)
{
    struct store_info info;
    assert_true(store_info(&info, st, &e));
    return info.n_organisation;
}

static void add_organisation(struct store *st, const char *code)
{
    int64_t no;
    assert_true(store_begin(st, true, &e));
    assert_true(store_organisation_add(&no, st, text_of(code), TEXT("10"), TEXT("x"), &e));
    assert_true(store_commit(st, &e));
}

static void store_5_one_state_is_held(void **state)
{
    (void)state;
    struct store *one = NULL, *other;
    store_data_remove("f");
    assert_true(store_create(&one, "f", store_data_unlock(), "", hash, &e));
    assert_true(store_open_beside(&other, one, &e));
    assert_false(store_holds(one));
    store_give_up(one); /* nothing is held */
    assert_true(store_hold(one, &e));
    assert_true(store_hold(one, &e));
    assert_true(store_holds(one));
    add_organisation(other, "AA");
    assert_int_equal(organisations_seen(other), 1);
    assert_int_equal(organisations_seen(one), 0);
    for (int i = 0; i < 3; i++) { /* transactions that read are part of it, however they end */
        assert_true(store_begin(one, false, &e));
        assert_int_equal(organisations_seen(one), 0);
        if (i == 1) assert_true(store_commit(one, &e));
        else store_rollback(one);
        assert_true(store_holds(one));
        assert_int_equal(organisations_seen(one), 0);
    }
    assert_true(store_begin(one, false, &e));
    assert_false(/* it stays one that reads */
                 store_organisation_add(&(int64_t){0}, one, TEXT("BB"), TEXT("10"), TEXT("x"), &e));
    store_rollback(one);
    err_clear(&e);
    add_organisation(one, "CC"); /* a transaction that writes ends it, and sees what is there */
    assert_false(store_holds(one));
    assert_int_equal(organisations_seen(one), 2);
    assert_true(store_hold(one, &e));
    store_give_up(one);
    assert_false(store_holds(one));
    add_organisation(other, "DD");
    assert_int_equal(organisations_seen(one), 3);
    assert_true(store_hold(one, &e));
    store_rollback(one); /* of nothing but what is held: gives it up */
    assert_false(store_holds(one));
    assert_true(store_hold(one, &e));
    store_close(one); /* held or not */
    store_close(other);
}

int main(void)
{
    setenv("DCIM_INSECURE_KDF", "1", 1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(store_1_1_the_folder),
        cmocka_unit_test(store_1_2_not_over_what_is_there),
        cmocka_unit_test(store_1_3_nothing_is_left_when_it_fails),
        cmocka_unit_test(store_2_what_is_refused),
        cmocka_unit_test(store_3_what_the_repository_is),
        cmocka_unit_test(store_4_numbers_go_with_their_transaction),
        cmocka_unit_test(store_5_one_state_is_held),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
