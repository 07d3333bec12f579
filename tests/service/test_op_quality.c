/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/service/op_quality.c; the figures themselves are tested in
 * tests/analysis/test_quality.c
 *  1 the report over what was imported: raw for who may see raw counts, hidden for others
 *  2 one form, year, organisation; what is not there is told
 *  3 both data sets only with both capabilities and a purpose of the call, and an entry of its own
 *  (L01)
 *  4 links by record code and by reference, both ways; what leads nowhere is kept and told
 *  5 a person who is victim and suspect stays two records */
#include "service/service_internal.h"

#include "harness.h"

#include "desk.h"

static struct service *desk;

static int begin(void **state)
{
    (void)state;
    desk_make("repository");
    desk = desk_open("repository", NULL);
    return 0;
}

static int end(void **state)
{
    (void)state;
    service_close(desk);
    return 0;
}

static const struct json *section(const struct json *report, const char *id)
{
    const struct json *list = json_get(report, "sections");
    for (size_t i = 0; i < json_size(list); i++)
        if (strcmp(json_get_text(json_at(list, i), "id", ""), id) == 0)
            return json_get(json_at(list, i), "rows");
    fail_msg("no section %s", id);
    return NULL;
}

static void import(const char *file, const char *form, const char *organisation, int rows)
{
    const struct json *r =
        desk_do(desk, "import.run", "{'file':'%s','form':'%s','organisation':'%s'}", file, form,
                organisation);
    assert_int_equal(json_get_int(r, "new", -1), rows);
}

static void code_of(char out[20], const char *form, size_t i)
{
    const struct json *list =
        json_get(desk_do(desk, "record.list", "{'form':'%s'}", form), "records");
    /* the newest comes first, and `i` counts from the oldest */
    (void)snprintf(out, 20, "%s",
                   json_get_text(json_at(list, json_size(list) - 1 - i), "record", ""));
}

static struct service *half(enum capability lacking)
{
    static struct role role;
    role = *role_find(TEXT("custodian"));
    role.may &= ~(UINT64_C(1) << lacking);
    struct service *s = desk_open("repository", NULL);
    s->role = &role;
    return s;
}

/* ---- 1, 2 ---- */

static void reports(void **state)
{
    (void)state;
    desk_victims("v.csv", "A", 0, 30, 0);
    desk_victims("w.csv", "B", 0, 2, 0);
    import("v.csv", "victim", "GNR", 30);
    import("w.csv", "victim", "APAV", 2);
    const struct json *r = desk_do(desk, "quality.report", "{}");
    assert_int_equal(json_get_int(r, "records", 0), 32);
    assert_int_equal(json_get_int(r, "threshold", -1), 0);
    const struct json *rows = section(r, "overview");
    assert_int_equal(json_size(rows), 2);
    assert_int_equal(json_get_int(json_at(rows, 0), "records", 0), 2); /* APAV */
    assert_int_equal(json_get_int(json_at(rows, 1), "records", 0), 30);
    rows = section(r, "persons"); /* without a year of birth nobody can be matched */
    assert_string_equal(json_get_text(json_at(rows, 0), "rule", ""), "Q22");
    assert_int_equal(json_get_int(json_at(rows, 0), "persons", 0), 32);
    assert_int_equal(json_size(section(r, "totals")), 0);
    assert_string_equal(json_get_text(desk_last_entry(desk), "action", ""), "table");
    /* a publisher sees no raw counts; Portugal's threshold is 3 */
    struct service *s = desk_open("repository", "publisher");
    r = desk_do(s, "quality.report", "{}");
    assert_int_equal(json_get_int(r, "threshold", 0), 3);
    assert_string_equal(json_get_text(json_at(section(r, "overview"), 0), "records", ""), "<3");
    service_close(s);
    s = desk_open("repository", "auditor");
    (void)desk_refused(s, ERR_DENIED, "call.not_allowed", "quality.report", "{}");
    service_close(s);
    /* 2 */
    r = desk_do(desk, "quality.report", "{'organisation':'APAV','year':2023,'form':'victim'}");
    assert_int_equal(json_get_int(r, "records", 0), 2);
    r = desk_do(desk, "quality.report", "{'year':2022}");
    assert_int_equal(json_get_int(r, "records", -1), 0);
    r = desk_do(desk, "quality.report", "{'form':'case'}");
    assert_int_equal(json_get_int(r, "records", -1), 0);
    (void)desk_refused(desk, ERR_USAGE, "call.no_form", "quality.report", "{'form':'witness'}");
    (void)desk_refused(desk, ERR_NOT_FOUND, "organisation.unknown", "quality.report",
                       "{'organisation':'FBI'}");
}

/* ---- 3, 4, 5 ---- */

