/* SPDX-License-Identifier: EUPL-1.2 */
#include "store/link_draw.h"

#include "store/link_internal.h"

#include <stdlib.h>
#include <string.h>

int64_t link_draw(int64_t run_no, uint64_t a, uint64_t b)
{
    const uint64_t part[3] = {(uint64_t)run_no, a, b};
    uint8_t out[CRYPTO_SHORT];
    uint64_t number;
    crypto_hash(out, sizeof out, part, sizeof part, NULL);
    memcpy(&number, out, sizeof number);
    number ^= UINT64_C(1) << 63; /* the database's numbers have a sign: the order stays */
    int64_t draw;
    memcpy(&draw, &number, sizeof draw);
    return draw;
}

int link_draw_order(const void *p, const void *q)
{
    const struct link_drawn *x = p, *y = q;
    if (x->draw != y->draw) return x->draw < y->draw ? -1 : 1;
    if (x->a != y->a) return x->a < y->a ? -1 : 1;
    return (x->b > y->b) - (x->b < y->b);
}

static bool is_known(bool *known, struct store *st, int64_t form_no, struct err *e)
{
    struct query q;
    *known = false;
    (void)query_begin(&q, st->backend, SQL_LINKAGE_DRAW_KNOWN);
    query_bind_int(&q, "form_no", form_no);
    if (query_next(&q)) *known = query_int(&q, 0) != 0;
    return query_end(&q, e);
}

bool link_draw_first(struct link_drawn *out, size_t *n, bool *known, struct store *st,
                     int64_t form_no, int64_t lower, int64_t upper, size_t max, struct err *e)
{
    struct query q;
    *n = 0;
    if (!is_known(known, st, form_no, e)) return false;
    if (!*known) return true;
    (void)query_begin(&q, st->backend, SQL_LINKAGE_DRAW_FIRST);
    query_bind_int(&q, "form_no", form_no);
    query_bind_int(&q, "lower", lower);
    query_bind_int(&q, "upper", upper);
    query_bind_int(&q, "max", (int64_t)max);
    while (*n < max && query_next(&q))
        out[(*n)++] = (struct link_drawn){query_int(&q, 0), (uint64_t)query_int(&q, 1),
                                          (uint64_t)query_int(&q, 2), query_int(&q, 3)};
    return query_end(&q, e);
}

static int64_t cell_of(const struct link_drawn *x, size_t column)
{
    switch (column) {
    case 0: return x->draw;
    case 1: return (int64_t)x->a;
    case 2: return (int64_t)x->b;
    default: return x->weight;
    }
}

static struct feed_cell drawn_cell(void *ctx, size_t row, size_t column)
{
    return (struct feed_cell){.kind = FEED_INT,
                              .number = cell_of((const struct link_drawn *)ctx + row, column)};
}

bool link_draw_rebuild(struct store *st, int64_t form_no, struct link_drawn *all, size_t n,
                       struct err *e)
{
    struct query q;
    (void)query_begin(&q, st->backend, SQL_LINKAGE_DRAW_CLEAR);
    query_bind_int(&q, "form_no", form_no);
    if (!query_run(&q, e)) return false;
    if (n == 0) return true;
    qsort(all, n, sizeof *all, link_draw_order);
    (void)query_begin(&q, st->backend, SQL_LINKAGE_DRAW_LOAD);
    query_bind_int(&q, "form_no", form_no);
    (void)query_feed(&q, n, drawn_cell, all);
    return query_end(&q, e);
}

/* A pair as it is proposed; no form where it is not. */
struct proposed {
    int64_t form_no, draw, weight;
    bool active, known;
};

static bool find(struct proposed *out, struct store *st, uint64_t a, uint64_t b, struct err *e)
{
    struct query q;
    *out = (struct proposed){0};
    (void)query_begin(&q, st->backend, SQL_LINKAGE_DRAW_OF_PAIR);
    query_bind_int(&q, "record_a", (int64_t)a);
    query_bind_int(&q, "record_b", (int64_t)b);
    if (query_next(&q))
        *out = (struct proposed){.form_no = query_int(&q, 0),
                                 .draw = link_draw(query_int(&q, 1), a, b),
                                 .weight = query_int(&q, 2),
                                 .active = query_int(&q, 3) != 0,
                                 .known = query_int(&q, 4) != 0};
    return query_end(&q, e);
}

static void bind(struct query *q, const struct proposed *p, uint64_t a, uint64_t b)
{
    query_bind_int(q, "form_no", p->form_no);
    query_bind_int(q, "draw", p->draw);
    query_bind_int(q, "record_a", (int64_t)a);
    query_bind_int(q, "record_b", (int64_t)b);
}

bool link_draw_out(struct store *st, uint64_t a, uint64_t b, struct err *e)
{
    struct proposed p;
    struct query q;
    if (!find(&p, st, a, b, e)) return false;
    if (!p.known) return true;
    (void)query_begin(&q, st->backend, SQL_LINKAGE_DRAW_OUT);
    bind(&q, &p, a, b);
    return query_run(&q, e);
}

bool link_draw_in(struct store *st, uint64_t a, uint64_t b, struct err *e)
{
    struct proposed p;
    struct query q;
    if (!find(&p, st, a, b, e)) return false;
    if (!p.known || !p.active) return true;
    (void)query_begin(&q, st->backend, SQL_LINKAGE_DRAW_IN);
    bind(&q, &p, a, b);
    query_bind_int(&q, "weight", p.weight);
    return query_run(&q, e);
}

bool link_draw_check(int64_t *n_wrong, struct store *st, int64_t form_no, struct link_drawn *all,
                     size_t n, struct err *e)
{
    struct query q;
    bool known;
    size_t at = 0;
    if (!is_known(&known, st, form_no, e)) return false;
    if (!known) return true;
    if (n > 0) qsort(all, n, sizeof *all, link_draw_order);
    (void)query_begin(&q, st->backend, SQL_LINKAGE_DRAW_LIST);
    query_bind_int(&q, "form_no", form_no);
    for (; query_next(&q); at++) {
        bool same = at < n;
        for (size_t column = 0; column < 4 && same; column++)
            same = query_int(&q, column) == cell_of(&all[at], column);
        *n_wrong += !same;
    }
    *n_wrong += at < n ? (int64_t)(n - at) : 0;
    return query_end(&q, e);
}
