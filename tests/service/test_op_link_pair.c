/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/service/op_link_pair.c
 *  1 two records side by side: whose, when, what agrees, what speaks for and against, in words
 *  2 no identifier is shown (S21): names are not in any document */
#include "harness.h"

#include "linked.h"

static struct service *desk;
static char a[20], b[20];

static int begin(void **state)
{
    (void)state;
    desk = linked_make();
    (void)desk_do(desk, "link.run", "{'form':'victim'}");
    (void)snprintf(a, sizeof a, "%s", linked_record(desk, "G", 8));
    (void)snprintf(b, sizeof b, "%s", linked_record(desk, "A", 8));
    return 0;
}

static int end(void **state)
{
    (void)state;
    service_close(desk);
    return 0;
}

static const struct json *pair(void)
{
    return desk_do(desk, "link.pair", "{'a':'%s','b':'%s'}", a, b);
}

static const struct json *named(const struct json *list, const char *key, const char *value)
{
    for (size_t i = 0; i < json_size(list); i++)
        if (strcmp(json_get_text(json_at(list, i), key, ""), value) == 0) return json_at(list, i);
    fail_msg("nothing has %s %s", key, value);
    return NULL;
}

/* ---- 1 ---- */

static void pair_1_1_sides_and_values(void **state)
{
    (void)state;
    const struct json *r = pair();
    assert_string_equal(json_get_text(json_get(r, "left"), "record", ""), a);
    assert_string_equal(json_get_text(json_get(r, "right"), "organisation", ""), "APAV");
    assert_true(json_get_text(json_get(r, "left"), "registered", "")[0] == '2');
    const struct json *rows = json_get(r, "rows"), *sex = named(rows, "field", "sex"),
                      *file = named(rows, "field", "source_file_no");
    assert_true(json_get_bool(sex, "agrees", false));
    assert_false(json_get_bool(sex, "differs", true));
    assert_true(json_get_bool(file, "differs", false));
    assert_string_equal(json_get_text(file, "left", ""), "G-8");
    assert_string_equal(json_get_text(file, "right", ""), "A-8");
    assert_true(json_get_bool(r, "together", false));
    assert_int_equal(json_size(json_get(r, "person_left")), 2);
    assert_true(json_size(json_get(r, "reasons")) >= 3);
}

/* Asked for the other way round, it is the same pair. */
static void pair_1_2_in_either_order(void **state)
{
    (void)state;
    const struct json *r = desk_do(desk, "link.pair", "{'a':'%s','b':'%s'}", b, a);
    assert_string_equal(json_get_text(r, "a", ""), a);
}

static void pair_1_3_what_speaks_for_it(void **state)
{
    (void)state;
    const struct json *r = pair(), *fields = json_get(r, "fields");
    assert_true(json_get_bool(r, "compared", false));
    assert_true(json_get_number(r, "weight", 0) >= 6);
    assert_string_equal(json_get_text(r, "band", ""), "above");
    const struct json *name = named(fields, "field", "family_name");
    assert_true(json_get_bool(name, "encoded", false));
    assert_string_equal(json_get_text(name, "left", "?"), "");
    assert_string_equal(json_get_text(name, "level", ""), "equal");
    const struct json *sex = named(fields, "field", "sex");
    assert_false(json_get_bool(sex, "encoded", true));
    assert_true(json_get_text(sex, "left", "")[0] != '\0');
    double before = 1e9;
    for (size_t i = 0; i < json_size(fields); i++) {
        double w = json_get_number(json_at(fields, i), "weight", 0);
        if (strcmp(json_get_text(json_at(fields, i), "tone", ""), "missing") == 0) continue;
        if (w < 0) w = -w;
        assert_true(w <= before);
        before = w;
    }
    assert_true(strlen(json_get_text(r, "why", "")) > 30);
    assert_non_null(strstr(json_get_text(r, "why", ""), "For one person"));
}

static void pair_1_4_that_nobody_compared(void **state)
{
    (void)state;
    char other[20];
    (void)snprintf(other, sizeof other, "%s", linked_record(desk, "G", 121));
    const struct json *r = desk_do(desk, "link.pair", "{'a':'%s','b':'%s'}", a, other);
    if (json_get_bool(r, "compared", true)) assert_true(json_get_number(r, "weight", 0) < 6);
    else assert_int_equal(json_size(json_get(r, "fields")), 0);
    assert_true(json_get_bool(r, "is_open", false));
    assert_true(json_get_bool(r, "can_decide", false));
}

/* ---- 2 ---- */

static void identifiers_2_1_are_in_no_document(void **state)
{
    (void)state;
    static const char *const operation[] = {"link.queue",  "link.decisions", "link.sample",
                                            "link.values", "link.conflicts", "link.quality"};
    assert_false(linked_leaks(pair()));
    assert_false(linked_leaks(desk_do(desk, "link.person", "{'record':'%s'}", a)));
    for (size_t i = 0; i < sizeof operation / sizeof *operation; i++)
        assert_false(linked_leaks(desk_do(desk, operation[i], "{}")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pair_1_1_sides_and_values),
        cmocka_unit_test(pair_1_2_in_either_order),
        cmocka_unit_test(pair_1_3_what_speaks_for_it),
        cmocka_unit_test(pair_1_4_that_nobody_compared),
        cmocka_unit_test(identifiers_2_1_are_in_no_document),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
