/* SPDX-License-Identifier: EUPL-1.2 */
/* Any bytes as a mapping file (S100), for a provider's file with the columns of our own mappings
 * and of a few bad habits. Held: a refusal names a file, and every problem has words and a remedy;
 * what is accepted leads to variables of the form only, can be told as a document, and builds a row
 * of any cells. */
#include "intake/mapping.h"

#include "base/mem.h"
#include "intake/row_build.h"

#include <stdlib.h>
#include <string.h>

#include "data.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void build_row(const struct mapping *m, const struct dictionary *d, struct arena *a)
{
    static const char *const words[] = {"1", "F",          "E110;E210",
                                        "U", "2020-01-02", "Forced begging",
                                        "",  "\x01",       "3/4/2020"};
    struct cell_options o = {.ask = true, .today = 19737};
    struct row_builder *b = row_builder_new(m, d, &o, "position", UINT32_MAX);
    struct text *cell = ARENA_ARRAY(a, struct text, m->n_header);
    struct source_cells cells = {.cell = cell, .n_cell = m->n_header, .row = 2};
    struct record r;
    struct findings f;
    record_init(&r, d, m->form, a);
    findings_init(&f, a);
    for (size_t k = 0; k < 4; k++) {
        for (size_t i = 0; i < m->n_header; i++)
            cell[i] = text_of(words[(i * 5 + k * 7) % (sizeof words / sizeof *words)]);
        record_clear(&r);
        findings_clear(&f);
        row_build(b, &r, &f, &cells, a);
        for (size_t i = 0; i < f.n; i++)
            hold(f.item[i].var != VAR_NONE && f.item[i].column <= m->n_header);
        json_free(record_to_json(&r, true));
    }
    findings_release(&f);
    row_builder_free(b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const columns[] = {"x",
                                          "y",
                                          "Sex",
                                          "sex",
                                          "prs_Gender",
                                          "gender",
                                          "isForcedLabour",
                                          "citizenship",
                                          "vic_TypeOfExploitation",
                                          "_errors",
                                          "",
                                          "yearOfRegistration"};
    enum { N = sizeof columns / sizeof columns[0] };
    const struct dictionary *d = dictionary();
    const struct form *form = dictionary_form(d, TEXT("victim"));
    struct arena *a = arena_new(ARENA_PLAIN);
    struct text header[N];
    struct mapping m;
    struct problems p;
    struct err e = {0};
    for (size_t i = 0; i < N; i++) header[i] = text_of(columns[i]);
    problems_init(&p, a);
    if (mapping_read(&m, d, form, TEXT("fuzz"), "mappings/fuzz.csv",
                     (struct text){(const char *)data, size}, header, N, a, &p, &e)) {
        hold(p.n_fatal == 0 && m.n_target > 0);
        for (size_t i = 0; i < m.n_target; i++) {
            const struct variable *v = &d->variable[m.target[i].var];
            hold(v->form == form->id && !v->derived && !v->system);
            hold(m.target[i].source != MAPPING_COLUMN ||
                 (m.target[i].column < N && m.use[m.target[i].column] == MAPPING_MAPPED));
        }
        build_row(&m, d, a);
        json_free(mapping_to_json(&m, d));
        mapping_release(&m);
    } else {
        hold(e.code != ERR_NONE && e.id != NULL && e.msg[0] != '\0' && e.remedy[0] != '\0');
        hold(strcmp(e.id, "mapping.broken") != 0 || p.n_fatal > 0);
    }
    for (size_t i = 0; i < p.n; i++)
        hold(p.item[i].message[0] != '\0' && p.item[i].remedy != NULL && p.item[i].row > 0);
    problems_release(&p);
    arena_free(a);
    return 0;
}
