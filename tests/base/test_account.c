/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/base/account.c (S91). Each trial is a process of its own; what root does, root alone
 * can test.
 *  1 one without power stays what it is; naming somebody else is refused, with what to do
 *  2 root: nobody to become is refused, and nothing has changed
 *  3 root becomes the one it names, or the one whose the folder is, also one that has no name: no
 *    way back, no groups, no capabilities, nothing to be had by executing
 *  4 ports below 1024 can be listened on when that was asked for, and not otherwise
 */
#include "harness.h"

#include "base/account.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <netinet/in.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { DONE = 41, WRONG = 42, NAMELESS = 54321 };

typedef bool trial_fn(void);

static void run(trial_fn *fn)
{
    pid_t child = fork();
    int status;
    if (child == 0) _exit(fn() ? DONE : WRONG);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), DONE);
}

static void for_root(trial_fn *fn)
{
    if (geteuid() != 0) skip();
    run(fn);
}

static bool refused(const char *id, const char *user, const char *folder)
{
    struct err e = {0};
    return !account_leave_root(user, folder, false, &e) && strcmp(e.id, id) == 0;
}

/* What the kernel says of this process. */
static bool status_has(const char *line)
{
    static char text[8000];
    int fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
    size_t n = 0;
    ssize_t got;
    while (fd >= 0 && (got = read(fd, text + n, sizeof text - 1 - n)) > 0) n += (size_t)got;
    if (fd >= 0) (void)close(fd);
    text[n] = '\0';
    return strstr(text, line) != NULL;
}

static bool without_power(void)
{
    return status_has("\nCapInh:\t0000000000000000\nCapPrm:\t0000000000000000\n"
                      "CapEff:\t0000000000000000\nCapBnd:\t0000000000000000\n"
                      "CapAmb:\t0000000000000000\n");
}

static bool is_now(uid_t user, gid_t group)
{
    uid_t u[3];
    gid_t g[3], groups[64];
    if (getresuid(&u[0], &u[1], &u[2]) != 0 || getresgid(&g[0], &g[1], &g[2]) != 0) return false;
    int n = getgroups(64, groups);
    for (int i = 0; i < n; i++)
        if (groups[i] == 0) return false;
    for (int i = 0; i < 3; i++)
        if (u[i] != user || g[i] != group) return false;
    return setuid(0) != 0 && seteuid(0) != 0 && setgid(0) != 0 && !account_is_root();
}

static const struct passwd *nobody(void)
{
    const struct passwd *p = getpwnam("nobody");
    if (p == NULL) fail_msg("this machine has no nobody");
    return p;
}

/* ---- 1 ---- */

static bool stays(void)
{
    struct err e = {0};
    if (geteuid() == 0 && setuid(nobody()->pw_uid) != 0) return false;
    uid_t before = geteuid();
    const struct passwd *p = getpwuid(before);
    return account_leave_root(NULL, "/nowhere", true, &e) && geteuid() == before &&
           (p == NULL || account_leave_root(p->pw_name, "/nowhere", false, &e)) &&
           refused("account.other", "root", ".") &&
           refused("account.other", "nobody-of-that-name", ".") && !account_is_root();
}

static void stays_1(void **state)
{
    (void)state;
    run(stays);
}

/* ---- 2 ---- */

static bool nobody_to_become(void)
{
    return refused("account.root", NULL, "of-root") &&
           refused("account.root", "root", "of-nobody") &&
           refused("account.unknown", "nobody-of-that-name", "of-nobody") &&
           refused("account.folder", NULL, "gone") && account_is_root() && !without_power();
}

static void refuses_2(void **state)
{
    (void)state;
    for_root(nobody_to_become);
}

/* ---- 3 ---- */

static bool by_name(void)
{
    struct err e = {0};
    return account_leave_root("nobody", "of-root", false, &e) &&
           is_now(nobody()->pw_uid, nobody()->pw_gid) && without_power();
}

static bool by_folder(void)
{
    struct err e = {0};
    gid_t of_root[] = {0, 4};
    if (setgroups(2, of_root) != 0) return false;
    return account_leave_root(NULL, "of-nobody", false, &e) &&
           is_now(nobody()->pw_uid, nobody()->pw_gid) && without_power() &&
           open("secret", O_RDONLY | O_CLOEXEC) < 0 && errno == EACCES;
}

static bool nameless(void)
{
    struct err e = {0};
    gid_t of_root[] = {0, 4};
    if (setgroups(2, of_root) != 0) return false;
    return account_leave_root(NULL, "of-nameless", false, &e) && is_now(NAMELESS, NAMELESS) &&
           getgroups(0, NULL) == 0 && without_power();
}

static void becomes_3(void **state)
{
    (void)state;
    for_root(by_name);
    for_root(by_folder);
    for_root(nameless);
}

/* ---- 4 ---- */

static bool listens_low(void)
{
    for (uint16_t port = 1023; port > 900; port--) {
        struct sockaddr_in a = {.sin_family = AF_INET,
                                .sin_port = htons(port),
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
        int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        bool ok = fd >= 0 && bind(fd, (struct sockaddr *)&a, sizeof a) == 0;
        int why = errno;
        (void)close(fd);
        if (ok || why == EACCES) return ok;
    }
    return false;
}

static bool with_low_ports(void)
{
    struct err e = {0};
    if (!account_leave_root(NULL, "of-nobody", true, &e)) return false;
    bool could = listens_low();
    return is_now(nobody()->pw_uid, nobody()->pw_gid) && could &&
           status_has("\nCapPrm:\t0000000000000400\n") &&
           status_has("\nCapAmb:\t0000000000000400\n");
}

static bool without_low_ports(void)
{
    struct err e = {0};
    return account_leave_root(NULL, "of-nobody", false, &e) && !listens_low();
}

static void ports_4(void **state)
{
    (void)state;
    char first[10] = "";
    int fd = open("/proc/sys/net/ipv4/ip_unprivileged_port_start", O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? 0 : read(fd, first, sizeof first - 1);
    if (fd >= 0) (void)close(fd);
    if (n > 0 && strtol(first, NULL, 10) < 1024) skip(); /* anybody may, on this machine */
    for_root(with_low_ports);
    for_root(without_low_ports);
}

static int make_folders(void **state)
{
    (void)state;
    if (mkdir("of-root", 0700) != 0 || mkdir("of-nobody", 0700) != 0 ||
        mkdir("of-nameless", 0700) != 0)
        return -1;
    harness_write_text("secret", "x");
    if (geteuid() != 0) return 0;
    if (chmod(".", 0711) != 0 || chmod("secret", 0600) != 0) return -1;
    return chown("of-nobody", nobody()->pw_uid, nobody()->pw_gid) == 0 &&
                   chown("of-nameless", NAMELESS, NAMELESS) == 0
               ? 0
               : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(stays_1), cmocka_unit_test(refuses_2),
                                       cmocka_unit_test(becomes_3), cmocka_unit_test(ports_4)};
    return cmocka_run_group_tests_name("account", tests, make_folders, NULL);
}
