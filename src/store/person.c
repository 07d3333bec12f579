/* SPDX-License-Identifier: EUPL-1.2 */
/* The stored persons are what partition() makes of the decisions in force: of those of one form, or
 * of the groups around some records. A group is all records that decisions "same" in force lead to,
 * also those that are held back: nothing outside of it can change what becomes of it. */
#include "store/person.h"

#include "base/map.h"
#include "base/mem.h"
#include "store/link_internal.h"
#include "store/link_queue.h"
#include "store/partition.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

void person_key_of_number(uint8_t out[static PERSON_KEY], uint64_t person_no)
{
    /* Readers use the bytes as hash values. Each step can be reversed, so that no two numbers have
     * the same half (finalizer of SplitMix64, Steele, Lea and Flood 2014). */
    for (int half = 0; half < 2; half++) {
        uint64_t x = person_no + (half == 0 ? 0x9E3779B97F4A7C15U : 0x3C6EF372FE94F82AU);
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9U;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EBU;
        x ^= x >> 31;
        for (int i = 0; i < 8; i++) out[8 * half + i] = (uint8_t)(x >> (8 * i));
    }
}

/* ---- decisions as a graph ---- */

struct edges {
    struct partition_edge *edge;
    size_t n, cap;
};

struct graph {
    int64_t form_no;
    uint64_t *record, *person; /* active ones that something is decided about */
    size_t n, cap;
    struct edges same, different;
    struct edges before; /* `same` as stored, by decision */
};

static void graph_release(struct graph *g)
{
    mem_free(g->record);
    mem_free(g->person);
    mem_free(g->same.edge);
    mem_free(g->different.edge);
    mem_free(g->before.edge);
}

static void add_edge(struct graph *g, struct partition_edge e, int64_t verdict)
{
    struct edges *to = verdict == 1 ? &g->same : &g->different;
    MEM_GROW(to->edge, to->cap, to->n + 1);
    to->edge[to->n++] = e;
}

static void add_record(struct graph *g, uint64_t record_no)
{
    MEM_GROW(g->record, g->cap, g->n + 1);
    g->record[g->n++] = record_no;
}

static int by_number(const void *p, const void *q)
{
    const uint64_t *x = p, *y = q;
    return (*x > *y) - (*x < *y);
}

static int by_decision(const void *p, const void *q)
{
    const struct partition_edge *x = p, *y = q;
    return (x->decision_no > y->decision_no) - (x->decision_no < y->decision_no);
}

static void settle(struct graph *g)
{
    size_t n = 0;
    if (g->n > 0) qsort(g->record, g->n, sizeof *g->record, by_number);
    for (size_t i = 0; i < g->n; i++)
        if (n == 0 || g->record[n - 1] != g->record[i]) g->record[n++] = g->record[i];
    g->n = n;
    g->person = mem_new(n, sizeof *g->person);
    g->before.edge = mem_new(g->same.n, sizeof *g->before.edge);
    g->before.n = g->same.n;
    if (g->same.n > 0) memcpy(g->before.edge, g->same.edge, g->same.n * sizeof *g->same.edge);
    partition(g->person, g->record, n, g->same.edge, g->same.n, g->different.edge, g->different.n);
    if (g->same.n == 0) return;
    qsort(g->before.edge, g->before.n, sizeof *g->before.edge, by_decision);
    qsort(g->same.edge, g->same.n, sizeof *g->same.edge, by_decision);
}

static bool changed(const struct graph *g, size_t i)
{
    const struct partition_edge *now = &g->same.edge[i], *then = &g->before.edge[i];
    assert(now->decision_no == then->decision_no);
    return now->held != then->held || now->against != then->against;
}

/* ---- of a form ---- */

static bool graph_of_form(struct graph *g, struct store *st, int64_t form_no, struct err *e)
{
    struct link_members m;
    struct query q;
    *g = (struct graph){.form_no = form_no};
    if (!link_members_load(&m, st, form_no, e)) return false;
    (void)query_begin(&q, st->backend, SQL_LINKAGE_EDGES);
    query_bind_int(&q, "form_no", form_no);
    while (query_next(&q)) {
        struct partition_edge edge = {.a = (uint64_t)query_int(&q, 1),
                                      .b = (uint64_t)query_int(&q, 2),
                                      .decision_no = query_int(&q, 0),
                                      .automatic = query_int(&q, 4) != 0,
                                      .weight = (int32_t)query_int(&q, 5),
                                      .held = query_int(&q, 6) != 0,
                                      .against = query_int(&q, 7)};
        add_edge(g, edge, query_int(&q, 3));
        if (link_member(&m, edge.a) != 0) add_record(g, edge.a);
        if (link_member(&m, edge.b) != 0) add_record(g, edge.b);
    }
    link_members_release(&m);
    if (!query_end(&q, e)) {
        graph_release(g);
        return false;
    }
    settle(g);
    return true;
}

