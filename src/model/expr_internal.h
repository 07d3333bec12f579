/* SPDX-License-Identifier: EUPL-1.2 */
/* Shared by the files of the expression language (expr*.c) and validate.c, which evaluates many
 * expressions over one record; nobody else includes it.
 *
 * An expression is a tree of nodes whose types are known when it has been read: the parser
 * (expr_parse.c) finds the grammar, the builder (expr_build.c, expr_path.c, expr_compare.c) gives
 * each node its type, resolves names and replaces what is constant; the evaluators switch on
 * `op`. */
#ifndef DCIM_MODEL_EXPR_INTERNAL_H
#define DCIM_MODEL_EXPR_INTERNAL_H

#include "base/regex.h"
#include "model/expr.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- values ---- */

/* A number, known or known to lie between two: partial dates and what is computed from them.
 * lo == hi for an ordinary number; both NaN for none. */
struct expr_span {
    double lo, hi;
};

enum expr_type { EXPR_BOOL, EXPR_NUMBER, EXPR_DATE, EXPR_STRING };

enum expr_many {
    EXPR_SCALAR, /* a value that was computed */
    EXPR_ONE,    /* exactly one node: a variable of an instance, a column of an item */
    EXPR_SET     /* any number of nodes, in document order, each once */
};

enum expr_place {                      /* what the nodes are */
                  EXPR_PLACE_NONE,     /* a scalar */
                  EXPR_PLACE_VAR,      /* variable `var` of instances of `group` */
                  EXPR_PLACE_GROUP,    /* instances of `group` */
                  EXPR_PLACE_DOCUMENT, /* instance('L') */
                  EXPR_PLACE_ROOT,     /* instance('L')/root */
                  EXPR_PLACE_ITEM,     /* codes of `list` */
                  EXPR_PLACE_COLUMN,   /* `column` of codes of `list` */
                  EXPR_PLACE_MIXED     /* variables and instances of several kinds */
};

enum { /* columns of a list that are not among its further ones */
       EXPR_COLUMN_NAME = 0xFFFD,
       EXPR_COLUMN_PARENT = 0xFFFE,
       EXPR_COLUMN_LABEL = 0xFFFF
};

struct expr_ref { /* one node of a mixed set */
    var_id var;   /* VAR_NONE: the instance itself */
    group_id group;
    uint32_t row;
};

struct expr_nodes { /* a node set: rows (or codes) from, from+1 ..., unless listed */
    size_t n;
    uint32_t from;
    const uint32_t *row;
    const struct expr_ref *ref; /* of EXPR_PLACE_MIXED */
};

static inline uint32_t expr_nodes_row(const struct expr_nodes *s, size_t i)
{
    return s->row != NULL ? s->row[i] : s->from + (uint32_t)i;
}

/* ---- nodes ---- */

enum expr_op {
    EXPR_OP_CONST_BOOL, /* code: 0 or 1 */
    EXPR_OP_CONST_SPAN, /* span; type NUMBER or DATE */
    EXPR_OP_CONST_TEXT, /* text */

    EXPR_OP_VAR,    /* the variable in the enclosing instance of its group */
    EXPR_OP_VARS,   /* it in all instances below the enclosing instance of group `within` */
    EXPR_OP_HERE,   /* the enclosing instance of `group` */
    EXPR_OP_GROUPS, /* instances of `group` below the enclosing instance of `within` */
    EXPR_OP_CHILD,  /* variable or group below the instances of arg 0 */
    EXPR_OP_PARENT, /* instances that hold the nodes of arg 0 */
    EXPR_OP_ALL,    /* * : all variables and groups of the instances of arg 0 */
    EXPR_OP_FILTER, /* arg 0 [ arg 1 ] */
    /* items of `list` that meet ranges: a FILTER compiled to loops over columns */
    EXPR_OP_ITEM_RANGE,
    EXPR_OP_UNION,    /* arg 0 | arg 1 | ... */
    EXPR_OP_DOCUMENT, /* instance('L') and its root: no value of their own */
    EXPR_OP_ITEMS,    /* all codes of `list` */
    EXPR_OP_ITEM,     /* the code the predicate, or the choice filter, looks at */
    EXPR_OP_COLUMN,   /* `column` of arg 0, or of EXPR_OP_ITEM without one; numbers if known */
    EXPR_OP_INDEXED,  /* indexed-repeat(): arg i the number within indexed[i] */

