/* SPDX-License-Identifier: EUPL-1.2 */
/* Arenas: memory by lifetime. Three lifetimes exist: process, request or command, row.
 *
 * Memory given by an arena is freed as a whole, or back to a mark. An arena made with ARENA_WIPE
 * overwrites what it gives back; use one wherever direct identifiers pass. Freed space is poisoned
 * for the address sanitizer. Not safe to share between threads. */
#ifndef DCIM_BASE_ARENA_H
#define DCIM_BASE_ARENA_H

#include <stdbool.h>
#include <stddef.h>

struct arena;

struct arena_mark { /* a place to rewind to */
    void *block;
    size_t used;
};

enum arena_kind { ARENA_PLAIN, ARENA_WIPE };

/* A new arena; `owns`, arena_free() (NULL is fine). Blocks are allocated as needed. */
struct arena *arena_new(enum arena_kind kind);
void arena_free(struct arena *a);

/* `n` items of `size` bytes, zeroed, aligned for any type; `gives`. Cost: O(bytes). */
void *arena_take(struct arena *a, size_t n, size_t size);
#define ARENA_NEW(a, type) ((type *)arena_take((a), 1, sizeof(type)))
#define ARENA_ARRAY(a, type, n) ((type *)arena_take((a), (n), sizeof(type)))

/* Copy of `n` bytes, NUL-terminated; `gives`. */
char *arena_copy(struct arena *a, const char *p, size_t n);

/* printf into the arena; `gives`. */
char *arena_printf(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Remember and return to a place. Everything taken since the mark is gone after the rewind, and so is
 * every later mark: using one is a broken promise and stops the process. */
struct arena_mark arena_mark(struct arena *a);
void arena_rewind(struct arena *a, struct arena_mark m);

/* Call fn(p) when the arena gives back what it gives now: at a rewind to a mark before this call, or at
 * arena_free(). For things that own memory of their own, as a compiled pattern; last in, first out. */
void arena_defer(struct arena *a, void (*fn)(void *p), void *p);

/* Bytes held from the system, for reports and tests. */
size_t arena_size(const struct arena *a);

#endif
