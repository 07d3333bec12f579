/* SPDX-License-Identifier: EUPL-1.2 */
/* Vector operations over one block of EXPR_BLOCK units. Loops that run over every unit have a
 * constant count and no branches, so that the compiler makes vector instructions of them; a last
 * block that is shorter is copied into full-length room first, and what is computed beyond it is
 * not looked at. */
#include "model/expr_filter_internal.h"

#include <string.h>

static const double *numbers(struct expr_filter_run *f, const struct expr_vector *v,
                             const double **hi);

/* ---- access to columns ---- */

static const uint16_t *codes_of(struct expr_filter_run *f, const struct column *c, int pad)
{
    if (f->n == EXPR_BLOCK) return c->code + f->from;
    memcpy(f->code_pad[pad], c->code + f->from, f->n * sizeof *c->code);
    return f->code_pad[pad];
}

static const int32_t *numbers_of(struct expr_filter_run *f, const int32_t *number, int pad)
{
    if (f->n == EXPR_BLOCK) return number + f->from;
    memcpy(f->number_pad[pad], number + f->from, f->n * sizeof *number);
    return f->number_pad[pad];
}

static bool is_day(const struct column *c)
{
    return c->number_last != NULL && c->number_last != c->number;
}

enum { NUMBER_LEAST = INT32_MIN + MISSING_COUNT }; /* below it a cell is no number */

/* ---- truths of codes ---- */

static void code_is(const struct expr_vector *v, const uint16_t *restrict code,
                    uint8_t *restrict out)
{
    const uint16_t cell = v->cell;
    const uint8_t flip = v->negated;
    for (size_t i = 0; i < EXPR_BLOCK; i++) out[i] = (uint8_t)((code[i] == cell) ^ flip);
}

static void code_table(const uint8_t *restrict table, const uint16_t *restrict code,
                       uint8_t *restrict out)
{
    for (size_t i = 0; i < EXPR_BLOCK; i++) out[i] = table[code[i]];
}

static void code_same(const struct expr_vector *v, const uint16_t *restrict a,
                      const uint16_t *restrict b, uint8_t *restrict out)
{
    const uint8_t flip = v->negated;
    for (size_t i = 0; i < EXPR_BLOCK; i++) out[i] = (uint8_t)((a[i] == b[i]) ^ flip);
}

static void pair_table(const struct expr_vector *v, const uint16_t *a, const uint16_t *b, size_t n)
{
    const size_t width = v->n_code_other + 16;
    for (size_t i = 0; i < n; i++)
        v->out[i] = v->table[expr_dense_cell(a[i], v->n_code) * width +
                             expr_dense_cell(b[i], v->n_code_other)];
}

static void set_has(const struct expr_filter_run *f, const struct expr_vector *v)
{
    const uint32_t *offset = v->column->offset + f->from;
    const uint16_t *item = v->column->item;
    const uint16_t cell = v->cell;
    const uint8_t flip = v->negated;
    for (size_t i = 0; i < f->n; i++) {
        /* The ends without a branch: most units have one or two items, and none has none. */
        uint32_t first = offset[i], last = offset[i + 1] - 1;
        uint8_t any = (uint8_t)((item[first] == cell) | (item[last] == cell));
        for (uint32_t k = first + 1; k < last; k++) any |= item[k] == cell;
        v->out[i] = any ^ flip;
    }
}

static void set_is(const struct expr_filter_run *f, const struct expr_vector *v)
{
    const uint32_t *offset = v->column->offset + f->from;
    const uint16_t *item = v->column->item;
    for (size_t i = 0; i < f->n; i++) {
        bool is = offset[i + 1] - offset[i] == 1 && item[offset[i]] == v->cell;
        v->out[i] = is != v->negated;
    }
}

/* ---- truths of numbers ---- */

static void in_range(const struct expr_vector *v, const int32_t *restrict first,
                     const int32_t *restrict last, uint8_t *restrict out)
{
    const int32_t lo = v->lo, hi = v->hi;
    for (size_t i = 0; i < EXPR_BLOCK; i++)
        out[i] = (uint8_t)((first[i] <= hi) & (last[i] >= lo) & (first[i] >= NUMBER_LEAST));
}

static void outside(const struct expr_vector *v, const int32_t *restrict first,
                    const int32_t *restrict last, uint8_t *restrict out)
{
    const int32_t lo = v->lo, hi = v->hi;
    const uint8_t otherwise = v->truth;
    for (size_t i = 0; i < EXPR_BLOCK; i++) {
        const uint8_t number = first[i] >= NUMBER_LEAST;
        const uint8_t other = (uint8_t)((first[i] <= hi) | (last[i] >= lo));
        out[i] = (uint8_t)((number & other) | ((number ^ 1) & otherwise));
    }
}

