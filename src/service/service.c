/* SPDX-License-Identifier: EUPL-1.2 */
/* The desk: opens the repository, and carries out calls: parameters, capability, purpose,
 * transaction, audit entry.
 *
 * An act and its entry are committed together; what is read is answered only after its entry is
 * committed (S20). A refusal for want of a capability or purpose is an entry too. Whatever goes
 * wrong on the way refuses the call (S9). */
#include "service/encodings.h"
#include "service/group_commit.h"
#include "service/link_new.h"
#include "service/once.h"
#include "service/operations.h"
#include "service/parameters.h"
#include "service/question.h"
#include "service/remote.h"
#include "service/result_spec.h"
#include "service/shared.h"

#include "base/catalogue.h"
#include "base/date.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/parallel.h"
#include "model/expr.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---------------------------------------------------------------- problems */

struct json *problems_to_json(const struct problems *p)
{
    struct json *list = json_array();
    for (size_t i = 0; i < p->n; i++) {
        const struct problem *at = &p->item[i];
        struct json *row = json_object();
        json_set_bool(row, "fatal", at->fatal);
        json_set_text(row, "id", at->id);
        json_set_text(row, "file", at->file);
        json_set_int(row, "row", at->row);
        json_set_text(row, "column", at->column);
        json_set_text(row, "message", at->message);
        json_set_text(row, "remedy", at->remedy);
        json_push(list, row);
    }
    return list;
}

void service_keep_problems(struct service *s, const struct problems *p)
{
    json_free(s->problems);
    s->problems = problems_to_json(p);
}

void call_progress(struct call *c, const char *what, uint64_t done, uint64_t total)
{
    if (c->progress != NULL && c->progress->step != NULL)
        c->progress->step(c->progress->ctx, tr(what), done, total);
}

static bool known_role(const struct service *s, struct err *e)
{
    if (s->role != NULL) return true;
    struct buf names;
    buf_init(&names, ERR_MSG_MAX - 40);
    for (size_t i = 0; i < n_role; i++)
        buf_printf(&names, "%s%s", i == 0 ? "" : ", ", roles[i].name);
    err_set(e, ERR_USAGE, "call.no_role", "there is no role %s", s->options.role);
    err_remedy(e, "the roles are %s", names.p);
    buf_release(&names);
    return false;
}

/* What the session says of itself goes into the log as it is. */
static bool check_word(const char *what, const char *value, struct err *e)
{
    enum { WORD_LONGEST = 500 };
    if (!parameter_is_line(value))
        return err_set(e, ERR_USAGE, "call.session", "the %s is not plain text in UTF-8", what);
    if (text_of(value).n <= WORD_LONGEST) return true;
    return err_set(e, ERR_USAGE, "call.session", "the %s is longer than %d bytes", what,
                   WORD_LONGEST);
}

static bool check_session(const struct service *s, struct err *e)
{
    const struct service_options *o = &s->options;
    return check_word("actor", o->actor, e) && check_word("purpose", o->purpose, e) &&
           check_word("language", o->language, e) && check_word("role", o->role, e) &&
           known_role(s, e);
}

/* ---------------------------------------------------------------- calls */

static enum audit_action action_of(const char *name)
{
    for (int a = 0; a < AUDIT_ACTION_COUNT; a++)
        if (strcmp(audit_action_name((enum audit_action)a), name) == 0) return (enum audit_action)a;
    return AUDIT_NONE;
}

/* Whether the operation may be done at all: held in the call from here on, and asked by handlers. */
static bool decided(struct call *c, struct err *e)
{
    const char *stated = json_get_text(c->in, "purpose", c->who.purpose);
    c->decision = decide(&c->who, c->operation, c->event.action, stated);
    c->event.purpose = c->decision.purpose;
    switch (c->decision.verdict) {
    case VERDICT_ALLOW: return true;
    case VERDICT_OTHER_PURPOSE:
        call_deny(c, e, "token.purpose", "the key of this program is for another purpose");
        return err_remedy(e, "leave the purpose out, or make a key for it");
    case VERDICT_NO_PURPOSE:
        call_deny(c, e, "call.no_purpose",
                  "case data are consulted and handed out only for a stated purpose");
        return err_remedy(e, "state it with --purpose \"...\"");
    default: return call_may(c, c->operation->capability, e);
    }
}

static bool append_alone(struct shared *sh, struct store *st, const struct audit_event *event,
                         struct err *e)
{
    store_give_up(st); /* it waits for others, and the journal is not to wait for it */
    if (sh != NULL) return group_commit_append(shared_group(sh), sh, st, event, e);
    if (!store_begin(st, true, e)) return false;
    if (audit_append(st, event, NULL, e) && store_commit(st, e)) return true;
    store_rollback(st);
    return false;
}

