/* SPDX-License-Identifier: EUPL-1.2 */
/* The quality report, and what a record points to. Both may hold victim and justice data sets
 * against each other (L01): only with both capabilities and for a purpose stated for that call. */
#include "service/service_internal.h"

#include "analysis/quality.h"
#include "base/date.h"
#include "base/mem.h"
#include "model/record.h"

#include <string.h>

/* ---------------------------------------------------------------- the report */

struct linking { /* how the engine resolves links */
    struct store *store;
    int64_t *organisation_no; /* by code of CL_ORGANISATION */
    size_t n;
};

static bool find_link(void *ctx, uint64_t *record_no, const struct form *target,
                      code_id organisation, struct text value, struct err *e)
{
    struct linking *l = ctx;
    struct record_link found;
    int64_t no = organisation < l->n ? l->organisation_no[organisation] : 0;
    if (!store_link_find(&found, l->store, target, no, value, e)) return false;
    *record_no = found.record_no;
    return true;
}

static bool list_organisations(struct linking *l, struct call *c, struct err *e)
{
    const struct codelist *codes = dictionary_list(c->s->dictionary, TEXT("CL_ORGANISATION"));
    struct organisation *list;
    size_t n;
    if (!store_organisation_list(&list, &n, c->s->store, c->arena, e)) return false;
    *l = (struct linking){.store = c->s->store, .n = codes->n_code};
    l->organisation_no = ARENA_ARRAY(c->arena, int64_t, codes->n_code);
    for (size_t i = 0; i < n; i++) {
        code_id code = codelist_find(codes, text_of(list[i].code));
        if (code != CODE_NONE) l->organisation_no[code] = list[i].organisation_no;
    }
    return true;
}

static bool read_spec(struct quality_spec *spec, const struct form **form, struct call *c,
                      struct err *e)
{
    const struct dictionary *d = c->s->dictionary;
    const char *organisation =
        !call_sees_all(c) ? c->who.organisation : json_get_text(c->in, "organisation", "");
    bool *hidden = ARENA_ARRAY(c->arena, bool, d->n_variable);
    *form = NULL;
    if (json_has(c->in, "form") && !call_form(form, c, "form", e)) return false;
    for (size_t i = 0; i < d->n_variable; i++) hidden[i] = !call_reads_variable(c, &d->variable[i]);
    *spec = (struct quality_spec){.dictionary = d,
                                  .language = c->language,
                                  .today = day_today(),
                                  .year = (int)json_get_int(c->in, "year", 0),
                                  .organisation = CODE_NONE,
                                  .hidden = hidden};
    if (!role_may(c->who.role, CAP_TABLE_RAW))
        spec->threshold = dictionary_parameter_int(d, "disclosure.min_count", 5);
    if (json_has(c->in, "purpose")) {
        if (!call_may_join(c, e)) return false;
        spec->joined = true;
    }
    if (organisation[0] == '\0') return true;
    struct organisation found;
    if (!store_organisation_find(&found, c->s->store, text_of(organisation), c->arena, e))
        return false;
    spec->organisation =
        codelist_find(dictionary_list(d, TEXT("CL_ORGANISATION")), text_of(found.code));
    return true;
}

static bool read_form(struct quality *q, struct call *c, const struct form *f,
                      const struct quality_links *links, struct err *e)
{
    struct row_source source;
    int64_t n_kept;
    return store_record_count(&n_kept, c->s->store, f->id, e) &&
           store_row_source(&source, c->s->store, f, 0, 1, e) &&
           quality_read(q, f, &source, n_kept, links, e);
}

