/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/store/backup_container.c
 *  1 written and read, at every size around a chunk
 *  2 every bit counts
 *  3 cut, appended, put together from two
 *  4 the wrong key
 *  5 what is no backup
 *  6 nothing is left of what was not finished */
#include "harness.h"

#include <dirent.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "store/backup_container.h"

static struct secret *private_key, *second_private, *other_private;
static struct backup_recipient to[2] = {{.slot = 2}, {.slot = 70000}}, stranger = {.slot = 2};
static uint8_t content[3 * CONTAINER_CHUNK + 10];
static const struct text keyring = {"the keyring", 11};

static int setup(void **state)
{
    (void)state;
    crypto_start();
    crypto_box_new(to[0].public_key, &private_key);
    crypto_box_new(to[1].public_key, &second_private);
    crypto_box_new(stranger.public_key, &other_private);
    crypto_random(content, sizeof content);
    (void)signal(SIGXFSZ, SIG_IGN);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    secret_free(private_key);
    secret_free(second_private);
    secret_free(other_private);
    return 0;
}

static uint64_t made(const char *path, size_t n, size_t step, uint8_t head[32])
{
    struct container_writer *w;
    struct err e;
    uint64_t bytes;
    if (!container_create(&w, path, keyring, to, 2, &e)) fail_msg("%s", e.msg);
    for (size_t at = 0; at < n; at += step)
        container_put(w, content + at, n - at < step ? n - at : step);
    if (head != NULL) container_head(w, head);
    if (!container_finish(w, &bytes, &e)) fail_msg("%s", e.msg);
    return bytes;
}

/* Reads all of it; false with a right error. */
static bool reads(const char *path, size_t n_expected, const struct secret *key,
                  const struct backup_recipient *whose)
{
    struct container_reader *r;
    struct text chunk;
    struct err e = {0};
    size_t n = 0;
    bool last = false, ok = container_open(&r, path, &e);
    if (ok) ok = text_equal(container_keyring(r), keyring) && container_unlock(r, whose, key, &e);
    while (ok && !last) {
        ok = container_read(r, &chunk, &last, &e);
        if (!ok) break;
        assert_true(n + chunk.n <= sizeof content);
        if (chunk.n > 0)
            assert_memory_equal(chunk.p, content + n,
                                chunk.n); /* never anything that is not ours */
        n += chunk.n;
    }
    if (ok) {
        assert_int_equal(n, n_expected);
        struct stat st;
        assert_int_equal(stat(path, &st), 0);
        assert_int_equal(container_bytes(r), st.st_size);
        assert_false(container_read(r, &chunk, &last, &e)); /* behind the last there is nothing */
    }
    if (r != NULL) container_close(r);
    return ok;
}

static void test_1_sizes(void **state)
{
    (void)state;
    static const size_t sizes[] = {0,
                                   1,
                                   17,
                                   CONTAINER_CHUNK - 1,
                                   CONTAINER_CHUNK,
                                   CONTAINER_CHUNK + 1,
                                   2 * CONTAINER_CHUNK - 1,
                                   2 * CONTAINER_CHUNK,
                                   2 * CONTAINER_CHUNK + 1,
                                   3 * CONTAINER_CHUNK + 10};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct stat st;
        uint8_t head[32], again[32];
        struct container_reader *r;
        uint64_t bytes = made("sized", sizes[i], 1 + i * 30000, head);
        /* head 16 + 11 + 2 * 84 + 24; 17 more for each chunk; an empty content has one chunk */
        size_t n_chunk = sizes[i] == 0 ? 1 : (sizes[i] + CONTAINER_CHUNK - 1) / CONTAINER_CHUNK;
        assert_int_equal(bytes, 219 + sizes[i] + 17 * n_chunk);
        assert_int_equal(stat("sized", &st), 0);
        assert_int_equal(st.st_size, bytes);
        assert_int_equal(st.st_mode & 0777, 0600);
        assert_true(reads("sized", sizes[i], private_key, &to[0]));
        assert_true(container_open(&r, "sized", NULL));
        container_read_head(r, again);
        assert_memory_equal(head, again, 32);
        container_close(r);
        assert_int_equal(unlink("sized"), 0);
    }
}

