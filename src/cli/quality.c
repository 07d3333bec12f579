/* SPDX-License-Identifier: EUPL-1.2 */
/* The quality report, for a data manager on Monday morning: a sentence and a short table for each
 * subject. Long tables are in the CSV and JSON alone. The page is data/pages/quality.html. */
#include "cli/command.h"

#include "base/arena.h"
#include "base/catalogue.h"
#include "base/csv.h"
#include "cli/terminal.h"

#include <stdio.h>
#include <string.h>

enum { COLUMNS_MAX = 20, ROWS_SHOWN = 25, TEXT_MAX = 256 << 20 };

/* A cell as a text. */
static const char *cell(char out[32], const struct json *row, const char *key)
{
    const struct json *v = json_get(row, key);
    if (v == NULL) return "";
    if (json_kind(v) != JSON_INT) return json_as_text(v, "");
    (void)snprintf(out, 32, "%lld", (long long)json_as_int(v, 0));
    return out;
}

/* ---------------------------------------------------------------- text */

static struct json *first_rows(const struct json *rows, size_t n)
{
    struct json *out = json_array();
    for (size_t i = 0; i < json_size(rows) && i < n; i++)
        json_push(out, json_copy(json_at(rows, i)));
    return out;
}

static void show_section(const struct json *s)
{
    struct show_column column[COLUMNS_MAX];
    const struct json *columns = json_get(s, "columns"), *rows = json_get(s, "rows");
    size_t n = 0, n_row = json_size(rows);
    printf("\n");
    terminal_puts(json_get_text(s, "title", ""));
    if (json_has(s, "rule")) printf(" (%s)", json_get_text(s, "rule", ""));
    printf("\n");
    terminal_puts(json_get_text(s, "sentence", ""));
    printf("\n");
    if (n_row == 0) return;
    for (; n < json_size(columns) && n < COLUMNS_MAX; n++) {
        const struct json *c = json_at(columns, n);
        column[n] = (struct show_column){json_get_text(c, "key", ""), json_get_text(c, "title", ""),
                                         json_get_bool(c, "right", false)};
    }
    struct json *shown = first_rows(rows, ROWS_SHOWN);
    printf("\n");
    terminal_rows(shown, column, n);
    json_free(shown);
    if (n_row > ROWS_SHOWN)
        printf(tr("... and %zu more rows: --format csv has all of them.\n"), n_row - ROWS_SHOWN);
    if (json_has(s, "remedy")) {
        printf("\n-> ");
        terminal_puts(json_get_text(s, "remedy", ""));
        printf("\n");
    }
}

/* What was found first; what holds in one line each at the end. */
static void show_text(const struct json *r)
{
    const struct json *sections = json_get(r, "sections");
    char number[32];
    printf(tr("Quality of %s records on %s"), cell(number, r, "records"),
           json_get_text(r, "made_on", ""));
    if (json_get_int(r, "year", 0) > 0)
        printf(tr(", registered in %d"), (int)json_get_int(r, "year", 0));
    printf("\n");
    if (json_get_int(r, "threshold", 0) > 0)
        printf(tr("Counts below %d are hidden.\n"), (int)json_get_int(r, "threshold", 0));
    for (size_t i = 0; i < json_size(sections); i++) {
        const struct json *s = json_at(sections, i);
        if (json_size(json_get(s, "rows")) > 0 && !json_get_bool(s, "detail", false))
            show_section(s);
    }
    printf("\n%s\n", tr("Nothing found, or not judged:"));
    for (size_t i = 0; i < json_size(sections); i++) {
        const struct json *s = json_at(sections, i);
        if (json_size(json_get(s, "rows")) > 0 || json_get_bool(s, "detail", false)) continue;
        printf("  ");
        terminal_puts(json_get_text(s, "title", ""));
        printf(": ");
        terminal_puts(json_get_text(s, "sentence", ""));
        printf("\n");
    }
}

/* ---------------------------------------------------------------- csv */

/* One row for each figure: what it is of, what it is, how much. */
static void write_csv(struct buf *out, const struct json *r)
{
    static const char *const of[] = {"form", "organisation", "variable", "rule", "year"};
    enum { N = sizeof of / sizeof of[0] };
    const struct json *sections = json_get(r, "sections");
    char number[32];
    csv_put(out, TEXT("section"), ',', CSV_SAFE, true);
    for (size_t k = 0; k < N; k++) csv_put(out, text_of(of[k]), ',', CSV_SAFE, false);
    csv_put(out, TEXT("measure"), ',', CSV_SAFE, false);
    csv_put(out, TEXT("value"), ',', CSV_SAFE, false);
    csv_end_row(out);
    for (size_t i = 0; i < json_size(sections); i++) {
        const struct json *s = json_at(sections, i), *columns = json_get(s, "columns"),
                          *rows = json_get(s, "rows");
        for (size_t k = 0; k < json_size(rows); k++)
            for (size_t c = 0; c < json_size(columns); c++) {
                const struct json *row = json_at(rows, k);
                const char *key = json_get_text(json_at(columns, c), "key", "");
                bool names = false;
                for (size_t x = 0; x < N; x++) names = names || strcmp(of[x], key) == 0;
                if (names) continue;
                csv_put(out, text_of(json_get_text(s, "id", "")), ',', CSV_SAFE, true);
                for (size_t x = 0; x < N; x++)
                    csv_put(out, text_of(cell(number, row, of[x])), ',', CSV_SAFE, false);
                csv_put(out, text_of(key), ',', CSV_SAFE, false);
                csv_put(out, text_of(cell(number, row, key)), ',', CSV_SAFE, false);
                csv_end_row(out);
            }
    }
}

