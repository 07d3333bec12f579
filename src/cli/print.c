/* SPDX-License-Identifier: EUPL-1.2 */
/* Documents to print: the code book, paper forms, the record of processing activities. The HTML is
 * in data/pages, where a ministry may change it. */
#include "cli/command.h"

#include "base/arena.h"
#include "base/catalogue.h"
#include "base/csv.h"
#include "base/file.h"
#include "base/template.h"
#include "cli/terminal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PAGE_MAX = 1 << 20, DOCUMENT_MAX = 256 << 20, FIELD_MAX = 64 << 10 };

bool data_folder_find(const char **out, const struct invocation *v, const char *holding,
                      struct arena *a, struct err *e)
{
    const char *named = global_or(v->globals.data, "DCIM_DATA", NULL);
    const char *slash = strrchr(v->program, '/');
    const char *beside =
        arena_copy(a, v->program, slash == NULL ? 0 : (size_t)(slash - v->program));
    const char *const place[] = {named, arena_printf(a, "%s/../data", beside),
                                 arena_printf(a, "%s/../share/dcim/data", beside)};
    for (size_t i = 0; i < sizeof place / sizeof place[0]; i++)
        if (place[i] != NULL && file_exists(arena_printf(a, "%s/%s", place[i], holding))) {
            *out = place[i];
            return true;
        }
    err_set(e, ERR_NOT_FOUND, "cli.no_data", "there is no data folder that holds %s", holding);
    return err_remedy(e, "name the data folder with --data or DCIM_DATA");
}

/* ---------------------------------------------------------------- pages */

static bool read_pages(struct template_set **out, const char *data, struct arena *a, struct err *e)
{
    struct file_names names = {0};
    const char *folder = arena_printf(a, "%s/pages", data);
    if (!folder_list(&names, folder, e)) return false;
    struct template_source *source = ARENA_ARRAY(a, struct template_source, names.n);
    size_t n = 0;
    bool ok = true;
    for (size_t i = 0; ok && i < names.n; i++) {
        struct text name = text_of(names.name[i]);
        struct buf page;
        if (!text_ends(name, TEXT(".html"))) continue;
        buf_init(&page, PAGE_MAX);
        ok = file_read(&page, arena_printf(a, "%s/%s", folder, names.name[i]), PAGE_MAX, e);
        source[n].name = arena_copy(a, name.p, name.n - strlen(".html"));
        source[n++].text = arena_copy(a, page.p == NULL ? "" : page.p, page.n);
        buf_release(&page);
    }
    file_names_free(&names);
    return ok && template_set_new(out, source, n, e);
}

bool fill_page(struct buf *out, const struct invocation *v, const char *page,
               const struct json *document, struct err *e)
{
    struct arena *a = arena_new(ARENA_PLAIN);
    struct template_set *set = NULL;
    const char *data;
    bool ok = data_folder_find(&data, v, arena_printf(a, "pages/%s.html", page), a, e) &&
              read_pages(&set, data, a, e) && template_render(out, set, page, document, e);
    template_set_free(set);
    arena_free(a);
    return ok;
}

int deliver_text(const struct invocation *v, struct buf *text, bool ok, struct err *e)
{
    const char *path = json_get_text(v->own, "output", "");
    ok = ok && buf_ok(text, e);
    if (ok && path[0] != '\0')
        ok = file_place_to_write(path, e) && file_write(path, buf_text(text), e);
    else if (ok && text->n > 0) fwrite(text->p, 1, text->n, stdout);
    int status = ok ? 0 : report_error(v, NULL, e);
    buf_release(text);
    if (status != 0 || path[0] == '\0') return status;
    terminal_put_in(tr("Written to %s"), path);
    putchar('\n');
    return 0;
}

int show_page(const struct invocation *v, const char *page, const struct json *document)
{
    struct buf text;
    struct err e = {0};
    buf_init(&text, DOCUMENT_MAX);
    bool ok = fill_page(&text, v, page, document, &e);
    return deliver_text(v, &text, ok, &e);
}

/* ---------------------------------------------------------------- code book */

/* Items of a list of objects by one or two of their members, "; " between. */
static const char *joined(struct buf *out, const struct json *list, const char *first,
                          const char *second)
{
    buf_clear(out);
    for (size_t i = 0; list != NULL && i < json_size(list); i++) {
        const struct json *j = json_at(list, i);
        if (i > 0) buf_puts(out, "; ");
        if (json_kind(j) == JSON_TEXT) {
            buf_puts(out, json_as_text(j, ""));
            continue;
        }
        buf_puts(out, json_get_text(j, first, ""));
        if (second != NULL) buf_printf(out, " %s", json_get_text(j, second, ""));
    }
    return out->p == NULL ? "" : out->p;
}

