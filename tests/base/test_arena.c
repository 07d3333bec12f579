/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/base/arena.c
 *  1 what is taken: zeroed, aligned, apart   2 marks and rewinding   3 wiping   4 poison
 *  5 memory held   6 broken promises   7 what is released with it */
#include "harness.h"

#include "base/arena.h"
#include "base/mem.h"

#include <signal.h>
#include <stdalign.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static void taken_memory_is_zeroed_aligned_and_apart(void **state)
{
    (void)state;
    struct arena *a = arena_new(ARENA_PLAIN);
    unsigned char *before = NULL;
    size_t before_n = 0;
    for (size_t n = 0; n < 3000; n++) {
        unsigned char *p = arena_take(a, n, 1);
        assert_int_equal((uintptr_t)p % alignof(max_align_t), 0);
        for (size_t i = 0; i < n; i++) assert_int_equal(p[i], 0);
        memset(p, 0xAA, n);
        for (size_t i = 0; i < before_n; i++) assert_int_equal(before[i], 0xAA);
        before = p;
        before_n = n;
    }
    double *d = ARENA_ARRAY(a, double, 3);
    struct arena_mark *m = ARENA_NEW(a, struct arena_mark);
    assert_true(d[2] == 0 && m->block == NULL);
    assert_ptr_not_equal(arena_take(a, 0, 8),
                         arena_take(a, 0, 8)); /* also nothing has its own place */
    arena_free(a);
    arena_free(NULL);
}

static void texts(void **state)
{
    (void)state;
    struct arena *a = arena_new(ARENA_PLAIN);
    assert_memory_equal(arena_copy(a, "a\0bc", 3), "a\0b", 4);
    assert_string_equal(arena_copy(a, NULL, 0), "");
    assert_string_equal(arena_printf(a, "%s-%04d", "x", 7), "x-0007");
    assert_string_equal(arena_printf(a, "%s", ""), "");
    char *wide = arena_printf(a, "%0*d", 20000, 5); /* more than a block */
    assert_int_equal(strlen(wide), 20000);
    assert_int_equal(wide[19999], '5');
    arena_free(a);
}

static void rewind_gives_back_to_the_mark_only(void **state)
{
    (void)state;
    struct arena *a = arena_new(ARENA_PLAIN);
    char *kept = arena_copy(a, "kept", 4);
    struct arena_mark m = arena_mark(a);
    char *first = arena_take(a, 100, 1);
    for (int i = 0; i < 100; i++) memset(arena_take(a, 1000, 1), 1, 1000); /* into further blocks */
    arena_rewind(a, m);
    assert_string_equal(kept, "kept");
    char *again = arena_take(a, 100, 1);
    assert_ptr_equal(first, again);
    for (int i = 0; i < 100; i++) assert_int_equal(again[i], 0); /* zeroed anew */
    arena_rewind(a, m);
    arena_rewind(a, m); /* twice is the same as once */

    struct arena_mark inner;
    arena_take(a, 5000, 1);
    inner = arena_mark(a);
    arena_take(a, 50000, 1);
    arena_rewind(a, inner);
    arena_rewind(a, m);
    assert_string_equal(kept, "kept");
    arena_free(a);

    a = arena_new(ARENA_PLAIN);
    m = arena_mark(a); /* of an arena that holds nothing yet */
    arena_take(a, 10, 1);
    arena_rewind(a, m);
    memset(arena_take(a, 10, 1), 1, 10);
    arena_free(a);
}

/* Reads what an arena gave back, which the address sanitizer forbids: only in plain builds. */
static void wiping_arenas_leave_nothing(void **state) /* S15 */
{
    (void)state;
    if (harness_sanitized()) skip();
    static const char canary[] = "CANARY-IDENTIFIER-1";
    struct arena *a = arena_new(ARENA_WIPE);
    arena_take(a, 1, 1); /* so that the block survives the rewind */
    struct arena_mark m = arena_mark(a);
    volatile char *p = arena_copy(a, canary, sizeof canary - 1);
    arena_rewind(a, m);
    for (size_t i = 0; i < sizeof canary; i++) assert_int_equal(p[i], 0);
    arena_free(a);
}

/* The same under the sanitizer: the wiping itself must not touch what is poisoned. */
static void wiping_does_not_trip_over_its_own_poison(void **state)
{
    (void)state;
    struct arena *a = arena_new(ARENA_WIPE);
    for (int round = 0; round < 3; round++) {
        struct arena_mark m = arena_mark(a);
        for (size_t n = 1; n < 200; n += 3)
            memset(arena_take(a, n, 1), 1, n); /* odd sizes leave gaps */
        memset(arena_take(a, 100001, 1), 1, 100001);
        arena_rewind(a, m);
    }
    arena_free(a);
}

