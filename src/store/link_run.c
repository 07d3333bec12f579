/* SPDX-License-Identifier: EUPL-1.2 */
#include "store/link_run.h"

#include "base/date.h"
#include "base/mem.h"
#include "store/link_draw.h"
#include "store/link_internal.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const standing_names[LINK_STANDINGS] = {
    [LINK_OPEN] = "open", [LINK_UNSURE] = "unsure",       [LINK_WAITING] = "waiting",
    [LINK_SAME] = "same", [LINK_DIFFERENT] = "different",
};

const char *link_standing_name(enum link_standing s)
{
    assert(s < LINK_STANDINGS);
    return standing_names[s];
}

/* ---- shared ---- */

int64_t link_thousandths(double weight)
{
    if (!(weight > -LINK_WEIGHT_MAX)) return -1000LL * LINK_WEIGHT_MAX;
    if (weight > LINK_WEIGHT_MAX) return 1000LL * LINK_WEIGHT_MAX;
    return llround(weight * 1000);
}

bool link_in_order(uint64_t *a, uint64_t *b, struct err *e)
{
    if (*a == *b)
        return err_set(e, ERR_INPUT, "link.same_record",
                       "a pair is made of two records: both are the same one");
    if (*a > *b) {
        uint64_t swap = *a;
        *a = *b;
        *b = swap;
    }
    return true;
}

/* ---- runs ---- */

bool link_run_state(struct link_run_state *out, struct store *st, int64_t run_no, struct err *e)
{
    struct query q;
    bool found;
    *out = (struct link_run_state){0};
    (void)query_begin(&q, st->backend, SQL_LINKAGE_RUN_STATE);
    query_bind_int(&q, "run_no", run_no);
    found = query_next(&q);
    if (found) {
        struct text state = query_text(&q, 0);
        out->state = text_is(state, "open")     ? RUN_OPEN
                     : text_is(state, "undone") ? RUN_UNDONE
                                                : RUN_FINISHED;
        out->form_no = query_int(&q, 1);
        out->decides = query_int(&q, 2) != 0;
    }
    if (!query_end(&q, e)) return false;
    if (found) return true;
    err_set(e, ERR_NOT_FOUND, "link.run", "there is no run of linkage %lld", (long long)run_no);
    return err_remedy(e, "see the numbers with `dcim link list`");
}

bool link_run_is_undone(struct err *e, int64_t run_no)
{
    return err_set(e, ERR_CONFLICT, "link.run_undone", "run %lld of linkage is undone",
                   (long long)run_no);
}

static bool is_band(double lower, double upper)
{
    return lower >= -LINK_WEIGHT_MAX && upper <= LINK_WEIGHT_MAX && lower <= upper;
}

static bool number(int64_t *out, struct store *st, enum sql_id id, struct err *e)
{
    struct query q;
    (void)query_begin(&q, st->backend, id);
    *out = query_next(&q) ? query_int(&q, 0) : 1;
    return query_end(&q, e);
}

/* A statement that takes one number. */
static bool run_with(struct store *st, enum sql_id id, const char *param, int64_t value,
                     struct err *e)
{
    struct query q;
    (void)query_begin(&q, st->backend, id);
    query_bind_int(&q, param, value);
    return query_run(&q, e);
}

bool link_run_begin(int64_t *run_no, struct store *st, const struct link_run_start *s,
                    struct err *e)
{
    struct query q;
    *run_no = 0;
    if (!store_must_write(st, e) || !numbering_ensure(st, e)) return false;
    if (!is_band(s->lower, s->upper)) {
        err_set(e, ERR_INPUT, "link.band",
                "the band that people decide has no two limits in ascending order");
        return err_remedy(e,
                          "set linkage.lower and linkage.upper so that the first is not greater");
    }
    if (s->model.n > LINK_MODEL_MAX)
        return err_set(e, ERR_LIMIT, "link.model", "the model of a run takes at most %d bytes",
                       LINK_MODEL_MAX);
    int64_t form_no = numbering_of_form(st, s->form->id)->form_no;
    if (!number(run_no, st, SQL_LINKAGE_RUN_NEXT, e) ||
        !run_with(st, SQL_LINKAGE_QUEUE_CLEAR, "form_no", form_no, e) ||
        !run_with(st, SQL_LINKAGE_DRAW_CLEAR, "form_no", form_no, e) ||
        !run_with(st, SQL_LINKAGE_OTHER_CLEAR, "form_no", form_no, e) ||
        !run_with(st, SQL_LINKAGE_PAIRS_CLEAR, "form_no", form_no, e))
        return false;
    (void)query_begin(&q, st->backend, SQL_LINKAGE_RUN_ADD);
    query_bind_int(&q, "run_no", *run_no);
    query_bind_int(&q, "form_no", form_no);
    query_bind_int(&q, "started_at", s->started_at);
    query_bind_text(&q, "actor", text_of(s->actor));
    query_bind_text(&q, "model", s->model);
    query_bind_int(&q, "lower", link_thousandths(s->lower));
    query_bind_int(&q, "upper", link_thousandths(s->upper));
    query_bind_int(&q, "last_record", (int64_t)s->last_record);
    query_bind_int(&q, "n_record", s->n_record);
    query_bind_int(&q, "n_candidate", s->n_candidate);
    return query_run(&q, e);
}

