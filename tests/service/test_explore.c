/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/service/explore.c
 *  1 what can be put into a table: no text, no identifier, nothing that may not be read
 *  2 the builder gives back what was chosen; what is not a choice is passed over
 *  3 choices as a filter: one variable or, several and; trees; years of numbers and dates; wrong
 *  ones
 */
#include "harness.h"

#include "desk.h"

#include "service/explore.h"
#include "service/result_spec.h"

static struct service *desk;
static struct call call;

static int begin(void **state)
{
    (void)state;
    struct err e = {0};
    desk_make("repository");
    desk = desk_open("repository", NULL);
    if (!service_repository(desk, &e)) fail_msg("%s", e.msg);
    call = (struct call){.s = desk, .arena = arena_new(ARENA_PLAIN), .out = json_object()};
    call.operation = operation_find("explore.table");
    call.who.role = role_find(TEXT("publisher"));
    call.decision = (struct decision){VERDICT_ALLOW, NULL, SCOPE_EVERYTHING};
    return 0;
}

static int end(void **state)
{
    (void)state;
    json_free(call.out);
    arena_free(call.arena);
    service_close(desk);
    return 0;
}

static struct json *document(const char *text)
{
    char copy[8192];
    struct json *j;
    struct err e = {0};
    (void)snprintf(copy, sizeof copy, "%s", text);
    for (char *p = copy; *p != '\0'; p++)
        if (*p == '\'') *p = '"';
    if (!json_parse(&j, text_of(copy), &e)) fail_msg("%s: %s", text, e.msg);
    return j;
}

static struct json *builder(const char *choices)
{
    struct json *in = document(choices), *out;
    const struct form *f;
    struct err e = {0};
    if (!explore_builder(&out, &f, &call, in, &e)) fail_msg("%s", e.msg);
    json_free(in);
    return out;
}

static const struct json *option(const struct json *b, const char *name)
{
    const struct json *sections = json_get(b, "sections");
    for (size_t i = 0; i < json_size(sections); i++) {
        const struct json *list = json_get(json_at(sections, i), "options");
        for (size_t k = 0; k < json_size(list); k++)
            if (strcmp(json_get_text(json_at(list, k), "name", ""), name) == 0)
                return json_at(list, k);
    }
    return NULL;
}

/* ---- 1 ---- */

static void offers(void **state)
{
    (void)state;
    struct json *b = builder("{'form':'victim'}");
    static const char *const there[] = {
        "sex",          "citizenship", "form_of_exploitation", "registration_year",
        "organisation", "entry_date"};
    static const char *const not_there[] = {"family_name", "birth_date", "source_file_no",
                                            "travel_doc_type", "narrative"};
    for (size_t i = 0; i < sizeof there / sizeof *there; i++)
        if (option(b, there[i]) == NULL) fail_msg("%s is not offered", there[i]);
    for (size_t i = 0; i < sizeof not_there / sizeof *not_there; i++)
        if (option(b, not_there[i]) != NULL) fail_msg("%s is offered", not_there[i]);
    /* every one that is offered can be counted */
    const struct form *f = dictionary_form(desk->dictionary, TEXT("victim"));
    size_t n = 0;
    for (size_t i = 0; i < desk->dictionary->n_variable; i++) {
        const struct variable *v = &desk->dictionary->variable[i];
        if (v->form != f->id) continue;
        bool offered = option(b, v->name) != NULL;
        assert_int_equal(offered, explore_has(&call, v));
        if (offered) assert_int_equal(v->privacy & PRIVACY_D, 0);
        n += offered;
    }
    assert_true(n > 150);
    json_free(b);
    /* offences of a case are for who works with the justice set */
    static struct role half;
    half = *role_find(TEXT("publisher"));
    b = builder("{'form':'case'}");
    assert_non_null(option(b, "group_type"));
    json_free(b);
    half.may &= ~(UINT64_C(1) << CAP_JUSTICE);
    call.who.role = &half;
    b = builder("{'form':'case'}");
    assert_null(option(b, "group_type"));
    assert_non_null(option(b, "labour_sector"));
    assert_int_equal(json_size(json_get(b, "forms")), 2);
    json_free(b);
    call.who.role = role_find(TEXT("publisher"));
}

