/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/model/sheet.c, sheet_overlay.c
 *  1 headers and languages   2 cells, rows, where they came from   3 files that cannot be read: S63
 *  4 words by language   5 overlay: add, hide, change   6 overlay of nested sheets   7 overlay: faults
 *  8 overlay without an action column   9 appending   10 limits */
#include "harness.h"

#include "small_data.h"

#include "base/buf.h"
#include "model/sheet.h"

static struct arena *a;
static struct dictionary d;
static struct problems p;
static struct sheet_reader in;

static int each_setup(void **state)
{
    (void)state;
    a = arena_new(ARENA_PLAIN);
    d = (struct dictionary){0};
    problems_init(&p, a);
    in = (struct sheet_reader){&d, a, a, &p};
    return 0;
}

static int each_teardown(void **state)
{
    (void)state;
    problems_release(&p);
    arena_free(a);
    return 0;
}

static struct sheet sheet(const char *file, const char *text)
{
    struct sheet s;
    assert_true(sheet_read(&s, &in, file, text_of(text)));
    return s;
}

/* All rows that are not hidden, cells of one column, joined by blanks. */
static const char *column(const struct sheet *s, const char *name)
{
    const char *out = "";
    for (size_t i = 0; i < s->n_row; i++)
        if (!s->row[i].hidden)
            out = arena_printf(a, "%s%s%s", out, *out == '\0' ? "" : " ",
                               sheet_cell(&s->row[i], sheet_column(s, name)).s);
    return out;
}

static void headers(void **state)
{
    (void)state;
    struct sheet s = sheet(
        "a.csv",
        "name, label::English (en) ,label::Português (pt),label::fr,bind::thb:x,hint::(de)\nF\n");
    static const char *const want[] = {"name",      "label::en",   "label::pt",
                                       "label::fr", "bind::thb:x", "hint::de"};
    assert_int_equal(s.n_column, 6);
    for (size_t i = 0; i < 6; i++) assert_string_equal(s.column[i], want[i]);
    assert_string_equal(s.header[1], "label::English (en)");
    assert_int_equal(d.n_language, 4);
    assert_string_equal(d.language[1], "pt");
    assert_string_equal(d.language_name[1], "Português");
    assert_null(d.language_name[2]);
    small_expect(&p, NULL);
}

static void bad_headers(void **state)
{
    (void)state;
    struct sheet s = sheet("a.csv", "name,label::English,name,,x\nF,,,b,y\n");
    small_expect(&p, "E a.csv:1:label::English sheet.bad_language",
                 "E a.csv:1:name sheet.repeated_column", NULL);
    assert_int_equal(sheet_column(&s, "label"), COLUMN_ABSENT);
    assert_string_equal(column(&s, "x"), "y");
    assert_int_equal(sheet_column_required(&s, &in, "nam"), COLUMN_ABSENT);
    assert_string_equal(p.item[2].remedy, "rename the column 'name' to 'nam'");
    assert_int_equal(sheet_column_required(&s, &in, "severity"), COLUMN_ABSENT);
    assert_string_equal(p.item[3].id, "sheet.missing_column");
    assert_string_equal(p.item[3].remedy, "add a column 'severity'");
}

static void too_many_languages(void **state)
{
    (void)state;
    sheet(
        "a.csv",
        "label::a1x (aa),label::(bb),label::(cc),label::(dd),label::(ee),label::(ff),"
        "label::(gg),label::(hh),label::(ii)\n");
    assert_int_equal(d.n_language, LANGUAGES_MAX);
    small_expect(&p, "E a.csv:1:label::(ii) sheet.too_many_languages", NULL);
}

static void rows(void **state)
{
    (void)state;
    struct sheet s =
        sheet("a.csv", "\xEF\xBB\xBFname;note\r\n\r\n F ;\"two\r\nlines\"\r\n;\r\nM;x;\r\n");
    assert_int_equal(s.n_row,
                     2); /* blank rows are passed over; a blank cell too many is no fault */
    assert_string_equal(s.row[0].cell[0].s, "F");
    assert_string_equal(s.row[0].cell[1].s, "two\r\nlines");
    assert_string_equal(s.row[0].cell[0].file, "a.csv");
    assert_int_equal(s.row[0].row, 2);
    assert_int_equal(s.row[1].row, 4);
    assert_string_equal(sheet_cell(&s.row[1], COLUMN_ABSENT).s, "");
    assert_int_equal(sheet_cell(&s.row[1], COLUMN_ABSENT).row, 4);
    small_expect(&p, NULL);
    sheet("b.csv", "name,note\nF,a,b\nM,a\x01\nX\n");
    small_expect(&p, "E b.csv:2: sheet.long_row", "E b.csv:3:note sheet.control_character", NULL);
}

