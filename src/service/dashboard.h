/* SPDX-License-Identifier: EUPL-1.2 */
/* Dashboards as data/dashboards/NAME.csv describes them: the first row is the dashboard itself,
 * each further one a chart. data/README.md lists the columns. */
#ifndef DCIM_SERVICE_DASHBOARD_H
#define DCIM_SERVICE_DASHBOARD_H

#include "base/arena.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

enum dashboard_column {
    BOARD_ID,    /* of the page: letters, digits, - */
    BOARD_ROLES, /* blank-separated, or * */
    BOARD_KIND,  /* "dashboard", or of a chart: as in figure.h, completeness */
    BOARD_FORM,
    BOARD_ROWS, /* variables, blank-separated */
    BOARD_COLUMNS,
    BOARD_COUNT, /* persons, records */
    BOARD_TITLE, /* in the language asked for; English where there is none */
    BOARD_TITLE_ENGLISH,
    BOARD_NOTE,
    BOARD_NOTE_ENGLISH,
    BOARD_COLUMN_COUNT
};

struct board_row {
    const char *cell[BOARD_COLUMN_COUNT]; /* "" when empty */
};

struct board {
    const char *name;      /* of the file */
    struct board_row head; /* the dashboard itself */
    struct board_row *chart;
    size_t n_chart;
};

enum { BOARD_CHARTS_MAX = 40 };

/* All dashboards of a data folder, by name. Everything from `a`. ERR_INPUT "dashboard.column",
 * "dashboard.head" name file and what is wrong. Cost: the files are read. */
bool dashboards_read(struct board **out, size_t *n, const char *data, const char *language,
                     struct arena *a, struct err *e) MUST_CHECK;

/* Whether a list of roles holds this one. */
bool board_is_for(const char *roles, const char *role);

#endif
