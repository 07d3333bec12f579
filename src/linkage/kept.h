/* SPDX-License-Identifier: EUPL-1.2 */
/* What a run has learnt, to be used for records that come later: the roles of the columns, the
 * model and the rules of candidates, and how its weights were spread. It holds no value of any
 * record. */
#ifndef DCIM_LINKAGE_KEPT_H
#define DCIM_LINKAGE_KEPT_H

#include "linkage/quality.h"

#include "base/err.h"
#include "base/json.h"

enum { KEPT_FORMAT = 1, KEPT_NAME = 64 };

struct kept {
    char name[PEOPLE_COLUMNS][KEPT_NAME];
    struct people_role role[PEOPLE_COLUMNS]; /* their names are those above */
    size_t n_role;
    struct model model; /* for fields in the order of compare_plan() */
    struct candidate_rules rules;
    struct linkage_weights weights;
};

/* Of a run that has ended. `owns`, kept_free(). Names of columns are at most KEPT_NAME - 1 bytes
 * long. */
struct kept *kept_new(const struct linkage *l);
void kept_free(struct kept *k); /* NULL is fine */

/* As a document and back: numbers come back bit by bit. About 100 kB as text. `owns` both. */
struct json *kept_to_json(const struct kept *k);

/* ERR_INPUT "linkage.kept_format": made by another version of the program; "linkage.kept": no such
 * document, or damaged. The remedy of both is a new run. Whatever the document says, a struct that
 * is given out can be used: places are within their tables, numbers within their ranges. */
bool kept_from_json(struct kept **out, const struct json *j, struct err *e) MUST_CHECK;

/* Whether people with these columns can be compared by it: same names and roles, in this order. */
bool kept_fits(const struct kept *k, const struct people *p);

#endif