    EXPR_OP_OR,
    EXPR_OP_AND,
    EXPR_OP_NOT,
    EXPR_OP_TO_BOOL,      /* boolean(); of nodes: one of them is not blank */
    EXPR_OP_COMPARE_SPAN, /* two numbers or dates */
    EXPR_OP_COMPARE_TEXT, /* = or != of two strings */
    EXPR_OP_COMPARE_BOOL, /* = or != */
    EXPR_OP_COMPARE_SET,  /* any comparison with a node set in it; existential */
    EXPR_OP_IS_CODE,      /* = or != of a coded variable and a constant: code, missing, blank */
    EXPR_OP_ANY_CODE,     /* the same over a set */
    EXPR_OP_HAS_CODE,     /* selected() of the same */
    EXPR_OP_SAME_CODE,    /* = or != of two variables with one list */
    EXPR_OP_CODE_TABLE,   /* a truth by the code of arg 0, a single coded variable */
    EXPR_OP_DATE_PART,    /* substr(date, ...): its year, month or day; arg 1 the call itself */
    EXPR_OP_ADD,
    EXPR_OP_SUBTRACT,
    EXPR_OP_MULTIPLY,
    EXPR_OP_DIVIDE,
    EXPR_OP_MODULO,
    EXPR_OP_NEGATE,
    EXPR_OP_AS_DATE, /* text as a date, "2020" being a year */

    EXPR_OP_IF,
    EXPR_OP_COALESCE,
    EXPR_OP_ONCE,        /* arg 0 is the variable itself, arg 1 what it becomes */
    EXPR_OP_REGEX,       /* with a constant pattern */
    EXPR_OP_DATE_SHAPE,  /* regex() that asks how precise a date is; code: set of 1 << precision */
    EXPR_OP_PARAMETER,   /* pulldata('parameters', ...) by a computed name */
    EXPR_OP_PULL,        /* pulldata: `column` of the code of `list` whose name is arg 0 */
    EXPR_OP_PULL_BY,     /* ... whose column `within` is arg 0 */
    EXPR_OP_CHOICE_NAME, /* label of arg 0 in `list` */
    EXPR_OP_CALL         /* function->call */
};

enum expr_compare { EXPR_EQ, EXPR_NE, EXPR_LT, EXPR_LE, EXPR_GT, EXPR_GE };

struct expr_function;

struct expr_parameters { /* in the order of their names, for searching */
    const struct parameter **item;
    size_t n;
};

struct expr_range { /* `number[code] compare arg` must hold */
    const double *number;
    enum expr_compare compare;
};

enum { EXPR_RANGES_MAX = 4 };

struct
    expr_pulled { /* what pulldata() gives the expression's variable, by code of the key; expr.c */
    list_id list; /* of the variable */
    const code_id *code;
};

struct expr_node {
    uint8_t op;      /* enum expr_op */
    uint8_t type;    /* enum expr_type */
    uint8_t many;    /* enum expr_many */
    uint8_t place;   /* enum expr_place */
    uint8_t compare; /* enum expr_compare */
    uint8_t missing; /* IS_CODE, HAS_CODE: enum missing of the same text */
    bool blank;      /* IS_CODE: the text is empty */
    bool origin; /* VAR, HERE: from where the expression stands, not from the predicate's node */
    bool each_parent; /* FILTER: positions start anew under each parent instance */
    bool impure;      /* another call may give another value */
    bool literal;     /* CONST_TEXT that stands so in the source */
    uint8_t depth;
    uint16_t n_arg;
    uint16_t at, end; /* bytes of the text it was read from */
    var_id var;
    group_id group;
    group_id within;
    uint16_t slot;   /* of var in its group */
    list_id list;    /* of a coded variable, of items */
    uint16_t column; /* of a list, or EXPR_COLUMN_* */
    code_id code;
    const struct expr_node *const *arg;
    union {
        struct expr_span span;
        struct text text;
        const struct regex *regex;
        const double *number; /* COLUMN: by code, NaN where none */
        const struct expr_function *function;
        const group_id *indexed;
        const struct expr_parameters *parameters;
        const uint8_t *table;             /* CODE_TABLE: by code, then blank and missing */
        const struct expr_range *range;   /* ITEM_RANGE: by argument */
        const struct expr_pulled *pulled; /* PULL, as a result: may be NULL */
    };
};

