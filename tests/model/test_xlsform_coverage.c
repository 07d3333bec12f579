/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/model/xlsform_coverage.c
 *  1 fields that meet a variable, are mapped, left out, or nothing; choices by the column of the
 *  list,
 *    by the code itself, by the mapping; counts
 *  2 HTCDS: all 83 fields of the standard, by name; the official XLSForm where the checkout has
 *  it */
#include "harness.h"

#include "small_data.h"
#include "xlsform_file.h"

#include "base/buf.h"
#include "base/file.h"
#include "model/xlsform_coverage.h"

static struct arena *a;
static struct problems p;
static struct xlsform_book book;
static struct coverage v;

static int begin(void **state)
{
    (void)state;
    a = arena_new(ARENA_PLAIN);
    problems_init(&p, a);
    return 0;
}

static int end(void **state)
{
    (void)state;
    problems_release(&p);
    arena_free(a);
    return 0;
}

static const struct coverage_field *field(const char *name)
{
    for (size_t i = 0; i < v.n_field; i++)
        if (strcmp(v.field[i].name, name) == 0) return &v.field[i];
    fail_msg("no field %s", name);
    return NULL;
}

/* The small dictionary, with two HTCDS names in a form and a column in a list. */
static struct dictionary *dictionary(void)
{
    const struct small_file instead[] = {
        {"dictionary/suspect.csv",
         "type,name,label::English (en),label::Português (pt),bind::thb:htcds\n"
         "select_one CL_SEX,sex,Sex,Sexo,prs_Gender;prs_Sex\n"
         "select_one CL_COUNTRY,country2,Country,País,prs_Citizenship\n"},
        {"codelists/CL_SEX.csv", "name,label::English (en),label::Português (pt),htcds\n"
                                 "F,Female,Feminino,Feminine;Woman\nM,Male,Masculino,Masculine\n"
                                 "X,Other,Outro,\n"},
        {"rules.csv", NULL},
        {NULL, NULL}};
    struct dictionary *d;
    struct err e = {0};
    if (!small_load(&d, instead, "", &p, &e)) fail_msg("%s %s", e.msg, e.detail);
    return d;
}

static void fields_and_choices(void **state)
{
    (void)state;
    struct dictionary *d = dictionary();
    xlsform_file_book(
        &book,
        "type,name,label\nstart,start,\nselect_one g,prs_gender,Gender\n"
        "select_one c,prs_Citizenship,Citizenship\nselect_one m,vic_Means,Means\n"
        "text,prs_Name,Name\ntext,prs_Title,Title\ntext,prs_Odd,Odd\nnote,n,N\n",
        "list_name,name,label\ng,Feminine,F\ng,x1,masculine\ng,Third,Third\n"
        "c,PT,Portugal\nc,QQ,Nowhere\nm,force,By force\nm,threat,Threat\nm,M4,Fraud\n",
        NULL, a, &p);
    xlsform_coverage(&v, &book, d,
                     TEXT("source_column,variable,value_map,note,unmapped\n@position,ref,,,\n"
                          "vic_Means,means,By force=M1;threat=,,\nprs_Title,,,not needed,yes\n"
                          "prs_title_2,,,spelling of another,yes\n"),
                     "htcds", a);
    assert_int_equal(v.n_field, 6);
    const struct coverage_field *f = field("prs_gender");
    assert_int_equal(f->how, COVERAGE_VARIABLE);
    assert_string_equal(f->variables, "suspect/sex");
    assert_int_equal(f->row, 3);
    assert_int_equal(f->n_choice, 3);
    assert_int_equal(f->n_met, 2);
    assert_string_equal(f->unmet, "Third");
    f = field("prs_Citizenship");
    assert_int_equal(f->n_met, 1);
    assert_string_equal(f->unmet, "QQ");
    f = field("vic_Means"); /* force by the mapping, M4 is a code, threat is mapped to nothing */
    assert_int_equal(f->how, COVERAGE_MAPPED);
    assert_string_equal(f->variables, "means");
    assert_int_equal(f->n_met, 2);
    assert_string_equal(f->unmet, "threat");
    assert_string_equal(field("prs_Name")->variables, "victim/name");
    f = field("prs_Title");
    assert_int_equal(f->how, COVERAGE_LEFT_OUT);
    assert_string_equal(f->note, "not needed");
    assert_int_equal(field("prs_Odd")->how, COVERAGE_NONE);
    assert_int_equal(v.n_variable, 3);
    assert_int_equal(v.n_mapped, 1);
    assert_int_equal(v.n_left_out, 1);
    assert_int_equal(v.n_choice, 8);
    assert_int_equal(v.n_met, 5);
    assert_int_equal(v.n_standard, 2);
    assert_int_equal(v.n_standard_mapped, 1);
    dictionary_free(d);
}

static struct dictionary *real(struct buf *mapping)
{
    struct dictionary *d;
    struct err e = {0};
    assert_true(dictionary_load(&d, harness_source("data"), "", &p, &e));
    buf_init(mapping, 1 << 20);
    assert_true(file_read(mapping, harness_source("data/mappings/htcds-2.0.csv"), 1 << 20, &e));
    return d;
}

/* Each field that the mapping names is in one of the three ways; none is forgotten. The mapping has
 * the standard's 83 fields and per_Organisation, which is of the criminal-justice data set. */
static void whole_standard(void **state)
{
    (void)state;
    struct buf mapping;
    struct dictionary *d = real(&mapping);
    xlsform_file_book(&book,
                      "type,name\ntext,prs_FirstName\ntext,org_Name\ntext,prs_MaritalStatus\n",
                      NULL, NULL, a, &p);
    xlsform_coverage(&v, &book, d, buf_text(&mapping), "htcds", a);
    assert_int_equal(v.n_standard, 83 + 1);
    assert_int_equal(v.n_standard_mapped + v.n_standard_left_out, v.n_standard);
    assert_string_equal(field("prs_FirstName")->variables, "victim/given_names");
    assert_int_equal(field("org_Name")->how, COVERAGE_LEFT_OUT);
    assert_int_equal(field("prs_MaritalStatus")->how, COVERAGE_VARIABLE);
    buf_release(&mapping);
    dictionary_free(d);
}

static void official_workbook(void **state)
{
    (void)state;
    const char *path = harness_shared("data/htcds/htcds_xlsform.xlsx");
    if (path == NULL) skip();
    struct buf mapping;
    struct dictionary *d = real(&mapping);
    xlsform_file_read(&book, path, a, &p);
    xlsform_coverage(&v, &book, d, buf_text(&mapping), "htcds", a);
    assert_int_equal(v.n_field, 31);
    assert_true(v.n_variable >= 20);
    assert_int_equal(v.n_variable + v.n_mapped + v.n_left_out, v.n_field); /* nothing forgotten */
    assert_int_equal(v.n_choice, 331);
    assert_int_equal(v.n_met, 331);
    assert_int_equal(field("prs_Citizenship")->n_choice, 249); /* ISO 3166-1 */
    struct xlsform_plan plan;
    struct err e = {0};
    p.n = p.n_fatal = 0;
    assert_true(xlsform_import(&plan, &book,
                               &(struct xlsform_target){harness_source("data"), "", "htcds"}, a, &p,
                               &e));
    assert_int_equal(plan.n_variable, 31);
    assert_int_equal(plan.n_list, 11);
    assert_int_equal(plan.n_code, 331);
    buf_release(&mapping);
    dictionary_free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(fields_and_choices, begin, end),
        cmocka_unit_test_setup_teardown(whole_standard, begin, end),
        cmocka_unit_test_setup_teardown(official_workbook, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
