/* SPDX-License-Identifier: EUPL-1.2 */
/* A form of the dictionary as a book. Works on the sheets, not on the loaded dictionary, so that
 * every cell goes out as it was written; the dictionary is loaded as well, so that only a good one
 * goes out. */
#include "model/xlsform.h"

#include "model/xlsform_internal.h"

#include <string.h>

struct exporting {
    struct folder_sheets from;
    const struct dictionary *d;
    const struct form *form;
    struct names lists; /* in the order in which the form names them */
    bool *offers;       /* by list of the dictionary: with missing codes */
    struct xlsform_book *out;
    struct arena *a;
};

/* --- survey
 * -------------------------------------------------------------------------------------- */

static bool is_select(const struct variable *v)
{
    return (v->type == VARIABLE_CODE || v->type == VARIABLE_CODES) && !v->derived && !v->system;
}

/* A question that takes no missing code on a list that offers them. */
static bool needs_filter(const struct exporting *x, const char *name)
{
    const struct variable *v = dictionary_variable(x->d, x->form->id, text_of(name));
    return v != NULL && is_select(v) && !v->missing_allowed && x->offers[v->list];
}

/* The cell of a column with expressions, for other programs. */
static const char *expression_out(struct exporting *x, const char *column, const char *name,
                                  const char *text)
{
    const char *out = xlsform_without_pulldata(text, &x->lists, x->a);
    if (strcmp(column, "choice_filter") != 0 || !needs_filter(x, name)) return out;
    return out[0] == '\0' ? MISSING_FILTER : arena_printf(x->a, "(%s) and " MISSING_FILTER, out);
}

static void note_list(struct exporting *x, const char *type, const char *value)
{
    static const char *const before[] = {"select_one ", "select_multiple ", "code:", "codes:"};
    for (size_t i = 0; i < 4; i++) {
        struct text t = text_of(i < 2 ? type : value);
        size_t n = strlen(before[i]);
        if (!text_starts(t, text_of(before[i]))) continue;
        t = text_trim((struct text){t.p + n, t.n - n});
        const struct codelist *l = dictionary_list(x->d, t);
        if (l != NULL && !l->open) names_add(&x->lists, l->name);
    }
}

/* Which columns with expressions have a cell that goes out differently. */
static bool column_changes(struct exporting *x, const struct sheet *s, size_t column, size_t name)
{
    for (size_t r = 0; r < s->n_row; r++) {
        const char *text = s->row[r].cell[column].s;
        if (expression_out(x, s->column[column], s->row[r].cell[name].s, text) != text) return true;
    }
    return false;
}

static void make_survey(struct exporting *x, const struct sheet *s)
{
    struct sheet *out = &x->out->part[XLSFORM_SURVEY];
    size_t type = sheet_column(s, "type"), name = sheet_column(s, "name"),
           value = sheet_column(s, "bind::thb:value"), filter = sheet_column(s, "choice_filter");
    size_t own[SHEET_COLUMNS_MAX], to[SHEET_COLUMNS_MAX];
    table_begin(out, xlsform_part_name[XLSFORM_SURVEY], x->a);
    for (size_t c = 0; c < s->n_column; c++) {
        own[c] = to[c] = COLUMN_ABSENT;
        if (s->column[c][0] != '\0') to[c] = table_column(out, s->header[c], s->column[c]);
    }
    if (filter == COLUMN_ABSENT) table_column(out, "choice_filter", "choice_filter");
    for (size_t i = 0; xlsform_expressions[i] != NULL; i++) {
        size_t c = sheet_column(s, xlsform_expressions[i]);
        if (c == COLUMN_ABSENT || !column_changes(x, s, c, name)) continue;
        const char *header = arena_printf(x->a, OWN_PREFIX "%s", xlsform_expressions[i]);
        own[c] = table_column(out, header, header);
    }
    names_end(&x->lists); /* once more, in the order of the rows */
    names_begin(&x->lists);
    table_rows(out, s->n_row, x->a);
    for (size_t r = 0; r < s->n_row; r++) {
        const struct sheet_row *row = &s->row[r];
        struct sheet_row *fresh = table_row(out, out->file, (uint32_t)(r + 2), x->a);
        note_list(x, row->cell[type].s, sheet_cell(row, value).s);
        for (size_t c = 0; c < s->n_column; c++) table_put(fresh, to[c], row->cell[c].s);
        for (size_t i = 0; xlsform_expressions[i] != NULL; i++) {
            const char *column = xlsform_expressions[i];
            size_t c = sheet_column(s, column);
            const char *was = sheet_cell(row, c).s;
            const char *text = expression_out(x, column, row->cell[name].s, was);
            if (text == was) continue;
            table_put(fresh, sheet_column(out, column), text);
            if (was[0] != '\0' && c != COLUMN_ABSENT) table_put(fresh, own[c], was);
        }
    }
}

/* --- choices
 * ------------------------------------------------------------------------------------- */