struct expr {
    struct text text;
    const struct expr_node *root;
    form_id form;
    group_id group;
    var_id self;
    const var_id *read; /* variables it reads, each once */
    size_t n_read;
    const group_id *walked; /* repeats whose instances it walks through */
    size_t n_walked;
};

/* ---- lexer: expr_lex.c ---- */

enum expr_token_kind {
    EXPR_TOKEN_END,
    EXPR_TOKEN_BAD, /* the problem has been set */
    EXPR_TOKEN_NUMBER,
    EXPR_TOKEN_STRING, /* text without its quotes */
    EXPR_TOKEN_NAME,
    EXPR_TOKEN_FUNCTION, /* a name with ( behind it */
    EXPR_TOKEN_VARIABLE, /* text is the name within ${ } */
    EXPR_TOKEN_STAR,     /* any child */
    EXPR_TOKEN_SLASH,
    EXPR_TOKEN_DOT,
    EXPR_TOKEN_DOTDOT,
    EXPR_TOKEN_LEFT, /* ( */
    EXPR_TOKEN_RIGHT,
    EXPR_TOKEN_OPEN, /* [ */
    EXPR_TOKEN_CLOSE,
    EXPR_TOKEN_COMMA,
    EXPR_TOKEN_OPERATOR /* op, precedence */
};

struct expr_token {
    enum expr_token_kind kind;
    struct text text; /* of the source; contents of strings and references */
    uint16_t at, end; /* bytes of the source */
    uint8_t
        precedence;  /* of an operator: 1 or, 2 and, 3 = !=, 4 < <= > >=, 5 + -, 6 * div mod, 7 | */
    enum expr_op op; /* OR AND ADD ... ; COMPARE_SPAN stands for all comparisons */
    enum expr_compare compare;
};

struct expr_lexer {
    struct text text;
    size_t at;
    bool after_operand; /* XPath 1.0 section 3.7: whether `*` and names may be operators here */
    struct expr_problem *problem;
};

void expr_lex_init(struct expr_lexer *l, struct text text, struct expr_problem *p);
struct expr_token expr_lex(struct expr_lexer *l);
/* Fill the problem; NULL, so that a caller can return it for a node. */
const struct expr_node *expr_fail(struct expr_problem *p, size_t at, const char *id,
                                  const char *remedy, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));
/* At most 60 bytes of a name or text for a message, not cut within a character. */
struct text expr_shown(struct text t);

/* ---- builder: expr_build.c, expr_path.c, expr_compare.c, expr_call.c ---- */

struct expr_scope { /* where a relative path begins */
    enum expr_place
        place;      /* VAR: at a variable (VAR_NONE: nameless); GROUP, ITEM: within a predicate */
    group_id group; /* of the innermost instance, in ITEM and COLUMN too */
    var_id var;
    list_id list;
    uint16_t column;
};

struct expr_builder {
    const struct dictionary *dictionary;
    const struct form *form;
    group_id group; /* where the expression stands */
    var_id self;
    struct text text;
    struct arena *arena;
    struct expr_problem *problem;
    const struct expr_node **stack; /* operands being collected */
    size_t n_stack, cap_stack;
    struct expr_scope scope; /* changes within predicates */
    size_t n_scope;          /* depth of predicates */
    size_t table_work;       /* steps taken to fill tables */
    bool as_written;         /* constants are not worked out, tables not made */
};

