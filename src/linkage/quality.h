/* SPDX-License-Identifier: EUPL-1.2 */
/* How good a linkage is: what its own weights expect, and what people found who looked at a sample.
 *
 * Notation: w weight of a pair (log2 odds of being one person), p = 1/(1 + 2^-w) its probability,
 * t a threshold, R the share of the true pairs that the rules of candidates find (as
 * candidates_choose() estimated it on its sample).
 *
 * From the weights (Fellegi and Sunter 1969; error rates as sums of probabilities: Belin and Rubin
 * 1995, and Herzog, Scheuren, Winkler 2007, chapter 9):
 *   right(t)     = sum of p over pairs with w >= t
 *   precision(t) = right(t) / pairs with w >= t
 *   recall(t)    = right(t) * R / sum of p over all compared pairs
 *   F1           = 2 precision recall / (precision + recall)
 * They hold as far as the model holds: fields that hang together in ways it does not know make
 * weights too large. So people look at a sample (below).
 *
 * Weights are kept as a histogram whose bins are a quarter of a bit wide, with the number and the
 * sum of p of each: exact for thresholds at a bin's edge, which others are rounded to. */
#ifndef DCIM_LINKAGE_QUALITY_H
#define DCIM_LINKAGE_QUALITY_H

#include "linkage/linkage.h"

#include <stdint.h>

enum {
    LINKAGE_BINS_EACH = 4, /* a bit */
    LINKAGE_WEIGHT_LEAST = -16,
    LINKAGE_WEIGHT_MOST = 48, /* what is more counts as this */
    LINKAGE_BINS = (LINKAGE_WEIGHT_MOST - LINKAGE_WEIGHT_LEAST) * LINKAGE_BINS_EACH
};

struct linkage_weights { /* of compared pairs; bin i begins at LINKAGE_WEIGHT_LEAST + i / 4 */
    uint64_t pairs[LINKAGE_BINS];
    double matches[LINKAGE_BINS]; /* of them, expected to be one person */
    double rules_recall;          /* R, 0 to 1 */
};

/* Of a run: all pairs that it kept (linkage_options.keep), and R of its rules. */
void linkage_weights(struct linkage_weights *out, const struct linkage *l);
/* One more pair. */
void linkage_weights_add(struct linkage_weights *io, double weight);
double linkage_weights_bin(size_t bin); /* where it begins, log2 odds */

struct linkage_quality {
    double threshold; /* the bin's edge that was used */
    double pairs;     /* from the threshold on */
    double right;     /* of them, expected */
    double missed;    /* true pairs below the threshold, or that no rule finds; expected */
    double precision, recall,
        f1; /* 0 to 1; without pairs precision is 1, without true ones recall */
};
void linkage_quality(struct linkage_quality *out, const struct linkage_weights *w,
                     double threshold);

/* The threshold, of those that are bins' edges, with the greatest expected F1. */
double linkage_quality_best(const struct linkage_weights *w);

/* ---- what people found ---- */

/* A share with its interval (95 %: z = 1.96). */
struct linkage_interval {
    double value, from, to;
};

/* Wilson (1927): `yes` of `n`; n = 0 gives 0.5 within [0, 1].
 *   (p + z^2/2n +- z sqrt(p(1-p)/n + z^2/4n^2)) / (1 + z^2/n) */
struct linkage_interval linkage_wilson(double yes, double n);

enum { LINKAGE_STRATA = 64 };
struct linkage_stratum { /* pairs of one range of weights, of which a random sample was reviewed */
    double from;         /* least weight of it */
    double pairs;        /* how many there are */
    double reviewed, right; /* of the sample: decided "same" or "different"; decided "same" */
};

/* Shares of the pairs of several strata together that are one person: precision, for the strata
 * above a threshold; what is missed among those below it. Stratified mean P = sum W_h p_h with
 * W_h = pairs_h / pairs; interval of Wilson for the effective size n* = P(1-P)/V,
 * V = sum W_h^2 p_h(1-p_h)/n_h (Korn and Graubard 1998), and n* = 1 / sum(W_h^2/n_h) (Kish 1965)
 * where V is 0 or that is less. Strata without a review count as 0.5 within [0, 1] each. */
struct linkage_interval linkage_reviewed(const struct linkage_stratum *s, size_t n);

/* Recall at a threshold: A = true pairs of the strata from it on, B = of those below; recall =
 * R A / (A + B). At most LINKAGE_STRATA strata. Interval of B/A by MOVER from those of A and B
 * (Donner and Zou 2012), R taken as known. */
struct linkage_interval linkage_reviewed_recall(const struct linkage_stratum *s, size_t n,
                                                double threshold, double rules_recall);

#endif
