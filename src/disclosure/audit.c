/* SPDX-License-Identifier: EUPL-1.2 */
/* The audit: groups of linked hidden variables, worlds and what they prove, and the search for
 * worlds.
 *
 * For each group one linear program over the differences d from the true counts: d_v >= 1 - x_v,
 * and every row of the system that names a variable of the group. Corners of it are worlds when
 * they are integers, which they are for most two-way tables (their matrix is that of a network);
 * else multiples are tried, and then branch and bound. First a few random objectives, each of which
 * serves all variables of the group; then one by one what is still wanted. */
#include "disclosure/audit.h"

#include "base/mem.h"
#include "base/random.h"
#include "disclosure/lp.h"

#include <math.h>
#include <string.h>

enum {
    EXPLORE_TURNS = 8,
    NODES_MAX = 400,    /* of one branch and bound */
    REASONS_TRIED = 40, /* other counts tried as the reason for hiding one */
    MULTIPLES = 6,
    INSIDER_COUNT_MAX = 2 /* counts that one organisation or household may be all of */
};

struct kept_world {
    size_t at, n; /* in item[] */
};

struct world_item {
    size_t var;
    int64_t delta;
};

struct audit {
    const struct system *s;
    const bool *hidden;
    int64_t threshold;
    bool insider;
    uint64_t *work;
    int64_t *slack;             /* by row: its sum at the true counts */
    size_t *row_of_at, *row_of; /* rows of variable v: row_of[row_of_at[v]] .. */
    int32_t *row_of_coef;
    size_t *group; /* by variable; SIZE_MAX: not hidden */
    size_t n_group;
    int64_t *low, *high;            /* by variable: seen so far */
    bool *reached, *reasoned;       /* by variable */
    size_t *insider_number;         /* by variable: 0, or 1.. for counts somebody may be all of */
    size_t n_insider, *insider_var; /* number - 1 -> variable */
    uint8_t *pair; /* [insider number - 1][variable]: reached while the insider's count stays */
    struct kept_world *world;
    struct world_item *item;
    size_t n_world, cap_world, n_item, cap_item;
    struct gap *gap;
    size_t n_gap, cap_gap;
    int64_t *row_change; /* scratch, zero between calls */
    int64_t *delta;      /* scratch */
    size_t *small_in_group;
};

/* ---------------------------------------------------------------- making */

static void index_rows(struct audit *u)
{
    const struct system *s = u->s;
    size_t n_term = s->row_at[s->n_row];
    u->row_of_at = mem_new(s->n_var + 1, sizeof *u->row_of_at);
    u->row_of = mem_new(n_term, sizeof *u->row_of);
    u->row_of_coef = mem_new(n_term, sizeof *u->row_of_coef);
    for (size_t i = 0; i < n_term; i++) u->row_of_at[s->term[i].var + 1]++;
    for (size_t v = 0; v < s->n_var; v++) u->row_of_at[v + 1] += u->row_of_at[v];
    size_t *next = mem_new(s->n_var, sizeof *next);
    memcpy(next, u->row_of_at, s->n_var * sizeof *next);
    for (size_t r = 0; r < s->n_row; r++)
        for (size_t i = s->row_at[r]; i < s->row_at[r + 1]; i++) {
            size_t at = next[s->term[i].var]++;
            u->row_of[at] = r;
            u->row_of_coef[at] = s->term[i].coef;
        }
    mem_free(next);
}

static bool is_small(const struct audit *u, size_t v)
{
    return u->s->value[v] > 0 && u->s->value[v] < u->threshold;
}

