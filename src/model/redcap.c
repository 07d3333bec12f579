/* SPDX-License-Identifier: EUPL-1.2 */
#include "model/redcap.h"

#include "base/buf.h"
#include "base/map.h"
#include "model/xlsform_internal.h"

#include <string.h>

/* --- columns of REDCap
 * --------------------------------------------------------------------------- */

enum column {
    C_NAME,
    C_FORM,
    C_SECTION,
    C_TYPE,
    C_LABEL,
    C_CHOICES,
    C_NOTE,
    C_VALIDATION,
    C_MIN,
    C_MAX,
    C_IDENTIFIER,
    C_LOGIC,
    C_REQUIRED,
    C_ALIGNMENT,
    C_NUMBER,
    C_MATRIX,
    C_RANKING,
    C_ANNOTATION,
    C_COUNT
};

static const struct {
    const char *heading, *api;
} columns[C_COUNT] = {
    [C_NAME] = {"Variable / Field Name", "field_name"},
    [C_FORM] = {"Form Name", "form_name"},
    [C_SECTION] = {"Section Header", "section_header"},
    [C_TYPE] = {"Field Type", "field_type"},
    [C_LABEL] = {"Field Label", "field_label"},
    [C_CHOICES] = {"Choices, Calculations, OR Slider Labels", "select_choices_or_calculations"},
    [C_NOTE] = {"Field Note", "field_note"},
    [C_VALIDATION] = {"Text Validation Type OR Show Slider Number",
                      "text_validation_type_or_show_slider_number"},
    [C_MIN] = {"Text Validation Min", "text_validation_min"},
    [C_MAX] = {"Text Validation Max", "text_validation_max"},
    [C_IDENTIFIER] = {"Identifier?", "identifier"},
    [C_LOGIC] = {"Branching Logic (Show field only if...)", "branching_logic"},
    [C_REQUIRED] = {"Required Field?", "required_field"},
    [C_ALIGNMENT] = {"Custom Alignment", "custom_alignment"},
    [C_NUMBER] = {"Question Number (surveys only)", "question_number"},
    [C_MATRIX] = {"Matrix Group Name", "matrix_group_name"},
    [C_RANKING] = {"Matrix Ranking?", "matrix_ranking"},
    [C_ANNOTATION] = {"Field Annotation", "field_annotation"},
};

/* Our columns as a person who has the file before them knows them. */
static const char *const shown[] = {"type",        "Field Type",
                                    "name",        "Variable / Field Name",
                                    "label",       "Field Label",
                                    "hint",        "Field Note",
                                    "required",    "Required Field?",
                                    "relevant",    "Branching Logic (Show field only if...)",
                                    "constraint",  "Text Validation Min",
                                    "calculation", "Choices, Calculations, OR Slider Labels",
                                    "choices",     "Choices, Calculations, OR Slider Labels",
                                    NULL};

/* --- the book being made
 * ------------------------------------------------------------------------- */

enum { ROWS_FOR_EACH = 4, CHOICES_MAX = 20000 };

struct making {
    const struct sheet *in;
    size_t at[C_COUNT];
    const char *file;
    struct sheet *survey, *choices;
    size_t type, name, label, hint, required, relevant, constraint, calculation, privacy, value;
    struct map *lists; /* choices as they stand -> their list, by the row that had them first */
    const char **list_name;
    bool several_forms, markup_said;
    const char *open_form;
    struct arena *a;
    struct problems *p;
};

static const char *get(const struct making *m, const struct sheet_row *row, enum column c)
{
    return sheet_cell(row, m->at[c]).s;
}

#define PROBLEM(m, fatal, id, row_, column_, remedy, ...)                                     \
    problems_add((m)->p, fatal, id, (m)->file, (row_)->row, columns[column_].heading, remedy, \
                 __VA_ARGS__)

