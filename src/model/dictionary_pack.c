/* SPDX-License-Identifier: EUPL-1.2 */
/* The small sheets: settings of the forms, parameters, and what a pack says about its country. */
#include "model/dictionary_internal.h"

#include "base/catalogue.h"
#include "base/date.h"

#include <stdlib.h>
#include <string.h>

static const char *kept(struct loader *l, const char *s)
{
    return s[0] == '\0' ? "" : arena_copy(l->keep, s, strlen(s));
}

static void missing_file(struct loader *l, bool fatal, const char *file, const char *remedy)
{
    problems_add(l->problems, fatal, "dictionary.missing_file", file, 0, "", remedy,
                 "the file %s is missing", file);
}

/* --- settings
 * ------------------------------------------------------------------------------------ */

/* The language that speaks where another is silent is to be number 0. "English (en)" is "en". */
static void default_language(struct loader *l, struct cell c)
{
    struct dictionary *d = l->d;
    struct text code = text_of(c.s);
    size_t open;
    if (text_ends(code, TEXT(")")) && text_find(code, TEXT("("), &open))
        code = text_trim((struct text){code.p + open + 1, code.n - open - 2});
    size_t at = 0;
    while (at < d->n_language && !text_is(code, d->language[at])) at++;
    if (code.n == 0 || (at == d->n_language && d->n_language > 0)) {
        SHEET_PROBLEM(&l->reader, true, "settings.default_language", c, "default_language",
                      "write the code of a language that a header names, such as en",
                      "the default language '%.40s' is in no header", c.s);
        return;
    }
    if (at == d->n_language) {
        d->language[0] = arena_copy(l->keep, code.p, code.n);
        d->n_language = 1;
        return;
    }
    const char *language = d->language[at], *name = d->language_name[at];
    for (size_t i = at; i > 0; i--) {
        d->language[i] = d->language[i - 1];
        d->language_name[i] = d->language_name[i - 1];
    }
    d->language[0] = language;
    d->language_name[0] = name;
}

static bool version_is_good(struct text t)
{
    struct date day;
    char iso[11];
    if (t.n != 10) return false;
    for (size_t i = 0; i < t.n; i++)
        if (t.p[i] < '0' || t.p[i] > '9') return false;
    snprintf(iso, sizeof iso, "%.4s-%.2s-%.2s", t.p, t.p + 4, t.p + 6);
    return date_parse(&day, (struct text){iso, 10}, DATE_ISO);
}

static const char *const data_set_names[DATA_SET_COUNT] = {
    [DATA_SET_VICTIM] = "victim", [DATA_SET_JUSTICE] = "justice", [DATA_SET_CASE] = "case"};

const char *data_set_name(enum data_set s)
{
    return (unsigned)s < DATA_SET_COUNT ? data_set_names[s] : "";
}

static enum data_set data_set(struct loader *l, struct cell c)
{
    for (int s = 0; s < DATA_SET_COUNT; s++)
        if (strcmp(c.s, data_set_names[s]) == 0) return (enum data_set)s;
    SHEET_PROBLEM(&l->reader, true, "settings.data_set", c, "data_set",
                  "write victim, justice, or case for what belongs to both",
                  "the data set '%.80s' is not known", c.s);
    return DATA_SET_VICTIM;
}

static void settings_row(struct loader *l, const struct sheet *s, const struct sheet_row *row)
{
    struct dictionary *d = l->d;
    struct cell name = sheet_cell(row, sheet_column(s, "form_id"));
    struct cell version = sheet_cell(row, sheet_column(s, "version"));

    if (!name_is_good(text_of(name.s))) {
        SHEET_PROBLEM(&l->reader, true, "settings.bad_name", name, "form_id",
                      "use letters, digits and underscores, beginning with a letter",
                      "'%.80s' is not a good name of a form", name.s);
        return;
    }
    if (dictionary_form(d, text_of(name.s)) != NULL) {
        SHEET_PROBLEM(&l->reader, true, "settings.repeated_form", name, "form_id",
                      "delete one of the rows", "the form '%s' is there twice", name.s);
        return;
    }
    if (!version_is_good(text_of(version.s)))
        SHEET_PROBLEM(&l->reader, true, "settings.version", version, "version",
                      "write the day of publication and a number: 2026013101",
                      "the version '%.80s' is not of the form YYYYMMDDNN", version.s);
    struct form *f = &d->form[d->n_form];
    struct sheet_words title = sheet_words(s, d, "form_title");
    *f = (struct form){.id = (form_id)d->n_form++,
                       .name = kept(l, name.s),
                       .version = kept(l, version.s),
                       .reference = VAR_NONE,
                       .organisation = VAR_NONE,
                       .organisation_type = VAR_NONE};
    f->title = sheet_words_read(row, &title, l->keep);
    f->data_set = data_set(l, sheet_cell(row, sheet_column(s, "data_set")));
}

