/* SPDX-License-Identifier: EUPL-1.2 */
/* The door to GLPK: small linear and integer programs, the same answer for the same question every
 * time.
 *
 * A program has columns (variables with bounds and a cost) and rows (linear forms with bounds).
 * Limits count steps of the solver, never seconds, so that the result does not depend on the
 * machine. The solver works in floating point: what it answers is a proposal, and whoever relies on
 * it checks it in integers (see audit.c).
 *
 * Whatever goes wrong inside GLPK (its own checks, memory) ends in LP_GIVEN_UP, and all programs of
 * this thread answer that from then on until they are freed. */
#ifndef DCIM_DISCLOSURE_LP_H
#define DCIM_DISCLOSURE_LP_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct lp;

enum lp_answer {
    LP_SOLVED,     /* values are those of an optimum (integer: of the best found) */
    LP_IMPOSSIBLE, /* there is no solution */
    LP_UNBOUNDED,
    LP_GIVEN_UP /* a limit was reached, or the solver failed: nothing is known */
};

/* A program with `n_col` columns (bounds 0..infinity, cost 0) and no rows. `work` counts down the
 * steps all programs of one task may take (one step: one row visited in one iteration); it is
 * borrowed. `owns`. */
struct lp *lp_new(size_t n_col, uint64_t *work);
void lp_free(struct lp *lp); /* NULL is fine */

/* Add a row: low <= sum coef[i] * column[i] <= high; -INFINITY and INFINITY where there is no
 * bound. */
void lp_add_row(struct lp *lp, const size_t *column, const double *coef, size_t n, double low,
                double high);

void lp_bounds(struct lp *lp, size_t column, double low, double high);
void lp_cost(struct lp *lp, size_t column, double cost);

/* Minimise, beginning at the last basis. */
enum lp_answer lp_solve(struct lp *lp);

/* Minimise over integer columns, looking at no more than `node_max` nodes of the search tree. */
enum lp_answer lp_solve_integer(struct lp *lp, size_t node_max);

/* Did the solver itself fail (an accident inside GLPK, in this or any other program of the
 * thread)? */
bool lp_failed(const struct lp *lp);

/* Value of a column in the last answer LP_SOLVED. */
double lp_value(const struct lp *lp, size_t column);

/* Called by tests only: the `n`-th call of a solver from now fails inside GLPK (0 = none). */
void lp_fail_after(size_t n);

#endif
