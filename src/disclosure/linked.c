/* SPDX-License-Identifier: EUPL-1.2 */
#include "disclosure/linked.h"

#include "base/buf.h"
#include "base/map.h"
#include "base/mem.h"

#include <string.h>

enum { KEY_MAX = 16384, NAMES_MAX = 64 };

struct linker {
    struct system *out;
    struct linked_part *part;
    size_t n_part, n;  /* variables of all parts, before they are one */
    size_t *up;        /* union-find over them */
    size_t *at;        /* by part: number of its first */
    int64_t *value;    /* by such a variable */
    struct map *meant; /* meaning -> number of the first variable that has it */
    bool same;
};

/* ---------------------------------------------------------------- one meaning, one number */

static size_t root(size_t *up, size_t i)
{
    while (up[i] != i) i = up[i] = up[up[i]];
    return i;
}

static void put_category(struct buf *key, const struct dimension *d, size_t c)
{
    buf_printf(key, "%s%c%d%c%s%c", d->name, 0x1f, (int)d->category[c].kind, 0x1f,
               d->category[c].name, 0x1e);
}

/* Variables by name, those at their total left out: the same whatever the order of a table. */
static void meaning(struct buf *key, const struct table *t, size_t cell)
{
    size_t c[TABLE_DIMS_MAX] = {0};
    bool put[TABLE_DIMS_MAX] = {false};
    for (size_t k = t->n_dim; k-- > 0;) {
        c[k] = cell % t->dim[k].n_category;
        cell /= t->dim[k].n_category;
        put[k] = c[k] == 0;
    }
    buf_clear(key);
    for (size_t turn = 0; turn < t->n_dim; turn++) {
        size_t next = SIZE_MAX;
        for (size_t k = 0; k < t->n_dim; k++)
            if (!put[k] && (next == SIZE_MAX || strcmp(t->dim[k].name, t->dim[next].name) < 0))
                next = k;
        if (next == SIZE_MAX) return;
        put[next] = true;
        put_category(key, &t->dim[next], c[next]);
    }
}

static void link_variable(struct linker *l, struct text key, size_t v)
{
    uint32_t first = map_get(l->meant, key);
    if (first == MAP_NONE) {
        (void)map_put(l->meant, key, (uint32_t)v);
    } else if (l->value[first] == l->value[v]) {
        size_t i = root(l->up, first), j = root(l->up, v);
        if (i < j) l->up[j] = i;
        else l->up[i] = j;
    } else {
        l->same = false;
    }
}

static bool link_all(struct linker *l, struct err *e)
{
    struct buf key;
    bool ok = true;
    buf_init(&key, KEY_MAX);
    for (size_t p = 0; p < l->n_part && ok; p++) {
        const struct system *s = &l->part[p].system;
        for (size_t cell = 0; cell < l->part[p].table->n_cell && ok; cell++) {
            if (s->value[s->var_of[cell]] == 0) continue; /* shown: nothing to be learnt from it */
            meaning(&key, l->part[p].table, cell);
            ok = buf_ok(&key, e);
            if (ok) link_variable(l, buf_text(&key), l->at[p] + s->var_of[cell]);
        }
    }
    buf_release(&key);
    return ok;
}

static void number_variables(struct linker *l, struct arena *a)
{
    struct system *out = l->out;
    size_t *number = mem_new(l->n, sizeof *number);
    out->value = ARENA_ARRAY(a, int64_t, l->n);
    out->cell_of = ARENA_ARRAY(a, size_t, l->n);
    out->n_name = ARENA_ARRAY(a, size_t, l->n);
    out->table_of = ARENA_ARRAY(a, const struct table *, l->n);
    for (size_t p = 0; p < l->n_part; p++) {
        const struct system *s = &l->part[p].system;
        l->part[p].var = ARENA_ARRAY(a, size_t, s->n_var);
        for (size_t v = 0; v < s->n_var; v++) {
            size_t i = l->at[p] + v, r = root(l->up, i); /* a root is the first of its set */
            if (r == i) {
                number[i] = out->n_var++;
                out->value[number[i]] = s->value[v];
                out->cell_of[number[i]] = s->cell_of[v];
                out->table_of[number[i]] = l->part[p].table;
            }
            l->part[p].var[v] = number[r];
            out->n_name[number[r]] += s->n_name[v];
        }
    }
    out->total = l->part[0].var[l->part[0].system.total];
    mem_free(number);
}

/* ---------------------------------------------------------------- rows */

struct collector { /* terms of one row, those of one variable added up */
    int32_t *sum;
    bool *in;
    size_t *touched, n;
};

static void collect(struct collector *c, size_t v, int32_t coef)
{
    if (!c->in[v]) c->touched[c->n++] = v;
    c->in[v] = true;
    c->sum[v] += coef;
}

static void give(struct system *out, struct collector *c, bool equal)
{
    size_t n = out->row_at[out->n_row];
    for (size_t i = 0; i < c->n; i++) {
        size_t v = c->touched[i];
        if (c->sum[v] != 0) out->term[n++] = (struct system_term){.var = v, .coef = c->sum[v]};
        c->sum[v] = 0;
        c->in[v] = false;
    }
    c->n = 0;
    if (n == out->row_at[out->n_row]) return; /* it says that a number is itself */
    out->row_equal[out->n_row++] = equal;
    out->row_at[out->n_row] = n;
}

