/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/base/merkle.c
 *  1 published roots   2 against the definition, all sizes to 300   3 saved and loaded */
#include "harness.h"

#include "base/crypto.h"
#include "base/merkle.h"

/* Leaves and roots of the reference implementation of Certificate Transparency (RFC 6962; merkle
 * tree tests of github.com/google/certificate-transparency and transparency-dev/merkle). */
static void test_1_published(void **state)
{
    (void)state;
    static const char *const leaf[] = {"",
                                       "00",
                                       "10",
                                       "2021",
                                       "3031",
                                       "40414243",
                                       "5051525354555657",
                                       "606162636465666768696a6b6c6d6e6f"};
    static const char *const root[] = {
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};
    struct merkle m = {0};
    uint8_t got[32], expected[32], bytes[16];

    for (size_t i = 0;; i++) {
        assert_true(crypto_unhex(expected, 32, (struct text){root[i], 64}));
        merkle_root(got, &m);
        assert_memory_equal(got, expected, 32);
        if (i == 8) break;
        size_t n = strlen(leaf[i]) / 2;
        assert_true(crypto_unhex(bytes, n, (struct text){leaf[i], 2 * n}));
        merkle_add(&m, bytes, n);
        assert_int_equal(m.n, i + 1);
    }
}

/* MTH(D[n]) exactly as RFC 9162 writes it; depth at most 9 here. */
static void by_definition(uint8_t out[32], const uint8_t (*leaf)[32], size_t n)
{
    uint8_t in[65];
    if (n == 0) {
        crypto_sha256(out, "", 0);
    } else if (n == 1) {
        in[0] = 0;
        memcpy(in + 1, leaf[0], 32);
        crypto_sha256(out, in, 33);
    } else {
        size_t k = 1;
        while (2 * k < n) k *= 2;
        in[0] = 1;
        by_definition(in + 1, leaf, k);
        by_definition(in + 33, leaf + k, n - k);
        crypto_sha256(out, in, 65);
    }
}

enum { MANY = 300 };
static uint8_t leaves[MANY][32];

static void test_2_definition(void **state)
{
    (void)state;
    struct merkle m = {0};
    uint8_t got[32], expected[32];

    crypto_random(leaves, sizeof leaves);
    for (size_t n = 0; n <= MANY; n++) {
        merkle_root(got, &m);
        by_definition(expected, (const uint8_t(*)[32])leaves, n);
        assert_memory_equal(got, expected, 32);
        if (n < MANY) merkle_add(&m, leaves[n], 32);
    }
}

static void test_3_saved(void **state)
{
    (void)state;
    struct merkle m = {0}, again;
    uint8_t saved[64 * 32], a[32], b[32];

    crypto_random(leaves, sizeof leaves);
    assert_int_equal(merkle_saved_size(0), 0);
    assert_int_equal(merkle_saved_size(7), 96);
    assert_int_equal(merkle_saved_size(8), 32);
    assert_int_equal(merkle_saved_size(UINT64_MAX), 2048);
    for (size_t n = 0; n < MANY; n++) { /* go on from what was saved at every size */
        merkle_save(saved, &m);
        assert_true(merkle_load(&again, n, saved, merkle_saved_size(n)));
        merkle_add(&m, leaves[n], 32);
        merkle_add(&again, leaves[n], 32);
        merkle_root(a, &m);
        merkle_root(b, &again);
        assert_memory_equal(a, b, 32);
    }
    assert_false(merkle_load(&again, 7, saved, 64));
    assert_false(merkle_load(&again, 7, saved, 128));
    assert_false(merkle_load(&again, 0, saved, 32));
}

static int setup(void **state)
{
    (void)state;
    crypto_start();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_1_published),
        cmocka_unit_test(test_2_definition),
        cmocka_unit_test(test_3_saved),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
