/* SPDX-License-Identifier: EUPL-1.2 */
/* Paths: what ${name}, ../x, /data/x and instance('L')/root/item[...] name, found while building.
 *
 * An expression stands at a variable of an instance, a nameless one when it has no self (rules,
 * filters). ${x} is, seen from there: the item of the enclosing instance, where x's group is the
 * expression's own or one around it; else the items of all instances below the nearest instance
 * that encloses both. Within a predicate over instances the same holds, seen from the instance the
 * predicate looks at; current() is where the whole expression stands. Without a self, x and ../x
 * both are variables of the instance, so that an expression can move between an item and a rule. */
#include "model/expr_internal.h"

#include "base/catalogue.h"

#include <string.h>

static group_id parent_of(const struct expr_builder *b, group_id g)
{
    return b->form->group[g].parent;
}

/* The innermost group that encloses both. */
static group_id common(const struct expr_builder *b, group_id x, group_id y)
{
    const struct group *g = b->form->group;
    while (x != y) {
        if (g[x].depth >= g[y].depth) x = g[x].parent;
        else y = g[y].parent;
    }
    return x;
}

static enum expr_type type_of(const struct variable *v)
{
    switch (v->type) {
    case VARIABLE_INTEGER:
    case VARIABLE_DECIMAL: return EXPR_NUMBER;
    case VARIABLE_DATE: return EXPR_DATE;
    default: return EXPR_STRING;
    }
}

static void place_var(const struct expr_builder *b, struct expr_node *n, var_id v)
{
    n->place = EXPR_PLACE_VAR;
    n->var = v;
    if (v == VAR_NONE) return;
    const struct variable *var = &b->dictionary->variable[v];
    n->type = (uint8_t)type_of(var);
    n->group = var->group;
    n->slot = var->slot;
    n->list = var->type == VARIABLE_CODE || var->type == VARIABLE_CODES ? var->list : LIST_NONE;
}

/* The variable in the enclosing instance of its group. */
static struct expr_node *var_here(struct expr_builder *b, var_id v, group_id g, bool origin,
                                  size_t at, size_t end)
{
    struct expr_node *n = expr_node_new(b, EXPR_OP_VAR, EXPR_STRING, at, end);
    n->group = g;
    place_var(b, n, v);
    n->many = EXPR_ONE;
    n->origin = origin;
    return n;
}

static struct expr_node *here(struct expr_builder *b, group_id g, bool origin, size_t at,
                              size_t end)
{
    struct expr_node *n = expr_node_new(b, EXPR_OP_HERE, EXPR_STRING, at, end);
    n->many = EXPR_ONE;
    n->place = EXPR_PLACE_GROUP;
    n->group = g;
    n->origin = origin;
    return n;
}

static struct expr_node *below(struct expr_builder *b, var_id v, group_id g, group_id within,
                               bool origin, size_t at, size_t end)
{
    bool var = v != VAR_NONE;
    struct expr_node *n =
        expr_node_new(b, var ? EXPR_OP_VARS : EXPR_OP_GROUPS, EXPR_STRING, at, end);
    n->many = EXPR_SET;
    n->group = g;
    n->place = EXPR_PLACE_GROUP;
    if (var) place_var(b, n, v);
    n->within = within;
    n->origin = origin;
    return n;
}

const struct expr_node *expr_build_var(struct expr_builder *b, var_id v, size_t at, size_t end)
{
    group_id g = b->dictionary->variable[v].group;
    group_id c = common(b, b->scope.group, g);
    if (c == g) return var_here(b, v, g, false, at, end);
    return below(b, v, g, c, false, at, end);
}

static const struct group *find_group(const struct expr_builder *b, struct text name)
{
    for (size_t i = 0; i < b->form->n_group; i++)
        if (text_is(name, b->form->group[i].name)) return &b->form->group[i];
    return NULL;
}

