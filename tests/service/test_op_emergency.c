/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/service/op_emergency.c
 *  1 opened: by code, by what is known of the person; the reason, the category, lately shown (S46)
 *  2 one record, for an hour, by who asked alone; lists and changes keep their scope (S54, S51)
 *  3 five times a day
 *  4 who is told, and who is not; reviewed within 72 hours, not by oneself
 *  5 every look is in the log, what was refused too; the reason is sealed (S12, S20)
 *  6 a decoy raises its alarm here as well (S58)
 */
#include "harness.h"

#include "people.h"

#include "base/buf.h"
#include "base/file.h"

#define REASON "She was seen with him an hour ago, canaryreason."

static struct service *desk;
static char own[20], foreign[20], other[20];
static struct person officer = {.account = "officer", .role = "contributor", .organisation = "GNR"};
static struct person keeper = {.account = "keeper", .role = "contributor", .organisation = "APAV"};
static struct person auditor = {.account = "auditor", .role = "auditor"};
static struct person manager = {.account = "manager", .role = "data-manager"};

static void records_of(const char *organisation, char first[20], char second[20])
{
    const struct json *list = json_get(desk_do(desk, "record.list", "{'limit':1000}"), "records");
    first[0] = '\0';
    for (size_t i = 0; i < json_size(list); i++) {
        const char *code = json_get_text(json_at(list, i), "record", "");
        if (strcmp(json_get_text(json_at(list, i), "organisation", ""), organisation) != 0)
            continue;
        (void)snprintf(first[0] == '\0' ? first : second, 20, "%s", code);
    }
}

static int begin(void **state)
{
    char unused[20];
    (void)state;
    people_quick();
    desk_make("repository");
    desk = desk_open("repository", NULL);
    desk_victims("v.csv", "A", 0, 2, 0);
    (void)desk_do(desk, "import.run", "{'file':'v.csv','form':'victim','organisation':'GNR'}");
    desk_victims("w.csv", "B", 10, 12, 0);
    (void)desk_do(desk, "import.run", "{'file':'w.csv','form':'victim','organisation':'APAV'}");
    records_of("GNR", own, unused);
    records_of("APAV", foreign, other);
    person_make(&officer, desk);
    person_make(&keeper, desk);
    person_make(&auditor, desk);
    person_make(&manager, desk);
    return 0;
}

static int end(void **state)
{
    (void)state;
    service_close(desk);
    return 0;
}

/* A day later, everybody is signed in anew. */
static int fresh(void **state)
{
    (void)state;
    people_wait(desk, 2 * 86400);
    person_sign_in(&officer, desk);
    person_sign_in(&keeper, desk);
    person_sign_in(&auditor, desk);
    person_sign_in(&manager, desk);
    return 0;
}

static const char *opened(const char *record)
{
    static char code[20];
    const struct json *r =
        person_do(&officer, desk, "emergency.open",
                  "{'category':'danger','reason':'" REASON "','record':'%s'}", record);
    (void)snprintf(code, sizeof code, "%s", json_get_text(r, "access", ""));
    assert_int_equal(strlen(code), 12);
    return code;
}

static bool says(const struct json *j, const char *word)
{
    struct buf b;
    buf_init(&b, 1000000);
    json_write(&b, j, false);
    size_t at;
    bool found = text_find(buf_text(&b), text_of(word), &at);
    buf_release(&b);
    return found;
}

/* ---- 1 ---- */

static void open_1_1_by_code(void **state)
{
    (void)state;
    const char *access = opened(foreign);
    const struct json *r = person_do(&officer, desk, "emergency.show", "{'access':'%s'}", access);
    assert_string_equal(json_get_text(r, "record", ""), foreign);
    assert_string_equal(json_get_text(r, "organisation", ""), "APAV");
    assert_true(says(json_get(r, "sections"), "FAMILY-")); /* identifiers too: it is an emergency */
}

