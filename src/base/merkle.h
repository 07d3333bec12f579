/* SPDX-License-Identifier: EUPL-1.2 */
/* A Merkle tree that grows at its end, over 32-byte leaf values, SHA-256.
 *
 * Root of n leaves: n = 0: SHA-256 of nothing; n = 1: SHA-256(0x00 | leaf); else SHA-256(0x01 |
 * root of the first k | root of the rest), k the largest power of two below n. Source: RFC 9162 (B.
 * Laurie, E. Messeri, R. Stradling, 2021), section 2.1.1; the same as RFC 6962.
 *
 * Only the roots of the perfect subtrees are kept, one for each bit of n: 32 bytes for each bit
 * that is set. */
#ifndef DCIM_BASE_MERKLE_H
#define DCIM_BASE_MERKLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MERKLE_HASH = 32, MERKLE_LEVELS = 64 };

struct merkle {                               /* all zero: the empty tree */
    uint64_t n;                               /* leaves */
    uint8_t node[MERKLE_LEVELS][MERKLE_HASH]; /* [k]: root of 2^k leaves, when bit k of n is set */
};

/* Add a leaf: `size` bytes of any content (the audit log's are 32). Cost: two hashes on average. */
void merkle_add(struct merkle *m, const void *leaf, size_t size);

/* Root of the leaves so far; `m` is not changed. Cost: O(log n). */
void merkle_root(uint8_t out[MERKLE_HASH], const struct merkle *m);

/* What must be kept to go on later: the nodes in use, widest first, merkle_saved_size(n) bytes (at
 * most 2,048). merkle_load() refuses a length that does not belong to n. */
size_t merkle_saved_size(uint64_t n);
void merkle_save(uint8_t *out, const struct merkle *m);
bool merkle_load(struct merkle *m, uint64_t n, const void *p, size_t size);

#endif
