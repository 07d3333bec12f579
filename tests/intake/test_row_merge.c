/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/intake/row_merge.c
 *  1 a cell changes, an empty one does not, [CLEAR] empties      2 what is said as it is kept is no
 *  change, also a text that a spreadsheet trimmed
 *  3 instances: changed, added behind what is there, within others; none goes
 *  4 a version in between: what only they changed stays, what both did is said, the same change is
 *  none
 *  5 a repeat that has got an instance meanwhile: nothing is taken, it is said
 *  6 which column speaks of what in the merged record */
#include "harness.h"
#include "intake_data.h"

#include "base/csv.h"
#include "intake/row_build.h"

static struct record *kept(const char *document, struct arena *a)
{
    struct json *j;
    struct err e = {0};
    struct findings f;
    struct record *r = ARENA_NEW(a, struct record);
    char *text = arena_copy(a, document, strlen(document));
    for (char *p = text; *p != '\0'; p++)
        if (*p == '\'') *p = '"';
    assert_true(json_parse(&j, text_of(text), &e));
    record_init(r, data_dictionary(), data_form(), a);
    findings_init(&f, a);
    if (!record_from_json(r, j, &f, &e)) fail_msg("%s", e.msg);
    assert_int_equal(f.n, 0);
    findings_release(&f);
    json_free(j);
    return r;
}

/* "{merged} variable/row*both!lost ...; findings", ' for ". */
static const char *merged(const char *header, const char *cells, struct record *now,
                          struct record *base, struct arena *a)
{
    struct mapping m;
    struct err e = {0};
    struct record built, *into = ARENA_NEW(a, struct record);
    struct findings f;
    struct row_changes changes;
    struct cell_options o = {.order = DATE_ISO, .ask = true, .today = data_today()};
    struct source_cells source = {.row = 3};
    size_t n;
    struct text *names = data_cells(header, &n, a);
    if (!mapping_guess(&m, data_dictionary(), data_form(), names, n, a, &e)) fail_msg("%s", e.msg);
    struct row_builder *b = row_builder_new(&m, data_dictionary(), &o, "pos", UINT32_MAX);
    record_init(&built, data_dictionary(), data_form(), a);
    record_init(into, data_dictionary(), data_form(), a);
    findings_init(&f, a);
    source.cell = data_cells(cells, &source.n_cell, a);
    row_builder_changes(b, true);
    row_build(b, &built, &f, &source, a);
    row_merge(b, into, &changes, now, base);
    struct buf out;
    buf_init(&out, 100000);
    struct json *j = record_to_json(into, true);
    json_write(&out, j, false);
    for (size_t i = 0; i < changes.n; i++) {
        const struct row_change *c = &changes.item[i];
        buf_printf(&out, " %s/%u%s%s", data_dictionary()->variable[c->var].name, (unsigned)c->row,
                   c->both ? "*" : "", c->lost ? "!" : "");
        /* 6 the column of what was changed */
        if (!c->lost && c->mine.kind != VALUE_EMPTY)
            assert_int_equal(row_builder_column(b, c->var, c->row), c->column);
    }
    if (f.n > 0) buf_printf(&out, " %s", data_findings(&f, a));
    char *text = arena_copy(a, out.p, out.n);
    for (char *p = text; *p != '\0'; p++)
        if (*p == '"') *p = '\'';
    json_free(j);
    buf_release(&out);
    findings_release(&f);
    row_builder_free(b);
    mapping_release(&m);
    return text;
}

static void check(const char *header, const char *cells, const char *now, const char *base,
                  const char *expected)
{
    struct arena *a = arena_new(ARENA_WIPE);
    struct record *r = kept(now, a);
    assert_string_equal(merged(header, cells, r, base == NULL ? r : kept(base, a), a), expected);
    arena_free(a);
}

static void merge_1_cells(void **state)
{
    (void)state;
    check("sex|birth_year", "F|", "{'sex':'M','birth_year':1990}", NULL,
          "{'sex':'F','birth_year':1990} sex/0");
    check("sex|birth_year", "[CLEAR]|1991", "{'sex':'M','birth_year':1990}", NULL,
          "{'birth_year':1991} sex/0 birth_year/0");
    check("sex|birth_year", "[CLEAR]|", "{'birth_year':1990}", NULL, "{'birth_year':1990}");
    check("sex|birth_year", "|", "{'sex':'M','birth_year':1990}", NULL,
          "{'sex':'M','birth_year':1990}");
}

