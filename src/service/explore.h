/* SPDX-License-Identifier: EUPL-1.2 */
/* The table builder: what can be put into a table, and what was chosen, as a document for a form
 * that works without script; and a table from such choices. */
#ifndef DCIM_SERVICE_EXPLORE_H
#define DCIM_SERVICE_EXPLORE_H

#include "service/figure.h"

/* The parameters that choose a table; a saved question is a document of these. */
// clang-format off
#define EXPLORE_ARGS \
    TEXT_ARG("form", false, 40, "form to count; default: the first that may be read"), \
    LIST_ARG("rows", "variables on the rows; empty ones are passed over"), \
    LIST_ARG("columns", "variables on the columns; empty ones are passed over"), \
    LIST_ARG("filter", "variables whose values are offered to choose from"), \
    LIST_ARG("only", "VARIABLE=CODE: those alone that have one of the codes, in each variable"), \
    CHOICE_ARG("count", "persons|records", "what is counted"), \
    {.name = "kind", .type = PARAM_TEXT, .max = 80, .choices = EXPLORE_KINDS, \
     .summary = "kind of chart"}
#define EXPLORE_KINDS "auto|bar|stacked|line|heat|map|regions|none"

#define BUILDER_SPEC \
    "builder{form form_title own? raw? count_persons? count_records? " \
    "forms[code text chosen?] kinds[code text chosen?] " \
    "sections[title options[name text in_row in_row_2 in_column can_filter]] " \
    "filters[name label options[value text chosen?]]}"
// clang-format on

/* The builder with what is chosen in `in`. Refuses a form that is not there or may not be read. */
bool explore_builder(struct json **out, const struct form **form, struct call *c,
                     const struct json *in, struct err *e) MUST_CHECK;

/* A variable that can be a dimension for who asks. */
bool explore_has(const struct call *c, const struct variable *v);
/* One whose values can be offered to choose from. */
bool explore_filters(const struct call *c, const struct variable *v);

/* The parameters of table.count for the choices in `in`; ERR_USAGE "explore.filter", ERR_LIMIT
 * "explore.filter_long". `owns` *out. */
bool explore_parameters(struct json **out, struct call *c, const struct form *f,
                        const struct json *in, struct err *e) MUST_CHECK;

/* Put builder and, where rows or columns are chosen (or `always`), the figure into c->out. What who
 * asked can mend (too many cells, too small counts) is told in the figure. */
bool explore_show(struct call *c, const struct json *in, bool raw, bool always,
                  struct err *e) MUST_CHECK;

#endif
