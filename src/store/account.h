/* SPDX-License-Identifier: EUPL-1.2 */
/* Accounts: who may sign in at the desk, with which role, for which organisation. Passwords and
 * codes are kept as keyed hashes, the secret of a second factor is sealed (store/access.h).
 *
 * What changes something works inside of the write transaction that store_begin() opened. Nothing
 * here decides who may do it: service does. */
#ifndef DCIM_STORE_ACCOUNT_H
#define DCIM_STORE_ACCOUNT_H

#include "base/arena.h"
#include "base/err.h"
#include "base/password.h"
#include "base/totp.h"
#include "model/capability.h"
#include "store/access.h"
#include "store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum account_state { ACCOUNT_INVITED = 1, ACCOUNT_ACTIVE = 2, ACCOUNT_DISABLED = 3 };
const char *account_state_name(enum account_state s); /* "invited", "active", "disabled" */

enum {
    ACCOUNT_NAME_MIN = 2,
    ACCOUNT_NAME_MAX = 64,
    ACCOUNT_RECOVERY_CODES = 10,
    ACCOUNT_SOURCE_DAYS = 30, /* a network stays known for so long */
    ACCOUNT_INVITE_SECONDS = 72 * 3600
};

struct account {        /* texts from the arena */
    int64_t account_no; /* 0: there is none */
    const char *name;   /* what is typed to sign in */
    const char *full_name;
    const struct role *role;                      /* NULL: a role that this program does not know */
    int64_t organisation_no;                      /* 0: of none */
    const char *organisation, *organisation_name; /* code and name; NULL: of none */
    const char *language;                         /* NULL: the pack's */
    enum account_state state;
    const char *added_by;
    int64_t added_at, signed_in_at, password_at, factor_at; /* 0: never */
    int64_t activation_until;                               /* 0: no code is out */
    bool has_password, has_factor;                          /* has_factor: an authenticator */
    int64_t n_key;                                          /* security keys */
};

/* Whether a name can be one: ACCOUNT_NAME_MIN to ACCOUNT_NAME_MAX lower-case letters, digits and
 * '.', '-', '_', the first one a letter or digit. */
bool account_name_fits(struct text name);
/* Whether it has a second factor of any kind. */
bool account_has_second(const struct account *a);

/* ERR_CONFLICT "account.exists"; ERR_USAGE "account.name". `language` may be NULL. The account has
 * no password and is invited. */
bool store_account_add(int64_t *account_no, struct store *st, const struct account *a, int64_t now,
                       struct err *e) MUST_CHECK;
/* account_no 0 where there is none of this name; true all the same. */
bool store_account_find(struct account *out, struct store *st, struct text name, struct arena *a,
                        struct err *e) MUST_CHECK;
bool store_account_get(struct account *out, struct store *st, int64_t account_no, struct arena *a,
                       struct err *e) MUST_CHECK;
bool store_account_list(struct account **out, size_t *n, struct store *st, struct arena *a,
                        struct err *e) MUST_CHECK; /* by name */
/* Role, organisation and state as in `a`. */
bool store_account_change(struct store *st, const struct account *a, struct err *e) MUST_CHECK;
bool store_account_set_language(struct store *st, int64_t account_no, const char *language,
                                struct err *e) MUST_CHECK;
bool store_account_signed_in(struct store *st, int64_t account_no, int64_t now,
                             struct err *e) MUST_CHECK;
/* Accounts of a role that are not disabled, and how many of these are active. */
bool store_account_count(int64_t *there, int64_t *active, struct store *st, const char *role,
                         struct err *e) MUST_CHECK;

/* --- passwords --- */
struct account_password {
    bool there;
    uint8_t salt[CRYPTO_SALT];
    struct password_cost cost;
    uint8_t hash[ACCESS_HASH]; /* keyed, over what stretching gave */
    bool has_duress;
    uint8_t
        duress[ACCESS_HASH]; /* the same of the password for threats, under the same salt (S48) */
};
bool store_account_password(struct account_password *out, struct store *st, int64_t account_no,
                            struct err *e) MUST_CHECK;
