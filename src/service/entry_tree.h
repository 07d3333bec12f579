/* SPDX-License-Identifier: EUPL-1.2 */
/* What somebody typed into a form, as it was typed: nothing is judged, nothing is lost.
 *
 * A tree of the form's shape: one row for the record, one for each instance of a repeat, and in
 * each row one field for each variable. It becomes the body of a draft (store/draft.h), and a
 * record (model/record.h) when it is to be judged. Everything lives in one arena, which should
 * wipe. */
#ifndef DCIM_SERVICE_ENTRY_TREE_H
#define DCIM_SERVICE_ENTRY_TREE_H

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "model/dictionary.h"
#include "model/finding.h"
#include "model/record.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum entry_shape {
    ENTRY_TEXT,  /* text[0], or nothing */
    ENTRY_TEXTS, /* several codes */
    ENTRY_PARTS  /* a date: text[0..2] are year, month, day */
};

struct entry_field {
    uint8_t shape; /* enum entry_shape */
    uint16_t n;    /* of text */
    struct text *text;
    struct text missing; /* a missing code; blank: the field is answered by what else it holds */
};

struct entry_row;
struct entry_list { /* the instances of one repeat under one row */
    struct entry_row **row;
    size_t n, cap;
};

struct entry_row {
    struct entry_field *field; /* by slot of the row's group */
    struct entry_list
        *list; /* by group of the form; used for repeats right below the row's group */
};

struct entry_tree {
    const struct dictionary *dictionary;
    const struct form *form;
    struct entry_row *root;
    struct arena *arena;
};

void entry_tree_init(struct entry_tree *t, const struct dictionary *d, const struct form *f,
                     struct arena *a);
struct entry_row *entry_row_new(struct entry_tree *t, group_id g);
struct entry_row *entry_row_copy(struct entry_tree *t, group_id g, const struct entry_row *from);

/* Whether nothing at all was typed into a field, or into a row and the instances within. */
bool entry_field_blank(const struct entry_field *f);
bool entry_row_blank(const struct entry_tree *t, group_id g, const struct entry_row *row);

/* Put a row into the list at `place`, take it out, exchange two. Places are in range.
 * ERR_LIMIT "record.too_many_instances" over RECORD_INSTANCES_MAX. */
bool entry_list_put(struct entry_tree *t, struct entry_list *l, size_t place, struct entry_row *row,
                    struct err *e) MUST_CHECK;
struct entry_row *entry_list_take(struct entry_list *l, size_t place);
/* So many of them are kept from the beginning. */
void entry_list_cut(struct entry_list *l, size_t n);

/* Set a field; texts are copied. */
void entry_field_text(struct entry_tree *t, struct entry_field *f, struct text value);
void entry_field_texts(struct entry_tree *t, struct entry_field *f, const struct text *value,
                       size_t n);
/* part: 0 year, 1 month, 2 day */
void entry_field_part(struct entry_tree *t, struct entry_field *f, int part, struct text value);
void entry_field_missing(struct entry_tree *t, struct entry_field *f, struct text code);
bool entry_field_equal(const struct entry_field *a, const struct entry_field *b);
/* As one text: several codes with blanks between, a date as year-month-day; from the arena. */
const char *entry_field_words(const struct entry_field *f, struct arena *a);

/* As documents:
 * {"sex":"F","birth_date":{"typed":["1990","5",""]},"age":{"typed":"x","missing":"U"},
 * "episode":[{...}]}; what is blank is left out, and instances stay. `owns` the result. What the
 * form has no more is passed over when reading. ERR_STORE "entry.body" for what was not written by
 * entry_tree_to_json(). */
struct json *entry_tree_to_json(const struct entry_tree *t);
struct json *entry_row_to_json(const struct entry_tree *t, group_id g, const struct entry_row *row);
bool entry_tree_from_json(struct entry_tree *t, const struct json *j, struct err *e) MUST_CHECK;
bool entry_row_from_json(struct entry_tree *t, group_id g, struct entry_row *row,
                         const struct json *j, struct err *e) MUST_CHECK;

/* The values of a record, all that are there. Calculations are left out. */
bool entry_tree_from_record(struct entry_tree *t, const struct record *r, struct err *e) MUST_CHECK;

/* A value as it would have been typed, into a blank field. */
void entry_field_of_value(struct entry_tree *t, struct entry_field *f, const struct variable *v,
                          const struct value *value);

/* Into a cleared record: what can be read; the rest becomes findings. The instances of the record
 * are those of the tree, in its order. */
bool entry_tree_record(struct record *r, const struct entry_tree *t, struct findings *f,
                       struct err *e) MUST_CHECK;

#endif
