/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/base/broker.c: this program is both ends, and starts programs of the system
 *  1 a process gets what was sent along, and its kind decides what is started; one that cannot be
 *    started says why; how it ended is told
 *  2 two at once are told apart; one is ended while another goes on
 *  3 nothing stays behind: no process, no descriptor, whatever was sent along (S90)
 *  4 questions that are none end it; ends of unknown processes kill nobody; kinds without end
 *  5 no more than so many at once; those that are left are ended
 *  6 nobody at the other end
 *  7 what is started has three descriptors and the one for errors, and no environment
 */
#include "harness.h"

#include "base/broker.h"
#include "base/parallel.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { QUESTION = 20, ANSWER = 8 }; /* bytes, as in broker.c */

static int near_end = -1, far_end = -1;
static struct parallel_stage *serving;

/* "cat" copies its input, "fds" and "env" say what they have, "wait" does nothing for ever. */
static int start_one(void *ctx, pid_t *child, const char *kind, const int *fd, size_t n_fd)
{
    static const struct {
        const char *kind, *const words[4];
    } known[] = {{"cat", {"/bin/cat", NULL}},     {"fds", {"/bin/ls", "/proc/self/fd", NULL}},
                 {"env", {"/usr/bin/env", NULL}}, {"wait", {"/bin/sleep", "1000", NULL}},
                 {"bad", {"/bin/false", NULL}},   {"gone", {"/nowhere/at/all", NULL}}};
    (void)ctx;
    if (n_fd != 3) return EINVAL;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(known[i].kind, kind) == 0)
            return broker_spawn(child, known[i].words, fd[0], fd[1], fd[2]);
    return ESRCH;
}

static void serve(void *ctx)
{
    (void)ctx;
    while (broker_serve(far_end, start_one, NULL)) {}
    broker_end_all();
    (void)close(far_end);
}

static bool has_children(void)
{
    return waitpid(-1, NULL, WNOHANG) >= 0 || errno != ECHILD;
}

static size_t descriptors(void)
{
    DIR *all = opendir("/proc/self/fd");
    size_t n = 0;
    if (all == NULL) fail_msg("no /proc");
    while (readdir(all) != NULL) n++;
    (void)closedir(all);
    return n - 3; /* ".", ".." and the folder's own */
}

static int begin(void **state)
{
    (void)state;
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) return -1;
    near_end = ends[0];
    far_end = ends[1];
    broker_use(near_end);
    serving = parallel_start(serve, NULL);
    return 0;
}

static int end(void **state)
{
    (void)state;
    if (near_end >= 0) (void)close(near_end);
    near_end = -1;
    parallel_join(serving);
    broker_use(-1);
    return has_children() ? -1 : 0;
}

struct child {
    pid_t pid;
    int in, out; /* our ends */
};

static int start(struct child *c, const char *kind)
{
    int in[2], out[2];
    if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0) fail_msg("pipe");
    const int fd[] = {in[0], out[1], in[0]};
    c->pid = 0;
    int bad = broker_start(&c->pid, kind, fd, 3);
    (void)close(in[0]);
    (void)close(out[1]);
    c->in = in[1];
    c->out = out[0];
    return bad;
}

static int stop(struct child *c)
{
    int status = broker_end(c->pid); /* first: one that finds its input at an end ends by itself */
    (void)close(c->in);
    (void)close(c->out);
    return status;
}

/* All that it says to the end. */
static const char *said(struct child *c)
{
    static char text[4000];
    size_t n = 0;
    ssize_t got;
    while (n < sizeof text - 1 && (got = read(c->out, text + n, sizeof text - 1 - n)) > 0)
        n += (size_t)got;
    text[n] = '\0';
    return text;
}

