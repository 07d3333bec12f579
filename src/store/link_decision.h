/* SPDX-License-Identifier: EUPL-1.2 */
/* Decisions about pairs of records: same person, different persons, unsure.
 *
 * Decisions are never deleted, only undone. Of a pair one decision is in force: the newest of
 * people that is neither undone nor waits for a second person; without one, the automatic decision
 * of the newest run of the form that made any and is not undone. A decision of a person stays when
 * runs come and go. Undoing brings back what was in force before. Every change recomputes the
 * persons (partition.h, person.h) that it touches, in the same transaction, and counts as a change
 * of records for snapshots.
 *
 * Reasons are sealed under the key of record a (the older of the two) and go when either record is
 * erased. The caller writes the audit entry (AUDIT_LINK_DECIDE and its neighbours). */
#ifndef DCIM_STORE_LINK_DECISION_H
#define DCIM_STORE_LINK_DECISION_H

#include "store/link_run.h"

const char *link_verdict_name(enum link_verdict v); /* "same", "different", "unsure" */
bool link_verdict_find(enum link_verdict *out, struct text name);

enum { LINK_REASON_MAX = 4000 }; /* bytes */
enum { LINK_ANY = -1 };          /* expected: whatever stands */

struct link_decide {
    uint64_t a, b; /* either order */
    enum link_verdict verdict;
    const char *actor;
    struct text reason; /* may be blank */
    int64_t expected;   /* link_pair.decision_no as the person saw it; LINK_ANY */
    bool second_person; /* waits for link_confirm() before it is in force */
};

/* Decide about two active records of one form. Weight, evidence and run are those of the proposal,
 * if there is one. A decision that waits leaves in force what is.
 * ERR_CONFLICT "link.moved" when somebody else decided meanwhile (nothing is written),
 * "link.inactive" when a record is withdrawn or erased; ERR_INPUT "link.same_record", "link.forms",
 * "link.verdict"; ERR_NOT_FOUND "record.unknown"; ERR_LIMIT "link.reason". A contradiction is no
 * error: see
 * *held. */
struct link_outcome {
    int64_t decision_no;
    bool in_force;
    bool held;       /* in force, but a "different" between the two groups keeps them apart */
    int64_t against; /* that decision, 0 */
    uint64_t person_a, person_b; /* afterwards (person.h) */
};
bool link_decide(struct link_outcome *out, struct store *st, const struct link_decide *d,
                 struct err *e) MUST_CHECK;

struct link_automatic {
    uint64_t a, b; /* either order */
    enum link_verdict verdict;
    double weight;
};
struct link_bulk_result {
    int64_t n_decided;  /* written */
    int64_t n_in_force; /* of them; people have decided about the others */
    int64_t n_held;     /* of those in force: held back by a "different" */
    int64_t n_left_out; /* record withdrawn, erased or of another form, or pair twice */
};
/* Automatic decisions of a run, in its transaction (or later, for new records, to the newest run).
 * They take the place of those of earlier runs of the form, which come back when this run is
 * undone; pairs that people have decided stay as they are. Evidence is that of the proposal. Of one
 * pair the first counts. n = 0 is a run that decides nothing in the place of earlier ones; a run
 * that never calls this leaves theirs in force. Cost: 200,000 in six
 * seconds of one processor, ten where an earlier run's give way. */
bool link_decide_bulk(struct link_bulk_result *out, struct store *st, int64_t run_no,
                      const struct link_automatic *d, size_t n, const char *actor,
                      struct err *e) MUST_CHECK;

/* A second person agrees. ERR_DENIED "link.own_decision" when it is the one who decided;
 * ERR_CONFLICT "link.confirmed", "link.undone", "link.inactive"; ERR_NOT_FOUND "link.decision". A
 * decision that did not wait can be confirmed too, an automatic one as well. */
bool link_confirm(struct link_outcome *out, struct store *st, int64_t decision_no,
                  const char *actor, struct err *e) MUST_CHECK;

/* Undo one decision, also one that waits (a second person disagrees) or is not in force.
 * ERR_CONFLICT "link.undone"; ERR_NOT_FOUND "link.decision". *out: as the pair stands afterwards,
 * decision_no and in_force of what is in force then. */
bool link_undo(struct link_outcome *out, struct store *st, int64_t decision_no, const char *actor,
               struct text reason, struct err *e) MUST_CHECK;
/* Undo a run: all its automatic decisions; those of the run before come back. Its proposals stay
 * for people to decide. The reason must not name anybody. ERR_CONFLICT "link.run_undone";
 * ERR_NOT_FOUND "link.run". *n: how many decisions were undone. */
bool link_undo_run(int64_t *n, struct store *st, int64_t run_no, const char *actor,
                   const char *reason, struct err *e) MUST_CHECK;

struct link_decision { /* texts from the arena, which should wipe */
    int64_t decision_no;
    form_id form;
    uint64_t a, b; /* a < b */
    char code_a[RECORD_CODE + 1], code_b[RECORD_CODE + 1];
    int64_t organisation_a, organisation_b;
    const char *organisation_code_a, *organisation_code_b;
    enum link_verdict verdict;
    bool automatic;
    int64_t run_no; /* 0: none proposed it */
    bool has_weight;
    double weight;        /* at that time */
    struct text evidence; /* at that time; link_decision_get() only */
    const char *actor;
    int64_t made_at;
    bool waits; /* for a second person */
    int64_t confirmed_at;
    const char *confirmed_by; /* "" */
    bool in_force;
    bool held;       /* in force and held back */
    int64_t against; /* by this decision, 0 */
    int64_t undone_at;
    const char *undone_by;            /* "" */
    const char *reason, *undo_reason; /* opened; "" where none was given, or a record was erased */
};

enum link_force { LINK_FORCE_ANY, LINK_IN_FORCE, LINK_WAITS, LINK_UNDONE };

struct link_decision_filter { /* 0: any */
    form_id form;             /* FORM_NONE: any */
    uint64_t a, b;      /* both: the pair, in either order; a alone: decisions about the record */
    uint64_t person_no; /* between or about the records of a person */
    int64_t run_no;
    int64_t organisation_no; /* a record of the pair is its */
    const char *actor;       /* NULL: any */
    enum link_force force;
    bool people_only; /* no automatic ones */
    int64_t before;   /* decision_no of the last one of the page before; 0: from the newest */
    size_t max;       /* at most LINK_PAGE_MAX */
};
/* The newest first. Reasons are opened. Cost: by pair, record, person, run or waiting: what there
 * is; else the pages walked. */
bool link_decision_list(struct link_decision **out, size_t *n, bool *more, struct store *st,
                        const struct link_decision_filter *f, struct arena *a,
                        struct err *e) MUST_CHECK;
bool link_decision_get(struct link_decision *out, struct store *st, int64_t decision_no,
                       struct arena *a, struct err *e) MUST_CHECK; /* ERR_NOT_FOUND */

struct link_conflict {
    struct link_decision same;      /* held back */
    struct link_decision different; /* the newest decision that stands in its way */
};
/* Decisions in force that say "same" and are held back by a "different": contradictions for a
 * person to solve by undoing one of the two. `automatic`: automatic ones too (they have simply
 * given way). The newest first, from below `before` (0: the newest), at most `max`. */
bool link_conflict_list(struct link_conflict **out, size_t *n, struct store *st, form_id form,
                        bool automatic, int64_t before, size_t max, struct arena *a,
                        struct err *e) MUST_CHECK;
bool link_conflict_count(int64_t *out, struct store *st, form_id form, bool automatic,
                         struct err *e) MUST_CHECK;

#endif
