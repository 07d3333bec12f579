/* SPDX-License-Identifier: EUPL-1.2 */
#include "model/words.h"

const char *words_in(const struct words *w, size_t language, const char *otherwise)
{
    if (language < LANGUAGES_MAX && w->in[language] != NULL) return w->in[language];
    return w->in[0] != NULL ? w->in[0] : otherwise;
}
