/* SPDX-License-Identifier: EUPL-1.2 */
/* Calls of functions while building: their arguments are checked against the table
 * (expr_function.c); those that are more than a function of values become operators of their
 * own. */
#include "model/expr_internal.h"
#include "base/catalogue.h"
#include "model/expr_build_call.h"
#include "model/sheet.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct expr_node *bad_argument(struct expr_builder *b, const struct expr_call *c,
                                            size_t i, const char *id, const char *what)
{
    return expr_fail(b->problem, i < c->n_arg ? c->arg[i]->at : c->at, id, c->function->usage,
                     "argument %zu of %s() is not %s", i + 1, c->function->name, tr(what));
}

const struct expr_node *expr_build_plain_call(struct expr_builder *b, const struct expr_call *c)
{
    struct expr_node *n = expr_node_new(b, EXPR_OP_CALL, c->function->type, c->at, c->end);
    n->function = c->function;
    n->impure = c->function->impure;
    return expr_fold(b, expr_node_args(b, n, c->arg, c->n_arg));
}

static struct expr_node *call_node(struct expr_builder *b, const struct expr_call *c,
                                   enum expr_op op, enum expr_type type)
{
    return expr_node_new(b, op, type, c->at, c->end);
}

const struct expr_node *expr_build_truth(struct expr_builder *b, const struct expr_call *c)
{
    struct expr_node *n = call_node(b, c, EXPR_OP_CONST_BOOL, EXPR_BOOL);
    n->code = c->function->name[0] == 't';
    return n;
}

const struct expr_node *expr_build_not(struct expr_builder *b, const struct expr_call *c)
{
    return expr_fold(b, expr_node_args(b, call_node(b, c, EXPR_OP_NOT, EXPR_BOOL), c->arg, 1));
}

const struct expr_node *expr_build_boolean(struct expr_builder *b, const struct expr_call *c)
{
    return expr_fold(b, expr_node_args(b, call_node(b, c, EXPR_OP_TO_BOOL, EXPR_BOOL), c->arg, 1));
}

/* Of two values one of which it will be: '' goes with any type, as no number and no date. */
static enum expr_type join_type(const struct expr_node *x, const struct expr_node *y)
{
    if (x->type == y->type) return (enum expr_type)x->type;
    if (x->op == EXPR_OP_CONST_TEXT && x->text.n == 0) return (enum expr_type)y->type;
    if (y->op == EXPR_OP_CONST_TEXT && y->text.n == 0) return (enum expr_type)x->type;
    return EXPR_STRING;
}

const struct expr_node *expr_build_if(struct expr_builder *b, const struct expr_call *c)
{
    const struct expr_node *condition = c->arg[0];
    if (condition->op == EXPR_OP_CONST_BOOL) return c->arg[condition->code ? 1 : 2];
    struct expr_node *n = call_node(b, c, EXPR_OP_IF, join_type(c->arg[1], c->arg[2]));
    return expr_node_args(b, n, c->arg, c->n_arg);
}

const struct expr_node *expr_build_coalesce(struct expr_builder *b, const struct expr_call *c)
{
    enum expr_type type = (enum expr_type)c->arg[0]->type;
    for (size_t i = 1; i < c->n_arg; i++) {
        enum expr_type both = join_type(c->arg[0], c->arg[i]);
        type = i == 1 || both == type ? both : EXPR_STRING;
    }
    struct expr_node *n = call_node(b, c, EXPR_OP_COALESCE, type);
    return expr_node_args(b, n, c->arg, c->n_arg);
}

const struct expr_node *expr_build_once(struct expr_builder *b, const struct expr_call *c)
{
    if (b->self == VAR_NONE)
        return expr_fail(
            b->problem, c->at, "expr.no_self", "use it in the calculation of a variable",
            "once() keeps the value of a variable, and this expression belongs to none");
    const struct expr_node *arg[2] = {expr_build_current(b, c->at, c->end), c->arg[0]};
    struct expr_node *n = call_node(b, c, EXPR_OP_ONCE, join_type(arg[0], arg[1]));
    return expr_node_args(b, n, arg, 2);
}