/* S54: from the search, which says only that there is one elsewhere. */
static void open_1_2_by_what_is_known(void **state)
{
    (void)state;
    const struct json *r = person_do(&officer, desk, "record.find",
                                     "{'family_name':'FAMILY-10','given_names':'GIVEN-10'}");
    assert_true(json_get_bool(r, "elsewhere", false));
    r = person_do(&officer, desk, "emergency.open",
                  "{'category':'child','reason':'" REASON "','family_name':'FAMILY-10',"
                  "'given_names':'GIVEN-10'}");
    char access[20];
    (void)snprintf(access, sizeof access, "%s", json_get_text(r, "access", ""));
    r = person_do(&officer, desk, "emergency.show", "{'access':'%s'}", access);
    assert_string_equal(json_get_text(r, "organisation", ""), "APAV");
    assert_true(says(json_get(r, "sections"), "FAMILY-10"));
}

static void open_1_3_what_is_refused(void **state)
{
    (void)state;
    int64_t entries = desk_entries(desk, "emergency");
    (void)person_refused(&officer, desk, ERR_USAGE, "emergency.reason", "emergency.open",
                         "{'category':'danger','reason':'too short','record':'%s'}", foreign);
    (void)person_refused(&officer, desk, ERR_USAGE, "emergency.reason", "emergency.open",
                         "{'category':'danger','reason':'short                        ',"
                         "'record':'%s'}",
                         foreign);
    (void)person_refused(&officer, desk, ERR_USAGE, "call.choice", "emergency.open",
                         "{'category':'curious','reason':'" REASON "','record':'%s'}", foreign);
    assert_int_equal(desk_entries(desk, "emergency"), entries);
    (void)person_refused(&officer, desk, ERR_USAGE, "emergency.none", "emergency.open",
                         "{'category':'danger','reason':'" REASON "','record':'0123456789AB'}");
    (void)person_refused(&officer, desk, ERR_USAGE, "emergency.none", "emergency.open",
                         "{'category':'danger','reason':'" REASON "'}");
    (void)person_refused(&officer, desk, ERR_CONFLICT, "emergency.own", "emergency.open",
                         "{'category':'danger','reason':'" REASON "','record':'%s'}", own);
    assert_int_equal(desk_entries(desk, "emergency"), entries + 3);
    assert_string_equal(json_get_text(desk_last_entry(desk), "decision", ""), "deny");
    (void)person_refused(&manager, desk, ERR_DENIED, "call.not_allowed", "emergency.open",
                         "{'category':'danger','reason':'" REASON "','record':'%s'}", foreign);
    people_wait(desk, 6 * 60);
    (void)person_refused(&officer, desk, ERR_DENIED, "session.not_fresh", "emergency.open",
                         "{'category':'danger','reason':'" REASON "','record':'%s'}", foreign);
}

/* ---- 2 ---- */

static void scope_2_1_one_record_and_nothing_else(void **state)
{
    (void)state;
    char access[20];
    (void)snprintf(access, sizeof access, "%s", opened(foreign));
    static const char *const ops[] = {"record.show", "record.view", "record.history"};
    for (size_t i = 0; i < sizeof ops / sizeof *ops; i++)
        (void)person_refused(&officer, desk, ERR_NOT_FOUND, "record.unknown", ops[i],
                             "{'record':'%s'}", foreign);
    (void)person_refused(&officer, desk, ERR_NOT_FOUND, "record.unknown", "record.identity",
                         "{'record':'%s','purpose':'test'}", foreign);
    (void)person_refused(&officer, desk, ERR_NOT_FOUND, "record.unknown", "entry.open",
                         "{'record':'%s','purpose':'test'}", foreign);
    const struct json *list = person_do(&officer, desk, "record.list", "{}");
    assert_false(says(list, foreign));
    /* The access is nobody else's, also not of a colleague or of who supervises. */
    (void)person_refused(&keeper, desk, ERR_NOT_FOUND, "task.unknown", "emergency.show",
                         "{'access':'%s'}", access);
    (void)person_refused(&auditor, desk, ERR_DENIED, "call.not_allowed", "emergency.show",
                         "{'access':'%s'}", access);
    (void)person_refused(&officer, desk, ERR_NOT_FOUND, "task.unknown", "emergency.show",
                         "{'access':'0123456789AB'}");
}

