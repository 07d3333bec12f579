/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/service/figure.c
 *  1 which chart suits a table
 *  2 findings: the largest, ties, a series, nobody, a total too small for per cents, one figure
 *  alone
 *  3 findings say nothing of what is hidden, whatever it is
 *  4 what is refused is told, other errors are not swallowed
 */
#include "harness.h"

#include "desk.h"

#include "service/figure.h"

static struct service *desk;
static struct call call;

enum { CELLS = 12 };
static struct release_category rows[CELLS], columns[CELLS];
static int64_t count[CELLS * CELLS];
static uint8_t status[CELLS * CELLS];
static struct counted counted;

static int begin(void **state)
{
    (void)state;
    struct err e = {0};
    desk_make("repository");
    desk = desk_open("repository", NULL);
    if (!service_repository(desk, &e)) fail_msg("%s", e.msg);
    call = (struct call){.s = desk, .arena = arena_new(ARENA_PLAIN)};
    call.decision = (struct decision){VERDICT_ALLOW, NULL, SCOPE_EVERYTHING};
    return 0;
}

static int end(void **state)
{
    (void)state;
    arena_free(call.arena);
    service_close(desk);
    return 0;
}

static struct release_category category(enum release_category_kind kind, const char *name)
{
    return (struct release_category){.kind = kind, .name = name, .total = kind == RELEASE_TOTAL};
}

/* One variable: the total, then groups of these names ("#2019" a number, "U" unknown); -1
 * hidden. */
static void one_way(const char *const *name, const int64_t *n, size_t n_category)
{
    rows[0] = category(RELEASE_TOTAL, "T");
    for (size_t i = 0; i < n_category; i++) {
        count[i] = n[i];
        status[i] = n[i] < 0 ? CELL_HIDDEN : CELL_SHOWN;
        if (i == 0) continue;
        bool number = name[i][0] == '#', unknown = strcmp(name[i], "U") == 0;
        rows[i] = category(number    ? RELEASE_NUMBER
                           : unknown ? RELEASE_UNKNOWN
                                     : RELEASE_CODE,
                           number ? name[i] + 1 : name[i]);
    }
    counted = (struct counted){
        .release = {.kind = RELEASE_PROTECTED,
                    .form = "victim",
                    .unit = "persons",
                    .title = {.in = {"Victims"}},
                    .language = (const char *const *)desk->dictionary->language,
                    .n_language = desk->dictionary->n_language,
                    .dim = {{.name = "x", .category = rows, .n_category = n_category}},
                    .n_dim = 1,
                    .n_row_dim = 1,
                    .count = count,
                    .status = status,
                    .n_cell = n_category,
                    .where = "",
                    .threshold = 3,
                    .method = "m"},
        .words = {.country = "PT", .made_on = "2024-01-15", .n_record = -1}};
}

static void two_way(size_t n_row, size_t n_column)
{
    static const char *const name[] = {"T", "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k"};
    static const int64_t none[CELLS] = {0};
    one_way(name, none, n_row);
    for (size_t i = 0; i < n_column; i++)
        columns[i] = category(i == 0 ? RELEASE_TOTAL : RELEASE_CODE, name[i]);
    counted.release.dim[1] =
        (struct release_dimension){.name = "y", .category = columns, .n_category = n_column};
    counted.release.n_dim = 2;
    counted.release.n_cell = n_row * n_column;
    for (size_t i = 0; i < counted.release.n_cell; i++) {
        count[i] = (int64_t)i;
        status[i] = CELL_SHOWN;
    }
}

static const char *kind(void)
{
    struct json *j;
    struct err e = {0};
    static char out[20];
    assert_true(
        figure_make(&j, &call, &counted, &(struct figure_ask){.id = "f", .kind = "auto"}, &e));
    (void)snprintf(out, sizeof out, "%s", json_get_text(j, "kind", ""));
    json_free(j);
    return out;
}

/* ---- 1 ---- */

static void kinds(void **state)
{
    (void)state;
    static const char *const groups[] = {"T", "a", "b", "U"};
    static const char *const years[] = {"T", "#2019", "#2020", "U"};
    static const int64_t n[] = {30, 10, 15, 5};
    one_way(groups, n, 4);
    assert_string_equal(kind(), "bar");
    one_way(years, n, 4);
    assert_string_equal(kind(), "line");
    one_way(years, n, 2); /* one year is no series */
    assert_string_equal(kind(), "bar");
    two_way(3, 4);
    assert_string_equal(kind(), "stacked");
    counted.release.dim[1].several = true; /* its bars would not add up */
    assert_string_equal(kind(), "bar");
    two_way(3, 12);
    assert_string_equal(kind(), "heat");
    counted.release.n_dim = 0;
    counted.release.n_row_dim = 0;
    counted.release.n_cell = 1;
    assert_string_equal(kind(), "none");
}

