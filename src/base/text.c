/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

struct text text_of(const char *s)
{
    return s == NULL ? (struct text){"", 0} : (struct text){s, strlen(s)};
}

bool text_equal(struct text a, struct text b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static unsigned char lower(char c)
{
    unsigned char u = (unsigned char)c;
    return u >= 'A' && u <= 'Z' ? (unsigned char)(u + 32) : u;
}

bool text_equal_nocase(struct text a, struct text b)
{
    if (a.n != b.n) return false;
    for (size_t i = 0; i < a.n; i++)
        if (lower(a.p[i]) != lower(b.p[i])) return false;
    return true;
}

bool text_is(struct text a, const char *s)
{
    return text_equal(a, text_of(s));
}

int text_compare(struct text a, struct text b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    int c = n == 0 ? 0 : memcmp(a.p, b.p, n);
    if (c != 0) return c;
    return (a.n > b.n) - (a.n < b.n);
}

bool text_starts(struct text a, struct text prefix)
{
    return a.n >= prefix.n && text_equal((struct text){a.p, prefix.n}, prefix);
}

bool text_ends(struct text a, struct text suffix)
{
    return a.n >= suffix.n && text_equal((struct text){a.p + a.n - suffix.n, suffix.n}, suffix);
}

bool text_find(struct text a, struct text part, size_t *at)
{
    if (part.n > a.n) return false;
    if (part.n == 0) {
        *at = 0;
        return true;
    }
    const char *hit = memmem(a.p, a.n, part.p, part.n);
    if (hit == NULL) return false;
    *at = (size_t)(hit - a.p);
    return true;
}

static bool blank_ascii(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

struct text text_trim(struct text t)
{
    for (;;) {
        if (t.n > 0 && blank_ascii(t.p[0])) {
            t.p++;
            t.n--;
        } else if (t.n > 1 && memcmp(t.p, "\xc2\xa0", 2) == 0) {
            t.p += 2;
            t.n -= 2;
        } else {
            break;
        }
    }
    for (;;) {
        if (t.n > 0 && blank_ascii(t.p[t.n - 1])) t.n--;
        else if (t.n > 1 && memcmp(t.p + t.n - 2, "\xc2\xa0", 2) == 0) t.n -= 2;
        else return t;
    }
}

bool text_split(struct text *rest, char separator, struct text *piece)
{
    if (rest->p == NULL) return false;
    const char *hit = rest->n == 0 ? NULL : memchr(rest->p, separator, rest->n);
    if (hit == NULL) {
        *piece = *rest;
        *rest = (struct text){NULL, 0};
        return true;
    }
    *piece = (struct text){rest->p, (size_t)(hit - rest->p)};
    rest->n -= piece->n + 1;
    rest->p = hit + 1;
    return true;
}

bool text_to_uint(struct text t, uint64_t *out)
{
    if (t.n == 0 || t.n > 20) return false;
    uint64_t v = 0;
    for (size_t i = 0; i < t.n; i++) {
        if (t.p[i] < '0' || t.p[i] > '9') return false;
        if (__builtin_mul_overflow(v, 10u, &v)) return false;
        if (__builtin_add_overflow(v, (uint64_t)(t.p[i] - '0'), &v)) return false;
    }
    *out = v;
    return true;
}

bool text_to_int(struct text t, int64_t *out)
{
    bool minus = t.n > 0 && t.p[0] == '-';
    if (t.n > 0 && (t.p[0] == '-' || t.p[0] == '+')) {
        t.p++;
        t.n--;
    }
    uint64_t v;
    if (!text_to_uint(t, &v)) return false;
    if (v > (uint64_t)INT64_MAX + (minus ? 1u : 0u)) return false;
    *out = minus ? (int64_t)(0 - v) : (int64_t)v;
    return true;
}

bool text_to_double(struct text t, double *out)
{
    size_t i = 0, n_digit = 0;
    if (i < t.n && (t.p[i] == '-' || t.p[i] == '+')) i++;
    bool point = false;
    for (; i < t.n; i++) {
        if (t.p[i] == '.' && !point) point = true;
        else if (t.p[i] >= '0' && t.p[i] <= '9') n_digit++;
        else return false;
    }
    if (n_digit == 0 || n_digit > 17) return false;
    char copy[24];
    if (t.n >= sizeof copy) return false;
    memcpy(copy, t.p, t.n);
    copy[t.n] = '\0';
    *out = strtod(copy, NULL); /* the program never leaves the C locale for numbers */
    return true;
}

bool text_is_utf8(struct text t, size_t *bad_at)
{
    size_t i = 0;
    while (i < t.n) {
        unsigned char c = (unsigned char)t.p[i];
        size_t more;
        uint32_t cp, least;
        if (c != 0 && c < 0x80) {
            i++;
            continue;
        }
        if (c >= 0xC2 && c <= 0xDF) more = 1, cp = c & 0x1Fu, least = 0x80;
        else if (c >= 0xE0 && c <= 0xEF) more = 2, cp = c & 0x0Fu, least = 0x800;
        else if (c >= 0xF0 && c <= 0xF4) more = 3, cp = c & 0x07u, least = 0x10000;
        else goto bad;
        if (t.n - i <= more) goto bad;
        for (size_t k = 1; k <= more; k++) {
            unsigned char d = (unsigned char)t.p[i + k];
            if ((d & 0xC0u) != 0x80u) goto bad;
            cp = cp << 6 | (d & 0x3Fu);
        }
        if (cp < least || cp > 0x10FFFF || (cp >= 0xD800 && cp <= 0xDFFF)) goto bad;
        i += more + 1;
    }
    return true;
bad:
    if (bad_at != NULL) *bad_at = i;
    return false;
}

size_t text_length(struct text t)
{
    size_t n = 0;
    for (size_t i = 0; i < t.n; i++)
        if (((unsigned char)t.p[i] & 0xC0u) != 0x80u) n++;
    return n;
}
