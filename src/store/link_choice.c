/* SPDX-License-Identifier: EUPL-1.2 */
#include "store/link_choice.h"

#include "base/date.h"
#include "base/mem.h"
#include "store/link_internal.h"

#include <stdlib.h>

/* ---- choosing ---- */

static bool can_be_chosen(const struct store *st, const struct link_subject *s, var_id variable,
                          struct err *e)
{
    const struct dictionary *d = st->dictionary;
    const struct variable *v = variable < d->n_variable ? &d->variable[variable] : NULL;
    if (v != NULL && v->form == s->form && v->group == 0 && (v->privacy & PRIVACY_D) == 0)
        return true;
    return err_set(e, ERR_INPUT, "link.variable",
                   "a choice is about a variable that record %s has once, and no direct identifier",
                   s->code);
}

static bool active(const struct link_subject *s, struct err *e)
{
    if (s->state == RECORD_ACTIVE) return true;
    err_set(e, ERR_CONFLICT, "link.inactive",
            "nothing can be chosen about record %s: it was withdrawn or erased", s->code);
    return err_remedy(e, "see the history of the record");
}

static bool add_over(struct store *st, int64_t choice_no, uint64_t record_no, struct err *e)
{
    struct query q;
    (void)query_begin(&q, st->backend, SQL_CHOICE_OVER_ADD);
    query_bind_int(&q, "choice_no", choice_no);
    query_bind_int(&q, "record_no", (int64_t)record_no);
    return query_run(&q, e);
}

static bool add(int64_t *choice_no, struct store *st, const struct link_subject *s,
                const struct link_choose *d, struct err *e)
{
    struct query q;
    if (!link_number(choice_no, st, SQL_CHOICE_NEXT, e)) return false;
    (void)query_begin(&q, st->backend, SQL_CHOICE_ADD);
    query_bind_int(&q, "choice_no", *choice_no);
    query_bind_int(&q, "form_no", s->form_no);
    query_bind_int(&q, "record_no", (int64_t)s->record_no);
    query_bind_text(&q, "variable", text_of(st->dictionary->variable[d->variable].name));
    query_bind_text(&q, "actor", text_of(d->actor));
    query_bind_int(&q, "at", instant_now());
    if (link_bind_reason(&q, st, s->record_no, ENVELOPE_CHOICE_REASON, *choice_no, d->reason, e))
        return query_run(&q, e) && add_over(st, *choice_no, s->record_no, e);
    (void)!query_end(&q, NULL);
    return false;
}

bool link_choose(int64_t *choice_no, struct store *st, const struct link_choose *d, struct err *e)
{
    struct link_subject s[2];
    if (!store_must_write(st, e) || !link_reason_fits(d->reason, e) ||
        !link_subject(&s[0], st, d->record_no, NULL, e) || !active(&s[0], e) ||
        !can_be_chosen(st, &s[0], d->variable, e))
        return false;
    for (size_t i = 0; i < d->n_over; i++)
        if (!link_subject(&s[1], st, d->over[i], NULL, e) || !active(&s[1], e) ||
            !link_one_form(s, e))
            return false;
    if (!add(choice_no, st, &s[0], d, e)) return false;
    for (size_t i = 0; i < d->n_over; i++)
        if (!add_over(st, *choice_no, d->over[i], e)) return false;
    return store_generation_next(st, e);
}

static bool load(uint64_t *record_no, struct store *st, int64_t choice_no, struct err *e)
{
    struct query q;
    bool withdrawn = false;
    (void)query_begin(&q, st->backend, SQL_CHOICE_KEPT);
    query_bind_int(&q, "choice_no", choice_no);
    bool found = query_next(&q);
    if (found) {
        *record_no = (uint64_t)query_int(&q, 0);
        withdrawn = query_int(&q, 1) != 0;
    }
    if (!query_end(&q, e)) return false;
    if (!found) {
        err_set(e, ERR_NOT_FOUND, "link.choice", "there is no choice %lld", (long long)choice_no);
        return err_remedy(e, "see what was chosen for the person");
    }
    return !withdrawn || err_set(e, ERR_CONFLICT, "link.withdrawn",
                                 "choice %lld was taken back already", (long long)choice_no);
}

bool link_unchoose(struct store *st, int64_t choice_no, const char *actor, struct text reason,
                   struct err *e)
{
    uint64_t record_no;
    struct query q;
    if (!store_must_write(st, e) || !link_reason_fits(reason, e) ||
        !load(&record_no, st, choice_no, e))
        return false;
    (void)query_begin(&q, st->backend, SQL_CHOICE_WITHDRAW);
    query_bind_int(&q, "choice_no", choice_no);
    query_bind_int(&q, "at", instant_now());
    query_bind_text(&q, "actor", text_of(actor));
    if (link_bind_reason(&q, st, record_no, ENVELOPE_CHOICE_UNDO, choice_no, reason, e))
        return query_run(&q, e) && store_generation_next(st, e);
    (void)!query_end(&q, NULL);
    return false;
}

