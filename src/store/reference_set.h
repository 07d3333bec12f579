/* SPDX-License-Identifier: EUPL-1.2 */
/* The references seen in one batch, as keyed hashes: finds what comes twice. Grows by small pieces,
 * so that seven million references take 135 MB, a million 34, at any moment. */
#ifndef DCIM_STORE_REFERENCE_SET_H
#define DCIM_STORE_REFERENCE_SET_H

#include "base/crypto.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct reference_set;

struct reference_set *reference_set_new(void); /* `owns`; NULL is fine to free */
void reference_set_free(struct reference_set *s);

/* Add; false when it was there. The bytes must be spread evenly, as those of a keyed hash are.
 * Cost: O(1) expected. */
bool reference_set_add(struct reference_set *s, const uint8_t hash[CRYPTO_SHORT]);
size_t reference_set_size(const struct reference_set *s);

#endif
