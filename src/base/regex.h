/* SPDX-License-Identifier: EUPL-1.2 */
/* The door to pcre2, with limits: linear-time matching (no back references, no look-around), match
 * limit set, patterns up to 1 KiB (S62). */
#ifndef DCIM_BASE_REGEX_H
#define DCIM_BASE_REGEX_H

#include "base/err.h"
#include "base/text.h"

#include <stdbool.h>

struct regex;

bool regex_new(struct regex **out, struct text pattern, struct err *e) MUST_CHECK; /* `owns` */
void regex_free(struct regex *r);

enum regex_result { REGEX_NO, REGEX_YES, REGEX_LIMIT };
/* Unanchored search. REGEX_LIMIT when the limit of steps is exceeded. Safe for several threads. */
enum regex_result regex_match(const struct regex *r, struct text t);

#endif
