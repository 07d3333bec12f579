/* SPDX-License-Identifier: EUPL-1.2 */
/* Validation of one record. The order is that of conventions section 2:
 *
 *   1. in dependency order, for each variable: irrelevant? then it is cleared; else it is
 *   calculated
 *      (derived variables always, others when they are blank); repeats that are irrelevant lose
 *      their instances. What reads a variable so finds it as it will be kept.
 *   2. required (blank; a missing code is an answer), choice filter, constraint (neither on blank
 *   nor on
 *      missing values), variable by variable.
 *   3. rules, once for each instance of their scope, where every variable they need is present.
 *
 * An expression that fails is a finding of its own; what it would have decided is left as it is. */
#include "model/validate.h"

#include "base/mem.h"
#include "model/dependency.h"
#include "model/expr_internal.h"

#include <assert.h>
#include <string.h>

struct validation {
    struct record *record;
    const struct dictionary *dictionary;
    const struct form *form;
    struct findings *findings;
    struct expr_context context;
    struct expr_state state;
};

static inline struct value *value_at(const struct validation *v, group_id g, uint16_t slot,
                                     uint32_t row)
{
    return &v->record->table[g].value[(size_t)row * v->form->group[g].n_variable + slot];
}

static inline bool is_blank(const struct value *x)
{
    return x->kind == VALUE_EMPTY || (x->kind == VALUE_TEXT && x->text.n == 0);
}

static inline bool is_present(const struct value *x)
{
    return x->kind > VALUE_MISSING && (x->kind != VALUE_TEXT || x->text.n > 0);
}

/* ---- findings ---- */

enum { VALUE_BYTES = 4096 };

/* Rare: kept out of the way of what is done for every record. */
__attribute__((cold, noinline)) static void report(struct validation *v, struct finding f)
{
    const struct variable *var = f.var == VAR_NONE ? NULL : &v->dictionary->variable[f.var];
    if (var == NULL || (var->privacy & PRIVACY_D) != 0 ||
        f.instance >= v->record->table[var->group].n_row) {
        findings_add(v->findings, f);
        return;
    }
    const struct value *x = value_at(v, var->group, var->slot, f.instance);
    struct buf text;
    buf_init(&text, VALUE_BYTES);
    value_text(&text, v->dictionary, f.var, x);
    findings_add_value(v->findings, f,
                       is_blank(x) || text.too_long ? (struct text){NULL, 0} : buf_text(&text));
    buf_release(&text);
}

__attribute__((cold, noinline)) static void report_builtin(struct validation *v,
                                                           enum builtin_rule r, var_id var,
                                                           uint32_t instance)
{
    report(v, finding_of(v->dictionary, r, var, instance));
}

/* The truth of an expression; false when it fails, with st->result saying so. */
static inline bool truth_of(struct validation *v, const struct expr *x, group_id g, uint32_t row)
{
    struct expr_state *st = &v->state;
    if (!expr_state_stand(st, x, g, row)) {
        expr_stop(st, EXPR_FAILED);
        return false;
    }
    bool truth = expr_eval_bool(st, x->root);
    expr_state_end(st);
    return truth;
}

/* The same, `otherwise` with a finding when it fails. */
static bool holds(struct validation *v, const struct expr *x, group_id g, uint32_t row, var_id self,
                  bool otherwise)
{
    bool truth = truth_of(v, x, g, row);
    if (v->state.result == EXPR_OK) return truth;
    report_builtin(v, BUILTIN_EXPRESSION, self, row);
    return otherwise;
}

/* ---- calculate, relevant, clear ---- */

static void calculate(struct validation *v, const struct order_step *s, uint32_t row)
{
    struct value result = {.kind = VALUE_EMPTY};
    struct value *x = value_at(v, s->group, s->slot, row);
    if (!s->derived && !is_blank(x)) return;
    struct expr_state *st = &v->state;
    bool fits = expr_state_stand(st, s->calculation, s->group, row) &&
                expr_state_value(&result, st, s->calculation, &v->dictionary->variable[s->var],
                                 v->record->arena);
    expr_state_end(st);
    if (st->result != EXPR_OK || !fits) report_builtin(v, BUILTIN_EXPRESSION, s->var, row);
    *x = result;
}

static void step_variable(struct validation *v, const struct order_step *s)
{
    uint32_t n_row = (uint32_t)v->record->table[s->group].n_row;
    for (uint32_t row = 0; row < n_row; row++) {
        if (s->relevant != NULL && !holds(v, s->relevant, s->group, row, s->var, true))
            *value_at(v, s->group, s->slot, row) = (struct value){.kind = VALUE_EMPTY};
        else if (s->calculation != NULL) calculate(v, s, row);
    }
}

