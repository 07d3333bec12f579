/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/web/http_source.c
 *  1 addresses and their networks   2 S83: connections   3 S83: rate, burst, the seconds to wait
 *  4 many sources: found again, forgotten when idle, bounded (S82) */
#include "harness.h"

#include "base/crypto.h"
#include "web/http_source.h"

#include <arpa/inet.h>
#include <netinet/in.h>

static struct http_address of(const char *s)
{
    struct http_address a;
    assert_true(http_address_read(&a, text_of(s)));
    return a;
}

/* 1 */
static void test_addresses(void **state)
{
    (void)state;
    static const char *const known[][3] = {{"192.0.2.77", "192.0.2.77", "192.0.2.0/24"},
                                           {"::ffff:192.0.2.77", "192.0.2.77", "192.0.2.0/24"},
                                           {"2001:db8:1:2:3:4:5:6", "2001:db8:1:2:3:4:5:6",
                                            "2001:db8:1::/48"},
                                           {"::1", "::1", "::/48"}};
    for (size_t i = 0; i < 4; i++) {
        char whole[REQUEST_ADDRESS_SIZE], network[REQUEST_ADDRESS_SIZE];
        struct http_address a = of(known[i][0]);
        http_address_write(whole, network, &a);
        assert_string_equal(whole, known[i][1]);
        assert_string_equal(network, known[i][2]);
    }
    static const char *const bad[] = {
        "",
        "1.2.3",
        "1.2.3.4:80",
        "[::1]",
        "localhost",
        "1.2.3.4 ",
        "::g",
        "1111111111111111111111111111111111111111111111111111111111111111111111111111"};
    struct http_address a;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(http_address_read(&a, text_of(bad[i])));
    struct sockaddr_in in = {.sin_family = AF_INET};
    assert_int_equal(inet_pton(AF_INET, "192.0.2.77", &in.sin_addr), 1);
    struct http_address b = http_address_of((struct sockaddr *)&in);
    a = of("192.0.2.77");
    assert_memory_equal(&a, &b, sizeof a);
}

/* 2 */
static void test_connections(void **state)
{
    (void)state;
    struct http_sources *s = http_sources_new(2, 10, 10);
    struct http_address a = of("192.0.2.1"), near = of("192.0.2.2"), v6 = of("2001:db8::1"),
                        same = of("2001:db8::2:3");
    assert_true(http_source_enter(s, &a) && http_source_enter(s, &a));
    assert_false(http_source_enter(s, &a));
    assert_true(http_source_enter(s, &near));
    http_source_leave(s, &a);
    assert_true(http_source_enter(s, &a));
    assert_false(http_source_enter(s, &a));
    /* One machine has a /64. */
    assert_true(http_source_enter(s, &v6) && http_source_enter(s, &same));
    assert_false(http_source_enter(s, &v6));
    assert_int_equal(http_sources_count(s), 3);
    http_sources_free(s);
    http_sources_free(NULL);
}

/* 3 */
static void test_rate(void **state)
{
    (void)state;
    struct http_sources *s = http_sources_new(2, 2, 3);
    struct http_address a = of("192.0.2.1"), b = of("192.0.2.2");
    for (int i = 0; i < 3; i++) assert_int_equal(http_source_request(s, &a, 1000), 0);
    assert_int_equal(http_source_request(s, &a, 1000), 1);
    assert_int_equal(http_source_request(s, &b, 1000), 0);
    assert_int_equal(http_source_request(s, &a, 1499), 1);
    assert_int_equal(http_source_request(s, &a, 1500), 0); /* two a second */
    assert_int_equal(http_source_request(s, &a, 1500), 1);
    /* However long the pause, no more than the burst. */
    for (int i = 0; i < 3; i++) assert_int_equal(http_source_request(s, &a, 10000000000), 0);
    assert_int_equal(http_source_request(s, &a, 10000000000), 1);
    /* In the long run: a request every 100 ms for 100 s, at two a second. */
    int answered = 0;
    for (uint64_t t = 0; t < 1000; t++)
        answered += http_source_request(s, &a, 10000000000 + t * 100) == 0;
    assert_in_range(answered, 199, 201);
    http_sources_free(s);
}

/* 4 */
static void test_many(void **state)
{
    (void)state;
    enum { MANY = 300000, KEPT = 500 };
    struct http_sources *s = http_sources_new(1, 1, 2);
    struct http_address a = of("10.0.0.0"), kept[KEPT];
    for (uint32_t i = 0; i < KEPT; i++) {
        kept[i] = of("172.16.0.0");
        kept[i].byte[14] = (uint8_t)(i >> 8);
        kept[i].byte[15] = (uint8_t)i;
        assert_true(http_source_enter(s, &kept[i]));
    }
    for (uint32_t i = 0; i < MANY; i++) {
        a.byte[13] = (uint8_t)(i >> 16);
        a.byte[14] = (uint8_t)(i >> 8);
        a.byte[15] = (uint8_t)i;
        assert_int_equal(http_source_request(s, &a, 1000), 0);
        assert_true(http_sources_count(s) <= 98304);
    }
    /* Who is connected is never forgotten. */
    for (uint32_t i = 0; i < KEPT; i++) assert_false(http_source_enter(s, &kept[i]));
    http_sources_free(s);
}

int main(void)
{
    crypto_start();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_connections),
        cmocka_unit_test(test_rate),
        cmocka_unit_test(test_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