struct audit *audit_new(const struct system *s, const bool *hidden, int64_t threshold, bool insider,
                        uint64_t *work)
{
    struct audit *u = mem_new(1, sizeof *u);
    *u = (struct audit){
        .s = s, .hidden = hidden, .threshold = threshold, .insider = insider, .work = work};
    u->slack = mem_new(s->n_row, sizeof *u->slack);
    for (size_t i = 0; i < s->n_row; i++) u->slack[i] = system_row_sum(s, i, NULL);
    index_rows(u);
    u->group = mem_new(s->n_var, sizeof *u->group);
    u->low = mem_new(s->n_var, sizeof *u->low);
    u->high = mem_new(s->n_var, sizeof *u->high);
    u->reached = mem_new(s->n_var, sizeof *u->reached);
    u->reasoned = mem_new(s->n_var, sizeof *u->reasoned);
    u->insider_number = mem_new(s->n_var, sizeof *u->insider_number);
    u->insider_var = mem_new(s->n_var, sizeof *u->insider_var);
    for (size_t v = 0; v < s->n_var && insider; v++) {
        if (!is_small(u, v) || s->value[v] > INSIDER_COUNT_MAX) continue;
        u->insider_var[u->n_insider++] = v;
        u->insider_number[v] = u->n_insider;
    }
    u->pair = mem_new(mem_mul(u->n_insider, s->n_var), sizeof *u->pair);
    u->row_change = mem_new(s->n_row, sizeof *u->row_change);
    u->delta = mem_new(s->n_var, sizeof *u->delta);
    u->small_in_group = mem_new(s->n_var, sizeof *u->small_in_group);
    audit_refresh(u);
    return u;
}

void audit_free(struct audit *u)
{
    if (u == NULL) return;
    void *part[] = {u->slack, u->row_of_at,  u->row_of,        u->row_of_coef,    u->group,
                    u->low,   u->high,       u->reached,       u->reasoned,       u->pair,
                    u->world, u->item,       u->gap,           u->insider_number, u->insider_var,
                    u->delta, u->row_change, u->small_in_group};
    for (size_t i = 0; i < sizeof part / sizeof part[0]; i++) mem_free(part[i]);
    mem_free(u);
}

/* ---------------------------------------------------------------- groups */

static size_t root(size_t *up, size_t i)
{
    while (up[i] != i) i = up[i] = up[up[i]];
    return i;
}

static void join(struct audit *u, size_t *up, size_t *first, size_t v)
{
    if (!u->hidden[v]) return;
    if (*first == SIZE_MAX) *first = v;
    size_t i = root(up, *first), k = root(up, v);
    if (i < k) up[k] = i;
    else up[i] = k;
}

static void regroup(struct audit *u)
{
    const struct system *s = u->s;
    size_t *up = mem_new(s->n_var, sizeof *up);
    for (size_t v = 0; v < s->n_var; v++) up[v] = v;
    for (size_t r = 0; r < s->n_row; r++) {
        size_t first = SIZE_MAX;
        for (size_t i = s->row_at[r]; i < s->row_at[r + 1]; i++)
            join(u, up, &first, s->term[i].var);
    }
    for (size_t f = 0; f < s->n_family; f++) {
        size_t first = SIZE_MAX;
        for (size_t i = s->family_at[f]; i < s->family_at[f + 1]; i++)
            join(u, up, &first, s->family[i]);
    }
    u->n_group = 0;
    for (size_t v = 0; v < s->n_var; v++) { /* a root is the first of its group */
        size_t r = root(up, v);
        if (!u->hidden[v]) u->group[v] = SIZE_MAX;
        else u->group[v] = r == v ? u->n_group++ : u->group[r];
    }
    mem_free(up);
}

/* ---------------------------------------------------------------- worlds */

static bool is_world(struct audit *u, const int64_t *delta)
{
    const struct system *s = u->s;
    bool ok = true;
    for (size_t v = 0; v < s->n_var && ok; v++) {
        if (delta[v] == 0) continue;
        ok = u->hidden[v] && s->value[v] + delta[v] >= 1;
        for (size_t i = u->row_of_at[v]; i < u->row_of_at[v + 1]; i++)
            u->row_change[u->row_of[i]] += u->row_of_coef[i] * delta[v];
    }
    for (size_t r = 0; r < s->n_row; r++) {
        int64_t sum = u->slack[r] + u->row_change[r];
        ok = ok && sum >= 0 && (!s->row_equal[r] || sum == 0);
        u->row_change[r] = 0;
    }
    return ok;
}

