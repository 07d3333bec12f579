/* SPDX-License-Identifier: EUPL-1.2 */
#include "service/signing.h"

#include "base/mem.h"
#include "service/tasks.h"

#include <string.h>

bool password_hashed(uint8_t out[ACCESS_HASH], struct call *c, struct text password,
                     const uint8_t salt[CRYPTO_SALT], struct password_cost cost, struct err *e)
{
    uint8_t stretched[PASSWORD_STRETCHED];
    if (!password_stretch(stretched, password, salt, cost, e)) return false;
    store_password_hash(out, c->s->store, stretched);
    mem_wipe(stretched, sizeof stretched);
    return true;
}

bool password_new(struct account_password *out, struct call *c, struct text password, struct err *e)
{
    *out =
        (struct account_password){.there = true, .cost = password_cost_now(keyring_insecure_kdf())};
    crypto_random(out->salt, sizeof out->salt);
    return password_hashed(out->hash, c, password, out->salt, out->cost, e);
}

static const char *lower_case(struct arena *a, const char *s)
{
    char *out = arena_copy(a, s, strlen(s));
    for (char *p = out; *p != '\0'; p++)
        if (*p >= 'A' && *p <= 'Z') *p = (char)(*p - 'A' + 'a');
    return out;
}

static bool load(struct attempt *at, struct call *c, struct err *e)
{
    struct store *st = c->s->store;
    return store_account_find(&at->account, st, text_of(at->name), c->arena, e) &&
           store_account_password(&at->kept, st, at->account.account_no, e);
}

bool attempt_begin(struct attempt *at, struct call *c, const char *name, struct text password,
                   struct err *e)
{
    struct password_cost today = password_cost_now(keyring_insecure_kdf());
    *at = (struct attempt){.name = lower_case(c->arena, name)};
    if (!load(at, c, e)) return false;
    /* Who is not there has salt and cost as well. */
    if (!password_hashed(at->hash, c, password, at->kept.salt,
                         at->kept.there ? at->kept.cost : today, e))
        return false;
    /* A password for threats stands under the same salt: then both stay as they are. */
    return !attempt_fits(at) || password_cost_equal(at->kept.cost, today) || at->kept.has_duress ||
           password_new(&at->fresh, c, password, e);
}

bool attempt_under_threat(const struct attempt *at)
{
    bool same = crypto_equal(at->hash, at->kept.duress, sizeof at->hash);
    return same && at->kept.there && at->kept.has_duress;
}

bool attempt_fits(const struct attempt *at)
{
    bool same = crypto_equal(at->hash, at->kept.hash, sizeof at->hash);
    return same && at->kept.there;
}

bool attempt_reload(struct attempt *at, struct call *c, const char *kind, struct err *e)
{
    struct store *st = c->s->store;
    const char *source = c->who.source == NULL ? "" : c->who.source;
    struct account_password before = at->kept;
    int64_t now = call_now(c);
    bool known = false;
    if (!load(at, c, e)) return false;
    if (memcmp(before.salt, at->kept.salt, sizeof before.salt) != 0) at->kept.there = false;
    if (!store_source_known(&known, st, at->account.account_no, source, now, e)) return false;
    /* From a network it knows, an account has a counter of its own: failures elsewhere do not lock
     * it out there (S42). */
    const char *counted = arena_printf(c->arena, "%s %s", at->name, known ? source : "");
    if (!throttle_load(&at->by_account, st, &throttle_account, kind, text_of(counted), e) ||
        !throttle_load(&at->by_source, st, &throttle_source, "source", text_of(source), e))
        return false;
    at->by_account.passing = at->account.account_no == 0;
    at->by_source.passing = true;
    at->waits = throttle_wait(&at->by_account, now) > 0 ||
                (!known && throttle_wait(&at->by_source, now) > 0);
    return true;
}

static void about(struct call *c, const struct account *a)
{
    c->event.action = AUDIT_SESSION_OPEN;
    c->event.object_type = "account";
    if (a->account_no == 0) return; /* what was typed may be anything, a password too */
    c->event.object_id = a->name;
    c->event.actor = a->name;
    c->event.role = a->role == NULL ? NULL : a->role->name;
    c->event.organisation = a->organisation;
}

