/* SPDX-License-Identifier: EUPL-1.2 */
/* The backend on SQLCipher: the only file that calls SQLite.
 *
 * A connection is one thread's at a time (the library is built without a mutex for each).
 * Statements come from the closed list (store/sql_gen.h), are prepared when first used and kept.
 * Once the settings are made, an authorizer refuses to prepare anything that changes the schema,
 * attaches a file, or changes or deletes a row of the log (S22), whatever the list says.
 *
 * Some failures (disk full, input/output) make SQLite roll back by itself. What came after would
 * then commit row by row, so every step first asks whether the transaction is still there. After an
 * input/output error at commit nobody knows what the disk holds: the handle takes no further write
 * (S87). */
#include "store/backend.h"

#include "base/buf.h"
#include "base/mem.h"
#include "store/backend_impl.h"
#include "store/database_file.h"

#include <assert.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

/* SQLCipher's, declared by sqlite3.h only under its own macro. */
int sqlite3_key(sqlite3 *db, const void *key, int n);

enum {
    LIBRARY_MIN = 3051003,       /* S6: corruption fix of the write-ahead log */
    APPLICATION_ID = 0x4443494D, /* "DCIM", as in migration 1 */
    BUSY_MS = 30000,
    COPY_PAGES = 256, /* pages of 8 KiB between two looks at whether others wait */
    PARAMS_MAX = 64,
    KEY_TEXT = 2 + 2 * CRYPTO_KEY + 1
};

static const char magic[16] = "SQLite format 3"; /* how a file without encryption begins */

enum tx { TX_NONE, TX_READ, TX_WRITE };

struct sqlite;

struct statement {
    sqlite3_stmt *s;
    bool in_use, spare;           /* spare: the cached one was in use; finalized when given back */
    uint8_t position[PARAMS_MAX]; /* SQLite's number of each parameter of the list */
};

struct sqlite {
    struct backend base;
    sqlite3 *db;
    char *path;
    struct secret *key;
    bool writes;
    bool settled; /* the authorizer is strict */
    bool broken;  /* a commit failed in the disk: no further write */
    enum tx tx;
    struct statement *cache[SQL_COUNT];
    size_t n_feed; /* rows that the table `feed` has just now */
    feed_fn *feed;
    void *feed_ctx;
};

static const struct backend_ops sqlite_ops;

/* ---- errors ---- */

// clang-format off
static const struct { /* what SQLite's results are to us; the last one is for all others */
    int rc;
    enum err_code code;
    const char *id, *text, *remedy; /* text NULL: SQLite's own */
} failures[] = {
    {SQLITE_BUSY, ERR_CONFLICT, "store.busy", "another process is writing",
     "wait until the other import or change has ended, then try again"},
    {SQLITE_LOCKED, ERR_CONFLICT, "store.busy", "another process is writing",
     "wait until the other import or change has ended, then try again"},
    {SQLITE_FULL, ERR_SYSTEM, "store.full", "no space left on the disk",
     "free space on the disk of the repository and try again; nothing was changed"},
    {SQLITE_NOMEM, ERR_SYSTEM, "store.memory", "out of memory",
     "free memory and try again; nothing was changed"},
    {SQLITE_IOERR, ERR_STORE, "store.io", NULL,
     "see whether the disk is full or failing; nothing was acknowledged"},
    {SQLITE_CANTOPEN, ERR_STORE, "store.io", NULL,
     "see whether the disk is full or failing; nothing was acknowledged"},
    {SQLITE_CORRUPT, ERR_STORE, "store.damaged", NULL,
     "run `dcim check`; restore the last verified backup with `dcim restore`"},
    {SQLITE_NOTADB, ERR_STORE, "store.damaged", NULL,
     "run `dcim check`; restore the last verified backup with `dcim restore`"},
    {SQLITE_READONLY, ERR_DENIED, "store.read_only", "the repository is open for reading only",
     "see whether the files of the repository may be written by this user"},
    {SQLITE_AUTH, ERR_DENIED, "store.forbidden", NULL, NULL},
    {SQLITE_CONSTRAINT, ERR_STORE, "store.constraint", NULL, NULL},
    {0, ERR_STORE, "store.sqlite", NULL, NULL},
};
// clang-format on

