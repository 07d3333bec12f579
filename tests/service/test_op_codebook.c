/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/service/op_codebook.c and op_processing.c
 *  1 every variable of every form is in the code book once, with type, codes, privacy
 *  2 paper: what is derived is not asked, numbers have no gaps, arrows lead to a question there is
 *  3 one form alone; a form there is not   4 in another language, of another pack
 *  5 the record of processing: every variable in one activity, none without purpose, basis,
 *  retention
 *  6 direct identifiers have a retention class of their own (9#L12) */
#include "harness.h"

#include "desk.h"

static struct service *desk;

static int begin(void **state)
{
    (void)state;
    desk_make("repository");
    desk = desk_open("repository", NULL);
    return 0;
}

static int end(void **state)
{
    (void)state;
    service_close(desk);
    return 0;
}

static const struct json *form_called(const struct json *out, const char *name)
{
    const struct json *forms = json_get(out, "forms");
    for (size_t i = 0; i < json_size(forms); i++)
        if (strcmp(json_get_text(json_at(forms, i), "form", ""), name) == 0)
            return json_at(forms, i);
    fail_msg("no form %s", name);
    return NULL;
}

static const struct json *variable_called(const struct json *form, const char *name)
{
    const struct json *found = NULL, *items = json_get(form, "items");
    for (size_t i = 0; i < json_size(items); i++) {
        const struct json *x = json_at(items, i);
        if (strcmp(json_get_text(x, "variable", ""), name) != 0) continue;
        assert_null(found); /* once */
        found = x;
    }
    return found;
}

static void book_1_everything_is_there(void **state)
{
    (void)state;
    struct json *book = json_copy(desk_do(desk, "dictionary.codebook", "{}"));
    const struct json *list = json_get(desk_do(desk, "dictionary.variables", "{}"), "variables");
    assert_true(json_size(list) > 200);
    for (size_t i = 0; i < json_size(list); i++) {
        const struct json *v = json_at(list, i);
        if (json_get_bool(v, "system", false)) continue;
        const char *name = json_get_text(v, "variable", "");
        const struct json *x =
            variable_called(form_called(book, json_get_text(v, "form", "")), name);
        if (x == NULL) fail_msg("%s is not in the code book", name);
        assert_string_equal(json_get_text(x, "label", ""), json_get_text(v, "label", "?"));
        assert_string_equal(json_get_text(x, "list", ""), json_get_text(v, "list", "?"));
        assert_int_equal(json_size(json_get(x, "privacy")),
                         strlen(json_get_text(v, "privacy", "")));
        assert_true(json_get_text(x, "number", "")[0] != '\0');
        assert_true(json_get_text(x, "source", "")[0] != '\0');
    }
    const struct json *sex = variable_called(form_called(book, "victim"), "sex");
    assert_string_equal(json_get_text(sex, "list", ""), "CL_SEX");
    const struct json *codes = json_get(sex, "codes");
    assert_int_equal(json_size(codes), 3); /* F, M, X: unknown is a missing value (5.6) */
    assert_string_equal(json_get_text(json_at(codes, 0), "code", ""), "F");
    assert_true(json_get_bool(sex, "missing_allowed", false));
    assert_true(json_size(json_get(book, "lists")) > 50);
    assert_true(json_size(json_get(book, "rules")) > 100);
    json_free(book);
}

static void book_2_on_paper(void **state)
{
    (void)state;
    const struct json *form =
        form_called(desk_do(desk, "dictionary.paper", "{'form':'victim'}"),
                    "victim");
    const struct json *items = json_get(form, "items");
    long part = 0, question = 0, arrows = 0;
    for (size_t i = 0; i < json_size(items); i++) {
        const struct json *x = json_at(items, i);
        assert_false(json_get_bool(x, "derived", false));
        if (json_get_int(x, "part", 0) > 0) {
            assert_int_equal(json_get_int(x, "part", 0), part + 1);
            part++;
            question = 0;
        }
        if (!json_get_bool(x, "is_variable", false)) continue;
        char expected[40];
        snprintf(expected, sizeof expected, "%ld.%ld", part, ++question);
        assert_string_equal(json_get_text(x, "number", ""), expected);
        const struct json *codes = json_get(x, "codes");
        for (size_t k = 0; codes != NULL && k < json_size(codes); k++) {
            const char *to = json_get_text(json_at(codes, k), "arrow", "");
            if (to[0] == '\0') continue;
            bool there = false;
            for (size_t m = 0; m < json_size(items); m++)
                there = there || strcmp(json_get_text(json_at(items, m), "number", ""), to) == 0;
            if (!there) fail_msg("an arrow leads to %s, which is not there", to);
            arrows++;
        }
    }
    assert_true(arrows > 5);
    assert_true(json_get_bool(variable_called(form, "recruitment_channel"), "many", false));
}

static void book_3_one_form(void **state)
{
    (void)state;
    const struct json *book = desk_do(desk, "dictionary.codebook", "{'form':'suspect'}");
    assert_int_equal(json_size(json_get(book, "forms")), 1);
    (void)desk_refused(desk, ERR_USAGE, "call.no_form", "dictionary.codebook",
                       "{'form':'tourist'}");
}

static void book_4_of_another_country(void **state)
{
    (void)state;
    const struct json *book = desk_do(desk, "dictionary.codebook", "{'pack':'cz','form':'victim'}");
    assert_string_equal(json_get_text(book, "pack", ""), "cz");
    assert_string_not_equal(json_get_text(book, "country", ""), "Portugal");
    (void)desk_refused(desk, ERR_INPUT, "dictionary.broken", "dictionary.codebook",
                       "{'pack':'nowhere'}");
}

static void record_5_every_variable_once(void **state)
{
    (void)state;
    struct json *record = json_copy(desk_do(desk, "dictionary.processing", "{}"));
    const struct json *list = json_get(record, "activities");
    const struct json *all = json_get(desk_do(desk, "dictionary.variables", "{}"), "variables");
    size_t n = 0;
    for (size_t i = 0; i < json_size(list); i++) {
        const struct json *a = json_at(list, i);
        assert_int_equal(json_size(json_get(a, "variables")), json_get_int(a, "n", 0));
        assert_true(json_get_bool(a, "complete", false));
        for (size_t k = 0; k < json_size(json_get(a, "legal_basis")); k++) /* codes there are */
            assert_true(json_get_text(json_at(json_get(a, "legal_basis"), k), "label", "")[0] !=
                        '\0');
        n += json_size(json_get(a, "variables"));
    }
    assert_int_equal(n, json_size(all));
    assert_int_equal(json_get_int(record, "incomplete_variables", -1), 0);
    assert_string_equal(json_get_text(record, "controller", ""), "OTSH");
    assert_true(json_size(json_get(record, "measures")) > 3);
    json_free(record);
}

static void record_6_identifiers_apart(void **state)
{
    (void)state;
    const struct json *list = json_get(desk_do(desk, "dictionary.processing", "{}"), "activities");
    size_t direct = 0;
    for (size_t i = 0; i < json_size(list); i++) {
        const struct json *a = json_at(list, i);
        bool apart = strstr(json_get_text(a, "retention", ""), "identity") != NULL;
        assert_int_equal(json_get_int(a, "direct_identifiers", -1),
                         apart ? json_get_int(a, "n", 0) : 0);
        direct += (size_t)json_get_int(a, "direct_identifiers", 0);
    }
    assert_true(direct > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(book_1_everything_is_there),
        cmocka_unit_test(book_2_on_paper),
        cmocka_unit_test(book_3_one_form),
        cmocka_unit_test(book_4_of_another_country),
        cmocka_unit_test(record_5_every_variable_once),
        cmocka_unit_test(record_6_identifiers_apart),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
