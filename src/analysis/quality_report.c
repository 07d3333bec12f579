/* SPDX-License-Identifier: EUPL-1.2 */
/* Counts into sections: a title, a sentence, a table. */
#include "analysis/quality_internal.h"

#include "base/catalogue.h"
#include "base/date.h"
#include "base/mem.h"
#include "model/finding.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HIDDEN "\xE2\x80\xA6" /* … */

enum { GAPS_SHOWN = 20, WORDS_MAX = 4000 };

struct report {
    struct quality *q;
    const struct dictionary *d;
    struct json *sections, *section, *columns, *rows; /* of the section being made */
};

/* ---- sections ---- */

static void begin(struct report *r, const char *id, const char *title, bool detail)
{
    r->section = json_object();
    r->columns = json_array();
    r->rows = json_array();
    json_set_text(r->section, "id", id);
    json_set_text(r->section, "title", title);
    json_set_bool(r->section, "detail", detail);
}

static void column(struct report *r, const char *key, const char *title, bool right)
{
    struct json *c = json_object();
    json_set_text(c, "key", key);
    json_set_text(c, "title", title);
    json_set_bool(c, "right", right);
    json_push(r->columns, c);
}

static void add_rule(struct json *out, const struct report *r, const struct rule *rule)
{
    struct buf b;
    buf_init(&b, WORDS_MAX);
    finding_general_words(&b, &rule->message, r->q->spec.language);
    json_set(out, "sentence", json_text(buf_text(&b)));
    buf_clear(&b);
    finding_general_words(&b, &rule->remedy, r->q->spec.language);
    if (b.n > 0) json_set(out, "remedy", json_text(buf_text(&b)));
    json_set_text(out, "rule", rule->name);
    buf_release(&b);
}

/* The sentence is the rule's where something was found, or `always`; else it says so. */
static void end(struct report *r, const char *rule, const char *found, const char *nothing)
{
    const struct rule *x = rule == NULL ? NULL : dictionary_rule(r->d, text_of(rule));
    if (json_size(r->rows) == 0) json_set_text(r->section, "sentence", nothing);
    else if (found != NULL) json_set_text(r->section, "sentence", found);
    else if (x != NULL) add_rule(r->section, r, x);
    else json_set_text(r->section, "sentence", "");
    if (x != NULL && !json_has(r->section, "rule")) json_set_text(r->section, "rule", rule);
    json_set(r->section, "columns", r->columns);
    json_set(r->section, "rows", r->rows);
    json_push(r->sections, r->section);
}

/* ---- cells ---- */

static bool is_small(const struct report *r, int64_t n)
{
    return n > 0 && n < r->q->spec.threshold;
}

static void put_count(const struct report *r, struct json *row, const char *key, int64_t n)
{
    char text[32];
    if (!is_small(r, n)) {
        json_set_int(row, key, n);
        return;
    }
    (void)snprintf(text, sizeof text, "<%lld", (long long)r->q->spec.threshold);
    json_set_text(row, key, text);
}

/* A share, hidden where a small count could be worked out of it. */
static void put_share(const struct report *r, struct json *row, const char *key, int64_t part,
                      int64_t whole)
{
    char text[32];
    bool hidden = is_small(r, part) || is_small(r, whole - part) || is_small(r, whole);
    if (whole <= 0) (void)snprintf(text, sizeof text, "-");
    else (void)snprintf(text, sizeof text, "%.1f %%", 100.0 * (double)part / (double)whole);
    json_set_text(row, key, hidden ? HIDDEN : text);
}

/* Parts of a whole that is shown: where one alone is hidden, the smallest other one is too. */
static void put_parts(const struct report *r, struct json *row, const char *const *key,
                      const int64_t *part, size_t n)
{
    size_t n_small = 0, other = n;
    for (size_t i = 0; i < n; i++) {
        put_count(r, row, key[i], part[i]);
        n_small += is_small(r, part[i]);
        if (part[i] > 0 && !is_small(r, part[i]) && (other == n || part[i] < part[other]))
            other = i;
    }
    if (n_small == 1 && other < n) json_set_text(row, key[other], HIDDEN);
}

static const char *form_title(const struct report *r, const struct quality_form *f)
{
    return words_in(&f->form->title, r->q->spec.language, f->form->name);
}

