/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/store/reference_set.c
 *  1 what is new and what was there   2 many, against a second way of knowing   3 unhappy hashes */
#include "harness.h"

#include "base/crypto.h"
#include "store/reference_set.h"

static void hash_of(uint8_t out[CRYPTO_SHORT], uint32_t i)
{
    crypto_hash(out, CRYPTO_SHORT, &i, sizeof i, NULL);
}

static void reference_set_1_new_and_there(void **state)
{
    (void)state;
    struct reference_set *s = reference_set_new();
    uint8_t a[CRYPTO_SHORT], b[CRYPTO_SHORT];
    hash_of(a, 1);
    hash_of(b, 2);
    assert_true(reference_set_add(s, a));
    assert_true(reference_set_add(s, b));
    assert_false(reference_set_add(s, a));
    assert_false(reference_set_add(s, b));
    assert_int_equal(reference_set_size(s), 2);
    reference_set_free(s);
    reference_set_free(NULL);
}

static void reference_set_2_many(void **state)
{
    (void)state;
    enum { N = 200000 };
    struct reference_set *s = reference_set_new();
    uint8_t h[CRYPTO_SHORT];
    for (uint32_t i = 0; i < N; i++) {
        hash_of(h, i);
        assert_true(reference_set_add(s, h));
    }
    for (uint32_t i = 0; i < 2 * N; i++) {
        hash_of(h, i);
        assert_int_equal(reference_set_add(s, h), i >= N);
    }
    assert_int_equal(reference_set_size(s), 2 * N);
    reference_set_free(s);
}

static void reference_set_3_unhappy_hashes(void **state)
{
    (void)state;
    struct reference_set *s = reference_set_new();
    uint8_t h[CRYPTO_SHORT] = {0};
    assert_true(reference_set_add(s, h)); /* looks like a free place */
    assert_false(reference_set_add(s, h));
    for (int i = 0; i < 200; i++) { /* all of one place: probing goes on past the end */
        memset(h, 0xff, 9);
        h[15] = (uint8_t)i;
        assert_true(reference_set_add(s, h));
        assert_false(reference_set_add(s, h));
    }
    assert_int_equal(reference_set_size(s), 201);
    reference_set_free(s);
}

int main(void)
{
    crypto_start();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reference_set_1_new_and_there),
        cmocka_unit_test(reference_set_2_many),
        cmocka_unit_test(reference_set_3_unhappy_hashes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
