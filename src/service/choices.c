/* SPDX-License-Identifier: EUPL-1.2 */
/* What a page lets people choose among: forms, organisations, as far as they may be seen. */
#include "service/service_internal.h"

struct json *call_form_choices(const struct call *c)
{
    const struct dictionary *d = c->s->dictionary;
    struct json *list = json_array();
    for (size_t i = 0; i < d->n_form; i++) {
        if (!call_reads_form(c, &d->form[i])) continue;
        struct json *row = json_object();
        json_set_text(row, "form", d->form[i].name);
        json_set_text(row, "title", words_in(&d->form[i].title, c->language, d->form[i].name));
        json_push(list, row);
    }
    return list;
}

bool call_organisation_choices(struct json **out, struct call *c, struct err *e)
{
    struct organisation *organisation;
    size_t n;
    if (!store_organisation_list(&organisation, &n, c->s->store, c->arena, e)) return false;
    *out = json_array();
    for (size_t i = 0; i < n; i++) {
        if (!call_sees_organisation(c, organisation[i].organisation_no)) continue;
        struct json *row = json_object();
        json_set_text(row, "code", organisation[i].code);
        json_set_text(row, "name", organisation[i].name);
        json_push(*out, row);
    }
    return true;
}
