/* SPDX-License-Identifier: EUPL-1.2 */
#include "linkage/candidates.h"

#include "base/mem.h"
#include "base/parallel.h"
#include "base/random.h"

#include <stdlib.h>
#include <string.h>

enum {
    ANCHORS_LEAST = 1500,
    ANCHORS_MOST = 3000,
    OTHERS_MOST = 1000000,
    POTENTIAL = 600,
    TRY_PAIRS = 16,  /* an anchor, on average */
    LARGE = 3,       /* an anchor: worth making smaller */
    ANCHOR_MOST = 40 /* of one anchor: more are not looked at */
};

/* Of the pairs that may be found: how many a rule will find is estimated, and can be a tenth more. */
static const double AIM = 0.9;

/* ---- keys of a rule ---- */

static uint64_t mix(uint64_t h, uint32_t v)
{
    h = (h ^ v) * UINT64_C(0x9E3779B97F4A7C15);
    return h ^ h >> 29;
}

size_t candidate_keys(uint64_t out[static CANDIDATE_KEYS], const struct candidate_rule *r,
                      const struct marks *m, size_t record)
{
    size_t n = 1;
    out[0] = UINT64_C(0xD6E8FEB86659FD93);
    for (size_t i = 0; i < r->n_mark; i++) {
        const struct mark_kind *k = &m->kind[r->mark[i]];
        const uint32_t *v = k->value + k->start[record];
        size_t n_v = k->start[record + 1] - k->start[record], had = n;
        if (n_v == 0) return 0;
        while (n_v > 1 && had * n_v > CANDIDATE_KEYS) n_v--;
        for (size_t j = n_v; j-- > 0;)
            for (size_t h = 0; h < had; h++) out[j * had + h] = mix(out[h], v[j]);
        n = had * n_v;
    }
    return n;
}

/* ---- sets of pairs ---- */

/* Sort by radix of 8 bits, least first, over the bytes that differ. */
static void sort_u64(uint64_t *v, size_t n)
{
    uint64_t *other = mem_new(n, sizeof *v), *from = v, *to = other, any = 0;
    for (size_t i = 1; i < n; i++) any |= v[i] ^ v[0];
    for (unsigned shift = 0; shift < 64; shift += 8) {
        size_t at[257] = {0};
        if ((any >> shift & 255) == 0) continue;
        for (size_t i = 0; i < n; i++) at[(from[i] >> shift & 255) + 1]++;
        for (size_t i = 0; i < 256; i++) at[i + 1] += at[i];
        for (size_t i = 0; i < n; i++) to[at[from[i] >> shift & 255]++] = from[i];
        uint64_t *free_one = from;
        from = to;
        to = free_one;
    }
    if (from != v) memcpy(v, from, n * sizeof *v);
    mem_free(other);
}

static size_t unique_u64(uint64_t *v, size_t n)
{
    size_t to = 0;
    for (size_t i = 0; i < n; i++)
        if (to == 0 || v[to - 1] != v[i]) v[to++] = v[i];
    return to;
}

/* ---- a sample of pairs: anchors against others ---- */

struct trial {
    const struct marks *m;
    uint32_t *anchor, *other; /* records */
    size_t n_anchor, n_other;
    double thin;         /* share of all records that the others are */
    struct marks shared; /* of the others: those marks that any anchor has */
};

struct tried { /* what a rule found: (anchor, other) */
    struct candidate_rule rule;
    uint64_t *pair;
    size_t n, cap;
    size_t over; /* pairs of anchors beyond ANCHOR_MOST */
    bool too_many, large;
};

struct slot { /* of an open hash table: a key and the first of its anchors */
    uint64_t key;
    uint32_t first; /* place in `next`, 1 more; 0: free */
};

struct anchors { /* by the keys of one rule */
    struct slot *slot;
    size_t n_slot;
    uint32_t *of, *next; /* chains of anchors with one key */
    size_t n_chain, of_cap, next_cap;
};

static struct slot *slot_of(struct anchors *t, uint64_t key)
{
    size_t i = (key ^ key >> 32) & (t->n_slot - 1);
    while (t->slot[i].first != 0 && t->slot[i].key != key) i = (i + 1) & (t->n_slot - 1);
    return &t->slot[i];
}

