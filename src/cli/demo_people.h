/* SPDX-License-Identifier: EUPL-1.2 */
/* Synthetic persons of the Portuguese pilot, and what each organisation writes down about them.
 * Nobody in it exists. */
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

struct demo_tables {
    struct demo_table years, statuses, ages, age_groups, bands, forms, form_kinds, sex,
        citizenships, form_by_citizenship, place, typology, abroad, regions, sectors, organisations,
        overlap, justice, given, family, institutions;
};
/* `pack`: the country's code, which has a folder in data/demo. */
bool demo_tables_read(struct demo_tables *out, const char *data, const char *pack, struct arena *a,
                      struct err *e) MUST_CHECK;

struct demo_person {
    int year;
    const char *status, *legal; /* legal: CH, AD or U */
    const char *form, *kind, *sector;
    const char *sex, *citizenship, *given, *family;
    const char *recruitment_country, *exploitation_country, *region;
    int age;                                                            /* at entry; -1 unknown */
    int32_t birth, entry, detection, recruitment, start, end, decision; /* days */
    const char *source
        [DEMO_SOURCES_MAX]; /* organisations that know the person; the first decides its status */
    size_t n_source;
    uint64_t number;
};

struct demo_suspect {
    const char *sex, *citizenship, *given, *family, *form, *status;
    int age;
    int32_t birth, report, opened, suspicion, indictment, judgment, final;
    bool convicted, suspended;
    int days; /* of prison */
    uint64_t number;
};

/* Persons of all years; scale 1 gives the published totals. From `a`. */
void demo_people_make(struct demo_person **out, size_t *n, const struct demo_tables *t,
                      double scale, struct random *r, struct arena *a);
void demo_suspects_make(struct demo_suspect **out, size_t *n, const struct demo_tables *t,
                        double scale, struct random *r, struct arena *a);

#endif
