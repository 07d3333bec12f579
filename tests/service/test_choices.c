/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/service/choices.c (S52)
 *  1 who enters for one organisation chooses among its own alone, in uploads and in exports
 *  2 who sees all chooses among all
 *  3 forms: those whose data set the role works with, in the language of the call
 */
#include "harness.h"

#include "desk.h"
#include "seat.h"

static struct service *desk;

static int begin(void **state)
{
    (void)state;
    desk_make("repository");
    desk = desk_open("repository", NULL);
    (void)desk_do(desk, "organisation.add",
                  "{'code':'CASA','type':'50','name':'Casa (synthetic)'}");
    return 0;
}

static int end(void **state)
{
    (void)state;
    service_close(desk);
    return 0;
}

static const char *const asked[] = {"upload.begin", "export.begin"};

static void choices_1_own(void **state)
{
    const struct seat_of casa = {"contributor", "CASA", 3, 1}, none = {"contributor", NULL, 0, 1};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        const struct json *list = json_get(seat_do(desk, &casa, asked[i], "{}"), "organisations");
        assert_int_equal(json_size(list), 1);
        assert_string_equal(json_get_text(json_at(list, 0), "code", ""), "CASA");
        assert_string_equal(json_get_text(json_at(list, 0), "name", ""), "Casa (synthetic)");
        list = json_get(seat_do(desk, &none, asked[i], "{}"), "organisations");
        assert_int_equal(json_size(list), 0);
    }
    assert_string_equal(json_get_text(seat_do(desk, &casa, "upload.begin", "{}"), "own", ""),
                        "CASA");
}

static void choices_2_all(void **state)
{
    const struct seat_of manager = {"data-manager", NULL, 0, 1};
    (void)state;
    const struct json *out = seat_do(desk, &manager, "export.begin", "{}");
    assert_int_equal(json_size(json_get(out, "organisations")), 3);
    assert_string_equal(json_get_text(out, "own", "?"), "");
}

static void choices_3_forms(void **state)
{
    const struct seat_of manager = {"data-manager", NULL, 0, 1};
    const struct role *role = role_find(TEXT("data-manager"));
    const struct json *list = json_get(seat_do(desk, &manager, "export.begin", "{}"), "forms");
    (void)state;
    assert_int_equal(json_size(list), desk->dictionary->n_form);
    for (size_t i = 0; i < json_size(list); i++) {
        const struct form *f = &desk->dictionary->form[i];
        assert_true(decide_reads(role, f->data_set, 0));
        assert_string_equal(json_get_text(json_at(list, i), "form", ""), f->name);
        assert_string_equal(json_get_text(json_at(list, i), "title", ""),
                            words_in(&f->title, dictionary_language(desk->dictionary, TEXT("en")),
                                     "?"));
    }
    /* a role of one data set */
    struct role half = *role;
    half.may &= ~(UINT64_C(1) << CAP_JUSTICE);
    struct call c = {.s = desk, .who.role = &half};
    struct json *mine = call_form_choices(&c);
    assert_true(json_size(mine) > 0 && json_size(mine) < desk->dictionary->n_form);
    for (size_t i = 0; i < json_size(mine); i++) {
        struct text name = text_of(json_get_text(json_at(mine, i), "form", ""));
        assert_int_not_equal(dictionary_form(desk->dictionary, name)->data_set, DATA_SET_JUSTICE);
    }
    json_free(mine);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(choices_1_own),
        cmocka_unit_test(choices_2_all),
        cmocka_unit_test(choices_3_forms),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
