/* SPDX-License-Identifier: EUPL-1.2 */
/* Comparisons: which kind one is, decided once while building, and the kinds that are not numbers.
 *
 * XPath 1.0 section 3.4, with dates and one correction:
 *   1. A node set compares existentially: it holds if it holds for one of its nodes.
 *   2. If one side is a boolean, = and != compare booleans.
 *   3. < <= > >= compare numbers. = and != do if one side was computed as a number or date.
 *   4. Else = and != compare strings, as blank = '' must; but two numbers, or two dates, by value.
 *   5. A comparison of numbers with NaN in it does not hold, not even != (conventions section 2; in
 *      XPath NaN != 1 holds). So nothing that is unknown satisfies a comparison of numbers.
 *
 * Dates are the interval of their possible days, A = [a,a'], B = [b,b'], and a comparison holds if
 * one day of each satisfies it:
 *
 *   A = B   a <= b' and b <= a'   (they overlap)        A != B  unless both are the same single day
 *   A < B   a <  b'      A <= B  a <= b'      A > B  a' > b      A >= B  a' >= b
 *
 * Sums and differences of dates are intervals in the same way. not(A < B) therefore says that A
 * cannot be before B: rules that shall spare partial dates are written without not(). */
#include "model/expr_internal.h"

#include "base/catalogue.h"

#include <string.h>

/* ---- building ---- */

static bool is_text(const struct expr_node *n)
{
    return n->op == EXPR_OP_CONST_TEXT;
}

static bool is_computed_number(const struct expr_node *n)
{
    return n->many == EXPR_SCALAR && (n->type == EXPR_NUMBER || n->type == EXPR_DATE) &&
           !expr_is_choice(n);
}

const struct expr_node *expr_build_as_date(struct expr_builder *b, const struct expr_node *n)
{
    if (n->type != EXPR_STRING) return n;
    if (is_text(n))
        return expr_const_span(b, EXPR_DATE, expr_text_date_span(n->text), n->at, n->end);
    return expr_build_op(b, EXPR_OP_AS_DATE, EXPR_DATE, n, NULL);
}

/* Where a number is asked for anyway, number() adds nothing. */
static const struct expr_node *bare_number(const struct expr_node *n)
{
    while (n->op == EXPR_OP_CALL && strcmp(n->function->name, "number") == 0) n = n->arg[0];
    return n;
}

static const struct expr_node *compare_node(struct expr_builder *b, enum expr_op op,
                                            enum expr_compare c, const struct expr_node *l,
                                            const struct expr_node *r)
{
    bool numbers = op == EXPR_OP_COMPARE_SPAN;
    const struct expr_node *arg[2] = {numbers ? bare_number(l) : l, numbers ? bare_number(r) : r};
    size_t at = l->at < r->at ? l->at : r->at, end = l->end > r->end ? l->end : r->end;
    struct expr_node *n = expr_node_new(b, op, EXPR_BOOL, at, end);
    n->compare = (uint8_t)c;
    return expr_fold(b, expr_node_args(b, n, arg, 2));
}

static const char *near_code(const struct codelist *l, struct text t)
{
    for (size_t i = 0; i < l->n_code; i++)
        if (text_equal_nocase(t, text_of(l->code[i].name))) return l->code[i].name;
    return NULL;
}

enum code_found { CODE_OK, CODE_OPEN, CODE_UNKNOWN };

enum missing expr_missing_find(const struct codelist *l, struct text t)
{
    struct text prefix = TEXT("missing:");
    enum missing m = missing_find(t);
    if (m != MISSING_NONE) return l != NULL && codelist_find(l, t) != CODE_NONE ? MISSING_NONE : m;
    if (!text_starts(t, prefix)) return MISSING_NONE;
    return missing_find((struct text){t.p + prefix.n, t.n - prefix.n});
}

/* What a constant text is as a value of a coded variable: code, missing code, or nothing. A list
 * that is filled at run time, or that could not be read, decides nothing now. */
