/* SPDX-License-Identifier: EUPL-1.2 */
/* Node sets: which rows of a record's tables, or codes of a list, a path stands for. Rows below an
 * instance are contiguous (model/record.h), so most sets are a range and cost nothing; predicates
 * and unions make lists of rows in the context's arena.
 *
 * Document order is that of the record: instances as entered, within one its variables by slot,
 * then its repeats by group number. */
#include "model/expr_internal.h"

#include <stdlib.h>
#include <string.h>

uint32_t expr_row_of(const struct expr_state *st, group_id g, bool origin)
{
    if (g == 0) return 0;
    group_id h = origin ? st->origin_group : st->group;
    uint32_t row = origin ? st->origin_row : st->row;
    while (h != g && h != 0) {
        row = st->record->table[h].parent[row];
        h = st->record->form->group[h].parent;
    }
    return row;
}

/* First row whose parent is not before `parent`. */
static uint32_t lower_bound(const struct record_table *t, uint32_t parent)
{
    uint32_t lo = 0, hi = (uint32_t)t->n_row;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (t->parent[mid] < parent) lo = mid + 1;
        else hi = mid;
    }
    return lo;
}

void expr_rows_below(const struct record *r, group_id g, group_id within, uint32_t *from,
                     uint32_t *to)
{
    if (g == within) return;
    if (within == 0) {
        *from = 0;
        *to = (uint32_t)r->table[g].n_row;
        return;
    }
    /* Down the chain of groups between the two, which can only be followed upwards. */
    for (group_id level = within; level != g;) {
        group_id next = g;
        while (r->form->group[next].parent != level) next = r->form->group[next].parent;
        *from = lower_bound(&r->table[next], *from);
        *to = lower_bound(&r->table[next], *to);
        level = next;
    }
}

static struct expr_nodes range(uint32_t from, uint32_t to)
{
    return (struct expr_nodes){.n = to - from, .from = from};
}

static struct expr_nodes below_here(struct expr_state *st, const struct expr_node *n)
{
    uint32_t from = expr_row_of(st, n->within, n->origin), to = from + 1;
    expr_rows_below(st->record, n->group, n->within, &from, &to);
    return range(from, to);
}

static const struct expr_node *base_of(const struct expr_node *n)
{
    return n->arg[0];
}

static struct expr_nodes child_nodes(struct expr_state *st, const struct expr_node *n)
{
    struct expr_nodes base = expr_eval_nodes(st, base_of(n)), out = {0};
    if (base_of(n)->group == n->group) return base; /* a variable: one in each instance */
    if (base.row == NULL) {
        uint32_t from = base.from, to = base.from + (uint32_t)base.n;
        expr_rows_below(st->record, n->group, base_of(n)->group, &from, &to);
        return range(from, to);
    }
    uint32_t *row = expr_take_array(st, st->record->table[n->group].n_row, sizeof *row);
    for (size_t i = 0; i < base.n && row != NULL; i++) {
        uint32_t from = base.row[i], to = from + 1;
        expr_rows_below(st->record, n->group, base_of(n)->group, &from, &to);
        for (; from < to; from++) row[out.n++] = from;
    }
    out.row = row;
    return out;
}

static struct expr_nodes parent_nodes(struct expr_state *st, const struct expr_node *n)
{
    const struct expr_node *of = base_of(n);
    struct expr_nodes base = expr_eval_nodes(st, of), out = {0};
    if (of->place == EXPR_PLACE_VAR) return base; /* the instance that holds it */
    uint32_t *row = expr_take_array(st, base.n, sizeof *row);
    for (size_t i = 0; i < base.n && row != NULL; i++) {
        uint32_t parent = st->record->table[of->group].parent[expr_nodes_row(&base, i)];
        if (out.n == 0 || row[out.n - 1] != parent) row[out.n++] = parent; /* parents ascend */
    }
    out.row = row;
    return out;
}

static void add_children(struct expr_state *st, group_id g, uint32_t row, struct expr_ref *ref,
                         size_t *n)
{
    const struct form *f = st->record->form;
    for (size_t i = 0; i < f->group[g].n_variable; i++)
        ref[(*n)++] = (struct expr_ref){f->group[g].variable[i], g, row};
    for (size_t c = 1; c < f->n_group; c++) {
        uint32_t from = row, to = row + 1;
        if (f->group[c].parent != g) continue;
        expr_rows_below(st->record, (group_id)c, g, &from, &to);
        for (; from < to; from++) ref[(*n)++] = (struct expr_ref){VAR_NONE, (group_id)c, from};
    }
}

