/* SPDX-License-Identifier: EUPL-1.2 */
/* Decoys (S58): records of made-up persons, which nobody has a reason to open. They are records
 * like any other, counted in no statistics; which ones they are stands here alone. */
#ifndef DCIM_STORE_DECOY_H
#define DCIM_STORE_DECOY_H

#include "base/arena.h"
#include "base/err.h"
#include "store/envelope.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct store;

struct decoy { /* texts from the arena */
    char code[RECORD_CODE + 1];
    const char *organisation; /* code */
    int64_t made_at;
    const char *made_by;
};

/* Inside of a write transaction, together with the making of the record. */
bool decoy_add(struct store *st, uint64_t record_no, int64_t now, const char *actor,
               struct err *e) MUST_CHECK;
/* One look-up in an index. */
bool decoy_is(bool *out, struct store *st, uint64_t record_no, struct err *e) MUST_CHECK;
/* Those that are not withdrawn or erased, newest first. */
bool decoy_list(struct decoy **out, size_t *n, struct store *st, struct arena *a,
                struct err *e) MUST_CHECK;

#endif
