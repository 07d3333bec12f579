/* SPDX-License-Identifier: EUPL-1.2 */
/* What the operations of accounts and sessions share: a password held against an account, somebody
 * let in, somebody refused. */
#ifndef DCIM_SERVICE_SIGNING_H
#define DCIM_SERVICE_SIGNING_H

#include "service/password_rule.h"
#include "service/service_internal.h"
#include "store/throttle.h"

/* What was typed, held against what is kept. The same is computed, read and written whether the
 * account is there or not (S43). */
struct attempt {
    const char *name; /* as typed, in lower case */
    struct account account;
    struct account_password kept;
    uint8_t hash[ACCESS_HASH];     /* of what was typed, with the salt of `kept` */
    struct account_password fresh; /* the same at the cost of today; there: to be kept instead */
    struct throttle by_account, by_source;
    bool waits; /* too many failures before: no password will do now */
};

/* Before the transaction: reads the account and stretches the password, which takes its time. */
bool attempt_begin(struct attempt *at, struct call *c, const char *name, struct text password,
                   struct err *e) MUST_CHECK;
/* Inside of it: reads again what may have changed meanwhile. `kind` of the throttle: "password". */
bool attempt_reload(struct attempt *at, struct call *c, const char *kind, struct err *e) MUST_CHECK;
/* Whether the password is the account's; constant time. */
bool attempt_fits(const struct attempt *at);
/* Whether it is the account's password for threats (S48); constant time. */
bool attempt_under_threat(const struct attempt *at);
/* Count the failure, write the entry, commit; then always false with one and the same error. */
bool attempt_refuse(struct attempt *at, struct call *c, struct err *e);
/* Let the account in: a session, which the result names; the caller commits. */
bool attempt_admit(struct attempt *at, struct call *c, struct err *e) MUST_CHECK;

/* The network is known from now on; where it is another one than before, the owner is told
 * (S45). */
bool network_note(struct call *c, const struct account *a, struct err *e) MUST_CHECK;

/* A password made ready to be kept, stretched at the cost of today. */
bool password_new(struct account_password *out, struct call *c, struct text password,
                  struct err *e) MUST_CHECK;
/* The hash of a password under a salt and cost that are there. */
bool password_hashed(uint8_t out[ACCESS_HASH], struct call *c, struct text password,
                     const uint8_t salt[CRYPTO_SALT], struct password_cost cost,
                     struct err *e) MUST_CHECK;
/* What a password of this account must not be made of. */
struct password_context password_context_of(const struct call *c, const struct account *a);

/* Another token for the session of who asks, open and proved now; the result names it. */
bool session_renewed(struct call *c, struct err *e) MUST_CHECK;
/* The same, and it is not open yet: a second factor, or another one, is to be set up first. */
bool session_renewed_half(struct call *c, struct err *e) MUST_CHECK;
/* What was opened by a factor that has just been set up: all other sessions of the account end,
 * this one is open, its owner is told with `notice` (op_notice.c). */
bool factor_is_set(struct call *c, const struct account *a, const char *notice,
                   struct err *e) MUST_CHECK;
/* Fresh recovery codes, in the result. */
bool give_recovery_codes(struct call *c, int64_t account_no, struct err *e) MUST_CHECK;
/* A session that has shown its password alone sets nothing up. ERR_DENIED
 * "session.second_wanted". */
bool second_is_shown(const struct call *c, struct err *e) MUST_CHECK;
/* The entry of this call is about an account; `what` happened to it. */
void event_about(struct call *c, const struct account *a, const char *what);

/* Show a security key: parameter `key` is what the browser brought. The session is open then, and
 * the result names it. Writes the entry itself, whether it lets in or refuses. */
bool prove_by_key(struct call *c, const struct account *a, struct err *e) MUST_CHECK;

/* The account of who asks. ERR_DENIED "session.none" for who has none. */
bool own_account(struct account *out, struct call *c, struct err *e) MUST_CHECK;
/* The account that parameter `account` names. ERR_NOT_FOUND "account.unknown". */
bool named_account(struct account *out, struct call *c, struct err *e) MUST_CHECK;
bool account_unknown(const char *name, struct err *e);
/* "Data manager", in the language of the thread; NULL for no role. */
const char *role_title(const struct role *r);

#endif
