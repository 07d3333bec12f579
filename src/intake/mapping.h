/* SPDX-License-Identifier: EUPL-1.2 */
/* Column mappings: how the columns of a provider's file become variables. Read from data/mappings/NAME.csv (format:
 * data/README.md), or guessed from the file's header. */
#ifndef DCIM_INTAKE_MAPPING_H
#define DCIM_INTAKE_MAPPING_H

#include "base/arena.h"
#include "base/date.h"
#include "base/err.h"
#include "base/json.h"
#include "base/map.h"
#include "model/dictionary.h"
#include "model/problem.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MAPPING_DEPTH_MAX = 4, MAPPING_INSTANCE_MAX = 100 };

enum mapping_source { MAPPING_COLUMN, MAPPING_CONSTANT, MAPPING_POSITION };

struct mapping_target {
    enum mapping_source source;
    uint32_t column;             /* 0-based column of the file, MAPPING_COLUMN */
    struct text constant;        /* MAPPING_CONSTANT */
    var_id var;
    uint32_t instance[MAPPING_DEPTH_MAX]; /* number (0-based) of each repeat on the way, outermost first */
    bool spread;                 /* a multi-valued cell makes one instance of its repeat for each value */
    char separator;              /* between values of one cell; 0: blank or ; */
    bool order_given;
    enum date_order order;
    struct map *value;           /* folded source value -> index in value_to; NULL: none */
    struct text *value_to;
    size_t n_value;
    bool otherwise;              /* `*=` given */
    struct text otherwise_to;
    const struct codelist *lookup; /* @LIST.column */
    struct map *lookup_value;      /* folded external value -> code_id; NULL: none */
    bool guessed;
};

struct mapping {
    const char *name;            /* "htcds-2.0"; "guessed" */
    const struct form *form;
    struct mapping_target *target;
    size_t n_target, cap_target;
    const struct text *header;   /* the file's columns */
    size_t n_header;
    bool *known;                 /* by column: mapped, or listed as unmapped on purpose */
};

/* Load data/mappings/NAME.csv of the dictionary's folder for a file with this header. All problems at once;
 * ERR_INPUT "mapping.broken"; ERR_NOT_FOUND "mapping.unknown"; ERR_INPUT "mapping.no_column" when the file has none of
 * its columns. Release with mapping_release(). */
bool mapping_load(struct mapping *out, const struct dictionary *d, const struct form *f, struct text name,
                  const struct text *header, size_t n_header, struct arena *a, struct problems *p,
                  struct err *e) MUST_CHECK;

/* Guess from the header: variable names, paths (episode[1]/exploitation[2]/exploitation_form), names with a number
 * behind (exploitation_form_2: instance of the innermost repeat), labels in any language, external names (htcds, ctdc);
 * compared folded. ERR_INPUT "mapping.nothing" when no column is recognised; others are left unknown. */
bool mapping_guess(struct mapping *out, const struct dictionary *d, const struct form *f, const struct text *header,
                   size_t n_header, struct arena *a, struct err *e) MUST_CHECK;

void mapping_release(struct mapping *m);

/* Add a target (copied); used by the two makers above. */
void mapping_add(struct mapping *m, const struct mapping_target *t);

/* Read "name" or "episode[2]/exploitation[1]/name" into var and instance numbers. False when there is no such path. */
bool mapping_path(struct mapping_target *out, const struct dictionary *d, const struct form *f, struct text path);

/* As a document: columns with what they became, and those that are unknown. */
struct json *mapping_to_json(const struct mapping *m, const struct dictionary *d);

#endif
