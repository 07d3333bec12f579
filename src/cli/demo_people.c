/* SPDX-License-Identifier: EUPL-1.2 */
/* Making synthetic persons. Yearly totals, statuses, legal ages and forms are shared out exactly;
 * the rest is drawn. */
#include "cli/demo_people.h"

#include "base/date.h"
#include "base/mem.h"

#include <stdio.h>
#include <string.h>

bool demo_tables_read(struct demo_tables *out, const char *data, const char *pack, struct arena *a,
                      struct err *e)
{
    const struct {
        struct demo_table *to;
        const char *name;
    } common[] = {{&out->age_groups, "age_groups"},
                  {&out->given, "given_names"},
                  {&out->family, "family_names"}},
      demo[] = {{&out->years, "years"},
                {&out->statuses, "statuses"},
                {&out->ages, "ages"},
                {&out->forms, "forms"},
                {&out->sex, "sex"},
                {&out->citizenships, "citizenships"},
                {&out->form_by_citizenship, "form_by_citizenship"},
                {&out->place, "place"},
                {&out->typology, "typology"},
                {&out->abroad, "destinations_abroad"},
                {&out->regions, "regions"},
                {&out->sectors, "sectors"},
                {&out->organisations, "organisations"},
                {&out->overlap, "overlap"},
                {&out->justice, "justice"}};
    const char *folder = arena_printf(a, "%s/demo", data);
    for (size_t i = 0; i < sizeof common / sizeof common[0]; i++)
        if (!demo_table_read(common[i].to, folder, common[i].name, a, e)) return false;
    folder = arena_printf(a, "%s/demo/%s", data, pack);
    for (size_t i = 0; i < sizeof demo / sizeof demo[0]; i++)
        if (!demo_table_read(demo[i].to, folder, demo[i].name, a, e)) return false;
    return demo_table_read(&out->bands, arena_printf(a, "%s/codelists", data), "CL_AGEGROUP", a,
                           e) &&
           demo_table_read(&out->institutions, arena_printf(a, "%s/packs/%s", data, pack),
                           "organisations", a, e);
}

static int32_t between(struct random *r, int32_t from, int32_t to)
{
    return from + (int32_t)random_below(r, (uint64_t)(to - from) + 1);
}

static int32_t day_of(int year, int month, int day)
{
    struct date d;
    return date_from_ymd(&d, year, month, day) ? d.first : 0;
}

static const char *pick(const struct demo_table *t, const char *column, const char *value,
                        const char *weight, const char *want, struct random *r)
{
    size_t row = demo_draw(t, column, value, weight, r);
    return row == SIZE_MAX ? "" : demo_cell(t, row, want);
}

/* ---------------------------------------------------------------- who */

static const char *pick_citizenship(const struct demo_tables *t, const char *form, struct random *r)
{
    const struct demo_table *c = &t->citizenships, *f = &t->form_by_citizenship;
    double *w = mem_new(c->n_row, sizeof *w);
    for (size_t i = 0; i < c->n_row; i++) {
        w[i] = demo_number(c, i, "weight");
        for (size_t k = 0; k < f->n_row; k++)
            if (strcmp(demo_cell(f, k, "citizenship"), demo_cell(c, i, "citizenship")) == 0 &&
                strcmp(demo_cell(f, k, "form"), form) == 0)
                w[i] *= demo_number(f, k, "factor");
    }
    const char *code = demo_cell(c, random_weighted(r, w, c->n_row), "citizenship");
    mem_free(w);
    return code;
}

/* Names by citizenship; where the table has none, Portuguese ones. */
static const char *pick_name(const struct demo_table *t, const char *citizenship, const char *sex,
                             struct random *r)
{
    for (int pass = 0; pass < 2; pass++) {
        size_t fits = 0;
        for (int count = 1; count >= 0; count--) {
            size_t wanted = count == 0 && fits > 0 ? random_below(r, fits) : 0, seen = 0;
            for (size_t i = 0; i < t->n_row; i++) {
                if (strcmp(demo_cell(t, i, "citizenship"), pass == 0 ? citizenship : "PT") != 0)
                    continue;
                if (sex != NULL && sex[0] != '\0' && strcmp(demo_cell(t, i, "sex"), sex) != 0)
                    continue;
                if (count == 1) fits++;
                else if (seen++ == wanted) return demo_cell(t, i, "name");
            }
            if (fits == 0) break;
        }
    }
    return "Silva";
}

