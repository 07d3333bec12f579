/* SPDX-License-Identifier: EUPL-1.2 */
#include "intake/findings_file.h"

#include "base/buf.h"
#include "base/catalogue.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/xlsx_write.h"
#include "intake/cell_read.h"

#include <string.h>

enum {
    ROW_BYTES_MAX = 64 * 1024 * 1024,
    NOTE_BYTES_MAX = 30000,     /* fits a cell of a workbook */
    NOTE_BYTES_ONE = 4000,      /* of one finding */
    CELL_CHARACTERS_MAX = 32767 /* of a workbook */
};

struct findings_file {
    const struct dictionary *dictionary;
    const struct mapping *mapping;
    size_t language;
    bool *skip; /* by column: an _errors or _position of an earlier time */
    bool has_position;
    char separator;
    struct file_sink *text; /* one of the two */
    struct xlsx_writer *workbook;
    uint32_t line;
    uint16_t column; /* next one of this line */
    struct buf row, note;
};

/* ---- cells --------------------------------------------------------------------------------- */

/* At most so many characters of valid UTF-8 as a cell of a workbook holds. */
static struct text fitting(struct text t)
{
    if (t.n <= CELL_CHARACTERS_MAX) return t;
    size_t units = 0, i = 0; /* of UTF-16, in which spreadsheets count */
    while (i < t.n) {
        unsigned char c = (unsigned char)t.p[i];
        size_t step = c < 0x80 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
        units += step == 4 ? 2 : 1;
        if (units > CELL_CHARACTERS_MAX) break;
        i += step;
    }
    return (struct text){t.p, i};
}

static void put_cell(struct findings_file *f, struct text t)
{
    double number;
    uint16_t column = f->column++;
    if (f->workbook != NULL) {
        if (t.n > 0)
            xlsx_write_text(f->workbook, f->line, column, fitting(t),
                            f->line == 0 ? XLSX_HEAD : XLSX_PLAIN);
    } else if (t.n > 1 && t.p[0] == '-' && text_to_double(t, &number)) {
        csv_put_number(&f->row, t, f->separator,
                       column == 0); /* a negative number is no formula (S65) */
    } else {
        csv_put(&f->row, t, f->separator, CSV_SAFE, column == 0);
    }
}

static void put_row(struct findings_file *f, const struct text *cell, size_t n_cell,
                    struct text position, struct text note)
{
    buf_clear(&f->row);
    if (f->line == 0 && f->workbook == NULL) buf_puts(&f->row, "\xEF\xBB\xBF");
    f->column = 0;
    for (size_t i = 0; i < f->mapping->n_header; i++)
        if (!f->skip[i]) put_cell(f, i < n_cell ? cell[i] : (struct text){"", 0});
    if (f->has_position) put_cell(f, position);
    put_cell(f, note);
    /* cells beyond the header are not lost: whoever mends the row sees them, and V15 until then */
    for (size_t i = f->mapping->n_header; i < n_cell; i++) put_cell(f, cell[i]);
    if (f->workbook == NULL) {
        csv_end_row(&f->row);
        file_sink_put(f->text, buf_text(&f->row));
    }
    f->line++;
}

/* ---- opening and closing ------------------------------------------------------------------- */

static void release(struct findings_file *f)
{
    buf_release(&f->row);
    buf_release(&f->note);
    mem_free(f->skip);
    mem_free(f);
}

/* What a sheet may be called; names in hostile workbooks are anything. */
static bool is_sheet_name(const char *name)
{
    struct text t = text_of(name);
    return t.n > 0 && text_length(t) <= 31 && strpbrk(name, "[]:*?/\\") == NULL &&
           name[0] != '\'' && name[t.n - 1] != '\'' && !cell_has_control(t);
}