/* Letters and digits of a heading, in small letters. */
static const char *squeezed(const char *s, struct arena *a)
{
    char *out = arena_copy(a, s, strlen(s));
    size_t n = 0;
    for (; *s != '\0'; s++) {
        char c = *s >= 'A' && *s <= 'Z' ? (char)(*s - 'A' + 'a') : *s;
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) out[n++] = c;
    }
    out[n] = '\0';
    return out;
}

static bool find_columns(struct making *m)
{
    for (size_t c = 0; c < C_COUNT; c++) {
        m->at[c] = COLUMN_ABSENT;
        for (size_t i = 0; i < m->in->n_column && m->at[c] == COLUMN_ABSENT; i++) {
            const char *h = squeezed(m->in->header[i], m->a);
            if (strcmp(h, squeezed(columns[c].heading, m->a)) == 0 ||
                strcmp(h, squeezed(columns[c].api, m->a)) == 0)
                m->at[c] = i;
        }
    }
    static const enum column needed[] = {C_NAME, C_TYPE, C_LABEL};
    bool ok = true;
    for (size_t i = 0; i < 3; i++) {
        if (m->at[needed[i]] != COLUMN_ABSENT) continue;
        ok = false;
        problems_add(m->p, true, "redcap.missing_column", m->file, 1, columns[needed[i]].heading,
                     "take the data dictionary as REDCap gives it (Designer, download)",
                     "the column '%s' is missing", columns[needed[i]].heading);
    }
    return ok;
}

/* Words without the markup that REDCap lets into labels. */
static const char *words(struct making *m, const struct sheet_row *row, enum column c)
{
    const char *s = get(m, row, c);
    char *out = arena_copy(m->a, s, strlen(s));
    size_t n = 0;
    for (const char *p = s; *p != '\0'; p++) {
        bool tag = *p == '<' &&
                   (p[1] == '/' || (p[1] >= 'a' && p[1] <= 'z') || (p[1] >= 'A' && p[1] <= 'Z'));
        const char *end = tag ? strchr(p, '>') : NULL;
        if (end == NULL) {
            out[n++] = *p;
            continue;
        }
        p = end;
        if (m->markup_said) continue;
        m->markup_said = true;
        PROBLEM(m, false, "redcap.markup", row, c, "nothing to do",
                "markup is left out, here first");
    }
    out[n] = '\0';
    struct text t = text_trim((struct text){out, n});
    return arena_copy(m->a, t.p, t.n);
}

static struct sheet_row *row_new(struct making *m, const struct sheet_row *from, const char *type,
                                 const char *name)
{
    struct sheet_row *row = table_row(m->survey, m->file, from->row, m->a);
    table_put(row, m->type, type);
    table_put(row, m->name, name);
    return row;
}

/* --- choices
 * ------------------------------------------------------------------------------------- */

static void choice_put(struct making *m, const struct sheet_row *from, const char *list,
                       struct text code, struct text label)
{
    if (m->choices->n_row == CHOICES_MAX) {
        PROBLEM(m, true, "redcap.too_many_choices", from, C_CHOICES, "split the dictionary",
                "a data dictionary may have at most %d choices", CHOICES_MAX);
        return;
    }
    struct sheet_row *row = table_row(m->choices, m->file, from->row, m->a);
    table_put(row, 0, list);
    table_put(row, 1, arena_copy(m->a, code.p, code.n));
    table_put(row, 2, arena_copy(m->a, label.p, label.n));
}

