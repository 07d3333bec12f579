/* SPDX-License-Identifier: EUPL-1.2 */
/* Decisions that are there: listed, found, and those that contradict each other. */
#include "store/link_decision.h"

#include "base/mem.h"
#include "store/link_internal.h"

#include <string.h>

struct listing { /* rows, and what is still sealed of each */
    struct link_decision *item;
    struct text *reason, *undo_reason;
    size_t n, max;
    struct store *st;
    struct arena *arena;
};

static void listing_begin(struct listing *l, struct store *st, size_t max, struct arena *a)
{
    *l = (struct listing){.item = ARENA_ARRAY(a, struct link_decision, max),
                          .reason = ARENA_ARRAY(a, struct text, max),
                          .undo_reason = ARENA_ARRAY(a, struct text, max),
                          .max = max,
                          .st = st,
                          .arena = a};
}

static void take(struct listing *l, struct query *q, bool evidence)
{
    struct arena *a = l->arena;
    const struct form *f = dictionary_form(l->st->dictionary, query_text(q, 1));
    struct link_decision *d = &l->item[l->n];
    l->reason[l->n] = query_copy_blob(q, 24, a);
    l->undo_reason[l->n++] = query_copy_blob(q, 25, a);
    *d = (struct link_decision){.decision_no = query_int(q, 0),
                                .form = f == NULL ? FORM_NONE : f->id,
                                .a = (uint64_t)query_int(q, 2),
                                .b = (uint64_t)query_int(q, 3),
                                .organisation_a = query_int(q, 6),
                                .organisation_b = query_int(q, 7),
                                .organisation_code_a = query_copy(q, 8, a),
                                .organisation_code_b = query_copy(q, 9, a),
                                .verdict = (enum link_verdict)query_int(q, 10),
                                .automatic = query_int(q, 11) != 0,
                                .run_no = query_int(q, 12),
                                .has_weight = !query_is_null(q, 13),
                                .weight = (double)query_int(q, 13) / 1000,
                                .evidence = TEXT(""),
                                .actor = query_copy(q, 14, a),
                                .made_at = query_int(q, 15),
                                .waits = query_int(q, 16) != 0,
                                .confirmed_at = query_int(q, 17),
                                .confirmed_by = query_copy(q, 18, a),
                                .in_force = query_int(q, 19) != 0,
                                .held = query_int(q, 20) != 0,
                                .against = query_int(q, 21),
                                .undone_at = query_int(q, 22),
                                .undone_by = query_copy(q, 23, a),
                                .reason = "",
                                .undo_reason = ""};
    record_code_format(d->code_a, (uint64_t)query_int(q, 4));
    record_code_format(d->code_b, (uint64_t)query_int(q, 5));
    if (evidence) d->evidence = query_copy_blob(q, 26, a);
}

static bool open_listing(struct listing *l, struct err *e)
{
    for (size_t i = 0; i < l->n; i++) {
        struct link_decision *d = &l->item[i];
        if (!link_open_reason(&d->reason, l->st, d->a, ENVELOPE_LINK_REASON, d->decision_no,
                              l->reason[i], l->arena, e) ||
            !link_open_reason(&d->undo_reason, l->st, d->a, ENVELOPE_LINK_UNDO, d->decision_no,
                              l->undo_reason[i], l->arena, e))
            return false;
    }
    return true;
}

/* ---- lists ---- */

static enum sql_id statement(const struct link_decision_filter *f)
{
    if (f->a != 0) return SQL_LINKAGE_DECISION_OF_RECORD;
    if (f->person_no != 0) return SQL_LINKAGE_DECISION_OF_PERSON;
    if (f->force == LINK_WAITS) return SQL_LINKAGE_DECISION_WAITING;
    if (f->people_only) return SQL_LINKAGE_DECISION_BY_PEOPLE;
    if (f->force == LINK_UNDONE) return SQL_LINKAGE_DECISION_TAKEN_BACK;
    return SQL_LINKAGE_DECISION_LIST;
}

