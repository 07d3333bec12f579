/* SPDX-License-Identifier: EUPL-1.2 */
/* The audit: can a reader learn what the hidden counts are?
 *
 * A reader knows the system (system.h), every shown count, and that hidden counts are at least 1. A
 * *world* is a table the reader cannot rule out: integers that agree with all that. The audit
 * passes when worlds are at hand that prove, for a threshold k,
 *
 *  exact    every hidden count differs between two worlds;
 *  small    every small count (below k) is k or more in some world;
 *  narrow   and takes values at least k - 1 apart;
 *  reason   that world has another small count among the hidden ones linked with it, so that
 *  "something must be small
 *           here, or nothing would be hidden" proves nothing either;
 *  insider  for every other hidden count of 1 or 2 that somebody knows because they are all of it,
 *  small counts are k or
 *           more in some world in which that count is what it is.
 *
 * Worlds are proposed by linear programs and by those who hide cells; each is checked here in
 * integers before it counts. So a fault of the solver can refuse a table, never release one. After
 * Fischetti and Salazar-Gonzalez (2001), with feasible points instead of bounds. */
#ifndef DCIM_DISCLOSURE_AUDIT_H
#define DCIM_DISCLOSURE_AUDIT_H

#include "disclosure/system.h"

enum gap_kind { GAP_EXACT, GAP_SMALL, GAP_NARROW, GAP_REASON, GAP_INSIDER };

struct gap { /* something a reader may be able to learn */
    enum gap_kind kind;
    size_t var;     /* what is learnt about */
    size_t insider; /* GAP_INSIDER: variable of the count known */
};

struct audit;

/* An audit of `s` with hidden variables hidden[n_var] (borrowed; may grow between calls). `work`:
 * see lp.h. `owns`. */
struct audit *audit_new(const struct system *s, const bool *hidden, int64_t threshold, bool insider,
                        uint64_t *work);
void audit_free(struct audit *u); /* NULL is fine */

/* Bring the audit in line after hidden[] has changed: groups of linked hidden variables are made
 * anew, and worlds that need variables no longer hidden are forgotten. Variables that became hidden
 * are in no group before. */
void audit_refresh(struct audit *u);

/* A world as difference from the true counts, by variable. False, and nothing learnt, when it is
 * none. */
bool audit_offer(struct audit *u, const int64_t *delta);

/* Do the worlds seen so far satisfy exact, small and reason for `var`? */
bool audit_satisfied(const struct audit *u, size_t var);

/* Least and greatest value of a hidden variable over the worlds seen. */
void audit_seen(const struct audit *u, size_t var, int64_t *low, int64_t *high);

/* Group of a hidden variable; SIZE_MAX for others. */
size_t audit_group(const struct audit *u, size_t var);

/* Look for worlds that serve many small counts at once. Cheap: a few programs for each group. */
void audit_explore(struct audit *u);

/* Look for the worlds still wanted. Gaps left: *gap (valid until the next call), *n of them. */
void audit_run(struct audit *u, const struct gap **gap, size_t *n);

/* The same, stopping at the first gap that stays: does the audit pass? */
bool audit_passes(struct audit *u);

#endif
