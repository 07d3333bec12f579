/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/model/redcap.c
 *  1 field types, validation, choices, identifiers, forms, section headers: into a data folder that
 *  is
 *    then good   2 headings of the file and of the API; a byte order mark
 *  3 problems at row and column of the file   4 files that are no data dictionary */
#include "harness.h"

#include "small_data.h"
#include "xlsform_file.h"

#include "model/redcap.h"
#include "model/xlsform_internal.h"

#define HEAD                                                                                      \
    "\"Variable / Field Name\",\"Form Name\",\"Section Header\",\"Field Type\",\"Field Label\","  \
    "\"Choices, Calculations, OR Slider Labels\",\"Field Note\",\"Text Validation Type OR Show "  \
    "Slider Number\",\"Text Validation Min\",\"Text Validation Max\",Identifier?,\"Branching "    \
    "Logic (Show field only if...)\",\"Required Field?\",\"Custom Alignment\",\"Question Number " \
    "(surveys only)\",\"Matrix Group Name\",\"Matrix Ranking?\",\"Field Annotation\"\n"

static struct arena *a;
static struct problems p;
static struct xlsform_book book;
static struct xlsform_plan plan;

static int begin(void **state)
{
    (void)state;
    a = arena_new(ARENA_PLAIN);
    problems_init(&p, a);
    small_write("s");
    return 0;
}

static int end(void **state)
{
    (void)state;
    problems_release(&p);
    arena_free(a);
    return 0;
}

static bool take(const char *text)
{
    struct err e = {0};
    if (!redcap_read(&book, "r.csv", text_of(text), a, &p)) return false;
    bool ok = xlsform_import(&plan, &book, &(struct xlsform_target){"s", "", NULL}, a, &p, &e);
    err_clear(&e);
    return ok && p.n_fatal == 0;
}

static const char *bytes_of(const char *name)
{
    for (size_t i = 0; i < plan.n_file; i++)
        if (strcmp(plan.file[i].name, name) == 0) return plan.file[i].bytes.p;
    fail_msg("no file %s", name);
    return "";
}

static void found(const char *id, uint32_t row, const char *column, bool fatal)
{
    for (size_t i = 0; i < p.n; i++) {
        const struct problem *x = &p.item[i];
        if (strcmp(x->id, id) == 0 && strcmp(x->file, "r.csv") == 0 && x->row == row &&
            strcmp(x->column, column) == 0 && x->fatal == fatal && x->remedy[0] != '\0')
            return;
    }
    for (size_t i = 0; i < p.n; i++)
        print_message("%s %s:%u:%s %s\n", p.item[i].id, p.item[i].file, p.item[i].row,
                      p.item[i].column, p.item[i].message);
    fail_msg("not found: %s row %u %s", id, row, column);
}

static void whole(void **state)
{
    (void)state;
    assert_true(take(
        HEAD
        "record_id,intake,,text,Record ID,,,,,,,,,,,,,\n"
        "surname,intake,Who,text,<b>Surname</b>,,As in the passport,,,,y,,,,,,,\n"
        "birth,intake,,text,Date of birth,,,date_dmy,1900-01-01,today,y,,y,,,,,\n"
        "age,intake,,text,Age,,,integer,0,120,,,,,,,,\n"
        "sex,intake,,radio,Sex,\"1, Female | 2, Male | 3, Other, not listed\",,,,,,,y,,,,,\n"
        "sex_again,intake,,dropdown,Sex,\"1, Female | 2, Male | 3, Other, not listed\",,,,,,,,,,,,\n"
        "forms,intake,,checkbox,Forms,\"1, Sexual | 88, Other\",,,,,,,,,,,,\n"
        "other,intake,,notes,Which,,,,,,,\"[forms(88)] = '1' and [age]<>\"\"\"\"\",,,,,,\n"
        "child,second,,yesno,A child?,,,,,,,\"[age] < 18 or [sex]='1'\",,,,,,\n"
        "days,second,,calc,Days,\"datediff([birth], 'today', 'd')\",,,,,,,,,,,,\n"
        "pain,second,,slider,Pain,low | high,,,,,,,,,,,,\n"
        "score,second,,text,Score,,,number_2dp,,9.5,,,,,,,,\n"
        "thanks,second,,descriptive,Thank you,,,,,,,,,,,,,\n"));
    assert_string_equal(
        bytes_of("dictionary/intake.csv"),
        "type,name,label,hint,required,relevant,constraint,calculation,bind::thb:privacy,"
        "bind::thb:value\n"
        "begin_group,group_intake,intake,,,,,,,\n"
        "text,record_id,Record ID,,,,,,Q,\n"
        "note,surname_section,Who,,,,,,,\n"
        "text,surname,Surname,As in the passport,,,,,D,\n"
        "date,birth,Date of birth,,yes,,. >= '1900-01-01' and . <= today(),,D,\n"
        "integer,age,Age,,,,. >= 0 and . <= 120,,Q,\n"
        "select_one rc_sex,sex,Sex,,yes,,,,Q,\n"
        "select_one rc_sex,sex_again,Sex,,,,,,Q,\n"
        "select_multiple rc_forms,forms,Forms,,,,,,Q,\n"
        "text,other,Which,,,\"selected(${forms}, '88') and ${age} != ''\",,,Q,\n"
        "end_group,,,,,,,,,\n"
        "begin_group,group_second,second,,,,,,,\n"
        "select_one rc_child,child,A child?,,,${age} < 18 or ${sex} = '1',,,Q,\n"
        "calculate,days,Days,,,,,abs((today()) - (${birth})),Q,decimal\n"
        "integer,pain,Pain,,,,. >= 0 and . <= 100,,Q,\n"
        "decimal,score,Score,,,,. <= 9.5,,Q,\n"
        "note,thanks,Thank you,,,,,,,\n"
        "end_group,,,,,,,,,\n");
    assert_non_null(strstr(bytes_of("codelists/rc_sex.csv"), "\n3,\"Other, not listed\","));
    assert_non_null(strstr(bytes_of("codelists/rc_child.csv"), "\n1,Yes,,,,,\n0,No,"));
    assert_non_null(strstr(bytes_of("dictionary/settings.csv"),
                           "\nintake,intake,intake,2026010101,en,victim,record_id"));
    found("redcap.markup", 3, "Field Label", false);
    assert_int_equal(plan.n_list, 3);
    assert_int_equal(plan.n_variable, 12);
}