/* SQLite's messages name tables, columns and our own triggers, never values (STRICT tables, bound
 * values). */
static bool say(struct err *e, sqlite3 *db, int rc, const char *doing)
{
    const char *why = db != NULL ? sqlite3_errmsg(db) : sqlite3_errstr(rc);
    size_t i = 0;

    while (failures[i].rc != 0 && failures[i].rc != (rc & 0xff)) i++;
    if (failures[i].text != NULL) why = failures[i].text;
    err_set(e, failures[i].code, failures[i].id, "could not %s: %s (%d)", doing, why, rc);
    return failures[i].remedy == NULL ? false : err_remedy(e, "%s", failures[i].remedy);
}

static bool say_wrong_key(struct err *e)
{
    err_set(
        e, ERR_DENIED, "store.wrong_key",
        "could not open the database: the key does not fit, or the file is damaged or not ours");
    return err_remedy(e, "use the keyring that belongs to this repository, or restore a backup");
}

static struct sqlite *of(struct backend *b)
{
    return (struct sqlite *)(void *)b;
}

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

/* ---- statements ---- */

static void statement_free(struct statement *t)
{
    if (t == NULL) return;
    sqlite3_finalize(t->s);
    mem_free(t);
}

/* Prepare and hold against what the list declares: a column moved in SQL must not be read as
 * another in C. */
static bool statement_new(struct statement **out, struct sqlite *q, enum sql_id id, struct err *e)
{
    const struct sql_statement *l = &sql_statements[id];
    struct statement *t = mem_new(1, sizeof *t);
    char doing[100];

    snprintf(doing, sizeof doing, "prepare statement %s", l->name);
    int rc = sqlite3_prepare_v3(q->db, l->text, -1, SQLITE_PREPARE_PERSISTENT, &t->s, NULL);
    if (rc != SQLITE_OK) {
        statement_free(t);
        return say(e, q->db, rc, doing);
    }
    bool fits = l->n_param <= PARAMS_MAX &&
                (size_t)sqlite3_bind_parameter_count(t->s) == l->n_param &&
                (size_t)sqlite3_column_count(t->s) == l->n_column;
    for (size_t i = 0; fits && i < l->n_param; i++) {
        char name[80];
        snprintf(name, sizeof name, ":%s", l->params[i]);
        t->position[i] = (uint8_t)sqlite3_bind_parameter_index(t->s, name);
        fits = t->position[i] != 0;
    }
    for (size_t i = 0; fits && i < l->n_column; i++) {
        const char *name = sqlite3_column_name(t->s, (int)i);
        fits = name != NULL && strcmp(name, l->columns[i]) == 0;
    }
    if (!fits) {
        statement_free(t);
        return err_set(e, ERR_STORE, "store.statement",
                       "statement %s is not what its list declares", l->name);
    }
    *out = t;
    return true;
}

static bool take(void **out, struct backend *b, enum sql_id id, struct err *e)
{
    struct sqlite *q = of(b);
    struct statement *t = q->cache[id];

    if (t == NULL || t->in_use) {
        if (!statement_new(&t, q, id, e)) return false;
        t->spare = q->cache[id] != NULL;
        if (!t->spare) q->cache[id] = t;
    }
    t->in_use = true;
    *out = t;
    return true;
}

static void give(struct backend *b, void *statement)
{
    struct statement *t = statement;
    (void)b;
    if (t->spare) {
        statement_free(t);
        return;
    }
    /* The result is that of the last step, which the step itself has reported. */
    (void)sqlite3_reset(t->s);
    (void)sqlite3_clear_bindings(t->s);
    t->in_use = false;
}

