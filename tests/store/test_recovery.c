/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/store/recovery.c
 *  1 known codes   2 what a person types   3 what is refused   4 single wrong symbols */
#include "harness.h"

#include "base/crypto.h"
#include "store/recovery.h"

static bool reads(const char *typed, uint8_t out[RECOVERY_BYTES])
{
    struct secret *t = secret_copy(typed, strlen(typed)), *s = NULL;
    struct err e = {0};
    bool ok = recovery_parse(&s, t, &e);
    assert_int_equal(ok, s != NULL);
    if (ok) {
        assert_int_equal(secret_size(s), RECOVERY_BYTES);
        memcpy(out, secret_bytes(s), RECOVERY_BYTES);
    } else {
        assert_int_equal(e.code, ERR_INPUT);
        assert_string_equal(e.id, "keyring.recovery_code");
        if (strlen(typed) > 4)
            assert_null(strstr(e.msg, typed)); /* S15: what was typed is in no message */
    }
    secret_free(s);
    secret_free(t);
    return ok;
}

static void writes(const uint8_t bytes[RECOVERY_BYTES], const char *expected)
{
    struct secret *s = recovery_format(bytes);
    assert_int_equal(secret_size(s), RECOVERY_TEXT);
    assert_memory_equal(secret_bytes(s), expected, RECOVERY_TEXT);
    secret_free(s);
}

/* Expected texts by hand. Zero: 32 zeros, check 0 mod 37 = 0. One: last symbol 1, check 1. All
 * ones: 32 times 31 ("Z"); 2^160 - 1 mod 37: the order of 2 mod 37 is 36, 160 mod 36 = 16, 2^16 =
 * 65536 = 37*1771 + 9, so 9 - 1 = 8. 32: symbols ...10, check 32 mod 37 = 32, which is "*". 36 =
 * "...14", check "U". */
static void test_1_known_codes(void **state)
{
    (void)state;
    uint8_t b[RECOVERY_BYTES] = {0};
    writes(b, "0000-0000-0000-0000-0000-0000-0000-0000-0");
    b[19] = 1;
    writes(b, "0000-0000-0000-0000-0000-0000-0000-0001-1");
    b[19] = 32;
    writes(b, "0000-0000-0000-0000-0000-0000-0000-0010-*");
    b[19] = 36;
    writes(b, "0000-0000-0000-0000-0000-0000-0000-0014-U");
    memset(b, 0xff, sizeof b);
    writes(b, "ZZZZ-ZZZZ-ZZZZ-ZZZZ-ZZZZ-ZZZZ-ZZZZ-ZZZZ-8");
    /* 0x08 0x42 0x10 0x84 0x21 is 00001 00001 ... in groups of five bits: every symbol is 1. Sum of
     * 32^i for i = 0..31 mod 37: (32^32 - 1) * 31^-1. 32^32 = 2^160 = 9 (above); 31 = -6, and -6 *
     * 6 = -36 = 1, so 31^-1 = 6; 8 * 6 = 48 = 11: "B". */
    static const uint8_t ones[5] = {0x08, 0x42, 0x10, 0x84, 0x21};
    for (int i = 0; i < 4; i++) memcpy(b + 5 * i, ones, 5);
    writes(b, "1111-1111-1111-1111-1111-1111-1111-1111-B");
}

static void test_2_typed_in_any_form(void **state)
{
    (void)state;
    uint8_t b[RECOVERY_BYTES], zero[RECOVERY_BYTES] = {0}, full[RECOVERY_BYTES];
    memset(full, 0xff, sizeof full);
    assert_true(reads("ooOO-0000 0000\t0000-0000-0000-0000-0000-o\n", b));
    assert_memory_equal(b, zero, sizeof b);
    assert_true(reads("zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz8", b));
    assert_memory_equal(b, full, sizeof b);
    assert_true(reads("iI1l-L111-1111-1111-1111-1111-1111-1111-b", b));
    assert_int_equal(b[0], 0x08);
    assert_true(reads("0000-0000-0000-0000-0000-0000-0000-0014-u", b));
    assert_int_equal(b[19], 36);

    for (int i = 0; i < 1000; i++) {
        uint8_t random_bytes[RECOVERY_BYTES];
        crypto_random(random_bytes, sizeof random_bytes);
        struct secret *text = recovery_format(random_bytes), *back = NULL;
        assert_true(recovery_parse(&back, text, NULL));
        assert_memory_equal(secret_bytes(back), random_bytes, RECOVERY_BYTES);
        secret_free(back);
        secret_free(text);
    }
}

static void test_3_refused(void **state)
{
    (void)state;
    uint8_t b[RECOVERY_BYTES];
    assert_false(reads("", b));
    assert_false(reads("----", b));
    assert_false(reads("0", b));
    assert_false(reads("0000-0000-0000-0000-0000-0000-0000-0000", b));    /* no check symbol */
    assert_false(reads("0000-0000-0000-0000-0000-0000-0000-0000-1", b));  /* wrong one */
    assert_false(reads("0000-0000-0000-0000-0000-0000-0000-0000-00", b)); /* one too many */
    assert_false(reads("0000-0000-0000-0000-0000-0000-0000-000*-0", b));  /* check symbol inside */
    assert_false(reads("0000-0000-0000-0000-0000-0000-0000-000U-0", b));
    assert_false(reads("0000_0000-0000-0000-0000-0000-0000-0000-0", b));
    assert_false(reads("\xc3\xa9", b));
}

static void test_4_single_wrong_symbols_are_found(void **state)
{
    (void)state;
    static const char symbols[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    uint8_t bytes[RECOVERY_BYTES], b[RECOVERY_BYTES];
    char text[RECOVERY_TEXT + 1] = "";
    crypto_random(bytes, sizeof bytes);
    struct secret *s = recovery_format(bytes);
    memcpy(text, secret_bytes(s), RECOVERY_TEXT);
    secret_free(s);
    int n = 0;
    for (size_t i = 0; i < RECOVERY_TEXT - 1; i++) {
        if (text[i] == '-') continue;
        char was = text[i];
        for (size_t k = 0; k < 32; k++) {
            if (symbols[k] == was) continue;
            text[i] = symbols[k];
            assert_false(reads(text, b));
            n++;
        }
        text[i] = was;
    }
    assert_int_equal(n, 32 * 31); /* all of them: 37 is prime and larger than 32 */
    assert_true(reads(text, b));
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
        cmocka_unit_test(test_1_known_codes),
        cmocka_unit_test(test_2_typed_in_any_form),
        cmocka_unit_test(test_3_refused),
        cmocka_unit_test(test_4_single_wrong_symbols_are_found),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
