/* SPDX-License-Identifier: EUPL-1.2 */
/* The converter's child: the only process that parses a workbook, or anything that was uploaded. It
 * holds no key and no repository; it can read its standard input, write its standard output, and
 * use 512 MiB and 20 s of processor (S71). */
#include "intake/converter.h"

#include "base/buf.h"
#include "base/csv.h"
#include "base/sandbox.h"
#include "base/xlsx_read.h"
#include "intake/converter_internal.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum {
    FILE_BYTES_MAX = 64 * 1024 * 1024,
    ADDRESS_SPACE = 512 * 1024 * 1024,
    CPU_SECONDS = 20,
    ROWS_MAX = 1048576, /* of a sheet, and so of a file (S70) */
    SEND_AT = 64 * 1024 /* bytes of messages gathered before they are written */
};

struct output {
    struct buf out; /* whole messages */
    size_t begin;   /* of the one being made */
    bool broken;    /* nobody reads any more */
};

static void flush(struct output *o)
{
    const char *p = o->out.p;
    size_t n = o->out.n;
    while (n > 0 && !o->broken) {
        ssize_t done = write(STDOUT_FILENO, p, n);
        if (done < 0 && errno == EINTR) continue;
        o->broken = done <= 0;
        if (o->broken) break;
        p += done;
        n -= (size_t)done;
    }
    buf_clear(&o->out);
}

static void begin(struct output *o, enum message_kind kind)
{
    o->begin = o->out.n;
    buf_put_u32le(&o->out, 0);
    buf_put_u8(&o->out, (uint8_t)kind);
}

/* False when the message is too long, or nobody reads. */
static bool send(struct output *o)
{
    size_t n = o->out.n - o->begin - MESSAGE_HEAD;
    if (o->out.too_long || n > MESSAGE_MAX) {
        o->out.n = o->begin;
        o->out.too_long = false;
        return false;
    }
    for (size_t i = 0; i < MESSAGE_HEAD; i++)
        o->out.p[o->begin + i] = (char)(unsigned char)(n >> (8 * i));
    if (o->out.n >= SEND_AT) flush(o);
    return !o->broken;
}

static bool send_sheets(struct output *o, const struct xlsx_reader *r)
{
    begin(o, MESSAGE_SHEETS);
    for (size_t i = 0; i < xlsx_sheet_count(r) && i < CONVERTER_SHEETS_MAX; i++) {
        buf_put_u8(&o->out, xlsx_sheet_hidden(r, i));
        buf_put_u32le(&o->out, (uint32_t)xlsx_sheet_name(r, i).n);
        buf_put_text(&o->out, xlsx_sheet_name(r, i));
    }
    return send(o);
}

static bool send_sheet(struct output *o, const struct xlsx_reader *r, size_t sheet)
{
    begin(o, MESSAGE_SHEET);
    buf_put_u8(&o->out, xlsx_has_external_links(r));
    buf_put_u8(&o->out, xlsx_uses_1904(r));
    buf_put_text(&o->out, xlsx_sheet_name(r, sheet));
    bool ok = send(o);
    flush(o);
    return ok;
}

static bool send_row(void *ctx, const struct xlsx_row *row, struct err *e)
{
    struct output *o = ctx;
    begin(o, MESSAGE_ROW);
    buf_put_u64le(&o->out, row->row);
    buf_put_u8(&o->out, row->hidden);
    buf_put_u32le(&o->out, (uint32_t)row->n_cell);
    for (size_t i = 0; i < row->n_cell; i++) {
        buf_put_u8(&o->out, row->cell[i].formula);
        buf_put_u32le(&o->out, (uint32_t)row->cell[i].text.n);
        buf_put_text(&o->out, row->cell[i].text);
    }
    if (send(o)) return true;
    err_set(e, ERR_LIMIT, "xlsx.row_too_long", "row %llu is longer than %d MiB",
            (unsigned long long)row->row, CONVERTER_ROW_MAX >> 20);
    return err_remedy(e, "shorten its cells: a cell holds at most 32767 characters");
}

static bool send_record(struct output *o, const struct csv_row *row, struct err *e)
{
    begin(o, MESSAGE_ROW);
    buf_put_u64le(&o->out, row->row);
    buf_put_u8(&o->out, 0);
    buf_put_u32le(&o->out, (uint32_t)row->n_field);
    for (size_t i = 0; i < row->n_field; i++) {
        buf_put_u8(&o->out, 0);
        buf_put_u32le(&o->out, (uint32_t)row->field[i].n);
        buf_put_text(&o->out, row->field[i]);
    }
    if (send(o)) return true;
    return err_set(e, ERR_LIMIT, "csv.line_too_long", "row %llu is longer than %d MiB",
                   (unsigned long long)row->row, CONVERTER_ROW_MAX >> 20);
}

static void send_failure(struct output *o, const struct err *e)
{
    begin(o, MESSAGE_FAIL);
    buf_put(&o->out, e->id, strlen(e->id) + 1);
    buf_put(&o->out, e->msg, strlen(e->msg) + 1);
    buf_put(&o->out, e->remedy, strlen(e->remedy) + 1);
    (void)send(o);
}

