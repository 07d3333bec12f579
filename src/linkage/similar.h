/* SPDX-License-Identifier: EUPL-1.2 */
/* How alike two words are. */
#ifndef DCIM_LINKAGE_SIMILAR_H
#define DCIM_LINKAGE_SIMILAR_H

#include "base/text.h"

#include <stddef.h>

/* Jaro-Winkler similarity, 0 to 1 (Winkler 1990: prefix of at most four, weight 0.1, above 0.7), of
 * words of at most 64 bytes. Cost: O(length^2 / 64), about 60 ns. */
double similar_jaro_winkler(struct text a, struct text b);

/* Least number of insertions, deletions, substitutions and swaps of neighbours (optimal string
 * alignment; Damerau 1964), words of at most 64 bytes; `most` + 1 when it is more than `most`. */
size_t similar_edits(struct text a, struct text b, size_t most);

#endif
