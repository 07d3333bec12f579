/* SPDX-License-Identifier: EUPL-1.2 */
/* Whose answer counts where the records of one person contradict each other (Q21): what a choice
 * says of a record, wherever it is looked at. store/link_choice.h keeps choices, and says what they
 * mean. */
#ifndef DCIM_MODEL_CHOICE_H
#define DCIM_MODEL_CHOICE_H

#include "model/dictionary.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct row_choice { /* a choice, and the place in it of the record at hand */
    var_id variable;
    int64_t choice_no; /* of several within a person, the highest chosen one stands */
    bool chosen;       /* its answer counts; else it was looked at, and another was chosen */
};

struct choice_mark { /* the same, of a record that is not at hand */
    uint64_t record_no;
    struct row_choice choice;
};

struct choice_marks { /* of choices that are not withdrawn; in the order of their records */
    struct choice_mark *item;
    size_t n;
};

/* The place of a record's first mark; its others follow. Where it has none, that of the next
 * record's, or n. O(log n). */
size_t choice_marks_at(const struct choice_marks *m, uint64_t record_no);

/* The newest choice by which this record's answer counts for the variable; 0: none. */
int64_t choice_of_record(const struct choice_marks *m, uint64_t record_no, var_id v);

/* Whether the record was looked at when that was chosen, or is the chosen one itself. */
bool choice_saw_record(const struct choice_marks *m, uint64_t record_no, int64_t choice_no);

#endif