static void describe_report(struct call *c, const struct quality_spec *spec,
                            const struct form *form)
{
    char made_on[DATE_TEXT_MAX];
    date_format(made_on, date_from_day(spec->today));
    json_set_text(c->out, "made_on", made_on);
    json_set_text(c->out, "country", dictionary_pack_value(spec->dictionary, "name", ""));
    json_set_text(c->out, "language", spec->dictionary->language[c->language]);
    json_set_text(c->out, "form", form == NULL ? "" : form->name);
    json_set_text(c->out, "organisation", json_get_text(c->in, "organisation", ""));
    json_set_int(c->out, "year", spec->year);
    c->event.object_type = "quality";
    c->event.object_id = form == NULL ? NULL : form->name;
    if (spec->joined) c->event.action = AUDIT_LINK;
}

bool op_quality_report(struct call *c, struct err *e)
{
    const struct dictionary *d = c->s->dictionary;
    const struct form *form;
    struct quality_spec spec;
    struct linking linking;
    struct quality_links links = {find_link, &linking};
    if (!read_spec(&spec, &form, c, e) || !list_organisations(&linking, c, e)) return false;
    struct quality *q = quality_new(&spec);
    bool ok = true;
    for (size_t i = 0; ok && i < d->n_form; i++) {
        const struct form *f = &d->form[i];
        if (form == NULL ? !call_reads_form(c, f) : f != form) continue;
        call_progress(c, f->name, i, d->n_form);
        ok = read_form(q, c, f, &links, e);
    }
    if (ok) {
        json_free(c->out);
        c->out = quality_report(q);
        describe_report(c, &spec, form);
    }
    quality_free(q);
    return ok;
}

/* ---------------------------------------------------------------- links of a record */

static struct json *link_row(const struct dictionary *d, const struct variable *v, const char *form,
                             size_t language)
{
    struct json *row = json_object();
    json_set_text(row, "variable", v->name);
    json_set_text(row, "label", words_in(&v->label, language, v->name));
    json_set_text(row, "form", form);
    const struct form *f = dictionary_form(d, text_of(form));
    json_set_text(row, "form_title", words_in(&f->title, language, form));
    json_set_text(row, "data_set", data_set_name(f->data_set));
    return row;
}

/* Calls `fn` for each value of a linking variable of the record (to form `target`; NULL: to
 * any). */
typedef bool link_fn(void *ctx, const struct variable *v, struct text value, struct err *e);

static bool each_link(const struct record *r, const struct form *target, link_fn *fn, void *ctx,
                      struct err *e)
{
    for (size_t g = 0; g < r->form->n_group; g++) {
        const struct group *group = &r->form->group[g];
        for (size_t k = 0; k < group->n_variable; k++) {
            const struct variable *v = &r->dictionary->variable[group->variable[k]];
            if (v->link == FORM_NONE || (target != NULL && v->link != target->id)) continue;
            for (uint32_t row = 0; row < r->table[g].n_row; row++) {
                const struct value *x = record_get(r, v->id, row);
                if (x->kind != VALUE_TEXT || text_trim(x->text).n == 0) continue;
                if (!fn(ctx, v, text_trim(x->text), e)) return false;
            }
        }
    }
    return true;
}

struct looking {
    struct call *c;
    const struct record_meta *meta;
    struct text reference; /* of the record, by its organisation; empty: none */
    bool same_organisation;
    uint64_t record_no; /* of the row that is looked at */
    struct json *list;
};

static bool points_to(void *ctx, const struct variable *v, struct text value, struct err *e)
{
    struct looking *l = ctx;
    const struct dictionary *d = l->c->s->dictionary;
    const struct form *target = &d->form[v->link];
    struct record_link found;
    if (!store_link_find(&found, l->c->s->store, target, l->meta->organisation_no, value, e))
        return false;
    struct json *row = link_row(d, v, target->name, l->c->language);
    json_set(row, "value", json_text(value));
    json_set_text(row, "record", found.code);
    json_set_bool(row, "resolved", found.record_no != 0);
    json_push(l->list, row);
    return true;
}

