/* SPDX-License-Identifier: EUPL-1.2 */
/* Text as pointer and length, and the one bounded parser of numbers. Bytes are UTF-8 inside the
 * program; Unicode questions beyond validity are in base/unicode.h. */
#ifndef DCIM_BASE_TEXT_H
#define DCIM_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct text { /* borrowed bytes, not NUL-terminated unless said so */
    const char *p;
    size_t n;
};

#define TEXT(literal) ((struct text){(literal), sizeof(literal) - 1})

struct text text_of(const char *s); /* NULL gives the empty text */
bool text_equal(struct text a, struct text b);
bool text_equal_nocase(struct text a, struct text b); /* ASCII letters only */
bool text_is(struct text a, const char *s);
int text_compare(struct text a, struct text b); /* bytewise: <0, 0, >0 */
bool text_starts(struct text a, struct text prefix);
bool text_ends(struct text a, struct text suffix);
bool text_find(struct text a, struct text part, size_t *at); /* first place; empty part is at 0 */

/* Without blanks at both ends: ASCII white space and no-break space (U+00A0). */
struct text text_trim(struct text t);

/* The next piece up to `separator`; moves `rest` behind it. False once the last piece was given
 * (rest->p is then NULL). An empty text has one empty piece; "a;" has two, the second empty. */
bool text_split(struct text *rest, char separator, struct text *piece);

/* Whole text as a number; false when it is not exactly one or does not fit. Integers: optional sign
 * (for unsigned ones a plus), digits. Decimals: optional sign, digits, '.', digits, of which one side of
 * the point may lack; no exponent; at most 17 significant digits and 64 bytes; correctly rounded,
 * whatever the locale. */
bool text_to_int(struct text t, int64_t *out);
bool text_to_uint(struct text t, uint64_t *out);
bool text_to_double(struct text t, double *out);

/* Strict UTF-8: no overlong forms, surrogates, or values over U+10FFFF; NUL is refused as well.
 * `bad_at` (may be NULL) gets the offset of the first bad byte. Cost: O(n). */
bool text_is_utf8(struct text t, size_t *bad_at);

/* Number of code points of valid UTF-8. */
size_t text_length(struct text t);

#endif
