/* SPDX-License-Identifier: EUPL-1.2 */
/* Controlled vocabularies: one file for each list in data/codelists/, a pack may overlay it. A code
 * never changes its meaning; retired codes stay, with the day they ended. Lists may be trees. */
#ifndef DCIM_MODEL_CODELIST_H
#define DCIM_MODEL_CODELIST_H

#include "base/arena.h"
#include "base/date.h"
#include "base/map.h"
#include "base/text.h"
#include "model/ids.h"
#include "model/words.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CODELIST_AMBIGUOUS (UINT32_MAX - 1) /* several codes answer: never guessed among */

enum { CODE_NAME_MAX = 64 };                /* bytes of a code */

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

struct code_slot; /* see codelist.c */

struct codelist {
    list_id id;
    const char *name;       /* "CL_EXPL" */
    struct code *code;      /* in the order of `sort`, then of the file */
    size_t n_code;
    struct map *by_name;    /* code -> code_id; codelist_find() is faster */
    struct code_slot *slot; /* short codes once more, for codelist_find() */
    size_t n_slot, n_short;
    struct map *by_letters; /* code in lower case -> code_id, or CODELIST_AMBIGUOUS */
    struct map *by_label;   /* folded label of any language -> code_id, or CODELIST_AMBIGUOUS */
    const char **column;    /* names of the further columns: "htcds", "level1", "from" */
    size_t n_column;
    bool tree;              /* some code has a parent */
    bool open;              /* filled at run time: organisations of the repository */
};

/* CODE_NONE when the list has no such code. Cost: about 5 ns for codes up to 16 bytes, which is what
 * importing and opening a repository spend most of their time on. */
code_id codelist_find(const struct codelist *l, struct text code);

/* The code a person meant: the code itself, else in other capitals, else its label in any language
 * (unicode_fold()). CODE_NONE when there is none or when several answer; a code that is not retired
 * goes before retired ones. `labels` false: codes only. Scratch in `a`, rewound. Thread-safe. */
code_id codelist_match(const struct codelist *l, struct text t, bool labels, struct arena *a);

/* For those who fill a list, the dictionary's loader: make the maps; enter code `c` into them (scratch
 * in `a`); free them. The codes themselves are in the dictionary's arena. */
void codelist_init(struct codelist *l);
void codelist_enter(struct codelist *l, code_id c, struct arena *a);
void codelist_release(struct codelist *l);

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
