/* SPDX-License-Identifier: EUPL-1.2 */
/* The evaluator over a record: one function for each type a value may be asked for as. A node is
 * evaluated as what its user needs, so most numbers and truths are never anything else, and nothing
 * is allocated for them. Recursion is bounded by EXPR_DEPTH_MAX (the builder refuses deeper trees).
 *
 * Work is counted in steps, one for each node, more for long texts; over EXPR_STEPS_MAX all further
 * evaluation falls through at once. Steps bound the time: a step is tens of nanoseconds (S62). */
#include "model/expr_internal.h"

#include <assert.h>
#include <string.h>
#include <time.h>

/* ---- limits ---- */

void expr_stop(struct expr_state *st, enum expr_result why)
{
    if (st->result == EXPR_OK) st->result = why;
    st->steps = EXPR_STEPS_MAX;
}

void *expr_take_array(struct expr_state *st, size_t n, size_t size)
{
    if (!expr_step(st, n / 16)) return NULL;
    if (!st->marked) {
        st->mark = arena_mark(st->arena);
        st->marked = true;
    }
    return arena_take(st->arena, n, size);
}

char *expr_take(struct expr_state *st, size_t n)
{
    if (n <= EXPR_STRING_MAX) return expr_take_array(st, n, 1);
    expr_stop(st, EXPR_LIMIT);
    return NULL;
}

/* ---- truth ---- */

/* Functions of one kind of node each are kept out of the switches, which would else save and
 * restore registers for all of them, for every node: a third of the time of an expression. */
#define APART __attribute__((noinline))

static APART bool nodes_are_true(struct expr_state *st, const struct expr_node *n)
{
    struct expr_nodes s = expr_eval_nodes(st, n);
    if (n->place == EXPR_PLACE_GROUP || n->place == EXPR_PLACE_ITEM) return s.n > 0;
    if (n->place == EXPR_PLACE_DOCUMENT || n->place == EXPR_PLACE_ROOT) return true;
    for (size_t i = 0; i < s.n && expr_step(st, 1); i++)
        if (!expr_node_is_blank(st, n, &s, i)) return true;
    return false;
}

static APART struct expr_span other_span(struct expr_state *st, const struct expr_node *n)
{
    while (n->op == EXPR_OP_IF && expr_step(st, 1))
        n = n->arg[expr_eval_bool(st, n->arg[0]) ? 1 : 2];
    return n->op == EXPR_OP_CONST_SPAN ? n->span : expr_eval_span(st, n);
}

/* Constants and plain numbers, which most are, without a further call. */
static inline struct expr_span span_of(struct expr_state *st, const struct expr_node *n)
{
    if (n->op == EXPR_OP_CONST_SPAN) return n->span;
    if (n->op == EXPR_OP_VAR && n->var != VAR_NONE && expr_step(st, 1)) {
        const struct value *v = expr_var_value(st, n);
        if (v->kind == VALUE_INTEGER) return expr_exact((double)v->integer);
        if (v->kind == VALUE_DATE) return (struct expr_span){v->date.first, v->date.last};
        if (v->kind == VALUE_EMPTY || v->kind == VALUE_MISSING) return EXPR_NAN;
        return expr_value_span(st, n->var, v);
    }
    return other_span(st, n);
}

static bool span_is_true(struct expr_span s)
{
    return s.lo < 0 || s.lo > 0 || s.hi < 0 || s.hi > 0;
}

static APART bool same_code(struct expr_state *st, const struct expr_node *n)
{
    const struct value *a = expr_eval_value(st, n->arg[0]), *b = expr_eval_value(st, n->arg[1]);
    bool equal;
    if (a->kind == VALUE_CODE && b->kind == VALUE_CODE) equal = a->code == b->code;
    else
        equal = text_equal(expr_value_text(st, n->arg[0]->var, a),
                           expr_value_text(st, n->arg[1]->var, b));
    return equal == (n->compare == EXPR_EQ);
}

