/* SPDX-License-Identifier: EUPL-1.2 */
/* Numbers that the store keeps for names, laid over a dictionary. */
#include "model/body.h"

#include "model/body_internal.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static group_id group_find(const struct form *f, const char *name)
{
    for (size_t g = 0; g < f->n_group; g++)
        if (strcmp(f->group[g].name, name) == 0) return (group_id)g;
    return GROUP_NONE;
}

static int by_number(const void *a, const void *b)
{
    uint32_t x = ((const struct numbered *)a)->number, y = ((const struct numbered *)b)->number;
    return (x > y) - (x < y);
}

static void part_fill(struct numbered_group *out, const struct numbering *n,
                      const struct dictionary *d, const struct group *g, bool identity,
                      struct arena *a)
{
    out->item = ARENA_ARRAY(a, struct numbered, g->n_variable);
    for (size_t i = 0; i < g->n_variable; i++) {
        const struct variable *v = &d->variable[g->variable[i]];
        if (((v->privacy & PRIVACY_D) != 0) == identity)
            out->item[out->n++] = (struct numbered){v->id, v->slot, n->variable_number[v->id]};
    }
    if (out->n > 0) qsort(out->item, out->n, sizeof *out->item, by_number);
}

void numbering_init(struct numbering *n, const struct dictionary *d, const struct form *f,
                    const struct numbering_entry *entry, size_t n_entry, struct arena *a)
{
    *n = (struct numbering){.form = f, .n_variable = d->n_variable, .n_group = f->n_group};
    for (size_t i = 0; i < n_entry; i++) {
        size_t *top = entry[i].group ? &n->n_group_number : &n->n_number;
        assert(entry[i].number < NUMBERS_MAX);
        if (entry[i].number >= *top) *top = entry[i].number + 1;
    }
    n->variable_number = ARENA_ARRAY(a, uint32_t, n->n_variable);
    n->group_number = ARENA_ARRAY(a, uint32_t, n->n_group);
    n->variable = ARENA_ARRAY(a, var_id, n->n_number);
    n->group = ARENA_ARRAY(a, group_id, n->n_group_number);
    for (size_t i = 0; i < n->n_variable; i++) n->variable_number[i] = NUMBER_NONE;
    for (size_t i = 0; i < n->n_group; i++) n->group_number[i] = NUMBER_NONE;
    for (size_t i = 0; i < n->n_number; i++) n->variable[i] = VAR_NONE;
    for (size_t i = 0; i < n->n_group_number; i++) n->group[i] = GROUP_NONE;

    for (size_t i = 0; i < n_entry; i++) {
        const struct numbering_entry *x = &entry[i];
        if (x->group) {
            group_id g = group_find(f, x->name);
            n->group[x->number] = g;
            if (g != GROUP_NONE) n->group_number[g] = x->number;
        } else {
            const struct variable *v = dictionary_variable(d, f->id, text_of(x->name));
            n->variable[x->number] = v == NULL ? VAR_NONE : v->id;
            if (v != NULL) n->variable_number[v->id] = x->number;
        }
    }
    for (int part = 0; part < 2; part++) {
        n->part[part] = ARENA_ARRAY(a, struct numbered_group, f->n_group);
        for (size_t g = 0; g < f->n_group; g++)
            part_fill(&n->part[part][g], n, d, &f->group[g], part == BODY_IDENTITY, a);
    }
    n->pieces = body_pieces_make(n, d, a);
}
