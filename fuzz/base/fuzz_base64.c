/* SPDX-License-Identifier: EUPL-1.2 */
/* Base 64, and that of addresses: what is taken is given back letter for letter, and what is
 * refused leaves nothing. */
#include "base/base64.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void round(struct text t, bool (*take)(struct buf *, struct text),
                  void (*put)(struct buf *, struct text))
{
    struct buf bytes, again;
    buf_init(&bytes, t.n + 4);
    buf_init(&again, t.n + 4);
    if (take(&bytes, t)) {
        put(&again, buf_text(&bytes));
        if (!text_equal(buf_text(&again), t)) abort();
    } else if (bytes.n != 0) {
        abort();
    }
    buf_release(&bytes);
    buf_release(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct text t = {(const char *)data, size};
    round(t, base64_take, base64_put);
    round(t, base64_url_take, base64_url_put);
    return 0;
}
