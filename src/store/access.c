/* SPDX-License-Identifier: EUPL-1.2 */
#include "store/access.h"

#include "base/mem.h"
#include "store/store_internal.h"

#include <string.h>

static const char letter[33] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

void access_hash(uint8_t out[ACCESS_HASH], const struct store *st, enum access_use use,
                 int64_t owner, struct text t)
{
    static const char *const tag[ACCESS_USE_COUNT] = {[ACCESS_SESSION] = "dcim session v1",
                                                      [ACCESS_TOKEN] = "dcim token v1",
                                                      [ACCESS_ACTIVATION] = "dcim activation v1",
                                                      [ACCESS_SETUP] = "dcim setup v1",
                                                      [ACCESS_RECOVERY] = "dcim recovery v1",
                                                      [ACCESS_SOURCE] = "dcim source v1",
                                                      [ACCESS_THROTTLE] = "dcim throttle v1",
                                                      [ACCESS_PASSWORD] = "dcim password v1",
                                                      [ACCESS_TASK] = "dcim task v1",
                                                      [ACCESS_SECURITY_KEY] =
                                                          "dcim security key v1",
                                                      [ACCESS_CHALLENGE] = "dcim challenge v1"};
    struct crypto_hasher h;
    uint8_t number[8];
    for (size_t i = 0; i < sizeof number; i++) number[i] = (uint8_t)((uint64_t)owner >> (8 * i));
    crypto_hasher_init(&h, keyring_key(st->keyring, KEY_ACCOUNT));
    crypto_hasher_add(&h, tag[use], strlen(tag[use]) + 1);
    crypto_hasher_add(&h, number, sizeof number);
    crypto_hasher_add(&h, t.n == 0 ? "" : t.p, t.n);
    crypto_hasher_finish(&h, out);
    mem_wipe(&h, sizeof h);
}

void access_session_new(char out[ACCESS_SESSION_TEXT + 1])
{
    uint8_t bits[ACCESS_SESSION_TEXT / 2];
    crypto_random(bits, sizeof bits);
    crypto_hex(out, bits, sizeof bits);
    mem_wipe(bits, sizeof bits);
}

void access_token_new(char out[ACCESS_TOKEN_TEXT + 1])
{
    memcpy(out, ACCESS_TOKEN_PREFIX, sizeof ACCESS_TOKEN_PREFIX - 1);
    access_session_new(out + sizeof ACCESS_TOKEN_PREFIX - 1);
}

/* 256 is a multiple of 32: every letter is as likely. */
static void code_new(char *out, size_t groups)
{
    uint8_t bits[24];
    crypto_random(bits, sizeof bits);
    for (size_t i = 0; i < 4 * groups; i++) {
        if (i > 0 && i % 4 == 0) *out++ = '-';
        *out++ = letter[bits[i] & 31];
    }
    *out = '\0';
    mem_wipe(bits, sizeof bits);
}

void access_long_code_new(char out[ACCESS_LONG_CODE + 1])
{
    code_new(out, 6);
}

void access_short_code_new(char out[ACCESS_SHORT_CODE + 1])
{
    code_new(out, 3);
}

bool access_code_read(char *out, size_t size, struct text typed)
{
    size_t n = 0, letters = 0;
    for (size_t i = 0; i < typed.n; i++) {
        char c = typed.p[i];
        if (c == '-' || c == ' ') continue;
        if (c >= 'a' && c <= 'z') c = (char)(c - 'a' + 'A');
        if (c == 'I' || c == 'L') c = '1';
        if (c == 'O') c = '0';
        bool dash = letters > 0 && letters % 4 == 0;
        if (c == '\0' || strchr(letter, c) == NULL || n + 1 + dash >= size) return false;
        if (dash) out[n++] = '-';
        out[n++] = c;
        letters++;
    }
    out[n] = '\0';
    return n > 0;
}
