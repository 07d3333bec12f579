/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/base/date.c
 *  1 civil days   2 partial dates   3 ISO   4 day first   5 month first   6 spreadsheet serials
 *  7 writing   8 instants   9 today   10 instants read again */
#include "harness.h"

#include "base/date.h"

#include <time.h>

static int32_t day_of(int y, int m, int d)
{
    struct date out;
    assert_true(date_from_ymd(&out, y, m, d));
    assert_int_equal(out.first, out.last);
    assert_int_equal(out.precision, DATE_DAY);
    return out.first;
}

static void known_days(void **state)
{
    (void)state;
    assert_int_equal(day_of(1970, 1, 1), 0);
    assert_int_equal(day_of(1969, 12, 31), -1);
    assert_int_equal(day_of(2000, 3, 1), 11017);    /* Hinnant 2013: 10957 + 31 + 29 */
    assert_int_equal(day_of(2001, 9, 9), 11574);    /* 1,000,000,000 s is 2001-09-09T01:46:40Z */
    assert_int_equal(day_of(2038, 1, 19), 24855);   /* 2^31 s, 24855 * 86400 = 2147472000 */
    assert_int_equal(day_of(1858, 11, 17), -40587); /* the modified Julian day 0 */
    assert_int_equal(day_of(1600, 1, 1), -135140);  /* Julian day 2305447.5 less 2440587.5 */
}

