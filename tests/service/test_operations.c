/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/service/operations.c
 *  1 the table: every row has what a row needs, names are told apart
 *  2 parameters: an unknown member, a wrong type, too long, too short, out of range, not a choice,
 *    missing; for every parameter of every operation
 *  3 names of operations
 */
#include "harness.h"

#include "desk.h"

#include "model/audit_action.h"
#include "service/operations.h"

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

/* ---- 1 ---- */

static bool is_action(const char *name)
{
    for (int a = 0; a < AUDIT_ACTION_COUNT; a++)
        if (strcmp(audit_action_name((enum audit_action)a), name) == 0) return true;
    return false;
}

static void check_parameters_of(const struct operation *op)
{
    for (const struct parameter_spec *p = op->parameter; p->name != NULL; p++) {
        if (p->summary == NULL || strlen(p->summary) < 3)
            fail_msg("%s %s: no summary", op->name, p->name);
        for (const struct parameter_spec *other = op->parameter; other < p; other++)
            if (strcmp(other->name, p->name) == 0) fail_msg("%s: %s twice", op->name, p->name);
        if (p->type == PARAM_BOOL) continue;
        if (p->max <= p->min && p->max <= 0) fail_msg("%s %s: no limit", op->name, p->name);
        /* a text that must be there is not empty */
        if (p->type == PARAM_TEXT && p->required && p->min < 1)
            fail_msg("%s %s: may be empty", op->name, p->name);
    }
}

static void table_1_1_every_row_is_complete(void **state)
{
    (void)state;
    assert_true(operation_row_count() >= 31);
    for (size_t i = 0; i < operation_row_count(); i++) {
        const struct operation *op = &operation_row_at(i)->operation;
        if (op->name == NULL || strchr(op->name, '.') == NULL) fail_msg("row %zu has no name", i);
        if (op->summary == NULL || strlen(op->summary) < 5) fail_msg("%s: no summary", op->name);
        if (op->parameter == NULL) fail_msg("%s: no parameters", op->name);
        if ((unsigned)op->capability >= CAP_COUNT) fail_msg("%s: no capability", op->name);
        if (!is_action(op->audit)) fail_msg("%s: %s is no audit action", op->name, op->audit);
        if (operation_row_at(i)->handler == NULL) fail_msg("%s: no handler", op->name);
        for (size_t k = 0; k < i; k++)
            if (strcmp(operation_row_at(k)->operation.name, op->name) == 0)
                fail_msg("%s twice", op->name);
        check_parameters_of(op);
    }
    assert_null(operation_at(operation_row_count()));
}

/* S20: what changes something is written down; what needs no repository cannot be. */
static void table_1_2_changes_have_an_action(void **state)
{
    (void)state;
    for (size_t i = 0; i < operation_row_count(); i++) {
        const struct operation *op = &operation_row_at(i)->operation;
        bool none = strcmp(op->audit, "none") == 0;
        if (op->transaction == TX_WRITE && none)
            fail_msg("%s changes and leaves no entry", op->name);
        if (!op->repository_required && !none) fail_msg("%s: an entry in which log?", op->name);
        bool before = op->reach == REACH_OPEN || op->half_open; /* signing in, and what leads to it */
        if (op->repository_required && op->capability == CAP_NONE && !before)
            fail_msg("%s opens a repository for everybody", op->name);
    }
}

/* No secret is a parameter: parameters come from command lines and go into documents (S15). */
static void table_1_3_no_parameter_is_a_secret(void **state)
{
    (void)state;
    static const char *const secret[] = {"passphrase", "password", "recovery", "secret", "token"};
    for (size_t i = 0; i < operation_row_count(); i++)
        for (const struct parameter_spec *p = operation_row_at(i)->operation.parameter;
             p->name != NULL; p++)
            for (size_t k = 0; k < sizeof secret / sizeof secret[0]; k++)
                if (strstr(p->name, secret[k]) != NULL && !p->secret)
                    fail_msg("%s: %s", operation_row_at(i)->operation.name, p->name);
}

/* ---- 2 ---- */