static void merge_2_as_it_is_kept(void **state)
{
    (void)state;
    check("sex|birth_year", "M|1990", "{'sex':'M','birth_year':1990}", NULL,
          "{'sex':'M','birth_year':1990}");
    check("sex|case_closure_note", "M|two\r\nlines",
          "{'sex':'M','case_closure_note':'two\\nlines '}", NULL,
          "{'case_closure_note':'two\\nlines ','sex':'M'}");
    check("sex", "Z", "{'sex':'M'}", NULL, "{'sex':'M'} V01 sex row 3 column 1 'Z'");
}

static void merge_3_instances(void **state)
{
    (void)state;
    static const char two[] = "{'episode':[{'exploitation':[{'exploitation_form':'E110'},"
                              "{'exploitation_form':'E210'}]}]}";
    static const char header[] = "episode[1]/exploitation[1]/exploitation_form|"
                                 "episode[1]/exploitation[2]/exploitation_form|"
                                 "episode[1]/exploitation[3]/exploitation_form";
    check(header, "|E220|", two, NULL,
          "{'episode':[{'exploitation':[{'exploitation_form':'E110'},"
          "{'exploitation_form':'E220'}]}]} exploitation_form/1");
    check(header, "E110|E210|E230", two, NULL,
          "{'episode':[{'exploitation':[{'exploitation_form':'E110'},{'exploitation_form':'E210'},"
          "{'exploitation_form':'E230'}]}]} exploitation_form/2");
    check(header, "[CLEAR]||", two, NULL,
          "{'episode':[{'exploitation':[{},{'exploitation_form':'E210'}]}]} exploitation_form/0");
    check(
        "episode[2]/exploitation[1]/exploitation_form", "E230", two, NULL,
        "{'episode':[{'exploitation':[{'exploitation_form':'E110'},{'exploitation_form':'E210'}]},"
        "{'exploitation':[{'exploitation_form':'E230'}]}]} exploitation_form/2");
    check(
        "episode[1]/exploitation[3]/exploitation_form|episode[2]/exploitation[1]/exploitation_form",
        "E230|E220",
        "{'episode':[{'exploitation':[{'exploitation_form':'E110'}]},"
        "{'exploitation':[{'exploitation_form':'E210'}]}]}",
        NULL,
        "{'episode':[{'exploitation':[{'exploitation_form':'E110'},{'exploitation_form':'E230'}]},"
        "{'exploitation':[{'exploitation_form':'E220'}]}]} exploitation_form/1 exploitation_form/2");
}

static void merge_4_a_version_in_between(void **state)
{
    (void)state;
    static const char base[] = "{'sex':'M','birth_year':1990}";
    check("sex|birth_year", "M|1991", "{'sex':'F','birth_year':1990}", base,
          "{'sex':'F','birth_year':1991} birth_year/0");
    check("sex|birth_year", "X|1990", "{'sex':'F','birth_year':1990}", base,
          "{'sex':'X','birth_year':1990} sex/0*");
    check("sex|birth_year", "F|1990", "{'sex':'F','birth_year':1990}", base,
          "{'sex':'F','birth_year':1990}");
    check("sex|birth_year", "M|1990", "{'sex':'F','birth_year':1992}", base,
          "{'sex':'F','birth_year':1992}");
    check("sex|birth_year", "[CLEAR]|", "{'sex':'F','birth_year':1990}", base,
          "{'birth_year':1990} sex/0*");
}

static void merge_5_instances_that_came_meanwhile(void **state)
{
    (void)state;
    static const char base[] = "{'episode':[{'exploitation':[{'exploitation_form':'E110'}]}]}",
                      now[] = "{'episode':[{'exploitation':[{'exploitation_form':'E210'},"
                              "{'exploitation_form':'E110'}]}]}";
    check("sex|episode[1]/exploitation[1]/exploitation_form", "F|E220", now, base,
          "{'sex':'F','episode':[{'exploitation':[{'exploitation_form':'E210'},"
          "{'exploitation_form':'E110'}]}]} sex/0 exploitation_form/0*!");
    check("sex|episode[1]/exploitation[1]/exploitation_form", "F|E110", now, base,
          "{'sex':'F','episode':[{'exploitation':[{'exploitation_form':'E210'},"
          "{'exploitation_form':'E110'}]}]} sex/0");
}

static int end(void **state)
{
    (void)state;
    data_release();
    return 0;
}

int main(int argc, char **argv)
{
    data_child(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(merge_1_cells),
        cmocka_unit_test(merge_2_as_it_is_kept),
        cmocka_unit_test(merge_3_instances),
        cmocka_unit_test(merge_4_a_version_in_between),
        cmocka_unit_test(merge_5_instances_that_came_meanwhile),
    };
    return cmocka_run_group_tests(tests, NULL, end);
}
