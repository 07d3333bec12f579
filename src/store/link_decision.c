/* SPDX-License-Identifier: EUPL-1.2 */
#include "store/link_decision.h"

#include "base/date.h"
#include "base/mem.h"
#include "store/beside.h"
#include "store/link_internal.h"
#include "store/person.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SEALED_MAX = 2 * LINK_REASON_MAX + 1000 };

static const char *const verdict_names[] = {[LINK_VERDICT_SAME] = "same",
                                            [LINK_VERDICT_DIFFERENT] = "different",
                                            [LINK_VERDICT_UNSURE] = "unsure"};

const char *link_verdict_name(enum link_verdict v)
{
    assert(v >= LINK_VERDICT_SAME && v <= LINK_VERDICT_UNSURE);
    return verdict_names[v];
}

bool link_verdict_find(enum link_verdict *out, struct text name)
{
    for (int v = LINK_VERDICT_SAME; v <= LINK_VERDICT_UNSURE; v++) {
        if (!text_is(name, verdict_names[v])) continue;
        *out = (enum link_verdict)v;
        return true;
    }
    return false;
}

static bool is_verdict(enum link_verdict v)
{
    return v == LINK_VERDICT_SAME || v == LINK_VERDICT_DIFFERENT || v == LINK_VERDICT_UNSURE;
}

/* ---- records of a pair ---- */

bool link_subject(struct link_subject *out, struct store *st, uint64_t record_no, struct arena *a,
                  struct err *e)
{
    struct query q;
    *out = (struct link_subject){.record_no = record_no, .form = FORM_NONE};
    (void)query_begin(&q, st->backend, SQL_LINKAGE_RECORD);
    query_bind_int(&q, "record_no", (int64_t)record_no);
    bool found = query_next(&q);
    if (found) {
        const struct form *f = dictionary_form(st->dictionary, query_text(&q, 2));
        struct text organisation = query_text(&q, 6);
        out->form_no = query_int(&q, 1);
        out->form = f == NULL ? FORM_NONE : f->id;
        out->state = query_int(&q, 3);
        out->organisation_no = query_int(&q, 5);
        if (a != NULL) out->organisation = arena_copy(a, organisation.p, organisation.n);
        record_code_format(out->code, (uint64_t)query_int(&q, 4));
    }
    if (!query_end(&q, e)) return false;
    return found || record_unknown(e, TEXT("?"));
}

bool link_one_form(const struct link_subject s[2], struct err *e)
{
    if (s[0].form_no == s[1].form_no) return true;
    return err_set(e, ERR_INPUT, "link.forms",
                   "records %s and %s are of two forms: only records of one form are one person",
                   s[0].code, s[1].code);
}

static bool both_active(const struct link_subject s[2], struct err *e)
{
    for (int i = 0; i < 2; i++) {
        if (s[i].state == RECORD_ACTIVE) continue;
        err_set(e, ERR_CONFLICT, "link.inactive",
                "nothing can be decided about record %s: it was withdrawn or erased", s[i].code);
        return err_remedy(e, "see the history of the record");
    }
    return true;
}

/* ---- what is in force ---- */

static bool deciding_run(int64_t *run_no, struct store *st, int64_t form_no, struct err *e)
{
    struct query q;
    *run_no = 0;
    (void)query_begin(&q, st->backend, SQL_LINKAGE_RUN_DECIDING);
    query_bind_int(&q, "form_no", form_no);
    if (query_next(&q)) *run_no = query_int(&q, 0);
    return query_end(&q, e);
}

static enum link_standing standing_of(enum link_verdict v)
{
    return v == LINK_VERDICT_SAME        ? LINK_SAME
           : v == LINK_VERDICT_DIFFERENT ? LINK_DIFFERENT
                                         : LINK_UNSURE;
}

