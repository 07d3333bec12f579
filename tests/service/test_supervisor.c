/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/service/supervisor.c and process.c, through the shipped program (S90 to S93)
 *  1 three processes, one program: supervisor, desk, door
 *  2 S90, S95: the desk has no socket of the network, the door no file of the register; nobody else
 *    listens
 *  3 S91: filter, no new privileges, no capabilities, no core, not dumpable; the account is for
 *    tests/base/test_account.c and tests/cli/test_serve.sh
 *  4 S90: the key is not in the door's memory, nor in the supervisor's
 *  5 SIGTERM ends all three within seconds, status 0; SIGTERM alone does not end the desk
 *  6 the death of one ends the others, status 5, and it is said which; so does the supervisor's own
 *  7 what cannot begin says why and leaves nothing behind
 *  8 S15: the folder in memory goes with the server; what killed servers have left there and beside
 *    the backups goes when the next one begins
 */
#include "harness.h"

#include "desk.h"

#include "base/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct server {
    pid_t supervisor, desk, door;
    int port, out;
    char said[4000];
};

static void nap(int ms)
{
    (void)poll(NULL, 0, ms);
}

/* A file of /proc; "" when it is not there. */
static const char *proc(pid_t pid, const char *what)
{
    static char text[64 * 1024];
    char path[100];
    size_t n = 0;
    ssize_t got;
    (void)snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, what);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    while (fd >= 0 && n < sizeof text - 1 && (got = read(fd, text + n, sizeof text - 1 - n)) > 0)
        n += (size_t)got;
    if (fd >= 0) (void)close(fd);
    for (size_t i = 0; i < n; i++)
        if (text[i] == '\0') text[i] = ' ';
    text[n] = '\0';
    return text;
}

static pid_t child_of(pid_t parent, const char *kind)
{
    char wanted[40];
    (void)snprintf(wanted, sizeof wanted, "process %s", kind);
    DIR *all = opendir("/proc");
    pid_t found = 0;
    if (all == NULL) fail_msg("no /proc");
    for (struct dirent *d; found == 0 && (d = readdir(all)) != NULL;) {
        int64_t pid;
        char of[40];
        if (!text_to_int(text_of(d->d_name), &pid)) continue;
        (void)snprintf(of, sizeof of, "\nPPid:\t%d\n", (int)parent);
        if (strstr(proc((pid_t)pid, "status"), of) == NULL) continue;
        if (strstr(proc((pid_t)pid, "cmdline"), wanted) != NULL) found = (pid_t)pid;
    }
    (void)closedir(all);
    return found;
}

/* Start it; `port` 0: any. Waits until it says where it is, or has ended. */
static void start(struct server *s, const char *port)
{
    int ends[2];
    *s = (struct server){0};
    if (pipe2(ends, O_CLOEXEC) != 0) fail_msg("pipe");
    s->supervisor = fork();
    if (s->supervisor == 0) {
        const char *argv[] = {harness_program(), "serve",      "--repository",
                              "repository",      "--key-file", "repository.key",
                              "--port",          port,         "--insecure-plain",
                              "--insecure-root", NULL};
        (void)dup2(ends[1], 1);
        (void)dup2(ends[1], 2);
        (void)execv(argv[0], (char *const *)(uintptr_t)argv);
        _exit(127);
    }
    (void)close(ends[1]);
    s->out = ends[0];
    size_t n = 0;
    ssize_t got = 1;
    const char *at = NULL;
    while (n < sizeof s->said - 1 && (at = strstr(s->said, "Ctrl-C")) == NULL &&
           (got = read(s->out, s->said + n, sizeof s->said - 1 - n)) > 0)
        n += (size_t)got;
    if (at == NULL) return;
    const char *colon = strstr(s->said, "://localhost:");
    int64_t number = 0;
    struct text rest = text_of(colon == NULL ? "" : colon + strlen("://localhost:")), line;
    if (!text_split(&rest, '\n', &line) || !text_to_int(line, &number))
        fail_msg("no port: %s", s->said);
    s->port = (int)number;
    s->desk = child_of(s->supervisor, "desk");
    s->door = child_of(s->supervisor, "door");
}

/* Its exit status, 128 + signal; -1 when it does not end in time. The rest of what it says is
 * kept. */
