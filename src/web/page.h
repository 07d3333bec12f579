/* SPDX-License-Identifier: EUPL-1.2 */
/* Pages: the document, the template over it. */
#ifndef DCIM_WEB_PAGE_H
#define DCIM_WEB_PAGE_H

#include "web/exchange.h"

/* The document of the page for the exchange as it stands: page, result, form, error, errors, and
 * what `extra` holds. `owns`. */
struct json *page_document(struct exchange *x);

/* Show `template` over that document. */
void page_show(struct exchange *x, const char *page, int status);

/* The same of two templates with HTML of ours between them (of the handbook, never of anybody's
 * data). */
void page_show_around(struct exchange *x, const char *first, struct text html, const char *last);

#endif
