/* SPDX-License-Identifier: EUPL-1.2 */
#include "service/link_call.h"

#include "base/catalogue.h"
#include "base/date.h"

#include <math.h>
#include <string.h>

/* ---- settings ---- */

static bool number_of(double *out, const struct dictionary *d, const char *name, double otherwise,
                      struct err *e)
{
    const char *word = dictionary_parameter(d, name, "");
    *out = otherwise;
    if (word[0] == '\0' || (text_to_double(text_of(word), out) && isfinite(*out))) return true;
    err_set(e, ERR_INPUT, "link.parameter", "parameter %s is no number: %s", name, word);
    return err_remedy(e, "mend parameters.csv of the pack and install it with `dcim pack install`");
}

static bool has_word(const char *words, const char *word)
{
    struct text rest = text_of(words), one;
    while (text_split(&rest, ' ', &one))
        if (text_is(one, word)) return true;
    return false;
}

static const char *plan_of(const struct dictionary *d, const struct form *f)
{
    char name[80];
    (void)snprintf(name, sizeof name, "linkage.%s", f->name);
    return dictionary_parameter(d, name, "");
}

bool link_form_is_linked(const struct dictionary *d, const struct form *f)
{
    return plan_of(d, f)[0] != '\0';
}

bool link_settings(struct link_settings *out, const struct dictionary *d, const struct form *f,
                   struct err *e)
{
    *out = (struct link_settings){.form = f};
    if (!number_of(&out->upper, d, "linkage.upper", 6, e) ||
        !number_of(&out->lower, d, "linkage.lower", -2, e) || !linkage_plan(&out->plan, d, f, e))
        return false;
    if (out->lower > out->upper) {
        err_set(e, ERR_INPUT, "link.parameter", "linkage.lower is above linkage.upper");
        return err_remedy(
            e, "mend parameters.csv of the pack and install it with `dcim pack install`");
    }
    out->automatic = has_word(dictionary_parameter(d, "linkage.automatic", ""), f->name);
    out->four_eyes = strcmp(dictionary_parameter(d, "linkage.four_eyes", "no"), "yes") == 0;
    int64_t sample = dictionary_parameter_int(d, "linkage.sample", 30),
            at_once = dictionary_parameter_int(d, "linkage.at_once", 200);
    out->sample = sample < 1 ? 1 : (size_t)sample;
    out->at_once = at_once < 0 ? 0 : (size_t)at_once;
    return true;
}

/* ---- forms ---- */

static bool not_linked(const struct form *f, struct err *e)
{
    err_set(e, ERR_USAGE, "link.form", "records of form %s are not linked", f->name);
    return err_remedy(e, "parameter linkage.%s of the pack says by which variables they could be",
                      f->name);
}

bool link_forms(const struct form ***out, size_t *n, struct call *c, struct err *e)
{
    const struct dictionary *d = c->s->dictionary;
    const struct form *only = NULL;
    *out = ARENA_ARRAY(c->arena, const struct form *, d->n_form);
    *n = 0;
    if (json_get_text(c->in, "form", "")[0] != '\0') {
        if (!call_form(&only, c, "form", e)) return false;
        if (!link_form_is_linked(d, only)) return not_linked(only, e);
        (*out)[(*n)++] = only;
        return true;
    }
    for (size_t i = 0; i < d->n_form; i++)
        if (link_form_is_linked(d, &d->form[i]) && call_reads_form(c, &d->form[i]))
            (*out)[(*n)++] = &d->form[i];
    return true;
}

static void choice(struct json *list, const char *code, const char *label, bool chosen)
{
    struct json *j = json_object();
    json_set_text(j, "code", code);
    json_set_text(j, "label", label);
    json_set_bool(j, "chosen", chosen);
    json_push(list, j);
}

struct json *link_form_choices(struct call *c, const struct form *chosen)
{
    const struct dictionary *d = c->s->dictionary;
    struct json *list = json_array();
    for (size_t i = 0; i < d->n_form; i++) {
        const struct form *f = &d->form[i];
        if (link_form_is_linked(d, f) && call_reads_form(c, f))
            choice(list, f->name, words_in(&f->title, c->language, f->name), f == chosen);
    }
    return list;
}

