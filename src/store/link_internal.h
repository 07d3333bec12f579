/* SPDX-License-Identifier: EUPL-1.2 */
/* What the files of linkage share: link_run.c, link_pair.c, link_decision.c, link_listing.c. */
#ifndef DCIM_STORE_LINK_INTERNAL_H
#define DCIM_STORE_LINK_INTERNAL_H

#include "store/link_decision.h"
#include "store/store_internal.h"

/* Weights are kept as thousandths; what is beyond a million is cut. */
int64_t link_thousandths(double weight);

struct link_subject { /* a record of a pair; no form where there is no such record */
    uint64_t record_no;
    int64_t form_no, state, organisation_no;
    form_id form;
    char code[RECORD_CODE + 1];
    const char *organisation; /* from the arena; NULL without one */
};
bool link_subject(struct link_subject *out, struct store *st, uint64_t record_no, struct arena *a,
                  struct err *e) MUST_CHECK;

/* Put into order. ERR_INPUT "link.same_record". */
bool link_in_order(uint64_t *a, uint64_t *b, struct err *e) MUST_CHECK;
/* ERR_INPUT "link.forms" unless they are of one. */
bool link_one_form(const struct link_subject s[2], struct err *e) MUST_CHECK;

/* The active records of a form: which organisation's each is, by record number; 0: none of them.
 * Cost: a walk over all records, half a second for a million. */
struct link_members {
    uint32_t *organisation;
    size_t n;
};
bool link_members_load(struct link_members *out, struct store *st, int64_t form_no,
                       struct err *e) MUST_CHECK;
uint32_t link_member(const struct link_members *m, uint64_t record_no);
void link_members_release(struct link_members *m);

/* Whether a record is an active one of a form: asked one by one, or for many from all of them. */
enum { LINK_MANY = 1000 };
struct link_fit {
    struct store *st;
    struct query q;
    int64_t form_no;
    struct link_members members;
    bool many;
};
bool link_fit_begin(struct link_fit *f, struct store *st, int64_t form_no, size_t n,
                    struct err *e) MUST_CHECK;
bool link_fits(struct link_fit *f, uint64_t record_no);
bool link_fit_end(struct link_fit *f, struct err *e) MUST_CHECK;

/* Pairs that are given all at once, with what is sorted and looked up; `index` is the place in what
 * was given, which has the rest. */
struct link_row {
    uint64_t a, b;
    size_t index;
    int64_t weight; /* thousandths */
};
struct link_rows {
    struct link_row *row; /* mem_free() */
    size_t n;
};
/* Adds one, put into order; `row` has room for it. ERR_INPUT "link.same_record". */
bool link_rows_add(struct link_rows *rows, uint64_t a, uint64_t b, double weight,
                   struct err *e) MUST_CHECK;
/* Sorted; of one pair the first that was given, or the last; those of active records of the form
 * alone. */
bool link_rows_sort(struct link_rows *rows, struct store *st, int64_t form_no, bool last,
                    struct err *e) MUST_CHECK;

/* The queue (table linkage_queue) as the pairs of a form say; `other`: the index of pairs by record
 * b too. Cost: reads the pairs, about a second for a million. */
bool link_queue_rebuild(struct store *st, int64_t form_no, bool other, struct err *e) MUST_CHECK;
/* A pair gets another standing; nothing where it is not proposed. */
bool link_queue_stand(struct store *st, uint64_t a, uint64_t b, enum link_standing s,
                      struct err *e) MUST_CHECK;

enum run_state { RUN_OPEN, RUN_FINISHED, RUN_UNDONE };
struct link_run_state {
    enum run_state state;
    int64_t form_no;
    bool decides;
};
/* ERR_NOT_FOUND "link.run". */
bool link_run_state(struct link_run_state *out, struct store *st, int64_t run_no,
                    struct err *e) MUST_CHECK;
bool link_run_is_undone(struct err *e, int64_t run_no); /* always false: ERR_CONFLICT */

/* What decisions and choices share: the next number, as the statement says it; the parameter
 * "reason" bound to words, sealed under the key of a record, or to nothing where there are none. */
bool link_number(int64_t *out, struct store *st, enum sql_id id, struct err *e) MUST_CHECK;
bool link_bind_reason(struct query *q, struct store *st, uint64_t record_no,
                      enum envelope_place place, int64_t number, struct text words,
                      struct err *e) MUST_CHECK;
/* Opened; "" where there are none. */
bool link_open_reason(const char **out, struct store *st, uint64_t record_no,
                      enum envelope_place place, int64_t number, struct text sealed,
                      struct arena *a, struct err *e) MUST_CHECK;
bool link_reason_fits(struct text reason, struct err *e) MUST_CHECK; /* ERR_LIMIT "link.reason" */

/* How a pair stands, by its decisions. */
struct link_stand {
    int64_t in_force, waiting;                        /* decisions, 0 */
    enum link_verdict force_verdict, waiting_verdict; /* of these */
    bool automatic;                                   /* the one in force is */
    enum link_standing standing;
    int64_t best; /* the decision that should be in force */
    enum link_verdict best_verdict;
};
bool link_stand(struct link_stand *out, struct store *st, int64_t form_no, uint64_t a, uint64_t b,
                struct err *e) MUST_CHECK;

#endif
