/* SPDX-License-Identifier: EUPL-1.2 */
/* A record in memory: the values of one form, with its repeats.
 *
 * Shape: one table for each group of the form. Table 0 has one row. A row of a repeat's table names
 * its row in the parent group's table. The snapshot (dataset) has the same shape, in columns. */
#ifndef DCIM_MODEL_RECORD_H
#define DCIM_MODEL_RECORD_H

#include "base/arena.h"
#include "base/date.h"
#include "base/err.h"
#include "base/json.h"
#include "base/text.h"
#include "model/dictionary.h"
#include "model/ids.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum value_kind {
    VALUE_EMPTY = 0,  /* blank: nothing was said */
    VALUE_MISSING,    /* an explicit missing code */
    VALUE_TEXT,
    VALUE_INTEGER,
    VALUE_DECIMAL,    /* integer * 10^-scale, exact */
    VALUE_DATE,
    VALUE_CODE,
    VALUE_CODES
};

struct value {
    uint8_t kind;     /* enum value_kind */
    uint8_t missing;  /* enum missing when kind is VALUE_MISSING */
    uint8_t scale;    /* digits behind the point, VALUE_DECIMAL */
    uint16_t n_code;  /* VALUE_CODES; at least 1 */
    union {
        struct text text;
        int64_t integer;       /* also mantissa of VALUE_DECIMAL */
        struct date date;
        code_id code;
        const code_id *codes;  /* ascending, each once */
    };
};

struct record_table {
    struct value *value;  /* n_row x n_variable of the group, row-major */
    uint32_t *parent;     /* row in the parent group's table, ascending */
    size_t n_row, cap;
};

struct record {
    const struct dictionary *dictionary;
    const struct form *form;
    struct record_table *table; /* by group */
    struct arena *arena;        /* values' texts and code arrays live here */
};

enum { RECORD_INSTANCES_MAX = 1000 }; /* of one group in one record */

/* An empty record of a form: group 0 with one row. Everything comes from `a`. */
void record_init(struct record *r, const struct dictionary *d, const struct form *f, struct arena *a);
/* Empty again, keeping the tables' memory. Texts in the arena are the caller's to rewind; rewind only
 * to a mark taken after record_init(). */
void record_clear(struct record *r);

/* Add an instance of repeat `g` under row `parent` of its parent group: *row gets its number.
 * Instances of one parent are contiguous: add them in the order of their parents.
 * ERR_LIMIT over RECORD_INSTANCES_MAX. */
bool record_add(uint32_t *row, struct record *r, group_id g, uint32_t parent, struct err *e) MUST_CHECK;

/* The value of variable `v` in row `row` of its group. */
struct value *record_value(struct record *r, var_id v, uint32_t row);
const struct value *record_get(const struct record *r, var_id v, uint32_t row);

/* Read text as a value of variable `v`: codes (multi-select: blanks or ';' between), numbers, dates,
 * missing codes. False with the built-in rule that says why; *out is then empty. Empty text gives
 * VALUE_EMPTY. Texts are not copied. `day` decides which codes are valid; code arrays come from `a`. */
enum value_read { VALUE_READ_OK, VALUE_READ_TYPE, VALUE_READ_CODE, VALUE_READ_RETIRED, VALUE_READ_MISSING,
                  VALUE_READ_LONG };
enum value_read value_read(struct value *out, const struct dictionary *d, var_id v, struct text t,
                           enum date_order order, int32_t day, struct arena *a);

/* Text of a value as value_read() takes it; dates ISO, codes joined by one blank. */
void value_text(struct buf *out, const struct dictionary *d, var_id v, const struct value *value);

bool value_equal(const struct value *a, const struct value *b);

/* As documents: {"sex":"F","episode":[{"exploitation":[...]}]}. Identity variables (privacy D) are
 * left out unless `identity`. record_from_json() adds findings for what does not fit, and ERR_INPUT
 * for unknown members. */
struct json *record_to_json(const struct record *r, bool identity);
struct findings;
bool record_from_json(struct record *r, const struct json *j, struct findings *f, struct err *e) MUST_CHECK;

#endif
