/* SPDX-License-Identifier: EUPL-1.2 */
/* Looks for a key in all memory of this process that can be read (S94). */
#ifndef DCIM_TESTS_STORE_MEMORY_H
#define DCIM_TESTS_STORE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MEMORY_KEYS = 32, MEMORY_PART = 16 };

struct memory_keys { /* kept turned over, so that the search does not find itself */
    uint8_t part[MEMORY_KEYS][MEMORY_PART];
    const char *name[MEMORY_KEYS];
    size_t n;
};

/* Remember the first 16 bytes of a key, or of a text made of it. */
void memory_keep(struct memory_keys *k, const char *name, const void *p);

/* How many of them are anywhere in writable memory; says which, and where. Not for sanitized
 * builds. */
int memory_search(const struct memory_keys *k, bool say);

#endif
