/* SPDX-License-Identifier: EUPL-1.2 */
/* Bodies of multipart/form-data (RFC 7578), whole in memory: fields and files.
 *
 * Strict where browsers are: CRLF line ends, Content-Disposition: form-data with a name, no
 * transfer encoding, no nested multipart, nothing but white space before the first and behind the
 * last boundary. */
#ifndef DCIM_WEB_MULTIPART_H
#define DCIM_WEB_MULTIPART_H

#include "base/arena.h"
#include "base/err.h"
#include "base/text.h"
#include "web/request.h"

#include <stddef.h>

/* Boundary of a Content-Type value: 1 to 70 characters of RFC 2046. False: none, or malformed. */
bool multipart_boundary(struct text *out, struct text content_type);

struct multipart {
    const struct field *field; /* values are valid UTF-8 */
    size_t n_field;
    const struct upload *upload; /* bytes borrowed from the body */
    size_t n_upload;
};

/* Read `body`. Names and file names are valid UTF-8 without control characters; quotes and
 * backslashes in them as browsers write (%22, %0D, %0A). An input of type file where nothing was
 * chosen (no name, no bytes) is left out. Errors: ERR_INPUT "request.malformed", ERR_LIMIT
 * "request.too_many_fields", "request.too_many_uploads". Cost: O(bytes). */
bool multipart_parse(struct multipart *out, struct text boundary, struct text body, struct arena *a,
                     struct err *e) MUST_CHECK;

#endif
