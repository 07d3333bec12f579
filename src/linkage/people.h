/* SPDX-License-Identifier: EUPL-1.2 */
/* What is known of each record's person, in columns made for comparing: words as numbers, dates as
 * parts. Nothing here can be shown to anybody; a record is its number, 0 for the first that was
 * added. */
#ifndef DCIM_LINKAGE_PEOPLE_H
#define DCIM_LINKAGE_PEOPLE_H

#include "linkage/encoding.h"

#include "base/arena.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum linkage_role { /* what a column is to linkage */
                    LINKAGE_IGNORE,
                    LINKAGE_GIVEN,   /* given names */
                    LINKAGE_SURNAME, /* family names */
                    LINKAGE_TEXT,    /* words: a place, a street */
                    LINKAGE_CODE,    /* one of few values: sex, citizenship */
                    /* a document, a file number, an address of mail: equal or mistyped */
                    LINKAGE_NUMBER,
                    LINKAGE_PHONE,      /* the same; its last nine digits count */
                    LINKAGE_BIRTH,      /* date of birth, or what is known of it */
                    LINKAGE_BIRTH_YEAR, /* the same in three columns */
                    LINKAGE_BIRTH_MONTH,
                    LINKAGE_BIRTH_DAY,
                    LINKAGE_AGE, /* in years, on the day of LINKAGE_REPORTED */
                    LINKAGE_REPORTED,
                    /* days of something that lasted, one a line: from the first to the last */
                    LINKAGE_PERIOD,
                    LINKAGE_ROLES
};

bool linkage_role_find(enum linkage_role *out, struct text name); /* "given", "birth_year" ... */
const char *linkage_role_name(enum linkage_role r);

/* Whether an encoder takes it up: names, texts, numbers, dates of birth. */
bool linkage_role_is_identifier(enum linkage_role role);

enum { PEOPLE_COLUMNS = 24 };

struct people_word { /* a word, a number or a code */
    union {
        struct {
            char text[32], sound[32]; /* no sound for numbers and codes */
            uint8_t n_sound;
            uint32_t letters,
                sound_letters; /* bit sets, for a fast look whether words can be alike */
        };
        struct { /* of encoded people; codes have text still */
            uint64_t pairs[ENCODED_PAIRS], sounds[ENCODED_SOUNDS];
            uint32_t mark[3];
            uint16_t n_pairs, n_sounds; /* bits that are set */
        };
    };
    uint8_t n;
    bool encoded;
    uint32_t count; /* records that have it */
    float bits;     /* -log2 of the share of records that have it */
};

struct people_words { /* the different words of a column, or of the name columns together */
    struct people_word *word;
    size_t n, cap, n_record; /* records with any word */
    struct map *find;
};

struct people_column {
    enum linkage_role role;
    const char *name;
    uint32_t tag; /* of its field in encodings */
    struct people_words *words;
    uint32_t *start; /* n + 1 places in `id` */
    uint32_t *id;    /* into words->word */
    size_t n_id, id_cap, start_cap;
    float *
        /* of each record: -log2 of the share of records with just these words; 0 without any */
        bits;
};

struct people_birth {
    int16_t year;      /* 0: not known; the parts need not be a day that exists */
    int8_t month, day; /* 0 where they are encoded */
    int16_t age;       /* -1: not known */
    int32_t reported;  /* day since 1970, INT32_MIN: not known */
    int32_t from, to;  /* of the period, the same */
    float bits;        /* -log2 of the share of records with the same whole date */
};

struct people { /* of records as they are, or of encoded ones */
    size_t n, cap;
    struct people_column column[PEOPLE_COLUMNS];
    size_t n_column;
    struct people_birth *birth;
    struct encoded_birth *encoded_birth; /* of encoded people: all but the year; NULL otherwise */
    size_t encoded_cap;
    bool encoded;
    bool has_birth, has_age, has_reported, has_period;
    struct people_words
        names; /* of given names and surnames together: either may stand for the other */
    struct people_words own[PEOPLE_COLUMNS];
    struct arena *scratch; /* wiped after each record */
};

struct people_role {  /* a column that is added */
    const char *name; /* lives as long as the people */
    enum linkage_role role;
};

/* Columns in the order of the values to come; at most PEOPLE_COLUMNS. `owns`, people_free(). */
struct people *people_new(const struct people_role *role, size_t n_role);
void people_free(struct people *p);

/* One more record; `value` has a text for each column, empty where nothing is known. Words are cut
 * as linkage/name.h says. Dates: digits in the order year, month, day (or day, month, year with the
 * year last); parts that are not known are left out or 0. Cost: about 2 microseconds. */
void people_add(struct people *p, const struct text *value);

/* The same of a record whose identifiers are encoded. `value` is empty for those: a column is taken
 * from the encoding or from its value in all records. A year of birth counts where the encoding has
 * none. `encoding` was checked (encoding_check()); empty: none is known. All records of `p` are
 * added this way, or none. Cost: about 1 microsecond. */
void people_add_encoded(struct people *p, const struct text *value, struct text encoding);

/* Whether the day of birth is known. */
static inline bool people_has_day(const struct people *p, size_t i)
{
    return p->encoded ? p->encoded_birth[i].day : p->birth[i].day != 0;
}

/* Counts how common everything is; after the last people_add(), before comparing. */
void people_count(struct people *p);

#endif
