/* SPDX-License-Identifier: EUPL-1.2 */
#include "harness.h"

#include "xlsform_file.h"

#include "base/xlsx_read.h"

enum { COLUMNS = 300 };

static bool each(void *ctx, const struct xlsx_row *row, struct err *e)
{
    (void)e;
    struct text field[COLUMNS];
    bool formula[COLUMNS];
    assert_true(row->n_cell <= COLUMNS);
    for (size_t i = 0; i < row->n_cell; i++) {
        field[i] = row->cell[i].text;
        formula[i] = row->cell[i].formula;
    }
    xlsform_read_row(ctx,
                     &(struct csv_row){.field = field, .n_field = row->n_cell, .row = row->row},
                     formula);
    return true;
}

void xlsform_file_read(struct xlsform_book *out, const char *path, struct arena *a,
                       struct problems *p)
{
    size_t n;
    char *bytes = harness_read(path, &n);
    struct xlsx_reader *x;
    struct xlsform_reader r;
    struct err e = {0};
    xlsform_read_begin(&r, out, a, p);
    if (!xlsx_open_memory(&x, bytes, n, &e)) fail_msg("%s: %s", path, e.msg);
    for (size_t i = 0; i < xlsx_sheet_count(x); i++)
        for (int part = 0; part < XLSFORM_PARTS; part++) {
            if (!text_is(xlsx_sheet_name(x, i), xlsform_part_name[part])) continue;
            xlsform_read_part(&r, (enum xlsform_part)part);
            if (!xlsx_read_sheet(x, i, each, &r, &e)) fail_msg("%s: %s", path, e.msg);
            xlsform_read_end(&r);
        }
    xlsx_close(x);
    free(bytes);
}

void xlsform_file_book(struct xlsform_book *out, const char *survey, const char *choices,
                       const char *settings, struct arena *a, struct problems *p)
{
    const char *const text[XLSFORM_PARTS] = {survey, choices, settings};
    struct xlsform_reader r;
    xlsform_read_begin(&r, out, a, p);
    for (int part = 0; part < XLSFORM_PARTS; part++) {
        struct csv_reader *c;
        struct csv_row row;
        struct err e = {0};
        bool found = true;
        if (text[part] == NULL) continue;
        xlsform_read_part(&r, (enum xlsform_part)part);
        assert_true(csv_open_memory(&c, text_of(text[part]),
                                    &(struct csv_options){.encoding = CSV_UTF8, .separator = ','},
                                    &e));
        while (csv_next(c, &row, &found, &e) && found) xlsform_read_row(&r, &row, NULL);
        assert_false(found);
        csv_close(c);
        xlsform_read_end(&r);
    }
}

const char *xlsform_file_cell(const struct xlsform_book *book, enum xlsform_part part, size_t row,
                              const char *column)
{
    const struct sheet *s = &book->part[part];
    assert_true(row < s->n_row);
    return sheet_cell(&s->row[row], sheet_column(s, column)).s;
}
