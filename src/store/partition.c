/* SPDX-License-Identifier: EUPL-1.2 */
/* Groups are trees of records (union-find). A group has a list of what stands between it and
 * others; when two groups become one, the shorter list is moved, so that each entry is moved at
 * most log2(n) times. A table finds what stands between two groups by their roots; entries of
 * groups that are no roots any more are never asked for again and stay. */
#include "store/partition.h"

#include "base/mem.h"

#include <stdlib.h>

static const uint32_t nothing = UINT32_MAX;

struct between { /* entry of a list: a "different" that leads to another record */
    uint32_t other, edge, next;
};

struct group {                    /* of a root; `up` of every record */
    uint32_t up, least, first, n; /* least record; list and its length */
};

struct slot {
    uint64_t key; /* smaller root << 32 | greater; 0: empty (no group stands against itself) */
    uint32_t edge;
};

struct groups {
    const uint64_t *record;
    size_t n_record;
    struct group *group;
    struct between *between;
    size_t n_between;
    struct slot *slot;
    size_t n_slot, slots; /* used; a power of two */
};

static int compare(uint64_t x, uint64_t y)
{
    return (x > y) - (x < y);
}

static int by_turn(const void *p, const void *q)
{
    const struct partition_edge *x = p, *y = q;
    if (x->automatic != y->automatic) return x->automatic ? 1 : -1;
    if (!x->automatic) return (y->decision_no > x->decision_no) - (y->decision_no < x->decision_no);
    if (x->weight != y->weight) return x->weight < y->weight ? 1 : -1;
    int c = compare(x->a, y->a);
    if (c == 0) c = compare(x->b, y->b);
    return c != 0 ? c : (x->decision_no > y->decision_no) - (x->decision_no < y->decision_no);
}

static int newest_first(const void *p, const void *q)
{
    const struct partition_edge *x = p, *y = q;
    return (y->decision_no > x->decision_no) - (y->decision_no < x->decision_no);
}

static uint32_t place(const struct groups *g, uint64_t record_no)
{
    size_t from = 0, to = g->n_record;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (g->record[middle] < record_no) from = middle + 1;
        else to = middle;
    }
    return from < g->n_record && g->record[from] == record_no ? (uint32_t)from : nothing;
}

static uint32_t root(struct groups *g, uint32_t at)
{
    while (g->group[at].up != at) {
        g->group[at].up = g->group[g->group[at].up].up;
        at = g->group[at].up;
    }
    return at;
}

/* ---- what stands between two groups ---- */

static struct slot *find(const struct groups *g, uint32_t x, uint32_t y)
{
    uint64_t key = x < y ? (uint64_t)x << 32 | y : (uint64_t)y << 32 | x;
    uint64_t at = key * 0x9E3779B97F4A7C15U;
    at ^= at >> 32;
    for (;; at++) {
        struct slot *s = &g->slot[at & (g->slots - 1)];
        if (s->key == key) return s;
        if (s->key == 0) {
            s->edge = nothing;
            return s;
        }
    }
}

static void put(struct groups *g, uint32_t x, uint32_t y, uint32_t edge);

static void grow(struct groups *g)
{
    struct slot *old = g->slot;
    size_t n = g->slots;
    g->slots = n == 0 ? 64 : 2 * n;
    g->slot = mem_new(g->slots, sizeof *g->slot);
    g->n_slot = 0;
    for (size_t i = 0; i < n; i++)
        if (old[i].key != 0)
            put(g, (uint32_t)(old[i].key >> 32), (uint32_t)old[i].key, old[i].edge);
    mem_free(old);
}

static void put(struct groups *g, uint32_t x, uint32_t y, uint32_t edge)
{
    if (2 * g->n_slot >= g->slots) grow(g);
    struct slot *s = find(g, x, y);
    if (s->key == 0) {
        s->key = x < y ? (uint64_t)x << 32 | y : (uint64_t)y << 32 | x;
        g->n_slot++;
    }
    if (edge < s->edge) s->edge = edge; /* the newest: they are in that order */
}

static void stand(struct groups *g, uint32_t x, uint32_t y, uint32_t edge)
{
    const uint32_t end[2] = {x, y};
    for (int i = 0; i < 2; i++) {
        struct group *here = &g->group[end[i]];
        g->between[g->n_between] = (struct between){end[1 - i], edge, here->first};
        here->first = (uint32_t)g->n_between++;
        here->n++;
    }
    put(g, x, y, edge);
}

static void join(struct groups *g, uint32_t x, uint32_t y)
{
    if (g->group[x].n < g->group[y].n) {
        uint32_t swap = x;
        x = y;
        y = swap;
    }
    struct group *into = &g->group[x], *from = &g->group[y];
    from->up = x;
    if (from->least < into->least) into->least = from->least;
    for (uint32_t at = from->first, next; at != nothing; at = next) {
        struct between *b = &g->between[at];
        next = b->next;
        put(g, x, root(g, b->other), b->edge);
        b->next = into->first;
        into->first = at;
    }
    into->n += from->n;
}

/* ---- */

static void add_different(struct groups *g, struct partition_edge *d, uint32_t edge)
{
    uint32_t a = place(g, d->a), b = place(g, d->b);
    if (a != nothing && b != nothing && a != b) stand(g, a, b, edge);
}

static void add_same(struct groups *g, struct partition_edge *s,
                     const struct partition_edge *different)
{
    uint32_t a = place(g, s->a), b = place(g, s->b);
    s->held = false;
    s->against = 0;
    if (a == nothing || b == nothing) return;
    uint32_t x = root(g, a), y = root(g, b);
    if (x == y) return;
    uint32_t edge = g->slots == 0 ? nothing : find(g, x, y)->edge;
    if (edge == nothing) {
        join(g, x, y);
        return;
    }
    s->held = true;
    s->against = different[edge].decision_no;
}

void partition(uint64_t *person, const uint64_t *record, size_t n_record,
               struct partition_edge *same, size_t n_same, struct partition_edge *different,
               size_t n_different)
{
    struct groups g = {.record = record, .n_record = n_record};
    g.group = mem_new(n_record, sizeof *g.group);
    g.between = mem_new(mem_mul(n_different, 2), sizeof *g.between);
    for (size_t i = 0; i < n_record; i++)
        g.group[i] = (struct group){(uint32_t)i, (uint32_t)i, nothing, 0};
    if (n_same > 0) qsort(same, n_same, sizeof *same, by_turn);
    if (n_different > 0) qsort(different, n_different, sizeof *different, newest_first);
    for (size_t i = 0; i < n_different; i++) add_different(&g, &different[i], (uint32_t)i);
    for (size_t i = 0; i < n_same; i++) add_same(&g, &same[i], different);
    for (size_t i = 0; i < n_record; i++) person[i] = record[g.group[root(&g, (uint32_t)i)].least];
    mem_free(g.slot);
    mem_free(g.between);
    mem_free(g.group);
}
