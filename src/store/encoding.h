/* SPDX-License-Identifier: EUPL-1.2 */
/* Encodings for linkage of records that are kept already (store_set_encode() gives them to those that
 * are written): of records from before there were any, or made by another plan. The version stays,
 * and what it says; only the encoding beside it is sealed anew. */
#ifndef DCIM_STORE_ENCODING_H
#define DCIM_STORE_ENCODING_H

#include "base/err.h"
#include "store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct encode_again {
    uint64_t after;                   /* record number to go on behind; 0 to begin */
    int64_t n_record, n_open, n_made; /* so far: looked at, opened with their identifiers, sealed anew */
    bool done;                        /* there are no further ones */
};

/* The next `max` active records of a form: opens the identifiers of those that have any and, where
 * the encoding is another than the one kept, keeps it with the current version. Inside a write
 * transaction. Opens identifiers in bulk: who calls it has stated a purpose and has an entry in the
 * log, committed before. What fails leaves *x as it was; the caller rolls back. Cost: 10,000 records
 * in a second. */
bool store_encode_again(struct encode_again *x, struct store *st, const struct form *f, size_t max,
                        struct err *e) MUST_CHECK;

#endif
