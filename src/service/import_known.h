/* SPDX-License-Identifier: EUPL-1.2 */
/* Rows of an import that name a record (column _id of a spreadsheet that was downloaded to be
 * corrected): finding it, holding the row against what it has become, and what is said of both.
 *
 * A row is written from the version in its column _version. Where the record has become another
 * since, what the row changes is a conflict: it is not written unless whoever imports takes their
 * own side, and then only what they changed themselves goes over what somebody else wrote. */
#ifndef DCIM_SERVICE_IMPORT_KNOWN_H
#define DCIM_SERVICE_IMPORT_KNOWN_H

#include "intake/intake.h"
#include "service/service_internal.h"
#include "store/review.h"

enum { CONFLICTS_KEPT = 500 }; /* records that are shown side by side */

enum import_verdict {
    IMPORT_WRITE,    /* the row goes to the store, as what it is */
    IMPORT_REFUSE,   /* something about the row as such is wrong: a remark says what */
    IMPORT_CONFLICT, /* what is kept stays */
    IMPORT_VERDICTS
};

struct import_known {
    struct call *c;
    struct batch_writer *writer; /* set when it has begun */
    const struct intake *intake; /* the same */
    const struct form *form;
    bool take_mine;
    struct closed_year *year;
    size_t n_year;
    struct record now, base; /* of the row */
    struct record_meta meta; /* of `now` */
    struct buf remark;       /* wiping */
    struct json *conflicts;  /* [{row record version at author fields[label mine theirs both?]}] */
    struct json *by_rule;    /* [{rule message count}], of remarks alone */
    int64_t n_conflict, n_shown; /* n_shown: records whose values were shown */
};

/* With a read transaction open, before the batch begins. Release in every case. */
bool import_known_begin(struct import_known *k, struct call *c, const struct form *f,
                        struct err *e) MUST_CHECK;
void import_known_release(struct import_known *k);

/* intake_find_fn: `ctx` is a struct import_known. */
bool import_find(void *ctx, struct intake_known *out, struct text id, uint32_t version,
                 struct arena *a, struct err *e) MUST_CHECK;

/* What becomes of a row that names a record. Where it is not written, *remark is what job.findings
 * shows of it (`owns`), and row->remark what the file given back says. */
enum import_verdict import_judge(struct import_known *k, struct intake_row *row,
                                 struct json **remark);

/* What is said of a row whose match_key is not one of this register, and on which the record would
 * depend; the row is refused. As the remark of import_judge(); NULL: nothing is wrong. */
struct json *import_judge_key(struct import_known *k, struct intake_row *row);

/* The reading of what was shown side by side, for the log, where anything was; else false. */
bool import_known_event(const struct import_known *k, struct audit_event *out);

#endif
