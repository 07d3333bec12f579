/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/base/xlsx_read.c, xlsx_sheet.c and xlsx_xml.c
 *  1 cells: kinds, texts, escapes, sparse places      2 dates: styles, 1900 and 1904, times
 *  3 formulas, merged and hidden things                4 the workbook: sheets, links, other forms
 *  5 hostile XML: DOCTYPE, entities, depth, tokens     6 bad places, limits
 *  7 real workbooks: what we write, HTCDS's own files  8 any cut, any flipped byte
 */
#include "harness.h"
#include "zip_build.h"

#include "base/mem.h"
#include "base/xlsx_read.h"
#include "base/xlsx_write.h"

#include <sys/resource.h>

static const char kinds[] = "-TNDBE"; /* by enum xlsx_cell_kind */

struct listing {
    struct buf b;
    int stop_at; /* row at which the callback refuses; 0 never */
};

static bool list_row(void *ctx, const struct xlsx_row *row, struct err *e)
{
    struct listing *l = ctx;
    if (l->stop_at != 0 && row->row >= (uint64_t)l->stop_at)
        return err_set(e, ERR_CONFLICT, "test.stop", "stopped");
    assert_true(row->n_cell > 0);
    buf_printf(&l->b, "%d%s", (int)row->row, row->hidden ? "h" : "");
    for (size_t i = 0; i < row->n_cell; i++) {
        const struct xlsx_cell *c = &row->cell[i];
        assert_true(c->kind != XLSX_EMPTY || c->text.n == 0);
        buf_printf(&l->b, " %c%s", kinds[c->kind], c->formula ? "=" : "");
        if (c->kind != XLSX_EMPTY) buf_printf(&l->b, "<%.*s>", (int)c->text.n, c->text.p);
    }
    buf_putc(&l->b, '\n');
    return true;
}

/* All rows of one sheet; the error, if any, is in `e`. */
static char *rows_of(struct text bytes, size_t sheet, struct err *e)
{
    struct listing l = { .stop_at = 0 };
    buf_init(&l.b, (size_t)1 << 28);
    struct xlsx_reader *r = NULL;
    err_clear(e);
    bool ok = xlsx_open_memory(&r, bytes.p, bytes.n, e) && xlsx_read_sheet(r, sheet, list_row, &l, e);
    assert_int_equal(ok, e->code == ERR_NONE);
    xlsx_close(r);
    char *copy = mem_text(buf_text(&l.b).p, l.b.n);
    buf_release(&l.b);
    return copy;
}

static void check_rows(const struct workbook_parts *w, const char *want)
{
    struct buf b;
    struct err e;
    buf_init(&b, (size_t)1 << 28);
    workbook_build(&b, w);
    char *got = rows_of(buf_text(&b), 0, &e);
    if (e.code != ERR_NONE) fail_msg("%s: %s (%s)", e.id, e.msg, e.detail);
    assert_string_equal(got, want);
    mem_free(got);
    buf_release(&b);
}

static void check_refused(const struct workbook_parts *w, const char *id, const char *says)
{
    struct buf b;
    struct err e;
    buf_init(&b, (size_t)1 << 28);
    workbook_build(&b, w);
    char *got = rows_of(buf_text(&b), 0, &e);
    if (e.code == ERR_NONE) fail_msg("not refused: %s", id);
    assert_string_equal(e.id, id);
    if (strstr(e.msg, says) == NULL) fail_msg("'%s' does not say '%s'", e.msg, says);
    assert_true(e.remedy[0] != '\0');
    mem_free(got);
    buf_release(&b);
}

#define ROWS(xml) (&(struct workbook_parts){ .rows = (xml) })

/* ---- 1 ---- */

