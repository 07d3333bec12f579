/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/web/request.c
 *  1 urlencoded texts   2 S63: what they refuse   3 cookies   4 targets   5 languages and gzip   6
 *  limits and finding */
#include "harness.h"

#include "web/request.h"

static struct arena *arena;

static int set_up(void **state)
{
    (void)state;
    arena = arena_new(ARENA_PLAIN);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

/* "name=value|name=value" */
static const char *joined(const struct field *f, size_t n)
{
    const char *s = "";
    for (size_t i = 0; i < n; i++)
        s = arena_printf(arena, "%s%s%.*s=%.*s", s, i > 0 ? "|" : "", (int)f[i].name.n, f[i].name.p,
                         (int)f[i].value.n, f[i].value.p);
    return s;
}

/* 1 */
static void test_urlencoded(void **state)
{
    (void)state;
    static const char *const good[][2] = {
        {"", ""},
        {"a=1&b=2", "a=1|b=2"},
        {"a=1&a=2", "a=1|a=2"},
        {"a", "a="},
        {"a=", "a="},
        {"=b", "=b"},
        {"&&a=1&&", "a=1"},
        {"a=b=c", "a=b=c"},
        {"a+b=c+d%2B", "a b=c d+"},
        {"n=%C3%81gua%0D%0Ax%26y%3D", "n=\xC3\x81gua\r\nx&y="},
        {"n=\xC3\x81", "n=\xC3\x81"},
        {"a=%41%7a%7A", "a=Azz"},
    };
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        const struct field *f;
        size_t n;
        struct err e = {0};
        if (!request_parse_urlencoded(&f, &n, text_of(good[i][0]), arena, &e))
            fail_msg("%s: %s", good[i][0], e.msg);
        assert_string_equal(joined(f, n), good[i][1]);
    }
}

/* 2 */
static void test_refused(void **state)
{
    (void)state;
    const struct text bad[] = {
        TEXT("a=%"),      TEXT("a=%4"),       TEXT("a=%g0"),    TEXT("a=%0g"),
        TEXT("a=%00"),    TEXT("%00=a"),      TEXT("a=\0"),     TEXT("a=\n"),
        TEXT("a=\x7f"),   TEXT("a=%FF"),      TEXT("a=%C0%80"), TEXT("a=%ED%A0%80"),
        TEXT("a=%C3"),    TEXT("a=\xC3&b=1"), TEXT("a=% 41"),   TEXT("a=%F4%90%80%80"),
        TEXT("a=%u0041"), TEXT("b=1&a=%4")};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        const struct field *f;
        size_t n;
        struct err e = {0};
        assert_false(request_parse_urlencoded(&f, &n, bad[i], arena, &e));
        assert_string_equal(e.id, "request.malformed");
        /* What was sent is not repeated. */
        assert_null(strstr(e.msg, "a="));
    }
}

/* 3 */
static void test_cookies(void **state)
{
    (void)state;
    static const char *const good[][2] = {
        {"", ""},
        {"a=1", "a=1"},
        {"a=1; b=2", "a=1|b=2"},
        {"a=1;b=2;", "a=1|b=2"},
        {"a=\"1\"; b=", "a=1|b="},
        {"a=x=y==", "a=x=y=="},
        {"a=1; nonsense; =x; b=2", "a=1|b=2"},
        {"a=1; b=x y; c=\xC3\xA3; d=a,b; e=2", "a=1|e=2"},
        {"a=1; a=2; b=3", "b=3"}, /* which is ours, nobody knows */
        {"a=1; a=1", ""},
        {"A=1; a=2", "A=1|a=2"},
        {"a b=1; c=2", "c=2"},
    };
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        const struct field *f;
        size_t n;
        struct err e = {0};
        assert_true(request_parse_cookies(&f, &n, text_of(good[i][0]), arena, &e));
        assert_string_equal(joined(f, n), good[i][1]);
    }
}

/* 4 */
static void test_targets(void **state)
{
    (void)state;
    static const char *const good[][3] = {
        {"/", "/", ""},
        {"/a/b", "/a/b", ""},
        {"/a/", "/a/", ""},
        {"/a?", "/a", ""},
        {"/a?b=c?d", "/a", "b=c?d"},
        {"/a+b%20c", "/a+b c", ""},
        {"/%C3%81", "/\xC3\x81", ""},
        {"/...", "/...", ""},
        {"/a..b/.c", "/a..b/.c", ""},
        {"/a?b=%2F..%2F", "/a", "b=/../"},
    };
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        struct request r = {.arena = arena};
        struct err e = {0};
        if (!request_parse_target(&r, text_of(good[i][0]), &e))
            fail_msg("%s: %s", good[i][0], e.msg);
        assert_true(text_is(r.path, good[i][1]));
        assert_string_equal(joined(r.query, r.n_query), good[i][2]);
        assert_true(text_is(r.target, good[i][0]));
    }
    static const char *const bad[] = {"",    "a",    "*",         "//",       "//a",     "/a//",
                                      "/.",  "/..",  "/a/../b",   "/%2e/a",   "/%2E%2e", "/a%2F..",
                                      "/\\", "/%5c", "/a#",       "/a b",     "/%0a",    "/%7f",
                                      "/%",  "/a?%", "http://a/", "/\xC3\xA3"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct request r = {.arena = arena};
        struct err e = {0};
        if (request_parse_target(&r, text_of(bad[i]), &e)) fail_msg("%s", bad[i]);
    }
}

