/* SPDX-License-Identifier: EUPL-1.2 */
/* Any bytes as a CSV file (S100). The first byte chooses encoding and separator, the rest is the
 * file; from 0xE0 on the file is the rest over and over, so that blocks are crossed, and with 0xFD
 * so often that a line can be too long. Held: every field is valid UTF-8 within its limits,
 * lines and rows count up, and what was read and is written again reads the same. */
#include "base/csv.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SOME_BLOCKS = 300 * 1024, MORE_THAN_A_LINE = 9 * 1024 * 1024 };

static void hold(bool promise)
{
    if (!promise) abort();
}

/* The row as one line of CSV, read again. */
static void check_round_trip(const struct csv_row *row, char separator)
{
    struct buf b;
    buf_init(&b, 32 * 1024 * 1024);
    for (size_t i = 0; i < row->n_field; i++) {
        csv_put(&b, row->field[i], separator, CSV_MACHINE, i == 0);
        (void)csv_is_formula(row->field[i]);
    }
    csv_end_row(&b);
    struct csv_options o = {.encoding = CSV_UTF8, .separator = separator};
    struct csv_reader *r = NULL;
    struct csv_row again;
    struct err e;
    bool found = false;
    bool begins_with_mark = b.n >= 3 && memcmp(b.p, "\xEF\xBB\xBF", 3) == 0;
    bool fits = b.n <= CSV_LINE_MAX; /* doubled quotes can make it longer than it was */
    hold(csv_open_memory(&r, buf_text(&b), &o, &e));
    if (!begins_with_mark && fits) {
        hold(csv_next(r, &again, &found, &e) && found);
        hold(again.n_field == row->n_field);
        for (size_t i = 0; i < row->n_field; i++) hold(text_equal(again.field[i], row->field[i]));
    }
    csv_close(r);
    buf_release(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) return 0;
    static const char separators[] = {0, ',', ';', '\t'};
    struct csv_options o = {.encoding = (enum csv_encoding)(data[0] % CSV_ENCODING_COUNT),
                            .separator = separators[data[0] / CSV_ENCODING_COUNT % 4]};
    struct text file = {(const char *)data + 1, size - 1};
    struct buf again;
    size_t length = data[0] == 0xFD ? MORE_THAN_A_LINE : SOME_BLOCKS;
    buf_init(&again, length);
    if (data[0] >= 0xE0 && file.n > 0) {
        while (again.n + file.n <= length) buf_put_text(&again, file);
        file = buf_text(&again);
        o.row_max = 500;
    }
    enum csv_encoding named;
    if (csv_encoding_find(&named, file)) hold(csv_encoding_name(named)[0] != '\0');
    struct csv_reader *r = NULL;
    struct err e = {0};
    if (!csv_open_memory(&r, file, &o, &e)) abort();
    hold(csv_encoding(r) != CSV_DETECT && csv_separator(r) != 0);
    struct csv_row row;
    bool found;
    uint64_t line = 0, n_row = 0;
    while (csv_next(r, &row, &found, &e) && found) {
        hold(row.line > line && row.row == n_row + 1);
        hold(row.n_field >= 1 && row.n_field <= CSV_COLUMN_MAX);
        line = row.line;
        n_row = row.row;
        for (size_t i = 0; i < row.n_field; i++) {
            hold(row.field[i].n <= CSV_FIELD_MAX);
            hold(text_is_utf8(row.field[i], NULL));
        }
        if (n_row <= 4) check_round_trip(&row, csv_separator(r));
    }
    hold(e.code == ERR_NONE || (!found && e.id != NULL && e.remedy[0] != '\0'));
    hold(csv_bytes_read(r) <= csv_bytes_total(r));
    csv_close(r);
    buf_release(&again);
    return 0;
}
