/* SPDX-License-Identifier: EUPL-1.2 */
/* Entering a record: a draft is begun or opened, filled in section by section, checked, and
 * submitted as a version of a record. README.md has the documents.
 *
 * Nothing that was typed is lost: what cannot be read stays in the draft as it is, what a second
 * window saves over a first is parked beside it, and a draft whose record somebody else changed
 * meanwhile stays until the two are brought together. */
#include "service/encodings.h"
#include "service/entry_draft.h"
#include "service/entry_fields.h"
#include "service/entry_form.h"
#include "service/entry_merge.h"
#include "service/link_new.h"
#include "service/tasks.h"

#include "base/date.h"
#include "store/identity.h"
#include "store/record_put.h"

#include <string.h>

/* ---- beginning ---- */

/* Whose record it will be: an account's own organisation, or one that is named. */
static bool settle_organisation(struct organisation *out, struct call *c, struct err *e)
{
    const char *named = json_get_text(c->in, "organisation", c->who.organisation);
    if (named == NULL || named[0] == '\0') {
        err_set(e, ERR_USAGE, "entry.no_organisation", "whose record is it?");
        return err_remedy(e, "name the organisation that supplies it");
    }
    if (!store_organisation_find(out, c->s->store, text_of(named), c->arena, e)) return false;
    if (call_sees_organisation(c, out->organisation_no)) return true;
    return err_set(e, ERR_NOT_FOUND, "organisation.unknown", "there is no organisation %s", named);
}

static void say_draft(struct json *out, const struct draft *d)
{
    json_set_text(out, "draft", d->code);
    json_set_int(out, "draft_version", d->version_no);
}

static void about_draft(struct call *c, const struct entry *x)
{
    bool new_record = x->draft.record_no == 0;
    c->event.object_type = new_record ? "draft" : "record";
    c->event.object_id = arena_printf(c->arena, "%s", new_record ? x->draft.code : x->draft.record);
    c->event.organisation = x->draft.organisation;
    c->event.count = 1;
}

/* What was searched for before the record was begun is not typed twice. Where the form asks nothing
 * of the kind, it is passed over. */
static void take_searched(struct entry *x)
{
    static const struct {
        const char *asked, *variable;
    } all[] = {{"family_name", "family_name"},
               {"given_names", "given_names"},
               {"alias", "alias_nickname"},
               {"birth_date", "birth_date"}};
    const struct json *in = x->c->in;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        struct text value = text_trim(text_of(json_get_text(in, all[i].asked, ""))), part;
        const struct variable *v = dictionary_variable(x->d, x->form->id, text_of(all[i].variable));
        if (value.n == 0 || v == NULL || v->group != 0) continue;
        struct entry_field *f = &x->typed.root->field[v->slot];
        if (v->type != VARIABLE_DATE) entry_field_text(&x->typed, f, value);
        for (int k = 0; v->type == VARIABLE_DATE && k < 3 && text_split(&value, '-', &part); k++)
            entry_field_part(&x->typed, f, k, part);
    }
    struct text reference = text_trim(text_of(json_get_text(in, "reference", "")));
    if (reference.n > 0 && x->form->reference != VAR_NONE)
        entry_field_text(&x->typed, &x->typed.root->field[x->d->variable[x->form->reference].slot],
                         reference);
}

bool op_entry_begin(struct call *c, struct err *e)
{
    const struct form *f;
    struct organisation o;
    struct entry x;
    if (!call_form(&f, c, "form", e) || !settle_organisation(&o, c, e)) return false;
    entry_start(&x, c, f);
    x.draft.organisation_no = o.organisation_no;
    x.draft.organisation = o.code;
    bool ok = entry_judge(&x, e);
    if (ok) {
        take_searched(&x);
        entry_defaults(&x, 0, x.typed.root);
    }
    ok = ok && entry_add(&x, e);
    if (ok) {
        say_draft(c->out, &x.draft);
        about_draft(c, &x);
    }
    entry_close(&x);
    return ok;
}

/* ---- opening a record ---- */

/* What may not be read may not be written over either. */
static bool reads_all(struct call *c, const struct form *f, struct err *e)
{
    for (size_t g = 0; g < f->n_group; g++)
        for (size_t k = 0; k < f->group[g].n_variable; k++)
            if (!call_may_read_variable(c, &c->s->dictionary->variable[f->group[g].variable[k]], e))
                return false;
    return true;
}

