/* SPDX-License-Identifier: EUPL-1.2 */
/* Making cases, proceedings and suspects. Crimes of a year and persons who reach a stage in it are
 * the table's figures exactly; who and when is drawn. */
#include "cli/demo_justice.h"

#include "base/date.h"
#include "base/mem.h"
#include "cli/demo_sheet.h"

#include <string.h>

/* The share of a yearly series that falls to this row, so that the scaled years add up to the
 * scaled total. `before`: the sum of the rows before it. */
static size_t scaled(double before, double count, double scale)
{
    return (size_t)((before + count) * scale + 0.5) - (size_t)(before * scale + 0.5);
}

/* ---------------------------------------------------------------- cases of the police */

static bool keeps_cases(const struct demo_tables *t, const char *organisation)
{
    size_t row = demo_organisation_row(t, organisation);
    return strcmp(demo_cell(&t->organisations, row, "cases"), "yes") == 0;
}

static bool together(const struct demo_person *a, const struct demo_person *b)
{
    return a->year == b->year && strcmp(a->source[0], b->source[0]) == 0 &&
           strcmp(a->form, b->form) == 0 &&
           strcmp(a->exploitation_country, b->exploitation_country) == 0;
}

static void add_victim(struct demo_case *c, struct demo_person *p, size_t number)
{
    p->police_case = number;
    if (c->n_victim == 0 || p->detection < c->detected) c->detected = p->detection;
    if (c->n_victim == 0 || p->start < c->start) c->start = p->start;
    if (c->n_victim == 0 || p->end > c->end) c->end = p->end;
    c->n_victim++;
    c->n_child += strcmp(p->legal, "CH") == 0;
}

/* Victims of one year, body, form and country are found one to six at a time. */
static void make_cases(struct demo_justice *j, struct demo_person *p, size_t n,
                       const struct demo_tables *t, struct random *r, struct arena *a)
{
    j->police_case = ARENA_ARRAY(a, struct demo_case, n + 1);
    for (size_t i = 0; i < n; i++) {
        if (p[i].police_case != DEMO_NONE || p[i].status[1] > '7' ||
            !keeps_cases(t, p[i].source[0]))
            continue; /* S80 and above: no victim of trafficking */
        struct demo_case *c = &j->police_case[j->n_case];
        *c = (struct demo_case){.organisation = p[i].source[0],
                                .first_victim = i,
                                .proceeding = DEMO_NONE,
                                .year = p[i].year,
                                .number = j->n_case + 1};
        size_t wanted = random_below(r, 10) < 4 ? 1 : 1 + random_below(r, 6);
        for (size_t k = i; k < n && p[k].year == p[i].year && c->n_victim < wanted; k++)
            if (p[k].police_case == DEMO_NONE && p[k].status[1] < '8' && together(&p[i], &p[k]))
                add_victim(c, &p[k], j->n_case);
        j->n_case++;
    }
}

/* ---------------------------------------------------------------- proceedings */

/* A case of the year that led to none yet; by chance, so that they spread over the year. */
static size_t free_case(const struct demo_justice *j, int year, struct random *r)
{
    size_t fits = 0, found = DEMO_NONE;
    for (size_t i = 0; i < j->n_case; i++)
        if (j->police_case[i].year == year && j->police_case[i].proceeding == DEMO_NONE &&
            random_below(r, ++fits) == 0)
            found = i;
    return found;
}

static void open_proceeding(struct demo_justice *j, int year, struct random *r)
{
    struct demo_proceeding *x = &j->proceeding[j->n_proceeding];
    int32_t last = demo_day(year, 12, 10);
    *x = (struct demo_proceeding){.year = year,
                                  .police_case = free_case(j, year, r),
                                  .first_suspect = DEMO_NONE};
    x->report = demo_between(r, demo_day(year, 1, 5), last);
    if (x->police_case != DEMO_NONE) {
        struct demo_case *c = &j->police_case[x->police_case];
        c->proceeding = j->n_proceeding;
        x->report = c->detected + demo_between(r, 0, 8);
        if (day_year(x->report) != year) x->report = demo_day(year, 12, 31);
        if (day_year(c->detected) < year) x->report = demo_day(year, 1, 5);
    }
    x->opened = x->report + demo_between(r, 0, 12);
    if (day_year(x->opened) != year) x->opened = demo_day(year, 12, 31);
    j->n_proceeding++;
}

