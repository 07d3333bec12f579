/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/account.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { CAPABILITIES = 64 }; /* more than there are */

struct account {
    const char *name; /* NULL: it has none; of the system's table until the next look into it */
    uid_t user;
    gid_t group;
};

bool account_is_root(void)
{
    return geteuid() == 0 || getuid() == 0;
}

static bool nobody_to_become(struct err *e)
{
    err_set(
        e, ERR_USAGE, "account.root",
        "a register is not served by root: whoever took the server over would have the machine");
    return err_remedy(
        e, "make an account for it, give it the repository, its backups and its key file "
           "(chown -R), and name it with --user; a demonstration may say --insecure-root");
}

static bool choose(struct account *out, const char *user, const char *folder, struct err *e)
{
    struct stat st;
    struct passwd *p;
    if (user != NULL) {
        p = getpwnam(user);
        if (p == NULL) {
            err_set(e, ERR_USAGE, "account.unknown", "there is no account \"%s\" on this machine",
                    user);
            return err_remedy(e, "make it first, for example with adduser --system --group");
        }
        *out = (struct account){p->pw_name, p->pw_uid, p->pw_gid};
    } else {
        if (stat(folder, &st) != 0)
            return err_set_errno(e, ERR_INPUT, errno, "account.folder",
                                 "could not see whose folder %s is", folder);
        p = getpwuid(st.st_uid);
        *out = p != NULL ? (struct account){p->pw_name, p->pw_uid, p->pw_gid}
                         : (struct account){NULL, st.st_uid, st.st_gid};
    }
    return out->user != 0 && out->group != 0 ? true : nobody_to_become(e);
}

/* ---- leaving ---- */

/* What no program that is started later can get any more. */
static bool drop_bounds(bool low_ports)
{
    for (unsigned long i = 0; i < CAPABILITIES; i++) {
        if (low_ports && i == CAP_NET_BIND_SERVICE) continue;
        if (prctl(PR_CAPBSET_DROP, i, 0, 0, 0) != 0 && errno != EINVAL) return false;
    }
    return prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) == 0 &&
           prctl(PR_SET_KEEPCAPS, low_ports ? 1UL : 0UL, 0, 0, 0) == 0;
}

static bool set_capabilities(bool low_ports)
{
    struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct own[_LINUX_CAPABILITY_U32S_3] = {{0, 0, 0}};
    if (low_ports) {
        const unsigned bit = 1U << CAP_NET_BIND_SERVICE;
        own[0] = (struct __user_cap_data_struct){bit, bit, bit};
    }
    if (syscall(SYS_capset, &head, own) != 0) return false;
    return !low_ports ||
           prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_NET_BIND_SERVICE, 0, 0) == 0;
}

static bool become(const struct account *a)
{
    const bool grouped =
        a->name != NULL ? initgroups(a->name, a->group) == 0 : setgroups(0, NULL) == 0;
    return grouped && setresgid(a->group, a->group, a->group) == 0 &&
           setresuid(a->user, a->user, a->user) == 0;
}

/* There is no way back. */
static bool has_left(void)
{
    uid_t user[3];
    gid_t group[3];
    if (getresuid(&user[0], &user[1], &user[2]) != 0 ||
        getresgid(&group[0], &group[1], &group[2]) != 0)
        return false;
    for (int i = 0; i < 3; i++)
        if (user[i] == 0 || group[i] == 0) return false;
    return setresuid(0, 0, 0) != 0;
}

bool account_leave_root(const char *user, const char *folder, bool low_ports, struct err *e)
{
    struct account a;
    if (!account_is_root()) {
        struct passwd *p = user == NULL ? NULL : getpwnam(user);
        if (user == NULL || (p != NULL && p->pw_uid == geteuid())) return true;
        err_set(e, ERR_USAGE, "account.other", "only root can serve as somebody else");
        return err_remedy(e, "leave --user out, or start the server as that account");
    }
    if (!choose(&a, user, folder, e)) return false;
    if (drop_bounds(low_ports) && become(&a) && set_capabilities(low_ports) && has_left())
        return true;
    return err_set_errno(e, ERR_SYSTEM, errno, "account.leave", "could not give up root's power");
}
