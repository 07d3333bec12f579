/* SPDX-License-Identifier: EUPL-1.2 */
#include "store/duplicate.h"

#include "base/mem.h"
#include "store/store_internal.h"

#include <stdlib.h>
#include <string.h>

struct double_group { /* records of one series and key, while they are read */
    int64_t series_no;
    uint8_t key[PERSON_KEY];
    uint64_t newest;
    size_t from; /* in the list */
    int64_t code;
    bool one_code; /* all say the same */
};

struct listing {
    struct duplicate *item;
    size_t n, cap;
    struct double_group group;
};

/* A group that turns out to be no duplicate is taken out again. */
static void end_group(struct listing *l)
{
    const struct double_group *g = &l->group;
    if (l->n - g->from < 2 || g->one_code) l->n = g->from;
    l->group.from = l->n;
}

static void take(struct listing *l, struct query *q)
{
    struct double_group *g = &l->group;
    struct text key = query_blob(q, 1);
    int64_t code = query_int(q, 3);
    uint64_t record_no = (uint64_t)query_int(q, 2);
    bool same = l->n > g->from && g->series_no == query_int(q, 0) && key.n == PERSON_KEY &&
                memcmp(g->key, key.p, PERSON_KEY) == 0;
    if (!same) {
        end_group(l);
        g->series_no = query_int(q, 0);
        if (key.n == PERSON_KEY) memcpy(g->key, key.p, PERSON_KEY);
        g->newest = record_no;
        g->code = code;
        g->one_code = code != 0;
    }
    g->one_code = g->one_code && code == g->code;
    MEM_GROW(l->item, l->cap, l->n + 1);
    l->item[l->n++] = (struct duplicate){record_no, g->newest};
}

static int by_newest(const void *a, const void *b)
{
    const struct duplicate *x = a, *y = b;
    if (x->with != y->with) return x->with < y->with ? 1 : -1;
    return x->record_no < y->record_no ? 1 : x->record_no > y->record_no ? -1 : 0;
}

bool duplicate_list(struct duplicate **out, size_t *n, struct store *st, struct text series,
                    int64_t year, struct arena *a, struct err *e)
{
    struct listing l = {0};
    struct query q;
    (void)query_begin(&q, st->backend, SQL_LIST_DOUBLE);
    query_bind_text(&q, "series", series);
    query_bind_int(&q, "year", year);
    while (query_next(&q)) take(&l, &q);
    end_group(&l);
    bool ok = query_end(&q, e);
    *n = ok ? l.n : 0;
    *out = ARENA_ARRAY(a, struct duplicate, *n);
    if (*n > 0) {
        qsort(l.item, l.n, sizeof *l.item, by_newest);
        memcpy(*out, l.item, l.n * sizeof *l.item);
    }
    mem_free(l.item);
    return ok;
}

bool duplicate_index(struct store *st, int64_t series_no, struct err *e)
{
    struct query q;
    (void)query_begin(&q, st->backend, SQL_PERSON_DOUBLE_OF_SERIES);
    query_bind_int(&q, "series_no", series_no);
    return query_run(&q, e);
}

bool duplicate_add(struct store *st, int64_t series_no, const uint8_t person_key[PERSON_KEY],
                   int64_t record_no, struct err *e)
{
    struct query q;
    (void)query_begin(&q, st->backend, SQL_PERSON_ADD);
    query_bind_int(&q, "series_no", series_no);
    query_bind_blob(&q, "person_key", person_key, PERSON_KEY);
    query_bind_int(&q, "record_no", record_no);
    if (!query_run(&q, e)) return false;
    (void)query_begin(&q, st->backend, SQL_PERSON_DOUBLE_ADD);
    query_bind_int(&q, "series_no", series_no);
    query_bind_blob(&q, "person_key", person_key, PERSON_KEY);
    return query_run(&q, e);
}
