/* SPDX-License-Identifier: EUPL-1.2 */
/* Lists of records: by form, organisation, where they stand, year, whose. Forms and organisations
 * that may not be seen are not there at all (S51, S52): they are left out before anything is
 * counted. */
#include "service/record_lists.h"

#include "base/date.h"
#include "store/version_index.h"

#include <string.h>

struct record_list call_record_list(const struct call *c, enum records_state state)
{
    const struct dictionary *d = c->s->dictionary;
    struct record_list l = {.state = state, .organisation_no = call_scope(c)};
    for (size_t i = 0; i < d->n_form && i < 64; i++)
        if (call_reads_form(c, &d->form[i])) l.forms |= UINT64_C(1) << i;
    l.due_by = day_today() +
               (int32_t)dictionary_parameter_int(d, "retention.warn_days", RETENTION_WARN_DAYS);
    return l;
}

bool call_record_count(int64_t *n, struct call *c, enum records_state state, struct err *e)
{
    struct record_list l = call_record_list(c, state);
    return record_list_count(n, c->s->store, &l, c->arena, e);
}

const char *record_work_words(const char *work)
{
    if (strcmp(work, "incomplete") == 0) return tr("Incomplete");
    if (strcmp(work, "submitted") == 0) return tr("Waiting for review");
    if (strcmp(work, "accepted") == 0) return tr("Accepted");
    return strcmp(work, "returned") == 0 ? tr("Returned with a question") : tr("Imported");
}

/* ---- what is asked for ---- */

static bool choose_form(struct record_list *l, struct call *c, struct err *e)
{
    const struct form *f;
    if (json_get_text(c->in, "form", "")[0] == '\0') return true;
    if (!call_form(&f, c, "form", e)) return false;
    l->forms &= UINT64_C(1) << f->id;
    return true;
}

static bool choose_organisation(struct record_list *l, struct call *c, struct err *e)
{
    const char *code = json_get_text(c->in, "organisation", "");
    struct organisation o;
    if (code[0] == '\0') return true;
    if (!store_organisation_find(&o, c->s->store, text_of(code), c->arena, e)) return false;
    if (!call_sees_organisation(c, o.organisation_no)) l->forms = 0; /* it has none to be seen */
    l->organisation_no = o.organisation_no;
    return true;
}

static bool choose(struct record_list *l, struct call *c, struct err *e)
{
    const char *state = json_get_text(c->in, "state", "");
    *l = call_record_list(c, records_state_find(text_of(state)));
    l->year = json_get_int(c->in, "year", 0);
    l->after = (uint64_t)json_get_int(c->in, "after", 0);
    l->max = (size_t)json_get_int(c->in, "limit", 100);
    if (json_get_bool(c->in, "mine", false)) l->author = c->who.actor;
    return choose_form(l, c, e) && choose_organisation(l, c, e);
}

/* ---- what is answered ---- */

static struct json *row_of(struct call *c, const struct record_row *r)
{
    const struct dictionary *d = c->s->dictionary;
    const struct form *f = &d->form[r->meta.form];
    struct json *row = record_meta_to_json(&r->meta, d);
    char on[DATE_TEXT_MAX] = "";
    if (r->due_on != 0) date_format(on, date_from_day(r->due_on));
    json_set_text(row, "form_title", words_in(&f->title, c->language, f->name));
    json_set_text(row, "work", r->work);
    json_set_text(row, "work_words", record_work_words(r->work));
    json_set_text(row, "due_on", on);
    json_set_text(row, "with", r->with);
    return row;
}

/* What a list shows of it. Half of what a page of records costs are the members of its rows. */
static struct json *brief_row_of(struct call *c, const struct record_row *r)
{
    const struct form *f = &c->s->dictionary->form[r->meta.form];
    struct json *row = json_object();
    char at[INSTANT_TEXT_MAX], on[DATE_TEXT_MAX];
    instant_format(at, r->meta.created_at);
    json_set_text(row, "record", r->meta.code);
    json_set_text(row, "form_title", words_in(&f->title, c->language, f->name));
    json_set_text(row, "organisation", r->meta.organisation);
    json_set_text(row, "state", r->meta.state);
    json_set_text(row, "work", r->work);
    json_set_text(row, "at", at);
    if (r->with[0] != '\0') json_set_text(row, "with", r->with);
    if (r->due_on == 0) return row;
    date_format(on, date_from_day(r->due_on));
    json_set_text(row, "due_on", on);
    return row;
}

bool op_record_list(struct call *c, struct err *e)
{
    struct record_list l;
    struct record_row *rows;
    uint64_t next;
    size_t n;
    bool brief = json_get_bool(c->in, "brief", false);
    if (!choose(&l, c, e) || !record_list(&rows, &n, &next, c->s->store, &l, c->arena, e))
        return false;
    struct json *list = json_array();
    for (size_t i = 0; i < n; i++)
        json_push(list, brief ? brief_row_of(c, &rows[i]) : row_of(c, &rows[i]));
    json_set(c->out, "records", list);
    json_set_int(c->out, "next", (int64_t)next);
    c->event.object_type = "records";
    c->event.object_id = json_get_text(c->in, "form", NULL);
    c->event.count = (int64_t)n;
    return true;
}
