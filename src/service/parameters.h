/* SPDX-License-Identifier: EUPL-1.2 */
/* What is sent to an operation, held against what it says that it takes. */
#ifndef DCIM_SERVICE_PARAMETERS_H
#define DCIM_SERVICE_PARAMETERS_H

#include "service/operations.h"

#include "base/err.h"
#include "base/json.h"

#include <stdbool.h>

/* Whether `in` is an object that has all the operation needs, nothing it does not know, and each
 * of its kind, within its limits and among its choices. ERR_USAGE "call.type", "call.unknown",
 * "call.missing", "call.empty", "call.too_long", "call.control", "call.choice", "call.range": which
 * operation, which parameter, what is wrong. */
bool parameters_fit(const struct operation *op, const struct json *in, struct err *e) MUST_CHECK;

/* Plain text without control characters; NULL is none. */
bool parameter_is_line(const char *value);

#endif
