/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/intake/findings_file.c
 *  1 the file given back: columns, rows, what is said     2 mended and imported again
 *  3 no cell is a formula, and every cell comes back (S65)     4 workbooks
 *  5 many findings, long cells     6 it appears whole or not at all, readable by its owner alone
 *  (S15) */
#include "harness.h"
#include "intake_data.h"

#include "base/random.h"
#include "intake/cell_read.h"
#include "intake/findings_file.h"
#include "intake/source.h"

#include <sys/stat.h>
#include <unistd.h>

static const char mapping_none[] = "";

/* Import `input` and give it back as `back`; the findings of all rows. */
static const char *give_back(const char *mapping, const char *back, struct arena *a)
{
    struct intake *in;
    struct findings_file *f;
    struct intake_row row;
    struct err e = {0};
    struct buf said;
    size_t n;
    bool found;
    char *bytes = harness_read("input", &n);
    if (!data_open(&in, bytes, n, mapping, &e)) fail_msg("%s: %s", e.id, e.msg);
    free(bytes);
    buf_init(&said, 1 << 20);
    (void)unlink(back);
    if (!findings_file_open(&f, back, in, 0, &e)) fail_msg("%s", e.msg);
    assert_false(harness_exists(back)); /* not before it is whole */
    for (;;) {
        if (!intake_next(in, &row, &found, &e)) fail_msg("%s", e.msg);
        if (!found) break;
        buf_printf(&said, "[%s] ", data_findings(row.findings, a));
        if (!findings_file_put(f, &row, row.findings->n_error > 0 ? "refused" : "new", &e))
            fail_msg("%s", e.msg);
    }
    if (!findings_file_close(f, &e)) fail_msg("%s", e.msg);
    intake_close(in);
    const char *text = arena_copy(a, said.n == 0 ? "" : said.p, said.n);
    buf_release(&said);
    return text;
}

static const char *back_of(const char *file, const char *mapping, struct arena *a)
{
    harness_write_text("input", file);
    (void)give_back(mapping, "back", a);
    size_t n;
    char *bytes = harness_read("back", &n);
    const char *text = arena_copy(a, bytes, n);
    free(bytes);
    return text;
}

#define MARK "\xEF\xBB\xBF"
#define HEAD                                                                           \
    "source_file_no;entry_date;sex;age_at_registration;citizenship;exploitation_form;" \
    "exploitation_country;"                                                            \
    "labour_sector;victim_status;status_decided_by;legal_basis"
#define TAIL ";33;RO;E210;PT;A01;S20;51;LB7"

static void columns_rows_and_what_is_said(void **state)
{
    (void)state;
    struct arena *a = arena_new(ARENA_PLAIN);
    const char *got =
        back_of(HEAD ";notes\r\nR1;2023-05-15;F" TAIL ";a \"b\"\r\nR2;31.2.2023;Q" TAIL "\r\n",
                mapping_none, a);
    static const char first[] =
        MARK "\"source_file_no\";\"entry_date\";\"sex\";\"age_at_registration\";\"citizenship\";"
             "\"exploitation_form\";"
             "\"exploitation_country\";\"labour_sector\";\"victim_status\";\"status_decided_by\";"
             "\"legal_basis\";\"notes\";"
             "\"_errors\"\r\n"
             "\"R1\";\"2023-05-15\";\"F\";\"33\";\"RO\";\"E210\";\"PT\";\"A01\";\"S20\";\"51\";"
             "\"LB7\";\"a \"\"b\"\"\";\"\"\r\n"
             "\"R2\";\"31.2.2023\";\"Q\";\"33\";\"RO\";\"E210\";\"PT\";\"A01\";\"S20\";\"51\";"
             "\"LB7\";\"\";\"[refused] ";
    assert_memory_equal(got, first, sizeof first - 1);
    const char *note = got + sizeof first - 1;
    /* for each: column, rule, what is wrong, what was sent, what to do */
    assert_memory_equal(note, "entry_date: V02 entry_date: ", 28);
    assert_non_null(strstr(note, "(sent: \"\"31.2.2023\"\")"));
    assert_non_null(strstr(note, "YYYY-MM-DD"));
    assert_non_null(strstr(note, " | sex: V01 sex: "));
    assert_non_null(strstr(note, "dcim codes"));
    assert_string_equal(note + strlen(note) - 3, "\"\r\n");
    arena_free(a);
}

static char *replace(const char *text, const char *old, const char *fresh)
{
    const char *at = strstr(text, old);
    assert_non_null(at);
    size_t n = strlen(text) + strlen(fresh) + 1;
    char *out = malloc(n);
    assert_non_null(out);
    (void)snprintf(out, n, "%.*s%s%s", (int)(at - text), text, fresh, at + strlen(old));
    return out;
}

