/* SPDX-License-Identifier: EUPL-1.2 */
/* What is done to a record as it is, without its form: linked to another, withdrawn from the
 * register, brought back. Each makes a version, with the reason, in the transaction of its entry in
 * the log. */
#include "service/entry_draft.h"
#include "service/link_new.h"
#include "service/service_internal.h"

#include "base/date.h"
#include "store/record_put.h"

#include <string.h>

/* A victim and a suspect are held against each other only for a purpose and with both sets
 * (L01). */
static bool may_link(struct call *c, const struct form *from, const struct form *to, struct err *e)
{
    if (!call_may_read_form(c, to, e)) return false;
    bool apart = from->data_set != to->data_set && from->data_set != DATA_SET_CASE &&
                 to->data_set != DATA_SET_CASE;
    return !apart || call_may_join(c, e);
}

static bool find_link(const struct variable **v, struct call *c, const struct form *f,
                      struct err *e)
{
    const char *name = json_get_text(c->in, "variable", "");
    if (!call_variable(v, c, f, text_of(name), e)) return false;
    if ((*v)->link != FORM_NONE) return may_link(c, f, &c->s->dictionary->form[(*v)->link], e);
    return err_set(e, ERR_USAGE, "link.no_link", "%s links to no record", name);
}

static bool is_target(const struct entry_field *f, const char *typed, const char *code)
{
    if (f->n != 1) return false;
    return text_equal(text_trim(f->text[0]), text_trim(text_of(typed))) ||
           (code[0] != '\0' && store_same_code(f->text[0], code));
}

/* Set it in the record itself, or in an instance of its own of a repeat right below it. */
static bool set_link(struct entry *x, const struct variable *v, const char *code, struct err *e)
{
    if (v->group == 0) {
        entry_field_text(&x->typed, &x->typed.root->field[v->slot], text_of(code));
        return true;
    }
    if (x->form->group[v->group].parent != 0)
        return err_set(e, ERR_USAGE, "link.nested", "this link is made in the form");
    struct entry_list *l = &x->typed.root->list[v->group];
    for (size_t i = 0; i < l->n; i++)
        if (is_target(&l->row[i]->field[v->slot], code, code))
            return err_set(e, ERR_CONFLICT, "link.exists", "the records are linked already");
    struct entry_row *row = entry_row_new(&x->typed, v->group);
    entry_field_text(&x->typed, &row->field[v->slot], text_of(code));
    return entry_list_put(&x->typed, l, l->n, row, e);
}

static bool clear_link(struct entry *x, const struct variable *v, const char *typed,
                       const char *code, struct err *e)
{
    bool done = false;
    if (v->group == 0 && is_target(&x->typed.root->field[v->slot], typed, code)) {
        x->typed.root->field[v->slot] = (struct entry_field){0};
        return true;
    }
    struct entry_list *l = &x->typed.root->list[v->group];
    for (size_t i = v->group == 0 ? 0 : l->n; i > 0; i--)
        if (is_target(&l->row[i - 1]->field[v->slot], typed, code)) {
            (void)entry_list_take(l, i - 1);
            done = true;
        }
    if (done) return true;
    return err_set(e, ERR_NOT_FOUND, "link.none", "the records are not linked in this way");
}

static struct text reference_of(const struct entry *x)
{
    if (x->form->reference == VAR_NONE) return (struct text){"", 0};
    const struct entry_field *f = &x->typed.root->field[x->d->variable[x->form->reference].slot];
    return f->n == 1 ? f->text[0] : (struct text){"", 0};
}

/* Whether the year of its registration is closed: what is changed then is marked (review.h). */
static bool is_late(bool *late, struct call *c, const struct record *r, struct err *e)
{
    const struct variable *v = dictionary_variable(r->dictionary, r->form->id, TEXT("entry_date"));
    *late = false;
    if (v == NULL || v->group != 0) return true;
    const struct value *value = record_get(r, v->id, 0);
    if (value->kind != VALUE_DATE) return true;
    return store_year_closed(late, c->s->store, r->form, date_year(value->date), e);
}

