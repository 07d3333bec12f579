/* SPDX-License-Identifier: EUPL-1.2 */
/* What finds pairs: the queue, the pairs of a record b, and the order of samples (link_draw.h). All
 * are derived from linkage_pair, and are either changed pair by pair or made anew in ascending
 * order, which takes less from some thousand pairs on: in random order each page of them would be
 * written many times over. */
#include "store/link_queue.h"

#include "base/mem.h"
#include "store/link_draw.h"
#include "store/link_internal.h"

#include <stdlib.h>
#include <string.h>

/* ---- active records ---- */

bool link_members_load(struct link_members *out, struct store *st, int64_t form_no, struct err *e)
{
    struct query q;
    size_t cap = 0;
    *out = (struct link_members){0};
    (void)query_begin(&q, st->backend, SQL_LINKAGE_MEMBERS);
    query_bind_int(&q, "form_no", form_no);
    while (query_next(&q)) {
        size_t at = (size_t)query_int(&q, 0);
        MEM_GROW(out->organisation, cap, at + 1);
        memset(out->organisation + out->n, 0, (at - out->n) * sizeof *out->organisation);
        out->organisation[at] = (uint32_t)query_int(&q, 1);
        out->n = at + 1;
    }
    if (query_end(&q, e)) return true;
    link_members_release(out);
    return false;
}

uint32_t link_member(const struct link_members *m, uint64_t record_no)
{
    return record_no < m->n ? m->organisation[record_no] : 0;
}

void link_members_release(struct link_members *m)
{
    mem_free(m->organisation);
    *m = (struct link_members){0};
}

bool link_fit_begin(struct link_fit *f, struct store *st, int64_t form_no, size_t n, struct err *e)
{
    *f = (struct link_fit){.st = st, .form_no = form_no, .many = n > LINK_MANY};
    if (f->many) return link_members_load(&f->members, st, form_no, e);
    (void)query_begin(&f->q, st->backend, SQL_LINKAGE_RECORD_FITS);
    return true;
}

bool link_fits(struct link_fit *f, uint64_t record_no)
{
    if (f->many) return link_member(&f->members, record_no) != 0;
    query_rewind(&f->q);
    query_set_int(&f->q, 0, (int64_t)record_no);
    query_set_int(&f->q, 1, f->form_no);
    return query_next(&f->q) && query_int(&f->q, 0) != 0;
}

bool link_fit_end(struct link_fit *f, struct err *e)
{
    link_members_release(&f->members);
    if (f->many) return true;
    while (!f->q.failed && query_next(&f->q)) continue;
    return query_end(&f->q, e);
}

/* ---- pairs given all at once ---- */

bool link_rows_add(struct link_rows *rows, uint64_t a, uint64_t b, double weight, struct err *e)
{
    struct link_row *r = &rows->row[rows->n];
    *r = (struct link_row){a, b, rows->n, link_thousandths(weight)};
    if (!link_in_order(&r->a, &r->b, e)) return false;
    rows->n++;
    return true;
}

static int by_pair(const void *p, const void *q)
{
    const struct link_row *x = p, *y = q;
    if (x->a != y->a) return x->a < y->a ? -1 : 1;
    if (x->b != y->b) return x->b < y->b ? -1 : 1;
    return (x->index > y->index) - (x->index < y->index);
}

bool link_rows_sort(struct link_rows *rows, struct store *st, int64_t form_no, bool last,
                    struct err *e)
{
    struct link_fit fit;
    size_t n = 0;
    if (rows->n == 0) return true;
    qsort(rows->row, rows->n, sizeof *rows->row, by_pair);
    if (!link_fit_begin(&fit, st, form_no, rows->n, e)) return false;
    for (size_t i = 0; i < rows->n; i++) {
        const struct link_row *r = &rows->row[i];
        if (n > 0 && rows->row[n - 1].a == r->a && rows->row[n - 1].b == r->b) {
            if (last) rows->row[n - 1] = *r;
        } else if (link_fits(&fit, r->a) && link_fits(&fit, r->b)) rows->row[n++] = *r;
    }
    rows->n = n;
    return link_fit_end(&fit, e);
}

/* ---- made anew ---- */

struct entry {
    int64_t standing, weight;
    uint64_t a, b;
    uint32_t organisation_a, organisation_b;
    int64_t run_no;
};

struct entries {
    struct entry *entry;
    size_t n, cap;
};

static int in_queue(const void *p, const void *q)
{
    const struct entry *x = p, *y = q;
    if (x->standing != y->standing) return x->standing < y->standing ? -1 : 1;
    if (x->weight != y->weight) return x->weight < y->weight ? -1 : 1;
    if (x->a != y->a) return x->a < y->a ? -1 : 1;
    return (x->b > y->b) - (x->b < y->b);
}