/* 5 */
static void test_negotiation(void **state)
{
    (void)state;
    static const char *const offered[] = {"en", "pt", "cs"};
    static const char *const said[][2] = {
        {"pt", "pt"},
        {"pt-BR", "pt"},
        {"PT-br", "pt"},
        {"ptx", "en"},
        {"de, cs", "cs"},
        {"de;q=1, pt;q=0.3", "pt"},
        {"pt;q=0.3,cs;q=0.31", "cs"},
        {"*", "en"},
        {"de", "en"},
        {"", "en"},
        {"pt;q=0", "en"},
        {"pt;q=2", "en"},
        {"pt;q=x, cs", "cs"},
        {"cs;q=0.001,en;q=0", "cs"},
        {";;,,", "en"},
        {"pt ; q=0.5 , cs ; q=0.6", "cs"},
    };
    for (size_t i = 0; i < sizeof said / sizeof said[0]; i++) {
        struct field f = {TEXT("accept-language"), text_of(said[i][0])};
        struct request r = {.header = &f, .n_header = 1};
        if (strcmp(request_language(&r, offered, 3), said[i][1]) != 0) fail_msg("%s", said[i][0]);
    }
    static const struct {
        const char *accept;
        bool gzip;
    } encodings[] = {{"gzip", true},      {"br, GZIP;q=0.5", true},
                     {"gzip;q=0", false}, {"deflate", false},
                     {"", false},         {"xgzip", false}};
    for (size_t i = 0; i < sizeof encodings / sizeof encodings[0]; i++) {
        struct field f = {TEXT("accept-encoding"), text_of(encodings[i].accept)};
        struct request r = {.header = &f, .n_header = 1};
        assert_true(request_accepts_gzip(&r) == encodings[i].gzip);
    }
    struct request none = {0};
    assert_string_equal(request_language(&none, offered, 3), "en");
    assert_false(request_accepts_gzip(&none));
}

/* 6 */
static void test_limits_and_finding(void **state)
{
    (void)state;
    const struct field *f;
    size_t n;
    struct err e = {0};
    char *many = arena_take(arena, 2 * REQUEST_FIELDS_MAX + 2, 1);
    for (size_t i = 0; i < REQUEST_FIELDS_MAX; i++) memcpy(many + 2 * i, "a&", 2);
    assert_true(request_parse_urlencoded(&f, &n, (struct text){many, 2 * REQUEST_FIELDS_MAX - 1},
                                         arena, &e));
    assert_int_equal(n, REQUEST_FIELDS_MAX);
    assert_false(
        request_parse_urlencoded(&f, &n, (struct text){many, 2 * REQUEST_FIELDS_MAX}, arena, &e));
    assert_string_equal(e.id, "request.too_many_fields");
    char cookies[65 * 6 + 1];
    for (unsigned i = 0; i < 65; i++) snprintf(cookies + (size_t)6 * i, 7, "c%02u=1;", i % 100);
    assert_true(request_parse_cookies(&f, &n, (struct text){cookies, 64 * 6}, arena, &e));
    assert_int_equal(n, 64);
    assert_false(request_parse_cookies(&f, &n, (struct text){cookies, 65 * 6}, arena, &e));
    struct field form[] = {{TEXT("a"), TEXT("1")}, {TEXT("a"), TEXT("2")}, {TEXT("b"), TEXT("")}};
    struct upload up = {.field = TEXT("file")};
    struct request r = {.form = form, .n_form = 3, .upload = &up, .n_upload = 1};
    assert_true(text_is(request_form(&r, "a"), "1"));
    assert_true(request_form(&r, "b").p != NULL && request_form(&r, "b").n == 0);
    assert_null(request_form(&r, "c").p);
    assert_null(request_query(&r, "a").p);
    assert_null(request_cookie(&r, "a").p);
    assert_ptr_equal(request_upload(&r, "file"), &up);
    assert_null(request_upload(&r, "other"));
    assert_string_equal(method_name(METHOD_PATCH), "PATCH");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_urlencoded),  cmocka_unit_test(test_refused),
        cmocka_unit_test(test_cookies),     cmocka_unit_test(test_targets),
        cmocka_unit_test(test_negotiation), cmocka_unit_test(test_limits_and_finding),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
