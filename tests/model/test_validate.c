/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/model/validate.c
 *
 *  1 the rules of data/ fire and are silent as tests/fixtures/data/rule_cases.csv says
 *  2 derived variables are what derived_cases.csv says
 *  3 validating twice changes nothing more: derived values and findings are the same
 *  4 the order: calculate, relevance, clearing, required, constraint, rules; each sees the step
 *  before
 *  5 irrelevant repeats lose their instances, and what is below them
 *  6 required: blank is a finding, a missing code is an answer, irrelevant is not asked
 *  7 constraint and choice filter: not on blank or missing values; identifiers are not shown
 *  8 rules: once for each instance, only where what they need is present; where the finding points
 *  9 an expression that cannot be evaluated is a finding, and decides nothing
 */
#include "harness.h"

#include "base/csv.h"
#include "base/json.h"
#include "validation_bench.h"

/* ---- fixtures ---- */

typedef size_t fixture_fn(struct validation_bench *b,
                          const struct csv_row *row); /* 1 when it is wrong */

static void each_fixture(const char *file, size_t least, fixture_fn *fn)
{
    struct validation_bench b;
    struct csv_reader *rd;
    struct csv_row row;
    struct csv_options o = {.encoding = CSV_UTF8, .separator = ','};
    struct err e = {0};
    bool found = true;
    size_t n = 0, wrong = 0;
    validation_open(&b, harness_source("data"), "pt");
    if (!csv_open(&rd, harness_source(file), &o, &e)) fail_msg("%s", e.msg);
    while (found) {
        if (!csv_next(rd, &row, &found, &e)) fail_msg("%s", e.msg);
        if (!found || row.row == 1) continue;
        assert_int_equal(row.n_field, 5);
        wrong += fn(&b, &row);
        n++;
    }
    csv_close(rd);
    validation_close(&b);
    assert_true(n >= least);
    assert_int_equal(wrong, 0);
}

static const char *terminated(struct validation_bench *b, struct text t)
{
    return arena_copy(b->keep, t.p == NULL ? "" : t.p, t.n);
}

/* rule,expect,form,note,document */
static size_t rule_case(struct validation_bench *b, const struct csv_row *row)
{
    const char *rule = terminated(b, row->field[0]);
    bool fires = text_is(row->field[1], "fires");
    validation_run(b, terminated(b, row->field[2]), row->field[4]);
    size_t n = strcmp(rule, "*") == 0 ? b->findings.n : validation_count(b, rule);
    if ((n > 0) == fires) return 0;
    print_error("line %llu: rule %s is %s\n", (unsigned long long)row->line, rule,
                n > 0 ? "not silent" : "silent");
    for (size_t i = 0; i < b->findings.n; i++)
        print_error("    %s on %s\n", validation_rule(b, i),
                    validation_name(b, b->findings.item[i].var));
    return 1;
}

/* variable,value,form,note,document */
static size_t derived_case(struct validation_bench *b, const struct csv_row *row)
{
    validation_run(b, terminated(b, row->field[2]), row->field[4]);
    const char *got = validation_value(b, terminated(b, row->field[0]), 0),
               *want = terminated(b, row->field[1]);
    if (strcmp(got, want) == 0) return 0;
    print_error("line %llu: %.*s is %s, not %s\n", (unsigned long long)row->line,
                (int)row->field[0].n, row->field[0].p, got, want);
    return 1;
}

/* rule,expect,form,note,document */
static size_t twice_case(struct validation_bench *b, const struct csv_row *row)
{
    struct buf before, after;
    buf_init(&before, 100000);
    buf_init(&after, 100000);
    validation_run(b, terminated(b, row->field[2]), row->field[4]);
    size_t n_read = 0, n = b->findings.n;
    struct json *j = record_to_json(&b->record, true);
    json_write(&before, j, false);
    json_free(j);
    while (n_read < n && b->findings.item[n_read].rule <= BUILTIN_CODE) n_read++; /* of reading */
    findings_clear(&b->findings);
    record_validate(&b->record, &b->findings, VALIDATION_TODAY, b->scratch);
    j = record_to_json(&b->record, true);
    json_write(&after, j, false);
    json_free(j);
    bool same = text_equal(buf_text(&before), buf_text(&after)) && b->findings.n + n_read == n;
    buf_release(&before);
    buf_release(&after);
    if (!same)
        print_error("line %llu: not the same the second time\n", (unsigned long long)row->line);
    return !same;
}

