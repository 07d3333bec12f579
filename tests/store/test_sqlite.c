/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/store/sqlite.c, through store/backend.h
 *  1 making and opening: schema, modes, what is refused
 *  2 the file is ciphertext (S10, S11)
 *  3 transactions: all or nothing, two writers, readers beside a writer
 *  4 the log cannot be changed (S22) */
#include "harness.h"

#include "connection.h"
#include "raw.h"

#include <sys/stat.h>
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

static void sqlite_1_1_made_closed_opened(void **state)
{
    (void)state;
    struct backend *b = connection_made("a.db", key);
    connection_begin(b, true);
    connection_add(b, "GNR", "Guarda Nacional Republicana");
    connection_commit(b);
    backend_close(b);

    b = connection_opened("a.db", key, BACKEND_READ);
    assert_int_equal(connection_count(b), 1);
    assert_false(backend_begin(b, true, &e));
    assert_string_equal(e.id, "store.read_only");
    backend_close(b);
    backend_close(NULL);
}

static void sqlite_1_2_what_is_not_there_or_is_already(void **state)
{
    (void)state;
    connection_refused("none.db", key, BACKEND_WRITE, ERR_NOT_FOUND, "store.missing");
    assert_false(harness_exists("none.db"));
    struct backend *b = connection_made("b.db", key);
    backend_close(b);
    connection_refused("b.db", key, BACKEND_CREATE, ERR_CONFLICT, "store.exists");
    b = connection_opened("b.db", key, BACKEND_WRITE); /* and it is unharmed */
    backend_close(b);
}

static void sqlite_1_3_a_wrong_key_and_what_is_no_database_say_the_same(void **state)
{
    (void)state;
    struct backend *b = connection_made("c.db", key);
    backend_close(b);
    struct secret *other = secret_random(CRYPTO_KEY);
    connection_refused("c.db", other, BACKEND_WRITE, ERR_DENIED, "store.wrong_key");
    connection_refused("c.db", other, BACKEND_READ, ERR_DENIED, "store.wrong_key");
    secret_free(other);

    harness_write("empty.db", "", 0);
    connection_refused("empty.db", key, BACKEND_WRITE, ERR_DENIED, "store.wrong_key");
    unsigned char noise[3 * 8192];
    crypto_random(noise, sizeof noise);
    harness_write("noise.db", noise, sizeof noise);
    connection_refused("noise.db", key, BACKEND_WRITE, ERR_DENIED, "store.wrong_key");
    harness_write("short.db", noise, 100);
    connection_refused("short.db", key, BACKEND_READ, ERR_DENIED, "store.wrong_key");
    assert_int_equal(mkdir("folder.db", 0700), 0);
    connection_refused("folder.db", key, BACKEND_READ, ERR_DENIED, "store.wrong_key");
}

static void sqlite_1_4_a_plain_file_is_refused(void **state) /* S11 */
{
    (void)state;
    char page[8192] = "SQLite format 3";
    harness_write("plain.db", page, sizeof page);
    connection_refused("plain.db", key, BACKEND_WRITE, ERR_STORE, "store.plaintext");
    connection_refused("plain.db", key, BACKEND_READ, ERR_STORE, "store.plaintext");
}

static void sqlite_1_5_files_are_for_the_owner_alone(void **state) /* S15 */
{
    (void)state;
    struct stat s;
    mode_t old = umask(0);
    struct backend *b = connection_made("mode.db", key);
    connection_begin(b, true);
    connection_add(b, "A", "A");
    connection_commit(b);
    umask(old);
    const char *const names[] = {"mode.db", "mode.db-wal", "mode.db-shm"};
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(stat(names[i], &s), 0);
        assert_int_equal(s.st_mode & 07777, 0600);
    }
    backend_close(b);
}

static void settings_are(struct backend *b, int64_t query_only)
{
    const int64_t wanted[] = {1 /* foreign_keys */,      1 /* secure_delete */,
                              2 /* synchronous: FULL */, 2 /* temp_store: memory */,
                              0 /* trusted_schema */,    1 /* recursive_triggers */,
                              1 /* cell_size_check */,   query_only};
    struct query q;
    assert_true(query_begin(&q, b, SQL_SQLITE_SETTINGS));
    if (!query_next(&q)) fail_msg("%s: %s", q.err.id, q.err.msg);
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++)
        assert_int_equal(query_int(&q, i), wanted[i]);
    assert_true(query_end(&q, &e));
    assert_true(query_begin(&q, b, SQL_SQLITE_CIPHER_STATUS));
    assert_true(query_next(&q));
    assert_int_equal(query_int(&q, 0), 1);
    assert_true(query_end(&q, &e));
}

