/* SPDX-License-Identifier: EUPL-1.2 */
/* What roles of base/sandbox.h share: capabilities given up, calls that are allowed, folders held. */
#include "base/sandbox_internal.h"

#include <errno.h>
#include <linux/capability.h>
#include <linux/landlock.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { CAPABILITIES = 64 }; /* more than there are */

/* A process that may not drop its bounding set could not get anything out of it either: nobody
 * gains by executing a program once no_new_privs is set. */
void sandbox_drop_capabilities(void)
{
    struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {{0, 0, 0}};
    for (unsigned long i = 0; i < CAPABILITIES; i++) (void)prctl(PR_CAPBSET_DROP, i, 0, 0, 0);
    (void)prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    (void)syscall(SYS_capset, &head, none);
}

int sandbox_allow_memory(scmp_filter_ctx filter)
{
    return seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1,
                            SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)) |
           seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1,
                            SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
}

int sandbox_allow_little(scmp_filter_ctx filter)
{
    static const int little[] = {
        /* open descriptors */
        SCMP_SYS(read),
        SCMP_SYS(write),
        SCMP_SYS(lseek),
        SCMP_SYS(close),
        SCMP_SYS(fstat),
        /* memory; mmap and mprotect have rules of their own */
        SCMP_SYS(munmap),
        SCMP_SYS(mremap),
        SCMP_SYS(madvise),
        SCMP_SYS(brk),
        /* itself */
        SCMP_SYS(exit),
        SCMP_SYS(exit_group),
        SCMP_SYS(rt_sigreturn),
        SCMP_SYS(restart_syscall),
        SCMP_SYS(futex),
        SCMP_SYS(getpid),
        SCMP_SYS(gettid),
        SCMP_SYS(getrandom),
        SCMP_SYS(clock_gettime),
        SCMP_SYS(gettimeofday),
#ifdef SANDBOX_ASAN
        /* the sanitizer's own: its allocator and its reports */
        SCMP_SYS(sigaltstack),
        SCMP_SYS(rt_sigprocmask),
        SCMP_SYS(rt_sigaction),
        SCMP_SYS(sched_yield),
        SCMP_SYS(getrlimit),
#endif
    };
    int failed = sandbox_allow_memory(filter);
    for (size_t i = 0; i < sizeof little / sizeof *little; i++)
        failed |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, little[i], 0);
    return failed;
}

int sandbox_folders_begin(int *rules)
{
    long version = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    struct landlock_ruleset_attr attr = {
        .handled_access_fs = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE |
                             LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR |
                             LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE |
                             LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_DIR |
                             LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK |
                             LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_BLOCK |
                             LANDLOCK_ACCESS_FS_MAKE_SYM |
                             (version >= 2 ? LANDLOCK_ACCESS_FS_REFER : 0)};
    *rules = -1;
    if (version < 1) return 0;
    long made = syscall(SYS_landlock_create_ruleset, &attr, sizeof attr, 0);
    if (made < 0) return errno;
    *rules = (int)made;
    return 0;
}

int sandbox_folders_add(int rules, int folder, uint64_t access)
{
    struct landlock_path_beneath_attr a = {.allowed_access = access, .parent_fd = folder};
    if (rules < 0) return 0;
    return syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &a, 0) == 0 ? 0
                                                                                         : errno;
}

int sandbox_folders_hold(int rules, bool *held)
{
    *held = false;
    if (rules < 0) return 0;
    (void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    int bad = syscall(SYS_landlock_restrict_self, rules, 0) == 0 ? 0 : errno;
    (void)close(rules);
    *held = bad == 0;
    return bad;
}