static bool put(struct call *c, struct entry *x, const struct record_meta *m,
                enum record_put_what does, const char *what, struct err *e)
{
    struct record_put_result r;
    struct store *st = c->s->store;
    bool late;
    if (!entry_judge(x, e) || !is_late(&late, c, &x->record, e)) return false;
    record_set_supplier(&x->record, CODE_NONE, CODE_NONE);
    struct record_put put = {.what = does,
                             .scope = call_whose(c),
                             .late = late,
                             .record = &x->record,
                             .code = m->code,
                             .expected_version = m->version_no,
                             .organisation_no = m->organisation_no,
                             .reference = reference_of(x),
                             .old_reference = reference_of(x),
                             .author = c->who.actor,
                             .reason = c->event.purpose,
                             .state = x->n_error == 0 ? "submitted" : "incomplete",
                             .counted = x->n_error == 0};
    c->event.object_type = "record";
    c->event.fields = what;
    c->event.organisation = m->organisation;
    c->event.count = 1;
    if (!call_write_begin(c, e)) return false;
    bool ok = store_record_put(&r, st, &put, e);
    if (ok) {
        c->event.object_id = arena_printf(c->arena, "%s/%u", r.code, (unsigned)r.version_no);
        uint8_t *digest = arena_take(c->arena, 1, sizeof r.digest);
        memcpy(digest, r.digest, sizeof r.digest);
        c->event.digest = digest;
        call_link_gone(c, x->form, arena_printf(c->arena, "%s", r.code));
    }
    if (!call_write_end(c, ok, e)) return false;
    json_set_text(c->out, "record", r.code);
    json_set_int(c->out, "version", r.version_no);
    return true;
}

/* A link that leads outside of what is there for who asks leads nowhere. */
static bool within_scope(struct record_link *link, struct call *c, struct err *e)
{
    struct record_meta *there;
    struct err why = {0};
    size_t n;
    if (store_record_history(&there, &n, c->s->store, call_whose(c), text_of(link->code), c->arena,
                             &why))
        return true;
    if (why.code != ERR_NOT_FOUND) {
        *e = why;
        return false;
    }
    *link = (struct record_link){0};
    return true;
}

static bool change_link(struct call *c, bool make, struct err *e)
{
    struct record r;
    struct record_meta m;
    struct entry x;
    const struct variable *v;
    struct record_link link;
    const char *typed = json_get_text(c->in, "target", "");
    if (!call_load_whole(&r, &m, c, json_get_text(c->in, "record", ""), e) ||
        !find_link(&v, c, r.form, e) ||
        !store_link_find(&link, c->s->store, &c->s->dictionary->form[v->link], m.organisation_no,
                         text_of(typed), e))
        return false;
    if (link.record_no != 0 && !within_scope(&link, c, e)) return false;
    if (make && link.record_no == 0) {
        err_set(e, ERR_NOT_FOUND, "link.unknown", "there is no such record to link to");
        return err_remedy(e, "see its code, and of which form it is");
    }
    entry_start(&x, c, r.form);
    x.draft.organisation = m.organisation;
    bool ok = entry_tree_from_record(&x.typed, &r, e) &&
              (make ? set_link(&x, v, link.code, e) : clear_link(&x, v, typed, link.code, e)) &&
              put(c, &x, &m, RECORD_PUT_CHANGE, v->name, e);
    entry_close(&x);
    if (!ok) return false;
    json_set_text(c->out, "variable", v->name);
    json_set_text(c->out, "target", link.record_no == 0 ? typed : link.code);
    return true;
}

bool op_record_link(struct call *c, struct err *e)
{
    return change_link(c, true, e);
}

bool op_record_unlink(struct call *c, struct err *e)
{
    return change_link(c, false, e);
}

/* ---- withdrawing ---- */

static bool withdraw(struct call *c, enum record_put_what does, struct err *e)
{
    struct record r;
    struct record_meta m;
    struct entry x;
    if (!call_load_whole(&r, &m, c, json_get_text(c->in, "record", ""), e)) return false;
    entry_start(&x, c, r.form);
    x.draft.organisation = m.organisation;
    bool ok = entry_tree_from_record(&x.typed, &r, e) && put(c, &x, &m, does, NULL, e);
    entry_close(&x);
    return ok;
}

bool op_record_withdraw(struct call *c, struct err *e)
{
    return withdraw(c, RECORD_PUT_WITHDRAW, e);
}

bool op_record_restore(struct call *c, struct err *e)
{
    return withdraw(c, RECORD_PUT_RESTORE, e);
}
