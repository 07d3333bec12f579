/* SPDX-License-Identifier: EUPL-1.2 */
#include "service/link_person.h"

#include "base/catalogue.h"
#include "base/mem.h"
#include "service/entry_form.h"

#include <string.h>

/* ---- choices of a form ---- */

bool link_marks(struct choice_marks *out, struct call *c, const struct form *f, struct err *e)
{
    return link_choice_marks(&out->item, &out->n, c->s->store, f, e);
}

void link_marks_release(struct choice_marks *m)
{
    mem_free(m->item);
    *m = (struct choice_marks){0};
}

/* ---- a person ---- */

static void take_marks(struct persona *p, const struct choice_marks *of_form, struct arena *a)
{
    struct choice_marks *to = &p->choices.marks;
    size_t n = 0;
    p->choices.record_no = p->record_no;
    for (int pass = 0; pass < 2; pass++) {
        if (pass == 1) to->item = ARENA_ARRAY(a, struct choice_mark, n + 1);
        for (size_t k = 0; k < p->n; k++)
            for (size_t i = choice_marks_at(of_form, p->record_no[k]);
                 i < of_form->n && of_form->item[i].record_no == p->record_no[k]; i++) {
                if (pass == 0) n++;
                else to->item[to->n++] = of_form->item[i];
            }
    }
}

bool link_person_load(struct persona *out, struct call *c, uint64_t record_no,
                      const struct choice_marks *marks, struct err *e)
{
    uint64_t person_no;
    struct person_record *list;
    size_t n;
    if (!person_of_record(&person_no, c->s->store, record_no, e) ||
        !person_records(&list, &n, c->s->store, person_no, c->arena, e))
        return false;
    *out = (struct persona){.record = ARENA_ARRAY(c->arena, struct record, n + 1),
                            .at = ARENA_ARRAY(c->arena, const struct record *, n + 1),
                            .meta = ARENA_ARRAY(c->arena, struct record_meta, n + 1),
                            .record_no = ARENA_ARRAY(c->arena, uint64_t, n + 1)};
    for (size_t i = 0; i < n && out->n < LINK_RECORDS_SHOWN; i++) {
        if (!call_sees_organisation(c, list[i].organisation_no)) continue;
        if (!link_load(&out->record[out->n], &out->meta[out->n], c, list[i].code, e)) return false;
        out->at[out->n] = &out->record[out->n];
        out->record_no[out->n] = list[i].record_no;
        out->n++;
    }
    if (out->n == 0) return true;
    survivor_facts(&out->facts, c->s->dictionary, out->at[0]->form);
    take_marks(out, marks, c->arena);
    return link_choices_of(&out->choice, &out->n_choice, c->s->store, out->record_no, out->n,
                           c->arena, e);
}

/* ---- a value as a document ---- */

static const char *rule_words(const struct survivor_value *x)
{
    if (x->choice_no != 0) return tr("chosen by people");
    if (x->rule == SURVIVOR_UNION) return tr("all that is said");
    return x->rule == SURVIVOR_FIRST ? tr("the first that says it") : tr("the last that says it");
}

static const char *rule_name(const struct survivor_value *x)
{
    if (x->choice_no != 0) return "chosen";
    return x->rule == SURVIVOR_UNION ? "union" : x->rule == SURVIVOR_FIRST ? "first" : "last";
}

static const char *section_of(struct call *c, const struct variable *v)
{
    struct entry x;
    const char *title = "";
    entry_start(&x, c, &c->s->dictionary->form[v->form]);
    const struct entry_section *s = entry_section_of(&x, v->id);
    if (s != NULL) title = words_in(&s->label, c->language, s->name);
    entry_close(&x);
    return title;
}

static const struct link_choice *standing_of(const struct persona *p, int64_t choice_no)
{
    for (size_t i = 0; i < p->n_choice; i++)
        if (p->choice[i].choice_no == choice_no) return &p->choice[i];
    return NULL;
}

static bool counts(const struct survivor_value *x, size_t i, const char *words)
{
    if (x->rule == SURVIVOR_UNION && x->choice_no == 0) return words[0] != '\0';
    return x->record == (int)i;
}

static bool put_answer(struct json *list, struct call *c, const struct persona *p, size_t i,
                       const struct survivor_value *x, const char *words, struct err *e)
{
    const struct link_choice *choice = standing_of(p, x->choice_no);
    const char *day;
    if (!link_registered(&day, c, p->meta[i].code, e)) return false;
    struct json *j = json_object();
    json_set_text(j, "record", arena_printf(c->arena, "%s", p->meta[i].code));
    json_set_text(j, "organisation", p->meta[i].organisation);
    json_set_text(j, "organisation_name", link_organisation(c, p->meta[i].organisation));
    json_set_text(j, "registered", day);
    json_set_text(j, "value", words);
    json_set_bool(j, "chosen", counts(x, i, words));
    json_set_bool(j, "later",
                  x->choice_no != 0 &&
                      !choice_saw_record(&p->choices.marks, p->record_no[i], x->choice_no));
    json_set_bool(j, "changed", choice != NULL && p->meta[i].created_at > choice->made_at);
    json_push(list, j);
    return true;
}

