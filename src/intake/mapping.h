/* SPDX-License-Identifier: EUPL-1.2 */
/* Column mappings: how the columns of a provider's file become variables. Read from
 * data/mappings/NAME.csv (format: data/README.md), or guessed from the file's header. */
#ifndef DCIM_INTAKE_MAPPING_H
#define DCIM_INTAKE_MAPPING_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/date.h"
#include "base/err.h"
#include "base/json.h"
#include "base/map.h"
#include "base/text.h"
#include "model/dictionary.h"
#include "model/problem.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    MAPPING_DEPTH_MAX = 4,      /* repeats within repeats that a path may lead through */
    MAPPING_INSTANCE_MAX = 100, /* greatest number in a path */
    MAPPING_ROWS_MAX = 10000,   /* of a mapping file */
    MAPPING_BYTES_MAX = 4 * 1024 * 1024
};

enum mapping_source { MAPPING_COLUMN, MAPPING_CONSTANT, MAPPING_POSITION };

struct mapping_target {
    enum mapping_source source;
    uint32_t column;      /* 0-based column of the file, MAPPING_COLUMN */
    struct text constant; /* MAPPING_CONSTANT */
    var_id var;
    uint32_t instance[MAPPING_DEPTH_MAX]; /* 0-based, of each repeat on the way, outermost first */
    bool plain;     /* a bare name of a repeated variable: the first instance the row makes */
    bool spread;    /* a cell of several values makes one instance of its repeat for each */
    char separator; /* between values of one cell; 0: blank or ; where several may stand */
    bool order_given;
    enum date_order order;
    struct map *value; /* mapping_value_key() of a source value -> index in value_to; NULL: none */
    struct text *value_to; /* codes of ours; empty: the source value means nothing */
    size_t n_value, cap_value;
    bool otherwise; /* `*=` given */
    struct text otherwise_to;
    bool guessed;
};

/* What became of a column of the file. */
enum mapping_use {
    MAPPING_UNKNOWN, /* nothing: nobody knows it */
    MAPPING_MAPPED,
    MAPPING_UNMAPPED,  /* left out on purpose by the mapping */
    MAPPING_COMPUTED,  /* its variable is computed or set by the register, never read */
    MAPPING_AMBIGUOUS, /* another column came first, or several variables answer to its name */
    MAPPING_RESERVED   /* begins with _ : ours, as _errors, or a tool's own */
};

struct mapping {
    const char *name; /* "htcds-2.0"; "guessed" */
    const struct form *form;
    struct mapping_target *target;
    size_t n_target, cap_target;
    const struct text *header; /* the file's columns */
    size_t n_header;
    enum mapping_use *use; /* by column */
    struct text *missing;  /* columns that the mapping names and the file lacks */
    size_t n_missing, cap_missing;
};

/* Load data/mappings/NAME.csv of the dictionary's folder for a file with this header (borrowed, as
 * long as the mapping lives; texts of the mapping come from `a`). Problems are all added to `p`.
 * Errors: ERR_INPUT mapping.broken when there was a problem, mapping.no_column when the file has
 * none of the mapping's columns; ERR_NOT_FOUND mapping.unknown; those of reading the file.
 * Release with mapping_release(). */
bool mapping_load(struct mapping *out, const struct dictionary *d, const struct form *f,
                  struct text name, const struct text *header, size_t n_header, struct arena *a,
                  struct problems *p, struct err *e) MUST_CHECK;

/* The same from the bytes of a mapping file; `name` and `file` stand in messages. */
bool mapping_read(struct mapping *out, const struct dictionary *d, const struct form *f,
                  struct text name, const char *file, struct text bytes, const struct text *header,
                  size_t n_header, struct arena *a, struct problems *p, struct err *e) MUST_CHECK;

/* Guess from the header, comparing folded: variable names and paths
 * (episode[1]/exploitation[2]/exploitation_form), labels in any language, names in HTCDS and CTDC
 * (then their values are understood too), and each of these with a number behind it, which is the
 * instance of the innermost repeat or, for a select_multiple of the record itself, one more column
 * of it. A better match goes before a worse one, then the first column; columns that come too late
 * for their variable are ambiguous. ERR_INPUT mapping.nothing when no column is recognised. */
bool mapping_guess(struct mapping *out, const struct dictionary *d, const struct form *f,
                   const struct text *header, size_t n_header, struct arena *a,
                   struct err *e) MUST_CHECK;

void mapping_release(struct mapping *m);

/* A mapping that leads nowhere yet, over a header that nobody knows. */
void mapping_nothing(struct mapping *out, const struct form *f, const struct text *header,
                     size_t n_header, struct arena *a);

/* What somebody says of one column, beside what a mapping says. */
struct mapping_change {
    uint32_t column;  /* 0-based; one that the file lacks is passed over */
    bool keep;        /* it goes where it went: only the order of its dates is said */
    struct text path; /* as mapping_path() has it; empty: the column is left out */
    bool order_given;
    enum date_order order;
};

/* Change a mapping. ERR_INPUT "mapping.no_variable" for a path that the form has not; what is
 * computed by the register is not a place for a column either: "mapping.computed". */
bool mapping_apply(struct mapping *m, const struct dictionary *d, const struct mapping_change *change,
                   size_t n, struct err *e) MUST_CHECK;

/* Append the path of a target, as mapping_path() reads it. */
void mapping_put_path(struct buf *out, const struct mapping_target *t, const struct dictionary *d,
                      const struct form *f);

/* Read "name" or "episode[2]/exploitation[1]/name" into var, plain and instance numbers; repeats
 * may be left out at the front, a number left out is 1. False when the form has no such path. */
bool mapping_path(struct mapping_target *out, const struct dictionary *d, const struct form *f,
                  struct text path);

/* What headers and names are compared by: unicode_fold(). */
struct text mapping_name_key(struct text name, struct arena *a);

/* What source values are compared by: capitals, accents and the width of blanks do not matter,
 * signs do ("<18" is not ">18"). */
struct text mapping_value_key(struct text value, struct arena *a);

/* As a document: name, columns [{column, variable, path, guessed}], unknown_columns [text],
 * ambiguous_columns [text] (those of the unknown ones that came too late for their variable),
 * left_out_columns [{column, reason}], missing_columns [text]. */
struct json *mapping_to_json(const struct mapping *m, const struct dictionary *d);

#endif
