/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/service/op_link_person.c
 *  1 a person: its records, what holds for the whole person, decisions
 *  2 contradictions of records of one person (Q21) are listed, and gone when the person is; page by
 *    page; in one's work
 *  3 choosing whose answer counts: tables count it, and undoing gives the table there was exactly
 *  4 what was chosen is shown, by whom, when, why; a settled one leaves the queue, and comes back when
 *    it is taken back, or when a record joins that was not looked at
 *  5 a choice goes with its record when persons part, and the later one of two stands
 *  6 what cannot be chosen; somebody was quicker
 *  7 every act is in the log, no reason is (S20); who may not (S51); no identifier (S21)
 *  8 a choice goes with its record when that is erased (S16) */
#include "harness.h"

#include "linked.h"
#include "people.h"

static struct service *desk;
static struct person manager = {.account = "manager", .role = "data-manager"};
static struct person second = {.account = "second", .role = "data-manager"};
static struct person analyst = {.account = "analyst", .role = "analyst"};
static struct person police = {.account = "police", .role = "contributor", .organisation = "GNR"};

/* a and b are one person by the run, F; c and d another one, M, of another age. */
static char a[20], b[20], c[20], d[20];

static int begin(void **state)
{
    (void)state;
    people_quick();
    desk = linked_make();
    (void)desk_do(desk, "link.run", "{'form':'victim'}");
    person_make(&manager, desk);
    person_make(&second, desk);
    person_make(&analyst, desk);
    person_make(&police, desk);
    (void)snprintf(a, sizeof a, "%s", linked_record(desk, "G", 8));
    (void)snprintf(b, sizeof b, "%s", linked_record(desk, "A", 8));
    (void)snprintf(c, sizeof c, "%s", linked_record(desk, "G", 11));
    (void)snprintf(d, sizeof d, "%s", linked_record(desk, "A", 11));
    return 0;
}

static int end(void **state)
{
    (void)state;
    service_close(desk);
    return 0;
}

static const struct json *named(const struct json *list, const char *key, const char *value)
{
    for (size_t i = 0; i < json_size(list); i++)
        if (strcmp(json_get_text(json_at(list, i), key, ""), value) == 0) return json_at(list, i);
    fail_msg("nothing has %s %s", key, value);
    return NULL;
}

static void join(const char *x, const char *y)
{
    (void)desk_do(desk, "link.decide", "{'a':'%s','b':'%s','verdict':'same','reason':'x'}", x, y);
}

static void part(const char *x, const char *y)
{
    (void)desk_do(desk, "link.undo", "{'a':'%s','b':'%s','reason':'x'}", x, y);
}

/* A value of a person; lives until the next desk_do(). */
static const struct json *value_of(const char *record, const char *variable)
{
    const struct json *r =
        desk_do(desk, "link.person", "{'record':'%s','variable':'%s'}", record, variable);
    const struct json *values = json_get(r, "values");
    assert_int_equal(json_size(values), 1);
    return json_at(values, 0);
}

static int64_t open(void)
{
    const struct json *r = desk_do(desk, "link.values", "{}");
    int64_t n = json_get_int(r, "count", -1);
    assert_int_equal(json_get_int(r, "open", -1), n);
    /* and what my work says waits is what is listed */
    assert_int_equal(json_get_int(desk_do(desk, "work.summary", "{}"), "link_values", 0), n);
    return n;
}

static int64_t settled(void)
{
    return json_get_int(desk_do(desk, "link.values", "{'state':'settled'}"), "count", -1);
}

static const struct json *choose(const char *record, const char *variable)
{
    return person_do(&manager, desk, "link.choose",
                     "{'record':'%s','variable':'%s','reason':'REASON-Y'}", record, variable);
}

static const struct json *unchoose(const char *record, const char *variable)
{
    return person_do(&manager, desk, "link.unchoose",
                     "{'record':'%s','variable':'%s','reason':'REASON-Z'}", record, variable);
}

/* ---- 1 ---- */

