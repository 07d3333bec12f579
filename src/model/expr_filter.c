/* SPDX-License-Identifier: EUPL-1.2 */
/* Filters over columns: planning. Each part of the expression becomes the first of these that fits:
 *
 *   1. a constant                        nothing is read: today() and parameters included
 *   2. a table by code                   the part reads one coded variable, one code for each unit
 *   3. a vector operation                comparisons, and, or, not, arithmetic, if, coalesce
 *   4. a table that fills itself         the part reads one number or day: results are remembered;
 *   or two
 *                                        coded variables: by their pairs
 *   5. unit by unit                      the part reads several variables, or one multi-select: the
 *   record
 *                                        evaluator, with their values bound; about 200 ns for a
 *                                        unit
 *
 * 1, 2, 4 and 5 are the record evaluator; 3 is held to it by a test with random expressions. What a
 * snapshot does not hold (texts, decimals, which instance had which value) cannot be filtered by:
 * that is ERR_USAGE "filter.not_columnar". */
#include "model/expr_filter_internal.h"

#include "base/catalogue.h"

#include <string.h>

/* Cells of a table by code; steps that the record evaluator may take in all, and for each unit:
 * some five times what ordinary filters take. */
enum { TABLE = 65536, WORK_LEAST = 20000000, WORK_UNIT = 100 };

struct planner {
    struct expr_filter_run run;
    const struct expr *expr;
    struct arena *arena;
    struct err *err;
    bool failed;
    size_t n_vector;
};

/* ---- what a part reads ---- */

struct reads {
    var_id var[EXPR_ROW_VARIABLES];
    size_t n;
    bool too_many;
    bool impure;                   /* random(), uuid() */
    const struct expr_node *apart; /* the part that takes repeats apart */
};

static void add_var(struct reads *r, var_id v)
{
    for (size_t i = 0; i < r->n; i++)
        if (r->var[i] == v) return;
    if (r->n == EXPR_ROW_VARIABLES) r->too_many = true;
    else r->var[r->n++] = v;
}

/* The tree is no deeper than EXPR_DEPTH_MAX. */
static void look(struct reads *r, const struct expr_node *n)
{
    switch ((enum expr_op)n->op) {
    case EXPR_OP_VAR:
        if (n->var != VAR_NONE && n->group == 0) add_var(r, n->var);
        else r->apart = n;
        break;
    case EXPR_OP_VARS:
    case EXPR_OP_GROUPS:
    case EXPR_OP_CHILD:
    case EXPR_OP_PARENT:
    case EXPR_OP_ALL:
    case EXPR_OP_HERE:
    case EXPR_OP_INDEXED: r->apart = n; break;
    case EXPR_OP_UNION: /* of several variables: their order is that of a record */
        if (n->place == EXPR_PLACE_MIXED) r->apart = n;
        break;
    case EXPR_OP_CALL:
        if (n->function->impure && n->n_arg == 0 && n->function->type != EXPR_DATE)
            r->impure = true;
        break;
    default: break;
    }
    for (size_t i = 0; i < n->n_arg; i++) look(r, n->arg[i]);
}

static struct reads reads_of(const struct expr_node *n)
{
    struct reads r = {0};
    look(&r, n);
    return r;
}

/* ---- problems ---- */

static const struct expr_vector *refuse(struct planner *p, const struct expr_node *n,
                                        const char *why, const char *remedy)
{
    struct text part = {p->expr->text.p + n->at, (size_t)n->end - n->at};
    part = expr_shown(part);
    if (p->failed) return NULL;
    p->failed = true;
    err_set(p->err, ERR_USAGE, "filter.not_columnar", "cannot filter by \"%.*s\": %s", (int)part.n,
            part.p, why);
    err_remedy(p->err, "%s", remedy);
    return NULL;
}

static const struct expr_vector *refuse_apart(struct planner *p, const struct expr_node *n)
{
    return refuse(
        p, n, tr("a table does not know which instance of a repeat has which value"),
        tr("compare the variable itself, ${name} = \"CODE\" or selected(${name}, \"CODE\"), which holds "
           "if it does for one instance; or let the form calculate what is needed"));
}

static const struct column *column_of(struct planner *p, const struct expr_node *n, var_id v)
{
    const struct column_set *set = p->run.set;
    const struct column *c = set->column(set->ctx, v);
    if (c != NULL && c->kind != COLUMN_NONE) return c;
    refuse(p, n, tr("tables hold codes, whole numbers and dates only, and no identifiers"),
           tr("filter by a variable that `dcim variables` shows as such"));
    return NULL;
}

/* ---- nodes of the plan ---- */

