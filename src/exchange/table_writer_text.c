/* SPDX-License-Identifier: EUPL-1.2 */
/* A release as aligned text. A table wider than the page goes on below, with its stub again. */
#include "exchange/table_writer_internal.h"

#include "base/mem.h"
#include "base/unicode.h"

#include <stdio.h>
#include <string.h>

enum {
    HEADER_WIDTH = 14, /* columns a header label is wrapped to, if its words let it */
    INDENT = 2,        /* for each level of a tree, and between columns */
    LINES_MAX = 64     /* of one wrapped label */
};

struct wrapped { /* a label in lines */
    struct text line[LINES_MAX];
    size_t n, width;
};

struct page {
    const struct layout *l;
    struct buf *out;
    size_t limit;   /* columns of the page; 0: none */
    size_t stub[3]; /* width of each row variable */
    size_t stub_width;
    size_t *width;        /* by column of counts */
    struct wrapped *head; /* by column variable and column: [k * n_column + column] */
    size_t n_head;
};

static void blanks(struct buf *out, size_t n)
{
    for (; n > 0; n--) buf_putc(out, ' ');
}

static void put(struct buf *out, struct text t, size_t width, bool right)
{
    size_t w = unicode_width(t), gap = w < width ? width - w : 0;
    if (right) blanks(out, gap);
    buf_put_text(out, t);
    if (!right) blanks(out, gap);
}

/* End the line, without the blanks at its end. */
static void end_line(struct buf *out)
{
    while (out->n > 0 && out->p[out->n - 1] == ' ') out->p[--out->n] = '\0';
    buf_putc(out, '\n');
}

static void wrap(struct wrapped *out, struct text t, size_t width)
{
    struct text word;
    *out = (struct wrapped){0};
    while (text_split(&t, ' ', &word)) {
        struct text *line = out->n > 0 ? &out->line[out->n - 1] : NULL;
        if (line != NULL) {
            struct text longer = {line->p, (size_t)(word.p + word.n - line->p)};
            if (unicode_width(longer) <= width || out->n == LINES_MAX) *line = longer;
            else out->line[out->n++] = word;
        } else {
            out->line[out->n++] = word;
        }
    }
    for (size_t i = 0; i < out->n; i++) {
        size_t w = unicode_width(out->line[i]);
        if (w > out->width) out->width = w;
    }
}

static struct text count_text(const struct release *r, size_t cell, char digits[24])
{
    if (r->status[cell] != CELL_SHOWN) return TEXT("..");
    int n = snprintf(digits, 24, "%lld", (long long)r->count[cell]);
    return (struct text){digits, (size_t)n};
}

/* ---------------------------------------------------------------- measuring */

static void measure_stub(struct page *p)
{
    const struct layout *l = p->l;
    for (size_t k = 0; k < l->r->n_row_dim; k++) {
        p->stub[k] = unicode_width(text_of(layout_variable(l, k)));
        for (size_t c = 0; c < l->r->dim[k].n_category; c++) {
            size_t w =
                unicode_width(text_of(layout_label(l, k, c))) + INDENT * layout_depth(l, k, c);
            if (w > p->stub[k]) p->stub[k] = w;
        }
        size_t most = p->limit / (2 * l->r->n_row_dim);
        if (p->limit > 0 && p->stub[k] > most && most > HEADER_WIDTH) p->stub[k] = most;
        p->stub_width += p->stub[k] + INDENT;
    }
}

/* Label of a column category; children in a tree carry a dash for each level. */
static const char *column_label(const struct layout *l, size_t k, size_t column)
{
    size_t c = layout_category(l, k, column), depth = layout_depth(l, k, c);
    const char *label = layout_label(l, k, c);
    for (; depth > 0; depth--)
        label = arena_printf(l->a, "-%s%s", label[0] == '-' ? "" : " ", label);
    return label;
}

static void widen(size_t *width, size_t w)
{
    if (w > *width) *width = w;
}

static void measure_column(struct page *p, size_t c)
{
    const struct layout *l = p->l;
    char digits[24];
    for (size_t row = 0; row < l->n_row; row++)
        widen(&p->width[c], count_text(l->r, layout_cell(l, row, c), digits).n);
    for (size_t h = 0; h < p->n_head; h++) {
        struct wrapped *head = &p->head[h * l->n_column + c];
        wrap(head, text_of(column_label(l, l->r->n_row_dim + h, c)), HEADER_WIDTH);
        if (h + 1 == p->n_head || layout_begins(l, l->r->n_row_dim + h, c))
            widen(&p->width[c], head->width);
    }
    if (p->n_head == 0) widen(&p->width[c], unicode_width(text_of(layout_word(l, WORD_COUNT))));
}

static void measure_columns(struct page *p)
{
    const struct layout *l = p->l;
    size_t used = p->stub_width;
    p->n_head = l->r->n_dim - l->r->n_row_dim;
    p->width = mem_new(l->n_column, sizeof *p->width);
    p->head = mem_new(mem_mul(l->n_column, p->n_head), sizeof *p->head);
    for (size_t c = 0; c < l->n_column; c++) {
        measure_column(p, c);
        used += p->width[c] + INDENT;
    }
    if (p->limit == 0 || used <= p->limit + INDENT) return;
    for (size_t c = 0; c < l->n_column; c++) /* any column may have to carry the label of its run */
        for (size_t h = 0; h < p->n_head; h++)
            widen(&p->width[c], p->head[h * l->n_column + c].width);
}

