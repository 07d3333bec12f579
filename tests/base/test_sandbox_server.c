/* SPDX-License-Identifier: EUPL-1.2 */
/* The desk and the door of a server, shut in (S90 to S92). Each trial is a process of its own.
 *
 *  1 desk  1.1 writes, syncs, renames and removes in its folder, reads the other one, makes
 *  threads;
 *          1.2 not one of 40 calls that lead out: the kernel ends it, or says no; 1.3 files
 *          elsewhere are not there for it, where the kernel has Landlock
 *  2 door  2.1 answers on a socket it has, makes threads; 2.2 not one of 40 calls
 *  3 all threads are held, also those that ran before
 */
#include "harness.h"

#include "base/mem.h"
#include "base/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
enum { SANITIZED = 1 };
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
enum { SANITIZED = 1 };
#else
enum { SANITIZED = 0 };
#endif
#else
enum { SANITIZED = 0 };
#endif

enum { REFUSED = 40, DONE = 41, WRONG = 42, NO_SANDBOX = 43 };

static char folder[64], other[64], elsewhere[64];
static int listening;

static bool enter(bool desk, bool *landlock)
{
    const char *write_to[] = {folder, NULL}, *read_from[] = {other, NULL};
    struct err e = {0};
    *landlock = false;
    return desk ? sandbox_enter_desk(write_to, read_from, landlock, &e) : sandbox_enter_door(&e);
}

typedef int trial_fn(const void *arg); /* exit status */

static int run(bool desk, trial_fn *fn, const void *arg)
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        bool landlock;
        (void)signal(SIGSYS, SIG_DFL);
        if (!enter(desk, &landlock)) _exit(NO_SANDBOX);
        _exit(fn(arg));
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/* ---- calls that lead out ---- */

static const struct {
    const char *name;
    long number;
} out[] = {
    {"socket", SYS_socket},
    {"socketpair", SYS_socketpair},
    {"connect", SYS_connect},
    {"bind", SYS_bind},
    {"listen", SYS_listen},
    {"execve", SYS_execve},
    {"execveat", SYS_execveat},
    {"fork", SYS_fork},
    {"vfork", SYS_vfork},
    {"clone3", SYS_clone3},
    {"ptrace", SYS_ptrace},
    {"process_vm_readv", SYS_process_vm_readv},
    {"process_vm_writev", SYS_process_vm_writev},
    {"pidfd_open", SYS_pidfd_open},
    {"pidfd_getfd", SYS_pidfd_getfd},
    {"kill", SYS_kill},
    {"tkill", SYS_tkill},
    {"mount", SYS_mount},
    {"umount2", SYS_umount2},
    {"chroot", SYS_chroot},
    {"pivot_root", SYS_pivot_root},
    {"setns", SYS_setns},
    {"unshare", SYS_unshare},
    {"bpf", SYS_bpf},
    {"perf_event_open", SYS_perf_event_open},
    {"userfaultfd", SYS_userfaultfd},
    {"io_uring_setup", SYS_io_uring_setup},
    {"keyctl", SYS_keyctl},
    {"add_key", SYS_add_key},
    {"init_module", SYS_init_module},
    {"kexec_load", SYS_kexec_load},
    {"open_by_handle_at", SYS_open_by_handle_at},
    {"setuid", SYS_setuid},
    {"setresuid", SYS_setresuid},
    {"setgid", SYS_setgid},
    {"capset", SYS_capset},
    {"mknod", SYS_mknod},
    {"symlink", SYS_symlink},
    {"shmget", SYS_shmget},
    {"msgget", SYS_msgget},
    {"inotify_init1", SYS_inotify_init1},
    {"fanotify_init", SYS_fanotify_init},
    {"personality", SYS_personality},
    {"reboot", SYS_reboot},
    {"swapon", SYS_swapon},
    {"settimeofday", SYS_settimeofday},
    {"sethostname", SYS_sethostname},
    {"seccomp", SYS_seccomp},
};