/* The answers that one can choose from: one for each different value, with who says it. */
static void put_options(struct json *j, const struct persona *p, const struct survivor_value *x,
                        const struct json *answers, const size_t *place)
{
    struct json *options = json_array();
    size_t of[LINK_RECORDS_SHOWN]; /* which answer began the option */
    for (size_t i = 0; i < json_size(answers); i++) {
        const struct json *answer = json_at(answers, i);
        size_t k = 0, n = json_size(options);
        if (!survivor_answers(p->at[place[i]], x->variable)) continue;
        while (k < n && !survivor_same(p->at[place[i]], p->at[of[k]], x->variable, &p->facts)) k++;
        if (k == n) {
            struct json *option = json_object();
            of[k] = place[i];
            json_set_text(option, "value", json_get_text(answer, "value", ""));
            json_set_bool(option, "counts", false);
            json_set(option, "said", json_array());
            json_push(options, option);
        }
        struct json *option = json_item_mut(options, k);
        bool counted = json_get_bool(option, "counts", false);
        /* Its record is the one that counts, else the youngest that says so. */
        if (!counted) json_set_text(option, "record", json_get_text(answer, "record", ""));
        if (json_get_bool(answer, "chosen", false)) json_set_bool(option, "counts", true);
        json_push(json_member_mut(option, "said"), json_copy(answer));
        json_set_int(option, "records", (int64_t)json_size(json_get(option, "said")));
    }
    json_set(j, "options", options);
}

/* What people chose, the newest first. */
static void put_choices(struct json *j, struct call *c, const struct persona *p,
                        const struct survivor_value *x, const struct variable *v)
{
    const struct link_choice *stands = standing_of(p, x->choice_no);
    struct json *list = json_array();
    for (size_t i = 0; i < p->n_choice; i++) {
        const struct link_choice *k = &p->choice[i];
        size_t at = 0;
        if (strcmp(k->variable, v->name) != 0) continue;
        while (at < p->n && p->record_no[at] != k->record_no) at++;
        struct json *one = json_object();
        json_set_text(one, "record", arena_printf(c->arena, "%s", p->meta[at].code));
        json_set_text(one, "value", link_value_words(c, p->at[at], v));
        json_set_text(one, "by", k->actor);
        json_set_text(one, "at", link_instant(c, k->made_at));
        json_set_text(one, "reason", k->reason);
        json_set_bool(one, "stands", k == stands);
        json_set_bool(one, "withdrawn", k->withdrawn_at != 0);
        json_set_text(one, "withdrawn_by", k->withdrawn_by);
        json_set_text(one, "withdrawn_at", link_instant(c, k->withdrawn_at));
        json_set_text(one, "withdrawn_reason", k->withdraw_reason);
        json_push(list, one);
    }
    json_set(j, "choices", list);
    json_set_text(j, "chosen_by", stands == NULL ? "" : stands->actor);
    json_set_text(j, "chosen_at", stands == NULL ? "" : link_instant(c, stands->made_at));
    json_set_text(j, "chosen_reason", stands == NULL ? "" : stands->reason);
}

struct json *link_value_json(struct call *c, const struct persona *p,
                             const struct survivor_value *x, struct err *e)
{
    const struct variable *v = &c->s->dictionary->variable[x->variable];
    struct json *j = json_object(), *answers = json_array();
    size_t place[LINK_RECORDS_SHOWN];
    const char *said = "";
    json_set(j, "answers", answers);
    for (size_t i = 0; i < p->n; i++) {
        const char *words = link_value_words(c, p->at[i], v);
        if (words[0] == '\0') continue;
        if (counts(x, i, words)) said = words;
        place[json_size(answers)] = i;
        if (put_answer(answers, c, p, i, x, words, e)) continue;
        json_free(j);
        return NULL;
    }
    bool disagree = x->n_differ > 1;
    json_set_text(j, "variable", v->name);
    json_set_text(j, "label", words_in(&v->label, c->language, v->name));
    json_set_text(j, "section", section_of(c, v));
    json_set_text(j, "value", said);
    json_set_text(j, "rule", rule_name(x));
    json_set_text(j, "rule_words", rule_words(x));
    json_set_bool(j, "conflict", x->conflict);
    json_set_bool(j, "chosen", x->choice_no != 0);
    json_set_bool(j, "settled", x->conflict && x->settled);
    json_set_bool(j, "open", x->conflict && !x->settled);
    json_set_bool(j, "reopened", x->conflict && x->choice_no != 0 && !x->settled);
    json_set_bool(j, "can_choose", disagree && v->group == 0);
    json_set_int(j, "seen", x->choice_no);
    put_options(j, p, x, answers, place);
    put_choices(j, c, p, x, v);
    return j;
}

/* ---- contradictions of a register ---- */

bool link_contradictions(struct contradiction **out, size_t *n, struct call *c,
                         const struct form *f, const struct choice_marks *marks, struct err *e)
{
    struct survivor_facts facts;
    struct snapshot *s;
    *out = NULL;
    *n = 0;
    survivor_facts(&facts, c->s->dictionary, f);
    if (facts.n == 0) return true;
    if (!service_snapshot(&s, c->s, f, e)) return false;
    *n = contradictions(out, s, &facts, marks);
    return true;
}

bool link_values_open(int64_t *out, struct call *c, struct err *e)
{
    const struct dictionary *d = c->s->dictionary;
    *out = 0;
    for (size_t i = 0; i < d->n_form; i++) {
        struct choice_marks marks;
        struct contradiction *list;
        size_t n;
        if (!link_form_is_linked(d, &d->form[i]) || !call_reads_form(c, &d->form[i])) continue;
        if (!link_marks(&marks, c, &d->form[i], e)) return false;
        bool ok = link_contradictions(&list, &n, c, &d->form[i], &marks, e);
        for (size_t k = 0; k < n; k++) *out += list[k].open != 0;
        mem_free(list);
        link_marks_release(&marks);
        if (!ok) return false;
    }
    return true;
}
