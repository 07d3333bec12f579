/* SPDX-License-Identifier: EUPL-1.2 */
/* Making synthetic victims. Yearly totals, statuses, legal ages and forms are shared out exactly;
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
        const char *folder, *name;
    } file[] = {{&out->age_groups, "demo", "age_groups"},
                {&out->form_kinds, "demo", "form_kinds"},
                {&out->given, "demo", "given_names"},
                {&out->family, "demo", "family_names"},
                {&out->bands, "codelists", "CL_AGEGROUP"},
                {&out->countries, "codelists", "CL_COUNTRY"}},
      own[] = {{&out->settings, "demo", "settings"},
               {&out->years, "demo", "years"},
               {&out->statuses, "demo", "statuses"},
               {&out->ages, "demo", "ages"},
               {&out->forms, "demo", "forms"},
               {&out->sex, "demo", "sex"},
               {&out->citizenships, "demo", "citizenships"},
               {&out->form_by_citizenship, "demo", "form_by_citizenship"},
               {&out->typology, "demo", "typology"},
               {&out->abroad, "demo", "destinations_abroad"},
               {&out->regions, "demo", "regions"},
               {&out->sectors, "demo", "sectors"},
               {&out->organisations, "demo", "organisations"},
               {&out->overlap, "demo", "overlap"},
               {&out->stages, "demo", "stages"},
               {&out->crimes, "demo", "crimes"},
               {&out->benefits, "demo", "benefits"},
               {&out->institutions, "packs", "organisations"},
               {&out->deciders, "packs", "status_deciders"}};
    for (size_t i = 0; i < sizeof file / sizeof file[0]; i++)
        if (!demo_table_read(file[i].to, arena_printf(a, "%s/%s", data, file[i].folder),
                             file[i].name, a, e))
            return false;
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++)
        if (!demo_table_read(own[i].to, arena_printf(a, "%s/%s/%s", data, own[i].folder, pack),
                             own[i].name, a, e))
            return false;
    return true;
}

/* Row whose `column` has `value`; DEMO_NONE when there is none. */
static size_t row_of(const struct demo_table *t, const char *column, const char *value)
{
    for (size_t i = 0; i < t->n_row; i++)
        if (strcmp(demo_cell(t, i, column), value) == 0) return i;
    return DEMO_NONE;
}

const char *demo_setting(const struct demo_tables *t, const char *name)
{
    return demo_cell(&t->settings, row_of(&t->settings, "name", name), "value");
}

int demo_setting_int(const struct demo_tables *t, const char *name)
{
    size_t row = row_of(&t->settings, "name", name);
    return (int)demo_number(&t->settings, row, "value");
}

/* Which rows of a table speak of a group such as 2018-P: its own, those of its year, of its segment
 * in any year, or those of no year. Only the first two are figures of the year: *exact. */
static const char *rows_for(const struct demo_table *t, const char *group, bool *exact,
                            struct arena *a)
{
    const char *dash = strchr(group, '-');
    const char *year = arena_copy(a, group, 4), *any = arena_printf(a, "*%s", dash ? dash : "");
    const char *tries[] = {group, year, any};
    for (size_t i = 0; i < sizeof tries / sizeof tries[0]; i++)
        if (row_of(t, "year", tries[i]) != DEMO_NONE) {
            *exact = i < 2;
            return tries[i];
        }
    *exact = false;
    return "";
}

int32_t demo_between(struct random *r, int32_t from, int32_t to)
{
    if (to <= from) return from;
    return from + (int32_t)random_below(r, (uint64_t)(to - from) + 1);
}

int32_t demo_day(int year, int month, int day)
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

