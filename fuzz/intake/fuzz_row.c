/* SPDX-License-Identifier: EUPL-1.2 */
/* Any bytes as a provider's CSV file: columns guessed, rows built, with the real dictionary (S100).
 * The first byte chooses whether dates are asked about, or a mapping is used instead of the guess.
 * Held: findings name a column of the file and never show a direct identifier; records come out as
 * documents and, put in again, are the same; a second builder, which has seen nothing, makes the
 * same record. */
#include "intake/row_build.h"

#include "base/csv.h"
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

#include "data.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct text mapping_file =
    TEXT("source_column,variable,value_map,date_format,separator,spread,note,unmapped\n"
         "@position,source_file_no,,,,,,\n"
         "a,sex,Female=F;Male=M;*=NC,,,,,\n"
         "b,exploitation_form,Sexual=E100;Labour=E200,,;,yes,,\n"
         "b,episode[1]/exploitation[2]/exploitation_form,Begging=E400;*=,,;,,,\n"
         "c,episode[2]/exploitation[1]/exploitation_country,@CL_COUNTRY.alpha3|0=U,,,,,\n"
         "d,citizenship,0=U,,,,,\n"
         "e,entry_date,,dd/mm/yyyy,,,,\n"
         "f,episode[1]/control_means,1=C01,,,,,\n"
         "g,episode[1]/control_means,1=C02,,,,,\n"
         "=NC,episode[1]/exploitation[2]/main_form_flag,,,,,,\n"
         "=PT,exploitation_country,,,,,,\n");

static bool make_mapping(struct mapping *m, bool named, const struct csv_row *row,
                         struct text *header, struct arena *a)
{
    const struct dictionary *d = dictionary();
    const struct form *form = dictionary_form(d, TEXT("victim"));
    struct err e = {0};
    for (size_t i = 0; i < row->n_field; i++)
        header[i] = (struct text){arena_copy(a, row->field[i].p, row->field[i].n), row->field[i].n};
    if (!named) return mapping_guess(m, d, form, header, row->n_field, a, &e);
    struct problems p;
    problems_init(&p, a);
    bool ok =
        mapping_read(m, d, form, TEXT("fuzz"), "f", mapping_file, header, row->n_field, a, &p, &e);
    hold(p.n == 0);
    problems_release(&p);
    return ok;
}

static struct json *build(struct row_builder *b, const struct mapping *m,
                          const struct source_cells *cells, struct arena *a, size_t *n_finding)
{
    const struct dictionary *d = dictionary();
    struct record r;
    struct findings f;
    record_init(&r, d, m->form, a);
    findings_init(&f, a);
    row_build(b, &r, &f, cells, a);
    *n_finding = f.n + f.n_dropped;
    for (size_t i = 0; i < f.n; i++) {
        const struct finding *one = &f.item[i];
        hold(one->var != VAR_NONE && one->row == cells->row);
        hold(one->column <= m->n_header);
        hold(one->value == NULL || (d->variable[one->var].privacy & PRIVACY_D) == 0);
        size_t n_row = r.table[d->variable[one->var].group].n_row;
        hold(one->instance < n_row || one->instance == 0 || one->rule == BUILTIN_REPEATS);
    }
    struct json *j = record_to_json(&r, true);
    findings_release(&f);
    return j;
}

static struct text written(struct buf *b, const struct json *j)
{
    buf_init(b, 64u << 20);
    json_write(b, j, false);
    return buf_text(b);
}

static void check_row(struct row_builder *seen, const struct mapping *m,
                      const struct cell_options *o, const struct source_cells *cells)
{
    struct arena *a = arena_new(ARENA_WIPE);
    size_t n_first, n_second;
    struct buf x, y;
    struct row_builder *fresh = row_builder_new(m, dictionary(), o, "p", UINT32_MAX);
    struct json *first = build(seen, m, cells, a, &n_first),
                *second = build(fresh, m, cells, a, &n_second);
    hold(n_first == n_second && text_equal(written(&x, first), written(&y, second)));
    buf_release(&x);
    buf_release(&y);
    json_free(first);
    json_free(second);
    row_builder_free(fresh);
    arena_free(a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) return 0;
    struct csv_options co = {.separator = (data[0] & 4) != 0 ? ';' : ','};
    struct cell_options o = {.ask = (data[0] & 1) != 0, .order = DATE_DMY, .today = 19737};
    struct csv_reader *rd = NULL;
    struct csv_row row;
    struct err e = {0};
    bool found = false;
    struct arena *a = arena_new(ARENA_PLAIN);
    struct mapping m = {0};
    hold(csv_open_memory(&rd, (struct text){(const char *)data + 1, size - 1}, &co, &e));
    if (csv_next(rd, &row, &found, &e) && found &&
        make_mapping(&m, (data[0] & 2) != 0, &row, ARENA_ARRAY(a, struct text, row.n_field), a)) {
        struct row_builder *b = row_builder_new(&m, dictionary(), &o, "p", UINT32_MAX);
        json_free(mapping_to_json(&m, dictionary()));
        for (int n = 0; n < 50 && csv_next(rd, &row, &found, &e) && found; n++) {
            struct source_cells cells = {.cell = row.field, .n_cell = row.n_field, .row = row.row};
            (void)row_has_values(b, &cells);
            check_row(b, &m, &o, &cells);
        }
        row_builder_free(b);
        mapping_release(&m);
    }
    csv_close(rd);
    arena_free(a);
    return 0;
}
