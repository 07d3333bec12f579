/* SPDX-License-Identifier: EUPL-1.2 */
/* Complementary suppression by linear programs.
 *
 * For a small count q ask for the cheapest change of the whole table, d = f - g with f, g >= 0,
 * that keeps every row of the system, keeps g <= x - 1, and lifts q by at least k - 1. Hidden cells
 * move free of cost, shown ones cost w (f + g). The cells that move join the hidden ones, and the
 * change itself is a world for the audit. So each small count owns an explicit world, and the audit
 * that follows finds little left to mend: counts that became exact, worlds that were no integers,
 * counts with no other reason for being hidden. */
#include "disclosure/suppress.h"

#include "base/catalogue.h"
#include "base/mem.h"
#include "disclosure/audit.h"
#include "disclosure/lp.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    REWEIGHTS = 2,
    EXPLORE_AFTER = 25,
    CLEAN_UP_SHARE = 8,
    HOPELESS_AFTER = 10,
    HOPELESS_RATIO = 5,
    REASONS_TRIED = 12,
    ROUNDS_MAX = 400,
    NODES_MAX = 400
};

struct chooser {
    const struct system *s;
    const struct suppress_rule *rule;
    bool *hidden;
    struct audit *audit;
    struct lp *lp; /* columns 2 i and 2 i + 1: variable var[i] up and down */
    size_t *var;   /* variables that may move */
    size_t n;
    size_t *place;  /* by variable: i, or SIZE_MAX */
    double *weight; /* by variable */
    int64_t *delta; /* by variable; scratch */
    uint64_t work;
    size_t n_added; /* variables hidden since the audit last explored */
};

static bool is_small(const struct chooser *c, size_t v)
{
    return c->s->value[v] > 0 && c->s->value[v] < c->rule->threshold;
}

/* ---------------------------------------------------------------- weights */

/* Dear are large counts, totals and inner categories: what readers look for first. */
static double weight_of(const struct system *s, size_t v)
{
    const struct table *t = s->table_of[v];
    size_t rest = s->cell_of[v];
    double w = (1 + log2(1 + (double)s->value[v])) * (double)s->n_name[v];
    for (size_t k = t->n_dim; k-- > 0;) {
        size_t c = rest % t->dim[k].n_category;
        rest /= t->dim[k].n_category;
        if (c == 0) w *= 3;
        else if (c + 1 < t->dim[k].n_category && t->dim[k].category[c + 1].parent == c) w *= 1.5;
    }
    return w;
}

/* ---------------------------------------------------------------- the program */

/* Let variable v move by low..high only. Never both up and down: they would cancel. */
static void bound(struct chooser *c, size_t v, double low, double high)
{
    double least = (double)(1 - c->s->value[v]);
    if (low < least) low = least;
    lp_bounds(c->lp, 2 * c->place[v], low > 0 ? low : 0, high > 0 ? high : 0);
    lp_bounds(c->lp, 2 * c->place[v] + 1, high < 0 ? -high : 0, low < 0 ? -low : 0);
}

static void free_bounds(struct chooser *c, size_t v)
{
    bound(c, v, -INFINITY, INFINITY);
}

static void add_rows(struct chooser *c)
{
    const struct system *s = c->s;
    size_t *column = mem_new(2 * c->n, sizeof *column);
    double *coef = mem_new(2 * c->n, sizeof *coef);
    for (size_t r = 0; r < s->n_row; r++) {
        size_t n = 0;
        for (size_t i = s->row_at[r]; i < s->row_at[r + 1]; i++) {
            size_t at = c->place[s->term[i].var];
            if (at == SIZE_MAX) continue;
            column[n] = 2 * at;
            coef[n++] = s->term[i].coef;
            column[n] = 2 * at + 1;
            coef[n++] = -s->term[i].coef;
        }
        double slack = (double)system_row_sum(s, r, NULL);
        if (n > 0) lp_add_row(c->lp, column, coef, n, -slack, s->row_equal[r] ? 0 : INFINITY);
    }
    mem_free(column);
    mem_free(coef);
}

