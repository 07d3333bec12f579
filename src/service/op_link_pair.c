/* SPDX-License-Identifier: EUPL-1.2 */
/* Two records side by side: coded values, never an identifier. */
#include "base/catalogue.h"
#include "base/date.h"
#include "service/entry_form.h"
#include "service/link_call.h"

#include <string.h>

enum { RECORDS_SHOWN = 40, DECISIONS_SHOWN = 100 };

/* ---- sides ---- */

static bool person_size(int64_t *n, struct call *c, uint64_t record_no, struct err *e)
{
    uint64_t person_no;
    struct person_record *list;
    size_t count;
    *n = 0;
    if (!person_of_record(&person_no, c->s->store, record_no, e) ||
        !person_records(&list, &count, c->s->store, person_no, c->arena, e))
        return false;
    for (size_t i = 0; i < count; i++) *n += call_sees_organisation(c, list[i].organisation_no);
    return true;
}

bool link_put_side(struct json *j, struct call *c, const struct record_meta *m, struct err *e)
{
    const struct codelist *types = dictionary_list(c->s->dictionary, TEXT("CL_ORGTYPE"));
    struct organisation o;
    const char *day;
    int64_t n;
    if (!link_registered(&day, c, m->code, e) || !person_size(&n, c, m->record_no, e) ||
        !store_organisation_find(&o, c->s->store, text_of(m->organisation), c->arena, e))
        return false;
    code_id type = types == NULL ? CODE_NONE : codelist_find(types, text_of(o.type));
    json_set_text(j, "record", arena_printf(c->arena, "%s", m->code));
    json_set_text(j, "organisation", m->organisation);
    json_set_text(j, "organisation_name", link_organisation(c, m->organisation));
    json_set_text(j, "organisation_kind",
                  type == CODE_NONE ? o.type
                                    : words_in(&types->code[type].label, c->language, o.type));
    json_set_text(j, "registered", day);
    json_set_text(j, "changed", link_instant(c, m->created_at));
    json_set_int(j, "version", m->version_no);
    json_set_text(j, "author", m->author);
    json_set_bool(j, "has_identifiers", m->has_identity);
    json_set_int(j, "person_records", n);
    json_set_bool(j, "can_open", m->has_identity && role_may(c->who.role, CAP_IDENTITY_OPEN));
    return true;
}

bool link_load(struct record *r, struct record_meta *m, struct call *c, const char *code,
               struct err *e)
{
    if (!store_record_load(r, m, c->s->store, call_whose(c), text_of(code), 0, c->arena, e))
        return false;
    call_hide(c, r);
    return true;
}

/* ---- values side by side ---- */

struct told { /* a row of entry_view() */
    const char *section, *field, *label, *value;
};

static size_t rows_of(struct told **out, struct call *c, const struct record *r)
{
    struct entry x;
    size_t n = 0;
    entry_start(&x, c, r->form);
    struct json *sections = entry_view(&x, r);
    entry_close(&x);
    for (size_t i = 0; i < json_size(sections); i++)
        n += json_size(json_get(json_at(sections, i), "rows"));
    *out = ARENA_ARRAY(c->arena, struct told, n + 1);
    n = 0;
    for (size_t i = 0; i < json_size(sections); i++) {
        const struct json *s = json_at(sections, i), *rows = json_get(s, "rows");
        const char *title = arena_printf(c->arena, "%s", json_get_text(s, "title", ""));
        const char *heading = "";
        for (size_t k = 0; k < json_size(rows); k++) {
            const struct json *row = json_at(rows, k);
            const char *label = json_get_text(row, "label", "");
            if (json_get_bool(row, "heading", false)) {
                heading = arena_printf(c->arena, "%s: ", label);
                continue;
            }
            const char *field = json_get_text(row, "field", "");
            (*out)[n++] =
                (struct told){title, arena_printf(c->arena, "%s", field),
                              arena_printf(c->arena, "%s%s",
                                           strchr(field, '[') == NULL ? "" : heading, label),
                              arena_printf(c->arena, "%s", json_get_text(row, "value", ""))};
        }
    }
    json_free(sections);
    return n;
}

static void put_row(struct json *rows, const struct told *of, const char *left, const char *right)
{
    const char *last = strrchr(of->field, '.');
    struct json *j = json_object();
    json_set_text(j, "field", of->field);
    json_set_text(j, "variable", last == NULL ? of->field : last + 1);
    json_set_text(j, "label", of->label);
    json_set_text(j, "section", of->section);
    json_set_text(j, "left", left == NULL ? "" : left);
    json_set_text(j, "right", right == NULL ? "" : right);
    bool both = left != NULL && right != NULL;
    json_set_bool(j, "agrees", both && strcmp(left, right) == 0);
    json_set_bool(j, "differs", both && strcmp(left, right) != 0);
    json_set_bool(j, "missing", !both);
    json_push(rows, j);
}

static size_t row_named(const struct told *t, size_t n, const char *field)
{
    size_t i = 0;
    while (i < n && strcmp(t[i].field, field) != 0) i++;
    return i;
}

/* Both in the order of the form: what only the right one says stands behind what both say before
 * it. */
