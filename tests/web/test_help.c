/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/web/help.c
 *  1 the real handbook: every page has a title and is found by its name; national ones as well
 *  2 every link from page to page leads to a page that is there, and its anchor to a heading
 *  3 nothing executes and nothing is fetched: no script, style, frame, picture of elsewhere (S32,
 *  S60)
 *  4 links are rewritten and others left alone; HTML in a page is shown as text
 *  5 what cannot be loaded is an error; no handbook is an empty one
 */
#include "harness.h"

#include "web/help.h"

#include <sys/stat.h>

static struct help *help;

static int begin(void **state)
{
    struct err e = {0};
    (void)state;
    if (help_load(&help, harness_source("docs/handbook"), &e)) return 0;
    fprintf(stderr, "%s %s\n", e.id, e.msg);
    return -1;
}

static int end(void **state)
{
    (void)state;
    help_free(help);
    return 0;
}

static void pages_1(void **state)
{
    (void)state;
    assert_true(help_count(help) >= 12);
    for (size_t i = 0; i < help_count(help); i++) {
        const struct help_page *p = help_at(help, i);
        assert_ptr_equal(help_find(help, text_of(p->name)), p);
        if (p->title[0] == '\0' || p->html.n < 200) fail_msg("%s is empty", p->name);
    }
    assert_string_equal(help_find(help, TEXT("index"))->title, "Handbook");
    assert_non_null(help_find(help, TEXT("national/pt")));
    assert_null(help_find(help, TEXT("nothing")));
    assert_null(help_find(help, TEXT("../design")));
    assert_null(help_find(help, TEXT("")));
    assert_null(help_at(help, help_count(help)));
}

static bool has(struct text where, const char *what)
{
    size_t at;
    return text_find(where, text_of(what), &at);
}

static void links_2(void **state)
{
    (void)state;
    size_t n = 0;
    for (size_t i = 0; i < help_count(help); i++) {
        const struct help_page *p = help_at(help, i);
        struct text rest = p->html;
        size_t at;
        while (text_find(rest, TEXT("href=\""), &at)) {
            const char *from = rest.p + at + 6;
            const char *to = memchr(from, '"', rest.n - at - 6);
            assert_non_null(to);
            struct text target = {from, (size_t)(to - from)}, name = target;
            rest = (struct text){to, rest.n - (size_t)(to - rest.p)};
            if (!text_starts(target, TEXT("/help/"))) {
                if (has(target, ".md")) fail_msg("%s: %.*s", p->name, (int)target.n, target.p);
                continue;
            }
            n++;
            const char *hash = memchr(target.p, '#', target.n);
            name = (struct text){from + 6, (size_t)((hash == NULL ? to : hash) - from) - 6};
            const struct help_page *there = help_find(help, name);
            if (there == NULL) fail_msg("%s: no page %.*s", p->name, (int)target.n, target.p);
            if (hash == NULL) continue;
            char id[200];
            (void)snprintf(id, sizeof id, "id=\"%.*s\"", (int)(to - hash - 1), hash + 1);
            if (!has(there->html, id)) fail_msg("%s: %s has no %s", p->name, there->name, id);
        }
    }
    assert_true(n > 30);
}

static void nothing_runs_3(void **state) /* S32 S60 */
{
    (void)state;
    static const char *const never[] = {"<script", "<style",  "<iframe",   "<img",        "<object",
                                        "<form",   " style=", " onclick=", "javascript:", "src="};
    for (size_t i = 0; i < help_count(help); i++)
        for (size_t k = 0; k < sizeof never / sizeof *never; k++)
            if (has(help_at(help, i)->html, never[k]))
                fail_msg("%s has %s", help_at(help, i)->name, never[k]);
}

static void small_one_4(void **state)
{
    (void)state;
    struct help *small;
    struct err e = {0};
    assert_int_equal(mkdir("book", 0700) | mkdir("book/national", 0700), 0);
    harness_write_text("book/index.md",
                       "# First\n\n[a](other.md#part) [b](https://example.org/x.md) [c](#here)\n\n"
                       "<script>alert(1)</script> & \"q\"\n");
    harness_write_text("book/other.md", "no heading\n");
    harness_write_text("book/notes.txt", "# not a page\n");
    harness_write_text("book/national/xx.md", "# Land\n\n[up](../other.md) [beside](yy.md#a)\n");
    assert_true(help_load(&small, "book", &e));
    assert_int_equal(help_count(small), 3);
    struct text html = help_find(small, TEXT("index"))->html;
    assert_true(has(html, "href=\"/help/other#part\""));
    assert_true(has(html, "href=\"https://example.org/x.md\""));
    assert_true(has(html, "href=\"#here\""));
    assert_false(has(html, "<script"));
    assert_true(has(html, "&amp;"));
    assert_string_equal(help_find(small, TEXT("index"))->title, "First");
    assert_string_equal(help_find(small, TEXT("other"))->title, "other");
    assert_true(has(help_find(small, TEXT("national/xx"))->html, "href=\"/help/other\""));
    assert_true(has(help_find(small, TEXT("national/xx"))->html, "href=\"/help/national/yy#a\""));
    help_free(small);
}

static void faults_5(void **state)
{
    (void)state;
    struct help *none = NULL;
    struct err e = {0};
    assert_false(help_load(&none, "nowhere", &e));
    assert_int_not_equal(e.code, ERR_NONE);
    assert_int_equal(help_count(NULL), 0);
    assert_null(help_at(NULL, 0));
    assert_null(help_find(NULL, TEXT("index")));
    help_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pages_1),     cmocka_unit_test(links_2),  cmocka_unit_test(nothing_runs_3),
        cmocka_unit_test(small_one_4), cmocka_unit_test(faults_5),
    };
    return cmocka_run_group_tests_name("help", tests, begin, end);
}
