/* SPDX-License-Identifier: EUPL-1.2 */
/* What a page shows, asked for in one message with the question who asks. What a GET asks for does
 * not depend on who asks; whether they may have it is the desk's to say, of each operation for
 * itself. */
#ifndef DCIM_WEB_AHEAD_H
#define DCIM_WEB_AHEAD_H

#include "web/exchange.h"

/* Before session.info is asked for: parameters of the route's operation and of its extra ones into
 * x->ahead, and x->in is settled. Nothing, where it is no GET, where its `before` looks at who
 * asks, or where something is wrong with what was sent: that is said in its place. */
void ahead_prepare(struct exchange *x);

/* Once the language of the page is known: answers in another one are dropped. */
void ahead_language(struct exchange *x);

/* Whether this was asked for ahead with these parameters; then *ok, and *out or *e, are the answer
 * to it. Each answer is given once. */
bool ahead_came(bool *ok, struct json **out, struct exchange *x, const char *operation,
                const struct json *in, struct err *e);

void ahead_forget(struct exchange *x);

/* Parameters of an extra operation of a route: fields of the path. `owns`. */
struct json *ahead_extra(const struct exchange *x, const char *operation);

#endif
