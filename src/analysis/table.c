/* SPDX-License-Identifier: EUPL-1.2 */
/* A table from its specification: axes, filter, counting, and dropping of categories that do not
 * occur. */
#include "analysis/table.h"

#include "analysis/table_internal.h"
#include "base/mem.h"
#include "base/parallel.h"

#include <string.h>

static bool check_spec(const struct table_spec *spec, const struct dictionary *d, struct err *e)
{
    if (spec->n_dim > TABLE_DIMS_MAX || spec->n_row_dim > spec->n_dim)
        return err_set(e, ERR_USAGE, "table.dimensions", "a table has at most %d dimensions",
                       TABLE_DIMS_MAX);
    for (size_t i = 0; i < spec->n_dim; i++)
        for (size_t k = 0; k < i; k++)
            if (spec->dim[i] == spec->dim[k])
                return err_set(e, ERR_USAGE, "table.same_variable", "variable %s is named twice",
                               d->variable[spec->dim[i]].name);
    return true;
}

static bool lay_out(struct count_job *job, struct err *e)
{
    job->n_cell = 1;
    for (size_t k = job->n_axis; k-- > 0;) {
        job->axis[k].stride = job->n_cell;
        job->n_cell *= job->axis[k].n_node;
        if (job->n_cell > TABLE_CELLS_MAX) {
            err_set(e, ERR_LIMIT, "table.too_large", "the table would have more than %d cells",
                    TABLE_CELLS_MAX);
            return err_remedy(e, "use fewer or coarser variables");
        }
    }
    return true;
}

/* ---------------------------------------------------------------- filter */

struct filter_job {
    uint64_t *keep;
    const struct expr *x;
    struct column_set set;
    int32_t today;
    size_t n_part;
    bool *ok;
    struct err *err;
};

static void filter_part(void *ctx, size_t part)
{
    struct filter_job *f = ctx;
    size_t n_word = (f->set.n + 63) / 64;
    size_t from = n_word * part / f->n_part * 64, to = n_word * (part + 1) / f->n_part * 64;
    if (to > f->set.n) to = f->set.n;
    f->ok[part] =
        from >= to || expr_filter(f->keep, f->x, &f->set, from, to, f->today, &f->err[part]);
}

static bool filter_units(uint64_t **out, struct snapshot *s, const struct table_spec *spec,
                         struct err *e)
{
    struct filter_job f = {.x = spec->where, .today = spec->today};
    snapshot_column_set(&f.set, s, spec->unit);
    f.keep = mem_new((f.set.n + 63) / 64, sizeof *f.keep);
    f.n_part = parallel_threads();
    if (f.set.n < 65536) f.n_part = 1;
    f.ok = mem_new(f.n_part, sizeof *f.ok);
    f.err = mem_new(f.n_part, sizeof *f.err);
    parallel_run(f.n_part, filter_part, &f);
    bool ok = true;
    for (size_t i = 0; i < f.n_part && ok; i++)
        if (!f.ok[i]) {
            ok = false;
            if (e != NULL) *e = f.err[i];
        }
    mem_free(f.ok);
    mem_free(f.err);
    if (!ok) {
        mem_free(f.keep);
        return false;
    }
    *out = f.keep;
    return true;
}

/* ---------------------------------------------------------------- categories that occur */

/* Does node `c` of axis k occur, with all other axes at their totals? */
static int64_t margin(const int64_t *count, const struct count_job *job, size_t k, size_t c)
{
    return count[c * job->axis[k].stride];
}

static size_t keep_categories(struct dimension *out, const int64_t *count,
                              const struct count_job *job, size_t k, size_t *from, struct arena *a)
{
    const struct axis *x = &job->axis[k];
    size_t *to = ARENA_ARRAY(a, size_t, x->n_node);
    out->category = ARENA_ARRAY(a, struct category, x->n_node);
    for (size_t c = 0; c < x->n_node; c++) {
        to[c] = SIZE_MAX;
        if (c > 0 && margin(count, job, k, c) == 0) continue;
        struct category copy = x->node[c];
        copy.parent = c == 0 ? 0 : to[copy.parent];
        copy.n_child = 0;
        to[c] = out->n_category;
        from[out->n_category] = c;
        out->category[out->n_category++] = copy;
        if (c > 0) out->category[copy.parent].n_child++;
    }
    return out->n_category;
}

