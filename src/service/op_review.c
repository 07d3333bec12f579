/* SPDX-License-Identifier: EUPL-1.2 */
/* Managing records: the queue of those that wait, questions and answers, a record in words, what
 * changed between versions, closed years. */
#include "service/entry_form.h"
#include "service/entry_merge.h"
#include "service/record_lists.h"

#include "base/date.h"
#include "store/decoy.h"
#include "store/review.h"

#include <string.h>

static const char *instant(struct call *c, int64_t seconds)
{
    char at[INSTANT_TEXT_MAX];
    instant_format(at, seconds);
    return arena_printf(c->arena, "%s", at);
}

/* ---- the queue ---- */

bool op_review_queue(struct call *c, struct err *e)
{
    const struct form *f = NULL;
    struct work *list;
    size_t n;
    int64_t next, count;
    const char *state = json_get_text(c->in, "state", "submitted");
    if (json_has(c->in, "form") && !call_form(&f, c, "form", e)) return false;
    if (!work_list(&list, &n, &next, c->s->store, state, f == NULL ? FORM_NONE : f->id,
                   call_scope(c), json_get_int(c->in, "after", 0),
                   (size_t)json_get_int(c->in, "limit", 50), c->arena, e) ||
        !call_record_count(&count, c, records_state_find(text_of(state)), e))
        return false;
    struct json *rows = json_array();
    for (size_t i = 0; i < n; i++) {
        const struct work *w = &list[i];
        if (w->form == FORM_NONE || !call_reads_form(c, &c->s->dictionary->form[w->form])) continue;
        const struct form *of = &c->s->dictionary->form[w->form];
        struct json *j = json_object();
        json_set_text(j, "record", w->code);
        json_set_text(j, "form", of->name);
        json_set_text(j, "form_title", words_in(&of->title, c->language, of->name));
        json_set_text(j, "organisation", w->organisation);
        json_set_int(j, "version", w->version_no);
        json_set_text(j, "at", instant(c, w->changed_at));
        json_set_text(j, "author", w->actor);
        json_set_bool(j, "late", w->late);
        json_set_bool(j, "counted", w->counted);
        json_push(rows, j);
    }
    json_set(c->out, "records", rows);
    json_set_int(c->out, "next", next);
    json_set_int(c->out, "count", count);
    return true;
}

/* The current version of a record that may be seen, and where it stands. */
static bool find_work(struct work *w, struct record_meta *m, struct call *c, const char *code,
                      struct err *e)
{
    struct record r;
    return store_record_load(&r, m, c->s->store, call_whose(c), text_of(code), 0, c->arena, e) &&
           call_may_read_form(c, r.form, e) &&
           work_of(w, c->s->store, m->record_no, m->version_no, c->arena, e);
}

static bool accept_one(struct call *c, const char *code, struct err *e)
{
    struct work w;
    struct record_meta m;
    if (!find_work(&w, &m, c, code, e)) return false;
    if (strcmp(w.state, "submitted") != 0 && strcmp(w.state, "returned") != 0)
        return err_set(e, ERR_CONFLICT, "review.state", "record %s does not wait for review",
                       m.code);
    /* nobody approves what is their own (S53) */
    if (c->who.account_no != 0 && strcmp(m.author, c->who.actor) == 0) {
        err_set(e, ERR_DENIED, "review.own", "record %s was submitted by yourself", m.code);
        return err_remedy(e, "somebody else accepts it");
    }
    return work_set(c->s->store, m.record_no, m.version_no, "accepted", c->who.actor, e);
}

