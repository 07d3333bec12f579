/* SPDX-License-Identifier: EUPL-1.2 */
/* What a file of rows holds, as one string to compare with; for the tests of CSV and workbooks. */
#ifndef DCIM_TESTS_BASE_LISTING_H
#define DCIM_TESTS_BASE_LISTING_H

#include "zip_build.h"

#include "base/csv.h"
#include "base/err.h"
#include "base/text.h"
#include "base/xlsx_read.h"

/* CSV: a line per record, "line:row <field><field>...\n". What was read before an error is there;
 * the error is in `e`. mem_free() it. */
char *csv_listing(struct text bytes, const struct csv_options *o, struct err *e);

/* Fails the test unless the bytes are read so, without error. */
void csv_check(struct text bytes, const struct csv_options *o, const char *want);

/* ... unless they give `want` and then this error, whose message holds `says` and that has a
 * remedy. */
void csv_check_failure(struct text bytes, const struct csv_options *o, const char *want,
                       const char *id, const char *says);

/* Workbooks: a line per row, "row[h] K<text> K=<text> ...\n": h hidden, K the kind (- empty, Text,
 * Number, Date, Bool, Error), = a formula. */
char *xlsx_listing(struct text bytes, size_t sheet, struct err *e);
bool xlsx_list_row(void *buf, const struct xlsx_row *row, struct err *e); /* for xlsx_read_sheet */

/* The workbook of these parts, as above. */
void xlsx_check(const struct workbook_parts *w, const char *want);
void xlsx_check_failure(const struct workbook_parts *w, const char *id, const char *says);
#define ROWS(xml) (&(struct workbook_parts){.rows = (xml)})

/* `piece`, `n` times, between `before` and `after`. mem_free() it. */
char *repeated(const char *before, const char *piece, size_t n, const char *after);

/* `n` letters without pattern, the same ones each time, so that they do not deflate well.
 * mem_free() it. */
char *letters(size_t n);

#endif
