/* SPDX-License-Identifier: EUPL-1.2 */
/* A provider's file as rows of cells, whatever its kind. */
#ifndef DCIM_INTAKE_SOURCE_H
#define DCIM_INTAKE_SOURCE_H

#include "base/csv.h"
#include "base/err.h"
#include "base/json.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct source;

struct source_options {
    const char *path;
    struct csv_options csv;
    const char *sheet;     /* "" for the first visible one */
    const char *converter; /* program */
};

struct source_cells { /* borrowed until the next call */
    const struct text *cell;
    const bool *formula;   /* NULL: none of them */
    size_t n_cell;
    uint64_t row;
};

/* By content, not by name: a ZIP archive is taken for a workbook, everything else for CSV. */
bool source_open(struct source **out, const struct source_options *o, struct err *e) MUST_CHECK;
void source_close(struct source *s);
/* Next row that is not hidden and has a cell. */
bool source_next(struct source *s, struct source_cells *out, bool *found, struct err *e) MUST_CHECK;
bool source_is_workbook(const struct source *s);
char source_separator(const struct source *s);
uint64_t source_bytes_read(const struct source *s);
uint64_t source_bytes_total(const struct source *s);
void source_describe(const struct source *s, struct json *out);

#endif