/* expr_parse() that replaces nothing by what it comes to, so that every operator and function of
 * the text meets an evaluator: for tests that hold two evaluators against each other. */
bool expr_parse_as_written(struct expr **out, const struct dictionary *d, const struct form *f,
                           group_id g, var_id self, struct text text, struct arena *a,
                           struct expr_problem *problem) MUST_CHECK;

struct expr_node *expr_node_new(struct expr_builder *b, enum expr_op op, enum expr_type type,
                                size_t at, size_t end);
/* Gives the node its arguments (copied) and its depth; NULL with the problem when too deep. */
struct expr_node *expr_node_args(struct expr_builder *b, struct expr_node *n,
                                 const struct expr_node *const *arg, size_t n_arg);
/* The node, or the constant that it always is. */
const struct expr_node *expr_fold(struct expr_builder *b, const struct expr_node *n);
const struct expr_node *expr_const_text(struct expr_builder *b, struct text t, size_t at,
                                        size_t end);
const struct expr_node *expr_literal(struct expr_builder *b, struct text t, size_t at, size_t end);
const struct expr_node *expr_const_span(struct expr_builder *b, enum expr_type type,
                                        struct expr_span s, size_t at, size_t end);
bool expr_is_const(const struct expr_node *n);
/* Whether a value can be taken of it; else the problem: repeats and items have none of their
 * own. */
bool expr_need_value(struct expr_builder *b, const struct expr_node *n);
/* One node of op over one or two arguments, folded. */
const struct expr_node *expr_build_op(struct expr_builder *b, enum expr_op op, enum expr_type type,
                                      const struct expr_node *l, const struct expr_node *r);

/* The node, with parts replaced by tables. */
const struct expr_node *expr_tabulate(struct expr_builder *b, const struct expr_node *n);
/* Texts that the expression may give its variable: find their codes now (code, missing, list). */
void expr_resolve_results(struct expr_builder *b, const struct expr_node *root);
const struct expr_node *expr_build_binary(struct expr_builder *b, const struct expr_token *op,
                                          const struct expr_node *l, const struct expr_node *r);
/* and, or, | over the operands on the stack from `from`; pops them. */
const struct expr_node *expr_build_chain(struct expr_builder *b, const struct expr_token *op,
                                         size_t from);
const struct expr_node *expr_build_negate(struct expr_builder *b, const struct expr_node *n,
                                          size_t at);
const struct expr_node *expr_build_compare(struct expr_builder *b, const struct expr_token *op,
                                           const struct expr_node *l, const struct expr_node *r);
const struct expr_node *expr_build_as_date(struct expr_builder *b, const struct expr_node *n);
/* selected(var, constant) as a comparison of codes; NULL without a problem when it is not one. */
const struct expr_node *expr_build_has_code(struct expr_builder *b, const struct expr_node *var,
                                            const struct expr_node *value, size_t at, size_t end);
const struct expr_node *expr_build_call(struct expr_builder *b, const struct expr_token *name,
                                        size_t from, size_t end);

const struct expr_node *expr_build_reference(struct expr_builder *b, const struct expr_token *t);
const struct expr_node *expr_build_root(struct expr_builder *b, const struct expr_token *name);
const struct expr_node *expr_build_start(struct expr_builder *b, const struct expr_token *step);
const struct expr_node *expr_build_step(struct expr_builder *b, const struct expr_node *base,
                                        const struct expr_token *step);
const struct expr_node *expr_build_current(struct expr_builder *b, size_t at, size_t end);
const struct expr_node *expr_build_instance(struct expr_builder *b, const struct expr_node *name,
                                            size_t at, size_t end);
const struct expr_node *expr_build_var(struct expr_builder *b, var_id v, size_t at, size_t end);
/* A predicate: enter before its expression is read, leave (also when that failed) behind it. */
bool expr_scope_enter(struct expr_builder *b, const struct expr_node *base,
                      struct expr_scope *before);
