/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/base/xlsx_read.c
 *  1 sheets, links, other forms of the same, what is no workbook
 *  2 real workbooks: HTCDS's own files     3 any cut, any changed byte (S75) */
#include "harness.h"
#include "listing.h"

#include "base/mem.h"

static void sheets_and_their_states(void **state)
{
    (void)state;
    static const char *const states[] = {"visible", "hidden", "veryHidden", "odd"};
    for (size_t i = 0; i < 4; i++) {
        struct buf b;
        struct xlsx_reader *r;
        struct err e;
        buf_init(&b, 1 << 20);
        workbook_build(&b, &(struct workbook_parts){.rows = "", .sheet_state = states[i]});
        assert_true(xlsx_open_memory(&r, b.p, b.n, &e));
        assert_int_equal(xlsx_sheet_count(r), 1);
        assert_true(text_is(xlsx_sheet_name(r, 0), "data"));
        assert_int_equal(xlsx_sheet_hidden(r, 0), i == 1 || i == 2);
        assert_false(xlsx_has_external_links(r));
        assert_false(xlsx_uses_1904(r));
        xlsx_close(r);
        buf_release(&b);
    }
    xlsx_close(NULL);
}

static void links_are_noticed_and_never_followed(void **state)
{
    (void)state;
    static const char *const links[][2] = {
        {"externalLink", "Target=\"externalLinks/externalLink1.xml\""},
        {"connections", "Target=\"connections.xml\""},
        {"styles", "Target=\"http://example.org/styles.xml\" TargetMode=\"External\""},
        {"sharedStrings", "Target=\"file:///etc/passwd\" TargetMode=\"External\""},
    };
    static const char type[] =
        "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    for (size_t i = 0; i < sizeof links / sizeof links[0]; i++) {
        char relation[300];
        snprintf(relation, sizeof relation, "<Relationship Id=\"x\" Type=\"%s/%s\" %s/>", type,
                 links[i][0], links[i][1]);
        struct buf b;
        struct xlsx_reader *r;
        struct err e;
        buf_init(&b, 1 << 20);
        workbook_build(&b, &(struct workbook_parts){.relations = relation,
                                                    .rows = "<row><c><v>1</v></c></row>"});
        assert_true(xlsx_open_memory(&r, b.p, b.n, &e));
        assert_true(xlsx_has_external_links(r));
        xlsx_close(r);
        buf_release(&b);
    }
    /* a relationship that climbs out of the archive leads nowhere */
    static const char book[] =
        "<workbook><sheets><sheet name=\"x\" sheetId=\"1\" r:id=\"a\"/></sheets></workbook>";
    static const char package[] =
        "<Relationships>"
        "<Relationship Id=\"1\" Type=\"x/officeDocument\" Target=\"../../../etc/passwd\"/></Relationships>";
    struct zip_part part[] = {{.name = "_rels/.rels", .data = package, .n = sizeof package - 1},
                              {.name = "xl/workbook.xml", .data = book, .n = sizeof book - 1}};
    struct buf b;
    struct err e;
    buf_init(&b, 1 << 20);
    zip_build(&b, part, 2);
    mem_free(xlsx_listing(buf_text(&b), 0, &e));
    assert_string_equal(e.id, "xlsx.not_workbook");
    buf_release(&b);
}

/* Other names, prefixes, absolute targets, UTF-16: the same workbook. */
static void other_forms_of_the_same(void **state)
{
    (void)state;
    static const char package[] =
        "<p:Relationships xmlns:p=\"u\"><p:Relationship Id=\"1\" "
        "Type=\"http://purl.oclc.org/ooxml/officeDocument/relationships/officeDocument\""
        " Target=\"/book/main.xml\"/>"
        "</p:Relationships>";
    static const char book[] =
        "<x:workbook xmlns:x=\"u\" xmlns:q=\"v\"><x:workbookPr date1904=\"true\"/><x:sheets>"
        "<x:sheet name=\"chart\" sheetId=\"1\" q:id=\"c\"/>"
        "<x:sheet name=\"Um &amp; dois\" sheetId=\"2\" q:id=\"s\"/>"
        "</x:sheets></x:workbook>";
    static const char relations[] =
        "<Relationships><Relationship Id=\"c\" Type=\"u/chartsheet\" Target=\"c.xml\"/>"
        "<Relationship Id=\"s\" Type=\"u/worksheet\" Target=\"./../SHEETS/One.xml\"/></Relationships>";
    static const char sheet8[] =
        "<x:worksheet xmlns:x=\"u\"><x:sheetData><x:row><x:c t=\"str\"><x:v>a</x:v></x:c>"
        "</x:row></x:sheetData></x:worksheet>";
    char sheet[2 * sizeof sheet8] = "\xFF\xFE";
    for (size_t i = 0; i < sizeof sheet8 - 1; i++) sheet[2 + 2 * i] = sheet8[i];
    struct zip_part part[] = {
        {.name = "_rels/.rels", .data = package, .n = sizeof package - 1, .stored = true},
        {.name = "book/main.xml", .data = book, .n = sizeof book - 1, .flags = 8},
        {.name = "book/_rels/main.xml.rels",
         .data = relations,
         .n = sizeof relations - 1,
         .zip64 = true},
        {.name = "sheets/one.xml", .data = sheet, .n = 2 * sizeof sheet8, .flags = 8},
        {.name = "empty/", .data = "", .n = 0, .stored = true},
    };
    struct buf b;
    struct err e;
    buf_init(&b, 1 << 20);
    zip_build(&b, part, sizeof part / sizeof part[0]);
    char *got = xlsx_listing(buf_text(&b), 0, &e);
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
        {{"", 0}, "xlsx.not_zip"},
        {{"a,b\n1,2\n", 8}, "xlsx.not_zip"},
        {{"PK\x03\x04", 4}, "xlsx.damaged"},
        {{"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1\0\0", 10}, "xlsx.encrypted"},
        {{"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 22},
         "xlsx.not_zip"}, /* an empty archive */
    };
    struct err e;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        mem_free(xlsx_listing(wrong[i].bytes, 0, &e));
        assert_string_equal(e.id, wrong[i].id);
        assert_true(e.remedy[0] != '\0');
    }
    struct zip_part ods = {.name = "content.xml", .data = "<a/>", .n = 4};
    struct buf b;
    buf_init(&b, 1 << 20);
    zip_build(&b, &ods, 1);
    mem_free(xlsx_listing(buf_text(&b), 0, &e));
    assert_string_equal(e.id, "xlsx.not_workbook");
    assert_non_null(strstr(e.msg, "OpenDocument"));
    buf_release(&b);
}

