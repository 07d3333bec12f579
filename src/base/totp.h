/* SPDX-License-Identifier: EUPL-1.2 */
/* The door to liboath: one-time codes of a second factor (RFC 6238, SHA-1, six digits, 30 seconds:
 * what every authenticator app knows). */
#ifndef DCIM_BASE_TOTP_H
#define DCIM_BASE_TOTP_H

#include "base/buf.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TOTP_SECRET = 20, TOTP_DIGITS = 6, TOTP_SECONDS = 30, TOTP_BASE32 = 32 };

/* The code of a time step. */
void totp_code(char out[TOTP_DIGITS + 1], const uint8_t secret[TOTP_SECRET], uint64_t step);

/* Whether `typed` (blanks are left out) is the code of the step of `now` (UTC seconds), the one before
 * or the one after, and of a step behind `last`; *step is then which. Compared in constant time. */
bool totp_fits(uint64_t *step, const uint8_t secret[TOTP_SECRET], struct text typed, int64_t now,
               uint64_t last);

/* The secret as apps take it: base 32, without padding. */
void totp_secret_text(char out[TOTP_BASE32 + 1], const uint8_t secret[TOTP_SECRET]);

/* Append "otpauth://totp/ISSUER:ACCOUNT?secret=...": what the app reads from a picture. */
void totp_uri(struct buf *out, const char *issuer, const char *account,
              const uint8_t secret[TOTP_SECRET]);

#endif
