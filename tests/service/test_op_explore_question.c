/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/service/op_explore_question.c and src/store/saved_question.c
 *  1 saved, listed, opened, renamed, deleted; a name of its own where none is given
 *  2 whose: one's own alone, or all of one's organisation; others are told that there is none (S51)
 *  3 what is saved is sealed (S12) and counted anew when it is opened
 *  4 what cannot be asked is not saved; who may not count opens nothing; who saved it may change
 *  it */
#include "harness.h"

#include "people.h"

#include "base/crypto.h"
#include "raw.h"
#include "service/service_internal.h"
#include "store/keyring.h"

static struct service *desk;
static struct person gnr = {.account = "gnr", .role = "contributor", .organisation = "GNR"},
                     gnr_2 = {.account = "gnr2", .role = "contributor", .organisation = "GNR"},
                     apav = {.account = "apav", .role = "contributor", .organisation = "APAV"},
                     analyst = {.account = "analyst", .role = "analyst"},
                     auditor = {.account = "auditor", .role = "auditor"};

static int begin(void **state)
{
    (void)state;
    people_quick();
    desk_make("repository");
    struct service_options o = desk_options("repository", NULL);
    o.purpose = "a test";
    desk = desk_open_with(&o);
    desk_victims("v.csv", "A", 0, 60, 0);
    (void)desk_do(desk, "import.run", "{'file':'v.csv','form':'victim','organisation':'GNR'}");
    struct person *const all[] = {&gnr, &gnr_2, &apav, &analyst, &auditor};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) person_make(all[i], desk);
    return 0;
}

static int end(void **state)
{
    (void)state;
    service_close(desk);
    return 0;
}

static void save(char code[20], struct person *p, const char *more)
{
    const struct json *r =
        person_do(p, desk, "question.save",
                  "{'form':'victim','rows':['sex'],'columns':['exploitation_form'],"
                  "'filter':['sex'],'only':['sex=F','sex=M']%s}",
                  more);
    (void)snprintf(code, 20, "%s", json_get_text(r, "question", ""));
    assert_int_equal(strlen(code), 12 + (strchr(code, '-') != NULL ? 2 : 0));
}

static size_t listed(struct person *p)
{
    return json_size(json_get(person_do(p, desk, "question.list", "{}"), "questions"));
}

static const char *name_at(struct person *p, size_t i)
{
    return json_get_text(json_at(json_get(person_do(p, desk, "question.list", "{}"), "questions"),
                                 i),
                         "name", "");
}

/* ---- 1 ---- */

static char first[20];

static void question_1_1_one_life(void **state)
{
    (void)state;
    char unnamed[20];
    assert_int_equal(listed(&gnr), 0);
    save(first, &gnr, ",'name':'  QUESTION-CANARY by sex '");
    assert_string_equal(name_at(&gnr, 0), "QUESTION-CANARY by sex");
    save(unnamed, &gnr, "");
    assert_string_equal(name_at(&gnr, 1), "Sex, Form of exploitation");
    const struct json *r = person_do(&gnr, desk, "question.open", "{'question':'%s'}", first);
    assert_string_equal(json_get_text(json_get(r, "saved"), "name", ""), "QUESTION-CANARY by sex");
    assert_true(json_get_bool(json_get(r, "saved"), "own", false));
    assert_true(json_has(r, "figure"));
    assert_string_equal(json_get_text(json_get(r, "builder"), "form", ""), "victim");
    const struct json *filters = json_get(json_get(r, "builder"), "filters");
    assert_string_equal(json_get_text(json_at(filters, 0), "name", ""), "sex");
    (void)person_do(&gnr, desk, "question.rename", "{'question':'%s','name':'Another'}", first);
    assert_string_equal(name_at(&gnr, 0), "Another");
    r = person_do(&gnr, desk, "question.open", "{'question':'%s'}", first);
    assert_true(json_has(r, "figure"));
    (void)person_do(&gnr, desk, "question.remove", "{'question':'%s'}", unnamed);
    assert_int_equal(listed(&gnr), 1);
    (void)person_refused(&gnr, desk, ERR_NOT_FOUND, "question.unknown", "question.open",
                         "{'question':'%s'}", unnamed);
    (void)person_refused(&gnr, desk, ERR_NOT_FOUND, "question.unknown", "question.remove",
                         "{'question':'not a code'}");
    assert_string_equal(json_get_text(desk_last_entry(desk), "action", ""), "question");
}

