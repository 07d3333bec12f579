/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/qr.h"

#include <qrencode.h>

enum { QUIET = 4 };

bool qr_path(struct buf *out, int *size, struct text t, struct err *e)
{
    QRcode *code = t.n > 4000 ? NULL
                              : QRcode_encodeData((int)t.n, (const unsigned char *)t.p, 0,
                                                  QR_ECLEVEL_M);
    if (code == NULL)
        return err_set(e, ERR_LIMIT, "qr.too_long", "could not draw a text of %zu bytes as a picture",
                       t.n);
    *size = code->width + 2 * QUIET;
    for (int y = 0; y < code->width; y++) {
        const unsigned char *row = code->data + (ptrdiff_t)y * code->width;
        for (int x = 0; x < code->width;) {
            int from = x;
            while (x < code->width && (row[x] & 1) != 0) x++;
            if (x > from)
                buf_printf(out, "M%d %dh%dv1h-%dz", from + QUIET, y + QUIET, x - from, x - from);
            else x++;
        }
    }
    QRcode_free(code);
    return true;
}
