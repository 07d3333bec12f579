/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/service/remote.c: a service in another process, which here is a thread that says
 * what each test has it say (S93)
 *  1 a question goes over with who asks it, and its result comes back
 *  2 errors come back as they were, with the problems beside them
 *  3 a question that is too long is refused before it is sent, and the next one is answered
 *  4 an answer that is no document is an error, and the next one is answered
 *  5 an answer that is no message, or none at all, ends it: every further question says so
 *  6 only service_call_as() goes over: who is at this machine is nobody's word there
 */
#include "harness.h"

#include "base/mem.h"
#include "base/parallel.h"
#include "service/channel.h"
#include "service/client.h"

#include <sys/socket.h>
#include <unistd.h>

static int far_end;
static struct service *desk;

/* What the other end does with the first question, and with all further ones: it sends `bytes` as
 * they are, or closes. */
struct far {
    const void *bytes;
    size_t n;
    struct json *asked; /* the last question */
};

static void say(struct far *f, const void *bytes, size_t n)
{
    struct err e = {0};
    json_free(f->asked);
    f->asked = NULL;
    if (!channel_receive(&f->asked, far_end, CHANNEL_MESSAGE_MAX, &e) || f->asked == NULL) return;
    if (n > 0 && send(far_end, bytes, n, MSG_NOSIGNAL) != (ssize_t)n) perror("send");
}

static void talk(void *ctx)
{
    static const char good[] = "\x0f\0\0\0\0\0\0\0{\"out\":{\"n\":7}}";
    struct far *f = ctx;
    say(f, f->bytes, f->n);
    if (f->n == 0) {
        (void)close(far_end);
        far_end = -1;
        return;
    }
    say(f, good, 8 + 15);
}

static int begin(void **state)
{
    (void)state;
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) return -1;
    desk = service_connect(ends[0]);
    far_end = ends[1];
    return 0;
}

static int end(void **state)
{
    (void)state;
    service_close(desk);
    if (far_end >= 0) (void)close(far_end);
    return 0;
}

static const struct caller anna = {.session = "token",
                                   .source = "192.0.2.0",
                                   .language = "pt",
                                   .browser = "cs",
                                   .purpose = "why"};

/* One question to a far end that says this, then one that is answered well, unless it is over. */
static bool ask(struct far *f, struct err *e, bool goes_on)
{
    struct json *out = NULL, *in = json_object();
    struct parallel_stage *stage = parallel_start(talk, f);
    json_set_text(in, "record", "r1");
    bool ok = service_call_as(&out, desk, &anna, "record.list", in, NULL, e);
    if (ok) assert_int_equal(json_get_int(out, "n", 0), 7);
    json_free(out);
    struct err again = {0};
    bool second = service_call_as(&out, desk, &anna, "record.list", in, NULL, &again);
    if (!goes_on && far_end >= 0) (void)shutdown(far_end, SHUT_RDWR);
    parallel_join(stage);
    assert_int_equal(second, goes_on);
    if (second) json_free(out);
    if (!second) assert_string_equal(again.id, "channel.closed");
    if (!second && again.remedy[0] == '\0') fail_msg("no remedy");
    json_free(in);
    return ok;
}

#define FRAME(what, length) (&(struct far){.bytes = (what), .n = (length)})

static void questions_1(void **state)
{
    (void)state;
    struct err e = {0};
    struct far f = {.bytes = "\x0f\0\0\0\0\0\0\0{\"out\":{\"n\":7}}", .n = 8 + 15};
    assert_true(ask(&f, &e, true));
    assert_string_equal(json_get_text(f.asked, "operation", ""), "record.list");
    assert_string_equal(json_get_text(json_get(f.asked, "in"), "record", ""), "r1");
    assert_string_equal(json_get_text(f.asked, "session", ""), "token");
    assert_string_equal(json_get_text(f.asked, "source", ""), "192.0.2.0");
    assert_string_equal(json_get_text(f.asked, "language", ""), "pt");
    assert_string_equal(json_get_text(f.asked, "purpose", ""), "why");
    assert_string_equal(json_get_text(f.asked, "browser", ""), "cs");
    assert_int_equal(json_size(f.asked), 7); /* and nothing else: no role, no actor */
    json_free(f.asked);
}

