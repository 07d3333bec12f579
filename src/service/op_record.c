/* SPDX-License-Identifier: EUPL-1.2 */
/* Consulting records: pseudonymous, or with identifiers for a stated purpose. */
#include "service/entry_form.h"
#include "service/link_new.h"
#include "service/service_internal.h"

#include "base/date.h"
#include "model/record.h"
#include "service/tasks.h"
#include "store/identity.h"

#include <string.h>

struct json *record_meta_to_json(const struct record_meta *m, const struct dictionary *d)
{
    struct json *row = json_object();
    char at[INSTANT_TEXT_MAX];
    instant_format(at, m->created_at);
    json_set_text(row, "record", m->code);
    json_set_text(row, "form", d->form[m->form].name);
    json_set_text(row, "organisation", m->organisation);
    json_set_text(row, "state", m->state);
    json_set_int(row, "version", m->version_no);
    json_set_text(row, "at", at);
    json_set_int(row, "batch", m->batch_no);
    json_set_text(row, "author", m->author);
    json_set_text(row, "reason", m->reason);
    json_set_bool(row, "has_identifiers", m->has_identity);
    return row;
}

bool call_load_record(struct record *r, struct record_meta *m, struct call *c, uint32_t version,
                      struct err *e)
{
    const char *code = json_get_text(c->in, "record", "");
    if (!store_record_load(r, m, c->s->store, call_whose(c), text_of(code), version, c->arena, e) ||
        !call_may_read_form(c, r->form, e))
        return false;
    call_hide(c, r);
    return true;
}

static bool load(struct record *r, struct record_meta *m, struct call *c, struct err *e)
{
    return call_load_record(r, m, c, (uint32_t)json_get_int(c->in, "version", 0), e);
}

bool op_record_show(struct call *c, struct err *e)
{
    struct record r;
    struct record_meta m;
    if (!load(&r, &m, c, e)) return false;
    c->event.object_type = "record";
    c->event.object_id = arena_printf(c->arena, "%s", m.code);
    c->event.count = 1;
    json_set(c->out, "meta", record_meta_to_json(&m, c->s->dictionary));
    json_set(c->out, "values", record_to_json(&r, false));
    return true;
}

static bool has_row(const struct json *sections, const char *field)
{
    for (size_t i = 0; i < json_size(sections); i++) {
        const struct json *rows = json_get(json_at(sections, i), "rows");
        for (size_t k = 0; k < json_size(rows); k++)
            if (strcmp(json_get_text(json_at(rows, k), "field", ""), field) == 0) return true;
    }
    return false;
}

/* What `after` has and `before` has not, each instance under its heading. */
static struct json *opened_rows(const struct json *before, const struct json *after)
{
    struct json *list = json_array();
    for (size_t i = 0; i < json_size(after); i++) {
        const struct json *rows = json_get(json_at(after, i), "rows"), *heading = NULL;
        for (size_t k = 0; k < json_size(rows); k++) {
            const struct json *row = json_at(rows, k);
            bool is_heading = json_get_bool(row, "heading", false);
            if (is_heading) heading = row;
            if (is_heading || has_row(before, json_get_text(row, "field", ""))) continue;
            if (heading != NULL) json_push(list, json_copy(heading));
            heading = NULL;
            json_push(list, json_copy(row));
        }
    }
    return list;
}

static struct json *in_words(struct call *c, const struct record *r)
{
    struct entry x;
    entry_start(&x, c, r->form);
    struct json *sections = entry_view(&x, r);
    entry_close(&x);
    return sections;
}

bool op_record_identity(struct call *c, struct err *e)
{
    struct record r;
    struct record_meta m;
    struct store *st = c->s->store;
    if (!store_begin(st, false, e)) return false;
    bool ok = load(&r, &m, c, e);
    store_rollback(st);
    if (!ok) return false;
    struct audit_event why = c->event;
    why.action = AUDIT_IDENTITY_READ;
    why.object_type = "record";
    why.object_id = m.code;
    why.count = 1;
    struct json *before = in_words(c, &r);
    if (!call_decoy_alarm(c, &m, e) || !identity_open(&r, &m, st, &why, e)) {
        json_free(before);
        return false;
    }
    call_hide(c, &r);
    struct json *after = in_words(c, &r);
    json_set(c->out, "rows", opened_rows(before, after));
    json_free(before);
    json_free(after);
    json_set(c->out, "meta", record_meta_to_json(&m, c->s->dictionary));
    json_set(c->out, "values", record_to_json(&r, true));
    return true;
}

/* All versions are of one form. */
static bool may_see(struct call *c, const struct record_meta *meta, size_t n, struct err *e)
{
    if (n == 0) return true;
    if (meta[0].form != FORM_NONE)
        return call_may_read_form(c, &c->s->dictionary->form[meta[0].form], e);
    return err_set(e, ERR_STORE, "record.form",
                   "could not open record %s: the dictionary has no such form any more",
                   meta[0].code);
}

bool op_record_history(struct call *c, struct err *e)
{
    struct record_meta *meta;
    size_t n;
    const char *code = json_get_text(c->in, "record", "");
    if (!store_record_history(&meta, &n, c->s->store, call_whose(c), text_of(code), c->arena, e))
        return false;
    if (!may_see(c, meta, n, e)) return false;
    struct json *list = json_array();
    for (size_t i = 0; i < n; i++) json_push(list, record_meta_to_json(&meta[i], c->s->dictionary));
    c->event.object_type = "record";
    c->event.object_id = n > 0 ? arena_printf(c->arena, "%s", meta[0].code) : NULL;
    c->event.count = (int64_t)n;
    json_set(c->out, "versions", list);
    return true;
}

/* Later a second person will have to agree (S17). */
bool op_record_erase(struct call *c, struct err *e)
{
    struct record_meta *meta;
    size_t n;
    struct store *st = c->s->store;
    struct text code = text_of(json_get_text(c->in, "record", ""));
    const char *reason = json_get_text(c->in, "reason", "");
    if (!store_record_history(&meta, &n, st, call_whose(c), code, c->arena, e) ||
        !may_see(c, meta, n, e))
        return false;
    if (!store_record_erase(st, call_whose(c), code, c->who.actor, reason, e)) return false;
    c->purge = true;
    if (n > 0 && meta[0].form != FORM_NONE)
        call_link_gone(c, &c->s->dictionary->form[meta[0].form], meta[0].code);
    c->event.object_type = "record";
    c->event.object_id = n > 0 ? meta[0].code : NULL;
    c->event.organisation = n > 0 ? meta[0].organisation : NULL;
    c->event.purpose = reason;
    c->event.count = (int64_t)n;
    json_set_text(c->out, "record", n > 0 ? meta[0].code : "");
    json_set_text(c->out, "state", "erased");
    json_set_int(c->out, "versions", (int64_t)n);
    return true;
}
