/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/base/file.c
 *  1 reading, and its limit   2 atomic writing   3 permissions (S15)   4 full disk (S85)
 *  5 a process that dies while writing   6 sinks   7 folders   8 errors name the path and what to
 *  do   9 hashes   10 where something could be made */
#include "harness.h"

#include "base/crypto.h"
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static struct err e;

static void is_error(enum err_code code, const char *id, const char *path)
{
    assert_int_equal(e.code, code);
    assert_string_equal(e.id, id);
    if (strstr(e.msg, path) == NULL) fail_msg("\"%s\" does not name %s", e.msg, path);
    assert_true(e.remedy[0] != '\0');
    err_clear(&e);
}

static void holds(const char *path, const char *expected, size_t n)
{
    size_t got;
    char *p = harness_read(path, &got);
    assert_int_equal(got, n);
    assert_memory_equal(p, expected, n);
    free(p);
}

static size_t names_in(const char *path)
{
    struct file_names names;
    assert_true(folder_list(&names, path, &e));
    size_t n = names.n;
    file_names_free(&names);
    return n;
}

static void reading(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 1 << 20);
    harness_write("r", "a\0b", 3);
    buf_puts(&b, "before ");
    assert_true(file_read(&b, "r", 3, &e)); /* exactly the limit; appended */
    assert_int_equal(b.n, 10);
    assert_memory_equal(b.p, "before a\0b", 10);
    assert_false(file_read(&b, "r", 2, &e));
    is_error(ERR_LIMIT, "file.too_long", "r");
    harness_write("empty", "", 0);
    buf_clear(&b);
    assert_true(file_read(&b, "empty", 0, &e));
    assert_int_equal(b.n, 0);
    char *large = malloc(300000);
    for (size_t i = 0; i < 300000; i++) large[i] = (char)(i * 7);
    harness_write("large", large, 300000);
    assert_true(file_read(&b, "large", 300000, &e));
    assert_int_equal(b.n, 300000);
    assert_memory_equal(b.p, large, 300000);
    buf_clear(&b);
    assert_false(file_read(&b, "/dev/zero", 1 << 20, &e)); /* has no end */
    is_error(ERR_LIMIT, "file.too_long", "/dev/zero");
    struct buf small;
    buf_init(&small, 10);
    assert_false(file_read(&small, "large", 300000, &e)); /* the buffer's own limit */
    assert_int_equal(e.code, ERR_LIMIT);
    buf_release(&small);
    buf_release(&b);
    free(large);
}

static void errors_of_reading(void **state)
{
    (void)state;
    struct buf b;
    uint64_t n;
    uint8_t hash[32];
    buf_init(&b, 100);
    err_clear(&e);
    assert_false(file_read(&b, "no/such", 10, &e));
    is_error(ERR_INPUT, "file.not_found", "no/such");
    assert_false(file_read(&b, ".", 10, &e));
    is_error(ERR_INPUT, "file.is_folder", ".");
    assert_false(file_read(&b, "", 10, &e));
    is_error(ERR_INPUT, "file.not_found", "");
    assert_false(file_size("none", &n, &e));
    is_error(ERR_INPUT, "file.not_found", "none");
    assert_false(file_size(".", &n, &e));
    is_error(ERR_INPUT, "file.is_folder", ".");
    assert_false(file_sha256(hash, "none", &e));
    is_error(ERR_INPUT, "file.not_found", "none");
    assert_false(file_sha256(hash, ".", &e));
    is_error(ERR_INPUT, "file.is_folder", ".");
    harness_write("secret", "x", 1);
    assert_int_equal(chmod("secret", 0), 0);
    if (geteuid() != 0) {
        assert_false(file_read(&b, "secret", 10, &e));
        is_error(ERR_INPUT, "file.not_permitted", "secret");
    }
    assert_int_equal(symlink("circle", "circle"), 0);
    assert_false(file_read(&b, "circle", 10, &e));
    is_error(ERR_INPUT, "file.not_found", "circle");
    buf_release(&b);
}

