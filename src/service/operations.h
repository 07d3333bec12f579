/* SPDX-License-Identifier: EUPL-1.2 */
/* Rows of the table of operations, with their handlers: for service.c and the tests that walk
 * it. */
#ifndef DCIM_SERVICE_OPERATIONS_H
#define DCIM_SERVICE_OPERATIONS_H

#include "service/service_internal.h"

struct operation_row {
    struct operation operation;
    handler_fn *handler;
};

extern const struct operation_row operation_rows[];
extern const size_t n_operation_row;
const struct operation_row *operation_row_find(const char *name); /* or NULL */

#endif
