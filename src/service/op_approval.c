/* SPDX-License-Identifier: EUPL-1.2 */
/* Four eyes (S53, S56): what one person asks for, another one, of another unit, approves. An
 * approval is good for exactly what was asked (operation, purpose, details, number of persons),
 * once, within 24 hours; above a hundred persons only half an hour after it was given.
 *
 * A unit is an organisation; of those who run the register, each role is a unit of its own. */
#include "service/govern.h"
#include "service/tasks.h"

#include "base/buf.h"

#include <string.h>

static const struct {
    const char *word, *label;
} words[] = {
    {"open", N_("Waits for an answer")}, {"approved", N_("Approved")},
    {"refused", N_("Refused")},          {"used", N_("Approved and used")},
    {"over", N_("Too old to be used")},
};

static const char *label_of(const char *word)
{
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i].word, word) == 0) return tr(words[i].label);
    return word;
}

static const char *unit_of(const struct call *c)
{
    const char *organisation = c->who.organisation == NULL ? "" : c->who.organisation;
    if (c->who.role->own_only) return organisation;
    return arena_printf(c->arena, "%s%s%s", organisation, organisation[0] == '\0' ? "" : ", ",
                        c->who.role->name);
}

static bool is_over(const struct call *c, const struct task *t)
{
    bool ends = strcmp(t->state, "open") == 0 || strcmp(t->state, "approved") == 0;
    return ends && call_now(c) >= t->until;
}

static const char *state_of(const struct call *c, const struct task *t)
{
    return is_over(c, t) ? "over" : t->state;
}

bool approval_wanted(const struct call *c, const struct approval_need *need)
{
    return !c->who.local && (need->identifiers || need->persons > APPROVAL_PERSONS_MAX);
}

/* ---- what is asked, and found again ---- */

static struct json *body_of(const struct call *c, const struct approval_need *need)
{
    struct json *body = json_object();
    json_set_text(body, "operation", c->operation->name);
    json_set_text(body, "what", need->what);
    json_set(body, "details", need->details == NULL ? json_array() : json_copy(need->details));
    json_set_int(body, "persons", need->persons);
    json_set_bool(body, "identifiers", need->identifiers);
    json_set_text(body, "purpose", c->event.purpose == NULL ? "" : c->event.purpose);
    return body;
}

static bool subject_of(uint8_t out[ACCESS_HASH], struct call *c, const struct json *body,
                       struct err *e)
{
    struct buf b;
    buf_init_wiped(&b, TASK_BYTES_MAX);
    json_write(&b, body, false);
    bool ok = buf_ok(&b, e);
    if (ok) task_subject(out, c->s->store, buf_text(&b));
    buf_release(&b);
    return ok;
}

/* An entry of its own; the call's is still to come. */
static bool end_with(struct call *c, bool ok, const struct task *t, const char *what,
                     int64_t persons, struct err *e)
{
    struct audit_event before = c->event;
    c->event.action = AUDIT_APPROVAL;
    c->event.object_type = "approval";
    c->event.object_id = t->code;
    c->event.fields = what;
    c->event.count = persons;
    ok = call_write_end(c, ok, e);
    c->entered = false;
    c->event = before;
    return ok;
}

static bool ask(struct call *c, const struct json *body, const uint8_t subject[ACCESS_HASH],
                struct err *e)
{
    int64_t now = call_now(c);
    struct task t = {.kind = TASK_APPROVAL,
                     .state = "open",
                     .account_no = c->who.account_no,
                     .organisation_no = c->who.organisation_no,
                     .made_at = now,
                     .made_by = c->who.actor,
                     .until = now + APPROVAL_WAIT_SECONDS};
    struct json *more = json_copy(body);
    memcpy(t.subject, subject, sizeof t.subject);
    json_set_text(more, "unit", unit_of(c));
    bool ok = task_put(&t, c, more, e);
    json_free(more);
    if (!end_with(c, ok, &t, "asked", json_get_int(body, "persons", 0), e)) return false;
    err_set(e, ERR_DENIED, "approval.wanted",
            "a second person must approve this; the request %s was made", t.code);
    return err_remedy(
        e, "ask somebody of another unit to look at it under Approvals, then do the same again");
}