static struct expr_vector *vector(struct planner *p, enum expr_vector_op op,
                                  const struct expr_node *n)
{
    if (++p->n_vector > EXPR_PLAN_MAX) {
        refuse(p, n, tr("it is too large"), tr("split the filter"));
        p->n_vector = 0;
    }
    struct expr_vector *v = ARENA_NEW(p->arena, struct expr_vector);
    v->op = op;
    v->node = n;
    v->out = ARENA_ARRAY(p->arena, uint8_t, EXPR_BLOCK);
    return v;
}

static struct expr_vector *number_vector(struct planner *p, enum expr_vector_op op,
                                         const struct expr_node *n)
{
    struct expr_vector *v = vector(p, op, n);
    v->out_lo = ARENA_ARRAY(p->arena, double, EXPR_BLOCK);
    v->out_hi = ARENA_ARRAY(p->arena, double, EXPR_BLOCK);
    return v;
}

/* Its numbers are no intervals: one array serves as both ends. */
static void make_exact(struct expr_vector *v)
{
    v->exact = true;
    v->out_hi = v->out_lo;
}

static const struct expr_vector *plan_truth(struct planner *p, const struct expr_node *n);
static const struct expr_vector *plan_number(struct planner *p, const struct expr_node *n);

/* Each cell that a column of this list may hold, in turn: codes, missing ones, blank. */
static uint16_t cell_at(size_t i, size_t n_code)
{
    return (uint16_t)(i < n_code ? i : COLUMN_CODE_MAX + (i - n_code));
}

static size_t cells_of(const struct planner *p, var_id v, size_t *n_code)
{
    const struct dictionary *d = p->run.set->dictionary;
    *n_code = d->list[d->variable[v].list]->n_code;
    return *n_code + (TABLE - COLUMN_CODE_MAX);
}

/* Cells between the last missing code and the blank do not occur. */
static bool cell_occurs(uint16_t cell)
{
    return cell < COLUMN_CODE_MAX || cell == COLUMN_EMPTY || cell < COLUMN_MISSING + MISSING_COUNT;
}

static const struct expr_vector *code_table(struct planner *p, const struct expr_node *n,
                                            var_id var, const struct column *c)
{
    struct expr_vector *v = vector(p, EXPR_V_CODE_TABLE, n);
    uint8_t *table = ARENA_ARRAY(p->arena, uint8_t, TABLE);
    size_t n_code, n_cell = cells_of(p, var, &n_code);
    for (size_t i = 0; i < n_cell; i++) {
        uint16_t cell = cell_at(i, n_code);
        struct expr_bound bound = {var, expr_cell_value(cell, false, NULL)};
        if (cell_occurs(cell)) table[cell] = expr_filter_truth(&p->run, n, &bound, 1);
    }
    v->column = c;
    v->table = table;
    return v;
}

static const struct expr_vector *code_numbers(struct planner *p, const struct expr_node *n,
                                              var_id var, const struct column *c)
{
    struct expr_vector *v = number_vector(p, EXPR_V_CODE_NUMBER, n);
    size_t n_cell = cells_of(p, var, &v->n_code);
    struct expr_span *by_cell = ARENA_ARRAY(p->arena, struct expr_span, n_cell);
    for (size_t i = 0; i < n_cell; i++) {
        uint16_t cell = cell_at(i, v->n_code);
        struct expr_bound bound = {var, expr_cell_value(cell, false, NULL)};
        by_cell[i] = cell_occurs(cell) ? expr_filter_span(&p->run, n, &bound, 1) : EXPR_NAN;
    }
    v->column = c;
    v->by_cell = by_cell;
    return v;
}

/* Columns of the variables that a part reads, to be bound together. */
static bool bind_columns(struct planner *p, struct expr_vector *v, const struct expr_node *n,
                         const struct reads *r)
{
    if (r->apart != NULL) return refuse_apart(p, r->apart) != NULL;
    if (r->too_many)
        return refuse(p, n, tr("too many variables are read together"),
                      tr("split the part with and, or")) != NULL;
    for (size_t i = 0; i < r->n; i++) {
        v->var[i] = r->var[i];
        v->row_column[i] = column_of(p, n, r->var[i]);
        if (v->row_column[i] == NULL) return false;
    }
    v->n_var = r->n;
    return true;
}

/* Two coded variables: a table by pairs of cells, where that is less work than looking at each
 * unit. */
