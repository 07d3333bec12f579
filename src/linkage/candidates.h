/* SPDX-License-Identifier: EUPL-1.2 */
/* Candidates: the pairs that are worth comparing. A rule says which marks two records must share
 * (one mark, two, or three of different kinds); which rules are used is decided on the data: a
 * sample of records, the anchors, is tried with every rule, the model judges the pairs, and those
 * rules are taken that find most true pairs at the least cost. Nothing is quadratic: a rule that
 * gives most records many pairs is not taken, and in a block of over CANDIDATES_BLOCK_MAX records
 * each is compared with the few that follow it when the block is sorted by all marks: so a person
 * who was sent a thousand times is found still. */
#ifndef DCIM_LINKAGE_CANDIDATES_H
#define DCIM_LINKAGE_CANDIDATES_H

#include "linkage/marks.h"
#include "linkage/model.h"

enum { RULE_MARKS = 3, RULES_MAX = 40, CANDIDATES_BLOCK_MAX = 120, CANDIDATES_WINDOW = 4 };

struct candidate_rule {
    uint8_t mark[RULE_MARKS]; /* kinds of marks, `n_mark` of them */
    uint8_t n_mark;
    double pairs;  /* a record, on the sample */
    double recall; /* share of the true pairs that it finds, as far as the model knows */
    double gain;   /* of those no rule before it finds */
};

struct candidate_rules {
    struct candidate_rule rule[RULES_MAX];
    size_t n_rule;
    double pairs; /* a record, of all together; estimated */
};

/* The keys of a rule that one record has: each way of taking one mark of each of its kinds. Records
 * with a key in common are a pair of the rule. Returns their number. */
enum { CANDIDATE_KEYS = 64 };
size_t candidate_keys(uint64_t out[static CANDIDATE_KEYS], const struct candidate_rule *r,
                      const struct marks *m, size_t record);

struct pair { /* a < b */
    uint32_t a, b;
};

struct pairs { /* sorted, each once */
    struct pair *pair;
    size_t n;
};

/* Choose rules so that at most `most` pairs a record are compared, and fit the model on the way. */
void candidates_choose(struct candidate_rules *out, struct model *io,
                       const struct compare_plan *plan, const struct marks *m, double most);

/* All pairs that a rule gives; `owns`, pairs_release(). Same pairs whatever the number of
 * threads. */
void candidates_find(struct pairs *out, const struct candidate_rules *r, const struct marks *m);
void pairs_release(struct pairs *p);

#endif
