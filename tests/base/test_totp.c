/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/base/totp.c
 *  1 codes are those of RFC 6238, appendix B (its last six digits)
 *  2 which codes fit: one step before and behind, never twice, digits alone (S44)
 *  3 the secret as text, and the address that an app reads
 */
#include "harness.h"

#include "base/totp.h"

#include <string.h>

static const uint8_t secret[] = "12345678901234567890"; /* the RFC's */

static void code_1_as_the_rfc(void **state)
{
    (void)state;
    static const struct {
        int64_t at;
        const char *code;
    } known[] = {{59, "287082"},         {1111111109, "081804"}, {1111111111, "050471"},
                 {1234567890, "005924"}, {2000000000, "279037"}, {20000000000, "353130"}};
    char code[TOTP_DIGITS + 1];
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        totp_code(code, secret, (uint64_t)known[i].at / TOTP_SECONDS);
        assert_string_equal(code, known[i].code);
    }
}

static bool fits(uint64_t *step, const char *typed, int64_t now, uint64_t last)
{
    return totp_fits(step, secret, text_of(typed), now, last);
}

static void fits_2_one_step_either_way_and_once(void **state)
{
    (void)state;
    enum { NOW = 1111111111, STEP = NOW / TOTP_SECONDS };
    char code[TOTP_DIGITS + 1];
    uint64_t step = 0;
    for (int by = -3; by <= 3; by++) {
        totp_code(code, secret, (uint64_t)(STEP + by));
        bool near = by >= -1 && by <= 1;
        assert_int_equal(fits(&step, code, NOW, 0), near);
        if (near) assert_int_equal(step, STEP + by);
        if (near) assert_false(fits(&step, code, NOW, (uint64_t)(STEP + by)));
    }
    totp_code(code, secret, STEP);
    assert_true(fits(&step, code, NOW, STEP - 1));
    assert_false(fits(&step, code, NOW, STEP));
    assert_false(fits(&step, code, NOW, UINT64_MAX));
    assert_true(fits(&step, "050 471", NOW, 0));
    static const char *const none[] = {"",        "05047",  "0504711", "05047a", "-50471",
                                       "+050471", "050471\n", "０50471", "5.0471"};
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
        assert_false(fits(&step, none[i], NOW, 0));
    assert_false(fits(&step, "050471", -1, 0));
    totp_code(code, secret, 0);
    assert_false(fits(&step, code, 0, 0)); /* step 0 counts as used */
    totp_code(code, secret, 1);
    assert_true(fits(&step, code, 0, 0));
}

static void text_3_secret_and_address(void **state)
{
    (void)state;
    char text[TOTP_BASE32 + 1];
    struct buf b;
    totp_secret_text(text, secret);
    assert_string_equal(text, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    uint8_t ones[TOTP_SECRET];
    memset(ones, 0xff, sizeof ones);
    totp_secret_text(text, ones);
    assert_string_equal(text, "77777777777777777777777777777777");
    buf_init(&b, 1000);
    totp_uri(&b, "DCIM pt", "ana&x", secret);
    buf_put_u8(&b, 0);
    assert_string_equal(b.p, "otpauth://totp/DCIM%20pt:ana%26x?secret="
                             "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=DCIM%20pt&algorithm=SHA1"
                             "&digits=6&period=30");
    buf_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(code_1_as_the_rfc),
        cmocka_unit_test(fits_2_one_step_either_way_and_once),
        cmocka_unit_test(text_3_secret_and_address),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
