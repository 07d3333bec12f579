/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/base/sandbox.c: each in a child process that goes into the sandbox
 *  1 what a converter needs still works
 *  2 S91, S92: what it may not do ends it, call by call
 *  3 S71: limits of memory, time and file size
 *  4 files can be neither opened nor looked at
 *  5 hardening
 *  6 S9: no sandbox, no parsing */
#include "harness.h"

#include "base/mem.h"
#include "base/sandbox.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MIB = 1 << 20, STATUS_OPEN = 77, STATUS_NO_SANDBOX = 78 };

static FILE *stream;
static int to_child[2], from_child[2], a_socket, a_file;
static const size_t space = (size_t)512 * MIB;

/* How a child that runs `fn` in the sandbox ends: exit status, or 128 + signal. */
static int in_sandbox(void (*fn)(void), unsigned cpu_seconds)
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        signal(SIGSYS, SIG_DFL);
        signal(SIGSEGV, SIG_DFL);
        signal(SIGXCPU, SIG_DFL);
        struct err e;
        if (!sandbox_enter_converter(space, cpu_seconds, &e)) _exit(STATUS_NO_SANDBOX);
        fn();
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int start(void **state)
{
    (void)state;
    a_socket = socket(AF_INET, SOCK_DGRAM, 0);
    harness_write("file", "0123456789", 10);
    a_file = open("file", O_RDWR);
    if (pipe(to_child) != 0 || pipe(from_child) != 0) return -1;
    stream = fdopen(from_child[1], "w");
    return stream != NULL && a_socket >= 0 && a_file >= 0 ? 0 : -1;
}

/* ---- 1 ---- */

static void convert(void)
{
    char line[64];
    ssize_t n = read(to_child[0], line, sizeof line);
    if (n != 6) _exit(10);
    for (size_t size = 1; size < 64 * MIB; size *= 3) { /* by brk and by mmap */
        char *p = mem_new(size, 1);
        p = mem_resize(p, size, 2);
        p[2 * size - 1] = 1;
        mem_free(p);
    }
    char *copy = mem_text(line, (size_t)n);
    if (write(from_child[1], copy, (size_t)n) != n) _exit(11);
    mem_free(copy);
    if (lseek(a_file, 3, SEEK_SET) != 3 || read(a_file, line, 2) != 2 || line[0] != '3') _exit(12);
    struct timespec now;
    if (clock_gettime(CLOCK_REALTIME, &now) != 0 || now.tv_sec == 0) _exit(13);
    /* stdio looks at its descriptor before it first writes, and may not */
    if (fprintf(stream, "%d", 42) != 2 || fflush(stream) != 0) _exit(14);
}

static void what_a_converter_needs_works(void **state)
{
    (void)state;
    assert_int_equal(write(to_child[1], "a row\n", 6), 6);
    assert_int_equal(in_sandbox(convert, 20), 0);
    char got[9] = "";
    assert_int_equal(read(from_child[0], got, 8), 8);
    assert_string_equal(got, "a row\n42");
}

/* ---- 2: each of these must not come back ---- */

