/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/service/op_alarm.c
 *  1 a decoy: whoever opens its identifiers raises an alarm, and is told nothing (S58)
 *  2 it looks like any other record, and is in no statistics, whatever becomes of it
 *  3 who sees alarms and decoys; seen to once, not by oneself
 *  4 signed in with the password for threats: an empty register, nothing can be changed, an alarm
 *    (S48)
 */
#include "harness.h"

#include "people.h"

#include "base/buf.h"

static struct service *desk;
static char decoy[20];
static struct person officer = {.account = "officer", .role = "contributor", .organisation = "GNR"};
static struct person manager = {.account = "manager", .role = "data-manager"};
static struct person analyst = {.account = "analyst", .role = "analyst"};
static struct person auditor = {.account = "auditor", .role = "auditor"};
static struct person admin = {.account = "admin", .role = "administrator"};
static struct person *const all[] = {&officer, &manager, &analyst, &auditor, &admin};
enum { N_ALL = sizeof all / sizeof *all, VICTIMS = 30 };

static void sign_in_all(void)
{
    for (size_t i = 0; i < N_ALL; i++) person_sign_in(all[i], desk);
}

static int begin(void **state)
{
    (void)state;
    people_quick();
    desk_make("repository");
    desk = desk_open("repository", NULL);
    desk_victims("v.csv", "A", 0, VICTIMS, 0);
    (void)desk_do(desk, "import.run", "{'file':'v.csv','form':'victim','organisation':'GNR'}");
    for (size_t i = 0; i < N_ALL; i++) person_make(all[i], desk);
    const struct json *r = person_do(&auditor, desk, "decoy.plant",
                                     "{'organisation':'GNR','family_name':'Quixada',"
                                     "'given_names':'Filomena','birth_date':'1990-05-03'}");
    (void)snprintf(decoy, sizeof decoy, "%s", json_get_text(r, "record", ""));
    assert_int_equal(strlen(decoy), 12);
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
    people_wait(desk, 86400);
    sign_in_all();
    return 0;
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

static int64_t alarms(struct person *p)
{
    return json_get_int(person_do(p, desk, "alarm.list", "{}"), "open", -1);
}

/* The newest alarm, as `p` sees it; lives until the next call. */
static const struct json *newest(struct person *p)
{
    return json_at(json_get(person_do(p, desk, "alarm.list", "{}"), "alarms"), 0);
}

/* ---- 1 ---- */

static void decoy_1_1_identifiers(void **state)
{
    (void)state;
    int64_t before = alarms(&auditor), entries = desk_entries(desk, "alarm");
    const struct json *r =
        person_do(&officer, desk, "record.identity", "{'record':'%s','purpose':'curious'}", decoy);
    assert_true(says(r, "Quixada")); /* nothing gives it away */
    assert_int_equal(alarms(&auditor), before + 1);
    assert_int_equal(alarms(&admin), before + 1);
    assert_int_equal(desk_entries(desk, "alarm"), entries + 1);
    r = newest(&auditor);
    assert_string_equal(json_get_text(r, "what", ""), "decoy");
    assert_string_equal(json_get_text(r, "actor", ""), "officer");
    assert_string_equal(json_get_text(r, "record", ""), decoy);
    assert_string_equal(json_get_text(newest(&admin), "record", "x"), ""); /* S53 */
    assert_int_equal(json_get_int(person_do(&admin, desk, "work.summary", "{}"), "alarms", 0),
                     before + 1);
    /* again at once: in the log each time, one alarm for people to see to */
    (void)person_do(&officer, desk, "record.identity", "{'record':'%s','purpose':'curious'}",
                    decoy);
    assert_int_equal(alarms(&auditor), before + 1);
    assert_int_equal(desk_entries(desk, "alarm"), entries + 2);
    (void)person_do(&manager, desk, "record.identity", "{'record':'%s','purpose':'curious'}",
                    decoy);
    assert_int_equal(alarms(&auditor), before + 2);
}

static void decoy_1_2_changing_opens_too(void **state)
{
    (void)state;
    int64_t before = alarms(&auditor);
    const struct json *r =
        person_do(&officer, desk, "entry.open", "{'record':'%s','purpose':'curious'}", decoy);
    assert_int_equal(strlen(json_get_text(r, "draft", "")), 12);
    assert_int_equal(alarms(&auditor), before + 1);
    /* to look at its coded part, or at others, raises none */
    (void)person_do(&officer, desk, "record.view", "{'record':'%s'}", decoy);
    const struct json *list = json_get(person_do(&officer, desk, "record.list", "{}"), "records");
    char real[20];
    (void)snprintf(real, sizeof real, "%s", json_get_text(json_at(list, 0), "record", ""));
    (void)person_do(&officer, desk, "record.identity", "{'record':'%s','purpose':'x'}", real);
    assert_int_equal(alarms(&auditor), before + 1);
}

/* ---- 2 ---- */

static void like_2_1_any_other(void **state)
{
    (void)state;
    const struct json *r = person_do(&officer, desk, "record.view", "{'record':'%s'}", decoy);
    assert_true(json_get_bool(r, "counted", false));
    assert_string_equal(json_get_text(r, "work", ""), "accepted");
    assert_string_equal(json_get_text(r, "author", ""), "GNR");
    assert_false(says(r, "decoy"));
    assert_true(says(person_do(&officer, desk, "record.list", "{'limit':100}"), decoy));
    assert_false(
        says(person_do(&officer, desk, "record.history", "{'record':'%s'}", decoy), "auditor"));
}

static int64_t counted(void)
{
    return desk_cell(json_get(desk_do(desk, "table.raw",
                                      "{'form':'victim','rows':['sex'],'count':'records'}"),
                              "table"),
                     "T", NULL);
}

static void like_2_2_in_no_statistics(void **state)
{
    (void)state;
    assert_int_equal(counted(), VICTIMS);
    /* A later version of it is in none either. */
    char draft[20];
    const struct json *r =
        person_do(&officer, desk, "entry.open", "{'record':'%s','purpose':'curious'}", decoy);
    (void)snprintf(draft, sizeof draft, "%s", json_get_text(r, "draft", ""));
    int64_t version = json_get_int(r, "draft_version", 0);
    (void)person_do(&officer, desk, "entry.save",
                    "{'draft':'%s','version':%lld,'fields':{'given_names':'Felismina'}}", draft,
                    (long long)version);
    r = person_do(&officer, desk, "entry.submit",
                  "{'draft':'%s','version':%lld,'state':'incomplete','reason':'spelling'}", draft,
                  (long long)version + 1);
    assert_true(json_get_bool(r, "submitted", false));
    assert_int_equal(json_get_int(r, "version", 0), 2);
    assert_int_equal(counted(), VICTIMS);
}

/* ---- 3 ---- */

static void see_3_1_who(void **state)
{
    (void)state;
    static struct person *const not [] = {&officer, &manager, &analyst};
    for (size_t i = 0; i < sizeof not / sizeof *not ; i++) {
        (void)person_refused(not [i], desk, ERR_DENIED, "call.not_allowed", "alarm.list", "{}");
        (void)person_refused(not [i], desk, ERR_DENIED, "call.not_allowed", "decoy.list", "{}");
    }
    /* which records are decoys is not for who runs the machine */
    (void)person_refused(&admin, desk, ERR_DENIED, "call.not_allowed", "decoy.list", "{}");
    (void)person_refused(&admin, desk, ERR_DENIED, "call.not_allowed", "decoy.plant",
                         "{'organisation':'GNR','family_name':'A','given_names':'B'}");
    assert_true(says(person_do(&auditor, desk, "decoy.list", "{}"), decoy));
    (void)person_refused(&auditor, desk, ERR_NOT_FOUND, "organisation.unknown", "decoy.plant",
                         "{'organisation':'XX','family_name':'A','given_names':'B'}");
}

static void see_3_2_seen_to(void **state)
{
    char code[20];
    (void)state;
    (void)person_do(&manager, desk, "record.identity", "{'record':'%s','purpose':'curious'}",
                    decoy);
    (void)snprintf(code, sizeof code, "%s", json_get_text(newest(&auditor), "alarm", ""));
    int64_t before = alarms(&auditor);
    (void)person_do(&auditor, desk, "alarm.close", "{'alarm':'%s','text':'asked why','version':1}",
                    code);
    assert_int_equal(alarms(&auditor), before - 1);
    (void)person_refused(&admin, desk, ERR_CONFLICT, "task.conflict", "alarm.close",
                         "{'alarm':'%s','text':'me too','version':1}", code);
    assert_string_equal(json_get_text(newest(&admin), "text", ""), "asked why");
}

/* ---- 4 ---- */

static void under_threat(struct person *p, const char *password)
{
    char own[PEOPLE_PASSWORD];
    (void)person_do(p, desk, "account.duress", "{'old':'%s','password':'%s'}", p->password,
                    password);
    memcpy(own, p->password, sizeof own);
    (void)snprintf(p->password, sizeof p->password, "%s", password);
    people_wait(desk, 60);
    person_sign_in(p, desk);
    memcpy(p->password, own, sizeof own);
}

static void threat_4_1_an_empty_register(void **state)
{
    (void)state;
    int64_t before = alarms(&auditor);
    under_threat(&officer, "purple harmonica lake");
    const struct json *r = person_do(&officer, desk, "session.info", "{}");
    assert_string_equal(json_get_text(r, "state", ""), "open");
    assert_string_equal(json_get_text(r, "role", ""), "contributor");
    assert_false(says(r, "duress"));
    assert_false(says(json_get(r, "capabilities"), "identity.open"));
    assert_int_equal(json_size(json_get(person_do(&officer, desk, "record.list", "{}"), "records")),
                     0);
    (void)person_refused(&officer, desk, ERR_NOT_FOUND, "record.unknown", "record.view",
                         "{'record':'%s'}", decoy);
    (void)person_do(&officer, desk, "work.summary", "{}");
    (void)person_do(&officer, desk, "account.language", "{'language':'pt'}");
    assert_int_equal(alarms(&auditor), before + 1);
    r = newest(&auditor);
    assert_string_equal(json_get_text(r, "what", ""), "duress");
    assert_string_equal(json_get_text(r, "actor", ""), "officer");
    /* the own password opens all of it again */
    person_sign_in(&officer, desk);
    assert_true(json_size(json_get(person_do(&officer, desk, "record.list", "{}"), "records")) > 0);
}

static void threat_4_2_nothing_is_changed_or_shown(void **state)
{
    static const char *const refused[][2] = {
        {"account.password", "{'old':'x','password':'orange trombone at noon'}"},
        {"account.duress", "{'old':'x','password':'orange trombone at noon'}"},
        {"recovery.renew", "{}"},
        {"factor.begin", "{}"},
        {"factor.confirm", "{'code':'123456'}"},
        {"token.add", "{'label':'l','operations':['record.list'],'purpose':'p','days':1}"},
    };
    static const char *const denied[] = {"account.list", "key.list",   "backup.list",
                                         "audit.list",   "alarm.list", "approval.decide"};
    (void)state;
    under_threat(&admin, "purple harmonica lake");
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        (void)person_refused(&admin, desk, ERR_SYSTEM, "store.busy", refused[i][0], "%s",
                             refused[i][1]);
    for (size_t i = 0; i < sizeof denied / sizeof *denied; i++) {
        struct json *out = NULL;
        struct err e;
        assert_false(people_try(&out, desk, admin.session, NULL, &e, denied[i],
                                strcmp(denied[i], "approval.decide") == 0
                                    ? "{'approval':'x','decision':'approved','version':1}"
                                    : "{}"));
    }
    (void)person_do(&admin, desk, "session.second", "{'code':'%s'}", person_code(&admin, desk));
    (void)person_refused(&admin, desk, ERR_SYSTEM, "store.busy", "recovery.renew", "{}");
    person_sign_in(&admin, desk);
}

static void threat_4_3_the_two_passwords(void **state)
{
    (void)state;
    (void)person_refused(&manager, desk, ERR_USAGE, "account.duress", "account.duress",
                         "{'old':'%s','password':'%s'}", manager.password, manager.password);
    (void)person_refused(&manager, desk, ERR_DENIED, "session.refused", "account.duress",
                         "{'old':'wrong password here','password':'purple harmonica lake'}");
    (void)person_refused(&manager, desk, ERR_USAGE, "account.password", "account.duress",
                         "{'old':'%s','password':'short'}", manager.password);
    people_wait(desk, 3600);
    person_sign_in(&manager, desk);
    (void)person_do(&manager, desk, "account.duress",
                    "{'old':'%s','password':'purple harmonica lake'}", manager.password);
    /* taken away again, and gone with a change of the own one */
    (void)person_do(&manager, desk, "account.duress", "{'old':'%s'}", manager.password);
    (void)person_refused(&manager, desk, ERR_DENIED, "session.refused", "session.open",
                         "{'account':'manager','password':'purple harmonica lake'}");
    people_wait(desk, 3600);
    person_sign_in(&manager, desk);
    (void)person_do(&manager, desk, "account.duress",
                    "{'old':'%s','password':'purple harmonica lake'}", manager.password);
    (void)person_do(&manager, desk, "account.password",
                    "{'old':'%s','password':'orange accordion hill'}", manager.password);
    (void)snprintf(manager.password, sizeof manager.password, "orange accordion hill");
    (void)person_refused(&manager, desk, ERR_DENIED, "session.refused", "session.open",
                         "{'account':'manager','password':'purple harmonica lake'}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(decoy_1_1_identifiers, fresh),
        cmocka_unit_test_setup(decoy_1_2_changing_opens_too, fresh),
        cmocka_unit_test_setup(like_2_1_any_other, fresh),
        cmocka_unit_test_setup(like_2_2_in_no_statistics, fresh),
        cmocka_unit_test_setup(see_3_1_who, fresh),
        cmocka_unit_test_setup(see_3_2_seen_to, fresh),
        cmocka_unit_test_setup(threat_4_1_an_empty_register, fresh),
        cmocka_unit_test_setup(threat_4_2_nothing_is_changed_or_shown, fresh),
        cmocka_unit_test_setup(threat_4_3_the_two_passwords, fresh),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
