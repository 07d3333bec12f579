/* SPDX-License-Identifier: EUPL-1.2 */
/* Writers of a table release: aligned text, CSV, XLSX, JSON. Every table says its form, counting
 * unit, filter, protection and the day; hidden cells are empty with a status column or mark, never
 * a guessable "<3". */
#ifndef DCIM_EXCHANGE_TABLE_WRITER_H
#define DCIM_EXCHANGE_TABLE_WRITER_H

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "disclosure/release.h"

#include <stdbool.h>
#include <stddef.h>

struct table_format {
    const char *name; /* "text", "csv", "xlsx", "json" */
    const char *summary;
    bool binary; /* needs a file */
};
extern const struct table_format table_formats[];
extern const size_t n_table_format;

struct table_words { /* what the release does not know itself */
    size_t language;
    const char *country;
    const char *made_on; /* ISO day */
    int64_t n_record;    /* data cut: records in the repository; -1: not for the reader to know */
};

/* CSV (machine style: one line for each cell: codes, labels, count, status; metadata in a companion
 * comment-free layout described in docs/formats/table.md), aligned text for terminals (`width`
 * columns at most, 0: no limit). */
void table_write_csv(struct buf *out, const struct release *r, const struct table_words *w);
void table_write_text(struct buf *out, const struct release *r, const struct table_words *w,
                      size_t width);
struct json *table_write_json(const struct release *r, const struct table_words *w);
/* For a page, in the way the reader's language writes numbers:
 *   {caption, head [{cells}], body [{cells, total_row}], notes}
 * of cells {text, code, value, scope, span, lines, level, hidden, total}: `scope` is that of a
 * header cell and empty for a count; `value` is there for counts that are shown. ERR_LIMIT
 * "table.page_too_large". `owns` *out. */
enum { TABLE_PAGE_CELLS_MAX = 4000 };
bool table_write_page(struct json **out, const struct release *r, const struct table_words *w,
                      struct err *e) MUST_CHECK;
bool table_write_xlsx(const char *path, const struct release *r, const struct table_words *w,
                      struct err *e) MUST_CHECK;

#endif
