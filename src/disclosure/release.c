/* SPDX-License-Identifier: EUPL-1.2 */
/* Making releases: copy what may be seen, and nothing else. */
#include "disclosure/release.h"

#include "analysis/table.h"
#include "base/mem.h"
#include "disclosure/suppress.h"
#include "disclosure/system.h"

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
                            .dictionary = t->dictionary,
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

static void fill(struct release *out, const struct system *s, const bool *hidden)
{
    for (size_t i = 0; i < out->n_cell; i++) {
        bool hide = hidden[s->var_of[i]];
        out->status[i] = hide ? CELL_HIDDEN : CELL_SHOWN;
        out->count[i] = hide ? -1 : s->value[s->var_of[i]];
        out->n_hidden += hide;
    }
}

bool release_table(struct release *out, const struct table *t, const struct protect_rule *rule,
                   struct arena *a, struct err *e)
{
    *out = (struct release){0};
    if (!check_rule(t, rule, e)) return false;
    struct system s;
    struct arena *scratch = arena_new(ARENA_WIPE);
    bool *hidden = NULL;
    struct suppress_rule how = {.threshold = rule->threshold,
                                .insider = rule->insider,
                                .work = rule->work != 0 ? rule->work : RELEASE_WORK};
    bool ok = system_build(&s, t, scratch, e);
    if (ok) {
        hidden = mem_new(s.n_var, sizeof *hidden);
        ok = suppress_choose(hidden, &s, &how, e);
    }
    if (ok) {
        copy_shape(out, t, a);
        out->kind = RELEASE_PROTECTED;
        out->threshold = rule->threshold;
        out->method = arena_printf(
            a,
            "threshold %lld; complementary suppression; audit by feasible tables with hidden "
            "counts of at least 1",
            (long long)rule->threshold);
        fill(out, &s, hidden);
    }
    mem_free(hidden);
    arena_free(scratch);
    return ok;
}
