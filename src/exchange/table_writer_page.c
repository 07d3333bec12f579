/* SPDX-License-Identifier: EUPL-1.2 */
/* A release as a table of a page: header lines with spans, rows with their categories, counts in
 * the way the reader's language writes them. */
#include "exchange/table_writer_internal.h"

#include "base/unicode.h"

#include <string.h>

struct page {
    const struct layout *l;
    struct number_format *numbers;
    struct json *cells; /* of the line being written */
};

/* Every member is in every cell, so that a template finds none of a cell's further out. */
static struct json *add_cell(struct page *p, const char *text, const char *code)
{
    struct json *cell = json_object();
    json_set_text(cell, "text", text);
    json_set_text(cell, "code", code);
    json_set_text(cell, "scope", "");
    json_set_int(cell, "span", 1);
    json_set_int(cell, "lines", 1);
    json_set_int(cell, "level", 0);
    json_set_bool(cell, "hidden", false);
    json_set_bool(cell, "total", false);
    json_push(p->cells, cell);
    return cell;
}

/* Without its code, which stands in a member of its own. */
static const char *category_text(const struct layout *l, size_t k, size_t c)
{
    const char *label = table_category_label(l->r, k, c, l->w, l->a);
    struct text t =
        unicode_visible(text_of(label[0] == '\0' ? l->r->dim[k].category[c].name : label), l->a);
    return arena_copy(l->a, t.p, t.n);
}

static struct json *head_cell(struct page *p, const char *text, const char *code, size_t span,
                              size_t lines)
{
    struct json *cell = add_cell(p, text, code);
    json_set_text(cell, "scope", span > 1 ? "colgroup" : "col");
    json_set_int(cell, "span", (int64_t)span);
    json_set_int(cell, "lines", (int64_t)lines);
    return cell;
}

static void end_line(struct page *p, struct json *lines, bool total)
{
    struct json *line = json_object();
    json_set(line, "cells", p->cells);
    json_set_bool(line, "total_row", total);
    json_push(lines, line);
    p->cells = json_array();
}

/* Columns that category of variable k in column `at` stands over. */
static size_t run_of(const struct layout *l, size_t k, size_t to)
{
    size_t run = 1;
    for (size_t j = k + 1; j < to; j++) run *= l->r->dim[j].n_category;
    return run;
}

static void head_categories(struct page *p, size_t k)
{
    const struct layout *l = p->l;
    size_t run = run_of(l, k, l->r->n_dim);
    for (size_t at = 0; at < l->n_column; at += run) {
        size_t c = layout_category(l, k, at);
        struct json *cell =
            head_cell(p, category_text(l, k, c), l->r->dim[k].category[c].name, run, 1);
        json_set_int(cell, "level", (int64_t)layout_depth(l, k, c));
        json_set_bool(cell, "total", c == 0);
    }
}

static struct json *head(struct page *p)
{
    const struct layout *l = p->l;
    const struct release *r = l->r;
    struct json *lines = json_array();
    size_t n_line = r->n_row_dim == r->n_dim ? 1 : 2 * (r->n_dim - r->n_row_dim);
    for (size_t k = 0; k < r->n_row_dim; k++)
        (void)head_cell(p, layout_variable(l, k), r->dim[k].name, 1, n_line);
    if (r->n_row_dim == 0 && r->n_dim > 0) (void)head_cell(p, "", "", 1, n_line);
    if (r->n_row_dim == r->n_dim) {
        (void)head_cell(p, layout_word(l, WORD_COUNT), "", 1, 1);
        end_line(p, lines, false);
    }
    for (size_t k = r->n_row_dim; k < r->n_dim; k++) {
        (void)head_cell(p, layout_variable(l, k), r->dim[k].name, l->n_column, 1);
        end_line(p, lines, false);
        head_categories(p, k);
        end_line(p, lines, false);
    }
    return lines;
}

static bool row_heads(struct page *p, size_t at)
{
    const struct layout *l = p->l;
    bool total = l->r->n_row_dim > 0;
    if (l->r->n_row_dim == 0 && l->r->n_dim > 0)
        json_set_text(add_cell(p, layout_word(l, WORD_COUNT), ""), "scope", "row");
    for (size_t k = 0; k < l->r->n_row_dim; k++) {
        size_t c = layout_category(l, k, at);
        total = total && c == 0;
        if (!layout_begins(l, k, at)) continue;
        size_t run = run_of(l, k, l->r->n_row_dim);
        struct json *cell = add_cell(p, category_text(l, k, c), l->r->dim[k].category[c].name);
        json_set_text(cell, "scope", run > 1 ? "rowgroup" : "row");
        json_set_int(cell, "lines", (int64_t)run);
        json_set_int(cell, "level", (int64_t)layout_depth(l, k, c));
        json_set_bool(cell, "total", c == 0);
    }
    return total;
}

static void counts(struct page *p, size_t at)
{
    const struct layout *l = p->l;
    for (size_t c = 0; c < l->n_column; c++) {
        size_t cell = layout_cell(l, at, c);
        bool shown = l->r->status[cell] == CELL_SHOWN;
        struct json *j =
            add_cell(p, shown ? unicode_number(p->numbers, l->r->count[cell], l->a) : "..", "");
        if (shown) json_set_int(j, "value", l->r->count[cell]);
        json_set_bool(j, "hidden", !shown);
    }
}

static struct json *body(struct page *p)
{
    struct json *lines = json_array();
    for (size_t at = 0; at < p->l->n_row; at++) {
        bool total = row_heads(p, at);
        counts(p, at);
        end_line(p, lines, total);
    }
    return lines;
}

bool table_write_page(struct json **out, const struct release *r, const struct table_words *w,
                      struct err *e)
{
    struct arena *a = arena_new(ARENA_PLAIN);
    struct layout l;
    layout_make(&l, r, w, a);
    bool fits = l.n_row * (l.n_column + r->n_row_dim) <= TABLE_PAGE_CELLS_MAX;
    if (!fits) {
        err_set(e, ERR_LIMIT, "table.page_too_large",
                "the table has more than %d cells: too many for a page", TABLE_PAGE_CELLS_MAX);
        err_remedy(e, "use fewer or coarser variables, or download it");
    } else {
        struct page p = {.l = &l,
                         .numbers = unicode_numbers_new(
                             arena_printf(a, "%s_%s", l.language,
                                          w->country == NULL ? "" : w->country)),
                         .cells = json_array()};
        *out = json_object();
        json_set_text(*out, "caption", l.title);
        json_set(*out, "head", head(&p));
        json_set(*out, "body", body(&p));
        struct json *notes = json_array();
        for (size_t i = 0; i < l.n_note; i++) json_push(notes, json_text(text_of(l.note[i])));
        json_set(*out, "notes", notes);
        json_free(p.cells);
        unicode_numbers_free(p.numbers);
    }
    arena_free(a);
    return fits;
}
