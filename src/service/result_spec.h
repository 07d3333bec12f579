/* SPDX-License-Identifier: EUPL-1.2 */
/* What operations declare of their results, so that a page, the description of the API and the
 * result itself can be held against each other.
 *
 *   name      text             name#   whole number      name%   number
 *   name?     true or false    name*   anything          name[]  texts
 *   name{...} an object        name[...]  objects, each with these members
 *
 * Members stand with blanks between: "next# records[record form version# meta{at author}]". A
 * result may leave members out, or have null for them; it has none that are not declared. */
#ifndef DCIM_SERVICE_RESULT_SPEC_H
#define DCIM_SERVICE_RESULT_SPEC_H

#include "base/json.h"
#include "base/text.h"
#include "service/client.h"

#include <stdbool.h>
#include <stddef.h>

enum result_kind {
    RESULT_TEXT,
    RESULT_INT,
    RESULT_NUMBER,
    RESULT_BOOL,
    RESULT_ANY,
    RESULT_TEXTS,
    RESULT_OBJECT,
    RESULT_OBJECTS
};

struct result_member {
    struct text name;
    enum result_kind kind;
    struct text inner; /* the declaration of an object's members; else empty */
};

/* The next member of a declaration; `rest` is moved behind it. False at the end. *ok turns false,
 * and stays so, where the declaration cannot be read. Cost: O(length of the member). */
bool result_next(struct result_member *out, struct text *rest, bool *ok);

/* Whether a declaration can be read to its end. */
bool result_spec_fits(struct text spec);

/* Whether a result is as declared; where it is not, the member's path is put into `where` (at most
 * `size` bytes with its end). */
bool result_fits(struct text spec, const struct json *result, char *where, size_t size);

/* In sanitized builds: end the program, naming operation and member, when the result of an
 * operation is not as it declares. Elsewhere nothing. */
void result_assert(const struct operation *op, const struct json *result);

#endif