static void do_socket(void)
{
    socket(AF_INET, SOCK_STREAM, 0);
}
static void do_socket_unix(void)
{
    socket(AF_UNIX, SOCK_STREAM, 0);
}
static void do_socketpair(void)
{
    int pair[2];
    socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
}
static struct sockaddr_in address(void)
{
    return (struct sockaddr_in){.sin_family = AF_INET,
                                .sin_port = htons(9),
                                .sin_addr = {htonl(INADDR_LOOPBACK)}};
}
static void do_connect(void)
{
    struct sockaddr_in a = address();
    connect(a_socket, (struct sockaddr *)&a, sizeof a);
}
static void do_bind(void)
{
    struct sockaddr_in a = address();
    bind(a_socket, (struct sockaddr *)&a, sizeof a);
}
static void do_sendto(void)
{
    struct sockaddr_in a = address();
    sendto(a_socket, "x", 1, 0, (struct sockaddr *)&a, sizeof a);
}
static void do_open_read(void)
{
    open("file", O_RDONLY);
}
static void do_open_write(void)
{
    open("new", O_WRONLY | O_CREAT, 0600);
}
static void do_open_old(void)
{
    syscall(SYS_open, "file", O_RDONLY);
}
static void do_openat2(void)
{
    uint64_t how[3] = {0};
    syscall(SYS_openat2, AT_FDCWD, "file", how, sizeof how);
}
static void do_creat(void)
{
    syscall(SYS_creat, "new", 0600);
}
static void do_fork(void)
{
    if (fork() == 0) _exit(STATUS_OPEN);
}
static void do_vfork(void)
{
    syscall(SYS_vfork);
}
static void do_clone3(void)
{
    uint64_t args[11] = {0};
    syscall(SYS_clone3, args, sizeof args);
}
static void *nothing(void *p)
{
    return p;
}
static void do_thread(void)
{
    pthread_t t;
    pthread_create(&t, NULL, nothing, NULL);
}
static void do_execve(void)
{
    char *argv[] = {(char[]){"true"}, NULL};
    execve("/bin/true", argv, NULL);
}
static void do_execveat(void)
{
    char *argv[] = {(char[]){"true"}, NULL};
    syscall(SYS_execveat, a_file, "", argv, NULL, AT_EMPTY_PATH);
}
static void do_kill(void)
{
    kill(getppid(), 0);
}
static void do_kill_self(void)
{
    syscall(SYS_kill, 1, 0);
}
static void do_tgkill(void)
{
    syscall(SYS_tgkill, 1, 1, 0);
}
static void do_ptrace(void)
{
    ptrace(PTRACE_TRACEME, 0, NULL, NULL);
}
static void do_peek(void)
{
    char c;
    struct iovec here = {&c, 1}, there = {&c, 1};
    process_vm_readv(1, &here, 1, &there, 1, 0);
}
static void do_unlink(void)
{
    unlink("file");
}
static void do_rename(void)
{
    rename("file", "other");
}
static void do_link(void)
{
    if (link("file", "other") != 0) return;
}
static void do_symlink(void)
{
    if (symlink("file", "other") != 0) return;
}
static void do_mkdir(void)
{
    mkdir("other", 0700);
}
static void do_chmod(void)
{
    chmod("file", 0644);
}
static void do_fchmod(void)
{
    fchmod(a_file, 0644);
}
static void do_truncate(void)
{
    if (ftruncate(a_file, 0) != 0) return;
}
static void do_chdir(void)
{
    if (chdir("/") != 0) return;
}
static void do_readlink(void)
{
    char out[10];
    if (readlink("file", out, sizeof out) < 0) return;
}
static void do_getdents(void)
{
    syscall(SYS_getdents64, a_file, NULL, 0);
}
static void do_ioctl(void)
{
    syscall(SYS_ioctl, 0, 0x5412 /* TIOCSTI: type for the person */, "x");
}
static void do_fcntl(void)
{
    fcntl(a_file, F_SETFL, O_APPEND);
}
static void do_dup(void)
{
    if (dup(a_file) < 0) return;
}
static void do_pipe(void)
{
    int p[2];
    if (pipe(p) != 0) return;
}
static void do_memfd(void)
{
    memfd_create("x", 0);
}
static void do_shm(void)
{
    shmget(IPC_PRIVATE, 4096, 0600);
}
static void do_map_exec(void)
{
    mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}
static void do_make_exec(void)
{
    void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    mprotect(p, 4096, PROT_READ | PROT_EXEC);
}
static void do_setuid(void)
{
    if (setuid(65534) != 0) return;
}
static void do_prctl(void)
{
    prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
}
static void do_rlimit(void)
{
    struct rlimit r = {RLIM_INFINITY, RLIM_INFINITY};
    setrlimit(RLIMIT_FSIZE, &r);
}
static void do_mount(void)
{
    mount("none", "/tmp", "tmpfs", 0, NULL);
}
static void do_unshare(void)
{
    unshare(CLONE_NEWUSER);
}
static void do_bpf(void)
{
    syscall(SYS_bpf, 0, NULL, 0);
}
static void do_seccomp(void)
{
    syscall(SYS_seccomp, 0, 0, NULL);
}
static void do_io_uring(void)
{
    struct io_uring_params p;
    memset(&p, 0, sizeof p);
    syscall(SYS_io_uring_setup, 1, &p);
}
static void do_userfaultfd(void)
{
    syscall(SYS_userfaultfd, 0);
}
static void do_keyctl(void)
{
    syscall(SYS_keyctl, 0, 0, 0, 0, 0);
}
static void do_perf(void)
{
    syscall(SYS_perf_event_open, NULL, 0, -1, -1, 0);
}
static void do_inotify(void)
{
    inotify_init();
}
static void do_no_such_call(void)
{
    syscall(9999);
}
#if defined(__x86_64__)
/* The 32-bit door of the same kernel: its call 5 is open. */
static void do_32_bit_open(void)
{
    long result;
    __asm__ volatile("int $0x80"
                     : "=a"(result)
                     : "a"(5), "b"(0), "c"(0), "d"(0)
                     : "memory", "r8", "r9", "r10", "r11");
}
static void do_x32_open(void)
{
    syscall(0x40000000 + SYS_open, "file", O_RDONLY);
}
#endif

