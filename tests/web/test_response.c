/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/web/response.c; that every answer of the front is so: tests/web/test_http.c
 *  1 S32, S33, S35: the head   2 S61: headers   3 S61: redirects   4 S36: cookies, S33: sign-out
 *  5 names of files
 *  6 bodies and reasons */
#include "harness.h"

#include "web/response.h"

static const char *head_of(const struct response *r, const struct response_wire *w)
{
    static struct buf b;
    buf_release(&b);
    buf_init(&b, 65536);
    response_write_head(&b, r, w);
    assert_false(b.too_long);
    return b.p;
}

static void expect(const char *head, const char *line, bool there)
{
    char whole[300];
    snprintf(whole, sizeof whole, "\r\n%s\r\n", line);
    if ((strstr(head, whole) != NULL) != there) fail_msg("%s: %s", line, head);
}

/* 1 */
static void test_heads(void **state)
{
    (void)state;
    struct response r;
    response_init(&r);
    r.status = 200;
    r.content_type = "text/html; charset=utf-8";
    buf_puts(&r.body, "12345");
    const char *head =
        head_of(&r, &(struct response_wire){.secure = true, .id = "0123456789abcdef", .date = "D"});
    assert_memory_equal(head, "HTTP/1.1 200 OK\r\n", 17);
    assert_string_equal(head + strlen(head) - 4, "\r\n\r\n");
    expect(head, "Strict-Transport-Security: max-age=63072000", true);
    expect(head, "Cache-Control: no-store", true);
    expect(head, "Content-Length: 5", true);
    expect(head, "Content-Type: text/html; charset=utf-8", true);
    expect(head, "X-Request-Id: 0123456789abcdef", true);
    expect(head, "Date: D", true);
    expect(head, "X-Content-Type-Options: nosniff", true);
    expect(head, "Cross-Origin-Embedder-Policy: require-corp", true);
    expect(head, "Connection: close", false);
    static const char *const policy[] = {"default-src 'none';",
                                         "script-src 'self';",
                                         "style-src 'self';",
                                         "frame-ancestors 'none';",
                                         "base-uri 'none';",
                                         "object-src 'none';",
                                         "form-action 'self';",
                                         "require-trusted-types-for 'script';",
                                         "report-uri " RESPONSE_CSP_REPORT_PATH "\r\n"};
    for (size_t i = 0; i < sizeof policy / sizeof policy[0]; i++)
        assert_non_null(strstr(head, policy[i]));
    assert_null(strstr(head, "unsafe"));
    assert_null(strstr(head, "Server:"));
    r.immutable = r.gzip = r.close = true;
    r.lasting = TEXT("123456789");
    head = head_of(&r, &(struct response_wire){0});
    expect(head, "Cache-Control: public, max-age=31536000, immutable", true);
    expect(head, "Content-Encoding: gzip", true);
    expect(head, "Vary: Accept-Encoding", true);
    expect(head, "Content-Length: 9", true);
    expect(head, "Connection: close", true);
    assert_null(strstr(head, "Strict-Transport"));
    response_clear(&r);
    r.status = 204;
    head = head_of(&r, &(struct response_wire){.close = true});
    assert_null(strstr(head, "Content-Length"));
    assert_null(strstr(head, "\nContent-Type"));
    expect(head, "Connection: close", true);
    response_release(&r);
}

/* 2 */
static void test_headers(void **state)
{
    (void)state;
    struct response r;
    response_init(&r);
    r.status = 200;
    assert_true(response_header(&r, "ETag", TEXT("\"7\"")));
    assert_true(response_header(&r, "Link", TEXT("<x>; rel=\"next\"")));
    assert_false(response_header(&r, "X-A", TEXT("a\r\nSet-Cookie: b=c")));
    assert_false(response_header(&r, "X-A", TEXT("a\nb")));
    assert_false(response_header(&r, "X-A", TEXT("a\rb")));
    assert_false(response_header(&r, "X-A", TEXT("a\0b")));
    assert_false(response_header(&r, "X-A", TEXT("\xC3\xA3")));
    assert_false(response_header(&r, "X-A\r\nB", TEXT("a")));
    assert_false(response_header(&r, "X A", TEXT("a")));
    assert_false(response_header(&r, "", TEXT("a")));
    static const char *const ours[] = {"Content-Length",
                                       "transfer-encoding",
                                       "Content-Security-Policy",
                                       "Set-Cookie",
                                       "Location",
                                       "Server",
                                       "X-Powered-By",
                                       "Access-Control-Allow-Origin",
                                       "ACCESS-CONTROL-ALLOW-CREDENTIALS",
                                       "Cache-Control",
                                       "Strict-Transport-Security"};
    for (size_t i = 0; i < sizeof ours / sizeof ours[0]; i++)
        assert_false(response_header(&r, ours[i], TEXT("a")));
    assert_true(text_is(buf_text(&r.header), "ETag: \"7\"\r\nLink: <x>; rel=\"next\"\r\n"));
    /* As much as goes in, and whole lines. */
    char much[1000];
    memset(much, 'a', sizeof much);
    int n = 0;
    while (response_header(&r, "X-Much", (struct text){much, sizeof much})) n++;
    assert_in_range(n, 5, 10);
    assert_false(r.header.too_long);
    response_release(&r);
}

