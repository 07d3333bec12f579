/* SPDX-License-Identifier: EUPL-1.2 */
/* Reviewing linkage: pairs that wait, decisions about them, by two people where the pack wants it,
 * taken back, contradicting each other. */
#include "base/catalogue.h"
#include "service/link_call.h"

#include <stdio.h>
#include <string.h>

enum { PAGE = 50 };

/* ---- lists ---- */

/* "AAAA-...-AAAA BBBB-...-BBBB": the last pair of the page before. */
static bool after_pair(struct link_queue *q, struct call *c, struct err *e)
{
    struct text rest = text_of(json_get_text(c->in, "after", "")), a, b;
    struct link_pair p;
    if (rest.n == 0 || !text_split(&rest, ' ', &a) || !text_split(&rest, ' ', &b)) return true;
    if (!link_pair_get(&p, c->s->store, a, b, c->arena, e)) return false;
    q->after_a = p.a;
    q->after_b = p.b;
    return true;
}

static const char *next_of(struct call *c, const char *a, const char *b, bool more)
{
    return more ? arena_printf(c->arena, "%s %s", a, b) : "";
}

static bool organisation_asked(int64_t *no, struct call *c, struct err *e)
{
    struct organisation o;
    const char *code = json_get_text(c->in, "organisation", "");
    *no = 0;
    if (code[0] == '\0') return true;
    if (!store_organisation_find(&o, c->s->store, text_of(code), c->arena, e)) return false;
    *no = o.organisation_no;
    return true;
}

/* What is asked for: form, state, band, organisation; never pairs with a record that is not there
 * for who asks. */
static bool queue_asked(struct link_queue *q, const struct link_settings *s, struct call *c,
                        struct err *e)
{
    static const struct {
        const char *name;
        enum link_standing standing;
    } state[] = {{"open", LINK_OPEN}, {"unsure", LINK_UNSURE}, {"confirm", LINK_WAITING}};
    const char *word = json_get_text(c->in, "state", "open"),
               *band = json_get_text(c->in, "band", "");
    int64_t scope = call_scope(c), organisation_no;
    if (!organisation_asked(&organisation_no, c, e)) return false;
    *q = link_open_queue(c, s->form);
    q->any_standing = strcmp(word, "all") == 0;
    q->apart = strcmp(word, "open") == 0;
    for (size_t i = 0; i < sizeof state / sizeof *state; i++)
        if (strcmp(word, state[i].name) == 0) q->standing = state[i].standing;
    if (scope == 0) q->organisation_no = organisation_no;
    q->any_weight = band[0] == '\0';
    q->lower = strcmp(band, "above") == 0 ? s->upper : strcmp(band, "below") == 0 ? -1e6 : s->lower;
    q->upper = strcmp(band, "above") == 0 ? 1e6 : strcmp(band, "below") == 0 ? s->lower : s->upper;
    q->max = (size_t)json_get_int(c->in, "limit", PAGE);
    return after_pair(q, c, e);
}

static bool put_pairs(struct json *list, struct call *c, const struct link_pair *p, size_t n,
                      struct err *e)
{
    for (size_t i = 0; i < n; i++) {
        struct link_pair whole;
        if (!link_sees_pair(c, p[i].organisation_a, p[i].organisation_b)) continue;
        struct json *j = json_object();
        json_push(list, j);
        if (!link_pair_get(&whole, c->s->store, text_of(p[i].code_a), text_of(p[i].code_b),
                           c->arena, e) ||
            !link_pair_to_json(j, c, &whole, e))
            return false;
    }
    return true;
}

