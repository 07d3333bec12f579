/* SPDX-License-Identifier: EUPL-1.2 */
/* One row of cells into one record, by a mapping. */
#ifndef DCIM_INTAKE_ROW_BUILD_H
#define DCIM_INTAKE_ROW_BUILD_H

#include "base/text.h"
#include "intake/cell_read.h"
#include "intake/mapping.h"
#include "intake/source.h"
#include "model/finding.h"
#include "model/record.h"

#include <stdbool.h>
#include <stdint.h>

struct row_builder;

/* `position` stands before the row number in what @position makes; `position_column` is the column
 * of the file that already says it (0-based; UINT32_MAX: none). The mapping must outlive the
 * builder. */
struct row_builder *row_builder_new(const struct mapping *m, const struct dictionary *d,
                                    const struct cell_options *o, const char *position,
                                    uint32_t position_column);
void row_builder_free(struct row_builder *b); /* NULL is fine */

/* Whether any column that the mapping reads has something in this row. */
bool row_has_values(const struct row_builder *b, const struct source_cells *cells);

/* Whether the rows to be built name records that are there: a cell with [CLEAR] is then none that
 * is read. */
void row_builder_changes(struct row_builder *b, bool yes);

/* Fill `r` (cleared) and append findings with row, column and what was sent; values live in `a` or
 * in the builder. Cost: about 15 ns for each column and 60 ns for each instance. */
void row_build(struct row_builder *b, struct record *r, struct findings *f,
               const struct source_cells *cells, struct arena *a);

/* What a row says otherwise than the record that it names. */
struct row_change {
    var_id var;
    uint32_t row;      /* within the group's table of the merged record */
    uint32_t column;   /* 1-based, of the file */
    struct value mine; /* kind VALUE_EMPTY: it was cleared */
    bool both;         /* somebody else has changed it meanwhile as well */
    bool lost;         /* its repeat has got or lost instances meanwhile: nobody can tell which is meant */
};

struct row_changes {
    struct row_change *item; /* from the row's arena */
    size_t n, cap;
};

/* Bring the row last built into what is kept: `merged` (cleared) becomes `now`, changed by what the
 * row says otherwise than `base`, the version it was written from (may be `now`). A cell with
 * nothing in it changes nothing, one with [CLEAR] empties its question; instances of repeats are
 * counted as in `base`, and none goes. Constants of the mapping are for new records. Findings about
 * cells that say what is kept, and those about [CLEAR], are removed. Values are borrowed from `now`
 * and from the row. row_builder_column() then speaks of `merged`. Cost: about that of row_build(). */
void row_merge(struct row_builder *b, struct record *merged, struct row_changes *changes,
               const struct record *now, const struct record *base);

/* What @position gave to the record last built; empty when it gave nothing. Lives with the row's
 * arena. */
struct text row_builder_position(const struct row_builder *b);

/* 1-based column of the file that fills variable `v` in row `instance` of its group in the record
 * last built; 0: none. */
uint32_t row_builder_column(const struct row_builder *b, var_id v, uint32_t instance);

#endif
