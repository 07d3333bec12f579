/* SPDX-License-Identifier: EUPL-1.2 */
/* Memory of trees. A page is thousands of short pieces, made by one thread and soon given back, so
 * pieces are cut from blocks: what is made together lies together, and a block is taken anew once
 * all of it has been given back. A piece knows its block and its length, and is wiped when it is
 * given back (S89).
 *
 * A block counts how many of its pieces are out. While it is being cut from, the thread that cuts
 * counts what it gives back itself without an atomic operation; what others give back, and
 * everything after the block is full, goes through `out`, which is below zero until the block is
 * full and reaches zero once.
 *
 * Sanitized builds take every piece from malloc(), to see whatever is used after it was given
 * back. */
#include "base/json.h"

#include "base/json_internal.h"
#include "base/mem.h"

#include <pthread.h>
#include <string.h>

enum {
    UNIT = 8,
    BLOCK = 64 * 1024,
    SHARE = BLOCK / 16, /* longer pieces stand alone */
    SPARE_MAX = 16      /* blocks that a thread keeps, a megabyte */
};

#if defined(__SANITIZE_ADDRESS__)
enum { ALWAYS_ALONE = 1 };
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
enum { ALWAYS_ALONE = 1 };
#else
enum { ALWAYS_ALONE = 0 };
#endif
#else
enum { ALWAYS_ALONE = 0 };
#endif

struct piece { /* before each */
    uint32_t n;
    uint32_t at; /* units behind the start of its block; 0: it stands alone */
};
_Static_assert(sizeof(struct piece) == UNIT, "pieces are aligned");

struct block {
    struct block *next;           /* among the spare ones */
    _Atomic(const void *) filler; /* of the thread that cuts from it; NULL: it is full */
    atomic_int_fast64_t out;
    int64_t taken, returned; /* the filler's own counts */
    size_t used;             /* units */
};

static _Thread_local struct {
    struct block *filling, *spare;
    size_t n_spare;
    bool ends; /* this thread is told to release them at its end */
} mine;
static pthread_key_t at_end;

static struct piece *piece_at(struct block *b, size_t unit)
{
    return (struct piece *)(void *)((char *)b + unit * UNIT);
}

static size_t first_unit(void)
{
    return (sizeof(struct block) + UNIT - 1) / UNIT;
}

static void block_done(struct block *b)
{
    if (mine.n_spare < SPARE_MAX) {
        b->next = mine.spare;
        mine.spare = b;
        mine.n_spare++;
    } else {
        mem_free(b);
    }
}

/* No more is cut from it; whoever gives the last piece back has it. */
static void retire(struct block *b)
{
    int64_t out = b->taken - b->returned;
    atomic_store_explicit(&b->filler, NULL, memory_order_relaxed);
    if (atomic_fetch_add_explicit(&b->out, out, memory_order_acq_rel) + out == 0) block_done(b);
}

static void release_mine(void *unused)
{
    (void)unused;
    if (mine.filling != NULL) retire(mine.filling);
    for (struct block *b = mine.spare, *next; b != NULL; b = next) {
        next = b->next;
        mem_free(b);
    }
    memset(&mine, 0, sizeof mine);
}

__attribute__((constructor)) static void know_ends(void)
{
    (void)pthread_key_create(&at_end, release_mine);
}

static struct block *block_new(void)
{
    struct block *b = mine.spare;
    if (b != NULL) {
        mine.spare = b->next;
        mine.n_spare--;
    } else {
        b = mem_resize(NULL, BLOCK, 1);
    }
    if (!mine.ends) mine.ends = pthread_setspecific(at_end, &mine) == 0;
    b->next = NULL;
    atomic_init(&b->filler, &mine);
    atomic_init(&b->out, 0);
    b->taken = b->returned = 0;
    b->used = first_unit();
    return b;
}

void *json_piece_take(size_t n)
{
    size_t units = (mem_add(n, UNIT - 1)) / UNIT + 1;
    struct piece *p;
    if (ALWAYS_ALONE || n > SHARE) {
        p = mem_resize(NULL, units, UNIT);
        *p = (struct piece){(uint32_t)(n < UINT32_MAX ? n : 0), 0};
        if (n >= UINT32_MAX) (void)mem_add(SIZE_MAX, 1); /* no document is that long */
        return p + 1;
    }
    struct block *b = mine.filling;
    if (b == NULL || BLOCK / UNIT - b->used < units) {
        if (b != NULL) retire(b);
        b = mine.filling = block_new();
    }
    p = mem_checked(piece_at(b, b->used)); /* it counts as allocated */
    *p = (struct piece){(uint32_t)n, (uint32_t)b->used};
    b->used += units;
    b->taken++;
    return p + 1;
}

void json_piece_give(void *piece)
{
    if (piece == NULL) return;
    struct piece *p = (struct piece *)piece - 1;
    size_t n = p->n, at = p->at;
    if (at == 0) {
        mem_free_wiped(p, n + sizeof *p);
        return;
    }
    struct block *b = (struct block *)(void *)((char *)p - at * UNIT);
    mem_wipe(piece, n);
    if (atomic_load_explicit(&b->filler, memory_order_relaxed) == &mine) {
        b->returned++;
        if (b->returned ==
            b->taken) { /* what others gave back is not among `returned`: all are back */
            b->taken = b->returned = 0;
            b->used = first_unit();
        }
        return;
    }
    if (atomic_fetch_sub_explicit(&b->out, 1, memory_order_acq_rel) == 1) block_done(b);
}
