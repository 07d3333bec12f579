/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of the operation record.erase, in src/service/op_record.c (S16)
 *  1 what it answers, its entry, what is consulted and counted afterwards   2 what is refused
 *  3 every check of the repository holds; batches are undone around it   4 a backup made
 *  afterwards */
#include "harness.h"

#include "base/file.h"
#include "desk.h"

#define IMPORT "'form':'victim','organisation':'GNR'"

static struct service *desk;
static char record[32];

static int begin(void **state)
{
    (void)state;
    desk_make("repository");
    desk = desk_open("repository", NULL);
    desk_victims("v.csv", "A", 0, 30, 0);
    (void)desk_do(desk, "import.run", "{'file':'v.csv'," IMPORT "}");
    const struct json *list = json_get(desk_do(desk, "record.list", "{'limit':5}"), "records");
    (void)snprintf(record, sizeof record, "%s", json_get_text(json_at(list, 4), "record", ""));
    return 0;
}

static int end(void **state)
{
    (void)state;
    service_close(desk);
    return 0;
}

static void erase(void)
{
    const struct json *r =
        desk_do(desk, "record.erase", "{'record':'%s','reason':'period ended'}", record);
    assert_string_equal(json_get_text(r, "record", ""), record);
    assert_string_equal(json_get_text(r, "state", ""), "erased");
    assert_int_equal(json_get_int(r, "versions", 0), 1);
    assert_true(json_get_bool(r, "journal_emptied", false));
}

/* Female, male, total of the records that are there. */
static int64_t counted(void)
{
    const struct json *r =
        desk_do(desk, "table.raw", "{'form':'victim','rows':['sex'],'count':'records'}");
    return desk_cell(json_get(r, "table"), "T", NULL);
}

static void erase_1_what_it_answers_and_leaves(void **state) /* S16 S20 */
{
    (void)state;
    uint64_t journal = 1;
    struct err e;
    int64_t before = counted();
    assert_int_equal(before, 30);
    erase();
    assert_true(file_size("repository/database-wal", &journal, &e));
    assert_int_equal(journal, 0);

    const struct json *entry = desk_last_entry(desk);
    assert_string_equal(json_get_text(entry, "action", ""), "record.erase");
    assert_string_equal(json_get_text(entry, "object_type", ""), "record");
    assert_string_equal(json_get_text(entry, "object_id", ""), record);
    assert_string_equal(json_get_text(entry, "purpose", ""), "period ended");
    assert_string_equal(json_get_text(entry, "organisation", ""), "GNR");
    assert_int_equal(json_get_int(entry, "count", 0), 1);

    assert_int_equal(desk_records(desk, "victim"), 29);
    assert_int_equal(counted(), 29);
    (void)desk_refused(desk, ERR_NOT_FOUND, "record.erased", "record.show", "{'record':'%s'}",
                       record);
    (void)desk_refused(desk, ERR_NOT_FOUND, "record.erased", "record.identity",
                       "{'record':'%s','purpose':'why'}", record);
    const struct json *r = desk_do(desk, "record.history", "{'record':'%s'}", record);
    assert_int_equal(json_size(json_get(r, "versions")), 1);
    const struct json *version = json_at(json_get(r, "versions"), 0);
    assert_string_equal(json_get_text(version, "state", ""), "erased");
    assert_false(json_get_bool(version, "has_identifiers", true));
}

static void erase_2_what_is_refused(void **state)
{
    (void)state;
    (void)desk_refused(desk, ERR_USAGE, "call.missing", "record.erase", "{'record':'%s'}", record);
    (void)desk_refused(desk, ERR_USAGE, "call.empty", "record.erase", "{'record':'%s','reason':''}",
                       record);
    (void)desk_refused(desk, ERR_NOT_FOUND, "record.unknown", "record.erase",
                       "{'record':'000000000000','reason':'x'}");
    assert_int_equal(desk_records(desk, "victim"), 30);
    erase();
    (void)desk_refused(desk, ERR_CONFLICT, "record.erased", "record.erase",
                       "{'record':'%s','reason':'again'}", record);
    assert_int_equal(desk_entries(desk, "record.erase"), 1);
    assert_int_equal(desk_records(desk, "victim"), 29);
}

static void erase_3_every_check_holds(void **state) /* S16 */
{
    (void)state;
    erase();
    desk_verify(desk);
    assert_true(json_get_bool(desk_do(desk, "check.run", "{}"), "ok", false));
    const struct json *r = desk_do(desk, "batch.undo", "{'batch':1,'reason':'sent twice'}");
    assert_int_equal(json_get_int(r, "withdrawn", 0), 29);
    assert_int_equal(desk_records(desk, "victim"), 0);
    assert_true(json_get_bool(desk_do(desk, "check.run", "{}"), "ok", false));
    desk_verify(desk);
}

static void erase_4_a_backup_made_afterwards(void **state)
{
    (void)state;
    erase();
    (void)desk_do(desk, "backup.make", "{'file':'after.dcim'}");
    (void)desk_do(desk, "backup.restore", "{'file':'after.dcim','folder':'restored'}");
    struct service_options o = desk_options("repository", NULL);
    o.repository = "restored";
    struct service *s = desk_open_with(&o);
    (void)desk_refused(s, ERR_NOT_FOUND, "record.erased", "record.show", "{'record':'%s'}", record);
    assert_int_equal(desk_records(s, "victim"), 29);
    assert_true(json_get_bool(desk_do(s, "check.run", "{}"), "ok", false));
    service_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(erase_1_what_it_answers_and_leaves, begin, end),
        cmocka_unit_test_setup_teardown(erase_2_what_is_refused, begin, end),
        cmocka_unit_test_setup_teardown(erase_3_every_check_holds, begin, end),
        cmocka_unit_test_setup_teardown(erase_4_a_backup_made_afterwards, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
