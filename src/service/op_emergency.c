/* SPDX-License-Identifier: EUPL-1.2 */
/* Emergency access (S54): somebody who must not see the records of another organisation opens one
 * of them because a person is in danger. For a category and a reason, one record, an hour, five
 * times a day at most; who keeps the record and the data protection officer see it at once, and it
 * is reviewed within 72 hours. Nothing else learns of it: lists, search and changes keep their
 * scope. */
#include "service/entry_form.h"
#include "service/govern.h"
#include "service/tasks.h"

#include "store/identity.h"
#include "store/search.h"

#include <string.h>

enum { DAY_SECONDS = 86400 };

static const struct {
    const char *word, *label;
} words[] = {
    {"danger", N_("The life or safety of somebody is in danger")},
    {"health", N_("A medical emergency")},
    {"child", N_("A child is in danger")},
    {"missing", N_("A person is missing")},
    {"other", N_("Another emergency")},
    {"open", N_("Waits for review")},
    {"justified", N_("Justified")},
    {"unjustified", N_("Not justified")},
};

static const char *label_of(const char *word)
{
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i].word, word) == 0) return tr(words[i].label);
    return word;
}

/* ---- opening ---- */

static bool reason_fits(const char *reason, struct err *e)
{
    if (text_length(text_trim(text_of(reason))) >= EMERGENCY_REASON_MIN) return true;
    err_set(e, ERR_USAGE, "emergency.reason", "the reason is shorter than %d characters",
            EMERGENCY_REASON_MIN);
    return err_remedy(e, "say what happens, and why it cannot wait; name nobody");
}

/* The newest version of a record that is there, of a form that may be read. */
static bool readable(struct record_meta *out, struct call *c, const char *code, struct err *e)
{
    struct record_meta *m;
    struct err why = {0};
    size_t n = 0;
    *out = (struct record_meta){0};
    if (!store_record_history(&m, &n, c->s->store, SCOPE_EVERYTHING, text_of(code), c->arena,
                              &why)) {
        if (why.code == ERR_NOT_FOUND) return true;
        if (e != NULL) *e = why;
        return false;
    }
    if (n == 0 || strcmp(m[n - 1].state, "active") != 0 || m[n - 1].form == FORM_NONE) return true;
    if (call_reads_form(c, &c->s->dictionary->form[m[n - 1].form])) *out = m[n - 1];
    return true;
}

static struct text asked(const struct call *c, const char *name)
{
    return text_trim(text_of(json_get_text(c->in, name, "")));
}

static bool several(struct err *e)
{
    err_set(e, ERR_CONFLICT, "emergency.several", "more than one record fits");
    return err_remedy(e, "give given names, date of birth or the number of a document as well");
}

/* The one record of another organisation that fits what is known of the person. */
static bool by_person(struct record_meta *out, struct call *c, struct err *e)
{
    struct search_question q = {asked(c, "family_name"), asked(c, "given_names"), asked(c, "alias"),
                                asked(c, "document"), asked(c, "birth_date")};
    struct search_match *list;
    size_t n;
    int64_t indexed;
    *out = (struct record_meta){0};
    if (!search_index(&indexed, c->s->store, e) ||
        !search_find(&list, &n, c->s->store, &q, c->arena, e))
        return false;
    for (size_t i = 0; i < n; i++) {
        struct record_meta m;
        if (!readable(&m, c, list[i].code, e)) return false;
        if (m.record_no == 0 || call_sees_organisation(c, m.organisation_no)) continue;
        if (out->record_no != 0) return several(e);
        *out = m;
    }
    return true;
}

static bool find_record(struct record_meta *m, struct call *c, struct err *e)
{
    struct text code = asked(c, "record");
    bool ok =
        code.n > 0 ? readable(m, c, arena_copy(c->arena, code.p, code.n), e) : by_person(m, c, e);
    if (!ok) return false;
    if (m->record_no == 0) {
        err_set(e, ERR_USAGE, "emergency.none", "there is no such record"); /* the form stays */
        return err_remedy(e, "check the code, or search by what is known of the person");
    }
    if (!call_sees_organisation(c, m->organisation_no)) return true;
    err_set(e, ERR_CONFLICT, "emergency.own", "this record is open to you without an emergency");
    return err_remedy(e, "open it as usual");
}

static bool within_limit(struct call *c, struct err *e)
{
    struct task_filter f = {.kind = TASK_EMERGENCY,
                            .account_no = c->who.account_no,
                            .since = call_now(c) - DAY_SECONDS};
    int64_t n;
    if (!task_count(&n, c->s->store, &f, e)) return false;
    if (n < EMERGENCY_A_DAY) return true;
    err_set(e, ERR_LIMIT, "emergency.limit",
            "emergency access is there %d times in a day; that was more", EMERGENCY_A_DAY);
    return err_remedy(e, "ask the organisation that keeps the record, or the data manager");
}