static void headings(void **state)
{
    (void)state;
    assert_true(take("\xEF\xBB\xBF"
                     "field_name,form_name,field_type,field_label,identifier\n"
                     "a,one,text,A,1\nb,one,text,B,\n"));
    assert_string_equal(bytes_of("dictionary/one.csv"),
                        "type,name,label,hint,required,relevant,constraint,calculation,"
                        "bind::thb:privacy,bind::thb:value\ntext,a,A,,,,,,D,\ntext,b,B,,,,,,Q,\n");
}

static void problems_named(void **state)
{
    (void)state;
    assert_false(take(HEAD "id,f,,text,Id,,,,,,,,,,,,,\n"
                           "a,f,,signature,A,,,,,,,,,,,,,\n"                  /* 3 */
                           "b,f,,text,B,,,integer,zero,,,,,,,,,\n"            /* 4 */
                           "c,f,,text,C,,,email,,,,,,,,,,@HIDDEN\n"           /* 5 */
                           "d,f,,radio,D,\"one | 2, Two\",,,,,,,,,,,y,\n"     /* 6 */
                           "e,f,,checkbox,E,,,,,,,,,,,,,\n"                   /* 7 */
                           "g,f,,calc,G,\"mean([b],[c])\",,,,,,,,,,,,\n"      /* 8 */
                           "h,f,,text,H,,,,,,,[nobody] = 1,,,,,,\n"           /* 9 */
                           "i,f,,text,I,,,,,,,[event][b] = 1,,,,,,\n"         /* 10 */
                           "a,f,,text,A again,,,,,,,,,,,,,\n"                 /* 11 */
                           "k,f,,radio,K,\"1, One | 1, Again\",,,,,,,,,,,,\n" /* 12 */
                           "l,f,,text,L,,,date_ymd,yesterday,,,,,,,,,\n"));   /* 13 */
    const char *choices = "Choices, Calculations, OR Slider Labels";
    const char *branch = "Branching Logic (Show field only if...)";
    found("redcap.type", 3, "Field Type", true);
    found("redcap.limit", 4, "Text Validation Min", true);
    found("redcap.validation", 5, "Text Validation Type OR Show Slider Number", false);
    found("redcap.annotation", 5, "Field Annotation", false);
    found("redcap.choice", 6, choices, true);
    found("redcap.ranking", 6, "Matrix Ranking?", false);
    found("redcap.no_choices", 7, choices, true);
    found("redcap.logic", 8, choices, true);
    found("expr.unknown_variable", 9, branch, true);
    found("redcap.logic", 10, branch, true);
    found("survey.repeated_name", 11, "Variable / Field Name", true);
    found("codelist.repeated_code", 12, choices, true);
    found("redcap.limit", 13, "Text Validation Min", true);
}

static void no_dictionary(void **state)
{
    (void)state;
    assert_false(take("type,name,label\ntext,a,A\n"));
    found("redcap.missing_column", 1, "Variable / Field Name", true);
    assert_false(take(HEAD));
    found("redcap.empty", 1, "", true);
    assert_false(take(""));
    found("sheet.no_header", 1, "", true);
    assert_false(take("\xff\xfe"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(whole, begin, end),
        cmocka_unit_test_setup_teardown(headings, begin, end),
        cmocka_unit_test_setup_teardown(problems_named, begin, end),
        cmocka_unit_test_setup_teardown(no_dictionary, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
