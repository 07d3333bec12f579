/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/model/value.c
 *  1 blank   2 integers   3 decimals   4 dates   5 one code   6 several codes   7 missing codes, and
 *  Namibia   8 texts, S63   9 what is written is read again   10 equality   11 code lists that change */
#include "harness.h"

#include "small_data.h"

#include "base/random.h"
#include "model/record.h"

static struct dictionary *d;
static struct arena *a;
static form_id victim;

static int setup(void **state)
{
    (void)state;
    d = small_dictionary("");
    a = arena_new(ARENA_PLAIN);
    victim = dictionary_form(d, TEXT("victim"))->id;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    dictionary_free(d);
    arena_free(a);
    return 0;
}

static var_id var(const char *name)
{
    const struct variable *v = dictionary_variable(d, victim, text_of(name));
    assert_non_null(v);
    return v->id;
}

static struct value value;

static enum value_read read_as(const char *name, const char *t, enum date_order order, int32_t day)
{
    enum value_read got = value_read(&value, d, var(name), text_of(t), order, day, a);
    if (got != VALUE_READ_OK) assert_int_equal(value.kind, VALUE_EMPTY);
    return got;
}

static enum value_read read(const char *name, const char *t)
{
    return read_as(name, t, DATE_ISO, 20000); /* 2024-10-04 */
}

/* Reads, and the value is written as `expected`. */
static void reads(const char *name, const char *t, const char *expected)
{
    struct buf b;
    buf_init(&b, 100000);
    assert_int_equal(read(name, t), VALUE_READ_OK);
    value_text(&b, d, var(name), &value);
    assert_string_equal(b.p == NULL ? "" : b.p, expected);
    buf_release(&b);
}

static void blank(void **state)
{
    (void)state;
    static const char *const names[] = {"ref", "note",  "name", "entry_date",
                                        "sex", "means", "age",  "pay"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        assert_int_equal(read(names[i], ""), VALUE_READ_OK);
        assert_int_equal(value.kind, VALUE_EMPTY);
        assert_int_equal(read(names[i], " \t\xC2\xA0 "), VALUE_READ_OK);
        assert_int_equal(value.kind, VALUE_EMPTY);
        reads(names[i], "", "");
    }
}

