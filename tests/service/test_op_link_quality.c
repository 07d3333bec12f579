/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/service/op_link_quality.c
 *  1 counts: records, persons with and without linkage, what organisations have in common
 *  2 estimates: within their ranges, histogram and curve go together with the run
 *  3 the sample is the same until the next run; what people decide of it is reviewed
 *  4 before any run; who may see it */
#include "harness.h"

#include "linked.h"

static const struct json *quality(void)
{
    return json_at(json_get(desk_do(linked_desk, "link.quality", "{'form':'victim'}"), "forms"), 0);
}

static void quality_4_1_before_any_run(void **state)
{
    (void)state;
    const struct json *q = quality(), *n = json_get(q, "counts");
    assert_false(json_get_bool(q, "has_run", true));
    assert_false(json_has(q, "run"));
    assert_int_equal(json_get_int(n, "records", 0), LINKED_RECORDS);
    assert_int_equal(json_get_int(n, "persons", 0), json_get_int(n, "persons_before", -1));
}

static void quality_1_1_counts(void **state)
{
    (void)state;
    (void)desk_do(linked_desk, "link.run", "{'form':'victim'}");
    int64_t counted = linked_persons(linked_desk);
    const struct json *q = quality(), *n = json_get(q, "counts"),
                      *organisations = json_get(q, "organisations"),
                      *overlap = json_get(q, "overlap");
    int64_t persons = json_get_int(n, "persons", 0), shared = json_get_int(n, "across", -1);
    assert_int_equal(json_get_int(n, "records", 0), LINKED_RECORDS);
    assert_int_equal(persons, counted);
    assert_int_equal(persons + shared, LINKED_RECORDS); /* each joined pair is of both */
    assert_int_equal(json_get_int(n, "linked_records", 0), 2 * shared);
    assert_int_equal(json_size(organisations), 2);
    assert_int_equal(json_size(overlap), 1);
    assert_int_equal(json_get_int(json_at(overlap, 0), "persons", 0), shared);
    int64_t records = 0;
    for (size_t i = 0; i < 2; i++) {
        records += json_get_int(json_at(organisations, i), "records", 0);
        assert_int_equal(json_get_int(json_at(organisations, i), "shared", 0), shared);
    }
    assert_int_equal(records, LINKED_RECORDS);
}

static bool is_share(const struct json *j, const char *key)
{
    double v = json_get_number(j, key, -1);
    return v >= 0 && v <= 1;
}

static void quality_2_1_estimates(void **state)
{
    (void)state;
    const struct json *q = quality(), *curve = json_get(q, "curve"),
                      *bars = json_get(q, "histogram");
    assert_true(json_get_number(json_get(q, "above"), "precision", 0) > 0.95);
    assert_true(json_get_number(json_get(q, "review"), "recall", 0) >=
                json_get_number(json_get(q, "above"), "recall", 0));
    double recall = 1.01;
    for (size_t i = 0; i < json_size(curve); i++) {
        assert_true(is_share(json_at(curve, i), "precision"));
        assert_true(json_get_number(json_at(curve, i), "recall", 0) <= recall);
        recall = json_get_number(json_at(curve, i), "recall", 0);
    }
    assert_true(json_size(bars) > 3);
    for (size_t i = 0; i < json_size(bars); i++)
        assert_true(json_get_number(json_at(bars, i), "matches", -1) <=
                    (double)json_get_int(json_at(bars, i), "pairs", -1) + 1e-6);
    assert_true(json_size(json_get(q, "fields")) > 5);
}

static void quality_3_1_a_sample_is_reviewed(void **state)
{
    (void)state;
    const struct json *r = desk_do(linked_desk, "link.sample", "{'size':5}");
    size_t n = json_size(json_get(r, "pairs"));
    char a[10][20], b[10][20];
    assert_in_range(n, 5, 10);
    assert_int_equal(json_get_int(r, "reviewed", -1), 0);
    for (size_t i = 0; i < n; i++) {
        const struct json *p = json_at(json_get(r, "pairs"), i);
        (void)snprintf(a[i], sizeof a[i], "%s", json_get_text(p, "a", ""));
        (void)snprintf(b[i], sizeof b[i], "%s", json_get_text(p, "b", ""));
    }
    for (size_t i = 0; i < 5; i++)
        (void)desk_do(linked_desk, "link.decide",
                      "{'a':'%s','b':'%s','verdict':'same','reason':'of the sample'}", a[i], b[i]);
    r = desk_do(linked_desk, "link.sample", "{'size':5}");
    assert_int_equal(json_get_int(r, "reviewed", -1), 5);
    for (size_t i = 0; i < n; i++)
        assert_string_equal(json_get_text(json_at(json_get(r, "pairs"), i), "a", ""), a[i]);
    const struct json *seen = json_get(quality(), "reviewed"), *p = json_get(seen, "precision");
    assert_true(json_get_bool(seen, "has_above", false));
    assert_true(json_get_number(p, "value", 0) > 0.99);
    assert_true(json_get_number(p, "from", 1) < 0.9); /* five are few */
}

static void quality_4_2_who_may(void **state)
{
    (void)state;
    struct service *analyst = desk_open("repository", "analyst"),
                   *publisher = desk_open("repository", "publisher");
    (void)desk_do(analyst, "link.quality", "{}");
    (void)desk_refused(analyst, ERR_DENIED, "call.not_allowed", "link.sample", "{}");
    (void)desk_refused(publisher, ERR_DENIED, "call.not_allowed", "link.quality", "{}");
    service_close(analyst);
    service_close(publisher);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quality_4_1_before_any_run),
        cmocka_unit_test(quality_1_1_counts),
        cmocka_unit_test(quality_2_1_estimates),
        cmocka_unit_test(quality_3_1_a_sample_is_reviewed),
        cmocka_unit_test(quality_4_2_who_may),
    };
    return cmocka_run_group_tests(tests, linked_begin, linked_end);
}
