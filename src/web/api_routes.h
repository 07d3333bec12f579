/* SPDX-License-Identifier: EUPL-1.2 */
/* The table of the API's routes. What a row does not say is said by the row of its operation, and
 * the description of the API is made from both: no route is without a description, and none is
 * described that is not there. */
#ifndef DCIM_WEB_API_ROUTES_H
#define DCIM_WEB_API_ROUTES_H

#include "web/request.h"

#include <stdbool.h>
#include <stddef.h>

#define API_ROOT "/api/v1"

struct api_route {
    enum method method;
    const char *path; /* "/records/{record}", behind API_ROOT */
    const char *operation;
    const char *tag;      /* heading in the description */
    const char *about;    /* what the operation's own summary does not say; NULL: nothing */
    const char *cursor;   /* list: parameter that `cursor` becomes; the result's `next` leads on */
    const char *version;  /* parameter that the number in If-Match becomes */
    const char *etag;     /* member of the result that is the ETag: "meta.version" */
    const char *location; /* of what was made, "/drafts/{draft}": the answer is then 201 */
    bool later;           /* the answer is 202: it is being done, and `location` says how far */
    int conflict;         /* status where the result's `conflict` is true; 0: it cannot be */
};

const struct api_route *api_route_at(size_t i); /* NULL behind the last */

#endif
