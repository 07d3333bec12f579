/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/service/op_audit_search.c
 *  1 newest first, page by page, each entry once, to the first one
 *  2 filters: who, what, of what, from day to day; all of them together
 *  3 who has opened one record: every act by everybody, identifiers apart, no other record (S23),
 *  and
 *    looking itself is in the log
 *  4 days that are none
 */
#include "harness.h"

#include "people.h"

#include "base/date.h"

static struct service *desk;
static struct person auditor = {.account = "auditor", .role = "auditor"};
static struct person manager = {.account = "manager", .role = "data-manager"};
static char record[2][20];

static int begin(void **state)
{
    (void)state;
    people_quick();
    desk_make("repository");
    desk = desk_open("repository", NULL);
    desk_victims("v.csv", "A", 0, 5, 0);
    (void)desk_do(desk, "import.run", "{'file':'v.csv','form':'victim','organisation':'GNR'}");
    person_make(&auditor, desk);
    person_make(&manager, desk);
    const struct json *list = json_get(desk_do(desk, "record.list", "{}"), "records");
    for (size_t i = 0; i < 2; i++)
        (void)snprintf(record[i], sizeof record[i], "%s",
                       json_get_text(json_at(list, i), "record", ""));
    (void)person_do(&manager, desk, "record.show", "{'record':'%s'}", record[0]);
    (void)person_do(&manager, desk, "record.show", "{'record':'%s'}", record[1]);
    (void)person_do(&manager, desk, "record.identity", "{'record':'%s','purpose':'to call back'}",
                    record[0]);
    return 0;
}

static int end(void **state)
{
    (void)state;
    service_close(desk);
    return 0;
}

/* ---- 1 ---- */

static void pages_1_1(void **state)
{
    (void)state;
    int64_t all = desk_entries(desk, ""), before = all + 1, seen = 0;
    for (int page = 0; before > 1 && page < 1000; page++) {
        const struct json *r = person_do(&auditor, desk, "audit.search",
                                         "{'before':%lld,'limit':7}", (long long)before);
        const struct json *list = json_get(r, "entries");
        for (size_t i = 0; i < json_size(list); i++, seen++) {
            int64_t number = json_get_int(json_at(list, i), "sequence", 0);
            assert_int_equal(number, all - seen);
        }
        before = json_get_int(r, "older", 1);
    }
    assert_int_equal(seen, all);
}

/* ---- 2 ---- */

static void filters_2_1(void **state)
{
    (void)state;
    static const struct {
        const char *in, *member, *holds;
    } filters[] = {{"{'actor':'MANAG'}", "actor", "manager"},
                   {"{'action':'identity.read'}", "action", "identity.read"},
                   {"{'object':'batch'}", "object_type", "batch"},
                   {"{'actor':'manager','action':'record.read'}", "action", "record.read"}};
    for (size_t i = 0; i < sizeof filters / sizeof *filters; i++) {
        const struct json *list =
            json_get(person_do(&auditor, desk, "audit.search", "%s", filters[i].in), "entries");
        assert_true(json_size(list) > 0);
        for (size_t k = 0; k < json_size(list); k++)
            assert_non_null(
                strstr(json_get_text(json_at(list, k), filters[i].member, ""), filters[i].holds));
    }
    const struct json *r = person_do(&auditor, desk, "audit.search", "{'actor':'nobody at all'}");
    assert_int_equal(json_size(json_get(r, "entries")), 0);
    assert_false(json_has(r, "older"));
    assert_string_equal(json_get_text(r, "actor", ""), "nobody at all"); /* stays in its box */
}

static void filters_2_2_days(void **state)
{
    char today[INSTANT_TEXT_MAX];
    (void)state;
    instant_format(today, instant_now());
    today[10] = '\0';
    const struct json *r =
        person_do(&auditor, desk, "audit.search", "{'since':'%s','until':'%s'}", today, today);
    assert_true(json_size(json_get(r, "entries")) > 0);
    r = person_do(&auditor, desk, "audit.search", "{'until':'2020-01-01'}");
    assert_int_equal(json_size(json_get(r, "entries")), 0);
    r = person_do(&auditor, desk, "audit.search", "{'since':'2999-01-01'}");
    assert_int_equal(json_size(json_get(r, "entries")), 0);
}

/* ---- 3 ---- */

static void readers_3_1(void **state)
{
    (void)state;
    const struct json *r = person_do(&auditor, desk, "audit.readers", "{'record':'%s'}", record[0]);
    const struct json *people = json_get(r, "people"), *entries = json_get(r, "entries");
    assert_int_equal(json_size(people), 1);
    assert_string_equal(json_get_text(json_at(people, 0), "actor", ""), "manager");
    assert_int_equal(json_get_int(json_at(people, 0), "times", 0), 2);
    assert_int_equal(json_get_int(json_at(people, 0), "identities", 0), 1);
    assert_int_equal(json_size(entries), 2);
    assert_string_equal(json_get_text(json_at(entries, 1), "purpose", ""), "to call back");
    assert_string_equal(json_get_text(desk_last_entry(desk), "object_id", ""), record[0]);

    r = person_do(&auditor, desk, "audit.readers", "{'record':'%s'}", record[1]);
    assert_int_equal(json_get_int(json_at(json_get(r, "people"), 0), "identities", 9), 0);
    assert_int_equal(json_size(json_get(r, "entries")), 1);
    char part[20]; /* the beginning of a code is no record */
    (void)snprintf(part, sizeof part, "%.5s", record[0]);
    r = person_do(&auditor, desk, "audit.readers", "{'record':'%s'}", part);
    assert_int_equal(json_size(json_get(r, "entries")), 0);
}

static void readers_3_2_not_for_everybody(void **state)
{
    (void)state;
    (void)person_refused(&manager, desk, ERR_DENIED, "call.not_allowed", "audit.readers",
                         "{'record':'%s'}", record[0]);
    (void)person_refused(&manager, desk, ERR_DENIED, "call.not_allowed", "audit.search", "{}");
}

/* ---- 4 ---- */

static void days_4_1_that_are_none(void **state)
{
    static const char *const days[] = {"2026-02-30", "1.1.2026", "yesterday", "2026"};
    (void)state;
    for (size_t i = 0; i < sizeof days / sizeof *days; i++)
        (void)person_refused(&auditor, desk, ERR_USAGE, "audit.day", "audit.search",
                             "{'since':'%s'}", days[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pages_1_1),
        cmocka_unit_test(filters_2_1),
        cmocka_unit_test(filters_2_2_days),
        cmocka_unit_test(readers_3_1),
        cmocka_unit_test(readers_3_2_not_for_everybody),
        cmocka_unit_test(days_4_1_that_are_none),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
