/* SPDX-License-Identifier: EUPL-1.2 */
/* Distribution by the leading bits, then insertion within each small heap (Knuth, vol. 3, 5.2 and
 * 5.2.1). */
#include "store/index_run.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

enum { HEAP_BITS = 16, HEAPS = 1 << HEAP_BITS, SMALL = 48 };

void index_run_add(struct index_run *r, uint64_t high, uint64_t low, int64_t record_no)
{
    MEM_GROW(r->item, r->cap, r->n + 1);
    r->item[r->n++] = (struct index_entry){high, low, record_no};
}

void index_run_release(struct index_run *r)
{
    mem_free(r->item);
    *r = (struct index_run){0};
}

static int compare(const void *a, const void *b)
{
    const struct index_entry *x = a, *y = b;
    if (x->high != y->high) return x->high < y->high ? -1 : 1;
    return (x->low > y->low) - (x->low < y->low);
}

static void sort_small(struct index_entry *p, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        struct index_entry one = p[i];
        size_t at = i;
        for (; at > 0 && compare(&one, &p[at - 1]) < 0; at--) p[at] = p[at - 1];
        p[at] = one;
    }
}

static void sort_heap(struct index_entry *p, size_t n)
{
    if (n <= SMALL) sort_small(p, n);
    else qsort(p, n, sizeof *p, compare);
}

void index_run_sort(struct index_run *r)
{
    uint64_t all = 0;

    for (size_t i = 0; i < r->n; i++) all |= r->item[i].high;
    if (r->n <= SMALL || all == 0) {
        sort_heap(r->item, r->n);
        return;
    }
    /* Leading bits that are zero in every key (codes have 60) would leave most heaps empty. */
    unsigned used = 64 - (unsigned)__builtin_clzll(all),
             shift = used > HEAP_BITS ? used - HEAP_BITS : 0;
    size_t *end = mem_new(
        HEAPS, sizeof *end); /* where the next of each heap goes; in the end, where the heap ends */
    struct index_entry *sorted = mem_new(r->n, sizeof *sorted);
    size_t sum = 0;
    for (size_t i = 0; i < r->n; i++) end[r->item[i].high >> shift]++;
    for (size_t h = 0; h < HEAPS; h++) {
        size_t n = end[h];
        end[h] = sum;
        sum += n;
    }
    for (size_t i = 0; i < r->n; i++) sorted[end[r->item[i].high >> shift]++] = r->item[i];
    for (size_t h = 0, from = 0; h < HEAPS; from = end[h], h++)
        sort_heap(sorted + from, end[h] - from);
    mem_free(r->item);
    mem_free(end);
    r->item = sorted;
    r->cap = r->n;
}
