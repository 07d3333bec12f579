/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/service/backup_writer.c: what it is sent, byte by byte, and what it then does (S90,
 * S96)
 *  1 a backup: whole, 0600, under its name; answered with its length and SHA-256
 *  2 a pipe that ends early, after every byte; what is not what was announced; something behind: no
 *    file, and said so
 *  3 names: only good ones, never over another file, never out of the folder
 *  4 removing: gone; one that is not there is fine; nothing else can be removed
 *  5 what one that was killed has left goes, what another one is at stays, and so does everything
 *    else in the folder
 *  6 a full disk: no file, the reason, and the next one is made when there is room
 *  7 the shipped program is shut in and does the same; without a folder it does nothing
 */
#include "harness.h"

#include "base/broker.h"
#include "base/crypto.h"
#include "base/file.h"
#include "service/backup_writer.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define NAME "2026-11-23T091500Z.dcim-backup"
#define PATH "folder/" NAME

/* ---- what is sent ---- */

static uint8_t bytes[400000];
static size_t n_bytes;

static void put(const void *p, size_t n)
{
    assert_true(n_bytes + n <= sizeof bytes);
    memcpy(bytes + n_bytes, p, n);
    n_bytes += n;
}

static void put_number(uint64_t v, size_t n)
{
    for (size_t i = 0; i < n; i++) put(&(uint8_t){(uint8_t)(v >> (8 * i))}, 1);
}

static void put_head(char verb, const char *name)
{
    n_bytes = 0;
    put(&verb, 1);
    put_number(strlen(name), 1);
    put(name, strlen(name));
}

/* A whole question: `n` bytes in pieces. */
static void put_backup(const char *name, size_t n)
{
    uint8_t content[200000], sum[32];
    assert_true(n <= sizeof content);
    for (size_t i = 0; i < n; i++) content[i] = (uint8_t)(i * 31 + i / 255);
    put_head(BACKUP_WRITE, name);
    for (size_t at = 0; at < n; at += BACKUP_PIECE_MAX) {
        size_t part = n - at < BACKUP_PIECE_MAX ? n - at : BACKUP_PIECE_MAX;
        put_number(part, 4);
        put(content + at, part);
    }
    put_number(0, 4);
    put_number(n, 8);
    crypto_sha256(sum, content, n);
    put(sum, sizeof sum);
}

/* ---- what is answered ---- */

static struct {
    int outcome, number;
    uint64_t bytes;
    uint8_t sum[32];
} answer;

static bool read_answer(int fd)
{
    uint8_t text[BACKUP_ANSWER + 1];
    ssize_t got = read(fd, text, sizeof text);
    if (got != BACKUP_ANSWER) return false;
    answer.outcome = text[0];
    answer.number = text[1] | text[2] << 8 | text[3] << 16;
    answer.bytes = 0;
    for (size_t i = 8; i-- > 0;) answer.bytes = answer.bytes << 8 | text[5 + i];
    memcpy(answer.sum, text + 13, 32);
    return true;
}