/* "1, Yes | 2, No" as a list; the same choices are one list. */
static const char *list_of(struct making *m, const struct sheet_row *row, const char *name,
                           const char *choices)
{
    uint32_t known = map_get(m->lists, text_of(choices));
    if (known != MAP_NONE) return m->list_name[known];
    const char *list = arena_printf(m->a, "rc_%s", name);
    struct text rest = text_of(choices), piece;
    uint32_t number = (uint32_t)map_size(m->lists);
    map_put(m->lists, text_of(choices), number);
    m->list_name[number] = list;
    while (text_split(&rest, '|', &piece)) {
        size_t comma;
        piece = text_trim(piece);
        if (piece.n == 0) continue;
        if (!text_find(piece, TEXT(","), &comma)) {
            PROBLEM(m, true, "redcap.choice", row, C_CHOICES,
                    "write code and words of each choice: 1, Yes | 2, No",
                    "'%.*s' has no comma between code and words",
                    (int)(piece.n > 60 ? 60 : piece.n), piece.p);
            continue;
        }
        choice_put(m, row, list, text_trim((struct text){piece.p, comma}),
                   text_trim((struct text){piece.p + comma + 1, piece.n - comma - 1}));
    }
    if (choices[0] == '\0')
        PROBLEM(m, true, "redcap.no_choices", row, C_CHOICES,
                "write code and words of each choice: 1, Yes | 2, No", "'%s' has no choices", name);
    return list;
}

/* --- fields
 * -------------------------------------------------------------------------------------- */

static const char *logic(struct making *m, const struct sheet_row *row, enum column c)
{
    struct redcap_fault fault;
    const char *out, *text = get(m, row, c);
    if (redcap_logic(&out, text_of(text), m->a, &fault)) return out;
    PROBLEM(m, true, "redcap.logic", row, c, fault.remedy, "%s (at byte %zu)", fault.message,
            fault.at);
    return "";
}

/* A limit as an expression compares with it; NULL when it cannot. */
static const char *limit(struct making *m, const struct sheet_row *row, enum column c, bool date)
{
    const char *s = get(m, row, c);
    double number;
    if (date && strcmp(s, "today") == 0) return "today()";
    if (date && strlen(s) == 10 && s[4] == '-' && s[7] == '-') return arena_printf(m->a, "'%s'", s);
    if (!date && text_to_double(text_of(s), &number)) return s;
    PROBLEM(m, true, "redcap.limit", row, c,
            date ? "write the day as YYYY-MM-DD, or today" : "write a number",
            "'%.60s' cannot be the limit of this field", s);
    return NULL;
}

static void limits(struct making *m, const struct sheet_row *row, struct sheet_row *fresh,
                   bool date)
{
    const char *least = get(m, row, C_MIN)[0] == '\0' ? NULL : limit(m, row, C_MIN, date);
    const char *most = get(m, row, C_MAX)[0] == '\0' ? NULL : limit(m, row, C_MAX, date);
    const char *out = "";
    if (least != NULL) out = arena_printf(m->a, ". >= %s", least);
    if (most != NULL)
        out = arena_printf(m->a, "%s%s. <= %s", out, least == NULL ? "" : " and ", most);
    table_put(fresh, m->constraint, out);
}

static const char *text_field(struct making *m, const struct sheet_row *row, bool *number,
                              bool *date)
{
    struct text v = text_of(get(m, row, C_VALIDATION));
    *date = text_starts(v, TEXT("date_"));
    *number = text_is(v, "integer") || text_starts(v, TEXT("number"));
    if (v.n == 0) return "text";
    if (*date) return "date";
    if (*number) return text_is(v, "integer") ? "integer" : "decimal";
    PROBLEM(m, false, "redcap.validation", row, C_VALIDATION,
            "write a constraint in the workbook or the dictionary if it matters",
            "the validation '%.60s' is not kept: a plain text", v.p);
    return "text";
}

static const char *select_of(struct making *m, const struct sheet_row *row, const char *name,
                             const char *type)
{
    const char *choices = get(m, row, C_CHOICES), *kind = "select_one";
    if (strcmp(type, "yesno") == 0) choices = "1, Yes | 0, No";
    if (strcmp(type, "truefalse") == 0) choices = "1, True | 0, False";
    if (strcmp(type, "checkbox") == 0) kind = "select_multiple";
    return arena_printf(m->a, "%s %s", kind, list_of(m, row, name, choices));
}