static void real_workbooks(void **state)
{
    (void)state;
    /* Facts of the files, from unzip and their XML: htcds_xlsform.xlsx has the XLSForm sheets. */
    const char *path = harness_shared("data/htcds/htcds_xlsform.xlsx");
    if (path == NULL) skip();
    size_t n;
    char *bytes = harness_read(path, &n);
    struct xlsx_reader *r;
    struct err e = {0};
    if (!xlsx_open_memory(&r, bytes, n, &e)) fail_msg("%s: %s", e.id, e.msg);
    assert_true(xlsx_sheet_count(r) >= 3);
    assert_true(text_is(xlsx_sheet_name(r, 0), "survey"));
    assert_true(text_is(xlsx_sheet_name(r, 1), "choices"));
    struct buf b;
    buf_init(&b, (size_t)1 << 26);
    for (size_t i = 0; i < xlsx_sheet_count(r); i++) {
        if (!xlsx_read_sheet(r, i, xlsx_list_row, &b, &e)) fail_msg("%s: %s", e.id, e.msg);
    }
    assert_non_null(strstr(b.p, "1 T<type> T<name>"));
    buf_release(&b);
    xlsx_close(r);
    free(bytes);

    path = harness_shared("data/htcds/htcds_spreadsheet_v2.0.xlsx");
    if (path == NULL) skip();
    bytes = harness_read(path, &n);
    if (!xlsx_open_memory(&r, bytes, n, &e)) fail_msg("%s: %s", e.id, e.msg);
    buf_init(&b, (size_t)1 << 26);
    for (size_t i = 0; i < xlsx_sheet_count(r); i++)
        if (!xlsx_read_sheet(r, i, xlsx_list_row, &b, &e)) fail_msg("%s: %s", e.id, e.msg);
    assert_true(b.n > 1000);
    buf_release(&b);
    xlsx_close(r);
    free(bytes);
}

/* Every prefix of a workbook, and every byte of it flipped: an error or rows, never a crash
 * (S75). */
static void any_damage_is_survived(void **state)
{
    (void)state;
    struct buf b;
    struct err e;
    buf_init(&b, 1 << 20);
    workbook_build(&b,
                   &(struct workbook_parts){
                       .rows = "<row><c t=\"s\"><v>0</v></c><c s=\"1\"><v>44196.5</v></c></row>",
                       .strings = "<si><t>one</t></si>",
                       .styles = "<cellXfs><xf/><xf numFmtId=\"22\"/></cellXfs>"});
    char *whole = xlsx_listing(buf_text(&b), 0, &e);
    assert_int_equal(e.code, ERR_NONE);
    size_t unlike = 0;
    for (size_t n = 0; n < b.n; n++) {
        char *cut = mem_text(b.p, n); /* a copy of its own, so that the sanitizer sees its end */
        mem_free(xlsx_listing((struct text){cut, n}, 0, &e));
        assert_int_not_equal(e.code, ERR_NONE);
        mem_free(cut);
    }
    for (size_t i = 0; i < b.n; i++) {
        b.p[i] = (char)(b.p[i] ^ 0x41);
        char *got = xlsx_listing(buf_text(&b), 0, &e);
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
        cmocka_unit_test(sheets_and_their_states),
        cmocka_unit_test(links_are_noticed_and_never_followed),
        cmocka_unit_test(other_forms_of_the_same),
        cmocka_unit_test(not_a_workbook),
        cmocka_unit_test(real_workbooks),
        cmocka_unit_test(any_damage_is_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