const struct expr_node *expr_build_instance_call(struct expr_builder *b, const struct expr_call *c)
{
    return expr_build_instance(b, c->arg[0], c->at, c->end);
}

const struct expr_node *expr_build_current_call(struct expr_builder *b, const struct expr_call *c)
{
    return expr_build_current(b, c->at, c->end);
}

/* min() and max() of dates are dates. */
const struct expr_node *expr_build_extreme(struct expr_builder *b, const struct expr_call *c)
{
    struct expr_node *n = call_node(b, c, EXPR_OP_CALL, EXPR_DATE);
    n->function = c->function;
    for (size_t i = 0; i < c->n_arg; i++)
        if (c->arg[i]->type != EXPR_DATE) n->type = EXPR_NUMBER;
    return expr_fold(b, expr_node_args(b, n, c->arg, c->n_arg));
}

const struct expr_node *expr_build_date(struct expr_builder *b, const struct expr_call *c)
{
    if (c->arg[0]->type == EXPR_DATE && c->arg[0]->many != EXPR_SET) return c->arg[0];
    return expr_build_plain_call(b, c);
}

const struct expr_node *expr_build_position(struct expr_builder *b, const struct expr_call *c)
{
    if (c->n_arg == 1 && c->arg[0]->place != EXPR_PLACE_VAR && c->arg[0]->place != EXPR_PLACE_GROUP)
        return bad_argument(b, c, 0, "expr.argument_type", "a node of the record");
    return expr_build_plain_call(b, c);
}

const struct expr_node *expr_build_selected(struct expr_builder *b, const struct expr_call *c)
{
    const struct expr_node *n = expr_build_has_code(b, c->arg[0], c->arg[1], c->at, c->end);
    if (n != NULL || b->problem->id != NULL) return n;
    return expr_build_plain_call(b, c);
}

/* Patterns that ask for nothing but the precision of a date. Matching them by automaton for every
 * date of every record would cost more than all else. */
static const struct {
    const char *pattern;
    code_id precisions;
} date_shapes[] = {
    {"^\\d{4}(-\\d{2}(-\\d{2})?)?$", 1 << DATE_YEAR | 1 << DATE_MONTH | 1 << DATE_DAY},
    {"^\\d{4}-\\d{2}-\\d{2}$", 1 << DATE_DAY},
    {"^\\d{4}-\\d{2}$", 1 << DATE_MONTH},
    {"^\\d{4}$", 1 << DATE_YEAR},
};

static const struct expr_node *date_shape(struct expr_builder *b, const struct expr_call *c)
{
    const struct expr_node *of = c->arg[0], *pattern = c->arg[1];
    if (of->op != EXPR_OP_VAR || of->type != EXPR_DATE) return NULL;
    for (size_t i = 0; i < sizeof date_shapes / sizeof date_shapes[0]; i++) {
        if (!text_is(pattern->text, date_shapes[i].pattern)) continue;
        struct expr_node *n = call_node(b, c, EXPR_OP_DATE_SHAPE, EXPR_BOOL);
        n->code = date_shapes[i].precisions;
        return expr_node_args(b, n, c->arg, 1);
    }
    return NULL;
}

/* substr(date, 0, 4) and the like, by which years are compared. */
const struct expr_node *expr_build_substr(struct expr_builder *b, const struct expr_call *c)
{
    static const double bounds[3][2] = {{0, 4}, {5, 7}, {8, 10}};
    const struct expr_node *call = expr_build_plain_call(b, c), *of = c->arg[0];
    if (call == NULL || of->op != EXPR_OP_VAR || of->type != EXPR_DATE || c->n_arg != 3)
        return call;
    const struct expr_node *from = c->arg[1], *to = c->arg[2];
    if (from->op != EXPR_OP_CONST_SPAN || to->op != EXPR_OP_CONST_SPAN) return call;
    for (code_id i = 0; i < 3; i++) {
        if (from->span.lo != bounds[i][0] || to->span.lo != bounds[i][1]) continue;
        const struct expr_node *arg[2] = {of, call};
        struct expr_node *n = call_node(b, c, EXPR_OP_DATE_PART, EXPR_STRING);
        n->code = i;
        return expr_node_args(b, n, arg, 2);
    }
    return call;
}