static int pick_age(const struct demo_tables *t, const char *legal, const char *form,
                    struct random *r)
{
    const struct demo_table *g = &t->age_groups;
    double *w = mem_new(g->n_row, sizeof *w);
    double sum = 0;
    if (strcmp(legal, "U") == 0) {
        mem_free(w);
        return -1;
    }
    for (int pass = 0; pass < 2 && sum <= 0; pass++)
        for (size_t i = 0; i < g->n_row; i++)
            if (strcmp(demo_cell(g, i, "age_legal"), legal) == 0 &&
                strcmp(demo_cell(g, i, "form"), pass == 0 ? form : "*") == 0)
                sum += w[i] = demo_number(g, i, "weight");
    const char *group = sum > 0 ? demo_cell(g, random_weighted(r, w, g->n_row), "age_group") : "";
    mem_free(w);
    for (size_t i = 0; i < t->bands.n_row; i++)
        if (strcmp(demo_cell(&t->bands, i, "name"), group) == 0) {
            int from = (int)demo_number(&t->bands, i, "from"),
                to = (int)demo_number(&t->bands, i, "to");
            return between(r, from, to > 74 ? 74 : to);
        }
    return strcmp(legal, "CH") == 0 ? between(r, 10, 17) : between(r, 18, 50);
}

/* A day on which somebody of that age on `day` was born. */
static int32_t birth_for(int32_t day, int age, struct random *r)
{
    int y, m, d;
    date_to_ymd(day, &y, &m, &d);
    return day_of(y - age, m, d > 28 ? 28 : d) - between(r, 0, 355);
}

/* ---------------------------------------------------------------- what happened */

static void place_person(struct demo_person *p, const struct demo_tables *t, struct random *r)
{
    const char *typology = pick(&t->typology, NULL, NULL, "weight", "typology", r);
    bool national = strcmp(p->citizenship, "PT") == 0;
    p->exploitation_country = "PT";
    p->recruitment_country = national ? "PT" : p->citizenship;
    if (strcmp(typology, "origin_transnational") == 0 && national)
        p->exploitation_country = pick(&t->abroad, NULL, NULL, "weight", "exploitation_country", r);
    else if (strcmp(typology, "origin_domestic") == 0) p->recruitment_country = "PT";
    if (strcmp(p->exploitation_country, "PT") != 0) {
        p->region = "";
        return;
    }
    p->region = pick(&t->regions, "form", p->form, "weight", "region", r);
    if (p->region[0] == '\0') p->region = pick(&t->regions, "form", "*", "weight", "region", r);
}

static const char *pick_sector(const struct demo_tables *t, const char *kind, struct random *r)
{
    if (strcmp(kind, "E220") == 0) return "T97";
    if (strcmp(kind, "E240") == 0) return "R93";
    if (strcmp(kind, "E210") != 0) return "";
    for (int i = 0; i < 20; i++) {
        const char *sector = pick(&t->sectors, NULL, NULL, "weight", "labour_sector", r);
        if (sector[0] != 'T' && strcmp(sector, "R93") != 0) return sector;
    }
    return "A01";
}

static void date_person(struct demo_person *p, struct random *r)
{
    int32_t first = day_of(p->year, 1, 1), last = day_of(p->year, 12, 20);
    p->entry = between(r, first, last);
    p->detection = p->entry - between(r, 0, 15);
    p->end = p->detection - between(r, 0, 6);
    p->start = p->end - between(r, 20, 420);
    p->recruitment = p->start - between(r, 3, 50);
    p->decision = p->entry + between(r, 0, 5);
    if (p->age < 0) return;
    p->birth = birth_for(p->entry, p->age, r);
    int32_t earliest =
        p->birth +
        40; /* small children: nothing happens before they are born, whatever the precision */
    if (p->recruitment < earliest) p->recruitment = earliest;
    if (p->start < p->recruitment) p->start = p->recruitment;
    if (p->end < p->start) p->end = p->start;
    if (p->detection < p->end) p->detection = p->end;
    if (p->entry < p->detection) p->entry = p->detection;
    if (p->decision < p->entry) p->decision = p->entry;
}

