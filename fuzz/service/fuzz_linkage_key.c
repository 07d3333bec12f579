/* SPDX-License-Identifier: EUPL-1.2 */
/* Any bytes as a key for encoding (`dcim encode --key-file`; S100), which an organisation is sent
 * and keeps. The first byte chooses: even, a file as it is; odd, one whose fingerprint is made
 * right first, so that any key is reached. Held: what is taken is the file that would be written of
 * it, but for blanks around it; a file that was made right is taken; one that differs in a
 * character is not. */
#include "base/mem.h"
#include "service/encodings.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void hold(bool promise)
{
    if (!promise) abort();
}

/* Behind a copy of its own, so that a sanitizer sees a byte too far. */
static bool taken(struct secret **key, struct text t)
{
    char *copy = mem_new(t.n == 0 ? 1 : t.n, 1);
    if (t.n > 0) memcpy(copy, t.p, t.n);
    bool ok = linkage_key_parse(key, (struct text){copy, t.n});
    mem_free(copy);
    return ok;
}

static void try_text(struct text t)
{
    struct secret *key, *back;
    struct buf again;
    if (!taken(&key, t)) {
        hold(key == NULL);
        return;
    }
    buf_init(&again, 1024);
    linkage_key_write(&again, key);
    hold(buf_ok(&again, NULL) && text_equal(text_trim(buf_text(&again)), text_trim(t)));
    for (size_t i = 0; i + 1 < again.n; i += 7) {
        again.p[i] ^= 1;
        hold(!taken(&back, buf_text(&again)) && back == NULL);
        again.p[i] ^= 1;
    }
    buf_release(&again);
    secret_free(key);
}

static void try_key(const uint8_t *data, size_t size)
{
    struct secret *key = secret_new(CRYPTO_KEY), *back;
    struct buf file;
    memcpy(secret_bytes_mut(key), data, size < CRYPTO_KEY ? size : CRYPTO_KEY);
    buf_init(&file, 1024);
    linkage_key_write(&file, key);
    hold(taken(&back, buf_text(&file)));
    hold(memcmp(secret_bytes(back), secret_bytes(key), CRYPTO_KEY) == 0);
    secret_free(back);
    try_text(buf_text(&file));
    buf_release(&file);
    secret_free(key);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    crypto_start();
    if (size == 0) return 0;
    if ((data[0] & 1) != 0) try_key(data + 1, size - 1);
    else try_text((struct text){(const char *)data + 1, size - 1});
    return 0;
}