static bool put_organisations(struct call *c, struct err *e)
{
    struct organisation *list;
    size_t n;
    const char *chosen = json_get_text(c->in, "organisation", "");
    struct json *out = json_array();
    json_set(c->out, "organisations", out);
    if (!store_organisation_list(&list, &n, c->s->store, c->arena, e)) return false;
    for (size_t i = 0; i < n; i++) {
        if (!call_sees_organisation(c, list[i].organisation_no)) continue;
        struct json *j = json_object();
        json_set_text(j, "code", list[i].code);
        json_set_text(j, "label", link_organisation(c, list[i].code));
        json_set_bool(j, "chosen", strcmp(chosen, list[i].code) == 0);
        json_push(out, j);
    }
    return true;
}

static bool put_queue_head(struct call *c, const struct link_settings *s, struct err *e)
{
    static const char *const states[] = {"open",    N_("Not decided"),
                                         "unsure",  N_("Unsure"),
                                         "confirm", N_("Waiting for a second person"),
                                         "all",     N_("All pairs"),
                                         NULL};
    static const char *const bands[] = {"above",  N_("Above the band: sure enough"),
                                        "review", N_("In the band: people decide"),
                                        "below",  N_("Below the band"),
                                        NULL};
    struct link_waiting w;
    struct link_run run;
    bool found;
    struct json *counts = json_object();
    json_set(c->out, "counts", counts);
    if (!link_waiting(&w, c, s->form, e) ||
        !link_run_newest(&run, &found, c->s->store, s->form->id, c->arena, e))
        return false;
    json_set_int(counts, "open", w.open);
    json_set_int(counts, "unsure", w.unsure);
    json_set_int(counts, "confirm", w.confirm);
    json_set_int(counts, "conflicts", w.conflicts);
    json_set_bool(c->out, "has_run", found);
    if (found) {
        struct json *j = json_object();
        link_run_to_json(j, c, &run, true);
        json_set(c->out, "run", j);
    }
    json_set(c->out, "lower", json_number(s->lower));
    json_set(c->out, "upper", json_number(s->upper));
    json_set_bool(c->out, "four_eyes", s->four_eyes);
    json_set(c->out, "forms", link_form_choices(c, s->form));
    json_set(c->out, "states", link_choices(states, json_get_text(c->in, "state", "open")));
    json_set(c->out, "bands", link_choices(bands, json_get_text(c->in, "band", "")));
    return put_organisations(c, e);
}

/* The form that is asked for, else the first one that may be read; *s has no form where there is
 * none. */
bool link_form_asked(struct link_settings *s, struct call *c, struct err *e)
{
    const struct form **form;
    size_t n;
    *s = (struct link_settings){0};
    if (!link_forms(&form, &n, c, e)) return false;
    if (n > 0) return link_settings(s, c->s->dictionary, form[0], e);
    err_set(e, ERR_CONFLICT, "link.no_form", "no form of this register is linked");
    return err_remedy(
        e, "parameters linkage.victim and linkage.suspect of the pack say by which variables");
}

bool op_link_queue(struct call *c, struct err *e)
{
    struct link_settings s;
    struct link_queue q;
    struct link_pair *list;
    size_t n;
    bool more;
    int64_t count;
    struct json *pairs = json_array();
    json_set(c->out, "pairs", pairs);
    if (!link_form_asked(&s, c, e) || !queue_asked(&q, &s, c, e) || !put_queue_head(c, &s, e) ||
        !link_pair_count(&count, c->s->store, &q, e) ||
        !link_pair_list(&list, &n, &more, c->s->store, &q, c->arena, e) ||
        !put_pairs(pairs, c, list, n, e))
        return false;
    json_set_int(c->out, "count", count);
    json_set_text(c->out, "next",
                  n == 0 ? "" : next_of(c, list[n - 1].code_a, list[n - 1].code_b, more));
    c->event.object_type = "pairs";
    c->event.object_id = s.form->name;
    c->event.count = (int64_t)n;
    return true;
}

/* ---- deciding ---- */

