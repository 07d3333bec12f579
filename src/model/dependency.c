/* SPDX-License-Identifier: EUPL-1.2 */
/* The order in which a form's calculations and relevance are worked out.
 *
 * The graph has a node for each variable and each repeat. A variable comes after what its
 * calculation and its relevance read, and after its repeat; a repeat after what its relevance
 * reads, and after the repeat around it; whoever walks through a repeat's instances comes after the
 * repeat. A calculation may read its own variable (once(.), the instance before), so that is no
 * edge. What is merely checked (required, constraint, choice filter, rules) changes nothing and so
 * needs no order.
 *
 * Depth-first search without recursion (Tarjan 1976 for the order; a grey node met again is a
 * cycle). */
#include "model/dependency.h"

#include "base/mem.h"
#include "model/expr.h"

#include <stdio.h>
#include <string.h>

struct edges {
    uint32_t *to;
    size_t n, cap;
};

struct graph {
    const struct dictionary *dictionary;
    const struct form *form;
    struct edges *edge; /* by node: variables of the dictionary, then groups of the form */
    size_t n_node;
    uint32_t now; /* node whose edges are being collected */
    bool self_allowed;
};

static uint32_t group_node(const struct graph *g, group_id group)
{
    return (uint32_t)(g->dictionary->n_variable + group);
}

static void add_edge(struct graph *g, uint32_t to)
{
    struct edges *e = &g->edge[g->now];
    if (to == g->now && g->self_allowed) return;
    MEM_GROW(e->to, e->cap, e->n + 1);
    e->to[e->n++] = to;
}

static void add_variable(void *ctx, var_id v)
{
    add_edge(ctx, v);
}

static void add_group(void *ctx, group_id group)
{
    struct graph *g = ctx;
    add_edge(g, group_node(g, group));
}

static void add_expr(struct graph *g, const struct expr *x, bool self_allowed)
{
    if (x == NULL) return;
    g->self_allowed = self_allowed;
    expr_variables(x, add_variable, g);
    expr_groups(x, add_group, g);
    g->self_allowed = false;
}

static void graph_fill(struct graph *g)
{
    const struct form *f = g->form;
    for (size_t i = 0; i < f->n_group; i++) {
        g->now = group_node(g, (group_id)i);
        if (i > 0) add_edge(g, group_node(g, f->group[i].parent));
        add_expr(g, f->group[i].relevant, false);
        for (size_t k = 0; k < f->group[i].n_variable; k++) {
            const struct variable *v = &g->dictionary->variable[f->group[i].variable[k]];
            g->now = v->id;
            if (i > 0) add_edge(g, group_node(g, (group_id)i));
            add_expr(g, v->relevant, false);
            add_expr(g, v->calculation, true);
        }
    }
}

/* ---- search ---- */

struct search {
    struct graph *g;
    uint8_t *colour; /* 0 new, 1 on the path, 2 done */
    uint32_t *path;  /* nodes from a beginning to the one looked at */
    size_t *next;    /* by place on the path: its next edge */
    size_t n_path;
    uint32_t *order;
    size_t n_order;
    struct problems *problems;
    bool cyclic;
};

static const char *node_name(const struct graph *g, uint32_t node)
{
    size_t n = g->dictionary->n_variable;
    return node < n ? g->dictionary->variable[node].name : g->form->group[node - n].name;
}

/* "age -> age_group -> age" into `out`, as much as fits. */
static void write_cycle(const struct search *s, uint32_t back, char *out, size_t size)
{
    size_t from = s->n_path, n = 0;
    while (s->path[from - 1] != back) from--;
    for (size_t i = from - 1; i < s->n_path && n + 1 < size; i++) {
        int k = snprintf(out + n, size - n, "%s -> ", node_name(s->g, s->path[i]));
        n += k < 0 ? 0 : (size_t)k;
    }
    if (n + 1 < size) snprintf(out + n, size - n, "%s", node_name(s->g, back));
}