static int ended(struct server *s, int ms)
{
    int status;
    for (int waited = 0; waited < ms; waited += 20) {
        if (waitpid(s->supervisor, &status, WNOHANG) == s->supervisor) {
            size_t n = strlen(s->said);
            ssize_t got = 0;
            struct pollfd p = {.fd = s->out, .events = POLLIN};
            while (n < sizeof s->said - 1 && poll(&p, 1, 3000) > 0 &&
                   (got = read(s->out, s->said + n, sizeof s->said - 1 - n)) > 0)
                n += (size_t)got;
            (void)close(s->out);
            return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
        }
        nap(20);
    }
    return -1;
}

/* Orphans come to this process: whether all of them end in time. None may be left, nor a zombie. */
static bool nobody_left(int ms)
{
    for (int waited = 0; waited < ms; waited += 20) {
        pid_t got = waitpid(-1, NULL, WNOHANG);
        if (got < 0 && errno == ECHILD) return true;
        if (got == 0) nap(20);
    }
    return false;
}

static int begin(void **state)
{
    (void)state;
    (void)setenv("DCIM_INSECURE_KDF", "1", 1);
    (void)setenv("DCIM_LANGUAGE", "en", 1);
    desk_make("repository");
    return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
}

static struct server server;

/* ---- 1 to 4: one that runs ---- */

static void three_1(void **state)
{
    (void)state;
    start(&server, "0");
    if (server.port == 0) fail_msg("%s", server.said);
    assert_true(server.desk > 0);
    assert_true(server.door > 0);
    assert_int_equal(child_of(server.desk, "desk") + child_of(server.desk, "door"), 0);
    assert_int_equal(child_of(server.door, "desk") + child_of(server.door, "door"), 0);
}

/* Whether socket `inode` is in a table of the network. */
static bool of_network(const char *inode)
{
    static const char *const tables[] = {"net/tcp", "net/tcp6", "net/udp", "net/udp6", "net/raw"};
    char word[60];
    (void)snprintf(word, sizeof word, " %.40s ", inode);
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        if (strstr(proc(getpid(), tables[i]), word) != NULL) return true;
    return false;
}

/* How many sockets of the network a process has; fails when it has a file below the repository,
 * unless it may. */
static int network_sockets(pid_t pid, bool files)
{
    char path[300], to[4200], inode[40];
    int n = 0;
    (void)snprintf(path, sizeof path, "/proc/%d/fd", (int)pid);
    DIR *all = opendir(path);
    if (all == NULL) fail_msg("%s cannot be read", path);
    for (struct dirent *d; (d = readdir(all)) != NULL;) {
        (void)snprintf(path, sizeof path, "/proc/%d/fd/%s", (int)pid, d->d_name);
        ssize_t length = readlink(path, to, sizeof to - 1);
        if (length < 0) continue;
        to[length] = '\0';
        if (strncmp(to, "socket:[", 8) == 0) {
            (void)snprintf(inode, sizeof inode, "%.*s", (int)strcspn(to + 8, "]"), to + 8);
            if (of_network(inode)) n++;
            continue;
        }
        if (!files && to[0] == '/' && strcmp(to, "/dev/null") != 0 &&
            strncmp(to, "/dev/pts/", 9) != 0 && strstr(to, "/repository") != NULL)
            fail_msg("process %d has %s", (int)pid, to);
    }
    (void)closedir(all);
    return n;
}

static void descriptors_2(void **state) /* S90 S95 */
{
    (void)state;
    assert_int_equal(network_sockets(server.desk, true), 0);
    assert_int_equal(network_sockets(server.door, false), 1); /* the one that listens */
    assert_int_equal(network_sockets(server.supervisor, false), 0);
}

static void shut_in_3(void **state) /* S91 */
{
    (void)state;
    const pid_t all[] = {server.desk, server.door, server.supervisor};
    for (int i = 0; i < 3; i++) {
        const char *limits = strstr(proc(all[i], "limits"), "Max core file size");
        assert_non_null(limits);
        int64_t soft = -1;
        struct text rest = text_of(limits + strlen("Max core file size")), word;
        while (text_split(&rest, ' ', &word))
            if (word.n > 0 && text_to_int(word, &soft)) break;
        assert_int_equal(soft, 0);
        assert_non_null(strstr(proc(all[i], "status"), "\nNoNewPrivs:\t1\n"));
        /* whoever runs it */
        if (all[i] != server.supervisor)
            assert_non_null(strstr(proc(all[i], "status"), "\nCapInh:\t0000000000000000\n"
                                                           "CapPrm:\t0000000000000000\n"
                                                           "CapEff:\t0000000000000000\n"));
    }
    if (harness_sanitized()) skip(); /* sanitized builds are not shut in (sandbox_server.c) */
    assert_non_null(strstr(proc(server.desk, "status"), "\nSeccomp:\t2\n"));
    assert_non_null(strstr(proc(server.door, "status"), "\nSeccomp:\t2\n"));
}

