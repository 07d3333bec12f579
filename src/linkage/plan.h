/* SPDX-License-Identifier: EUPL-1.2 */
/* Which variables of a form say who a person is, and what each is to linkage: parameter
 * `linkage.<form>` of the dictionary, pairs "variable:role" (linkage_role_find()), blank separated.
 * Direct identifiers (privacy D) are compared by their encodings, the others as they are. */
#ifndef DCIM_LINKAGE_PLAN_H
#define DCIM_LINKAGE_PLAN_H

#include "linkage/encode.h"

#include "model/record.h"

struct linkage_plan {
    struct people_role role[PEOPLE_COLUMNS];
    var_id variable[PEOPLE_COLUMNS];
    bool identifier[PEOPLE_COLUMNS]; /* encoded, not compared as it is */
    size_t n_role;
    size_t n_identifier;
};

/* ERR_INPUT "linkage.plan" when the parameter names a variable that the form has not or a role that
 * does not exist. Without the parameter: no roles. */
bool linkage_plan(struct linkage_plan *out, const struct dictionary *d, const struct form *f,
                  struct err *e) MUST_CHECK;

/* The texts of a record's columns, in the order of the plan; several instances are joined by a
 * blank (codes too). Identifiers are there only if the record has been opened with them. Texts come
 * from `a` or are borrowed. */
void linkage_plan_values(struct text value[static PEOPLE_COLUMNS], const struct linkage_plan *p,
                         const struct record *r, struct arena *a);

/* The encoding of a record's identifiers; none where none is known. */
struct text linkage_plan_encode(const struct linkage_plan *p, struct encoder *e,
                                const struct record *r, struct arena *a);

/* One more record to `people` (people_new() with the plan's roles): its encoding, and its other
 * columns as they are. ERR_INPUT as encoding_check(). */
bool linkage_plan_add(struct people *people, const struct linkage_plan *p, const struct record *r,
                      struct text encoding, struct arena *a, struct err *e) MUST_CHECK;

#endif
