/* SPDX-License-Identifier: EUPL-1.2 */
/* Columns: how a snapshot shows its values to the vectorised evaluator and to the engines.
 * One column is one variable over all units (records, or persons). */
#ifndef DCIM_MODEL_COLUMN_H
#define DCIM_MODEL_COLUMN_H

#include "model/dictionary.h"
#include "model/expr.h"
#include "model/ids.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Cells of coded columns: a code_id below COLUMN_CODE_MAX, or one of these. */
enum {
    COLUMN_EMPTY = 0xFFFF,   /* blank */
    COLUMN_MISSING = 0xFFF0, /* COLUMN_MISSING + enum missing: explicit missing code */
    COLUMN_CODE_MAX = 0xFFF0
};
#define COLUMN_NO_NUMBER \
    INT32_MIN /* + enum missing for an explicit code: INT32_MIN+MISSING_U ... */

enum column_kind {
    COLUMN_CODE, /* code[n]: one cell for each unit */
    COLUMN_CODE_SET, /* several codes for each unit, each once: item[offset[i] .. offset[i+1]) ascending;
                        a unit without any code has one item COLUMN_EMPTY or COLUMN_MISSING + m */
    COLUMN_NUMBER,     /* number[n]: integers; COLUMN_NO_NUMBER + m where there is none */
    COLUMN_DAY,        /* number[n] earliest and number_last[n] latest possible day */
    COLUMN_NUMBER_SET, /* repeats of numbers or days: offset[], number[], number_last[] */
    COLUMN_NONE        /* text: not in the snapshot */
};

struct column {
    enum column_kind kind;
    var_id var;
    size_t n; /* units */
    const uint16_t *code;
    const uint32_t *offset; /* n + 1 */
    const uint16_t *item;
    const int32_t *number;
    const int32_t *number_last;
};

/* Whether a unit has a value, that is not blank and no missing code. Of repeats of numbers: false. */
static inline bool column_has_value(const struct column *c, size_t unit)
{
    switch (c->kind) {
    case COLUMN_CODE: return c->code[unit] < COLUMN_CODE_MAX;
    case COLUMN_CODE_SET:
        return c->offset[unit + 1] > c->offset[unit] &&
               c->item[c->offset[unit]] < COLUMN_CODE_MAX;
    case COLUMN_NUMBER:
    case COLUMN_DAY: return c->number[unit] >= COLUMN_NO_NUMBER + MISSING_COUNT;
    case COLUMN_NUMBER_SET:
    case COLUMN_NONE: break;
    }
    return false;
}

struct column_set { /* what a filter may read */
    const struct dictionary *dictionary;
    const struct form *form;
    size_t n;                                            /* units */
    const struct column *(*column)(void *ctx, var_id v); /* NULL when not in the snapshot */
    void *ctx;
};

/* Keep those units for which `x` is true: bit i of keep[] (64 units a word, n bits, rest zero).
 * Vectorised in blocks of 1,024 units; comparisons of coded columns with constants are table
 * look-ups. Expressions that read text or take instances of repeats apart are ERR_USAGE
 * "filter.not_columnar" naming the part; one that takes seconds is ERR_LIMIT "filter.too_slow". A
 * repeated variable compares existentially; `!=` with a code, `= ''` and missing codes of repeated
 * coded variables are refused (the remedy says what to write), for sets keep no blank beside a
 * code. Cost: about 1 ns for each unit and term. Thread-safe; [from, to) lets callers split the
 * work (from must be a multiple of 64). */
bool expr_filter(uint64_t *keep, const struct expr *x, const struct column_set *set, size_t from,
                 size_t to, int32_t today, struct err *e) MUST_CHECK;

#endif
