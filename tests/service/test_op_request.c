/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/service/op_request.c
 *  1 the day a request is due: one month, the last day of a short month, by hand, extended (GDPR
 *  art.
 *    12(3), Regulation 1182/71)
 *  2 what is asked, and by whom, is sealed: not in the database, not in the log (S12, S20)
 *  3 states: an answer needs its reasons; "neither confirmed nor denied" is the directive's alone;
 *  two
 *    who answer at once
 *  4 whoever does not look after requests sees none of it
 */
#include "harness.h"

#include "people.h"

#include "base/buf.h"
#include "base/date.h"
#include "base/file.h"

static struct service *desk;
static struct person officer = {.account = "officer", .role = "auditor"};
static struct person manager = {.account = "manager", .role = "data-manager"};

static int begin(void **state)
{
    (void)state;
    people_quick();
    desk_make("repository");
    desk = desk_open("repository", NULL);
    person_make(&officer, desk);
    person_make(&manager, desk);
    return 0;
}

static int end(void **state)
{
    (void)state;
    service_close(desk);
    return 0;
}

static const char *added(const char *law, const char *received, const char *more)
{
    static char code[20];
    const struct json *r =
        person_do(&officer, desk, "request.add",
                  "{'right':'access','law':'%s','received':'%s','who':'Zyxwv Canaryname',"
                  "'contact':'post box 4711','text':'All that is canarytext of mine.'%s}",
                  law, received, more);
    (void)snprintf(code, sizeof code, "%s", json_get_text(r, "request", ""));
    assert_int_equal(strlen(code), 12);
    return code;
}

static const struct json *shown(const char *code)
{
    return person_do(&officer, desk, "request.show", "{'request':'%s'}", code);
}

/* ---- 1 ---- */

static void due_1_1(void **state)
{
    static const char *const days[][2] = {{"2026-01-15", "2026-02-15"},
                                          {"2026-01-31", "2026-02-28"},
                                          {"2024-01-31", "2024-02-29"},
                                          {"2025-12-31", "2026-01-31"},
                                          {"2026-08-31", "2026-09-30"}};
    (void)state;
    for (size_t i = 0; i < sizeof days / sizeof *days; i++) {
        const char *code = added("gdpr", days[i][0], "");
        assert_string_equal(json_get_text(shown(code), "due", ""), days[i][1]);
    }
    const char *code = added("led", "2026-01-15", ",'due':'2026-04-01'");
    assert_string_equal(json_get_text(shown(code), "due", ""), "2026-04-01");
}

static void due_1_2_extended(void **state)
{
    (void)state;
    const char *code = added("gdpr", "2026-01-31", "");
    (void)person_do(&officer, desk, "request.answer",
                    "{'request':'%s','state':'extended','answer':'many files','version':1}", code);
    assert_string_equal(json_get_text(shown(code), "due", ""), "2026-04-30");
    (void)person_do(&officer, desk, "request.answer",
                    "{'request':'%s','state':'extended','answer':'many files, again','version':2}",
                    code); /* not twice */
    assert_string_equal(json_get_text(shown(code), "due", ""), "2026-04-30");
}

static void due_1_3_days_that_are_none(void **state)
{
    static const char *const days[] = {"2026-02-30", "31.1.2026", "2026-01", "9999-01-01"};
    (void)state;
    for (size_t i = 0; i < sizeof days / sizeof *days; i++)
        (void)person_refused(&officer, desk, ERR_USAGE, "request.day", "request.add",
                             "{'right':'access','law':'gdpr','received':'%s','who':'n','text':'n'}",
                             days[i]);
}

static void due_1_4_late_ones_are_counted(void **state)
{
    (void)state;
    const struct json *r = person_do(&officer, desk, "request.list", "{}");
    int64_t late = json_get_int(r, "late", 0), open = json_get_int(r, "open", 0);
    const char *code = added("gdpr", "2020-01-15", "");
    r = person_do(&officer, desk, "request.list", "{}");
    assert_int_equal(json_get_int(r, "late", 0), late + 1);
    assert_int_equal(json_get_int(r, "open", 0), open + 1);
    (void)person_do(&officer, desk, "request.answer",
                    "{'request':'%s','state':'answered','answer':'told','version':1}", code);
    r = person_do(&officer, desk, "request.list", "{}");
    assert_int_equal(json_get_int(r, "late", 0), late);
    assert_int_equal(json_get_int(r, "open", 0), open);
}

