/* SPDX-License-Identifier: EUPL-1.2 */
/* How a file is read, from what an operation was told and what was chosen for an upload before: what
 * op_import.c and op_upload.c share. */
#ifndef DCIM_SERVICE_IMPORT_CALL_H
#define DCIM_SERVICE_IMPORT_CALL_H

#include "intake/intake.h"
#include "service/service_internal.h"
#include "service/upload.h"

/* Parameters `file` or `upload` (exactly one), `encoding`, `separator`, `sheet`, `mapping`,
 * `date_order`; what is not said is as chosen for the upload, whose view is to be closed by
 * upload_close() in every case. Texts live as long as the call. ERR_USAGE "import.one_file",
 * "import.encoding"; those of upload_open(). */
bool import_options(struct intake_options *o, struct upload_view *v, struct call *c,
                    const struct form *f, struct err *e) MUST_CHECK;

/* A parameter, else what was chosen for the upload (NULL: nothing), else "". */
const char *import_choice(const struct call *c, const struct json *choices, const char *name);

/* The upload that parameter `upload` names. Uploads are of accounts: ERR_NOT_FOUND for who has none. */
bool call_upload(struct upload_view *out, struct call *c, struct err *e) MUST_CHECK;

#endif
