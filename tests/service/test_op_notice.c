/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/service/op_notice.c: what the owner of an account is told (S45)
 *  1 each thing that happens to it, once, until it was read
 *  2 a network it did not know; not the first one, not one it knows
 *  3 nobody else is told
 */
#include "harness.h"

#include "people.h"

static struct service *desk;
static struct person owner = {.account = "owner", .role = "data-manager"};
static struct person admin = {.account = "admin", .role = "administrator"};

static int begin(void **state)
{
    (void)state;
    people_quick();
    desk_make("repository");
    desk = desk_open("repository", NULL);
    person_make(&owner, desk);
    person_make(&admin, desk);
    return 0;
}

static int end(void **state)
{
    (void)state;
    service_close(desk);
    return 0;
}

static int fresh(void **state)
{
    (void)state;
    owner.source = NULL;
    people_wait(desk, 3600);
    person_sign_in(&owner, desk);
    person_sign_in(&admin, desk);
    (void)person_do(&owner, desk, "notice.read", "{}");
    (void)person_do(&admin, desk, "notice.read", "{}");
    return 0;
}

static size_t n_notice(struct person *p)
{
    const struct json *r = person_do(p, desk, "notice.list", "{}");
    assert_int_equal(json_get_bool(r, "any", false), json_size(json_get(r, "notices")) > 0);
    return json_size(json_get(r, "notices"));
}

/* The newest one begins so. */
static void told(struct person *p, const char *words)
{
    const struct json *list = json_get(person_do(p, desk, "notice.list", "{}"), "notices");
    assert_true(json_size(list) > 0);
    const char *said = json_get_text(json_at(list, 0), "words", "");
    if (strncmp(said, words, strlen(words)) != 0) fail_msg("\"%s\" instead of \"%s\"", said, words);
    assert_string_not_equal(json_get_text(json_at(list, 0), "remedy", ""), "");
}

/* ---- 1 ---- */

static void told_1_1_of_each(void **state)
{
    (void)state;
    assert_int_equal(n_notice(&owner), 0);
    (void)person_do(&owner, desk, "account.password",
                    "{'old':'%s','password':'green tuba in the rain'}", owner.password);
    (void)snprintf(owner.password, sizeof owner.password, "green tuba in the rain");
    told(&owner, "Your password was changed");
    (void)person_do(&owner, desk, "recovery.renew", "{}");
    told(&owner, "New recovery codes");
    (void)person_do(&owner, desk, "token.add",
                    "{'label':'l','operations':['record.list'],'purpose':'p','days':1}");
    told(&owner, "A key for a program");
    assert_int_equal(n_notice(&owner), 3);
    (void)person_do(&admin, desk, "account.change", "{'account':'owner','role':'analyst'}");
    (void)person_do(&admin, desk, "account.change", "{'account':'owner','role':'data-manager'}");
    person_sign_in(&owner, desk);
    told(&owner, "The rights of your account");
    assert_int_equal(n_notice(&owner), 5);
    assert_int_equal(json_get_int(person_do(&owner, desk, "notice.read", "{}"), "read", 0), 5);
    assert_int_equal(n_notice(&owner), 0);
}

/* S45: the factor: it is the owner who is told, whoever may have set it up. */
static void told_1_2_of_the_factor(void **state)
{
    (void)state;
    struct person p = {.account = "fresh.one", .role = "data-manager"};
    person_make(&p, desk);
    told(&p, "Your second factor");
    (void)person_do(&admin, desk, "account.reset", "{'account':'fresh.one'}");
    struct person again = {.account = "fresh.one", .role = "data-manager"};
    const struct json *r = desk_do(desk, "account.reset", "{'account':'fresh.one'}");
    char code[40];
    (void)snprintf(code, sizeof code, "%s", json_get_text(r, "code", ""));
    (void)person_do(&again, desk, "account.activate",
                    "{'account':'fresh.one','code':'%s','password':'silver oboe by the sea'}",
                    code);
    (void)person_refused(&again, desk, ERR_DENIED, "session.enrol_wanted", "notice.list", "{}");
}

/* ---- 2 ---- */

static void place_2_1(void **state)
{
    (void)state;
    assert_int_equal(n_notice(&owner), 0);
    owner.source = "198.51.100.0";
    person_sign_in(&owner, desk);
    told(&owner, "Somebody signed in with your account from a network");
    assert_int_equal(n_notice(&owner), 1);
    person_sign_in(&owner, desk);
    assert_int_equal(n_notice(&owner), 1);
    const struct json *list = json_get(person_do(&owner, desk, "notice.list", "{}"), "notices");
    assert_string_equal(json_get_text(json_at(list, 0), "source", ""), "198.51.100.0");
}

/* The same for who shows a password alone. */
static void place_2_2_without_factor(void **state)
{
    (void)state;
    struct person p = {.account = "counter", .role = "analyst"};
    person_make(&p, desk);
    assert_int_equal(n_notice(&p), 0);
    person_sign_in(&p, desk);
    assert_int_equal(n_notice(&p), 0);
    p.source = "198.51.100.0";
    person_sign_in(&p, desk);
    assert_int_equal(n_notice(&p), 1);
}

/* ---- 3 ---- */

static void others_3_1(void **state)
{
    (void)state;
    (void)person_do(&owner, desk, "recovery.renew", "{}");
    assert_int_equal(n_notice(&admin), 0);
    assert_int_equal(json_get_int(person_do(&admin, desk, "notice.read", "{}"), "read", -1), 0);
    assert_int_equal(n_notice(&owner), 1);
    (void)person_refused(&admin, desk, ERR_USAGE, "call.unknown", "notice.list",
                         "{'account':'owner'}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(told_1_1_of_each, fresh),
        cmocka_unit_test_setup(told_1_2_of_the_factor, fresh),
        cmocka_unit_test_setup(place_2_1, fresh),
        cmocka_unit_test_setup(place_2_2_without_factor, fresh),
        cmocka_unit_test_setup(others_3_1, fresh),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
