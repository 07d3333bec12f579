/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/model/xlsform_import.c
 *  1 round trip: out, into a workbook, back: no cell of any form changes, core and packs pt, cz,
 *  pl, sk
 *  2 the same into a pack that is not there yet: what the workbook says is all it needs
 *  3 edits: a pack says what was added, changed, emptied and taken away, and nothing else; the core
 *    takes them as they are; columns that the workbook lacks stay
 *  4 problems by sheet, row and column, all of them, and nothing to be written
 *  5 foreign workbooks: what other programs fill by themselves is left out; privacy is assumed
 *  6 an expression that went out differently comes back as it was, unless it was changed */
#include "harness.h"

#include "small_data.h"
#include "xlsform_file.h"

#include "base/file.h"
#include "model/xlsform_internal.h"

static struct arena *a;
static struct problems p;
static struct xlsform_book book;
static struct xlsform_plan plan;

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

static void make(struct xlsform_book *out, const char *folder, const char *pack, const char *form)
{
    struct err e = {0};
    if (!xlsform_export(out, folder, pack, form, a, &p, &e))
        fail_msg("%s %s: %s", pack, form, e.msg);
}

static bool take(const struct xlsform_book *b, const char *folder, const char *pack)
{
    struct err e = {0};
    bool ok = xlsform_import(&plan, b, &(struct xlsform_target){folder, pack, NULL}, a, &p, &e);
    assert_true(ok || strcmp(e.id, "xlsform.refused") == 0);
    err_clear(&e);
    return ok;
}

static void taken(const struct xlsform_book *b, const char *folder, const char *pack)
{
    if (!take(b, folder, pack))
        for (size_t i = 0; i < p.n; i++)
            if (p.item[i].fatal)
                fail_msg("%s %u %s: %s", p.item[i].file, p.item[i].row, p.item[i].column,
                         p.item[i].message);
}

static void write_plan(const char *folder)
{
    struct err e = {0};
    for (size_t i = 0; i < plan.n_file; i++) {
        const char *path = arena_printf(a, "%s/%s", folder, plan.file[i].name);
        assert_true(folder_make(arena_copy(a, path, (size_t)(strrchr(path, '/') - path)), &e) &&
                    file_write(path, plan.file[i].bytes, &e));
    }
}

static const char *bytes_of(const char *name)
{
    for (size_t i = 0; i < plan.n_file; i++)
        if (strcmp(plan.file[i].name, name) == 0) return plan.file[i].bytes.p;
    return NULL;
}

static bool is_parameter(const struct sheet *s, size_t row)
{
    return strcmp(sheet_cell(&s->row[row], sheet_column(s, "list_name")).s, "parameters") == 0;
}

/* Every cell of `was` is in `is`, and the other way round. */
static void same_cells(const struct sheet *was, const struct sheet *is, bool parameters)
{
    size_t k = 0;
    for (size_t r = 0; r < was->n_row; r++) {
        if (!parameters && is_parameter(was, r)) continue;
        while (!parameters && k < is->n_row && is_parameter(is, k)) k++;
        assert_true(k < is->n_row);
        for (size_t c = 0; c < was->n_column; c++) {
            const char *x = was->row[r].cell[c].s,
                       *y = sheet_cell(&is->row[k], sheet_column(is, was->column[c])).s;
            if (strcmp(x, y) != 0)
                fail_msg("%s row %zu %s: '%s', now '%s'", was->file, r + 2, was->column[c], x, y);
        }
        k++;
    }
    while (!parameters && k < is->n_row && is_parameter(is, k)) k++;
    assert_int_equal(k, is->n_row);
    for (size_t c = 0; c < is->n_column; c++)
        for (size_t r = 0; r < is->n_row && sheet_column(was, is->column[c]) == COLUMN_ABSENT; r++)
            assert_true(is->row[r].cell[c].s[0] == '\0' || is_parameter(is, r));
}

static const char *const packs[] = {"", "pt", "cz", "pl", "sk"};
static const char *const forms[] = {"victim", "suspect", "case", "proceeding"};

static void round_trip(void **state)
{
    (void)state;
    for (size_t i = 0; i < 5; i++)
        for (size_t k = 0; k < 4; k++) {
            struct xlsform_book again;
            struct err e = {0};
            make(&book, harness_source("data"), packs[i], forms[k]);
            assert_true(xlsform_write(&book, "w.xlsx", &e));
            p.n = p.n_fatal = 0;
            xlsform_file_read(&again, "w.xlsx", a, &p);
            assert_int_equal(p.n, 0);
            for (int part = 0; part < XLSFORM_PARTS; part++)
                same_cells(&book.part[part], &again.part[part], true);
            taken(&again, harness_source("data"), packs[i]);
            assert_int_equal(p.n, 0);
            assert_int_equal(plan.n_file, 0);
            assert_true(plan.n_variable > 40);
            end(NULL);
            begin(NULL);
        }
}

