/* SPDX-License-Identifier: EUPL-1.2 */
/* The match key of a person (domain.md 3.2, variable 28): a keyed hash of normalised name, birth
 * year, sex and citizenship. Equal keys: the same person as far as is known without linkage.
 * Provisional: once a run of linkage has seen a record, decisions say whose it is (person.h); until
 * then this is what counts a person once over several organisations. */
#ifndef DCIM_STORE_PERSON_KEY_H
#define DCIM_STORE_PERSON_KEY_H

#include "base/arena.h"
#include "base/crypto.h"
#include "model/codelist.h"
#include "model/record.h"
#include "model/row_source.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PERSON_KEY_PARTS = 8 };

struct person_key_part { /* a variable of the record itself */
    uint16_t slot;
    bool name;                   /* a text: part of the name */
    bool year;                   /* the year of birth */
    const struct codelist *list; /* NULL: none */
};

struct person_key_plan { /* which variables of a form make the key */
    struct person_key_part part[PERSON_KEY_PARTS];
    size_t n_part;
    bool has_birth_date;
    uint16_t birth_date; /* slot; gives the year where it is not said itself */
    bool possible;
};

/* From parameter `match_key.<form>` of the dictionary: names of variables of the record itself (no
 * repeats), blank separated; default "family_name given_names birth_year sex citizenship". Texts
 * are the name; `birth_year` may be left empty where `birth_date` is given. Not possible when the
 * form lacks the name or the birth year. */
void person_key_plan(struct person_key_plan *out, const struct dictionary *d, const struct form *f);

/* The key of one record under KEY_PERSON. False when not every text of the plan and the birth year
 * are known. Scratch is taken from `a`, which must wipe and is rewound. Cost: about 1 microsecond
 * for names in ASCII. */
bool person_key_make(uint8_t out[PERSON_KEY], const struct person_key_plan *p,
                     const struct record *r, const struct secret *key, struct arena *a);

#endif