static void mended_and_imported_again(void **state)
{
    (void)state;
    struct arena *a = arena_new(ARENA_PLAIN);
    const char *got = back_of(HEAD ";phone\r\nR1;2023-05-15;F" TAIL
                                   ";'+351912345678\r\nR2;2023-05-15;Q" TAIL ";+351912345679\r\n",
                              mapping_none, a);
    /* unmended it says the same as before, with one column _errors */
    harness_write_text("input", got);
    assert_string_equal(give_back(mapping_none, "again", a), "[] [V01 sex row 3 column 3 'Q'] ");
    size_t n;
    char *again = harness_read("again", &n);
    assert_string_equal(again, got);
    free(again);
    char *mended = replace(got, "\"Q\"", "\"M\"");
    harness_write_text("input", mended);
    assert_string_equal(give_back(mapping_none, "again", a), "[] [] ");
    free(mended);
    arena_free(a);
}

/* What stands beyond the header is given back too, and is too much again until it is mended. */
static void cells_beyond_the_header_are_kept(void **state)
{
    (void)state;
    struct arena *a = arena_new(ARENA_PLAIN);
    const char *got = back_of(HEAD "\r\nR1;2023-05-15;F" TAIL ";;=more\r\n", mapping_none, a);
    assert_non_null(strstr(got, "\"LB7\";\"[refused] V15: "));
    assert_string_equal(got + strlen(got) - 14, ";\"\";\"'=more\"\r\n");
    harness_write_text("input", got);
    assert_string_equal(give_back(mapping_none, "again", a), "[V15 - row 2 column 14] ");
    size_t n;
    char *again = harness_read("again", &n);
    assert_string_equal(again, got);
    free(again);
    arena_free(a);
}

/* Rows that have their references from the position keep them. */
static void positions_are_kept(void **state)
{
    (void)state;
    struct arena *a = arena_new(ARENA_PLAIN);
    struct intake *in;
    struct intake_row row;
    struct err e = {0};
    bool found;
    const char *got =
        back_of("yearOfRegistration,gender\n2016,Femal\n2016,Male\n", "ctdc-extract", a);
    assert_non_null(strstr(got, "\"gender\",\"_position\",\"_errors\"\r\n"));
    harness_write_text("input", got);
    (void)give_back("ctdc-extract", "again", a);
    size_t n;
    char *again = harness_read("again", &n);
    assert_string_equal(again, got);
    free(again);
    char *mended = replace(got, "Femal", "Female");
    assert_true(data_open(&in, mended, strlen(mended), "ctdc-extract", &e));
    for (int i = 2; i <= 3; i++) {
        assert_true(intake_next(in, &row, &found, &e) && found);
        char expected[100];
        (void)snprintf(expected, sizeof expected, "\"%.*s\",", (int)row.reference.n,
                       row.reference.p);
        assert_non_null(strstr(got, expected)); /* though this file has another hash */
    }
    intake_close(in);
    free(mended);
    arena_free(a);
}

/* Whatever stands in the cells: nothing begins like a formula, and all is read as it was. */
static void no_cell_is_a_formula(void **state) /* S65 */
{
    (void)state;
    static const char *const begin[] = {"=",
                                        "+",
                                        "-",
                                        "@",
                                        "|",
                                        "\t=",
                                        " =",
                                        "'",
                                        "'=",
                                        "-5",
                                        "-5,5",
                                        "+351",
                                        "x",
                                        "",
                                        "\xEF\xBB\xBF=",
                                        "\xE2\x80\x8B+",
                                        "\xEF\xBC\x9D",
                                        "\"",
                                        ";",
                                        "0",
                                        "\xC2\xA0@"};
    struct arena *a = arena_new(ARENA_PLAIN);
    struct buf file, back;
    struct random r;
    struct source *s;
    struct source_cells cells;
    struct err e = {0};
    bool found;
    enum { ROWS = 300, COLUMNS = 3 };
    struct text sent[ROWS][COLUMNS];
    random_init(&r, 3);
    buf_init(&file, 1 << 20);
    buf_init(&back, 1 << 20);
    buf_puts(&file, "source_file_no,'=case_code,victim_code\r\n");
    for (int i = 0; i < ROWS; i++) {
        for (int k = 0; k < COLUMNS; k++) {
            size_t b = random_below(&r, sizeof begin / sizeof begin[0]);
            const char *text =
                arena_printf(a, "%s%s", begin[b], random_below(&r, 3) == 0 ? "" : "1+1");
            sent[i][k] = k == 0 ? text_of(arena_printf(a, "R%d%s", i, text)) : text_of(text);
            csv_put(&file, sent[i][k], ',', CSV_MACHINE, k == 0);
        }
        csv_end_row(&file);
    }
    harness_write("input", file.p, file.n);
    (void)give_back(mapping_none, "back", a);
    struct source_options o = {.path = "back", .sheet = "", .converter = data_self()};
    assert_true(source_open(&s, &o, &e));
    assert_true(source_next(s, &cells, &found, &e));
    assert_true(text_is(cells.cell[1], "'=case_code"));
    for (int i = 0; i < ROWS; i++) {
        assert_true(source_next(s, &cells, &found, &e) && found);
        assert_int_equal(cells.n_cell > 2, true);
        for (int k = 0; k < COLUMNS; k++) {
            double number;
            bool is_number = text_to_double(cells.cell[k], &number);
            if (csv_is_formula(cells.cell[k]) && !is_number)
                fail_msg("'%.*s'", (int)cells.cell[k].n, cells.cell[k].p);
            if (!text_equal(cell_text(cells.cell[k]), cell_text(sent[i][k])))
                fail_msg("'%.*s' became '%.*s'", (int)sent[i][k].n, sent[i][k].p,
                         (int)cells.cell[k].n, cells.cell[k].p);
        }
    }
    source_close(s);
    buf_release(&file);
    buf_release(&back);
    arena_free(a);
}