static void errors_2(void **state)
{
    (void)state;
    struct err e = {0};
    static const char said[] =
        "\x7c\0\0\0\0\0\0\0{\"error\":{\"code\":\"conflict\",\"id\":\"x.y\",\"message\":\"m\","
        "\"detail\":\"d\",\"remedy\":\"r\"},\"problems\":[{\"id\":\"p1\",\"message\":\"pm\"}]}";
    char bytes[sizeof said];
    memcpy(bytes, said, sizeof said);
    bytes[0] = (char)(sizeof said - 1 - 8);
    struct far f = {.bytes = bytes, .n = sizeof said - 1};
    struct json *out = NULL, *in = json_object();
    struct parallel_stage *stage = parallel_start(talk, &f);
    assert_false(service_call_as(&out, desk, &anna, "record.list", in, NULL, &e));
    assert_null(out);
    assert_int_equal(e.code, ERR_CONFLICT);
    assert_string_equal(e.id, "x.y");
    assert_string_equal(e.msg, "m");
    assert_string_equal(e.detail, "d");
    assert_string_equal(e.remedy, "r");
    assert_string_equal(json_get_text(json_at(service_problems(desk), 0), "id", ""), "p1");
    /* the next call has none of them */
    assert_true(service_call_as(&out, desk, &anna, "record.list", in, NULL, &e));
    assert_null(service_problems(desk));
    parallel_join(stage);
    json_free(out);
    json_free(in);
    json_free(f.asked);
}

static void too_long_3(void **state)
{
    (void)state;
    struct err e = {0};
    struct json *out = NULL, *in = json_object();
    char *text = mem_new(CHANNEL_MESSAGE_MAX + 1, 1);
    memset(text, 'x', CHANNEL_MESSAGE_MAX);
    json_set_text(in, "text", text);
    assert_false(service_call_as(&out, desk, &anna, "record.list", in, NULL, &e));
    assert_int_equal(e.code, ERR_LIMIT);
    mem_free(text);
    json_free(in);
    struct far *f = FRAME("\x0f\0\0\0\0\0\0\0{\"out\":{\"n\":7}}", 8 + 15);
    assert_true(ask(f, &e, true));
    json_free(f->asked);
}

static void no_document_4(void **state)
{
    (void)state;
    struct err e = {0};
    struct far *f = FRAME("\x04\0\0\0\0\0\0\0nono", 8 + 4);
    assert_false(ask(f, &e, true));
    assert_string_equal(e.id, "channel.document");
    json_free(f->asked);

    /* more members than json_parse() takes */
    struct buf b;
    buf_init(&b, 1 << 20);
    buf_put(&b, "\0\0\0\0\0\0\0\0", 8);
    buf_puts(&b, "{\"out\":{\"n\":7");
    for (int i = 0; i < 10001; i++) buf_printf(&b, ",\"m%d\":0", i);
    buf_puts(&b, "}}");
    size_t n = b.n - 8;
    for (int i = 0; i < 4; i++) b.p[i] = (char)(unsigned char)(n >> (8 * i));
    f = FRAME(b.p, b.n);
    assert_false(ask(f, &e, true));
    assert_string_equal(e.id, "channel.document");
    json_free(f->asked);
    buf_release(&b);

    /* a document that is neither result nor error */
    f = FRAME("\x02\0\0\0\0\0\0\0[]", 8 + 2);
    assert_false(ask(f, &e, true));
    assert_int_equal(e.code, ERR_SYSTEM);
    json_free(f->asked);
}

static void over_5_1_no_message(void **state)
{
    (void)state;
    struct err e = {0};
    struct far *f = FRAME("GET / HTTP/1.1\r\n\r\n", 18);
    assert_false(ask(f, &e, false));
    assert_string_equal(e.id, "channel.malformed");
    json_free(f->asked);
}

static void over_5_2_longer_than_32_mib(void **state)
{
    (void)state;
    struct err e = {0};
    struct far *f = FRAME("\xff\xff\xff\x7f\0\0\0\0", 8);
    assert_false(ask(f, &e, false));
    assert_string_equal(e.id, "channel.malformed");
    json_free(f->asked);
}

static void over_5_3_closed(void **state)
{
    (void)state;
    struct err e = {0};
    struct far f = {.n = 0};
    assert_false(ask(&f, &e, false));
    assert_string_equal(e.id, "channel.closed");
    assert_int_equal(e.code, ERR_SYSTEM);
    json_free(f.asked);
}

static void only_as_somebody_6(void **state)
{
    (void)state;
    struct err e = {0};
    struct json *out = NULL, *in = json_object();
    assert_false(service_call(&out, desk, "record.list", in, NULL, &e));
    assert_string_equal(e.id, "call.remote");
    json_free(in);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(questions_1),         TEST(errors_2),
        TEST(too_long_3),          TEST(no_document_4),
        TEST(over_5_1_no_message), TEST(over_5_2_longer_than_32_mib),
        TEST(over_5_3_closed),     TEST(only_as_somebody_6),
    };
    return cmocka_run_group_tests_name("remote", tests, NULL, NULL);
}
