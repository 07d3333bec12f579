/* SPDX-License-Identifier: EUPL-1.2 */
#include "model/record.h"

#include "base/mem.h"

#include <assert.h>
#include <string.h>

enum { HOME_ROWS = 4 }; /* rows of a repeat for which record_init() takes memory at once */

void record_init(struct record *r, const struct dictionary *d, const struct form *f,
                 struct arena *a)
{
    *r = (struct record){.dictionary = d, .form = f, .arena = a};
    r->table = ARENA_ARRAY(a, struct record_table, f->n_group);
    for (size_t g = 0; g < f->n_group; g++) {
        struct record_table *t = &r->table[g];
        t->home_cap = g == 0 ? 1 : HOME_ROWS;
        t->home_value = ARENA_ARRAY(a, struct value, mem_mul(t->home_cap, f->group[g].n_variable));
        t->home_parent = ARENA_ARRAY(a, uint32_t, t->home_cap);
    }
    record_clear(r);
}

void record_clear(struct record *r)
{
    const struct form *f = r->form;
    for (size_t g = 0; g < f->n_group; g++) {
        struct record_table *t = &r->table[g];
        t->value = t->home_value;
        t->parent = t->home_parent;
        t->cap = t->home_cap;
        t->n_row = 0;
    }
    r->encoding = (struct text){NULL, 0};
    r->table[0].n_row = 1;
    if (f->group[0].n_variable > 0)
        memset(r->table[0].value, 0, f->group[0].n_variable * sizeof(struct value));
}

/* Twice the rows; what was before stays in the arena until it is rewound. */
static void table_grow(struct record_table *t, size_t n_variable, struct arena *a)
{
    size_t cap = t->cap * 2;
    struct value *value = ARENA_ARRAY(a, struct value, mem_mul(cap, n_variable));
    uint32_t *parent = ARENA_ARRAY(a, uint32_t, cap);
    if (n_variable > 0) memcpy(value, t->value, t->n_row * n_variable * sizeof *value);
    memcpy(parent, t->parent, t->n_row * sizeof *parent);
    t->value = value;
    t->parent = parent;
    t->cap = cap;
}

bool record_add(uint32_t *row, struct record *r, group_id g, uint32_t parent, struct err *e)
{
    assert(g > 0 && g < r->form->n_group);
    struct record_table *t = &r->table[g];
    const struct group *group = &r->form->group[g];
    assert(parent < r->table[group->parent].n_row);
    assert(t->n_row == 0 || parent >= t->parent[t->n_row - 1]);

    if (t->n_row >= RECORD_INSTANCES_MAX)
        return err_set(e, ERR_LIMIT, "record.too_many_instances",
                       "a record may have at most %d instances of '%s'", RECORD_INSTANCES_MAX,
                       group->name);
    if (t->n_row == t->cap) table_grow(t, group->n_variable, r->arena);
    *row = (uint32_t)t->n_row++;
    t->parent[*row] = parent;
    if (group->n_variable > 0)
        memset(&t->value[*row * group->n_variable], 0, group->n_variable * sizeof(struct value));
    return true;
}

static size_t place(const struct record *r, const struct variable *v, uint32_t row)
{
    assert(v->form == r->form->id && row < r->table[v->group].n_row);
    return row * r->form->group[v->group].n_variable + v->slot;
}

struct value *record_value(struct record *r, var_id v, uint32_t row)
{
    const struct variable *var = &r->dictionary->variable[v];
    return &r->table[var->group].value[place(r, var, row)];
}

static void set_code(struct record *r, var_id v, code_id code)
{
    if (v == VAR_NONE) return;
    *record_value(r, v, 0) = code == CODE_NONE ? (struct value){.kind = VALUE_EMPTY}
                                               : (struct value){.kind = VALUE_CODE, .code = code};
}

void record_set_supplier(struct record *r, code_id organisation, code_id organisation_type)
{
    set_code(r, r->form->organisation, organisation);
    set_code(r, r->form->organisation_type, organisation_type);
}

const struct value *record_get(const struct record *r, var_id v, uint32_t row)
{
    const struct variable *var = &r->dictionary->variable[v];
    return &r->table[var->group].value[place(r, var, row)];
}