static bool is_pointed_to(void *ctx, const struct variable *v, struct text value, struct err *e)
{
    struct looking *l = ctx;
    const struct dictionary *d = l->c->s->dictionary;
    struct record_link from;
    bool by_reference =
        l->same_organisation && l->reference.n > 0 && text_equal(value, l->reference);
    if (!by_reference && !store_same_code(value, l->meta->code)) return true;
    if (!store_link_of(&from, l->c->s->store, l->record_no, e)) return false;
    struct json *row = link_row(d, v, d->form[v->form].name, l->c->language);
    json_set_text(row, "record", from.code);
    json_push(l->list, row);
    return true;
}

static bool names_form(const struct dictionary *d, const struct form *f, const struct form *target)
{
    for (size_t i = 0; i < d->n_variable; i++)
        if (d->variable[i].form == f->id && d->variable[i].link == target->id) return true;
    return false;
}

/* No index holds what points where: every record of a form that may point here is opened. */
static bool look_in_form(struct looking *l, const struct form *f, const struct form *target,
                         struct err *e)
{
    struct row_source source;
    struct source_row row;
    const struct codelist *codes = dictionary_list(l->c->s->dictionary, TEXT("CL_ORGANISATION"));
    code_id own = codelist_find(codes, text_of(l->meta->organisation));
    bool found = true, ok = store_row_source(&source, l->c->s->store, f, 0, 1, e);
    if (!ok) return false;
    while (ok && found) {
        ok = source.next(&source, &row, &found, e);
        if (!ok || !found) break;
        l->record_no = row.record_no;
        l->same_organisation = row.organisation == own;
        if (!l->same_organisation && !call_sees_all(l->c)) continue;
        ok = each_link(row.record, target, is_pointed_to, l, e);
    }
    source.close(&source);
    return ok;
}

/* The links that a record of the form can have, and to what. */
static struct json *link_kinds(const struct call *c, const struct form *f)
{
    const struct dictionary *d = c->s->dictionary;
    struct json *list = json_array();
    for (size_t g = 0; g < f->n_group; g++)
        for (size_t k = 0; k < f->group[g].n_variable; k++) {
            const struct variable *v = &d->variable[f->group[g].variable[k]];
            if (v->link == FORM_NONE || v->derived || !call_reads_variable(c, v) ||
                (g != 0 && f->group[g].parent != 0) || !call_reads_form(c, &d->form[v->link]))
                continue;
            const struct form *to = &d->form[v->link];
            struct json *row = link_row(d, v, to->name, c->language);
            json_set_text(row, "form_title", words_in(&to->title, c->language, to->name));
            json_push(list, row);
        }
    return list;
}

bool op_record_links(struct call *c, struct err *e)
{
    const struct dictionary *d = c->s->dictionary;
    struct record r;
    struct record_meta m;
    if (!call_may_join(c, e) || !call_load_record(&r, &m, c, 0, e)) return false;
    struct looking to = {.c = c, .meta = &m, .list = json_array()},
                   from = {.c = c, .meta = &m, .list = json_array()};
    if (r.form->reference != VAR_NONE) {
        const struct value *own = record_get(&r, r.form->reference, 0);
        if (own->kind == VALUE_TEXT) from.reference = text_trim(own->text);
    }
    bool ok = each_link(&r, NULL, points_to, &to, e);
    for (size_t i = 0; ok && i < d->n_form; i++)
        if (names_form(d, &d->form[i], r.form)) ok = look_in_form(&from, &d->form[i], r.form, e);
    json_set_text(c->out, "record", m.code);
    json_set_text(c->out, "form", r.form->name);
    json_set_text(c->out, "organisation", m.organisation);
    c->event.object_type = "record";
    c->event.object_id = arena_printf(c->arena, "%s", m.code);
    c->event.count = (int64_t)(json_size(to.list) + json_size(from.list));
    json_set(c->out, "kinds", link_kinds(c, r.form));
    json_set(c->out, "points_to", to.list);
    json_set(c->out, "pointed_to_by", from.list);
    return ok;
}