static struct expr_nodes all_nodes(struct expr_state *st, const struct expr_node *n)
{
    struct expr_nodes base = expr_eval_nodes(st, base_of(n)), out = {0};
    group_id g = base_of(n)->group;
    const struct form *f = st->record->form;
    size_t most = base.n * f->group[g].n_variable;
    for (size_t c = 1; c < f->n_group; c++)
        if (f->group[c].parent == g) most += st->record->table[c].n_row;
    struct expr_ref *ref = expr_take_array(st, most, sizeof *ref);
    for (size_t i = 0; i < base.n && ref != NULL; i++)
        add_children(st, g, expr_nodes_row(&base, i), ref, &out.n);
    out.ref = ref;
    return out;
}

/* ---- predicates ---- */

static uint32_t parent_row(const struct expr_state *st, const struct expr_node *base, uint32_t row)
{
    switch ((enum expr_place)base->place) {
    case EXPR_PLACE_VAR: return row;
    case EXPR_PLACE_GROUP: return base->group == 0 ? 0 : st->record->table[base->group].parent[row];
    default: return 0;
    }
}

static struct expr_nodes filtered_nodes(struct expr_state *st, const struct expr_node *n)
{
    const struct expr_node *of = base_of(n), *condition = n->arg[1];
    struct expr_nodes base = expr_eval_nodes(st, of), out = {0};
    bool in_record = of->place == EXPR_PLACE_VAR || of->place == EXPR_PLACE_GROUP;
    bool mixed = of->place == EXPR_PLACE_MIXED;
    uint32_t *row = mixed ? NULL : expr_take_array(st, base.n, sizeof *row);
    struct expr_ref *ref = mixed ? expr_take_array(st, base.n, sizeof *ref) : NULL;
    if (row == NULL && ref == NULL) return out;

    group_id group = st->group;
    uint32_t at_row = st->row, before = 0;
    code_id item = st->item;
    size_t position = st->position, place = 0;
    for (size_t i = 0; i < base.n && st->result == EXPR_OK; i++) {
        uint32_t r = mixed ? 0 : expr_nodes_row(&base, i);
        uint32_t under = n->each_parent ? parent_row(st, of, r) : 0;
        place = i > 0 && under == before ? place + 1 : 1;
        before = under;
        if (in_record) {
            st->group = of->group;
            st->row = r;
        } else if (!mixed) {
            st->item = (code_id)r;
        }
        st->position = place;
        if (!expr_eval_bool(st, condition)) continue;
        if (mixed) ref[out.n++] = base.ref[i];
        else row[out.n++] = r;
    }
    st->group = group;
    st->row = at_row;
    st->item = item;
    st->position = position;
    out.row = row;
    out.ref = ref;
    return out;
}

static bool in_ranges(const struct expr_node *n, const struct expr_span *bound, size_t code)
{
    for (size_t k = 0; k < n->n_arg; k++)
        if (!expr_span_compare(n->range[k].compare, expr_exact(n->range[k].number[code]), bound[k]))
            return false;
    return true;
}

static struct expr_nodes items_in_ranges(struct expr_state *st, const struct expr_node *n)
{
    struct expr_span bound[EXPR_RANGES_MAX];
    size_t n_code = st->dictionary->list[n->list]->n_code, first = n_code, last = 0;
    struct expr_nodes out = {0};
    for (size_t k = 0; k < n->n_arg; k++) {
        bound[k] = k > 0 && n->arg[k]->op == EXPR_OP_VAR && n->arg[k]->var == n->arg[k - 1]->var
                       ? bound[k - 1]
                       : expr_eval_span(st, n->arg[k]);
        if (isnan(bound[k].lo)) return out;
    }
    if (!expr_step(st, n_code / 16)) return out;
    for (size_t c = 0; c < n_code; c++) {
        if (!in_ranges(n, bound, c)) continue;
        if (first == n_code) first = c;
        last = c;
        out.n++;
    }
    out.from = (uint32_t)first;
    if (out.n == 0 || last - first + 1 == out.n) return out; /* contiguous, as bands are */
    uint32_t *row = expr_take_array(st, out.n, sizeof *row);
    size_t kept = 0;
    for (size_t c = first; c <= last && row != NULL; c++)
        if (in_ranges(n, bound, c)) row[kept++] = (uint32_t)c;
    out.n = kept;
    out.row = row;
    return out;
}

/* ---- unions ---- */

