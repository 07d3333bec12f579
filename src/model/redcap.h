/* SPDX-License-Identifier: EUPL-1.2 */
/* REDCap's data dictionary: a CSV file of 18 columns, one row for each field. It becomes a book, which
 * xlsform_import() takes into a data folder; what has no counterpart is a problem at its row and column
 * of that file, never dropped without a word.
 *
 * Source: the columns and their meaning after REDCap's own template of the data dictionary (both its
 * headings and the names that its API gives them); conventions section 1, last paragraph. */
#ifndef DCIM_MODEL_REDCAP_H
#define DCIM_MODEL_REDCAP_H

#include "base/arena.h"
#include "base/err.h"
#include "base/text.h"
#include "model/problem.h"
#include "model/xlsform.h"

#include <stdbool.h>
#include <stddef.h>

/* Make the book. Field types: text (with its validation), notes, radio, dropdown, checkbox, yesno,
 * truefalse, calc, slider, descriptive; forms become groups, section headers notes. An identifier gets
 * privacy class D, anything else Q. Problems are added to *p with `file` as their file; the book is made
 * of what is good. False when the bytes are no such dictionary: a problem was then added. Everything is
 * in `a`. */
bool redcap_read(struct xlsform_book *out, const char *file, struct text bytes, struct arena *a,
                 struct problems *p) MUST_CHECK;

struct redcap_fault { /* why logic could not be translated */
    size_t at;        /* byte offset */
    char message[160];
    char remedy[200];
};

/* Branching logic or a calculation as an expression of ours: [a] is ${a}, [a(1)] = '1' is
 * selected(${a}, '1'), <> is !=, / is div, datediff() a difference of days. *out is from `a`. False with
 * *fault filled: events, smart variables, functions and operators that we have not. At most
 * REDCAP_LOGIC_MAX bytes, nested REDCAP_DEPTH_MAX deep. */
enum { REDCAP_LOGIC_MAX = 4096, REDCAP_DEPTH_MAX = 32 };
bool redcap_logic(const char **out, struct text logic, struct arena *a,
                  struct redcap_fault *fault) MUST_CHECK;

#endif
