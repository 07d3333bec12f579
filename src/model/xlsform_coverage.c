/* SPDX-License-Identifier: EUPL-1.2 */
#include "model/xlsform_coverage.h"

#include "base/map.h"
#include "model/xlsform_internal.h"

#include <string.h>

struct measuring {
    const struct xlsform_book *book;
    const struct dictionary *d;
    const char *standard;
    struct sheet mapping;
    bool is_mapping;
    size_t source, variable, value_map, note, unmapped; /* columns of the mapping */
    struct arena *a;
};

/* Does a list of names with `between` between hold this one, in whatever capitals? */
static bool holds(const char *list, struct text name, char between)
{
    struct text rest = text_of(list), piece;
    while (name.n > 0 && text_split(&rest, between, &piece))
        if (text_equal_nocase(text_trim(piece), name)) return true;
    return false;
}

/* --- choices
 * ------------------------------------------------------------------------------------- */

static bool list_meets(const struct measuring *m, const struct codelist *l, struct text name,
                       struct text label)
{
    size_t column = codelist_column(l, m->standard);
    for (code_id c = 0; c < l->n_code; c++) {
        if (text_equal_nocase(text_of(l->code[c].name), name)) return true;
        if (column == SIZE_MAX) continue;
        const char *theirs = l->code[c].extra[column];
        if (holds(theirs, name, ';') || holds(theirs, label, ';')) return true;
    }
    return false;
}

/* A value that the mapping names in front of a code: "Police=10;NGO=51|@LIST.column". */
static bool map_meets(const char *value_map, struct text name, struct text label)
{
    struct text alternatives = text_of(value_map), part, pair;
    while (text_split(&alternatives, '|', &part))
        while (text_split(&part, ';', &pair)) {
            size_t at;
            if (!text_find(pair, TEXT("="), &at) || at + 1 == pair.n) continue;
            struct text from = text_trim((struct text){pair.p, at});
            if (text_equal_nocase(from, name) || text_equal_nocase(from, label)) return true;
        }
    return false;
}

static bool choice_meets(const struct measuring *m, const struct codelist *const *list,
                         size_t n_list, const char *field, struct text name, struct text label)
{
    for (size_t i = 0; i < n_list; i++)
        if (list_meets(m, list[i], name, label)) return true;
    for (size_t r = 0; m->is_mapping && r < m->mapping.n_row; r++)
        if (text_equal_nocase(text_of(sheet_cell(&m->mapping.row[r], m->source).s),
                              text_of(field)) &&
            map_meets(sheet_cell(&m->mapping.row[r], m->value_map).s, name, label))
            return true;
    return false;
}

static void choices(struct measuring *m, struct coverage_field *f, const char *of,
                    const struct codelist *const *list, size_t n_list)
{
    const struct sheet *s = &m->book->part[XLSFORM_CHOICES];
    if (s->header == NULL) return;
    size_t list_name = sheet_column(s, "list_name"), name = sheet_column(s, "name"),
           label = sheet_column(s, "label");
    for (size_t c = 0; label == COLUMN_ABSENT && c < s->n_column; c++)
        if (text_starts(text_of(s->column[c]), TEXT("label"))) label = c;
    for (size_t r = 0; r < s->n_row; r++) {
        const struct sheet_row *row = &s->row[r];
        const char *choice = sheet_cell(row, name).s;
        if (strcmp(sheet_cell(row, list_name).s, of) != 0 || choice[0] == '\0') continue;
        f->n_choice++;
        if (choice_meets(m, list, n_list, f->name, text_of(choice),
                         text_of(sheet_cell(row, label).s)))
            f->n_met++;
        else
            f->unmet =
                arena_printf(m->a, "%s%s%s", f->unmet, f->unmet[0] == '\0' ? "" : " ", choice);
    }
}

/* --- fields
 * -------------------------------------------------------------------------------------- */

enum { LISTS_MAX = 32 };

static void from_mapping(const struct measuring *m, struct coverage_field *f)
{
    for (size_t r = 0; m->is_mapping && r < m->mapping.n_row; r++) {
        const struct sheet_row *row = &m->mapping.row[r];
        if (!text_equal_nocase(text_of(sheet_cell(row, m->source).s), text_of(f->name))) continue;
        const char *variable = sheet_cell(row, m->variable).s;
        bool left_out = sheet_cell(row, m->unmapped).s[0] != '\0';
        if (!left_out && variable[0] != '\0' && f->how == COVERAGE_NONE) {
            f->how = COVERAGE_MAPPED;
            f->variables = variable;
        } else if (left_out && f->how == COVERAGE_NONE) {
            f->how = COVERAGE_LEFT_OUT;
            f->note = sheet_cell(row, m->note).s;
        }
    }
}

/* The list of a variable that the mapping names by a path: its last part. */
static size_t mapped_lists(const struct measuring *m, const char *path,
                           const struct codelist *list[LISTS_MAX])
{
    const char *slash = strrchr(path, '/');
    const char *name = slash == NULL ? path : slash + 1;
    size_t n = 0;
    for (size_t i = 0; i < m->d->n_variable && n < LISTS_MAX; i++) {
        const struct variable *v = &m->d->variable[i];
        if (v->list != LIST_NONE && strcmp(v->name, name) == 0) list[n++] = m->d->list[v->list];
    }
    return n;
}

