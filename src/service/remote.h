/* SPDX-License-Identifier: EUPL-1.2 */
/* A service that is in another process: service_call_as() of service/client.h over a channel. */
#ifndef DCIM_SERVICE_REMOTE_H
#define DCIM_SERVICE_REMOTE_H

#include "base/err.h"
#include "base/json.h"
#include "service/client.h"

#include <stdbool.h>

struct channel { /* one thread's way to the desk */
    int fd;
    bool broken; /* the answer was no message: nothing on it can be believed any more */
};

/* Ask the desk behind the channel. Problems, where it has any, come back beside the error; `owns`
 * *problems, which may be NULL. */
bool remote_call(struct json **out, struct json **problems, struct channel *ch,
                 const struct caller *who, const char *name, const struct json *in,
                 struct err *e) MUST_CHECK;

/* The same for service_call_along(). */
bool remote_call_along(struct json **out, struct json **problems, struct channel *ch,
                       const struct caller *who, const char *name, const struct json *in,
                       struct along *along, size_t n_along, struct err *e) MUST_CHECK;

#endif