/* How often `what` lies in the memory of a process; -1: it cannot be read. */
static int in_memory(pid_t pid, const char *what, size_t n)
{
    static char piece[1 << 20];
    char path[100];
    int found = 0;
    (void)snprintf(path, sizeof path, "/proc/%d/mem", (int)pid);
    int mem = open(path, O_RDONLY | O_CLOEXEC);
    (void)snprintf(path, sizeof path, "/proc/%d/maps", (int)pid);
    FILE *maps = fopen(path, "r");
    if (mem < 0 || maps == NULL) return -1;
    char line[600];
    while (fgets(line, sizeof line, maps) != NULL) {
        char *end;
        unsigned long long from = strtoull(line, &end, 16), to = strtoull(end + 1, &end, 16);
        if (end[1] != 'r' || strstr(line, "[v") != NULL) continue;
        for (unsigned long long at = from; at < to; at += sizeof piece - n) {
            size_t wanted = to - at < sizeof piece ? (size_t)(to - at) : sizeof piece;
            ssize_t got = pread(mem, piece, wanted, (off_t)at);
            if (got < (ssize_t)n) break;
            for (char *p = piece; (p = memmem(p, (size_t)(piece + got - p), what, n)) != NULL; p++)
                found++;
            if (wanted < sizeof piece) break;
        }
    }
    (void)fclose(maps);
    (void)close(mem);
    return found;
}

static void key_4(void **state) /* S90 */
{
    (void)state;
    size_t n;
    if (harness_sanitized()) skip(); /* a shadow of terabytes */
    char *key = harness_read("repository.key", &n);
    assert_true(n >= 32);
    int control = in_memory(server.door, "frame-ancestors 'none'", 22);
    if (control < 0) skip();  /* not permitted here */
    assert_true(control > 0); /* so it would be found */
    assert_int_equal(in_memory(server.door, key, 32), 0);
    assert_int_equal(in_memory(server.supervisor, key, 32), 0);
    free(key);
}

/* ---- 5 and 6 ---- */

static void sigterm_5(void **state)
{
    (void)state;
    (void)kill(server.desk, SIGTERM);
    nap(300);
    assert_int_equal(kill(server.desk, 0), 0); /* what it is at is finished first */
    (void)kill(server.supervisor, SIGTERM);
    double from = harness_seconds();
    assert_int_equal(ended(&server, 8000), 0);
    assert_true(harness_seconds() - from < 6);
    assert_true(nobody_left(200)); /* it waited for both */
    assert_null(strstr(server.said, "serve.ended"));
    assert_null(strstr(server.said, "by itself"));
}

static void sigint_5_2(void **state)
{
    (void)state;
    struct server s;
    start(&s, "0");
    (void)kill(s.supervisor, SIGINT);
    assert_int_equal(ended(&s, 8000), 0);
    assert_true(nobody_left(200));
}

static void dies(bool desk)
{
    struct server s;
    start(&s, "0");
    if (s.port == 0) fail_msg("%s", s.said);
    (void)kill(desk ? s.desk : s.door, SIGKILL);
    assert_int_equal(ended(&s, 9000), 5);
    assert_true(nobody_left(200));
    if (strstr(s.said, desk ? "desk: signal 9" : "door: signal 9") == NULL) fail_msg("%s", s.said);
}

static void desk_dies_6_1(void **state)
{
    (void)state;
    dies(true);
}

static void door_dies_6_2(void **state)
{
    (void)state;
    dies(false);
}

static void supervisor_dies_6_3(void **state)
{
    (void)state;
    struct server s;
    start(&s, "0");
    (void)kill(s.supervisor, SIGKILL);
    assert_int_equal(ended(&s, 5000), 128 + SIGKILL);
    assert_true(nobody_left(9000)); /* nobody serves on without being looked after */
}

/* ---- 7 ---- */