/* Each day of the 801 years, against a calendar that counts one by one. */
static void every_day_there_and_back(void **state)
{
    (void)state;
    static const int months[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int32_t expected = day_of(1600, 1, 1);
    struct date out;
    for (int y = 1600; y <= 2400; y++) {
        bool leap = y % 400 == 0 || (y % 4 == 0 && y % 100 != 0);
        for (int m = 1; m <= 12; m++) {
            int n = months[m - 1] + (m == 2 && leap), yy, mm, dd;
            for (int d = 1; d <= n; d++, expected++) {
                if (day_of(y, m, d) != expected) fail_msg("%d-%d-%d", y, m, d);
                date_to_ymd(expected, &yy, &mm, &dd);
                if (yy != y || mm != m || dd != d) fail_msg("day %d", (int)expected);
            }
            assert_false(date_from_ymd(&out, y, m, n + 1));
            assert_false(date_from_ymd(&out, y, m, 0));
        }
    }
    assert_int_equal(expected - 1, day_of(2400, 12, 31));
}

static void outside_of_the_calendar(void **state)
{
    (void)state;
    struct date out;
    assert_false(date_from_ymd(&out, 1599, 12, 31));
    assert_false(date_from_ymd(&out, 2401, 1, 1));
    assert_false(date_from_ymd(&out, 2020, 0, 1));
    assert_false(date_from_ymd(&out, 2020, 13, 1));
    assert_false(date_from_ymd(&out, 2020, -1, 1));
    assert_false(date_from_ymd(&out, 2020, 1, -1));
    assert_false(date_from_ymd(&out, INT32_MAX, INT32_MAX, INT32_MAX));
    assert_false(date_from_ymd(&out, INT32_MIN, 1, 1));
    assert_false(date_from_month(&out, 2020, 0));
    assert_false(date_from_month(&out, 2020, 13));
    assert_false(date_from_month(&out, 1599, 1));
    assert_false(date_from_year(&out, 1599));
    assert_false(date_from_year(&out, 2401));
    int y, m, d;
    date_to_ymd(INT32_MIN, &y, &m, &d); /* 2147483648 days are 5,879,610.6 years */
    assert_int_equal(y, -5877641);      /* java.time says: -5877641-06-23 */
    assert_int_equal(m, 6);
    assert_int_equal(d, 23);
    date_to_ymd(INT32_MAX, &y, &m, &d); /* java.time: +5881580-07-11 */
    assert_int_equal(y, 5881580);
    assert_int_equal(m, 7);
    assert_int_equal(d, 11);
}

static void partial_dates_are_intervals(void **state)
{
    (void)state;
    struct date d;
    assert_true(date_from_month(&d, 2020, 2));
    assert_int_equal(d.first, day_of(2020, 2, 1));
    assert_int_equal(d.last, day_of(2020, 2, 29));
    assert_int_equal(d.precision, DATE_MONTH);
    assert_true(date_from_month(&d, 2020, 12));
    assert_int_equal(d.last, day_of(2020, 12, 31));
    assert_true(date_from_year(&d, 2019));
    assert_int_equal(d.first, day_of(2019, 1, 1));
    assert_int_equal(d.last, day_of(2019, 12, 31));
    assert_int_equal(d.precision, DATE_YEAR);
    assert_int_equal(date_year(d), 2019);
    d = date_from_day(-1);
    assert_int_equal(date_year(d), 1969);
}

/* What is read, as date_format writes it; "" for refused. */
static void reads(enum date_order order, const char *text, const char *expected)
{
    struct date d = {77, 77, DATE_DAY};
    char out[DATE_TEXT_MAX] = "";
    if (date_parse(&d, text_of(text), order)) date_format(out, d);
    if (strcmp(out, expected) != 0) fail_msg("\"%s\" gave \"%s\", not \"%s\"", text, out, expected);
}

static void iso(void **state)
{
    (void)state;
    reads(DATE_ISO, "2020", "2020");
    reads(DATE_ISO, "2020-12", "2020-12");
    reads(DATE_ISO, "2020-12-31", "2020-12-31");
    reads(DATE_ISO, "2020-02-29", "2020-02-29");
    static const char *const with_time[] = {"2020-12-31T23:59:59Z",
                                            "2020-12-31 23:59",
                                            "2020-12-31T00:00:00.000",
                                            "2020-12-31T9:05",
                                            "2020-12-31T23:59:59.123456789+01:00",
                                            "2020-12-31T23:59:60Z",
                                            "2020-12-31T10:00+0100",
                                            "2020-12-31T10:00-05"};
    for (size_t i = 0; i < sizeof with_time / sizeof *with_time; i++)
        reads(DATE_ISO, with_time[i], "2020-12-31");
    static const char *const bad[] = {"",
                                      "-",
                                      "20",
                                      "202",
                                      "20201",
                                      "2020-",
                                      "2020-1",
                                      "2020-1-1",
                                      "2020-13",
                                      "2020-00",
                                      "2020-12-",
                                      "2020-12-3",
                                      "2020-12-32",
                                      "2020-02-30",
                                      "2019-02-29",
                                      "1900-02-29",
                                      "2020-12-311",
                                      "2020/12/31",
                                      "20201231",
                                      " 2020",
                                      "2020 ",
                                      "2020-12 ",
                                      "2020-12-31 ",
                                      "2020-12-31T",
                                      "2020-12-31T24:00",
                                      "2020-12-31T23:60",
                                      "2020-12-31T23:59:61",
                                      "2020-12-31T23:59Zx",
                                      "2020-12-31T23:59+1",
                                      "2020-12-31T23:59+15",
                                      "2020-12-31T10:00:00.",
                                      "2020-12-31x",
                                      "2020-12T10:00",
                                      "2020T10:00",
                                      "1599",
                                      "2401",
                                      "+2020",
                                      "-2020",
                                      "2O20",
                                      "31-12-2020",
                                      "0000-00-00",
                                      "2020-12-31 13:00 pm"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) reads(DATE_ISO, bad[i], "");
    struct date d;
    assert_false(date_parse(&d, (struct text){"2020\0", 5}, DATE_ISO));
    assert_false(date_parse(&d, (struct text){NULL, 0}, DATE_ISO));
    assert_true(date_parse(&d, (struct text){"2020-12-31", 7}, DATE_ISO)); /* not past its end */
    assert_int_equal(d.precision, DATE_MONTH);
}

static void day_first(void **state)
{
    (void)state;
    reads(DATE_DMY, "31/12/2020", "2020-12-31");
    reads(DATE_DMY, "31.12.2020", "2020-12-31");
    reads(DATE_DMY, "31-12-2020", "2020-12-31");
    reads(DATE_DMY, "1/2/2020", "2020-02-01");
    reads(DATE_DMY, "01/02/2020", "2020-02-01");
    reads(DATE_DMY, "31. 12. 2020", "2020-12-31"); /* Czech, Slovak, Slovene */
    reads(DATE_DMY, "31.12.2020.", "2020-12-31");  /* Croatian, Serbian, Bosnian */
    reads(DATE_DMY, "12/2020", "2020-12");
    reads(DATE_DMY, "1.2020", "2020-01");
    reads(DATE_DMY, "2020", "2020");
    reads(DATE_DMY, "31/12/2020 23:59:59", "2020-12-31");
    reads(DATE_DMY, "31/12/2020 11:59 PM", "2020-12-31");
    reads(DATE_DMY, "29/02/2020", "2020-02-29");
    static const char *const bad[] = {"",
                                      "/",
                                      "31/12/20",
                                      "31/12",
                                      "12/31/2020",
                                      "31/2/2020",
                                      "31.2.2020",
                                      "29/02/2019",
                                      "29.2.1900",
                                      "0/1/2020",
                                      "1/0/2020",
                                      "13/2020",
                                      "0/2020",
                                      "31/12.2020",
                                      "31/12/20201",
                                      "31/12/2020/",
                                      "31 12 2020",
                                      "31//12/2020",
                                      "311/12/2020",
                                      "2020/12/31",
                                      "2020-12-31",
                                      "12/2020 10:00",
                                      "31/ 12/2020",
                                      "31.  12. 2020",
                                      "31/12/2020.",
                                      "20201",
                                      "1/1/1599",
                                      "31.12.2020..",
                                      "31.12.2020. x"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) reads(DATE_DMY, bad[i], "");
}

static void month_first(void **state)
{
    (void)state;
    reads(DATE_MDY, "12/31/2020", "2020-12-31");
    reads(DATE_MDY, "2/1/2020", "2020-02-01");
    reads(DATE_MDY, "12-31-2020", "2020-12-31");
    reads(DATE_MDY, "12/2020", "2020-12");
    reads(DATE_MDY, "12/31/2020 11:59:59 AM", "2020-12-31");
    reads(DATE_MDY, "31/12/2020", "");
    reads(DATE_MDY, "2/30/2020", "");
    reads(DATE_MDY, "12/31/20", "");
}

static void serials_1900(void **state)
{
    (void)state;
    struct date d;
    /* ECMA-376 part 1, 18.17.4.1, and the published check values of Excel: 36526 = 2000-01-01 */
    static const struct {
        double serial;
        int y, m, d;
    } good[] = {{1, 1900, 1, 1},       {59, 1900, 2, 28},
                {61, 1900, 3, 1},      {367, 1901, 1, 1},
                {36526, 2000, 1, 1},   {43831, 2020, 1, 1},
                {44196, 2020, 12, 31}, {44196.9999884259, 2020, 12, 31},
                {182988, 2400, 12, 31}};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        assert_true(date_from_serial(&d, good[i].serial, false));
        assert_int_equal(d.first, day_of(good[i].y, good[i].m, good[i].d));
        assert_int_equal(d.precision, DATE_DAY);
    }
    static const double bad[] = {0, 0.5, -1, 60, 60.99, 182989, 2958465, 1e9, 1e300, -1e300};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(date_from_serial(&d, bad[i], false));
    assert_false(date_from_serial(&d, strtod("nan", NULL), false));
    assert_false(date_from_serial(&d, strtod("inf", NULL), false));
    reads(DATE_EXCEL, "44196", "2020-12-31");
    reads(DATE_EXCEL, "44196.5", "2020-12-31");
    reads(DATE_EXCEL, "44196.999988425923", "2020-12-31");
    reads(DATE_EXCEL, "60", "");
    reads(DATE_EXCEL, "2020-12-31", "");
    reads(DATE_EXCEL, "", "");
    reads(DATE_EXCEL, "4e4", "");
}