static bool refuse(struct call *c, const char *id, const char *what, const char *remedy,
                   struct err *e)
{
    (void)!call_write_end(c, false, e); /* nothing was changed */
    err_set(e, ERR_DENIED, id, "%s", tr(what));
    return err_remedy(e, "%s", tr(remedy));
}

static bool use_up(struct call *c, struct task *t, struct err *e)
{
    struct json *body;
    bool ok = task_body(&body, c, t, e);
    int64_t persons = ok ? json_get_int(body, "persons", 0) : 0;
    if (ok) {
        t->state = "used";
        t->n_used++;
        ok = task_keep(t, c, body, e);
    }
    json_free(body);
    return end_with(c, ok, t, "used", persons, e);
}

/* In the write transaction; every way out of it ends it. */
static bool settle(struct call *c, const struct approval_need *need, const struct json *body,
                   const uint8_t subject[ACCESS_HASH], struct err *e)
{
    struct task t;
    int64_t now = call_now(c);
    if (!task_of_subject(&t, c->s->store, TASK_APPROVAL, c->who.account_no, subject, c->arena, e))
        return call_write_end(c, false, e);
    bool there = t.task_no != 0 && !is_over(c, &t);
    if (there && strcmp(t.state, "open") == 0)
        return refuse(c, "approval.waiting", N_("a second person has not approved this yet"),
                      N_("ask somebody of another unit to look at it under Approvals"), e);
    if (there && strcmp(t.state, "refused") == 0 && now < t.until)
        return refuse(c, "approval.refused", N_("the person who was asked has refused this"),
                      N_("see why under Approvals"), e);
    if (!there || strcmp(t.state, "approved") != 0) return ask(c, body, subject, e);
    if (need->persons > APPROVAL_MANY && now < t.decided_at + APPROVAL_COOL_SECONDS)
        return refuse(c, "approval.cooling",
                      N_("this is about many persons: half an hour must pass after the approval"),
                      N_("do the same again later"), e);
    return use_up(c, &t, e);
}

bool call_require_approval(struct call *c, const struct approval_need *need, struct err *e)
{
    uint8_t subject[ACCESS_HASH];
    if (!approval_wanted(c, need)) return true;
    if (c->who.account_no == 0)
        return err_set(e, ERR_DENIED, "approval.nobody",
                       "nobody is signed in who could ask for approval");
    struct json *body = body_of(c, need);
    bool ok = subject_of(subject, c, body, e) && call_write_begin(c, e) &&
              settle(c, need, body, subject, e);
    json_free(body);
    return ok;
}

/* ---- those who look at it ---- */

static bool is_own(const struct call *c, const struct task *t)
{
    return t->account_no != 0 && t->account_no == c->who.account_no && !c->who.duress;
}

static bool may_decide(const struct call *c, const struct task *t, const struct json *body)
{
    return role_may(c->who.role, CAP_APPROVE) && !is_own(c, t) &&
           strcmp(json_get_text(body, "unit", ""), unit_of(c)) != 0;
}

static void describe(struct json *row, struct call *c, const struct task *t,
                     const struct json *body)
{
    const char *state = state_of(c, t), *what = json_get_text(body, "what", "");
    json_set_text(row, "approval", t->code);
    json_set_text(row, "what", tr(what));
    json_set_text(row, "actor", t->made_by);
    json_set_text(row, "unit", json_get_text(body, "unit", ""));
    json_set_int(row, "persons", json_get_int(body, "persons", 0));
    json_set_bool(row, "identifiers", json_get_bool(body, "identifiers", false));
    json_set_text(row, "state", state);
    json_set_text(row, "state_label", label_of(state));
    json_set_bool(row, "own", is_own(c, t));
    json_set_bool(row, "may_decide", strcmp(state, "open") == 0 && may_decide(c, t, body));
    set_instant_member(row, "at", t->made_at);
    set_instant_member(row, "until", t->until);
}

bool approvals_waiting(int64_t *n, struct call *c, struct err *e)
{
    struct task_filter f = {.kind = TASK_APPROVAL, .state = "open"};
    struct task *list;
    size_t count;
    *n = 0;
    bool ok = task_list(&list, &count, c->s->store, &f, c->arena, e);
    for (size_t i = 0; ok && i < count; i++) {
        struct json *body;
        ok = task_body(&body, c, &list[i], e);
        if (!ok) break;
        *n += !is_over(c, &list[i]) && may_decide(c, &list[i], body);
        json_free(body);
    }
    return ok;
}

