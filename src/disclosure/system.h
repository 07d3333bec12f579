/* SPDX-License-Identifier: EUPL-1.2 */
/* What a reader of a table knows besides the counts that are shown: which numbers are the same
 * number, which sums and inequalities hold between them. Built from the shape of the table alone,
 * so the reader can build it as well.
 *
 * Cells become variables (two names of one number are one variable), knowledge becomes rows over
 * variables: sum coef * z = 0, or >= 0. All coefficients are small integers and rows are checked in
 * integers. */
#ifndef DCIM_DISCLOSURE_SYSTEM_H
#define DCIM_DISCLOSURE_SYSTEM_H

#include "analysis/table.h"
#include "base/arena.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SYSTEM_TERMS_MAX = 4000000 }; /* of all rows together */

struct system_term {
    size_t var;
    int32_t coef;
};

struct system {
    const struct table *table; /* NULL where there are several (linked.h) */
    size_t n_var;
    size_t *var_of;  /* by cell */
    int64_t *value;  /* by variable: the true count */
    size_t *cell_of; /* by variable: its first cell */
    size_t *n_name;  /* by variable: cells that show it */
    const struct table **table_of; /* by variable: the table of that first cell */
    size_t total;    /* variable of the grand total */
    struct system_term *
        /* of row i: term[row_at[i]] .. term[row_at[i + 1]); variables with value 0 left out */
        term;
    size_t n_row, *row_at;
    bool *row_equal; /* = 0, else >= 0 */
    size_t
        *family; /* of family i likewise: a category and its children, the other categories fixed */
    size_t n_family, *family_at;
};

/* Build the reader's knowledge; everything from `a`. The rows:
 *
 *  one answer possible     children sum to their parent, for every inner category and every choice
 *  of the others
 *  several answers         a child is at most its parent; where the children cover, the parent at
 *  most their sum;
 *                          nobody unknown or not applicable has another answer
 *  several in two or three variables   the same within each part that the other variables cut out
 *  ("in c, not in d"),
 *                          that is, all products of one inequality from each variable (inclusion
 *                          and exclusion), except where repeats are crossed instance by instance:
 *                          there one at a time
 *
 * Errors: ERR_DISCLOSURE "disclosure.broken_table" counts that contradict these rows (a defect of
 * ours); ERR_LIMIT "disclosure.too_large". Cost: O(terms). */
bool system_build(struct system *out, const struct table *t, struct arena *a,
                  struct err *e) MUST_CHECK;

/* Sum of row `i` over true counts plus `delta` (by variable; NULL: none). */
int64_t system_row_sum(const struct system *s, size_t i, const int64_t *delta);

#endif
