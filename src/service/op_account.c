/* SPDX-License-Identifier: EUPL-1.2 */
/* Accounts, by whoever looks after them and by their owners; second factors. */
#include "service/signing.h"

#include "base/date.h"
#include "base/mem.h"
#include "base/qr.h"
#include "service/tasks.h"
#include "store/token.h"

#include <string.h>

enum { ADMINISTRATORS_MIN = 2 /* that cannot be taken away (S53) */ };

const char *role_title(const struct role *r)
{
    static const struct {
        const char *role, *title;
    } titles[] = {{"contributor", N_("Contributor")},
                  {"data-manager", N_("Data manager")},
                  {"analyst", N_("Analyst")},
                  {"publisher", N_("Publisher")},
                  {"auditor", N_("Auditor")},
                  {"administrator", N_("Administrator")},
                  {"custodian", N_("Custodian of the key")}};
    for (size_t i = 0; r != NULL && i < sizeof titles / sizeof *titles; i++)
        if (strcmp(titles[i].role, r->name) == 0) return tr(titles[i].title);
    return r == NULL ? NULL : r->name;
}

static void describe(struct json *row, const struct call *c, const struct account *a)
{
    json_set_text(row, "account", a->name);
    json_set_text(row, "name", a->full_name);
    json_set_text(row, "role", a->role == NULL ? NULL : a->role->name);
    json_set_text(row, "role_title", role_title(a->role));
    json_set_text(row, "role_label", a->role == NULL ? NULL : tr(a->role->text));
    json_set_text(row, "organisation", a->organisation);
    json_set_text(row, "organisation_name", a->organisation_name);
    json_set_text(row, "language", a->language);
    json_set_text(row, "state", account_state_name(a->state));
    json_set_bool(row, "active", a->state == ACCOUNT_ACTIVE);
    json_set_bool(row, "invited", a->state == ACCOUNT_INVITED);
    json_set_bool(row, "disabled", a->state == ACCOUNT_DISABLED);
    json_set_bool(row, "has_factor", account_has_second(a));
    json_set_int(row, "security_keys", a->n_key);
    json_set_bool(row, "needs_factor", a->role != NULL && role_needs_factor(c->s, a->role));
    json_set_text(row, "added_by", a->added_by);
    set_instant_member(row, "added_at", a->added_at);
    set_instant_member(row, "signed_in_at", a->signed_in_at);
    if (a->state == ACCOUNT_INVITED)
        set_instant_member(row, "activation_until", a->activation_until);
}

bool op_account_list(struct call *c, struct err *e)
{
    struct account *list;
    size_t n;
    if (!store_account_list(&list, &n, c->s->store, c->arena, e)) return false;
    struct json *rows = json_array();
    for (size_t i = 0; i < n; i++) {
        struct json *row = json_object();
        describe(row, c, &list[i]);
        json_push(rows, row);
    }
    json_set(c->out, "accounts", rows);
    return true;
}

/* What an account can be given: roles and organisations, those of `a` marked. */
static bool list_choices(struct call *c, const struct account *a, struct err *e)
{
    struct organisation *organisation;
    size_t n;
    if (!store_organisation_list(&organisation, &n, c->s->store, c->arena, e)) return false;
    struct json *list = json_array();
    for (size_t i = 0; i < n_role; i++) {
        if (strcmp(roles[i].name, "custodian") == 0) continue;
        struct json *row = json_object();
        json_set_text(row, "role", roles[i].name);
        json_set_text(row, "title", role_title(&roles[i]));
        json_set_text(row, "label", tr(roles[i].text));
        json_set_bool(row, "chosen", a != NULL && a->role == &roles[i]);
        json_push(list, row);
    }
    json_set(c->out, "roles", list);
    list = json_array();
    for (size_t i = 0; i < n; i++) {
        struct json *row = json_object();
        json_set_text(row, "code", organisation[i].code);
        json_set_text(row, "name", organisation[i].name);
        json_set_bool(row, "chosen",
                      a != NULL && a->organisation_no != 0 &&
                          a->organisation_no == organisation[i].organisation_no);
        json_push(list, row);
    }
    json_set(c->out, "organisations", list);
    return true;
}

