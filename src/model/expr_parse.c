/* SPDX-License-Identifier: EUPL-1.2 */
/* The grammar of conventions section 2, by precedence climbing. Each production hands what it found
 * to the builder (expr_build.c), which knows types and names; this file knows neither.
 *
 *   expr  := or;  or := and ("or" and)* ... down to mul, as in the table of operators of expr_lex.c
 *   unary := "-"* union;  union := path ("|" path)*
 *   path  := primary predicate* ("/" step)* | ("/" | "./" | "../")? step ("/" step)* | "." | ".."
 *
 * The C stack is used for nesting alone, which is limited to EXPR_DEPTH_MAX; chains of one operator
 * are loops. The first problem ends the reading. */
#include "model/expr_internal.h"

#include "base/catalogue.h"
#include "base/mem.h"

#include <stdio.h>

struct parser {
    struct expr_lexer lexer;
    struct expr_token token; /* the one looked at */
    struct expr_builder b;
    size_t nest;
};

static const struct expr_node *parse_expr(struct parser *p, uint8_t least);

static bool advance(struct parser *p)
{
    p->token = expr_lex(&p->lexer);
    return p->token.kind != EXPR_TOKEN_BAD;
}

static const struct expr_node *unexpected(struct parser *p, const char *wanted)
{
    struct text t = expr_shown(p->token.text);
    if (p->token.kind == EXPR_TOKEN_BAD) return NULL; /* told already */
    if (p->token.kind == EXPR_TOKEN_END)
        return expr_fail(p->b.problem, p->token.at, "expr.unexpected_end",
                         "complete the expression: a value, or the closing bracket, is missing",
                         "the expression ends where %s was expected", wanted);
    return expr_fail(p->b.problem, p->token.at, "expr.unexpected",
                     "remove it, or add what is missing before it",
                     "\"%.*s\" stands where %s was expected", (int)t.n, t.p, wanted);
}

static bool expect(struct parser *p, enum expr_token_kind kind, const char *wanted)
{
    if (p->token.kind == kind) return advance(p);
    unexpected(p, wanted);
    return false;
}

/* The token may begin a step; `..` and `.` may not follow a function, where they begin nothing. */
static bool is_step(enum expr_token_kind k)
{
    return k == EXPR_TOKEN_NAME || k == EXPR_TOKEN_STAR || k == EXPR_TOKEN_DOT ||
           k == EXPR_TOKEN_DOTDOT;
}

static bool push(struct parser *p, const struct expr_node *n)
{
    if (n == NULL) return false;
    MEM_GROW(p->b.stack, p->b.cap_stack, p->b.n_stack + 1);
    p->b.stack[p->b.n_stack++] = n;
    return true;
}

static const struct expr_node *parse_call(struct parser *p)
{
    struct expr_token name = p->token;
    size_t from = p->b.n_stack;
    if (!advance(p) || !advance(p)) return NULL; /* the name and its bracket */
    if (p->token.kind != EXPR_TOKEN_RIGHT) {
        for (;;) {
            if (!push(p, parse_expr(p, 1))) return NULL;
            if (p->token.kind != EXPR_TOKEN_COMMA) break;
            if (!advance(p)) return NULL;
        }
    }
    size_t end = p->token.end;
    if (!expect(p, EXPR_TOKEN_RIGHT, tr("a comma or )"))) return NULL;
    return expr_build_call(&p->b, &name, from, end);
}

/* Predicates and further steps behind a path's beginning. Positions in a predicate behind a step
 * count the nodes under each parent; behind a primary they count the whole set. */
static const struct expr_node *parse_tail(struct parser *p, const struct expr_node *n, bool step)
{
    while (n != NULL) {
        if (p->token.kind == EXPR_TOKEN_OPEN) {
            struct expr_scope before;
            if (!advance(p) || !expr_scope_enter(&p->b, n, &before)) return NULL;
            const struct expr_node *condition = parse_expr(p, 1);
            expr_scope_leave(&p->b, &before);
            size_t end = p->token.end;
            if (condition == NULL || !expect(p, EXPR_TOKEN_CLOSE, "]")) return NULL;
            n = expr_build_filter(&p->b, n, condition, step, end);
        } else if (p->token.kind == EXPR_TOKEN_SLASH) {
            if (!advance(p)) return NULL;
            if (!is_step(p->token.kind)) return unexpected(p, "a name, . or ..");
            struct expr_token t = p->token;
            if (!advance(p)) return NULL;
            n = expr_build_step(&p->b, n, &t);
            step = true;
        } else {
            return n;
        }
    }
    return NULL;
}

