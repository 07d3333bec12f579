/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/intake/row_build.c
 *  1 the cases of tests/fixtures/data/mapping_cases.csv
 *  2 places: which instances a row makes     3 plain names and constants     4 several values in a
 *  cell
 *  5 what is said of cells that cannot be read     6 limits     7 which column filled what */
#include "harness.h"
#include "intake_data.h"

#include "base/csv.h"
#include "intake/row_build.h"

/* ---- 1 the fixture ---- */

static const struct json *without(struct json *document, const char *key)
{
    struct json *out = json_object();
    for (size_t i = 0; i < json_size(document); i++) {
        const char *name;
        const struct json *member = json_member(document, i, &name);
        if (strcmp(name, key) != 0) json_set(out, name, json_copy(member));
    }
    json_free(document);
    return out;
}

static void check_case(const struct csv_row *row, struct arena *a)
{
    struct json *cells, *expected;
    struct err e = {0};
    struct problems p;
    struct mapping m;
    assert_true(json_parse(&cells, row->field[2], &e));
    assert_true(json_parse(&expected, row->field[3], &e));
    size_t n = json_size(cells);
    struct text *header = ARENA_ARRAY(a, struct text, n), *cell = ARENA_ARRAY(a, struct text, n);
    for (size_t i = 0; i < n; i++) {
        const char *name;
        cell[i] = text_of(json_as_text(json_member(cells, i, &name), ""));
        header[i] = text_of(name);
    }
    problems_init(&p, a);
    if (!mapping_load(&m, data_dictionary(), data_form(), row->field[0], header, n, a, &p, &e))
        fail_msg("%s", e.msg);
    assert_int_equal(p.n, 0);

    struct cell_options o = {.order = DATE_ISO, .ask = true, .today = data_today()};
    struct row_builder *b = row_builder_new(&m, data_dictionary(), &o, "pos", UINT32_MAX);
    struct source_cells source = {.cell = cell, .n_cell = n, .row = 2};
    struct record r;
    struct findings f;
    record_init(&r, data_dictionary(), data_form(), a);
    findings_init(&f, a);
    row_build(b, &r, &f, &source, a);
    if (f.n > 0) fail_msg("row %llu: %s", (unsigned long long)row->row, data_findings(&f, a));
    struct json *made = record_to_json(&r, true);
    assert_string_equal(json_get_text(made, "source_file_no", ""), "pos-2");
    const struct json *got = without(made, "source_file_no");
    if (!data_same(got, expected)) {
        struct buf text;
        buf_init(&text, 1 << 20);
        json_write(&text, got, false);
        fail_msg("case in row %llu gives %s", (unsigned long long)row->row, text.p);
    }
    json_free((struct json *)(uintptr_t)got);
    json_free(expected);
    json_free(cells);
    findings_release(&f);
    row_builder_free(b);
    mapping_release(&m);
    problems_release(&p);
}

static void cases_of_the_fixture(void **state)
{
    (void)state;
    struct csv_reader *rd;
    struct csv_row row;
    struct err e = {0};
    bool found;
    size_t n = 0;
    assert_true(csv_open(&rd, harness_source("tests/fixtures/data/mapping_cases.csv"), NULL, &e));
    assert_true(csv_next(rd, &row, &found, &e) && found);
    assert_true(text_is(row.field[2], "cells") && text_is(row.field[3], "document"));
    while (csv_next(rd, &row, &found, &e) && found) {
        struct arena *a = arena_new(ARENA_PLAIN);
        check_case(&row, a);
        arena_free(a);
        n++;
    }
    assert_int_equal(e.code, ERR_NONE);
    assert_true(n >= 11);
    csv_close(rd);
}

/* ---- the rest: a mapping, a row, what comes of it ---- */

static void check(const char *mapping, const char *header, const char *cells, const char *expected)
{
    struct arena *a = arena_new(ARENA_PLAIN);
    struct mapping m;
    char *file = arena_printf(a, "%s%s", DATA_MAPPING_HEAD, mapping);
    data_mapping(&m, file, header, a);
    assert_string_equal(data_build(&m, cells, true, a), expected);
    mapping_release(&m);
    arena_free(a);
}

