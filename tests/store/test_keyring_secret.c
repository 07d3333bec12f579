/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/store/keyring_secret.c
 *  1 key files   2 cost of passphrases   3 keys of slots   4 what fits a new slot */
#include "harness.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/crypto.h"
#include "store/keyring_secret.h"

static int setup(void **state)
{
    (void)state;
    crypto_start();
    return setenv("DCIM_INSECURE_KDF", "1", 1);
}

static bool loads(const char *path)
{
    struct brought b;
    struct err e = {0};
    bool ok = brought_load(&b, &(struct unlock){.key_file = path}, &e);
    assert_int_equal(ok, b.factor[FACTOR_KEY_FILE] != NULL);
    if (!ok) {
        assert_int_equal(e.code, ERR_INPUT);
        assert_string_equal(e.id, "keyring.key_file");
        assert_int_not_equal(e.remedy[0], 0);
    }
    brought_release(&b);
    return ok;
}

static void test_1_key_files(void **state)
{
    (void)state;
    static char bytes[4097];
    struct stat st;
    bool made;

    assert_true(key_file_make(&made, "key", NULL));
    assert_true(made);
    assert_int_equal(stat("key", &st), 0);
    assert_int_equal(st.st_size, 32);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_true(loads("key"));
    assert_true(key_file_make(&made, "key", NULL)); /* kept */
    assert_false(made);
    assert_false(key_file_make(&made, "no/such/folder/key", NULL));

    assert_int_equal(chmod("key", 0640), 0);
    assert_false(loads("key"));
    assert_int_equal(chmod("key", 0604), 0);
    assert_false(loads("key"));
    assert_int_equal(chmod("key", 0400), 0);
    assert_true(loads("key"));
    assert_false(loads("none"));
    assert_int_equal(mkdir("folder", 0700), 0);
    assert_false(loads("folder"));
    assert_int_equal(mkfifo("pipe", 0600), 0);
    assert_false(loads("pipe")); /* and does not wait for a writer */

    static const struct {
        size_t n;
        bool good;
    } size[] = {{0, false}, {31, false}, {32, true}, {4096, true}, {4097, false}};
    for (size_t i = 0; i < 5; i++) {
        harness_write("sized", bytes, size[i].n);
        assert_int_equal(chmod("sized", 0600), 0);
        assert_int_equal(loads("sized"), size[i].good);
    }
}

/* S14: Argon2id t=4, 256 MiB for new slots; the small profile is refused where it was not asked for
 * (S8). */
static void test_2_cost(void **state)
{
    (void)state;
    struct secret *p = secret_copy("correct horse battery", 21), *key;
    struct brought b;
    struct err e = {0};

    assert_true(brought_load(&b, &(struct unlock){.passphrase = p}, &e));
    struct keyring_slot s = {.kind = SLOT_PASSPHRASE, .factor = {factor_new(FACTOR_PASSPHRASE)}};
    assert_int_equal(s.factor[0].passes, 1);
    assert_true(slot_key(&key, &s, &b, &e));
    secret_free(key);

    assert_int_equal(unsetenv("DCIM_INSECURE_KDF"), 0);
    assert_false(keyring_insecure_kdf());
    struct keyring_factor f = factor_new(FACTOR_PASSPHRASE),
                          g = factor_new(FACTOR_SECOND_PASSPHRASE);
    assert_int_equal(f.passes, 4);
    assert_int_equal(f.kib, 256 * 1024);
    assert_int_equal(g.passes, 4);
    assert_int_equal(g.kib, 256 * 1024);
    assert_memory_not_equal(f.salt, g.salt, CRYPTO_SALT);
    assert_false(slot_key(&key, &s, &b, &e));
    assert_null(key);
    assert_int_equal(e.code, ERR_DENIED);
    assert_string_equal(e.id, "keyring.insecure_slot");
    assert_int_equal(setenv("DCIM_INSECURE_KDF", "yes", 1), 0); /* only "1" weakens */
    assert_false(keyring_insecure_kdf());
    assert_int_equal(setenv("DCIM_INSECURE_KDF", "1", 1), 0);
    assert_true(keyring_insecure_kdf());
    brought_release(&b);
    secret_free(p);
}