/* Somebody was quicker: nothing is written, and who it was is said. */
static bool put_conflict(struct call *c, const struct link_pair *p, struct err *e)
{
    struct link_decision d;
    json_set_bool(c->out, "decided", false);
    json_set_bool(c->out, "conflict", true);
    c->roll_back = true;
    c->event.decision = "refused";
    if (p->decision_no == 0) {
        json_set_text(c->out, "verdict", "open");
        json_set_text(c->out, "verdict_words", link_state_words("open"));
        return true;
    }
    if (!link_decision_get(&d, c->s->store, p->decision_no, c->arena, e)) return false;
    json_set_text(c->out, "verdict", link_verdict_name(d.verdict));
    json_set_text(c->out, "verdict_words", link_verdict_words(d.verdict));
    json_set_text(c->out, "by", d.automatic ? tr("linkage") : d.actor);
    json_set_text(c->out, "at", link_instant(c, d.made_at));
    return true;
}

static void about(struct call *c, const struct link_pair *p, const char *what)
{
    json_set_text(c->out, "a", arena_printf(c->arena, "%s", p->code_a));
    json_set_text(c->out, "b", arena_printf(c->arena, "%s", p->code_b));
    c->event.object_type = "pair";
    c->event.object_id = arena_printf(c->arena, "%s %s", p->code_a, p->code_b);
    c->event.fields = what;
    c->event.count = 2;
}

static bool moved(const struct call *c, const struct link_pair *p)
{
    return json_has(c->in, "seen") && json_get_int(c->in, "seen", 0) != p->decision_no;
}

static bool put_done(struct call *c, const struct link_pair *p, const struct link_outcome *o,
                     struct err *e)
{
    const struct form *f = &c->s->dictionary->form[p->form];
    const char *a, *b;
    int64_t open;
    struct link_pair now;
    struct link_decision d = {0};
    if (!link_next(&a, &b, &open, c, p, f, e) ||
        !link_pair_get(&now, c->s->store, text_of(p->code_a), text_of(p->code_b), c->arena, e) ||
        (now.decision_no != 0 && !link_decision_get(&d, c->s->store, now.decision_no, c->arena, e)))
        return false;
    const char *state = now.decision_no == 0 ? "open" : link_verdict_name(d.verdict);
    json_set_bool(c->out, "decided", true);
    json_set_bool(c->out, "conflict", false);
    json_set_text(c->out, "verdict", state);
    json_set_text(c->out, "verdict_words", link_state_words(state));
    json_set_bool(c->out, "held", o->held);
    json_set_bool(c->out, "confirm", now.decision_no != 0 && d.waits);
    json_set_text(c->out, "next_a", a);
    json_set_text(c->out, "next_b", b);
    json_set_int(c->out, "open", open);
    return true;
}

bool op_link_decide(struct call *c, struct err *e)
{
    struct link_pair p;
    struct link_settings s;
    struct link_outcome done;
    struct err why = {0};
    struct link_decide d = {.actor = c->who.actor,
                            .reason = text_of(json_get_text(c->in, "reason", "")),
                            .expected = json_get_int(c->in, "seen", LINK_ANY)};
    const char *verdict = json_get_text(c->in, "verdict", "");
    if (!link_verdict_find(&d.verdict, text_of(verdict)))
        return err_set(e, ERR_USAGE, "link.verdict", "there is no verdict called %s", verdict);
    if (!link_pair_asked(&p, c, e) ||
        !link_settings(&s, c->s->dictionary, &c->s->dictionary->form[p.form], e))
        return false;
    about(c, &p, verdict);
    if (moved(c, &p)) return put_conflict(c, &p, e);
    d.a = p.a;
    d.b = p.b;
    d.second_person = s.four_eyes && d.verdict != LINK_VERDICT_UNSURE;
    if (link_decide(&done, c->s->store, &d, &why)) return put_done(c, &p, &done, e);
    if (why.id != NULL && strcmp(why.id, "link.moved") == 0) return put_conflict(c, &p, e);
    if (e != NULL) *e = why;
    return false;
}

