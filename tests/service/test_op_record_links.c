/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/service/op_record_links.c; linking itself is in test_op_review.c
 *  1 a record is withdrawn: it is nowhere but in its history and in the list of those; brought back
 *  2 no import brings it back, no draft changes it; what an undone import withdrew is not brought
 *  back
 *    by hand
 *  3 of whose records, for what reason, and that it is in the log (S19, S51)
 *  4 in a closed year a withdrawal and a link are late */
#include "harness.h"

#include "people.h"

#include <string.h>

static struct service *desk;
static char code[20];

static int begin(void **state)
{
    (void)state;
    people_quick();
    desk_make("repository");
    struct service_options o = desk_options("repository", NULL);
    o.purpose = "keeping the register";
    desk = desk_open_with(&o);
    desk_victims("v.csv", "A", 0, 9, 0);
    (void)desk_do(desk, "import.run", "{'file':'v.csv','form':'victim','organisation':'GNR'}");
    const struct json *list = json_get(desk_do(desk, "record.list", "{}"), "records");
    (void)snprintf(code, sizeof code, "%s", json_get_text(json_at(list, 4), "record", ""));
    return 0;
}

static int end(void **state)
{
    (void)state;
    service_close(desk);
    return 0;
}

static size_t listed(const char *filter)
{
    return json_size(json_get(desk_do(desk, "record.list", "{%s}", filter), "records"));
}

static int64_t counted(void)
{
    const struct json *r =
        desk_do(desk, "table.raw", "{'form':'victim','rows':['sex'],'count':'records'}");
    return desk_cell(json_get(r, "table"), "T", NULL);
}

static int64_t withdraw(const char *reason)
{
    return json_get_int(desk_do(desk, "record.withdraw", "{'record':'%s','purpose':'%s'}", code,
                                reason),
                        "version", 0);
}

static void restore(const char *reason)
{
    (void)desk_do(desk, "record.restore", "{'record':'%s','purpose':'%s'}", code, reason);
}

/* ---- 1 ---- */

static void withdraw_1_1_and_back(void **state)
{
    (void)state;
    assert_int_equal(counted(), 9);
    assert_int_equal(withdraw("entered twice"), 2);
    assert_string_equal(json_get_text(desk_last_entry(desk), "action", ""), "record.withdraw");
    assert_int_equal(counted(), 8);
    assert_int_equal(desk_records(desk, "victim"), 8);
    assert_int_equal(listed(""), 8);
    assert_int_equal(listed("'state':'withdrawn'"), 1);
    assert_int_equal(listed("'state':'submitted'"), 0);
    assert_int_equal(json_get_int(desk_do(desk, "review.queue", "{}"), "count", -1), 0);
    const struct json *r = desk_do(desk, "record.view", "{'record':'%s'}", code);
    assert_string_equal(json_get_text(r, "state", ""), "withdrawn");
    assert_string_equal(json_get_text(r, "reason", ""), "entered twice");
    r = json_get(desk_do(desk, "record.history", "{'record':'%s'}", code), "versions");
    assert_int_equal(json_size(r), 2);
    (void)desk_refused(desk, ERR_CONFLICT, "record.withdrawn", "record.withdraw",
                       "{'record':'%s','purpose':'again'}", code);
    restore("two persons");
    assert_int_equal(counted(), 9);
    assert_int_equal(listed(""), 9);
    assert_int_equal(listed("'state':'withdrawn'"), 0);
    assert_int_equal(listed("'state':'submitted'"), 1); /* to be reviewed anew */
    (void)desk_refused(desk, ERR_CONFLICT, "record.not_withdrawn", "record.restore",
                       "{'record':'%s','purpose':'again'}", code);
    r = desk_do(desk, "record.diff", "{'record':'%s','from':1,'to':3}", code);
    assert_int_equal(json_size(json_get(r, "fields")), 0);
    r = desk_do(desk, "record.identity", "{'record':'%s','purpose':'a test'}", code);
    assert_string_equal(json_get_text(json_get(r, "values"), "given_names", ""), "GIVEN-4");
    assert_true(json_get_bool(desk_do(desk, "check.run", "{}"), "ok", false));
}

/* ---- 2 ---- */

