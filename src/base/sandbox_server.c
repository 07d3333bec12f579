/* SPDX-License-Identifier: EUPL-1.2 */
/* The desk and the door of a server, shut in (base/sandbox.h).
 *
 * Three kinds of calls: those in the tables below are allowed; those that would be the first step
 * of whoever has taken the process over end it; all others are answered with "not permitted", for
 * libraries ask for many things that they can do without. Threads may be made, processes not:
 * clone() only with CLONE_THREAD; clone3(), whose flags a filter cannot see, does not exist, and
 * the C library then uses clone(). */
#include "base/sandbox.h"

#include "base/sandbox_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/prctl.h>
#include <unistd.h>

#define COUNT(table) (sizeof(table) / sizeof *(table))

/* Memory, threads, time, open descriptors: both. */
static const int both[] = {
    SCMP_SYS(read),
    SCMP_SYS(write),
    SCMP_SYS(readv),
    SCMP_SYS(writev),
    SCMP_SYS(pread64),
    SCMP_SYS(pwrite64),
    SCMP_SYS(lseek),
    SCMP_SYS(close),
    SCMP_SYS(fstat),
    SCMP_SYS(fcntl),
    SCMP_SYS(dup),
    SCMP_SYS(poll),
    SCMP_SYS(ppoll),
    SCMP_SYS(select),
    SCMP_SYS(pselect6),
    SCMP_SYS(sendto),
    SCMP_SYS(recvfrom),
    SCMP_SYS(sendmsg),
    SCMP_SYS(recvmsg),
    SCMP_SYS(shutdown),
    SCMP_SYS(munmap),
    SCMP_SYS(mremap),
    SCMP_SYS(madvise),
    SCMP_SYS(brk),
    SCMP_SYS(mlock),
    SCMP_SYS(mlock2),
    SCMP_SYS(munlock),
    SCMP_SYS(futex),
    SCMP_SYS(set_robust_list),
    SCMP_SYS(get_robust_list),
    SCMP_SYS(rseq),
    SCMP_SYS(set_tid_address),
    SCMP_SYS(sched_yield),
    SCMP_SYS(sched_getaffinity),
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(rt_sigaction),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(sigaltstack),
    SCMP_SYS(restart_syscall),
    SCMP_SYS(getpid),
    SCMP_SYS(gettid),
    SCMP_SYS(getuid),
    SCMP_SYS(geteuid),
    SCMP_SYS(getgid),
    SCMP_SYS(getegid),
    SCMP_SYS(getrandom),
    SCMP_SYS(clock_gettime),
    SCMP_SYS(clock_getres),
    SCMP_SYS(clock_nanosleep),
    SCMP_SYS(nanosleep),
    SCMP_SYS(gettimeofday),
    SCMP_SYS(time),
    SCMP_SYS(sysinfo),
    SCMP_SYS(uname),
    SCMP_SYS(getrlimit),
    SCMP_SYS(membarrier),
    SCMP_SYS(pipe2),
    SCMP_SYS(eventfd2),
};

static const int of_desk[] = {
    SCMP_SYS(open),         SCMP_SYS(openat),     SCMP_SYS(newfstatat),
    SCMP_SYS(stat),         SCMP_SYS(lstat),      SCMP_SYS(statx),
    SCMP_SYS(access),       SCMP_SYS(faccessat),  SCMP_SYS(faccessat2),
    SCMP_SYS(readlink),     SCMP_SYS(readlinkat), SCMP_SYS(getdents64),
    SCMP_SYS(getcwd),       SCMP_SYS(fsync),      SCMP_SYS(fdatasync),
    SCMP_SYS(ftruncate),    SCMP_SYS(fallocate),  SCMP_SYS(sync_file_range),
    SCMP_SYS(flock),        SCMP_SYS(rename),     SCMP_SYS(renameat),
    SCMP_SYS(renameat2),    SCMP_SYS(unlink),     SCMP_SYS(unlinkat),
    SCMP_SYS(rmdir),        SCMP_SYS(mkdir),      SCMP_SYS(mkdirat),
    SCMP_SYS(link),         SCMP_SYS(linkat),     SCMP_SYS(fchmod),
    SCMP_SYS(chmod),        SCMP_SYS(fchmodat),   SCMP_SYS(utimensat),
    SCMP_SYS(statfs),       SCMP_SYS(fstatfs),    SCMP_SYS(fadvise64),
    SCMP_SYS(memfd_create), SCMP_SYS(umask),      SCMP_SYS(copy_file_range),
};

static const int of_door[] = {
    SCMP_SYS(accept4),     SCMP_SYS(accept),         SCMP_SYS(epoll_create1),
    SCMP_SYS(epoll_ctl),   SCMP_SYS(epoll_wait),     SCMP_SYS(epoll_pwait),
    SCMP_SYS(getsockopt),  SCMP_SYS(setsockopt),     SCMP_SYS(getsockname),
    SCMP_SYS(getpeername), SCMP_SYS(timerfd_create), SCMP_SYS(timerfd_settime),
};