static void serials_1904(void **state)
{
    (void)state;
    struct date d;
    assert_true(date_from_serial(&d, 0, true));
    assert_int_equal(d.first, day_of(1904, 1, 1));
    assert_true(date_from_serial(&d, 60, true)); /* no day that never was */
    assert_int_equal(d.first, day_of(1904, 3, 1));
    /* the two systems are 1462 days apart (Microsoft, "Date systems in Excel") */
    assert_true(date_from_serial(&d, 44196 - 1462, true));
    assert_int_equal(d.first, day_of(2020, 12, 31));
    assert_false(date_from_serial(&d, -1, true));
    assert_false(date_from_serial(&d, 182989 - 1462, true));
}

static void writing(void **state)
{
    (void)state;
    char out[DATE_TEXT_MAX];
    date_format(out, date_from_day(0));
    assert_string_equal(out, "1970-01-01");
    date_format(out, date_from_day(INT32_MAX)); /* no calendar of ours, but no overrun either */
    assert_int_equal(strlen(out), 10);
    date_format(out, date_from_day(INT32_MIN));
    assert_int_equal(strlen(out), 10);
}

static void instants(void **state)
{
    (void)state;
    static const struct {
        int64_t seconds;
        const char *text;
    } rows[] = {{0, "1970-01-01T00:00:00Z"},
                {-1, "1969-12-31T23:59:59Z"},
                {1000000000, "2001-09-09T01:46:40Z"},
                {2147483647, "2038-01-19T03:14:07Z"},
                {1609459199, "2020-12-31T23:59:59Z"},
                {-86400, "1969-12-31T00:00:00Z"},
                {253402300799, "9999-12-31T23:59:59Z"},
                {INT64_MAX, "9999-12-31T23:59:59Z"},
                {INT64_MIN, "0001-01-01T00:00:00Z"}};
    char out[INSTANT_TEXT_MAX];
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        instant_format(out, rows[i].seconds);
        assert_string_equal(out, rows[i].text);
    }
    int64_t now = instant_now();
    assert_true(now > 1700000000);
    assert_in_range((uint64_t)now, (uint64_t)time(NULL) - 2, (uint64_t)time(NULL) + 2);
}

