/* SPDX-License-Identifier: EUPL-1.2 */
/* Possible duplicates (rule Q20), for people to look at: pairs of records that one organisation has
 * sent of a form, which linkage proposes (link_run.h) and nobody has decided; and, where a record has been
 * seen by no run yet, several records with one match key (person_key.h). Not those of which the
 * register says that they are one person, for their codes of the person are the same, nor those
 * that decisions about other pairs have made one. Nobody but this file knows how it is decided. */
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
