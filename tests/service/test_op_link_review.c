/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/service/op_link_review.c
 *  1 the queue: what waits, page by page, by band, state and organisation
 *  2 deciding: what is the same, different, unsure; undoing one restores the counts exactly
 *  3 somebody was quicker: nothing is written, and who it was is said
 *  4 decisions that contradict each other are listed
 *  5 every decision and every look is in the log (S20); reasons are not in it
 *  6 who may not see one of the records has no such pair (S51)
 *  7 where the register wants two people (linkage.four_eyes), a decision counts when a second one has
 *    confirmed it; nobody confirms their own; the second one may decide otherwise */
#include "harness.h"

#include "base/file.h"
#include "linked.h"
#include "people.h"

static struct service *desk;
static struct person manager = {.account = "manager", .role = "data-manager"};
static struct person second = {.account = "second", .role = "data-manager"};
static struct person police = {.account = "police", .role = "contributor", .organisation = "GNR"};

static int begin(void **state)
{
    (void)state;
    people_quick();
    desk = linked_make();
    (void)desk_do(desk, "link.run", "{}");
    person_make(&manager, desk);
    person_make(&second, desk);
    person_make(&police, desk);
    return 0;
}

static int end(void **state)
{
    (void)state;
    service_close(desk);
    return 0;
}

static char a[20], b[20];

/* A pair that is one person, and was joined by the run. */
static void joined(int person)
{
    for (;; person++) {
        (void)snprintf(a, sizeof a, "%s", linked_record(desk, "G", person));
        (void)snprintf(b, sizeof b, "%s", linked_record(desk, "A", person));
        const struct json *r = desk_do(desk, "link.pair", "{'a':'%s','b':'%s'}", a, b);
        if (json_get_bool(r, "automatic", false) && json_get_bool(r, "is_same", false)) return;
    }
}

static int64_t seen(void)
{
    return json_get_int(desk_do(desk, "link.pair", "{'a':'%s','b':'%s'}", a, b), "seen", -1);
}

static const struct json *decide(struct person *p, const char *verdict)
{
    return person_do(p, desk, "link.decide",
                     "{'a':'%s','b':'%s','verdict':'%s','reason':'REASON-X'}", a, b, verdict);
}

/* ---- 1 ---- */

static void queue_1_1_page_by_page(void **state)
{
    (void)state;
    const struct json *all = desk_do(desk, "link.queue", "{'state':'all','limit':500}");
    size_t n = json_size(json_get(all, "pairs")), walked = 0;
    assert_int_equal(json_get_int(all, "count", 0), (int64_t)n);
    assert_true(n >= 45);
    assert_false(linked_leaks(all));
    double before = 1e9;
    char after[80] = "";
    do {
        const struct json *page =
            desk_do(desk, "link.queue", "{'state':'all','limit':7,'after':'%s'}", after);
        const struct json *pairs = json_get(page, "pairs");
        for (size_t i = 0; i < json_size(pairs); i++) {
            double w = json_get_number(json_at(pairs, i), "weight", 0);
            assert_true(w <= before);
            before = w;
        }
        walked += json_size(pairs);
        (void)snprintf(after, sizeof after, "%s", json_get_text(page, "next", ""));
    } while (after[0] != '\0');
    assert_int_equal(walked, n);
    /* and what my work says waits is what is listed */
    int64_t open = json_get_int(desk_do(desk, "link.queue", "{}"), "count", -1);
    assert_int_equal(json_get_int(desk_do(desk, "work.summary", "{}"), "link_open", 0), open);
}

static void queue_1_2_by_band_and_organisation(void **state)
{
    (void)state;
    int64_t n = json_get_int(desk_do(desk, "link.queue", "{'state':'all'}"), "count", 0), sum = 0;
    static const char *const band[] = {"above", "review", "below"};
    for (size_t i = 0; i < 3; i++)
        sum += json_get_int(desk_do(desk, "link.queue", "{'state':'all','band':'%s'}", band[i]),
                            "count", 0);
    assert_int_equal(sum, n);
    const struct json *r = desk_do(desk, "link.queue", "{'state':'all','organisation':'APAV'}");
    assert_in_range(json_get_int(r, "count", 0), 1, n);
    const struct json *p = json_at(json_get(r, "pairs"), 0);
    assert_true(strcmp(json_get_text(p, "organisation_a", ""), "APAV") == 0 ||
                strcmp(json_get_text(p, "organisation_b", ""), "APAV") == 0);
    (void)desk_refused(desk, ERR_NOT_FOUND, "organisation.unknown", "link.queue",
                       "{'organisation':'NOBODY'}");
}

