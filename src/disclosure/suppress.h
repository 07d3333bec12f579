/* SPDX-License-Identifier: EUPL-1.2 */
/* Which counts to hide so that the small ones cannot be worked out: complementary suppression. */
#ifndef DCIM_DISCLOSURE_SUPPRESS_H
#define DCIM_DISCLOSURE_SUPPRESS_H

#include "disclosure/system.h"

struct suppress_rule {
    int64_t threshold; /* k: counts 1..k-1 are small */
    bool insider;      /* also against one who knows a count of 1 or 2 by being all of it */
    uint64_t work;     /* steps allowed, see lp.h */
    const bool *start; /* by variable: hidden to begin with; NULL: the small counts alone */
};

/* Fill hidden[s->n_var]: all small counts, and others chosen so that the audit (audit.h) passes;
 * few of them, small ones and inner ones rather than totals. Zeros and the grand total are never
 * hidden. Same system and rule, same choice.
 *
 * Errors: ERR_DISCLOSURE "disclosure.cannot_protect" no choice passes, with the reason in words
 * (never a count; the category is in the detail); ERR_LIMIT "disclosure.too_large" the work allowed
 * is used up. Method: linear programs as of Kelly, Golden and Assad (1992), with weights renewed by
 * the last answer for fewer hidden cells (Candes, Wakin and Boyd, 2008), then what the audit still
 * finds mended, then a clean-up. */
bool suppress_choose(bool *hidden, const struct system *s, const struct suppress_rule *rule,
                     struct err *e) MUST_CHECK;

#endif
