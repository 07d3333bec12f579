/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/service/backup_sender.c: this program is desk and supervisor, the writer is the
 * shipped one
 *  1 S90, S96: backups of a server: by a person and by night, opened with the recovery code; old
 *  ones
 *    go; a first one that the code does not open goes; nothing else is left anywhere
 *  2 a writer that dies, at once or on its way, or is killed: an error, no file, it stands on the
 *  page
 *    of condition, and is tried again
 *  3 a full disk: no file, the reason, and the next one is made when there is room
 *  4 a writer that cannot be started: no folder, no program, nobody who starts it
 *  5 a writer that lies about what it has is not believed
 *  6 two at once; one that is given up leaves nothing
 *  7 a name that is taken is not written over; removing one that is not there is fine
 */
#include "harness.h"

#include "people.h"

#include "base/broker.h"
#include "base/file.h"
#include "base/parallel.h"
#include "service/backup_sender.h"
#include "store/backup.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { DAY = 24 * 3600, HOUR = 3600 };

static struct service *desk;
static struct person admin = {.account = "admin", .role = "administrator"};
static char recovery[100];
static int near_end, far_end;
static struct parallel_stage *serving;

/* What is started in its place; NULL: the shipped program. */
static const char *instead;
static rlim_t largest; /* file that it can make; 0: any */

static int start(void *ctx, pid_t *child, const char *kind, const int *fd, size_t n_fd)
{
    (void)ctx;
    struct rlimit limit, small;
    assert_string_equal(kind, BACKUP_KIND);
    if (instead != NULL) {
        const char *const words[] = {"/bin/sh", "-c", instead, NULL};
        return broker_spawn(child, words, fd[0], fd[1], fd[0]);
    }
    (void)getrlimit(RLIMIT_FSIZE, &limit);
    small = limit;
    if (largest > 0) small.rlim_cur = largest;
    (void)setrlimit(RLIMIT_FSIZE, &small); /* the desk waits for the answer meanwhile */
    int bad = backup_writer_spawn(child, harness_program(), "repository-backups", fd, n_fd);
    (void)setrlimit(RLIMIT_FSIZE, &limit);
    return bad;
}

static void serve(void *ctx)
{
    (void)ctx;
    while (broker_serve(far_end, start, NULL)) {}
    broker_end_all();
}

static int begin(void **state)
{
    (void)state;
    int ends[2];
    (void)signal(SIGPIPE, SIG_IGN);
    people_quick();
    desk_make("repository");
    desk = desk_open("repository", NULL);
    desk_recovery(recovery, sizeof recovery);
    desk_victims("v.csv", "A", 0, 5, 0);
    (void)desk_do(desk, "import.run", "{'file':'v.csv','form':'victim','organisation':'GNR'}");
    person_make(&admin, desk);
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) return -1;
    near_end = ends[0];
    far_end = ends[1];
    broker_use(near_end);
    serving = parallel_start(serve, NULL);
    return 0;
}

static int end(void **state)
{
    (void)state;
    (void)shutdown(near_end, SHUT_RDWR);
    parallel_join(serving);
    broker_use(-1);
    (void)close(near_end);
    (void)close(far_end);
    service_close(desk);
    return waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD ? 0 : -1;
}

static int fresh(void **state)
{
    (void)state;
    instead = NULL;
    largest = 0;
    desk_remove("repository-backups");
    assert_true(folder_make("repository-backups", NULL));
    person_sign_in(&admin, desk);
    return 0;
}

static int names_in(const char *folder)
{
    struct file_names names = {0};
    assert_true(folder_list(&names, folder, NULL));
    int n = (int)names.n;
    file_names_free(&names);
    return n;
}

static int there(void)
{
    return names_in("repository-backups");
}

static const char *daily_failed(void)
{
    static char text[60];
    person_sign_in(&admin, desk);
    const struct json *r = person_do(&admin, desk, "health.show", "{}");
    (void)snprintf(text, sizeof text, "%s", json_get_text(r, "daily_failed", ""));
    return text;
}

static bool asked(void)
{
    return json_get_bool(desk_do(desk, "backup.daily", "{}"), "made", false);
}

/* By a person: not made, with this error; nothing is left of it. */
static void not_made(enum err_code code, const char *id)
{
    int beside = names_in("repository"), before = there();
    int64_t failed = desk_entries(desk, "backup");
    person_sign_in(&admin, desk);
    (void)person_refused(&admin, desk, code, id, "backup.make_here", "{}");
    assert_int_equal(there(), before);
    assert_int_equal(names_in("repository"), beside);
    assert_int_equal(desk_entries(desk, "backup"), failed + 2); /* begun, and failed */
}

/* ---- 1 ---- */

static void made_1(void **state) /* S90 S96 */
{
    (void)state;
    char name[100];
    int beside = names_in("repository");
    const struct json *r = person_do(&admin, desk, "backup.make_here", "{}");
    (void)snprintf(name, sizeof name, "%s", json_get_text(r, "name", ""));
    assert_int_equal(there(), 1);
    assert_int_equal(names_in("repository"), beside);
    r = person_do(&admin, desk, "backup.verify_here", "{'backup':'%s','recovery_code':'%s'}", name,
                  recovery);
    assert_true(json_get_bool(r, "verified", false));
    assert_int_equal(json_get_int(r, "records", 0), 5);
    assert_int_equal(there(), 1); /* it was unpacked elsewhere */
    assert_int_equal(names_in("repository"), beside);

    (void)person_do(&admin, desk, "backup.schedule", "{'time':'03:00','keep':2}");
    for (int i = 0; i < 5; i++) {
        people_wait(desk, DAY);
        assert_true(asked());
    }
    assert_int_equal(there(), 3); /* two, and the person's */
    assert_string_equal(daily_failed(), "");
    (void)person_refused(&admin, desk, ERR_INPUT, "keyring.recovery_code", "setup.confirm",
                         "{'recovery_code':'AAAA-BBBB-CCCC-DDDD'}");
    assert_int_equal(there(), 3);
    assert_int_equal(names_in("repository"), beside);
    desk_verify(desk);
}

