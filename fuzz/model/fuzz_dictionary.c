/* SPDX-License-Identifier: EUPL-1.2 */
/* Any bytes as the files of a data folder (S100): lines "=== name" begin a file; with a file under
 * packs/xx/ the pack xx is laid over the rest. Held: what is refused says why and what to do, with a
 * file; what is taken keeps the promises of dictionary.h, and its values are read and written again. */
#include "model/dictionary_internal.h"
#include "model/finding.h"
#include "model/record.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void hold(bool promise)
{
    if (!promise) abort();
}

/* Cut into files; true when there is a pack. */
static bool files_read(struct data_files *out, struct text all, struct arena *a)
{
    bool pack = false;
    struct text rest = all, line, name = {NULL, 0};
    const char *begin = NULL;
    for (;;) {
        bool more = text_split(&rest, '\n', &line);
        if (!more || text_starts(line, TEXT("=== "))) {
            if (name.p != NULL && out->n < 64) {
                const char *end = more ? line.p : all.p + all.n;
                const char *copy = arena_copy(a, name.p, name.n);
                data_files_add(out, copy, (struct text){begin, (size_t)(end - begin)});
                pack |= text_starts(name, TEXT("packs/xx/"));
            }
            if (!more) break;
            name = (struct text){line.p + 4, line.n - 4};
            begin = rest.p == NULL ? all.p + all.n : rest.p;
        }
    }
    data_files_sort(out);
    return pack;
}

static void check_problems(const struct problems *p)
{
    for (size_t i = 0; i < p->n; i++) {
        hold(p->item[i].id[0] != '\0' && p->item[i].file != NULL && p->item[i].message[0] != '\0');
        hold(p->item[i].remedy != NULL && p->item[i].column != NULL);
    }
}

static void check_lists(const struct dictionary *d)
{
    for (size_t i = 0; i < d->n_list; i++) {
        const struct codelist *l = d->list[i];
        hold(l->id == i);
        for (size_t c = 0; c < l->n_code; c++) {
            hold(codelist_find(l, text_of(l->code[c].name)) == c);
            hold(l->code[c].level >= 1);
            code_id parent = l->code[c].parent;
            hold(parent == CODE_NONE || l->code[parent].level + 1 == l->code[c].level);
            hold(l->code[codelist_ancestor(l, (code_id)c, 1)].level == 1);
        }
    }
}

/* Whatever is read as a value is read as the same again. */
static void check_value(const struct dictionary *d, var_id v, struct text t, struct arena *a)
{
    struct value one, two;
    struct buf b;
    if (value_read(&one, d, v, t, DATE_ISO, 18000, a) != VALUE_READ_OK) return;
    buf_init(&b, 1 << 20);
    value_text(&b, d, v, &one);
    hold(value_read(&two, d, v, buf_text(&b), DATE_ISO, 18000, a) == VALUE_READ_OK);
    hold(value_equal(&one, &two));
    buf_release(&b);
}

static void check_dictionary(const struct dictionary *d, struct text all, struct arena *a)
{
    check_lists(d);
    hold(d->n_language >= 1 && d->n_rule >= BUILTIN_COUNT);
    for (size_t i = 0; i < d->n_variable; i++) {
        const struct variable *v = &d->variable[i];
        const struct form *f = &d->form[v->form];
        hold(v->id == i && f->group[v->group].variable[v->slot] == i);
        hold(dictionary_variable(d, v->form, text_of(v->name)) == v);
        bool coded = v->type == VARIABLE_CODE || v->type == VARIABLE_CODES;
        hold(coded == (v->list != LIST_NONE));
        check_value(d, v->id, (struct text){all.p, all.n < 40 ? all.n : 40}, a);
        if (coded && d->list[v->list]->n_code > 0)
            check_value(d, v->id, text_of(d->list[v->list]->code[0].name), a);
    }
    for (size_t i = 0; i < d->n_form; i++) {
        struct record r;
        record_init(&r, d, &d->form[i], a);
        hold(d->form[i].order != NULL);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new(ARENA_PLAIN);
    struct text all = {(const char *)data, size};
    struct data_files files = {0};
    struct problems p;
    struct err e = {0};
    struct dictionary *d = NULL;

    bool pack = files_read(&files, all, a);
    problems_init(&p, a);
    bool ok = dictionary_build(&d, &files, "fuzz", pack ? "xx" : "", &p, &e);
    hold(ok == (p.n_fatal == 0) && ok == (d != NULL));
    check_problems(&p);
    if (ok) check_dictionary(d, all, a);
    else hold(e.code == ERR_INPUT);
    dictionary_free(d);
    problems_release(&p);
    data_files_release(&files);
    arena_free(a);
    return 0;
}
