/* SPDX-License-Identifier: EUPL-1.2 */
/* A person with all records, where its records contradict each other, and choosing whose answer
 * counts: coded values, never an identifier. */
#include "base/catalogue.h"
#include "base/mem.h"
#include "service/link_person.h"

#include <stdlib.h>
#include <string.h>

enum { PAIRS_SHOWN = 100, DECISIONS_SHOWN = 100, PAGE = 50 };

/* ---- a person ---- */

/* The variable that is asked for; NULL where none is. */
static bool asked_variable(const struct variable **out, struct call *c, const struct form *f,
                           struct err *e)
{
    const char *name = json_get_text(c->in, "variable", "");
    *out = NULL;
    if (name[0] == '\0') return true;
    const struct variable *v = dictionary_variable(c->s->dictionary, f->id, text_of(name));
    if (v != NULL && v->group == 0 && (v->privacy & PRIVACY_D) == 0) {
        *out = v;
        return true;
    }
    err_set(e, ERR_USAGE, "link.variable", "no person of form %s has one answer to a variable %s",
            f->name, name);
    return err_remedy(e, "`dcim link person` lists the variables");
}

static bool put_values(int64_t *open, struct call *c, const struct persona *p,
                       const struct variable *only, struct err *e)
{
    struct survivor_value *value;
    struct json *values = json_array();
    *open = 0;
    json_set(c->out, "values", values);
    if (p->n == 0) return true;
    size_t n = survivor_values(&value, p->at, p->n, &p->facts, &p->choices, c->arena);
    for (size_t pass = 0; pass < 3; pass++) /* what is open first, then what is settled */
        for (size_t i = 0; i < n; i++) {
            const struct variable *v = &c->s->dictionary->variable[value[i].variable];
            size_t turn = !value[i].conflict ? 2 : value[i].settled ? 1 : 0;
            if (v->group != 0 || turn != pass || (only != NULL && v != only)) continue;
            struct json *j = link_value_json(c, p, &value[i], e);
            if (j == NULL) return false;
            json_push(values, j);
            *open += turn == 0;
        }
    return true;
}

static bool put_records(struct call *c, const struct persona *p, uint64_t asked, struct err *e)
{
    struct json *list = json_array();
    int64_t organisations = 0;
    json_set(c->out, "records", list);
    for (size_t i = 0; i < p->n; i++) {
        struct json *j = json_object();
        bool seen = false;
        json_push(list, j);
        if (!link_put_side(j, c, &p->meta[i], e)) return false;
        json_set_bool(j, "is_asked", p->meta[i].record_no == asked);
        for (size_t k = 0; k < i; k++)
            seen = seen || p->meta[k].organisation_no == p->meta[i].organisation_no;
        organisations += !seen;
    }
    json_set_int(c->out, "count", (int64_t)p->n);
    json_set_int(c->out, "organisations", organisations);
    return true;
}

/* Proposed pairs of its records, within the person and beyond. */
static bool put_pairs_of(struct call *c, const struct persona *p, struct err *e)
{
    struct json *list = json_array();
    json_set(c->out, "pairs", list);
    for (size_t i = 0; i < p->n; i++) {
        struct link_pair *pair, whole;
        size_t n;
        if (!link_pair_of_record(&pair, &n, c->s->store, p->meta[i].record_no, PAIRS_SHOWN,
                                 c->arena, e))
            return false;
        for (size_t k = 0; k < n && json_size(list) < PAIRS_SHOWN; k++) {
            bool earlier = false; /* told of an earlier record already */
            for (size_t h = 0; h < i; h++)
                earlier = earlier || p->meta[h].record_no == pair[k].a ||
                          p->meta[h].record_no == pair[k].b;
            if (earlier || !link_sees_pair(c, pair[k].organisation_a, pair[k].organisation_b))
                continue;
            struct json *j = json_object();
            json_push(list, j);
            if (!link_pair_get(&whole, c->s->store, text_of(pair[k].code_a),
                               text_of(pair[k].code_b), c->arena, e) ||
                !link_pair_to_json(j, c, &whole, e))
                return false;
        }
    }
    return true;
}

