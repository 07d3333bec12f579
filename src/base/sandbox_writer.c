/* SPDX-License-Identifier: EUPL-1.2 */
/* The writer of backups, shut in (base/sandbox.h). It handles nothing that it understands, so it
 * can do with little: make, write, name and remove files in the one folder that it was given, by
 * their bare names, and read what it is sent. The kernel ends it (SIGSYS) at everything else; where
 * there is Landlock, it cannot read the files of that folder either, nor reach any other by its
 * path. */
#include "base/sandbox.h"

#include "base/sandbox_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/resource.h>

enum { MEMORY = 64 * 1024 * 1024 };
#define AN_INT 0xffffffffULL /* of a register, what an argument of that type is */

/* Beside what every process does that does one thing. */
static const int allowed[] = {SCMP_SYS(fcntl), SCMP_SYS(fsync), SCMP_SYS(flock),
                              SCMP_SYS(getdents64), SCMP_SYS(geteuid)};

static bool refuse(struct err *e, int number, const char *what)
{
    err_set_errno(e, ERR_SYSTEM, number, "sandbox.unavailable",
                  "could not shut the process that writes backups in (%s)", what);
    return err_remedy(
        e, "run on a Linux kernel with seccomp filters; a server makes no backups without");
}

/* Calls that name a file do it in the folder; a name that begins with a slash would not, and is
 * Landlock's to refuse. */
static int add_named(scmp_filter_ctx filter, unsigned folder)
{
    const struct scmp_arg_cmp here = SCMP_A0(SCMP_CMP_MASKED_EQ, AN_INT, folder),
                              there = SCMP_A2(SCMP_CMP_MASKED_EQ, AN_INT, folder);
    int failed = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(openat), 1, here);
    failed |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(unlinkat), 2, here,
                               SCMP_A2(SCMP_CMP_MASKED_EQ, AN_INT, 0)); /* files, not folders */
    failed |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(renameat), 2, here, there);
    failed |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(renameat2), 2, here, there);
    /* for whether a name is taken; and the C library looks at descriptors by this call */
    failed |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(newfstatat), 1, here);
    failed |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(newfstatat), 1,
                               SCMP_A3(SCMP_CMP_MASKED_EQ, AT_EMPTY_PATH, AT_EMPTY_PATH));
    failed |= seccomp_rule_add(filter, SCMP_ACT_ERRNO(EACCES), SCMP_SYS(statx), 0);
    return failed;
}

static bool filter_calls(unsigned folder, struct err *e)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
    if (filter == NULL) return refuse(e, ENOMEM, "filter");
    int failed = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
    failed |= sandbox_allow_little(filter);
    for (size_t i = 0; i < sizeof allowed / sizeof *allowed; i++)
        failed |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0);
    failed |= add_named(filter, folder);
    int number = failed == 0 ? seccomp_load(filter) : 0;
    seccomp_release(filter);
    if (failed != 0) return refuse(e, ENOSYS, "rules");
    return number == 0 ? true : refuse(e, -number, "load");
}

static int hold_to(int folder)
{
    enum {
        MAY = LANDLOCK_ACCESS_FS_READ_DIR | LANDLOCK_ACCESS_FS_WRITE_FILE |
              LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_REMOVE_FILE
    };
    int rules = -1, bad = sandbox_folders_begin(&rules);
    bool held;
    if (bad == 0) bad = sandbox_folders_add(rules, folder, MAY);
    return bad != 0 ? bad : sandbox_folders_hold(rules, &held);
}

bool sandbox_enter_backup_writer(int folder, struct err *e)
{
    const struct rlimit memory = {MEMORY, MEMORY}, none = {0, 0};
    sandbox_harden();
    sandbox_drop_capabilities();
    if ((!SANITIZED && setrlimit(RLIMIT_AS, &memory) != 0) || setrlimit(RLIMIT_NPROC, &none) != 0)
        return refuse(e, errno, "limits");
    /* a file that may not grow is then an error of write(), like a full disk */
    if (signal(SIGXFSZ, SIG_IGN) == SIG_ERR) return refuse(e, errno, "signals");
    int bad = hold_to(folder);
    if (bad != 0) return refuse(e, bad, "folders");
    return filter_calls((unsigned)folder, e);
}
