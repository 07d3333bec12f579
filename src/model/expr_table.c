/* SPDX-License-Identifier: EUPL-1.2 */
/* Truths that depend on one coded variable alone become a table by its code when they are read:
 * rules are full of such parts (pulldata() of a code compared with a constant, one of several
 * codes), and a table answers in the time of one comparison. The record evaluator fills it, so it
 * means the same. */
#include "model/expr_internal.h"
#include "model/expr_build_call.h"

/* Codes of a list; nodes of a part that is worth a table; steps for all tables of one
 * expression. */
enum { CODES_MAX = 2048, PART_MIN = 3, WORK_MAX = 200000 };

struct part {
    const struct expr_node *var; /* the variable it reads */
    size_t n_node;
    bool other; /* reads something else, or is not the same every time */
};

/* The tree is no deeper than EXPR_DEPTH_MAX. */
static void look(struct part *p, const struct expr_node *n)
{
    p->n_node++;
    switch ((enum expr_op)n->op) {
    case EXPR_OP_VAR:
        if (n->var == VAR_NONE || n->list == LIST_NONE) p->other = true;
        else if (p->var == NULL) p->var = n;
        else if (p->var->var != n->var || p->var->origin != n->origin) p->other = true;
        break;
    case EXPR_OP_VARS:
    case EXPR_OP_HERE:
    case EXPR_OP_GROUPS:
    case EXPR_OP_CHILD:
    case EXPR_OP_PARENT:
    case EXPR_OP_ALL:
    case EXPR_OP_FILTER:
    case EXPR_OP_UNION:
    case EXPR_OP_ITEM:
    case EXPR_OP_COLUMN:
    case EXPR_OP_INDEXED:
    case EXPR_OP_ONCE:
    case EXPR_OP_REGEX: p->other = true; break; /* patterns: nobody knows their cost beforehand */
    case EXPR_OP_CALL: p->other = p->other || n->function->build == expr_build_regex; break;
    default: break;
    }
    p->other = p->other || n->impure;
    for (size_t i = 0; i < n->n_arg && !p->other; i++) look(p, n->arg[i]);
}

static const struct codelist *list_of(const struct expr_builder *b, const struct part *p)
{
    if (p->other || p->var == NULL || p->n_node < PART_MIN || b->table_work > WORK_MAX) return NULL;
    if (b->dictionary->variable[p->var->var].type != VARIABLE_CODE) return NULL;
    const struct codelist *l = b->dictionary->list[p->var->list];
    return l->open || l->n_code == 0 || l->n_code > CODES_MAX ? NULL : l;
}

/* Truth for each code, then for each missing value, MISSING_NONE being blank; NULL when one
 * fails. */
static const uint8_t *fill(struct expr_builder *b, const struct expr_node *n, var_id var,
                           size_t n_code)
{
    uint8_t *table = ARENA_ARRAY(b->arena, uint8_t, n_code + MISSING_COUNT);
    struct arena_mark m = arena_mark(b->arena);
    for (size_t i = 0; i < n_code + MISSING_COUNT; i++) {
        struct expr_bound bound = {.var = var, .value = {.kind = VALUE_CODE, .code = (code_id)i}};
        if (i == n_code) bound.value = (struct value){.kind = VALUE_EMPTY};
        if (i > n_code)
            bound.value = (struct value){.kind = VALUE_MISSING, .missing = (uint8_t)(i - n_code)};
        struct expr_state st = {.dictionary = b->dictionary,
                                .arena = b->arena,
                                .bound = &bound,
                                .n_bound = 1,
                                .item = CODE_NONE,
                                .position = 1,
                                .marked = true};
        table[i] = expr_eval_bool(&st, n);
        arena_rewind(b->arena, m);
        b->table_work += st.steps;
        if (st.result != EXPR_OK || b->table_work > WORK_MAX) return NULL;
    }
    return table;
}

const struct expr_node *expr_tabulate(struct expr_builder *b, const struct expr_node *n)
{
    if (n->type == EXPR_BOOL && n->many == EXPR_SCALAR) {
        struct part p = {0};
        look(&p, n);
        const struct codelist *l = list_of(b, &p);
        const uint8_t *table = l == NULL ? NULL : fill(b, n, p.var->var, l->n_code);
        if (table != NULL) {
            struct expr_node *t = expr_node_new(b, EXPR_OP_CODE_TABLE, EXPR_BOOL, n->at, n->end);
            t->table = table;
            t->list = l->id;
            t->code = (code_id)l->n_code;
            return expr_node_args(b, t, &p.var, 1);
        }
    }
    for (size_t i = 0; i < n->n_arg; i++) {
        const struct expr_node **arg = (const struct expr_node **)n->arg; /* still being built */
        arg[i] = expr_tabulate(b, arg[i]);
    }
    return n;
}

bool expr_table_truth(struct expr_state *st, const struct expr_node *n)
{
    const struct value *v = expr_var_value(st, n->arg[0]);
    if (v->kind == VALUE_CODE) return n->table[v->code] != 0;
    return n->table[n->code + (v->kind == VALUE_MISSING ? v->missing : 0)] != 0;
}
