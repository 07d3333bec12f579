/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/base/sandbox_writer.c and of what all roles give up. Each trial is a process of its
 * own.
 *  1 what it needs: makes, writes, syncs, names and removes a file in its folder, sees its names
 *  2 S92: 40 calls that lead out end it, and so do other descriptors and memory to execute
 *  3 files: where the kernel has Landlock it reads none, not even of its folder, and reaches none
 *  by
 *    a path that begins with a slash or leads up
 *  4 S91: no capability is left, nor can be had; no new privileges, a filter, no core, not
 *  dumpable;
 *    desk, door and converter alike
 */
#include "harness.h"

#include "base/sandbox.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { DONE = 41, REFUSED = 40, WRONG = 42, NO_SANDBOX = 43, FOLDER = 3 };

typedef int trial_fn(const void *arg); /* exit status */

static int run(trial_fn *fn, const void *arg)
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        int fd = open("folder", O_RDONLY | O_DIRECTORY);
        if (fd < 0 || dup2(fd, FOLDER) != FOLDER) _exit(NO_SANDBOX);
        (void)closefrom(FOLDER + 1);
        (void)signal(SIGSYS, SIG_DFL);
        if (!sandbox_enter_backup_writer(FOLDER, NULL)) _exit(NO_SANDBOX);
        _exit(fn(arg));
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/* ---- 1 ---- */

static int keep_files(const void *arg)
{
    (void)arg;
    int fd = openat(FOLDER, "new", O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600),
        n = 0;
    if (fd < 0 || write(fd, "hello", 5) != 5 || fsync(fd) != 0 || close(fd) != 0) return WRONG;
    if (renameat2(FOLDER, "new", FOLDER, "there", RENAME_NOREPLACE) != -1 || errno != EEXIST)
        return WRONG;
    if (renameat2(FOLDER, "new", FOLDER, "named", RENAME_NOREPLACE) != 0) return WRONG;
    DIR *all = fdopendir(fcntl(FOLDER, F_DUPFD_CLOEXEC, 0));
    if (all == NULL) return WRONG;
    while (readdir(all) != NULL) n++;
    (void)closedir(all);
    if (n != 4 || fsync(FOLDER) != 0 || unlinkat(FOLDER, "named", 0) != 0) return WRONG;
    char *p = malloc(1 << 20);
    if (p == NULL) return WRONG;
    memset(p, 1, 1 << 20);
    free(p);
    return DONE;
}

static void needs_1(void **state)
{
    (void)state;
    assert_int_equal(run(keep_files, NULL), DONE);
}

/* ---- 2 ---- */

static const struct {
    const char *name;
    long number;
} out[] = {
    {"open", SYS_open},
    {"creat", SYS_creat},
    {"mkdir", SYS_mkdir},
    {"mkdirat", SYS_mkdirat},
    {"rmdir", SYS_rmdir},
    {"unlink", SYS_unlink},
    {"rename", SYS_rename},
    {"link", SYS_link},
    {"linkat", SYS_linkat},
    {"symlink", SYS_symlink},
    {"symlinkat", SYS_symlinkat},
    {"chmod", SYS_chmod},
    {"fchmod", SYS_fchmod},
    {"fchmodat", SYS_fchmodat},
    {"chown", SYS_chown},
    {"truncate", SYS_truncate},
    {"ftruncate", SYS_ftruncate},
    {"mknodat", SYS_mknodat},
    {"chdir", SYS_chdir},
    {"fchdir", SYS_fchdir},
    {"socket", SYS_socket},
    {"socketpair", SYS_socketpair},
    {"connect", SYS_connect},
    {"bind", SYS_bind},
    {"listen", SYS_listen},
    {"sendmsg", SYS_sendmsg},
    {"recvmsg", SYS_recvmsg},
    {"sendto", SYS_sendto},
    {"execve", SYS_execve},
    {"execveat", SYS_execveat},
    {"fork", SYS_fork},
    {"vfork", SYS_vfork},
    {"clone3", SYS_clone3},
    {"ptrace", SYS_ptrace},
    {"process_vm_readv", SYS_process_vm_readv},
    {"pidfd_open", SYS_pidfd_open},
    {"pidfd_getfd", SYS_pidfd_getfd},
    {"kill", SYS_kill},
    {"tkill", SYS_tkill},
    {"tgkill", SYS_tgkill},
    {"mount", SYS_mount},
    {"chroot", SYS_chroot},
    {"setns", SYS_setns},
    {"unshare", SYS_unshare},
    {"bpf", SYS_bpf},
    {"io_uring_setup", SYS_io_uring_setup},
    {"memfd_create", SYS_memfd_create},
    {"open_by_handle_at", SYS_open_by_handle_at},
    {"openat2", SYS_openat2},
    {"keyctl", SYS_keyctl},
    {"setuid", SYS_setuid},
    {"setresuid", SYS_setresuid},
    {"setgid", SYS_setgid},
    {"capset", SYS_capset},
    {"prctl", SYS_prctl},
    {"seccomp", SYS_seccomp},
    {"personality", SYS_personality},
    {"shmget", SYS_shmget},
    {"reboot", SYS_reboot},
};

