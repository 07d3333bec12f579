/* SPDX-License-Identifier: EUPL-1.2 */
/* Record bodies: a record as CBOR, in two parts that are sealed apart: the coded body, and the
 * identity part with every variable of privacy D, and only those.
 *
 * Format: array [1, group...]; a group is an array [group number, row...]; a row is an array
 * [parent row, variable number, value, variable number, value ...]. Empty values are left out. Codes
 * are text, so that a body can be read under any later dictionary; variables are numbers that the
 * store assigns once to a name and never again (struct numbering). Missing values are the simple
 * integers 0..5 wrapped in an array [m]; multi-selects are arrays [0, code, ...]; dates are byte
 * strings of their ISO text; decimals arrays [9, mantissa, scale]. The same record gives the same bytes. */
#ifndef DCIM_MODEL_BODY_H
#define DCIM_MODEL_BODY_H

#include "base/buf.h"
#include "base/err.h"
#include "model/record.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct numbering { /* one for each form */
    uint32_t *variable_number; /* by var_id - first variable of the form ... see numbering_of() */
    size_t n_variable;         /* variables of the dictionary */
    var_id *variable;          /* by number; VAR_NONE when the dictionary has it no more */
    size_t n_number;
    uint32_t *group_number;    /* by group_id */
    group_id *group;           /* by number; UINT16_MAX when gone */
    size_t n_group_number;
};

enum body_part { BODY_CODED, BODY_IDENTITY };

/* Append the part; an identity part without any value appends nothing. `b` fails on its maximum. */
void body_encode(struct buf *b, const struct record *r, const struct numbering *n, enum body_part part);

/* Decode into a cleared record (coded first, then identity if it may be opened). Codes the list no
 * longer has become missing U and are counted in *n_lost; variables that are gone likewise.
 * Texts are borrowed from `bytes`. ERR_STORE "body.damaged" for anything malformed.
 * Cost: a million bodies of 30 values in about a second and a half. */
bool body_decode(struct record *r, struct text bytes, const struct numbering *n, size_t *n_lost,
                 struct err *e) MUST_CHECK;

#endif
