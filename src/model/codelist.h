/* SPDX-License-Identifier: EUPL-1.2 */
/* Controlled vocabularies: one file for each list in data/codelists/, a pack may overlay it. A code
 * never changes its meaning; retired codes stay, with the day they ended. Lists may be trees. */
#ifndef DCIM_MODEL_CODELIST_H
#define DCIM_MODEL_CODELIST_H

#include "base/date.h"
#include "base/map.h"
#include "base/text.h"
#include "model/ids.h"
#include "model/words.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct code {
    const char *name;       /* the code itself: "E110", no blanks */
    struct words label;
    code_id parent;         /* CODE_NONE at the top */
    uint16_t level;         /* 1 at the top */
    int32_t valid_from;     /* day; INT32_MIN: always */
    int32_t valid_to;       /* day; INT32_MAX: still valid */
    const char *retired_by; /* code that took over, or NULL */
    const char **extra;     /* values of the list's further columns (mappings), "" when empty */
};

struct codelist {
    list_id id;
    const char *name;       /* "CL_EXPL" */
    struct code *code;      /* in the order of `sort`, then of the file */
    size_t n_code;
    struct map *by_name;    /* code -> code_id */
    const char **column;    /* names of the further columns: "htcds", "level1", "from" */
    size_t n_column;
    bool tree;              /* some code has a parent */
    bool open;              /* filled at run time: organisations of the repository */
};

/* CODE_NONE when the list has no such code. */
code_id codelist_find(const struct codelist *l, struct text code);

/* Value of a further column by its name ("level1"), also "name" and "parent"; NULL when the list has
 * no such column. */
const char *codelist_extra(const struct codelist *l, code_id c, const char *column);

/* Column number of a further column, SIZE_MAX when there is none. */
size_t codelist_column(const struct codelist *l, const char *column);

/* Ancestor at `level` (1 = top); the code itself when it is not deeper. */
code_id codelist_ancestor(const struct codelist *l, code_id c, uint16_t level);

bool codelist_is_within(const struct codelist *l, code_id c, code_id ancestor); /* or equal */
bool codelist_valid_on(const struct codelist *l, code_id c, int32_t day);

#endif