bool op_account_choices(struct call *c, struct err *e)
{
    return list_choices(c, NULL, e);
}

bool op_account_show(struct call *c, struct err *e)
{
    struct account a;
    if (!named_account(&a, c, e)) return false;
    describe(c->out, c, &a);
    json_set_bool(c->out, "own", a.account_no == c->who.account_no);
    return list_choices(c, &a, e);
}

/* ---- role and organisation ---- */

/* Whoever holds the key is at the machine, and needs no account for that. */
static bool find_role(const struct role **out, const char *name, struct err *e)
{
    const struct role *r = role_find(text_of(name));
    if (r != NULL && strcmp(r->name, "custodian") != 0) {
        *out = r;
        return true;
    }
    struct buf names;
    buf_init(&names, ERR_MSG_MAX - 40);
    for (size_t i = 0; i < n_role; i++)
        if (strcmp(roles[i].name, "custodian") != 0)
            buf_printf(&names, "%s%s", i == 0 ? "" : ", ", roles[i].name);
    err_set(e, ERR_USAGE, "account.role", "there is no role of this name for an account");
    err_remedy(e, "choose one of: %s", names.p);
    buf_release(&names);
    return false;
}

static bool find_organisation(struct account *a, struct call *c, const char *code, struct err *e)
{
    struct organisation o = {0};
    if (code[0] != '\0' && !store_organisation_find(&o, c->s->store, text_of(code), c->arena, e))
        return false;
    a->organisation_no = o.organisation_no;
    a->organisation = o.organisation_no == 0 ? NULL : o.code;
    a->organisation_name = o.organisation_no == 0 ? NULL : o.name;
    return true;
}

static bool organisation_fits(const struct account *a, struct err *e)
{
    if (!a->role->own_only || a->organisation_no != 0) return true;
    err_set(e, ERR_USAGE, "account.organisation",
            "an account of role %s belongs to an organisation", a->role->name);
    return err_remedy(e, "name the organisation whose records it works with");
}

static bool invite(struct call *c, const struct account *a, struct err *e)
{
    char code[ACCESS_LONG_CODE + 1];
    int64_t now = call_now(c);
    if (!store_account_invite(code, c->s->store, a->account_no, now, e)) return false;
    json_set_text(c->out, "account", a->name);
    json_set_text(c->out, "code", code);
    set_instant_member(c->out, "until", now + ACCOUNT_INVITE_SECONDS);
    mem_wipe(code, sizeof code);
    return true;
}

void event_about(struct call *c, const struct account *a, const char *what)
{
    c->event.object_type = "account";
    c->event.object_id = a->name;
    c->event.fields = what;
    c->event.count = 1;
}

bool op_account_add(struct call *c, struct err *e)
{
    struct account a = {.name = json_get_text(c->in, "account", ""),
                        .full_name = json_get_text(c->in, "name", ""),
                        .language = json_get_text(c->in, "language", NULL),
                        .added_by = c->who.actor == NULL ? "local" : c->who.actor};
    if (!find_role(&a.role, json_get_text(c->in, "role", ""), e) ||
        !find_organisation(&a, c, json_get_text(c->in, "organisation", ""), e) ||
        !organisation_fits(&a, e) ||
        !store_account_add(&a.account_no, c->s->store, &a, call_now(c), e))
        return false;
    event_about(c, &a, "added");
    return invite(c, &a, e);
}

/* ---- changes (S39, S53) ---- */

static bool not_oneself(struct call *c, const struct account *a, struct err *e)
{
    if (c->who.account_no != a->account_no) return true;
    err_set(e, ERR_DENIED, "account.own", "nobody changes the rights of their own account");
    return err_remedy(e, "ask another administrator");
}

