/* SPDX-License-Identifier: EUPL-1.2 */
/* Alarms, which are raised in silence and shown to those who supervise and run the register; and
 * the decoys that raise them (S48, S58). */
#include "service/entry_draft.h"
#include "service/govern.h"
#include "service/tasks.h"

#include "store/decoy.h"
#include "store/record_put.h"

#include <string.h>

static const struct {
    const char *word, *label;
} words[] = {
    {"decoy", N_("Identifiers of a decoy were opened")},
    {"duress", N_("Somebody signed in with the password for threats")},
    {"open", N_("New")},
    {"seen", N_("Seen to")},
};

static const char *label_of(const char *word)
{
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i].word, word) == 0) return tr(words[i].label);
    return word;
}

/* ---- raising ---- */

/* The task, unless there is a new one of the same; `*put` says whether. */
static bool put_task(bool *put, struct call *c, const char *what, const char *object, struct err *e)
{
    int64_t now = call_now(c), account_no = c->who.account_no;
    const char *actor = c->event.actor != NULL ? c->event.actor : "local";
    struct task t = {.kind = TASK_ALARM, .state = "open"}, before;
    const char *subject =
        arena_printf(c->arena, "alarm %s %s %s", what, object == NULL ? "" : object, actor);
    task_subject(t.subject, c->s->store, text_of(subject));
    *put = false;
    if (!task_of_subject(&before, c->s->store, TASK_ALARM, account_no, t.subject, c->arena, e))
        return false;
    if (before.task_no != 0 && now - before.made_at < ALARM_REPEAT_SECONDS) return true;
    t.account_no = account_no;
    t.made_at = now;
    t.made_by = actor;
    t.until = now + EMERGENCY_REVIEW_SECONDS;
    struct json *body = json_object();
    json_set_text(body, "what", what);
    json_set_text(body, "object", object == NULL ? "" : object);
    json_set_text(body, "source", c->who.source == NULL ? "" : c->who.source);
    json_set_text(body, "unit", c->event.organisation == NULL ? "" : c->event.organisation);
    bool ok = task_put(&t, c, body, e);
    json_free(body);
    *put = ok;
    return ok;
}

static struct audit_event event_of(const struct call *c, const char *what, const char *object)
{
    struct audit_event ev = c->event;
    ev.action = AUDIT_ALARM;
    ev.object_type = object == NULL ? "account" : "record";
    ev.object_id = object == NULL ? c->event.actor : object;
    ev.decision = "alert";
    ev.fields = what;
    ev.count = 1;
    return ev;
}

bool call_alarm_within(struct call *c, const char *what, struct err *e)
{
    bool put;
    struct audit_event ev = event_of(c, what, NULL);
    return put_task(&put, c, what, NULL, e) && audit_append(c->s->store, &ev, NULL, e);
}

bool call_alarm(struct call *c, const char *what, const char *object, struct err *e)
{
    bool put;
    struct audit_event before = c->event;
    if (!call_write_begin(c, e)) return false;
    bool ok = put_task(&put, c, what, object, e);
    c->event = event_of(c, what, object);
    ok = call_write_end(c, ok, e);
    c->event = before;
    c->entered = false;
    return ok;
}

bool call_decoy_alarm(struct call *c, const struct record_meta *m, struct err *e)
{
    bool decoy;
    if (!decoy_is(&decoy, c->s->store, m->record_no, e)) return false;
    return !decoy || call_alarm(c, "decoy", m->code, e);
}

/* ---- seeing to them ---- */

static void describe(struct json *row, const struct call *c, const struct task *t,
                     const struct json *body)
{
    const char *what = json_get_text(body, "what", "");
    json_set_text(row, "alarm", t->code);
    json_set_text(row, "what", what);
    json_set_text(row, "what_label", label_of(what));
    json_set_text(row, "actor", t->made_by);
    json_set_text(row, "unit", json_get_text(body, "unit", ""));
    json_set_text(row, "source", json_get_text(body, "source", ""));
    /* Codes of records are for who supervises, not for who runs the machine (S53). */
    json_set_text(row, "record",
                  role_may(c->who.role, CAP_AUDIT_READ) ? json_get_text(body, "object", "") : "");
    json_set_text(row, "state", t->state);
    json_set_text(row, "state_label", label_of(t->state));
    json_set_bool(row, "open", strcmp(t->state, "open") == 0);
    json_set_text(row, "text", json_get_text(body, "text", ""));
    json_set_text(row, "decided_by", t->decided_by);
    json_set_int(row, "version", t->version_no);
    set_instant_member(row, "at", t->made_at);
    set_instant_member(row, "decided_at", t->decided_at);
}

bool op_alarm_list(struct call *c, struct err *e)
{
    struct task_filter f = {.kind = TASK_ALARM};
    struct task *list;
    size_t n;
    int64_t open = 0;
    bool ok = task_list(&list, &n, c->s->store, &f, c->arena, e);
    struct json *rows = json_array();
    json_set(c->out, "alarms", rows);
    for (size_t i = 0; ok && i < n; i++) {
        struct json *body, *row;
        ok = task_body(&body, c, &list[i], e);
        if (!ok) break;
        row = json_object();
        describe(row, c, &list[i], body);
        open += json_get_bool(row, "open", false);
        json_push(rows, row);
        json_free(body);
    }
    json_set_int(c->out, "open", open);
    json_set_bool(c->out, "may_plant", role_may(c->who.role, CAP_AUDIT_READ));
    return ok;
}

