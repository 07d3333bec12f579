/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/service/op_pack_xlsform.c
 *  1 a form, and all of them, as workbooks; which form must be said
 *  2 back into a folder that is not there: a copy of the program's, good for `pack check`
 *  3 an edited workbook, parsed by the converter; problems by sheet and row, and nothing written
 *  4 what is no workbook, no data folder */
#include "harness.h"

#include "desk.h"

#include "base/xlsx_write.h"

#include <sys/stat.h>

static struct service *desk;

static int begin(void **state)
{
    (void)state;
    desk_make("repository");
    desk = desk_open("repository", NULL);
    return 0;
}

static int end(void **state)
{
    (void)state;
    service_close(desk);
    return 0;
}

static void out(void **state)
{
    (void)state;
    const struct json *r = desk_do(desk, "pack.export", "{'form':'victim','xlsx':'victim.xlsx'}");
    assert_string_equal(json_get_text(r, "pack", ""), "pt"); /* the repository's own */
    const struct json *w = json_at(json_get(r, "workbooks"), 0);
    assert_true(json_get_int(w, "rows", 0) > 300 && json_get_int(w, "choices", 0) > 1500);
    r = desk_do(desk, "pack.export", "{'all':true,'xlsx':'books','pack':'cz'}");
    assert_int_equal(json_size(json_get(r, "workbooks")), 4);
    assert_true(harness_exists("books/proceeding.xlsx"));
    (void)desk_refused(desk, ERR_USAGE, "pack.which_form", "pack.export", "{'xlsx':'x.xlsx'}");
    (void)desk_refused(desk, ERR_USAGE, "xlsform.no_form", "pack.export",
                       "{'form':'nobody','xlsx':'x.xlsx'}");
    assert_false(harness_exists("x.xlsx"));
}

static void back(void **state)
{
    (void)state;
    desk_remove("fresh");
    const struct json *r =
        desk_do(desk, "pack.import", "{'file':'victim.xlsx','into':'fresh/','pack':'pt'}");
    assert_true(json_get_bool(r, "ok", false));
    assert_int_equal(json_size(json_get(r, "problems")), 0);
    assert_int_equal(json_size(json_get(r, "files")), 0); /* nothing differs */
    r = desk_do(desk, "pack.check", "{'folder':'fresh/packs/pt'}");
    assert_true(json_get_bool(r, "ok", false));
    r = desk_do(desk, "pack.import", "{'file':'victim.xlsx','into':'fresh','pack':'zz'}");
    assert_true(json_get_bool(r, "ok", false));
    assert_true(harness_exists("fresh/packs/zz/survey-victim.csv"));
    r = desk_do(desk, "pack.check", "{'folder':'fresh/packs/zz'}");
    assert_true(json_get_bool(r, "ok", false));
}

/* A workbook of rows of three cells; a sheet without rows is left out. */
static void workbook(const char *path, const char *const (*row)[3], size_t n, bool choices)
{
    struct xlsx_writer *w;
    struct err e = {0};
    assert_true(xlsx_write_open(&w, path, "", &e) && xlsx_write_sheet(w, "survey", &e));
    for (uint32_t r = 0; r < n; r++)
        for (uint16_t c = 0; c < 3; c++) xlsx_write_text(w, r, c, text_of(row[r][c]), XLSX_PLAIN);
    if (choices) {
        assert_true(xlsx_write_sheet(w, "choices", &e));
        static const char *const cell[2][3] = {{"list_name", "name", "label"}, {"yn", "y", "Yes"}};
        for (uint32_t r = 0; r < 2; r++)
            for (uint16_t c = 0; c < 3; c++)
                xlsx_write_text(w, r, c, text_of(cell[r][c]), XLSX_PLAIN);
    }
    assert_true(xlsx_write_close(w, &e));
}

static void edited(void **state)
{
    (void)state;
    static const char *const good[][3] = {{"type", "name", "label"},
                                          {"text", "a", "A"},
                                          {"select_one yn", "b", "B"}};
    static const char *const bad[][3] = {{"type", "name", "label"},
                                         {"text", "a", "A"},
                                         {"select_one yn or_other", "b", "B"},
                                         {"select_one nowhere", "c", "C"}};
    workbook("good.xlsx", good, 3, true);
    workbook("bad.xlsx", bad, 4, true);
    uint64_t before = desk_fingerprint("fresh");
    const struct json *r =
        desk_do(desk, "pack.import", "{'file':'bad.xlsx','into':'fresh','form':'mine'}");
    assert_false(json_get_bool(r, "ok", true));
    assert_int_equal(json_get_int(r, "fatal", 0), 2);
    const struct json *p = json_at(json_get(r, "problems"), 0);
    for (size_t i = 0; !json_get_bool(p, "fatal", false); i++)
        p = json_at(json_get(r, "problems"), i);
    assert_string_equal(json_get_text(p, "file", ""), "survey");
    assert_int_equal(json_get_int(p, "row", 0), 3);
    assert_string_equal(json_get_text(p, "column", ""), "type");
    assert_true(desk_fingerprint("fresh") == before);
    r = desk_do(desk, "pack.import", "{'file':'bad.xlsx','into':'never','form':'mine'}");
    assert_false(json_get_bool(r, "ok", true));
    assert_false(harness_exists("never") || harness_exists("never.new"));
    r = desk_do(desk, "pack.import", "{'file':'good.xlsx','into':'fresh','form':'mine'}");
    assert_true(json_get_bool(r, "ok", false));
    assert_int_equal(json_get_int(r, "variables", 0), 2);
    assert_true(harness_exists("fresh/dictionary/mine.csv"));
    r = desk_do(desk, "pack.check", "{'folder':'fresh'}");
    assert_int_equal(json_get_int(r, "forms", 0), 5);
}

static void not_to_be_read(void **state)
{
    (void)state;
    harness_write_text("a.csv", "type,name\n");
    (void)desk_refused(desk, ERR_INPUT, "pack.not_workbook", "pack.import",
                       "{'file':'a.csv','into':'fresh'}");
    (void)desk_refused(desk, ERR_INPUT, "import.open", "pack.import",
                       "{'file':'absent.xlsx','into':'fresh'}");
    (void)desk_refused(desk, ERR_INPUT, "dictionary.pack_name", "pack.import",
                       "{'file':'victim.xlsx','into':'fresh','pack':'../../up'}");
    (void)desk_refused(desk, ERR_INPUT, "dictionary.pack_name", "pack.import",
                       "{'file':'victim.xlsx','into':'made/here','pack':'../../../up'}");
    assert_false(harness_exists("made") || harness_exists("up") || harness_exists("fresh/up"));
    desk_remove("full");
    assert_int_equal(mkdir("full", 0700), 0);
    harness_write_text("full/thing", "x");
    (void)desk_refused(desk, ERR_USAGE, "pack.not_data", "pack.import",
                       "{'file':'good.xlsx','into':'full','form':'mine'}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(out),
        cmocka_unit_test(back),
        cmocka_unit_test(edited),
        cmocka_unit_test(not_to_be_read),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
