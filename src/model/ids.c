/* SPDX-License-Identifier: EUPL-1.2 */
#include "model/ids.h"

#include "base/text.h"

static const char *const missing_names[MISSING_COUNT] = {
    [MISSING_NONE] = NULL, [MISSING_U] = "U",   [MISSING_NC] = "NC",
    [MISSING_NA] = "NA",   [MISSING_RF] = "RF", [MISSING_WH] = "WH",
};

const char *missing_code(enum missing m)
{
    return (unsigned)m < MISSING_COUNT ? missing_names[m] : NULL;
}

enum missing missing_find(struct text code)
{
    /* Called for every cell of an import: most are longer than any missing code. */
    if (code.n == 0 || code.n > 2) return MISSING_NONE;
    for (enum missing m = MISSING_U; m < MISSING_COUNT; m++)
        if (text_is(code, missing_names[m])) return m;
    return MISSING_NONE;
}