/* S97 */
static void test_2_every_bit(void **state)
{
    (void)state;
    size_t n;
    (void)made("bits", 20, 20, NULL);
    char *p = harness_read("bits", &n);
    size_t keyring_at = 16, second_at = keyring_at + keyring.n + 84;
    for (size_t bit = 0; bit < n * 8; bit++) {
        if (bit / 8 >= keyring_at && bit / 8 < keyring_at + keyring.n)
            continue; /* the manifest's to find */
        if (bit / 8 >= second_at && bit / 8 < second_at + 84)
            continue; /* and so is the other key */
        p[bit / 8] = (char)(p[bit / 8] ^ (1 << bit % 8));
        harness_write("bits", p, n);
        assert_false(reads("bits", 20, private_key, &to[0]));
        p[bit / 8] = (char)(p[bit / 8] ^ (1 << bit % 8));
    }
    harness_write("bits", p, n);
    assert_true(reads("bits", 20, private_key, &to[0]));
    free(p);
}

static void test_3_cut(void **state)
{
    (void)state;
    size_t n, m;
    enum { CHUNK = CONTAINER_CHUNK + 17, HEAD = 219 };
    (void)made("cut", 2 * CONTAINER_CHUNK + 50, 9999, NULL);
    (void)made("other", 2 * CONTAINER_CHUNK + 50, 9999, NULL);
    char *p = harness_read("cut", &n), *q = harness_read("other", &m), *big = malloc(n + CHUNK);
    const size_t cuts[] = {0,
                           1,
                           15,
                           16,
                           20,
                           HEAD - 1,
                           HEAD,
                           HEAD + 1,
                           HEAD + 16,
                           HEAD + 17,
                           HEAD + CHUNK - 1,
                           HEAD + CHUNK,
                           HEAD + CHUNK + 1,
                           HEAD + 2 * CHUNK - 1,
                           HEAD + 2 * CHUNK,
                           HEAD + 2 * CHUNK + 1,
                           n - 1};
    assert_non_null(big);
    for (size_t i = 0; i < sizeof cuts / sizeof cuts[0]; i++) {
        harness_write("x", p, cuts[i]);
        assert_false(reads("x", 0, private_key, &to[0]));
    }
    memcpy(big, p, n); /* appended */
    big[n] = 0;
    harness_write("x", big, n + 1);
    assert_false(reads("x", 0, private_key, &to[0]));
    memcpy(big + n, p + HEAD, CHUNK);
    harness_write("x", big, n + CHUNK);
    assert_false(reads("x", 0, private_key, &to[0]));
    memcpy(big, p, n); /* two chunks change places */
    memcpy(big + HEAD, p + HEAD + CHUNK, CHUNK);
    memcpy(big + HEAD + CHUNK, p + HEAD, CHUNK);
    harness_write("x", big, n);
    assert_false(reads("x", 0, private_key, &to[0]));
    memcpy(big, p, n); /* one left out */
    memcpy(big + HEAD, p + HEAD + CHUNK, n - HEAD - CHUNK);
    harness_write("x", big, n - CHUNK);
    assert_false(reads("x", 0, private_key, &to[0]));
    memcpy(big, p, n); /* the second of another container */
    memcpy(big + HEAD + CHUNK, q + HEAD + CHUNK, CHUNK);
    harness_write("x", big, n);
    assert_false(reads("x", 0, private_key, &to[0]));
    memcpy(big, q, HEAD); /* its head before our chunks */
    memcpy(big + HEAD, p + HEAD, n - HEAD);
    harness_write("x", big, n);
    assert_false(reads("x", 0, private_key, &to[0]));
    harness_write("x", p, n);
    assert_true(reads("x", 2 * CONTAINER_CHUNK + 50, private_key, &to[0]));
    free(p);
    free(q);
    free(big);
}

