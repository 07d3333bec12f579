/* SPDX-License-Identifier: EUPL-1.2 */
/* The door to libfido2: what a browser brings from a security key (Web Authentication level 2,
 * sections 7.1 and 7.2), made or shown for this server. Attestation is not looked at: which make a
 * key is of is nobody's business. That the person was verified by the key (PIN, fingerprint) always
 * is. */
#ifndef DCIM_BASE_WEBAUTHN_H
#define DCIM_BASE_WEBAUTHN_H

#include "base/arena.h"
#include "base/err.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    WEBAUTHN_CHALLENGE = 32,
    WEBAUTHN_ID_MAX = 1023,     /* bytes of a credential's name (section 4, "Credential ID") */
    WEBAUTHN_KEY_MAX = 600,     /* bytes of a public key as libfido2 has it */
    WEBAUTHN_BROUGHT_MAX = 8000 /* bytes of what is brought, as text */
};

/* Where the server is reached: `name` is what keys are made for (a name, no address), `origin` the
 * address that browsers say, "https://NAME:PORT". A port of "*" is any. */
struct webauthn_place {
    const char *name, *origin;
};

struct webauthn_key {
    struct text id;   /* what the key calls itself */
    int algorithm;    /* of COSE: -7 ES256, -8 EdDSA, -257 RS256 */
    struct text key;  /* public */
    uint32_t counter; /* of signatures; 0 in keys that do not count */
};

/* What a browser brought: pieces in base 64 of addresses (base/base64.h) with dots between. Of a
 * key that was made: client data, authenticator data. Of one that was shown: credential id, client
 * data, authenticator data, signature. */
struct webauthn_brought {
    struct text id, client, authenticator,
        signature;                         /* bytes, from the arena; id and signature empty: made */
    uint8_t challenge[WEBAUTHN_CHALLENGE]; /* that the browser was given */
};

/* Take apart; nothing is proved by that. ERR_INPUT "webauthn.malformed". O(n). */
bool webauthn_read(struct webauthn_brought *out, struct text brought, bool shown, struct arena *a,
                   struct err *e) MUST_CHECK;

/* The key that was made. The caller has held the challenge against the one it gave. Errors:
 * ERR_DENIED "webauthn.origin" when it was made under another name than `at` (the detail names it),
 * "webauthn.not_verified" when the key did not verify the person, "webauthn.refused" for anything
 * else. Texts of
 * *out from the arena. */
bool webauthn_made(struct webauthn_key *out, const struct webauthn_brought *b,
                   const struct webauthn_place *at, struct arena *a, struct err *e) MUST_CHECK;

/* Whether it was signed by `key`, for `at`, by a verified person. *counter is what the key says
 * now: that it is more than before is for the caller to see. The same errors. */
bool webauthn_shown(uint32_t *counter, const struct webauthn_brought *b,
                    const struct webauthn_key *key, const struct webauthn_place *at,
                    struct err *e) MUST_CHECK;

#endif
