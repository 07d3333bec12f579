/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/store/sqlite.c, through store/backend.h
 *  1 making and opening: schema, modes, what is refused
 *  2 the file is ciphertext (S10, S11)
 *  3 damage is noticed (S27)
 *  4 transactions: all or nothing, two writers, readers beside a writer
 *  5 the log cannot be changed (S22)
 *  6 copying while others write (S96) */
#include "harness.h"

#include "base/buf.h"
#include "base/crypto.h"
#include "base/mem.h"
#include "raw.h"
#include "store/backend.h"

#include <math.h>
#include <sys/stat.h>
#include <sys/wait.h>
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

static void forget(const char *path)
{
    char name[64];
    const char *const also[] = {"", "-wal", "-shm"};
    for (size_t i = 0; i < 3; i++) {
        snprintf(name, sizeof name, "%s%s", path, also[i]);
        (void)unlink(name);
    }
}

static struct backend *made(const char *path)
{
    struct backend *b = NULL;
    forget(path);
    if (!sqlite_backend_open(&b, path, key, BACKEND_CREATE, &e)) fail_msg("%s: %s", e.id, e.msg);
    return b;
}

static struct backend *opened(const char *path, enum backend_mode mode)
{
    struct backend *b = NULL;
    if (!sqlite_backend_open(&b, path, key, mode, &e)) fail_msg("%s: %s", e.id, e.msg);
    return b;
}

static void refused(const char *path, const struct secret *with, enum backend_mode mode,
                    enum err_code code, const char *id)
{
    struct backend *b = NULL;
    assert_false(sqlite_backend_open(&b, path, with, mode, &e));
    assert_null(b);
    assert_int_equal(e.code, code);
    assert_string_equal(e.id, id);
}

static void add_organisation(struct backend *b, const char *code, const char *name)
{
    struct query q;
    (void)query_begin(&q, b, SQL_ORGANISATION_ADD);
    query_bind_text(&q, ":code", text_of(code));
    query_bind_text(&q, ":type", TEXT("police"));
    query_bind_text(&q, "name", text_of(name));
    query_bind_int(&q, ":added_at", 1700000000);
    if (!query_run(&q, &e)) fail_msg("%s: %s", e.id, e.msg);
}

static int64_t organisations(struct backend *b)
{
    struct query q;
    int64_t n = 0;
    (void)query_begin(&q, b, SQL_ORGANISATION_LIST);
    while (query_next(&q)) n++;
    if (!query_end(&q, &e)) fail_msg("%s: %s", e.id, e.msg);
    return n;
}

static void must_begin(struct backend *b, bool write)
{
    if (!backend_begin(b, write, &e)) fail_msg("%s: %s", e.id, e.msg);
}

static void must_commit(struct backend *b)
{
    if (!backend_commit(b, &e)) fail_msg("%s: %s", e.id, e.msg);
}

/* ---- 1 ---- */

static void sqlite_1_1_made_closed_opened(void **state)
{
    (void)state;
    struct backend *b = made("a.db");
    must_begin(b, true);
    add_organisation(b, "GNR", "Guarda Nacional Republicana");
    must_commit(b);
    backend_close(b);

    b = opened("a.db", BACKEND_READ);
    assert_int_equal(organisations(b), 1);
    assert_false(backend_begin(b, true, &e));
    assert_string_equal(e.id, "store.read_only");
    backend_close(b);
    backend_close(NULL);
}

static void sqlite_1_2_what_is_not_there_or_is_already(void **state)
{
    (void)state;
    refused("none.db", key, BACKEND_WRITE, ERR_NOT_FOUND, "store.missing");
    assert_false(harness_exists("none.db"));
    struct backend *b = made("b.db");
    backend_close(b);
    refused("b.db", key, BACKEND_CREATE, ERR_CONFLICT, "store.exists");
    b = opened("b.db", BACKEND_WRITE); /* and it is unharmed */
    backend_close(b);
}

