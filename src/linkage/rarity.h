/* SPDX-License-Identifier: EUPL-1.2 */
/* How rare things are of records that were added after people_count(). What such a record has is
 * counted one more: words, for all records that have them; whole names and dates for the record
 * itself (of two that agree the rarity of the commoner counts, so the newer one's does). What was
 * new is as rare as what one record has, and gets commoner as it comes again; of what it has not,
 * the rarity stays, though there are more records now: by log2 of how many more. */
#ifndef DCIM_LINKAGE_RARITY_H
#define DCIM_LINKAGE_RARITY_H

#include "linkage/people.h"

struct rarity;

/* Of people that were counted. Only its holder adds records to them from now on. `owns`,
 * rarity_free(). Cost: 0.3 microseconds a record; memory about 20 bytes. */
struct rarity *rarity_new(struct people *p);
void rarity_free(struct rarity *r); /* NULL is fine */

/* Count the records that were added since: afterwards they can be compared. */
void rarity_count(struct rarity *r);

size_t rarity_bytes(const struct rarity *r);

#endif