static int try_number(const void *arg)
{
    const long *number = arg;
    errno = 0;
    /* arguments that mean nothing: what is let through fails with another error, or not at all */
    long got = syscall(*number, 0L, 0L, 0L, 0L, 0L, 0L);
    return got == -1 && (errno == EPERM || errno == ENOSYS) ? REFUSED : WRONG;
}

static int try_process(const void *arg)
{
    (void)arg;
    return syscall(SYS_clone, SIGCHLD, 0L, 0L, 0L, 0L) == -1 ? REFUSED : WRONG;
}

static int try_executable_memory(const void *arg)
{
    (void)arg;
    void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED) return WRONG;
    bool refused =
        mprotect(p, 4096, PROT_READ | PROT_EXEC) == -1 &&
        mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED;
    return refused ? REFUSED : WRONG;
}

static void refused(bool desk, const char *name, trial_fn *fn, const void *arg)
{
    int how = run(desk, fn, arg);
    if (how != REFUSED && how != 128 + SIGSYS)
        fail_msg("%s: %s ended with %d", desk ? "desk" : "door", name, how);
}

static void nothing_leads_out(bool desk)
{
    if (SANITIZED) skip();
    size_t n = 0;
    for (size_t i = 0; i < sizeof out / sizeof *out; i++, n++)
        refused(desk, out[i].name, try_number, &out[i].number);
    refused(desk, "clone of a process", try_process, NULL);
    refused(desk, "executable memory", try_executable_memory, NULL);
    assert_true(n >= 40);
}

/* ---- what they need ---- */

static void *add_one(void *arg)
{
    ++*(int *)arg;
    return NULL;
}

static bool makes_threads(void)
{
    pthread_t t;
    int n = 0;
    return pthread_create(&t, NULL, add_one, &n) == 0 && pthread_join(t, NULL) == 0 && n == 1;
}

static const char *in(const char *where, const char *name)
{
    static char path[4][128];
    static unsigned at;
    char *p = path[at++ % 4];
    (void)snprintf(p, sizeof path[0], "%s/%s", where, name);
    return p;
}

static int keep_files(const void *arg)
{
    (void)arg;
    char text[8] = "";
    int fd = open(in(folder, "a"), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0 || write(fd, "hello", 5) != 5 || fsync(fd) != 0 || ftruncate(fd, 4) != 0)
        return WRONG;
    (void)close(fd);
    if (rename(in(folder, "a"), in(folder, "b")) != 0 || mkdir(in(folder, "c"), 0700) != 0 ||
        rename(in(folder, "b"), in(folder, "c/b")) != 0 || unlink(in(folder, "c/b")) != 0 ||
        rmdir(in(folder, "c")) != 0)
        return WRONG;
    fd = open(in(other, "words"), O_RDONLY | O_CLOEXEC);
    if (fd < 0 || read(fd, text, 5) != 5 || memcmp(text, "words", 5) != 0) return WRONG;
    return makes_threads() ? DONE : WRONG;
}

static int open_elsewhere(const void *arg)
{
    (void)arg;
    if (open(in(elsewhere, "secret"), O_RDONLY | O_CLOEXEC) >= 0) return WRONG;
    if (open(in(other, "words"), O_WRONLY | O_CLOEXEC) >= 0) return WRONG;
    if (open(in(elsewhere, "new"), O_WRONLY | O_CREAT | O_CLOEXEC, 0600) >= 0) return WRONG;
    return REFUSED;
}

static int open_anything(const void *arg)
{
    (void)arg;
    if (open(in(folder, "a"), O_RDONLY | O_CREAT | O_CLOEXEC, 0600) >= 0) return WRONG;
    if (open("/dev/null", O_RDONLY | O_CLOEXEC) >= 0) return WRONG;
    struct stat st;
    return stat(folder, &st) == 0 ? WRONG : REFUSED;
}

