/* SPDX-License-Identifier: EUPL-1.2 */
/* Signing in and out, and what a session says of itself. */
#include "service/signing.h"

#include "base/date.h"
#include "base/mem.h"
#include "service/process.h"

#include <string.h>

static struct text text_param(const struct call *c, const char *name)
{
    return text_of(json_get_text(c->in, name, ""));
}

bool op_session_open(struct call *c, struct err *e)
{
    struct attempt at;
    if (!attempt_begin(&at, c, json_get_text(c->in, "account", ""), text_param(c, "password"), e) ||
        !call_write_begin(c, e))
        return false;
    if (!attempt_reload(&at, c, "password", e)) return call_write_end(c, false, e);
    bool own = attempt_fits(&at), threat = attempt_under_threat(&at), fits = own | threat,
         may_enter = at.account.state == ACCOUNT_ACTIVE && at.account.role != NULL && !at.waits;
    if (!fits || !may_enter) return attempt_refuse(&at, c, e);
    return call_write_end(c, attempt_admit(&at, c, e), e);
}

/* ---- second factor and step-up ---- */

static bool refuse_code(struct throttle *t, bool waits, struct call *c, struct err *e)
{
    c->event.decision = "deny";
    bool ok = throttle_failed(t, c->s->store, !waits, call_now(c), e);
    ok = call_write_end(c, ok, e);
    c->entered = false;
    if (!ok) return false;
    err_set(e, ERR_DENIED, "session.code_refused",
            "this is not the code, it was used already, or there were too many attempts");
    return err_remedy(e, "wait for the next code of the authenticator, or type a recovery code");
}

/* A code of six digits is the authenticator's, anything else a recovery code. For who shows a
 * security key the authenticator opens nothing any more (S44). */
static bool use_code(bool *out, struct call *c, const struct account *a, bool key_alone,
                     struct err *e)
{
    struct store *st = c->s->store;
    struct text code = text_trim(text_param(c, "code"));
    int64_t now = call_now(c);
    *out = false;
    if (!key_alone && !store_factor_use(out, st, a->account_no, code, now, e)) return false;
    if (*out) return true;
    return store_recovery_use(out, st, a->account_no, code, now, e);
}

static bool prove_by_code(struct call *c, const struct account *a, struct err *e)
{
    struct store *st = c->s->store;
    struct throttle t;
    bool fits = false, wanted;
    int64_t from;
    if (!call_write_begin(c, e)) return false;
    if (!role_needs_key(&wanted, &from, c, a->role, e) ||
        !throttle_load(&t, st, &throttle_account, "second", text_of(a->name), e))
        return call_write_end(c, false, e);
    bool waits = throttle_wait(&t, call_now(c)) > 0;
    if (!waits && !use_code(&fits, c, a, wanted && a->n_key > 0, e))
        return call_write_end(c, false, e);
    if (!fits) return refuse_code(&t, waits, c, e);
    /* Where a key is wanted and none is there, it is registered before anything else: when signing
     * in, not in the middle of work. */
    bool key_first = wanted && a->n_key == 0 && c->who.state == SESSION_SECOND;
    bool ok = throttle_clear(&t, st, e) &&
              (key_first ? session_renewed_half(c, e) : session_renewed(c, e)) &&
              network_note(c, a, e);
    return call_write_end(c, ok, e);
}

static bool prove_by_password(struct call *c, const struct account *a, struct err *e)
{
    struct attempt at;
    if (!attempt_begin(&at, c, a->name, text_param(c, "password"), e) || !call_write_begin(c, e))
        return false;
    if (!attempt_reload(&at, c, "password", e)) return call_write_end(c, false, e);
    if (!attempt_fits(&at) || at.waits) return attempt_refuse(&at, c, e);
    return call_write_end(c,
                          throttle_clear(&at.by_account, c->s->store, e) && session_renewed(c, e),
                          e);
}

