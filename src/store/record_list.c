/* SPDX-License-Identifier: EUPL-1.2 */
/* First the numbers of the records, from the statement whose index fits what is asked; then what is
 * said of those that are shown. */
#include "store/record_list.h"

#include "base/buf.h"
#include "base/mem.h"
#include "store/duplicate.h"
#include "store/store_internal.h"
#include "store/version_index.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    SERIES_TEXT = 64 * 1024,
    SPARSE = 8 /* series that hold less than this part of the records are walked one by one */
};

static const char *const names[RECORDS_STATE_COUNT] = {
#define X(id, name) [id] = name,
    RECORD_STATES(X)
#undef X
};

const char *records_state_name(enum records_state s)
{
    return names[s];
}

enum records_state records_state_find(struct text name)
{
    enum records_state s = 0;
    while (s < RECORDS_STATE_COUNT && !text_is(name, names[s])) s++;
    return s;
}

struct candidate {
    uint64_t record_no, with; /* with: 0 but for duplicates */
    int32_t due_on;
};

struct series_seen {
    int64_t series_no, n_active;
};

struct listing {
    struct store *st;
    const struct record_list *l;
    struct arena *arena;
    struct series_seen *series; /* that may be seen */
    size_t n_series, series_cap;
    int64_t n_seen, n_all; /* active records in them, and in all */
    bool all;              /* every series may be seen */
    struct text series_text;
    size_t want; /* candidates that are enough */
    struct candidate *item;
    size_t n, cap;
};

/* ---- whose records ---- */

static bool sees(const struct listing *x, struct text form, int64_t organisation_no)
{
    const struct form *f = dictionary_form(x->st->dictionary, form);
    if (f == NULL || f->id >= 64 || (x->l->forms >> f->id & 1) == 0) return false;
    return x->l->organisation_no == 0 || x->l->organisation_no == organisation_no;
}

static bool find_series(struct listing *x, struct err *e)
{
    struct query q;
    struct buf words;
    buf_init(&words, SERIES_TEXT);
    buf_putc(&words, ',');
    x->all = true;
    (void)query_begin(&q, x->st->backend, SQL_LIST_SERIES);
    while (query_next(&q)) {
        x->n_all += query_int(&q, 3);
        if (!sees(x, query_text(&q, 1), query_int(&q, 2))) {
            x->all = false;
            continue;
        }
        MEM_GROW(x->series, x->series_cap, x->n_series + 1);
        x->series[x->n_series++] = (struct series_seen){query_int(&q, 0), query_int(&q, 3)};
        x->n_seen += query_int(&q, 3);
        char number[24];
        snprintf(number, sizeof number, "%lld,", (long long)query_int(&q, 0));
        buf_puts(&words, number);
    }
    bool ok = query_end(&q, e) && buf_ok(&words, e);
    struct text t = buf_text(&words);
    if (ok && !x->all) x->series_text = (struct text){arena_copy(x->arena, t.p, t.n), t.n};
    buf_release(&words);
    return ok;
}

/* ---- candidates ---- */

static bool made_by(bool *is, const struct listing *x, uint64_t record_no, struct err *e)
{
    struct query q;
    *is = x->l->author == NULL;
    if (*is) return true;
    (void)query_begin(&q, x->st->backend, SQL_LIST_BY);
    query_bind_int(&q, "record_no", (int64_t)record_no);
    query_bind_text(&q, "author", text_of(x->l->author));
    if (query_next(&q)) *is = query_int(&q, 0) != 0;
    return query_end(&q, e);
}

static void add(struct listing *x, struct candidate one)
{
    if (x->n > 0 && x->item[x->n - 1].record_no == one.record_no) return;
    MEM_GROW(x->item, x->cap, x->n + 1);
    x->item[x->n++] = one;
}

/* Those of a begun statement whose first column is the record, until there are enough more; ends
 * it. */
static bool take(struct listing *x, struct query *q, bool by_author, struct err *e)
{
    size_t from = x->n;
    bool ok = true;
    while (ok && x->n - from < x->want && query_next(q)) {
        uint64_t record_no = (uint64_t)query_int(q, 0);
        bool is = true;
        if (!by_author) ok = made_by(&is, x, record_no, e);
        if (ok && is) add(x, (struct candidate){record_no, 0, 0});
    }
    if (ok) return query_end(q, e);
    (void)!query_end(q, NULL);
    return false;
}

