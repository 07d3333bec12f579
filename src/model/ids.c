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
    /* Called for every cell of an import; so no look at lengths and no call. */
    if (code.n - 1 > 1) return MISSING_NONE; /* 1 or 2 letters */
    char second = code.n == 2 ? code.p[1] : '\0';
    if (code.n == 2 && second == '\0') return MISSING_NONE;
    for (enum missing m = MISSING_U; m < MISSING_COUNT; m++)
        if (missing_names[m][0] == code.p[0] && missing_names[m][1] == second) return m;
    return MISSING_NONE;
}
