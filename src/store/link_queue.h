/* SPDX-License-Identifier: EUPL-1.2 */
/* For the files of this room: what becomes of proposed pairs when their records come and go. */
#ifndef DCIM_STORE_LINK_QUEUE_H
#define DCIM_STORE_LINK_QUEUE_H

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

struct store;

/* After a record was withdrawn or brought back: its pairs leave the queue, or are there again. */
bool link_queue_touch(struct store *st, uint64_t record_no, struct err *e) MUST_CHECK;
/* A record is erased: what was proposed of it goes. */
bool link_queue_forget(struct store *st, uint64_t record_no, struct err *e) MUST_CHECK;
/* For person_check(): adds the pairs of a form that the queue does not say as they are. Cost: reads
 * the pairs. */
bool link_queue_check(int64_t *n_wrong, struct store *st, int64_t form_no,
                      struct err *e) MUST_CHECK;

#endif
