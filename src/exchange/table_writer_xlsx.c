/* SPDX-License-Identifier: EUPL-1.2 */
/* A release as a workbook: one sheet laid out like the text, one about it. Both are visible
 * (S66). */
#include "exchange/table_writer_internal.h"

#include "base/unicode.h"
#include "base/xlsx_write.h"

#include <string.h>

enum { COLUMNS_MAX = 16384, ROWS_MAX = 1048576, STUB_WIDTH = 42, COUNT_WIDTH = 14 };

static void put(struct xlsx_writer *x, uint32_t row, size_t column, const char *s,
                enum xlsx_style style)
{
    xlsx_write_text(x, row, (uint16_t)column, text_of(s), style);
}

static uint32_t put_heads(struct xlsx_writer *x, const struct layout *l, uint32_t row)
{
    const struct release *r = l->r;
    for (size_t k = r->n_row_dim; k < r->n_dim; k++) {
        put(x, row++, r->n_row_dim, layout_variable(l, k), XLSX_NOTE);
        for (size_t s = 0; s < r->n_row_dim && k + 1 == r->n_dim; s++)
            put(x, row, s, layout_variable(l, s), XLSX_HEAD);
        for (size_t c = 0; c < l->n_column; c++) {
            size_t category = layout_category(l, k, c), depth = layout_depth(l, k, category);
            const char *label = layout_label(l, k, category);
            for (; depth > 0; depth--)
                label = arena_printf(l->a, "-%s%s", label[0] == '-' ? "" : " ", label);
            bool show = k + 1 == r->n_dim || layout_begins(l, k, c);
            put(x, row, r->n_row_dim + c, show ? label : "", XLSX_HEAD);
        }
        row++;
    }
    if (r->n_row_dim == r->n_dim) {
        for (size_t s = 0; s < r->n_row_dim; s++) put(x, row, s, layout_variable(l, s), XLSX_HEAD);
        put(x, row++, r->n_row_dim, layout_word(l, WORD_COUNT), XLSX_HEAD);
    }
    return row;
}

static void put_counts(struct xlsx_writer *x, const struct layout *l, uint32_t row, size_t at)
{
    const struct release *r = l->r;
    bool total = true;
    for (size_t k = 0; k < r->n_row_dim; k++) total = total && layout_category(l, k, at) == 0;
    enum xlsx_style style = total && r->n_row_dim > 0 ? XLSX_TOTAL : XLSX_PLAIN;
    for (size_t k = 0; k < r->n_row_dim;
         k++) { /* every row says where it belongs: people sort and filter */
        size_t c = layout_category(l, k, at), depth = layout_depth(l, k, c);
        put(x, row, k, arena_printf(l->a, "%*s%s", (int)(2 * depth), "", layout_label(l, k, c)),
            style);
    }
    for (size_t c = 0; c < l->n_column; c++) {
        size_t cell = layout_cell(l, at, c);
        if (r->status[cell] != CELL_SHOWN) put(x, row, r->n_row_dim + c, "..", style);
        else xlsx_write_number(x, row, (uint16_t)(r->n_row_dim + c), (double)r->count[cell], style);
    }
}

static void put_table(struct xlsx_writer *x, const struct layout *l)
{
    const struct release *r = l->r;
    uint32_t row = 0;
    for (size_t c = 0; c < r->n_row_dim; c++) xlsx_write_width(x, (uint16_t)c, STUB_WIDTH);
    for (size_t c = 0; c < l->n_column; c++)
        xlsx_write_width(x, (uint16_t)(r->n_row_dim + c), COUNT_WIDTH);
    if (r->kind == RELEASE_RAW) put(x, row++, 0, layout_word(l, WORD_RAW), XLSX_TITLE);
    put(x, row++, 0, l->title, XLSX_TITLE);
    put(x, row++, 0, l->note[0], XLSX_NOTE);
    row = put_heads(x, l, row + 1);
    xlsx_write_freeze(x, row, (uint16_t)r->n_row_dim);
    for (size_t at = 0; at < l->n_row; at++) put_counts(x, l, row++, at);
    row++;
    for (size_t i = 1; i < l->n_note; i++) put(x, row++, 0, l->note[i], XLSX_NOTE);
    if (r->kind == RELEASE_RAW) put(x, row, 0, layout_word(l, WORD_RAW), XLSX_TITLE);
}

static void put_about(struct xlsx_writer *x, const struct layout *l)
{
    uint32_t row = 0;
    xlsx_write_width(x, 0, 100);
    if (l->r->kind == RELEASE_RAW) put(x, row++, 0, layout_word(l, WORD_RAW), XLSX_TITLE);
    put(x, row++, 0, l->title, XLSX_TITLE);
    for (size_t i = 0; i < l->n_note; i++) put(x, row++, 0, l->note[i], XLSX_PLAIN);
    put(x, row++, 0, arena_printf(l->a, "%s: %s", layout_word(l, WORD_METHOD), l->r->method),
        XLSX_PLAIN);
    if (l->r->kind == RELEASE_RAW) put(x, row, 0, layout_word(l, WORD_RAW), XLSX_TITLE);
}

bool table_write_xlsx(const char *path, const struct release *r, const struct table_words *w,
                      struct err *e)
{
    struct arena *a = arena_new(ARENA_PLAIN);
    struct xlsx_writer *x = NULL;
    struct layout l;
    bool ok = false;

    layout_make(&l, r, w, a);
    if (l.n_column + r->n_row_dim > COLUMNS_MAX || l.n_row > ROWS_MAX - 100) {
        err_set(e, ERR_LIMIT, "table.sheet_too_large", "the table does not fit on one sheet");
        err_remedy(e, "put variables with many categories on rows, or write CSV");
        goto done;
    }
    if (!xlsx_write_open(&x, path, l.title, e)) goto done;
    if (!xlsx_write_sheet(x, layout_word(&l, WORD_SHEET_TABLE), e)) goto done;
    put_table(x, &l);
    if (!xlsx_write_sheet(x, layout_word(&l, WORD_SHEET_ABOUT), e)) goto done;
    put_about(x, &l);
    ok = xlsx_write_close(x, e);
    x = NULL;
done:
    if (x != NULL) xlsx_write_abandon(x);
    arena_free(a);
    return ok;
}