static void rules_fire_and_are_silent(void **state) /* 1 */
{
    (void)state;
    each_fixture("tests/fixtures/data/rule_cases.csv", 300, rule_case);
}

static void variables_are_derived(void **state) /* 2 */
{
    (void)state;
    each_fixture("tests/fixtures/data/derived_cases.csv", 70, derived_case);
}

static void twice_is_once(void **state) /* 3 */
{
    (void)state;
    each_fixture("tests/fixtures/data/rule_cases.csv", 300, twice_case);
}

static void the_steps_see_each_other(void **state) /* 4 */
{
    (void)state;
    struct validation_bench b;
    /* z is worked out first though it stands last: y reads z, x reads y. w is relevant by x alone,
     * so when x is 3 it is cleared, before `gone` reads it and before its constraint. */
    validation_open_own(&b,
                        "integer,n,N,,,,,,,\n"
                        "calculate,x,X,,,,${y} + 1,,integer,\n"
                        "integer,w,W,,${x} > 3,. > 100,,,,\n"
                        "calculate,gone,Gone,,,,\"if(${w} = '', 'F', 'M')\",,code:CL_SEX,\n"
                        "calculate,y,Y,,,,${z} * 2,,integer,\n"
                        "calculate,z,Z,,,,${n},,integer,\n"
                        "integer,guess,Guess,,,. < 50,${n} + 30,,,\n"
                        "calculate,hidden,Hidden,,${n} > 1,,'7',,integer,\n",
                        "R1,t,E,,,,${w} = '',m,r,s\n"
                        "R2,t,E,,x,,${x} = 3,m,r,s\n");
    validation_run(&b, "t", TEXT("{\"n\": 1, \"w\": 5}"));
    assert_string_equal(validation_value(&b, "z", 0), "1");
    assert_string_equal(validation_value(&b, "y", 0), "2");
    assert_string_equal(validation_value(&b, "x", 0), "3");
    assert_string_equal(validation_value(&b, "w", 0), ""); /* cleared: 3 > 3 does not hold */
    assert_string_equal(validation_value(&b, "gone", 0), "F");
    assert_string_equal(validation_value(&b, "guess", 0),
                        "31"); /* blank: the calculation fills it */
    assert_string_equal(validation_value(&b, "hidden", 0), "");
    assert_int_equal(b.findings.n, 0);

    validation_run(&b, "t", TEXT("{\"n\": 2, \"w\": 5, \"guess\": 70}"));
    assert_string_equal(validation_value(&b, "x", 0), "5");
    assert_string_equal(validation_value(&b, "w", 0), "5");
    assert_string_equal(validation_value(&b, "gone", 0), "M");
    assert_string_equal(validation_value(&b, "guess", 0),
                        "70"); /* what was said is kept, and judged */
    assert_string_equal(validation_value(&b, "hidden", 0), "7");
    assert_int_equal(validation_count(&b, "V04"), 2); /* w and guess */
    assert_int_equal(validation_count(&b, "R1"), 1);
    assert_int_equal(validation_count(&b, "R2"), 1);
    /* Constraints come before rules, in the form's order. */
    assert_string_equal(validation_name(&b, b.findings.item[0].var), "w");
    assert_string_equal(validation_name(&b, b.findings.item[1].var), "guess");
    assert_string_equal(validation_rule(&b, 2), "R1");
    assert_string_equal(b.findings.item[0].value, "5");

    /* What was derived elsewhere is not believed. */
    validation_run(&b, "t", TEXT("{\"n\": 1, \"z\": 99, \"hidden\": 3}"));
    assert_string_equal(validation_value(&b, "z", 0), "1");
    assert_string_equal(validation_value(&b, "hidden", 0), "");
    validation_close(&b);
}