/* Type of ours; NULL when there is none. Fills what depends on the type. */
static const char *type_of(struct making *m, const struct sheet_row *row, struct sheet_row *fresh,
                           const char *name)
{
    static const char *const selects[] = {"radio", "dropdown", "checkbox", "yesno", "truefalse"};
    const char *type = get(m, row, C_TYPE);
    bool number = false, date = false;
    for (size_t i = 0; i < 5; i++)
        if (strcmp(type, selects[i]) == 0) return select_of(m, row, name, type);
    if (strcmp(type, "notes") == 0) return "text";
    if (strcmp(type, "descriptive") == 0) return "note";
    if (strcmp(type, "calc") == 0) {
        const char *what = logic(m, row, C_CHOICES);
        if (what[0] == '\0' && get(m, row, C_CHOICES)[0] != '\0') what = "0"; /* said above */
        table_put(fresh, m->calculation, what);
        table_put(fresh, m->value, "decimal");
        return "calculate";
    }
    if (strcmp(type, "slider") == 0) {
        bool plain = get(m, row, C_MIN)[0] == '\0' && get(m, row, C_MAX)[0] == '\0';
        if (plain) table_put(fresh, m->constraint, ". >= 0 and . <= 100"); /* REDCap's own range */
        else limits(m, row, fresh, false);
        return "integer";
    }
    if (strcmp(type, "text") == 0) {
        const char *out = text_field(m, row, &number, &date);
        if (number || date) limits(m, row, fresh, date);
        return out;
    }
    PROBLEM(m, true, "redcap.type", row, C_TYPE,
            "delete the row, or ask for a text: files, signatures and queries are not kept here",
            "the field type '%.60s' is not known here", type);
    return NULL;
}

static bool is_yes(const char *s)
{
    return text_equal_nocase(text_of(s), TEXT("y")) || text_equal_nocase(text_of(s), TEXT("yes")) ||
           strcmp(s, "1") == 0;
}

static void what_is_left(struct making *m, const struct sheet_row *row)
{
    if (get(m, row, C_ANNOTATION)[0] != '\0')
        PROBLEM(m, false, "redcap.annotation", row, C_ANNOTATION,
                "write what it does into the workbook or the dictionary if it matters",
                "the annotation is not kept");
    if (is_yes(get(m, row, C_RANKING)))
        PROBLEM(m, false, "redcap.ranking", row, C_RANKING,
                "write a constraint if no answer may be given twice", "the ranking is not kept");
}

static void field(struct making *m, const struct sheet_row *row)
{
    const char *name = get(m, row, C_NAME), *section = words(m, row, C_SECTION);
    if (section[0] != '\0') {
        struct sheet_row *note = row_new(m, row, "note", arena_printf(m->a, "%.48s_section", name));
        table_put(note, m->label, section);
    }
    struct sheet_row *fresh = row_new(m, row, "text", name);
    const char *type = type_of(m, row, fresh, name);
    if (type != NULL) table_put(fresh, m->type, type);
    table_put(fresh, m->label, words(m, row, C_LABEL));
    table_put(fresh, m->hint, words(m, row, C_NOTE));
    if (is_yes(get(m, row, C_REQUIRED))) table_put(fresh, m->required, "yes");
    if (get(m, row, C_LOGIC)[0] != '\0') table_put(fresh, m->relevant, logic(m, row, C_LOGIC));
    if (type == NULL || strcmp(type, "note") != 0)
        table_put(fresh, m->privacy, is_yes(get(m, row, C_IDENTIFIER)) ? "D" : "Q");
    what_is_left(m, row);
}

