/* SPDX-License-Identifier: EUPL-1.2 */
/* What differs between trees of the same form: two windows of one draft, two versions of a record,
 * a draft and what somebody else made of its record meanwhile.
 *
 * Rows are compared by their place. Where a repeat has not the same number of instances on all
 * sides, it differs as a whole. */
#ifndef DCIM_SERVICE_ENTRY_MERGE_H
#define DCIM_SERVICE_ENTRY_MERGE_H

#include "base/json.h"
#include "service/entry_draft.h"

#include <stdbool.h>

enum entry_change {
    ENTRY_MINE,   /* only mine differs from the base */
    ENTRY_THEIRS, /* only theirs does */
    ENTRY_BOTH    /* both do, in different ways */
};

struct entry_difference {
    const char *path;                /* name of the field or the repeat */
    const struct variable *variable; /* NULL: a repeat */
    group_id repeat;
    enum entry_change change;
    struct entry_row *mine; /* rows that the field or list is in */
    const struct entry_row *theirs, *base;
};

/* Calls fn for each difference between mine and theirs. `base` may be theirs, then all is mine. */
typedef void entry_difference_fn(void *ctx, const struct entry_difference *d);
void entry_compare(const struct entry *x, struct entry_tree *mine, const struct entry_tree *theirs,
                   const struct entry_tree *base, entry_difference_fn *fn, void *ctx);

/* Side by side: [{field, variable, label, section, mine, theirs, base, both?}], only what both
 * changed unless `all`; base_tree may be NULL (then theirs is the base). */
struct json *entry_compare_to_json(const struct entry *x, struct entry_tree *mine,
                                   const struct entry_tree *theirs, const struct entry_tree *base,
                                   bool all);

/* Bring theirs into mine: what only they changed, and of what both did the fields named in
 * `theirs_of` (a list of paths; "*": all). Theirs is copied. */
void entry_merge(const struct entry *x, struct entry_tree *mine, const struct entry_tree *theirs,
                 const struct entry_tree *base, const struct json *theirs_of);

/* Take from the other side these fields alone, whoever changed them. */
void entry_take_named(const struct entry *x, struct entry_tree *mine,
                      const struct entry_tree *other, const struct json *paths);

/* Names of the variables that differ, blank separated, each once, for the log; from the call's
 * arena. */
const char *entry_changed_names(const struct entry *x, struct entry_tree *mine,
                                const struct entry_tree *before);

#endif
