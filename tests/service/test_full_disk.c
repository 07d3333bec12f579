/* SPDX-License-Identifier: EUPL-1.2 */
/* A full disk (S85): a file system of a few megabytes in a name space of mounts of our own; where
 * that cannot be had, a limit on the size of files. Nothing is acknowledged that is not there,
 * nothing is half done, and everything works again when there is space.
 *  1 imports on a disk that fills up at different moments
 *  2 a disk without a single free block: what still works, what says so
 *  3 a desk that stays open while the disk is full
 *  4 init, backup, tables and findings files
 *  5 a limit on the size of files
 */
#include "harness.h"

#include "desk.h"

#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

#define IMPORT "--form", "victim", "--organisation", "GNR"

static bool mounts;
static struct harness_run run;

static void write_line(const char *path, const char *line)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0) return;
    if (write(fd, line, strlen(line)) < 0) print_message("%s: %s\n", path, strerror(errno));
    (void)close(fd);
}

/* A name space of mounts: as root, or as the root of a name space of users. It ends with this
 * process. */
static bool own_mounts(void)
{
    char map[60];
    uid_t uid = getuid();
    gid_t gid = getgid();
    if (unshare(CLONE_NEWNS) != 0) {
        if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return false;
        write_line("/proc/self/setgroups", "deny");
        (void)snprintf(map, sizeof map, "0 %u 1", (unsigned)uid);
        write_line("/proc/self/uid_map", map);
        (void)snprintf(map, sizeof map, "0 %u 1", (unsigned)gid);
        write_line("/proc/self/gid_map", map);
    }
    return mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
}

static int begin(void **state)
{
    (void)state;
    desk_make("template");
    mounts = own_mounts();
    if (!mounts) print_message("no mounts of our own: skipped, but for the limit on files\n");
    (void)mkdir("small", 0700);
    desk_victims("w.csv", "W", 0, 4000, 0);
    desk_victims("v.csv", "V", 0, 20, 0);
    return 0;
}

/* An empty disk of `kib`; what was mounted before is gone. */
static void disk(int kib)
{
    char size[40];
    if (!mounts) skip();
    (void)umount2("small", MNT_DETACH);
    (void)snprintf(size, sizeof size, "size=%dk,mode=0700", kib);
    if (mount("none", "small", "tmpfs", 0, size) != 0) fail_msg("mount: %s", strerror(errno));
}

/* The repository on it, and as much free as that. */
static void repository_with(int free_kib)
{
    disk(64 * 1024);
    desk_copy("template", "small/r");
    desk_copy("template.key", "small/r.key");
    (void)setenv("DCIM_REPOSITORY", "small/r", 1);
    (void)setenv("DCIM_KEY_FILE", "small/r.key", 1);
    struct statvfs s;
    char size[60];
    assert_int_equal(statvfs("small", &s), 0);
    uint64_t used = (s.f_blocks - s.f_bfree) * s.f_frsize / 1024;
    (void)snprintf(size, sizeof size, "size=%llik", (long long)used + free_kib);
    if (mount("none", "small", "tmpfs", MS_REMOUNT, size) != 0)
        fail_msg("remount: %s", strerror(errno));
}