static bool open_workbook(struct findings_file *f, const char *path, const char *sheet,
                          struct err *e)
{
    if (!xlsx_write_open(&f->workbook, path, "DCIM", e)) return false;
    if (!xlsx_write_sheet(f->workbook, is_sheet_name(sheet) ? sheet : "data", e)) return false;
    xlsx_write_freeze(f->workbook, 1, 0);
    return true;
}

static void choose_columns(struct findings_file *f)
{
    const struct mapping *m = f->mapping;
    for (size_t i = 0; i < m->n_target; i++)
        f->has_position |= m->target[i].source == MAPPING_POSITION;
    f->skip = mem_new(m->n_header, sizeof *f->skip);
    for (size_t i = 0; i < m->n_header; i++) {
        if (m->use[i] != MAPPING_RESERVED) continue;
        f->skip[i] = text_equal_nocase(m->header[i], TEXT("_errors")) ||
                     (f->has_position && text_equal_nocase(m->header[i], TEXT("_position")));
    }
}

bool findings_file_open(struct findings_file **out, const char *path, const struct intake *in,
                        size_t language, struct err *e)
{
    struct findings_file *f = mem_new(1, sizeof *f);
    f->mapping = intake_mapping(in);
    f->language = language;
    f->separator = intake_separator(in);
    f->dictionary = intake_dictionary(in);
    buf_init_wiped(&f->row, ROW_BYTES_MAX);
    buf_init_wiped(&f->note, NOTE_BYTES_MAX);
    choose_columns(f);
    bool ok = intake_is_workbook(in) ? open_workbook(f, path, intake_sheet(in), e)
                                     : file_sink_open(&f->text, path, e);
    if (!ok) {
        findings_file_abandon(f);
        return false;
    }
    put_row(f, f->mapping->header, f->mapping->n_header, TEXT("_position"), TEXT("_errors"));
    *out = f;
    return true;
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

/* ---- rows ---------------------------------------------------------------------------------- */

/* "sex: V01 sex: The code is not in the code list. (sent: "Z") Use a code of the list." */
static void put_finding(struct buf *out, const struct findings_file *f, const struct finding *one)
{
    if (one->column > 0 && one->column <= f->mapping->n_header) {
        buf_put_text(out, f->mapping->header[one->column - 1]);
        buf_puts(out, ": ");
    }
    finding_message(out, f->dictionary, one, f->language);
    buf_putc(out, ' ');
    finding_remedy(out, f->dictionary, one, f->language);
}

static void make_note(struct findings_file *f, const struct findings *all, struct text remark,
                      const char *outcome)
{
    struct buf one;
    size_t i = 0;
    buf_clear(&f->note);
    if (remark.n > NOTE_BYTES_ONE) {
        remark.n = NOTE_BYTES_ONE;
        while (remark.n > 0 && ((unsigned char)remark.p[remark.n] & 0xC0) == 0x80) remark.n--;
    }
    if (remark.n > 0) {
        buf_printf(&f->note, "[%s] ", outcome);
        buf_put_text(&f->note, remark);
    }
    buf_init_wiped(&one, NOTE_BYTES_ONE);
    for (; i < all->n; i++) {
        buf_clear(&one);
        put_finding(&one, f, &all->item[i]);
        if (f->note.n + one.n > NOTE_BYTES_MAX - 200) break;
        if (i == 0 && remark.n == 0) buf_printf(&f->note, "[%s] ", outcome);
        else buf_puts(&f->note, " | ");
        buf_put_text(&f->note, buf_text(&one));
    }
    size_t left = all->n - i + all->n_dropped;
    if (left > 0) buf_printf(&f->note, tr(" | and %zu more"), left);
    buf_release(&one);
}

bool findings_file_put(struct findings_file *f, const struct intake_row *row, const char *outcome,
                       struct err *e)
{
    make_note(f, row->findings, row->remark, outcome);
    put_row(f, row->cell, row->n_cell, row->position, buf_text(&f->note));
    return f->workbook != NULL || buf_ok(&f->row, e);
}
