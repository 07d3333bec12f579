/* SPDX-License-Identifier: EUPL-1.2 */
/* Reading the rows of a sheet.
 *
 *     worksheet > sheetData > row r hidden > c r s t > f, v, is > t, r > t, rPh
 *
 * Cells are sparse: each names its place (A1 to XFD1048576), or follows the one before. Rows and
 * the cells of a row must ascend, as the format asks; a second value for the same cell is refused.
 * Of a formula only the cached value <v> is read. A merged area has its value in its first cell,
 * the others are empty in the file. Formatting without a value makes no cell.
 *
 * Dates are numbers whose style shows a date (ECMA-376 part 1, 18.17.4). A whole number gives
 * "2020-12-31", one with a fraction "2020-12-31T13:45:00", rounded to seconds; below 1 it is a time
 * of day and given as text "13:45:00"; a serial outside of the years of base/date.h stays a number.
 *
 * Memory: one row. */
#include "base/xlsx_internal.h"

#include "base/catalogue.h"
#include "base/date.h"
#include "base/mem.h"
#include "base/xlsx_xml.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    ROW_MAX = 1048576,
    COLUMN_MAX = 16384,         /* that a reference may name */
    COLUMN_VALUE_MAX = 2000,    /* that may hold a value, as in CSV (S70) */
    CELL_TEXT_MAX = 128 * 1024, /* bytes; Excel's 32,767 characters fit */
    ROW_TEXT_MAX = 256 * 1024 * 1024
};

enum cell_type {
    TYPE_NUMBER,
    TYPE_SHARED,
    TYPE_INLINE,
    TYPE_STRING,
    TYPE_BOOL,
    TYPE_ERROR,
    TYPE_DATE
};

struct sheet_reading {
    struct xlsx_reader *r;
    size_t sheet; /* index, for messages */
    xlsx_row_fn *each;
    void *ctx;

    size_t depth, skip; /* skip: depth of a phonetic run */
    bool in_data, in_row, in_cell, in_inline, collect;

    uint64_t row, row_before;
    bool hidden;
    struct xlsx_cell *cell; /* COLUMN_VALUE_MAX of them */
    size_t *text_at;        /* of each: 1 + place in `text`, or 0 */
    size_t n_cell;          /* up to the last one with a value */
    struct buf text;        /* texts of the row that are not shared */

    uint64_t column, column_before; /* 1-based; of the cell being read */
    enum cell_type type;
    bool date, formula, has_value;
    size_t begin; /* of the cell's value in `text` */
};

/* ---- errors -------------------------------------------------------------------------------- */

static bool sheet_error(const struct sheet_reading *s, struct err *e, enum err_code code,
                        const char *id, const char *why, const char *remedy)
{
    err_set(e, code, id, "sheet %zu, row %llu, column %llu: %s", s->sheet + 1,
            (unsigned long long)s->row, (unsigned long long)s->column, tr(why));
    return err_remedy(e, "%s", tr(remedy));
}

static bool cell_too_long(const struct sheet_reading *s, struct err *e)
{
    return sheet_error(s, e, ERR_LIMIT, "xlsx.cell_too_long",
                       "the cell's text is longer than 131072 bytes",
                       "shorten it: a cell holds at most 32767 characters");
}

static const char SAVE_AGAIN[] =
    N_("open the file in a spreadsheet program and save it again as .xlsx");

/* ---- places -------------------------------------------------------------------------------- */

/* "BC12" to column 55 and row 12. */
static bool reference(struct text t, uint64_t *column, uint64_t *row)
{
    size_t i = 0;
    uint64_t c = 0;
    for (; i < t.n && i < 4 && t.p[i] >= 'A' && t.p[i] <= 'Z'; i++)
        c = c * 26 + (uint64_t)(t.p[i] - 'A' + 1);
    if (c == 0 || c > COLUMN_MAX || i == t.n || t.p[i] == '0') return false;
    *column = c;
    return text_to_uint((struct text){t.p + i, t.n - i}, row) && *row <= ROW_MAX;
}

