/* SPDX-License-Identifier: EUPL-1.2 */
/* The columnar evaluator: what expr_filter.c (planning) and expr_vector.c (computing) share.
 *
 * An expression over columns becomes a tree of vector operations, each with room for one block of
 * units. A part that reads one variable alone becomes a table by that variable's value, filled by
 * the record evaluator: so the two cannot disagree there, and most filters are nothing else. */
#ifndef DCIM_MODEL_EXPR_FILTER_INTERNAL_H
#define DCIM_MODEL_EXPR_FILTER_INTERNAL_H

#include "model/column.h"
#include "model/expr_internal.h"

enum {
    EXPR_BLOCK = 1024,      /* units computed at once; loops have this constant count */
    EXPR_ROW_VARIABLES = 8, /* read together by a part that is computed unit by unit */
    EXPR_MEMO =
        32768, /* remembered results of a function of one number or date: a lifetime of days */
    EXPR_PAIR_MAX = 65536, /* results for each pair of cells of two coded variables */
    EXPR_PLAN_MAX = 20000  /* vector operations of one filter */
};

enum expr_vector_op {
    /* truths */
    EXPR_V_CONST, /* truth */
    EXPR_V_AND,
    EXPR_V_OR,
    EXPR_V_NOT,
    EXPR_V_SAME,        /* two truths are equal */
    EXPR_V_CODE_IS,     /* cell of a coded column */
    EXPR_V_CODE_TABLE,  /* truth by cell */
    EXPR_V_CODE_SAME,   /* cells of two columns are equal */
    EXPR_V_PAIR_TABLE,  /* truth by the cells of two coded columns */
    EXPR_V_SET_HAS,     /* some item is the cell */
    EXPR_V_SET_IS,      /* the only item is the cell */
    EXPR_V_BLANK,       /* number or day column is blank */
    EXPR_V_RANGE,       /* earliest <= hi and latest >= lo, of a column of integers */
    EXPR_V_OUTSIDE,     /* earliest <= hi or latest >= lo: != */
    EXPR_V_COMPARE,     /* two numbers */
    EXPR_V_SET_COMPARE, /* some number of a set and a number */
    EXPR_V_SET_MEMO,    /* some number of a set, by a table of results */
    EXPR_V_SET_ROW,     /* the same, unit by unit, with what else is read */
    EXPR_V_MEMO,        /* function of one number or day column, by a table of results */
    EXPR_V_ROW,         /* by the record evaluator, unit by unit */
    EXPR_V_SET_BLANK,   /* some number of a set is blank */
    EXPR_V_IF,          /* of truths */
    EXPR_V_NUMBER_TRUE, /* a number is not 0 and not NaN */
    /* numbers; a truth can stand for one: 0 or 1 */
    EXPR_V_NUMBER,      /* constant */
    EXPR_V_COLUMN,      /* number or day column */
    EXPR_V_CODE_NUMBER, /* number by cell */
    EXPR_V_ARITHMETIC,  /* node's operator */
    EXPR_V_NEGATE,
    EXPR_V_NUMBER_IF,
    EXPR_V_COALESCE, /* arg 1, but arg 2 where arg 0 says that it is blank */
    EXPR_V_NUMBER_MEMO,
    EXPR_V_NUMBER_ROW,
    EXPR_V_AGGREGATE /* over a set of numbers: node's function */
};

struct expr_memo { /* direct-mapped */
    int32_t first, last;
    bool known, truth;
    struct expr_span span;
};

struct expr_vector {
    enum expr_vector_op op;
    const struct expr_node *node; /* what the record evaluator would evaluate */
    const struct expr_vector *arg[3];
    const struct expr_vector **list; /* AND, OR */
    size_t n_list;
    const struct column *column, *other;
    var_id var[EXPR_ROW_VARIABLES]; /* ROW, SET_ROW; MEMO: the first */
    const struct column *row_column[EXPR_ROW_VARIABLES];
    size_t n_var;
    var_id set_var; /* SET_MEMO, SET_ROW */
    bool truth;     /* CONST; OUTSIDE: where there is no number */
    bool negated;
    bool day;   /* MEMO: the numbers are days */
    bool exact; /* no intervals: out_hi is out_lo */
    enum expr_compare compare;
    uint16_t cell;
    int32_t lo, hi;
    struct expr_span span;
    const uint8_t *table; /* truths by cell; PAIR_TABLE: by dense cell x n_cell of other + dense */
    const struct expr_span
        *by_cell; /* by dense cell: codes, then the 16 cells from COLUMN_CODE_MAX on */
    size_t n_code, n_code_other;
    struct expr_memo *memo;
    uint8_t *out;            /* EXPR_BLOCK truths, 0 or 1 */
    double *out_lo, *out_hi; /* EXPR_BLOCK numbers */
};

struct expr_filter_run {
    const struct column_set *set;
    struct expr_state state; /* for the record evaluator */
    struct expr_context context;
    size_t from, n;          /* the block: n units from `from` */
    uint64_t work, work_max; /* steps of the record evaluator, in all */
    bool too_slow;           /* over it: nothing further is evaluated, the filter fails */
    uint16_t *code_pad[2];   /* a last, short block is copied here */
    int32_t *number_pad[2];
};

/* A cell among n_code + 16. */
static inline size_t expr_dense_cell(uint16_t cell, size_t n_code)
{
    return cell < COLUMN_CODE_MAX ? cell : n_code + (cell & 15u);
}

/* Evaluate a part with variables bound to values. */
bool expr_filter_truth(struct expr_filter_run *f, const struct expr_node *n,
                       const struct expr_bound *bound, size_t n_bound);
struct expr_span expr_filter_span(struct expr_filter_run *f, const struct expr_node *n,
                                  const struct expr_bound *bound, size_t n_bound);
/* A comparison with a set in it, of one node of the set: variable `var` with value `v`. */
bool expr_filter_node(struct expr_filter_run *f, const struct expr_node *n, var_id var,
                      const struct value *v, const struct expr_bound *bound, size_t n_bound);
/* What a cell stands for. */
struct value expr_cell_value(uint16_t cell, bool codes, const code_id *item);
struct value expr_number_value(int32_t first, int32_t last, bool day);

/* Compute the block: truths of `v`. */
const uint8_t *expr_vector_truths(struct expr_filter_run *f, const struct expr_vector *v);

#endif