struct json *link_choices(const char *const *list, const char *chosen)
{
    struct json *out = json_array();
    for (size_t i = 0; list[i] != NULL; i += 2)
        choice(out, list[i], tr(list[i + 1]), strcmp(list[i], chosen) == 0);
    return out;
}

/* ---- small things ---- */

const char *link_organisation(const struct call *c, const char *code)
{
    const struct codelist *l = dictionary_list(c->s->dictionary, TEXT("CL_ORGANISATION"));
    code_id id = l == NULL || code == NULL ? CODE_NONE : codelist_find(l, text_of(code));
    if (id == CODE_NONE) return code == NULL ? "" : code;
    return words_in(&l->code[id].label, c->language, code);
}

const char *link_instant(struct call *c, int64_t seconds)
{
    char at[INSTANT_TEXT_MAX];
    if (seconds == 0) return "";
    instant_format(at, seconds);
    return arena_printf(c->arena, "%s", at);
}

/* A record that is withdrawn or erased has no day to be shown. */
bool link_registered(const char **day, struct call *c, const char *code, struct err *e)
{
    struct record r;
    struct record_meta m;
    struct err why = {0};
    char text[DATE_TEXT_MAX];
    *day = "";
    if (!store_record_load(&r, &m, c->s->store, call_whose(c), text_of(code), 0, c->arena, &why)) {
        if (why.code == ERR_NOT_FOUND || why.code == ERR_CONFLICT) return true;
        if (e != NULL) *e = why;
        return false;
    }
    const struct variable *v = dictionary_variable(r.dictionary, r.form->id, TEXT("entry_date"));
    if (v == NULL || v->group != 0) return true;
    const struct value *value = record_get(&r, v->id, 0);
    if (value->kind != VALUE_DATE) return true;
    date_format(text, value->date);
    *day = arena_printf(c->arena, "%s", text);
    return true;
}

bool link_sees_pair(const struct call *c, int64_t organisation_a, int64_t organisation_b)
{
    return call_sees_organisation(c, organisation_a) && call_sees_organisation(c, organisation_b);
}

bool link_pair_asked(struct link_pair *out, struct call *c, struct err *e)
{
    const char *a = json_get_text(c->in, "a", ""), *b = json_get_text(c->in, "b", "");
    if (!link_pair_get(out, c->s->store, text_of(a), text_of(b), c->arena, e)) return false;
    if (!call_sees_organisation(c, out->organisation_a))
        return call_missing_record(store_same_code(text_of(a), out->code_a) ? a : b, e);
    if (!call_sees_organisation(c, out->organisation_b))
        return call_missing_record(store_same_code(text_of(b), out->code_b) ? b : a, e);
    return call_may_read_form(c, &c->s->dictionary->form[out->form], e);
}

/* ---- documents ---- */

static void put_pair_head(struct json *out, struct call *c, form_id form, const char *a,
                          const char *b)
{
    const struct form *f = &c->s->dictionary->form[form];
    json_set_text(out, "a", arena_printf(c->arena, "%s", a));
    json_set_text(out, "b", arena_printf(c->arena, "%s", b));
    json_set_text(out, "form", f->name);
    json_set_text(out, "form_title", words_in(&f->title, c->language, f->name));
}

static void put_organisations(struct json *out, const struct call *c, const char *a, const char *b)
{
    json_set_text(out, "organisation_a", a);
    json_set_text(out, "organisation_name_a", link_organisation(c, a));
    json_set_text(out, "organisation_b", b);
    json_set_text(out, "organisation_name_b", link_organisation(c, b));
}

static void put_weight(struct json *out, struct call *c, bool known, double weight)
{
    double p = 100 / (1 + exp2(-weight));
    json_set(out, "weight", json_number(known ? weight : 0));
    json_set_text(out, "weight_words", known ? link_weight_words(c, weight) : "");
    json_set(out, "percent", json_number(known ? p : 0));
    json_set_text(out, "chance", known ? link_chance_words(c, weight) : "");
}

const char *link_state_words(const char *state)
{
    if (strcmp(state, "open") == 0) return tr("Not decided");
    if (strcmp(state, "same") == 0) return tr("The same person");
    if (strcmp(state, "different") == 0) return tr("Different persons");
    return tr("Unsure");
}

const char *link_verdict_words(enum link_verdict v)
{
    return link_state_words(link_verdict_name(v));
}