bool link_stand(struct link_stand *out, struct store *st, int64_t form_no, uint64_t a, uint64_t b,
                struct err *e)
{
    int64_t run_no;
    bool by_person = false;
    struct query q;
    *out = (struct link_stand){.standing = LINK_OPEN};
    if (!deciding_run(&run_no, st, form_no, e)) return false;
    (void)query_begin(&q, st->backend, SQL_LINKAGE_DECISIONS_OF_PAIR);
    query_bind_int(&q, "record_a", (int64_t)a);
    query_bind_int(&q, "record_b", (int64_t)b);
    while (query_next(&q)) {
        int64_t decision_no = query_int(&q, 0);
        bool automatic = query_int(&q, 2) != 0;
        enum link_verdict verdict = (enum link_verdict)query_int(&q, 1);
        if (query_int(&q, 4) != 0) {
            out->in_force = decision_no;
            out->force_verdict = verdict;
            out->automatic = automatic;
        }
        if (query_int(&q, 3) != 0) {
            if (out->waiting == 0) {
                out->waiting = decision_no;
                out->waiting_verdict = verdict;
            }
            continue;
        }
        if (automatic ? query_int(&q, 5) != run_no || out->best != 0 : by_person) continue;
        by_person = !automatic;
        out->best = decision_no;
        out->best_verdict = verdict;
    }
    if (out->waiting != 0) out->standing = LINK_WAITING;
    else if (out->best != 0) out->standing = standing_of(out->best_verdict);
    return query_end(&q, e);
}

static bool set_force(struct store *st, int64_t decision_no, bool in_force, struct err *e)
{
    struct query q;
    if (decision_no == 0) return true;
    (void)query_begin(&q, st->backend, SQL_LINKAGE_DECISION_FORCE);
    query_bind_int(&q, "decision_no", decision_no);
    query_bind_int(&q, "in_force", in_force);
    return query_run(&q, e);
}

/* After decisions about a pair were added, confirmed or undone: the right one comes into force, and
 * the persons follow. `lost`: one that was in force is undone. */
static bool settle(struct link_outcome *out, struct store *st, int64_t form_no, uint64_t a,
                   uint64_t b, bool lost, struct err *e)
{
    const uint64_t both[2] = {a, b};
    struct link_stand s;
    if (!link_stand(&s, st, form_no, a, b, e)) return false;
    if (s.best != s.in_force && (!set_force(st, s.in_force, false, e) || /* one at a time */
                                 !set_force(st, s.best, true, e)))
        return false;
    if (!link_queue_stand(st, a, b, s.standing, e)) return false;
    if ((lost || s.best != s.in_force) &&
        (!person_touch(st, both, 2, e) || !store_generation_next(st, e)))
        return false;
    return person_of_record(&out->person_a, st, a, e) && person_of_record(&out->person_b, st, b, e);
}

struct kept { /* a decision as it is stored */
    int64_t decision_no, form_no;
    uint64_t a, b;
    bool automatic, waits, in_force, held, undone, confirmed;
    int64_t against;
    char actor[200];
};

static bool load(struct kept *out, struct store *st, int64_t decision_no, struct err *e)
{
    struct query q;
    *out = (struct kept){.decision_no = decision_no};
    (void)query_begin(&q, st->backend, SQL_LINKAGE_DECISION_KEPT);
    query_bind_int(&q, "decision_no", decision_no);
    bool found = query_next(&q);
    if (found) {
        out->form_no = query_int(&q, 0);
        out->a = (uint64_t)query_int(&q, 1);
        out->b = (uint64_t)query_int(&q, 2);
        out->automatic = query_int(&q, 3) != 0;
        out->waits = query_int(&q, 4) != 0;
        out->in_force = query_int(&q, 5) != 0;
        out->held = query_int(&q, 6) != 0;
        out->against = query_int(&q, 7);
        out->undone = query_int(&q, 8) != 0;
        out->confirmed = query_int(&q, 9) != 0;
        struct text actor = query_text(&q, 10);
        snprintf(out->actor, sizeof out->actor, "%.*s", (int)actor.n, actor.p);
    }
    if (!query_end(&q, e)) return false;
    if (found) return true;
    err_set(e, ERR_NOT_FOUND, "link.decision", "there is no decision %lld", (long long)decision_no);
    return err_remedy(e, "see the decisions about the pair");
}

