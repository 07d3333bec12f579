/* SPDX-License-Identifier: EUPL-1.2 */
/* Building the reader's system.
 *
 * Notation: a functional is a linear form over the categories of one variable (or of a bundle of
 * variables crossed instance by instance) that counts, for every unit, a number >= 0; it is zero or
 * more whatever the unit's answers are:
 *
 *    c              units with answer c
 *    p - c          units in p that do not have its child c;  T - U - c: known, and not c
 *    sum c - p      for units in p, answers beyond the first, where children cover
 *
 * A product of functionals of different variables counts for each unit a product of numbers >= 0,
 * so it is >= 0 as well: |A and B| - |A'| - |B'| + .. (Frechet, 1951; Bonferroni, 1936) are such
 * products. For variables with one answer the leaves are enough: everything else follows from the
 * sums, which are rows of their own. For one variable with several answers (and any with one) the
 * rows are all that can be known: any counts that satisfy them are counts of some units. For
 * several such variables they are the strongest we know of, not a proof of completeness. */
#include "disclosure/system.h"

#include "base/catalogue.h"
#include "base/mem.h"

#include <string.h>

struct form_term { /* of a functional: offset of a cell and its coefficient */
    size_t offset;
    int32_t coef;
};

struct functional {
    size_t at, n; /* in factor.term */
    bool plain;   /* a single category: says nothing on its own */
};

struct factor { /* the functionals of one variable, or of the bundle of crossed ones */
    struct form_term *term;
    size_t n_term, cap_term;
    struct functional *form;
    size_t n_form, cap_form;
};

struct builder {
    struct system *s;
    const struct table *t;
    size_t stride[TABLE_DIMS_MAX];
    size_t *n_child[TABLE_DIMS_MAX]; /* counted here: nobody else's word is needed */
    struct system_term *term;
    size_t n_term, cap_term;
    size_t *row_at;
    bool *row_equal;
    size_t n_row, cap_row_at, cap_row_equal;
    size_t *family, *family_at;
    size_t n_family_item, n_family, cap_family, cap_family_at;
    int32_t *sum; /* by variable: coefficients of the row being made */
    bool *in_row;
    size_t *touched;
    size_t n_touched;
    bool too_large;
};

/* ---------------------------------------------------------------- shape */

static bool broken(struct err *e, const char *what)
{
    err_set(e, ERR_DISCLOSURE, "disclosure.broken_table", "the table contradicts itself: %s", what);
    return err_remedy(
        e, "this is a defect of the program; please report it with the variables of the table");
}

static bool check_shape(struct builder *b, struct err *e)
{
    const struct table *t = b->t;
    size_t n = 1;
    if (t->n_dim > TABLE_DIMS_MAX) return broken(e, tr("too many variables"));
    for (size_t k = t->n_dim; k-- > 0;) {
        const struct dimension *d = &t->dim[k];
        b->stride[k] = n;
        if (d->n_category == 0 || d->category[0].parent != 0)
            return broken(e, tr("a variable without total"));
        b->n_child[k] = mem_new(d->n_category, sizeof(size_t));
        for (size_t c = 1; c < d->n_category; c++) {
            if (d->category[c].parent >= c) return broken(e, tr("a category before its parent"));
            b->n_child[k][d->category[c].parent]++;
        }
        n = mem_mul(n, d->n_category);
    }
    if (n != t->n_cell) return broken(e, tr("its number of cells"));
    for (size_t i = 0; i < n; i++)
        if (t->count[i] < 0 || t->count[i] > INT64_C(1) << 50)
            return broken(e, tr("a count out of range"));
    return true;
}

/* Do the children of category `p` of variable k always hold everything in p, whatever the other
 * categories are? */
static bool covers_everywhere(const struct dimension *d, size_t p)
{
    return !d->several || d->covers || p != 0;
}

/* Cells over the other variables, those of k at their total: for (at = 0; ; next_other(..)). False
 * behind the last. */
