/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/store/access.c
 *  1 what is drawn: long, of its letters, never the same twice
 *  2 codes as people type them
 *  3 hashes: by use, owner and text; never the text
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

static void draw_1(void **state)
{
    (void)state;
    char a[ACCESS_SESSION_TEXT + 1], b[ACCESS_SESSION_TEXT + 1], t[ACCESS_TOKEN_TEXT + 1];
    char c[ACCESS_LONG_CODE + 1], d[ACCESS_SHORT_CODE + 1];
    access_session_new(a);
    access_session_new(b);
    assert_int_equal(strlen(a), 64);
    assert_int_equal(strspn(a, "0123456789abcdef"), 64);
    assert_string_not_equal(a, b);
    access_token_new(t);
    assert_int_equal(strlen(t), 69);
    assert_memory_equal(t, "dcim_", 5);
    bool seen[256] = {false};
    for (int i = 0; i < 200; i++) {
        access_long_code_new(c);
        assert_int_equal(strlen(c), 29);
        for (int k = 0; k < 29; k++) {
            assert_int_equal(c[k] == '-', k % 5 == 4);
            seen[(unsigned char)c[k]] = true;
        }
    }
    for (const char *p = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"; *p != '\0'; p++)
        assert_true(seen[(unsigned char)*p]);
    assert_false(seen['I'] || seen['L'] || seen['O'] || seen['U']);
    access_short_code_new(d);
    assert_int_equal(strlen(d), 14);
}

static void typed_2(void **state)
{
    (void)state;
    char out[ACCESS_SHORT_CODE + 1];
    static const char *const same[] = {"7K2M-9QXT-4B8R", "7k2m9qxt4b8r", " 7K2M 9QXT 4B8R ",
                                       "7-K-2-M9QXT-4B8R--"};
    for (size_t i = 0; i < 4; i++) {
        assert_true(access_code_read(out, sizeof out, text_of(same[i])));
        assert_string_equal(out, "7K2M-9QXT-4B8R");
    }
    assert_true(access_code_read(out, sizeof out, TEXT("ilo")));
    assert_string_equal(out, "110");
    static const char *const none[] = {"", "---", "7K2M-9QXT-4B8R-1", "7K2M!", "u", "\xc3\xa9"};
    for (size_t i = 0; i < 6; i++)
        assert_false(access_code_read(out, sizeof out, text_of(none[i])));
    assert_false(access_code_read(out, sizeof out, (struct text){"A\0B", 3}));
}

static void hash_3(void **state)
{
    (void)state;
    uint8_t h[4][ACCESS_HASH];
    access_hash(h[0], st, ACCESS_SESSION, 0, TEXT("x"));
    access_hash(h[1], st, ACCESS_TOKEN, 0, TEXT("x"));
    access_hash(h[2], st, ACCESS_SESSION, 1, TEXT("x"));
    access_hash(h[3], st, ACCESS_SESSION, 0, TEXT("y"));
    for (int i = 0; i < 4; i++)
        for (int k = 0; k < i; k++) assert_memory_not_equal(h[i], h[k], ACCESS_HASH);
    access_hash(h[1], st, ACCESS_SESSION, 0, TEXT("x"));
    assert_memory_equal(h[0], h[1], ACCESS_HASH);
    crypto_hash(h[1], ACCESS_HASH, "x", 1, NULL);
    assert_memory_not_equal(h[0], h[1], ACCESS_HASH);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(draw_1), cmocka_unit_test(typed_2),
                                       cmocka_unit_test(hash_3)};
    return cmocka_run_group_tests(tests, begin, end);
}
