/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/service/op_dashboard.c
 *  1 what comes with the program: each dashboard, each role, each chart is told or says why;
 *  results
 *    are as declared
 *  2 the same figures as table.count; kept until something is written
 *  3 tables that would undo each other: the later one is not told
 *  4 a contributor: own records alone, no overlap; the funnel and completeness from shown counts
 */
#include "harness.h"

#include "desk.h"
#include "seat.h"

#include "base/file.h"
#include "service/result_spec.h"

static struct service *desk;

static void import(const char *file, const char *form, const char *organisation)
{
    (void)desk_do(desk, "import.run", "{'file':'%s','form':'%s','organisation':'%s'}", file, form,
                  organisation);
}

static int begin(void **state)
{
    (void)state;
    desk_make("repository");
    desk = desk_open("repository", NULL);
    desk_victims("a.csv", "A", 0, 60, 0);
    desk_victims("b.csv", "B", 100, 143, 0);
    desk_suspects("s.csv", "S", 0, 25);
    import("a.csv", "victim", "GNR");
    import("b.csv", "victim", "APAV");
    import("s.csv", "suspect", "GNR");
    return 0;
}

static int end(void **state)
{
    (void)state;
    service_close(desk);
    return 0;
}

static const struct json *figure(const struct json *board, const char *id)
{
    const struct json *list = json_get(board, "figures");
    for (size_t i = 0; i < json_size(list); i++)
        if (strcmp(json_get_text(json_at(list, i), "id", ""), id) == 0) return json_at(list, i);
    return NULL;
}

/* The n-th cell of the row with this code; -2 hidden, -1 none. */
static int64_t cell(const struct json *f, const char *row, size_t n)
{
    const struct json *body = json_get(json_get(f, "table"), "body");
    for (size_t i = 0; i < json_size(body); i++) {
        const struct json *cells = json_get(json_at(body, i), "cells");
        if (strcmp(json_get_text(json_at(cells, 0), "code", ""), row) != 0) continue;
        if (json_get_bool(json_at(cells, n), "hidden", false)) return -2;
        return json_get_int(json_at(cells, n), "value", -3);
    }
    return -1;
}

/* ---- 1 ---- */

static void shipped(void **state)
{
    (void)state;
    static const char *const role[] = {"custodian", "contributor", "data-manager", "analyst",
                                       "publisher"};
    char where[200];
    size_t told = 0;
    for (size_t r = 0; r < sizeof role / sizeof *role; r++) {
        struct service *s = desk_open("repository", role[r]);
        struct json *list = json_copy(json_get(desk_do(s, "dashboard.list", "{}"), "dashboards"));
        assert_true(json_size(list) >= 3);
        for (size_t i = 0; i < json_size(list); i++) {
            const char *name = json_get_text(json_at(list, i), "name", "");
            const struct json *board = desk_do(s, "dashboard.show", "{'name':'%s'}", name);
            if (!result_fits(text_of(operation_find("dashboard.show")->result), board, where,
                             sizeof where))
                fail_msg("%s", where);
            const struct json *figures = json_get(board, "figures");
            assert_int_equal(json_size(figures), json_get_int(json_at(list, i), "charts", -1));
            for (size_t k = 0; k < json_size(figures); k++) {
                const struct json *f = json_at(figures, k);
                bool refused = json_get_bool(f, "refused", true);
                assert_true(json_get_text(f, "title", "")[0] != '\0');
                assert_false(json_get_bool(f, "raw", false));
                if (refused && strcmp(json_get_text(f, "kind", ""), "none") != 0)
                    fail_msg("%s", json_get_text(f, "id", ""));
                if (refused && strstr(json_get_text(f, "message", ""), "has no") != NULL)
                    fail_msg("%s: %s", name, json_get_text(f, "message", ""));
                told += !refused;
            }
        }
        json_free(list);
        service_close(s);
    }
    assert_true(told > 30);
    (void)desk_refused(desk, ERR_NOT_FOUND, "dashboard.unknown", "dashboard.show",
                       "{'name':'nothing'}");
    struct service *s = desk_open("repository", "auditor");
    (void)desk_refused(s, ERR_DENIED, "call.not_allowed", "dashboard.show", "{}");
    service_close(s);
}

/* ---- 2 ---- */

static void figures(void **state)
{
    (void)state;
    struct json *plain =
        json_copy(json_get(desk_do(desk, "table.count",
                                   "{'form':'victim','rows':['age_group'],'columns':['sex']}"),
                           "table"));
    int64_t entries = desk_entries(desk, "table");
    for (int twice = 0; twice < 2; twice++) {
        const struct json *board = desk_do(desk, "dashboard.show", "{'name':'1-victims'}");
        const struct json *f = figure(board, "age");
        assert_int_equal(cell(f, "T", 3), 103);
        assert_int_equal(cell(f, "T", 1), desk_cell(plain, "T", "F"));
        assert_int_equal(cell(figure(board, "overlap"), "GNR", 1), 60);
        assert_int_equal(cell(figure(board, "overlap"), "APAV", 1), 43);
        assert_string_equal(json_get_text(figure(board, "trend"), "kind", ""), "line");
    }
    /* each time it is asked for it is an entry */
    assert_int_equal(desk_entries(desk, "table") - entries, 2);
    assert_string_equal(json_get_text(desk_last_entry(desk), "object_type", ""), "dashboard");
    assert_true(json_get_int(desk_last_entry(desk), "count", 0) > 20);
    json_free(plain);
    desk_victims("c.csv", "C", 200, 210, 0);
    import("c.csv", "victim", "APAV");
    const struct json *board = desk_do(desk, "dashboard.show", "{'name':'1-victims'}");
    assert_int_equal(cell(figure(board, "age"), "T", 3), 113);
}