static void put_state(struct json *out, const char *state)
{
    json_set_text(out, "state", state);
    json_set_text(out, "state_words", link_state_words(state));
    json_set_bool(out, "is_open", strcmp(state, "open") == 0);
    json_set_bool(out, "is_same", strcmp(state, "same") == 0);
    json_set_bool(out, "is_different", strcmp(state, "different") == 0);
    json_set_bool(out, "is_unsure", strcmp(state, "unsure") == 0);
}

static void put_band(struct json *out, const struct link_settings *s, const struct link_pair *p)
{
    const char *band = "", *words = "";
    if (p->proposed && p->weight >= s->upper) {
        band = "above";
        words = tr("Above the band: sure enough");
    } else if (p->proposed && p->weight >= s->lower) {
        band = "review";
        words = tr("In the band: people decide");
    } else if (p->proposed) {
        band = "below";
        words = tr("Below the band");
    }
    json_set_text(out, "band", band);
    json_set_text(out, "band_words", words);
}

/* How the pair stands, and by whose decision: the newest one that is not undone. */
static bool put_standing(struct json *out, struct call *c, const struct link_pair *p, struct err *e)
{
    struct link_decision d = {0};
    if (p->decision_no != 0 && !link_decision_get(&d, c->s->store, p->decision_no, c->arena, e))
        return false;
    bool decided = p->decision_no != 0;
    put_state(out, decided ? link_verdict_name(d.verdict) : "open");
    json_set_bool(out, "automatic", decided && d.automatic);
    json_set_bool(out, "confirm", decided && d.waits);
    json_set_bool(out, "held", decided && d.held);
    json_set_text(out, "by", decided && !d.automatic ? d.actor : "");
    json_set_text(out, "at", decided ? link_instant(c, d.made_at) : "");
    return true;
}

bool link_pair_to_json(struct json *out, struct call *c, const struct link_pair *p, struct err *e)
{
    struct link_settings s;
    const struct form *f = &c->s->dictionary->form[p->form];
    const char *day_a, *day_b;
    if (!link_settings(&s, c->s->dictionary, f, e) || !link_registered(&day_a, c, p->code_a, e) ||
        !link_registered(&day_b, c, p->code_b, e))
        return false;
    put_pair_head(out, c, p->form, p->code_a, p->code_b);
    put_organisations(out, c, p->organisation_code_a, p->organisation_code_b);
    json_set_text(out, "registered_a", day_a);
    json_set_text(out, "registered_b", day_b);
    put_weight(out, c, p->proposed, p->weight);
    put_band(out, &s, p);
    json_set_text(out, "why", link_why(c, f, p->weight, p->evidence));
    return put_standing(out, c, p, e);
}

static bool may_confirm(const struct call *c, const struct link_decision *d)
{
    return d->undone_at == 0 && d->confirmed_at == 0 &&
           (c->who.account_no == 0 ? d->waits : d->waits && strcmp(d->actor, c->who.actor) != 0);
}

bool link_decision_to_json(struct json *out, struct call *c, const struct link_decision *d,
                           struct err *e)
{
    (void)e;
    put_pair_head(out, c, d->form, d->code_a, d->code_b);
    put_organisations(out, c, d->organisation_code_a, d->organisation_code_b);
    json_set_int(out, "decision", d->decision_no);
    json_set_text(out, "verdict", link_verdict_name(d->verdict));
    json_set_text(out, "verdict_words", link_verdict_words(d->verdict));
    json_set_bool(out, "automatic", d->automatic);
    json_set_text(out, "by", d->automatic ? tr("linkage") : d->actor);
    json_set_text(out, "at", link_instant(c, d->made_at));
    json_set_text(out, "reason", d->reason);
    json_set_bool(out, "in_force", d->in_force);
    json_set_bool(out, "undone", d->undone_at != 0);
    json_set_text(out, "undone_by", d->undone_by);
    json_set_text(out, "undone_at", link_instant(c, d->undone_at));
    json_set_text(out, "undone_reason", d->undo_reason);
    json_set_bool(out, "confirmed", d->confirmed_at != 0);
    json_set_text(out, "confirmed_by", d->confirmed_by);
    json_set_text(out, "confirmed_at", link_instant(c, d->confirmed_at));
    json_set_bool(out, "confirm", d->waits && d->undone_at == 0);
    json_set_bool(out, "held", d->held);
    put_weight(out, c, d->has_weight, d->weight);
    json_set_bool(out, "mine", !d->automatic && strcmp(d->actor, c->who.actor) == 0);
    json_set_bool(out, "can_undo", d->undone_at == 0);
    json_set_bool(out, "can_confirm", may_confirm(c, d));
    return true;
}

