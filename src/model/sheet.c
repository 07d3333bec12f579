/* SPDX-License-Identifier: EUPL-1.2 */
#include "model/sheet.h"

#include "base/catalogue.h"
#include "base/csv.h"
#include "base/mem.h"

#include <string.h>

/* --- headers
 * ------------------------------------------------------------------------------------- */

static const char *text_copy(struct arena *a, struct text t)
{
    return t.n == 0 ? "" : arena_copy(a, t.p, t.n);
}

/* Number of the language with this code, entering it with its name when it is new; LANGUAGES_MAX
 * when there is no room. */
static size_t language_number(struct sheet_reader *in, struct text code, struct text name)
{
    struct dictionary *d = in->dictionary;
    size_t i = 0;
    while (i < d->n_language && !text_is(code, d->language[i])) i++;
    if (i == LANGUAGES_MAX) return i;
    if (i == d->n_language) {
        d->language[i] = text_copy(in->keep, code);
        d->n_language++;
    }
    if (d->language_name[i] == NULL && name.n > 0) d->language_name[i] = text_copy(in->keep, name);
    return i;
}

static bool is_language_code(struct text t)
{
    if (t.n < 2 || t.n > 16) return false;
    for (size_t i = 0; i < t.n; i++) {
        char c = t.p[i];
        if (!((c >= 'a' && c <= 'z') ||
              (i > 1 && ((c >= 'A' && c <= 'Z') || c == '-' || (c >= '0' && c <= '9')))))
            return false;
    }
    return true;
}

/* "label::Português (pt)" to "label::pt"; other headers stay. NULL when the header is bad. */
static const char *column_key(struct sheet_reader *in, const char *file, struct text header)
{
    size_t at;
    if (!text_find(header, TEXT("::"), &at) || text_starts(header, TEXT("bind::")))
        return text_copy(in->arena, header);
    struct text base = text_trim((struct text){header.p, at});
    struct text rest = text_trim((struct text){header.p + at + 2, header.n - at - 2});
    struct text name = rest, code = rest;
    size_t open;
    if (text_ends(rest, TEXT(")")) && text_find(rest, TEXT("("), &open)) {
        name = text_trim((struct text){rest.p, open});
        code = text_trim((struct text){rest.p + open + 1, rest.n - open - 2});
    }
    const char *shown = text_copy(in->arena, header);
    if (!is_language_code(code)) {
        problems_add(in->problems, true, "sheet.bad_language", file, 1, shown,
                     "write a translated header as base::Language (code): label::English (en)",
                     "the header '%.80s' does not end in a language code", shown);
        return NULL;
    }
    if (language_number(in, code, name.n == code.n ? (struct text){"", 0} : name) ==
        LANGUAGES_MAX) {
        problems_add(in->problems, true, "sheet.too_many_languages", file, 1, shown,
                     "leave out a language", "a dictionary may have at most %d languages",
                     LANGUAGES_MAX);
        return NULL;
    }
    return arena_printf(in->arena, "%.*s::%.*s", (int)base.n, base.p, (int)code.n, code.p);
}

static bool header_read(struct sheet *s, struct sheet_reader *in, const struct csv_row *row)
{
    if (row->n_field > SHEET_COLUMNS_MAX) {
        problems_add(in->problems, true, "sheet.too_many_columns", s->file, 1, "", "delete columns",
                     "a sheet may have at most %d columns", SHEET_COLUMNS_MAX);
        return false;
    }
    s->n_column = row->n_field;
    s->header = ARENA_ARRAY(in->arena, const char *, s->n_column);
    s->column = ARENA_ARRAY(in->arena, const char *, s->n_column);
    bool any = false;
    for (size_t i = 0; i < s->n_column; i++) {
        struct text h = text_trim(row->field[i]);
        s->header[i] = text_copy(in->arena, h);
        const char *key = h.n == 0 ? "" : column_key(in, s->file, h);
        s->column[i] = key == NULL ? "" : key;
        any |= h.n > 0;
        for (size_t j = 0; j < i && s->column[i][0] != '\0'; j++)
            if (strcmp(s->column[i], s->column[j]) == 0)
                problems_add(in->problems, true, "sheet.repeated_column", s->file, 1, s->header[i],
                             "delete or rename one of them", "the column '%.80s' is there twice",
                             s->header[i]);
    }
    if (!any)
        problems_add(in->problems, true, "sheet.no_header", s->file, 1, "",
                     "write the names of the columns into the first row",
                     "the first row has no names");
    return any;
}