/* What was shown: the second factor, or the password again where the account has none. */
bool op_session_second(struct call *c, struct err *e)
{
    struct account a;
    if (!own_account(&a, c, e)) return false;
    c->event.action = AUDIT_SESSION_OPEN;
    c->event.object_type = "account";
    c->event.object_id = a.name;
    c->event.fields = "second";
    if (c->who.state == SESSION_ENROL) {
        err_set(e, ERR_DENIED, "session.enrol_wanted", "this account needs a second factor");
        return err_remedy(e, "register a security key or set up an authenticator first");
    }
    if (json_get_text(c->in, "key", "")[0] != '\0') return prove_by_key(c, &a, e);
    return account_has_second(&a) ? prove_by_code(c, &a, e) : prove_by_password(c, &a, e);
}

/* ---- sessions ---- */

bool op_session_close(struct call *c, struct err *e)
{
    c->event.object_type = "session";
    c->event.count = 1;
    return store_session_end(c->s->store, c->who.session_no, e);
}

bool op_session_purpose(struct call *c, struct err *e)
{
    const char *purpose = json_get_text(c->in, "purpose", NULL);
    c->event.object_type = "session";
    if (!store_session_set_purpose(c->s->store, c->who.session_no, purpose, e)) return false;
    json_set_text(c->out, "purpose", purpose);
    return true;
}

/* One's own sessions; those of others for who looks after accounts. What may not be seen is
 * answered like what is not there. */
static bool account_of_sessions(struct account *out, struct call *c, struct err *e)
{
    const char *name = json_get_text(c->in, "account", NULL);
    if (name == NULL) return own_account(out, c, e);
    bool own = c->who.account_no != 0 && strcmp(name, c->who.actor) == 0;
    if (!own && !role_may(c->who.role, CAP_ACCOUNT_CHANGE)) return account_unknown(name, e);
    return named_account(out, c, e);
}

bool op_session_list(struct call *c, struct err *e)
{
    struct account a;
    struct session *list;
    size_t n;
    int64_t now = call_now(c), now_ms = call_now_ms(c);
    if (!account_of_sessions(&a, c, e) ||
        !store_session_list(&list, &n, c->s->store, a.account_no, c->arena, e))
        return false;
    struct json *rows = json_array();
    for (size_t i = 0; i < n; i++) {
        struct json *row = json_object();
        json_set_int(row, "number", list[i].session_no);
        json_set_text(row, "state", session_state_name(list[i].state));
        json_set_text(row, "source", list[i].source);
        set_instant_member(row, "began_at", list[i].began_at);
        set_instant_member(row, "seen_at", now - (now_ms - list[i].seen_ms) / 1000);
        json_set_bool(row, "this", list[i].session_no == c->who.session_no);
        json_push(rows, row);
    }
    json_set(c->out, "sessions", rows);
    return true;
}

bool op_session_end(struct call *c, struct err *e)
{
    struct account a;
    struct session *list;
    size_t n, i = 0;
    int64_t number = json_get_int(c->in, "number", 0);
    if (!account_of_sessions(&a, c, e) ||
        !store_session_list(&list, &n, c->s->store, a.account_no, c->arena, e))
        return false;
    while (i < n && list[i].session_no != number) i++;
    if (i == n) {
        err_set(e, ERR_NOT_FOUND, "session.unknown", "there is no such session");
        return err_remedy(e, "see the list of sessions");
    }
    c->event.object_type = "account";
    c->event.object_id = a.name;
    c->event.count = 1;
    json_set_int(c->out, "number", number);
    return store_session_end(c->s->store, number, e);
}

/* ---- what a page needs to know of who looks at it ---- */

static void list_capabilities(struct json *out, const struct role *r)
{
    struct json *list = json_array();
    for (int k = CAP_NONE + 1; k < CAP_COUNT; k++)
        if (role_may(r, (enum capability)k))
            json_push(list, json_text(text_of(capability_name((enum capability)k))));
    json_set(out, "capabilities", list);
}

