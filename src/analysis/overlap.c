/* SPDX-License-Identifier: EUPL-1.2 */
#include "analysis/overlap.h"

#include "base/catalogue.h"
#include "base/map.h"

#include <stdlib.h>
#include <string.h>

struct set {
    uint16_t code[OVERLAP_SET_MAX]; /* ascending by name */
    size_t n;
    int64_t count;
};

struct overlap {
    const struct codelist *organisations;
    const struct column *of; /* organisation of each record */
    struct map *by_codes;    /* bytes of the codes -> place in set[] */
    struct set set[OVERLAP_SETS_MAX];
    size_t n;
};

/* Insert in order of codes; once. False when there is no room. */
static bool add_code(struct set *s, uint16_t code)
{
    size_t at = 0;
    while (at < s->n && s->code[at] < code) at++;
    if (at < s->n && s->code[at] == code) return true;
    if (s->n == OVERLAP_SET_MAX) return false;
    memmove(s->code + at + 1, s->code + at, (s->n - at) * sizeof *s->code);
    s->code[at] = code;
    s->n++;
    return true;
}

static bool add_set(struct overlap *o, const struct set *s)
{
    struct text key = {(const char *)s->code, s->n * sizeof *s->code};
    uint32_t at = map_get(o->by_codes, key);
    if (at == MAP_NONE) {
        if (o->n == OVERLAP_SETS_MAX) return false;
        at = (uint32_t)o->n;
        o->set[o->n++] = *s;
        (void)map_put(o->by_codes, key, at);
    }
    o->set[at].count++;
    return true;
}

static bool count_persons(struct overlap *o, const struct persons *p)
{
    for (size_t person = 0; person < p->n; person++) {
        struct set s = {.n = 0};
        for (uint32_t i = p->first[person]; i < p->first[person + 1]; i++) {
            uint16_t code = o->of->code[p->record[i]];
            if (code < COLUMN_CODE_MAX && !add_code(&s, code)) return false;
        }
        if (!add_set(o, &s)) return false;
    }
    return true;
}

static const char *name_of(const struct overlap *o, const struct set *s, struct arena *a)
{
    const char *name = s->n == 0 ? "U" : o->organisations->code[s->code[0]].name;
    for (size_t i = 1; i < s->n; i++)
        name =
            arena_printf(a, "%s" OVERLAP_JOINT "%s", name, o->organisations->code[s->code[i]].name);
    return name;
}

struct named {
    const struct set *set;
    const char *name;
};

static int by_size(const void *x, const void *y)
{
    const struct named *p = x, *q = y;
    if (p->set->n != q->set->n) return p->set->n < q->set->n ? -1 : 1;
    return strcmp(p->name, q->name);
}

/* Names of organisations are the same in every language; the word is that of this thread. */
static struct words alone(const struct code *c, struct arena *a)
{
    struct words w;
    const char *text = arena_printf(a, tr("%s alone"), words_in(&c->label, 0, c->name));
    for (size_t i = 0; i < LANGUAGES_MAX; i++) w.in[i] = text;
    return w;
}

static void fill(struct table *t, const struct overlap *o, struct arena *a)
{
    struct dimension *d = &t->dim[0];
    struct named *list = ARENA_ARRAY(a, struct named, o->n);
    for (size_t i = 0; i < o->n; i++)
        list[i] = (struct named){&o->set[i], name_of(o, &o->set[i], a)};
    qsort(list, o->n, sizeof *list, by_size);
    d->n_category = t->n_cell = o->n + 1;
    d->category = ARENA_ARRAY(a, struct category, d->n_category);
    t->count = ARENA_ARRAY(a, int64_t, t->n_cell);
    d->category[0] =
        (struct category){.kind = CATEGORY_TOTAL, .code = CODE_NONE, .name = "T", .n_child = o->n};
    for (size_t i = 0; i < o->n; i++) {
        d->category[i + 1] =
            (struct category){.kind = list[i].set->n == 0 ? CATEGORY_UNKNOWN : CATEGORY_CODE,
                              .code = list[i].set->n == 1 ? list[i].set->code[0] : CODE_NONE,
                              .name = list[i].name};
        if (list[i].set->n == 1)
            d->category[i + 1].label = alone(&o->organisations->code[list[i].set->code[0]], a);
        t->count[i + 1] = list[i].set->count;
        t->count[0] += list[i].set->count;
    }
}

bool overlap_count(struct table *out, struct snapshot *s, struct arena *a, struct err *e)
{
    const struct dictionary *d = snapshot_dictionary(s);
    const struct form *f = snapshot_form(s);
    const struct variable *v = &d->variable[f->organisation];
    struct overlap *o = ARENA_NEW(a, struct overlap);
    *out = (struct table){.dictionary = d,
                          .form = f,
                          .unit = UNIT_PERSONS,
                          .n_dim = 1,
                          .n_row_dim = 1,
                          .where = "",
                          .n_unit = (int64_t)snapshot_units(s, UNIT_PERSONS)};
    out->dim[0] =
        (struct dimension){.var = v->id, .name = v->name, .label = v->label, .covers = true};
    o->organisations = d->list[v->list];
    o->of = snapshot_column(s, UNIT_RECORDS, v->id);
    o->by_codes = map_new();
    bool ok = count_persons(o, snapshot_persons(s));
    if (ok) fill(out, o, a);
    map_free(o->by_codes);
    if (ok) return true;
    err_set(e, ERR_LIMIT, "overlap.too_many",
            "the organisations overlap in too many ways for a table");
    return err_remedy(e, "count persons by organisation instead");
}