/* ---- 2 ---- */

static void decide_2_1_undoing_restores_the_counts(void **state)
{
    (void)state;
    joined(0);
    int64_t before = linked_persons(desk);
    const struct json *r = decide(&manager, "different");
    assert_true(json_get_bool(r, "decided", false));
    assert_string_equal(json_get_text(r, "verdict", ""), "different");
    assert_int_equal(linked_persons(desk), before + 1);
    r = person_do(&manager, desk, "link.undo", "{'a':'%s','b':'%s','reason':'a slip'}", a, b);
    assert_true(json_get_bool(r, "decided", false));
    assert_int_equal(linked_persons(desk), before);
    /* and the automatic one stands again, which can be undone too */
    r = desk_do(desk, "link.undo", "{'a':'%s','b':'%s','reason':'to see'}", a, b);
    assert_string_equal(json_get_text(r, "verdict", ""), "open");
    assert_int_equal(linked_persons(desk), before + 1);
    (void)desk_refused(desk, ERR_CONFLICT, "link.no_decision", "link.undo",
                       "{'a':'%s','b':'%s','reason':'again'}", a, b);
    r = decide(&manager, "same");
    assert_int_equal(linked_persons(desk), before);
    assert_false(json_get_bool(r, "held", true));
}

static void decide_2_2_unsure_joins_nobody(void **state)
{
    (void)state;
    (void)snprintf(a, sizeof a, "%s", linked_record(desk, "G", 100));
    (void)snprintf(b, sizeof b, "%s", linked_record(desk, "G", 101));
    int64_t before = linked_persons(desk);
    (void)decide(&manager, "unsure");
    assert_int_equal(linked_persons(desk), before);
    (void)decide(&manager, "same");
    assert_int_equal(linked_persons(desk), before - 1);
    (void)desk_do(desk, "link.undo", "{'a':'%s','b':'%s','reason':'a test'}", a, b);
    assert_int_equal(linked_persons(desk), before);
}

static void decide_2_3_what_is_no_pair(void **state)
{
    (void)state;
    (void)desk_refused(desk, ERR_INPUT, "link.same_record", "link.decide",
                       "{'a':'%s','b':'%s','verdict':'same','reason':'x'}", a, a);
    (void)desk_refused(desk, ERR_NOT_FOUND, "record.unknown", "link.pair",
                       "{'a':'%s','b':'000000000000'}", a);
    (void)desk_refused(desk, ERR_USAGE, "call.choice", "link.decide",
                       "{'a':'%s','b':'%s','verdict':'perhaps','reason':'x'}", a, b);
    (void)desk_refused(desk, ERR_USAGE, "call.missing", "link.decide",
                       "{'a':'%s','b':'%s','verdict':'same'}", a, b);
}

/* ---- 3 ---- */

static void quicker_3_1_nothing_is_written(void **state)
{
    (void)state;
    joined(5);
    long long shown = (long long)seen();
    (void)decide(&manager, "different");
    int64_t persons = linked_persons(desk);
    const struct json *r =
        person_do(&second, desk, "link.decide",
                  "{'a':'%s','b':'%s','verdict':'same','reason':'late','seen':%lld}", a, b, shown);
    assert_false(json_get_bool(r, "decided", true));
    assert_true(json_get_bool(r, "conflict", false));
    assert_string_equal(json_get_text(r, "by", ""), "manager");
    assert_string_equal(json_get_text(r, "verdict", ""), "different");
    assert_int_equal(linked_persons(desk), persons);
}

/* ---- 4 ---- */

