/* SPDX-License-Identifier: EUPL-1.2 */
/* Values as text: reading what people and files say, and writing what is kept. record.h has the
 * contract. Called thirty million times by an import of a million rows, so the common ways come
 * first. */
#include "model/record.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { INTEGER_DIGITS = 15, DECIMAL_DIGITS = 18 };

static const char missing_prefix[] = "missing:";

/* The missing value that `t` names for this variable, MISSING_NONE when it names none. */
static enum missing missing_read(const struct variable *v, const struct codelist *l, struct text t)
{
    enum missing m = missing_find(t);
    if (m != MISSING_NONE)
        return (l != NULL && codelist_find(l, t) != CODE_NONE) ||
                       (v->type == VARIABLE_TEXT && !v->missing_allowed)
                   ? MISSING_NONE
                   : m;
    struct text prefix = TEXT(missing_prefix);
    if (t.n > prefix.n && t.p[0] == prefix.p[0] && text_starts(t, prefix))
        return missing_find((struct text){t.p + prefix.n, t.n - prefix.n});
    return MISSING_NONE;
}

/* Sign, digits, and at most one point with digits behind it, as integer and number of decimals
 * without zeros at their end. */
static bool decimal_read(int64_t *mantissa, uint8_t *scale, struct text t)
{
    size_t i = t.n > 0 && (t.p[0] == '-' || t.p[0] == '+');
    bool negative = t.n > 0 && t.p[0] == '-';
    bool point = false;
    int64_t m = 0;
    unsigned behind = 0, digits = 0, zeros = 0;

    for (; i < t.n; i++) {
        char c = t.p[i];
        if ((c == '.' || c == ',') && !point && digits > 0) {
            point = true;
        } else if (c < '0' || c > '9') {
            return false;
        } else if (point && c == '0') {
            zeros++; /* counts only when another digit follows */
            digits++;
        } else {
            for (; zeros > 0; zeros--, behind++) {
                if (m >= INT64_C(100000000000000000)) return false;
                m *= 10;
            }
            if (m >= INT64_C(100000000000000000) || behind >= DECIMAL_DIGITS) return false;
            m = m * 10 + (c - '0');
            behind += point;
            digits++;
        }
    }
    if (digits == 0 || behind > DECIMAL_DIGITS || t.p[t.n - 1] == '.' || t.p[t.n - 1] == ',')
        return false;
    *mantissa = negative ? -m : m;
    *scale = (uint8_t)behind;
    return true;
}

static enum value_read number_read(struct value *out, struct text t, bool integer)
{
    int64_t m;
    uint8_t scale;
    if (!decimal_read(&m, &scale, t)) return VALUE_READ_TYPE;
    if (integer) {
        if (scale > 0 || llabs(m) >= INT64_C(1000000000000000)) return VALUE_READ_TYPE;
        *out = (struct value){.kind = VALUE_INTEGER, .integer = m};
    } else {
        *out = (struct value){.kind = VALUE_DECIMAL, .scale = scale, .integer = m};
    }
    return VALUE_READ_OK;
}

static enum value_read date_read(struct value *out, const struct variable *v, struct text t,
                                 enum date_order order)
{
    struct date d;
    if (!date_parse(&d, t, order) && (order == DATE_ISO || !date_parse(&d, t, DATE_ISO)))
        return VALUE_READ_TYPE;
    if (d.precision != DATE_DAY && !v->partial) return VALUE_READ_TYPE;
    *out = (struct value){.kind = VALUE_DATE, .date = d};
    return VALUE_READ_OK;
}

static enum value_read code_read(code_id *out, const struct codelist *l, struct text t, bool labels,
                                 int32_t day, struct arena *a)
{
    *out = codelist_match(l, t, labels, a);
    if (*out == CODE_NONE) return VALUE_READ_CODE;
    return codelist_valid_on(l, *out, day) ? VALUE_READ_OK : VALUE_READ_RETIRED;
}

