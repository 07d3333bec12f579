/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/intake/converter_broker.c: this program is both ends, and the converter
 *  1 a workbook read through it says what it says without it; bad children as well
 *  2 two converters at once are told apart
 *  3 nothing stays behind: no process, no descriptor, whatever was sent along (S90)
 *  4 questions that are none end it; ends of unknown processes kill nobody; kinds without end
 *  5 no more than so many at once; those that are left are ended
 *  6 nobody at the other end
 */
#include "harness.h"
#include "intake_data.h"

#include "base/parallel.h"
#include "intake/converter_broker.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

enum { QUESTION = 20, ANSWER = 8 }; /* bytes, as in converter_broker.c */

static int near_end = -1, far_end = -1;
static struct parallel_stage *serving;

static void serve(void *ctx)
{
    (void)ctx;
    while (converter_broker_serve(far_end, data_self())) {}
    converter_broker_end();
    (void)close(far_end);
}

static int begin(void **state)
{
    (void)state;
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) return -1;
    near_end = ends[0];
    far_end = ends[1];
    converter_use_broker(near_end);
    serving = parallel_start(serve, NULL);
    return 0;
}

static int end(void **state)
{
    (void)state;
    if (near_end >= 0) (void)close(near_end);
    near_end = -1;
    parallel_join(serving);
    converter_use_broker(-1);
    return data_has_children() ? -1 : 0;
}

static bool start(struct converter **c, const char *kind, const char *sheet, struct err *e)
{
    int fd = open("book", O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    struct converter_options o = {.program = "/nowhere", .kind = kind, .sheet = sheet, .file = fd};
    bool ok = converter_start(c, &o, e);
    (void)close(fd);
    return ok;
}

/* The first field of the first row, or the error's id. */
static const char *first(struct converter *c, struct err *e)
{
    static char text[100];
    struct converter_row row;
    bool found;
    err_clear(e);
    if (!converter_next(c, &row, &found, e)) return e->id;
    (void)snprintf(text, sizeof text, "%.*s", found ? (int)row.field[0].n : 0,
                   found ? row.field[0].p : "");
    return text;
}

static void book(const char *cell)
{
    char rows[200];
    (void)snprintf(rows, sizeof rows,
                   "<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>%s</t></is></c></row>", cell);
    data_workbook("book", &(struct workbook_parts){.rows = rows});
}

static void workbooks_1(void **state)
{
    (void)state;
    struct err e = {0};
    struct converter *c;
    book("one");
    assert_true(start(&c, "xlsx", "",
                      &e)); /* the program is the broker's to name: /nowhere is not started */
    assert_string_equal(first(c, &e), "one");
    converter_stop(c);
    assert_true(start(&c, "xlsx", "no such sheet", &e));
    assert_string_equal(first(c, &e), "converter.refused");
    converter_stop(c);
    assert_true(start(&c, "exit", "1", &e));
    assert_string_equal(first(c, &e), "converter.died");
    converter_stop(c);
}

static void two_2(void **state)
{
    (void)state;
    struct err e = {0};
    struct converter *one, *two;
    book("one");
    assert_true(start(&one, "xlsx", "", &e));
    (void)unlink("book"); /* the first may not have read it yet */
    book("two");
    assert_true(start(&two, "xlsx", "", &e));
    assert_string_equal(first(two, &e), "two");
    converter_stop(two);
    assert_string_equal(first(one, &e), "one");
    converter_stop(one);
}

/* A question as bytes, with `n` descriptors beside it. */
static void send_raw(const void *bytes, size_t size, int n)
{
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(8 * sizeof(int))];
    } control = {.bytes = {0}};
    struct iovec iov = {.iov_base = (void *)(uintptr_t)bytes, .iov_len = size};
    struct msghdr m = {.msg_iov = &iov, .msg_iovlen = 1};
    int fd[8];
    for (int i = 0; i < n; i++) fd[i] = near_end;
    if (n > 0) {
        m.msg_control = control.bytes;
        m.msg_controllen = CMSG_SPACE((size_t)n * sizeof(int));
        struct cmsghdr *head = CMSG_FIRSTHDR(&m);
        head->cmsg_level = SOL_SOCKET;
        head->cmsg_type = SCM_RIGHTS;
        head->cmsg_len = CMSG_LEN((size_t)n * sizeof(int));
        memcpy(CMSG_DATA(head), fd, (size_t)n * sizeof(int));
    }
    assert_int_equal(sendmsg(near_end, &m, MSG_NOSIGNAL), (ssize_t)size);
}

