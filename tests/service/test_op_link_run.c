/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/service/op_link_run.c
 *  1 a run needs a purpose and a form that is linked; a dry run keeps nothing
 *  2 it finds who is one person, with what it says of itself; again, it finds the same
 *  3 no identifier is in what it says or keeps in the log; it is one entry (S20)
 *  4 a register without records; roles that may not */
#include "harness.h"

#include "linked.h"

static const struct json *run(const char *more)
{
    const struct json *runs =
        json_get(desk_do(linked_desk, "link.run", "{'form':'victim'%s}", more), "runs");
    assert_int_equal(json_size(runs), 1);
    return json_at(runs, 0);
}

/* ---- 1 ---- */

static void run_1_1_needs_a_purpose_and_a_form(void **state)
{
    (void)state;
    struct service_options o = desk_options("repository", NULL);
    o.purpose = NULL;
    struct service *silent = desk_open_with(&o);
    (void)desk_refused(silent, ERR_DENIED, "call.no_purpose", "link.run", "{'form':'victim'}");
    service_close(silent);
    (void)desk_refused(linked_desk, ERR_USAGE, "link.form", "link.run", "{'form':'case'}");
    (void)desk_refused(linked_desk, ERR_USAGE, "call.no_form", "link.run", "{'form':'nobody'}");
}

static void run_1_2_dry_it_keeps_nothing(void **state)
{
    (void)state;
    int64_t before = linked_persons(linked_desk);
    const struct json *r = run(",'dry_run':true");
    assert_true(json_get_bool(r, "dry_run", false));
    assert_int_equal(json_get_int(r, "records", 0), LINKED_RECORDS);
    assert_int_equal(json_get_int(r, "before", 0), before);
    assert_true(json_get_int(r, "automatic", 0) > 0);
    assert_int_equal(linked_persons(linked_desk), before);
    assert_int_equal(json_size(json_get(desk_do(linked_desk, "link.runs", "{}"), "runs")), 0);
    assert_false(json_get_bool(desk_do(linked_desk, "link.queue", "{}"), "has_run", true));
}

/* ---- 2 ---- */

static void run_2_1_finds_the_persons(void **state)
{
    (void)state;
    int64_t entries = desk_entries(linked_desk, "link.run");
    const struct json *r = run("");
    int64_t n = json_get_int(r, "persons", 0), joined = json_get_int(r, "automatic", 0);
    assert_int_equal(json_get_int(r, "encoded", 0), LINKED_RECORDS);
    assert_true(json_get_bool(r, "automatic_allowed", false));
    /* every fourth is misspelt: what is left open waits for people */
    assert_in_range(n, LINKED_PERSONS, LINKED_PERSONS + LINKED_BOTH / 4);
    assert_in_range(joined, LINKED_BOTH * 3 / 4, LINKED_BOTH);
    assert_int_equal(n + joined, LINKED_RECORDS);
    assert_int_equal(linked_persons(linked_desk), n);
    assert_int_equal(desk_entries(linked_desk, "link.run"), entries + 1);
    desk_verify(linked_desk);
    const struct json *runs =
        json_get(desk_do(linked_desk, "link.runs", "{'form':'victim'}"), "runs");
    assert_int_equal(json_size(runs), 1);
    assert_true(json_get_bool(json_at(runs, 0), "latest", false));
    assert_int_equal(json_get_int(json_at(runs, 0), "automatic", 0), joined);
}

static void run_2_2_again_it_finds_the_same(void **state)
{
    (void)state;
    int64_t before = linked_persons(linked_desk);
    const struct json *r = run("");
    assert_int_equal(json_get_int(r, "persons", 0), before);
    assert_int_equal(json_get_int(r, "before", 0), before);
    const struct json *runs =
        json_get(desk_do(linked_desk, "link.runs", "{'form':'victim'}"), "runs");
    assert_int_equal(json_size(runs), 2);
    assert_true(json_get_bool(json_at(runs, 0), "latest", false));
    assert_false(json_get_bool(json_at(runs, 1), "latest", true));
}

/* The people are linked, each with the own record of the other file: nobody with a stranger. */
static void run_2_3_nobody_is_a_stranger(void **state)
{
    (void)state;
    for (int person = 0; person < LINKED_BOTH; person += 7) {
        const struct json *r = desk_do(linked_desk, "link.person", "{'record':'%s'}",
                                       linked_record(linked_desk, "G", person));
        size_t n = json_size(json_get(r, "records"));
        assert_in_range(n, 1, 2);
        if (n == 1) continue;
        char other[20];
        (void)snprintf(other, sizeof other, "%s",
                       json_get_text(json_at(json_get(r, "records"), 1), "record", ""));
        assert_string_equal(other, linked_record(linked_desk, "A", person));
    }
}

/* ---- 3 ---- */

static void run_3_1_no_identifier_in_what_it_says(void **state)
{
    (void)state;
    assert_false(linked_leaks(desk_do(linked_desk, "link.run", "{'form':'victim'}")));
    assert_false(linked_leaks(desk_do(linked_desk, "audit.list", "{}")));
}

/* ---- 4 ---- */

static void run_4_1_without_records(void **state)
{
    (void)state;
    const struct json *r = json_get(desk_do(linked_desk, "link.run", "{'form':'suspect'}"), "runs");
    assert_int_equal(json_get_int(json_at(r, 0), "records", -1), 0);
    assert_int_equal(json_get_int(json_at(r, 0), "automatic", -1), 0);
}

static void run_4_2_who_may_not(void **state)
{
    (void)state;
    static const char *const role[] = {"contributor", "analyst", "publisher", "auditor",
                                       "administrator"};
    for (size_t i = 0; i < sizeof role / sizeof *role; i++) {
        struct service_options o = desk_options("repository", role[i]);
        o.purpose = "linkage";
        struct service *s = desk_open_with(&o);
        (void)desk_refused(s, ERR_DENIED, "call.not_allowed", "link.run", "{}");
        (void)desk_refused(s, ERR_DENIED, "call.not_allowed", "link.queue", "{}");
        service_close(s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(run_1_1_needs_a_purpose_and_a_form),
        cmocka_unit_test(run_1_2_dry_it_keeps_nothing),
        cmocka_unit_test(run_2_1_finds_the_persons),
        cmocka_unit_test(run_2_2_again_it_finds_the_same),
        cmocka_unit_test(run_2_3_nobody_is_a_stranger),
        cmocka_unit_test(run_3_1_no_identifier_in_what_it_says),
        cmocka_unit_test(run_4_1_without_records),
        cmocka_unit_test(run_4_2_who_may_not),
    };
    return cmocka_run_group_tests(tests, linked_begin, linked_end);
}