static void test_4_wrong_key(void **state)
{
    (void)state;
    (void)made("key", 100, 100, NULL);
    assert_true(reads("key", 100, private_key, &to[0]));
    assert_true(reads("key", 100, second_private, &to[1])); /* S96: each recovery slot by itself */
    assert_false(reads("key", 100, private_key, &to[1]));
    assert_false(reads("key", 100, second_private, &to[0]));
    assert_false(reads("key", 100, other_private, &stranger));
    assert_false(reads("key", 100, other_private, &to[0]));
}

static void opens_not(const char *path, enum err_code code, const char *id)
{
    struct container_reader *r;
    struct err e = {0};
    assert_false(container_open(&r, path, &e));
    assert_null(r);
    assert_int_equal(e.code, code);
    assert_string_equal(e.id, id);
    assert_int_not_equal(e.remedy[0], 0);
}

static void test_5_no_backup(void **state)
{
    (void)state;
    opens_not("missing", ERR_INPUT, "backup.unreadable");
    opens_not(".", ERR_INPUT, "backup.unreadable");
    harness_write_text("text", "ceci n'est pas une sauvegarde, but long enough to be read");
    opens_not("text", ERR_STORE, "backup.not_one");
    harness_write("long", "DCIMBKUP\x02\x01\0\0\xff\xff\xff\xff", 16);
    opens_not("long", ERR_STORE, "backup.not_one");
    static const char *const heads[] = {"DCIMBKUP\x01\x01\0\0\0\0\0\0",
                                        "DCIMBKUP\x03\x01\0\0\0\0\0\0",
                                        "DCIMBKUP\x02\0\0\0\0\0\0\0",
                                        "DCIMBKUP\x02\x10\0\0\0\0\0\0",
                                        "DCIMBKUP\x02\x01\x01\0\0\0\0\0"};
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) { /* versions, recipients, zeros */
        char whole[2000] = {0};
        memcpy(whole, heads[i], 16);
        harness_write("head", whole, sizeof whole);
        opens_not("head", ERR_STORE, "backup.not_one");
    }
    container_close(NULL);
    container_abandon(NULL);
}

static int files_here(void)
{
    int n = 0;
    DIR *d = opendir(".");
    assert_non_null(d);
    for (struct dirent *f; (f = readdir(d)) != NULL;)
        n += strcmp(f->d_name, ".") != 0 && strcmp(f->d_name, "..") != 0;
    assert_int_equal(closedir(d), 0);
    return n;
}

static void test_6_unfinished(void **state)
{
    (void)state;
    struct container_writer *w;
    struct rlimit limit, small;
    struct err e = {0};
    uint64_t bytes;
    int before = files_here();

    assert_true(container_create(&w, "never", keyring, to, 2, NULL));
    container_put(w, content, sizeof content);
    container_abandon(w);
    assert_int_equal(files_here(), before);

    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0); /* S85: a full disk */
    small = limit;
    small.rlim_cur = 100000;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    assert_true(container_create(&w, "never", keyring, to, 2, NULL));
    container_put(w, content, sizeof content);
    bool finished = container_finish(w, &bytes, &e);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    assert_false(finished);
    assert_int_equal(e.code, ERR_SYSTEM);
    assert_int_equal(files_here(), before);
    assert_false(container_create(&w, "no/such/folder/x", keyring, to, 2, &e));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_1_sizes),     cmocka_unit_test(test_2_every_bit),
        cmocka_unit_test(test_3_cut),       cmocka_unit_test(test_4_wrong_key),
        cmocka_unit_test(test_5_no_backup), cmocka_unit_test(test_6_unfinished),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
