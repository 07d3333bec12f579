/* SPDX-License-Identifier: EUPL-1.2 */
#include "intake/source.h"

#include "base/catalogue.h"
#include "base/mem.h"
#include "intake/converter.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct source {
    char *path;
    struct stat opened;     /* what the file was when it was opened */
    struct csv_reader *csv; /* one of the three */
    struct converter *workbook;
    struct converter *apart; /* a CSV file in a process of its own */
    struct converter_text text;
    uint64_t n_apart; /* bytes of its rows so far, about */
    bool sealed;      /* nobody can change it */
    struct converter_sheet sheet;
    char *sheet_name;
    uint64_t n_hidden;
    bool ended;
};

static bool open_file(int *fd, struct stat *st, const char *path, struct err *e)
{
    *fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (*fd < 0) {
        err_set_errno(e, ERR_INPUT, errno, "import.open", "could not open import file %s", path);
        return err_remedy(e, "check its name, and that you may read it");
    }
    if (fstat(*fd, st) != 0 || !S_ISREG(st->st_mode)) {
        err_set(e, ERR_INPUT, "import.not_a_file", "%s is not a file", path);
        err_remedy(e, "name one CSV file or workbook");
    } else if (st->st_size == 0) {
        err_set(e, ERR_INPUT, "import.empty", "import file %s is empty", path);
        err_remedy(e, "ask whoever sent it for a new copy");
    } else {
        return true;
    }
    close(*fd);
    return false;
}

static bool looks_like_zip(int fd)
{
    char head[4] = {0};
    return pread(fd, head, sizeof head, 0) == (ssize_t)sizeof head &&
           memcmp(head, "PK\x03\x04", 4) == 0;
}

/* Formats people send by mistake, told apart by their first bytes, so that the remedy can be
 * exact. */
static bool refuse_known(int fd, const char *path, struct err *e)
{
    static const struct {
        const char *head;
        size_t n;
        const char *what;
    } known[] = {{"\xd0\xcf\x11\xe0", 4,
                  N_("an old Excel file (.xls), or a workbook with a password")},
                 {"%PDF", 4, N_("a PDF file")},
                 {"{\\rtf", 5, N_("a text document")},
                 {"\x1f\x8b", 2, N_("a compressed file")},
                 {"Rar!", 4, N_("a compressed file")},
                 {"7z\xbc\xaf", 4, N_("a compressed file")},
                 {"PK\x05\x06", 4, N_("an empty archive")},
                 {"\x89PNG", 4, N_("a picture")},
                 {"\xff\xd8\xff", 3, N_("a picture")},
                 {"SQLite format 3", 15, N_("a database")}};
    char head[16] = {0};
    if (pread(fd, head, sizeof head, 0) <= 0) return true;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (memcmp(head, known[i].head, known[i].n) != 0) continue;
        err_set(e, ERR_INPUT, "import.format", "%s is %s, which cannot be imported", path,
                tr(known[i].what));
        return err_remedy(e, "save it as a workbook (.xlsx) without password, or as CSV");
    }
    return true;
}

static bool open_workbook(struct source *s, const struct source_options *o, int fd, struct err *e)
{
    struct converter_options co = {.program = o->converter,
                                   .kind = "xlsx",
                                   .sheet = o->sheet,
                                   .file = fd,
                                   .silence_ms = o->converter_silence_ms};
    if (!converter_start(&s->workbook, &co, e) || !converter_sheet(s->workbook, &s->sheet, e))
        return false;
    s->sheet_name = mem_text(s->sheet.name.p, s->sheet.name.n);
    return true;
}

static bool open_apart(struct source *s, const struct source_options *o, int fd, struct err *e)
{
    struct converter_options co = {.program = o->converter,
                                   .kind = "csv",
                                   .csv = o->csv,
                                   .file = fd,
                                   .silence_ms = o->converter_silence_ms};
    return converter_start(&s->apart, &co, e) && converter_text(s->apart, &s->text, e);
}

static bool open_either(struct source *s, const struct source_options *o, int fd, struct err *e)
{
    if (looks_like_zip(fd)) return open_workbook(s, o, fd, e);
    if (!refuse_known(fd, o->path, e)) return false;
    return s->sealed ? open_apart(s, o, fd, e) : csv_open(&s->csv, o->path, &o->csv, e);
}

static bool open_descriptor(struct source *s, const struct source_options *o, struct err *e)
{
    s->sealed = true;
    if (fstat(o->file, &s->opened) != 0)
        return err_set_errno(e, ERR_SYSTEM, errno, "import.open", "could not open import file %s",
                             o->path);
    if (s->opened.st_size > 0) return open_either(s, o, o->file, e);
    err_set(e, ERR_INPUT, "import.empty", "import file %s is empty", o->path);
    return err_remedy(e, "ask whoever sent it for a new copy");
}