static struct json *row_of(struct report *r, const struct quality_form *f)
{
    struct json *row = json_object();
    json_set_text(row, "form", f->form->name);
    json_set_text(row, "form_title", form_title(r, f));
    json_push(r->rows, row);
    return row;
}

static const char *organisation_name(const struct report *r, size_t org)
{
    const struct codelist *l = dictionary_list(r->d, TEXT("CL_ORGANISATION"));
    return l == NULL || org >= l->n_code ? "-" : l->code[org].name;
}

static const struct quality_form *next_form(const struct report *r, size_t *i)
{
    while (*i < r->d->n_form)
        if (r->q->form[(*i)++].read) return &r->q->form[*i - 1];
    return NULL;
}

/* ---- completeness and timeliness ---- */

static const char *const answer_keys[] = {"present", "U", "NC", "NA", "RF", "WH", "blank"};
static const uint8_t answer_order[] = {ANSWER_PRESENT, MISSING_U,  MISSING_NC,  MISSING_NA,
                                       MISSING_RF,     MISSING_WH, ANSWER_BLANK};
enum { N_ANSWERS = sizeof answer_order };

static int64_t answers_of(int64_t part[N_ANSWERS], const struct report *r,
                          const struct quality_form *f, size_t org, size_t variable)
{
    const uint32_t *a = f->answers + (org * r->d->n_variable + variable) * ANSWER_KINDS;
    int64_t n = 0;
    for (size_t i = 0; i < N_ANSWERS; i++) n += part[i] = a[answer_order[i]];
    return n;
}

/* Somebody answers it. What nobody is able to collect is no organisation's gap. */
static bool is_used(const struct report *r, const struct quality_form *f, size_t variable)
{
    for (size_t org = 0; org < r->q->n_org; org++)
        if (f->answers[(org * r->d->n_variable + variable) * ANSWER_KINDS + ANSWER_PRESENT] > 0)
            return true;
    return false;
}

static void overview(struct report *r)
{
    const struct quality_form *f;
    begin(r, "overview", tr("At a glance"), false);
    column(r, "form", tr("Form"), false);
    column(r, "organisation", tr("Organisation"), false);
    column(r, "records", tr("Records"), true);
    column(r, "answered", tr("Answered"), true);
    column(r, "unknown", tr("Unknown"), true);
    column(r, "empty", tr("Blank"), true);
    column(r, "with_findings", tr("With findings"), true);
    for (size_t i = 0; (f = next_form(r, &i)) != NULL;)
        for (size_t org = 0; org < r->q->n_org; org++) {
            int64_t part[N_ANSWERS], sum[N_ANSWERS] = {0}, n = 0;
            if (f->records[org] == 0) continue;
            for (size_t v = 0; v < r->d->n_variable; v++) {
                if (r->d->variable[v].form != f->form->id || !is_used(r, f, v)) continue;
                n += answers_of(part, r, f, org, v);
                for (size_t k = 0; k < N_ANSWERS; k++) sum[k] += part[k];
            }
            struct json *row = row_of(r, f);
            json_set_text(row, "organisation", organisation_name(r, org));
            put_count(r, row, "records", f->records[org]);
            bool few = is_small(r, f->records[org]);
            put_share(r, row, "answered", few ? 1 : sum[0], few ? 1 : n);
            put_share(r, row, "unknown", few ? 1 : sum[1] + sum[2], few ? 1 : n);
            put_share(r, row, "empty", few ? 1 : sum[N_ANSWERS - 1], few ? 1 : n);
            put_count(r, row, "with_findings", f->with_finding[org]);
        }
    end(r, NULL,
        tr("What each organisation has sent, and how much it answers of what anybody answers."),
        tr("There are no records."));
}

static void completeness_row(struct report *r, const struct quality_form *f, size_t org, size_t v)
{
    int64_t part[N_ANSWERS], n = answers_of(part, r, f, org, v);
    if (n == 0) return;
    struct json *row = row_of(r, f);
    json_set_text(row, "organisation", organisation_name(r, org));
    json_set_text(row, "variable", r->d->variable[v].name);
    put_count(r, row, "asked", n);
    if (is_small(r, n)) {
        for (size_t i = 0; i < N_ANSWERS; i++) json_set_text(row, answer_keys[i], HIDDEN);
        json_set_text(row, "share", HIDDEN);
        return;
    }
    put_parts(r, row, answer_keys, part, N_ANSWERS);
    put_share(r, row, "share", part[0], n);
}

