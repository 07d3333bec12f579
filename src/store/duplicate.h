/* SPDX-License-Identifier: EUPL-1.2 */
/* Possible duplicates (rule Q20): several records that one organisation has sent of a form, with one
 * match key (person_key.h), of which the register does not say that they are one person, for their
 * codes of the person differ or are not given. Linkage will replace it; nobody but this file knows
 * how it is decided. */
#ifndef DCIM_STORE_DUPLICATE_H
#define DCIM_STORE_DUPLICATE_H

#include "store/store.h"

struct duplicate {
    uint64_t record_no;
    uint64_t with; /* the newest record of the same person; its own number for that one */
};

/* The possible duplicates among the series that `series` names (",1,7,"; "": all) of a year (0:
 * any). Those of a person stand together, the newest first; persons by their newest record. In
 * memory from the arena. Cost: what there are of them. */
bool duplicate_list(struct duplicate **out, size_t *n, struct store *st, struct text series,
                    int64_t year, struct arena *a, struct err *e) MUST_CHECK;

/* After a batch of a series was written: which keys several of its records have. Cost: reads the
 * keys of the series, a quarter of a second for a million. */
bool duplicate_index(struct store *st, int64_t series_no, struct err *e) MUST_CHECK;
/* The same for a record made by hand. */
bool duplicate_add(struct store *st, int64_t series_no, const uint8_t person_key[PERSON_KEY],
                   int64_t record_no, struct err *e) MUST_CHECK;

#endif
