/* SPDX-License-Identifier: EUPL-1.2 */
/* Runs of linkage, and the pairs of records that they propose.
 *
 * A run is written in one transaction when it has been computed: link_run_begin(), link_run_add()
 * as often as needed, link_decide_bulk() where automatic decisions are allowed (link_decision.h),
 * link_run_finish(). What is killed in between leaves nothing. Proposals are derived: those of a
 * new run replace all earlier ones of the form; decisions keep their own copy of weight and
 * evidence and stay. Records up to the newest that a finished run has seen are told apart by
 * decisions alone; younger ones by their match key (person.h), until a decision or a run meets
 * them.
 *
 * Weights are log2 odds, kept to a thousandth. The caller writes the audit entry. */
#ifndef DCIM_STORE_LINK_RUN_H
#define DCIM_STORE_LINK_RUN_H

#include "base/arena.h"
#include "base/err.h"
#include "base/text.h"
#include "store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LINK_MODEL_MAX = 4 << 20, LINK_EVIDENCE_MAX = 4096 }; /* bytes */

struct link_run_start {
    const struct form *form;
    int64_t started_at; /* when the computing began */
    const char *actor;
    struct text model;    /* kept model as JSON; holds no value of any record */
    double lower, upper;  /* the band that people decide: lower <= weight < upper */
    uint64_t last_record; /* the greatest record number that the run has seen */
    int64_t n_record;     /* that were compared */
    int64_t n_candidate;  /* pairs that were compared */
};

/* Needs a write transaction; no other run of it may be open. ERR_INPUT "link.band" unless
 * lower <= upper are numbers within +-1,000,000; ERR_LIMIT "link.model". Removes the proposals of
 * earlier runs of the form. */
bool link_run_begin(int64_t *run_no, struct store *st, const struct link_run_start *s,
                    struct err *e) MUST_CHECK;

struct link_proposal {
    uint64_t a, b; /* numbers of records of the run's form, in either order */
    double weight;
    struct text evidence; /* level and weight of each field, as JSON; no values */
};

/* Propose pairs, as many at once as there are: also later, for one new record, to the newest run. A
 * pair that is there gets the new weight and evidence. Pairs of which a record is not active or
 * not of the form any more are left out; *n_added (NULL is fine) counts the rest. ERR_INPUT
 * "link.same_record" for a pair of one record with itself; ERR_LIMIT "link.evidence"; ERR_CONFLICT
 * "link.run_undone". Cost: about 4 microseconds a pair. */
bool link_run_add(size_t *n_added, struct store *st, int64_t run_no,
                  const struct link_proposal *pair, size_t n, struct err *e) MUST_CHECK;

/* The run counts from here on. ERR_CONFLICT "link.run_state" when it is not open. */
bool link_run_finish(struct store *st, int64_t run_no, struct err *e) MUST_CHECK;

struct link_run { /* texts from the arena */
    int64_t run_no;
    form_id form;
    const char *state; /* "open" (within its transaction), "finished", "undone" */
    int64_t started_at, finished_at;
    const char *actor;
    double lower, upper;
    uint64_t last_record;
    int64_t n_record, n_candidate, n_pair;
    int64_t n_automatic; /* automatic decisions it made */
    int64_t n_in_force;  /* of these, in force now; link_run_get() counts them, others give 0 */
    int64_t undone_at;   /* 0: not */
    const char *undone_by, *undo_reason; /* "" */
    struct text model;                   /* not of link_run_list() */
};

/* ERR_NOT_FOUND "link.run". link_run_newest(): of a form, finished and not undone; *found false
 * when there is none. */
bool link_run_get(struct link_run *out, struct store *st, int64_t run_no, struct arena *a,
                  struct err *e) MUST_CHECK;
bool link_run_newest(struct link_run *out, bool *found, struct store *st, form_id form,
                     struct arena *a, struct err *e) MUST_CHECK;
/* How many automatic decisions of a run are in force now. */
bool link_run_stands(int64_t *n, struct store *st, int64_t run_no, struct err *e) MUST_CHECK;
/* The newest first, at most `max`. FORM_NONE: all. */
bool link_run_list(struct link_run **out, size_t *n, struct store *st, form_id form, size_t max,
                   struct arena *a, struct err *e) MUST_CHECK;

/* ---- proposed pairs ---- */