static void completeness(struct report *r)
{
    const struct quality_form *f;
    begin(r, "completeness", tr("Completeness by organisation and variable"), true);
    column(r, "form", tr("Form"), false);
    column(r, "organisation", tr("Organisation"), false);
    column(r, "variable", tr("Variable"), false);
    column(r, "asked", tr("Asked"), true);
    column(r, "share", tr("Share"), true);
    column(r, "present", tr("Present"), true);
    for (size_t k = 1; k + 1 < N_ANSWERS; k++) column(r, answer_keys[k], answer_keys[k], true);
    column(r, "blank", tr("Blank"), true);
    for (size_t i = 0; (f = next_form(r, &i)) != NULL;)
        for (size_t org = 0; org < r->q->n_org; org++)
            for (size_t v = 0; v < r->d->n_variable; v++)
                if (r->d->variable[v].form == f->form->id) completeness_row(r, f, org, v);
    end(r, "Q67", NULL, tr("There are no records."));
}

struct gap {
    const struct quality_form *form;
    size_t org, variable;
    int64_t asked, lacking;
};

/* Most is lacking first; equal ones as they come. */
static int by_lacking(const void *a, const void *b)
{
    const struct gap *x = a, *y = b;
    if (x->lacking != y->lacking) return x->lacking > y->lacking ? -1 : 1;
    if (x->variable != y->variable) return x->variable < y->variable ? -1 : 1;
    return x->org < y->org ? -1 : x->org > y->org;
}

/* Variables that figures stand on: required ones, and those with a statistical role. */
static bool matters(const struct variable *v)
{
    return v->required_always || v->required != NULL || variable_extra(v, "role")[0] != '\0';
}

static void gaps(struct report *r)
{
    struct gap *list = NULL;
    size_t n = 0, cap = 0;
    const struct quality_form *f;
    begin(r, "gaps", tr("Where answers are lacking most"), false);
    column(r, "form", tr("Form"), false);
    column(r, "organisation", tr("Organisation"), false);
    column(r, "variable", tr("Variable"), false);
    column(r, "asked", tr("Asked"), true);
    column(r, "lacking", tr("Lacking"), true);
    column(r, "lacking_share", tr("Share"), true);
    for (size_t i = 0; (f = next_form(r, &i)) != NULL;)
        for (size_t v = 0; v < r->d->n_variable; v++) {
            const struct variable *x = &r->d->variable[v];
            if (x->form != f->form->id || !matters(x) || !is_used(r, f, v)) continue;
            for (size_t org = 0; org < r->q->n_org; org++) {
                int64_t part[N_ANSWERS], asked = answers_of(part, r, f, org, v);
                int64_t lacking = part[1] + part[2] + part[N_ANSWERS - 1];
                if (lacking == 0 || is_small(r, lacking) || is_small(r, asked - lacking)) continue;
                MEM_GROW(list, cap, n + 1);
                list[n++] = (struct gap){f, org, v, asked, lacking};
            }
        }
    if (n > 0) qsort(list, n, sizeof *list, by_lacking);
    for (size_t i = 0; i < n && i < GAPS_SHOWN; i++) {
        struct json *row = row_of(r, list[i].form);
        json_set_text(row, "organisation", organisation_name(r, list[i].org));
        json_set_text(row, "variable", r->d->variable[list[i].variable].name);
        put_count(r, row, "asked", list[i].asked);
        put_count(r, row, "lacking", list[i].lacking);
        put_share(r, row, "lacking_share", list[i].lacking, list[i].asked);
    }
    mem_free(list);
    end(r, "Q67",
        tr("Unknown, not collected or blank, among variables that are required or that figures "
           "stand on, and that somebody answers."),
        tr("No required variable lacks an answer."));
}

static int by_days(const void *a, const void *b)
{
    int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
    return x < y ? -1 : x > y;
}

/* Nearest rank: the smallest value that at least so many percent do not exceed. */
static int32_t percentile(const struct days *d, unsigned percent)
{
    size_t rank = (d->n * percent + 99) / 100;
    return d->item[rank == 0 ? 0 : rank - 1];
}

