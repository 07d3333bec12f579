/* SPDX-License-Identifier: EUPL-1.2 */
/* A provider's file as rows of cells, whatever its kind. */
#ifndef DCIM_INTAKE_SOURCE_H
#define DCIM_INTAKE_SOURCE_H

#include "base/csv.h"
#include "base/err.h"
#include "base/json.h"
#include "base/text.h"
#include "intake/converter.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct source;

struct source_options {
    const char *path; /* of a descriptor: the name it is called by */
    /* An open file that nobody can change any more (an upload): it is not parsed in this process, a
     * CSV file as little as a workbook (S68). Borrowed while source_open() runs. */
    bool by_descriptor;
    int file;
    struct csv_options csv;
    const char *sheet;        /* "" for the first visible one */
    const char *converter;    /* program */
    int converter_silence_ms; /* 0: as converter.h has it */
};

struct source_cells {        /* borrowed until the next call */
    const struct text *cell; /* as they stand in the file; behind n_cell all are blank */
    const bool *formula;     /* NULL: none of them */
    size_t n_cell;
    uint64_t row; /* 1-based, of the file or sheet */
};

/* By content, not by name: a ZIP archive is taken for a workbook, everything else for CSV. `owns`
 * *out. Errors say what to do: import.open, import.not_a_file, import.empty, import.format (a kind
 * of file that cannot be read), those of csv.h and converter.h. */
bool source_open(struct source **out, const struct source_options *o, struct err *e) MUST_CHECK;
void source_close(struct source *s); /* NULL is fine */

/* Sheets of the workbook, borrowed; 0 for CSV. */
size_t source_sheets(const struct source *s, const struct converter_sheet_name **out);
enum csv_encoding source_encoding(const struct source *s); /* CSV_DETECT for workbooks */

/* Next row that is not hidden and holds more than white space; *found false at the end. ERR_INPUT
 * import.changed at the end of a file that was changed or replaced meanwhile. source_next_any()
 * gives hidden rows as well, for a header may be hidden behind one for people. */
bool source_next(struct source *s, struct source_cells *out, bool *found, struct err *e) MUST_CHECK;
bool source_next_any(struct source *s, struct source_cells *out, bool *hidden, bool *found,
                     struct err *e) MUST_CHECK;

bool source_is_workbook(const struct source *s);
char source_separator(const struct source *s);    /* ',' for workbooks */
const char *source_sheet(const struct source *s); /* name of the sheet that is read; "" for CSV */
uint64_t source_bytes_read(const struct source *s);
uint64_t source_bytes_total(const struct source *s);

/* Members for the document: kind, bytes; encoding, separator; sheet, external_links, system_1904,
 * hidden_rows_left_out (so far). */
void source_describe(const struct source *s, struct json *out);

#endif