static void blank(const struct expr_vector *v, const int32_t *restrict number,
                  uint8_t *restrict out)
{
    const uint8_t flip = v->negated;
    for (size_t i = 0; i < EXPR_BLOCK; i++)
        out[i] = (uint8_t)((number[i] == COLUMN_NO_NUMBER) ^ flip);
}

#define COMPARE_LOOP(condition) \
    for (size_t i = 0; i < EXPR_BLOCK; i++) out[i] = (uint8_t)(condition)

static void compare_spans(enum expr_compare c, const double *restrict a_lo,
                          const double *restrict a_hi, const double *restrict b_lo,
                          const double *restrict b_hi, uint8_t *restrict out)
{
    switch (c) {
    case EXPR_EQ: COMPARE_LOOP((a_lo[i] <= b_hi[i]) & (b_lo[i] <= a_hi[i])); break;
    case EXPR_NE: COMPARE_LOOP((a_lo[i] < b_hi[i]) | (a_hi[i] > b_lo[i])); break;
    case EXPR_LT: COMPARE_LOOP(a_lo[i] < b_hi[i]); break;
    case EXPR_LE: COMPARE_LOOP(a_lo[i] <= b_hi[i]); break;
    case EXPR_GT: COMPARE_LOOP(a_hi[i] > b_lo[i]); break;
    case EXPR_GE: COMPARE_LOOP(a_hi[i] >= b_lo[i]); break;
    }
}

static void compare_numbers(struct expr_filter_run *f, const struct expr_vector *v)
{
    const double *a_hi, *b_hi;
    const double *a_lo = numbers(f, v->arg[0], &a_hi), *b_lo = numbers(f, v->arg[1], &b_hi);
    compare_spans(v->compare, a_lo, a_hi, b_lo, b_hi, v->out);
}

static struct expr_span set_number(const struct column *c, uint32_t k)
{
    if (c->number[k] < NUMBER_LEAST) return EXPR_NAN;
    return (struct expr_span){c->number[k],
                              c->number_last == NULL ? c->number[k] : c->number_last[k]};
}

static void compare_set(struct expr_filter_run *f, const struct expr_vector *v)
{
    const double *hi, *lo = numbers(f, v->arg[0], &hi);
    const uint32_t *offset = v->column->offset + f->from;
    for (size_t i = 0; i < f->n; i++) {
        struct expr_span b = {lo[i], hi[i]};
        bool any = false;
        for (uint32_t k = offset[i]; k < offset[i + 1] && !any; k++)
            any = expr_span_compare(v->compare, set_number(v->column, k), b);
        v->out[i] = any;
    }
}

static void set_blank(const struct expr_filter_run *f, const struct expr_vector *v)
{
    const uint32_t *offset = v->column->offset + f->from;
    for (size_t i = 0; i < f->n; i++) {
        bool any = false;
        for (uint32_t k = offset[i]; k < offset[i + 1]; k++)
            any |= (v->column->number[k] == COLUMN_NO_NUMBER) != v->negated;
        v->out[i] = any;
    }
}

static void number_true(struct expr_filter_run *f, const struct expr_vector *v)
{
    const double *hi, *lo = numbers(f, v->arg[0], &hi);
    for (size_t i = 0; i < EXPR_BLOCK; i++)
        v->out[i] = (uint8_t)((lo[i] < 0) | (lo[i] > 0) | (hi[i] < 0) | (hi[i] > 0));
}

/* ---- the record evaluator ---- */

enum { SLOW_TOTAL = 1000000000 }; /* nanoseconds of slow matches in one filter */

/* False when the filter has taken too much already. */
static bool prepare(struct expr_filter_run *f, const struct expr_bound *bound, size_t n_bound)
{
    f->work += f->state.steps;
    f->state.bound = bound;
    f->state.n_bound = n_bound;
    f->state.steps = 0;
    f->state.slow_since = 0;
    f->state.result = EXPR_OK;
    if (f->work > f->work_max || f->state.slow_total > SLOW_TOTAL) f->too_slow = true;
    return !f->too_slow;
}