/* What came of it, for the decision `decision_no` (0: none). */
static bool outcome(struct link_outcome *out, struct store *st, int64_t decision_no, struct err *e)
{
    struct kept k;
    out->decision_no = decision_no;
    out->in_force = out->held = false;
    out->against = 0;
    if (decision_no == 0) return true;
    if (!load(&k, st, decision_no, e)) return false;
    out->in_force = k.in_force;
    out->held = k.held;
    out->against = k.against;
    return true;
}

/* ---- deciding ---- */

bool link_number(int64_t *out, struct store *st, enum sql_id id, struct err *e)
{
    struct query q;
    (void)query_begin(&q, st->backend, id);
    *out = query_next(&q) ? query_int(&q, 0) : 1;
    return query_end(&q, e);
}

bool link_bind_reason(struct query *q, struct store *st, uint64_t record_no,
                      enum envelope_place place, int64_t number, struct text words, struct err *e)
{
    struct buf sealed;
    words = text_trim(words);
    if (words.n == 0) {
        query_bind_null(q, "reason");
        return true;
    }
    buf_init(&sealed, SEALED_MAX);
    bool ok = beside_seal(&sealed, st, record_no, place, (uint32_t)number, words, e);
    if (ok) query_bind_blob(q, "reason", sealed.p, sealed.n);
    buf_release(&sealed);
    return ok;
}

bool link_open_reason(const char **out, struct store *st, uint64_t record_no,
                      enum envelope_place place, int64_t number, struct text sealed,
                      struct arena *a, struct err *e)
{
    struct buf plain;
    *out = "";
    if (sealed.n == 0) return true;
    buf_init_wiped(&plain, SEALED_MAX);
    bool ok = beside_open(&plain, st, record_no, place, (uint32_t)number, sealed, e);
    if (ok) *out = arena_copy(a, plain.p, plain.n);
    buf_release(&plain);
    return ok;
}

bool link_reason_fits(struct text reason, struct err *e)
{
    return reason.n <= LINK_REASON_MAX ||
           err_set(e, ERR_LIMIT, "link.reason", "a reason takes at most %d bytes", LINK_REASON_MAX);
}

static bool add(int64_t *decision_no, struct store *st, const struct link_subject s[2],
                const struct link_decide *d, struct err *e)
{
    struct query q;
    if (!link_number(decision_no, st, SQL_LINKAGE_DECISION_NEXT, e)) return false;
    (void)query_begin(&q, st->backend, SQL_LINKAGE_DECISION_ADD);
    query_bind_int(&q, "decision_no", *decision_no);
    query_bind_int(&q, "form_no", s[0].form_no);
    query_bind_int(&q, "record_a", (int64_t)s[0].record_no);
    query_bind_int(&q, "record_b", (int64_t)s[1].record_no);
    query_bind_int(&q, "verdict", d->verdict);
    query_bind_text(&q, "actor", text_of(d->actor));
    query_bind_int(&q, "at", instant_now());
    query_bind_int(&q, "waits", d->second_person);
    if (link_bind_reason(&q, st, s[0].record_no, ENVELOPE_LINK_REASON, *decision_no, d->reason, e))
        return query_run(&q, e);
    (void)!query_end(&q, NULL);
    return false;
}

static bool mark_undone(struct store *st, int64_t decision_no, uint64_t a, const char *actor,
                        struct text reason, struct err *e)
{
    struct query q;
    (void)query_begin(&q, st->backend, SQL_LINKAGE_DECISION_UNDO);
    query_bind_int(&q, "decision_no", decision_no);
    query_bind_int(&q, "at", instant_now());
    query_bind_text(&q, "actor", text_of(actor));
    if (link_bind_reason(&q, st, a, ENVELOPE_LINK_UNDO, decision_no, reason, e))
        return query_run(&q, e);
    (void)!query_end(&q, NULL);
    return false;
}

static bool as_expected(const struct link_stand *s, int64_t expected, struct err *e)
{
    int64_t is = s->waiting != 0 ? s->waiting : s->in_force;
    if (expected == LINK_ANY || expected == is) return true;
    err_set(e, ERR_CONFLICT, "link.moved",
            "somebody has decided about this pair meanwhile; nothing was written");
    return err_remedy(e, "open the pair again and see what was decided");
}

