/* SPDX-License-Identifier: EUPL-1.2 */
/* kill -9 at random moments of imports (S84): the program is started, killed, and what it leaves is
 * looked at.
 *  1 one import, killed at any moment from its start to its end
 *  2 four imports at once, all killed
 *  3 undoing a batch, killed
 *  5 a backup, killed: what there is under a name is whole, and the next backup, or the next
 *  server,
 *    leaves nothing of what was being made (S15)
 *
 * After each kill: every import that was acknowledged (its process had ended with status 0) is
 * there, whole; what else there is, is whole too (it was committed, and the kill came before the
 * acknowledgement) or invisible; the log verifies and has an entry for each batch; the repository
 * opens within 10 seconds.
 */
#include "harness.h"

#include "desk.h"

#include "base/file.h"
#include "store/backup.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    AT_ONCE = 4,
    /* the repository is made anew each so many rounds, or it would grow and grow, and looking with
     * it */
    PERIOD = 40,
    PERIOD_AT_ONCE = 8
};

static uint64_t lot = 88172645463325252u; /* xorshift64 (Marsaglia 2003) */

static uint64_t draw(uint64_t below)
{
    lot ^= lot << 13;
    lot ^= lot >> 7;
    lot ^= lot << 17;
    return lot % below;
}

static pid_t start(const char *const *argv)
{
    extern char **environ;
    pid_t pid;
    posix_spawn_file_actions_t acts;
    posix_spawn_file_actions_init(&acts);
    posix_spawn_file_actions_addopen(&acts, 1, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&acts, 2, "/dev/null", O_WRONLY, 0);
    union {
        const char *const *given;
        char *const *wanted;
    } args = {argv};
    assert_int_equal(posix_spawn(&pid, argv[0], &acts, NULL, args.wanted, environ), 0);
    posix_spawn_file_actions_destroy(&acts);
    return pid;
}

static int finish(pid_t pid)
{
    int status;
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR) fail_msg("waitpid: %s", strerror(errno));
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void wait_microseconds(uint64_t us)
{
    struct timespec t = {.tv_sec = (time_t)(us / 1000000), .tv_nsec = (long)(us % 1000000) * 1000};
    while (nanosleep(&t, &t) != 0 && errno == EINTR) {}
}

static pid_t start_import(const char *file)
{
    return start((const char *const[]){harness_program(), "import", file, "--form", "victim",
                                       "--organisation", "GNR", NULL});
}

/* ---------------------------------------------------------------- what must be there */

static struct {
    char label[40];
    int64_t rows;
    bool acknowledged, undone;
} sent[400];
static size_t n_sent;
static int64_t n_killed, n_acknowledged, n_between;

static int64_t look_at_batches(const struct json *list)
{
    int64_t records = 0;
    for (size_t i = 0; i < json_size(list); i++) {
        const struct json *b = json_at(list, i);
        size_t k = 0;
        while (k < n_sent && strcmp(sent[k].label, json_get_text(b, "file", "")) != 0) k++;
        if (k == n_sent) fail_msg("a batch nobody sent: %s", json_get_text(b, "file", ""));
        assert_int_equal(json_get_int(b, "new", -1), sent[k].rows);
        bool undone = strcmp(json_get_text(b, "state", ""), "undone") == 0;
        if (sent[k].undone && !undone) fail_msg("%s was undone", sent[k].label);
        if (!sent[k].acknowledged) n_between++;
        sent[k].acknowledged = true; /* from now on it must stay */
        sent[k].undone = undone;
        if (!undone) records += sent[k].rows;
    }
    for (size_t k = 0; k < n_sent; k++) {
        bool there = false;
        for (size_t i = 0; i < json_size(list); i++)
            there |= strcmp(sent[k].label, json_get_text(json_at(list, i), "file", "")) == 0;
        if (sent[k].acknowledged && !there)
            fail_msg("%s was acknowledged and is lost", sent[k].label);
    }
    return records;
}

static void look(bool whole)
{
    double from = harness_seconds();
    struct service *s = desk_open("repository", NULL);
    const struct json *list = json_get(desk_do(s, "batch.list", "{}"), "batches");
    assert_true(harness_seconds() - from < 10);
    int64_t n_batch = (int64_t)json_size(list), records = look_at_batches(list);
    assert_int_equal(desk_records(s, "victim"), records);
    desk_verify(s);
    assert_int_equal(desk_entries(s, "import"), n_batch);
    if (whole) {
        const struct json *r = desk_do(s, "check.run", "{}");
        if (!json_get_bool(r, "ok", false)) fail_msg("dcim check finds damage");
    }
    service_close(s);
}