static enum code_found find_code(struct expr_builder *b, struct expr_node *n,
                                 const struct expr_node *text)
{
    const struct codelist *l = b->dictionary->list[n->list];
    struct text t = text->text;
    n->missing = (uint8_t)expr_missing_find(l, t);
    if (t.n == 0) {
        n->blank = true;
        return CODE_OK;
    }
    if (l->open || l->n_code == 0) return CODE_OPEN;
    n->code = codelist_find(l, t);
    if (n->code != CODE_NONE || n->missing != MISSING_NONE) return CODE_OK;
    if (!text->literal)
        return CODE_OK; /* a parameter of the country: that it never holds may be meant */
    if (memchr(t.p, ' ', t.n) != NULL) return CODE_OPEN; /* several codes of a multi-select */
    const char *near = near_code(l, t);
    char remedy[200];
    if (near != NULL)
        snprintf(remedy, sizeof remedy, tr("did you mean '%s'? capitals count"), near);
    else snprintf(remedy, sizeof remedy, tr("see the codes with: dcim codes %s"), l->name);
    t = expr_shown(t);
    expr_fail(b->problem, text->at, "expr.unknown_code", remedy,
              "code list %s has no code \"%.*s\", so this would never hold", l->name, (int)t.n,
              t.p);
    return CODE_UNKNOWN;
}

static bool is_coded(const struct expr_node *n)
{
    return n->place == EXPR_PLACE_VAR && n->list != LIST_NONE;
}

/* var = 'CODE' without comparing texts. *done false: compare in another way. */
static const struct expr_node *compare_code(struct expr_builder *b, enum expr_op op,
                                            enum expr_compare c, const struct expr_node *var,
                                            const struct expr_node *text, size_t at, size_t end,
                                            bool *done)
{
    *done = true;
    struct expr_node *n = expr_node_new(b, op, EXPR_BOOL, at, end);
    n->compare = (uint8_t)c;
    n->var = var->var;
    n->list = var->list;
    if (var->list == LIST_NONE) { /* any variable = '' */
        n->blank = true;
        return expr_node_args(b, n, &var, 1);
    }
    switch (find_code(b, n, text)) {
    case CODE_OK: return expr_node_args(b, n, &var, 1);
    case CODE_UNKNOWN: return NULL;
    case CODE_OPEN: break;
    }
    *done = false;
    return NULL;
}

const struct expr_node *expr_build_has_code(struct expr_builder *b, const struct expr_node *var,
                                            const struct expr_node *value, size_t at, size_t end)
{
    bool done;
    if (!is_coded(var) || !is_text(value) || value->text.n == 0) return NULL;
    if (memchr(value->text.p, ' ', value->text.n) != NULL) return NULL;
    return compare_code(b, EXPR_OP_HAS_CODE, EXPR_EQ, var, value, at, end, &done);
}

static const struct expr_node *compare_bool(struct expr_builder *b, enum expr_compare c,
                                            const struct expr_node *l, const struct expr_node *r)
{
    if (l->type != EXPR_BOOL) l = expr_build_op(b, EXPR_OP_TO_BOOL, EXPR_BOOL, l, NULL);
    if (r->type != EXPR_BOOL) r = expr_build_op(b, EXPR_OP_TO_BOOL, EXPR_BOOL, r, NULL);
    if (l == NULL || r == NULL) return NULL;
    bool equality = c == EXPR_EQ || c == EXPR_NE;
    return compare_node(b, equality ? EXPR_OP_COMPARE_BOOL : EXPR_OP_COMPARE_SPAN, c, l, r);
}

/* = and != of strings and nodes. */
static const struct expr_node *compare_equal(struct expr_builder *b, enum expr_compare c,
                                             const struct expr_node *l, const struct expr_node *r)
{
    if (is_text(l)) { /* symmetrical; the node first */
        const struct expr_node *swap = l;
        l = r;
        r = swap;
    }
    bool var = l->place == EXPR_PLACE_VAR && l->var != VAR_NONE;
    if (var && is_text(r) && (is_coded(l) || r->text.n == 0)) {
        bool done;
        enum expr_op op = l->many == EXPR_SET ? EXPR_OP_ANY_CODE : EXPR_OP_IS_CODE;
        const struct expr_node *n = compare_code(b, op, c, l, r, l->at < r->at ? l->at : r->at,
                                                 l->end > r->end ? l->end : r->end, &done);
        if (done) return n;
    }
    if (l->many == EXPR_SET || r->many == EXPR_SET)
        return compare_node(b, EXPR_OP_COMPARE_SET, c, l, r);
    if (is_coded(l) && is_coded(r) && l->list == r->list && l->op == EXPR_OP_VAR &&
        r->op == EXPR_OP_VAR && b->dictionary->variable[l->var].type == VARIABLE_CODE &&
        b->dictionary->variable[r->var].type == VARIABLE_CODE)
        return compare_node(b, EXPR_OP_SAME_CODE, c, l, r);
    return compare_node(b, EXPR_OP_COMPARE_TEXT, c, l, r);
}

