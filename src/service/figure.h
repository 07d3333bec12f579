/* SPDX-License-Identifier: EUPL-1.2 */
/* A released table as a figure of a page: what kind of chart suits it, one sentence that says what
 * it shows, and the table itself. Whatever is said is made of shown counts alone. */
#ifndef DCIM_SERVICE_FIGURE_H
#define DCIM_SERVICE_FIGURE_H

#include "base/json.h"
#include "service/table_call.h"

struct figure_ask {
    const char *id;    /* of the page: letters, digits, - */
    const char *kind;  /* "auto", or one of figure_kinds */
    const char *title; /* NULL: the table's own */
    const char *note;  /* NULL: none */
};

/* "bar|stacked|line|heat|map|regions|sankey|flow|funnel|upset|none" */
extern const char figure_kinds[];

/* {id kind title finding note notes unit form raw refused message remedy table}; declared as
 * FIGURE_SPEC has it. ERR_LIMIT where the table is too large for a page. `owns` *out. */
bool figure_make(struct json **out, struct call *c, const struct counted *t,
                 const struct figure_ask *ask, struct err *e) MUST_CHECK;

/* The same where there is nothing to be shown, and why: for errors that whoever asked can mend or
 * has to know, ERR_USAGE, ERR_LIMIT and ERR_DISCLOSURE; NULL for others. */
struct json *figure_refused(struct call *c, const struct figure_ask *ask, const struct err *why);

/* One sentence; "" where nothing can be said. From the call's arena. */
const char *figure_finding(struct call *c, const struct counted *t, const char *kind);

// clang-format off
#define FIGURE_TABLE_SPEC \
    "table{caption notes[] " \
    "head[total_row? cells[text code value# scope span# lines# level# hidden? total?]] " \
    "body[total_row? cells[text code value# scope span# lines# level# hidden? total?]]}"
#define FIGURE_SPEC \
    "id kind title finding note unit form raw? hidden? refused? message remedy " FIGURE_TABLE_SPEC
// clang-format on

#endif
