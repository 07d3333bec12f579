/* SPDX-License-Identifier: EUPL-1.2 */
#include "service/backup_sender.h"

#include "base/broker.h"
#include "base/mem.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { HEAD = 4 };

static void close_end(int *fd)
{
    if (*fd >= 0) (void)close(*fd);
    *fd = -1;
}

static bool no_start(struct err *e, int number)
{
    err_set_errno(e, ERR_SYSTEM, number, "backup.writer",
                  "could not start the process that writes backups");
    return err_remedy(e, "check that the folder of the backups is there; the server tries again");
}

static bool start(struct backup_sender *s, struct err *e)
{
    int to[2], from[2];
    if (pipe2(to, O_CLOEXEC) != 0) return no_start(e, errno);
    if (pipe2(from, O_CLOEXEC) != 0) {
        int why = errno;
        (void)close(to[0]);
        (void)close(to[1]);
        return no_start(e, why);
    }
    const int fd[] = {to[0], from[1]};
    int bad = broker_start(&s->child, BACKUP_KIND, fd, 2);
    (void)close(to[0]);
    (void)close(from[1]);
    s->to = to[1];
    s->from = from[0];
    if (bad == 0) return true;
    close_end(&s->to);
    close_end(&s->from);
    return no_start(e, bad);
}

/* ---- sending ---- */

static void send_all(struct backup_sender *s, const uint8_t *p, size_t n)
{
    while (!s->broken && n > 0) {
        ssize_t done = write(s->to, p, n);
        if (done < 0 && errno == EINTR) continue;
        s->broken = done <= 0;
        if (s->broken) break;
        p += done;
        n -= (size_t)done;
    }
}

static void send_head(struct backup_sender *s, enum backup_verb verb)
{
    uint8_t head[2 + BACKUP_NAME_MAX];
    size_t n = strlen(s->name);
    assert(n <= BACKUP_NAME_MAX);
    head[0] = (uint8_t)verb;
    head[1] = (uint8_t)n;
    memcpy(head + 2, s->name, n);
    send_all(s, head, 2 + n);
}

static void flush(struct backup_sender *s)
{
    if (s->n == 0) return;
    for (size_t i = 0; i < HEAD; i++) s->piece[i] = (uint8_t)(s->n >> (8 * i));
    send_all(s, s->piece, HEAD + s->n);
    s->n = 0;
}

static void send_end(struct backup_sender *s, uint8_t sum[32])
{
    uint8_t end[HEAD + BACKUP_TRAILER] = {0};
    flush(s);
    crypto_sha256_finish(&s->sum, sum);
    for (size_t i = 0; i < 8; i++) end[HEAD + i] = (uint8_t)(s->bytes >> (8 * i));
    memcpy(end + HEAD + 8, sum, 32);
    send_all(s, end, sizeof end);
}

/* ---- what it says ---- */

static uint64_t number(const uint8_t *p, size_t n)
{
    uint64_t v = 0;
    while (n-- > 0) v = v << 8 | p[n];
    return v;
}

static bool receive(struct backup_sender *s, uint8_t answer[BACKUP_ANSWER])
{
    size_t n = 0;
    while (n < BACKUP_ANSWER) {
        ssize_t got = read(s->from, answer + n, BACKUP_ANSWER - n);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) break;
        n += (size_t)got;
    }
    return n == BACKUP_ANSWER && answer[0] < BACKUP_OUTCOMES;
}

/* It is waited for, or ended: none is left. Its status as waitpid() has it. */
static int end(struct backup_sender *s)
{
    close_end(&s->to);
    close_end(&s->from);
    int status = s->child > 0 ? broker_end(s->child) : 0;
    s->child = 0;
    return status;
}

static bool died(struct err *e, int status)
{
    err_set(e, ERR_SYSTEM, "backup.writer",
            "the process that writes backups ended before its time");
    if (WIFSIGNALED(status)) err_detail(e, "signal %d", WTERMSIG(status));
    else err_detail(e, "status %d", WEXITSTATUS(status));
    return err_remedy(e, "nothing was written; make another backup");
}

static bool unwritable(struct err *e, int why, const char *name)
{
    if (why == ENOSPC || why == EDQUOT || why == EFBIG) {
        err_set_errno(e, ERR_SYSTEM, why, "file.no_space", "could not write %s", name);
        return err_remedy(e, "make room on the disk and try again; nothing was changed");
    }
    err_set_errno(e, ERR_SYSTEM, why, "backup.unwritable", "could not write %s", name);
    return err_remedy(e, "check that the folder exists and that you may write to it");
}