/* ---------------------------------------------------------------- page */

/* Templates know no keys: rows become lists of cells. Long sections stay out. */
static struct json *page_of(const struct json *r)
{
    struct json *out = json_copy(r), *sections = json_array();
    const struct json *list = json_get(r, "sections");
    char number[32];
    for (size_t i = 0; i < json_size(list); i++) {
        if (json_get_bool(json_at(list, i), "detail", false)) continue;
        struct json *s = json_copy(json_at(list, i)), *rows = json_array();
        const struct json *columns = json_get(s, "columns"), *from = json_get(s, "rows");
        for (size_t k = 0; k < json_size(from); k++) {
            struct json *row = json_object(), *cells = json_array();
            for (size_t c = 0; c < json_size(columns); c++) {
                struct json *one = json_object();
                const char *key = json_get_text(json_at(columns, c), "key", "");
                json_set_text(one, "text", cell(number, json_at(from, k), key));
                json_set_bool(one, "right", json_get_bool(json_at(columns, c), "right", false));
                json_push(cells, one);
            }
            json_set(row, "cells", cells);
            json_push(rows, row);
        }
        json_set_bool(s, "has_rows", json_size(rows) > 0);
        json_set(s, "rows", rows);
        json_push(sections, s);
    }
    json_set(out, "sections", sections);
    return out;
}

int show_quality(const struct invocation *v, const struct json *r)
{
    const char *format = json_get_text(v->own, "format", "text");
    struct buf text;
    struct err e = {0};
    if (strcmp(format, "text") == 0) {
        show_text(r);
        return 0;
    }
    if (strcmp(format, "html") == 0) {
        struct json *page = page_of(r);
        int status = show_page(v, "quality", page);
        json_free(page);
        return status;
    }
    buf_init(&text, TEXT_MAX);
    if (strcmp(format, "csv") == 0) {
        buf_puts(&text, "\xEF\xBB\xBF"); /* spreadsheet programs take it for UTF-8 then */
        write_csv(&text, r);
    } else {
        json_write(&text, r, true);
        buf_putc(&text, '\n');
    }
    return deliver_text(v, &text, true, &e);
}

/* Checked before anything is read: the log would keep an act that told nobody anything. */
int run_quality(struct invocation *v)
{
    static const char *const formats[] = {"text", "json", "csv", "html"};
    const char *format = json_get_text(v->own, "format", "text");
    const char *purpose = global_or(v->globals.purpose, "DCIM_PURPOSE", NULL);
    struct err e = {0};
    size_t i = 0, n = sizeof formats / sizeof formats[0];
    while (i < n && strcmp(formats[i], format) != 0) i++;
    if (i == n) {
        err_set(&e, ERR_USAGE, "cli.format", "a quality report cannot be written as %s", format);
        err_remedy(&e, "use --format text, json, csv or html");
        return report_error(v, NULL, &e);
    }
    if (purpose != NULL) json_set_text(v->in, "purpose", purpose);
    return run_named(v, "quality.report");
}

/* ---------------------------------------------------------------- links of a record */

int show_links(const struct invocation *v, const struct json *r)
{
    static const struct show_column to[] = {{"variable", N_("Variable"), false},
                                            {"form", N_("Points to"), false},
                                            {"value", N_("Value"), false},
                                            {"record", N_("Record"), false}},
                                    from[] = {{"record", N_("Record"), false},
                                              {"form", N_("Form"), false},
                                              {"variable", N_("By"), false}};
    const struct json *list = json_get(r, "points_to"), *back = json_get(r, "pointed_to_by");
    (void)v;
    printf("%s %s (%s)\n", json_get_text(r, "form", ""), json_get_text(r, "record", ""),
           json_get_text(r, "organisation", ""));
    printf("\n%s\n", json_size(list) == 0 ? tr("It points to no record.") : tr("It points to"));
    if (json_size(list) > 0) terminal_rows(list, to, sizeof to / sizeof to[0]);
    printf("\n%s\n", json_size(back) == 0 ? tr("No record points to it.") : tr("To it point"));
    if (json_size(back) > 0) terminal_rows(back, from, sizeof from / sizeof from[0]);
    size_t lost = 0;
    for (size_t i = 0; i < json_size(list); i++)
        lost += !json_get_bool(json_at(list, i), "resolved", false);
    if (lost > 0)
        printf(tr_n("\n%zu of its links leads to no record that there is.\n",
                    "\n%zu of its links lead to no record that there is.\n", (int64_t)lost),
               lost);
    return 0;
}

int run_links(struct invocation *v)
{
    struct err e = {0};
    const char *purpose = global_or(v->globals.purpose, "DCIM_PURPOSE", NULL);
    if (purpose == NULL) {
        err_set(&e, ERR_DENIED, "cli.purpose",
                "links join victim and justice data sets, which is done only for a stated purpose");
        err_remedy(&e, "state it with --purpose \"...\"; it is kept in the audit log");
        return report_error(v, NULL, &e);
    }
    json_set_text(v->in, "purpose", purpose);
    return run_named(v, "record.links");
}