void expr_scope_leave(struct expr_builder *b, const struct expr_scope *before);
const struct expr_node *expr_build_filter(struct expr_builder *b, const struct expr_node *base,
                                          const struct expr_node *condition, bool each_parent,
                                          size_t end);
/* List, and a column of it, by the names in an expression; false with the problem. */
const struct codelist *expr_find_list(struct expr_builder *b, struct text name, size_t at);
bool expr_find_column(struct expr_builder *b, const struct codelist *l, struct text name, size_t at,
                      uint16_t *out);

/* ---- functions: expr_function.c (the table), expr_call.c (building calls) ---- */

struct expr_state;

struct expr_call { /* a call that is being built; the number of arguments has been checked */
    const struct expr_function *function;
    const struct expr_node *const *arg;
    size_t n_arg;
    size_t at, end;
};

struct expr_function {
    const char *name;
    uint8_t min, max;    /* arguments; max 255: any number; max < min: known, not offered */
    const char *arg;     /* one letter each, the last repeats: v value, n nodes, b anything */
    enum expr_type type; /* of the result */
    bool impure;         /* not to be replaced by a constant */
    const struct expr_node *(*build)(struct expr_builder *b, const struct expr_call *c);
    /* NULL: an EXPR_OP_CALL of what follows, one of them by `type` */
    bool (*to_bool)(struct expr_state *st, const struct expr_node *n);
    struct expr_span (*to_span)(struct expr_state *st, const struct expr_node *n);
    struct text (*to_text)(struct expr_state *st, const struct expr_node *n);
    /* a text may also have to_span, which says the same as the number that the text is, sooner */
    const char *usage; /* "substr(text, start, end)"; of one not offered: what to do instead */
};

const struct expr_function *expr_function_find(struct text name); /* NULL when there is none */
/* sum(), min(), max() step by step: of nothing, and one more; `first`: there was nothing before. */
bool expr_function_folds(const struct expr_function *f);
struct expr_span expr_function_none(const struct expr_function *f);
struct expr_span expr_function_fold(const struct expr_function *f, struct expr_span before,
                                    struct expr_span more, bool first);
const struct parameter *expr_parameter(const struct expr_parameters *s,
                                       struct text name); /* or NULL */
/* Whether it is selected-at() of a variable with codes of `list`; then also *c, CODE_NONE for
 * none. */
bool expr_function_gives_code(const struct expr_node *n, list_id list);
bool expr_function_code(code_id *c, struct expr_state *st, const struct expr_node *n, list_id list);
extern const struct expr_function expr_functions[];
extern const size_t n_expr_function;

/* ---- evaluation: expr_eval.c, expr_nodes.c, expr_value.c ---- */

struct expr_state {
    const struct record *record; /* NULL while folding constants */
    const struct dictionary *dictionary;
    const struct expr_context *context;
    struct arena *arena;
    group_id group; /* innermost instance: the expression's, or a predicate's */
    uint32_t row;
    group_id origin_group;
    uint32_t origin_row;
    code_id item;    /* code a predicate over a list looks at */
    size_t position; /* 1-based place within the predicate's set */
    size_t language;
    uint32_t steps;
    enum expr_result result;
    bool marked; /* something was taken from the arena */
    struct arena_mark mark;
    int64_t slow_since; /* processor time at the first slow match of a pattern, 0: none yet */
    int64_t slow_total; /* nanoseconds in slow matches, of all evaluations of this state */
    const struct expr_bound *bound; /* variables that have their value here, not in the record */
    size_t n_bound;
};

struct expr_bound {
    var_id var;
    struct value value;
};

const struct value *expr_bound_value(const struct expr_state *st, var_id v); /* NULL: not bound */

/* Begin with a record; then, for each expression, stand where it is to be evaluated: false when it
 * was not read for that group or one around it. expr_state_end() gives back what was taken from the
 * arena. */