/* The newest decision about the pair that is not undone. */
static bool newest(int64_t *decision_no, struct link_pair *p, struct call *c, struct err *e)
{
    if (!link_pair_asked(p, c, e)) return false;
    *decision_no = p->decision_no;
    if (*decision_no != 0) return true;
    err_set(e, ERR_CONFLICT, "link.no_decision", "nothing has been decided about this pair");
    return err_remedy(e, "`dcim link decide` decides");
}

bool op_link_confirm(struct call *c, struct err *e)
{
    struct link_pair p;
    struct link_outcome done;
    int64_t decision_no;
    if (!newest(&decision_no, &p, c, e)) return false;
    about(c, &p, "confirmed");
    if (moved(c, &p)) return put_conflict(c, &p, e);
    return link_confirm(&done, c->s->store, decision_no, c->who.actor, e) &&
           put_done(c, &p, &done, e);
}

bool op_link_undo(struct call *c, struct err *e)
{
    struct link_pair p;
    struct link_outcome done;
    int64_t decision_no;
    struct text reason = text_of(json_get_text(c->in, "reason", ""));
    if (!newest(&decision_no, &p, c, e)) return false;
    about(c, &p, "undone");
    if (moved(c, &p)) return put_conflict(c, &p, e);
    return link_undo(&done, c->s->store, decision_no, c->who.actor, reason, e) &&
           put_done(c, &p, &done, e);
}

/* ---- what was decided ---- */

static struct link_decision_filter decisions_asked(struct call *c, const struct form *f)
{
    const char *who = json_get_text(c->in, "who", "people"),
               *state = json_get_text(c->in, "state", "all");
    struct link_decision_filter q = {.form = f->id,
                                     .max = (size_t)json_get_int(c->in, "limit", PAGE)};
    q.people_only = strcmp(who, "all") != 0 && strcmp(who, "automatic") != 0;
    q.actor = strcmp(who, "mine") == 0 ? c->who.actor : NULL;
    if (strcmp(state, "in_force") == 0) q.force = LINK_IN_FORCE;
    if (strcmp(state, "undone") == 0) q.force = LINK_UNDONE;
    if (strcmp(state, "confirm") == 0) q.force = LINK_WAITS;
    struct text after = text_of(json_get_text(c->in, "after", ""));
    for (size_t i = 0; i < after.n && after.p[i] >= '0' && after.p[i] <= '9' && i < 18; i++)
        q.before = q.before * 10 + (after.p[i] - '0');
    return q;
}

static bool decision_fits(struct call *c, const struct link_decision *d)
{
    const char *verdict = json_get_text(c->in, "verdict", ""),
               *who = json_get_text(c->in, "who", "people");
    if (!link_sees_pair(c, d->organisation_a, d->organisation_b)) return false;
    if (verdict[0] != '\0' && strcmp(verdict, link_verdict_name(d->verdict)) != 0) return false;
    return strcmp(who, "automatic") != 0 || d->automatic;
}

/* Pages of the store are gone through until one of ours is full. */
static bool put_decisions(struct call *c, struct link_decision_filter *q, struct json *list,
                          struct err *e)
{
    enum { PAGES_MAX = 20 };
    size_t wanted = q->max, n;
    bool more = true;
    struct link_decision *d;
    for (int page = 0; more && json_size(list) < wanted && page < PAGES_MAX; page++) {
        if (!link_decision_list(&d, &n, &more, c->s->store, q, c->arena, e)) return false;
        for (size_t i = 0; i < n; i++) {
            q->before = d[i].decision_no;
            if (!decision_fits(c, &d[i])) continue;
            struct json *j = json_object();
            json_push(list, j);
            if (!link_decision_to_json(j, c, &d[i], e)) return false;
            if (json_size(list) == wanted) {
                more = more || i + 1 < n;
                break;
            }
        }
        if (n == 0) break;
    }
    json_set_text(c->out, "next", more ? arena_printf(c->arena, "%lld", (long long)q->before) : "");
    return true;
}

