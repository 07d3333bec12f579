/* SPDX-License-Identifier: EUPL-1.2 */
/* A browser without a network: requests for pages, answered in this process over a desk of the
 * test's own. */
#ifndef DCIM_TESTS_WEB_VISITOR_H
#define DCIM_TESTS_WEB_VISITOR_H

#include "people.h"

#include "base/text.h"
#include "service/client.h"

/* Read the program's templates, and answer from this desk. */
void visitor_begin(struct service **desk);
void visitor_end(void);

/* As this session (NULL: nobody). Returns the status; the page is visitor_page() until the next
 * request. */
int visitor_get(const char *session, const char *path);
/* A form as the page sends it, "name=value&...", coded; the token of the session is put in. */
int visitor_post(const char *session, const char *path, const char *form);

/* A form as it stands: without the session's token, or with a wrong one. */
int visitor_forge(const char *session, const char *path, const char *form);

const char *visitor_page(void);
/* Where a redirection leads, "" for none. */
const char *visitor_location(void);
/* The session's token that the answer has set, or the one before. */
void visitor_take_session(char session[PEOPLE_TOKEN]);

#endif
