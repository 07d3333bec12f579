/* SPDX-License-Identifier: EUPL-1.2 */
/* The file given back: the same rows with an `_errors` column that names, for each finding, column, rule, what is wrong
 * and the remedy. Same kind as the source (CSV with its separator, or XLSX), written while rows pass by. */
#ifndef DCIM_INTAKE_FINDINGS_FILE_H
#define DCIM_INTAKE_FINDINGS_FILE_H

#include "intake/intake.h"

struct findings_file;
bool findings_file_open(struct findings_file **out, const char *path, const struct intake *in, size_t language,
                        struct err *e) MUST_CHECK;
/* Rows without findings are written too, with an empty `_errors`. `outcome`: "refused", "new", ... */
bool findings_file_put(struct findings_file *f, const struct intake_row *row, const char *outcome,
                       struct err *e) MUST_CHECK;
bool findings_file_close(struct findings_file *f, struct err *e) MUST_CHECK;
void findings_file_abandon(struct findings_file *f);

#endif
