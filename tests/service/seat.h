/* SPDX-License-Identifier: EUPL-1.2 */
/* A handler called as somebody in an organisation, without the session that would say so. */
#ifndef DCIM_TESTS_SERVICE_SEAT_H
#define DCIM_TESTS_SERVICE_SEAT_H

#include "service/operations.h"

struct seat_of { /* who sits there */
    const char *role, *organisation;
    int64_t organisation_no, account_no;
};

/* As desk_try(), but for `who`: the capability of the row is looked at, then its handler is called,
 * within a transaction where the row says so. */
bool seat_try(struct json **out, struct service *s, const struct seat_of *who, struct err *e,
              const char *operation, const char *parameters, ...)
    __attribute__((format(printf, 6, 7)));

/* As desk_do(). */
const struct json *seat_do(struct service *s, const struct seat_of *who, const char *operation,
                           const char *parameters, ...) __attribute__((format(printf, 4, 5)));

#endif
