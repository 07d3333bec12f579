/* SPDX-License-Identifier: EUPL-1.2 */
/* Any bytes as a keyring file, and as a recovery code (S100). The first byte chooses: even, a file
 * as it is; odd, a file whose checksum is made right first, so that what lies behind the checksum
 * is reached; 0xff, a code. Held: what parses is written back byte for byte, and its associated
 * data fit their maximum. */
#include "store/keyring_file.h"
#include "store/recovery.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void hold(bool promise)
{
    if (!promise) abort();
}

static void try_code(const uint8_t *data, size_t size)
{
    struct secret *typed = secret_copy(data, size), *bytes = NULL;
    struct err e;
    if (recovery_parse(&bytes, typed, &e)) {
        struct secret *text = recovery_format(secret_bytes(bytes)), *again = NULL;
        hold(recovery_parse(&again, text, &e));
        hold(memcmp(secret_bytes(again), secret_bytes(bytes), RECOVERY_BYTES) == 0);
        secret_free(again);
        secret_free(text);
    }
    secret_free(bytes);
    secret_free(typed);
}

static void try_file(struct text bytes)
{
    static struct keyring_file f;
    struct buf again, ad;

    if (!keyring_file_parse(&f, bytes)) return;
    hold(f.n_slot >= 1 && f.n_slot <= KEYRING_SLOTS_MAX);
    buf_init(&again, KEYRING_FILE_MAX);
    buf_init(&ad, KEYRING_AD_MAX);
    keyring_file_write(&again, &f);
    hold(buf_ok(&again, NULL) && text_equal(buf_text(&again), bytes));
    for (size_t i = 0; i < f.n_slot; i++) {
        hold(strnlen(f.slot[i].label, sizeof f.slot[i].label) < sizeof f.slot[i].label);
        buf_clear(&ad);
        keyring_file_slot_ad(&ad, &f, &f.slot[i]);
        hold(buf_ok(&ad, NULL));
    }
    buf_clear(&ad);
    keyring_file_body_ad(&ad, &f);
    hold(buf_ok(&ad, NULL));
    buf_release(&again);
    buf_release(&ad);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf copy;

    crypto_start();
    if (size == 0) return 0;
    uint8_t choice = *data++;
    size--;
    if (choice == 0xff) {
        try_code(data, size < 4096 ? size : 4096);
        return 0;
    }
    buf_init(&copy, 2 * KEYRING_FILE_MAX);
    buf_put(&copy, data, size < copy.max ? size : copy.max);
    if ((choice & 1) != 0 && copy.n >= CRYPTO_HASH)
        crypto_hash((uint8_t *)copy.p + copy.n - CRYPTO_HASH, CRYPTO_HASH, copy.p,
                    copy.n - CRYPTO_HASH, NULL);
    try_file(buf_text(&copy));
    buf_release(&copy);
    return 0;
}
