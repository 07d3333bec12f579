/* SPDX-License-Identifier: EUPL-1.2 */
/* The dictionary as documents: forms, variables, codes, rules, mappings.
 *
 * These operations need no key: they read the repository's own dictionary when one is open, else
 * the data folder that comes with the program. */
#include "service/service_internal.h"

#include "base/file.h"
#include "model/finding.h"

#include <string.h>

const char *call_own_folder(struct call *c)
{
    if (c->s->options.repository == NULL) return NULL;
    const char *kept = arena_printf(c->arena, "%s/dictionary", c->s->options.repository);
    return file_exists(arena_printf(c->arena, "%s/dictionary/settings.csv", kept)) ? kept : NULL;
}

bool call_dictionary(const struct dictionary **out, struct dictionary **own, struct call *c,
                     struct err *e)
{
    struct service *s = c->s;
    const char *folder = call_own_folder(c);
    bool kept;
    *own = NULL;
    if (s->dictionary != NULL && !json_has(c->in, "pack")) {
        *out = s->dictionary;
        return true;
    }
    const char *pack = json_get_text(c->in, "pack", "");
    if (pack[0] != '\0') folder = NULL; /* another one than the repository's */
    kept = folder != NULL;
    if (folder == NULL && !service_data_folder(&folder, s, c->arena, e)) return false;
    struct file_names packs = {0};
    const char *pack_folder = arena_printf(c->arena, "%s/packs", folder);
    if (kept && file_exists(pack_folder)) { /* a repository's copy holds one pack only */
        if (!folder_list(&packs, pack_folder, e)) return false;
        if (packs.n == 1) pack = arena_printf(c->arena, "%s", packs.name[0]);
        file_names_free(&packs);
    }
    struct problems problems;
    problems_init(&problems, c->arena);
    bool ok = dictionary_load(own, folder, pack, &problems, e);
    if (!ok) service_keep_problems(s, &problems);
    problems_release(&problems);
    *out = *own;
    if (ok) call_speak(c, *own);
    return ok;
}

static struct json *form_to_json(const struct form *f, size_t language)
{
    size_t n = 0;
    struct json *row = json_object();
    for (size_t g = 0; g < f->n_group; g++) n += f->group[g].n_variable;
    json_set_text(row, "form", f->name);
    json_set_text(row, "title", words_in(&f->title, language, f->name));
    json_set_text(row, "version", f->version);
    json_set_text(row, "data_set", data_set_name(f->data_set));
    json_set_int(row, "variables", (int64_t)n);
    json_set_int(row, "repeats", (int64_t)f->n_group - 1);
    return row;
}

bool op_dictionary_forms(struct call *c, struct err *e)
{
    const struct dictionary *d;
    struct dictionary *own;
    if (!call_dictionary(&d, &own, c, e)) return false;
    struct json *list = json_array();
    for (size_t i = 0; i < d->n_form; i++) json_push(list, form_to_json(&d->form[i], c->language));
    json_set(c->out, "forms", list);
    dictionary_free(own);
    return true;
}

static const char *type_word(const struct variable *v)
{
    switch (v->type) {
    case VARIABLE_TEXT: return "text";
    case VARIABLE_INTEGER: return "integer";
    case VARIABLE_DECIMAL: return "decimal";
    case VARIABLE_DATE: return v->partial ? "partial date" : "date";
    case VARIABLE_CODE: return "one code";
    case VARIABLE_CODES: return "several codes";
    }
    return "";
}

static struct json *variable_to_json(const struct dictionary *d, const struct variable *v,
                                     size_t language)
{
    char privacy[sizeof PRIVACY_LETTERS];
    privacy_letters(privacy, v->privacy);
    struct json *row = json_object();
    json_set_text(row, "variable", v->name);
    json_set_text(row, "form", d->form[v->form].name);
    json_set_text(row, "repeat", v->group == 0 ? "" : d->form[v->form].group[v->group].name);
    json_set_text(row, "type", type_word(v));
    json_set_text(row, "list", v->list == LIST_NONE ? "" : d->list[v->list]->name);
    json_set_text(row, "label", words_in(&v->label, language, v->name));
    json_set_text(row, "hint", words_in(&v->hint, language, ""));
    json_set_text(row, "privacy", privacy);
    json_set_bool(row, "required", v->required_always || v->required != NULL);
    json_set_bool(row, "derived", v->derived);
    json_set_bool(row, "system", v->system);
    bool counts =
        !(v->privacy & PRIVACY_D) && v->type != VARIABLE_TEXT && v->type != VARIABLE_DECIMAL;
    json_set_bool(row, "tabulates", counts);
    return row;
}