static bool refused(struct err *e, enum backup_outcome outcome, int why, const char *name)
{
    switch (outcome) {
    case BACKUP_THERE:
        err_set(e, ERR_USAGE, "backup.exists",
                "could not make the backup: there is a file of that name already");
        return err_remedy(e, "choose another name; no backup is written over");
    case BACKUP_UNWRITABLE: return unwritable(e, why, name);
    case BACKUP_UNREMOVABLE:
        return err_set_errno(e, ERR_SYSTEM, why, "backup.remove",
                             "could not remove the old backup %s", name);
    case BACKUP_NOT_SHUT_IN:
        err_set(e, ERR_SYSTEM, "sandbox.unavailable",
                "could not shut the process that writes backups in (%s)", "seccomp");
        return err_remedy(
            e, "run on a Linux kernel with seccomp filters; a server makes no backups without");
    default:
        err_set(e, ERR_SYSTEM, "backup.writer",
                "what came to the process that writes backups is not what was sent");
        return err_remedy(e, "nothing was written; make another backup");
    }
}

/* With all sent: how it went. `sum` NULL: there is nothing to compare. */
static bool conclude(struct backup_sender *s, const uint8_t *sum, struct err *e)
{
    uint8_t answer[BACKUP_ANSWER];
    close_end(&s->to);
    bool said = receive(s, answer);
    int status = end(s);
    if (!said) return died(e, status);
    if (answer[0] != BACKUP_DONE)
        return refused(e, (enum backup_outcome)answer[0], (int)number(answer + 1, 4), s->name);
    bool same =
        sum == NULL || (number(answer + 5, 8) == s->bytes && memcmp(answer + 13, sum, 32) == 0);
    return same ? true : refused(e, BACKUP_CUT, 0, s->name);
}

/* ---- the sink ---- */

static bool sink_begin(void *ctx, struct err *e)
{
    struct backup_sender *s = ctx;
    if (!start(s, e)) return false;
    crypto_sha256_init(&s->sum);
    send_head(s, BACKUP_WRITE);
    return true;
}

static void sink_put(void *ctx, struct text t)
{
    struct backup_sender *s = ctx;
    crypto_sha256_add(&s->sum, t.p, t.n);
    s->bytes += t.n;
    while (t.n > 0) {
        size_t n = BACKUP_PIECE_MAX - s->n < t.n ? BACKUP_PIECE_MAX - s->n : t.n;
        memcpy(s->piece + HEAD + s->n, t.p, n);
        s->n += n;
        t.p += n;
        t.n -= n;
        if (s->n == BACKUP_PIECE_MAX) flush(s);
    }
}

static bool sink_finish(void *ctx, struct err *e)
{
    struct backup_sender *s = ctx;
    uint8_t sum[32];
    send_end(s, sum);
    return conclude(s, sum, e);
}

/* It finds its pipe at an end, and leaves nothing. */
static void sink_abandon(void *ctx)
{
    struct backup_sender *s = ctx;
    struct err ignored = {0};
    if (!conclude(s, NULL, &ignored)) err_clear(&ignored);
}

struct backup_sink backup_sender_sink(struct backup_sender *s, const char *name)
{
    s->name = name;
    s->child = 0;
    s->to = s->from = -1;
    s->broken = false;
    s->bytes = 0;
    s->n = 0;
    return (struct backup_sink){sink_begin, sink_put, sink_finish, sink_abandon, s};
}

bool backup_sender_remove(const char *name, struct err *e)
{
    struct backup_sender s;
    (void)backup_sender_sink(&s, name);
    if (!start(&s, e)) return false;
    send_head(&s, BACKUP_REMOVE);
    return conclude(&s, NULL, e);
}

/* ---- the supervisor's end ---- */

char *backup_folder_beside(const char *repository)
{
    static const char suffix[] = "-backups";
    size_t n = strlen(repository);
    char *out = mem_new(n + sizeof suffix, 1);
    memcpy(out, repository, n);
    memcpy(out + n, suffix, sizeof suffix);
    return out;
}

int backup_writer_spawn(pid_t *child, const char *program, const char *folder, const int *fd,
                        size_t n_fd)
{
    const char *const words[] = {program, "process", BACKUP_KIND, NULL};
    if (n_fd != 2) return EINVAL;
    int there = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (there < 0) return errno;
    int bad = broker_spawn(child, words, fd[0], fd[1], there);
    (void)close(there);
    return bad;
}