struct choice_list {
    const char *name;
    struct sheet sheet;
    const struct codelist *list; /* NULL: the parameters */
};

static void put_missing(struct exporting *x, const struct choice_list *l)
{
    struct sheet missing, *out = &x->out->part[XLSFORM_CHOICES];
    if (l->list == NULL || !x->offers[l->list->id] ||
        !folder_merged(&x->from, "codelists/CL_MISSING.csv", "codelists/CL_MISSING.csv", "name",
                       false, &missing))
        return;
    size_t name = sheet_column(&missing, "name");
    for (size_t r = 0; r < missing.n_row; r++) {
        struct sheet_row *fresh = table_row(out, out->file, (uint32_t)(out->n_row + 2), x->a);
        const char *code = sheet_cell(&missing.row[r], name).s;
        bool own = codelist_find(l->list, text_of(code)) != CODE_NONE;
        table_put(fresh, sheet_column(out, "list_name"), l->name);
        table_put(fresh, sheet_column(out, "name"),
                  own ? arena_printf(x->a, "missing:%s", code) : code);
        table_put(fresh, sheet_column(out, MISSING_COLUMN), "yes");
        for (size_t c = 0; c < missing.n_column; c++)
            if (text_starts(text_of(missing.column[c]), TEXT("label")))
                table_put(fresh, sheet_column(out, missing.column[c]), missing.row[r].cell[c].s);
    }
}

static void put_codes(struct exporting *x, const struct choice_list *l)
{
    struct sheet *out = &x->out->part[XLSFORM_CHOICES];
    size_t n;
    const struct sheet_row **row = rows_by_sort(&l->sheet, &n, x->a);
    size_t label = sheet_column(out, "label");
    for (size_t r = 0; r < n; r++) {
        struct sheet_row *fresh = table_row(out, out->file, (uint32_t)(out->n_row + 2), x->a);
        table_put(fresh, sheet_column(out, "list_name"), l->name);
        for (size_t c = 0; c < l->sheet.n_column; c++) {
            const char *key = l->sheet.column[c];
            if (strcmp(key, "value") == 0) key = VALUE_COLUMN;
            if (key[0] != '\0') table_put(fresh, sheet_column(out, key), row[r]->cell[c].s);
        }
        /* Parameters have no words; other programs want some in every language. */
        for (size_t c = 0; l->list == NULL && c < out->n_column; c++)
            if (text_starts(text_of(out->column[c]), TEXT("label")) || c == label)
                table_put(fresh, c, sheet_cell(fresh, sheet_column(out, "name")).s);
    }
    put_missing(x, l);
}

static bool read_list(struct exporting *x, struct choice_list *l, const char *name)
{
    *l = (struct choice_list){.name = name, .list = dictionary_list(x->d, text_of(name))};
    const char *file = l->list != NULL ? arena_printf(x->a, "codelists/%s.csv", l->list->name)
                                       : PARAMETERS_LIST ".csv";
    if (l->list == NULL && strcmp(name, PARAMETERS_LIST) != 0) return false;
    return folder_merged(&x->from, file, file, "name", false, &l->sheet);
}

static void make_choices(struct exporting *x)
{
    struct sheet *out = &x->out->part[XLSFORM_CHOICES];
    struct choice_list *list = ARENA_ARRAY(x->a, struct choice_list, x->lists.n);
    size_t n = 0, rows = 0;
    enum { MISSING_ROWS_MAX = 32 };
    table_begin(out, xlsform_part_name[XLSFORM_CHOICES], x->a);
    table_column(out, "list_name", "list_name");
    table_column(out, "name", "name");
    for (size_t i = 0; i < x->lists.n; i++)
        if (read_list(x, &list[n], x->lists.name[i])) rows += list[n++].sheet.n_row;
    /* Words first, then what all lists have, then what some have. */
    for (int words = 1; words >= 0; words--)
        for (size_t i = 0; i < n; i++)
            for (size_t c = 0; c < list[i].sheet.n_column; c++) {
                const char *key = list[i].sheet.column[c];
                if (key[0] == '\0' || text_starts(text_of(key), TEXT("label")) != (words == 1))
                    continue;
                if (strcmp(key, "value") == 0) table_column(out, VALUE_COLUMN, VALUE_COLUMN);
                else table_column(out, list[i].sheet.header[c], key);
            }
    table_column(out, MISSING_COLUMN, MISSING_COLUMN);
    table_rows(out, rows + n * MISSING_ROWS_MAX, x->a);
    for (size_t i = 0; i < n; i++) put_codes(x, &list[i]);
}

/* --- settings
 * ------------------------------------------------------------------------------------ */

/* "English (en)", as the headers have it: other programs look for the words, not for the code. */
static const char *language_words(struct exporting *x, const char *code)
{
    size_t i = dictionary_language(x->d, text_of(code));
    const char *name = x->d->language_name[i];
    return name == NULL ? x->d->language[i]
                        : arena_printf(x->a, "%s (%s)", name, x->d->language[i]);
}

