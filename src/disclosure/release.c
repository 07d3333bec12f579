/* SPDX-License-Identifier: EUPL-1.2 */
/* Making releases: copy what may be seen, and nothing else. */
#include "disclosure/release.h"

#include "analysis/table.h"
#include "base/catalogue.h"
#include "base/mem.h"
#include "disclosure/linked.h"
#include "disclosure/suppress.h"
#include "disclosure/system.h"

#include <stdio.h>
#include <string.h>

static enum release_category_kind kind_of(enum category_kind kind)
{
    switch (kind) {
    case CATEGORY_TOTAL: return RELEASE_TOTAL;
    case CATEGORY_CODE: return RELEASE_CODE;
    case CATEGORY_RESIDUAL: return RELEASE_RESIDUAL;
    case CATEGORY_NUMBER: return RELEASE_NUMBER;
    case CATEGORY_UNKNOWN: return RELEASE_UNKNOWN;
    case CATEGORY_NA: return RELEASE_NA;
    }
    return RELEASE_CODE;
}

static void copy_dimension(struct release_dimension *to, const struct dimension *from,
                           struct arena *a)
{
    to->name = arena_copy(a, from->name, strlen(from->name));
    to->label = from->label;
    to->several = from->several;
    to->n_category = from->n_category;
    to->category = ARENA_ARRAY(a, struct release_category, from->n_category);
    for (size_t i = 0; i < from->n_category; i++) {
        const struct category *c = &from->category[i];
        to->category[i] = (struct release_category){.kind = kind_of(c->kind),
                                                    .total = c->kind == CATEGORY_TOTAL,
                                                    .name = arena_copy(a, c->name, strlen(c->name)),
                                                    .label = c->label,
                                                    .parent = c->parent};
    }
}

static void copy_shape(struct release *out, const struct table *t, struct arena *a)
{
    *out = (struct release){.form = t->form->name,
                            .title = t->form->title,
                            .unit = t->unit == UNIT_PERSONS ? "persons" : "records",
                            .language = t->dictionary->language,
                            .n_language = t->dictionary->n_language,
                            .n_dim = t->n_dim,
                            .n_row_dim = t->n_row_dim,
                            .n_cell = t->n_cell,
                            .where = arena_copy(a, t->where, strlen(t->where))};
    for (size_t k = 0; k < t->n_dim; k++) copy_dimension(&out->dim[k], &t->dim[k], a);
    out->count = ARENA_ARRAY(a, int64_t, t->n_cell);
    out->status = ARENA_ARRAY(a, uint8_t, t->n_cell);
}

void release_raw(struct release *out, const struct table *t, struct arena *a)
{
    copy_shape(out, t, a);
    out->kind = RELEASE_RAW;
    out->method = "none";
    memcpy(out->count, t->count, t->n_cell * sizeof *t->count);
}

static bool check_rule(const struct table *t, const struct protect_rule *rule, struct err *e)
{
    size_t n = 0;
    if (rule->threshold < 2) {
        err_set(e, ERR_USAGE, "disclosure.threshold", "the threshold must be at least 2");
        return err_remedy(e, "counts below the threshold are hidden; 3 or 5 are usual");
    }
    for (size_t i = 0; i < t->n_cell; i++) n += t->count[i] != 0;
    if (n <= RELEASE_CELLS_MAX) return true;
    err_set(e, ERR_LIMIT, "disclosure.too_large",
            "the table has more than %d counts that are not zero; it is too large to be protected",
            RELEASE_CELLS_MAX);
    return err_remedy(e, "use fewer or coarser variables, or a filter");
}

/* `var`: by variable of the table's own system, where `hidden` has it; NULL: under its own
 * number. */
static void fill(struct release *out, const struct system *s, const size_t *var, const bool *hidden)
{
    for (size_t i = 0; i < out->n_cell; i++) {
        size_t v = s->var_of[i];
        bool hide = hidden[var != NULL ? var[v] : v];
        out->status[i] = hide ? CELL_HIDDEN : CELL_SHOWN;
        out->count[i] = hide ? -1 : s->value[v];
        out->n_hidden += hide;
    }
}