static void begin(struct chooser *c)
{
    const struct system *s = c->s;
    c->var = mem_new(s->n_var, sizeof *c->var);
    c->place = mem_new(s->n_var, sizeof *c->place);
    c->weight = mem_new(s->n_var, sizeof *c->weight);
    c->delta = mem_new(s->n_var, sizeof *c->delta);
    for (size_t v = 0; v < s->n_var; v++) {
        c->place[v] = SIZE_MAX;
        c->weight[v] = weight_of(s, v);
        if (s->value[v] == 0 || v == s->total) continue;
        c->place[v] = c->n;
        c->var[c->n++] = v;
    }
    c->lp = lp_new(2 * c->n, &c->work);
    for (size_t i = 0; i < c->n; i++) free_bounds(c, c->var[i]);
    add_rows(c);
}

static void end(struct chooser *c)
{
    audit_free(c->audit);
    lp_free(c->lp);
    mem_free(c->var);
    mem_free(c->place);
    mem_free(c->weight);
    mem_free(c->delta);
}

static double moved(const struct chooser *c, size_t i)
{
    return lp_value(c->lp, 2 * i) - lp_value(c->lp, 2 * i + 1);
}

static void set_cost(struct chooser *c, size_t i, double cost)
{
    lp_cost(c->lp, 2 * i, cost);
    lp_cost(c->lp, 2 * i + 1, cost);
}

static double cost_of_solution(const struct chooser *c)
{
    double cost = 0;
    for (size_t i = 0; i < c->n; i++)
        if (fabs(moved(c, i)) > 1e-6 && !c->hidden[c->var[i]]) cost += c->weight[c->var[i]];
    return cost;
}

/* The cheapest change within the bounds set. Among hidden cells movement costs next to nothing, not
 * nothing, so that cells do not move for no reason. */
static bool solve(struct chooser *c)
{
    double *last = mem_new(c->n, sizeof *last);
    bool ok = false;
    for (int turn = 0; turn <= REWEIGHTS; turn++) {
        for (size_t i = 0; i < c->n; i++) {
            double w = c->weight[c->var[i]];
            if (c->hidden[c->var[i]]) set_cost(c, i, w * 1e-3);
            else set_cost(c, i, turn == 0 ? w : w * (double)c->rule->threshold / (0.1 + last[i]));
        }
        if (lp_solve(c->lp) != LP_SOLVED) break;
        ok = true;
        if (cost_of_solution(c) <= 0) break; /* nothing more needs to be hidden */
        for (size_t i = 0; i < c->n; i++) last[i] = fabs(moved(c, i));
    }
    mem_free(last);
    return ok;
}

/* Hide what moves in the last solution and hand it to the audit as a world. Counts newly hidden
 * cells. */
static size_t take(struct chooser *c)
{
    size_t added = 0;
    bool world = false;
    for (size_t i = 0; i < c->n; i++)
        if (fabs(moved(c, i)) > 1e-6 && !c->hidden[c->var[i]]) {
            c->hidden[c->var[i]] = true;
            added++;
        }
    if (added > 0) audit_refresh(c->audit);
    c->n_added += added;
    for (int m = 1; m <= 4 && !world; m++) {
        bool whole = true;
        for (size_t i = 0; i < c->n; i++) {
            double d = moved(c, i) * m;
            whole = whole && fabs(d - round(d)) < 1e-5 * m;
            c->delta[c->var[i]] = (int64_t)round(d);
        }
        world = whole && audit_offer(c->audit, c->delta);
    }
    memset(c->delta, 0, c->s->n_var * sizeof *c->delta);
    return added;
}

/* ---------------------------------------------------------------- refusals */

static bool too_large(struct err *e)
{
    err_set(e, ERR_LIMIT, "disclosure.too_large",
            "the table is too large to be protected in the time allowed");
    err_remedy(e, "use fewer or coarser variables, or a filter that leaves fewer categories");
    return true;
}