bool link_decide(struct link_outcome *out, struct store *st, const struct link_decide *d,
                 struct err *e)
{
    struct link_subject s[2];
    struct link_stand stand;
    uint64_t a = d->a, b = d->b;
    int64_t decision_no;
    *out = (struct link_outcome){0};
    if (!is_verdict(d->verdict))
        return err_set(e, ERR_INPUT, "link.verdict", "a decision says same, different or unsure");
    if (!store_must_write(st, e) || !link_in_order(&a, &b, e) || !link_reason_fits(d->reason, e) ||
        !link_subject(&s[0], st, a, NULL, e) || !link_subject(&s[1], st, b, NULL, e) ||
        !link_one_form(s, e) || !both_active(s, e) ||
        !link_stand(&stand, st, s[0].form_no, a, b, e) || !as_expected(&stand, d->expected, e))
        return false;
    /* What waited for a second person is answered by this decision. */
    if (stand.waiting != 0 && !mark_undone(st, stand.waiting, a, d->actor, TEXT(""), e))
        return false;
    return add(&decision_no, st, s, d, e) && settle(out, st, s[0].form_no, a, b, false, e) &&
           outcome(out, st, decision_no, e);
}

bool link_confirm(struct link_outcome *out, struct store *st, int64_t decision_no,
                  const char *actor, struct err *e)
{
    struct link_subject s[2];
    struct kept k;
    struct query q;
    *out = (struct link_outcome){0};
    if (!store_must_write(st, e) || !load(&k, st, decision_no, e)) return false;
    if (k.undone)
        return err_set(e, ERR_CONFLICT, "link.undone", "decision %lld was undone",
                       (long long)decision_no);
    if (k.confirmed)
        return err_set(e, ERR_CONFLICT, "link.confirmed", "decision %lld was confirmed already",
                       (long long)decision_no);
    if (strncmp(k.actor, actor, sizeof k.actor - 1) == 0) {
        err_set(e, ERR_DENIED, "link.own_decision",
                "nobody confirms a decision of their own: a second person has to");
        return err_remedy(e, "ask a colleague who reviews pairs");
    }
    if (!link_subject(&s[0], st, k.a, NULL, e) || !link_subject(&s[1], st, k.b, NULL, e) ||
        !both_active(s, e))
        return false;
    (void)query_begin(&q, st->backend, SQL_LINKAGE_DECISION_CONFIRM);
    query_bind_int(&q, "decision_no", decision_no);
    query_bind_int(&q, "at", instant_now());
    query_bind_text(&q, "actor", text_of(actor));
    return query_run(&q, e) && settle(out, st, k.form_no, k.a, k.b, false, e) &&
           outcome(out, st, decision_no, e);
}

/* ---- undoing ---- */

bool link_undo(struct link_outcome *out, struct store *st, int64_t decision_no, const char *actor,
               struct text reason, struct err *e)
{
    struct link_subject s[2];
    struct link_stand stand;
    struct kept k;
    *out = (struct link_outcome){0};
    if (!store_must_write(st, e) || !link_reason_fits(reason, e) || !load(&k, st, decision_no, e))
        return false;
    if (k.undone)
        return err_set(e, ERR_CONFLICT, "link.undone", "decision %lld is undone already",
                       (long long)decision_no);
    if (!link_subject(&s[0], st, k.a, NULL, e) || !link_subject(&s[1], st, k.b, NULL, e))
        return false;
    /* Nothing more is said about an erased record, and there is no key to seal it under. */
    if (s[0].state == RECORD_ERASED || s[1].state == RECORD_ERASED) reason = TEXT("");
    return mark_undone(st, decision_no, k.a, actor, reason, e) &&
           settle(out, st, k.form_no, k.a, k.b, k.in_force, e) &&
           link_stand(&stand, st, k.form_no, k.a, k.b, e) && outcome(out, st, stand.best, e);
}

static bool run_with(struct store *st, enum sql_id id, const char *param, int64_t value,
                     struct err *e)
{
    struct query q;
    (void)query_begin(&q, st->backend, id);
    query_bind_int(&q, param, value);
    return query_run(&q, e);
}