static void key_of(uint8_t out[CRYPTO_KEY], const struct keyring_slot *s, const struct unlock *u)
{
    struct brought b;
    struct secret *key = NULL;
    assert_true(brought_load(&b, u, NULL));
    assert_true(brought_has(&b, s));
    assert_true(slot_key(&key, s, &b, NULL));
    assert_int_equal(secret_size(key), CRYPTO_KEY);
    memcpy(out, secret_bytes(key), CRYPTO_KEY);
    secret_free(key);
    brought_release(&b);
}

static void test_3_slot_keys(void **state)
{
    (void)state;
    struct secret *one = secret_copy("one", 3), *two = secret_copy("two", 3);
    uint8_t a[CRYPTO_KEY], b[CRYPTO_KEY], expected[CRYPTO_KEY];
    char content[40];

    memset(content, 'k', sizeof content);
    harness_write("file", content, sizeof content);
    assert_int_equal(chmod("file", 0600), 0);

    /* A key file's key is BLAKE2b-256 of tag, salt and content. */
    struct keyring_slot s = {.kind = SLOT_KEY_FILE, .factor = {factor_new(FACTOR_KEY_FILE)}};
    uint8_t input[16 + CRYPTO_SALT + 40];
    memcpy(input, "dcim key file v1", 16);
    memcpy(input + 16, s.factor[0].salt, CRYPTO_SALT);
    memcpy(input + 32, content, 40);
    crypto_hash(expected, sizeof expected, input, sizeof input, NULL);
    key_of(a, &s, &(struct unlock){.key_file = "file"});
    assert_memory_equal(a, expected, CRYPTO_KEY);
    s.factor[0].salt[0]++;
    key_of(b, &s, &(struct unlock){.key_file = "file"});
    assert_memory_not_equal(a, b, CRYPTO_KEY);

    /* A dual key changes with each of the two secrets, and with their order. */
    struct keyring_slot d = {.kind = SLOT_DUAL,
                             .factor = {factor_new(FACTOR_PASSPHRASE),
                                        factor_new(FACTOR_SECOND_PASSPHRASE)}};
    key_of(a, &d, &(struct unlock){.passphrase = one, .second_passphrase = two});
    key_of(b, &d, &(struct unlock){.passphrase = one, .second_passphrase = two});
    assert_memory_equal(a, b, CRYPTO_KEY);
    key_of(b, &d, &(struct unlock){.passphrase = two, .second_passphrase = one});
    assert_memory_not_equal(a, b, CRYPTO_KEY);
    key_of(b, &d, &(struct unlock){.passphrase = one, .second_passphrase = one});
    assert_memory_not_equal(a, b, CRYPTO_KEY);

    struct brought half;
    assert_true(brought_load(&half, &(struct unlock){.passphrase = one}, NULL));
    assert_false(brought_has(&half, &d));
    brought_release(&half);
    secret_free(one);
    secret_free(two);
}

static bool fits(size_t n)
{
    struct secret *s = secret_new(n);
    struct brought b;
    struct err e = {0};
    memset(secret_bytes_mut(s), 'x', n);
    assert_true(brought_load(&b, &(struct unlock){.second_passphrase = s}, &e));
    bool ok = brought_fit_for_new(&b, &e);
    if (!ok) assert_string_equal(e.id, "keyring.short_passphrase");
    brought_release(&b);
    secret_free(s);
    return ok;
}

static void test_4_length_of_passphrases(void **state)
{
    (void)state;
    assert_false(fits(0));
    assert_true(fits(1)); /* the profile of tests */
    assert_int_equal(unsetenv("DCIM_INSECURE_KDF"), 0);
    assert_false(fits(14));
    assert_true(fits(15));
    assert_true(fits(1024));
    assert_false(fits(1025));
    assert_int_equal(setenv("DCIM_INSECURE_KDF", "1", 1), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_1_key_files),
        cmocka_unit_test(test_2_cost),
        cmocka_unit_test(test_3_slot_keys),
        cmocka_unit_test(test_4_length_of_passphrases),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