bool attempt_refuse(struct attempt *at, struct call *c, struct err *e)
{
    struct store *st = c->s->store;
    int64_t now = call_now(c);
    about(c, &at->account);
    c->event.decision = "deny";
    bool ok = throttle_failed(&at->by_account, st, !at->waits, now, e) &&
              throttle_failed(&at->by_source, st, !at->waits, now, e);
    ok = call_write_end(c, ok, e);
    c->entered = false; /* the refusal is the entry */
    if (!ok) return false;
    err_set(e, ERR_DENIED, "session.refused",
            "account, password or code are wrong, or there were too many attempts");
    return err_remedy(
        e,
        "check them and try again; after several attempts wait a quarter of an hour, and if it still "
        "fails ask who looks after accounts for a new activation code");
}

static void mark_session(struct call *c, const char *token)
{
    uint8_t hash[ACCESS_HASH];
    access_hash(hash, c->s->store, ACCESS_SESSION, 0, text_of(token));
    memcpy(c->who.session, hash, sizeof c->who.session);
    c->event.session = c->who.session;
}

static void answer(struct call *c, const char *token, enum session_state state)
{
    json_set_text(c->out, "session", token);
    json_set_text(c->out, "state", session_state_name(state));
}

bool network_note(struct call *c, const struct account *a, struct err *e)
{
    struct store *st = c->s->store;
    const char *source = c->who.source;
    int64_t now = call_now(c);
    bool known, any;
    if (!store_source_known(&known, st, a->account_no, source, now, e) ||
        !store_source_any(&any, st, a->account_no, e))
        return false;
    bool tell = any && !known && source != NULL;
    return (!tell || call_notice(c, a->account_no, "place", e)) &&
           store_source_note(st, a->account_no, source, now, e);
}

bool attempt_admit(struct attempt *at, struct call *c, struct err *e)
{
    struct store *st = c->s->store;
    const struct account *a = &at->account;
    int64_t now = call_now(c);
    char token[ACCESS_SESSION_TEXT + 1];
    struct session s = {.account_no = a->account_no,
                        .state = SESSION_OPEN,
                        .source = c->who.source,
                        .purpose = json_get_text(c->in, "purpose", NULL),
                        .began_at = now,
                        .duress = attempt_under_threat(at)};
    if (account_has_second(a)) s.state = SESSION_SECOND;
    else if (role_needs_factor(c->s, a->role)) s.state = SESSION_ENROL;
    if (at->fresh.there &&
        !store_account_set_password(st, a->account_no, &at->fresh, a->password_at, e))
        return false;
    if (!throttle_clear(&at->by_account, st, e) ||
        !store_session_open(token, st, &s, call_now_ms(c), e) ||
        !store_account_signed_in(st, a->account_no, now, e))
        return false;
    about(c, a);
    /* A network is known once everything that is asked for was shown from it. */
    if (s.state == SESSION_OPEN && !network_note(c, a, e)) return false;
    if (s.duress && !call_alarm_within(c, "duress", e)) return false;
    mark_session(c, token);
    c->event.fields = session_state_name(s.state);
    answer(c, token, s.state);
    mem_wipe(token, sizeof token);
    return true;
}

static bool renewed(struct call *c, enum session_state state, struct err *e)
{
    char token[ACCESS_SESSION_TEXT + 1];
    if (!store_session_renew(token, c->s->store, c->who.session_no, state, call_now_ms(c), e))
        return false;
    mark_session(c, token);
    answer(c, token, state);
    mem_wipe(token, sizeof token);
    return true;
}

bool session_renewed(struct call *c, struct err *e)
{
    return renewed(c, SESSION_OPEN, e);
}

bool session_renewed_half(struct call *c, struct err *e)
{
    return renewed(c, SESSION_ENROL, e);
}

struct password_context password_context_of(const struct call *c, const struct account *a)
{
    bool second = account_has_second(a) || (a->role != NULL && role_needs_factor(c->s, a->role));
    return (struct password_context){{a->name, a->full_name, a->organisation, a->organisation_name},
                                     second};
}

bool own_account(struct account *out, struct call *c, struct err *e)
{
    if (c->who.account_no == 0 || c->who.token) {
        err_set(e, ERR_DENIED, "session.none", "nobody is signed in, or the session has ended");
        return err_remedy(e, "sign in");
    }
    return store_account_get(out, c->s->store, c->who.account_no, c->arena, e);
}

bool account_unknown(const char *name, struct err *e)
{
    err_set(e, ERR_NOT_FOUND, "account.unknown", "there is no such account");
    err_detail(e, "%s", name);
    return err_remedy(e, "see the list of accounts");
}

bool named_account(struct account *out, struct call *c, struct err *e)
{
    const char *name = json_get_text(c->in, "account", "");
    if (!store_account_find(out, c->s->store, text_of(name), c->arena, e)) return false;
    return out->account_no != 0 || account_unknown(name, e);
}
