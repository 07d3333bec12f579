/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/service/op_explore.c
 *  1 a table: the same counts as table.count, cell by cell, through the same protection
 *  2 a button that only changes the form counts nothing and leaves no entry
 *  3 raw counts for who may see them alone, with a purpose, and saying so
 *  4 files in pieces: each format whole again, formulas harmless (S65, S66), entries of a
 *  disclosure
 *  5 a contributor: own records alone, records and not persons; what others have cannot be asked
 *  for
 *    (S52, S67)
 */
#include "harness.h"

#include "desk.h"
#include "seat.h"

#include "base/file.h"
#include "base/xlsx_read.h"
#include "store/store.h"

#include <stdlib.h>

static struct service *desk;

static int begin(void **state)
{
    (void)state;
    desk_make("repository");
    desk = desk_open("repository", NULL);
    desk_victims("a.csv", "A", 0, 60, 0);
    desk_victims("b.csv", "B", 100, 143, 0);
    (void)desk_do(desk, "import.run", "{'file':'a.csv','form':'victim','organisation':'GNR'}");
    (void)desk_do(desk, "import.run", "{'file':'b.csv','form':'victim','organisation':'APAV'}");
    return 0;
}

static int end(void **state)
{
    (void)state;
    service_close(desk);
    return 0;
}

static const struct json *cells(const struct json *figure, const char *part, size_t line)
{
    return json_get(json_at(json_get(json_get(figure, "table"), part), line), "cells");
}

/* Count in the row and column of these codes; -2 hidden, -1 none. */
static int64_t count_at(const struct json *figure, const char *row, const char *column)
{
    const struct json *table = json_get(figure, "table"), *head = json_get(table, "head");
    const struct json *columns = cells(figure, "head", json_size(head) - 1);
    size_t at = 0, n = json_size(columns);
    for (; column != NULL && at < n; at++)
        if (strcmp(json_get_text(json_at(columns, at), "code", ""), column) == 0) break;
    if (at == n) return -1;
    for (size_t i = 0; i < json_size(json_get(table, "body")); i++) {
        const struct json *line = cells(figure, "body", i);
        if (strcmp(json_get_text(json_at(line, 0), "code", ""), row) != 0) continue;
        const struct json *cell = json_at(line, at + 1);
        return json_get_bool(cell, "hidden", false) ? -2 : json_get_int(cell, "value", -3);
    }
    return -1;
}

/* ---- 1 ---- */

static void tables(void **state)
{
    (void)state;
    static const char *const form[] = {"E100", "E210", "T"}, *const sex[] = {"F", "M", "T"};
    struct json *plain = json_copy(json_get(
        desk_do(
            desk, "table.count",
            "{'form':'victim','rows':['exploitation_form'],'columns':['sex'],'count':'persons'}"),
        "table"));
    const struct json *figure =
        json_get(desk_do(desk, "explore.table",
                         "{'form':'victim','rows':['','exploitation_form'],'columns':['sex','']}"),
                 "figure");
    assert_false(json_get_bool(figure, "refused", true));
    assert_false(json_get_bool(figure, "raw", true));
    for (size_t i = 0; i < 3; i++)
        for (size_t k = 0; k < 3; k++)
            assert_int_equal(count_at(figure, form[i], sex[k]), desk_cell(plain, form[i], sex[k]));
    assert_int_equal(count_at(figure, "T", "T"), 103);
    json_free(plain);
    const struct json *entry = desk_last_entry(desk);
    assert_string_equal(json_get_text(entry, "action", ""), "table");
    assert_string_equal(json_get_text(entry, "object_id", ""), "victim");
    assert_string_equal(json_get_text(entry, "fields", ""), "exploitation_form sex");
    /* chosen values: E200 holds E210 as well; two values of one variable are one or the other */
    figure = json_get(desk_do(desk, "explore.table",
                              "{'form':'victim','rows':['sex'],'only':['exploitation_form=E200',"
                              "'registration_year=2023','registration_year=2022']}"),
                      "figure");
    assert_int_equal(count_at(figure, "T", NULL), 69);
    /* what is too small is hidden, and what can be mended is told in the page */
    figure = json_get(desk_do(desk, "explore.table", "{'form':'victim','rows':['age']}"), "figure");
    assert_int_equal(count_at(figure, "T", NULL), 103);
    assert_int_equal(count_at(figure, "59", NULL), -2);
    assert_true(json_get_bool(figure, "hidden", false));
    figure = json_get(desk_do(desk, "explore.table",
                              "{'form':'victim','rows':['sex','age'],'columns':['citizenship',"
                              "'victim_status']}"),
                      "figure");
    assert_true(json_get_bool(figure, "refused", false));
    assert_true(json_get_text(figure, "remedy", "")[0] != '\0');
    (void)desk_refused(desk, ERR_USAGE, "call.no_form", "explore.table", "{'form':'witness'}");
    struct service *s = desk_open("repository", "auditor");
    (void)desk_refused(s, ERR_DENIED, "call.not_allowed", "explore.table", "{'form':'victim'}");
    service_close(s);
}