static bool next_other(const struct table *t, size_t k, size_t *c)
{
    for (size_t j = t->n_dim; j-- > 0;) {
        if (j == k) continue;
        if (++c[j] < t->dim[j].n_category) return true;
        c[j] = 0;
    }
    return false;
}

static size_t other_offset(const struct builder *b, size_t k, const size_t *c)
{
    size_t at = 0;
    for (size_t j = 0; j < b->t->n_dim; j++)
        if (j != k) at += c[j] * b->stride[j];
    return at;
}

/* ---------------------------------------------------------------- variables */

static size_t root(size_t *up, size_t i)
{
    while (up[i] != i) i = up[i] = up[up[i]];
    return i;
}

/* A category with one child, and that child, are two names of one number. */
static void merge_names(const struct builder *b, size_t *up)
{
    const struct table *t = b->t;
    for (size_t k = 0; k < t->n_dim; k++)
        for (size_t q = 1; q < t->dim[k].n_category; q++) {
            size_t p = t->dim[k].category[q].parent, c[TABLE_DIMS_MAX] = {0};
            if (b->n_child[k][p] != 1 || !covers_everywhere(&t->dim[k], p)) continue;
            do {
                size_t at = other_offset(b, k, c);
                size_t i = root(up, at + p * b->stride[k]), j = root(up, at + q * b->stride[k]);
                if (i < j) up[j] = i;
                else up[i] = j;
            } while (next_other(t, k, c));
        }
}

static bool make_variables(struct builder *b, struct arena *a, struct err *e)
{
    struct system *s = b->s;
    size_t n = b->t->n_cell, *up = mem_new(n, sizeof *up);
    bool same = true;
    for (size_t i = 0; i < n; i++) up[i] = i;
    merge_names(b, up);
    s->var_of = ARENA_ARRAY(a, size_t, n);
    s->value = ARENA_ARRAY(a, int64_t, n);
    s->cell_of = ARENA_ARRAY(a, size_t, n);
    s->n_name = ARENA_ARRAY(a, size_t, n);
    s->table_of = ARENA_ARRAY(a, const struct table *, n);
    for (size_t i = 0; i < n; i++) { /* a root is the first of its cells */
        size_t r = root(up, i);
        if (r == i) {
            s->value[s->n_var] = b->t->count[i];
            s->cell_of[s->n_var] = i;
            s->table_of[s->n_var] = b->t;
            s->var_of[i] = s->n_var++;
        } else {
            s->var_of[i] = s->var_of[r];
        }
        s->n_name[s->var_of[i]]++;
        same = same && s->value[s->var_of[i]] == b->t->count[i];
    }
    s->total = s->var_of[0];
    mem_free(up);
    return same || broken(e, tr("a category differs from its only child"));
}

/* ---------------------------------------------------------------- rows */

static void row_term(struct builder *b, size_t cell, int32_t coef)
{
    size_t v = b->s->var_of[cell];
    if (b->s->value[v] == 0) return; /* shown, and nothing to be learnt from it */
    if (!b->in_row[v]) b->touched[b->n_touched++] = v;
    b->in_row[v] = true;
    b->sum[v] += coef;
}

/* The row collected in b->sum, unless it says nothing. */
static void row_end(struct builder *b, bool equal)
{
    bool says = false;
    size_t n = 0;
    for (size_t i = 0; i < b->n_touched; i++) {
        int32_t coef = b->sum[b->touched[i]];
        n += coef != 0;
        says = says || coef < 0 || (equal && coef > 0);
    }
    if (says && b->n_term + n > SYSTEM_TERMS_MAX) b->too_large = true;
    if (says && !b->too_large) {
        MEM_GROW(b->term, b->cap_term, b->n_term + n);
        MEM_GROW(b->row_at, b->cap_row_at, b->n_row + 2);
        MEM_GROW(b->row_equal, b->cap_row_equal, b->n_row + 1);
        b->row_at[b->n_row] = b->n_term;
        for (size_t i = 0; i < b->n_touched; i++) {
            size_t v = b->touched[i];
            if (b->sum[v] != 0)
                b->term[b->n_term++] = (struct system_term){.var = v, .coef = b->sum[v]};
        }
        b->row_equal[b->n_row++] = equal;
        b->row_at[b->n_row] = b->n_term;
    }
    for (size_t i = 0; i < b->n_touched; i++) {
        b->sum[b->touched[i]] = 0;
        b->in_row[b->touched[i]] = false;
    }
    b->n_touched = 0;
}

