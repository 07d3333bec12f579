/* SPDX-License-Identifier: EUPL-1.2 */
/* size CRLF data CRLF, again and again; 0 CRLF CRLF. */
#include "web/http_chunk.h"

enum chunk_state { SIZE, SIZE_LF, DATA, DATA_CR, DATA_LF };
enum { DIGITS_MAX = 8 };

static bool take_digit(struct http_chunk *c, char digit)
{
    int value = digit >= '0' && digit <= '9'   ? digit - '0'
                : digit >= 'a' && digit <= 'f' ? digit - 'a' + 10
                : digit >= 'A' && digit <= 'F' ? digit - 'A' + 10
                                               : -1;
    if (value < 0 || c->digits == DIGITS_MAX) return false;
    c->left = c->left * 16 + (uint64_t)value;
    c->digits++;
    return true;
}

/* One byte that is not data. True when the body has ended; *bad when it is not what must be
 * here. */
static bool step(struct http_chunk *c, char byte, bool *bad)
{
    switch ((enum chunk_state)c->state) {
    case SIZE:
        if (byte == '\r' && c->digits > 0) c->state = SIZE_LF;
        else *bad = !take_digit(c, byte);
        return false;
    case SIZE_LF:
        *bad = byte != '\n';
        c->last = c->left == 0;
        c->state = c->last ? DATA_CR : DATA;
        return false;
    case DATA_CR:
        *bad = byte != '\r';
        c->state = DATA_LF;
        return false;
    case DATA_LF:
        *bad = byte != '\n';
        if (c->last) return !*bad;
        *c = (struct http_chunk){0};
        return false;
    case DATA: break;
    }
    return false;
}

int http_chunk_decode(struct http_chunk *c, struct text bytes, size_t *used, struct buf *body,
                      size_t max)
{
    size_t i = 0;
    int status = 0;
    while (i < bytes.n && status == 0) {
        if (c->state != DATA) {
            bool bad = false;
            if (step(c, bytes.p[i], &bad)) status = 1;
            if (bad) status = 400;
            else i++;
            if (c->state == DATA && c->left > max - body->n) status = 413;
            continue;
        }
        size_t n = bytes.n - i < c->left ? bytes.n - i : (size_t)c->left;
        buf_put(body, bytes.p + i, n);
        i += n;
        c->left -= n;
        if (c->left == 0) c->state = DATA_CR;
    }
    *used = i;
    return status;
}
