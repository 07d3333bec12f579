/* SPDX-License-Identifier: EUPL-1.2 */
#include "linkage/rarity.h"

#include "base/mem.h"

#include <math.h>
#include <string.h>

/* By the hash of a whole (all words of a column, or a date): how many records have it. Two wholes
 * of one hash are counted together; among a million that happens to one in five thousand, and costs
 * it a bit or two. */
struct slot {
    uint32_t hash; /* 0: free */
    uint32_t count;
};

struct table {
    struct slot *slot;
    size_t n_slot, n; /* a power of two */
    size_t n_record;  /* that have any */
};

struct rarity {
    struct people *p;
    size_t n; /* records counted */
    size_t bits_cap[PEOPLE_COLUMNS];
    struct table whole[PEOPLE_COLUMNS], births;
};

/* FNV-1a (Fowler, Noll, Vo 1991). */
static uint32_t hash_of(const void *p, size_t n)
{
    const unsigned char *c = p;
    uint64_t h = UINT64_C(14695981039346656037);
    for (size_t i = 0; i < n; i++) h = (h ^ c[i]) * UINT64_C(1099511628211);
    h ^= h >> 32;
    return (uint32_t)h == 0 ? 1 : (uint32_t)h;
}

static struct slot *slot_of(const struct table *t, uint32_t hash)
{
    size_t i = hash * UINT32_C(2654435761) & (t->n_slot - 1);
    while (t->slot[i].hash != 0 && t->slot[i].hash != hash) i = (i + 1) & (t->n_slot - 1);
    return &t->slot[i];
}

static void grow(struct table *t)
{
    struct table old = *t;
    t->n_slot = old.n_slot == 0 ? 64 : 2 * old.n_slot;
    t->slot = mem_new(t->n_slot, sizeof *t->slot);
    for (size_t i = 0; i < old.n_slot; i++)
        if (old.slot[i].hash != 0) *slot_of(t, old.slot[i].hash) = old.slot[i];
    mem_free(old.slot);
}

/* One more record with this; returns its bits now. */
static float count_one(struct table *t, uint32_t hash)
{
    if (4 * (t->n + 1) > 3 * t->n_slot) grow(t);
    struct slot *s = slot_of(t, hash);
    if (s->hash == 0) {
        *s = (struct slot){hash, 0};
        t->n++;
    }
    t->n_record++;
    s->count++;
    return (float)(log2((double)t->n_record) - log2((double)s->count));
}

/* 0: none. Of numbers and codes each word counts by itself. */
static uint32_t whole_hash(const struct people_column *c, size_t record)
{
    size_t n = c->start[record + 1] - c->start[record];
    bool words = c->role == LINKAGE_GIVEN || c->role == LINKAGE_SURNAME || c->role == LINKAGE_TEXT;
    return n == 0 || !words ? 0 : hash_of(c->id + c->start[record], n * sizeof *c->id);
}

/* 0: the day is not known. */
static uint32_t birth_hash(const struct people *p, size_t record)
{
    const struct people_birth *b = &p->birth[record];
    struct {
        int32_t year, month, day;
        uint32_t whole;
    } key = {b->year, b->month, b->day, 0};
    if (b->year == 0 || !people_has_day(p, record)) return 0;
    if (p->encoded) {
        if (!p->encoded_birth[record].month) return 0;
        key.whole = p->encoded_birth[record].whole;
    } else if (b->month == 0) return 0;
    return hash_of(&key, sizeof key);
}

struct rarity *rarity_new(struct people *p)
{
    struct rarity *r = mem_new(1, sizeof *r);
    r->p = p;
    r->n = p->n;
    for (size_t c = 0; c < p->n_column; c++)
        for (size_t i = 0; i < p->n; i++) {
            uint32_t hash = whole_hash(&p->column[c], i);
            if (hash != 0) count_one(&r->whole[c], hash);
        }
    for (size_t i = 0; i < p->n; i++) {
        uint32_t hash = birth_hash(p, i);
        if (hash != 0) count_one(&r->births, hash);
    }
    return r;
}

void rarity_free(struct rarity *r)
{
    if (r == NULL) return;
    for (size_t c = 0; c < PEOPLE_COLUMNS; c++) mem_free(r->whole[c].slot);
    mem_free(r->births.slot);
    mem_free(r);
}

static void count_words(struct people_words *w, const uint32_t *id, size_t n)
{
    if (n > 0) w->n_record++;
    for (size_t i = 0; i < n; i++) w->word[id[i]].count++;
    for (size_t i = 0; i < n; i++) {
        struct people_word *x = &w->word[id[i]];
        x->bits = (float)(log2((double)w->n_record) - log2((double)x->count));
        if (x->bits < 0) x->bits = 0;
    }
}

void rarity_count(struct rarity *r)
{
    struct people *p = r->p;
    for (size_t i = r->n; i < p->n; i++) {
        for (size_t c = 0; c < p->n_column; c++) {
            struct people_column *x = &p->column[c];
            const uint32_t *id = x->id + x->start[i];
            size_t n = x->start[i + 1] - x->start[i];
            MEM_GROW(x->bits, r->bits_cap[c], i + 1);
            x->bits[i] = 0;
            if (n == 0) continue;
            count_words(x->words, id, n);
            uint32_t hash = whole_hash(x, i);
            float sum = 0, whole = INFINITY;
            for (size_t k = 0; k < n; k++) sum += x->words->word[id[k]].bits;
            if (hash != 0) whole = count_one(&r->whole[c], hash);
            x->bits[i] = sum < whole ? sum : whole;
        }
        uint32_t hash = birth_hash(p, i);
        p->birth[i].bits = hash == 0 ? 0 : count_one(&r->births, hash);
    }
    r->n = p->n;
}

size_t rarity_bytes(const struct rarity *r)
{
    size_t n = r->births.n_slot;
    for (size_t c = 0; c < PEOPLE_COLUMNS; c++) n += r->whole[c].n_slot;
    return sizeof *r + n * sizeof(struct slot);
}