static void bind(struct query *q, const struct link_decision_filter *f, int64_t form_no,
                 enum sql_id id)
{
    query_bind_int(q, "before", f->before == 0 ? INT64_MAX : f->before);
    query_bind_int(q, "form_no", form_no);
    query_bind_int(q, "run_no", f->run_no);
    query_bind_text(q, "actor", f->actor == NULL ? TEXT("") : text_of(f->actor));
    query_bind_int(q, "people", f->people_only);
    query_bind_int(q, "force", f->force);
    query_bind_int(q, "organisation_no", f->organisation_no);
    query_bind_int(q, "max", (int64_t)f->max + 1);
    if (id == SQL_LINKAGE_DECISION_OF_PERSON) query_bind_int(q, "person_no", (int64_t)f->person_no);
    if (id != SQL_LINKAGE_DECISION_OF_RECORD) return;
    query_bind_int(q, "record_no", (int64_t)f->a);
    query_bind_int(q, "other", (int64_t)f->b);
}

static bool form_number(int64_t *out, struct store *st, form_id form, struct err *e)
{
    *out = 0;
    if (form == FORM_NONE) return true;
    if (!numbering_ensure(st, e)) return false;
    *out = numbering_of_form(st, form)->form_no;
    return true;
}

bool link_decision_list(struct link_decision **out, size_t *n, bool *more, struct store *st,
                        const struct link_decision_filter *f, struct arena *a, struct err *e)
{
    struct listing l;
    int64_t form_no;
    enum sql_id id = statement(f);
    struct query q;
    *out = NULL;
    *n = 0;
    *more = false;
    if (f->max == 0 || f->max > LINK_PAGE_MAX)
        return err_set(e, ERR_LIMIT, "link.page", "a page has 1 to %d decisions", LINK_PAGE_MAX);
    if (!form_number(&form_no, st, f->form, e)) return false;
    listing_begin(&l, st, f->max, a);
    (void)query_begin(&q, st->backend, id);
    bind(&q, f, form_no, id);
    while (query_next(&q)) {
        *more = l.n == f->max;
        if (!*more) take(&l, &q, false);
    }
    if (!query_end(&q, e) || !open_listing(&l, e)) return false;
    *out = l.item;
    *n = l.n;
    return true;
}

bool link_decision_get(struct link_decision *out, struct store *st, int64_t decision_no,
                       struct arena *a, struct err *e)
{
    struct listing l;
    struct query q;
    *out = (struct link_decision){0};
    listing_begin(&l, st, 1, a);
    (void)query_begin(&q, st->backend, SQL_LINKAGE_DECISION_GET);
    query_bind_int(&q, "decision_no", decision_no);
    if (query_next(&q)) take(&l, &q, true);
    if (!query_end(&q, e) || !open_listing(&l, e)) return false;
    if (l.n == 1) {
        *out = l.item[0];
        return true;
    }
    err_set(e, ERR_NOT_FOUND, "link.decision", "there is no decision %lld", (long long)decision_no);
    return err_remedy(e, "see the decisions about the pair");
}

/* ---- contradictions ---- */

bool link_conflict_list(struct link_conflict **out, size_t *n, struct store *st, form_id form,
                        bool automatic, int64_t before, size_t max, struct arena *a, struct err *e)
{
    struct listing l;
    int64_t form_no;
    struct query q;
    struct link_conflict *list = ARENA_ARRAY(a, struct link_conflict, max);
    *out = list;
    *n = 0;
    if (!form_number(&form_no, st, form, e)) return false;
    listing_begin(&l, st, max, a);
    (void)query_begin(&q, st->backend, SQL_LINKAGE_CONFLICT_LIST);
    query_bind_int(&q, "form_no", form_no);
    query_bind_int(&q, "automatic", automatic);
    query_bind_int(&q, "before", before == 0 ? INT64_MAX : before);
    query_bind_int(&q, "max", (int64_t)max);
    while (l.n < max && query_next(&q)) take(&l, &q, false);
    if (!query_end(&q, e) || !open_listing(&l, e)) return false;
    for (size_t i = 0; i < l.n; i++) {
        list[i].same = l.item[i];
        if (!link_decision_get(&list[i].different, st, l.item[i].against, a, e)) return false;
    }
    *n = l.n;
    return true;
}

bool link_conflict_count(int64_t *out, struct store *st, form_id form, bool automatic,
                         struct err *e)
{
    int64_t form_no;
    struct query q;
    *out = 0;
    if (!form_number(&form_no, st, form, e)) return false;
    (void)query_begin(&q, st->backend, SQL_LINKAGE_CONFLICT_COUNT);
    query_bind_int(&q, "form_no", form_no);
    query_bind_int(&q, "automatic", automatic);
    if (query_next(&q)) *out = query_int(&q, 0);
    return query_end(&q, e);
}