enum link_standing {               /* of a pair */
                     LINK_OPEN,    /* nobody has decided */
                     LINK_UNSURE,  /* somebody could not tell */
                     LINK_WAITING, /* decided, a second person has to confirm */
                     LINK_SAME,    /* in force, by a person or automatically */
                     LINK_DIFFERENT,
                     LINK_STANDINGS
};
const char *link_standing_name(enum link_standing s); /* "open", "unsure", "waiting", "same" ... */

enum link_verdict { LINK_VERDICT_SAME = 1, LINK_VERDICT_DIFFERENT = 2, LINK_VERDICT_UNSURE = 3 };

struct link_pair { /* texts from the arena */
    form_id form;
    uint64_t a, b; /* a < b */
    char code_a[RECORD_CODE + 1], code_b[RECORD_CODE + 1];
    int64_t organisation_a, organisation_b; /* numbers */
    const char *organisation_code_a, *organisation_code_b;
    bool active;   /* both records are */
    bool proposed; /* false: no run proposes it; then no weight, evidence or run */
    double weight;
    struct text evidence; /* link_pair_get() and link_pair_sample() only */
    int64_t run_no;
    enum link_standing standing;
    int64_t decision_no; /* what link_decide() expects: the newest decision that is not undone; 0 */
    enum link_verdict verdict; /* of that decision */
    bool automatic;            /* the same */
    bool same_person;          /* decisions, about this pair or others, make them one person now */
};

enum link_order {
    LINK_MIDDLE_FIRST, /* nearest to the middle of the band: where people help most */
    LINK_BEST_FIRST
};

struct link_queue {          /* what is asked for */
    form_id form;            /* must be one */
    int64_t organisation_no; /* a record of the pair is its; 0: any. Whether the other may be seen
                                is the caller's to decide */
    bool organisation_both;  /* both records are (with organisation_no) */
    bool across;             /* only pairs of two organisations */
    bool apart;              /* only pairs that are not one person now, by whatever decisions */
    int64_t run_no;          /* 0: any */
    enum link_standing standing;
    bool any_standing; /* standing does not matter */
    bool any_weight;   /* not only those of the band; else lower <= weight < upper */
    double lower, upper;
    enum link_order order;
    uint64_t after_a, after_b; /* go on behind this pair (the last one of the page before, or any
                                  pair that is proposed); 0: from the beginning */
    size_t max;                /* at most LINK_PAGE_MAX */
    bool brief;                /* link_pair_sample(): numbers and decision of a pair are enough */
};
enum { LINK_PAGE_MAX = 1000, LINK_WEIGHT_MAX = 1000000 };

/* Pairs of active records. *more: there are others behind them. A pair `after` that is proposed no
 * more (a new run): from the beginning. Without ties but by record numbers, so that pages do not
 * overlap. Cost: what is listed, and the pairs that the filters leave out on the way. */
bool link_pair_list(struct link_pair **out, size_t *n, bool *more, struct store *st,
                    const struct link_queue *q, struct arena *a, struct err *e) MUST_CHECK;
/* How many there are; after, order and max do not matter. Cost: reads them. */
bool link_pair_count(int64_t *out, struct store *st, const struct link_queue *q,
                     struct err *e) MUST_CHECK;

struct link_tally { /* of all pairs of a form */
    int64_t n[LINK_STANDINGS];
    int64_t n_band, n_above; /* of any standing: lower <= weight < upper; upper <= weight */
};
/* The same for every standing at once. Cost: reads them. */
bool link_pair_tally(struct link_tally *out, struct store *st, form_id form, double lower,
                     double upper, struct err *e) MUST_CHECK;

/* At most `max` of the pairs, drawn at random: the same ones as long as the run stands. after and
 * order do not matter. Their evidence is there as well. Cost: what is drawn, and pairs of other
 * weights that come before; where not all standings are asked for, or only some pairs, reads them
 * all. */
bool link_pair_sample(struct link_pair **out, size_t *n, struct store *st,
                      const struct link_queue *q, struct arena *a, struct err *e) MUST_CHECK;

/* One pair by the codes of its records, typed in any way and in either order, proposed or not, also
 * of records that are withdrawn. ERR_NOT_FOUND "record.unknown"; ERR_INPUT "link.same_record",
 * "link.forms" (records of two forms). */
bool link_pair_get(struct link_pair *out, struct store *st, struct text code_a, struct text code_b,
                   struct arena *a, struct err *e) MUST_CHECK;
/* All proposed pairs of a record, best first, at most `max`. */
bool link_pair_of_record(struct link_pair **out, size_t *n, struct store *st, uint64_t record_no,
                         size_t max, struct arena *a, struct err *e) MUST_CHECK;

#endif
