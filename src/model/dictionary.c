/* SPDX-License-Identifier: EUPL-1.2 */
/* A loaded dictionary: asking it, adding organisations to it, freeing it. Loading is in
 * dictionary_load.c and the files named in dictionary_internal.h. */
#include "model/dictionary.h"

#include "base/catalogue.h"
#include "base/mem.h"
#include "model/dictionary_internal.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

void dictionary_free(struct dictionary *d)
{
    if (d == NULL) return;
    for (size_t i = 0; i < d->n_list; i++) codelist_release(d->list[i]);
    map_free(d->by_form_variable);
    arena_free(d->arena); /* which holds `d` itself */
}

const struct form *dictionary_form(const struct dictionary *d, struct text name)
{
    for (size_t i = 0; i < d->n_form; i++)
        if (text_is(name, d->form[i].name)) return &d->form[i];
    return NULL;
}

const struct variable *dictionary_variable(const struct dictionary *d, form_id form,
                                           struct text name)
{
    char key[2 * NAME_MAX_BYTES + 2];
    size_t n = strlen(d->form[form].name);
    if (name.n > NAME_MAX_BYTES) return NULL;
    memcpy(key, d->form[form].name, n);
    key[n++] = '/';
    if (name.n > 0) memcpy(key + n, name.p, name.n);
    uint32_t at = map_get(d->by_form_variable, (struct text){key, n + name.n});
    return at == MAP_NONE ? NULL : &d->variable[at];
}

const struct codelist *dictionary_list(const struct dictionary *d, struct text name)
{
    for (size_t i = 0; i < d->n_list; i++)
        if (text_equal_nocase(name, text_of(d->list[i]->name))) return d->list[i];
    return NULL;
}

const struct rule *dictionary_rule(const struct dictionary *d, struct text name)
{
    for (size_t i = 0; i < d->n_rule; i++)
        if (text_is(name, d->rule[i].name)) return &d->rule[i];
    return NULL;
}

static int parameter_by_name(const void *name, const void *p)
{
    return strcmp(name, ((const struct parameter *)p)->name);
}

const char *dictionary_parameter(const struct dictionary *d, const char *name,
                                 const char *otherwise)
{
    const struct parameter *p =
        d->n_parameter == 0
            ? NULL
            : bsearch(name, d->parameter, d->n_parameter, sizeof *d->parameter, parameter_by_name);
    return p == NULL ? otherwise : p->value;
}

int64_t dictionary_parameter_int(const struct dictionary *d, const char *name, int64_t otherwise)
{
    const char *s = dictionary_parameter(d, name, NULL);
    int64_t v;
    return s != NULL && text_to_int(text_of(s), &v) ? v : otherwise;
}

const char *dictionary_pack_value(const struct dictionary *d, const char *key,
                                  const char *otherwise)
{
    for (size_t i = 0; i < d->n_pack_value; i++)
        if (strcmp(d->pack_value[i].name, key) == 0) return d->pack_value[i].value;
    return otherwise;
}

void privacy_letters(char out[sizeof PRIVACY_LETTERS], uint8_t set)
{
    size_t n = 0;
    for (size_t i = 0; PRIVACY_LETTERS[i] != '\0'; i++)
        if ((unsigned)set >> i & 1U) out[n++] = PRIVACY_LETTERS[i];
    out[n] = '\0';
}

const char *severity_name(enum severity s)
{
    return s == SEVERITY_E ? N_("error") : s == SEVERITY_W ? N_("warning") : N_("note");
}

const char *variable_extra(const struct variable *v, const char *name)
{
    for (size_t i = 0; i < v->n_extra; i++)
        if (strcmp(v->extra[i].name, name) == 0) return v->extra[i].value;
    return "";
}

size_t dictionary_language(const struct dictionary *d, struct text code)
{
    for (size_t i = 0; i < d->n_language; i++)
        if (text_equal_nocase(code, text_of(d->language[i]))) return i;
    return 0;
}

const char *dictionary_guess_variable(const struct dictionary *d, form_id form, struct text name)
{
    struct guess g;
    guess_init(&g, name);
    for (size_t i = 0; i < d->n_variable; i++)
        if (d->variable[i].form == form) guess_offer(&g, d->variable[i].name);
    return g.best;
}

/* --- organisations --- */

enum { OPEN_LIST_FIRST = 16 }; /* codes an open list has room for at first; then it doubles */

/* Room for one more; the list's size says when its memory, a power of two of codes, is full. */
static void open_list_grow(struct codelist *l, struct arena *a)
{
    size_t n = l->n_code;
    if (n != 0 && (n < OPEN_LIST_FIRST || (n & (n - 1)) != 0)) return;
    struct code *bigger = ARENA_ARRAY(a, struct code, n == 0 ? OPEN_LIST_FIRST : mem_mul(n, 2));
    if (n > 0) memcpy(bigger, l->code, n * sizeof *bigger);
    l->code = bigger;
}

void dictionary_add_organisation(struct dictionary *d, struct text code, struct text name,
                                 struct text type_code)
{
    const struct codelist *known = dictionary_list(d, TEXT(ORGANISATION_LIST));
    assert(known != NULL && known->open);
    struct codelist *l = d->list[known->id];
    struct arena *a = d->arena;

    code_id c = codelist_find(l, code);
    if (c == CODE_NONE) {
        assert(l->n_code < LIST_CODES_MAX);
        open_list_grow(l, a);
        c = (code_id)l->n_code++;
        l->code[c] = (struct code){.name = arena_copy(a, code.p, code.n),
                                   .parent = CODE_NONE,
                                   .level = 1,
                                   .valid_from = INT32_MIN,
                                   .valid_to = INT32_MAX};
    }
    const char *label = arena_copy(a, name.p, name.n);
    for (size_t i = 0; i < d->n_language; i++) l->code[c].label.in[i] = label;
    l->code[c].extra = ARENA_ARRAY(a, const char *, 1);
    l->code[c].extra[0] = arena_copy(a, type_code.p, type_code.n);
    codelist_enter(l, c, a);
}
