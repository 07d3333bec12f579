/* SPDX-License-Identifier: EUPL-1.2 */
/* Writing workbooks: the door to libxlsxwriter.
 *
 * The library runs in its constant memory mode: a row goes to a temporary file when the next
 * begins, so rows come in ascending order and text becomes inline strings, never formulas (S65).
 * Its temporary files are opened in the target's folder, unlinked at once and 0600, so nothing lies
 * in /tmp (S15).
 *
 * The library does not look whether its writes succeeded. So before the finished file gets its name
 * we read it back: every part inflates with its checksum and is well-formed XML, and the sheets
 * have as many cells as were written. A full disk is found there.
 *
 * Same content, same bytes: the properties carry 1980-01-01, as the archive's entries do.
 *
 * Must never: hide a sheet, row or column; write a formula, link, comment or custom part (S66). */
#include "base/xlsx_write.h"

#include "base/buf.h"
#include "base/catalogue.h"
#include "base/mem.h"
#include "base/xlsx_xml.h"
#include "base/xlsx_zip.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xlsxwriter.h>

enum {
    CHOICES_MAX = 255, /* of a sheet, as the library counts */
    HINT_MAX = 255,    /* characters, as spreadsheet programs have it */
    ROW_MAX = 1048576,
    COLUMN_MAX = 16384,
    TEXT_MAX = 32767, /* UTF-16 units of a cell */
    EPOCH = 315532800 /* 1980-01-01T00:00:00Z, the zero of ZIP times */
};

struct xlsx_writer {
    lxw_workbook *book;
    lxw_worksheet *sheet;
    lxw_format *format[XLSX_TOTAL + 1]; /* by enum xlsx_style; NULL for plain */
    char *path, *folder, *temporary;
    unsigned n_sheet;
    uint32_t row;          /* the row being written */
    uint64_t written[256]; /* its columns that have a cell, a bit each */
    uint64_t n_cell;       /* cells of all sheets */
    struct buf scratch;
    bool failed;
    struct err first; /* what failed first */
};

/* ---- opening ------------------------------------------------------------------------------- */

static bool unwritable(struct err *e, int number, const char *path)
{
    err_set_errno(e, ERR_SYSTEM, number, "xlsx_write.file", "could not write %s", path);
    return err_remedy(
        e, "check that the folder exists, that you may write to it and that it has room");
}

static void make_formats(struct xlsx_writer *w)
{
    lxw_format *head = workbook_add_format(w->book);
    format_set_bold(head);
    format_set_bottom(head, LXW_BORDER_THIN);
    format_set_text_wrap(head);
    format_set_align(head, LXW_ALIGN_VERTICAL_TOP);
    lxw_format *title = workbook_add_format(w->book);
    format_set_bold(title);
    format_set_font_size(title, 14);
    lxw_format *note = workbook_add_format(w->book);
    format_set_italic(note);
    lxw_format *total = workbook_add_format(w->book);
    format_set_bold(total);
    format_set_top(total, LXW_BORDER_THIN);
    w->format[XLSX_HEAD] = head;
    w->format[XLSX_TITLE] = title;
    w->format[XLSX_NOTE] = note;
    w->format[XLSX_TOTAL] = total;
}

bool xlsx_write_open(struct xlsx_writer **out, const char *path, const char *title, struct err *e)
{
    *out = NULL;
    struct xlsx_writer *w = mem_new(1, sizeof *w);
    const char *slash = strrchr(path, '/');
    size_t n_folder = slash == NULL ? 0 : (size_t)(slash - path);
    w->path = mem_text(path, strlen(path));
    w->folder = slash == NULL ? mem_text(".", 1) : mem_text(path, n_folder == 0 ? 1 : n_folder);
    buf_init_wiped(&w->scratch, (size_t)1 << 24);
    buf_printf(&w->scratch, "%s/.%s.XXXXXX", w->folder, slash == NULL ? path : slash + 1);
    w->temporary = mem_text(w->scratch.p, w->scratch.n);
    int fd = mkostemp(w->temporary, O_CLOEXEC); /* 0600; the library opens it again by name */
    if (fd < 0) {
        unwritable(e, errno, path);
        mem_free(w->temporary);
        w->temporary = NULL;
        xlsx_write_abandon(w);
        return false;
    }
    close(fd);
    lxw_workbook_options options = {.constant_memory = LXW_TRUE,
                                    .tmpdir = w->folder,
                                    .use_zip64 = LXW_FALSE};
    w->book = workbook_new_opt(w->temporary, &options);
    if (w->book == NULL) {
        xlsx_write_abandon(w);
        return err_set(e, ERR_SYSTEM, "xlsx_write.file", "could not begin workbook %s", path);
    }
    char *copy = title == NULL ? NULL : mem_text(title, strlen(title));
    lxw_doc_properties properties = {.title = copy, .created = EPOCH};
    workbook_set_properties(w->book, &properties); /* keeps a copy */
    mem_free(copy);
    make_formats(w);
    *out = w;
    return true;
}

