/* SPDX-License-Identifier: EUPL-1.2 */
/* One row of cells into one record, by a mapping. */
#ifndef DCIM_INTAKE_ROW_BUILD_H
#define DCIM_INTAKE_ROW_BUILD_H

#include "intake/intake.h"
#include "intake/source.h"

struct row_builder;

/* `position` is the text that stands before the row number in the reference of @position mappings. */
struct row_builder *row_builder_new(const struct mapping *m, const struct dictionary *d, enum date_order order,
                                    bool ask_for_order, int32_t today, const char *position);
void row_builder_free(struct row_builder *b);

/* Fill `r` (cleared) and append findings; values live in `a`. */
void row_build(struct row_builder *b, struct record *r, struct findings *f, const struct source_cells *cells,
               struct arena *a);

/* 1-based column of the file that filled variable `v` in row `instance` of its group in the last record; 0: none. */
uint32_t row_builder_column(const struct row_builder *b, var_id v, uint32_t instance);

#endif