static bool count_of_run(int64_t *n, struct store *st, int64_t run_no, struct err *e)
{
    struct query q;
    *n = 0;
    (void)query_begin(&q, st->backend, SQL_LINKAGE_AUTOMATIC_COUNT);
    query_bind_int(&q, "run_no", run_no);
    if (query_next(&q)) *n = query_int(&q, 0);
    return query_end(&q, e);
}

/* The decisions of a run come into force, where people have not decided. */
static bool bring_in(struct store *st, int64_t run_no, struct err *e)
{
    return run_with(st, SQL_LINKAGE_AUTOMATIC_RETURN, "run_no", run_no, e) &&
           run_with(st, SQL_LINKAGE_AUTOMATIC_STAND, "run_no", run_no, e);
}

static bool take_out(struct store *st, int64_t form_no, struct err *e)
{
    return run_with(st, SQL_LINKAGE_AUTOMATIC_PAIRS_OPEN, "form_no", form_no, e) &&
           run_with(st, SQL_LINKAGE_AUTOMATIC_LEAVE, "form_no", form_no, e);
}

static bool mark_run(struct store *st, int64_t run_no, const char *actor, const char *reason,
                     struct err *e)
{
    struct query q;
    int64_t now = instant_now();
    (void)query_begin(&q, st->backend, SQL_LINKAGE_AUTOMATIC_UNDO);
    query_bind_int(&q, "run_no", run_no);
    query_bind_int(&q, "at", now);
    query_bind_text(&q, "actor", text_of(actor));
    if (!query_run(&q, e)) return false;
    (void)query_begin(&q, st->backend, SQL_LINKAGE_RUN_UNDO);
    query_bind_int(&q, "run_no", run_no);
    query_bind_int(&q, "at", now);
    query_bind_text(&q, "actor", text_of(actor));
    query_bind_text(&q, "reason", text_of(reason));
    return query_run(&q, e);
}

bool link_undo_run(int64_t *n, struct store *st, int64_t run_no, const char *actor,
                   const char *reason, struct err *e)
{
    struct link_run_state s;
    int64_t before, after;
    *n = 0;
    if (!store_must_write(st, e) || !link_run_state(&s, st, run_no, e)) return false;
    if (s.state == RUN_UNDONE) return link_run_is_undone(e, run_no);
    if (!count_of_run(n, st, run_no, e) || !deciding_run(&before, st, s.form_no, e)) return false;
    if (before == run_no && !take_out(st, s.form_no, e)) return false;
    if (!mark_run(st, run_no, actor, reason, e) || !deciding_run(&after, st, s.form_no, e))
        return false;
    if (before == run_no && after != 0 && !bring_in(st, after, e)) return false;
    return (before != run_no ||
            (link_queue_rebuild(st, s.form_no, false, e) && person_touch_form(st, s.form_no, e))) &&
           store_generation_next(st, e);
}

/* ---- many at once ---- */

struct bulk {
    struct link_rows rows;
    const struct link_automatic *from;
    int64_t first; /* number of the first decision */
};

static struct feed_cell bulk_cell(void *ctx, size_t row, size_t column)
{
    const struct bulk *b = ctx;
    const struct link_row *r = &b->rows.row[row];
    const int64_t cell[5] = {b->first + (int64_t)row, (int64_t)r->a, (int64_t)r->b,
                             b->from[r->index].verdict, r->weight};
    return (struct feed_cell){.kind = FEED_INT, .number = cell[column]};
}

static bool take_bulk(struct link_rows *rows, const struct link_automatic *d, size_t n,
                      struct err *e)
{
    for (size_t i = 0; i < n; i++) {
        if (!link_rows_add(rows, d[i].a, d[i].b, d[i].weight, e)) return false;
        if (d[i].verdict != LINK_VERDICT_SAME && d[i].verdict != LINK_VERDICT_DIFFERENT)
            return err_set(e, ERR_INPUT, "link.verdict",
                           "an automatic decision says same or different");
    }
    return true;
}