static int try_number(const void *arg)
{
    const long *number = arg;
    (void)syscall(*number, 0L, 0L, 0L, 0L, 0L, 0L);
    return WRONG; /* it is not answered, it is the end */
}

static int try_clone(const void *arg)
{
    (void)arg;
    (void)syscall(SYS_clone, SIGCHLD, 0L, 0L, 0L, 0L);
    return WRONG;
}

static int try_current_folder(const void *arg)
{
    (void)arg;
    (void)openat(AT_FDCWD, "folder/x", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    return WRONG;
}

static int try_remove_folder(const void *arg)
{
    (void)arg;
    (void)unlinkat(FOLDER, "sub", AT_REMOVEDIR);
    return WRONG;
}

static int try_move_out(const void *arg)
{
    (void)arg;
    (void)renameat2(FOLDER, "there", AT_FDCWD, "there", 0);
    return WRONG;
}

static int try_executable_memory(const void *arg)
{
    (void)arg;
    (void)mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return WRONG;
}

static void ends(const char *name, trial_fn *fn, const void *arg)
{
    int how = run(fn, arg);
    if (how != 128 + SIGSYS) fail_msg("%s ended with %d", name, how);
}

static void nothing_leads_out_2(void **state) /* S92 */
{
    (void)state;
    assert_true(sizeof out / sizeof *out >= 40);
    for (size_t i = 0; i < sizeof out / sizeof *out; i++)
        ends(out[i].name, try_number, &out[i].number);
    ends("clone of a process", try_clone, NULL);
    ends("the current folder", try_current_folder, NULL);
    ends("removing a folder", try_remove_folder, NULL);
    ends("moving a file out", try_move_out, NULL);
    ends("executable memory", try_executable_memory, NULL);
}

/* ---- 3 ---- */

static char elsewhere[4200];

static int try_files(const void *arg)
{
    (void)arg;
    if (openat(FOLDER, "there", O_RDONLY | O_CLOEXEC) >= 0) return WRONG;
    if (openat(FOLDER, "there", O_RDWR | O_CLOEXEC) >= 0) return WRONG;
    if (openat(FOLDER, "../secret", O_RDONLY | O_CLOEXEC) >= 0) return WRONG;
    if (openat(FOLDER, "../secret", O_WRONLY | O_CLOEXEC) >= 0) return WRONG;
    if (openat(FOLDER, "../new", O_WRONLY | O_CREAT | O_CLOEXEC, 0600) >= 0) return WRONG;
    if (openat(FOLDER, elsewhere, O_RDONLY | O_CLOEXEC) >= 0) return WRONG;
    if (unlinkat(FOLDER, "../secret", 0) == 0 || unlinkat(FOLDER, elsewhere, 0) == 0) return WRONG;
    if (renameat(FOLDER, "there", FOLDER, "../there") == 0) return WRONG;
    return REFUSED;
}

static void files_3(void **state)
{
    (void)state;
    if (syscall(SYS_landlock_create_ruleset, NULL, 0, 1) < 1) skip();
    if (realpath("secret", elsewhere) == NULL) fail_msg("secret");
    assert_int_equal(run(try_files, NULL), REFUSED);
    assert_true(harness_exists("secret"));
    assert_true(harness_exists("folder/there"));
}

/* ---- 4 ---- */

static bool enter(int role)
{
    static const char *const none[] = {NULL};
    switch (role) {
    case 0: return sandbox_enter_desk(none, none, NULL, NULL);
    case 1: return sandbox_enter_door(NULL);
    case 2: return sandbox_enter_converter((size_t)1 << 40, 20, NULL);
    default: return sandbox_enter_backup_writer(FOLDER, NULL);
    }
}

/* Shut in, with what it then is told through a pipe that was open before: its own status. */
static void look(int role, char *text, size_t size)
{
    int to[2], back[2];
    char path[60];
    if (pipe(to) != 0 || pipe(back) != 0) fail_msg("pipe");
    pid_t child = fork();
    if (child == 0) {
        int fd = open("folder", O_RDONLY | O_DIRECTORY);
        char word;
        if (role == 3 && dup2(fd, FOLDER) != FOLDER && fd != FOLDER) _exit(NO_SANDBOX);
        if (!enter(role)) _exit(NO_SANDBOX);
        if (write(to[1], "r", 1) != 1 || read(back[0], &word, 1) != 1) _exit(WRONG);
        _exit(DONE);
    }
    int status;
    (void)close(to[1]);
    (void)close(back[0]);
    char word = 0;
    if (read(to[0], &word, 1) != 1) fail_msg("role %d is not shut in", role);
    (void)snprintf(path, sizeof path, "/proc/%d/status", (int)child);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    size_t n = 0;
    ssize_t got;
    while (fd >= 0 && n < size - 1 && (got = read(fd, text + n, size - 1 - n)) > 0)
        n += (size_t)got;
    text[n] = '\0';
    (void)close(fd);
    assert_int_equal(write(back[1], "e", 1), 1);
    (void)close(back[1]);
    (void)close(to[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), DONE);
}

static void gives_up_4(void **state) /* S91 */
{
    (void)state;
    static const char *const zero[] = {"CapInh", "CapPrm", "CapEff", "CapAmb"};
    char text[8000], line[60];
    for (int role = 0; role < 4; role++) {
        if (harness_sanitized() && role == 2) continue; /* tested in test_sandbox.c */
        look(role, text, sizeof text);
        for (size_t i = 0; i < sizeof zero / sizeof *zero; i++) {
            (void)snprintf(line, sizeof line, "\n%s:\t0000000000000000\n", zero[i]);
            if (strstr(text, line) == NULL) fail_msg("role %d has %s: %s", role, zero[i], text);
        }
        /* only one who has power over it can give up what it may ever get; nobody gets any of it
         * who may not gain by executing */
        if (geteuid() == 0) assert_non_null(strstr(text, "\nCapBnd:\t0000000000000000\n"));
        assert_non_null(strstr(text, "\nNoNewPrivs:\t1\n"));
        if (!harness_sanitized() || role > 1) assert_non_null(strstr(text, "\nSeccomp:\t2\n"));
    }
}

static void hardened_4_2(void **state) /* S91 */
{
    (void)state;
    pid_t child = fork();
    if (child == 0) {
        struct rlimit core;
        sandbox_harden();
        bool ok = getrlimit(RLIMIT_CORE, &core) == 0 && core.rlim_max == 0 &&
                  prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 &&
                  (harness_sanitized() || prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0);
        _exit(ok ? DONE : WRONG);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(WEXITSTATUS(status), DONE);
}

static int make_folder(void **state)
{
    (void)state;
    if (mkdir("folder", 0700) != 0) return -1;
    harness_write_text("folder/there", "x");
    harness_write_text("secret", "x");
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(needs_1),      cmocka_unit_test(nothing_leads_out_2),
        cmocka_unit_test(files_3),      cmocka_unit_test(gives_up_4),
        cmocka_unit_test(hardened_4_2),
    };
    return cmocka_run_group_tests_name("sandbox_writer", tests, make_folder, NULL);
}