static bool bind_int(void *statement, size_t param, int64_t v)
{
    struct statement *t = statement;
    return sqlite3_bind_int64(t->s, t->position[param], v) == SQLITE_OK;
}

static bool bind_text(void *statement, size_t param, struct text v, bool copy)
{
    struct statement *t = statement;
    return sqlite3_bind_text64(t->s, t->position[param], v.n == 0 ? "" : v.p, v.n,
                               copy ? SQLITE_TRANSIENT : SQLITE_STATIC, SQLITE_UTF8) == SQLITE_OK;
}

static bool bind_blob(void *statement, size_t param, const void *p, size_t n, bool copy)
{
    struct statement *t = statement;
    return sqlite3_bind_blob64(t->s, t->position[param], n == 0 ? "" : p, n,
                               copy ? SQLITE_TRANSIENT : SQLITE_STATIC) == SQLITE_OK;
}

static bool bind_null(void *statement, size_t param)
{
    struct statement *t = statement;
    return sqlite3_bind_null(t->s, t->position[param]) == SQLITE_OK;
}

static void rewind_it(void *statement)
{
    (void)sqlite3_reset(((struct statement *)statement)->s);
}

static bool transaction_lost(struct err *e)
{
    err_set(e, ERR_STORE, "store.rolled_back",
            "could not go on: the transaction was rolled back by an earlier failure");
    return err_remedy(e, "nothing was changed; see to the earlier failure and try again");
}

static enum step step(struct backend *b, void *statement, struct err *e)
{
    struct sqlite *q = of(b);
    struct statement *t = statement;

    if (q->tx != TX_NONE && sqlite3_get_autocommit(q->db) != 0) {
        transaction_lost(e);
        return STEP_FAILED;
    }
    if (q->settled && q->tx != TX_WRITE && !sqlite3_stmt_readonly(t->s)) {
        err_set(e, ERR_STORE, "store.no_transaction",
                "could not write outside of a write transaction");
        return STEP_FAILED;
    }
    int rc = sqlite3_step(t->s);
    if (rc == SQLITE_ROW) return STEP_ROW;
    if (rc == SQLITE_DONE) {
        (void)sqlite3_reset(t->s);
        return STEP_DONE;
    }
    say(e, q->db, rc, q->tx == TX_WRITE ? "write to the database" : "read the database");
    return STEP_FAILED;
}

static int64_t int_at(void *statement, size_t column)
{
    return sqlite3_column_int64(((struct statement *)statement)->s, (int)column);
}

static bool null_at(void *statement, size_t column)
{
    return sqlite3_column_type(((struct statement *)statement)->s, (int)column) == SQLITE_NULL;
}

static struct text text_at(void *statement, size_t column)
{
    sqlite3_stmt *s = ((struct statement *)statement)->s;
    const unsigned char *p = sqlite3_column_text(s, (int)column);
    return p == NULL ? (struct text){"", 0}
                     : (struct text){(const char *)p, (size_t)sqlite3_column_bytes(s, (int)column)};
}

static struct text blob_at(void *statement, size_t column)
{
    sqlite3_stmt *s = ((struct statement *)statement)->s;
    const void *p = sqlite3_column_blob(s, (int)column);
    return p == NULL ? (struct text){"", 0}
                     : (struct text){p, (size_t)sqlite3_column_bytes(s, (int)column)};
}

/* ---- the table `feed`: rows that are not in the database yet ---- */

struct feed_table {
    sqlite3_vtab base;
    const struct sqlite *q;
};

struct feed_cursor {
    sqlite3_vtab_cursor base;
    size_t row;
};

static const struct sqlite *feed_of(const sqlite3_vtab_cursor *c)
{
    return ((const struct feed_table *)(const void *)c->pVtab)->q;
}

