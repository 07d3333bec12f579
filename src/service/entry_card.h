/* SPDX-License-Identifier: EUPL-1.2 */
/* An instance of a repeat that is not open on a page: what it says of itself in one line. */
#ifndef DCIM_SERVICE_ENTRY_CARD_H
#define DCIM_SERVICE_ENTRY_CARD_H

#include "service/entry_draft.h"

/* The first answers of the instance in words, "Romania · 2024-05"; "" for one that is blank. `row` is of
 * the draft. From the call's arena. Cost: the variables of the group. */
const char *entry_card_summary(const struct entry *x, group_id g, uint32_t row);

/* Whether an answer in it, or in an instance within, is to be corrected; `missing`: or is missing. The
 * entry was judged. Cost: problems times depth. */
bool entry_card_wrong(const struct entry *x, group_id g, uint32_t row, bool missing);

#endif