static void kinds_of_cells(void **state)
{
    (void)state;
    check_rows(&(struct workbook_parts){ .rows = "<row r=\"1\"><c r=\"A1\" t=\"s\"><v>1</v></c>"
                                                 "<c r=\"B1\"><v>-1.5E-3</v></c><c r=\"C1\" t=\"n\"><v> 7 </v></c>"
                                                 "<c r=\"D1\" t=\"b\"><v>1</v></c><c r=\"E1\" t=\"b\"><v>false</v></c>"
                                                 "<c r=\"F1\" t=\"e\"><v>#N/A</v></c>"
                                                 "<c r=\"G1\" t=\"str\"><v>ab</v></c>"
                                                 "<c r=\"H1\" t=\"inlineStr\"><is><t> x </t></is></c>"
                                                 "<c r=\"I1\" t=\"d\"><v>2020-12-31T10:00:00</v></c></row>",
                                         .strings = "<si><t>zero</t></si><si><t>um &amp; dois</t></si>" },
               "1 T<um & dois> N<-1.5E-3> N<7> B<1> B<0> E<#N/A> T<ab> T< x > D<2020-12-31T10:00:00>\n");
    /* a "number" that is none comes as text, for the validation to say so */
    check_rows(ROWS("<row><c><v>12a</v></c><c><v>.</v></c><c><v>1e</v></c><c t=\"d\"><v>2020-13-01</v></c></row>"),
               "1 T<12a> T<.> T<1e> T<2020-13-01>\n");
    /* a number keeps the digits of the file */
    check_rows(ROWS("<row><c><v>0.10000000000000001</v></c><c><v>12345678901234567890</v></c></row>"),
               "1 N<0.10000000000000001> N<12345678901234567890>\n");
}

static void rich_text_is_joined_and_phonetic_runs_are_not_text(void **state)
{
    (void)state;
    check_rows(&(struct workbook_parts){
                   .rows = "<row><c t=\"s\"><v>0</v></c><c t=\"inlineStr\"><is><r><t>in</t></r><r><rPr><b/></rPr>"
                           "<t>line</t></r><rPh sb=\"0\" eb=\"1\"><t>no</t></rPh></is></c><c t=\"s\"><v>1</v></c></row>",
                   .strings = "<si><r><rPr><b/></rPr><t>bo</t></r><r><t xml:space=\"preserve\">ld </t></r>"
                              "<rPh sb=\"0\" eb=\"1\"><t>ignored</t></rPh><phoneticPr fontId=\"1\"/></si>"
                              "<si><t>a\nb</t></si>" },
               "1 T<bold > T<inline> T<a\nb>\n");
}

static void escapes_are_undone(void **state)
{
    (void)state;
    check_rows(&(struct workbook_parts){
                   .rows = "<row><c t=\"inlineStr\"><is><t>a_x000D_b</t></is></c><c t=\"s\"><v>0</v></c>"
                           "<c t=\"str\"><v>_x0041_</v></c><c t=\"inlineStr\"><is><t>_x0000__xD800_</t></is></c>"
                           "<c t=\"inlineStr\"><is><t>_x00e9__x20AC__x12_</t></is></c></row>",
                   .strings = "<si><t>_x005F_x000D_</t></si>" },
               "1 T<a\rb> T<_x000D_> T<A> T<_x0000__xD800_> T<é€_x12_>\n"); /* S63: never a NUL */
}

static void places_are_sparse(void **state)
{
    (void)state;
    check_rows(ROWS("<row r=\"3\"><c r=\"B3\"><v>1</v></c><c r=\"E3\"><v>2</v></c></row>"
                    "<row><c><v>3</v></c><c><v>4</v></c></row>"
                    "<row r=\"1048576\"><c r=\"AA1048576\"><v>5</v></c></row>"),
               "3 - N<1> - - N<2>\n4 N<3> N<4>\n"
               "1048576 - - - - - - - - - - - - - - - - - - - - - - - - - - N<5>\n");
    /* formatting makes no cell, and a row of nothing is no row; a texts of nothing is nothing */
    check_rows(ROWS("<row r=\"1\"><c r=\"A1\" s=\"4\"/><c r=\"XFD1\" s=\"4\"/></row><row r=\"2\"/>"
                    "<row r=\"3\"><c r=\"A3\" t=\"inlineStr\"><is><t></t></is></c></row>"
                    "<row r=\"4\"><c r=\"A4\"><v>1</v></c><c r=\"B4\"/></row>"),
               "4 N<1>\n");
    check_rows(ROWS(""), "");
}

/* ---- 2 ---- */

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