static struct suppress_rule how_of(const struct protect_rule *rule)
{
    return (struct suppress_rule){.threshold = rule->threshold,
                                  .insider = rule->insider,
                                  .work = rule->work != 0 ? rule->work : RELEASE_WORK};
}

static void make(struct release *out, const struct table *t, const struct protect_rule *rule,
                 bool linked, struct arena *a)
{
    copy_shape(out, t, a);
    out->kind = RELEASE_PROTECTED;
    out->threshold = rule->threshold;
    out->method = arena_printf(
        a,
        "threshold %lld; complementary suppression; audit by feasible tables with hidden "
        "counts of at least 1%s",
        (long long)rule->threshold, linked ? "; over all tables of the same units together" : "");
}

bool release_table(struct release *out, const struct table *t, const struct protect_rule *rule,
                   struct arena *a, struct err *e)
{
    *out = (struct release){0};
    if (!check_rule(t, rule, e)) return false;
    struct system s;
    struct arena *scratch = arena_new(ARENA_WIPE);
    bool *hidden = NULL;
    struct suppress_rule how = how_of(rule);
    bool ok = system_build(&s, t, scratch, e);
    if (ok) {
        hidden = mem_new(s.n_var, sizeof *hidden);
        ok = suppress_choose(hidden, &s, &how, e);
    }
    if (ok) {
        make(out, t, rule, false, a);
        fill(out, &s, NULL, hidden);
    }
    mem_free(hidden);
    arena_free(scratch);
    return ok;
}

/* ---------------------------------------------------------------- several together */

struct set { /* tables of one group */
    const struct protect_rule *rule;
    struct linked_part part[RELEASE_TABLES_MAX];
    size_t number[RELEASE_TABLES_MAX]; /* of the table in the release, from 0 */
    bool *alone[RELEASE_TABLES_MAX];   /* what it hides when it is protected by itself */
    size_t n;
    struct arena *scratch;
};

/* An error of one table, with its number. */
static bool name_table(size_t number, struct err *e)
{
    char msg[ERR_MSG_MAX];
    if (e == NULL) return false;
    snprintf(msg, sizeof msg, "%s", e->msg);
    struct err kept = *e;
    err_set(e, kept.code, kept.id, "table %zu: %s", number + 1, msg);
    snprintf(e->detail, sizeof e->detail, "%s", kept.detail);
    snprintf(e->remedy, sizeof e->remedy, "%s", kept.remedy);
    return false;
}

static bool protect_alone(struct set *x, size_t i, struct err *e)
{
    struct linked_part *p = &x->part[i];
    struct suppress_rule how = how_of(x->rule);
    if (!check_rule(p->table, x->rule, e) || !system_build(&p->system, p->table, x->scratch, e))
        return name_table(x->number[i], e);
    x->alone[i] = ARENA_ARRAY(x->scratch, bool, p->system.n_var);
    return suppress_choose(x->alone[i], &p->system, &how, e) || name_table(x->number[i], e);
}

/* Hide in the union what the parts hide, and what it takes besides. *hidden from the scratch. */
static bool protect_union(bool **hidden, bool *complete, struct linked_part *part,
                          bool *const *alone, size_t n, const struct protect_rule *rule,
                          struct arena *scratch, struct err *e)
{
    struct system s;
    struct suppress_rule how = how_of(rule);
    bool same;
    if (!linked_build(&s, &same, part, n, scratch, e)) return false;
    *complete = same && linked_is_complete(part, n);
    bool *start = ARENA_ARRAY(scratch, bool, s.n_var);
    *hidden = ARENA_ARRAY(scratch, bool, s.n_var);
    for (size_t i = 0; i < n; i++)
        for (size_t v = 0; v < part[i].system.n_var; v++)
            if (alone[i][v]) start[part[i].var[v]] = true;
    how.start = start;
    return suppress_choose(*hidden, &s, &how, e);
}

