/* SPDX-License-Identifier: EUPL-1.2 */
/* Axes: the categories a variable can have in a table, as a tree of nodes. */
#include "analysis/table_internal.h"

#include "base/date.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CELL_VALUES = 65536, NUMBER_RANGE_MAX = 4000000 };

static uint16_t add_node(struct axis *x, struct category c)
{
    size_t at = x->n_node++;
    x->node[at] = c;
    if (at > 0) x->node[c.parent].n_child++;
    return (uint16_t)at;
}

static void add_missing(struct axis *x)
{
    x->unknown =
        add_node(x, (struct category){.kind = CATEGORY_UNKNOWN, .code = CODE_NONE, .name = "U"});
    x->na = add_node(x, (struct category){.kind = CATEGORY_NA, .code = CODE_NONE, .name = "NA"});
}

/* ---------------------------------------------------------------- coded variables */

/* Codes depth first, in the order of the list, without recursion: children are chained behind their
 * parents. */
static void add_codes(struct axis *x, const struct codelist *l, struct arena *a)
{
    uint16_t *first_child = ARENA_ARRAY(a, uint16_t, l->n_code),
             *next = ARENA_ARRAY(a, uint16_t, l->n_code);
    uint16_t *node_of = ARENA_ARRAY(a, uint16_t, l->n_code);
    uint16_t top = CODE_NONE;
    memset(first_child, 0xFF, l->n_code * sizeof *first_child);
    for (size_t i = l->n_code; i-- > 0;) {
        uint16_t *head = l->code[i].parent == CODE_NONE ? &top : &first_child[l->code[i].parent];
        next[i] = *head;
        *head = (uint16_t)i;
    }
    for (uint16_t c = top; c != CODE_NONE;) {
        const struct code *code = &l->code[c];
        size_t parent = code->parent == CODE_NONE ? 0 : node_of[code->parent];
        node_of[c] = add_node(x, (struct category){.kind = CATEGORY_CODE,
                                                   .code = c,
                                                   .name = code->name,
                                                   .label = code->label,
                                                   .parent = parent});
        x->of_code[c] = node_of[c];
        if (first_child[c] != CODE_NONE) {
            x->of_code[c] =
                add_node(x, (struct category){.kind = CATEGORY_RESIDUAL,
                                              .code = c,
                                              .name = arena_printf(a, "%s-NFS", code->name),
                                              .label = code->label,
                                              .parent = node_of[c]});
            c = first_child[c];
            continue;
        }
        while (c != CODE_NONE && next[c] == CODE_NONE) c = l->code[c].parent;
        if (c != CODE_NONE) c = next[c];
    }
}

static bool make_coded(struct axis *x, const struct dictionary *d, struct arena *a, struct err *e)
{
    const struct codelist *l = d->list[x->var->list];
    if (l->n_code * 2 + 3 >= NODE_NONE)
        return err_set(e, ERR_LIMIT, "table.too_large", "code list %s is too long for a table",
                       l->name);
    x->node = ARENA_ARRAY(a, struct category, l->n_code * 2 + 3);
    x->of_code = ARENA_ARRAY(a, uint16_t, CELL_VALUES);
    add_node(x, (struct category){.kind = CATEGORY_TOTAL, .code = CODE_NONE, .name = "T"});
    add_codes(x, l, a);
    add_missing(x);
    for (size_t i = l->n_code; i < CELL_VALUES; i++) x->of_code[i] = x->unknown;
    x->of_code[COLUMN_MISSING + MISSING_NA] = x->na;
    return true;
}

/* ---------------------------------------------------------------- numbers and years of dates */

static int32_t shown_number(const struct axis *x, int32_t number)
{
    return x->var->type == VARIABLE_DATE ? date_year(date_from_day(number)) : number;
}