void expr_state_init(struct expr_state *st, const struct expr_context *ctx);
static inline bool expr_state_stand(struct expr_state *st, const struct expr *x, group_id g,
                                    uint32_t row)
{
    const struct record *r = st->record;
    assert(r->form->id == x->form);
    while (g != x->group && g != 0) {
        row = r->table[g].parent[row];
        g = r->form->group[g].parent;
    }
    st->group = st->origin_group = g;
    st->row = st->origin_row = row;
    st->item = st->context->choice;
    st->steps = 0;
    st->slow_since = 0;
    st->result = EXPR_OK;
    return g == x->group;
}
static inline void expr_state_end(struct expr_state *st)
{
    if (st->marked) arena_rewind(st->arena, st->mark);
    st->marked = false;
}
/* expr_value() in a state that stands. */
bool expr_state_value(struct value *out, struct expr_state *st, const struct expr *x,
                      const struct variable *v, struct arena *keep);

bool expr_eval_bool(struct expr_state *st, const struct expr_node *n);
bool expr_table_truth(struct expr_state *st, const struct expr_node *n);
struct expr_span expr_eval_span(struct expr_state *st, const struct expr_node *n);
struct text expr_eval_text(struct expr_state *st, const struct expr_node *n);
double expr_eval_number(struct expr_state *st, const struct expr_node *n); /* NaN when not exact */
/* True when the value is "", or no number. */
bool expr_eval_blank(struct expr_state *st, const struct expr_node *n);
/* The key of a PULL as a code of n->list, CODE_NONE when it is blank or missing; false: only its
 * text tells. */
bool expr_pull_key(code_id *c, struct expr_state *st, const struct expr_node *n);
/* Of a DATE_PART: year, month or day of a date that knows it, -1 otherwise; n->code says which. */
int expr_date_part(struct expr_state *st, const struct expr_node *n);
/* Behind if(), coalesce() and once(): the argument whose value it is. */
const struct expr_node *expr_eval_chosen(struct expr_state *st, const struct expr_node *n);
static inline bool expr_is_choice(const struct expr_node *n)
{
    return n->op == EXPR_OP_IF || n->op == EXPR_OP_COALESCE || n->op == EXPR_OP_ONCE;
}

/* Node sets; n->many is ONE or SET. */
struct expr_nodes expr_eval_nodes(struct expr_state *st, const struct expr_node *n);
/* The value of a single variable (VAR, INDEXED), a blank one when its instance does not exist. */
const struct value *expr_eval_value(struct expr_state *st, const struct expr_node *n);
static inline bool expr_value_is_blank(const struct value *v)
{
    return v->kind == VALUE_EMPTY || (v->kind == VALUE_TEXT && v->text.n == 0);
}
struct text expr_node_text(struct expr_state *st, const struct expr_node *n,
                           const struct expr_nodes *s, size_t i);
/* Whether the text of node i is empty. */
bool expr_node_is_blank(struct expr_state *st, const struct expr_node *n,
                        const struct expr_nodes *s, size_t i);
struct expr_span expr_node_span(struct expr_state *st, const struct expr_node *n,
                                const struct expr_nodes *s, size_t i);
/* Value of node i, or NULL when it is not a variable's. */
const struct value *expr_node_value(const struct expr_state *st, const struct expr_node *n,
                                    const struct expr_nodes *s, size_t i, var_id *var);
struct text expr_column_text(const struct expr_state *st, list_id list, code_id c, uint16_t column);
uint32_t expr_row_of(const struct expr_state *st, group_id g, bool origin);
/* Rows [*from, *to) of group g's table that are below rows [*from, *to) of its ancestor
 * `within`. */
void expr_rows_below(const struct record *r, group_id g, group_id within, uint32_t *from,
                     uint32_t *to);
static inline const struct value *expr_value_at(const struct record *r, group_id g, uint16_t slot,
                                                uint32_t row)
{
    return &r->table[g].value[(size_t)row * r->form->group[g].n_variable + slot];
}

bool expr_compare_set(struct expr_state *st, const struct expr_node *n);
/* The same for one node of the only set among the two sides: variable `var` with this value. */
bool expr_compare_node(struct expr_state *st, const struct expr_node *n, var_id var,
                       const struct value *v);