/* Which two of them cannot be protected together? Else all of them are named. */
static bool cannot_link(const struct set *x, struct err *e)
{
    struct err why = *e, other = {0};
    struct protect_rule less = *x->rule;
    less.work = (less.work != 0 ? less.work : RELEASE_WORK) / 8;
    for (size_t i = 0; i < x->n && x->n > 2; i++)
        for (size_t j = i + 1; j < x->n; j++) {
            struct linked_part two[2] = {x->part[i], x->part[j]};
            bool *const alone[2] = {x->alone[i], x->alone[j]};
            bool *hidden, complete;
            if (protect_union(&hidden, &complete, two, alone, 2, &less, x->scratch, &other))
                continue;
            err_set(e, why.code, "disclosure.cannot_link",
                    "tables %zu and %zu cannot be released together: what one of them hides, the "
                    "other would tell",
                    x->number[i] + 1, x->number[j] + 1);
            err_detail(e, "%s", other.detail);
            return err_remedy(e, "leave one of the two out, or use coarser variables in both");
        }
    err_set(e, why.code, "disclosure.cannot_link",
            "tables %zu to %zu cannot be released together: what one of them hides, the others "
            "would tell",
            x->number[0] + 1, x->number[x->n - 1] + 1);
    err_detail(e, "%s", why.detail);
    return err_remedy(e, "leave one of them out, or use coarser variables in all");
}

static bool protect_set(struct release *out, bool *complete, struct set *x, struct arena *a,
                        struct err *e)
{
    bool *hidden = NULL;
    struct err why = {0};
    for (size_t i = 0; i < x->n; i++)
        if (!protect_alone(x, i, e)) return false;
    *complete = true;
    if (x->n > 1 && !protect_union(&hidden, complete, x->part, x->alone, x->n, x->rule, x->scratch,
                                   &why)) {
        if (e != NULL) *e = why;
        return e != NULL && cannot_link(x, e);
    }
    for (size_t i = 0; i < x->n; i++) {
        struct release *r = &out[x->number[i]];
        make(r, x->part[i].table, x->rule, x->n > 1, a);
        fill(r, &x->part[i].system, x->n > 1 ? x->part[i].var : NULL,
             x->n > 1 ? hidden : x->alone[i]);
    }
    return true;
}

static bool same_units(const struct table *t, const struct table *u)
{
    return t->form == u->form && t->unit == u->unit && strcmp(t->where, u->where) == 0;
}

static void group_tables(struct release_links *links, const struct table *t, size_t n)
{
    *links = (struct release_links){0};
    for (size_t i = 0; i < n; i++) {
        size_t j = 0;
        while (j < i && !same_units(&t[j], &t[i])) j++;
        links->group[i] = j < i ? links->group[j] : links->n_group++;
        for (size_t k = 0; k < i; k++)
            if (links->group[k] != links->group[i] && t[k].form == t[i].form) links->related = true;
    }
}

bool release_tables(struct release *out, const struct table *t, size_t n,
                    const struct protect_rule *rule, struct release_links *links, struct arena *a,
                    struct err *e)
{
    bool ok = true;
    if (n == 0 || n > RELEASE_TABLES_MAX) {
        err_set(e, ERR_LIMIT, "disclosure.tables", "from 1 to %d tables are released together",
                RELEASE_TABLES_MAX);
        return err_remedy(e, "make two releases of them");
    }
    memset(out, 0, n * sizeof *out);
    group_tables(links, t, n);
    for (size_t g = 0; g < links->n_group && ok; g++) {
        struct set x = {.rule = rule, .scratch = arena_new(ARENA_WIPE)};
        for (size_t i = 0; i < n; i++) {
            if (links->group[i] != g) continue;
            x.part[x.n].table = &t[i];
            x.number[x.n++] = i;
        }
        ok = protect_set(out, &links->complete[g], &x, a, e);
        arena_free(x.scratch);
    }
    if (!ok) memset(out, 0, n * sizeof *out);
    return ok;
}
