/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/store/query.c
 *  1 values in and out, by name and by position
 *  2 a query that has failed swallows what follows
 *  3 rows are held against the list
 *  4 one statement many times, and within itself
 *  5 misuse stops */
#include "harness.h"

#include "base/crypto.h"
#include "store/backend.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static struct secret *key;
static struct backend *b;
static struct err e;

static int setup(void **state)
{
    (void)state;
    crypto_start();
    key = secret_random(CRYPTO_KEY);
    return sqlite_backend_open(&b, "q.db", key, BACKEND_CREATE, &e) && backend_begin(b, true, &e)
               ? 0
               : -1;
}

static int teardown(void **state)
{
    (void)state;
    backend_close(b);
    secret_free(key);
    return 0;
}

static void query_1_values_in_and_out(void **state)
{
    (void)state;
    struct query q;
    uint8_t hash[32] = {1, 0, 2};

    assert_true(query_begin(&q, b, SQL_REPOSITORY_ADD));
    query_bind_blob(&q, ":repository_id", "0123456789\0abcde", 16);
    query_bind_int(&q, "created_at", INT64_MIN);
    char pack[] = "pt\xc3\xa9";
    query_bind_text(&q, "pack", text_of(pack));
    query_bind_blob(&q, "dictionary_hash", hash, sizeof hash);
    memset(pack, 'x', sizeof pack - 1); /* it was copied */
    assert_true(query_run(&q, &e));

    assert_true(query_begin(&q, b, SQL_REPOSITORY_INFO));
    assert_int_equal(query_int(&q, 1), 0); /* before the first row */
    assert_true(query_next(&q));
    struct text id = query_blob(&q, 0);
    assert_int_equal(id.n, 16);
    assert_memory_equal(id.p, "0123456789\0abcde", 16);
    assert_int_equal(query_int(&q, 1), INT64_MIN);
    assert_true(text_is(query_text(&q, 2), "pt\xc3\xa9"));
    assert_memory_equal(query_blob(&q, 3).p, hash, sizeof hash);
    assert_false(query_is_null(&q, 2));
    assert_false(query_next(&q));
    assert_false(query_next(&q));
    assert_true(query_is_null(&q, 2)); /* behind the last */
    assert_int_equal(query_text(&q, 2).n, 0);
    assert_true(query_end(&q, &e));

    /* by position, with an empty text, and null */
    assert_true(query_begin(&q, b, SQL_ORGANISATION_ADD));
    query_set_text(&q, 0, TEXT("A"));
    query_set_text(&q, 1, TEXT("10"));
    query_set_text(&q, 2, (struct text){NULL, 0});
    query_set_int(&q, 3, 7);
    assert_true(query_run(&q, &e));
    assert_true(query_begin(&q, b, SQL_ORGANISATION_FIND));
    query_bind_text(&q, "code", TEXT("A"));
    assert_true(query_next(&q));
    assert_int_equal(query_text(&q, 3).n, 0);
    assert_false(query_is_null(&q, 3));
    assert_true(query_end(&q, &e));
    assert_true(query_begin(&q, b, SQL_ORGANISATION_ADD));
    query_bind_text(&q, "code", TEXT("B"));
    query_bind_text(&q, "type", TEXT("10"));
    query_bind_null(&q, "name"); /* NOT NULL */
    query_bind_int(&q, "added_at", 7);
    assert_false(query_run(&q, &e));
    assert_string_equal(e.id, "store.constraint");
}

static void query_2_a_failed_query_swallows(void **state)
{
    (void)state;
    struct query q;
    char *big = calloc(65, 1 << 20); /* over the limit of a value, 64 MiB */
    assert_true(query_begin(&q, b, SQL_ORGANISATION_ADD));
    query_bind_blob(&q, "name", big, (size_t)65 << 20);
    query_bind_text(&q, "code", TEXT("C"));
    query_set_int(&q, 3, 7);
    assert_false(query_next(&q));
    assert_int_equal(query_int(&q, 0), 0);
    assert_false(query_again(&q));
    query_rewind(&q);
    assert_false(query_end(&q, &e));
    assert_int_equal(e.code, ERR_LIMIT);
    assert_string_equal(e.id, "store.value");
    assert_false(query_end(&q, NULL)); /* again: still failed */
    free(big);
}

