/* SPDX-License-Identifier: EUPL-1.2 */
/* The API for programs: requests into operations, results and errors as JSON (conventions 10).
 *
 * A program shows its key in Authorization and nowhere else (S47): cookies are not looked at, so
 * that no page of another place can make a browser ask here (S49), and sessions of people are no
 * keys. What may be asked for is the operation's to say (S51), as with pages; so are its entries in
 * the log. */
#ifndef DCIM_WEB_API_H
#define DCIM_WEB_API_H

#include "web/exchange.h"

/* Whether this address is the API's; then api_answer() and api_error() are to be used for it. */
bool api_is(const struct request *r);

/* Answer one request. */
void api_answer(const struct site *site, unsigned worker, const struct request *r,
                struct response *out);

/* An error that the front found, as application/problem+json. No desk is asked. Safe on any
 * thread. */
void api_error(const struct site *site, const struct request *r, int status, const char *id,
               struct response *out);

#endif