bool call_load_whole(struct record *r, struct record_meta *m, struct call *c, const char *code,
                     struct err *e)
{
    struct store *st = c->s->store;
    if (!store_begin(st, false, e)) return false;
    bool ok = store_record_load(r, m, st, call_whose(c), text_of(code), 0, c->arena, e);
    store_rollback(st);
    if (!ok || !call_may_read_form(c, r->form, e) || !reads_all(c, r->form, e)) return false;
    if (!m->has_identity) return true;
    if (!session_view(c, e)) return false;
    struct audit_event event = c->event;
    event.action = AUDIT_IDENTITY_READ;
    event.object_type = "record";
    event.object_id = m->code;
    event.organisation = m->organisation;
    event.count = 1;
    return call_decoy_alarm(c, m, e) && identity_open(r, m, st, &event, e);
}

static bool draft_there(struct draft *out, bool *found, struct call *c, uint64_t record_no,
                        struct err *e)
{
    struct draft_owner owner = entry_owner(c);
    struct draft *list;
    size_t n;
    *found = false;
    if (!draft_list(&list, &n, c->s->store, &owner, c->arena, e)) return false;
    for (size_t i = 0; i < n && !*found; i++) {
        *found = list[i].record_no == record_no;
        if (*found) *out = list[i];
    }
    return true;
}

/* With the call's entry, which says what it is about before. */
static bool keep_alone(struct call *c, struct entry *x, bool add, struct err *e)
{
    return call_write_begin(c, e) && call_write_end(c, add ? entry_add(x, e) : entry_save(x, e), e);
}

static bool begin_from(struct call *c, const struct record *r, const struct record_meta *m,
                       struct err *e)
{
    struct entry x;
    entry_start(&x, c, r->form);
    x.draft.organisation_no = m->organisation_no;
    x.draft.organisation = m->organisation;
    x.draft.record_no = m->record_no;
    memcpy(x.draft.record, m->code, sizeof x.draft.record);
    x.draft.base_version = m->version_no;
    bool ok = entry_tree_from_record(&x.typed, r, e);
    if (ok) json_set(x.body, "base", entry_tree_to_json(&x.typed));
    ok = ok && keep_alone(c, &x, true, e);
    if (ok) say_draft(c->out, &x.draft);
    entry_close(&x);
    return ok;
}

bool op_entry_open(struct call *c, struct err *e)
{
    struct record r;
    struct record_meta m;
    struct draft there;
    bool found;
    if (!call_load_whole(&r, &m, c, json_get_text(c->in, "record", ""), e)) return false;
    if (!draft_there(&there, &found, c, m.record_no, e)) return false;
    c->event.object_type = "record";
    c->event.object_id = arena_printf(c->arena, "%s", m.code);
    c->event.organisation = m.organisation;
    c->event.count = 1;
    if (found) say_draft(c->out, &there);
    else if (!begin_from(c, &r, &m, e)) return false;
    json_set_bool(c->out, "existing", found);
    return true;
}

/* ---- looking ---- */

bool op_entry_list(struct call *c, struct err *e)
{
    struct draft_owner owner = entry_owner(c);
    struct draft *list;
    size_t n;
    struct json *rows = json_array();
    json_set(c->out, "drafts", rows);
    if (!draft_list(&list, &n, c->s->store, &owner, c->arena, e)) return false;
    for (size_t i = 0; i < n; i++) {
        char at[INSTANT_TEXT_MAX];
        if (list[i].form == FORM_NONE || !call_sees_organisation(c, list[i].organisation_no))
            continue;
        const struct form *f = &c->s->dictionary->form[list[i].form];
        if (!call_reads_form(c, f)) continue;
        struct json *j = json_object();
        say_draft(j, &list[i]);
        instant_format(at, list[i].changed_at);
        json_set_text(j, "form", f->name);
        json_set_text(j, "form_title", words_in(&f->title, c->language, f->name));
        json_set_text(j, "organisation", list[i].organisation);
        json_set_text(j, "record", list[i].record);
        json_set_text(j, "changed_at", at);
        json_push(rows, j);
    }
    return true;
}

static bool load_judged(struct entry *x, struct call *c, struct err *e)
{
    if (!entry_load(x, c, e)) return false;
    return entry_judge(x, e);
}

