/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/base/markdown.c
 *  1 blocks and spans (expected results follow CommonMark 0.30)   2 anchors of headings
 *  3 raw HTML and dangerous links stay harmless (S54)   4 tables   5 limits, malformed */
#include "harness.h"

#include "base/buf.h"
#include "base/markdown.h"

static void gives(const char *page, const char *html)
{
    struct buf out;
    struct err e = {0};
    buf_init(&out, 100000);
    if (!markdown_to_html(&out, text_of(page), &e)) fail_msg("%s", e.msg);
    assert_string_equal(out.p == NULL ? "" : out.p, html);
    buf_release(&out);
}

static void blocks(void **state)
{
    (void)state;
    gives("", "");
    gives("one\ntwo\n\nthree", "<p>one\ntwo</p>\n<p>three</p>\n");
    gives("- a\n- *b* **c** `d`\n",
          "<ul>\n<li>a</li>\n<li><em>b</em> <strong>c</strong> <code>d</code></li>\n</ul>\n");
    gives("1. a\n2. b\n", "<ol>\n<li>a</li>\n<li>b</li>\n</ol>\n");
    gives("> q\n", "<blockquote>\n<p>q</p>\n</blockquote>\n");
    gives("    dcim info <x>\n", "<pre><code>dcim info &lt;x&gt;\n</code></pre>\n");
    gives("[a](collecting.md#consent) & b",
          "<p><a href=\"collecting.html#consent\">a</a> &amp; b</p>\n");
    gives("[a](../index.md) [b](#here) [c](x.mdx) [d](https://example.org/x.md)",
          "<p><a href=\"../index.html\">a</a> <a href=\"#here\">b</a> <a href=\"x.mdx\">c</a> "
          "<a href=\"https://example.org/x.md\">d</a></p>\n");
    gives("a &lt; b", "<p>a &lt; b</p>\n");
}

static void anchors(void **state)
{
    (void)state;
    gives("## Who may see it?\n", "<h2 id=\"who-may-see-it\">Who may see it?</h2>\n");
    gives("# `0` against *blank*\n",
          "<h1 id=\"0-against-blank\"><code>0</code> against <em>blank</em></h1>\n");
}

static void harmless(void **state)
{
    (void)state;
    gives("<script>x</script>\n", "<p>&lt;script&gt;x&lt;/script&gt;</p>\n");
    gives("a <b onclick=\"x\">b</b>\n", "<p>a &lt;b onclick=&quot;x&quot;&gt;b&lt;/b&gt;</p>\n");
    gives("[a](javascript:alert(1))", "<p><a>a</a></p>\n");
    gives("[a](//evil.example/x)", "<p><a>a</a></p>\n");
    gives("[a](data:text/html;base64,xx)", "<p><a>a</a></p>\n");
    gives("[a](https://example.org/?a=\"b)",
          "<p><a href=\"https://example.org/?a=&quot;b\">a</a></p>\n");
    gives("![words](http://evil.example/pixel.png)", "<p>words</p>\n");
}

static void tables(void **state)
{
    (void)state;
    gives(
        "| a | b |\n|---|---|\n| 1 | 2 |\n",
        "<div class=\"wide\" tabindex=\"0\"><table>\n<thead><tr><th scope=\"col\">a</th>"
        "<th scope=\"col\">b</th></tr>\n</thead>\n<tbody><tr><td>1</td><td>2</td></tr>\n</tbody>\n"
        "</table></div>\n");
}

static void limits(void **state)
{
    (void)state;
    struct buf out;
    struct err e = {0};
    buf_init(&out, 10);
    assert_false(markdown_to_html(&out, TEXT("a long enough paragraph"), &e));
    assert_int_equal(e.code, ERR_LIMIT);
    buf_clear(&out);
    assert_false(markdown_to_html(&out, TEXT("\xff"), &e));
    assert_string_equal(e.id, "markdown.malformed");
    struct buf page;
    buf_init(&page, 2 << 20);
    for (int i = 0; i < (1 << 20) + 1; i++) buf_putc(&page, '>');
    assert_false(markdown_to_html(&out, buf_text(&page), &e));
    assert_string_equal(e.id, "markdown.too_long");
    buf_release(&page);
    buf_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks), cmocka_unit_test(anchors), cmocka_unit_test(harmless),
        cmocka_unit_test(tables), cmocka_unit_test(limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
