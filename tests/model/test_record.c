/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/model/record.c and record_json.c
 *  1 shape: one table for each group   2 instances, limits, growing   3 clear and rewind, a million times
 *  4 to JSON, identity left out   5 from JSON and back   6 findings   7 what is refused
 *  8 S63: control characters, NFC */
#include "harness.h"

#include "small_data.h"

#include "base/random.h"
#include "model/finding.h"
#include "model/record.h"

static struct dictionary *d;
static const struct form *f;
static struct arena *a;
static struct record r;
static struct findings found;
static group_id episode, exploitation, assistance;

static group_id group(const char *name)
{
    for (size_t i = 0; i < f->n_group; i++)
        if (strcmp(f->group[i].name, name) == 0) return (group_id)i;
    fail_msg("no group %s", name);
    return 0;
}

static int setup(void **state)
{
    (void)state;
    d = small_dictionary("");
    f = dictionary_form(d, TEXT("victim"));
    a = arena_new(ARENA_PLAIN);
    episode = group("episode");
    exploitation = group("exploitation");
    assistance = group("assistance");
    record_init(&r, d, f, a);
    findings_init(&found, a);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    findings_release(&found);
    arena_free(a);
    dictionary_free(d);
    return 0;
}

static var_id var(const char *name)
{
    const struct variable *v = dictionary_variable(d, f->id, text_of(name));
    assert_non_null(v);
    return v->id;
}

static uint32_t add(group_id g, uint32_t parent)
{
    uint32_t row;
    struct err e = {0};
    assert_true(record_add(&row, &r, g, parent, &e));
    return row;
}

static void set(const char *name, uint32_t row, const char *t)
{
    assert_int_equal(value_read(record_value(&r, var(name), row), d, var(name), text_of(t),
                                DATE_ISO, 18000, a),
                     VALUE_READ_OK);
}

static void shape(void **state)
{
    (void)state;
    record_clear(&r);
    assert_int_equal(f->n_group, 4);
    assert_int_equal(f->group[episode].parent, 0);
    assert_int_equal(f->group[exploitation].parent, episode);
    assert_int_equal(f->group[exploitation].depth, 2);
    assert_int_equal(r.table[0].n_row, 1);
    for (size_t g = 1; g < 4; g++) assert_int_equal(r.table[g].n_row, 0);
    set("sex", 0, "F");
    set("age", 0, "17");
    assert_int_equal(record_get(&r, var("sex"), 0)->kind, VALUE_CODE);
    assert_int_equal(record_get(&r, var("age"), 0)->integer, 17);
    assert_int_equal(record_get(&r, var("means"), 0)->kind, VALUE_EMPTY);
    for (size_t g = 0; g < 4; g++) /* slots lead back to their variables */
        for (size_t i = 0; i < f->group[g].n_variable; i++) {
            const struct variable *v = &d->variable[f->group[g].variable[i]];
            assert_int_equal(v->group, g);
            assert_int_equal(v->slot, i);
        }
}

static void instances(void **state)
{
    (void)state;
    struct err e = {0};
    uint32_t row;
    record_clear(&r);
    for (uint32_t i = 0; i < RECORD_INSTANCES_MAX; i++) {
        char t[8];
        assert_int_equal(add(episode, 0), i);
        snprintf(t, sizeof t, "%u", 1700 + i % 300);
        set("start", i, t);
        assert_int_equal(add(exploitation, i), i);
        set("form", i, i % 2 == 0 ? "E110" : "E200");
    }
    assert_false(record_add(&row, &r, episode, 0, &e));
    assert_int_equal(e.code, ERR_LIMIT);
    assert_string_equal(e.id, "record.too_many_instances");
    for (uint32_t i = 0; i < RECORD_INSTANCES_MAX; i++) { /* growing kept what was there */
        assert_int_equal(date_year(record_get(&r, var("start"), i)->date), 1700 + i % 300);
        assert_int_equal(record_get(&r, var("end"), i)->kind, VALUE_EMPTY);
        assert_int_equal(r.table[exploitation].parent[i], i);
    }
    record_clear(&r);
    assert_int_equal(r.table[episode].n_row, 0);
    add(episode, 0); /* a row that was used before is empty */
    assert_int_equal(record_get(&r, var("start"), 0)->kind, VALUE_EMPTY);
}

