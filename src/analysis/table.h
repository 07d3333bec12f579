/* SPDX-License-Identifier: EUPL-1.2 */
/* Raw tables: exact counts of units by up to three variables. Not safe to publish: disclosure comes
 * after.
 *
 * Each dimension is a tree of categories with the total at index 0; codes that have children in
 * their list are inner categories (their count includes their descendants), with a residual child
 * "not further specified" where units are coded at the inner code itself. Missing values are
 * categories of their own: unknown (blank, U, NC, RF, WH) and not applicable (NA). Only categories
 * that occur are listed.
 *
 * A dimension whose variable holds one value a unit adds up: children sum to their parent. A
 * multi-select or repeating variable ("several answers possible") does not: a unit is counted once
 * in each category it has, and once in every inner category and total, however often it occurs. A
 * unit is unknown in such a dimension only if it has no value at all. Variables of repeats that
 * share an enclosing repeat are crossed instance by instance: a unit is in a cell if one of its
 * instances has both values. */
#ifndef DCIM_ANALYSIS_TABLE_H
#define DCIM_ANALYSIS_TABLE_H

#include "base/arena.h"
#include "base/err.h"
#include "dataset/snapshot.h"
#include "model/dictionary.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TABLE_DIMS_MAX = 3, TABLE_CELLS_MAX = 4000000, TABLE_NUMBERS_MAX = 400 };

enum category_kind {
    CATEGORY_TOTAL, /* index 0 */
    CATEGORY_CODE,
    CATEGORY_RESIDUAL, /* coded at an inner code itself */
    CATEGORY_NUMBER,   /* an integer, or the year of a date */
    CATEGORY_UNKNOWN,
    CATEGORY_NA
};

struct category {
    enum category_kind kind;
    code_id code;     /* CODE, RESIDUAL */
    int32_t number;   /* NUMBER */
    const char *name; /* "E110", "2019", "T", "U", "NA", "E100-NFS" */
    struct words label;
    size_t parent; /* index in the dimension; of the total: itself */
    size_t n_child;
};

struct dimension {
    var_id var;
    const char *name;
    struct words label;
    struct category *category; /* depth first: a parent stands before its children */
    size_t n_category;
    bool several; /* several answers possible: does not add up */
    bool covers;  /* every unit of a category is in at least one of its children: holds for single
                                  values and for sets, not where repeats are crossed instance by instance */
};

struct table {
    const struct dictionary *dictionary;
    const struct form *form;
    enum unit unit;
    struct dimension dim[TABLE_DIMS_MAX];
    size_t n_dim;     /* 0: a single cell, the total */
    size_t n_row_dim; /* the first so many are rows, the others columns */
    int64_t *count;   /* row-major over dim[0], dim[1], dim[2] with their totals */
    size_t n_cell;
    const char *where; /* text of the filter, "" for none */
    int64_t n_unit;    /* units in the snapshot, before the filter */
};

struct table_spec {
    enum unit unit;
    var_id dim[TABLE_DIMS_MAX];
    size_t n_dim, n_row_dim;
    const struct expr *where; /* parsed for group 0 of the form; NULL: all units */
    int32_t today;
};

/* Count. Everything in *out comes from `a`. Cost: about 1 ns for each unit and single-valued
 * dimension, 5 to 10 for sets; on all processors; the same counts whatever their number.
 * Errors: ERR_USAGE "table.not_coded" a variable is text, identifier or decimal;
 * "table.too_many_values" a number with more than TABLE_NUMBERS_MAX values; "table.same_variable";
 * ERR_LIMIT "table.too_large"; filter errors. */
bool table_count(struct table *out, struct snapshot *s, const struct table_spec *spec,
                 struct arena *a, struct err *e) MUST_CHECK;

/* Cell index of category numbers c[0..n_dim). */
size_t table_cell(const struct table *t, const size_t *c);

#endif
