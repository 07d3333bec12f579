/* SPDX-License-Identifier: EUPL-1.2 */
#include "intake/source.h"

#include "base/mem.h"
#include "intake/converter.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct source {
    struct csv_reader *csv;       /* one of the two */
    struct converter *workbook;
    uint64_t bytes;
    uint64_t n_hidden;
    const char *sheet;
};

static bool open_file(int *fd, uint64_t *bytes, const char *path, struct err *e)
{
    struct stat st;
    *fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (*fd < 0) {
        err_set_errno(e, ERR_INPUT, errno, "import.open", "could not open import file %s", path);
        return err_remedy(e, "check its name and that you may read it");
    }
    if (fstat(*fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        close(*fd);
        return err_set(e, ERR_INPUT, "import.not_a_file", "%s is not a file", path);
    }
    *bytes = (uint64_t)st.st_size;
    if (st.st_size > 0) return true;
    close(*fd);
    return err_set(e, ERR_INPUT, "import.empty", "file %s is empty", path);
}

static bool looks_like_zip(int fd)
{
    unsigned char head[4] = {0};
    return pread(fd, head, sizeof head, 0) == (ssize_t)sizeof head && memcmp(head, "PK\x03\x04", 4) == 0;
}

/* Formats people send by mistake, told apart by their first bytes, so that the remedy can be exact. */
static bool refuse_known(int fd, const char *path, struct err *e)
{
    static const struct { const char *head; size_t n; const char *what; } known[] = {
        {"\xd0\xcf\x11\xe0", 4, "an old Excel file (.xls)"}, {"%PDF", 4, "a PDF file"},
        {"{\\rtf", 5, "a text document"},                    {"\x1f\x8b", 2, "a compressed file"},
        {"Rar!", 4, "a compressed file"},                    {"7z\xbc\xaf", 4, "a compressed file"}};
    char head[8] = {0};
    if (pread(fd, head, sizeof head, 0) <= 0) return true;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (memcmp(head, known[i].head, known[i].n) == 0) {
            err_set(e, ERR_INPUT, "import.format", "%s is %s, which cannot be imported", path, known[i].what);
            return err_remedy(e, "save it as a workbook (.xlsx) or as CSV and import that");
        }
    return true;
}

bool source_open(struct source **out, const struct source_options *o, struct err *e)
{
    int fd;
    struct source *s = mem_new(1, sizeof *s);
    s->sheet = o->sheet;
    bool ok = open_file(&fd, &s->bytes, o->path, e);
    if (ok) {
        if (looks_like_zip(fd)) ok = converter_start(&s->workbook, o->converter, "xlsx", o->sheet, fd, e);
        else ok = refuse_known(fd, o->path, e) && csv_open(&s->csv, o->path, &o->csv, e);
        close(fd);
    }
    if (!ok) {
        mem_free(s);
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
    mem_free(s);
}

static bool next_of_workbook(struct source *s, struct source_cells *out, bool *found, struct err *e)
{
    struct converter_row row;
    for (;;) {
        if (!converter_next(s->workbook, &row, found, e)) return false;
        if (!*found) return true;
        if (row.hidden) {
            s->n_hidden++;
            continue;
        }
        size_t n = 0;
        for (size_t i = 0; i < row.n_field; i++)
            if (row.field[i].n > 0) n = i + 1;
        if (n == 0) continue;
        *out = (struct source_cells){row.field, row.formula, n, row.row};
        return true;
    }
}

bool source_next(struct source *s, struct source_cells *out, bool *found, struct err *e)
{
    struct csv_row row;
    if (s->workbook != NULL) return next_of_workbook(s, out, found, e);
    if (!csv_next(s->csv, &row, found, e)) return false;
    if (*found) *out = (struct source_cells){row.field, NULL, row.n_field, row.row};
    return true;
}

bool source_is_workbook(const struct source *s)
{
    return s->workbook != NULL;
}

char source_separator(const struct source *s)
{
    return s->csv == NULL ? ',' : csv_separator(s->csv);
}

uint64_t source_bytes_read(const struct source *s)
{
    return s->csv == NULL ? 0 : csv_bytes_read(s->csv);
}

uint64_t source_bytes_total(const struct source *s)
{
    return s->bytes;
}

void source_describe(const struct source *s, struct json *out)
{
    json_set_text(out, "kind", s->workbook != NULL ? "workbook" : "csv");
    json_set_int(out, "bytes", (int64_t)s->bytes);
    if (s->csv != NULL) {
        char separator[2] = {csv_separator(s->csv), '\0'};
        json_set_text(out, "encoding", csv_encoding_name(csv_encoding(s->csv)));
        json_set_text(out, "separator", separator[0] == '\t' ? "tab" : separator);
    } else {
        json_set_text(out, "sheet", s->sheet);
        json_set_int(out, "hidden_rows_left_out", (int64_t)s->n_hidden);
    }
}
