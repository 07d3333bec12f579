/* SPDX-License-Identifier: EUPL-1.2 */
/* How rows of the table of operations are written: for operations.c and operations_*.c only. */
#ifndef DCIM_SERVICE_OPERATION_MACROS_H
#define DCIM_SERVICE_OPERATION_MACROS_H

// clang-format off
#define TEXT_ARG(n, needed, longest, what) \
    {.name = n, .type = PARAM_TEXT, .required = needed, .min = needed ? 1 : 0, .max = longest, \
     .summary = what}
#define LINE_ARG(n, needed, longest, what) \
    {.name = n, .type = PARAM_TEXT, .required = needed, .min = needed ? 1 : 0, .max = longest, \
     .line = true, .summary = what}
#define CHOICE_ARG(n, list, what) \
    {.name = n, .type = PARAM_TEXT, .max = 40, .choices = list, .summary = what}
#define INT_ARG(n, least, most, what) \
    {.name = n, .type = PARAM_INT, .min = least, .max = most, .summary = what}
#define INT_ARG_NEEDED(n, least, most, what) \
    {.name = n, .type = PARAM_INT, .required = true, .min = least, .max = most, .summary = what}
#define BOOL_ARG(n, what) {.name = n, .type = PARAM_BOOL, .summary = what}
#define LIST_ARG(n, what) {.name = n, .type = PARAM_LIST, .max = 200, .summary = what}
#define FIELDS_ARG(n, what) {.name = n, .type = PARAM_FIELDS, .max = 65536, .summary = what}
#define END_ARG {.name = NULL}
// clang-format on

enum { PATH_LONGEST = 4096, NAME_LONGEST = 200, EXPRESSION_LONGEST = 4096, PURPOSE_LONGEST = 500 };

// clang-format off
/* A file of this machine: over the desk there is no such parameter. */
#define FILE_ARG(n, needed, what) \
    {.name = n, .type = PARAM_TEXT, .required = needed, .min = needed ? 1 : 0, \
     .max = PATH_LONGEST, .summary = what, .local = true}
/* Of the open repository, from this machine alone. */
#define ROW(n, what, params, cap, tx, action, handler_name) \
    {{.name = n, .summary = what, .parameter = params, .capability = cap, .transaction = tx, \
      .audit = action, .repository_required = true}, handler_name}
/* Without a repository, from this machine alone. */
#define ROW_ALONE(n, what, params, cap, handler_name) \
    {{.name = n, .summary = what, .parameter = params, .capability = cap, .transaction = TX_NONE, \
      .audit = "none"}, handler_name}
/* Of the open repository, also over the desk; `spec`: what it returns (result_spec.h). */
#define ROW_DESK(n, what, params, cap, tx, action, handler_name, spec) \
    {{.name = n, .summary = what, .parameter = params, .capability = cap, .transaction = tx, \
      .audit = action, .repository_required = true, .reach = REACH_DESK, .result = spec}, \
     handler_name}
/* The same with a purpose that must be stated for the call. */
#define ROW_DESK_PURPOSE(n, what, params, cap, tx, action, handler_name, spec) \
    {{.name = n, .summary = what, .parameter = params, .capability = cap, .transaction = tx, \
      .audit = action, .purpose_required = true, .repository_required = true, \
      .reach = REACH_DESK, .result = spec}, handler_name}
/* The same where password or second factor must have been shown lately (S46). */
#define ROW_DESK_FRESH(n, what, params, cap, tx, action, handler_name, spec) \
    {{.name = n, .summary = what, .parameter = params, .capability = cap, .transaction = tx, \
      .audit = action, .repository_required = true, .reach = REACH_DESK, .result = spec, \
      .fresh_required = true}, handler_name}
/* The same for anybody, signed in or not. */
#define ROW_OPEN(n, what, params, tx, action, handler_name, spec) \
    {{.name = n, .summary = what, .parameter = params, .capability = CAP_NONE, \
      .transaction = tx, .audit = action, .repository_required = true, .reach = REACH_OPEN, \
      .result = spec}, handler_name}
/* About the dictionary: needs no repository here; over the desk it is that of the open one. */
#define ROW_WORDS(n, what, params, handler_name, spec) \
    {{.name = n, .summary = what, .parameter = params, .capability = CAP_NONE, \
      .transaction = TX_NONE, .audit = "none", .reach = REACH_DESK, .result = spec}, handler_name}
// clang-format on

#endif
