/* SPDX-License-Identifier: EUPL-1.2 */
/* Reading XLSX workbooks with zlib and expat. Runs inside the one-shot converter process
 * (intake/converter.h), never beside keys. Limits before work (S68, S69): 64 MiB of file, 2,000
 * entries, 256 MiB declared, ratio 100, no encryption, no duplicate or overlapping entries, names
 * allow-listed; XML without DOCTYPE, depth 64, 64 attributes. */
#ifndef DCIM_BASE_XLSX_READ_H
#define DCIM_BASE_XLSX_READ_H

#include "base/err.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum xlsx_cell_kind { XLSX_EMPTY, XLSX_TEXT, XLSX_NUMBER, XLSX_DATE, XLSX_BOOL, XLSX_ERROR };

struct xlsx_cell {
    enum xlsx_cell_kind kind;
    /* Text; number as written in the file; date as ISO text, "2020-12-31" or "2020-12-31T13:45:00"
     * (a time of day without date is XLSX_TEXT "13:45:00"); boolean as "1" or "0". */
    struct text text;
    bool formula; /* the cell holds a formula; text is the cached value */
};

struct xlsx_row {
    /* Borrowed until the next row; columns without cell are XLSX_EMPTY. */
    const struct xlsx_cell *cell;
    size_t n_cell;
    uint64_t row; /* 1-based row of the sheet */
    bool hidden;
};

struct xlsx_reader;

/* Open a workbook held in memory (it must outlive the reader). `owns` *out. Reads everything but
 * the sheets; memory grows by the shared texts, at most 128 MiB. Errors: those of xlsx_zip.h and
 * xlsx_xml.h, xlsx.not_workbook, xlsx.too_many_strings, xlsx.too_many_parts. */
bool xlsx_open_memory(struct xlsx_reader **out, const void *p, size_t n, struct err *e) MUST_CHECK;
void xlsx_close(struct xlsx_reader *r);

size_t xlsx_sheet_count(const struct xlsx_reader *r);
struct text xlsx_sheet_name(const struct xlsx_reader *r, size_t i);
bool xlsx_sheet_hidden(const struct xlsx_reader *r, size_t i);
bool xlsx_has_external_links(const struct xlsx_reader *r); /* they are never followed */
bool xlsx_uses_1904(const struct xlsx_reader *r);

/* Go through one sheet, row by row, by callback; false from it stops with the error it set. Rows
 * without any value or formula are left out, so n_cell is at least 1 and the last cell is not
 * XLSX_EMPTY (unless it is a formula without a cached value). Errors name sheet, row and column:
 * xlsx.cell_reference, xlsx.row_order, xlsx.cell_order, xlsx.cell_too_long (128 KiB),
 * xlsx.too_many_columns (2,000), and those of xlsx_zip.h and xlsx_xml.h. May be called again. */
typedef bool xlsx_row_fn(void *ctx, const struct xlsx_row *row, struct err *e);
bool xlsx_read_sheet(struct xlsx_reader *r, size_t sheet, xlsx_row_fn *each, void *ctx,
                     struct err *e) MUST_CHECK;

#endif
