/* SPDX-License-Identifier: EUPL-1.2 */
/* Synthetic people with known truth, for measuring record linkage: several organisations write down
 * the same persons by their own habits and with errors. Names, shares and rates are data of
 * bench/people/; nobody in them is or was a real person. Independent of src/linkage.
 *
 * The same options give the same records on every machine. Records come in an order that tells
 * nothing about who is who. */
#ifndef DCIM_BENCH_CROWD_H
#define DCIM_BENCH_CROWD_H

#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a column may hold; layouts.csv says which columns a layout has, and their headings. */
#define CROWD_ROLES(X)                                                                       \
    X(rec_id)                                                                                \
    X(org)                                                                                   \
    X(given_name) X(surname) X(full_name) X(alias) X(sex) X(sex_number) X(dob) X(dob_local)  \
        X(birth_year) X(age) X(nationality) X(birth_place) X(doc_no) X(doc_no_2) X(phone)    \
            X(municipality) X(address) X(postcode) X(father_name) X(mother_name) X(case_ref) \
                X(ref_date) X(ent_id)

/* The rows of rates.csv, which says what each means. */
#define CROWD_RATES(X)                                                                             \
    X(more_records)                                                                                \
    X(same_organisation)                                                                           \
    X(case_of_several) X(one_more_in_case) X(same_origin) X(family) X(twin) X(spouse) X(child)     \
        X(namesake) X(married_name) X(maiden_kept) X(moved) X(second_document) X(second_phone)     \
            X(phone_of_case) X(phone_of_organisation) X(phone_format) X(age_without_dob)           \
                X(missing_odds) X(passport_spelling) X(russian_form) X(patronymic_written)         \
                    X(second_given_missing) X(given_order) X(surname_part_missing)                 \
                        X(particle_missing) X(surname_order) X(middle_moved) X(eastern_order)      \
                            X(part_moved) X(parts_joined) X(fields_swapped) X(nickname)            \
                                X(gender_form) X(ova_added) X(typing_given) X(typing_surname)      \
                                    X(typing_again) X(phonetic) X(ocr) X(sex_wrong) X(sex_missing) \
                                        X(nationality_wrong) X(dob_swapped) X(dob_digit)           \
                                            X(dob_year) X(dob_first) X(dob_month_only)             \
                                                X(dob_year_only) X(dob_missing) X(age_wrong)       \
                                                    X(birth_place_other) X(document_wrong)         \
                                                        X(document_spaced) X(phone_wrong)          \
                                                            X(address_typed) X(parent_typed)

#define CROWD_ROLE(name) ROLE_##name,
#define CROWD_RATE(name) RATE_##name,
enum crowd_role { CROWD_ROLES(CROWD_ROLE) ROLE_COUNT };
enum crowd_rate { CROWD_RATES(CROWD_RATE) RATE_COUNT };

enum { CROWD_VALUE_MAX = 160 }; /* bytes of a value, with its NUL */

struct crowd_options {
    uint32_t n_record;
    uint64_t seed;
    int level;          /* 1 careful, 2 careless, 3 harsh: the column of rates.csv */
    const char *layout; /* of layouts.csv; NULL is "case" */
    const char *folder; /* bench/people */
};

struct crowd_record {
    uint32_t person; /* the truth: 0 .. persons - 1; also the value of role ent_id */
    uint32_t organisation;
    /* Per enum crowd_rate a bit: whether it could happen to this record, and whether it did. */
    uint64_t could, did;
    char value[ROLE_COUNT][CROWD_VALUE_MAX]; /* UTF-8, NUL-terminated; "" where not known */
};

struct crowd;

/* Read the data and lay out who there is. Memory: about 20 bytes a record. Errors: ERR_USAGE
 * "people.level", "people.layout", "people.count" (1 to 100,000,000); ERR_INPUT "people.data",
 * which names file and line, or of base/csv.h. `owns` *out. */
bool crowd_new(struct crowd **out, const struct crowd_options *o, struct err *e) MUST_CHECK;
void crowd_free(struct crowd *p); /* NULL is fine */

/* The record with a number below n_record of the options. Cost: some microseconds. Safe for several
 * threads. */
void crowd_at(const struct crowd *p, uint32_t number, struct crowd_record *out);
/* The next record; false at the end. */
bool crowd_next(struct crowd *p, struct crowd_record *out);

uint32_t crowd_count(const struct crowd *p); /* persons */
double crowd_rate(const struct crowd *p, enum crowd_rate r);
const char *crowd_rate_name(enum crowd_rate r);
/* Who of `person` is of one family: the number of the first of them (itself, when alone). */
uint32_t crowd_family(const struct crowd *p, uint32_t person);

/* The lines of a CSV file: the layout's headings, and one record. */
void crowd_put_header(const struct crowd *p, struct buf *out);
void crowd_put_row(const struct crowd *p, const struct crowd_record *r, struct buf *out);

#endif