static bool write_held(const struct graph *g, struct store *st, struct err *e)
{
    struct query q;
    (void)query_begin(&q, st->backend, SQL_LINKAGE_DECISION_HELD);
    for (size_t i = 0; i < g->same.n && !q.failed; i++) {
        if (!changed(g, i)) continue;
        query_set_int(&q, 0, g->same.edge[i].decision_no);
        query_set_int(&q, 1, g->same.edge[i].held);
        if (g->same.edge[i].against != 0) query_set_int(&q, 2, g->same.edge[i].against);
        else query_set_null(&q, 2);
        (void)query_again(&q);
    }
    return query_end(&q, e);
}

static struct feed_cell member_cell(void *ctx, size_t row, size_t column)
{
    const struct graph *g = ctx;
    uint64_t number = column == 0 ? g->record[row] : g->person[row];
    return (struct feed_cell){.kind = FEED_INT, .number = (int64_t)number};
}

/* The records were looked up before. */
static bool write_members(struct graph *g, struct store *st, struct err *e)
{
    struct query q;
    if (g->n == 0) return true;
    if (!backend_loading(st->backend, true, e)) return false;
    (void)query_begin(&q, st->backend, SQL_PERSON_LOAD);
    query_bind_int(&q, "form_no", g->form_no);
    (void)query_feed(&q, g->n, member_cell, g);
    bool ok = query_end(&q, e);
    return backend_loading(st->backend, false, ok ? e : NULL) && ok;
}

bool person_touch_form(struct store *st, int64_t form_no, struct err *e)
{
    struct graph g;
    struct query q;
    bool ok = store_must_write(st, e) && graph_of_form(&g, st, form_no, e);
    if (!ok) return false;
    (void)query_begin(&q, st->backend, SQL_PERSON_CLEAR);
    query_bind_int(&q, "form_no", form_no);
    ok = query_run(&q, e) && write_members(&g, st, e) && write_held(&g, st, e);
    graph_release(&g);
    return ok;
}

/* ---- around some records ---- */

struct walk {
    struct graph graph;
    struct store *st;
    struct query from, to; /* decisions of a record with younger ones, and with older ones */
    struct map *met;
    uint64_t *queue;
    size_t n, at, cap;
    uint64_t *alone; /* met, and nothing is decided about them, or they are not active */
    size_t n_alone, alone_cap;
};

static void meet(struct walk *w, uint64_t record_no)
{
    struct text key = {(const char *)&record_no, sizeof record_no};
    if (!map_put(w->met, key, 0)) return;
    MEM_GROW(w->queue, w->cap, w->n + 1);
    w->queue[w->n++] = record_no;
}

/* The decisions on one side of a record. Those with younger ones are taken down, so that each is
 * met once; `decided`: there is one. Who is not active leads on to its neighbours, which belonged
 * together through it. */
static void walk_side(struct walk *w, uint64_t record_no, bool younger, bool *decided)
{
    struct query *q = younger ? &w->from : &w->to;
    query_rewind(q);
    query_set_int(q, 0, (int64_t)record_no);
    while (query_next(q)) {
        uint64_t other = (uint64_t)query_int(q, 1);
        int64_t verdict = query_int(q, 2);
        bool other_active = query_int(q, 7) != 0;
        *decided = true;
        if (verdict == 1 && other_active) meet(w, other);
        if (!younger) continue;
        add_edge(&w->graph,
                 (struct partition_edge){.a = record_no,
                                         .b = other,
                                         .decision_no = query_int(q, 0),
                                         .automatic = query_int(q, 3) != 0,
                                         .weight = (int32_t)query_int(q, 4),
                                         .held = query_int(q, 5) != 0,
                                         .against = query_int(q, 6)},
                 verdict);
    }
}