static void person_1_1_with_all_records(void **state)
{
    (void)state;
    const struct json *r = desk_do(desk, "link.person", "{'record':'%s'}", b);
    assert_int_equal(json_get_int(r, "count", 0), 2);
    assert_int_equal(json_get_int(r, "organisations", 0), 2);
    assert_true(json_get_bool(named(json_get(r, "records"), "record", b), "is_asked", false));
    assert_false(json_get_bool(named(json_get(r, "records"), "record", a), "is_asked", true));
    const struct json *file = named(json_get(r, "values"), "variable", "source_file_no");
    assert_string_equal(json_get_text(file, "value", ""), "A-8"); /* the last that says it */
    assert_string_equal(json_get_text(file, "rule", ""), "last");
    assert_int_equal(json_size(json_get(file, "answers")), 2);
    assert_int_equal(json_get_int(r, "conflicts", -1), 0);
    assert_true(json_size(json_get(r, "decisions")) > 0);
    (void)desk_refused(desk, ERR_NOT_FOUND, "record.unknown", "link.person",
                       "{'record':'000000000000'}");
    (void)desk_refused(desk, ERR_USAGE, "link.variable", "link.person",
                       "{'record':'%s','variable':'family_name'}", b);
    (void)desk_refused(desk, ERR_USAGE, "link.variable", "link.person",
                       "{'record':'%s','variable':'nothing'}", b);
}

/* ---- 2 ---- */

static void values_2_1_contradictions(void **state)
{
    (void)state;
    assert_int_equal(open(), 0);
    join(a, c);
    const struct json *r = desk_do(desk, "link.values", "{}");
    assert_int_equal(json_get_int(r, "count", -1), 1);
    const struct json *sex = named(json_get(r, "conflicts"), "variable", "sex");
    assert_true(json_get_bool(sex, "conflict", false));
    assert_true(json_get_bool(sex, "open", false));
    assert_false(json_get_bool(sex, "settled", true));
    assert_int_equal(json_size(json_get(sex, "answers")), 4);
    const struct json *options = json_get(sex, "options");
    assert_int_equal(json_size(options), 2);
    assert_int_equal(json_get_int(json_at(options, 0), "records", 0), 2);
    assert_int_equal(json_get_int(json_at(options, 1), "records", 0), 2);
    assert_int_not_equal(json_get_bool(json_at(options, 0), "counts", false),
                         json_get_bool(json_at(options, 1), "counts", false));
    assert_int_equal(json_get_int(desk_do(desk, "link.person", "{'record':'%s'}", a), "conflicts",
                                  0),
                     1);
    assert_int_equal(open(), 1);
    part(a, c);
    assert_int_equal(open(), 0);
}

static void values_2_2_page_by_page(void **state)
{
    (void)state;
    enum { PERSONS = 7 };
    char other[20], first[20], after[40] = "";
    size_t n = 0;
    for (int i = 0; i < PERSONS; i++) { /* men and women */
        (void)snprintf(first, sizeof first, "%s", linked_record(desk, "G", 100 + 2 * i));
        (void)snprintf(other, sizeof other, "%s", linked_record(desk, "G", 101 + 2 * i));
        join(first, other);
    }
    assert_int_equal(open(), PERSONS);
    do {
        const struct json *r =
            desk_do(desk, "link.values", "{'limit':3%s%s%s}", after[0] == '\0' ? "" : ",'after':'",
                    after, after[0] == '\0' ? "" : "'");
        const struct json *list = json_get(r, "conflicts");
        char seen[20] = "";
        size_t persons = 0;
        for (size_t i = 0; i < json_size(list); i++) {
            const char *of = json_get_text(json_at(list, i), "record", "");
            persons += strcmp(seen, of) != 0;
            (void)snprintf(seen, sizeof seen, "%s", of);
        }
        assert_in_range(persons, 1, 3);
        n += persons;
        (void)snprintf(after, sizeof after, "%s", json_get_text(r, "next", ""));
    } while (after[0] != '\0');
    assert_int_equal(n, PERSONS);
    for (int i = 0; i < PERSONS; i++) {
        (void)snprintf(first, sizeof first, "%s", linked_record(desk, "G", 100 + 2 * i));
        (void)snprintf(other, sizeof other, "%s", linked_record(desk, "G", 101 + 2 * i));
        part(first, other);
    }
    assert_int_equal(open(), 0);
}