static void cannot_begin_7(void **state)
{
    (void)state;
    struct server s, second;
    char port[10];
    start(&s, "0");
    (void)snprintf(port, sizeof port, "%d", s.port);
    start(&second, port);
    assert_int_equal(second.port, 0);
    int status = ended(&second, 8000);
    assert_int_not_equal(status, 0);
    assert_true(status > 0 && status < 100);
    assert_non_null(strstr(second.said, port));
    assert_int_equal(kill(s.supervisor, 0), 0);
    assert_true(kill(s.desk, 0) == 0 && kill(s.door, 0) == 0);
    (void)kill(s.supervisor, SIGTERM);
    assert_int_equal(ended(&s, 8000), 0);
    (void)rename("repository.key", "away.key");
    start(&s, "0");
    assert_int_equal(s.port, 0);
    assert_true(ended(&s, 8000) > 0);
    assert_non_null(strstr(s.said, "repository.key"));
    assert_true(nobody_left(200));
    (void)rename("away.key", "repository.key");
}

/* ---- 8 ---- */

/* The folder in memory that a process holds open, or "". */
static bool folder_in_memory(char out[100], pid_t pid)
{
    char fds[40], link[100];
    (void)snprintf(fds, sizeof fds, "/proc/%d/fd", (int)pid);
    DIR *all = opendir(fds);
    out[0] = '\0';
    if (all == NULL) fail_msg("%s", fds);
    for (struct dirent *d; out[0] == '\0' && (d = readdir(all)) != NULL;) {
        (void)snprintf(link, sizeof link, "%s/%.20s", fds, d->d_name);
        ssize_t n = readlink(link, out, 99);
        out[n < 0 ? 0 : n] = '\0';
        if (strncmp(out, "/dev/shm/dcim-", 14) != 0 || strchr(out + 9, '/') != NULL) out[0] = '\0';
    }
    (void)closedir(all);
    return out[0] != '\0';
}

static void memory_8(void **state)
{
    (void)state;
    struct server s;
    char first[100], second[100], inside[120];
    start(&s, "0");
    if (!folder_in_memory(first, s.desk)) skip(); /* this machine has none */
    assert_true(harness_exists(first));
    (void)kill(s.supervisor, SIGTERM);
    assert_int_equal(ended(&s, 8000), 0);
    assert_false(harness_exists(first));

    start(&s, "0"); /* the desk alone is killed: its supervisor clears up */
    assert_true(folder_in_memory(first, s.desk));
    (void)snprintf(inside, sizeof inside, "%s/work/export", first);
    harness_write_text(inside, "x");
    (void)kill(s.desk, SIGKILL);
    assert_int_equal(ended(&s, 9000), 5);
    assert_false(harness_exists(first));

    start(&s, "0"); /* all of them are killed: the next server does */
    assert_true(folder_in_memory(first, s.desk));
    (void)snprintf(inside, sizeof inside, "%s/work/export", first);
    harness_write_text(inside, "x");
    (void)kill(s.supervisor, SIGKILL);
    (void)kill(s.desk, SIGKILL);
    (void)kill(s.door, SIGKILL);
    (void)ended(&s, 5000);
    assert_true(nobody_left(2000));
    assert_true(harness_exists(inside));
    assert_int_equal(mkdir("repository-backups/.dcim-killed", 0700), 0);
    harness_write_text("repository-backups/.dcim-killed/database", "x");
    start(&s, "0");
    assert_true(folder_in_memory(second, s.desk));
    assert_string_not_equal(first, second);
    assert_false(harness_exists(first));
    assert_false(harness_exists("repository-backups/.dcim-killed"));
    (void)kill(s.supervisor, SIGTERM);
    assert_int_equal(ended(&s, 8000), 0);
    assert_false(harness_exists(second));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(three_1),
        cmocka_unit_test(descriptors_2),
        cmocka_unit_test(shut_in_3),
        cmocka_unit_test(key_4),
        cmocka_unit_test(sigterm_5),
        cmocka_unit_test(sigint_5_2),
        cmocka_unit_test(desk_dies_6_1),
        cmocka_unit_test(door_dies_6_2),
        cmocka_unit_test(supervisor_dies_6_3),
        cmocka_unit_test(cannot_begin_7),
        cmocka_unit_test(memory_8),
    };
    return cmocka_run_group_tests_name("supervisor", tests, begin, NULL);
}