static const struct expr_vector *pair_table(struct planner *p, const struct expr_node *n,
                                            const struct reads *r)
{
    const struct column_set *set = p->run.set;
    const struct column *a = r->n == 2 ? set->column(set->ctx, r->var[0]) : NULL;
    const struct column *b = r->n == 2 ? set->column(set->ctx, r->var[1]) : NULL;
    if (a == NULL || b == NULL || a->kind != COLUMN_CODE || b->kind != COLUMN_CODE || r->impure ||
        r->apart != NULL)
        return NULL;
    size_t n_code, n_other, n_a = cells_of(p, r->var[0], &n_code),
                            n_b = cells_of(p, r->var[1], &n_other);
    if (n_a * n_b > EXPR_PAIR_MAX || n_a * n_b > set->n) return NULL;
    struct expr_vector *v = vector(p, EXPR_V_PAIR_TABLE, n);
    uint8_t *table = ARENA_ARRAY(p->arena, uint8_t, n_a * n_b);
    for (size_t i = 0; i < n_a * n_b; i++) {
        uint16_t x = cell_at(i / n_b, n_code), y = cell_at(i % n_b, n_other);
        struct expr_bound bound[2] = {{r->var[0], expr_cell_value(x, false, NULL)},
                                      {r->var[1], expr_cell_value(y, false, NULL)}};
        if (cell_occurs(x) && cell_occurs(y)) table[i] = expr_filter_truth(&p->run, n, bound, 2);
    }
    v->column = a;
    v->other = b;
    v->n_code = n_code;
    v->n_code_other = n_other;
    v->table = table;
    return v;
}

/* 4 and 5: what is no vector operation. */
static const struct expr_vector *plan_by_evaluator(struct planner *p, const struct expr_node *n,
                                                   bool number)
{
    struct reads r = reads_of(n);
    const struct expr_vector *pairs = number ? NULL : pair_table(p, n, &r);
    if (pairs != NULL) return pairs;
    struct expr_vector *v =
        number ? number_vector(p, EXPR_V_NUMBER_ROW, n) : vector(p, EXPR_V_ROW, n);
    if (!bind_columns(p, v, n, &r)) return NULL;
    const struct column *c = v->row_column[0];
    if (r.n != 1 || r.impure || (c->kind != COLUMN_NUMBER && c->kind != COLUMN_DAY)) return v;
    v->op = number ? EXPR_V_NUMBER_MEMO : EXPR_V_MEMO;
    v->memo = ARENA_ARRAY(p->arena, struct expr_memo, EXPR_MEMO);
    v->column = c;
    v->day = c->kind == COLUMN_DAY;
    return v;
}

/* ---- codes ---- */

static uint16_t cell_of(const struct expr_node *n)
{
    if (n->code != CODE_NONE) return n->code;
    if (n->missing != MISSING_NONE) return (uint16_t)(COLUMN_MISSING + n->missing);
    return n->blank ? COLUMN_EMPTY
                    : (uint16_t)(COLUMN_CODE_MAX + 15 - 1); /* a cell that never occurs */
}

/* IS_CODE, HAS_CODE of a single variable. */
static const struct expr_vector *plan_code(struct planner *p, const struct expr_node *n)
{
    const struct expr_node *of = n->arg[0];
    if (of->op != EXPR_OP_VAR || of->group != 0 || of->var == VAR_NONE)
        return plan_by_evaluator(p, n, false);
    const struct column *c = column_of(p, n, of->var);
    if (c == NULL) return NULL;
    enum expr_vector_op op = EXPR_V_CODE_IS;
    if (c->kind == COLUMN_CODE_SET) op = n->op == EXPR_OP_HAS_CODE ? EXPR_V_SET_HAS : EXPR_V_SET_IS;
    else if (c->kind != COLUMN_CODE)
        op = EXPR_V_BLANK; /* only = '' is a comparison of codes there */
    struct expr_vector *v = vector(p, op, n);
    v->column = c;
    v->cell = cell_of(n);
    v->negated = n->compare == EXPR_NE;
    return v;
}

/* A repeated coded variable has some value: of a set, its first item is not blank. */
static const struct expr_vector *plan_any_value(struct planner *p, const struct expr_node *n,
                                                const struct expr_node *of, bool negated)
{
    if (of->op != EXPR_OP_VARS || of->within != 0) return refuse_apart(p, n);
    const struct column *c = column_of(p, n, of->var);
    if (c == NULL) return NULL;
    if (c->kind != COLUMN_CODE_SET) return refuse_apart(p, n);
    struct expr_vector *v = vector(p, EXPR_V_SET_IS, n);
    v->column = c;
    v->cell = COLUMN_EMPTY;
    v->negated = !negated;
    return v;
}