static void dates_by_style(void **state)
{
    (void)state;
    check_rows(&(struct workbook_parts){ .styles = date_styles,
                                         .rows = "<row><c s=\"0\"><v>44196</v></c><c s=\"1\"><v>44196</v></c>"
                                                 "<c s=\"2\"><v>44196</v></c><c s=\"3\"><v>44196</v></c>"
                                                 "<c s=\"4\"><v>44196</v></c><c s=\"99\"><v>44196</v></c></row>" },
               "1 N<44196> D<2020-12-31> D<2020-12-31> N<44196> N<44196> N<44196>\n");
    check_rows(&(struct workbook_parts){ .styles = date_styles,
                                         .rows = "<row><c s=\"1\"><v>1</v></c><c s=\"1\"><v>59</v></c>"
                                                 "<c s=\"1\"><v>60</v></c><c s=\"1\"><v>61</v></c>"
                                                 "<c s=\"1\"><v>0</v></c><c s=\"1\"><v>-1</v></c>"
                                                 "<c s=\"1\"><v>1e9</v></c><c s=\"1\"><v>4.4196E4</v></c></row>" },
               "1 D<1900-01-01> D<1900-02-28> N<60> D<1900-03-01> N<0> N<-1> N<1e9> D<2020-12-31>\n");
    check_rows(&(struct workbook_parts){ .styles = date_styles, .properties = "date1904=\"1\"",
                                         .rows = "<row><c s=\"1\"><v>0</v></c><c s=\"1\"><v>60</v></c>"
                                                 "<c s=\"1\"><v>42734</v></c></row>" },
               "1 D<1904-01-01> D<1904-03-01> D<2020-12-31>\n");
}

static void times_of_day(void **state)
{
    (void)state;
    /* 0.5 noon; 0.572916667 = 13:45; 0.99999999 rounds up to the next day */
    check_rows(&(struct workbook_parts){ .styles = date_styles,
                                         .rows = "<row><c s=\"5\"><v>44196.5</v></c><c s=\"5\"><v>44196.572916667</v></c>"
                                                 "<c s=\"5\"><v>44195.99999999</v></c><c s=\"5\"><v>0.5</v></c></row>" },
               "1 D<2020-12-31T12:00:00> D<2020-12-31T13:45:00> D<2020-12-31> T<12:00:00>\n");
}

static void format_codes(void **state)
{
    (void)state;
    static const char *const dates[] = { "yyyy-mm-dd", "D.M.YYYY", "h:mm", "mm:ss", "[h]:mm:ss", "\"le\" d",
                                         "[$-816]dd/mm/yyyy;@", "m/d/yy h:mm", "0;d" };
    static const char *const numbers[] = { "General", "0.00", "#,##0", "0%", "\"days\"", "\\d0", "[Red]0", "0_d",
                                           "*m0", "[$Kč-405]0", "@", "", "\"unclosed yyyy", "[yyyy", "0.0E+0" };
    struct buf b;
    struct err e;
    for (size_t i = 0; i < sizeof dates / sizeof dates[0] + sizeof numbers / sizeof numbers[0]; i++) {
        bool date = i < sizeof dates / sizeof dates[0];
        const char *code = date ? dates[i] : numbers[i - sizeof dates / sizeof dates[0]];
        char styles[400], quoted[100] = "";
        for (const char *p = code; *p != '\0'; p++) /* as XML attribute */
            snprintf(quoted + strlen(quoted), sizeof quoted - strlen(quoted), *p == '"' ? "&quot;" : "%c", *p);
        snprintf(styles, sizeof styles, "<numFmts><numFmt numFmtId=\"200\" formatCode=\"%s\"/></numFmts>"
                 "<cellXfs><xf numFmtId=\"200\"/></cellXfs>", quoted);
        buf_init(&b, 1 << 20);
        workbook_build(&b, &(struct workbook_parts){ .styles = styles,
                                                     .rows = "<row><c s=\"0\"><v>44196</v></c></row>" });
        char *got = rows_of(buf_text(&b), 0, &e);
        if (strcmp(got, date ? "1 D<2020-12-31>\n" : "1 N<44196>\n") != 0)
            fail_msg("'%s' gave '%s'", code, got);
        mem_free(got);
        buf_release(&b);
    }
}

/* ---- 3 ---- */

static void formulas_are_marked_and_never_computed(void **state)
{
    (void)state;
    check_rows(ROWS("<row><c><f>1+1</f><v>2</v></c><c t=\"str\"><f>\"a\"&amp;\"b\"</f><v>ab</v></c>"
                    "<c><f>SUM(A1)</f></c><c><f t=\"shared\" si=\"0\"/><v>5</v></c>"
                    "<c t=\"e\"><f>1/0</f><v>#DIV/0!</v></c><c t=\"b\"><f>TRUE</f><v>1</v></c><c><v>3</v></c></row>"),
               "1 N=<2> T=<ab> -= N=<5> E=<#DIV/0!> B=<1> N<3>\n");
}

