/* SPDX-License-Identifier: EUPL-1.2 */
/* Calibration tables of the demonstration (data/demo/), and drawing from them. */
#ifndef DCIM_CLI_DEMO_TABLES_H
#define DCIM_CLI_DEMO_TABLES_H

#include "base/arena.h"
#include "base/err.h"
#include "base/random.h"

#include <stdbool.h>
#include <stddef.h>

struct demo_table {
    const char **head;
    size_t n_column;
    const char **cell; /* row-major */
    size_t n_row;
};

/* Read a small CSV file; everything from `a`. */
bool demo_table_read(struct demo_table *out, const char *folder, const char *name, struct arena *a,
                     struct err *e) MUST_CHECK;

/* Text of a cell, "" when there is no such column; its number, 0 when it is none. */
const char *demo_cell(const struct demo_table *t, size_t row, const char *column);
double demo_number(const struct demo_table *t, size_t row, const char *column);

/* Rows whose `column` has `value` (column NULL: all). Random row by the weights in `weight`;
 * SIZE_MAX when none fits. */
size_t demo_draw(const struct demo_table *t, const char *column, const char *value,
                 const char *weight, struct random *r);

/* Exactly n row numbers in random order, shared out over the rows that fit in proportion to
 * `weight` (largest remainders), so that small years meet their published totals. Rest SIZE_MAX
 * when no row fits. */
void demo_share(size_t *out, size_t n, const struct demo_table *t, const char *column,
                const char *value, const char *weight, struct random *r);

#endif
