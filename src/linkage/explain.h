/* SPDX-License-Identifier: EUPL-1.2 */
/* Why two records are thought to be one person, or not: each field's level in words, what it
 * weighs, and one sentence. Says how values agree, never what they are. */
#ifndef DCIM_LINKAGE_EXPLAIN_H
#define DCIM_LINKAGE_EXPLAIN_H

#include "linkage/model.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"

enum explain_tone { /* what a field says: its colour; limits are EXPLAIN_STRONG and EXPLAIN_WEAK */
                    EXPLAIN_MISSING,
                    EXPLAIN_NEUTRAL,
                    EXPLAIN_FOR,
                    EXPLAIN_AGAINST,
                    EXPLAIN_STRONGLY_FOR,
                    EXPLAIN_STRONGLY_AGAINST,
                    EXPLAIN_TONES
};

/* Weights, in bits: from EXPLAIN_STRONG on (32 times likelier) a field speaks strongly; below
 * EXPLAIN_WEAK it says nothing either way. */
#define EXPLAIN_STRONG 5.0
#define EXPLAIN_WEAK 1.0
#define EXPLAIN_RARE 8.0 /* what one record in 256 has, or fewer */

struct explained_field {
    const char *field; /* name of the column; "birth", "age", "reported", "period", "order" */
    enum compare_kind kind;
    enum linkage_role role; /* LINKAGE_IGNORE for those that are no column */
    uint8_t level;          /* COMPARE_MISSING: not known in one of them */
    double weight;          /* its part, log2; 0 where it is missing */
    bool rare;              /* names and places that agree, and that few have: EXPLAIN_RARE */
    enum explain_tone tone;
};

struct explained {
    struct explained_field field[COMPARE_FIELDS]; /* in the order of the plan */
    size_t n_field;
    double weight, prior; /* of the pair; it is the prior and the sum of the fields' weights */
};

/* Names are borrowed from the plan. Cost: one comparison. */
void explain_pair(struct explained *out, const struct model *m, const struct compare_plan *plan,
                  size_t a, size_t b);

/* The level as a stable code ("equal", "nearly-equal", "day-month-exchanged" ...) and in words, in
 * the thread's language. */
const char *explain_level(const struct explained_field *f);
const char *explain_words(const struct explained_field *f);
const char *explain_tone_name(
    enum explain_tone t); /* "strong-for", "for", "neutral", "missing" ... */

/* What speaks for one person, strongest first, and what against, as two sentences, at most `most`
 * clauses each: "For one person: the names are nearly equal and rare; day and month of birth are
 * exchanged. Against it: Municipality (different)." In the thread's language. `label` gives what
 * people call a column. Nothing where no field says anything. */
void explain_sentence(struct buf *out, const struct explained *x, size_t most,
                      const char *(*label)(void *ctx, const char *field), void *ctx);

/* As evidence that is kept with a proposal, and back: {"weight", "prior", "fields": [[name, code of
 * the level, weight, rare] ...]} without those that are missing; about 35 bytes a field, weights to
 * a hundredth. `plan` is of people with the run's columns, records or none (people_new() with
 * kept.role). ERR_INPUT "linkage.evidence" for what is no such document; fields and levels that the
 * plan has not are left out. */
struct json *explain_to_json(const struct explained *x);
bool explain_from_json(struct explained *out, const struct json *j, const struct compare_plan *plan,
                       struct err *e) MUST_CHECK;

#endif
