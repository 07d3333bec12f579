/* SPDX-License-Identifier: EUPL-1.2 */
/* The dictionary as XLSForm workbooks and back. */
#include "service/service_internal.h"

#include "base/buf.h"
#include "base/file.h"
#include "intake/source.h"
#include "model/redcap.h"
#include "model/xlsform.h"
#include "model/xlsform_coverage.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { REDCAP_BYTES_MAX = 16 * 1024 * 1024 };

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

/* --- in
 * ------------------------------------------------------------------------------------------ */

/* One sheet of a workbook, parsed by the converter. A sheet that is not there stays away. */
static bool read_part(struct call *c, struct xlsform_reader *r, enum xlsform_part part,
                      const char *path, struct err *e)
{
    struct source *s;
    struct source_options o = {.path = path,
                               .sheet = xlsform_part_name[part],
                               .converter = c->s->options.program};
    if (!source_open(&s, &o, e)) {
        if (strstr(e->msg, "(xlsx.no_sheet)") == NULL) return false;
        err_clear(e);
        return true;
    }
    bool found = true, hidden, ok = source_is_workbook(s), wanted = true;
    if (!ok) {
        err_set(e, ERR_INPUT, "pack.not_workbook", "%s is not a workbook", path);
        err_remedy(e, "name an XLSForm (.xlsx), or say --redcap for a data dictionary of REDCap");
    }
    if (ok) xlsform_read_part(r, part);
    while (ok) {
        struct source_cells cells;
        ok = source_next_any(s, &cells, &hidden, &found, e);
        if (!ok || !found) break;
        struct csv_row row = {.field = cells.cell,
                              .n_field = cells.n_cell,
                              .line = cells.row,
                              .row = cells.row};
        wanted = wanted && xlsform_read_row(r, &row, cells.formula);
    }
    if (source_is_workbook(s)) xlsform_read_end(r);
    source_close(s);
    return ok;
}

static bool read_workbook(struct call *c, struct xlsform_book *book, const char *path,
                          struct problems *p, struct err *e)
{
    struct xlsform_reader r;
    xlsform_read_begin(&r, book, c->arena, p);
    for (int part = 0; part < XLSFORM_PARTS; part++)
        if (!read_part(c, &r, (enum xlsform_part)part, path, e)) return false;
    return true;
}

/* All files are written beside their places first, so that a full disk leaves everything as it
 * was. */
static bool write_files(struct call *c, const struct xlsform_plan *plan, const char *folder,
                        struct err *e)
{
    const char **fresh = ARENA_ARRAY(c->arena, const char *, plan->n_file);
    bool ok = true;
    size_t n = 0;
    for (; ok && n < plan->n_file; n++) {
        const char *path = arena_printf(c->arena, "%s/%s", folder, plan->file[n].name);
        const char *slash = strrchr(path, '/');
        fresh[n] = arena_printf(c->arena, "%s.new", path);
        ok = folder_make(arena_copy(c->arena, path, (size_t)(slash - path)), e) &&
             file_write(fresh[n], plan->file[n].bytes, e);
    }
    for (size_t i = 0; ok && i < n; i++) {
        const char *path = arena_printf(c->arena, "%s/%s", folder, plan->file[i].name);
        ok = rename(fresh[i], path) == 0;
        if (!ok)
            err_set_errno(e, ERR_SYSTEM, errno, "pack.no_rename", "could not replace %s", path);
    }
    for (size_t i = 0; !ok && i < n; i++) (void)unlink(fresh[i]);
    return ok;
}

static void answer(struct call *c, const struct xlsform_plan *plan, const struct problems *p,
                   const char *folder, bool ok)
{
    struct json *files = json_array();
    for (size_t i = 0; ok && i < plan->n_file; i++)
        json_push(files, json_text(text_of(plan->file[i].name)));
    json_set_bool(c->out, "ok", ok);
    json_set_text(c->out, "folder", folder);
    json_set_text(c->out, "form", plan->form);
    json_set_int(c->out, "problems_total", (int64_t)p->n);
    json_set_int(c->out, "fatal", (int64_t)p->n_fatal);
    json_set(c->out, "problems", problems_to_json(p));
    json_set(c->out, "files", files);
    json_set_int(c->out, "variables", (int64_t)plan->n_variable);
    json_set_int(c->out, "code_lists", (int64_t)plan->n_list);
    json_set_int(c->out, "codes", (int64_t)plan->n_code);
    json_set_int(c->out, "added", (int64_t)plan->n_added);
    json_set_int(c->out, "changed", (int64_t)plan->n_changed);
    json_set_int(c->out, "hidden", (int64_t)plan->n_hidden);
}

