/* SPDX-License-Identifier: EUPL-1.2 */
/* What lists need of a version without opening its body (table version_index): the year it was
 * registered in, the term of retention that runs, and whose record it says it is.
 *
 * Terms (domain.md, L12) are kept by what they begin with, and their lengths are parameters of the
 * dictionary, so that a change of law moves them all at once:
 *   fixed          `retention_until` itself
 *   closed ...     the day of the variable that `retention.closed_on` names; the years are
 *                  `retention.victim_years`, `retention.not_confirmed_years` (a status whose column
 *                  `valid` says no), `retention.justice_years`, `retention.case_years`: without a
 *                  number no such term ends
 * While `legal_hold` is yes, none runs. Of a date that is not known to the day the last possible
 * one counts. */
#ifndef DCIM_STORE_VERSION_INDEX_H
#define DCIM_STORE_VERSION_INDEX_H

#include "base/crypto.h"
#include "base/err.h"
#include "model/record.h"

#include <stdbool.h>
#include <stdint.h>

enum retention_term {
    TERM_NONE,
    TERM_FIXED,
    TERM_VICTIM,
    TERM_NOT_CONFIRMED,
    TERM_JUSTICE,
    TERM_CASE,
    TERM_COUNT
}; /* as stored */

struct version_index {
    int32_t year;      /* 0: not known */
    uint8_t term;      /* enum retention_term */
    int32_t term_day;  /* days since 1970-01-01 */
    int64_t code_hash; /* 0: no code */
};

struct version_index_plan { /* variables of the record itself; NULL: the form has none */
    const struct variable *entered, *until, *hold, *closed, *status, *code;
    uint8_t term; /* of the form's data set */
};

void version_index_plan(struct version_index_plan *out, const struct dictionary *d,
                        const struct form *f);
/* Of one record; `key` hashes the person's code. */
void version_index_make(struct version_index *out, const struct version_index_plan *p,
                        const struct record *r, const struct secret *key);

/* Years that a term lasts, 0 for a fixed one; -1: it does not end. */
int64_t retention_years(const struct dictionary *d, uint8_t term);
/* The day that is `years` after `day`; the 28th where there is no 29th of February. */
int32_t retention_ends(int32_t day, int64_t years);

struct store;
/* Keep it of a version made by hand. */
bool version_index_add(struct store *st, int64_t series_no, int64_t version_id,
                       const struct version_index *x, struct err *e) MUST_CHECK;

#endif