static int64_t before(const struct record_list *l)
{
    return l->after == 0 || l->after > INT64_MAX ? INT64_MAX : (int64_t)l->after;
}

static int64_t before_version(const struct record_list *l)
{
    return before(l) >= INT64_MAX / VERSIONS_PER_RECORD ? INT64_MAX
                                                        : before(l) * VERSIONS_PER_RECORD;
}

/* The name by which version_work knows it; "" for lists that do not ask. */
static const char *work_name(enum records_state s)
{
    return s >= RECORDS_INCOMPLETE && s <= RECORDS_IMPORTED ? names[s] : "";
}

static bool from_index(struct listing *x, enum sql_id id, struct err *e)
{
    const struct record_list *l = x->l;
    struct query q;
    (void)query_begin(&q, x->st->backend, id);
    query_bind_text(&q, "series", x->series_text);
    if (id == SQL_LIST_OF_WORK || id == SQL_LIST_OF_AUTHOR || id == SQL_LIST_OF_YEAR)
        query_bind_int(&q, "before_version", before_version(l));
    else query_bind_int(&q, "before", before(l));
    if (id == SQL_LIST_OF_AUTHOR) query_bind_text(&q, "author", text_of(l->author));
    if (id == SQL_LIST_ASKED)
        query_bind_text(&q, "question",
                        l->state == RECORDS_ASKED ? TEXT("open") : TEXT("answered"));
    if (id == SQL_LIST_RECENT || id == SQL_LIST_OF_WORK || id == SQL_LIST_OF_AUTHOR ||
        id == SQL_LIST_OF_YEAR)
        query_bind_text(&q, "work", text_of(work_name(l->state)));
    if (id != SQL_LIST_RECENT) query_bind_int(&q, "year", l->year);
    return take(x, &q, id == SQL_LIST_OF_AUTHOR, e);
}

static int newest_first(const void *a, const void *b)
{
    const struct candidate *x = a, *y = b;
    return x->record_no < y->record_no ? 1 : x->record_no > y->record_no ? -1 : 0;
}

static void sort(struct listing *x)
{
    if (x->n > 0) qsort(x->item, x->n, sizeof *x->item, newest_first);
}

static bool from_series(struct listing *x, struct err *e)
{
    for (size_t i = 0; i < x->n_series; i++) {
        struct query q;
        if (x->series[i].n_active == 0) continue;
        (void)query_begin(&q, x->st->backend, SQL_LIST_OF_SERIES);
        query_bind_int(&q, "series_no", x->series[i].series_no);
        query_bind_int(&q, "before_version", before_version(x->l));
        query_bind_text(&q, "work", text_of(work_name(x->l->state)));
        query_bind_int(&q, "year", x->l->year);
        if (!take(x, &q, false, e)) return false;
    }
    sort(x);
    return true;
}

/* ---- lists that are few, and read whole ---- */

static bool from_term(struct listing *x, uint8_t term, struct err *e)
{
    const struct record_list *l = x->l;
    int64_t years = retention_years(x->st->dictionary, term);
    struct query q;
    bool ok = true;
    if (years < 0) return true;
    (void)query_begin(&q, x->st->backend, SQL_LIST_TERM);
    query_bind_int(&q, "term", term);
    query_bind_int(&q, "day", l->due_by - years * 365);
    query_bind_text(&q, "series", x->series_text);
    query_bind_int(&q, "year", l->year);
    while (ok && query_next(&q)) {
        int32_t on = retention_ends((int32_t)query_int(&q, 1), years);
        uint64_t record_no = (uint64_t)query_int(&q, 0);
        bool is = true;
        if (on > l->due_by) continue;
        ok = made_by(&is, x, record_no, e);
        if (ok && is) add(x, (struct candidate){record_no, 0, on});
    }
    if (ok) return query_end(&q, e);
    (void)!query_end(&q, NULL);
    return false;
}

/* Behind the page before. */
static void skip(struct listing *x)
{
    size_t kept = 0;
    if (x->l->after == 0) return;
    for (size_t i = 0; i < x->n; i++) {
        const struct candidate *c = &x->item[i];
        if ((c->with != 0 ? c->with : c->record_no) < x->l->after) x->item[kept++] = *c;
    }
    x->n = kept;
}