/* ---- 3 ---- */

static int64_t women(void)
{
    const struct json *r = desk_do(desk, "table.raw", "{'form':'victim','rows':['sex']}");
    return desk_cell(json_get(r, "table"), "F", NULL);
}

static struct json *whole_table(void)
{
    return json_copy(json_get(
        desk_do(desk, "table.raw", "{'form':'victim','rows':['sex'],'columns':['age_at_registration']}"),
        "table"));
}

static void choose_3_1_tables_follow(void **state)
{
    (void)state;
    struct buf x, y;
    join(a, c);
    struct json *before = whole_table();
    int64_t n = women();
    bool woman = strcmp(json_get_text(value_of(a, "sex"), "value", ""), "Female") == 0;
    (void)choose(woman ? d : b, "sex"); /* the other one */
    assert_int_equal(women(), woman ? n - 1 : n + 1);
    const struct json *sex = value_of(a, "sex");
    assert_string_equal(json_get_text(sex, "value", ""), woman ? "Male" : "Female");
    assert_string_equal(json_get_text(sex, "rule", ""), "chosen");
    (void)unchoose(a, "sex");
    assert_int_equal(women(), n);
    struct json *after = whole_table();
    buf_init(&x, 1 << 20);
    buf_init(&y, 1 << 20);
    json_write(&x, before, true);
    json_write(&y, after, true);
    assert_string_equal(x.p, y.p);
    buf_release(&x);
    buf_release(&y);
    json_free(before);
    json_free(after);
    part(a, c);
}

/* ---- 4 ---- */

static void choose_4_1_shown_and_settled(void **state)
{
    (void)state;
    join(a, c);
    assert_int_equal(open(), 1);
    const struct json *r = choose(a, "sex");
    assert_true(json_get_bool(r, "done", false));
    assert_true(json_get_bool(json_get(r, "value"), "settled", false));
    assert_int_equal(open(), 0);
    assert_int_equal(settled(), 1);
    assert_int_equal(json_get_int(desk_do(desk, "link.person", "{'record':'%s'}", a), "conflicts",
                                  -1),
                     0);
    r = desk_do(desk, "link.values", "{'state':'all'}");
    assert_int_equal(json_size(json_get(r, "conflicts")), 1);
    const struct json *sex = named(json_get(r, "conflicts"), "variable", "sex");
    assert_string_equal(json_get_text(sex, "chosen_by", ""), "manager");
    assert_string_equal(json_get_text(sex, "chosen_reason", ""), "REASON-Y");
    assert_true(json_get_text(sex, "chosen_at", "")[0] == '2');
    assert_true(json_get_bool(named(json_get(sex, "answers"), "record", a), "chosen", false));
    assert_false(json_get_bool(named(json_get(sex, "answers"), "record", c), "chosen", true));
    assert_true(json_get_bool(json_at(json_get(sex, "choices"), 0), "stands", false));

    /* A record joins that nobody looked at, and answers. */
    char third[20];
    (void)snprintf(third, sizeof third, "%s", linked_record(desk, "G", 121));
    join(a, third);
    sex = value_of(a, "sex");
    assert_true(json_get_bool(sex, "reopened", false));
    assert_true(json_get_bool(named(json_get(sex, "answers"), "record", third), "later", false));
    assert_true(json_get_bool(named(json_get(sex, "answers"), "record", a), "chosen", false));
    assert_int_equal(open(), 1);
    (void)choose(third, "sex"); /* in sight of all */
    assert_true(json_get_bool(value_of(a, "sex"), "settled", false));
    part(a, third);
    assert_true(json_get_bool(named(json_get(value_of(a, "sex"), "answers"), "record", a), "chosen",
                              false));
    join(a, third);
    (void)unchoose(a, "sex"); /* the earlier one stands again */
    sex = value_of(a, "sex");
    assert_true(json_get_bool(named(json_get(sex, "answers"), "record", a), "chosen", false));
    assert_true(json_get_bool(json_at(json_get(sex, "choices"), 1), "stands", false));
    const struct json *back = json_at(json_get(sex, "choices"), 0);
    assert_true(json_get_bool(back, "withdrawn", false));
    assert_string_equal(json_get_text(back, "withdrawn_by", ""), "manager");
    assert_string_equal(json_get_text(back, "withdrawn_reason", ""), "REASON-Z");
    part(a, third);
    (void)unchoose(a, "sex");
    assert_int_equal(open(), 1);
    assert_int_equal(settled(), 0);
    part(a, c);
}