static void free_regex(void *r)
{
    regex_free(r);
}

const struct expr_node *expr_build_regex(struct expr_builder *b, const struct expr_call *c)
{
    const struct expr_node *pattern = c->arg[1];
    struct regex *r;
    struct err e = {0};
    if (pattern->op != EXPR_OP_CONST_TEXT) return expr_build_plain_call(b, c);
    const struct expr_node *shape = date_shape(b, c);
    if (shape != NULL || b->problem->id != NULL) return shape;
    if (!regex_new(&r, pattern->text, &e)) {
        expr_fail(b->problem, pattern->at, "expr.bad_pattern", e.remedy, "%.190s", e.msg);
        return NULL;
    }
    arena_defer(b->arena, free_regex, r);
    struct expr_node *n = call_node(b, c, EXPR_OP_REGEX, EXPR_BOOL);
    n->regex = r; /* the pattern stays beside it for those who write the tree (expr_json.c) */
    return expr_fold(b, expr_node_args(b, n, c->arg, 2));
}

/* ---- look-ups ---- */

static int by_name(const void *a, const void *b)
{
    const struct parameter *const *x = a, *const *y = b;
    return strcmp((*x)->name, (*y)->name);
}

static const struct expr_parameters *sorted(struct expr_builder *b, const struct parameter *p,
                                            size_t n)
{
    struct expr_parameters *s = ARENA_NEW(b->arena, struct expr_parameters);
    s->item = ARENA_ARRAY(b->arena, const struct parameter *, n);
    for (s->n = 0; s->n < n; s->n++) s->item[s->n] = &p[s->n];
    if (n > 0) qsort(s->item, n, sizeof *s->item, by_name);
    return s;
}

const struct parameter *expr_parameter(const struct expr_parameters *s, struct text name)
{
    size_t lo = 0, hi = s->n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        int c = text_compare(name, text_of(s->item[mid]->name));
        if (c == 0) return s->item[mid];
        if (c < 0) hi = mid;
        else lo = mid + 1;
    }
    return NULL;
}

/* pulldata('parameters','value','name','min_age'), and the same of 'pack': a constant, unless its
 * name is computed. */
static const struct expr_node *pull_parameter(struct expr_builder *b, const struct expr_call *c,
                                              bool pack)
{
    const struct dictionary *d = b->dictionary;
    const struct expr_node *key = c->arg[3];
    if (!text_is(c->arg[1]->text, "value") || !text_is(c->arg[2]->text, "name"))
        return expr_fail(b->problem, c->arg[1]->at, "expr.unknown_column",
                         "write pulldata('parameters', 'value', 'name', 'the_parameter')",
                         "parameters have a name and a value only");
    const struct expr_parameters *all =
        pack ? sorted(b, d->pack_value, d->n_pack_value) : sorted(b, d->parameter, d->n_parameter);
    if (key->op != EXPR_OP_CONST_TEXT) {
        struct expr_node *n = call_node(b, c, EXPR_OP_PARAMETER, EXPR_STRING);
        n->parameters = all;
        return expr_node_args(b, n, &key, 1);
    }
    const struct parameter *p = expr_parameter(all, key->text);
    struct text name = expr_shown(key->text);
    if (p == NULL)
        return expr_fail(b->problem, key->at, "expr.unknown_parameter",
                         pack ? tr("add it to pack.csv") : tr("add it to parameters.csv"),
                         "there is no parameter \"%.*s\"", (int)name.n, name.p);
    return expr_const_text(b, text_of(p->value), c->at, c->end);
}