static void make_settings(struct exporting *x, const struct sheet *s, const struct sheet_row *row)
{
    static const char *const plain[] = {"form_id", "version", "namespaces"};
    struct sheet *out = &x->out->part[XLSFORM_SETTINGS];
    table_begin(out, xlsform_part_name[XLSFORM_SETTINGS], x->a);
    const char *standard = sheet_cell(row, sheet_column(s, "default_language")).s;
    standard = dictionary_pack_value(x->d, "default_language", standard);
    struct {
        const char *key, *text;
    } cell[SHEET_COLUMNS_MAX];
    size_t n = 0;
    cell[n].key = "form_title";
    cell[n++].text =
        words_in(&x->form->title, dictionary_language(x->d, text_of(standard)), x->form->name);
    cell[n].key = "default_language";
    cell[n++].text = language_words(x, standard);
    if (x->d->pack[0] != '\0') {
        cell[n].key = SETTING_PREFIX "pack";
        cell[n++].text = x->d->pack;
    }
    for (size_t c = 0; c < s->n_column && n < SHEET_COLUMNS_MAX; c++) {
        struct text t = text_of(s->column[c]);
        size_t at;
        bool as_is = false;
        if (t.n == 0) continue;
        for (size_t i = 0; i < 3; i++) as_is |= text_is(t, plain[i]);
        const char *key = s->column[c];
        if (text_find(t, TEXT("::"), &at))
            key = arena_printf(x->a, SETTING_PREFIX "%.*s_%s", (int)at, t.p, t.p + at + 2);
        else if (!as_is) key = arena_printf(x->a, SETTING_PREFIX "%s", s->column[c]);
        cell[n].key = key;
        cell[n++].text = row->cell[c].s;
    }
    for (size_t i = 0; i < n; i++) table_column(out, cell[i].key, cell[i].key);
    table_rows(out, 1, x->a);
    struct sheet_row *fresh = table_row(out, out->file, 2, x->a);
    for (size_t i = 0; i < n; i++) table_put(fresh, sheet_column(out, cell[i].key), cell[i].text);
}

/* --- all of it
 * ----------------------------------------------------------------------------------- */

static void find_offers(struct exporting *x)
{
    x->offers = ARENA_ARRAY(x->a, bool, x->d->n_list);
    for (size_t i = 0; i < x->d->n_variable; i++) {
        const struct variable *v = &x->d->variable[i];
        if (v->form == x->form->id && is_select(v) && v->missing_allowed) x->offers[v->list] = true;
    }
}

static bool make_book(struct exporting *x, const char *form, struct err *e)
{
    struct sheet settings, survey;
    const struct sheet_row *row = NULL;
    const char *over = arena_printf(x->a, "survey-%s.csv", form);
    x->form = dictionary_form(x->d, text_of(form));
    if (x->form == NULL || !folder_core(&x->from, "dictionary/settings.csv", &settings) ||
        !folder_merged(&x->from, arena_printf(x->a, "dictionary/%s.csv", form), over, "name", true,
                       &survey)) {
        err_set(e, ERR_USAGE, "xlsform.no_form", "there is no form called %s", form);
        return err_remedy(e, "`dcim forms` lists them");
    }
    size_t id = sheet_column(&settings, "form_id");
    for (size_t i = 0; i < settings.n_row && row == NULL; i++)
        if (strcmp(sheet_cell(&settings.row[i], id).s, form) == 0) row = &settings.row[i];
    if (row == NULL) return err_set(e, ERR_USAGE, "xlsform.no_form", "no settings of %s", form);
    find_offers(x);
    names_begin(&x->lists);
    make_survey(x, &survey);
    make_choices(x);
    make_settings(x, &settings, row);
    names_end(&x->lists);
    return true;
}

bool xlsform_export(struct xlsform_book *out, const char *folder, const char *pack,
                    const char *form, struct arena *a, struct problems *p, struct err *e)
{
    struct dictionary *d = NULL;
    *out = (struct xlsform_book){.shown = NULL};
    if (!dictionary_load(&d, folder, pack, p, e)) return false;
    struct problems again; /* the same ones: said above */
    problems_init(&again, a);
    struct exporting x = {.d = d, .out = out, .a = a};
    folder_sheets_read(&x.from, folder, pack, a, &again);
    bool ok = make_book(&x, form, e);
    /* Words of the dictionary that the book borrows. */
    for (size_t i = 0; ok && i < out->part[XLSFORM_SETTINGS].n_column; i++) {
        struct cell *c = &out->part[XLSFORM_SETTINGS].row[0].cell[i];
        c->s = arena_copy(a, c->s, strlen(c->s));
    }
    for (size_t i = 0; ok && i < out->part[XLSFORM_CHOICES].n_row; i++) {
        struct cell *c = &out->part[XLSFORM_CHOICES].row[i].cell[0];
        c->s = arena_copy(a, c->s, strlen(c->s));
    }
    folder_sheets_release(&x.from);
    problems_release(&again);
    dictionary_free(d);
    return ok;
}
