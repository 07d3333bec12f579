/* SPDX-License-Identifier: EUPL-1.2 */
/* Made-up records for tests of snapshot and tables: kept as plain arrays, so that a test can count
 * them in the most naive way, and given to the snapshot as a row source. Variables are those of the
 * victim form. */
#ifndef DCIM_TESTS_DATASET_PEOPLE_H
#define DCIM_TESTS_DATASET_PEOPLE_H

#include "base/arena.h"
#include "base/random.h"
#include "dataset/snapshot.h"
#include "model/dictionary.h"

enum { PEOPLE_REPEATS = 3 };

struct exploitation_entry {
    code_id form, country;
}; /* CODE_NONE: blank */
struct episode_entry {
    code_id recruited_in;
    int n;
    struct exploitation_entry exploitation[PEOPLE_REPEATS];
};

struct people_record {
    int person;               /* records with the same number are one person; 0: unknown */
    int match;                /* the same by match key */
    code_id sex;              /* CODE_NONE: blank */
    enum missing sex_missing; /* explicit code instead */
    int citizenships;
    code_id citizenship[2];
    int age; /* -1: blank */
    int n;
    struct episode_entry episode[PEOPLE_REPEATS];
    int choice[3]; /* number of the choice that its sex, citizenship, age counts; 0: none */
    int n_assistance;
    code_id assistance[PEOPLE_REPEATS];
};

struct people {
    struct dictionary *d;
    const struct form *form;
    const struct variable *sex, *citizenship, *age, *recruitment_country, *form_of, *country,
        *assistance;
    struct people_record *record;
    size_t n;
};

/* The core dictionary with the victim form; fails the test when it does not load. */
void people_init(struct people *p);
void people_release(struct people *p);

/* n random records of about n * 0.7 persons. */
void people_fill(struct people *p, size_t n, uint64_t seed);

/* Snapshot read in n_part parts. */
struct snapshot *people_snapshot(const struct people *p, size_t n_part);

#endif