/* What an analyst who wrote this of a repeated variable probably wants, in the words to write. */
static const struct expr_vector *refuse_instances(struct planner *p, const struct expr_node *n,
                                                  const struct variable *v)
{
    const struct codelist *l = p->run.set->dictionary->list[v->list];
    const char *code = n->code == CODE_NONE ? "CODE" : l->code[n->code].name;
    const char *has = v->type == VARIABLE_CODE
                          ? arena_printf(p->arena, "${%s} = \"%s\"", v->name, code)
                          : arena_printf(p->arena, "selected(${%s}, \"%s\")", v->name, code);
    if (n->blank) /* = '' */
        return refuse(p, n, tr("a table does not keep which instance is blank beside others"),
                      arena_printf(p->arena,
                                   tr("for those of whom nothing is recorded there write "
                                      "not(${%s} != \"\")"),
                                   v->name));
    if (n->code == CODE_NONE) /* a missing code, or none of the list */
        return refuse(
            p, n, tr("a table does not keep the missing codes of single instances"),
            arena_printf(p->arena,
                         tr("make a table of %s itself: its rows say of whom nothing but a "
                            "missing code is known; or name the codes that are wanted, as "
                            "in %s"),
                         v->name, has));
    if (n->compare == EXPR_NE)
        return refuse(
            p, n,
            tr("it would hold for whoever has another value in some instance, which a table "
               "does not keep"),
            arena_printf(p->arena,
                         tr("for those of whom no instance has it write not(%s); for those "
                            "with certain others name them, joined by or"),
                         has));
    return refuse(p, n, tr("a table does not keep which codes one instance has together"),
                  arena_printf(p->arena, tr("write %s"), has));
}

/* The same of a repeated variable: what a set of codes still tells. */
static const struct expr_vector *plan_any_code(struct planner *p, const struct expr_node *n)
{
    const struct expr_node *of = n->arg[0];
    const struct dictionary *d = p->run.set->dictionary;
    if (reads_of(n).apart == NULL) return plan_by_evaluator(p, n, false);
    if (of->op != EXPR_OP_VARS || of->within != 0) return refuse_apart(p, n);
    const struct column *c = column_of(p, n, of->var);
    if (c == NULL) return NULL;
    const struct variable *var = &d->variable[of->var];
    if (c->kind == COLUMN_NUMBER_SET && n->blank) { /* = '' */
        struct expr_vector *blank = vector(p, EXPR_V_SET_BLANK, n);
        blank->column = c;
        blank->negated = n->compare == EXPR_NE;
        return blank;
    }
    if (c->kind != COLUMN_CODE_SET) return refuse_apart(p, n);
    if (n->blank && n->compare == EXPR_NE) return plan_any_value(p, n, of, false);
    if (n->compare == EXPR_NE || n->code == CODE_NONE ||
        (var->type != VARIABLE_CODE && n->op == EXPR_OP_ANY_CODE))
        return refuse_instances(p, n, var);
    struct expr_vector *v = vector(p, EXPR_V_SET_HAS, n);
    v->column = c;
    v->cell = n->code;
    return v;
}

static const struct expr_vector *plan_same_code(struct planner *p, const struct expr_node *n)
{
    const struct column *a = column_of(p, n, n->arg[0]->var), *b = column_of(p, n, n->arg[1]->var);
    if (a == NULL || b == NULL) return NULL;
    if (a->kind != COLUMN_CODE || b->kind != COLUMN_CODE || n->arg[0]->group != 0 ||
        n->arg[1]->group != 0)
        return plan_by_evaluator(p, n, false);
    struct expr_vector *v = vector(p, EXPR_V_CODE_SAME, n);
    v->column = a;
    v->other = b;
    v->negated = n->compare == EXPR_NE;
    return v;
}

/* ---- comparisons of numbers ---- */

static int32_t to_int(double v)
{
    if (!(v > INT32_MIN)) return INT32_MIN;
    return v >= INT32_MAX ? INT32_MAX : (int32_t)v;
}

static const struct expr_vector *constant(struct planner *p, const struct expr_node *n, bool truth)
{
    struct expr_vector *v = vector(p, EXPR_V_CONST, n);
    v->truth = truth;
    return v;
}

/* `column c bound` over integers; `otherwise` where there is no number. */
static const struct expr_vector *range(struct planner *p, const struct expr_node *n,
                                       const struct column *c, enum expr_compare compare,
                                       struct expr_span bound, bool otherwise)
{
    double least = -INFINITY, most = INFINITY;
    if (isnan(bound.lo)) return constant(p, n, false);
    switch (compare) {
    case EXPR_EQ: least = ceil(bound.lo), most = floor(bound.hi); break;
    case EXPR_NE: least = floor(bound.lo) + 1, most = ceil(bound.hi) - 1; break;
    case EXPR_LT: most = ceil(bound.hi) - 1; break;
    case EXPR_LE: most = floor(bound.hi); break;
    case EXPR_GT: least = floor(bound.lo) + 1; break;
    case EXPR_GE: least = ceil(bound.lo); break;
    }
    if (compare != EXPR_NE && (least > INT32_MAX || most < INT32_MIN)) return constant(p, n, false);
    struct expr_vector *v = vector(p, compare == EXPR_NE ? EXPR_V_OUTSIDE : EXPR_V_RANGE, n);
    v->column = c;
    v->lo = to_int(least);
    v->hi = to_int(most);
    v->truth = otherwise;
    return v;
}

