/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/base64.h"

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void base64_put(struct buf *out, struct text bytes)
{
    for (size_t i = 0; i < bytes.n; i += 3) {
        size_t n = bytes.n - i < 3 ? bytes.n - i : 3;
        uint32_t three = 0;
        char four[4];
        for (size_t k = 0; k < 3; k++)
            three = three << 8 | (k < n ? (unsigned char)bytes.p[i + k] : 0u);
        for (size_t k = 0; k < 4; k++) four[k] = '=';
        for (size_t k = 0; k <= n; k++) four[k] = letters[three >> (18 - 6 * k) & 63];
        buf_put(out, four, sizeof four);
    }
}

static int value_of(char c)
{
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

bool base64_take(struct buf *out, struct text t)
{
    size_t begun = out->n, n = t.n;
    uint32_t bits = 0;
    unsigned count = 0;
    if (t.n % 4 != 0) return false;
    while (n > 0 && t.n - n < 2 && t.p[n - 1] == '=') n--;
    for (size_t i = 0; i < n; i++) {
        int v = value_of(t.p[i]);
        if (v < 0) {
            out->n = begun;
            return false;
        }
        bits = bits << 6 | (uint32_t)v;
        count += 6;
        if (count < 8) continue;
        count -= 8;
        buf_putc(out, (char)(unsigned char)(bits >> count & 0xFF));
    }
    if ((bits & ((1u << count) - 1)) == 0) return true;
    out->n = begun;
    return false;
}

void base64_url_put(struct buf *out, struct text bytes)
{
    size_t begun = out->n;
    base64_put(out, bytes);
    while (out->n > begun && out->p[out->n - 1] == '=') out->p[--out->n] = '\0';
    for (size_t i = begun; i < out->n; i++) {
        if (out->p[i] == '+') out->p[i] = '-';
        if (out->p[i] == '/') out->p[i] = '_';
    }
}

bool base64_url_take(struct buf *out, struct text t)
{
    struct buf plain;
    bool fine = t.n <= BASE64_URL_MAX / 3 * 4;
    buf_init(&plain, BASE64_URL_MAX / 3 * 4 + 4);
    for (size_t i = 0; fine && i < t.n; i++) {
        char c = t.p[i];
        if (c == '+' || c == '/' || c == '=') fine = false;
        buf_putc(&plain, c == '-' ? '+' : c == '_' ? '/' : c);
    }
    while (fine && plain.n % 4 != 0) buf_putc(&plain, '=');
    fine = fine && base64_take(out, buf_text(&plain));
    buf_release(&plain);
    return fine;
}
