/* SPDX-License-Identifier: EUPL-1.2 */
/* Conversions between numbers, dates and texts (XPath 1.0 sections 4.2 and 4.4), and what a value
 * of a record is as either.
 *
 * A text is a number when it is, between white space, an optional '-', digits, and perhaps '.' and
 * digits: no '+', no exponent. Else an ISO date is its day number, a month the interval of its
 * days; where a date is expected, "2020" is a year. A number is written with as many digits as tell
 * it from its neighbours, and never with an exponent. */
#include "model/expr_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- numbers as text ---- */

/* [-]d.ddde±x as plain digits. */
static size_t expand(char *out, const char *written)
{
    char digit[32];
    size_t n_digit = 0, n = 0;
    if (*written == '-') {
        out[n++] = '-';
        written++;
    }
    for (; *written != 'e'; written++)
        if (*written != '.' && n_digit < sizeof digit) digit[n_digit++] = *written;
    int point = (int)strtol(written + 1, NULL, 10) + 1; /* digits before the point */
    while (n_digit > 1 && digit[n_digit - 1] == '0') n_digit--;
    if (point <= 0) {
        out[n++] = '0';
        out[n++] = '.';
        for (int i = point; i < 0; i++) out[n++] = '0';
    }
    for (size_t i = 0; i < n_digit; i++) {
        if (point > 0 && i == (size_t)point) out[n++] = '.';
        out[n++] = digit[i];
    }
    for (int i = (int)n_digit; i < point; i++) out[n++] = '0';
    return n;
}

size_t expr_number_text(char out[EXPR_NUMBER_MAX], double v)
{
    if (isnan(v)) return (size_t)snprintf(out, EXPR_NUMBER_MAX, "NaN");
    if (isinf(v)) return (size_t)snprintf(out, EXPR_NUMBER_MAX, v < 0 ? "-Infinity" : "Infinity");
    if (v == trunc(v) && fabs(v) < 1e15)
        return (size_t)snprintf(out, EXPR_NUMBER_MAX, "%lld", (long long)v); /* -0 is written 0 */
    char written[40];
    /* 15 digits are never too many, except of the least numbers, which have fewer. */
    for (int digits = fabs(v) < 2.3e-308 ? 0 : 14; digits <= 16; digits++) {
        snprintf(written, sizeof written, "%.*e", digits, v);
        if (strtod(written, NULL) == v) break;
    }
    return expand(out, written);
}

/* ---- text as a number ---- */