static bool load_bulk(struct bulk *b, struct store *st, int64_t form_no, int64_t run_no,
                      const char *actor, struct err *e)
{
    struct query q;
    if (!link_number(&b->first, st, SQL_LINKAGE_DECISION_NEXT, e)) return false;
    if (b->rows.n == 0) return true;
    if (!backend_loading(st->backend, true, e)) return false; /* records were looked up */
    (void)query_begin(&q, st->backend, SQL_LINKAGE_DECISIONS_LOAD);
    query_bind_int(&q, "form_no", form_no);
    query_bind_int(&q, "run_no", run_no);
    query_bind_text(&q, "actor", text_of(actor));
    query_bind_int(&q, "at", instant_now());
    (void)query_feed(&q, b->rows.n, bulk_cell, b);
    bool ok = query_end(&q, e);
    return backend_loading(st->backend, false, ok ? e : NULL) && ok;
}

/* Pairs get the standing of what was decided; those of an open run when it is finished. */
static bool stand_bulk(const struct bulk *b, struct store *st, const struct link_run_state *s,
                       int64_t run_no, struct err *e)
{
    bool few = s->decides && s->state == RUN_FINISHED && b->rows.n <= LINK_MANY;
    for (size_t i = 0; few && i < b->rows.n; i++) {
        struct link_stand stand;
        if (!link_stand(&stand, st, s->form_no, b->rows.row[i].a, b->rows.row[i].b, e) ||
            !link_queue_stand(st, b->rows.row[i].a, b->rows.row[i].b, stand.standing, e))
            return false;
    }
    return few || (run_with(st, SQL_LINKAGE_AUTOMATIC_STAND, "run_no", run_no, e) &&
                   (s->state == RUN_OPEN || link_queue_rebuild(st, s->form_no, false, e)));
}

static bool touch_bulk(const struct bulk *b, struct store *st, int64_t form_no, bool whole,
                       struct err *e)
{
    if (whole) return person_touch_form(st, form_no, e);
    uint64_t *list = mem_new(mem_mul(b->rows.n, 2), sizeof *list);
    for (size_t i = 0; i < b->rows.n; i++) {
        list[2 * i] = b->rows.row[i].a;
        list[2 * i + 1] = b->rows.row[i].b;
    }
    bool ok = person_touch_many(st, form_no, list, 2 * b->rows.n, e);
    mem_free(list);
    return ok;
}

static bool count_bulk(struct link_bulk_result *out, struct store *st, int64_t first, size_t given,
                       struct err *e)
{
    struct query q;
    (void)query_begin(&q, st->backend, SQL_LINKAGE_DECISIONS_SINCE);
    query_bind_int(&q, "first", first);
    if (query_next(&q)) {
        out->n_decided = query_int(&q, 0);
        out->n_in_force = query_int(&q, 1);
        out->n_held = query_int(&q, 2);
    }
    out->n_left_out = (int64_t)given - out->n_decided;
    return query_end(&q, e);
}

bool link_decide_bulk(struct link_bulk_result *out, struct store *st, int64_t run_no,
                      const struct link_automatic *d, size_t n, const char *actor, struct err *e)
{
    struct link_run_state s;
    int64_t deciding;
    *out = (struct link_bulk_result){0};
    if (!store_must_write(st, e) || !link_run_state(&s, st, run_no, e)) return false;
    if (s.state == RUN_UNDONE) return link_run_is_undone(e, run_no);
    if (!deciding_run(&deciding, st, s.form_no, e)) return false;
    if (deciding > run_no)
        return err_set(e, ERR_CONFLICT, "link.run_state", "run %lld of linkage is not the newest",
                       (long long)run_no);
    struct bulk b = {.rows = {mem_new(n, sizeof *b.rows.row), 0}, .from = d};
    bool ok = take_bulk(&b.rows, d, n, e) && link_rows_sort(&b.rows, st, s.form_no, false, e) &&
              (s.decides || take_out(st, s.form_no, e)) &&
              load_bulk(&b, st, s.form_no, run_no, actor, e) && stand_bulk(&b, st, &s, run_no, e) &&
              touch_bulk(&b, st, s.form_no, !s.decides, e) && count_bulk(out, st, b.first, n, e);
    mem_free(b.rows.row);
    if (!ok) return false;
    struct query q;
    (void)query_begin(&q, st->backend, SQL_LINKAGE_RUN_DECIDES);
    query_bind_int(&q, "run_no", run_no);
    query_bind_int(&q, "n", out->n_decided);
    return query_run(&q, e) && store_generation_next(st, e);
}
