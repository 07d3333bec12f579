/* SPDX-License-Identifier: EUPL-1.2 */
#include "service/explore.h"

#include "base/catalogue.h"
#include "base/date.h"
#include "base/unicode.h"
#include "model/expr.h"

#include <stdio.h>
#include <string.h>

enum { YEARS_OFFERED = 40, CODES_OFFERED = 700 };

/* ---------------------------------------------------------------- what there is */

bool explore_has(const struct call *c, const struct variable *v)
{
    bool counts = v->type == VARIABLE_CODE || v->type == VARIABLE_CODES ||
                  v->type == VARIABLE_INTEGER || v->type == VARIABLE_DATE;
    return counts && (v->privacy & PRIVACY_D) == 0 && call_reads_variable(c, v);
}

static bool is_year(const struct variable *v)
{
    if (v->type == VARIABLE_DATE)
        return v->group == 0; /* in a repeat, one day may be late enough and another early enough */
    return v->type == VARIABLE_INTEGER && text_ends(text_of(v->name), TEXT("_year"));
}

bool explore_filters(const struct call *c, const struct variable *v)
{
    if (!explore_has(c, v)) return false;
    if (v->list == LIST_NONE) return is_year(v);
    return c->s->dictionary->list[v->list]->n_code <= CODES_OFFERED;
}

/* Whether `list` of the choices holds `name` at its place `at` (counting those that are not empty);
 * SIZE_MAX: anywhere. */
static bool holds(const struct json *in, const char *list, const char *name, size_t at)
{
    const struct json *j = json_get(in, list);
    size_t n = 0;
    for (size_t i = 0; j != NULL && i < json_size(j); i++) {
        const char *one = json_as_text(json_at(j, i), "");
        if (one[0] == '\0') continue;
        if ((at == SIZE_MAX || at == n) && strcmp(one, name) == 0) return true;
        n++;
    }
    return false;
}

static bool has_any(const struct json *in, const char *list)
{
    const struct json *j = json_get(in, list);
    for (size_t i = 0; j != NULL && i < json_size(j); i++)
        if (json_as_text(json_at(j, i), "")[0] != '\0') return true;
    return false;
}

/* ---------------------------------------------------------------- the builder */

static struct json *option(const char *code, const char *text, bool chosen)
{
    struct json *o = json_object();
    json_set_text(o, "code", code);
    json_set_text(o, "text", text);
    json_set_bool(o, "chosen", chosen);
    return o;
}

static const char *label_of(const struct call *c, const struct words *w, const char *otherwise)
{
    struct text t = unicode_visible(text_of(words_in(w, c->language, otherwise)), c->arena);
    return arena_copy(c->arena, t.p, t.n);
}

/* Members that are not so are left out: hundreds of variables stand in the document. */
static struct json *variable_option(const struct call *c, const struct variable *v,
                                    const struct json *in)
{
    struct json *o = json_object();
    const char *yes = "yes";
    json_set_text(o, "name", v->name);
    json_set_text(o, "text", label_of(c, &v->label, v->name));
    json_set_text(o, "in_row", holds(in, "rows", v->name, 0) ? yes : "");
    json_set_text(o, "in_row_2", holds(in, "rows", v->name, 1) ? yes : "");
    json_set_text(o, "in_column", holds(in, "columns", v->name, 0) ? yes : "");
    json_set_text(o, "can_filter", explore_filters(c, v) ? yes : "");
    return o;
}

struct section {
    struct json *list, *options; /* of the section being filled; NULL: none yet */
    const char *title;
};

static void add_option(struct section *s, struct json *o)
{
    if (s->options == NULL) {
        struct json *section = json_object();
        s->options = json_array();
        json_set_text(section, "title", s->title);
        json_set(section, "options", s->options);
        json_push(s->list, section);
    }
    json_push(s->options, o);
}

