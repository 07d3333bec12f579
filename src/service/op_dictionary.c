/* SPDX-License-Identifier: EUPL-1.2 */
/* The dictionary as documents: forms, variables, codes, rules, packs, mappings; checking and
 * installing packs.
 *
 * These operations need no key: they read the repository's own dictionary when one is open, else
 * the data folder that comes with the program. */
#include "service/service_internal.h"

#include "base/file.h"
#include "model/finding.h"

#include <string.h>

/* The repository's own copy; NULL when there is none. */
static const char *own_folder(struct call *c)
{
    if (c->s->options.repository == NULL) return NULL;
    const char *kept = arena_printf(c->arena, "%s/dictionary", c->s->options.repository);
    return file_exists(arena_printf(c->arena, "%s/dictionary/settings.csv", kept)) ? kept : NULL;
}

bool call_dictionary(const struct dictionary **out, struct dictionary **own, struct call *c,
                     struct err *e)
{
    struct service *s = c->s;
    const char *folder = own_folder(c);
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
    static const struct {
        uint8_t bit;
        char letter;
    } letters[] = {
        {PRIVACY_D, 'D'}, {PRIVACY_Q, 'Q'}, {PRIVACY_S, 'S'}, {PRIVACY_C, 'C'}, {PRIVACY_O, 'O'}};
    char privacy[8] = "";
    size_t n = 0;
    for (size_t i = 0; i < sizeof letters / sizeof letters[0]; i++)
        if (v->privacy & letters[i].bit) privacy[n++] = letters[i].letter;
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
        json_set_text(row, "severity",
                      r->severity == SEVERITY_E   ? "error"
                      : r->severity == SEVERITY_W ? "warning"
                                                  : "note");
        put_general(row, "message", &r->message, c->language);
        put_general(row, "remedy", &r->remedy, c->language);
        json_set_text(row, "source", r->source);
        json_push(list, row);
    }
    json_set(c->out, "rules", list);
    dictionary_free(own);
    return ok;
}

/* ---------------------------------------------------------------- packs and mappings */

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

static bool set_names(struct call *c, const char *data, const char *what, struct err *e)
{
    struct json *list;
    if (!list_names(&list, arena_printf(c->arena, "%s/%s", data, what), e)) return false;
    json_set(c->out, what, list);
    return true;
}

bool op_pack_list(struct call *c, struct err *e)
{
    const char *data;
    return service_data_folder(&data, c->s, c->arena, e) && set_names(c, data, "packs", e);
}

/* Those that an import can name: of the repository, if there is one. */
bool op_mapping_list(struct call *c, struct err *e)
{
    const char *data = own_folder(c);
    return (data != NULL || service_data_folder(&data, c->s, c->arena, e)) &&
           set_names(c, data, "mappings", e);
}

/* A folder that is itself a pack (…/packs/pt) stands for its data folder and its own name. */
static bool resolve_pack(const char **data, const char **pack, struct call *c, struct err *e)
{
    const char *folder = json_get_text(c->in, "folder", "");
    *pack = json_get_text(c->in, "pack", "");
    if (folder[0] == '\0') return service_data_folder(data, c->s, c->arena, e);
    size_t n = strlen(folder);
    while (n > 1 && folder[n - 1] == '/') n--;
    folder = arena_copy(c->arena, folder, n);
    *data = folder;
    if (file_exists(arena_printf(c->arena, "%s/dictionary/settings.csv", folder))) return true;
    if (!file_exists(folder))
        return err_set(e, ERR_NOT_FOUND, "pack.no_folder", "there is no folder %s", folder);
    const char *slash = strrchr(folder, '/');
    *pack = slash == NULL ? folder : slash + 1;
    *data = arena_printf(c->arena, "%s/../..", folder);
    if (file_exists(arena_printf(c->arena, "%s/dictionary/settings.csv", *data))) return true;
    err_set(e, ERR_USAGE, "pack.not_a_pack", "%s is neither a data folder nor a pack within one",
            folder);
    return err_remedy(e, "a pack lies at DATA/packs/NAME, beside DATA/dictionary");
}