/* ---- failing once, at the end -------------------------------------------------------------- */

/* The error to fill, or NULL when one is already there. */
static struct err *failure(struct xlsx_writer *w)
{
    if (w->failed) return NULL;
    w->failed = true;
    return &w->first;
}

static void column_name(char out[4], uint16_t column)
{
    char reversed[4];
    int n = 0;
    for (unsigned c = (unsigned)column + 1; c > 0 && n < 3; c = (c - 1) / 26)
        reversed[n++] = (char)('A' + (c - 1) % 26);
    for (int i = 0; i < n; i++) out[i] = reversed[n - 1 - i];
    out[n] = '\0';
}

static void cell_failure(struct xlsx_writer *w, uint32_t row, uint16_t column, enum err_code code,
                         const char *id, const char *why, const char *remedy)
{
    struct err *e = failure(w);
    if (e == NULL) return;
    char name[4];
    column_name(name, column);
    err_set(e, code, id, "could not write cell %s%lu (row %lu, column %u) of sheet %u: %s", name,
            (unsigned long)row + 1, (unsigned long)row + 1, (unsigned)column + 1, w->n_sheet,
            tr(why));
    err_remedy(e, "%s", tr(remedy));
}

/* ---- sheets -------------------------------------------------------------------------------- */

bool xlsx_write_sheet(struct xlsx_writer *w, const char *name, struct err *e)
{
    if (w->failed) {
        if (e != NULL) *e = w->first;
        return false;
    }
    lxw_error bad = workbook_validate_sheet_name(w->book, name);
    if (bad != LXW_NO_ERROR || name[0] == '\0') {
        struct err *f = failure(w);
        err_set(f, ERR_USAGE, "xlsx_write.sheet_name", "sheet %u cannot have the name given: %s",
                w->n_sheet + 1, bad == LXW_NO_ERROR ? tr("it is empty") : lxw_strerror(bad));
        err_detail(f, "name: %s", name);
        err_remedy(
            f, "use 1 to 31 characters, none of []:*?/\\, no apostrophe at an end, no name twice");
        if (e != NULL) *e = *f;
        return false;
    }
    w->sheet = workbook_add_worksheet(w->book, name);
    if (w->sheet == NULL) {
        struct err *f = failure(w);
        unwritable(f, errno, w->path);
        if (e != NULL) *e = *f;
        return false;
    }
    /* No child of ours shall find the rows open. */
    if (w->sheet->optimize_tmpfile != NULL)
        (void)fcntl(fileno(w->sheet->optimize_tmpfile), F_SETFD, FD_CLOEXEC);
    w->n_sheet++;
    w->row = 0;
    memset(w->written, 0, sizeof w->written);
    return true;
}

/* ---- cells --------------------------------------------------------------------------------- */

/* May this cell be written? Counts it if so. */
static bool cell_begin(struct xlsx_writer *w, uint32_t row, uint16_t column)
{
    if (w->failed) return false;
    if (w->sheet == NULL) {
        err_set(failure(w), ERR_USAGE, "xlsx_write.no_sheet",
                "a cell was written before any sheet");
        return false;
    }
    if (row >= ROW_MAX || column >= COLUMN_MAX) {
        cell_failure(w, row, column, ERR_LIMIT, "xlsx_write.size",
                     "a sheet has 1048576 rows and 16384 columns", "write fewer rows or use CSV");
        return false;
    }
    if (row < w->row) {
        cell_failure(w, row, column, ERR_USAGE, "xlsx_write.order", "a later row was begun before",
                     "write rows in ascending order");
        return false;
    }
    if (row > w->row) {
        w->row = row;
        memset(w->written, 0, sizeof w->written);
    }
    uint64_t bit = (uint64_t)1 << (column % 64);
    if (!(w->written[column / 64] & bit)) w->n_cell++;
    w->written[column / 64] |= bit;
    return true;
}

static void cell_done(struct xlsx_writer *w, uint32_t row, uint16_t column, lxw_error status)
{
    if (status == LXW_NO_ERROR) return;
    if (status == LXW_ERROR_MAX_STRING_LENGTH_EXCEEDED)
        cell_failure(w, row, column, ERR_LIMIT, "xlsx_write.text_too_long",
                     "its text is longer than 32767 characters", "shorten the text or use CSV");
    else
        cell_failure(w, row, column, ERR_SYSTEM, "xlsx_write.cell", lxw_strerror(status),
                     "try again");
}