static struct json *sections(const struct call *c, const struct form *f, const struct json *in)
{
    enum { DEEPEST = 64 };
    const struct dictionary *d = c->s->dictionary;
    struct section s = {.list = json_array(), .title = tr("The register")};
    const char *title[DEEPEST] = {s.title};
    size_t depth = 0;
    const var_id own[] = {f->organisation, f->organisation_type};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        if (own[i] != VAR_NONE && explore_has(c, &d->variable[own[i]]))
            add_option(&s, variable_option(c, &d->variable[own[i]], in));
    for (size_t i = 0; i < f->n_outline; i++) {
        const struct outline_item *o = &f->outline[i];
        switch (o->kind) {
        case OUTLINE_GROUP:
        case OUTLINE_REPEAT:
            if (depth + 1 < DEEPEST) depth++;
            title[depth] = label_of(c, &o->label, o->name);
            s.title = title[depth];
            s.options = NULL;
            break;
        case OUTLINE_END:
            if (depth > 0) depth--;
            s.title = title[depth];
            s.options = NULL;
            break;
        case OUTLINE_VARIABLE:
            if (explore_has(c, &d->variable[o->var]))
                add_option(&s, variable_option(c, &d->variable[o->var], in));
            break;
        case OUTLINE_NOTE: break;
        }
    }
    return s.list;
}

static struct json *value_option(const struct call *c, const struct variable *v, const char *code,
                                 const char *text, const struct json *in)
{
    struct json *o = json_object();
    const char *value = arena_printf(c->arena, "%s=%s", v->name, code);
    json_set_text(o, "value", value);
    json_set_text(o, "text", text);
    json_set_bool(o, "chosen", holds(in, "only", value, SIZE_MAX));
    return o;
}

static struct json *values_of(const struct call *c, const struct variable *v, const struct json *in)
{
    const struct dictionary *d = c->s->dictionary;
    struct json *list = json_array();
    if (v->list != LIST_NONE) {
        const struct codelist *l = d->list[v->list];
        for (size_t i = 0; i < l->n_code; i++)
            json_push(list, value_option(c, v, l->code[i].name,
                                         label_of(c, &l->code[i].label, l->code[i].name), in));
        return list;
    }
    int last = date_year(date_from_day(day_today()));
    for (int y = last; y > last - YEARS_OFFERED; y--) {
        const char *year = arena_printf(c->arena, "%d", y);
        json_push(list, value_option(c, v, year, year, in));
    }
    return list;
}

static struct json *filters(const struct call *c, const struct form *f, const struct json *in)
{
    const struct json *chosen = json_get(in, "filter");
    struct json *list = json_array();
    for (size_t i = 0; chosen != NULL && i < json_size(chosen); i++) {
        const char *name = json_as_text(json_at(chosen, i), "");
        const struct variable *v = dictionary_variable(c->s->dictionary, f->id, text_of(name));
        bool again = false;
        for (size_t k = 0; k < i && !again; k++)
            again = strcmp(json_as_text(json_at(chosen, k), ""), name) == 0;
        if (v == NULL || again || !explore_filters(c, v)) continue;
        struct json *one = json_object();
        json_set_text(one, "name", v->name);
        json_set_text(one, "label", label_of(c, &v->label, v->name));
        json_set(one, "options", values_of(c, v, in));
        json_push(list, one);
    }
    return list;
}

static struct json *kinds(const struct json *in)
{
    static const struct {
        const char *code, *text;
    } kind[] = {
        {"auto", N_("What suits the table")}, {"bar", N_("Bars")},
        {"stacked", N_("Stacked bars")},      {"line", N_("Lines")},
        {"heat", N_("Shaded table")},         {"map", N_("Map of the world")},
        {"regions", N_("Map of regions")},    {"none", N_("No chart")},
    };
    const char *chosen = json_get_text(in, "kind", "auto");
    struct json *list = json_array();
    for (size_t i = 0; i < sizeof kind / sizeof *kind; i++)
        json_push(list, option(kind[i].code, tr(kind[i].text), strcmp(kind[i].code, chosen) == 0));
    return list;
}

static bool counts_records(const struct call *c, const struct json *in)
{
    return !call_sees_all(c) || strcmp(json_get_text(in, "count", "persons"), "records") == 0;
}

