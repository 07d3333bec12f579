/* SPDX-License-Identifier: EUPL-1.2 */
#include "cli/demo_tables.h"

#include "base/csv.h"
#include "base/mem.h"

#include <string.h>

enum { ROWS_MAX = 5000 };

static const char *kept(struct arena *a, struct text t)
{
    return arena_copy(a, t.p, t.n);
}

static bool read_rows(struct demo_table *out, struct csv_reader *rd, struct arena *a, struct err *e)
{
    struct csv_row row;
    bool found;
    if (!csv_next(rd, &row, &found, e)) return false;
    if (!found) return true;
    out->n_column = row.n_field;
    out->head = ARENA_ARRAY(a, const char *, row.n_field);
    for (size_t i = 0; i < row.n_field; i++) out->head[i] = kept(a, row.field[i]);
    out->cell = ARENA_ARRAY(a, const char *, ROWS_MAX * out->n_column);
    while (out->n_row < ROWS_MAX) {
        if (!csv_next(rd, &row, &found, e)) return false;
        if (!found) break;
        for (size_t i = 0; i < out->n_column; i++)
            out->cell[out->n_row * out->n_column + i] =
                i < row.n_field ? kept(a, row.field[i]) : "";
        out->n_row++;
    }
    return true;
}

bool demo_table_read(struct demo_table *out, const char *folder, const char *name, struct arena *a,
                     struct err *e)
{
    struct csv_reader *rd = NULL;
    struct csv_options o = {.encoding = CSV_UTF8, .separator = ','};
    *out = (struct demo_table){0};
    bool ok = csv_open(&rd, arena_printf(a, "%s/%s.csv", folder, name), &o, e) &&
              read_rows(out, rd, a, e);
    csv_close(rd);
    return ok;
}

const char *demo_cell(const struct demo_table *t, size_t row, const char *column)
{
    for (size_t i = 0; row < t->n_row && i < t->n_column; i++)
        if (strcmp(t->head[i], column) == 0) return t->cell[row * t->n_column + i];
    return "";
}

double demo_number(const struct demo_table *t, size_t row, const char *column)
{
    double v;
    return text_to_double(text_of(demo_cell(t, row, column)), &v) ? v : 0;
}

static double *weights(const struct demo_table *t, const char *column, const char *value,
                       const char *weight, double *sum)
{
    double *w = mem_new(t->n_row, sizeof *w);
    *sum = 0;
    for (size_t i = 0; i < t->n_row; i++)
        if (column == NULL || strcmp(demo_cell(t, i, column), value) == 0)
            *sum += w[i] = demo_number(t, i, weight);
    return w;
}

size_t demo_draw(const struct demo_table *t, const char *column, const char *value,
                 const char *weight, struct random *r)
{
    double sum, *w = weights(t, column, value, weight, &sum);
    size_t row = sum > 0 ? random_weighted(r, w, t->n_row) : SIZE_MAX;
    mem_free(w);
    return row;
}

void demo_share(size_t *out, size_t n, const struct demo_table *t, const char *column,
                const char *value, const char *weight, struct random *r)
{
    double sum, *w = weights(t, column, value, weight, &sum);
    size_t at = 0;
    for (size_t i = 0; i < t->n_row && sum > 0; i++) {
        double exact = w[i] / sum * (double)n;
        for (size_t k = (size_t)exact; k > 0 && at < n; k--) out[at++] = i;
        w[i] = exact - (double)(size_t)exact;
    }
    while (at < n && sum > 0) { /* largest remainders first */
        size_t best = 0;
        for (size_t i = 1; i < t->n_row; i++)
            if (w[i] > w[best]) best = i;
        out[at++] = best;
        w[best] = -1;
    }
    for (; at < n; at++) out[at] = SIZE_MAX;
    for (size_t i = n; i > 1; i--) { /* Fisher and Yates (1938) */
        size_t k = random_below(r, i), swap = out[i - 1];
        out[i - 1] = out[k];
        out[k] = swap;
    }
    mem_free(w);
}