static int by_other(const void *p, const void *q)
{
    const struct entry *x = p, *y = q;
    if (x->b != y->b) return x->b < y->b ? -1 : 1;
    return (x->a > y->a) - (x->a < y->a);
}

static struct feed_cell queue_cell(void *ctx, size_t row, size_t column)
{
    const struct entry *x = &((const struct entries *)ctx)->entry[row];
    const int64_t cell[7] = {x->standing,       x->weight,         (int64_t)x->a, (int64_t)x->b,
                             x->organisation_a, x->organisation_b, x->run_no};
    return (struct feed_cell){.kind = FEED_INT, .number = cell[column]};
}

static struct feed_cell other_cell(void *ctx, size_t row, size_t column)
{
    const struct entry *x = &((const struct entries *)ctx)->entry[row];
    return (struct feed_cell){.kind = FEED_INT, .number = (int64_t)(column == 0 ? x->b : x->a)};
}

static bool load(struct entries *x, struct store *st, enum sql_id id, feed_fn *cell,
                 int64_t form_no, struct err *e)
{
    struct query q;
    if (x->n == 0) return true;
    (void)query_begin(&q, st->backend, id);
    query_bind_int(&q, "form_no", form_no);
    (void)query_feed(&q, x->n, cell, x);
    return query_end(&q, e);
}

static bool clear(struct store *st, enum sql_id id, int64_t form_no, struct err *e)
{
    struct query q;
    (void)query_begin(&q, st->backend, id);
    query_bind_int(&q, "form_no", form_no);
    return query_run(&q, e);
}

static bool read_pairs(struct entries *x, struct store *st, int64_t form_no, struct err *e)
{
    struct query q;
    *x = (struct entries){0};
    (void)query_begin(&q, st->backend, SQL_LINKAGE_PAIRS_ALL);
    query_bind_int(&q, "form_no", form_no);
    while (query_next(&q)) {
        MEM_GROW(x->entry, x->cap, x->n + 1);
        x->entry[x->n++] = (struct entry){.a = (uint64_t)query_int(&q, 0),
                                          .b = (uint64_t)query_int(&q, 1),
                                          .weight = query_int(&q, 2),
                                          .standing = query_int(&q, 3),
                                          .run_no = query_int(&q, 4)};
    }
    return query_end(&q, e);
}

/* What the queue should be: pairs of active records, in its order. */
static bool make_queue(struct entries *x, struct store *st, int64_t form_no, struct err *e)
{
    struct link_members m;
    size_t n = 0;
    if (!link_members_load(&m, st, form_no, e)) return false;
    for (size_t i = 0; i < x->n; i++) {
        struct entry y = x->entry[i];
        y.organisation_a = link_member(&m, y.a);
        y.organisation_b = link_member(&m, y.b);
        if (y.organisation_a != 0 && y.organisation_b != 0) x->entry[n++] = y;
    }
    x->n = n;
    if (n > 0) qsort(x->entry, n, sizeof *x->entry, in_queue);
    link_members_release(&m);
    return true;
}

/* The pairs of the queue as samples draw them; mem_free(). */
static struct link_drawn *drawn_of(const struct entries *x)
{
    struct link_drawn *all = mem_new(x->n, sizeof *all);
    for (size_t i = 0; i < x->n; i++) {
        const struct entry *y = &x->entry[i];
        all[i] = (struct link_drawn){link_draw(y->run_no, y->a, y->b), y->a, y->b, y->weight};
    }
    return all;
}

static bool rebuild_draws(const struct entries *x, struct store *st, int64_t form_no, struct err *e)
{
    struct link_drawn *all = drawn_of(x);
    bool ok = link_draw_rebuild(st, form_no, all, x->n, e);
    mem_free(all);
    return ok;
}

bool link_queue_rebuild(struct store *st, int64_t form_no, bool other, struct err *e)
{
    struct entries x;
    bool ok = read_pairs(&x, st, form_no, e);
    if (ok && other) {
        if (x.n > 0) qsort(x.entry, x.n, sizeof *x.entry, by_other);
        ok = clear(st, SQL_LINKAGE_OTHER_CLEAR, form_no, e) &&
             load(&x, st, SQL_LINKAGE_OTHER_LOAD, other_cell, form_no, e);
    }
    ok = ok && make_queue(&x, st, form_no, e) && clear(st, SQL_LINKAGE_QUEUE_CLEAR, form_no, e) &&
         load(&x, st, SQL_LINKAGE_QUEUE_LOAD, queue_cell, form_no, e) &&
         rebuild_draws(&x, st, form_no, e);
    mem_free(x.entry);
    return ok;
}