static bool row_begin(struct sheet_reading *s, const char *const *attribute, struct err *e)
{
    struct text t;
    s->column = 0;
    s->column_before = 0;
    s->row = s->row_before + 1;
    if (xlsx_xml_attribute(&t, attribute, "r") && (!text_to_uint(t, &s->row) || s->row == 0))
        return sheet_error(s, e, ERR_INPUT, "xlsx.cell_reference", "the row's number is not one",
                           SAVE_AGAIN);
    if (s->row <= s->row_before)
        return sheet_error(s, e, ERR_INPUT, "xlsx.row_order", "rows do not ascend", SAVE_AGAIN);
    if (s->row > ROW_MAX)
        return sheet_error(s, e, ERR_INPUT, "xlsx.cell_reference", "a sheet has 1048576 rows",
                           SAVE_AGAIN);
    s->hidden = xlsx_xml_flag(attribute, "hidden");
    s->n_cell = 0;
    buf_clear(&s->text);
    return true;
}

static enum cell_type type_of(const char *const *attribute)
{
    static const struct {
        const char *name;
        enum cell_type type;
    } types[] = {{"s", TYPE_SHARED},   {"n", TYPE_NUMBER}, {"inlineStr", TYPE_INLINE},
                 {"str", TYPE_STRING}, {"b", TYPE_BOOL},   {"e", TYPE_ERROR},
                 {"d", TYPE_DATE}};
    struct text t;
    if (!xlsx_xml_attribute(&t, attribute, "t")) return TYPE_NUMBER;
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (text_is(t, types[i].name)) return types[i].type;
    return TYPE_STRING;
}

static bool cell_begin(struct sheet_reading *s, const char *const *attribute, struct err *e)
{
    struct text t;
    uint64_t row = s->row, style;
    s->column = s->column_before + 1;
    if (xlsx_xml_attribute(&t, attribute, "r") && !reference(t, &s->column, &row))
        return sheet_error(s, e, ERR_INPUT, "xlsx.cell_reference", "a cell's reference is not one",
                           SAVE_AGAIN);
    if (row != s->row || s->column > COLUMN_MAX)
        return sheet_error(s, e, ERR_INPUT, "xlsx.cell_reference", "a cell is not of its row",
                           SAVE_AGAIN);
    if (s->column <= s->column_before)
        return sheet_error(s, e, ERR_INPUT, "xlsx.cell_order", "cells do not ascend", SAVE_AGAIN);
    s->column_before = s->column;
    s->type = type_of(attribute);
    s->date = xlsx_xml_attribute(&t, attribute, "s") && text_to_uint(t, &style) &&
              style < s->r->n_style && s->r->style_is_date[style];
    s->formula = false;
    s->has_value = false;
    s->begin = s->text.n;
    return true;
}

/* ---- values -------------------------------------------------------------------------------- */

/* Digits with sign, point and exponent, as XML Schema's double has them. */
static bool is_number(struct text t)
{
    size_t i = 0, n_digit = 0;
    if (i < t.n && (t.p[i] == '-' || t.p[i] == '+')) i++;
    for (; i < t.n && t.p[i] >= '0' && t.p[i] <= '9'; i++) n_digit++;
    if (i < t.n && t.p[i] == '.')
        for (i++; i < t.n && t.p[i] >= '0' && t.p[i] <= '9'; i++) n_digit++;
    if (n_digit == 0) return false;
    if (i == t.n) return true;
    if (t.p[i] != 'e' && t.p[i] != 'E') return false;
    i++;
    if (i < t.n && (t.p[i] == '-' || t.p[i] == '+')) i++;
    size_t first = i;
    while (i < t.n && t.p[i] >= '0' && t.p[i] <= '9') i++;
    return i == t.n && i > first && i - first <= 4;
}

