/* SPDX-License-Identifier: EUPL-1.2 */
/* Dates as they are known: a day, a month or a year. Days count from 1970-01-01 (day 0), in the
 * proleptic Gregorian calendar, years 1600 to 2400. A partial date is the interval of its possible
 * days; comparisons ask whether some possible day satisfies them. */
#ifndef DCIM_BASE_DATE_H
#define DCIM_BASE_DATE_H

#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum date_precision { DATE_DAY, DATE_MONTH, DATE_YEAR };

struct date {
    int32_t first;   /* earliest possible day, days since 1970-01-01 */
    int32_t last;    /* latest possible day */
    enum date_precision precision;
};

enum date_order { /* how three groups of digits are to be read */
    DATE_ISO,     /* yyyy-mm-dd, also yyyy-mm and yyyy */
    DATE_DMY,     /* 31/12/2020, 31.12.2020, 31-12-2020; also mm/yyyy and yyyy */
    DATE_MDY,     /* 12/31/2020; also mm/yyyy and yyyy */
    DATE_EXCEL    /* serial number of the 1900 system; the fraction of a day is dropped */
};

/* True when the day exists. Month 1..12. */
bool date_from_ymd(struct date *out, int year, int month, int day);
bool date_from_month(struct date *out, int year, int month);
bool date_from_year(struct date *out, int year);
struct date date_from_day(int32_t day); /* precision day */

/* Whole text in the given order; false when no such day exists or the text is anything else.
 *  ISO       digits exactly as shown
 *  DMY, MDY  day and month of one or two digits, year always of four; one separator throughout; a
 *            dot may be followed by one blank ("31. 12. 2020") and may end the date ("31.12.2020.")
 * A time of day behind a whole date is checked and dropped: T or a blank, h:mm[:ss[.fraction]], Z, an
 * offset, AM or PM. Blanks around the text are the caller's to trim. */
bool date_parse(struct date *out, struct text t, enum date_order order);

/* Spreadsheet serial number to a day: system 1900 (with its day 60 that never was) or 1904. */
bool date_from_serial(struct date *out, double serial, bool system_1904);

/* "2020", "2020-12" or "2020-12-31" into `out` (at least DATE_TEXT_MAX bytes). */
enum { DATE_TEXT_MAX = 12 };
void date_format(char *out, struct date d);

void date_to_ymd(int32_t day, int *year, int *month, int *d);
int day_year(int32_t day);
int date_year(struct date d);  /* of the first possible day */

/* Instants: seconds since 1970 UTC. */
int64_t instant_now(void);
enum { INSTANT_TEXT_MAX = 24 };
void instant_format(char *out, int64_t seconds); /* 2020-12-31T23:59:59Z */
bool instant_parse(int64_t *out, struct text t);  /* exactly that form, years 1970 to 9999 */
int32_t day_today(void); /* UTC; tests fix it with the environment variable DCIM_TODAY=yyyy-mm-dd */

#endif
