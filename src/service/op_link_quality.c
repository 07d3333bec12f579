/* SPDX-License-Identifier: EUPL-1.2 */
/* How good linkage is, and what it does to the counts. Aggregates alone, not safe to publish. */
#include "base/catalogue.h"
#include "base/mem.h"
#include "linkage/kept.h"
#include "service/link_call.h"

#include <string.h>

enum { CURVE_FROM = -6, CURVE_TO = 24, SAMPLE_MAX = 1000, SIZES = 10 };

static struct json *number(double v)
{
    return json_number(v);
}

/* ---- estimates ---- */

static struct json *estimate(const struct linkage_weights *w, double threshold)
{
    struct linkage_quality q;
    struct json *j = json_object();
    linkage_quality(&q, w, threshold);
    json_set(j, "threshold", number(q.threshold));
    json_set(j, "precision", number(q.precision));
    json_set(j, "recall", number(q.recall));
    json_set(j, "f1", number(q.f1));
    return j;
}

static const char *band_of(double weight, const struct link_run *r)
{
    return weight >= r->upper ? "above" : weight >= r->lower ? "review" : "below";
}

/* Whole bits from the least to the greatest weight that a pair has. */
static void put_histogram(struct json *out, const struct linkage_weights *w,
                          const struct link_run *r)
{
    struct json *list = json_array();
    int64_t most = 0;
    size_t first = 0, end = LINKAGE_BINS;
    while (first < LINKAGE_BINS && w->pairs[first] == 0) first++;
    while (end > first && w->pairs[end - 1] == 0) end--;
    first -= first % LINKAGE_BINS_EACH;
    for (size_t i = first; i < end; i += LINKAGE_BINS_EACH) {
        int64_t pairs = 0;
        double matches = 0, from = linkage_weights_bin(i);
        for (size_t k = i; k < i + LINKAGE_BINS_EACH && k < LINKAGE_BINS; k++) {
            pairs += (int64_t)w->pairs[k];
            matches += w->matches[k];
        }
        struct json *j = json_object();
        json_set(j, "from", number(from));
        json_set(j, "to", number(from + 1));
        json_set_int(j, "pairs", pairs);
        json_set(j, "matches", number(matches));
        json_set_text(j, "band", band_of(from, r));
        json_push(list, j);
        if (pairs > most) most = pairs;
    }
    json_set(out, "histogram", list);
    json_set_int(out, "most", most);
}

static void put_estimates(struct json *out, const struct linkage_weights *w,
                          const struct link_run *r)
{
    struct json *curve = json_array();
    json_set(out, "above", estimate(w, r->upper));
    json_set(out, "review", estimate(w, r->lower));
    for (int t = CURVE_FROM; t <= CURVE_TO; t++) json_push(curve, estimate(w, t));
    json_set(out, "curve", curve);
    json_set(out, "best", number(linkage_quality_best(w)));
    put_histogram(out, w, r);
}

static void put_fields(struct json *out, struct call *c, const struct form *f, const struct kept *k)
{
    struct people *none = people_new(k->role, k->n_role);
    struct compare_plan plan;
    struct json *list = json_array();
    compare_plan(&plan, none);
    for (size_t i = 0; i < plan.n_field; i++) {
        struct json *j = json_object();
        double best = k->model.weight[i][MODEL_ALONE][0], worst = best;
        for (size_t l = 1; l < plan.field[i].n_level; l++) {
            double w = k->model.weight[i][MODEL_ALONE][l];
            if (w > best) best = w;
            if (w < worst) worst = w;
        }
        json_set_text(j, "field", plan.field[i].name);
        json_set_text(j, "label", link_field_label(c, f, plan.field[i].name));
        json_set(j, "best", number(best));
        json_set(j, "worst", number(worst));
        json_push(list, j);
    }
    people_free(none);
    json_set(out, "fields", list);
}

static bool put_model(struct json *out, struct call *c, const struct form *f,
                      const struct link_run *r, struct err *e)
{
    struct kept *k = NULL;
    struct json *j = NULL;
    if (!json_parse(&j, r->model, e)) return false;
    bool ok = kept_from_json(&k, j, e);
    json_free(j);
    if (!ok) return false;
    put_estimates(out, &k->weights, r);
    put_fields(out, c, f, k);
    kept_free(k);
    return true;
}

/* ---- what people found ---- */

