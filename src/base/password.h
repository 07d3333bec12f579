/* SPDX-License-Identifier: EUPL-1.2 */
/* Stretching of login passwords (S41): Argon2id, at most two at a time in a process, and a queue
 * that does not grow without end, so that guessing neither eats the memory nor stops the desk. */
#ifndef DCIM_BASE_PASSWORD_H
#define DCIM_BASE_PASSWORD_H

#include "base/crypto.h"
#include "base/err.h"
#include "base/text.h"

#include <stdbool.h>
#include <stdint.h>

enum { PASSWORD_STRETCHED = 32, PASSWORD_AT_ONCE = 2, PASSWORD_QUEUE = 32 };

struct password_cost {
    uint32_t passes, kib;
};

/* Three passes over 64 MiB; `insecure`, for tests: next to nothing. */
struct password_cost password_cost_now(bool insecure);
bool password_cost_equal(struct password_cost a, struct password_cost b);

/* Waits for its turn. ERR_LIMIT "session.busy" when PASSWORD_QUEUE callers wait already; ERR_SYSTEM
 * when the memory is not to be had. Cost: about 0.15 s of one core each. */
bool password_stretch(uint8_t out[PASSWORD_STRETCHED], struct text password,
                      const uint8_t salt[CRYPTO_SALT], struct password_cost cost,
                      struct err *e) MUST_CHECK;

#endif
