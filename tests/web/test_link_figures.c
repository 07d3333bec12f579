/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/web/link_figures.c: figures of linkage's quality
 *  1 weights: a row for each bin, its pairs in the column of its band and nowhere else, codes that
 *    begin with the band, a sentence with the sums of all bins
 *  2 thresholds: shares as per cent, the best one named; none for fewer than two points
 *  3 organisations, overlap and fields name the one that stands out; none where there is nothing
 *  4 estimates: the program's own; measured ones only where people have decided a sample
 *  5 a form without a run has no figure
 *  6 numbers as the language writes them
 */
#include "harness.h"

#include "base/json.h"
#include "web/link_figures.h"

static const char form_text[] =
    "[{\"form\":\"victim\",\"form_title\":\"Victim\",\"has_run\":true,"
    "\"above\":{\"precision\":0.991,\"recall\":0.9,\"f1\":0.94},"
    "\"review\":{\"precision\":0.95,\"recall\":0.97,\"f1\":0.96},"
    "\"curve\":[{\"threshold\":0,\"precision\":0.8,\"recall\":0.99,\"f1\":0.88},"
    "{\"threshold\":4,\"precision\":0.9,\"recall\":0.95,\"f1\":0.92},"
    "{\"threshold\":8,\"precision\":0.99,\"recall\":0.7,\"f1\":0.82}],"
    "\"histogram\":[{\"from\":-4,\"to\":-2,\"pairs\":12000,\"matches\":1,\"band\":\"below\"},"
    "{\"from\":-2,\"to\":0,\"pairs\":300,\"matches\":4,\"band\":\"below\"},"
    "{\"from\":0,\"to\":2,\"pairs\":40,\"matches\":22,\"band\":\"review\"},"
    "{\"from\":2,\"to\":4,\"pairs\":150,\"matches\":149,\"band\":\"above\"}],"
    "\"reviewed\":{\"pairs\":60,\"has_any\":true,\"has_above\":true,\"has_review\":true,"
    "\"precision\":{\"value\":0.983,\"from\":0.911,\"to\":0.997},"
    "\"in_band\":{\"value\":0.02,\"from\":0.001,\"to\":0.11}},"
    "\"organisations\":[{\"organisation\":\"A\",\"organisation_name\":\"Police\",\"records\":10,"
    "\"persons\":9,\"shared\":3},"
    "{\"organisation\":\"B\",\"organisation_name\":\"Shelter\",\"records\":8,\"persons\":8,\"shared\":5}],"
    "\"overlap\":[{\"organisation_a\":\"A\",\"organisation_name_a\":\"Police\",\"organisation_b\":\"B\","
    "\"organisation_name_b\":\"Shelter\",\"persons\":3}],"
    "\"fields\":[{\"field\":\"surname\",\"label\":\"Family name\",\"best\":12.1,\"worst\":-5},"
    "{\"field\":\"phone\",\"label\":\"Telephone\",\"best\":18,\"worst\":-1.2}]},"
    "{\"form\":\"suspect\",\"has_run\":false},"
    "{\"form\":\"empty\",\"has_run\":true,\"histogram\":[],\"curve\":[],\"organisations\":[],"
    "\"overlap\":[],\"fields\":[],\"reviewed\":{\"pairs\":0,\"has_any\":false}}]";

static struct arena *a;
static struct json *forms;

static int begin(void **state)
{
    struct err e = {0};
    (void)state;
    a = arena_new(ARENA_PLAIN);
    if (!json_parse(&forms, text_of(form_text), &e)) fail_msg("%s", e.msg);
    link_figures(forms, "en", a);
    return 0;
}

static int end(void **state)
{
    (void)state;
    json_free(forms);
    arena_free(a);
    return 0;
}

static const struct json *figure(size_t form, const char *id)
{
    const struct json *list = json_get(json_at(forms, form), "figures");
    for (size_t i = 0; i < json_size(list); i++)
        if (strcmp(json_get_text(json_at(list, i), "id", ""), id) == 0) return json_at(list, i);
    return NULL;
}

