/* SPDX-License-Identifier: EUPL-1.2 */
/* Security keys of accounts (Web Authentication), sealed as second factors are, and the challenges
 * that they sign: random, for one session and one use, good once, for five minutes (S44).
 *
 * What changes something works inside of the write transaction that store_begin() opened. */
#ifndef DCIM_STORE_SECURITY_KEY_H
#define DCIM_STORE_SECURITY_KEY_H

#include "base/arena.h"
#include "base/err.h"
#include "base/webauthn.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct store;

enum {
    SECURITY_KEYS_MAX = 10,            /* of one account */
    SECURITY_KEY_LABEL_MAX = 80,       /* bytes */
    SECURITY_CHALLENGE_MS = 5 * 60000, /* one is good for so long */
    SECURITY_CHALLENGES_MAX = 8        /* of one session: pages that are open side by side */
};

enum security_use { SECURITY_SHOW = 1, SECURITY_ADD = 2 };

struct security_key { /* texts from the arena */
    int64_t key_no;   /* 0: there is none */
    struct webauthn_key key;
    const char *label;
    int64_t added_at, used_at; /* UTC seconds; used_at 0: never */
};

bool store_security_key_list(struct security_key **out, size_t *n, struct store *st,
                             int64_t account_no, struct arena *a, struct err *e) MUST_CHECK;
/* The account's key of this name; key_no 0 where there is none, or another account's is: true all
 * the same. */
bool store_security_key_find(struct security_key *out, struct store *st, int64_t account_no,
                             struct text id, struct arena *a, struct err *e) MUST_CHECK;
/* ERR_CONFLICT "security_key.there" for a key that is an account's already, "security_key.full"
 * when the account has SECURITY_KEYS_MAX. */
bool store_security_key_add(struct store *st, int64_t account_no, const struct webauthn_key *key,
                            struct text label, int64_t now, struct err *e) MUST_CHECK;
bool store_security_key_used(struct store *st, int64_t key_no, uint32_t counter, int64_t now,
                             struct err *e) MUST_CHECK;
bool store_security_key_remove(struct store *st, int64_t account_no, int64_t key_no,
                               struct err *e) MUST_CHECK;

/* Since when there is an active account of the role that could do without one of its keys, for it
 * has another, or a recovery code: when its first was added, UTC seconds; 0: there is none. */
bool store_security_key_ready(int64_t *since, struct store *st, const char *role,
                              struct err *e) MUST_CHECK;

/* Draw a challenge for the session; its hash is kept. */
bool store_security_challenge_new(uint8_t out[WEBAUTHN_CHALLENGE], struct store *st,
                                  int64_t session_no, enum security_use use, int64_t now_ms,
                                  struct err *e) MUST_CHECK;
/* Whether it was drawn for this session and use within the last five minutes and not taken yet; it
 * is then. */
bool store_security_challenge_take(bool *out, struct store *st, int64_t session_no,
                                   enum security_use use,
                                   const uint8_t challenge[WEBAUTHN_CHALLENGE], int64_t now_ms,
                                   struct err *e) MUST_CHECK;

#endif