bool op_entry_sections(struct call *c, struct err *e)
{
    struct entry x;
    bool ok = load_judged(&x, c, e);
    if (ok) {
        entry_put_head(c->out, &x);
        entry_put_sections(c->out, &x);
    }
    entry_close(&x);
    return ok;
}

static bool section_named(const struct entry_section **out, const struct entry *x, struct err *e)
{
    const char *name = json_get_text(x->c->in, "section", "");
    *out = entry_section_named(x, name);
    if (*out != NULL) return true;
    err_set(e, ERR_NOT_FOUND, "entry.no_section", "the form has no section %s", name);
    return err_remedy(e, "see the list of its sections");
}

bool op_entry_section(struct call *c, struct err *e)
{
    struct entry x;
    const struct entry_section *s;
    bool ok = load_judged(&x, c, e) && section_named(&s, &x, e);
    if (ok) {
        entry_put_head(c->out, &x);
        entry_put_section(c->out, &x, s, json_get(c->in, "from"),
                          json_get_bool(c->in, "check", false));
    }
    entry_close(&x);
    return ok;
}

bool op_entry_check(struct call *c, struct err *e)
{
    struct entry x;
    bool ok = load_judged(&x, c, e);
    if (ok) {
        entry_put_head(c->out, &x);
        entry_put_check(c->out, &x);
    }
    entry_close(&x);
    return ok;
}

/* ---- saving ---- */

/* A tree of its own with what the draft's body holds under this name. */
static bool tree_in_body(struct entry_tree *t, const struct entry *x, const char *name,
                         struct err *e)
{
    const struct json *j = json_get(x->body, name);
    entry_tree_init(t, x->d, x->form, x->c->arena);
    return j == NULL || json_kind(j) != JSON_OBJECT || entry_tree_from_json(t, j, e);
}

/* The draft with the parked fields taken, beside the draft as it is. */
static bool take_parked(struct entry_tree *out, struct entry *x, struct err *e)
{
    const struct json *parked = json_get(x->body, "parked");
    struct entry_tree now = x->typed;
    if (parked == NULL || json_kind(parked) != JSON_OBJECT)
        return err_set(e, ERR_NOT_FOUND, "entry.nothing_parked",
                       "there is nothing to be compared with this draft");
    x->typed.root = entry_row_copy(&x->typed, 0, now.root);
    bool ok = entry_take(x, entry_section_named(x, json_get_text(parked, "section", "")),
                         json_get(parked, "fields"), e);
    *out = x->typed;
    x->typed = now;
    return ok;
}

/* Another window has saved since this page was loaded: what it holds is kept beside the draft,
 * which stays as it is, with its version. */
static bool park(struct entry *x, const struct json *fields, struct err *e)
{
    char at[INSTANT_TEXT_MAX];
    struct entry_tree mine;
    struct json *j = json_object();
    instant_format(at, instant_now());
    json_set_text(j, "at", at);
    json_set_text(j, "section", json_get_text(x->c->in, "section", ""));
    json_set(j, "fields", json_copy(fields));
    json_set(x->body, "parked", j);
    if (!take_parked(&mine, x, e) || !entry_save_beside(x, e)) return false;
    json_set(x->c->out, "compare", entry_compare_to_json(x, &mine, &x->typed, NULL, true));
    return true;
}

static void say_saved(struct call *c, const struct entry *x, const struct entry_section *s,
                      bool saved, const char *at)
{
    struct json *problems = s == NULL || !saved
                                ? json_array()
                                : entry_section_problems(x, s, entry_visited(x, s->name));
    say_draft(c->out, &x->draft);
    json_set_int(c->out, "version", x->draft.version_no);
    json_set_text(c->out, "section", s == NULL ? "" : s->name);
    json_set_bool(c->out, "saved", saved);
    json_set_bool(c->out, "conflict", !saved);
    json_set_text(c->out, "at", at == NULL ? "" : at);
    json_set_bool(c->out, "has_problems", json_size(problems) > 0);
    json_set(c->out, "problems", problems);
}

/* The page that was sent when its session had ended is sent again, by the same window: what was kept of
 * it is in what is saved now. */
static void forget_pending(struct entry *x, const struct entry_section *s)
{
    const struct json *pending = entry_pending(x);
    if (pending == NULL || s == NULL) return;
    struct json *rest = json_array();
    for (size_t i = 0; i < json_size(pending); i++)
        if (!entry_pending_is(json_at(pending, i), s->name, x->draft.version_no))
            json_push(rest, json_copy(json_at(pending, i)));
    json_set(x->body, "pending", rest);
}