static void import_linked(void)
{
    char victim[20], suspects[400];
    harness_write_text("c.csv", "source_file_no,entry_date,case_status,legal_basis\n"
                                "C1,2023-05-10,active,LB7\n");
    import("c.csv", "case", "GNR", 1);
    char text[2000], row[400];
    size_t head = strlen(desk_victim_header) - 1, n = 0;
    n += (size_t)snprintf(text, sizeof text, "%.*s,case_code\n", (int)head, desk_victim_header);
    for (int i = 0; i < 2; i++) {
        int length = desk_victim_row(row, sizeof row, "A", i, 0);
        n += (size_t)snprintf(text + n, sizeof text - n, "%.*s,%s\n", length - 1, row,
                              i == 0 ? "C1" : "C9");
    }
    harness_write_text("v.csv", text);
    import("v.csv", "victim", "GNR", 2);
    code_of(victim, "victim", 0);
    (void)snprintf(suspects, sizeof suspects,
                   "source_file_no,entry_date,subject_type,sex,age_at_suspicion,citizenship,"
                   "legal_provision_recorded,suspicion_date,procedural_status,legal_basis,"
                   "linked_victim,former_victim,own_victim_record\n"
                   "S1,2023-05-10,natural,M,30,PT,THB,2023-03-01,P1,LB7,A-0,yes,%s\n",
                   victim);
    harness_write_text("s.csv", suspects);
    import("s.csv", "suspect", "GNR", 1);
}

static void links(void **state)
{
    (void)state;
    char victim[20], other[20], suspect[20], its_case[20];
    import_linked();
    code_of(victim, "victim", 0);
    code_of(other, "victim", 1);
    code_of(suspect, "suspect", 0);
    code_of(its_case, "case", 0);
    /* 4: by reference of the same organisation, and by code */
    const struct json *r =
        desk_do(desk, "record.links", "{'record':'%s','purpose':'audit of links'}", victim);
    const struct json *to = json_get(r, "points_to"), *from = json_get(r, "pointed_to_by");
    assert_int_equal(json_size(to), 1);
    assert_string_equal(json_get_text(json_at(to, 0), "variable", ""), "case_code");
    assert_string_equal(json_get_text(json_at(to, 0), "record", ""), its_case);
    assert_true(json_get_bool(json_at(to, 0), "resolved", false));
    assert_int_equal(json_size(from), 2); /* 5: linked twice over, and still two records */
    for (size_t i = 0; i < 2; i++) {
        assert_string_equal(json_get_text(json_at(from, i), "record", ""), suspect);
        assert_string_equal(json_get_text(json_at(from, i), "data_set", ""), "justice");
    }
    const struct json *entry = desk_last_entry(desk);
    assert_string_equal(json_get_text(entry, "action", ""), "record.link");
    assert_string_equal(json_get_text(entry, "purpose", ""), "audit of links");
    r = desk_do(desk, "record.links", "{'record':'%s','purpose':'x'}", other);
    assert_false(json_get_bool(json_at(json_get(r, "points_to"), 0), "resolved", true));
    assert_int_equal(json_size(json_get(r, "pointed_to_by")), 0);
    r = desk_do(desk, "record.links", "{'record':'%s','purpose':'x'}", its_case);
    assert_int_equal(json_size(json_get(r, "pointed_to_by")), 1);
    assert_string_equal(json_get_text(json_at(json_get(r, "pointed_to_by"), 0), "record", ""),
                        victim);
    assert_int_equal(desk_records(desk, "victim"), 2);
    assert_int_equal(desk_records(desk, "suspect"), 1);
    /* what leads nowhere was imported, and is told */
    r = desk_do(desk, "quality.report", "{}");
    const struct json *lost = section(r, "links");
    assert_int_equal(json_size(lost), 1);
    assert_string_equal(json_get_text(json_at(lost, 0), "variable", ""), "case_code");
    assert_int_equal(json_get_int(json_at(lost, 0), "values", 0), 2);
    assert_int_equal(json_get_int(json_at(lost, 0), "unresolved", 0), 1);
    desk_verify(desk);
}

static void joined(void **state)
{
    (void)state;
    char victim[20];
    import_linked();
    code_of(victim, "victim", 0);
    (void)desk_do(desk, "quality.report", "{'purpose':'yearly closing'}");
    const struct json *entry = desk_last_entry(desk);
    assert_string_equal(json_get_text(entry, "action", ""), "record.link");
    assert_string_equal(json_get_text(entry, "purpose", ""), "yearly closing");
    static const enum capability lacking[] = {CAP_VICTIM, CAP_JUSTICE};
    for (size_t i = 0; i < 2; i++) {
        struct service *s = half(lacking[i]);
        int64_t denials = desk_entries(desk, "deny");
        (void)desk_refused(s, ERR_DENIED, "call.not_allowed", "quality.report", "{'purpose':'x'}");
        (void)desk_refused(s, ERR_DENIED, "call.not_allowed", "record.links",
                           "{'record':'%s','purpose':'x'}", victim);
        assert_int_equal(desk_entries(desk, "deny") - denials, 2);
        /* without joining, what may be read is reported on: three records, or two */
        const struct json *r = desk_do(s, "quality.report", "{}");
        assert_int_equal(json_get_int(r, "records", 0), i == 0 ? 2 : 3);
        service_close(s);
    }
    (void)desk_refused(desk, ERR_USAGE, "call.missing", "record.links", "{'record':'%s'}", victim);
    (void)desk_refused(desk, ERR_DENIED, "call.no_purpose", "record.links",
                       "{'record':'%s','purpose':' '}", victim);
    (void)desk_refused(desk, ERR_DENIED, "call.no_purpose", "quality.report", "{'purpose':' '}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(reports, begin, end),
        cmocka_unit_test_setup_teardown(links, begin, end),
        cmocka_unit_test_setup_teardown(joined, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
