/* SPDX-License-Identifier: EUPL-1.2 */
#include "made_tables.h"

static const struct form the_form = {.name = "victim"};
static const struct dictionary the_dictionary = {.language = {"en"}, .n_language = 1};

static uint32_t with_ancestors(const struct plan *p, size_t c)
{
    uint32_t set = 1;
    for (; c != 0; c = p->parent[c]) set |= UINT32_C(1) << c;
    return set;
}

static bool is_leaf(const struct plan *p, size_t c)
{
    for (size_t q = 1; q < p->n; q++)
        if (p->parent[q] == c && q != c) return false;
    return true;
}

size_t plan_kinds(uint32_t *out, size_t max, const struct plan *p)
{
    size_t leaf[PLAN_CATEGORIES], n_leaf = 0, n = 0;
    for (size_t c = p->n > 1 ? 1 : 0; c < p->n; c++)
        if (is_leaf(p, c) && !(p->unknown != 0 && c == (size_t)p->unknown)) leaf[n_leaf++] = c;
    for (uint32_t some = 1; some < UINT32_C(1) << n_leaf; some++) {
        uint32_t set = 0;
        if (!p->several && (some & (some - 1)) != 0) continue;
        for (size_t i = 0; i < n_leaf; i++)
            if (some >> i & 1) set |= with_ancestors(p, leaf[i]);
        assert_true(n < max);
        out[n++] = set;
    }
    if (p->unknown != 0) out[n++] = with_ancestors(p, (size_t)p->unknown);
    return n;
}

static void shape(struct table *t, const struct plan *plan, size_t n_dim, struct arena *a)
{
    *t = (struct table){.dictionary = &the_dictionary,
                        .form = &the_form,
                        .unit = UNIT_PERSONS,
                        .n_dim = n_dim,
                        .n_row_dim = n_dim > 1 ? n_dim - 1 : n_dim,
                        .where = "",
                        .n_cell = 1};
    for (size_t k = 0; k < n_dim; k++) {
        struct dimension *d = &t->dim[k];
        d->name = plan[k].name;
        d->several = plan[k].several;
        d->covers = true;
        d->n_category = plan[k].n;
        d->category = ARENA_ARRAY(a, struct category, plan[k].n);
        for (size_t c = 0; c < plan[k].n; c++) {
            bool unknown = c > 0 && c == (size_t)plan[k].unknown;
            d->category[c] =
                (struct category){.kind = c == 0    ? CATEGORY_TOTAL
                                          : unknown ? CATEGORY_UNKNOWN
                                                    : CATEGORY_CODE,
                                  .name = c == 0 ? "T" : arena_printf(a, "%c%zu", 'A' + (char)k, c),
                                  .parent = plan[k].parent[c]};
            if (c > 0) d->category[plan[k].parent[c]].n_child++;
        }
        t->n_cell *= plan[k].n;
    }
    t->count = ARENA_ARRAY(a, int64_t, t->n_cell);
}

static bool person_in(const struct table *t, const struct person *p, size_t cell)
{
    for (size_t k = t->n_dim; k-- > 0;) {
        if (!(p->in[k] >> cell % t->dim[k].n_category & 1)) return false;
        cell /= t->dim[k].n_category;
    }
    return true;
}

struct table *plan_table(const struct plan *plan, size_t n_dim, const struct person *person,
                         size_t n, struct arena *a)
{
    struct table *t = ARENA_NEW(a, struct table);
    shape(t, plan, n_dim, a);
    for (size_t i = 0; i < n; i++)
        for (size_t cell = 0; cell < t->n_cell; cell++)
            t->count[cell] += person_in(t, &person[i], cell);
    t->n_unit = (int64_t)n;
    return t;
}

struct table *counts_table(size_t n_row, size_t n_column, const int64_t *count, struct arena *a)
{
    struct plan plan[2] = {{.name = "row", .n = n_row}, {.name = "column", .n = n_column}};
    struct table *t = ARENA_NEW(a, struct table);
    shape(t, plan, 2, a);
    memcpy(t->count, count, t->n_cell * sizeof *count);
    return t;
}

/* ---------------------------------------------------------------- the reader */

struct search {
    const struct release *r;
    struct reading *out;
    size_t n_kind, *cell_of_kind, *n_cell_of_kind; /* cells each kind of person is counted in */
    int64_t *left; /* by cell: shown or known count not yet used up; hidden: counted so far */
    bool *known;
    size_t *last; /* by cell: the last kind that counts in it */
    int64_t threshold;
    uint64_t step, step_max;
};