/* An inner category with its residual as the only child is a leaf: two names for one number would
 * undo protection. */
static void drop_lone_residuals(struct dimension *d, size_t *from)
{
    size_t n = 0, *to = mem_new(d->n_category, sizeof *to);
    for (size_t c = 0; c < d->n_category; c++) {
        struct category *at = &d->category[c];
        if (at->kind == CATEGORY_RESIDUAL && d->category[to[at->parent]].n_child == 1) {
            d->category[to[at->parent]].n_child = 0;
            continue;
        }
        struct category copy = *at;
        copy.parent = to[copy.parent];
        to[c] = n;
        from[n] = from[c];
        d->category[n++] = copy;
    }
    d->n_category = n;
    mem_free(to);
}

static void copy_cells(struct table *t, const int64_t *count, const struct count_job *job,
                       size_t *const *from)
{
    size_t c[TABLE_DIMS_MAX] = {0};
    for (size_t cell = 0; cell < t->n_cell; cell++) {
        size_t at = 0;
        for (size_t k = 0; k < t->n_dim; k++) at += from[k][c[k]] * job->axis[k].stride;
        t->count[cell] = count[at];
        for (size_t k = t->n_dim; k-- > 0;) {
            if (++c[k] < t->dim[k].n_category) break;
            c[k] = 0;
        }
    }
}

static void fill_table(struct table *t, const int64_t *count, const struct count_job *job,
                       struct arena *a)
{
    size_t *from[TABLE_DIMS_MAX];
    t->n_cell = 1;
    for (size_t k = 0; k < t->n_dim; k++) {
        struct dimension *d = &t->dim[k];
        const struct axis *x = &job->axis[k];
        d->var = x->var->id;
        d->name = x->var->name;
        d->label = x->var->label;
        d->several = x->several;
        d->covers = true;
        for (size_t j = 0; j < t->n_dim; j++)
            if (j != k && common_group(t->form, x->var->group, job->axis[j].var->group) != 0)
                d->covers = false;
        from[k] = ARENA_ARRAY(a, size_t, x->n_node);
        keep_categories(d, count, job, k, from[k], a);
        drop_lone_residuals(d, from[k]);
        t->n_cell *= d->n_category;
    }
    t->count = ARENA_ARRAY(a, int64_t, t->n_cell);
    copy_cells(t, count, job, from);
}

bool table_count(struct table *out, struct snapshot *s, const struct table_spec *spec,
                 struct arena *a, struct err *e)
{
    bool ok = false;
    uint64_t *keep = NULL;
    int64_t *count = NULL;
    const struct dictionary *d = snapshot_dictionary(s);
    *out = (struct table){.dictionary = d,
                          .form = snapshot_form(s),
                          .unit = spec->unit,
                          .n_dim = spec->n_dim,
                          .n_row_dim = spec->n_row_dim,
                          .where = ""};
    struct count_job *job = ARENA_NEW(a, struct count_job);
    *job = (struct count_job){.s = s,
                              .unit = spec->unit,
                              .n_axis = spec->n_dim,
                              .n_unit = snapshot_units(s, spec->unit)};
    out->n_unit = (int64_t)job->n_unit;
    if (!check_spec(spec, d, e)) goto done;
    for (size_t k = 0; k < spec->n_dim; k++)
        if (!axis_make(&job->axis[k], s, spec->unit, spec->dim[k], a, e)) goto done;
    if (!lay_out(job, e)) goto done;
    if (spec->where != NULL) {
        if (!filter_units(&keep, s, spec, e)) goto done;
        struct text text = expr_text(spec->where);
        out->where = arena_copy(a, text.p, text.n);
        job->keep = keep;
    }
    count = mem_new(job->n_cell, sizeof *count);
    count_units(count, job);
    fill_table(out, count, job, a);
    ok = true;
done:
    mem_free(count);
    mem_free(keep);
    return ok;
}

size_t table_cell(const struct table *t, const size_t *c)
{
    size_t at = 0;
    for (size_t k = 0; k < t->n_dim; k++) at = at * t->dim[k].n_category + c[k];
    return at;
}