static bool number_range(struct axis *x, const struct column *c)
{
    size_t n = c->kind == COLUMN_NUMBER_SET ? c->offset[c->n] : c->n;
    x->number_min = INT32_MAX;
    x->number_max = INT32_MIN;
    for (size_t i = 0; i < n; i++) {
        int32_t v = c->number[i];
        if (v < COLUMN_NO_NUMBER + MISSING_COUNT) continue;
        if (v < x->number_min) x->number_min = v;
        if (v > x->number_max) x->number_max = v;
    }
    if (x->number_min > x->number_max) x->number_min = x->number_max = 0;
    return (int64_t)x->number_max - x->number_min < NUMBER_RANGE_MAX;
}

static void mark_numbers(struct axis *x, const struct column *c)
{
    size_t n = c->kind == COLUMN_NUMBER_SET ? c->offset[c->n] : c->n;
    for (size_t i = 0; i < n; i++)
        if (c->number[i] >= COLUMN_NO_NUMBER + MISSING_COUNT)
            x->of_number[c->number[i] - x->number_min] = 0;
}

static bool too_many(const struct axis *x, struct err *e)
{
    err_set(e, ERR_USAGE, "table.too_many_values", "variable %s has more than %d different values",
            x->var->name, TABLE_NUMBERS_MAX);
    return err_remedy(
        e, "use a grouped variable, such as age_group, or narrow the table with a filter");
}

static bool make_numbers(struct axis *x, struct arena *a, struct err *e)
{
    if (!number_range(x, x->unit)) return too_many(x, e);
    size_t range = (size_t)((int64_t)x->number_max - x->number_min) + 1;
    x->of_number = ARENA_ARRAY(a, uint16_t, range);
    memset(x->of_number, 0xFF, range * sizeof *x->of_number);
    mark_numbers(x, x->unit);
    x->node = ARENA_ARRAY(a, struct category, TABLE_NUMBERS_MAX + 3);
    add_node(x, (struct category){.kind = CATEGORY_TOTAL, .code = CODE_NONE, .name = "T"});
    for (size_t i = 0; i < range; i++) {
        if (x->of_number[i] == NODE_NONE) continue;
        int32_t shown = shown_number(x, (int32_t)(x->number_min + (int64_t)i));
        size_t last = x->n_node - 1;
        if (last == 0 || x->node[last].number != shown) {
            if (x->n_node > TABLE_NUMBERS_MAX) return too_many(x, e);
            last = add_node(x, (struct category){.kind = CATEGORY_NUMBER,
                                                 .code = CODE_NONE,
                                                 .number = shown,
                                                 .name = arena_printf(a, "%d", (int)shown)});
        }
        x->of_number[i] = (uint16_t)last;
    }
    add_missing(x);
    return true;
}

uint16_t axis_of_number(const struct axis *x, int32_t number)
{
    if (number < COLUMN_NO_NUMBER + MISSING_COUNT)
        return number == COLUMN_NO_NUMBER + MISSING_NA ? x->na : x->unknown;
    if (number < x->number_min || number > x->number_max) return x->unknown;
    uint16_t node = x->of_number[number - x->number_min];
    return node == NODE_NONE ? x->unknown : node;
}

bool axis_make(struct axis *out, struct snapshot *s, enum unit u, var_id v, struct arena *a,
               struct err *e)
{
    const struct dictionary *d = snapshot_dictionary(s);
    *out = (struct axis){.var = &d->variable[v]};
    out->unit = snapshot_column(s, u, v);
    out->instance = snapshot_instance_column(s, v);
    if (out->unit == NULL || out->instance == NULL) {
        err_set(e, ERR_USAGE, "table.not_coded",
                "variable %s cannot be tabulated: it holds text or identifiers", out->var->name);
        return err_remedy(
            e, "choose a coded variable, a number or a date: `dcim variables` lists them");
    }
    out->several = out->unit->kind == COLUMN_CODE_SET || out->unit->kind == COLUMN_NUMBER_SET;
    if (out->unit->kind == COLUMN_CODE || out->unit->kind == COLUMN_CODE_SET)
        return make_coded(out, d, a, e);
    return make_numbers(out, a, e);
}