static struct link_queue stratum(const struct call *c, const struct link_settings *s, bool above)
{
    struct link_queue q = link_open_queue(c, s->form);
    q.any_standing = true;
    q.apart = false;
    q.any_weight = false;
    q.lower = above ? s->upper : s->lower;
    q.upper = above ? LINK_WEIGHT_MAX : s->upper;
    return q;
}

/* Whether a person has said what the pair is. */
static bool was_reviewed(const struct link_pair *p)
{
    return p->decision_no != 0 && !p->automatic && p->verdict != LINK_VERDICT_UNSURE;
}

static bool sample_of(struct link_pair **list, size_t *n, struct call *c,
                      const struct link_settings *s, bool above, size_t size, bool brief,
                      struct err *e)
{
    struct link_queue q = stratum(c, s, above);
    q.max = size;
    q.brief = brief;
    return link_pair_sample(list, n, c->s->store, &q, c->arena, e);
}

static bool review_of(struct linkage_stratum *out, struct call *c, const struct link_settings *s,
                      const struct link_tally *t, bool above, struct err *e)
{
    struct link_pair *list;
    size_t n;
    *out = (struct linkage_stratum){.from = above ? s->upper : s->lower,
                                    .pairs = (double)(above ? t->n_above : t->n_band)};
    if (!sample_of(&list, &n, c, s, above, s->sample, true, e)) return false;
    for (size_t i = 0; i < n; i++) {
        bool reviewed = was_reviewed(&list[i]);
        out->reviewed += reviewed;
        out->right += reviewed && list[i].verdict == LINK_VERDICT_SAME;
    }
    return true;
}

static struct json *interval(struct linkage_interval x)
{
    struct json *j = json_object();
    json_set(j, "value", number(x.value));
    json_set(j, "from", number(x.from));
    json_set(j, "to", number(x.to));
    return j;
}

static bool put_reviewed(struct json *out, struct call *c, const struct link_settings *s,
                         const struct link_tally *t, struct err *e)
{
    struct linkage_stratum above, band;
    struct json *j = json_object();
    json_set(out, "reviewed", j);
    if (!review_of(&above, c, s, t, true, e) || !review_of(&band, c, s, t, false, e)) return false;
    json_set_int(j, "pairs", (int64_t)(above.reviewed + band.reviewed));
    json_set_bool(j, "has_any", above.reviewed + band.reviewed > 0);
    json_set_bool(j, "has_above", above.reviewed > 0);
    json_set_bool(j, "has_review", band.reviewed > 0);
    json_set(j, "precision", interval(linkage_reviewed(&above, 1)));
    json_set(j, "in_band", interval(linkage_reviewed(&band, 1)));
    return true;
}

/* ---- decisions ---- */

static bool put_decided(struct json *out, struct call *c, const struct form *f,
                        const struct link_run *r, const struct link_tally *t, struct err *e)
{
    static const char *const names[LINK_STANDINGS] = {[LINK_UNSURE] = "unsure",
                                                      [LINK_WAITING] = "confirm",
                                                      [LINK_SAME] = "same",
                                                      [LINK_DIFFERENT] = "different"};
    struct json *j = json_object();
    struct link_queue open = link_open_queue(c, f);
    int64_t n;
    json_set(out, "decided", j);
    open.apart = true;
    if (!link_pair_count(&n, c->s->store, &open, e)) return false;
    json_set_int(j, "open", n);
    for (int i = LINK_OPEN + 1; i < LINK_STANDINGS; i++) json_set_int(j, names[i], t->n[i]);
    if (!link_run_stands(&n, c->s->store, r->run_no, e)) return false;
    json_set_int(j, "automatic", n);
    if (!link_conflict_count(&n, c->s->store, f->id, false, e)) return false;
    json_set_int(j, "conflicts", n);
    return true;
}

/* ---- counts, and organisations ---- */

struct meeting { /* which organisations have met the same persons */
    size_t n;    /* organisations */
    int64_t *records, *persons, *shared;
    int64_t *both;           /* n x n, above the diagonal */
    int64_t size[SIZES + 1]; /* persons by number of records; the last: more */
    struct person_counts count;
};

/* Persons of several records, and those whom several organisations know, as person_counts(). */
static void count_person(struct person_counts *to, const struct column *of, const uint32_t *record,
                         size_t n)
{
    size_t k = 1;
    if (n < 2) return;
    to->n_several++;
    to->n_linked += (int64_t)n;
    while (k < n && of->code[record[k]] == of->code[record[0]]) k++;
    to->n_across += k < n;
}

