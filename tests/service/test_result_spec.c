/* SPDX-License-Identifier: EUPL-1.2 */
/* Declarations of results.
 *
 *  1 reading    1.1 members, kinds, what is inside; 1.2 what cannot be read
 *  2 holding    2.1 a result against its declaration; 2.2 the member that is wrong is named
 *  3 the table  3.1 what is reachable over the desk declares its result, readably; 3.2 what is
 *  local
 *               does not; a parameter that names a file is local
 */
#include "harness.h"
#include "service/operations.h"
#include "service/result_spec.h"

#include <string.h>

static void reading_1_1_members(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        enum result_kind kind;
        const char *inner;
    } want[] = {{"next", RESULT_INT, ""},
                {"share", RESULT_NUMBER, ""},
                {"ok", RESULT_BOOL, ""},
                {"values", RESULT_ANY, ""},
                {"names", RESULT_TEXTS, ""},
                {"meta", RESULT_OBJECT, "at author"},
                {"rows", RESULT_OBJECTS, "a b[c d{e}]"},
                {"last", RESULT_TEXT, ""}};
    struct text rest =
        TEXT("next# share% ok? values* names[]  meta{at author} rows[a b[c d{e}]] last");
    struct result_member m;
    bool ok = true;
    for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
        assert_true(result_next(&m, &rest, &ok));
        assert_true(text_is(m.name, want[i].name));
        assert_int_equal(m.kind, want[i].kind);
        assert_true(text_is(m.inner, want[i].inner));
    }
    assert_false(result_next(&m, &rest, &ok));
    assert_true(ok);
}

static void reading_1_2_unreadable(void **state)
{
    (void)state;
    static const char *const bad[] = {"a[b", "a{b]", "A", "a b!", "a]", "[]", "a[b C]", "a{b[}]"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (result_spec_fits(text_of(bad[i]))) fail_msg("%s was read", bad[i]);
    assert_true(result_spec_fits(TEXT("")));
    assert_true(result_spec_fits(TEXT("a b# c[d e{f?}] ")));
}

static bool fits(const char *spec, const char *text, char where[100])
{
    struct json *j;
    assert_true(json_parse(&j, text_of(text), NULL));
    bool ok = result_fits(text_of(spec), j, where, 100);
    json_free(j);
    return ok;
}

static void holding_2_1_results(void **state)
{
    (void)state;
    char where[100];
    const char *spec = "next# rows[name n# share% tags[]] any* meta{ok?}";
    assert_true(fits(spec, "{}", where));
    assert_true(
        fits(spec,
             "{\"next\":1,\"rows\":[{\"name\":\"x\",\"n\":2,\"share\":0.5,\"tags\":[\"a\"]},{}]}",
             where));
    assert_true(fits(spec, "{\"any\":[1,{\"q\":2}],\"meta\":{\"ok\":true},\"next\":null}", where));
    assert_true(fits(spec, "{\"rows\":[{\"share\":3}]}", where));
}

static void holding_2_2_what_is_wrong(void **state)
{
    (void)state;
    char where[100];
    const char *spec = "next# rows[name tags[]] meta{ok?}";
    assert_false(fits(spec, "{\"other\":1}", where));
    assert_string_equal(where, "other");
    assert_false(fits(spec, "{\"next\":\"1\"}", where));
    assert_string_equal(where, "next");
    assert_false(fits(spec, "{\"rows\":[{\"name\":\"a\"},{\"nam\":\"b\"}]}", where));
    assert_string_equal(where, "rows.nam");
    assert_false(fits(spec, "{\"rows\":[{\"tags\":[1]}]}", where));
    assert_string_equal(where, "rows.tags");
    assert_false(fits(spec, "{\"meta\":{\"ok\":1}}", where));
    assert_string_equal(where, "meta.ok");
    assert_false(fits(spec, "[]", where));
}

static void table_3_1_reachable(void **state)
{
    (void)state;
    const struct operation_row *row;
    size_t n = 0;
    for (size_t i = 0; (row = operation_row_at(i)) != NULL; i++) {
        const struct operation *op = &row->operation;
        if (op->reach == REACH_LOCAL) continue;
        n++;
        if (op->result == NULL || !result_spec_fits(text_of(op->result)))
            fail_msg("%s: its result is not declared, or not readably", op->name);
    }
    assert_true(n >= 14);
}

static void table_3_2_files_are_local(void **state)
{
    (void)state;
    static const char *const file[] = {"file",   "findings", "output", "anchor",
                                       "folder", "xlsx",     "into",   "new_key_file"};
    const struct operation_row *row;
    for (size_t i = 0; (row = operation_row_at(i)) != NULL; i++)
        for (const struct parameter_spec *p = row->operation.parameter; p->name != NULL; p++)
            for (size_t k = 0; k < sizeof file / sizeof *file; k++)
                if (strcmp(p->name, file[k]) == 0 && p->type == PARAM_TEXT && !p->local)
                    fail_msg("%s: %s names a file and is not local", row->operation.name, p->name);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(reading_1_1_members),
                                       cmocka_unit_test(reading_1_2_unreadable),
                                       cmocka_unit_test(holding_2_1_results),
                                       cmocka_unit_test(holding_2_2_what_is_wrong),
                                       cmocka_unit_test(table_3_1_reachable),
                                       cmocka_unit_test(table_3_2_files_are_local)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