static const struct expr_node *parse_path(struct parser *p)
{
    struct expr_token t = p->token;
    const struct expr_node *n = NULL;
    struct expr_span number;
    switch (t.kind) {
    case EXPR_TOKEN_NUMBER:
        number = expr_text_span(t.text);
        if (!advance(p)) return NULL;
        return parse_tail(p, expr_const_span(&p->b, EXPR_NUMBER, number, t.at, t.end), false);
    case EXPR_TOKEN_STRING:
        if (!advance(p)) return NULL;
        return parse_tail(p, expr_literal(&p->b, t.text, t.at, t.end), false);
    case EXPR_TOKEN_FUNCTION: return parse_tail(p, parse_call(p), false);
    case EXPR_TOKEN_VARIABLE:
        if (!advance(p)) return NULL;
        return parse_tail(p, expr_build_reference(&p->b, &t), false);
    case EXPR_TOKEN_LEFT:
        if (!advance(p)) return NULL;
        n = parse_expr(p, 1);
        if (n == NULL || !expect(p, EXPR_TOKEN_RIGHT, tr("an operator or )"))) return NULL;
        return parse_tail(p, n, false);
    case EXPR_TOKEN_SLASH:
        if (!advance(p)) return NULL;
        t = p->token;
        if (t.kind != EXPR_TOKEN_NAME) return unexpected(p, tr("the name of the form"));
        if (!advance(p)) return NULL;
        return parse_tail(p, expr_build_root(&p->b, &t), true);
    case EXPR_TOKEN_NAME:
    case EXPR_TOKEN_STAR:
    case EXPR_TOKEN_DOT:
    case EXPR_TOKEN_DOTDOT:
        if (!advance(p)) return NULL;
        if (t.kind == EXPR_TOKEN_DOT && p->token.kind == EXPR_TOKEN_SLASH) {
            if (!advance(p)) return NULL;
            t = p->token;
            if (!is_step(t.kind)) return unexpected(p, "a name, . or ..");
            if (!advance(p)) return NULL;
        }
        return parse_tail(p, expr_build_start(&p->b, &t), true);
    default: return unexpected(p, "a value");
    }
}

static bool at_operator(const struct parser *p, enum expr_op op)
{
    return p->token.kind == EXPR_TOKEN_OPERATOR && p->token.op == op;
}

/* "-"* union */
static const struct expr_node *parse_unary(struct parser *p)
{
    size_t n_minus = 0, at = p->token.at;
    for (; at_operator(p, EXPR_OP_SUBTRACT); n_minus++)
        if (!advance(p)) return NULL;
    const struct expr_node *n = parse_path(p);
    if (n != NULL && at_operator(p, EXPR_OP_UNION)) {
        struct expr_token op = p->token;
        size_t from = p->b.n_stack;
        if (!push(p, n)) return NULL;
        while (at_operator(p, EXPR_OP_UNION))
            if (!advance(p) || !push(p, parse_path(p))) return NULL;
        n = expr_build_chain(&p->b, &op, from);
    }
    /* Two minuses are a conversion to a number. */
    for (size_t i = 0; n != NULL && i < (n_minus > 2 ? 2 - n_minus % 2 : n_minus); i++)
        n = expr_build_negate(&p->b, n, at);
    return n;
}

/* An expression of operators that bind at least as tightly as `least`. */
static const struct expr_node *parse_expr(struct parser *p, uint8_t least)
{
    if (least == 1 && ++p->nest > EXPR_DEPTH_MAX)
        return expr_fail(p->b.problem, p->token.at, "expr.too_deep",
                         "split the expression: give a part of it a calculation of its own",
                         "brackets are nested deeper than %d", EXPR_DEPTH_MAX);
    const struct expr_node *l = parse_unary(p);
    while (l != NULL && p->token.kind == EXPR_TOKEN_OPERATOR && p->token.precedence >= least) {
        struct expr_token op = p->token;
        if (op.op == EXPR_OP_OR || op.op == EXPR_OP_AND) {
            size_t from = p->b.n_stack;
            if (!push(p, l)) return NULL;
            while (at_operator(p, op.op))
                if (!advance(p) || !push(p, parse_expr(p, op.precedence + 1))) return NULL;
            l = expr_build_chain(&p->b, &op, from);
        } else {
            if (!advance(p)) return NULL;
            const struct expr_node *r = parse_expr(p, op.precedence + 1);
            l = r == NULL ? NULL : expr_build_binary(&p->b, &op, l, r);
        }
    }
    if (least == 1) p->nest--;
    return l;
}

/* ---- what it reads ---- */

struct ids {
    uint16_t *item;
    size_t n, cap;
};

static void add_id(struct ids *s, uint16_t id)
{
    for (size_t i = 0; i < s->n; i++)
        if (s->item[i] == id) return;
    MEM_GROW(s->item, s->cap, s->n + 1);
    s->item[s->n++] = id;
}

static const uint16_t *take_ids(struct ids *s, struct arena *a, size_t *n)
{
    uint16_t *id = ARENA_ARRAY(a, uint16_t, s->n);
    for (size_t i = 0; i < s->n; i++) id[i] = s->item[i];
    *n = s->n;
    mem_free(s->item);
    return id;
}