static struct json *good_value(const struct parameter_spec *p)
{
    static char text[5000];
    struct json *list;
    switch (p->type) {
    case PARAM_INT: return json_int(p->min);
    case PARAM_BOOL: return json_bool(true);
    case PARAM_LIST:
        list = json_array();
        json_push(list, json_text(TEXT("sex")));
        return list;
    case PARAM_FIELDS: return json_object();
    case PARAM_TEXT: break;
    }
    if (p->choices != NULL) {
        struct text rest = text_of(p->choices), one;
        if (!text_split(&rest, '|', &one)) fail_msg("%s has no choice", p->name);
        return json_text(one);
    }
    size_t n = p->min > 1 ? (size_t)p->min : 1;
    memset(text, 'a', n);
    return json_text((struct text){text, n});
}

/* Every required parameter with a good value; `but` is left out. */
static struct json *document(const struct operation *op, const struct parameter_spec *but)
{
    struct json *in = json_object();
    for (const struct parameter_spec *p = op->parameter; p->name != NULL; p++)
        if (p->required && p != but) json_set(in, p->name, good_value(p));
    return in;
}

/* The call must be refused as a wrong request, before anything else is looked at. */
static void refused(const struct operation *op, const struct parameter_spec *p, struct json *in,
                    const char *id)
{
    struct json *out = NULL;
    struct err e = {0};
    bool ok = service_call(&out, desk, op->name, in, NULL, &e);
    json_free(in);
    if (ok) {
        json_free(out);
        fail_msg("%s: %s: %s was not found", op->name, p == NULL ? "-" : p->name, id);
    }
    if (e.code != ERR_USAGE || strcmp(e.id, id) != 0)
        fail_msg("%s: %s: %s instead of %s", op->name, p == NULL ? "-" : p->name, e.id, id);
    if (strstr(e.msg, op->name) == NULL) fail_msg("%s: not named: %s", op->name, e.msg);
    if (p != NULL && strstr(e.msg, p->name) == NULL)
        fail_msg("%s: %s is not named: %s", op->name, p->name, e.msg);
}

static void with(const struct operation *op, const struct parameter_spec *p, struct json *value,
                 const char *id)
{
    struct json *in = document(op, p);
    json_set(in, p->name, value);
    refused(op, p, in, id);
}

static struct json *long_text(size_t n)
{
    char *p = calloc(n + 1, 1);
    assert_non_null(p);
    memset(p, 'x', n);
    struct json *j = json_text((struct text){p, n});
    free(p);
    return j;
}

static struct json *list_of(struct json *item, size_t n)
{
    struct json *list = json_array();
    for (size_t i = 0; i < n; i++) json_push(list, json_copy(item));
    json_free(item);
    return list;
}

static void wrong_values(const struct operation *op, const struct parameter_spec *p)
{
    with(op, p, json_null(), "call.type");
    if (p->type != PARAM_FIELDS) with(op, p, json_object(), "call.type");
    with(op, p, json_number(1.5), "call.type");
    switch (p->type) {
    case PARAM_TEXT:
        with(op, p, json_int(1), "call.type");
        with(op, p, json_bool(true), "call.type");
        with(op, p, json_array(), "call.type");
        with(op, p, long_text((size_t)p->max + 1), "call.too_long");
        if (p->min > 0) with(op, p, json_text(TEXT("")), "call.empty");
        if (p->line) with(op, p, json_text(TEXT("two\nlines")), "call.control");
        if (p->line) with(op, p, json_text(TEXT("\x1b[2J")), "call.control");
        if (p->choices != NULL) with(op, p, json_text(TEXT("no such choice")), "call.choice");
        if (p->choices != NULL) with(op, p, json_text(text_of(p->choices)), "call.choice");
        break;
    case PARAM_INT:
        with(op, p, json_text(TEXT("1")), "call.type");
        with(op, p, json_bool(true), "call.type");
        with(op, p, json_int(p->min - 1), "call.range");
        if (p->max < INT64_MAX) with(op, p, json_int(p->max + 1), "call.range");
        break;
    case PARAM_BOOL:
        with(op, p, json_text(TEXT("true")), "call.type");
        with(op, p, json_int(1), "call.type");
        break;
    case PARAM_FIELDS: {
        struct json *j = json_object();
        json_set_int(j, "sex", 1);
        with(op, p, json_text(TEXT("sex")), "call.type");
        with(op, p, j, "call.type");
        j = json_object();
        json_set(j, "sex", list_of(json_int(1), 1));
        with(op, p, j, "call.type");
        j = json_object();
        json_set(j, "sex", long_text((size_t)p->max + 1));
        with(op, p, j, "call.too_long");
        break;
    }
    case PARAM_LIST:
        with(op, p, json_text(TEXT("sex")), "call.type");
        with(op, p, list_of(json_int(1), 1), "call.type");
        with(op, p, list_of(json_text(TEXT("a")), 101), "call.type");
        with(op, p, list_of(long_text((size_t)p->max + 1), 1), "call.too_long");
        break;
    }
}