static void count_case(struct demo_justice *j, struct demo_person *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (p[i].police_case == DEMO_NONE) continue;
        p[i].proceeding = j->police_case[p[i].police_case].proceeding;
        if (p[i].proceeding == DEMO_NONE) continue;
        j->proceeding[p[i].proceeding].n_victim++;
        j->proceeding[p[i].proceeding].n_child += strcmp(p[i].legal, "CH") == 0;
    }
}

static void make_proceedings(struct demo_justice *j, const struct demo_tables *t, double scale,
                             struct random *r, struct arena *a)
{
    double total = 0, before = 0;
    for (size_t i = 0; i < t->crimes.n_row; i++) total += demo_number(&t->crimes, i, "count");
    j->proceeding = ARENA_ARRAY(a, struct demo_proceeding, (size_t)(total * scale + 2));
    for (size_t i = 0; i < t->crimes.n_row; i++) {
        double count = demo_number(&t->crimes, i, "count");
        for (size_t k = scaled(before, count, scale); k > 0; k--)
            open_proceeding(j, (int)demo_number(&t->crimes, i, "year"), r);
        before += count;
    }
    for (size_t i = 0; i < j->n_proceeding; i++) j->proceeding[i].number = i + 1;
}

/* Some proceedings find suspects, about three each: of those with victims first, and spread over
 * the years. */
static void choose_productive(struct demo_justice *j, double suspects)
{
    enum { SUSPECTS_EACH = 3 };
    double share = suspects / SUSPECTS_EACH / (double)j->n_proceeding, due = 1;
    for (size_t i = 0; i < j->n_proceeding; i++) {
        due += share * (j->proceeding[i].n_victim > 0 ? 1.5 : 0.5);
        if (due < 1) continue;
        j->proceeding[i].productive = true;
        due -= 1;
    }
}

/* ---------------------------------------------------------------- suspects */

/* One of the last proceedings with suspects that were opened well before the day; DEMO_NONE. */
static size_t proceeding_for(const struct demo_justice *j, int32_t day, struct random *r)
{
    enum { RECENT = 500, CHOICES = 64 };
    size_t choice[CHOICES], n = 0;
    for (size_t i = j->n_proceeding; i > 0 && n < CHOICES; i--) {
        const struct demo_proceeding *x = &j->proceeding[i - 1];
        if (x->productive && x->opened + 5 <= day && x->opened + RECENT > day) choice[n++] = i - 1;
    }
    return n == 0 ? DEMO_NONE : choice[random_below(r, n)];
}

static size_t any_productive(const struct demo_justice *j, int year)
{
    for (size_t i = 0; i < j->n_proceeding; i++)
        if (j->proceeding[i].productive && j->proceeding[i].year == year) return i;
    return DEMO_NONE;
}

static void suspect_person(struct demo_suspect *s, const struct demo_proceeding *x,
                           const struct demo_justice *j, const struct demo_person *person,
                           const struct demo_tables *t, struct random *r, struct arena *a)
{
    enum { NATIONALS_PERCENT = 45 };
    const char *country = demo_setting(t, "country");
    s->form = x->police_case != DEMO_NONE ? person[j->police_case[x->police_case].first_victim].form
              : random_below(r, 100) < 60 ? "E200"
                                          : "E100";
    s->citizenship =
        random_below(r, 100) < NATIONALS_PERCENT ? country : demo_citizenship(t, "", s->form, r);
    s->given = demo_given_name(t, s->citizenship, s->sex, r);
    s->family = demo_family_name(t, s->citizenship, s->sex, r, a);
    s->age = demo_between(r, 21, 62);
    s->birth = demo_birth_for(s->suspicion, s->age, r);
}

static bool has_namesake(const struct demo_justice *j, const struct demo_suspect *s)
{
    for (size_t i = 0; i < j->n_suspect; i++)
        if (strcmp(j->suspect[i].family, s->family) == 0 &&
            strcmp(j->suspect[i].given, s->given) == 0 &&
            day_year(j->suspect[i].birth) == day_year(s->birth))
            return true;
    return false;
}