static const struct expr_node *unknown_name(struct expr_builder *b, struct text name, size_t at)
{
    const char *near = dictionary_guess_variable(b->dictionary, b->form->id, name);
    struct text t = expr_shown(name);
    char remedy[200];
    if (near != NULL) snprintf(remedy, sizeof remedy, tr("did you mean ${%s}?"), near);
    else
        snprintf(remedy, sizeof remedy, tr("see the names with: dcim variables --form %s"),
                 b->form->name);
    return expr_fail(b->problem, at, "expr.unknown_variable", remedy,
                     "form %s has no variable \"%.*s\"", b->form->name, (int)t.n, t.p);
}

const struct expr_node *expr_build_reference(struct expr_builder *b, const struct expr_token *t)
{
    const struct variable *v = dictionary_variable(b->dictionary, b->form->id, t->text);
    if (v != NULL) return expr_build_var(b, v->id, t->at, t->end);
    const struct group *g = find_group(b, t->text);
    if (g == NULL) return unknown_name(b, t->text, t->at);
    if (g->id == 0) return here(b, 0, false, t->at, t->end);
    return below(b, VAR_NONE, g->id, common(b, b->scope.group, g->parent), false, t->at, t->end);
}

const struct expr_node *expr_build_root(struct expr_builder *b, const struct expr_token *name)
{
    if (!text_is(name->text, "data") && !text_is(name->text, b->form->name)) {
        struct text t = expr_shown(name->text);
        return expr_fail(b->problem, name->at, "expr.bad_path",
                         "begin with /data/, or write ${name}", "\"/%.*s\" is not the form",
                         (int)t.n, t.p);
    }
    return here(b, 0, false, name->at, name->end);
}

const struct expr_node *expr_build_current(struct expr_builder *b, size_t at, size_t end)
{
    return var_here(b, b->self, b->group, true, at, end);
}

/* ---- code lists as documents ---- */

const struct codelist *expr_find_list(struct expr_builder *b, struct text name, size_t at)
{
    const struct codelist *l = dictionary_list(b->dictionary, name);
    struct text t = expr_shown(name);
    if (l == NULL)
        expr_fail(b->problem, at, "expr.unknown_list",
                  "name a file of data/codelists without its .csv",
                  "there is no code list \"%.*s\"", (int)t.n, t.p);
    return l;
}

bool expr_find_column(struct expr_builder *b, const struct codelist *l, struct text name, size_t at,
                      uint16_t *out)
{
    static const struct {
        const char *name;
        uint16_t column;
    } fixed[] = {{"name", EXPR_COLUMN_NAME},
                 {"parent", EXPR_COLUMN_PARENT},
                 {"label", EXPR_COLUMN_LABEL}};
    for (size_t i = 0; i < sizeof fixed / sizeof fixed[0]; i++) {
        if (!text_is(name, fixed[i].name)) continue;
        *out = fixed[i].column;
        return true;
    }
    for (size_t i = 0; i < l->n_column; i++) {
        if (!text_is(name, l->column[i])) continue;
        *out = (uint16_t)i;
        return true;
    }
    struct text t = expr_shown(name);
    expr_fail(b->problem, at, "expr.unknown_column",
              "use name, label, parent, or a column that the file of the list has",
              "code list %s has no column \"%.*s\"", l->name, (int)t.n, t.p);
    return false;
}

enum { NUMBERS_MAX = 512 }; /* codes of a list whose columns are kept as numbers */

/* A column as numbers, read once: comparisons within predicates are where time goes. */
static const double *column_numbers(struct expr_builder *b, const struct codelist *l,
                                    uint16_t column)
{
    if (l->open || column >= l->n_column || l->n_code > NUMBERS_MAX) return NULL;
    double *number = ARENA_ARRAY(b->arena, double, l->n_code);
    for (size_t i = 0; i < l->n_code; i++) {
        struct expr_span s = expr_text_span(text_of(l->code[i].extra[column]));
        if (s.lo < s.hi) return NULL; /* partial dates: not one number */
        number[i] = s.lo;
    }
    return number;
}

