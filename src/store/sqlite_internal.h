/* SPDX-License-Identifier: EUPL-1.2 */
/* What the files that call SQLite share. Nobody else includes this, and nobody else calls
 * SQLite. */
#ifndef DCIM_STORE_SQLITE_INTERNAL_H
#define DCIM_STORE_SQLITE_INTERNAL_H

#include "store/backend.h"
#include "store/backend_impl.h"

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum { SQLITE_PARAMS_MAX = 64 };

enum tx { TX_NONE, TX_READ, TX_WRITE };

struct statement { /* prepared when first used and kept */
    sqlite3_stmt *s;
    bool in_use, spare; /* spare: the cached one was in use; finalized when given back */
    uint8_t position[SQLITE_PARAMS_MAX]; /* SQLite's number of each parameter of the list */
};

struct sqlite { /* a connection */
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
    int journal;       /* while loading: the journal's file, once it was opened; else -1 */
    off_t written_out; /* bytes of it that the disk was told to write */
};

static inline struct sqlite *sqlite_of(struct backend *b)
{
    return (struct sqlite *)(void *)b;
}

/* ---- sqlite.c ---- */

/* An open, keyed connection, nothing read yet; sqlite_release() closes it (NULL is fine). */
bool sqlite_connect(struct sqlite **out, const char *path, const struct secret *key, bool writes,
                    struct err *e) MUST_CHECK;
void sqlite_release(struct sqlite *q);
/* The codec is at work, and what is on the disk (file, and the first page of the journal, behind
 * its headers) does not begin like plain SQLite; ERR_STORE "store.plaintext". */
bool sqlite_is_ciphertext(struct sqlite *q, struct err *e) MUST_CHECK;

/* ---- sqlite_statement.c ---- */

/* SQLite's result `rc` (never one of success) as our error: "could not <doing>: ...". `db` may be
 * NULL. Always false. */
bool sqlite_say(struct err *e, sqlite3 *db, int rc, const char *doing);
bool sqlite_say_wrong_key(struct err *e);   /* ERR_DENIED "store.wrong_key"; false */
bool sqlite_say_rolled_back(struct err *e); /* ERR_STORE "store.rolled_back"; false */

/* A script of the list, statement by statement; rows are passed over. */
bool sqlite_script(struct sqlite *q, enum sql_id id, struct err *e) MUST_CHECK;
/* One number. `rc` (may be NULL) gets SQLite's result where the caller tells failures apart
 * itself. */
bool sqlite_number(int64_t *out, struct sqlite *q, enum sql_id id, int *rc, struct err *e);
/* One step of a statement whose row, if any, does not matter; `rc` gets SQLite's result. */
bool sqlite_run(struct sqlite *q, enum sql_id id, int *rc, const char *doing, struct err *e);

/* The operations of backend_impl.h. */
bool sqlite_take(void **out, struct backend *b, enum sql_id id, struct err *e);
void sqlite_give(struct backend *b, void *statement);
void sqlite_statement_free(struct statement *t); /* NULL is fine */
bool sqlite_bind_int(void *statement, size_t param, int64_t v);
bool sqlite_bind_text(void *statement, size_t param, struct text v, bool copy);
bool sqlite_bind_blob(void *statement, size_t param, const void *p, size_t n, bool copy);
bool sqlite_bind_null(void *statement, size_t param);
void sqlite_rewind(void *statement);
enum step sqlite_step(struct backend *b, void *statement, struct err *e);
int64_t sqlite_int_at(void *statement, size_t column);
bool sqlite_null_at(void *statement, size_t column);
struct text sqlite_text_at(void *statement, size_t column);
struct text sqlite_blob_at(void *statement, size_t column);

/* ---- sqlite_feed.c ---- */

extern const sqlite3_module sqlite_feed_module; /* its context is the connection */
void sqlite_feed(struct backend *b, size_t n_row, feed_fn *cell, void *ctx);
bool sqlite_loading(struct backend *b, bool on, struct err *e);
void sqlite_write_out(struct backend *b);
void sqlite_loading_ends(struct sqlite *q); /* also when it did not begin */

/* ---- sqlite_check.c ---- */

bool sqlite_copy_to(struct backend *b, const char *path, struct err *e);
bool sqlite_check(struct backend *b, struct buf *out, size_t *n_problem, struct err *e);

#endif
