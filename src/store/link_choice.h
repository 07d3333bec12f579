/* SPDX-License-Identifier: EUPL-1.2 */
/* Choices (Q21): where the records of a person contradict each other in what one person has but
 * one of, people choose whose answer counts, with a reason.
 *
 * What is chosen is a record, not a value: "where this record is among those of a person, its
 * answer to this variable stands". So nothing is invented, and an answer that is corrected counts
 * as corrected. The choice goes with its record when persons part or are joined; while the record
 * is withdrawn, or does not answer, the choice rests. Of several choices for one variable within a
 * person the newest stands; withdrawing it brings the one before back. Kept are also the records
 * that were looked at: a contradiction is settled while all records of the person that answer are
 * among those of the choice that stands, so a record that joins later opens it again.
 *
 * Choices are withdrawn, not deleted, but go with their record when that is erased. Reasons are
 * sealed under the key of the chosen record, and go when any record that was looked at is erased.
 * Every change counts as a change of records for snapshots. The caller writes the audit entry. */
#ifndef DCIM_STORE_LINK_CHOICE_H
#define DCIM_STORE_LINK_CHOICE_H

#include "base/arena.h"
#include "base/err.h"
#include "base/text.h"
#include "model/row_source.h"
#include "store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct link_choose {
    uint64_t record_no;   /* whose answer counts */
    var_id variable;      /* of its form, once a record, no direct identifier */
    const uint64_t *over; /* records of the person that were looked at; the chosen one is added */
    size_t n_over;
    const char *actor;
    struct text reason; /* may be blank */
};

/* ERR_INPUT "link.variable", "link.forms"; ERR_CONFLICT "link.inactive" when one of the records is
 * withdrawn or erased; ERR_NOT_FOUND "record.unknown"; ERR_LIMIT "link.reason". Needs a write
 * transaction. */
bool link_choose(int64_t *choice_no, struct store *st, const struct link_choose *d,
                 struct err *e) MUST_CHECK;
/* ERR_CONFLICT "link.withdrawn" when it is withdrawn already; ERR_NOT_FOUND "link.choice". */
bool link_unchoose(struct store *st, int64_t choice_no, const char *actor, struct text reason,
                   struct err *e) MUST_CHECK;

struct link_choice { /* texts from the arena, which should wipe */
    int64_t choice_no;
    uint64_t record_no;
    const char *variable; /* name; the dictionary may not have it any more */
    const char *actor;
    int64_t made_at;
    int64_t withdrawn_at;                 /* 0: it stands, or an older or newer one does */
    const char *withdrawn_by;             /* "" */
    const char *reason, *withdraw_reason; /* opened; "" where none was given, or it is gone */
};
/* All choices of these records, withdrawn ones too, the newest first. Cost: what there is. */
bool link_choices_of(struct link_choice **out, size_t *n, struct store *st,
                     const uint64_t *record_no, size_t n_record, struct arena *a,
                     struct err *e) MUST_CHECK;

/* The records that were looked at for choices that are not withdrawn, of a form, by record and the
 * choice's number; variables that the dictionary does not know are left out. `owns` *out
 * (mem_free). Cost: the choices there are. */
bool link_choice_marks(struct choice_mark **out, size_t *n, struct store *st, const struct form *f,
                       struct err *e) MUST_CHECK;

/* ---- for the files of this room ---- */

/* The same by another connection. */
struct backend;
bool link_choice_marks_of(struct choice_mark **out, size_t *n, struct backend *b,
                          const struct dictionary *d, const struct form *f,
                          struct err *e) MUST_CHECK;
/* For check.c: how many choices point to nothing. */
bool link_choice_check(int64_t *n_wrong, struct store *st, struct err *e) MUST_CHECK;
/* Erase all that the choices say of a record (erasure.c). */
bool link_choice_forget(struct store *st, uint64_t record_no, struct err *e) MUST_CHECK;

#endif