void load_settings(struct loader *l)
{
    static const char *const required[] = {"form_id", "version", "default_language", "data_set",
                                           "reference"};
    const char *file = "dictionary/settings.csv";
    struct sheet *s = &l->settings;
    if (data_files_find(l->files, file) == NULL)
        missing_file(l, true, file,
                     tr("write one row for each form: form_id, version, data_set ..."));
    if (!load_sheet(l, s, file)) {
        *s = (struct sheet){.file = file};
        return;
    }
    for (size_t i = 0; i < sizeof required / sizeof required[0]; i++)
        sheet_column_required(s, &l->reader, required[i]);
    if (s->n_row == 0) {
        problems_add(l->problems, true, "settings.no_form", file, 0, "",
                     "write one row for each form", "there is no form");
        return;
    }
    default_language(l, sheet_cell(&s->row[0], sheet_column(s, "default_language")));
    l->d->form = ARENA_ARRAY(l->keep, struct form, DICTIONARY_FORMS_MAX);
    struct gaps gaps = {0};
    for (size_t i = 0; i < s->n_row; i++) {
        if (l->d->n_form == DICTIONARY_FORMS_MAX) {
            SHEET_PROBLEM(&l->reader, true, "settings.too_many_forms", s->row[i], "", "delete rows",
                          "a dictionary may have at most %d forms", DICTIONARY_FORMS_MAX);
            return;
        }
        size_t before = l->d->n_form;
        settings_row(l, s, &s->row[i]);
        if (l->d->n_form > before)
            gaps_note(&gaps, l->d, &l->d->form[before].title,
                      sheet_cell(&s->row[i], COLUMN_ABSENT));
    }
    gaps_report(&gaps, l, "form_title");
}

/* --- parameters
 * ---------------------------------------------------------------------------------- */

static int parameter_order(const void *a, const void *b)
{
    return strcmp(((const struct parameter *)a)->name, ((const struct parameter *)b)->name);
}

/* Rows of name (or key), value, source, uncertain; names once. Sorted by name. */
static struct parameter *parameters_read(struct loader *l, const struct sheet *s, const char *key,
                                         size_t *n)
{
    size_t at = sheet_column_required(s, &l->reader, key);
    size_t value = sheet_column_required(s, &l->reader, "value");
    size_t source = sheet_column(s, "source"), note = sheet_column(s, "note"),
           uncertain = sheet_column(s, "uncertain");
    struct parameter *out = ARENA_ARRAY(l->keep, struct parameter, s->n_row);
    struct map *seen = map_new();
    *n = 0;
    for (size_t i = 0; i < s->n_row; i++) {
        const struct sheet_row *row = &s->row[i];
        struct cell name = sheet_cell(row, at);
        if (row->hidden || at == COLUMN_ABSENT) continue;
        if (!name_is_good(text_of(name.s)))
            SHEET_PROBLEM(&l->reader, true, "parameter.bad_name", name, key,
                          "use letters, digits, points and underscores",
                          "'%.80s' is not a good name", name.s);
        else if (!map_put(seen, text_of(name.s), 0))
            SHEET_PROBLEM(&l->reader, true, "parameter.repeated", name, key,
                          "delete one of the rows", "'%s' is there twice", name.s);
        out[(*n)++] = (struct parameter){
            .name = kept(l, name.s),
            .value = kept(l, sheet_cell(row, value).s),
            .source = kept(l, sheet_cell(row, source).s),
            .note = kept(l, sheet_cell(row, note).s),
            .uncertain = load_yes(l, sheet_cell(row, uncertain), "uncertain", false),
        };
    }
    map_free(seen);
    if (*n > 0) qsort(out, *n, sizeof *out, parameter_order);
    return out;
}