/* A comparison with a code, or selected(), over one node or, existentially, several. */
static APART bool code_holds_of_one(struct expr_state *st, const struct expr_node *n)
{
    bool whole = n->op != EXPR_OP_HAS_CODE, wanted = n->compare == EXPR_EQ;
    return expr_code_matches(expr_eval_value(st, n->arg[0]), n, whole) == wanted;
}

static APART bool code_holds_of_some(struct expr_state *st, const struct expr_node *n)
{
    const struct expr_node *of = n->arg[0];
    bool whole = n->op != EXPR_OP_HAS_CODE, wanted = n->compare == EXPR_EQ;
    struct expr_nodes s = expr_eval_nodes(st, of);
    for (size_t i = 0; i < s.n && expr_step(st, 1); i++) {
        var_id var;
        if (expr_code_matches(expr_node_value(st, of, &s, i, &var), n, whole) == wanted)
            return true;
    }
    return false;
}

/* The same over all instances of a repeat, one after the other in its table. */
static APART bool code_holds_in_table(struct expr_state *st, const struct expr_node *n)
{
    const struct expr_node *of = n->arg[0];
    const struct record_table *t = &st->record->table[of->group];
    const struct value *v = t->value + of->slot;
    size_t next = st->record->form->group[of->group].n_variable;
    bool whole = n->op != EXPR_OP_HAS_CODE, wanted = n->compare == EXPR_EQ;
    for (size_t i = t->n_row; i > 0 && expr_step(st, 1); i--, v += next)
        if (expr_code_matches(v, n, whole) == wanted) return true;
    return false;
}

static inline bool code_holds(struct expr_state *st, const struct expr_node *n)
{
    const struct expr_node *of = n->arg[0];
    if (of->op == EXPR_OP_VAR && of->var != VAR_NONE && n->op != EXPR_OP_HAS_CODE) {
        const struct value *v = expr_var_value(st, of);
        if (v->kind == VALUE_CODE) return (v->code == n->code) == (n->compare == EXPR_EQ);
    }
    if (of->op == EXPR_OP_VAR || of->op == EXPR_OP_INDEXED) return code_holds_of_one(st, n);
    if (of->op == EXPR_OP_VARS && of->within == 0 && of->group != 0)
        return code_holds_in_table(st, n);
    return code_holds_of_some(st, n);
}

