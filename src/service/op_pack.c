/* SPDX-License-Identifier: EUPL-1.2 */
/* Dictionaries and country packs: listed, checked, installed, carried to workbooks and back.
 *
 * Except for installing they need no key: they read and write folders that the caller names, else
 * the dictionary that comes with the program. */
#include "service/service_internal.h"

#include "base/catalogue.h"
#include "base/file.h"

#include <string.h>

bool op_pack_list(struct call *c, struct err *e)
{
    const char *data;
    return service_data_folder(&data, c->s, c->arena, e) && call_set_names(c, data, "packs", e);
}

bool call_pack_folder(const char **data, const char **pack, struct call *c, struct err *e)
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

/* One catalogue of the program's words; file: below the data folder. An entry with a problem is
 * left out where words are shown, so it is a warning; a file that cannot be read at all is not. */
static void check_catalogue(struct problems *p, const char *data, const char *file,
                            const char *language, struct arena *a)
{
    struct catalogue *words = NULL;
    struct catalogue_problem found[20];
    size_t n = sizeof found / sizeof found[0], room = n;
    struct err e = {0};
    if (!catalogue_load(&words, arena_printf(a, "%s/%s", data, file), language, found, &n, &e)) {
        problems_add(p, true, e.id, file, 0, "", e.remedy, "%s", e.msg);
        return;
    }
    catalogue_free(words);
    for (size_t i = 0; i < n && i < room; i++)
        problems_add(p, false, "catalogue.entry", file, (uint32_t)found[i].line, "",
                     "correct the entry in a translation editor; until then English is shown", "%s",
                     tr(found[i].what));
}

static void check_catalogues(struct problems *p, const char *data, struct arena *a)
{
    struct file_names names = {0};
    const char *folder = arena_printf(a, "%s/i18n", data);
    struct err e = {0};
    if (!file_exists(folder)) return; /* a repository's copy of the dictionary has none */
    if (!folder_list(&names, folder, &e)) {
        problems_add(p, true, e.id, "i18n", 0, "", e.remedy, "%s", e.msg);
        return;
    }
    for (size_t i = 0; i < names.n; i++) {
        struct text name = text_of(names.name[i]);
        if (!text_ends(name, TEXT(".po"))) continue;
        check_catalogue(p, data, arena_printf(a, "i18n/%s", names.name[i]),
                        arena_copy(a, name.p, name.n - strlen(".po")), a);
    }
    file_names_free(&names);
}

bool op_pack_check(struct call *c, struct err *e)
{
    const char *data, *pack;
    if (!call_pack_folder(&data, &pack, c, e)) return false;
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
    check_catalogues(&problems, data, c->arena);
    json_set_bool(c->out, "ok", problems.n_fatal == 0);
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
        if (!call_pack_folder(&data, &pack, c, e)) goto done;
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