/* One row for each variable. */
static void write_csv(struct buf *out, const struct json *document)
{
    static const char *const plain[] = {"number",     "variable",    "label",    "hint",
                                        "type",       "list",        "relevant", "required_if",
                                        "constraint", "calculation", "purpose",  "retention",
                                        "link",       "source"};
    enum { N = sizeof plain / sizeof plain[0] };
    struct buf field;
    buf_init(&field, FIELD_MAX);
    csv_put(out, TEXT("form"), ',', CSV_SAFE, true);
    for (size_t k = 0; k < N; k++) csv_put(out, text_of(plain[k]), ',', CSV_SAFE, false);
    csv_put(out, TEXT("privacy"), ',', CSV_SAFE, false);
    csv_put(out, TEXT("legal_basis"), ',', CSV_SAFE, false);
    csv_put(out, TEXT("standards"), ',', CSV_SAFE, false);
    csv_put(out, TEXT("rules"), ',', CSV_SAFE, false);
    csv_put(out, TEXT("codes"), ',', CSV_SAFE, false);
    csv_end_row(out);
    const struct json *forms = json_get(document, "forms");
    for (size_t f = 0; f < json_size(forms); f++) {
        const struct json *form = json_at(forms, f), *items = json_get(form, "items");
        for (size_t i = 0; i < json_size(items); i++) {
            const struct json *x = json_at(items, i);
            if (!json_get_bool(x, "is_variable", false)) continue;
            csv_put(out, text_of(json_get_text(form, "form", "")), ',', CSV_SAFE, true);
            for (size_t k = 0; k < N; k++)
                csv_put(out, text_of(json_get_text(x, plain[k], "")), ',', CSV_SAFE, false);
            csv_put(out, text_of(joined(&field, json_get(x, "privacy"), "letter", NULL)), ',',
                    CSV_SAFE, false);
            csv_put(out, text_of(joined(&field, json_get(x, "legal_basis"), "code", NULL)), ',',
                    CSV_SAFE, false);
            csv_put(out, text_of(joined(&field, json_get(x, "standards"), "name", "value")), ',',
                    CSV_SAFE, false);
            csv_put(out, text_of(joined(&field, json_get(x, "rules"), NULL, NULL)), ',', CSV_SAFE,
                    false);
            csv_put(out, text_of(joined(&field, json_get(x, "codes"), "code", "label")), ',',
                    CSV_SAFE, false);
            csv_end_row(out);
        }
    }
    buf_release(&field);
}

int show_codebook(const struct invocation *v, const struct json *r)
{
    const char *format = json_get_text(v->own, "format", "html");
    struct buf text;
    struct err e = {0};
    if (strcmp(format, "html") == 0) return show_page(v, "codebook", r);
    if (strcmp(format, "pdf-ready-html") == 0) {
        struct json *copy = json_copy(r);
        json_set_bool(copy, "print", true);
        int status = show_page(v, "codebook", copy);
        json_free(copy);
        return status;
    }
    if (strcmp(format, "csv") != 0) {
        err_set(&e, ERR_USAGE, "cli.format", "a code book cannot be written as %s", format);
        err_remedy(&e, "use --format html, pdf-ready-html or csv");
        return report_error(v, NULL, &e);
    }
    buf_init(&text, DOCUMENT_MAX);
    buf_puts(&text, "\xEF\xBB\xBF"); /* spreadsheet programs take it for UTF-8 then */
    write_csv(&text, r);
    return deliver_text(v, &text, true, &e);
}

int show_paper_form(const struct invocation *v, const struct json *r)
{
    return show_page(v, "paper-form", r);
}

/* ---------------------------------------------------------------- processing record */

static void show_activities(const struct json *r)
{
    static const struct show_column columns[] = {{"title", N_("Form"), false},
                                                 {"purpose", N_("Purpose"), false},
                                                 {"retention", N_("Retention"), false},
                                                 {"n", N_("Variables"), true},
                                                 {"direct_identifiers", N_("Direct"), true},
                                                 {"special_category", N_("Special"), true},
                                                 {"offence_data", N_("Offence"), true},
                                                 {"data_set", N_("Data set"), false}};
    terminal_rows(json_get(r, "activities"), columns, sizeof columns / sizeof columns[0]);
    long long lacking = (long long)json_get_int(r, "incomplete_variables", 0);
    if (lacking == 0) return;
    putchar('\n');
    printf(tr_n("%lld variable lacks purpose, legal basis or retention.",
                "%lld variables lack purpose, legal basis or retention.", lacking),
           lacking);
    putchar('\n');
}

