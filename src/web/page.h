/* SPDX-License-Identifier: EUPL-1.2 */
/* Requests into pages: who asks, what is asked, the document, the template. */
#ifndef DCIM_WEB_PAGE_H
#define DCIM_WEB_PAGE_H

#include "web/exchange.h"

/* Answer one request for a page. */
void page_answer(const struct site *site, unsigned worker, const struct request *r,
                 struct response *out);

/* The page of an error, in the language of the request; no desk is asked. Safe on any thread. */
void page_error(const struct site *site, const struct request *r, int status, const char *id,
                struct response *out);

/* The document of the page for the exchange as it stands: page, result, form, error, errors, and
 * what `extra` holds. `owns`. */
struct json *page_document(struct exchange *x);

/* Show `template` over that document. */
void page_show(struct exchange *x, const char *page, int status);

/* The same of two templates with HTML of ours between them (of the handbook, never of anybody's
 * data). */
void page_show_around(struct exchange *x, const char *begin, struct text html, const char *end);

/* The token that forms of a session carry: keyed hash of the session's token (S49). "" without
 * session. */
void page_csrf(char out[CSRF_SIZE], const char *session);

#endif
