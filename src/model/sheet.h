/* SPDX-License-Identifier: EUPL-1.2 */
/* Sheets: the CSV files of data/ as tables of cells that remember where they came from, so that a
 * pack can be laid over the core and a problem still names the right file, row and column. For the
 * dictionary's loader; other rooms do not include it. */
#ifndef DCIM_MODEL_SHEET_H
#define DCIM_MODEL_SHEET_H

#include "base/arena.h"
#include "base/csv.h"
#include "base/map.h"
#include "base/text.h"
#include "model/dictionary.h"
#include "model/problem.h"
#include "model/words.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { /* limits of one sheet; files are read up to SHEET_BYTES_MAX */
       SHEET_ROWS_MAX = 70000,
       SHEET_COLUMNS_MAX = 200,
       SHEET_BYTES_MAX = 16 * 1024 * 1024
};

#define COLUMN_ABSENT SIZE_MAX

struct cell {
    const char *s;    /* trimmed; "" when empty, never NULL */
    const char *file; /* where it was written: of a changed row, the pack's file */
    uint32_t row;     /* 1-based, the header is row 1 */
};

struct sheet_row {
    struct cell *cell; /* by column */
    const char *file;
    uint32_t row;
    bool hidden; /* by the pack */
};

struct sheet {
    const char *file;    /* relative to the data folder */
    const char **header; /* as written: "label::Português (pt)" */
    const char **column; /* as we key them: "label::pt" */
    size_t n_column;
    struct sheet_row *row;
    size_t n_row;
};

struct sheet_reader {              /* what reading needs; all by reference */
    struct dictionary *dictionary; /* its languages are added to as headers name them */
    struct arena *keep;            /* file names */
    struct arena *arena;           /* everything else */
    struct problems *problems;
};

/* Read one file. Problems: not UTF-8, control characters, a broken quote, a bad or repeated header,
 * rows longer than the header. False when nothing can be made of the file; a problem was then
 * added. */
bool sheet_read(struct sheet *out, struct sheet_reader *in, const char *file, struct text bytes);

/* The same from elsewhere, row by row (of a workbook): the first row given is the header; rows
 * without any text are left out. sheet_maker_row() is false when the sheet can be of no use any
 * more; a problem was then added. Finish in any case: it gives back what was taken. */
struct sheet_maker {
    struct sheet *sheet;
    struct sheet_reader *in;
    struct sheet_row *taken;
    size_t cap;
};
void sheet_maker_begin(struct sheet_maker *m, struct sheet *out, struct sheet_reader *in,
                       const char *file);
bool sheet_maker_row(struct sheet_maker *m, const struct csv_row *row);
void sheet_maker_finish(struct sheet_maker *m);

/* Column number by name; COLUMN_ABSENT when there is none. */
size_t sheet_column(const struct sheet *s, const char *column);

/* The same, and a fatal problem when it is absent. */
size_t sheet_column_required(const struct sheet *s, struct sheet_reader *in, const char *column);

/* Cell of a row; the empty cell of the row's place when the column is absent. */
struct cell sheet_cell(const struct sheet_row *row, size_t column);

/* Columns of a translated header by language of the dictionary: "label" finds label::en,
 * label::pt. */
struct sheet_words {
    size_t column[LANGUAGES_MAX];
};
struct sheet_words sheet_words(const struct sheet *s, const struct dictionary *d, const char *base);

/* Words of a row; texts are copied to `keep`. */
struct words sheet_words_read(const struct sheet_row *row, const struct sheet_words *w,
                              struct arena *keep);

/* Put the rows of `more` behind those of `s`; columns are united (`action` and `after` left
 * out). */
void sheet_append(struct sheet *s, const struct sheet *more, struct arena *a);

/* Lay a pack's sheet over the core's: rows with action add, hide or change (change where the name
 * is known and add where it is not, when the sheet has no column `action`). `key` is the naming
 * column. Added rows go behind the row named in column `after` ("end NAME" in nested sheets: behind
 * the end of the group or repeat NAME), or else at the end. Changed cells replace,
 * empty ones leave, [CLEAR] empties. Hidden rows stay, marked; `nested` sheets hide a begin_ row
 * with all up to its end_ row. Problems: unknown actions, names to hide or change that are not
 * there. */
void sheet_overlay(struct sheet *core, const struct sheet *pack, const char *key, bool nested,
                   struct sheet_reader *in);

/* Add a problem at a cell's place. `column` is the name of the column as we key it. */
#define SHEET_PROBLEM(in, fatal, id, place, column, remedy, ...) \
    problems_add((in)->problems, fatal, id, (place).file, (place).row, column, remedy, __VA_ARGS__)

/* --- names
 * --------------------------------------------------------------------------------------- */

enum { NAME_MAX_BYTES = 64 };

/* [A-Za-z_][A-Za-z0-9_.-]*, at most NAME_MAX_BYTES. */
bool name_is_good(struct text t);

/* The nearest of several names to a mistyped one: offer all, then ask. Distances are Levenshtein's
 * (1966) over bytes, capitals and small letters being equal; at most a third of the letters may be
 * wrong. Names over NAME_MAX_BYTES are never near. */
struct guess {
    struct text wanted;
    const char *best; /* NULL when nothing is near */
    size_t distance;
};
void guess_init(struct guess *g, struct text wanted);
void guess_offer(struct guess *g, const char *name);

/* "did you mean 'x'?", or `otherwise`; from `a`. */
const char *guess_remedy(const struct guess *g, const char *otherwise, struct arena *a);

#endif