static bool out_of_work(const struct chooser *c, struct err *e)
{
    return c->work == 0 && too_large(e);
}

/* Say which category it is about, by variable and code; never which count, and no number. */
static bool refuse(const struct chooser *c, size_t v, const char *why, struct err *e)
{
    if (lp_failed(c->lp)) {
        err_set(e, ERR_DISCLOSURE, "disclosure.solver",
                "the table could not be checked: the solver failed");
        return err_remedy(e, "try again; if it fails again, use fewer variables and report it");
    }
    const struct table *t = c->s->table_of[v];
    char where[ERR_DETAIL_MAX] = "";
    size_t rest = c->s->cell_of[v], at[TABLE_DIMS_MAX] = {0}, n = 0;
    for (size_t k = t->n_dim; k-- > 0;) {
        at[k] = rest % t->dim[k].n_category;
        rest /= t->dim[k].n_category;
    }
    for (size_t k = 0; k < t->n_dim && n < sizeof where; k++) {
        if (at[k] == 0) continue;
        int more = snprintf(where + n, sizeof where - n, "%s%s=%s", n > 0 ? ", " : "",
                            t->dim[k].name, t->dim[k].category[at[k]].name);
        if (more > 0) n += (size_t)more;
    }
    err_set(e, ERR_DISCLOSURE, "disclosure.cannot_protect", "the table cannot be protected: %s",
            why);
    err_detail(e, "%s", where);
    return err_remedy(
        e,
        "use coarser variables (a region instead of a country, age groups instead of ages), fewer "
        "variables, or a filter that leaves the category named out or joins it with others");
}

/* ---------------------------------------------------------------- small counts, one by one */

static bool lift(struct chooser *c, size_t q, int64_t by)
{
    bound(c, q, (double)by, INFINITY);
    return solve(c);
}

static bool protect_small(struct chooser *c, size_t q, struct err *e)
{
    int64_t k = c->rule->threshold, x = c->s->value[q];
    if (audit_satisfied(c->audit, q)) return true;
    bool ok = lift(c, q, k - 1) || lift(c, q, k - x);
    if (ok) take(c);
    free_bounds(c, q);
    if (ok) return true;
    if (out_of_work(c, e)) return false;
    return refuse(
        c, q, tr("a small count has too few other counts beside it that could be hidden with it"),
        e);
}

/* Will the work allowed last, judged by the first of `n` small counts? Worlds found for one serve
 * others, so be slow to give up. */
static bool hopeless(const struct chooser *c, size_t done, size_t n, struct err *e)
{
    uint64_t used = c->rule->work - c->work;
    if (done < HOPELESS_AFTER || used / done * n < HOPELESS_RATIO * c->rule->work) return false;
    return too_large(e);
}

struct order {
    int64_t value;
    size_t var;
};

static int by_need(const void *a, const void *b)
{
    const struct order *x = a, *y = b;
    if (x->value != y->value) return x->value < y->value ? -1 : 1;
    return x->var < y->var ? -1 : x->var > y->var;
}

static bool protect_all(struct chooser *c, struct err *e)
{
    struct order *o = mem_new(c->s->n_var, sizeof *o);
    size_t n = 0;
    bool ok = true;
    for (size_t v = 0; v < c->s->n_var; v++)
        if (is_small(c, v)) o[n++] = (struct order){.value = c->s->value[v], .var = v};
    qsort(o, n, sizeof *o, by_need);
    audit_explore(c->audit);
    for (size_t i = 0; i < n && ok; i++) {
        ok = protect_small(c, o[i].var, e) && !hopeless(c, i + 1, n, e);
        if (c->n_added < EXPLORE_AFTER) continue;
        c->n_added = 0;
        audit_explore(c->audit);
    }
    mem_free(o);
    return ok;
}

/* ---------------------------------------------------------------- what the audit finds */

