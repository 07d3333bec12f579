/* SPDX-License-Identifier: EUPL-1.2 */
#include "store/duplicate.h"

#include "base/mem.h"
#include "store/partition.h"
#include "store/store_internal.h"

#include <stdlib.h>
#include <string.h>

struct double_group { /* records of one series and key, while they are read */
    int64_t series_no;
    uint8_t key[PERSON_KEY];
    size_t from; /* of its links */
    uint64_t newest;
    int64_t code;
    bool one_code, unseen; /* all say the same; linkage has not seen one of them */
};

/* Each record is linked to the newest of its key; pairs that linkage proposes are links of their
 * own. What hangs together is one person, possibly. */
struct listing {
    struct partition_edge *link;
    size_t n, cap;
    struct double_group group;
};

static void add_link(struct listing *l, uint64_t a, uint64_t b)
{
    MEM_GROW(l->link, l->cap, l->n + 1);
    l->link[l->n++] = (struct partition_edge){.a = a < b ? a : b, .b = a < b ? b : a};
}

/* A group that turns out to be no duplicate is taken out again. */
static void end_group(struct listing *l)
{
    const struct double_group *g = &l->group;
    if (g->one_code || !g->unseen) l->n = g->from;
    l->group.from = l->n;
}

static void take(struct listing *l, struct query *q)
{
    struct double_group *g = &l->group;
    struct text key = query_blob(q, 1);
    int64_t code = query_int(q, 3);
    uint64_t record_no = (uint64_t)query_int(q, 2);
    bool same = g->newest != 0 && g->series_no == query_int(q, 0) && key.n == PERSON_KEY &&
                memcmp(g->key, key.p, PERSON_KEY) == 0;
    if (!same) {
        end_group(l);
        g->series_no = query_int(q, 0);
        if (key.n == PERSON_KEY) memcpy(g->key, key.p, PERSON_KEY);
        g->newest = record_no;
        g->code = code;
        g->one_code = code != 0;
        g->unseen = false;
    } else add_link(l, record_no, g->newest);
    g->one_code = g->one_code && code == g->code;
    g->unseen = g->unseen || query_int(q, 4) == 0;
}

static bool take_pairs(struct listing *l, struct store *st, struct text series, int64_t year,
                       struct err *e)
{
    struct query q;
    (void)query_begin(&q, st->backend, SQL_LINKAGE_DUPLICATES);
    query_bind_text(&q, "series", series);
    query_bind_int(&q, "year", year);
    while (query_next(&q)) add_link(l, (uint64_t)query_int(&q, 1), (uint64_t)query_int(&q, 2));
    return query_end(&q, e);
}

static int by_number(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static int by_newest(const void *a, const void *b)
{
    const struct duplicate *x = a, *y = b;
    if (x->with != y->with) return x->with < y->with ? 1 : -1;
    return x->record_no < y->record_no ? 1 : x->record_no > y->record_no ? -1 : 0;
}

static size_t place(const uint64_t *record, size_t n, uint64_t record_no)
{
    const uint64_t *p = bsearch(&record_no, record, n, sizeof *record, by_number);
    return (size_t)(p - record);
}

/* The records of all links, each with the newest of its group. */
static void groups(struct duplicate **out, size_t *n, struct listing *l, struct arena *a)
{
    uint64_t *record = mem_new(mem_mul(l->n, 2), sizeof *record), *person, *newest;
    size_t count = 0;
    for (size_t i = 0; i < l->n; i++) {
        record[2 * i] = l->link[i].a;
        record[2 * i + 1] = l->link[i].b;
    }
    if (l->n > 0) qsort(record, 2 * l->n, sizeof *record, by_number);
    for (size_t i = 0; i < 2 * l->n; i++)
        if (count == 0 || record[count - 1] != record[i]) record[count++] = record[i];
    person = mem_new(count, sizeof *person);
    newest = mem_new(count, sizeof *newest);
    partition(person, record, count, l->link, l->n, NULL, 0);
    for (size_t i = 0; i < count; i++) newest[place(record, count, person[i])] = record[i];
    *n = count;
    *out = ARENA_ARRAY(a, struct duplicate, count);
    for (size_t i = 0; i < count; i++)
        (*out)[i] = (struct duplicate){record[i], newest[place(record, count, person[i])]};
    if (count > 0) qsort(*out, count, sizeof **out, by_newest);
    mem_free(newest);
    mem_free(person);
    mem_free(record);
}

bool duplicate_list(struct duplicate **out, size_t *n, struct store *st, struct text series,
                    int64_t year, struct arena *a, struct err *e)
{
    struct listing l = {0};
    struct query q;
    *n = 0;
    *out = NULL;
    (void)query_begin(&q, st->backend, SQL_LIST_DOUBLE);
    query_bind_text(&q, "series", series);
    query_bind_int(&q, "year", year);
    while (query_next(&q)) take(&l, &q);
    end_group(&l);
    bool ok = query_end(&q, e) && take_pairs(&l, st, series, year, e);
    if (ok) groups(out, n, &l, a);
    mem_free(l.link);
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
