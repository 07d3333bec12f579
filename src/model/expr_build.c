/* SPDX-License-Identifier: EUPL-1.2 */
/* Nodes of the tree: making them, their depth, constants, operators. */
#include "model/expr_internal.h"

#include <string.h>

struct expr_node *expr_node_new(struct expr_builder *b, enum expr_op op, enum expr_type type,
                                size_t at, size_t end)
{
    struct expr_node *n = ARENA_NEW(b->arena, struct expr_node);
    n->op = (uint8_t)op;
    n->type = (uint8_t)type;
    n->var = VAR_NONE;
    n->list = LIST_NONE;
    n->code = CODE_NONE;
    n->depth = 1;
    n->at = (uint16_t)at;
    n->end = (uint16_t)end;
    return n;
}

struct expr_node *expr_node_args(struct expr_builder *b, struct expr_node *n,
                                 const struct expr_node *const *arg, size_t n_arg)
{
    const struct expr_node **copy = ARENA_ARRAY(b->arena, const struct expr_node *, n_arg);
    uint8_t depth = 0;
    for (size_t i = 0; i < n_arg; i++) {
        copy[i] = arg[i];
        if (arg[i]->depth > depth) depth = arg[i]->depth;
    }
    if (depth >= EXPR_DEPTH_MAX) {
        expr_fail(b->problem, n->at, "expr.too_deep",
                  "split the expression: give a part of it a calculation of its own",
                  "the expression is nested deeper than %d", EXPR_DEPTH_MAX);
        return NULL;
    }
    n->arg = copy;
    n->n_arg = (uint16_t)n_arg;
    n->depth = (uint8_t)(depth + 1);
    return n;
}

/* ---- constants ---- */

bool expr_is_const(const struct expr_node *n)
{
    return n->op <= EXPR_OP_CONST_TEXT;
}

static struct expr_node *const_text(struct expr_builder *b, struct text t, size_t at, size_t end)
{
    struct expr_node *n = expr_node_new(b, EXPR_OP_CONST_TEXT, EXPR_STRING, at, end);
    n->text = t;
    return n;
}

const struct expr_node *expr_const_text(struct expr_builder *b, struct text t, size_t at,
                                        size_t end)
{
    return const_text(b, t, at, end);
}

const struct expr_node *expr_literal(struct expr_builder *b, struct text t, size_t at, size_t end)
{
    struct expr_node *n = const_text(b, t, at, end);
    n->literal = true;
    return n;
}

const struct expr_node *expr_const_span(struct expr_builder *b, enum expr_type type,
                                        struct expr_span s, size_t at, size_t end)
{
    struct expr_node *n = expr_node_new(b, EXPR_OP_CONST_SPAN, type, at, end);
    n->span = s;
    return n;
}

const struct expr_node *expr_fold(struct expr_builder *b, const struct expr_node *n)
{
    if (n == NULL || n->impure || n->place != EXPR_PLACE_NONE || expr_is_const(n)) return n;
    if (b->as_written) return n;
    for (size_t i = 0; i < n->n_arg; i++)
        if (!expr_is_const(n->arg[i])) return n;
    if (n->n_arg == 0) return n;

    struct expr_state st = {.dictionary = b->dictionary,
                            .arena = b->arena,
                            .item = CODE_NONE,
                            .position = 1,
                            .marked = true};
    struct expr_node *c =
        expr_node_new(b, EXPR_OP_CONST_BOOL, (enum expr_type)n->type, n->at, n->end);
    switch ((enum expr_type)n->type) {
    case EXPR_BOOL: c->code = expr_eval_bool(&st, n); break;
    case EXPR_NUMBER:
    case EXPR_DATE:
        c->op = EXPR_OP_CONST_SPAN;
        c->span = expr_eval_span(&st, n);
        break;
    case EXPR_STRING:
        c->op = EXPR_OP_CONST_TEXT;
        c->text = expr_eval_text(&st, n);
        break;
    }
    return st.result == EXPR_OK ? c : n; /* what fails here fails again, and is told, in use */
}

