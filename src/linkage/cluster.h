/* SPDX-License-Identifier: EUPL-1.2 */
/* Persons from pairs. Two clusters become one when their records, all against all, speak for it on
 * average: one strong pair does not pull a crowd together, and a record that fits many hubs a
 * little joins none. (Average linkage, Sokal and Michener 1958, on log2 odds, in the order of the
 * pairs' weights.) */
#ifndef DCIM_LINKAGE_CLUSTER_H
#define DCIM_LINKAGE_CLUSTER_H

#include "linkage/candidates.h"

struct weighted_pair {
    uint32_t a, b; /* a < b */
    float weight;  /* log2 odds */
};

/* `person` gets for each record the least number of a record of its cluster. `pair` is sorted by
 * weight (best first), then records. Pairs that were no candidates are compared where two clusters
 * meet. Cost: pairs of records within the clusters, each compared once or a few times. */
void cluster_persons(uint32_t *person, const struct weighted_pair *pair, size_t n_pair,
                     const struct model *m, const struct compare_plan *plan);

/* Every two records of one cluster (of at most CLUSTER_PAIRED records) that no candidate rule
 * brought together, with their weight: evidence for the person, in the order of the records. `owns`
 * *out, mem_free(). */
enum { CLUSTER_PAIRED = 40 };
size_t cluster_pairs(struct weighted_pair **out, const uint32_t *person,
                     const struct weighted_pair *pair, size_t n_pair, const struct model *m,
                     const struct compare_plan *plan);

#endif