static void load_anchors(struct anchors *to, const struct trial *t, const struct candidate_rule *r)
{
    uint64_t key[CANDIDATE_KEYS];
    *to = (struct anchors){.n_slot = 1};
    while (to->n_slot < t->n_anchor * 16) to->n_slot *= 2;
    to->slot = mem_new(to->n_slot, sizeof *to->slot);
    for (size_t i = 0; i < t->n_anchor; i++) {
        size_t n = candidate_keys(key, r, t->m, t->anchor[i]);
        for (size_t k = 0; k < n && 2 * (to->n_chain + 1) < to->n_slot; k++) {
            struct slot *s = slot_of(to, key[k]);
            MEM_GROW(to->of, to->of_cap, to->n_chain + 1);
            MEM_GROW(to->next, to->next_cap, to->n_chain + 1);
            to->of[to->n_chain] = (uint32_t)i;
            to->next[to->n_chain] = s->first;
            s->key = key[k];
            s->first = (uint32_t)++to->n_chain;
        }
    }
}

static void try_rule(const struct trial *t, struct tried *out)
{
    uint64_t key[CANDIDATE_KEYS];
    struct anchors by_key;
    uint32_t *taken = mem_new(t->n_anchor, sizeof *taken); /* pairs of each anchor */
    load_anchors(&by_key, t, &out->rule);
    for (size_t i = 0; i < t->n_other && !out->too_many; i++) {
        size_t n = candidate_keys(key, &out->rule, &t->shared, i);
        for (size_t k = 0; k < n; k++)
            for (uint32_t at = slot_of(&by_key, key[k])->first; at != 0; at = by_key.next[at - 1]) {
                uint32_t anchor = by_key.of[at - 1];
                if (t->anchor[anchor] == t->other[i]) continue;
                if (taken[anchor]++ >= ANCHOR_MOST) continue;
                MEM_GROW(out->pair, out->cap, out->n + 1);
                out->pair[out->n++] = (uint64_t)anchor << 32 | t->other[i];
            }
        out->too_many = out->n > t->n_anchor * TRY_PAIRS;
    }
    for (size_t i = 0; i < t->n_anchor; i++) /* in larger blocks only neighbours are paired */
        if (taken[i] > ANCHOR_MOST && taken[i] <= CANDIDATES_BLOCK_MAX)
            out->over += taken[i] - ANCHOR_MOST;
    out->large =
        out->too_many || (double)(out->n + out->over) > (double)t->n_anchor * LARGE * t->thin;
    if (out->too_many) {
        mem_free(out->pair);
        out->pair = NULL;
        out->n = out->cap = 0;
    }
    sort_u64(out->pair, out->n);
    out->n = unique_u64(out->pair, out->n);
    mem_free(taken);
    mem_free(by_key.slot);
    mem_free(by_key.of);
    mem_free(by_key.next);
}

/* The place of a value in a hash set: its own, or a free one. 0: free; else 1 more than the
 * value. */
static uint64_t *place_of(uint64_t *set, size_t n_set, uint32_t value)
{
    size_t at = value & (n_set - 1);
    while (set[at] != 0 && set[at] != (uint64_t)value + 1) at = (at + 1) & (n_set - 1);
    return &set[at];
}

/* Most marks of the others are no anchor's: without them a rule is tried several times faster. */
static void share_kind(void *ctx, size_t kind)
{
    struct trial *t = ctx;
    const struct mark_kind *k = &t->m->kind[kind];
    struct mark_kind *to = &t->shared.kind[kind];
    size_t n = 0, n_set = 1;
    for (size_t i = 0; i < t->n_anchor; i++)
        n += k->start[t->anchor[i] + 1] - k->start[t->anchor[i]];
    while (n_set < 4 * n + 1) n_set *= 2;
    uint64_t *set = mem_new(n_set, sizeof *set);
    for (size_t i = 0; i < t->n_anchor; i++)
        for (uint32_t j = k->start[t->anchor[i]]; j < k->start[t->anchor[i] + 1]; j++)
            *place_of(set, n_set, k->value[j]) = (uint64_t)k->value[j] + 1;
    to->start = mem_new(t->n_other + 1, sizeof *to->start);
    for (size_t i = 0; i < t->n_other; i++) {
        for (uint32_t j = k->start[t->other[i]]; j < k->start[t->other[i] + 1]; j++) {
            if (*place_of(set, n_set, k->value[j]) == 0) continue;
            MEM_GROW(to->value, to->cap, to->n_value + 1);
            to->value[to->n_value++] = k->value[j];
        }
        to->start[i + 1] = (uint32_t)to->n_value;
    }
    mem_free(set);
}