static void note_world(struct search *s)
{
    size_t n_small = 0;
    s->out->n_world++;
    for (size_t i = 0; i < s->r->n_cell; i++)
        if (s->r->status[i] != CELL_SHOWN && !s->known[i]) n_small += s->left[i] < s->threshold;
    for (size_t i = 0; i < s->r->n_cell; i++) {
        if (s->known[i]) continue;
        int64_t z = s->left[i];
        if (z < s->out->low[i]) s->out->low[i] = z;
        if (z > s->out->high[i]) s->out->high[i] = z;
        if (z >= s->threshold && n_small > 0) s->out->reason[i] = true;
    }
}

/* Put `by` persons of a kind in; false when a cell that no later kind counts in cannot come out
 * right. */
static bool put(struct search *s, size_t kind, int64_t by)
{
    bool ok = true;
    for (size_t i = 0; i < s->n_cell_of_kind[kind]; i++) {
        size_t cell = s->cell_of_kind[kind * s->r->n_cell + i];
        s->left[cell] += s->known[cell] ? -by : by;
        if (by >= 0 && s->last[cell] == kind)
            ok = ok && (s->known[cell] ? s->left[cell] == 0 : s->left[cell] >= 1);
    }
    return ok;
}

static int64_t room(const struct search *s, size_t kind)
{
    int64_t least = INT64_MAX;
    for (size_t i = 0; i < s->n_cell_of_kind[kind]; i++) {
        size_t cell = s->cell_of_kind[kind * s->r->n_cell + i];
        if (s->known[cell] && s->left[cell] < least) least = s->left[cell];
    }
    return least;
}

/* Depth is the number of kinds, fixed by the plan. */
static void search(struct search *s, size_t kind)
{
    if (s->step++ > s->step_max) {
        s->out->gave_up = true;
        return;
    }
    if (kind == s->n_kind) {
        note_world(s);
        return;
    }
    int64_t most = room(s, kind);
    for (int64_t by = 0; by <= most && !s->out->gave_up; by++) {
        if (put(s, kind, by)) search(s, kind + 1);
        put(s, kind, -by);
    }
}

static void list_kinds(struct search *s, const struct plan *plan, struct arena *a)
{
    const struct release *r = s->r;
    enum { KINDS = 128 };
    uint32_t kind[TABLE_DIMS_MAX][KINDS];
    size_t n[TABLE_DIMS_MAX] = {1, 1, 1};
    for (size_t k = 0; k < r->n_dim; k++) n[k] = plan_kinds(kind[k], KINDS, &plan[k]);
    s->n_kind = n[0] * n[1] * n[2];
    s->cell_of_kind = ARENA_ARRAY(a, size_t, s->n_kind * r->n_cell);
    s->n_cell_of_kind = ARENA_ARRAY(a, size_t, s->n_kind);
    for (size_t i = 0; i < s->n_kind; i++) {
        size_t at[TABLE_DIMS_MAX] = {i / (n[1] * n[2]), i / n[2] % n[1], i % n[2]};
        for (size_t cell = 0; cell < r->n_cell; cell++) {
            bool in = true;
            size_t rest = cell;
            for (size_t k = r->n_dim; k-- > 0;) {
                in = in && (kind[k][at[k]] >> rest % r->dim[k].n_category & 1);
                rest /= r->dim[k].n_category;
            }
            if (!in) continue;
            s->cell_of_kind[i * r->n_cell + s->n_cell_of_kind[i]++] = cell;
            s->last[cell] = i;
        }
    }
}

void read_release(struct reading *out, const struct release *r, const struct plan *plan,
                  size_t insider, int64_t known, int64_t threshold, uint64_t step_max,
                  struct arena *a)
{
    struct search s = {.r = r, .out = out, .threshold = threshold, .step_max = step_max};
    *out = (struct reading){.low = ARENA_ARRAY(a, int64_t, r->n_cell),
                            .high = ARENA_ARRAY(a, int64_t, r->n_cell),
                            .reason = ARENA_ARRAY(a, bool, r->n_cell)};
    s.left = ARENA_ARRAY(a, int64_t, r->n_cell);
    s.known = ARENA_ARRAY(a, bool, r->n_cell);
    s.last = ARENA_ARRAY(a, size_t, r->n_cell);
    for (size_t i = 0; i < r->n_cell; i++) {
        s.known[i] = r->status[i] == CELL_SHOWN || i == insider;
        s.left[i] = i == insider ? known : s.known[i] ? r->count[i] : 0;
        out->low[i] = s.known[i] ? s.left[i] : INT64_MAX;
        out->high[i] = s.known[i] ? s.left[i] : -1;
    }
    list_kinds(&s, plan, a);
    search(&s, 0);
}

