/* SPDX-License-Identifier: EUPL-1.2 */
/* The text of a cell, or of one of the values in it, into a value of a variable: value map, dates
 * in their order, then model's value_read(). Remembers what short texts of coded variables came to,
 * for columns repeat themselves. */
#ifndef DCIM_INTAKE_CELL_READ_H
#define DCIM_INTAKE_CELL_READ_H

#include "base/arena.h"
#include "base/date.h"
#include "base/text.h"
#include "intake/mapping.h"
#include "model/dictionary.h"
#include "model/finding.h"
#include "model/record.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct reading {
    struct value value;     /* VALUE_EMPTY when nothing was said, or it could not be read */
    bool wrong;             /* a finding is due; an ambiguous date is wrong and has a value too */
    enum builtin_rule rule; /* which, when wrong */
};

struct cell_reader;

struct cell_options {
    enum date_order order; /* of dates where the mapping does not say */
    bool ask;              /* nobody said: dates that can be read in two ways are V14 */
    int32_t today;         /* codes must be valid on this day */
};

/* For one target of a mapping; both must outlive the reader. `owns` the result. */
struct cell_reader *cell_reader_new(const struct dictionary *d, const struct mapping_target *t,
                                    const struct cell_options *o);
void cell_reader_free(struct cell_reader *r); /* NULL is fine; what it remembers is wiped */

/* Read one value. `text` is trimmed. Texts in the value are borrowed from `text` or the mapping,
 * code arrays are in `a`. Cost: about 10 ns for a code seen before. */
void cell_read(struct reading *out, struct cell_reader *r, struct text text, struct arena *a);

/* A whole cell as file or spreadsheet has it: without blanks around, and without the ' that
 * protects a formula (conventions section 11). */
struct text cell_text(struct text cell);

/* Whether it holds a control character (other than tab and ends of line), which no value may. */
bool cell_has_control(struct text cell);

/* The values in a cell, at most `max`, blank ones left out unless `keep_blank` (which keeps
 * places). Split are cells of targets with a separator, of select_multiple, and spread ones. One
 * value is given as it is. Returns their number; *more: there were further ones. */
size_t cell_split(struct cell_reader *r, struct text cell, struct text *out, size_t max,
                  bool keep_blank, bool *more, struct arena *a);

#endif
