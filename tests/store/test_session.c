/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/store/session.c
 *  1 opened, found by its token alone, renewed, ended (S37)
 *  2 three of one account, and what is over is swept (S38)
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

static void session_1(void **state)
{
    (void)state;
    char token[ACCESS_SESSION_TEXT + 1], next[ACCESS_SESSION_TEXT + 1];
    struct session s = {.account_no = no,
                        .state = SESSION_SECOND,
                        .source = "192.0.2.0",
                        .began_at = 9};
    assert_true(store_session_open(token, st, &s, 5000, NULL));
    assert_true(store_session_find(&s, st, text_of(token), arena, NULL));
    assert_true(s.session_no > 0 && s.account_no == no && s.state == SESSION_SECOND);
    assert_true(s.began_ms == 5000 && s.seen_ms == 5000 && s.proved_ms == 5000 && s.began_at == 9);
    assert_string_equal(s.source, "192.0.2.0");
    assert_null(s.purpose);
    int64_t number = s.session_no;
    assert_true(store_session_renew(next, st, number, SESSION_OPEN, 6000, NULL));
    assert_true(store_session_find(&s, st, text_of(token), arena, NULL));
    assert_int_equal(s.session_no, 0);
    assert_true(store_session_seen(st, number, 7000, NULL));
    assert_true(store_session_set_purpose(st, number, "why", NULL));
    assert_true(store_session_find(&s, st, text_of(next), arena, NULL));
    assert_true(s.session_no == number && s.state == SESSION_OPEN);
    assert_true(s.began_ms == 5000 && s.seen_ms == 7000 && s.proved_ms == 6000);
    assert_string_equal(s.purpose, "why");
    assert_true(store_session_end(st, number, NULL));
    assert_true(store_session_find(&s, st, text_of(next), arena, NULL));
    assert_int_equal(s.session_no, 0);
    assert_string_equal(session_state_name(SESSION_OPEN), "open");
    assert_string_equal(session_state_name(SESSION_SECOND), "second");
    assert_string_equal(session_state_name(SESSION_ENROL), "enrol");
    int64_t a = session_clock(), b = session_clock();
    assert_true(a > 0 && b >= a);
}

static void session_2(void **state)
{
    (void)state;
    char token[5][ACCESS_SESSION_TEXT + 1];
    struct session s = {.account_no = no, .state = SESSION_OPEN}, *list;
    size_t n;
    for (int i = 0; i < 5; i++) assert_true(store_session_open(token[i], st, &s, 5000 + i, NULL));
    assert_true(store_session_list(&list, &n, st, no, arena, NULL));
    assert_int_equal(n, SESSIONS_MAX);
    assert_int_equal(list[0].began_ms, 5002);
    assert_true(store_session_end_all(st, no, list[1].session_no, NULL));
    assert_true(store_session_list(&list, &n, st, no, arena, NULL));
    assert_int_equal(n, 1);
    assert_true(store_session_open(token[0], st, &s, 5003 + SESSION_IDLE_MS + 1, NULL));
    assert_true(store_session_list(&list, &n, st, no, arena, NULL));
    assert_int_equal(n, 1); /* the idle one is gone */
    assert_true(store_session_end_all(st, no, 0, NULL));
    assert_true(store_session_list(&list, &n, st, no, arena, NULL));
    assert_int_equal(n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(session_1), cmocka_unit_test(session_2)};
    return cmocka_run_group_tests(tests, begin, end);
}