static const enum expr_compare turned[] = {
    [EXPR_EQ] = EXPR_EQ, [EXPR_NE] = EXPR_NE, [EXPR_LT] = EXPR_GT,
    [EXPR_LE] = EXPR_GE, [EXPR_GT] = EXPR_LT, [EXPR_GE] = EXPR_LE};

/* Behind what changes nothing about a number or date column. */
static const struct expr_node *bare(const struct expr_node *n)
{
    while ((n->op == EXPR_OP_AS_DATE && n->arg[0]->type == EXPR_DATE) ||
           (n->op == EXPR_OP_CALL && strcmp(n->function->name, "number") == 0))
        n = n->arg[0];
    return n;
}

/* The column when the node is a plain number or day variable of the record. */
static const struct column *plain_column(struct planner *p, const struct expr_node *n)
{
    n = bare(n);
    if (n->op != EXPR_OP_VAR || n->group != 0 || n->var == VAR_NONE) return NULL;
    const struct column *c = p->run.set->column(p->run.set->ctx, n->var);
    return c != NULL && (c->kind == COLUMN_NUMBER || c->kind == COLUMN_DAY) ? c : NULL;
}

static bool is_constant(const struct expr_node *n)
{
    struct reads r = reads_of(n);
    return r.n == 0 && r.apart == NULL && !r.impure;
}

/* count-non-empty(${repeated code}) compared with a constant, when all counts from 1 on give the
 * same. */
static const struct expr_vector *plan_count_compare(struct planner *p, const struct expr_node *n)
{
    bool left = n->arg[0]->op == EXPR_OP_CALL;
    const struct expr_node *call = n->arg[left ? 0 : 1], *other = n->arg[left ? 1 : 0];
    if (call->op != EXPR_OP_CALL || strcmp(call->function->name, "count-non-empty") != 0 ||
        call->n_arg != 1 || call->arg[0]->list == LIST_NONE || call->arg[0]->op != EXPR_OP_VARS ||
        !is_constant(other))
        return NULL;
    enum expr_compare c = left ? (enum expr_compare)n->compare : turned[n->compare];
    struct expr_span with = expr_filter_span(&p->run, other, NULL, 0);
    bool none = expr_span_compare(c, expr_exact(0), with),
         one = expr_span_compare(c, expr_exact(1), with);
    if (one != expr_span_compare(c, expr_exact(2), with) ||
        one != expr_span_compare(c, expr_exact(1e9), with))
        return NULL;
    return none != one ? plan_any_value(p, n, call->arg[0], none) : constant(p, n, one);
}

static const struct expr_vector *plan_compare(struct planner *p, const struct expr_node *n)
{
    const struct expr_node *l = n->arg[0], *r = n->arg[1];
    enum expr_compare c = (enum expr_compare)n->compare;
    const struct expr_vector *count = plan_count_compare(p, n);
    if (count != NULL || p->failed) return count;
    const struct column *column = plain_column(p, l);
    if (column != NULL && is_constant(r))
        return range(p, n, column, c, expr_filter_span(&p->run, r, NULL, 0), false);
    column = plain_column(p, r);
    if (column != NULL && is_constant(l))
        return range(p, n, column, turned[c], expr_filter_span(&p->run, l, NULL, 0), false);

    struct expr_vector *v = vector(p, EXPR_V_COMPARE, n);
    v->compare = c;
    v->arg[0] = plan_number(p, l);
    v->arg[1] = plan_number(p, r);
    return v->arg[0] == NULL || v->arg[1] == NULL ? NULL : v;
}

/* day = '2020-05' and the like: by value where the text is a date. */
static const struct expr_vector *plan_compare_text(struct planner *p, const struct expr_node *n)
{
    struct expr_moment m;
    const struct expr_node *l = n->arg[0], *r = n->arg[1];
    if (l->op == EXPR_OP_CONST_TEXT) {
        l = n->arg[1];
        r = n->arg[0];
    }
    const struct column *c = plain_column(p, l);
    bool day = c != NULL && c->kind == COLUMN_DAY && l->op == EXPR_OP_VAR;
    if (!day || r->op != EXPR_OP_CONST_TEXT || !expr_moment_parse(&m, r->text))
        return plan_by_evaluator(p, n, false);
    return range(p, n, c, (enum expr_compare)n->compare, expr_text_date_span(r->text),
                 n->compare == EXPR_NE);
}

