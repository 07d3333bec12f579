/* SPDX-License-Identifier: EUPL-1.2 */
/* What a database implementation gives to query.c and to the functions of backend.h. Only sqlite*.c
 * (and the PostgreSQL file to come) and query.c include this. */
#ifndef DCIM_STORE_BACKEND_IMPL_H
#define DCIM_STORE_BACKEND_IMPL_H

#include "store/backend.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum step { STEP_ROW, STEP_DONE, STEP_FAILED };

/* A statement in use is a void pointer of the implementation's own. Parameters and columns are
 * counted from 0 in the order of the list. Calls that can fail keep the error in `e`. */
struct backend_ops {
    bool (*take)(void **statement, struct backend *b, enum sql_id id,
                 struct err *e);                      /* prepared, cached */
    void (*give)(struct backend *b, void *statement); /* reset, unbound, back into the cache */
    bool (*bind_int)(void *statement, size_t param, int64_t v);
    bool (*bind_text)(void *statement, size_t param, struct text t, bool copy);
    bool (*bind_blob)(void *statement, size_t param, const void *p, size_t n, bool copy);
    bool (*bind_null)(void *statement, size_t param);
    void (*rewind)(void *statement);
    void (*feed)(struct backend *b, size_t n_row, feed_fn *cell, void *ctx); /* for the next step */
    enum step (*step)(struct backend *b, void *statement, struct err *e);
    int64_t (*int_at)(void *statement, size_t column);
    bool (*null_at)(void *statement, size_t column);
    struct text (*text_at)(void *statement, size_t column);
    struct text (*blob_at)(void *statement, size_t column);

    bool (*begin)(struct backend *b, bool write, struct err *e);
    bool (*commit)(struct backend *b, struct err *e);
    void (*rollback)(struct backend *b);
    bool (*in_transaction)(const struct backend *b);
    bool (*loading)(struct backend *b, bool on, struct err *e);
    void (*write_out)(struct backend *b);
    void (*busy_ms)(struct backend *b, int ms);
    bool (*empty_journal)(struct backend *b, bool *done, struct err *e);
    bool (*copy_to)(struct backend *b, const char *path, struct err *e);
    bool (*check)(struct backend *b, struct buf *out, size_t *n_problem, struct err *e);
    void (*close)(struct backend *b);
};

struct backend { /* first member of the implementation's own structure */
    const struct backend_ops *ops;
};

#endif