bool link_run_finish(struct store *st, int64_t run_no, struct err *e)
{
    struct link_run_state s;
    struct query q;
    if (!store_must_write(st, e) || !link_run_state(&s, st, run_no, e)) return false;
    if (s.state != RUN_OPEN)
        return err_set(e, ERR_CONFLICT, "link.run_state", "run %lld of linkage is not open",
                       (long long)run_no);
    (void)query_begin(&q, st->backend, SQL_LINKAGE_RUN_FINISH);
    query_bind_int(&q, "run_no", run_no);
    query_bind_int(&q, "at", instant_now());
    return query_run(&q, e) && link_queue_rebuild(st, s.form_no, true, e) &&
           store_generation_next(st, e);
}

/* ---- proposals ---- */

struct pair_rows {
    struct link_rows rows;
    const struct link_proposal *from;
};

static struct feed_cell pair_cell(void *ctx, size_t row, size_t column)
{
    const struct pair_rows *p = ctx;
    const struct link_row *r = &p->rows.row[row];
    const struct text evidence = p->from[r->index].evidence;
    switch (column) {
    case 0: return (struct feed_cell){.kind = FEED_INT, .number = (int64_t)r->a};
    case 1: return (struct feed_cell){.kind = FEED_INT, .number = (int64_t)r->b};
    case 2: return (struct feed_cell){.kind = FEED_INT, .number = r->weight};
    default:
        return (struct feed_cell){.kind = FEED_BLOB,
                                  .p = evidence.n == 0 ? "" : evidence.p,
                                  .n = evidence.n};
    }
}

static bool take_pairs(struct link_rows *rows, const struct link_proposal *pair, size_t n,
                       struct err *e)
{
    for (size_t i = 0; i < n; i++) {
        if (!link_rows_add(rows, pair[i].a, pair[i].b, pair[i].weight, e)) return false;
        if (pair[i].evidence.n > LINK_EVIDENCE_MAX)
            return err_set(e, ERR_LIMIT, "link.evidence",
                           "the evidence of a pair takes at most %d bytes", LINK_EVIDENCE_MAX);
    }
    return true;
}

/* Rows whose records were looked up before: nothing refers to what is not there. */
static bool load_pairs(struct pair_rows *p, struct store *st, int64_t form_no, int64_t run_no,
                       struct err *e)
{
    struct query q;
    if (p->rows.n == 0) return true;
    if (!backend_loading(st->backend, true, e)) return false;
    (void)query_begin(&q, st->backend, SQL_LINKAGE_PAIRS_LOAD);
    query_bind_int(&q, "form_no", form_no);
    query_bind_int(&q, "run_no", run_no);
    (void)query_feed(&q, p->rows.n, pair_cell, p);
    bool ok = query_end(&q, e);
    return backend_loading(st->backend, false, ok ? e : NULL) && ok;
}

/* One by one through both indexes, for a few pairs in a run that is finished. */
static bool each_pair(const struct link_rows *rows, struct store *st, enum sql_id id, struct err *e)
{
    struct query q;
    (void)query_begin(&q, st->backend, id);
    for (size_t i = 0; i < rows->n && !q.failed; i++) {
        query_set_int(&q, 0, (int64_t)rows->row[i].a);
        query_set_int(&q, 1, (int64_t)rows->row[i].b);
        (void)query_again(&q);
    }
    return query_end(&q, e);
}

static bool each_draw(const struct link_rows *rows, struct store *st,
                      bool (*change)(struct store *, uint64_t, uint64_t, struct err *),
                      struct err *e)
{
    bool ok = true;
    for (size_t i = 0; i < rows->n && ok; i++) ok = change(st, rows->row[i].a, rows->row[i].b, e);
    return ok;
}

static struct feed_cell other_cell(void *ctx, size_t row, size_t column)
{
    const struct link_row *r = &((const struct link_rows *)ctx)->row[row];
    return (struct feed_cell){.kind = FEED_INT, .number = (int64_t)(column == 0 ? r->b : r->a)};
}

static bool add_others(struct link_rows *rows, struct store *st, int64_t form_no, struct err *e)
{
    struct query q;
    if (rows->n == 0) return true;
    (void)query_begin(&q, st->backend, SQL_LINKAGE_OTHER_LOAD);
    query_bind_int(&q, "form_no", form_no);
    (void)query_feed(&q, rows->n, other_cell, rows);
    return query_end(&q, e);
}

