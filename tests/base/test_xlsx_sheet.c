/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/base/xlsx_sheet.c
 *  1 cells: kinds, texts, escapes, sparse places     2 dates: styles, 1900 and 1904, times
 *  3 formulas, merged and hidden things               4 bad places, limits, stopping, memory */
#include "harness.h"
#include "listing.h"

#include "base/mem.h"
#include "base/xlsx_write.h"

#include <sys/resource.h>

/* Serials by ECMA-376 18.17.4.1: 1900 system: 1 = 1900-01-01, 59 = 1900-02-28, 61 = 1900-03-01,
 * 44196 = 2020-12-31; 1904 system: 0 = 1904-01-01, 42734 = 2020-12-31 (1462 days less). */
static const char date_styles[] =
    "<numFmts count=\"3\"><numFmt numFmtId=\"164\" formatCode=\"dd/mm/yyyy\"/>"
    "<numFmt numFmtId=\"165\" formatCode=\"&quot;days&quot; 0\"/>"
    "<numFmt numFmtId=\"166\" formatCode=\"[Red]0.00\"/></numFmts>"
    "<cellStyleXfs><xf numFmtId=\"14\"/><xf numFmtId=\"14\"/></cellStyleXfs>"
    "<cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/><xf numFmtId=\"164\"/><xf numFmtId=\"165\"/>"
    "<xf numFmtId=\"166\"/><xf numFmtId=\"22\"/></cellXfs>"
    "<dxfs><dxf><numFmt numFmtId=\"166\" formatCode=\"yyyy\"/></dxf></dxfs>";

struct stopping { /* collects rows until one */
    struct buf b;
    uint64_t at;
};

static bool stop_at(void *ctx, const struct xlsx_row *row, struct err *e)
{
    struct stopping *s = ctx;
    if (row->row >= s->at) return err_set(e, ERR_CONFLICT, "test.stop", "stopped");
    return xlsx_list_row(&s->b, row, e);
}

static void kinds_of_cells(void **state)
{
    (void)state;
    xlsx_check(
        &(struct workbook_parts){
            .rows = "<row r=\"1\"><c r=\"A1\" t=\"s\"><v>1</v></c>"
                    "<c r=\"B1\"><v>-1.5E-3</v></c><c r=\"C1\" t=\"n\"><v> 7 </v></c>"
                    "<c r=\"D1\" t=\"b\"><v>1</v></c><c r=\"E1\" t=\"b\"><v>false</v></c>"
                    "<c r=\"F1\" t=\"e\"><v>#N/A</v></c>"
                    "<c r=\"G1\" t=\"str\"><v>ab</v></c>"
                    "<c r=\"H1\" t=\"inlineStr\"><is><t> x </t></is></c>"
                    "<c r=\"I1\" t=\"d\"><v>2020-12-31T10:00:00</v></c></row>",
            .strings = "<si><t>zero</t></si><si><t>um &amp; dois</t></si>"},
        "1 T<um & dois> N<-1.5E-3> N<7> B<1> B<0> E<#N/A> T<ab> T< x > D<2020-12-31T10:00:00>\n");
    /* a "number" that is none comes as text, for the validation to say so */
    xlsx_check(
        ROWS(
            "<row><c><v>12a</v></c><c><v>.</v></c><c><v>1e</v></c><c t=\"d\"><v>2020-13-01</v></c></row>"),
        "1 T<12a> T<.> T<1e> T<2020-13-01>\n");
    /* a number keeps the digits of the file */
    xlsx_check(
        ROWS("<row><c><v>0.10000000000000001</v></c><c><v>12345678901234567890</v></c></row>"),
        "1 N<0.10000000000000001> N<12345678901234567890>\n");
}

