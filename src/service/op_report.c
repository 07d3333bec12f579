/* SPDX-License-Identifier: EUPL-1.2 */
/* The standing reports of a country, as data/layouts/national-<cc>.csv describes them: one
 * protected table for each row. Each table is protected by itself; that several of them over the
 * same records say no more together is for releases to judge, and the result says so. */
#include "service/service_internal.h"

#include "base/catalogue.h"
#include "base/csv.h"
#include "base/file.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { LAYOUT_ROWS_MAX = 1000, WHERE_MAX = 8192 };

enum layout_column {
    LAYOUT_REPORT,
    LAYOUT_TABLE,
    LAYOUT_FORM,
    LAYOUT_PERIOD,
    LAYOUT_ROWS,
    LAYOUT_COLUMNS,
    LAYOUT_WHERE,
    LAYOUT_COUNT,
    LAYOUT_NOTE,
    LAYOUT_TITLE, /* in the call's language; English where there is none */
    LAYOUT_TITLE_ENGLISH,
    LAYOUT_COLUMN_COUNT
};

struct layout_row {
    const char *cell[LAYOUT_COLUMN_COUNT]; /* "" when empty */
    uint64_t line;
};

struct layouts {
    const char *file;
    struct layout_row *row;
    size_t n;
};

/* ---------------------------------------------------------------- reading */

static bool find_columns(size_t at[LAYOUT_COLUMN_COUNT], const struct csv_row *head,
                         const char *language, const char *file, struct err *e)
{
    static const char *const name[LAYOUT_COLUMN_COUNT] = {[LAYOUT_REPORT] = "report",
                                                          [LAYOUT_TABLE] = "table",
                                                          [LAYOUT_FORM] = "form",
                                                          [LAYOUT_PERIOD] = "period",
                                                          [LAYOUT_ROWS] = "rows",
                                                          [LAYOUT_COLUMNS] = "columns",
                                                          [LAYOUT_WHERE] = "where",
                                                          [LAYOUT_COUNT] = "count",
                                                          [LAYOUT_NOTE] = "note",
                                                          [LAYOUT_TITLE] = NULL,
                                                          [LAYOUT_TITLE_ENGLISH] =
                                                              "title::English (en)"};
    char ending[20];
    snprintf(ending, sizeof ending, "(%s)", language);
    for (size_t k = 0; k < LAYOUT_COLUMN_COUNT; k++) {
        at[k] = SIZE_MAX;
        for (size_t i = 0; i < head->n_field; i++) {
            struct text h = text_trim(head->field[i]);
            if (name[k] == NULL ? text_starts(h, TEXT("title::")) && text_ends(h, text_of(ending))
                                : text_is(h, name[k]))
                at[k] = i;
        }
        if (at[k] == SIZE_MAX && name[k] != NULL) {
            err_set(e, ERR_INPUT, "report.column", "%s has no column '%s'", file, name[k]);
            return err_remedy(e, "data/README.md, \"National layouts\", lists the columns");
        }
    }
    return true;
}

static void take_row(struct layouts *l, const struct csv_row *row,
                     const size_t at[LAYOUT_COLUMN_COUNT], struct arena *a)
{
    struct layout_row *r = &l->row[l->n++];
    r->line = row->line;
    for (size_t k = 0; k < LAYOUT_COLUMN_COUNT; k++) {
        struct text t = {"", 0};
        if (at[k] < row->n_field) t = text_trim(row->field[at[k]]);
        r->cell[k] = t.n == 0 ? "" : arena_copy(a, t.p, t.n);
    }
    if (r->cell[LAYOUT_TITLE][0] == '\0') r->cell[LAYOUT_TITLE] = r->cell[LAYOUT_TITLE_ENGLISH];
}

static bool read_layouts(struct layouts *l, struct call *c, struct err *e)
{
    const char *data, *country = c->s->dictionary->pack;
    if (!service_data_folder(&data, c->s, c->arena, e)) return false;
    l->file = arena_printf(c->arena, "%s/layouts/national-%s.csv", data, country);
    if (!file_exists(l->file)) {
        err_set(e, ERR_NOT_FOUND, "report.none", "there are no report layouts for the pack '%s'",
                country);
        return err_remedy(e, "write data/layouts/national-%s.csv; data/README.md says how",
                          country);
    }
    struct csv_options o = {.encoding = CSV_UTF8, .separator = ',', .row_max = LAYOUT_ROWS_MAX};
    struct csv_reader *in;
    struct csv_row row;
    size_t at[LAYOUT_COLUMN_COUNT];
    bool found = false;
    if (!csv_open(&in, l->file, &o, e)) return false;
    l->row = ARENA_ARRAY(c->arena, struct layout_row, LAYOUT_ROWS_MAX);
    bool ok = csv_next(in, &row, &found, e);
    const char *language = c->s->dictionary->language[c->language];
    if (ok && found) ok = find_columns(at, &row, language, l->file, e);
    while (ok && found) {
        ok = csv_next(in, &row, &found, e);
        if (ok && found && l->n < LAYOUT_ROWS_MAX) take_row(l, &row, at, c->arena);
    }
    csv_close(in);
    return ok;
}

/* ---------------------------------------------------------------- one table */

static struct json *names(const char *words)
{
    struct json *list = json_array();
    struct text rest = text_of(words), one;
    while (text_split(&rest, ' ', &one)) {
        struct text piece, commas = one;
        while (text_split(&commas, ',', &piece))
            if (piece.n > 0) json_push(list, json_text(piece));
    }
    return list;
}