bool op_approval_list(struct call *c, struct err *e)
{
    struct task_filter f = {.kind = TASK_APPROVAL};
    struct task *list;
    size_t n;
    int64_t waiting = 0;
    bool ok = task_list(&list, &n, c->s->store, &f, c->arena, e);
    struct json *rows = json_array();
    json_set(c->out, "approvals", rows);
    for (size_t i = 0; ok && i < n; i++) {
        struct json *body;
        ok = task_body(&body, c, &list[i], e);
        if (!ok) break;
        if (is_own(c, &list[i]) || may_decide(c, &list[i], body)) {
            struct json *row = json_object();
            describe(row, c, &list[i], body);
            waiting += json_get_bool(row, "may_decide", false);
            json_push(rows, row);
        }
        json_free(body);
    }
    json_set_int(c->out, "waiting", waiting);
    return ok;
}

static struct json *details_of(const struct json *body)
{
    struct json *out = json_array();
    const struct json *list = json_get(body, "details");
    for (size_t i = 0; i < json_size(list); i++) {
        struct json *row = json_object();
        json_set_text(row, "label", tr(json_get_text(json_at(list, i), "label", "")));
        json_set_text(row, "value", json_get_text(json_at(list, i), "value", ""));
        json_push(out, row);
    }
    return out;
}

/* What is not one's own and not to be decided is not there. */
static bool find(struct task *t, struct json **body, struct call *c, struct err *e)
{
    if (!task_get(t, body, c, TASK_APPROVAL, "approval", e)) return false;
    if (is_own(c, t) || may_decide(c, t, *body)) return true;
    json_free(*body);
    *body = NULL;
    return task_unknown(e);
}

bool op_approval_show(struct call *c, struct err *e)
{
    struct task t;
    struct json *body;
    if (!find(&t, &body, c, e)) return false;
    describe(c->out, c, &t, body);
    json_set(c->out, "details", details_of(body));
    json_set_text(c->out, "purpose", json_get_text(body, "purpose", ""));
    json_set_text(c->out, "answer", json_get_text(body, "answer", ""));
    json_set_text(c->out, "decided_by", t.decided_by);
    set_instant_member(c->out, "decided_at", t.decided_at);
    json_set_int(c->out, "version", t.version_no);
    json_set_bool(c->out, "many", json_get_int(body, "persons", 0) > APPROVAL_MANY);
    json_free(body);
    c->event.object_type = "approval";
    c->event.object_id = arena_printf(c->arena, "%s", t.code);
    c->event.fields = "read";
    c->event.count = 1;
    return true;
}

static bool decidable(struct call *c, const struct task *t, const struct json *body, struct err *e)
{
    if (is_own(c, t)) {
        err_set(e, ERR_DENIED, "task.own", "nobody decides what they asked for themselves");
        return err_remedy(e, "somebody of another unit decides it");
    }
    if (!may_decide(c, t, body)) return task_unknown(e);
    if (strcmp(state_of(c, t), "open") == 0) return true;
    err_set(e, ERR_CONFLICT, "task.conflict", "somebody else has decided this meanwhile");
    return err_remedy(e, "open it again, and see what is there now");
}

bool op_approval_decide(struct call *c, struct err *e)
{
    struct task t;
    struct json *body;
    const char *decision = json_get_text(c->in, "decision", "");
    if (!find(&t, &body, c, e)) return false;
    bool ok = decidable(c, &t, body, e);
    if (ok) {
        t.version_no = json_get_int(c->in, "version", 0);
        t.state = decision;
        t.decided_at = call_now(c);
        t.decided_by = c->who.actor;
        t.until = t.decided_at + APPROVAL_GOOD_SECONDS;
        json_set_text(body, "answer", json_get_text(c->in, "text", ""));
        c->event.object_type = "approval";
        c->event.object_id = arena_printf(c->arena, "%s", t.code);
        c->event.fields = decision;
        c->event.recipient = t.made_by;
        c->event.count = json_get_int(body, "persons", 0);
        json_set_text(c->out, "approval", c->event.object_id);
        json_set_text(c->out, "state", decision);
        ok = task_keep(&t, c, body, e);
    }
    json_free(body);
    return ok;
}