bool call_form_named(const struct form **out, const struct dictionary *d, const char *name,
                     struct err *e)
{
    *out = name[0] == '\0' ? NULL : dictionary_form(d, text_of(name));
    if (name[0] == '\0' || *out != NULL) return true;
    err_set(e, ERR_USAGE, "call.no_form", "there is no form called %s", name);
    return err_remedy(e, "`dcim forms` lists them");
}

bool op_dictionary_variables(struct call *c, struct err *e)
{
    const struct dictionary *d;
    struct dictionary *own;
    const char *name = json_get_text(c->in, "form", "");
    if (!call_dictionary(&d, &own, c, e)) return false;
    const struct form *f;
    bool ok = call_form_named(&f, d, name, e);
    struct json *list = json_array();
    for (size_t i = 0; ok && i < d->n_variable; i++)
        if (f == NULL || d->variable[i].form == f->id)
            json_push(list, variable_to_json(d, &d->variable[i], c->language));
    json_set(c->out, "variables", list);
    dictionary_free(own);
    return ok;
}

bool op_dictionary_codes(struct call *c, struct err *e)
{
    const struct dictionary *d;
    struct dictionary *own;
    const char *name = json_get_text(c->in, "list", "");
    if (!call_dictionary(&d, &own, c, e)) return false;
    const struct codelist *l = dictionary_list(d, text_of(name));
    if (l == NULL) {
        err_set(e, ERR_USAGE, "call.no_list", "there is no code list called %s", name);
        err_remedy(e, "`dcim variables` names the list of each coded variable");
        dictionary_free(own);
        return false;
    }
    struct json *list = json_array();
    for (size_t i = 0; i < l->n_code; i++) {
        const struct code *code = &l->code[i];
        struct json *row = json_object();
        json_set_text(row, "code", code->name);
        json_set_text(row, "label", words_in(&code->label, c->language, code->name));
        json_set_text(row, "parent", code->parent == CODE_NONE ? "" : l->code[code->parent].name);
        json_set_int(row, "level", code->level);
        if (code->retired_by != NULL) json_set_text(row, "retired_by", code->retired_by);
        for (size_t k = 0; k < l->n_column; k++)
            if (code->extra[k][0] != '\0') json_set_text(row, l->column[k], code->extra[k]);
        json_push(list, row);
    }
    json_set_text(c->out, "list", l->name);
    json_set(c->out, "codes", list);
    dictionary_free(own);
    return true;
}

static void put_general(struct json *row, const char *key, const struct words *w, size_t language)
{
    struct buf words;
    buf_init(&words, 4000);
    finding_general_words(&words, w, language);
    json_set(row, key, json_text(buf_text(&words)));
    buf_release(&words);
}

bool op_dictionary_rules(struct call *c, struct err *e)
{
    const struct dictionary *d;
    struct dictionary *own;
    const char *form = json_get_text(c->in, "form", "");
    if (!call_dictionary(&d, &own, c, e)) return false;
    const struct form *f;
    bool ok = call_form_named(&f, d, form, e);
    struct json *list = json_array();
    for (size_t i = 0; ok && i < d->n_rule; i++) {
        const struct rule *r = &d->rule[i];
        const char *of = r->form == FORM_NONE ? "" : d->form[r->form].name;
        if (f != NULL && r->form != FORM_NONE && r->form != f->id) continue;
        struct json *row = json_object();
        json_set_text(row, "rule", r->name);
        json_set_text(row, "form", of);
        json_set_text(row, "severity", severity_name(r->severity));
        put_general(row, "message", &r->message, c->language);
        put_general(row, "remedy", &r->remedy, c->language);
        json_set_text(row, "source", r->source);
        json_push(list, row);
    }
    json_set(c->out, "rules", list);
    dictionary_free(own);
    return ok;
}

/* ---------------------------------------------------------------- mappings */

/* Names of the entries of a folder of data, without ".csv". */
static bool list_names(struct json **out, const char *folder, struct err *e)
{
    struct file_names names = {0};
    *out = json_array();
    if (!file_exists(folder)) return true;
    if (!folder_list(&names, folder, e)) {
        json_free(*out);
        return false;
    }
    for (size_t i = 0; i < names.n; i++) {
        struct text name = text_of(names.name[i]);
        if (text_ends(name, TEXT(".csv"))) name.n -= 4;
        json_push(*out, json_text(name));
    }
    file_names_free(&names);
    return true;
}

bool call_set_names(struct call *c, const char *data, const char *what, struct err *e)
{
    struct json *list;
    if (!list_names(&list, arena_printf(c->arena, "%s/%s", data, what), e)) return false;
    json_set(c->out, what, list);
    return true;
}

/* Those that an import can name: of the repository, if there is one. */
bool op_mapping_list(struct call *c, struct err *e)
{
    const char *data = call_own_folder(c);
    return (data != NULL || service_data_folder(&data, c->s, c->arena, e)) &&
           call_set_names(c, data, "mappings", e);
}