static void rich_text_is_joined_and_phonetic_runs_are_not_text(void **state)
{
    (void)state;
    xlsx_check(
        &(struct workbook_parts){
            .rows =
                "<row><c t=\"s\"><v>0</v></c><c t=\"inlineStr\"><is><r><t>in</t></r><r><rPr><b/></rPr>"
                "<t>line</t></r><rPh sb=\"0\" eb=\"1\"><t>no</t></rPh></is></c><c t=\"s\"><v>1</v></c></row>",
            .strings = "<si><r><rPr><b/></rPr><t>bo</t></r><r><t xml:space=\"preserve\">ld </t></r>"
                       "<rPh sb=\"0\" eb=\"1\"><t>ignored</t></rPh><phoneticPr fontId=\"1\"/></si>"
                       "<si><t>a\nb</t></si>"},
        "1 T<bold > T<inline> T<a\nb>\n");
}

static void escapes_are_undone(void **state)
{
    (void)state;
    xlsx_check(
        &(struct workbook_parts){
            .rows =
                "<row><c t=\"inlineStr\"><is><t>a_x000D_b</t></is></c><c t=\"s\"><v>0</v></c>"
                "<c t=\"str\"><v>_x0041_</v></c><c t=\"inlineStr\"><is><t>_x0000__xD800_</t></is></c>"
                "<c t=\"inlineStr\"><is><t>_x00e9__x20AC__x12_</t></is></c></row>",
            .strings = "<si><t>_x005F_x000D_</t></si>"},
        "1 T<a\rb> T<_x000D_> T<A> T<_x0000__xD800_> T<é€_x12_>\n"); /* S63: never a NUL */
}

static void places_are_sparse(void **state)
{
    (void)state;
    xlsx_check(ROWS("<row r=\"3\"><c r=\"B3\"><v>1</v></c><c r=\"E3\"><v>2</v></c></row>"
                    "<row><c><v>3</v></c><c><v>4</v></c></row>"
                    "<row r=\"1048576\"><c r=\"AA1048576\"><v>5</v></c></row>"),
               "3 - N<1> - - N<2>\n4 N<3> N<4>\n"
               "1048576 - - - - - - - - - - - - - - - - - - - - - - - - - - N<5>\n");
    /* formatting makes no cell, and a row of nothing is no row; a texts of nothing is nothing */
    xlsx_check(ROWS("<row r=\"1\"><c r=\"A1\" s=\"4\"/><c r=\"XFD1\" s=\"4\"/></row><row r=\"2\"/>"
                    "<row r=\"3\"><c r=\"A3\" t=\"inlineStr\"><is><t></t></is></c></row>"
                    "<row r=\"4\"><c r=\"A4\"><v>1</v></c><c r=\"B4\"/></row>"),
               "4 N<1>\n");
    xlsx_check(ROWS(""), "");
}

static void dates_by_style(void **state)
{
    (void)state;
    xlsx_check(
        &(struct workbook_parts){
            .styles = date_styles,
            .rows = "<row><c s=\"0\"><v>44196</v></c><c s=\"1\"><v>44196</v></c>"
                    "<c s=\"2\"><v>44196</v></c><c s=\"3\"><v>44196</v></c>"
                    "<c s=\"4\"><v>44196</v></c><c s=\"99\"><v>44196</v></c></row>"},
        "1 N<44196> D<2020-12-31> D<2020-12-31> N<44196> N<44196> N<44196>\n");
    xlsx_check(
        &(struct workbook_parts){
            .styles = date_styles,
            .rows = "<row><c s=\"1\"><v>1</v></c><c s=\"1\"><v>59</v></c>"
                    "<c s=\"1\"><v>60</v></c><c s=\"1\"><v>61</v></c>"
                    "<c s=\"1\"><v>0</v></c><c s=\"1\"><v>-1</v></c>"
                    "<c s=\"1\"><v>1e9</v></c><c s=\"1\"><v>4.4196E4</v></c></row>"},
        "1 D<1900-01-01> D<1900-02-28> N<60> D<1900-03-01> N<0> N<-1> N<1e9> D<2020-12-31>\n");
    xlsx_check(&(struct workbook_parts){.styles = date_styles,
                                        .properties = "date1904=\"1\"",
                                        .rows =
                                            "<row><c s=\"1\"><v>0</v></c><c s=\"1\"><v>60</v></c>"
                                            "<c s=\"1\"><v>42734</v></c></row>"},
               "1 D<1904-01-01> D<1904-03-01> D<2020-12-31>\n");
}