/* ---------------------------------------------------------------- one part of the columns: [from,
 * to) */

static void put_stub_heads(const struct page *p, bool show)
{
    for (size_t k = 0; k < p->l->r->n_row_dim; k++) {
        put(p->out, text_of(show ? layout_variable(p->l, k) : ""), p->stub[k], false);
        blanks(p->out, INDENT);
    }
}

static void put_head(const struct page *p, size_t h, size_t from, size_t to)
{
    const struct layout *l = p->l;
    size_t k = l->r->n_row_dim + h, n_line = 0;
    bool last = h + 1 == p->n_head;
    put_stub_heads(p, false);
    buf_puts(p->out, layout_variable(l, k));
    end_line(p->out);
    for (size_t c = from; c < to; c++)
        if (p->head[h * l->n_column + c].n > n_line) n_line = p->head[h * l->n_column + c].n;
    for (size_t i = 0; i < n_line; i++) {
        put_stub_heads(p, last && i + 1 == n_line);
        for (size_t c = from; c < to; c++) {
            const struct wrapped *head = &p->head[h * l->n_column + c];
            bool show = last || c == from || layout_begins(l, k, c);
            size_t skip = n_line - head->n; /* labels stand on the last line */
            put(p->out, show && i >= skip ? head->line[i - skip] : TEXT(""), p->width[c], last);
            blanks(p->out, INDENT);
        }
        end_line(p->out);
    }
}

static void put_row(const struct page *p, size_t row, bool first, size_t from, size_t to)
{
    const struct layout *l = p->l;
    struct wrapped stub[3] = {{.n = 0}};
    size_t n_line = 1, indent[3] = {0};
    for (size_t k = 0; k < l->r->n_row_dim; k++) {
        size_t c = layout_category(l, k, row);
        bool show = first || layout_begins(l, k, row) || k + 1 == l->r->n_row_dim;
        indent[k] = INDENT * layout_depth(l, k, c);
        if (indent[k] > p->stub[k] / 2) indent[k] = p->stub[k] / 2;
        struct text label = text_of(show ? layout_label(l, k, c) : "");
        wrap(&stub[k], label, p->stub[k] - indent[k]);
        if (stub[k].n > 1)
            wrap(&stub[k], label, p->stub[k] - indent[k] - INDENT); /* further lines hang */
        if (stub[k].n > n_line) n_line = stub[k].n;
    }
    for (size_t i = 0; i < n_line; i++) {
        for (size_t k = 0; k < l->r->n_row_dim; k++) {
            size_t in = indent[k] + (i > 0 ? INDENT : 0);
            blanks(p->out, in);
            put(p->out, i < stub[k].n ? stub[k].line[i] : TEXT(""), p->stub[k] - in, false);
            blanks(p->out, INDENT);
        }
        for (size_t c = from; c < to && i + 1 == n_line; c++) {
            char digits[24];
            put(p->out, count_text(l->r, layout_cell(l, row, c), digits), p->width[c], true);
            blanks(p->out, INDENT);
        }
        end_line(p->out);
    }
}

static void put_part(const struct page *p, size_t from, size_t to)
{
    const struct layout *l = p->l;
    for (size_t h = 0; h < p->n_head; h++) put_head(p, h, from, to);
    if (p->n_head == 0) {
        put_stub_heads(p, true);
        put(p->out, text_of(layout_word(l, WORD_COUNT)), p->width[0], true);
        end_line(p->out);
    }
    for (size_t row = 0; row < l->n_row; row++) put_row(p, row, row == 0, from, to);
    buf_putc(p->out, '\n');
}

static void put_banner(const struct layout *l, struct buf *out)
{
    if (l->r->kind == RELEASE_RAW) buf_printf(out, "%s\n", layout_word(l, WORD_RAW));
}

static void put_wrapped(struct buf *out, const char *s, size_t limit)
{
    struct wrapped w;
    wrap(&w, text_of(s), limit > 0 ? limit : SIZE_MAX);
    for (size_t i = 0; i < w.n; i++) {
        buf_put_text(out, w.line[i]);
        buf_putc(out, '\n');
    }
}

void table_write_text(struct buf *out, const struct release *r, const struct table_words *w,
                      size_t width)
{
    struct arena *a = arena_new(ARENA_PLAIN);
    struct layout l;
    layout_make(&l, r, w, a);
    struct page p = {.l = &l, .out = out, .limit = width};
    put_banner(&l, out);
    put_wrapped(out, l.title, width);
    put_wrapped(out, l.note[0], width);
    buf_putc(out, '\n');
    measure_stub(&p);
    measure_columns(&p);
    for (size_t from = 0, to; from < l.n_column; from = to) {
        size_t used = p.stub_width;
        for (to = from; to < l.n_column; to++) {
            size_t more = p.width[to] + (to == from ? 0 : INDENT);
            if (to > from && width > 0 && used + more > width) break;
            used += more;
        }
        if (from > 0) buf_printf(out, "%s\n", layout_word(&l, WORD_CONTINUED));
        put_part(&p, from, to);
    }
    for (size_t i = 1; i < l.n_note; i++) put_wrapped(out, l.note[i], width);
    put_banner(&l, out);
    mem_free(p.width);
    mem_free(p.head);
    arena_free(a);
}