static int64_t nanoseconds(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

enum { SLOW_MATCH = 20000, SLOW_TOTAL = 30000000 }; /* nanoseconds */

/* A match is linear in the text, but what a pattern costs for each character nobody can say
 * beforehand (base/regex.h holds one match to some tens of milliseconds). An evaluation that
 * matches slowly again and again is stopped by the processor time it took, so that it stays under
 * 100 ms (S62); ordinary patterns take a microsecond and never come near. */
bool expr_match(struct expr_state *st, const struct regex *r, struct text t)
{
    if (!expr_step(st, 16 + t.n / 16)) return false;
    int64_t began = nanoseconds(CLOCK_MONOTONIC);
    enum regex_result result = regex_match(r, t);
    if (result == REGEX_LIMIT) expr_stop(st, EXPR_LIMIT);
    int64_t took = nanoseconds(CLOCK_MONOTONIC) - began;
    if (took < SLOW_MATCH) return result == REGEX_YES;
    st->slow_total += took;
    int64_t now = nanoseconds(CLOCK_THREAD_CPUTIME_ID);
    if (st->slow_since == 0) st->slow_since = now;
    else if (now - st->slow_since > SLOW_TOTAL) expr_stop(st, EXPR_LIMIT);
    return result == REGEX_YES;
}

int expr_date_part(struct expr_state *st, const struct expr_node *n)
{
    const struct value *v = expr_eval_value(st, n->arg[0]);
    int part[3];
    if (v->kind != VALUE_DATE || (int)v->date.precision > DATE_YEAR - (int)n->code) return -1;
    date_to_ymd(v->date.first, &part[0], &part[1], &part[2]);
    return part[n->code];
}

static APART bool has_shape(struct expr_state *st, const struct expr_node *n)
{
    const struct value *v = expr_eval_value(st, n->arg[0]);
    return v->kind == VALUE_DATE && (n->code >> v->date.precision & 1) != 0;
}

static APART bool some_hold(struct expr_state *st, const struct expr_node *n)
{
    for (size_t i = 0; i < n->n_arg; i++)
        if (expr_eval_bool(st, n->arg[i])) return true;
    return false;
}

static APART bool all_hold(struct expr_state *st, const struct expr_node *n)
{
    for (size_t i = 0; i < n->n_arg; i++)
        if (!expr_eval_bool(st, n->arg[i])) return false;
    return true;
}

static APART bool fails_to_hold(struct expr_state *st, const struct expr_node *n)
{
    return !expr_eval_bool(st, n->arg[0]);
}

static APART bool spans_compare(struct expr_state *st, const struct expr_node *n)
{
    struct expr_span a = span_of(st, n->arg[0]), b = span_of(st, n->arg[1]);
    return expr_span_compare((enum expr_compare)n->compare, a, b);
}

static APART bool truths_compare(struct expr_state *st, const struct expr_node *n)
{
    bool a = expr_eval_bool(st, n->arg[0]), b = expr_eval_bool(st, n->arg[1]);
    return (a == b) == (n->compare == EXPR_EQ);
}

static APART bool matches(struct expr_state *st, const struct expr_node *n)
{
    return expr_match(st, n->regex, expr_eval_text(st, n->arg[0]));
}

static APART bool value_is_true(struct expr_state *st, const struct expr_node *n)
{
    return !expr_value_is_blank(expr_eval_value(st, n));
}

static APART bool chosen_is_true(struct expr_state *st, const struct expr_node *n)
{
    return expr_eval_bool(st, expr_eval_chosen(st, n));
}

static APART bool text_is_true(struct expr_state *st, const struct expr_node *n)
{
    return expr_eval_text(st, n).n > 0;
}

static APART bool number_is_true(struct expr_state *st, const struct expr_node *n)
{
    return span_is_true(expr_eval_span(st, n));
}

bool expr_eval_bool(struct expr_state *st, const struct expr_node *n)
{
    if (!expr_step(st, 1)) return false;
    switch ((enum expr_op)n->op) {
    case EXPR_OP_CONST_BOOL: return n->code != 0;
    case EXPR_OP_CONST_SPAN: return span_is_true(n->span);
    case EXPR_OP_CONST_TEXT: return n->text.n > 0;
    case EXPR_OP_OR: return some_hold(st, n);
    case EXPR_OP_AND: return all_hold(st, n);
    case EXPR_OP_NOT: return fails_to_hold(st, n);
    case EXPR_OP_TO_BOOL: return expr_eval_bool(st, n->arg[0]);
    case EXPR_OP_COMPARE_SPAN: return spans_compare(st, n);
    case EXPR_OP_COMPARE_TEXT: return expr_compare_text(st, n);
    case EXPR_OP_COMPARE_BOOL: return truths_compare(st, n);
    case EXPR_OP_COMPARE_SET: return expr_compare_set(st, n);
    case EXPR_OP_IS_CODE:
    case EXPR_OP_ANY_CODE:
    case EXPR_OP_HAS_CODE: return code_holds(st, n);
    case EXPR_OP_SAME_CODE: return same_code(st, n);
    case EXPR_OP_CODE_TABLE: return expr_table_truth(st, n);
    case EXPR_OP_REGEX: return matches(st, n);
    case EXPR_OP_DATE_SHAPE: return has_shape(st, n);
    case EXPR_OP_VAR:
    case EXPR_OP_INDEXED: return value_is_true(st, n);
    case EXPR_OP_IF:
    case EXPR_OP_COALESCE:
    case EXPR_OP_ONCE: return chosen_is_true(st, n);
    case EXPR_OP_CALL:
        if (n->type == EXPR_BOOL) return n->function->to_bool(st, n);
        break;
    default: break;
    }
    if (n->many != EXPR_SCALAR) return nodes_are_true(st, n);
    if (n->type == EXPR_STRING) return text_is_true(st, n);
    return number_is_true(st, n);
}

/* ---- numbers ---- */

static struct expr_span multiply(struct expr_span a, struct expr_span b)
{
    double p[4] = {a.lo * b.lo, a.lo * b.hi, a.hi * b.lo, a.hi * b.hi};
    struct expr_span s = {p[0], p[0]};
    for (int i = 0; i < 4; i++) {
        if (isnan(p[i])) return EXPR_NAN;
        if (p[i] < s.lo) s.lo = p[i];
        if (p[i] > s.hi) s.hi = p[i];
    }
    return s;
}

static struct expr_span divide(struct expr_span a, struct expr_span b)
{
    if (b.lo < b.hi && b.lo <= 0 && b.hi >= 0) return EXPR_NAN; /* nothing can be said */
    if (b.lo == 0 && a.lo < a.hi) return EXPR_NAN;
    double p[4] = {a.lo / b.lo, a.lo / b.hi, a.hi / b.lo, a.hi / b.hi};
    struct expr_span s = {p[0], p[0]};
    for (int i = 0; i < 4; i++) {
        if (isnan(p[i])) return EXPR_NAN;
        if (p[i] < s.lo) s.lo = p[i];
        if (p[i] > s.hi) s.hi = p[i];
    }
    return s;
}

static struct expr_span whole_or_none(double lo, double hi)
{
    return isnan(lo) || isnan(hi) ? EXPR_NAN : (struct expr_span){lo, hi};
}

struct expr_span expr_span_arithmetic(enum expr_op op, struct expr_span a, struct expr_span b)
{
    bool exact = a.lo == a.hi && b.lo == b.hi;
    switch (op) {
    case EXPR_OP_ADD:
        return exact ? expr_exact(a.lo + b.lo) : whole_or_none(a.lo + b.lo, a.hi + b.hi);
    case EXPR_OP_SUBTRACT:
        return exact ? expr_exact(a.lo - b.lo) : whole_or_none(a.lo - b.hi, a.hi - b.lo);
    case EXPR_OP_MULTIPLY: return exact ? expr_exact(a.lo * b.lo) : multiply(a, b);
    case EXPR_OP_DIVIDE: return exact ? expr_exact(a.lo / b.lo) : divide(a, b);
    case EXPR_OP_MODULO: return exact ? expr_exact(fmod(a.lo, b.lo)) : EXPR_NAN;
    default: return EXPR_NAN;
    }
}

static APART struct expr_span first_span(struct expr_state *st, const struct expr_node *n)
{
    struct expr_nodes s = expr_eval_nodes(st, n);
    return s.n == 0 ? EXPR_NAN : expr_node_span(st, n, &s, 0);
}

static APART struct expr_span as_date(struct expr_state *st, const struct expr_node *n)
{
    n = expr_eval_chosen(st, n);
    if (n->many != EXPR_SET && n->type != EXPR_STRING) return expr_eval_span(st, n);
    return expr_text_date_span(expr_eval_text(st, n));
}

static APART struct expr_span value_span(struct expr_state *st, const struct expr_node *n)
{
    return expr_value_span(st, n->var, expr_eval_value(st, n));
}

static APART struct expr_span arithmetic(struct expr_state *st, const struct expr_node *n)
{
    struct expr_span a = span_of(st, n->arg[0]), b = span_of(st, n->arg[1]);
    return expr_span_arithmetic((enum expr_op)n->op, a, b);
}

static APART struct expr_span negated(struct expr_state *st, const struct expr_node *n)
{
    struct expr_span s = expr_eval_span(st, n->arg[0]);
    return (struct expr_span){-s.hi, -s.lo};
}

static APART struct expr_span date_part_span(struct expr_state *st, const struct expr_node *n)
{
    int part = expr_date_part(st, n);
    return part < 0 ? expr_eval_span(st, n->arg[1]) : expr_exact(part);
}

static APART struct expr_span chosen_span(struct expr_state *st, const struct expr_node *n)
{
    return expr_eval_span(st, expr_eval_chosen(st, n));
}

static APART struct expr_span truth_span(struct expr_state *st, const struct expr_node *n)
{
    return expr_exact(expr_eval_bool(st, n));
}

static APART struct expr_span text_span(struct expr_state *st, const struct expr_node *n)
{
    return expr_text_span(expr_eval_text(st, n));
}

struct expr_span expr_eval_span(struct expr_state *st, const struct expr_node *n)
{
    if (!expr_step(st, 1)) return EXPR_NAN;
    switch ((enum expr_op)n->op) {
    case EXPR_OP_CONST_SPAN: return n->span;
    case EXPR_OP_CONST_TEXT: return expr_text_span(n->text);
    case EXPR_OP_VAR:
    case EXPR_OP_INDEXED: return value_span(st, n);
    case EXPR_OP_COLUMN:
        if (n->n_arg == 0 && n->number != NULL)
            return st->item < st->dictionary->list[n->list]->n_code
                       ? expr_exact(n->number[st->item])
                       : EXPR_NAN;
        break;
    case EXPR_OP_ADD:
    case EXPR_OP_SUBTRACT:
    case EXPR_OP_MULTIPLY:
    case EXPR_OP_DIVIDE:
    case EXPR_OP_MODULO: return arithmetic(st, n);
    case EXPR_OP_NEGATE: return negated(st, n);
    case EXPR_OP_DATE_PART: return date_part_span(st, n);
    case EXPR_OP_AS_DATE: return as_date(st, n->arg[0]);
    case EXPR_OP_IF:
    case EXPR_OP_COALESCE:
    case EXPR_OP_ONCE: return chosen_span(st, n);
    case EXPR_OP_CALL:
        if (n->function->to_span != NULL) return n->function->to_span(st, n);
        break;
    default: break;
    }
    if (n->many != EXPR_SCALAR) return first_span(st, n);
    return n->type == EXPR_BOOL ? truth_span(st, n) : text_span(st, n);
}

double expr_eval_number(struct expr_state *st, const struct expr_node *n)
{
    struct expr_span s = expr_eval_span(st, n);
    return s.lo == s.hi ? s.lo : NAN;
}

/* ---- texts ---- */

static APART struct text first_text(struct expr_state *st, const struct expr_node *n)
{
    struct expr_nodes s = expr_eval_nodes(st, n);
    return s.n == 0 ? TEXT("") : expr_node_text(st, n, &s, 0);
}

bool expr_pull_key(code_id *c, struct expr_state *st, const struct expr_node *n)
{
    const struct expr_node *key = n->arg[0];
    if (key->op != EXPR_OP_VAR || key->list != n->list)
        return expr_function_code(c, st, key, n->list);
    const struct value *v = expr_eval_value(st, key);
    *c = v->kind == VALUE_CODE ? v->code : CODE_NONE;
    return v->kind == VALUE_CODE || v->kind == VALUE_EMPTY || v->kind == VALUE_MISSING;
}

static APART struct text pull(struct expr_state *st, const struct expr_node *n)
{
    const struct codelist *l = st->dictionary->list[n->list];
    const struct expr_node *key = n->arg[0];
    code_id c;
    if (n->op == EXPR_OP_PULL && expr_pull_key(&c, st, n))
        return expr_column_text(st, n->list, c, n->column);
    struct text t = expr_eval_text(st, key);
    if (n->op == EXPR_OP_PULL) return expr_column_text(st, n->list, codelist_find(l, t), n->column);
    if (!expr_step(st, l->n_code / 16)) return TEXT("");
    for (size_t i = 0; i < l->n_code; i++)
        if (text_equal(t, expr_column_text(st, n->list, (code_id)i, n->within)))
            return expr_column_text(st, n->list, (code_id)i, n->column);
    return TEXT("");
}

static APART struct text date_part_text(struct expr_state *st, const struct expr_node *n)
{
    static const char digits[] = "00010203040506070809101112131415161718192021222324252627282930"
                                 "31";
    int part = expr_date_part(st, n);
    if (part < 0) return expr_eval_text(st, n->arg[1]);
    if (n->code > 0) return (struct text){digits + 2 * part, 2};
    char *out = expr_take(st, 4);
    if (out == NULL) return TEXT("");
    for (int i = 3; i >= 0; i--, part /= 10) out[i] = (char)('0' + part % 10);
    return (struct text){out, 4};
}

static APART struct text parameter(struct expr_state *st, const struct expr_node *n)
{
    const struct parameter *p = expr_parameter(n->parameters, expr_eval_text(st, n->arg[0]));
    return p == NULL ? TEXT("") : text_of(p->value);
}

static APART struct text choice_name(struct expr_state *st, const struct expr_node *n)
{
    const struct codelist *l = st->dictionary->list[n->list];
    struct text t = expr_eval_text(st, n->arg[0]);
    code_id c = codelist_find(l, t);
    if (c != CODE_NONE) return expr_column_text(st, n->list, c, EXPR_COLUMN_LABEL);
    enum missing m = expr_missing_find(l, t);
    if (m == MISSING_NONE) return TEXT("");
    t = text_of(missing_code(m));
    const struct codelist *missing = dictionary_list(st->dictionary, TEXT("CL_MISSING"));
    c = missing == NULL ? CODE_NONE : codelist_find(missing, t);
    return c == CODE_NONE ? t : expr_column_text(st, missing->id, c, EXPR_COLUMN_LABEL);
}

struct text expr_eval_text(struct expr_state *st, const struct expr_node *n)
{
    if (!expr_step(st, 1)) return TEXT("");
    switch ((enum expr_op)n->op) {
    case EXPR_OP_CONST_TEXT: return n->text;
    case EXPR_OP_CONST_SPAN: return expr_span_text(st, n->span, (enum expr_type)n->type);
    case EXPR_OP_VAR:
    case EXPR_OP_INDEXED: return expr_value_text(st, n->var, expr_eval_value(st, n));
    case EXPR_OP_COLUMN:
        if (n->n_arg == 0) return expr_column_text(st, n->list, st->item, n->column);
        break;
    case EXPR_OP_PULL:
    case EXPR_OP_PULL_BY: return pull(st, n);
    case EXPR_OP_PARAMETER: return parameter(st, n);
    case EXPR_OP_DATE_PART: return date_part_text(st, n);
    case EXPR_OP_CHOICE_NAME: return choice_name(st, n);
    case EXPR_OP_IF:
    case EXPR_OP_COALESCE:
    case EXPR_OP_ONCE: return expr_eval_text(st, expr_eval_chosen(st, n));
    case EXPR_OP_CALL:
        if (n->type == EXPR_STRING) return n->function->to_text(st, n);
        break;
    default: break;
    }
    if (n->many != EXPR_SCALAR) return first_text(st, n);
    if (n->type == EXPR_BOOL) return expr_eval_bool(st, n) ? TEXT("true") : TEXT("false");
    return expr_span_text(st, expr_eval_span(st, n), (enum expr_type)n->type);
}

/* ---- choices ---- */

bool expr_eval_blank(struct expr_state *st, const struct expr_node *n)
{
    if (n->op == EXPR_OP_VAR) return expr_value_is_blank(expr_eval_value(st, n));
    if (n->many == EXPR_SCALAR && n->type == EXPR_BOOL) return false;
    if (n->many == EXPR_SCALAR && n->type != EXPR_STRING && !expr_is_choice(n))
        return isnan(expr_eval_span(st, n).lo);
    return expr_eval_text(st, n).n == 0;
}

const struct expr_node *expr_eval_chosen(struct expr_state *st, const struct expr_node *n)
{
    size_t i;
    while (expr_is_choice(n) && expr_step(st, 1)) {
        switch ((enum expr_op)n->op) {
        case EXPR_OP_IF: n = n->arg[expr_eval_bool(st, n->arg[0]) ? 1 : 2]; break;
        case EXPR_OP_ONCE: n = n->arg[expr_eval_blank(st, n->arg[0]) ? 1 : 0]; break;
        default:
            for (i = 0; i + 1 < n->n_arg; i++) {
                const struct expr_node *a = expr_eval_chosen(st, n->arg[i]);
                if (!expr_eval_blank(st, a)) return a;
            }
            n = n->arg[i];
        }
    }
    return n;
}