/* Suspicion between January and September, so that the next stage may follow in the same year. */
static void begin_suspicion(struct demo_suspect *s, struct demo_justice *j, int year,
                            struct random *r)
{
    s->suspicion = demo_between(r, demo_day(year, 1, 10), demo_day(year, 9, 20));
    s->proceeding = proceeding_for(j, s->suspicion, r);
    if (s->proceeding == DEMO_NONE) {
        s->suspicion = demo_day(year, 9, 20);
        s->proceeding = proceeding_for(j, s->suspicion, r);
    }
    if (s->proceeding == DEMO_NONE) { /* the year has none so early: one is opened in January */
        size_t k = any_productive(j, year);
        if (k == DEMO_NONE) k = 0;
        struct demo_proceeding *x = &j->proceeding[k];
        x->productive = true;
        if (x->opened + 5 > s->suspicion) x->report = x->opened = demo_day(year, 1, 4);
        s->proceeding = k;
    }
    struct demo_proceeding *x = &j->proceeding[s->proceeding];
    s->report = x->report;
    s->opened = x->opened;
    s->accusation = s->suspicion + demo_between(r, 0, 10);
    if (random_below(r, 100) < 40) s->arrest = s->suspicion + demo_between(r, 0, 8);
    if (x->first_suspect == DEMO_NONE) x->first_suspect = (size_t)(s - j->suspect);
    x->n_suspect++;
}

static void add_suspects(struct demo_justice *j, int year, size_t count, size_t women,
                         const struct demo_person *person, const struct demo_tables *t,
                         struct random *r, struct arena *a)
{
    for (size_t k = 0; k < count; k++) {
        struct demo_suspect *s = &j->suspect[j->n_suspect];
        *s = (struct demo_suspect){.sex = k < women ? "F" : "M",
                                   .own_victim = DEMO_NONE,
                                   .execution = "",
                                   .number = j->n_suspect + 1};
        begin_suspicion(s, j, year, r);
        do suspect_person(s, &j->proceeding[s->proceeding], j, person, t, r, a);
        while (has_namesake(j, s));
        j->n_suspect++;
    }
}

enum stage { STAGE_PROSECUTED, STAGE_CONVICTED, STAGE_ACQUITTED };

static bool may_reach(const struct demo_suspect *s, enum stage stage, int year)
{
    if (stage == STAGE_PROSECUTED) return !s->prosecuted && day_year(s->suspicion) <= year;
    return s->prosecuted && !s->convicted && !s->acquitted && day_year(s->indictment) <= year;
}

static int32_t after(struct random *r, int32_t day, int gap, int year)
{
    int32_t from = day + gap, first = demo_day(year, 1, 10);
    return demo_between(r, from > first ? from : first, demo_day(year, 12, 20));
}

static void reach(struct demo_suspect *s, enum stage stage, int year, const struct demo_tables *t,
                  struct random *r)
{
    if (stage == STAGE_PROSECUTED) {
        s->prosecuted = true;
        s->indictment =
            demo_between(r,
                         s->accusation + 10 > demo_day(year, 1, 10) ? s->accusation + 10
                                                                    : demo_day(year, 1, 10),
                         demo_day(year, 11, 20));
        return;
    }
    s->judgment = after(r, s->indictment, 12, year);
    s->trial = s->judgment - demo_between(r, 1, 10);
    s->final = s->judgment + demo_between(r, 30, 60);
    if (random_below(r, 100) < 25) {
        s->appeal = s->judgment + demo_between(r, 10, 25);
        s->second = s->appeal + demo_between(r, 60, 200);
        s->final = s->second + demo_between(r, 0, 20);
    }
    s->acquitted = stage == STAGE_ACQUITTED;
    s->convicted = !s->acquitted;
    if (s->acquitted) return;
    int kind = demo_between(r, 0, 99), effective = demo_setting_int(t, "effective_percent");
    bool prison = kind < effective;
    s->execution = prison ? "effective"
                   : kind < effective + demo_setting_int(t, "probation_percent")
                       ? "suspended_with_probation"
                       : "suspended";
    s->months =
        demo_between(r,
                     demo_setting_int(t,
                                      prison ? "effective_months_from" : "suspended_months_from"),
                     demo_setting_int(t, prison ? "effective_months_to" : "suspended_months_to"));
}

/* Whose turn it is: of those who may, one of the last three years if there is any, of the wanted
 * sex if there is any ("": either). */
static struct demo_suspect *next_one(struct demo_justice *j, enum stage stage, int year,
                                     const char *sex, struct random *r)
{
    for (int tries = 0; tries < 3; tries++) {
        struct demo_suspect *found = NULL;
        size_t fits = 0;
        for (size_t i = 0; i < j->n_suspect; i++) {
            struct demo_suspect *s = &j->suspect[i];
            bool recent =
                day_year(stage == STAGE_PROSECUTED ? s->suspicion : s->indictment) + 2 >= year;
            if (!may_reach(s, stage, year) || (tries < 1 && !recent)) continue;
            if (tries < 2 && sex[0] != '\0' && strcmp(s->sex, sex) != 0) continue;
            if (random_below(r, ++fits) == 0) found = s;
        }
        if (found != NULL) return found;
    }
    return NULL;
}

