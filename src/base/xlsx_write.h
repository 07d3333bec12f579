/* SPDX-License-Identifier: EUPL-1.2 */
/* The door to libxlsxwriter. Text is written as text, never as a formula (S65, S66): one visible
 * sheet for each table, no comments, links or custom parts; the only references are those of cells
 * to the lists that they offer; no author or date in the properties
 * beyond what is given, so that the same content gives the same bytes. */
#ifndef DCIM_BASE_XLSX_WRITE_H
#define DCIM_BASE_XLSX_WRITE_H

#include "base/err.h"
#include "base/text.h"

#include <stdbool.h>
#include <stdint.h>

struct xlsx_writer;

/* A new workbook at `path` (mode 0600, replaced atomically at xlsx_write_close). */
bool xlsx_write_open(struct xlsx_writer **out, const char *path, const char *title,
                     struct err *e) MUST_CHECK;
bool xlsx_write_sheet(struct xlsx_writer *w, const char *name, struct err *e) MUST_CHECK;

enum xlsx_style { XLSX_PLAIN, XLSX_HEAD, XLSX_TITLE, XLSX_NOTE, XLSX_TOTAL };
/* Cells are 0-based. Rows of a sheet come in ascending order, for finished rows leave memory; going
 * back is xlsx_write.order at close. Columns come in any order; a cell written twice keeps the
 * last. Control characters XML cannot hold become U+FFFD; over 32,767 characters is ERR_LIMIT at
 * close. */
void xlsx_write_text(struct xlsx_writer *w, uint32_t row, uint16_t column, struct text t,
                     enum xlsx_style s);
void xlsx_write_number(struct xlsx_writer *w, uint32_t row, uint16_t column, double v,
                       enum xlsx_style s);
void xlsx_write_width(struct xlsx_writer *w, uint16_t column, double characters);
void xlsx_write_freeze(struct xlsx_writer *w, uint32_t row, uint16_t column);

/* Cells of `column`, rows first to last, offer what stands in rows from to to of column `of_column`
 * of sheet `sheet` (a name of letters). Something else may be typed. `hint`, at most 255 characters,
 * is shown beside the cell; NULL: nothing is. A longer one is xlsx_write.choices at close. Of one
 * sheet the first 255 columns do; further ones offer nothing. */
struct xlsx_choices {
    uint16_t column;
    uint32_t first, last;
    const char *sheet;
    uint16_t of_column;
    uint32_t from, to;
    const char *hint;
};
void xlsx_write_choices(struct xlsx_writer *w, const struct xlsx_choices *c);

/* Finish: reports whatever failed above, then frees. xlsx_write_abandon() leaves no file. */
bool xlsx_write_close(struct xlsx_writer *w, struct err *e) MUST_CHECK;
void xlsx_write_abandon(struct xlsx_writer *w);

#endif