/* Nothing of ours asks for these. */
static const int deadly[] = {
    SCMP_SYS(socket),
    SCMP_SYS(socketpair),
    SCMP_SYS(connect),
    SCMP_SYS(bind),
    SCMP_SYS(listen),
    SCMP_SYS(execve),
    SCMP_SYS(execveat),
    SCMP_SYS(fork),
    SCMP_SYS(vfork),
    SCMP_SYS(ptrace),
    SCMP_SYS(process_vm_readv),
    SCMP_SYS(process_vm_writev),
    SCMP_SYS(pidfd_getfd),
    SCMP_SYS(mount),
    SCMP_SYS(umount2),
    SCMP_SYS(pivot_root),
    SCMP_SYS(chroot),
    SCMP_SYS(setns),
    SCMP_SYS(unshare),
    SCMP_SYS(bpf),
    SCMP_SYS(perf_event_open),
    SCMP_SYS(userfaultfd),
    SCMP_SYS(io_uring_setup),
    SCMP_SYS(keyctl),
    SCMP_SYS(add_key),
    SCMP_SYS(request_key),
    SCMP_SYS(init_module),
    SCMP_SYS(finit_module),
    SCMP_SYS(kexec_load),
    SCMP_SYS(open_by_handle_at),
    SCMP_SYS(setuid),
    SCMP_SYS(setgid),
    SCMP_SYS(setresuid),
    SCMP_SYS(setresgid),
    SCMP_SYS(capset),
    SCMP_SYS(swapon),
    SCMP_SYS(reboot),
    SCMP_SYS(acct),
    SCMP_SYS(quotactl),
    SCMP_SYS(mknod),
    SCMP_SYS(mknodat),
    SCMP_SYS(shmget),
    SCMP_SYS(msgget),
    SCMP_SYS(kill),
    SCMP_SYS(tkill),
};

static bool refuse(struct err *e, int number, const char *what)
{
    err_set_errno(e, ERR_SYSTEM, number, "sandbox.unavailable",
                  "could not shut this part of the server in (%s)", what);
    return err_remedy(
        e, "run on a Linux kernel with seccomp filters; the server does not start without");
}

static int allow(scmp_filter_ctx filter, const int *call, size_t n)
{
    int failed = 0;
    for (size_t i = 0; i < n; i++) failed |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, call[i], 0);
    return failed;
}

static int add_rules(scmp_filter_ctx filter, const int *own, size_t n_own)
{
    int failed = allow(filter, both, COUNT(both)) | allow(filter, own, n_own);
    for (size_t i = 0; i < COUNT(deadly); i++)
        failed |= seccomp_rule_add(filter, SCMP_ACT_KILL_PROCESS, deadly[i], 0);
    failed |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1,
                               SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD));
    failed |= seccomp_rule_add(filter, SCMP_ACT_KILL_PROCESS, SCMP_SYS(clone), 1,
                               SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0));
    failed |= seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
    /* its own limits may be asked for, nobody's set */
    failed |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(prlimit64), 1,
                               SCMP_A2(SCMP_CMP_EQ, 0, 0));
    /* a thread gives itself a name */
    failed |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(prctl), 1,
                               SCMP_A0(SCMP_CMP_EQ, PR_SET_NAME, 0));
    /* abort() signals its own thread */
    failed |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1,
                               SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid(), 0));
    return failed | sandbox_allow_memory(filter);
}

static bool enter(const int *own, size_t n_own, struct err *e)
{
    sandbox_harden();
    sandbox_drop_capabilities();
    if (SANITIZED) return true;
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    if (filter == NULL) return refuse(e, ENOMEM, "filter");
    bool ok = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS) == 0 &&
              seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1) == 0 &&
              add_rules(filter, own, n_own) == 0;
    int number = ok ? seccomp_load(filter) : 0;
    seccomp_release(filter);
    if (!ok) return refuse(e, ENOSYS, "rules");
    return number == 0 ? true : refuse(e, -number, "load");
}

bool sandbox_enter_door(struct err *e)
{
    return enter(of_door, COUNT(of_door), e);
}

/* ---- folders ---- */

#define READING (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define WRITING                                                      \
    (LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR | \
     LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG)

/* What is not there is not asked for. */
static int add_folders(int rules, const char *const *path, uint64_t access)
{
    int bad = 0;
    for (size_t i = 0; bad == 0 && path[i] != NULL; i++) {
        int folder = open(path[i], O_PATH | O_CLOEXEC | O_DIRECTORY);
        if (folder < 0 && errno == ENOENT) continue;
        bad = folder < 0 ? errno : sandbox_folders_add(rules, folder, access);
        if (folder >= 0) (void)close(folder);
    }
    return bad;
}

/* A kernel that cannot move files between folders under rules (the first version of Landlock) knows
 * no such right either. */
static int add_written(int rules, const char *const *path)
{
    int bad = add_folders(rules, path, READING | WRITING | LANDLOCK_ACCESS_FS_REFER);
    return bad == EINVAL ? add_folders(rules, path, READING | WRITING) : bad;
}

bool sandbox_enter_desk(const char *const *write_to, const char *const *read_from, bool *landlock,
                        struct err *e)
{
    bool held = false;
    int rules = -1, bad = SANITIZED ? 0 : sandbox_folders_begin(&rules);
    if (bad == 0) bad = add_written(rules, write_to);
    if (bad == 0) bad = add_folders(rules, read_from, READING);
    if (bad == 0) bad = sandbox_folders_hold(rules, &held);
    if (bad != 0) return refuse(e, bad, "folders");
    if (landlock != NULL) *landlock = held;
    return enter(of_desk, COUNT(of_desk), e);
}