/* In this process; the question comes from a file, for it is longer than a pipe. */
static bool do_it(void)
{
    int back[2], folder = open("folder", O_RDONLY | O_DIRECTORY | O_CLOEXEC),
                 in = open("question", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(folder >= 0 && in >= 0 && pipe(back) == 0);
    assert_int_equal(write(in, bytes, n_bytes), (ssize_t)n_bytes);
    assert_int_equal(lseek(in, 0, SEEK_SET), 0);
    bool ok = backup_writer_do(in, back[1], folder);
    assert_true(read_answer(back[0]));
    (void)close(back[0]);
    (void)close(back[1]);
    (void)close(in);
    (void)close(folder);
    assert_int_equal(ok, answer.outcome == BACKUP_DONE);
    return ok;
}

static int there(void)
{
    struct file_names names = {0};
    assert_true(folder_list(&names, "folder", NULL));
    int n = (int)names.n;
    file_names_free(&names);
    return n;
}

static void refused(int outcome)
{
    int before = there();
    assert_false(do_it());
    assert_int_equal(answer.outcome, outcome);
    assert_int_equal(there(), before);
}

static int fresh(void **state)
{
    (void)state;
    (void)signal(SIGXFSZ, SIG_IGN);
    struct file_names names = {0};
    if (folder_list(&names, "folder", NULL)) {
        for (size_t i = 0; i < names.n; i++) {
            char path[300];
            (void)snprintf(path, sizeof path, "folder/%s", names.name[i]);
            if (unlink(path) != 0) (void)rmdir(path);
        }
        file_names_free(&names);
        return 0;
    }
    return mkdir("folder", 0700);
}

/* ---- 1 ---- */

static void as_it_was_sent(size_t n)
{
    size_t got;
    struct stat st;
    char *content = harness_read(PATH, &got);
    assert_int_equal(got, n);
    for (size_t i = 0; i < n; i++)
        if ((uint8_t)content[i] != (uint8_t)(i * 31 + i / 255)) fail_msg("byte %zu", i);
    uint8_t sum[32];
    crypto_sha256(sum, content, n);
    free(content);
    assert_int_equal(stat(PATH, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    assert_int_equal(answer.bytes, n);
    assert_memory_equal(answer.sum, sum, 32);
}

static void whole_1(void **state) /* S96 */
{
    (void)state;
    static const size_t sizes[] = {
        0, 1, BACKUP_PIECE_MAX - 1, BACKUP_PIECE_MAX, BACKUP_PIECE_MAX + 1, 200000};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        put_backup(NAME, sizes[i]);
        assert_true(do_it());
        assert_int_equal(there(), 1);
        as_it_was_sent(sizes[i]);
        assert_int_equal(unlink(PATH), 0);
    }
}

/* ---- 2 ---- */

static void early_2_1(void **state)
{
    (void)state;
    put_backup(NAME, 300);
    for (size_t whole = n_bytes, n = 0; n < whole; n++) {
        n_bytes = n;
        refused(BACKUP_CUT);
    }
    put_backup(NAME, 200000);
    for (size_t whole = n_bytes, n = 1000; n < whole; n += 33333) {
        n_bytes = n;
        refused(BACKUP_CUT);
    }
}

static void not_announced_2_2(void **state)
{
    (void)state;
    put_backup(NAME, 300);
    for (size_t i = 0; i < n_bytes; i++) { /* every byte but those that say how a thing is called */
        if (i >= 2 && i < 2 + strlen(NAME)) continue;
        bytes[i] ^= 1;
        if (i == 0) refused(BACKUP_CUT);
        else assert_false(do_it());
        assert_int_equal(there(), 0);
        bytes[i] ^= 1;
    }
    put("x", 1);
    refused(BACKUP_CUT);
    put_head(BACKUP_WRITE, NAME);
    put_number(BACKUP_PIECE_MAX + 1, 4);
    n_bytes += BACKUP_PIECE_MAX + 1;
    refused(BACKUP_CUT);
    put_head(BACKUP_WRITE, NAME);
    put_number(UINT32_MAX, 4);
    refused(BACKUP_CUT);
    put_head('x', NAME);
    refused(BACKUP_CUT);
}

/* ---- 3 ---- */

static void names_3(void **state)
{
    (void)state;
    static const char *const bad[] = {"",
                                      ".dcim-backup",
                                      "..dcim-backup",
                                      ".hidden.dcim-backup",
                                      "x.dcim-backup.tmp",
                                      "../x.dcim-backup",
                                      "a/b.dcim-backup",
                                      "/etc/x.dcim-backup",
                                      "a b.dcim-backup",
                                      "a\nb.dcim-backup",
                                      "\xc3\xa9.dcim-backup",
                                      "x"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_false(backup_name_is_good(bad[i]));
        put_backup(bad[i], 10);
        refused(BACKUP_CUT);
        put_head(BACKUP_REMOVE, bad[i]);
        refused(BACKUP_CUT);
    }
    char longest[BACKUP_NAME_MAX + 2];
    memset(longest, 'x', sizeof longest);
    (void)snprintf(longest + BACKUP_NAME_MAX - 12, 14, "%s", BACKUP_SUFFIX);
    assert_true(strlen(longest) == BACKUP_NAME_MAX);
    assert_true(backup_name_is_good(longest));
    put_backup(NAME, 10);
    bytes[2 + 4] = '\0'; /* a name with an end in its middle */
    refused(BACKUP_CUT);
    put_backup(NAME, 10);
    bytes[1] = BACKUP_NAME_MAX + 1;
    refused(BACKUP_CUT);

    harness_write_text(PATH, "of somebody");
    put_backup(NAME, 10);
    refused(BACKUP_THERE);
    size_t n;
    char *kept = harness_read(PATH, &n);
    assert_memory_equal(kept, "of somebody", n);
    free(kept);
    assert_int_equal(unlink(PATH), 0);
    assert_int_equal(symlink("../outside", PATH), 0); /* nor through a link */
    refused(BACKUP_THERE);
    assert_false(harness_exists("outside"));
}

/* ---- 4 ---- */

static void removes_4(void **state)
{
    (void)state;
    harness_write_text(PATH, "x");
    harness_write_text("folder/other.dcim-backup", "x");
    put_head(BACKUP_REMOVE, NAME);
    assert_true(do_it());
    assert_false(harness_exists(PATH));
    assert_int_equal(there(), 1);
    assert_true(do_it());
    put("x", 1);
    refused(BACKUP_CUT);
    assert_int_equal(mkdir(PATH, 0700), 0);
    put_head(BACKUP_REMOVE, NAME);
    refused(BACKUP_UNREMOVABLE);
    assert_true(answer.number == EISDIR || answer.number == EPERM);
}

/* ---- 5 ---- */

static void left_5(void **state)
{
    (void)state;
    static const char killed[] = "folder/.dcim-0123456789abcdef.part",
                      working[] = "folder/.dcim-fedcba9876543210.part";
    static const char *const others[] = {"folder/.dcim-012345.part", "folder/notes.txt",
                                         "folder/.dcim-0123456789abcdef.parts"};
    harness_write_text(killed, "half");
    harness_write_text(working, "half");
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) harness_write_text(others[i], "x");
    int held = open(working, O_WRONLY | O_CLOEXEC);
    assert_int_equal(flock(held, LOCK_EX | LOCK_NB), 0);
    put_backup(NAME, 10);
    assert_true(do_it());
    assert_false(harness_exists(killed));
    assert_true(harness_exists(working));
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_true(harness_exists(others[i]));
    (void)close(held);
}

/* ---- 6 ---- */

static void full_6(void **state)
{
    (void)state;
    struct rlimit limit, small;
    put_backup(NAME, 200000);
    int folder = open("folder", O_RDONLY | O_DIRECTORY | O_CLOEXEC), back[2],
        in = open("question", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_int_equal(write(in, bytes, n_bytes), (ssize_t)n_bytes);
    assert_int_equal(pipe(back), 0);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    static const rlim_t sizes[] = {0, 1, 4096, 65536, 199999};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        small = limit;
        small.rlim_cur = sizes[i];
        assert_int_equal(lseek(in, 0, SEEK_SET), 0);
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
        bool ok = backup_writer_do(in, back[1], folder);
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
        assert_false(ok);
        assert_true(read_answer(back[0]));
        assert_int_equal(answer.outcome, BACKUP_UNWRITABLE);
        assert_int_equal(answer.number, EFBIG);
        assert_int_equal(there(), 0);
    }
    (void)close(in);
    (void)close(back[0]);
    (void)close(back[1]);
    (void)close(folder);
    assert_true(do_it());
    as_it_was_sent(200000);
}

/* ---- 7 ---- */

/* Its exit status, 128 + signal. */
static int program(int folder)
{
    int back[2], in = open("question", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600), status;
    assert_true(in >= 0 && pipe2(back, O_CLOEXEC) == 0);
    assert_int_equal(write(in, bytes, n_bytes), (ssize_t)n_bytes);
    assert_int_equal(lseek(in, 0, SEEK_SET), 0);
    const char *const words[] = {harness_program(), "process", "backup", NULL};
    pid_t child;
    assert_int_equal(broker_spawn(&child, words, in, back[1], folder), 0);
    (void)close(back[1]);
    (void)close(in);
    assert_int_equal(waitpid(child, &status, 0), child);
    if (!read_answer(back[0])) answer.outcome = -1;
    (void)close(back[0]);
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static void program_7(void **state) /* S90 S92 */
{
    (void)state;
    int folder = open("folder", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    harness_write_text("folder/.dcim-0123456789abcdef.part", "half"); /* of one that was killed */
    put_backup(NAME, 200000);
    assert_int_equal(program(folder), 0);
    assert_int_equal(answer.outcome, BACKUP_DONE);
    as_it_was_sent(200000);
    assert_int_equal(there(), 1);
    assert_int_equal(program(folder), 3);
    assert_int_equal(answer.outcome, BACKUP_THERE);
    n_bytes -= 1;
    assert_int_equal(program(folder), 3);
    put_head(BACKUP_REMOVE, NAME);
    assert_int_equal(program(folder), 0);
    assert_int_equal(there(), 0);
    put_backup(NAME, 100);
    n_bytes -= 1;
    assert_int_equal(program(folder), 3);
    assert_int_equal(answer.outcome, BACKUP_CUT);
    assert_int_equal(there(), 0);
    (void)close(folder);

    int none = open("question", O_RDONLY | O_CLOEXEC); /* no folder */
    put_backup(NAME, 100);
    int status = program(none);
    assert_true(status == 3 || status == 128 + SIGSYS);
    assert_true(answer.outcome != BACKUP_DONE);
    (void)close(none);
}

#define TEST(f) cmocka_unit_test_setup(f, fresh)

int main(void)
{
    crypto_start();
    const struct CMUnitTest tests[] = {TEST(whole_1), TEST(early_2_1), TEST(not_announced_2_2),
                                       TEST(names_3), TEST(removes_4), TEST(left_5),
                                       TEST(full_6),  TEST(program_7)};
    return cmocka_run_group_tests_name("backup_writer", tests, NULL, NULL);
}