bool op_review_accept(struct call *c, struct err *e)
{
    const struct json *list = json_get(c->in, "records");
    struct json *refused = json_array();
    const char *done = "";
    int64_t n = 0;
    for (size_t i = 0; list != NULL && i < json_size(list); i++) {
        const char *code = json_as_text(json_at(list, i), "");
        struct err why = {0};
        if (accept_one(c, code, &why)) {
            n++;
            done = arena_printf(c->arena, "%s%s%s", done, done[0] == '\0' ? "" : " ", code);
            continue;
        }
        if (why.code == ERR_STORE || why.code == ERR_SYSTEM) {
            json_free(refused);
            if (e != NULL) *e = why;
            return false;
        }
        struct json *j = json_object();
        json_set_text(j, "record", code);
        json_set_text(j, "message", why.msg);
        json_push(refused, j);
    }
    json_set_int(c->out, "accepted", n);
    json_set(c->out, "refused", refused);
    c->event.object_type = "records";
    c->event.object_id = done;
    c->event.fields = "accepted";
    c->event.count = n;
    return true;
}

/* A name of a field of the form, as pages have it; only its variable is judged. */
static bool good_field(struct call *c, const struct form *f, const char *field, struct err *e)
{
    const struct variable *v;
    const char *last = strrchr(field, '.');
    size_t n = strspn(field, "abcdefghijklmnopqrstuvwxyz0123456789_[].");
    if (field[0] == '\0') return true;
    if (field[n] != '\0')
        return err_set(e, ERR_USAGE, "entry.unknown_field", "the form has no such field");
    return call_variable(&v, c, f, text_of(last == NULL ? field : last + 1), e);
}

static void about(struct call *c, const char *code, const char *organisation, const char *fields)
{
    c->event.object_type = "record";
    c->event.object_id = arena_printf(c->arena, "%s", code);
    c->event.organisation = organisation;
    c->event.fields = fields;
    c->event.count = 1;
}

bool op_review_return(struct call *c, struct err *e)
{
    struct work w;
    struct record_meta m;
    int64_t query_no;
    const char *field = json_get_text(c->in, "field", "");
    struct text words = text_of(json_get_text(c->in, "text", ""));
    if (!find_work(&w, &m, c, json_get_text(c->in, "record", ""), e) ||
        !good_field(c, &c->s->dictionary->form[m.form], field, e) ||
        !review_ask(&query_no, c->s->store, m.record_no, m.version_no, field, c->who.actor, words,
                    e))
        return false;
    if (w.state[0] != '\0' &&
        !work_set(c->s->store, m.record_no, m.version_no, "returned", c->who.actor, e))
        return false;
    json_set_text(c->out, "record", m.code);
    json_set_int(c->out, "version", m.version_no);
    json_set_int(c->out, "query", query_no);
    json_set_text(c->out, "state", "open");
    about(c, m.code, m.organisation, field);
    return true;
}

/* ---- questions ---- */

static const char *field_label(struct call *c, const struct form *f, const char *field)
{
    const char *last = strrchr(field, '.');
    const struct variable *v =
        dictionary_variable(c->s->dictionary, f->id, text_of(last == NULL ? field : last + 1));
    return v == NULL ? field : words_in(&v->label, c->language, v->name);
}

static const char *query_words(const char *state)
{
    if (strcmp(state, "open") == 0) return tr("Open");
    return strcmp(state, "answered") == 0 ? tr("Answered") : tr("Settled");
}

static bool queries(struct json **out, int64_t *n_open, struct call *c, const struct form *f,
                    uint64_t record_no, struct err *e)
{
    struct review_query *list;
    size_t n;
    *n_open = 0;
    if (!review_list(&list, &n, c->s->store, record_no, c->arena, e)) return false;
    *out = json_array();
    for (size_t i = 0; i < n; i++) {
        struct json *j = json_object(), *messages = json_array();
        json_set_int(j, "query", list[i].query_no);
        json_set_text(j, "field", list[i].field);
        json_set_text(j, "label", field_label(c, f, list[i].field));
        json_set_int(j, "version", list[i].version_no);
        json_set_text(j, "state", list[i].state);
        json_set_text(j, "state_words", query_words(list[i].state));
        json_set_bool(j, "is_open", strcmp(list[i].state, "resolved") != 0);
        *n_open += strcmp(list[i].state, "resolved") != 0;
        for (size_t k = 0; k < list[i].n_message; k++) {
            struct json *one = json_object();
            json_set_text(one, "at", instant(c, list[i].message[k].at));
            json_set_text(one, "actor", list[i].message[k].actor);
            json_set_text(one, "text", list[i].message[k].words);
            json_push(messages, one);
        }
        json_set(j, "messages", messages);
        json_push(*out, j);
    }
    return true;
}