/* ---- operators ---- */

bool expr_need_value(struct expr_builder *b, const struct expr_node *n)
{
    switch ((enum expr_place)n->place) {
    case EXPR_PLACE_GROUP:
        expr_fail(b->problem, n->at, "expr.no_value",
                  "name a variable of it: ${name}; or count its instances: count(...)",
                  "a repeat or record has no value of its own");
        return false;
    case EXPR_PLACE_DOCUMENT:
    case EXPR_PLACE_ROOT:
    case EXPR_PLACE_ITEM:
        expr_fail(b->problem, n->at, "expr.no_value",
                  "go on to a column: instance('LIST')/root/item[...]/name",
                  "a code list or its item has no value of its own");
        return false;
    default: return true;
    }
}

const struct expr_node *expr_build_op(struct expr_builder *b, enum expr_op op, enum expr_type type,
                                      const struct expr_node *l, const struct expr_node *r)
{
    const struct expr_node *arg[2] = {l, r};
    struct expr_node *n = expr_node_new(b, op, type, l->at, (r == NULL ? l : r)->end);
    return expr_fold(b, expr_node_args(b, n, arg, r == NULL ? 1 : 2));
}

const struct expr_node *expr_build_binary(struct expr_builder *b, const struct expr_token *op,
                                          const struct expr_node *l, const struct expr_node *r)
{
    if (op->op == EXPR_OP_COMPARE_SPAN) return expr_build_compare(b, op, l, r);
    if (!expr_need_value(b, l) || !expr_need_value(b, r)) return NULL;
    return expr_build_op(b, op->op, EXPR_NUMBER, l, r);
}

const struct expr_node *expr_build_negate(struct expr_builder *b, const struct expr_node *n,
                                          size_t at)
{
    if (!expr_need_value(b, n)) return NULL;
    struct expr_node *m = expr_node_new(b, EXPR_OP_NEGATE, EXPR_NUMBER, at, n->end);
    return expr_fold(b, expr_node_args(b, m, &n, 1));
}

/* Nodes of the same kind give a set of that kind; others a mixed one. */
static bool set_union_place(struct expr_builder *b, struct expr_node *n)
{
    const struct expr_node *first = n->arg[0];
    bool same = true;
    for (size_t i = 0; i < n->n_arg; i++) {
        const struct expr_node *a = n->arg[i];
        if (a->many == EXPR_SCALAR || a->place == EXPR_PLACE_DOCUMENT ||
            a->place == EXPR_PLACE_ROOT) {
            expr_fail(b->problem, a->at, "expr.not_nodes", "use | between variables or paths only",
                      "only node sets can be united with |");
            return false;
        }
        same = same && a->place == first->place && a->var == first->var &&
               a->group == first->group && a->list == first->list && a->column == first->column;
        bool listed = a->place == EXPR_PLACE_ITEM || a->place == EXPR_PLACE_COLUMN;
        if (listed && !same) {
            expr_fail(b->problem, a->at, "expr.not_supported",
                      "unite items of one list, or variables of the record",
                      "columns of different lists cannot be united");
            return false;
        }
    }
    n->many = EXPR_SET;
    n->place = same ? first->place : EXPR_PLACE_MIXED;
    n->type = same ? first->type : EXPR_STRING;
    if (same) {
        n->var = first->var;
        n->group = first->group;
        n->slot = first->slot;
        n->list = first->list;
        n->column = first->column;
    }
    return true;
}

const struct expr_node *expr_build_chain(struct expr_builder *b, const struct expr_token *op,
                                         size_t from)
{
    const struct expr_node *const *arg = b->stack + from;
    size_t n_arg = b->n_stack - from;
    struct expr_node *n = expr_node_new(b, op->op, EXPR_BOOL, arg[0]->at, arg[n_arg - 1]->end);
    b->n_stack = from;
    n = expr_node_args(b, n, arg, n_arg);
    if (n == NULL) return NULL;
    if (op->op == EXPR_OP_UNION) return set_union_place(b, n) ? n : NULL;
    return expr_fold(b, n);
}
