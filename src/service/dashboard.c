/* SPDX-License-Identifier: EUPL-1.2 */
#include "service/dashboard.h"

#include "base/csv.h"
#include "base/file.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;   /* NULL: by the ending, which is the language's */
    const char *before; /* what it then begins with */
} columns[BOARD_COLUMN_COUNT] = {
    [BOARD_ID] = {"id", NULL},
    [BOARD_ROLES] = {"roles", NULL},
    [BOARD_KIND] = {"kind", NULL},
    [BOARD_FORM] = {"form", NULL},
    [BOARD_ROWS] = {"rows", NULL},
    [BOARD_COLUMNS] = {"columns", NULL},
    [BOARD_COUNT] = {"count", NULL},
    [BOARD_TITLE] = {NULL, "title::"},
    [BOARD_TITLE_ENGLISH] = {"title::English (en)", NULL},
    [BOARD_NOTE] = {NULL, "note::"},
    [BOARD_NOTE_ENGLISH] = {"note::English (en)", NULL},
};

static bool find_columns(size_t at[BOARD_COLUMN_COUNT], const struct csv_row *head,
                         const char *language, const char *file, struct err *e)
{
    char ending[24];
    (void)snprintf(ending, sizeof ending, "(%s)", language);
    for (size_t k = 0; k < BOARD_COLUMN_COUNT; k++) {
        at[k] = SIZE_MAX;
        for (size_t i = 0; i < head->n_field; i++) {
            struct text h = text_trim(head->field[i]);
            if (columns[k].name != NULL
                    ? text_is(h, columns[k].name)
                    : text_starts(h, text_of(columns[k].before)) && text_ends(h, text_of(ending)))
                at[k] = i;
        }
        if (at[k] != SIZE_MAX || columns[k].name == NULL) continue;
        err_set(e, ERR_INPUT, "dashboard.column", "%s has no column '%s'", file, columns[k].name);
        return err_remedy(e, "data/README.md, \"Dashboards\", lists the columns");
    }
    return true;
}

static void take_row(struct board_row *r, const struct csv_row *row,
                     const size_t at[BOARD_COLUMN_COUNT], struct arena *a)
{
    for (size_t k = 0; k < BOARD_COLUMN_COUNT; k++) {
        struct text t = {"", 0};
        if (at[k] < row->n_field) t = text_trim(row->field[at[k]]);
        r->cell[k] = t.n == 0 ? "" : arena_copy(a, t.p, t.n);
    }
    if (r->cell[BOARD_TITLE][0] == '\0') r->cell[BOARD_TITLE] = r->cell[BOARD_TITLE_ENGLISH];
    if (r->cell[BOARD_NOTE][0] == '\0') r->cell[BOARD_NOTE] = r->cell[BOARD_NOTE_ENGLISH];
}

static bool read_board(struct board *b, const char *file, const char *language, struct arena *a,
                       struct err *e)
{
    struct csv_options o = {.encoding = CSV_UTF8,
                            .separator = ',',
                            .row_max = BOARD_CHARTS_MAX + 2};
    struct csv_reader *in;
    struct csv_row row;
    size_t at[BOARD_COLUMN_COUNT];
    bool found = false, headed = false;
    if (!csv_open(&in, file, &o, e)) return false;
    b->chart = ARENA_ARRAY(a, struct board_row, BOARD_CHARTS_MAX);
    bool ok = csv_next(in, &row, &found, e);
    if (ok && found) ok = find_columns(at, &row, language, file, e);
    while (ok && found) {
        ok = csv_next(in, &row, &found, e);
        if (!ok || !found || b->n_chart == BOARD_CHARTS_MAX) continue;
        take_row(headed ? &b->chart[b->n_chart++] : &b->head, &row, at, a);
        headed = true;
    }
    csv_close(in);
    if (!ok) return false;
    if (headed && strcmp(b->head.cell[BOARD_KIND], "dashboard") == 0) return true;
    err_set(e, ERR_INPUT, "dashboard.head", "the first row of %s is not of the kind dashboard",
            file);
    return err_remedy(e, "data/README.md, \"Dashboards\", shows one");
}

bool dashboards_read(struct board **out, size_t *n, const char *data, const char *language,
                     struct arena *a, struct err *e)
{
    struct file_names names;
    const char *folder = arena_printf(a, "%s/dashboards", data);
    *n = 0;
    *out = NULL;
    if (!file_exists(folder)) return true;
    if (!folder_list(&names, folder, e)) return false;
    bool ok = true;
    *out = ARENA_ARRAY(a, struct board, names.n);
    for (size_t i = 0; ok && i < names.n; i++) {
        struct text name = text_of(names.name[i]);
        if (!text_ends(name, TEXT(".csv"))) continue;
        struct board *b = &(*out)[(*n)++];
        b->name = arena_copy(a, name.p, name.n - 4);
        ok = read_board(b, arena_printf(a, "%s/%s", folder, names.name[i]), language, a, e);
    }
    file_names_free(&names);
    return ok;
}

bool board_is_for(const char *roles, const char *role)
{
    struct text rest = text_of(roles), one;
    while (text_split(&rest, ' ', &one))
        if (text_is(one, "*") || text_is(one, role)) return true;
    return false;
}