static bool choose_sheet(size_t *out, const struct xlsx_reader *r, const char *sheet, struct err *e)
{
    for (size_t i = 0; i < xlsx_sheet_count(r); i++) {
        if (sheet[0] == '\0' ? xlsx_sheet_hidden(r, i) : !text_is(xlsx_sheet_name(r, i), sheet))
            continue;
        *out = i;
        return true;
    }
    if (sheet[0] == '\0') {
        err_set(e, ERR_INPUT, "xlsx.no_sheet", "the workbook has no visible sheet");
        return err_remedy(e, "make the sheet with the data visible, or name it with --sheet");
    }
    err_set(e, ERR_INPUT, "xlsx.no_sheet", "the workbook has no sheet of that name");
    if (xlsx_sheet_count(r) == 0) return err_remedy(e, "it has no sheet at all");
    return err_remedy(e, "its first sheet is called %.*s", (int)xlsx_sheet_name(r, 0).n,
                      xlsx_sheet_name(r, 0).p);
}

static bool read_input(struct buf *out, struct err *e)
{
    char piece[65536];
    for (;;) {
        /* The place in the file is shared with others who read it meanwhile. */
        ssize_t n = pread(STDIN_FILENO, piece, sizeof piece, (off_t)out->n);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0)
            return err_set_errno(e, ERR_INPUT, errno, "converter.read", "could not read the file");
        if (n == 0) return true;
        buf_put(out, piece, (size_t)n);
        if (!out->too_long) continue;
        err_set(e, ERR_LIMIT, "xlsx.too_big", "the file is larger than %d MiB",
                FILE_BYTES_MAX >> 20);
        return err_remedy(e, "split it, or save the sheet as CSV and import that");
    }
}

static bool convert_workbook(struct output *o, const struct buf *file, const char *sheet,
                             struct err *e)
{
    struct xlsx_reader *r = NULL;
    size_t at = 0;
    bool ok = xlsx_open_memory(&r, file->p, file->n, e) && send_sheets(o, r) &&
              choose_sheet(&at, r, sheet, e);
    if (ok) ok = send_sheet(o, r, at) && xlsx_read_sheet(r, at, send_row, o, e);
    xlsx_close(r);
    return ok;
}

/* "windows-1250\n;"; each may be missing. */
static bool csv_wanted(struct csv_options *out, const char *wanted, struct err *e)
{
    struct text rest = text_of(wanted), name, separator = {"", 0};
    *out = (struct csv_options){.row_max = ROWS_MAX};
    if (!text_split(&rest, '\n', &name)) return true;
    (void)text_split(&rest, '\n', &separator);
    if (separator.n == 1) out->separator = separator.p[0];
    if (name.n == 0 || csv_encoding_find(&out->encoding, name)) return true;
    return err_set(e, ERR_USAGE, "csv.options", "no such encoding: %.*s", (int)name.n, name.p);
}

static bool convert_csv(struct output *o, const struct buf *file, const char *wanted, struct err *e)
{
    struct csv_reader *r = NULL;
    struct csv_options options;
    struct csv_row row;
    bool found = true, ok = csv_wanted(&options, wanted, e) &&
                            csv_open_memory(&r, (struct text){file->p, file->n}, &options, e);
    if (!ok) return false;
    begin(o, MESSAGE_CSV);
    buf_put_u8(&o->out, (uint8_t)csv_encoding(r));
    buf_put_u8(&o->out, (uint8_t)csv_separator(r));
    ok = send(o);
    flush(o);
    while (ok && (ok = csv_next(r, &row, &found, e)) && found) ok = send_record(o, &row, e);
    csv_close(r);
    return ok;
}

static bool convert(struct output *o, struct buf *file, const char *kind, const char *wanted,
                    struct err *e)
{
    bool csv = strcmp(kind, "csv") == 0;
    if (!csv && strcmp(kind, "xlsx") != 0)
        return err_set(e, ERR_USAGE, "converter.kind", "there is no converter for %s", kind);
    if (!sandbox_enter_converter(ADDRESS_SPACE, CPU_SECONDS, e) || !read_input(file, e))
        return false;
    return csv ? convert_csv(o, file, wanted, e) : convert_workbook(o, file, wanted, e);
}

void converter_request(char out[CONVERTER_REQUEST_MAX + 1])
{
    size_t n = 0;
    while (n < CONVERTER_REQUEST_MAX) {
        ssize_t got = read(CONVERTER_REQUEST_FD, out + n, CONVERTER_REQUEST_MAX - n);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) break;
        n += (size_t)got;
    }
    out[n] = '\0';
    (void)close(CONVERTER_REQUEST_FD);
}

int converter_main(const char *kind)
{
    char wanted[CONVERTER_REQUEST_MAX + 1];
    converter_request(wanted);
    struct err e = {.id = "converter.output", .msg = "nobody reads the rows"};
    struct output o = {0};
    struct buf file;
    buf_init(&file, FILE_BYTES_MAX);
    buf_init(&o.out, SEND_AT + MESSAGE_MAX + 64);
    bool ok = convert(&o, &file, kind, wanted, &e);
    if (ok) {
        begin(&o, MESSAGE_END);
        (void)send(&o);
    } else {
        send_failure(&o, &e);
    }
    flush(&o);
    buf_release(&o.out);
    buf_release(&file);
    _exit(ok && !o.broken ? 0 : CONVERTER_REFUSED);
}