bool source_open(struct source **out, const struct source_options *o, struct err *e)
{
    int fd = -1;
    struct source *s = mem_new(1, sizeof *s);
    s->path = mem_text(o->path, strlen(o->path));
    bool ok = o->by_descriptor ? open_descriptor(s, o, e) : open_file(&fd, &s->opened, o->path, e);
    if (ok && !o->by_descriptor) {
        ok = open_either(s, o, fd, e);
        close(fd);
    }
    if (!ok) {
        source_close(s);
        return false;
    }
    *out = s;
    return true;
}

void source_close(struct source *s)
{
    if (s == NULL) return;
    csv_close(s->csv);
    converter_stop(s->workbook);
    converter_stop(s->apart);
    mem_free(s->sheet_name);
    mem_free(s->path);
    mem_free(s);
}

static bool next_of_any(struct source *s, struct source_cells *out, bool *hidden, bool *found,
                        struct err *e)
{
    *hidden = false;
    if (s->csv == NULL) {
        struct converter_row row;
        if (!converter_next(s->apart != NULL ? s->apart : s->workbook, &row, found, e))
            return false;
        if (!*found) return true;
        for (size_t i = 0; s->apart != NULL && i < row.n_field; i++)
            s->n_apart += row.field[i].n + 1;
        *hidden = row.hidden;
        *out = (struct source_cells){row.field, row.formula, row.n_field, row.row};
    } else {
        struct csv_row row;
        if (!csv_next(s->csv, &row, found, e)) return false;
        if (*found) *out = (struct source_cells){row.field, NULL, row.n_field, row.row};
    }
    return true;
}

/* Its bytes were hashed in one pass and read in another: both must have seen the same file. */
static bool check_unchanged(struct source *s, struct err *e)
{
    struct stat now;
    s->ended = true;
    if (s->sealed) return true;
    if (stat(s->path, &now) == 0 && now.st_dev == s->opened.st_dev &&
        now.st_ino == s->opened.st_ino && now.st_size == s->opened.st_size &&
        now.st_mtim.tv_sec == s->opened.st_mtim.tv_sec &&
        now.st_mtim.tv_nsec == s->opened.st_mtim.tv_nsec)
        return true;
    err_set(e, ERR_INPUT, "import.changed", "import file %s was changed while it was read",
            s->path);
    return err_remedy(e, "wait until it is complete, and import it again");
}

bool source_next_any(struct source *s, struct source_cells *out, bool *hidden, bool *found,
                     struct err *e)
{
    for (;;) {
        if (!next_of_any(s, out, hidden, found, e)) return false;
        if (!*found) return s->ended || check_unchanged(s, e);
        while (out->n_cell > 0 && text_trim(out->cell[out->n_cell - 1]).n == 0) out->n_cell--;
        if (out->n_cell > 0) return true;
    }
}

bool source_next(struct source *s, struct source_cells *out, bool *found, struct err *e)
{
    bool hidden;
    for (;; s->n_hidden++) {
        if (!source_next_any(s, out, &hidden, found, e)) return false;
        if (!*found || !hidden) return true;
    }
}

bool source_is_workbook(const struct source *s)
{
    return s->workbook != NULL;
}

char source_separator(const struct source *s)
{
    if (s->apart != NULL) return s->text.separator;
    return s->csv == NULL ? ',' : csv_separator(s->csv);
}

enum csv_encoding source_encoding(const struct source *s)
{
    if (s->apart != NULL) return s->text.encoding;
    return s->csv == NULL ? CSV_DETECT : csv_encoding(s->csv);
}

size_t source_sheets(const struct source *s, const struct converter_sheet_name **out)
{
    *out = NULL;
    return s->workbook == NULL ? 0 : converter_sheets(s->workbook, out);
}

const char *source_sheet(const struct source *s)
{
    return s->sheet_name == NULL ? "" : s->sheet_name;
}

uint64_t source_bytes_total(const struct source *s)
{
    return (uint64_t)s->opened.st_size;
}

/* Of a workbook nobody knows how far the child is. */
uint64_t source_bytes_read(const struct source *s)
{
    if (s->csv != NULL) return csv_bytes_read(s->csv);
    if (s->ended) return source_bytes_total(s);
    return s->n_apart < source_bytes_total(s) ? s->n_apart : source_bytes_total(s);
}

void source_describe(const struct source *s, struct json *out)
{
    json_set_text(out, "kind", s->workbook != NULL ? "workbook" : "csv");
    json_set_int(out, "bytes", (int64_t)source_bytes_total(s));
    if (s->workbook == NULL) {
        char separator[2] = {source_separator(s), '\0'};
        json_set_text(out, "encoding", csv_encoding_name(source_encoding(s)));
        json_set_text(out, "separator", separator[0] == '\t' ? "tab" : separator);
        return;
    }
    json_set(out, "sheet", json_text(s->sheet.name));
    json_set_bool(out, "external_links", s->sheet.external_links);
    json_set_bool(out, "system_1904", s->sheet.system_1904);
    json_set_int(out, "hidden_rows_left_out", (int64_t)s->n_hidden);
}