static void withdraw_2_1_stays(void **state)
{
    (void)state;
    const struct json *r =
        desk_do(desk, "entry.open", "{'record':'%s','purpose':'a correction'}", code);
    char draft[20];
    (void)snprintf(draft, sizeof draft, "%s", json_get_text(r, "draft", ""));
    long long version = (long long)json_get_int(r, "draft_version", 0);
    (void)withdraw("entered twice");
    (void)desk_refused(desk, ERR_CONFLICT, "record.withdrawn", "entry.submit",
                       "{'draft':'%s','version':%lld,'reason':'x'}", draft, version);
    desk_victims("v.csv", "A", 0, 9, 1); /* all changed */
    r = desk_do(desk, "import.run", "{'file':'v.csv','form':'victim','organisation':'GNR'}");
    assert_int_equal(json_get_int(r, "changed", -1), 8);
    assert_int_equal(json_get_int(r, "same", -1), 1);
    assert_int_equal(listed("'state':'withdrawn'"), 1);
    restore("two persons");
    desk_victims("v.csv", "B", 20, 22, 0);
    r = desk_do(desk, "import.run", "{'file':'v.csv','form':'victim','organisation':'GNR'}");
    (void)desk_do(desk, "batch.undo", "{'batch':%lld,'reason':'a test'}",
                  (long long)json_get_int(r, "batch", 0));
    assert_int_equal(listed("'state':'withdrawn'"), 2);
    r = json_at(json_get(desk_do(desk, "record.list", "{'state':'withdrawn'}"), "records"), 0);
    char undone[20];
    (void)snprintf(undone, sizeof undone, "%s", json_get_text(r, "record", ""));
    (void)desk_refused(desk, ERR_CONFLICT, "record.withdrawn", "record.restore",
                       "{'record':'%s','purpose':'x'}", undone);
}

/* ---- 3 ---- */

static void withdraw_3_1_whose_and_why(void **state)
{
    (void)state;
    struct person gnr = {.account = "gnr", .role = "contributor", .organisation = "GNR"},
                  apav = {.account = "apav", .role = "contributor", .organisation = "APAV"},
                  analyst = {.account = "analyst", .role = "analyst"};
    person_make(&gnr, desk);
    person_make(&apav, desk);
    person_make(&analyst, desk);
    (void)person_refused(&apav, desk, ERR_NOT_FOUND, "record.unknown", "record.withdraw",
                         "{'record':'%s','purpose':'x'}", code);
    (void)person_refused(&apav, desk, ERR_NOT_FOUND, "record.unknown", "record.restore",
                         "{'record':'%s','purpose':'x'}", code);
    (void)person_refused(&analyst, desk, ERR_DENIED, "call.not_allowed", "record.withdraw",
                         "{'record':'%s','purpose':'x'}", code);
    (void)desk_refused(desk, ERR_USAGE, "call.missing", "record.withdraw", "{'record':'%s'}", code);
    (void)desk_refused(desk, ERR_DENIED, "call.no_purpose", "record.withdraw",
                       "{'record':'%s','purpose':'  '}", code);
    int64_t acts = desk_entries(desk, "record.withdraw");
    (void)person_do(&gnr, desk, "record.withdraw", "{'record':'%s','purpose':'entered twice'}",
                    code);
    (void)person_do(&gnr, desk, "record.restore", "{'record':'%s','purpose':'two persons'}", code);
    assert_int_equal(desk_entries(desk, "record.withdraw"), acts + 2);
    desk_verify(desk);
}

/* ---- 4 ---- */

static void late_4_1(void **state)
{
    (void)state;
    (void)desk_do(desk, "year.close", "{'form':'victim','year':2023}");
    (void)withdraw("entered twice");
    const struct json *r = desk_do(desk, "record.view", "{'record':'%s'}", code);
    assert_true(json_get_bool(r, "late", false));
    restore("two persons");
    (void)desk_do(desk, "record.link",
                  "{'record':'%s','variable':'linked_suspect','target':'S-1','purpose':'x'}", code);
}

static void late_4_2_a_link(void **state)
{
    (void)state;
    const struct json *r = desk_do(desk, "record.view", "{'record':'%s'}", code);
    assert_true(json_get_bool(r, "late", false));
    r = desk_do(desk, "record.links", "{'record':'%s','purpose':'x'}", code);
    const struct json *to = json_at(json_get(r, "points_to"), 0);
    assert_string_equal(json_get_text(to, "variable", ""), "linked_suspect");
    bool offered = false;
    const struct json *kinds = json_get(r, "kinds");
    for (size_t i = 0; i < json_size(kinds); i++)
        offered = offered ||
                  strcmp(json_get_text(json_at(kinds, i), "variable", ""), "linked_suspect") == 0;
    assert_true(offered);
    (void)desk_do(desk, "record.unlink",
                  "{'record':'%s','variable':'linked_suspect','target':'S-1','purpose':'x'}", code);
}

static int suspects(void **state)
{
    (void)state;
    desk_suspects("s.csv", "S", 0, 2);
    (void)desk_do(desk, "import.run", "{'file':'s.csv','form':'suspect','organisation':'GNR'}");
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(withdraw_1_1_and_back),
        cmocka_unit_test(withdraw_2_1_stays),
        cmocka_unit_test(withdraw_3_1_whose_and_why),
        cmocka_unit_test_setup(late_4_1, suspects),
        cmocka_unit_test(late_4_2_a_link),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