static int by_number(const void *a, const void *b)
{
    return (int)*(const code_id *)a - (int)*(const code_id *)b;
}

/* Ascending, each once; they are few and mostly in order already. */
static size_t in_order(code_id *code, size_t n)
{
    bool sorted = true;
    for (size_t i = 1; i < n && sorted; i++) sorted = code[i - 1] < code[i];
    if (sorted) return n;
    qsort(code, n, sizeof *code, by_number);
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (kept == 0 || code[kept - 1] != code[i]) code[kept++] = code[i];
    return kept;
}

/* The next piece between separators, trimmed; `blank` separates by white space. False at the
 * end. */
static bool piece_next(struct text *rest, bool blank, struct text *piece)
{
    if (!blank) {
        if (!text_split(rest, ';', piece)) return false;
        *piece = text_trim(*piece);
        return true;
    }
    *rest = text_trim(*rest);
    size_t n = 0;
    while (n < rest->n && rest->p[n] != ' ' && rest->p[n] != '\t' && rest->p[n] != '\n' &&
           rest->p[n] != '\r')
        n++;
    *piece = (struct text){rest->p, n};
    *rest = (struct text){rest->p + n, rest->n - n};
    return n > 0;
}

static size_t pieces_at_most(struct text t, bool blank)
{
    size_t n = 1;
    for (size_t i = 0; i < t.n; i++) n += blank ? (unsigned char)t.p[i] <= ' ' : t.p[i] == ';';
    return n;
}

static enum value_read codes_read_pieces(struct value *out, const struct codelist *l, struct text t,
                                         bool blank, int32_t day, struct arena *a)
{
    code_id *code = ARENA_ARRAY(a, code_id, pieces_at_most(t, blank));
    size_t n = 0;
    struct text rest = t, piece;
    while (piece_next(&rest, blank, &piece)) {
        if (piece.n == 0) continue;
        enum value_read read = code_read(&code[n], l, piece, !blank, day, a);
        if (read != VALUE_READ_OK) return read;
        n++;
    }
    if (n == 0) return VALUE_READ_CODE;
    *out =
        (struct value){.kind = VALUE_CODES, .n_code = (uint16_t)in_order(code, n), .codes = code};
    return VALUE_READ_OK;
}

static enum value_read codes_read(struct value *out, const struct codelist *l, struct text t,
                                  int32_t day, struct arena *a)
{
    if (memchr(t.p, ';', t.n) != NULL) return codes_read_pieces(out, l, t, false, day, a);
    enum value_read read = codes_read_pieces(out, l, t, true, day, a);
    if (read != VALUE_READ_CODE) return read;
    return codes_read_pieces(out, l, t, false, day, a); /* a single label of several words */
}

static enum value_read text_read(struct value *out, struct text t)
{
    if (t.n > VALUE_TEXT_MAX && text_length(t) > VALUE_TEXT_MAX) return VALUE_READ_LONG;
    *out = (struct value){.kind = VALUE_TEXT, .text = t};
    return VALUE_READ_OK;
}

/* Last of all, for whoever says "Person declined to say". */
static enum missing missing_by_label(const struct dictionary *d, struct text t, struct arena *a)
{
    const struct codelist *l = dictionary_list(d, TEXT("CL_MISSING"));
    code_id c = l == NULL ? CODE_NONE : codelist_match(l, t, true, a);
    return c == CODE_NONE ? MISSING_NONE : missing_find(text_of(l->code[c].name));
}

enum value_read value_read(struct value *out, const struct dictionary *d, var_id v, struct text t,
                           enum date_order order, int32_t day, struct arena *a)
{
    const struct variable *var = &d->variable[v];
    const struct codelist *l = var->list == LIST_NONE ? NULL : d->list[var->list];
    struct text trimmed = text_trim(t);
    *out = (struct value){.kind = VALUE_EMPTY};
    if (trimmed.n == 0) return VALUE_READ_OK;