static void report_cycle(struct search *s, uint32_t back)
{
    const struct dictionary *d = s->g->dictionary;
    char cycle[400] = "";
    write_cycle(s, back, cycle, sizeof cycle);
    size_t i = s->n_path;
    while (s->path[i - 1] != back) i--;
    uint32_t node = back;
    for (; i <= s->n_path && node >= d->n_variable; i++)
        node = s->path[i - 1]; /* a variable, for its row */
    const struct variable *v = node < d->n_variable ? &d->variable[node] : NULL;
    const char *column = v != NULL && v->calculation != NULL ? "calculation" : "relevant";
    s->cyclic = true;
    problems_add(
        s->problems, true, "dictionary.cycle", v == NULL || v->file == NULL ? "" : v->file,
        v == NULL ? 0 : v->row, column,
        "break the circle: let one of them not read the others in its calculation or relevance",
        "each of these needs the other to be worked out first: %s", cycle);
}

static void visit(struct search *s, uint32_t start)
{
    if (s->colour[start] != 0) return;
    s->path[0] = start;
    s->next[0] = 0;
    s->n_path = 1;
    s->colour[start] = 1;
    while (s->n_path > 0) {
        uint32_t node = s->path[s->n_path - 1];
        const struct edges *e = &s->g->edge[node];
        if (s->next[s->n_path - 1] == e->n) {
            s->colour[node] = 2;
            s->order[s->n_order++] = node;
            s->n_path--;
            continue;
        }
        uint32_t to = e->to[s->next[s->n_path - 1]++];
        if (s->colour[to] == 1) report_cycle(s, to);
        if (s->colour[to] != 0) continue;
        s->colour[to] = 1;
        s->path[s->n_path] = to;
        s->next[s->n_path++] = 0;
    }
}

static void search_all(struct search *s)
{
    const struct form *f = s->g->form;
    for (size_t i = 0; i < f->n_group; i++) {
        visit(s, group_node(s->g, (group_id)i));
        for (size_t k = 0; k < f->group[i].n_variable; k++) visit(s, f->group[i].variable[k]);
    }
}

/* ---- plans ---- */

static void plan_steps(struct dependency_order *o, const struct search *s, struct arena *a)
{
    const struct dictionary *d = s->g->dictionary;
    struct order_step *step = ARENA_ARRAY(a, struct order_step, s->n_order);
    for (size_t i = 0; i < s->n_order; i++) {
        uint32_t node = s->order[i];
        if (node < d->n_variable) {
            const struct variable *v = &d->variable[node];
            if (v->relevant == NULL && v->calculation == NULL) continue;
            step[o->n_step++] = (struct order_step){v->id,      v->group,    v->slot,
                                                    v->derived, v->relevant, v->calculation};
        } else {
            group_id g = (group_id)(node - d->n_variable);
            const struct expr *relevant = s->g->form->group[g].relevant;
            if (g == 0 || relevant == NULL) continue;
            step[o->n_step++] = (struct order_step){VAR_NONE, g, 0, false, relevant, NULL};
        }
    }
    o->step = step;
}

static void plan_checks(struct dependency_order *o, const struct graph *g, struct arena *a)
{
    const struct form *f = g->form;
    struct order_check *check = ARENA_ARRAY(a, struct order_check, g->dictionary->n_variable);
    for (size_t i = 0; i < f->n_group; i++)
        for (size_t k = 0; k < f->group[i].n_variable; k++) {
            const struct variable *v = &g->dictionary->variable[f->group[i].variable[k]];
            bool asked = !v->derived && !v->system;
            struct order_check c = {v->id,
                                    v->group,
                                    v->slot,
                                    (uint16_t)f->group[i].n_variable,
                                    asked && v->required_always,
                                    asked ? v->required : NULL,
                                    v->relevant,
                                    v->constraint,
                                    v->choice_filter};
            if (c.required_always || c.required != NULL || c.constraint != NULL ||
                c.choice_filter != NULL)
                check[o->n_check++] = c;
        }
    o->check = check;
}

static group_id around_both(const struct group *g, group_id x, group_id y)
{
    while (x != y) {
        if (g[x].depth >= g[y].depth) x = g[x].parent;
        else y = g[y].parent;
    }
    return x;
}

