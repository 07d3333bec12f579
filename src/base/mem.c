/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/mem.h"

#ifdef DCIM_FAULTS
#include "base/text.h"
#endif

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static uint64_t fail_countdown; /* 0: never */

void mem_fail_after(uint64_t n)
{
    __atomic_store_n(&fail_countdown, n, __ATOMIC_RELAXED);
}

#ifdef DCIM_FAULTS
/* Before main(), so that the first allocations can fail as well. */
__attribute__((constructor)) static void fail_as_told(void)
{
    uint64_t n;
    const char *told = getenv("DCIM_FAIL_ALLOCATION");
    if (told != NULL && text_to_uint(text_of(told), &n)) mem_fail_after(n);
}
#endif

static _Noreturn void out_of_memory(void)
{
    static const char text[] = "dcim: out of memory; nothing was written by the act under way\n";
    ssize_t ignored = write(STDERR_FILENO, text, sizeof text - 1);
    (void)ignored;
    _exit(5);
}

static void *checked(void *p)
{
    if (p == NULL) out_of_memory();
    return p;
}

static void count_down(void)
{
    uint64_t left = __atomic_load_n(&fail_countdown, __ATOMIC_RELAXED);
    if (left == 0) return;
    if (__atomic_sub_fetch(&fail_countdown, 1, __ATOMIC_RELAXED) == 0) out_of_memory();
}

void *mem_checked(void *p)
{
    count_down();
    return checked(p);
}

size_t mem_add(size_t a, size_t b)
{
    size_t sum;
    if (__builtin_add_overflow(a, b, &sum)) out_of_memory();
    return sum;
}

size_t mem_mul(size_t a, size_t b)
{
    size_t product;
    if (__builtin_mul_overflow(a, b, &product)) out_of_memory();
    return product;
}

void *mem_new(size_t n, size_t size)
{
    count_down();
    return checked(calloc(n == 0 ? 1 : n, size == 0 ? 1 : size));
}

void *mem_resize(void *p, size_t n, size_t size)
{
    count_down();
    size_t bytes = mem_mul(n, size);
    return checked(realloc(p, bytes == 0 ? 1 : bytes));
}

char *mem_text(const char *p, size_t n)
{
    char *copy = mem_new(mem_add(n, 1), 1);
    if (n > 0) memcpy(copy, p, n);
    return copy;
}

void mem_free(void *p)
{
    free(p);
}

void mem_wipe(void *p, size_t n)
{
    if (p != NULL && n > 0) explicit_bzero(p, n);
}

void mem_free_wiped(void *p, size_t n)
{
    mem_wipe(p, n);
    free(p);
}

void *mem_grow(void *p, size_t *cap, size_t need, size_t size)
{
    if (need <= *cap) return p;
    size_t bigger = *cap < 8 ? 8 : mem_mul(*cap, 2);
    if (bigger < need) bigger = need;
    p = mem_resize(p, bigger, size);
    *cap = bigger;
    return p;
}
