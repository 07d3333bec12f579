/* SPDX-License-Identifier: EUPL-1.2 */
#include "intake/findings_file.h"

#include "base/buf.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/xlsx_write.h"

#include <string.h>

enum { ROW_BYTES_MAX = 64 * 1024 * 1024, NOTE_BYTES_MAX = 30000 };

struct findings_file {
    const struct dictionary *dictionary;
    const struct mapping *mapping;
    size_t language, n_column;
    char separator;
    struct file_sink *text;          /* one of the two */
    struct xlsx_writer *workbook;
    uint32_t line;
    struct buf row, note;
};

static void put_cells(struct findings_file *f, const struct text *cell, size_t n_cell, struct text note)
{
    if (f->workbook != NULL) {
        enum xlsx_style style = f->line == 0 ? XLSX_HEAD : XLSX_PLAIN;
        for (size_t i = 0; i < n_cell; i++)
            if (cell[i].n > 0) xlsx_write_text(f->workbook, f->line, (uint16_t)i, cell[i], style);
        if (note.n > 0) xlsx_write_text(f->workbook, f->line, (uint16_t)f->n_column, note, style);
    } else {
        buf_clear(&f->row);
        for (size_t i = 0; i < f->n_column; i++)
            csv_put(&f->row, i < n_cell ? cell[i] : (struct text){"", 0}, f->separator, CSV_SAFE, i == 0);
        csv_put(&f->row, note, f->separator, CSV_SAFE, f->n_column == 0);
        csv_end_row(&f->row);
        file_sink_put(f->text, buf_text(&f->row));
    }
    f->line++;
}

bool findings_file_open(struct findings_file **out, const char *path, const struct intake *in, size_t language,
                        struct err *e)
{
    struct findings_file *f = mem_new(1, sizeof *f);
    const struct mapping *m = intake_mapping(in);
    f->mapping = m;
    f->language = language;
    f->n_column = m->n_header;
    f->separator = intake_separator(in);
    f->dictionary = intake_dictionary(in);
    buf_init(&f->row, ROW_BYTES_MAX);
    buf_init(&f->note, NOTE_BYTES_MAX);
    bool ok;
    if (intake_is_workbook(in)) {
        ok = xlsx_write_open(&f->workbook, path, "DCIM", e) && xlsx_write_sheet(f->workbook, "data", e);
        if (ok) xlsx_write_freeze(f->workbook, 1, 0);
    } else {
        ok = file_sink_open(&f->text, path, e);
    }
    if (!ok) {
        findings_file_abandon(f);
        return false;
    }
    put_cells(f, m->header, m->n_header, TEXT("_errors"));
    *out = f;
    return true;
}

bool findings_file_put(struct findings_file *f, const struct intake_row *row, const char *outcome, struct err *e)
{
    buf_clear(&f->note);
    for (size_t i = 0; i < row->findings->n; i++) {
        const struct finding *one = &row->findings->item[i];
        if (i == 0) buf_printf(&f->note, "[%s] ", outcome);
        else buf_puts(&f->note, " | ");
        if (one->column > 0 && one->column <= f->mapping->n_header) {
            buf_put_text(&f->note, f->mapping->header[one->column - 1]);
            buf_puts(&f->note, ": ");
        }
        finding_message(&f->note, f->dictionary, one, f->language);
        buf_putc(&f->note, ' ');
        finding_remedy(&f->note, f->dictionary, one, f->language);
    }
    put_cells(f, row->cell, row->n_cell < f->n_column ? row->n_cell : f->n_column, buf_text(&f->note));
    return f->workbook != NULL || buf_ok(&f->row, e);
}

static void release(struct findings_file *f)
{
    buf_release(&f->row);
    buf_release(&f->note);
    mem_free(f);
}

bool findings_file_close(struct findings_file *f, struct err *e)
{
    bool ok = f->workbook != NULL ? xlsx_write_close(f->workbook, e) : file_sink_close(f->text, e);
    release(f);
    return ok;
}

void findings_file_abandon(struct findings_file *f)
{
    if (f == NULL) return;
    if (f->workbook != NULL) xlsx_write_abandon(f->workbook);
    if (f->text != NULL) file_sink_abandon(f->text);
    release(f);
}
