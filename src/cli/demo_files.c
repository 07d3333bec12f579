/* SPDX-License-Identifier: EUPL-1.2 */
#include "cli/demo_files.h"

#include <string.h>

bool demo_file_open(struct demo_file *out, struct demo_sheet *s, const struct demo_writer *w,
                    const char *word, const char *organisation, const char *form,
                    const char *const *column, size_t n_column, struct err *e)
{
    *s = (struct demo_sheet){.tables = w->tables, .dictionary = w->dictionary, .arena = w->arena};
    const char *path = arena_printf(w->arena, "%s/%s", w->folder, demo_setting(w->tables, word));
    if (!sheet_open(s, path, organisation, form, column, n_column, e)) return false;
    *out = (struct demo_file){.path = s->path,
                              .organisation = organisation,
                              .form = form,
                              .date_order = s->labels ? "dmy" : "",
                              .encoding = s->labels ? demo_setting(w->tables, "code_page") : ""};
    return true;
}

bool demo_file_close(struct demo_file *out, struct demo_sheet *s, struct err *e)
{
    out->n_row = s->row - 1; /* the header is a row as well */
    if (out->n_row > 0) return sheet_close(s, e);
    sheet_abandon(s);
    out->path = "";
    return true;
}

const char *demo_reference(const struct demo_writer *w, const char *organisation, char kind,
                           int year, uint64_t number)
{
    return arena_printf(w->arena, "%s/%c/%d/%05llu", organisation, kind, year,
                        (unsigned long long)number);
}

const char *demo_organisation_type(const struct demo_writer *w, const char *organisation)
{
    const struct demo_table *t = &w->tables->institutions;
    for (size_t i = 0; i < t->n_row; i++)
        if (strcmp(demo_cell(t, i, "code"), organisation) == 0) return demo_cell(t, i, "type");
    return "98";
}

const struct demo_person *demo_lead_victim(const struct demo_writer *w,
                                           const struct demo_proceeding *p)
{
    if (p->police_case == DEMO_NONE) return NULL;
    return &w->person[w->justice->police_case[p->police_case].first_victim];
}

const char *demo_lead_type(const struct demo_writer *w, const struct demo_proceeding *p)
{
    const struct demo_table *o = &w->tables->organisations;
    if (p->police_case != DEMO_NONE)
        return demo_organisation_type(w, w->justice->police_case[p->police_case].organisation);
    for (size_t i = 0, k = 0; k < 2 * o->n_row; k++, i = (i + 1) % o->n_row)
        if (strcmp(demo_cell(o, (i + (size_t)p->number) % o->n_row, "cases"), "yes") == 0)
            return demo_organisation_type(w, demo_cell(o, (i + (size_t)p->number) % o->n_row,
                                                       "organisation"));
    return "10";
}