static void irrelevant_repeats_go(void **state) /* 5 */
{
    (void)state;
    struct validation_bench b;
    validation_open_own(&b,
                        "integer,n,N,,,,,,,\n"
                        "begin_repeat,a,A,,,,,,,\n"
                        "integer,keep,Keep,,,,,,,\n"
                        "begin_repeat,b,B,,${keep} = 1,,,,,\n"
                        "text,name,Name,,,,,,,\n"
                        "begin_repeat,c,C,,,,,,,\n"
                        "text,deep,Deep,,,,,,,\n"
                        "end_repeat,,,,,,,,,\n"
                        "end_repeat,,,,,,,,,\n"
                        "end_repeat,,,,,,,,,\n"
                        "begin_repeat,d,D,,${n} > 0,,,,,\n"
                        "integer,k,K,,,,,,,\n"
                        "end_repeat,,,,,,,,,\n"
                        "calculate,left,Left,,,,count(${c}),,integer,\n"
                        "calculate,sum_k,Sum,,,,sum(${k}),,integer,\n",
                        "");
    validation_run(
        &b, "t",
        TEXT(
            "{\"n\": 0, \"a\": ["
            "{\"keep\": 0, \"b\": [{\"name\": \"b1\", \"c\": [{\"deep\": \"x\"}]}]},"
            "{\"keep\": 1, \"b\": [{\"name\": \"b2\", \"c\": [{\"deep\": \"y1\"}, {\"deep\": \"y2\"}]},"
            "                    {\"name\": \"b3\", \"c\": [{\"deep\": \"z\"}]}]},"
            "{\"keep\": 0, \"b\": [{\"name\": \"b4\"}]}],"
            "\"d\": [{\"k\": 5}, {\"k\": 6}]}"));
    struct json *j = record_to_json(&b.record, true);
    struct buf text;
    buf_init(&text, 10000);
    json_write(&text, j, false);
    assert_string_equal(
        text.p, "{\"n\":0,\"left\":3,\"sum_k\":0,\"a\":[{\"keep\":0},"
                "{\"keep\":1,\"b\":[{\"name\":\"b2\",\"c\":[{\"deep\":\"y1\"},{\"deep\":\"y2\"}]},"
                "{\"name\":\"b3\",\"c\":[{\"deep\":\"z\"}]}]},{\"keep\":0}]}");
    buf_release(&text);
    json_free(j);
    validation_close(&b);
}

static void required_asks_where_it_is_relevant(void **state) /* 6 */
{
    (void)state;
    struct validation_bench b;
    validation_open_own(&b,
                        "integer,n,N,yes,,,,,,\n"
                        "integer,m,M,${n} > 1,,,,,,\n"
                        "integer,o,O,yes,${n} > 5,,,,,\n"
                        "begin_repeat,a,A,,,,,,,\n"
                        "select_one CL_SEX,sex,Sex,yes,,,,,,D\n"
                        "end_repeat,,,,,,,,,\n",
                        "");
    validation_run(&b, "t", TEXT("{}"));
    assert_int_equal(b.findings.n, 1);
    assert_string_equal(validation_name(&b, validation_finding(&b, "V03")->var), "n");
    validation_run(&b, "t", TEXT("{\"n\": \"U\"}")); /* said to be unknown: an answer */
    assert_int_equal(b.findings.n, 0);
    validation_run(&b, "t", TEXT("{\"n\": 2}"));
    assert_string_equal(validation_name(&b, validation_finding(&b, "V03")->var), "m");
    validation_run(&b, "t", TEXT("{\"n\": 6, \"m\": 1, \"o\": \"RF\"}"));
    assert_int_equal(b.findings.n, 0);
    validation_run(&b, "t", TEXT("{\"n\": 6, \"m\": 1}"));
    assert_string_equal(validation_name(&b, validation_finding(&b, "V03")->var), "o");
    validation_run(&b, "t", TEXT("{\"n\": 1, \"a\": [{\"sex\": \"F\"}, {}, {\"sex\": \"NC\"}]}"));
    const struct finding *f = validation_finding(&b, "V03");
    assert_string_equal(validation_name(&b, f->var), "sex");
    assert_int_equal(f->instance, 1);
    assert_int_equal(f->level, SEVERITY_E);
    assert_int_equal(b.findings.n_error, 1);
    assert_null(f->value);
    validation_close(&b);
}

