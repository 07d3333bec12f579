/* SPDX-License-Identifier: EUPL-1.2 */
/* Which passwords are accepted (S40): length, and none that are guessed first. No rule of
 * composition. */
#ifndef DCIM_SERVICE_PASSWORD_RULE_H
#define DCIM_SERVICE_PASSWORD_RULE_H

#include "base/err.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>

enum {
    PASSWORD_MIN = 15,        /* bytes */
    PASSWORD_MIN_SECOND = 12, /* with a second factor */
    PASSWORD_MAX = 256
};

/* What a password must not be made of, beside what everybody uses: the texts are borrowed, and any
 * may be NULL. */
struct password_context {
    const char *word[6]; /* name of the account, of its owner, of the organisation ... */
    bool second_factor;
};

/* ERR_USAGE "account.password" says what is wrong with it, and never quotes it. Cost: 0.2 ms. */
bool password_fits(struct text password, const struct password_context *c,
                   struct err *e) MUST_CHECK;

/* Lower-case, each between two line ends. */
extern const char common_passwords[];
extern const size_t common_passwords_size;

#endif
