/* SPDX-License-Identifier: EUPL-1.2 */
#include "service/process.h"

#include "base/catalogue.h"
#include "base/crypto.h"
#include "base/sandbox.h"
#include "intake/converter.h"
#include "store/keyring.h"

#include <signal.h>

void process_start(void)
{
    sandbox_harden();
    signal(SIGXFSZ,
           SIG_IGN); /* a file that may not grow is then an error like a full disk, not the end */
    crypto_start();
}

const char *process_weakened(void)
{
    if (!keyring_insecure_kdf()) return NULL;
    return N_(
        "DCIM_INSECURE_KDF is set: passphrases are stretched too little to be safe; for tests only");
}

int process_converter(const char *kind)
{
    return converter_main(kind);
}