static int feed_connect(sqlite3 *db, void *ctx, int n, const char *const *arg, sqlite3_vtab **out,
                        char **why)
{
    (void)n;
    (void)arg;
    (void)why;
    struct feed_table *t = sqlite3_malloc(sizeof *t);
    if (t == NULL) return SQLITE_NOMEM;
    *t = (struct feed_table){.q = ctx};
    *out = &t->base;
    return sqlite3_declare_vtab(db, sql_statements[SQL_SQLITE_FEED].text);
}

static int feed_disconnect(sqlite3_vtab *t)
{
    sqlite3_free(t);
    return SQLITE_OK;
}

static int feed_plan(sqlite3_vtab *t, sqlite3_index_info *info)
{
    (void)t;
    info->estimatedRows = 256;
    info->estimatedCost = 256;
    return SQLITE_OK;
}

static int feed_open(sqlite3_vtab *t, sqlite3_vtab_cursor **out)
{
    (void)t;
    struct feed_cursor *c = sqlite3_malloc(sizeof *c);
    if (c == NULL) return SQLITE_NOMEM;
    *c = (struct feed_cursor){.row = 0};
    *out = &c->base;
    return SQLITE_OK;
}

static int feed_close(sqlite3_vtab_cursor *c)
{
    sqlite3_free(c);
    return SQLITE_OK;
}

static int feed_start(sqlite3_vtab_cursor *c, int plan, const char *name, int n, sqlite3_value **v)
{
    (void)plan;
    (void)name;
    (void)n;
    (void)v;
    ((struct feed_cursor *)(void *)c)->row = 0;
    return SQLITE_OK;
}

static int feed_next(sqlite3_vtab_cursor *c)
{
    ((struct feed_cursor *)(void *)c)->row++;
    return SQLITE_OK;
}

static int feed_ended(sqlite3_vtab_cursor *c)
{
    return ((struct feed_cursor *)(void *)c)->row >= feed_of(c)->n_feed;
}

static int feed_column(sqlite3_vtab_cursor *c, sqlite3_context *to, int column)
{
    const struct sqlite *q = feed_of(c);
    struct feed_cell cell =
        q->feed(q->feed_ctx, ((struct feed_cursor *)(void *)c)->row, (size_t)column);
    if (cell.kind == FEED_INT) sqlite3_result_int64(to, cell.number);
    else if (cell.kind == FEED_BLOB) sqlite3_result_blob64(to, cell.p, cell.n, SQLITE_STATIC);
    else sqlite3_result_null(to);
    return SQLITE_OK;
}

static int feed_row(sqlite3_vtab_cursor *c, sqlite3_int64 *out)
{
    *out = (sqlite3_int64)((struct feed_cursor *)(void *)c)->row;
    return SQLITE_OK;
}

/* Without xCreate: it is there by its name, and no schema can hold another of its kind. */
static const sqlite3_module feed_module = {
    .xConnect = feed_connect,
    .xDisconnect = feed_disconnect,
    .xBestIndex = feed_plan,
    .xOpen = feed_open,
    .xClose = feed_close,
    .xFilter = feed_start,
    .xNext = feed_next,
    .xEof = feed_ended,
    .xColumn = feed_column,
    .xRowid = feed_row,
};

static void feed(struct backend *b, size_t n_row, feed_fn *cell, void *ctx)
{
    struct sqlite *q = of(b);
    q->n_feed = n_row;
    q->feed = cell;
    q->feed_ctx = ctx;
}

/* ---- settings ---- */

/* A script of the list, statement by statement; rows are passed over. */
static bool script(struct sqlite *q, enum sql_id id, struct err *e)
{
    const char *at = sql_statements[id].text;
    while (*at != '\0') {
        sqlite3_stmt *s = NULL;
        int rc = sqlite3_prepare_v2(q->db, at, -1, &s, &at);
        if (rc == SQLITE_OK && s == NULL) break;
        while (rc == SQLITE_OK || rc == SQLITE_ROW) rc = sqlite3_step(s);
        (void)sqlite3_finalize(s);
        /* Some settings read the first page already: this is where a wrong key is noticed. */
        if (rc == SQLITE_NOTADB && !q->settled) return say_wrong_key(e);
        if (rc != SQLITE_DONE) return say(e, q->db, rc, "set the database up");
    }
    return true;
}

