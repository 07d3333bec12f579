/* SPDX-License-Identifier: EUPL-1.2 */
/* How calls are built that are more than a function of values: expr_call.c, for the table of
 * functions (expr_function.c) alone. */
#ifndef DCIM_MODEL_EXPR_BUILD_CALL_H
#define DCIM_MODEL_EXPR_BUILD_CALL_H

#include "model/expr_internal.h"

typedef const struct expr_node *expr_build_fn(struct expr_builder *b, const struct expr_call *c);

expr_build_fn expr_build_plain_call, expr_build_truth, expr_build_not, expr_build_boolean,
    expr_build_if, expr_build_coalesce, expr_build_once, expr_build_instance_call,
    expr_build_current_call, expr_build_extreme, expr_build_date, expr_build_position,
    expr_build_selected, expr_build_substr, expr_build_regex, expr_build_pulldata,
    expr_build_choice_name, expr_build_indexed;

#endif