/* ---- what was chosen ---- */

struct sealed { /* a choice, and its words as they lie there */
    struct link_choice choice;
    struct text reason, undo;
};

static bool of_record(struct sealed **list, size_t *n, size_t *cap, struct store *st,
                      uint64_t record_no, struct arena *a, struct err *e)
{
    struct query q;
    (void)query_begin(&q, st->backend, SQL_CHOICE_OF_RECORD);
    query_bind_int(&q, "record_no", (int64_t)record_no);
    while (query_next(&q)) {
        MEM_GROW(*list, *cap, *n + 1);
        (*list)[(*n)++] = (struct sealed){
            {.choice_no = query_int(&q, 0),
             .record_no = record_no,
             .variable = query_copy(&q, 1, a),
             .actor = query_copy(&q, 2, a),
             .made_at = query_int(&q, 3),
             .withdrawn_at = query_int(&q, 4),
             .withdrawn_by = query_copy(&q, 5, a)},
            query_copy_blob(&q, 6, a),
            query_copy_blob(&q, 7, a),
        };
    }
    return query_end(&q, e);
}

static int newest_first(const void *x, const void *y)
{
    int64_t a = ((const struct sealed *)x)->choice.choice_no,
            b = ((const struct sealed *)y)->choice.choice_no;
    return (a < b) - (a > b);
}

bool link_choices_of(struct link_choice **out, size_t *n, struct store *st,
                     const uint64_t *record_no, size_t n_record, struct arena *a, struct err *e)
{
    struct sealed *list = NULL;
    size_t cap = 0;
    bool ok = true;
    *n = 0;
    for (size_t i = 0; i < n_record && ok; i++)
        ok = of_record(&list, n, &cap, st, record_no[i], a, e);
    if (*n > 1) qsort(list, *n, sizeof *list, newest_first);
    *out = ARENA_ARRAY(a, struct link_choice, *n + 1);
    for (size_t i = 0; i < *n && ok; i++) {
        struct link_choice *x = &(*out)[i];
        *x = list[i].choice;
        ok = link_open_reason(&x->reason, st, x->record_no, ENVELOPE_CHOICE_REASON, x->choice_no,
                              list[i].reason, a, e) &&
             link_open_reason(&x->withdraw_reason, st, x->record_no, ENVELOPE_CHOICE_UNDO,
                              x->choice_no, list[i].undo, a, e);
    }
    mem_free(list);
    return ok;
}

bool link_choice_marks_of(struct choice_mark **out, size_t *n, struct backend *b,
                          const struct dictionary *d, const struct form *f, struct err *e)
{
    struct query q;
    size_t cap = 0;
    *out = NULL;
    *n = 0;
    (void)query_begin(&q, b, SQL_CHOICE_MARKS);
    query_bind_text(&q, "form", text_of(f->name));
    while (query_next(&q)) {
        const struct variable *v = dictionary_variable(d, f->id, query_text(&q, 1));
        if (v == NULL || v->group != 0) continue;
        MEM_GROW(*out, cap, *n + 1);
        (*out)[(*n)++] = (struct choice_mark){(uint64_t)query_int(&q, 0),
                                              {v->id, query_int(&q, 2), query_int(&q, 3) != 0}};
    }
    if (query_end(&q, e)) return true;
    mem_free(*out);
    *out = NULL;
    return false;
}

bool link_choice_marks(struct choice_mark **out, size_t *n, struct store *st, const struct form *f,
                       struct err *e)
{
    return link_choice_marks_of(out, n, st->backend, st->dictionary, f, e);
}

/* ---- checking, erasing ---- */

bool link_choice_check(int64_t *n_wrong, struct store *st, struct err *e)
{
    struct query q;
    *n_wrong = 0;
    (void)query_begin(&q, st->backend, SQL_CHOICE_WRONG);
    if (query_next(&q)) *n_wrong = query_int(&q, 0);
    return query_end(&q, e);
}

bool link_choice_forget(struct store *st, uint64_t record_no, struct err *e)
{
    static const enum sql_id step[] = {SQL_ERASE_CHOICE_WORDS, SQL_ERASE_CHOICE_PLACES,
                                       SQL_ERASE_CHOICES};
    for (size_t i = 0; i < sizeof step / sizeof *step; i++) {
        struct query q;
        (void)query_begin(&q, st->backend, step[i]);
        query_bind_int(&q, "record_no", (int64_t)record_no);
        if (!query_run(&q, e)) return false;
    }
    return true;
}