static void merged_areas_have_one_value_and_hidden_rows_are_marked(void **state)
{
    (void)state;
    struct workbook_parts w = {
        .sheet = "<worksheet><dimension ref=\"A1:C2\"/><sheetViews><sheetView/></sheetViews><sheetData>"
                 "<row r=\"1\"><c r=\"A1\"><v>1</v></c><c r=\"B1\" s=\"0\"/><c r=\"C1\" s=\"0\"/></row>"
                 "<row r=\"2\" hidden=\"1\"><c r=\"A2\"><v>2</v></c></row></sheetData>"
                 "<mergeCells count=\"1\"><mergeCell ref=\"A1:C1\"/></mergeCells></worksheet>",
        .sheet_state = "veryHidden",
    };
    check_rows(&w, "1 N<1>\n2h N<2>\n");
    struct buf b;
    buf_init(&b, 1 << 20);
    workbook_build(&b, &w);
    struct xlsx_reader *r;
    struct err e;
    assert_true(xlsx_open_memory(&r, b.p, b.n, &e));
    assert_int_equal(xlsx_sheet_count(r), 1);
    assert_true(text_is(xlsx_sheet_name(r, 0), "data"));
    assert_true(xlsx_sheet_hidden(r, 0));
    assert_false(xlsx_has_external_links(r));
    assert_false(xlsx_uses_1904(r));
    assert_false(xlsx_read_sheet(r, 1, list_row, NULL, &e));
    assert_string_equal(e.id, "xlsx.no_sheet");
    xlsx_close(r);
    xlsx_close(NULL);
    buf_release(&b);
}

/* ---- 4 ---- */

static void links_are_noticed_and_never_followed(void **state)
{
    (void)state;
#define REL(type, target, mode)                                                                         \
    "<Relationship Id=\"x\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/" type \
    "\" Target=\"" target "\"" mode "/>"
    static const char *const links[] = {
        REL("externalLink", "externalLinks/externalLink1.xml", ""),
        REL("connections", "connections.xml", ""),
        REL("styles", "http://example.org/styles.xml", " TargetMode=\"External\""),
        REL("sharedStrings", "file:///etc/passwd", " TargetMode=\"External\""),
    };
    for (size_t i = 0; i < sizeof links / sizeof links[0]; i++) {
        struct buf b;
        struct xlsx_reader *r;
        struct err e;
        buf_init(&b, 1 << 20);
        workbook_build(&b, &(struct workbook_parts){ .relations = links[i], .rows = "<row><c><v>1</v></c></row>" });
        assert_true(xlsx_open_memory(&r, b.p, b.n, &e));
        assert_true(xlsx_has_external_links(r));
        xlsx_close(r);
        buf_release(&b);
    }
    /* a relationship that climbs out of the archive leads nowhere */
    static const char book[] = "<workbook><sheets><sheet name=\"x\" sheetId=\"1\" r:id=\"a\"/></sheets></workbook>";
    static const char package[] =
        "<Relationships><Relationship Id=\"1\" Type=\"x/officeDocument\" Target=\"../../../etc/passwd\"/></Relationships>";
    struct zip_part part[] = { { .name = "_rels/.rels", .data = package, .n = sizeof package - 1 },
                               { .name = "xl/workbook.xml", .data = book, .n = sizeof book - 1 } };
    struct buf b;
    struct err e;
    buf_init(&b, 1 << 20);
    zip_build(&b, part, 2);
    mem_free(rows_of(buf_text(&b), 0, &e));
    assert_string_equal(e.id, "xlsx.not_workbook");
    buf_release(&b);
}

