/* SPDX-License-Identifier: EUPL-1.2 */
/* A published extract of real case data, end to end: imported by the mapping that is shipped,
 * tabulated, and every figure held against a count of the raw bytes that shares no code with the
 * program. Skipped without ../shared.
 *  1 every row is taken, none twice
 *  2 one-way tables of each column
 *  3 two-way and three-way tables, filters
 *  4 the protected table hides small counts and shows the others as they are
 */
#include "harness.h"

#include "desk.h"

/* ---------------------------------------------------------------- the other way to count */

enum { COLUMNS = 10, ROWS_MAX = 20000 };
enum { YEAR, SOURCE, GENDER, CITIZENSHIP, FORCED, CONTROL, RECRUITER, EXPLOIT, LABOUR, AGE };

static char *bytes;
static const char *raw[ROWS_MAX][COLUMNS];
static int n_raw;

/* The file has neither quotes nor blanks around: lines and commas are all there is. */
static void split(const char *path)
{
    size_t n;
    bytes = harness_read(path, &n);
    assert_null(memchr(bytes, '"', n));
    char *p = bytes + strcspn(bytes, "\r\n");
    while (*(p += strspn(p, "\r\n")) != '\0') {
        assert_true(n_raw < ROWS_MAX);
        for (int c = 0; c < COLUMNS; c++) {
            size_t len = strcspn(p, c + 1 < COLUMNS ? "," : "\r\n");
            raw[n_raw][c] = p;
            p += len;
            if (c + 1 < COLUMNS) assert_int_equal(*p, ',');
            if (*p != '\0') *p++ = '\0';
        }
        n_raw++;
    }
}

static bool is(int row, int column, const char *value)
{
    return strcmp(raw[row][column], value) == 0;
}

static int64_t rows_with(int column, const char *value)
{
    int64_t n = 0;
    for (int i = 0; i < n_raw; i++) n += is(i, column, value);
    return n;
}

static int64_t rows_with_both(int a, const char *x, int b, const char *y)
{
    int64_t n = 0;
    for (int i = 0; i < n_raw; i++) n += is(i, a, x) && is(i, b, y);
    return n;
}

/* ---------------------------------------------------------------- what means what */

struct pair {
    const char *theirs, *ours;
};
static const struct pair genders[] = {{"Female", "F"}, {"Male", "M"}};
static const struct pair years[] = {{"2012", "2012"}, {"2013", "2013"}, {"2014", "2014"},
                                    {"2015", "2015"}, {"2016", "2016"}, {"2017", "2017"},
                                    {"2018", "2018"}};
static const struct pair ages[] = {{"Age 0-8", "Y_LT9"},    {"Age 9-17", "Y9-17"},
                                   {"Age 18-20", "Y18-20"}, {"Age 21-23", "Y21-23"},
                                   {"Age 24-26", "Y24-26"}, {"Age 27-29", "Y27-29"},
                                   {"Age 30-38", "Y30-38"}, {"Age 39-47", "Y39-47"},
                                   {"Age 48+", "Y_GE48"}};
static const struct pair controls[] = {{"Threats", "C81"},
                                       {"Survival", "C84"},
                                       {"Financial", "C85"},
                                       {"Physical", "C86"},
                                       {"Other", "C98"}};
static const struct pair recruiters[] = {{"Intimate Partner", "L01"},
                                         {"Family/Relative", "L81"},
                                         {"Friend/Acquaintance", "L82"},
                                         {"Other", "L98"},
                                         {"Not Specified", "U"}};
static const struct pair sources[] = {{"Case Management", "case_management"},
                                      {"Hotline", "hotline_log"}};

#define N(list) (sizeof(list) / sizeof(list)[0])

static struct service *desk;

static const struct json *table(const char *rest)
{
    return json_get(desk_do(desk, "table.raw", "{'form':'victim',%s}", rest), "table");
}