/* Learn from a world; true when it was news. */
static bool learn(struct audit *u, const int64_t *delta)
{
    const struct system *s = u->s;
    bool news = false;
    memset(u->small_in_group, 0, u->n_group * sizeof *u->small_in_group);
    for (size_t v = 0; v < s->n_var; v++)
        if (u->group[v] != SIZE_MAX && s->value[v] + delta[v] < u->threshold)
            u->small_in_group[u->group[v]]++;
    for (size_t v = 0; v < s->n_var; v++) {
        if (u->group[v] == SIZE_MAX) continue;
        int64_t z = s->value[v] + delta[v];
        if (z < u->low[v]) u->low[v] = z, news = true;
        if (z > u->high[v]) u->high[v] = z, news = true;
        if (!is_small(u, v) || z < u->threshold) continue;
        if (!u->reached[v]) u->reached[v] = news = true;
        if (!u->reasoned[v] && u->small_in_group[u->group[v]] > 0) u->reasoned[v] = news = true;
        for (size_t n = 0; n < u->n_insider; n++) {
            size_t p = u->insider_var[n];
            if (delta[p] != 0 || u->group[p] != u->group[v]) continue;
            uint8_t *done = &u->pair[n * s->n_var + v];
            if (*done == 0) *done = 1, news = true;
        }
    }
    return news;
}

static void keep_world(struct audit *u, const int64_t *delta)
{
    MEM_GROW(u->world, u->cap_world, u->n_world + 1);
    struct kept_world *w = &u->world[u->n_world++];
    *w = (struct kept_world){.at = u->n_item};
    for (size_t v = 0; v < u->s->n_var; v++) {
        if (delta[v] == 0) continue;
        MEM_GROW(u->item, u->cap_item, u->n_item + 1);
        u->item[u->n_item++] = (struct world_item){.var = v, .delta = delta[v]};
        w->n++;
    }
}

bool audit_offer(struct audit *u, const int64_t *delta)
{
    if (!is_world(u, delta)) return false;
    if (learn(u, delta)) keep_world(u, delta);
    return true;
}

static void forget(struct audit *u)
{
    const struct system *s = u->s;
    for (size_t v = 0; v < s->n_var; v++) u->low[v] = u->high[v] = s->value[v];
    memset(u->reached, 0, s->n_var * sizeof *u->reached);
    memset(u->reasoned, 0, s->n_var * sizeof *u->reasoned);
    if (u->n_insider > 0) memset(u->pair, 0, u->n_insider * s->n_var * sizeof *u->pair);
}

void audit_refresh(struct audit *u)
{
    regroup(u);
    forget(u);
    for (size_t w = 0; w < u->n_world; w++) {
        const struct world_item *item = u->item + u->world[w].at;
        bool good = true;
        for (size_t i = 0; i < u->world[w].n && good; i++) good = u->hidden[item[i].var];
        if (!good) continue; /* kept all the same: the variable may be hidden again */
        for (size_t i = 0; i < u->world[w].n; i++) u->delta[item[i].var] = item[i].delta;
        learn(u, u->delta);
        for (size_t i = 0; i < u->world[w].n; i++) u->delta[item[i].var] = 0;
    }
}

void audit_seen(const struct audit *u, size_t var, int64_t *low, int64_t *high)
{
    *low = u->low[var];
    *high = u->high[var];
}

size_t audit_group(const struct audit *u, size_t var)
{
    return u->group[var];
}

/* ---------------------------------------------------------------- gaps */

