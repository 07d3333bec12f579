/* SPDX-License-Identifier: EUPL-1.2 */
#include "linkage/quality.h"

#include <math.h>

static size_t bin_of(double weight)
{
    double at = floor((weight - LINKAGE_WEIGHT_LEAST) * LINKAGE_BINS_EACH);
    if (!(at > 0)) return 0;
    return at >= LINKAGE_BINS ? LINKAGE_BINS - 1 : (size_t)at;
}

double linkage_weights_bin(size_t bin)
{
    return LINKAGE_WEIGHT_LEAST + (double)bin / LINKAGE_BINS_EACH;
}

void linkage_weights_add(struct linkage_weights *io, double weight)
{
    size_t bin = bin_of(weight);
    io->pairs[bin]++;
    io->matches[bin] += model_probability(weight);
}

void linkage_weights(struct linkage_weights *out, const struct linkage *l)
{
    *out = (struct linkage_weights){0};
    for (size_t i = 0; i < l->n_pair; i++) linkage_weights_add(out, (double)l->pair[i].weight);
    for (size_t i = 0; i < l->rules.n_rule; i++) out->rules_recall += l->rules.rule[i].gain;
    if (out->rules_recall > 1) out->rules_recall = 1; /* a sum of shares, rounded */
}

/* ---- from the weights ---- */

/* The bin whose beginning is nearest to the threshold; LINKAGE_BINS: above all. */
static size_t edge_of(double threshold)
{
    double at = floor((threshold - LINKAGE_WEIGHT_LEAST) * LINKAGE_BINS_EACH + 0.5);
    if (!(at > 0)) return 0;
    return at >= LINKAGE_BINS ? LINKAGE_BINS : (size_t)at;
}

static double f1_of(double precision, double recall)
{
    return precision + recall > 0 ? 2 * precision * recall / (precision + recall) : 0;
}

static void at_edge(struct linkage_quality *out, const struct linkage_weights *w, size_t edge)
{
    double found = 0; /* true pairs among all that were compared */
    *out = (struct linkage_quality){.threshold = linkage_weights_bin(edge)};
    for (size_t i = 0; i < LINKAGE_BINS; i++) {
        found += w->matches[i];
        if (i < edge) continue;
        out->pairs += (double)w->pairs[i];
        out->right += w->matches[i];
    }
    double all = w->rules_recall > 0 ? found / w->rules_recall : found;
    out->missed = all > out->right ? all - out->right : 0;
    out->precision = out->pairs > 0 ? out->right / out->pairs : 1;
    out->recall = all > 0 ? out->right / all : 1;
    out->f1 = f1_of(out->precision, out->recall);
}

void linkage_quality(struct linkage_quality *out, const struct linkage_weights *w, double threshold)
{
    at_edge(out, w, edge_of(threshold));
}

double linkage_quality_best(const struct linkage_weights *w)
{
    struct linkage_quality q;
    double best = 0, best_f1 = -1;
    for (size_t i = 0; i < LINKAGE_BINS; i++) {
        at_edge(&q, w, i);
        if (q.f1 <= best_f1) continue;
        best_f1 = q.f1;
        best = q.threshold;
    }
    return best;
}

/* ---- what people found ---- */

static const double z = 1.959963984540054; /* of 95 %, two-sided */

struct linkage_interval linkage_wilson(double yes, double n)
{
    if (!(n > 0)) return (struct linkage_interval){0.5, 0, 1};
    double p = yes / n, scale = 1 + z * z / n;
    double middle = (p + z * z / (2 * n)) / scale;
    double half = z * sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / scale;
    double from = middle - half, to = middle + half;
    return (struct linkage_interval){p, yes <= 0 || from < 0 ? 0 : from,
                                     yes >= n || to > 1 ? 1 : to};
}

/* Strata without a review count as half, and widen the interval by all that they could be. */
struct linkage_interval linkage_reviewed(const struct linkage_stratum *s, size_t n)
{
    double pairs = 0, all = 0, p = 0, variance = 0, spread = 0, n_reviewed = 0;
    for (size_t i = 0; i < n; i++) {
        all += s[i].pairs;
        if (s[i].reviewed > 0) pairs += s[i].pairs;
    }
    if (!(pairs > 0)) return (struct linkage_interval){0.5, 0, 1};
    for (size_t i = 0; i < n; i++) {
        if (!(s[i].reviewed > 0)) continue;
        double share = s[i].pairs / pairs, own = s[i].right / s[i].reviewed;
        n_reviewed += s[i].reviewed;
        p += share * own;
        variance += share * share * own * (1 - own) / s[i].reviewed;
        spread += share * share / s[i].reviewed;
    }
    double effective = 1 / spread;
    if (variance > 0 && p * (1 - p) / variance < effective) effective = p * (1 - p) / variance;
    if (effective > n_reviewed) effective = n_reviewed;
    struct linkage_interval known = linkage_wilson(p * effective, effective);
    double share = pairs / all;
    return (struct linkage_interval){share * p + (1 - share) / 2, share * known.from,
                                     share * known.to + 1 - share};
}

struct linkage_interval linkage_reviewed_recall(const struct linkage_stratum *s, size_t n,
                                                double threshold, double rules_recall)
{
    struct linkage_interval share[2]; /* below the threshold, and from it on */
    double pairs[2] = {0, 0};
    for (int side = 0; side < 2; side++) {
        struct linkage_stratum own[LINKAGE_STRATA];
        size_t n_own = 0;
        for (size_t i = 0; i < n && n_own < LINKAGE_STRATA; i++) {
            if ((s[i].from >= threshold) != (side == 1)) continue;
            own[n_own++] = s[i];
            pairs[side] += s[i].pairs;
        }
        share[side] = linkage_reviewed(own, n_own);
    }
    double b = pairs[0] * share[0].value, b1 = pairs[0] * share[0].from,
           b2 = pairs[0] * share[0].to;
    double a = pairs[1] * share[1].value, a1 = pairs[1] * share[1].from,
           a2 = pairs[1] * share[1].to;
    if (pairs[0] + pairs[1] <= 0) return (struct linkage_interval){rules_recall, 0, rules_recall};
    /* limits of b/a; where they do not exist, recall is not bounded on that side */
    double low = 0, high = INFINITY, root;
    if (a2 > 0 && 2 * a > a2) {
        root = a * b * a * b - b1 * a2 * (2 * b - b1) * (2 * a - a2);
        low = (a * b - sqrt(root > 0 ? root : 0)) / (a2 * (2 * a - a2));
    }
    if (a1 > 0) {
        root = a * b * a * b - b2 * a1 * (2 * b - b2) * (2 * a - a1);
        high = (a * b + sqrt(root > 0 ? root : 0)) / (a1 * (2 * a - a1));
    }
    return (struct linkage_interval){
        a + b > 0 ? rules_recall * a / (a + b) : 0,
        isfinite(high) ? rules_recall / (1 + high) : 0,
        rules_recall / (1 + (low > 0 ? low : 0)),
    };
}