static void contradiction_4_1_is_listed(void **state)
{
    (void)state;
    char c[20];
    (void)snprintf(a, sizeof a, "%s", linked_record(desk, "G", 110));
    (void)snprintf(b, sizeof b, "%s", linked_record(desk, "G", 111));
    (void)snprintf(c, sizeof c, "%s", linked_record(desk, "G", 112));
    (void)decide(&manager, "different");
    (void)desk_do(desk, "link.decide", "{'a':'%s','b':'%s','verdict':'same','reason':'x'}", a, c);
    const struct json *r =
        desk_do(desk, "link.decide", "{'a':'%s','b':'%s','verdict':'same','reason':'x'}", b, c);
    bool held = json_get_bool(r, "held", false);
    r = desk_do(desk, "link.conflicts", "{}");
    assert_int_equal(json_get_int(r, "count", 0), 1);
    const struct json *k = json_at(json_get(r, "conflicts"), 0);
    assert_true(strlen(json_get_text(k, "sentence", "")) > 40);
    assert_string_equal(json_get_text(k, "against_by", ""), "manager");
    /* people's newest count first: the older "same" gives way */
    assert_false(held);
    r = desk_do(desk, "work.summary", "{}");
    assert_int_equal(json_get_int(r, "link_conflicts", 0), 1);
    (void)desk_do(desk, "link.undo", "{'a':'%s','b':'%s','reason':'x'}", a, c);
    assert_int_equal(json_get_int(desk_do(desk, "link.conflicts", "{}"), "count", -1), 0);
}

/* ---- 5 ---- */

static void log_5_1_every_act_is_in_it(void **state)
{
    (void)state;
    static const struct {
        const char *operation, *action, *more;
    } act[] = {{"link.pair", "link.read", ""},
               {"link.decide", "link.decide", ",'verdict':'same','reason':'REASON-X'"},
               {"link.undo", "link.undo", ",'reason':'REASON-X'"}};
    joined(20);
    for (size_t i = 0; i < sizeof act / sizeof *act; i++) {
        int64_t before = desk_entries(desk, act[i].action);
        (void)person_do(&manager, desk, act[i].operation, "{'a':'%s','b':'%s'%s}", a, b,
                        act[i].more);
        assert_int_equal(desk_entries(desk, act[i].action), before + 1);
        const struct json *entry = desk_last_entry(desk);
        const char *object = json_get_text(entry, "object_id", "");
        if (strstr(object, a) == NULL || strstr(object, b) == NULL)
            fail_msg("%s: the entry names %s", act[i].operation, object);
        struct buf text;
        buf_init(&text, 1 << 20);
        json_write(&text, entry, false);
        assert_null(strstr(text.p, "REASON-X"));
        buf_release(&text);
    }
    desk_verify(desk);
}

static void log_5_2_decisions_with_their_reasons(void **state)
{
    (void)state;
    const struct json *r = desk_do(desk, "link.decisions", "{'who':'people','limit':200}");
    const struct json *list = json_get(r, "decisions");
    bool found = false;
    assert_true(json_size(list) > 4);
    for (size_t i = 0; i < json_size(list); i++) {
        assert_false(json_get_bool(json_at(list, i), "automatic", true));
        found = found || strcmp(json_get_text(json_at(list, i), "reason", ""), "REASON-X") == 0;
    }
    assert_true(found);
    r = desk_do(desk, "link.decisions", "{'who':'automatic','limit':10}");
    assert_int_equal(json_size(json_get(r, "decisions")), 10);
    assert_true(json_get_text(r, "next", "")[0] != '\0');
    r = desk_do(desk, "link.decisions", "{'verdict':'different','state':'in_force'}");
    for (size_t i = 0; i < json_size(json_get(r, "decisions")); i++)
        assert_string_equal(json_get_text(json_at(json_get(r, "decisions"), i), "verdict", ""),
                            "different");
}

/* ---- 6 ---- */

static void scope_6_1_a_contributor_has_no_pairs(void **state)
{
    (void)state;
    joined(30);
    (void)person_refused(&police, desk, ERR_DENIED, "call.not_allowed", "link.pair",
                         "{'a':'%s','b':'%s'}", a, b);
    (void)person_refused(&police, desk, ERR_DENIED, "call.not_allowed", "link.person",
                         "{'record':'%s'}", a);
    (void)person_refused(&police, desk, ERR_DENIED, "call.not_allowed", "link.quality", "{}");
    const struct json *r = person_do(&police, desk, "work.summary", "{}");
    assert_false(json_has(r, "link_open"));
}

/* ---- 7 ---- */

static struct person one = {.account = "one", .role = "data-manager"};
static struct person two = {.account = "two", .role = "data-manager"};