static const struct expr_node *column_of(struct expr_builder *b, list_id list,
                                         const struct expr_node *items,
                                         const struct expr_token *step)
{
    uint16_t column;
    const struct codelist *l = b->dictionary->list[list];
    if (!expr_find_column(b, l, step->text, step->at, &column)) return NULL;
    struct expr_node *n = expr_node_new(b, EXPR_OP_COLUMN, EXPR_STRING,
                                        items == NULL ? step->at : items->at, step->end);
    n->place = EXPR_PLACE_COLUMN;
    n->many = items == NULL || items->many == EXPR_ONE ? EXPR_ONE : EXPR_SET;
    n->list = list;
    n->column = column;
    if (items == NULL) n->number = column_numbers(b, l, column);
    else n = expr_node_args(b, n, &items, 1);
    return n;
}

const struct expr_node *expr_build_instance(struct expr_builder *b, const struct expr_node *name,
                                            size_t at, size_t end)
{
    if (name->op != EXPR_OP_CONST_TEXT)
        return expr_fail(b->problem, name->at, "expr.not_constant",
                         "write the list's name between quotes",
                         "instance() needs the name of a list as a constant text");
    const struct codelist *l = expr_find_list(b, name->text, name->at);
    if (l == NULL) return NULL;
    struct expr_node *n = expr_node_new(b, EXPR_OP_DOCUMENT, EXPR_STRING, at, end);
    n->many = EXPR_ONE;
    n->place = EXPR_PLACE_DOCUMENT;
    n->list = l->id;
    return n;
}

static const struct expr_node *step_in_list(struct expr_builder *b, const struct expr_node *base,
                                            const struct expr_token *step)
{
    struct expr_node *n = expr_node_new(b, EXPR_OP_DOCUMENT, EXPR_STRING, base->at, step->end);
    n->list = base->list;
    if (base->place == EXPR_PLACE_DOCUMENT && text_is(step->text, "root")) {
        n->many = EXPR_ONE;
        n->place = EXPR_PLACE_ROOT;
        return n;
    }
    if (base->place == EXPR_PLACE_ROOT &&
        (text_is(step->text, "item") || step->kind == EXPR_TOKEN_STAR)) {
        n->op = EXPR_OP_ITEMS;
        n->many = EXPR_SET;
        n->place = EXPR_PLACE_ITEM;
        return n;
    }
    if (base->place == EXPR_PLACE_ITEM && step->kind == EXPR_TOKEN_NAME)
        return column_of(b, base->list, base, step);
    return expr_fail(b->problem, step->at, "expr.bad_path",
                     "write instance('LIST')/root/item[...]/column",
                     "a code list has no such step");
}

/* ---- steps in the record ---- */

static const struct group *find_child(const struct expr_builder *b, group_id parent,
                                      struct text name)
{
    const struct group *g = find_group(b, name);
    return g != NULL && g->id != 0 && g->parent == parent ? g : NULL;
}

static struct expr_node *generic(struct expr_builder *b, enum expr_op op,
                                 const struct expr_node *base, const struct expr_token *step)
{
    struct expr_node *n = expr_node_new(b, op, EXPR_STRING, base->at, step->end);
    n->many = EXPR_SET;
    n->place = EXPR_PLACE_GROUP;
    return expr_node_args(b, n, &base, 1);
}

