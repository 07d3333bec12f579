/* SPDX-License-Identifier: EUPL-1.2 */
/* What row_build.c and row_merge.c share. For them alone. */
#ifndef DCIM_INTAKE_ROW_INTERNAL_H
#define DCIM_INTAKE_ROW_INTERNAL_H

#include "intake/row_build.h"

#include <stddef.h>

#define PLACE_NONE SIZE_MAX
#define ROW_NONE UINT32_MAX

struct place {
    group_id group;
    bool plain; /* the one made for plain names; behind all others of its group */
    bool used;  /* in this row */
    uint32_t instance[MAPPING_DEPTH_MAX];
    size_t parent;       /* place; of the record itself, and of plain ones until they are used: 0 */
    uint32_t row, n_row; /* rows of the group's table it got */
    uint32_t merge_row;  /* the first of them in a merged record; ROW_NONE: it is not there */
};

struct slot { /* a target at work */
    const struct mapping_target *t;
    const struct variable *v;
    size_t n_variable; /* of the variable's group */
    struct cell_reader *reader;
    size_t place;                 /* PLACE_NONE: a plain name */
    bool several;                 /* its cells may hold several values */
    struct reading one, *reading; /* reading: &one, or an array in the row's arena */
    size_t n_reading;
    bool given;                /* a value was said, or meant */
    bool cleared;              /* [CLEAR]: what is kept is to go */
    size_t finding, n_finding; /* of this slot in this row */
};

struct row_builder {
    const struct mapping *m;
    const struct dictionary *d;
    const struct form *form;
    const char *position;
    uint32_t position_column;
    struct text position_given; /* in this row */
    struct place *place; /* by group and path: parents first, children in the order of parents */
    size_t n_place, cap_place;
    size_t *first_place; /* by group; n_group + 1 of them */
    size_t *dest;        /* by group: where plain names go in this row; PLACE_NONE: not settled */
    struct slot *slot;   /* columns in the order of the mapping, then constants and positions */
    size_t n_slot, n_column;
    uint32_t *told;        /* by column: bits of what was already said of this cell */
    uint32_t *told_column; /* columns with such bits */
    size_t n_told;
    bool changes_record; /* this row names a record that is there */
    bool merged;         /* and was brought into it */
    struct arena *arena; /* of the row, as the four below */
    struct record *record;
    struct findings *findings;
    const struct source_cells *cells;
};

/* The place that a slot's values went to; PLACE_NONE: to none in this row. */
size_t row_place_of(const struct row_builder *b, const struct slot *s);
/* The text of a cell as it is read. */
struct text row_cell(const struct row_builder *b, uint32_t column);

#endif
