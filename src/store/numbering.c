/* SPDX-License-Identifier: EUPL-1.2 */
/* Numbers of forms, variables and groups: given once to a name, never again, so that a body can be
 * read under any later dictionary. Variables and groups of a form count from 0 in the order in
 * which they were first seen. */
#include "store/store_internal.h"

#include "base/map.h"
#include "base/mem.h"

#include <assert.h>
#include <string.h>

struct table { /* what the store has for one form, and what it is given */
    const struct form *form;
    int64_t form_no;               /* 0: not numbered yet */
    struct numbering_entry *entry; /* names from the arena */
    size_t n, cap;
    struct map *known[2]; /* variables, groups: name -> number */
    uint32_t next[2];
};

static void take_entry(struct table *t, bool group, const char *name, uint32_t number)
{
    MEM_GROW(t->entry, t->cap, t->n + 1);
    t->entry[t->n++] = (struct numbering_entry){group, name, number};
    (void)map_put(t->known[group], text_of(name), number);
    if (number >= t->next[group]) t->next[group] = number + 1;
}

static bool read_forms(struct table *t, size_t n, int64_t *last, struct store *st, struct err *e)
{
    struct query q;
    (void)query_begin(&q, st->backend, SQL_FORM_LIST);
    while (query_next(&q)) {
        *last = query_int(&q, 0);
        for (size_t i = 0; i < n; i++)
            if (text_is(query_text(&q, 1), t[i].form->name)) t[i].form_no = *last;
    }
    return query_end(&q, e);
}

static bool read_numbers(struct table *t, size_t n, struct store *st, struct err *e)
{
    struct query q;
    (void)query_begin(&q, st->backend, SQL_NUMBERING_LIST);
    while (query_next(&q)) {
        int64_t form_no = query_int(&q, 0), number = query_int(&q, 3);
        struct text name = query_text(&q, 2);
        bool group = text_is(query_text(&q, 1), "group"),
             fits = number >= 0 && number < NUMBERS_MAX;
        for (size_t i = 0; fits && i < n; i++)
            if (t[i].form_no == form_no)
                take_entry(&t[i], group, arena_copy(st->numbering_arena, name.p, name.n),
                           (uint32_t)number);
    }
    return query_end(&q, e);
}

static bool need_write(struct store *st, struct err *e)
{
    st->numbering_unsaved = true;
    if (backend_in_transaction(st->backend))
        return true; /* a reading one is found out by the first statement */
    err_set(
        e, ERR_USAGE, "store.numbering",
        "could not use the dictionary: it has variables that the repository has not numbered yet");
    return err_remedy(e, "install the dictionary into the repository first");
}

static bool give_form_number(struct table *t, int64_t *last, struct store *st, struct err *e)
{
    struct query q;

    if (t->form_no != 0) return true;
    if (!need_write(st, e)) return false;
    t->form_no = ++*last;
    (void)query_begin(&q, st->backend, SQL_FORM_ADD);
    query_bind_int(&q, "form_no", t->form_no);
    query_bind_text(&q, "name", text_of(t->form->name));
    return query_run(&q, e);
}

/* Nothing to do when the name has its number. */
static bool give_number(struct table *t, bool group, const char *name, struct store *st,
                        struct err *e)
{
    struct query q;

    if (map_get(t->known[group], text_of(name)) != MAP_NONE) return true;
    if (!need_write(st, e)) return false;
    uint32_t number = t->next[group];
    if (number >= NUMBERS_MAX)
        return err_set(e, ERR_LIMIT, "store.numbers",
                       "could not number '%s': form %s has had %d names", name, t->form->name,
                       NUMBERS_MAX);
    take_entry(t, group, name, number);
    (void)query_begin(&q, st->backend, SQL_NUMBERING_ADD);
    query_bind_int(&q, "form_no", t->form_no);
    query_bind_text(&q, "kind", group ? TEXT("group") : TEXT("variable"));
    query_bind_text(&q, "name", text_of(name));
    query_bind_int(&q, "number", number);
    return query_run(&q, e);
}

static bool number_form(struct form_numbering *out, struct table *t, struct store *st,
                        struct err *e)
{
    const struct dictionary *d = st->dictionary;

    for (size_t i = 0; i < d->n_variable; i++)
        if (d->variable[i].form == t->form->id &&
            !give_number(t, false, d->variable[i].name, st, e))
            return false;
    for (size_t i = 0; i < t->form->n_group; i++)
        if (!give_number(t, true, t->form->group[i].name, st, e)) return false;
    out->form_no = t->form_no;
    numbering_init(&out->numbering, d, t->form, t->entry, t->n, st->numbering_arena);
    return true;
}

static struct table *tables_new(const struct dictionary *d)
{
    struct table *t = mem_new(d->n_form, sizeof *t);
    for (size_t i = 0; i < d->n_form; i++) {
        t[i].form = &d->form[i];
        t[i].known[0] = map_new();
        t[i].known[1] = map_new();
    }
    return t;
}

static void tables_free(struct table *t, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        map_free(t[i].known[0]);
        map_free(t[i].known[1]);
        mem_free(t[i].entry);
    }
    mem_free(t);
}

bool numbering_ensure(struct store *st, struct err *e)
{
    const struct dictionary *d = st->dictionary;
    int64_t last = 0;

    if (d == NULL)
        return err_set(e, ERR_STORE, "store.no_dictionary",
                       "could not read or write records: no dictionary is in use");
    if (st->form != NULL) return true;
    st->numbering_arena = arena_new(ARENA_PLAIN);
    st->form = ARENA_ARRAY(st->numbering_arena, struct form_numbering, d->n_form);
    struct table *t = tables_new(d);
    bool ok = read_forms(t, d->n_form, &last, st, e) && read_numbers(t, d->n_form, st, e);
    for (size_t i = 0; ok && i < d->n_form; i++)
        ok = give_form_number(&t[i], &last, st, e) && number_form(&st->form[i], &t[i], st, e);
    if (!ok) numbering_forget(st);
    tables_free(t, d->n_form);
    return ok;
}

void numbering_forget(struct store *st)
{
    arena_free(st->numbering_arena);
    st->numbering_arena = NULL;
    st->form = NULL;
    st->numbering_unsaved = false;
}

const struct form_numbering *numbering_of_form(const struct store *st, form_id form)
{
    assert(st->form != NULL && form < st->dictionary->n_form);
    return &st->form[form];
}

bool store_use_dictionary(struct store *st, const struct dictionary *d, struct err *e)
{
    assert(st->writer == NULL);
    numbering_forget(st);
    st->dictionary = d;
    return numbering_ensure(st, e);
}