static bool walk_record(struct walk *w, uint64_t record_no, struct err *e)
{
    bool active = false, decided = false;
    struct query q;
    (void)query_begin(&q, w->st->backend, SQL_LINKAGE_RECORD);
    query_bind_int(&q, "record_no", (int64_t)record_no);
    if (query_next(&q)) {
        active = query_int(&q, 3) == RECORD_ACTIVE;
        w->graph.form_no = query_int(&q, 1);
    }
    if (!query_end(&q, e)) return false;
    walk_side(w, record_no, true, &decided);
    walk_side(w, record_no, false, &decided);
    if (active && decided) {
        add_record(&w->graph, record_no);
        return true;
    }
    MEM_GROW(w->alone, w->alone_cap, w->n_alone + 1);
    w->alone[w->n_alone++] = record_no;
    return true;
}

static bool write_walk(const struct walk *w, struct err *e)
{
    struct query q;
    (void)query_begin(&q, w->st->backend, SQL_PERSON_UNSET);
    for (size_t i = 0; i < w->n_alone && !q.failed; i++) {
        query_set_int(&q, 0, (int64_t)w->alone[i]);
        (void)query_again(&q);
    }
    if (!query_end(&q, e)) return false;
    (void)query_begin(&q, w->st->backend, SQL_PERSON_SET);
    for (size_t i = 0; i < w->graph.n && !q.failed; i++) {
        query_set_int(&q, 0, (int64_t)w->graph.record[i]);
        query_set_int(&q, 1, w->graph.form_no);
        query_set_int(&q, 2, (int64_t)w->graph.person[i]);
        (void)query_again(&q);
    }
    return query_end(&q, e) && write_held(&w->graph, w->st, e);
}

static bool walk_groups(struct walk *w, struct err *e)
{
    bool ok = true;
    (void)query_begin(&w->from, w->st->backend, SQL_LINKAGE_EDGES_FROM);
    (void)query_begin(&w->to, w->st->backend, SQL_LINKAGE_EDGES_TO);
    while (ok && w->at < w->n && !w->from.failed && !w->to.failed)
        ok = walk_record(w, w->queue[w->at++], e);
    ok = query_end(&w->from, ok ? e : NULL) && ok;
    return query_end(&w->to, ok ? e : NULL) && ok;
}

bool person_touch(struct store *st, const uint64_t *record_no, size_t n, struct err *e)
{
    struct walk w = {.st = st};
    if (!store_must_write(st, e)) return false;
    w.met = map_new();
    for (size_t i = 0; i < n; i++) meet(&w, record_no[i]);
    bool ok = walk_groups(&w, e);
    if (ok) {
        settle(&w.graph);
        ok = write_walk(&w, e);
    }
    graph_release(&w.graph);
    map_free(w.met);
    mem_free(w.queue);
    mem_free(w.alone);
    return ok;
}

bool person_touch_many(struct store *st, int64_t form_no, const uint64_t *record_no, size_t n,
                       struct err *e)
{
    return n > LINK_MANY ? person_touch_form(st, form_no, e) : person_touch(st, record_no, n, e);
}

bool person_touch_batch(struct store *st, int64_t form_no, int64_t batch_no, int64_t first,
                        int64_t last, struct err *e)
{
    uint64_t *list = NULL;
    size_t n = 0, cap = 0;
    struct query q;
    (void)query_begin(&q, st->backend, SQL_LINKAGE_OF_BATCH);
    query_bind_int(&q, "batch_no", batch_no);
    query_bind_int(&q, "first_record", first);
    query_bind_int(&q, "last_record", last);
    while (query_next(&q)) {
        MEM_GROW(list, cap, n + 1);
        list[n++] = (uint64_t)query_int(&q, 0);
    }
    bool ok = query_end(&q, e) && (n == 0 || person_touch_many(st, form_no, list, n, e)) &&
              link_queue_rebuild(st, form_no, false, e);
    mem_free(list);
    return ok;
}

/* ---- asking ---- */

bool person_of_record(uint64_t *person_no, struct store *st, uint64_t record_no, struct err *e)
{
    bool active = false;
    struct query q;
    *person_no = 0;
    (void)query_begin(&q, st->backend, SQL_LINKAGE_RECORD);
    query_bind_int(&q, "record_no", (int64_t)record_no);
    if (query_next(&q)) active = query_int(&q, 3) == RECORD_ACTIVE;
    if (!query_end(&q, e)) return false;
    if (!active) return true;
    *person_no = record_no;
    (void)query_begin(&q, st->backend, SQL_PERSON_GET);
    query_bind_int(&q, "record_no", (int64_t)record_no);
    if (query_next(&q)) *person_no = (uint64_t)query_int(&q, 0);
    return query_end(&q, e);
}

