/* SPDX-License-Identifier: EUPL-1.2 */
/* Showing the second factor once more for what asks for it (S46), without losing what was typed:
 * the page sends the same form again, with a code. */
#ifndef DCIM_WEB_STEP_UP_H
#define DCIM_WEB_STEP_UP_H

#include "web/exchange.h"

/* Whether the form of this request brings a code along. */
bool step_up_brought(const struct exchange *x);

/* Show it to the desk; the session then has a new token (S37). False: the page asks again, and is
 * the answer. */
bool step_up_take(struct exchange *x);

/* The page that asks. The fields of the form go along in it, passwords and codes excepted. */
void step_up_ask(struct exchange *x, int status);

/* What the page needs to ask for a security key, as `security_key` of its document, where the
 * account has one: its answer comes as the form's field `field`. `recovery_alone` then says that no
 * authenticator's code opens anything. */
void step_up_key(struct exchange *x, const char *field);

#endif