static void unreadable(void **state) /* S63 */
{
    (void)state;
    struct sheet s;
    assert_false(sheet_read(&s, &in, "a.csv", TEXT("")));
    assert_false(sheet_read(&s, &in, "b.csv", TEXT("name,label\nF,Fem\xEDnino\n")));
    assert_false(sheet_read(&s, &in, "c.csv", TEXT("name,label\nF,\"never closed\n")));
    assert_false(sheet_read(&s, &in, "d.csv", TEXT(",,\nF,a,b\n")));
    assert_false(sheet_read(&s, &in, "e.csv", TEXT("name\nF\0\n")));
    small_expect(&p, "E a.csv:1: sheet.no_header", "E b.csv:2: sheet.not_utf8",
                 "E c.csv:0: sheet.unreadable", "E d.csv:1: sheet.no_header",
                 "E e.csv:2: sheet.not_utf8", NULL);
}

static void words(void **state)
{
    (void)state;
    struct sheet s = sheet("a.csv", "name,label::English (en),label::Português (pt)\nF,Female,\n");
    struct sheet_words w = sheet_words(&s, &d, "label");
    struct words got = sheet_words_read(&s.row[0], &w, a);
    assert_string_equal(got.in[0], "Female");
    assert_null(got.in[1]);                                        /* blank is missing */
    struct sheet plain = sheet("b.csv", "name,label\nF,Female\n"); /* without language: the first */
    w = sheet_words(&plain, &d, "label");
    got = sheet_words_read(&plain.row[0], &w, a);
    assert_string_equal(got.in[0], "Female");
}

static void overlay(void **state)
{
    (void)state;
    struct sheet core = sheet("core.csv", "name,label,sort\na,A,1\nb,B,2\nc,C,3\n");
    struct sheet pack =
        sheet("pack.csv", "action,after,name,label,extra\n"
                          "hide,,b,,\nchange,,a,New,x\nchange,,c,[CLEAR],\n"
                          "add,a,a1,A1,y\nadd,,a2,A2,\nadd,,a3,A3,\nadd,a1,a11,A11,\n");
    sheet_overlay(&core, &pack, "name", false, &in);
    small_expect(&p, NULL);
    /* a2 and a3 follow the row added before them; a1 had been put behind a */
    assert_string_equal(column(&core, "name"), "a a1 a11 a2 a3 c");
    assert_string_equal(column(&core, "label"), "New A1 A11 A2 A3 ");
    assert_int_equal(sheet_column(&core, "action"), COLUMN_ABSENT);
    size_t extra = sheet_column(&core, "extra"), sort = sheet_column(&core, "sort");
    assert_string_equal(sheet_cell(&core.row[0], extra).s, "x");
    assert_string_equal(sheet_cell(&core.row[0], sort).s, "1"); /* blank cells leave */
    /* A changed cell is the pack's, its neighbours are the core's. */
    assert_string_equal(sheet_cell(&core.row[0], sheet_column(&core, "label")).file, "pack.csv");
    assert_int_equal(sheet_cell(&core.row[0], sheet_column(&core, "label")).row, 3);
    assert_string_equal(sheet_cell(&core.row[0], sort).file, "core.csv");
    assert_int_equal(core.n_row, 7); /* the hidden one is still there, marked */
}

static void nested(void **state)
{
    (void)state;
    struct sheet core =
        sheet("core.csv", "type,name\ntext,a\nbegin_group,g\ntext,b\nbegin repeat,r\ntext,c\n"
                          "end repeat,\ntext,d\nend_group,\ntext,e\n");
    struct sheet pack =
        sheet("pack.csv", "action,after,type,name\nhide,,,r\nadd,g,text,g1\nadd,,text,last\n");
    sheet_overlay(&core, &pack, "name", true, &in);
    assert_string_equal(column(&core, "name"),
                        "a g g1 last b d  e"); /* r and c hidden; g1 first within g */
    core = sheet("core.csv", "type,name\nbegin_group,g\ntext,b\nend_group,\ntext,e\n");
    pack = sheet("pack.csv", "action,after,type,name\nadd,,text,z\nhide,,,g\n");
    sheet_overlay(&core, &pack, "name", true, &in);
    assert_string_equal(column(&core, "name"), "e z"); /* without `after`: at the end */
    core = sheet("core.csv",
                 "type,name\nbegin_group,g\ntext,b\n"); /* never ends: all is hidden, no crash */
    pack = sheet("pack.csv", "action,type,name\nhide,,g\n");
    sheet_overlay(&core, &pack, "name", true, &in);
    assert_string_equal(column(&core, "name"), "");
    small_expect(&p, NULL);
}

