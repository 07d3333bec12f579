/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/store/sqlite_statement.c, through store/backend.h
 *  1 every statement of the list prepares, and none that is asked often reads a whole table
 *  2 what is refused: writing outside of a transaction, what the tables forbid */
#include "harness.h"

#include "connection.h"
#include "raw.h"

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

static void statement_1_1_every_statement_prepares(void **state) /* S59 */
{
    (void)state;
    struct backend *b = connection_made("d.db", key);
    for (size_t i = 0; i < SQL_COUNT; i++) {
        /* Those of sqlite.c itself are scripts, and said while opening. */
        if (strncmp(sql_statements[i].name, "sqlite_", 7) == 0) continue;
        struct query q;
        if (!query_begin(&q, b, (enum sql_id)i))
            fail_msg("%s: %s", sql_statements[i].name, q.err.msg);
        assert_true(query_end(&q, &e));
    }
    backend_close(b);
}

static void statement_1_2_plans(void **state)
{
    (void)state;
    backend_close(connection_made("v.db", key));
    struct raw *raw = raw_open("v.db", key);
    const enum sql_id walks[] = {SQL_SNAPSHOT_ROWS,  SQL_BATCH_DIGEST_NEW, SQL_CHECK_RECORDS,
                                 SQL_RECORD_LIST,    SQL_AUDIT_ENTRIES,    SQL_BATCH_DIGEST_CHANGED,
                                 SQL_REFERENCE_FIND, SQL_RECORD_HISTORY,
                                 /* pages of lists are read in the order of an index */
                                 SQL_LIST_RECENT,    SQL_LIST_OF_SERIES,   SQL_LIST_OF_WORK,
                                 SQL_LIST_OF_AUTHOR, SQL_LIST_WITHDRAWN,   SQL_LIST_ASKED,
                                 SQL_LIST_TERM,      SQL_LIST_ROW,         SQL_LIST_OF_YEAR};
    for (size_t i = 0; i < sizeof walks / sizeof walks[0]; i++) {
        const struct sql_statement *s = &sql_statements[walks[i]];
        if (raw_plan_has(raw, s->text, "TEMP B-TREE")) fail_msg("%s sorts", s->name);
        if (raw_plan_has(raw, s->text, "SCAN")) fail_msg("%s reads a whole table", s->name);
        assert_true(raw_plan_has(raw, s->text, "SEARCH"));
    }
    raw_close(raw);
}

/* ---- 2 ---- */

static void statement_2_1_nothing_is_written_outside_of_a_transaction(void **state)
{
    (void)state;
    struct backend *b = connection_made("j.db", key);
    struct query q;
    (void)query_begin(&q, b, SQL_FORM_ADD);
    query_bind_int(&q, "form_no", 1);
    query_bind_text(&q, "name", TEXT("victim"));
    assert_false(query_run(&q, &e));
    assert_string_equal(e.id, "store.no_transaction");
    connection_begin(b, false);
    (void)query_begin(&q, b, SQL_FORM_ADD);
    query_bind_int(&q, "form_no", 1);
    query_bind_text(&q, "name", TEXT("victim"));
    assert_false(query_run(&q, &e));
    assert_string_equal(e.id, "store.no_transaction");
    connection_commit(b);
    backend_close(b);
}

static void statement_2_2_what_the_tables_forbid_is_an_error(void **state)
{
    (void)state;
    struct backend *b = connection_made("m.db", key);
    struct query q;
    connection_begin(b, true);
    connection_add(b, "A", "A");
    (void)query_begin(&q, b, SQL_ORGANISATION_ADD); /* a code twice */
    query_bind_text(&q, "code", TEXT("A"));
    query_bind_text(&q, "type", TEXT("police"));
    query_bind_text(&q, "name", TEXT("A"));
    query_bind_int(&q, "added_at", 1);
    assert_false(query_run(&q, &e));
    assert_int_equal(e.code, ERR_STORE);
    assert_string_equal(e.id, "store.constraint");
    (void)query_begin(&q, b, SQL_SERIES_ADD); /* of a form and an organisation that are not there */
    query_bind_int(&q, "form_no", 7);
    query_bind_int(&q, "organisation_no", 7);
    assert_false(query_run(&q, &e));
    assert_string_equal(e.id, "store.constraint");
    (void)query_begin(&q, b, SQL_FORM_ADD); /* STRICT: a text where a number belongs */
    query_bind_text(&q, "form_no", TEXT("one"));
    query_bind_text(&q, "name", TEXT("victim"));
    assert_false(query_run(&q, &e));
    assert_int_equal(e.code, ERR_STORE);
    connection_commit(b); /* a refused row leaves the transaction as it was */
    assert_int_equal(connection_count(b), 1);
    backend_close(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(statement_1_1_every_statement_prepares),
        cmocka_unit_test(statement_1_2_plans),
        cmocka_unit_test(statement_2_1_nothing_is_written_outside_of_a_transaction),
        cmocka_unit_test(statement_2_2_what_the_tables_forbid_is_an_error),
    };
    return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