const char *demo_citizenship(const struct demo_tables *t, const char *group, const char *form,
                             struct random *r)
{
    const struct demo_table *c = &t->citizenships, *f = &t->form_by_citizenship;
    double *w = mem_new(c->n_row, sizeof *w);
    for (size_t i = 0; i < c->n_row; i++) {
        if (strcmp(demo_cell(c, i, "year"), group) != 0) continue;
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

/* Names by citizenship, of the sex or of both; where the table has none, those of the country. */
static const char *pick_name(const struct demo_tables *t, const struct demo_table *names,
                             const char *citizenship, const char *sex, struct random *r)
{
    const char *from[] = {citizenship, demo_setting(t, "country")};
    for (int pass = 0; pass < 2; pass++) {
        size_t fits = 0;
        for (int count = 1; count >= 0; count--) {
            size_t wanted = count == 0 && fits > 0 ? random_below(r, fits) : 0, seen = 0;
            for (size_t i = 0; i < names->n_row; i++) {
                const char *of = demo_cell(names, i, "sex");
                if (strcmp(demo_cell(names, i, "citizenship"), from[pass]) != 0) continue;
                if (sex[0] != '\0' && of[0] != '\0' && strcmp(of, sex) != 0) continue;
                if (count == 1) fits++;
                else if (seen++ == wanted) return demo_cell(names, i, "name");
            }
            if (fits == 0) break;
        }
    }
    return "Silva";
}

const char *demo_given_name(const struct demo_tables *t, const char *citizenship, const char *sex,
                            struct random *r)
{
    return pick_name(t, &t->given, citizenship, sex, r);
}

const char *demo_family_name(const struct demo_tables *t, const char *citizenship, const char *sex,
                             struct random *r, struct arena *a)
{
    const char *first = pick_name(t, &t->family, citizenship, sex, r);
    if (demo_setting_int(t, "family_names") < 2) return first;
    return arena_printf(a, "%s %s", first, pick_name(t, &t->family, citizenship, sex, r));
}

bool demo_is_eu(const struct demo_tables *t, const char *country)
{
    size_t row = row_of(&t->countries, "name", country);
    return strcmp(demo_cell(&t->countries, row, "free_movement"), "yes") == 0;
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
            return demo_between(r, from, to > 74 ? 74 : to);
        }
    return strcmp(legal, "CH") == 0 ? demo_between(r, 10, 17) : demo_between(r, 18, 50);
}

int demo_age(int32_t birth, int32_t day)
{
    int y, m, d, by, bm, bd;
    date_to_ymd(day, &y, &m, &d);
    date_to_ymd(birth, &by, &bm, &bd);
    return y - by - (m < bm || (m == bm && d < bd));
}

int32_t demo_birth_for(int32_t day, int age, struct random *r)
{
    int y, m, d;
    date_to_ymd(day, &y, &m, &d);
    return demo_day(y - age, m, d > 28 ? 28 : d) - demo_between(r, 0, 355);
}

/* ---------------------------------------------------------------- what happened */

static void place_person(struct demo_person *p, const char *typology, const struct demo_tables *t,
                         struct random *r)
{
    const char *country = demo_setting(t, "country");
    bool national = strcmp(p->citizenship, country) == 0;
    p->exploitation_country = country;
    p->recruitment_country = national ? country : p->citizenship;
    p->region = p->district = "";
    if (strcmp(typology, "origin_transnational") == 0 && national)
        p->exploitation_country = pick(&t->abroad, NULL, NULL, "weight", "exploitation_country", r);
    else if (strcmp(typology, "origin_domestic") == 0) p->recruitment_country = country;
    if (strcmp(p->exploitation_country, country) != 0) return;
    size_t row = demo_draw(&t->regions, "form", p->form, "weight", r);
    if (row == SIZE_MAX) row = demo_draw(&t->regions, "form", "*", "weight", r);
    p->region = demo_cell(&t->regions, row, "region");
    p->district = demo_cell(&t->regions, row, "district");
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
    int32_t first = demo_day(p->year, 1, 1), last = demo_day(p->year, 12, 20);
    p->entry = demo_between(r, first, last);
    p->detection = p->entry - demo_between(r, 0, 15);
    p->end = p->detection - demo_between(r, 0, 6);
    p->start = p->end - demo_between(r, 20, 420);
    p->recruitment = p->start - demo_between(r, 3, 50);
    p->decision = p->entry + demo_between(r, 0, 5);
    if (p->age < 0) return;
    p->birth = demo_birth_for(p->entry, p->age, r);
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

bool demo_organisation_active(const struct demo_tables *t, size_t row, int year)
{
    return year >= (int)demo_number(&t->organisations, row, "from_year") &&
           year <= (int)demo_number(&t->organisations, row, "to_year");
}

size_t demo_organisation_row(const struct demo_tables *t, const char *code)
{
    return row_of(&t->organisations, "organisation", code);
}

static bool decides(const struct demo_tables *t, size_t row, const char *status)
{
    struct text rest = text_of(demo_cell(&t->organisations, row, "decides")), one;
    while (text_split(&rest, ' ', &one))
        if (text_is(one, status)) return true;
    return false;
}

static bool known_and_active(const struct demo_tables *t, const char *code, int year)
{
    size_t row = demo_organisation_row(t, code);
    return row != DEMO_NONE && demo_organisation_active(t, row, year);
}

/* `also`: "one": exactly one of the overlap table; a code: that organisation; "": whoever the
 * shares of the overlap table give. */
static void find_sources(struct demo_person *p, const char *also, const struct demo_tables *t,
                         struct random *r)
{
    const struct demo_table *o = &t->organisations;
    double *w = mem_new(o->n_row, sizeof *w);
    for (size_t i = 0; i < o->n_row; i++)
        if (demo_organisation_active(t, i, p->year) && decides(t, i, p->status))
            w[i] = demo_number(o, i, "share_percent");
    p->source[0] = demo_cell(o, random_weighted(r, w, o->n_row), "organisation");
    p->n_source = 1;
    mem_free(w);
    if (strcmp(also, "one") == 0)
        also = pick(&t->overlap, "organisation", p->source[0], "share_percent", "also", r);
    if (also[0] != '\0') {
        p->documented = true;
        p->source[p->n_source++] = also;
        return;
    }
    if (p->age < 0) return; /* without birth year nobody could tell that it is the same person */
    for (size_t i = 0; i < t->overlap.n_row && p->n_source < DEMO_SOURCES_MAX; i++) {
        if (strcmp(demo_cell(&t->overlap, i, "organisation"), p->source[0]) != 0) continue;
        const char *other = demo_cell(&t->overlap, i, "also");
        if (known_and_active(t, other, p->year) &&
            random_unit(r) * 100 < demo_number(&t->overlap, i, "share_percent"))
            p->source[p->n_source++] = other;
    }
}

/* ---------------------------------------------------------------- shared out */

/* Sex: the year's figures where there are any, of children and adults apart or of both; else by the
 * form. */
static void share_sex(struct demo_person *p, size_t n, const struct demo_tables *t,
                      struct random *r, struct arena *a)
{
    static const char *const legal[] = {"CH", "AD", "U"};
    size_t *row = ARENA_ARRAY(a, size_t, n);
    bool exact;
    const char *key = rows_for(&t->sex, p->group, &exact, a);
    if (exact) {
        demo_share(row, n, &t->sex, "year", key, "weight", r);
        for (size_t i = 0; i < n; i++) p[i].sex = demo_cell(&t->sex, row[i], "sex");
    }
    for (size_t k = 0; k < sizeof legal / sizeof legal[0]; k++) {
        const char *of = arena_printf(a, "%s-%s", p->group, legal[k]);
        size_t m = 0;
        if (row_of(&t->sex, "year", of) == DEMO_NONE) continue;
        for (size_t i = 0; i < n; i++) m += strcmp(p[i].legal, legal[k]) == 0;
        demo_share(row, m, &t->sex, "year", of, "weight", r);
        for (size_t i = 0; i < n; i++)
            if (strcmp(p[i].legal, legal[k]) == 0) p[i].sex = demo_cell(&t->sex, row[--m], "sex");
    }
    for (size_t i = 0; i < n; i++) {
        if (p[i].sex != NULL) continue;
        p[i].sex = pick(&t->sex, "form", p[i].form, "weight", "sex", r);
        if (p[i].sex[0] == '\0') p[i].sex = pick(&t->sex, "form", "*", "weight", "sex", r);
    }
}

/* Citizenship: the year's figures where there are any, else drawn by the form. */
static void share_citizenship(struct demo_person *p, size_t n, const struct demo_tables *t,
                              struct random *r, struct arena *a)
{
    size_t *row = ARENA_ARRAY(a, size_t, n);
    bool exact;
    const char *key = rows_for(&t->citizenships, p->group, &exact, a);
    if (exact) demo_share(row, n, &t->citizenships, "year", key, "weight", r);
    for (size_t i = 0; i < n; i++)
        p[i].citizenship = exact ? demo_cell(&t->citizenships, row[i], "citizenship")
                                 : demo_citizenship(t, key, p[i].form, r);
}

static void make_person(struct demo_person *p, const char *typology, const char *also,
                        const struct demo_tables *t, struct random *r, struct arena *a)
{
    p->kind = pick(&t->form_kinds, "form", p->form, "weight", "exploitation_form", r);
    if (p->kind[0] == '\0') p->kind = p->form;
    if (strcmp(p->kind, "E710") == 0 && strcmp(p->legal, "CH") != 0)
        p->kind = "E700"; /* of children only */
    p->sector = pick_sector(t, p->kind, r);
    p->given = demo_given_name(t, p->citizenship, p->sex, r);
    p->family = demo_family_name(t, p->citizenship, p->sex, r, a);
    p->age = pick_age(t, p->legal, p->form, r);
    place_person(p, typology, t, r);
    date_person(p, r);
    find_sources(p, also, t, r);
    p->police_case = p->proceeding = p->suspect = DEMO_NONE;
}

/* n persons of one group, which is set already. */
static void make_group(struct demo_person *p, size_t n, const struct demo_tables *t,
                       struct random *r, struct arena *a)
{
    size_t *status = ARENA_ARRAY(a, size_t, n), *legal = ARENA_ARRAY(a, size_t, n),
           *form = ARENA_ARRAY(a, size_t, n), *typology = ARENA_ARRAY(a, size_t, n);
    bool exact;
    if (n == 0) return;
    const char *group = p->group;
    demo_share(status, n, &t->statuses, "year", rows_for(&t->statuses, group, &exact, a), "count",
               r);
    demo_share(legal, n, &t->ages, "year", rows_for(&t->ages, group, &exact, a), "count", r);
    demo_share(form, n, &t->forms, "year", rows_for(&t->forms, group, &exact, a), "weight", r);
    const char *places = rows_for(&t->typology, group, &exact, a);
    if (exact) demo_share(typology, n, &t->typology, "year", places, "weight", r);
    for (size_t i = 0; i < n; i++) {
        p[i].status = demo_cell(&t->statuses, status[i], "victim_status");
        p[i].legal = demo_cell(&t->ages, legal[i], "age_legal");
        p[i].form = demo_cell(&t->forms, form[i], "form");
        if (!exact) typology[i] = demo_draw(&t->typology, "year", places, "weight", r);
    }
    share_sex(p, n, t, r, a);
    share_citizenship(p, n, t, r, a);
    for (size_t i = 0; i < n; i++)
        make_person(&p[i], demo_cell(&t->typology, typology[i], "typology"),
                    demo_cell(&t->statuses, status[i], "also"), t, r, a);
}

static int year_of_birth(const struct demo_person *p)
{
    return p->age < 0 ? 0 : day_year(p->birth);
}

/* Two persons who by chance agree in all that persons are told apart by: the second gets another
 * name, or the register would count one. */
static void part_namesakes(struct demo_person *p, size_t n, const struct demo_tables *t,
                           struct random *r, struct arena *a)
{
    for (size_t i = 0; i < n; i++) {
        int born = year_of_birth(&p[i]);
        for (size_t k = 0; k < i; k++) {
            if (year_of_birth(&p[k]) != born || strcmp(p[k].family, p[i].family) != 0 ||
                strcmp(p[k].given, p[i].given) != 0 || strcmp(p[k].sex, p[i].sex) != 0)
                continue;
            p[i].given = demo_given_name(t, p[i].citizenship, p[i].sex, r);
            p[i].family = demo_family_name(t, p[i].citizenship, p[i].sex, r, a);
            k = SIZE_MAX; /* again from the first */
        }
    }
}

/* ---------------------------------------------------------------- what they were given */

static bool *benefit_of(struct demo_person *p, const char *benefit)
{
    if (strcmp(benefit, "shelter") == 0) return &p->shelter;
    if (strcmp(benefit, "permit") == 0) return &p->permit;
    return &p->reflection;
}

static bool eligible(const struct demo_person *p, size_t row, const struct demo_tables *t)
{
    const struct demo_table *b = &t->benefits;
    const char *year = demo_cell(b, row, "year"), *benefit = demo_cell(b, row, "benefit");
    struct text rest = text_of(demo_cell(b, row, "status")), one;
    bool status = false, other_year = false;
    while (text_split(&rest, ' ', &one)) status |= text_is(one, p->status);
    if (!status || p->age < 0) return false;
    if (demo_cell(b, row, "foreign")[0] != '\0' &&
        (strcmp(p->citizenship, "U") == 0 || strcmp(p->citizenship, "XA") == 0 ||
         demo_is_eu(t, p->citizenship)))
        return false;
    if (year[0] != '\0') return p->year == (int)demo_number(b, row, "year");
    for (size_t i = 0; i < b->n_row; i++) /* years with a figure of their own */
        other_year |= strcmp(demo_cell(b, i, "benefit"), benefit) == 0 &&
                      (int)demo_number(b, i, "year") == p->year;
    return !other_year;
}

static void give_benefits(struct demo_person *p, size_t n, const struct demo_tables *t,
                          double scale, struct random *r)
{
    const struct demo_table *b = &t->benefits;
    for (size_t row = 0; row < b->n_row; row++) {
        const char *benefit = demo_cell(b, row, "benefit");
        size_t fits = 0, want;
        for (size_t i = 0; i < n; i++) fits += eligible(&p[i], row, t);
        want = (size_t)(demo_number(b, row, "count") * scale + 0.5);
        if (want == 0) want = (size_t)((double)fits * demo_number(b, row, "percent") / 100 + 0.5);
        if (want > fits) want = fits;
        for (size_t i = 0; i < n && want > 0; i++) { /* Vitter (1984), method S */
            if (!eligible(&p[i], row, t)) continue;
            if (random_below(r, fits--) >= want) continue;
            *benefit_of(&p[i], benefit) = true;
            want--;
        }
    }
}

/* ---------------------------------------------------------------- all of them */

void demo_people_make(struct demo_person **out, size_t *n, const struct demo_tables *t,
                      double scale, struct random *r, struct arena *a)
{
    size_t total = 0, at = 0;
    for (size_t i = 0; i < t->years.n_row; i++)
        total += (size_t)(demo_number(&t->years, i, "flagged") * scale + 0.5);
    *out = ARENA_ARRAY(a, struct demo_person, total);
    for (size_t i = 0; i < t->years.n_row; i++) {
        size_t k = (size_t)(demo_number(&t->years, i, "flagged") * scale + 0.5);
        const char *year = demo_cell(&t->years, i, "year"),
                   *segment = demo_cell(&t->years, i, "segment");
        for (size_t p = at; p < at + k; p++) {
            (*out)[p].year = (int)demo_number(&t->years, i, "year");
            (*out)[p].group = segment[0] == '\0' ? year : arena_printf(a, "%s-%s", year, segment);
        }
        make_group(*out + at, k, t, r, a);
        at += k;
    }
    for (size_t i = 0; i < total; i++) (*out)[i].number = i + 1;
    part_namesakes(*out, total, t, r, a);
    give_benefits(*out, total, t, scale, r);
    *n = total;
}
