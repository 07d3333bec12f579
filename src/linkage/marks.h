/* SPDX-License-Identifier: EUPL-1.2 */
/* Marks of a record: values that two records of one person are likely to share, by which candidates
 * are found. Each kind gives a record none, one or several marks, as 32-bit hashes. */
#ifndef DCIM_LINKAGE_MARKS_H
#define DCIM_LINKAGE_MARKS_H

#include "linkage/people.h"

enum { MARK_KINDS = 32, MARK_NAME = 80 };

struct mark_kind {
    char name[MARK_NAME]; /* for reports: "sound of given or surname" */
    int family;           /* kinds of one family say much the same: no rule joins them */
    uint32_t *start;      /* n + 1 places in `value` */
    uint32_t *value;
    size_t n_value, cap, start_cap;
};

struct marks {
    struct mark_kind kind[MARK_KINDS];
    size_t n_kind, n;
    uint32_t *content; /* of each record: all its marks in one; equal records have equal ones */
    size_t content_cap;
    uint8_t names, birth, column[PEOPLE_COLUMNS]; /* their first kinds; MARK_KINDS: none */
};

/* Those of all records; `owns`. Cost: about 2 microseconds a record. */
void marks_make(struct marks *out, const struct people *p);

/* The same by steps. The kinds that such people have, of no record yet; `owns`. */
void marks_begin(struct marks *out, const struct people *p);
/* One more record: the next of the marks is this one of the people. */
void marks_add(struct marks *io, const struct people *p, size_t record);
/* No record again; the kinds and the memory stay. */
void marks_clear(struct marks *io);
void marks_release(struct marks *m);

#endif