static void sqlite_1_6_settings(void **state) /* S10 */
{
    (void)state;
    struct backend *b = connection_made("set.db", key);
    settings_are(b, 0);
    assert_true(harness_exists("set.db-wal"));
    struct backend *r = connection_opened("set.db", key, BACKEND_READ);
    settings_are(r, 1);
    backend_close(r);
    assert_true(backend_begin(b, true, &e));
    assert_true(backend_loading(b, true, &e)); /* while loading, and back */
    assert_true(backend_loading(b, false, &e));
    settings_are(b, 0);
    backend_close(b);
    struct raw *raw =
        raw_open("set.db", key); /* opens with pages of 8192 bytes and HMAC-SHA256, see raw.c */
    assert_int_equal(raw_number(raw, "PRAGMA page_size"), 8192);
    raw_close(raw);
}

static void sqlite_1_7_settings_cannot_be_changed(void **state) /* S10 S22 */
{
    (void)state;
    struct backend *b = connection_made("auth.db", key);
    struct query q;
    const enum sql_id refused_now[] = {SQL_SQLITE_BEFORE_KEY, SQL_SQLITE_AFTER_KEY,
                                       SQL_SQLITE_WRITE,      SQL_SQLITE_WRITE_SIZES,
                                       SQL_SQLITE_READ_SIZES, SQL_SQLITE_LOOK_UP_SIZES,
                                       SQL_SQLITE_COPY_SIZES};
    for (size_t i = 0; i < sizeof refused_now / sizeof refused_now[0]; i++) {
        assert_false(query_begin(&q, b, refused_now[i]));
        assert_false(query_end(&q, &e));
        assert_int_equal(e.code, ERR_DENIED);
        assert_string_equal(e.id, "store.forbidden");
    }
    settings_are(b, 0);
    backend_close(b);
}

static void sqlite_1_8_another_schema(void **state)
{
    (void)state;
    struct backend *b = connection_made("v.db", key);
    backend_close(b);
    struct raw *raw = raw_open("v.db", key);
    assert_int_equal(raw_number(raw, "PRAGMA user_version"), sql_migration_count);
    raw_run(raw, "PRAGMA user_version = %d", (int)sql_migration_count + 1);
    raw_close(raw);
    connection_refused("v.db", key, BACKEND_WRITE, ERR_STORE, "store.newer");
    connection_refused("v.db", key, BACKEND_READ, ERR_STORE, "store.newer");
    raw = raw_open("v.db", key);
    raw_run(raw, "PRAGMA user_version = %d; PRAGMA application_id = 7", (int)sql_migration_count);
    raw_close(raw);
    connection_refused("v.db", key, BACKEND_WRITE, ERR_DENIED,
                       "store.wrong_key"); /* ours by its key, and not ours */
    raw = raw_open("v.db", key);
    raw_run(raw, "PRAGMA application_id = 1145260365");
    raw_close(raw);
    b = connection_opened("v.db", key, BACKEND_WRITE);
    backend_close(b);
}

static void sqlite_1_9_migrated_from_each_earlier_schema(void **state)
{
    (void)state;
    for (size_t from = 1; from < sql_migration_count; from++) {
        struct raw *raw;
        connection_forget("old.db");
        raw = raw_open("old.db", key); /* a database as the program of that time made it */
        raw_run(raw, "PRAGMA journal_mode = WAL");
        for (size_t i = 0; i < from; i++) raw_run(raw, "%s", sql_migrations[i].text);
        raw_run(
            raw,
            "INSERT INTO organisation (code, type, name, added_at) VALUES ('A', '10', 'A name', 1)");
        raw_close(raw);
        connection_refused("old.db", key, BACKEND_READ, ERR_STORE, "store.older");
        struct backend *b = connection_opened("old.db", key, BACKEND_WRITE);
        assert_int_equal(connection_count(b), 1);
        backend_close(b);
        b = connection_opened("old.db", key, BACKEND_READ);
        assert_int_equal(connection_count(b), 1);
        backend_close(b);
        raw = raw_open("old.db", key); /* and it is what a new one is */
        struct raw *fresh = raw_open("v.db", key);
        const char *size = "SELECT count(*) * 1000000 + sum(length(sql)) FROM sqlite_schema";
        assert_int_equal(raw_number(raw, "%s", size), raw_number(fresh, "%s", size));
        raw_close(raw);
        raw_close(fresh);
    }
}

