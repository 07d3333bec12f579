/* SPDX-License-Identifier: EUPL-1.2 */
/* From decisions to persons: one function, without a database.
 *
 * Records are joined by edges ("the same person") in a fixed order: what people decided before what
 * was decided automatically; people's newest first; automatic ones by weight, best first, then by
 * record numbers. An edge joins the groups of its two records unless a "different" stands between
 * any record of the one and any record of the other: then the edge is held back, and joins nothing
 * for any later edge either. So no two records that somebody called different are ever one person,
 * and where decisions contradict each other the weakest automatic one gives way, then people's
 * oldest.
 *
 * A person's number is that of the person's oldest record: it stays while the person grows by
 * younger records, the part that keeps the oldest record keeps it, and a part that is cut off has
 * the number it had before it was joined. The result is a function of the three sets alone: not of
 * the order in which they are given, nor of what was decided and undone before. */
#ifndef DCIM_STORE_PARTITION_H
#define DCIM_STORE_PARTITION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct partition_edge { /* one decision that two records are the same, or different */
    uint64_t a, b;      /* numbers of records, a < b */
    int64_t decision_no;
    int32_t weight; /* thousandths; of automatic ones only */
    bool automatic;
    bool held;       /* out, of "same": a "different" stands in its way */
    int64_t against; /* out: the newest decision that does, 0 when none */
};

/* `person` gets the number of each record's person. `record` is ascending, without doubles; edges
 * with a record that is not among them count as if they were not there (held false). `same` and
 * `different` are put into their order. At most 2^31 records and edges. Cost: sorting the edges,
 * then about constant for each; whatever the size of a group. */
void partition(uint64_t *person, const uint64_t *record, size_t n_record,
               struct partition_edge *same, size_t n_same, struct partition_edge *different,
               size_t n_different);

#endif
