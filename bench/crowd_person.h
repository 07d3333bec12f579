/* SPDX-License-Identifier: EUPL-1.2 */
/* Who there is: cases, families and persons, before anybody writes them down. */
#ifndef DCIM_BENCH_CROWD_PERSON_H
#define DCIM_BENCH_CROWD_PERSON_H

#include "crowd_data.h"

enum { PIECE_MAX = 64, GIVEN_MAX = 3, SURNAME_MAX = 10 };

enum relation { RELATION_FIRST, RELATION_TWIN, RELATION_SPOUSE, RELATION_CHILD, RELATION_SIBLING };

struct slot { /* what is kept of each person; all else is made again when needed */
    uint32_t case_no;
    uint32_t family;   /* the first person of the family */
    uint32_t namesake; /* whose names and birth year these are; its own number for most */
    uint8_t origin, relation, host;
};

struct piece {
    char text[PIECE_MAX]; /* in the script of the origin */
    bool particle;
};

struct surname {
    struct piece piece[SURNAME_MAX];
    size_t n;
};

struct person {
    const struct origin *origin;
    const struct names *names;
    bool female;
    struct piece given[GIVEN_MAX], middle;
    size_t n_given;
    const struct entry *given_entry;
    bool has_middle;
    char patronymic[PIECE_MAX];
    struct surname born_as;    /* in the right form of the sex */
    struct surname as_man;     /* the same in the man's form */
    struct surname married_as; /* n 0: did not change */
    int32_t married_on;        /* days since 1970 */
    int32_t born;
    int birth_month, birth_day;
    char father[2 * PIECE_MAX], mother[2 * PIECE_MAX];
    const char *birth_place;
    enum crowd_standard passport_standard;
    char document[2][24];
    char calling_code[2][8], phone[2][20]; /* without and with nothing but digits */
    const char *town[2];
    char address[2][80], postcode[2][12];
    uint32_t organisation; /* the first */
    int32_t first_seen, case_seen;
    char case_phone[20];
};

struct crowd {
    struct crowd_data data;
    struct crowd_options o;
    struct slot *slot;
    size_t n_slot, cap_slot;
    uint32_t *order; /* person of each record, in the order of the file */
    uint16_t *which; /* which of the person's records it is */
    uint32_t next;
};

/* Lay out cases, families and how many records each has: fills slot, order, which. */
void person_plan(struct crowd *p);

/* Make the person, always the same. */
void person_make(struct person *out, const struct crowd *p, uint32_t id);

/* A generator of its own for a thing of the plan. */
void person_random(struct random *r, const struct crowd *p, uint64_t kind, uint64_t id,
                   uint64_t more);
enum { SEED_PLAN, SEED_NAME, SEED_FAMILY, SEED_LIFE, SEED_CASE, SEED_RECORD };
/* A number of a thing of the plan. */
uint64_t person_hash(const struct crowd *p, uint64_t id, uint64_t more);

/* A digit for each # of the pattern, a capital letter for each L; the rest as it is. */
void person_pattern(char *out, size_t size, const char *pattern, struct random *r);

/* The woman's form of a surname by a rule. */
void person_feminine(char *out, size_t size, const char *name, enum gender_rule rule);

#endif