/* One row of the table of stages. */
static void pass_stage(struct demo_justice *j, size_t row, size_t count, size_t women,
                       const struct demo_person *person, const struct demo_tables *t,
                       struct random *r, struct arena *a)
{
    const char *stage = demo_cell(&t->stages, row, "stage");
    int year = (int)demo_number(&t->stages, row, "year");
    bool by_sex = demo_cell(&t->stages, row, "women")[0] != '\0';
    if (strcmp(stage, "suspected") == 0) {
        enum { WOMEN_PERCENT = 25 }; /* where the table does not say */
        if (!by_sex) women = (count * WOMEN_PERCENT + 50) / 100;
        add_suspects(j, year, count, women, person, t, r, a);
        return;
    }
    enum stage which = strcmp(stage, "prosecuted") == 0  ? STAGE_PROSECUTED
                       : strcmp(stage, "convicted") == 0 ? STAGE_CONVICTED
                                                         : STAGE_ACQUITTED;
    for (size_t k = 0; k < count; k++) {
        struct demo_suspect *s = next_one(j, which, year, !by_sex ? "" : k < women ? "F" : "M", r);
        if (s == NULL) return;
        reach(s, which, year, t, r);
    }
}

static void make_suspects(struct demo_justice *j, const struct demo_person *person,
                          const struct demo_tables *t, double scale, struct random *r,
                          struct arena *a)
{
    static const char *const stages[] = {"suspected", "prosecuted", "convicted", "acquitted"};
    const struct demo_table *x = &t->stages;
    double total = 0, before[4] = {0}, women[4] = {0};
    int first = 9999, last = 0;
    for (size_t i = 0; i < x->n_row; i++) {
        int year = (int)demo_number(x, i, "year");
        first = year < first ? year : first;
        last = year > last ? year : last;
        if (strcmp(demo_cell(x, i, "stage"), stages[0]) == 0) total += demo_number(x, i, "count");
    }
    j->suspect = ARENA_ARRAY(a, struct demo_suspect, (size_t)(total * scale + 2));
    choose_productive(j, total * scale);
    for (int year = first; year <= last; year++)
        for (size_t k = 0; k < sizeof stages / sizeof stages[0]; k++)
            for (size_t i = 0; i < x->n_row; i++) {
                if ((int)demo_number(x, i, "year") != year ||
                    strcmp(demo_cell(x, i, "stage"), stages[k]) != 0)
                    continue;
                double n = demo_number(x, i, "count"), w = demo_number(x, i, "women");
                pass_stage(j, i, scaled(before[k], n, scale), scaled(women[k], w, scale), person, t,
                           r, a);
                before[k] += n;
                women[k] += w;
            }
}

/* ---------------------------------------------------------------- ties */

static int32_t released(const struct demo_suspect *s)
{
    return s->final + s->months * 30;
}

/* Of those in prison at the end, the ones with the longest terms ahead; their number is published
 * for some countries. */
static void imprison(struct demo_justice *j, int32_t day, size_t n)
{
    for (; n > 0; n--) {
        struct demo_suspect *last = NULL;
        for (size_t i = 0; i < j->n_suspect; i++) {
            struct demo_suspect *s = &j->suspect[i];
            if (s->prisoner || !s->convicted || strcmp(s->execution, "effective") != 0 ||
                released(s) <= day || s->final > day)
                continue;
            if (last == NULL || released(s) > released(last)) last = s;
        }
        if (last == NULL) return;
        last->prisoner = true;
    }
}

/* Not all suspects of a related offence: those charged with trafficking in the end. */
static void end_suspects(struct demo_justice *j, int last_year, struct random *r)
{
    for (size_t i = 0; i < j->n_suspect; i++) {
        struct demo_suspect *s = &j->suspect[i];
        s->requalified = s->prosecuted && random_below(r, 100) < 8;
        s->discontinued =
            !s->prosecuted && day_year(s->suspicion) + 2 <= last_year && random_below(r, 100) < 70;
    }
}