static void times_of_day(void **state)
{
    (void)state;
    /* 0.5 noon; 0.572916667 = 13:45; 0.99999999 rounds up to the next day */
    xlsx_check(
        &(struct workbook_parts){
            .styles = date_styles,
            .rows = "<row><c s=\"5\"><v>44196.5</v></c><c s=\"5\"><v>44196.572916667</v></c>"
                    "<c s=\"5\"><v>44195.99999999</v></c><c s=\"5\"><v>0.5</v></c></row>"},
        "1 D<2020-12-31T12:00:00> D<2020-12-31T13:45:00> D<2020-12-31> T<12:00:00>\n");
}

static void format_codes(void **state)
{
    (void)state;
    static const char *const dates[] = {
        "yyyy-mm-dd",          "D.M.YYYY",    "h:mm", "mm:ss", "[h]:mm:ss", "\"le\" d",
        "[$-816]dd/mm/yyyy;@", "m/d/yy h:mm", "0;d"};
    static const char *const numbers[] = {
        "General", "0.00",       "#,##0", "0%", "\"days\"",        "\\d0",  "[Red]0", "0_d",
        "*m0",     "[$Kč-405]0", "@",     "",   "\"unclosed yyyy", "[yyyy", "0.0E+0"};
    struct buf b;
    struct err e;
    for (size_t i = 0; i < sizeof dates / sizeof dates[0] + sizeof numbers / sizeof numbers[0];
         i++) {
        bool date = i < sizeof dates / sizeof dates[0];
        const char *code = date ? dates[i] : numbers[i - sizeof dates / sizeof dates[0]];
        char styles[400], quoted[100] = "";
        for (const char *p = code; *p != '\0'; p++) /* as XML attribute */
            snprintf(quoted + strlen(quoted), sizeof quoted - strlen(quoted),
                     *p == '"' ? "&quot;" : "%c", *p);
        snprintf(styles, sizeof styles,
                 "<numFmts><numFmt numFmtId=\"200\" formatCode=\"%s\"/></numFmts>"
                 "<cellXfs><xf numFmtId=\"200\"/></cellXfs>",
                 quoted);
        buf_init(&b, 1 << 20);
        workbook_build(&b,
                       &(struct workbook_parts){.styles = styles,
                                                .rows = "<row><c s=\"0\"><v>44196</v></c></row>"});
        char *got = xlsx_listing(buf_text(&b), 0, &e);
        if (strcmp(got, date ? "1 D<2020-12-31>\n" : "1 N<44196>\n") != 0)
            fail_msg("'%s' gave '%s'", code, got);
        mem_free(got);
        buf_release(&b);
    }
}

static void formulas_are_marked_and_never_computed(void **state)
{
    (void)state;
    xlsx_check(
        ROWS(
            "<row><c><f>1+1</f><v>2</v></c><c t=\"str\"><f>\"a\"&amp;\"b\"</f><v>ab</v></c>"
            "<c><f>SUM(A1)</f></c><c><f t=\"shared\" si=\"0\"/><v>5</v></c>"
            "<c t=\"e\"><f>1/0</f><v>#DIV/0!</v></c><c t=\"b\"><f>TRUE</f><v>1</v></c><c><v>3</v></c></row>"),
        "1 N=<2> T=<ab> -= N=<5> E=<#DIV/0!> B=<1> N<3>\n");
}

static void merged_areas_have_one_value_and_hidden_rows_are_marked(void **state)
{
    (void)state;
    xlsx_check(
        &(struct workbook_parts){
            .sheet =
                "<worksheet><dimension ref=\"A1:C2\"/><sheetViews><sheetView/></sheetViews><sheetData>"
                "<row r=\"1\"><c r=\"A1\"><v>1</v></c><c r=\"B1\" s=\"0\"/><c r=\"C1\" s=\"0\"/></row>"
                "<row r=\"2\" hidden=\"1\"><c r=\"A2\"><v>2</v></c></row></sheetData>"
                "<mergeCells count=\"1\"><mergeCell ref=\"A1:C1\"/></mergeCells></worksheet>"},
        "1 N<1>\n2h N<2>\n");
}

