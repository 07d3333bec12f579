/* SPDX-License-Identifier: EUPL-1.2 */
/* Printed recovery codes: 160 random bits that a person can copy from paper.
 *
 * 32 symbols of Crockford's base32 (0-9 A-Z without I, L, O, U) in groups of four, then a group of
 * one, the check symbol: the number modulo 37, in the 37 symbols 0-9 A-Z without I, L, O, U and * ~
 * $ = U. Reading takes any case, any blanks and dashes, and O for 0, I and L for 1. The check
 * symbol finds every single wrong symbol and nearly every transposition, without looking at the
 * keyring. Source: D. Crockford, "Base 32" (crockford.com/base32.html), 2002-2019. */
#ifndef DCIM_STORE_RECOVERY_H
#define DCIM_STORE_RECOVERY_H

#include "base/crypto.h"
#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    RECOVERY_BYTES = 20,   /* 160 bits */
    RECOVERY_SYMBOLS = 32, /* without the check symbol */
    RECOVERY_TEXT = 41     /* "XXXX-" eight times and the check symbol; no NUL */
};

/* The code of `bytes` as text of RECOVERY_TEXT characters; `owns` the result. */
struct secret *recovery_format(const uint8_t bytes[RECOVERY_BYTES]);

/* Read what a person typed; `owns` *out, RECOVERY_BYTES long. ERR_INPUT "keyring.recovery_code"
 * when it is not exactly a code; the message says nothing about what was typed. */
bool recovery_parse(struct secret **out, const struct secret *typed, struct err *e) MUST_CHECK;

#endif
