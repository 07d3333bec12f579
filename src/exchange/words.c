/* SPDX-License-Identifier: EUPL-1.2 */
#include "exchange/words.h"

static const char *const texts[WORD_COUNT_OF] = {
#define X(id, english) [WORD_##id] = english,
    EXCHANGE_WORDS(X)
#undef X
};

const char *exchange_word(enum exchange_word w)
{
    return tr(texts[w]);
}