static void one_way(const char *variable, int column, const struct pair *p, size_t n)
{
    char rest[200];
    static const char *const unit[] = {"persons", "records"};
    for (size_t u = 0; u < 2; u++) { /* no record has what would make two of them one person */
        int64_t sum = 0;
        (void)snprintf(rest, sizeof rest, "'rows':['%s'],'count':'%s'", variable, unit[u]);
        const struct json *t = table(rest);
        for (size_t i = 0; i < n; i++) {
            int64_t want = rows_with(column, p[i].theirs), got = desk_cell(t, p[i].ours, NULL);
            if (got != want)
                fail_msg("%s %s: %d instead of %d", variable, p[i].ours, (int)got, (int)want);
            sum += want;
        }
        assert_int_equal(sum, n_raw); /* the pairs are all there is */
        assert_int_equal(desk_cell(t, "T", NULL), n_raw);
        /* total and a category for each value that occurs: nothing else was made up */
        assert_int_equal(json_size(json_get(json_at(json_get(t, "dimensions"), 0), "categories")),
                         n + 1);
    }
}

/* ---- 1 ---- */

static int begin(void **state)
{
    (void)state;
    const char *path = harness_shared("data/ctdc-extract/ctdc_extract.csv");
    if (path == NULL) return 0;
    split(path);
    desk_make("repository");
    desk = desk_open("repository", NULL);
    return 0;
}

static int end(void **state)
{
    (void)state;
    service_close(desk);
    free(bytes);
    return 0;
}

static const char *path_or_skip(void)
{
    const char *path = harness_shared("data/ctdc-extract/ctdc_extract.csv");
    if (path == NULL) {
        print_message("no ../shared/data/ctdc-extract: skipped\n");
        skip();
    }
    return path;
}

static void import_1_1_takes_every_row_once(void **state)
{
    (void)state;
    const char *path = path_or_skip();
    assert_int_equal(n_raw, 14299); /* README of the data */
    for (int again = 0; again < 2; again++) {
        const struct json *r =
            desk_do(desk, "import.run",
                    "{'file':'%s','form':'victim','organisation':'APAV','mapping':'ctdc-extract'}",
                    path);
        assert_int_equal(json_get_int(r, "rows", -1), 14299);
        assert_int_equal(json_get_int(r, "refused", -1), 0);
        assert_int_equal(json_get_int(r, "new", -1), again ? 0 : 14299);
        assert_int_equal(json_get_int(r, "same", -1), again ? 14299 : 0);
        assert_int_equal(json_get_int(r, "changed", -1), 0);
        assert_int_equal(desk_records(desk, "victim"), 14299);
    }
    desk_verify(desk);
}

/* ---- 2 ---- */

static void one_way_2_1_columns_of_one_value(void **state)
{
    (void)state;
    (void)path_or_skip();
    one_way("sex", GENDER, genders, N(genders));
    one_way("registration_year", YEAR, years, N(years));
    one_way("age_broad", AGE, ages, N(ages));
    one_way("control_means", CONTROL, controls, N(controls));
    one_way("recruiter_relationship", RECRUITER, recruiters, N(recruiters));
    one_way("source_instrument", SOURCE, sources, N(sources));
}

/* Every code that occurs in the file, and 0 for "missing". */
static void one_way_2_2_citizenship(void **state)
{
    (void)state;
    (void)path_or_skip();
    const struct json *t = table("'rows':['citizenship'],'count':'records'");
    for (int i = 0; i < n_raw; i++) {
        const char *code = raw[i][CITIZENSHIP];
        bool first = true;
        for (int k = 0; k < i && first; k++) first = strcmp(raw[k][CITIZENSHIP], code) != 0;
        if (!first) continue;
        int64_t want = rows_with(CITIZENSHIP, code);
        int64_t got = desk_cell(t, strcmp(code, "0") == 0 ? "U" : code, NULL);
        if (got != want) fail_msg("citizenship %s: %d instead of %d", code, (int)got, (int)want);
    }
    assert_int_equal(desk_cell(t, "T", NULL), n_raw);
}

