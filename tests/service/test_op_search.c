/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/service/op_search.c
 *  1 a person is found by name in any spelling, nickname, name with date of birth, document,
 *    reference and code; also imported ones, and as changed; nobody by too little
 *  2 the log names what was asked by field, never the words; no word is in any file (S13, S15) */
#include "harness.h"

#include "desk.h"

#include "base/text.h"

static struct service *desk;
static char code[20];

static int begin(void **state)
{
    (void)state;
    desk_make("repository");
    struct service_options o = desk_options("repository", NULL);
    o.purpose = "entering a record";
    desk = desk_open_with(&o);
    desk_victims("v.csv", "A", 0, 700, 0);
    (void)desk_do(desk, "import.run", "{'file':'v.csv','form':'victim','organisation':'APAV'}");
    return 0;
}

static int end(void **state)
{
    (void)state;
    service_close(desk);
    return 0;
}

static int64_t found(const char *question)
{
    return json_get_int(desk_do(desk, "record.find", "{%s}", question), "count", -1);
}

static void enter(const char *fields)
{
    char draft[20];
    const struct json *r = desk_do(desk, "entry.begin", "{'form':'victim','organisation':'GNR'}");
    (void)snprintf(draft, sizeof draft, "%s", json_get_text(r, "draft", ""));
    (void)desk_do(desk, "entry.save", "{'draft':'%s','version':1,'fields':{%s}}", draft, fields);
    r = desk_do(desk, "entry.submit", "{'draft':'%s','version':2,'state':'incomplete'}", draft);
    (void)snprintf(code, sizeof code, "%s", json_get_text(r, "record", ""));
}

static void find_1_1_by_what_is_known(void **state)
{
    (void)state;
    assert_int_equal(found("'family_name':'GIVEN-7','given_names':'family 7'"), 1); /* imported */
    assert_int_equal(found("'family_name':'FAMILY-699','given_names':'GIVEN-699'"), 1);
    enter(
        "'source_file_no':'F-1','family_name':'Kov\xc3\xa1\xc4\x8dov\xc3\xa1','given_names':'Anna "
        "Maria','alias_nickname':'Nu\xc5\xa1ka','birth_date.year':'1990','birth_date.month':'5',"
        "'birth_date.day':'31','travel_doc_no':'AB 123 456'");
    assert_int_equal(found("'family_name':'kovacova','given_names':'maria anna'"), 1);
    assert_int_equal(found("'family_name':'KOVACOVA','birth_date':'1990-05-31'"), 1);
    assert_int_equal(found("'family_name':'KOVACOVA','birth_date':'1990-05-30'"), 0);
    assert_int_equal(found("'family_name':'kovacova','given_names':'maria'"), 0);
    assert_int_equal(found("'alias':'nuska'"), 1);
    assert_int_equal(found("'document':'ab123456'"), 1);
    assert_int_equal(found("'reference':'F-1'"), 1);
    char question[60];
    (void)snprintf(question, sizeof question, "'reference':'%s'", code);
    assert_int_equal(found(question), 1);
    assert_int_equal(found("'form':'suspect','alias':'nuska'"), 0);
    (void)desk_refused(desk, ERR_USAGE, "find.too_little", "record.find",
                       "{'birth_date':'1990-05-31'}");
    (void)desk_refused(desk, ERR_USAGE, "find.too_little", "record.find", "{'family_name':'x'}");
    /* as it is now */
    const struct json *r = desk_do(desk, "entry.open", "{'record':'%s'}", code);
    char draft[20];
    (void)snprintf(draft, sizeof draft, "%s", json_get_text(r, "draft", ""));
    (void)desk_do(desk, "entry.save",
                  "{'draft':'%s','version':1,'fields':{'alias_nickname':'Annie'}}", draft);
    (void)desk_do(desk, "entry.submit", "{'draft':'%s','version':2,'state':'incomplete'}", draft);
    assert_int_equal(found("'alias':'nuska'"), 0);
    assert_int_equal(found("'alias':'annie'"), 1);
    (void)desk_do(desk, "record.erase", "{'record':'%s','reason':'asked for'}", code);
    assert_int_equal(found("'alias':'annie'"), 0);
}

static void log_2_1_names_fields_alone(void **state)
{
    (void)state;
    assert_int_equal(found("'alias':'ALIAS-CANARY','document':'DOCUMENT-CANARY'"), 0);
    const struct json *entry = desk_last_entry(desk);
    assert_string_equal(json_get_text(entry, "action", ""), "record.search");
    assert_string_equal(json_get_text(entry, "fields", ""), "alias document");
    size_t n;
    char *bytes = harness_read("repository/database", &n);
    assert_null(memmem(bytes, n, "ALIAS-CANARY", 12));
    free(bytes);
    desk_verify(desk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(find_1_1_by_what_is_known),
        cmocka_unit_test(log_2_1_names_fields_alone),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