static bool grant(struct call *c, const struct record_meta *m, struct err *e)
{
    int64_t now = call_now(c);
    const char *category = json_get_text(c->in, "category", "");
    struct task t = {.kind = TASK_EMERGENCY,
                     .state = "open",
                     .account_no = c->who.account_no,
                     .organisation_no = m->organisation_no,
                     .made_at = now,
                     .made_by = c->who.actor,
                     .until = now + EMERGENCY_SECONDS};
    struct json *body = json_object();
    task_subject(t.subject, c->s->store, text_of(m->code));
    json_set_text(body, "record", m->code);
    json_set_text(body, "organisation", m->organisation);
    json_set_text(body, "category", category);
    json_set_text(body, "reason", json_get_text(c->in, "reason", ""));
    bool ok = task_put(&t, c, body, e);
    json_free(body);
    if (!ok) return false;
    c->event.object_id = arena_printf(c->arena, "%s", m->code);
    c->event.recipient = m->organisation;
    c->event.count = 1;
    json_set_text(c->out, "access", t.code);
    json_set_text(c->out, "record", c->event.object_id);
    set_instant_member(c->out, "until", t.until);
    return true;
}

/* What is refused leaves an entry as well: somebody tried. */
bool op_emergency_open(struct call *c, struct err *e)
{
    struct record_meta m;
    if (!reason_fits(json_get_text(c->in, "reason", ""), e) || !session_view(c, e)) return false;
    c->event.object_type = "record";
    c->event.fields = "begun";
    c->event.purpose =
        arena_printf(c->arena, "emergency: %s", json_get_text(c->in, "category", ""));
    if (!call_write_begin(c, e)) return false;
    if (within_limit(c, e) && find_record(&m, c, e) && grant(c, &m, e))
        return call_write_end(c, true, e);
    struct err why = {0};
    c->event.decision = "deny";
    (void)!call_write_end(c, true, &why);
    c->entered = false; /* the refusal is the entry */
    return false;
}

/* ---- looking ---- */

static bool is_active(struct call *c, const struct task *t)
{
    return call_now(c) < t->until;
}

static bool may_look(struct call *c, const struct task *t, struct err *e)
{
    if (t->account_no == 0 || t->account_no != c->who.account_no) return task_unknown(e);
    if (is_active(c, t)) return true;
    err_set(e, ERR_DENIED, "emergency.over", "this emergency access is over");
    return err_remedy(e, "if the emergency goes on, ask for it once more");
}

/* The look is counted and in the log before anything is opened. */
static bool note_look(struct call *c, struct task *t, const struct json *body, struct err *e)
{
    c->event.object_type = "record";
    c->event.object_id = arena_printf(c->arena, "%s", json_get_text(body, "record", ""));
    c->event.recipient = arena_printf(c->arena, "%s", json_get_text(body, "organisation", ""));
    c->event.purpose = arena_printf(c->arena, "emergency: %s", json_get_text(body, "category", ""));
    c->event.fields = "look";
    c->event.count = 1;
    t->n_used++;
    return call_write_begin(c, e) && call_write_end(c, task_keep(t, c, body, e), e);
}

static bool open_record(struct record *r, struct record_meta *m, struct call *c, struct err *e)
{
    struct store *st = c->s->store;
    if (!store_begin(st, false, e)) return false;
    bool ok =
        store_record_load(r, m, st, SCOPE_EVERYTHING, text_of(c->event.object_id), 0, c->arena, e);
    store_rollback(st);
    if (!ok || !call_may_read_form(c, r->form, e)) return false;
    struct audit_event why = c->event;
    why.action = AUDIT_IDENTITY_READ;
    why.object_id = m->code;
    if (m->has_identity && !(call_decoy_alarm(c, m, e) && identity_open(r, m, st, &why, e)))
        return false;
    call_hide(c, r);
    return true;
}

bool op_emergency_show(struct call *c, struct err *e)
{
    struct task t;
    struct json *body;
    struct record r;
    struct record_meta m;
    struct entry x;
    if (!task_get(&t, &body, c, TASK_EMERGENCY, "access", e)) return false;
    bool ok = may_look(c, &t, e) && session_view(c, e) && note_look(c, &t, body, e);
    json_free(body);
    if (!ok || !open_record(&r, &m, c, e)) return false;
    entry_start(&x, c, r.form);
    json_set(c->out, "sections", entry_view(&x, &r));
    entry_close(&x);
    json_set_text(c->out, "access", t.code);
    json_set_text(c->out, "record", m.code);
    json_set_text(c->out, "form_title", words_in(&r.form->title, c->language, r.form->name));
    json_set_text(c->out, "organisation", m.organisation);
    set_instant_member(c->out, "until", t.until);
    return true;
}

