/* SPDX-License-Identifier: EUPL-1.2 */
/* A converter reads a hostile file in a process of its own that can do next to nothing: the kernel
 * ends it (SIGSYS) at the first system call that is not in the table below. What it needs open, it
 * has open before; it leaves by _exit(), for exit() runs what other libraries have left to be run.
 *
 * Memory can be had but never executed. Looking at files by name is answered with "not permitted"
 * rather than with death, because the C library looks at its own descriptors by that call and can
 * do without. Limits of the process stand behind the filter, should it have a gap. */
#include "base/sandbox.h"

#include "base/sandbox_internal.h"

#include <errno.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>

/* Beside what every process does that does one thing. */
static const int allowed[] = {SCMP_SYS(readv), SCMP_SYS(writev), SCMP_SYS(pread64)};

static const int answered_no[] = {SCMP_SYS(newfstatat), SCMP_SYS(statx)};

static bool refuse(struct err *e, int number, const char *what)
{
    err_set_errno(e, ERR_SYSTEM, number, "sandbox.unavailable",
                  "could not shut the converter process in (%s)", what);
    return err_remedy(e, "run on a Linux kernel with seccomp filters; files are not read without");
}

void sandbox_harden(void)
{
    struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    if (!SANITIZED) prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

/* Lower a limit; one that is lower already stays. */
static bool limit(__rlimit_resource_t what, rlim_t soft, rlim_t hard)
{
    struct rlimit now;
    if (getrlimit(what, &now) != 0) return false;
    if (hard < now.rlim_max) now.rlim_max = hard;
    now.rlim_cur = soft < now.rlim_max ? soft : now.rlim_max;
    return setrlimit(what, &now) == 0;
}

static bool add_rules(scmp_filter_ctx filter)
{
    int failed = sandbox_allow_little(filter);
    for (size_t i = 0; i < sizeof allowed / sizeof *allowed; i++)
        failed |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0);
    for (size_t i = 0; i < sizeof answered_no / sizeof *answered_no; i++)
        failed |= seccomp_rule_add(filter, SCMP_ACT_ERRNO(EACCES), answered_no[i], 0);
    return failed == 0;
}

bool sandbox_enter_converter(size_t address_space, unsigned cpu_seconds, struct err *e)
{
    sandbox_harden();
    sandbox_drop_capabilities();
    if ((!SANITIZED && !limit(RLIMIT_AS, address_space, address_space)) ||
        !limit(RLIMIT_CPU, cpu_seconds, (rlim_t)cpu_seconds + 1) || !limit(RLIMIT_FSIZE, 0, 0) ||
        !limit(RLIMIT_NPROC, 0, 0) || !limit(RLIMIT_CORE, 0, 0))
        return refuse(e, errno, "limits");
    /* A file that cannot grow is then an error of write(), and the reason why the process ended can
     * still be told where standard error is a file. */
    if (signal(SIGXFSZ, SIG_IGN) == SIG_ERR) return refuse(e, errno, "signals");

    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
    if (filter == NULL) return refuse(e, ENOMEM, "filter");
    bool ok = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS) == 0 &&
              add_rules(filter);
    int number = 0;
    if (ok) number = seccomp_load(filter);
    seccomp_release(filter);
    if (!ok) return refuse(e, ENOSYS, "rules");
    return number == 0 ? true : refuse(e, -number, "load");
}
