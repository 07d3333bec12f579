/* SPDX-License-Identifier: EUPL-1.2 */
/* What the files of this room share: the snapshot's inside. */
#ifndef DCIM_DATASET_SNAPSHOT_INTERNAL_H
#define DCIM_DATASET_SNAPSHOT_INTERNAL_H

#include "dataset/snapshot.h"

#include <pthread.h>
#include <stdatomic.h>

enum { UNIT_COUNT = 2 };

/* A column that owns its arrays; `shown` points at them. An alias owns nothing. */
struct owned_column {
    struct column shown;
    uint16_t *code, *item;
    uint32_t *offset;
    int32_t *number, *number_last;
};

struct chosen { /* the record whose value of a variable people chose to count for its person */
    uint32_t record;
    var_id variable;
    int64_t choice_no;
};

struct snapshot {
    const struct dictionary *dictionary;
    const struct form *form;
    size_t n_record;
    struct instances *group;                /* by group_id; [0] is unused */
    struct owned_column *instance;          /* by slot_of(): at the level of the variable's group */
    struct owned_column **unit[UNIT_COUNT]; /* by slot_of(); made at first use */
    struct persons person;
    uint64_t *record_no;   /* of each record, in the register */
    struct chosen *chosen; /* by choice_no */
    size_t n_chosen;
    size_t n_by_match;    /* persons, by match key alone */
    bool each_own;        /* every record is a person of its own */
    size_t n_slot;        /* variables of the form */
    uint32_t *slot;       /* by var_id: UINT32_MAX when not of this form */
    pthread_mutex_t lock; /* guards `unit` */
    atomic_int users;
};

/* What kind of column a variable has at the level of its own group. */
enum column_kind column_kind_of(const struct variable *v);

/* Make a unit-level column (snapshot_unit.c). Called with the lock held. */
struct owned_column *unit_column_make(struct snapshot *s, enum unit u, const struct variable *v);

void owned_column_release(struct owned_column *c);

#endif