/* Other names, prefixes, absolute targets, UTF-16: the same workbook. */
static void other_forms_of_the_same(void **state)
{
    (void)state;
    static const char package[] =
        "<p:Relationships xmlns:p=\"u\"><p:Relationship Id=\"1\" "
        "Type=\"http://purl.oclc.org/ooxml/officeDocument/relationships/officeDocument\" Target=\"/book/main.xml\"/>"
        "</p:Relationships>";
    static const char book[] =
        "<x:workbook xmlns:x=\"u\" xmlns:q=\"v\"><x:workbookPr date1904=\"true\"/><x:sheets>"
        "<x:sheet name=\"chart\" sheetId=\"1\" q:id=\"c\"/><x:sheet name=\"Um &amp; dois\" sheetId=\"2\" q:id=\"s\"/>"
        "</x:sheets></x:workbook>";
    static const char relations[] =
        "<Relationships><Relationship Id=\"c\" Type=\"u/chartsheet\" Target=\"c.xml\"/>"
        "<Relationship Id=\"s\" Type=\"u/worksheet\" Target=\"./../SHEETS/One.xml\"/></Relationships>";
    static const char sheet8[] = "<x:worksheet xmlns:x=\"u\"><x:sheetData><x:row><x:c t=\"str\"><x:v>a</x:v></x:c>"
                                 "</x:row></x:sheetData></x:worksheet>";
    char sheet[2 * sizeof sheet8] = "\xFF\xFE";
    for (size_t i = 0; i < sizeof sheet8 - 1; i++) sheet[2 + 2 * i] = sheet8[i];
    struct zip_part part[] = {
        { .name = "_rels/.rels", .data = package, .n = sizeof package - 1, .stored = true },
        { .name = "book/main.xml", .data = book, .n = sizeof book - 1, .flags = 8 },
        { .name = "book/_rels/main.xml.rels", .data = relations, .n = sizeof relations - 1, .zip64 = true },
        { .name = "sheets/one.xml", .data = sheet, .n = 2 * sizeof sheet8, .flags = 8 },
        { .name = "empty/", .data = "", .n = 0, .stored = true },
    };
    struct buf b;
    struct err e;
    buf_init(&b, 1 << 20);
    zip_build(&b, part, sizeof part / sizeof part[0]);
    char *got = rows_of(buf_text(&b), 0, &e);
    if (e.code != ERR_NONE) fail_msg("%s: %s (%s)", e.id, e.msg, e.detail);
    assert_string_equal(got, "1 T<a>\n");
    mem_free(got);
    struct xlsx_reader *r;
    assert_true(xlsx_open_memory(&r, b.p, b.n, &e));
    assert_int_equal(xlsx_sheet_count(r), 1);
    assert_true(text_is(xlsx_sheet_name(r, 0), "Um & dois"));
    assert_true(xlsx_uses_1904(r));
    xlsx_close(r);
    buf_release(&b);
}