const struct expr_node *expr_build_pulldata(struct expr_builder *b, const struct expr_call *c)
{
    for (size_t i = 0; i < 3; i++)
        if (c->arg[i]->op != EXPR_OP_CONST_TEXT)
            return bad_argument(b, c, i, "expr.not_constant", "a text between quotes");
    struct text table = c->arg[0]->text;
    if (text_is(table, "parameters")) return pull_parameter(b, c, false);
    if (text_is(table, "pack")) return pull_parameter(b, c, true);

    uint16_t column, by;
    const struct codelist *l = expr_find_list(b, table, c->arg[0]->at);
    if (l == NULL || !expr_find_column(b, l, c->arg[1]->text, c->arg[1]->at, &column) ||
        !expr_find_column(b, l, c->arg[2]->text, c->arg[2]->at, &by))
        return NULL;
    enum expr_op op = by == EXPR_COLUMN_NAME ? EXPR_OP_PULL : EXPR_OP_PULL_BY;
    struct expr_node *n = call_node(b, c, op, EXPR_STRING);
    n->list = l->id;
    n->column = column;
    n->within = by;
    n->impure = l->open || column == EXPR_COLUMN_LABEL || by == EXPR_COLUMN_LABEL;
    return expr_fold(b, expr_node_args(b, n, c->arg + 3, 1));
}

/* The variable in '${name}' or '/data/name', as jr:choice-name() names it. */
static const struct variable *quoted_variable(struct expr_builder *b, struct text t)
{
    t = text_trim(t);
    if (text_starts(t, TEXT("${")) && text_ends(t, TEXT("}")) && t.n > 3) {
        t.p += 2;
        t.n -= 3;
    } else {
        struct text rest = t, piece;
        while (text_split(&rest, '/', &piece)) t = piece;
    }
    return dictionary_variable(b->dictionary, b->form->id, text_trim(t));
}

const struct expr_node *expr_build_choice_name(struct expr_builder *b, const struct expr_call *c)
{
    const struct expr_node *of = c->arg[1];
    const struct variable *v = NULL;
    if (of->op == EXPR_OP_CONST_TEXT) v = quoted_variable(b, of->text);
    else if (of->place == EXPR_PLACE_VAR && of->var != VAR_NONE)
        v = &b->dictionary->variable[of->var];
    if (v == NULL || v->list == LIST_NONE ||
        (v->type != VARIABLE_CODE && v->type != VARIABLE_CODES))
        return bad_argument(b, c, 1, "expr.argument_type",
                            "a variable with a code list, as '${name}'");
    struct expr_node *n = call_node(b, c, EXPR_OP_CHOICE_NAME, EXPR_STRING);
    n->list = v->list;
    n->impure = true; /* in the language of whoever asks */
    return expr_node_args(b, n, c->arg, 1);
}

/* indexed-repeat(${x}, ${outer}, 1, ${inner}, 2) */
const struct expr_node *expr_build_indexed(struct expr_builder *b, const struct expr_call *c)
{
    const struct expr_node *of = c->arg[0];
    if (of->place != EXPR_PLACE_VAR || of->var == VAR_NONE || c->n_arg % 2 == 0)
        return bad_argument(b, c, 0, "expr.argument_type",
                            "a variable, followed by repeats and numbers");
    size_t n_level = (c->n_arg - 1) / 2;
    group_id *level = ARENA_ARRAY(b->arena, group_id, n_level);
    const struct expr_node **index = ARENA_ARRAY(b->arena, const struct expr_node *, n_level);
    const struct group *g = b->form->group;
    for (size_t i = 0; i < n_level; i++) {
        const struct expr_node *repeat = c->arg[1 + 2 * i];
        index[i] = c->arg[2 + 2 * i];
        if (repeat->place != EXPR_PLACE_GROUP || repeat->group == 0)
            return bad_argument(b, c, 1 + 2 * i, "expr.argument_type", "a repeat, as ${name}");
        if (!expr_need_value(b, index[i])) return NULL;
        level[i] = repeat->group;
        group_id inside = i + 1 < n_level ? c->arg[3 + 2 * i]->group : of->group;
        while (inside != level[i] && inside != 0) inside = g[inside].parent;
        if (inside != level[i])
            return bad_argument(b, c, 1 + 2 * i, "expr.bad_path",
                                "a repeat around what follows it");
    }
    struct expr_node *n = call_node(b, c, EXPR_OP_INDEXED, (enum expr_type)of->type);
    n->many = EXPR_ONE;
    n->place = EXPR_PLACE_VAR;
    n->var = of->var;
    n->group = of->group;
    n->slot = of->slot;
    n->list = of->list;
    n->indexed = level;
    /* Counted within the instance around the outermost repeat, if the expression stands in one. */
    group_id x = b->scope.group, y = g[level[0]].parent;
    while (x != y) {
        if (g[x].depth >= g[y].depth) x = g[x].parent;
        else y = g[y].parent;
    }
    n->within = x;
    return expr_node_args(b, n, index, n_level);
}

