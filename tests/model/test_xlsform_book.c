/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/model/xlsform_book.c
 *  1 a written workbook read back holds every cell; three sheets; text that looks like a formula is
 *  text
 *  2 rows of a workbook: numbers kept, blank rows passed over, `list name` is list_name, formulas
 *  named
 *  3 CSV files of ours: LF, quotes only where needed
 *  4 order of codes: by sort, a row without behind the one before it */
#include "harness.h"

#include "xlsform_file.h"

#include "model/xlsform_internal.h"

static struct arena *a;
static struct problems p;
static struct xlsform_book book, again;

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

static void there_and_back(void **state)
{
    (void)state;
    struct err e = {0};
    xlsform_file_book(&book,
                      "type,name,label::English (en),bind::thb:privacy\n"
                      "text,a,\"=1+1, \"\"quoted\"\"\",D\n\ninteger,b,Zażółć <&>\n",
                      "list_name,name,label::English (en)\nL,x,X\n",
                      "form_id,version\nf,2026010101\n", a, &p);
    assert_true(xlsform_write(&book, "b.xlsx", &e));
    xlsform_file_read(&again, "b.xlsx", a, &p);
    assert_int_equal(p.n, 0);
    for (int i = 0; i < XLSFORM_PARTS; i++) {
        assert_int_equal(again.part[i].n_column, book.part[i].n_column);
        assert_int_equal(again.part[i].n_row, book.part[i].n_row);
        for (size_t r = 0; r < book.part[i].n_row; r++)
            for (size_t c = 0; c < book.part[i].n_column; c++)
                assert_string_equal(again.part[i].row[r].cell[c].s, book.part[i].row[r].cell[c].s);
    }
    assert_string_equal(again.part[0].header[2], "label::English (en)");
    assert_string_equal(xlsform_file_cell(&again, XLSFORM_SURVEY, 0, "label::en"),
                        "=1+1, \"quoted\"");
}

static void rows(void **state)
{
    (void)state;
    struct xlsform_reader r;
    const struct text head[] = {TEXT("list name"), TEXT("name")}, row[] = {TEXT("L"), TEXT("3")};
    const bool formula[] = {false, true};
    xlsform_read_begin(&r, &book, a, &p);
    xlsform_read_part(&r, XLSFORM_CHOICES);
    assert_true(xlsform_read_row(&r, &(struct csv_row){head, 2, 3, 3}, NULL));
    assert_true(xlsform_read_row(&r, &(struct csv_row){row, 2, 7, 7}, formula));
    xlsform_read_end(&r);
    assert_int_equal(sheet_column(&book.part[XLSFORM_CHOICES], "list_name"), 0);
    assert_int_equal(book.part[XLSFORM_CHOICES].row[0].row, 7);
    assert_int_equal(p.n, 1);
    assert_string_equal(p.item[0].id, "xlsform.formula");
    assert_string_equal(p.item[0].file, "choices");
    assert_string_equal(p.item[0].column, "name");
    assert_int_equal(p.item[0].row, 7);
}

static void files(void **state)
{
    (void)state;
    xlsform_file_book(&book, NULL, "name,label::en\na,\"x, y\"\nb,\"say \"\"hm\"\"\"\nc,\n", NULL,
                      a, &p);
    struct text t = sheet_to_csv(&book.part[XLSFORM_CHOICES], a);
    assert_string_equal(t.p, "name,label::en\na,\"x, y\"\nb,\"say \"\"hm\"\"\"\nc,\n");
}

static void order(void **state)
{
    (void)state;
    size_t n;
    xlsform_file_book(&book, NULL, "name,sort\na,20\nb,\nc,10\nd,\n", NULL, a, &p);
    const struct sheet_row **row = rows_by_sort(&book.part[XLSFORM_CHOICES], &n, a);
    assert_int_equal(n, 4);
    const char *got = arena_printf(a, "%s%s%s%s", row[0]->cell[0].s, row[1]->cell[0].s,
                                   row[2]->cell[0].s, row[3]->cell[0].s);
    assert_string_equal(got, "cdab");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(there_and_back, begin, end),
        cmocka_unit_test_setup_teardown(rows, begin, end),
        cmocka_unit_test_setup_teardown(files, begin, end),
        cmocka_unit_test_setup_teardown(order, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