/* Take out the rows of group g that are marked, with everything below them. */
static void remove_rows(struct validation *v, group_id g, const bool *gone)
{
    struct record_table *t = &v->record->table[g];
    size_t n_old = t->n_row, n_variable = v->form->group[g].n_variable, kept = 0;
    uint32_t *renumbered = mem_new(n_old, sizeof *renumbered);
    for (size_t i = 0; i < n_old; i++) {
        renumbered[i] = (uint32_t)kept;
        if (gone[i]) continue;
        if (kept != i) {
            memcpy(&t->value[kept * n_variable], &t->value[i * n_variable],
                   n_variable * sizeof *t->value);
            t->parent[kept] = t->parent[i];
        }
        kept++;
    }
    t->n_row = kept;
    for (size_t c = 1; c < v->form->n_group; c++) {
        struct record_table *child = &v->record->table[c];
        if (v->form->group[c].parent != g || c == g) continue;
        bool *child_gone = mem_new(child->n_row, sizeof *child_gone);
        for (size_t i = 0; i < child->n_row; i++) {
            child_gone[i] = gone[child->parent[i]];
            child->parent[i] = renumbered[child->parent[i]];
        }
        remove_rows(v, (group_id)c, child_gone); /* as deep as repeats are nested in the form */
        mem_free(child_gone);
    }
    mem_free(renumbered);
}

static void step_group(struct validation *v, group_id g)
{
    struct record_table *t = &v->record->table[g];
    const struct expr *relevant = v->form->group[g].relevant;
    bool from_inside = expr_group(relevant) == g, any = false;
    if (t->n_row == 0) return;
    bool *gone = mem_new(t->n_row, sizeof *gone);
    for (uint32_t row = 0; row < t->n_row; row++) {
        if (!from_inside && row > 0 && t->parent[row] == t->parent[row - 1]) {
            gone[row] = gone[row - 1];
            continue;
        }
        group_id at = from_inside ? g : v->form->group[g].parent;
        gone[row] = !holds(v, relevant, at, from_inside ? row : t->parent[row], VAR_NONE, true);
        any = any || gone[row];
    }
    if (any) remove_rows(v, g, gone);
    mem_free(gone);
}

/* ---- required, choice filter, constraint ---- */

struct presence {
    const struct validation *v;
    group_id group;
    uint32_t row;
    var_id self;
    bool all;
};

static void note_presence(void *ctx, var_id id)
{
    struct presence *p = ctx;
    const struct variable *var = &p->v->dictionary->variable[id];
    group_id g = p->group;
    uint32_t row = p->row;
    if (id == p->self) return;
    while (g != var->group && g != 0) {
        row = p->v->record->table[g].parent[row];
        g = p->v->form->group[g].parent;
    }
    if (g == var->group) p->all = p->all && is_present(value_at(p->v, g, var->slot, row));
}

/* A code that the form would not have offered. Judged only when everything the filter reads is
 * known. */
static bool was_offered(struct validation *v, const struct order_check *c, const struct value *x,
                        uint32_t row)
{
    struct presence p = {v, c->group, row, c->var, true};
    if (x->kind != VALUE_CODE && x->kind != VALUE_CODES) return true;
    expr_variables(c->choice_filter, note_presence, &p);
    if (!p.all) return true;
    size_t n = x->kind == VALUE_CODE ? 1 : x->n_code;
    for (size_t i = 0; i < n; i++) {
        v->context.choice = x->kind == VALUE_CODE ? x->code : x->codes[i];
        if (!holds(v, c->choice_filter, c->group, row, c->var, true)) return false;
    }
    return true;
}

static void check_variable(struct validation *v, const struct order_check *c)
{
    const struct record_table *t = &v->record->table[c->group];
    const struct value *x = t->value + c->slot;
    uint32_t n_row = (uint32_t)t->n_row;
    for (uint32_t row = 0; row < n_row; row++, x += c->n_variable) {
        if (is_blank(x)) {
            if (!c->required_always &&
                (c->required == NULL || !holds(v, c->required, c->group, row, c->var, false)))
                continue;
            if (c->relevant != NULL && !holds(v, c->relevant, c->group, row, c->var, true))
                continue;
            report_builtin(v, BUILTIN_REQUIRED, c->var, row);
        } else if (x->kind != VALUE_MISSING) {
            if ((c->choice_filter != NULL && !was_offered(v, c, x, row)) ||
                (c->constraint != NULL && !holds(v, c->constraint, c->group, row, c->var, true)))
                report_builtin(v, BUILTIN_CONSTRAINT, c->var, row);
        }
    }
}