static void timeliness(struct report *r)
{
    const struct quality_form *f;
    int64_t least = dictionary_parameter_int(r->d, "disclosure.min_count", 5);
    begin(r, "timeliness", tr("Days from detection to registration"), false);
    column(r, "form", tr("Form"), false);
    column(r, "organisation", tr("Organisation"), false);
    column(r, "records", tr("Records"), true);
    column(r, "median", tr("Median"), true);
    column(r, "p90", tr("Nine in ten within"), true);
    for (size_t i = 0; (f = next_form(r, &i)) != NULL;)
        for (size_t org = 0; org < r->q->n_org; org++) {
            struct days *d = &f->days[org];
            if (d->n == 0) continue;
            qsort(d->item, d->n, sizeof *d->item, by_days);
            struct json *row = row_of(r, f);
            json_set_text(row, "organisation", organisation_name(r, org));
            put_count(r, row, "records", (int64_t)d->n);
            if ((int64_t)d->n < least) { /* one person's days, whoever looks */
                json_set_text(row, "median", HIDDEN);
                json_set_text(row, "p90", HIDDEN);
                continue;
            }
            json_set_int(row, "median", percentile(d, 50));
            json_set_int(row, "p90", percentile(d, 90));
        }
    end(r, "Q67", tr("Counted where both days are known."), tr("No record has both days in full."));
}

/* ---- plausibility ---- */

static void rule_columns(struct report *r, bool by_organisation)
{
    column(r, "form", tr("Form"), false);
    if (by_organisation) column(r, "organisation", tr("Organisation"), false);
    column(r, "rule", tr("Rule"), false);
    column(r, "severity", tr("Kind"), false);
    column(r, "records", tr("Records"), true);
    if (!by_organisation) column(r, "message", tr("What"), false);
}

static struct json *rule_row(struct report *r, const struct quality_form *f,
                             const struct rule *rule)
{
    struct json *row = row_of(r, f);
    json_set_text(row, "rule", rule->name);
    json_set_text(row, "severity", tr(severity_name(rule->severity)));
    return row;
}

static void plausibility(struct report *r)
{
    const struct quality_form *f;
    begin(r, "plausibility", tr("Rules that records break today"), false);
    rule_columns(r, false);
    for (size_t i = 0; (f = next_form(r, &i)) != NULL;)
        for (size_t k = 0; k < r->d->n_rule; k++) {
            int64_t records = 0;
            bool small = false;
            for (size_t org = 0; org < r->q->n_org; org++) {
                records += f->finding_records[org * r->d->n_rule + k];
                small = small || is_small(r, f->finding_records[org * r->d->n_rule + k]);
            }
            if (records == 0) continue;
            struct buf b;
            buf_init(&b, WORDS_MAX);
            finding_general_words(&b, &r->d->rule[k].message, r->q->spec.language);
            struct json *row = rule_row(r, f, &r->d->rule[k]);
            put_count(r, row, "records", records);
            if (small && !is_small(r, records)) json_set_text(row, "records", HIDDEN);
            json_set(row, "message", json_text(buf_text(&b)));
            buf_release(&b);
        }
    end(r, NULL,
        tr("Each record was judged again with the rules of today; rules over direct identifiers are "
           "judged at import only."),
        tr("No record breaks a rule."));
    begin(r, "plausibility_by_organisation", tr("The same by organisation"), true);
    rule_columns(r, true);
    for (size_t i = 0; (f = next_form(r, &i)) != NULL;)
        for (size_t org = 0; org < r->q->n_org; org++)
            for (size_t k = 0; k < r->d->n_rule; k++) {
                int64_t records = f->finding_records[org * r->d->n_rule + k];
                if (records == 0) continue;
                struct json *row = rule_row(r, f, &r->d->rule[k]);
                json_set_text(row, "organisation", organisation_name(r, org));
                put_count(r, row, "records", records);
            }
    end(r, NULL, tr("Records with a finding, by organisation and rule."),
        tr("No record breaks a rule."));
}

/* ---- persons ---- */

