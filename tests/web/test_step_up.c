/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/web/step_up.c: the second factor shown once more in the middle of something (S46)
 *  1 what was typed goes along, is not done before the code, and is done with it
 *  2 a wrong code: not done, asked again, nothing typed is lost; the same code twice
 *  3 the session has a new token then, the old one is none (S37)
 *  4 passwords and tokens do not go along; what was typed is escaped (S60)
 *  5 whose factor is fresh is not asked
 *  6 a security key: asked for with the code, its answer does as well, and is not sent along (S44)
 */
#include "harness.h"

#include "soft_key.h"
#include "visitor.h"

static struct service *desk;
static struct person admin = {.account = "admin", .role = "administrator"};
enum { STALE_SECONDS = 400 };

static int begin(void **state)
{
    (void)state;
    people_quick();
    desk_make("repository");
    desk = desk_open("repository", NULL);
    person_make(&admin, desk);
    visitor_begin(&desk);
    return 0;
}

static int end(void **state)
{
    (void)state;
    visitor_end();
    service_close(desk);
    return 0;
}

static int stale(void **state)
{
    (void)state;
    person_sign_in(&admin, desk);
    people_wait(desk, STALE_SECONDS);
    return 0;
}

static bool shows(const char *text)
{
    return strstr(visitor_page(), text) != NULL;
}

static bool account_there(const char *name)
{
    const struct json *list = json_get(desk_do(desk, "account.list", "{}"), "accounts");
    for (size_t i = 0; i < json_size(list); i++)
        if (strcmp(json_get_text(json_at(list, i), "account", ""), name) == 0) return true;
    return false;
}

static int with_code(const char *path, const char *form, const char *code)
{
    char whole[1000];
    (void)snprintf(whole, sizeof whole, "%s&step_up_code=%s", form, code);
    return visitor_post(admin.session, path, whole);
}

/* ---- 1, 3 ---- */

static void goes_on_1_1(void **state)
{
    const char *form = "account=new.one&name=New+One&role=analyst&organisation=GNR";
    char before[PEOPLE_TOKEN];
    (void)state;
    assert_int_equal(visitor_post(admin.session, "/invite", form), 200);
    assert_true(shows("Show that it is you"));
    assert_true(shows("name=\"account\" value=\"new.one\""));
    assert_true(shows("name=\"role\" value=\"analyst\""));
    assert_true(shows("action=\"/invite\""));
    assert_false(account_there("new.one"));

    (void)snprintf(before, sizeof before, "%s", admin.session);
    assert_int_equal(with_code("/invite", form, person_code(&admin, desk)), 200);
    assert_true(shows("The account is ready"));
    assert_true(account_there("new.one"));
    visitor_take_session(admin.session);
    assert_string_not_equal(admin.session, before);
    assert_int_equal(visitor_get(before, "/account"), 303);
    assert_string_equal(visitor_location(), "/sign-in");
    assert_int_equal(visitor_get(admin.session, "/account"), 200);
}

/* A form that leads elsewhere does so, and the token is set on the way. */
static void goes_on_1_2_redirected(void **state)
{
    (void)state;
    assert_int_equal(visitor_post(admin.session, "/organisations/GNR", "records=700"), 200);
    assert_true(shows("Show that it is you"));
    assert_int_equal(with_code("/organisations/GNR", "records=700", person_code(&admin, desk)),
                     303);
    assert_string_equal(visitor_location(), "/organisations/GNR?done=quota-changed");
    visitor_take_session(admin.session);
    assert_int_equal(visitor_get(admin.session, "/organisations/GNR?done=quota-changed"), 200);
    assert_true(shows("The limits were changed."));
    assert_true(shows("700"));
}

/* ---- 2 ---- */

