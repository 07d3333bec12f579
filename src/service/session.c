/* SPDX-License-Identifier: EUPL-1.2 */
/* Who asks over the desk: a session or an API token, as the account is now. Role, organisation and
 * state are read with every call, so that a change of them acts on the next one (S39, S53).
 *
 * Sessions are rows of the store and not memory of a thread, for a browser's next request may come
 * to another one; their last use is written once a minute, so that reading does not become
 * writing. */
#include "service/service_internal.h"

#include "base/date.h"
#include "service/shared.h"
#include "store/security_key.h"
#include "store/token.h"

#include <string.h>

enum { SEEN_EVERY_MS = SESSION_MINUTE_MS, VIEWS_HOUR = 60, VIEWS_DAY = 200 };

int64_t call_now(const struct call *c)
{
    return instant_now() + c->s->clock_ahead;
}

int64_t call_now_ms(const struct call *c)
{
    return session_clock() + c->s->clock_ahead * 1000;
}

bool role_needs_factor(const struct service *s, const struct role *r)
{
    if (s->options.insecure_no_second_factor) return false;
    return role_may(r, CAP_IDENTITY_OPEN) || role_may(r, CAP_AUDIT_READ) ||
           role_may(r, CAP_ACCOUNT_CHANGE);
}

/* Administrators, data managers, and who supervises. */
static bool key_role(const struct service *s, const struct role *r)
{
    return !s->options.insecure_no_second_factor && r != NULL &&
           (role_may(r, CAP_ACCOUNT_CHANGE) || role_may(r, CAP_YEAR_CLOSE) ||
            role_may(r, CAP_AUDIT_READ));
}

bool role_needs_key(bool *out, int64_t *from, struct call *c, const struct role *r, struct err *e)
{
    enum { DAYS = 14, DAY = 86400 };
    const struct dictionary *d = c->s->dictionary;
    int64_t since = 0;
    *out = false;
    *from = 0;
    if (!key_role(c->s, r)) return true;
    const char *rule = dictionary_parameter(d, "security_key.required", "ready");
    if (strcmp(rule, "never") == 0) return true;
    if (strcmp(rule, "always") == 0) {
        *out = true;
        return true;
    }
    if (!store_security_key_ready(&since, c->s->store, "administrator", e)) return false;
    if (since == 0) return true;
    *from = since + dictionary_parameter_int(d, "security_key.days", DAYS) * DAY;
    *out = call_now(c) >= *from;
    return true;
}

/* How long without use; a server may have it shorter, never longer. */
static int64_t idle_ms(const struct service *s, const struct account *a)
{
    int64_t idle = a->role != NULL && role_may(a->role, CAP_IDENTITY_OPEN) ? SESSION_IDLE_SHORT_MS
                                                                           : SESSION_IDLE_MS;
    int64_t own = s->options.idle_seconds * 1000;
    return own > 0 && own < idle ? own : idle;
}

static int64_t longest_ms(const struct session *s)
{
    return s->state == SESSION_OPEN ? SESSION_LONGEST_MS : SESSION_HALF_MS;
}

static bool has_ended(const struct session *s, int64_t idle, int64_t now)
{
    return now < s->began_ms || now - s->began_ms >= longest_ms(s) || now - s->seen_ms >= idle;
}

/* Small changes that are no act of anybody: no entry. */
static bool quietly(struct call *c,
                    bool (*change)(struct store *st, int64_t no, int64_t now, struct err *e),
                    int64_t no, int64_t now, struct err *e)
{
    return call_write_begin(c, e) && call_write_end_quietly(c, change(c->s->store, no, now, e), e);
}

static bool end_it(struct store *st, int64_t no, int64_t now, struct err *e)
{
    (void)now;
    return store_session_end(st, no, e);
}

static void fill_account(struct who *out, const struct account *a)
{
    out->actor = a->name;
    out->role = a->role;
    out->organisation = a->organisation;
    out->organisation_no = a->organisation_no;
    out->account_no = a->account_no;
    out->language = a->language;
}

/* The same name, and little to see: no record is there (call_scope()), and the log, accounts,
 * drafts and tables are not offered (S48). */