/* ---- 2 ---- */

static void changes(void **state)
{
    (void)state;
    int64_t before = desk_entries(desk, "");
    const struct json *r =
        desk_do(desk, "explore.table", "{'form':'suspect','rows':['sex'],'do':'form'}");
    assert_false(json_has(r, "figure"));
    assert_string_equal(json_get_text(json_get(r, "builder"), "form", ""), "suspect");
    r = desk_do(desk, "explore.variables", "{}");
    assert_true(json_has(r, "builder"));
    assert_int_equal(desk_entries(desk, ""), before);
}

/* ---- 3 ---- */

static void raw(void **state)
{
    (void)state;
    struct service_options o = desk_options("repository", "analyst");
    o.purpose = "check of a figure";
    struct service *s = desk_open_with(&o);
    const struct json *figure =
        json_get(desk_do(s, "explore.raw", "{'form':'victim','rows':['age']}"), "figure");
    assert_true(json_get_bool(figure, "raw", false));
    assert_int_equal(count_at(figure, "59", NULL), 2);
    const struct json *entry = desk_last_entry(desk);
    assert_string_equal(json_get_text(entry, "action", ""), "disclose");
    assert_string_equal(json_get_text(entry, "purpose", ""), "check of a figure");
    service_close(s);
    o.purpose = NULL;
    s = desk_open_with(&o);
    (void)desk_refused(s, ERR_DENIED, "call.no_purpose", "explore.raw",
                       "{'form':'victim','rows':['age']}");
    service_close(s);
    o.role = "publisher";
    o.purpose = "check of a figure";
    s = desk_open_with(&o);
    (void)desk_refused(s, ERR_DENIED, "call.not_allowed", "explore.raw",
                       "{'form':'victim','rows':['age']}");
    service_close(s);
}

/* ---- 4 ---- */

