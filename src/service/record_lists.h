/* SPDX-License-Identifier: EUPL-1.2 */
/* Lists of records as who asks may see them: the same for a page of one and for the number that
 * leads there. */
#ifndef DCIM_SERVICE_RECORD_LISTS_H
#define DCIM_SERVICE_RECORD_LISTS_H

#include "service/service_internal.h"
#include "store/record_list.h"

/* Days before the end of retention from which a record is due: parameter `retention.warn_days`. */
enum { RETENTION_WARN_DAYS = 90 };

/* All that who asks may see in a state; to be narrowed further. */
struct record_list call_record_list(const struct call *c, enum records_state state);
/* How many there are. */
bool call_record_count(int64_t *n, struct call *c, enum records_state state,
                       struct err *e) MUST_CHECK;
/* Where a current version stands, in words ("" imported). */
const char *record_work_words(const char *work);

#endif
