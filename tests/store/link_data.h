/* SPDX-License-Identifier: EUPL-1.2 */
/* Runs and decisions to test with. */
#ifndef DCIM_TESTS_STORE_LINK_DATA_H
#define DCIM_TESTS_STORE_LINK_DATA_H

#include "store/link_decision.h"
#include "store/record_put.h"

#include <stdint.h>

/* "repository" with victims 1 to `each` of organisation 1 and `each` more, the same persons, of
 * organisation 2; in a transaction that writes. */
struct store *link_data_make(int each);

/* Code of a record by its number; a static buffer of four in turn. */
struct text link_data_code(struct store *st, uint64_t record_no);

/* A finished run over everything up to `last`, with a band from 2 to 8, that proposes pairs
 * {a, b, weight}; in the open transaction. */
struct link_data_pair {
    uint64_t a, b;
    double weight;
};
int64_t link_data_run(struct store *st, uint64_t last, const struct link_data_pair *pair, size_t n);

/* Decide as "ana"; fails the test when it cannot. */
struct link_outcome link_data_decide(struct store *st, uint64_t a, uint64_t b,
                                     enum link_verdict verdict);
struct link_outcome link_data_undo(struct store *st, int64_t decision_no);

/* Withdraw a record of link_data_make(each), or bring it back, by a version of its own; in the open
 * transaction. */
void link_data_put(struct store *st, int each, uint64_t record_no, enum record_put_what what);

/* Persons as row_source gives them: the number of the first record with the same key, for record 1
 * to n at [0] to [n - 1]; 0 for a record that is not there. Outside of a transaction, or after its
 * commit. Returns how many persons there are. */
int64_t link_data_persons(uint64_t *first, struct store *st, size_t n);

#endif
