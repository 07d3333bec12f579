/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/web/entry_pages.c
 *  1 questions of each kind   2 dates in parts and as texts   3 missing codes
 *  4 repeats: blank, instances, nested, split over pages, undo, alone   5 headings become blocks
 *  6 problems: at the question, in the summary, one for each field   7 task list and what comes
 *  next
 *  8 findings of a check   9 two sides: what can be chosen
 * 10 what is empty or malformed gives empty documents */
#include "harness.h"

#include "base/arena.h"
#include "base/json.h"
#include "web/entry_pages.h"

static struct json *parse(const char *text)
{
    struct json *j;
    struct err e = {0};
    if (!json_parse(&j, text_of(text), &e)) fail_msg("%s: %s", e.msg, text);
    return j;
}

/* "blocks.0.fields.1.question.label" */
static const struct json *at(const struct json *j, const char *path)
{
    struct text rest = text_of(path), step;
    while (j != NULL && text_split(&rest, '.', &step)) {
        char name[64];
        uint64_t n;
        snprintf(name, sizeof name, "%.*s", (int)step.n, step.p);
        j = text_to_uint(step, &n) ? json_at(j, (size_t)n) : json_get(j, name);
    }
    return j;
}

static void says(const struct json *j, const char *path, const char *expected)
{
    const struct json *there = at(j, path);
    if (there == NULL) fail_msg("%s is not there", path);
    assert_string_equal(json_as_text(there, "no text"), expected);
}

struct fixture {
    struct arena *a;
    struct json *in, *out;
};

static struct json *blocks(struct fixture *f, const char *items)
{
    char text[8000];
    snprintf(text, sizeof text, "{\"items\":[%s]}", items);
    f->a = arena_new(ARENA_WIPE);
    f->in = parse(text);
    f->out = entry_page_blocks(f->in, f->a);
    return f->out;
}

static void done(struct fixture *f)
{
    json_free(f->in);
    json_free(f->out);
    arena_free(f->a);
}

#define Q(name, kind, more)                                                                     \
    "{\"question\":{\"name\":\"" name "\",\"variable\":\"" name "\",\"label\":\"Label of " name \
    "\",\"kind\":\"" kind "\",\"type\":\"text\",\"relevant\":true" more "}}"

/* 1 */
static void test_kinds(void **state)
{
    (void)state;
    struct fixture f;
    static const struct {
        const char *kind, *member;
    } kinds[] = {{"text", "text_input"},       {"long", "textarea"},      {"link", "text_input"},
                 {"integer", "text_input"},    {"decimal", "text_input"}, {"date", "date_input"},
                 {"yes_no", "radios"},         {"one", "radios"},         {"one_long", "select"},
                 {"one_typed", "text_input"},  {"many", "checkboxes"},    {"many_long", "select"},
                 {"many_typed", "text_input"}, {"calculated", "output"}};
    static const char *const members[] = {"text_input", "textarea",   "radios", "checkboxes",
                                          "select",     "date_input", "output"};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        char item[400];
        snprintf(
            item, sizeof item,
            "{\"question\":{\"name\":\"x\",\"kind\":\"%s\",\"label\":\"X\",\"list\":\"CL_X\","
            "\"value\":\"PT\",\"value_words\":\"Portugal\",\"choices\":[{\"code\":\"PT\","
            "\"label\":\"Portugal\",\"chosen\":true},{\"code\":\"CZ\",\"label\":\"Czechia\"}]}}",
            kinds[i].kind);
        blocks(&f, item);
        const struct json *q = at(f.out, "0.fields.0.question");
        for (size_t k = 0; k < sizeof members / sizeof *members; k++)
            assert_int_equal(json_has(q, members[k]), strcmp(members[k], kinds[i].member) == 0);
        done(&f);
    }
    blocks(&f,
           Q("c", "one_typed", ",\"list\":\"CL_C\",\"value\":\"PT\",\"value_words\":\"Portugal\""));
    says(f.out, "0.fields.0.question.text_input.value", "Portugal");
    says(f.out, "0.fields.0.question.text_input.list", "CL_C");
    done(&f);
    blocks(&f,
           Q("c", "yes_no", ",\"choices\":[{\"code\":\"1\",\"label\":\"Yes\",\"chosen\":true}]"));
    says(f.out, "0.fields.0.question.radios.options.0.text", "Yes");
    assert_true(json_as_bool(at(f.out, "0.fields.0.question.radios.options.0.chosen"), false));
    assert_true(json_as_bool(at(f.out, "0.fields.0.question.radios.inline"), false));
    done(&f);
}

