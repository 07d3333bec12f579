/* SPDX-License-Identifier: EUPL-1.2 */
#include "linkage/cluster.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

enum { COMPARED_MAX = 400 }; /* pairs of records, where two clusters meet; more: a sample of them */

struct members { /* a ring through the records of a cluster */
    uint32_t *next, *size;
};

/* One very strong disagreement shall not undo ten agreements, nor the reverse. */
static double bounded(double weight)
{
    return weight < -12 ? -12 : weight > 20 ? 20 : weight;
}

static double mean_weight(const struct members *c, uint32_t a, uint32_t b, const struct model *m,
                          const struct compare_plan *plan)
{
    struct compare_result r;
    double sum = 0;
    size_t n = 0;
    uint32_t i = a;
    do {
        uint32_t k = b;
        do {
            compare_pair(&r, plan, i < k ? i : k, i < k ? k : i);
            sum += bounded(model_weight(m, plan, &r));
            n++;
            k = c->next[k];
        } while (k != b && n < COMPARED_MAX);
        i = c->next[i];
    } while (i != a && n < COMPARED_MAX);
    return sum / (double)n;
}

static uint32_t root(uint32_t *person, uint32_t i)
{
    while (person[i] != i) {
        person[i] = person[person[i]];
        i = person[i];
    }
    return i;
}

void cluster_persons(uint32_t *person, const struct weighted_pair *pair, size_t n_pair,
                     const struct model *m, const struct compare_plan *plan)
{
    size_t n = plan->people->n;
    struct members c = {mem_new(n, sizeof *c.next), mem_new(n, sizeof *c.size)};
    for (size_t i = 0; i < n; i++) {
        person[i] = c.next[i] = (uint32_t)i;
        c.size[i] = 1;
    }
    for (size_t i = 0; i < n_pair; i++) {
        uint32_t a = root(person, pair[i].a), b = root(person, pair[i].b);
        if (a == b) continue;
        if (c.size[a] + c.size[b] > 2 && mean_weight(&c, a, b, m, plan) < 0) continue;
        uint32_t keep = a < b ? a : b, go = a < b ? b : a, after = c.next[keep];
        c.next[keep] = c.next[go];
        c.next[go] = after;
        c.size[keep] += c.size[go];
        person[go] = keep;
    }
    for (size_t i = 0; i < n; i++) person[i] = root(person, (uint32_t)i);
    mem_free(c.next);
    mem_free(c.size);
}

/* ---- the pairs of a person ---- */

struct member {
    uint32_t person, record;
};

static int by_person(const void *x, const void *y)
{
    const struct member *a = x, *b = y;
    if (a->person != b->person) return a->person < b->person ? -1 : 1;
    return a->record < b->record ? -1 : a->record > b->record;
}

static int by_records(const void *x, const void *y)
{
    const struct pair *a = x, *b = y;
    if (a->a != b->a) return a->a < b->a ? -1 : 1;
    return a->b < b->b ? -1 : a->b > b->b;
}

size_t cluster_pairs(struct weighted_pair **out, const uint32_t *person,
                     const struct weighted_pair *pair, size_t n_pair, const struct model *m,
                     const struct compare_plan *plan)
{
    size_t n = plan->people->n, n_had = 0, n_new = 0, cap = 0;
    struct member *member = mem_new(n, sizeof *member);
    struct pair *had = mem_new(n_pair, sizeof *had);
    struct compare_result r;
    *out = NULL;
    for (size_t i = 0; i < n; i++) member[i] = (struct member){person[i], (uint32_t)i};
    qsort(member, n, sizeof *member, by_person);
    for (size_t i = 0; i < n_pair; i++)
        if (person[pair[i].a] == person[pair[i].b])
            had[n_had++] = (struct pair){pair[i].a, pair[i].b};
    qsort(had, n_had, sizeof *had, by_records);
    for (size_t i = 0, to; i < n; i = to) {
        for (to = i + 1; to < n && member[to].person == member[i].person;) to++;
        for (size_t a = i; to - i <= CLUSTER_PAIRED && a < to; a++)
            for (size_t b = a + 1; b < to; b++) {
                struct pair p = {member[a].record, member[b].record};
                if (bsearch(&p, had, n_had, sizeof *had, by_records) != NULL) continue;
                compare_pair(&r, plan, p.a, p.b);
                MEM_GROW(*out, cap, n_new + 1);
                (*out)[n_new++] =
                    (struct weighted_pair){p.a, p.b, (float)model_weight(m, plan, &r)};
            }
    }
    mem_free(member);
    mem_free(had);
    return n_new;
}