static const char two_forms[] = "f1,episode[1]/exploitation[1]/exploitation_form,1=E110;0=,,,,,\n"
                                "c1,episode[1]/exploitation[1]/exploitation_country,,,,,,\n"
                                "f2,episode[1]/exploitation[2]/exploitation_form,1=E210;0=,,,,,\n"
                                "c2,episode[1]/exploitation[2]/exploitation_country,,,,,,\n";

static void instances_that_received_no_value_are_dropped(void **state)
{
    (void)state;
    check(two_forms, "f1|c1|f2|c2", "1|PT|1|ES",
          "{\"episode\":[{\"exploitation\":[{\"exploitation_form\":\"E110\","
          "\"exploitation_country\":\"PT\"},"
          "{\"exploitation_form\":\"E210\",\"exploitation_country\":\"ES\"}]}]}");
    check(two_forms, "f1|c1|f2|c2", "0||1|ES",
          "{\"episode\":[{\"exploitation\":[{\"exploitation_form\":\"E210\","
          "\"exploitation_country\":\"ES\"}]}]}");
    check(two_forms, "f1|c1|f2|c2", "0||0|", "{}");
    check(two_forms, "f1|c1|f2|c2", "0|PT||",
          "{\"episode\":[{\"exploitation\":[{\"exploitation_country\":\"PT\"}]}]}");
    check(two_forms, "f1|c1|f2|c2", "", "{}");
}

static void episodes_keep_their_own_exploitations(void **state)
{
    (void)state;
    static const char mapping[] = "a,episode[2]/exploitation[1]/exploitation_form,,,,,,\n"
                                  "b,episode[1]/exploitation[3]/exploitation_form,,,,,,\n"
                                  "c,episode[1]/exploitation[1]/exploitation_form,,,,,,\n"
                                  "d,episode[2]/recruitment_country,,,,,,\n"
                                  "e,exploitation[2]/exploitation_form,,,,,,\n";
    check(mapping, "a|b|c|d|e", "E110|E210|E220|RO|E230",
          "{\"episode\":[{\"exploitation\":[{\"exploitation_form\":\"E220\"},"
          "{\"exploitation_form\":\"E230\"},"
          "{\"exploitation_form\":\"E210\"}]},{\"recruitment_country\":\"RO\","
          "\"exploitation\":[{\"exploitation_form\":\"E110\"}]}]}");
    check(mapping, "a|b|c|d|e", "E110||||",
          "{\"episode\":[{\"exploitation\":[{\"exploitation_form\":\"E110\"}]}]}");
    check(mapping, "a|b|c|d|e", "|||RO|", "{\"episode\":[{\"recruitment_country\":\"RO\"}]}");
}

static void plain_names_go_to_the_first_instance_that_paths_made(void **state)
{
    (void)state;
    static const char mapping[] =
        "f2,episode[2]/exploitation[2]/exploitation_form,0=;E210=E210;x=E110,,,,,\n"
        "c,exploitation_country,,,,,,\n"
        "r,recruitment_country,,,,,,\n"
        "h,harm,,,,,,\n";
    check(mapping, "f2|c|r|h", "E210|PT|RO|",
          "{\"episode\":[{\"recruitment_country\":\"RO\","
          "\"exploitation\":[{\"exploitation_form\":\"E210\",\"exploitation_country\":\"PT\"}]}]}");
    /* nothing was made: the plain name makes one, with what is around it */
    check(mapping, "f2|c|r|h", "0|PT||",
          "{\"episode\":[{\"exploitation\":[{\"exploitation_country\":\"PT\"}]}]}");
    check(mapping, "f2|c|r|h", "0||RO|", "{\"episode\":[{\"recruitment_country\":\"RO\"}]}");
    check(mapping, "f2|c|r|h", "0|PT|RO|",
          "{\"episode\":[{\"recruitment_country\":\"RO\",\"exploitation\":[{\"exploitation_country"
          "\":\"PT\"}]}]}");
    /* the episode is there by a path, the exploitation is not */
    static const char half[] =
        "r3,episode[3]/recruitment_country,,,,,,\nc,exploitation_country,,,,,,\n"
        "r1,episode[1]/recruitment_country,,,,,,\n";
    check(half, "r3|c|r1", "RO|PT|MD",
          "{\"episode\":[{\"recruitment_country\":\"MD\",\"exploitation\":[{\"exploitation_country"
          "\":\"PT\"}]},"
          "{\"recruitment_country\":\"RO\"}]}");
    check(half, "r3|c|r1", "RO|PT|",
          "{\"episode\":[{\"recruitment_country\":\"RO\",\"exploitation\":[{\"exploitation_country"
          "\":\"PT\"}]}]}");
}