static size_t send(const char *label, int rows)
{
    assert_true(n_sent < sizeof sent / sizeof sent[0]);
    (void)snprintf(sent[n_sent].label, sizeof sent[n_sent].label, "%s", label);
    sent[n_sent].rows = rows;
    sent[n_sent].acknowledged = sent[n_sent].undone = false;
    return n_sent++;
}

static void new_period(void)
{
    n_sent = 0;
    desk_make("repository");
}

static int rounds(int plain)
{
    return harness_sanitized() ? plain / 10 : plain;
}

/* Whether n rounds are over and so many were killed that one can go on; where the machine's speed
 * changes, more rounds are needed than on a quiet one. */
static bool enough(int i, int n, int64_t killed)
{
    return i >= (harness_sanitized() || n_killed >= killed ? n : 4 * n);
}

/* How long a time measured before is now: less whenever somebody was ready before it was over, a
 * little more whenever not, so that about four of five are killed, at any moment. */
static double pace = 1;

static uint64_t paced(uint64_t us)
{
    return (uint64_t)((double)us * pace);
}

static void learn(bool killed)
{
    pace *= killed ? 1.03 : 0.88;
    if (pace < 0.02) pace = 0.02;
    if (pace > 4) pace = 4;
}

/* ---- 1 ---- */

/* Microseconds that an import of so many rows takes when it is let live: the longest of three. */
static uint64_t time_of_import(int rows)
{
    double longest = 0;
    for (int i = 0; i < 3; i++) {
        desk_make("repository");
        desk_victims("t.csv", "T", 0, rows, 0);
        double from = harness_seconds();
        assert_int_equal(finish(start_import("t.csv")), 0);
        double took = harness_seconds() - from;
        if (took > longest) longest = took;
    }
    return (uint64_t)(longest * 1e6);
}

static void kill_1_1_at_any_moment(void **state)
{
    (void)state;
    enum { LEAST = 300, MOST = 2000 };
    uint64_t least = time_of_import(LEAST), most = time_of_import(MOST);
    print_message("an import takes %d to %d ms\n", (int)(least / 1000), (int)(most / 1000));
    int n = rounds(140);
    for (int i = 0; !enough(i, n, 105); i++) {
        char label[40], prefix[20];
        if (i % PERIOD == 0) new_period();
        int rows = (int)(LEAST + draw(MOST - LEAST));
        uint64_t whole = least + (most - least) * (uint64_t)(rows - LEAST) / (MOST - LEAST);
        (void)snprintf(label, sizeof label, "k%d.csv", i);
        (void)snprintf(prefix, sizeof prefix, "K%d", i);
        desk_victims(label, prefix, 0, rows, 0);
        size_t k = send(label, rows);
        pid_t pid = start_import(label);
        wait_microseconds(draw(paced(whole + whole / 10)));
        (void)kill(pid, SIGKILL);
        int status = finish(pid);
        assert_true(status == 0 || status == 128 + SIGKILL);
        sent[k].acknowledged = status == 0;
        n_killed += status != 0;
        n_acknowledged += status == 0;
        learn(status != 0);
        look((i + 1) % PERIOD == 0 || enough(i + 1, n, 105));
        (void)unlink(label);
    }
}

/* ---- 2 ---- */

static void kill_2_1_four_writers_at_once(void **state)
{
    (void)state;
    enum { ROWS = 500 };
    uint64_t one = time_of_import(ROWS);
    int n = rounds(30);
    pace = 1;
    for (int i = 0; !enough(i, n, 190); i++) {
        pid_t pid[AT_ONCE];
        size_t k[AT_ONCE];
        char label[40], prefix[20];
        if (i % PERIOD_AT_ONCE == 0) new_period();
        for (int w = 0; w < AT_ONCE; w++) {
            (void)snprintf(label, sizeof label, "w%d-%d.csv", i, w);
            (void)snprintf(prefix, sizeof prefix, "W%d-%d", i, w);
            desk_victims(label, prefix, 0, ROWS, 0);
            k[w] = send(label, ROWS);
        }
        for (int w = 0; w < AT_ONCE; w++) pid[w] = start_import(sent[k[w]].label);
        wait_microseconds(draw(paced(one * (AT_ONCE - 1))));
        for (int w = 0; w < AT_ONCE; w++) (void)kill(pid[w], SIGKILL);
        for (int w = 0; w < AT_ONCE; w++) {
            int status = finish(pid[w]);
            assert_true(status == 0 || status == 128 + SIGKILL);
            sent[k[w]].acknowledged = status == 0;
            n_killed += status != 0;
            n_acknowledged += status == 0;
            learn(status != 0);
        }
        look((i + 1) % PERIOD_AT_ONCE == 0 || enough(i + 1, n, 190));
    }
}

