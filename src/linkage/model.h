/* SPDX-License-Identifier: EUPL-1.2 */
/* What agreement is worth: the model of Fellegi and Sunter (1969) with several levels for each
 * field.
 *
 * A field's weight is log2(m/u): m is the share of true pairs that agree to that level, u that of
 * random pairs. u is counted on random pairs first; m and the share of true pairs are found by
 * expectation maximisation over candidates (Winkler 1988; Dempster, Laird, Rubin 1977), with u held
 * fast and the prior taken over all pairs, not over candidates: candidates agree on something by
 * choice, and would mislead the estimate otherwise. Agreement on what is rare weighs more (term
 * frequencies; Winkler 1989).
 *
 * Strangers' agreements hang together: who has one's given name has one's sex, who comes from one's
 * village has one's citizenship. So u is a tree (Chow and Liu 1968): each field but one depends on
 * the level of another, its parent, chosen by mutual information over random pairs; where that is
 * missing, on a second. */
#ifndef DCIM_LINKAGE_MODEL_H
#define DCIM_LINKAGE_MODEL_H

#include "linkage/compare.h"

enum { /* a parent's level, or that of the other, or neither is known */
       MODEL_PARENTS = 2,
       MODEL_ALONE = MODEL_PARENTS * COMPARE_LEVELS,
       MODEL_PLACES = MODEL_ALONE + 1
};

struct model {
    double m[COMPARE_FIELDS][COMPARE_LEVELS];
    double u[COMPARE_FIELDS][COMPARE_LEVELS];      /* whatever the parent's level */
    uint8_t parent[COMPARE_FIELDS][MODEL_PARENTS]; /* the second, where the first is missing;
                                                     COMPARE_MISSING: none */
    double given[COMPARE_FIELDS][MODEL_PLACES][COMPARE_LEVELS];  /* u, by a parent's level */
    double weight[COMPARE_FIELDS][MODEL_PLACES][COMPARE_LEVELS]; /* log2(m/given) */
    double rarity[COMPARE_FIELDS][MODEL_PLACES][COMPARE_LEVELS]; /* how much of it counts, 0 to 1 */
    double usual[COMPARE_FIELDS][COMPARE_LEVELS]; /* the rarity that the weight is made for, bits */
    double birth[COMPARE_LEVELS];                 /* u of dates of birth, where it is rare */
    double share;                                 /* of true pairs among all */
    bool fitted;
    double prior;               /* log2 odds of it */
    struct strangers *stranger; /* random pairs, until model_end() */
};

/* u, from random pairs; the same seed, the same pairs. Cost: 10 comparisons a record,
 * at least 100,000, at most 300,000. model_end() frees what it keeps. */
void model_begin(struct model *out, const struct compare_plan *plan);

/* m and the share of true pairs, from candidates `result`, which hold all true pairs (nearly) of a
 * sample of `n_all` pairs; from the m that is there. Cost: 30 rounds over those that may be true
 * pairs, one (three the first time) over all. */
void model_fit(struct model *io, const struct compare_plan *plan,
               const struct compare_result *result, size_t n, double n_all);

/* Nothing more will be fitted. */
void model_end(struct model *io);

/* Log2 odds that the pair is one person. */
double model_weight(const struct model *m, const struct compare_plan *plan,
                    const struct compare_result *r);

/* One field's part of it, 0 where it is missing. */
double model_field_weight(const struct model *m, size_t field, const struct compare_result *r);

static inline double model_probability(double weight)
{
    return weight > 60 ? 1 : weight < -60 ? 0 : 1 / (1 + __builtin_exp2(-weight));
}

#endif