/* ---- 3 ---- */

#define HEADER                                                                       \
    "id,roles,kind,form,rows,columns,count,title::English (en),note::English (en)\n" \
    "x,*,dashboard,,,,,Test,\n"

static void together(void **state)
{
    (void)state;
    /* The margin of ages is hidden by itself, and what a table without small ages shows of it is
     * not */
    desk_remove("data");
    desk_copy(harness_source("data"), "data");
    desk_remove("data/dashboards");
    struct err e = {0};
    assert_true(folder_make("data/dashboards", &e));
    harness_write_text("data/dashboards/t.csv",
                       HEADER "one,*,bar,victim,sex,,persons,One,\n"
                              "two,*,bar,victim,sex,age_group,persons,Two,\n"
                              "three,*,bar,victim,citizenship,,persons,Three,\n"
                              "secret,administrator,bar,victim,sex,,persons,Not for all,\n"
                              "wrong,*,bar,victim,no_such,,persons,Wrong,\n");
    /* one person of another sex: hidden with a companion in each table, but not the same one */
    char row[400], file[1200];
    (void)desk_victim_row(row, sizeof row, "X", 1, 0);
    char *sex = strstr(row, ",M,");
    assert_non_null(sex);
    sex[1] = 'X';
    (void)snprintf(file, sizeof file, "%s%s", desk_victim_header, row);
    harness_write_text("x.csv", file);
    import("x.csv", "victim", "GNR");
    struct service_options o = desk_options("repository", NULL);
    o.data = "data";
    struct service *s = desk_open_with(&o);
    const struct json *board = desk_do(s, "dashboard.show", "{}");
    assert_int_equal(json_size(json_get(board, "figures")), 4);
    const struct json *one = figure(board, "one"), *two = figure(board, "two");
    assert_false(json_get_bool(one, "refused", true));
    assert_int_equal(cell(one, "X", 1), -2);
    /* where a margin of the second differs from the first in what it hides, it is not told */
    if (!json_get_bool(two, "refused", true)) {
        const struct json *body = json_get(json_get(two, "table"), "body");
        size_t total = json_size(json_get(json_at(body, 0), "cells")) - 1;
        for (size_t i = 0; i < json_size(body); i++) {
            const char *code =
                json_get_text(json_at(json_get(json_at(body, i), "cells"), 0), "code", "");
            assert_int_equal(cell(one, code, 1), cell(two, code, total));
        }
    } else {
        assert_non_null(strstr(json_get_text(two, "message", ""), "another one on this page"));
    }
    assert_false(json_get_bool(figure(board, "three"), "refused", true));
    assert_true(json_get_bool(figure(board, "wrong"), "refused", false));
    assert_non_null(strstr(json_get_text(figure(board, "wrong"), "message", ""), "no_such"));
    service_close(s);
    harness_write_text("data/dashboards/t.csv", "id,roles\n");
    s = desk_open_with(&o);
    (void)desk_refused(s, ERR_INPUT, "dashboard.column", "dashboard.show", "{}");
    harness_write_text("data/dashboards/t.csv",
                       "id,roles,kind,form,rows,columns,count,title::English (en),"
                       "note::English (en)\nx,*,bar,victim,sex,,,X,\n");
    (void)desk_refused(s, ERR_INPUT, "dashboard.head", "dashboard.list", "{}");
    service_close(s);
}

/* ---- 4 ---- */

static void own(void **state)
{
    (void)state;
    struct organisation gnr;
    struct arena *a = arena_new(ARENA_PLAIN);
    struct err e = {0};
    assert_true(service_repository(desk, &e));
    assert_true(store_organisation_find(&gnr, desk->store, TEXT("GNR"), a, &e));
    const struct seat_of who = {"contributor", "GNR", gnr.organisation_no, 7};
    (void)desk_do(desk, "dashboard.show",
                  "{'name':'1-victims'}"); /* another reader's is not kept for this one */
    const struct json *board = seat_do(desk, &who, "dashboard.show", "{'name':'1-victims'}");
    assert_true(json_get_bool(board, "own", false));
    assert_null(figure(board, "overlap"));
    assert_int_equal(cell(figure(board, "age"), "T", 3), 60);
    assert_int_equal(cell(figure(board, "organisations"), "APAV", 1), -1);
    board = seat_do(desk, &who, "dashboard.show", "{'name':'3-justice'}");
    const struct json *f = figure(board, "funnel");
    assert_string_equal(json_get_text(f, "kind", ""), "funnel");
    assert_int_equal(cell(f, "2023", 1), 25);
    assert_int_equal(cell(f, "T", 1), 25);
    assert_int_equal(cell(f, "T", 3), 0);
    assert_string_equal(json_get_text(f, "unit", ""), "records");
    assert_non_null(strstr(json_get_text(f, "finding", ""), "25 records"));
    board = seat_do(desk, &who, "dashboard.show", "{'name':'4-completeness'}");
    f = figure(board, "victim");
    assert_int_equal(cell(f, "sex", 1), 60);
    assert_int_equal(cell(f, "sex", 2), 0);
    assert_int_equal(cell(f, "incident_region", 2), 60);
    assert_int_equal(cell(f, "incident_region", 4), 60);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(shipped, begin, end),
        cmocka_unit_test_setup_teardown(figures, begin, end),
        cmocka_unit_test_setup_teardown(together, begin, end),
        cmocka_unit_test_setup_teardown(own, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
