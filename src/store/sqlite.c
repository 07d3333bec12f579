/* SPDX-License-Identifier: EUPL-1.2 */
/* The backend on SQLCipher: opening, settings, the authorizer, transactions. Only this file and the
 * others that begin with sqlite_ call SQLite.
 *
 * A connection is one thread's at a time (the library is built without a mutex for each).
 * Once the settings are made, an authorizer refuses to prepare anything that changes the schema,
 * attaches a file, or changes or deletes a row of the log (S22), whatever the list says.
 *
 * Some failures (disk full, input/output) make SQLite roll back by itself. What came after would
 * then commit row by row, so every step first asks whether the transaction is still there. After an
 * input/output error at commit nobody knows what the disk holds: the handle takes no further write
 * (S87). */
#include "store/sqlite_internal.h"

#include "base/catalogue.h"
#include "base/mem.h"
#include "store/database_file.h"

#include <assert.h>
#include <string.h>

/* SQLCipher's, declared by sqlite3.h only under its own macro. */
int sqlite3_key(sqlite3 *db, const void *key, int n);

enum {
    LIBRARY_MIN = 3051003,       /* S6: corruption fix of the write-ahead log */
    APPLICATION_ID = 0x4443494D, /* "DCIM", as in migration 1 */
    BUSY_MS = 30000,
    KEY_TEXT = 2 + 2 * CRYPTO_KEY + 1
};

static const char magic[16] = "SQLite format 3"; /* how a file without encryption begins */

static const struct backend_ops sqlite_ops;

/* ---- the authorizer ---- */

static bool begins(const char *s, const char *with)
{
    return s != NULL && strncmp(s, with, strlen(with)) == 0;
}

/* Checks, and settings when they are only asked for (`value` NULL). */
static bool pragma_is_fine(const char *name, const char *value)
{
    static const char *const fine[] = {"wal_checkpoint", "cipher_integrity_check",
                                       "integrity_check", "foreign_key_check"},
                             *const asked[] = {"cipher_status",   "journal_mode",
                                               "user_version",    "application_id",
                                               "foreign_keys",    "secure_delete",
                                               "synchronous",     "temp_store",
                                               "trusted_schema",  "recursive_triggers",
                                               "cell_size_check", "query_only"};
    for (size_t i = 0; i < sizeof fine / sizeof fine[0]; i++)
        if (strcmp(name, fine[i]) == 0) return true;
    for (size_t i = 0; value == NULL && i < sizeof asked / sizeof asked[0]; i++)
        if (strcmp(name, asked[i]) == 0) return true;
    return false;
}

static int authorize(void *ctx, int action, const char *a, const char *b, const char *database,
                     const char *trigger)
{
    const struct sqlite *q = ctx;
    (void)database;
    (void)trigger;
    if (!q->settled) return SQLITE_OK;
    switch (action) {
    case SQLITE_UPDATE:
    case SQLITE_DELETE:
        return begins(a, "audit_") || begins(a, "sqlite_") ? SQLITE_DENY : SQLITE_OK;
    case SQLITE_INSERT: return begins(a, "sqlite_") ? SQLITE_DENY : SQLITE_OK;
    case SQLITE_READ:
    case SQLITE_SELECT:
    case SQLITE_RECURSIVE:
    case SQLITE_TRANSACTION: return SQLITE_OK;
    case SQLITE_FUNCTION:
        return b != NULL && strcmp(b, "load_extension") == 0 ? SQLITE_DENY : SQLITE_OK;
    case SQLITE_PRAGMA: return a != NULL && pragma_is_fine(a, b) ? SQLITE_OK : SQLITE_DENY;
    default: return SQLITE_DENY; /* schema, attach, savepoint, analyze, reindex */
    }
}

/* ---- settings ---- */

