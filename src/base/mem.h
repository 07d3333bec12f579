/* SPDX-License-Identifier: EUPL-1.2 */
/* The allocation wrapper: the only file that calls malloc, realloc and free.
 *
 * Out of memory ends the process in an orderly way: a short message on standard error and exit
 * status 5, through _exit, so that an open transaction is rolled back by its own recovery and
 * nothing half-done is ever acknowledged. Sizes are multiplied with overflow checks. */
#ifndef DCIM_BASE_MEM_H
#define DCIM_BASE_MEM_H

#include <stddef.h>
#include <stdint.h>

/* Zeroed memory for `n` items of `size` bytes; never NULL (n = 0 gives a valid pointer). */
void *mem_new(size_t n, size_t size);

/* Resize to `n` items of `size` bytes; new bytes are not zeroed. `p` may be NULL. */
void *mem_resize(void *p, size_t n, size_t size);

/* Copy of `n` bytes with a NUL behind them; `owns`. */
char *mem_text(const char *p, size_t n);

/* Free; NULL is fine. mem_free_wiped() overwrites `n` bytes first. */
void mem_free(void *p);
void mem_free_wiped(void *p, size_t n);

/* Overwrite in a way the compiler keeps. */
void mem_wipe(void *p, size_t n);

/* `p`, which a library has just allocated: counted by mem_fail_after() like an allocation of ours, and
 * the process ends when it is NULL. */
void *mem_checked(void *p);

/* Checked size arithmetic: the process ends on overflow, for a size that overflows is a broken
 * promise of ours, limits on input having been checked before. */
size_t mem_add(size_t a, size_t b);
size_t mem_mul(size_t a, size_t b);

/* Grow an array held as pointer and capacity so that it holds at least `need` items (doubling).
 * New items are not zeroed. Use: MEM_GROW(v->item, v->cap, v->n + 1); */
void *mem_grow(void *p, size_t *cap, size_t need, size_t size);
#define MEM_GROW(ptr, cap, need) ((ptr) = mem_grow((ptr), &(cap), (need), sizeof *(ptr)))

/* Called by tests only: the `n`-th allocation from now fails (0 = none ever). The environment
 * variable DCIM_FAIL_ALLOCATION does the same for a whole process in builds with -DDCIM_FAULTS. */
void mem_fail_after(uint64_t n);

#endif