/* ---- 4 workbooks ---- */

#define STR(ref, text) "<c r=\"" ref "\" t=\"inlineStr\"><is><t>" text "</t></is></c>"

static const char *cells_of_workbook(const char *path, const char **sheet, struct arena *a)
{
    struct source *s;
    struct source_cells row;
    struct err e = {0};
    struct buf out;
    bool found;
    struct source_options o = {.path = path, .sheet = "", .converter = data_self()};
    if (!source_open(&s, &o, &e)) fail_msg("%s", e.msg);
    *sheet = arena_copy(a, source_sheet(s), strlen(source_sheet(s)));
    buf_init(&out, 1 << 20);
    for (;;) {
        if (!source_next(s, &row, &found, &e)) fail_msg("%s", e.msg);
        if (!found) break;
        for (size_t i = 0; i < row.n_cell; i++) {
            assert_false(row.formula[i]);
            buf_printf(&out, "%s%.*s", i > 0 ? "|" : "",
                       (int)(row.cell[i].n < 30 ? row.cell[i].n : 30), row.cell[i].p);
        }
        buf_puts(&out, "\n");
    }
    source_close(s);
    const char *text = arena_copy(a, out.p, out.n);
    buf_release(&out);
    return text;
}

static void a_workbook_comes_back_as_workbook(void **state)
{
    (void)state;
    struct arena *a = arena_new(ARENA_PLAIN);
    const char *sheet;
    data_workbook(
        "input",
        &(struct workbook_parts){
            .rows = "<row>" STR("A1", "source_file_no") STR("B1", "sex") STR("D1", "case_code")
                STR("E1", "_errors") "</row>"
                                     "<row>" STR("A2", "R1")
                                         STR("B2", "F") "<c r=\"D2\"><f>1+1</f><v>2</v></c>" STR(
                                             "E2", "old") "</row>"
                                                          "<row>" STR("A3", "R2") STR("B3", "Q")
                                                              STR("D3", "=1+1") "</row>"});
    assert_non_null(strstr(give_back(mapping_none, "back.xlsx", a), "V01 sex row 3 column 2 'Q'"));
    const char *got = cells_of_workbook("back.xlsx", &sheet, a);
    assert_string_equal(sheet, "data");
    assert_true(
        strncmp(got,
                "source_file_no|sex||case_code|_errors\nR1|F||2|[refused] case_code: V09 case_",
                60) == 0);
    assert_non_null(strstr(got, "\nR2|Q||=1+1|[refused] sex: V01 sex: The co"));
    /* and once more, as it is */
    size_t n;
    char *bytes = harness_read("back.xlsx", &n);
    harness_write("input", bytes, n);
    free(bytes);
    const char *said = give_back(mapping_none, "again.xlsx", a);
    assert_null(strstr(said, "V09")); /* the formula became its value */
    assert_non_null(strstr(said, "V01 sex row 3 column 2 'Q'"));
    arena_free(a);
}