/* ---- 2 ---- */

static void gives_back(void **state)
{
    (void)state;
    struct json *b =
        builder("{'form':'victim','rows':['','sex','age_group'],'columns':['citizenship'],"
                "'filter':['sex','sex','','nothing','family_name'],'only':['sex=F'],"
                "'count':'records','kind':'heat'}");
    assert_string_equal(json_get_text(option(b, "sex"), "in_row", ""), "yes");
    assert_string_equal(json_get_text(option(b, "age_group"), "in_row_2", ""), "yes");
    assert_string_equal(json_get_text(option(b, "age_group"), "in_row", "?"), "");
    assert_string_equal(json_get_text(option(b, "citizenship"), "in_column", ""), "yes");
    assert_string_equal(json_get_text(option(b, "age"), "can_filter", "?"), "");
    assert_true(json_get_bool(b, "count_records", false));
    assert_false(json_get_bool(b, "raw", true));
    const struct json *filters = json_get(b, "filters");
    assert_int_equal(json_size(filters), 1);
    const struct json *values = json_get(json_at(filters, 0), "options");
    size_t chosen = 0;
    for (size_t i = 0; i < json_size(values); i++)
        chosen += json_get_bool(json_at(values, i), "chosen", false);
    assert_int_equal(chosen, 1);
    char where[200];
    const struct operation *op = operation_find("explore.variables");
    struct json *result = json_object();
    json_set(result, "builder", b);
    if (!result_fits(text_of(op->result), result, where, sizeof where)) fail_msg("%s", where);
    json_free(result);
}

/* ---- 3 ---- */

static void filter(const char *choices, const char *form, const char *where)
{
    struct json *in = document(choices), *out = NULL;
    struct err e = {0};
    const struct form *f = dictionary_form(desk->dictionary, text_of(form));
    if (!explore_parameters(&out, &call, f, in, &e)) fail_msg("%s %s", e.msg, e.detail);
    assert_string_equal(json_get_text(out, "where", ""), where);
    json_free(out);
    json_free(in);
}

static void wrong(const char *choices, const char *id)
{
    struct json *in = document(choices), *out = NULL;
    struct err e = {0};
    const struct form *f = dictionary_form(desk->dictionary, TEXT("victim"));
    if (explore_parameters(&out, &call, f, in, &e)) fail_msg("%s was taken", choices);
    assert_string_equal(e.id, id);
    json_free(in);
}

static void choices(void **state)
{
    (void)state;
    filter("{}", "victim", "");
    filter("{'only':['','sex=F']}", "victim", "(${sex} = 'F')");
    filter("{'only':['sex=F','registration_year=2020','sex=M']}", "victim",
           "(${sex} = 'F' or ${sex} = 'M') and (${registration_year} = 2020)");
    filter("{'only':['citizenship=PT']}", "victim", "(selected(${citizenship}, 'PT'))");
    filter("{'only':['entry_date=2020']}", "victim",
           "((${entry_date} >= '2020-01-01' and ${entry_date} <= '2020-12-31'))");
    filter("{'only':['region_of_residence=PT15']}", "victim",
           "(${region_of_residence} = 'PT15' or ${region_of_residence} = 'PT150')");
    wrong("{'only':['sex=Q']}", "explore.filter");
    wrong("{'only':['sex']}", "explore.filter");
    wrong("{'only':['sex=F or ${age} > 0']}", "explore.filter");
    wrong("{'only':['registration_year=last']}", "explore.filter");
    wrong("{'only':['age=20']}", "explore.filter");
    wrong("{'only':['family_name=Silva']}", "explore.filter");
    wrong("{'only':['no_such=1']}", "call.no_variable");
    /* more values than an expression holds */
    struct buf many;
    const struct codelist *l = dictionary_list(desk->dictionary, TEXT("CL_LANGUAGE"));
    buf_init(&many, 8000);
    for (size_t i = 0; i < 120; i++)
        buf_printf(&many, "%s'other_languages=%s'", i == 0 ? "{'only':[" : ",", l->code[i].name);
    buf_puts(&many, "]}");
    wrong(many.p, "explore.filter_long");
    buf_release(&many);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(offers),
        cmocka_unit_test(gives_back),
        cmocka_unit_test(choices),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