static void scope_2_2_for_an_hour(void **state)
{
    (void)state;
    char access[20];
    (void)snprintf(access, sizeof access, "%s", opened(foreign));
    for (int i = 0; i < 5; i++) {
        people_wait(desk, 11 * 60);
        (void)person_do(&officer, desk, "emergency.show", "{'access':'%s'}", access);
    }
    people_wait(desk, 5 * 60 + 1);
    (void)person_refused(&officer, desk, ERR_DENIED, "emergency.over", "emergency.show",
                         "{'access':'%s'}", access);
    const struct json *r = person_do(&officer, desk, "emergency.about", "{'access':'%s'}", access);
    assert_int_equal(json_get_int(r, "looks", 0), 5);
    assert_false(json_get_bool(r, "active", true));
}

/* ---- 3 ---- */

static void limit_3_1_five_a_day(void **state)
{
    (void)state;
    for (int i = 0; i < 5; i++) (void)opened(i % 2 == 0 ? foreign : other);
    (void)person_refused(&officer, desk, ERR_LIMIT, "emergency.limit", "emergency.open",
                         "{'category':'danger','reason':'" REASON "','record':'%s'}", foreign);
    assert_string_equal(json_get_text(desk_last_entry(desk), "decision", ""), "deny");
    people_wait(desk, 86401);
    person_sign_in(&officer, desk);
    (void)opened(foreign);
}

/* ---- 4 ---- */

static void told_4_1_who(void **state)
{
    (void)state;
    char access[20];
    (void)snprintf(access, sizeof access, "%s", opened(foreign));
    assert_true(says(person_do(&keeper, desk, "emergency.list", "{}"), access));
    assert_true(says(person_do(&auditor, desk, "emergency.list", "{}"), access));
    assert_true(says(person_do(&officer, desk, "emergency.list", "{}"), access));
    assert_false(says(person_do(&manager, desk, "emergency.list", "{}"), access));
    (void)person_refused(&manager, desk, ERR_NOT_FOUND, "task.unknown", "emergency.about",
                         "{'access':'%s'}", access);
    assert_true(json_get_int(person_do(&keeper, desk, "work.summary", "{}"), "emergencies", 0) > 0);
    assert_true(json_get_int(person_do(&auditor, desk, "work.summary", "{}"), "emergencies", 0) >
                0);
    const struct json *r = person_do(&keeper, desk, "emergency.about", "{'access':'%s'}", access);
    assert_string_equal(json_get_text(r, "reason", ""), REASON);
    assert_string_equal(json_get_text(r, "actor", ""), "officer");
    assert_string_equal(json_get_text(r, "unit", ""), "GNR");
    assert_false(json_get_bool(r, "may_review", true));
}

static void told_4_2_reviewed(void **state)
{
    (void)state;
    char access[20];
    (void)snprintf(access, sizeof access, "%s", opened(foreign));
    const struct json *r = person_do(&auditor, desk, "emergency.about", "{'access':'%s'}", access);
    assert_true(json_get_bool(r, "may_review", false));
    assert_false(json_get_bool(r, "late", true));
    people_wait(desk, 72 * 3600 + 1);
    person_sign_in(&auditor, desk);
    r = person_do(&auditor, desk, "emergency.about", "{'access':'%s'}", access);
    assert_true(json_get_bool(r, "late", false));
    (void)person_refused(&keeper, desk, ERR_DENIED, "session.none", "emergency.review",
                         "{'access':'%s','outcome':'justified','version':1}", access);
    person_sign_in(&keeper, desk);
    (void)person_refused(&keeper, desk, ERR_DENIED, "call.not_allowed", "emergency.review",
                         "{'access':'%s','outcome':'justified','version':1}", access);
    (void)person_refused(&auditor, desk, ERR_CONFLICT, "task.conflict", "emergency.review",
                         "{'access':'%s','outcome':'justified','version':7}", access);
    (void)person_do(&auditor, desk, "emergency.review",
                    "{'access':'%s','outcome':'unjustified','text':'not said why','version':1}",
                    access);
    r = person_do(&keeper, desk, "emergency.about", "{'access':'%s'}", access);
    assert_string_equal(json_get_text(r, "state", ""), "unjustified");
    assert_string_equal(json_get_text(r, "review", ""), "not said why");
    assert_string_equal(json_get_text(r, "decided_by", ""), "auditor");
    (void)person_refused(&auditor, desk, ERR_CONFLICT, "emergency.reviewed", "emergency.review",
                         "{'access':'%s','outcome':'justified','version':2}", access);
}

