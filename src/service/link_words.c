/* SPDX-License-Identifier: EUPL-1.2 */
/* What a comparison says, in words. */
#include "base/catalogue.h"
#include "linkage/explain.h"
#include "linkage/linkage.h"
#include "service/entry_form.h"
#include "service/link_call.h"

#include <math.h>
#include <string.h>

enum { CLAUSES = 5, SENTENCE_MAX = 4000 };

/* ---- evidence ---- */

struct link_evidence {
    struct people *people; /* none: it says the fields alone */
    struct compare_plan plan;
    struct explained x;
};

struct text link_evidence_text(const struct model *m, const struct compare_plan *plan, size_t a,
                               size_t b, struct arena *arena)
{
    struct explained x;
    struct buf out;
    explain_pair(&x, m, plan, a < b ? a : b, a < b ? b : a);
    struct json *j = explain_to_json(&x);
    buf_init(&out, LINK_EVIDENCE_MAX);
    json_write(&out, j, false);
    json_free(j);
    struct text t = {arena_copy(arena, out.p == NULL ? "" : out.p, out.n), out.n};
    buf_release(&out);
    return t;
}

/* Evidence of a plan that was another one says nothing any more. */
static bool read_evidence(struct link_evidence *out, const struct linkage_plan *p,
                          struct text evidence)
{
    struct err e = {0};
    struct json *j;
    *out = (struct link_evidence){0};
    if (evidence.n == 0 || !json_parse(&j, evidence, &e)) return false;
    out->people = people_new(p->role, p->n_role);
    compare_plan(&out->plan, out->people);
    bool ok = explain_from_json(&out->x, j, &out->plan, &e);
    json_free(j);
    if (ok) return true;
    err_clear(&e);
    people_free(out->people);
    out->people = NULL;
    return false;
}

/* What a field is called: the variables of one role are compared as one. */
const char *link_field_label(struct call *c, const struct form *f, const char *field)
{
    static const struct {
        const char *name, *words;
    } own[] = {{"birth", N_("Date of birth")},
               {"age", N_("Age")},
               {"reported", N_("Day of the report")},
               {"period", N_("Time that the record tells of")},
               {"order", N_("Order of given name and family name")}};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        if (strcmp(field, own[i].name) == 0) return tr(own[i].words);
    const struct variable *v = dictionary_variable(c->s->dictionary, f->id, text_of(field));
    return v == NULL ? field : words_in(&v->label, c->language, v->name);
}

/* ---- weights ---- */

const char *link_weight_words(struct call *c, double weight)
{
    long bits = lround(weight);
    return arena_printf(c->arena, bits > 0 ? "+%ld" : "%ld", bits);
}

const char *link_chance_words(struct call *c, double weight)
{
    double p = model_probability(weight);
    if (p >= 0.999) return tr("more than 99.9 %");
    if (p >= 0.99) return tr("more than 99 %");
    if (p <= 0.001) return tr("less than 0.1 %");
    if (p <= 0.01) return tr("less than 1 %");
    return arena_printf(c->arena, tr("about %ld %%"), lround(p * 100));
}

/* ---- sentences ---- */

struct naming {
    struct call *c;
    const struct form *form;
};

static const char *name_of(void *ctx, const char *field)
{
    struct naming *n = ctx;
    return link_field_label(n->c, n->form, field);
}

const char *link_why(struct call *c, const struct form *f, double weight, struct text evidence)
{
    struct linkage_plan p;
    struct link_evidence v;
    struct buf out;
    struct err e = {0};
    struct naming n = {c, f};
    if (!linkage_plan(&p, c->s->dictionary, f, &e) || !read_evidence(&v, &p, evidence)) return "";
    buf_init(&out, SENTENCE_MAX);
    explain_sentence(&out, &v.x, CLAUSES, name_of, &n);
    const char *said = arena_copy(c->arena, out.p == NULL ? "" : out.p, out.n),
               *chance = link_chance_words(c, weight);
    buf_release(&out);
    people_free(v.people);
    return arena_printf(c->arena, tr("%s Likelihood that they are one person: %s."), said, chance);
}

/* ---- fields ---- */