static bool is_hex(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f');
}

/* "_x000D_" is how a cell writes a carriage return; the same seven characters as text are written
 * with their own underscore escaped (ECMA-376 part 1, ST_Xstring). */
static bool looks_escaped(const char *p, size_t n)
{
    return n >= 7 && p[0] == '_' && p[1] == 'x' && is_hex(p[2]) && is_hex(p[3]) && is_hex(p[4]) &&
           is_hex(p[5]) && p[6] == '_';
}

/* The text as XML can hold it, into `b`; returns its length in UTF-16 units. Controls and bytes
 * that are not UTF-8 become U+FFFD. */
static size_t cell_text(struct buf *b, struct text t)
{
    static const char replacement[] = "\xEF\xBF\xBD";
    size_t units = 0, bad_at = 0;
    buf_clear(b);
    for (size_t i = 0; i < t.n;) {
        unsigned char c = (unsigned char)t.p[i];
        size_t n = c < 0x80 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
        if (n > t.n - i) n = t.n - i;
        units += n == 4 ? 2 : 1;
        if (c == '\r') {
            buf_puts(b, "_x000D_");
        } else if (looks_escaped(t.p + i, t.n - i)) {
            buf_puts(b, "_x005F_");
        } else if ((c < 0x20 && c != '\t' && c != '\n') ||
                   (n == 3 && (memcmp(t.p + i, "\xEF\xBF\xBE", 3) == 0 ||
                               memcmp(t.p + i, "\xEF\xBF\xBF", 3) == 0))) {
            buf_puts(b, replacement);
        } else if (n > 1 && !text_is_utf8((struct text){t.p + i, n}, &bad_at)) {
            buf_puts(b, replacement);
            n = 1;
        } else if (n == 1 && c >= 0x80) {
            buf_puts(b, replacement);
        } else {
            buf_put(b, t.p + i, n);
        }
        i += n;
    }
    return units;
}

void xlsx_write_text(struct xlsx_writer *w, uint32_t row, uint16_t column, struct text t,
                     enum xlsx_style s)
{
    if (t.n == 0 && s == XLSX_PLAIN) return; /* no cell at all, as the library does */
    if (!cell_begin(w, row, column)) return;
    size_t units = t.n > 4 * (size_t)TEXT_MAX ? t.n : cell_text(&w->scratch, t);
    if (units > TEXT_MAX) {
        cell_done(w, row, column, LXW_ERROR_MAX_STRING_LENGTH_EXCEEDED);
        return;
    }
    const char *text = t.n == 0 ? "" : w->scratch.p;
    cell_done(w, row, column, worksheet_write_string(w->sheet, row, column, text, w->format[s]));
}

void xlsx_write_number(struct xlsx_writer *w, uint32_t row, uint16_t column, double v,
                       enum xlsx_style s)
{
    if (!isfinite(v)) {
        cell_failure(w, row, column, ERR_USAGE, "xlsx_write.number", "its number is not finite",
                     "write a missing value as text or leave the cell out");
        return;
    }
    if (!cell_begin(w, row, column)) return;
    cell_done(w, row, column, worksheet_write_number(w->sheet, row, column, v, w->format[s]));
}

void xlsx_write_width(struct xlsx_writer *w, uint16_t column, double characters)
{
    if (w->failed || w->sheet == NULL || column >= COLUMN_MAX) return;
    worksheet_set_column(w->sheet, column, column, characters, NULL);
}

void xlsx_write_freeze(struct xlsx_writer *w, uint32_t row, uint16_t column)
{
    if (w->failed || w->sheet == NULL) return;
    worksheet_freeze_panes(w->sheet, row, column);
}

/* worksheet_data_validation_range() of libxlsxwriter 1.1.4 loses a copy of the formula for each,
 * and its number of them is one byte; so it is put together here as the library would. The library
 * frees it with free(), as mem_new() allocates. */
void xlsx_write_choices(struct xlsx_writer *w, const struct xlsx_choices *c)
{
    char first[4], of[4], formula[120];
    if (w->failed || w->sheet == NULL || w->sheet->num_validations == CHOICES_MAX) return;
    if (c->hint != NULL && text_length(text_of(c->hint)) > HINT_MAX) {
        err_set(failure(w), ERR_LIMIT, "xlsx_write.choices",
                "the hint of column %u of sheet %u is longer than %d characters",
                (unsigned)c->column + 1, w->n_sheet, HINT_MAX);
        return;
    }
    column_name(first, c->column);
    column_name(of, c->of_column);
    int n = snprintf(formula, sizeof formula, "%.40s!$%s$%lu:$%s$%lu", c->sheet, of,
                     (unsigned long)c->from + 1, of, (unsigned long)c->to + 1);
    lxw_data_val_obj *v = mem_new(1, sizeof *v);
    v->validate = LXW_VALIDATION_TYPE_LIST_FORMULA;
    v->ignore_blank = v->show_input = 1;
    v->value_formula = mem_text(formula, (size_t)n);
    if (c->hint != NULL) v->input_message = mem_text(c->hint, strlen(c->hint));
    (void)snprintf(v->sqref, sizeof v->sqref, "%s%lu:%s%lu", first, (unsigned long)c->first + 1,
                   first, (unsigned long)c->last + 1);
    STAILQ_INSERT_TAIL(w->sheet->data_validations, v, list_pointers);
    w->sheet->num_validations++;
}

