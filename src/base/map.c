/* SPDX-License-Identifier: EUPL-1.2 */
/* Open addressing with triangular probing over 32-byte slots, a power of two of them, at most half
 * full. Keys of up to 16 bytes lie in their slot, so that looking up a code touches one cache line;
 * longer ones lie in an arena. The hash is SipHash-2-4 under a key of this process (S82). */
#include "base/map.h"

#include "base/arena.h"
#include "base/crypto.h"
#include "base/mem.h"

#include <assert.h>
#include <string.h>

enum { SLOT_FIRST = 16, KEY_NEAR = 16 };

struct slot {
    uint32_t value; /* MAP_NONE: the slot is empty */
    uint32_t tag;   /* upper half of the hash */
    uint32_t n;     /* bytes of the key */
    uint32_t unused;
    union {
        char near[KEY_NEAR];
        const char *far;
    } key;
};
_Static_assert(sizeof(struct slot) == 32, "two slots in a cache line");

struct map {
    struct slot *slot;
    size_t mask; /* slots - 1 */
    size_t n;
    struct arena *arena; /* far keys; NULL until there is one */
};

static struct slot *slots_new(size_t n)
{
    struct slot *slot = mem_new(n, sizeof *slot);
    for (size_t i = 0; i < n; i++) slot[i].value = MAP_NONE;
    return slot;
}

struct map *map_new(void)
{
    crypto_start();
    struct map *m = mem_new(1, sizeof *m);
    m->slot = slots_new(SLOT_FIRST);
    m->mask = SLOT_FIRST - 1;
    return m;
}

void map_free(struct map *m)
{
    if (m == NULL) return;
    arena_free(m->arena);
    mem_free(m->slot);
    mem_free(m);
}

static bool slot_holds(const struct slot *s, uint32_t tag, struct text key)
{
    if (s->tag != tag || s->n != key.n) return false;
    return key.n == 0 || memcmp(key.n <= KEY_NEAR ? s->key.near : s->key.far, key.p, key.n) == 0;
}

/* The slot of `key`, or the empty one where it belongs. */
static struct slot *slot_find(const struct map *m, struct text key, uint64_t hash)
{
    uint32_t tag = (uint32_t)(hash >> 32);
    size_t at = (size_t)hash & m->mask;
    for (size_t step = 1;; step++) {
        struct slot *s = &m->slot[at];
        if (s->value == MAP_NONE || slot_holds(s, tag, key)) return s;
        at = (at + step) & m->mask;
    }
}

uint32_t map_get(const struct map *m, struct text key)
{
    if (key.n > UINT32_MAX) return MAP_NONE;
    return slot_find(m, key, crypto_map_hash(key.p, key.n))->value;
}

/* Twice the slots. Hashes are computed anew, for a slot keeps half of its hash only. */
static void grow(struct map *m)
{
    struct map bigger = {.mask = m->mask * 2 + 1};
    bigger.slot = slots_new(bigger.mask + 1);
    for (size_t i = 0; i <= m->mask; i++) {
        const struct slot *s = &m->slot[i];
        if (s->value == MAP_NONE) continue;
        const char *p = s->n <= KEY_NEAR ? s->key.near : s->key.far;
        size_t at = (size_t)crypto_map_hash(p, s->n) & bigger.mask;
        for (size_t step = 1; bigger.slot[at].value != MAP_NONE; step++)
            at = (at + step) & bigger.mask;
        bigger.slot[at] = *s;
    }
    mem_free(m->slot);
    m->slot = bigger.slot;
    m->mask = bigger.mask;
}

bool map_put(struct map *m, struct text key, uint32_t value)
{
    assert(value != MAP_NONE && key.n <= UINT32_MAX);
    uint64_t hash = crypto_map_hash(key.p, key.n);
    struct slot *s = slot_find(m, key, hash);
    if (s->value != MAP_NONE) {
        s->value = value;
        return false;
    }
    if ((m->n + 1) * 2 > m->mask + 1) {
        grow(m);
        s = slot_find(m, key, hash);
    }
    s->value = value;
    s->tag = (uint32_t)(hash >> 32);
    s->n = (uint32_t)key.n;
    if (key.n > KEY_NEAR) {
        if (m->arena == NULL) m->arena = arena_new(ARENA_PLAIN);
        s->key.far = arena_copy(m->arena, key.p, key.n);
    } else if (key.n > 0) {
        memcpy(s->key.near, key.p, key.n);
    }
    m->n++;
    return true;
}

size_t map_size(const struct map *m)
{
    return m->n;
}
