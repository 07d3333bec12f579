/* SPDX-License-Identifier: EUPL-1.2 */
/* The files of bench/people/ as tables; see its README. */
#ifndef DCIM_BENCH_CROWD_DATA_H
#define DCIM_BENCH_CROWD_DATA_H

#include "crowd.h"
#include "crowd_words.h"

#include "base/arena.h"

enum crowd_standard {
    STANDARD_KMU, /* Ukrainian passports since 2010 */
    STANDARD_BGN,
    STANDARD_ISO9,
    STANDARD_PL,
    STANDARD_CS,
    STANDARD_RO,
    STANDARD_DE,
    STANDARD_FR,
    STANDARD_PT,
    STANDARD_RU, /* read as if it were Russian */
    STANDARD_COUNT
};

enum crowd_list {
    LIST_FEMALE,
    LIST_MALE,
    LIST_SURNAME,
    LIST_START,
    LIST_END,
    LIST_PARTICLE,
    LIST_MIDDLE_FEMALE,
    LIST_MIDDLE_MALE,
    LIST_PATRONYMIC,
    LIST_PLACE,
    LIST_HOST,
    LIST_STREET,
    LIST_COUNT
};

struct entry {
    const char *name;
    const char
        *other; /* surname: the woman's form; given name: the Russian one; patronymic: both forms */
    const char *brief; /* familiar forms, with blanks between */
    double upto;       /* running sum of the weights */
};

struct entries {
    struct entry *entry;
    size_t n, cap;
};

struct names { /* one file */
    char code[8];
    struct entries list[LIST_COUNT];
};

enum gender_rule { GENDER_NONE, GENDER_CZ, GENDER_PL, GENDER_UA };

struct origin {
    const char *code, *nationality, *passport, *identity, *calling_code, *mobile, *postcode;
    double weight, host, tail, second_given, double_surname;
    enum gender_rule gender;
    bool family_first; /* the surname stands before the given name */
    int names, places; /* files */
};

enum crowd_field { /* what an organisation may leave out */
                   FIELD_SURNAME,
                   FIELD_DOB,
                   FIELD_AGE,
                   FIELD_NATIONALITY,
                   FIELD_BIRTH_PLACE,
                   FIELD_DOCUMENT,
                   FIELD_PHONE,
                   FIELD_MUNICIPALITY,
                   FIELD_ADDRESS,
                   FIELD_PARENTS,
                   FIELD_COUNT
};

struct organisation {
    const char *name;
    double weight, upper, plain, cyrillic;
    double has[FIELD_COUNT];
    double standard[STANDARD_COUNT];
};

struct layout_column {
    const char *heading;
    enum crowd_role role;
};

enum { NAMES_MAX = 24, ORIGIN_MAX = 32, ORGANISATION_MAX = 24, COLUMN_MAX = 32 };

struct crowd_data {
    struct arena *a;
    struct names names[NAMES_MAX];
    struct origin origin[ORIGIN_MAX];
    struct organisation organisation[ORGANISATION_MAX];
    struct romanisation standard[STANDARD_COUNT];
    struct layout_column column[COLUMN_MAX];
    struct confusion *confusion;
    size_t n_names, n_origin, n_organisation, n_column, n_confusion, cap_confusion;
    double rate[RATE_COUNT];
};

/* Errors as crowd_new(). Whatever comes, data_release() afterwards. */
bool data_load(struct crowd_data *d, const char *folder, int level, const char *layout,
               struct err *e) MUST_CHECK;
void data_release(struct crowd_data *d);

/* By the list's weights; NULL when the list is empty. */
const struct entry *data_draw(const struct entries *l, struct random *r);

#endif
