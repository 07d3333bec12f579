/* SPDX-License-Identifier: EUPL-1.2 */
/* A book into a data folder. The sheets that the book asks for are made first ("wanted"), as if the
 * core were to hold them; a dictionary is built of the folder with these, which finds what is
 * wrong, and every row knows where in the book it came from. Only then are they written down: as
 * they are, or as what a pack has to say about the core. */
#include "model/xlsform.h"

#include "base/catalogue.h"
#include "base/map.h"
#include "base/mem.h"
#include "model/xlsform_internal.h"

#include <string.h>

struct wanted {       /* a sheet of the core as the book wants it */
    const char *file; /* "codelists/CL_SEX.csv" */
    const char *over; /* the pack's file of the same: "survey-victim.csv" */
    enum xlsform_part part;
    struct sheet sheet;
    struct sheet old; /* as it is, the pack laid over it */
    bool is_old;      /* there is one */
    bool same;
};

struct importing {
    const struct xlsform_book *book;
    const struct xlsform_target *target;
    const char *form;
    struct folder_sheets from;
    struct wanted *wanted;
    size_t n_wanted;
    struct xlsform_plan *out;
    struct arena *a;
    struct problems *p;
};

#define BOOK_PROBLEM(x, fatal, id, row_, column, remedy, ...) \
    problems_add((x)->p, fatal, id, (row_)->file, (row_)->row, column, remedy, __VA_ARGS__)

/* What a person sees instead of our name of a column. */
static const char *shown(const struct importing *x, enum xlsform_part part, const char *column)
{
    const struct sheet *s = &x->book->part[part];
    if (x->book->shown != NULL && part == XLSFORM_CHOICES) column = "choices";
    for (size_t i = 0; x->book->shown != NULL && x->book->shown[i] != NULL; i += 2)
        if (strcmp(column, x->book->shown[i]) == 0) return x->book->shown[i + 1];
    size_t c = s->header == NULL ? COLUMN_ABSENT : sheet_column(s, column);
    return c == COLUMN_ABSENT ? column : s->header[c];
}

static struct map *by_name(const struct sheet *s, bool there)
{
    struct map *m = map_new();
    size_t name = there ? sheet_column(s, "name") : COLUMN_ABSENT;
    for (size_t i = 0; there && i < s->n_row; i++) {
        const char *n = sheet_cell(&s->row[i], name).s;
        if (n[0] != '\0') map_put(m, text_of(n), (uint32_t)i);
    }
    return m;
}

/* --- survey
 * -------------------------------------------------------------------------------------- */

/* Rows that other programs fill by themselves, and that the register knows better or must not
 * know. */
static bool is_left_out(const char *type, const char *name)
{
    static const char *const types[] = {"start",       "end",          "today",         "deviceid",
                                        "phonenumber", "username",     "email",         "audit",
                                        "simserial",   "subscriberid", "start-geopoint"};
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (strcmp(type, types[i]) == 0) return true;
    return strcmp(type, "calculate") == 0 && strcmp(name, "__version__") == 0;
}

static bool is_own(const char *column)
{
    return column[0] == '\0' || text_starts(text_of(column), TEXT(OWN_PREFIX));
}

/* The filter without what the export put there. */
static const char *without_filter(const char *s, struct arena *a)
{
    struct text t = text_of(s);
    if (text_is(t, MISSING_FILTER)) return "";
    const struct text tail = TEXT(") and " MISSING_FILTER);
    if (t.n < tail.n + 2 || t.p[0] != '(' || !text_ends(t, tail)) return s;
    return arena_copy(a, t.p + 1, t.n - tail.n - 1);
}

/* A cell of the book as we write it: an expression that went out differently comes back as it was,
 * unless somebody changed it. */
