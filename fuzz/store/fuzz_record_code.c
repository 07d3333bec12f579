/* SPDX-License-Identifier: EUPL-1.2 */
/* Record codes as people type them: what is taken has one form, and that form is taken as the same. */
#include "store/store_internal.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint64_t code, again;
    char out[RECORD_CODE + 1];

    if (!record_code_parse(&code, (struct text){(const char *)data, size})) return 0;
    if (code >> 60 != 0) abort();
    record_code_format(out, code);
    if (!record_code_parse(&again, (struct text){out, RECORD_CODE}) || again != code) abort();
    return 0;
}
