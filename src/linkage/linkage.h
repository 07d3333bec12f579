/* SPDX-License-Identifier: EUPL-1.2 */
/* Which records are one person? Candidates, comparison, model and clusters, one after the other.
 * The same input gives the same result, whatever the number of threads. */
#ifndef DCIM_LINKAGE_LINKAGE_H
#define DCIM_LINKAGE_LINKAGE_H

#include "linkage/cluster.h"

struct linkage_options { /* zero: the default */
    double pairs;        /* compared for each record, about (15) */
    double keep;         /* pairs of less weight are not kept, log2 odds (-7) */
    double same;         /* clusters are made of pairs from here on, log2 odds (0) */
};

struct linkage {
    struct compare_plan plan;
    struct model model;
    struct candidate_rules rules;
    size_t n_candidate;
    struct weighted_pair *pair; /* best first */
    size_t n_pair;
    uint32_t *person; /* for each record the least record of its cluster */
};

/* `p` was counted (people_count()) and outlives the result. `owns`, linkage_release(). */
void linkage_run(struct linkage *out, const struct people *p, const struct linkage_options *o);
void linkage_release(struct linkage *l);

#endif