bool op_query_list(struct call *c, struct err *e)
{
    struct work w;
    struct record_meta m;
    struct json *list;
    int64_t n_open;
    if (!find_work(&w, &m, c, json_get_text(c->in, "record", ""), e) ||
        !queries(&list, &n_open, c, &c->s->dictionary->form[m.form], m.record_no, e))
        return false;
    json_set_text(c->out, "record", m.code);
    json_set(c->out, "queries", list);
    about(c, m.code, m.organisation, NULL);
    return true;
}

static bool say(struct call *c, const char *state, struct err *e)
{
    struct review_query q;
    struct work w;
    struct record_meta m;
    if (!review_find(&q, c->s->store, json_get_int(c->in, "query", 0), c->arena, e)) return false;
    if (!call_sees_organisation(c, q.organisation_no)) return review_unknown(e);
    if (!find_work(&w, &m, c, q.code, e)) return false;
    if (strcmp(q.state, "resolved") == 0)
        return err_set(e, ERR_CONFLICT, "query.settled", "this question is settled already");
    struct text words = text_of(json_get_text(c->in, "text", ""));
    if (!review_say(c->s->store, &q, state, c->who.actor, words, e)) return false;
    json_set_int(c->out, "query", q.query_no);
    json_set_text(c->out, "record", q.code);
    json_set_text(c->out, "state", state);
    about(c, q.code, m.organisation, q.field);
    return true;
}

bool op_query_answer(struct call *c, struct err *e)
{
    return say(c, "answered", e);
}

bool op_query_resolve(struct call *c, struct err *e)
{
    return say(c, "resolved", e);
}

/* ---- a record in words ---- */

bool op_record_view(struct call *c, struct err *e)
{
    struct record r;
    struct record_meta m;
    struct work w;
    struct entry x;
    struct json *list;
    int64_t n_open;
    struct record_meta *all;
    size_t n;
    bool decoy;
    if (!call_load_record(&r, &m, c, (uint32_t)json_get_int(c->in, "version", 0), e) ||
        !work_of(&w, c->s->store, m.record_no, m.version_no, c->arena, e) ||
        !store_record_history(&all, &n, c->s->store, call_whose(c), text_of(m.code), c->arena, e) ||
        !decoy_is(&decoy, c->s->store, m.record_no, e) ||
        !queries(&list, &n_open, c, r.form, m.record_no, e))
        return false;
    entry_start(&x, c, r.form);
    json_set(c->out, "sections", entry_view(&x, &r));
    entry_close(&x);
    json_set_text(c->out, "record", m.code);
    json_set_int(c->out, "version", m.version_no);
    json_set_int(c->out, "current", n == 0 ? m.version_no : all[n - 1].version_no);
    json_set_text(c->out, "form", r.form->name);
    json_set_text(c->out, "form_title", words_in(&r.form->title, c->language, r.form->name));
    json_set_text(c->out, "organisation", m.organisation);
    json_set_text(c->out, "state", m.state);
    json_set_text(c->out, "at", instant(c, m.created_at));
    json_set_text(c->out, "author", m.author);
    json_set_text(c->out, "reason", m.reason);
    json_set_bool(c->out, "has_identifiers", m.has_identity);
    json_set_text(c->out, "work", w.state);
    json_set_text(c->out, "work_words", record_work_words(w.state));
    json_set_bool(c->out, "late", w.late);
    json_set_bool(c->out, "counted", w.counted || decoy); /* a decoy looks like any other */
    json_set_bool(c->out, "imported", w.state[0] == '\0');
    json_set(c->out, "queries", list);
    json_set_int(c->out, "open_queries", n_open);
    about(c, m.code, m.organisation, NULL);
    return true;
}

