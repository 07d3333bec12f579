/* SPDX-License-Identifier: EUPL-1.2 */
/* What the pages of an import need beside their operations: a file of a form on its way to the desk in
 * pieces, the columns of a table of selects, where in the wizard one is. */
#ifndef DCIM_WEB_IMPORT_PAGES_H
#define DCIM_WEB_IMPORT_PAGES_H

#include "web/exchange.h"

enum import_step { IMPORT_FILE, IMPORT_READ, IMPORT_COLUMNS, IMPORT_CHECK, IMPORT_DONE };

/* Put `steps` into the document: those before `at` are done, and lead back where `upload` is known. */
void import_steps(struct exchange *x, enum import_step at, const char *upload);

/* Hand the file of input `file` over and put its name as `upload` into x->in. False: what is wrong is
 * said on the page (nothing was chosen), or in `e`. */
bool import_send(struct exchange *x, struct err *e) MUST_CHECK;

/* The inputs to_0, to_1 ... and order_0 ... as one parameter `columns` of x->in. */
void import_take_columns(struct exchange *x);

/* Begin the check or the import of an upload, and lead to the page of the job. Always false, for a
 * route's hook to give back. */
bool import_start(struct exchange *x, const char *upload, bool check);

#endif