/* S52 in part: unknown members are refused (mass assignment). */
static void parameters_2_1_are_checked_for_every_operation(void **state)
{
    (void)state;
    uint64_t before = desk_fingerprint("repository");
    for (size_t i = 0; i < operation_row_count(); i++) {
        const struct operation *op = &operation_row_at(i)->operation;
        struct json *in = document(op, NULL);
        json_set_text(in, "capability", "all");
        refused(op, NULL, in, "call.unknown");
        in = document(op, NULL);
        json_set_text(in, "", "");
        refused(op, NULL, in, "call.unknown");
        refused(op, NULL, json_array(), "call.type");
        refused(op, NULL, json_null(), "call.type");
        refused(op, NULL, json_text(TEXT("{}")), "call.type");
        for (const struct parameter_spec *p = op->parameter; p->name != NULL; p++) {
            if (p->required) refused(op, p, document(op, p), "call.missing");
            wrong_values(op, p);
        }
    }
    /* and none of it came as far as the repository */
    assert_int_equal(desk_fingerprint("repository"), before);
}

/* The longest values that are allowed pass the check of parameters (and fail, if they do,
 * later). */
static void parameters_2_2_the_longest_passes(void **state)
{
    (void)state;
    static const char *const early[] = {"call.type",  "call.too_long", "call.range",  "call.choice",
                                        "call.empty", "call.missing",  "call.unknown"};
    for (size_t i = 0; i < operation_row_count(); i++) {
        const struct operation *op = &operation_row_at(i)->operation;
        for (const struct parameter_spec *p = op->parameter; p->name != NULL; p++) {
            if (p->type != PARAM_TEXT || p->choices != NULL) continue;
            struct json *in = document(op, p), *out = NULL;
            struct err e = {0};
            json_set(in, p->name, long_text((size_t)p->max));
            if (service_call(&out, desk, op->name, in, NULL, &e)) json_free(out);
            else
                for (size_t k = 0; k < sizeof early / sizeof early[0]; k++)
                    if (strcmp(e.id, early[k]) == 0)
                        fail_msg("%s %s: %s", op->name, p->name, e.msg);
            json_free(in);
        }
    }
    desk_verify(desk);
}

/* ---- 3 ---- */

static void names_3_1_unknown_ones_are_refused(void **state)
{
    (void)state;
    static const char *const names[] = {
        "", "record", "record.", "RECORD.LIST", "record.list ", "record.delete"};
    struct json *in = json_object(), *out = NULL;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct err e = {0};
        assert_false(service_call(&out, desk, names[i], in, NULL, &e));
        assert_string_equal(e.id, "call.no_operation");
        assert_null(operation_find(names[i]));
    }
    json_free(in);
    assert_string_equal(operation_find("record.list")->name, "record.list");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(table_1_1_every_row_is_complete),
        cmocka_unit_test(table_1_2_changes_have_an_action),
        cmocka_unit_test(table_1_3_no_parameter_is_a_secret),
        cmocka_unit_test_setup_teardown(parameters_2_1_are_checked_for_every_operation, begin, end),
        cmocka_unit_test_setup_teardown(parameters_2_2_the_longest_passes, begin, end),
        cmocka_unit_test_setup_teardown(names_3_1_unknown_ones_are_refused, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
