/* SPDX-License-Identifier: EUPL-1.2 */
/* Shared by the files that carry the dictionary to workbooks and back (xlsform_*.c, redcap*.c). */
#ifndef DCIM_MODEL_XLSFORM_INTERNAL_H
#define DCIM_MODEL_XLSFORM_INTERNAL_H

#include "model/dictionary_internal.h"
#include "model/xlsform.h"

#define OWN_PREFIX "bind::thb:own_"  /* an expression as it was written */
#define MISSING_COLUMN "thb_missing" /* of choices: a missing code, not a code of the list */
#define MISSING_FILTER MISSING_COLUMN " = ''" /* on questions that take none of them */
#define VALUE_COLUMN "thb_value" /* of choices, for "value", which others read as "name" */
#define SETTING_PREFIX "thb_"    /* settings that XLSForm does not know */
#define PARAMETERS_LIST "parameters"

/* --- tables being made
 * --------------------------------------------------------------------------- */

/* An empty sheet with room for SHEET_COLUMNS_MAX columns; columns first, then rows. */
void table_begin(struct sheet *s, const char *file, struct arena *a);
/* Number of the column with this key, made when it is not there; COLUMN_ABSENT when there is no
 * room. */
size_t table_column(struct sheet *s, const char *header, const char *key);
void table_rows(struct sheet *s, size_t n_max, struct arena *a);
/* The next row, its cells blank; `row` is where it came from in `file`. */
struct sheet_row *table_row(struct sheet *s, const char *file, uint32_t row, struct arena *a);
/* Put a cell; an absent column takes nothing. */
void table_put(struct sheet_row *row, size_t column, const char *text);

/* --- names collected
 * ----------------------------------------------------------------------------- */

struct names {
    const char **name;
    size_t n, cap;
    struct map *seen;
};
void names_begin(struct names *n);
void names_add(struct names *n, const char *name); /* borrows; each once */
void names_end(struct names *n);

/* --- expressions
 * --------------------------------------------------------------------------------- */

/* Columns of the survey sheet that hold expressions, ending with NULL. */
extern const char *const xlsform_expressions[];

/* pulldata('LIST', 'COLUMN', 'KEY', x) as instance('LIST')/root/item[KEY = x]/COLUMN, also within
 * each other; the text itself when there is none that can be rewritten. `lists` (may be NULL) gets
 * the names of lists that the expression looks into. */
const char *xlsform_without_pulldata(const char *text, struct names *lists, struct arena *a);

/* The other way for parameters alone, which are no list of ours:
 * instance('parameters')/root/item[name = x]/thb_value as pulldata('parameters', 'value', 'name', x).
 */
const char *xlsform_with_parameters(const char *text, struct arena *a);

/* --- data folders
 * -------------------------------------------------------------------------------- */

struct folder_sheets { /* the files of a data folder, as sheets */
    struct data_files files;
    const char *folder, *pack;
    struct dictionary words; /* languages */
    struct sheet_reader reader;
};
/* Read the files; problems go to `p`. Release afterwards. */
void folder_sheets_read(struct folder_sheets *f, const char *folder, const char *pack,
                        struct arena *a, struct problems *p);
void folder_sheets_release(struct folder_sheets *f);
/* A sheet of the core ("codelists/CL_SEX.csv"); false when it is not there. */
bool folder_core(struct folder_sheets *f, const char *file, struct sheet *out);
/* With the pack's (`over`, "codelists/CL_SEX.csv" or "survey-victim.csv") laid over it, or the
 * pack's alone where the core has none. False when neither is there. */
bool folder_merged(struct folder_sheets *f, const char *file, const char *over, const char *key,
                   bool nested, struct sheet *out);
/* Rows of a code list in the order in which its codes are shown. *n of them; hidden ones left
 * out. */
const struct sheet_row **rows_by_sort(const struct sheet *s, size_t *n, struct arena *a);

/* A sheet as the bytes of a CSV file of ours: LF, quotes only where needed. */
struct text sheet_to_csv(const struct sheet *s, struct arena *a);

/* --- differences (xlsform_overlay.c)
 * ------------------------------------------------------------- */

struct overlay_count {
    size_t added, changed, hidden;
};
/* The pack's sheet that makes `want` out of `core` when it is laid over it; `core` NULL: there is
 * none, all rows are added. `nested`: a survey sheet, else a code list. Rows keep the places of
 * `want`. What a pack cannot say (a row of the core that moved) is a problem. */
void overlay_make(struct sheet *out, const struct sheet *core, const struct sheet *want,
                  bool nested, struct overlay_count *count, struct arena *a, struct problems *p);

#endif