static bool is_white(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static double slow_number(struct text t)
{
    char copy[EXPR_NUMBER_MAX];
    if (t.n >= sizeof copy) return NAN;
    memcpy(copy, t.p, t.n);
    copy[t.n] = '\0';
    return strtod(copy,
                  NULL); /* digits and a point only; the program keeps the C locale for numbers */
}

static const double power_of_ten[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                      1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                      1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

/* NaN when it is not one. Up to 15 digits the quotient of two exact doubles is the nearest
 * double. */
static double text_number(struct text t)
{
    while (t.n > 0 && is_white(t.p[0])) t.p++, t.n--;
    while (t.n > 0 && is_white(t.p[t.n - 1])) t.n--;
    size_t i = 0, n_digit = 0, n_behind = 0;
    bool minus = t.n > 0 && t.p[0] == '-', point = false;
    uint64_t mantissa = 0;
    for (i = minus; i < t.n; i++) {
        unsigned digit = (unsigned)((unsigned char)t.p[i] - '0');
        if (digit <= 9) {
            if (n_digit < 18) mantissa = mantissa * 10 + digit;
            n_digit++;
            n_behind += point;
        } else if (t.p[i] == '.' && !point) {
            point = true;
        } else {
            return NAN;
        }
    }
    if (n_digit == 0) return NAN;
    if (n_digit > 15) return slow_number(t);
    double v = (double)mantissa / power_of_ten[n_behind];
    return minus ? -v : v;
}

static struct expr_span moment_span(const struct expr_moment *m)
{
    int year, month, day;
    struct date d = date_from_day(m->day);
    if (m->precision == DATE_DAY) return expr_exact(expr_moment_number(m));
    date_to_ymd(m->day, &year, &month, &day);
    bool ok =
        m->precision == DATE_MONTH ? date_from_month(&d, year, month) : date_from_year(&d, year);
    return ok ? (struct expr_span){d.first, d.last} : EXPR_NAN;
}

struct expr_span expr_text_span(struct text t)
{
    struct expr_moment m;
    double v = text_number(t);
    if (!isnan(v)) return expr_exact(v);
    return t.n >= 7 && expr_moment_parse(&m, t) ? moment_span(&m) : EXPR_NAN;
}

struct expr_span expr_text_date_span(struct text t)
{
    struct expr_moment m;
    return expr_moment_parse(&m, t) ? moment_span(&m) : expr_text_span(t);
}

struct text expr_span_text(struct expr_state *st, struct expr_span s, enum expr_type type)
{
    if (type == EXPR_DATE) {
        struct date d;
        if (!expr_date_of_span(&d, s)) return TEXT("");
        char *out = expr_take(st, DATE_TEXT_MAX);
        if (out == NULL) return TEXT("");
        date_format(out, d);
        return text_of(out);
    }
    if (!(s.lo == s.hi)) return TEXT("NaN");
    char written[EXPR_NUMBER_MAX];
    size_t n = expr_number_text(written, s.lo);
    char *out = expr_take(st, n);
    if (out == NULL) return TEXT("");
    memcpy(out, written, n);
    return (struct text){out, n};
}

/* ---- values of a record ---- */

static const struct codelist *list_of(const struct expr_state *st, var_id var)
{
    return st->dictionary->list[st->dictionary->variable[var].list];
}

static struct text code_text(const struct expr_state *st, var_id var, code_id c)
{
    return text_of(list_of(st, var)->code[c].name);
}

struct expr_span expr_value_span(const struct expr_state *st, var_id var, const struct value *v)
{
    switch ((enum value_kind)v->kind) {
    case VALUE_INTEGER: return expr_exact((double)v->integer);
    case VALUE_DECIMAL:
        if (v->scale < sizeof power_of_ten / sizeof power_of_ten[0])
            return expr_exact((double)v->integer / power_of_ten[v->scale]);
        return expr_exact((double)v->integer * pow(10, -(double)v->scale));
    case VALUE_DATE: return (struct expr_span){v->date.first, v->date.last};
    case VALUE_TEXT: return expr_text_span(v->text);
    case VALUE_CODE: return expr_text_span(code_text(st, var, v->code));
    case VALUE_CODES:
        return v->n_code == 1 ? expr_text_span(code_text(st, var, v->codes[0])) : EXPR_NAN;
    case VALUE_EMPTY:
    case VALUE_MISSING: break;
    }
    return EXPR_NAN;
}

/* mantissa * 10^-scale with all its digits: "-0.05", "1.50" */
static struct text decimal_text(struct expr_state *st, int64_t mantissa, unsigned scale)
{
    char digit[24], *out;
    uint64_t size = mantissa < 0 ? 0 - (uint64_t)mantissa : (uint64_t)mantissa;
    size_t n_digit = (size_t)snprintf(digit, sizeof digit, "%llu", (unsigned long long)size), n = 0;
    size_t zeros = n_digit > scale ? 0 : scale + 1 - n_digit;
    out = expr_take(st, zeros + n_digit + 2);
    if (out == NULL) return TEXT("");
    if (mantissa < 0) out[n++] = '-';
    for (size_t i = 0; i < zeros + n_digit; i++) {
        if (scale > 0 && i == zeros + n_digit - scale) out[n++] = '.';
        out[n++] = i < zeros ? '0' : digit[i - zeros];
    }
    return (struct text){out, n};
}

static struct text codes_text(struct expr_state *st, var_id var, const struct value *v)
{
    const struct codelist *l = list_of(st, var);
    size_t n = 0, at = 0;
    for (size_t i = 0; i < v->n_code; i++) n += strlen(l->code[v->codes[i]].name) + 1;
    char *out = expr_take(st, n);
    if (out == NULL) return TEXT("");
    for (size_t i = 0; i < v->n_code; i++) {
        struct text code = text_of(l->code[v->codes[i]].name);
        if (i > 0) out[at++] = ' ';
        memcpy(out + at, code.p, code.n);
        at += code.n;
    }
    return (struct text){out, at};
}

static struct text missing_text(struct expr_state *st, var_id var, enum missing m)
{
    const struct variable *of = &st->dictionary->variable[var];
    struct text code = text_of(missing_code(m));
    bool coded = of->type == VARIABLE_CODE || of->type == VARIABLE_CODES;
    if (!coded || codelist_find(st->dictionary->list[of->list], code) == CODE_NONE) return code;
    static const char prefix[] = "missing:";
    char *out = expr_take(st, sizeof prefix + code.n);
    if (out == NULL) return TEXT("");
    memcpy(out, prefix, sizeof prefix - 1);
    memcpy(out + sizeof prefix - 1, code.p, code.n);
    return (struct text){out, sizeof prefix - 1 + code.n};
}

struct text expr_value_text(struct expr_state *st, var_id var, const struct value *v)
{
    char *out;
    switch ((enum value_kind)v->kind) {
    case VALUE_EMPTY: return TEXT("");
    case VALUE_MISSING: return missing_text(st, var, (enum missing)v->missing);
    case VALUE_TEXT: return v->text;
    case VALUE_INTEGER: return decimal_text(st, v->integer, 0);
    case VALUE_DECIMAL: return decimal_text(st, v->integer, v->scale);
    case VALUE_CODE: return code_text(st, var, v->code);
    case VALUE_CODES: return codes_text(st, var, v);
    case VALUE_DATE:
        out = expr_take(st, DATE_TEXT_MAX);
        if (out == NULL) return TEXT("");
        date_format(out, v->date);
        return text_of(out);
    }
    return TEXT("");
}
