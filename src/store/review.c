/* SPDX-License-Identifier: EUPL-1.2 */
#include "store/review.h"

#include "base/date.h"
#include "base/mem.h"
#include "store/beside.h"
#include "store/record_put.h"
#include "store/store_internal.h"

#include <string.h>

enum { WORDS_MAX = 20000, SEALED_MAX = 2 * WORDS_MAX };

static form_id form_called(const struct store *st, struct text name)
{
    const struct form *f = dictionary_form(st->dictionary, name);
    return f == NULL ? FORM_NONE : f->id;
}

/* ---- where versions stand ---- */

bool work_list(struct work **out, size_t *n, int64_t *next, struct store *st, const char *state,
               form_id form, int64_t organisation_no, int64_t after, size_t max, struct arena *a,
               struct err *e)
{
    struct work *list = ARENA_ARRAY(a, struct work, max);
    struct query q;
    *out = list;
    *n = 0;
    *next = 0;
    (void)query_begin(&q, st->backend, SQL_WORK_LIST);
    query_bind_text(&q, "state", text_of(state));
    query_bind_text(&q, "form",
                    form == FORM_NONE ? TEXT("") : text_of(st->dictionary->form[form].name));
    query_bind_int(&q, "organisation_no", organisation_no);
    query_bind_int(&q, "after", after);
    query_bind_int(&q, "max", (int64_t)max);
    while (*n < max && query_next(&q)) {
        struct work *w = &list[(*n)++];
        *next = query_int(&q, 0);
        *w = (struct work){.record_no = (uint64_t)query_int(&q, 1),
                           .version_no = (uint32_t)(*next % VERSIONS_PER_RECORD),
                           .form = form_called(st, query_text(&q, 3)),
                           .organisation_no = query_int(&q, 4),
                           .organisation = query_copy(&q, 5, a),
                           .state = query_copy(&q, 6, a),
                           .counted = query_int(&q, 7) != 0,
                           .late = query_int(&q, 8) != 0,
                           .changed_at = query_int(&q, 9),
                           .actor = query_copy(&q, 10, a)};
        record_code_format(w->code, (uint64_t)query_int(&q, 2));
    }
    if (*n < max) *next = 0;
    return query_end(&q, e);
}

bool work_of(struct work *out, struct store *st, uint64_t record_no, uint32_t version_no,
             struct arena *a, struct err *e)
{
    struct query q;
    *out = (struct work){.record_no = record_no,
                         .version_no = version_no,
                         .state = "",
                         .counted = true,
                         .actor = ""};
    (void)query_begin(&q, st->backend, SQL_WORK_OF);
    query_bind_int(&q, "version_id", (int64_t)record_no * VERSIONS_PER_RECORD + version_no);
    if (query_next(&q)) {
        out->state = query_copy(&q, 0, a);
        out->counted = query_int(&q, 1) != 0;
        out->late = query_int(&q, 2) != 0;
        out->changed_at = query_int(&q, 3);
        out->actor = query_copy(&q, 4, a);
    }
    return query_end(&q, e);
}

bool work_set(struct store *st, uint64_t record_no, uint32_t version_no, const char *state,
              const char *actor, struct err *e)
{
    struct query q;
    if (!store_must_write(st, e)) return false;
    (void)query_begin(&q, st->backend, SQL_WORK_SET);
    query_bind_int(&q, "version_id", (int64_t)record_no * VERSIONS_PER_RECORD + version_no);
    query_bind_text(&q, "state", text_of(state));
    query_bind_int(&q, "at", instant_now());
    query_bind_text(&q, "actor", text_of(actor));
    return query_run(&q, e);
}

/* ---- questions ---- */

static bool number(int64_t *out, struct store *st, enum sql_id id, struct err *e)
{
    struct query q;
    (void)query_begin(&q, st->backend, id);
    *out = query_next(&q) ? query_int(&q, 0) : 1;
    return query_end(&q, e);
}

static bool add_message(struct store *st, uint64_t record_no, int64_t query_no, const char *actor,
                        struct text words, struct err *e)
{
    int64_t message_no;
    struct buf sealed;
    struct query q;
    if (!number(&message_no, st, SQL_MESSAGE_NEXT, e)) return false;
    if (words.n > WORDS_MAX)
        return err_set(e, ERR_LIMIT, "query.too_long", "at most %d bytes can be said at once",
                       WORDS_MAX);
    buf_init(&sealed, SEALED_MAX);
    bool ok =
        beside_seal(&sealed, st, record_no, ENVELOPE_REVIEW_TEXT, (uint32_t)message_no, words, e);
    if (ok) {
        (void)query_begin(&q, st->backend, SQL_MESSAGE_ADD);
        query_bind_int(&q, "message_no", message_no);
        query_bind_int(&q, "query_no", query_no);
        query_bind_int(&q, "at", instant_now());
        query_bind_text(&q, "actor", text_of(actor));
        query_bind_blob(&q, "body", sealed.p, sealed.n);
        ok = query_run(&q, e);
    }
    buf_release(&sealed);
    return ok;
}

bool review_ask(int64_t *query_no, struct store *st, uint64_t record_no, uint32_t version_no,
                const char *field, const char *actor, struct text words, struct err *e)
{
    struct query q;
    if (!store_must_write(st, e) || !number(query_no, st, SQL_QUERY_NEXT, e)) return false;
    (void)query_begin(&q, st->backend, SQL_QUERY_ADD);
    query_bind_int(&q, "query_no", *query_no);
    query_bind_int(&q, "record_no", (int64_t)record_no);
    query_bind_int(&q, "version_no", version_no);
    query_bind_text(&q, "field", text_of(field));
    query_bind_int(&q, "at", instant_now());
    return query_run(&q, e) && add_message(st, record_no, *query_no, actor, words, e);
}