static void run(const char *const *argv)
{
    struct harness_run r;
    harness_run(&r, argv, NULL);
    assert_int_equal(r.status, 0);
    harness_run_release(&r);
}
#define RUN(...) run((const char *const[]){__VA_ARGS__, NULL})

static void copy_data(const char *to)
{
    RUN("rm", "-rf", to);
    RUN("cp", "-r", harness_source("data"), to);
}

static void into_a_new_pack(void **state)
{
    (void)state;
    for (size_t i = 1; i < 5; i++) {
        struct xlsform_book was[4];
        copy_data("d");
        for (size_t k = 0; k < 4; k++) {
            make(&was[k], harness_source("data"), packs[i], forms[k]);
            taken(&was[k], "d", "xx");
            write_plan("d");
        }
        for (size_t k = 0; k < 4; k++) {
            struct xlsform_book again;
            make(&again, "d", "xx", forms[k]);
            same_cells(&was[k].part[XLSFORM_SURVEY], &again.part[XLSFORM_SURVEY], true);
            same_cells(&was[k].part[XLSFORM_CHOICES], &again.part[XLSFORM_CHOICES], false);
        }
        end(NULL);
        begin(NULL);
    }
}

/* --- 3
 * ------------------------------------------------------------------------------------------- */

/* The small data's victim form as a book, for a test to change. */
static void small_book(const char *pack)
{
    p.n = p.n_fatal = 0;
    RUN("rm", "-rf", "s");
    small_write("s");
    make(&book, "s", pack, "victim");
    assert_int_equal(p.n_fatal, 0);
    p.n = 0;
}

static struct cell *cell(enum xlsform_part part, const char *name, const char *column)
{
    struct sheet *s = &book.part[part];
    size_t at = sheet_column(s, "name"), c = sheet_column(s, column);
    for (size_t r = 0; r < s->n_row; r++)
        if (strcmp(s->row[r].cell[at].s, name) == 0) return &s->row[r].cell[c];
    fail_msg("no %s", name);
    return NULL;
}

static void row_remove(enum xlsform_part part, const char *name)
{
    struct sheet *s = &book.part[part];
    size_t at = sheet_column(s, "name"), n = 0;
    for (size_t r = 0; r < s->n_row; r++)
        if (strcmp(s->row[r].cell[at].s, name) != 0) s->row[n++] = s->row[r];
    s->n_row = n;
}

/* A row behind another; pairs of column and text. */
static void row_insert(enum xlsform_part part, size_t before, const char *const *pair)
{
    struct sheet *s = &book.part[part], fresh = *s;
    fresh.row = ARENA_ARRAY(a, struct sheet_row, s->n_row + 1);
    fresh.n_row = before;
    struct sheet_row *row = table_row(&fresh, s->file, 900, a);
    for (; *pair != NULL; pair += 2) table_put(row, sheet_column(s, pair[0]), pair[1]);
    struct sheet_row mine = *row;
    for (size_t r = 0; r < s->n_row; r++) fresh.row[r < before ? r : r + 1] = s->row[r];
    fresh.row[before] = mine;
    fresh.n_row = s->n_row + 1;
    *s = fresh;
}
#define ROW(part, before, ...) row_insert(part, before, (const char *const[]){__VA_ARGS__, NULL})

static void edits_of_a_pack(void **state)
{
    (void)state;
    small_book("xx");
    cell(XLSFORM_SURVEY, "age", "label::en")->s = "Age in years";
    cell(XLSFORM_SURVEY, "ref", "hint::en")->s = "";
    row_remove(XLSFORM_SURVEY, "full_date");
    ROW(XLSFORM_SURVEY, 4, "type", "text", "name", "local_no", "label::en", "Local number",
        "label::pt", "Número local", "bind::thb:privacy", "O");
    ROW(XLSFORM_CHOICES, 1, "list_name", "CL_SEX", "name", "I", "label::en", "Intersex",
        "label::pt", "Intersexo", "sort", "40");
    taken(&book, "s", "xx");
    assert_int_equal(p.n, 0);
    assert_int_equal(plan.n_file, 2);
    const char *survey = bytes_of("packs/xx/survey-victim.csv");
    assert_non_null(survey);
    assert_non_null(strstr(survey, "add,note,text,local_no,Local number,Número local,"));
    assert_non_null(strstr(survey, "\nchange,,,ref,,,[CLEAR],"));
    assert_non_null(strstr(survey, "\nchange,,,age,Age in years,,"));
    assert_non_null(strstr(survey, "\nhide,,,full_date,"));
    assert_non_null(strstr(survey, "\nhide,,,pay,")); /* as before */
    assert_non_null(strstr(survey, "add,sex,select_one CL_DISTRICT,district,District,Distrito,"));
    assert_null(strstr(survey, "entry_date"));
    const char *sex = bytes_of("packs/xx/codelists/CL_SEX.csv");
    assert_non_null(sex);
    assert_non_null(strstr(sex, "action,after,name,label::English (en)"));
    assert_non_null(strstr(sex, "\nadd,F,I,Intersex,Intersexo,"));
    assert_null(strstr(sex, "Female"));
    assert_int_equal(plan.n_added, 2);
    assert_int_equal(plan.n_changed, 2);
    assert_int_equal(plan.n_hidden, 1);
    write_plan("s");
    struct xlsform_book again;
    make(&again, "s", "xx", "victim");
    same_cells(&book.part[XLSFORM_SURVEY], &again.part[XLSFORM_SURVEY], true);
}

