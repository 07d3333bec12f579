/* SPDX-License-Identifier: EUPL-1.2 */
/* Which variables of a form say who a person is, and what each is to linkage: parameter
 * `linkage.<form>` of the dictionary, blank separated "variable:role" (linkage_role_find()), or
 * "variable+variable:role" where one may stand for the other. Columns with direct identifiers
 * (privacy D) are compared by their encodings, the others as they are. */
#ifndef DCIM_LINKAGE_PLAN_H
#define DCIM_LINKAGE_PLAN_H

#include "linkage/encode.h"

#include "model/record.h"

enum { LINKAGE_VARIABLES = 4 };

struct linkage_column {
    var_id variable[LINKAGE_VARIABLES];
    size_t n_variable;
    bool identifier; /* encoded, not compared as it is */
};

struct linkage_plan {
    struct people_role role[PEOPLE_COLUMNS]; /* named after the first variable */
    struct linkage_column column[PEOPLE_COLUMNS];
    size_t n_role;
    size_t n_identifier;
};

/* ERR_INPUT "linkage.plan" when the parameter names a role that does not exist. Variables that the
 * form has not are left out: a country may do without them. Without the parameter: no columns.
 * Borrows from the dictionary. */
bool linkage_plan(struct linkage_plan *out, const struct dictionary *d, const struct form *f,
                  struct err *e) MUST_CHECK;

/* The texts of a record's columns, in the order of the plan; several values, one a line. What is
 * empty or missing is not there; identifiers are there only if the record was opened with them. From
 * `a`, which must wipe. */
void linkage_plan_values(struct text value[static PEOPLE_COLUMNS], const struct linkage_plan *p,
                         const struct record *r, struct arena *a);

/* Makes encodings of the plan's identifiers; encoder_free(). */
struct encoder *linkage_plan_encoder(const struct linkage_plan *p, const struct secret *key);

/* The encoding of a record's identifiers; none where none is known. `e` is the plan's. From `a`,
 * which must wipe. */
struct text linkage_plan_encode(const struct linkage_plan *p, struct encoder *e,
                                const struct record *r, struct arena *a);

/* One more record to `people` (people_new() with the plan's roles): its encoding, which was checked
 * (encoding_check()), or none; and its other columns as they are. */
void linkage_plan_add(struct people *people, const struct linkage_plan *p, const struct record *r,
                      struct text encoding, struct arena *a);

#endif
