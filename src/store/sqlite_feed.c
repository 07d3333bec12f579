/* SPDX-License-Identifier: EUPL-1.2 */
/* Loading many rows.
 *
 * The table `feed` has rows that are not in the database yet. A statement that takes its rows from
 * it asks for them cell by cell, by a function of the caller (query_feed() in store/backend.h). */
#include "store/sqlite_internal.h"

#include "base/catalogue.h"
#include "base/mem.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { WRITE_OUT = 1 << 20 }; /* bytes at a time: what is not full yet would be written twice */

/* ---- the table `feed` ---- */

struct feed_cursor {
    sqlite3_vtab_cursor base;
    size_t row;
    bool in_use;
};

struct feed_table {
    sqlite3_vtab base;
    const struct sqlite *q;
    struct feed_cursor
        first; /* SQLite's memory is locked piece by piece: slow for a cursor a block */
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

static int feed_open(sqlite3_vtab *table, sqlite3_vtab_cursor **out)
{
    struct feed_table *t = (struct feed_table *)(void *)table;
    struct feed_cursor *c = t->first.in_use ? sqlite3_malloc(sizeof *c) : &t->first;
    if (c == NULL) return SQLITE_NOMEM;
    *c = (struct feed_cursor){.in_use = true};
    *out = &c->base;
    return SQLITE_OK;
}

static int feed_close(sqlite3_vtab_cursor *cursor)
{
    struct feed_cursor *c = (struct feed_cursor *)(void *)cursor;
    struct feed_table *t = (struct feed_table *)(void *)cursor->pVtab;
    if (c == &t->first) c->in_use = false;
    else sqlite3_free(c);
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
const sqlite3_module sqlite_feed_module = {
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

void sqlite_feed(struct backend *b, size_t n_row, feed_fn *cell, void *ctx)
{
    struct sqlite *q = sqlite_of(b);
    q->n_feed = n_row;
    q->feed = cell;
    q->feed_ctx = ctx;
}

/* ---- loading ---- */

bool sqlite_loading(struct backend *b, bool on, struct err *e)
{
    struct sqlite *q = sqlite_of(b);
    int now = -1, wanted = on ? 0 : 1;
    int rc = sqlite3_db_config(q->db, SQLITE_DBCONFIG_ENABLE_FKEY, wanted, &now);
    if (!on) sqlite_loading_ends(q);
    return rc == SQLITE_OK && now == wanted ? true
                                            : sqlite_say(e, q->db, rc, tr("set the database up"));
}

void sqlite_loading_ends(struct sqlite *q)
{
    if (q->journal >= 0) (void)close(q->journal);
    q->journal = -1;
    q->written_out = 0;
}

/* SQLite locks the database and its index of the journal, never the journal: to close another
 * handle on that takes no lock away. Nothing depends on what is done here, so nothing is said when
 * it fails; commit syncs, and hears of errors of the disk. */
void sqlite_write_out(struct backend *b)
{
    struct sqlite *q = sqlite_of(b);
    struct stat s;

    if (q->tx != TX_WRITE) return;
    if (q->journal < 0) {
        size_t n = strlen(q->path) + sizeof "-wal";
        char *path = mem_new(n, 1);
        snprintf(path, n, "%s-wal", q->path);
        q->journal = open(path, O_RDONLY | O_CLOEXEC);
        mem_free(path);
    }
    if (q->journal < 0 || fstat(q->journal, &s) != 0) return;
    off_t to = s.st_size / WRITE_OUT * WRITE_OUT;
    if (to <= q->written_out) return;
    (void)sync_file_range(q->journal, q->written_out, to - q->written_out, SYNC_FILE_RANGE_WRITE);
    q->written_out = to;
}