/* ---- 3 ---- */

static void kill_3_1_while_undoing(void **state)
{
    (void)state;
    enum { ROWS = 3000 };
    char batch[20];
    int n = rounds(20);
    uint64_t whole = 0;
    new_period();
    pace = 1;
    for (int i = 0; !enough(i - 1, n, 200); i++) {
        char label[40], prefix[20];
        (void)snprintf(label, sizeof label, "u%d.csv", i);
        (void)snprintf(prefix, sizeof prefix, "U%d", i);
        desk_victims(label, prefix, 0, ROWS, 0);
        size_t k = send(label, ROWS);
        assert_int_equal(finish(start_import(label)), 0);
        sent[k].acknowledged = true;
        (void)snprintf(batch, sizeof batch, "%d", i + 1);
        double from = harness_seconds();
        pid_t pid = start((const char *const[]){harness_program(), "batch", "undo", batch,
                                                "--reason", "test", NULL});
        if (i > 0) {
            wait_microseconds(draw(paced(whole + whole / 10)));
            (void)kill(pid, SIGKILL);
        }
        int status = finish(pid);
        if (i > 0) learn(status != 0);
        if (i == 0)
            whole = (uint64_t)((harness_seconds() - from) * 1e6); /* the first is let live */
        sent[k].undone = status == 0;
        n_killed += status != 0;
        look(enough(i, n, 200));
    }
}

static void kill_4_1_enough_of_both(void **state)
{
    (void)state;
    print_message(
        "%d killed, %d acknowledged before, %d committed and killed before the acknowledgement\n",
        (int)n_killed, (int)n_acknowledged, (int)n_between);
    if (harness_sanitized()) return;
    assert_true(n_killed >= 200);
    assert_true(n_acknowledged >= 5); /* the moments reach to the end */
}

/* ---- 5 ---- */

static size_t backups_of(size_t *others)
{
    struct file_names names;
    size_t n = 0;
    *others = 0;
    assert_true(folder_list(&names, "repository-backups", NULL));
    for (size_t i = 0; i < names.n; i++) {
        bool whole = names.name[i][0] == 'b';
        n += whole;
        *others += !whole;
    }
    file_names_free(&names);
    return n;
}

static pid_t start_backup(const char *path)
{
    return start((const char *const[]){harness_program(), "backup", path, NULL});
}

static void verify_backup(const char *path)
{
    char code[100];
    desk_recovery(code, sizeof code);
    struct secret *secret = secret_copy(code, strlen(code));
    const struct unlock u = {.recovery = secret};
    struct backup_report r;
    struct err e = {0};
    if (!backup_verify(&r, path, &u, &e)) fail_msg("%s: %s", path, e.msg);
    secret_free(secret);
}

static void kill_5_1_a_backup(void **state)
{
    (void)state;
    char path[60];
    size_t others, left = 0, made = 1, killed = 0;
    new_period();
    desk_victims("b.csv", "B", 0, 2000, 0);
    assert_int_equal(finish(start_import("b.csv")), 0);
    assert_int_equal(mkdir("repository-backups", 0700), 0);
    double from = harness_seconds();
    assert_int_equal(finish(start_backup("repository-backups/b-first")), 0);
    uint64_t whole = (uint64_t)((harness_seconds() - from) * 1e6);
    pace = 1;
    for (int i = 0; i < (harness_sanitized() ? 5 : 200) && (i < 30 || left < 10); i++) {
        (void)snprintf(path, sizeof path, "repository-backups/b-%d", i);
        pid_t pid = start_backup(path);
        wait_microseconds(draw(paced(whole)));
        (void)kill(pid, SIGKILL);
        int status = finish(pid);
        learn(status != 0);
        killed += status != 0;
        bool there = harness_exists(path);
        assert_true(status != 0 || there);
        if (there) verify_backup(path);
        made += there;
        assert_int_equal(backups_of(&others), made);
        assert_true(others <= 1); /* of this one: those before went when it began */
        left += others;
        if (there) (void)unlink(path);
        made -= there;
    }
    print_message("%d backups killed, %d left something\n", (int)killed, (int)left);
    if (!harness_sanitized()) assert_true(left >= 10);
    assert_int_equal(finish(start_backup("repository-backups/b-last")), 0);
    assert_int_equal(backups_of(&others), made + 1);
    assert_int_equal(others, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kill_1_1_at_any_moment), cmocka_unit_test(kill_2_1_four_writers_at_once),
        cmocka_unit_test(kill_3_1_while_undoing), cmocka_unit_test(kill_4_1_enough_of_both),
        cmocka_unit_test(kill_5_1_a_backup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