static const char *cell_in(struct importing *x, const struct sheet_row *row, size_t column,
                           const char *key)
{
    const struct sheet *s = &x->book->part[XLSFORM_SURVEY];
    const char *is = sheet_cell(row, column).s;
    bool filter = strcmp(key, "choice_filter") == 0;
    if (filter) is = without_filter(is, x->a);
    size_t own = sheet_column(s, arena_printf(x->a, OWN_PREFIX "%s", key));
    const char *was = sheet_cell(row, own).s;
    if (was[0] == '\0') return xlsform_with_parameters(is, x->a);
    if (strcmp(xlsform_without_pulldata(was, NULL, x->a), is) == 0) return was;
    return xlsform_with_parameters(is, x->a);
}

/* Of a question nobody told the privacy class: what could name a person is taken for doing so. */
static const char *assumed_privacy(const char *type)
{
    return strcmp(type, "text") == 0 || strcmp(type, "date") == 0 ? "D" : "Q";
}

struct assumed { /* what had to be assumed, said once each */
    size_t privacy, value;
    const struct sheet_row *first_privacy, *first_value;
};

static void assume(struct sheet *want, struct sheet_row *fresh, const struct sheet_row *from,
                   struct assumed *done)
{
    const char *type = sheet_cell(fresh, sheet_column(want, "type")).s;
    size_t privacy = sheet_column(want, "bind::thb:privacy"),
           value = sheet_column(want, "bind::thb:value");
    if (survey_row_kind(type) != SURVEY_VARIABLE) return;
    if (sheet_cell(fresh, privacy).s[0] == '\0') {
        table_put(fresh, privacy, assumed_privacy(type));
        if (done->privacy++ == 0) done->first_privacy = from;
    }
    if (strcmp(type, "calculate") == 0 && sheet_cell(fresh, value).s[0] == '\0') {
        table_put(fresh, value, "text");
        if (done->value++ == 0) done->first_value = from;
    }
}

static void say_assumed(struct importing *x, const struct assumed *done)
{
    if (done->privacy > 0)
        BOOK_PROBLEM(
            x, false, "xlsform.privacy_assumed", done->first_privacy, "bind::thb:privacy",
            "say the privacy class of each question in this column",
            "%zu questions do not say their privacy class, this one first: texts and dates "
            "are kept with the identity (D), others are quasi-identifiers (Q)",
            done->privacy);
    if (done->value > 0)
        BOOK_PROBLEM(x, false, "xlsform.value_assumed", done->first_value, "bind::thb:value",
                     "write integer, decimal, date, text, code:LIST or codes:LIST",
                     "%zu calculations do not say what they give, this one first: taken for texts",
                     done->value);
}

static void want_columns(struct sheet *want, const struct wanted *w, const struct sheet *book)
{
    for (size_t c = 0; w->is_old && c < w->old.n_column; c++)
        if (w->old.column[c][0] != '\0') table_column(want, w->old.header[c], w->old.column[c]);
    for (size_t c = 0; c < book->n_column; c++)
        if (!is_own(book->column[c])) table_column(want, book->header[c], book->column[c]);
}

static void want_survey(struct importing *x, struct wanted *w)
{
    const struct sheet *book = &x->book->part[XLSFORM_SURVEY];
    struct sheet *want = &w->sheet;
    struct map *old = by_name(&w->old, w->is_old);
    struct assumed assumed = {0};
    size_t type = sheet_column(book, "type"), name = sheet_column(book, "name");
    table_begin(want, w->file, x->a);
    want_columns(want, w, book);
    table_column(want, "bind::thb:privacy", "bind::thb:privacy");
    table_column(want, "bind::thb:value", "bind::thb:value");
    table_rows(want, book->n_row, x->a);
    for (size_t r = 0; r < book->n_row; r++) {
        const struct sheet_row *row = &book->row[r];
        const char *key = sheet_cell(row, name).s;
        if (is_left_out(sheet_cell(row, type).s, key)) {
            BOOK_PROBLEM(x, false, "xlsform.left_out", row, "type",
                         "nothing to do: the register keeps its own record of when and by whom",
                         "'%.80s' is left out", key[0] == '\0' ? sheet_cell(row, type).s : key);
            continue;
        }
        uint32_t was = key[0] == '\0' ? MAP_NONE : map_get(old, text_of(key));
        struct sheet_row *fresh = table_row(want, row->file, row->row, x->a);
        for (size_t c = 0; c < want->n_column; c++) {
            size_t at = sheet_column(book, want->column[c]);
            if (at != COLUMN_ABSENT) table_put(fresh, c, cell_in(x, row, at, want->column[c]));
            else if (was != MAP_NONE)
                table_put(fresh, c,
                          sheet_cell(&w->old.row[was], sheet_column(&w->old, want->column[c])).s);
        }
        if (was == MAP_NONE) assume(want, fresh, row, &assumed);
    }
    say_assumed(x, &assumed);
    map_free(old);
}