/* A comparison with a repeated number or date in it. */
static const struct expr_vector *plan_compare_set(struct planner *p, const struct expr_node *n)
{
    bool left = n->arg[0]->many == EXPR_SET;
    const struct expr_node *set = n->arg[left ? 0 : 1], *with = n->arg[left ? 1 : 0];
    if (reads_of(n).apart == NULL)
        return plan_by_evaluator(p, n, false); /* sets of code lists alone */
    if (with->many == EXPR_SET || set->op != EXPR_OP_VARS || set->within != 0)
        return refuse_apart(p, n);
    const struct column *c = column_of(p, n, set->var);
    if (c == NULL) return NULL;
    if (c->kind != COLUMN_NUMBER_SET) return refuse_apart(p, n);
    bool number = with->many == EXPR_SCALAR &&
                  (with->type == EXPR_NUMBER || with->type == EXPR_DATE) && !expr_is_choice(with);
    bool equality = n->compare == EXPR_EQ || n->compare == EXPR_NE;
    struct expr_vector *v;
    if (number || (!equality && with->type != EXPR_STRING)) {
        v = vector(p, EXPR_V_SET_COMPARE, n);
        v->compare = left ? (enum expr_compare)n->compare : turned[n->compare];
        v->arg[0] = plan_number(p, with);
        v->column = c;
        return v->arg[0] == NULL ? NULL : v;
    }
    struct reads reads = reads_of(with);
    v = vector(p, EXPR_V_SET_ROW, n);
    v->column = c;
    v->day = set->type == EXPR_DATE;
    v->set_var = set->var;
    if (!is_constant(with)) return bind_columns(p, v, with, &reads) ? v : NULL;
    v->op = EXPR_V_SET_MEMO;
    v->memo = ARENA_ARRAY(p->arena, struct expr_memo, EXPR_MEMO);
    return v;
}

/* ---- truths ---- */

static const struct expr_vector *plan_list(struct planner *p, const struct expr_node *n,
                                           enum expr_vector_op op)
{
    struct expr_vector *v = vector(p, op, n);
    v->list = ARENA_ARRAY(p->arena, const struct expr_vector *, n->n_arg);
    for (size_t i = 0; i < n->n_arg; i++) {
        const struct expr_vector *part = plan_truth(p, n->arg[i]);
        if (part == NULL) return NULL;
        v->list[v->n_list++] = part;
    }
    return v;
}

static const struct expr_vector *plan_two(struct planner *p, const struct expr_node *n,
                                          enum expr_vector_op op)
{
    struct expr_vector *v = vector(p, op, n);
    v->arg[0] = plan_truth(p, n->arg[0]);
    if (v->arg[0] == NULL) return NULL;
    v->negated = n->compare == EXPR_NE;
    if (n->n_arg > 1) v->arg[1] = plan_truth(p, n->arg[1]);
    return n->n_arg > 1 && v->arg[1] == NULL ? NULL : v;
}

static const struct expr_vector *plan_if_truth(struct planner *p, const struct expr_node *n)
{
    struct expr_vector *v = vector(p, EXPR_V_IF, n);
    for (size_t i = 0; i < 3; i++)
        if ((v->arg[i] = plan_truth(p, n->arg[i])) == NULL) return NULL;
    return v;
}

/* The one coded variable, with one code for each unit, that the part reads; NULL when it is
 * otherwise. */
static const struct column *single_code(struct planner *p, const struct expr_node *n, var_id *var)
{
    struct reads r = reads_of(n);
    if (r.n != 1 || r.apart != NULL || r.too_many || r.impure) return NULL;
    *var = r.var[0];
    const struct column *c = p->run.set->column(p->run.set->ctx, r.var[0]);
    return c != NULL && c->kind == COLUMN_CODE ? c : NULL;
}

static const struct expr_vector *plan_truth_value(struct planner *p, const struct expr_node *n)
{
    const struct expr_vector *number;
    struct expr_vector *v;
    if (n->many == EXPR_SET && reads_of(n).apart != NULL) return plan_any_value(p, n, n, false);
    if (n->many != EXPR_SCALAR || n->type == EXPR_STRING || expr_is_choice(n))
        return plan_by_evaluator(p, n, false);
    v = vector(p, EXPR_V_NUMBER_TRUE, n);
    number = plan_number(p, n);
    v->arg[0] = number;
    return number == NULL ? NULL : v;
}

