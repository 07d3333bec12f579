/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/model/audit_action.c
 *  1 every action has a name of its own, stored for ever, and words */
#include "harness.h"

#include "model/audit_action.h"

static void names(void **state)
{
    (void)state;
    for (int i = 0; i < AUDIT_ACTION_COUNT; i++) {
        const char *name = audit_action_name((enum audit_action)i);
        assert_true(strlen(name) > 0);
        assert_true(strspn(name, "abcdefghijklmnopqrstuvwxyz._") == strlen(name));
        assert_true(strlen(audit_action_text((enum audit_action)i)) > 0);
        for (int k = 0; k < i; k++)
            assert_string_not_equal(name, audit_action_name((enum audit_action)k));
    }
    assert_string_equal(audit_action_name(AUDIT_IMPORT), "import");
    assert_string_equal(audit_action_name(AUDIT_DENY), "deny");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(names)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
