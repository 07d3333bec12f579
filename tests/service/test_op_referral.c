/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/service/op_referral.c
 *  1 refused without a standing consent that names the organisation; made, shown, answered
 *  2 shown is what serves assistance alone, and nothing once the consent was withdrawn
 *  3 no police where the record says so */
#include "harness.h"

#include "desk.h"

#include "base/text.h"

static struct service *desk;
static char draft[20], code[20];
static int64_t version;

static int begin(void **state)
{
    (void)state;
    desk_make("repository");
    struct service_options o = desk_options("repository", NULL);
    o.purpose = "referring a person";
    desk = desk_open_with(&o);
    return 0;
}

static int end(void **state)
{
    (void)state;
    service_close(desk);
    return 0;
}

static void note(const struct json *r)
{
    (void)snprintf(draft, sizeof draft, "%s", json_get_text(r, "draft", ""));
    version = json_get_int(r, "draft_version", 0);
}

static void change(const char *fields)
{
    note(desk_do(desk, "entry.save", "{'draft':'%s','version':%lld,'fields':{%s}}", draft,
                 (long long)version, fields));
    const struct json *r =
        desk_do(desk, "entry.submit", "{'draft':'%s','version':%lld,'state':'incomplete'}", draft,
                (long long)version);
    (void)snprintf(code, sizeof code, "%s", json_get_text(r, "record", ""));
}

static void enter(const char *organisation, const char *fields)
{
    note(desk_do(desk, "entry.begin", "{'form':'victim','organisation':'%s'}", organisation));
    change(fields);
}

static void again(const char *fields)
{
    note(desk_do(desk, "entry.open", "{'record':'%s'}", code));
    change(fields);
}

static void refused(const char *id, const char *to)
{
    (void)desk_refused(desk, ERR_DENIED, id, "referral.make",
                       "{'record':'%s','organisation':'%s','agreed':true,'text':'x'}", code, to);
}

static int64_t make(const char *to)
{
    return json_get_int(desk_do(desk, "referral.make",
                                "{'record':'%s','organisation':'%s','agreed':true,"
                                "'text':'REFERRAL-CANARY shelter needed'}",
                                code, to),
                        "referral", 0);
}

static bool shows(const struct json *doc, const char *field)
{
    const struct json *sections = json_get(doc, "sections");
    for (size_t i = 0; i < json_size(sections); i++) {
        const struct json *rows = json_get(json_at(sections, i), "rows");
        for (size_t k = 0; k < json_size(rows); k++)
            if (strcmp(json_get_text(json_at(rows, k), "field", ""), field) == 0) return true;
    }
    return false;
}

#define CONSENT(n, to, decision)                                   \
    "'consent[" #n "].consent_purpose':'sharing_named_org',"       \
    "'consent[" #n "].consent_organisation':'" to "','consent[" #n \
    "].consent_decision':'" decision "'"

static void referral_1_1_with_consent(void **state)
{
    (void)state;
    enter("GNR", "'source_file_no':'R-1','sex':'F','family_name':'FAMILY-CANARY'");
    refused("referral.no_consent", "APAV");
    again(CONSENT(0, "OTHER", "given"));
    refused("referral.no_consent", "APAV");
    again(CONSENT(1, "APAV", "refused"));
    refused("referral.no_consent", "APAV");
    again(CONSENT(2, "APAV", "given") ",'interpreter_needed':'yes'");
    (void)desk_refused(desk, ERR_USAGE, "referral.agreed", "referral.make",
                       "{'record':'%s','organisation':'APAV','text':'x'}", code);
    (void)desk_refused(desk, ERR_USAGE, "referral.same", "referral.make",
                       "{'record':'%s','organisation':'GNR','agreed':true,'text':'x'}", code);
    int64_t no = make("APAV");
    assert_string_equal(json_get_text(desk_last_entry(desk), "action", ""), "refer");
    const struct json *r = desk_do(desk, "referral.show", "{'referral':%lld}", (long long)no);
    assert_string_equal(json_get_text(r, "text", ""), "REFERRAL-CANARY shelter needed");
    assert_true(json_get_bool(r, "shared", false));
    assert_false(shows(r, "family_name"));
    assert_false(shows(r, "source_file_no"));
    assert_false(shows(r, "legal_basis"));
    assert_int_equal(json_size(json_get(desk_do(desk, "referral.list", "{}"), "referrals")), 1);
    assert_int_equal(json_get_int(desk_do(desk, "work.summary", "{}"), "referrals", 0), 1);
    assert_int_equal(json_size(
                         json_get(desk_do(desk, "referral.list", "{'waiting':true}"), "referrals")),
                     1);
    (void)desk_do(desk, "referral.answer",
                  "{'referral':%lld,'state':'accepted','text':'a place is free'}", (long long)no);
    r = desk_do(desk, "referral.show", "{'referral':%lld}", (long long)no);
    assert_string_equal(json_get_text(r, "answer", ""), "a place is free");
    assert_int_equal(json_get_int(desk_do(desk, "work.summary", "{}"), "referrals", -1), 0);
    assert_int_equal(json_size(
                         json_get(desk_do(desk, "referral.list", "{'waiting':true}"), "referrals")),
                     0);
    (void)desk_refused(desk, ERR_CONFLICT, "referral.answered", "referral.answer",
                       "{'referral':%lld,'state':'declined'}", (long long)no);
    (void)desk_refused(desk, ERR_NOT_FOUND, "referral.unknown", "referral.show",
                       "{'referral':999}");
    /* withdrawn: nothing more is shown */
    again("'consent[2].consent_withdrawn_date.year':'2024'");
    r = desk_do(desk, "referral.show", "{'referral':%lld}", (long long)no);
    assert_false(json_get_bool(r, "shared", true));
    assert_int_equal(json_size(json_get(r, "sections")), 0);
    refused("referral.no_consent", "APAV");
    size_t n;
    char *bytes = harness_read("repository/database", &n);
    assert_null(memmem(bytes, n, "REFERRAL-CANARY", 15));
    free(bytes);
    desk_verify(desk);
}

static void referral_3_1_not_to_the_police(void **state)
{
    (void)state;
    enter("APAV",
          "'source_file_no':'R-2'," CONSENT(0, "GNR",
                                            "given") ",'sharing_restriction':['no_police']");
    refused("referral.restricted", "GNR");
    again("'sharing_restriction':['none']");
    assert_true(make("GNR") > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(referral_1_1_with_consent),
        cmocka_unit_test(referral_3_1_not_to_the_police),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