static struct json *side_by_side(struct call *c, const struct record *left,
                                 const struct record *right)
{
    struct told *l, *r;
    size_t n_l = rows_of(&l, c, left), n_r = rows_of(&r, c, right), next = 0;
    struct json *rows = json_array();
    for (size_t i = 0; i < n_l; i++) {
        size_t at = row_named(r, n_r, l[i].field);
        for (; at < n_r && next < at; next++)
            if (row_named(l, n_l, r[next].field) == n_l)
                put_row(rows, &r[next], NULL, r[next].value);
        if (at < n_r && next <= at) next = at + 1;
        put_row(rows, &l[i], l[i].value, at < n_r ? r[at].value : NULL);
    }
    for (; next < n_r; next++)
        if (row_named(l, n_l, r[next].field) == n_l) put_row(rows, &r[next], NULL, r[next].value);
    return rows;
}

/* ---- persons around them ---- */

static bool put_person(const char *name, struct call *c, uint64_t record_no, uint64_t *person_no,
                       struct err *e)
{
    struct person_record *list;
    size_t n;
    struct json *out = json_array();
    json_set(c->out, name, out);
    if (!person_of_record(person_no, c->s->store, record_no, e) ||
        !person_records(&list, &n, c->s->store, *person_no, c->arena, e))
        return false;
    for (size_t i = 0; i < n && json_size(out) < RECORDS_SHOWN; i++) {
        const char *day;
        if (!call_sees_organisation(c, list[i].organisation_no)) continue;
        if (!link_registered(&day, c, list[i].code, e)) return false;
        struct json *j = json_object();
        json_set_text(j, "record", list[i].code);
        json_set_text(j, "organisation", list[i].organisation);
        json_set_text(j, "organisation_name", link_organisation(c, list[i].organisation));
        json_set_text(j, "registered", day);
        json_push(out, j);
    }
    return true;
}

bool link_put_decisions(struct call *c, const struct link_decision_filter *f, bool *can_confirm,
                        struct err *e)
{
    struct link_decision *list;
    size_t n;
    bool more;
    struct json *out = json_array();
    json_set(c->out, "decisions", out);
    *can_confirm = false;
    if (!link_decision_list(&list, &n, &more, c->s->store, f, c->arena, e)) return false;
    for (size_t i = 0; i < n; i++) {
        if (!link_sees_pair(c, list[i].organisation_a, list[i].organisation_b)) continue;
        struct json *j = json_object();
        json_push(out, j);
        if (!link_decision_to_json(j, c, &list[i], e)) return false;
        *can_confirm = *can_confirm || json_get_bool(j, "can_confirm", false);
    }
    return true;
}

static struct json *usual_reasons(void)
{
    static const char *const reason[] = {
        N_("Names and date of birth agree, but for the spelling"),
        N_("The same case, at the same time and place"),
        N_("Relatives: family name and place agree, given name and birth do not"),
        N_("Only what many have agrees"),
        N_("What is known does not go together"),
        N_("Too little is known of one of them"),
    };
    struct json *list = json_array();
    for (size_t i = 0; i < sizeof reason / sizeof *reason; i++)
        json_push(list, json_text(text_of(tr(reason[i]))));
    return list;
}

/* ---- a pair ---- */

static bool put_sides(struct call *c, const struct link_settings *s, const struct link_pair *p,
                      struct err *e)
{
    struct record left, right;
    struct record_meta ml, mr;
    struct json *l = json_object(), *r = json_object();
    json_set(c->out, "left", l);
    json_set(c->out, "right", r);
    if (!link_load(&left, &ml, c, p->code_a, e) || !link_load(&right, &mr, c, p->code_b, e) ||
        !link_put_side(l, c, &ml, e) || !link_put_side(r, c, &mr, e))
        return false;
    json_set(c->out, "rows", side_by_side(c, &left, &right));
    json_set(c->out, "fields", link_fields(c, s, p->evidence, &left, &right));
    return true;
}

bool op_link_pair(struct call *c, struct err *e)
{
    struct link_pair p;
    struct link_settings s;
    uint64_t person_a, person_b;
    const char *a, *b;
    int64_t open;
    bool can_confirm;
    if (!link_pair_asked(&p, c, e)) return false;
    const struct form *f = &c->s->dictionary->form[p.form];
    struct link_decision_filter about = {.a = p.a, .b = p.b, .max = DECISIONS_SHOWN};
    if (!link_settings(&s, c->s->dictionary, f, e) || !link_pair_to_json(c->out, c, &p, e) ||
        !put_sides(c, &s, &p, e) || !put_person("person_left", c, p.a, &person_a, e) ||
        !put_person("person_right", c, p.b, &person_b, e) ||
        !link_put_decisions(c, &about, &can_confirm, e) || !link_next(&a, &b, &open, c, &p, f, e))
        return false;
    json_set_bool(c->out, "compared", p.proposed && p.evidence.n > 0);
    json_set_bool(c->out, "together", person_a != 0 && person_a == person_b);
    json_set(c->out, "reasons", usual_reasons());
    json_set_int(c->out, "seen", p.decision_no);
    json_set_bool(c->out, "can_decide", p.active);
    json_set_bool(c->out, "can_confirm", can_confirm);
    json_set_bool(c->out, "can_undo", p.decision_no != 0);
    json_set_bool(c->out, "four_eyes", s.four_eyes);
    json_set_text(c->out, "next_a", a);
    json_set_text(c->out, "next_b", b);
    json_set_int(c->out, "open", open);
    json_set(c->out, "lower", json_number(s.lower));
    json_set(c->out, "upper", json_number(s.upper));
    c->event.object_type = "pair";
    c->event.object_id = arena_printf(c->arena, "%s %s", p.code_a, p.code_b);
    c->event.count = 2;
    return true;
}