/* An administrator who goes must leave two behind. */
static bool leaves_administrators(struct call *c, const struct account *before,
                                  const struct account *after, struct err *e)
{
    int64_t there, active;
    bool was = before->role != NULL && strcmp(before->role->name, "administrator") == 0 &&
               before->state != ACCOUNT_DISABLED;
    bool stays =
        strcmp(after->role->name, "administrator") == 0 && after->state != ACCOUNT_DISABLED;
    if (!was || stays) return true;
    if (!store_account_count(&there, &active, c->s->store, "administrator", e)) return false;
    if (before->state == ACCOUNT_INVITED) return true;
    if (active > ADMINISTRATORS_MIN) return true;
    err_set(e, ERR_CONFLICT, "account.last_administrators",
            "the last two administrators cannot be removed");
    return err_remedy(e, "make somebody else administrator first");
}

static bool same_text(const char *a, const char *b)
{
    return text_equal(text_of(a), text_of(b));
}

bool op_account_change(struct call *c, struct err *e)
{
    struct account before, after;
    struct store *st = c->s->store;
    const char *role = json_get_text(c->in, "role", NULL),
               *organisation = json_get_text(c->in, "organisation", NULL),
               *state = json_get_text(c->in, "state", NULL);
    if (!named_account(&before, c, e) || !not_oneself(c, &before, e)) return false;
    after = before;
    if (role != NULL && !find_role(&after.role, role, e)) return false;
    if (after.role == NULL) return find_role(&after.role, "", e);
    if (organisation != NULL && !find_organisation(&after, c, organisation, e)) return false;
    if (state != NULL && strcmp(state, "disabled") == 0) after.state = ACCOUNT_DISABLED;
    else if (state != NULL) after.state = before.has_password ? ACCOUNT_ACTIVE : ACCOUNT_INVITED;
    if (!organisation_fits(&after, e) || !leaves_administrators(c, &before, &after, e) ||
        !store_account_change(st, &after, e) || !store_session_end_all(st, after.account_no, 0, e))
        return false;
    bool other_role = after.role != before.role,
         other_organisation = !same_text(after.organisation, before.organisation),
         other_state = after.state != before.state;
    event_about(c, &after,
                arena_printf(c->arena, "%s%s%s", other_role ? "role " : "",
                             other_organisation ? "organisation " : "",
                             !other_state                      ? ""
                             : after.state == ACCOUNT_DISABLED ? "disabled"
                                                               : "enabled"));
    describe(c->out, c, &after);
    bool tell = other_role || other_organisation;
    return !tell || call_notice(c, after.account_no, "rights", e);
}

bool op_account_reset(struct call *c, struct err *e)
{
    struct account a;
    struct store *st = c->s->store;
    if (!named_account(&a, c, e) || !not_oneself(c, &a, e)) return false;
    if (a.state == ACCOUNT_DISABLED) {
        err_set(e, ERR_CONFLICT, "account.disabled", "the account is disabled");
        return err_remedy(e, "enable it first");
    }
    event_about(c, &a, "reset");
    return store_session_end_all(st, a.account_no, 0, e) &&
           store_token_revoke_all(st, a.account_no, call_now(c), e) &&
           call_notice(c, a.account_no, "reset", e) && invite(c, &a, e);
}

/* ---- one's own account ---- */

/* The old password counts as a try to sign in, and is refused like one. */
bool op_account_password(struct call *c, struct err *e)
{
    struct account a;
    struct attempt at;
    struct account_password p;
    struct store *st = c->s->store;
    struct text old = text_of(json_get_text(c->in, "old", "")),
                fresh = text_of(json_get_text(c->in, "password", ""));
    if (!own_account(&a, c, e)) return false;
    struct password_context context = password_context_of(c, &a);
    if (!password_fits(fresh, &context, e) || !attempt_begin(&at, c, a.name, old, e) ||
        !password_new(&p, c, fresh, e) || !call_write_begin(c, e))
        return false;
    if (!attempt_reload(&at, c, "password", e)) return call_write_end(c, false, e);
    if (!attempt_fits(&at) || at.waits) return attempt_refuse(&at, c, e);
    c->event.action = AUDIT_ACCOUNT;
    event_about(c, &a, "password");
    bool ok = throttle_clear(&at.by_account, st, e) &&
              store_account_set_password(st, a.account_no, &p, call_now(c), e) &&
              store_session_end_all(st, a.account_no, c->who.session_no, e) &&
              call_notice(c, a.account_no, "password", e) && session_renewed(c, e);
    return call_write_end(c, ok, e);
}

