/* SPDX-License-Identifier: EUPL-1.2 */
/* Security keys as second factor (Web Authentication; S44): registered, shown, listed, removed. */
#include "service/signing.h"

#include "base/base64.h"
#include "base/date.h"
#include "base/mem.h"
#include "service/tasks.h"
#include "store/security_key.h"

#include <string.h>

/* ---- what keys are made for ---- */

static struct webauthn_place place_of(const struct call *c)
{
    const char *origin =
                   c->s->options.origin == NULL ? "https://localhost:*" : c->s->options.origin,
               *name = strstr(origin, "://");
    name = name == NULL ? origin : name + 3;
    return (struct webauthn_place){arena_copy(c->arena, name, strcspn(name, ":/")), origin};
}

static void set_bytes(struct json *j, const char *name, const void *p, size_t n)
{
    struct buf b;
    buf_init(&b, BASE64_URL_MAX);
    base64_url_put(&b, (struct text){p, n});
    json_set(j, name, json_text(buf_text(&b)));
    buf_release(&b);
}

static void set_names(struct json *j, const struct security_key *key, size_t n)
{
    struct json *list = json_array();
    for (size_t i = 0; i < n; i++) {
        struct buf b;
        buf_init(&b, BASE64_URL_MAX);
        base64_url_put(&b, key[i].key.id);
        json_push(list, json_text(buf_text(&b)));
        buf_release(&b);
    }
    json_set(j, "keys", list);
}

static bool give_challenge(struct call *c, enum security_use use, const struct security_key *key,
                           size_t n, struct err *e)
{
    uint8_t challenge[WEBAUTHN_CHALLENGE];
    if (!store_security_challenge_new(challenge, c->s->store, c->who.session_no, use,
                                      call_now_ms(c), e))
        return false;
    set_bytes(c->out, "challenge", challenge, sizeof challenge);
    json_set_text(c->out, "name", place_of(c).name);
    set_names(c->out, key, n);
    return true;
}

/* ---- shown ---- */

/* Without keys there is no challenge, and `keys` is empty. That one is drawn is no act of anybody:
 * no entry. */
bool op_factor_challenge(struct call *c, struct err *e)
{
    struct account a;
    struct security_key *key;
    size_t n;
    bool wanted;
    int64_t from;
    if (!own_account(&a, c, e) || !role_needs_key(&wanted, &from, c, a.role, e) ||
        !store_security_key_list(&key, &n, c->s->store, a.account_no, c->arena, e))
        return false;
    json_set_bool(c->out, "codes", a.has_factor && !(wanted && n > 0));
    if (n > 0)
        return call_write_begin(c, e) &&
               call_write_end_quietly(c, give_challenge(c, SECURITY_SHOW, key, n, e), e);
    set_names(c->out, key, 0);
    return true;
}

/* The refusal is the entry; a challenge that was brought is used up by it. */
static bool refuse_key(struct call *c, const char *what, const struct err *why, struct err *e)
{
    c->event.decision = "deny";
    c->event.fields = what;
    bool ok = call_write_end(c, true, e);
    c->entered = false;
    if (!ok) return false;
    *e = *why;
    return false;
}

static void unknown(struct err *e)
{
    err_set(e, ERR_DENIED, "webauthn.refused",
            "this is not what the security key was asked for, or not one of your keys");
    err_remedy(e, "load the page again and try once more, or use another key or a code");
}

static void went_back(struct err *e)
{
    err_set(e, ERR_DENIED, "webauthn.counter",
            "this security key has counted back: there may be a copy of it");
    err_remedy(
        e,
        "use another key or a recovery code, remove this one, and tell who looks after accounts");
}

bool prove_by_key(struct call *c, const struct account *a, struct err *e)
{
    struct store *st = c->s->store;
    struct webauthn_brought b;
    struct webauthn_place at = place_of(c);
    struct security_key k;
    struct throttle t;
    struct err why = {0};
    bool good = false;
    uint32_t counter = 0;
    int64_t now = call_now(c);
    if (!webauthn_read(&b, text_of(json_get_text(c->in, "key", "")), true, c->arena, e) ||
        !call_write_begin(c, e))
        return false;
    if (!store_security_challenge_take(&good, st, c->who.session_no, SECURITY_SHOW, b.challenge,
                                       call_now_ms(c), e) ||
        !store_security_key_find(&k, st, a->account_no, b.id, c->arena, e))
        return call_write_end(c, false, e);
    if (!good || k.key_no == 0) {
        unknown(&why);
        return refuse_key(c, good ? "security key unknown" : "security key challenge", &why, e);
    }
    if (!webauthn_shown(&counter, &b, &k.key, &at, &why))
        return refuse_key(c, "security key", &why, e);
    if ((counter != 0 || k.key.counter != 0) && counter <= k.key.counter) {
        went_back(&why);
        return refuse_key(c, "security key counter", &why, e);
    }
    c->event.fields = "security key";
    bool ok = store_security_key_used(st, k.key_no, counter, now, e) &&
              throttle_load(&t, st, &throttle_account, "second", text_of(a->name), e) &&
              throttle_clear(&t, st, e) && session_renewed(c, e) && network_note(c, a, e);
    return call_write_end(c, ok, e);
}

/* ---- registered ---- */

