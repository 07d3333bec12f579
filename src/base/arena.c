/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/arena.h"

#include "base/mem.h"

#include <assert.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#if defined(__SANITIZE_ADDRESS__)
#define ARENA_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_ASAN 1
#endif
#endif
#ifdef ARENA_ASAN
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(p, n) ((void)(p), (void)(n))
#define ASAN_UNPOISON_MEMORY_REGION(p, n) ((void)(p), (void)(n))
#endif

enum { ARENA_ALIGN = 16, ARENA_BLOCK_FIRST = 4096, ARENA_BLOCK_MAX = 1 << 20 };

struct block {
    struct block *before;
    size_t size; /* usable bytes in `bytes` */
    size_t used;
    size_t unused; /* keeps `bytes` aligned to 16 */
    unsigned char bytes[];
};

struct deferred { /* lives in the arena itself */
    struct deferred *before;
    void (*fn)(void *p);
    void *p;
};

struct arena {
    struct block *top;
    struct deferred *deferred; /* the latest first */
    struct block
        *spare; /* one block of ordinary size kept from a rewind, so that rows do not thrash */
    size_t held;
    enum arena_kind kind;
};

struct arena *arena_new(enum arena_kind kind)
{
    struct arena *a = mem_new(1, sizeof *a);
    a->kind = kind;
    return a;
}

/* Run what was deferred since `from` of this block. The records lie in the order of the blocks. */
static void run_deferred(struct arena *a, const struct block *b, size_t from)
{
    const unsigned char *lo = b->bytes + from, *hi = b->bytes + b->used;
    while (a->deferred != NULL && (const unsigned char *)a->deferred >= lo &&
           (const unsigned char *)a->deferred < hi) {
        struct deferred d = *a->deferred;
        a->deferred = d.before;
        d.fn(d.p);
    }
}

static void block_clear(struct arena *a, struct block *b, size_t from)
{
    run_deferred(a, b, from);
    if (a->kind == ARENA_WIPE && b->used > from) {
        /* the gaps that alignment left between two items are poisoned */
        ASAN_UNPOISON_MEMORY_REGION(b->bytes + from, b->used - from);
        mem_wipe(b->bytes + from, b->used - from);
    }
    b->used = from;
    ASAN_POISON_MEMORY_REGION(b->bytes + from, b->size - from);
}

static void block_free(struct arena *a, struct block *b)
{
    a->held -= b->size;
    ASAN_UNPOISON_MEMORY_REGION(b->bytes, b->size);
    mem_free(b);
}

void arena_free(struct arena *a)
{
    if (a == NULL) return;
    arena_rewind(a, (struct arena_mark){0});
    if (a->spare != NULL) block_free(a, a->spare);
    mem_free(a);
}

static struct block *block_add(struct arena *a, size_t need)
{
    struct block *b = NULL;
    if (a->spare != NULL && a->spare->size >= need) {
        b = a->spare;
        a->spare = NULL;
    } else {
        size_t size = a->top == NULL ? ARENA_BLOCK_FIRST : mem_mul(a->top->size, 2);
        if (size > ARENA_BLOCK_MAX) size = ARENA_BLOCK_MAX;
        if (size < need) size = need;
        b = mem_resize(NULL, mem_add(sizeof *b, size), 1);
        b->size = size;
        a->held += size;
        ASAN_POISON_MEMORY_REGION(b->bytes, b->size);
    }
    b->used = 0;
    b->before = a->top;
    a->top = b;
    return b;
}

void *arena_take(struct arena *a, size_t n, size_t size)
{
    size_t want = mem_mul(n, size);
    size_t bytes = mem_add(want, ARENA_ALIGN - 1) & ~(size_t)(ARENA_ALIGN - 1);
    if (bytes == 0) bytes = ARENA_ALIGN;
    struct block *b = a->top;
    if (b == NULL || b->size - b->used < bytes) b = block_add(a, bytes);
    void *p = b->bytes + b->used;
    b->used += bytes;
    ASAN_UNPOISON_MEMORY_REGION(p, want == 0 ? 1 : want);
    memset(p, 0, want);
    return p;
}

char *arena_copy(struct arena *a, const char *p, size_t n)
{
    char *copy = arena_take(a, mem_add(n, 1), 1);
    if (n > 0) memcpy(copy, p, n);
    return copy;
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    va_list again;
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    char *text = arena_take(a, (size_t)(n < 0 ? 0 : n) + 1, 1);
    if (n >= 0) vsnprintf(text, (size_t)n + 1, fmt, again);
    va_end(again);
    return text;
}

struct arena_mark arena_mark(struct arena *a)
{
    return (struct arena_mark){a->top, a->top == NULL ? 0 : a->top->used};
}

void arena_rewind(struct arena *a, struct arena_mark m)
{
    while (a->top != NULL && a->top != m.block) {
        struct block *b = a->top;
        a->top = b->before;
        block_clear(a, b, 0);
        if (b->size <= ARENA_BLOCK_MAX && (a->spare == NULL || a->spare->size < b->size)) {
            if (a->spare != NULL) block_free(a, a->spare);
            a->spare = b;
        } else {
            block_free(a, b);
        }
    }
    assert(a->top == m.block); /* else the mark was rewound past, and all is lost */
    if (a->top == NULL) return;
    assert(m.used <= a->top->used);
    block_clear(a, a->top, m.used);
}

void arena_defer(struct arena *a, void (*fn)(void *p), void *p)
{
    struct deferred *d = ARENA_NEW(a, struct deferred);
    *d = (struct deferred){a->deferred, fn, p};
    a->deferred = d;
}

size_t arena_size(const struct arena *a)
{
    return a->held;
}
