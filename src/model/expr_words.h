/* SPDX-License-Identifier: EUPL-1.2 */
/* Conditions in words, for code books and paper forms: "${sex} = 'F' and ${age} >= 18" becomes
 * "2.1 Sex is F Female and 2.4 Age >= 18". */
#ifndef DCIM_MODEL_EXPR_WORDS_H
#define DCIM_MODEL_EXPR_WORDS_H

#include "base/buf.h"
#include "base/text.h"
#include "model/dictionary.h"

#include <stddef.h>

/* What stands for a variable ("2.1 Sex"); borrowed until the next call. */
typedef const char *expr_words_fn(void *ctx, const struct variable *v);

/* Append the condition in `language` of the dictionary; words like "and" are the program's own, in
 * the language of the thread (base/catalogue.h). `self` is what "." means ("the answer"; VAR_NONE:
 * nothing). What has no words stays as it is written, so nothing is lost; the expression is one
 * that was read without a problem. Cost: O(length). */
void expr_words(struct buf *out, const struct dictionary *d, const struct form *f, var_id self,
                struct text expression, size_t language, expr_words_fn *name_of, void *ctx);

/* Does the condition `expression` hold a comparison of variable `v` with its code `code` for
 * equality: ${v} = 'code', or selected(${v}, 'code')? For the arrows of paper forms. */
bool expr_asks_for(struct text expression, const struct variable *v, const char *code);

#endif