static const struct expr_vector *plan_truth(struct planner *p, const struct expr_node *n)
{
    var_id var;
    if (p->failed) return NULL;
    if (is_constant(n)) return constant(p, n, expr_filter_truth(&p->run, n, NULL, 0));
    const struct column *code = n->op == EXPR_OP_IS_CODE ? NULL : single_code(p, n, &var);
    if (code != NULL) return code_table(p, n, var, code);
    switch ((enum expr_op)n->op) {
    case EXPR_OP_AND: return plan_list(p, n, EXPR_V_AND);
    case EXPR_OP_OR: return plan_list(p, n, EXPR_V_OR);
    case EXPR_OP_NOT: return plan_two(p, n, EXPR_V_NOT);
    case EXPR_OP_TO_BOOL: return plan_truth(p, n->arg[0]);
    case EXPR_OP_COMPARE_BOOL: return plan_two(p, n, EXPR_V_SAME);
    case EXPR_OP_COMPARE_SPAN: return plan_compare(p, n);
    case EXPR_OP_COMPARE_TEXT: return plan_compare_text(p, n);
    case EXPR_OP_COMPARE_SET: return plan_compare_set(p, n);
    case EXPR_OP_IS_CODE: return plan_code(p, n);
    case EXPR_OP_HAS_CODE:
        return n->arg[0]->many == EXPR_SET ? plan_any_code(p, n) : plan_code(p, n);
    case EXPR_OP_ANY_CODE: return plan_any_code(p, n);
    case EXPR_OP_SAME_CODE: return plan_same_code(p, n);
    case EXPR_OP_IF: return plan_if_truth(p, n);
    default: break;
    }
    if (n->many == EXPR_SCALAR && n->type == EXPR_BOOL) return plan_by_evaluator(p, n, false);
    return plan_truth_value(p, n);
}

/* ---- numbers ---- */

static const struct expr_vector *plan_aggregate(struct planner *p, const struct expr_node *n)
{
    const struct expr_node *of = n->arg[0];
    if (of->op != EXPR_OP_VARS || of->within != 0) return refuse_apart(p, n);
    const struct column *c = column_of(p, n, of->var);
    if (c == NULL) return NULL;
    if (c->kind != COLUMN_NUMBER_SET) {
        const char *name = p->run.set->dictionary->variable[of->var].name;
        return refuse(p, n, tr("a table does not keep how often a code occurs in a repeat"),
                      arena_printf(p->arena,
                                   tr("ask whether it occurs: ${%s} = \"CODE\" for one code, "
                                      "count-non-empty(${%s}) > 0 for any"),
                                   name, name));
    }
    struct expr_vector *v = number_vector(p, EXPR_V_AGGREGATE, n);
    v->column = c;
    return v;
}

static bool is_aggregate(const struct expr_node *n)
{
    if (n->op != EXPR_OP_CALL || n->n_arg != 1 || n->arg[0]->many != EXPR_SET) return false;
    const char *name = n->function->name;
    return expr_function_folds(n->function) || strcmp(name, "count") == 0 ||
           strcmp(name, "count-non-empty") == 0;
}

static const struct expr_vector *plan_if_number(struct planner *p, const struct expr_node *n)
{
    struct expr_vector *v = number_vector(p, EXPR_V_NUMBER_IF, n);
    v->arg[0] = plan_truth(p, n->arg[0]);
    for (size_t i = 1; i < 3 && v->arg[i - 1] != NULL; i++) v->arg[i] = plan_number(p, n->arg[i]);
    return v->arg[2] == NULL ? NULL : v;
}

/* coalesce(number variable, otherwise) */
static const struct expr_vector *plan_coalesce(struct planner *p, const struct expr_node *n)
{
    const struct column *c = plain_column(p, n->arg[0]);
    if (n->n_arg != 2 || c == NULL || n->arg[0]->op != EXPR_OP_VAR)
        return plan_by_evaluator(p, n, true);
    struct expr_vector *v = number_vector(p, EXPR_V_COALESCE, n),
                       *blank = vector(p, EXPR_V_BLANK, n);
    blank->column = c;
    v->arg[0] = blank;
    v->arg[1] = plan_number(p, n->arg[0]);
    v->arg[2] = v->arg[1] == NULL ? NULL : plan_number(p, n->arg[1]);
    return v->arg[2] == NULL ? NULL : v;
}

static const struct expr_vector *plan_arithmetic(struct planner *p, const struct expr_node *n)
{
    struct expr_vector *v =
        number_vector(p, n->op == EXPR_OP_NEGATE ? EXPR_V_NEGATE : EXPR_V_ARITHMETIC, n);
    bool exact = n->op != EXPR_OP_NEGATE;
    for (size_t i = 0; i < n->n_arg; i++) {
        if ((v->arg[i] = plan_number(p, n->arg[i])) == NULL) return NULL;
        exact = exact && v->arg[i]->exact;
    }
    if (exact) make_exact(v);
    return v;
}