static const struct expr_node *child(struct expr_builder *b, const struct expr_node *base,
                                     const struct expr_token *step)
{
    group_id g = base->group;
    const struct variable *v = dictionary_variable(b->dictionary, b->form->id, step->text);
    const struct group *c = find_child(b, g, step->text);
    if ((v == NULL || v->group != g) && c == NULL) {
        if (v == NULL && find_group(b, step->text) == NULL)
            return unknown_name(b, step->text, step->at);
        struct text t = expr_shown(step->text);
        return expr_fail(b->problem, step->at, "expr.bad_path",
                         "write ${name}, which finds it by itself",
                         "\"%.*s\" is not directly below \"%s\"", (int)t.n, t.p,
                         b->form->group[g].name);
    }
    var_id var = c == NULL ? v->id : VAR_NONE;
    group_id of = c == NULL ? g : c->id;
    if (base->op == EXPR_OP_HERE && c == NULL)
        return var_here(b, var, g, base->origin, base->at, step->end);
    if (base->op == EXPR_OP_HERE)
        return below(b, VAR_NONE, of, g, base->origin, base->at, step->end);
    if (base->op == EXPR_OP_GROUPS)
        return below(b, var, of, base->within, base->origin, base->at, step->end);
    struct expr_node *n = generic(b, EXPR_OP_CHILD, base, step);
    if (n == NULL) return NULL;
    n->group = of;
    if (c == NULL) place_var(b, n, var);
    return n;
}

static const struct expr_node *parent(struct expr_builder *b, const struct expr_node *base,
                                      const struct expr_token *step)
{
    bool var = base->place == EXPR_PLACE_VAR;
    if (!var && base->group == 0)
        return expr_fail(b->problem, step->at, "expr.bad_path",
                         "write ${name}, which finds it by itself",
                         "the record is not part of anything: one .. too many");
    group_id g = var ? base->group : parent_of(b, base->group);
    if (base->op == EXPR_OP_VAR || base->op == EXPR_OP_HERE)
        return here(b, g, base->origin, base->at, step->end);
    if (base->op == EXPR_OP_VARS)
        return below(b, VAR_NONE, g, base->within, base->origin, base->at, step->end);
    struct expr_node *n = generic(b, EXPR_OP_PARENT, base, step);
    if (n != NULL) n->group = g;
    return n;
}

const struct expr_node *expr_build_step(struct expr_builder *b, const struct expr_node *base,
                                        const struct expr_token *step)
{
    struct expr_node *n;
    switch ((enum expr_place)base->place) {
    case EXPR_PLACE_VAR:
        if (step->kind == EXPR_TOKEN_DOT) return base;
        if (step->kind == EXPR_TOKEN_DOTDOT) return parent(b, base, step);
        if (base->var == VAR_NONE) /* the nameless item: as a path that begins there */
            return expr_build_step(b, here(b, base->group, base->origin, base->at, base->end),
                                   step);
        return expr_fail(b->problem, step->at, "expr.bad_path",
                         "write ${name}, or ../name for its neighbour",
                         "a variable has nothing below it");
    case EXPR_PLACE_GROUP:
        if (step->kind == EXPR_TOKEN_DOT) return base;
        if (step->kind == EXPR_TOKEN_DOTDOT) return parent(b, base, step);
        if (step->kind == EXPR_TOKEN_NAME) return child(b, base, step);
        n = generic(b, EXPR_OP_ALL, base, step);
        if (n != NULL) n->place = EXPR_PLACE_MIXED;
        return n;
    case EXPR_PLACE_DOCUMENT:
    case EXPR_PLACE_ROOT:
    case EXPR_PLACE_ITEM:
        if (step->kind == EXPR_TOKEN_DOT) return base;
        return step_in_list(b, base, step);
    default:
        return expr_fail(b->problem, step->at, "expr.bad_path", "end the path before this step",
                         "there is nothing below this");
    }
}