static void many_times(void **state)
{
    (void)state;
    struct arena *own = arena_new(ARENA_PLAIN);
    struct record many;
    struct err e = {0};
    record_init(&many, d, f, own);
    struct arena_mark m = arena_mark(own);
    size_t held = 0;
    double t = harness_seconds();
    for (int i = 0; i < 100000; i++) {
        /* Rewound first, so that tables which had grown are gone when the record is cleared. */
        arena_rewind(own, m);
        record_clear(&many);
        uint32_t row;
        for (int k = 0; k < 10; k++) assert_true(record_add(&row, &many, episode, 0, &e));
        *record_value(&many, var("start"), 9) = (struct value){.kind = VALUE_DATE};
        if (i == 1000) held = arena_size(own);
    }
    assert_int_equal(arena_size(own), held); /* no growth */
    t = harness_seconds() - t;
    print_message("clear, rewind, ten instances: %.0f ns\n", t * 10000);
    arena_free(own);
}

static char *to_text(const struct record *record, bool identity)
{
    static struct buf b;
    struct json *j = record_to_json(record, identity);
    buf_release(&b);
    buf_init(&b, 1 << 20);
    json_write(&b, j, false);
    json_free(j);
    return b.p;
}

static void to_json(void **state)
{
    (void)state;
    record_clear(&r);
    assert_string_equal(to_text(&r, true), "{}");
    set("ref", 0, "A \"1\"");
    set("name", 0, "Ana");
    set("sex", 0, "F");
    set("means", 0, "M1 M5");
    set("age", 0, "17");
    set("pay", 0, "1.50");
    set("country", 0, "missing:NA");
    add(episode, 0);
    add(episode, 0);
    set("start", 1, "2019-03");
    set("alias", 1, "Bia");
    add(exploitation, 1);
    set("form", 0, "E110");
    add(exploitation, 1);
    static const char expected[] =
        "{\"ref\":\"A \\\"1\\\"\",\"sex\":\"F\",\"means\":[\"M1\",\"M5\"],\"age\":17,\"pay\":\"1.5\","
        "\"country\":\"missing:NA\",\"episode\":[{},{\"start\":\"2019-03\",\"exploitation\":"
        "[{\"form\":\"E110\"},{}]}]}";
    assert_string_equal(to_text(&r, false), expected);
    const char *with = to_text(&r, true);
    assert_non_null(strstr(with, "\"name\":\"Ana\""));
    assert_non_null(strstr(with, "\"alias\":\"Bia\""));
}

static bool from_text(const char *t, struct err *e)
{
    struct json *j;
    err_clear(e);
    record_clear(&r);
    findings_clear(&found);
    assert_true(json_parse(&j, text_of(t), e));
    bool ok = record_from_json(&r, j, &found, e);
    json_free(j);
    return ok;
}

static void there_and_back(void **state)
{
    (void)state;
    struct err e;
    static const char whole[] =
        "{\"ref\":\"A1\",\"name\":\"Ana\",\"sex\":\"F\",\"means\":[\"M1\",\"M5\"],\"age\":17,\"pay\":\"1.5\","
        "\"country\":\"missing:NA\",\"episode\":[{\"alias\":\"Bia\"},{\"start\":\"2019-03\",\"exploitation\":"
        "[{\"form\":\"E110\"},{}]},{\"exploitation\":[{\"form\":\"E200\"}]}],"
        "\"assistance\":[{\"kind\":[\"M2\"]}]}";
    assert_true(from_text(whole, &e));
    assert_int_equal(found.n, 0);
    assert_string_equal(to_text(&r, true), whole);
    assert_int_equal(r.table[exploitation].parent[2], 2);
    /* Other ways to say the same. */
    assert_true(from_text(
        "{\"means\":\"M5 M1\",\"age\":\"17\",\"pay\":1.5,\"sex\":\"feminino\",\"name\":null,"
        "\"episode\":null,\"assistance\":[]}",
        &e));
    assert_int_equal(found.n, 0);
    assert_string_equal(to_text(&r, true),
                        "{\"sex\":\"F\",\"means\":[\"M1\",\"M5\"],\"age\":17,\"pay\":\"1.5\"}");
}

