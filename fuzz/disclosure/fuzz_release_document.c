/* SPDX-License-Identifier: EUPL-1.2 */
/* Any bytes as the document of a release (S100). Held: what is taken is written as the same bytes
 * again, has no count in a hidden cell and none from 1 to below the threshold in a shown one. */
#include "base/arena.h"
#include "disclosure/release_document.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void hold(bool promise)
{
    if (!promise) abort();
}

static void check_table(const struct release *r, int64_t threshold)
{
    hold(r->kind == RELEASE_PROTECTED && r->threshold == threshold && r->n_dim <= 3);
    hold(r->n_cell > 0 && r->status[0] == CELL_SHOWN);
    for (size_t i = 0; i < r->n_cell; i++) {
        if (r->status[i] == CELL_HIDDEN) hold(r->count[i] == -1);
        else hold(r->count[i] == 0 || r->count[i] >= threshold);
    }
    for (size_t k = 0; k < r->n_dim; k++)
        for (size_t c = 1; c < r->dim[k].n_category; c++)
            hold(r->dim[k].category[c].parent < c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new(ARENA_PLAIN);
    struct release_set set;
    struct err e = {0};
    struct text document = {(const char *)data, size};
    if (release_document_read(&set, document, a, &e)) {
        struct buf again;
        buf_init(&again, size + 1);
        release_document_write(&again, &set);
        hold(again.n == size && memcmp(again.p, data, size) == 0);
        hold(set.n_table >= 1 && set.n_table <= RELEASE_TABLES_MAX && set.threshold >= 2);
        for (size_t i = 0; i < set.n_table; i++) check_table(&set.table[i], set.threshold);
        buf_release(&again);
    } else {
        hold(e.code == ERR_INPUT || e.code == ERR_LIMIT);
    }
    arena_free(a);
    return 0;
}