/* The form that is named, else the first that may be read. */
static bool choose_form(const struct form **out, struct call *c, const struct json *in,
                        struct err *e)
{
    const struct dictionary *d = c->s->dictionary;
    const char *name = json_get_text(in, "form", "");
    for (size_t i = 0; name[0] == '\0' && i < d->n_form; i++)
        if (call_reads_form(c, &d->form[i])) name = d->form[i].name;
    struct json *named = json_object();
    json_set_text(named, "form", name);
    struct call sub = *c;
    sub.in = named;
    bool ok = call_form(out, &sub, "form", e);
    c->denied = c->denied || sub.denied;
    json_free(named);
    return ok;
}

bool explore_builder(struct json **out, const struct form **form, struct call *c,
                     const struct json *in, struct err *e)
{
    const struct dictionary *d = c->s->dictionary;
    if (!choose_form(form, c, in, e)) return false;
    struct json *b = json_object(), *forms = json_array();
    for (size_t i = 0; i < d->n_form; i++)
        if (call_reads_form(c, &d->form[i]))
            json_push(forms,
                      option(d->form[i].name, label_of(c, &d->form[i].title, d->form[i].name),
                             &d->form[i] == *form));
    bool records = counts_records(c, in);
    json_set_text(b, "form", (*form)->name);
    json_set_text(b, "form_title", label_of(c, &(*form)->title, (*form)->name));
    json_set_bool(b, "own", !call_sees_all(c));
    json_set_bool(b, "raw", role_may(c->who.role, CAP_TABLE_RAW));
    json_set_bool(b, "count_persons", !records);
    json_set_bool(b, "count_records", records);
    json_set(b, "forms", forms);
    json_set(b, "kinds", kinds(in));
    json_set(b, "sections", sections(c, *form, in));
    json_set(b, "filters", filters(c, *form, in));
    *out = b;
    return true;
}

/* ---------------------------------------------------------------- the table */

static bool bad_choice(const char *token, struct err *e)
{
    err_set(e, ERR_USAGE, "explore.filter", "a choice of the filter is not one");
    err_detail(e, "%s", token);
    return err_remedy(e, "choose among the values that are offered");
}

static void put_codes(struct buf *b, const struct variable *v, const struct codelist *l,
                      code_id chosen)
{
    bool first = true;
    for (size_t i = 0; i < l->n_code; i++) {
        if (!codelist_is_within(l, (code_id)i, chosen)) continue;
        buf_printf(b, v->type == VARIABLE_CODES ? "%sselected(${%s}, '%s')" : "%s${%s} = '%s'",
                   first ? "" : " or ", v->name, l->code[i].name);
        first = false;
    }
}

/* One choice as an expression; what is below a code of a tree belongs to it. */
static bool put_choice(struct buf *b, const struct call *c, const struct variable *v,
                       struct text code, const char *token, struct err *e)
{
    const struct dictionary *d = c->s->dictionary;
    int64_t year;
    if (v->list != LIST_NONE) {
        const struct codelist *l = d->list[v->list];
        code_id chosen = codelist_find(l, code);
        if (chosen == CODE_NONE) return bad_choice(token, e);
        put_codes(b, v, l, chosen);
        return true;
    }
    if (!text_to_int(code, &year) || year < 1000 || year > 9999) return bad_choice(token, e);
    if (v->type == VARIABLE_INTEGER) buf_printf(b, "${%s} = %d", v->name, (int)year);
    else
        buf_printf(b, "(${%s} >= '%d-01-01' and ${%s} <= '%d-12-31')", v->name, (int)year, v->name,
                   (int)year);
    return true;
}