static bool save(struct call *c, struct entry *x, struct err *e)
{
    const struct entry_section *s = NULL;
    const struct json *fields = json_get(c->in, "fields");
    const char *act = json_get_text(c->in, "act", ""), *at = NULL;
    bool autosave = json_get_bool(c->in, "autosave", false);
    struct entry_tree before;
    if (json_has(c->in, "section") && !section_named(&s, x, e)) return false;
    struct json *none = json_object();
    if (fields == NULL) fields = none;
    bool ok = true, stale = json_get_int(c->in, "version", 0) != x->draft.version_no;
    if (stale) {
        ok = park(x, fields, e);
    } else {
        before = x->typed;
        before.root = entry_row_copy(&x->typed, 0, x->typed.root);
        ok = (json_size(fields) == 0 && act[0] != '\0') || entry_take(x, s, fields, e);
        /* acts need the judged record for default values */
        ok = ok && (act[0] == '\0' || (entry_judge(x, e) && entry_act(&at, x, act, e)));
        if (ok && s != NULL && !autosave && act[0] == '\0') entry_visit(x, s->name);
        if (ok) forget_pending(x, s);
        ok = ok && entry_save(x, e) && entry_judge(x, e);
        if (ok) c->event.fields = entry_changed_names(x, &x->typed, &before);
    }
    json_free(none);
    if (!ok) return false;
    say_saved(c, x, s, !stale, at);
    about_draft(c, x);
    /* a draft is no record yet: what is saved every ten seconds would drown the log */
    if (autosave && !stale) c->event.action = AUDIT_NONE;
    return true;
}

bool op_entry_save(struct call *c, struct err *e)
{
    struct entry x;
    bool ok = entry_load(&x, c, e) && save(c, &x, e);
    entry_close(&x);
    return ok;
}

bool op_entry_discard(struct call *c, struct err *e)
{
    struct entry x;
    bool ok = entry_load(&x, c, e) && draft_remove(c->s->store, &x.draft, e);
    if (ok) {
        json_set_text(c->out, "draft", x.draft.code);
        about_draft(c, &x);
    }
    entry_close(&x);
    return ok;
}

/* ---- two windows ---- */

bool op_entry_compare(struct call *c, struct err *e)
{
    struct entry x;
    struct entry_tree mine;
    bool ok = entry_load(&x, c, e) && take_parked(&mine, &x, e);
    if (ok) {
        entry_put_head(c->out, &x);
        json_set_text(c->out, "parked_at", json_get_text(json_get(x.body, "parked"), "at", ""));
        json_set(c->out, "compare", entry_compare_to_json(&x, &mine, &x.typed, NULL, true));
    }
    entry_close(&x);
    return ok;
}

static bool stale(const struct entry *x, struct err *e)
{
    if (json_get_int(x->c->in, "version", 0) == x->draft.version_no) return false;
    err_set(e, ERR_CONFLICT, "draft.conflict",
            "this draft was changed in another window; nothing you typed is lost");
    (void)err_remedy(e, "load the page again");
    return true;
}

/* `mine` names the fields of the parked page that replace the draft's. */
bool op_entry_resolve(struct call *c, struct err *e)
{
    struct entry x;
    struct entry_tree parked;
    bool ok = entry_load(&x, c, e) && !stale(&x, e) && take_parked(&parked, &x, e);
    if (ok) {
        entry_take_named(&x, &x.typed, &parked, json_get(c->in, "mine"));
        json_set(x.body, "parked", json_null());
        ok = entry_save(&x, e);
        say_draft(c->out, &x.draft);
        about_draft(c, &x);
    }
    entry_close(&x);
    return ok;
}

/* ---- submitting ---- */

static int64_t year_of(const struct entry *x)
{
    const struct variable *v = dictionary_variable(x->d, x->form->id, TEXT("entry_date"));
    if (v == NULL || v->group != 0) return 0;
    const struct value *value = record_get(&x->record, v->id, 0);
    return value->kind == VALUE_DATE ? date_year(value->date) : 0;
}

static struct text reference_in(const struct entry *x, const struct entry_tree *t)
{
    if (x->form->reference == VAR_NONE) return (struct text){"", 0};
    const struct entry_field *f = &t->root->field[x->d->variable[x->form->reference].slot];
    return f->n == 1 ? f->text[0] : (struct text){"", 0};
}

