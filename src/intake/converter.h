/* SPDX-License-Identifier: EUPL-1.2 */
/* The one-shot converter: a process of its own that parses an untrusted workbook or CSV file under
 * seccomp and writes its rows to a pipe (S68-S71). The program starts itself again as
 * `dcim converter xlsx` (or csv) with the file as standard input and what is wanted of it in
 * another pipe (S15). Whatever becomes of that process, the caller gets rows or an error that says
 * what to do; its memory is bounded by CONVERTER_ROW_MAX, its time by the options. */
#ifndef DCIM_INTAKE_CONVERTER_H
#define DCIM_INTAKE_CONVERTER_H

#include "base/csv.h"
#include "base/err.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Limits (S70, S71, S75). */
enum {
    CONVERTER_ROW_MAX = 8 * 1024 * 1024, /* bytes of one row, as in CSV */
    CONVERTER_COLUMN_MAX = 2000,
    /* longest wait for the child's next word, by the clock when it does nothing, else by its
     * work */
    CONVERTER_SILENCE_MS = 8000
};

/* What main() of the converter process does: takes the sheet's name from its parent, shuts itself
 * in, reads standard input, writes messages to standard output, and ends the process by _exit(),
 * for what libraries leave to exit() is forbidden by then: 0 done, 3 refused. Never returns. */
int converter_main(const char *kind);

struct converter_options {
    const char *program;    /* what to start */
    const char *kind;       /* "xlsx", "csv" */
    const char *sheet;      /* name; "": the first visible one. NULL is fine for CSV */
    struct csv_options csv; /* of "csv": encoding and separator, or to be guessed */
    int file; /* open for reading; read from its beginning, its place is left alone; borrowed */
    int silence_ms; /* 0: CONVERTER_SILENCE_MS */
};

/* Start one for somebody who may start none and has asked for it (base/broker.h), with the file,
 * the pipe that its rows go to, and the pipe with what is wanted: errno, or 0 with its number. */
int converter_spawn(pid_t *child, const char *program, const char *kind, int file, int out,
                    int request);

struct converter;
/* Start one. `owns` *out. ERR_SYSTEM converter.start. */
bool converter_start(struct converter **out, const struct converter_options *o,
                     struct err *e) MUST_CHECK;

struct converter_sheet { /* what is read */
    struct text name;
    bool external_links; /* of the workbook; they are never followed */
    bool system_1904;
};

/* Wait until the child has opened the workbook. Borrowed until converter_stop(). Errors as
 * below. */
bool converter_sheet(struct converter *c, struct converter_sheet *out, struct err *e) MUST_CHECK;

/* The sheets of the workbook that converter_sheet() has opened, in its order. Borrowed until
 * converter_stop(). */
struct converter_sheet_name {
    struct text name;
    bool hidden;
};
size_t converter_sheets(const struct converter *c, const struct converter_sheet_name **out);

struct converter_text { /* how a CSV file is read */
    enum csv_encoding encoding;
    char separator;
};

/* The same for a CSV file: wait until it is known how to read it. */
bool converter_text(struct converter *c, struct converter_text *out, struct err *e) MUST_CHECK;

struct converter_row { /* borrowed until the next call; texts are valid UTF-8 */
    const struct text *field;
    const bool *formula;
    size_t n_field;
    uint64_t row; /* 1-based row of the sheet or file, ascending */
    bool hidden;
};

/* Next row; *found false at the end. ERR_INPUT: converter.refused (with the reader's own reason),
 * converter.died, converter.silent (it took too long), converter.message (it sent nonsense). After
 * an error the child is gone, and every further call says the same. */
bool converter_next(struct converter *c, struct converter_row *out, bool *found,
                    struct err *e) MUST_CHECK;
void converter_stop(struct converter *c); /* NULL is fine; ends what still runs */

#endif