static void sqlite_1_3_a_wrong_key_and_what_is_no_database_say_the_same(void **state)
{
    (void)state;
    struct backend *b = made("c.db");
    backend_close(b);
    struct secret *other = secret_random(CRYPTO_KEY);
    refused("c.db", other, BACKEND_WRITE, ERR_DENIED, "store.wrong_key");
    refused("c.db", other, BACKEND_READ, ERR_DENIED, "store.wrong_key");
    secret_free(other);

    harness_write("empty.db", "", 0);
    refused("empty.db", key, BACKEND_WRITE, ERR_DENIED, "store.wrong_key");
    unsigned char noise[3 * 8192];
    crypto_random(noise, sizeof noise);
    harness_write("noise.db", noise, sizeof noise);
    refused("noise.db", key, BACKEND_WRITE, ERR_DENIED, "store.wrong_key");
    harness_write("short.db", noise, 100);
    refused("short.db", key, BACKEND_READ, ERR_DENIED, "store.wrong_key");
    assert_int_equal(mkdir("folder.db", 0700), 0);
    refused("folder.db", key, BACKEND_READ, ERR_DENIED, "store.wrong_key");
}

static void sqlite_1_4_a_plain_file_is_refused(void **state) /* S11 */
{
    (void)state;
    char page[8192] = "SQLite format 3";
    harness_write("plain.db", page, sizeof page);
    refused("plain.db", key, BACKEND_WRITE, ERR_STORE, "store.plaintext");
    refused("plain.db", key, BACKEND_READ, ERR_STORE, "store.plaintext");
}

