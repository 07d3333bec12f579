/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/model/xlsform_expression.c
 *  1 pulldata() becomes a path: alone, nested, within other calls
 *  2 what stays: other calls, quoted text, calls that are not of four arguments, names that end so
 *  3 `.` in an argument is the answer, not the item
 *  4 parameters come back as pulldata(), and nothing else does
 *  5 lists that are looked into are collected, each once */
#include "harness.h"

#include "model/xlsform_internal.h"

static struct arena *a;

static int begin(void **state)
{
    (void)state;
    a = arena_new(ARENA_PLAIN);
    return 0;
}

static int end(void **state)
{
    (void)state;
    arena_free(a);
    return 0;
}

static void becomes(const char *from, const char *to)
{
    assert_string_equal(xlsform_without_pulldata(from, NULL, a), to);
}

static void paths(void **state)
{
    (void)state;
    becomes("pulldata('CL_A', 'eu', 'name', ${x})", "instance('CL_A')/root/item[name = ${x}]/eu");
    becomes("pulldata(\"CL_A\",'eu','name',${x}) = 'yes'",
            "instance('CL_A')/root/item[name = ${x}]/eu = 'yes'");
    becomes("pulldata('A', 'b', 'name', pulldata('C', 'd', 'name', ${x}))",
            "instance('A')/root/item[name = instance('C')/root/item[name = ${x}]/d]/b");
    becomes("if(selected(pulldata('A', 'b', 'name', selected-at(${x}, 0)), 'y'), 1, 2)",
            "if(selected(instance('A')/root/item[name = selected-at(${x}, 0)]/b, 'y'), 1, 2)");
    becomes("pulldata('parameters', 'value', 'name', 'a.b')",
            "instance('parameters')/root/item[name = 'a.b']/thb_value");
}

static void kept(void **state)
{
    (void)state;
    static const char *const same[] = {
        "",
        "${a} = 'pulldata(1)'",
        "'x pulldata(''a'')'",
        "pulldata('A', 'b', 'name')",
        "pulldata('A', 'b', 'name', 1, 2)",
        "pulldata(${list}, 'b', 'name', 1)",
        "pulldata('no good', 'b', 'name', 1)",
        "pulldata('A', 'b', 'name', 1",
        "my-pulldata('A', 'b', 'name', 1)",
        "'never closed pulldata('A', 'b', 'name', 1)",
    };
    for (size_t i = 0; i < sizeof same / sizeof same[0]; i++) becomes(same[i], same[i]);
}

static void dots(void **state)
{
    (void)state;
    becomes("pulldata('A', 'b', 'name', .) = ''",
            "instance('A')/root/item[name = current()/.]/b = ''");
    becomes("pulldata('A', 'b', 'name', concat('. ', ., 1.5, ../x))",
            "instance('A')/root/item[name = concat('. ', current()/., 1.5, ../x)]/b");
}

static void parameters(void **state)
{
    (void)state;
    static const char *const both[] = {
        "pulldata('parameters', 'value', 'name', 'a.b') + 1",
        "concat(pulldata('parameters', 'value', 'name', concat('[', ${x})), "
        "pulldata('parameters', 'value', 'name', 'c'))",
    };
    for (size_t i = 0; i < 2; i++)
        assert_string_equal(
            xlsform_with_parameters(xlsform_without_pulldata(both[i], NULL, a), a), both[i]);
    static const char *const same[] = {"instance('CL_A')/root/item[name = 'a']/thb_value",
                                       "instance('parameters')/root/item[name = 'a']/note",
                                       "instance('parameters')/root/item[name = 'a'", ""};
    for (size_t i = 0; i < 4; i++) assert_string_equal(xlsform_with_parameters(same[i], a), same[i]);
}

static void lists(void **state)
{
    (void)state;
    struct names n;
    names_begin(&n);
    xlsform_without_pulldata(
        "pulldata('A', 'b', 'name', 1) + pulldata('B', 'b', 'name', "
        "count(instance('C')/root/item[x = 1])) + pulldata('A', 'c', 'name', 2)",
        &n, a);
    assert_int_equal(n.n, 3);
    assert_string_equal(n.name[0], "A");
    assert_string_equal(n.name[1], "B");
    assert_string_equal(n.name[2], "C");
    names_end(&n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(paths, begin, end),
        cmocka_unit_test_setup_teardown(kept, begin, end),
        cmocka_unit_test_setup_teardown(dots, begin, end),
        cmocka_unit_test_setup_teardown(parameters, begin, end),
        cmocka_unit_test_setup_teardown(lists, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
