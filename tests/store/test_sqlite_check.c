/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/store/sqlite_check.c, through store/backend.h
 *  1 damage is noticed (S27)
 *  2 copying while others write (S96) */
#include "harness.h"

#include "base/buf.h"
#include "connection.h"

#include <unistd.h>

static struct secret *key;
static struct err e;

static int group_setup(void **state)
{
    (void)state;
    crypto_start();
    key = secret_random(CRYPTO_KEY);
    return 0;
}

static int group_teardown(void **state)
{
    (void)state;
    secret_free(key);
    return 0;
}

/* ---- 1 ---- */

static void check_1_1_a_flipped_bit_in_any_page_is_noticed(void **state) /* S27 */
{
    (void)state;
    struct backend *b = connection_made("f.db", key);
    connection_begin(b, true);
    for (int i = 0; i < 800; i++) {
        char code[16];
        snprintf(code, sizeof code, "C%d", i);
        connection_add(
            b, code, "a name that takes some room in a page, so that there are many pages of them");
    }
    connection_commit(b);
    struct buf out;
    size_t n_problem = 99;
    buf_init(&out, 1 << 20);
    assert_true(backend_check(b, &out, &n_problem, &e));
    if (n_problem != 0) fail_msg("%s", out.p);
    backend_close(b);

    size_t n;
    char *p = harness_read("f.db", &n);
    assert_int_equal(n % 8192, 0);
    assert_true(n / 8192 > 20);
    for (size_t page = 0; page < n / 8192; page++) {
        size_t at =
            page * 8192 + (page * 1237 + 16) % 8176; /* anywhere but in the salt, see below */
        p[at] = (char)(p[at] ^ 1 << page % 8);
        harness_write("g.db", p, n);
        p[at] = (char)(p[at] ^ 1 << page % 8);
        if (page == 0) {
            connection_refused("g.db", key, BACKEND_READ, ERR_DENIED, "store.wrong_key");
            continue;
        }
        if (!sqlite_backend_open(&b, "g.db", key, BACKEND_WRITE, &e)) { /* a page of the schema */
            assert_true(e.code == ERR_DENIED || e.code == ERR_STORE);
            continue;
        }
        buf_clear(&out);
        assert_true(backend_check(b, &out, &n_problem, &e));
        if (n_problem == 0) fail_msg("page %zu: not noticed", page + 1);
        backend_close(b);
        connection_forget("g.db");
    }
    p[3] = (char)(p[3] ^ 4); /* the salt of the key */
    harness_write("g.db", p, n);
    connection_refused("g.db", key, BACKEND_READ, ERR_DENIED, "store.wrong_key");
    free(p);
    buf_release(&out);
}

static void check_1_2_data_of_a_damaged_page_are_not_shown(void **state) /* S27 */
{
    (void)state;
    struct backend *b = connection_made("h.db", key);
    connection_begin(b, true);
    for (int i = 0; i < 2000; i++) {
        char code[16];
        snprintf(code, sizeof code, "C%d", i);
        connection_add(b, code, "some name");
    }
    connection_commit(b);
    backend_close(b);
    size_t n;
    char *p = harness_read("h.db", &n);
    for (size_t at = n - 10 * 8192 + 100; at < n; at += 8192) p[at] = (char)(p[at] ^ 16);
    harness_write("h.db", p, n);
    free(p);
    b = connection_opened("h.db", key, BACKEND_READ);
    struct query q;
    (void)query_begin(&q, b, SQL_ORGANISATION_LIST);
    while (query_next(&q)) assert_true(text_is(query_text(&q, 3), "some name"));
    assert_false(query_end(&q, &e));
    assert_int_equal(e.code, ERR_STORE);
    assert_string_equal(e.id, "store.damaged");
    backend_close(b);
}

/* ---- 2 ---- */

static void check_2_1_a_copy_is_one_state_and_hinders_nobody(void **state) /* S96 */
{
    (void)state;
    pid_t child = connection_child();
    if (child == 0) { /* writes as fast as it can, and measures how long it had to wait */
        struct backend *c = NULL;
        int n_long = 0;
        if (!sqlite_backend_open(&c, "o.db", key, BACKEND_WRITE, &e)) _exit(1);
        for (int i = 0; i < 50; i++) {
            char code[16];
            snprintf(code, sizeof code, "D%d", i);
            double from = harness_seconds();
            if (!backend_begin(c, true, &e)) _exit(2);
            double waited = harness_seconds() - from;
            connection_add(c, code, code);
            if (!backend_commit(c, &e)) _exit(3);
            n_long += waited > 0.05;
            usleep(2000);
        }
        backend_close(c);
        /* Now and then it is the machine that lets us wait. */
        _exit(n_long <= 5 || harness_sanitized() ? 0 : 4);
    }
    struct backend *b = connection_made("o.db", key);
    connection_begin(b, true);
    for (int i = 0; i < 20000; i++) {
        char code[16];
        snprintf(code, sizeof code, "C%d", i);
        connection_add(b, code, CONNECTION_CANARY);
    }
    connection_commit(b);
    connection_child_start();
    for (int i = 0; i < 5; i++) {
        connection_forget("p.db");
        assert_true(backend_copy_to(b, "p.db", &e));
        connection_is_ciphertext("p.db", 0);
        struct backend *c = connection_opened("p.db", key, BACKEND_WRITE);
        int64_t n = connection_count(c);
        assert_true(n >= 20000 && n <= 20050);
        struct buf out;
        size_t n_problem;
        buf_init(&out, 1 << 16);
        assert_true(backend_check(c, &out, &n_problem, &e));
        assert_int_equal(n_problem, 0);
        buf_release(&out);
        backend_close(c);
    }
    connection_child_end(child);
    assert_false(backend_copy_to(b, "o.db", &e)); /* never over a file that is there */
    assert_string_equal(e.id, "store.exists");
    connection_begin(b, true);
    assert_false(backend_copy_to(b, "q.db", &e));
    assert_string_equal(e.id, "store.copy");
    assert_false(harness_exists("q.db"));
    backend_close(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(check_1_1_a_flipped_bit_in_any_page_is_noticed),
        cmocka_unit_test(check_1_2_data_of_a_damaged_page_are_not_shown),
        cmocka_unit_test(check_2_1_a_copy_is_one_state_and_hinders_nobody),
    };
    return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
