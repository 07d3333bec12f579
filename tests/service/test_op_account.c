/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/service/op_account.c
 *  1 invited by an administrator: a code, once, for three days; who they may be
 *  2 changes: not of oneself, not of the last two administrators (S53); sessions end (S39)
 *  3 reset: all that the account had is gone; the code alone lets in again
 *  4 one's own password and language
 *  5 the second factor: enrolled, renewed, its recovery codes used once (S44, S45)
 *  6 without second factor, for demonstrations, and it is said (S8)
 */
#include "harness.h"

#include "people.h"

static struct service *desk;
static struct person admin, other;

static int begin(void **state)
{
    (void)state;
    people_quick();
    desk_make("repository");
    desk = desk_open("repository", NULL);
    admin = (struct person){.account = "ana", .role = "administrator"};
    other = (struct person){.account = "eva", .role = "administrator"};
    person_make(&admin, desk);
    person_make(&other, desk);
    return 0;
}

static int end(void **state)
{
    (void)state;
    service_close(desk);
    return 0;
}

static const struct json *account(const char *name)
{
    const struct json *list = json_get(desk_do(desk, "account.list", "{}"), "accounts");
    for (size_t i = 0; i < json_size(list); i++)
        if (strcmp(json_get_text(json_at(list, i), "account", ""), name) == 0)
            return json_at(list, i);
    fail_msg("no account %s", name);
    return NULL;
}

/* ---- 1 ---- */

