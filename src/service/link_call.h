/* SPDX-License-Identifier: EUPL-1.2 */
/* What the operations of linkage share: settings of a form, pairs and decisions as documents, and
 * whether who asks may see both records of a pair. operations_link.c describes the documents. */
#ifndef DCIM_SERVICE_LINK_CALL_H
#define DCIM_SERVICE_LINK_CALL_H

#include "linkage/plan.h"
#include "service/service_internal.h"
#include "store/link_decision.h"
#include "store/person.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct link_settings { /* of a form: parameters linkage.* */
    const struct form *form;
    struct linkage_plan plan;
    double lower, upper; /* log2 odds */
    bool automatic;      /* whether a run joins by itself what is above `upper` */
    bool four_eyes;
    size_t sample, at_once;
};

/* ERR_INPUT "link.parameter" for a parameter that is no number, or a band that ends before it
 * begins; what linkage_plan() says. */
bool link_settings(struct link_settings *out, const struct dictionary *d, const struct form *f,
                   struct err *e) MUST_CHECK;

/* Whether the dictionary says how records of a form are linked. */
bool link_form_is_linked(const struct dictionary *d, const struct form *f);

/* The forms that a call is about: that of parameter `form`, else all that are linked and may be
 * read. ERR_USAGE "link.form" for a form that is not linked. From the call's arena. */
bool link_forms(const struct form ***out, size_t *n, struct call *c, struct err *e) MUST_CHECK;

/* [{code, label, chosen}] of the forms one may choose from; the one of parameter `form` is chosen,
 * the first one where none is named and `one`. */
struct json *link_form_choices(struct call *c, const struct form *chosen);
/* The same of words: `list` is {code, words, code, words, ..., NULL}. */
struct json *link_choices(const char *const *list, const char *chosen);

/* Fill in what PAIR says; `evidence` makes the sentence `why`. */
bool link_pair_to_json(struct json *out, struct call *c, const struct link_pair *p,
                       struct err *e) MUST_CHECK;
/* What DECISION says. */
bool link_decision_to_json(struct json *out, struct call *c, const struct link_decision *d,
                           struct err *e) MUST_CHECK;
void link_run_to_json(struct json *out, struct call *c, const struct link_run *r, bool latest);

/* The pair of parameters `a` and `b`, with its evidence, where both records are there for who asks;
 * else as if there were none. */
bool link_pair_asked(struct link_pair *out, struct call *c, struct err *e) MUST_CHECK;
bool link_sees_pair(const struct call *c, int64_t organisation_a, int64_t organisation_b);

/* Name of an organisation in the language of the call, its code where it has none. */
const char *link_organisation(const struct call *c, const char *code);
/* The day a record was entered (variable entry_date), "" where it is not known. */
bool link_registered(const char **day, struct call *c, const char *code, struct err *e) MUST_CHECK;
const char *link_instant(struct call *c, int64_t seconds); /* "" for 0 */

/* What a weight means: "+13.2"; a chance in words: "more than 99.9 %". From the call's arena. */
const char *link_weight_words(struct call *c, double weight);
const char *link_chance_words(struct call *c, double weight);

/* Evidence of a pair, as a proposal keeps it (linkage/explain.h). From `arena`. */
struct model;
struct compare_plan;
struct text link_evidence_text(const struct model *m, const struct compare_plan *plan, size_t a,
                               size_t b, struct arena *arena);
/* What a compared field is called: the label of its variable, or words of its own. */
const char *link_field_label(struct call *c, const struct form *f, const char *field);
const char *link_state_words(const char *state); /* "open", "same", "different", "unsure" */
const char *link_verdict_words(enum link_verdict v);
/* What a record says of a variable of its own, in words; "" for what is blank, or an identifier. */
const char *link_value_words(struct call *c, const struct record *r, const struct variable *v);
/* The form that is asked for, else the first one that may be read. ERR_CONFLICT "link.no_form". */
bool link_form_asked(struct link_settings *s, struct call *c, struct err *e) MUST_CHECK;
/* One sentence of evidence, and FIELDs. */
const char *link_why(struct call *c, const struct form *f, double weight, struct text evidence);
struct json *link_fields(struct call *c, const struct link_settings *s, struct text evidence,
                         const struct record *left, const struct record *right);

/* What SIDE says of a record. */
bool link_put_side(struct json *out, struct call *c, const struct record_meta *m,
                   struct err *e) MUST_CHECK;
/* The current version of a record that may be seen, without what may not be read. */
bool link_load(struct record *r, struct record_meta *m, struct call *c, const char *code,
               struct err *e) MUST_CHECK;
/* `decisions` of the result; *can_confirm: one of them waits for who asks. */
bool link_put_decisions(struct call *c, const struct link_decision_filter *f, bool *can_confirm,
                        struct err *e) MUST_CHECK;

/* What waits, in numbers, over the forms one may read. */
struct link_waiting {
    int64_t open, unsure, confirm, conflicts;
};
bool link_waiting(struct link_waiting *out, struct call *c, const struct form *only,
                  struct err *e) MUST_CHECK;
/* All pairs of a form that nobody has decided, likeliest first. */
struct link_queue link_open_queue(const struct call *c, const struct form *f);
/* The pair of the review band that waits and comes first after (a, b), 0 for the first; empty codes
 * where none waits. */
bool link_next(const char **a, const char **b, int64_t *n_open, struct call *c,
               const struct link_pair *after, const struct form *f, struct err *e) MUST_CHECK;

#endif
