/* SPDX-License-Identifier: EUPL-1.2 */
#include "linkage_score.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

double score_precision(struct score_counts c)
{
    return c.found == 0 ? 1 : (double)c.both / (double)c.found;
}

double score_recall(struct score_counts c)
{
    return c.truth == 0 ? 1 : (double)c.both / (double)c.truth;
}

double score_f1(struct score_counts c)
{
    double p = score_precision(c), r = score_recall(c);
    return p + r > 0 ? 2 * p * r / (p + r) : 0;
}

static uint64_t pairs_of(uint64_t n)
{
    return n * (n - 1) / 2;
}

struct place { /* of one record: both clusters */
    uint32_t found, truth;
};

static int by_found(const void *a, const void *b)
{
    const struct place *x = a, *y = b;
    if (x->found != y->found) return x->found < y->found ? -1 : 1;
    return (x->truth > y->truth) - (x->truth < y->truth);
}

static int by_truth(const void *a, const void *b)
{
    const struct place *x = a, *y = b;
    return (x->truth > y->truth) - (x->truth < y->truth);
}

/* Number the persons 0, 1, ... and count the records of each; gives how many there are. Sorts by
 * them. */
static uint32_t number_truth(struct place *p, size_t n, uint32_t *size)
{
    uint32_t persons = 0;
    qsort(p, n, sizeof *p, by_truth);
    for (size_t i = 0; i < n;) {
        size_t end = i;
        for (uint32_t t = p[i].truth; end < n && p[end].truth == t; end++) p[end].truth = persons;
        size[persons++] = (uint32_t)(end - i);
        i = end;
    }
    return persons;
}

static void count(struct score_counts *all, struct score_counts *several, uint64_t size,
                  size_t what)
{
    uint64_t *const to[] = {&all->truth, &all->found, &all->both};
    uint64_t *const to_several[] = {&several->truth, &several->found, &several->both};
    (*to[what])++;
    if (size > 1) (*to_several[what])++;
}
enum { TRUTH, FOUND, BOTH };

void score_clusters(struct score *out, const uint32_t *truth, const uint32_t *found, size_t n)
{
    struct place *p = mem_new(n, sizeof *p);
    uint32_t *size = mem_new(n, sizeof *size);
    *out = (struct score){.pairs = {0}};
    for (size_t i = 0; i < n; i++) p[i] = (struct place){.found = found[i], .truth = truth[i]};
    uint32_t persons = number_truth(p, n, size);
    for (uint32_t k = 0; k < persons; k++) {
        out->pairs.truth += pairs_of(size[k]);
        count(&out->clusters, &out->clusters_several, size[k], TRUTH);
    }
    qsort(p, n, sizeof *p, by_found);
    for (size_t i = 0; i < n;) {
        size_t end = i;
        while (end < n && p[end].found == p[i].found) {
            size_t same = end; /* records of one person in this cluster */
            while (same < n && p[same].found == p[i].found && p[same].truth == p[end].truth) same++;
            out->pairs.both += pairs_of(same - end);
            end = same;
        }
        out->pairs.found += pairs_of(end - i);
        count(&out->clusters, &out->clusters_several, end - i, FOUND);
        if (p[i].truth == p[end - 1].truth && size[p[i].truth] == end - i)
            count(&out->clusters, &out->clusters_several, end - i, BOTH);
        i = end;
    }
    mem_free(p);
    mem_free(size);
}

static int by_pair(const void *a, const void *b)
{
    const struct score_pair *x = a, *y = b;
    if (x->a != y->a) return x->a < y->a ? -1 : 1;
    return (x->b > y->b) - (x->b < y->b);
}

static uint32_t root(uint32_t *up, uint32_t i)
{
    while (up[i] != i) {
        up[i] = up[up[i]]; /* halves the way for the next */
        i = up[i];
    }
    return i;
}

void score_pairs(struct score *out, const uint32_t *truth, size_t n, struct score_pair *pair,
                 size_t n_pair)
{
    uint32_t *up = mem_new(n, sizeof *up);
    struct score_counts pairs = {0};
    for (size_t i = 0; i < n; i++) up[i] = (uint32_t)i;
    for (size_t k = 0; k < n_pair; k++)
        if (pair[k].a > pair[k].b) pair[k] = (struct score_pair){pair[k].b, pair[k].a};
    if (n_pair > 0) qsort(pair, n_pair, sizeof *pair, by_pair);
    for (size_t k = 0; k < n_pair; k++) {
        if (pair[k].a == pair[k].b || (k > 0 && by_pair(&pair[k], &pair[k - 1]) == 0)) continue;
        pairs.found++;
        pairs.both += truth[pair[k].a] == truth[pair[k].b];
        uint32_t a = root(up, pair[k].a), b = root(up, pair[k].b);
        up[a > b ? a : b] = a > b ? b : a;
    }
    for (size_t i = 0; i < n; i++) up[i] = root(up, (uint32_t)i);
    score_clusters(out, truth, up, n);
    pairs.truth = out->pairs.truth;
    out->pairs = pairs;
    mem_free(up);
}

/* ---- reading a truth ---- */

static struct text digits_of(struct text t)
{
    size_t from = 0, to;
    while (from < t.n && (t.p[from] < '0' || t.p[from] > '9')) from++;
    for (to = from; to < t.n && t.p[to] >= '0' && t.p[to] <= '9';) to++;
    return (struct text){t.p + from, to - from};
}

uint32_t score_person(struct map *persons, struct text value, bool digits)
{
    struct text t = digits ? digits_of(value) : value;
    uint32_t k = map_get(persons, t);
    if (k != MAP_NONE) return k;
    k = (uint32_t)map_size(persons);
    map_put(persons, t, k);
    return k;
}