bool op_link_decisions(struct call *c, struct err *e)
{
    static const char *const verdicts[] = {"same",      N_("The same person"),
                                           "different", N_("Different persons"),
                                           "unsure",    N_("Unsure"),
                                           NULL};
    static const char *const whose[] = {"people",     N_("Of people"), "mine",
                                        N_("My own"), "automatic",     N_("Automatic"),
                                        "all",        N_("All"),       NULL};
    static const char *const states[] = {"all",      N_("All"),
                                         "in_force", N_("In force"),
                                         "confirm",  N_("Waiting for a second person"),
                                         "undone",   N_("Taken back"),
                                         NULL};
    struct link_settings s;
    struct json *list = json_array();
    json_set(c->out, "decisions", list);
    if (!link_form_asked(&s, c, e)) return false;
    struct link_decision_filter q = decisions_asked(c, s.form);
    if (!put_decisions(c, &q, list, e)) return false;
    json_set_int(c->out, "count", (int64_t)json_size(list));
    json_set(c->out, "forms", link_form_choices(c, s.form));
    json_set(c->out, "verdicts", link_choices(verdicts, json_get_text(c->in, "verdict", "")));
    json_set(c->out, "whose", link_choices(whose, json_get_text(c->in, "who", "people")));
    json_set(c->out, "states", link_choices(states, json_get_text(c->in, "state", "all")));
    c->event.object_type = "decisions";
    c->event.object_id = s.form->name;
    c->event.count = (int64_t)json_size(list);
    return true;
}

/* ---- contradictions ---- */

static bool put_contradiction(struct json *list, struct call *c, const struct link_conflict *k,
                              struct err *e)
{
    const struct link_decision *d = &k->different;
    struct json *j = json_object();
    json_push(list, j);
    if (!link_decision_to_json(j, c, &k->same, e)) return false;
    json_set_text(j, "against_a", arena_printf(c->arena, "%s", d->code_a));
    json_set_text(j, "against_b", arena_printf(c->arena, "%s", d->code_b));
    json_set_text(j, "against_by", d->automatic ? tr("linkage") : d->actor);
    json_set_text(j, "against_at", link_instant(c, d->made_at));
    json_set_text(j, "against_reason", d->reason);
    json_set_text(
        j, "sentence",
        arena_printf(c->arena,
                     tr("%s and %s were decided to be the same person, and %s and %s, which "
                        "belong to the same records, to be different: take one of the two "
                        "decisions back."),
                     k->same.code_a, k->same.code_b, d->code_a, d->code_b));
    return true;
}

bool op_link_conflicts(struct call *c, struct err *e)
{
    struct link_settings s;
    struct link_conflict *found;
    size_t n;
    int64_t count;
    struct json *list = json_array();
    json_set(c->out, "conflicts", list);
    if (!link_form_asked(&s, c, e)) return false;
    struct link_decision_filter q = decisions_asked(c, s.form);
    if (!link_conflict_list(&found, &n, c->s->store, s.form->id, false, q.before, q.max, c->arena,
                            e) ||
        !link_conflict_count(&count, c->s->store, s.form->id, false, e))
        return false;
    for (size_t i = 0; i < n; i++)
        if (link_sees_pair(c, found[i].same.organisation_a, found[i].same.organisation_b) &&
            link_sees_pair(c, found[i].different.organisation_a,
                           found[i].different.organisation_b) &&
            !put_contradiction(list, c, &found[i], e))
            return false;
    json_set_int(c->out, "count", call_sees_all(c) ? count : (int64_t)json_size(list));
    json_set_text(c->out, "next",
                  n < q.max
                      ? ""
                      : arena_printf(c->arena, "%lld", (long long)found[n - 1].same.decision_no));
    json_set(c->out, "forms", link_form_choices(c, s.form));
    c->event.object_type = "decisions";
    c->event.object_id = s.form->name;
    c->event.count = (int64_t)json_size(list);
    return true;
}