static void invite_1_1_who_they_may_be(void **state)
{
    (void)state;
    static const char *const bad[] = {"A", "a", "Ana.B", "ana b", ".ana", "-ana", "áno", "ana/b"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        (void)person_refused(&admin, desk, ERR_USAGE, "account.name", "account.add",
                             "{'account':'%s','name':'N','role':'analyst'}", bad[i]);
    (void)person_refused(&admin, desk, ERR_USAGE, "account.role", "account.add",
                         "{'account':'n.n','name':'N','role':'custodian'}");
    (void)person_refused(&admin, desk, ERR_USAGE, "account.role", "account.add",
                         "{'account':'n.n','name':'N','role':'root'}");
    (void)person_refused(&admin, desk, ERR_USAGE, "account.organisation", "account.add",
                         "{'account':'n.n','name':'N','role':'contributor'}");
    (void)person_refused(&admin, desk, ERR_NOT_FOUND, "organisation.unknown", "account.add",
                         "{'account':'n.n','name':'N','role':'contributor','organisation':'XX'}");
    (void)person_refused(&admin, desk, ERR_CONFLICT, "account.exists", "account.add",
                         "{'account':'ana','name':'N','role':'analyst'}");
    (void)person_refused(&admin, desk, ERR_USAGE, "call.unknown", "account.add",
                         "{'account':'n.n','name':'N','role':'analyst','state':'active'}");
}

static void invite_1_2_a_code_once_and_for_three_days(void **state)
{
    (void)state;
    struct person p = {.account = "n.n", .role = "analyst"};
    char code[40];
    (void)snprintf(code, sizeof code, "%s",
                   json_get_text(person_do(&admin, desk, "account.add",
                                           "{'account':'n.n','name':'N','role':'analyst'}"),
                                 "code", ""));
    assert_string_equal(json_get_text(account("n.n"), "state", ""), "invited");
    (void)person_refused(&p, desk, ERR_USAGE, "account.password", "account.activate",
                         "{'account':'n.n','code':'%s','password':'short'}", code);
    people_wait(desk, 72 * 3600 + 1);
    (void)person_refused(&p, desk, ERR_DENIED, "session.refused", "account.activate",
                         "{'account':'n.n','code':'%s','password':'violet trombone'}", code);
    (void)snprintf(code, sizeof code, "%s",
                   json_get_text(desk_do(desk, "account.reset", "{'account':'n.n'}"), "code", ""));
    for (char *c = code; *c != '\0'; c++)
        if (*c >= 'A' && *c <= 'Z') *c = (char)(*c - 'A' + 'a'); /* as people type */
    const struct json *r = person_do(
        &p, desk, "account.activate", "{'account':'n.n','code':'%s','password':'violet trombone'}",
        code);
    assert_string_equal(json_get_text(r, "state", ""), "open");
    (void)person_refused(&p, desk, ERR_DENIED, "session.refused", "account.activate",
                         "{'account':'n.n','code':'%s','password':'orange trombone'}", code);
}

/* ---- 2 ---- */

static void change_2_1_administrators(void **state)
{
    (void)state;
    struct person third = {.account = "iva", .role = "administrator"};
    person_sign_in(&admin, desk);
    (void)person_refused(&admin, desk, ERR_DENIED, "account.own", "account.change",
                         "{'account':'ana','role':'auditor'}");
    (void)person_refused(&admin, desk, ERR_DENIED, "account.own", "account.reset",
                         "{'account':'ana'}");
    (void)person_refused(&admin, desk, ERR_CONFLICT, "account.last_administrators",
                         "account.change", "{'account':'eva','role':'auditor'}");
    (void)person_refused(&admin, desk, ERR_CONFLICT, "account.last_administrators",
                         "account.change", "{'account':'eva','state':'disabled'}");
    (void)desk_refused(desk, ERR_CONFLICT, "account.last_administrators", "account.change",
                       "{'account':'eva','state':'disabled'}");
    person_make(&third, desk);
    person_sign_in(&admin, desk);
    person_sign_in(&other, desk);
    (void)person_do(&admin, desk, "account.change", "{'account':'eva','state':'disabled'}");
    (void)person_refused(&other, desk, ERR_DENIED, "session.none", "session.info", "{}");
    (void)person_refused(&admin, desk, ERR_CONFLICT, "account.disabled", "account.reset",
                         "{'account':'eva'}");
    (void)person_refused(&admin, desk, ERR_CONFLICT, "account.last_administrators",
                         "account.change", "{'account':'iva','role':'analyst'}");
    (void)person_do(&admin, desk, "account.change", "{'account':'eva','state':'enabled'}");
    const struct json *entry = desk_last_entry(desk);
    assert_string_equal(json_get_text(entry, "action", ""), "account.change");
    assert_string_equal(json_get_text(entry, "object_id", ""), "eva");
    assert_string_equal(json_get_text(entry, "fields", ""), "enabled");
    person_sign_in(&other, desk);
    (void)person_refused(&admin, desk, ERR_NOT_FOUND, "account.unknown", "account.change",
                         "{'account':'nobody','role':'analyst'}");
}

/* S45: what is about an account is about one's own; another's name is no parameter, or not there. */
static void change_2_2_others_change_nothing(void **state)
{
    (void)state;
    struct person p = {.account = "analyst", .role = "analyst"};
    person_make(&p, desk);
    static const char *const ops[] = {"account.password", "account.language", "factor.begin",
                                      "factor.confirm",   "recovery.renew",   "token.list"};
    for (size_t i = 0; i < sizeof ops / sizeof ops[0]; i++)
        (void)person_refused(&p, desk, ERR_USAGE, "call.unknown", ops[i], "{'account':'ana'}");
    (void)person_refused(&p, desk, ERR_DENIED, "call.not_allowed", "account.change",
                         "{'account':'analyst','role':'administrator'}");
    (void)person_refused(&p, desk, ERR_DENIED, "call.not_allowed", "account.list", "{}");
}

/* ---- 3 ---- */

static void reset_3_1_all_is_gone(void **state)
{
    (void)state;
    struct person p = {.account = "lost", .role = "auditor"};
    char code[40];
    person_make(&p, desk);
    (void)snprintf(code, sizeof code, "%s",
                   json_get_text(desk_do(desk, "account.reset", "{'account':'lost'}"), "code", ""));
    (void)person_refused(&p, desk, ERR_DENIED, "session.none", "session.info", "{}");
    (void)person_refused(&p, desk, ERR_DENIED, "session.refused", "session.open",
                         "{'account':'lost','password':'%s'}", p.password);
    const struct json *r =
        person_do(&p, desk, "account.activate", "{'account':'lost','code':'%s','password':'%s'}",
                  code, "orange trombone");
    assert_string_equal(json_get_text(r, "state", ""), "enrol");
    (void)person_refused(&p, desk, ERR_DENIED, "session.enrol_wanted", "session.second",
                         "{'code':'%s'}", p.recovery[0]);
    assert_false(json_get_bool(account("lost"), "has_factor", true));
}

/* ---- 4 ---- */

static void own_4_1_password_and_language(void **state)
{
    (void)state;
    struct person p = {.account = "own", .role = "analyst"}, elsewhere;
    person_make(&p, desk);
    elsewhere = p;
    person_sign_in(&p, desk);
    (void)person_refused(&p, desk, ERR_DENIED, "session.refused", "account.password",
                         "{'old':'wrong','password':'orange trombone'}");
    (void)person_refused(&p, desk, ERR_USAGE, "account.password", "account.password",
                         "{'old':'%s','password':'own own own own own'}", p.password);
    char before[PEOPLE_TOKEN];
    (void)snprintf(before, sizeof before, "%s", p.session);
    (void)person_do(&p, desk, "account.password", "{'old':'%s','password':'orange trombone'}",
                    p.password);
    assert_string_not_equal(before, p.session);
    (void)person_refused(&elsewhere, desk, ERR_DENIED, "session.none", "session.info", "{}");
    (void)person_refused(&elsewhere, desk, ERR_DENIED, "session.refused", "session.open",
                         "{'account':'own','password':'%s'}", p.password);
    (void)snprintf(p.password, sizeof p.password, "orange trombone");
    (void)person_do(&p, desk, "account.language", "{'language':'sk'}");
    (void)person_refused(&p, desk, ERR_USAGE, "account.language", "account.language",
                         "{'language':'../x'}");
    person_sign_in(&p, desk);
    assert_string_equal(json_get_text(account("own"), "language", ""), "sk");
}

/* ---- 5 ---- */

static void factor_5_1_enrolled_and_renewed(void **state)
{
    (void)state;
    struct person p = {.account = "factor", .role = "auditor"};
    char code[20];
    person_make(&p, desk);
    (void)person_refused(&p, desk, ERR_DENIED, "session.code_refused", "factor.confirm",
                         "{'code':'123456'}"); /* nothing was begun */
    /* Each code once, also over sessions. */
    (void)snprintf(code, sizeof code, "%s", person_code(&p, desk));
    (void)person_do(&p, desk, "session.second", "{'code':'%s'}", code);
    (void)person_refused(&p, desk, ERR_DENIED, "session.code_refused", "session.second",
                         "{'code':'%s'}", code);
    /* Each recovery code once. */
    (void)person_do(&p, desk, "session.open", "{'account':'factor','password':'%s'}", p.password);
    (void)person_do(&p, desk, "session.second", "{'code':'%s'}", p.recovery[3]);
    assert_int_equal(json_get_int(person_do(&p, desk, "session.info", "{}"), "recovery_left", 0), 9);
    (void)person_refused(&p, desk, ERR_DENIED, "session.code_refused", "session.second",
                         "{'code':'%s'}", p.recovery[3]);
    const struct json *r = person_do(&p, desk, "recovery.renew", "{}");
    assert_int_equal(json_size(json_get(r, "recovery_codes")), 10);
    (void)person_refused(&p, desk, ERR_DENIED, "session.code_refused", "session.second",
                         "{'code':'%s'}", p.recovery[4]);
    /* Until the new one is confirmed, the old one is good. */
    struct json *out;
    struct err e;
    r = person_do(&p, desk, "factor.begin", "{}");
    assert_non_null(strstr(json_get_text(r, "uri", ""), "otpauth://totp/DCIM%20pt:factor?"));
    assert_true(json_get_int(json_get(r, "qr"), "size", 0) > 20);
    (void)person_do(&p, desk, "session.second", "{'code':'%s'}", person_code(&p, desk));
    assert_false(people_try(&out, desk, NULL, NULL, &e, "factor.begin", "{}"));
    assert_string_equal(e.id, "session.none");
    people_wait(desk, 400);
    (void)person_refused(&p, desk, ERR_DENIED, "session.not_fresh", "factor.begin", "{}");
    (void)person_refused(&p, desk, ERR_DENIED, "session.not_fresh", "recovery.renew", "{}");
    desk_verify(desk);
}

/* ---- 6 ---- */

static void insecure_6_1_is_said(void **state)
{
    (void)state;
    struct service_options o = desk_options("repository", NULL);
    struct person p = {.account = "demo", .role = "contributor", .organisation = "GNR"};
    o.insecure_no_second_factor = true;
    struct service *s = desk_open_with(&o);
    person_make(&p, s);
    const struct json *r = person_do(&p, s, "session.info", "{}");
    assert_string_equal(json_get_text(r, "state", ""), "open");
    const struct json *weakened = json_get(r, "weakened");
    assert_int_equal(json_size(weakened), 2);
    assert_non_null(strstr(json_as_text(json_at(weakened, 1), ""), "password alone"));
    (void)person_do(&p, s, "record.list", "{}");
    service_close(s);
    /* Where the option is not set, the same session is not there, and a factor is asked for. */
    person_sign_in(&p, desk);
    (void)person_refused(&p, desk, ERR_DENIED, "session.enrol_wanted", "record.list", "{}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(invite_1_1_who_they_may_be),
        cmocka_unit_test(invite_1_2_a_code_once_and_for_three_days),
        cmocka_unit_test(change_2_1_administrators),
        cmocka_unit_test(change_2_2_others_change_nothing),
        cmocka_unit_test(reset_3_1_all_is_gone),
        cmocka_unit_test(own_4_1_password_and_language),
        cmocka_unit_test(factor_5_1_enrolled_and_renewed),
        cmocka_unit_test(insecure_6_1_is_said),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