bool link_queue_check(int64_t *n_wrong, struct store *st, int64_t form_no, struct err *e)
{
    struct entries x;
    struct query q;
    size_t at = 0;
    bool ok = read_pairs(&x, st, form_no, e) && make_queue(&x, st, form_no, e);
    if (ok) {
        (void)query_begin(&q, st->backend, SQL_LINKAGE_QUEUE_LIST);
        query_bind_int(&q, "form_no", form_no);
        for (; query_next(&q); at++) {
            bool same = at < x.n;
            for (size_t column = 0; column < 7 && same; column++)
                same = query_int(&q, column) == queue_cell(&x, at, column).number;
            *n_wrong += !same;
        }
        *n_wrong += at < x.n ? (int64_t)(x.n - at) : 0;
        struct link_drawn *all = drawn_of(&x);
        ok = query_end(&q, e) && link_draw_check(n_wrong, st, form_no, all, x.n, e);
        mem_free(all);
    }
    mem_free(x.entry);
    return ok;
}

/* ---- pair by pair ---- */

static bool pair(struct store *st, enum sql_id id, uint64_t a, uint64_t b, struct err *e)
{
    struct query q;
    (void)query_begin(&q, st->backend, id);
    query_bind_int(&q, "record_a", (int64_t)a);
    query_bind_int(&q, "record_b", (int64_t)b);
    return query_run(&q, e);
}

bool link_queue_stand(struct store *st, uint64_t a, uint64_t b, enum link_standing s, struct err *e)
{
    struct query q;
    if (!pair(st, SQL_LINKAGE_QUEUE_OUT, a, b, e)) return false;
    (void)query_begin(&q, st->backend, SQL_LINKAGE_PAIR_STANDING);
    query_bind_int(&q, "record_a", (int64_t)a);
    query_bind_int(&q, "record_b", (int64_t)b);
    query_bind_int(&q, "standing", s);
    return query_run(&q, e) && pair(st, SQL_LINKAGE_QUEUE_IN, a, b, e);
}

/* The pairs of a record, and its form. */
static bool neighbours(struct entries *x, int64_t *form_no, struct store *st, uint64_t record_no,
                       struct err *e)
{
    struct link_subject s;
    struct query q;
    *x = (struct entries){0};
    if (!link_subject(&s, st, record_no, NULL, e)) return false;
    *form_no = s.form_no;
    (void)query_begin(&q, st->backend, SQL_LINKAGE_NEIGHBOURS);
    query_bind_int(&q, "form_no", s.form_no);
    query_bind_int(&q, "record_no", (int64_t)record_no);
    while (query_next(&q)) {
        MEM_GROW(x->entry, x->cap, x->n + 1);
        x->entry[x->n++] =
            (struct entry){.a = (uint64_t)query_int(&q, 0), .b = (uint64_t)query_int(&q, 1)};
    }
    return query_end(&q, e);
}

bool link_queue_touch(struct store *st, uint64_t record_no, struct err *e)
{
    struct entries x;
    int64_t form_no;
    bool ok = neighbours(&x, &form_no, st, record_no, e);
    for (size_t i = 0; i < x.n && ok; i++)
        ok = link_draw_out(st, x.entry[i].a, x.entry[i].b, e) &&
             pair(st, SQL_LINKAGE_QUEUE_OUT, x.entry[i].a, x.entry[i].b, e) &&
             pair(st, SQL_LINKAGE_QUEUE_IN, x.entry[i].a, x.entry[i].b, e) &&
             link_draw_in(st, x.entry[i].a, x.entry[i].b, e);
    mem_free(x.entry);
    return ok;
}

bool link_queue_forget(struct store *st, uint64_t record_no, struct err *e)
{
    struct entries x;
    int64_t form_no;
    bool ok = neighbours(&x, &form_no, st, record_no, e);
    for (size_t i = 0; i < x.n && ok; i++) {
        struct query q;
        ok = link_draw_out(st, x.entry[i].a, x.entry[i].b, e) &&
             pair(st, SQL_LINKAGE_QUEUE_OUT, x.entry[i].a, x.entry[i].b, e) &&
             pair(st, SQL_LINKAGE_PAIR_REMOVE, x.entry[i].a, x.entry[i].b, e);
        if (!ok) break;
        (void)query_begin(&q, st->backend, SQL_LINKAGE_OTHER_REMOVE);
        query_bind_int(&q, "form_no", form_no);
        query_bind_int(&q, "record_a", (int64_t)x.entry[i].a);
        query_bind_int(&q, "record_b", (int64_t)x.entry[i].b);
        ok = query_run(&q, e);
    }
    mem_free(x.entry);
    return ok;
}