bool expr_filter_truth(struct expr_filter_run *f, const struct expr_node *n,
                       const struct expr_bound *bound, size_t n_bound)
{
    if (!prepare(f, bound, n_bound)) return false;
    bool truth = expr_eval_bool(&f->state, n);
    expr_state_end(&f->state);
    return truth && f->state.result == EXPR_OK;
}

struct expr_span expr_filter_span(struct expr_filter_run *f, const struct expr_node *n,
                                  const struct expr_bound *bound, size_t n_bound)
{
    if (!prepare(f, bound, n_bound)) return EXPR_NAN;
    struct expr_span s = expr_eval_span(&f->state, n);
    expr_state_end(&f->state);
    return f->state.result == EXPR_OK ? s : EXPR_NAN;
}

bool expr_filter_node(struct expr_filter_run *f, const struct expr_node *n, var_id var,
                      const struct value *v, const struct expr_bound *bound, size_t n_bound)
{
    if (!prepare(f, bound, n_bound)) return false;
    bool truth = expr_compare_node(&f->state, n, var, v);
    expr_state_end(&f->state);
    return truth && f->state.result == EXPR_OK;
}

struct value expr_cell_value(uint16_t cell, bool codes, const code_id *item)
{
    if (cell == COLUMN_EMPTY) return (struct value){.kind = VALUE_EMPTY};
    if (cell >= COLUMN_CODE_MAX)
        return (struct value){.kind = VALUE_MISSING, .missing = (uint8_t)(cell - COLUMN_MISSING)};
    if (codes) return (struct value){.kind = VALUE_CODES, .n_code = 1, .codes = item};
    return (struct value){.kind = VALUE_CODE, .code = cell};
}

struct value expr_number_value(int32_t first, int32_t last, bool day)
{
    struct value v = {.kind = VALUE_EMPTY};
    if (first == COLUMN_NO_NUMBER) return v;
    if (first < COLUMN_NO_NUMBER + MISSING_COUNT) {
        v.kind = VALUE_MISSING;
        v.missing = (uint8_t)(first - COLUMN_NO_NUMBER);
    } else if (!day) {
        v.kind = VALUE_INTEGER;
        v.integer = first;
    } else {
        v.kind = VALUE_DATE;
        if (!expr_date_of_span(&v.date, (struct expr_span){first, last}))
            v.date = (struct date){first, last, DATE_YEAR};
    }
    return v;
}

static struct expr_memo *memo_at(const struct expr_vector *v, int32_t first, int32_t last)
{
    uint32_t hash = ((uint32_t)first * 2654435761u) ^ ((uint32_t)last * 2246822519u);
    return &v->memo[(hash >> 16) % EXPR_MEMO];
}

/* The remembered result for one number, computed when it is not there. */
static const struct expr_memo *recall(struct expr_filter_run *f, const struct expr_vector *v,
                                      int32_t first, int32_t last)
{
    struct expr_memo *m = memo_at(v, first, last);
    if (m->known && m->first == first && m->last == last) return m;
    struct expr_bound bound = {v->var[0], expr_number_value(first, last, v->day)};
    *m = (struct expr_memo){.first = first, .last = last, .known = true};
    if (v->op == EXPR_V_NUMBER_MEMO) m->span = expr_filter_span(f, v->node, &bound, 1);
    else if (v->op == EXPR_V_SET_MEMO)
        m->truth = expr_filter_node(f, v->node, v->set_var, &bound.value, NULL, 0);
    else m->truth = expr_filter_truth(f, v->node, &bound, 1);
    return m;
}

static const int32_t *last_of(const struct column *c)
{
    return c->number_last == NULL ? c->number : c->number_last;
}

static void memo_truths(struct expr_filter_run *f, const struct expr_vector *v)
{
    const int32_t *first = v->column->number + f->from, *last = last_of(v->column) + f->from;
    for (size_t i = 0; i < f->n; i++) v->out[i] = recall(f, v, first[i], last[i])->truth;
}

static void memo_numbers(struct expr_filter_run *f, const struct expr_vector *v)
{
    const int32_t *first = v->column->number + f->from, *last = last_of(v->column) + f->from;
    for (size_t i = 0; i < f->n; i++) {
        struct expr_span s = recall(f, v, first[i], last[i])->span;
        v->out_lo[i] = s.lo;
        v->out_hi[i] = s.hi;
    }
}

static void memo_set(struct expr_filter_run *f, const struct expr_vector *v)
{
    const uint32_t *offset = v->column->offset + f->from;
    const int32_t *first = v->column->number, *last = last_of(v->column);
    for (size_t i = 0; i < f->n; i++) {
        bool any = false;
        for (uint32_t k = offset[i]; k < offset[i + 1] && !any; k++)
            any = recall(f, v, first[k], last[k])->truth;
        v->out[i] = any;
    }
}

