/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/service/op_review.c
 *  1 the queue: submitted, returned with a question, answered, corrected, accepted; in bulk
 *  2 a record in words, and what changed between versions; no identifier in either
 *  3 a closed year: corrections need a reason and are marked; opened again
 *  4 what is said about a record is sealed, and goes with it (S12, S15, S16)
 *  5 my work in numbers; who may do what
 */
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
    o.purpose = "reviewing records";
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

static void save(const char *fields)
{
    note(desk_do(desk, "entry.save", "{'draft':'%s','version':%lld,'fields':{%s}}", draft,
                 (long long)version, fields));
}

static void submit(const char *reason)
{
    const struct json *r =
        desk_do(desk, "entry.submit", "{'draft':'%s','version':%lld,'reason':'%s'}", draft,
                (long long)version, reason);
    assert_true(json_get_bool(r, "submitted", false));
    (void)snprintf(code, sizeof code, "%s", json_get_text(r, "record", ""));
}

static void enter(const char *reference)
{
    char fields[1000];
    note(desk_do(desk, "entry.begin", "{'form':'victim','organisation':'GNR'}"));
    (void)snprintf(fields, sizeof fields,
                   "'source_file_no':'%s','entry_date.year':'2024','entry_date.month':'1',"
                   "'entry_date.day':'10','sex':'F','age_at_registration':'31',"
                   "'citizenship':['RO'],'legal_basis':'LB3','victim_status':'S20',"
                   "'status_decided_by':'14','family_name':'FAMILY-CANARY',"
                   "'episode[0].recruitment_country':'RO',"
                   "'episode[0].exploitation[0].exploitation_form':'E210',"
                   "'episode[0].exploitation[0].labour_sector':'A01',"
                   "'episode[0].exploitation[0].exploitation_country':'PT'",
                   reference);
    save(fields);
    submit("as on paper");
}

static int64_t waiting(const char *state)
{
    return json_get_int(desk_do(desk, "review.queue", "{'state':'%s'}", state), "count", -1);
}

static const struct json *view(void)
{
    return desk_do(desk, "record.view", "{'record':'%s'}", code);
}

/* ---- 1 ---- */

static void review_1_1_returned_answered_accepted(void **state)
{
    (void)state;
    enter("Q-1");
    assert_int_equal(waiting("submitted"), 1);
    const struct json *r =
        desk_do(desk, "review.return",
                "{'record':'%s','field':'age_at_registration','text':'QUERY-CANARY is it so?'}",
                code);
    int64_t query = json_get_int(r, "query", 0);
    assert_string_equal(json_get_text(desk_last_entry(desk), "fields", ""), "age_at_registration");
    assert_int_equal(waiting("submitted"), 0);
    assert_int_equal(waiting("returned"), 1);
    r = view();
    assert_string_equal(json_get_text(r, "work", ""), "returned");
    assert_int_equal(json_get_int(r, "open_queries", 0), 1);
    r = desk_do(desk, "query.answer", "{'query':%lld,'text':'yes, by her papers'}",
                (long long)query);
    assert_string_equal(json_get_text(r, "state", ""), "answered");
    r = json_at(json_get(desk_do(desk, "query.list", "{'record':'%s'}", code), "queries"), 0);
    assert_string_equal(json_get_text(r, "label", ""), "Age at registration");
    assert_int_equal(json_size(json_get(r, "messages")), 2);
    assert_string_equal(json_get_text(json_at(json_get(r, "messages"), 0), "text", ""),
                        "QUERY-CANARY is it so?");
    /* a corrected version waits anew */
    note(desk_do(desk, "entry.open", "{'record':'%s'}", code));
    save("'age_at_registration':'32'");
    submit("by her papers");
    assert_int_equal(waiting("submitted"), 1);
    assert_int_equal(waiting("returned"), 0);
    (void)desk_do(desk, "query.resolve", "{'query':%lld}", (long long)query);
    (void)desk_refused(desk, ERR_CONFLICT, "query.settled", "query.answer",
                       "{'query':%lld,'text':'once more'}", (long long)query);
    r = desk_do(desk, "review.accept", "{'records':['%s','NOSUCHRECORD']}", code);
    assert_int_equal(json_get_int(r, "accepted", 0), 1);
    assert_int_equal(json_size(json_get(r, "refused")), 1);
    assert_string_equal(json_get_text(view(), "work", ""), "accepted");
    r = desk_do(desk, "review.accept", "{'records':['%s']}", code);
    assert_int_equal(json_get_int(r, "accepted", 9), 0);
    (void)desk_refused(desk, ERR_NOT_FOUND, "query.unknown", "query.answer",
                       "{'query':999,'text':'x'}");
    (void)desk_refused(desk, ERR_USAGE, "call.no_variable", "review.return",
                       "{'record':'%s','field':'episode[0].nothing','text':'x'}", code);
}

