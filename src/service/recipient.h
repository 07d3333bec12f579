/* SPDX-License-Identifier: EUPL-1.2 */
/* To whom an export is encrypted (S57): a certificate that was given with the wish. Its fingerprint
 * is part of what a second person agrees to (S56), and stands in the log and on the answer. */
#ifndef DCIM_SERVICE_RECIPIENT_H
#define DCIM_SERVICE_RECIPIENT_H

#include "base/cms.h"
#include "service/service_internal.h"

#define RECIPIENT_ABOVE "export.recipient_above"
#define RECIPIENT_SUFFIX ".p7m"
#define RECIPIENT_TYPE "application/pkcs7-mime"

struct recipient {
    struct text pem; /* from the call's arena; n 0: nobody was named, the file is not encrypted */
    struct cms_recipient is;
};

/* From parameters "recipient" (the certificate) or "recipient_file" (its file at this machine).
 * Errors of cms_recipient_read() and of reading the file. Names the recipient in the call's entry
 * of the log and in its result. */
bool recipient_settle(struct recipient *out, struct call *c, struct err *e) MUST_CHECK;

/* Whether so many records may leave without anybody named: by the pack's parameter
 * "export.recipient_above"; who holds the key at this machine is not asked. ERR_USAGE
 * "export.recipient". */
bool recipient_suffices(const struct recipient *r, const struct call *c, int64_t n_record,
                        struct err *e) MUST_CHECK;

/* Put the sealed file in the place of the plain one, which is wiped, where somebody was named. */
bool recipient_seal(const struct recipient *r, struct buf *file, struct call *c,
                    struct err *e) MUST_CHECK;

#endif