bool expr_compare_text(struct expr_state *st, const struct expr_node *n);
/* The missing value that a text names for a variable with this list (or NULL), as value_read() has
 * it. */
enum missing expr_missing_find(const struct codelist *l, struct text t);
bool expr_code_matches(const struct value *v, const struct expr_node *n, bool whole);

/* Match within the limits: counted in steps, and in processor time where matches are slow. */
bool expr_match(struct expr_state *st, const struct regex *r, struct text t);
void expr_stop(struct expr_state *st, enum expr_result why);
/* Work done: `n` further steps; false when over the limit. */
static inline bool expr_step(struct expr_state *st, size_t n)
{
    if (n <= EXPR_STEPS_MAX && st->steps + n <= EXPR_STEPS_MAX) {
        st->steps += (uint32_t)n;
        return true;
    }
    expr_stop(st, EXPR_LIMIT);
    return false;
}
/* The value of an EXPR_OP_VAR that has a variable. */
static inline const struct value *expr_var_value(struct expr_state *st, const struct expr_node *n)
{
    if (st->n_bound > 0) {
        const struct value *bound = expr_bound_value(st, n->var);
        if (bound != NULL) return bound;
    }
    uint32_t row = n->group == 0 ? 0 : expr_row_of(st, n->group, n->origin);
    if (row == 0) return &st->record->table[n->group].value[n->slot];
    return expr_value_at(st->record, n->group, n->slot, row);
}
/* Bytes from the context's arena; NULL over the limit, and the evaluation fails. */
char *expr_take(struct expr_state *st, size_t n);
void *expr_take_array(struct expr_state *st, size_t n,
                      size_t size); /* for node sets: no limit but steps */

static const struct expr_span EXPR_NAN = {NAN, NAN};
static inline struct expr_span expr_exact(double v)
{
    return (struct expr_span){v, v};
}
static inline bool expr_span_compare(enum expr_compare c, struct expr_span a, struct expr_span b)
{
    switch (c) {
    case EXPR_EQ: return a.lo <= b.hi && b.lo <= a.hi;
    case EXPR_NE: return a.lo < b.hi || a.hi > b.lo;
    case EXPR_LT: return a.lo < b.hi;
    case EXPR_LE: return a.lo <= b.hi;
    case EXPR_GT: return a.hi > b.lo;
    case EXPR_GE: return a.hi >= b.lo;
    }
    return false;
}

/* ADD SUBTRACT MULTIPLY DIVIDE MODULO */
struct expr_span expr_span_arithmetic(enum expr_op op, struct expr_span a, struct expr_span b);

enum { EXPR_NUMBER_MAX = 400 }; /* bytes of any number as text */
size_t expr_number_text(char out[EXPR_NUMBER_MAX], double v);
struct expr_span expr_text_span(struct text t);      /* number, else ISO date */
struct expr_span expr_text_date_span(struct text t); /* ISO date, else number */
struct text expr_span_text(struct expr_state *st, struct expr_span s, enum expr_type type);
struct expr_span expr_value_span(const struct expr_state *st, var_id var, const struct value *v);
struct text expr_value_text(struct expr_state *st, var_id var, const struct value *v);

/* ---- dates: expr_date.c ---- */

struct expr_moment { /* what format-date shows */
    int32_t day;
    enum date_precision precision;
    int32_t ms;     /* of the day, as written; -1 without time */
    int32_t offset; /* minutes east of UTC */
};

/* ISO date, or date and time, whole text. */
bool expr_moment_parse(struct expr_moment *out, struct text t);
double expr_moment_number(const struct expr_moment *m); /* days since 1970-01-01 UTC */
bool expr_moment_of_span(struct expr_moment *out, struct expr_span s);
bool expr_time_parse(int32_t *ms,
                     struct text t); /* hh:mm[:ss[.fff]] and an optional offset, ignored */
bool expr_date_of_span(struct date *out, struct expr_span s);
struct text expr_format_moment(struct expr_state *st, const struct expr_moment *m,
                               struct text format, bool with_time);

#endif
