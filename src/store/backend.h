/* SPDX-License-Identifier: EUPL-1.2 */
/* The database underneath, as an interface: prepared statements from the closed list of SQL
 * (store/sql_gen.h), transactions, backup. sqlite.c implements it on SQLCipher; only
 * src/store/sqlite*.c calls SQLite; a PostgreSQL implementation is to come and runs the same tests.
 *
 * A query that has failed swallows further calls; query_end() reports the first failure (style:
 * fails once, at the end). One backend handle belongs to one thread at a time. */
#ifndef DCIM_STORE_BACKEND_H
#define DCIM_STORE_BACKEND_H

#include "base/arena.h"
#include "base/crypto.h"
#include "base/err.h"
#include "base/text.h"
#include "store/sql_gen.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct backend;

enum backend_mode {
    BACKEND_CREATE,
    BACKEND_WRITE,
    BACKEND_READ,
    BACKEND_LOOK_UP /* reading here and there: with 64 MiB of pages in memory */
};

/* Open the database file with its raw 256-bit key. Refuses: a wrong key (ERR_DENIED
 * "store.wrong_key", not told apart from a file that is no database of ours), a plain SQLite file
 * ("store.plaintext"), a newer schema ("store.newer"). Migrates in BACKEND_WRITE. Settings of S10;
 * after keying and after the first commit the header is checked to be ciphertext (S11). */
bool sqlite_backend_open(struct backend **out, const char *path, const struct secret *key,
                         enum backend_mode mode, struct err *e) MUST_CHECK;
void backend_close(struct backend *b); /* NULL is fine; an open transaction is rolled back */

bool backend_begin(struct backend *b, bool write,
                   struct err *e) MUST_CHECK; /* write: waits for others up to
    the busy time, then ERR_CONFLICT "store.busy" */
bool backend_commit(struct backend *b, struct err *e) MUST_CHECK;
void backend_rollback(struct backend *b);
bool backend_in_transaction(const struct backend *b);
/* While loading many rows whose references the caller has checked once for all of them: foreign
 * keys are not looked up row by row (a sixth of an import's time); backend_check() looks all of
 * them up. Everything else is as always. */
bool backend_loading(struct backend *b, bool on, struct err *e) MUST_CHECK;
/* While loading: let the disk begin with what was written so far, and do not wait for it. Commit
 * has little left to wait for then. */
void backend_write_out(struct backend *b);
void backend_busy_ms(struct backend *b, int ms); /* default 30,000 */

/* Page by page copy to `path` under the same key, never blocking writers over 50 ms (S96). */
bool backend_copy_to(struct backend *b, const char *path, struct err *e) MUST_CHECK;

/* Bring all of the journal into the file, cut it to nothing and sync both: what was overwritten is
 * in neither then. Outside of a transaction. *done is false when another process goes on reading
 * for longer than the busy time. */
bool backend_empty_journal(struct backend *b, bool *done, struct err *e) MUST_CHECK;

/* Check every page (HMAC) and the database's own structure; one problem a line into `out`. (S27) */
struct buf;
bool backend_check(struct backend *b, struct buf *out, size_t *n_problem, struct err *e) MUST_CHECK;

struct query { /* members are query.c's own */
    struct backend *backend;
    void *statement;
    enum sql_id id;
    bool failed, row, done;
    int64_t n_row;
    struct err err;
};

/* Prepare (cached) and start a statement of the list. A statement that gives more rows than its
 * `rows:` allows, or ends with fewer, is ERR_STORE "store.rows". Every begun query must be
 * ended. */
bool query_begin(struct query *q, struct backend *b, enum sql_id id);
void query_bind_int(struct query *q, const char *param, int64_t v);
void query_bind_text(struct query *q, const char *param, struct text t);           /* copied */
void query_bind_blob(struct query *q, const char *param, const void *p, size_t n); /* copied */
void query_bind_null(struct query *q, const char *param);
/* The same by position, 0-based in the order of the statement's `params`: for the hot paths. */
void query_set_int(struct query *q, size_t param, int64_t v);
void query_set_null(struct query *q, size_t param);
void query_set_text(struct query *q, size_t param, struct text t); /* borrowed until the step */
void query_set_blob(struct query *q, size_t param, const void *p, size_t n); /* likewise */
/* Steps; true: a row is there. */
bool query_next(struct query *q);
/* For statements without rows: steps, resets, ends. */
bool query_run(struct query *q, struct err *e) MUST_CHECK;
/* Steps a statement without rows and leaves it ready for new values (the old ones stay): for many
 * rows through one query, ended by query_end(). */
bool query_again(struct query *q);
/* For many rows at once, by a statement that takes them from the table `feed` (columns a to h):
 * `cell` is asked for each of its columns, row by row, and may lend what it points to until it is
 * asked again for that column. Twice as fast as query_again() for small rows. */
struct feed_cell {
    enum { FEED_NULL, FEED_INT, FEED_BLOB } kind;
    int64_t number;
    const void *p;
    size_t n;
};
typedef struct feed_cell feed_fn(void *ctx, size_t row, size_t column);
bool query_feed(struct query *q, size_t n_row, feed_fn *cell, void *ctx);
/* Back to before the first row; values stay until they are set anew. */
void query_rewind(struct query *q);
int64_t query_int(struct query *q, size_t column); /* 0 for NULL */
bool query_is_null(struct query *q, size_t column);
struct text query_text(struct query *q, size_t column); /* borrowed until the next step */
struct text query_blob(struct query *q, size_t column);
/* Copies into the arena, with a 0 behind; "" for NULL, and NULL for it. */
const char *query_copy(struct query *q, size_t column, struct arena *a);
const char *query_copy_or_null(struct query *q, size_t column, struct arena *a);
struct text query_copy_blob(struct query *q, size_t column, struct arena *a);
bool query_end(struct query *q, struct err *e) MUST_CHECK; /* resets; reports what failed */

#endif