static void constants_fill_but_make_nothing(void **state)
{
    (void)state;
    static const char mapping[] = "=yes,historic_entry,,,,,,\n"
                                  "=NC,episode[1]/exploitation[1]/main_form_flag,,,,,,\n"
                                  "=NC,episode[1]/exploitation[2]/main_form_flag,,,,,,\n"
                                  "=PT,exploitation_country,,,,,,\n"
                                  "=U,episode[1]/means_present,,,,,,\n"
                                  "f1,episode[1]/exploitation[1]/exploitation_form,0=;1=E110,,,,,\n"
                                  "f2,episode[1]/exploitation[2]/exploitation_form,0=;1=E210,,,,,\n"
                                  "m2,episode[1]/exploitation[2]/main_form_flag,,,,,,\n"
                                  "s,sex,,,,,,\n"
                                  "=U,sex,,,,,,\n";
    check(mapping, "f1|f2|m2|s", "0|0||F", "{\"historic_entry\":\"yes\",\"sex\":\"F\"}");
    check(mapping, "f1|f2|m2|s", "0|1|yes|",
          "{\"historic_entry\":\"yes\",\"sex\":\"U\",\"episode\":[{\"means_present\":\"U\","
          "\"exploitation\":["
          "{\"exploitation_form\":\"E210\",\"main_form_flag\":\"yes\","
          "\"exploitation_country\":\"PT\"}]}]}");
    check(mapping, "f1|f2|m2|s", "1|1||NC",
          "{\"historic_entry\":\"yes\",\"sex\":\"NC\",\"episode\":[{\"means_present\":\"U\","
          "\"exploitation\":["
          "{\"exploitation_form\":\"E110\",\"main_form_flag\":\"NC\","
          "\"exploitation_country\":\"PT\"},"
          "{\"exploitation_form\":\"E210\",\"main_form_flag\":\"NC\"}]}]}");
    /* what could not be read was blank all the same: the finding stays */
    check(mapping, "f1|f2|m2|s", "0|0||Q",
          "{\"historic_entry\":\"yes\",\"sex\":\"U\"} V01 sex row 2 column 4 'Q'");
}

static void several_columns_for_one_variable(void **state)
{
    (void)state;
    static const char mapping[] =
        "a,citizenship,,,,,,\nb,citizenship,99=U,,,,,\nc,sex,,,,,,\nd,sex,,,,,,\n";
    check(mapping, "a|b|c|d", "RO|MD|F|M", "{\"sex\":\"F\",\"citizenship\":[\"MD\",\"RO\"]}");
    check(mapping, "a|b|c|d", "RO|RO||M", "{\"sex\":\"M\",\"citizenship\":[\"RO\"]}");
    check(mapping, "a|b|c|d", "RO|99|U|M", "{\"sex\":\"U\",\"citizenship\":[\"RO\"]}");
    check(mapping, "a|b|c|d", "U|MD||", "{\"citizenship\":[\"MD\"]}");
    check(mapping, "a|b|c|d", "U|99||", "{\"citizenship\":\"U\"}");
}