/* The row's filter and the year's, where the row has a period. */
static bool filter(struct buf *out, struct call *c, const struct layouts *l,
                   const struct layout_row *r, int64_t year, struct err *e)
{
    const char *where = r->cell[LAYOUT_WHERE], *period = r->cell[LAYOUT_PERIOD];
    if (where[0] != '\0') buf_printf(out, "(%s)", where);
    if (period[0] == '\0') return true; /* a stock */
    const struct form *f = dictionary_form(c->s->dictionary, text_of(r->cell[LAYOUT_FORM]));
    const struct variable *v =
        f == NULL ? NULL : dictionary_variable(c->s->dictionary, f->id, text_of(period));
    if (v == NULL || (v->type != VARIABLE_INTEGER && v->type != VARIABLE_DATE)) {
        err_set(e, ERR_INPUT, "report.period",
                "%s, line %" PRIu64 ": '%s' is no year or date of form '%s'", l->file, r->line,
                period, r->cell[LAYOUT_FORM]);
        return err_remedy(e, "name a whole number that is a year, or a date, in column period");
    }
    if (where[0] != '\0') buf_puts(out, " and ");
    if (v->type == VARIABLE_INTEGER) buf_printf(out, "${%s} = %" PRId64, period, year);
    else
        buf_printf(out, "${%s} >= '%" PRId64 "-01-01' and ${%s} <= '%" PRId64 "-12-31'", period,
                   year, period, year);
    return true;
}

/* A table that cannot be protected is told with its reason; the others go on. */
static bool one_table(struct json **out, struct call *c, const struct layouts *l,
                      const struct layout_row *r, int64_t year, int64_t *cells, struct err *e)
{
    struct json *in = json_object(), *row = json_object();
    struct call sub = *c;
    struct err why = {0};
    struct buf where;
    buf_init(&where, WHERE_MAX);
    *out = row;
    json_set_text(row, "number", r->cell[LAYOUT_TABLE]);
    json_set_text(row, "title", r->cell[LAYOUT_TITLE]);
    json_set_text(row, "note", r->cell[LAYOUT_NOTE]);
    json_set_text(in, "form", r->cell[LAYOUT_FORM]);
    json_set(in, "rows", names(r->cell[LAYOUT_ROWS]));
    json_set(in, "columns", names(r->cell[LAYOUT_COLUMNS]));
    if (r->cell[LAYOUT_COUNT][0] != '\0') json_set_text(in, "count", r->cell[LAYOUT_COUNT]);
    json_set_int(in, "width", json_get_int(c->in, "width", 0));
    sub.in = in;
    sub.out = row;
    bool ok = filter(&where, c, l, r, year, e) && buf_ok(&where, e);
    if (ok) {
        json_set(in, "where", json_text(buf_text(&where)));
        ok = op_table_count(&sub, &why);
        *cells += sub.event.count;
    }
    if (!ok && why.code == ERR_DISCLOSURE) {
        json_set_text(row, "refused", why.msg);
        ok = true;
    } else if (!ok && why.code != ERR_NONE && e != NULL) {
        *e = why;
    }
    c->denied = c->denied || sub.denied;
    buf_release(&where);
    json_free(in);
    return ok;
}

/* ---------------------------------------------------------------- operations */

bool op_report_list(struct call *c, struct err *e)
{
    struct layouts l = {0};
    if (!read_layouts(&l, c, e)) return false;
    struct json *list = json_array();
    for (size_t i = 0; i < l.n; i++) {
        struct json *row = json_object();
        json_set_text(row, "report", l.row[i].cell[LAYOUT_REPORT]);
        json_set_text(row, "number", l.row[i].cell[LAYOUT_TABLE]);
        json_set_text(row, "title", l.row[i].cell[LAYOUT_TITLE]);
        json_set_text(row, "form", l.row[i].cell[LAYOUT_FORM]);
        json_set_text(row, "period", l.row[i].cell[LAYOUT_PERIOD]);
        json_push(list, row);
    }
    json_set(c->out, "tables", list);
    return true;
}

bool op_report_run(struct call *c, struct err *e)
{
    struct layouts l = {0};
    const char *report = json_get_text(c->in, "report", "");
    int64_t year = json_get_int(c->in, "year", 0), cells = 0;
    size_t n = 0;
    bool ok = true;
    if (!read_layouts(&l, c, e)) return false;
    struct json *list = json_array();
    for (size_t i = 0; ok && i < l.n; i++) {
        struct json *row;
        if (strcmp(l.row[i].cell[LAYOUT_REPORT], report) != 0) continue;
        ok = one_table(&row, c, &l, &l.row[i], year, &cells, e);
        json_push(list, row);
        n++;
    }
    json_set_text(c->out, "report", report);
    json_set_int(c->out, "year", year);
    json_set_text(c->out, "country", dictionary_pack_value(c->s->dictionary, "name", ""));
    json_set_text(c->out, "language", c->s->dictionary->language[c->language]);
    json_set_text(
        c->out, "caution",
        tr("Not for publication as a whole: each table is protected by itself, and tables over "
           "the same persons can give away together what each of them hides."));
    json_set(c->out, "tables", list);
    c->event.object_type = "report";
    c->event.object_id = report;
    c->event.count = cells;
    if (ok && n == 0) {
        err_set(e, ERR_NOT_FOUND, "report.unknown", "there is no report called %s", report);
        return err_remedy(e, "`dcim report list` lists them");
    }
    return ok;
}
