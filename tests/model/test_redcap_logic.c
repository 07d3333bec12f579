/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/model/redcap_logic.c
 *  1 fields, comparisons, operators, texts   2 checkboxes   3 functions, differences of days
 *  4 what is not known here: where, and what to do   5 limits: length, depth, arguments */
#include "harness.h"

#include "model/redcap.h"

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
    struct redcap_fault f;
    const char *out;
    if (!redcap_logic(&out, text_of(from), a, &f)) fail_msg("%s: %s at %zu", from, f.message, f.at);
    assert_string_equal(out, to);
}

static void refused(const char *from, size_t at, const char *part)
{
    struct redcap_fault f;
    const char *out;
    if (redcap_logic(&out, text_of(from), a, &f)) fail_msg("%s was taken: %s", from, out);
    if (f.at != at || strstr(f.message, part) == NULL || f.remedy[0] == '\0')
        fail_msg("%s: at %zu: %s", from, f.at, f.message);
    assert_string_equal(out, "");
}

static void plain(void **state)
{
    (void)state;
    becomes("", "");
    becomes("[a]='1'", "${a} = '1'");
    becomes("[a] <> \"\"", "${a} != ''");
    becomes("[a]>=18 AND ([b]<3 or [c]!='x')", "${a} >= 18 and (${b} < 3 or ${c} != 'x')");
    becomes("[a]/2*[b]-1 % 3", "${a} div 2 * ${b} - 1 mod 3");
    becomes("[a:value] = 1 && [b] == 2 || [c] = .5", "${a} = 1 and ${b} = 2 or ${c} = .5");
    becomes("[a] = \"it's\"", "${a} = \"it's\"");
    becomes("([a]+[b])/2", "(${a} + ${b}) div 2");
}

static void checkboxes(void **state)
{
    (void)state;
    becomes("[a(1)]='1'", "selected(${a}, '1')");
    becomes("[a(1)] = 1", "selected(${a}, '1')");
    becomes("[a(x-2)]='0'", "not(selected(${a}, 'x-2'))");
    becomes("[a(1)]<>'1'", "not(selected(${a}, '1'))");
    becomes("[a(1)] != '0'", "selected(${a}, '1')");
    becomes("[a(1)] = ''", "not(selected(${a}, '1'))");
    becomes("[a(1)]='1' or [a(2)]='1'", "selected(${a}, '1') or selected(${a}, '2')");
    becomes("[a(1)] + [a(2)] > 1",
            "if(selected(${a}, '1'), 1, 0) + if(selected(${a}, '2'), 1, 0) > 1");
    becomes("[a(1)] = [b]", "if(selected(${a}, '1'), 1, 0) = ${b}");
}

static void functions(void **state)
{
    (void)state;
    becomes("if([a]='1', [b], 0)", "if(${a} = '1', ${b}, 0)");
    becomes("round([a]/3, 1)", "round(${a} div 3, 1)");
    becomes("ROUND([a])", "round(${a}, 0)");
    becomes("sum([a],[b])", "(coalesce(${a}, 0) + coalesce(${b}, 0))");
    becomes("datediff([a],[b],'d')", "abs((${b}) - (${a}))");
    becomes("datediff([a],'today','y',true)", "(((today()) - (${a})) div 365.2425)");
    becomes("datediff([a],[b],'M','dmy')", "(abs((${b}) - (${a})) div 30.44)");
    becomes("not(starts_with([a], 'x'))", "not(starts-with(${a}, 'x'))");
    becomes("not_contain([a], 'x')", "not(contains(${a}, 'x'))");
    becomes("if(max([a],if([b]>1,2,3))>2,1,0)", "if(max(${a}, if(${b} > 1, 2, 3)) > 2, 1, 0)");
}

static void not_known(void **state)
{
    (void)state;
    refused("[visit_1][a] = 1", 1, "events");
    refused("[user-name] = 'x'", 1, "user-name");
    refused("[a", 0, "bracket");
    refused("[a] = 'x", 6, "closed");
    refused("mean([a],[b])", 0, "mean");
    refused("[a]^2", 3, "^");
    refused("([a] = 1", 0, "closed");
    refused("[a] = 1)", 7, "left over");
    refused("if([a], 1)", 0, "if");
    refused("datediff([a],[b],'h')", 0, "unit");
    refused("[a] = b", 6, "b");
    refused("[a] $ 1", 4, "$");
    refused("[a(1 2)] = 1", 1, "1 2");
}

static void limits(void **state)
{
    (void)state;
    char text[REDCAP_LOGIC_MAX + 2];
    memset(text, '(', 40);
    memcpy(text + 40, "1", 2);
    refused(text, REDCAP_DEPTH_MAX, "nested");
    memset(text, ' ', sizeof text);
    text[REDCAP_LOGIC_MAX + 1] = '\0';
    refused(text, 0, "too long");
    size_t n = 5;
    memcpy(text, "max(1", n);
    for (int i = 0; i < 40; i++, n += 2) memcpy(text + n, ",1", 2);
    memcpy(text + n, ")", 2);
    refused(text, 3, "arguments");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(plain, begin, end),
        cmocka_unit_test_setup_teardown(checkboxes, begin, end),
        cmocka_unit_test_setup_teardown(functions, begin, end),
        cmocka_unit_test_setup_teardown(not_known, begin, end),
        cmocka_unit_test_setup_teardown(limits, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