static void list_weakened(struct json *out, const struct service *s)
{
    struct json *list = json_array();
    const char *kdf = process_weakened();
    if (kdf != NULL) json_push(list, json_text(text_of(tr(kdf))));
    if (s->options.insecure_no_second_factor)
        json_push(list, json_text(text_of(tr(process_no_second_factor()))));
    if (s->options.insecure_root) json_push(list, json_text(text_of(tr(process_root()))));
    json_set(out, "weakened", list);
}

bool op_session_info(struct call *c, struct err *e)
{
    struct account a = {.name = c->who.actor, .role = c->who.role};
    int64_t left = 0, from = 0;
    bool key_wanted = false;
    if (c->who.account_no != 0 &&
        !(store_account_get(&a, c->s->store, c->who.account_no, c->arena, e) &&
          store_recovery_left(&left, c->s->store, c->who.account_no, e) &&
          role_needs_key(&key_wanted, &from, c, a.role, e)))
        return false;
    json_set_text(c->out, "account", a.name);
    json_set_text(c->out, "name", a.full_name);
    json_set_text(c->out, "role", a.role->name);
    json_set_text(c->out, "role_title", role_title(a.role));
    json_set_text(c->out, "role_label", tr(a.role->text));
    json_set_text(c->out, "organisation", a.organisation);
    json_set_text(c->out, "organisation_name", a.organisation_name);
    json_set_text(c->out, "language", c->who.language);
    json_set_text(c->out, "purpose", c->who.purpose);
    json_set_text(c->out, "state", session_state_name(c->who.state));
    json_set_bool(c->out, "fresh", c->who.fresh);
    json_set_int(c->out, "idle_seconds", c->who.idle_left);
    json_set_int(c->out, "longest_seconds", c->who.longest_left);
    json_set_bool(c->out, "has_factor", account_has_second(&a));
    json_set_bool(c->out, "has_authenticator", a.has_factor);
    json_set_int(c->out, "security_keys", a.n_key);
    json_set_bool(c->out, "needs_key", key_wanted);
    if (!key_wanted) set_instant_member(c->out, "key_wanted_at", from);
    json_set_bool(c->out, "needs_factor", role_needs_factor(c->s, a.role));
    json_set_int(c->out, "recovery_left", left);
    set_instant_member(c->out, "signed_in_at", a.signed_in_at);
    list_capabilities(c->out, c->who.role);
    list_weakened(c->out, c->s);
    json_set_bool(c->out, "demo", c->s->options.demo);
    return true;
}

/* ---- the first administrator ---- */

static bool setup_needed(bool *out, struct call *c, struct err *e)
{
    int64_t there, active;
    if (!store_account_count(&there, &active, c->s->store, "administrator", e)) return false;
    *out = there == 0;
    return true;
}

bool op_setup_state(struct call *c, struct err *e)
{
    bool needed;
    if (!setup_needed(&needed, c, e)) return false;
    json_set_bool(c->out, "needed", needed);
    json_set_bool(c->out, "demo", c->s->options.demo);
    list_weakened(c->out, c->s);
    return true;
}

static bool setup_done(struct err *e)
{
    err_set(e, ERR_CONFLICT, "setup.done", "there is an administrator already");
    return err_remedy(e, "sign in; who has no account asks an administrator for one");
}

bool op_setup_code(struct call *c, struct err *e)
{
    bool needed;
    char code[ACCESS_LONG_CODE + 1];
    if (!setup_needed(&needed, c, e)) return false;
    if (!needed) return setup_done(e);
    if (!store_setup_new(code, c->s->store, call_now(c), e)) return false;
    c->event.object_type = "setup";
    json_set_text(c->out, "code", code);
    mem_wipe(code, sizeof code);
    return true;
}

/* The code the server was started with, or the one that setup.code has made. Held against it as a
 * hash: that takes the same time whatever was typed. */