/* ---- 2, 3 ---- */

static void says(const char *sentence)
{
    assert_string_equal(figure_finding(&call, &counted, "bar"), sentence);
}

static void findings(void **state)
{
    (void)state;
    static const char *const groups[] = {"T", "a", "b", "c", "U"};
    static const char *const years[] = {"T", "#2019", "#2020", "#2021", "U"};
    one_way(groups, (const int64_t[]){1200, 300, 500, 0, 400}, 5);
    says("1,200 persons in all. The largest count shown is b: 500 (42%).");
    one_way(groups, (const int64_t[]){1000, 100, 100, 100, 700}, 5); /* unknown is no group */
    says("Several groups share the largest count shown: 100.");
    one_way(groups, (const int64_t[]){19, 9, 10, 0, 0}, 5);
    says("19 persons in all. The largest count shown is b: 10.");
    one_way(groups, (const int64_t[]){0, 0, 0, 0, 0}, 5);
    says("No person is counted here.");
    one_way(groups, (const int64_t[]){7}, 1);
    counted.release.n_dim = counted.release.n_row_dim = 0;
    says("In all: 7 persons.");
    counted.release.unit = "records";
    count[0] = 1;
    says("In all: 1 record.");
    one_way(years, (const int64_t[]){600, 100, 300, 200, 0}, 5);
    says("2019: 100 persons; 2021: 200 persons. Highest of those shown: 2020: 300 persons.");
    one_way(years, (const int64_t[]){600, 1, 200, 399, 0}, 5);
    says("2019: 1 person; 2021: 399 persons.");
    two_way(3, 4);
    count[0] = 100;
    count[5] = 40;
    says("100 persons in all. The largest count shown is a / a: 40 (40%).");
}

/* The same sentence whatever the hidden counts are; and none that lets them be worked out. */
static void findings_hide(void **state)
{
    (void)state;
    static const char *const groups[] = {"T", "a", "b", "c", "U"};
    static const char *const years[] = {"T", "#2019", "#2020", "#2021", "U"};
    one_way(groups, (const int64_t[]){-1, 30, 50, -1, 40}, 5);
    count[0] = 987654;
    count[3] = 123456;
    says("The largest count shown: b: 50 persons.");
    one_way(groups, (const int64_t[]){300, -1, -1, -1, -1}, 5);
    says("");
    one_way(years, (const int64_t[]){600, -1, 300, 200, -1}, 5);
    says("2020: 300 persons; 2021: 200 persons.");
    one_way(years, (const int64_t[]){600, -1, 300, -1, -1}, 5);
    says("");
    two_way(3, 4);
    status[0] = status[5] = status[11] = CELL_HIDDEN;
    says("The largest count shown: b / b: 10 persons.");
}

/* ---- 4 ---- */

static void refused(void **state)
{
    (void)state;
    struct err e = {0};
    const struct figure_ask ask = {.id = "f", .kind = "bar", .title = "Sex"};
    err_set(&e, ERR_DISCLOSURE, "disclosure.cannot_protect", "too small");
    err_remedy(&e, "take more");
    struct json *j = figure_refused(&call, &ask, &e);
    assert_true(json_get_bool(j, "refused", false));
    assert_string_equal(json_get_text(j, "message", ""), "too small");
    assert_string_equal(json_get_text(j, "remedy", ""), "take more");
    assert_string_equal(json_get_text(j, "title", ""), "Sex");
    assert_false(json_has(j, "table"));
    json_free(j);
    static const enum err_code other[] = {ERR_DENIED, ERR_STORE, ERR_SYSTEM, ERR_NOT_FOUND};
    for (size_t i = 0; i < sizeof other / sizeof *other; i++) {
        err_set(&e, other[i], "x", "x");
        assert_null(figure_refused(&call, &ask, &e));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kinds),
        cmocka_unit_test(findings),
        cmocka_unit_test(findings_hide),
        cmocka_unit_test(refused),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
