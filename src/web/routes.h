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
#undef ROUTE_PART

/* My work, of work.summary: cards, and one's drafts (routes_entry.c). A hook as route.h has it. */
bool routes_home_after(struct exchange *x);

/* Sections of a record in words as cards of the summary list (routes_record.c); `owns`. */
struct json *routes_cards(const struct json *sections);

#endif
