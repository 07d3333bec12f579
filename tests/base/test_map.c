/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/base/map.c
 *  1 setting and getting   2 keys of every length   3 many keys   4 readers at the same time
 *  5 S82: the hash is keyed anew in each process   6 broken promises */
#include "harness.h"

#include "base/map.h"

#include "base/crypto.h"
#include "base/parallel.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static void setting_and_getting(void **state)
{
    (void)state;
    struct map *m = map_new();
    assert_int_equal(map_get(m, TEXT("a")), MAP_NONE);
    assert_true(map_put(m, TEXT("a"), 1));
    assert_true(map_put(m, TEXT("b"), 0));
    assert_false(map_put(m, TEXT("a"), UINT32_MAX - 1)); /* replaced */
    assert_int_equal(map_get(m, TEXT("a")), UINT32_MAX - 1);
    assert_int_equal(map_get(m, TEXT("b")), 0);
    assert_int_equal(map_get(m, TEXT("c")), MAP_NONE);
    assert_int_equal(map_size(m), 2);
    map_free(m);
    map_free(NULL);
}

static void keys_of_every_length(void **state)
{
    (void)state;
    struct map *m = map_new();
    char key[200];
    memset(key, 'k', sizeof key);
    for (size_t n = 0; n < sizeof key; n++)
        assert_true(map_put(m, (struct text){key, n}, (uint32_t)n));
    for (size_t n = 0; n < sizeof key; n++) assert_int_equal(map_get(m, (struct text){key, n}), n);
    assert_int_equal(map_get(m, (struct text){NULL, 0}), 0); /* the empty key, however it is said */
    /* bytes, not C strings; and copied: changing ours does not change the map's */
    assert_true(map_put(m, TEXT("a\0b"), 1000));
    assert_true(map_put(m, TEXT("a\0c"), 1001));
    assert_int_equal(map_get(m, TEXT("a\0b")), 1000);
    memset(key, 'x', sizeof key);
    assert_int_equal(map_get(m, (struct text){key, 100}), MAP_NONE);
    memset(key, 'k', sizeof key);
    assert_int_equal(map_get(m, (struct text){key, 100}), 100);
    map_free(m);
}

static size_t name_key(char *key, size_t size, uint32_t i)
{
    /* short ones, and ones that do not lie in their slot */
    return (size_t)snprintf(key, size, i % 2 ? "%u" : "organisation-reference-%u", i * 2654435761u);
}

static void many_keys(void **state)
{
    (void)state;
    enum { N = 200000 };
    struct map *m = map_new();
    char key[64];
    for (uint32_t i = 0; i < N; i++)
        assert_true(map_put(m, (struct text){key, name_key(key, sizeof key, i)}, i));
    assert_int_equal(map_size(m), N);
    for (uint32_t i = 0; i < N; i++)
        if (map_get(m, (struct text){key, name_key(key, sizeof key, i)}) != i)
            fail_msg("key %u", i);
    for (uint32_t i = N; i < 2 * N; i++)
        if (map_get(m, (struct text){key, name_key(key, sizeof key, i)}) != MAP_NONE)
            fail_msg("key %u", i);
    map_free(m);
}

struct readers {
    struct map *map;
    size_t wrong[8];
};

static void read_all(void *ctx, size_t part)
{
    struct readers *r = ctx;
    char key[64];
    for (uint32_t i = 0; i < 20000; i++)
        r->wrong[part] += map_get(r->map, (struct text){key, name_key(key, sizeof key, i)}) != i;
}

static void readers_at_the_same_time(void **state)
{
    (void)state;
    struct readers r = {.map = map_new()};
    char key[64];
    for (uint32_t i = 0; i < 20000; i++)
        map_put(r.map, (struct text){key, name_key(key, sizeof key, i)}, i);
    setenv("DCIM_THREADS", "4", 1);
    parallel_run(8, read_all, &r);
    unsetenv("DCIM_THREADS");
    for (int i = 0; i < 8; i++) assert_int_equal(r.wrong[i], 0);
    map_free(r.map);
}

static void the_hash_is_keyed_in_each_process(void **state) /* S82 */
{
    (void)state;
    /* This program run anew prints its hash of the same text. Three equal ones: once in 2^128. */
    char first[64] = "";
    size_t different = 0;
    for (int i = 0; i < 3; i++) {
        struct harness_run run;
        char *self = realpath("/proc/self/exe", NULL);
        harness_run(&run, (const char *const[]){self, "hash", NULL}, NULL);
        assert_int_equal(run.status, 0);
        assert_int_equal(run.n_out, 16);
        if (i == 0) memcpy(first, run.out, 17);
        else different += strcmp(first, run.out) != 0;
        harness_run_release(&run);
        free(self);
    }
    assert_int_equal(different, 2);
}

static void none_is_no_value(void **state)
{
    (void)state;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct rlimit none = {0, 0};
        setrlimit(RLIMIT_CORE, &none);
        signal(SIGABRT, SIG_DFL);
        if (freopen("/dev/null", "w", stderr) == NULL) _exit(0);
        map_put(map_new(), TEXT("a"), MAP_NONE);
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "hash") == 0) {
        crypto_start();
        printf("%016llx", (unsigned long long)crypto_map_hash("same", 4));
        return 0;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(setting_and_getting),
        cmocka_unit_test(keys_of_every_length),
        cmocka_unit_test(many_keys),
        cmocka_unit_test(readers_at_the_same_time),
        cmocka_unit_test(the_hash_is_keyed_in_each_process),
        cmocka_unit_test(none_is_no_value),
    };
    return cmocka_run_group_tests_name("base/map", tests, NULL, NULL);
}