static void constraints_judge_values_only(void **state) /* 7 */
{
    (void)state;
    struct validation_bench b;
    validation_open_own(&b,
                        "integer,n,N,,,. >= 10 and . <= 20,,,,\n"
                        "integer,secret,Secret,,,. < 5,,,,D\n"
                        "select_one CL_COUNTRY,country,Country,,,,,,,\n"
                        "select_one CL_REGION,region,Region,,,,,country = ${country},,\n"
                        "select_multiple CL_REGION,regions,Regions,,,,,country = ${country},,\n",
                        "");
    validation_run(&b, "t", TEXT("{\"n\": 9}"));
    assert_string_equal(validation_finding(&b, "V04")->value, "9");
    validation_run(&b, "t", TEXT("{\"n\": \"U\"}"));
    assert_int_equal(b.findings.n, 0);
    validation_run(&b, "t", TEXT("{\"n\": 20}"));
    assert_int_equal(b.findings.n, 0);
    validation_run(&b, "t", TEXT("{\"secret\": 7}"));
    assert_null(validation_finding(&b, "V04")->value); /* a direct identifier is not quoted */

    validation_run(
        &b, "t",
        TEXT("{\"country\": \"PT\", \"region\": \"PT11\", \"regions\": [\"PT11\", \"PT17\"]}"));
    assert_int_equal(b.findings.n, 0);
    validation_run(&b, "t", TEXT("{\"country\": \"RO\", \"region\": \"PT11\"}"));
    assert_string_equal(validation_name(&b, validation_finding(&b, "V04")->var), "region");
    assert_string_equal(validation_finding(&b, "V04")->value, "PT11");
    validation_run(&b, "t", TEXT("{\"country\": \"PT\", \"regions\": [\"PT11\", \"RO11\"]}"));
    assert_string_equal(validation_name(&b, validation_finding(&b, "V04")->var), "regions");
    validation_run(&b, "t",
                   TEXT("{\"country\": \"U\", \"region\": \"PT11\"}")); /* cannot be judged */
    assert_int_equal(b.findings.n, 0);
    validation_run(&b, "t", TEXT("{\"region\": \"PT11\"}"));
    assert_int_equal(b.findings.n, 0);
    validation_close(&b);
}

