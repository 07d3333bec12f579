/* SPDX-License-Identifier: EUPL-1.2 */
/* How near a linkage comes to the truth.
 *
 * Notation: n records; T the true clusters (records of one person), P the found ones. Every record
 * is in one cluster of each; a record that is linked to none is a cluster by itself.
 *
 *  pairs     precision = pairs in one cluster of both T and P / pairs in one cluster of P
 *            recall    = the same / pairs in one cluster of T
 *  clusters  precision = clusters of P that are exactly one of T / clusters of P
 *            recall    = the same / clusters of T
 *  F1 = 2 precision recall / (precision + recall).
 *
 * Clusters are counted with those of one record, and a second time those of two and more alone,
 * where a linkage that finds nothing gets nothing. A share of nothing is 1: who found no pair made
 * no mistake, and where there is none, none was missed. */
#ifndef DCIM_BENCH_LINKAGE_SCORE_H
#define DCIM_BENCH_LINKAGE_SCORE_H

#include "base/map.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct score_counts {
    uint64_t truth, found, both;
};

struct score {
    struct score_counts pairs;
    struct score_counts clusters;         /* with those of one record */
    struct score_counts clusters_several; /* of two records and more */
};

double score_precision(struct score_counts c);
double score_recall(struct score_counts c);
double score_f1(struct score_counts c); /* 0 when both are 0 */

/* Record i is of person truth[i] and was put into cluster found[i]; any numbers, equal where
 * together. Exact. Cost: O(n log n) time, about 20 n bytes; pairs of up to 2^32 records fit their
 * counts. */
void score_clusters(struct score *out, const uint32_t *truth, const uint32_t *found, size_t n);

struct score_pair {
    uint32_t a, b; /* places of records, 0 .. n - 1 */
};

/* Judge pairs as they are, without what follows from them: `pairs` counts each once, whichever way
 * round and however often it comes; of a record with itself none. Clusters are the connected
 * components. Sorts `pair`. Cost: O((n + n_pair) log) time, about 24 n bytes, and as much as
 * `pair` once more for sorting. */
void score_pairs(struct score *out, const uint32_t *truth, size_t n, struct score_pair *pair,
                 size_t n_pair);

/* The number of the person that a value of the truth names: the same for the same value, a new one
 * for a new value. `digits`: the first group of digits in it counts alone (FEBRL:
 * "rec-1496-dup-0"). */
uint32_t score_person(struct map *persons, struct text value, bool digits);

#endif
