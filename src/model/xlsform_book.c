/* SPDX-License-Identifier: EUPL-1.2 */
/* Books: tables being made, read from rows, written as a workbook; data folders as sheets. */
#include "model/xlsform.h"

#include "base/buf.h"
#include "base/mem.h"
#include "base/xlsx_write.h"
#include "model/xlsform_internal.h"

#include <stdlib.h>
#include <string.h>

const char *const xlsform_part_name[XLSFORM_PARTS] = {"survey", "choices", "settings"};

/* --- tables being made
 * --------------------------------------------------------------------------- */

void table_begin(struct sheet *s, const char *file, struct arena *a)
{
    *s = (struct sheet){.file = file,
                        .header = ARENA_ARRAY(a, const char *, SHEET_COLUMNS_MAX),
                        .column = ARENA_ARRAY(a, const char *, SHEET_COLUMNS_MAX)};
}

size_t table_column(struct sheet *s, const char *header, const char *key)
{
    size_t at = sheet_column(s, key);
    if (at != COLUMN_ABSENT || s->n_column == SHEET_COLUMNS_MAX) return at;
    s->header[s->n_column] = header;
    s->column[s->n_column] = key;
    return s->n_column++;
}

void table_rows(struct sheet *s, size_t n_max, struct arena *a)
{
    s->row = ARENA_ARRAY(a, struct sheet_row, n_max);
    s->n_row = 0;
}

struct sheet_row *table_row(struct sheet *s, const char *file, uint32_t row, struct arena *a)
{
    struct sheet_row *r = &s->row[s->n_row++];
    *r = (struct sheet_row){.file = file, .row = row};
    r->cell = ARENA_ARRAY(a, struct cell, s->n_column);
    for (size_t i = 0; i < s->n_column; i++) r->cell[i] = (struct cell){"", file, row};
    return r;
}

void table_put(struct sheet_row *row, size_t column, const char *text)
{
    if (column != COLUMN_ABSENT) row->cell[column].s = text;
}

void names_begin(struct names *n)
{
    *n = (struct names){.seen = map_new()};
}

void names_add(struct names *n, const char *name)
{
    if (!map_put(n->seen, text_of(name), (uint32_t)n->n)) return;
    MEM_GROW(n->name, n->cap, n->n + 1);
    n->name[n->n++] = name;
}

void names_end(struct names *n)
{
    map_free(n->seen);
    mem_free(n->name);
    *n = (struct names){0};
}

/* --- reading
 * ------------------------------------------------------------------------------------- */

void xlsform_read_begin(struct xlsform_reader *r, struct xlsform_book *out, struct arena *a,
                        struct problems *p)
{
    *out = (struct xlsform_book){.shown = NULL};
    *r = (struct xlsform_reader){.book = out};
    r->in = (struct sheet_reader){.dictionary = &r->words, .keep = a, .arena = a, .problems = p};
}

void xlsform_read_part(struct xlsform_reader *r, enum xlsform_part part)
{
    sheet_maker_begin(&r->maker, &r->book->part[part], &r->in, xlsform_part_name[part]);
}

/* "list name" and "list_name" are one header. */
static void header_names(struct sheet *s)
{
    for (size_t i = 0; i < s->n_column; i++)
        if (strcmp(s->column[i], "list name") == 0) s->column[i] = "list_name";
}

bool xlsform_read_row(struct xlsform_reader *r, const struct csv_row *row, const bool *formula)
{
    struct sheet *s = r->maker.sheet;
    bool first = s->header == NULL;
    for (size_t i = 0; formula != NULL && i < row->n_field; i++) {
        if (!formula[i]) continue;
        const char *column = !first && i < s->n_column ? s->header[i] : "";
        problems_add(r->in.problems, true, "xlsform.formula", s->file, (uint32_t)row->row, column,
                     "copy the cell and paste it in place as a value",
                     "the cell holds a formula, which is never computed");
    }
    if (!sheet_maker_row(&r->maker, row)) return false;
    if (first && s->header != NULL) header_names(s);
    return true;
}

void xlsform_read_end(struct xlsform_reader *r)
{
    sheet_maker_finish(&r->maker);
}

/* --- writing
 * ------------------------------------------------------------------------------------- */

static void write_part(struct xlsx_writer *w, const struct sheet *s)
{
    for (size_t c = 0; c < s->n_column; c++) {
        bool words = strstr(s->column[c], "::") != NULL && s->column[c][0] != 'b';
        xlsx_write_text(w, 0, (uint16_t)c, text_of(s->header[c]), XLSX_HEAD);
        xlsx_write_width(w, (uint16_t)c, words ? 40 : 20);
    }
    xlsx_write_freeze(w, 1, 0);
    for (size_t r = 0; r < s->n_row; r++)
        for (size_t c = 0; c < s->n_column; c++)
            if (s->row[r].cell[c].s[0] != '\0')
                xlsx_write_text(w, (uint32_t)(r + 1), (uint16_t)c, text_of(s->row[r].cell[c].s),
                                XLSX_PLAIN);
}

