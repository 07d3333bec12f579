/* SPDX-License-Identifier: EUPL-1.2 */
/* CSV reading and writing (RFC 4180 and what spreadsheets make of it). Streaming: memory does not
 * grow with the file. The reader detects encoding and separator unless told. */
#ifndef DCIM_BASE_CSV_H
#define DCIM_BASE_CSV_H

#include "base/buf.h"
#include "base/err.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum csv_encoding {
    CSV_DETECT, /* BOM, else strict UTF-8 of the first MiB, else the best of the others */
    CSV_UTF8,
    CSV_UTF16LE,
    CSV_UTF16BE,
    CSV_WINDOWS1250,
    CSV_WINDOWS1252,
    CSV_ISO8859_2,
    CSV_ENCODING_COUNT
};

/* limits (S70) */
enum {
    CSV_FIELD_MAX = 64 * 1024, /* bytes of one field, as UTF-8 */
    CSV_COLUMN_MAX = 2000,
    CSV_LINE_MAX = 8 * 1024 * 1024 /* bytes of one record with its quoted newlines */
};

struct csv_options {
    enum csv_encoding encoding; /* CSV_DETECT to guess */
    char separator;             /* 0 to guess among , ; tab | and a "sep=" line */
    uint64_t row_max;           /* 0: 10,000,000 */
};

struct csv_reader;

/* One record. Borrowed until the next csv_next(). */
struct csv_row {
    const struct text *field;
    size_t n_field;
    uint64_t line; /* 1-based line of the file where the record begins (physical lines) */
    uint64_t row;  /* 1-based number of the record, the header being 1 */
};

/* Open a file (or memory, which must outlive the reader). Reads enough to detect. `owns` *out. */
bool csv_open(struct csv_reader **out, const char *path, const struct csv_options *o,
              struct err *e) MUST_CHECK;
bool csv_open_memory(struct csv_reader **out, struct text bytes, const struct csv_options *o,
                     struct err *e) MUST_CHECK;
void csv_close(struct csv_reader *r); /* NULL is fine */

/* Next record: *found false at the end. Rows without any byte are skipped. Errors name the line:
 * csv.encoding (bytes not valid in the encoding), csv.nul, csv.field_too_long, csv.line_too_long,
 * csv.too_many_columns, csv.quote (text behind a closing quote, or a quote never closed). */
bool csv_next(struct csv_reader *r, struct csv_row *out, bool *found, struct err *e) MUST_CHECK;

enum csv_encoding csv_encoding(const struct csv_reader *r);
char csv_separator(const struct csv_reader *r);
const char *csv_encoding_name(enum csv_encoding enc); /* "windows-1250" */
bool csv_encoding_find(enum csv_encoding *out, struct text name);
uint64_t csv_bytes_read(const struct csv_reader *r); /* for progress */
uint64_t csv_bytes_total(const struct csv_reader *r);

/* conventions section 8 */
enum csv_style {
    CSV_MACHINE, /* quotes only when needed, CRLF, no guard against formulas: for programs */
    CSV_SAFE     /* every text quoted; formula beginnings get a leading ' (S65) */
};

/* Append one field; `first` without separator before it. csv_put_number() for numbers, which are
 * never prefixed. csv_end_row() appends CRLF. */
void csv_put(struct buf *b, struct text field, char separator, enum csv_style style, bool first);
void csv_put_number(struct buf *b, struct text digits, char separator, bool first);
void csv_end_row(struct buf *b);

/* S65: does the text begin (behind white space, BOM, zero-width characters) like a formula? */
bool csv_is_formula(struct text field);

#endif
