/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/store/token.c
 *  1 added, found by its text alone, used, revoked
 *  2 which names a list has
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

static void token_1(void **state)
{
    (void)state;
    char text[ACCESS_TOKEN_TEXT + 1], second[ACCESS_TOKEN_TEXT + 1];
    struct token t = {.account_no = no,
                      .label = "nightly",
                      .operations = "record.list",
                      .purpose = "count",
                      .added_at = 5,
                      .until = 50},
                 *list;
    size_t n;
    assert_true(store_token_add(text, st, &t, NULL));
    assert_true(store_token_add(second, st, &t, NULL));
    assert_true(store_token_find(&t, st, text_of(text), arena, NULL));
    assert_true(t.token_no > 0 && t.account_no == no && t.until == 50 && t.used_at == 0);
    assert_string_equal(t.purpose, "count");
    assert_null(t.organisation);
    int64_t number = t.token_no;
    text[20] = text[20] == '0' ? '1' : '0';
    assert_true(store_token_find(&t, st, text_of(text), arena, NULL));
    assert_int_equal(t.token_no, 0);
    assert_true(store_token_used(st, number, 7, NULL));
    assert_true(store_token_revoke(st, number, 8, NULL));
    assert_true(store_token_revoke_all(st, no, 9, NULL));
    assert_true(store_token_list(&list, &n, st, no, arena, NULL));
    assert_int_equal(n, 2);
    assert_true(list[0].used_at == 7 && list[0].revoked_at == 8 && list[1].revoked_at == 9);
}

static void names_2(void **state)
{
    (void)state;
    assert_true(token_names("record.list record.show", "record.list"));
    assert_true(token_names("record.list record.show", "record.show"));
    assert_false(token_names("record.list record.show", "record"));
    assert_false(token_names("record.list record.show", "record.sho"));
    assert_false(token_names("record.list", "record.list record.show"));
    assert_false(token_names("", "record.list"));
    assert_false(token_names(NULL, "record.list"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(token_1), cmocka_unit_test(names_2)};
    return cmocka_run_group_tests(tests, begin, end);
}