/* ---- 5 ---- */

static void log_5_1_every_look(void **state)
{
    (void)state;
    char access[20];
    (void)snprintf(access, sizeof access, "%s", opened(foreign));
    const struct json *entry = desk_last_entry(desk);
    assert_string_equal(json_get_text(entry, "action", ""), "emergency");
    assert_string_equal(json_get_text(entry, "fields", ""), "begun");
    assert_string_equal(json_get_text(entry, "object_id", ""), foreign);
    assert_string_equal(json_get_text(entry, "purpose", ""), "emergency: danger");
    int64_t looks = desk_entries(desk, "emergency"),
            opened_ids = desk_entries(desk, "identity.read");
    (void)person_do(&officer, desk, "emergency.show", "{'access':'%s'}", access);
    (void)person_do(&officer, desk, "emergency.show", "{'access':'%s'}", access);
    assert_int_equal(desk_entries(desk, "emergency"), looks + 2);
    assert_int_equal(desk_entries(desk, "identity.read"), opened_ids + 2);
    /* who looks for the readers of this record finds them */
    assert_true(
        says(person_do(&auditor, desk, "audit.readers", "{'record':'%s'}", foreign), "officer"));
    desk_verify(desk);
}

static void log_5_2_the_reason_is_sealed(void **state)
{
    struct buf b;
    size_t at;
    (void)state;
    (void)opened(foreign);
    assert_false(says(desk_do(desk, "audit.list", "{'limit':1000}"), "canaryreason"));
    static const char *const files[] = {"repository/database", "repository/database-wal"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        if (!file_exists(files[i])) continue;
        buf_init(&b, 500000000);
        assert_true(file_read(&b, files[i], b.max, NULL));
        assert_false(text_find(buf_text(&b), TEXT("canaryreason"), &at));
        buf_release(&b);
    }
}

/* ---- 6 ---- */

static void decoy_6_1_alarm(void **state)
{
    (void)state;
    char code[20];
    (void)snprintf(code, sizeof code, "%s",
                   json_get_text(person_do(&auditor, desk, "decoy.plant",
                                           "{'organisation':'APAV','family_name':'Quixada',"
                                           "'given_names':'Filomena','birth_date':'1990-05-03'}"),
                                 "record", ""));
    int64_t alarms = desk_entries(desk, "alarm");
    const char *access = opened(code);
    assert_int_equal(desk_entries(desk, "alarm"), alarms);
    (void)person_do(&officer, desk, "emergency.show", "{'access':'%s'}", access);
    assert_int_equal(desk_entries(desk, "alarm"), alarms + 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(open_1_1_by_code, fresh),
        cmocka_unit_test_setup(open_1_2_by_what_is_known, fresh),
        cmocka_unit_test_setup(open_1_3_what_is_refused, fresh),
        cmocka_unit_test_setup(scope_2_1_one_record_and_nothing_else, fresh),
        cmocka_unit_test_setup(scope_2_2_for_an_hour, fresh),
        cmocka_unit_test_setup(limit_3_1_five_a_day, fresh),
        cmocka_unit_test_setup(told_4_1_who, fresh),
        cmocka_unit_test_setup(told_4_2_reviewed, fresh),
        cmocka_unit_test_setup(log_5_1_every_look, fresh),
        cmocka_unit_test_setup(log_5_2_the_reason_is_sealed, fresh),
        cmocka_unit_test_setup(decoy_6_1_alarm, fresh),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