static void take_sample(struct trial *t, const struct marks *m)
{
    struct random r;
    random_init(&r, 7);
    *t = (struct trial){.m = m};
    uint32_t *all = mem_new(m->n, sizeof *all);
    for (size_t i = 0; i < m->n; i++) all[i] = (uint32_t)i;
    t->n_anchor = m->n / 6;
    if (t->n_anchor > ANCHORS_MOST) t->n_anchor = ANCHORS_MOST;
    if (t->n_anchor < ANCHORS_LEAST) t->n_anchor = m->n < ANCHORS_LEAST ? m->n : ANCHORS_LEAST;
    t->n_other = m->n < OTHERS_MOST ? m->n : OTHERS_MOST;
    t->thin = (double)t->n_other / (double)m->n;
    for (size_t i = 0; i < t->n_other; i++) { /* Fisher and Yates, as far as needed */
        size_t k = i + random_below(&r, m->n - i);
        uint32_t v = all[i];
        all[i] = all[k];
        all[k] = v;
    }
    t->other = all;
    t->anchor = mem_new(t->n_anchor, sizeof *t->anchor);
    memcpy(t->anchor, all, t->n_anchor * sizeof *all);
    t->shared = (struct marks){.n_kind = m->n_kind, .n = t->n_other};
    parallel_run(m->n_kind, share_kind, t);
}

static void trial_release(struct trial *t)
{
    mem_free(t->anchor);
    mem_free(t->other);
    marks_release(&t->shared);
}

static bool may_join(const struct marks *m, const struct candidate_rule *r, size_t kind)
{
    for (size_t i = 0; i < r->n_mark; i++)
        if (m->kind[r->mark[i]].family == m->kind[kind].family || r->mark[i] > kind) return false;
    return true;
}

struct trying {
    const struct trial *t;
    struct tried *tried; /* the first of this round */
};

static void try_part(void *ctx, size_t part)
{
    struct trying *x = ctx;
    try_rule(x->t, &x->tried[part]);
}

/* Every rule of one mark; then of two and three, where that makes a large rule smaller, out of
 * marks that are not enough by themselves. */
static size_t try_all(struct tried *out, const struct trial *t)
{
    size_t n = 0, from = 0;
    for (size_t k = 0; k < t->m->n_kind; k++)
        out[n++] = (struct tried){.rule = {.mark = {(uint8_t)k}, .n_mark = 1}};
    parallel_run(n, try_part, &(struct trying){t, out});
    for (size_t size = 2; size <= RULE_MARKS; size++) {
        size_t to = n;
        for (size_t i = from; i < to; i++)
            for (size_t k = 0; k < t->m->n_kind && out[i].large && n < POTENTIAL; k++) {
                if (!out[k].large || !may_join(t->m, &out[i].rule, k)) continue;
                out[n] = (struct tried){.rule = out[i].rule};
                out[n].rule.mark[out[n].rule.n_mark++] = (uint8_t)k;
                n++;
            }
        parallel_run(n - to, try_part, &(struct trying){t, out + to});
        from = to;
    }
    return n;
}

/* ---- choosing ---- */

struct comparing {
    const struct compare_plan *plan;
    const struct trial *t;
    const uint64_t *pair;
    size_t n, n_part;
    struct compare_result *result;
};

static void compare_part(void *ctx, size_t part)
{
    struct comparing *c = ctx;
    for (size_t i = c->n * part / c->n_part; i < c->n * (part + 1) / c->n_part; i++)
        compare_pair(&c->result[i], c->plan, c->t->anchor[c->pair[i] >> 32], (uint32_t)c->pair[i]);
}

/* What a rule would bring that the chosen ones do not. */
struct offer {
    uint32_t *at; /* its pairs that are not covered, as places among all */
    size_t n;
    double own; /* true pairs among all of its pairs */
    double gain, new;
    bool out; /* brings too little, and can only bring less */
};

struct choosing {
    const struct tried *tried;
    size_t n_tried;
    const uint64_t *all; /* sorted; all pairs of all rules */
    const double *p;     /* that they are true */
    double total;
    uint8_t *covered;
    struct offer *offer; /* of each rule */
};