static const struct role *role_under_threat(struct call *c, const struct role *r)
{
    static const enum capability left[] = {
        CAP_DICTIONARY_READ, CAP_ORGANISATION_READ, CAP_SELF,   CAP_RECORD_READ,
        CAP_VICTIM,          CAP_JUSTICE,           CAP_REVIEW, CAP_REFER};
    struct role *out = arena_take(c->arena, 1, sizeof *out);
    uint64_t may = 0;
    for (size_t i = 0; i < sizeof left / sizeof *left; i++) may |= UINT64_C(1) << left[i];
    *out = *r;
    out->may &= may;
    return out;
}

static bool who_of_session(struct who *out, struct call *c, struct text token, struct err *e)
{
    struct session s;
    struct account a;
    struct store *st = c->s->store;
    uint8_t hash[ACCESS_HASH];
    int64_t now = call_now_ms(c);
    if (!store_session_find(&s, st, token, c->arena, e)) return false;
    if (s.session_no == 0) return true;
    if (!store_account_get(&a, st, s.account_no, c->arena, e)) return false;
    int64_t idle = idle_ms(c->s, &a), every = idle / 10 < SEEN_EVERY_MS ? idle / 10 : SEEN_EVERY_MS;
    if (a.state != ACCOUNT_ACTIVE || a.role == NULL)
        return quietly(c, end_it, s.session_no, now, e);
    if (has_ended(&s, idle, now))
        return quietly(c, store_session_lapse, s.session_no, call_now(c), e);
    if (now - s.seen_ms >= every) {
        if (!quietly(c, store_session_seen, s.session_no, now, e)) return false;
        s.seen_ms = now;
    }
    fill_account(out, &a);
    out->longest_left = (s.began_ms + longest_ms(&s) - now) / 1000;
    out->idle_left = (s.seen_ms + idle - now) / 1000;
    if (out->idle_left > out->longest_left) out->idle_left = out->longest_left;
    out->session_no = s.session_no;
    out->state = s.state;
    out->purpose = s.purpose;
    /* Who has no second factor yet enrols it in a session that has just begun. */
    out->fresh = s.state == SESSION_ENROL || now - s.proved_ms < SESSION_FRESH_MS;
    out->duress = s.duress;
    if (s.duress) out->role = role_under_threat(c, out->role);
    if (s.state != SESSION_OPEN) out->role = &role_nobody;
    access_hash(hash, st, ACCESS_SESSION, 0, token);
    memcpy(out->session, hash, sizeof out->session);
    return true;
}

static bool who_of_token(struct who *out, struct call *c, struct text text, struct err *e)
{
    enum { USED_EVERY = 60 };
    struct token t;
    struct account a;
    struct store *st = c->s->store;
    uint8_t hash[ACCESS_HASH];
    int64_t now = call_now(c);
    if (!store_token_find(&t, st, text, c->arena, e)) return false;
    if (t.token_no == 0 || t.revoked_at != 0 || now >= t.until) return true;
    if (!store_account_get(&a, st, t.account_no, c->arena, e)) return false;
    if (a.state != ACCOUNT_ACTIVE || a.role == NULL) return true;
    if (now - t.used_at >= USED_EVERY && !quietly(c, store_token_used, t.token_no, now, e))
        return false;
    fill_account(out, &a);
    out->state = SESSION_OPEN;
    out->token = true;
    out->operations = t.operations;
    out->only_organisation_no = t.organisation_no;
    out->purpose = t.purpose;
    access_hash(hash, st, ACCESS_TOKEN, 0, text);
    memcpy(out->session, hash, sizeof out->session);
    return true;
}

bool session_who(struct who *out, struct call *c, const struct caller *caller, struct err *e)
{
    struct text token = text_of(caller->session);
    if (token.n == ACCESS_SESSION_TEXT) return who_of_session(out, c, token, e);
    if (token.n == ACCESS_TOKEN_TEXT && text_starts(token, TEXT(ACCESS_TOKEN_PREFIX)))
        return who_of_token(out, c, token, e);
    return true;
}