static void sizes_and_hashes(void **state)
{
    (void)state;
    uint64_t n = 7;
    uint8_t hash[32];
    char hex[65], *large = calloc(1, 1000000);
    memset(large, 'a', 1000000);
    harness_write("million", large, 1000000);
    assert_true(file_size("million", &n, &e));
    assert_int_equal(n, 1000000);
    assert_true(file_sha256(hash, "million", &e)); /* FIPS 180-2, appendix B.3 */
    crypto_hex(hex, hash, 32);
    assert_string_equal(hex, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    harness_write("empty", "", 0);
    assert_true(file_sha256(hash, "empty", &e));
    crypto_hex(hex, hash, 32);
    assert_string_equal(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assert_true(file_exists("million"));
    assert_true(file_exists("."));
    assert_false(file_exists("none"));
    free(large);
}

static void writing_replaces(void **state)
{
    (void)state;
    assert_true(folder_make("w", &e));
    assert_true(file_write("w/f", TEXT("first"), &e));
    holds("w/f", "first", 5);
    int old = open("w/f", O_RDONLY);
    assert_true(old >= 0);
    assert_true(file_write("w/f", TEXT("2\0nd"), &e));
    holds("w/f", "2\0nd", 4);
    char still[8] = "";
    assert_int_equal(read(old, still, 8), 5); /* who has the old one open keeps it whole */
    assert_string_equal(still, "first");
    close(old);
    assert_true(file_write("w/f", (struct text){NULL, 0}, &e));
    holds("w/f", "", 0);
    assert_int_equal(names_in("w"), 1);              /* no temporary file is left */
    assert_true(file_write("plain", TEXT("x"), &e)); /* in the working folder */
    holds("plain", "x", 1);
    char absolute[4200], here[4096];
    assert_non_null(getcwd(here, sizeof here));
    snprintf(absolute, sizeof absolute, "%s/absolute", here);
    assert_true(file_write(absolute, TEXT("y"), &e));
    holds("absolute", "y", 1);
}

static void permissions(void **state) /* S15 */
{
    (void)state;
    struct stat st;
    mode_t before = umask(0); /* the most generous one */
    assert_true(folder_make("open/inner", &e));
    assert_true(file_write("open/f", TEXT("x"), &e));
    assert_int_equal(chmod("open/f", 0644), 0);
    assert_true(file_write("open/f", TEXT("y"), &e)); /* a replaced one as well */
    umask(before);
    assert_int_equal(stat("open", &st), 0);
    assert_int_equal(st.st_mode & 07777, 0700);
    assert_int_equal(stat("open/inner", &st), 0);
    assert_int_equal(st.st_mode & 07777, 0700);
    assert_int_equal(stat("open/f", &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
}

static void errors_of_writing(void **state)
{
    (void)state;
    struct file_sink *s = (struct file_sink *)&s;
    assert_false(file_write("no/such/f", TEXT("x"), &e));
    is_error(ERR_SYSTEM, "file.unwritable", "no/such/f");
    assert_true(folder_make("folder", &e));
    assert_false(file_write("folder", TEXT("x"), &e));
    is_error(ERR_SYSTEM, "file.unwritable", "folder");
    assert_false(file_write("folder/", TEXT("x"), &e));
    is_error(ERR_SYSTEM, "file.unwritable", "folder/");
    assert_false(file_write("", TEXT("x"), &e));
    assert_int_equal(e.code, ERR_SYSTEM);
    assert_false(file_sink_open(&s, "plain/f", &e)); /* a file is no folder */
    assert_null(s);
    char longest[300];
    memset(longest, 'n', sizeof longest);
    longest[255] = '\0'; /* as long as a name may be: the temporary one must not be longer */
    assert_true(file_write(longest, TEXT("x"), &e));
    holds(longest, "x", 1);
    longest[255] = 'n';
    longest[256] = '\0';
    assert_false(file_write(longest, TEXT("x"), &e));
    assert_int_equal(e.code, ERR_SYSTEM);
    assert_int_equal(names_in("folder"), 0);
    err_clear(&e);
}

static void full_disk(void **state) /* S85 */
{
    (void)state;
    assert_false(file_write("/dev/full", TEXT("x"), &e)); /* a device is written to, not replaced */
    is_error(ERR_SYSTEM, "file.no_space", "/dev/full");
    assert_true(file_write("/dev/null", TEXT("x"), &e));
    struct stat st;
    assert_int_equal(stat("/dev/null", &st), 0);
    assert_true(S_ISCHR(st.st_mode));

    /* A file that may not grow past 100,000 bytes is as good as a disk that is full there. */
    assert_true(folder_make("full", &e));
    assert_true(file_write("full/f", TEXT("old"), &e));
    char *large = calloc(1, 1 << 20);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct rlimit limit = {100000, 100000};
        signal(SIGXFSZ, SIG_IGN);
        if (setrlimit(RLIMIT_FSIZE, &limit) != 0) _exit(2);
        struct file_sink *s;
        if (file_write("full/f", (struct text){large, 1 << 20}, &e)) _exit(3);
        if (e.code != ERR_SYSTEM || strcmp(e.id, "file.no_space") != 0) _exit(4);
        if (!file_sink_open(&s, "full/f", &e)) _exit(5); /* piece by piece */
        for (int i = 0; i < 1000; i++) file_sink_put(s, (struct text){large, 1000});
        if (file_sink_close(s, &e)) _exit(6);
        if (strcmp(e.id, "file.no_space") != 0) _exit(7);
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    holds("full/f", "old", 3);             /* nothing was changed, */
    assert_int_equal(names_in("full"), 1); /* nothing is left lying */
    free(large);
}

static void a_process_that_dies_while_writing(void **state)
{
    (void)state;
    assert_true(folder_make("dies", &e));
    assert_true(file_write("dies/f", TEXT("old"), &e));
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct file_sink *s;
        static char chunk[100000];
        if (!file_sink_open(&s, "dies/f", &e)) _exit(2);
        file_sink_put(s, (struct text){chunk, sizeof chunk});
        kill(getpid(), SIGKILL);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    holds("dies/f", "old", 3);
    struct file_names names;
    assert_true(folder_list(&names, "dies", &e));
    assert_int_equal(names.n, 2); /* what is left can be told by its name */
    assert_true(text_starts(text_of(names.name[0]), TEXT(".f.")));
    assert_true(text_ends(text_of(names.name[0]), TEXT(".tmp")));
    file_names_free(&names);
}

static void sinks(void **state)
{
    (void)state;
    struct file_sink *s;
    static char chunk[70000]; /* more than the sink's own buffer */
    memset(chunk, 'c', sizeof chunk);
    assert_true(folder_make("sink", &e));
    assert_true(file_sink_open(&s, "sink/f", &e));
    file_sink_put(s, TEXT("head "));
    file_sink_put(s, (struct text){NULL, 0});
    assert_false(file_exists("sink/f")); /* not before it is finished */
    file_sink_put(s, (struct text){chunk, sizeof chunk});
    for (int i = 0; i < 1000; i++) file_sink_put(s, (struct text){chunk, 999});
    file_sink_put(s, TEXT(" tail"));
    assert_true(file_sink_close(s, &e));
    size_t n;
    char *p = harness_read("sink/f", &n);
    assert_int_equal(n, 5 + 70000 + 999000 + 5);
    assert_memory_equal(p, "head c", 6);
    assert_memory_equal(p + n - 6, "c tail", 6);
    for (size_t i = 5; i < n - 5; i++) assert_int_equal(p[i], 'c');
    free(p);

    assert_true(file_sink_open(&s, "sink/f", &e));
    file_sink_put(s, TEXT("never"));
    file_sink_abandon(s);
    file_sink_abandon(NULL);
    p = harness_read("sink/f", &n);
    assert_int_equal(n, 5 + 70000 + 999000 + 5);
    free(p);
    assert_int_equal(names_in("sink"), 1);
}

static void standard_output(void **state)
{
    (void)state;
    int pipes[2];
    assert_int_equal(pipe(pipes), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct file_sink *s;
        dup2(pipes[1], STDOUT_FILENO);
        if (!file_sink_open(&s, "-", &e)) _exit(2);
        file_sink_put(s, TEXT("to the pipe"));
        if (!file_sink_close(s, &e)) _exit(3);
        if (!file_sink_open(&s, "-", &e)) _exit(4); /* it was left open */
        file_sink_put(s, TEXT(", twice"));
        if (!file_sink_close(s, &e)) _exit(5);
        signal(SIGPIPE, SIG_IGN);
        int full = open("/dev/full", O_WRONLY);
        dup2(full, STDOUT_FILENO);
        if (!file_sink_open(&s, "-", &e)) _exit(6);
        file_sink_put(s, TEXT("lost"));
        if (file_sink_close(s, &e) || strcmp(e.id, "file.no_space") != 0) _exit(7);
        _exit(0);
    }
    close(pipes[1]);
    char got[64] = "";
    size_t n = 0;
    ssize_t more;
    while ((more = read(pipes[0], got + n, sizeof got - n)) > 0) n += (size_t)more;
    close(pipes[0]);
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_string_equal(got, "to the pipe, twice");
    assert_false(file_exists("-"));
}

static void folders(void **state)
{
    (void)state;
    assert_true(folder_is_empty("absent"));
    assert_true(folder_make("a/b/c", &e));
    assert_true(folder_make("a/b/c", &e));
    assert_true(folder_make("a//b///d/", &e));
    assert_true(folder_make("/", &e));
    assert_true(folder_is_empty("a/b/c"));
    assert_false(folder_is_empty("a"));
    assert_true(file_write("a/b/f", TEXT("x"), &e));
    assert_false(folder_is_empty("a/b/f")); /* a file is no empty folder */
    assert_false(folder_make("a/b/f", &e));
    is_error(ERR_SYSTEM, "file.no_folder", "a/b/f");
    assert_false(folder_make("a/b/f/g", &e));
    is_error(ERR_SYSTEM, "file.no_folder", "a/b/f");
    assert_false(folder_make("", &e));
    assert_int_equal(e.code, ERR_USAGE);
    harness_write("a/b/Z", "", 0);
    harness_write("a/b/é", "", 0);
    harness_write("a/b/.hidden", "", 0);
    struct file_names names;
    assert_true(folder_list(&names, "a/b", &e));
    static const char *const expected[] = {".hidden", "Z", "c", "d", "f", "é"};
    assert_int_equal(names.n, 6);
    for (size_t i = 0; i < 6; i++) assert_string_equal(names.name[i], expected[i]);
    file_names_free(&names);
    file_names_free(&names);
    assert_true(folder_list(&names, "a/b/c", &e));
    assert_int_equal(names.n, 0);
    file_names_free(&names);
    assert_false(folder_list(&names, "absent", &e));
    is_error(ERR_INPUT, "file.not_found", "absent");
    assert_false(folder_list(&names, "a/b/f", &e));
    is_error(ERR_INPUT, "file.not_found", "a/b/f");
    file_names_free(&names);
}

static void places(void **state)
{
    (void)state;
    assert_true(folder_make("place/locked", &e));
    harness_write("place/file", "x", 1);
    static const char *const good[] = {"new",        "./new",         "place/new", "place//new",
                                       "place/file", "place/folder/", "/new"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        if (getuid() == 0 || good[i][0] != '/')
            if (!file_place(good[i], &e)) fail_msg("%s: %s", good[i], e.msg);
    static const char *const bad[] = {"absent/new", "place/absent/new", "place/file/new",
                                      "/absent/new", "place/absent/folder//"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(file_place(bad[i], &e));
        is_error(ERR_USAGE, "file.no_place", bad[i]);
        assert_false(file_place_to_write(bad[i], &e));
        is_error(ERR_USAGE, "file.no_place", bad[i]);
    }
    assert_true(file_place("place", &e));
    assert_false(file_place_to_write("place", &e));
    is_error(ERR_USAGE, "file.is_folder", "place");
    assert_false(file_place_to_write("/", &e));
    is_error(ERR_USAGE, "file.is_folder", "/");
    assert_true(file_place_to_write("place/file", &e));
    assert_true(file_place_to_write("/dev/null", &e));
    assert_true(file_place_to_write("-", &e));
    assert_int_equal(chmod("place/locked", 0500), 0);
    if (getuid() == 0) return; /* may write anywhere */
    assert_false(file_place("place/locked/new", &e));
    is_error(ERR_USAGE, "file.place_not_permitted", "place/locked/new");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reading),
        cmocka_unit_test(errors_of_reading),
        cmocka_unit_test(sizes_and_hashes),
        cmocka_unit_test(writing_replaces),
        cmocka_unit_test(permissions),
        cmocka_unit_test(errors_of_writing),
        cmocka_unit_test(full_disk),
        cmocka_unit_test(a_process_that_dies_while_writing),
        cmocka_unit_test(sinks),
        cmocka_unit_test(standard_output),
        cmocka_unit_test(folders),
        cmocka_unit_test(places),
    };
    return cmocka_run_group_tests_name("base/file", tests, NULL, NULL);
}
