/* SPDX-License-Identifier: EUPL-1.2 */
/* A released table as a figure of a page: what kind of chart suits it, one sentence that says what
 * it shows, and the table itself. Whatever is said is made of shown counts alone. */
#ifndef DCIM_SERVICE_FIGURE_H
#define DCIM_SERVICE_FIGURE_H

#include "base/json.h"
#include "service/table_call.h"

struct figure_ask {
    const char *id; /* of the page: letters, digits, - */
    const char
        *kind; /* "auto" bar stacked line heat map regions sankey flow routes funnel upset none */
    const char *title; /* NULL: the table's own */
    const char *note;  /* NULL: none */
};

/* {id kind title finding note notes unit form raw refused message remedy table}; declared as
 * FIGURE_SPEC has it. ERR_LIMIT where the table is too large for a page. `owns` *out. */
bool figure_make(struct json **out, struct call *c, const struct counted *t,
                 const struct figure_ask *ask, struct err *e) MUST_CHECK;

/* The same where there is nothing to be shown, and why: for errors that whoever asked can mend or
 * has to know, ERR_USAGE, ERR_LIMIT and ERR_DISCLOSURE; NULL for others. */
struct json *figure_refused(struct call *c, const struct figure_ask *ask, const struct err *why);

/* A table put together line by line, for figures of several releases. A count below 0 is hidden. */
struct figure_grid;
struct figure_grid *figure_grid_new(struct call *c, const char *caption);
void figure_grid_head(struct figure_grid *g, const char *text, const char *code);
void figure_grid_row(struct figure_grid *g, const char *text, const char *code, bool total);
void figure_grid_count(struct figure_grid *g, int64_t n);
/* "Prosecuted: 80 persons", in the unit of the table. From the call's arena. */
const char *figure_said(struct figure_grid *g, const struct counted *t, const char *label,
                        int64_t n);
/* The figure, with the notes that the table has; ends the grid. `owns` the result. */
struct json *figure_of_grid(struct figure_grid *g, const struct figure_ask *ask,
                            const struct counted *t, const char *finding, bool hidden);

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
