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

/* Whether a record is an active one of a form; remembers the last answer, for pairs in order. */
struct link_fit {
    struct query q;
    int64_t form_no;
    uint64_t last;
    bool last_fits;
};
void link_fit_begin(struct link_fit *f, struct store *st, int64_t form_no);
bool link_fits(struct link_fit *f, uint64_t record_no, bool remember);
bool link_fit_end(struct link_fit *f, struct err *e) MUST_CHECK;

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

/* How a pair stands, by its decisions. */
struct link_stand {
    int64_t in_force, waiting; /* decisions, 0 */
    enum link_standing standing;
    int64_t best; /* the decision that should be in force */
    enum link_verdict best_verdict;
};
bool link_stand(struct link_stand *out, struct store *st, int64_t form_no, uint64_t a, uint64_t b,
                struct err *e) MUST_CHECK;

#endif
