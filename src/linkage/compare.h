/* SPDX-License-Identifier: EUPL-1.2 */
/* Two records, field by field: how well do they agree? Each field gives a level, whose meaning is
 * the field's kind's; what a level says about being one person is the model's (linkage/model.h). */
#ifndef DCIM_LINKAGE_COMPARE_H
#define DCIM_LINKAGE_COMPARE_H

#include "linkage/people.h"

#include <stddef.h>
#include <stdint.h>

enum compare_kind {
    COMPARE_WORDS,    /* names, places: levels below */
    COMPARE_ORDER,    /* 1 given name and surname stand in the same places, 0 they are exchanged */
    COMPARE_CODE,     /* 1 a common code, 0 none */
    COMPARE_NUMBER,   /* 4 equal, 3 one typing error, 2 two, 1 alike, 0 different */
    COMPARE_BIRTH,    /* levels below */
    COMPARE_AGE,      /* where a date is missing; levels below */
    COMPARE_REPORTED, /* 4 within a week, 3 a month, 2 half a year, 1 two years, 0 more */
    COMPARE_PERIOD,   /* 3 half of the shorter lies in the longer, 2 some, 1 a year apart, 0 more */
    COMPARE_KINDS
};

enum { /* of words; "alike" is a Jaro-Winkler similarity of words or their sounds */
       WORDS_DIFFER,
       WORDS_SOME,      /* half of what one has, weighed by rarity, is alike in the other */
       WORDS_MOSTLY,    /* 85 % of one is alike in the other */
       WORDS_ALIKE,     /* 85 % of both */
       WORDS_CONTAINED, /* all of one is in the other, nearly equal */
       WORDS_NEAR,      /* 93 % of both */
       WORDS_EQUAL,
       WORDS_LEVELS
};

enum { /* of dates of birth; "close": one digit, one swap of digits or one unit apart */
       BIRTH_DIFFER,
       BIRTH_YEAR_CLOSE,
       BIRTH_YEAR,
       BIRTH_ALL_CLOSE, /* all three close, none equal */
       BIRTH_TWO_CLOSE, /* one equal, two close */
       BIRTH_TWO,       /* two equal, the third far */
       BIRTH_AS_YEAR,   /* the year, where one of them has no more or says 1 January */
       BIRTH_AS_MONTH,  /* year and month, where one of them has no more */
       BIRTH_ONE_CLOSE, /* two equal, one close */
       BIRTH_SWAPPED,   /* day and month exchanged */
       BIRTH_EQUAL,
       BIRTH_LEVELS
};

/* of ages: 0 to 4 against a whole date, 5 to 8 against another age, better with the number */
enum { AGE_LEVELS = 9 };

enum { COMPARE_LEVELS = 12, COMPARE_FIELDS = PEOPLE_COLUMNS + 1, COMPARE_MISSING = 255 };

struct compare_field {
    enum compare_kind kind;
    const char *name;
    const struct people_column *column; /* NULL for birth, age, order */
    uint8_t n_level;
};

struct compare_plan {
    const struct people *people;
    struct compare_field field[COMPARE_FIELDS];
    size_t n_field;
    size_t given, surname, order; /* places in `field`; n_field: none */
};

struct compare_result {
    uint8_t level[COMPARE_FIELDS]; /* COMPARE_MISSING where either has nothing */
    float bits
        [COMPARE_FIELDS]; /* how rare what agrees is: -log2 of its share; 0 where nothing does */
};

void compare_plan(struct compare_plan *out, const struct people *p);

/* The better of both orders of given name and surname counts. Cost: about 0.5 microseconds. */
void compare_pair(struct compare_result *out, const struct compare_plan *plan, size_t a, size_t b);

/* The date of birth alone, `field` being its place in the plan. */
void compare_birth_only(struct compare_result *out, const struct compare_plan *plan, size_t field,
                        size_t a, size_t b);

#endif
