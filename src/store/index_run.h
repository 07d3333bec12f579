/* SPDX-License-Identifier: EUPL-1.2 */
/* Entries of an index, gathered and then put in order, so that the database takes them page by
 * page: in random order it would write every page of the index many times over (measured: an import
 * takes twice as long). */
#ifndef DCIM_STORE_INDEX_RUN_H
#define DCIM_STORE_INDEX_RUN_H

#include <stddef.h>
#include <stdint.h>

struct index_entry {
    uint64_t high, low; /* the key, as one number of 128 bits */
    int64_t record_no;
};

struct index_run {
    struct index_entry *item;
    size_t n, cap;
};

/* A zeroed run is an empty one. Add behind the last. */
void index_run_add(struct index_run *r, uint64_t high, uint64_t low, int64_t record_no);
/* Put in ascending order of the keys. Cost: O(n) for keys that are spread evenly, as those of
 * hashes and random codes are; O(n log n) otherwise. Takes as much memory again meanwhile. */
void index_run_sort(struct index_run *r);
void index_run_release(struct index_run *r);

#endif