/* Forms of REDCap are groups of one form, when there are several. */
static void form_change(struct making *m, const struct sheet_row *row, const char *form)
{
    if (!m->several_forms || (m->open_form != NULL && strcmp(m->open_form, form) == 0)) return;
    if (m->open_form != NULL) row_new(m, row, "end_group", "");
    struct sheet_row *group =
        row_new(m, row, "begin_group", arena_printf(m->a, "group_%.48s", form));
    table_put(group, m->label, form[0] == '\0' ? "Form" : form);
    m->open_form = form;
}

/* --- all of it
 * ----------------------------------------------------------------------------------- */

static void survey_begin(struct making *m)
{
    struct sheet *s = m->survey;
    table_begin(s, m->file, m->a);
    m->type = table_column(s, "type", "type");
    m->name = table_column(s, "name", "name");
    m->label = table_column(s, "label", "label");
    m->hint = table_column(s, "hint", "hint");
    m->required = table_column(s, "required", "required");
    m->relevant = table_column(s, "relevant", "relevant");
    m->constraint = table_column(s, "constraint", "constraint");
    m->calculation = table_column(s, "calculation", "calculation");
    m->privacy = table_column(s, "bind::thb:privacy", "bind::thb:privacy");
    m->value = table_column(s, "bind::thb:value", "bind::thb:value");
    table_rows(s, ROWS_FOR_EACH * m->in->n_row + 1, m->a);
    table_begin(m->choices, m->file, m->a);
    table_column(m->choices, "list_name", "list_name");
    table_column(m->choices, "name", "name");
    table_column(m->choices, "label", "label");
    table_rows(m->choices, CHOICES_MAX, m->a);
}

static void settings_make(struct making *m, struct sheet *s)
{
    const struct sheet_row *first = &m->in->row[0];
    const char *form = get(m, first, C_FORM);
    table_begin(s, m->file, m->a);
    table_column(s, "form_id", "form_id");
    table_column(s, "form_title", "form_title");
    table_column(s, "thb_reference", "thb_reference");
    table_rows(s, 1, m->a);
    struct sheet_row *row = table_row(s, m->file, first->row, m->a);
    table_put(row, 0, form[0] == '\0' ? "redcap" : form);
    table_put(row, 1, form[0] == '\0' ? "redcap" : form);
    /* The first field of a project is the number of its record. */
    if (strcmp(get(m, first, C_TYPE), "text") == 0) table_put(row, 2, get(m, first, C_NAME));
}

bool redcap_read(struct xlsform_book *out, const char *file, struct text bytes, struct arena *a,
                 struct problems *p)
{
    struct dictionary unused = {0};
    struct sheet_reader reader = {.dictionary = &unused, .keep = a, .arena = a, .problems = p};
    struct sheet in;
    *out = (struct xlsform_book){.shown = shown};
    struct making m = {.in = &in,
                       .file = arena_copy(a, file, strlen(file)),
                       .survey = &out->part[XLSFORM_SURVEY],
                       .choices = &out->part[XLSFORM_CHOICES],
                       .a = a,
                       .p = p};
    if (!sheet_read(&in, &reader, m.file, bytes) || !find_columns(&m)) return false;
    if (in.n_row == 0) {
        problems_add(p, true, "redcap.empty", m.file, 1, "", "write a row for each field",
                     "the data dictionary has no field");
        return false;
    }
    m.lists = map_new();
    m.list_name = ARENA_ARRAY(a, const char *, in.n_row + 1);
    for (size_t r = 1; r < in.n_row; r++)
        m.several_forms |= strcmp(get(&m, &in.row[r], C_FORM), get(&m, &in.row[0], C_FORM)) != 0;
    survey_begin(&m);
    for (size_t r = 0; r < in.n_row; r++) {
        form_change(&m, &in.row[r], get(&m, &in.row[r], C_FORM));
        field(&m, &in.row[r]);
    }
    if (m.open_form != NULL) row_new(&m, &in.row[in.n_row - 1], "end_group", "");
    settings_make(&m, &out->part[XLSFORM_SETTINGS]);
    map_free(m.lists);
    return true;
}
