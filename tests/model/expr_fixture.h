/* SPDX-License-Identifier: EUPL-1.2 */
/* The small dictionary of tests/model/expr_data and records of it, for tests of the expression
 * language. Helpers fail the test when something is not as it should be. */
#ifndef DCIM_TESTS_MODEL_EXPR_FIXTURE_H
#define DCIM_TESTS_MODEL_EXPR_FIXTURE_H

#include "model/dictionary.h"
#include "model/expr.h"
#include "model/record.h"

enum { FIXTURE_TODAY = 19737 };         /* 2024-01-15 */
#define FIXTURE_NOW INT64_C(1705322096) /* 2024-01-15T12:34:56Z */

/* Its files are put into the test's own directory first, with the program's rules from data/. */
struct dictionary *fixture_dictionary(void);
const struct form *fixture_form(const struct dictionary *d);

/* A record of form t; "" is an empty one, "base" that of expr_data/base.json, else JSON. */
struct record *fixture_record(const struct dictionary *d, struct text json, struct arena *a);

var_id fixture_var(const struct dictionary *d, const char *name);
group_id fixture_group(const struct dictionary *d, const char *name);

/* Parse for a group and self ("" for none); fails the test with the problem when it does not. */
const struct expr *fixture_parse(const struct dictionary *d, const char *group, const char *self,
                                 const char *text, struct arena *a);

/* Where an expression is evaluated, in `row` of its group. */
struct expr_context fixture_context(const struct record *r, const struct expr *x, uint32_t row,
                                    struct arena *scratch);

#endif
