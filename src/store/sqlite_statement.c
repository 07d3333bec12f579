/* SPDX-License-Identifier: EUPL-1.2 */
/* What is said to SQLite and what it answers: results as our errors, statements of the list, and
 * the scripts and single numbers that opening needs. */
#include "store/sqlite_internal.h"

#include "base/catalogue.h"
#include "base/mem.h"

#include <stdio.h>
#include <string.h>

/* ---- errors ---- */

// clang-format off
static const struct { /* what SQLite's results are to us; the last one is for all others */
    int rc;
    enum err_code code;
    const char *id, *text, *remedy; /* text NULL: SQLite's own */
} failures[] = {
    {SQLITE_BUSY, ERR_CONFLICT, "store.busy", N_("another process is writing"),
     N_("wait until the other import or change has ended, then try again")},
    {SQLITE_LOCKED, ERR_CONFLICT, "store.busy", N_("another process is writing"),
     N_("wait until the other import or change has ended, then try again")},
    {SQLITE_FULL, ERR_SYSTEM, "store.full", N_("no space left on the disk"),
     N_("free space on the disk of the repository and try again; nothing was changed")},
    {SQLITE_NOMEM, ERR_SYSTEM, "store.memory", N_("out of memory"),
     N_("free memory and try again; nothing was changed")},
    {SQLITE_IOERR, ERR_STORE, "store.io", NULL,
     N_("see whether the disk is full or failing; nothing was acknowledged")},
    {SQLITE_CANTOPEN, ERR_STORE, "store.io", NULL,
     N_("see whether the disk is full or failing; nothing was acknowledged")},
    {SQLITE_CORRUPT, ERR_STORE, "store.damaged", NULL,
     N_("run `dcim check`; restore the last verified backup with `dcim restore`")},
    {SQLITE_NOTADB, ERR_STORE, "store.damaged", NULL,
     N_("run `dcim check`; restore the last verified backup with `dcim restore`")},
    {SQLITE_READONLY, ERR_DENIED, "store.read_only", N_("the repository is open for reading only"),
     N_("see whether the files of the repository may be written by this user")},
    {SQLITE_AUTH, ERR_DENIED, "store.forbidden", NULL, NULL},
    {SQLITE_CONSTRAINT, ERR_STORE, "store.constraint", NULL, NULL},
    {0, ERR_STORE, "store.sqlite", NULL, NULL},
};
// clang-format on

/* SQLite's messages name tables, columns and our own triggers, never values (STRICT tables, bound
 * values). */
bool sqlite_say(struct err *e, sqlite3 *db, int rc, const char *doing)
{
    const char *why = db != NULL ? sqlite3_errmsg(db) : sqlite3_errstr(rc);
    size_t i = 0;

    while (failures[i].rc != 0 && failures[i].rc != (rc & 0xff)) i++;
    if (failures[i].text != NULL) why = tr(failures[i].text);
    err_set(e, failures[i].code, failures[i].id, "could not %s: %s (%d)", doing, why, rc);
    return failures[i].remedy == NULL ? false : err_remedy(e, "%s", tr(failures[i].remedy));
}

bool sqlite_say_wrong_key(struct err *e)
{
    err_set(
        e, ERR_DENIED, "store.wrong_key",
        "could not open the database: the key does not fit, or the file is damaged or not ours");
    return err_remedy(e, "use the keyring that belongs to this repository, or restore a backup");
}
/* ---- statements ---- */

void sqlite_statement_free(struct statement *t)
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

    snprintf(doing, sizeof doing, tr("prepare statement %s"), l->name);
    int rc = sqlite3_prepare_v3(q->db, l->text, -1, SQLITE_PREPARE_PERSISTENT, &t->s, NULL);
    if (rc != SQLITE_OK) {
        sqlite_statement_free(t);
        return sqlite_say(e, q->db, rc, doing);
    }
    bool fits = l->n_param <= SQLITE_PARAMS_MAX &&
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
        sqlite_statement_free(t);
        return err_set(e, ERR_STORE, "store.statement",
                       "statement %s is not what its list declares", l->name);
    }
    *out = t;
    return true;
}