bool op_pack_check(struct call *c, struct err *e)
{
    const char *data, *pack;
    if (!resolve_pack(&data, &pack, c, e)) return false;
    struct problems problems;
    struct dictionary *d = NULL;
    struct err broken = {0};
    problems_init(&problems, c->arena);
    bool ok = dictionary_load(&d, data, pack, &problems, &broken);
    if (!ok && problems.n == 0) { /* not the files' contents: the folder itself could not be read */
        if (e != NULL) *e = broken;
        problems_release(&problems);
        return false;
    }
    json_set_bool(c->out, "ok", ok);
    json_set_text(c->out, "folder", data);
    json_set_text(c->out, "pack", pack);
    json_set_int(c->out, "problems_total", (int64_t)problems.n);
    json_set_int(c->out, "fatal", (int64_t)problems.n_fatal);
    json_set(c->out, "problems", problems_to_json(&problems));
    if (ok) {
        size_t codes = 0;
        for (size_t i = 0; i < d->n_list; i++) codes += d->list[i]->n_code;
        json_set_int(c->out, "forms", (int64_t)d->n_form);
        json_set_int(c->out, "variables", (int64_t)d->n_variable);
        json_set_int(c->out, "code_lists", (int64_t)d->n_list);
        json_set_int(c->out, "codes", (int64_t)codes);
        json_set_int(c->out, "rules", (int64_t)d->n_rule);
    }
    dictionary_free(d);
    problems_release(&problems);
    return true;
}

/* In one transaction: the new dictionary's numbers and hash, and the log's entry. */
static bool install(struct call *c, struct store *st, const struct dictionary *d, const char *pack,
                    struct err *e)
{
    struct audit_event event = c->event;
    event.action = AUDIT_PACK;
    event.object_type = "pack";
    event.object_id = pack;
    event.digest = d->hash;
    if (!store_begin(st, true, e)) return false;
    if (store_use_dictionary(st, d, e) && store_set_dictionary(st, pack, d->hash, e) &&
        audit_append(st, &event, NULL, e) && store_commit(st, e))
        return true;
    store_rollback(st);
    return false;
}

/* The files are copied beside, change places with the ones there, and change back when they are not
 * recorded. Should the power fail in between, the repository says that its dictionary differs, and
 * installing again mends it. */
static bool install_copy(struct call *c, struct store *st, const struct dictionary *d,
                         const char *data, const char *kept, const char *pack, struct err *e)
{
    const char *fresh = arena_printf(c->arena, "%s.new", kept);
    folder_remove(fresh);
    bool ok = dictionary_folder_copy(data, pack, fresh, e) && folder_make(kept, e) &&
              folder_exchange(kept, fresh, e);
    if (ok && !install(c, st, d, pack, e)) {
        struct err back = {0};
        ok = false;
        if (!folder_exchange(kept, fresh, &back)) err_clear(&back); /* as after a power cut */
    }
    folder_remove(fresh);
    return ok;
}

static bool load_checked(struct dictionary **out, struct call *c, const char *data,
                         const char *pack, struct err *e)
{
    struct problems problems;
    problems_init(&problems, c->arena);
    bool ok = dictionary_load(out, data, pack, &problems, e);
    if (!ok) service_keep_problems(c->s, &problems);
    problems_release(&problems);
    return ok;
}

/* Opens the store itself: the repository's dictionary may be the changed one that is to be
 * installed. */
bool op_pack_install(struct call *c, struct err *e)
{
    struct service *s = c->s;
    const char *data, *pack, *kept = arena_printf(c->arena, "%s/dictionary", s->options.repository);
    struct unlock unlock = service_unlock(s);
    struct store_info info;
    struct store *st = NULL;
    struct dictionary *d = NULL;
    bool ok = false;
    if (!store_open(&st, s->options.repository, &unlock, false, e)) return false;
    if (!store_info(&info, st, e)) goto done;
    if (json_has(c->in, "folder")) {
        if (!resolve_pack(&data, &pack, c, e)) goto done;
    } else {
        data = kept;
        pack = json_get_text(c->in, "pack", "");
    }
    if (pack[0] == '\0') pack = info.pack;
    if (!load_checked(&d, c, data, pack, e)) goto done;
    if (data == kept ? !install(c, st, d, pack, e) : !install_copy(c, st, d, data, kept, pack, e))
        goto done;
    json_set_text(c->out, "pack", pack);
    json_set_int(c->out, "variables", (int64_t)d->n_variable);
    json_set_int(c->out, "rules", (int64_t)d->n_rule);
    ok = true;
done:
    store_close(st);
    dictionary_free(d);
    return ok;
}
