/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/web/http_chunk.c; what is refused is in tests/web/test_http.c too
 *  1 bodies, in any pieces (S79)   2 what is behind stays   3 S78: the limit, before the bytes come
 *    4 S76: sizes */
#include "harness.h"

#include "web/http_chunk.h"

/* Decode in pieces of `size`; the body is left in `body`, *used gets the bytes used up. */
static int decode(struct text t, size_t size, struct buf *body, size_t max, size_t *used)
{
    struct http_chunk c = {0};
    int status = 0;
    *used = 0;
    buf_init(body, max);
    while (status == 0 && *used < t.n) {
        size_t n = t.n - *used < size ? t.n - *used : size, some = 0;
        status = http_chunk_decode(&c, (struct text){t.p + *used, n}, &some, body, max);
        *used += some;
        if (status == 0) assert_int_equal(some, n);
    }
    return status;
}

/* 1, 2 */
static void test_bodies(void **state)
{
    (void)state;
    static const struct {
        const char *sent, *body;
    } good[] = {
        {"0\r\n\r\n", ""},
        {"5\r\nhello\r\n0\r\n\r\n", "hello"},
        {"1\r\na\r\n00002\r\nbc\r\nA\r\n0123456789\r\n0\r\n\r\n", "abc0123456789"},
        {"a\r\n\r\n0\r\n\r\n012\r\n00\r\n\r\n", "\r\n0\r\n\r\n012"},
    };
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        for (size_t size = 1; size < 40; size++) {
            char all[128];
            struct buf body;
            size_t used;
            int n = snprintf(all, sizeof all, "%sGET /", good[i].sent);
            assert_int_equal(decode((struct text){all, (size_t)n}, size, &body, 100, &used), 1);
            assert_int_equal(used, strlen(good[i].sent));
            assert_true(text_is(buf_text(&body), good[i].body));
            buf_release(&body);
        }
}

/* 3 */
static void test_limit(void **state)
{
    (void)state;
    struct buf body;
    size_t used;
    assert_int_equal(decode(TEXT("5\r\nhello\r\n0\r\n\r\n"), 3, &body, 5, &used), 1);
    buf_release(&body);
    assert_int_equal(decode(TEXT("6\r\n"), 1, &body, 5, &used), 413);
    buf_release(&body);
    assert_int_equal(decode(TEXT("3\r\nabc\r\n3\r\nabc\r\n0\r\n\r\n"), 99, &body, 5, &used), 413);
    assert_int_equal(body.n, 3);
    buf_release(&body);
    assert_int_equal(decode(TEXT("ffffffff\r\n"), 99, &body, 5, &used), 413);
    buf_release(&body);
}

/* 4 */
static void test_sizes(void **state)
{
    (void)state;
    static const char *const bad[] = {"\r\n",     "g\r\n",     " 1\r\n",        "1 \r\n",
                                      "+1\r\n",   "-1\r\n",    "0x1\r\n",       "1;a\r\n",
                                      "1\n",      "1\rx",      "000000001\r\n", "1\r\nab\r\n",
                                      "1\r\na\n", "1\r\na\rx", "0\r\nX",        "0\r\n\rx",
                                      "0\n\n",    "1,\r\n",    "1.\r\n",        "1\t\r\n"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        for (size_t size = 1; size < 4; size++) {
            struct buf body;
            size_t used;
            if (decode(text_of(bad[i]), size, &body, 100, &used) != 400) fail_msg("%s", bad[i]);
            buf_release(&body);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bodies),
        cmocka_unit_test(test_limit),
        cmocka_unit_test(test_sizes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
