/* SPDX-License-Identifier: EUPL-1.2 */
/* What a request says: who asks, in which language, whether it comes from a page of ours, and what
 * it asks for. Steps of answer.c, in this order. */
#ifndef DCIM_WEB_ASK_H
#define DCIM_WEB_ASK_H

#include "web/exchange.h"

/* The session of the cookie: fills who, session, csrf, and info or waits_for. False when the desk
 * could not say. */
bool ask_who(struct exchange *x, struct err *e) MUST_CHECK;

/* The language of the request itself, else the session's, else the browser's; of this thread
 * too. */
void ask_language(struct exchange *x);
const struct site_language *ask_language_of(const struct site *s, struct text code); /* or NULL */

/* Whether a request that changes something was made by a page of ours, and by one of this session
 * (S49). */
bool ask_own_origin(const struct request *r);
bool ask_token_holds(const struct exchange *x);

/* A field of the path, else of the query (GET) or form; p == NULL: none. */
struct text ask_field(const struct exchange *x, const char *name);
/* Fill x->in with what the operation takes; false, with x->errors, where something does not fit. */
bool ask_parameters(struct exchange *x, const char *operation);
/* Keep what was typed in x->form; passwords and codes are not given back. */
void ask_keep_form(struct exchange *x);

/* What was sent, [{name, value}], to be sent once more by a form: without the token, the language that was
 * chosen, proofs of step_up.c, and what is secret. `owns` */
struct json *ask_sent(const struct exchange *x);

/* The token that forms of a session carry (S49): a hash of the session's token, under a mask of
 * random bytes that is another one each time, so that its length compressed says nothing. "" without
 * session. */
void ask_csrf(char out[CSRF_SIZE], const char *session);
bool ask_csrf_fits(struct text given, const char *session); /* in constant time */

#endif