/* Need the sum over variable k be a row, at these categories of the others? Not where a variable
 * before it is at an inner category: that sum is the sum of those at the leaves below. What is left
 * is independent. */
static bool sum_needed(const struct builder *b, size_t k, const size_t *c)
{
    for (size_t j = 0; j < k; j++)
        if (!b->t->dim[j].several && b->n_child[j][c[j]] > 0) return false;
    return !b->t->dim[k].several;
}

/* Sums of the variables with one answer, and the families of all. */
static void family_rows(struct builder *b, size_t k, size_t p)
{
    const struct dimension *d = &b->t->dim[k];
    size_t c[TABLE_DIMS_MAX] = {0};
    do {
        size_t at = other_offset(b, k, c);
        bool sum = sum_needed(b, k, c);
        MEM_GROW(b->family_at, b->cap_family_at, b->n_family + 2);
        b->family_at[b->n_family++] = b->n_family_item;
        for (size_t q = p; q < d->n_category; q++) {
            if (q != p && (q == 0 || d->category[q].parent != p)) continue;
            size_t cell = at + q * b->stride[k];
            if (sum) row_term(b, cell, q == p ? -1 : 1);
            if (b->s->value[b->s->var_of[cell]] == 0) continue;
            MEM_GROW(b->family, b->cap_family, b->n_family_item + 1);
            b->family[b->n_family_item++] = b->s->var_of[cell];
        }
        b->family_at[b->n_family] = b->n_family_item;
        if (sum) row_end(b, true);
    } while (!b->too_large && next_other(b->t, k, c));
}

/* ---------------------------------------------------------------- functionals */

static void form_begin(struct factor *f, bool plain)
{
    MEM_GROW(f->form, f->cap_form, f->n_form + 1);
    f->form[f->n_form++] = (struct functional){.at = f->n_term, .plain = plain};
}

static void form_add(struct factor *f, size_t offset, int32_t coef)
{
    MEM_GROW(f->term, f->cap_term, f->n_term + 1);
    f->term[f->n_term++] = (struct form_term){.offset = offset, .coef = coef};
    f->form[f->n_form - 1].n++;
}

static bool is_missing(const struct category *c)
{
    return c->kind == CATEGORY_UNKNOWN || c->kind == CATEGORY_NA;
}

/* p - c, less those who cannot have c because they have no answer at all. Across crossed repeats a
 * unit can be unknown in one instance and not applicable in another, so there these two are taken
 * off one at a time. */
static void parent_less_child(struct factor *f, const struct builder *b, size_t k, size_t q,
                              size_t at, bool crossed)
{
    const struct dimension *d = &b->t->dim[k];
    size_t p = d->category[q].parent, st = b->stride[k];
    bool made = false;
    form_begin(f, false);
    form_add(f, at + p * st, 1);
    form_add(f, at + q * st, -1);
    if (p != 0 || is_missing(&d->category[q])) return;
    for (size_t m = 1; m < d->n_category; m++) {
        if (d->category[m].parent != 0 || !is_missing(&d->category[m])) continue;
        if (crossed && made) {
            form_begin(f, false);
            form_add(f, at, 1);
            form_add(f, at + q * st, -1);
        }
        form_add(f, at + m * st, -1);
        made = true;
    }
}