/* ---------------------------------------------------------------- several tables */

void cut_table(struct table *out, const struct plan *plan, const struct cut *cut,
               const struct person *person, size_t n, struct arena *a)
{
    struct plan of[TABLE_DIMS_MAX] = {0};
    struct person *cut_person = ARENA_ARRAY(a, struct person, n);
    for (size_t k = 0; k < cut->n; k++) {
        of[k] = plan[cut->variable[k]];
        for (size_t i = 0; i < n; i++) cut_person[i].in[k] = person[i].in[cut->variable[k]];
    }
    *out = *plan_table(of, cut->n, cut_person, n, a);
    for (size_t k = 0; k < cut->n; k++)
        for (size_t c = 1; c < out->dim[k].n_category; c++)
            out->dim[k].category[c].name = arena_printf(a, "%s%zu", out->dim[k].name, c);
}

/* Is a person of these sets in a cell of the table? */
static bool sets_in(const struct release *r, const struct cut *cut, const uint32_t *set, size_t cell)
{
    for (size_t k = r->n_dim; k-- > 0;) {
        if (!(set[cut->variable[k]] >> cell % r->dim[k].n_category & 1)) return false;
        cell /= r->dim[k].n_category;
    }
    return true;
}

static void list_kinds_of_all(struct search *s, const struct release *r, const struct cut *cut,
                              size_t n, const struct plan *plan, size_t n_variable, struct arena *a)
{
    enum { KINDS = 128 };
    uint32_t kind[TABLE_DIMS_MAX][KINDS];
    size_t n_kind[TABLE_DIMS_MAX] = {1, 1, 1};
    for (size_t k = 0; k < n_variable; k++) n_kind[k] = plan_kinds(kind[k], KINDS, &plan[k]);
    s->n_kind = n_kind[0] * n_kind[1] * n_kind[2];
    s->cell_of_kind = ARENA_ARRAY(a, size_t, s->n_kind * s->r->n_cell);
    s->n_cell_of_kind = ARENA_ARRAY(a, size_t, s->n_kind);
    for (size_t i = 0; i < s->n_kind; i++) {
        size_t pick[TABLE_DIMS_MAX] = {i / (n_kind[1] * n_kind[2]), i / n_kind[2] % n_kind[1],
                                       i % n_kind[2]};
        uint32_t set[TABLE_DIMS_MAX] = {0};
        for (size_t k = 0; k < n_variable; k++) set[k] = kind[k][pick[k]];
        for (size_t t = 0, first = 0; t < n; first += r[t++].n_cell)
            for (size_t cell = 0; cell < r[t].n_cell; cell++) {
                if (!sets_in(&r[t], &cut[t], set, cell)) continue;
                s->cell_of_kind[i * s->r->n_cell + s->n_cell_of_kind[i]++] = first + cell;
                s->last[first + cell] = i;
            }
    }
}

void read_releases(struct reading *out, const struct release *r, const struct cut *cut, size_t n,
                   const struct plan *plan, size_t n_variable, int64_t threshold,
                   uint64_t step_max, struct arena *a)
{
    struct release all = {.n_cell = 0};
    struct search s = {.r = &all, .out = out, .threshold = threshold, .step_max = step_max};
    for (size_t t = 0; t < n; t++) all.n_cell += r[t].n_cell;
    all.status = ARENA_ARRAY(a, uint8_t, all.n_cell);
    *out = (struct reading){.low = ARENA_ARRAY(a, int64_t, all.n_cell),
                            .high = ARENA_ARRAY(a, int64_t, all.n_cell),
                            .reason = ARENA_ARRAY(a, bool, all.n_cell)};
    s.left = ARENA_ARRAY(a, int64_t, all.n_cell);
    s.known = ARENA_ARRAY(a, bool, all.n_cell);
    s.last = ARENA_ARRAY(a, size_t, all.n_cell);
    for (size_t t = 0, i = 0; t < n; t++)
        for (size_t cell = 0; cell < r[t].n_cell; cell++, i++) {
            all.status[i] = r[t].status[cell];
            s.known[i] = r[t].status[cell] == CELL_SHOWN;
            s.left[i] = s.known[i] ? r[t].count[cell] : 0;
            out->low[i] = s.known[i] ? s.left[i] : INT64_MAX;
            out->high[i] = s.known[i] ? s.left[i] : -1;
        }
    list_kinds_of_all(&s, r, cut, n, plan, n_variable, a);
    search(&s, 0);
}