/* 2 */
static void test_dates(void **state)
{
    (void)state;
    struct fixture f;
    blocks(&f, Q("a", "date", ",\"value\":\"1999-05-03\"") "," Q(
                   "b", "date", ",\"value\":\"1999-05\"") "," Q("c", "date",
                                                                ",\"year\":\"99\",\"day\":\"x\""));
    says(f.out, "0.fields.0.question.date_input.year", "1999");
    says(f.out, "0.fields.0.question.date_input.month", "05");
    says(f.out, "0.fields.0.question.date_input.day", "03");
    says(f.out, "0.fields.1.question.date_input.month", "05");
    says(f.out, "0.fields.1.question.date_input.day", "");
    says(f.out, "0.fields.2.question.date_input.year", "99");
    says(f.out, "0.fields.2.question.date_input.day", "x");
    done(&f);
}

/* 3 */
static void test_missing(void **state)
{
    (void)state;
    struct fixture f;
    blocks(
        &f,
        Q("a", "text",
          ",\"has_missing\":true,\"is_missing\":true,\"missing\":[{\"code\":\"U\","
          "\"label\":\"Unknown\",\"chosen\":true},{\"code\":\"RF\",\"label\":\"Refused\"}]") "," Q("b",
                                                                                                   "text",
                                                                                                   ""));
    says(f.out, "0.fields.0.question.missing.options.0.code", "");
    assert_false(json_as_bool(at(f.out, "0.fields.0.question.missing.options.0.chosen"), true));
    says(f.out, "0.fields.0.question.missing.options.1.code", "U");
    assert_true(json_as_bool(at(f.out, "0.fields.0.question.missing.options.1.chosen"), false));
    assert_true(json_as_bool(at(f.out, "0.fields.0.question.missing.chosen"), false));
    assert_null(at(f.out, "0.fields.1.question.missing"));
    done(&f);
}

#define REPEAT(more)                                                                            \
    "{\"repeat\":{\"name\":\"episode\",\"label\":\"Episode\",\"path\":\"episode\",\"count\":2," \
    "\"limit\":1000,\"can_add\":true,\"from\":0,\"to\":2" more "}}"