/* The entry of a refusal. Operations that open the repository themselves are refused before they
 * do, so it is opened for the entry. When that cannot be done or written, the call is refused all
 * the same. */
static void audit_denied(struct call *c)
{
    struct err e = {0};
    struct service *s = c->s;
    struct store *own = NULL;
    struct unlock unlock = service_unlock(s);
    struct audit_event event = c->event;
    event.action = AUDIT_DENY;
    event.object_type = "operation";
    event.object_id = c->operation->name;
    event.decision = "deny";
    if (s->store == NULL && s->options.repository != NULL &&
        !store_open(&own, s->options.repository, &unlock, false, &e))
        return;
    struct store *st = s->store != NULL ? s->store : own;
    if (st != NULL && !append_alone(s->shared, st, &event, &e)) err_clear(&e);
    store_close(own);
}

/* The entry of an act that has no write transaction of its own: committed before the answer. */
static bool audit_alone(struct call *c, struct err *e)
{
    return append_alone(c->s->shared, c->s->store, &c->event, e);
}

bool call_entry_first(struct call *c, struct err *e)
{
    if (!audit_alone(c, e)) return false;
    c->entered = true;
    return true;
}

bool call_write_begin(struct call *c, struct err *e)
{
    shared_write_begin(c->s->shared);
    if (store_begin(c->s->store, true, e)) return true;
    shared_write_end(c->s->shared);
    return false;
}

bool call_write_end_quietly(struct call *c, bool ok, struct err *e)
{
    struct store *st = c->s->store;
    ok = ok && store_commit(st, e);
    if (!ok) store_rollback(st);
    shared_write_end(c->s->shared);
    return ok;
}

bool call_write_end(struct call *c, bool ok, struct err *e)
{
    struct store *st = c->s->store;
    ok = ok && audit_append(st, &c->event, NULL, e) && store_commit(st, e);
    if (!ok) store_rollback(st);
    shared_write_end(c->s->shared);
    c->entered = ok;
    return ok;
}

/* An act whose entry came first has failed. When this entry cannot be written, the first one still
 * stands. */
static void audit_failed(struct call *c)
{
    struct err e = {0};
    c->event.decision = "failed";
    if (!audit_alone(c, &e)) err_clear(&e);
}

/* A file that says what was not committed; not the one that stood there before. Devices and pipes
 * are left alone. */
static void remove_made(const struct call *c)
{
    struct stat st;
    if (c->made == NULL || lstat(c->made, &st) != 0 || !S_ISREG(st.st_mode)) return;
    if (st.st_ino != c->made_before) (void)unlink(c->made);
}

void call_makes(struct call *c, const char *path)
{
    struct stat st;
    c->made = path;
    c->made_before = lstat(path, &st) == 0 ? st.st_ino : 0;
}

/* The act is committed. What hinders this is told, and done by whoever closes the repository
 * last. */
static void purge(struct call *c)
{
    struct err e = {0};
    bool done = false;
    json_set_bool(c->out, "journal_emptied", store_purge(&done, c->s->store, &e) && done);
}

static bool write_all(struct call *c, handler_fn *handler, struct err *e)
{
    struct store *st = c->s->store;
    if (!store_begin(st, true, e)) return false;
    if (!handler(c, e)) {
        store_rollback(st);
        remove_made(c);
        return false;
    }
    if (c->roll_back) {
        store_rollback(st);
        return true;
    }
    bool entered = c->event.action == AUDIT_NONE || audit_append(st, &c->event, NULL, e);
    if (entered && store_commit(st, e)) {
        if (c->purge) purge(c);
        return true;
    }
    store_rollback(st);
    remove_made(c);
    c->s->reopen = true;
    return false;
}

static bool do_write(struct call *c, handler_fn *handler, struct err *e)
{
    service_drop_snapshots(c->s);
    shared_write_begin(c->s->shared);
    bool ok = write_all(c, handler, e);
    shared_write_end(c->s->shared);
    return ok && (!c->roll_back || audit_alone(c, e));
}

static bool do_read(struct call *c, handler_fn *handler, struct err *e)
{
    struct store *st = c->s->store;
    if (!store_begin(st, false, e)) return false;
    bool ok = handler(c, e);
    store_rollback(st);
    return ok && (c->event.action == AUDIT_NONE || audit_alone(c, e));
}

/* Who asks, before anything is done. Over the desk the repository is open for as long as it runs,
 * and who has no session may only ask for what leads to one. */