static void meet(struct meeting *m, const struct column *of, const struct persons *p, uint16_t *met)
{
    for (size_t person = 0; person < p->n; person++) {
        size_t n_met = 0, n = p->first[person + 1] - p->first[person];
        count_person(&m->count, of, p->record + p->first[person], n);
        m->size[n < SIZES ? n : SIZES]++;
        for (uint32_t i = p->first[person]; i < p->first[person + 1]; i++) {
            uint16_t code = of->code[p->record[i]];
            size_t k = 0;
            if (code >= m->n) continue;
            m->records[code]++;
            while (k < n_met && met[k] != code) k++;
            if (k == n_met) met[n_met++] = code;
        }
        for (size_t i = 0; i < n_met; i++) {
            m->persons[met[i]]++;
            m->shared[met[i]] += n_met > 1;
            for (size_t k = 0; k < n_met; k++)
                if (met[i] < met[k]) m->both[met[i] * m->n + met[k]]++;
        }
    }
}

static void put_meeting(struct json *out, struct call *c, const struct meeting *m,
                        const struct codelist *l)
{
    struct json *organisations = json_array(), *overlap = json_array(), *sizes = json_array();
    for (size_t i = 0; i < m->n; i++) {
        if (m->records[i] == 0) continue;
        struct json *j = json_object();
        json_set_text(j, "organisation", l->code[i].name);
        json_set_text(j, "organisation_name", link_organisation(c, l->code[i].name));
        json_set_int(j, "records", m->records[i]);
        json_set_int(j, "persons", m->persons[i]);
        json_set_int(j, "shared", m->shared[i]);
        json_push(organisations, j);
        for (size_t k = i + 1; k < m->n; k++) {
            if (m->both[i * m->n + k] == 0) continue;
            j = json_object();
            json_set_text(j, "organisation_a", l->code[i].name);
            json_set_text(j, "organisation_name_a", link_organisation(c, l->code[i].name));
            json_set_text(j, "organisation_b", l->code[k].name);
            json_set_text(j, "organisation_name_b", link_organisation(c, l->code[k].name));
            json_set_int(j, "persons", m->both[i * m->n + k]);
            json_push(overlap, j);
        }
    }
    for (size_t i = 1; i <= SIZES; i++) {
        if (m->size[i] == 0) continue;
        struct json *j = json_object();
        json_set_int(j, "records", (int64_t)i);
        json_set_bool(j, "or_more", i == SIZES);
        json_set_int(j, "persons", m->size[i]);
        json_push(sizes, j);
    }
    json_set(out, "organisations", organisations);
    json_set(out, "overlap", overlap);
    json_set(out, "sizes", sizes);
}

static void put_counts(struct json *out, const struct person_counts *n)
{
    struct json *j = json_object();
    json_set(out, "counts", j);
    json_set_int(j, "records", n->n_record);
    json_set_int(j, "persons", n->n_person);
    json_set_int(j, "persons_before", n->n_person_by_key);
    json_set_int(j, "linked_records", n->n_linked);
    json_set_int(j, "of_several", n->n_several);
    json_set_int(j, "across", n->n_across);
}

/* From the snapshot that tables are counted from: reading every version of every record, as
 * person_counts() does, takes seconds. */
static bool put_persons(struct json *out, struct call *c, const struct form *f, struct err *e)
{
    const struct codelist *l = dictionary_list(c->s->dictionary, TEXT("CL_ORGANISATION"));
    struct snapshot *s;
    if (l == NULL || f->organisation == VAR_NONE) {
        struct person_counts count;
        if (!person_counts(&count, c->s->store, f, e)) return false;
        put_counts(out, &count);
        return true;
    }
    if (!service_snapshot(&s, c->s, f, e)) return false;
    size_t n = l->n_code < COLUMN_CODE_MAX ? l->n_code : COLUMN_CODE_MAX;
    struct meeting m = {.n = n,
                        .records = mem_new(n, sizeof *m.records),
                        .persons = mem_new(n, sizeof *m.persons),
                        .shared = mem_new(n, sizeof *m.shared),
                        .both = mem_new(n * n, sizeof *m.both)};
    uint16_t *met = mem_new(n, sizeof *met);
    m.count.n_record = (int64_t)snapshot_units(s, UNIT_RECORDS);
    m.count.n_person = (int64_t)snapshot_units(s, UNIT_PERSONS);
    m.count.n_person_by_key = (int64_t)snapshot_persons_by_match(s);
    meet(&m, snapshot_column(s, UNIT_RECORDS, f->organisation), snapshot_persons(s), met);
    put_counts(out, &m.count);
    put_meeting(out, c, &m, l);
    mem_free(met);
    mem_free(m.records);
    mem_free(m.persons);
    mem_free(m.shared);
    mem_free(m.both);
    return true;
}

