/* SPDX-License-Identifier: EUPL-1.2 */
/* Synthetic victims of a country's pilot, and which organisations know them. Nobody in it
 * exists. */
#ifndef DCIM_CLI_DEMO_PEOPLE_H
#define DCIM_CLI_DEMO_PEOPLE_H

#include "base/arena.h"
#include "base/err.h"
#include "base/random.h"
#include "cli/demo_tables.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { DEMO_SOURCES_MAX = 4 };
#define DEMO_NONE SIZE_MAX /* no such case, proceeding or person */

/* data/demo/ (README.md there says what each holds), and what of the dictionary is drawn from. */
struct demo_tables {
    struct demo_table settings, years, statuses, ages, age_groups, bands, forms, form_kinds, sex,
        citizenships, form_by_citizenship, typology, abroad, regions, sectors, organisations,
        overlap, stages, crimes, benefits, given, family, institutions, countries, deciders;
};
/* `pack`: the country's code, which has a folder in data/demo. */
bool demo_tables_read(struct demo_tables *out, const char *data, const char *pack, struct arena *a,
                      struct err *e) MUST_CHECK;

/* A setting of the country, "" when it has none; the same as a number. */
const char *demo_setting(const struct demo_tables *t, const char *name);
int demo_setting_int(const struct demo_tables *t, const char *name);

struct demo_person {
    int year;
    const char *group;          /* "2018-P": year and segment, or the year alone */
    const char *status, *legal; /* legal: CH, AD or U */
    const char *form, *kind, *sector;
    const char *sex, *citizenship, *given, *family;
    const char *recruitment_country, *exploitation_country, *region, *district;
    int age;                                                            /* at entry; -1 unknown */
    int32_t birth, entry, detection, recruitment, start, end, decision; /* days */
    const char *source
        [DEMO_SOURCES_MAX]; /* organisations that know the person; the first decides its status */
    size_t n_source;
    bool documented; /* whoever else knows the person has read the name in papers */
    bool shelter, permit, reflection;
    uint64_t number;
    /* set by demo_justice_make() */
    size_t police_case, proceeding, suspect; /* DEMO_NONE when none */
    bool listed;                             /* the prosecution has a record of its own */
};

/* Persons of all years; scale 1 gives the published totals. From `a`. */
void demo_people_make(struct demo_person **out, size_t *n, const struct demo_tables *t,
                      double scale, struct random *r, struct arena *a);

/* For those who make suspects alike. Names fit citizenship and sex; birth_for: a day on which
 * somebody of that age on `day` was born; is_eu: free movement. */
const char *demo_citizenship(const struct demo_tables *t, const char *group, const char *form,
                             struct random *r);
const char *demo_given_name(const struct demo_tables *t, const char *citizenship, const char *sex,
                            struct random *r);
const char *demo_family_name(const struct demo_tables *t, const char *citizenship, const char *sex,
                             struct random *r, struct arena *a);
int32_t demo_birth_for(int32_t day, int age, struct random *r);
int demo_age(int32_t birth, int32_t day); /* in whole years, on that day */
int32_t demo_between(struct random *r, int32_t from, int32_t to); /* from when to is before it */
int32_t demo_day(int year, int month, int day);
bool demo_is_eu(const struct demo_tables *t, const char *country);
bool demo_organisation_active(const struct demo_tables *t, size_t row, int year);
size_t demo_organisation_row(const struct demo_tables *t, const char *code); /* DEMO_NONE */

#endif