static void sum_up(struct demo_justice *j)
{
    for (size_t i = 0; i < j->n_suspect; i++) {
        const struct demo_suspect *s = &j->suspect[i];
        struct demo_proceeding *x = &j->proceeding[s->proceeding];
        x->n_prosecuted += s->prosecuted;
        x->n_convicted += s->convicted;
        x->n_acquitted += s->acquitted;
        x->n_final += s->final != 0 || s->discontinued;
        if (s->prosecuted && (x->indictment == 0 || s->indictment < x->indictment))
            x->indictment = s->indictment;
        if (s->trial != 0 && (x->trial == 0 || s->trial < x->trial)) x->trial = s->trial;
        if (s->judgment != 0 && (x->judgment == 0 || s->judgment < x->judgment))
            x->judgment = s->judgment;
        if (s->final > x->final) x->final = s->final;
    }
}

/* The prosecution would have the name as the body wrote it that found the person. */
static bool same_name(const struct demo_person *p, const struct demo_tables *t)
{
    size_t row = demo_organisation_row(t, p->source[0]);
    return demo_setting_int(t, "transliterate") != 0 ||
           strcmp(demo_cell(&t->organisations, row, "habit"), "labels") != 0 ||
           (demo_encodable(t, p->given) && demo_encodable(t, p->family));
}

/* Victims of a proceeding with suspects are on the prosecution's list, if their age is known; each
 * suspect is linked to some of them. */
static void link_victims(struct demo_justice *j, struct demo_person *p, size_t n,
                         const struct demo_tables *t)
{
    for (size_t i = 0; i < n; i++) {
        if (p[i].proceeding == DEMO_NONE || p[i].age < 0) continue;
        const struct demo_proceeding *x = &j->proceeding[p[i].proceeding];
        if (x->n_suspect == 0 || !same_name(&p[i], t)) continue;
        p[i].listed = true;
        for (size_t k = 0; k < j->n_suspect; k++) {
            struct demo_suspect *s = &j->suspect[k];
            if (s->proceeding != p[i].proceeding || s->n_victim == DEMO_LINKS_MAX) continue;
            s->victim[s->n_victim++] = i;
            if (p[i].suspect == DEMO_NONE || s->convicted) p[i].suspect = k;
        }
    }
}

/* Some suspects were victims before: the same person, with a record in each data set. */
static void link_own_victims(struct demo_justice *j, struct demo_person *p, size_t n,
                             const struct demo_tables *t, struct random *r)
{
    enum { EVERY = 40, DAYS_BETWEEN = 200, AGE_FROM = 20, AGE_TO = 45 };
    bool *taken = mem_new(n + 1, sizeof *taken);
    for (size_t i = EVERY / 8; i < j->n_suspect; i += EVERY) {
        struct demo_suspect *s = &j->suspect[i];
        size_t fits = 0, found = DEMO_NONE;
        for (size_t k = 0; k < n; k++) {
            bool fit = !taken[k] && strcmp(p[k].sex, s->sex) == 0 && p[k].age >= AGE_FROM &&
                       p[k].age <= AGE_TO && p[k].decision + DAYS_BETWEEN < s->suspicion &&
                       p[k].n_source == 1 && p[k].proceeding != s->proceeding &&
                       p[k].status[1] < '7' && same_name(&p[k], t);
            if (fit && random_below(r, ++fits) == 0) found = k;
        }
        if (found == DEMO_NONE) continue;
        taken[found] = true;
        s->own_victim = found;
        s->given = p[found].given;
        s->family = p[found].family;
        s->citizenship = p[found].citizenship;
        s->birth = p[found].birth;
        s->age = demo_age(s->birth, s->suspicion);
        p[found].listed = true;
    }
    mem_free(taken);
}

void demo_justice_make(struct demo_justice *out, struct demo_person *person, size_t n_person,
                       const struct demo_tables *t, double scale, struct random *r, struct arena *a)
{
    *out = (struct demo_justice){0};
    make_cases(out, person, n_person, t, r, a);
    make_proceedings(out, t, scale, r, a);
    count_case(out, person, n_person);
    if (out->n_proceeding == 0) return;
    make_suspects(out, person, t, scale, r, a);
    end_suspects(out, demo_setting_int(t, "last_year"), r);
    double prisoners = demo_setting_int(t, "prisoners") * scale + 0.5;
    imprison(out, demo_day(demo_setting_int(t, "prisoners_year"), 12, 31), (size_t)prisoners);
    sum_up(out);
    link_victims(out, person, n_person, t);
    link_own_victims(out, person, n_person, t, r);
}