static void edits_of_the_core(void **state)
{
    (void)state;
    small_book("");
    cell(XLSFORM_SURVEY, "age", "label::en")->s = "Age in years";
    struct sheet *settings = &book.part[XLSFORM_SETTINGS];
    settings->row[0].cell[sheet_column(settings, "version")].s = "2026010102";
    /* A column that is not in the book stays. */
    struct sheet *s = &book.part[XLSFORM_SURVEY];
    s->column[sheet_column(s, "hint::en")] = "";
    taken(&book, "s", "");
    assert_int_equal(plan.n_file, 2);
    assert_non_null(strstr(bytes_of("dictionary/victim.csv"), "integer,age,Age in years,Idade,"));
    assert_non_null(strstr(bytes_of("dictionary/victim.csv"), "Your own number."));
    assert_non_null(strstr(bytes_of("dictionary/settings.csv"),
                           "victim,Victim,Vítima,2026010102,en,victim,ref\n"));
    assert_non_null(strstr(bytes_of("dictionary/settings.csv"), "suspect,Suspect,"));
}

/* --- 4
 * ------------------------------------------------------------------------------------------- */

static void found(const char *id, const char *file, uint32_t row, const char *column)
{
    for (size_t i = 0; i < p.n; i++) {
        const struct problem *x = &p.item[i];
        if (strcmp(x->id, id) == 0 && strcmp(x->file, file) == 0 && x->row == row &&
            strcmp(x->column, column) == 0) {
            assert_true(x->remedy[0] != '\0' && x->message[0] != '\0');
            return;
        }
    }
    for (size_t i = 0; i < p.n; i++)
        print_message("%s %s:%u:%s %s\n", p.item[i].id, p.item[i].file, p.item[i].row,
                      p.item[i].column, p.item[i].message);
    fail_msg("not found: %s %s:%u:%s", id, file, row, column);
}

static void every_problem(void **state)
{
    (void)state;
    small_write("s");
    xlsform_file_book(&book,
                      "type,name,label::English (en),relevant,calculation\n"
                      "text,a,A,${nobody} = 1,\n"     /* 2 */
                      "select_one L or_other,b,B,,\n" /* 3 */
                      "select_one NOWHERE,c,C,,\n"    /* 4 */
                      "text,a,A again,,\n"            /* 5 */
                      "geopoint,d,D,,\n"              /* 6 */
                      "calculate,e,E,,1 +\n"          /* 7 */
                      "begin_group,g,G,,\n"           /* 8 */
                      "text,bad name,H,,\n",          /* 9 */
                      "list_name,name,label::English (en)\n"
                      "L,x,X\nL,x,X again\n,y,Y\nmy list,z,Z\nL,two words,W\n", /* 2 to 6 */
                      "form_id\nfresh\n", a, &p);
    assert_false(take(&book, "s", ""));
    found("expr.unknown_variable", "survey", 2, "relevant");
    found("survey.unknown_type", "survey", 3, "type");
    found("dictionary.unknown_list", "survey", 4, "type");
    found("survey.repeated_name", "survey", 5, "name");
    found("survey.unknown_type", "survey", 6, "type");
    found("survey.never_ends", "survey", 8, "type");
    found("survey.bad_name", "survey", 9, "name");
    found("codelist.repeated_code", "choices", 3, "name");
    found("xlsform.no_list_name", "choices", 4, "list_name");
    found("xlsform.bad_list_name", "choices", 5, "list_name");
    found("codelist.bad_code", "choices", 6, "name");
    bool seen = false;
    for (size_t i = 0; i < p.n; i++)
        seen |= p.item[i].row == 7 && strcmp(p.item[i].column, "calculation") == 0;
    assert_true(seen);
}

static void refused(const char *id, const char *survey, const char *settings)
{
    p.n = p.n_fatal = 0;
    xlsform_file_book(&book, survey, NULL, settings, a, &p);
    assert_false(take(&book, "s", ""));
    assert_string_equal(p.item[0].id, id);
    assert_int_equal(plan.n_file, 0);
}