/* A name at the beginning: for an item with a code list, a column of the choice being judged. */
static const struct expr_node *bare_name(struct expr_builder *b, const struct expr_token *step)
{
    const struct variable *self = &b->dictionary->variable[b->scope.var];
    bool coded = self->type == VARIABLE_CODE || self->type == VARIABLE_CODES;
    uint16_t column;
    if (coded && self->list != LIST_NONE && b->n_scope == 0 && step->kind == EXPR_TOKEN_NAME &&
        expr_find_column(b, b->dictionary->list[self->list], step->text, step->at, &column))
        return column_of(b, self->list, NULL, step);
    struct text t = expr_shown(step->text);
    char remedy[200];
    snprintf(remedy, sizeof remedy, tr("write ${%.*s}; for a text, put it between quotes"),
             (int)t.n, t.p);
    return expr_fail(b->problem, step->at, "expr.bare_name", remedy,
                     "\"%.*s\" alone is not the name of anything here", (int)t.n, t.p);
}

const struct expr_node *expr_build_start(struct expr_builder *b, const struct expr_token *step)
{
    const struct expr_scope *s = &b->scope;
    struct expr_node *n;
    switch (s->place) {
    case EXPR_PLACE_VAR:
        if (step->kind == EXPR_TOKEN_DOTDOT) return here(b, s->group, false, step->at, step->end);
        if (step->kind == EXPR_TOKEN_DOT && s->var == VAR_NONE)
            return expr_fail(b->problem, step->at, "expr.no_self", "write ${name} instead of .",
                             "the expression belongs to no variable, so . means nothing");
        if (step->kind == EXPR_TOKEN_DOT)
            return var_here(b, s->var, s->group, false, step->at, step->end);
        if (s->var != VAR_NONE) return bare_name(b, step);
        return expr_build_step(b, here(b, s->group, false, step->at, step->end), step);
    case EXPR_PLACE_GROUP:
        return expr_build_step(b, here(b, s->group, false, step->at, step->end), step);
    case EXPR_PLACE_ITEM:
        if (step->kind == EXPR_TOKEN_NAME) return column_of(b, s->list, NULL, step);
        if (step->kind != EXPR_TOKEN_DOT) break;
        n = expr_node_new(b, EXPR_OP_ITEM, EXPR_STRING, step->at, step->end);
        n->many = EXPR_ONE;
        n->place = EXPR_PLACE_ITEM;
        n->list = s->list;
        return n;
    case EXPR_PLACE_COLUMN:
        if (step->kind != EXPR_TOKEN_DOT) break;
        n = expr_node_new(b, EXPR_OP_COLUMN, EXPR_STRING, step->at, step->end);
        n->many = EXPR_ONE;
        n->place = EXPR_PLACE_COLUMN;
        n->list = s->list;
        n->column = s->column;
        return n;
    default: break;
    }
    return expr_fail(b->problem, step->at, "expr.bad_path", "write ${name}",
                     "there is no such path from within this predicate");
}

/* ---- predicates ---- */

bool expr_scope_enter(struct expr_builder *b, const struct expr_node *base,
                      struct expr_scope *before)
{
    if (base->many == EXPR_SCALAR || base->place == EXPR_PLACE_DOCUMENT ||
        base->place == EXPR_PLACE_ROOT) {
        expr_fail(b->problem, base->end, "expr.not_nodes",
                  "put [...] behind a repeat, a path or .../item",
                  "only node sets can have a predicate [...]");
        return false;
    }
    *before = b->scope;
    b->scope.place = (enum expr_place)base->place;
    b->scope.var = base->var;
    b->scope.list = base->list;
    b->scope.column = base->column;
    if (base->place == EXPR_PLACE_VAR || base->place == EXPR_PLACE_GROUP)
        b->scope.group = base->group;
    b->n_scope++;
    return true;
}

void expr_scope_leave(struct expr_builder *b, const struct expr_scope *before)
{
    b->scope = *before;
    b->n_scope--;
}

/* Does it say the same for every item of the list? The tree is no deeper than EXPR_DEPTH_MAX. */
static bool is_invariant(const struct expr_node *n)
{
    if (n->op == EXPR_OP_ITEM || (n->op == EXPR_OP_COLUMN && n->n_arg == 0) || n->impure)
        return false;
    for (size_t i = 0; i < n->n_arg; i++)
        if (!is_invariant(n->arg[i])) return false;
    return true;
}

