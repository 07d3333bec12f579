/* SPDX-License-Identifier: EUPL-1.2 */
/* Lists of records: which ones, in order, a page at a time, and how many. What counts and what
 * lists is the same code, so that a number leads to as many rows.
 *
 * The newest come first, by record number, which only grows: what is made while somebody turns
 * pages comes before the first one and moves nothing. Cost: each list walks one index until there
 * are enough; a page of 20 of 100,000 records takes a few milliseconds, whatever is asked for. A
 * count reads every record that is counted. */
#ifndef DCIM_STORE_RECORD_LIST_H
#define DCIM_STORE_RECORD_LIST_H

#include "store/store.h"

/* What records are listed by. */
#define RECORD_STATES(X)                                                             \
    X(RECORDS_ALL, "")                  /* all that are in the register */           \
    X(RECORDS_INCOMPLETE, "incomplete") /* entered, with errors */                   \
    X(RECORDS_SUBMITTED, "submitted")   /* waiting for review */                     \
    X(RECORDS_RETURNED, "returned")     /* returned with a question */               \
    X(RECORDS_ACCEPTED, "accepted")     /* reviewed */                               \
    X(RECORDS_IMPORTED, "imported")     /* as a file brought them */                 \
    X(RECORDS_WITHDRAWN, "withdrawn")   /* not in the register any more */           \
    X(RECORDS_ASKED, "asked")           /* with a question that is open */           \
    X(RECORDS_ANSWERED, "answered")     /* with a question that was answered */      \
    X(RECORDS_DUPLICATE, "duplicate")   /* possible duplicates: store/duplicate.h */ \
    X(RECORDS_DUE, "due")               /* whose retention ends: version_index.h */

enum records_state {
#define X(id, name) id,
    RECORD_STATES(X)
#undef X
        RECORDS_STATE_COUNT
};
const char *records_state_name(enum records_state s);
/* RECORDS_STATE_COUNT where there is none of that name. */
enum records_state records_state_find(struct text name);

struct record_list {
    enum records_state state;
    uint64_t forms;          /* set of 1 << form_id: those that may be seen */
    int64_t organisation_no; /* 0: all */
    const char *author;      /* who made one of its versions by hand; NULL: anybody */
    int64_t year;            /* in which it was registered; 0: any */
    int32_t due_by;          /* RECORDS_DUE: retention has ended by this day */
    uint64_t after; /* the record number that the page before said to go on behind; 0: the first */
    size_t max;
};

struct record_row {
    struct record_meta meta;
    const char *work; /* "incomplete", "submitted", "accepted", "returned"; "": imported */
    int32_t due_on;   /* RECORDS_DUE: the day the retention ends */
    char with[RECORD_CODE + 1]; /* RECORDS_DUPLICATE: the newest record of the same person */
};

/* One page; *next is what to go on behind, 0 at the end. Duplicates of one person are on one page,
 * which may be longer than `max` then. */
bool record_list(struct record_row **out, size_t *n, uint64_t *next, struct store *st,
                 const struct record_list *l, struct arena *a, struct err *e) MUST_CHECK;
/* How many rows all its pages have. */
bool record_list_count(int64_t *n, struct store *st, const struct record_list *l, struct arena *a,
                       struct err *e) MUST_CHECK;

#endif