/* ---- 2 ---- */

static void sqlite_2_1_file_and_journal_are_ciphertext(void **state) /* S10 S11 */
{
    (void)state;
    struct backend *b = connection_made("e.db", key);
    connection_begin(b, true);
    for (int i = 0; i < 500; i++) {
        char code[16];
        snprintf(code, sizeof code, "C%d", i);
        connection_add(b, code, CONNECTION_CANARY);
    }
    connection_commit(b);
    connection_is_ciphertext("e.db-wal", 32 + 24);
    backend_close(b); /* brings the journal in */
    connection_is_ciphertext("e.db", 0);
    assert_false(harness_exists("e.db-wal"));
}

/* ---- 3 ---- */

static void sqlite_3_1_rolled_back_and_closed_is_as_if_never(void **state)
{
    (void)state;
    struct backend *b = connection_made("i.db", key);
    connection_begin(b, true);
    assert_true(backend_in_transaction(b));
    connection_add(b, "A", "A");
    assert_int_equal(connection_count(b), 1);
    backend_rollback(b);
    assert_false(backend_in_transaction(b));
    backend_rollback(b); /* fine when none is open */
    assert_int_equal(connection_count(b), 0);
    connection_begin(b, true);
    connection_add(b, "A", "A");
    backend_close(b);
    b = connection_opened("i.db", key, BACKEND_READ);
    assert_int_equal(connection_count(b), 0);
    backend_close(b);
}

static void sqlite_3_2_a_second_writer_waits_and_then_gives_up(void **state)
{
    (void)state;
    pid_t child = connection_child();
    if (child == 0) {
        struct backend *c = NULL;
        if (!sqlite_backend_open(&c, "k.db", key, BACKEND_WRITE, &e)) _exit(1);
        backend_busy_ms(c, 100);
        double from = harness_seconds();
        bool began = backend_begin(c, true, &e);
        double waited = harness_seconds() - from;
        if (began || e.code != ERR_CONFLICT || strcmp(e.id, "store.busy") != 0) _exit(2);
        if (waited < 0.09 || waited > 5) _exit(3);
        if (connection_count(c) != 0) _exit(4); /* reading goes on */
        backend_busy_ms(c, 20000);
        if (!backend_begin(c, true, &e)) _exit(5); /* the parent has committed by now */
        if (connection_count(c) != 1) _exit(6);
        if (!backend_commit(c, &e)) _exit(7);
        backend_close(c);
        _exit(0);
    }
    struct backend *b = connection_made("k.db", key);
    connection_begin(b, true);
    connection_child_start();
    connection_add(b, "A", "A");
    usleep(1500 * 1000);
    connection_commit(b);
    connection_child_end(child);
    backend_close(b);
}

static void sqlite_3_3_a_reader_sees_one_state_beside_a_writer(void **state)
{
    (void)state;
    struct backend *w = connection_made("l.db", key),
                   *r = connection_opened("l.db", key, BACKEND_READ);
    connection_begin(r, false);
    connection_begin(w, true);
    for (int i = 0; i < 20000;
         i++) { /* more than fits into the cache would be better still; it is enough */
        char code[16];
        snprintf(code, sizeof code, "C%d", i);
        connection_add(w, code, CONNECTION_CANARY);
    }
    assert_int_equal(connection_count(r), 0);
    connection_commit(w);
    assert_int_equal(connection_count(r), 0);
    connection_commit(r);
    assert_int_equal(connection_count(r), 20000);
    backend_close(r);
    backend_close(w);
}

static size_t bytes_read(void) /* by this process, so far */
{
    char text[64] = "";
    uint64_t n;
    FILE *f = fopen("/proc/self/io", "r"); /* its first line is "rchar: N" */
    assert_non_null(f);
    assert_non_null(fgets(text, sizeof text, f));
    fclose(f);
    assert_memory_equal(text, "rchar: ", 7);
    assert_true(text_to_uint(text_trim(text_of(text + 7)), &n));
    return (size_t)n;
}

/* 32 MiB of entries: more than fits into memory, so that what came before them goes out. */
static void add_entries(struct backend *b, int64_t from)
{
    static char body[1 << 20];
    uint8_t hash[32] = {1};
    for (int64_t i = from; i < from + 32; i++) {
        struct query q;
        (void)query_begin(&q, b, SQL_AUDIT_ADD);
        query_bind_int(&q, "sequence", i);
        query_bind_int(&q, "at", 1700000000);
        query_bind_int(&q, "monotone_ms", 1);
        query_bind_blob(&q, "body", body, sizeof body);
        query_bind_blob(&q, "hash", hash, sizeof hash);
        if (!query_run(&q, &e)) fail_msg("%s: %s", e.id, e.msg);
    }
}

