/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SIGNIFICANT_MAX = 17, DECIMAL_MAX = 64 };

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

/* Whether it begins and ends with something that cannot be a blank, as most texts do. */
static bool is_bare(struct text t)
{
    if (t.n == 0) return true;
    unsigned char first = (unsigned char)t.p[0], last = (unsigned char)t.p[t.n - 1];
    return first > ' ' && last > ' ' && first != 0xC2 && last != 0xA0;
}

struct text text_trim(struct text t)
{
    if (is_bare(t)) return t;
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

/* ---- numbers ---- */

static bool digits_to_uint(struct text t, uint64_t *out)
{
    if (t.n == 0) return false;
    uint64_t v = 0;
    for (size_t i = 0; i < t.n; i++) {
        if (t.p[i] < '0' || t.p[i] > '9') return false;
        if (__builtin_mul_overflow(v, 10u, &v)) return false;
        if (__builtin_add_overflow(v, (uint64_t)(t.p[i] - '0'), &v)) return false;
    }
    *out = v;
    return true;
}

/* True for a minus; a sign of either kind is taken off. */
static bool take_sign(struct text *t)
{
    if (t->n == 0 || (t->p[0] != '-' && t->p[0] != '+')) return false;
    bool minus = t->p[0] == '-';
    t->p++;
    t->n--;
    return minus;
}

bool text_to_uint(struct text t, uint64_t *out)
{
    return !take_sign(&t) && digits_to_uint(t, out);
}

bool text_to_int(struct text t, int64_t *out)
{
    uint64_t v;
    bool minus = take_sign(&t);
    if (!digits_to_uint(t, &v)) return false;
    if (v > (uint64_t)INT64_MAX + (minus ? 1u : 0u)) return false;
    *out = minus ? (int64_t)(0 - v) : (int64_t)v;
    return true;
}

/* A decimal as digits times a power of ten. */
struct decimal {
    uint64_t digits; /* the significant ones; at most 17 */
    unsigned places; /* of them behind the point */
};

static bool scan_decimal(struct text t, struct decimal *out)
{
    size_t n_digit = 0, n_significant = 0;
    bool point = false;
    *out = (struct decimal){0};
    for (size_t i = 0; i < t.n; i++) {
        if (t.p[i] == '.' && !point) {
            point = true;
            continue;
        }
        if (t.p[i] < '0' || t.p[i] > '9') return false;
        n_digit++;
        out->places += point;
        if (n_significant > 0 || t.p[i] != '0') n_significant++;
        if (n_significant > SIGNIFICANT_MAX) return false;
        out->digits = out->digits * 10 + (uint64_t)(t.p[i] - '0');
    }
    return n_digit > 0;
}

bool text_to_double(struct text t, double *out)
{
    /* Both are exact as doubles, so that one division rounds once (Clinger 1990, "How to Read
     * Floating Point Numbers Accurately"). */
    static const double power[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                   1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                   1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    struct decimal d;
    bool minus = take_sign(&t);
    if (t.n > DECIMAL_MAX || !scan_decimal(t, &d)) return false;
    if (d.digits <= (uint64_t)1 << 53 && d.places < sizeof power / sizeof *power) {
        double v = (double)d.digits / power[d.places];
        *out = minus ? -v : v;
        return true;
    }
    /* The rest by the C library, as an integer and an exponent: no point that a locale might
     * change. */
    char copy[48];
    int n = snprintf(copy, sizeof copy, "%s%llue-%u", minus ? "-" : "",
                     (unsigned long long)d.digits, d.places);
    if (n < 0 || n >= (int)sizeof copy) return false;
    *out = strtod(copy, NULL);
    return true;
}

/* ---- UTF-8 ---- */

/* Bytes at the front that are ASCII and not NUL, by eights; the last few are left to the caller. */
static size_t ascii_run(struct text t)
{
    static const uint64_t ones = 0x0101010101010101u, tops = 0x8080808080808080u;
    size_t i = 0;
    while (t.n - i >= 8) {
        uint64_t w;
        memcpy(&w, t.p + i, 8);
        /* a top bit is set, or a borrow says that a byte was zero */
        if (((w | (w - ones)) & tops) != 0) break;
        i += 8;
    }
    return i;
}

bool text_is_utf8(struct text t, size_t *bad_at)
{
    size_t i = ascii_run(t);
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
        i += ascii_run((struct text){t.p + i, t.n - i});
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
