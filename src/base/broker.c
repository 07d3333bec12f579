/* SPDX-License-Identifier: EUPL-1.2 */
/* A question has one byte and, to start, the kind in 15 more, with descriptors beside it; to end,
 * the number of the process and nothing beside. Both ends are ours and of one machine, so numbers
 * go over as they are. */
#include "base/broker.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CHILDREN_MAX = 64, THIRD = 3 };

struct question {
    char verb; /* 's'tart, 'e'nd */
    char kind[BROKER_KIND_MAX + 1];
    int32_t child;
};

struct answer {
    int32_t child;  /* of a start: its number, 0 when it could not be started */
    int32_t status; /* of an end: as waitpid() has it; of a start that failed: errno */
};

static int broker = -1;
static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;

void broker_use(int socket)
{
    broker = socket;
}

bool broker_there(void)
{
    return broker >= 0;
}

/* ---- messages with descriptors ---- */

static bool send_all(int socket, const void *p, size_t n, const int *fd, size_t n_fd)
{
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(BROKER_FD_MAX * sizeof(int))];
    } control;
    struct iovec iov = {.iov_base = (void *)(uintptr_t)p, .iov_len = n};
    struct msghdr m = {.msg_iov = &iov, .msg_iovlen = 1};
    if (n_fd > 0) {
        memset(&control, 0, sizeof control);
        m.msg_control = control.bytes;
        m.msg_controllen = CMSG_SPACE(n_fd * sizeof(int));
        struct cmsghdr *head = CMSG_FIRSTHDR(&m);
        head->cmsg_level = SOL_SOCKET;
        head->cmsg_type = SCM_RIGHTS;
        head->cmsg_len = CMSG_LEN(n_fd * sizeof(int));
        memcpy(CMSG_DATA(head), fd, n_fd * sizeof(int));
    }
    ssize_t done;
    do done = sendmsg(socket, &m, MSG_NOSIGNAL);
    while (done < 0 && errno == EINTR);
    return done == (ssize_t)n;
}

/* Descriptors beside a message; false, and those beyond BROKER_FD_MAX are closed, when there are
 * more. */
static bool take_descriptors(const struct cmsghdr *head, int fd[BROKER_FD_MAX], size_t *n_fd)
{
    size_t n = (head->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    bool fits = *n_fd + n <= BROKER_FD_MAX;
    for (size_t i = 0; i < n; i++) {
        int one;
        memcpy(&one, CMSG_DATA(head) + i * sizeof one, sizeof one);
        if (*n_fd < BROKER_FD_MAX) fd[(*n_fd)++] = one;
        else (void)close(one);
    }
    return fits;
}

/* A whole message with the descriptors beside it; *n_fd of them, to be closed by the caller. It is
 * sent in one piece, so that half a message is none: nobody is waited for. */
static bool receive_all(int socket, void *p, size_t n, int fd[BROKER_FD_MAX], size_t *n_fd)
{
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(BROKER_FD_MAX * sizeof(int))];
    } control;
    struct iovec iov = {.iov_base = p, .iov_len = n};
    struct msghdr m = {.msg_iov = &iov,
                       .msg_iovlen = 1,
                       .msg_control = control.bytes,
                       .msg_controllen = sizeof control.bytes};
    ssize_t got;
    bool fits = true;
    *n_fd = 0;
    do got = recvmsg(socket, &m, MSG_CMSG_CLOEXEC);
    while (got < 0 && errno == EINTR);
    for (struct cmsghdr *head = CMSG_FIRSTHDR(&m); got > 0 && head != NULL;
         head = CMSG_NXTHDR(&m, head)) {
        if (head->cmsg_level == SOL_SOCKET && head->cmsg_type == SCM_RIGHTS)
            fits = take_descriptors(head, fd, n_fd) && fits;
    }
    return got == (ssize_t)n && fits && (m.msg_flags & MSG_CTRUNC) == 0;
}

/* ---- who asks ---- */

static bool ask(struct answer *a, const struct question *q, const int *fd, size_t n_fd)
{
    int none[BROKER_FD_MAX];
    size_t n = 0;
    (void)pthread_mutex_lock(&one_at_a_time);
    bool ok =
        send_all(broker, q, sizeof *q, fd, n_fd) && receive_all(broker, a, sizeof *a, none, &n);
    (void)pthread_mutex_unlock(&one_at_a_time);
    for (size_t i = 0; i < n; i++) (void)close(none[i]);
    return ok;
}

