/* SPDX-License-Identifier: EUPL-1.2 */
#include "service/entry_merge.h"

#include "service/entry_form.h"

#include "base/catalogue.h"

#include <string.h>

struct comparing {
    const struct entry *x;
    entry_difference_fn *fn;
    void *ctx;
};

static bool lists_equal(const struct entry *x, group_id g, const struct entry_list *a,
                        const struct entry_list *b);

static bool rows_equal(const struct entry *x, group_id g, const struct entry_row *a,
                       const struct entry_row *b)
{
    for (size_t k = 0; k < x->form->group[g].n_variable; k++)
        if (!entry_field_equal(&a->field[k], &b->field[k])) return false;
    for (size_t c = 1; c < x->form->n_group; c++)
        if (x->form->group[c].parent == g && !lists_equal(x, (group_id)c, &a->list[c], &b->list[c]))
            return false;
    return true;
}

static bool lists_equal(const struct entry *x, group_id g, const struct entry_list *a,
                        const struct entry_list *b)
{
    if (a->n != b->n) return false;
    for (size_t i = 0; i < a->n; i++)
        if (!rows_equal(x, g, a->row[i], b->row[i])) return false;
    return true;
}

static enum entry_change change_of(bool mine_is_base, bool theirs_is_base)
{
    return theirs_is_base ? ENTRY_MINE : mine_is_base ? ENTRY_THEIRS : ENTRY_BOTH;
}

static void compare_rows(const struct comparing *c, group_id g, const char *prefix,
                         struct entry_row *mine, const struct entry_row *theirs,
                         const struct entry_row *base)
{
    const struct form *f = c->x->form;
    struct arena *a = c->x->c->arena;
    struct entry_difference d = {.mine = mine, .theirs = theirs, .base = base};
    d.repeat = GROUP_NONE;
    for (size_t k = 0; k < f->group[g].n_variable; k++) {
        if (entry_field_equal(&mine->field[k], &theirs->field[k])) continue;
        d.variable = &c->x->d->variable[f->group[g].variable[k]];
        d.path = arena_printf(a, "%s%s", prefix, d.variable->name);
        d.change = change_of(entry_field_equal(&mine->field[k], &base->field[k]),
                             entry_field_equal(&theirs->field[k], &base->field[k]));
        c->fn(c->ctx, &d);
    }
    d.variable = NULL;
    for (size_t i = 1; i < f->n_group; i++) {
        if (f->group[i].parent != g) continue;
        const struct entry_list *m = &mine->list[i], *t = &theirs->list[i], *b = &base->list[i];
        const char *path = arena_printf(a, "%s%s", prefix, f->group[i].name);
        if (m->n == t->n && m->n == b->n) {
            for (size_t k = 0; k < m->n; k++)
                compare_rows(c, (group_id)i, arena_printf(a, "%s[%zu].", path, k), m->row[k],
                             t->row[k], b->row[k]);
        } else if (!lists_equal(c->x, (group_id)i, m, t)) {
            d.repeat = (group_id)i;
            d.path = path;
            d.change = change_of(lists_equal(c->x, (group_id)i, m, b),
                                 lists_equal(c->x, (group_id)i, t, b));
            c->fn(c->ctx, &d);
        }
    }
}

void entry_compare(const struct entry *x, struct entry_tree *mine, const struct entry_tree *theirs,
                   const struct entry_tree *base, entry_difference_fn *fn, void *ctx)
{
    struct comparing c = {x, fn, ctx};
    compare_rows(&c, 0, "", mine->root, theirs->root, base->root);
}

/* ---- side by side ---- */

struct listing {
    const struct entry *x;
    struct json *list;
    bool all;
};

static const char *side(const struct entry *x, const struct entry_difference *d,
                        const struct entry_row *row)
{
    if (d->variable == NULL)
        return arena_printf(x->c->arena, tr("%zu entries"), row->list[d->repeat].n);
    const struct entry_field *f = &row->field[d->variable->slot];
    return entry_field_blank(f) ? "" : entry_value_words(x, d->variable, f);
}

