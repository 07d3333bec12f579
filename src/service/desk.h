/* SPDX-License-Identifier: EUPL-1.2 */
/* The desk of a server: a process with keys, database, snapshots and permissions, and without
 * network, that answers questions over its channels (design section 4). */
#ifndef DCIM_SERVICE_DESK_H
#define DCIM_SERVICE_DESK_H

#include "base/err.h"
#include "service/client.h"

#include <stdbool.h>
#include <stddef.h>

/* Answer the questions that come over `channel` until all of them are closed, each on a thread of
 * its own with a connection of its own. `ready` is called once the repository is open and every
 * thread can answer, with the service of one of them. `options` is borrowed. */
bool desk_run(const struct service_options *options, const int *channel, size_t n_channel,
              bool (*ready)(void *ctx, struct service *s, struct err *e), void *ctx,
              struct err *e) MUST_CHECK;

#endif
