/* SPDX-License-Identifier: EUPL-1.2 */
/* Certificates of recipients: whatever is given is refused, or names somebody on one line, and then a
 * file can be sealed to it (S57, S100). */
#include "base/cms.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { NOW = 1800000000 }; /* 2027: the certificate of the corpus is valid then */
    struct text pem = {(const char *)data, size};
    struct cms_recipient r;
    struct buf out;
    if (!cms_recipient_read(&r, pem, NOW, NULL)) return 0;
    if (!text_is_utf8(text_of(r.name), NULL) || strchr(r.name, '\n') != NULL) abort();
    if (strlen(r.fingerprint) != 64) abort();
    buf_init(&out, 200000);
    if (cms_seal(&out, TEXT("text"), pem, NOW, NULL) && out.n < 100) abort();
    buf_release(&out);
    return 0;
}
