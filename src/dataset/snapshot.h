/* SPDX-License-Identifier: EUPL-1.2 */
/* The snapshot: the coded values of all records of one form in columns, immutable, shared by
 * threads.
 *
 * Units are records, or persons (records with the same person key, see model/row_source.h). A
 * column at the level of units shows a single value as COLUMN_CODE or a number, and a multi-select
 * or a variable of a repeat as the set of values that occur (each once). Instances of repeats are
 * kept as well, so that two variables of one repeat can be crossed as they occurred together. Text
 * and identifiers never enter.
 *
 * A person's single value is that of the last of its records (by record number) that has one, or of
 * the first where the dictionary says survivor = first; an explicit missing code stands only if no
 * record has a value. A person's sets are unions. Where people chose whose answer counts for a
 * variable (struct row_choice), that record's value alone stands, single or set, if it has one; of
 * several such choices the newest. */
#ifndef DCIM_DATASET_SNAPSHOT_H
#define DCIM_DATASET_SNAPSHOT_H

#include "base/err.h"
#include "model/column.h"
#include "model/dictionary.h"
#include "model/row_source.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct snapshot;

enum unit { UNIT_RECORDS, UNIT_PERSONS };

/* Read all sources (one thread each) and build. Sources are closed in every case. The same rows
 * give the same snapshot whatever the number of parts. `d` is borrowed for the snapshot's life.
 * Cost: about 2 microseconds a record and processor; memory about 2 bytes for each coded value. */
bool snapshot_build(struct snapshot **out, const struct dictionary *d, const struct form *f,
                    struct row_source *part, size_t n_part, struct err *e) MUST_CHECK;

struct snapshot *snapshot_hold(struct snapshot *s); /* one more user */
void snapshot_drop(struct snapshot *s);             /* one less; the last frees; NULL is fine */

const struct dictionary *snapshot_dictionary(const struct snapshot *s);
const struct form *snapshot_form(const struct snapshot *s);
size_t snapshot_units(const struct snapshot *s, enum unit u);

/* Column at the level of units; NULL for text and identifiers. Person-level columns and sets of
 * repeats are made at their first use (thread-safe) and kept. */
const struct column *snapshot_column(struct snapshot *s, enum unit u, var_id v);
void snapshot_column_set(struct column_set *out, struct snapshot *s, enum unit u);

/* Instances of one repeat, in the order of records. */
struct instances {
    size_t n;               /* instances */
    const uint32_t *record; /* record (0-based unit) of each; ascending */
    const uint32_t *parent; /* instance of the parent group */
    const uint32_t *first;  /* by record: first instance; first[n_record] = n */
};
const struct instances *snapshot_instances(const struct snapshot *s, group_id g);
/* Column at the level of the instances of the variable's own group (of records for group 0). */
const struct column *snapshot_instance_column(const struct snapshot *s, var_id v);

/* Records of each person: record[first[p] .. first[p+1]). For UNIT_RECORDS there is none. */
struct persons {
    size_t n;
    const uint32_t *of_record; /* person of each record */
    const uint32_t *first;     /* n + 1 */
    const uint32_t *record;
};
const struct persons *snapshot_persons(const struct snapshot *s);
/* How many there would be if they were told apart by match key alone (model/row_source.h). */
size_t snapshot_persons_by_match(const struct snapshot *s);
/* Number of a record (0-based unit) in the register. */
uint64_t snapshot_record_no(const struct snapshot *s, size_t record);

/* Bytes held, for `dcim check` and the benchmarks. */
size_t snapshot_bytes(const struct snapshot *s);

#endif