static void separators_also_split_for_a_single_value(void **state)
{
    (void)state;
    static const char mapping[] =
        "t,episode[1]/exploitation[1]/exploitation_form,Sexual=E100;*=,,;,,,\n"
        "t,episode[1]/exploitation[2]/exploitation_form,Labour=E200;Begging=E400;*=,,;,,,\n"
        "t,episode[1]/exploitation[2]/main_form_flag,Labour=NC;Begging=NC;*=,,;,,,\n";
    check(mapping, "t", "Labour; Sexual",
          "{\"episode\":[{\"exploitation\":[{\"exploitation_form\":\"E100\"},"
          "{\"exploitation_form\":\"E200\","
          "\"main_form_flag\":\"NC\"}]}]}");
    check(mapping, "t", "Labour;;Labour",
          "{\"episode\":[{\"exploitation\":[{\"exploitation_form\":\"E200\","
          "\"main_form_flag\":\"NC\"}]}]}");
    check(mapping, "t", "Else", "{}");
    /* two that mean something are one too many; the same meaning twice is not */
    check(mapping, "t", "Labour;Begging",
          "{\"episode\":[{\"exploitation\":[{\"exploitation_form\":\"E200\","
          "\"main_form_flag\":\"NC\"}]}]} "
          "V02 exploitation_form row 2 column 1 'Labour;Begging'");
}

static void spread_cells_make_an_instance_for_each_value(void **state)
{
    (void)state;
    static const char mapping[] =
        "t,episode[1]/exploitation[1]/exploitation_form,Sexual=E100;Labour=E200;None=,,;,yes,,\n"
        "c,episode[1]/exploitation[1]/exploitation_country,,,,,,\n"
        "x,episode[1]/exploitation[2]/exploitation_form,,,,,,\n"
        "=NC,episode[1]/exploitation[1]/main_form_flag,,,,,,\n";
    check(mapping, "t|c|x", "Sexual;Labour|PT|E400",
          "{\"episode\":[{\"exploitation\":[{\"exploitation_form\":\"E100\","
          "\"main_form_flag\":\"NC\","
          "\"exploitation_country\":\"PT\"},{\"exploitation_form\":\"E200\","
          "\"main_form_flag\":\"NC\","
          "\"exploitation_country\":\"PT\"},{\"exploitation_form\":\"E400\"}]}]}");
    check(mapping, "t|c|x", "None|PT|",
          "{\"episode\":[{\"exploitation\":[{\"main_form_flag\":\"NC\","
          "\"exploitation_country\":\"PT\"}]}]}");
    check(mapping, "t|c|x", "None||", "{}");
    /* side by side: the k-th values belong together */
    static const char pair[] = "t,exploitation_form,,,;,yes,,\nc,exploitation_country,,,;,yes,,\n";
    check(pair, "t|c", "E110;E210;E400|PT;;ES",
          "{\"episode\":[{\"exploitation\":[{\"exploitation_form\":\"E110\","
          "\"exploitation_country\":\"PT\"},"
          "{\"exploitation_form\":\"E210\"},{\"exploitation_form\":\"E400\","
          "\"exploitation_country\":\"ES\"}]}]}");
    check(pair, "t|c", "E110;;E400|PT",
          "{\"episode\":[{\"exploitation\":[{\"exploitation_form\":\"E110\","
          "\"exploitation_country\":\"PT\"},{},"
          "{\"exploitation_form\":\"E400\"}]}]}");
    /* without a separator: ; or blanks, but a label of several words is one value */
    static const char free[] = "t,exploitation_form,,,,yes,,\n";
    check(free, "t", "E110 E210",
          "{\"episode\":[{\"exploitation\":[{\"exploitation_form\":\"E110\"},"
          "{\"exploitation_form\":\"E210\"}]}]}");
    check(free, "t", "Forced begging;E210",
          "{\"episode\":[{\"exploitation\":[{\"exploitation_form\":\"E400\"},"
          "{\"exploitation_form\":\"E210\"}]}]}");
    check(free, "t", "Forced begging",
          "{\"episode\":[{\"exploitation\":[{\"exploitation_form\":\"E400\"}]}]}");
}