static bool closed(const struct audit *u, struct gap g)
{
    switch (g.kind) {
    case GAP_EXACT: return u->low[g.var] < u->high[g.var];
    case GAP_SMALL: return u->reached[g.var];
    case GAP_NARROW: return u->high[g.var] - u->low[g.var] >= u->threshold - 1;
    case GAP_REASON: return u->reasoned[g.var];
    case GAP_INSIDER: return u->pair[(u->insider_number[g.insider] - 1) * u->s->n_var + g.var] != 0;
    }
    return false;
}

bool audit_satisfied(const struct audit *u, size_t var)
{
    return closed(u, (struct gap){GAP_EXACT, var, 0}) &&
           (!is_small(u, var) || (u->reasoned[var] && closed(u, (struct gap){GAP_NARROW, var, 0})));
}

static void want(struct audit *u, struct gap g)
{
    if (closed(u, g)) return;
    MEM_GROW(u->gap, u->cap_gap, u->n_gap + 1);
    u->gap[u->n_gap++] = g;
}

/* Two counts of the very same persons: who knows one knows the other, and learns nothing about
 * others. They are when the cell in which both meet holds as many as each. */
static bool same_persons(const struct audit *u, size_t v, size_t w)
{
    const struct system *s = u->s;
    const struct table *t = s->table_of[v];
    size_t a = s->cell_of[v], b = s->cell_of[w], meet = 0, stride = 1;
    if (s->value[v] != s->value[w] || s->table_of[w] != t) return false;
    for (size_t k = t->n_dim; k-- > 0;) {
        const struct dimension *d = &t->dim[k];
        size_t i = a % d->n_category, j = b % d->n_category;
        size_t deep = i > j ? i : j, high = i > j ? j : i;
        meet += deep * stride;
        stride *= d->n_category;
        while (deep > high)
            deep = d->category[deep].parent; /* parents stand before their children */
        if (deep != high) return false;
        a /= d->n_category;
        b /= d->n_category;
    }
    return t->count[meet] == s->value[v];
}

static void list_gaps(struct audit *u)
{
    u->n_gap = 0;
    for (size_t v = 0; v < u->s->n_var; v++) {
        if (u->group[v] == SIZE_MAX) continue;
        if (!is_small(u, v)) {
            want(u, (struct gap){GAP_EXACT, v, 0});
            continue;
        }
        want(u, (struct gap){GAP_SMALL, v, 0});
        want(u, (struct gap){GAP_NARROW, v, 0});
        want(u, (struct gap){GAP_REASON, v, 0});
        for (size_t n = 0; n < u->n_insider; n++) {
            size_t p = u->insider_var[n];
            if (p != v && u->group[p] == u->group[v] && !same_persons(u, p, v))
                want(u, (struct gap){GAP_INSIDER, v, p});
        }
    }
}

/* ---------------------------------------------------------------- the search in one group */

struct probe {
    struct audit *u;
    struct lp *lp;
    size_t *var; /* by column */
    size_t n;
    size_t *column; /* by variable of the system; SIZE_MAX: another group */
};

static void probe_rows(struct probe *p)
{
    struct audit *u = p->u;
    const struct system *s = u->s;
    size_t *column = mem_new(p->n, sizeof *column);
    double *coef = mem_new(p->n, sizeof *coef);
    for (size_t r = 0; r < s->n_row; r++) {
        size_t n = 0;
        for (size_t i = s->row_at[r]; i < s->row_at[r + 1]; i++) {
            size_t at = p->column[s->term[i].var];
            if (at == SIZE_MAX) continue;
            column[n] = at;
            coef[n++] = s->term[i].coef;
        }
        if (n > 0)
            lp_add_row(p->lp, column, coef, n, (double)-u->slack[r],
                       s->row_equal[r] ? 0 : INFINITY);
    }
    mem_free(column);
    mem_free(coef);
}

static void free_bounds(struct probe *p, size_t column)
{
    lp_bounds(p->lp, column, (double)(1 - p->u->s->value[p->var[column]]), INFINITY);
}