bool review_say(struct store *st, const struct review_query *asked, const char *state,
                const char *actor, struct text words, struct err *e)
{
    struct query q;
    if (!store_must_write(st, e)) return false;
    (void)query_begin(&q, st->backend, SQL_QUERY_STATE);
    query_bind_int(&q, "query_no", asked->query_no);
    query_bind_text(&q, "state", text_of(state));
    query_bind_int(&q, "at", instant_now());
    if (!query_run(&q, e)) return false;
    return text_trim(words).n == 0 ||
           add_message(st, asked->record_no, asked->query_no, actor, words, e);
}

static void take_query(struct review_query *out, struct query *q, struct arena *a)
{
    *out = (struct review_query){.query_no = query_int(q, 0),
                                 .record_no = (uint64_t)query_int(q, 1),
                                 .organisation_no = query_int(q, 3),
                                 .version_no = (uint32_t)query_int(q, 4),
                                 .field = query_copy(q, 5, a),
                                 .state = query_copy(q, 6, a),
                                 .changed_at = query_int(q, 7)};
    record_code_format(out->code, (uint64_t)query_int(q, 2));
}

bool review_unknown(struct err *e)
{
    err_set(e, ERR_NOT_FOUND, "query.unknown", "there is no such question");
    return err_remedy(e, "see the questions of the record");
}

bool review_find(struct review_query *out, struct store *st, int64_t query_no, struct arena *a,
                 struct err *e)
{
    struct query q;
    bool found;
    (void)query_begin(&q, st->backend, SQL_QUERY_GET);
    query_bind_int(&q, "query_no", query_no);
    found = query_next(&q);
    if (found) take_query(out, &q, a);
    if (!query_end(&q, e)) return false;
    return found || review_unknown(e);
}

static bool open_messages(struct review_query *out, struct store *st, struct arena *a,
                          struct err *e)
{
    struct review_message *list = NULL;
    size_t cap = 0;
    bool ok = true;
    struct query q;
    struct buf plain;
    (void)query_begin(&q, st->backend, SQL_MESSAGE_LIST);
    query_bind_int(&q, "query_no", out->query_no);
    buf_init_wiped(&plain, SEALED_MAX);
    while (ok && query_next(&q)) {
        MEM_GROW(list, cap, out->n_message + 1);
        ok = beside_open(&plain, st, out->record_no, ENVELOPE_REVIEW_TEXT,
                         (uint32_t)query_int(&q, 0), query_blob(&q, 3), e);
        list[out->n_message++] = (struct review_message){query_int(&q, 1), query_copy(&q, 2, a),
                                                         ok ? arena_copy(a, plain.p, plain.n) : ""};
    }
    buf_release(&plain);
    if (!query_end(&q, ok ? e : NULL)) ok = false;
    out->message = ARENA_ARRAY(a, struct review_message, out->n_message);
    if (out->n_message > 0) memcpy(out->message, list, out->n_message * sizeof *list);
    mem_free(list);
    return ok;
}

bool review_list(struct review_query **out, size_t *n, struct store *st, uint64_t record_no,
                 struct arena *a, struct err *e)
{
    struct review_query *list = NULL;
    size_t cap = 0, count_here = 0;
    struct query q;
    (void)query_begin(&q, st->backend, SQL_QUERY_OF_RECORD);
    query_bind_int(&q, "record_no", (int64_t)record_no);
    while (query_next(&q)) {
        MEM_GROW(list, cap, count_here + 1);
        take_query(&list[count_here++], &q, a);
    }
    bool ok = query_end(&q, e);
    for (size_t i = 0; ok && i < count_here; i++) ok = open_messages(&list[i], st, a, e);
    *n = ok ? count_here : 0;
    *out = ARENA_ARRAY(a, struct review_query, *n);
    if (*n > 0) memcpy(*out, list, *n * sizeof *list);
    mem_free(list);
    return ok;
}

/* ---- years ---- */

bool year_close(struct store *st, const struct form *f, int64_t year, const char *actor,
                struct err *e)
{
    bool closed;
    struct query q;
    if (!store_must_write(st, e) || !numbering_ensure(st, e) ||
        !store_year_closed(&closed, st, f, year, e))
        return false;
    if (closed)
        return err_set(e, ERR_CONFLICT, "year.closed", "year %lld of form %s is closed already",
                       (long long)year, f->name);
    (void)query_begin(&q, st->backend, SQL_YEAR_CLOSE);
    query_bind_int(&q, "form_no", numbering_of_form(st, f->id)->form_no);
    query_bind_int(&q, "year", year);
    query_bind_int(&q, "at", instant_now());
    query_bind_text(&q, "actor", text_of(actor));
    return query_run(&q, e);
}

bool year_reopen(struct store *st, const struct form *f, int64_t year, struct err *e)
{
    struct query q;
    if (!store_must_write(st, e)) return false;
    (void)query_begin(&q, st->backend, SQL_YEAR_REOPEN);
    query_bind_text(&q, "form", text_of(f->name));
    query_bind_int(&q, "year", year);
    return query_run(&q, e);
}

bool year_list(struct closed_year **out, size_t *n, struct store *st, struct arena *a,
               struct err *e)
{
    enum { YEARS_MAX = 2000 };
    struct closed_year *list = ARENA_ARRAY(a, struct closed_year, YEARS_MAX);
    struct query q;
    *out = list;
    *n = 0;
    (void)query_begin(&q, st->backend, SQL_YEAR_LIST);
    while (*n < YEARS_MAX && query_next(&q))
        list[(*n)++] = (struct closed_year){form_called(st, query_text(&q, 0)), query_int(&q, 1),
                                            query_int(&q, 2), query_copy(&q, 3, a)};
    return query_end(&q, e);
}
