/* SPDX-License-Identifier: EUPL-1.2 */
/* What a reader of several tables of the same units knows from all of them together: counts of the
 * same meaning (the same category of each of the same variables, margins too) are one number, and
 * what holds within each table holds of it (disclosure-methods 3.7). */
#ifndef DCIM_DISCLOSURE_LINKED_H
#define DCIM_DISCLOSURE_LINKED_H

#include "disclosure/system.h"

struct linked_part { /* one table, with the system built for it alone */
    const struct table *table;
    struct system system;
    size_t *var; /* filled: by variable of that system, the variable of the whole */
};

/* The system over the union of the parts: tables of one form, unit and filter, counted in one state
 * of the register. Variables are those of the parts, those of the same meaning and true count one;
 * rows and families are those of all parts. var_of and table of *out are NULL: a cell's variable is
 * part[i].var[part[i].system.var_of[cell]]. Two counts that should have one meaning and differ
 * (values of repeats crossed instance by instance can) stay two variables, and *same is false then.
 * Everything from `a`. ERR_LIMIT "disclosure.too_large". Cost: O(cells + terms). */
bool linked_build(struct system *out, bool *same, struct linked_part *part, size_t n,
                  struct arena *a, struct err *e) MUST_CHECK;

/* Is every world of linked_build() one of persons, if each table's part of it is? It is when what
 * the tables have in common is in variables of one answer that nothing else determines, and the
 * tables hang together like a tree: counts that agree where tables meet are then margins of one
 * table of everything (Vorob'ev 1962; Lauritzen 1996, decomposable models). Where not, persons may
 * be bound by more than the system says: what follows from several tables is then not all known. */
bool linked_is_complete(const struct linked_part *part, size_t n);

#endif