/* `column compare invariant`, or the other way round, of a column kept as numbers. */
static bool as_range(const struct expr_node *n, struct expr_range *out,
                     const struct expr_node **with)
{
    static const enum expr_compare turned[] = {
        [EXPR_EQ] = EXPR_EQ, [EXPR_NE] = EXPR_NE, [EXPR_LT] = EXPR_GT,
        [EXPR_LE] = EXPR_GE, [EXPR_GT] = EXPR_LT, [EXPR_GE] = EXPR_LE};
    if (n->op != EXPR_OP_COMPARE_SPAN) return false;
    const struct expr_node *l = n->arg[0], *r = n->arg[1];
    bool left = l->op == EXPR_OP_COLUMN && l->n_arg == 0 && l->number != NULL;
    bool right = r->op == EXPR_OP_COLUMN && r->n_arg == 0 && r->number != NULL;
    if (left == right) return false;
    *with = left ? r : l;
    *out = (struct expr_range){left ? l->number : r->number,
                               left ? (enum expr_compare)n->compare : turned[n->compare]};
    return is_invariant(*with);
}

/* instance('L')/root/item[number(from) <= E and number(to) >= E], by which ages become age groups,
 * as ranges over columns; NULL when it is something else. */
static const struct expr_node *build_ranges(struct expr_builder *b, const struct expr_node *base,
                                            const struct expr_node *condition, size_t end)
{
    const struct expr_node *const *part =
        condition->op == EXPR_OP_AND ? condition->arg : &condition;
    size_t n_part = condition->op == EXPR_OP_AND ? condition->n_arg : 1;
    const struct expr_node *with[EXPR_RANGES_MAX];
    if (base->op != EXPR_OP_ITEMS || n_part > EXPR_RANGES_MAX) return NULL;
    struct expr_range *range = ARENA_ARRAY(b->arena, struct expr_range, n_part);
    for (size_t i = 0; i < n_part; i++)
        if (!as_range(part[i], &range[i], &with[i])) return NULL;
    struct expr_node *n = expr_node_new(b, EXPR_OP_ITEM_RANGE, EXPR_STRING, base->at, end);
    n->many = EXPR_SET;
    n->place = EXPR_PLACE_ITEM;
    n->list = base->list;
    n->range = range;
    return expr_node_args(b, n, with, n_part);
}

const struct expr_node *expr_build_filter(struct expr_builder *b, const struct expr_node *base,
                                          const struct expr_node *condition, bool each_parent,
                                          size_t end)
{
    const struct expr_node *ranges = build_ranges(b, base, condition, end);
    if (ranges != NULL || b->problem->id != NULL) return ranges;
    if (condition->many == EXPR_SCALAR && condition->type == EXPR_NUMBER) {
        struct expr_token op = {.kind = EXPR_TOKEN_OPERATOR,
                                .op = EXPR_OP_COMPARE_SPAN,
                                .compare = EXPR_EQ,
                                .at = condition->at,
                                .end = condition->end};
        struct expr_node *position =
            expr_node_new(b, EXPR_OP_CALL, EXPR_NUMBER, condition->at, condition->end);
        position->function = expr_function_find(TEXT("position"));
        position->impure = true;
        condition = expr_build_compare(b, &op, position, condition);
        if (condition == NULL) return NULL;
    }
    const struct expr_node *arg[2] = {base, condition};
    struct expr_node *n =
        expr_node_new(b, EXPR_OP_FILTER, (enum expr_type)base->type, base->at, end);
    n->many = EXPR_SET;
    n->place = base->place;
    n->var = base->var;
    n->group = base->group;
    n->slot = base->slot;
    n->list = base->list;
    n->column = base->column;
    n->each_parent = each_parent;
    return expr_node_args(b, n, arg, 2);
}