static bool same_password(struct err *e)
{
    err_set(e, ERR_USAGE, "account.duress", "the two passwords must differ");
    return err_remedy(e, "choose another one");
}

/* The password for threats (S48). The account's own is asked for, and refused like a try to sign
 * in; that one is set stands nowhere that its owner's screen shows. */
bool op_account_duress(struct call *c, struct err *e)
{
    struct account a;
    struct attempt at;
    uint8_t hash[ACCESS_HASH];
    struct text own = text_of(json_get_text(c->in, "old", "")),
                other = text_of(json_get_text(c->in, "password", ""));
    if (!own_account(&a, c, e)) return false;
    struct password_context context = password_context_of(c, &a);
    if (other.n > 0 && !password_fits(other, &context, e)) return false;
    if (!attempt_begin(&at, c, a.name, own, e) ||
        !password_hashed(hash, c, other, at.kept.salt, at.kept.cost, e) || !call_write_begin(c, e))
        return false;
    if (!attempt_reload(&at, c, "password", e)) return call_write_end(c, false, e);
    if (!attempt_fits(&at) || at.waits) return attempt_refuse(&at, c, e);
    if (crypto_equal(hash, at.kept.hash, sizeof hash)) {
        (void)same_password(e);
        return call_write_end(c, false, e);
    }
    c->event.action = AUDIT_ACCOUNT;
    event_about(c, &a, other.n > 0 ? "duress" : "no duress");
    bool ok = throttle_clear(&at.by_account, c->s->store, e) &&
              store_account_set_duress(c->s->store, a.account_no, other.n > 0 ? hash : NULL, e);
    mem_wipe(hash, sizeof hash);
    json_set_text(c->out, "account", a.name);
    return call_write_end(c, ok, e);
}

bool op_account_language(struct call *c, struct err *e)
{
    struct account a;
    const char *language = json_get_text(c->in, "language", "");
    if (!own_account(&a, c, e)) return false;
    if (strspn(language, "abcdefghijklmnopqrstuvwxyz") != strlen(language) || strlen(language) != 2)
        return err_set(e, ERR_USAGE, "account.language", "a language is a code of two letters");
    event_about(c, &a, "language");
    json_set_text(c->out, "language", language);
    return store_account_set_language(c->s->store, a.account_no, language, e);
}

/* ---- second factor (S44, S45) ---- */

/* Who has a factor shows it before another takes its place. */
bool second_is_shown(const struct call *c, struct err *e)
{
    if (c->who.state != SESSION_SECOND) return true;
    err_set(e, ERR_DENIED, "session.second_wanted", "the second factor has not been shown yet");
    return err_remedy(
        e, "show your security key, or type the code of the authenticator or a recovery code");
}

/* An authenticator opens nothing for who must show a security key. */
static bool authenticator_will_do(struct call *c, const struct account *a, struct err *e)
{
    bool wanted;
    int64_t from;
    if (!role_needs_key(&wanted, &from, c, a->role, e)) return false;
    if (!wanted) return true;
    err_set(e, ERR_DENIED, "factor.key_wanted",
            "accounts of this role show a security key: an authenticator is not enough");
    return err_remedy(e, "register a security key");
}