/* ---- 5 ---- */

static void choose_5_1_goes_with_its_record(void **state)
{
    (void)state;
    join(a, c);
    (void)choose(c, "sex");
    part(a, c);
    assert_int_equal(open() + settled(), 0); /* each person is of one mind */
    const struct json *sex = value_of(a, "sex");
    assert_false(json_get_bool(sex, "chosen", true));
    sex = value_of(c, "sex");
    assert_string_equal(json_get_text(sex, "rule", ""), "chosen");
    assert_false(json_get_bool(sex, "conflict", true));
    join(b, c); /* joined by another pair: it is there again */
    assert_true(json_get_bool(value_of(a, "sex"), "settled", false));
    (void)choose(b, "sex");
    sex = value_of(c, "sex"); /* the later one stands */
    assert_true(json_get_bool(named(json_get(sex, "answers"), "record", b), "chosen", false));
    assert_true(json_get_bool(sex, "settled", false));
    (void)unchoose(c, "sex");
    sex = value_of(c, "sex");
    assert_true(json_get_bool(named(json_get(sex, "answers"), "record", c), "chosen", false));
    (void)unchoose(b, "sex");
    part(b, c);
}

/* ---- 6 ---- */

static void choose_6_1_what_cannot_be(void **state)
{
    (void)state;
    join(a, c);
    static const struct {
        enum err_code code;
        const char *id, *variable;
    } of[] = {{ERR_CONFLICT, "link.agreed", "citizenship"},
              {ERR_CONFLICT, "link.no_answer", "marital_status"},
              {ERR_USAGE, "link.variable", "family_name"},
              {ERR_USAGE, "link.variable", "exploitation_form"},
              {ERR_USAGE, "link.variable", "nothing"}};
    for (size_t i = 0; i < sizeof of / sizeof *of; i++)
        (void)person_refused(&manager, desk, of[i].code, of[i].id, "link.choose",
                             "{'record':'%s','variable':'%s','reason':'x'}", a, of[i].variable);
    (void)person_refused(&manager, desk, ERR_CONFLICT, "link.no_choice", "link.unchoose",
                         "{'record':'%s','variable':'sex','reason':'x'}", a);
    (void)person_refused(&manager, desk, ERR_USAGE, "call.missing", "link.choose",
                         "{'record':'%s','variable':'sex'}", a);
    (void)person_refused(&manager, desk, ERR_NOT_FOUND, "record.unknown", "link.choose",
                         "{'record':'000000000000','variable':'sex','reason':'x'}");
    assert_int_equal(settled(), 0);
    part(a, c);
}