static void plan_needs(struct rule_plan *p, const struct graph *g, const struct rule *r,
                       struct arena *a)
{
    struct rule_need *need = ARENA_ARRAY(a, struct rule_need, r->n_needs);
    for (int pass = 0; pass < 2; pass++)
        for (size_t k = 0; k < r->n_needs; k++) {
            const struct variable *v = &g->dictionary->variable[r->needs[k]];
            group_id within = around_both(g->form->group, r->scope, v->group);
            if ((within != v->group) != (pass == 1)) continue;
            if (k == 0) p->first = p->n_need;
            need[p->n_need++] = (struct rule_need){v->id, v->group, v->slot, within};
        }
    p->need = need;
}

/* The bit of a variable, given out as rules need it; 0 when there are no more. */
static uint64_t presence_bit(struct dependency_order *o, const struct form *f,
                             const struct rule_need *need)
{
    size_t i = 0;
    while (i < o->n_presence &&
           (o->presence[i].group != need->group || o->presence[i].slot != need->slot))
        i++;
    if (i == PRESENCE_MAX) return 0;
    if (i == o->n_presence)
        o->presence[o->n_presence++] =
            (struct order_presence){need->group, need->slot,
                                    (uint16_t)f->group[need->group].n_variable};
    return UINT64_C(1) << i;
}

/* Variables of the record itself first: there is one value of each to look at. */
static void plan_presence(struct dependency_order *o, const struct form *f, struct rule_plan *plan)
{
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < o->n_rule; i++)
            for (size_t k = 0; k < plan[i].n_need; k++)
                if ((plan[i].need[k].group == 0) == (pass == 0))
                    plan[i].present |= presence_bit(o, f, &plan[i].need[k]);
        if (pass == 0) o->n_presence_single = o->n_presence;
    }
    for (size_t i = 0; i < o->n_rule; i++) {
        struct rule_plan *p = &plan[i];
        p->exact = true; /* every need has a bit */
        p->anywhere = true;
        for (size_t k = 0; k < p->n_need; k++) {
            p->exact = p->exact && presence_bit(o, f, &p->need[k]) != 0;
            p->anywhere = p->anywhere && p->need[k].within == 0;
        }
    }
}

static void plan_rules(struct dependency_order *o, const struct graph *g, struct arena *a)
{
    const struct dictionary *d = g->dictionary;
    struct rule_plan *plan = ARENA_ARRAY(a, struct rule_plan, d->n_rule);
    for (size_t i = 0; i < d->n_rule; i++) {
        const struct rule *r = &d->rule[i];
        if (r->builtin || r->form != g->form->id || r->expression == NULL) continue;
        struct rule_plan *p = &plan[o->n_rule++];
        *p = (struct rule_plan){.rule = r->id,
                                .scope = r->scope,
                                .applies = r->applies,
                                .expression = r->expression};
        plan_needs(p, g, r, a);
    }
    plan_presence(o, g->form, plan);
    o->rule = plan;
}

const struct dependency_order *dependency_order_make(const struct dictionary *d,
                                                     const struct form *f, struct arena *a,
                                                     struct problems *p)
{
    struct graph g = {.dictionary = d, .form = f, .n_node = d->n_variable + f->n_group};
    g.edge = mem_new(g.n_node, sizeof *g.edge);
    graph_fill(&g);
    struct search s = {.g = &g, .problems = p};
    s.colour = mem_new(g.n_node, sizeof *s.colour);
    s.path = mem_new(g.n_node, sizeof *s.path);
    s.next = mem_new(g.n_node, sizeof *s.next);
    s.order = mem_new(g.n_node, sizeof *s.order);
    search_all(&s);

    struct dependency_order *o = ARENA_NEW(a, struct dependency_order);
    plan_steps(o, &s, a);
    plan_checks(o, &g, a);
    plan_rules(o, &g, a);
    for (size_t i = 0; i < g.n_node; i++) mem_free(g.edge[i].to);
    mem_free(g.edge);
    mem_free(s.colour);
    mem_free(s.path);
    mem_free(s.next);
    mem_free(s.order);
    return o;
}