/* --- code lists
 * ---------------------------------------------------------------------------------- */

struct choice_rows {
    const struct sheet *s;
    size_t list, name, missing;
};

static bool is_code(const struct choice_rows *c, const struct sheet_row *row, const char *list)
{
    return strcmp(sheet_cell(row, c->list).s, list) == 0 &&
           sheet_cell(row, c->missing).s[0] == '\0';
}

/* The book's name of a column of a list. */
static const char *choice_column(const char *key)
{
    return strcmp(key, "value") == 0 ? VALUE_COLUMN : key;
}

static void list_columns(struct sheet *want, const struct wanted *w, const struct choice_rows *c,
                         const char *list)
{
    static const char *const first[] = {"parent", "valid_from", "valid_to", "sort", "retired_by"};
    for (size_t i = 0; w->is_old && i < w->old.n_column; i++)
        if (w->old.column[i][0] != '\0') table_column(want, w->old.header[i], w->old.column[i]);
    table_column(want, "name", "name");
    for (size_t i = 0; i < c->s->n_column; i++)
        if (text_starts(text_of(c->s->column[i]), TEXT("label")))
            table_column(want, c->s->header[i], c->s->column[i]);
    for (size_t i = 0; !w->is_old && i < 5; i++) table_column(want, first[i], first[i]);
    for (size_t i = 0; i < c->s->n_column; i++) {
        const char *key = c->s->column[i];
        if (i == c->list || i == c->missing || key[0] == '\0') continue;
        for (size_t r = 0; r < c->s->n_row; r++) {
            if (c->s->row[r].cell[i].s[0] == '\0' || !is_code(c, &c->s->row[r], list)) continue;
            const char *own = strcmp(key, VALUE_COLUMN) == 0 ? "value" : key;
            table_column(want, own == key ? c->s->header[i] : own, own);
            break;
        }
    }
}

/* A code that was there and is not in the book: records may hold it. */
static void codes_gone(struct importing *x, const struct wanted *w, const char *list)
{
    struct map *now = by_name(&w->sheet, true);
    size_t name = sheet_column(&w->old, "name");
    for (size_t i = 0; i < w->old.n_row && x->target->pack[0] == '\0'; i++) {
        const char *code = sheet_cell(&w->old.row[i], name).s;
        if (code[0] != '\0' && map_get(now, text_of(code)) == MAP_NONE)
            problems_add(
                x->p, true, "xlsform.code_gone", xlsform_part_name[XLSFORM_CHOICES], 0,
                shown(x, XLSFORM_CHOICES, "name"),
                "bring the row back, with the last day of its use in valid_to; or hide it in "
                "a pack (--pack)",
                "the code '%s' of %s is gone: records may hold it", code, list);
    }
    map_free(now);
}

static void want_list(struct importing *x, struct wanted *w, const struct choice_rows *c,
                      const char *list)
{
    struct sheet *want = &w->sheet;
    struct map *old = by_name(&w->old, w->is_old);
    size_t n = 0;
    table_begin(want, w->file, x->a);
    list_columns(want, w, c, list);
    for (size_t r = 0; r < c->s->n_row; r++) n += is_code(c, &c->s->row[r], list);
    table_rows(want, n, x->a);
    for (size_t r = 0; r < c->s->n_row; r++) {
        const struct sheet_row *row = &c->s->row[r];
        if (!is_code(c, row, list)) continue;
        struct sheet_row *fresh = table_row(want, row->file, row->row, x->a);
        const char *key = sheet_cell(row, c->name).s;
        uint32_t was = key[0] == '\0' ? MAP_NONE : map_get(old, text_of(key));
        for (size_t i = 0; i < want->n_column; i++) {
            size_t at = sheet_column(c->s, choice_column(want->column[i]));
            if (at != COLUMN_ABSENT) table_put(fresh, i, row->cell[at].s);
            else if (was != MAP_NONE)
                table_put(fresh, i,
                          sheet_cell(&w->old.row[was], sheet_column(&w->old, want->column[i])).s);
        }
    }
    if (w->is_old) codes_gone(x, w, list);
    x->out->n_code += n;
    map_free(old);
}

