/* SPDX-License-Identifier: EUPL-1.2 */
/* Crockford's base 32: digits and capitals without I, L, O, U; five bits a letter, the highest
 * first. */
#include "store/store_internal.h"

#include <string.h>

static const char letter[33] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

void record_code_format(char out[RECORD_CODE + 1], uint64_t code)
{
    for (size_t i = 0; i < RECORD_CODE; i++)
        out[i] = letter[code >> (5 * (RECORD_CODE - 1 - i)) & 31];
    out[RECORD_CODE] = '\0';
}

bool record_code_parse(uint64_t *out, struct text typed)
{
    uint64_t code = 0;
    size_t n = 0;

    for (size_t i = 0; i < typed.n; i++) {
        char c = typed.p[i];
        if (c == '-' || c == ' ') continue;
        if (c >= 'a' && c <= 'z') c = (char)(c - 'a' + 'A');
        if (c == 'I' || c == 'L') c = '1';
        if (c == 'O') c = '0';
        const char *at = c == '\0' ? NULL : strchr(letter, c);
        if (at == NULL || ++n > RECORD_CODE) return false;
        code = code << 5 | (uint64_t)(at - letter);
    }
    *out = code;
    return n == RECORD_CODE;
}