static int accept_one(const void *arg)
{
    (void)arg;
    int fd = accept4(listening, NULL, NULL, SOCK_CLOEXEC);
    char c = 0;
    if (fd < 0 || read(fd, &c, 1) != 1 || c != 'q' || write(fd, "a", 1) != 1) return WRONG;
    return makes_threads() ? DONE : WRONG;
}

/* ---- the tests ---- */

static int make_folders(void **state)
{
    (void)state;
    const char *in_folder = getenv("TMPDIR") == NULL ? "/tmp" : getenv("TMPDIR");
    char *const all[] = {folder, other, elsewhere};
    for (size_t i = 0; i < 3; i++) {
        (void)snprintf(all[i], sizeof folder, "%s/sandbox-XXXXXX", in_folder);
        if (mkdtemp(all[i]) == NULL) return -1;
    }
    const char *file[] = {in(other, "words"), in(elsewhere, "secret")};
    for (size_t i = 0; i < 2; i++) {
        int fd = open(file[i], O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        if (fd < 0 || write(fd, "words", 5) != 5) return -1;
        (void)close(fd);
    }
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    return listening >= 0 && bind(listening, (struct sockaddr *)&a, sizeof a) == 0 &&
                   listen(listening, 5) == 0
               ? 0
               : -1;
}

static int remove_folders(void **state)
{
    (void)state;
    (void)unlink(in(other, "words"));
    (void)unlink(in(elsewhere, "secret"));
    (void)rmdir(folder);
    (void)rmdir(other);
    (void)rmdir(elsewhere);
    (void)close(listening);
    return 0;
}

static void desk_1_1_keeps_files(void **state)
{
    (void)state;
    assert_int_equal(run(true, keep_files, NULL), DONE);
}

static void desk_1_2_nothing_leads_out(void **state)
{
    (void)state;
    nothing_leads_out(true);
}

static int landlock_there(const void *arg)
{
    (void)arg;
    return 0;
}

static void desk_1_3_nothing_elsewhere(void **state)
{
    (void)state;
    if (SANITIZED || syscall(SYS_landlock_create_ruleset, NULL, 0, 1) < 1) skip();
    assert_int_equal(run(true, landlock_there, NULL), 0);
    assert_int_equal(run(true, open_elsewhere, NULL), REFUSED);
}

static void door_2_1_answers(void **state)
{
    (void)state;
    struct sockaddr_in a;
    socklen_t n = sizeof a;
    assert_int_equal(getsockname(listening, (struct sockaddr *)&a, &n), 0);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&a, n), 0);
    assert_int_equal(write(fd, "q", 1), 1);
    assert_int_equal(run(false, accept_one, NULL), DONE);
    (void)close(fd);
}

static void door_2_2_nothing_leads_out(void **state)
{
    (void)state;
    nothing_leads_out(false);
    refused(false, "files", open_anything, NULL);
}

/* A thread that ran before waits for the word, and then tries. */
static volatile int word;

static void *waits(void *arg)
{
    int *result = arg;
    while (word == 0) (void)sched_yield();
    *result = open("/dev/null", O_RDONLY | O_CLOEXEC) >= 0 ? WRONG : REFUSED;
    return NULL;
}

static void threads_3_held(void **state)
{
    (void)state;
    if (SANITIZED) skip();
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        pthread_t t;
        int result = WRONG;
        if (pthread_create(&t, NULL, waits, &result) != 0) _exit(WRONG);
        struct err e = {0};
        if (!sandbox_enter_door(&e)) _exit(NO_SANDBOX);
        word = 1;
        (void)pthread_join(t, NULL);
        _exit(result);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), REFUSED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(desk_1_1_keeps_files),
                                       cmocka_unit_test(desk_1_2_nothing_leads_out),
                                       cmocka_unit_test(desk_1_3_nothing_elsewhere),
                                       cmocka_unit_test(door_2_1_answers),
                                       cmocka_unit_test(door_2_2_nothing_leads_out),
                                       cmocka_unit_test(threads_3_held)};
    return cmocka_run_group_tests(tests, make_folders, remove_folders);
}