/* Same rows with the same cells, in the order in which they are shown. */
static bool is_same(const struct wanted *w, bool sorted, struct arena *a)
{
    size_t n, m = w->sheet.n_row;
    if (!w->is_old) return false;
    const struct sheet_row **old = rows_by_sort(&w->old, &n, a), **now = NULL;
    if (sorted) now = rows_by_sort(&w->sheet, &m, a);
    if (n != m) return false;
    for (size_t r = 0; r < n; r++) {
        const struct sheet_row *is = sorted ? now[r] : &w->sheet.row[r];
        const struct sheet_row *was = sorted ? old[r] : &w->old.row[r];
        for (size_t c = 0; c < w->sheet.n_column; c++)
            if (strcmp(is->cell[c].s,
                       sheet_cell(was, sheet_column(&w->old, w->sheet.column[c])).s) != 0)
                return false;
    }
    return true;
}

static struct wanted *want(struct importing *x, const char *file, const char *over,
                           enum xlsform_part part)
{
    struct wanted *w = &x->wanted[x->n_wanted++];
    *w = (struct wanted){.file = file, .over = over, .part = part};
    w->is_old = folder_merged(&x->from, file, over, "name", part == XLSFORM_SURVEY, &w->old);
    return w;
}

/* Parameters go out for lookups only. */
static void check_parameters(struct importing *x, const struct choice_rows *c)
{
    struct sheet s;
    if (!folder_merged(&x->from, PARAMETERS_LIST ".csv", PARAMETERS_LIST ".csv", "name", false, &s))
        return;
    struct map *known = by_name(&s, true);
    const struct sheet_row *first = NULL;
    size_t n = 0;
    for (size_t r = 0; r < c->s->n_row; r++) {
        const struct sheet_row *row = &c->s->row[r];
        if (!is_code(c, row, PARAMETERS_LIST)) continue;
        uint32_t at = map_get(known, text_of(sheet_cell(row, c->name).s));
        const char *is = sheet_cell(row, sheet_column(c->s, VALUE_COLUMN)).s;
        if (at != MAP_NONE && strcmp(sheet_cell(&s.row[at], sheet_column(&s, "value")).s, is) == 0)
            continue;
        if (n++ == 0) first = row;
    }
    if (n > 0)
        BOOK_PROBLEM(x, false, "xlsform.parameter", first, VALUE_COLUMN,
                     "change parameters in the file parameters.csv",
                     "%zu parameters differ, this one first ('%.80s'): they are not taken from a "
                     "workbook",
                     n, sheet_cell(first, c->name).s);
    map_free(known);
}

static bool list_is_good(struct importing *x, const struct sheet_row *row, const char *list)
{
    if (list[0] == '\0')
        BOOK_PROBLEM(x, true, "xlsform.no_list_name", row, "list_name",
                     "write the name of the list, or delete the row",
                     "the row does not say its list");
    else if (!name_is_good(text_of(list)))
        BOOK_PROBLEM(x, true, "xlsform.bad_list_name", row, "list_name",
                     "use letters, digits and underscores, beginning with a letter; at most 64",
                     "'%.80s' is not a good name of a list", list);
    else if (strcmp(list, ORGANISATION_LIST) == 0)
        BOOK_PROBLEM(x, true, "xlsform.organisations", row, "list_name",
                     "delete the rows of this list, or give it another name",
                     "%s is filled with the repository's organisations", list);
    else return true;
    return false;
}