/* Sheets may be called anything in a file that nobody checked; cells may be longer than allowed. */
static void odd_workbooks(void **state)
{
    (void)state;
    static const char *const names[][2] = {{"Casos 2023", "Casos 2023"},
                                           {"a/b", "data"},
                                           {"'x", "data"},
                                           {"this name is longer than any sheet may be", "data"}};
    struct arena *a = arena_new(ARENA_PLAIN);
    struct buf b, text;
    const char *sheet;
    buf_init(&b, 1 << 24);
    buf_init(&text, 1 << 24);
    for (int i = 0; i < 40000; i++) buf_puts(&text, "\xC3\xA9");
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *book = arena_printf(
            a,
            "<workbook><sheets><sheet name=\"%s\" sheetId=\"1\" r:id=\"a\"/></sheets></workbook>",
            names[i][0]);
        const char *rows =
            arena_printf(a,
                         "<worksheet><sheetData><row>" STR("A1", "source_file_no")
                             STR("B1", "x") "</row>"
                                            "<row>" STR("A2", "R1")
                                                STR("B2", "%s") "</row></sheetData></worksheet>",
                         text.p);
        static const char package[] =
            "<Relationships><Relationship Id=\"1\" Type=\"x/officeDocument\" Target=\"w.xml\"/>"
            "</Relationships>";
        static const char relations[] =
            "<Relationships><Relationship Id=\"a\" Type=\"x/worksheet\" Target=\"xl/s.xml\"/>"
            "</Relationships>";
        struct zip_part part[] = {
            {.name = "_rels/.rels", .data = package, .n = sizeof package - 1},
            {.name = "w.xml", .data = book, .n = strlen(book)},
            {.name = "_rels/w.xml.rels", .data = relations, .n = sizeof relations - 1},
            {.name = "xl/s.xml", .data = rows, .n = strlen(rows), .stored = true}};
        buf_clear(&b);
        zip_build(&b, part, 4);
        harness_write("input", b.p, b.n);
        (void)give_back(mapping_none, "back.xlsx", a);
        assert_true(strncmp(cells_of_workbook("back.xlsx", &sheet, a),
                            "source_file_no|x|_errors\nR1|\xC3\xA9", 29) == 0);
        assert_string_equal(sheet, names[i][1]);
    }
    buf_release(&b);
    buf_release(&text);
    arena_free(a);
}

/* ---- 5 and 6 ---- */

static void many_findings_in_one_row(void **state)
{
    (void)state;
    struct arena *a = arena_new(ARENA_PLAIN);
    struct buf file;
    buf_init(&file, 1 << 20);
    buf_puts(&file, "source_file_no");
    for (int i = 1; i <= 100; i++)
        buf_printf(&file, ",exploitation_form_%d,exploitation_country_%d,labour_sector_%d", i, i,
                   i);
    buf_puts(&file, "\nR1");
    for (int i = 0; i < 300; i++) buf_puts(&file, ",unheard of");
    buf_puts(&file, "\n");
    const char *got = back_of(file.p, mapping_none, a);
    const char *note = strstr(got, "[refused]");
    assert_non_null(note);
    assert_true(strlen(note) < 30100); /* fits a cell */
    assert_non_null(strstr(note, " more\"\r\n"));
    buf_release(&file);
    arena_free(a);
}

static void whole_or_not_at_all(void **state) /* S15 */
{
    (void)state;
    struct intake *in;
    struct findings_file *f = NULL;
    struct intake_row row;
    struct err e = {0};
    struct stat st;
    bool found;
    static const char file[] = "source_file_no,sex\nR1,F\n";
    for (int workbook = 0; workbook < 2; workbook++) {
        if (workbook) {
            data_workbook("input",
                          &(struct workbook_parts){
                              .rows =
                                  "<row>" STR("A1", "sex") "</row><row>" STR("A2", "F") "</row>"});
            size_t n;
            char *bytes = harness_read("input", &n);
            assert_true(data_open(&in, bytes, n, "", &e));
            free(bytes);
        } else {
            assert_true(data_open(&in, file, sizeof file - 1, "", &e));
        }
        assert_true(findings_file_open(&f, "never", in, 0, &e));
        assert_true(intake_next(in, &row, &found, &e) && found);
        assert_true(findings_file_put(f, &row, "new", &e));
        findings_file_abandon(f);
        assert_false(harness_exists("never"));
        assert_true(findings_file_open(&f, "kept", in, 0, &e));
        assert_true(findings_file_close(f, &e));
        assert_int_equal(stat("kept", &st), 0);
        assert_int_equal(st.st_mode & 0777, 0600);
        assert_false(findings_file_open(&f, "no/such/folder/back", in, 0, &e));
        assert_true(strlen(e.msg) > 0);
        err_clear(&e);
        intake_close(in);
    }
    findings_file_abandon(NULL);
}

int main(int argc, char **argv)
{
    data_child(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_rows_and_what_is_said),
        cmocka_unit_test(mended_and_imported_again),
        cmocka_unit_test(cells_beyond_the_header_are_kept),
        cmocka_unit_test(positions_are_kept),
        cmocka_unit_test(no_cell_is_a_formula),
        cmocka_unit_test(a_workbook_comes_back_as_workbook),
        cmocka_unit_test(odd_workbooks),
        cmocka_unit_test(many_findings_in_one_row),
        cmocka_unit_test(whole_or_not_at_all),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    data_release();
    return failed;
}
