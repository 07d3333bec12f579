/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/base/template.c
 *  1 values, escaped   2 sections, inverted sections, where a name is looked for
 *  3 lines that leave nothing behind   4 inclusion   5 words in another language
 *  6 malformed templates: which, where, what   7 names used   8 an output that is too long
 *  Expected results of 1 to 4 follow the Mustache specification 1.1 (interpolation, sections,
 *  inverted, partials), where it does not ask for unescaped text. */
#include "harness.h"

#include "base/catalogue.h"
#include "base/template.h"

static struct json *parse(const char *text)
{
    struct json *j;
    struct err e = {0};
    if (!json_parse(&j, text_of(text), &e)) fail_msg("%s", e.msg);
    return j;
}

static void gives(const char *page, const char *document, const char *expected)
{
    struct template_source source[] = {{"page", page},
                                       {"other", "[{{text}}]"},
                                       {"list", "{{#items}}<{{.}}>{{/items}}"}};
    struct template_set *s;
    struct err e = {0};
    struct buf out;
    struct json *j = parse(document);
    buf_init(&out, 10000);
    if (!template_set_new(&s, source, 3, &e)) fail_msg("%s: %s", page, e.msg);
    if (!template_render(&out, s, "page", j, &e)) fail_msg("%s: %s", page, e.msg);
    assert_string_equal(out.p == NULL ? "" : out.p, expected);
    buf_release(&out);
    template_set_free(s);
    json_free(j);
}

static void values(void **state)
{
    (void)state;
    gives("", "{}", "");
    gives("Hello {{subject}}!\n", "{\"subject\":\"world\"}", "Hello world!\n");
    gives("{{ a }}|{{b}}|{{c}}|{{d}}|{{e}}", "{\"a\":85,\"b\":1.21,\"c\":true,\"d\":null}",
          "85|1.21|true||");
    /* S54: hostile text stays text, in elements and in quoted attributes */
    gives("<a title=\"{{t}}\">{{t}}</a>", "{\"t\":\"\\\"><script>'x'&\"}",
          "<a title=\"&quot;&gt;&lt;script&gt;&#39;x&#39;&amp;\">"
          "&quot;&gt;&lt;script&gt;&#39;x&#39;&amp;</a>");
    gives("{{a.b.c}}{{a.x.c}}{{z.b}}", "{\"a\":{\"b\":{\"c\":\"deep\"}}}", "deep");
    gives("{{a}}", "{\"a\":[1,2]}", "");
    gives("}} a { b", "{}", "}} a { b");
}

static void sections(void **state)
{
    (void)state;
    gives("{{#list}}{{item}},{{/list}}", "{\"list\":[{\"item\":1},{\"item\":2},{\"item\":3}]}",
          "1,2,3,");
    gives("{{#list}}({{.}}){{/list}}", "{\"list\":[\"a\",2,\"<\"]}", "(a)(2)(&lt;)");
    gives("{{#a}}yes{{/a}}{{^a}}no{{/a}}", "{\"a\":true}", "yes");
    gives("{{#a}}yes{{/a}}{{^a}}no{{/a}}", "{\"a\":false}", "no");
    gives("{{#a}}yes{{/a}}{{^a}}no{{/a}}", "{}", "no");
    gives("{{#a}}yes{{/a}}{{^a}}no{{/a}}", "{\"a\":[]}", "no");
    gives("{{#a}}yes{{/a}}{{^a}}no{{/a}}", "{\"a\":\"\"}", "no");
    gives("{{#a}}yes{{/a}}{{^a}}no{{/a}}", "{\"a\":0}", "no");
    gives("{{#a}}yes{{/a}}{{^a}}no{{/a}}", "{\"a\":{}}", "yes");
    /* the innermost item first, then those around it; a dotted name commits to its first part */
    gives("{{#a}}{{x}}{{y}}{{#b}}{{x}}{{y}}{{/b}}{{/a}}",
          "{\"y\":\"o\",\"a\":{\"x\":1,\"b\":{\"x\":2}}}", "1o2o");
    gives("{{#a}}{{b.c}}{{/a}}", "{\"b\":{\"c\":\"no\"},\"a\":{\"b\":{}}}", "");
    gives("{{#rows}}{{#cells}}{{.}} {{/cells}}{{^cells}}none {{/cells}}{{/rows}}",
          "{\"rows\":[{\"cells\":[1,2]},{\"cells\":[]},{\"cells\":[3]}]}", "1 2 none 3 ");
}

static void lines(void **state)
{
    (void)state;
    gives("<ul>\n  {{#a}}\n  <li>{{.}}\n  {{/a}}\n</ul>\n", "{\"a\":[1,2]}",
          "<ul>\n  <li>1\n  <li>2\n</ul>\n");
    gives("a\n{{! remark\n over lines }}\nb", "{}", "a\nb");
    gives("| {{#a}}x{{/a}}\n| {{^a}}y{{/a}}\n", "{\"a\":1}", "| x\n| \n");
    gives("{{#a}}\r\nx\r\n{{/a}}\r\ny", "{\"a\":1}", "x\r\ny");
    gives("  {{#a}}\n x{{/a}}", "{\"a\":1}", " x");
    gives(" {{a}} \n", "{\"a\":1}", " 1 \n"); /* a value's line stays */
}

