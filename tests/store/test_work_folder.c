/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/store/work_folder.c (S15: nothing is left of work in hand)
 *  1 a folder of one's own: private, under a name nobody has, gone with what is in it
 *  2 what is given another name stays; a lock on the folder that one works in is free to others
 *  3 what a process that was killed has left goes when the next one begins; what is held stays
 *  4 what is not ours to remove stays: other names, other modes, files, links
 *  5 where none can be made
 *  6 many at once: nobody loses theirs */
#include "harness.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "store/tree.h"
#include "store/work_folder.h"

static size_t entries(const char *folder)
{
    struct file_names names;
    assert_true(folder_list(&names, folder, NULL));
    size_t n = names.n;
    file_names_free(&names);
    return n;
}

static void put(const struct work_folder *w, const char *name)
{
    char *path = tree_path(w->path, name);
    harness_write_text(path, "x");
    mem_free(path);
}

static void own_1(void **state)
{
    (void)state;
    struct work_folder a, b;
    struct stat st;
    assert_int_equal(mkdir("own", 0700), 0);
    assert_true(work_folder_beside(&a, "own/file", NULL));
    assert_true(work_folder_begin(&b, "own", WORK_FOLDER_PREFIX, NULL));
    assert_string_not_equal(a.path, b.path);
    assert_memory_equal(a.outer, "own/.dcim-", 10);
    assert_int_equal(strlen(a.outer), 16);
    assert_string_equal(a.path + 16, "/work");
    assert_int_equal(stat(a.outer, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
    assert_int_equal(stat(a.path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
    assert_true(a.held >= 0);
    assert_true((fcntl(a.held, F_GETFD) & FD_CLOEXEC) != 0);
    put(&a, "precious");
    work_folder_end(&a);
    assert_int_equal(entries("own"), 1);
    work_folder_end(&b);
    work_folder_end(&b); /* fine */
    assert_int_equal(entries("own"), 0);
    assert_int_equal(rmdir("own"), 0);
}

static void renamed_2(void **state)
{
    (void)state;
    struct work_folder w;
    assert_true(work_folder_beside(&w, "named", NULL));
    put(&w, "precious");
    int fd = open(w.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_int_equal(flock(fd, LOCK_EX | LOCK_NB), 0); /* as a keyring does */
    (void)close(fd);
    size_t n = entries(".");
    assert_int_equal(rename(w.path, "named"), 0);
    work_folder_end(&w);
    assert_null(w.path);
    assert_int_equal(entries("."), n);
    assert_true(harness_exists("named/precious"));
}

/* A process that works in a folder in "busy" until it is killed; it is there when this returns. */
static pid_t worker(void)
{
    int ends[2];
    char ready;
    assert_int_equal(pipe(ends), 0);
    pid_t pid = fork();
    if (pid == 0) {
        struct work_folder w;
        if (!work_folder_begin(&w, "busy", "work-", NULL)) _exit(1);
        put(&w, "in-hand");
        if (write(ends[1], "x", 1) != 1) _exit(1);
        for (;;) (void)pause();
    }
    (void)close(ends[1]);
    assert_int_equal(read(ends[0], &ready, 1), 1);
    (void)close(ends[0]);
    return pid;
}

static void killed(pid_t pid)
{
    assert_int_equal(kill(pid, SIGKILL), 0);
    while (waitpid(pid, NULL, 0) < 0) assert_int_equal(errno, EINTR);
}

static void killed_3(void **state)
{
    (void)state;
    struct work_folder w;
    assert_int_equal(mkdir("busy", 0700), 0);
    pid_t dies = worker(), lives = worker();
    assert_int_equal(entries("busy"), 2);
    killed(dies);
    assert_int_equal(entries("busy"), 2);
    work_folder_sweep("busy", "other-");
    assert_int_equal(entries("busy"), 2);
    assert_true(work_folder_begin(&w, "busy", "work-", NULL)); /* removes the dead one's */
    assert_int_equal(entries("busy"), 2);
    work_folder_end(&w);
    assert_int_equal(entries("busy"), 1);
    work_folder_sweep("busy", "work-");
    assert_int_equal(entries("busy"), 1); /* held */
    killed(lives);
    work_folder_sweep("busy", "work-");
    assert_int_equal(entries("busy"), 0);
}

static void not_ours_4(void **state)
{
    (void)state;
    static const char *const kept[] = {".dcim-short", ".dcim-toolong1", ".dcim-", ".dcim-a.b.c",
                                       "dcim-abcdef"};
    assert_int_equal(mkdir("place", 0700), 0);
    assert_int_equal(chdir("place"), 0);
    assert_int_equal(mkdir("aim", 0700), 0);
    harness_write_text("aim/kept", "x");
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++)
        assert_int_equal(mkdir(kept[i], 0700), 0);
    assert_int_equal(mkdir(".dcim-Shared", 0700), 0);
    assert_int_equal(chmod(".dcim-Shared", 0755), 0); /* none of ours, which are private */
    harness_write_text(".dcim-aaaaaa", "a file");
    assert_int_equal(symlink("aim", ".dcim-bbbbbb"), 0);
    size_t n = entries(".");
    assert_int_equal(mkdir(".dcim-left00", 0700), 0);
    harness_write_text(".dcim-left00/x", "x");
    work_folder_sweep(".", WORK_FOLDER_PREFIX);
    assert_int_equal(entries("."), n);
    assert_false(harness_exists(".dcim-left00"));
    assert_true(harness_exists("aim/kept"));
    work_folder_sweep("nowhere", WORK_FOLDER_PREFIX); /* fine */
    assert_int_equal(chdir(".."), 0);
}

static void cannot_5(void **state)
{
    (void)state;
    struct work_folder w;
    struct err e = {0};
    assert_false(work_folder_beside(&w, "no/such/file", &e));
    assert_null(w.path);
    assert_int_equal(e.code, ERR_SYSTEM);
    assert_string_equal(e.id, "work_folder.make");
    assert_int_not_equal(e.remedy[0], 0);
    work_folder_end(&w); /* fine */
}

static void many_6(void **state)
{
    (void)state;
    enum { PROCESSES = 6, ROUNDS = 150 };
    pid_t pid[PROCESSES];
    assert_int_equal(mkdir("many", 0700), 0);
    for (int i = 0; i < PROCESSES; i++) {
        pid[i] = fork();
        if (pid[i] != 0) continue;
        for (int k = 0; k < ROUNDS; k++) {
            struct work_folder w;
            if (!work_folder_begin(&w, "many", "m-", NULL)) _exit(1);
            char *path = tree_path(w.path, "x");
            int fd = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
            work_folder_sweep("many", "m-");
            if (fd < 0 || close(fd) != 0 || access(path, F_OK) != 0) _exit(2);
            mem_free(path);
            work_folder_end(&w);
        }
        _exit(0);
    }
    for (int i = 0; i < PROCESSES; i++) {
        int status;
        assert_int_equal(waitpid(pid[i], &status, 0), pid[i]);
        assert_int_equal(status, 0);
    }
    assert_int_equal(entries("many"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(own_1),      cmocka_unit_test(renamed_2), cmocka_unit_test(killed_3),
        cmocka_unit_test(not_ours_4), cmocka_unit_test(cannot_5),  cmocka_unit_test(many_6),
    };
    return cmocka_run_group_tests_name("work_folder", tests, NULL, NULL);
}