static void wrong_2_1(void **state)
{
    const char *form = "account=new.two&name=New+Two&role=analyst";
    char code[20];
    (void)state;
    assert_int_equal(with_code("/invite", form, "000000"), 403);
    assert_true(shows("There is a problem"));
    assert_true(shows("name=\"account\" value=\"new.two\""));
    assert_false(account_there("new.two"));
    people_wait(desk, STALE_SECONDS);
    (void)snprintf(code, sizeof code, "%s", person_code(&admin, desk));
    assert_int_equal(with_code("/invite", form, code), 200);
    assert_true(account_there("new.two"));
    visitor_take_session(admin.session);
    people_wait(desk, 0);
    assert_int_equal(with_code("/accounts/new.two/reset", "x=1", code), 403); /* was used */
    assert_true(shows("Show that it is you"));
}

/* ---- 4 ---- */

static void fields_4_1(void **state)
{
    (void)state;
    assert_int_equal(
        visitor_post(admin.session, "/add-organisation",
                     "code=X1&type=police&name=%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E"),
        200);
    assert_true(shows("Show that it is you"));
    assert_false(shows("<script>alert"));
    assert_true(shows("value=\"&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;\""));
    const char *first = strstr(visitor_page(), "name=\"csrf\"");
    assert_non_null(first); /* sign-out has one, the form has one; none of what was sent */
    assert_false(shows("name=\"step_up_code\" value="));
}

/* ---- 5 ---- */

static void fresh_5_1_is_not_asked(void **state)
{
    (void)state;
    person_sign_in(&admin, desk);
    assert_int_equal(visitor_post(admin.session, "/invite",
                                  "account=new.three&name=N&role=analyst"),
                     200);
    assert_true(shows("The account is ready"));
    assert_true(account_there("new.three"));
}

/* ---- 6 ---- */

/* The challenge that the page brings. */
static const char *asked(void)
{
    static char out[44];
    const char *at = strstr(visitor_page(), "data-challenge=\"");
    assert_non_null(at);
    (void)snprintf(out, sizeof out, "%s", at + strlen("data-challenge=\""));
    return out;
}

static void key_6_1_instead_of_a_code(void **state)
{
    const char *form = "account=new.key&name=New+Key&role=analyst";
    char whole[SOFT_KEY_TEXT + 200];
    struct soft_key key;
    (void)state;
    soft_key_new(&key);
    (void)person_do(&admin, desk, "session.second", "{'code':'%s'}", person_code(&admin, desk));
    assert_int_equal(visitor_post(admin.session, "/sign-in/key", ""), 200);
    soft_key_make(&key, asked());
    (void)snprintf(whole, sizeof whole, "label=blue&key=%s", key.text);
    assert_int_equal(visitor_post(admin.session, "/sign-in/key/confirm", whole), 303);
    assert_string_equal(visitor_location(), "/account?done=security-key-added");
    visitor_take_session(admin.session);
    people_wait(desk, STALE_SECONDS);
    assert_int_equal(visitor_post(admin.session, "/invite", form), 200);
    assert_true(shows("data-field=\"step_up_key\""));
    assert_true(shows("name=\"step_up_code\""));
    key.flags = SOFT_PRESENT;
    soft_key_show(&key, asked());
    (void)snprintf(whole, sizeof whole, "%s&step_up_key=%s", form, key.text);
    assert_int_equal(visitor_post(admin.session, "/invite", whole), 403);
    assert_true(shows("did not verify"));
    assert_false(shows("name=\"step_up_key\" value="));
    assert_false(account_there("new.key"));
    key.flags |= SOFT_VERIFIED;
    soft_key_show(&key, asked()); /* another one than before */
    (void)snprintf(whole, sizeof whole, "%s&step_up_key=%s", form, key.text);
    assert_int_equal(visitor_post(admin.session, "/invite", whole), 200);
    assert_true(account_there("new.key"));
    visitor_take_session(admin.session);
    soft_key_free(&key);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(goes_on_1_1, stale),
        cmocka_unit_test_setup(goes_on_1_2_redirected, stale),
        cmocka_unit_test_setup(wrong_2_1, stale),
        cmocka_unit_test_setup(fields_4_1, stale),
        cmocka_unit_test_setup(fresh_5_1_is_not_asked, stale),
        cmocka_unit_test_setup(key_6_1_instead_of_a_code, stale),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