const struct expr_node *expr_build_compare(struct expr_builder *b, const struct expr_token *op,
                                           const struct expr_node *l, const struct expr_node *r)
{
    enum expr_compare c = op->compare;
    if (l->type == EXPR_BOOL || r->type == EXPR_BOOL) return compare_bool(b, c, l, r);
    if (!expr_need_value(b, l) || !expr_need_value(b, r)) return NULL;
    bool equality = c == EXPR_EQ || c == EXPR_NE;
    bool numbers = !equality || is_computed_number(l) || is_computed_number(r);
    if (!numbers) return compare_equal(b, c, l, r);
    if (l->type == EXPR_DATE || r->type == EXPR_DATE) {
        /* Of a set only a computed text can be made a date here; its nodes are when compared. */
        if (l->many != EXPR_SET) l = expr_build_as_date(b, l);
        if (r->many != EXPR_SET) r = expr_build_as_date(b, r);
        if (l == NULL || r == NULL) return NULL;
    }
    bool set = l->many == EXPR_SET || r->many == EXPR_SET;
    return compare_node(b, set ? EXPR_OP_COMPARE_SET : EXPR_OP_COMPARE_SPAN, c, l, r);
}

/* ---- evaluating ---- */

bool expr_code_matches(const struct value *v, const struct expr_node *n, bool whole)
{
    switch ((enum value_kind)v->kind) {
    case VALUE_EMPTY: return n->blank;
    case VALUE_MISSING: return n->missing == v->missing;
    case VALUE_CODE: return n->code == v->code;
    case VALUE_CODES:
        if (whole) return v->n_code == 1 && v->codes[0] == n->code;
        for (size_t i = 0; i < v->n_code; i++)
            if (v->codes[i] == n->code) return true;
        return false;
    case VALUE_TEXT: return n->blank && v->text.n == 0;
    default: return false;
    }
}

/* One side of a comparison of strings: what it is, found only as far as needed. */
struct side {
    const struct expr_node *n;
    const struct expr_nodes *set; /* NULL: a scalar or a single node */
    size_t i;
    const struct value *value; /* of a variable's node */
    var_id var;
    bool has_text;
    struct text text;
};

static struct side side_of(struct expr_state *st, const struct expr_node *n,
                           const struct expr_nodes *set, size_t i)
{
    if (set == NULL) n = expr_eval_chosen(st, n);
    struct side s = {.n = n, .set = set, .i = i, .var = VAR_NONE};
    if (set != NULL) {
        s.value = expr_node_value(st, n, set, i, &s.var);
    } else if (n->op == EXPR_OP_VAR || n->op == EXPR_OP_INDEXED) {
        s.value = expr_eval_value(st, n);
        s.var = n->var;
    }
    return s;
}

static struct text side_text(struct expr_state *st, struct side *s)
{
    if (!s->has_text) {
        if (s->value != NULL) s->text = expr_value_text(st, s->var, s->value);
        else if (s->set != NULL) s->text = expr_node_text(st, s->n, s->set, s->i);
        else s->text = expr_eval_text(st, s->n);
        s->has_text = true;
    }
    return s->text;
}

/* The side as a number: a number variable that is not blank, or what a choice computed. */
static struct expr_span side_number(struct expr_state *st, const struct side *s)
{
    if (s->value != NULL) {
        bool number = s->value->kind == VALUE_INTEGER || s->value->kind == VALUE_DECIMAL;
        return number ? expr_value_span(st, s->var, s->value) : EXPR_NAN;
    }
    bool computed = s->set == NULL && s->n->many == EXPR_SCALAR && s->n->type == EXPR_NUMBER;
    return computed ? expr_eval_span(st, s->n) : EXPR_NAN;
}

static bool side_is_date(const struct side *s)
{
    if (s->value != NULL) return s->value->kind == VALUE_DATE;
    return s->set == NULL && s->n->many == EXPR_SCALAR && s->n->type == EXPR_DATE;
}

static struct expr_span side_date(struct expr_state *st, struct side *s)
{
    struct expr_moment m;
    if (side_is_date(s))
        return s->value != NULL ? expr_value_span(st, s->var, s->value) : expr_eval_span(st, s->n);
    if (s->value != NULL && s->value->kind != VALUE_TEXT) return EXPR_NAN;
    struct text t = side_text(st, s);
    return expr_moment_parse(&m, t) ? expr_text_date_span(t) : EXPR_NAN;
}