static void faults(void **state)
{
    (void)state;
    struct sheet core = sheet("core.csv", "name,label\nsex,A\nage,B\n");
    struct sheet pack =
        sheet("pack.csv", "action,after,name,label\nhide,,sx,\nchange,,wrong,x\nremove,,sex,\n"
                          ",,sex,\nadd,nowhere,new,N\nadd,,sex,again\nhide,,,\n");
    sheet_overlay(&core, &pack, "name", false, &in);
    small_expect(&p, "E pack.csv:2:name pack.unknown_name", "E pack.csv:3:name pack.unknown_name",
                 "E pack.csv:4:action pack.unknown_action",
                 "E pack.csv:5:action pack.unknown_action", "E pack.csv:6:after pack.unknown_name",
                 "E pack.csv:8:name pack.unknown_name", NULL);
    assert_string_equal(p.item[0].remedy,
                        "use a name of the core, or delete the row"); /* 1 of 2 letters */
    assert_string_equal(column(&core, "name"),
                        "sex age new sex"); /* repeated: the list itself complains */
    struct sheet none = sheet("none.csv", "label\nx\n");
    problems_release(&p);
    problems_init(&p, a);
    sheet_overlay(&core, &none, "name", false, &in);
    small_expect(&p, "E none.csv:1:name sheet.missing_column", NULL);
}

static void without_action(void **state)
{
    (void)state;
    struct sheet core = sheet("core.csv", "name,value\na,1\nb,2\n");
    struct sheet pack = sheet("pack.csv", "name,value\nb,3\nc,4\n");
    sheet_overlay(&core, &pack, "name", false, &in);
    assert_string_equal(column(&core, "name"), "a b c");
    assert_string_equal(column(&core, "value"), "1 3 4");
    struct sheet empty = sheet("core.csv", "name\n"); /* onto nothing */
    sheet_overlay(&empty, &pack, "name", false, &in);
    assert_string_equal(column(&empty, "value"), "3 4");
    small_expect(&p, NULL);
}

static void append(void **state)
{
    (void)state;
    struct sheet one = sheet("one.csv", "id,a\n1,x\n"), two = sheet("two.csv", "b,id\ny,2\n");
    sheet_append(&one, &two, a);
    assert_string_equal(column(&one, "id"), "1 2");
    assert_string_equal(column(&one, "a"), "x ");
    assert_string_equal(sheet_cell(&one.row[1], sheet_column(&one, "b")).file, "two.csv");
    assert_string_equal(sheet_cell(&one.row[0], sheet_column(&one, "b")).s, "");
}

static void limits(void **state)
{
    (void)state;
    struct buf b;
    struct sheet s;
    buf_init(&b, 1 << 20);
    for (int i = 0; i <= SHEET_COLUMNS_MAX; i++) buf_printf(&b, "c%d,", i);
    buf_puts(&b, "\n1\n");
    assert_false(sheet_read(&s, &in, "wide.csv", buf_text(&b)));
    buf_clear(&b);
    buf_puts(&b, "name\n");
    for (int i = 0; i <= SHEET_ROWS_MAX; i++) buf_puts(&b, "a\n");
    assert_false(sheet_read(&s, &in, "long.csv", buf_text(&b)));
    small_expect(&p, "E wide.csv:1: sheet.too_many_columns",
                 "E long.csv:70002: sheet.too_many_rows", NULL);
    buf_release(&b);
}

#define EACH(f) cmocka_unit_test_setup_teardown(f, each_setup, each_teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH(headers),        EACH(bad_headers), EACH(too_many_languages),
        EACH(rows),           EACH(unreadable),  EACH(words),
        EACH(overlay),        EACH(nested),      EACH(faults),
        EACH(without_action), EACH(append),      EACH(limits)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