static const struct {
    const char *name;
    void (*fn)(void);
} forbidden[] = {
#define ROW(name)        \
    {                    \
#name, do_##name \
    }
    ROW(socket),      ROW(socket_unix), ROW(socketpair), ROW(connect),      ROW(bind),
    ROW(sendto),      ROW(open_read),   ROW(open_write), ROW(open_old),     ROW(openat2),
    ROW(creat),       ROW(fork),        ROW(vfork),      ROW(clone3),       ROW(thread),
    ROW(execve),      ROW(execveat),    ROW(kill),       ROW(kill_self),    ROW(tgkill),
    ROW(ptrace),      ROW(peek),        ROW(unlink),     ROW(rename),       ROW(link),
    ROW(symlink),     ROW(mkdir),       ROW(chmod),      ROW(fchmod),       ROW(truncate),
    ROW(chdir),       ROW(readlink),    ROW(getdents),   ROW(ioctl),        ROW(fcntl),
    ROW(dup),         ROW(pipe),        ROW(memfd),      ROW(shm),          ROW(map_exec),
    ROW(make_exec),   ROW(setuid),      ROW(prctl),      ROW(rlimit),       ROW(mount),
    ROW(unshare),     ROW(bpf),         ROW(seccomp),    ROW(io_uring),     ROW(userfaultfd),
    ROW(keyctl),      ROW(perf),        ROW(inotify),    ROW(no_such_call),
#if defined(__x86_64__)
    ROW(32_bit_open), ROW(x32_open),
#endif
#undef ROW
};

static void what_it_may_not_do_ends_it(void **state) /* S71 S91 S92 */
{
    (void)state;
    assert_true(sizeof forbidden / sizeof *forbidden >= 40); /* S92 */
    for (size_t i = 0; i < sizeof forbidden / sizeof *forbidden; i++) {
        int status = in_sandbox(forbidden[i].fn, 20);
        if (status != 128 + SIGSYS) fail_msg("%s: ended with %d", forbidden[i].name, status);
    }
    assert_false(harness_exists("new"));
    assert_false(harness_exists("other"));
    assert_true(harness_exists("file"));
}

/* ---- 3 ---- */

static void take_a_gibibyte(void)
{
    char *p = mem_new((size_t)1 << 30, 1);
    p[0] = 1;
}

static void take_bit_by_bit(void)
{
    for (int i = 0; i < 1024; i++) memset(mem_new(MIB, 1), 1, MIB);
}

static void take_half(void)
{
    mem_free(mem_new((size_t)256 * MIB, 1));
}

static void memory_is_limited(void **state) /* S71 */
{
    (void)state;
    if (harness_sanitized()) skip(); /* address space is not limited there */
    assert_int_equal(in_sandbox(take_half, 20), 0);
    assert_int_equal(in_sandbox(take_a_gibibyte, 20), 5); /* orderly: out of memory */
    assert_int_equal(in_sandbox(take_bit_by_bit, 20), 5);
}

static void spin(void)
{
    for (volatile unsigned i = 0;; i++) {}
}

static void time_is_limited(void **state) /* S71 */
{
    (void)state;
    assert_int_equal(in_sandbox(spin, 1), 128 + SIGXCPU);
}

static void append(void)
{
    if (lseek(a_file, 0, SEEK_END) != 10) _exit(10);
    if (write(a_file, "more", 4) != -1) _exit(STATUS_OPEN);
    if (errno != EFBIG) _exit(11);
}

static void files_do_not_grow(void **state) /* S71 */
{
    (void)state;
    assert_int_equal(in_sandbox(append, 20), 0);
    struct stat st;
    assert_int_equal(fstat(a_file, &st), 0);
    assert_int_equal(st.st_size, 10);
}