static int compare_rows(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static struct expr_nodes union_of_one_kind(struct expr_state *st, const struct expr_node *n,
                                           const struct expr_nodes *part, size_t total)
{
    struct expr_nodes out = {0};
    uint32_t *row = expr_take_array(st, total, sizeof *row);
    if (row == NULL) return out;
    size_t k = 0;
    for (size_t p = 0; p < n->n_arg; p++)
        for (size_t i = 0; i < part[p].n; i++) row[k++] = expr_nodes_row(&part[p], i);
    qsort(row, k, sizeof *row, compare_rows);
    for (size_t i = 0; i < k; i++)
        if (out.n == 0 || row[out.n - 1] != row[i]) row[out.n++] = row[i];
    out.row = row;
    return out;
}

struct climb { /* a node on its way up the record */
    group_id group;
    uint32_t row;
    long below; /* what of the instance it came from: -1 itself, slot, or 65536 + group */
};

static void climb(const struct record *r, struct climb *c)
{
    c->below = 65536 + c->group;
    c->row = r->table[c->group].parent[c->row];
    c->group = r->form->group[c->group].parent;
}

static int compare_refs(const void *a, const void *b, void *state)
{
    const struct expr_state *st = state;
    const struct expr_ref *x = a, *y = b;
    const struct group *g = st->record->form->group;
    const struct variable *v = st->dictionary->variable;
    struct climb cx = {x->group, x->row, x->var == VAR_NONE ? -1 : v[x->var].slot};
    struct climb cy = {y->group, y->row, y->var == VAR_NONE ? -1 : v[y->var].slot};
    while (cx.group != cy.group) {
        if (g[cx.group].depth >= g[cy.group].depth) climb(st->record, &cx);
        else climb(st->record, &cy);
    }
    /* In one group, but perhaps below different instances further up: their rows still ascend. */
    if (cx.row != cy.row) return cx.row < cy.row ? -1 : 1;
    return (cx.below > cy.below) - (cx.below < cy.below);
}

static struct expr_nodes mixed_union(struct expr_state *st, const struct expr_node *n,
                                     const struct expr_nodes *part, size_t total)
{
    struct expr_nodes out = {0};
    struct expr_ref *ref = expr_take_array(st, total, sizeof *ref);
    if (ref == NULL) return out;
    size_t k = 0;
    for (size_t p = 0; p < n->n_arg; p++) {
        const struct expr_node *a = n->arg[p];
        for (size_t i = 0; i < part[p].n; i++) {
            if (part[p].ref != NULL) ref[k++] = part[p].ref[i];
            else
                ref[k++] = (struct expr_ref){a->place == EXPR_PLACE_VAR ? a->var : VAR_NONE,
                                             a->group, expr_nodes_row(&part[p], i)};
        }
    }
    qsort_r(ref, k, sizeof *ref, compare_refs, st);
    for (size_t i = 0; i < k; i++)
        if (out.n == 0 || compare_refs(&ref[out.n - 1], &ref[i], st) != 0) ref[out.n++] = ref[i];
    out.ref = ref;
    return out;
}

static struct expr_nodes union_nodes(struct expr_state *st, const struct expr_node *n)
{
    size_t total = 0;
    struct expr_nodes *part = expr_take_array(st, n->n_arg, sizeof *part);
    for (size_t i = 0; i < n->n_arg && part != NULL; i++) {
        part[i] = expr_eval_nodes(st, n->arg[i]);
        total += part[i].n;
    }
    if (part == NULL || !expr_step(st, total)) return (struct expr_nodes){0};
    return n->place == EXPR_PLACE_MIXED ? mixed_union(st, n, part, total)
                                        : union_of_one_kind(st, n, part, total);
}

/* ---- values ---- */

const struct value *expr_bound_value(const struct expr_state *st, var_id v)
{
    for (size_t i = 0; i < st->n_bound; i++)
        if (st->bound[i].var == v) return &st->bound[i].value;
    return NULL;
}

/* *row is the instance asked for; false when there is none. */
static bool indexed_row(struct expr_state *st, const struct expr_node *n, uint32_t *row)
{
    group_id within = n->within;
    uint32_t from = expr_row_of(st, within, false);
    for (size_t i = 0; i < n->n_arg; i++) {
        double index = expr_eval_number(st, n->arg[i]);
        uint32_t to = from + 1;
        expr_rows_below(st->record, n->indexed[i], within, &from, &to);
        if (!(index >= 1) || index - 1 >= (double)(to - from)) return false;
        from += (uint32_t)index - 1;
        within = n->indexed[i];
    }
    uint32_t to = from + 1;
    expr_rows_below(st->record, n->group, within, &from, &to);
    *row = from;
    return from < to;
}

const struct value *expr_eval_value(struct expr_state *st, const struct expr_node *n)
{
    static const struct value blank = {.kind = VALUE_EMPTY};
    uint32_t row;
    if (n->var == VAR_NONE) return &blank;
    if (n->op == EXPR_OP_VAR) return expr_var_value(st, n);
    if (!indexed_row(st, n, &row)) return &blank;
    return expr_value_at(st->record, n->group, n->slot, row);
}

/* ---- all kinds ---- */

struct expr_nodes expr_eval_nodes(struct expr_state *st, const struct expr_node *n)
{
    uint32_t row = 0;
    if (!expr_step(st, 1)) return (struct expr_nodes){0};
    switch ((enum expr_op)n->op) {
    case EXPR_OP_VAR:
    case EXPR_OP_HERE: row = expr_row_of(st, n->group, n->origin); return range(row, row + 1);
    case EXPR_OP_VARS:
    case EXPR_OP_GROUPS: return below_here(st, n);
    case EXPR_OP_CHILD: return child_nodes(st, n);
    case EXPR_OP_PARENT: return parent_nodes(st, n);
    case EXPR_OP_ALL: return all_nodes(st, n);
    case EXPR_OP_FILTER: return filtered_nodes(st, n);
    case EXPR_OP_ITEM_RANGE: return items_in_ranges(st, n);
    case EXPR_OP_UNION: return union_nodes(st, n);
    case EXPR_OP_ITEMS: return range(0, (uint32_t)st->dictionary->list[n->list]->n_code);
    case EXPR_OP_ITEM: return st->item == CODE_NONE ? range(0, 0) : range(st->item, st->item + 1u);
    case EXPR_OP_COLUMN:
        if (n->n_arg > 0) return expr_eval_nodes(st, n->arg[0]);
        return st->item == CODE_NONE ? range(0, 0) : range(st->item, st->item + 1u);
    case EXPR_OP_INDEXED: return indexed_row(st, n, &row) ? range(row, row + 1) : range(0, 0);
    default: return (struct expr_nodes){0}; /* a scalar, or a document, has no nodes with values */
    }
}

struct text expr_column_text(const struct expr_state *st, list_id list, code_id c, uint16_t column)
{
    const struct codelist *l = st->dictionary->list[list];
    if (c >= l->n_code) return TEXT("");
    const struct code *code = &l->code[c];
    switch (column) {
    case EXPR_COLUMN_NAME: return text_of(code->name);
    case EXPR_COLUMN_PARENT:
        return code->parent == CODE_NONE ? TEXT("") : text_of(l->code[code->parent].name);
    case EXPR_COLUMN_LABEL: return text_of(words_in(&code->label, st->language, code->name));
    default: return text_of(code->extra[column]);
    }
}

const struct value *expr_node_value(const struct expr_state *st, const struct expr_node *n,
                                    const struct expr_nodes *s, size_t i, var_id *var)
{
    if (n->place == EXPR_PLACE_VAR && n->var != VAR_NONE) {
        *var = n->var;
        const struct value *bound = n->group == 0 ? expr_bound_value(st, n->var) : NULL;
        if (bound != NULL) return bound;
        return expr_value_at(st->record, n->group, n->slot, expr_nodes_row(s, i));
    }
    if (n->place != EXPR_PLACE_MIXED || s->ref[i].var == VAR_NONE) return NULL;
    *var = s->ref[i].var;
    return expr_value_at(st->record, s->ref[i].group, st->dictionary->variable[*var].slot,
                         s->ref[i].row);
}

struct text expr_node_text(struct expr_state *st, const struct expr_node *n,
                           const struct expr_nodes *s, size_t i)
{
    var_id var;
    const struct value *v = expr_node_value(st, n, s, i, &var);
    if (v != NULL) return expr_value_text(st, var, v);
    if (n->place == EXPR_PLACE_COLUMN)
        return expr_column_text(st, n->list, (code_id)expr_nodes_row(s, i), n->column);
    if (n->place == EXPR_PLACE_ITEM)
        return expr_column_text(st, n->list, (code_id)expr_nodes_row(s, i), EXPR_COLUMN_NAME);
    return TEXT("");
}

bool expr_node_is_blank(struct expr_state *st, const struct expr_node *n,
                        const struct expr_nodes *s, size_t i)
{
    var_id var;
    const struct value *v = expr_node_value(st, n, s, i, &var);
    return v != NULL ? expr_value_is_blank(v) : expr_node_text(st, n, s, i).n == 0;
}

struct expr_span expr_node_span(struct expr_state *st, const struct expr_node *n,
                                const struct expr_nodes *s, size_t i)
{
    var_id var;
    const struct value *v = expr_node_value(st, n, s, i, &var);
    return v != NULL ? expr_value_span(st, var, v) : expr_text_span(expr_node_text(st, n, s, i));
}