static bool labour_is(int row, const char *const *list)
{
    for (; *list != NULL; list++)
        if (is(row, LABOUR, *list)) return true;
    return false;
}

/* Several forms can stand in one row (data/mappings/ctdc-extract.csv): the form named, the kind of
 * labour, and forced labour as flagged. A row counts once in each of its forms, and in the main
 * group above them. */
static void one_way_2_3_form_of_exploitation(void **state)
{
    (void)state;
    (void)path_or_skip();
    static const char *const enterprise[] = {"Agriculture", "Construction", "Manufacturing", NULL};
    static const char *const labour[] = {"Agriculture", "Construction", "Manufacturing",
                                         "Aquafarming", "Peddling",     "Domestic Work",
                                         NULL};
    int64_t e200 = 0, e210 = 0;
    for (int i = 0; i < n_raw; i++) {
        e210 += labour_is(i, enterprise);
        e200 += labour_is(i, labour) || is(i, FORCED, "1");
    }
    const struct json *t = table("'rows':['exploitation_form']");
    assert_int_equal(desk_cell(t, "E100", NULL), rows_with(EXPLOIT, "Sexual Exploitation"));
    assert_int_equal(desk_cell(t, "E600", NULL), rows_with(EXPLOIT, "Forced Marriage"));
    assert_int_equal(desk_cell(t, "E900", NULL), rows_with(EXPLOIT, "Other"));
    assert_int_equal(desk_cell(t, "E400", NULL), rows_with(LABOUR, "Begging"));
    assert_int_equal(desk_cell(t, "E220", NULL), rows_with(LABOUR, "Domestic Work"));
    assert_int_equal(desk_cell(t, "E230", NULL), rows_with(LABOUR, "Aquafarming"));
    assert_int_equal(desk_cell(t, "E250", NULL), rows_with(LABOUR, "Peddling"));
    assert_int_equal(desk_cell(t, "E210", NULL), e210);
    assert_int_equal(desk_cell(t, "E200", NULL), e200);
    assert_int_equal(desk_cell(t, "T", NULL), n_raw);
}

/* ---- 3 ---- */

static void two_way_3_1_cells_and_margins(void **state)
{
    (void)state;
    (void)path_or_skip();
    const struct json *t = table("'rows':['registration_year'],'columns':['sex']");
    for (size_t y = 0; y < N(years); y++) {
        for (size_t g = 0; g < N(genders); g++)
            assert_int_equal(desk_cell(t, years[y].ours, genders[g].ours),
                             rows_with_both(YEAR, years[y].theirs, GENDER, genders[g].theirs));
        assert_int_equal(desk_cell(t, years[y].ours, "T"), rows_with(YEAR, years[y].theirs));
    }
    t = table("'rows':['age_broad'],'columns':['control_means']");
    for (size_t a = 0; a < N(ages); a++)
        for (size_t c = 0; c < N(controls); c++) {
            int64_t want = rows_with_both(AGE, ages[a].theirs, CONTROL, controls[c].theirs);
            int64_t got = desk_cell(t, ages[a].ours, controls[c].ours);
            if (got != want)
                fail_msg("%s %s: %d instead of %d", ages[a].ours, controls[c].ours, (int)got,
                         (int)want);
        }
}

