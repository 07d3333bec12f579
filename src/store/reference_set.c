/* SPDX-License-Identifier: EUPL-1.2 */
/* Open addressing with linear probing (Knuth, vol. 3, 6.4 algorithm L) in 256 segments chosen by
 * the first byte; each doubles by itself when seven eighths are used, so only a 256th part is ever
 * held twice. */
#include "store/reference_set.h"

#include "base/mem.h"

#include <string.h>

enum { SEGMENTS = 256, FIRST = 64 };

struct segment {
    uint8_t (*slot)[CRYPTO_SHORT]; /* all zero: free */
    size_t n, cap;                 /* cap is a power of two */
};

struct reference_set {
    struct segment segment[SEGMENTS];
    size_t n;
    bool zero; /* the hash that looks like a free slot */
};

static const uint8_t free_slot[CRYPTO_SHORT];

struct reference_set *reference_set_new(void)
{
    return mem_new(1, sizeof(struct reference_set));
}

void reference_set_free(struct reference_set *s)
{
    if (s == NULL) return;
    for (size_t i = 0; i < SEGMENTS; i++) mem_free(s->segment[i].slot);
    mem_free(s);
}

size_t reference_set_size(const struct reference_set *s)
{
    return s->n;
}

/* Its slot, or the free one where it belongs. */
static uint8_t *place(struct segment *g, const uint8_t hash[CRYPTO_SHORT])
{
    uint64_t h;
    memcpy(&h, hash + 1, sizeof h);
    for (size_t i = (size_t)h & (g->cap - 1);; i = (i + 1) & (g->cap - 1)) {
        uint8_t *slot = g->slot[i];
        if (memcmp(slot, hash, CRYPTO_SHORT) == 0 || memcmp(slot, free_slot, CRYPTO_SHORT) == 0)
            return slot;
    }
}

static void grow(struct segment *g)
{
    struct segment bigger = {.n = g->n, .cap = g->cap == 0 ? FIRST : g->cap * 2};
    bigger.slot = mem_new(bigger.cap, sizeof *bigger.slot);
    for (size_t i = 0; i < g->cap; i++)
        if (memcmp(g->slot[i], free_slot, CRYPTO_SHORT) != 0)
            memcpy(place(&bigger, g->slot[i]), g->slot[i], CRYPTO_SHORT);
    mem_free(g->slot);
    *g = bigger;
}

bool reference_set_add(struct reference_set *s, const uint8_t hash[CRYPTO_SHORT])
{
    struct segment *g = &s->segment[hash[0]];

    if (memcmp(hash, free_slot, CRYPTO_SHORT) == 0) {
        bool fresh = !s->zero;
        s->zero = true;
        s->n += fresh;
        return fresh;
    }
    if (g->n >= g->cap / 8 * 7) grow(g);
    uint8_t *slot = place(g, hash);
    if (memcmp(slot, hash, CRYPTO_SHORT) == 0) return false;
    memcpy(slot, hash, CRYPTO_SHORT);
    g->n++;
    s->n++;
    return true;
}