bool person_records(struct person_record **out, size_t *n, struct store *st, uint64_t person_no,
                    struct arena *a, struct err *e)
{
    struct person_record *list = NULL;
    size_t cap = 0, count = 0;
    struct query q;
    (void)query_begin(&q, st->backend, SQL_PERSON_MEMBERS);
    query_bind_int(&q, "person_no", (int64_t)person_no);
    while (query_next(&q)) {
        MEM_GROW(list, cap, count + 1);
        struct person_record *r = &list[count++];
        const struct form *f = dictionary_form(st->dictionary, query_text(&q, 2));
        *r = (struct person_record){.record_no = (uint64_t)query_int(&q, 0),
                                    .form = f == NULL ? FORM_NONE : f->id,
                                    .organisation_no = query_int(&q, 3),
                                    .organisation = query_copy(&q, 4, a),
                                    .created_at = query_int(&q, 5)};
        record_code_format(r->code, (uint64_t)query_int(&q, 1));
    }
    bool ok = query_end(&q, e);
    *n = ok ? count : 0;
    *out = ARENA_ARRAY(a, struct person_record, *n);
    if (*n > 0) memcpy(*out, list, *n * sizeof *list);
    mem_free(list);
    return ok;
}

bool person_seen(uint64_t *record_no, struct backend *b, const char *form, struct err *e)
{
    struct query q;
    *record_no = 0;
    (void)query_begin(&q, b, SQL_LINKAGE_SEEN);
    query_bind_text(&q, "form", text_of(form));
    if (query_next(&q)) *record_no = (uint64_t)query_int(&q, 0);
    return query_end(&q, e);
}

bool person_counts(struct person_counts *out, struct store *st, const struct form *f, struct err *e)
{
    uint64_t seen;
    struct query q;
    *out = (struct person_counts){0};
    if (!person_seen(&seen, st->backend, f->name, e)) return false;
    (void)query_begin(&q, st->backend, SQL_PERSON_COUNTS);
    query_bind_text(&q, "form", text_of(f->name));
    query_bind_int(&q, "seen", (int64_t)seen);
    if (query_next(&q))
        *out = (struct person_counts){.n_record = query_int(&q, 0),
                                      .n_person = query_int(&q, 1),
                                      .n_several = query_int(&q, 2),
                                      .n_across = query_int(&q, 3),
                                      .n_linked = query_int(&q, 4)};
    if (!query_end(&q, e)) return false;
    (void)query_begin(&q, st->backend, SQL_PERSON_COUNT);
    query_bind_text(&q, "form", text_of(f->name));
    if (query_next(&q)) out->n_person_by_key = query_int(&q, 0);
    return query_end(&q, e);
}

/* ---- checking ---- */

static bool check_form(int64_t *n_wrong, struct store *st, int64_t form_no, struct err *e)
{
    struct graph g;
    struct query q;
    size_t at = 0;
    if (!graph_of_form(&g, st, form_no, e)) return false;
    (void)query_begin(&q, st->backend, SQL_PERSON_LIST);
    query_bind_int(&q, "form_no", form_no);
    while (query_next(&q)) {
        uint64_t record_no = (uint64_t)query_int(&q, 0);
        for (; at < g.n && g.record[at] < record_no; at++) ++*n_wrong;
        if (at < g.n && g.record[at] == record_no)
            *n_wrong += g.person[at++] != (uint64_t)query_int(&q, 1);
        else ++*n_wrong;
    }
    *n_wrong += (int64_t)(g.n - at);
    for (size_t i = 0; i < g.same.n; i++) *n_wrong += changed(&g, i);
    bool ok = query_end(&q, e);
    graph_release(&g);
    return ok;
}

bool person_check(int64_t *n_wrong, struct store *st, struct err *e)
{
    int64_t form[64];
    size_t n = 0;
    struct query q;
    *n_wrong = 0;
    (void)query_begin(&q, st->backend, SQL_LINKAGE_WRONG_STANDING);
    if (query_next(&q)) *n_wrong = query_int(&q, 0);
    if (!query_end(&q, e)) return false;
    (void)query_begin(&q, st->backend, SQL_LINKAGE_FORMS);
    while (query_next(&q))
        if (n < sizeof form / sizeof form[0]) form[n++] = query_int(&q, 0);
    if (!query_end(&q, e)) return false;
    for (size_t i = 0; i < n; i++)
        if (!check_form(n_wrong, st, form[i], e) || !link_queue_check(n_wrong, st, form[i], e))
            return false;
    return true;
}