static void bad_places_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"A0",
                                      "A",
                                      "1",
                                      "",
                                      "a1",
                                      "$A$1",
                                      "XFE1",
                                      "ZZZZ1",
                                      "A1048577",
                                      "A01",
                                      "A1x",
                                      "A-1",
                                      "AAAAAAAAAAAAAAAAAAAAAAAA1",
                                      "A99999999999999999999999",
                                      "A2"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char rows[200];
        snprintf(rows, sizeof rows, "<row r=\"1\"><c r=\"%s\"><v>1</v></c></row>", bad[i]);
        xlsx_check_failure(ROWS(rows), "xlsx.cell_reference", "sheet 1, row 1");
    }
    xlsx_check_failure(ROWS("<row r=\"0\"/>"), "xlsx.cell_reference", "");
    xlsx_check_failure(ROWS("<row r=\"x\"/>"), "xlsx.cell_reference", "");
    xlsx_check_failure(ROWS("<row r=\"1048577\"/>"), "xlsx.cell_reference", "");
    xlsx_check_failure(ROWS("<row r=\"2\"/><row r=\"2\"/>"), "xlsx.row_order", "row 2");
    xlsx_check_failure(ROWS("<row r=\"2\"/><row r=\"1\"/>"), "xlsx.row_order", "");
    xlsx_check_failure(ROWS("<row r=\"1\"><c r=\"B1\"/><c r=\"A1\"/></row>"), "xlsx.cell_order",
                       "column 1");
    xlsx_check_failure(ROWS("<row r=\"1\"><c r=\"B1\"/><c r=\"B1\"/></row>"), "xlsx.cell_order",
                       "");
    xlsx_check_failure(ROWS("<row><c t=\"s\"><v>0</v></c></row>"), "xlsx.damaged",
                       "row 1, column 1");
    xlsx_check_failure(ROWS("<row><c t=\"s\"><v>-1</v></c></row>"), "xlsx.damaged", "");
}

static void limits_of_cells(void **state) /* S70 in spirit: 2,000 columns; a cell of 10 MB */
{
    (void)state;
    xlsx_check(
        ROWS("<row r=\"1\"><c r=\"A1\"><v>1</v></c><c r=\"BXY1\"/><c r=\"XFD1\" s=\"1\"/></row>"),
        "1 N<1>\n");
    /* BXX is column 2*676 + 24*26 + 24 = 2000 */
    struct buf b;
    struct err e;
    buf_init(&b, 1 << 20);
    workbook_build(&b, ROWS("<row r=\"1\"><c r=\"BXX1\"><v>1</v></c></row>"));
    char *got = xlsx_listing(buf_text(&b), 0, &e);
    assert_int_equal(e.code, ERR_NONE);
    assert_int_equal(strlen(got), strlen("1") + 1999 * strlen(" -") + strlen(" N<1>\n"));
    mem_free(got);
    buf_release(&b);
    xlsx_check_failure(ROWS("<row r=\"1\"><c r=\"BXY1\"><v>1</v></c></row>"),
                       "xlsx.too_many_columns", "column 2001");

    char *text = letters(10 << 20);
    char *inline_text = repeated("<row r=\"4\"><c r=\"C4\" t=\"inlineStr\"><is><t>", text, 1,
                                 "</t></is></c></row>");
    xlsx_check_failure(ROWS(inline_text), "xlsx.cell_too_long", "sheet 1, row 4, column 3");
    mem_free(inline_text);
    char *shared = repeated("<si><t>", text, 1, "</t></si>");
    xlsx_check_failure(
        &(struct workbook_parts){.strings = shared,
                                 .rows = "<row r=\"4\"><c r=\"C4\" t=\"s\"><v>0</v></c></row>"},
        "xlsx.cell_too_long", "sheet 1, row 4, column 3");
    mem_free(shared);
    mem_free(text);
}

