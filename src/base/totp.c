/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/totp.h"

#include "base/crypto.h"
#include "base/mem.h"

#include <liboath/oath.h>
#include <string.h>

void totp_code(char out[TOTP_DIGITS + 1], const uint8_t secret[TOTP_SECRET], uint64_t step)
{
    /* No checksum, truncation as in RFC 4226. It fails for other numbers of digits only. */
    if (oath_hotp_generate((const char *)secret, TOTP_SECRET, step, TOTP_DIGITS, false,
                           OATH_HOTP_DYNAMIC_TRUNCATION, out) != OATH_OK)
        memset(out, 0, TOTP_DIGITS + 1);
}

bool totp_fits(uint64_t *step, const uint8_t secret[TOTP_SECRET], struct text typed, int64_t now,
               uint64_t last)
{
    char digits[TOTP_DIGITS + 1] = "", code[TOTP_DIGITS + 1];
    size_t n = 0;
    bool fits = false;
    for (size_t i = 0; i < typed.n; i++) {
        char c = typed.p[i];
        if (c == ' ') continue;
        if (c < '0' || c > '9' || n == TOTP_DIGITS) return false;
        digits[n++] = c;
    }
    if (n != TOTP_DIGITS || now < 0) return false;
    uint64_t current = (uint64_t)now / TOTP_SECONDS;
    for (uint64_t at = current == 0 ? 0 : current - 1; at <= current + 1; at++) {
        totp_code(code, secret, at);
        bool same = crypto_equal(code, digits, TOTP_DIGITS);
        if (!same || at <= last || fits) continue;
        fits = true;
        *step = at;
    }
    mem_wipe(code, sizeof code);
    mem_wipe(digits, sizeof digits);
    return fits;
}

void totp_secret_text(char out[TOTP_BASE32 + 1], const uint8_t secret[TOTP_SECRET])
{
    static const char letter[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    for (size_t i = 0; i < TOTP_BASE32; i++) {
        size_t bit = 5 * i, byte = bit / 8;
        unsigned two = (unsigned)secret[byte] << 8 | (byte + 1 < TOTP_SECRET ? secret[byte + 1] : 0u);
        out[i] = letter[two >> (11 - bit % 8) & 31];
    }
    out[TOTP_BASE32] = '\0';
}

static void put_escaped(struct buf *out, const char *s)
{
    for (; *s != '\0'; s++) {
        unsigned char c = (unsigned char)*s;
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                     c == '-' || c == '.' || c == '_' || c == '~';
        if (plain) buf_put_u8(out, c);
        else buf_printf(out, "%%%02X", c);
    }
}

void totp_uri(struct buf *out, const char *issuer, const char *account,
              const uint8_t secret[TOTP_SECRET])
{
    char text[TOTP_BASE32 + 1];
    totp_secret_text(text, secret);
    buf_puts(out, "otpauth://totp/");
    put_escaped(out, issuer);
    buf_puts(out, ":");
    put_escaped(out, account);
    buf_printf(out, "?secret=%s&issuer=", text);
    put_escaped(out, issuer);
    buf_printf(out, "&algorithm=SHA1&digits=%d&period=%d", TOTP_DIGITS, TOTP_SECONDS);
    mem_wipe(text, sizeof text);
}
