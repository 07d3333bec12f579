/* SPDX-License-Identifier: EUPL-1.2 */
/* Base 64: what is taken is given back letter for letter, and what is refused leaves nothing. */
#include "base/base64.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct text t = {(const char *)data, size};
    struct buf bytes, again;
    buf_init(&bytes, size + 4);
    buf_init(&again, size + 4);
    if (base64_take(&bytes, t)) {
        base64_put(&again, buf_text(&bytes));
        if (!text_equal(buf_text(&again), t)) abort();
    } else if (bytes.n != 0) {
        abort();
    }
    buf_release(&bytes);
    buf_release(&again);
    return 0;
}