bool op_factor_key_begin(struct call *c, struct err *e)
{
    struct account a;
    struct security_key *key;
    size_t n;
    uint8_t user[ACCESS_HASH];
    if (!own_account(&a, c, e) || !second_is_shown(c, e) ||
        !store_security_key_list(&key, &n, c->s->store, a.account_no, c->arena, e) ||
        !give_challenge(c, SECURITY_ADD, key, n, e))
        return false;
    event_about(c, &a, "security key begun");
    const char *pack = c->s->dictionary->pack;
    access_hash(user, c->s->store, ACCESS_SECURITY_KEY, a.account_no, TEXT("user"));
    set_bytes(c->out, "user", user, sizeof user);
    json_set_text(c->out, "register",
                  arena_printf(c->arena, "DCIM%s%s", pack[0] == '\0' ? "" : " ", pack));
    json_set_text(c->out, "account", a.name);
    json_set_text(c->out, "title", a.full_name);
    return true;
}

/* *good: the key was made for this session just now; *why says what is wrong with it otherwise. */
static bool take_made(struct webauthn_key *out, bool *good, struct call *c,
                      const struct webauthn_brought *b, struct err *why, struct err *e)
{
    struct webauthn_place at = place_of(c);
    if (!store_security_challenge_take(good, c->s->store, c->who.session_no, SECURITY_ADD,
                                       b->challenge, call_now_ms(c), e))
        return false;
    if (*good) {
        *good = webauthn_made(out, b, &at, c->arena, why);
        return true;
    }
    err_set(why, ERR_DENIED, "webauthn.late", "this security key was not asked for just now");
    err_remedy(why, "begin again; an answer is good once, for five minutes");
    return true;
}

static bool keep_made(struct call *c, const struct account *a, const struct webauthn_key *key,
                      struct err *e)
{
    struct store *st = c->s->store;
    struct text label = text_trim(text_of(json_get_text(c->in, "label", "")));
    int64_t left;
    if (!store_security_key_add(st, a->account_no, key, label, call_now(c), e) ||
        !store_recovery_left(&left, st, a->account_no, e))
        return false;
    /* Who has codes keeps them: they stand for any factor. */
    if (left == 0 && !give_recovery_codes(c, a->account_no, e)) return false;
    return factor_is_set(c, a, "security-key", e);
}

bool op_factor_key_add(struct call *c, struct err *e)
{
    struct account a;
    struct webauthn_brought b;
    struct webauthn_key key;
    struct err why = {0};
    bool good;
    if (!own_account(&a, c, e) || !second_is_shown(c, e) ||
        !webauthn_read(&b, text_of(json_get_text(c->in, "key", "")), false, c->arena, e))
        return false;
    c->event.action = AUDIT_FACTOR;
    event_about(c, &a, "security key added");
    if (!call_write_begin(c, e)) return false;
    if (!take_made(&key, &good, c, &b, &why, e)) return call_write_end(c, false, e);
    if (!good) return refuse_key(c, "security key", &why, e);
    return call_write_end(c, keep_made(c, &a, &key, e), e);
}

/* ---- looked after ---- */

/* A key can go where another factor stays that opens: an authenticator, unless the role needs a
 * key. */
static bool may_go(bool *out, struct call *c, const struct account *a, struct err *e)
{
    bool wanted;
    int64_t from;
    if (!role_needs_key(&wanted, &from, c, a->role, e)) return false;
    *out = a->n_key > 1 || (a->has_factor && !wanted);
    return true;
}

bool op_factor_keys(struct call *c, struct err *e)
{
    struct account a;
    struct security_key *key;
    size_t n;
    bool removable;
    if (!own_account(&a, c, e) || !may_go(&removable, c, &a, e) ||
        !store_security_key_list(&key, &n, c->s->store, a.account_no, c->arena, e))
        return false;
    struct json *rows = json_array();
    for (size_t i = 0; i < n; i++) {
        struct json *row = json_object();
        json_set_int(row, "number", key[i].key_no);
        json_set_text(row, "label", key[i].label);
        set_instant_member(row, "added_at", key[i].added_at);
        set_instant_member(row, "used_at", key[i].used_at);
        json_set_bool(row, "removable", removable);
        json_push(rows, row);
    }
    json_set(c->out, "keys", rows);
    return true;
}

bool op_factor_key_remove(struct call *c, struct err *e)
{
    struct account a;
    struct security_key *key;
    size_t n, i = 0;
    bool removable;
    int64_t number = json_get_int(c->in, "number", 0);
    if (!own_account(&a, c, e) || !may_go(&removable, c, &a, e) ||
        !store_security_key_list(&key, &n, c->s->store, a.account_no, c->arena, e))
        return false;
    while (i < n && key[i].key_no != number) i++;
    if (i == n) {
        err_set(e, ERR_NOT_FOUND, "security_key.unknown", "there is no such security key");
        return err_remedy(e, "see the list of your keys");
    }
    if (!removable) {
        err_set(e, ERR_CONFLICT, "security_key.last",
                "without this security key the account would have no second factor that opens it");
        return err_remedy(e, "register another key first");
    }
    event_about(c, &a, "security key removed");
    json_set_int(c->out, "number", number);
    return store_security_key_remove(c->s->store, a.account_no, number, e) &&
           call_notice(c, a.account_no, "security-key-gone", e);
}
