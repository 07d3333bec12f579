/* SPDX-License-Identifier: EUPL-1.2 */
/* Words for people in the languages of a dictionary: labels, hints, messages. */
#ifndef DCIM_MODEL_WORDS_H
#define DCIM_MODEL_WORDS_H

#include "model/ids.h"

#include <stddef.h>

struct words {
    const char *in[LANGUAGES_MAX]; /* by language number of the dictionary; NULL where missing */
};

/* Words in `language`, else in the dictionary's first language, else `otherwise`. */
const char *words_in(const struct words *w, size_t language, const char *otherwise);

#endif
