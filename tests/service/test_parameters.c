/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/service/parameters.c
 *  1 what an operation takes is let in, at the edges of its limits too
 *  2 what it does not take is refused: which parameter, and with which id
 *  3 lines: what a control character is
 */
#include "harness.h"

#include "service/parameters.h"

#include <string.h>

static const struct parameter_spec parameter[] = {
    {.name = "code", .type = PARAM_TEXT, .required = true, .min = 2, .max = 5, .line = true,
     .summary = "a code"},
    {.name = "state", .type = PARAM_TEXT, .max = 10, .choices = "open|closed", .summary = "which"},
    {.name = "limit", .type = PARAM_INT, .min = 1, .max = 50, .summary = "how many"},
    {.name = "all", .type = PARAM_BOOL, .summary = "every one"},
    {.name = "codes", .type = PARAM_LIST, .max = 3, .summary = "several"},
    {.name = "answers", .type = PARAM_FIELDS, .max = 4, .summary = "a form"},
    {.name = NULL},
};
static const struct operation op = {.name = "thing.do", .parameter = parameter};

static const char *refusal(const char *text, struct err *e)
{
    struct json *in;
    *e = (struct err){0};
    if (!json_parse(&in, text_of(text), e)) fail_msg("%s: %s", text, e->msg);
    bool fits = parameters_fit(&op, in, e);
    json_free(in);
    return fits ? "" : e->id;
}

static void parameters_1_1_taken(void **state)
{
    static const char *const good[] = {
        "{\"code\":\"ab\"}",
        "{\"code\":\"abcde\",\"state\":\"closed\",\"limit\":1,\"all\":false}",
        "{\"code\":\"ab\",\"limit\":50,\"codes\":[],\"answers\":{}}",
        "{\"code\":\"ab\",\"codes\":[\"abc\",\"\"],\"answers\":{\"a\":\"1234\",\"b\":[\"1\",\"2\"]}}",
    };
    struct err e;
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_string_equal(refusal(good[i], &e), "");
}

static void parameters_2_1_refused(void **state)
{
    static const struct {
        const char *in, *id, *says;
    } bad[] = {
        {"[]", "call.type", "object"},
        {"{}", "call.missing", "code"},
        {"{\"code\":\"ab\",\"colour\":\"red\"}", "call.unknown", "colour"},
        {"{\"code\":7}", "call.type", "code"},
        {"{\"code\":\"a\"}", "call.empty", "code"},
        {"{\"code\":\"abcdef\"}", "call.too_long", "5 bytes"},
        {"{\"code\":\"a\\nb\"}", "call.control", "code"},
        {"{\"code\":\"ab\",\"state\":\"lost\"}", "call.choice", "state"},
        {"{\"code\":\"ab\",\"state\":\"open|closed\"}", "call.too_long", "state"},
        {"{\"code\":\"ab\",\"limit\":0}", "call.range", "limit"},
        {"{\"code\":\"ab\",\"limit\":51}", "call.range", "50"},
        {"{\"code\":\"ab\",\"limit\":\"3\"}", "call.type", "limit"},
        {"{\"code\":\"ab\",\"limit\":1.5}", "call.type", "limit"},
        {"{\"code\":\"ab\",\"all\":1}", "call.type", "all"},
        {"{\"code\":\"ab\",\"codes\":\"abc\"}", "call.type", "codes"},
        {"{\"code\":\"ab\",\"codes\":[\"abcd\"]}", "call.too_long", "codes"},
        {"{\"code\":\"ab\",\"codes\":[1]}", "call.type", "codes"},
        {"{\"code\":\"ab\",\"answers\":[]}", "call.type", "answers"},
        {"{\"code\":\"ab\",\"answers\":{\"a\":1}}", "call.type", "answers"},
        {"{\"code\":\"ab\",\"answers\":{\"a\":[\"12345\"]}}", "call.too_long", "answers"},
    };
    struct err e;
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_string_equal(refusal(bad[i].in, &e), bad[i].id);
        assert_int_equal(e.code, ERR_USAGE);
        assert_non_null(strstr(e.msg, bad[i].says));
        assert_non_null(strstr(e.msg, "thing.do"));
        err_clear(&e);
    }
    assert_string_equal(refusal("{\"code\":\"ab\",\"state\":\"lost\"}", &e), "call.choice");
    assert_non_null(strstr(e.remedy, "open|closed"));
    err_clear(&e);
}

static void parameters_3_1_lines(void **state)
{
    (void)state;
    assert_true(parameter_is_line("Zażółć gęślą jaźń"));
    assert_true(parameter_is_line(""));
    assert_true(parameter_is_line(NULL));
    assert_false(parameter_is_line("a\tb"));
    assert_false(parameter_is_line("a\x7f"));
    assert_false(parameter_is_line("a\x1b[2J"));
    assert_false(parameter_is_line("\xff"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parameters_1_1_taken),
        cmocka_unit_test(parameters_2_1_refused),
        cmocka_unit_test(parameters_3_1_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