/* The keyed hash of a stretched password. */
void store_password_hash(uint8_t out[ACCESS_HASH], const struct store *st,
                         const uint8_t stretched[PASSWORD_STRETCHED]);
/* The password for threats, stretched as the account's password is; NULL: none. */
bool store_account_set_duress(struct store *st, int64_t account_no, const uint8_t *hash,
                              struct err *e) MUST_CHECK;
/* An activation code and the password for threats are void with it. */
bool store_account_set_password(struct store *st, int64_t account_no,
                                const struct account_password *p, int64_t now,
                                struct err *e) MUST_CHECK;

/* --- activation: a code that an administrator hands over, once --- */
/* The account is invited anew: password, authenticator, security keys, recovery codes and known
 * networks are gone. `code` is to be shown once and is kept nowhere. */
bool store_account_invite(char code[ACCESS_LONG_CODE + 1], struct store *st, int64_t account_no,
                          int64_t now, struct err *e) MUST_CHECK;
bool store_account_activation_fits(bool *out, struct store *st, int64_t account_no,
                                   struct text typed, int64_t now, struct err *e) MUST_CHECK;

/* The code with which the first administrator comes in; replaces one that was made before. */
bool store_setup_new(char code[ACCESS_LONG_CODE + 1], struct store *st, int64_t now,
                     struct err *e) MUST_CHECK;
bool store_setup_fits(bool *out, struct store *st, struct text typed, int64_t now,
                      struct err *e) MUST_CHECK;
bool store_setup_clear(struct store *st, struct err *e) MUST_CHECK;

/* --- second factor --- */
/* A new secret, drawn and kept beside the one in use until it is confirmed. */
bool store_factor_begin(uint8_t secret[TOTP_SECRET], struct store *st, int64_t account_no,
                        struct err *e) MUST_CHECK;
/* The new secret takes the place of the old one when `typed` is a code of it; *out says whether. */
bool store_factor_confirm(bool *out, struct store *st, int64_t account_no, struct text typed,
                          int64_t now, struct err *e) MUST_CHECK;
/* Whether `typed` is a code of the factor for a step not used yet; it is then. */
bool store_factor_use(bool *out, struct store *st, int64_t account_no, struct text typed,
                      int64_t now, struct err *e) MUST_CHECK;
/* Fresh recovery codes in the place of all there were. */
bool store_recovery_renew(char code[ACCOUNT_RECOVERY_CODES][ACCESS_SHORT_CODE + 1],
                          struct store *st, int64_t account_no, struct err *e) MUST_CHECK;
bool store_recovery_use(bool *out, struct store *st, int64_t account_no, struct text typed,
                        int64_t now, struct err *e) MUST_CHECK;
bool store_recovery_left(int64_t *out, struct store *st, int64_t account_no,
                         struct err *e) MUST_CHECK;

/* --- networks an account is known to sign in from --- */
bool store_source_known(bool *out, struct store *st, int64_t account_no, const char *source,
                        int64_t now, struct err *e) MUST_CHECK;
/* Whether any was ever known, beside this machine itself. */
bool store_source_any(bool *out, struct store *st, int64_t account_no, struct err *e) MUST_CHECK;
bool store_source_note(struct store *st, int64_t account_no, const char *source, int64_t now,
                       struct err *e) MUST_CHECK;

/* --- identifiers opened (S55) --- */
/* How many in the hour and the day before `now`. */
bool store_view_count(int64_t *hour, int64_t *day, struct store *st, int64_t account_no,
                      int64_t now, struct err *e) MUST_CHECK;
bool store_view_note(struct store *st, int64_t account_no, int64_t now, struct err *e) MUST_CHECK;

#endif
