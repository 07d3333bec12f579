/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/model/xlsform_overlay.c: what a pack says, laid over the core again, is what was
 * wanted
 *  1 rows added behind rows, into groups, behind the end of a group, at the end; new groups
 *  2 rows changed, emptied, taken away, groups with all that is in them
 *  3 what cannot be said: moved rows, rows before the first, a heading without its questions
 *  4 without a core all rows are added */
#include "harness.h"

#include "xlsform_file.h"

#include "model/xlsform_internal.h"

static struct arena *a;
static struct problems p;
static struct overlay_count count;

static int begin(void **state)
{
    (void)state;
    a = arena_new(ARENA_PLAIN);
    problems_init(&p, a);
    count = (struct overlay_count){0};
    return 0;
}

static int end(void **state)
{
    (void)state;
    problems_release(&p);
    arena_free(a);
    return 0;
}

/* Rows of type, name, label. */
static struct sheet sheet(const char *rows)
{
    struct xlsform_book b;
    xlsform_file_book(&b, arena_printf(a, "type,name,label::en\n%s", rows), NULL, NULL, a, &p);
    return b.part[XLSFORM_SURVEY];
}

static const char *shown(const struct sheet *s)
{
    const char *out = "";
    for (size_t r = 0; r < s->n_row; r++)
        if (!s->row[r].hidden)
            out = arena_printf(a, "%s%s,%s,%s\n", out, s->row[r].cell[0].s, s->row[r].cell[1].s,
                               s->row[r].cell[2].s);
    return out;
}

static const char core[] =
    "begin_group,g,G\ntext,a,A\nbegin_repeat,r,R\ntext,b,B\nend_repeat,,\n"
    "text,c,C\nend_group,,\ntext,d,D\nbegin_group,h,H\ntext,e,E\nend_group,,\n";

/* Make the pack's sheet, lay it over the core, and look. */
static void says(const char *rows, size_t added, size_t changed, size_t hidden)
{
    struct sheet was = sheet(core), want = sheet(rows), over, again;
    struct dictionary d = {0};
    struct sheet_reader in = {&d, a, a, &p};
    overlay_make(&over, &was, &want, true, &count, a, &p);
    for (size_t i = 0; i < p.n; i++) print_message("%s\n", p.item[i].message);
    assert_int_equal(p.n, 0);
    assert_true(sheet_read(&again, &in, "over.csv", sheet_to_csv(&over, a)));
    was = sheet(core);
    sheet_overlay(&was, &again, "name", true, &in);
    assert_int_equal(p.n, 0);
    assert_string_equal(shown(&was), rows);
    assert_int_equal(count.added, added);
    assert_int_equal(count.changed, changed);
    assert_int_equal(count.hidden, hidden);
    count = (struct overlay_count){0};
}

static void added(void **state)
{
    (void)state;
    says(core, 0, 0, 0);
    says(
        "begin_group,g,G\ntext,n,N\ntext,a,A\nbegin_repeat,r,R\ntext,b,B\ntext,m,M\nend_repeat,,\n"
        "text,o,O\ntext,o2,O2\ntext,c,C\nend_group,,\ntext,q,Q\ntext,d,D\nbegin_group,h,H\ntext,e,E\n"
        "end_group,,\nbegin_group,k,K\ntext,l,L\nend_group,,\ntext,last,Z\n",
        8, 0, 0);
    says("begin_group,g,G\ntext,a,A\nbegin_repeat,r,R\nbegin_group,in,I\ntext,n,N\nend_group,,\n"
         "text,b,B\nend_repeat,,\ntext,c,C\nend_group,,\ntext,d,D\nbegin_group,h,H\ntext,e,E\n"
         "end_group,,\n",
         2, 0, 0);
}

static void changed(void **state)
{
    (void)state;
    says("begin_group,g,G2\ntext,a,\nbegin_repeat,r,R\ninteger,b,B\nend_repeat,,\n"
         "text,c,C\nend_group,,\nbegin_group,h,H\ntext,e,E\nend_group,,\n",
         0, 3, 1);
    says("begin_group,g,G\ntext,a,A\ntext,x,X\ntext,c,C\nend_group,,\ntext,d,D\n", 1, 0, 2);
}

static void cannot(const char *rows, const char *id, uint32_t row)
{
    struct sheet was = sheet(core), want = sheet(rows), over;
    p.n = 0;
    overlay_make(&over, &was, &want, true, &count, a, &p);
    assert_true(p.n > 0);
    assert_string_equal(p.item[0].id, id);
    assert_int_equal(p.item[0].row, row);
}

static void not_to_be_said(void **state)
{
    (void)state;
    cannot(
        "text,d,D\nbegin_group,g,G\ntext,a,A\nbegin_repeat,r,R\ntext,b,B\nend_repeat,,\ntext,c,C\n"
        "end_group,,\nbegin_group,h,H\ntext,e,E\nend_group,,\n",
        "xlsform.moved", 3);
    cannot(
        "text,n,N\nbegin_group,g,G\ntext,a,A\nbegin_repeat,r,R\ntext,b,B\nend_repeat,,\ntext,c,C\n"
        "end_group,,\ntext,d,D\nbegin_group,h,H\ntext,e,E\nend_group,,\n",
        "xlsform.first", 2);
    cannot("begin_group,g,G\ntext,a,A\nbegin_repeat,r,R\ntext,b,B\nend_repeat,,\ntext,c,C\n"
           "end_group,,\ntext,d,D\ntext,e,E\n",
           "xlsform.heading_gone", 10);
}

static void without_core(void **state)
{
    (void)state;
    struct sheet want = sheet("text,a,A\ntext,b,B\n"), over;
    overlay_make(&over, NULL, &want, false, &count, a, &p);
    assert_string_equal(sheet_to_csv(&over, a).p,
                        "action,after,type,name,label::en\nadd,,text,a,A\nadd,,text,b,B\n");
    assert_int_equal(count.added, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(added, begin, end),
        cmocka_unit_test_setup_teardown(changed, begin, end),
        cmocka_unit_test_setup_teardown(not_to_be_said, begin, end),
        cmocka_unit_test_setup_teardown(without_core, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
