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
    VALUE_EMPTY = 0, /* blank: nothing was said */
    VALUE_MISSING,   /* an explicit missing code */
    VALUE_TEXT,
    VALUE_INTEGER,
    VALUE_DECIMAL, /* integer * 10^-scale, exact */
    VALUE_DATE,
    VALUE_CODE,
    VALUE_CODES
};

struct value {
    uint8_t kind;    /* enum value_kind */
    uint8_t missing; /* enum missing when kind is VALUE_MISSING */
    uint8_t scale;   /* digits behind the point, VALUE_DECIMAL */
    uint16_t n_code; /* VALUE_CODES; at least 1 */
    union {
        struct text text;
        int64_t integer; /* also mantissa of VALUE_DECIMAL */
        struct date date;
        code_id code;
        const code_id *codes; /* ascending, each once */
    };
};

struct record_table {
    struct value *value; /* n_row x n_variable of the group, row-major */
    uint32_t *parent;    /* row in the parent group's table, ascending */
    size_t n_row, cap;
    struct value *home_value; /* memory taken by record_init(), to which record_clear() returns */
    uint32_t *home_parent;
    size_t home_cap;
};

struct record {
    const struct dictionary *dictionary;
    const struct form *form;
    struct record_table *table; /* by group */
    struct arena *arena;        /* values' texts and code arrays live here */
    /* What linkage keeps of the direct identifiers (linkage/encode.h); none where none were known.
     * No value: no document, export or comparison has it. Borrowed like the texts of a body. */
    struct text encoding;
};

enum { RECORD_INSTANCES_MAX = 1000 }; /* of one group in one record */

/* An empty record of a form: group 0 with one row. Everything comes from `a`. */
void record_init(struct record *r, const struct dictionary *d, const struct form *f,
                 struct arena *a);
/* Empty again, without encoding: one row in group 0, none in the repeats. Texts, code arrays and
 * tables that had to grow lie in the arena, which is the caller's to rewind, before or after this
 * call but not without it, and only to a mark taken after record_init(). Cost: overwriting the
 * values of group 0. */
void record_clear(struct record *r);

/* Add an instance of repeat `g` under row `parent` of its parent group: *row gets its number.
 * Instances of one parent are contiguous: add them in the order of their parents.
 * ERR_LIMIT "record.too_many_instances" over RECORD_INSTANCES_MAX. */
bool record_add(uint32_t *row, struct record *r, group_id g, uint32_t parent,
                struct err *e) MUST_CHECK;

/* The value of variable `v` in row `row` of its group. */
struct value *record_value(struct record *r, var_id v, uint32_t row);
/* The register's own variables, organisation and its kind; CODE_NONE leaves them blank. They are
 * there while a record is judged, and are not kept with it. */
void record_set_supplier(struct record *r, code_id organisation, code_id organisation_type);
const struct value *record_get(const struct record *r, var_id v, uint32_t row);

/* Read text as a value of variable `v`. Blank text gives VALUE_EMPTY; anything but VALUE_READ_OK
 * leaves *out empty. Blanks around are dropped, except from texts, which are kept as they are.
 *   texts     NFC is the caller's; up to VALUE_TEXT_MAX characters
 *   integers  up to 15 digits, so that expressions, which count in doubles, see them exactly;
 *             decimals .0 are fine
 *   decimals  '.' or ',' before the decimals, up to 18 digits; 1,50 and 1.5 are the same value
 *   dates     in `order`, or ISO; a month or a year only where the variable is partial
 *   codes     see codelist_match(); several: blanks between codes, or ';' between codes or labels.
 *             Each must be valid on `day`
 *   missing   U NC NA RF WH, where the variable allows them, and but for texts their labels in any
 *             language, where they mean nothing else. Where the variable's own list has such
 *   a
 *             code (country NA, Namibia) that code is meant; "missing:NA" is the missing value.
 *             A text that does not allow missing codes may consist of these letters
 * Texts are borrowed from `t`; code arrays come from `a`. */
enum { VALUE_TEXT_MAX = 4000 };
enum value_read {
    VALUE_READ_OK,
    VALUE_READ_TYPE,    /* not a number or date of the variable's type */
    VALUE_READ_CODE,    /* not a code of the list */
    VALUE_READ_RETIRED, /* a code, but not valid on the day */
    VALUE_READ_MISSING, /* a missing code where none is allowed */
    VALUE_READ_LONG     /* text over its limit */
};
enum value_read value_read(struct value *out, const struct dictionary *d, var_id v, struct text t,
                           enum date_order order, int32_t day, struct arena *a);

/* Append the text of a value as value_read() takes it; dates ISO, codes joined by one blank. */
void value_text(struct buf *out, const struct dictionary *d, var_id v, const struct value *value);

bool value_equal(const struct value *a, const struct value *b);

/* As documents: {"sex":"F","means":["M1","M5"],"age":17,"episode":[{"exploitation":[...]}]}. A
 * repeat is a member of its parent group's object. Codes, dates, decimals and missing codes are
 * texts. Empty values, and identity variables (privacy D) unless `identity`, are left out. `owns`
 * the result. */
struct json *record_to_json(const struct record *r, bool identity);

/* Into a cleared record; null and "" are empty, several codes may also be one text. Values that do
 * not fit are left empty and become findings; codes must be valid today (day_today()). ERR_INPUT
 * "record.unknown_member" for a name the form does not have there or a repeat that is no list;
 * ERR_LIMIT over RECORD_INSTANCES_MAX. Texts are copied into the record's arena. */
struct findings;
bool record_from_json(struct record *r, const struct json *j, struct findings *f,
                      struct err *e) MUST_CHECK;

#endif
