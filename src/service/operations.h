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

/* One part of the table: the operations of one subject, in operations_<subject>.c. */
struct operation_part {
    const struct operation_row *row;
    size_t n;
};

extern const struct operation_part explore_operations;
extern const struct operation_part account_operations;
extern const struct operation_part govern_operations;
extern const struct operation_part entry_operations;
extern const struct operation_part upload_operations;
extern const struct operation_part guard_operations;
extern const struct operation_part link_operations;
extern const struct operation_part encode_operations;
extern const struct operation_part release_operations;

const struct operation_row *operation_row_at(size_t i); /* over all parts; NULL behind the last */
size_t operation_row_count(void);
const struct operation_row *operation_row_find(const char *name); /* or NULL */

#endif