static void not_a_workbook(void **state)
{
    (void)state;
    static const struct {
        struct text bytes;
        const char *id;
    } wrong[] = {
        { { "", 0 }, "xlsx.not_zip" },
        { { "a,b\n1,2\n", 8 }, "xlsx.not_zip" },
        { { "PK\x03\x04", 4 }, "xlsx.damaged" },
        { { "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1\0\0", 10 }, "xlsx.encrypted" },
        { { "PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 22 }, "xlsx.not_zip" }, /* an empty archive */
    };
    struct err e;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        mem_free(rows_of(wrong[i].bytes, 0, &e));
        assert_string_equal(e.id, wrong[i].id);
        assert_true(e.remedy[0] != '\0');
    }
    struct zip_part ods = { .name = "content.xml", .data = "<a/>", .n = 4 };
    struct buf b;
    buf_init(&b, 1 << 20);
    zip_build(&b, &ods, 1);
    mem_free(rows_of(buf_text(&b), 0, &e));
    assert_string_equal(e.id, "xlsx.not_workbook");
    assert_non_null(strstr(e.msg, "OpenDocument"));
    buf_release(&b);
}

/* ---- 5 ---- */

static void a_doctype_aborts(void **state) /* S69 */
{
    (void)state;
    static const char *const hostile[] = {
        "<!DOCTYPE worksheet><worksheet/>",
        /* "billion laughs" */
        "<!DOCTYPE w [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\"><!ENTITY c \"&b;&b;&b;&b;&b;&b;\">]>"
        "<worksheet><sheetData><row><c t=\"str\"><v>&c;</v></c></row></sheetData></worksheet>",
        "<!DOCTYPE w [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>"
        "<worksheet><sheetData><row><c t=\"str\"><v>&x;</v></c></row></sheetData></worksheet>",
        "<!DOCTYPE w SYSTEM \"http://example.org/x.dtd\"><worksheet/>",
        "<!DOCTYPE w [<!ENTITY % p SYSTEM \"http://example.org/x\"> %p;]><worksheet/>",
    };
    for (size_t i = 0; i < sizeof hostile / sizeof hostile[0]; i++)
        check_refused(&(struct workbook_parts){ .sheet = hostile[i] }, "xlsx.doctype", "document type");
    check_refused(ROWS("<row><c t=\"str\"><v>&unknown;</v></c></row>"), "xlsx.xml", "undefined entity");
}

static char *repeated(const char *before, const char *piece, size_t n, const char *after)
{
    struct buf b;
    buf_init(&b, (size_t)1 << 28);
    buf_puts(&b, before);
    for (size_t i = 0; i < n; i++) buf_puts(&b, piece);
    buf_puts(&b, after);
    char *copy = mem_text(b.p, b.n);
    buf_release(&b);
    return copy;
}

static void depth_attributes_and_tokens_are_bounded(void **state) /* S69 */
{
    (void)state;
    /* worksheet, sheetData and 62 more are 64; one more is refused */
    char *deep = repeated("", "<a>", 62, ""), *closed = repeated(deep, "</a>", 62, "");
    check_rows(ROWS(closed), "");
    mem_free(deep);
    mem_free(closed);
    deep = repeated("", "<a>", 63, "");
    closed = repeated(deep, "</a>", 63, "");
    check_refused(ROWS(closed), "xlsx.xml_depth", "64");
    mem_free(deep);
    mem_free(closed);

    for (int n = 64; n <= 65; n++) {
        struct buf b;
        buf_init(&b, 1 << 20);
        buf_puts(&b, "<row");
        for (int i = 0; i < n; i++) buf_printf(&b, " a%d=\"\"", i);
        buf_puts(&b, "><c><v>1</v></c></row>");
        if (n == 64) check_rows(ROWS(b.p), "1 N<1>\n");
        else check_refused(ROWS(b.p), "xlsx.xml_attributes", "64");
        buf_release(&b);
    }

    /* not so alike that the archive's ratio would speak first */
    struct buf b;
    buf_init(&b, (size_t)1 << 24);
    buf_puts(&b, "<!--");
    uint32_t s = 1;
    for (int i = 0; i < 3 << 20; i++) {
        s = s * 1664525 + 1013904223; /* Numerical Recipes' constants */
        buf_putc(&b, (char)('a' + (s >> 27) % 26));
    }
    buf_puts(&b, "-->");
    check_refused(ROWS(b.p), "xlsx.xml_token", "1048576");
    buf_release(&b);
}

static void broken_xml(void **state)
{
    (void)state;
    static const char *const broken[] = { "<worksheet><sheetData>", "<worksheet></sheetData></worksheet>", "", "text",
                                          "<a/><b/>", "<worksheet>\x01</worksheet>", "<worksheet>\xFF</worksheet>",
                                          "<worksheet a=\"1\" a=\"2\"/>",
                                          "<?xml version=\"1.0\" encoding=\"x-unknown\"?><worksheet/>" };
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++)
        check_refused(&(struct workbook_parts){ .sheet = broken[i] }, "xlsx.xml", "line ");
}

/* ---- 6 ---- */

static void bad_places_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = { "A0", "A", "1", "", "a1", "$A$1", "XFE1", "ZZZZ1", "A1048577", "A01", "A1x",
                                       "A-1", "AAAAAAAAAAAAAAAAAAAAAAAA1", "A99999999999999999999999", "A2" };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char rows[200];
        snprintf(rows, sizeof rows, "<row r=\"1\"><c r=\"%s\"><v>1</v></c></row>", bad[i]);
        check_refused(ROWS(rows), "xlsx.cell_reference", "sheet 1, row 1");
    }
    check_refused(ROWS("<row r=\"0\"/>"), "xlsx.cell_reference", "");
    check_refused(ROWS("<row r=\"x\"/>"), "xlsx.cell_reference", "");
    check_refused(ROWS("<row r=\"1048577\"/>"), "xlsx.cell_reference", "");
    check_refused(ROWS("<row r=\"2\"/><row r=\"2\"/>"), "xlsx.row_order", "row 2");
    check_refused(ROWS("<row r=\"2\"/><row r=\"1\"/>"), "xlsx.row_order", "");
    check_refused(ROWS("<row r=\"1\"><c r=\"B1\"/><c r=\"A1\"/></row>"), "xlsx.cell_order", "column 1");
    check_refused(ROWS("<row r=\"1\"><c r=\"B1\"/><c r=\"B1\"/></row>"), "xlsx.cell_order", "");
    check_refused(ROWS("<row><c t=\"s\"><v>0</v></c></row>"), "xlsx.damaged", "row 1, column 1");
    check_refused(ROWS("<row><c t=\"s\"><v>-1</v></c></row>"), "xlsx.damaged", "");
}