static struct value unit_value(const struct column *c, size_t unit)
{
    if (c->kind == COLUMN_CODE) return expr_cell_value(c->code[unit], false, NULL);
    if (c->kind == COLUMN_CODE_SET) {
        uint32_t from = c->offset[unit], n = c->offset[unit + 1] - from;
        struct value v = expr_cell_value(c->item[from], true, c->item + from);
        if (v.kind == VALUE_CODES) v.n_code = (uint16_t)n;
        return v;
    }
    return expr_number_value(c->number[unit], last_of(c)[unit], c->kind == COLUMN_DAY);
}

static void bind_unit(const struct expr_vector *v, size_t unit, struct expr_bound *bound)
{
    for (size_t k = 0; k < v->n_var; k++)
        bound[k] = (struct expr_bound){v->var[k], unit_value(v->row_column[k], unit)};
}

static void row_truths(struct expr_filter_run *f, const struct expr_vector *v)
{
    struct expr_bound bound[EXPR_ROW_VARIABLES];
    for (size_t i = 0; i < f->n; i++) {
        bind_unit(v, f->from + i, bound);
        v->out[i] = expr_filter_truth(f, v->node, bound, v->n_var);
    }
}

static void row_sets(struct expr_filter_run *f, const struct expr_vector *v)
{
    struct expr_bound bound[EXPR_ROW_VARIABLES];
    const uint32_t *offset = v->column->offset + f->from;
    const int32_t *first = v->column->number, *last = last_of(v->column);
    for (size_t i = 0; i < f->n; i++) {
        bool any = false;
        bind_unit(v, f->from + i, bound);
        for (uint32_t k = offset[i]; k < offset[i + 1] && !any; k++) {
            struct value node = expr_number_value(first[k], last[k], v->day);
            any = expr_filter_node(f, v->node, v->set_var, &node, bound, v->n_var);
        }
        v->out[i] = any;
    }
}

static void row_numbers(struct expr_filter_run *f, const struct expr_vector *v)
{
    struct expr_bound bound[EXPR_ROW_VARIABLES];
    for (size_t i = 0; i < f->n; i++) {
        bind_unit(v, f->from + i, bound);
        struct expr_span s = expr_filter_span(f, v->node, bound, v->n_var);
        v->out_lo[i] = s.lo;
        v->out_hi[i] = s.hi;
    }
}

/* ---- truths ---- */

static bool all_are(const uint8_t *restrict truth, uint8_t value)
{
    uint8_t other = 0;
    for (size_t i = 0; i < EXPR_BLOCK; i++) other |= (uint8_t)(truth[i] ^ value);
    return other == 0;
}

static void merge_and(uint8_t *restrict out, const uint8_t *restrict more)
{
    for (size_t i = 0; i < EXPR_BLOCK; i++) out[i] = (uint8_t)(out[i] & more[i]);
}

static void merge_or(uint8_t *restrict out, const uint8_t *restrict more)
{
    for (size_t i = 0; i < EXPR_BLOCK; i++) out[i] = (uint8_t)(out[i] | more[i]);
}

/* Stops when nothing further can change the block, which is what a selective first term is for. */
static void chain(struct expr_filter_run *f, const struct expr_vector *v)
{
    bool is_and = v->op == EXPR_V_AND;
    memcpy(v->out, expr_vector_truths(f, v->list[0]), EXPR_BLOCK);
    for (size_t i = 1; i < v->n_list && !all_are(v->out, !is_and); i++) {
        const uint8_t *more = expr_vector_truths(f, v->list[i]);
        if (is_and) merge_and(v->out, more);
        else merge_or(v->out, more);
    }
}

static void choose_truths(struct expr_filter_run *f, const struct expr_vector *v)
{
    const uint8_t *condition = expr_vector_truths(f, v->arg[0]);
    const uint8_t *yes = expr_vector_truths(f, v->arg[1]), *no = expr_vector_truths(f, v->arg[2]);
    for (size_t i = 0; i < EXPR_BLOCK; i++) v->out[i] = condition[i] ? yes[i] : no[i];
}