/* ---- 2 ---- */

static void sealed_2_1_only_who_asks_for_it_reads_it(void **state)
{
    (void)state;
    const char *code = added("gdpr", "2026-01-15", ",'record':'ABCDEFGHJKMN'");
    const struct json *r = shown(code);
    assert_string_equal(json_get_text(r, "who", ""), "Zyxwv Canaryname");
    assert_string_equal(json_get_text(r, "record", ""), "ABCDEFGHJKMN");
    assert_string_equal(json_get_text(r, "text", ""), "All that is canarytext of mine.");
    const struct json *entry = desk_last_entry(desk);
    assert_string_equal(json_get_text(entry, "action", ""), "subject.request");
    assert_string_equal(json_get_text(entry, "object_id", ""), code);
    assert_string_equal(json_get_text(entry, "fields", ""), "read");
    struct buf log;
    buf_init(&log, 4000000);
    json_write(&log, desk_do(desk, "audit.list", "{'limit':10000}"), false);
    assert_null(strstr(log.p, "anaryname"));
    assert_null(strstr(log.p, "canarytext"));
    buf_release(&log);
    r = person_do(&officer, desk, "request.list", "{}");
    for (size_t i = 0; i < json_size(json_get(r, "requests")); i++)
        assert_false(json_has(json_at(json_get(r, "requests"), i), "who"));
}

/* ---- 3 ---- */

static void states_3_1(void **state)
{
    (void)state;
    const char *code = added("gdpr", "2026-01-15", "");
    (void)person_refused(&officer, desk, ERR_USAGE, "request.answer", "request.answer",
                         "{'request':'%s','state':'refused','answer':'  ','version':1}", code);
    (void)person_refused(&officer, desk, ERR_USAGE, "request.state", "request.answer",
                         "{'request':'%s','state':'withheld','answer':'n','version':1}", code);
    assert_int_equal(json_size(json_get(shown(code), "states")), 4);
    code = added("led", "2026-01-15", "");
    assert_int_equal(json_size(json_get(shown(code), "states")), 5);
    (void)person_do(&officer, desk, "request.answer",
                    "{'request':'%s','state':'withheld','answer':'art. 15','version':1}", code);
    assert_string_equal(json_get_text(shown(code), "closed_by", ""), "officer");
}

static void states_3_2_two_at_once(void **state)
{
    (void)state;
    const char *code = added("gdpr", "2026-01-15", "");
    (void)person_do(&officer, desk, "request.answer",
                    "{'request':'%s','state':'answered','answer':'first','version':1}", code);
    (void)person_refused(&officer, desk, ERR_CONFLICT, "request.conflict", "request.answer",
                         "{'request':'%s','state':'refused','answer':'second','version':1}", code);
    assert_string_equal(json_get_text(shown(code), "answer", ""), "first");
    assert_string_equal(json_get_text(shown(code), "state", ""), "answered");
}

static void states_3_3_unknown_ones(void **state)
{
    static const char *const codes[] = {"000000000000", "x", "AAAAAAAAAAAAAAAA"};
    (void)state;
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        (void)person_refused(&officer, desk, ERR_NOT_FOUND, "request.unknown", "request.show",
                             "{'request':'%s'}", codes[i]);
}

/* ---- 4 ---- */

static void others_4_1_see_nothing(void **state)
{
    (void)state;
    (void)person_refused(&manager, desk, ERR_DENIED, "call.not_allowed", "request.list", "{}");
    (void)person_refused(&manager, desk, ERR_DENIED, "call.not_allowed", "request.show",
                         "{'request':'%s'}", "000000000000");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(due_1_1),
        cmocka_unit_test(due_1_2_extended),
        cmocka_unit_test(due_1_3_days_that_are_none),
        cmocka_unit_test(due_1_4_late_ones_are_counted),
        cmocka_unit_test(sealed_2_1_only_who_asks_for_it_reads_it),
        cmocka_unit_test(states_3_1),
        cmocka_unit_test(states_3_2_two_at_once),
        cmocka_unit_test(states_3_3_unknown_ones),
        cmocka_unit_test(others_4_1_see_nothing),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