/* A folder that is not there yet is made as a copy of the program's, beside its place. *fresh says
 * where that is; NULL when the folder is there. */
static bool make_folder(const char **fresh, struct call *c, const char *folder, const char *pack,
                        struct err *e)
{
    const char *data;
    *fresh = NULL;
    if (file_exists(arena_printf(c->arena, "%s/dictionary/settings.csv", folder))) return true;
    if (!folder_is_empty(folder)) {
        err_set(e, ERR_USAGE, "pack.not_data", "%s is not a data folder", folder);
        return err_remedy(e,
                          "name one, or a folder that does not exist yet: it is made as a copy of "
                          "the program's");
    }
    if (!service_data_folder(&data, c->s, c->arena, e)) return false;
    if (!file_exists(arena_printf(c->arena, "%s/packs/%s", data, pack))) pack = "";
    *fresh = arena_printf(c->arena, "%s.new", folder);
    folder_remove(*fresh);
    return dictionary_folder_copy(data, pack, *fresh, e);
}

static bool take_book(struct call *c, const struct xlsform_book *book, struct problems *p,
                      struct err *e)
{
    struct xlsform_plan plan = {.form = ""};
    const char *into = json_get_text(c->in, "into", ""), *fresh;
    struct xlsform_target target = {.folder = into,
                                    .pack = json_get_text(c->in, "pack", ""),
                                    .form = json_get_text(c->in, "form", "")};
    size_t n = strlen(into);
    while (n > 1 && into[n - 1] == '/') n--;
    into = arena_copy(c->arena, into, n);
    if (!dictionary_pack_name(target.pack, e)) return false;
    if (!make_folder(&fresh, c, into, target.pack, e)) return false;
    target.folder = fresh == NULL ? into : fresh;
    struct err refused = {0};
    bool good = xlsform_import(&plan, book, &target, c->arena, p, &refused) && p->n_fatal == 0;
    bool ok = good ? write_files(c, &plan, target.folder, e) : p->n_fatal > 0;
    if (!good && !ok && e != NULL) *e = refused; /* nothing of the book: the call itself */
    err_clear(&refused);
    if (good && ok && fresh != NULL) {
        (void)rmdir(into); /* an empty folder of that name */
        ok = rename(fresh, into) == 0;
        if (!ok) err_set_errno(e, ERR_SYSTEM, errno, "pack.no_rename", "could not make %s", into);
    }
    if (fresh != NULL) folder_remove(fresh);
    if (ok) answer(c, &plan, p, into, good);
    return ok;
}

/* A data dictionary of REDCap. What cannot be read at all is told as its problems are. */
static bool take_redcap(struct call *c, const char *path, struct problems *p, struct err *e)
{
    struct xlsform_book book;
    struct buf bytes;
    const char *slash = strrchr(path, '/');
    buf_init(&bytes, REDCAP_BYTES_MAX);
    bool ok = file_read(&bytes, path, REDCAP_BYTES_MAX, e);
    if (ok && redcap_read(&book, slash == NULL ? path : slash + 1, buf_text(&bytes), c->arena, p)) {
        ok = take_book(c, &book, p, e);
    } else if (ok) {
        answer(c, &(struct xlsform_plan){.form = ""}, p, json_get_text(c->in, "into", ""), false);
    }
    buf_release(&bytes);
    return ok;
}

bool op_pack_import(struct call *c, struct err *e)
{
    const char *path = json_get_text(c->in, "file", "");
    struct xlsform_book book;
    struct problems problems;
    problems_init(&problems, c->arena);
    bool ok = json_get_bool(c->in, "redcap", false) ? take_redcap(c, path, &problems, e)
                                                    : read_workbook(c, &book, path, &problems, e) &&
                                                          take_book(c, &book, &problems, e);
    problems_release(&problems);
    return ok;
}

/* --- coverage
 * ------------------------------------------------------------------------------------ */