static void find_places(void *ctx, size_t r)
{
    struct choosing *x = ctx;
    const struct tried *t = &x->tried[r];
    struct offer *o = &x->offer[r];
    o->at = mem_new(t->n, sizeof *o->at);
    for (size_t k = 0; o->n < t->n; o->n++) { /* both are sorted */
        while (x->all[k] < t->pair[o->n]) k++;
        o->at[o->n] = (uint32_t)k;
        o->own += x->p[k];
    }
}

static void look_at_offer(void *ctx, size_t r)
{
    struct choosing *x = ctx;
    struct offer *o = &x->offer[r];
    size_t n = o->n;
    if (o->out) return;
    o->gain = 0;
    o->n = 0;
    for (size_t i = 0; i < n; i++) {
        if (x->covered[o->at[i]]) continue;
        o->gain += x->p[o->at[i]];
        o->at[o->n++] = o->at[i];
    }
    o->new = (double)(o->n + x->tried[r].over);
    o->out = o->gain < 0.0002 * x->total;
}

/* Again and again the rule that brings most for what it costs, of those that fit into `most` pairs
 * of a record. */
static void greedy(struct candidate_rules *out, struct choosing *x, size_t n, size_t n_anchor,
                   double most)
{
    double spent = 0;
    x->covered = mem_new(n, 1);
    x->offer = mem_new(x->n_tried, sizeof *x->offer);
    for (size_t i = 0; i < n; i++) x->total += x->p[i];
    parallel_run(x->n_tried, find_places, x);
    *out = (struct candidate_rules){0};
    while (out->n_rule < RULES_MAX) {
        size_t best = x->n_tried;
        double best_value = 0;
        parallel_run(x->n_tried, look_at_offer, x);
        for (size_t r = 0; r < x->n_tried; r++) {
            const struct offer *o = &x->offer[r];
            if (o->out || spent + o->new > 2 * most *(double)n_anchor) continue;
            double value = o->gain / (o->new + 0.25 * (double)n_anchor);
            if (value > best_value) {
                best = r;
                best_value = value;
            }
        }
        if (best == x->n_tried) break;
        const struct tried *t = &x->tried[best];
        const struct offer *o = &x->offer[best];
        for (size_t i = 0; i < o->n; i++) x->covered[o->at[i]] = 1;
        struct candidate_rule *rule = &out->rule[out->n_rule++];
        *rule = t->rule;
        rule->pairs = (double)(t->n + t->over) / 2 / (double)n_anchor;
        rule->recall = o->own / x->total;
        rule->gain = o->gain / x->total;
        spent += o->new;
    }
    out->pairs = spent / 2 / (double)n_anchor;
    for (size_t r = 0; r < x->n_tried; r++) mem_free(x->offer[r].at);
    mem_free(x->offer);
    mem_free(x->covered);
}

void candidates_choose(struct candidate_rules *out, struct model *io,
                       const struct compare_plan *plan, const struct marks *m, double most)
{
    struct trial t;
    struct tried *tried = mem_new(POTENTIAL + MARK_KINDS, sizeof *tried);
    take_sample(&t, m);
    size_t n_tried = try_all(tried, &t), n = 0;
    for (size_t r = 0; r < n_tried; r++) n += tried[r].n;
    uint64_t *all = mem_new(n, sizeof *all);
    n = 0;
    for (size_t r = 0; r < n_tried; r++) {
        if (tried[r].n > 0) memcpy(all + n, tried[r].pair, tried[r].n * sizeof *all);
        n += tried[r].n;
    }
    sort_u64(all, n);
    n = unique_u64(all, n);

    struct comparing c = {plan, &t, all, n, 64, mem_new(n, sizeof *c.result)};
    parallel_run(c.n_part, compare_part, &c);
    model_fit(io, plan, c.result, n, (double)t.n_anchor * (double)(t.n_other - 1));
    double *p = mem_new(n, sizeof *p);
    for (size_t i = 0; i < n; i++) p[i] = model_probability(model_weight(io, plan, &c.result[i]));
    /* the sample of others is thinner than all records: so many times more pairs there */
    struct choosing x = {.tried = tried, .n_tried = n_tried, .all = all, .p = p};
    greedy(out, &x, n, t.n_anchor, AIM * most * t.thin);
    for (size_t i = 0; i < out->n_rule; i++) out->rule[i].pairs /= t.thin;
    out->pairs /= t.thin;

    for (size_t r = 0; r < n_tried; r++) mem_free(tried[r].pair);
    mem_free(tried);
    mem_free(all);
    mem_free(c.result);
    mem_free(p);
    trial_release(&t);
}