/* Make v small, beside g.var that reaches the threshold: what may be hidden in its stead. */
static bool solve_reason(struct chooser *c, size_t q, size_t v)
{
    int64_t k = c->rule->threshold;
    bound(c, q, (double)(k - c->s->value[q]), INFINITY);
    bound(c, v, -INFINITY, (double)(k - 1 - c->s->value[v]));
    return lp_solve(c->lp) == LP_SOLVED;
}

static bool mend_reason(struct chooser *c, size_t q)
{
    const struct system *s = c->s;
    size_t best = SIZE_MAX, tried = 0;
    double least = INFINITY;
    bool *beside = mem_new(s->n_var, sizeof *beside);
    for (size_t f = 0; f < s->n_family; f++) {
        bool here = false;
        for (size_t i = s->family_at[f]; i < s->family_at[f + 1]; i++)
            here = here || s->family[i] == q;
        for (size_t i = s->family_at[f]; here && i < s->family_at[f + 1]; i++)
            beside[s->family[i]] = true;
    }
    for (size_t i = 0; i < c->n; i++)
        set_cost(c, i, c->weight[c->var[i]] * (c->hidden[c->var[i]] ? 1e-3 : 1));
    for (int turn = 0; turn < 2; turn++) /* cells beside it; then hidden ones of its group */
        for (size_t i = 0; i < c->n && tried < REASONS_TRIED; i++) {
            size_t v = c->var[i];
            if (v == q ||
                (turn == 0 ? !beside[v] : audit_group(c->audit, v) != audit_group(c->audit, q)))
                continue;
            tried++;
            if (solve_reason(c, q, v)) {
                double cost = cost_of_solution(c) + (c->hidden[v] ? 0 : c->weight[v]);
                if (cost < least) least = cost, best = v;
            }
            free_bounds(c, v);
            free_bounds(c, q);
        }
    mem_free(beside);
    if (best == SIZE_MAX || !solve_reason(c, q, best)) return false;
    size_t added = take(c);
    if (!c->hidden[best]) {
        c->hidden[best] = true;
        audit_refresh(c->audit);
        added++;
    }
    free_bounds(c, best);
    free_bounds(c, q);
    return added > 0;
}

/* Let q move by at least `up` (or `down`). When all that moves is hidden already, the solver's
 * world was no integer one: then ask for integers. */
static bool mend_move(struct chooser *c, size_t q, int64_t up, int64_t down)
{
    bound(c, q, up > 0 ? (double)up : -INFINITY, down > 0 ? (double)-down : INFINITY);
    bool ok = solve(c) && take(c) > 0;
    if (!ok && c->work > 0) ok = lp_solve_integer(c->lp, NODES_MAX) == LP_SOLVED && take(c) > 0;
    free_bounds(c, q);
    return ok;
}

static bool mend_insider(struct chooser *c, struct gap g)
{
    bound(c, g.insider, 0, 0);
    bool ok = mend_move(c, g.var, c->rule->threshold - c->s->value[g.var], 0);
    free_bounds(c, g.insider);
    return ok;
}

static bool mend(struct chooser *c, struct gap g)
{
    int64_t k = c->rule->threshold, x = c->s->value[g.var], low, high;
    audit_seen(c->audit, g.var, &low, &high);
    switch (g.kind) {
    case GAP_EXACT: return mend_move(c, g.var, 1, 0) || (x > 1 && mend_move(c, g.var, 0, 1));
    case GAP_SMALL: return mend_move(c, g.var, k - x, 0);
    case GAP_NARROW: return mend_move(c, g.var, low + k - 1 - x, 0);
    case GAP_REASON: return mend_reason(c, g.var);
    case GAP_INSIDER: return mend_insider(c, g);
    }
    return false;
}