/* 4 */
static void test_repeats(void **state)
{
    (void)state;
    struct fixture f;
    blocks(
        &f,
        REPEAT(",\"whole\":true,\"act_undo\":\"undo:episode:1\"") ",{\"blank\":{\"path\":\"episode[~]\"}}," Q(
            "episode[~].form", "text",
            "") ",{\"blank_end\":{}},"
                "{\"instance\":{\"path\":\"episode[0]\",\"number\":1,\"place\":0,\"is_first\":true}},"
                "{\"group\":{\"label\":\"Within\"}}," Q(
                    "episode[0].form", "text",
                    "") ",{\"group_end\":{}},"
                        "{\"repeat\":{\"name\":\"leg\",\"label\":\"Leg\","
                        "\"path\":\"episode[0].leg\",\"whole\":true}},"
                        "{\"blank\":{\"path\":\"episode[0].leg[~]\"}}," Q(
                            "episode[0].leg[~].x", "text",
                            "") ",{\"blank_end\":{}},{\"repeat_end\":{}},{\"instance_end\":{}},"
                                "{\"instance\":{\"path\":\"episode[1]\",\"number\":2,"
                                "\"place\":1,\"is_last\":true}},"
                                "{\"instance_end\":{}},{\"repeat_end\":{}}," Q("after", "text",
                                                                               ""));
    assert_int_equal(json_size(f.out), 1);
    assert_int_equal(json_size(at(f.out, "0.fields")), 2);
    const struct json *group = at(f.out, "0.fields.0.question.repeat_group");
    assert_int_equal(json_size(json_get(group, "items")), 2);
    assert_null(json_get(group, "split"));
    says(group, "undo.place", "1");
    says(group, "blank.instance.fields.0.question.path", "episode[~].form");
    says(group, "items.0.instance.fields.0.question.path", "episode[0].form");
    says(group, "items.0.instance.fields.0.question.heading.title", "Within");
    says(group, "items.0.instance.fields.1.question.repeat_group.repeat", "leg");
    says(group, "items.0.instance.jumps.0.to", "episode[0].leg");
    says(group, "items.0.instance.jumps.0.words", "Leg");
    assert_null(at(group, "items.1.instance.jumps"));
    says(group, "items.1.instance.path", "episode[1]");
    says(f.out, "0.fields.1.question.path", "after");
    assert_int_equal(entry_page_asked(f.in), 2);
    done(&f);
    blocks(
        &f,
        REPEAT(
            ",\"is_paged\":true,\"shown_first\":1,\"shown_last\":2,\"next\":\"episode:2\"") ","
            "{\"card\":{\"path\":\"episode[0]\",\"number\":1,\"place\":0,\"summary\":\"Romania\","
            "\"is_wrong\":true}},{\"repeat_end\":{}}");
    group = at(f.out, "0.fields.0.question.repeat_group");
    says(group, "split.from", "0");
    says(group, "split.to", "2");
    says(group, "range", "1 to 2 of 2");
    says(group, "next", "episode:2");
    assert_null(json_get(group, "previous"));
    says(group, "items.0.card.summary", "Romania");
    assert_true(json_as_bool(at(group, "items.0.card.wrong"), false));
    assert_false(json_as_bool(at(group, "items.0.instance"), true)); /* none further out is found */
    done(&f);
}

#define ALONE                                                                        \
    "\"title\":\"Episode\",\"intro\":\"From recruitment.\",\"items\":[{\"repeat\":{" \
    "\"name\":\"episode\",\"label\":\"Episode\",\"hint\":\"From recruitment.\","     \
    "\"path\":\"episode\",\"count\":%d,\"can_add\":true,\"whole\":true}},"           \
    "{\"repeat_end\":{}}]}"

/* 4: its title is the page's, and the first one is the thing to do where the record needs it */
static void test_repeat_alone(void **state)
{
    (void)state;
    for (int asked = 0; asked < 2; asked++)
        for (int count = 0; count < 2; count++) {
            struct arena *a = arena_new(ARENA_PLAIN);
            const char *end = arena_printf(a, ALONE, count);
            struct json *in =
                parse(arena_printf(a, "{\"asked_for\":%s,%s", asked ? "true" : "false", end));
            struct json *out = entry_page_blocks(in, a);
            const struct json *group = at(out, "0.fields.0.question.repeat_group");
            assert_true(json_get_bool(group, "sole", false));
            assert_string_equal(json_get_text(at(out, "0.fields.0.question"), "hint", ""), "");
            assert_int_equal(entry_page_asks_first(out), asked == 1 && count == 0);
            json_free(out);
            json_free(in);
            arena_free(a);
        }
}