const uint8_t *expr_vector_truths(struct expr_filter_run *f, const struct expr_vector *v)
{
    const uint8_t *a, *b;
    const int32_t *first, *last;
    switch (v->op) {
    case EXPR_V_CONST: memset(v->out, v->truth, EXPR_BLOCK); break;
    case EXPR_V_AND:
    case EXPR_V_OR: chain(f, v); break;
    case EXPR_V_NOT:
        a = expr_vector_truths(f, v->arg[0]);
        for (size_t i = 0; i < EXPR_BLOCK; i++) v->out[i] = a[i] ^ 1;
        break;
    case EXPR_V_SAME:
        a = expr_vector_truths(f, v->arg[0]);
        b = expr_vector_truths(f, v->arg[1]);
        for (size_t i = 0; i < EXPR_BLOCK; i++)
            v->out[i] = (uint8_t)((a[i] ^ b[i] ^ 1) ^ v->negated);
        break;
    case EXPR_V_CODE_IS: code_is(v, codes_of(f, v->column, 0), v->out); break;
    case EXPR_V_CODE_TABLE: code_table(v->table, codes_of(f, v->column, 0), v->out); break;
    case EXPR_V_CODE_SAME:
        code_same(v, codes_of(f, v->column, 0), codes_of(f, v->other, 1), v->out);
        break;
    case EXPR_V_PAIR_TABLE:
        pair_table(v, codes_of(f, v->column, 0), codes_of(f, v->other, 1), f->n);
        break;
    case EXPR_V_SET_HAS: set_has(f, v); break;
    case EXPR_V_SET_IS: set_is(f, v); break;
    case EXPR_V_BLANK: blank(v, numbers_of(f, v->column->number, 0), v->out); break;
    case EXPR_V_RANGE:
    case EXPR_V_OUTSIDE:
        first = last = numbers_of(f, v->column->number, 0);
        if (is_day(v->column)) last = numbers_of(f, v->column->number_last, 1);
        if (v->op == EXPR_V_RANGE) in_range(v, first, last, v->out);
        else outside(v, first, last, v->out);
        break;
    case EXPR_V_COMPARE: compare_numbers(f, v); break;
    case EXPR_V_SET_COMPARE: compare_set(f, v); break;
    case EXPR_V_SET_BLANK: set_blank(f, v); break;
    case EXPR_V_SET_MEMO: memo_set(f, v); break;
    case EXPR_V_SET_ROW: row_sets(f, v); break;
    case EXPR_V_MEMO: memo_truths(f, v); break;
    case EXPR_V_ROW: row_truths(f, v); break;
    case EXPR_V_IF: choose_truths(f, v); break;
    case EXPR_V_NUMBER_TRUE: number_true(f, v); break;
    default:
        memset(v->out, 0, EXPR_BLOCK);
        break; /* numbers are not asked for truths: see the planner */
    }
    return v->out;
}

/* ---- numbers ---- */

/* Where there is no number all bits are set, which is a NaN. */
static void column_numbers(const int32_t *restrict number, double *restrict out)
{
    for (size_t i = 0; i < EXPR_BLOCK; i++) out[i] = (double)number[i];
    uint64_t *restrict bits = (uint64_t *)(void *)out; /* compiled with -fno-strict-aliasing */
    for (size_t i = 0; i < EXPR_BLOCK; i++) bits[i] |= number[i] >= NUMBER_LEAST ? 0 : UINT64_MAX;
}

static void read_column(struct expr_filter_run *f, const struct expr_vector *v)
{
    column_numbers(numbers_of(f, v->column->number, 0), v->out_lo);
    if (!v->exact) column_numbers(numbers_of(f, v->column->number_last, 0), v->out_hi);
}

static void read_codes(struct expr_filter_run *f, const struct expr_vector *v)
{
    const uint16_t *code = codes_of(f, v->column, 0);
    for (size_t i = 0; i < f->n; i++) {
        size_t k = expr_dense_cell(code[i], v->n_code);
        v->out_lo[i] = v->by_cell[k].lo;
        v->out_hi[i] = v->by_cell[k].hi;
    }
}

#define ARITHMETIC_LOOP(expression) \
    for (size_t i = 0; i < EXPR_BLOCK; i++) out[i] = (expression)

static void exact_arithmetic(enum expr_op op, const double *restrict a, const double *restrict b,
                             double *restrict out)
{
    switch (op) {
    case EXPR_OP_ADD: ARITHMETIC_LOOP(a[i] + b[i]); break;
    case EXPR_OP_SUBTRACT: ARITHMETIC_LOOP(a[i] - b[i]); break;
    case EXPR_OP_MULTIPLY: ARITHMETIC_LOOP(a[i] * b[i]); break;
    case EXPR_OP_DIVIDE: ARITHMETIC_LOOP(a[i] / b[i]); break;
    default: ARITHMETIC_LOOP(fmod(a[i], b[i])); break;
    }
}

