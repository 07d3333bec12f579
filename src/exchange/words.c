/* SPDX-License-Identifier: EUPL-1.2 */
#include "exchange/words.h"

#include <string.h>

enum { LANGUAGES = 2 };

static const char *const languages[LANGUAGES] = {"en", "pt"};
static const char *const texts[WORD_COUNT_OF][LANGUAGES] = {
#define X(id, en, pt) [WORD_##id] = {en, pt},
    EXCHANGE_WORDS(X)
#undef X
};

const char *exchange_word(enum exchange_word w, const char *language)
{
    for (size_t i = 0; i < LANGUAGES; i++)
        if (language != NULL && strcmp(language, languages[i]) == 0) return texts[w][i];
    return texts[w][0];
}