static void collect_group(struct ids *vars, const struct form *f, group_id g)
{
    for (size_t i = 0; i < f->group[g].n_variable; i++) add_id(vars, f->group[g].variable[i]);
}

/* The tree is no deeper than EXPR_DEPTH_MAX. */
static void collect(struct ids *vars, struct ids *groups, const struct form *f,
                    const struct expr_node *n)
{
    switch ((enum expr_op)n->op) {
    case EXPR_OP_VAR:
    case EXPR_OP_VARS:
    case EXPR_OP_INDEXED:
        if (n->var != VAR_NONE) add_id(vars, n->var);
        break;
    case EXPR_OP_GROUPS: add_id(groups, n->group); break;
    case EXPR_OP_CHILD:
        if (n->place == EXPR_PLACE_VAR) add_id(vars, n->var);
        else add_id(groups, n->group);
        break;
    case EXPR_OP_ALL:
        collect_group(vars, f, n->arg[0]->group);
        for (size_t c = 1; c < f->n_group; c++)
            if (f->group[c].parent == n->arg[0]->group) add_id(groups, (group_id)c);
        break;
    default: break;
    }
    for (size_t i = 0; i < n->n_arg; i++) collect(vars, groups, f, n->arg[i]);
}

/* ---- public ---- */

static const struct expr_node *parse_whole(struct parser *p)
{
    struct text t = p->b.text;
    size_t bad = 0;
    if (t.n > EXPR_TEXT_MAX)
        return expr_fail(p->b.problem, EXPR_TEXT_MAX, "expr.too_long",
                         "split the expression: give a part of it a calculation of its own",
                         "the expression is longer than %d bytes", EXPR_TEXT_MAX);
    if (!text_is_utf8(t, &bad))
        return expr_fail(p->b.problem, bad, "expr.encoding", "save the file as UTF-8",
                         "byte %zu is not valid UTF-8", bad);
    if (text_trim(t).n == 0)
        return expr_fail(p->b.problem, 0, "expr.empty",
                         "write an expression, or leave the cell out", "the expression is empty");
    if (!advance(p)) return NULL;
    const struct expr_node *n = parse_expr(p, 1);
    if (n != NULL && p->token.kind != EXPR_TOKEN_END)
        return unexpected(p, tr("an operator or the end"));
    return n;
}

static bool parse(struct expr **out, const struct dictionary *d, const struct form *f, group_id g,
                  var_id self, struct text text, struct arena *a, struct expr_problem *problem,
                  bool as_written)
{
    struct parser p = {
        .b = {.dictionary = d,
              .form = f,
              .group = g,
              .self = self,
              .arena = a,
              .problem = problem,
              .scope = {.place = EXPR_PLACE_VAR, .group = g, .var = self, .list = LIST_NONE},
              .as_written = as_written},
    };
    *out = NULL;
    *problem = (struct expr_problem){0};
    p.b.text = text.n > EXPR_TEXT_MAX
                   ? text
                   : (struct text){arena_copy(a, text.n == 0 ? "" : text.p, text.n), text.n};
    expr_lex_init(&p.lexer, p.b.text, problem);

    const struct expr_node *root = parse_whole(&p);
    if (root != NULL && self != VAR_NONE) expr_resolve_results(&p.b, root);
    if (root != NULL && !as_written) root = expr_tabulate(&p.b, root);
    mem_free(p.b.stack);
    if (root == NULL) return false;

    struct ids vars = {0}, groups = {0};
    collect(&vars, &groups, f, root);
    struct expr *x = ARENA_NEW(a, struct expr);
    *x = (struct expr){.text = p.b.text, .root = root, .form = f->id, .group = g, .self = self};
    x->read = take_ids(&vars, a, &x->n_read);
    x->walked = take_ids(&groups, a, &x->n_walked);
    *out = x;
    return true;
}

bool expr_parse(struct expr **out, const struct dictionary *d, const struct form *f, group_id g,
                var_id self, struct text text, struct arena *a, struct expr_problem *problem)
{
    return parse(out, d, f, g, self, text, a, problem, false);
}

bool expr_parse_as_written(struct expr **out, const struct dictionary *d, const struct form *f,
                           group_id g, var_id self, struct text text, struct arena *a,
                           struct expr_problem *problem)
{
    return parse(out, d, f, g, self, text, a, problem, true);
}

void expr_variables(const struct expr *x, void (*fn)(void *ctx, var_id v), void *ctx)
{
    for (size_t i = 0; i < x->n_read; i++) fn(ctx, x->read[i]);
}

void expr_groups(const struct expr *x, void (*fn)(void *ctx, group_id g), void *ctx)
{
    for (size_t i = 0; i < x->n_walked; i++) fn(ctx, x->walked[i]);
}

struct text expr_text(const struct expr *x)
{
    return x->text;
}

group_id expr_group(const struct expr *x)
{
    return x->group;
}
