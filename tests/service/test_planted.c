/* SPDX-License-Identifier: EUPL-1.2 */
/* The newcomer's path: a file with planted errors, and what comes of it.
 *  1 every planted error is named by row, column and remedy: on the screen, in the document, in the
 *  file given back
 *  2 the rest is imported and tabulated
 *  3 a hidden cell can be computed from nothing in the table's document: own brute force, which
 *  shares no code
 *    with src/disclosure
 */
#include "harness.h"

#include "desk.h"

#include <unistd.h>

enum { PLANTED = 26, GOOD = 70 };

static struct service *desk;
static struct planted {
    int row;
    char column[40], rule[8];
} planted[60];
static int n_planted;

/* The file of the intake room's tests (24 rows with an error each, one without), with good rows
 * behind it. */
static void write_file(void)
{
    static const char *const citizenships[] = {"RO", "RO", "RO", "RO", "PT",
                                               "PT", "PT", "BR", "MD", "RO"};
    size_t n;
    char *text = harness_read(harness_source("tests/fixtures/intake/twenty_errors.csv"), &n);
    FILE *f = fopen("cases.csv", "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(text, 1, n, f), n);
    free(text);
    for (int i = 0; i < GOOD; i++) {
        const char *citizen = citizenships[i % 10];
        bool sexual = i % 7 == 3;
        (void)fprintf(
            f,
            "G%02d,2023-05-15,Exemplo%d,%d-03-10,%s,%d,%s,+351912345678,,Single,3,2022-01,%s,%s,PT,2022-02,"
            "2023-04,2023-05-01,S20,51,LB7,,\n",
            i, i, 2022 - (15 + i % 45), i % 9 < 6 ? "F" : "M", 16 + i % 45, citizen,
            sexual ? "E100" : "E210", sexual ? "" : "A01");
    }
    assert_int_equal(fclose(f), 0);
}

static void read_expected(void)
{
    char *text =
        harness_read(harness_source("tests/fixtures/intake/twenty_errors_expected.csv"), NULL);
    char *line = strchr(text, '\n') + 1;
    for (; *line != '\0'; line = strchr(line, '\n') + 1) {
        struct planted *p = &planted[n_planted++];
        p->row = (int)strtol(line, &line, 10);
        size_t n = strcspn(++line, ",");
        memcpy(p->column, line, n);
        line += n + 1;
        n = strcspn(line, "\r\n");
        memcpy(p->rule, line, n);
    }
    free(text);
    assert_true(n_planted >= 20);
}

static int begin(void **state)
{
    (void)state;
    desk_make("repository");
    desk = desk_open("repository", NULL);
    write_file();
    read_expected();
    return 0;
}

static int end(void **state)
{
    (void)state;
    service_close(desk);
    return 0;
}

/* ---- 1 ---- */

static void named_1_1_in_the_document(void **state)
{
    (void)state;
    const struct json *r =
        desk_do(desk, "import.check", "{'file':'cases.csv','form':'victim','organisation':'APAV'}");
    const struct json *list = json_get(r, "findings");
    for (int i = 0; i < n_planted; i++) {
        const struct planted *p = &planted[i];
        const struct json *found = NULL;
        for (size_t k = 0; k < json_size(list) && found == NULL; k++) {
            const struct json *f = json_at(list, k);
            if (json_get_int(f, "row", 0) == p->row &&
                strcmp(json_get_text(f, "rule", ""), p->rule) == 0 &&
                strcmp(json_get_text(f, "column_name", ""), p->column) == 0)
                found = f;
        }
        if (found == NULL)
            fail_msg("row %d, column %s: %s was not found", p->row, p->column, p->rule);
        assert_string_equal(json_get_text(found, "severity", ""), "error");
        if (strlen(json_get_text(found, "remedy", "")) < 10) fail_msg("row %d: no remedy", p->row);
        if (strlen(json_get_text(found, "message", "")) < 10)
            fail_msg("row %d: no message", p->row);
    }
    assert_int_equal(json_get_int(r, "refused", -1), n_planted);
    assert_int_equal(json_get_int(r, "new", -1), GOOD + 1);
}

static const char *line_after(const char *text, const char *start)
{
    const char *at = strstr(text, start);
    if (at == NULL) return NULL;
    at += strcspn(at, "\n");
    return *at == '\n' ? at + 1 : NULL;
}

static void named_1_2_on_the_screen_and_in_the_file_given_back(void **state)
{
    (void)state;
    struct harness_run run;
    HARNESS_DCIM(&run, "import", "cases.csv", "--form", "victim", "--organisation", "APAV",
                 "--findings", "back.csv");
    assert_int_equal(run.status, 1);
    char *back = harness_read("back.csv", NULL);
    for (int i = 0; i < n_planted; i++) {
        const struct planted *p = &planted[i];
        char where[60], row[60];
        (void)snprintf(where, sizeof where, "row %d%s", p->row,
                       p->column[0] != '\0' ? ", column " : " [error]");
        bool told = false;
        for (const char *at = run.out; !told && (at = strstr(at, where)) != NULL; at++) {
            size_t n = strcspn(at, "\n");
            char line[1000];
            (void)snprintf(line, sizeof line, "%.*s", n < 999 ? (int)n : 999, at);
            const char *remedy = line_after(at, where);
            told = strstr(line, p->rule) != NULL && strstr(line, p->column) != NULL &&
                   remedy != NULL && strncmp(remedy, "    ", 4) == 0 && strcspn(remedy, "\n") > 14;
        }
        if (!told)
            fail_msg("row %d, column %s: %s is not on the screen:\n%s", p->row, p->column, p->rule,
                     run.out);
        /* in the file its row ends with [refused] and the rule */
        const char *line = back;
        for (int k = 1; k < p->row; k++) line = strchr(line, '\n') + 1;
        (void)snprintf(row, sizeof row, "[refused]");
        const char *refused = strstr(line, row), *rule = strstr(line, p->rule),
                   *next = strchr(line, '\n');
        if (refused == NULL || rule == NULL || refused > next || rule > next)
            fail_msg("row %d of the file given back: %.300s", p->row, line);
    }
    free(back);
    char sum[100];
    (void)snprintf(sum, sizeof sum, "%d rows: %d new, 0 changed, 0 already there, %d refused",
                   PLANTED + GOOD, GOOD + 1, n_planted);
    if (strstr(run.out, sum) == NULL) fail_msg("no \"%s\" in %s", sum, strstr(run.out, " rows: "));
    harness_run_release(&run);
}

/* ---- 2 ---- */

static void rest_2_1_is_there_and_counts(void **state)
{
    (void)state;
    assert_int_equal(desk_records(desk, "victim"), GOOD + 1);
    const struct json *t =
        json_get(desk_do(desk, "table.raw", "{'form':'victim','rows':['sex'],'count':'records'}"),
                 "table");
    int women = 1; /* the good row of the fixture */
    for (int i = 0; i < GOOD; i++) women += i % 9 < 6;
    assert_int_equal(desk_cell(t, "F", NULL), women);
    assert_int_equal(desk_cell(t, "M", NULL), GOOD + 1 - women);
    desk_verify(desk);
}

/* ---- 3 ---- */

/* A table as its document shows it: cells with totals, hidden ones unknown. What the reader knows:
 * totals are sums, a hidden count is at least 1 (zeros are never hidden). */
enum { CELLS = 400, LINES = 60, UNKNOWN_MAX = 24 };

static struct {
    int n0, n1;
    int64_t count[CELLS];
    bool hidden[CELLS];
    int unknown[UNKNOWN_MAX], n_unknown;
} seen;

static void see(const struct json *t)
{
    const struct json *dims = json_get(t, "dimensions");
    assert_int_equal(json_size(dims), 2);
    seen.n0 = (int)json_size(json_get(json_at(dims, 0), "categories"));
    seen.n1 = (int)json_size(json_get(json_at(dims, 1), "categories"));
    assert_true(seen.n0 * seen.n1 <= CELLS);
    seen.n_unknown = 0;
    for (int i = 0; i < seen.n0 * seen.n1; i++) {
        const struct json *count = json_at(json_get(t, "count"), (size_t)i);
        const char *status = json_as_text(json_at(json_get(t, "status"), (size_t)i), "");
        seen.hidden[i] = status[0] != '\0';
        if (seen.hidden[i] && json_kind(count) == JSON_INT)
            fail_msg("cell %d is hidden, and its count is in the document", i);
        seen.count[i] = json_as_int(count, 0);
        if (!seen.hidden[i]) continue;
        assert_true(seen.n_unknown < UNKNOWN_MAX);
        seen.unknown[seen.n_unknown++] = i;
    }
    /* the first category of each dimension is the total, all others are its parts */
    assert_true(
        json_get_bool(json_at(json_get(json_at(dims, 0), "categories"), 0), "total", false));
    assert_true(
        json_get_bool(json_at(json_get(json_at(dims, 1), "categories"), 0), "total", false));
}

/* Could total = sum of parts still hold, with cells of bounds low..high? `step` cells apart, `n` of
 * them. */
static bool line_can_hold(const int64_t *low, const int64_t *high, int from, int step, int n)
{
    int64_t least = 0, most = 0;
    for (int k = 1; k < n; k++) {
        least += low[from + k * step];
        most += high[from + k * step];
    }
    return least <= high[from] && most >= low[from];
}

static bool can_hold(const int64_t *low, const int64_t *high)
{
    for (int i = 0; i < seen.n0; i++)
        if (!line_can_hold(low, high, i * seen.n1, 1, seen.n1)) return false;
    for (int k = 0; k < seen.n1; k++)
        if (!line_can_hold(low, high, k, seen.n1, seen.n0)) return false;
    return true;
}

/* Is there a table that looks the same, in which unknown cell `which` is `value`? Tries every value
 * of every other unknown cell, in turn. */
static bool exists(int which, int64_t value, int64_t grand)
{
    static int64_t low[CELLS], high[CELLS], top[CELLS];
    int64_t at[UNKNOWN_MAX] = {0};
    for (int i = 0; i < seen.n0 * seen.n1; i++) {
        int row = i / seen.n1 * seen.n1, column = i % seen.n1; /* the totals it is part of */
        low[i] = seen.hidden[i] ? 1 : seen.count[i];
        high[i] = seen.hidden[i] ? grand : seen.count[i];
        if (seen.hidden[i] && !seen.hidden[row] && seen.count[row] < high[i])
            high[i] = seen.count[row];
        if (seen.hidden[i] && !seen.hidden[column] && seen.count[column] < high[i])
            high[i] = seen.count[column];
        top[i] = high[i];
    }
    low[seen.unknown[which]] = high[seen.unknown[which]] = value;
    if (!can_hold(low, high)) return false;
    for (int d = 0; d >= 0;) {
        while (d < seen.n_unknown && d == which) d++;
        if (d == seen.n_unknown) return true;
        int cell = seen.unknown[d];
        at[d]++;
        low[cell] = high[cell] = at[d];
        if (at[d] > top[cell]) { /* back to the one before */
            at[d] = 0;
            low[cell] = 1;
            high[cell] = top[cell];
            d--;
            if (d == which) d--;
        } else if (can_hold(low, high)) {
            d++;
        }
    }
    return false;
}

static void judge(const char *rows, const char *columns, int threshold)
{
    const struct json *t =
        json_get(desk_do(desk, "table.count",
                         "{'form':'victim','rows':['%s'],'columns':['%s'],'count':'records'}", rows,
                         columns),
                 "table");
    see(t);
    int64_t grand = GOOD + 1;
    for (int u = 0; u < seen.n_unknown; u++) {
        int64_t least = 1, most = grand;
        while (least <= grand && !exists(u, least, grand)) least++;
        while (most >= least && !exists(u, most, grand)) most--;
        if (least >= most)
            fail_msg("%s x %s: cell %d can only be %d", rows, columns, seen.unknown[u], (int)least);
        if (most < threshold)
            fail_msg("%s x %s: cell %d is below %d for certain", rows, columns, seen.unknown[u],
                     threshold);
    }
    print_message("%s x %s: %d cells, %d hidden, none computable\n", rows, columns,
                  seen.n0 * seen.n1, seen.n_unknown);
}

static void hidden_3_1_cells_cannot_be_recomputed(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {{"sex", "citizenship_group"},
                                           {"form_summary", "citizenship_group"},
                                           {"age_group", "sex"},
                                           {"age_group", "citizenship_group"},
                                           {"age_group", "form_summary"},
                                           {"age_band", "sex"}};
    int hidden = 0, tables = 0;
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        judge(pairs[i][0], pairs[i][1], 3);
        hidden += seen.n_unknown;
        tables += seen.n_unknown > 0;
    }
    assert_true(tables >= 3);
    assert_true(hidden >= 10);
}

/* No member of the document names the hidden numbers in another way. */
static void hidden_3_2_are_empty_everywhere(void **state)
{
    (void)state;
    const struct json *t = json_get(
        desk_do(
            desk, "table.count",
            "{'form':'victim','rows':['age_group'],'columns':['sex'],'count':'records','format':'csv'}"),
        "table");
    const struct json *count = json_get(t, "count"), *status = json_get(t, "status");
    assert_int_equal(json_size(count), json_size(status));
    int64_t n = 0;
    for (size_t i = 0; i < json_size(count); i++) {
        bool hidden = json_as_text(json_at(status, i), "")[0] != '\0';
        n += hidden;
        assert_int_equal(json_kind(json_at(count, i)), hidden ? JSON_NULL : JSON_INT);
    }
    assert_int_equal(json_get_int(t, "n_hidden", -1), n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(named_1_1_in_the_document),
        cmocka_unit_test(named_1_2_on_the_screen_and_in_the_file_given_back),
        cmocka_unit_test(rest_2_1_is_there_and_counts),
        cmocka_unit_test(hidden_3_1_cells_cannot_be_recomputed),
        cmocka_unit_test(hidden_3_2_are_empty_everywhere),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