/* 3 */
static void test_redirects(void **state)
{
    (void)state;
    static const struct {
        const char *to;
        bool good;
    } cases[] = {{"/", true},
                 {"/a/b?c=d%20e", true},
                 {"/a//b", true},
                 {"", false},
                 {"a", false},
                 {"//evil.example", false},
                 {"/\\evil.example", false},
                 {"\\\\evil.example", false},
                 {"/\t/evil.example", false},
                 {"https://evil.example/", false},
                 {"javascript:alert(1)", false},
                 {"/a\r\nSet-Cookie: b=c", false},
                 {"/a b", false},
                 {"/\xC3\xA3", false}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct response r;
        char line[100];
        response_init(&r);
        buf_puts(&r.body, "what was begun");
        assert_true(response_redirect(&r, text_of(cases[i].to)) == cases[i].good);
        assert_int_equal(r.status, 303);
        assert_int_equal(response_body(&r).n, 0);
        snprintf(line, sizeof line, "Location: %s\r\n", cases[i].good ? cases[i].to : "/");
        assert_true(text_is(buf_text(&r.header), line));
        response_release(&r);
    }
}

/* 4 */
static void test_cookies(void **state)
{
    (void)state;
    struct response r;
    response_init(&r);
    assert_true(response_cookie(&r, "session", TEXT("aZ09-_")));
    assert_true(text_is(
        buf_text(&r.header),
        "Set-Cookie: __Host-session=aZ09-_; Path=/; Secure; HttpOnly; SameSite=Strict\r\n"));
    response_clear(&r);
    assert_false(response_cookie(&r, "session", TEXT("a;b")));
    assert_false(response_cookie(&r, "session", TEXT("a b")));
    assert_false(response_cookie(&r, "session", TEXT("")));
    assert_false(response_cookie(&r, "ses sion", TEXT("a")));
    assert_int_equal(r.header.n, 0);
    response_cookie_end(&r, "session");
    response_clear_site_data(&r);
    assert_true(text_is(
        buf_text(&r.header),
        "Set-Cookie: __Host-session=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0\r\n"
        "Clear-Site-Data: \"*\"\r\n"));
    response_release(&r);
}

/* 5 */
static void test_attachments(void **state)
{
    (void)state;
    static const char *const names[][2] = {
        {"table.csv", "attachment; filename=\"table.csv\""},
        {"a \"b\"\\/:c\r\n.csv", "attachment; filename=\"a _b____c__.csv\""},
        {"Pr\xC3\xA1"
         "ce.csv",
         "attachment; filename=\"Pr_ce.csv\"; filename*=UTF-8''Pr%C3%A1ce.csv"},
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct response r;
        char line[200];
        response_init(&r);
        response_attachment(&r, text_of(names[i][0]));
        snprintf(line, sizeof line, "Content-Disposition: %s\r\n", names[i][1]);
        assert_true(text_is(buf_text(&r.header), line));
        response_release(&r);
    }
}

/* 6 */
static void test_status_and_body(void **state)
{
    (void)state;
    struct response r;
    response_init(&r);
    assert_int_equal(r.status, 0);
    assert_true(r.body.wipe);
    assert_int_equal(response_body(&r).n, 0);
    buf_puts(&r.body, "a");
    assert_true(text_is(response_body(&r), "a"));
    response_clear(&r);
    assert_int_equal(response_body(&r).n, 0);
    assert_string_equal(response_reason(404), "Not Found");
    assert_string_equal(response_reason(418), "Unknown");
    response_release(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_heads),       cmocka_unit_test(test_headers),
        cmocka_unit_test(test_redirects),   cmocka_unit_test(test_cookies),
        cmocka_unit_test(test_attachments), cmocka_unit_test(test_status_and_body),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
