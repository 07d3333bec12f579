/* SPDX-License-Identifier: EUPL-1.2 */
#include "service/process.h"

#include "base/crypto.h"
#include "base/sandbox.h"
#include "intake/converter.h"

void process_start(void)
{
    sandbox_harden();
    crypto_start();
}

int process_converter(const char *kind, const char *sheet)
{
    return converter_main(kind, sheet);
}
