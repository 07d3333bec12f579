/* SPDX-License-Identifier: EUPL-1.2 */
/* What a browser says that a security key said: the first byte chooses made or shown. Anything may
 * come; what is taken apart is refused by libfido2 with a reason, for nobody can guess a signature,
 * and a key that was made has what a key needs. */
#include "base/webauthn.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool ok)
{
    if (!ok) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct webauthn_place at = {"localhost", "https://localhost:8443"};
    static const uint8_t point[64] = {1};
    struct webauthn_brought b;
    struct webauthn_key made, known = {.algorithm = -7, .key = {(const char *)point, sizeof point}};
    struct err e = {0};
    uint32_t counter = 0;
    if (size == 0) return 0;
    bool shown = (data[0] & 1) != 0;
    struct arena *a = arena_new(ARENA_WIPE);
    if (!webauthn_read(&b, (struct text){(const char *)data + 1, size - 1}, shown, a, &e)) {
        must(e.id != NULL && e.msg[0] != '\0');
    } else if (shown) {
        must(b.id.n <= WEBAUTHN_ID_MAX && b.signature.n > 0);
        known.id = b.id;
        must(!webauthn_shown(&counter, &b, &known, &at, &e));
        must(e.id != NULL);
    } else if (webauthn_made(&made, &b, &at, a, &e)) {
        must(made.id.n > 0 && made.id.n <= WEBAUTHN_ID_MAX);
        must(made.key.n > 0 && made.key.n <= WEBAUTHN_KEY_MAX);
    } else {
        must(e.id != NULL);
    }
    err_clear(&e);
    arena_free(a);
    return 0;
}