static void one_1(void **state)
{
    (void)state;
    struct child c;
    char echo[8] = "";
    assert_int_equal(start(&c, "cat"), 0);
    assert_int_equal(write(c.in, "hello", 5), 5);
    assert_int_equal(read(c.out, echo, 5), 5);
    assert_string_equal(echo, "hello");
    assert_true(WIFSIGNALED(stop(&c))); /* it was still at it */
    assert_int_equal(start(&c, "bad"), 0);
    (void)said(&c);
    int status = stop(&c);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 1);
    assert_int_equal(start(&c, "gone"), ENOENT);
    (void)stop(&c);
    assert_int_equal(start(&c, "unknown"), ESRCH);
    (void)stop(&c);
    assert_int_equal(start(&c, "a kind with a long name"), EINVAL);
    (void)stop(&c);
}

static void two_2(void **state)
{
    (void)state;
    struct child one, two;
    char echo[8] = "";
    assert_int_equal(start(&one, "cat"), 0);
    assert_int_equal(start(&two, "cat"), 0);
    assert_int_not_equal(one.pid, two.pid);
    (void)stop(&one);
    assert_int_equal(write(two.in, "still", 5), 5);
    assert_int_equal(read(two.out, echo, 5), 5);
    assert_string_equal(echo, "still");
    (void)stop(&two);
}

static void little_7(void **state)
{
    (void)state;
    struct child c;
    assert_int_equal(setenv("DCIM_SECRET", "canary", 1), 0);
    assert_int_equal(start(&c, "env"), 0);
    assert_string_equal(said(&c), "");
    (void)stop(&c);
    assert_int_equal(start(&c, "fds"), 0);
    assert_string_equal(said(&c), "0\n1\n2\n3\n4\n"); /* 4 is the folder that it lists */
    (void)stop(&c);
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
    struct child c;
    char unknown[QUESTION] = {'x'}, start_it[QUESTION] = {'s', 'c', 'a', 't'};
    size_t before = descriptors();
    for (int n = 0; n <= 3; n++) { /* beside what is no question, and too few beside what is one */
        send_raw(unknown, QUESTION, n);
        answered();
        if (n == 3) break;
        send_raw(start_it, QUESTION, n);
        answered();
    }
    for (int i = 0; i < 20; i++) {
        assert_int_equal(start(&c, i % 2 == 0 ? "cat" : "bad"), 0);
        (void)stop(&c);
    }
    assert_int_equal(descriptors(), before);
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
    assert_false(has_children());
}

/* More than three: it ends, and has none of them any more. */
static void too_many(int n)
{
    char start_it[QUESTION] = {'s', 'c', 'a', 't'}, byte;
    size_t before = descriptors();
    send_raw(start_it, QUESTION, n);
    assert_int_equal(recv(near_end, &byte, 1, 0), 0);
    parallel_join(serving);
    serving = NULL;
    assert_int_equal(descriptors(), before - 1); /* its own end */
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
    struct child c[MOST + 1];
    for (int i = 0; i < MOST; i++) assert_int_equal(start(&c[i], "wait"), 0);
    assert_int_equal(start(&c[MOST], "wait"), EAGAIN);
    (void)stop(&c[MOST]);
    for (int i = 0; i < MOST / 2; i++) (void)stop(&c[i]); /* the rest is left to the broker's end */
    (void)close(near_end);
    near_end = -1;
    parallel_join(serving);
    serving = NULL;
    assert_false(has_children());
    broker_use(-1);
    for (int i = MOST / 2; i < MOST; i++) {
        (void)close(c[i].in);
        (void)close(c[i].out);
    }
}

static void nobody_6(void **state)
{
    (void)state;
    struct child c;
    (void)shutdown(near_end, SHUT_RDWR);
    assert_int_equal(start(&c, "cat"), EPIPE);
    (void)close(c.in);
    (void)close(c.out);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(one_1),
        TEST(two_2),
        TEST(nothing_stays_3),
        TEST(four_descriptors_3_2),
        TEST(eight_descriptors_3_3),
        TEST(no_questions_4_1),
        TEST(half_a_question_4_2),
        TEST(many_5),
        TEST(nobody_6),
        TEST(little_7),
    };
    return cmocka_run_group_tests_name("broker", tests, NULL, NULL);
}