static void sqlite_3_4_a_page_written_twice_costs_no_second_walk_through_the_journal(void **state)
{
    (void)state;
    struct backend *b = connection_made("r.db", key);
    struct stat s;
    connection_begin(b, true);
    connection_add(b, "A", "A");
    add_entries(b, 1);
    connection_add(b, "B", "B"); /* on the same page as A */
    add_entries(b, 33);
    assert_int_equal(stat("r.db-wal", &s), 0);
    assert_true(s.st_size > 32 << 20);
    size_t before = bytes_read();
    connection_commit(b); /* and the journal is brought into the file: read once */
    size_t n = bytes_read() - before;
    assert_true(n > (size_t)s.st_size / 2);
    assert_true(n < (size_t)s.st_size / 2 * 3);
    backend_close(b);
    b = connection_opened("r.db", key, BACKEND_READ);
    assert_int_equal(connection_count(b), 2);
    backend_close(b);
}

/* ---- 4 ---- */

static bool audit(struct backend *b, int64_t sequence)
{
    uint8_t hash[32] = {1};
    struct query q;
    (void)query_begin(&q, b, SQL_AUDIT_ADD);
    query_bind_int(&q, "sequence", sequence);
    query_bind_int(&q, "at", 1700000000);
    query_bind_int(&q, "monotone_ms", 1);
    query_bind_blob(&q, "body", "x", 1);
    query_bind_blob(&q, "hash", hash, sizeof hash);
    return query_run(&q, &e);
}

static void sqlite_4_2_nothing_changes_them(void **state) /* S22 */
{
    (void)state;
    struct raw *raw =
        raw_open("n.db", key); /* past the authorizer: the triggers hold by themselves */
    assert_false(raw_try(raw, "UPDATE audit_entry SET at = 0 WHERE sequence = 1"));
    assert_false(raw_try(raw, "DELETE FROM audit_entry WHERE sequence = 2"));
    assert_false(raw_try(raw, "DELETE FROM audit_entry"));
    assert_false(raw_try(
        raw,
        "INSERT OR REPLACE INTO audit_entry SELECT 1, at, monotone_ms, body, hash FROM audit_entry"));
    assert_int_equal(raw_number(raw, "SELECT count(*) FROM audit_entry"), 2);
    raw_close(raw);
}

static void sqlite_4_1_entries_are_added_at_the_end_only(void **state) /* S22 */
{
    (void)state;
    struct backend *b = connection_made("n.db", key);
    connection_begin(b, true);
    assert_false(audit(b, 2));
    assert_string_equal(e.id, "store.constraint");
    assert_true(audit(b, 1));
    assert_true(audit(b, 2));
    assert_false(audit(b, 2));
    assert_false(audit(b, 4));
    assert_false(audit(b, 0));
    connection_commit(b);
    backend_close(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sqlite_1_1_made_closed_opened),
        cmocka_unit_test(sqlite_1_2_what_is_not_there_or_is_already),
        cmocka_unit_test(sqlite_1_3_a_wrong_key_and_what_is_no_database_say_the_same),
        cmocka_unit_test(sqlite_1_4_a_plain_file_is_refused),
        cmocka_unit_test(sqlite_1_5_files_are_for_the_owner_alone),
        cmocka_unit_test(sqlite_1_6_settings),
        cmocka_unit_test(sqlite_1_7_settings_cannot_be_changed),
        cmocka_unit_test(sqlite_1_8_another_schema),
        cmocka_unit_test(sqlite_1_9_migrated_from_each_earlier_schema),
        cmocka_unit_test(sqlite_2_1_file_and_journal_are_ciphertext),
        cmocka_unit_test(sqlite_3_1_rolled_back_and_closed_is_as_if_never),
        cmocka_unit_test(sqlite_3_2_a_second_writer_waits_and_then_gives_up),
        cmocka_unit_test(sqlite_3_3_a_reader_sees_one_state_beside_a_writer),
        cmocka_unit_test(sqlite_3_4_a_page_written_twice_costs_no_second_walk_through_the_journal),
        cmocka_unit_test(sqlite_4_1_entries_are_added_at_the_end_only),
        cmocka_unit_test(sqlite_4_2_nothing_changes_them),
    };
    return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
