/* SPDX-License-Identifier: EUPL-1.2 */
/* Any bytes as REDCap's data dictionary. Held: a refusal has a fatal problem; every row of the book
 * comes from a row of the file and has a type; every problem names the file, has words and a
 * remedy. */
#include "model/redcap.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void hold(bool promise)
{
    if (!promise) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new(ARENA_PLAIN);
    struct problems p;
    struct xlsform_book book;
    problems_init(&p, a);
    bool ok = redcap_read(&book, "r.csv", (struct text){(const char *)data, size}, a, &p);
    hold(ok || p.n_fatal > 0);
    for (size_t i = 0; i < p.n; i++)
        hold(strcmp(p.item[i].file, "r.csv") == 0 && p.item[i].message[0] != '\0');
    const struct sheet *s = &book.part[XLSFORM_SURVEY];
    for (size_t i = 0; ok && i < s->n_row; i++)
        hold(s->row[i].row >= 2 && s->row[i].cell[0].s[0] != '\0');
    problems_release(&p);
    arena_free(a);
    return 0;
}