static void answered(void)
{
    char answer[ANSWER];
    assert_int_equal(recv(near_end, answer, ANSWER, MSG_WAITALL), ANSWER);
}

static void nothing_stays_3(void **state)
{
    (void)state;
    struct err e = {0};
    struct converter *c;
    book("one");
    char unknown[QUESTION] = {'x'}, start_it[QUESTION] = {'s', 'x', 'l', 's', 'x'};
    size_t before = data_descriptors();
    for (int n = 0; n <= 3; n++) { /* beside what is no question, and too few beside what is one */
        send_raw(unknown, QUESTION, n);
        answered();
        if (n == 3) break;
        send_raw(start_it, QUESTION, n);
        answered();
    }
    for (int i = 0; i < 20; i++) {
        assert_true(start(&c, i % 2 == 0 ? "xlsx" : "exit", i % 2 == 0 ? "" : "1", &e));
        if (i % 3 == 0) (void)first(c, &e);
        converter_stop(c);
    }
    assert_int_equal(data_descriptors(), before);
}

static void no_questions_4_1(void **state)
{
    (void)state;
    char endless[QUESTION], stop[QUESTION] = {'e'};
    int32_t pid = getpid();
    memset(endless, 'k', sizeof endless);
    endless[0] = 's';
    send_raw(endless, QUESTION, 3); /* a kind that does not end */
    answered();
    memcpy(stop + 16, &pid, sizeof pid); /* a process that it did not start: this one */
    send_raw(stop, QUESTION, 0);
    answered();
    pid = -1;
    memcpy(stop + 16, &pid, sizeof pid);
    send_raw(stop, QUESTION, 0);
    answered();
    assert_false(data_has_children());
}

/* More than three: it ends, and has none of them any more. */
static void too_many(int n)
{
    char start_it[QUESTION] = {'s', 'x', 'l', 's', 'x'}, byte;
    size_t before = data_descriptors();
    send_raw(start_it, QUESTION, n);
    assert_int_equal(recv(near_end, &byte, 1, 0), 0);
    parallel_join(serving);
    serving = NULL;
    assert_int_equal(data_descriptors(), before - 1); /* its own end */
}

static void four_descriptors_3_2(void **state)
{
    (void)state;
    too_many(4);
}

static void eight_descriptors_3_3(void **state)
{
    (void)state;
    too_many(8);
}

static void half_a_question_4_2(void **state)
{
    (void)state;
    char byte;
    send_raw("s", 1, 0); /* the rest does not come: nobody is waited for */
    assert_int_equal(recv(near_end, &byte, 1, 0), 0);
}

static void many_5(void **state)
{
    (void)state;
    enum { MOST = 64 };
    struct err e = {0};
    struct converter *c[MOST + 1];
    book("one");
    for (int i = 0; i < MOST; i++)
        if (!start(&c[i], "silent", "", &e)) fail_msg("%d: %s", i, e.msg);
    assert_false(start(&c[MOST], "silent", "", &e));
    assert_string_equal(e.id, "converter.start");
    for (int i = 0; i < MOST / 2; i++)
        converter_stop(c[i]); /* the rest is left to the broker's end */
    (void)close(near_end);
    near_end = -1;
    parallel_join(serving);
    serving = NULL;
    assert_false(data_has_children());
    converter_use_broker(-1);
    for (int i = MOST / 2; i < MOST; i++) converter_stop(c[i]);
}

static void nobody_6(void **state)
{
    (void)state;
    struct err e = {0};
    struct converter *c;
    book("one");
    (void)shutdown(near_end, SHUT_RDWR);
    assert_false(start(&c, "xlsx", "", &e));
    assert_int_equal(e.code, ERR_SYSTEM);
    assert_string_equal(e.id, "converter.start");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(int argc, char **argv)
{
    data_child(argc, argv);
    const struct CMUnitTest tests[] = {
        TEST(workbooks_1),
        TEST(two_2),
        TEST(nothing_stays_3),
        TEST(four_descriptors_3_2),
        TEST(eight_descriptors_3_3),
        TEST(no_questions_4_1),
        TEST(half_a_question_4_2),
        TEST(many_5),
        TEST(nobody_6),
    };
    return cmocka_run_group_tests_name("converter_broker", tests, NULL, NULL);
}