static void what_cannot_be_read_is_said(void **state)
{
    (void)state;
    static const char mapping[] = "t,episode[1]/exploitation[1]/exploitation_form,A=E110;*=,,,,,\n"
                                  "u,episode[1]/exploitation[2]/exploitation_form,A=E110,,,,,\n"
                                  "u,episode[1]/exploitation[2]/main_form_flag,A=yes,,,,,\n"
                                  "u,episode[1]/exploitation[2]/exploitation_country,A=PT,,,,,\n"
                                  "n,given_names,,,,,,\nb,birth_date,,,,,,\ns,sex,,,,,,\n";
    /* V10 once for the cell, with the instance that it would have been */
    check(mapping, "t|u|n|b|s", "A|Q|||",
          "{\"episode\":[{\"exploitation\":[{\"exploitation_form\":\"E110\"},{}]}]} "
          "V10 exploitation_form row 2 column 2 instance 1 'Q'");
    check(mapping, "t|u|n|b|s", "A|E210|||",
          "{\"episode\":[{\"exploitation\":[{\"exploitation_form\":\"E110\"},"
          "{\"exploitation_form\":\"E210\"}]}]} "
          "V10 main_form_flag row 2 column 2 instance 1 'E210'");
    /* direct identifiers are not shown, nor are control characters */
    check(
        mapping, "t|u|n|b|s", "||Ana\x01|31/02/1990|F\x7F",
        "{} V08 given_names row 2 column 3; V02 birth_date row 2 column 4; V08 sex row 2 column 5");
    check(mapping, "t|u|n|b|s", "|||03/04/1990|",
          "{\"birth_date\":\"1990-04-03\"} V14 birth_date row 2 column 4");
}

static void formula_cells_are_said_once(void **state)
{
    (void)state;
    struct arena *a = arena_new(ARENA_PLAIN);
    struct mapping m;
    data_mapping(&m,
                 DATA_MAPPING_HEAD
                 "g,sex,,,,,,\ng,gender_identity,*=,,,,,\nh,age_at_registration,,,,,,\n",
                 "g|h|i", a);
    struct cell_options o = {.ask = true, .today = data_today()};
    struct row_builder *b = row_builder_new(&m, data_dictionary(), &o, "pos", UINT32_MAX);
    bool formula[3] = {true, true, true};
    struct source_cells source = {.formula = formula, .row = 7};
    source.cell = data_cells("F|18|x", &source.n_cell, a);
    struct record r;
    struct findings f;
    record_init(&r, data_dictionary(), data_form(), a);
    findings_init(&f, a);
    row_build(b, &r, &f, &source, a);
    assert_string_equal(data_findings(&f, a),
                        "V09 sex row 7 column 1 'F'; V09 age_at_registration row 7 column 2 '18'");
    assert_int_equal(f.n_error, 0);
    assert_true(row_has_values(b, &source));
    source.cell = data_cells("| |x", &source.n_cell, a);
    assert_false(row_has_values(b, &source));
    findings_release(&f);
    row_builder_free(b);
    row_builder_free(NULL);
    mapping_release(&m);
    arena_free(a);
}

static void more_values_than_a_record_may_have(void **state)
{
    (void)state;
    struct arena *a = arena_new(ARENA_PLAIN);
    struct buf cells, mapping;
    struct mapping m;
    buf_init(&cells, 1 << 20);
    buf_init(&mapping, 1 << 20);
    buf_puts(&mapping, DATA_MAPPING_HEAD);
    for (int i = 0; i < 6;
         i++) { /* six cells of 200 values are 1,200 instances; 1,000 are allowed */
        buf_printf(&mapping, "c%d,episode[1]/exploitation[%d]/exploitation_form,,,;,yes,,\n", i,
                   i + 1);
        for (int k = 0; k < 200; k++) buf_printf(&cells, "%sE110", k > 0 ? ";" : i > 0 ? "|" : "");
    }
    data_mapping(&m, mapping.p, "c0|c1|c2|c3|c4|c5", a);
    const char *got = data_build(&m, cells.p, true, a);
    size_t n = 0;
    for (const char *p = got; (p = strstr(p, "E110")) != NULL; p++) n++;
    assert_int_equal(n, 1000);
    assert_non_null(strstr(got, "V13 exploitation_form row 2 column 6"));
    assert_null(strstr(got, "column 5"));
    /* a cell of which some values still find room: 5 of 200 behind 5 x 199 */
    struct buf fewer;
    buf_init(&fewer, 1 << 20);
    for (int i = 0; i < 6; i++)
        for (int k = 0; k < (i < 5 ? 199 : 200); k++)
            buf_printf(&fewer, "%sE110", k > 0 ? ";" : i > 0 ? "|" : "");
    got = data_build(&m, fewer.p, true, a);
    n = 0;
    for (const char *p = got; (p = strstr(p, "E110")) != NULL; p++) n++;
    assert_int_equal(n, 1000);
    assert_non_null(strstr(got, "V13 exploitation_form row 2 column 6"));
    buf_release(&fewer);
    /* and 201 values in one cell */
    buf_puts(&cells, ";E110");
    assert_non_null(strstr(data_build(&m, strrchr(cells.p, '|') + 1, true, a),
                           "V13 exploitation_form row 2 column 1"));
    mapping_release(&m);
    buf_release(&cells);
    buf_release(&mapping);
    arena_free(a);
}