static bool settle_who(struct call *c, const struct caller *caller, struct err *e)
{
    const struct service_options *o = &c->s->options;
    if (caller == NULL) {
        c->who = (struct who){.actor = o->actor,
                              .role = c->s->role,
                              .language = o->language,
                              .purpose = o->purpose,
                              .local = true,
                              .fresh = true,
                              .state = SESSION_OPEN};
        return true;
    }
    struct question *q = c->s->question;
    struct arena *own = c->arena;
    c->who = (struct who){.role = &role_nobody, .source = caller->source};
    if (q != NULL) c->arena = q->arena;
    bool ok = session_who(&c->who, c, caller, e);
    c->arena = own;
    if (!ok) return false;
    if (caller->language != NULL) c->who.language = caller->language;
    if (c->who.language == NULL) c->who.language = caller->browser;
    if (caller->purpose != NULL && !c->who.token) c->who.purpose = caller->purpose;
    if (q != NULL) {
        q->who = c->who;
        q->settled = c->s->store != NULL && store_holds(c->s->store);
    }
    return session_reaches(c, e);
}

/* The repository as it is installed, and who asks. What only reads, reads one state from here
 * on. */
static bool settle(struct call *c, const struct caller *caller, struct err *e)
{
    struct service *s = c->s;
    bool opens = c->operation->repository_required || caller != NULL,
         reads = caller != NULL && c->operation->transaction == TX_READ && !s->reopen;
    if (reads && s->store != NULL && s->question != NULL && s->question->settled &&
        store_holds(s->store)) {
        c->who = s->question->who;
        return session_reaches(c, e);
    }
    if (s->store != NULL && reads && !store_hold(s->store, e)) return false;
    if (opens && !service_repository(s, e)) return false;
    /* it may have been opened anew */
    if (reads && s->store != NULL && !store_hold(s->store, e)) return false;
    return settle_who(c, caller, e);
}

void question_begin(struct question *q, struct service *s)
{
    *q = (struct question){.arena = arena_new(ARENA_WIPE)};
    s->question = q;
}

void question_end(struct question *q, struct service *s)
{
    if (s->store != NULL) store_give_up(s->store);
    s->question = NULL;
    arena_free(q->arena);
}

static void begin_event(struct call *c)
{
    c->event.action = action_of(c->operation->audit);
    c->event.actor = c->who.actor;
    c->event.role = c->who.role->name;
    c->event.organisation = c->who.organisation;
    c->event.decision = "allow";
    c->event.source = c->who.source;
    if (c->who.account_no != 0) c->event.session = c->who.session;
}

static bool do_operation(struct call *c, handler_fn *handler, struct err *e)
{
    switch (c->operation->transaction) {
    case TX_WRITE: return do_write(c, handler, e);
    case TX_READ: return do_read(c, handler, e);
    case TX_NONE: break;
    }
    if (!handler(c, e)) {
        if (c->entered) audit_failed(c);
        return false;
    }
    bool ok = c->event.action == AUDIT_NONE || c->entered || !c->operation->repository_required ||
              audit_alone(c, e);
    if (!ok && c->tell) err_clear(e);
    return ok || c->tell;
}

/* A request that has a name is done once. What is answered again is an entry again. */
static bool do_once(struct call *c, handler_fn *handler, struct err *e)
{
    bool answered;
    if (!once_begin(&answered, c, e)) return false;
    if (!answered) return once_end(c, do_operation(c, handler, e));
    c->event.object_type = "answer";
    return c->event.action == AUDIT_NONE || audit_alone(c, e);
}

static bool do_call(struct call *c, const struct caller *caller, handler_fn *handler, struct err *e)
{
    struct service *s = c->s;
    if (!settle(c, caller, e)) return false;
    begin_event(c);
    if (s->dictionary != NULL) call_speak(c, s->dictionary);
    if (!decided(c, e)) return false;
    if (c->operation->capability == CAP_IDENTITY_OPEN && !session_view(c, e)) return false;
    bool named = caller != NULL && caller->once != NULL && c->who.account_no != 0;
    return named ? do_once(c, handler, e) : do_operation(c, handler, e);
}

/* What is local does not exist for who is not at this machine. */
static bool reachable(const struct operation *op, const struct json *in, struct err *e)
{
    if (op->reach == REACH_LOCAL)
        return err_set(e, ERR_USAGE, "call.no_operation", "there is no operation %s", op->name);
    for (const struct parameter_spec *p = op->parameter; p->name != NULL; p++)
        if (p->local && json_has(in, p->name))
            return err_set(e, ERR_USAGE, "call.unknown", "%s has no parameter %s", op->name,
                           p->name);
    return true;
}

