/* SPDX-License-Identifier: EUPL-1.2 */
/* One provider file, in its organisation's habit: with the country's labels in an 8-bit encoding,
 * days before months and semicolons; as a workbook; or as plain CSV. */
#ifndef DCIM_CLI_DEMO_SHEET_H
#define DCIM_CLI_DEMO_SHEET_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "cli/demo_people.h"
#include "model/dictionary.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { DEMO_COLUMNS_MAX = 200 };

struct xlsx_writer;

struct demo_sheet {
    const char *path;
    const char *column[DEMO_COLUMNS_MAX]; /* names of variables, or paths to them */
    const char *cell[DEMO_COLUMNS_MAX];
    size_t n_column;
    bool labels, workbook;
    const struct demo_tables *tables;
    const struct dictionary *dictionary;
    const struct form *form;
    size_t language;
    struct buf text; /* CSV */
    struct xlsx_writer *writer;
    uint32_t row; /* with the header */
    struct arena *arena;
};

/* Begin a file of `organisation` with its header; columns that the country's dictionary lacks are
 * left out. Texts set later are borrowed until the row is put. sheet_close() or sheet_abandon(). */
bool sheet_open(struct demo_sheet *s, const char *path, const char *organisation, const char *form,
                const char *const *column, size_t n_column, struct err *e) MUST_CHECK;
void sheet_set(struct demo_sheet *s, const char *column, const char *value);
/* A code, or several between blanks, as the organisation writes them. */
void sheet_set_code(struct demo_sheet *s, const char *column, const char *code);
void sheet_set_int(struct demo_sheet *s, const char *column, int64_t value);
void sheet_set_day(struct demo_sheet *s, const char *column, int32_t day);
void sheet_set_month(struct demo_sheet *s, const char *column, int32_t day);
/* "31.02.2015" as this organisation would write it. */
const char *sheet_date(const struct demo_sheet *s, int year, int month, int day);
void sheet_put(struct demo_sheet *s); /* the row, and an empty one begins */
bool sheet_close(struct demo_sheet *s, struct err *e) MUST_CHECK;
void sheet_abandon(struct demo_sheet *s); /* leaves no file */

/* Whether a text keeps all its letters in the encoding that the country's labelled files have. */
bool demo_encodable(const struct demo_tables *t, const char *text);

#endif