static void columns_of_values(void **state)
{
    (void)state;
    struct arena *a = arena_new(ARENA_PLAIN);
    struct mapping m;
    data_mapping(
        &m,
        DATA_MAPPING_HEAD
        "f1,episode[1]/exploitation[1]/exploitation_form,,,,,,\n"
        "f2,episode[1]/exploitation[2]/exploitation_form,,,,,,\nc,exploitation_country,,,,,,\n"
        "s1,sex,,,,,,\ns2,sex,,,,,,\n=U,mother_tongue,,,,,,\n",
        "f1|f2|c|s1|s2", a);
    struct cell_options o = {.ask = true, .today = data_today()};
    struct row_builder *b = row_builder_new(&m, data_dictionary(), &o, "pos", UINT32_MAX);
    struct source_cells source = {.row = 7};
    struct record r;
    struct findings f;
    record_init(&r, data_dictionary(), data_form(), a);
    findings_init(&f, a);
    source.cell = data_cells("|E210|PT||F", &source.n_cell, a);
    row_build(b, &r, &f, &source, a);
    const struct dictionary *d = data_dictionary();
    form_id form = data_form()->id;
    var_id what = dictionary_variable(d, form, TEXT("exploitation_form"))->id;
    assert_int_equal(row_builder_column(b, what, 0),
                     2); /* f1 is blank, so f2 made the first instance */
    assert_int_equal(row_builder_column(b, what, 1), 0);
    assert_int_equal(
        row_builder_column(b, dictionary_variable(d, form, TEXT("exploitation_country"))->id, 0),
        3);
    assert_int_equal(row_builder_column(b, dictionary_variable(d, form, TEXT("sex"))->id, 0), 5);
    assert_int_equal(row_builder_column(b, dictionary_variable(d, form, TEXT("mother_tongue"))->id,
                                        0),
                     0);
    assert_int_equal(
        row_builder_column(b, dictionary_variable(d, form, TEXT("recruitment_country"))->id, 0), 0);
    assert_int_equal(row_builder_position(b).n, 0);
    findings_release(&f);
    row_builder_free(b);
    mapping_release(&m);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cases_of_the_fixture),
        cmocka_unit_test(instances_that_received_no_value_are_dropped),
        cmocka_unit_test(episodes_keep_their_own_exploitations),
        cmocka_unit_test(plain_names_go_to_the_first_instance_that_paths_made),
        cmocka_unit_test(constants_fill_but_make_nothing),
        cmocka_unit_test(several_columns_for_one_variable),
        cmocka_unit_test(separators_also_split_for_a_single_value),
        cmocka_unit_test(spread_cells_make_an_instance_for_each_value),
        cmocka_unit_test(what_cannot_be_read_is_said),
        cmocka_unit_test(formula_cells_are_said_once),
        cmocka_unit_test(more_values_than_a_record_may_have),
        cmocka_unit_test(columns_of_values),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    data_release();
    return failed;
}