/* 5 */
static void test_blocks(void **state)
{
    (void)state;
    struct fixture f;
    blocks(&f, Q("a", "text",
                 "") ",{\"group\":{\"label\":\"Causes\",\"hint\":\"Why\"}},"
                     "{\"question\":{\"name\":\"b\",\"kind\":\"text\",\"relevant\":false}},"
                     "{\"group_end\":{}},{\"note\":{\"label\":\"Mind\"}}," Q("c", "text", ""));
    assert_int_equal(json_size(f.out), 3);
    assert_null(at(f.out, "0.title"));
    says(f.out, "1.title", "Causes");
    says(f.out, "1.hint", "Why");
    assert_true(json_as_bool(at(f.out, "1.hidden"), false));
    assert_true(json_as_bool(at(f.out, "1.fields.0.question.hidden"), false));
    assert_null(at(f.out, "2.title"));
    says(f.out, "2.fields.0.question.heading.title", "Mind");
    done(&f);
}

/* 6 */
static void test_problems(void **state)
{
    (void)state;
    struct arena *a = arena_new(ARENA_WIPE);
    struct json *p =
        parse("[{\"field\":\"x\",\"label\":\"X\",\"message\":\"no date\",\"is_error\":true},"
              "{\"field\":\"x\",\"label\":\"X\",\"message\":\"needed\",\"missing\":true},"
              "{\"field\":\"y\",\"label\":\"Y\",\"message\":\"rare\"},"
              "{\"message\":\"whole\",\"is_error\":true}]");
    struct json *errors = entry_page_errors(p, a);
    assert_int_equal(json_size(errors), 2);
    says(errors, "0.field", "f-x");
    says(errors, "0.message", "X: no date");
    says(errors, "1.message", "whole");
    assert_null(at(errors, "1.field"));
    assert_true(entry_page_has_wrong(p));
    json_free(errors);
    json_free(p);
    p = parse("[{\"field\":\"x\",\"message\":\"needed\",\"missing\":true,\"is_error\":true}]");
    assert_false(entry_page_has_wrong(p));
    json_free(p);
    arena_free(a);
    p = parse("{\"items\":[{\"question\":{\"name\":\"x\"}},{\"card\":{\"path\":\"e[0]\"}}],"
              "\"problems\":[{\"field\":\"x\",\"message\":\"a\",\"is_error\":true},"
              "{\"field\":\"e[0].y\",\"message\":\"b\",\"is_error\":true},"
              "{\"field\":\"e[10].y\",\"message\":\"c\",\"is_error\":true}]}");
    a = arena_new(ARENA_WIPE);
    errors = entry_page_errors_on(p, a);
    says(errors, "0.field", "f-x");
    says(errors, "1.field", "q-e[0]");
    assert_null(at(errors, "2.field"));
    json_free(errors);
    json_free(p);
    arena_free(a);
    struct fixture f;
    blocks(&f, Q("x", "text",
                 ",\"problems\":[{\"message\":\"rare\"},{\"message\":\"bad\",\"is_error\":true},"
                 "{\"message\":\"worse\",\"is_error\":true}]"));
    says(f.out, "0.fields.0.question.error", "bad");
    says(f.out, "0.fields.0.question.doubt", "rare");
    done(&f);
}

static const char sections[] =
    "[{\"name\":\"a\",\"title\":\"A\",\"state\":\"complete\",\"state_words\":\"Complete\",\"relevant\":true,"
    "\"questions\":3,\"answered\":2,\"hint\":\"About a\"},"
    "{\"name\":\"b\",\"title\":\"B\",\"state\":\"hidden\",\"state_words\":\"Does not "
    "apply\",\"relevant\":false},"
    "{\"name\":\"c\",\"title\":\"C\",\"state\":\"problems\",\"state_words\":\"Has "
    "problems\",\"relevant\":true,"
    "\"hint\":\"About c\"}]";