bool session_past_who(struct call *c, struct err *e)
{
    struct account a;
    uint8_t hash[ACCESS_HASH];
    int64_t account_no = 0;
    const char *token = c->caller == NULL || c->caller->session == NULL ? "" : c->caller->session;
    if (!store_session_past(&account_no, c->s->store, text_of(token), call_now(c), e)) return false;
    if (account_no != 0 && !store_account_get(&a, c->s->store, account_no, c->arena, e))
        return false;
    if (account_no == 0 || a.state != ACCOUNT_ACTIVE || a.role == NULL ||
        !role_may(a.role, CAP_ENTER)) {
        err_set(e, ERR_DENIED, "session.not_kept", "nothing can be kept for this session");
        return err_remedy(e, "sign in");
    }
    fill_account(&c->who, &a);
    c->decision.scope = decide_scope(&c->who);
    c->event.actor = c->who.actor;
    c->event.role = c->who.role->name;
    c->event.organisation = c->who.organisation;
    access_hash(hash, c->s->store, ACCESS_SESSION, 0, text_of(token));
    memcpy(c->who.session, hash, sizeof c->who.session);
    c->event.session = c->who.session;
    return true;
}

bool session_reaches(const struct call *c, struct err *e)
{
    switch (decide_reach(&c->who, c->operation)) {
    case VERDICT_ALLOW: return true;
    case VERDICT_NOT_OF_TOKEN:
        err_set(e, ERR_DENIED, "token.scope", "the key of this program is not for %s",
                c->operation->name);
        return err_remedy(e, "make a key that names it");
    case VERDICT_SECOND_WANTED:
        err_set(e, ERR_DENIED, "session.second_wanted", "the second factor has not been shown yet");
        return err_remedy(
            e, "show your security key, or type the code of the authenticator or a recovery code");
    case VERDICT_ENROL_WANTED:
        err_set(e, ERR_DENIED, "session.enrol_wanted", "this account needs a second factor");
        return err_remedy(e, "set up an authenticator first");
    case VERDICT_DURESS:
        err_set(e, ERR_SYSTEM, "store.busy", "the register cannot be changed at the moment");
        return err_remedy(e, "try again later");
    case VERDICT_NOT_FRESH:
        err_set(e, ERR_DENIED, "session.not_fresh",
                "for this the second factor must have been shown within the last five minutes");
        return err_remedy(e, "show it once more, and repeat what was to be done");
    default: break;
    }
    err_set(e, ERR_DENIED, "session.none", "nobody is signed in, or the session has ended");
    return err_remedy(e, "sign in");
}

/* ---- how many identifiers one opens (S55) ---- */

static bool note_quota(struct call *c, int64_t used, bool full, struct err *e)
{
    struct audit_event before = c->event;
    c->event.action = AUDIT_QUOTA;
    c->event.object_type = "account";
    c->event.object_id = c->who.actor;
    c->event.decision = full ? "deny" : "alert";
    c->event.count = used;
    bool ok = call_write_begin(c, e) && call_write_end(c, true, e);
    c->entered = false;
    c->event = before;
    return ok;
}

bool session_view(struct call *c, struct err *e)
{
    int64_t hour, day, no = c->who.account_no, now = call_now(c);
    if (no == 0) return true;
    if (!store_view_count(&hour, &day, c->s->store, no, now, e)) return false;
    if (hour >= VIEWS_HOUR || day >= VIEWS_DAY) {
        if (!note_quota(c, hour >= VIEWS_HOUR ? hour : day, true, e)) return false;
        err_set(
            e, ERR_LIMIT, "identity.quota",
            "identifiers can be opened %d times in an hour and %d times in a day; that was more",
            VIEWS_HOUR, VIEWS_DAY);
        return err_remedy(e,
                          "go on later; whoever verifies the log sees that this limit was reached");
    }
    if (!quietly(c, store_view_note, no, now, e)) return false;
    if (hour + 1 != VIEWS_HOUR / 2 && day + 1 != VIEWS_DAY / 2) return true;
    return note_quota(c, hour + 1 == VIEWS_HOUR / 2 ? hour + 1 : day + 1, false, e);
}