/* ---------------------------------------------------------------- who knows */

static bool active(const struct demo_tables *t, size_t row, int year)
{
    return year >= (int)demo_number(&t->organisations, row, "from_year") &&
           year <= (int)demo_number(&t->organisations, row, "to_year");
}

static bool decides(const struct demo_tables *t, size_t row, const char *status)
{
    const char *code = demo_cell(&t->organisations, row, "organisation");
    bool ngo_status =
        strcmp(status, "S20") == 0 || strcmp(status, "S81") == 0 || strcmp(status, "S10") == 0;
    for (size_t i = 0; i < t->institutions.n_row; i++) {
        if (strcmp(demo_cell(&t->institutions, i, "code"), code) != 0) continue;
        const char *type = demo_cell(&t->institutions, i, "type");
        bool ngo = type[0] == '5' || type[0] == '6',
             police = type[0] == '1' && strcmp(type, "15") != 0;
        bool body = police && strcmp(code, "AIMA") != 0;
        return ngo_status ? ngo : body;
    }
    return false;
}

static void find_sources(struct demo_person *p, const struct demo_tables *t, struct random *r)
{
    const struct demo_table *o = &t->organisations;
    double *w = mem_new(o->n_row, sizeof *w);
    for (size_t i = 0; i < o->n_row; i++)
        if (active(t, i, p->year) && decides(t, i, p->status))
            w[i] = demo_number(o, i, "share_percent");
    p->source[0] = demo_cell(o, random_weighted(r, w, o->n_row), "organisation");
    p->n_source = 1;
    mem_free(w);
    if (p->age < 0) return; /* without birth year nobody could tell that it is the same person */
    for (size_t i = 0; i < t->overlap.n_row && p->n_source < DEMO_SOURCES_MAX; i++) {
        if (strcmp(demo_cell(&t->overlap, i, "organisation"), p->source[0]) != 0) continue;
        const char *also = demo_cell(&t->overlap, i, "also");
        bool there = false;
        for (size_t k = 0; k < o->n_row; k++)
            there |= strcmp(demo_cell(o, k, "organisation"), also) == 0 && active(t, k, p->year);
        if (there && random_unit(r) * 100 < demo_number(&t->overlap, i, "share_percent"))
            p->source[p->n_source++] = also;
    }
}

/* ---------------------------------------------------------------- all of them */

static void make_year(struct demo_person *p, size_t n, int year, const struct demo_tables *t,
                      struct random *r, struct arena *a)
{
    char y[8];
    snprintf(y, sizeof y, "%d", year);
    size_t *status = ARENA_ARRAY(a, size_t, n), *legal = ARENA_ARRAY(a, size_t, n),
           *form = ARENA_ARRAY(a, size_t, n);
    demo_share(status, n, &t->statuses, "year", y, "count", r);
    demo_share(legal, n, &t->ages, "year", y, "count", r);
    demo_share(form, n, &t->forms, "year", y, "weight", r);
    for (size_t i = 0; i < n; i++) {
        p[i].year = year;
        p[i].status = demo_cell(&t->statuses, status[i], "victim_status");
        p[i].legal = demo_cell(&t->ages, legal[i], "age_legal");
        p[i].form = demo_cell(&t->forms, form[i], "form");
        p[i].kind = pick(&t->form_kinds, "form", p[i].form, "weight", "exploitation_form", r);
        if (p[i].kind[0] == '\0') p[i].kind = p[i].form;
        if (strcmp(p[i].kind, "E710") == 0 && strcmp(p[i].legal, "CH") != 0)
            p[i].kind = "E700"; /* of children only */
        p[i].sector = pick_sector(t, p[i].kind, r);
        p[i].sex = pick(&t->sex, "form", p[i].form, "weight", "sex", r);
        if (p[i].sex[0] == '\0') p[i].sex = pick(&t->sex, "form", "*", "weight", "sex", r);
        p[i].citizenship = pick_citizenship(t, p[i].form, r);
        p[i].given = pick_name(&t->given, p[i].citizenship, p[i].sex, r);
        p[i].family = arena_printf(a, "%s %s", pick_name(&t->family, p[i].citizenship, NULL, r),
                                   pick_name(&t->family, p[i].citizenship, NULL, r));
        p[i].age = pick_age(t, p[i].legal, p[i].form, r);
        place_person(&p[i], t, r);
        date_person(&p[i], r);
        find_sources(&p[i], t, r);
    }
}