static bool from_terms(struct listing *x, struct err *e)
{
    for (uint8_t term = TERM_FIXED; term < TERM_COUNT; term++)
        if (!from_term(x, term, e)) return false;
    sort(x);
    skip(x);
    return true;
}

static bool from_duplicates(struct listing *x, struct err *e)
{
    struct duplicate *list;
    size_t n;
    bool ok = duplicate_list(&list, &n, x->st, x->series_text, x->l->year, x->arena, e);
    for (size_t i = 0; ok && i < n; i++) {
        bool is;
        ok = made_by(&is, x, list[i].record_no, e);
        if (ok && is) add(x, (struct candidate){list[i].record_no, list[i].with, 0});
    }
    skip(x);
    return ok;
}

static bool find(struct listing *x, struct err *e)
{
    const struct record_list *l = x->l;
    if (x->n_series == 0) return true;
    switch (l->state) {
    case RECORDS_WITHDRAWN: return from_index(x, SQL_LIST_WITHDRAWN, e);
    case RECORDS_ASKED:
    case RECORDS_ANSWERED: return from_index(x, SQL_LIST_ASKED, e);
    case RECORDS_DUPLICATE: return from_duplicates(x, e);
    case RECORDS_DUE: return from_terms(x, e);
    default: break;
    }
    if (l->author != NULL) return from_index(x, SQL_LIST_OF_AUTHOR, e);
    if (l->state != RECORDS_ALL && l->state != RECORDS_IMPORTED)
        return from_index(x, SQL_LIST_OF_WORK, e);
    bool sparse = x->n_seen < x->n_all / SPARSE;
    if (sparse) return from_series(x, e);
    return from_index(x, l->year != 0 ? SQL_LIST_OF_YEAR : SQL_LIST_RECENT, e);
}

static bool begin(struct listing *x, struct store *st, const struct record_list *l, size_t want,
                  struct arena *a, struct err *e)
{
    *x = (struct listing){.st = st, .l = l, .arena = a, .want = want, .series_text = TEXT("")};
    return find_series(x, e) && find(x, e);
}

static void end(struct listing *x)
{
    mem_free(x->series);
    mem_free(x->item);
}

/* ---- pages ---- */

/* How many of the candidates are on the page: duplicates of one person are not parted. */
static size_t page_end(const struct listing *x, size_t max)
{
    if (x->n <= max) return x->n;
    size_t n = max;
    while (n < x->n && x->item[n].with != 0 && x->item[n].with == x->item[n - 1].with) n++;
    return n;
}

static bool put_row(struct record_row *out, struct listing *x, const struct candidate *c,
                    struct err *e)
{
    const char *work;
    *out = (struct record_row){.due_on = c->due_on, .work = ""};
    if (!store_record_meta(&out->meta, &work, x->st, c->record_no, x->arena, e)) return false;
    out->work = work;
    if (c->with == 0) return true;
    struct record_link link;
    if (!store_link_of(&link, x->st, c->with, e)) return false;
    memcpy(out->with, link.code, sizeof out->with);
    return true;
}

bool record_list(struct record_row **out, size_t *n, uint64_t *next, struct store *st,
                 const struct record_list *l, struct arena *a, struct err *e)
{
    struct listing x;
    size_t max = l->max == 0 ? 1 : l->max;
    bool ok = begin(&x, st, l, max + 1, a, e);
    *next = 0;
    *n = 0;
    size_t shown = ok ? page_end(&x, max) : 0;
    *out = ARENA_ARRAY(a, struct record_row, shown);
    for (size_t i = 0; ok && i < shown; i++) ok = put_row(&(*out)[i], &x, &x.item[i], e);
    if (ok && shown < x.n) {
        const struct candidate *last = &x.item[shown - 1];
        *next = last->with != 0 ? last->with : last->record_no;
    }
    *n = ok ? shown : 0;
    end(&x);
    return ok;
}

bool record_list_count(int64_t *n, struct store *st, const struct record_list *l, struct arena *a,
                       struct err *e)
{
    struct listing x;
    struct record_list all = *l;
    all.after = 0;
    bool ok = begin(&x, st, &all, SIZE_MAX, a, e);
    *n = ok ? (int64_t)x.n : 0;
    end(&x);
    return ok;
}