static bool put_pairs(struct pair_rows *p, struct store *st, const struct link_run_state *s,
                      int64_t run_no, struct err *e)
{
    struct link_rows *rows = &p->rows;
    bool later = s->state == RUN_FINISHED, few = later && rows->n <= LINK_MANY;
    if (few &&
        (!each_draw(rows, st, link_draw_out, e) || !each_pair(rows, st, SQL_LINKAGE_QUEUE_OUT, e)))
        return false;
    if (!load_pairs(p, st, s->form_no, run_no, e)) return false;
    if (few)
        return each_pair(rows, st, SQL_LINKAGE_QUEUE_IN, e) &&
               each_draw(rows, st, link_draw_in, e) && add_others(rows, st, s->form_no, e);
    return !later || link_queue_rebuild(st, s->form_no, true, e); /* else when it is finished */
}

bool link_run_add(size_t *n_added, struct store *st, int64_t run_no,
                  const struct link_proposal *pair, size_t n, struct err *e)
{
    struct link_run_state s;
    struct query q;
    if (n_added != NULL) *n_added = 0;
    if (!store_must_write(st, e) || !link_run_state(&s, st, run_no, e)) return false;
    if (s.state == RUN_UNDONE) return link_run_is_undone(e, run_no);
    struct pair_rows p = {.rows = {mem_new(n, sizeof *p.rows.row), 0}, .from = pair};
    bool ok = take_pairs(&p.rows, pair, n, e) && link_rows_sort(&p.rows, st, s.form_no, true, e) &&
              put_pairs(&p, st, &s, run_no, e);
    if (ok) {
        (void)query_begin(&q, st->backend, SQL_LINKAGE_RUN_GROW);
        query_bind_int(&q, "run_no", run_no);
        query_bind_int(&q, "n", (int64_t)p.rows.n);
        ok = query_run(&q, e);
    }
    if (ok && n_added != NULL) *n_added = p.rows.n;
    mem_free(p.rows.row);
    return ok;
}

/* ---- reading ---- */

static void take_run(struct link_run *out, struct store *st, struct query *q, struct arena *a)
{
    const struct form *f = dictionary_form(st->dictionary, query_text(q, 1));
    *out = (struct link_run){.run_no = query_int(q, 0),
                             .form = f == NULL ? FORM_NONE : f->id,
                             .state = query_copy(q, 2, a),
                             .started_at = query_int(q, 3),
                             .finished_at = query_int(q, 4),
                             .actor = query_copy(q, 5, a),
                             .lower = (double)query_int(q, 6) / 1000,
                             .upper = (double)query_int(q, 7) / 1000,
                             .last_record = (uint64_t)query_int(q, 8),
                             .n_record = query_int(q, 9),
                             .n_candidate = query_int(q, 10),
                             .n_pair = query_int(q, 11),
                             .n_automatic = query_int(q, 12),
                             .n_in_force = query_int(q, 13),
                             .undone_at = query_int(q, 14),
                             .undone_by = query_copy(q, 15, a),
                             .undo_reason = query_copy(q, 16, a)};
}

static void take_whole_run(struct link_run *out, struct store *st, struct query *q, struct arena *a)
{
    take_run(out, st, q, a);
    out->model = text_of(query_copy(q, 17, a));
}

bool link_run_get(struct link_run *out, struct store *st, int64_t run_no, struct arena *a,
                  struct err *e)
{
    struct link_run_state s;
    struct query q;
    *out = (struct link_run){0};
    if (!link_run_state(&s, st, run_no, e)) return false;
    (void)query_begin(&q, st->backend, SQL_LINKAGE_RUN_GET);
    query_bind_int(&q, "run_no", run_no);
    if (query_next(&q)) take_whole_run(out, st, &q, a);
    return query_end(&q, e);
}

bool link_run_stands(int64_t *n, struct store *st, int64_t run_no, struct err *e)
{
    struct query q;
    *n = 0;
    (void)query_begin(&q, st->backend, SQL_LINKAGE_RUN_STANDS);
    query_bind_int(&q, "run_no", run_no);
    if (query_next(&q)) *n = query_int(&q, 0);
    return query_end(&q, e);
}

bool link_run_newest(struct link_run *out, bool *found, struct store *st, form_id form,
                     struct arena *a, struct err *e)
{
    struct query q;
    *out = (struct link_run){0};
    (void)query_begin(&q, st->backend, SQL_LINKAGE_RUN_NEWEST);
    query_bind_text(&q, "form", text_of(st->dictionary->form[form].name));
    *found = query_next(&q);
    if (*found) take_whole_run(out, st, &q, a);
    return query_end(&q, e);
}

bool link_run_list(struct link_run **out, size_t *n, struct store *st, form_id form, size_t max,
                   struct arena *a, struct err *e)
{
    struct link_run *list = ARENA_ARRAY(a, struct link_run, max);
    struct query q;
    *out = list;
    *n = 0;
    (void)query_begin(&q, st->backend, SQL_LINKAGE_RUN_LIST);
    query_bind_text(&q, "form",
                    form == FORM_NONE ? TEXT("") : text_of(st->dictionary->form[form].name));
    query_bind_int(&q, "max", (int64_t)max);
    while (*n < max && query_next(&q)) take_run(&list[(*n)++], st, &q, a);
    return query_end(&q, e);
}