/* The record that is asked for, of a form that is linked. */
static bool asked_record(struct record *r, struct record_meta *m, struct call *c, struct err *e)
{
    if (!call_load_record(r, m, c, 0, e)) return false;
    if (link_form_is_linked(c->s->dictionary, r->form)) return true;
    err_set(e, ERR_USAGE, "link.form", "records of form %s are not linked", r->form->name);
    return err_remedy(e, "name a record of a person");
}

/* Its person. */
static bool asked_person(struct persona *p, struct record *r, struct record_meta *m, struct call *c,
                         struct err *e)
{
    struct choice_marks marks;
    if (!asked_record(r, m, c, e) || !link_marks(&marks, c, r->form, e)) return false;
    bool ok = link_person_load(p, c, m->record_no, &marks, e);
    link_marks_release(&marks);
    return ok;
}

bool op_link_person(struct call *c, struct err *e)
{
    struct record r;
    struct record_meta m;
    struct persona p;
    const struct variable *only;
    uint64_t person_no;
    int64_t open;
    bool can_confirm;
    if (!asked_person(&p, &r, &m, c, e) || !asked_variable(&only, c, r.form, e) ||
        !person_of_record(&person_no, c->s->store, m.record_no, e))
        return false;
    struct link_decision_filter about = {.person_no = person_no, .max = DECISIONS_SHOWN};
    if (!put_records(c, &p, m.record_no, e) || !put_values(&open, c, &p, only, e) ||
        !link_put_decisions(c, &about, &can_confirm, e) || !put_pairs_of(c, &p, e))
        return false;
    json_set_int(c->out, "conflicts", open);
    json_set_text(c->out, "record", arena_printf(c->arena, "%s", m.code));
    json_set_text(c->out, "form", r.form->name);
    json_set_text(c->out, "form_title", words_in(&r.form->title, c->language, r.form->name));
    c->event.object_type = "person";
    c->event.object_id = arena_printf(c->arena, "%s", m.code);
    c->event.count = (int64_t)p.n;
    return true;
}

/* ---- contradictions within persons (Q21) ---- */

static bool put_contradiction(struct json *list, struct call *c, uint64_t record_no, uint32_t set,
                              bool settled, const struct choice_marks *marks, struct err *e)
{
    struct persona p;
    if (!link_person_load(&p, c, record_no, marks, e)) return false;
    for (size_t k = 0; p.n > 0 && k < p.facts.n; k++) {
        struct survivor_value x;
        if ((set >> k & 1) == 0) continue;
        survivor_value(&x, p.at, p.n, p.facts.variable[k], &p.facts, &p.choices);
        if (!x.conflict || (x.settled && !settled)) continue; /* changed since the snapshot */
        struct json *j = link_value_json(c, &p, &x, e);
        if (j == NULL) return false;
        const struct form *f = p.at[0]->form;
        json_set_text(j, "record", arena_printf(c->arena, "%s", p.meta[0].code));
        json_set_text(j, "form", f->name);
        json_set_text(j, "form_title", words_in(&f->title, c->language, f->name));
        json_set_int(j, "records", (int64_t)p.n);
        json_push(list, j);
    }
    return true;
}

struct wanted { /* of contradictions */
    bool open, settled;
};

static uint32_t wanted_of(struct wanted w, const struct contradiction *x)
{
    return (w.open ? x->open : 0) | (w.settled ? x->settled : 0);
}

static uint64_t place_asked(const struct call *c)
{
    struct text after = text_of(json_get_text(c->in, "after", ""));
    uint64_t place = 0;
    for (size_t i = 0; i < after.n && after.p[i] >= '0' && after.p[i] <= '9' && i < 18; i++)
        place = place * 10 + (uint64_t)(after.p[i] - '0');
    return place;
}

struct found { /* of all forms that are asked for, by the person's oldest record */
    struct contradiction what;
    const struct choice_marks *marks; /* of its form */
};

