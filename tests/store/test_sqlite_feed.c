/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/store/sqlite_feed.c, through query_feed()
 *  1 many rows, each cell asked for once
 *  2 a row that is refused fails the statement
 *  3 what is written out early: nothing depends on it, and no lock is lost by it */
#include "harness.h"

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

struct codes {
    int64_t first;
    size_t asked;
};

static struct feed_cell code_cell(void *ctx, size_t row, size_t column)
{
    struct codes *c = ctx;
    c->asked++;
    return (struct feed_cell){.kind = FEED_INT,
                              .number = column == 0 ? c->first + (int64_t)row : 7 * (int64_t)row};
}

static struct feed_cell reference_cell(void *ctx, size_t row, size_t column)
{
    uint8_t *hash = ctx; /* lent anew for each row */
    if (column == 1)
        return (struct feed_cell){.kind = row == 3 ? FEED_NULL : FEED_INT, .number = 1};
    memset(hash, (int)row, 16);
    return (struct feed_cell){.kind = FEED_BLOB, .p = hash, .n = 16};
}

static int64_t found(struct backend *c, int64_t code)
{
    struct query q;
    (void)query_begin(&q, c, SQL_RECORD_FIND);
    query_bind_int(&q, "code", code);
    query_bind_int(&q, "organisation_no", 0);
    int64_t no = query_next(&q) ? query_int(&q, 0) : -1;
    assert_true(query_end(&q, &e));
    return no;
}

static void feed_1_many_rows(void **state)
{
    (void)state;
    struct backend *c = connection_made("f.db", key);
    struct query q;
    struct codes codes = {.first = 100};
    assert_true(query_begin(&q, c, SQL_LOAD_CODES));
    assert_false(query_feed(&q, 5, code_cell, &codes)); /* no transaction */
    assert_false(query_end(&q, &e));
    assert_string_equal(e.id, "store.no_transaction");
    assert_true(backend_begin(c, true, &e));
    assert_true(query_begin(&q, c, SQL_LOAD_CODES));
    assert_true(query_feed(&q, 0, NULL, NULL));
    assert_true(query_feed(&q, 1000, code_cell, &codes));
    assert_int_equal(codes.asked, 2 * 1000); /* its two columns, once a row */
    codes.first = 5000;
    assert_true(query_feed(&q, 1, code_cell, &codes)); /* again, with others */
    assert_true(query_end(&q, &e));
    assert_int_equal(found(c, 100), 0);
    assert_int_equal(found(c, 1099), 7 * 999);
    assert_int_equal(found(c, 1100), -1);
    assert_int_equal(found(c, 5000), 0);
    backend_rollback(c);
    assert_int_equal(found(c, 100), -1);
    backend_close(c);
}

static void feed_2_a_row_that_is_refused(void **state)
{
    (void)state;
    struct backend *c = connection_made("g.db", key);
    struct query q;
    uint8_t hash[16];
    struct codes codes = {.first = 100};
    connection_begin(c, true);
    assert_true(query_begin(&q, c, SQL_LOAD_CODES));
    assert_true(query_feed(&q, 1000, code_cell, &codes));
    assert_true(query_end(&q, &e));
    codes.first = 1098; /* the third is fresh, the first is not */
    assert_true(query_begin(&q, c, SQL_LOAD_CODES));
    assert_false(query_feed(&q, 3, code_cell, &codes));
    assert_false(query_feed(&q, 3, code_cell, &codes)); /* failed for good */
    assert_false(query_end(&q, &e));
    assert_string_equal(e.id, "store.constraint");
    assert_true(query_begin(&q, c, SQL_LOAD_REFERENCES)); /* blobs; the fourth row has no number */
    assert_false(query_feed(&q, 10, reference_cell, hash));
    assert_false(query_end(&q, &e));
    assert_string_equal(e.id, "store.constraint");
    backend_rollback(c);
    assert_int_equal(found(c, 100), -1);
    backend_close(c);
}

static void feed_3_written_out_early(void **state)
{
    (void)state;
    pid_t child = connection_child();
    if (child == 0) {
        struct backend *c = NULL;
        if (!sqlite_backend_open(&c, "h.db", key, BACKEND_WRITE, &e)) _exit(1);
        backend_busy_ms(c, 50);
        if (backend_begin(c, true, &e) || strcmp(e.id, "store.busy") != 0) _exit(2);
        if (found(c, 100) != -1) _exit(3);
        backend_close(c);
        _exit(0);
    }
    struct backend *c = connection_made("h.db", key);
    struct query q;
    struct codes codes = {.first = 100};
    backend_write_out(c); /* no transaction: nothing to write */
    connection_begin(c, true);
    backend_write_out(c);
    assert_true(backend_loading(c, true, &e));
    assert_true(query_begin(&q, c, SQL_LOAD_CODES));
    for (int i = 0; i < 40; i++) { /* 40 MB, of which 16 stay in memory */
        assert_true(query_feed(&q, 50000, code_cell, &codes));
        codes.first += 50000;
        backend_write_out(c);
    }
    assert_true(query_end(&q, &e));
    assert_true(backend_loading(c, false, &e)); /* closes what it opened of the journal */
    connection_child_start();
    connection_child_end(child);
    connection_commit(c);
    assert_int_equal(found(c, 100), 0);
    assert_int_equal(found(c, 100 + 40 * 50000 - 1), 7 * 49999);
    assert_true(backend_begin(c, true, &e));
    assert_true(backend_loading(c, true, &e));
    backend_write_out(c);
    backend_close(c); /* while loading */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(feed_1_many_rows),
        cmocka_unit_test(feed_2_a_row_that_is_refused),
        cmocka_unit_test(feed_3_written_out_early),
    };
    return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
