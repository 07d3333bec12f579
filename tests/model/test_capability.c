/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/model/capability.c
 *  1 every capability has a name of its own and words   2 roles are found by name
 *  3 what each person of design section 1 must never do   4 needing nothing is always allowed */
#include "harness.h"

#include "model/capability.h"

static void names(void **state)
{
    (void)state;
    for (int i = 0; i < CAP_COUNT; i++) {
        assert_true(strlen(capability_name((enum capability)i)) > 0);
        assert_true(strlen(capability_text((enum capability)i)) > 0);
        for (int k = 0; k < i; k++)
            assert_string_not_equal(capability_name((enum capability)i),
                                    capability_name((enum capability)k));
    }
    assert_string_equal(capability_name(CAP_TABLE_RAW), "table.raw");
}

static void found_by_name(void **state)
{
    (void)state;
    for (size_t i = 0; i < n_role; i++) {
        assert_ptr_equal(role_find(text_of(roles[i].name)), &roles[i]);
        assert_true(strlen(roles[i].text) > 0);
        assert_true(role_may(&roles[i], CAP_NONE));
    }
    assert_null(role_find(TEXT("root")));
    assert_null(role_find(TEXT("")));
}

static void never(const char *role, enum capability c)
{
    const struct role *r = role_find(text_of(role));
    assert_non_null(r);
    assert_false(role_may(r, c));
}

static void must_never(void **state)
{
    (void)state;
    never("analyst", CAP_IDENTITY_OPEN);
    never("publisher", CAP_TABLE_RAW);
    never("publisher", CAP_RECORD_READ);
    never("contributor", CAP_TABLE_RAW);
    assert_true(role_find(TEXT("contributor"))->own_only);
    assert_false(role_find(TEXT("data-manager"))->own_only);
    static const enum capability changes[] = {
        CAP_IMPORT,     CAP_IMPORT_UNDO, CAP_DICTIONARY_CHANGE, CAP_ORGANISATION_CHANGE,
        CAP_KEY_CHANGE, CAP_BACKUP};
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) never("auditor", changes[i]);
    static const enum capability cases[] = {CAP_RECORD_READ, CAP_IDENTITY_OPEN, CAP_TABLE,
                                            CAP_TABLE_RAW,   CAP_VICTIM,        CAP_JUSTICE,
                                            CAP_IMPORT,      CAP_AUDIT_READ};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) never("administrator", cases[i]);
    assert_true(role_may(role_find(TEXT("auditor")), CAP_AUDIT_READ));
    assert_true(role_may(role_find(TEXT("data-manager")), CAP_IDENTITY_OPEN));
}

static void custodian(void **state)
{
    (void)state;
    const struct role *r = role_find(TEXT("custodian"));
    for (int i = 0; i < CAP_COUNT; i++) assert_true(role_may(r, (enum capability)i));
    for (int i = 1; i < CAP_COUNT; i++) assert_false(role_may(&role_nobody, (enum capability)i));
    assert_true(role_may(&role_nobody, CAP_NONE));
    assert_true(role_nobody.own_only);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(names), cmocka_unit_test(found_by_name),
                                       cmocka_unit_test(must_never), cmocka_unit_test(custodian)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
