/* SPDX-License-Identifier: EUPL-1.2 */
#include "harness.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static const char *path_under(const char *variable, const char *relative)
{
    const char *root = getenv(variable);
    if (root == NULL || *root == '\0') return NULL;
    size_t n = strlen(root) + strlen(relative) + 2;
    char *path = malloc(n);           /* lives to the program's end; kept reachable below */
    static char *volatile kept[1000]; /* volatile: nobody reads it, and yet it is to be there */
    static size_t n_kept;
    if (path == NULL || n_kept == sizeof kept / sizeof kept[0]) fail_msg("harness: too many paths");
    kept[n_kept++] = path;
    (void)snprintf(path, n, "%s/%s", root, relative);
    return path;
}

const char *harness_source(const char *relative)
{
    const char *path = path_under("DCIM_SOURCE_DIR", relative);
    if (path == NULL) fail_msg("DCIM_SOURCE_DIR is not set: run tests by `make test` or ctest");
    return path;
}

const char *harness_shared(const char *relative)
{
    const char *path = path_under("DCIM_SHARED_DIR", relative);
    return path != NULL && harness_exists(path) ? path : NULL;
}

const char *harness_program(void)
{
    const char *path = getenv("DCIM_PROGRAM");
    if (path == NULL || access(path, X_OK) != 0) fail_msg("the program is not built");
    return path;
}

bool harness_sanitized(void)
{
    const char *kind = getenv("DCIM_BUILD_KIND");
    return (kind != NULL && strcmp(kind, "asan") == 0) || harness_valgrind();
}

bool harness_valgrind(void)
{
    return getenv("DCIM_VALGRIND") != NULL;
}

bool harness_exists(const char *path)
{
    return access(path, F_OK) == 0;
}

char *harness_read(const char *path, size_t *n)
{
    struct stat st;
    FILE *f = fopen(path, "rb");
    if (f == NULL || fstat(fileno(f), &st) != 0) fail_msg("could not open %s", path);
    size_t size = (size_t)st.st_size;
    char *data = malloc(size + 1);
    if (data == NULL || fread(data, 1, size, f) != size) fail_msg("could not read %s", path);
    (void)fclose(f);
    data[size] = '\0';
    if (n != NULL) *n = size;
    return data;
}

void harness_write(const char *path, const void *data, size_t n)
{
    FILE *f = fopen(path, "wb");
    if (f == NULL) fail_msg("could not create %s", path);
    if ((n > 0 && fwrite(data, 1, n, f) != n) || fclose(f) != 0)
        fail_msg("could not write %s", path);
}

void harness_write_text(const char *path, const char *text)
{
    harness_write(path, text, strlen(text));
}

struct sink {
    int fd;
    char *data;
    size_t n, room;
};

/* Takes what is there to read; false at its end. */
static bool sink_fill(struct sink *s)
{
    if (s->room - s->n < 4096) {
        s->room = s->room * 2 + 8192;
        s->data = realloc(s->data, s->room);
        if (s->data == NULL) fail_msg("out of memory");
    }
    ssize_t got = read(s->fd, s->data + s->n, s->room - s->n - 1);
    if (got < 0 && errno == EINTR) return true;
    if (got <= 0) return false;
    s->n += (size_t)got;
    return true;
}

static int input_file(const char *input)
{
    if (input == NULL) return open("/dev/null", O_RDONLY | O_CLOEXEC);
    char name[] = "/tmp/dcim-test-input.XXXXXX";
    int fd = mkostemp(name, O_CLOEXEC);
    size_t n = strlen(input);
    if (fd < 0 || unlink(name) != 0 || write(fd, input, n) != (ssize_t)n ||
        lseek(fd, 0, SEEK_SET) != 0)
        fail_msg("could not prepare standard input");
    return fd;
}

static void gather(struct sink *a, struct sink *b)
{
    struct pollfd p[2] = {{a->fd, POLLIN, 0}, {b->fd, POLLIN, 0}};
    while (p[0].fd >= 0 || p[1].fd >= 0) {
        if (poll(p, 2, -1) < 0 && errno != EINTR) fail_msg("poll: %s", strerror(errno));
        if (p[0].fd >= 0 && p[0].revents != 0 && !sink_fill(a)) p[0].fd = -1;
        if (p[1].fd >= 0 && p[1].revents != 0 && !sink_fill(b)) p[1].fd = -1;
    }
}

void harness_run(struct harness_run *out, const char *const argv[], const char *input)
{
    int out_pipe[2], err_pipe[2], status = 0;
    pid_t pid = 0;
    struct rusage usage;
    posix_spawn_file_actions_t acts;

    memset(out, 0, sizeof *out);
    int in = input_file(input);
    if (pipe2(out_pipe, O_CLOEXEC) != 0 || pipe2(err_pipe, O_CLOEXEC) != 0) fail_msg("pipe failed");
    posix_spawn_file_actions_init(&acts);
    posix_spawn_file_actions_adddup2(&acts, in, 0);
    posix_spawn_file_actions_adddup2(&acts, out_pipe[1], 1);
    posix_spawn_file_actions_adddup2(&acts, err_pipe[1], 2);
    /* posix_spawn promises not to change what argv points to. */
    union {
        const char *const *given;
        char *const *wanted;
    } args = {argv};
    int rc = posix_spawnp(&pid, argv[0], &acts, NULL, args.wanted, environ);
    posix_spawn_file_actions_destroy(&acts);
    (void)close(in);
    (void)close(out_pipe[1]);
    (void)close(err_pipe[1]);
    if (rc != 0) fail_msg("could not start %s: %s", argv[0], strerror(rc));

    struct sink o = {.fd = out_pipe[0]}, e = {.fd = err_pipe[0]};
    gather(&o, &e);
    (void)close(o.fd);
    (void)close(e.fd);
    while (wait4(pid, &status, 0, &usage) < 0)
        if (errno != EINTR) fail_msg("wait4: %s", strerror(errno));

    out->status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    out->peak_kib = usage.ru_maxrss;
    out->out = o.data;
    out->n_out = o.n;
    out->out[o.n] = '\0';
    out->err = e.data;
    out->n_err = e.n;
    out->err[e.n] = '\0';
}

void harness_run_release(struct harness_run *run)
{
    free(run->out);
    free(run->err);
    memset(run, 0, sizeof *run);
}

double harness_seconds(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}
