/* SPDX-License-Identifier: EUPL-1.2 */
#include "raw.h"

#include "harness.h"

/* sqlite3.h is seen by store/sqlite.c alone; these are the functions of it that are used here. */
struct sqlite3;
struct sqlite3_stmt;
int sqlite3_open(const char *path, struct sqlite3 **db);
int sqlite3_key(struct sqlite3 *db, const void *key, int n);
int sqlite3_exec(struct sqlite3 *db, const char *sql, int (*fn)(void *, int, char **, char **),
                 void *ctx, char **message);
int sqlite3_prepare_v2(struct sqlite3 *db, const char *sql, int n, struct sqlite3_stmt **s,
                       const char **tail);
int sqlite3_step(struct sqlite3_stmt *s);
int64_t sqlite3_column_int64(struct sqlite3_stmt *s, int column);
const unsigned char *sqlite3_column_text(struct sqlite3_stmt *s, int column);
const void *sqlite3_column_blob(struct sqlite3_stmt *s, int column);
int sqlite3_column_bytes(struct sqlite3_stmt *s, int column);
int sqlite3_finalize(struct sqlite3_stmt *s);
int sqlite3_close(struct sqlite3 *db);
const char *sqlite3_errmsg(struct sqlite3 *db);

enum { OK = 0, ROW = 100 };

struct raw {
    struct sqlite3 *db;
};

struct raw *raw_open(const char *path, const struct secret *key)
{
    struct raw *r = calloc(1, sizeof *r);
    char text[3 + 2 * CRYPTO_KEY + 1] = "x'";
    if (r == NULL || sqlite3_open(path, &r->db) != OK) fail_msg("raw: could not open %s", path);
    crypto_hex(text + 2, secret_bytes(key), CRYPTO_KEY);
    text[2 + 2 * CRYPTO_KEY] = '\'';
    if (sqlite3_key(r->db, text, 3 + 2 * CRYPTO_KEY) != OK) fail_msg("raw: no key");
    raw_run(
        r,
        "PRAGMA cipher_page_size = 8192; PRAGMA cipher_hmac_algorithm = HMAC_SHA256;"
        "PRAGMA foreign_keys = OFF; PRAGMA synchronous = OFF; SELECT count(*) FROM sqlite_schema");
    return r;
}

void raw_close(struct raw *r)
{
    if (sqlite3_close(r->db) != OK) fail_msg("raw: could not close");
    free(r);
}

__attribute__((format(printf, 1, 0))) static char *formatted(const char *fmt, va_list ap)
{
    static char sql[100000];
    int n = vsnprintf(sql, sizeof sql, fmt, ap);
    if (n < 0 || (size_t)n >= sizeof sql) fail_msg("raw: too long");
    return sql;
}

void raw_run(struct raw *r, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    char *sql = formatted(fmt, ap);
    va_end(ap);
    if (sqlite3_exec(r->db, sql, NULL, NULL, NULL) != OK)
        fail_msg("raw: %s: %s", sql, sqlite3_errmsg(r->db));
}

bool raw_try(struct raw *r, const char *sql)
{
    return sqlite3_exec(r->db, sql, NULL, NULL, NULL) == OK;
}

int64_t raw_number(struct raw *r, const char *fmt, ...)
{
    struct sqlite3_stmt *s = NULL;
    va_list ap;
    va_start(ap, fmt);
    char *sql = formatted(fmt, ap);
    va_end(ap);
    if (sqlite3_prepare_v2(r->db, sql, -1, &s, NULL) != OK || sqlite3_step(s) != ROW)
        fail_msg("raw: %s: %s", sql, sqlite3_errmsg(r->db));
    int64_t v = sqlite3_column_int64(s, 0);
    sqlite3_finalize(s);
    return v;
}

bool raw_plan_has(struct raw *r, const char *sql, const char *part)
{
    struct sqlite3_stmt *s = NULL;
    char plan[4000];
    bool has = false;
    snprintf(plan, sizeof plan, "EXPLAIN QUERY PLAN %s", sql);
    if (sqlite3_prepare_v2(r->db, plan, -1, &s, NULL) != OK)
        fail_msg("raw: %s", sqlite3_errmsg(r->db));
    while (sqlite3_step(s) == ROW)
        has = has || strstr((const char *)sqlite3_column_text(s, 3), part) != NULL;
    sqlite3_finalize(s);
    return has;
}

size_t raw_bytes(struct raw *r, void *out, size_t max, const char *fmt, ...)
{
    struct sqlite3_stmt *s = NULL;
    va_list ap;
    va_start(ap, fmt);
    char *sql = formatted(fmt, ap);
    va_end(ap);
    if (sqlite3_prepare_v2(r->db, sql, -1, &s, NULL) != OK)
        fail_msg("raw: %s: %s", sql, sqlite3_errmsg(r->db));
    size_t n = 0;
    const void *p = sqlite3_step(s) == ROW ? sqlite3_column_blob(s, 0) : NULL;
    if (p != NULL) {
        n = (size_t)sqlite3_column_bytes(s, 0);
        if (n > max) fail_msg("raw: %s: %zu bytes", sql, n);
        memcpy(out, p, n);
    }
    sqlite3_finalize(s);
    return n;
}

void raw_drop_triggers(struct raw *r)
{
    raw_run(
        r,
        "DROP TRIGGER IF EXISTS audit_entry_in_order; DROP TRIGGER IF EXISTS audit_entry_no_update;"
        "DROP TRIGGER IF EXISTS audit_entry_no_delete; DROP TRIGGER IF EXISTS audit_checkpoint_in_order;"
        "DROP TRIGGER IF EXISTS audit_checkpoint_no_update;"
        "DROP TRIGGER IF EXISTS audit_checkpoint_no_delete;"
        "DROP TRIGGER IF EXISTS log_head_forward; DROP TRIGGER IF EXISTS log_head_no_delete");
}
