/* SPDX-License-Identifier: EUPL-1.2 */
/* For the files of this room: the order in which pairs are drawn for a sample. It is that of a hash
 * of the run and the two records: random, and the same whenever it is asked for. The pairs of the
 * queue lie in that order in table linkage_draw, so that a sample reads what it draws and not all
 * pairs. Of a form all of them are there, or none: then a sample reads the queue. */
#ifndef DCIM_STORE_LINK_DRAW_H
#define DCIM_STORE_LINK_DRAW_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct store;

struct link_drawn {
    int64_t draw;
    uint64_t a, b;
    int64_t weight; /* thousandths */
};

int64_t link_draw(int64_t run_no, uint64_t a, uint64_t b);

/* The order of samples: a compare function for qsort(). */
int link_draw_order(const void *p, const void *q);

/* The `max` first ones that weigh lower <= weight < upper, in order. *known false: those of the
 * form are not there; nothing is drawn. */
bool link_draw_first(struct link_drawn *out, size_t *n, bool *known, struct store *st,
                     int64_t form_no, int64_t lower, int64_t upper, size_t max,
                     struct err *e) MUST_CHECK;

/* All of a form anew; sorts. */
bool link_draw_rebuild(struct store *st, int64_t form_no, struct link_drawn *all, size_t n,
                       struct err *e) MUST_CHECK;
/* Before a pair that is proposed leaves the queue, and after it has come into it. */
bool link_draw_out(struct store *st, uint64_t a, uint64_t b, struct err *e) MUST_CHECK;
bool link_draw_in(struct store *st, uint64_t a, uint64_t b, struct err *e) MUST_CHECK;

/* For link_queue_check(): adds the rows that are not as `all` says; sorts. */
bool link_draw_check(int64_t *n_wrong, struct store *st, int64_t form_no, struct link_drawn *all,
                     size_t n, struct err *e) MUST_CHECK;

#endif
