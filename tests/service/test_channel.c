/* SPDX-License-Identifier: EUPL-1.2 */
/* Messages between processes (S93).
 *
 *  1 messages  1.1 there and back, small and over several frames; 1.2 one after the other
 *  2 refused   2.1 too long to send: nothing is sent; 2.2 heads that are none; 2.3 cut off; 2.4 not
 *              JSON, with the next message behind it; closed between two messages is no error
 *  3 errors    3.1 an error there and back
 */
#include "base/mem.h"
#include "base/parallel.h"
#include "harness.h"
#include "service/channel.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int ends[2];

static int open_pair(void **state)
{
    (void)state;
    return socketpair(AF_UNIX, SOCK_STREAM, 0, ends);
}

static int close_pair(void **state)
{
    (void)state;
    (void)close(ends[0]);
    (void)close(ends[1]);
    return 0;
}

struct sending {
    const struct json *j;
    bool ok;
};

static void send_it(void *ctx)
{
    struct sending *s = ctx;
    s->ok = channel_send(ends[0], s->j, CHANNEL_ANSWER_MAX, NULL);
}

static void there_and_back(size_t n)
{
    struct json *j = json_object(), *got;
    char *text = mem_new(n + 1, 1);
    struct err e = {0};
    memset(text, 'x', n);
    text[n] = '\0';
    json_set_text(j, "text", text);
    struct sending s = {j, false};
    struct parallel_stage *stage = parallel_start(send_it, &s);
    assert_true(channel_receive(&got, ends[1], CHANNEL_ANSWER_MAX, &e));
    parallel_join(stage);
    assert_true(s.ok);
    assert_string_equal(json_get_text(got, "text", ""), text);
    json_free(got);
    json_free(j);
    mem_free(text);
}

static void messages_1_1_there_and_back(void **state)
{
    (void)state;
    there_and_back(0);
    there_and_back(100);
    there_and_back(CHANNEL_MESSAGE_MAX - 11); /* {"text":""} has 11 bytes: one whole frame */
    there_and_back(CHANNEL_MESSAGE_MAX - 10);
    there_and_back(5 * CHANNEL_MESSAGE_MAX + 7);
}

static void messages_1_2_in_order(void **state)
{
    (void)state;
    for (int i = 0; i < 50; i++) {
        struct json *j = json_object();
        json_set_int(j, "n", i);
        assert_true(channel_send(ends[0], j, 100, NULL));
        json_free(j);
    }
    for (int i = 0; i < 50; i++) {
        struct json *got;
        assert_true(channel_receive(&got, ends[1], 100, NULL));
        assert_int_equal(json_get_int(got, "n", -1), i);
        json_free(got);
    }
}

static void refused_2_1_too_long(void **state)
{
    (void)state;
    struct json *j = json_object(), *got;
    struct err e = {0};
    json_set_text(j, "text", "0123456789");
    assert_false(channel_send(ends[0], j, 20, &e));
    assert_string_equal(e.id, "channel.too_long");
    assert_int_equal(e.code, ERR_LIMIT);
    assert_true(channel_send(ends[0], j, 30, &e));
    assert_true(channel_receive(&got, ends[1], 30, &e));
    json_free(got);
    json_free(j);
}

static void refused_2_2_heads(void **state)
{
    (void)state;
    static const unsigned char bad[][8] = {
        {0, 0, 0, 0, 0, 0, 0, 0},             /* nothing */
        {1, 0, 0x10, 0, 0, 0, 0, 0},          /* a byte over the largest frame */
        {2, 0, 0, 0, 2, 0, 0, 0},             /* "more" is 0 or 1 */
        {2, 0, 0, 0, 1, 0, 0, 0},             /* more behind a frame that is not full */
        {0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0}, /* four gigabytes */
        {101, 0, 0, 0, 0, 0, 0, 0},           /* over what the reader wants */
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct json *got;
        struct err e = {0};
        size_t used;
        struct text t = {(const char *)bad[i], 8};
        assert_false(channel_parse(&got, &used, t, 100, &e));
        assert_string_equal(e.id, "channel.malformed");
        int pair[2];
        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
        assert_int_equal(write(pair[0], bad[i], 8), 8);
        assert_false(channel_receive(&got, pair[1], 100, &e));
        assert_null(got);
        (void)close(pair[0]);
        (void)close(pair[1]);
    }
}

static void refused_2_3_cut(void **state)
{
    (void)state;
    struct json *got;
    struct err e = {0};
    size_t used;
    char bytes[10] = {2, 0, 0, 0, 0, 0, 0, 0, '{', '}'};
    for (size_t n = 0; n < 10; n++) {
        assert_true(channel_parse(&got, &used, (struct text){bytes, n}, 100, &e));
        assert_null(got);
        assert_int_equal(used, 0);
    }
    assert_true(channel_parse(&got, &used, (struct text){bytes, 10}, 100, &e));
    assert_non_null(got);
    assert_int_equal(used, 10);
    json_free(got);
    assert_int_equal(write(ends[0], bytes, 9), 9);
    (void)shutdown(ends[0], SHUT_WR);
    assert_false(channel_receive(&got, ends[1], 100, &e));
    assert_string_equal(e.id, "channel.closed");
}

static void refused_2_4_not_json_and_the_end(void **state)
{
    (void)state;
    struct json *got;
    struct err e = {0};
    char bytes[10] = {2, 0, 0, 0, 0, 0, 0, 0, '{', '{'};
    assert_int_equal(write(ends[0], bytes, 10), 10);
    assert_false(channel_receive(&got, ends[1], 100, &e));
    assert_string_equal(e.id, "channel.document");
    assert_true(channel_goes_on(&e));
    struct json *next = json_object();
    assert_true(channel_send(ends[0], next, 100, NULL));
    assert_true(channel_receive(&got, ends[1], 100, &e)); /* it was whole, so the next one is */
    json_free(next);
    json_free(got);
    (void)shutdown(ends[0], SHUT_WR);
    assert_true(channel_receive(&got, ends[1], 100, &e));
    assert_null(got);
}

static void errors_3_1_there_and_back(void **state)
{
    (void)state;
    struct err e = {0}, back;
    err_set(&e, ERR_CONFLICT, "draft.conflict", "somebody was first");
    err_detail(&e, "the detail");
    err_remedy(&e, "look");
    struct json *j = channel_error(&e);
    channel_error_read(&back, j);
    json_free(j);
    assert_int_equal(back.code, ERR_CONFLICT);
    assert_string_equal(back.id, "draft.conflict");
    assert_string_equal(back.msg, "somebody was first");
    assert_string_equal(back.detail, "the detail");
    assert_string_equal(back.remedy, "look");
    j = json_object();
    channel_error_read(&back, j);
    json_free(j);
    assert_int_equal(back.code, ERR_SYSTEM);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, open_pair, close_pair)
    const struct CMUnitTest tests[] = {TEST(messages_1_1_there_and_back),
                                       TEST(messages_1_2_in_order),
                                       TEST(refused_2_1_too_long),
                                       TEST(refused_2_2_heads),
                                       TEST(refused_2_3_cut),
                                       TEST(refused_2_4_not_json_and_the_end),
                                       TEST(errors_3_1_there_and_back)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
