/* SPDX-License-Identifier: EUPL-1.2 */
/* Persons: which records of a form are one, as decisions imply (partition.h).
 *
 * A person's number is the number of its oldest active record. Stored are the records about which a
 * decision in force says "same" or "different"; any other record that a finished run has seen is a
 * person of its own; one that no run has seen yet is one with those of the same match key
 * (person_key.h). row_source gives readers a person_key for either, so that tables, dashboards and
 * overlaps follow by themselves. Withdrawn and erased records belong to nobody. */
#ifndef DCIM_STORE_PERSON_H
#define DCIM_STORE_PERSON_H

#include "base/arena.h"
#include "base/err.h"
#include "model/row_source.h"
#include "store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What readers are given for a person: differs between numbers, looks random, and says nothing that
 * the number does not. */
void person_key_of_number(uint8_t out[static PERSON_KEY], uint64_t person_no);

/* The person of a record; its own number where no decision is about it; 0 when it is not active. */
bool person_of_record(uint64_t *person_no, struct store *st, uint64_t record_no,
                      struct err *e) MUST_CHECK;

struct person_record { /* texts from the arena */
    uint64_t record_no;
    char code[RECORD_CODE + 1];
    form_id form;
    int64_t organisation_no;
    const char *organisation; /* code */
    int64_t created_at;       /* of its current version */
};
/* The active records of a person, the oldest first; none when there is no such person. */
bool person_records(struct person_record **out, size_t *n, struct store *st, uint64_t person_no,
                    struct arena *a, struct err *e) MUST_CHECK;

struct person_counts {
    int64_t n_record;        /* active ones that are counted */
    int64_t n_person;        /* as tables count them */
    int64_t n_person_by_key; /* if there were no decisions and no run: by match key alone */
    int64_t n_several;       /* persons with several records */
    int64_t n_across;        /* persons known to two or more organisations */
    int64_t n_linked;        /* records of persons with several records */
};
/* Of a form. Not safe to publish. Cost: reads every active record's current version, some seconds
 * for a million. */
bool person_counts(struct person_counts *out, struct store *st, const struct form *f,
                   struct err *e) MUST_CHECK;

/* ---- for the files of this room ---- */

/* Recompute the persons that these records belong to, or belonged to before: after a decision about
 * them came into force or left it, or after they were withdrawn, erased or brought back. Needs a
 * write transaction. Cost: their groups. */
bool person_touch(struct store *st, const uint64_t *record_no, size_t n, struct err *e) MUST_CHECK;
/* The same for all records of a form. Cost: its decisions in force. */
bool person_touch_form(struct store *st, int64_t form_no, struct err *e) MUST_CHECK;
/* Either, whichever costs less; all records are of the form. */
bool person_touch_many(struct store *st, int64_t form_no, const uint64_t *record_no, size_t n,
                       struct err *e) MUST_CHECK;
/* After a batch was undone, or brought withdrawn records back: those of its records (the new ones
 * are first..last) about which something is decided. */
bool person_touch_batch(struct store *st, int64_t form_no, int64_t batch_no, int64_t first,
                        int64_t last, struct err *e) MUST_CHECK;
/* The newest record of a form that a finished run has seen; 0: none. */
struct backend;
bool person_seen(uint64_t *record_no, struct backend *b, const char *form,
                 struct err *e) MUST_CHECK;
/* For check.c: how many records, decisions and pairs do not stand as partition() and the
 * decisions say, over all forms. */
bool person_check(int64_t *n_wrong, struct store *st, struct err *e) MUST_CHECK;

#endif
