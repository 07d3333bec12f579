/* SPDX-License-Identifier: EUPL-1.2 */
/* Dates and times in expressions: ISO texts (conventions section 2, the OpenRosa types date,
 * dateTime and time), day numbers, and format-date with the month and day names of the form's
 * language.
 *
 * A moment keeps the time as it was written, beside its offset from UTC: format-date-time shows it
 * so, decimal-date-time() and number() count from 1970-01-01T00:00Z. Without an offset a time is
 * UTC. */
#include "model/expr_internal.h"

#include <stdio.h>
#include <string.h>

enum { MS_PER_SECOND = 1000, MS_PER_MINUTE = 60000, MS_PER_HOUR = 3600000, MS_PER_DAY = 86400000 };

static bool take_digits(struct text *t, size_t n, int *out)
{
    int v = 0;
    if (t->n < n) return false;
    for (size_t i = 0; i < n; i++) {
        if (t->p[i] < '0' || t->p[i] > '9') return false;
        v = v * 10 + (t->p[i] - '0');
    }
    t->p += n;
    t->n -= n;
    *out = v;
    return true;
}

static bool take_char(struct text *t, char c)
{
    if (t->n == 0 || t->p[0] != c) return false;
    t->p++;
    t->n--;
    return true;
}

/* hh:mm[:ss[.f...]] at the front of t. */
static bool take_time(struct text *t, int32_t *ms)
{
    int hour, minute, second = 0, part = 0, digit;
    if (!take_digits(t, 2, &hour) || !take_char(t, ':') || !take_digits(t, 2, &minute))
        return false;
    if (take_char(t, ':')) {
        if (!take_digits(t, 2, &second)) return false;
        if (take_char(t, '.')) {
            int weight = 100;
            if (t->n == 0 || t->p[0] < '0' || t->p[0] > '9') return false;
            for (; take_digits(t, 1, &digit); weight /= 10) part += digit * weight;
        }
    }
    if (hour > 23 || minute > 59 || second > 59) return false;
    *ms = hour * MS_PER_HOUR + minute * MS_PER_MINUTE + second * MS_PER_SECOND + part;
    return true;
}

/* Z, +hh:mm, +hhmm, +hh or nothing. */
static bool take_offset(struct text *t, int32_t *minutes)
{
    int hour, minute = 0;
    *minutes = 0;
    if (t->n == 0 || take_char(t, 'Z')) return true;
    bool west = t->p[0] == '-';
    if (!west && t->p[0] != '+') return false;
    t->p++;
    t->n--;
    if (!take_digits(t, 2, &hour)) return false;
    if (t->n > 0) {
        take_char(t, ':');
        if (!take_digits(t, 2, &minute)) return false;
    }
    if (hour > 14 || minute > 59) return false;
    *minutes = (west ? -1 : 1) * (hour * 60 + minute);
    return true;
}

bool expr_time_parse(int32_t *ms, struct text t)
{
    int32_t offset;
    return take_time(&t, ms) && take_offset(&t, &offset) && t.n == 0;
}

bool expr_moment_parse(struct expr_moment *out, struct text t)
{
    struct date d;
    if (t.n < 4 || t.n > 40 || t.p[0] < '0' || t.p[0] > '9') return false;
    struct text day = {t.p, t.n > 10 ? 10 : t.n}, rest = {t.p + day.n, t.n - day.n};
    *out = (struct expr_moment){.ms = -1};
    if (!date_parse(&d, day, DATE_ISO)) return false;
    out->day = d.first;
    out->precision = d.precision;
    if (rest.n == 0) return true;
    if (d.precision != DATE_DAY || (!take_char(&rest, 'T') && !take_char(&rest, ' '))) return false;
    return take_time(&rest, &out->ms) && take_offset(&rest, &out->offset) && rest.n == 0;
}

double expr_moment_number(const struct expr_moment *m)
{
    if (m->ms < 0) return m->day;
    return m->day + (m->ms - (double)m->offset * MS_PER_MINUTE) / MS_PER_DAY;
}

static const double DAY_FIRST = -135140, DAY_LAST = 157419; /* 1600-01-01, 2400-12-31 */

bool expr_date_of_span(struct date *out, struct expr_span s)
{
    int year, month, day;
    if (!(s.lo >= DAY_FIRST && s.hi <= DAY_LAST)) return false; /* also NaN */
    int32_t first = (int32_t)floor(s.lo), last = (int32_t)floor(s.hi);
    *out = date_from_day(first);
    if (first == last) return true;
    date_to_ymd(first, &year, &month, &day);
    if (date_from_month(out, year, month) && out->first == first && out->last == last) return true;
    return date_from_year(out, year) && out->first == first && out->last == last;
}