static bool sides_equal(struct expr_state *st, enum expr_compare c, struct side *l, struct side *r)
{
    struct expr_span a = side_number(st, l);
    if (!isnan(a.lo)) {
        struct expr_span b = side_number(st, r);
        if (!isnan(b.lo)) return expr_span_compare(c, a, b);
    }
    if (side_is_date(l) || side_is_date(r)) {
        a = side_date(st, l);
        struct expr_span b = side_date(st, r);
        if (!isnan(a.lo) && !isnan(b.lo)) return expr_span_compare(c, a, b);
    }
    return text_equal(side_text(st, l), side_text(st, r)) == (c == EXPR_EQ);
}

/* A computed text, which is neither a number nor a date. */
static bool is_string(const struct expr_node *n)
{
    return n->many == EXPR_SCALAR && n->type == EXPR_STRING && !expr_is_choice(n);
}

bool expr_compare_text(struct expr_state *st, const struct expr_node *n)
{
    if (is_string(n->arg[0]) && is_string(n->arg[1]))
        return text_equal(expr_eval_text(st, n->arg[0]), expr_eval_text(st, n->arg[1])) ==
               (n->compare == EXPR_EQ);
    struct side l = side_of(st, n->arg[0], NULL, 0), r = side_of(st, n->arg[1], NULL, 0);
    return sides_equal(st, (enum expr_compare)n->compare, &l, &r);
}

static struct expr_span side_span(struct expr_state *st, const struct side *s, bool date)
{
    if (s->value != NULL) {
        bool as_date = date && s->value->kind == VALUE_TEXT;
        return as_date ? expr_text_date_span(s->value->text)
                       : expr_value_span(st, s->var, s->value);
    }
    if (s->set == NULL) return expr_eval_span(st, s->n);
    struct text t = expr_node_text(st, s->n, s->set, s->i);
    return date ? expr_text_date_span(t) : expr_text_span(t);
}

struct rule_of_set { /* how the sides of a comparison of sets are compared */
    enum expr_compare compare;
    bool numbers, date;
};

static struct rule_of_set rule_of(const struct expr_node *n)
{
    const struct expr_node *l = n->arg[0], *r = n->arg[1];
    enum expr_compare c = (enum expr_compare)n->compare;
    bool equality = c == EXPR_EQ || c == EXPR_NE;
    return (struct rule_of_set){c, !equality || is_computed_number(l) || is_computed_number(r),
                                l->type == EXPR_DATE || r->type == EXPR_DATE};
}

bool expr_compare_set(struct expr_state *st, const struct expr_node *n)
{
    const struct expr_node *l = n->arg[0], *r = n->arg[1];
    struct rule_of_set rule = rule_of(n);
    struct expr_nodes left = {.n = 1}, right = {.n = 1};
    bool left_set = l->many == EXPR_SET, right_set = r->many == EXPR_SET;
    if (left_set) left = expr_eval_nodes(st, l);
    if (right_set) right = expr_eval_nodes(st, r);

    for (size_t j = 0; j < right.n; j++) {
        struct side b = side_of(st, r, right_set ? &right : NULL, j);
        struct expr_span bs = rule.numbers ? side_span(st, &b, rule.date) : EXPR_NAN;
        for (size_t i = 0; i < left.n; i++) {
            if (!expr_step(st, 1)) return false;
            struct side a = side_of(st, l, left_set ? &left : NULL, i);
            bool holds = rule.numbers
                             ? expr_span_compare(rule.compare, side_span(st, &a, rule.date), bs)
                             : sides_equal(st, rule.compare, &a, &b);
            if (holds) return true;
        }
    }
    return false;
}

bool expr_compare_node(struct expr_state *st, const struct expr_node *n, var_id var,
                       const struct value *v)
{
    struct rule_of_set rule = rule_of(n);
    bool left_set = n->arg[0]->many == EXPR_SET;
    struct side node = {.n = n->arg[left_set ? 0 : 1], .value = v, .var = var};
    struct side other = side_of(st, n->arg[left_set ? 1 : 0], NULL, 0);
    struct side *l = left_set ? &node : &other, *r = left_set ? &other : &node;
    if (!rule.numbers) return sides_equal(st, rule.compare, l, r);
    struct expr_span a = side_span(st, l, rule.date), b = side_span(st, r, rule.date);
    return expr_span_compare(rule.compare, a, b);
}
