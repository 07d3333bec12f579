/* SPDX-License-Identifier: EUPL-1.2 */
/* Machine formats of a table release: CSV and JSON. docs/formats/table.md describes them. */
#include "exchange/table_writer.h"

#include "base/csv.h"
#include "exchange/table_writer_internal.h"

#include <stdio.h>

const struct table_format table_formats[] = {
    {"text", "aligned text for terminals and letters", false},
    {"csv", "one line for each count, with codes and labels", false},
    {"xlsx", "workbook: the table, and a sheet about it", true},
    {"json", "everything about the table, for programs", false},
};
const size_t n_table_format = sizeof table_formats / sizeof table_formats[0];

static bool hidden(const struct release *r, size_t cell)
{
    return r->status[cell] != CELL_SHOWN;
}

/* ---------------------------------------------------------------- CSV */

static void csv_text(struct buf *out, const char *s, bool first)
{
    csv_put(out, text_of(s), ',', CSV_SAFE, first);
}

static void csv_header(struct buf *out, const struct release *r)
{
    for (size_t k = 0; k < r->n_dim; k++) {
        csv_text(out, r->dim[k].name, k == 0);
        buf_puts(out, ",\"");
        buf_puts(out, r->dim[k].name); /* a name of the dictionary: letters, digits, _ */
        buf_puts(out, "_label\"");
    }
    csv_text(out, "count", r->n_dim == 0);
    csv_text(out, "status", false);
    if (r->kind == RELEASE_RAW) csv_text(out, "notice", false);
    csv_end_row(out);
}

void table_write_csv(struct buf *out, const struct release *r, const struct table_words *w)
{
    struct arena *a = arena_new(ARENA_PLAIN);
    size_t c[3] = {0};
    csv_header(out, r);
    for (size_t cell = 0; cell < r->n_cell; cell++) {
        struct arena_mark m = arena_mark(a);
        for (size_t k = 0; k < r->n_dim; k++) {
            csv_text(out, r->dim[k].category[c[k]].name, k == 0);
            csv_text(out, table_category_label(r, k, c[k], w, a), false);
        }
        char digits[24];
        int n = hidden(r, cell)
                    ? 0
                    : snprintf(digits, sizeof digits, "%lld", (long long)r->count[cell]);
        csv_put_number(out, (struct text){digits, (size_t)n}, ',', r->n_dim == 0);
        csv_text(out, hidden(r, cell) ? "c" : "", false);
        if (r->kind == RELEASE_RAW) csv_text(out, TABLE_NOTICE, false);
        csv_end_row(out);
        arena_rewind(a, m);
        for (size_t k = r->n_dim; k-- > 0;) {
            if (++c[k] < r->dim[k].n_category) break;
            c[k] = 0;
        }
    }
    arena_free(a);
}

/* ---------------------------------------------------------------- JSON */

static struct json *json_dimension(const struct release *r, size_t k, const struct table_words *w,
                                   struct arena *a)
{
    const struct release_dimension *d = &r->dim[k];
    struct json *out = json_object(), *list = json_array();
    json_set_text(out, "variable", d->name);
    json_set_text(out, "label", table_variable_label(r, k, w));
    json_set_bool(out, "several", d->several);
    for (size_t i = 0; i < d->n_category; i++) {
        struct json *c = json_object();
        json_set_text(c, "code", d->category[i].name);
        json_set_text(c, "label", table_category_label(r, k, i, w, a));
        json_set_int(c, "parent", (int64_t)d->category[i].parent);
        json_set_bool(c, "total", d->category[i].total);
        json_push(list, c);
    }
    json_set(out, "categories", list);
    return out;
}

static void json_about(struct json *out, const struct release *r, const struct table_words *w,
                       const struct layout *l)
{
    bool raw = r->kind == RELEASE_RAW;
    json_set_text(out, "form", r->form);
    json_set_text(out, "title", l->title);
    json_set_text(out, "unit", r->unit);
    json_set_text(out, "where", r->where);
    json_set_text(out, "kind", raw ? "raw" : "protected");
    json_set_text(out, "notice", raw ? TABLE_NOTICE : NULL);
    json_set(out, "threshold", raw ? json_null() : json_int(r->threshold));
    json_set_text(out, "method", r->method);
    json_set_int(out, "n_hidden", (int64_t)r->n_hidden);
    json_set_text(out, "language", l->language);
    json_set_text(out, "country", w->country);
    json_set_text(out, "made_on", w->made_on);
    json_set(out, "n_record", w->n_record < 0 ? json_null() : json_int(w->n_record));
    struct json *notes = json_array();
    for (size_t i = 0; i < l->n_note; i++) json_push(notes, json_text(text_of(l->note[i])));
    json_set(out, "notes", notes);
}

struct json *table_write_json(const struct release *r, const struct table_words *w)
{
    struct arena *a = arena_new(ARENA_PLAIN);
    struct layout l;
    struct json *out = json_object(), *dims = json_array(), *count = json_array(),
                *status = json_array();
    layout_make(&l, r, w, a);
    json_about(out, r, w, &l);
    for (size_t k = 0; k < r->n_dim; k++) json_push(dims, json_dimension(r, k, w, a));
    json_set(out, "dimensions", dims);
    json_set_int(out, "n_row_dim", (int64_t)r->n_row_dim);
    for (size_t i = 0; i < r->n_cell; i++) {
        json_push(count, hidden(r, i) ? json_null() : json_int(r->count[i]));
        json_push(status, json_text(hidden(r, i) ? TEXT("c") : TEXT("")));
    }
    json_set(out, "count", count);
    json_set(out, "status", status);
    arena_free(a);
    return out;
}
