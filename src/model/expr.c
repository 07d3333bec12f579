/* SPDX-License-Identifier: EUPL-1.2 */
/* The door of the language: evaluate a whole expression, as a truth, a number, a text or a
 * value. */
#include "model/expr.h"

#include "model/expr_internal.h"

#include <assert.h>
#include <string.h>

void expr_state_init(struct expr_state *st, const struct expr_context *ctx)
{
    *st = (struct expr_state){.record = ctx->record,
                              .dictionary = ctx->record->dictionary,
                              .context = ctx,
                              .arena = ctx->arena,
                              .item = ctx->choice,
                              .position = 1,
                              .language = ctx->language};
}

static bool begin(struct expr_state *st, const struct expr *x, const struct expr_context *ctx)
{
    expr_state_init(st, ctx);
    return expr_state_stand(st, x, ctx->group, ctx->row);
}

static enum expr_result end(struct expr_state *st)
{
    expr_state_end(st);
    return st->result;
}

enum expr_result expr_bool(bool *out, const struct expr *x, const struct expr_context *ctx)
{
    struct expr_state st;
    *out = false;
    if (!begin(&st, x, ctx)) return EXPR_FAILED;
    bool v = expr_eval_bool(&st, x->root);
    if (st.result == EXPR_OK) *out = v;
    return end(&st);
}

enum expr_result expr_number(double *out, const struct expr *x, const struct expr_context *ctx)
{
    struct expr_state st;
    *out = NAN;
    if (!begin(&st, x, ctx)) return EXPR_FAILED;
    double v = expr_eval_number(&st, x->root);
    if (st.result == EXPR_OK) *out = v;
    return end(&st);
}

enum expr_result expr_string(struct text *out, const struct expr *x, const struct expr_context *ctx)
{
    struct expr_state st;
    *out = TEXT("");
    if (!begin(&st, x, ctx)) return EXPR_FAILED;
    struct text v = expr_eval_text(&st, x->root);
    if (st.result == EXPR_OK) *out = v;
    return st.result; /* the text lives in the arena until the caller rewinds it */
}

/* ---- values of variables ---- */

static bool is_coded(const struct variable *v)
{
    return (v->type == VARIABLE_CODE || v->type == VARIABLE_CODES) && v->list != LIST_NONE;
}

enum { PULLED_NONE = CODE_NONE, PULLED_OTHER = CODE_NONE - 1 }; /* "", a text that is no code */

/* What pulldata() gives for each code of its key, as codes of list `l`. */
static const struct expr_pulled *resolve_pulled(struct expr_builder *b, const struct codelist *l,
                                                const struct expr_node *n)
{
    const struct expr_node *key = n->arg[0];
    const struct codelist *from = b->dictionary->list[n->list];
    struct expr_state st = {.dictionary = b->dictionary};
    bool coded =
        (key->op == EXPR_OP_VAR && key->list == n->list) || expr_function_gives_code(key, n->list);
    if (!coded || from->open || n->impure) return NULL;
    code_id *code = ARENA_ARRAY(b->arena, code_id, from->n_code);
    for (size_t i = 0; i < from->n_code; i++) {
        struct text t = expr_column_text(&st, n->list, (code_id)i, n->column);
        code[i] = t.n == 0 ? PULLED_NONE : codelist_find(l, t);
        if (t.n > 0 && code[i] == CODE_NONE) code[i] = PULLED_OTHER;
    }
    struct expr_pulled *out = ARENA_NEW(b->arena, struct expr_pulled);
    *out = (struct expr_pulled){l->id, code};
    return out;
}

/* The tree is no deeper than EXPR_DEPTH_MAX. */
static void resolve_results(struct expr_builder *b, const struct codelist *l,
                            const struct expr_node *n)
{
    struct expr_node *leaf = (struct expr_node *)n; /* still ours to finish */
    if (expr_is_choice(n)) {
        for (size_t i = n->op == EXPR_OP_IF; i < n->n_arg; i++) resolve_results(b, l, n->arg[i]);
    } else if (n->op == EXPR_OP_CONST_TEXT) {
        leaf->list = l->id;
        leaf->code = codelist_find(l, n->text);
        leaf->missing = (uint8_t)expr_missing_find(l, n->text);
    } else if (n->op == EXPR_OP_PULL) {
        leaf->pulled = resolve_pulled(b, l, n);
    }
}