static char *volatile stale;

static void read_stale(struct arena *a, struct arena_mark m)
{
    stale = arena_copy(a, "x", 1);
    arena_rewind(a, m);
    _exit(stale[0] == 'y' ? 1 : 0);
}

static void past_the_end(struct arena *a, struct arena_mark m)
{
    (void)m;
    stale = arena_take(a, 3, 1);
    _exit(stale[8] == 'y' ? 1 : 0);
}

static void mark_that_is_gone(struct arena *a, struct arena_mark m)
{
    arena_take(a, 100000, 1);
    struct arena_mark later = arena_mark(a);
    arena_rewind(a, m);
    arena_rewind(a, later);
    _exit(0);
}

static void mark_from_the_future(struct arena *a, struct arena_mark m)
{
    arena_take(a, 100, 1);
    struct arena_mark later = arena_mark(a);
    arena_rewind(a, m);
    arena_rewind(a, later);
    _exit(0);
}

/* Whether a child that does this ends otherwise than by its _exit(0). */
static bool stopped(void (*fn)(struct arena *a, struct arena_mark m))
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct rlimit none = {0, 0};
        setrlimit(RLIMIT_CORE, &none);
        if (freopen("/dev/null", "w", stderr) == NULL) _exit(0);
        signal(SIGABRT, SIG_DFL);
        struct arena *a = arena_new(ARENA_PLAIN);
        arena_take(a, 1, 1);
        fn(a, arena_mark(a));
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    return !(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void stale_memory_is_poisoned(void **state)
{
    (void)state;
    if (!harness_sanitized()) skip();
    assert_true(stopped(read_stale));
    assert_true(stopped(past_the_end));
}

static void broken_promises_stop(void **state)
{
    (void)state;
    assert_true(stopped(mark_that_is_gone));
    assert_true(stopped(mark_from_the_future));
}

static void rows_do_not_thrash_and_giants_are_not_kept(void **state)
{
    (void)state;
    struct arena *a = arena_new(ARENA_PLAIN);
    arena_take(a, 1, 1);
    assert_int_equal(arena_size(a), 4096);
    struct arena_mark m = arena_mark(a);
    arena_take(a, 6000, 1);
    size_t with_row = arena_size(a);
    for (int i = 0; i < 1000; i++) { /* the block of the row is used again and again */
        arena_rewind(a, m);
        arena_take(a, 6000, 1);
        assert_int_equal(arena_size(a), with_row);
    }
    arena_rewind(a, m);
    arena_take(a, 64 << 20, 1); /* one hostile cell */
    assert_true(arena_size(a) >= 64 << 20);
    arena_rewind(a, m);
    assert_true(arena_size(a) < 4 << 20); /* is not held for the rest of the run */
    arena_free(a);
}

static char order[16]; /* in which things were released */

static void note(void *p)
{
    order[strlen(order)] = *(const char *)p;
}

static void released_last_in_first_out(void **state)
{
    (void)state;
    static char letter[] = "abcdef";
    struct arena *a = arena_new(ARENA_WIPE);
    arena_defer(a, note, &letter[0]);
    struct arena_mark m = arena_mark(a);
    arena_defer(a, note, &letter[1]);
    arena_take(a, 100000, 1); /* over into other blocks */
    arena_defer(a, note, &letter[2]);
    arena_take(a, 100000, 1);
    arena_defer(a, note, &letter[3]);
    assert_string_equal(order, "");
    arena_rewind(a, m);
    assert_string_equal(order, "dcb");
    arena_rewind(a, m); /* each once */
    assert_string_equal(order, "dcb");
    arena_defer(a, note, &letter[4]);
    arena_free(a);
    assert_string_equal(order, "dcbea");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(taken_memory_is_zeroed_aligned_and_apart),
        cmocka_unit_test(texts),
        cmocka_unit_test(rewind_gives_back_to_the_mark_only),
        cmocka_unit_test(wiping_arenas_leave_nothing),
        cmocka_unit_test(wiping_does_not_trip_over_its_own_poison),
        cmocka_unit_test(stale_memory_is_poisoned),
        cmocka_unit_test(broken_promises_stop),
        cmocka_unit_test(rows_do_not_thrash_and_giants_are_not_kept),
        cmocka_unit_test(released_last_in_first_out),
    };
    return cmocka_run_group_tests_name("base/arena", tests, NULL, NULL);
}