static void person_row(struct report *r, const struct quality_form *f, const char *rule,
                       const char *what, int64_t persons)
{
    if (persons == 0) return;
    struct json *row = row_of(r, f);
    json_set_text(row, "rule", rule);
    json_set_text(row, "what", what);
    put_count(r, row, "persons", persons);
}

static void persons(struct report *r)
{
    const struct quality_form *f;
    begin(r, "persons", tr("Records of one person"), false);
    column(r, "form", tr("Form"), false);
    column(r, "rule", tr("Rule"), false);
    column(r, "persons", tr("Persons"), true);
    column(r, "what", tr("What"), false);
    for (size_t i = 0; (f = next_form(r, &i)) != NULL;) {
        struct person_counts n;
        if (f->role[ROLE_SEX] == VAR_NONE && f->role[ROLE_BIRTH_YEAR] == VAR_NONE) continue;
        count_persons(&n, r->q, f);
        person_row(r, f, "Q22", tr("persons, each counted once"), n.persons);
        person_row(r, f, "Q20", tr("have several records in one organisation: possible duplicates"),
                   n.same_org_persons);
        person_row(r, f, "Q20", tr("are known to several organisations"), n.across_persons);
        person_row(r, f, "Q21", tr("have records that disagree on the sex"), n.sex);
        person_row(r, f, "Q21", tr("have records that disagree on the year of birth"),
                   n.birth_year);
        person_row(r, f, "Q21", tr("have records that disagree on the citizenship"), n.citizenship);
        person_row(r, f, "Q21",
                   tr("had records that disagree, and people chose which answer counts"), n.settled);
        person_row(r, f, "Q22",
                   tr("were registered in more than one year: not added up over years"),
                   n.several_years);
        person_row(r, f, "Q19", tr("have valid entries and entries that are not valid"),
                   n.mixed_validity);
        person_row(r, f, "Q19", tr("have no valid entry and are counted in no figure of victims"),
                   n.not_valid);
    }
    end(r, NULL,
        tr("Records with the same match key (name, year of birth, sex, citizenship) are one person; "
           "spelling parts what belongs together, so these are lower bounds."),
        tr("There are no persons."));
}

/* ---- years and totals ---- */

/* Not yet decided for too long: rules of single records whose name begins so. */
static void pending(struct report *r)
{
    const struct quality_form *f;
    begin(r, "pending", tr("Status pending too long"), false);
    column(r, "form", tr("Form"), false);
    column(r, "organisation", tr("Organisation"), false);
    column(r, "records", tr("Records"), true);
    for (size_t i = 0; (f = next_form(r, &i)) != NULL;)
        for (size_t org = 0; org < r->q->n_org; org++) {
            int64_t n = 0;
            for (size_t k = 0; k < r->d->n_rule; k++)
                if (strncmp(r->d->rule[k].name, "Q18", 3) == 0)
                    n += f->finding_records[org * r->d->n_rule + k];
            if (n == 0) continue;
            struct json *row = row_of(r, f);
            json_set_text(row, "organisation", organisation_name(r, org));
            put_count(r, row, "records", n);
        }
    end(r, "Q18", NULL, tr("No status has been pending for too long."));
}

static void stages_of(struct report *r, const struct quality_form *f)
{
    struct year_counts *y;
    struct arena_mark mark = arena_mark(r->q->scratch);
    size_t n = count_years(&y, r->q, f, r->q->scratch);
    int64_t sum[3] = {0, 0, 0};
    for (size_t i = 0; i < n; i++) {
        for (int k = 0; k < 3; k++) sum[k] += y[i].stage[k];
        bool bad = sum[2] > sum[1] || y[i].stage[2] > sum[1] || sum[1] > sum[0];
        if (!bad || (r->q->spec.year != 0 && y[i].year != r->q->spec.year)) continue;
        struct json *row = row_of(r, f);
        json_set_int(row, "year", y[i].year);
        put_count(r, row, "suspected", sum[0]);
        put_count(r, row, "prosecuted", sum[1]);
        put_count(r, row, "convicted", sum[2]);
    }
    arena_rewind(r->q->scratch, mark);
}