/* ---- 2 ---- */

static void unknown_to(struct person *p, const char *code)
{
    (void)person_refused(p, desk, ERR_NOT_FOUND, "question.unknown", "question.open",
                         "{'question':'%s'}", code);
    (void)person_refused(p, desk, ERR_NOT_FOUND, "question.unknown", "question.rename",
                         "{'question':'%s','name':'x'}", code);
    (void)person_refused(p, desk, ERR_NOT_FOUND, "question.unknown", "question.remove",
                         "{'question':'%s'}", code);
}

static void question_2_1_whose(void **state)
{
    (void)state;
    char shared[20];
    unknown_to(&gnr_2, first);
    unknown_to(&apav, first);
    unknown_to(&analyst, first);
    save(shared, &gnr, ",'name':'Ours','shared':true");
    assert_int_equal(listed(&gnr), 2);
    assert_int_equal(listed(&gnr_2), 1);
    assert_int_equal(listed(&apav), 0);
    assert_int_equal(listed(&analyst), 0); /* of no organisation */
    unknown_to(&apav, shared);
    unknown_to(&analyst, shared);
    const struct json *r = person_do(&gnr_2, desk, "question.open", "{'question':'%s'}", shared);
    assert_false(json_get_bool(json_get(r, "saved"), "own", true));
    assert_string_equal(json_get_text(json_get(r, "saved"), "owner", ""), "gnr");
    (void)person_refused(&gnr_2, desk, ERR_DENIED, "question.not_own", "question.rename",
                         "{'question':'%s','name':'mine now'}", shared);
    (void)person_refused(&gnr_2, desk, ERR_DENIED, "question.not_own", "question.remove",
                         "{'question':'%s'}", shared);
    (void)person_do(&gnr, desk, "question.rename", "{'question':'%s','name':'Mine again'}", shared);
    unknown_to(&gnr_2, shared);
    (void)person_refused(&analyst, desk, ERR_USAGE, "question.no_organisation", "question.save",
                         "{'form':'victim','rows':['sex'],'shared':true}");
}

/* ---- 3 ---- */

static void question_3_1_sealed_and_counted_anew(void **state)
{
    (void)state;
    char code[20];
    save(code, &analyst, ",'name':'QUESTION-CANARY'");
    struct raw *raw =
        raw_open("repository/database", keyring_key(store_keyring(desk->store), KEY_DATABASE));
    assert_int_equal(raw_number(raw, "SELECT count(*) FROM saved_question"), 3);
    assert_int_equal(raw_number(raw, "SELECT count(*) FROM saved_question WHERE "
                                     "instr(body, CAST('QUESTION' AS BLOB)) > 0 OR "
                                     "instr(body, CAST('sex' AS BLOB)) > 0"),
                     0);
    raw_close(raw);
    const struct json *r = person_do(&analyst, desk, "question.open", "{'question':'%s'}", code);
    assert_true(json_has(json_get(r, "figure"), "table"));
    int64_t entries = desk_entries(desk, "table");
    (void)person_do(&analyst, desk, "question.open", "{'question':'%s'}", code);
    assert_int_equal(desk_entries(desk, "table"), entries + 1); /* each opening is an act (S19) */
    assert_true(json_get_bool(desk_do(desk, "check.run", "{}"), "ok", false));
}

/* ---- 4 ---- */

static void question_4_1_refused(void **state)
{
    (void)state;
    (void)person_refused(&analyst, desk, ERR_USAGE, "call.no_form", "question.save",
                         "{'form':'nothing','rows':['sex']}");
    (void)person_refused(&auditor, desk, ERR_DENIED, "call.not_allowed", "question.list", "{}");
    (void)person_refused(&auditor, desk, ERR_DENIED, "call.not_allowed", "question.save",
                         "{'form':'victim','rows':['sex']}");
    for (int i = 0; i < 199; i++)
        (void)person_do(&analyst, desk, "question.save", "{'form':'victim','rows':['sex']}");
    (void)person_refused(&analyst, desk, ERR_LIMIT, "question.too_many", "question.save",
                         "{'form':'victim','rows':['sex']}");
    assert_int_equal(listed(&analyst), 200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(question_1_1_one_life),
        cmocka_unit_test(question_2_1_whose),
        cmocka_unit_test(question_3_1_sealed_and_counted_anew),
        cmocka_unit_test(question_4_1_refused),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
