/* SPDX-License-Identifier: EUPL-1.2 */
/* The process that starts the others and has none of what they have: neither the database nor the
 * network (S90). It starts the desk and the door, hands each the sockets it needs, and starts a
 * converter, or a writer for a backup, whenever the desk asks for one. When one of the two ends, it
 * ends the other. */
#ifndef DCIM_SERVICE_SUPERVISOR_H
#define DCIM_SERVICE_SUPERVISOR_H

#include "base/err.h"
#include "service/process.h"

#include <stdbool.h>

/* See process_serve(). */
bool supervisor_run(const struct serve_options *o, struct err *e) MUST_CHECK;

#endif