static void three_way_3_2_every_cell(void **state)
{
    (void)state;
    (void)path_or_skip();
    const struct json *t = table("'rows':['registration_year','sex'],'columns':['age_broad']");
    const struct json *dims = json_get(t, "dimensions"), *count = json_get(t, "count");
    size_t n1 = json_size(json_get(json_at(dims, 1), "categories"));
    size_t n2 = json_size(json_get(json_at(dims, 2), "categories"));
    for (size_t y = 0; y < N(years); y++)
        for (size_t g = 0; g < N(genders); g++)
            for (size_t a = 0; a < N(ages); a++) {
                int64_t want = 0;
                for (int i = 0; i < n_raw; i++)
                    want += is(i, YEAR, years[y].theirs) && is(i, GENDER, genders[g].theirs) &&
                            is(i, AGE, ages[a].theirs);
                int k0 = desk_category(t, 0, years[y].ours),
                    k1 = desk_category(t, 1, genders[g].ours);
                int k2 = desk_category(t, 2, ages[a].ours);
                assert_true(k0 >= 0 && k1 >= 0 && k2 >= 0);
                size_t at = ((size_t)k0 * n1 + (size_t)k1) * n2 + (size_t)k2;
                assert_int_equal(json_as_int(json_at(count, at), -1), want);
            }
}

static void filter_3_3_counts_what_is_true(void **state)
{
    (void)state;
    (void)path_or_skip();
    int64_t want[N(years)] = {0};
    for (int i = 0; i < n_raw; i++)
        for (size_t y = 0; y < N(years); y++)
            want[y] +=
                is(i, YEAR, years[y].theirs) && is(i, GENDER, "Female") && is(i, FORCED, "1");
    const struct json *t = json_get(
        desk_do(desk, "table.raw",
                "{'form':'victim','rows':['registration_year'],'where':"
                "'${sex} = \\u0027F\\u0027 and ${exploitation_form} = \\u0027E200\\u0027'}"),
        "table");
    for (size_t y = 0; y < N(years); y++)
        if (want[y] > 0) assert_int_equal(desk_cell(t, years[y].ours, NULL), want[y]);
}

static void filter_3_4_two_terms(void **state)
{
    (void)state;
    (void)path_or_skip();
    const struct json *t = table(
        "'rows':['age_broad'],'where':'${sex} = \\u0027M\\u0027 and ${registration_year} >= 2016'");
    for (size_t a = 0; a < N(ages); a++) {
        int64_t want = 0;
        for (int i = 0; i < n_raw; i++)
            want += is(i, AGE, ages[a].theirs) && is(i, GENDER, "Male") &&
                    strcmp(raw[i][YEAR], "2016") >= 0;
        int64_t got = desk_cell(t, ages[a].ours, NULL);
        assert_int_equal(got < 0 ? 0 : got, want);
    }
}

/* ---- 4 ---- */

static void protected_4_1_hides_or_tells_the_truth(void **state)
{
    (void)state;
    (void)path_or_skip();
    const struct json *t =
        json_get(desk_do(desk, "table.count",
                         "{'form':'victim','rows':['age_broad'],'columns':['registration_year']}"),
                 "table");
    int64_t hidden = 0, small = 0;
    for (size_t a = 0; a < N(ages); a++)
        for (size_t y = 0; y < N(years); y++) {
            int64_t want = rows_with_both(AGE, ages[a].theirs, YEAR, years[y].theirs);
            int64_t got = desk_cell(t, ages[a].ours, years[y].ours);
            bool is_small = want > 0 && want < 3; /* disclosure.min_count of pack pt */
            if (is_small) assert_int_equal(got, -2);
            else if (got != -2) assert_int_equal(got, want);
            hidden += got == -2;
            small += is_small;
        }
    print_message("%d cells are small, %d hidden\n", (int)small, (int)hidden);
    assert_true(hidden >= small);
    assert_int_equal(json_get_int(t, "n_hidden", -1) >= hidden, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(import_1_1_takes_every_row_once),
        cmocka_unit_test(one_way_2_1_columns_of_one_value),
        cmocka_unit_test(one_way_2_2_citizenship),
        cmocka_unit_test(one_way_2_3_form_of_exploitation),
        cmocka_unit_test(two_way_3_1_cells_and_margins),
        cmocka_unit_test(three_way_3_2_every_cell),
        cmocka_unit_test(filter_3_3_counts_what_is_true),
        cmocka_unit_test(filter_3_4_two_terms),
        cmocka_unit_test(protected_4_1_hides_or_tells_the_truth),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
