/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/service/op_token.c: keys for programs (S47)
 *  1 for named operations that the role may do, and no others
 *  2 for one organisation and one purpose; less than the account may, never more
 *  3 an end: 90 days at most, revoked, account disabled or reset
 *  4 so many of one account, and no more (S74)
 */
#include "harness.h"

#include "people.h"

static struct service *desk;
static struct person manager = {.account = "manager", .role = "data-manager"},
                     contributor = {.account = "contributor",
                                    .role = "contributor",
                                    .organisation = "GNR"};

static int begin(void **state)
{
    (void)state;
    people_quick();
    desk_make("repository");
    desk = desk_open("repository", NULL);
    desk_victims("v.csv", "A", 0, 5, 0);
    (void)desk_do(desk, "import.run", "{'file':'v.csv','form':'victim','organisation':'GNR'}");
    desk_victims("w.csv", "B", 10, 13, 0);
    (void)desk_do(desk, "import.run", "{'file':'w.csv','form':'victim','organisation':'APAV'}");
    person_make(&manager, desk);
    person_make(&contributor, desk);
    return 0;
}

static int end(void **state)
{
    (void)state;
    service_close(desk);
    return 0;
}

static struct person key(struct person *p, const char *operations, const char *organisation)
{
    struct person program = {.account = "program"};
    person_sign_in(p, desk);
    const struct json *r =
        person_do(p, desk, "token.add",
                  "{'label':'nightly','operations':[%s],'organisation':'%s','purpose':'nightly "
                  "count','days':90}",
                  operations, organisation);
    (void)snprintf(program.session, sizeof program.session, "%s", json_get_text(r, "token", ""));
    assert_int_equal(strlen(program.session), 69);
    return program;
}

static int64_t records(struct person *p)
{
    struct json *out;
    struct err e;
    if (!people_try(&out, desk, p->session, NULL, &e, "record.list", "{}")) fail_msg("%s", e.msg);
    int64_t n = (int64_t)json_size(json_get(out, "records"));
    json_free(out);
    return n;
}

static void refused(struct person *p, const char *id, const char *operation, const char *parameters)
{
    struct json *out;
    struct err e;
    assert_false(people_try(&out, desk, p->session, NULL, &e, operation, "%s", parameters));
    assert_string_equal(e.id, id);
}

static void scope_1_1_operations(void **state)
{
    (void)state;
    static const char *const none[] = {"record.erase", "token.add",     "account.list",
                                       "session.open", "session.close", "key.remove",
                                       "audit.list",   "no.such",       "session.list",
                                       "factor.begin", "setup.finish",  ""};
    person_sign_in(&manager, desk);
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
        (void)person_refused(
            &manager, desk, ERR_USAGE, "token.operation", "token.add",
            "{'label':'x','operations':['record.list','%s'],'purpose':'p','days':1}", none[i]);
    (void)person_refused(&manager, desk, ERR_USAGE, "token.operation", "token.add",
                         "{'label':'x','operations':[],'purpose':'p','days':1}");
    struct person p = key(&manager, "'record.list','batch.list'", "");
    assert_int_equal(records(&p), 8);
    refused(&p, "token.scope", "record.show", "{\"record\":\"0123456789AB\"}");
    refused(&p, "token.scope", "token.list", "{}");
    refused(&p, "token.scope", "session.info", "{}");
    refused(&p, "token.scope", "session.close", "{}");
    const struct json *entry = desk_last_entry(desk);
    assert_string_equal(json_get_text(entry, "action", ""), "record.read");
    assert_string_equal(json_get_text(entry, "actor", ""), "manager");
    assert_string_equal(json_get_text(entry, "purpose", ""), "nightly count");
    assert_int_equal(strlen(json_get_text(entry, "session", "")), 32);
}

static void scope_2_1_organisation_and_purpose(void **state)
{
    (void)state;
    struct person p = key(&manager, "'record.list','record.identity'", "APAV");
    assert_int_equal(records(&p), 3);
    refused(&p, "token.purpose", "record.identity",
            "{\"record\":\"0123456789AB\",\"purpose\":\"curiosity\"}");
    p = key(&contributor, "'record.list'", "");
    assert_int_equal(records(&p), 5);
    p = key(&contributor, "'record.list'", "GNR");
    assert_int_equal(records(&p), 5);
    (void)person_refused(&contributor, desk, ERR_USAGE, "token.organisation", "token.add",
                         "{'label':'x','operations':['record.list'],'organisation':'APAV',"
                         "'purpose':'p','days':1}");
    /* The account goes to another organisation: the key for the first sees nothing. */
    (void)desk_do(desk, "account.change", "{'account':'contributor','organisation':'APAV'}");
    assert_int_equal(records(&p), 0);
    (void)desk_do(desk, "account.change", "{'account':'contributor','organisation':'GNR'}");
}

static void end_3_1_of_a_key(void **state)
{
    (void)state;
    (void)person_refused(&manager, desk, ERR_USAGE, "call.range", "token.add",
                         "{'label':'x','operations':['record.list'],'purpose':'p','days':91}");
    struct person p = key(&manager, "'record.list'", ""), q = key(&manager, "'record.list'", "");
    const struct json *list = json_get(person_do(&manager, desk, "token.list", "{}"), "tokens");
    int64_t last = json_get_int(json_at(list, json_size(list) - 1), "number", 0);
    person_sign_in(&contributor, desk);
    (void)person_refused(&contributor, desk, ERR_NOT_FOUND, "token.unknown", "token.revoke",
                         "{'number':%lld}", (long long)last);
    (void)person_do(&manager, desk, "token.revoke", "{'number':%lld}", (long long)last);
    refused(&q, "session.none", "record.list", "{}");
    (void)desk_do(desk, "account.change", "{'account':'manager','state':'disabled'}");
    refused(&p, "session.none", "record.list", "{}");
    (void)desk_do(desk, "account.change", "{'account':'manager','state':'enabled'}");
    assert_int_equal(records(&p), 8);
    people_wait(desk, 90 * 86400 - 100);
    assert_int_equal(records(&p), 8);
    people_wait(desk, 101);
    refused(&p, "session.none", "record.list", "{}");
    p = key(&contributor, "'record.list'", "");
    (void)desk_do(desk, "account.reset", "{'account':'contributor'}");
    refused(&p, "session.none", "record.list", "{}");
    desk_verify(desk);
}

/* ---- 4 ---- */

static void room_4_1_twenty_keys(void **state)
{
    (void)state;
    struct person p = {.account = "collector", .role = "data-manager"};
    person_make(&p, desk);
    for (int i = 0; i < 20; i++) (void)key(&p, "'record.list'", "");
    static const char one_more[] =
        "{'label':'l','operations':['record.list'],'purpose':'p','days':90}";
    person_sign_in(&p, desk);
    (void)person_refused(&p, desk, ERR_LIMIT, "token.quota", "token.add", "%s", one_more);
    const struct json *list = json_get(person_do(&p, desk, "token.list", "{}"), "tokens");
    assert_int_equal(json_size(list), 20);
    (void)person_do(&p, desk, "token.revoke", "{'number':%lld}",
                    (long long)json_get_int(json_at(list, 0), "number", 0));
    (void)person_do(&p, desk, "token.add", "%s", one_more);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scope_1_1_operations),
        cmocka_unit_test(scope_2_1_organisation_and_purpose),
        cmocka_unit_test(end_3_1_of_a_key),
        cmocka_unit_test(room_4_1_twenty_keys),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