static void sqlite_1_5_every_statement_prepares(void **state) /* S59 */
{
    (void)state;
    struct backend *b = made("d.db");
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

static void sqlite_1_6_files_are_for_the_owner_alone(void **state) /* S15 */
{
    (void)state;
    struct stat s;
    mode_t old = umask(0);
    struct backend *b = made("mode.db");
    must_begin(b, true);
    add_organisation(b, "A", "A");
    must_commit(b);
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

static void sqlite_1_7_settings(void **state) /* S10 */
{
    (void)state;
    struct backend *b = made("set.db");
    settings_are(b, 0);
    assert_true(harness_exists("set.db-wal"));
    struct backend *r = opened("set.db", BACKEND_READ);
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

static void sqlite_1_8_settings_cannot_be_changed(void **state) /* S10 S22 */
{
    (void)state;
    struct backend *b = made("auth.db");
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

static void sqlite_1_9_another_schema(void **state)
{
    (void)state;
    struct backend *b = made("v.db");
    backend_close(b);
    struct raw *raw = raw_open("v.db", key);
    assert_int_equal(raw_number(raw, "PRAGMA user_version"), sql_migration_count);
    raw_run(raw, "PRAGMA user_version = %d", (int)sql_migration_count + 1);
    raw_close(raw);
    refused("v.db", key, BACKEND_WRITE, ERR_STORE, "store.newer");
    refused("v.db", key, BACKEND_READ, ERR_STORE, "store.newer");
    raw = raw_open("v.db", key);
    raw_run(raw, "PRAGMA user_version = %d; PRAGMA application_id = 7", (int)sql_migration_count);
    raw_close(raw);
    refused("v.db", key, BACKEND_WRITE, ERR_DENIED,
            "store.wrong_key"); /* ours by its key, and not ours */
    raw = raw_open("v.db", key);
    raw_run(raw, "PRAGMA application_id = 1145260365");
    raw_close(raw);
    b = opened("v.db", BACKEND_WRITE);
    backend_close(b);
}

static void sqlite_1_10_migrated_from_each_earlier_schema(void **state)
{
    (void)state;
    for (size_t from = 1; from < sql_migration_count; from++) {
        struct raw *raw;
        forget("old.db");
        raw = raw_open("old.db", key); /* a database as the program of that time made it */
        raw_run(raw, "PRAGMA journal_mode = WAL");
        for (size_t i = 0; i < from; i++) raw_run(raw, "%s", sql_migrations[i].text);
        raw_run(
            raw,
            "INSERT INTO organisation (code, type, name, added_at) VALUES ('A', '10', 'A name', 1)");
        raw_close(raw);
        refused("old.db", key, BACKEND_READ, ERR_STORE, "store.older");
        struct backend *b = opened("old.db", BACKEND_WRITE);
        assert_int_equal(organisations(b), 1);
        backend_close(b);
        b = opened("old.db", BACKEND_READ);
        assert_int_equal(organisations(b), 1);
        backend_close(b);
        raw = raw_open("old.db", key); /* and it is what a new one is */
        struct raw *fresh = raw_open("v.db", key);
        const char *size = "SELECT count(*) * 1000000 + sum(length(sql)) FROM sqlite_schema";
        assert_int_equal(raw_number(raw, "%s", size), raw_number(fresh, "%s", size));
        raw_close(raw);
        raw_close(fresh);
    }
}

static void sqlite_1_11_plans(void **state)
{
    (void)state;
    struct raw *raw = raw_open("v.db", key);
    const enum sql_id walks[] = {SQL_SNAPSHOT_ROWS,  SQL_BATCH_DIGEST_NEW, SQL_CHECK_RECORDS,
                                 SQL_RECORD_LIST,    SQL_AUDIT_ENTRIES,    SQL_BATCH_DIGEST_CHANGED,
                                 SQL_REFERENCE_FIND, SQL_RECORD_HISTORY};
    for (size_t i = 0; i < sizeof walks / sizeof walks[0]; i++) {
        const struct sql_statement *s = &sql_statements[walks[i]];
        if (raw_plan_has(raw, s->text, "TEMP B-TREE")) fail_msg("%s sorts", s->name);
        if (raw_plan_has(raw, s->text, "SCAN")) fail_msg("%s reads a whole table", s->name);
        assert_true(raw_plan_has(raw, s->text, "SEARCH"));
    }
    raw_close(raw);
}

/* ---- 2 ---- */

static const char canary[] = "CANARY-Guarda-Nacional-Republicana-0123456789";

/* Shannon entropy of the bytes, in bits for a byte. Of n random bytes it is near 8 - 255 / (2 n ln
 * 2). */
static double entropy(const char *p, size_t n)
{
    size_t count[256] = {0};
    double h = 0;
    for (size_t i = 0; i < n; i++) count[(unsigned char)p[i]]++;
    for (size_t i = 0; i < 256; i++)
        if (count[i] > 0) h -= (double)count[i] / (double)n * log2((double)count[i] / (double)n);
    return h;
}

static void is_ciphertext(const char *path, size_t from)
{
    size_t n;
    char *p = harness_read(path, &n);
    assert_true(n > from + 8192);
    assert_null(memmem(p, n, "SQLite format 3", 15));
    assert_null(memmem(p, n, canary, 20));
    assert_null(memmem(p, n, "organisation", 12));
    assert_null(memmem(p, n, "CREATE", 6));
    /* 8192 random bytes: 7.977; plain pages of tables stay below 7. */
    for (size_t at = from; at + 8192 <= n; at += 8192 + from % 8192)
        assert_true(entropy(p + at, 8192) > 7.9);
    free(p);
}

static void sqlite_2_1_file_and_journal_are_ciphertext(void **state) /* S10 S11 */
{
    (void)state;
    struct backend *b = made("e.db");
    must_begin(b, true);
    for (int i = 0; i < 500; i++) {
        char code[16];
        snprintf(code, sizeof code, "C%d", i);
        add_organisation(b, code, canary);
    }
    must_commit(b);
    is_ciphertext("e.db-wal", 32 + 24);
    backend_close(b); /* brings the journal in */
    is_ciphertext("e.db", 0);
    assert_false(harness_exists("e.db-wal"));
}

/* ---- 3 ---- */

static void sqlite_3_1_a_flipped_bit_in_any_page_is_noticed(void **state) /* S27 */
{
    (void)state;
    struct backend *b = made("f.db");
    must_begin(b, true);
    for (int i = 0; i < 800; i++) {
        char code[16];
        snprintf(code, sizeof code, "C%d", i);
        add_organisation(
            b, code, "a name that takes some room in a page, so that there are many pages of them");
    }
    must_commit(b);
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
            refused("g.db", key, BACKEND_READ, ERR_DENIED, "store.wrong_key");
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
        forget("g.db");
    }
    p[3] = (char)(p[3] ^ 4); /* the salt of the key */
    harness_write("g.db", p, n);
    refused("g.db", key, BACKEND_READ, ERR_DENIED, "store.wrong_key");
    free(p);
    buf_release(&out);
}

static void sqlite_3_2_data_of_a_damaged_page_are_not_shown(void **state) /* S27 */
{
    (void)state;
    struct backend *b = made("h.db");
    must_begin(b, true);
    for (int i = 0; i < 2000; i++) {
        char code[16];
        snprintf(code, sizeof code, "C%d", i);
        add_organisation(b, code, "some name");
    }
    must_commit(b);
    backend_close(b);
    size_t n;
    char *p = harness_read("h.db", &n);
    for (size_t at = n - 10 * 8192 + 100; at < n; at += 8192) p[at] = (char)(p[at] ^ 16);
    harness_write("h.db", p, n);
    free(p);
    b = opened("h.db", BACKEND_READ);
    struct query q;
    (void)query_begin(&q, b, SQL_ORGANISATION_LIST);
    while (query_next(&q)) assert_true(text_is(query_text(&q, 3), "some name"));
    assert_false(query_end(&q, &e));
    assert_int_equal(e.code, ERR_STORE);
    assert_string_equal(e.id, "store.damaged");
    backend_close(b);
}

/* ---- 4 ---- */

static void sqlite_4_1_rolled_back_and_closed_is_as_if_never(void **state)
{
    (void)state;
    struct backend *b = made("i.db");
    must_begin(b, true);
    assert_true(backend_in_transaction(b));
    add_organisation(b, "A", "A");
    assert_int_equal(organisations(b), 1);
    backend_rollback(b);
    assert_false(backend_in_transaction(b));
    backend_rollback(b); /* fine when none is open */
    assert_int_equal(organisations(b), 0);
    must_begin(b, true);
    add_organisation(b, "A", "A");
    backend_close(b);
    b = opened("i.db", BACKEND_READ);
    assert_int_equal(organisations(b), 0);
    backend_close(b);
}

static void sqlite_4_2_nothing_is_written_outside_of_a_transaction(void **state)
{
    (void)state;
    struct backend *b = made("j.db");
    struct query q;
    (void)query_begin(&q, b, SQL_FORM_ADD);
    query_bind_int(&q, "form_no", 1);
    query_bind_text(&q, "name", TEXT("victim"));
    assert_false(query_run(&q, &e));
    assert_string_equal(e.id, "store.no_transaction");
    must_begin(b, false);
    (void)query_begin(&q, b, SQL_FORM_ADD);
    query_bind_int(&q, "form_no", 1);
    query_bind_text(&q, "name", TEXT("victim"));
    assert_false(query_run(&q, &e));
    assert_string_equal(e.id, "store.no_transaction");
    must_commit(b);
    backend_close(b);
}

/* A process of its own, for locks are between processes. It must not inherit a connection: fork
 * before opening. The child waits for start_child(). */
static int child_pipe[2];

static pid_t new_child(void)
{
    assert_int_equal(pipe(child_pipe), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    char c;
    if (child == 0 && read(child_pipe[0], &c, 1) != 1) _exit(99);
    return child;
}

static void start_child(void)
{
    assert_int_equal(write(child_pipe[1], "x", 1), 1);
}

static void end_child(pid_t child)
{
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    (void)close(child_pipe[0]);
    (void)close(child_pipe[1]);
}

static void sqlite_4_3_a_second_writer_waits_and_then_gives_up(void **state)
{
    (void)state;
    pid_t child = new_child();
    if (child == 0) {
        struct backend *c = NULL;
        if (!sqlite_backend_open(&c, "k.db", key, BACKEND_WRITE, &e)) _exit(1);
        backend_busy_ms(c, 100);
        double from = harness_seconds();
        bool began = backend_begin(c, true, &e);
        double waited = harness_seconds() - from;
        if (began || e.code != ERR_CONFLICT || strcmp(e.id, "store.busy") != 0) _exit(2);
        if (waited < 0.09 || waited > 5) _exit(3);
        if (organisations(c) != 0) _exit(4); /* reading goes on */
        backend_busy_ms(c, 20000);
        if (!backend_begin(c, true, &e)) _exit(5); /* the parent has committed by now */
        if (organisations(c) != 1) _exit(6);
        if (!backend_commit(c, &e)) _exit(7);
        backend_close(c);
        _exit(0);
    }
    struct backend *b = made("k.db");
    must_begin(b, true);
    start_child();
    add_organisation(b, "A", "A");
    usleep(1500 * 1000);
    must_commit(b);
    end_child(child);
    backend_close(b);
}

static void sqlite_4_4_a_reader_sees_one_state_beside_a_writer(void **state)
{
    (void)state;
    struct backend *w = made("l.db"), *r = opened("l.db", BACKEND_READ);
    must_begin(r, false);
    must_begin(w, true);
    for (int i = 0; i < 20000;
         i++) { /* more than fits into the cache would be better still; it is enough */
        char code[16];
        snprintf(code, sizeof code, "C%d", i);
        add_organisation(w, code, canary);
    }
    assert_int_equal(organisations(r), 0);
    must_commit(w);
    assert_int_equal(organisations(r), 0);
    must_commit(r);
    assert_int_equal(organisations(r), 20000);
    backend_close(r);
    backend_close(w);
}

static void sqlite_4_5_what_the_tables_forbid_is_an_error(void **state)
{
    (void)state;
    struct backend *b = made("m.db");
    struct query q;
    must_begin(b, true);
    add_organisation(b, "A", "A");
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
    must_commit(b); /* a refused row leaves the transaction as it was */
    assert_int_equal(organisations(b), 1);
    backend_close(b);
}

/* ---- 5 ---- */

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

static void sqlite_5_2_nothing_changes_them(void **state) /* S22 */
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

static void sqlite_5_1_entries_are_added_at_the_end_only(void **state) /* S22 */
{
    (void)state;
    struct backend *b = made("n.db");
    must_begin(b, true);
    assert_false(audit(b, 2));
    assert_string_equal(e.id, "store.constraint");
    assert_true(audit(b, 1));
    assert_true(audit(b, 2));
    assert_false(audit(b, 2));
    assert_false(audit(b, 4));
    assert_false(audit(b, 0));
    must_commit(b);
    backend_close(b);
}

/* ---- 6 ---- */

static void sqlite_6_1_a_copy_is_one_state_and_hinders_nobody(void **state) /* S96 */
{
    (void)state;
    pid_t child = new_child();
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
            add_organisation(c, code, code);
            if (!backend_commit(c, &e)) _exit(3);
            n_long += waited > 0.05;
            usleep(2000);
        }
        backend_close(c);
        /* Now and then it is the machine that lets us wait. */
        _exit(n_long <= 5 || harness_sanitized() ? 0 : 4);
    }
    struct backend *b = made("o.db");
    must_begin(b, true);
    for (int i = 0; i < 20000; i++) {
        char code[16];
        snprintf(code, sizeof code, "C%d", i);
        add_organisation(b, code, canary);
    }
    must_commit(b);
    start_child();
    for (int i = 0; i < 5; i++) {
        forget("p.db");
        assert_true(backend_copy_to(b, "p.db", &e));
        is_ciphertext("p.db", 0);
        struct backend *c = opened("p.db", BACKEND_WRITE);
        int64_t n = organisations(c);
        assert_true(n >= 20000 && n <= 20050);
        struct buf out;
        size_t n_problem;
        buf_init(&out, 1 << 16);
        assert_true(backend_check(c, &out, &n_problem, &e));
        assert_int_equal(n_problem, 0);
        buf_release(&out);
        backend_close(c);
    }
    end_child(child);
    assert_false(backend_copy_to(b, "o.db", &e)); /* never over a file that is there */
    assert_string_equal(e.id, "store.exists");
    must_begin(b, true);
    assert_false(backend_copy_to(b, "q.db", &e));
    assert_string_equal(e.id, "store.copy");
    assert_false(harness_exists("q.db"));
    backend_close(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sqlite_1_1_made_closed_opened),
        cmocka_unit_test(sqlite_1_2_what_is_not_there_or_is_already),
        cmocka_unit_test(sqlite_1_3_a_wrong_key_and_what_is_no_database_say_the_same),
        cmocka_unit_test(sqlite_1_4_a_plain_file_is_refused),
        cmocka_unit_test(sqlite_1_5_every_statement_prepares),
        cmocka_unit_test(sqlite_1_6_files_are_for_the_owner_alone),
        cmocka_unit_test(sqlite_1_7_settings),
        cmocka_unit_test(sqlite_1_8_settings_cannot_be_changed),
        cmocka_unit_test(sqlite_1_9_another_schema),
        cmocka_unit_test(sqlite_1_10_migrated_from_each_earlier_schema),
        cmocka_unit_test(sqlite_1_11_plans),
        cmocka_unit_test(sqlite_2_1_file_and_journal_are_ciphertext),
        cmocka_unit_test(sqlite_3_1_a_flipped_bit_in_any_page_is_noticed),
        cmocka_unit_test(sqlite_3_2_data_of_a_damaged_page_are_not_shown),
        cmocka_unit_test(sqlite_4_1_rolled_back_and_closed_is_as_if_never),
        cmocka_unit_test(sqlite_4_2_nothing_is_written_outside_of_a_transaction),
        cmocka_unit_test(sqlite_4_3_a_second_writer_waits_and_then_gives_up),
        cmocka_unit_test(sqlite_4_4_a_reader_sees_one_state_beside_a_writer),
        cmocka_unit_test(sqlite_4_5_what_the_tables_forbid_is_an_error),
        cmocka_unit_test(sqlite_5_1_entries_are_added_at_the_end_only),
        cmocka_unit_test(sqlite_5_2_nothing_changes_them),
        cmocka_unit_test(sqlite_6_1_a_copy_is_one_state_and_hinders_nobody),
    };
    return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