static void copy_rows(struct linker *l, size_t n_row, size_t n_term, struct arena *a)
{
    struct system *out = l->out;
    struct collector c = {.sum = mem_new(out->n_var, sizeof *c.sum),
                          .in = mem_new(out->n_var, sizeof *c.in),
                          .touched = mem_new(out->n_var, sizeof *c.touched)};
    out->term = ARENA_ARRAY(a, struct system_term, n_term);
    out->row_at = ARENA_ARRAY(a, size_t, n_row + 1);
    out->row_equal = ARENA_ARRAY(a, bool, n_row);
    for (size_t p = 0; p < l->n_part; p++) {
        const struct system *s = &l->part[p].system;
        for (size_t r = 0; r < s->n_row; r++) {
            for (size_t i = s->row_at[r]; i < s->row_at[r + 1]; i++)
                collect(&c, l->part[p].var[s->term[i].var], s->term[i].coef);
            give(out, &c, s->row_equal[r]);
        }
    }
    mem_free(c.sum);
    mem_free(c.in);
    mem_free(c.touched);
}

static void copy_families(struct linker *l, size_t n_family, size_t n_item, struct arena *a)
{
    struct system *out = l->out;
    size_t n = 0;
    out->family = ARENA_ARRAY(a, size_t, n_item);
    out->family_at = ARENA_ARRAY(a, size_t, n_family + 1);
    for (size_t p = 0; p < l->n_part; p++) {
        const struct system *s = &l->part[p].system;
        for (size_t f = 0; f < s->n_family; f++) {
            for (size_t i = s->family_at[f]; i < s->family_at[f + 1]; i++)
                out->family[n++] = l->part[p].var[s->family[i]];
            out->family_at[++out->n_family] = n;
        }
    }
}

static bool copy_knowledge(struct linker *l, struct arena *a, struct err *e)
{
    size_t n_row = 0, n_term = 0, n_family = 0, n_item = 0;
    for (size_t p = 0; p < l->n_part; p++) {
        const struct system *s = &l->part[p].system;
        n_row += s->n_row;
        n_term += s->row_at[s->n_row];
        n_family += s->n_family;
        n_item += s->family_at[s->n_family];
    }
    if (n_term > SYSTEM_TERMS_MAX) {
        err_set(e, ERR_LIMIT, "disclosure.too_large",
                "the tables are too large to be protected together");
        return err_remedy(e, "use fewer tables, or fewer and coarser variables");
    }
    copy_rows(l, n_row, n_term, a);
    copy_families(l, n_family, n_item, a);
    return true;
}

bool linked_build(struct system *out, bool *same, struct linked_part *part, size_t n,
                  struct arena *a, struct err *e)
{
    struct linker l = {.out = out, .part = part, .n_part = n, .same = true};
    *out = (struct system){0};
    l.at = mem_new(n, sizeof *l.at);
    for (size_t p = 0; p < n; p++) {
        l.at[p] = l.n;
        l.n += part[p].system.n_var;
    }
    l.up = mem_new(l.n, sizeof *l.up);
    l.value = mem_new(l.n, sizeof *l.value);
    for (size_t p = 0; p < n; p++)
        for (size_t v = 0; v < part[p].system.n_var; v++) {
            l.up[l.at[p] + v] = l.at[p] + v;
            l.value[l.at[p] + v] = part[p].system.value[v];
        }
    l.meant = map_new();
    bool ok = link_all(&l, e);
    if (ok) {
        number_variables(&l, a);
        ok = copy_knowledge(&l, a, e);
    }
    *same = l.same;
    map_free(l.meant);
    mem_free(l.up);
    mem_free(l.value);
    mem_free(l.at);
    return ok;
}

/* ---------------------------------------------------------------- is that all? */

struct names { /* variables of all parts, by name; sets of them bit by bit */
    const char *name[NAMES_MAX];
    size_t n;
    uint64_t several, determined;
};

static uint64_t bit_of(struct names *names, const struct table *t, size_t k)
{
    const struct dimension *d = &t->dim[k];
    size_t i = 0;
    while (i < names->n && strcmp(names->name[i], d->name) != 0) i++;
    if (i == names->n) names->name[names->n++] = d->name;
    if (d->several) names->several |= UINT64_C(1) << i;
    if (d->var < t->dictionary->n_variable && t->dictionary->variable[d->var].calculation != NULL)
        names->determined |= UINT64_C(1) << i;
    return UINT64_C(1) << i;
}

/* Graham's and Yu's reduction: a variable of one set alone goes, a set within another goes. */
static bool is_a_tree(uint64_t *set, size_t n)
{
    for (bool changed = true; changed;) {
        changed = false;
        for (size_t i = 0; i < n; i++) {
            uint64_t others = 0;
            for (size_t j = 0; j < n; j++)
                if (j != i) others |= set[j];
            if ((set[i] & ~others) != 0) changed = true;
            set[i] &= others;
            for (size_t j = 0; j < n && set[i] != 0; j++)
                if (j != i && (set[i] & ~set[j]) == 0) set[i] = 0, changed = true;
        }
    }
    for (size_t i = 0; i < n; i++)
        if (set[i] != 0) return false;
    return true;
}

bool linked_is_complete(const struct linked_part *part, size_t n)
{
    struct names names = {.n = 0};
    uint64_t *set = mem_new(n, sizeof *set), once = 0, common = 0;
    bool ok = n * TABLE_DIMS_MAX <= NAMES_MAX;
    for (size_t p = 0; p < n && ok; p++) {
        for (size_t k = 0; k < part[p].table->n_dim; k++)
            set[p] |= bit_of(&names, part[p].table, k);
        common |= once & set[p];
        once |= set[p];
    }
    ok = ok && (common & names.several) == 0 && names.determined == 0 && is_a_tree(set, n);
    mem_free(set);
    return ok;
}