static void inclusion(void **state)
{
    (void)state;
    gives("<{{>other}}>", "{\"text\":\"in\"}", "<[in]>");
    gives("{{#a}}{{> other}}{{/a}}", "{\"a\":[{\"text\":1},{\"text\":2}]}", "[1][2]");
    gives("{{>list}} {{>list}}", "{\"items\":[\"a\"]}", "<a> <a>");
}

static void words(void **state)
{
    (void)state;
    struct catalogue *c;
    assert_true(catalogue_read(&c, TEXT("msgid \"Sign in & go\"\nmsgstr \"Zaloguj \\\"się\\\"\"\n"),
                               "pl", NULL, NULL, NULL));
    gives("{{'Sign in & go'}}", "{}", "Sign in &amp; go");
    catalogue_use(c);
    gives("{{'Sign in & go'}} {{'don't'}}", "{}", "Zaloguj &quot;się&quot; don&#39;t");
    catalogue_use(NULL);
    catalogue_free(c);
}

static void malformed(void **state)
{
    (void)state;
    static const struct {
        const char *page, *where, *what;
    } bad[] = {
        {"a\n{{b", "line 2", "{{ without }}"},
        {"{{{b}}}", "line 1", "unescaped"},
        {"\n\n{{& b}}", "line 3", "unescaped"},
        {"{{}}", "line 1", "name"},
        {"{{a b}}", "line 1", "a b"},
        {"{{a..b}}", "line 1", "a..b"},
        {"{{.a}}", "line 1", ".a"},
        {"{{#a}}\n", "line 2", "not closed: a"},
        {"{{#a}}{{/b}}", "line 1", "/b"},
        {"{{/a}}", "line 1", "/a"},
        {"{{#a}}{{#b}}\n{{/a}}{{/b}}", "line 2", "/a"},
        {"{{>none}}", "line 1", "no template none"},
        {"x\n{{>page}}", "line 2", "too deep"},
        {"{{'words}}", "line 1", "apostrophe"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct template_source source = {"page", bad[i].page};
        struct template_set *s = (void *)1;
        struct err e = {0};
        if (template_set_new(&s, &source, 1, &e)) fail_msg("%s was read", bad[i].page);
        assert_null(s);
        assert_string_equal(e.id, "template.malformed");
        if (strstr(e.msg, bad[i].where) == NULL || strstr(e.msg, bad[i].what) == NULL ||
            strstr(e.msg, "page") == NULL)
            fail_msg("%s: %s", bad[i].page, e.msg);
    }
    struct buf deep;
    buf_init(&deep, 1000);
    for (int i = 0; i < 17; i++) buf_puts(&deep, "{{#a}}");
    struct template_source source = {"page", deep.p};
    struct template_set *s;
    struct err e = {0};
    assert_false(template_set_new(&s, &source, 1, &e));
    assert_non_null(strstr(e.msg, "nested too deep"));
    buf_release(&deep);

    struct template_source twice[] = {{"page", "a"}, {"other", "b"}, {"page", "c"}};
    assert_false(template_set_new(&s, twice, 3, &e));
    assert_non_null(strstr(e.msg, "template page, line 1: there are two"));
}

static void note(void *ctx, const char *path, const char *within)
{
    buf_printf(ctx, "%s<%s ", path, within);
}

static void names_used(void **state)
{
    (void)state;
    struct template_source source[] = {
        {"page", "{{a.b}}{{#rows}}{{c}}{{>cell}}{{^d}}{{e}}{{/d}}{{/rows}}{{f}}{{'words'}}"},
        {"cell", "{{g}}"}};
    struct template_set *s;
    struct buf out;
    buf_init(&out, 1000);
    assert_true(template_set_new(&s, source, 2, NULL));
    template_names(s, "page", note, &out);
    assert_string_equal(out.p, "a.b< rows< c<rows g<rows d<rows e<rows f< ");
    template_names(s, "none", note, &out);
    template_set_free(s);
    buf_release(&out);
}

static void too_long(void **state)
{
    (void)state;
    struct template_source source = {"page", "{{#a}}xxxxxxxxxx{{/a}}"};
    struct template_set *s;
    struct err e = {0};
    struct json *j = parse("{\"a\":[1,2,3,4,5,6,7,8,9,10,11]}");
    struct buf out;
    buf_init(&out, 100);
    assert_true(template_set_new(&s, &source, 1, NULL));
    assert_false(template_render(&out, s, "page", j, &e));
    assert_int_equal(e.code, ERR_LIMIT);
    assert_false(template_render(&out, s, "none", j, &e));
    assert_int_equal(e.code, ERR_NOT_FOUND);
    template_set_free(s);
    template_set_free(NULL);
    json_free(j);
    buf_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values),     cmocka_unit_test(sections), cmocka_unit_test(lines),
        cmocka_unit_test(inclusion),  cmocka_unit_test(words),    cmocka_unit_test(malformed),
        cmocka_unit_test(names_used), cmocka_unit_test(too_long),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