/* One number. `rc` (may be NULL) gets SQLite's result where the caller tells failures apart
 * itself. */
static bool number(int64_t *out, struct sqlite *q, enum sql_id id, int *rc_out, struct err *e)
{
    sqlite3_stmt *s = NULL;
    int rc = sqlite3_prepare_v2(q->db, sql_statements[id].text, -1, &s, NULL);
    if (rc == SQLITE_OK) rc = sqlite3_step(s);
    *out = rc == SQLITE_ROW ? sqlite3_column_int64(s, 0) : 0;
    sqlite3_finalize(s);
    if (rc_out != NULL) *rc_out = rc;
    return rc == SQLITE_ROW ? true : say(e, q->db, rc, "read the database's settings");
}

static bool journal_is_wal(struct sqlite *q, enum sql_id id, struct err *e)
{
    sqlite3_stmt *s = NULL;
    int rc = sqlite3_prepare_v2(q->db, sql_statements[id].text, -1, &s, NULL);
    if (rc == SQLITE_OK) rc = sqlite3_step(s);
    bool wal = rc == SQLITE_ROW && strcmp((const char *)sqlite3_column_text(s, 0), "wal") == 0;
    sqlite3_finalize(s);
    if (rc != SQLITE_ROW) return say(e, q->db, rc, "set the journal of the database");
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
    return rc == SQLITE_OK ? true : say(e, q->db, rc, "give the database its key");
}

