/* SPDX-License-Identifier: EUPL-1.2 */
/* The parts that the table of routes is put together from: routes_<subject>.c has one each. */
#ifndef DCIM_WEB_ROUTES_H
#define DCIM_WEB_ROUTES_H

#include "web/route.h"

struct route_part {
    const struct route *row;
    const size_t *n;
};

#define ROUTE_PART(subject)                       \
    extern const struct route routes_##subject[]; \
    extern const size_t routes_##subject##_count
ROUTE_PART(session);
ROUTE_PART(entry);
ROUTE_PART(record);
ROUTE_PART(import);
ROUTE_PART(help);
ROUTE_PART(account);
ROUTE_PART(govern);
ROUTE_PART(explore);
ROUTE_PART(guard);
ROUTE_PART(link);
ROUTE_PART(release);
#undef ROUTE_PART

/* The page of a section that was sent when its session had ended: keep it in the draft for who it was (the
 * session opens nothing else any more), and lead to signing in; to the page's script, say so. False:
 * it could not be kept. */
bool routes_entry_keep(struct exchange *x);
/* The same from a page of an earlier session of this browser: what was typed, to be sent once more. */
void routes_entry_again(struct exchange *x);
/* Where who has just signed in goes on, in the draft that this address is of: what was kept is taken
 * into it. `session` is the new one's token. */
const char *routes_entry_back(struct exchange *x, const char *session, const char *back);

/* My work, of work.summary: cards, and one's drafts (routes_entry.c). A hook as route.h has it. */
bool routes_home_after(struct exchange *x);

/* Sections of a record in words as cards of the summary list (routes_record.c); `owns`. */
struct json *routes_cards(const struct json *sections);

#endif