    enum missing m = missing_read(var, l, trimmed);
    if (m != MISSING_NONE) {
        if (!var->missing_allowed) return VALUE_READ_MISSING;
        *out = (struct value){.kind = VALUE_MISSING, .missing = (uint8_t)m};
        return VALUE_READ_OK;
    }
    code_id c;
    enum value_read read;
    switch (var->type) {
    case VARIABLE_CODE:
        read = code_read(&c, l, trimmed, true, day, a);
        if (read == VALUE_READ_OK) *out = (struct value){.kind = VALUE_CODE, .code = c};
        break;
    case VARIABLE_CODES: read = codes_read(out, l, trimmed, day, a); break;
    case VARIABLE_DATE: read = date_read(out, var, trimmed, order); break;
    case VARIABLE_INTEGER: read = number_read(out, trimmed, true); break;
    case VARIABLE_DECIMAL: read = number_read(out, trimmed, false); break;
    case VARIABLE_TEXT:
    default: return text_read(out, t);
    }
    if (read == VALUE_READ_OK || read == VALUE_READ_RETIRED || !var->missing_allowed) return read;
    m = missing_by_label(d, trimmed, a);
    if (m == MISSING_NONE) return read;
    *out = (struct value){.kind = VALUE_MISSING, .missing = (uint8_t)m};
    return VALUE_READ_OK;
}

static void decimal_text(struct buf *out, int64_t mantissa, uint8_t scale)
{
    char digits[24];
    int n = snprintf(digits, sizeof digits, "%0*lld", scale + 1, llabs((long long)mantissa));
    assert(n > scale && (size_t)n < sizeof digits);
    if (mantissa < 0) buf_putc(out, '-');
    buf_put(out, digits, (size_t)(n - scale));
    if (scale == 0) return;
    buf_putc(out, '.');
    buf_put(out, digits + n - scale, scale);
}

static void missing_text(struct buf *out, const struct codelist *l, enum missing m)
{
    const char *code = missing_code(m);
    if (l != NULL && codelist_find(l, text_of(code)) != CODE_NONE) buf_puts(out, missing_prefix);
    buf_puts(out, code);
}

void value_text(struct buf *out, const struct dictionary *d, var_id v, const struct value *value)
{
    const struct variable *var = &d->variable[v];
    const struct codelist *l = var->list == LIST_NONE ? NULL : d->list[var->list];
    char date[DATE_TEXT_MAX];
    switch ((enum value_kind)value->kind) {
    case VALUE_EMPTY: break;
    case VALUE_MISSING: missing_text(out, l, value->missing); break;
    case VALUE_TEXT: buf_put_text(out, value->text); break;
    case VALUE_INTEGER: buf_printf(out, "%lld", (long long)value->integer); break;
    case VALUE_DECIMAL: decimal_text(out, value->integer, value->scale); break;
    case VALUE_DATE:
        date_format(date, value->date);
        buf_puts(out, date);
        break;
    case VALUE_CODE: buf_puts(out, l->code[value->code].name); break;
    case VALUE_CODES:
        for (size_t i = 0; i < value->n_code; i++) {
            if (i > 0) buf_putc(out, ' ');
            buf_puts(out, l->code[value->codes[i]].name);
        }
        break;
    }
}

bool value_equal(const struct value *a, const struct value *b)
{
    if (a->kind != b->kind) return false;
    switch ((enum value_kind)a->kind) {
    case VALUE_EMPTY: return true;
    case VALUE_MISSING: return a->missing == b->missing;
    case VALUE_TEXT: return text_equal(a->text, b->text);
    case VALUE_INTEGER: return a->integer == b->integer;
    case VALUE_DECIMAL: return a->integer == b->integer && a->scale == b->scale;
    case VALUE_DATE:
        return a->date.first == b->date.first && a->date.last == b->date.last &&
               a->date.precision == b->date.precision;
    case VALUE_CODE: return a->code == b->code;
    case VALUE_CODES:
        return a->n_code == b->n_code &&
               memcmp(a->codes, b->codes, a->n_code * sizeof *a->codes) == 0;
    }
    return false;
}