bool op_alarm_close(struct call *c, struct err *e)
{
    struct task t;
    struct json *body;
    if (!task_get(&t, &body, c, TASK_ALARM, "alarm", e)) return false;
    bool ok = true;
    if (strcmp(t.made_by, c->who.actor == NULL ? "" : c->who.actor) == 0)
        ok = err_set(e, ERR_DENIED, "task.own", "nobody sees to an alarm about themselves");
    else if (strcmp(t.state, "open") != 0)
        ok = err_set(e, ERR_CONFLICT, "task.conflict", "somebody else has decided this meanwhile");
    if (ok) {
        t.version_no = json_get_int(c->in, "version", 0);
        t.state = "seen";
        t.decided_at = call_now(c);
        t.decided_by = c->who.actor == NULL ? "local" : c->who.actor;
        json_set_text(body, "text", json_get_text(c->in, "text", ""));
        c->event.object_type = "alarm";
        c->event.object_id = arena_printf(c->arena, "%s", t.code);
        c->event.fields = "seen";
        c->event.count = 1;
        json_set_text(c->out, "alarm", c->event.object_id);
        ok = task_keep(&t, c, body, e);
    }
    json_free(body);
    return ok;
}

/* ---- decoys ---- */

bool op_decoy_list(struct call *c, struct err *e)
{
    struct decoy *list;
    struct organisation *all;
    size_t n, n_all;
    if (!decoy_list(&list, &n, c->s->store, c->arena, e) ||
        !store_organisation_list(&all, &n_all, c->s->store, c->arena, e))
        return false;
    struct json *rows = json_array(), *organisations = json_array();
    for (size_t i = 0; i < n; i++) {
        struct json *row = json_object();
        json_set_text(row, "record", list[i].code);
        json_set_text(row, "organisation", list[i].organisation);
        json_set_text(row, "made_by", list[i].made_by);
        set_instant_member(row, "at", list[i].made_at);
        json_push(rows, row);
    }
    for (size_t i = 0; i < n_all; i++) {
        struct json *row = json_object();
        json_set_text(row, "code", all[i].code);
        json_set_text(row, "name", all[i].name);
        json_set_bool(row, "chosen", false);
        json_push(organisations, row);
    }
    json_set(c->out, "decoys", rows);
    json_set(c->out, "organisations", organisations);
    return true;
}

static bool fill(struct entry *x, struct err *e)
{
    static const char *const names[] = {"family_name", "given_names"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const struct variable *v = dictionary_variable(x->d, x->form->id, text_of(names[i]));
        if (v == NULL || v->group != 0)
            return err_set(e, ERR_USAGE, "decoy.form", "the form has no %s", names[i]);
        entry_field_text(&x->typed, &x->typed.root->field[v->slot],
                         text_of(json_get_text(x->c->in, names[i], "")));
    }
    const struct variable *v = dictionary_variable(x->d, x->form->id, TEXT("birth_date"));
    struct text rest = text_of(json_get_text(x->c->in, "birth_date", "")), part;
    for (int i = 0; v != NULL && v->group == 0 && i < 3 && text_split(&rest, '-', &part); i++)
        entry_field_part(&x->typed, &x->typed.root->field[v->slot], i, part);
    entry_defaults(x, 0, x->typed.root);
    return true;
}

static bool plant(struct call *c, struct entry *x, const struct organisation *o, struct err *e)
{
    struct record_put_result r;
    struct record_put put = {.record = &x->record,
                             .scope = call_whose(c),
                             .organisation_no = o->organisation_no,
                             .reference = TEXT(""),
                             .old_reference = TEXT(""),
                             .author = o->code, /* who planted it would tell what it is */
                             .state = "accepted",
                             .counted = false};
    if (!fill(x, e) || !entry_judge(x, e)) return false;
    if (x->n_unread > 0)
        return err_set(e, ERR_USAGE, "decoy.date", "the date of birth cannot be read");
    record_set_supplier(&x->record, CODE_NONE, CODE_NONE);
    if (!store_record_put(&r, c->s->store, &put, e) ||
        !decoy_add(c->s->store, r.record_no, call_now(c),
                   c->who.actor == NULL ? "local" : c->who.actor, e))
        return false;
    c->event.object_type = "record";
    c->event.object_id = arena_printf(c->arena, "%s", r.code);
    c->event.fields = "decoy";
    c->event.recipient = o->code;
    c->event.count = 1;
    json_set_text(c->out, "record", c->event.object_id);
    return true;
}

bool op_decoy_plant(struct call *c, struct err *e)
{
    struct organisation o;
    struct entry x;
    const struct form *f = dictionary_form(c->s->dictionary, TEXT("victim"));
    if (f == NULL) return err_set(e, ERR_USAGE, "decoy.form", "there is no form of victims");
    if (!store_organisation_find(&o, c->s->store, text_of(json_get_text(c->in, "organisation", "")),
                                 c->arena, e))
        return false;
    entry_start(&x, c, f);
    bool ok = plant(c, &x, &o, e);
    entry_close(&x);
    return ok;
}
