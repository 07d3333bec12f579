/* SPDX-License-Identifier: EUPL-1.2 */
/* Validation of a record: calculate, relevance, clearing of what is irrelevant, required,
 * constraints, rules, in this order, for everybody: import, entry, API (conventions section 2). */
#ifndef DCIM_MODEL_VALIDATE_H
#define DCIM_MODEL_VALIDATE_H

#include "base/arena.h"
#include "model/dictionary.h"
#include "model/finding.h"
#include "model/problem.h"
#include "model/record.h"

#include <stdint.h>

/* Order of calculations and relevance of one form, so that each is computed after what it reads.
 * Cycles are problems naming the variables. Called by dictionary_load(). */
const struct dependency_order *dependency_order_make(const struct dictionary *d,
                                                     const struct form *f, struct arena *a,
                                                     struct problems *p);

/* Compute derived values, clear irrelevant ones, and append what is wrong to `f` (which is not
 * cleared first). `today` decides dates in the future, and today() and now(). Scratch in `scratch`
 * (another arena than the record's), rewound; derived texts live in the record's arena. A value
 * that the choice filter would not have offered is V04, judged only where all that the filter reads
 * is known. Cost: about 3 microseconds for thirty variables and thirty rules.
 * Deterministic; thread-safe for different records. */
void record_validate(struct record *r, struct findings *f, int32_t today, struct arena *scratch);

#endif
