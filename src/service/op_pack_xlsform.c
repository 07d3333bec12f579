/* SPDX-License-Identifier: EUPL-1.2 */
/* The dictionary as XLSForm workbooks and back. */
#include "service/service_internal.h"

#include "base/file.h"
#include "model/xlsform.h"

#include <string.h>

/* --- out
 * ----------------------------------------------------------------------------------------- */

/* Where to read from: the folder named, else the repository's own copy, else the program's data. */
static bool source_folder(const char **data, const char **pack, struct call *c, struct err *e)
{
    const char *own = call_own_folder(c);
    if (json_has(c->in, "folder") || json_has(c->in, "pack") || own == NULL)
        return call_pack_folder(data, pack, c, e);
    struct file_names packs = {0};
    const char *folder = arena_printf(c->arena, "%s/packs", own);
    *data = own;
    *pack = "";
    if (!file_exists(folder)) return true;
    if (!folder_list(&packs, folder, e)) return false;
    if (packs.n == 1) *pack = arena_printf(c->arena, "%s", packs.name[0]); /* it has one at most */
    file_names_free(&packs);
    return true;
}

static bool export_form(struct call *c, const char *data, const char *pack, const char *form,
                        const char *path, struct json *list, struct err *e)
{
    struct xlsform_book book;
    struct problems problems;
    problems_init(&problems, c->arena);
    bool ok = xlsform_export(&book, data, pack, form, c->arena, &problems, e);
    if (!ok) service_keep_problems(c->s, &problems);
    problems_release(&problems);
    if (!ok || !xlsform_write(&book, path, e)) return false;
    struct json *row = json_object();
    json_set_text(row, "form", form);
    json_set_text(row, "file", path);
    json_set_int(row, "rows", (int64_t)book.part[XLSFORM_SURVEY].n_row);
    json_set_int(row, "choices", (int64_t)book.part[XLSFORM_CHOICES].n_row);
    json_push(list, row);
    return true;
}

static bool export_all(struct call *c, const char *data, const char *pack, const char *folder,
                       struct json *list, struct err *e)
{
    struct dictionary *d;
    struct problems problems;
    problems_init(&problems, c->arena);
    bool ok = dictionary_load(&d, data, pack, &problems, e);
    if (!ok) service_keep_problems(c->s, &problems);
    problems_release(&problems);
    if (!ok) return false;
    ok = folder_make(folder, e);
    for (size_t i = 0; ok && i < d->n_form; i++) {
        const char *path = arena_printf(c->arena, "%s/%s.xlsx", folder, d->form[i].name);
        ok = export_form(c, data, pack, d->form[i].name, path, list, e);
    }
    dictionary_free(d);
    return ok;
}

bool op_pack_export(struct call *c, struct err *e)
{
    const char *data, *pack, *path = json_get_text(c->in, "xlsx", "");
    const char *form = json_get_text(c->in, "form", "");
    bool all = json_get_bool(c->in, "all", false);
    if (all == (form[0] != '\0')) {
        err_set(e, ERR_USAGE, "pack.which_form", "name one form, or ask for all of them");
        return err_remedy(e, "--form FORM --xlsx FILE, or --all --xlsx FOLDER");
    }
    if (!source_folder(&data, &pack, c, e)) return false;
    struct json *list = json_array();
    bool ok = all ? export_all(c, data, pack, path, list, e)
                  : file_place_to_write(path, e) && export_form(c, data, pack, form, path, list, e);
    json_set_text(c->out, "pack", pack);
    json_set(c->out, "workbooks", list);
    return ok;
}