/* Coded parts alone: identifiers are opened for a stated purpose (record.identity). */
bool op_record_diff(struct call *c, struct err *e)
{
    struct record from, to;
    struct record_meta mf, mt;
    struct entry x;
    struct entry_tree before;
    if (!call_load_record(&from, &mf, c, (uint32_t)json_get_int(c->in, "from", 1), e) ||
        !call_load_record(&to, &mt, c, (uint32_t)json_get_int(c->in, "to", 0), e))
        return false;
    entry_start(&x, c, to.form);
    entry_tree_init(&before, x.d, x.form, c->arena);
    bool ok = entry_tree_from_record(&x.typed, &to, e) && entry_tree_from_record(&before, &from, e);
    if (ok) {
        json_set_text(c->out, "record", mt.code);
        json_set_text(c->out, "form", to.form->name);
        json_set_int(c->out, "from", mf.version_no);
        json_set_int(c->out, "to", mt.version_no);
        json_set_text(c->out, "from_author", mf.author);
        json_set_text(c->out, "from_at", instant(c, mf.created_at));
        json_set_text(c->out, "to_author", mt.author);
        json_set_text(c->out, "to_at", instant(c, mt.created_at));
        json_set_text(c->out, "to_reason", mt.reason);
        json_set(c->out, "fields", entry_compare_to_json(&x, &x.typed, &before, NULL, true));
        about(c, mt.code, mt.organisation, entry_changed_names(&x, &x.typed, &before));
    }
    entry_close(&x);
    return ok;
}

/* ---- years ---- */

bool op_year_list(struct call *c, struct err *e)
{
    struct closed_year *list;
    size_t n;
    struct json *rows = json_array();
    json_set(c->out, "years", rows);
    if (!year_list(&list, &n, c->s->store, c->arena, e)) return false;
    for (size_t i = 0; i < n; i++) {
        if (list[i].form == FORM_NONE) continue;
        const struct form *f = &c->s->dictionary->form[list[i].form];
        if (!call_reads_form(c, f)) continue;
        struct json *j = json_object();
        json_set_text(j, "form", f->name);
        json_set_text(j, "form_title", words_in(&f->title, c->language, f->name));
        json_set_int(j, "year", list[i].year);
        json_set_text(j, "at", instant(c, list[i].closed_at));
        json_set_text(j, "actor", list[i].actor);
        json_push(rows, j);
    }
    return true;
}

static bool change_year(struct call *c, bool close, struct err *e)
{
    const struct form *only = NULL;
    int64_t year = json_get_int(c->in, "year", 0);
    struct json *done = json_array();
    json_set(c->out, close ? "closed" : "opened", done);
    if (json_has(c->in, "form") && !call_form(&only, c, "form", e)) return false;
    for (size_t i = 0; i < c->s->dictionary->n_form; i++) {
        const struct form *f = &c->s->dictionary->form[i];
        if ((only != NULL && f != only) || !call_reads_form(c, f)) continue;
        bool ok = close ? year_close(c->s->store, f, year, c->who.actor, e)
                        : year_reopen(c->s->store, f, year, e);
        if (!ok) return false;
        json_push(done, json_text(text_of(f->name)));
    }
    json_set_int(c->out, "year", year);
    c->event.object_type = "year";
    c->event.object_id = arena_printf(c->arena, "%lld", (long long)year);
    c->event.purpose = json_get_text(c->in, "reason", c->event.purpose);
    c->event.fields = close ? "closed" : "opened";
    c->event.count = (int64_t)json_size(done);
    return true;
}

bool op_year_close(struct call *c, struct err *e)
{
    return change_year(c, true, e);
}

bool op_year_reopen(struct call *c, struct err *e)
{
    return change_year(c, false, e);
}