/* Whether the year of registration, as it was or as it shall be, is closed. */
static bool is_late(bool *late, const struct entry *x, const struct entry_tree *base, struct err *e)
{
    const struct variable *v = dictionary_variable(x->d, x->form->id, TEXT("entry_date"));
    int64_t year = year_of(x), before = 0;
    bool then = false;
    *late = false;
    if (v != NULL && v->group == 0 && base->root->field[v->slot].n > 0) {
        struct text y = base->root->field[v->slot].text[0], first = y;
        if (y.n > 4) first.n = 4;
        if (!text_to_int(first, &before)) before = 0;
    }
    if (year != 0 && !store_year_closed(late, x->c->s->store, x->form, year, e)) return false;
    if (before != 0 && !store_year_closed(&then, x->c->s->store, x->form, before, e)) return false;
    *late = *late || then;
    return true;
}

static bool reason_needed(struct err *e, const char *id, const char *what)
{
    err_set(e, ERR_USAGE, id, "%s", tr(what));
    return err_remedy(e, "say why in the reason; it names nobody");
}

/* What has errors can be kept, but is not submitted; warnings are confirmed with a reason. */
static bool may_submit(const struct entry *x, bool whole, bool late, struct err *e)
{
    const char *reason = json_get_text(x->c->in, "reason", "");
    bool reasoned = text_trim(text_of(reason)).n > 0;
    if (whole && x->n_error > 0) {
        err_set(e, ERR_INPUT, "entry.errors", "the record still has %zu errors", x->n_error);
        return err_remedy(e, "correct them, or save the record as incomplete");
    }
    if (x->c->s->encodings != NULL &&
        encodings_judge(x->c->s->encodings, &x->record, x->c->arena) != MATCH_KEY_GOOD) {
        err_set(e, ERR_INPUT, "entry.match_key",
                "the linkage key is none of this register, or is damaged");
        return err_remedy(e, "leave it empty, or put it in as `dcim encode` has made it");
    }
    if (late && !reasoned)
        return reason_needed(e, "entry.year_closed",
                             N_("the year of this record is closed: a correction needs a reason"));
    if (whole && x->n_warning > 0 && !reasoned)
        return reason_needed(e, "entry.warnings",
                             N_("the record has warnings, which are confirmed with a reason"));
    return true;
}

static bool put_version(struct record_put_result *out, struct entry *x,
                        const struct entry_tree *base, bool whole, bool late, struct err *e)
{
    const char *reason = json_get_text(x->c->in, "reason", "");
    struct record_put put = {.record = &x->record,
                             .scope = call_whose(x->c),
                             .code = x->draft.record,
                             .expected_version = x->draft.base_version,
                             .organisation_no = x->draft.organisation_no,
                             .reference = reference_in(x, &x->typed),
                             .old_reference = reference_in(x, base),
                             .author = x->c->who.actor,
                             .reason = reason[0] == '\0' ? NULL : reason,
                             .state = whole ? "submitted" : "incomplete",
                             .counted = x->n_error == 0,
                             .late = late};
    record_set_supplier(&x->record, CODE_NONE, CODE_NONE);
    return store_record_put(out, x->c->s->store, &put, e);
}

/* A draft that holds what no record can stays, and goes on from the version that was made. */
static bool end_draft(struct entry *x, const struct record_put_result *r, bool keep, struct err *e)
{
    if (!keep) return draft_remove(x->c->s->store, &x->draft, e);
    json_set(x->body, "base", entry_tree_to_json(&x->typed));
    if (!draft_of_record(x->c->s->store, &x->draft, r->record_no, e)) return false;
    x->draft.base_version = r->version_no;
    return entry_save(x, e);
}

static void say_submitted(struct call *c, const struct entry *x, const struct record_put_result *r,
                          bool whole, bool keep)
{
    json_set_bool(c->out, "submitted", true);
    json_set_bool(c->out, "conflict", false);
    json_set_text(c->out, "record", r->code);
    json_set_int(c->out, "version", r->version_no);
    json_set_text(c->out, "state", whole ? "submitted" : "incomplete");
    json_set_bool(c->out, "draft_kept", keep);
    say_draft(c->out, &x->draft);
    c->event.action = r->version_no == 1 ? AUDIT_RECORD_CREATE : AUDIT_RECORD_CHANGE;
    c->event.object_type = "record";
    c->event.object_id = arena_printf(c->arena, "%s/%u", r->code, (unsigned)r->version_no);
    c->event.organisation = x->draft.organisation;
    c->event.count = 1;
    uint8_t *digest = arena_take(c->arena, 1, sizeof r->digest);
    memcpy(digest, r->digest, sizeof r->digest);
    c->event.digest = digest;
}