static void do_arithmetic(struct expr_filter_run *f, const struct expr_vector *v)
{
    const double *a_hi, *b_hi;
    const double *a_lo = numbers(f, v->arg[0], &a_hi), *b_lo = numbers(f, v->arg[1], &b_hi);
    enum expr_op op = (enum expr_op)v->node->op;
    if (v->exact) {
        exact_arithmetic(op, a_lo, b_lo, v->out_lo);
        return;
    }
    for (size_t i = 0; i < EXPR_BLOCK; i++) {
        struct expr_span a = {a_lo[i], a_hi[i]}, b = {b_lo[i], b_hi[i]};
        struct expr_span s = expr_span_arithmetic(op, a, b);
        v->out_lo[i] = s.lo;
        v->out_hi[i] = s.hi;
    }
}

static void negate(struct expr_filter_run *f, const struct expr_vector *v)
{
    const double *hi, *lo = numbers(f, v->arg[0], &hi);
    for (size_t i = 0; i < EXPR_BLOCK; i++) {
        v->out_lo[i] = -hi[i];
        v->out_hi[i] = -lo[i];
    }
}

static void choose_numbers(struct expr_filter_run *f, const struct expr_vector *v,
                           const uint8_t *condition, const struct expr_vector *if_true,
                           const struct expr_vector *if_false)
{
    const double *yes_hi, *no_hi;
    const double *yes = numbers(f, if_true, &yes_hi), *no = numbers(f, if_false, &no_hi);
    for (size_t i = 0; i < EXPR_BLOCK; i++) {
        v->out_lo[i] = condition[i] ? yes[i] : no[i];
        v->out_hi[i] = condition[i] ? yes_hi[i] : no_hi[i];
    }
}

static void aggregate(const struct expr_filter_run *f, const struct expr_vector *v)
{
    const uint32_t *offset = v->column->offset + f->from;
    const char *name = v->node->function->name;
    bool count = strcmp(name, "count") == 0, non_empty = strcmp(name, "count-non-empty") == 0;
    for (size_t i = 0; i < f->n; i++) {
        struct expr_span s = expr_function_none(v->node->function);
        double n = 0;
        for (uint32_t k = offset[i]; k < offset[i + 1]; k++) {
            if (non_empty) n += v->column->number[k] != COLUMN_NO_NUMBER;
            else if (!count)
                s = expr_function_fold(v->node->function, s, set_number(v->column, k),
                                       k == offset[i]);
        }
        if (count) n = offset[i + 1] - offset[i];
        if (count || non_empty) s = expr_exact(n);
        v->out_lo[i] = s.lo;
        v->out_hi[i] = s.hi;
    }
}

static void fill(double *restrict out, double value)
{
    for (size_t i = 0; i < EXPR_BLOCK; i++) out[i] = value;
}

static const double *numbers(struct expr_filter_run *f, const struct expr_vector *v,
                             const double **hi)
{
    const uint8_t *truth;
    switch (v->op) {
    case EXPR_V_NUMBER:
        fill(v->out_lo, v->span.lo);
        if (!v->exact) fill(v->out_hi, v->span.hi);
        break;
    case EXPR_V_COLUMN: read_column(f, v); break;
    case EXPR_V_CODE_NUMBER: read_codes(f, v); break;
    case EXPR_V_ARITHMETIC: do_arithmetic(f, v); break;
    case EXPR_V_NEGATE: negate(f, v); break;
    case EXPR_V_NUMBER_IF:
        choose_numbers(f, v, expr_vector_truths(f, v->arg[0]), v->arg[1], v->arg[2]);
        break;
    case EXPR_V_COALESCE:
        choose_numbers(f, v, expr_vector_truths(f, v->arg[0]), v->arg[2], v->arg[1]);
        break;
    case EXPR_V_NUMBER_MEMO: memo_numbers(f, v); break;
    case EXPR_V_NUMBER_ROW: row_numbers(f, v); break;
    case EXPR_V_AGGREGATE: aggregate(f, v); break;
    default: /* a truth */
        truth = expr_vector_truths(f, v);
        for (size_t i = 0; i < EXPR_BLOCK; i++) v->out_lo[i] = truth[i];
        break;
    }
    *hi = v->out_hi;
    return v->out_lo;
}
