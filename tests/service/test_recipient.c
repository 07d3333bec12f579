/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/service/recipient.c (S57)
 *  1 how many records may leave without anybody named: the number of the pack, one more, and none set
 *  2 whoever is named may receive as many as there are; who holds the key is not asked
 * Reading certificates and sealing: tests/base/test_cms.c, tests/service/test_import_known.c (10).
 */
#include "harness.h"

#include "desk.h"
#include "service/recipient.h"

static struct service *desk;

static int begin(void **state)
{
    (void)state;
    desk_make("repository");
    desk = desk_open("repository", NULL);
    (void)desk_do(desk, "repository.info", "{}");
    return 0;
}

static int end(void **state)
{
    (void)state;
    service_close(desk);
    return 0;
}

static bool leaves(bool named, bool local, int64_t n, struct err *e)
{
    const struct recipient r = {.pem = {"x", named ? 1 : 0}};
    const struct call c = {.s = desk, .who.local = local};
    err_clear(e);
    return recipient_suffices(&r, &c, n, e);
}

static void recipient_1_in_clear(void **state)
{
    struct err e = {0};
    int64_t most = dictionary_parameter_int(desk->dictionary, RECIPIENT_ABOVE, -1);
    (void)state;
    assert_int_equal(most, 20); /* data/parameters.csv */
    assert_true(leaves(false, false, 0, &e));
    assert_true(leaves(false, false, most, &e));
    assert_false(leaves(false, false, most + 1, &e));
    assert_int_equal(e.code, ERR_USAGE);
    assert_string_equal(e.id, "export.recipient");
    assert_non_null(strstr(e.remedy, "20"));
}

static void recipient_2_named(void **state)
{
    struct err e = {0};
    (void)state;
    assert_true(leaves(true, false, 100000, &e));
    assert_true(leaves(false, true, 100000, &e));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(recipient_1_in_clear),
        cmocka_unit_test(recipient_2_named),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