bool op_factor_begin(struct call *c, struct err *e)
{
    struct account a;
    uint8_t secret[TOTP_SECRET];
    char text[TOTP_BASE32 + 1];
    struct buf uri, path;
    int size = 0;
    if (!own_account(&a, c, e)) return false;
    if (!second_is_shown(c, e) || !authenticator_will_do(c, &a, e)) return false;
    if (!store_factor_begin(secret, c->s->store, a.account_no, e)) return false;
    event_about(c, &a, "begun");
    totp_secret_text(text, secret);
    buf_init_wiped(&uri, 1000);
    buf_init_wiped(&path, 100000);
    const char *pack = c->s->dictionary->pack;
    totp_uri(&uri, arena_printf(c->arena, "DCIM%s%s", pack[0] == '\0' ? "" : " ", pack), a.name,
             secret);
    bool ok = buf_ok(&uri, e) && qr_path(&path, &size, buf_text(&uri), e) && buf_ok(&path, e);
    if (ok) {
        struct json *qr = json_object();
        json_set_int(qr, "size", size);
        json_set(qr, "path", json_text(buf_text(&path)));
        json_set_text(c->out, "secret", text);
        json_set(c->out, "uri", json_text(buf_text(&uri)));
        json_set(c->out, "qr", qr);
    }
    buf_release(&uri);
    buf_release(&path);
    mem_wipe(secret, sizeof secret);
    mem_wipe(text, sizeof text);
    return ok;
}

bool give_recovery_codes(struct call *c, int64_t account_no, struct err *e)
{
    char code[ACCOUNT_RECOVERY_CODES][ACCESS_SHORT_CODE + 1];
    if (!store_recovery_renew(code, c->s->store, account_no, e)) return false;
    struct json *list = json_array();
    for (size_t i = 0; i < ACCOUNT_RECOVERY_CODES; i++)
        json_push(list, json_text(text_of(code[i])));
    json_set(c->out, "recovery_codes", list);
    mem_wipe(code, sizeof code);
    return true;
}

bool factor_is_set(struct call *c, const struct account *a, const char *notice, struct err *e)
{
    struct store *st = c->s->store;
    return store_session_end_all(st, a->account_no, c->who.session_no, e) &&
           session_renewed(c, e) && call_notice(c, a->account_no, notice, e) &&
           store_source_note(st, a->account_no, c->who.source, call_now(c), e);
}

bool op_factor_confirm(struct call *c, struct err *e)
{
    struct account a;
    struct throttle t;
    bool fits = false;
    struct store *st = c->s->store;
    int64_t now = call_now(c);
    if (!own_account(&a, c, e)) return false;
    if (!second_is_shown(c, e) || !authenticator_will_do(c, &a, e)) return false;
    c->event.action = AUDIT_FACTOR;
    event_about(c, &a, "confirmed");
    if (!call_write_begin(c, e)) return false;
    if (!throttle_load(&t, st, &throttle_account, "factor", text_of(a.name), e))
        return call_write_end(c, false, e);
    bool waits = throttle_wait(&t, now) > 0;
    if (!waits && !store_factor_confirm(&fits, st, a.account_no,
                                        text_of(json_get_text(c->in, "code", "")), now, e))
        return call_write_end(c, false, e);
    if (fits)
        return call_write_end(c,
                              throttle_clear(&t, st, e) &&
                                  give_recovery_codes(c, a.account_no, e) &&
                                  factor_is_set(c, &a, "factor", e),
                              e);
    c->event.decision = "deny";
    bool ok = call_write_end(c, throttle_failed(&t, st, !waits, now, e), e);
    c->entered = false;
    if (!ok) return false;
    err_set(e, ERR_DENIED, "session.code_refused",
            "this is not the code, it was used already, or there were too many attempts");
    return err_remedy(e, "check that the clock of the device is right, and type the next code");
}

bool op_recovery_renew(struct call *c, struct err *e)
{
    struct account a;
    if (!own_account(&a, c, e)) return false;
    if (!account_has_second(&a)) {
        err_set(e, ERR_CONFLICT, "factor.none", "this account has no second factor");
        return err_remedy(e, "register a security key or set up an authenticator first");
    }
    event_about(c, &a, "recovery");
    return give_recovery_codes(c, a.account_no, e) && call_notice(c, a.account_no, "recovery", e);
}