/* ---- all pairs of the rules ---- */

struct entry {
    uint64_t key;
    uint32_t record;
};

static void sort_entries(struct entry *v, size_t n)
{
    struct entry *other = mem_new(n, sizeof *v), *from = v, *to = other;
    for (unsigned shift = 0; shift < 48;
         shift += 12) { /* 48 bits of the key are enough to be near */
        size_t *at = mem_new(4097, sizeof *at);
        for (size_t i = 0; i < n; i++) at[(from[i].key >> shift & 4095) + 1]++;
        for (size_t i = 0; i < 4096; i++) at[i + 1] += at[i];
        for (size_t i = 0; i < n; i++) to[at[from[i].key >> shift & 4095]++] = from[i];
        mem_free(at);
        struct entry *free_one = from;
        from = to;
        to = free_one;
    }
    mem_free(other); /* an even number of rounds: sorted in `v` */
}

struct finding_pairs {
    const struct candidate_rules *r;
    const struct marks *m;
    uint64_t *pair[RULES_MAX];
    size_t n[RULES_MAX];
};

static void emit(struct finding_pairs *f, size_t rule, size_t *cap, uint32_t a, uint32_t b)
{
    if (a == b) return;
    MEM_GROW(f->pair[rule], *cap, f->n[rule] + 1);
    f->pair[rule][f->n[rule]++] = a < b ? (uint64_t)a << 32 | b : (uint64_t)b << 32 | a;
}

static int by_content(const void *x, const void *y)
{
    const struct entry *a = x, *b = y;
    if (a->key != b->key) return a->key < b->key ? -1 : 1;
    return a->record < b->record ? -1 : a->record > b->record;
}

static void find_in_block(struct finding_pairs *f, size_t rule, size_t *cap, struct entry *e,
                          size_t n)
{
    size_t reach = n;
    if (n > CANDIDATES_BLOCK_MAX) {
        for (size_t i = 0; i < n; i++) e[i].key = f->m->content[e[i].record];
        qsort(e, n, sizeof *e, by_content);
        reach = CANDIDATES_WINDOW;
    }
    for (size_t a = 0; a < n; a++)
        for (size_t b = a + 1; b < n && b <= a + reach; b++)
            emit(f, rule, cap, e[a].record, e[b].record);
}

static void find_part(void *ctx, size_t rule)
{
    struct finding_pairs *f = ctx;
    uint64_t key[CANDIDATE_KEYS];
    size_t n = 0, cap = 0, cap_pair = 0;
    struct entry *e = NULL;
    for (size_t i = 0; i < f->m->n; i++) {
        size_t n_key = candidate_keys(key, &f->r->rule[rule], f->m, i);
        for (size_t k = 0; k < n_key; k++) {
            MEM_GROW(e, cap, n + 1);
            e[n++] = (struct entry){key[k] & ((UINT64_C(1) << 48) - 1), (uint32_t)i};
        }
    }
    sort_entries(e, n);
    for (size_t i = 0, to; i < n; i = to) {
        uint64_t own = e[i].key;
        for (to = i + 1; to < n && e[to].key == own;) to++;
        find_in_block(f, rule, &cap_pair, e + i, to - i);
    }
    mem_free(e);
}

void candidates_find(struct pairs *out, const struct candidate_rules *r, const struct marks *m)
{
    struct finding_pairs f = {.r = r, .m = m};
    size_t n = 0;
    parallel_run(r->n_rule, find_part, &f);
    for (size_t i = 0; i < r->n_rule; i++) n += f.n[i];
    uint64_t *all = mem_new(n, sizeof *all);
    n = 0;
    for (size_t i = 0; i < r->n_rule; i++) {
        if (f.n[i] > 0) memcpy(all + n, f.pair[i], f.n[i] * sizeof *all);
        n += f.n[i];
        mem_free(f.pair[i]);
    }
    sort_u64(all, n);
    n = unique_u64(all, n);
    *out = (struct pairs){.pair = mem_new(n, sizeof *out->pair), .n = n};
    for (size_t i = 0; i < n; i++)
        out->pair[i] = (struct pair){(uint32_t)(all[i] >> 32), (uint32_t)all[i]};
    mem_free(all);
}

void pairs_release(struct pairs *p)
{
    mem_free(p->pair);
    *p = (struct pairs){0};
}