/* ---- all of it ---- */

static bool put_form(struct json *out, struct call *c, const struct form *f, struct err *e)
{
    struct link_settings s;
    struct link_tally t;
    struct link_run r;
    bool found;
    json_set_text(out, "form", f->name);
    json_set_text(out, "form_title", words_in(&f->title, c->language, f->name));
    if (!link_settings(&s, c->s->dictionary, f, e) ||
        !link_run_newest(&r, &found, c->s->store, f->id, c->arena, e))
        return false;
    json_set_bool(out, "has_run", found);
    json_set(out, "lower", number(s.lower));
    json_set(out, "upper", number(s.upper));
    if (!put_persons(out, c, f, e)) return false;
    if (!found) return true;
    struct json *run = json_object();
    link_run_to_json(run, c, &r, true);
    json_set(out, "run", run);
    return link_pair_tally(&t, c->s->store, f->id, s.lower, s.upper, e) &&
           put_model(out, c, f, &r, e) && put_decided(out, c, f, &r, &t, e) &&
           put_reviewed(out, c, &s, &t, e);
}

/* An organisation's own records say nothing about how others meet its persons. */
static bool sees_all(const struct call *c, struct err *e)
{
    if (call_sees_all(c)) return true;
    err_set(e, ERR_DENIED, "link.whole",
            "how records are linked is shown over all organisations alone");
    return err_remedy(e, "ask who keeps the register");
}

bool op_link_quality(struct call *c, struct err *e)
{
    const struct form **form;
    size_t n;
    struct json *list = json_array();
    json_set(c->out, "forms", list);
    if (!sees_all(c, e) || !link_forms(&form, &n, c, e)) return false;
    for (size_t i = 0; i < n; i++) {
        struct json *j = json_object();
        json_push(list, j);
        if (!put_form(j, c, form[i], e)) return false;
    }
    c->event.object_type = "linkage";
    c->event.object_id = n == 1 ? form[0]->name : NULL;
    return true;
}

/* ---- a sample to be reviewed ---- */

static bool put_sample(struct json *pairs, int64_t *reviewed, struct call *c,
                       const struct link_settings *s, bool above, size_t size, struct err *e)
{
    struct link_pair *list;
    size_t n;
    if (!sample_of(&list, &n, c, s, above, size, false, e)) return false;
    for (size_t i = 0; i < n; i++) {
        bool done = was_reviewed(&list[i]);
        if (!link_sees_pair(c, list[i].organisation_a, list[i].organisation_b)) continue;
        struct json *j = json_object();
        json_push(pairs, j);
        if (!link_pair_to_json(j, c, &list[i], e)) return false;
        json_set_text(j, "stratum", above ? "above" : "review");
        json_set_text(j, "stratum_words",
                      above ? tr("Above the band: sure enough") : tr("In the band: people decide"));
        json_set_bool(j, "reviewed", done);
        *reviewed += done;
    }
    return true;
}

bool op_link_sample(struct call *c, struct err *e)
{
    struct link_settings s;
    int64_t reviewed = 0;
    struct json *pairs = json_array();
    json_set(c->out, "pairs", pairs);
    if (!link_form_asked(&s, c, e)) return false;
    size_t size = (size_t)json_get_int(c->in, "size", (int64_t)s.sample);
    if (size > SAMPLE_MAX) size = SAMPLE_MAX;
    if (!put_sample(pairs, &reviewed, c, &s, true, size, e) ||
        !put_sample(pairs, &reviewed, c, &s, false, size, e))
        return false;
    json_set_int(c->out, "count", (int64_t)json_size(pairs));
    json_set_int(c->out, "reviewed", reviewed);
    json_set_int(c->out, "size", (int64_t)size);
    json_set(c->out, "forms", link_form_choices(c, s.form));
    c->event.object_type = "pairs";
    c->event.object_id = s.form->name;
    c->event.count = (int64_t)json_size(pairs);
    return true;
}