static bool limits(struct sqlite *q, struct err *e)
{
    // clang-format off
    static const struct { int what, value; } set[] = {
        {SQLITE_DBCONFIG_DEFENSIVE, 1}, {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
        {SQLITE_DBCONFIG_DQS_DML, 0}, {SQLITE_DBCONFIG_DQS_DDL, 0},
        {SQLITE_DBCONFIG_WRITABLE_SCHEMA, 0}, {SQLITE_DBCONFIG_ENABLE_FKEY, 1},
        {SQLITE_DBCONFIG_ENABLE_TRIGGER, 1}, {SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0},
    };
    // clang-format on
    for (size_t i = 0; i < sizeof set / sizeof set[0]; i++) {
        int now = -1;
        int rc = sqlite3_db_config(q->db, set[i].what, set[i].value, &now);
        if (rc != SQLITE_OK || now != set[i].value) return say(e, q->db, rc, "set the database up");
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
static bool is_ciphertext(struct sqlite *q, struct err *e)
{
    enum { WAL_FIRST_PAGE = 32 + 24 };
    int64_t encrypted = 0;
    if (!number(&encrypted, q, SQL_SQLITE_CIPHER_STATUS, NULL, e)) return false;
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
    if (rc == SQLITE_OK) (void)number(&n, &other, SQL_SQLITE_SCHEMA_SIZE, &rc, NULL);
    sqlite3_close(other.db);
    return rc == SQLITE_NOTADB ? true : say_plaintext(e);
}

/* ---- opening ---- */

static void release(struct sqlite *q)
{
    if (q == NULL) return;
    for (size_t i = 0; i < SQL_COUNT; i++) statement_free(q->cache[i]);
    (void)sqlite3_close(q->db);
    secret_free(q->key);
    mem_free(q->path);
    mem_free(q);
}

/* An open, keyed connection, nothing read yet. */
static bool connect_to(struct sqlite **out, const char *path, const struct secret *key, bool writes,
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
    int rc =
        sqlite3_open_v2(path, &q->db,
                        SQLITE_OPEN_READWRITE | SQLITE_OPEN_PRIVATECACHE | SQLITE_OPEN_EXRESCODE,
                        NULL);
    bool ok = rc == SQLITE_OK ? true : say(e, q->db, rc, "open the database");
    if (ok) (void)sqlite3_busy_timeout(q->db, BUSY_MS);
    if (ok && begins_plain(q->db, SQLITE_FCNTL_FILE_POINTER, 0)) ok = say_plaintext(e);
    ok = ok && script(q, SQL_SQLITE_BEFORE_KEY, e) && give_key(q, e) && limits(q, e) &&
         script(q, SQL_SQLITE_AFTER_KEY, e);
    if (ok && sqlite3_create_module(q->db, "feed", &feed_module, q) != SQLITE_OK)
        ok = err_set(e, ERR_SYSTEM, "store.memory", "could not set the database up");
    if (ok && sqlite3_set_authorizer(q->db, authorize, q) != SQLITE_OK)
        ok =
            err_set(e, ERR_STORE, "store.authorizer", "could not restrict the database connection");
    if (!ok) {
        release(q);
        return false;
    }
    *out = q;
    return true;
}

static bool schema_version(int64_t *out, struct sqlite *q, bool fresh, struct err *e)
{
    int64_t id = 0;
    if (!number(&id, q, SQL_SQLITE_APPLICATION_ID, NULL, e) ||
        !number(out, q, SQL_SQLITE_USER_VERSION, NULL, e))
        return false;
    if (!fresh && (id != APPLICATION_ID || *out < 1)) return say_wrong_key(e);
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
        if (rc != SQLITE_OK) ok = say(e, q->db, rc, "migrate the database");
        ok = ok && number(&version, q, SQL_SQLITE_USER_VERSION, NULL, e);
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

    if (!number(&n, q, SQL_SQLITE_SCHEMA_SIZE, &rc, e))
        return rc == SQLITE_NOTADB ? say_wrong_key(e) : false;
    if (!journal_is_wal(q, q->writes ? SQL_SQLITE_WRITE : SQL_SQLITE_JOURNAL_MODE, e)) return false;
    if (!script(q,
                q->writes                 ? SQL_SQLITE_WRITE_SIZES
                : mode == BACKEND_LOOK_UP ? SQL_SQLITE_LOOK_UP_SIZES
                                          : SQL_SQLITE_READ_SIZES,
                e))
        return false;
    if (!migrate(q, fresh, e) || !is_ciphertext(q, e)) return false;
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
    if (!usable) return say_wrong_key(e);
    if (connect_to(&q, path, key, mode == BACKEND_CREATE || mode == BACKEND_WRITE, e) &&
        settle(q, mode, e)) {
        *out = &q->base;
        return true;
    }
    release(q);
    if (mode == BACKEND_CREATE) database_file_remove(path);
    return false;
}

static void close_it(struct backend *b)
{
    struct sqlite *q = of(b);
    if (q->tx != TX_NONE) backend_rollback(b);
    release(q);
}

/* ---- transactions ---- */

static bool say_broken(struct err *e)
{
    err_set(e, ERR_STORE, "store.failed", "could not write: an earlier commit failed in the disk");
    return err_remedy(e, "stop the program, see to the disk, start it again and run `dcim check`");
}

static bool run(struct sqlite *q, enum sql_id id, int *rc_out, const char *doing, struct err *e)
{
    void *statement = NULL;
    if (!take(&statement, &q->base, id, e)) {
        *rc_out = SQLITE_ERROR;
        return false;
    }
    int rc = sqlite3_step(((struct statement *)statement)->s);
    bool ok = rc == SQLITE_DONE || rc == SQLITE_ROW ? true : say(e, q->db, rc, doing);
    give(&q->base, statement);
    *rc_out = rc;
    return ok;
}

static bool begin(struct backend *b, bool write, struct err *e)
{
    struct sqlite *q = of(b);
    int rc;

    assert(q->tx == TX_NONE);
    if (write && q->broken) return say_broken(e);
    if (write && !q->writes) return say(e, NULL, SQLITE_READONLY, "begin a change");
    if (!run(q, write ? SQL_BEGIN_WRITE : SQL_BEGIN_READ, &rc,
             write ? "begin a change" : "begin to read", e))
        return false;
    q->tx = write ? TX_WRITE : TX_READ;
    /* A deferred transaction fixes what it sees with its first reading: that shall be now. */
    if (q->settled && !run(q, SQL_GENERATION, &rc, write ? "begin a change" : "begin to read", e)) {
        backend_rollback(b);
        return false;
    }
    return true;
}

static bool commit(struct backend *b, struct err *e)
{
    struct sqlite *q = of(b);
    int rc = SQLITE_OK;

    assert(q->tx != TX_NONE);
    if (sqlite3_get_autocommit(q->db) != 0) {
        q->tx = TX_NONE;
        return transaction_lost(e);
    }
    if (run(q, SQL_COMMIT, &rc, "commit", e)) {
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
    struct sqlite *q = of(b);
    int rc;

    if (q->tx == TX_NONE) return;
    if (sqlite3_get_autocommit(q->db) == 0) (void)run(q, SQL_ROLLBACK, &rc, "roll back", NULL);
    /* What cannot be rolled back here is so when the connection closes; until then it must not
     * write. */
    if (sqlite3_get_autocommit(q->db) == 0) q->broken = true;
    q->tx = TX_NONE;
}

static bool in_transaction(const struct backend *b)
{
    return ((const struct sqlite *)(const void *)b)->tx != TX_NONE;
}

static bool loading(struct backend *b, bool on, struct err *e)
{
    int now = -1, wanted = on ? 0 : 1;
    int rc = sqlite3_db_config(of(b)->db, SQLITE_DBCONFIG_ENABLE_FKEY, wanted, &now);
    return rc == SQLITE_OK && now == wanted ? true : say(e, of(b)->db, rc, "set the database up");
}

static void busy_ms(struct backend *b, int ms)
{
    (void)sqlite3_busy_timeout(of(b)->db, ms);
}

/* SQLite does not sync the cut: after a power failure the old journal could lie there again, and
 * what was erased with it. */
static bool sync_journal(struct sqlite *q, struct err *e)
{
    sqlite3_file *f = NULL;
    int rc = sqlite3_file_control(q->db, "main", SQLITE_FCNTL_JOURNAL_POINTER, &f);
    if (rc == SQLITE_OK && f != NULL && f->pMethods != NULL)
        rc = f->pMethods->xSync(f, SQLITE_SYNC_FULL);
    return rc == SQLITE_OK ? true : say(e, q->db, rc, "empty the journal");
}

static bool empty_journal(struct backend *b, bool *done, struct err *e)
{
    struct sqlite *q = of(b);
    void *statement = NULL;

    *done = false;
    assert(q->tx == TX_NONE);
    if (q->broken) return say_broken(e);
    if (!take(&statement, b, SQL_SQLITE_CHECKPOINT, e)) return false;
    int rc = sqlite3_step(((struct statement *)statement)->s);
    *done = rc == SQLITE_ROW && int_at(statement, 0) == 0;
    bool ok = rc == SQLITE_ROW ? true : say(e, q->db, rc, "empty the journal");
    give(b, statement);
    return ok && (!*done || sync_journal(q, e));
}

/* ---- copy and check ---- */

static bool copy_pages(struct sqlite *to, struct sqlite *from, struct err *e)
{
    sqlite3_backup *k = sqlite3_backup_init(to->db, "main", from->db, "main");
    if (k == NULL) return say(e, to->db, sqlite3_extended_errcode(to->db), "copy the database");
    int rc;
    do {
        rc = sqlite3_backup_step(k, COPY_PAGES);
        if (rc == SQLITE_BUSY || rc == SQLITE_LOCKED) (void)sqlite3_sleep(5);
    } while (rc == SQLITE_OK || rc == SQLITE_BUSY || rc == SQLITE_LOCKED);
    int end = sqlite3_backup_finish(k);
    if (rc == SQLITE_DONE && end == SQLITE_OK) return true;
    return say(e, to->db, rc == SQLITE_DONE ? end : rc, "copy the database");
}

static bool copy_to(struct backend *b, const char *path, struct err *e)
{
    struct sqlite *from = of(b), *to = NULL;

    if (from->tx == TX_WRITE)
        return err_set(e, ERR_STORE, "store.copy",
                       "could not copy the database inside of a write transaction");
    if (!database_file_make(path, e)) return false;
    /* One read transaction over all steps: the copy is one state, and writers go on beside it
     * (WAL). */
    bool began = from->tx == TX_NONE, ok = true;
    if (began) ok = backend_begin(b, false, e);
    ok = ok && connect_to(&to, path, from->key, true, e) && script(to, SQL_SQLITE_COPY_SIZES, e) &&
         copy_pages(to, from, e) && is_ciphertext(to, e);
    release(to);
    if (began) backend_rollback(b);
    if (!ok) database_file_remove(path);
    return ok;
}

static bool check_one(struct sqlite *q, enum sql_id id, size_t text_column, const char *fine,
                      struct buf *out, size_t *n_problem, struct err *e)
{
    struct query s;
    (void)query_begin(&s, &q->base, id);
    while (query_next(&s)) {
        struct text t = query_text(&s, text_column);
        if (fine != NULL && text_is(t, fine)) continue;
        buf_printf(out, "%s: %.*s\n", sql_statements[id].name + sizeof "sqlite_check_" - 1,
                   (int)t.n, t.p);
        (*n_problem)++;
    }
    struct err why = {0};
    if (query_end(&s, &why)) return true;
    if (why.code != ERR_STORE) {
        if (e != NULL) *e = why;
        return false;
    }
    /* Too damaged to be asked: that is an answer. */
    buf_printf(out, "%s: %s\n", sql_statements[id].name + sizeof "sqlite_check_" - 1, why.msg);
    (*n_problem)++;
    return true;
}

static bool check(struct backend *b, struct buf *out, size_t *n_problem, struct err *e)
{
    struct sqlite *q = of(b);
    bool began = q->tx == TX_NONE && q->writes && !q->broken;

    *n_problem = 0;
    if (began) {
        /* what lies in the journal comes into the file first; others that read may hinder that */
        int rc;
        (void)run(q, SQL_SQLITE_CHECKPOINT, &rc, "bring the journal in", NULL);
        /* The file is read past the pager: nobody may bring the journal in meanwhile. Not
         * backend_begin(), which reads a page that may be a damaged one. */
        struct err why;
        began = run(q, SQL_BEGIN_WRITE, &rc, "begin to check", &why);
        if (began) q->tx = TX_WRITE;
        if (!began && why.code == ERR_CONFLICT) {
            if (e != NULL) *e = why;
            return false;
        }
    }
    bool ok = check_one(q, SQL_SQLITE_CHECK_PAGES, 0, NULL, out, n_problem, e) &&
              check_one(q, SQL_SQLITE_CHECK_STRUCTURE, 0, "ok", out, n_problem, e) &&
              check_one(q, SQL_SQLITE_CHECK_REFERENCES, 0, NULL, out, n_problem, e);
    if (began) backend_rollback(b);
    return ok;
}

// clang-format off
static const struct backend_ops sqlite_ops = {
    .take = take, .give = give, .bind_int = bind_int, .bind_text = bind_text,
    .bind_blob = bind_blob, .bind_null = bind_null, .rewind = rewind_it, .feed = feed, .step = step,
    .int_at = int_at, .null_at = null_at, .text_at = text_at, .blob_at = blob_at, .begin = begin,
    .commit = commit, .rollback = rollback, .in_transaction = in_transaction, .loading = loading,
    .busy_ms = busy_ms, .empty_journal = empty_journal, .copy_to = copy_to, .check = check,
    .close = close_it,
};
// clang-format on