static void want_lists(struct importing *x)
{
    const struct sheet *s = &x->book->part[XLSFORM_CHOICES];
    if (s->header == NULL) return;
    struct choice_rows c = {s, sheet_column(s, "list_name"), sheet_column(s, "name"),
                            sheet_column(s, MISSING_COLUMN)};
    if (c.list == COLUMN_ABSENT || c.name == COLUMN_ABSENT) {
        problems_add(x->p, true, "sheet.missing_column", s->file, 1, "",
                     "the sheet choices has the columns list_name, name and label::Language (code)",
                     "the column '%s' is missing", c.list == COLUMN_ABSENT ? "list_name" : "name");
        return;
    }
    struct names lists;
    names_begin(&lists);
    for (size_t r = 0; r < s->n_row; r++) {
        const char *list = sheet_cell(&s->row[r], c.list).s;
        size_t before = lists.n;
        if (sheet_cell(&s->row[r], c.missing).s[0] != '\0') continue;
        if (strcmp(list, PARAMETERS_LIST) == 0) continue;
        if (list[0] == '\0') (void)list_is_good(x, &s->row[r], list);
        else names_add(&lists, list);
        if (lists.n > before && !list_is_good(x, &s->row[r], list)) lists.name[before] = "";
    }
    x->wanted = ARENA_ARRAY(x->a, struct wanted, lists.n + 2);
    for (size_t i = 0; i < lists.n; i++) {
        if (lists.name[i][0] == '\0') continue;
        const char *file = arena_printf(x->a, "codelists/%s.csv", lists.name[i]);
        struct wanted *w = want(x, file, file, XLSFORM_CHOICES);
        want_list(x, w, &c, lists.name[i]);
        w->same = is_same(w, true, x->a);
        x->out->n_list++;
    }
    names_end(&lists);
    check_parameters(x, &c);
}

/* --- settings
 * ------------------------------------------------------------------------------------ */

/* The cell of the book's settings for our column "form_title::pt", "data_set"; NULL: not said. */
static const char *setting(struct importing *x, const char *key)
{
    const struct sheet *s = &x->book->part[XLSFORM_SETTINGS];
    size_t at;
    if (s->header == NULL || s->n_row == 0) return NULL;
    struct text t = text_of(key);
    const char *ours = text_find(t, TEXT("::"), &at) ? arena_printf(x->a, SETTING_PREFIX "%.*s_%s",
                                                                    (int)at, key, key + at + 2)
                                                     : arena_printf(x->a, SETTING_PREFIX "%s", key);
    size_t c = sheet_column(s, ours);
    bool shared = strcmp(key, "form_id") == 0 || strcmp(key, "version") == 0 ||
                  strcmp(key, "namespaces") == 0;
    if (c == COLUMN_ABSENT && shared) c = sheet_column(s, key);
    return c == COLUMN_ABSENT ? NULL : s->row[0].cell[c].s;
}

/* What a new form needs and a foreign book does not say. */
static const char *setting_otherwise(struct importing *x, const char *key)
{
    const struct sheet *s = &x->book->part[XLSFORM_SETTINGS];
    bool there = s->header != NULL && s->n_row > 0;
    if (strcmp(key, "form_id") == 0) return x->form;
    if (strcmp(key, "version") == 0) return "2026010101";
    if (strcmp(key, "default_language") == 0) return "en";
    if (strcmp(key, "data_set") == 0) return "victim";
    if (!text_starts(text_of(key), TEXT("form_title"))) return "";
    const char *title = there ? sheet_cell(&s->row[0], sheet_column(s, "form_title")).s : "";
    return title[0] == '\0' ? x->form : title;
}

static bool version_is_good(const char *s)
{
    return strspn(s, "0123456789") == 10 && s[10] == '\0';
}