/* sum of children - p */
static void children_less_parent(struct factor *f, const struct builder *b, size_t k, size_t p,
                                 size_t at)
{
    const struct dimension *d = &b->t->dim[k];
    form_begin(f, false);
    form_add(f, at + p * b->stride[k], -1);
    for (size_t q = 1; q < d->n_category; q++)
        if (d->category[q].parent == p) form_add(f, at + q * b->stride[k], 1);
}

static void leaves_of(struct factor *f, const struct builder *b, size_t k)
{
    for (size_t q = 0; q < b->t->dim[k].n_category; q++) {
        if (b->n_child[k][q] > 0) continue;
        form_begin(f, true);
        form_add(f, q * b->stride[k], 1);
    }
}

static void inequalities_of(struct factor *f, const struct builder *b, size_t k, size_t at,
                            bool crossed)
{
    const struct dimension *d = &b->t->dim[k];
    for (size_t q = 1; q < d->n_category; q++) parent_less_child(f, b, k, q, at, crossed);
    for (size_t p = 0; p < d->n_category; p++)
        if (b->n_child[k][p] > 0 && (covers_everywhere(d, p) || at == 0))
            children_less_parent(f, b, k, p, at);
}

/* The variables crossed instance by instance: inequalities of one at every choice of the others. */
static void crossed_factor(struct factor *f, const struct builder *b, const bool *crossed)
{
    const struct table *t = b->t;
    size_t c[TABLE_DIMS_MAX] = {0};
    for (bool more = true; more;) {
        form_begin(f, true);
        for (size_t k = 0, at = 0; k < t->n_dim; k++) {
            at += c[k] * b->stride[k];
            if (k + 1 == t->n_dim) form_add(f, at, 1);
        }
        for (size_t k = 0; k < t->n_dim; k++)
            if (crossed[k] && c[k] == 0) inequalities_of(f, b, k, other_offset(b, k, c), true);
        more = false;
        for (size_t k = t->n_dim; k-- > 0 && !more;) {
            if (!crossed[k]) continue;
            if (++c[k] < t->dim[k].n_category) more = true;
            else c[k] = 0;
        }
    }
}

/* All products of one functional from each factor. */
static void product_rows(struct builder *b, const struct factor *f, size_t n)
{
    size_t i[TABLE_DIMS_MAX] = {0};
    for (bool more = n > 0; more && !b->too_large;) {
        bool plain = true;
        const struct functional *g[TABLE_DIMS_MAX] = {0};
        for (size_t k = 0; k < n; k++) {
            g[k] = &f[k].form[i[k]];
            plain = plain && g[k]->plain;
        }
        size_t n1 = n > 1 ? g[1]->n : 1, n2 = n > 2 ? g[2]->n : 1;
        for (size_t x = 0; x < g[0]->n && !plain; x++)
            for (size_t y = 0; y < n1; y++)
                for (size_t z = 0; z < n2; z++) {
                    struct form_term p = f[0].term[g[0]->at + x];
                    if (n > 1)
                        p.offset += f[1].term[g[1]->at + y].offset,
                            p.coef *= f[1].term[g[1]->at + y].coef;
                    if (n > 2)
                        p.offset += f[2].term[g[2]->at + z].offset,
                            p.coef *= f[2].term[g[2]->at + z].coef;
                    row_term(b, p.offset, p.coef);
                }
        row_end(b, false);
        more = false;
        for (size_t k = n; k-- > 0 && !more;) {
            if (++i[k] < f[k].n_form) more = true;
            else i[k] = 0;
        }
    }
}

