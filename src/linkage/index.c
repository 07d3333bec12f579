/* SPDX-License-Identifier: EUPL-1.2 */
/* For each rule, records lie in buckets by the upper bits of their key, in the order in which they
 * were added; with each stands as much of the rest of the key as 32 bits leave room for. What is
 * taken for equal keys though it is not costs a comparison, nothing else. Records that come later
 * are in chains of one table for all rules. */
#include "linkage/index.h"

#include "linkage/rarity.h"

#include "base/mem.h"
#include "base/parallel.h"

#include <stdlib.h>
#include <string.h>

enum {
    CHUNK = 65536,     /* records whose marks are made at once */
    BUCKET = 8,        /* records in one, about */
    LATER_LEAST = 4096 /* buckets of what comes later */
};

struct rule_table {
    uint32_t *start; /* by bucket, one more */
    uint32_t *entry; /* check << record_bits | record */
    size_t n_entry;
    unsigned bits; /* of the bucket */
};

struct later {
    uint64_t key;          /* mixed with the rule's number */
    uint32_t record, next; /* 1 more than its place; 0: the last */
};

struct linkage_index {
    struct people *p;
    const struct kept *k;
    struct compare_plan plan;
    struct rarity *rarity;
    size_t n;             /* records taken in */
    unsigned record_bits; /* of those of the tables */
    struct rule_table table[RULES_MAX];
    struct later *later;
    uint32_t *first; /* of the chain of a bucket */
    size_t n_later, later_cap, n_first;
    uint32_t *content; /* of all records, marks.h */
    uint8_t *gone;     /* bits */
    size_t content_cap, gone_cap;
    struct marks own;       /* of the record that is looked at */
    uint32_t *found, *near; /* scratch */
    size_t found_cap, near_cap;
};

/* ---- tables ---- */

static size_t bucket_of(const struct rule_table *t, uint64_t key)
{
    return t->bits == 0 ? 0 : (size_t)(key >> (64 - t->bits));
}

/* The bits behind those of the bucket. */
static uint32_t check_of(const struct linkage_index *x, const struct rule_table *t, uint64_t key)
{
    return (uint32_t)(key << t->bits >> (32 + x->record_bits)) << x->record_bits;
}

struct building {
    struct linkage_index *x;
    const struct marks *m; /* of the chunk */
    size_t from;           /* its first record */
    bool counts;           /* the first time; then entries are put */
};

/* In the first round start[b + 1] counts, in the second start[b] is where the next goes. */
static void build_rule(void *ctx, size_t rule)
{
    struct building *b = ctx;
    struct rule_table *t = &b->x->table[rule];
    uint64_t key[CANDIDATE_KEYS];
    for (size_t i = 0; i < b->m->n; i++) {
        size_t n = candidate_keys(key, &b->x->k->rules.rule[rule], b->m, i);
        for (size_t j = 0; j < n; j++) {
            size_t bucket = bucket_of(t, key[j]);
            if (b->counts) t->start[bucket + 1]++;
            else t->entry[t->start[bucket]++] = check_of(b->x, t, key[j]) | (uint32_t)(b->from + i);
        }
    }
}

static void each_chunk(struct linkage_index *x, bool counts)
{
    struct marks m;
    marks_begin(&m, x->p);
    for (size_t from = 0; from < x->n; from += CHUNK) {
        for (size_t i = from; i < x->n && i < from + CHUNK; i++) marks_add(&m, x->p, i);
        if (counts) memcpy(x->content + from, m.content, m.n * sizeof *m.content);
        parallel_run(x->k->rules.n_rule, build_rule,
                     &(struct building){.x = x, .m = &m, .from = from, .counts = counts});
        marks_clear(&m);
    }
    marks_release(&m);
}

static void build(struct linkage_index *x)
{
    unsigned bits = 0;
    while (x->n >> bits > BUCKET) bits++;
    while (x->n >> x->record_bits > 0) x->record_bits++;
    for (size_t r = 0; r < x->k->rules.n_rule; r++) {
        x->table[r].bits = bits;
        x->table[r].start = mem_new(((size_t)1 << bits) + 1, sizeof *x->table[r].start);
    }
    each_chunk(x, true);
    for (size_t r = 0; r < x->k->rules.n_rule; r++) {
        struct rule_table *t = &x->table[r];
        for (size_t b = 0; b < (size_t)1 << bits; b++) t->start[b + 1] += t->start[b];
        t->n_entry = t->start[(size_t)1 << bits];
        t->entry = mem_new(t->n_entry, sizeof *t->entry);
    }
    each_chunk(x, false);
    for (size_t r = 0; r < x->k->rules.n_rule; r++) { /* start[b] is the end of b by now */
        struct rule_table *t = &x->table[r];
        memmove(t->start + 1, t->start, ((size_t)1 << bits) * sizeof *t->start);
        t->start[0] = 0;
    }
}