static void stages(struct report *r)
{
    const struct quality_form *f;
    begin(r, "stages", tr("Suspected, prosecuted, convicted"), false);
    column(r, "form", tr("Form"), false);
    column(r, "year", tr("Year"), true);
    column(r, "suspected", tr("Suspected until then"), true);
    column(r, "prosecuted", tr("Prosecuted"), true);
    column(r, "convicted", tr("Convicted"), true);
    for (size_t i = 0; (f = next_form(r, &i)) != NULL;) {
        bool all = true;
        for (int k = ROLE_SUSPECTED; k <= ROLE_CONVICTED; k++) all = all && f->role[k] != VAR_NONE;
        if (all) stages_of(r, f);
    }
    end(r, "Q56", NULL,
        tr("In no year were more persons convicted than prosecuted until then, or more prosecuted "
           "than suspected."));
}

static void between_sets(struct report *r)
{
    const struct quality_form *f, *g;
    begin(r, "between_sets", tr("Victims and suspects held against each other"), false);
    column(r, "rule", tr("Rule"), false);
    column(r, "persons", tr("Persons"), true);
    column(r, "what", tr("What"), false);
    for (size_t i = 0; r->q->spec.joined && (f = next_form(r, &i)) != NULL;) {
        if (f->form->data_set == DATA_SET_JUSTICE && f->role[ROLE_CONVICTED] != VAR_NONE) {
            int64_t convicted, unlinked;
            count_unlinked(&convicted, &unlinked, r->q, f);
            person_row(r, f, "Q58q", tr("convicted for trafficking without any linked victim"),
                       unlinked);
        }
        for (size_t k = 0; (g = next_form(r, &k)) != NULL;)
            if (f->form->data_set == DATA_SET_VICTIM && g->form->data_set == DATA_SET_JUSTICE)
                person_row(r, f, "Q61",
                           tr("victim and suspect have the same match key: link, never merge"),
                           count_shared(r->q, f, g));
    }
    end(r, r->q->spec.joined ? "Q61" : NULL,
        tr("Convictions and match keys over both data sets; records are linked, never merged."),
        r->q->spec.joined
            ? tr("Every conviction has its victim, and no match key is in both data sets.")
            : tr("Not judged: this joins both data sets and needs a purpose."));
}

