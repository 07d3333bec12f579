/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/service/link_new.c
 *  1 a few records that are imported after a run are compared at once, and joined as the run would
 *  2 many are not: linkage is to be run
 *  3 before any run nothing is compared, and nothing is said
 *  4 a desk's thread does it within a second, while others go on; after a run it knows the new
 *  one */
#include "harness.h"

#include "linked.h"

#include "service/link_new.h"
#include "service/shared.h"

#include <time.h>

static const struct json *import(struct service *s, const char *prefix, int from, int to)
{
    linked_rows("more.csv", prefix, from, to, false);
    return desk_do(s, "import.run",
                   "{'file':'more.csv','form':'victim','organisation':'APAV','strict':true}");
}

static int64_t queued(struct service *s)
{
    return json_get_int(desk_do(s, "link.queue", "{'state':'all'}"), "count", -1);
}

/* ---- 3 ---- */

static void new_3_1_before_any_run(void **state)
{
    (void)state;
    int64_t entries = desk_entries(linked_desk, "link.run");
    assert_false(json_get_bool(import(linked_desk, "B", 60, 62), "link_due", true));
    assert_int_equal(desk_entries(linked_desk, "link.run"), entries);
}

/* ---- 1 ---- */

static void new_1_1_are_joined_at_once(void **state)
{
    (void)state;
    (void)desk_do(linked_desk, "link.run", "{'form':'victim'}");
    int64_t persons = linked_persons(linked_desk), pairs = queued(linked_desk),
            entries = desk_entries(linked_desk, "link.run");
    const struct json *r = import(linked_desk, "C", 100, 103); /* known to GNR */
    assert_false(json_get_bool(r, "link_due", true));
    assert_int_equal(linked_persons(linked_desk), persons);
    assert_true(queued(linked_desk) >= pairs + 3);
    assert_int_equal(desk_entries(linked_desk, "link.run"), entries + 1);
    char known[20];
    (void)snprintf(known, sizeof known, "%s", linked_record(linked_desk, "G", 101));
    r = desk_do(linked_desk, "link.pair", "{'a':'%s','b':'%s'}", known,
                linked_record(linked_desk, "C", 101));
    assert_true(json_get_bool(r, "together", false));
    assert_true(json_get_bool(r, "automatic", false));
    assert_false(linked_leaks(r));
}

static void new_1_2_strangers_stay_apart(void **state)
{
    (void)state;
    int64_t persons = linked_persons(linked_desk);
    (void)import(linked_desk, "D", 300, 302);
    assert_int_equal(linked_persons(linked_desk), persons + 2);
}

/* ---- 2 ---- */

static void new_2_1_many_are_not_compared(void **state)
{
    (void)state;
    int64_t pairs = queued(linked_desk);
    assert_true(json_get_bool(import(linked_desk, "E", 400, 640), "link_due", false));
    assert_int_equal(queued(linked_desk), pairs);
    /* and what comes after them is compared again */
    (void)import(linked_desk, "F", 110, 111);
    assert_true(queued(linked_desk) > pairs);
}

/* ---- 4 ---- */

static double now(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static bool joined(struct service *s, const char *prefix, int person)
{
    char known[20];
    (void)snprintf(known, sizeof known, "%s", linked_record(s, "G", person));
    return json_get_bool(desk_do(s, "link.pair", "{'a':'%s','b':'%s'}", known,
                                 linked_record(s, prefix, person)),
                         "together", false);
}

static void new_4_1_by_the_thread_of_a_desk(void **state)
{
    (void)state;
    enum { PATIENCE_S = 30 }; /* of a slow machine under sanitizers; the time is printed */
    struct service_options o = desk_options("repository", NULL);
    struct shared *shared;
    struct err e = {0};
    o.purpose = "linkage";
    if (!shared_open(&shared, &o, &e)) fail_msg("%s", e.msg);
    struct link_watch *watch = link_watch_start(shared, &o);
    struct service *s = service_new(&o);
    s->shared = shared;
    (void)import(s, "H", 120, 121); /* the index is made */
    double began = now();
    while (!joined(s, "H", 120) && now() - began < PATIENCE_S) {}
    assert_true(joined(s, "H", 120));
    (void)import(s, "I", 121, 122);
    began = now();
    while (!joined(s, "I", 121) && now() - began < PATIENCE_S) {}
    print_message("a new record is joined after %.0f ms\n", 1000 * (now() - began));
    assert_true(joined(s, "I", 121));
    (void)desk_do(s, "link.run", "{'form':'victim'}");
    (void)import(s, "J", 122, 123);
    for (began = now(); !joined(s, "J", 122) && now() - began < PATIENCE_S;) {}
    assert_true(joined(s, "J", 122));
    service_close(s);
    link_watch_stop(watch);
    shared_close(shared);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(new_3_1_before_any_run),
        cmocka_unit_test(new_1_1_are_joined_at_once),
        cmocka_unit_test(new_1_2_strangers_stay_apart),
        cmocka_unit_test(new_2_1_many_are_not_compared),
        cmocka_unit_test(new_4_1_by_the_thread_of_a_desk),
    };
    return cmocka_run_group_tests(tests, linked_begin, linked_end);
}
