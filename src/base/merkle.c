/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/merkle.h"

#include "base/crypto.h"

#include <assert.h>
#include <string.h>

static void hash_node(uint8_t out[MERKLE_HASH], const uint8_t left[MERKLE_HASH],
                      const uint8_t right[MERKLE_HASH])
{
    uint8_t both[1 + 2 * MERKLE_HASH] = {1};
    memcpy(both + 1, left, MERKLE_HASH);
    memcpy(both + 1 + MERKLE_HASH, right, MERKLE_HASH);
    crypto_sha256(out, both, sizeof both);
}

static void hash_leaf(uint8_t out[MERKLE_HASH], const void *leaf, size_t size)
{
    static const uint8_t prefix = 0;
    struct crypto_sha256er h;
    crypto_sha256_init(&h);
    crypto_sha256_add(&h, &prefix, 1);
    crypto_sha256_add(&h, leaf, size);
    crypto_sha256_finish(&h, out);
}

static bool in_use(const struct merkle *m, int level)
{
    return (m->n >> level & 1) != 0;
}

void merkle_add(struct merkle *m, const void *leaf, size_t size)
{
    uint8_t h[MERKLE_HASH];
    int level = 0;

    assert(m->n < UINT64_MAX);
    hash_leaf(h, leaf, size);
    for (; in_use(m, level); level++) hash_node(h, m->node[level], h);
    memcpy(m->node[level], h, MERKLE_HASH);
    m->n++;
}

void merkle_root(uint8_t out[MERKLE_HASH], const struct merkle *m)
{
    bool any = false;

    for (int level = 0; level < MERKLE_LEVELS; level++) {
        if (!in_use(m, level)) continue;
        if (any) hash_node(out, m->node[level], out);
        else memcpy(out, m->node[level], MERKLE_HASH);
        any = true;
    }
    if (!any) crypto_sha256(out, "", 0);
}

size_t merkle_saved_size(uint64_t n)
{
    return (size_t)__builtin_popcountll(n) * MERKLE_HASH;
}

void merkle_save(uint8_t *out, const struct merkle *m)
{
    for (int level = MERKLE_LEVELS - 1; level >= 0; level--) {
        if (!in_use(m, level)) continue;
        memcpy(out, m->node[level], MERKLE_HASH);
        out += MERKLE_HASH;
    }
}

bool merkle_load(struct merkle *m, uint64_t n, const void *p, size_t size)
{
    const uint8_t *from = p;

    *m = (struct merkle){0};
    if (size != merkle_saved_size(n)) return false;
    m->n = n;
    for (int level = MERKLE_LEVELS - 1; level >= 0; level--) {
        if (!in_use(m, level)) continue;
        memcpy(m->node[level], from, MERKLE_HASH);
        from += MERKLE_HASH;
    }
    return true;
}