void load_parameters(struct loader *l)
{
    struct sheet core, pack;
    if (!load_sheet(l, &core, "parameters.csv")) return;
    if (load_pack_sheet(l, &pack, "parameters.csv"))
        sheet_overlay(&core, &pack, "name", false, &l->reader);
    l->d->parameter = parameters_read(l, &core, "name", &l->d->n_parameter);
}

/* --- the pack
 * ------------------------------------------------------------------------------------ */

/* A cell that must hold a code of a list; nothing to say when the list is not there. */
static void check_code(struct loader *l, const char *list, struct cell c, const char *column)
{
    const struct codelist *codes = dictionary_list(l->d, text_of(list));
    if (codes == NULL || codelist_find(codes, text_of(c.s)) != CODE_NONE) return;
    struct guess g;
    guess_init(&g, text_of(c.s));
    for (size_t i = 0; i < codes->n_code; i++) guess_offer(&g, codes->code[i].name);
    SHEET_PROBLEM(&l->reader, true, "pack.unknown_code", c, column,
                  guess_remedy(&g, "use a code of the list", l->scratch),
                  "'%.80s' is not a code of %s", c.s, list);
}

static void load_deciders(struct loader *l)
{
    struct sheet s;
    if (!load_pack_sheet(l, &s, "status_deciders.csv")) return;
    size_t status = sheet_column_required(&s, &l->reader, "status");
    size_t type = sheet_column_required(&s, &l->reader, "org_type");
    l->d->decider = ARENA_ARRAY(l->keep, struct status_decider, s.n_row);
    for (size_t i = 0; i < s.n_row; i++) {
        struct cell a = sheet_cell(&s.row[i], status), b = sheet_cell(&s.row[i], type);
        if (status != COLUMN_ABSENT) check_code(l, "CL_VSTATUS", a, "status");
        if (type != COLUMN_ABSENT) check_code(l, "CL_ORGTYPE", b, "org_type");
        l->d->decider[l->d->n_decider++] = (struct status_decider){kept(l, a.s), kept(l, b.s)};
    }
}

/* The organisations a pack proposes: only checked here; the pilot enters them. */
static void check_organisations(struct loader *l)
{
    struct sheet s;
    if (!load_pack_sheet(l, &s, "organisations.csv")) return;
    size_t code = sheet_column_required(&s, &l->reader, "code");
    size_t type = sheet_column_required(&s, &l->reader, "type");
    sheet_column_required(&s, &l->reader, "name");
    struct map *seen = map_new();
    for (size_t i = 0; i < s.n_row && code != COLUMN_ABSENT; i++) {
        struct cell c = sheet_cell(&s.row[i], code);
        if (c.s[0] == '\0' || strlen(c.s) > CODE_NAME_MAX || strpbrk(c.s, " \t\r\n;") != NULL)
            SHEET_PROBLEM(&l->reader, true, "pack.bad_organisation", c, "code",
                          "use letters, digits and hyphens", "'%.80s' is not a good code", c.s);
        else if (!map_put(seen, text_of(c.s), 0))
            SHEET_PROBLEM(&l->reader, true, "pack.repeated_organisation", c, "code",
                          "delete one of the rows", "the organisation '%s' is there twice", c.s);
        if (type != COLUMN_ABSENT) check_code(l, "CL_ORGTYPE", sheet_cell(&s.row[i], type), "type");
    }
    map_free(seen);
}

void load_pack_values(struct loader *l)
{
    struct sheet s;
    if (l->pack[0] == '\0') return;
    const char *file = arena_printf(l->scratch, PACK_PREFIX "%s/pack.csv", l->pack);
    if (load_sheet(l, &s, file))
        l->d->pack_value = parameters_read(l, &s, "key", &l->d->n_pack_value);
    else if (data_files_find(l->files, file) == NULL)
        missing_file(l, true, file,
                     tr("write key, value, note, source, uncertain: country, name ..."));
}

void load_pack(struct loader *l)
{
    if (l->pack[0] == '\0') return;
    load_deciders(l);
    check_organisations(l);
}
