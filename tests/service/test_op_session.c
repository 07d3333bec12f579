/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/service/op_session.c and signing.c: signing in and out
 *  1 setup: the first administrator comes in with the server's code, once (S8)
 *  2 sign in with password and second factor; the token is another one at each step (S37)
 */
#include "harness.h"

#include "people.h"

static struct service *desk;

static int begin(void **state)
{
    (void)state;
    desk_make("repository");
    desk = desk_open("repository", NULL);
    return 0;
}

static int end(void **state)
{
    (void)state;
    service_close(desk);
    return 0;
}

static struct person nobody = {.account = "nobody", .role = "analyst"};

/* ---- 1 ---- */

static void setup_1_1_the_first_administrator(void **state)
{
    (void)state;
    struct person p = {.account = "ana", .role = "administrator"};
    char code[40];
    assert_true(json_get_bool(person_do(&nobody, desk, "setup.state", "{}"), "needed", false));
    (void)snprintf(code, sizeof code, "%s",
                   json_get_text(desk_do(desk, "setup.code", "{}"), "code", ""));
    assert_int_equal(strlen(code), 29);
    (void)person_refused(&nobody, desk, ERR_DENIED, "session.refused", "setup.finish",
                         "{'account':'ana','code':'AAAA-AAAA-AAAA-AAAA-AAAA-AAAA','name':'Ana R.',"
                         "'password':'violet trombone'}");
    (void)person_refused(&nobody, desk, ERR_USAGE, "account.password", "setup.finish",
                         "{'account':'ana','code':'%s','name':'Ana R.','password':'short'}", code);
    const struct json *r = person_do(&p, desk, "setup.finish",
                                     "{'account':'ana','code':'%s','name':'Ana R.','password':"
                                     "'violet trombone'}",
                                     code);
    assert_string_equal(json_get_text(r, "state", ""), "enrol");
    assert_false(json_get_bool(person_do(&nobody, desk, "setup.state", "{}"), "needed", true));
    (void)person_refused(&nobody, desk, ERR_CONFLICT, "setup.done", "setup.finish",
                         "{'account':'eva','code':'%s','name':'Eva','password':'violet trombone'}",
                         code);
    (void)desk_refused(desk, ERR_CONFLICT, "setup.done", "setup.code", "{}");
    (void)person_refused(&p, desk, ERR_DENIED, "session.enrol_wanted", "account.list", "{}");
    r = person_do(&p, desk, "session.info", "{}");
    assert_string_equal(json_get_text(r, "account", ""), "ana");
    assert_string_equal(json_get_text(r, "state", ""), "enrol");
    assert_int_equal(json_size(json_get(r, "capabilities")), 0);
    desk_verify(desk);
}

/* ---- 2 ---- */

static void open_2_1_password_and_factor(void **state)
{
    (void)state;
    struct person p = {.account = "marta", .role = "contributor", .organisation = "GNR"};
    char half[PEOPLE_TOKEN];
    person_make(&p, desk);
    (void)person_do(&p, desk, "session.close", "{}");
    (void)person_refused(&p, desk, ERR_DENIED, "session.none", "session.info", "{}");
    const struct json *r = person_do(&p, desk, "session.open",
                                     "{'account':'MARTA','password':'%s'}", p.password);
    assert_string_equal(json_get_text(r, "state", ""), "second");
    (void)snprintf(half, sizeof half, "%s", p.session);
    (void)person_refused(&p, desk, ERR_DENIED, "session.second_wanted", "record.list", "{}");
    (void)person_refused(&p, desk, ERR_DENIED, "session.second_wanted", "factor.begin", "{}");
    (void)person_refused(&p, desk, ERR_DENIED, "session.code_refused", "session.second",
                         "{'code':'12345'}");
    r = person_do(&p, desk, "session.second", "{'code':'%s'}", person_code(&p, desk));
    assert_string_equal(json_get_text(r, "state", ""), "open");
    assert_string_not_equal(half, p.session);
    r = person_do(&p, desk, "session.info", "{}");
    assert_string_equal(json_get_text(r, "organisation", ""), "GNR");
    assert_true(json_get_bool(r, "fresh", false));
    (void)person_do(&p, desk, "record.list", "{}");
    (void)snprintf(p.session, sizeof p.session, "%s", half);
    (void)person_refused(&p, desk, ERR_DENIED, "session.none", "session.info", "{}");
    desk_verify(desk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(setup_1_1_the_first_administrator, begin, end),
        cmocka_unit_test_setup_teardown(open_2_1_password_and_factor, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
