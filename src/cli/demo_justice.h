/* SPDX-License-Identifier: EUPL-1.2 */
/* The criminal-justice side of a pilot: cases of the police, proceedings, suspects with the dates
 * of each stage, and who of the victims belongs to which. Nobody in it exists. */
#ifndef DCIM_CLI_DEMO_JUSTICE_H
#define DCIM_CLI_DEMO_JUSTICE_H

#include "cli/demo_people.h"

enum { DEMO_LINKS_MAX = 3 };

struct demo_case { /* of one police body: victims it found together */
    const char *organisation;
    size_t first_victim; /* whose form, countries and region are the case's */
    int32_t detected, start, end;
    size_t n_victim, n_child, proceeding;
    int year;
    uint64_t number;
};

struct demo_proceeding {
    int year;
    int32_t report, opened;
    size_t police_case, first_suspect; /* DEMO_NONE when none */
    size_t n_victim, n_child, n_suspect, n_prosecuted, n_convicted, n_acquitted, n_final;
    int32_t indictment, trial, judgment, final; /* earliest; final: latest. 0: none */
    bool productive;                            /* suspects were found */
    uint64_t number;
};

struct demo_suspect {
    const char *sex, *citizenship, *given, *family, *form;
    int age;
    int32_t birth, report, opened, suspicion, accusation, arrest, indictment, trial, judgment,
        appeal, second, final; /* days; 0: did not happen */
    size_t proceeding, victim[DEMO_LINKS_MAX], n_victim;
    size_t own_victim; /* this very person as a victim before; DEMO_NONE */
    bool prosecuted, convicted, acquitted, requalified, discontinued;
    const char *execution; /* effective, suspended, suspended_with_probation */
    int months;            /* of prison */
    bool prisoner;
    uint64_t number;
};

struct demo_justice {
    struct demo_case *police_case;
    struct demo_proceeding *proceeding;
    struct demo_suspect *suspect;
    size_t n_case, n_proceeding, n_suspect;
};

/* As the tables crimes and stages say, scaled; ties the persons to cases, proceedings and suspects.
 * From `a`. */
void demo_justice_make(struct demo_justice *out, struct demo_person *person, size_t n_person,
                       const struct demo_tables *t, double scale, struct random *r,
                       struct arena *a);

#endif