int broker_start(pid_t *child, const char *kind, const int *fd, size_t n_fd)
{
    struct question q = {.verb = 's'};
    struct answer a = {0};
    if (strlen(kind) >= sizeof q.kind || n_fd > BROKER_FD_MAX) return EINVAL;
    memcpy(q.kind, kind, strlen(kind));
    if (!ask(&a, &q, fd, n_fd)) return EPIPE;
    *child = a.child;
    return a.child > 0 ? 0 : a.status != 0 ? a.status : ECHILD;
}

int broker_end(pid_t child)
{
    struct question q = {.verb = 'e', .child = child};
    struct answer a = {0};
    return ask(&a, &q, NULL, 0) ? a.status : 0;
}

/* ---- who answers ---- */

static pid_t children[CHILDREN_MAX];

static int end_child(pid_t child)
{
    int status = 0;
    for (size_t i = 0; i < CHILDREN_MAX; i++) {
        if (children[i] != child || child <= 0) continue;
        children[i] = 0;
        (void)kill(child, SIGKILL); /* one that closed its output early is not waited for */
        while (waitpid(child, &status, 0) < 0 && errno == EINTR) {}
    }
    return status;
}

static void start_child(struct answer *a, const struct question *q, const int *fd, size_t n_fd,
                        broker_starter *start, void *ctx)
{
    size_t free_place = 0;
    while (free_place < CHILDREN_MAX && children[free_place] != 0) free_place++;
    if (free_place == CHILDREN_MAX) {
        a->status = EAGAIN;
        return;
    }
    pid_t child = 0;
    a->status = start(ctx, &child, q->kind, fd, n_fd);
    if (a->status != 0) return;
    children[free_place] = child;
    a->child = child;
}

bool broker_serve(int socket, broker_starter *start, void *ctx)
{
    struct question q;
    struct answer a = {0};
    int fd[BROKER_FD_MAX];
    size_t n;
    bool ok = receive_all(socket, &q, sizeof q, fd, &n);
    if (ok && q.verb == 's' && memchr(q.kind, 0, sizeof q.kind) != NULL)
        start_child(&a, &q, fd, n, start, ctx);
    else if (ok && q.verb == 'e') a.status = end_child(q.child);
    for (size_t i = 0; i < n; i++) (void)close(fd[i]);
    return ok && send_all(socket, &a, sizeof a, NULL, 0);
}

void broker_end_all(void)
{
    for (size_t i = 0; i < CHILDREN_MAX; i++) (void)end_child(children[i]);
}

/* ---- starting ---- */

static int prepare(posix_spawn_file_actions_t *actions, posix_spawnattr_t *attr, int in, int out,
                   int third)
{
    sigset_t all, none;
    (void)sigfillset(&all);
    (void)sigemptyset(&none);
    int failed = posix_spawnattr_setsigdefault(attr, &all);
    if (failed == 0) failed = posix_spawnattr_setsigmask(attr, &none);
    if (failed == 0)
        failed = posix_spawnattr_setflags(attr, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
    if (failed == 0) failed = posix_spawn_file_actions_adddup2(actions, in, STDIN_FILENO);
    if (failed == 0) failed = posix_spawn_file_actions_adddup2(actions, out, STDOUT_FILENO);
    if (failed == 0)
        failed = posix_spawn_file_actions_addopen(actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    if (failed == 0) failed = posix_spawn_file_actions_adddup2(actions, third, THIRD);
    if (failed == 0) failed = posix_spawn_file_actions_addclosefrom_np(actions, THIRD + 1);
    return failed;
}

int broker_spawn(pid_t *child, const char *const *words, int in, int out, int third)
{
    static char *const no_environment[] = {NULL};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attr;
    (void)posix_spawn_file_actions_init(&actions);
    (void)posix_spawnattr_init(&attr);
    int failed = prepare(&actions, &attr, in, out, third);
    /* posix_spawn takes its words without const, and does not change them */
    if (failed == 0)
        failed = posix_spawn(child, words[0], &actions, &attr, (char *const *)(uintptr_t)words,
                             no_environment);
    (void)posix_spawn_file_actions_destroy(&actions);
    (void)posix_spawnattr_destroy(&attr);
    return failed;
}