static bool journal_is_wal(struct sqlite *q, enum sql_id id, struct err *e)
{
    sqlite3_stmt *s = NULL;
    int rc = sqlite3_prepare_v2(q->db, sql_statements[id].text, -1, &s, NULL);
    if (rc == SQLITE_OK) rc = sqlite3_step(s);
    bool wal = rc == SQLITE_ROW && strcmp((const char *)sqlite3_column_text(s, 0), "wal") == 0;
    sqlite3_finalize(s);
    if (rc != SQLITE_ROW) return sqlite_say(e, q->db, rc, tr("set the journal of the database"));
    return wal ? true
               : err_set(
                     e, ERR_STORE, "store.journal",
                     "could not open the database: its journal cannot be written ahead on this file system");
}

static bool give_key(struct sqlite *q, struct err *e)
{
    static const char digit[] = "0123456789abcdef";
    char text[KEY_TEXT];
    const uint8_t *key = secret_bytes(q->key);

    assert(secret_size(q->key) == CRYPTO_KEY);
    text[0] = 'x';
    text[1] = text[KEY_TEXT - 1] = '\'';
    for (size_t i = 0; i < CRYPTO_KEY; i++) {
        text[2 + 2 * i] = digit[key[i] >> 4];
        text[3 + 2 * i] = digit[key[i] & 15];
    }
    int rc = sqlite3_key(q->db, text, KEY_TEXT);
    mem_wipe(text, sizeof text);
    return rc == SQLITE_OK ? true : sqlite_say(e, q->db, rc, tr("give the database its key"));
}