/* ---- 2 ---- */

static const struct json *row(const struct json *doc, const char *field)
{
    const struct json *sections = json_get(doc, "sections");
    for (size_t i = 0; i < json_size(sections); i++) {
        const struct json *rows = json_get(json_at(sections, i), "rows");
        for (size_t k = 0; k < json_size(rows); k++)
            if (strcmp(json_get_text(json_at(rows, k), "field", ""), field) == 0)
                return json_at(rows, k);
    }
    return NULL;
}

static void view_2_1_in_words(void **state)
{
    (void)state;
    enter("V-1");
    const struct json *r = view();
    assert_string_equal(json_get_text(row(r, "sex"), "value", ""), "Female");
    assert_string_equal(json_get_text(row(r, "entry_date"), "value", ""), "2024-01-10");
    assert_string_equal(json_get_text(row(r, "episode[0].exploitation[0].exploitation_country"),
                                      "value", ""),
                        "Portugal");
    assert_true(json_get_bool(row(r, "episode[0].exploitation[0]"), "heading", false));
    assert_null(row(r, "family_name"));
    assert_true(json_get_bool(r, "has_identifiers", false));
    note(desk_do(desk, "entry.open", "{'record':'%s'}", code));
    save("'sex':'M','episode[0].exploitation[0].exploitation_country':'ES'");
    submit("by her papers");
    r = desk_do(desk, "record.diff", "{'record':'%s','from':1}", code);
    assert_int_equal(json_get_int(r, "to", 0), 2);
    assert_int_equal(json_size(json_get(r, "fields")), 2);
    const struct json *one = json_at(json_get(r, "fields"), 0);
    assert_string_equal(json_get_text(one, "label", ""), "Sex");
    assert_string_equal(json_get_text(one, "mine", ""), "Male");
    assert_string_equal(json_get_text(one, "theirs", ""), "Female");
    assert_string_equal(json_get_text(r, "to_reason", ""), "by her papers");
}

/* ---- 3 ---- */

static void year_3_1_closed(void **state)
{
    (void)state;
    enter("Y-1");
    (void)desk_do(desk, "year.close", "{'form':'victim','year':2024}");
    (void)desk_refused(desk, ERR_CONFLICT, "year.closed", "year.close",
                       "{'form':'victim','year':2024}");
    assert_int_equal(json_size(json_get(desk_do(desk, "year.list", "{}"), "years")), 1);
    note(desk_do(desk, "entry.open", "{'record':'%s'}", code));
    save("'sex':'M'");
    (void)desk_refused(desk, ERR_USAGE, "entry.year_closed", "entry.submit",
                       "{'draft':'%s','version':%lld}", draft, (long long)version);
    /* moving it out of the year is a correction of that year, too */
    save("'entry_date.year':'2023'");
    (void)desk_refused(desk, ERR_USAGE, "entry.year_closed", "entry.submit",
                       "{'draft':'%s','version':%lld}", draft, (long long)version);
    submit("found out later");
    assert_true(json_get_bool(view(), "late", false));
    (void)desk_do(desk, "year.reopen", "{'form':'victim','year':2024,'reason':'late files'}");
    enter("Y-2");
    assert_false(json_get_bool(view(), "late", true));
}

/* ---- 4 ---- */

static void sealed_4_1_and_gone_with_the_record(void **state)
{
    (void)state;
    enter("S-1");
    (void)desk_do(desk, "review.return", "{'record':'%s','text':'QUERY-CANARY'}", code);
    note(desk_do(desk, "entry.open", "{'record':'%s'}", code));
    (void)desk_do(desk, "record.erase", "{'record':'%s','reason':'asked for'}", code);
    (void)desk_refused(desk, ERR_NOT_FOUND, "draft.unknown", "entry.sections", "{'draft':'%s'}",
                       draft);
    (void)desk_refused(desk, ERR_NOT_FOUND, "record.erased", "query.list", "{'record':'%s'}", code);
    size_t n;
    char *bytes = harness_read("repository/database", &n);
    static const char *const canary[] = {"QUERY-CANARY", "FAMILY-CANARY", "SQLite format"};
    for (size_t i = 0; i < sizeof canary / sizeof canary[0]; i++)
        if (memmem(bytes, n, canary[i], strlen(canary[i])) != NULL) fail_msg("%s", canary[i]);
    free(bytes);
    assert_true(json_get_bool(desk_do(desk, "check.run", "{}"), "ok", false));
    desk_verify(desk);
}