/* ---- any call ---- */

static bool check_arguments(struct expr_builder *b, const struct expr_call *c)
{
    const struct expr_function *f = c->function;
    if (c->n_arg < f->min || (f->max != UINT8_MAX && c->n_arg > f->max)) {
        expr_fail(b->problem, c->at, "expr.argument_count", f->usage,
                  tr_n("%s() does not take %zu argument", "%s() does not take %zu arguments",
                       (int64_t)c->n_arg),
                  f->name, c->n_arg);
        return false;
    }
    const char *letter = f->arg;
    for (size_t i = 0; i < c->n_arg; i++) {
        const struct expr_node *a = c->arg[i];
        if (*letter == 'v' && !expr_need_value(b, a)) return false;
        bool nodes = a->many != EXPR_SCALAR && a->place != EXPR_PLACE_DOCUMENT &&
                     a->place != EXPR_PLACE_ROOT;
        if (*letter == 'n' && !nodes) {
            bad_argument(b, c, i, "expr.argument_type", "a variable, repeat or path");
            return false;
        }
        if (letter[0] != '\0' && letter[1] != '\0') letter++;
    }
    return true;
}

static const struct expr_node *unknown_function(struct expr_builder *b,
                                                const struct expr_token *name)
{
    struct guess g;
    struct text t = expr_shown(name->text);
    guess_init(&g, name->text);
    for (size_t i = 0; i < n_expr_function; i++)
        if (expr_functions[i].max >= expr_functions[i].min) guess_offer(&g, expr_functions[i].name);
    const char *remedy = guess_remedy(&g,
                                      "use the functions of XLSForm: if, selected, coalesce, "
                                      "count, format-date, pulldata ...",
                                      b->arena);
    return expr_fail(b->problem, name->at, "expr.unknown_function", remedy,
                     "there is no function %.*s()", (int)t.n, t.p);
}

const struct expr_node *expr_build_call(struct expr_builder *b, const struct expr_token *name,
                                        size_t from, size_t end)
{
    struct expr_call c = {.function = expr_function_find(name->text),
                          .arg = from < b->n_stack ? b->stack + from : NULL,
                          .n_arg = b->n_stack - from,
                          .at = name->at,
                          .end = end};
    b->n_stack = from;
    if (c.function == NULL) return unknown_function(b, name);
    if (c.function->max < c.function->min)
        return expr_fail(b->problem, name->at, "expr.not_supported", c.function->usage,
                         "%s() is not supported", c.function->name);
    if (!check_arguments(b, &c)) return NULL;
    /* The stack may move while a call builds on it. */
    const struct expr_node **arg = ARENA_ARRAY(b->arena, const struct expr_node *, c.n_arg);
    for (size_t i = 0; i < c.n_arg; i++) arg[i] = c.arg[i];
    c.arg = arg;
    return c.function->build != NULL ? c.function->build(b, &c) : expr_build_plain_call(b, &c);
}