static void no_form(void **state)
{
    (void)state;
    small_write("s");
    refused("xlsform.no_form_id", "type,name,label::en\ntext,a,A\n", NULL);
    refused("xlsform.bad_form_id", "type,name,label::en\ntext,a,A\n", "form_id\n../x\n");
    refused("xlsform.bad_form_id", "type,name,label::en\ntext,a,A\n", "form_id\nsettings\n");
    refused("xlsform.no_survey", NULL, "form_id\nx\n");
    refused("xlsform.no_survey", "kind,name\ntext,a\n", "form_id\nx\n");
}

static void what_a_pack_cannot_say(void **state)
{
    (void)state;
    small_book("xx");
    struct sheet_row *row = book.part[XLSFORM_SURVEY].row, kept = row[2];
    row[2] = row[3];
    row[3] = kept; /* entry_date and full_date change places */
    assert_false(take(&book, "s", "xx"));
    found("xlsform.moved", "survey", row[3].row, "name");
    small_book("");
    row_remove(XLSFORM_CHOICES, "X");
    assert_false(take(&book, "s", ""));
    found("xlsform.code_gone", "choices", 0, "name");
    small_book("");
    p.n = p.n_fatal = 0;
    taken(&book, "s", "xx"); /* what the pack had said is taken back */
    assert_int_equal(plan.n_hidden, 3); /* district, district_note, E240 */
    assert_null(bytes_of("packs/xx/codelists/CL_DISTRICT.csv"));
}

/* --- 5
 * ------------------------------------------------------------------------------------------- */

static void foreign(void **state)
{
    (void)state;
    small_write("s");
    xlsform_file_book(&book,
                      "type,name,label\nstart,start,\ntext,surname,Surname\ninteger,number,Number\n"
                      "select_one yn,well,Well?\ncalculate,__version__,\n",
                      "list name,name,label\nyn,y,Yes\nyn,n,No\n", "form_id,version\nother,v7\n", a,
                      &p);
    taken(&book, "s", "");
    found("xlsform.left_out", "survey", 2, "type");
    found("xlsform.left_out", "survey", 6, "type");
    found("xlsform.privacy_assumed", "survey", 3, "bind::thb:privacy");
    assert_string_equal(bytes_of("dictionary/other.csv"),
                        "type,name,label,bind::thb:privacy,bind::thb:value\n"
                        "text,surname,Surname,D,\ninteger,number,Number,Q,\n"
                        "select_one yn,well,Well?,Q,\n");
    assert_non_null(strstr(bytes_of("codelists/yn.csv"), "\ny,Yes,"));
    assert_non_null(strstr(bytes_of("dictionary/settings.csv"), "\nother,other,other,2026010101,"));
    assert_int_equal(plan.n_variable, 3);
}

/* --- 6
 * ------------------------------------------------------------------------------------------- */

static void written_otherwise(void **state)
{
    (void)state;
    make(&book, harness_source("data"), "", "suspect");
    const struct sheet *s = &book.part[XLSFORM_SURVEY];
    size_t own = sheet_column(s, "bind::thb:own_calculation"), at = sheet_column(s, "calculation"),
           name = sheet_column(s, "name"), r = 0;
    assert_true(own != COLUMN_ABSENT);
    while (s->row[r].cell[own].s[0] == '\0') r++;
    assert_non_null(strstr(s->row[r].cell[own].s, "pulldata("));
    assert_non_null(strstr(s->row[r].cell[at].s, "instance('"));
    s->row[r].cell[at].s = arena_printf(a, "coalesce(%s, '')", s->row[r].cell[at].s);
    const char *mine =
        strstr(s->row[r].cell[own].s, "parameters") != NULL ? "coalesce(if(" : s->row[r].cell[at].s;
    taken(&book, harness_source("data"), "");
    assert_int_equal(plan.n_file, 1);
    assert_int_equal(plan.n_changed, 1);
    assert_non_null(strstr(plan.file[0].bytes.p, s->row[r].cell[name].s));
    assert_non_null(strstr(plan.file[0].bytes.p, mine));
    assert_null(strstr(plan.file[0].bytes.p, "own_calculation"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(round_trip, begin, end),
        cmocka_unit_test_setup_teardown(into_a_new_pack, begin, end),
        cmocka_unit_test_setup_teardown(edits_of_a_pack, begin, end),
        cmocka_unit_test_setup_teardown(edits_of_the_core, begin, end),
        cmocka_unit_test_setup_teardown(every_problem, begin, end),
        cmocka_unit_test_setup_teardown(no_form, begin, end),
        cmocka_unit_test_setup_teardown(what_a_pack_cannot_say, begin, end),
        cmocka_unit_test_setup_teardown(foreign, begin, end),
        cmocka_unit_test_setup_teardown(written_otherwise, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
