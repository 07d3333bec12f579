/* SPDX-License-Identifier: EUPL-1.2 */
#include "store/recovery.h"

#include "base/mem.h"

#include <string.h>

static const char symbols[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ*~$=U";
enum { CHECK_MODULUS = 37, GROUP = 4 };

struct secret *recovery_format(const uint8_t bytes[RECOVERY_BYTES])
{
    struct secret *s = secret_new(RECOVERY_TEXT);
    char *out = (char *)secret_bytes_mut(s);
    unsigned bits = 0, n_bit = 0, check = 0;
    size_t at = 0, n_symbol = 0;

    for (size_t i = 0; i < RECOVERY_BYTES; i++) {
        bits = (bits << 8 | bytes[i]) & 0xffff;
        check = (check * 256 + bytes[i]) % CHECK_MODULUS;
        for (n_bit += 8; n_bit >= 5; n_bit -= 5) {
            out[at++] = symbols[bits >> (n_bit - 5) & 31];
            if (++n_symbol % GROUP == 0) out[at++] = '-';
        }
    }
    out[at] = symbols[check];
    bits = check = 0;
    return s;
}

/* Value of a typed symbol, or -1. */
static int symbol_value(char c)
{
    if (c >= 'a' && c <= 'z') c = (char)(c - 'a' + 'A');
    if (c == 'O') return 0;
    if (c == 'I' || c == 'L') return 1;
    const char *at = c == '\0' ? NULL : strchr(symbols, c);
    return at == NULL ? -1 : (int)(at - symbols);
}

static bool not_a_code(struct err *e)
{
    err_set(e, ERR_INPUT, "keyring.recovery_code", "what was typed is not a recovery code");
    return err_remedy(
        e, "compare it with the printed code: eight groups of four, then one check symbol");
}

bool recovery_parse(struct secret **out, const struct secret *typed, struct err *e)
{
    const char *p = (const char *)secret_bytes(typed);
    struct secret *s = secret_new(RECOVERY_BYTES);
    uint8_t *byte = secret_bytes_mut(s);
    unsigned bits = 0, n_bit = 0, rest = 0;
    size_t n_symbol = 0, n_byte = 0;
    bool good = true;
    int check = -1;

    *out = NULL;
    for (size_t i = 0; i < secret_size(typed) && good; i++) {
        if (p[i] == '-' || p[i] == ' ' || p[i] == '\t' || p[i] == '\r' || p[i] == '\n') continue;
        int v = symbol_value(p[i]);
        if (v < 0 || check >= 0 || (n_symbol < RECOVERY_SYMBOLS && v > 31)) {
            good = false;
        } else if (n_symbol == RECOVERY_SYMBOLS) {
            check = v;
        } else {
            n_symbol++;
            bits = (bits << 5 | (unsigned)v) & 0xfff;
            n_bit += 5;
            if (n_bit >= 8) {
                n_bit -= 8;
                byte[n_byte] = (uint8_t)(bits >> n_bit);
                rest = (rest * 256 + byte[n_byte++]) % CHECK_MODULUS;
            }
        }
    }
    mem_wipe(&bits, sizeof bits);
    if (!good || n_byte != RECOVERY_BYTES || check != (int)rest) {
        secret_free(s);
        return not_a_code(e);
    }
    *out = s;
    return true;
}
