/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/store/organisation.c
 *  1 added, found, listed by code   2 what is refused */
#include "harness.h"

#include "store/store.h"
#include "store_data.h"

static struct err e;

static void organisation_1_added_found_listed(void **state)
{
    (void)state;
    struct store *st = store_data_make("a");
    struct arena *a = arena_new(ARENA_PLAIN);
    struct organisation o, *list;
    int64_t no = 0;
    size_t n;
    assert_true(store_begin(st, true, &e));
    assert_true(
        store_organisation_add(&no, st, TEXT("APAV"), TEXT("50"), TEXT("Apoio à Vítima"), &e));
    assert_int_equal(no, 3);
    assert_true(store_commit(st, &e));
    store_close(st);

    st = store_data_open("a", true);
    assert_true(store_organisation_find(&o, st, TEXT("APAV"), a, &e));
    assert_int_equal(o.organisation_no, 3);
    assert_string_equal(o.code, "APAV");
    assert_string_equal(o.type, "50");
    assert_string_equal(o.name, "Apoio à Vítima");
    assert_true(o.added_at > 1700000000);
    assert_true(store_organisation_list(&list, &n, st, a, &e));
    assert_int_equal(n, 3);
    assert_string_equal(list[0].code, "APAV");
    assert_string_equal(list[1].code, "GNR");
    assert_string_equal(list[2].code, "NGO");
    assert_false(store_organisation_find(&o, st, TEXT("apav"), a, &e)); /* codes are exact */
    assert_int_equal(e.code, ERR_NOT_FOUND);
    assert_true(strlen(e.remedy) > 0);
    arena_free(a);
    store_close(st);
}

static void organisation_2_what_is_refused(void **state)
{
    (void)state;
    struct store *st = store_data_make("b");
    int64_t no = 0;
    assert_false(store_organisation_add(&no, st, TEXT("X"), TEXT("50"), TEXT("X"), &e));
    assert_string_equal(e.id, "store.no_transaction");
    assert_true(store_begin(st, true, &e));
    assert_false(store_organisation_add(&no, st, TEXT("GNR"), TEXT("10"), TEXT("another"), &e));
    assert_int_equal(e.code, ERR_USAGE);
    assert_string_equal(e.id, "organisation.exists");
    char long_code[70];
    memset(long_code, 'A', sizeof long_code);
    const struct text codes[] = {TEXT(""),     TEXT("A B"),     TEXT("A'B"), TEXT("\xc3\x89"),
                                 TEXT("A\0B"), {long_code, 65}, TEXT("A/B"), TEXT("A\n")};
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        assert_false(store_organisation_add(&no, st, codes[i], TEXT("10"), TEXT("name"), &e));
        assert_string_equal(e.id, "organisation.code");
    }
    assert_true(store_organisation_add(&no, st, (struct text){long_code, 64}, TEXT("10"),
                                       TEXT("name"), &e));
    assert_false(store_organisation_add(&no, st, TEXT("B"), TEXT("10"), TEXT(""), &e));
    assert_false(store_organisation_add(&no, st, TEXT("B"), TEXT(""), TEXT("name"), &e));
    assert_false(store_organisation_add(&no, st, TEXT("B"), TEXT("10"), TEXT("\xff"), &e));
    assert_string_equal(e.id, "organisation.name");
    store_rollback(st);
    struct arena *a = arena_new(ARENA_PLAIN);
    struct organisation *list;
    size_t n;
    assert_true(store_organisation_list(&list, &n, st, a, &e));
    assert_int_equal(n, 2);
    arena_free(a);
    store_close(st);
}

int main(void)
{
    setenv("DCIM_INSECURE_KDF", "1", 1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(organisation_1_added_found_listed),
        cmocka_unit_test(organisation_2_what_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
