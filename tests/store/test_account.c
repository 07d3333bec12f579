/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/store/account.c
 *  1 added, found, listed, changed
 *  2 passwords and activation codes: one, for one account, for a time
 *  3 the setup code; networks; identifiers opened
 */
#include "harness.h"

#include "store/account.h"
#include "store/backend.h"
#include "store/session.h"
#include "store/throttle.h"
#include "store/token.h"

#include <string.h>

static struct store *st;
static struct arena *arena;
static int64_t no; /* account ana */

static int begin(void **state)
{
    (void)state;
    const struct unlock u = {.key_file = "key"};
    uint8_t hash[32] = {0};
    struct account a = {.name = "ana", .full_name = "Ana", .added_by = "test"};
    a.role = role_find(TEXT("analyst"));
    arena = arena_new(ARENA_PLAIN);
    if (!store_create(&st, "repository", &u, "pt", hash, NULL)) fail();
    assert_true(store_begin(st, true, NULL));
    assert_true(store_account_add(&no, st, &a, 1000, NULL));
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

static void rows_1(void **state)
{
    (void)state;
    struct account a, *list;
    struct err e = {0};
    size_t n;
    int64_t other, there, active;
    assert_true(store_account_find(&a, st, TEXT("nobody"), arena, NULL));
    assert_int_equal(a.account_no, 0);
    assert_true(store_account_find(&a, st, TEXT("ana"), arena, NULL));
    assert_int_equal(a.account_no, no);
    assert_int_equal(a.state, ACCOUNT_INVITED);
    assert_false(a.has_password || a.has_factor);
    assert_null(a.organisation);
    assert_false(store_account_add(&other, st, &a, 1000, &e));
    assert_string_equal(e.id, "account.exists");
    a.name = "Eva";
    assert_false(store_account_add(&other, st, &a, 1000, &e));
    assert_string_equal(e.id, "account.name");
    a.name = "eva";
    a.full_name = "";
    assert_false(store_account_add(&other, st, &a, 1000, &e));
    assert_string_equal(e.id, "account.full_name");
    a.full_name = "Éva";
    assert_true(store_account_add(&other, st, &a, 1000, NULL));
    assert_true(store_account_list(&list, &n, st, arena, NULL));
    assert_int_equal(n, 2);
    assert_string_equal(list[1].name, "eva");
    assert_true(store_account_count(&there, &active, st, "analyst", NULL));
    assert_true(there == 2 && active == 0);
    a.account_no = other;
    a.state = ACCOUNT_ACTIVE;
    a.role = role_find(TEXT("publisher"));
    assert_true(store_account_change(st, &a, NULL));
    assert_true(store_account_set_language(st, other, "cs", NULL));
    assert_true(store_account_signed_in(st, other, 5, NULL));
    assert_true(store_account_get(&a, st, other, arena, NULL));
    assert_string_equal(a.role->name, "publisher");
    assert_string_equal(a.language, "cs");
    assert_int_equal(a.signed_in_at, 5);
    assert_string_equal(account_state_name(a.state), "active");
    assert_string_equal(account_state_name(ACCOUNT_INVITED), "invited");
    assert_string_equal(account_state_name(ACCOUNT_DISABLED), "disabled");
}

static void codes_2(void **state)
{
    (void)state;
    char code[ACCESS_LONG_CODE + 1], again[ACCESS_LONG_CODE + 1];
    struct account_password p = {.there = true, .cost = {1, 8}}, kept;
    struct account a;
    bool fits;
    memset(p.hash, 7, sizeof p.hash);
    assert_true(store_account_activation_fits(&fits, st, no, TEXT(""), 0, NULL));
    assert_false(fits);
    assert_true(store_account_invite(code, st, no, 1000, NULL));
    assert_true(store_account_activation_fits(&fits, st, no, text_of(code), 1000, NULL));
    assert_true(fits);
    assert_true(store_account_activation_fits(&fits, st, no + 1, text_of(code), 1000, NULL));
    assert_false(fits);
    assert_true(store_account_activation_fits(&fits, st, no, text_of(code),
                                              1001 + ACCOUNT_INVITE_SECONDS, NULL));
    assert_false(fits);
    assert_true(store_account_invite(again, st, no, 1000, NULL));
    assert_true(store_account_activation_fits(&fits, st, no, text_of(code), 1000, NULL));
    assert_false(fits);
    assert_true(store_account_set_password(st, no, &p, 1001, NULL)); /* the code is void */
    assert_true(store_account_activation_fits(&fits, st, no, text_of(again), 1001, NULL));
    assert_false(fits);
    assert_true(store_account_password(&kept, st, no, NULL));
    assert_true(kept.there && kept.cost.kib == 8);
    assert_memory_equal(kept.hash, p.hash, sizeof p.hash);
    assert_true(store_account_invite(again, st, no, 1000, NULL));
    assert_true(store_account_password(&kept, st, no, NULL));
    assert_false(kept.there);
    assert_true(store_account_get(&a, st, no, arena, NULL));
    assert_false(a.has_password);
}

static void rest_3(void **state)
{
    (void)state;
    char code[ACCESS_LONG_CODE + 1];
    bool fits, known;
    int64_t hour, day;
    assert_true(store_setup_fits(&fits, st, TEXT(""), 0, NULL));
    assert_false(fits);
    assert_true(store_setup_new(code, st, 1000, NULL));
    assert_true(store_setup_fits(&fits, st, text_of(code), 1000, NULL));
    assert_true(fits);
    assert_true(store_setup_fits(&fits, st, text_of(code), 1000 + 86401, NULL));
    assert_false(fits);
    assert_true(store_setup_clear(st, NULL));
    assert_true(store_setup_fits(&fits, st, text_of(code), 1000, NULL));
    assert_false(fits);

    assert_true(store_source_note(st, no, "192.0.2.0", 1000, NULL));
    assert_true(store_source_known(&known, st, no, "192.0.2.0", 1000, NULL));
    assert_true(known);
    assert_true(store_source_known(&known, st, no, "198.51.100.0", 1000, NULL));
    assert_false(known);
    assert_true(store_source_known(&known, st, no, NULL, 1000, NULL));
    assert_false(known);
    assert_true(store_source_known(&known, st, no, "192.0.2.0", 1001 + 30 * 86400, NULL));
    assert_false(known);

    for (int i = 0; i < 5; i++) assert_true(store_view_note(st, no, 1000 + i * 3600, NULL));
    assert_true(store_view_count(&hour, &day, st, no, 1000 + 4 * 3600, NULL));
    assert_true(hour == 1 && day == 5);
    assert_true(store_view_note(st, no, 1000 + 86400 + 3600, NULL));
    assert_true(store_view_count(&hour, &day, st, no, 1000 + 86400 + 3600, NULL));
    assert_true(hour == 1 && day == 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(rows_1), cmocka_unit_test(codes_2),
                                       cmocka_unit_test(rest_3)};
    return cmocka_run_group_tests(tests, begin, end);
}
