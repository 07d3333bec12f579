/* SPDX-License-Identifier: EUPL-1.2 */
/* The file given back: the same rows with an `_errors` column that names, for each finding, column,
 * rule, what is wrong and the remedy. Same kind as the source (CSV with its separator, as UTF-8
 * with byte order mark; or XLSX with the name of its sheet), no text of which a spreadsheet takes
 * for a formula (S65). It can be mended and imported again with the same command: columns that
 * begin with _ are passed over then. Where the mapping makes references from positions, `_position`
 * keeps what they were, so that rows of the mended file are still the same records. Cells beyond
 * the header stand behind `_errors`. */
#ifndef DCIM_INTAKE_FINDINGS_FILE_H
#define DCIM_INTAKE_FINDINGS_FILE_H

#include "intake/intake.h"

struct findings_file;
/* It appears at `path` (mode 0600) when it is closed. `language` of the dictionary. `owns` *out. */
bool findings_file_open(struct findings_file **out, const char *path, const struct intake *in,
                        size_t language, struct err *e) MUST_CHECK;
/* Rows without findings are written too, with an empty `_errors`. `outcome`: "refused", "new"
 * ... */
bool findings_file_put(struct findings_file *f, const struct intake_row *row, const char *outcome,
                       struct err *e) MUST_CHECK;
/* Finish; frees in every case. findings_file_abandon() leaves no file; NULL is fine. */
bool findings_file_close(struct findings_file *f, struct err *e) MUST_CHECK;
void findings_file_abandon(struct findings_file *f);

#endif
