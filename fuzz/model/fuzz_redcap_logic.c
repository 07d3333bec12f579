/* SPDX-License-Identifier: EUPL-1.2 */
/* Any bytes as REDCap logic. Held: what is refused has a place within the text, a message and a
 * remedy; what is translated has its brackets and quotes closed, and no bracket of REDCap's own
 * left. */
#include "model/redcap.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void hold(bool promise)
{
    if (!promise) abort();
}

static void closed(const char *s)
{
    size_t depth = 0;
    for (; *s != '\0'; s++) {
        if (*s == '\'' || *s == '"') {
            s = strchr(s + 1, *s);
            hold(s != NULL);
            continue;
        }
        hold(*s != '[' && *s != ']');
        if (*s == '(') depth++;
        if (*s == ')') hold(depth-- > 0);
    }
    hold(depth == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new(ARENA_PLAIN);
    struct redcap_fault fault;
    const char *out;
    if (memchr(data, '\0', size) == NULL) {
        if (redcap_logic(&out, (struct text){(const char *)data, size}, a, &fault)) closed(out);
        else hold(fault.at <= size && fault.message[0] != '\0' && fault.remedy[0] != '\0');
    }
    arena_free(a);
    return 0;
}