bool xlsform_write(const struct xlsform_book *book, const char *path, struct err *e)
{
    struct xlsx_writer *w;
    if (!xlsx_write_open(&w, path, "", e)) return false;
    for (size_t i = 0; i < XLSFORM_PARTS; i++) {
        if (!xlsx_write_sheet(w, xlsform_part_name[i], e)) {
            xlsx_write_abandon(w);
            return false;
        }
        write_part(w, &book->part[i]);
    }
    return xlsx_write_close(w, e);
}

struct text sheet_to_csv(const struct sheet *s, struct arena *a)
{
    struct buf b;
    buf_init(&b, SHEET_BYTES_MAX);
    for (size_t c = 0; c < s->n_column; c++)
        csv_put(&b, text_of(s->header[c]), ',', CSV_MACHINE, c == 0);
    buf_putc(&b, '\n');
    for (size_t r = 0; r < s->n_row; r++) {
        for (size_t c = 0; c < s->n_column; c++)
            csv_put(&b, text_of(s->row[r].cell[c].s), ',', CSV_MACHINE, c == 0);
        buf_putc(&b, '\n');
    }
    struct text out = {arena_copy(a, b.p == NULL ? "" : b.p, b.n), b.n};
    buf_release(&b);
    return out;
}

/* --- data folders
 * -------------------------------------------------------------------------------- */

void folder_sheets_read(struct folder_sheets *f, const char *folder, const char *pack,
                        struct arena *a, struct problems *p)
{
    *f = (struct folder_sheets){.folder = folder, .pack = pack};
    f->reader =
        (struct sheet_reader){.dictionary = &f->words, .keep = a, .arena = a, .problems = p};
    data_files_read(&f->files, folder, pack, a, p);
}

void folder_sheets_release(struct folder_sheets *f)
{
    data_files_release(&f->files);
}

bool folder_core(struct folder_sheets *f, const char *file, struct sheet *out)
{
    const struct data_file *d = data_files_find(&f->files, file);
    return d != NULL && sheet_read(out, &f->reader, file, d->bytes);
}

/* Rows that the pack hides go. */
static void drop_hidden(struct sheet *s)
{
    size_t n = 0;
    for (size_t i = 0; i < s->n_row; i++)
        if (!s->row[i].hidden) s->row[n++] = s->row[i];
    s->n_row = n;
}

/* A list that only the pack has: without the columns that instruct. */
static void drop_instructions(struct sheet *s)
{
    size_t n = 0;
    for (size_t c = 0; c < s->n_column; c++) {
        if (strcmp(s->column[c], "action") == 0 || strcmp(s->column[c], "after") == 0) continue;
        s->header[n] = s->header[c];
        s->column[n] = s->column[c];
        for (size_t r = 0; r < s->n_row; r++) s->row[r].cell[n] = s->row[r].cell[c];
        n++;
    }
    s->n_column = n;
}

bool folder_merged(struct folder_sheets *f, const char *file, const char *over, const char *key,
                   bool nested, struct sheet *out)
{
    struct sheet pack;
    bool core = folder_core(f, file, out), there = false;
    if (f->pack[0] != '\0')
        there = folder_core(f, arena_printf(f->reader.arena, PACK_PREFIX "%s/%s", f->pack, over),
                            &pack);
    if (core && there) sheet_overlay(out, &pack, key, nested, &f->reader);
    if (!core && there) {
        *out = pack;
        drop_instructions(out);
    }
    if (core || there) drop_hidden(out);
    return core || there;
}

struct place {
    const struct sheet_row *row;
    int64_t sort;
    size_t number;
};

static int by_sort(const void *a, const void *b)
{
    const struct place *x = a, *y = b;
    if (x->sort != y->sort) return x->sort < y->sort ? -1 : 1;
    return x->number < y->number ? -1 : x->number > y->number;
}

const struct sheet_row **rows_by_sort(const struct sheet *s, size_t *n, struct arena *a)
{
    size_t sort = sheet_column(s, "sort");
    struct place *place = ARENA_ARRAY(a, struct place, s->n_row);
    const struct sheet_row **out = ARENA_ARRAY(a, const struct sheet_row *, s->n_row);
    int64_t last = INT64_MIN;
    *n = 0;
    for (size_t i = 0; i < s->n_row; i++) {
        if (s->row[i].hidden) continue;
        const char *text = sheet_cell(&s->row[i], sort).s;
        int64_t at = last;
        if (text[0] != '\0' && !text_to_int(text_of(text), &at)) at = last;
        place[*n] = (struct place){&s->row[i], at, *n};
        (*n)++;
        last = at;
    }
    if (*n > 0) qsort(place, *n, sizeof *place, by_sort);
    for (size_t i = 0; i < *n; i++) out[i] = place[i].row;
    return out;
}
