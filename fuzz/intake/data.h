/* SPDX-License-Identifier: EUPL-1.2 */
/* What the fuzz targets of this room share: a promise to hold, and the real dictionary, read
 * once. */
#ifndef DCIM_FUZZ_INTAKE_DATA_H
#define DCIM_FUZZ_INTAKE_DATA_H

#include "model/dictionary.h"

#include <stdio.h>
#include <stdlib.h>

static void hold(bool promise)
{
    if (!promise) abort();
}

static struct dictionary *dictionary(void)
{
    static struct dictionary *d;
    if (d != NULL) return d;
    char path[4096];
    const char *source = getenv("DCIM_SOURCE_DIR");
    struct arena *a = arena_new(ARENA_PLAIN);
    struct problems p;
    struct err e = {0};
    (void)snprintf(path, sizeof path, "%s/data", source == NULL ? "." : source);
    problems_init(&p, a);
    if (!dictionary_load(&d, path, "pt", &p, &e)) {
        (void)fprintf(stderr, "fuzz: %s\n", e.msg);
        abort();
    }
    problems_release(&p);
    arena_free(a);
    return d;
}

#endif
