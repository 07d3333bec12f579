/* SPDX-License-Identifier: EUPL-1.2 */
/* What mapping.c, mapping_file.c and mapping_guess.c share. For them alone. */
#ifndef DCIM_INTAKE_MAPPING_INTERNAL_H
#define DCIM_INTAKE_MAPPING_INTERNAL_H

#include "intake/mapping.h"

/* An empty mapping over a header; columns whose names begin with _ are set aside. */
void mapping_init(struct mapping *m, const char *name, const struct form *f,
                  const struct text *header, size_t n_header, struct arena *a);

/* Add a target (copied; the mapping takes over its map). */
void mapping_add(struct mapping *m, const struct mapping_target *t);

/* A source value's meaning; the first one entered counts. Takes room for it in steps, from `a`. */
void mapping_add_value(struct mapping_target *t, struct text from, struct text to, struct arena *a);

/* @LIST.column: each of the external values (separated by ;) of that column means its code. False
 * when the list has no such column; `name` is one. */
bool mapping_add_lookup(struct mapping_target *t, const struct codelist *l, const char *column,
                        struct arena *a);

#endif