bool expr_moment_of_span(struct expr_moment *out, struct expr_span s)
{
    struct date d;
    if (!expr_date_of_span(&d, s)) return false;
    *out = (struct expr_moment){.day = d.first, .precision = d.precision, .ms = -1};
    if (d.precision != DATE_DAY || s.lo != s.hi || s.lo == floor(s.lo)) return true;
    out->ms = (int32_t)floor((s.lo - floor(s.lo)) * MS_PER_DAY + 0.5);
    if (out->ms >= MS_PER_DAY) {
        out->ms = 0;
        out->day++;
    }
    return true;
}

/* ---- format-date ---- */

static const struct {
    const char *language;
    const char *month[12];
    const char *day[7]; /* Sunday first */
} names[] = {
    /* short forms of Unicode CLDR 44, stand-alone, without their full stops */
    {"en",
     {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"},
     {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"}},
    {"pt",
     {"jan", "fev", "mar", "abr", "mai", "jun", "jul", "ago", "set", "out", "nov", "dez"},
     {"dom", "seg", "ter", "qua", "qui", "sex", "sáb"}},
    {"cs",
     {"led", "úno", "bře", "dub", "kvě", "čvn", "čvc", "srp", "zář", "říj", "lis", "pro"},
     {"ne", "po", "út", "st", "čt", "pá", "so"}},
    {"pl",
     {"sty", "lut", "mar", "kwi", "maj", "cze", "lip", "sie", "wrz", "paź", "lis", "gru"},
     {"niedz", "pon", "wt", "śr", "czw", "pt", "sob"}},
    {"sk",
     {"jan", "feb", "mar", "apr", "máj", "jún", "júl", "aug", "sep", "okt", "nov", "dec"},
     {"ne", "po", "ut", "st", "št", "pi", "so"}},
};

static size_t names_of(const struct expr_state *st)
{
    const struct dictionary *d = st->dictionary;
    if (st->language >= d->n_language) return 0;
    struct text code = text_of(d->language[st->language]);
    if (code.n > 2) code.n = 2; /* "pt-PT" */
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (text_equal_nocase(code, text_of(names[i].language))) return i;
    return 0;
}

struct parts {
    int year, month, day, weekday;
    int32_t ms;
};

enum { PIECE = 16 };

/* snprintf() would take longer than all else that a rule does with a year. */
static void put_digits(char *out, int width, int v)
{
    out[width] = '\0';
    while (width > 0) {
        out[--width] = (char)('0' + v % 10);
        v /= 10;
    }
}

/* One %-code into `out`; false when there is none of that letter, or the moment does not know
 * it. */
static bool piece(char out[PIECE], char letter, const struct parts *p, const struct expr_moment *m,
                  size_t language, bool with_time)
{
    enum date_precision needs = DATE_DAY;
    int v = 0, width = 2;
    switch (letter) {
    case 'Y': v = p->year, width = 4, needs = DATE_YEAR; break;
    case 'y': v = p->year % 100, needs = DATE_YEAR; break;
    case 'm':
    case 'n':
    case 'b': v = p->month, needs = DATE_MONTH; break;
    case 'd':
    case 'e': v = p->day; break;
    case 'a': break;
    case 'H':
    case 'h': v = p->ms / MS_PER_HOUR; break;
    case 'M': v = p->ms / MS_PER_MINUTE % 60; break;
    case 'S': v = p->ms / MS_PER_SECOND % 60; break;
    case '3': v = p->ms % MS_PER_SECOND, width = 3; break;
    default: return false;
    }
    if (strchr("HhMS3", letter) != NULL && !with_time) return false;
    if (m->precision > needs) return false;
    if (strchr("neh", letter) != NULL) width = v > 9 ? 2 : 1;
    if (letter == 'b') snprintf(out, PIECE, "%s", names[language].month[p->month - 1]);
    else if (letter == 'a') snprintf(out, PIECE, "%s", names[language].day[p->weekday]);
    else put_digits(out, width, v);
    return true;
}

struct text expr_format_moment(struct expr_state *st, const struct expr_moment *m,
                               struct text format, bool with_time)
{
    struct parts p = {.ms = m->ms < 0 ? 0 : m->ms};
    size_t language = names_of(st), n = 0;
    date_to_ymd(m->day, &p.year, &p.month, &p.day);
    p.weekday = ((m->day % 7) + 7 + 4) % 7; /* day 0 was a Thursday */
    if (!expr_step(st, format.n / 64)) return TEXT("");
    char *out = expr_take(st, format.n * (PIECE / 2) + 1);
    if (out == NULL) return TEXT("");
    for (size_t i = 0; i < format.n; i++) {
        char written[PIECE];
        if (format.p[i] != '%' || i + 1 == format.n) {
            out[n++] = format.p[i];
            continue;
        }
        char letter = format.p[++i];
        if (letter == '%') {
            out[n++] = '%';
            continue;
        }
        if ((unsigned char)letter >= 128 || !piece(written, letter, &p, m, language, with_time))
            return TEXT(""); /* more than the date knows, or no such code */
        size_t k = strlen(written);
        memcpy(out + n, written, k);
        n += k;
    }
    return (struct text){out, n};
}