static void rules_judge_what_is_there(void **state) /* 8 */
{
    (void)state;
    struct validation_bench b;
    validation_open_own(&b,
                        "integer,n,N,,,,,,,\n"
                        "begin_repeat,a,A,,,,,,,\n"
                        "integer,p,P,,,,,,,\n"
                        "begin_repeat,b,B,,,,,,,\n"
                        "integer,q,Q,,,,,,,\n"
                        "end_repeat,,,,,,,,,\n"
                        "begin_repeat,c,C,,,,,,,\n"
                        "integer,r,R,,,,,,,\n"
                        "end_repeat,,,,,,,,,\n"
                        "end_repeat,,,,,,,,,\n",
                        "OWN,t,W,a,p,,${p} < 5,m,r,s\n"
                        "UP,t,I,b,q n,,${q} <= ${n},m,r,s\n"
                        "DOWN,t,E,a,q,,sum(${q}) < 100,m,r,s\n"
                        "SIDE,t,E,b,r q,,${q} < ${r},m,r,s\n"
                        "WHEN,t,E,,n,${n} > 10,${n} > 20,m,r,s\n"
                        "FREE,t,E,,,,${n} != 13,m,r,s\n");
    validation_run(&b, "t",
                   TEXT("{\"n\": 8, \"a\": ["
                        "{\"p\": 1, \"b\": [{\"q\": 7}, {\"q\": 9}, {\"q\": \"U\"}, {}]},"
                        "{\"p\": 6, \"b\": [{\"q\": 99}, {\"q\": 1}], \"c\": [{\"r\": 50}]},"
                        "{\"p\": \"U\", \"c\": [{\"r\": 1}]},"
                        "{\"p\": 6, \"b\": [{}]}]}"));
    assert_int_equal(validation_count(&b, "OWN"), 2);
    assert_int_equal(b.findings.item[0].instance, 1);
    assert_int_equal(b.findings.item[0].level, SEVERITY_W);
    assert_int_equal(b.findings.item[1].instance, 3);
    /* q of rows 0..6 of table b: 7 9 U - 99 1 -; n is 8. */
    assert_int_equal(validation_count(&b, "UP"), 2);
    assert_string_equal(b.findings.item[2].value, "9");
    assert_string_equal(validation_name(&b, b.findings.item[2].var), "q");
    assert_int_equal(b.findings.item[2].instance, 1);
    assert_int_equal(b.findings.item[3].instance, 4);
    /* sum(${q}): NaN for the first instance (a U among them), 100 for the second; none for the
     * others. */
    assert_int_equal(validation_count(&b, "DOWN"), 2);
    /* r stands beside b within a: only the second instance has both; 99 < 50 fails, 1 < 50 holds.
     * The finding is on r, the first that is needed: row 0 of table c. */
    const struct finding *f = validation_finding(&b, "SIDE");
    assert_string_equal(validation_name(&b, f->var), "r");
    assert_int_equal(f->instance, 0);
    assert_int_equal(validation_count(&b, "WHEN"), 0); /* does not apply */
    assert_int_equal(validation_count(&b, "FREE"), 0);

    validation_run(&b, "t", TEXT("{\"n\": 13}"));
    assert_int_equal(validation_count(&b, "WHEN"), 1);
    assert_int_equal(validation_finding(&b, "FREE")->var, VAR_NONE);
    validation_run(&b, "t", TEXT("{\"n\": \"U\"}"));
    assert_int_equal(validation_count(&b, "WHEN"), 0);
    validation_close(&b);
}

static void failures_are_findings(void **state) /* 9 */
{
    (void)state;
    struct validation_bench b;
    /* The pattern comes from the record, and is not one. */
    validation_open_own(&b,
                        "text,p,P,,,,,,,\n"
                        "integer,n,N,,\"regex('a', ${p})\",,,,,\n"
                        "integer,m,M,,,\"regex('a', ${p})\",,,,\n"
                        "integer,k,K,\"regex('a', ${p})\",,,,,,\n"
                        "calculate,c,C,,,,\"if(regex('a', ${p}), 1, 2)\",,integer,\n"
                        "calculate,s,S,,,,\"concat('not ', 'a code')\",,code:CL_SEX,\n",
                        "R,t,E,,n,,\"regex('a', ${p})\",m,r,s\n"
                        "A,t,E,,n,\"regex('a', ${p})\",${n} = 99,m,r,s\n");
    validation_run(&b, "t", TEXT("{\"p\": \"(\", \"n\": 1, \"m\": 2}"));
    assert_int_equal(validation_count(&b, "V11"), 7);
    assert_int_equal(b.findings.n, 7);
    assert_string_equal(validation_value(&b, "n", 0), "1"); /* not cleared */
    assert_string_equal(validation_value(&b, "c", 0), "");
    assert_string_equal(validation_value(&b, "s", 0), "");
    validation_run(&b, "t", TEXT("{\"p\": \"a\", \"n\": 99, \"m\": 2, \"k\": 1}"));
    assert_int_equal(validation_count(&b, "V11"), 1); /* 's' alone */
    assert_string_equal(validation_value(&b, "c", 0), "1");
    validation_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rules_fire_and_are_silent),
        cmocka_unit_test(variables_are_derived),
        cmocka_unit_test(twice_is_once),
        cmocka_unit_test(the_steps_see_each_other),
        cmocka_unit_test(irrelevant_repeats_go),
        cmocka_unit_test(required_asks_where_it_is_relevant),
        cmocka_unit_test(constraints_judge_values_only),
        cmocka_unit_test(rules_judge_what_is_there),
        cmocka_unit_test(failures_are_findings),
    };
    return cmocka_run_group_tests_name("model/validate", tests, NULL, NULL);
}