bool linkage_index_new(struct linkage_index **out, struct people *p, const struct kept *k,
                       struct err *e)
{
    *out = NULL;
    if (!kept_fits(k, p)) {
        err_set(e, ERR_CONFLICT, "linkage.columns",
                "the last run compared records by other variables than the form has now");
        return err_remedy(e, "run linkage again");
    }
    struct linkage_index *x = mem_new(1, sizeof *x);
    x->p = p;
    x->k = k;
    x->n = p->n;
    x->rarity = rarity_new(p);
    compare_plan(&x->plan, p);
    MEM_GROW(x->content, x->content_cap, x->n + 1);
    MEM_GROW(x->gone, x->gone_cap, x->n / 8 + 1);
    memset(x->gone, 0, x->gone_cap);
    x->n_first = LATER_LEAST;
    x->first = mem_new(x->n_first, sizeof *x->first);
    marks_begin(&x->own, p);
    build(x);
    *out = x;
    return true;
}

void linkage_index_free(struct linkage_index *x)
{
    if (x == NULL) return;
    for (size_t r = 0; r < RULES_MAX; r++) {
        mem_free(x->table[r].start);
        mem_free(x->table[r].entry);
    }
    rarity_free(x->rarity);
    mem_free(x->later);
    mem_free(x->first);
    mem_free(x->content);
    mem_free(x->gone);
    mem_free(x->found);
    mem_free(x->near);
    marks_release(&x->own);
    mem_free(x);
}

/* ---- what comes later ---- */

static uint64_t later_key(uint64_t key, size_t rule)
{
    key = (key ^ (rule + 1)) * UINT64_C(0x9E3779B97F4A7C15);
    return key ^ key >> 32;
}

static void put_later(struct linkage_index *x, uint64_t key, uint32_t record)
{
    if (x->n_later >= 2 * x->n_first) {
        mem_free(x->first);
        x->n_first *= 4;
        x->first = mem_new(x->n_first, sizeof *x->first);
        for (size_t i = 0; i < x->n_later; i++) {
            uint32_t *first = &x->first[x->later[i].key & (x->n_first - 1)];
            x->later[i].next = *first;
            *first = (uint32_t)i + 1;
        }
    }
    uint32_t *first = &x->first[key & (x->n_first - 1)];
    MEM_GROW(x->later, x->later_cap, x->n_later + 1);
    x->later[x->n_later] = (struct later){key, record, *first};
    *first = (uint32_t)++x->n_later;
}

static void marks_of(struct linkage_index *x, size_t record)
{
    marks_clear(&x->own);
    marks_add(&x->own, x->p, record);
}

void linkage_index_add(struct linkage_index *x)
{
    uint64_t key[CANDIDATE_KEYS];
    size_t had = x->gone_cap;
    rarity_count(x->rarity);
    MEM_GROW(x->gone, x->gone_cap, x->p->n / 8 + 1);
    memset(x->gone + had, 0, x->gone_cap - had);
    for (; x->n < x->p->n; x->n++) {
        marks_of(x, x->n);
        MEM_GROW(x->content, x->content_cap, x->n + 1);
        x->content[x->n] = x->own.content[0];
        for (size_t r = 0; r < x->k->rules.n_rule; r++) {
            size_t n = candidate_keys(key, &x->k->rules.rule[r], &x->own, 0);
            for (size_t j = 0; j < n; j++) put_later(x, later_key(key[j], r), (uint32_t)x->n);
        }
    }
}

void linkage_index_drop(struct linkage_index *x, size_t record)
{
    if (record < x->n) x->gone[record / 8] |= (uint8_t)(1u << record % 8);
}

/* ---- finding ---- */

static bool is_there(const struct linkage_index *x, size_t record)
{
    return (x->gone[record / 8] >> record % 8 & 1) == 0;
}

/* Whether `a` comes before `b` in the order in which large blocks are looked through. */
static bool before(const struct linkage_index *x, uint32_t a, uint32_t b)
{
    return x->content[a] != x->content[b] ? x->content[a] < x->content[b] : a < b;
}

static void keep(struct linkage_index *x, size_t *n, uint32_t record)
{
    MEM_GROW(x->found, x->found_cap, *n + 1);
    x->found[(*n)++] = record;
}