static void measure(struct measuring *m, struct coverage_field *f, const char *type)
{
    const struct codelist *list[LISTS_MAX];
    size_t n = 0;
    for (size_t i = 0; i < m->d->n_variable; i++) {
        const struct variable *v = &m->d->variable[i];
        if (!holds(variable_extra(v, m->standard), text_of(f->name), ';')) continue;
        f->how = COVERAGE_VARIABLE;
        f->variables =
            arena_printf(m->a, "%s%s%s/%s", f->variables, f->variables[0] == '\0' ? "" : " ",
                         m->d->form[v->form].name, v->name);
        if (v->list != LIST_NONE && n < LISTS_MAX) list[n++] = m->d->list[v->list];
    }
    if (f->how == COVERAGE_NONE) {
        from_mapping(m, f);
        if (f->how == COVERAGE_MAPPED) n = mapped_lists(m, f->variables, list);
    }
    if (f->how != COVERAGE_VARIABLE && f->how != COVERAGE_MAPPED) return;
    const char *const select[] = {"select_one ", "select_multiple "};
    for (size_t i = 0; i < 2; i++)
        if (text_starts(text_of(type), text_of(select[i])))
            choices(m, f, type + strlen(select[i]), list, n);
}

static void count(struct coverage *out, const struct coverage_field *f)
{
    out->n_variable += f->how == COVERAGE_VARIABLE;
    out->n_mapped += f->how == COVERAGE_MAPPED;
    out->n_left_out += f->how == COVERAGE_LEFT_OUT;
    out->n_choice += f->n_choice;
    out->n_met += f->n_met;
}

/* Fields of the standard, once each. */
static void count_standard(const struct measuring *m, struct coverage *out)
{
    struct map *seen = map_new();
    for (size_t r = 0; m->is_mapping && r < m->mapping.n_row; r++) {
        const struct sheet_row *row = &m->mapping.row[r];
        const char *name = sheet_cell(row, m->source).s;
        if (name[0] == '\0' || name[0] == '@' || name[0] == '=') continue;
        if (strstr(sheet_cell(row, m->note).s, "spelling") != NULL) continue;
        if (!map_put(seen, text_of(name), 0)) continue;
        out->n_standard++;
        if (sheet_cell(row, m->unmapped).s[0] == '\0') out->n_standard_mapped++;
        else out->n_standard_left_out++;
    }
    map_free(seen);
}

static void read_mapping(struct measuring *m, struct text bytes)
{
    struct dictionary unused = {0};
    struct problems p;
    if (bytes.n == 0) return;
    problems_init(&p, m->a);
    struct sheet_reader in = {&unused, m->a, m->a, &p};
    m->is_mapping = sheet_read(&m->mapping, &in, "mapping", bytes);
    m->source = sheet_column(&m->mapping, "source_column");
    m->variable = sheet_column(&m->mapping, "variable");
    m->value_map = sheet_column(&m->mapping, "value_map");
    m->note = sheet_column(&m->mapping, "note");
    m->unmapped = sheet_column(&m->mapping, "unmapped");
    problems_release(&p);
}

static bool is_field(const char *type, const char *name)
{
    static const char *const no[] = {"start",    "end",       "today", "deviceid", "note",
                                     "username", "calculate", "audit", ""};
    for (size_t i = 0; i < sizeof no / sizeof no[0]; i++)
        if (strcmp(type, no[i]) == 0) return false;
    return name[0] != '\0' && survey_row_kind(type) == SURVEY_VARIABLE;
}

void xlsform_coverage(struct coverage *out, const struct xlsform_book *book,
                      const struct dictionary *d, struct text mapping, const char *standard,
                      struct arena *a)
{
    const struct sheet *s = &book->part[XLSFORM_SURVEY];
    struct measuring m = {.book = book, .d = d, .standard = standard, .a = a};
    *out = (struct coverage){0};
    read_mapping(&m, mapping);
    count_standard(&m, out);
    if (s->header == NULL) return;
    size_t type = sheet_column(s, "type"), name = sheet_column(s, "name"),
           label = sheet_column(s, "label");
    for (size_t c = 0; label == COLUMN_ABSENT && c < s->n_column; c++)
        if (text_starts(text_of(s->column[c]), TEXT("label"))) label = c;
    out->field = ARENA_ARRAY(a, struct coverage_field, s->n_row);
    for (size_t r = 0; r < s->n_row; r++) {
        const struct sheet_row *row = &s->row[r];
        if (!is_field(sheet_cell(row, type).s, sheet_cell(row, name).s)) continue;
        struct coverage_field *f = &out->field[out->n_field++];
        *f = (struct coverage_field){.name = sheet_cell(row, name).s,
                                     .label = sheet_cell(row, label).s,
                                     .row = row->row,
                                     .how = COVERAGE_NONE,
                                     .variables = "",
                                     .note = "",
                                     .unmet = ""};
        measure(&m, f, sheet_cell(row, type).s);
        count(out, f);
    }
}
