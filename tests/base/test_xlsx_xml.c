/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/base/xlsx_xml.c
 *  1 DOCTYPE, entities (S69)     2 depth, attributes, tokens (S69)     3 XML that is not well
 *  formed */
#include "harness.h"
#include "listing.h"

#include "base/mem.h"

static void a_doctype_aborts(void **state) /* S69 */
{
    (void)state;
    static const char use[] =
        "<worksheet><sheetData><row><c t=\"str\"><v>&c;</v></c></row></sheetData></worksheet>";
    static const char *const declared[] = {
        "<!DOCTYPE worksheet>",
        /* "billion laughs" */
        "<!DOCTYPE w [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;&a;\"><!ENTITY c \"&b;&b;&b;\">]>",
        "<!DOCTYPE w [<!ENTITY c SYSTEM \"file:///etc/passwd\">]>",
        "<!DOCTYPE w SYSTEM \"http://example.org/x.dtd\">",
        "<!DOCTYPE w [<!ENTITY % p SYSTEM \"http://example.org/x\"> %p;]>",
    };
    for (size_t i = 0; i < sizeof declared / sizeof declared[0]; i++) {
        char *sheet = repeated(declared[i], use, 1, "");
        xlsx_check_failure(&(struct workbook_parts){.sheet = sheet}, "xlsx.doctype",
                           "document type");
        mem_free(sheet);
    }
    xlsx_check_failure(&(struct workbook_parts){.sheet = use}, "xlsx.xml", "undefined entity");
}

static void depth_attributes_and_tokens_are_bounded(void **state) /* S69 */
{
    (void)state;
    /* worksheet, sheetData and 62 more are 64; one more is refused */
    char *deep = repeated("", "<a>", 62, ""), *closed = repeated(deep, "</a>", 62, "");
    xlsx_check(ROWS(closed), "");
    mem_free(deep);
    mem_free(closed);
    deep = repeated("", "<a>", 63, "");
    closed = repeated(deep, "</a>", 63, "");
    xlsx_check_failure(ROWS(closed), "xlsx.xml_depth", "64");
    mem_free(deep);
    mem_free(closed);

    for (int n = 64; n <= 65; n++) {
        struct buf b;
        buf_init(&b, 1 << 20);
        buf_puts(&b, "<row");
        for (int i = 0; i < n; i++) buf_printf(&b, " a%d=\"\"", i);
        buf_puts(&b, "><c><v>1</v></c></row>");
        if (n == 64) xlsx_check(ROWS(b.p), "1 N<1>\n");
        else xlsx_check_failure(ROWS(b.p), "xlsx.xml_attributes", "64");
        buf_release(&b);
    }

    char *text = letters(3 << 20), *comment = repeated("<!--", text, 1, "-->");
    xlsx_check_failure(ROWS(comment), "xlsx.xml_token", "1048576");
    mem_free(text);
    mem_free(comment);
}

static void broken_xml(void **state)
{
    (void)state;
    static const char *const broken[] = {
        "<worksheet><sheetData>",
        "<worksheet></sheetData></worksheet>",
        "",
        "text",
        "<a/><b/>",
        "<worksheet>\x01</worksheet>",
        "<worksheet>\xFF</worksheet>",
        "<worksheet a=\"1\" a=\"2\"/>",
        "<?xml version=\"1.0\" encoding=\"x-unknown\"?><worksheet/>"};
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++)
        xlsx_check_failure(&(struct workbook_parts){.sheet = broken[i]}, "xlsx.xml", "line ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_doctype_aborts),
        cmocka_unit_test(depth_attributes_and_tokens_are_bounded),
        cmocka_unit_test(broken_xml),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