static void the_callback_can_stop(void **state)
{
    (void)state;
    struct buf b;
    struct err e = {0};
    buf_init(&b, 1 << 20);
    workbook_build(
        &b, ROWS("<row><c><v>1</v></c></row><row><c><v>2</v></c></row><row><c><v>3</v></c></row>"));
    struct xlsx_reader *r;
    struct stopping s = {.at = 2};
    buf_init(&s.b, 1 << 20);
    assert_true(xlsx_open_memory(&r, b.p, b.n, &e));
    assert_false(xlsx_read_sheet(r, 0, stop_at, &s, &e));
    assert_string_equal(e.id, "test.stop");
    assert_string_equal(s.b.p, "1 N<1>\n");
    s.at = 9; /* and the sheet can be read again from its beginning */
    buf_clear(&s.b);
    assert_true(xlsx_read_sheet(r, 0, stop_at, &s, &e));
    assert_string_equal(s.b.p, "1 N<1>\n2 N<2>\n3 N<3>\n");
    assert_false(xlsx_read_sheet(r, 1, stop_at, &s, &e));
    assert_string_equal(e.id, "xlsx.no_sheet");
    xlsx_close(r);
    buf_release(&s.b);
    buf_release(&b);
}

static void messages_hold_no_content(void **state) /* S15: an error may be logged */
{
    (void)state;
    struct buf b;
    struct err e;
    buf_init(&b, 1 << 20);
    workbook_build(
        &b, ROWS("<row><c t=\"str\"><v>Canary</v></c><c r=\"Canary\"><v>1</v></c></row><Canary>"));
    mem_free(xlsx_listing(buf_text(&b), 0, &e));
    assert_int_not_equal(e.code, ERR_NONE);
    assert_null(strstr(e.msg, "anary"));
    buf_release(&b);
}

static bool count_cells(void *ctx, const struct xlsx_row *row, struct err *e)
{
    (void)e;
    *(uint64_t *)ctx += row->n_cell;
    return true;
}

static void a_great_sheet_is_read_in_bounded_memory(void **state)
{
    (void)state;
    if (harness_sanitized()) skip();
    struct xlsx_writer *w;
    struct err e;
    assert_true(xlsx_write_open(&w, "great.xlsx", "great", &e));
    assert_true(xlsx_write_sheet(w, "data", &e));
    for (uint32_t i = 0; i < 60000; i++)
        for (uint16_t j = 0; j < 30; j++) {
            if (j % 2) xlsx_write_number(w, i, j, i * 31.5 + j, XLSX_PLAIN);
            else xlsx_write_text(w, i, j, TEXT("sexual_exploitation"), XLSX_PLAIN);
        }
    assert_true(xlsx_write_close(w, &e));
    size_t n;
    char *bytes = harness_read("great.xlsx", &n);
    struct rusage before, after;
    getrusage(RUSAGE_SELF, &before);
    struct xlsx_reader *r;
    uint64_t n_cell = 0;
    double began = harness_seconds();
    if (!xlsx_open_memory(&r, bytes, n, &e)) fail_msg("%s: %s", e.id, e.msg);
    assert_true(xlsx_read_sheet(r, 0, count_cells, &n_cell, &e));
    print_message("1.8 million cells read in %.2f s\n", harness_seconds() - began);
    getrusage(RUSAGE_SELF, &after);
    assert_int_equal(n_cell, 1800000);
    assert_true(after.ru_maxrss - before.ru_maxrss < 4 * 1024); /* KiB */
    xlsx_close(r);
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kinds_of_cells),
        cmocka_unit_test(rich_text_is_joined_and_phonetic_runs_are_not_text),
        cmocka_unit_test(escapes_are_undone),
        cmocka_unit_test(places_are_sparse),
        cmocka_unit_test(dates_by_style),
        cmocka_unit_test(times_of_day),
        cmocka_unit_test(format_codes),
        cmocka_unit_test(formulas_are_marked_and_never_computed),
        cmocka_unit_test(merged_areas_have_one_value_and_hidden_rows_are_marked),
        cmocka_unit_test(bad_places_are_refused),
        cmocka_unit_test(limits_of_cells),
        cmocka_unit_test(the_callback_can_stop),
        cmocka_unit_test(messages_hold_no_content),
        cmocka_unit_test(a_great_sheet_is_read_in_bounded_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