/* The number as date, written into `out` (at least 32 bytes); false when it stays a number. */
static bool date_text(char *out, bool *is_date, struct text number, bool system_1904)
{
    char copy[64];
    if (number.n >= sizeof copy) return false;
    memcpy(copy, number.p, number.n);
    copy[number.n] = '\0';
    double serial = strtod(copy, NULL);
    if (!(serial >= 0 && serial < 1e7)) return false;
    double day = floor(serial);
    long seconds = lround((serial - day) * 86400);
    if (seconds == 86400) {
        day += 1;
        seconds = 0;
    }
    int hour = (int)(seconds / 3600), minute = (int)(seconds / 60 % 60),
        second = (int)(seconds % 60);
    if (day < 1 && seconds > 0) {
        snprintf(out, 32, "%02d:%02d:%02d", hour, minute, second);
        *is_date = false;
        return true;
    }
    struct date d;
    if (!date_from_serial(&d, day, system_1904)) return false;
    char iso[DATE_TEXT_MAX];
    date_format(iso, d);
    if (seconds == 0) snprintf(out, 32, "%s", iso);
    else snprintf(out, 32, "%sT%02d:%02d:%02d", iso, hour, minute, second);
    *is_date = true;
    return true;
}

static void value_number(struct sheet_reading *s, struct xlsx_cell *c)
{
    char date[32];
    bool is_date;
    if (!is_number(c->text)) {
        c->kind = XLSX_TEXT;
    } else if (s->date && date_text(date, &is_date, c->text, s->r->system_1904)) {
        s->text.n = s->begin;
        buf_puts(&s->text, date);
        c->kind = is_date ? XLSX_DATE : XLSX_TEXT;
        c->text = (struct text){s->text.p + s->begin, s->text.n - s->begin};
    } else {
        c->kind = XLSX_NUMBER;
    }
}

static bool value_shared(struct sheet_reading *s, struct xlsx_cell *c, struct err *e)
{
    uint64_t i;
    if (!text_to_uint(c->text, &i) || i >= s->r->n_string)
        return sheet_error(s, e, ERR_INPUT, "xlsx.damaged", "a cell names a text that is not there",
                           SAVE_AGAIN);
    size_t from = s->r->string_at[i], n = s->r->string_at[i + 1] - from;
    if (n > CELL_TEXT_MAX) return cell_too_long(s, e);
    c->kind = XLSX_TEXT;
    c->text = (struct text){n == 0 ? "" : s->r->strings.p + from, n};
    s->text.n = s->begin;
    return true;
}

/* What the cell holds, from the characters of its value. */
static bool value_of(struct sheet_reading *s, struct xlsx_cell *c, struct err *e)
{
    c->text = (struct text){s->text.p + s->begin, s->text.n - s->begin};
    struct date d;
    switch (s->type) {
    case TYPE_INLINE:
    case TYPE_STRING:
        s->text.n = s->begin + xlsx_unescape(s->text.p + s->begin, c->text.n);
        c->text.n = s->text.n - s->begin;
        c->kind = XLSX_TEXT;
        return true;
    case TYPE_SHARED: c->text = text_trim(c->text); return value_shared(s, c, e);
    case TYPE_NUMBER:
        c->text = text_trim(c->text);
        value_number(s, c);
        return true;
    case TYPE_BOOL:
        c->text = text_trim(c->text);
        if (text_is(c->text, "true")) c->text = TEXT("1");
        if (text_is(c->text, "false")) c->text = TEXT("0");
        c->kind = text_is(c->text, "1") || text_is(c->text, "0") ? XLSX_BOOL : XLSX_TEXT;
        return true;
    case TYPE_ERROR: c->kind = XLSX_ERROR; return true;
    case TYPE_DATE:
        c->text = text_trim(c->text);
        c->kind = date_parse(&d, c->text, DATE_ISO) ? XLSX_DATE : XLSX_TEXT;
        return true;
    }
    return true;
}

static bool cell_end(struct sheet_reading *s, struct err *e)
{
    struct xlsx_cell c = {.kind = XLSX_EMPTY, .text = {"", 0}, .formula = s->formula};
    if (s->has_value && s->text.n > s->begin && !value_of(s, &c, e)) return false;
    if (c.text.n == 0)
        c = (struct xlsx_cell){.kind = XLSX_EMPTY, .text = {"", 0}, .formula = s->formula};
    if (c.kind == XLSX_EMPTY && !c.formula) return true;
    if (s->column > COLUMN_VALUE_MAX)
        return sheet_error(s, e, ERR_LIMIT, "xlsx.too_many_columns",
                           "no more than 2000 columns are read",
                           "delete what stands far to the right");
    size_t at = s->column - 1;
    for (; s->n_cell < at; s->n_cell++) {
        s->cell[s->n_cell] = (struct xlsx_cell){.kind = XLSX_EMPTY, .text = {"", 0}};
        s->text_at[s->n_cell] = 0;
    }
    /* `text` may still move: keep the place of what lies in it. */
    uintptr_t offset = (uintptr_t)c.text.p - (uintptr_t)s->text.p;
    s->cell[at] = c;
    s->text_at[at] = s->text.p != NULL && offset < s->text.n ? offset + 1 : 0;
    s->n_cell = at + 1;
    return true;
}

