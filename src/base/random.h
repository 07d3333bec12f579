/* SPDX-License-Identifier: EUPL-1.2 */
/* Random numbers. Statistics and synthetic data take a seeded generator that is passed in (same
 * seed, same sequence, on every machine); keys and identifiers use crypto_random() of base/crypto.h. */
#ifndef DCIM_BASE_RANDOM_H
#define DCIM_BASE_RANDOM_H

#include <stddef.h>
#include <stdint.h>

struct random { /* stream cipher output of libsodium from a seed; not for keys */
    uint8_t seed[32];
    uint64_t block;
    uint8_t pool[1024];
    size_t used;
};

void random_init(struct random *r, uint64_t seed);
uint64_t random_u64(struct random *r);
uint64_t random_below(struct random *r, uint64_t n);   /* uniform in 0..n-1, n > 0, no bias */
double random_unit(struct random *r);                   /* uniform in [0,1), 53 bits */
double random_normal(struct random *r);                 /* standard normal, Marsaglia polar (1964) */
size_t random_weighted(struct random *r, const double *weight, size_t n); /* index; sum > 0 */

#endif