static int by_number(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

/* Changes of yearly totals. The year that is still going on is left out. */
static void changes_of(struct report *r, const struct quality_form *f)
{
    int64_t percent = dictionary_parameter_int(r->d, "Q63_change_percent", 50),
            factor = dictionary_parameter_int(r->d, "Q63_median_factor", 3);
    struct year_counts *y;
    struct arena_mark mark = arena_mark(r->q->scratch);
    size_t n = count_years(&y, r->q, f, r->q->scratch), n_change = 0;
    int64_t *change = ARENA_ARRAY(r->q->scratch, int64_t, n + 1);
    int now = date_year(date_from_day(r->q->spec.today));
    while (n > 0 && (y[n - 1].year >= now || y[n - 1].records == 0)) n--;
    for (size_t i = 1; i < n; i++) {
        if (y[i].year != y[i - 1].year + 1) continue;
        int64_t by = y[i].persons - y[i - 1].persons;
        change[n_change++] = by < 0 ? -by : by;
    }
    if (n_change > 0) qsort(change, n_change, sizeof *change, by_number);
    int64_t median = n_change == 0 ? 0 : change[(n_change - 1) / 2];
    for (size_t i = 1; i < n; i++) {
        int64_t before = y[i - 1].persons, by = y[i].persons - before, size = by < 0 ? -by : by;
        if (y[i].year != y[i - 1].year + 1 || before == 0) continue;
        if (r->q->spec.year != 0 && y[i].year != r->q->spec.year) continue;
        bool much = size * 100 > percent * before;
        if (!much && !(median > 0 && size > factor * median)) continue;
        char text[32];
        (void)snprintf(text, sizeof text, "%+.0f %%", 100.0 * (double)by / (double)before);
        struct json *row = row_of(r, f);
        json_set_int(row, "year", y[i].year);
        put_count(r, row, "before", before);
        put_count(r, row, "persons", y[i].persons);
        json_set_text(row, "change",
                      is_small(r, before) || is_small(r, y[i].persons) ? HIDDEN : text);
    }
    arena_rewind(r->q->scratch, mark);
}

static void changes(struct report *r)
{
    const struct quality_form *f;
    begin(r, "changes", tr("Changes from year to year"), false);
    column(r, "form", tr("Form"), false);
    column(r, "year", tr("Year"), true);
    column(r, "before", tr("Year before"), true);
    column(r, "persons", tr("Persons"), true);
    column(r, "change", tr("Change"), true);
    for (size_t i = 0; (f = next_form(r, &i)) != NULL;) changes_of(r, f);
    end(r, "Q63", NULL, tr("No yearly total changed more than usual."));
}

/* What is counted here against what the register says it holds; and statuses against all
 * records. */
static void totals(struct report *r)
{
    const struct quality_form *f;
    begin(r, "totals", tr("Totals"), false);
    column(r, "form", tr("Form"), false);
    column(r, "counted", tr("Counted"), true);
    column(r, "kept", tr("In the register"), true);
    for (size_t i = 0; (f = next_form(r, &i)) != NULL;) {
        if (f->n_kept < 0 || f->n_kept == (int64_t)f->n_fact) continue;
        struct json *row = row_of(r, f);
        put_count(r, row, "counted", (int64_t)f->n_fact);
        put_count(r, row, "kept", f->n_kept);
    }
    end(r, "Q64", NULL, tr("The records read add up to what the register says it holds."));
}

static void several_answers(struct report *r)
{
    const struct quality_form *f;
    begin(r, "several_answers", tr("Variables with several answers"), true);
    column(r, "form", tr("Form"), false);
    column(r, "variable", tr("Variable"), false);
    column(r, "records", tr("Records"), true);
    column(r, "answers", tr("Answers"), true);
    for (size_t i = 0; (f = next_form(r, &i)) != NULL;)
        for (size_t v = 0; v < r->d->n_variable; v++) {
            if (r->d->variable[v].form != f->form->id || f->chosen[v] <= f->answered[v]) continue;
            struct json *row = row_of(r, f);
            json_set_text(row, "variable", r->d->variable[v].name);
            put_count(r, row, "records", (int64_t)f->answered[v]);
            put_count(r, row, "answers", (int64_t)f->chosen[v]);
        }
    end(r, "Q65",
        tr("Their answers add up to more than the records: label their tables \"several answers "
           "possible\"."),
        tr("No variable has more answers than records."));
}

static void releases(struct report *r)
{
    begin(r, "releases", tr("Figures published before"), false);
    end(r, "Q66", NULL, tr("Not judged: the register keeps no releases yet."));
}

static int last_year(const struct report *r, const struct quality_form *f)
{
    int last = 0, now = date_year(date_from_day(r->q->spec.today));
    if (r->q->spec.year != 0) return r->q->spec.year;
    for (size_t i = 0; i < f->n_fact; i++)
        if (f->fact[i].year > last && f->fact[i].year < now) last = f->fact[i].year;
    return last;
}

/* Expected is who sent records of the form in the year before. */
static void silent(struct report *r)
{
    const struct quality_form *f;
    begin(r, "silent", tr("Deliveries that were expected"), false);
    column(r, "form", tr("Form"), false);
    column(r, "organisation", tr("Organisation"), false);
    column(r, "year", tr("Year"), true);
    column(r, "before", tr("Records the year before"), true);
    for (size_t i = 0; (f = next_form(r, &i)) != NULL;) {
        int year = last_year(r, f);
        uint32_t *n = mem_new(2 * r->q->n_org, sizeof *n);
        for (size_t k = 0; k < f->n_fact; k++) {
            size_t org = org_place(r->q, f->fact[k].organisation);
            if (year != 0 && f->fact[k].year == year) n[2 * org]++;
            if (year != 0 && f->fact[k].year == year - 1) n[2 * org + 1]++;
        }
        for (size_t org = 0; org < r->q->n_org; org++) {
            bool wanted = r->q->spec.organisation == CODE_NONE || r->q->spec.organisation == org;
            if (!wanted || n[2 * org] > 0 || n[2 * org + 1] == 0) continue;
            struct json *row = row_of(r, f);
            json_set_text(row, "organisation", organisation_name(r, org));
            json_set_int(row, "year", year);
            put_count(r, row, "before", n[2 * org + 1]);
        }
        mem_free(n);
    }
    end(r, "Q68", NULL, tr("Every organisation that sent records the year before has sent some."));
}

static void operations(struct report *r)
{
    const struct quality_form *f;
    int64_t most = dictionary_parameter_int(r->d, "Q69_victims", 20);
    begin(r, "operations", tr("Operations that shape a year"), false);
    column(r, "form", tr("Form"), false);
    column(r, "year", tr("Year"), true);
    column(r, "operation_persons", tr("Persons of one operation"), true);
    column(r, "persons", tr("of all persons"), true);
    for (size_t i = 0; (f = next_form(r, &i)) != NULL;) {
        struct year_counts *y;
        struct arena_mark mark = arena_mark(r->q->scratch);
        size_t n = count_years(&y, r->q, f, r->q->scratch);
        for (size_t k = 0; k < n && f->role[ROLE_SEX] != VAR_NONE; k++) {
            if (y[k].operation_persons <= most) continue;
            if (r->q->spec.year != 0 && y[k].year != r->q->spec.year) continue;
            struct json *row = row_of(r, f);
            json_set_int(row, "year", y[k].year);
            put_count(r, row, "operation_persons", y[k].operation_persons);
            put_count(r, row, "persons", y[k].persons);
        }
        arena_rewind(r->q->scratch, mark);
    }
    end(r, "Q69q", NULL, tr("No operation has more victims than the set number."));
}

static void breaks(struct report *r)
{
    begin(r, "breaks", tr("Breaks in series"), false);
    column(r, "break", tr("Break"), false);
    column(r, "what", tr("What"), false);
    for (size_t i = 0; i < r->d->n_pack_value; i++) {
        const struct parameter *p = &r->d->pack_value[i];
        if (strncmp(p->name, "break.", strlen("break.")) != 0) continue;
        struct json *row = json_object();
        json_set_text(row, "break", p->name + strlen("break."));
        json_set_text(row, "kind", p->value);
        json_set_text(row, "what", p->note);
        json_push(r->rows, row);
    }
    end(r, "Q70", tr("Do not compare across these; mark the first year behind each with b."),
        tr("The country's pack names no break in a series."));
}

static void links(struct report *r)
{
    const struct quality_form *f;
    begin(r, "links", tr("Links that lead nowhere"), false);
    column(r, "form", tr("Form"), false);
    column(r, "organisation", tr("Organisation"), false);
    column(r, "variable", tr("Variable"), false);
    column(r, "target", tr("Points to"), false);
    column(r, "values", tr("Links"), true);
    column(r, "unresolved", tr("Unresolved"), true);
    for (size_t i = 0; (f = next_form(r, &i)) != NULL;)
        for (size_t org = 0; org < r->q->n_org; org++)
            for (size_t v = 0; v < r->d->n_variable; v++) {
                size_t at = org * r->d->n_variable + v;
                if (f->unresolved[at] == 0) continue;
                struct json *row = row_of(r, f);
                json_set_text(row, "organisation", organisation_name(r, org));
                json_set_text(row, "variable", r->d->variable[v].name);
                json_set_text(row, "target", r->d->form[r->d->variable[v].link].name);
                put_count(r, row, "values", f->values[at]);
                put_count(r, row, "unresolved", f->unresolved[at]);
            }
    end(r, NULL,
        tr("The value is neither a record code nor the same organisation's own reference of a record "
           "that there is: send that record, or correct the value."),
        tr("Every link leads to a record."));
}

struct json *quality_report(struct quality *q)
{
    struct report r = {.q = q, .d = q->spec.dictionary, .sections = json_array()};
    struct json *out = json_object();
    int64_t n = 0;
    settle_operations(q);
    for (size_t i = 0; i < r.d->n_form; i++)
        for (size_t org = 0; q->form[i].read && org < q->n_org; org++) n += q->form[i].records[org];
    overview(&r);
    gaps(&r);
    timeliness(&r);
    plausibility(&r);
    persons(&r);
    pending(&r);
    stages(&r);
    between_sets(&r);
    changes(&r);
    totals(&r);
    several_answers(&r);
    releases(&r);
    silent(&r);
    operations(&r);
    breaks(&r);
    links(&r);
    completeness(&r);
    put_count(&r, out, "records", n);
    json_set_int(out, "threshold", q->spec.threshold);
    json_set(out, "sections", r.sections);
    return out;
}