static void probe_begin(struct probe *p, struct audit *u, size_t group)
{
    *p = (struct probe){.u = u};
    p->column = mem_new(u->s->n_var, sizeof *p->column);
    p->var = mem_new(u->s->n_var, sizeof *p->var);
    for (size_t v = 0; v < u->s->n_var; v++) {
        p->column[v] = SIZE_MAX;
        if (u->group[v] != group) continue;
        p->column[v] = p->n;
        p->var[p->n++] = v;
    }
    p->lp = lp_new(p->n, u->work);
    for (size_t j = 0; j < p->n; j++) free_bounds(p, j);
    probe_rows(p);
}

static void probe_end(struct probe *p)
{
    lp_free(p->lp);
    mem_free(p->column);
    mem_free(p->var);
}

/* Offer the program's answer times `multiple`, if these are integers. */
static bool offer_multiple(struct probe *p, int multiple)
{
    struct audit *u = p->u;
    bool whole = true, world;
    for (size_t j = 0; j < p->n; j++) {
        double d = lp_value(p->lp, j) * multiple, near = round(d);
        whole = whole && fabs(d) < 1e15 && fabs(d - near) < 1e-5 * multiple;
        u->delta[p->var[j]] = whole ? (int64_t)near : 0;
    }
    world = whole && audit_offer(u, u->delta);
    for (size_t j = 0; j < p->n; j++) u->delta[p->var[j]] = 0;
    return world;
}

/* Solve for the costs and bounds set, and offer what comes out. */
static bool propose(struct probe *p)
{
    if (lp_solve(p->lp) != LP_SOLVED) return false;
    for (int m = 1; m <= MULTIPLES; m++)
        if (offer_multiple(p, m)) return true;
    return false;
}

static bool propose_integer(struct probe *p)
{
    return lp_solve_integer(p->lp, NODES_MAX) == LP_SOLVED && offer_multiple(p, 1);
}

/* Push all small counts that are not satisfied yet up at once, each by a random weight, as long as
 * that helps. */
static void propose_many(struct probe *p, struct random *random)
{
    size_t before = SIZE_MAX;
    for (int turn = 0; turn < EXPLORE_TURNS; turn++) {
        size_t open = 0;
        for (size_t j = 0; j < p->n; j++) {
            bool push = !audit_satisfied(p->u, p->var[j]);
            lp_cost(p->lp, j, push ? -0.5 - random_unit(random) : 0.2 * random_unit(random) - 0.1);
            open += push;
        }
        if (open == 0 || open + before / 10 > before) break;
        before = open;
        propose(p);
    }
    for (size_t j = 0; j < p->n; j++) lp_cost(p->lp, j, 0);
}

/* Drive column j up (or down), first as it comes, then by integers that go at least as far as
 * `least`. */
static bool drive(struct probe *p, struct gap g, size_t j, double direction, double least)
{
    lp_cost(p->lp, j, -direction);
    propose(p);
    if (!closed(p->u, g)) {
        double low = (double)(1 - p->u->s->value[p->var[j]]);
        if (direction > 0) lp_bounds(p->lp, j, least, INFINITY);
        else if (-least >= low) lp_bounds(p->lp, j, low, -least);
        propose_integer(p);
        free_bounds(p, j);
    }
    lp_cost(p->lp, j, 0);
    return closed(p->u, g);
}

/* A world in which `var` reaches the threshold and another count of the group is small. */
static bool find_reason(struct probe *p, struct gap g)
{
    const struct system *s = p->u->s;
    size_t q = p->column[g.var], tried = 0;
    double far = (double)(p->u->threshold - s->value[g.var]);
    for (size_t j = 0; j < p->n && tried < REASONS_TRIED && !closed(p->u, g); j++) {
        if (j == q) continue;
        tried++;
        double low = (double)(1 - s->value[p->var[j]]),
               high = (double)(p->u->threshold - 1 - s->value[p->var[j]]);
        lp_bounds(p->lp, j, low, high);
        lp_bounds(p->lp, q, far, INFINITY);
        if (!propose(p)) propose_integer(p);
        free_bounds(p, j);
        free_bounds(p, q);
    }
    return closed(p->u, g);
}

