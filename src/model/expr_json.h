/* SPDX-License-Identifier: EUPL-1.2 */
/* A parsed expression as a compact JSON text that a page carries in a data- attribute and
 * src/web/script/expression.js evaluates. The browser has no parser: it gets the tree that was
 * built here, with names resolved, types known and constants worked out, so both evaluators walk
 * the same tree.
 *
 *   {"x": node, "v": {"age":"i","form":"s@episode!NA"}, "g": {"episode":""},
 *    "l": {"CL_BAND": {"name": [...], "from": [...]}}, "at": "episode"}
 *
 * v: the variables it reads: type (t text, i integer, n decimal, d date, p partial date, c code,
 * s codes), - when it takes no missing codes, @ its repeat, ! missing codes that its own list has
 * as codes (a missing value is "missing:NA" there). g: repeats and what is around them. l: the
 * columns of code lists that it looks into. at: the repeat it was parsed for, absent for the
 * record itself. Empty members are left out.
 *
 * Nodes are constants (true, 12.5, "text") or arrays [operator, ...]; expr_json.c has the table,
 * node by node. ["?", why] is a part that only the server can work out. */
#ifndef DCIM_MODEL_EXPR_JSON_H
#define DCIM_MODEL_EXPR_JSON_H

#include "base/buf.h"
#include "model/dictionary.h"
#include "model/expr.h"

#include <stdbool.h>
#include <stddef.h>

enum {                            /* bytes */
       EXPR_JSON_MAX = 16384,     /* of one text */
       EXPR_JSON_LISTS_MAX = 6144 /* of the columns in it; with more, `l` is left out and the page
                                     * asks the server */
};

/* Append the tree of `x`, which was parsed with `d`; labels are in `language`. False, and nothing
 * appended, when the text would be over EXPR_JSON_MAX or the buffer's maximum: the page then shows
 * the question and the server decides. What it holds is the dictionary's, never a record's. Cost:
 * about 10 microseconds for an ordinary condition, 100 with lists. */
bool expr_to_json(struct buf *out, const struct expr *x, const struct dictionary *d,
                  size_t language) MUST_CHECK;

#endif