static void today(void **state)
{
    (void)state;
    setenv("DCIM_TODAY", "2024-02-29", 1);
    assert_int_equal(day_today(), day_of(2024, 2, 29));
    int32_t real = (int32_t)(time(NULL) / 86400);
    static const char *const ignored[] = {"", "2024", "2024-02-30", "yesterday"};
    for (size_t i = 0; i < sizeof ignored / sizeof *ignored; i++) {
        setenv("DCIM_TODAY", ignored[i], 1);
        assert_in_range(day_today(), real, real + 1);
    }
    unsetenv("DCIM_TODAY");
    assert_in_range(day_today(), real, real + 1);
}

static bool instant_reads(const char *text, int64_t *out)
{
    *out = -7;
    return instant_parse(out, text_of(text));
}

static void instants_read(void **state)
{
    (void)state;
    static const int64_t some[] = {0,
                                   1,
                                   86399,
                                   86400,
                                   951782400 /* 2000-02-29 */,
                                   1000000000,
                                   2147483648,
                                   4102444800,
                                   INT64_C(13569465599)};
    char text[INSTANT_TEXT_MAX];
    int64_t v;
    for (size_t i = 0; i < sizeof some / sizeof *some; i++) {
        instant_format(text, some[i]);
        if (!instant_reads(text, &v) || v != some[i]) fail_msg("%s: %lld", text, (long long)v);
    }
    assert_true(instant_reads("2001-09-09T01:46:40Z", &v)); /* 10^9 seconds */
    assert_int_equal(v, 1000000000);
    assert_true(instant_reads("9999-12-31T23:59:59Z", &v));
    static const char *const bad[] = {
        "",
        "2001-09-09",
        "2001-09-09T01:46:40",
        "2001-09-09T01:46:40z",
        "2001-09-09 01:46:40Z",
        "2001-09-09T01:46:40Z ",
        " 2001-09-09T01:46:40Z",
        "2001-09-09T01:46:40.0Z",
        "2001-09-09T01:46:40+00:00",
        "1969-12-31T23:59:59Z",
        "2001-00-09T01:46:40Z",
        "2001-13-09T01:46:40Z",
        "2001-02-29T01:46:40Z",
        "2001-09-31T01:46:40Z",
        "2001-09-00T01:46:40Z",
        "2001-09-09T24:00:00Z",
        "2001-09-09T01:60:00Z",
        "2001-09-09T01:46:60Z",
        "2oo1-09-09T01:46:40Z",
        "2001-+9-09T01:46:40Z",
        "2001-09-09T-1:46:40Z",
        "-001-09-09T01:46:40Z",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (instant_reads(bad[i], &v) || v != -7) fail_msg("%s was read", bad[i]);
    assert_false(instant_parse(&v, (struct text){"2001-09-09T01:46:4\0Z", 20}));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_days),
        cmocka_unit_test(every_day_there_and_back),
        cmocka_unit_test(outside_of_the_calendar),
        cmocka_unit_test(partial_dates_are_intervals),
        cmocka_unit_test(iso),
        cmocka_unit_test(day_first),
        cmocka_unit_test(month_first),
        cmocka_unit_test(serials_1900),
        cmocka_unit_test(serials_1904),
        cmocka_unit_test(writing),
        cmocka_unit_test(instants),
        cmocka_unit_test(today),
        cmocka_unit_test(instants_read),
    };
    return cmocka_run_group_tests_name("base/date", tests, NULL, NULL);
}