/* ---- closing ------------------------------------------------------------------------------- */

static bool count_cells(void *ctx, struct text name, const char *const *attribute, struct err *e)
{
    (void)attribute;
    (void)e;
    if (text_is(name, "c")) ++*(uint64_t *)ctx;
    return true;
}

/* Read the finished archive back. */
static bool verify(const struct xlsx_writer *w, struct text bytes, struct err *e)
{
    struct xlsx_zip *z = NULL;
    uint64_t n_cell = 0;
    bool ok = xlsx_zip_open(&z, bytes, XLSX_ZIP_OWN, e);
    struct xlsx_xml_events events = {.start = count_cells, .ctx = &n_cell};
    for (size_t i = 0; ok && i < xlsx_zip_count(z); i++) ok = xlsx_xml_read(z, i, &events, e);
    xlsx_zip_close(z);
    if (!ok || n_cell != w->n_cell) {
        err_set(e, ERR_SYSTEM, "xlsx_write.incomplete",
                "workbook %s could not be written whole: it holds %llu of %llu cells", w->path,
                (unsigned long long)n_cell, (unsigned long long)w->n_cell);
        return err_remedy(e, "make room on the disk and try again; nothing was replaced");
    }
    return true;
}

static bool verify_file(const struct xlsx_writer *w, struct err *e)
{
    int fd = open(w->temporary, O_RDONLY | O_CLOEXEC);
    struct stat st;
    if (fd < 0 || fstat(fd, &st) != 0 || st.st_size == 0) {
        int number = errno;
        if (fd >= 0) close(fd);
        return unwritable(e, number, w->path);
    }
    size_t n = (size_t)st.st_size;
    void *p = mmap(NULL, n, PROT_READ, MAP_PRIVATE, fd, 0);
    bool ok = p != MAP_FAILED && fsync(fd) == 0;
    if (!ok) unwritable(e, errno, w->path);
    else ok = verify(w, (struct text){p, n}, e);
    if (p != MAP_FAILED) munmap(p, n);
    close(fd);
    return ok;
}

/* The finished file gets its name, and the folder is flushed. */
static bool give_name(const struct xlsx_writer *w, struct err *e)
{
    if (rename(w->temporary, w->path) != 0) return unwritable(e, errno, w->path);
    int folder = open(w->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool ok = folder >= 0 && fsync(folder) == 0;
    if (!ok) unwritable(e, errno, w->path);
    if (folder >= 0) close(folder);
    return ok;
}

bool xlsx_write_close(struct xlsx_writer *w, struct err *e)
{
    bool ok = !w->failed;
    if (!ok && e != NULL) *e = w->first;
    if (ok) {
        lxw_error status = workbook_close(w->book); /* frees it, whatever comes */
        w->book = NULL;
        if (status != LXW_NO_ERROR) {
            ok = err_set(e, ERR_SYSTEM, "xlsx_write.file", "could not write %s: %s", w->path,
                         lxw_strerror(status));
            err_remedy(e, "make room on the disk and try again; nothing was replaced");
        }
    }
    if (ok) ok = verify_file(w, e);
    if (ok) ok = give_name(w, e);
    xlsx_write_abandon(w);
    return ok;
}

/* The library closes the rows' temporary files only when it assembles the workbook. */
static void free_book(lxw_workbook *book)
{
    lxw_worksheet *sheet;
    STAILQ_FOREACH(sheet, book->worksheets, list_pointers)
    {
        if (sheet->optimize_tmpfile != NULL) fclose(sheet->optimize_tmpfile);
        sheet->optimize_tmpfile = NULL;
    }
    lxw_workbook_free(book);
}

void xlsx_write_abandon(struct xlsx_writer *w)
{
    if (w == NULL) return;
    if (w->book != NULL) free_book(w->book);
    if (w->temporary != NULL) unlink(w->temporary); /* gone already when it got its name */
    mem_free(w->temporary);
    mem_free(w->folder);
    mem_free(w->path);
    buf_release(&w->scratch);
    mem_free(w);
}
