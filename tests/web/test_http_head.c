/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/web/http_head.c; refusals by the hundred are in tests/web/test_http.c
 *  1 what a good head says   2 S79: the scan gives the same however the bytes come   3 S78: its
 *  limits, to the byte
 *  4 repeated headers: lists are joined, others refused (S76)   5 S82: a long head costs no more
 *  for each byte */
#include "harness.h"

#include "web/http_head.h"

#include <time.h>

static const struct http_head_limits usual = {4096, 16384, 64};

/* The status of `bytes` as a whole: of the scan, or else of the parse. */
static int read_head(struct http_head *out, struct text bytes, struct arena *a)
{
    struct http_scan scan = {0};
    size_t end = 0;
    int status = http_head_scan(&scan, bytes, &usual, &end);
    if (status != 1) return status;
    return http_head_parse(out, (struct text){bytes.p, end}, a);
}

static struct text header_of(const struct http_head *h, const char *name)
{
    for (size_t i = 0; i < h->n_header; i++)
        if (text_is(h->header[i].name, name)) return h->header[i].value;
    return (struct text){NULL, 0};
}

/* 1 */
static void test_a_head(void **state)
{
    (void)state;
    struct arena *a = arena_new(ARENA_PLAIN);
    struct http_head h;
    assert_int_equal(
        read_head(
            &h,
            TEXT("POST /a?b=c HTTP/1.1\r\nHost: [::1]:8443\r\nX-Some:\t two  words \t\r\nEmpty:\r\n"
                 "Content-Type: application/json\r\nCONTENT-LENGTH: 0012\r\n"
                 "Connection: keep-alive, Close\r\nExpect: 100-Continue\r\n\r\nrest"),
            a),
        0);
    assert_int_equal(h.method, METHOD_POST);
    assert_true(text_is(h.target, "/a?b=c"));
    assert_true(!h.head && !h.chunked && h.close && h.expects);
    assert_int_equal(h.length, 12);
    assert_true(text_is(h.type, "application/json"));
    assert_true(text_is(header_of(&h, "x-some"), "two  words"));
    assert_true(header_of(&h, "empty").p != NULL && header_of(&h, "empty").n == 0);
    assert_int_equal(h.n_header, 7);
    assert_int_equal(read_head(&h, TEXT("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n"), a), 0);
    assert_true(h.head && h.method == METHOD_GET && !h.close && h.type.p == NULL);
    assert_int_equal(
        read_head(&h, TEXT("PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: Chunked\r\n\r\n"), a),
        0);
    assert_true(h.chunked && h.length == 0);
    assert_int_equal(
        read_head(
            &h, TEXT("DELETE / HTTP/1.1\r\nHost: x\r\nContent-Length: 999999999999999999\r\n\r\n"),
            a),
        0);
    assert_true(h.length == 999999999999999999u);
    arena_free(a);
}

/* 2 */
static void test_any_pieces(void **state)
{
    (void)state;
    const struct text heads[] = {TEXT("GET / HTTP/1.1\r\nHost: x\r\nA: b\r\n\r\nGET"),
                                 TEXT("GET / HTTP/1.1\r\nHost: x\n\r\n"),
                                 TEXT("GET / HTTP/1.1\r\nHost: x\r\n folded\r\n\r\n"),
                                 TEXT("GET / HTTP/1.1\r\n\r\r\n"),
                                 TEXT("\r\n\r\n"),
                                 TEXT("GET / HTTP/1.1\r\nHost: \x01\r\n\r\n")};
    for (size_t k = 0; k < sizeof heads / sizeof heads[0]; k++) {
        struct http_scan at_once = {0};
        size_t end = 0;
        int want = http_head_scan(&at_once, heads[k], &usual, &end);
        for (size_t size = 1; size < 9; size++) {
            struct http_scan s = {0};
            size_t got = 0;
            int status = 0;
            for (size_t n = size; status == 0 && n < heads[k].n + size; n += size)
                status =
                    http_head_scan(&s, (struct text){heads[k].p, n < heads[k].n ? n : heads[k].n},
                                   &usual, &got);
            assert_int_equal(status, want);
            assert_int_equal(got, end);
        }
    }
}

/* 3 */
static void test_limits(void **state)
{
    (void)state;
    const struct http_head_limits small = {16, 20, 2};
    static const struct {
        const char *head;
        int status;
    } cases[] = {
        {"GET /ab HTTP/1.1\r\n\r\n", 1},
        {"GET /abc HTTP/1.1\r\n\r\n", 414},
        {"GET / HTTP/1.1\r\nA: 0123456789ab\r\n\r\n", 1}, /* 16 + 2 + 2 = 20 */
        {"GET / HTTP/1.1\r\nA: 0123456789abcd\r\n\r\n", 431},
        {"GET / HTTP/1.1\r\nA: 1\r\nB: 1\r\n\r\n", 1},
        {"GET / HTTP/1.1\r\nA: 1\r\nB: 1\r\nC", 431},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct http_scan s = {0};
        size_t end = 0;
        int status = http_head_scan(&s, text_of(cases[i].head), &small, &end);
        if (status != cases[i].status) fail_msg("%d: %s", status, cases[i].head);
    }
}

/* 4 */
static void test_repeated_headers(void **state)
{
    (void)state;
    struct arena *a = arena_new(ARENA_PLAIN);
    struct http_head h;
    assert_int_equal(
        read_head(&h,
                  TEXT("GET / HTTP/1.1\r\nHost: x\r\nAccept: a\r\naccept: b\r\nACCEPT: c\r\n\r\n"),
                  a),
        0);
    assert_true(text_is(header_of(&h, "accept"), "a, b, c"));
    static const char *const once[] = {"Authorization",  "Content-Type", "Origin",
                                       "Sec-Fetch-Site", "X-CSRF",       "Cookie",
                                       "Referer",        "Expect",       "X-Forwarded-Proto"};
    for (size_t i = 0; i < sizeof once / sizeof once[0]; i++) {
        char *head = arena_printf(a, "GET / HTTP/1.1\r\nHost: x\r\n%s: a\r\n%s: a\r\n\r\n", once[i],
                                  once[i]);
        assert_int_equal(read_head(&h, text_of(head), a), 400);
    }
    arena_free(a);
}

/* 5 */
static void test_cost(void **state)
{
    (void)state;
    enum { LONG = 4 * 1024 * 1024 };
    const struct http_head_limits wide = {4096, LONG, 64};
    char *p = malloc(LONG);
    assert_non_null(p);
    memset(p, 'a', LONG);
    memcpy(p, "GET / HTTP/1.1\r\nX:", 18);
    struct http_scan s = {0};
    size_t end;
    clock_t from = clock();
    for (size_t n = 1; n <= LONG; n++)
        assert_true(http_head_scan(&s, (struct text){p, n}, &wide, &end) == 0);
    assert_int_equal(s.at, LONG);
    /* Byte by byte; if each looked at all before it, this would be 8 * 10^12 steps. */
    assert_true((double)(clock() - from) / CLOCKS_PER_SEC < 5);
    free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_head), cmocka_unit_test(test_any_pieces),
        cmocka_unit_test(test_limits), cmocka_unit_test(test_repeated_headers),
        cmocka_unit_test(test_cost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