/* ---- rules ---- */

static inline uint32_t row_around(const struct validation *v, group_id from, uint32_t row,
                                  group_id to)
{
    if (to == 0) return 0;
    while (from != to) {
        row = v->record->table[from].parent[row];
        from = v->form->group[from].parent;
    }
    return row;
}

/* Some instance below or beside the scope has the variable; *instance: the first such. */
static bool is_somewhere(const struct validation *v, const struct rule_need *n, uint32_t above,
                         uint32_t *instance)
{
    const struct record_table *t = &v->record->table[n->group];
    for (uint32_t i = 0; i < t->n_row; i++) {
        if (n->within != 0 && row_around(v, n->group, i, n->within) != above) continue;
        if (!is_present(value_at(v, n->group, n->slot, i))) continue;
        *instance = i;
        return true;
    }
    return false;
}

/* All variables that the rule needs are there. *first: the instance of the one to report on. */
static inline bool needs_met(const struct validation *v, const struct rule_plan *p, uint32_t row,
                             uint32_t *first)
{
    for (size_t i = 0; i < p->n_need; i++) {
        const struct rule_need *n = &p->need[i];
        uint32_t above = row_around(v, p->scope, row, n->within);
        if (n->group == n->within) {
            if (!is_present(value_at(v, n->group, n->slot, above))) return false;
        } else if (!is_somewhere(v, n, above, &above)) {
            return false;
        }
        if (i == p->first) *first = above;
    }
    return true;
}

struct presence_bits {
    uint64_t present;
    bool single; /* no repeat has several instances: those present are where they are needed */
};

static struct presence_bits look_around(const struct validation *v,
                                        const struct dependency_order *o)
{
    struct presence_bits b = {.single = true};
    const struct value *root = v->record->table[0].value;
    size_t i = 0;
    for (; i < o->n_presence_single; i++)
        b.present |= (uint64_t)is_present(&root[o->presence[i].slot]) << i;
    for (; i < o->n_presence; i++) {
        const struct order_presence *p = &o->presence[i];
        const struct record_table *t = &v->record->table[p->group];
        const struct value *x = t->value + p->slot;
        uint64_t present = 0;
        for (size_t n = t->n_row; n > 0; n--, x += p->n_variable) present |= is_present(x);
        b.present |= present << i;
    }
    for (size_t g = 0; g < v->form->n_group; g++)
        b.single = b.single && v->record->table[g].n_row <= 1;
    return b;
}

/* `met`: its needs are known to be met. */
static void judge(struct validation *v, const struct rule_plan *p, uint32_t row, bool met)
{
    uint32_t first = row;
    if (!met && !needs_met(v, p, row, &first)) return;
    bool good = (p->applies != NULL && !truth_of(v, p->applies, p->scope, row)) ||
                truth_of(v, p->expression, p->scope, row);
    if (good && v->state.result == EXPR_OK) return;
    if (met) needs_met(v, p, row, &first); /* which instance it was */
    var_id var = p->n_need == 0 ? VAR_NONE : p->need[p->first].var;
    if (v->state.result != EXPR_OK) {
        report_builtin(v, BUILTIN_EXPRESSION, var, first);
    } else {
        const struct rule *r = &v->dictionary->rule[p->rule];
        report(v, (struct finding){
                      .rule = r->id, .level = r->severity, .var = var, .instance = first});
    }
}

void record_validate(struct record *r, struct findings *f, int32_t today, struct arena *scratch)
{
    const struct dependency_order *o = r->form->order;
    struct validation v = {
        .record = r,
        .dictionary = r->dictionary,
        .form = r->form,
        .findings = f,
        .context = {.record = r, .today = today, .now = (int64_t)today * 86400, .arena = scratch},
    };
    assert(scratch != r->arena);
    expr_state_init(&v.state, &v.context);
    for (size_t i = 0; i < o->n_step; i++) {
        if (o->step[i].var == VAR_NONE) step_group(&v, o->step[i].group);
        else step_variable(&v, &o->step[i]);
    }
    for (size_t i = 0; i < o->n_check; i++) check_variable(&v, &o->check[i]);
    struct presence_bits b = look_around(&v, o);
    for (size_t i = 0; i < o->n_rule; i++) {
        const struct rule_plan *p = &o->rule[i];
        if ((p->present & ~b.present) != 0) continue;
        bool met = p->exact && (p->anywhere || b.single);
        uint32_t n_row = (uint32_t)r->table[p->scope].n_row;
        for (uint32_t row = 0; row < n_row; row++) judge(&v, p, row, met);
    }
}