static void integers(void **state)
{
    (void)state;
    reads("age", "17", "17");
    assert_int_equal(value.kind, VALUE_INTEGER);
    assert_int_equal(value.integer, 17);
    reads("age", " -3 ", "-3");
    reads("age", "+5", "5");
    reads("age", "017", "17");
    reads("age", "17.0", "17");
    reads("age", "17,000", "17"); /* a decimal comma, not thousands */
    reads("age", "0", "0");
    reads("age", "-0", "0");
    reads("age", "999999999999999", "999999999999999"); /* 15 digits: exact as a double */
    static const char *const bad[] = {"17.5",
                                      "1e3",
                                      "seventeen",
                                      "1 000",
                                      "1.000.000",
                                      "0x11",
                                      "17a",
                                      "--1",
                                      "1000000000000000",
                                      "-1000000000000000",
                                      "99999999999999999999999",
                                      "+",
                                      "-",
                                      ".",
                                      "17.",
                                      ".0",
                                      "\xD9\xA1"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(read("age", bad[i]), VALUE_READ_TYPE);
}

static void decimals(void **state)
{
    (void)state;
    reads("pay", "1,50", "1.5");
    assert_int_equal(value.kind, VALUE_DECIMAL);
    assert_int_equal(value.integer, 15);
    assert_int_equal(value.scale, 1);
    reads("pay", "1.5", "1.5");
    reads("pay", "-0.05", "-0.05");
    reads("pay", "100", "100");
    reads("pay", "100.00", "100");
    reads("pay", "0.000", "0");
    reads("pay", "0.30000000000000004",
          "0.30000000000000004"); /* as spreadsheets write it: 17 digits */
    reads("pay", "123456789012345678", "123456789012345678"); /* 18 digits */
    reads("pay", "0.000000000000000001", "0.000000000000000001");
    reads("pay", "1000.10100", "1000.101");
    static const char *const bad[] = {"1.2.3",
                                      "1,2.3",
                                      "1234567890123456789",
                                      "0.0000000000000000001",
                                      "1e5",
                                      "12 EUR",
                                      "€12",
                                      "NaN",
                                      "inf",
                                      "1.",
                                      ".5",
                                      ","};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(read("pay", bad[i]), VALUE_READ_TYPE);
    char zeros[70000];
    memset(zeros, '0', sizeof zeros);
    zeros[0] = '1';
    zeros[1] = '.';
    zeros[sizeof zeros - 1] = '\0';
    reads("pay", zeros, "1");
    zeros[sizeof zeros - 2] = '1';
    assert_int_equal(read("pay", zeros), VALUE_READ_TYPE);
}

static void dates(void **state)
{
    (void)state;
    reads("entry_date", "2024-05-03", "2024-05-03");
    assert_int_equal(value.kind, VALUE_DATE);
    reads("entry_date", "2024-05", "2024-05");
    reads("entry_date", "2024", "2024");
    assert_int_equal(value.date.precision, DATE_YEAR);
    assert_int_equal(read("full_date", "2024-05"), VALUE_READ_TYPE); /* must be a day */
    reads("full_date", "2024-05-03", "2024-05-03");
    assert_int_equal(read("entry_date", "2023-02-29"), VALUE_READ_TYPE);
    assert_int_equal(read("entry_date", "03/05/2024"), VALUE_READ_TYPE);
    assert_int_equal(read_as("entry_date", "03/05/2024", DATE_DMY, 0), VALUE_READ_OK);
    assert_int_equal(value.date.first,
                     19846); /* 2024-05-03: 54 years, 13 leap days, 31+29+31+30+2 */
    assert_int_equal(read_as("entry_date", "03/05/2024", DATE_MDY, 0), VALUE_READ_OK);
    assert_int_equal(value.date.first, 19787); /* 2024-03-05 */
    assert_int_equal(read_as("entry_date", "2024-05-03", DATE_DMY, 0),
                     VALUE_READ_OK); /* ISO is never doubtful */
    assert_int_equal(value.date.first, 19846);
    assert_int_equal(read_as("entry_date", "45415", DATE_EXCEL, 0),
                     VALUE_READ_OK); /* 25569 is 1970-01-01 */
    assert_int_equal(value.date.first, 19846);
}

static void one_code(void **state)
{
    (void)state;
    reads("sex", "F", "F");
    assert_int_equal(value.kind, VALUE_CODE);
    reads("sex", " f ", "F");
    reads("sex", "Feminino", "F");
    reads("country", "roménia", "RO");
    assert_int_equal(read("sex", "Z"), VALUE_READ_CODE);
    assert_int_equal(read("sex", "F M"), VALUE_READ_CODE);
    assert_int_equal(read("sex", "F;M"), VALUE_READ_CODE);
}

static void several_codes(void **state)
{
    (void)state;
    reads("means", "M5 M1", "M1 M5"); /* ascending in the order of the list */
    assert_int_equal(value.kind, VALUE_CODES);
    assert_int_equal(value.n_code, 2);
    reads("means", "M1;M5", "M1 M5");
    reads("means", " M1 ;; m5 ; ", "M1 M5");
    reads("means", "M1  M1\tM1", "M1"); /* each once */
    reads("means", "Deception;Ameaça ou força", "M1 M5");
    reads("means", "threat or force", "M1"); /* one label of several words */
    reads("means", "M2", "M2");
    assert_int_equal(read("means", "M1 Z"), VALUE_READ_CODE);
    assert_int_equal(read("means", "Deception M1"),
                     VALUE_READ_CODE);                        /* labels only between semicolons */
    assert_int_equal(read("means", "M1;U"), VALUE_READ_CODE); /* known and unknown at once */
    assert_int_equal(read("means", ";"), VALUE_READ_CODE);
    static char many[70000];
    for (size_t i = 0; i + 3 < sizeof many; i += 3) memcpy(many + i, i % 2 == 0 ? "M1 " : "M5 ", 4);
    reads("means", many, "M1 M5");
}

static void missing(void **state)
{
    (void)state;
    static const char *const names[] = {"sex", "means", "age", "pay", "entry_date", "note", "name"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        bool allowed = strcmp(names[i], "entry_date") != 0;
        assert_int_equal(read(names[i], "NC"), allowed ? VALUE_READ_OK : VALUE_READ_MISSING);
        assert_int_equal(value.kind, allowed ? VALUE_MISSING : VALUE_EMPTY);
        if (allowed) assert_int_equal(value.missing, MISSING_NC);
        if (allowed) reads(names[i], " U ", "U");
    }
    reads("note", "Unknown", "Unknown");
    reads("ref", "NA", "NA"); /* a reference that allows no missing code may be these letters */
    assert_int_equal(value.kind, VALUE_TEXT);
    assert_int_equal(read("ref", "missing:NA"), VALUE_READ_MISSING);
    reads("country", "NA", "NA"); /* Namibia */
    assert_int_equal(value.kind, VALUE_CODE);
    reads("country", "missing:NA", "missing:NA");
    assert_int_equal(value.kind, VALUE_MISSING);
    assert_int_equal(value.missing, MISSING_NA);
    reads("country", "U", "U"); /* no country has this code */
    reads("sex", "missing:U", "U");
    assert_int_equal(read("sex", "missing:XX"), VALUE_READ_CODE);
}

static void texts(void **state) /* S63 */
{
    (void)state;
    reads("note", "  a\xC3\xA7\xC3\xA3o\n ",
          "  a\xC3\xA7\xC3\xA3o\n "); /* unchanged, blanks and all */
    reads("note",
          "\xE2\x80\xAE"
          "abc",
          "\xE2\x80\xAE"
          "abc"); /* a bidirectional override */
    char *longest = malloc(4001 * 2 + 1);
    assert_non_null(longest);
    for (int i = 0; i < 4001; i++) memcpy(longest + 2 * i, "\xC3\xA9", 2);
    longest[8002] = '\0';
    assert_int_equal(read("note", longest), VALUE_READ_LONG);
    longest[8000] = '\0'; /* 4,000 characters in 8,000 bytes */
    assert_int_equal(read("note", longest), VALUE_READ_OK);
    assert_int_equal(value.text.n, 8000);
    assert_ptr_equal(value.text.p, longest); /* borrowed */
    free(longest);
}

static void there_and_back(void **state)
{
    (void)state;
    struct random r;
    struct buf b;
    random_init(&r, 7);
    buf_init(&b, 1000);
    for (int i = 0; i < 20000; i++) {
        char t[64];
        int64_t m = (int64_t)random_below(&r, 1000000000) - 500000000;
        snprintf(t, sizeof t, "%lld.%0*u", (long long)m, 1 + (int)random_below(&r, 6),
                 (unsigned)random_below(&r, 10));
        assert_int_equal(read("pay", t), VALUE_READ_OK);
        struct value first = value;
        buf_clear(&b);
        value_text(&b, d, var("pay"), &first);
        assert_int_equal(read("pay", b.p), VALUE_READ_OK);
        assert_true(value_equal(&first, &value));
        double x, y;
        assert_true(text_to_double(text_of(t), &x));
        assert_true(text_to_double(buf_text(&b), &y));
        assert_true(x == y);
    }
    buf_release(&b);
}

static void equality(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text;
    } all[] = {{"sex", ""},
               {"sex", "U"},
               {"sex", "NC"},
               {"sex", "F"},
               {"sex", "M"},
               {"means", "M1"},
               {"means", "M1 M5"},
               {"means", "M1 M2"},
               {"age", "1"},
               {"age", "2"},
               {"pay", "1"},
               {"pay", "1.5"},
               {"pay", "15"},
               {"entry_date", "2024"},
               {"entry_date", "2024-01"},
               {"entry_date", "2024-01-01"},
               {"note", "a"},
               {"note", "b"}};
    enum { N = sizeof all / sizeof *all };
    struct value v[N];
    for (size_t i = 0; i < N; i++) {
        assert_int_equal(read(all[i].name, all[i].text), VALUE_READ_OK);
        v[i] = value;
    }
    for (size_t i = 0; i < N; i++)
        for (size_t k = 0; k < N; k++) assert_int_equal(value_equal(&v[i], &v[k]), i == k);
    assert_int_equal(read("note", "a"), VALUE_READ_OK);
    char other[] = "a"; /* equal bytes elsewhere */
    struct value copy = {.kind = VALUE_TEXT, .text = {other, 1}};
    assert_true(value_equal(&value, &copy));
}

static void lists_that_change(void **state)
{
    (void)state;
    /* M4 was valid from 2015-01-01 (day 16436) to 2019-12-31 (day 18261). */
    assert_int_equal(read_as("means", "M4", DATE_ISO, 18261), VALUE_READ_OK);
    assert_int_equal(read_as("means", "M4", DATE_ISO, 18262), VALUE_READ_RETIRED);
    assert_int_equal(read_as("means", "M4", DATE_ISO, 16435), VALUE_READ_RETIRED);
    assert_int_equal(read_as("means", "M1 M4", DATE_ISO, 18262), VALUE_READ_RETIRED);
    assert_int_equal(read_as("means", "Fraud", DATE_ISO, 18262), VALUE_READ_RETIRED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(blank),
                                       cmocka_unit_test(integers),
                                       cmocka_unit_test(decimals),
                                       cmocka_unit_test(dates),
                                       cmocka_unit_test(one_code),
                                       cmocka_unit_test(several_codes),
                                       cmocka_unit_test(missing),
                                       cmocka_unit_test(texts),
                                       cmocka_unit_test(there_and_back),
                                       cmocka_unit_test(equality),
                                       cmocka_unit_test(lists_that_change)};
    return cmocka_run_group_tests(tests, setup, teardown);
}
