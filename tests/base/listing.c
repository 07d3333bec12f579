/* SPDX-License-Identifier: EUPL-1.2 */
#include "listing.h"

#include "harness.h"

#include "base/mem.h"

static char *taken(struct buf *b)
{
    char *copy = mem_text(buf_text(b).p, b->n);
    buf_release(b);
    return copy;
}

static void check_error(const struct err *e, const char *id, const char *says)
{
    if (e->code == ERR_NONE) fail_msg("not refused: %s", id);
    assert_string_equal(e->id, id);
    if (strstr(e->msg, says) == NULL) fail_msg("'%s' does not say '%s'", e->msg, says);
    assert_true(e->remedy[0] != '\0');
}

/* ---- CSV ---- */

char *csv_listing(struct text bytes, const struct csv_options *o, struct err *e)
{
    struct buf b;
    buf_init(&b, (size_t)64 << 20);
    struct csv_reader *r = NULL;
    bool found = true;
    err_clear(e);
    if (csv_open_memory(&r, bytes, o, e)) {
        struct csv_row row;
        while (csv_next(r, &row, &found, e) && found) {
            buf_printf(&b, "%d:%d ", (int)row.line, (int)row.row);
            for (size_t i = 0; i < row.n_field; i++) {
                buf_putc(&b, '<');
                buf_put_text(&b, row.field[i]);
                buf_putc(&b, '>');
            }
            buf_putc(&b, '\n');
        }
    }
    csv_close(r);
    return taken(&b);
}

void csv_check(struct text bytes, const struct csv_options *o, const char *want)
{
    struct err e;
    char *got = csv_listing(bytes, o, &e);
    if (e.code != ERR_NONE) fail_msg("%s: %s", e.id, e.msg);
    assert_string_equal(got, want);
    mem_free(got);
}

void csv_check_failure(struct text bytes, const struct csv_options *o, const char *want,
                       const char *id, const char *says)
{
    struct err e;
    char *got = csv_listing(bytes, o, &e);
    check_error(&e, id, says);
    assert_string_equal(got, want);
    mem_free(got);
}

/* ---- workbooks ---- */

bool xlsx_list_row(void *buf, const struct xlsx_row *row, struct err *e)
{
    struct buf *b = buf;
    (void)e;
    assert_true(row->n_cell > 0);
    buf_printf(b, "%d%s", (int)row->row, row->hidden ? "h" : "");
    for (size_t i = 0; i < row->n_cell; i++) {
        const struct xlsx_cell *c = &row->cell[i];
        assert_int_equal(c->kind == XLSX_EMPTY, c->text.n == 0);
        buf_printf(b, " %c%s", "-TNDBE"[c->kind], c -> formula ? "=" : "");
        if (c->kind != XLSX_EMPTY) buf_printf(b, "<%.*s>", (int)c->text.n, c->text.p);
    }
    buf_putc(b, '\n');
    return true;
}

char *xlsx_listing(struct text bytes, size_t sheet, struct err *e)
{
    struct buf b;
    buf_init(&b, (size_t)1 << 28);
    struct xlsx_reader *r = NULL;
    err_clear(e);
    bool ok = xlsx_open_memory(&r, bytes.p, bytes.n, e) &&
              xlsx_read_sheet(r, sheet, xlsx_list_row, &b, e);
    assert_int_equal(ok, e->code == ERR_NONE);
    xlsx_close(r);
    return taken(&b);
}

static char *built_listing(const struct workbook_parts *w, struct err *e)
{
    struct buf b;
    buf_init(&b, (size_t)1 << 28);
    workbook_build(&b, w);
    char *got = xlsx_listing(buf_text(&b), 0, e);
    buf_release(&b);
    return got;
}

void xlsx_check(const struct workbook_parts *w, const char *want)
{
    struct err e;
    char *got = built_listing(w, &e);
    if (e.code != ERR_NONE) fail_msg("%s: %s (%s)", e.id, e.msg, e.detail);
    assert_string_equal(got, want);
    mem_free(got);
}

void xlsx_check_failure(const struct workbook_parts *w, const char *id, const char *says)
{
    struct err e;
    char *got = built_listing(w, &e);
    check_error(&e, id, says);
    mem_free(got);
}

/* ---- texts ---- */

char *repeated(const char *before, const char *piece, size_t n, const char *after)
{
    struct buf b;
    buf_init(&b, (size_t)1 << 28);
    buf_puts(&b, before);
    for (size_t i = 0; i < n; i++) buf_puts(&b, piece);
    buf_puts(&b, after);
    return taken(&b);
}

char *letters(size_t n)
{
    char *p = mem_new(n + 1, 1);
    uint32_t s = 1;
    for (size_t i = 0; i < n; i++) {
        s = s * 1664525 + 1013904223; /* Numerical Recipes' constants */
        p[i] = (char)('a' + (s >> 27) % 26);
    }
    return p;
}