struct looking {
    const struct form **form;
    struct choice_marks *marks; /* by form */
    size_t n_form;
    struct found *item;
    size_t n, cap;
};

static int by_record(const void *a, const void *b)
{
    uint64_t x = ((const struct found *)a)->what.record_no,
             y = ((const struct found *)b)->what.record_no;
    return (x > y) - (x < y);
}

static bool look(struct looking *l, struct call *c, struct err *e)
{
    if (!link_forms(&l->form, &l->n_form, c, e)) return false;
    l->marks = ARENA_ARRAY(c->arena, struct choice_marks, l->n_form + 1);
    for (size_t i = 0; i < l->n_form; i++) {
        struct contradiction *list = NULL;
        size_t n = 0;
        bool ok = link_marks(&l->marks[i], c, l->form[i], e) &&
                  link_contradictions(&list, &n, c, l->form[i], &l->marks[i], e);
        for (size_t k = 0; k < n; k++) {
            MEM_GROW(l->item, l->cap, l->n + 1);
            l->item[l->n++] = (struct found){list[k], &l->marks[i]};
        }
        mem_free(list);
        if (!ok) return false;
    }
    if (l->n > 1) qsort(l->item, l->n, sizeof *l->item, by_record);
    return true;
}

static void looking_release(struct looking *l)
{
    for (size_t i = 0; l->marks != NULL && i < l->n_form; i++) link_marks_release(&l->marks[i]);
    mem_free(l->item);
}

/* A page behind the person whose oldest record has the number `after`. */
static bool put_page(struct call *c, struct wanted w, const struct looking *l, struct err *e)
{
    struct json *list = json_array();
    size_t shown = 0, limit = (size_t)json_get_int(c->in, "limit", PAGE);
    uint64_t after = place_asked(c), last = 0;
    const char *next = "";
    json_set(c->out, "conflicts", list);
    for (size_t i = 0; i < l->n && next[0] == '\0'; i++) {
        const struct contradiction *x = &l->item[i].what;
        uint32_t set = wanted_of(w, x);
        if (set == 0 || x->record_no <= after) continue;
        if (shown++ == limit) next = arena_printf(c->arena, "%llu", (unsigned long long)last);
        else if (!put_contradiction(list, c, x->record_no, set, w.settled, l->item[i].marks, e))
            return false;
        last = x->record_no;
    }
    json_set_text(c->out, "next", next);
    return true;
}

static void put_counts(struct call *c, struct wanted w, const struct looking *l)
{
    int64_t open = 0, settled = 0, fit = 0;
    for (size_t i = 0; i < l->n; i++) {
        const struct contradiction *x = &l->item[i].what;
        open += x->open != 0;
        settled += x->settled != 0;
        fit += wanted_of(w, x) != 0;
    }
    int64_t shown = (int64_t)json_size(json_get(c->out, "conflicts"));
    json_set_int(c->out, "count", call_sees_all(c) ? fit : shown);
    json_set_int(c->out, "open", call_sees_all(c) ? open : 0);
    json_set_int(c->out, "settled", call_sees_all(c) ? settled : 0);
}

bool op_link_values(struct call *c, struct err *e)
{
    static const char *const states[] = {"open", N_("To be settled"), "settled", N_("Settled"),
                                         "all",  N_("All"),           NULL};
    const char *state = json_get_text(c->in, "state", "open");
    struct wanted w = {strcmp(state, "settled") != 0, strcmp(state, "open") != 0};
    struct looking l = {0};
    bool ok = look(&l, c, e) && put_page(c, w, &l, e);
    if (ok) put_counts(c, w, &l);
    const struct form *only = ok && json_get_text(c->in, "form", "")[0] != '\0' ? l.form[0] : NULL;
    looking_release(&l);
    if (!ok) return false;
    json_set(c->out, "forms", link_form_choices(c, only));
    json_set(c->out, "states", link_choices(states, state));
    c->event.object_type = "persons";
    c->event.object_id = only == NULL ? NULL : only->name;
    c->event.count = (int64_t)json_size(json_get(c->out, "conflicts"));
    return true;
}