static bool is_encoded(const struct linkage_plan *p, const char *field)
{
    for (size_t i = 0; i < p->n_role; i++) {
        enum linkage_role role = p->role[i].role;
        bool of =
            strcmp(p->role[i].name, field) == 0 ||
            (strcmp(field, "order") == 0 && (role == LINKAGE_GIVEN || role == LINKAGE_SURNAME)) ||
            (strcmp(field, "birth") == 0 && role >= LINKAGE_BIRTH && role <= LINKAGE_BIRTH_DAY);
        if (of && p->column[i].identifier) return true;
    }
    return false;
}

/* The variable whose values a field compares; NULL where it is none, or an identifier. */
static const struct variable *variable_of(const struct call *c, const struct link_settings *s,
                                          const char *field)
{
    enum linkage_role role = strcmp(field, "age") == 0        ? LINKAGE_AGE
                             : strcmp(field, "reported") == 0 ? LINKAGE_REPORTED
                             : strcmp(field, "period") == 0   ? LINKAGE_PERIOD
                             : strcmp(field, "birth") == 0    ? LINKAGE_BIRTH_YEAR
                                                              : LINKAGE_IGNORE;
    for (size_t i = 0; i < s->plan.n_role; i++) {
        bool of = role != LINKAGE_IGNORE ? s->plan.role[i].role == role
                                         : strcmp(s->plan.role[i].name, field) == 0;
        if (!of || s->plan.column[i].identifier) continue;
        return &c->s->dictionary->variable[s->plan.column[i].variable[0]];
    }
    return NULL;
}

const char *link_value_words(struct call *c, const struct record *r, const struct variable *v)
{
    struct entry x;
    const char *words = "";
    if (v == NULL || v->group != 0 || (v->privacy & PRIVACY_D) != 0) return "";
    entry_start(&x, c, r->form);
    struct entry_field f = {0};
    entry_field_of_value(&x.typed, &f, v, record_get(r, v->id, 0));
    if (!entry_field_blank(&f))
        words =
            f.shape == ENTRY_PARTS ? entry_field_words(&f, c->arena) : entry_value_words(&x, v, &f);
    words = arena_printf(c->arena, "%s", words);
    entry_close(&x);
    return words;
}

static struct json *field_to_json(struct call *c, const struct link_settings *s,
                                  const struct explained_field *f, const struct record *left,
                                  const struct record *right)
{
    bool encoded = is_encoded(&s->plan, f->field);
    const struct variable *v = encoded ? NULL : variable_of(c, s, f->field);
    struct json *j = json_object();
    json_set_text(j, "field", f->field);
    json_set_text(j, "label", link_field_label(c, s->form, f->field));
    json_set_text(j, "level", explain_level(f));
    json_set_text(j, "level_words", explain_words(f));
    json_set(j, "weight", json_number(f->weight));
    json_set_text(j, "weight_words", link_weight_words(c, f->weight));
    json_set_text(j, "tone", explain_tone_name(f->tone));
    json_set_bool(j, "rare", f->rare);
    json_set_bool(j, "encoded", encoded);
    json_set_text(j, "left", link_value_words(c, left, v));
    json_set_text(j, "right", link_value_words(c, right, v));
    return j;
}

/* Strongest first; what is missing in either of them at the end. */
struct json *link_fields(struct call *c, const struct link_settings *s, struct text evidence,
                         const struct record *left, const struct record *right)
{
    struct link_evidence v;
    struct json *list = json_array();
    bool done[COMPARE_FIELDS] = {false};
    if (!read_evidence(&v, &s->plan, evidence)) return list;
    for (size_t shown = 0; shown < v.x.n_field; shown++) {
        size_t best = v.x.n_field;
        for (size_t i = 0; i < v.x.n_field; i++) {
            const struct explained_field *f = &v.x.field[i], *b = &v.x.field[best];
            if (done[i]) continue;
            if (best == v.x.n_field ||
                (f->tone != EXPLAIN_MISSING &&
                 (b->tone == EXPLAIN_MISSING || fabs(f->weight) > fabs(b->weight))))
                best = i;
        }
        done[best] = true;
        json_push(list, field_to_json(c, s, &v.x.field[best], left, right));
    }
    people_free(v.people);
    return list;
}
