/* SPDX-License-Identifier: EUPL-1.2 */
/* What the files of a table's making share: axes (one for each dimension) and the counting.
 *
 * An axis numbers all categories its variable can have as nodes, depth first, node 0 the total.
 * Counting fills a grid over the nodes of all axes; table.c then drops the categories that do not
 * occur. */
#ifndef DCIM_ANALYSIS_TABLE_INTERNAL_H
#define DCIM_ANALYSIS_TABLE_INTERNAL_H

#include "analysis/table.h"
#include "model/column.h"

#define NODE_NONE UINT16_MAX

struct axis {
    const struct variable *var;
    const struct column *unit; /* column over units: what a single value or a set is read from */
    const struct column *instance; /* column over the instances of the variable's group */
    bool several;                  /* a unit can be in several nodes */
    struct category *node;
    size_t n_node;
    uint16_t *of_code;   /* by cell of a coded column (65,536 entries), or NULL */
    uint16_t *of_number; /* by number - number_min; NODE_NONE where there is none */
    int32_t number_min, number_max;
    uint16_t unknown, na; /* nodes */
    size_t stride;        /* cells from one node to the next */
};

/* Make the axis of variable `v`; everything from `a`. */
bool axis_make(struct axis *out, struct snapshot *s, enum unit u, var_id v, struct arena *a,
               struct err *e) MUST_CHECK;

/* Leaf node of a coded cell, or of a number or day (earliest possible day decides the year). */
static inline uint16_t axis_of_code(const struct axis *x, uint16_t cell)
{
    return x->of_code[cell];
}
uint16_t axis_of_number(const struct axis *x, int32_t number);

struct count_job {
    struct snapshot *s;
    enum unit unit;
    struct axis axis[TABLE_DIMS_MAX];
    size_t n_axis;
    size_t n_cell;
    size_t n_unit;
    const uint64_t *keep; /* NULL: all units */
};

/* The nearest repeat that encloses both groups (or is one of them); 0: only the record itself
 * does. */
group_id common_group(const struct form *f, group_id a, group_id b);

/* Fill count[n_cell] (zeroed by the caller), totals and inner nodes included. */
void count_units(int64_t *count, const struct count_job *job);

#endif
