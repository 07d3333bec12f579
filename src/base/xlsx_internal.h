/* SPDX-License-Identifier: EUPL-1.2 */
/* What xlsx_read.c (the workbook) and xlsx_sheet.c (its rows) share. For them alone. */
#ifndef DCIM_BASE_XLSX_INTERNAL_H
#define DCIM_BASE_XLSX_INTERNAL_H

#include "base/buf.h"
#include "base/xlsx_read.h"
#include "base/xlsx_zip.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct xlsx_sheet {
    char *name;
    size_t entry; /* of the archive */
    bool hidden;
};

struct xlsx_reader {
    struct xlsx_zip *zip;
    struct xlsx_sheet *sheet;
    size_t n_sheet, cap_sheet;
    bool external; /* links to other files, or data connections */
    bool system_1904;

    bool *style_is_date; /* by cell format index */
    size_t n_style, cap_style;

    struct buf strings;  /* all shared strings, one behind the other */
    uint32_t *string_at; /* where each begins; one more for the end */
    size_t n_string, cap_string;
};

/* A number format that shows a date or time: built-in id, or format code (ECMA-376 18.8.30,
 * 18.8.31). */
bool xlsx_format_id_is_date(uint32_t id);
bool xlsx_format_code_is_date(struct text code);

/* "_x000D_" to the character it stands for, in place; returns the new length. Escapes of characters
 * that text must not hold (NUL and other controls, halves of pairs) stay as they are. */
size_t xlsx_unescape(char *p, size_t n);

#endif