static void inequality_rows(struct builder *b)
{
    const struct table *t = b->t;
    struct factor f[TABLE_DIMS_MAX] = {0};
    bool crossed[TABLE_DIMS_MAX] = {false}, any_crossed = false, any_several = false;
    size_t n = 0;
    for (size_t k = 0; k < t->n_dim; k++) {
        crossed[k] = t->dim[k].several && !t->dim[k].covers;
        any_crossed = any_crossed || crossed[k];
        any_several = any_several || t->dim[k].several;
    }
    if (!any_several) return;
    if (any_crossed) crossed_factor(&f[n++], b, crossed);
    for (size_t k = 0; k < t->n_dim; k++) {
        if (crossed[k]) continue;
        leaves_of(&f[n], b, k);
        if (t->dim[k].several) inequalities_of(&f[n], b, k, 0, false);
        n++;
    }
    product_rows(b, f, n);
    for (size_t k = 0; k < TABLE_DIMS_MAX; k++) {
        mem_free(f[k].term);
        mem_free(f[k].form);
    }
}

/* ---------------------------------------------------------------- all of it */

static void keep(struct builder *b, struct arena *a)
{
    struct system *s = b->s;
    s->n_row = b->n_row;
    s->n_family = b->n_family;
    s->row_at = ARENA_ARRAY(a, size_t, b->n_row + 1);
    s->row_equal = ARENA_ARRAY(a, bool, b->n_row);
    s->term = ARENA_ARRAY(a, struct system_term, b->n_term);
    s->family = ARENA_ARRAY(a, size_t, b->n_family_item);
    s->family_at = ARENA_ARRAY(a, size_t, b->n_family + 1);
    if (b->n_row > 0) {
        memcpy(s->row_at, b->row_at, (b->n_row + 1) * sizeof *s->row_at);
        memcpy(s->row_equal, b->row_equal, b->n_row * sizeof *s->row_equal);
        memcpy(s->term, b->term, b->n_term * sizeof *s->term);
    }
    if (b->n_family > 0)
        memcpy(s->family_at, b->family_at, (b->n_family + 1) * sizeof *s->family_at);
    if (b->n_family_item > 0) memcpy(s->family, b->family, b->n_family_item * sizeof *s->family);
}

static bool check_truth(const struct system *s, struct err *e)
{
    for (size_t i = 0; i < s->n_row; i++) {
        int64_t sum = system_row_sum(s, i, NULL);
        if (sum < 0 || (s->row_equal[i] && sum != 0))
            return broken(e, tr("a sum or an inequality between counts fails"));
    }
    return true;
}

static bool make_rows(struct builder *b, struct arena *a, struct err *e)
{
    b->sum = mem_new(b->s->n_var, sizeof *b->sum);
    b->in_row = mem_new(b->s->n_var, sizeof *b->in_row);
    b->touched = mem_new(b->s->n_var, sizeof *b->touched);
    for (size_t k = 0; k < b->t->n_dim; k++)
        for (size_t p = 0; p < b->t->dim[k].n_category; p++)
            if (b->n_child[k][p] > 0) family_rows(b, k, p);
    if (!b->too_large) inequality_rows(b);
    if (b->too_large) {
        err_set(e, ERR_LIMIT, "disclosure.too_large", "the table is too large to be protected");
        return err_remedy(e, "use fewer or coarser variables, or a filter");
    }
    keep(b, a);
    return check_truth(b->s, e);
}

bool system_build(struct system *out, const struct table *t, struct arena *a, struct err *e)
{
    struct builder b = {.s = out, .t = t};
    *out = (struct system){.table = t};
    bool ok = check_shape(&b, e) && make_variables(&b, a, e) && make_rows(&b, a, e);
    for (size_t k = 0; k < TABLE_DIMS_MAX; k++) mem_free(b.n_child[k]);
    mem_free(b.term);
    mem_free(b.row_at);
    mem_free(b.row_equal);
    mem_free(b.family);
    mem_free(b.family_at);
    mem_free(b.sum);
    mem_free(b.in_row);
    mem_free(b.touched);
    return ok;
}

int64_t system_row_sum(const struct system *s, size_t i, const int64_t *delta)
{
    int64_t sum = 0;
    for (size_t k = s->row_at[i]; k < s->row_at[i + 1]; k++) {
        size_t v = s->term[k].var;
        sum += s->term[k].coef * (s->value[v] + (delta != NULL ? delta[v] : 0));
    }
    return sum;
}
