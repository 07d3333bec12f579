/* SPDX-License-Identifier: EUPL-1.2 */
/* How records arrive in a snapshot: the store gives them, the dataset takes them, neither knows the
 * other. A source is one part of the rows, in ascending record number; parts can be read in parallel. */
#ifndef DCIM_MODEL_ROW_SOURCE_H
#define DCIM_MODEL_ROW_SOURCE_H

#include "base/err.h"
#include "model/choice.h"
#include "model/record.h"

#include <stdbool.h>
#include <stdint.h>

enum { PERSON_KEY = 16 };

struct source_row {
    uint64_t record_no;              /* number within the repository */
    code_id organisation;            /* in CL_ORGANISATION */
    code_id organisation_type;       /* in CL_ORGTYPE */
    uint8_t person_key[PERSON_KEY];  /* equal keys: the same person as far as is known; all zero: unknown,
                                        a person of its own */
    uint8_t match_key[PERSON_KEY];   /* the same as if linkage and people had said nothing */
    const struct row_choice *choice; /* borrowed until the next call */
    size_t n_choice;
    struct record *record;           /* coded values only; borrowed until the next call, and the
                                        caller's to change until then */
};

struct row_source {
    /* Next row, *found false at the end. */
    bool (*next)(struct row_source *s, struct source_row *out, bool *found, struct err *e);
    void (*close)(struct row_source *s);
    void *ctx;
    uint64_t n_estimate;             /* rows to expect, for allocation; may be wrong */
};

#endif