/* ---- 5 ---- */

static void work_5_1_in_numbers(void **state)
{
    (void)state;
    const struct json *r = desk_do(desk, "work.summary", "{}");
    int64_t drafts = json_get_int(r, "drafts", -1), waiting_now = json_get_int(r, "submitted", -1);
    assert_int_equal(json_size(json_get(r, "items")), 11);
    assert_int_equal(json_get_int(r, "releases", -1), 0);
    assert_int_equal(json_get_int(r, "releases_own", -1), 0);
    enter("W-1");
    note(desk_do(desk, "entry.begin", "{'form':'case','organisation':'GNR'}"));
    r = desk_do(desk, "work.summary", "{}");
    assert_true(json_get_int(r, "drafts", 0) == drafts + 1);
    assert_true(json_get_int(r, "submitted", 0) == waiting_now + 1);
    struct service *analyst = desk_open("repository", "analyst");
    assert_int_equal(json_size(json_get(desk_do(analyst, "work.summary", "{}"), "items")), 0);
    (void)desk_refused(analyst, ERR_DENIED, "call.not_allowed", "review.accept", "{'records':[]}");
    (void)desk_refused(analyst, ERR_DENIED, "call.not_allowed", "entry.begin", "{'form':'victim'}");
    service_close(analyst);
}

static void work_5_2_links(void **state)
{
    (void)state;
    char victim[20], suspect[20];
    enter("L-1");
    (void)snprintf(victim, sizeof victim, "%s", code);
    note(desk_do(desk, "entry.begin", "{'form':'suspect','organisation':'GNR'}"));
    save("'source_file_no':'SUS-1'");
    const struct json *r =
        desk_do(desk, "entry.submit", "{'draft':'%s','version':%lld,'state':'incomplete'}", draft,
                (long long)version);
    (void)snprintf(suspect, sizeof suspect, "%s", json_get_text(r, "record", ""));
    (void)
        desk_do(desk, "record.link",
                "{'record':'%s','variable':'linked_suspect','target':'SUS-1','purpose':'one case'}",
                victim);
    r = json_get(desk_do(desk, "record.show", "{'record':'%s'}", victim), "values");
    r = json_at(json_get(r, "suspect_link"), 0);
    assert_string_equal(json_get_text(r, "linked_suspect", ""), suspect);
    r = desk_do(desk, "record.identity", "{'record':'%s','purpose':'a test'}", victim);
    assert_string_equal(json_get_text(json_get(r, "values"), "family_name", ""), "FAMILY-CANARY");
    (void)desk_refused(desk, ERR_CONFLICT, "link.exists", "record.link",
                       "{'record':'%s','variable':'linked_suspect','target':'%s','purpose':'x'}",
                       victim, suspect);
    (void)desk_refused(desk, ERR_NOT_FOUND, "link.unknown", "record.link",
                       "{'record':'%s','variable':'linked_suspect','target':'%s','purpose':'x'}",
                       victim, victim);
    (void)desk_refused(desk, ERR_USAGE, "link.no_link", "record.link",
                       "{'record':'%s','variable':'sex','target':'%s'}", victim, suspect);
    (void)desk_do(desk, "record.unlink",
                  "{'record':'%s','variable':'linked_suspect','target':'%s','purpose':'x'}", victim,
                  suspect);
    r = json_get(desk_do(desk, "record.show", "{'record':'%s'}", victim), "values");
    assert_false(json_has(r, "suspect_link"));
    (void)desk_refused(desk, ERR_NOT_FOUND, "link.none", "record.unlink",
                       "{'record':'%s','variable':'linked_suspect','target':'%s','purpose':'x'}",
                       victim, suspect);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(review_1_1_returned_answered_accepted),
        cmocka_unit_test(view_2_1_in_words),
        cmocka_unit_test(year_3_1_closed),
        cmocka_unit_test(sealed_4_1_and_gone_with_the_record),
        cmocka_unit_test(work_5_1_in_numbers),
        cmocka_unit_test(work_5_2_links),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