/* A workbook that is no XLSForm, or a CSV file: the names in its first row are the fields. */
static bool read_header(struct call *c, struct xlsform_book *book, const char *path,
                        struct problems *p, struct err *e)
{
    struct source *s;
    struct source_options o = {.path = path, .sheet = "", .converter = c->s->options.program};
    struct xlsform_reader r;
    struct source_cells cells;
    const struct text head[] = {TEXT("type"), TEXT("name")};
    bool hidden, found = false;
    if (!source_open(&s, &o, e)) return false;
    bool ok = source_next_any(s, &cells, &hidden, &found, e);
    xlsform_read_begin(&r, book, c->arena, p);
    xlsform_read_part(&r, XLSFORM_SURVEY);
    bool more = xlsform_read_row(&r, &(struct csv_row){head, 2, 1, 1}, NULL);
    for (size_t i = 0; ok && found && more && i < cells.n_cell; i++) {
        const struct text field[] = {TEXT("text"), cells.cell[i]};
        more = xlsform_read_row(&r, &(struct csv_row){field, 2, cells.row, cells.row}, NULL);
    }
    xlsform_read_end(&r);
    source_close(s);
    return ok;
}

/* The mapping of a standard: the last of data/mappings/STANDARD-*.csv; none is fine. */
static bool read_mapping(struct buf *out, struct call *c, const char *folder, const char *standard,
                         struct err *e)
{
    struct file_names names = {0};
    const char *all = arena_printf(c->arena, "%s/mappings", folder), *file = NULL;
    const char *begins = arena_printf(c->arena, "%s-", standard);
    if (!file_exists(all)) return true;
    if (!folder_list(&names, all, e)) return false;
    for (size_t i = 0; i < names.n; i++)
        if (text_starts(text_of(names.name[i]), text_of(begins)) &&
            text_ends(text_of(names.name[i]), TEXT(".csv")))
            file = arena_printf(c->arena, "%s/%s", all, names.name[i]);
    file_names_free(&names);
    return file == NULL || file_read(out, file, REDCAP_BYTES_MAX, e);
}

static struct json *field_to_json(const struct coverage_field *f)
{
    static const char *const how[] = {"variable", "mapped", "left out", "none"};
    struct json *row = json_object();
    json_set_text(row, "field", f->name);
    json_set_text(row, "label", f->label);
    json_set_text(row, "how", how[f->how]);
    json_set_text(row, "variables", f->variables);
    json_set_int(row, "choices", (int64_t)f->n_choice);
    json_set_int(row, "met", (int64_t)f->n_met);
    json_set_text(row, "unmet", f->unmet);
    json_set_text(row, "note", f->note);
    return row;
}

static void coverage_answer(struct call *c, const struct coverage *v, const char *standard)
{
    struct json *list = json_array();
    for (size_t i = 0; i < v->n_field; i++) json_push(list, field_to_json(&v->field[i]));
    json_set_text(c->out, "standard", standard);
    json_set(c->out, "fields", list);
    json_set_int(c->out, "fields_total", (int64_t)v->n_field);
    json_set_int(c->out, "fields_variable", (int64_t)v->n_variable);
    json_set_int(c->out, "fields_mapped", (int64_t)v->n_mapped);
    json_set_int(c->out, "fields_left_out", (int64_t)v->n_left_out);
    json_set_int(c->out, "choices_total", (int64_t)v->n_choice);
    json_set_int(c->out, "choices_met", (int64_t)v->n_met);
    json_set_int(c->out, "standard_fields", (int64_t)v->n_standard);
    json_set_int(c->out, "standard_mapped", (int64_t)v->n_standard_mapped);
    json_set_int(c->out, "standard_left_out", (int64_t)v->n_standard_left_out);
}

bool op_pack_coverage(struct call *c, struct err *e)
{
    const char *path = json_get_text(c->in, "file", ""), *data, *pack;
    const char *standard = json_get_text(c->in, "standard", "htcds");
    struct xlsform_book book;
    struct problems problems;
    struct dictionary *d = NULL;
    struct coverage v;
    struct buf mapping;
    struct err other = {0};
    buf_init(&mapping, REDCAP_BYTES_MAX);
    problems_init(&problems, c->arena);
    bool ok = read_workbook(c, &book, path, &problems, &other);
    if (!ok || book.part[XLSFORM_SURVEY].header == NULL)
        ok = read_header(c, &book, path, &problems, e);
    err_clear(&other);
    ok = ok && source_folder(&data, &pack, c, e) && read_mapping(&mapping, c, data, standard, e) &&
         dictionary_load(&d, data, pack, &problems, e);
    if (ok) {
        xlsform_coverage(&v, &book, d, buf_text(&mapping), standard, c->arena);
        coverage_answer(c, &v, standard);
    }
    dictionary_free(d);
    problems_release(&problems);
    buf_release(&mapping);
    return ok;
}