void expr_resolve_results(struct expr_builder *b, const struct expr_node *root)
{
    const struct variable *v = &b->dictionary->variable[b->self];
    if (is_coded(v) && !b->dictionary->list[v->list]->open)
        resolve_results(b, b->dictionary->list[v->list], root);
}

static bool set_missing(struct value *out, const struct variable *v, enum missing m)
{
    if (m == MISSING_NONE || !v->missing_allowed) return false;
    *out = (struct value){.kind = VALUE_MISSING, .missing = (uint8_t)m};
    return true;
}

static bool set_code(struct value *out, const struct variable *v, code_id c, struct arena *keep)
{
    if (c == CODE_NONE) return false;
    if (v->type == VARIABLE_CODE) {
        *out = (struct value){.kind = VALUE_CODE, .code = c};
        return true;
    }
    code_id *codes = ARENA_NEW(keep, code_id);
    *codes = c;
    *out = (struct value){.kind = VALUE_CODES, .n_code = 1, .codes = codes};
    return true;
}

static bool set_text(struct value *out, struct expr_state *st, const struct variable *v,
                     struct text t, struct arena *keep)
{
    if (t.n == 0) return true;
    if (is_coded(v)) {
        const struct codelist *l = st->dictionary->list[v->list];
        if (set_code(out, v, codelist_find(l, t), keep)) return true;
        if (set_missing(out, v, expr_missing_find(l, t))) return true;
        if (v->type == VARIABLE_CODE) return false;
    }
    bool borrowed = v->type != VARIABLE_TEXT; /* other types keep nothing of the text */
    struct text kept = borrowed ? t : (struct text){arena_copy(keep, t.p, t.n), t.n};
    return value_read(out, st->dictionary, v->id, kept, DATE_ISO, st->context->today, keep) ==
           VALUE_READ_OK;
}

static bool set_number(struct value *out, struct expr_state *st, const struct variable *v,
                       struct expr_span s, struct arena *keep)
{
    if (!(s.lo == s.hi)) return true; /* not one number: unknown */
    if (v->type == VARIABLE_INTEGER && s.lo == trunc(s.lo) && fabs(s.lo) < 1e15) {
        *out = (struct value){.kind = VALUE_INTEGER, .integer = (int64_t)s.lo};
        return true;
    }
    return set_text(out, st, v, expr_span_text(st, s, EXPR_NUMBER), keep);
}

/* A truth is 1 or 0 to a number, and "true" or "false" to all else. */
static bool set_truth(struct value *out, struct expr_state *st, const struct variable *v,
                      bool truth, struct arena *keep)
{
    if (v->type == VARIABLE_INTEGER || v->type == VARIABLE_DECIMAL)
        return set_number(out, st, v, expr_exact(truth), keep);
    return set_text(out, st, v, truth ? TEXT("true") : TEXT("false"), keep);
}

static bool set_date(struct value *out, struct expr_state *st, const struct variable *v,
                     struct expr_span s, struct arena *keep)
{
    struct date d;
    if (isnan(s.lo)) return true;
    if (!expr_date_of_span(&d, s)) return false;
    if (v->type != VARIABLE_DATE)
        return set_text(out, st, v, expr_span_text(st, s, EXPR_DATE), keep);
    if (d.precision != DATE_DAY && !v->partial) return false;
    *out = (struct value){.kind = VALUE_DATE, .date = d};
    return true;
}

/* Copy what another variable has, when it means the same there; *done false when it must be read
 * anew. */
static bool set_value(struct value *out, struct expr_state *st, const struct variable *v,
                      const struct expr_node *n, bool *done)
{
    const struct value *from = expr_eval_value(st, n);
    const struct variable *other = &st->dictionary->variable[n->var];
    bool same = v->type == other->type && (!is_coded(v) || v->list == other->list);
    *done = true;
    if (from->kind == VALUE_EMPTY) return true;
    if (from->kind == VALUE_MISSING) return set_missing(out, v, (enum missing)from->missing);
    if (same && (from->kind != VALUE_DATE || from->date.precision == DATE_DAY || v->partial)) {
        *out = *from;
        return true;
    }
    *done = false;
    return true;
}

/* What an expression gives: a node whose value it is, or, where no text is needed to know it, the
 * code itself. */