static void want_two_people(void)
{
    struct buf all;
    struct err e = {0};
    size_t at;
    const struct text line = TEXT("\nlinkage.four_eyes,no,");
    buf_init(&all, 100000);
    assert_true(file_read(&all, "repository/dictionary/parameters.csv", 100000, &e));
    assert_true(text_find(buf_text(&all), line, &at));
    FILE *f = fopen("repository/dictionary/parameters.csv", "w");
    assert_non_null(f);
    assert_int_equal(fwrite(all.p, 1, at, f), at);
    (void)fputs("\nlinkage.four_eyes,yes,", f);
    (void)fputs(all.p + at + line.n, f);
    assert_int_equal(fclose(f), 0);
    buf_release(&all);
    service_close(desk);
    struct service_options o = desk_options("repository", NULL);
    o.purpose = "linkage";
    o.language = "en";
    desk = desk_open_with(&o);
    (void)desk_do(desk, "pack.install", "{}");
}

static int64_t waiting(void)
{
    return json_get_int(desk_do(desk, "work.summary", "{}"), "link_confirm", 0);
}

static void four_eyes_7_1_a_second_person_confirms(void **state)
{
    (void)state;
    want_two_people();
    person_make(&one, desk); /* sessions of before have ended: this desk's clock is another one */
    person_make(&two, desk);
    joined(40);
    int64_t before = linked_persons(desk), n_waiting = waiting();
    const struct json *r = decide(&one, "different");
    assert_true(json_get_bool(r, "confirm", false));
    assert_int_equal(linked_persons(desk), before); /* the run's "same" counts still */
    assert_int_equal(waiting(), n_waiting + 1);
    (void)person_refused(&one, desk, ERR_DENIED, "link.own_decision", "link.confirm",
                         "{'a':'%s','b':'%s'}", a, b);
    assert_int_equal(linked_persons(desk), before);
    r = person_do(&two, desk, "link.pair", "{'a':'%s','b':'%s'}", a, b);
    assert_true(json_get_bool(r, "four_eyes", false));
    assert_true(json_get_bool(r, "can_confirm", false));
    r = person_do(&two, desk, "link.confirm", "{'a':'%s','b':'%s','seen':%d}", a, b,
                  (int)json_get_int(r, "seen", 0));
    assert_true(json_get_bool(r, "decided", false));
    assert_false(json_get_bool(r, "confirm", true));
    assert_int_equal(linked_persons(desk), before + 1);
    assert_int_equal(waiting(), n_waiting);
    const struct json *list = json_get(
        person_do(&one, desk, "link.decisions", "{'who':'mine','limit':1}"), "decisions");
    assert_string_equal(json_get_text(json_at(list, 0), "confirmed_by", ""), "two");
    (void)person_refused(&two, desk, ERR_CONFLICT, "link.confirmed", "link.confirm",
                         "{'a':'%s','b':'%s'}", a, b);
}

static void four_eyes_7_2_a_second_person_disagrees(void **state)
{
    (void)state;
    joined(45);
    int64_t before = linked_persons(desk), n_waiting = waiting();
    (void)decide(&one, "different");
    const struct json *r = decide(&two, "same"); /* in the place of what waited */
    assert_true(json_get_bool(r, "confirm", false));
    assert_int_equal(linked_persons(desk), before);
    assert_int_equal(waiting(), n_waiting + 1);
    (void)person_refused(&two, desk, ERR_DENIED, "link.own_decision", "link.confirm",
                         "{'a':'%s','b':'%s'}", a, b);
    r = person_do(&one, desk, "link.confirm", "{'a':'%s','b':'%s'}", a, b);
    assert_string_equal(json_get_text(r, "verdict", ""), "same");
    assert_int_equal(linked_persons(desk), before);
    /* "unsure" joins and parts nobody: it waits for nobody */
    joined(50);
    assert_false(json_get_bool(decide(&one, "unsure"), "confirm", true));
    desk_verify(desk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(queue_1_1_page_by_page),
        cmocka_unit_test(queue_1_2_by_band_and_organisation),
        cmocka_unit_test(decide_2_1_undoing_restores_the_counts),
        cmocka_unit_test(decide_2_2_unsure_joins_nobody),
        cmocka_unit_test(decide_2_3_what_is_no_pair),
        cmocka_unit_test(quicker_3_1_nothing_is_written),
        cmocka_unit_test(contradiction_4_1_is_listed),
        cmocka_unit_test(log_5_1_every_act_is_in_it),
        cmocka_unit_test(log_5_2_decisions_with_their_reasons),
        cmocka_unit_test(scope_6_1_a_contributor_has_no_pairs),
        cmocka_unit_test(four_eyes_7_1_a_second_person_confirms),
        cmocka_unit_test(four_eyes_7_2_a_second_person_disagrees),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