/* First with all insiders' counts fixed, which serves every one of them; then with this one's
 * alone. */
static bool find_for_insider(struct probe *p, struct gap g)
{
    struct audit *u = p->u;
    double far = (double)(u->threshold - u->s->value[g.var]);
    for (size_t j = 0; j < p->n; j++)
        if (u->insider_number[p->var[j]] > 0 && p->var[j] != g.var) lp_bounds(p->lp, j, 0, 0);
    lp_cost(p->lp, p->column[g.var], -1);
    propose(p);
    lp_cost(p->lp, p->column[g.var], 0);
    for (size_t j = 0; j < p->n; j++) free_bounds(p, j);
    if (closed(u, g)) return true;
    lp_bounds(p->lp, p->column[g.insider], 0, 0);
    bool found = drive(p, g, p->column[g.var], 1, far);
    free_bounds(p, p->column[g.insider]);
    return found;
}

static bool close_gap(struct probe *p, struct gap g)
{
    struct audit *u = p->u;
    size_t j = p->column[g.var];
    int64_t k = u->threshold, x = u->s->value[g.var];
    switch (g.kind) {
    case GAP_EXACT: return drive(p, g, j, 1, 1) || drive(p, g, j, -1, 1);
    case GAP_SMALL: return drive(p, g, j, 1, (double)(k - x));
    case GAP_NARROW:
        return drive(p, g, j, -1, 1) || drive(p, g, j, 1, (double)(u->low[g.var] + k - 1 - x));
    case GAP_REASON: return drive(p, g, j, 1, (double)(k - x)) || find_reason(p, g);
    case GAP_INSIDER: return find_for_insider(p, g);
    }
    return false;
}

/* False when a gap stays open and `patient` is false: the rest is not looked at then. */
static bool search_group(struct audit *u, size_t group, struct random *random, bool patient)
{
    struct probe p;
    bool any = false, all = true;
    for (size_t i = 0; i < u->n_gap && !any; i++)
        any = u->group[u->gap[i].var] == group && !closed(u, u->gap[i]);
    if (!any) return true;
    probe_begin(&p, u, group);
    propose_many(&p, random);
    for (size_t i = 0; i < u->n_gap && (all || patient); i++)
        if (u->group[u->gap[i].var] == group && !closed(u, u->gap[i]))
            all = close_gap(&p, u->gap[i]) && all;
    probe_end(&p);
    return all || patient;
}

void audit_explore(struct audit *u)
{
    struct random random;
    random_init(&random, 0);
    bool *open = mem_new(u->n_group, sizeof *open);
    for (size_t v = 0; v < u->s->n_var; v++)
        if (u->group[v] != SIZE_MAX && !audit_satisfied(u, v)) open[u->group[v]] = true;
    for (size_t g = 0; g < u->n_group; g++) {
        if (!open[g]) continue;
        struct probe p;
        probe_begin(&p, u, g);
        propose_many(&p, &random);
        probe_end(&p);
    }
    mem_free(open);
}

void audit_run(struct audit *u, const struct gap **gap, size_t *n)
{
    struct random random;
    random_init(&random, 0);
    list_gaps(u);
    for (size_t g = 0; g < u->n_group; g++) search_group(u, g, &random, true);
    list_gaps(u);
    *gap = u->gap;
    *n = u->n_gap;
}

bool audit_passes(struct audit *u)
{
    struct random random;
    random_init(&random, 0);
    list_gaps(u);
    for (size_t g = 0; g < u->n_group; g++)
        if (!search_group(u, g, &random, false)) return false;
    list_gaps(u);
    return u->n_gap == 0;
}