/* ---- 4 ---- */

static void look(void)
{
    struct stat st;
    if (stat("file", &st) == 0) _exit(STATUS_OPEN);
    if (errno != EACCES) _exit(10);
    struct statx sx;
    if (statx(AT_FDCWD, "file", 0, STATX_ALL, &sx) == 0) _exit(STATUS_OPEN);
}

static void files_cannot_be_looked_at(void **state)
{
    (void)state;
    assert_int_equal(in_sandbox(look, 20), 0);
}

/* ---- 5 ---- */

static void hardening(void **state) /* S15 S91 */
{
    (void)state;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct rlimit core;
        sandbox_harden();
        if (getrlimit(RLIMIT_CORE, &core) != 0 || core.rlim_cur != 0 || core.rlim_max != 0)
            _exit(2);
        if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1) _exit(3);
        if (!harness_sanitized() && prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 0) _exit(4);
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

static void spin_with_less(void)
{
    struct rlimit one = {1, 1};
    struct err e;
    if (setrlimit(RLIMIT_CPU, &one) != 0) _exit(2);
    if (!sandbox_enter_converter(space, 20, &e)) _exit(3);
    spin();
}

static void enter_twice(void)
{
    struct err e;
    if (!sandbox_enter_converter(space, 20, &e)) _exit(3);
    if (sandbox_enter_converter(space, 20, &e)) _exit(STATUS_OPEN);
    _exit(4);
}

static int in_child(void (*fn)(void))
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        fn();
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void it_only_ever_tightens(void **state)
{
    (void)state;
    /* a limit of one second that the process came with is not raised to twenty */
    assert_in_range(in_child(spin_with_less), 128 + 1, 128 + 64);
    /* and inside there is no way to a second sandbox */
    assert_int_equal(in_child(enter_twice), 128 + SIGSYS);
}

/* A kernel without filters, made by a filter that answers so. */
static void without_filters(void)
{
    struct err e = {0};
    scmp_filter_ctx f = seccomp_init(SCMP_ACT_ALLOW);
    if (f == NULL || seccomp_rule_add(f, SCMP_ACT_ERRNO(EINVAL), SCMP_SYS(seccomp), 0) != 0 ||
        seccomp_rule_add(f, SCMP_ACT_ERRNO(EINVAL), SCMP_SYS(prctl), 1,
                         SCMP_A0(SCMP_CMP_EQ, PR_SET_SECCOMP, 0)) != 0 ||
        seccomp_load(f) != 0)
        _exit(2);
    seccomp_release(f);
    if (sandbox_enter_converter(space, 20, &e)) _exit(STATUS_OPEN);
    if (e.code != ERR_SYSTEM || strcmp(e.id, "sandbox.unavailable") != 0) _exit(3);
    if (e.remedy[0] == '\0') _exit(4);
    _exit(0);
}

static void without_limits(void)
{
    struct err e = {0};
    scmp_filter_ctx f = seccomp_init(SCMP_ACT_ALLOW);
    if (f == NULL || seccomp_rule_add(f, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(prlimit64), 0) != 0 ||
        seccomp_rule_add(f, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(setrlimit), 0) != 0 ||
        seccomp_load(f) != 0)
        _exit(2);
    seccomp_release(f);
    if (sandbox_enter_converter(space, 20, &e)) _exit(STATUS_OPEN);
    _exit(strcmp(e.id, "sandbox.unavailable") == 0 ? 0 : 3);
}

static void without_a_sandbox_it_says_so(void **state) /* S9 */
{
    (void)state;
    assert_int_equal(in_child(without_filters), 0);
    assert_int_equal(in_child(without_limits), 0);
}

int main(void)
{
    if (harness_valgrind()) return 77; /* valgrind's own calls are not allowed in there */
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_converter_needs_works),
        cmocka_unit_test(what_it_may_not_do_ends_it),
        cmocka_unit_test(memory_is_limited),
        cmocka_unit_test(time_is_limited),
        cmocka_unit_test(files_do_not_grow),
        cmocka_unit_test(files_cannot_be_looked_at),
        cmocka_unit_test(hardening),
        cmocka_unit_test(it_only_ever_tightens),
        cmocka_unit_test(without_a_sandbox_it_says_so),
    };
    return cmocka_run_group_tests_name("base/sandbox", tests, start, NULL);
}