static void list_difference(void *ctx, const struct entry_difference *d)
{
    struct listing *l = ctx;
    const struct entry *x = l->x;
    if (!l->all && d->change != ENTRY_BOTH) return;
    const struct variable *v = d->variable;
    const struct group *g = v == NULL ? &x->form->group[d->repeat] : NULL;
    const struct entry_section *s = v == NULL ? NULL : entry_section_of(x, v->id);
    struct json *j = json_object();
    json_set_text(j, "field", d->path);
    json_set_text(j, "variable", v == NULL ? g->name : v->name);
    json_set_text(j, "label",
                  v == NULL ? words_in(&g->label, x->c->language, g->name)
                            : words_in(&v->label, x->c->language, v->name));
    json_set_text(j, "section", s == NULL ? "" : s->name);
    json_set_bool(j, "is_repeat", v == NULL);
    json_set_bool(j, "both", d->change == ENTRY_BOTH);
    json_set_text(j, "mine", side(x, d, d->mine));
    json_set_text(j, "theirs", side(x, d, d->theirs));
    json_set_text(j, "base", side(x, d, d->base));
    json_push(l->list, j);
}

struct json *entry_compare_to_json(const struct entry *x, struct entry_tree *mine,
                                   const struct entry_tree *theirs, const struct entry_tree *base,
                                   bool all)
{
    struct listing l = {x, json_array(), all};
    entry_compare(x, mine, theirs, base == NULL ? theirs : base, list_difference, &l);
    return l.list;
}

/* ---- merging ---- */

struct merging {
    struct entry_tree *mine;
    const struct json *theirs_of;
    bool named_only;
};

static bool named(const struct json *list, const char *path)
{
    for (size_t i = 0; list != NULL && i < json_size(list); i++) {
        const char *name = json_as_text(json_at(list, i), "");
        if (strcmp(name, "*") == 0 || strcmp(name, path) == 0) return true;
    }
    return false;
}

static void merge_difference(void *ctx, const struct entry_difference *d)
{
    struct merging *m = ctx;
    bool take = m->named_only ? named(m->theirs_of, d->path)
                              : d->change == ENTRY_THEIRS ||
                                    (d->change == ENTRY_BOTH && named(m->theirs_of, d->path));
    if (!take) return;
    if (d->variable != NULL) {
        d->mine->field[d->variable->slot] = d->theirs->field[d->variable->slot];
        return;
    }
    struct entry_list *to = &d->mine->list[d->repeat];
    const struct entry_list *from = &d->theirs->list[d->repeat];
    *to = (struct entry_list){ARENA_ARRAY(m->mine->arena, struct entry_row *, from->n), from->n,
                              from->n};
    for (size_t i = 0; i < from->n; i++)
        to->row[i] = entry_row_copy(m->mine, d->repeat, from->row[i]);
}

void entry_merge(const struct entry *x, struct entry_tree *mine, const struct entry_tree *theirs,
                 const struct entry_tree *base, const struct json *theirs_of)
{
    struct merging m = {mine, theirs_of, false};
    entry_compare(x, mine, theirs, base, merge_difference, &m);
}

void entry_take_named(const struct entry *x, struct entry_tree *mine,
                      const struct entry_tree *other, const struct json *paths)
{
    struct merging m = {mine, paths, true};
    entry_compare(x, mine, other, other, merge_difference, &m);
}

/* ---- names ---- */

struct naming {
    const struct entry *x;
    bool *seen; /* by variable */
    const char *names;
};

static void add_name(struct naming *n, const struct variable *v)
{
    if (n->seen[v->id]) return;
    n->seen[v->id] = true;
    n->names =
        arena_printf(n->x->c->arena, "%s%s%s", n->names, n->names[0] == '\0' ? "" : " ", v->name);
}

static void name_difference(void *ctx, const struct entry_difference *d)
{
    struct naming *n = ctx;
    if (d->variable != NULL) {
        add_name(n, d->variable);
        return;
    }
    const struct group *g = &n->x->form->group[d->repeat];
    for (size_t k = 0; k < g->n_variable; k++)
        if (!n->x->d->variable[g->variable[k]].derived)
            add_name(n, &n->x->d->variable[g->variable[k]]);
}

const char *entry_changed_names(const struct entry *x, struct entry_tree *mine,
                                const struct entry_tree *before)
{
    struct naming n = {x, ARENA_ARRAY(x->c->arena, bool, x->d->n_variable), ""};
    entry_compare(x, mine, before, before, name_difference, &n);
    return n.names;
}