/* ---- 2 and 3 ---- */

static void dies_2(void **state)
{
    (void)state;
    static const char *const ways[] = {"exit 1",
                                       "exec kill -9 $$",
                                       "head -c 50000 >/dev/null",
                                       "head -c 50000 >/dev/null; exec kill -9 $$",
                                       "cat >/dev/null",
                                       "head -c 20 /dev/zero",
                                       "head -c 45 /dev/zero | tr '\\000' '\\377'"};
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        instead = ways[i];
        not_made(ERR_SYSTEM, "backup.writer");
    }
    struct json *out = NULL;
    struct err e = {0};
    people_wait(desk, DAY);
    assert_false(desk_try(&out, desk, &e, "backup.daily", "{}"));
    assert_string_equal(daily_failed(), "backup.writer");
    assert_false(asked());
    instead = NULL;
    people_wait(desk, HOUR);
    assert_true(asked());
    assert_string_equal(daily_failed(), "");
}

static void full_3(void **state)
{
    (void)state;
    static const rlim_t sizes[] = {1, 4096, 300000};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        largest = sizes[i];
        not_made(ERR_SYSTEM, "file.no_space");
    }
    largest = 0;
    person_sign_in(&admin, desk);
    (void)person_do(&admin, desk, "backup.make_here", "{}");
    assert_int_equal(there(), 1);
}

/* ---- 4 and 5 ---- */

static void no_start_4(void **state)
{
    (void)state;
    struct err e = {0};
    struct backup_sender s;
    int beside = names_in("repository");
    desk_remove("repository-backups");
    person_sign_in(&admin, desk);
    (void)person_refused(&admin, desk, ERR_SYSTEM, "backup.writer", "backup.make_here", "{}");
    assert_int_equal(names_in("repository"), beside);
    assert_false(harness_exists("repository-backups"));
    broker_use(-1);
    struct backup_sink sink = backup_sender_sink(&s, "x.dcim-backup");
    assert_false(sink.begin(sink.ctx, &e));
    assert_string_equal(e.id, "backup.writer");
    broker_use(near_end);
    pid_t child = 0;
    const int two[] = {0, 1};
    assert_int_equal(backup_writer_spawn(&child, "/nowhere", ".", two, 2), ENOENT);
    assert_int_equal(backup_writer_spawn(&child, harness_program(), "v.csv", two, 2), ENOTDIR);
    assert_int_equal(backup_writer_spawn(&child, harness_program(), ".", two, 1), EINVAL);
}

static void lies_5(void **state)
{
    (void)state;
    instead = "cat >/dev/null; head -c 45 /dev/zero"; /* done, all of nothing */
    not_made(ERR_SYSTEM, "backup.writer");
    instead = "head -c 45 /dev/zero"; /* before it can have anything */
    not_made(ERR_SYSTEM, "backup.writer");
}

/* ---- 6 and 7 ---- */

static void two_6(void **state)
{
    (void)state;
    static struct backup_sender one, two, three;
    static char some[3000];
    struct err e = {0};
    struct backup_sink a = backup_sender_sink(&one, "a.dcim-backup"),
                       b = backup_sender_sink(&two, "b.dcim-backup"),
                       c = backup_sender_sink(&three, "c.dcim-backup");
    assert_true(a.begin(a.ctx, &e) && b.begin(b.ctx, &e) && c.begin(c.ctx, &e));
    for (int i = 0; i < 100; i++) {
        memset(some, i, sizeof some);
        a.put(a.ctx, (struct text){some, sizeof some});
        b.put(b.ctx, (struct text){some, (size_t)i});
        c.put(c.ctx, (struct text){some, sizeof some});
    }
    c.abandon(c.ctx);
    assert_true(a.finish(a.ctx, &e));
    assert_true(b.finish(b.ctx, &e));
    uint64_t n = 0;
    assert_true(file_size("repository-backups/a.dcim-backup", &n, NULL));
    assert_int_equal(n, 300000);
    assert_true(file_size("repository-backups/b.dcim-backup", &n, NULL));
    assert_int_equal(n, 4950);
    assert_int_equal(there(), 2);
}

static void taken_7(void **state)
{
    (void)state;
    struct backup_sender s;
    struct err e = {0};
    harness_write_text("repository-backups/a.dcim-backup", "of somebody");
    struct backup_sink a = backup_sender_sink(&s, "a.dcim-backup");
    assert_true(a.begin(a.ctx, &e));
    a.put(a.ctx, TEXT("another"));
    assert_false(a.finish(a.ctx, &e));
    assert_string_equal(e.id, "backup.exists");
    uint64_t n = 0;
    assert_true(file_size("repository-backups/a.dcim-backup", &n, NULL));
    assert_int_equal(n, strlen("of somebody"));
    assert_true(backup_sender_remove("a.dcim-backup", &e));
    assert_true(backup_sender_remove("a.dcim-backup", &e));
    assert_int_equal(there(), 0);
    assert_false(backup_sender_remove("v.csv", &e));
    assert_string_equal(e.id, "backup.writer");
}

#define TEST(f) cmocka_unit_test_setup(f, fresh)

int main(void)
{
    const struct CMUnitTest tests[] = {TEST(made_1), TEST(dies_2), TEST(full_3), TEST(no_start_4),
                                       TEST(lies_5), TEST(two_6),  TEST(taken_7)};
    return cmocka_run_group_tests_name("backup_sender", tests, begin, end);
}
