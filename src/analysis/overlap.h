/* SPDX-License-Identifier: EUPL-1.2 */
/* Organisations and their overlap: how many persons were reported by which set of organisations, as
 * a raw table of one variable whose categories are the sets ("GNR", "APAV + GNR"). The sets part
 * the persons: they add up. Not safe to publish: disclosure comes after. */
#ifndef DCIM_ANALYSIS_OVERLAP_H
#define DCIM_ANALYSIS_OVERLAP_H

#include "analysis/table.h"

enum { OVERLAP_SETS_MAX = 400, OVERLAP_SET_MAX = 16 };
#define OVERLAP_JOINT " + "

/* Count. Sets stand by the number of their organisations, then by their codes; only those that
 * occur are listed. Everything in *out comes from `a`. ERR_LIMIT "overlap.too_many" over
 * OVERLAP_SETS_MAX sets, or for a person with more than OVERLAP_SET_MAX organisations. Cost:
 * O(records). */
bool overlap_count(struct table *out, struct snapshot *s, struct arena *a,
                   struct err *e) MUST_CHECK;

#endif