static void choose_6_2_somebody_was_quicker(void **state)
{
    (void)state;
    join(a, c);
    int64_t seen = json_get_int(value_of(a, "sex"), "seen", -1);
    (void)person_do(&second, desk, "link.choose",
                    "{'record':'%s','variable':'sex','reason':'x','seen':%d}", c, (int)seen);
    const struct json *r =
        person_do(&manager, desk, "link.choose",
                  "{'record':'%s','variable':'sex','reason':'y','seen':%d}", a, (int)seen);
    assert_false(json_get_bool(r, "done", true));
    assert_true(json_get_bool(r, "conflict", false));
    assert_string_equal(json_get_text(json_get(r, "value"), "chosen_by", ""), "second");
    r = person_do(&manager, desk, "link.unchoose",
                  "{'record':'%s','variable':'sex','reason':'y','seen':%d}", a, (int)seen);
    assert_true(json_get_bool(r, "conflict", false));
    assert_true(json_get_bool(value_of(a, "sex"), "settled", false));
    (void)unchoose(a, "sex");
    part(a, c);
}

/* ---- 7 ---- */

static void log_7_1_every_act_is_in_it(void **state) /* S20, S21 */
{
    (void)state;
    static const char *const act[] = {"link.choose", "link.unchoose"};
    join(a, c);
    for (size_t i = 0; i < 2; i++) {
        int64_t before = desk_entries(desk, act[i]);
        const struct json *r = i == 0 ? choose(a, "sex") : unchoose(a, "sex");
        assert_false(linked_leaks(r));
        assert_int_equal(desk_entries(desk, act[i]), before + 1);
        const struct json *entry = desk_last_entry(desk);
        assert_string_equal(json_get_text(entry, "object_id", ""), a);
        assert_string_equal(json_get_text(entry, "fields", ""), "sex");
        struct buf text;
        buf_init(&text, 1 << 20);
        json_write(&text, entry, false);
        assert_null(strstr(text.p, "REASON"));
        buf_release(&text);
    }
    desk_verify(desk);
    part(a, c);
}

static void scope_7_2_who_may_not(void **state) /* S51 */
{
    (void)state;
    static const char *const act[] = {"link.choose", "link.unchoose"};
    struct person *who[] = {&analyst, &police};
    for (size_t i = 0; i < 2; i++)
        for (size_t k = 0; k < 2; k++)
            (void)person_refused(who[k], desk, ERR_DENIED, "call.not_allowed", act[i],
                                 "{'record':'%s','variable':'sex','reason':'x'}", a);
    assert_false(json_has(person_do(&police, desk, "work.summary", "{}"), "link_values"));
}

/* ---- 8 ---- */

static void choose_8_1_erased_with_its_record(void **state) /* S16 */
{
    (void)state;
    char x[20], y[20];
    (void)snprintf(x, sizeof x, "%s", linked_record(desk, "G", 130));
    (void)snprintf(y, sizeof y, "%s", linked_record(desk, "G", 131));
    join(x, y);
    (void)choose(x, "sex");
    (void)choose(y, "age_at_registration"); /* no contradiction, but they differ */
    (void)desk_do(desk, "record.erase", "{'record':'%s','reason':'asked for'}", x);
    const struct json *sex = value_of(y, "sex");
    assert_int_equal(json_size(json_get(sex, "choices")), 0);
    const struct json *age = value_of(y, "age_at_registration");
    assert_int_equal(json_size(json_get(age, "choices")), 1);
    assert_string_equal(json_get_text(age, "chosen_reason", "?"), "");
    assert_true(json_get_bool(desk_do(desk, "check.run", "{}"), "ok", false));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(person_1_1_with_all_records),
        cmocka_unit_test(values_2_1_contradictions),
        cmocka_unit_test(values_2_2_page_by_page),
        cmocka_unit_test(choose_3_1_tables_follow),
        cmocka_unit_test(choose_4_1_shown_and_settled),
        cmocka_unit_test(choose_5_1_goes_with_its_record),
        cmocka_unit_test(choose_6_1_what_cannot_be),
        cmocka_unit_test(choose_6_2_somebody_was_quicker),
        cmocka_unit_test(log_7_1_every_act_is_in_it),
        cmocka_unit_test(scope_7_2_who_may_not),
        cmocka_unit_test(choose_8_1_erased_with_its_record),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
