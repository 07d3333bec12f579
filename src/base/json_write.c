/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/json.h"

#include "base/json_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* RFC 8259, section 7: what must be escaped, in the shortest way there is. */
static void put_quoted(struct buf *out, const char *p, size_t n)
{
    static const char digit[] = "0123456789ABCDEF", letter[] = "btn?fr"; /* of 8 to 13 */
    size_t from = 0;
    buf_putc(out, '"');
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)p[i];
        if (c >= 0x20 && c != '"' && c != '\\') continue;
        buf_put(out, p + from, i - from);
        from = i + 1;
        if (c == '"' || c == '\\') buf_put(out, (char[]){'\\', (char)c}, 2);
        else if (c >= 8 && c <= 13 && c != 11) buf_put(out, (char[]){'\\', letter[c - 8]}, 2);
        else buf_put(out, (char[]){'\\', 'u', '0', '0', digit[c >> 4], digit[c & 15]}, 6);
    }
    buf_put(out, p + from, n - from);
    buf_putc(out, '"');
}

static void put_int(struct buf *out, int64_t v)
{
    char digits[24], *p = digits + sizeof digits;
    uint64_t left = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
    do *--p = (char)('0' + left % 10);
    while ((left /= 10) > 0);
    if (v < 0) *--p = '-';
    buf_put(out, p, (size_t)(digits + sizeof digits - p));
}

/* 17 significant digits; a point where the locale has another sign, and one that says it is no
 * integer; an exponent without plus and leading zeros. */
static void put_number(struct buf *out, double v)
{
    char text[64];
    bool whole = true, point = false;
    int n = snprintf(text, sizeof text, "%.17g", v);
    for (int i = 0; i < n; i++) {
        char c = text[i];
        bool digit = c >= '0' && c <= '9';
        if (digit || c == '-') {
            buf_putc(out, c);
        } else if (c == 'e') {
            long exponent = strtol(text + i + 1, NULL, 10);
            buf_printf(out, "e%ld", exponent);
            return;
        } else if (!point) {
            buf_putc(out, '.');
            point = true;
            whole = false;
        }
    }
    if (whole) buf_puts(out, ".0");
}

static void put_line(struct buf *out, bool indented, int depth)
{
    if (!indented) return;
    buf_putc(out, '\n');
    for (int i = 0; i < depth; i++) buf_put(out, "  ", 2);
}

/* As deep as trees are: those that were read 32, those that are made as deep as their maker's
 * loops. */
static void put_tree(struct buf *out, const struct json *j, bool indented, int depth)
{
    const char *key;
    const struct json *value;
    bool first = true;
    switch (json_kind(j)) {
    case JSON_TEXT: put_quoted(out, json_as_text(j, ""), j->n); return;
    case JSON_INT: put_int(out, json_as_int(j, 0)); return;
    case JSON_NUMBER: put_number(out, json_as_number(j, 0)); return;
    case JSON_BOOL: buf_puts(out, json_as_bool(j, false) ? "true" : "false"); return;
    case JSON_NULL: buf_put(out, "null", 4); return;
    case JSON_ARRAY:
        buf_putc(out, '[');
        for (size_t i = 0; i < j->n; i++) {
            if (i > 0) buf_putc(out, ',');
            put_line(out, indented, depth + 1);
            put_tree(out, json_at(j, i), indented, depth + 1);
        }
        if (j->n > 0) put_line(out, indented, depth);
        buf_putc(out, ']');
        return;
    case JSON_OBJECT:
        buf_putc(out, '{');
        for (void *at = NULL; json_next(j, &at, &key, &value); first = false) {
            if (!first) buf_putc(out, ',');
            put_line(out, indented, depth + 1);
            put_quoted(out, key, ((const struct json_pair *)at)->n);
            buf_put(out, ": ", indented ? 2 : 1);
            put_tree(out, value, indented, depth + 1);
        }
        if (j->n > 0) put_line(out, indented, depth);
        buf_putc(out, '}');
        return;
    }
}

void json_write(struct buf *out, const struct json *j, bool indented)
{
    put_tree(out, j, indented, 0);
}
