/* SPDX-License-Identifier: EUPL-1.2 */
/* A counter-mode generator: pool number k is the ChaCha20 stream under the seed with nonce k. The
 * sequence of a seed is a promise (tests/base/test_random.c records it): synthetic data and estimates
 * of earlier years must come out the same for ever. */
#include "base/random.h"

#include "base/crypto.h"

#include <assert.h>
#include <math.h>
#include <string.h>

static void fill(struct random *r)
{
    crypto_keystream(r->pool, sizeof r->pool, r->seed, r->block++);
    r->used = 0;
}

void random_init(struct random *r, uint64_t seed)
{
    crypto_start();
    *r = (struct random){.block = 0};
    for (size_t i = 0; i < 8; i++) r->seed[i] = (uint8_t)(seed >> (8 * i));
    fill(r);
}

uint64_t random_u64(struct random *r)
{
    if (r->used == sizeof r->pool) fill(r);
    uint64_t v = 0;
    for (size_t i = 0; i < 8; i++) v |= (uint64_t)r->pool[r->used + i] << (8 * i);
    r->used += 8;
    return v;
}

uint64_t random_below(struct random *r, uint64_t n)
{
    assert(n > 0);
    uint64_t least = (0 - n) % n; /* 2^64 mod n: what is below would be drawn once too often */
    uint64_t v;
    do v = random_u64(r);
    while (v < least);
    return v % n;
}

double random_unit(struct random *r)
{
    return (double)(random_u64(r) >> 11) * 0x1p-53;
}

double random_normal(struct random *r)
{
    /* Marsaglia and Bray (1964). The pair's second value is given away, so that the generator has no
     * hidden state beyond its stream. */
    double x, y, s;
    do {
        x = 2 * random_unit(r) - 1;
        y = 2 * random_unit(r) - 1;
        s = x * x + y * y;
    } while (s >= 1 || s == 0);
    return x * sqrt(-2 * log(s) / s);
}

size_t random_weighted(struct random *r, const double *weight, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        assert(weight[i] >= 0 && isfinite(weight[i]));
        sum += weight[i];
    }
    assert(sum > 0);
    double left = random_unit(r) * sum;
    size_t last = 0; /* rounding may leave a little behind the last one */
    for (size_t i = 0; i < n; i++) {
        if (weight[i] <= 0) continue;
        if (left < weight[i]) return i;
        left -= weight[i];
        last = i;
    }
    return last;
}