/* The CANDIDATES_WINDOW neighbours on each side, of `n` records in x->near. */
static void keep_neighbours(struct linkage_index *x, size_t *n_found, uint32_t record, size_t n)
{
    uint32_t side[2][CANDIDATES_WINDOW];
    size_t n_side[2] = {0, 0};
    for (size_t i = 0; i < n; i++) {
        uint32_t r = x->near[i];
        bool after = before(x, record, r);
        uint32_t *s = side[after];
        size_t at = n_side[after];
        while (at > 0 && (after ? before(x, r, s[at - 1]) : before(x, s[at - 1], r))) at--;
        if (at == CANDIDATES_WINDOW) continue;
        if (n_side[after] < CANDIDATES_WINDOW) n_side[after]++;
        memmove(s + at + 1, s + at, (n_side[after] - 1 - at) * sizeof *s);
        s[at] = r;
    }
    for (size_t k = 0; k < 2; k++)
        for (size_t i = 0; i < n_side[k]; i++) keep(x, n_found, side[k][i]);
}

/* The block of one key. */
static void look_up(struct linkage_index *x, size_t *n_found, size_t rule, uint64_t key,
                    uint32_t record)
{
    const struct rule_table *t = &x->table[rule];
    size_t bucket = bucket_of(t, key), n = 0;
    uint32_t mask = (uint32_t)(((uint64_t)1 << x->record_bits) - 1), check = check_of(x, t, key);
    for (uint32_t i = t->start[bucket]; i < t->start[bucket + 1]; i++) {
        uint32_t r = t->entry[i] & mask;
        if ((t->entry[i] & ~mask) != check || r == record || !is_there(x, r)) continue;
        MEM_GROW(x->near, x->near_cap, n + 1);
        x->near[n++] = r;
    }
    uint64_t own = later_key(key, rule);
    for (uint32_t at = x->first[own & (x->n_first - 1)]; at != 0; at = x->later[at - 1].next) {
        uint32_t r = x->later[at - 1].record;
        if (x->later[at - 1].key != own || r == record || !is_there(x, r)) continue;
        MEM_GROW(x->near, x->near_cap, n + 1);
        x->near[n++] = r;
    }
    if (n + 1 > CANDIDATES_BLOCK_MAX) keep_neighbours(x, n_found, record, n);
    else
        for (size_t i = 0; i < n; i++) keep(x, n_found, x->near[i]);
}

static int by_number(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static int best_first(const void *a, const void *b)
{
    const struct linkage_found *x = a, *y = b;
    if (x->weight > y->weight) return -1;
    if (x->weight < y->weight) return 1;
    return (x->record > y->record) - (x->record < y->record);
}

size_t linkage_index_find(struct linkage_found **found, struct linkage_index *x, size_t record,
                          double least)
{
    uint64_t key[CANDIDATE_KEYS];
    struct compare_result c;
    size_t n_found = 0, n = 0, cap = 0;
    *found = NULL;
    if (record >= x->n) return 0;
    marks_of(x, record);
    for (size_t r = 0; r < x->k->rules.n_rule; r++) {
        size_t n_key = candidate_keys(key, &x->k->rules.rule[r], &x->own, 0);
        for (size_t j = 0; j < n_key; j++) look_up(x, &n_found, r, key[j], (uint32_t)record);
    }
    if (n_found > 1) qsort(x->found, n_found, sizeof *x->found, by_number);
    for (size_t i = 0; i < n_found; i++) {
        uint32_t other = x->found[i];
        if (i > 0 && other == x->found[i - 1]) continue;
        compare_pair(&c, &x->plan, other < record ? other : record,
                     other < record ? record : other);
        float weight = (float)model_weight(&x->k->model, &x->plan, &c);
        if ((double)weight < least) continue;
        MEM_GROW(*found, cap, n + 1);
        (*found)[n++] = (struct linkage_found){other, weight};
    }
    if (n > 1) qsort(*found, n, sizeof **found, best_first);
    return n;
}

const struct compare_plan *linkage_index_plan(const struct linkage_index *x)
{
    return &x->plan;
}

size_t linkage_index_bytes(const struct linkage_index *x)
{
    size_t n = sizeof *x + x->later_cap * sizeof *x->later + x->n_first * sizeof *x->first +
               x->content_cap * sizeof *x->content + x->gone_cap + rarity_bytes(x->rarity);
    for (size_t r = 0; r < x->k->rules.n_rule; r++)
        n += x->table[r].n_entry * sizeof(uint32_t) +
             (((size_t)1 << x->table[r].bits) + 1) * sizeof(uint32_t);
    return n;
}