bool sqlite_take(void **out, struct backend *b, enum sql_id id, struct err *e)
{
    struct sqlite *q = sqlite_of(b);
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

void sqlite_give(struct backend *b, void *statement)
{
    struct statement *t = statement;
    (void)b;
    if (t->spare) {
        sqlite_statement_free(t);
        return;
    }
    /* The result is that of the last step, which the step itself has reported. */
    (void)sqlite3_reset(t->s);
    (void)sqlite3_clear_bindings(t->s);
    t->in_use = false;
}

bool sqlite_bind_int(void *statement, size_t param, int64_t v)
{
    struct statement *t = statement;
    return sqlite3_bind_int64(t->s, t->position[param], v) == SQLITE_OK;
}

bool sqlite_bind_text(void *statement, size_t param, struct text v, bool copy)
{
    struct statement *t = statement;
    return sqlite3_bind_text64(t->s, t->position[param], v.n == 0 ? "" : v.p, v.n,
                               copy ? SQLITE_TRANSIENT : SQLITE_STATIC, SQLITE_UTF8) == SQLITE_OK;
}

bool sqlite_bind_blob(void *statement, size_t param, const void *p, size_t n, bool copy)
{
    struct statement *t = statement;
    return sqlite3_bind_blob64(t->s, t->position[param], n == 0 ? "" : p, n,
                               copy ? SQLITE_TRANSIENT : SQLITE_STATIC) == SQLITE_OK;
}

bool sqlite_bind_null(void *statement, size_t param)
{
    struct statement *t = statement;
    return sqlite3_bind_null(t->s, t->position[param]) == SQLITE_OK;
}

void sqlite_rewind(void *statement)
{
    (void)sqlite3_reset(((struct statement *)statement)->s);
}

bool sqlite_say_rolled_back(struct err *e)
{
    err_set(e, ERR_STORE, "store.rolled_back",
            "could not go on: the transaction was rolled back by an earlier failure");
    return err_remedy(e, "nothing was changed; see to the earlier failure and try again");
}

enum step sqlite_step(struct backend *b, void *statement, struct err *e)
{
    struct sqlite *q = sqlite_of(b);
    struct statement *t = statement;

    if (q->tx != TX_NONE && sqlite3_get_autocommit(q->db) != 0) {
        sqlite_say_rolled_back(e);
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
    sqlite_say(e, q->db, rc,
               q->tx == TX_WRITE ? tr("write to the database") : tr("read the database"));
    return STEP_FAILED;
}

int64_t sqlite_int_at(void *statement, size_t column)
{
    return sqlite3_column_int64(((struct statement *)statement)->s, (int)column);
}

bool sqlite_null_at(void *statement, size_t column)
{
    return sqlite3_column_type(((struct statement *)statement)->s, (int)column) == SQLITE_NULL;
}

struct text sqlite_text_at(void *statement, size_t column)
{
    sqlite3_stmt *s = ((struct statement *)statement)->s;
    const unsigned char *p = sqlite3_column_text(s, (int)column);
    return p == NULL ? (struct text){"", 0}
                     : (struct text){(const char *)p, (size_t)sqlite3_column_bytes(s, (int)column)};
}

struct text sqlite_blob_at(void *statement, size_t column)
{
    sqlite3_stmt *s = ((struct statement *)statement)->s;
    const void *p = sqlite3_column_blob(s, (int)column);
    return p == NULL ? (struct text){"", 0}
                     : (struct text){p, (size_t)sqlite3_column_bytes(s, (int)column)};
}

/* ---- without the cache ---- */

/* A script of the list, statement by statement; rows are passed over. */
bool sqlite_script(struct sqlite *q, enum sql_id id, struct err *e)
{
    const char *at = sql_statements[id].text;
    while (*at != '\0') {
        sqlite3_stmt *s = NULL;
        int rc = sqlite3_prepare_v2(q->db, at, -1, &s, &at);
        if (rc == SQLITE_OK && s == NULL) break;
        while (rc == SQLITE_OK || rc == SQLITE_ROW) rc = sqlite3_step(s);
        (void)sqlite3_finalize(s);
        /* Some settings read the first page already: this is where a wrong key is noticed. */
        if (rc == SQLITE_NOTADB && !q->settled) return sqlite_say_wrong_key(e);
        if (rc != SQLITE_DONE) return sqlite_say(e, q->db, rc, tr("set the database up"));
    }
    return true;
}

/* One number. `rc` (may be NULL) gets SQLite's result where the caller tells failures apart
 * itself. */
bool sqlite_number(int64_t *out, struct sqlite *q, enum sql_id id, int *rc_out, struct err *e)
{
    sqlite3_stmt *s = NULL;
    int rc = sqlite3_prepare_v2(q->db, sql_statements[id].text, -1, &s, NULL);
    if (rc == SQLITE_OK) rc = sqlite3_step(s);
    *out = rc == SQLITE_ROW ? sqlite3_column_int64(s, 0) : 0;
    sqlite3_finalize(s);
    if (rc_out != NULL) *rc_out = rc;
    return rc == SQLITE_ROW ? true : sqlite_say(e, q->db, rc, tr("read the database's settings"));
}

bool sqlite_run(struct sqlite *q, enum sql_id id, int *rc_out, const char *doing, struct err *e)
{
    void *statement = NULL;
    if (!sqlite_take(&statement, &q->base, id, e)) {
        *rc_out = SQLITE_ERROR;
        return false;
    }
    int rc = sqlite3_step(((struct statement *)statement)->s);
    bool ok = rc == SQLITE_DONE || rc == SQLITE_ROW ? true : sqlite_say(e, q->db, rc, doing);
    sqlite_give(&q->base, statement);
    *rc_out = rc;
    return ok;
}
