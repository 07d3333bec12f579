/* SPDX-License-Identifier: EUPL-1.2 */
#include "store/backend.h"

#include "store/backend_impl.h"

#include <assert.h>
#include <string.h>

/* ---- the backend, by its table ---- */

void backend_close(struct backend *b)
{
    if (b != NULL) b->ops->close(b);
}

bool backend_begin(struct backend *b, bool write, struct err *e)
{
    return b->ops->begin(b, write, e);
}

bool backend_commit(struct backend *b, struct err *e)
{
    return b->ops->commit(b, e);
}

void backend_rollback(struct backend *b)
{
    b->ops->rollback(b);
}

bool backend_in_transaction(const struct backend *b)
{
    return b->ops->in_transaction(b);
}

bool backend_loading(struct backend *b, bool on, struct err *e)
{
    return b->ops->loading(b, on, e);
}

void backend_write_out(struct backend *b)
{
    b->ops->write_out(b);
}

void backend_busy_ms(struct backend *b, int ms)
{
    b->ops->busy_ms(b, ms);
}

bool backend_empty_journal(struct backend *b, bool *done, struct err *e)
{
    return b->ops->empty_journal(b, done, e);
}

bool backend_copy_to(struct backend *b, const char *path, struct err *e)
{
    return b->ops->copy_to(b, path, e);
}

bool backend_check(struct backend *b, struct buf *out, size_t *n_problem, struct err *e)
{
    return b->ops->check(b, out, n_problem, e);
}

/* ---- queries ---- */

static const struct sql_statement *listed(const struct query *q)
{
    return &sql_statements[q->id];
}

bool query_begin(struct query *q, struct backend *b, enum sql_id id)
{
    assert((size_t)id < SQL_COUNT);
    q->backend = b;
    q->statement = NULL;
    q->id = id;
    q->row = q->done = false;
    q->n_row = 0;
    err_clear(&q->err);
    q->failed = !b->ops->take(&q->statement, b, id, &q->err);
    return !q->failed;
}

/* A value that does not go in: too long for the database, or no memory for its copy. */
static void bound(struct query *q, bool ok)
{
    if (ok) return;
    q->failed = true;
    err_set(&q->err, ERR_LIMIT, "store.value",
            "could not give a value to statement %s: too long, or out of memory", listed(q)->name);
}

/* Position of a parameter. A name that the list does not have is a mistake in our own code. */
static size_t param_of(const struct query *q, const char *param)
{
    const struct sql_statement *s = listed(q);
    if (*param == ':') param++;
    size_t i = 0;
    while (i < s->n_param && strcmp(s->params[i], param) != 0) i++;
    assert(i < s->n_param);
    return i;
}

void query_bind_int(struct query *q, const char *param, int64_t v)
{
    if (!q->failed) query_set_int(q, param_of(q, param), v);
}

void query_bind_text(struct query *q, const char *param, struct text t)
{
    if (!q->failed) bound(q, q->backend->ops->bind_text(q->statement, param_of(q, param), t, true));
}

void query_bind_blob(struct query *q, const char *param, const void *p, size_t n)
{
    if (!q->failed)
        bound(q, q->backend->ops->bind_blob(q->statement, param_of(q, param), p, n, true));
}

void query_bind_null(struct query *q, const char *param)
{
    if (!q->failed) query_set_null(q, param_of(q, param));
}

void query_set_int(struct query *q, size_t param, int64_t v)
{
    if (q->failed) return;
    assert(param < listed(q)->n_param);
    bound(q, q->backend->ops->bind_int(q->statement, param, v));
}

void query_set_null(struct query *q, size_t param)
{
    if (q->failed) return;
    assert(param < listed(q)->n_param);
    bound(q, q->backend->ops->bind_null(q->statement, param));
}

void query_set_text(struct query *q, size_t param, struct text t)
{
    if (q->failed) return;
    assert(param < listed(q)->n_param);
    bound(q, q->backend->ops->bind_text(q->statement, param, t, false));
}

void query_set_blob(struct query *q, size_t param, const void *p, size_t n)
{
    if (q->failed) return;
    assert(param < listed(q)->n_param);
    bound(q, q->backend->ops->bind_blob(q->statement, param, p, n, false));
}

static bool wrong_rows(struct query *q)
{
    const struct sql_statement *s = listed(q);
    q->failed = true;
    q->row = false;
    err_set(&q->err, ERR_STORE, "store.rows",
            "statement %s gave %lld rows, which its list does not allow", s->name,
            (long long)q->n_row);
    return err_remedy(&q->err,
                      "run `dcim check`; if it finds damage, restore the last verified backup");
}

bool query_next(struct query *q)
{
    if (q->failed || q->done) return q->row = false;
    switch (q->backend->ops->step(q->backend, q->statement, &q->err)) {
    case STEP_ROW:
        q->n_row++;
        if (listed(q)->rows_max >= 0 && q->n_row > listed(q)->rows_max) return wrong_rows(q);
        return q->row = true;
    case STEP_DONE:
        q->done = true;
        q->row = false;
        return q->n_row < listed(q)->rows_min ? wrong_rows(q) : false;
    case STEP_FAILED:
    default: q->failed = true; return q->row = false;
    }
}

bool query_again(struct query *q)
{
    (void)query_next(q);
    q->done = false;
    return !q->failed;
}

bool query_feed(struct query *q, size_t n_row, feed_fn *cell, void *ctx)
{
    if (q->failed) return false;
    q->backend->ops->feed(q->backend, n_row, cell, ctx);
    bool ok = query_again(q);
    q->backend->ops->feed(q->backend, 0, NULL, NULL);
    return ok;
}

void query_rewind(struct query *q)
{
    if (q->failed) return;
    q->backend->ops->rewind(q->statement);
    q->done = q->row = false;
    q->n_row = 0;
}

bool query_run(struct query *q, struct err *e)
{
    while (query_next(q)) continue;
    return query_end(q, e);
}

int64_t query_int(struct query *q, size_t column)
{
    if (!q->row) return 0;
    assert(column < listed(q)->n_column);
    return q->backend->ops->int_at(q->statement, column);
}

bool query_is_null(struct query *q, size_t column)
{
    if (!q->row) return true;
    assert(column < listed(q)->n_column);
    return q->backend->ops->null_at(q->statement, column);
}

struct text query_text(struct query *q, size_t column)
{
    if (!q->row) return (struct text){"", 0};
    assert(column < listed(q)->n_column);
    return q->backend->ops->text_at(q->statement, column);
}

struct text query_blob(struct query *q, size_t column)
{
    if (!q->row) return (struct text){"", 0};
    assert(column < listed(q)->n_column);
    return q->backend->ops->blob_at(q->statement, column);
}

const char *query_copy(struct query *q, size_t column, struct arena *a)
{
    struct text t = query_text(q, column);
    return arena_copy(a, t.p, t.n);
}

const char *query_copy_or_null(struct query *q, size_t column, struct arena *a)
{
    return query_is_null(q, column) ? NULL : query_copy(q, column, a);
}

struct text query_copy_blob(struct query *q, size_t column, struct arena *a)
{
    struct text t = query_blob(q, column);
    return (struct text){arena_copy(a, t.p, t.n), t.n};
}

bool query_end(struct query *q, struct err *e)
{
    if (q->statement != NULL) q->backend->ops->give(q->backend, q->statement);
    q->statement = NULL;
    q->row = false;
    if (!q->failed) return true;
    if (e != NULL) *e = q->err;
    return false;
}
