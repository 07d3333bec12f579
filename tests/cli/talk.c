/* SPDX-License-Identifier: EUPL-1.2 */
#include "talk.h"

#include "harness.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

enum { SAID_MAX = 1 << 20, PATIENCE_MS = 30000 };

/* Takes what has come; false when the program has gone. */
static bool listen_to(int master, char *said, size_t *n)
{
    struct pollfd p = {.fd = master, .events = POLLIN};
    int ready = poll(&p, 1, PATIENCE_MS);
    if (ready < 0 && errno == EINTR) return true;
    if (ready == 0) fail_msg("pty: silent for %d s behind: %s", PATIENCE_MS / 1000, said);
    ssize_t got = read(master, said + *n, SAID_MAX - 1 - *n);
    if (got < 0 && errno == EINTR) return true;
    if (got <= 0) return false;
    *n += (size_t)got;
    said[*n] = '\0';
    return true;
}

static void type(int master, const char *text)
{
    size_t n = strlen(text);
    if (write(master, text, n) != (ssize_t)n) fail_msg("pty: could not type");
}

void pty_run(struct pty_run *run, const char *const argv[], const struct pty_line *talk,
             const char *out)
{
    struct winsize size = {.ws_row = 40, .ws_col = 100};
    int master, status;
    size_t n = 0, from = 0;
    char *said = calloc(SAID_MAX, 1);
    union {
        const char *const *given;
        char *const *wanted;
    } args = {argv};
    if (said == NULL) fail_msg("out of memory");
    pid_t pid = forkpty(&master, NULL, NULL, &size);
    if (pid < 0) fail_msg("pty: %s", strerror(errno));
    if (pid == 0) {
        if (out != NULL) {
            int fd = open(out, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
            if (fd < 0 || dup2(fd, 1) < 0) _exit(126);
        }
        (void)execv(argv[0], args.wanted);
        _exit(127);
    }
    for (; talk != NULL && talk->wait_for != NULL; talk++) {
        while (strstr(said + from, talk->wait_for) == NULL)
            if (!listen_to(master, said, &n))
                fail_msg("pty: gone before: %s\n%s", talk->wait_for, said);
        from = n;
        type(master, talk->answer);
    }
    while (listen_to(master, said, &n)) {}
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR) fail_msg("waitpid");
    struct termios t;
    run->echoes = tcgetattr(master, &t) == 0 && (t.c_lflag & ECHO) != 0 && (t.c_lflag & ISIG) != 0;
    run->status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    run->said = said;
    (void)close(master);
}