size_t sheet_column(const struct sheet *s, const char *column)
{
    for (size_t i = 0; i < s->n_column; i++)
        if (strcmp(s->column[i], column) == 0) return i;
    return COLUMN_ABSENT;
}

size_t sheet_column_required(const struct sheet *s, struct sheet_reader *in, const char *column)
{
    size_t at = sheet_column(s, column);
    if (at != COLUMN_ABSENT) return at;
    struct guess g;
    guess_init(&g, text_of(column));
    for (size_t i = 0; i < s->n_column; i++) guess_offer(&g, s->column[i]);
    problems_add(in->problems, true, "sheet.missing_column", s->file, 1, column,
                 g.best == NULL ? arena_printf(in->arena, "add a column '%s'", column)
                                : arena_printf(in->arena, tr("rename the column '%s' to '%s'"),
                                               g.best, column),
                 "the column '%s' is missing", column);
    return at;
}

/* --- rows
 * ---------------------------------------------------------------------------------------- */

static bool has_control(struct text t)
{
    for (size_t i = 0; i < t.n; i++) {
        unsigned char c = (unsigned char)t.p[i];
        if ((c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7F) return true;
    }
    return false;
}

static struct sheet_row row_read(const struct sheet *s, struct sheet_reader *in,
                                 const struct csv_row *row)
{
    struct sheet_row out = {.file = s->file, .row = (uint32_t)row->row};
    out.cell = ARENA_ARRAY(in->arena, struct cell, s->n_column);
    for (size_t i = 0; i < s->n_column; i++) {
        struct text t = i < row->n_field ? text_trim(row->field[i]) : (struct text){"", 0};
        out.cell[i] = (struct cell){text_copy(in->arena, t), s->file, out.row};
        if (!has_control(t)) continue;
        SHEET_PROBLEM(in, true, "sheet.control_character", out, s->header[i], "type the cell again",
                      "the cell holds a control character");
        out.cell[i].s = "";
    }
    for (size_t i = s->n_column; i < row->n_field; i++) {
        if (text_trim(row->field[i]).n == 0) continue;
        SHEET_PROBLEM(in, true, "sheet.long_row", out, "", "put text with commas between quotes",
                      "the row has %zu cells, the header %zu", row->n_field, s->n_column);
        break;
    }
    return out;
}

static bool row_is_blank(const struct csv_row *row)
{
    for (size_t i = 0; i < row->n_field; i++)
        if (text_trim(row->field[i]).n > 0) return false;
    return true;
}

void sheet_maker_begin(struct sheet_maker *m, struct sheet *out, struct sheet_reader *in,
                       const char *file)
{
    *out = (struct sheet){.file = arena_copy(in->keep, file, strlen(file))};
    *m = (struct sheet_maker){.sheet = out, .in = in};
}

bool sheet_maker_row(struct sheet_maker *m, const struct csv_row *row)
{
    struct sheet *s = m->sheet;
    if (s->header == NULL) return header_read(s, m->in, row);
    if (row_is_blank(row)) return true;
    if (s->n_row == SHEET_ROWS_MAX) {
        problems_add(m->in->problems, true, "sheet.too_many_rows", s->file, (uint32_t)row->row, "",
                     "delete rows", "a sheet may have at most %d rows", SHEET_ROWS_MAX);
        return false;
    }
    MEM_GROW(m->taken, m->cap, s->n_row + 1);
    m->taken[s->n_row++] = row_read(s, m->in, row);
    return true;
}

void sheet_maker_finish(struct sheet_maker *m)
{
    struct sheet *s = m->sheet;
    s->row = ARENA_ARRAY(m->in->arena, struct sheet_row, s->n_row);
    if (s->n_row > 0) memcpy(s->row, m->taken, s->n_row * sizeof *m->taken);
    mem_free(m->taken);
    *m = (struct sheet_maker){0};
}

static bool rows_read(struct sheet *s, struct sheet_reader *in, struct csv_reader *r)
{
    struct err e = {0};
    struct csv_row row;
    struct sheet_maker m = {.sheet = s, .in = in};
    bool found, ok = false;

    for (;;) {
        if (!csv_next(r, &row, &found, &e)) {
            problems_add(in->problems, true, "sheet.unreadable", s->file, 0, "", e.remedy, "%s",
                         e.msg);
            break;
        }
        if (!found) {
            ok = s->header != NULL;
            if (!ok)
                problems_add(in->problems, true, "sheet.no_header", s->file, 1, "",
                             "write the names of the columns into the first row",
                             "the file is empty");
            break;
        }
        if (!sheet_maker_row(&m, &row)) break;
    }
    sheet_maker_finish(&m);
    return ok;
}

bool sheet_read(struct sheet *out, struct sheet_reader *in, const char *file, struct text bytes)
{
    struct csv_reader *r = NULL;
    struct err e = {0};
    *out = (struct sheet){.file = arena_copy(in->keep, file, strlen(file))};

    if (text_starts(bytes, TEXT("\xEF\xBB\xBF"))) bytes = (struct text){bytes.p + 3, bytes.n - 3};
    size_t bad_at;
    if (!text_is_utf8(bytes, &bad_at)) {
        uint32_t line = 1;
        for (size_t i = 0; i < bad_at; i++) line += bytes.p[i] == '\n';
        problems_add(in->problems, true, "sheet.not_utf8", out->file, line, "",
                     "save the file again as CSV UTF-8", "line %u is not valid UTF-8", line);
        return false;
    }
    bool ok = false;
    if (csv_open_memory(&r, bytes, &(struct csv_options){.encoding = CSV_UTF8}, &e))
        ok = rows_read(out, in, r);
    else
        problems_add(in->problems, true, "sheet.unreadable", out->file, 0, "", e.remedy, "%s",
                     e.msg);
    csv_close(r);
    return ok;
}

struct cell sheet_cell(const struct sheet_row *row, size_t column)
{
    return column == COLUMN_ABSENT ? (struct cell){"", row->file, row->row} : row->cell[column];
}

struct sheet_words sheet_words(const struct sheet *s, const struct dictionary *d, const char *base)
{
    struct sheet_words w;
    char key[NAME_MAX_BYTES + 32];
    for (size_t i = 0; i < LANGUAGES_MAX; i++) {
        w.column[i] = COLUMN_ABSENT;
        if (i >= d->n_language) continue;
        int n = snprintf(key, sizeof key, "%s::%s", base, d->language[i]);
        if (n > 0 && (size_t)n < sizeof key) w.column[i] = sheet_column(s, key);
        /* An untranslated header speaks the first language. */
        if (i == 0 && w.column[0] == COLUMN_ABSENT) w.column[0] = sheet_column(s, base);
    }
    return w;
}

struct words sheet_words_read(const struct sheet_row *row, const struct sheet_words *w,
                              struct arena *keep)
{
    struct words out = {0};
    for (size_t i = 0; i < LANGUAGES_MAX; i++) {
        const char *s = sheet_cell(row, w->column[i]).s;
        if (s[0] != '\0') out.in[i] = arena_copy(keep, s, strlen(s));
    }
    return out;
}