/* ---- choosing ---- */

struct choosing {
    struct record r;
    struct record_meta m;
    struct persona p;
    const struct variable *v;
    struct survivor_value x;
};

static bool begin(struct choosing *k, struct call *c, struct err *e)
{
    if (!asked_person(&k->p, &k->r, &k->m, c, e) || !asked_variable(&k->v, c, k->r.form, e))
        return false;
    if (k->p.n == 0) {
        err_set(e, ERR_CONFLICT, "link.inactive",
                "nothing can be chosen about record %s: it was withdrawn or erased", k->m.code);
        return err_remedy(e, "see the history of the record");
    }
    survivor_value(&k->x, k->p.at, k->p.n, k->v->id, &k->p.facts, &k->p.choices);
    c->event.object_type = "record";
    c->event.object_id = arena_printf(c->arena, "%s", k->m.code);
    c->event.fields = k->v->name;
    c->event.count = (int64_t)k->p.n;
    return true;
}

/* Somebody chose since it was shown: nothing is written. */
static bool moved(const struct call *c, const struct choosing *k)
{
    return json_has(c->in, "seen") && json_get_int(c->in, "seen", 0) != k->x.choice_no;
}

static bool put_done(struct call *c, const struct choosing *k, bool conflict, struct err *e)
{
    struct choice_marks marks;
    struct persona p;
    struct survivor_value x;
    if (!link_marks(&marks, c, k->r.form, e)) return false;
    bool ok = link_person_load(&p, c, k->m.record_no, &marks, e);
    link_marks_release(&marks);
    if (!ok) return false;
    survivor_value(&x, p.at, p.n, k->v->id, &p.facts, &p.choices);
    struct json *value = link_value_json(c, &p, &x, e);
    if (value == NULL) return false;
    json_set_bool(c->out, "done", !conflict);
    json_set_bool(c->out, "conflict", conflict);
    json_set_text(c->out, "record", arena_printf(c->arena, "%s", k->m.code));
    json_set_text(c->out, "person", arena_printf(c->arena, "%s", p.meta[0].code));
    json_set(c->out, "value", value);
    return true;
}

static bool can_choose(const struct choosing *k, struct err *e)
{
    if (!survivor_answers(&k->r, k->v->id)) {
        err_set(e, ERR_CONFLICT, "link.no_answer", "record %s does not answer %s", k->m.code,
                k->v->name);
        return err_remedy(e, "choose a record that answers it");
    }
    if (k->x.n_differ > 1) return true;
    err_set(e, ERR_CONFLICT, "link.agreed", "the records of the person agree in %s", k->v->name);
    return err_remedy(e, "there is nothing to choose");
}

bool op_link_choose(struct call *c, struct err *e)
{
    struct choosing k;
    int64_t choice_no;
    if (!begin(&k, c, e)) return false;
    if (moved(c, &k)) return put_done(c, &k, true, e);
    const struct link_choose d = {.record_no = k.m.record_no,
                                  .variable = k.v->id,
                                  .over = k.p.record_no,
                                  .n_over = k.p.n,
                                  .actor = c->who.actor,
                                  .reason = text_of(json_get_text(c->in, "reason", ""))};
    return can_choose(&k, e) && link_choose(&choice_no, c->s->store, &d, e) &&
           put_done(c, &k, false, e);
}

bool op_link_unchoose(struct call *c, struct err *e)
{
    struct choosing k;
    struct text reason = text_of(json_get_text(c->in, "reason", ""));
    if (!begin(&k, c, e)) return false;
    if (moved(c, &k)) return put_done(c, &k, true, e);
    if (k.x.choice_no == 0) {
        err_set(e, ERR_CONFLICT, "link.no_choice", "nothing was chosen for %s of this person",
                k.v->name);
        return err_remedy(e, "`dcim link person` shows by what rule its answer counts");
    }
    return link_unchoose(c->s->store, k.x.choice_no, c->who.actor, reason, e) &&
           put_done(c, &k, false, e);
}