static void query_3_rows_are_held_against_the_list(void **state)
{
    (void)state;
    struct query q;
    backend_rollback(b);                                  /* the row of the repository is gone */
    assert_true(query_begin(&q, b, SQL_REPOSITORY_INFO)); /* rows: 1 */
    assert_false(query_next(&q));
    assert_false(query_end(&q, &e));
    assert_int_equal(e.code, ERR_STORE);
    assert_string_equal(e.id, "store.rows");
    assert_true(query_begin(&q, b, SQL_ORGANISATION_FIND)); /* rows: 0..1 */
    query_bind_text(&q, "code", TEXT("none"));
    assert_false(query_next(&q));
    assert_true(query_end(&q, &e));
}

static void query_4_many_times_and_within_itself(void **state)
{
    (void)state;
    struct query q, inner;
    int64_t n = 0;
    struct backend *c = NULL;
    assert_true(sqlite_backend_open(&c, "r.db", key, BACKEND_CREATE, &e));
    assert_true(backend_begin(c, true, &e));
    assert_true(query_begin(&q, c, SQL_FORM_ADD));
    for (int i = 1; i <= 20; i++) {
        char name[16];
        snprintf(name, sizeof name, "f%d", i);
        query_set_int(&q, 0, i);
        query_set_text(&q, 1, text_of(name));
        assert_true(query_again(&q));
    }
    query_set_int(&q, 0, 3); /* there already; the name is the last one's */
    assert_false(query_again(&q));
    assert_false(query_end(&q, &e));
    assert_string_equal(e.id, "store.constraint");

    assert_true(query_begin(&q, c, SQL_FORM_LIST));
    while (query_next(&q)) {
        assert_true(query_begin(&inner, c, SQL_FORM_LIST)); /* the same statement, while it runs */
        while (query_next(&inner)) n += query_int(&inner, 0) == query_int(&q, 0);
        assert_true(query_end(&inner, &e));
    }
    assert_true(query_end(&q, &e));
    assert_int_equal(n, 20);

    assert_true(query_begin(&q, c, SQL_ORGANISATION_FIND)); /* asked again without being ended */
    for (int i = 0; i < 3; i++) {
        query_set_text(&q, 0, TEXT("A"));
        assert_false(query_next(&q));
        query_rewind(&q);
    }
    assert_true(query_end(&q, &e));
    assert_true(backend_commit(c, &e));
    backend_close(c);
}

/* Run fn in a child; true when an assertion ended it. */
static bool aborts(void (*fn)(void))
{
    pid_t child = fork();
    if (child == 0) {
        if (freopen("/dev/null", "w", stderr) == NULL) _exit(1);
        signal(SIGABRT, SIG_DFL);
        fn();
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFSIGNALED(status) || (WIFEXITED(status) && WEXITSTATUS(status) != 0);
}

static void unknown_parameter(void)
{
    struct query q;
    (void)query_begin(&q, b, SQL_ORGANISATION_FIND);
    query_bind_text(&q, "codex", TEXT("A"));
}

static void parameter_behind_the_last(void)
{
    struct query q;
    (void)query_begin(&q, b, SQL_ORGANISATION_FIND);
    query_set_int(&q, 1, 1);
}

static void nothing_wrong(void)
{
    struct query q;
    (void)query_begin(&q, b, SQL_ORGANISATION_FIND);
    query_set_text(&q, 0, TEXT("A"));
}

static void query_5_misuse_stops(void **state)
{
    (void)state;
    assert_true(aborts(unknown_parameter));
    assert_true(aborts(parameter_behind_the_last));
    assert_false(aborts(nothing_wrong));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(query_1_values_in_and_out),
        cmocka_unit_test(query_2_a_failed_query_swallows),
        cmocka_unit_test(query_3_rows_are_held_against_the_list),
        cmocka_unit_test(query_4_many_times_and_within_itself),
        cmocka_unit_test(query_5_misuse_stops),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
