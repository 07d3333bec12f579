/* SPDX-License-Identifier: EUPL-1.2 */
/* Tables for the tests of disclosure, and a reader of them who shares no code with the room.
 *
 * A table is counted from made-up persons: each has a set of leaves in every variable (one leaf
 * where one answer is possible). The reader enumerates all ways in which persons of each kind (one
 * set in each variable) can be so many that every shown count comes out and every hidden one is at
 * least 1. */
#ifndef DCIM_TESTS_DISCLOSURE_TABLES_H
#define DCIM_TESTS_DISCLOSURE_TABLES_H

#include "analysis/table.h"
#include "disclosure/release.h"
#include "harness.h"

enum { PLAN_CATEGORIES = 32 };

struct plan { /* one variable of a table */
    const char *name;
    size_t n;                       /* categories, the total included */
    size_t parent[PLAN_CATEGORIES]; /* [0] is the total */
    bool several;
    int unknown; /* index of a category "U" that excludes the others; 0: none */
};

struct person {
    uint32_t in
        [TABLE_DIMS_MAX]; /* by variable: categories the person is in, bit by bit, total included */
};

/* All sets a person can be in, in one variable. Returns how many (at most `max`). */
size_t plan_kinds(uint32_t *out, size_t max, const struct plan *p);

/* The table of `n` persons. */
struct table *plan_table(const struct plan *plan, size_t n_dim, const struct person *person,
                         size_t n, struct arena *a);

/* A table from its counts, row-major, totals first. Variables with one answer, flat. */
struct table *counts_table(size_t n_row, size_t n_column, const int64_t *count, struct arena *a);

struct reading {         /* what the reader learnt, by cell */
    int64_t *low, *high; /* over all tables that fit */
    bool *reason;        /* hidden, and k or more in a table where another hidden cell is below k */
    uint64_t n_world;
    bool gave_up; /* more than step_max steps */
};

/* Read a release. `insider` SIZE_MAX, or a hidden cell whose true count (given) the reader
 * knows. */
void read_release(struct reading *out, const struct release *r, const struct plan *plan,
                  size_t insider, int64_t known, int64_t threshold, uint64_t step_max,
                  struct arena *a);

/* Several tables of the same persons: which variables of the plan each has, in order. */
struct cut {
    size_t variable[TABLE_DIMS_MAX], n;
};

/* The table of some of the variables; its categories are named after the variable, so that they
 * are called the same in every table. */
void cut_table(struct table *out, const struct plan *plan, const struct cut *cut,
               const struct person *person, size_t n, struct arena *a);

/* Read releases of several tables together: `out` is by cell, those of the first table first. */
void read_releases(struct reading *out, const struct release *r, const struct cut *cut, size_t n,
                   const struct plan *plan, size_t n_variable, int64_t threshold,
                   uint64_t step_max, struct arena *a);

#endif
