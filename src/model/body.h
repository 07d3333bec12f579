/* SPDX-License-Identifier: EUPL-1.2 */
/* Record bodies: a record as CBOR, in two parts that are sealed apart: the coded body, and the
 * identity part with every variable of privacy D, and only those.
 *
 * Format: array [1, group...]; a group is an array [group number, row...]; a row is an array
 * [parent row, variable number, value, variable number, value ...]. Empty values are left out.
 * Codes are text, so that a body can be read under any later dictionary; variables are numbers that
 * the store assigns once to a name and never again (struct numbering). Missing values are the
 * simple integers 0..5 wrapped in an array [m]; multi-selects are arrays [0, code, ...]; dates are
 * byte strings of their ISO text; decimals arrays [9, mantissa, scale]. The same record gives the
 * same bytes.
 *
 * Behind the array of the coded part stands the record's encoding for linkage, a byte string, where
 * it has one. Bodies made before there were encodings end with the array. */
#ifndef DCIM_MODEL_BODY_H
#define DCIM_MODEL_BODY_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "model/record.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NUMBER_NONE UINT32_MAX

struct body_pieces; /* see body_encode.c */

struct numbered { /* a variable as its group's rows write it */
    var_id var;
    uint16_t slot;
    uint32_t number;
};

struct
    numbered_group { /* the variables of one group that belong to one part, by ascending number */
    struct numbered *item;
    size_t n;
};

struct numbering { /* of one form: numbering_init() */
    uint32_t
        *variable_number; /* by var_id of the whole dictionary; NUMBER_NONE: not numbered (yet) */
    size_t n_variable;
    var_id *variable; /* by number; VAR_NONE when the dictionary has it no more */
    size_t n_number;
    uint32_t *group_number; /* by group_id of the form */
    size_t n_group;
    group_id *group; /* by number; GROUP_NONE when the dictionary has it no more */
    size_t n_group_number;
    const struct form *form;
    struct numbered_group *part[2];   /* by enum body_part, then by group_id */
    const struct body_pieces *pieces; /* for body_encode() */
};

struct numbering_entry { /* one row of the store's table */
    bool group;          /* a group (group 0 has the form's name), not a variable */
    const char *name;
    uint32_t number; /* below NUMBERS_MAX, each once among variables and once among groups */
};
enum { NUMBERS_MAX = 65536 };

/* Lay the store's table for one form over a dictionary, in which names may have come and gone. What
 * the form has and the table has not is left at NUMBER_NONE: give it a number before body_encode().
 * Everything comes from `a`. */
void numbering_init(struct numbering *n, const struct dictionary *d, const struct form *f,
                    const struct numbering_entry *entry, size_t n_entry, struct arena *a);

enum body_part { BODY_CODED, BODY_IDENTITY };

enum { BODY_ENCODING_MAX = 64 << 10 }; /* bytes of an encoding; a longer one is a damaged body */

/* Append the part, the coded one with the record's encoding; an identity part without any value
 * appends nothing. `b` fails on its maximum. Every variable and group of the form must have a
 * number. Cost: a million bodies of 30 values in 1 s. */
void body_encode(struct buf *b, const struct record *r, const struct numbering *n,
                 enum body_part part);
/* Append an encoding to a coded part that was made of a record without one; none: nothing. */
void body_put_encoding(struct buf *b, struct text encoding);
/* The coded part without the encoding behind it, byte for byte: to put another one there. What is
 * malformed is left as it is. */
struct text body_bare(struct text coded);

/* Decode into a record: the coded part into a cleared one, then the identity part, if it may be
 * opened, into the same. Codes that the list has no longer (of several: when none is left) and
 * values that are not of the variable's type any more become missing U; those, and values whose
 * variable or group is gone, are counted in *n_lost (may be NULL). So is a repeat as a whole when
 * it hangs under another group than before and its parent rows are not to be found. Texts, and the
 * encoding of a coded part that has one, are borrowed from `bytes`.
 * ERR_STORE "body.damaged" for anything malformed; the record is then half-filled.
 * Cost: a million bodies of 30 values in 1.5 s. */
bool body_decode(struct record *r, struct text bytes, const struct numbering *n, size_t *n_lost,
                 struct err *e) MUST_CHECK;

#endif
