/* SPDX-License-Identifier: EUPL-1.2 */
/* What holds for a person of whom several records speak: for each variable one record's value, by
 * the dictionary's rule, and where the records contradict each other.
 *
 * The rule is that of the snapshot (dataset/snapshot.h), so that what is shown of a person is what
 * is counted: a single value is that of the last record that has one, or of the first where the
 * dictionary says survivor = first; an explicit missing code stands only if no record has a value.
 * Several-choice variables and those of repeats are the union of what all records say. Where people
 * chose whose answer counts, that record's answer alone stands (store/link_choice.h). */
#ifndef DCIM_LINKAGE_SURVIVOR_H
#define DCIM_LINKAGE_SURVIVOR_H

#include "model/choice.h"
#include "model/record.h"

enum survivor_rule {
    SURVIVOR_LAST,
    SURVIVOR_FIRST,
    SURVIVOR_UNION, /* every record's values count */
};

enum { SURVIVOR_NONE = -1 };

struct survivor_value {
    var_id variable;
    enum survivor_rule rule;
    /* place of the record whose value stands; SURVIVOR_NONE: no record says anything, or union */
    int record;
    size_t n_value;    /* records with a value that is no missing code */
    size_t n_differ;   /* different values among them; over 1 they disagree */
    bool conflict;     /* they disagree on what one person can have but one of (Q21) */
    int64_t choice_no; /* the choice by which `record` stands; 0: the rule says so */
    bool settled;      /* it was chosen in sight of all records that have a value */
};

struct survivor_choices { /* what people chose (model/choice.h) */
    struct choice_marks marks;
    const uint64_t *record_no; /* of each of the person's records */
};

/* The variables of which a person has one: `conflict` is looked for in these alone. The names are
 * those of parameters quality.sex, quality.birth_year and quality.citizenship
 * (data/parameters.csv), which Q21 reads too. */
enum { SURVIVOR_FACTS = 8 };
struct survivor_facts {
    var_id variable[SURVIVOR_FACTS];
    size_t n;
};
void survivor_facts(struct survivor_facts *out, const struct dictionary *d, const struct form *f);

/* For one variable; `r` are the person's records in the order of their numbers (as the snapshot has
 * them), at least one. `choices` NULL: people chose nothing. */
void survivor_value(struct survivor_value *out, const struct record *const *r, size_t n, var_id v,
                    const struct survivor_facts *facts, const struct survivor_choices *choices);
/* Whether two records give the same answer, as contradictions are told: of a date that is a fact
 * the year alone. Both have a value. */
bool survivor_same(const struct record *a, const struct record *b, var_id v,
                   const struct survivor_facts *facts);
bool survivor_answers(const struct record *r, var_id v); /* a value, no missing code; group 0 */

/* For all variables of the form that any record answers, in the order of the dictionary. Direct
 * identifiers are left out. The array comes from `a`. */
size_t survivor_values(struct survivor_value **out, const struct record *const *r, size_t n,
                       const struct survivor_facts *facts, const struct survivor_choices *choices,
                       struct arena *a);

#endif