/* All choices of the variable that choice `at` names, if it is the first that names it. */
static bool put_variable(struct buf *b, struct call *c, const struct form *f,
                         const struct json *only, size_t at, struct err *e)
{
    struct text rest = text_of(json_as_text(json_at(only, at), "")), name, code;
    if (rest.n == 0) return true;
    (void)text_split(&rest, '=', &name);
    for (size_t i = 0; i < at; i++) {
        struct text before = text_of(json_as_text(json_at(only, i), "")), its;
        if (text_split(&before, '=', &its) && text_equal(its, name)) return true;
    }
    const struct variable *v;
    if (!call_variable(&v, c, f, name, e)) return false;
    if (!explore_filters(c, v)) return bad_choice(json_as_text(json_at(only, at), ""), e);
    bool first = true;
    buf_puts(b, b->n == 0 ? "(" : " and (");
    for (size_t i = at; i < json_size(only); i++) {
        const char *token = json_as_text(json_at(only, i), "");
        struct text each = text_of(token), its;
        if (!text_split(&each, '=', &its) || !text_equal(its, name)) continue;
        code = each;
        if (!first) buf_puts(b, " or ");
        first = false;
        if (!put_choice(b, c, v, code, token, e)) return false;
    }
    buf_puts(b, ")");
    return true;
}

static bool put_filter(struct json *out, struct call *c, const struct form *f,
                       const struct json *in, struct err *e)
{
    const struct json *only = json_get(in, "only");
    struct buf b;
    buf_init(&b, EXPR_TEXT_MAX);
    bool ok = true;
    for (size_t i = 0; ok && only != NULL && i < json_size(only); i++)
        ok = put_variable(&b, c, f, only, i, e);
    if (ok && !buf_ok(&b, NULL)) {
        err_set(e, ERR_LIMIT, "explore.filter_long", "the filter chooses too many values");
        ok = err_remedy(e, "choose a group of values instead of each of them, or fewer");
    }
    if (ok && b.n > 0) json_set(out, "where", json_text(buf_text(&b)));
    buf_release(&b);
    return ok;
}

static struct json *chosen(const struct json *in, const char *list)
{
    const struct json *j = json_get(in, list);
    struct json *out = json_array();
    for (size_t i = 0; j != NULL && i < json_size(j); i++) {
        const char *one = json_as_text(json_at(j, i), "");
        if (one[0] != '\0') json_push(out, json_text(text_of(one)));
    }
    return out;
}

bool explore_parameters(struct json **out, struct call *c, const struct form *f,
                        const struct json *in, struct err *e)
{
    struct json *p = json_object();
    json_set_text(p, "form", f->name);
    json_set(p, "rows", chosen(in, "rows"));
    json_set(p, "columns", chosen(in, "columns"));
    json_set_text(p, "count", counts_records(c, in) ? "records" : "persons");
    if (!put_filter(p, c, f, in, e)) {
        json_free(p);
        return false;
    }
    *out = p;
    return true;
}

static bool count_chosen(struct json **out, struct call *c, const struct form *f,
                         const struct json *in, const struct figure_ask *ask, bool raw,
                         struct err *e)
{
    struct json *p;
    struct counted t;
    if (!explore_parameters(&p, c, f, in, e)) return false;
    struct call sub = *c;
    sub.in = p;
    bool ok = call_count(&t, &sub, raw, e) && figure_make(out, &sub, &t, ask, e);
    enum audit_action action = c->event.action;
    if (ok) c->event = sub.event;
    c->event.action = action;
    c->denied = c->denied || sub.denied;
    json_free(p);
    return ok;
}

bool explore_show(struct call *c, const struct json *in, bool raw, bool always, struct err *e)
{
    const struct form *f;
    struct json *builder, *figure;
    struct err why = {0};
    struct figure_ask ask = {.id = "table", .kind = json_get_text(in, "kind", "auto")};
    if (!explore_builder(&builder, &f, c, in, e)) return false;
    json_set(c->out, "builder", builder);
    if (!always && !has_any(in, "rows") && !has_any(in, "columns")) {
        c->event.action = AUDIT_NONE;
        return true;
    }
    if (!count_chosen(&figure, c, f, in, &ask, raw, &why)) {
        figure = figure_refused(c, &ask, &why);
        if (figure == NULL && e != NULL) *e = why;
        if (figure == NULL) return false;
    }
    json_set(c->out, "figure", figure);
    return true;
}