static void limits_of_cells(void **state) /* S70 in spirit: 2,000 columns; a cell of 10 MB */
{
    (void)state;
    check_rows(ROWS("<row r=\"1\"><c r=\"A1\"><v>1</v></c><c r=\"BXY1\"/><c r=\"XFD1\" s=\"1\"/></row>"), "1 N<1>\n");
    /* BXX is column 2*676 + 24*26 + 24 = 2000 */
    struct buf b;
    struct err e;
    buf_init(&b, 1 << 20);
    workbook_build(&b, ROWS("<row r=\"1\"><c r=\"BXX1\"><v>1</v></c></row>"));
    char *got = rows_of(buf_text(&b), 0, &e);
    assert_int_equal(e.code, ERR_NONE);
    assert_int_equal(strlen(got), strlen("1") + 1999 * strlen(" -") + strlen(" N<1>\n"));
    mem_free(got);
    buf_release(&b);
    check_refused(ROWS("<row r=\"1\"><c r=\"BXY1\"><v>1</v></c></row>"), "xlsx.too_many_columns", "column 2001");

    char *text = mem_new(11 << 20, 1); /* 10 MB and some, not too alike */
    uint32_t s = 1;
    for (size_t i = 0; i < 10 << 20; i++) {
        s = s * 1664525 + 1013904223;
        text[i] = (char)('a' + (s >> 27) % 26);
    }
    char *inline_text = repeated("<row r=\"4\"><c r=\"C4\" t=\"inlineStr\"><is><t>", text, 1, "</t></is></c></row>");
    check_refused(ROWS(inline_text), "xlsx.cell_too_long", "sheet 1, row 4, column 3");
    mem_free(inline_text);
    char *shared = repeated("<si><t>", text, 1, "</t></si>");
    check_refused(&(struct workbook_parts){ .strings = shared, .rows = "<row r=\"4\"><c r=\"C4\" t=\"s\"><v>0</v></c></row>" },
                  "xlsx.cell_too_long", "sheet 1, row 4, column 3");
    mem_free(shared);
    mem_free(text);
}

static void the_callback_can_stop(void **state)
{
    (void)state;
    struct buf b;
    struct err e = { 0 };
    buf_init(&b, 1 << 20);
    workbook_build(&b, ROWS("<row><c><v>1</v></c></row><row><c><v>2</v></c></row><row><c><v>3</v></c></row>"));
    struct xlsx_reader *r;
    struct listing l = { .stop_at = 2 };
    buf_init(&l.b, 1 << 20);
    assert_true(xlsx_open_memory(&r, b.p, b.n, &e));
    assert_false(xlsx_read_sheet(r, 0, list_row, &l, &e));
    assert_string_equal(e.id, "test.stop");
    assert_string_equal(l.b.p, "1 N<1>\n");
    l.stop_at = 0; /* and the sheet can be read again from its beginning */
    buf_clear(&l.b);
    assert_true(xlsx_read_sheet(r, 0, list_row, &l, &e));
    assert_string_equal(l.b.p, "1 N<1>\n2 N<2>\n3 N<3>\n");
    xlsx_close(r);
    buf_release(&l.b);
    buf_release(&b);
}

static void messages_hold_no_content(void **state) /* S15: an error may be logged */
{
    (void)state;
    struct buf b;
    struct err e;
    buf_init(&b, 1 << 20);
    workbook_build(&b, ROWS("<row><c t=\"str\"><v>Canary</v></c><c r=\"Canary\"><v>1</v></c></row><Canary>"));
    mem_free(rows_of(buf_text(&b), 0, &e));
    assert_int_not_equal(e.code, ERR_NONE);
    assert_null(strstr(e.msg, "anary"));
    buf_release(&b);
}

/* ---- 7 ---- */