static bool row_end(struct sheet_reading *s, struct err *e)
{
    s->row_before = s->row;
    if (s->n_cell == 0) return true;
    for (size_t i = 0; i < s->n_cell; i++)
        if (s->text_at[i] != 0) s->cell[i].text.p = s->text.p + s->text_at[i] - 1;
    struct xlsx_row row = {s->cell, s->n_cell, s->row, s->hidden};
    return s->each(s->ctx, &row, e);
}

/* ---- events -------------------------------------------------------------------------------- */

static bool on_start(void *ctx, struct text name, const char *const *attribute, struct err *e)
{
    struct sheet_reading *s = ctx;
    switch (++s->depth) {
    case 1: return true;
    case 2: s->in_data = text_is(name, "sheetData"); return true;
    case 3:
        s->in_row = s->in_data && text_is(name, "row");
        return !s->in_row || row_begin(s, attribute, e);
    case 4:
        s->in_cell = s->in_row && text_is(name, "c");
        return !s->in_cell || cell_begin(s, attribute, e);
    case 5:
        if (!s->in_cell) return true;
        s->in_inline = s->type == TYPE_INLINE && text_is(name, "is");
        s->collect = s->type != TYPE_INLINE && text_is(name, "v");
        if (s->in_inline || s->collect) s->has_value = true;
        if (text_is(name, "f")) s->formula = true;
        return true;
    default:
        if (!s->in_inline || s->skip != 0) return true;
        if (text_is(name, "rPh")) s->skip = s->depth;
        if (text_is(name, "t")) s->collect = true;
        return true;
    }
}

static bool on_end(void *ctx, struct text name, struct err *e)
{
    struct sheet_reading *s = ctx;
    (void)name;
    if (s->skip == s->depth) s->skip = 0;
    switch (s->depth--) {
    case 2: s->in_data = false; return true;
    case 3:
        if (!s->in_row) return true;
        s->in_row = false;
        return row_end(s, e);
    case 4:
        if (!s->in_cell) return true;
        s->in_cell = false;
        return cell_end(s, e);
    case 5: s->in_inline = false; break;
    default: break;
    }
    s->collect = false;
    return true;
}

static bool on_text(void *ctx, struct text piece, struct err *e)
{
    struct sheet_reading *s = ctx;
    if (!s->collect) return true;
    if (s->text.n - s->begin + piece.n > CELL_TEXT_MAX) return cell_too_long(s, e);
    buf_put_text(&s->text, piece);
    return buf_ok(&s->text, e);
}

bool xlsx_read_sheet(struct xlsx_reader *r, size_t sheet, xlsx_row_fn *each, void *ctx,
                     struct err *e)
{
    if (sheet >= r->n_sheet) {
        err_set(e, ERR_NOT_FOUND, "xlsx.no_sheet", "the workbook has no sheet %zu, it has %zu",
                sheet + 1, r->n_sheet);
        return err_remedy(e, "choose one of its sheets");
    }
    struct sheet_reading s = {.r = r, .sheet = sheet, .each = each, .ctx = ctx};
    s.cell = mem_new(COLUMN_VALUE_MAX, sizeof *s.cell);
    s.text_at = mem_new(COLUMN_VALUE_MAX, sizeof *s.text_at);
    buf_init_wiped(&s.text, ROW_TEXT_MAX);
    struct xlsx_xml_events events = {on_start, on_end, on_text, &s};
    bool ok = xlsx_xml_read(r->zip, r->sheet[sheet].entry, &events, e);
    mem_free(s.cell);
    mem_free(s.text_at);
    buf_release(&s.text);
    return ok;
}
