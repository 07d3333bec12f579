/* SPDX-License-Identifier: EUPL-1.2 */
/* Fuzz target: protecting tables. The input describes variables (trees, several answers, crossed
 * repeats) and either persons, whose table must be protected or refused, or bare counts, which may
 * contradict each other and then must be refused. What is released is held against the simplest of
 * readers:
 *
 *  zeros and the grand total are shown, small counts are not, hidden ones are -1;
 *  no sum of one answer has exactly one hidden count, nor hidden ones that are all 1 by their sum.
 */
#include "base/arena.h"
#include "disclosure/release.h"

#include "analysis/table.h"

#include <stdlib.h>
#include <string.h>

enum { CATEGORIES_MAX = 9, PERSONS_MAX = 60 };

struct input {
    const uint8_t *p;
    size_t n;
};

static unsigned next(struct input *in)
{
    if (in->n == 0) return 0;
    in->n--;
    return *in->p++;
}

static void check(bool ok)
{
    if (!ok) abort();
}

static void make_dimension(struct dimension *d, struct input *in, size_t most, struct arena *a)
{
    unsigned how = next(in);
    d->name = "v";
    d->several = how & 1;
    d->covers = !(d->several && (how & 2));
    d->n_category = 1 + (how >> 2) % most;
    d->category = ARENA_ARRAY(a, struct category, d->n_category);
    d->category[0] = (struct category){.kind = CATEGORY_TOTAL, .name = "T"};
    for (size_t c = 1; c < d->n_category; c++) {
        unsigned b = next(in);
        d->category[c] =
            (struct category){.kind = b % 16 == 0 ? CATEGORY_UNKNOWN : CATEGORY_CODE, .name = "c"};
        d->category[c].parent = b % 16 == 0 || b % 3 != 0 ? 0 : b / 16 % c;
    }
}

/* Is a person whose answers are the bits of `set` in this category, or one below it? */
static bool is_in(const struct dimension *d, unsigned set, size_t category)
{
    if (category == 0) return true;
    for (size_t c = 1; c < d->n_category; c++) {
        if (!(set >> (c - 1) & 1)) continue;
        for (size_t at = c; at != 0; at = d->category[at].parent)
            if (at == category) return true;
    }
    return false;
}

static void count_person(struct table *t, const unsigned *set)
{
    for (size_t cell = 0; cell < t->n_cell; cell++) {
        size_t rest = cell;
        bool in = true;
        for (size_t k = t->n_dim; k-- > 0;) {
            in = in && is_in(&t->dim[k], set[k], rest % t->dim[k].n_category);
            rest /= t->dim[k].n_category;
        }
        t->count[cell] += in;
    }
}

static void check_sums(const struct release *r, const struct table *t)
{
    size_t stride = 1;
    for (size_t k = t->n_dim; k-- > 0;) {
        const struct dimension *d = &t->dim[k];
        for (size_t cell = 0; cell < t->n_cell && !d->several; cell++) {
            size_t c = cell / stride % d->n_category, n = 0, n_child = 0;
            int64_t rest = r->status[cell] == CELL_SHOWN ? r->count[cell] : 0;
            for (size_t q = c + 1; q < d->n_category; q++) {
                if (d->category[q].parent != c) continue;
                size_t child = cell + (q - c) * stride;
                n_child++;
                n += r->status[child] != CELL_SHOWN;
                if (r->status[child] == CELL_SHOWN) rest -= r->count[child];
            }
            if (n_child == 0) continue;
            if (r->status[cell] == CELL_SHOWN)
                check(n == 0 ? rest == 0 : n > 1 && rest > (int64_t)n);
            else check(n > 0);
        }
        stride *= d->n_category;
    }
}

static void check_release(const struct release *r, const struct table *t, int64_t k)
{
    check(r->status[0] == CELL_SHOWN);
    for (size_t i = 0; i < t->n_cell; i++) {
        if (r->status[i] == CELL_SHOWN)
            check(r->count[i] == t->count[i] && (t->count[i] == 0 || t->count[i] >= k));
        else check(r->count[i] == -1 && t->count[i] > 0);
    }
    check_sums(r, t);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct form form = {.name = "victim"};
    static const struct dictionary no_words; /* of no language */
    struct input in = {data, size};
    struct arena *a = arena_new(ARENA_PLAIN);
    unsigned how = next(&in);
    struct table t = {.form = &form,
                      .dictionary = &no_words,
                      .unit = UNIT_PERSONS,
                      .where = "",
                      .n_cell = 1,
                      .n_dim = how % 4};
    for (size_t k = 0; k < t.n_dim; k++) {
        make_dimension(&t.dim[k], &in, t.n_dim == 3 ? 4 : CATEGORIES_MAX, a);
        t.n_cell *= t.dim[k].n_category;
    }
    t.count = ARENA_ARRAY(a, int64_t, t.n_cell);
    if (how & 4) {
        for (size_t i = 0; i < t.n_cell; i++) t.count[i] = (int8_t)next(&in);
    } else {
        for (size_t i = 0; i < PERSONS_MAX && in.n > 0; i++) {
            unsigned set[TABLE_DIMS_MAX] = {0};
            for (size_t k = 0; k < t.n_dim; k++) set[k] = next(&in);
            count_person(&t, set);
        }
    }
    struct release r;
    struct err e;
    int64_t k = 2 + (how >> 4) % 6;
    struct protect_rule rule = {.threshold = k, .insider = how & 8, .work = 3000000};
    if (release_table(&r, &t, &rule, a, &e)) check_release(&r, &t, k);
    else check(e.code == ERR_DISCLOSURE || e.code == ERR_LIMIT);
    release_raw(&r, &t, a);
    arena_free(a);
    return 0;
}