static bool setup_code_fits(bool *out, struct call *c, struct err *e)
{
    const char *given = c->s->options.setup_code;
    struct text typed = text_trim(text_param(c, "code"));
    uint8_t a[ACCESS_HASH], b[ACCESS_HASH];
    access_hash(a, c->s->store, ACCESS_SETUP, 0, text_of(given));
    access_hash(b, c->s->store, ACCESS_SETUP, 0, typed);
    bool same = crypto_equal(a, b, sizeof a) && given != NULL && given[0] != '\0';
    if (!store_setup_fits(out, c->s->store, typed, call_now(c), e)) return false;
    *out = *out || same;
    return true;
}

static bool add_first(struct attempt *at, struct call *c, const struct account_password *p,
                      struct err *e)
{
    struct store *st = c->s->store;
    struct account a = {.name = at->name,
                        .full_name = json_get_text(c->in, "name", ""),
                        .role = role_find(TEXT("administrator")),
                        .language = json_get_text(c->in, "language", NULL),
                        .added_by = at->name};
    int64_t now = call_now(c);
    if (!store_account_add(&a.account_no, st, &a, now, e)) return false;
    a.state = ACCOUNT_ACTIVE;
    return store_account_set_password(st, a.account_no, p, now, e) &&
           store_account_change(st, &a, e) && store_setup_clear(st, e) &&
           store_account_get(&at->account, st, a.account_no, c->arena, e) &&
           attempt_admit(at, c, e);
}

bool op_setup_finish(struct call *c, struct err *e)
{
    struct text password = text_param(c, "password");
    struct account future = {.name = json_get_text(c->in, "account", ""),
                             .full_name = json_get_text(c->in, "name", ""),
                             .role = role_find(TEXT("administrator"))};
    struct password_context context = password_context_of(c, &future);
    struct account_password p;
    struct attempt at;
    bool needed, fits = false;
    if (!password_fits(password, &context, e) || !password_new(&p, c, password, e)) return false;
    at = (struct attempt){.name = future.name};
    if (!call_write_begin(c, e)) return false;
    if (!attempt_reload(&at, c, "setup", e) || !setup_needed(&needed, c, e) ||
        !setup_code_fits(&fits, c, e))
        return call_write_end(c, false, e);
    if (!needed) {
        (void)setup_done(e);
        return call_write_end(c, false, e);
    }
    if (!fits || at.waits) return attempt_refuse(&at, c, e);
    return call_write_end(c, add_first(&at, c, &p, e), e);
}

/* ---- activation ---- */

static bool activate(struct attempt *at, struct call *c, const struct account_password *p,
                     struct err *e)
{
    struct store *st = c->s->store;
    struct account *a = &at->account;
    struct password_context context = password_context_of(c, a);
    if (!password_fits(text_param(c, "password"), &context, e)) return false;
    a->state = ACCOUNT_ACTIVE;
    return store_account_set_password(st, a->account_no, p, call_now(c), e) &&
           store_account_change(st, a, e) && attempt_admit(at, c, e);
}

bool op_account_activate(struct call *c, struct err *e)
{
    struct account_password p;
    struct attempt at;
    bool fits = false;
    if (!password_new(&p, c, text_param(c, "password"), e)) return false;
    at = (struct attempt){.name = json_get_text(c->in, "account", "")};
    if (!call_write_begin(c, e)) return false;
    if (!attempt_reload(&at, c, "activation", e) ||
        !store_account_activation_fits(&fits, c->s->store, at.account.account_no,
                                       text_param(c, "code"), call_now(c), e))
        return call_write_end(c, false, e);
    bool may_enter = at.account.state == ACCOUNT_INVITED && at.account.role != NULL && !at.waits;
    if (!fits || !may_enter) return attempt_refuse(&at, c, e);
    return call_write_end(c, activate(&at, c, &p, e), e);
}