/* 7 */
static void test_tasks(void **state)
{
    (void)state;
    struct arena *a = arena_new(ARENA_WIPE);
    struct json *s = parse(sections), *t = entry_page_tasks(s, "D1", a);
    says(t, "items.0.href", "/drafts/D1/a");
    says(t, "items.0.about", "2 of 3 answered");
    assert_true(json_as_bool(at(t, "items.0.state.done"), false));
    says(t, "items.1.href", "");
    says(t, "items.2.about", "About c");
    says(t, "items.2.state.tone", "red");
    assert_string_equal(entry_page_next(s, "a"), "c");
    assert_string_equal(entry_page_next(s, "c"), "");
    assert_string_equal(entry_page_next(s, "none"), "");
    assert_string_equal(entry_page_section_title(s, "c"), "C");
    assert_string_equal(entry_page_section_title(s, "none"), "");
    json_free(t);
    json_free(s);
    arena_free(a);
}

/* 8 */
static void test_findings(void **state)
{
    (void)state;
    struct arena *a = arena_new(ARENA_WIPE);
    struct json *c =
        parse("{\"draft\":\"D1\",\"general\":[{\"message\":\"whole\",\"is_error\":true}],"
              "\"sections\":[{\"name\":\"s\",\"title\":\"S\",\"problems\":["
              "{\"field\":\"e[0].x\",\"label\":\"X\",\"message\":\"m\",\"missing\":true},"
              "{\"message\":\"doubt\",\"remedy\":\"look\"}]},"
              "{\"name\":\"t\",\"title\":\"T\",\"problems\":[]}]}");
    struct json *g = entry_page_findings(c, a);
    assert_int_equal(json_size(g), 2);
    says(g, "0.items.0.text", "whole");
    assert_null(at(g, "0.items.0.href"));
    says(g, "0.items.0.tone", "red");
    says(g, "1.title", "S");
    says(g, "1.items.0.href", "/drafts/D1/s?check=1#f-e[0].x");
    says(g, "1.items.0.tone", "grey");
    says(g, "1.items.1.href", "/drafts/D1/s?check=1");
    says(g, "1.items.1.about", "look");
    says(g, "1.items.1.tone", "yellow");
    json_free(g);
    json_free(c);
    arena_free(a);
}

/* 9 */
static void test_comparison(void **state)
{
    (void)state;
    struct arena *a = arena_new(ARENA_WIPE);
    struct json *rows =
        parse("[{\"field\":\"x\",\"label\":\"X\",\"both\":true,\"mine\":\"1\",\"theirs\":\"2\"},"
              "{\"field\":\"y\",\"label\":\"Y\",\"mine\":\"\",\"theirs\":\"3\"}]");
    struct json *c = entry_page_comparison(rows, "Mine", "Theirs", false, true, a);
    says(c, "rows.0.choose.name", "choice.x");
    assert_true(json_as_bool(at(c, "rows.0.choose.left"), false));
    assert_null(at(c, "rows.1.choose"));
    says(c, "rows.1.before", "(nothing)");
    says(c, "rows.1.after", "3");
    json_free(c);
    c = entry_page_comparison(rows, "Mine", "Theirs", true, false, a);
    says(c, "rows.1.choose.name", "choice.y");
    assert_true(json_as_bool(at(c, "rows.1.choose.right"), false));
    json_free(c);
    json_free(rows);
    arena_free(a);
}

/* 10 */
static void test_nothing(void **state)
{
    (void)state;
    static const char *const odd[] = {"",   "{\"repeat\":{}}",    "{\"instance\":{}}",
                                      "{}", "{\"blank_end\":{}}", "{\"group\":{}},{\"group\":{}}"};
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        struct fixture f;
        blocks(&f, odd[i]);
        assert_int_equal(json_kind(f.out), JSON_ARRAY);
        assert_int_equal(entry_page_asked(f.in), 0);
        done(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kinds),      cmocka_unit_test(test_dates),
        cmocka_unit_test(test_missing),    cmocka_unit_test(test_repeats),
        cmocka_unit_test(test_repeat_alone),
        cmocka_unit_test(test_blocks),     cmocka_unit_test(test_problems),
        cmocka_unit_test(test_tasks),      cmocka_unit_test(test_findings),
        cmocka_unit_test(test_comparison), cmocka_unit_test(test_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