static void real_workbooks(void **state)
{
    (void)state;
    /* Facts of the files, from unzip and their XML: htcds_xlsform.xlsx has the XLSForm sheets. */
    const char *path = harness_shared("data/htcds/htcds_xlsform.xlsx");
    if (path == NULL) skip();
    size_t n;
    char *bytes = harness_read(path, &n);
    struct xlsx_reader *r;
    struct err e = { 0 };
    if (!xlsx_open_memory(&r, bytes, n, &e)) fail_msg("%s: %s", e.id, e.msg);
    assert_true(xlsx_sheet_count(r) >= 3);
    assert_true(text_is(xlsx_sheet_name(r, 0), "survey"));
    assert_true(text_is(xlsx_sheet_name(r, 1), "choices"));
    struct listing l = { .stop_at = 0 };
    buf_init(&l.b, (size_t)1 << 26);
    for (size_t i = 0; i < xlsx_sheet_count(r); i++) {
        if (!xlsx_read_sheet(r, i, list_row, &l, &e)) fail_msg("%s: %s", e.id, e.msg);
    }
    assert_non_null(strstr(l.b.p, "1 T<type> T<name>"));
    buf_release(&l.b);
    xlsx_close(r);
    free(bytes);

    path = harness_shared("data/htcds/htcds_spreadsheet_v2.0.xlsx");
    if (path == NULL) skip();
    bytes = harness_read(path, &n);
    if (!xlsx_open_memory(&r, bytes, n, &e)) fail_msg("%s: %s", e.id, e.msg);
    buf_init(&l.b, (size_t)1 << 26);
    for (size_t i = 0; i < xlsx_sheet_count(r); i++)
        if (!xlsx_read_sheet(r, i, list_row, &l, &e)) fail_msg("%s: %s", e.id, e.msg);
    assert_true(l.b.n > 1000);
    buf_release(&l.b);
    xlsx_close(r);
    free(bytes);
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
    struct listing l = { .stop_at = 0 };
    buf_init(&l.b, (size_t)1 << 28);
    double began = harness_seconds();
    if (!xlsx_open_memory(&r, bytes, n, &e)) fail_msg("%s: %s", e.id, e.msg);
    l.stop_at = 59999; /* listing would need more memory than reading */
    (void)l;
    bool ok = xlsx_read_sheet(r, 0, list_row, &l, &e);
    assert_false(ok);
    assert_string_equal(e.id, "test.stop");
    getrusage(RUSAGE_SELF, &after);
    print_message("1.8 million cells in %.2f s, %zu bytes of listing\n", harness_seconds() - began, l.b.n);
    assert_true((size_t)(after.ru_maxrss - before.ru_maxrss) * 1024 < l.b.cap + (16u << 20));
    xlsx_close(r);
    buf_release(&l.b);
    free(bytes);
}

/* ---- 8 ---- */

/* Every prefix of a workbook, and every byte of it flipped: an error or rows, never a crash (S75). */
static void any_damage_is_survived(void **state)
{
    (void)state;
    struct buf b;
    struct err e;
    buf_init(&b, 1 << 20);
    workbook_build(&b, &(struct workbook_parts){ .rows = "<row><c t=\"s\"><v>0</v></c><c s=\"1\"><v>44196.5</v></c></row>",
                                                 .strings = "<si><t>one</t></si>", .styles = date_styles });
    char *whole = rows_of(buf_text(&b), 0, &e);
    assert_int_equal(e.code, ERR_NONE);
    size_t unlike = 0;
    for (size_t n = 0; n < b.n; n++) {
        char *cut = mem_text(b.p, n); /* a copy of its own, so that the sanitizer sees its end */
        mem_free(rows_of((struct text){ cut, n }, 0, &e));
        assert_int_not_equal(e.code, ERR_NONE);
        mem_free(cut);
    }
    for (size_t i = 0; i < b.n; i++) {
        b.p[i] = (char)(b.p[i] ^ 0x41);
        char *got = rows_of(buf_text(&b), 0, &e);
        if (e.code == ERR_NONE && strcmp(got, whole) != 0) unlike++;
        mem_free(got);
        b.p[i] = (char)(b.p[i] ^ 0x41);
    }
    assert_int_equal(unlike, 0); /* the checksum of each entry sees to that */
    mem_free(whole);
    buf_release(&b);
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
        cmocka_unit_test(links_are_noticed_and_never_followed),
        cmocka_unit_test(other_forms_of_the_same),
        cmocka_unit_test(not_a_workbook),
        cmocka_unit_test(a_doctype_aborts),
        cmocka_unit_test(depth_attributes_and_tokens_are_bounded),
        cmocka_unit_test(broken_xml),
        cmocka_unit_test(bad_places_are_refused),
        cmocka_unit_test(limits_of_cells),
        cmocka_unit_test(the_callback_can_stop),
        cmocka_unit_test(messages_hold_no_content),
        cmocka_unit_test(real_workbooks),
        cmocka_unit_test(a_great_sheet_is_read_in_bounded_memory),
        cmocka_unit_test(any_damage_is_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