static bool check_caller(const struct caller *who, struct err *e)
{
    return check_word("session", who->session, e) && check_word("source", who->source, e) &&
           check_word("language", who->language, e) && check_word("browser", who->browser, e) &&
           check_word("purpose", who->purpose, e) && check_word("once", who->once, e);
}

static bool carry_out(struct json **out, struct service *s, const struct caller *who,
                      const struct operation_row *row, const struct json *in,
                      const struct progress *progress, struct err *e)
{
    struct call c = {
        .s = s, .caller = who, .operation = &row->operation, .in = in, .progress = progress};
    c.arena = arena_new(ARENA_WIPE);
    c.out = json_object();
    c.who.role = &role_nobody;
    bool ok = do_call(&c, who, row->handler, e);
    if (c.denied) audit_denied(&c);
    if (s->question == NULL && s->store != NULL) store_give_up(s->store);
    if (ok && row->operation.result != NULL) result_assert(&row->operation, c.out);
    if (ok) call_link_told(&c);
    if (s->shared != NULL) {
        uploads_sweep(shared_uploads(s->shared), call_now(&c));
        if (s->job == NULL) jobs_sweep(shared_jobs(s->shared), call_now(&c));
    }
    if (s->shared != NULL) service_drop_snapshots(s); /* a newer one may come for the next call */
    arena_free(c.arena);
    if (!ok) {
        json_free(c.out);
        return false;
    }
    *out = c.out;
    return true;
}

static const struct operation_row *begin_call(struct service *s, const char *name,
                                              const char *language, struct err *e)
{
    const struct operation_row *row = operation_row_find(name);
    if (row == NULL) {
        err_set(e, ERR_USAGE, "call.no_operation", "there is no operation %s", name);
        return NULL;
    }
    json_free(s->problems);
    s->problems = NULL;
    if (language != NULL && check_word("language", language, e)) {
        struct arena *a = arena_new(ARENA_PLAIN);
        service_speak(s, language, a);
        arena_free(a);
    }
    return row;
}

bool service_call_as(struct json **out, struct service *s, const struct caller *who,
                     const char *name, const struct json *in, const struct progress *progress,
                     struct err *e)
{
    if (s->channel != NULL) {
        json_free(s->problems);
        return remote_call(out, &s->problems, s->channel, who, name, in, e);
    }
    const struct operation_row *row = begin_call(s, name, who->language, e);
    return row != NULL && check_caller(who, e) && reachable(&row->operation, in, e) &&
           parameters_fit(&row->operation, in, e) && carry_out(out, s, who, row, in, progress, e);
}

static bool only_reads(const char *name)
{
    const struct operation_row *row = operation_row_find(name);
    return row != NULL && row->operation.transaction == TX_READ;
}

bool service_call_along(struct json **out, struct service *s, const struct caller *who,
                        const char *name, const struct json *in, struct along *along,
                        size_t n_along, struct err *e)
{
    struct question q;
    bool fits = n_along <= ALONG_MAX && (n_along == 0 || only_reads(name)) && who->once == NULL;
    for (size_t i = 0; i < n_along; i++) {
        along[i].out = NULL;
        err_clear(&along[i].err);
        fits = fits && only_reads(along[i].operation);
    }
    if (!fits)
        return err_set(
            e, ERR_USAGE, "call.along",
            "%s: only what reads can be asked for along with others, and no more than %d", name,
            ALONG_MAX);
    if (s->channel != NULL) {
        json_free(s->problems);
        return remote_call_along(out, &s->problems, s->channel, who, name, in, along, n_along, e);
    }
    question_begin(&q, s);
    bool ok = service_call_as(out, s, who, name, in, NULL, e);
    for (size_t i = 0; ok && i < n_along; i++)
        if (!service_call_as(&along[i].out, s, who, along[i].operation, along[i].in, NULL,
                             &along[i].err))
            along[i].out = NULL;
    question_end(&q, s);
    return ok;
}

bool service_call(struct json **out, struct service *s, const char *name, const struct json *in,
                  const struct progress *progress, struct err *e)
{
    if (s->channel != NULL)
        return err_set(e, ERR_USAGE, "call.remote", "a desk answers service_call_as() alone");
    const struct operation_row *row = begin_call(s, name, s->options.language, e);
    return row != NULL && check_session(s, e) && parameters_fit(&row->operation, in, e) &&
           carry_out(out, s, NULL, row, in, progress, e);
}