static const char *gap_words(enum gap_kind kind)
{
    switch (kind) {
    case GAP_EXACT:
        return tr(
            "a hidden count could be worked out exactly, and nothing is left to be hidden with it");
    case GAP_SMALL:
    case GAP_NARROW:
        return tr(
            "a small count could be recognised as small, and nothing is left to be hidden with it");
    case GAP_REASON:
        return tr(
            "a count would be recognised as small because nothing else beside it could be hidden");
    case GAP_INSIDER: return tr("somebody who knows one small count could work out another");
    }
    return "";
}

static bool satisfy_audit(struct chooser *c, struct err *e)
{
    for (int round = 0; round < ROUNDS_MAX; round++) {
        const struct gap *gap;
        size_t n, mended = 0;
        audit_refresh(c->audit);
        audit_run(c->audit, &gap, &n);
        if (n == 0) return true;
        struct gap first = gap[0];
        if (mend(c, first)) mended++;
        if (out_of_work(c, e)) return false;
        if (mended == 0) return refuse(c, first.var, gap_words(first.kind), e);
    }
    return !too_large(e);
}

/* ---------------------------------------------------------------- clean-up */

/* Would some sum be left with one hidden count? Then that one is exact, and there is no need to
 * ask. */
static bool leaves_one_alone(const struct chooser *c, size_t v)
{
    const struct system *s = c->s;
    for (size_t r = 0; r < s->n_row; r++) {
        size_t n = 0;
        bool here = false;
        if (!s->row_equal[r]) continue;
        for (size_t i = s->row_at[r]; i < s->row_at[r + 1]; i++) {
            here = here || s->term[i].var == v;
            n += c->hidden[s->term[i].var];
        }
        if (here && n == 2) return true;
    }
    return false;
}

struct candidate {
    double weight;
    size_t var;
};

static int by_weight(const void *a, const void *b)
{
    const struct candidate *x = a, *y = b;
    if (x->weight > y->weight || x->weight < y->weight) return x->weight > y->weight ? -1 : 1;
    return x->var < y->var ? -1 : x->var > y->var;
}

/* Show again what need not be hidden, dearest first, as long as work is left for it. */
static void clean_up(struct chooser *c)
{
    const struct system *s = c->s;
    struct candidate *list = mem_new(s->n_var, sizeof *list);
    size_t n = 0;
    uint64_t rest = c->work, share = c->rule->work / CLEAN_UP_SHARE;
    for (size_t v = 0; v < s->n_var; v++)
        if (c->hidden[v] && !is_small(c, v))
            list[n++] = (struct candidate){.weight = c->weight[v], .var = v};
    qsort(list, n, sizeof *list, by_weight);
    for (size_t i = 0; i < n && c->work > 0 && rest - c->work < share; i++) {
        size_t v = list[i].var;
        if (leaves_one_alone(c, v)) continue;
        c->hidden[v] = false;
        audit_refresh(c->audit);
        if (!audit_passes(c->audit)) c->hidden[v] = true;
    }
    audit_refresh(c->audit);
    mem_free(list);
}

bool suppress_choose(bool *hidden, const struct system *s, const struct suppress_rule *rule,
                     struct err *e)
{
    struct chooser c = {.s = s, .rule = rule, .hidden = hidden, .work = rule->work};
    bool any = false;
    for (size_t v = 0; v < s->n_var; v++) {
        hidden[v] = is_small(&c, v) || (rule->start != NULL && rule->start[v]);
        any = any || hidden[v];
    }
    if (!any) return true;
    if (is_small(&c, s->total)) {
        err_set(e, ERR_DISCLOSURE, "disclosure.cannot_protect",
                "the table cannot be protected: its grand total is below the threshold");
        return err_remedy(e, "widen the filter, or tabulate a longer period");
    }
    begin(&c);
    c.audit = audit_new(s, hidden, rule->threshold, rule->insider, &c.work);
    bool ok = protect_all(&c, e) && satisfy_audit(&c, e);
    if (ok) clean_up(&c);
    ok = ok && satisfy_audit(&c, e);
    end(&c);
    return ok;
}