static void findings(void **state)
{
    (void)state;
    struct err e;
    assert_true(from_text(
        "{\"sex\":\"Z\",\"age\":1.5,\"means\":[\"M1\",7],\"name\":{\"a\":1},\"entry_date\":\"U\","
        "\"full_date\":true,\"episode\":[{},{\"start\":\"yesterday\"}]}",
        &e));
    static const struct {
        const char *name;
        enum builtin_rule rule;
        const char *value;
        uint32_t instance;
    } want[] = {{"sex", BUILTIN_CODE, "Z", 0},           {"age", BUILTIN_TYPE, "1.5", 0},
                {"means", BUILTIN_TYPE, NULL, 0},        {"name", BUILTIN_TYPE, NULL, 0},
                {"entry_date", BUILTIN_MISSING, "U", 0}, {"full_date", BUILTIN_TYPE, NULL, 0},
                {"start", BUILTIN_TYPE, "yesterday", 1}};
    assert_int_equal(found.n, sizeof want / sizeof *want);
    assert_int_equal(found.n_error, found.n);
    for (size_t i = 0; i < found.n; i++) {
        const struct finding *x = &found.item[i];
        assert_int_equal(x->var, var(want[i].name));
        assert_int_equal(x->rule, finding_builtin(d, want[i].rule));
        assert_int_equal(x->instance, want[i].instance);
        if (want[i].value == NULL) assert_null(x->value);
        else assert_string_equal(x->value, want[i].value);
    }
    /* Identifiers are never quoted. */
    assert_true(from_text("{\"birth_date\":\"31 of March\"}", &e));
    assert_int_equal(found.n, 1);
    assert_null(found.item[0].value);
    assert_string_equal(to_text(&r, true), "{}");
}

static void refused(void **state)
{
    (void)state;
    struct err e;
    static const struct {
        const char *text, *id;
    } bad[] = {{"[]", "record.unknown_member"},
               {"{\"sexx\":\"F\"}", "record.unknown_member"},
               {"{\"start\":\"2019\"}",
                "record.unknown_member"}, /* of the repeat, not of the record */
               {"{\"exploitation\":[]}", "record.unknown_member"},
               {"{\"episode\":[{\"sex\":\"F\"}]}", "record.unknown_member"},
               {"{\"episode\":{}}", "record.unknown_member"},
               {"{\"episode\":[1]}", "record.unknown_member"},
               {"{\"organisation_typ\":\"10\"}", "record.unknown_member"}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_false(from_text(bad[i].text, &e));
        assert_int_equal(e.code, ERR_INPUT);
        assert_string_equal(e.id, bad[i].id);
    }
    assert_string_equal(e.remedy, "did you mean 'organisation_type'?");
    assert_string_equal(e.detail,
                        "organisation_typ"); /* what was sent is not in the loggable message */
    assert_null(strstr(e.msg, "organisation_typ"));

    struct buf b;
    buf_init(&b, 100000);
    buf_puts(&b, "{\"episode\":[");
    for (int i = 0; i <= RECORD_INSTANCES_MAX; i++) buf_puts(&b, i == 0 ? "{}" : ",{}");
    buf_puts(&b, "]}");
    assert_false(from_text(b.p, &e));
    assert_int_equal(e.code, ERR_LIMIT);
    buf_release(&b);
}

static void characters(void **state) /* S63 */
{
    (void)state;
    struct err e;
    assert_true(from_text("{\"note\":\"a\\u0007b\"}", &e));
    assert_int_equal(found.n, 1);
    assert_int_equal(found.item[0].rule, finding_builtin(d, BUILTIN_ENCODING));
    assert_true(from_text("{\"note\":\"a\\u0085b\"}", &e)); /* C1 */
    assert_int_equal(found.n, 1);
    assert_true(from_text("{\"note\":\"a\\n\\tb\\u00a0\"}", &e));
    assert_int_equal(found.n, 0);
    assert_true(from_text("{\"note\":\"e\\u0301\"}", &e)); /* e and an accent become one letter */
    assert_int_equal(found.n, 0);
    assert_string_equal(to_text(&r, false), "{\"note\":\"\xC3\xA9\"}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shape),   cmocka_unit_test(instances),      cmocka_unit_test(many_times),
        cmocka_unit_test(to_json), cmocka_unit_test(there_and_back), cmocka_unit_test(findings),
        cmocka_unit_test(refused), cmocka_unit_test(characters)};
    return cmocka_run_group_tests(tests, setup, teardown);
}
