/* SPDX-License-Identifier: EUPL-1.2 */
/* The door to OpenSSL's CMS: files that one recipient alone can open, with tools they have.
 *
 * A sealed file is CMS AuthEnvelopedData (RFC 5083) in DER: AES-256-GCM (RFC 5084), its key sealed
 * to the public key of an X.509 certificate by RSA-OAEP with SHA-256 (RFC 8017) or by ECDH with the
 * X9.63 KDF and SHA-256 (RFC 5753). Whoever has the private key opens it with
 *
 *     openssl cms -decrypt -inform DER -in FILE.p7m -inkey KEY.pem -out FILE
 *
 * of OpenSSL 3.0 or later; what was changed or cut does not open. Nothing is opened here. */
#ifndef DCIM_BASE_CMS_H
#define DCIM_BASE_CMS_H

#include "base/buf.h"
#include "base/err.h"
#include "base/text.h"

#include <stdbool.h>

enum { CMS_CERTIFICATE_MAX = 16 * 1024, CMS_FINGERPRINT = 2 * 32 + 1, CMS_NAME_MAX = 200 };

struct cms_recipient {
    char name[CMS_NAME_MAX]; /* the certificate's subject, on one line, cut where it is long */
    char fingerprint[CMS_FINGERPRINT]; /* SHA-256 of the certificate in hex */
};

/* Whose certificate this is (PEM; text before it is passed over). `now`: UTC seconds. Whom it was
 * issued by is not looked at: whoever exports has to know the recipient's fingerprint.
 * ERR_INPUT "cms.not_certificate", "cms.expired" (or not yet valid), "cms.key" (neither RSA of
 * 2,048 to 8,192 bits nor EC on P-256, P-384 or P-521), "cms.usage" (not for encryption). */
bool cms_recipient_read(struct cms_recipient *out, struct text pem, int64_t now,
                        struct err *e) MUST_CHECK;

/* Append `plain`, sealed to the certificate. Errors as above, and ERR_SYSTEM "cms.seal",
 * ERR_LIMIT "cms.too_long" over the limit of `out`. Cost: one copy of the plain text's length. */
bool cms_seal(struct buf *out, struct text plain, struct text pem, int64_t now,
              struct err *e) MUST_CHECK;

#endif