void link_run_to_json(struct json *out, struct call *c, const struct link_run *r, bool latest)
{
    const struct form *f = &c->s->dictionary->form[r->form];
    struct link_settings s;
    struct err e = {0};
    bool known = link_settings(&s, c->s->dictionary, f, &e);
    json_set_int(out, "run", r->run_no);
    json_set_text(out, "form", f->name);
    json_set_text(out, "form_title", words_in(&f->title, c->language, f->name));
    json_set_text(out, "at", link_instant(c, r->finished_at));
    json_set_text(out, "by", r->actor);
    json_set_int(out, "records", r->n_record);
    json_set_int(out, "pairs", r->n_pair);
    json_set_int(out, "automatic", r->n_automatic);
    json_set(out, "lower", json_number(r->lower));
    json_set(out, "upper", json_number(r->upper));
    json_set_bool(out, "automatic_allowed", known && s.automatic);
    json_set_bool(out, "latest", latest);
    json_set_bool(out, "undone", r->undone_at != 0);
}

/* ---- what waits ---- */

static struct link_queue waiting_queue(const struct call *c, const struct form *f,
                                       enum link_standing standing)
{
    struct link_queue q = {.form = f->id,
                           .standing = standing,
                           .apart = standing == LINK_OPEN,
                           .any_weight = true,
                           .order = LINK_BEST_FIRST,
                           .max = LINK_PAGE_MAX};
    q.organisation_no = call_scope(c);
    q.organisation_both = q.organisation_no != 0;
    return q;
}

struct link_queue link_open_queue(const struct call *c, const struct form *f)
{
    return waiting_queue(c, f, LINK_OPEN);
}

bool link_waiting(struct link_waiting *out, struct call *c, const struct form *only, struct err *e)
{
    const struct dictionary *d = c->s->dictionary;
    struct store *st = c->s->store;
    *out = (struct link_waiting){0};
    for (size_t i = 0; i < d->n_form; i++) {
        const struct form *f = &d->form[i];
        int64_t open, unsure, confirm, conflicts;
        if ((only != NULL && f != only) || !link_form_is_linked(d, f) || !call_reads_form(c, f))
            continue;
        struct link_queue q = waiting_queue(c, f, LINK_OPEN), u = waiting_queue(c, f, LINK_UNSURE),
                          w = waiting_queue(c, f, LINK_WAITING);
        if (!link_pair_count(&open, st, &q, e) || !link_pair_count(&unsure, st, &u, e) ||
            !link_pair_count(&confirm, st, &w, e) ||
            !link_conflict_count(&conflicts, st, f->id, false, e))
            return false;
        out->open += open;
        out->unsure += unsure;
        out->confirm += confirm;
        out->conflicts += conflicts;
    }
    return true;
}

bool link_next(const char **a, const char **b, int64_t *n_open, struct call *c,
               const struct link_pair *after, const struct form *f, struct err *e)
{
    struct link_pair *list;
    size_t n;
    bool more;
    struct link_queue q = link_open_queue(c, f);
    *a = *b = "";
    if (!link_pair_count(n_open, c->s->store, &q, e)) return false;
    q.max = 1;
    q.after_a = after == NULL ? 0 : after->a;
    q.after_b = after == NULL ? 0 : after->b;
    for (int pass = 0; pass < 2; pass++) { /* behind it, else from the beginning */
        if (!link_pair_list(&list, &n, &more, c->s->store, &q, c->arena, e)) return false;
        if (n > 0 && (after == NULL || list[0].a != after->a || list[0].b != after->b)) {
            *a = arena_printf(c->arena, "%s", list[0].code_a);
            *b = arena_printf(c->arena, "%s", list[0].code_b);
            return true;
        }
        if (q.after_a == 0) break;
        q.after_a = q.after_b = 0;
    }
    return true;
}