static const struct json *at(const struct json *f, size_t row, size_t column)
{
    const struct json *body = json_get(json_get(f, "table"), "body");
    assert_true(row < json_size(body));
    return json_at(json_get(json_at(body, row), "cells"), column);
}

static void says(const struct json *j, const char *member, const char *part)
{
    size_t place;
    const char *text = json_get_text(j, member, "");
    if (!text_find(text_of(text), text_of(part), &place)) fail_msg("'%s' lacks '%s'", text, part);
}

static void weights_1(void **state)
{
    const struct json *f = figure(0, "victim-weights");
    static const int64_t wanted[4][3] = {{12000, 0, 0}, {300, 0, 0}, {0, 40, 0}, {0, 0, 150}};
    static const char *const codes[] = {"below-4", "below-2", "review0", "above+2"};
    (void)state;
    assert_non_null(f);
    assert_string_equal(json_get_text(f, "kind", ""), "weights");
    assert_int_equal(json_size(json_get(json_get(f, "table"), "body")), 4);
    for (size_t r = 0; r < 4; r++) {
        assert_string_equal(json_get_text(at(f, r, 0), "code", ""), codes[r]);
        for (size_t c = 0; c < 3; c++)
            assert_int_equal(json_get_int(at(f, r, c + 1), "value", -1), wanted[r][c]);
    }
    assert_string_equal(json_get_text(at(f, 2, 0), "text", ""), "0 to +2");
    assert_string_equal(json_get_text(f, "title", ""), "Weights of the compared pairs (Victim)");
    says(f, "finding", "150 pairs for one person");
    says(f, "finding", "12,300 for two; 40 are for people");
}

static void curve_2(void **state)
{
    const struct json *f = figure(0, "victim-curve");
    (void)state;
    assert_non_null(f);
    assert_string_equal(json_get_text(at(f, 1, 1), "text", ""), "90%");
    assert_true(json_get_number(at(f, 1, 2), "value", 0) == 95.0);
    says(f, "finding", "weight +4");
    assert_null(figure(2, "empty-curve"));
}

static void tables_3(void **state)
{
    (void)state;
    says(figure(0, "victim-organisations"), "finding", "Shelter has met 5 persons");
    says(figure(0, "victim-overlap"), "finding", "Police and Shelter have met the same persons: 3");
    says(figure(0, "victim-fields"), "finding", "Telephone, +18.0");
    assert_string_equal(json_get_text(at(figure(0, "victim-fields"), 0, 2), "text", ""), "-5.0");
    assert_null(figure(2, "empty-organisations"));
    assert_null(figure(2, "empty-overlap"));
    assert_null(figure(2, "empty-fields"));
}

static void estimates_4(void **state)
{
    const struct json *list = json_get(json_at(forms, 0), "estimates");
    (void)state;
    assert_int_equal(json_size(list), 4);
    says(json_at(list, 0), "value", "99.1% of the links are right, 90% of what");
    says(json_at(list, 2), "value", "98.3%");
    says(json_at(list, 2), "about",
         "between 91.1% and 99.7% with 95 % certainty; pairs decided: 60");
    assert_true(json_get_bool(json_at(forms, 0), "reviewed_any", false));
    assert_int_equal(json_size(json_get(json_at(forms, 2), "estimates")), 0);
    assert_false(json_get_bool(json_at(forms, 2), "reviewed_any", true));
}

static void none_5(void **state)
{
    (void)state;
    assert_int_equal(json_size(json_get(json_at(forms, 1), "figures")), 0);
}

static void language_6(void **state)
{
    struct err e = {0};
    struct json *other;
    (void)state;
    assert_true(json_parse(&other, text_of(form_text), &e));
    link_figures(other, "pl", a);
    const struct json *list = json_get(json_at(other, 0), "estimates");
    says(json_at(list, 2), "value", "98,3");
    json_free(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(weights_1),   cmocka_unit_test(curve_2), cmocka_unit_test(tables_3),
        cmocka_unit_test(estimates_4), cmocka_unit_test(none_5),  cmocka_unit_test(language_6),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