/* Nothing is written; the draft stays. entry.conflict shows the two side by side. */
static bool say_conflict(struct call *c, const struct entry *x)
{
    json_set_bool(c->out, "submitted", false);
    json_set_bool(c->out, "conflict", true);
    json_set_text(c->out, "record", x->draft.record);
    say_draft(c->out, &x->draft);
    about_draft(c, x);
    c->event.decision = "failed";
    c->roll_back = true;
    return true;
}

static bool submit(struct call *c, struct entry *x, struct err *e)
{
    bool whole = strcmp(json_get_text(c->in, "state", "submitted"), "submitted") == 0, late;
    struct entry_tree base;
    struct record_put_result r;
    struct err why = {0};
    if (stale(x, e) || !tree_in_body(&base, x, "base", e) || !is_late(&late, x, &base, e) ||
        !may_submit(x, whole, late, e))
        return false;
    c->event.fields = entry_changed_names(x, &x->typed, &base);
    c->event.purpose = json_get_text(c->in, "reason", c->event.purpose);
    if (!put_version(&r, x, &base, whole, late, &why)) {
        if (strcmp(why.id, "record.changed") == 0) return say_conflict(c, x);
        if (e != NULL) *e = why;
        return false;
    }
    bool keep = x->n_unread > 0;
    if (!end_draft(x, &r, keep, e)) return false;
    say_submitted(c, x, &r, whole, keep);
    call_link_tell(c, x->form, arena_printf(c->arena, "%s", r.code));
    return true;
}

bool op_entry_submit(struct call *c, struct err *e)
{
    struct entry x;
    bool ok = load_judged(&x, c, e) && submit(c, &x, e);
    entry_close(&x);
    return ok;
}

/* ---- a record that somebody else changed ---- */

/* The draft, what its record held when it began, and what the record holds now. */
static bool three_sides(struct entry *x, struct entry_tree *base, struct entry_tree *theirs,
                        struct record_meta *m, struct call *c, struct err *e)
{
    struct record r;
    if (!entry_load(x, c, e) || !tree_in_body(base, x, "base", e)) return false;
    entry_tree_init(theirs, x->d, x->form, c->arena);
    if (x->draft.record_no == 0)
        return err_set(e, ERR_NOT_FOUND, "entry.no_record", "this draft is of no record yet");
    return call_load_whole(&r, m, c, x->draft.record, e) && entry_tree_from_record(theirs, &r, e);
}

bool op_entry_conflict(struct call *c, struct err *e)
{
    struct entry x = {0};
    struct entry_tree base, theirs;
    struct record_meta m;
    bool ok = three_sides(&x, &base, &theirs, &m, c, e);
    if (ok) {
        char at[INSTANT_TEXT_MAX];
        instant_format(at, m.created_at);
        entry_put_head(c->out, &x);
        json_set_int(c->out, "base_version", x.draft.base_version);
        json_set_int(c->out, "their_version", m.version_no);
        json_set_text(c->out, "their_author", m.author);
        json_set_text(c->out, "their_at", at);
        json_set_bool(c->out, "conflict", m.version_no != x.draft.base_version);
        json_set(c->out, "compare", entry_compare_to_json(&x, &x.typed, &theirs, &base, true));
        about_draft(c, &x);
    }
    entry_close(&x);
    return ok;
}

bool op_entry_merge(struct call *c, struct err *e)
{
    struct entry x = {0};
    struct entry_tree base, theirs;
    struct record_meta m;
    bool ok = three_sides(&x, &base, &theirs, &m, c, e) && !stale(&x, e);
    if (ok) {
        entry_merge(&x, &x.typed, &theirs, &base, json_get(c->in, "theirs"));
        json_set(x.body, "base", entry_tree_to_json(&theirs));
        x.draft.base_version = m.version_no;
        about_draft(c, &x);
        ok = keep_alone(c, &x, false, e);
        say_draft(c->out, &x.draft);
    }
    entry_close(&x);
    return ok;
}
