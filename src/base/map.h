/* SPDX-License-Identifier: EUPL-1.2 */
/* Hash map from text to a 32-bit number. Keys are copied. The hash is keyed per process (SipHash of
 * libsodium), so that input cannot be made to collide. */
#ifndef DCIM_BASE_MAP_H
#define DCIM_BASE_MAP_H

#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct map;

#define MAP_NONE UINT32_MAX

struct map *map_new(void); /* `owns`, map_free(); NULL is fine to free */
void map_free(struct map *m);

/* Value of `key`, or MAP_NONE. Cost: O(1) expected. Safe for concurrent readers. */
uint32_t map_get(const struct map *m, struct text key);

/* Set; true when the key was new. `value` may not be MAP_NONE. */
bool map_put(struct map *m, struct text key, uint32_t value);

size_t map_size(const struct map *m);

#endif