void demo_people_make(struct demo_person **out, size_t *n, const struct demo_tables *t,
                      double scale, struct random *r, struct arena *a)
{
    size_t total = 0, at = 0;
    for (size_t i = 0; i < t->years.n_row; i++)
        total += (size_t)(demo_number(&t->years, i, "flagged") * scale + 0.5);
    *out = ARENA_ARRAY(a, struct demo_person, total);
    for (size_t i = 0; i < t->years.n_row; i++) {
        size_t k = (size_t)(demo_number(&t->years, i, "flagged") * scale + 0.5);
        make_year(*out + at, k, (int)demo_number(&t->years, i, "year"), t, r, a);
        at += k;
    }
    for (size_t i = 0; i < total; i++) (*out)[i].number = i + 1;
    *n = total;
}

/* ---------------------------------------------------------------- suspects */

static double justice(const struct demo_tables *t, const char *period, const char *measure)
{
    for (size_t i = 0; i < t->justice.n_row; i++)
        if (strcmp(demo_cell(&t->justice, i, "year"), period) == 0 &&
            strcmp(demo_cell(&t->justice, i, "measure"), measure) == 0)
            return demo_number(&t->justice, i, "count");
    return 0;
}

static void make_suspect(struct demo_suspect *s, const struct demo_tables *t, bool man,
                         struct random *r, struct arena *a)
{
    s->sex = man ? "M" : "F";
    s->citizenship = random_below(r, 100) < 45 ? "PT" : pick_citizenship(t, "E200", r);
    s->given = pick_name(&t->given, s->citizenship, s->sex, r);
    s->family = arena_printf(a, "%s %s", pick_name(&t->family, s->citizenship, NULL, r),
                             pick_name(&t->family, s->citizenship, NULL, r));
    s->form = random_below(r, 100) < 70 ? "E200" : "E100";
    s->age = between(r, 21, 62);
    s->report = between(r, day_of(2008, 1, 10), day_of(2019, 12, 20));
    s->opened = s->report + between(r, 0, 30);
    s->suspicion = s->opened + between(r, 10, 400);
    s->birth = birth_for(s->suspicion, s->age, r);
    s->indictment = s->suspicion + between(r, 90, 500);
    s->judgment = s->indictment + between(r, 90, 600);
    s->final = s->judgment + between(r, 30, 300);
}

void demo_suspects_make(struct demo_suspect **out, size_t *n, const struct demo_tables *t,
                        double scale, struct random *r, struct arena *a)
{
    double all = justice(t, "2008-2022", "suspects_natural") * scale;
    double accused = justice(t, "2008-2022", "defendants") * scale,
           guilty = justice(t, "2008-2022", "convicted") * scale;
    enum { MEN_PERCENT = 78, WOMEN_CONVICTED = 36, ACQUITTED_OF_REST_PERCENT = 85 };
    *n = (size_t)(all + 0.5);
    *out = ARENA_ARRAY(a, struct demo_suspect, *n);
    size_t women_convicted = (size_t)(WOMEN_CONVICTED * scale + 0.5);
    for (size_t i = 0; i < *n; i++) {
        struct demo_suspect *s = &(*out)[i];
        s->convicted = i < (size_t)(guilty + 0.5);
        bool man = s->convicted ? i >= women_convicted : random_below(r, 100) < MEN_PERCENT;
        make_suspect(s, t, man, r, a);
        bool defendant = i < (size_t)(accused + 0.5);
        if (s->convicted) s->status = "P5";
        else if (defendant)
            s->status = random_below(r, 100) < ACQUITTED_OF_REST_PERCENT ? "P6" : "P3";
        else s->status = random_below(r, 100) < 60 ? "P7" : "P1";
        s->suspended =
            random_below(r, 107) < 44; /* 63 effective, 44 suspended with probation, 2008-2020 */
        s->days = s->suspended ? between(r, 24, 59) * 30 : between(r, 36, 180) * 30;
        s->number = i + 1;
    }
}