static void settings_row(struct importing *x, struct sheet *now, struct sheet_row *row,
                         const struct sheet_row *old, const struct sheet *old_sheet)
{
    for (size_t c = 0; c < now->n_column; c++) {
        const char *key = now->column[c], *is = setting(x, key);
        bool odd = is != NULL && strcmp(key, "version") == 0 && !version_is_good(is);
        if (old != NULL && (is == NULL || odd || strcmp(key, "form_id") == 0))
            is = sheet_cell(old, sheet_column(old_sheet, key)).s;
        else if (is == NULL || odd || strcmp(key, "form_id") == 0) is = setting_otherwise(x, key);
        table_put(row, c, is);
    }
}

static void want_settings(struct importing *x)
{
    struct wanted *w = &x->wanted[x->n_wanted];
    const struct sheet_row *mine = NULL;
    *w = (struct wanted){.file = "dictionary/settings.csv", .part = XLSFORM_SETTINGS};
    if (!folder_core(&x->from, w->file, &w->old)) return;
    x->n_wanted++;
    w->is_old = true;
    table_begin(&w->sheet, w->file, x->a);
    for (size_t c = 0; c < w->old.n_column; c++)
        table_column(&w->sheet, w->old.header[c], w->old.column[c]);
    table_rows(&w->sheet, w->old.n_row + 1, x->a);
    size_t id = sheet_column(&w->old, "form_id");
    for (size_t r = 0; r < w->old.n_row; r++) {
        const struct sheet_row *old = &w->old.row[r];
        bool this_one = strcmp(sheet_cell(old, id).s, x->form) == 0;
        struct sheet_row *row =
            table_row(&w->sheet, this_one ? "settings" : w->file, this_one ? 2 : old->row, x->a);
        for (size_t c = 0; !this_one && c < w->old.n_column; c++) table_put(row, c, old->cell[c].s);
        if (!this_one) continue;
        mine = old;
        settings_row(x, &w->sheet, row, old, &w->old);
    }
    if (mine == NULL)
        settings_row(x, &w->sheet, table_row(&w->sheet, "settings", 2, x->a), NULL, &w->old);
    w->same = is_same(w, false, x->a);
}

/* --- the whole
 * ----------------------------------------------------------------------------------- */

static bool find_form(struct importing *x)
{
    const struct sheet *s = &x->book->part[XLSFORM_SETTINGS];
    bool there = s->header != NULL && s->n_row > 0;
    x->form = x->target->form == NULL ? "" : x->target->form;
    if (x->form[0] == '\0' && there) x->form = sheet_cell(&s->row[0], sheet_column(s, "form_id")).s;
    if (x->form[0] == '\0')
        problems_add(x->p, true, "xlsform.no_form_id", xlsform_part_name[XLSFORM_SETTINGS], 2,
                     "form_id", "write the form's name there, or name it with --form",
                     "the workbook does not say which form it is");
    else if (!name_is_good(text_of(x->form)) || strcmp(x->form, "settings") == 0 ||
             strcmp(x->form, "system") == 0)
        problems_add(x->p, true, "xlsform.bad_form_id", xlsform_part_name[XLSFORM_SETTINGS], 2,
                     "form_id", "use letters, digits and underscores, or name it with --form",
                     "'%.80s' cannot be the name of a form", x->form);
    else return true;
    return false;
}

static bool has_survey(struct importing *x)
{
    const struct sheet *s = &x->book->part[XLSFORM_SURVEY];
    if (s->header != NULL && sheet_column(s, "type") != COLUMN_ABSENT &&
        sheet_column(s, "name") != COLUMN_ABSENT)
        return true;
    problems_add(x->p, true, "xlsform.no_survey", xlsform_part_name[XLSFORM_SURVEY], 1, "",
                 "the workbook needs a sheet survey whose first row has type, name and "
                 "label::Language (code)",
                 s->header == NULL ? "there is no sheet called survey"
                                   : "the sheet survey has no columns type and name");
    return false;
}

