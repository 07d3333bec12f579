/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/service/password_rule.c (S40)
 *  1 lengths, with and without a second factor; any characters
 *  2 the list: at least 10,000, none of them accepted, in any case, repeated or not
 *  3 own name, organisation, and the register's
 *  4 what is refused is never quoted (S15)
 */
#include "harness.h"

#include "service/password_rule.h"

#include <string.h>

static const struct password_context ana = {
    {"ana.rocha", "Ana Maria Rocha", "GNR", "Guarda Nacional Republicana"}, false};

static bool fits(const char *password, bool second)
{
    struct password_context c = ana;
    struct err e = {0};
    c.second_factor = second;
    bool ok = password_fits(text_of(password), &c, &e);
    if (!ok) {
        assert_int_equal(e.code, ERR_USAGE);
        assert_string_equal(e.id, "account.password");
        if (strlen(password) > 3) {
            assert_null(strstr(e.msg, password));
            assert_null(strstr(e.detail, password));
            assert_null(strstr(e.remedy, password));
        }
    }
    return ok;
}

static void length_1(void **state)
{
    (void)state;
    char p[300];
    for (int i = 0; i < 299; i++) p[i] = (char)(33 + (i * i * 7 + i) % 90);
    for (size_t n = 0; n < 299; n++) {
        char at = p[n];
        p[n] = '\0';
        assert_int_equal(fits(p, false), n >= 15 && n <= 256);
        assert_int_equal(fits(p, true), n >= 12 && n <= 256);
        p[n] = at;
    }
    assert_true(fits("ključ řeka łąka 5", false));
    assert_true(fits("\x01\x02\xff thing of no kind", false));
    assert_true(fits("      two words      ", false));
}

static void list_2(void **state)
{
    (void)state;
    size_t n = 0;
    char upper[64];
    for (const char *p = common_passwords; *p != '\0' && p[1] != '\0'; p++) {
        if (*p != '\n') continue;
        size_t len = strcspn(p + 1, "\n");
        assert_true(len < sizeof upper);
        for (size_t i = 0; i < len; i++) {
            char c = p[1 + i];
            upper[i] = c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
        }
        upper[len] = '\0';
        assert_false(fits(upper, true));
        n++;
    }
    assert_true(n >= 10000);
    assert_false(fits("1qaz2wsx3edc4rfv", false)); /* a walk over the keyboard, long enough */
    assert_false(fits("passwordpassword", false));
    assert_false(fits("TrustNo1TrustNo1TrustNo1", false));
    assert_false(fits("aaaaaaaaaaaaaaaaaaaa", false));
    assert_false(fits("abcabcabcabcabcabc", false));
    assert_true(fits("violet trombone mills", false));
}

static void context_3(void **state)
{
    (void)state;
    assert_false(fits("ana.rocha.ana.rocha", false));
    assert_false(fits("Ana Maria Rocha 2026", false));
    assert_false(fits("guardanacionalrepublicana", false));
    assert_false(fits("dcim dcim dcim 2026", false));
    assert_false(fits("DCIMpassword2026!", false));
    assert_true(fits("Ana drinks violet tea", false));
    const struct password_context none = {{NULL}, false};
    assert_true(password_fits(TEXT("violet trombone mills"), &none, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(length_1),
        cmocka_unit_test(list_2),
        cmocka_unit_test(context_3),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
