/* SPDX-License-Identifier: EUPL-1.2 */
/* Writing CSV: RFC 4180 for programs, and the form that spreadsheets cannot take for formulas
 * (S65).
 *
 * A spreadsheet that opens a CSV file takes a cell beginning with = + - @ for a formula, which can
 * send the sheet's content elsewhere or start programs; TAB, CR and LF can shift such a cell, | can
 * follow a DDE call, East Asian versions take the full-width forms as well (OWASP, "CSV
 * injection"). White space and characters that nobody sees may stand before. Such a text gets a
 * leading '. */
#include "base/csv.h"

#include <string.h>

/* One code point of valid UTF-8 at p[*i], moved behind it. */
static uint32_t next_code_point(struct text t, size_t *i)
{
    unsigned char c = (unsigned char)t.p[(*i)++];
    if (c < 0x80) return c;
    size_t more = c >= 0xF0 ? 3 : c >= 0xE0 ? 2 : 1;
    uint32_t cp = c & (0x3Fu >> more);
    for (; more > 0 && *i < t.n; more--) cp = cp << 6 | ((unsigned char)t.p[(*i)++] & 0x3Fu);
    return cp;
}

static bool unseen(uint32_t cp)
{
    static const struct {
        uint32_t first, last;
    } ranges[] = {
        {0x0000, 0x0020}, {0x007F, 0x00A0}, {0x00AD, 0x00AD}, {0x034F, 0x034F}, {0x061C, 0x061C},
        {0x115F, 0x1160}, {0x1680, 0x1680}, {0x17B4, 0x17B5}, {0x180B, 0x180F}, {0x2000, 0x200F},
        {0x2028, 0x202F}, {0x205F, 0x206F}, {0x2800, 0x2800}, {0x3000, 0x3000}, {0x3164, 0x3164},
        {0xFE00, 0xFE0F}, {0xFEFF, 0xFEFF}, {0xFFA0, 0xFFA0}, {0xFFF9, 0xFFFB}, {0xE0000, 0xE0FFF},
    };
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++)
        if (cp >= ranges[i].first && cp <= ranges[i].last) return true;
    return false;
}

bool csv_is_formula(struct text field)
{
    for (size_t i = 0; i < field.n;) {
        uint32_t cp = next_code_point(field, &i);
        switch (cp) {
        case '=':
        case '+':
        case '-':
        case '@':
        case '|':
        case '\t':
        case '\r':
        case '\n':
        case 0xFF1D:
        case 0xFF0B:
        case 0xFF0D:
        case 0xFF20:
        case 0xFF5C: /* full-width */ return true;
        default:
            if (!unseen(cp)) return false;
        }
    }
    return false;
}

static void put_quoted(struct buf *b, struct text field, bool formula)
{
    buf_putc(b, '"');
    if (formula) buf_putc(b, '\'');
    while (field.n > 0) {
        const char *quote = memchr(field.p, '"', field.n);
        size_t n = quote == NULL ? field.n : (size_t)(quote - field.p) + 1;
        buf_put(b, field.p, n);
        if (quote != NULL) buf_putc(b, '"');
        field.p += n;
        field.n -= n;
    }
    buf_putc(b, '"');
}

static bool needs_quotes(struct text field, char separator)
{
    for (size_t i = 0; i < field.n; i++) {
        char c = field.p[i];
        if (c == separator || c == '"' || c == '\r' || c == '\n') return true;
    }
    /* As first field it would be taken for a line that names the separator. */
    return field.n >= 4 && text_equal_nocase((struct text){field.p, 4}, TEXT("sep="));
}

void csv_put(struct buf *b, struct text field, char separator, enum csv_style style, bool first)
{
    if (!first) buf_putc(b, separator);
    if (style == CSV_SAFE) put_quoted(b, field, csv_is_formula(field));
    else if (needs_quotes(field, separator)) put_quoted(b, field, false);
    else buf_put_text(b, field);
}

void csv_put_number(struct buf *b, struct text digits, char separator, bool first)
{
    if (!first) buf_putc(b, separator);
    if (needs_quotes(digits, separator)) put_quoted(b, digits, false); /* decimal comma */
    else buf_put_text(b, digits);
}

void csv_end_row(struct buf *b)
{
    /* A row of one empty field would be a line without bytes, which readers skip. */
    if (b->n == 0 || b->p[b->n - 1] == '\n') buf_puts(b, "\"\"");
    buf_puts(b, "\r\n");
}
