/* SPDX-License-Identifier: EUPL-1.2 */
/* The one expression language: XLSForm's XPath 1.0 subset with OpenRosa functions (skip logic,
 * constraints, rules, filters of tables, indicators). One parser; one evaluator over a record, one
 * vectorised over columns. No input or output, no recursion on input depth beyond its limit.
 *
 * Semantics are XPath's: values are node sets, strings, numbers, booleans; "" is NaN; a comparison
 * with NaN is false; a node set compares existentially. Ours: a missing value's string is its code
 * ("U"; "missing:NA" where the code list has a code NA of its own), so its number is NaN. Two
 * partial dates compare as intervals: a comparison holds if some possible day satisfies it
 * (expr_compare.c has the table). A variable with several codes is a string of codes with blanks
 * between, as in XLSForm; `=` on it holds if the whole string is equal: use selected(). */
#ifndef DCIM_MODEL_EXPR_H
#define DCIM_MODEL_EXPR_H

#include "base/arena.h"
#include "base/err.h"
#include "base/text.h"
#include "model/dictionary.h"
#include "model/record.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {                       /* limits (S62, conventions section 2) */
       EXPR_TEXT_MAX = 4096, /* bytes */
       EXPR_DEPTH_MAX = 64,
       EXPR_STEPS_MAX = 10000, /* for one evaluation; the stricter of the two references */
       EXPR_STRING_MAX = 65536 /* bytes of any intermediate string */
};

struct expr;

struct expr_problem { /* errors as data */
    size_t at;        /* byte offset in the expression, 0-based */
    const char *id;   /* "expr.unknown_variable" */
    char message[400];
    char remedy[400];
};

/* Parse for use in group `g` of form `f`; ${names} are resolved, `.` is `self` (VAR_NONE when there
 * is none). Everything comes from `a`. False with *p filled. `system functions`: today() and now()
 * come from struct expr_context. */
bool expr_parse(struct expr **out, const struct dictionary *d, const struct form *f, group_id g,
                var_id self, struct text text, struct arena *a, struct expr_problem *p) MUST_CHECK;

/* Variables an expression reads, for the dependency graph: calls fn for each, maybe more than
 * once. */
void expr_variables(const struct expr *x, void (*fn)(void *ctx, var_id v), void *ctx);
/* The same for the repeats whose instances it counts or walks through. */
void expr_groups(const struct expr *x, void (*fn)(void *ctx, group_id g), void *ctx);
struct text expr_text(const struct expr *x);
group_id expr_group(const struct expr *x); /* where it was parsed for */

struct expr_context {
    const struct record *record;
    group_id group; /* where the expression stands ... */
    uint32_t row;   /* ... and in which instance */
    var_id self;
    int32_t today; /* day number */
    int64_t now;   /* seconds */
    size_t language;
    struct arena *arena; /* scratch; rewound by the evaluator */
    code_id choice;      /* choice filters alone: the code of self's list that is judged */
};

enum expr_result { EXPR_OK, EXPR_LIMIT, EXPR_FAILED };

/* Evaluate. String results live in ctx->arena until the caller rewinds it. */
enum expr_result expr_bool(bool *out, const struct expr *x, const struct expr_context *ctx);
enum expr_result expr_number(double *out, const struct expr *x, const struct expr_context *ctx);
enum expr_result expr_string(struct text *out, const struct expr *x,
                             const struct expr_context *ctx);

/* Evaluate as a value of variable `v`, for calculations: "" and NaN are blank, missing codes are
 * missing values where `v` allows them. *fits false, and *out blank, when the result is no value of
 * its type or code list. Texts and code arrays are in `keep` (not ctx->arena), or borrowed from the
 * record and the dictionary. */
enum expr_result expr_value(struct value *out, bool *fits, const struct expr *x, var_id v,
                            const struct expr_context *ctx, struct arena *keep);

#endif