static size_t unbase64(char *out, const char *p)
{
    static const char letter[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t n = 0;
    for (; *p != '\0'; p += 4) {
        uint32_t v = 0;
        size_t pad = 0;
        for (size_t k = 0; k < 4; k++) {
            const char *at = strchr(letter, p[k]);
            pad += p[k] == '=';
            v = v << 6 | (p[k] == '=' ? 0u : (uint32_t)(at - letter));
        }
        for (size_t k = 0; k < 3 - pad; k++) out[n++] = (char)(v >> (16 - 8 * k));
    }
    return n;
}

/* All pieces put together; to be freed. */
static char *download(struct service *s, const char *format, const char *what, size_t *size)
{
    char digest[65] = "";
    char *file = NULL;
    int64_t next = 0;
    size_t n = 0;
    for (int pieces = 0; next >= 0; pieces++) {
        assert_true(pieces < 20);
        const struct json *r =
            desk_do(s, "explore.download", "{%s,'format':'%s','offset':%lld,'digest':'%s'}", what,
                    format, (long long)next, digest);
        const char *piece = json_get_text(r, "base64", "");
        assert_true(strlen(piece) < 960000); /* a message holds a megabyte */
        assert_int_equal(json_get_int(r, "offset", -1), (int64_t)n);
        *size = (size_t)json_get_int(r, "size", -1);
        if (file == NULL) file = malloc(*size + 3);
        assert_non_null(file);
        n += unbase64(file + n, piece);
        (void)snprintf(digest, sizeof digest, "%s", json_get_text(r, "digest", ""));
        next = json_get_int(r, "next", -1);
    }
    assert_int_equal(n, *size);
    file[n] = '\0';
    return file;
}

static bool count_row(void *ctx, const struct xlsx_row *row, struct err *e)
{
    (void)e;
    assert_false(row->hidden);
    for (size_t i = 0; i < row->n_cell; i++) assert_false(row->cell[i].formula);
    ++*(int *)ctx;
    return true;
}

static void downloads(void **state)
{
    (void)state;
    static const char what[] = "'form':'victim','rows':['sex'],'columns':['age_group']";
    struct service_options o = desk_options("repository", "publisher");
    o.purpose = "yearly report";
    struct service *s = desk_open_with(&o);
    size_t n;
    int rows = 0;
    char *file = download(s, "csv", what, &n);
    assert_true(strncmp(file, "\"sex\",\"sex_label\",\"age_group\"", 29) == 0);
    free(file);
    const struct json *entry = desk_last_entry(desk);
    assert_string_equal(json_get_text(entry, "action", ""), "disclose");
    assert_string_equal(json_get_text(entry, "object_type", ""), "table");
    assert_string_equal(json_get_text(entry, "purpose", ""), "yearly report");
    file = download(s, "json", what, &n);
    struct json *j;
    struct err e = {0};
    assert_true(json_parse(&j, (struct text){file, n}, &e));
    assert_string_equal(json_get_text(j, "kind", ""), "protected");
    json_free(j);
    free(file);
    file = download(s, "xlsx", what, &n);
    struct xlsx_reader *x;
    assert_true(xlsx_open_memory(&x, file, n, &e));
    assert_int_equal(xlsx_sheet_count(x), 2);
    assert_true(xlsx_read_sheet(x, 0, count_row, &rows, &e));
    assert_true(rows > 3);
    xlsx_close(x);
    free(file);
    /* several pieces: every variable with a cell for each */
    file = download(s, "json", "'form':'victim','rows':['age','sex'],'columns':['entry_date']", &n);
    assert_true(n > 1000);
    free(file);
    if (n > 690 * 1024)
        (void)desk_refused(s, ERR_LIMIT, "explore.too_large", "explore.download",
                           "{'form':'victim','rows':['age','sex'],'columns':['entry_date'],"
                           "'format':'json'}");
    (void)desk_refused(s, ERR_CONFLICT, "explore.changed", "explore.download",
                       "{%s,'format':'csv','offset':0,'digest':'00'}", what);
    (void)desk_refused(s, ERR_CONFLICT, "explore.changed", "explore.download",
                       "{%s,'format':'csv','offset':30000000}", what);
    service_close(s);
    /* nothing of a workbook stays in the repository's folder */
    struct file_names left;
    assert_true(folder_list(&left, "repository", &e));
    for (size_t i = 0; i < left.n; i++) assert_null(strstr(left.name[i], ".xlsx"));
    file_names_free(&left);
}

/* ---- 5 ---- */

static void contributors(void **state)
{
    (void)state;
    struct organisation gnr;
    struct arena *a = arena_new(ARENA_PLAIN);
    struct err e = {0};
    struct json *out;
    assert_true(service_repository(desk, &e));
    assert_true(store_organisation_find(&gnr, desk->store, TEXT("GNR"), a, &e));
    const struct seat_of who = {"contributor", "GNR", gnr.organisation_no, 7};
    const struct json *r =
        seat_do(desk, &who, "explore.table", "{'form':'victim','rows':['organisation']}");
    const struct json *figure = json_get(r, "figure");
    assert_true(json_get_bool(json_get(r, "builder"), "own", false));
    assert_string_equal(json_get_text(figure, "unit", ""), "records");
    assert_int_equal(count_at(figure, "T", NULL), 60);
    assert_int_equal(count_at(figure, "GNR", NULL), 60);
    assert_int_equal(count_at(figure, "APAV", NULL), -1);
    struct buf text;
    buf_init(&text, 1 << 20);
    json_write(&text, figure, false);
    assert_null(strstr(text.p, "103")); /* how many there are in all */
    assert_null(strstr(text.p, "APAV"));
    /* another organisation's: as if there were none */
    buf_clear(&text);
    figure = json_get(seat_do(desk, &who, "explore.table",
                              "{'form':'victim','rows':['sex'],'only':['organisation=APAV']}"),
                      "figure");
    json_write(&text, figure, false);
    int64_t there = count_at(figure, "T", NULL);
    bool refused = json_get_bool(figure, "refused", false);
    assert_true(refused || there == 0);
    assert_false(seat_try(&out, desk, &who, &e, "explore.raw", "{'form':'victim'}"));
    assert_string_equal(e.id, "call.not_allowed");
    r = seat_do(desk, &who, "explore.download", "{'form':'victim','rows':['sex'],'format':'json'}");
    char *file = malloc((size_t)json_get_int(r, "size", 0) + 3);
    assert_non_null(file);
    file[unbase64(file, json_get_text(r, "base64", ""))] = '\0';
    assert_non_null(strstr(file, "\"n_record\": null"));
    assert_null(strstr(file, "103"));
    free(file);
    buf_release(&text);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(tables, begin, end),
        cmocka_unit_test_setup_teardown(changes, begin, end),
        cmocka_unit_test_setup_teardown(raw, begin, end),
        cmocka_unit_test_setup_teardown(downloads, begin, end),
        cmocka_unit_test_setup_teardown(contributors, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