static bool limits(struct sqlite *q, struct err *e)
{
    // clang-format off
    static const struct { int what, value; } set[] = {
        {SQLITE_DBCONFIG_DEFENSIVE, 1}, {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
        {SQLITE_DBCONFIG_DQS_DML, 0}, {SQLITE_DBCONFIG_DQS_DDL, 0},
        {SQLITE_DBCONFIG_WRITABLE_SCHEMA, 0}, {SQLITE_DBCONFIG_ENABLE_FKEY, 1},
        {SQLITE_DBCONFIG_ENABLE_TRIGGER, 1}, {SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0},
        /* Plans do not depend on bound values: else SQLite compiles every statement with a LIMIT of a
         * parameter anew each time. */
        {SQLITE_DBCONFIG_ENABLE_QPSG, 1},
    };
    // clang-format on
    for (size_t i = 0; i < sizeof set / sizeof set[0]; i++) {
        int now = -1;
        int rc = sqlite3_db_config(q->db, set[i].what, set[i].value, &now);
        if (rc != SQLITE_OK || now != set[i].value)
            return sqlite_say(e, q->db, rc, tr("set the database up"));
    }
    sqlite3_limit(q->db, SQLITE_LIMIT_ATTACHED, 0);
    sqlite3_limit(q->db, SQLITE_LIMIT_LENGTH, 64 << 20);
    sqlite3_limit(q->db, SQLITE_LIMIT_SQL_LENGTH, 64 << 10);
    return true;
}

/* ---- never plain text (S11) ---- */

static bool say_plaintext(struct err *e)
{
    err_set(e, ERR_STORE, "store.plaintext",
            "could not open the database: the file is not encrypted");
    return err_remedy(
        e, "a repository's database is always encrypted; find out who put this file there");
}

/* Read through SQLite's own file: closing another descriptor of the file would drop SQLite's
 * locks. */
static bool begins_plain(sqlite3 *db, int which, sqlite3_int64 at)
{
    sqlite3_file *f = NULL;
    char head[sizeof magic];
    if (sqlite3_file_control(db, "main", which, &f) != SQLITE_OK || f == NULL ||
        f->pMethods == NULL)
        return false;
    return f->pMethods->xRead(f, head, (int)sizeof head, at) == SQLITE_OK &&
           memcmp(head, magic, sizeof magic) == 0;
}

/* The codec is at work, and what is on the disk (file, and the first page of the journal, behind
 * its headers) does not begin like plain SQLite. */
bool sqlite_is_ciphertext(struct sqlite *q, struct err *e)
{
    enum { WAL_FIRST_PAGE = 32 + 24 };
    int64_t encrypted = 0;
    if (!sqlite_number(&encrypted, q, SQL_SQLITE_CIPHER_STATUS, NULL, e)) return false;
    if (encrypted != 1 || begins_plain(q->db, SQLITE_FCNTL_FILE_POINTER, 0) ||
        begins_plain(q->db, SQLITE_FCNTL_JOURNAL_POINTER, WAL_FIRST_PAGE))
        return say_plaintext(e);
    return true;
}

/* Without the key the schema cannot be read. */
static bool is_closed_without_key(const struct sqlite *q, struct err *e)
{
    struct sqlite other = {.db = NULL};
    int64_t n;
    int rc =
        sqlite3_open_v2(q->path, &other.db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_EXRESCODE, NULL);
    if (rc == SQLITE_OK) (void)sqlite_number(&n, &other, SQL_SQLITE_SCHEMA_SIZE, &rc, NULL);
    bool closed = rc == SQLITE_NOTADB;
    if (rc == SQLITE_OK) say_plaintext(e);
    else if (!closed) sqlite_say(e, other.db, rc, tr("look at the database without its key"));
    sqlite3_close(other.db);
    return closed;
}

/* ---- opening ---- */

void sqlite_release(struct sqlite *q)
{
    if (q == NULL) return;
    for (size_t i = 0; i < SQL_COUNT; i++) sqlite_statement_free(q->cache[i]);
    sqlite_loading_ends(q);
    (void)sqlite3_close(q->db);
    secret_free(q->key);
    mem_free(q->path);
    mem_free(q);
}

/* An open, keyed connection, nothing read yet. */
bool sqlite_connect(struct sqlite **out, const char *path, const struct secret *key, bool writes,
                    struct err *e)
{
    if (sqlite3_libversion_number() < LIBRARY_MIN)
        return err_set(e, ERR_STORE, "store.library",
                       "could not use SQLite %s: it is older than 3.51.3", sqlite3_libversion());
    struct sqlite *q = mem_new(1, sizeof *q);
    q->base.ops = &sqlite_ops;
    q->path = mem_text(path, strlen(path));
    q->key = secret_copy(secret_bytes(key), secret_size(key));
    q->writes = writes;
    q->journal = -1;
    int rc =
        sqlite3_open_v2(path, &q->db,
                        SQLITE_OPEN_READWRITE | SQLITE_OPEN_PRIVATECACHE | SQLITE_OPEN_EXRESCODE,
                        NULL);
    bool ok = rc == SQLITE_OK ? true : sqlite_say(e, q->db, rc, tr("open the database"));
    if (ok) (void)sqlite3_busy_timeout(q->db, BUSY_MS);
    if (ok && begins_plain(q->db, SQLITE_FCNTL_FILE_POINTER, 0)) ok = say_plaintext(e);
    ok = ok && sqlite_script(q, SQL_SQLITE_BEFORE_KEY, e) && give_key(q, e) && limits(q, e) &&
         sqlite_script(q, SQL_SQLITE_AFTER_KEY, e);
    if (ok) rc = sqlite3_create_module(q->db, "feed", &sqlite_feed_module, q);
    if (ok && rc != SQLITE_OK) ok = sqlite_say(e, q->db, rc, tr("open the database"));
    if (ok && sqlite3_set_authorizer(q->db, authorize, q) != SQLITE_OK)
        ok =
            err_set(e, ERR_STORE, "store.authorizer", "could not restrict the database connection");
    if (!ok) {
        sqlite_release(q);
        return false;
    }
    *out = q;
    return true;
}

static bool schema_version(int64_t *out, struct sqlite *q, bool fresh, struct err *e)
{
    int64_t id = 0;
    if (!sqlite_number(&id, q, SQL_SQLITE_APPLICATION_ID, NULL, e) ||
        !sqlite_number(out, q, SQL_SQLITE_USER_VERSION, NULL, e))
        return false;
    if (!fresh && (id != APPLICATION_ID || *out < 1)) return sqlite_say_wrong_key(e);
    if (*out > (int64_t)sql_migration_count) {
        err_set(e, ERR_STORE, "store.newer",
                "could not open the repository: its schema %lld is newer than this program's %zu",
                (long long)*out, sql_migration_count);
        return err_remedy(e, "use the version of dcim that wrote it last, or a later one");
    }
    return true;
}

static bool migrate(struct sqlite *q, bool fresh, struct err *e)
{
    int64_t version = 0;
    if (!schema_version(&version, q, fresh, e)) return false;
    if (version == (int64_t)sql_migration_count) return true;
    if (!q->writes) {
        err_set(e, ERR_STORE, "store.older",
                "could not read the repository: its schema %lld is older than this program's %zu",
                (long long)version, sql_migration_count);
        return err_remedy(e, "open it once for writing, for instance with `dcim check`");
    }
    if (!backend_begin(&q->base, true, e)) return false;
    /* Again, for another process may have been quicker. */
    bool ok = schema_version(&version, q, fresh, e);
    for (size_t i = (size_t)version; ok && i < sql_migration_count; i++) {
        int rc = sqlite3_exec(q->db, sql_migrations[i].text, NULL, NULL, NULL);
        if (rc != SQLITE_OK) ok = sqlite_say(e, q->db, rc, tr("migrate the database"));
        ok = ok && sqlite_number(&version, q, SQL_SQLITE_USER_VERSION, NULL, e);
        if (ok && version != sql_migrations[i].number)
            ok = err_set(e, ERR_STORE, "store.migration", "migration %d does not set its number",
                         sql_migrations[i].number);
    }
    if (ok && backend_commit(&q->base, e)) return true;
    backend_rollback(&q->base);
    return false;
}

static bool settle(struct sqlite *q, enum backend_mode mode, struct err *e)
{
    bool fresh = mode == BACKEND_CREATE;
    int64_t n;
    int rc;

    if (!sqlite_number(&n, q, SQL_SQLITE_SCHEMA_SIZE, &rc, e))
        return rc == SQLITE_NOTADB ? sqlite_say_wrong_key(e) : false;
    if (!journal_is_wal(q, q->writes ? SQL_SQLITE_WRITE : SQL_SQLITE_JOURNAL_MODE, e)) return false;
    if (!sqlite_script(q,
                       q->writes                 ? SQL_SQLITE_WRITE_SIZES
                       : mode == BACKEND_LOOK_UP ? SQL_SQLITE_LOOK_UP_SIZES
                                                 : SQL_SQLITE_READ_SIZES,
                       e))
        return false;
    if (!migrate(q, fresh, e) || !sqlite_is_ciphertext(q, e)) return false;
    if (fresh && !is_closed_without_key(q, e)) return false;
    q->settled = true;
    return true;
}

bool sqlite_backend_open(struct backend **out, const char *path, const struct secret *key,
                         enum backend_mode mode, struct err *e)
{
    struct sqlite *q = NULL;

    *out = NULL;
    bool usable = true;
    if (mode == BACKEND_CREATE ? !database_file_make(path, e)
                               : !database_file_find(&usable, path, e))
        return false;
    if (!usable) return sqlite_say_wrong_key(e);
    if (sqlite_connect(&q, path, key, mode == BACKEND_CREATE || mode == BACKEND_WRITE, e) &&
        settle(q, mode, e)) {
        *out = &q->base;
        return true;
    }
    sqlite_release(q);
    if (mode == BACKEND_CREATE) database_file_remove(path);
    return false;
}

static void close_it(struct backend *b)
{
    struct sqlite *q = sqlite_of(b);
    if (q->tx != TX_NONE) backend_rollback(b);
    sqlite_release(q);
}

/* ---- transactions ---- */

static bool say_broken(struct err *e)
{
    err_set(e, ERR_STORE, "store.failed", "could not write: an earlier commit failed in the disk");
    return err_remedy(e, "stop the program, see to the disk, start it again and run `dcim check`");
}

static bool begin(struct backend *b, bool write, struct err *e)
{
    struct sqlite *q = sqlite_of(b);
    int rc;

    assert(q->tx == TX_NONE);
    if (write && q->broken) return say_broken(e);
    if (write && !q->writes) return sqlite_say(e, NULL, SQLITE_READONLY, "begin a change");
    if (!sqlite_run(q, write ? SQL_BEGIN_WRITE : SQL_BEGIN_READ, &rc,
                    write ? "begin a change" : tr("begin to read"), e))
        return false;
    q->tx = write ? TX_WRITE : TX_READ;
    /* A deferred transaction fixes what it sees with its first reading: that shall be now. */
    if (q->settled &&
        !sqlite_run(q, SQL_GENERATION, &rc, write ? "begin a change" : tr("begin to read"), e)) {
        backend_rollback(b);
        return false;
    }
    return true;
}

static bool commit(struct backend *b, struct err *e)
{
    struct sqlite *q = sqlite_of(b);
    int rc = SQLITE_OK;

    assert(q->tx != TX_NONE);
    if (sqlite3_get_autocommit(q->db) != 0) {
        q->tx = TX_NONE;
        return sqlite_say_rolled_back(e);
    }
    if (sqlite_run(q, SQL_COMMIT, &rc, "commit", e)) {
        q->tx = TX_NONE;
        return true;
    }
    int kind = rc & 0xff;
    if (q->tx == TX_WRITE && kind != SQLITE_BUSY && kind != SQLITE_FULL &&
        rc != SQLITE_IOERR_NOMEM && kind != SQLITE_NOMEM && kind != SQLITE_CONSTRAINT)
        q->broken = true;
    backend_rollback(b);
    return false;
}

static void rollback(struct backend *b)
{
    struct sqlite *q = sqlite_of(b);
    int rc;

    if (q->tx == TX_NONE) return;
    if (sqlite3_get_autocommit(q->db) == 0)
        (void)sqlite_run(q, SQL_ROLLBACK, &rc, tr("roll back"), NULL);
    /* What cannot be rolled back here is so when the connection closes; until then it must not
     * write. */
    if (sqlite3_get_autocommit(q->db) == 0) q->broken = true;
    q->tx = TX_NONE;
}

static bool in_transaction(const struct backend *b)
{
    return ((const struct sqlite *)(const void *)b)->tx != TX_NONE;
}

static void busy_ms(struct backend *b, int ms)
{
    (void)sqlite3_busy_timeout(sqlite_of(b)->db, ms);
}

/* SQLite does not sync the cut: after a power failure the old journal could lie there again, and
 * what was erased with it. */
static bool sync_journal(struct sqlite *q, struct err *e)
{
    sqlite3_file *f = NULL;
    int rc = sqlite3_file_control(q->db, "main", SQLITE_FCNTL_JOURNAL_POINTER, &f);
    if (rc == SQLITE_OK && f != NULL && f->pMethods != NULL)
        rc = f->pMethods->xSync(f, SQLITE_SYNC_FULL);
    return rc == SQLITE_OK ? true : sqlite_say(e, q->db, rc, tr("empty the journal"));
}

static bool empty_journal(struct backend *b, bool *done, struct err *e)
{
    struct sqlite *q = sqlite_of(b);
    void *statement = NULL;

    *done = false;
    assert(q->tx == TX_NONE);
    if (q->broken) return say_broken(e);
    if (!sqlite_take(&statement, b, SQL_SQLITE_CHECKPOINT, e)) return false;
    int rc = sqlite3_step(((struct statement *)statement)->s);
    *done = rc == SQLITE_ROW && sqlite_int_at(statement, 0) == 0;
    bool ok = rc == SQLITE_ROW ? true : sqlite_say(e, q->db, rc, tr("empty the journal"));
    sqlite_give(b, statement);
    return ok && (!*done || sync_journal(q, e));
}

// clang-format off
static const struct backend_ops sqlite_ops = {
    .take = sqlite_take, .give = sqlite_give, .bind_int = sqlite_bind_int,
    .bind_text = sqlite_bind_text, .bind_blob = sqlite_bind_blob, .bind_null = sqlite_bind_null,
    .rewind = sqlite_rewind, .feed = sqlite_feed, .step = sqlite_step, .int_at = sqlite_int_at,
    .null_at = sqlite_null_at, .text_at = sqlite_text_at, .blob_at = sqlite_blob_at,
    .begin = begin, .commit = commit, .rollback = rollback, .in_transaction = in_transaction,
    .loading = sqlite_loading, .write_out = sqlite_write_out, .busy_ms = busy_ms,
    .empty_journal = empty_journal, .copy_to = sqlite_copy_to, .check = sqlite_check,
    .close = close_it,
};
// clang-format on
