/* SPDX-License-Identifier: EUPL-1.2 */
/* New records against all that are there, one by one, by the rules and the model of a run: the same
 * pairs that the run would have found with the record among the others.
 *
 * For each rule the records lie in the order of their keys (candidates.h); a new record's keys are
 * looked up, what lies there is compared. In blocks of over CANDIDATES_BLOCK_MAX records only
 * neighbours by content are, as in a run.
 *
 * Rarities move with the records that come (linkage/rarity.h); rules and weights are those of the
 * run. The next run counts and learns anew. docs/methods/linkage.md says how little it changes.
 *
 * One thread at a time. */
#ifndef DCIM_LINKAGE_INDEX_H
#define DCIM_LINKAGE_INDEX_H

#include "linkage/kept.h"

struct linkage_index;

/* Over all records of `p`, which were counted (people_count()) and to which from now on only the
 * one who holds the index adds; `p` and `k` outlive it. `owns`, linkage_index_free(). ERR_CONFLICT
 * "linkage.columns" when the run had other columns. Cost: about 15 microseconds a record, and
 * 280 bytes beyond those of `p`. */
bool linkage_index_new(struct linkage_index **out, struct people *p, const struct kept *k,
                       struct err *e) MUST_CHECK;
void linkage_index_free(struct linkage_index *x); /* NULL is fine */

struct linkage_found {
    uint32_t record; /* number in the people */
    float weight;    /* log2 odds */
};

/* Take in the records that were people_add()ed since, one after the other, each found by the next.
 * Cost: as linkage_index_new() a record. */
void linkage_index_add(struct linkage_index *x);

/* All pairs of weight `least` and above of one record of the people with others that the index has,
 * best first, then by record. The record itself has been taken in (linkage_index_add()). `owns`
 * *found, mem_free(). Cost: docs/performance.md; 0.1 milliseconds among a million, mostly. */
size_t linkage_index_find(struct linkage_found **found, struct linkage_index *x, size_t record,
                          double least);

/* The record is not found any more (withdrawn, erased, or a newer version of it was added). */
void linkage_index_drop(struct linkage_index *x, size_t record);

/* For comparing two records and for explaining pairs (linkage/explain.h). */
const struct compare_plan *linkage_index_plan(const struct linkage_index *x);

size_t linkage_index_bytes(const struct linkage_index *x); /* memory, without that of the people */

#endif