/* ---- those who are told ---- */

/* Who supervises, who opened it, and the organisation whose record it is. */
static bool is_told(const struct call *c, const struct task *t)
{
    if (c->who.duress) return false;
    if (role_may(c->who.role, CAP_AUDIT_READ)) return true;
    if (t->account_no != 0 && t->account_no == c->who.account_no) return true;
    return c->who.organisation_no != 0 && t->organisation_no == c->who.organisation_no;
}

static void describe(struct json *row, struct call *c, const struct task *t,
                     const struct json *body)
{
    bool open = strcmp(t->state, "open") == 0;
    json_set_text(row, "access", t->code);
    json_set_text(row, "record", json_get_text(body, "record", ""));
    json_set_text(row, "organisation", json_get_text(body, "organisation", ""));
    json_set_text(row, "category_label", label_of(json_get_text(body, "category", "")));
    json_set_text(row, "actor", t->made_by);
    json_set_text(row, "unit", t->unit);
    json_set_text(row, "state", t->state);
    json_set_text(row, "state_label", label_of(t->state));
    json_set_bool(row, "open", open);
    json_set_bool(row, "active", is_active(c, t));
    json_set_bool(row, "late", open && call_now(c) > t->made_at + EMERGENCY_REVIEW_SECONDS);
    json_set_bool(row, "own", t->account_no != 0 && t->account_no == c->who.account_no);
    json_set_int(row, "looks", t->n_used);
    set_instant_member(row, "at", t->made_at);
    set_instant_member(row, "until", t->until);
    set_instant_member(row, "review_until", t->made_at + EMERGENCY_REVIEW_SECONDS);
}

bool op_emergency_list(struct call *c, struct err *e)
{
    struct task_filter f = {.kind = TASK_EMERGENCY};
    struct task *list;
    size_t n;
    bool ok = task_list(&list, &n, c->s->store, &f, c->arena, e);
    struct json *rows = json_array();
    json_set(c->out, "accesses", rows);
    for (size_t i = 0; ok && i < n; i++) {
        struct json *body, *row;
        if (!is_told(c, &list[i])) continue;
        ok = task_body(&body, c, &list[i], e);
        if (!ok) break;
        row = json_object();
        describe(row, c, &list[i], body);
        json_push(rows, row);
        json_free(body);
    }
    c->event.object_type = "emergency";
    c->event.fields = "list";
    c->event.count = (int64_t)json_size(rows);
    return ok;
}

bool op_emergency_about(struct call *c, struct err *e)
{
    struct task t;
    struct json *body;
    if (!task_get(&t, &body, c, TASK_EMERGENCY, "access", e)) return false;
    bool told = is_told(c, &t);
    if (told) {
        describe(c->out, c, &t, body);
        json_set_text(c->out, "reason", json_get_text(body, "reason", ""));
        json_set_text(c->out, "review", json_get_text(body, "review", ""));
        json_set_text(c->out, "decided_by", t.decided_by);
        set_instant_member(c->out, "decided_at", t.decided_at);
        json_set_int(c->out, "version", t.version_no);
        json_set_bool(c->out, "may_review",
                      role_may(c->who.role, CAP_AUDIT_READ) && strcmp(t.state, "open") == 0 &&
                          t.account_no != c->who.account_no);
        c->event.object_type = "emergency";
        c->event.object_id = arena_printf(c->arena, "%s", t.code);
        c->event.fields = "about";
    }
    json_free(body);
    return told || task_unknown(e);
}

bool op_emergency_review(struct call *c, struct err *e)
{
    struct task t;
    struct json *body;
    const char *text = json_get_text(c->in, "text", "");
    if (!task_get(&t, &body, c, TASK_EMERGENCY, "access", e)) return false;
    bool ok = true;
    if (t.account_no != 0 && t.account_no == c->who.account_no)
        ok = err_set(e, ERR_DENIED, "task.own", "nobody decides what they asked for themselves");
    else if (strcmp(t.state, "open") != 0)
        ok = err_set(e, ERR_CONFLICT, "emergency.reviewed", "this was reviewed already");
    if (ok) {
        t.version_no = json_get_int(c->in, "version", 0);
        t.state = json_get_text(c->in, "outcome", "");
        t.decided_at = call_now(c);
        t.decided_by = c->who.actor;
        json_set_text(body, "review", text);
        c->event.object_type = "emergency";
        c->event.object_id = arena_printf(c->arena, "%s", t.code);
        c->event.fields = t.state;
        json_set_text(c->out, "access", c->event.object_id);
        ok = task_keep(&t, c, body, e);
    }
    json_free(body);
    return ok;
}