struct given {
    const struct expr_node *n;
    bool known;
    code_id code; /* CODE_NONE: blank */
};

static struct given given_by(struct expr_state *st, const struct variable *v,
                             const struct expr_node *n)
{
    struct given g = {.n = n, .code = CODE_NONE};
    if (n->op == EXPR_OP_PULL && n->pulled != NULL && n->pulled->list == v->list) {
        code_id key;
        bool known = expr_pull_key(&key, st, n);
        if (known && key != CODE_NONE) g.code = n->pulled->code[key];
        g.known = known && g.code != PULLED_OTHER;
    } else if (n->place == EXPR_PLACE_COLUMN && n->column == EXPR_COLUMN_NAME &&
               n->list == v->list) {
        struct expr_nodes s = expr_eval_nodes(st, n);
        if (s.n > 0) g.code = (code_id)expr_nodes_row(&s, 0);
        g.known = true;
    }
    return g;
}

/* As expr_eval_chosen(), but what coalesce() looks at is not worked out twice. Recursion as deep as
 * the tree. */
static struct given choose(struct expr_state *st, const struct variable *v,
                           const struct expr_node *n)
{
    while (n->op == EXPR_OP_IF && expr_step(st, 1))
        n = n->arg[expr_eval_bool(st, n->arg[0]) ? 1 : 2];
    if (n->op != EXPR_OP_COALESCE) return given_by(st, v, expr_eval_chosen(st, n));
    for (size_t i = 0; i + 1 < n->n_arg && expr_step(st, 1); i++) {
        struct given g = choose(st, v, n->arg[i]);
        if (g.known ? g.code != CODE_NONE : !expr_eval_blank(st, g.n)) return g;
    }
    return choose(st, v, n->arg[n->n_arg - 1]);
}

static bool set_result(struct value *out, struct expr_state *st, const struct variable *v,
                       const struct expr_node *root, struct arena *keep)
{
    bool done = false;
    struct given g = choose(st, v, root);
    const struct expr_node *n = g.n;
    if (g.known) return g.code == CODE_NONE || set_code(out, v, g.code, keep);
    if (n->op == EXPR_OP_CONST_TEXT && n->list != LIST_NONE && n->list == v->list) {
        if (n->text.n == 0 || set_code(out, v, n->code, keep)) return true;
        if (set_missing(out, v, (enum missing)n->missing)) return true;
        if (v->type == VARIABLE_CODE) return false; /* else perhaps several codes */
    }
    if (n->place == EXPR_PLACE_VAR && n->var != VAR_NONE &&
        (n->op == EXPR_OP_VAR || n->op == EXPR_OP_INDEXED)) {
        bool fits = set_value(out, st, v, n, &done);
        if (done) return fits;
    }
    if (n->op == EXPR_OP_DATE_PART && n->code == 0 && v->type == VARIABLE_INTEGER) {
        int year = expr_date_part(st, n);
        if (year >= 0) *out = (struct value){.kind = VALUE_INTEGER, .integer = year};
        if (year >= 0) return true;
    }
    if (n->many == EXPR_SCALAR && n->type == EXPR_NUMBER)
        return set_number(out, st, v, expr_eval_span(st, n), keep);
    if (n->many == EXPR_SCALAR && n->type == EXPR_BOOL)
        return set_truth(out, st, v, expr_eval_bool(st, n), keep);
    if (n->many == EXPR_SCALAR && n->type == EXPR_DATE)
        return set_date(out, st, v, expr_eval_span(st, n), keep);
    return set_text(out, st, v, expr_eval_text(st, n), keep);
}

bool expr_state_value(struct value *out, struct expr_state *st, const struct expr *x,
                      const struct variable *v, struct arena *keep)
{
    struct value result = {.kind = VALUE_EMPTY};
    *out = result;
    bool fits = set_result(&result, st, v, x->root, keep);
    if (st->result == EXPR_OK && fits) *out = result;
    return fits;
}

enum expr_result expr_value(struct value *out, bool *fits, const struct expr *x, var_id v,
                            const struct expr_context *ctx, struct arena *keep)
{
    struct expr_state st;
    *out = (struct value){.kind = VALUE_EMPTY};
    *fits = true;
    if (!begin(&st, x, ctx)) return EXPR_FAILED;
    *fits = expr_state_value(out, &st, x, &ctx->record->dictionary->variable[v], keep);
    return end(&st);
}