/* Take every block that is left. */
static void fill(void)
{
    static char block[4096];
    int fd = open("small/filler", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    while (write(fd, block, sizeof block) > 0) {}
    (void)close(fd);
}

#define DCIM(...) (harness_run_release(&run), HARNESS_DCIM(&run, __VA_ARGS__))

static void full(const char *what)
{
    bool told = strstr(run.err, "space") != NULL || strstr(run.err, "the disk is full") != NULL;
    if (run.status != 5 || !told)
        fail_msg("%s: status %d: %s%s", what, run.status, run.out, run.err);
}

/* ---- 1 ---- */

static void import_1_1_filling_up_at_any_moment(void **state)
{
    (void)state;
    int taken = 0, refused = 0;
    for (int free_kib = 64; free_kib <= 16 * 1024; free_kib += free_kib < 512 ? 64 : free_kib / 3) {
        repository_with(free_kib);
        DCIM("import", "w.csv", IMPORT);
        bool ok = run.status == 0;
        if (!ok) full("import");
        taken += ok;
        refused += !ok;
        /* space again: the same file is imported, or was */
        if (mount("none", "small", "tmpfs", MS_REMOUNT, "size=65536k") != 0) fail_msg("remount");
        struct service *s = desk_open("small/r", NULL);
        assert_int_equal(desk_records(s, "victim"), ok ? 4000 : 0);
        assert_int_equal(desk_entries(s, "import"), ok);
        assert_int_equal(json_size(json_get(desk_do(s, "batch.list", "{}"), "batches")),
                         (size_t)ok);
        desk_verify(s);
        const struct json *r =
            desk_do(s, "import.run", "{'file':'w.csv','form':'victim','organisation':'GNR'}");
        assert_int_equal(json_get_int(r, "new", -1), ok ? 0 : 4000);
        assert_int_equal(desk_records(s, "victim"), 4000);
        service_close(s);
    }
    print_message("%d imports taken, %d refused for want of space\n", taken, refused);
    assert_true(taken >= 1);
    assert_true(refused >= 5);
}

/* ---- 2 ---- */

static void full_2_1_what_works_and_what_says_so(void **state)
{
    (void)state;
    repository_with(16 * 1024);
    DCIM("import", "v.csv", IMPORT);
    assert_int_equal(run.status, 0);
    fill();
    DCIM("import", "w.csv", IMPORT);
    full("import");
    DCIM("organisation", "add", "--code", "X", "--type", "police", "--name", "x");
    full("organisation add");
    /* a consultation that cannot be written down is not answered (S9, S20) */
    DCIM("record", "list");
    full("record list");
    assert_null(strstr(run.out, "victim"));
    /* what needs no entry is read as ever, if there is room for the journal's index */
    DCIM("variables");
    assert_int_equal(run.status, 0);
    DCIM("info");
    if (run.status != 0) full("info");
    assert_int_equal(unlink("small/filler"), 0);
    DCIM("record", "list");
    assert_int_equal(run.status, 0);
    DCIM("import", "w.csv", IMPORT);
    assert_int_equal(run.status, 0);
    DCIM("check");
    assert_int_equal(run.status, 0);
}

/* ---- 3 ---- */

static void desk_3_1_goes_on_without_restart(void **state)
{
    (void)state;
    repository_with(3 * 1024);
    struct service *s = desk_open("small/r", NULL);
    struct json *out = NULL;
    struct err e;
    (void)desk_do(s, "import.run", "{'file':'v.csv','form':'victim','organisation':'GNR'}");
    assert_int_equal(desk_records(s, "victim"), 20);
    fill();
    for (int i = 0; i < 5; i++) {
        assert_false(desk_try(&out, s, &e, "import.run",
                              "{'file':'w.csv','form':'victim','organisation':'GNR'}"));
        assert_int_equal(err_exit_status(e.code), 5);
    }
    assert_int_equal(unlink("small/filler"), 0);
    if (mount("none", "small", "tmpfs", MS_REMOUNT, "size=65536k") != 0) fail_msg("remount");
    (void)desk_do(s, "import.run", "{'file':'w.csv','form':'victim','organisation':'GNR'}");
    assert_int_equal(desk_records(s, "victim"), 4020);
    assert_int_equal(desk_entries(s, "import"), 2);
    desk_verify(s);
    service_close(s);
}

/* ---- 4 ---- */

static bool folder_is_empty_but(const char *folder, const char *name)
{
    struct file_names names;
    bool empty = true;
    if (!folder_list(&names, folder, NULL)) fail_msg("could not list %s", folder);
    for (size_t i = 0; i < names.n; i++)
        if (name == NULL || strcmp(names.name[i], name) != 0) {
            print_message("left: %s/%s\n", folder, names.name[i]);
            empty = false;
        }
    file_names_free(&names);
    return empty;
}

static bool is_empty(const char *folder)
{
    return folder_is_empty_but(folder, NULL);
}

static void init_4_1_a_repository_or_nothing(void **state)
{
    (void)state;
    int made = 0;
    for (int kib = 40; kib <= 6000;
         kib += kib < 400 ? 80 : 400) { /* the dictionary is 2 MiB of it */
        disk(kib);
        (void)unlink("init.key");
        DCIM("init", "--pack", "pt", "small/r", "--key-file", "init.key");
        if (run.status == 0) {
            made++;
            continue;
        }
        full("init");
        if (!is_empty("small")) fail_msg("%d KiB: init left something", kib);
        assert_false(harness_exists("init.key"));
        assert_null(strstr(run.out, "Recovery"));
    }
    assert_true(made >= 1);
}

static void files_4_2_backup_tables_findings(void **state)
{
    (void)state;
    disk(64);
    (void)setenv("DCIM_REPOSITORY", "template", 1);
    (void)setenv("DCIM_KEY_FILE", "template.key", 1);
    DCIM("backup", "small/b.dcim");
    full("backup");
    assert_true(is_empty("small"));
    DCIM("import", "w.csv", IMPORT, "--findings", "small/back.csv");
    full("findings");
    assert_true(is_empty("small"));
    struct service *s = desk_open("template", NULL);
    assert_int_equal(desk_records(s, "victim"), 0);
    assert_int_equal(desk_entries(s, "import"), 0);
    desk_victims("v.csv", "V", 0, 20, 0);
    (void)desk_do(s, "import.run", "{'file':'v.csv','form':'victim','organisation':'GNR'}");
    service_close(s);
    fill();
    DCIM("table", "--form", "victim", "--rows", "sex", "--format", "csv", "--output",
         "small/t.csv");
    full("table");
    DCIM("table", "--form", "victim", "--rows", "sex", "--format", "xlsx", "--output",
         "small/t.xlsx");
    full("workbook");
    assert_true(folder_is_empty_but("small", "filler"));
    /* a key file that cannot be kept is no key */
    DCIM("key", "add", "key-file", "--new-key-file", "small/second.key");
    assert_int_equal(run.status, 5);
    assert_true(folder_is_empty_but("small", "filler"));
    DCIM("key", "list", "--json");
    struct json *j;
    assert_true(json_parse(&j, (struct text){run.out, run.n_out}, NULL));
    assert_int_equal(json_size(json_get(j, "slots")), 2);
    json_free(j);
}

/* ---- 5 ---- */

static void limit_5_1_on_the_size_of_files(void **state)
{
    (void)state;
    (void)umount2("small", MNT_DETACH);
    desk_make("repository");
    int refused = 0;
    for (rlim_t limit = 64 * 1024; limit <= 1024 * 1024; limit *= 2) {
        struct rlimit before, now;
        assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
        now = before;
        now.rlim_cur = limit;
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &now), 0);
        DCIM("import", "w.csv", IMPORT);
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
        if (run.status != 5 || run.n_err < 20)
            fail_msg("limit %d: status %d: %s", (int)limit, run.status, run.err);
        refused++;
        struct service *s = desk_open("repository", NULL);
        assert_int_equal(desk_records(s, "victim"), 0);
        desk_verify(s);
        service_close(s);
    }
    assert_true(refused >= 3);
    DCIM("import", "w.csv", IMPORT);
    assert_int_equal(run.status, 0);
}

static int end(void **state)
{
    (void)state;
    harness_run_release(&run);
    if (mounts) (void)umount2("small", MNT_DETACH);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(import_1_1_filling_up_at_any_moment),
        cmocka_unit_test(full_2_1_what_works_and_what_says_so),
        cmocka_unit_test(desk_3_1_goes_on_without_restart),
        cmocka_unit_test(init_4_1_a_repository_or_nothing),
        cmocka_unit_test(files_4_2_backup_tables_findings),
        cmocka_unit_test(limit_5_1_on_the_size_of_files),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
