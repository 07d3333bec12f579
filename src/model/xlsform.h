/* SPDX-License-Identifier: EUPL-1.2 */
/* The dictionary as an XLSForm workbook (sheets survey, choices, settings) and back: one workbook
 * for one form, the core with a pack laid over it. What XLSForm has no place for travels in columns
 * that other programs ignore: bind::thb:* in survey, further columns in choices, thb_* in settings.
 *
 * A book is what is read from or written to a workbook; reading the workbook itself is the caller's
 * (an untrusted one is parsed in a process of its own, see intake/converter.h). */
#ifndef DCIM_MODEL_XLSFORM_H
#define DCIM_MODEL_XLSFORM_H

#include "base/arena.h"
#include "base/csv.h"
#include "base/err.h"
#include "base/text.h"
#include "model/dictionary.h"
#include "model/problem.h"
#include "model/sheet.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum xlsform_part { XLSFORM_SURVEY, XLSFORM_CHOICES, XLSFORM_SETTINGS, XLSFORM_PARTS };

extern const char *const xlsform_part_name[XLSFORM_PARTS]; /* "survey" ... */

struct xlsform_book {
    struct sheet part[XLSFORM_PARTS]; /* header NULL: the sheet is not there */
    /* What a person sees instead of our column names, in pairs, ending with NULL; NULL: our own.
     * Used in problems of books that were something else before (redcap.h). */
    const char *const *shown;
};

/* --- out
 * ----------------------------------------------------------------------------------------- */

/* The form as a book; everything is in `a`. `folder` holds the dictionary, `pack` is "" for the
 * bare core. Calls of pulldata() become paths through instance(), since their lists are in the
 * workbook; the expression as it was written stands in a column bind::thb:own_NAME. Lists that a
 * question takes missing values from have them as further choices, marked in column thb_missing.
 * Errors: those of dictionary_load() (with *p filled), ERR_USAGE xlsform.no_form. */
bool xlsform_export(struct xlsform_book *out, const char *folder, const char *pack,
                    const char *form, struct arena *a, struct problems *p,
                    struct err *e) MUST_CHECK;

/* Write it as XLSX: text cells only, never a formula (S65). Errors: those of base/xlsx_write.h. */
bool xlsform_write(const struct xlsform_book *book, const char *path, struct err *e) MUST_CHECK;

/* --- in
 * ------------------------------------------------------------------------------------------ */

struct xlsform_reader { /* fills a book row by row; zeroed, then xlsform_read_begin() */
    struct xlsform_book *book;
    struct dictionary words; /* languages that headers name */
    struct sheet_reader in;
    struct sheet_maker maker;
};

void xlsform_read_begin(struct xlsform_reader *r, struct xlsform_book *out, struct arena *a,
                        struct problems *p);
/* Begin a sheet; its rows follow, the header first; then end it. */
void xlsform_read_part(struct xlsform_reader *r, enum xlsform_part part);
/* One row with its number in the sheet. `formula` (may be NULL) says which cells hold formulas:
 * each is a problem. False when no more rows of this sheet are wanted. */
bool xlsform_read_row(struct xlsform_reader *r, const struct csv_row *row, const bool *formula);
void xlsform_read_end(struct xlsform_reader *r);

struct xlsform_file { /* one file of a data folder */
    const char *name; /* "codelists/CL_SEX.csv" */
    struct text bytes;
};

struct xlsform_plan { /* what a book changes in a data folder */
    const char *form;
    struct xlsform_file *file; /* only those whose content changes */
    size_t n_file;
    size_t n_variable, n_list, n_code;   /* of the form; of the book */
    size_t n_added, n_changed, n_hidden; /* rows against what was there */
};

struct xlsform_target {
    const char *folder; /* data folder that is to take the book */
    const char *pack;   /* write differences from the core as this pack; "": write the core */
    const char *form;   /* name of the form, where the book does not say; "" or NULL: it must */
};

/* Work out what the folder's files are to be so that its dictionary is that of the book, and check
 * it: nothing is written. Columns that the book lacks stay as they are in the folder; cells, rows
 * and lists of the book replace. All problems are added to *p, those of the book by its sheet, row
 * and column. False when any is fatal: ERR_INPUT xlsform.refused; or
 * dictionary.pack_name. Everything is in `a`. Cost: that
 * of loading the dictionary twice. */
bool xlsform_import(struct xlsform_plan *out, const struct xlsform_book *book,
                    const struct xlsform_target *target, struct arena *a, struct problems *p,
                    struct err *e) MUST_CHECK;

#endif
