/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/service/op_link_quality.c
 *  1 counts: records, persons with and without linkage, what organisations have in common
 *  2 estimates: within their ranges, histogram and curve go together with the run
 *  3 the sample is the same until the next run; what people decide of it is reviewed
 *  4 before any run; who may see it
 *  5 whatever was done to a register at random (decided, taken back, chosen, withdrawn, erased,
 *  imported, a file undone, a new run): the counts are those that the store counts record by
 *  record */
#include "harness.h"

#include "base/random.h"
#include "linked.h"
#include "service/service_internal.h"
#include "store/person.h"

#include <stdarg.h>

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

/* ---- at random ---- */

enum { ACTS = 60, ACT_KINDS = 10 };

static struct service *random_desk;
static struct random dice;
static int n_done[ACT_KINDS], n_file;

static int begin_at_random(void **state)
{
    (void)state;
    random_desk = linked_make();
    random_init(&dice, 20261123);
    return 0;
}

static int end_at_random(void **state)
{
    (void)state;
    service_close(random_desk);
    return 0;
}

static void same_counts(int act)
{
    const struct form *victim = dictionary_form(random_desk->dictionary, TEXT("victim"));
    const struct json *q = json_get(desk_do(random_desk, "link.quality", "{'form':'victim'}"),
                                    "forms"),
                      *n = json_get(json_at(q, 0), "counts");
    struct person_counts slow;
    struct err e = {0};
    if (!person_counts(&slow, random_desk->store, victim, &e)) fail_msg("%s", e.msg);
    const struct {
        const char *name;
        int64_t is;
    } of[] = {{"records", slow.n_record},
              {"persons", slow.n_person},
              {"persons_before", slow.n_person_by_key},
              {"linked_records", slow.n_linked},
              {"of_several", slow.n_several},
              {"across", slow.n_across}};
    for (size_t i = 0; i < sizeof of / sizeof *of; i++)
        if (json_get_int(n, of[i].name, -1) != of[i].is)
            fail_msg("act %d: %s is %lld, not %lld", act, of[i].name,
                     (long long)json_get_int(n, of[i].name, -1), (long long)of[i].is);
}

/* "" where it is not there any more. */
static void some_record(char code[static 20], bool police)
{
    int i = police ? (int)random_below(&dice, LINKED_POLICE)
                   : (int)random_below(&dice, LINKED_BOTH + LINKED_SHELTER);
    if (!police && i >= LINKED_BOTH) i += 200 - LINKED_BOTH;
    const struct json *r =
        json_get(desk_do(random_desk, "record.find", "{'form':'victim','reference':'%s-%d'}",
                         police ? "G" : "A", i),
                 "records");
    (void)snprintf(code, 20, "%s", json_get_text(json_at(r, 0), "record", ""));
}

static bool tried(const char *operation, const char *parameters, ...)
    __attribute__((format(printf, 2, 3)));
static bool tried(const char *operation, const char *parameters, ...)
{
    char in[400];
    struct json *out = NULL;
    struct err e = {0};
    va_list ap;
    va_start(ap, parameters);
    (void)vsnprintf(in, sizeof in, parameters, ap);
    va_end(ap);
    bool ok = desk_try(&out, random_desk, &e, operation, "%s", in);
    if (ok) json_free(out);
    return ok;
}

/* Records that no run has seen; some of persons who are there, under the same keys. */
static bool import_more(void)
{
    char path[40], prefix[20];
    int from = (int)random_below(&dice, 140);
    (void)snprintf(path, sizeof path, "more%d.csv", n_file);
    (void)snprintf(prefix, sizeof prefix, "M%d", n_file);
    linked_rows(path, prefix, from, from + 1 + (int)random_below(&dice, 6), false);
    n_file++;
    return tried("import.run", "{'file':'%s','form':'victim','organisation':'%s'}", path,
                 random_below(&dice, 2) == 0 ? "GNR" : "APAV");
}

static const char *withdrawn(void)
{
    static char code[20];
    const struct json *list =
        json_get(desk_do(random_desk, "record.list", "{'form':'victim','state':'withdrawn'}"),
                 "records");
    size_t n = json_size(list);
    (void)snprintf(code, sizeof code, "%s",
                   n == 0 ? ""
                          : json_get_text(json_at(list, random_below(&dice, n)), "record", ""));
    return code;
}

/* Whose answer counts, of the first person that contradicts itself. */
static bool choose(void)
{
    const struct json *list =
        json_get(desk_do(random_desk, "link.values", "{'form':'victim'}"), "conflicts");
    if (json_size(list) == 0) return false;
    const struct json *one = json_at(list, random_below(&dice, json_size(list)));
    char record[20], variable[80];
    (void)snprintf(record, sizeof record, "%s", json_get_text(one, "record", ""));
    (void)snprintf(variable, sizeof variable, "%s", json_get_text(one, "variable", ""));
    return tried("link.choose", "{'record':'%s','variable':'%s','reason':'x'}", record, variable);
}

static bool act(int kind)
{
    static char first[20], second[20]; /* decided last */
    char a[20], b[20];
    some_record(a, true);
    some_record(b, random_below(&dice, 3) == 0);
    switch (kind) {
    case 0:
    case 1:
        memcpy(first, a, sizeof first);
        memcpy(second, b, sizeof second);
        return tried("link.decide", "{'a':'%s','b':'%s','verdict':'%s','reason':'x'}", a, b,
                     kind == 0 ? "same" : "different");
    case 2: return tried("link.undo", "{'a':'%s','b':'%s','reason':'x'}", first, second);
    case 3: return tried("record.withdraw", "{'record':'%s','purpose':'x'}", b);
    case 4: return tried("record.restore", "{'record':'%s','purpose':'x'}", withdrawn());
    case 5: return tried("record.erase", "{'record':'%s','reason':'x'}", b);
    case 6: return import_more();
    case 7:
        return tried("batch.undo", "{'batch':%d,'reason':'x'}",
                     4 + (int)random_below(&dice, (uint64_t)n_file + 1));
    case 8: return random_below(&dice, 4) == 0 && tried("link.run", "{'form':'victim'}");
    default: return choose();
    }
}

static void quality_5_1_the_same_as_record_by_record(void **state)
{
    (void)state;
    same_counts(-1);
    (void)desk_do(random_desk, "link.run", "{'form':'victim'}");
    for (int i = 0; i < ACTS; i++) {
        int kind = (int)random_below(&dice, ACT_KINDS);
        n_done[kind] += act(kind);
        same_counts(i);
    }
    for (int i = 0; i < ACT_KINDS; i++)
        if (n_done[i] == 0) fail_msg("nothing of kind %d was done", i);
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
    const struct CMUnitTest at_random[] = {
        cmocka_unit_test(quality_5_1_the_same_as_record_by_record),
    };
    return cmocka_run_group_tests(tests, linked_begin, linked_end) +
           cmocka_run_group_tests(at_random, begin_at_random, end_at_random);
}
