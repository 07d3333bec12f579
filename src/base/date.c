/* SPDX-License-Identifier: EUPL-1.2 */
/* Civil calendar and day numbers.
 *
 * days_from_civil and its inverse: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms"
 * (2013). An era is 400 years, 146097 days; years are counted from 1 March, so that the leap day is
 * the last of its year.
 *
 * date_to_ymd() is asked for millions of times and goes without the divisions of the inverse: Neri
 * and Schneider, "Euclidean affine functions and their application to calendar algorithms" (2022),
 * figure 12; their K and L for s = 82.
 *
 * Spreadsheet serials: ECMA-376 part 1, 18.17.4.1 (date bases). In the 1900 base 1 is 1900-01-01,
 * and the base keeps Lotus 1-2-3's belief that 1900 was a leap year: 60 is 29 February 1900, a day
 * that never was; 61 is 1 March 1900. In the 1904 base 0 is 1904-01-01. */
#include "base/date.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { YEAR_MIN = 1600, YEAR_MAX = 2400, SECONDS_PER_DAY = 86400 };

static int32_t days_from_civil(int year, int month, int day)
{
    int y = month <= 2 ? year - 1 : year;
    int era = (y >= 0 ? y : y - 399) / 400;
    int year_of_era = y - era * 400;
    int day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

static void civil_from_days(int64_t days, int *year, int *month, int *day)
{
    int64_t z = days + 719468;
    int64_t era = (z >= 0 ? z : z - 146096) / 146097;
    int day_of_era = (int)(z - era * 146097);
    int year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int shifted_month = (5 * day_of_year + 2) / 153;
    *day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    *month = shifted_month < 10 ? shifted_month + 3 : shifted_month - 9;
    *year = (int)(year_of_era + era * 400) + (*month <= 2);
}

static int days_in_month(int year, int month)
{
    static const int days[13] = {0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month] + (month == 2 && leap);
}

static bool month_exists(int year, int month)
{
    return year >= YEAR_MIN && year <= YEAR_MAX && month >= 1 && month <= 12;
}

bool date_from_ymd(struct date *out, int year, int month, int day)
{
    if (!month_exists(year, month) || day < 1 || day > days_in_month(year, month)) return false;
    *out = date_from_day(days_from_civil(year, month, day));
    return true;
}

bool date_from_month(struct date *out, int year, int month)
{
    if (!month_exists(year, month)) return false;
    *out = (struct date){days_from_civil(year, month, 1),
                         days_from_civil(year, month, days_in_month(year, month)), DATE_MONTH};
    return true;
}

bool date_from_year(struct date *out, int year)
{
    if (!month_exists(year, 1)) return false;
    *out = (struct date){days_from_civil(year, 1, 1), days_from_civil(year, 12, 31), DATE_YEAR};
    return true;
}

struct date date_from_day(int32_t day)
{
    return (struct date){day, day, DATE_DAY};
}

/* ---- reading ---- */

/* A run of least to most digits at the front of `t`, as a number; `t` moves behind it. */
static bool take_digits(struct text *t, size_t least, size_t most, int *out)
{
    size_t n = 0;
    int v = 0;
    while (n < t->n && n < most && t->p[n] >= '0' && t->p[n] <= '9') {
        v = v * 10 + (t->p[n] - '0');
        n++;
    }
    if (n < least) return false;
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

static bool take_zone(struct text *t)
{
    int hours, minutes = 0;
    if (take_char(t, 'Z')) return true;
    if (!take_char(t, '+') && !take_char(t, '-')) return true;
    if (!take_digits(t, 2, 2, &hours) || hours > 14) return false;
    if (take_char(t, ':')) return take_digits(t, 2, 2, &minutes) && minutes < 60;
    if (t->n == 0) return true;
    return take_digits(t, 2, 2, &minutes) && minutes < 60;
}

/* Nothing, or a time of day to be dropped: blank or T, h:mm[:ss[.fraction]], then Z, an offset, or
 * AM or PM. 24:00 is refused, for it is another day. */
static bool only_time_left(struct text t)
{
    int hours, minutes, seconds;
    if (t.n == 0) return true;
    if (!take_char(&t, 'T') && !take_char(&t, ' ')) return false;
    if (!take_digits(&t, 1, 2, &hours) || hours > 23) return false;
    if (!take_char(&t, ':') || !take_digits(&t, 2, 2, &minutes) || minutes > 59) return false;
    if (take_char(&t, ':')) {
        if (!take_digits(&t, 2, 2, &seconds) || seconds > 60) return false; /* 60: leap second */
        if (take_char(&t, '.') || take_char(&t, ',')) {
            int fraction;
            if (!take_digits(&t, 1, 9, &fraction)) return false;
        }
    }
    if (text_equal_nocase(t, TEXT(" am")) || text_equal_nocase(t, TEXT(" pm")))
        return hours >= 1 && hours <= 12;
    return take_zone(&t) && t.n == 0;
}

static bool parse_iso(struct date *out, struct text t)
{
    int year, month, day;
    if (!take_digits(&t, 4, 4, &year)) return false;
    if (t.n == 0) return date_from_year(out, year);
    if (!take_char(&t, '-') || !take_digits(&t, 2, 2, &month)) return false;
    if (t.n == 0) return date_from_month(out, year, month);
    if (!take_char(&t, '-') || !take_digits(&t, 2, 2, &day)) return false;
    return only_time_left(t) && date_from_ymd(out, year, month, day);
}

/* The separator, with the blank that Central European writing puts behind a dot ("31. 12.
 * 2020"). */
static bool take_separator(struct text *t, char *separator)
{
    if (t->n == 0 || (t->p[0] != '/' && t->p[0] != '.' && t->p[0] != '-')) return false;
    if (*separator != 0 && t->p[0] != *separator) return false;
    *separator = t->p[0];
    t->p++;
    t->n--;
    if (*separator == '.') take_char(t, ' ');
    return true;
}

static bool take_year(struct text *t, int *year)
{
    if (!take_digits(t, 4, 4, year)) return false;
    return t->n == 0 || t->p[0] < '0' || t->p[0] > '9';
}

static bool parse_groups(struct date *out, struct text t, bool month_first)
{
    char separator = 0;
    int first, second, year;
    struct text whole = t;
    if (take_year(&t, &year)) return t.n == 0 && date_from_year(out, year);
    t = whole;
    if (!take_digits(&t, 1, 2, &first) || !take_separator(&t, &separator)) return false;
    struct text behind_first = t;
    if (take_year(&t, &year)) return t.n == 0 && date_from_month(out, year, first);
    t = behind_first;
    if (!take_digits(&t, 1, 2, &second) || !take_separator(&t, &separator)) return false;
    if (!take_year(&t, &year)) return false;
    if (separator == '.') take_char(&t, '.'); /* "31.12.2020." of South-Eastern Europe */
    if (!only_time_left(t)) return false;
    return month_first ? date_from_ymd(out, year, first, second)
                       : date_from_ymd(out, year, second, first);
}

bool date_parse(struct date *out, struct text t, enum date_order order)
{
    double serial;
    switch (order) {
    case DATE_ISO: return parse_iso(out, t);
    case DATE_DMY: return parse_groups(out, t, false);
    case DATE_MDY: return parse_groups(out, t, true);
    case DATE_EXCEL: return text_to_double(t, &serial) && date_from_serial(out, serial, false);
    }
    return false;
}

bool date_from_serial(struct date *out, double serial, bool system_1904)
{
    static const int32_t day_0_of_1900 = -25568;      /* 1899-12-31 */
    static const int32_t day_0_of_1904 = -24107;      /* 1904-01-01 */
    static const int32_t day_last = 157419;           /* 2400-12-31 */
    if (!(serial >= 0 && serial < 1e6)) return false; /* also refuses what is not a number */
    int32_t whole = (int32_t)floor(serial), day;
    if (system_1904) {
        day = day_0_of_1904 + whole;
    } else {
        if (whole == 0 || whole == 60) return false;
        day = day_0_of_1900 + whole - (whole > 60);
    }
    if (day > day_last) return false;
    *out = date_from_day(day);
    return true;
}

/* ---- writing ---- */

static char *put_digits(char *p, int n, int v)
{
    for (int i = n - 1; i >= 0; i--) {
        p[i] = (char)('0' + v % 10);
        v /= 10;
    }
    return p + n;
}

static int clamp_year(int year)
{
    return year < 0 ? 0 : year > 9999 ? 9999 : year;
}

static char *put_two(char *p, int v)
{
    p[0] = (char)('0' + v / 10);
    p[1] = (char)('0' + v % 10);
    return p + 2;
}

void date_format(char *out, struct date d)
{
    int year, month, day;
    date_to_ymd(d.first, &year, &month, &day);
    year = clamp_year(year);
    char *p = put_two(put_two(out, year / 100), year % 100);
    if (d.precision != DATE_YEAR) {
        *p++ = '-';
        p = put_two(p, month);
    }
    if (d.precision == DATE_DAY) {
        *p++ = '-';
        p = put_two(p, day);
    }
    *p = '\0';
}

void date_to_ymd(int32_t day, int *year, int *month, int *d)
{
    static const int32_t least = -12699422, most = 1061042401; /* where the method holds */
    if (day < least || day > most) {
        civil_from_days(day, year, month, d);
        return;
    }
    uint32_t n1 = 4 * ((uint32_t)day + 719468 + 146097 * 82) + 3, century = n1 / 146097;
    uint32_t n2 = n1 % 146097 / 4 * 4 + 3;
    uint64_t p2 = UINT64_C(2939745) * n2;
    uint32_t day_of_year = (uint32_t)p2 / 2939745 / 4; /* from 1 March */
    uint32_t n3 = 2141 * day_of_year + 197913, next = day_of_year >= 306;
    *year = (int)(100 * century + (uint32_t)(p2 >> 32) + next) - 400 * 82;
    *month = (int)(n3 >> 16) - (next ? 12 : 0);
    *d = (int)((n3 & 0xFFFF) / 2141) + 1;
}

int day_year(int32_t day)
{
    int year, month, dom;
    date_to_ymd(day, &year, &month, &dom);
    return year;
}

int date_year(struct date d)
{
    return day_year(d.first);
}

/* ---- now ---- */

int64_t instant_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec;
}

void instant_format(char *out, int64_t seconds)
{
    static const int64_t year_1 = -62135596800, year_9999_end = 253402300799;
    if (seconds < year_1) seconds = year_1;
    if (seconds > year_9999_end) seconds = year_9999_end;
    int64_t days = seconds / SECONDS_PER_DAY;
    int left = (int)(seconds % SECONDS_PER_DAY);
    if (left < 0) {
        left += SECONDS_PER_DAY;
        days--;
    }
    int year, month, day;
    civil_from_days(days, &year, &month, &day);
    char *p = put_digits(out, 4, year);
    *p++ = '-';
    p = put_digits(p, 2, month);
    *p++ = '-';
    p = put_digits(p, 2, day);
    *p++ = 'T';
    p = put_digits(p, 2, left / 3600);
    *p++ = ':';
    p = put_digits(p, 2, left / 60 % 60);
    *p++ = ':';
    p = put_digits(p, 2, left % 60);
    *p++ = 'Z';
    *p = '\0';
}

/* `n` digits at `at`; -1 when one is none. */
static int digits(struct text t, size_t at, size_t n)
{
    int v = 0;
    for (size_t i = at; i < at + n; i++) {
        if (t.p[i] < '0' || t.p[i] > '9') return -1;
        v = v * 10 + (t.p[i] - '0');
    }
    return v;
}

bool instant_parse(int64_t *out, struct text t)
{
    static const char form[] = "0000-00-00T00:00:00Z";
    if (t.n != sizeof form - 1) return false;
    for (size_t i = 0; i < t.n; i++)
        if (form[i] != '0' && t.p[i] != form[i]) return false;
    int year = digits(t, 0, 4), month = digits(t, 5, 2), day = digits(t, 8, 2),
        hour = digits(t, 11, 2), minute = digits(t, 14, 2), second = digits(t, 17, 2);
    if (year < 1970 || month < 1 || month > 12 || day < 1 || hour < 0 || hour > 23 || minute < 0 ||
        minute > 59 || second < 0 || second > 59)
        return false;
    if (day > days_in_month(year, month)) return false;
    *out = ((int64_t)days_from_civil(year, month, day) * 24 + hour) * 3600 + minute * 60 + second;
    return true;
}

int32_t day_today(void)
{
    struct date fixed;
    const char *text = getenv("DCIM_TODAY");
    if (text != NULL && date_parse(&fixed, text_of(text), DATE_ISO) && fixed.precision == DATE_DAY)
        return fixed.first;
    int64_t now = instant_now();
    return (int32_t)((now - (now < 0 ? SECONDS_PER_DAY - 1 : 0)) / SECONDS_PER_DAY);
}