/* Problems of what was made, by the places of the book; `others` as they are. */
static void report(struct importing *x, const struct problems *found, bool others)
{
    for (size_t i = 0; i < found->n; i++) {
        const struct problem *f = &found->item[i];
        const struct wanted *w = NULL;
        for (size_t k = 0; k < x->n_wanted && w == NULL; k++)
            if (strcmp(x->wanted[k].file, f->file) == 0 && !x->wanted[k].same) w = &x->wanted[k];
        if (w == NULL && (!f->fatal || !others)) continue;
        const char *file = f->file, *column = f->column, *remedy = f->remedy;
        uint32_t row = f->row;
        if (w != NULL) {
            bool cell = row >= 2 && row - 2 < w->sheet.n_row;
            file = cell ? w->sheet.row[row - 2].file : xlsform_part_name[w->part];
            if (cell) row = w->sheet.row[row - 2].row;
            column = shown(x, w->part, column);
            if (strcmp(f->id, "dictionary.unknown_list") == 0 &&
                strstr(remedy, "codelists") != NULL)
                remedy = "add rows with this list_name to the sheet choices, or correct the name";
        }
        problems_add(x->p, f->fatal, f->id, file, row, column, remedy, "%s", f->message);
    }
}

/* A dictionary of the folder's files with some put in their place. */
static bool build(struct importing *x, const struct xlsform_file *with, size_t n_with,
                  const struct map *without, struct problems *found, size_t *n_variable)
{
    struct data_files files = {0};
    struct dictionary *d = NULL;
    struct err e = {0};
    for (size_t i = 0; i < x->from.files.n; i++) {
        const struct data_file *f = &x->from.files.file[i];
        bool keep = map_get(without, text_of(f->name)) == MAP_NONE;
        for (size_t k = 0; keep && k < n_with; k++) keep = strcmp(f->name, with[k].name) != 0;
        if (keep) data_files_add(&files, f->name, f->bytes);
    }
    for (size_t k = 0; k < n_with; k++) data_files_add(&files, with[k].name, with[k].bytes);
    data_files_sort(&files);
    bool ok = dictionary_build(&d, &files, x->target->folder, x->target->pack, found, &e);
    const struct form *f = ok ? dictionary_form(d, text_of(x->form)) : NULL;
    for (size_t i = 0; f != NULL && i < d->n_variable; i++)
        *n_variable += d->variable[i].form == f->id && !d->variable[i].system;
    dictionary_free(d);
    data_files_release(&files);
    err_clear(&e);
    return ok;
}

static const char *pack_file(struct importing *x, const char *name)
{
    return arena_printf(x->a, PACK_PREFIX "%s/%s", x->target->pack, name);
}

/* A pack needs a pack.csv; a new one gets the least. */
static void first_pack_file(struct importing *x)
{
    const char *name = pack_file(x, "pack.csv"), *pack = x->target->pack;
    if (pack[0] == '\0' || data_files_find(&x->from.files, name) != NULL) return;
    const char *text = arena_printf(
        x->a,
        "key,value,note,source,uncertain\ncountry,%s,Made by pack import: verify,,yes\n"
        "name,%s,Made by pack import: write the country's name,,yes\n",
        pack, pack);
    x->out->file[x->out->n_file++] = (struct xlsform_file){name, text_of(text)};
}

/* Held as if it were the core, so that problems are found where the book has them. What a pack
 * takes away is missing then, where it would be known to be hidden: rules about it are judged
 * later. */
static bool check_wanted(struct importing *x)
{
    struct problems found;
    struct map *without = map_new();
    struct xlsform_file *file = ARENA_ARRAY(x->a, struct xlsform_file, x->n_wanted + 1);
    size_t n = 0;
    for (size_t i = 0; i < x->n_wanted; i++) {
        const struct wanted *w = &x->wanted[i];
        if (w->same) continue;
        file[n++] = (struct xlsform_file){w->file, sheet_to_csv(&w->sheet, x->a)};
        if (w->over != NULL) map_put(without, text_of(pack_file(x, w->over)), 0);
    }
    if (x->out->n_file > 0) file[n++] = x->out->file[0]; /* pack.csv */
    problems_init(&found, x->a);
    found.max = x->p->max;
    size_t before = x->p->n_fatal;
    bool pack = x->target->pack[0] != '\0',
         ok = build(x, file, n, without, &found, &x->out->n_variable);
    report(x, &found, !pack);
    if (pack) ok = x->p->n_fatal == before;
    problems_release(&found);
    map_free(without);
    return ok;
}