int show_processing(const struct invocation *v, const struct json *r)
{
    const char *format = json_get_text(v->own, "format", "text");
    struct err e = {0};
    if (strcmp(format, "html") == 0) return show_page(v, "processing-record", r);
    if (strcmp(format, "text") == 0) {
        show_activities(r);
        return 0;
    }
    err_set(&e, ERR_USAGE, "cli.format", "the record of processing cannot be written as %s",
            format);
    err_remedy(&e, "use --format text or html");
    return report_error(v, NULL, &e);
}

/* ---------------------------------------------------------------- reports */

int show_reports(const struct invocation *v, const struct json *r)
{
    static const struct show_column columns[] = {{"report", "Report", false},
                                                 {"number", "Table", true},
                                                 {"form", "Form", false},
                                                 {"period", "Year by", false},
                                                 {"title", "Title", false}};
    (void)v;
    terminal_rows(json_get(r, "tables"), columns, sizeof columns / sizeof columns[0]);
    return 0;
}

/* A table's cells as rows for the page: the first dimensions down, the last across. */
static struct json *rows_of(const struct json *table)
{
    const struct json *dims = json_get(table, "dimensions"), *count = json_get(table, "count");
    size_t n_dim = json_size(dims), across = 1, down = 1;
    const struct json *last = n_dim > 1 ? json_get(json_at(dims, n_dim - 1), "categories") : NULL;
    if (last != NULL) across = json_size(last);
    for (size_t k = 0; k + (last != NULL) < n_dim; k++)
        down *= json_size(json_get(json_at(dims, k), "categories"));
    struct json *out = json_object(), *heads = json_array(), *rows = json_array();
    for (size_t i = 0; last != NULL && i < across; i++)
        json_push(heads, json_text(text_of(json_get_text(json_at(last, i), "label", ""))));
    for (size_t d = 0; d < down; d++) {
        struct json *row = json_object(), *labels = json_array(), *cells = json_array();
        size_t rest = d, span = down;
        for (size_t k = 0; k + (last != NULL) < n_dim; k++) {
            const struct json *c = json_get(json_at(dims, k), "categories");
            span /= json_size(c);
            json_push(labels,
                      json_text(text_of(json_get_text(json_at(c, rest / span), "label", ""))));
            rest %= span;
        }
        for (size_t i = 0; i < across; i++) {
            const struct json *cell = json_at(count, d * across + i);
            if (cell != NULL && json_kind(cell) == JSON_INT) {
                char digits[32];
                snprintf(digits, sizeof digits, "%lld", (long long)json_as_int(cell, 0));
                json_push(cells, json_text(text_of(digits)));
            } else {
                json_push(cells, json_text(TEXT("..")));
            }
        }
        json_set(row, "labels", labels);
        json_set(row, "cells", cells);
        json_push(rows, row);
    }
    json_set(out, "heads", heads);
    json_set(out, "rows", rows);
    return out;
}

static int show_report_page(const struct invocation *v, const struct json *r)
{
    struct json *document = json_copy(r), *list = json_array();
    const struct json *tables = json_get(r, "tables");
    for (size_t i = 0; i < json_size(tables); i++) {
        struct json *t = json_copy(json_at(tables, i));
        const struct json *table = json_get(t, "table");
        if (table != NULL) json_set(t, "grid", rows_of(table));
        json_push(list, t);
    }
    json_set(document, "tables", list);
    int status = show_page(v, "report", document);
    json_free(document);
    return status;
}

int show_report(const struct invocation *v, const struct json *r)
{
    const char *format = json_get_text(v->own, "format", "text");
    const struct json *tables = json_get(r, "tables");
    struct err e = {0};
    if (strcmp(format, "html") == 0) return show_report_page(v, r);
    if (strcmp(format, "text") != 0) {
        err_set(&e, ERR_USAGE, "cli.format", "a report cannot be written as %s", format);
        err_remedy(&e, "use --format text or html");
        return report_error(v, NULL, &e);
    }
    for (size_t i = 0; i < json_size(tables); i++) {
        const struct json *t = json_at(tables, i);
        printf("%s ", json_get_text(t, "number", ""));
        terminal_puts(json_get_text(t, "title", ""));
        printf("\n\n");
        if (json_has(t, "refused")) {
            terminal_puts(json_get_text(t, "refused", ""));
            putchar('\n');
        } else {
            fputs(json_get_text(t, "text", ""), stdout);
        }
        putchar('\n');
    }
    terminal_puts(json_get_text(r, "caution", ""));
    putchar('\n');
    return 0;
}
