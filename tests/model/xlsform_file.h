/* SPDX-License-Identifier: EUPL-1.2 */
/* Workbooks for tests of books: written ones read back in this process. */
#ifndef DCIM_TESTS_XLSFORM_FILE_H
#define DCIM_TESTS_XLSFORM_FILE_H

#include "model/xlsform.h"

/* Read the three sheets of a workbook, as the program does with the rows of its converter. Problems of
 * the sheets go to `p`; a workbook that cannot be read fails the test. */
void xlsform_file_read(struct xlsform_book *out, const char *path, struct arena *a,
                       struct problems *p);

/* A book out of CSV texts; NULL: the sheet is not there. */
void xlsform_file_book(struct xlsform_book *out, const char *survey, const char *choices,
                       const char *settings, struct arena *a, struct problems *p);

/* Cell of a row (0-based) by our name of the column. */
const char *xlsform_file_cell(const struct xlsform_book *book, enum xlsform_part part, size_t row,
                              const char *column);

#endif
