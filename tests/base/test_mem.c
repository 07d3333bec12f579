/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/base/mem.c
 *  1 zeroed, never NULL   2 growing   3 wiping   4 overflow ends the process   5 S88: the n-th
 *  allocation fails: orderly end, status 5, a message, nothing run on the way out */
#include "harness.h"

#include "base/mem.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

/* Exit status of a child that runs `fn`, or 128 + signal; what it wrote to standard error in
 * `said`. */
static int in_child(void (*fn)(void), char *said, size_t n_said)
{
    int pipes[2];
    assert_int_equal(pipe(pipes), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        dup2(pipes[1], STDERR_FILENO);
        fn();
        _exit(0);
    }
    close(pipes[1]);
    size_t n = 0;
    ssize_t got;
    while (n + 1 < n_said && (got = read(pipes[0], said + n, n_said - n - 1)) > 0) n += (size_t)got;
    said[n] = '\0';
    close(pipes[0]);
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void new_memory_is_zero_and_never_null(void **state)
{
    (void)state;
    unsigned char *p = mem_new(1000, 3);
    for (size_t i = 0; i < 3000; i++) assert_int_equal(p[i], 0);
    mem_free(p);
    p = mem_new(0, 8);
    assert_non_null(p);
    mem_free(p);
    p = mem_new(8, 0);
    assert_non_null(p);
    mem_free(p);
    p = mem_resize(NULL, 0, 1);
    assert_non_null(p);
    mem_free(p);
    mem_free(NULL);
    mem_free_wiped(NULL, 0);
    mem_wipe(NULL, 10);
}

static void text_is_copied_with_nul(void **state)
{
    (void)state;
    char *p = mem_text("a\0bc", 3);
    assert_memory_equal(p, "a\0b", 4);
    mem_free(p);
    p = mem_text(NULL, 0);
    assert_string_equal(p, "");
    mem_free(p);
}

static void arrays_double(void **state)
{
    (void)state;
    int *item = NULL;
    size_t cap = 0, moves = 0, before = 0;
    for (size_t n = 0; n < 1000; n++) {
        MEM_GROW(item, cap, n + 1);
        assert_true(cap >= n + 1);
        moves += cap != before;
        before = cap;
        item[n] = (int)n;
    }
    for (size_t n = 0; n < 1000; n++) assert_int_equal(item[n], n);
    assert_int_equal(moves, 8); /* 8 16 32 64 128 256 512 1024 */
    MEM_GROW(item, cap, 5000);  /* more than double at once */
    assert_int_equal(cap, 5000);
    mem_free(item);
}

static void wiping_overwrites(void **state)
{
    (void)state;
    char secret[] = "passphrase";
    mem_wipe(secret, 4);
    assert_memory_equal(secret, "\0\0\0\0phrase", 10);
}

static void checked_arithmetic(void **state)
{
    (void)state;
    assert_int_equal(mem_add(SIZE_MAX - 1, 1), SIZE_MAX);
    assert_int_equal(mem_mul(SIZE_MAX / 3, 3), SIZE_MAX / 3 * 3);
    assert_int_equal(mem_mul(0, SIZE_MAX), 0);
}

static void overflow_add(void)
{
    mem_add(SIZE_MAX, 1);
}
static void overflow_mul(void)
{
    mem_mul(SIZE_MAX / 2, 3);
}
static void overflow_new(void)
{
    mem_new(SIZE_MAX / 2, 3);
}
static void overflow_resize(void)
{
    mem_resize(NULL, SIZE_MAX / 2, 3);
}
static void overflow_text(void)
{
    mem_text("x", SIZE_MAX);
}
static void overflow_grow(void)
{
    size_t cap = SIZE_MAX / 2 + 2;
    mem_grow(NULL, &cap, SIZE_MAX, 8);
}

static void overflow_ends_the_process(void **state) /* S2 */
{
    (void)state;
    void (*const all[])(void) = {overflow_add,    overflow_mul,  overflow_new,
                                 overflow_resize, overflow_text, overflow_grow};
    char said[200];
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        assert_int_equal(in_child(all[i], said, sizeof said), 5);
        assert_non_null(strstr(said, "out of memory"));
    }
}

static void leave_a_trace(void)
{
    int fd = open("trace", O_CREAT | O_WRONLY, 0600);
    if (fd >= 0) close(fd);
}

static void third_fails(void)
{
    atexit(leave_a_trace);
    mem_fail_after(3);
    mem_free(mem_new(1, 1));
    mem_free(mem_resize(NULL, 1, 1));
    mem_free(mem_text("x", 1));
}

static void second_is_the_last(void)
{
    mem_fail_after(3);
    mem_free(mem_new(1, 1));
    mem_free(mem_new(1, 1));
}

static void library_gave_nothing(void)
{
    mem_checked(NULL);
}
static void library_counts(void)
{
    int x;
    mem_fail_after(1);
    mem_checked(&x);
}
static void switched_off(void)
{
    mem_fail_after(1);
    mem_fail_after(0);
    mem_free(mem_new(1, 1));
}

static void nth_allocation_fails(void **state) /* S88 */
{
    (void)state;
    char said[200];
    assert_int_equal(in_child(third_fails, said, sizeof said), 5);
    assert_string_equal(said, "dcim: out of memory; nothing was written by the act under way\n");
    assert_false(
        harness_exists("trace")); /* _exit: no handler ran, so nothing was committed by one */
    assert_int_equal(in_child(second_is_the_last, said, sizeof said), 0);
    assert_int_equal(in_child(library_gave_nothing, said, sizeof said), 5);
    assert_int_equal(in_child(library_counts, said, sizeof said), 5);
    assert_int_equal(in_child(switched_off, said, sizeof said), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(new_memory_is_zero_and_never_null),
        cmocka_unit_test(text_is_copied_with_nul),
        cmocka_unit_test(arrays_double),
        cmocka_unit_test(wiping_overwrites),
        cmocka_unit_test(checked_arithmetic),
        cmocka_unit_test(overflow_ends_the_process),
        cmocka_unit_test(nth_allocation_fails),
    };
    return cmocka_run_group_tests_name("base/mem", tests, NULL, NULL);
}