static const struct expr_vector *plan_number(struct planner *p, const struct expr_node *n)
{
    var_id var;
    struct expr_vector *v;
    if (p->failed) return NULL;
    if (is_constant(n)) {
        v = number_vector(p, EXPR_V_NUMBER, n);
        v->span = expr_filter_span(&p->run, n, NULL, 0);
        if (!(v->span.lo < v->span.hi)) make_exact(v);
        return v;
    }
    const struct column *code = single_code(p, n, &var);
    if (code != NULL) return code_numbers(p, n, var, code);
    const struct column *plain = plain_column(p, n);
    if (plain != NULL) {
        v = number_vector(p, EXPR_V_COLUMN, n);
        v->column = plain;
        if (plain->number_last == NULL || plain->kind == COLUMN_NUMBER) make_exact(v);
        return v;
    }
    if (is_aggregate(n) && reads_of(n).apart != NULL) return plan_aggregate(p, n);
    switch ((enum expr_op)n->op) {
    case EXPR_OP_ADD:
    case EXPR_OP_SUBTRACT:
    case EXPR_OP_MULTIPLY:
    case EXPR_OP_DIVIDE:
    case EXPR_OP_MODULO:
    case EXPR_OP_NEGATE: return plan_arithmetic(p, n);
    case EXPR_OP_IF: return plan_if_number(p, n);
    case EXPR_OP_COALESCE: return plan_coalesce(p, n);
    default: break;
    }
    if (n->many == EXPR_SCALAR && n->type == EXPR_BOOL) {
        /* A truth in a place of a number keeps room for both. */
        const struct expr_vector *truth = plan_truth(p, n);
        if (truth == NULL) return NULL;
        struct expr_vector *copy = number_vector(p, truth->op, n);
        double *lo = copy->out_lo;
        *copy = *truth;
        copy->out_lo = lo;
        make_exact(copy);
        return copy;
    }
    return plan_by_evaluator(p, n, true);
}

/* ---- public ---- */

/* Truths to bits, eight at a time: byte i of x, least first, lands on bit 56 + i of the product. */
static uint64_t word_of(const uint8_t *truth)
{
    uint64_t word = 0;
    for (size_t k = 0; k < 8; k++) {
        uint64_t x;
        memcpy(&x, truth + 8 * k, sizeof x);
        word |= (x * UINT64_C(0x0102040810204080) >> 56) << (8 * k);
    }
    return word;
}

static void run(struct planner *p, const struct expr_vector *root, uint64_t *keep, size_t from,
                size_t to)
{
    for (size_t at = from; at < to && !p->run.too_slow; at += EXPR_BLOCK) {
        p->run.from = at;
        p->run.n = to - at < EXPR_BLOCK ? to - at : EXPR_BLOCK;
        const uint8_t *truth = expr_vector_truths(&p->run, root);
        for (size_t i = 0; i < p->run.n; i += 64) {
            uint64_t word = word_of(truth + i);
            size_t left = p->run.n - i;
            keep[(at + i) / 64] = left < 64 ? word & ((UINT64_C(1) << left) - 1) : word;
        }
    }
}

bool expr_filter(uint64_t *keep, const struct expr *x, const struct column_set *set, size_t from,
                 size_t to, int32_t today, struct err *e)
{
    struct planner p = {.expr = x, .arena = arena_new(ARENA_PLAIN), .err = e};
    struct arena *scratch = arena_new(ARENA_PLAIN);
    p.run.set = set;
    p.run.work_max = WORK_LEAST + (to > from ? to - from : 0) * (uint64_t)WORK_UNIT;
    p.run.context =
        (struct expr_context){.today = today, .now = (int64_t)today * 86400, .arena = scratch};
    p.run.state = (struct expr_state){.dictionary = set->dictionary,
                                      .context = &p.run.context,
                                      .arena = scratch,
                                      .item = CODE_NONE,
                                      .position = 1};
    for (int i = 0; i < 2; i++) {
        p.run.code_pad[i] = ARENA_ARRAY(p.arena, uint16_t, EXPR_BLOCK);
        p.run.number_pad[i] = ARENA_ARRAY(p.arena, int32_t, EXPR_BLOCK);
    }
    const struct expr_vector *root = NULL;
    if (x->form != set->form->id || x->group != 0 || from % 64 != 0 || to > set->n)
        err_set(e, ERR_USAGE, "filter.not_columnar",
                "the filter was not read for this form's records");
    else root = plan_truth(&p, x->root);
    if (root != NULL) run(&p, root, keep, from, to);
    arena_free(scratch);
    arena_free(p.arena);
    if (root == NULL || !p.run.too_slow) return root != NULL;
    err_set(e, ERR_LIMIT, "filter.too_slow", "the filter takes too long");
    return err_remedy(
        e, "compare codes, numbers and dates instead of texts, or use a simpler pattern");
}
