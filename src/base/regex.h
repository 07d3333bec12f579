/* SPDX-License-Identifier: EUPL-1.2 */
/* The door to pcre2, with limits: linear-time matching (no back references, no look-around), match
 * limit set, patterns up to 1 KiB (S62). */
#ifndef DCIM_BASE_REGEX_H
#define DCIM_BASE_REGEX_H

#include "base/err.h"
#include "base/text.h"

#include <stdbool.h>

struct regex;

/* Compile. Patterns are UTF-8; \d \w \s are ASCII, \p{L} and the like Unicode; ^ and $ are the ends
 * of the text, a last line end not excepted; groups are ( ), (?: ), (?i: ) and (?i); repeats
 * are greedy or lazy, never possessive; in a class, [ is escaped. `owns` *out, NULL after an error.
 * Errors: ERR_INPUT "regex.malformed", "regex.refused" (what is not linear); ERR_LIMIT
 * "regex.too_long". */
bool regex_new(struct regex **out, struct text pattern, struct err *e) MUST_CHECK;
void regex_free(struct regex *r);

enum regex_result { REGEX_NO, REGEX_YES, REGEX_LIMIT };
/* Does the pattern match somewhere in the text? REGEX_LIMIT when the text is over 64 KiB or the search
 * would need too many states (counted repeats over long stretches of a long text); REGEX_NO for a text
 * that is not UTF-8. Safe for several threads. Cost: linear in the text; half a microsecond for a short
 * field, under 50 ms in the worst case found. */
enum regex_result regex_match(const struct regex *r, struct text t);

#endif
