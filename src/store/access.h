/* SPDX-License-Identifier: EUPL-1.2 */
/* Secrets of those who sign in: how they are drawn, how they are written for people, and what of
 * them is kept. Sessions, tokens and codes are random and long, so that a keyed hash is enough;
 * passwords are stretched first (base/password.h). The key is KEY_ACCOUNT: who has the database
 * alone cannot try anything. */
#ifndef DCIM_STORE_ACCESS_H
#define DCIM_STORE_ACCESS_H

#include "base/crypto.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct store;

enum access_use {
    ACCESS_SESSION,
    ACCESS_TOKEN,
    ACCESS_ACTIVATION,
    ACCESS_SETUP,
    ACCESS_RECOVERY,
    ACCESS_SOURCE,
    ACCESS_THROTTLE,
    ACCESS_PASSWORD,
    ACCESS_TASK,
    ACCESS_SECURITY_KEY,
    ACCESS_CHALLENGE,
    ACCESS_USE_COUNT
};

enum {
    ACCESS_HASH = 32,
    ACCESS_SESSION_TEXT = 64, /* 256 random bits in hexadecimal */
    ACCESS_TOKEN_TEXT = 5 + 64,
    ACCESS_LONG_CODE = 24 + 5, /* 120 random bits: six groups of four letters, dashes between */
    ACCESS_SHORT_CODE = 12 + 2 /* 60 random bits: three groups */
};

#define ACCESS_TOKEN_PREFIX "dcim_"

/* What is kept instead of `t`: keyed, and different for every use and every `owner` (number of an
 * account, 0 for none). */
void access_hash(uint8_t out[ACCESS_HASH], const struct store *st, enum access_use use,
                 int64_t owner, struct text t);

void access_session_new(char out[ACCESS_SESSION_TEXT + 1]);
void access_token_new(char out[ACCESS_TOKEN_TEXT + 1]);
/* In Crockford's base 32, "7K2M-9QXT-4B8R". */
void access_long_code_new(char out[ACCESS_LONG_CODE + 1]);
void access_short_code_new(char out[ACCESS_SHORT_CODE + 1]);
/* A code as it was typed - any case, with dashes and blanks or without - as the letters that were
 * drawn; `size` bytes of `out` with its end. False where it can be none. */
bool access_code_read(char *out, size_t size, struct text typed);

#endif
