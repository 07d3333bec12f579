/* SPDX-License-Identifier: EUPL-1.2 */
/* One version of a record, entered by hand: made or changed within the write transaction of
 * store_begin(), together with where it stands (state of work, store/review.h). */
#ifndef DCIM_STORE_RECORD_PUT_H
#define DCIM_STORE_RECORD_PUT_H

#include "base/err.h"
#include "base/text.h"
#include "model/record.h"
#include "store/store.h"

#include <stdbool.h>
#include <stdint.h>

struct record_put {
    const struct record *record; /* validated, with its identity part */
    const char *code;            /* of the record to change; NULL or "": a new one */
    struct scope scope;          /* of a change: where its record must be */
    uint32_t expected_version;   /* that the change was made from; 0 for a new record */
    int64_t organisation_no;     /* of a new record */
    struct text reference;       /* the organisation's own; may be blank */
    struct text old_reference;   /* of the version before */
    const char *author;
    const char *reason; /* NULL: none */
    const char *state;  /* "incomplete", "submitted", "accepted" */
    enum record_put_what {
        RECORD_PUT_CHANGE,
        RECORD_PUT_WITHDRAW, /* with this version the record is no longer in the register */
        RECORD_PUT_RESTORE   /* one that was withdrawn in this way is there again */
    } what;
    bool counted; /* whether statistics may count it */
    bool late;    /* made when its year was closed */
};

struct record_put_result {
    uint64_t record_no;
    char code[RECORD_CODE + 1];
    uint32_t version_no;
    uint8_t digest[32]; /* over code, version and content: for the audit entry */
};

/* ERR_CONFLICT "record.changed" when the current version is not the expected one (nothing is
 * written), "record.reference_taken" when another record of the organisation has the reference,
 * "record.withdrawn" when it is withdrawn already, or by the undoing of its import,
 * "record.not_withdrawn", ERR_NOT_FOUND, ERR_LIMIT "organisation.quota", "batch.versions". */
bool store_record_put(struct record_put_result *out, struct store *st, const struct record_put *in,
                      struct err *e) MUST_CHECK;

/* Whether a year of a form is closed. */
bool store_year_closed(bool *closed, struct store *st, const struct form *f, int64_t year,
                       struct err *e) MUST_CHECK;

#endif