static void count_core(struct importing *x, const struct wanted *w)
{
    struct sheet nothing;
    struct overlay_count count = {0};
    struct problems unused; /* the core may move what it likes */
    problems_init(&unused, x->a);
    overlay_make(&nothing, w->is_old ? &w->old : NULL, &w->sheet, w->part == XLSFORM_SURVEY, &count,
                 x->a, &unused);
    problems_release(&unused);
    x->out->n_added += count.added;
    x->out->n_changed += count.changed;
    x->out->n_hidden += count.hidden;
}

static void write_down(struct importing *x, const struct wanted *w)
{
    struct xlsform_plan *out = x->out;
    struct sheet core, over;
    struct overlay_count count = {0};
    bool pack = x->target->pack[0] != '\0' && w->over != NULL;
    count_core(x, w);
    if (!pack) {
        out->file[out->n_file++] = (struct xlsform_file){w->file, sheet_to_csv(&w->sheet, x->a)};
        return;
    }
    bool is_core = folder_core(&x->from, w->file, &core);
    if (w->part == XLSFORM_SURVEY && !is_core) {
        problems_add(x->p, true, "xlsform.new_form", xlsform_part_name[XLSFORM_SETTINGS], 2,
                     "form_id", "import it without --pack: a new form belongs to the core",
                     "a pack cannot bring the form '%s', which the core lacks", x->form);
        return;
    }
    overlay_make(&over, is_core ? &core : NULL, &w->sheet, w->part == XLSFORM_SURVEY, &count, x->a,
                 x->p);
    out->file[out->n_file++] =
        (struct xlsform_file){pack_file(x, w->over), sheet_to_csv(&over, x->a)};
}

static void plan(struct importing *x)
{
    if (!check_wanted(x)) return;
    for (size_t i = 0; i < x->n_wanted; i++)
        if (!x->wanted[i].same) write_down(x, &x->wanted[i]);
    if (x->p->n_fatal > 0 || x->target->pack[0] == '\0') return;
    /* What the pack says must come to the same. */
    struct problems found;
    struct map *without = map_new();
    size_t n = 0;
    problems_init(&found, x->a);
    if (build(x, x->out->file, x->out->n_file, without, &found, &n)) x->out->n_variable = n;
    else report(x, &found, true);
    problems_release(&found);
    map_free(without);
}

bool xlsform_import(struct xlsform_plan *out, const struct xlsform_book *book,
                    const struct xlsform_target *target, struct arena *a, struct problems *p,
                    struct err *e)
{
    struct importing x = {.book = book, .target = target, .out = out, .a = a, .p = p};
    size_t before = p->n_fatal;
    struct problems folder; /* those of the folder are found again when its dictionary is built */
    *out = (struct xlsform_plan){.form = ""};
    if (!dictionary_pack_name(target->pack, e)) return false;
    problems_init(&folder, a);
    if (find_form(&x) && has_survey(&x)) {
        out->form = x.form;
        folder_sheets_read(&x.from, target->folder, target->pack, a, &folder);
        x.wanted = ARENA_ARRAY(a, struct wanted, 2);
        want_lists(&x);
        out->file =
            ARENA_ARRAY(a, struct xlsform_file, x.n_wanted + 3); /* survey, settings, pack.csv */
        struct wanted *w = want(&x, arena_printf(a, "dictionary/%s.csv", x.form),
                                arena_printf(a, "survey-%s.csv", x.form), XLSFORM_SURVEY);
        want_survey(&x, w);
        w->same = is_same(w, false, a);
        want_settings(&x);
        first_pack_file(&x);
        plan(&x);
        folder_sheets_release(&x.from);
    }
    problems_release(&folder);
    if (p->n_fatal == before) return true;
    size_t n = p->n_fatal - before;
    err_set(e, ERR_INPUT, "xlsform.refused",
            tr_n("the workbook has %zu problem; nothing was written",
                 "the workbook has %zu problems; nothing was written", (int64_t)n),
            n);
    return err_remedy(e, "mend what is listed, and import it again");
}
