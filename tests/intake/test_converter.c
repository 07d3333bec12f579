/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/intake/converter.c and converter_child.c; the child is this program itself
 *  1 a workbook, row by row     2 sheets by name, hidden ones     3 hostile workbooks (S68, S69,
 *  S71, S75)
 *  4 children that die, hang or lie     5 nothing stays behind: no process, no descriptor
 *  6 memory of the parent is bounded (S75)     7 CSV files: how they are read, what is refused, and
 *  that
 *  the place in a shared file is left alone (S68)     8 the names of sheets */
#include "harness.h"
#include "intake_data.h"

#include "base/mem.h"
#include "base/random.h"
#include "intake/converter.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

static bool begin(struct converter **c, const char *kind, const char *sheet, int silence_ms,
                  struct err *e)
{
    int fd = open("book", O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    struct converter_options o = {
        .program = data_self(), .kind = kind, .sheet = sheet, .file = fd, .silence_ms = silence_ms};
    bool ok = converter_start(c, &o, e);
    close(fd);
    return ok;
}

/* Everything the child says: "name 1904; 1:a,b; 2h:=c; " or the error's id. */
static const char *listing(const char *kind, const char *sheet, int silence_ms, struct err *e)
{
    static char text[4000];
    struct converter *c;
    struct converter_sheet s;
    struct converter_row row;
    struct err again = {0};
    bool found;
    size_t n = 0;
    err_clear(e);
    assert_true(begin(&c, kind, sheet, silence_ms, e));
    bool ok = converter_sheet(c, &s, e);
    if (ok)
        n = (size_t)snprintf(text, sizeof text, "%.*s%s%s; ", (int)s.name.n, s.name.p,
                             s.system_1904 ? " 1904" : "", s.external_links ? " links" : "");
    while (ok && (ok = converter_next(c, &row, &found, e)) && found) {
        n += (size_t)snprintf(text + n, sizeof text - n, "%llu%s:", (unsigned long long)row.row,
                              row.hidden ? "h" : "");
        for (size_t i = 0; i < row.n_field; i++)
            n += (size_t)snprintf(text + n, sizeof text - n, "%s%s%.*s", i > 0 ? "," : "",
                                  row.formula[i] ? "=" : "", (int)row.field[i].n, row.field[i].p);
        n += (size_t)snprintf(text + n, sizeof text - n, "; ");
        assert_true(n < sizeof text);
    }
    if (ok) {
        assert_true(converter_next(c, &row, &found, e) && !found); /* and so on */
    } else {
        assert_false(converter_next(c, &row, &found, &again)); /* it says the same again */
        assert_string_equal(again.msg, e->msg);
    }
    converter_stop(c);
    assert_false(data_has_children());
    return ok ? text : e->id;
}

#define ROW(r, cells) "<row r=\"" r "\">" cells "</row>"
#define STR(ref, text) "<c r=\"" ref "\" t=\"inlineStr\"><is><t>" text "</t></is></c>"

/* ---- 1 and 2 ---- */

static void rows_of_a_workbook(void **state)
{
    (void)state;
    struct err e = {0};
    data_workbook(
        "book",
        &(struct workbook_parts){
            .rows =
                ROW("1", STR("A1", "a")
                             STR("C1", "\xC3\xA9")) "<row r=\"3\" hidden=\"1\"><c "
                                                    "r=\"B3\"><f>1+1</f><v>2</v></c><"
                                                    "/row>" ROW("7", "<c r=\"A7\"><f>NOW()</f></c>")
                                                        ROW("9", "")});
    assert_string_equal(listing("xlsx", "", 0, &e), "data; 1:a,,\xC3\xA9; 3h:,=2; 7:=; ");
    data_workbook("book", &(struct workbook_parts){.rows = "", .properties = "date1904=\"1\""});
    assert_string_equal(listing("xlsx", "", 0, &e), "data 1904; ");
}

static void sheets(void **state)
{
    (void)state;
    struct err e = {0};
    data_workbook("book", &(struct workbook_parts){.rows = ROW("1", STR("A1", "a")),
                                                   .sheet_state = "hidden"});
    assert_string_equal(listing("xlsx", "", 0, &e), "converter.refused");
    assert_non_null(strstr(e.msg, "no visible sheet"));
    assert_string_equal(listing("xlsx", "data", 0, &e), "data; 1:a; "); /* named, it is read */
    assert_string_equal(listing("xlsx", "Data", 0, &e), "converter.refused");
    assert_non_null(strstr(e.remedy, "data"));
    assert_string_equal(listing("ods", "", 0, &e), "converter.refused");
    assert_non_null(strstr(e.msg, "converter.kind"));
}

/* ---- 3 hostile workbooks ---- */

static void refused(const char *why)
{
    struct err e = {0};
    double start = harness_seconds();
    const char *got = listing("xlsx", "", 0, &e);
    if (strcmp(got, "converter.refused") != 0 || strstr(e.msg, why) == NULL)
        fail_msg("%s: %s %s", why, got, e.msg);
    assert_int_equal(e.code, ERR_INPUT);
    if (strlen(e.remedy) == 0) fail_msg("%s has no remedy", why);
    assert_true(harness_seconds() - start < 10); /* S75 */
}

static void hostile_workbooks(void **state) /* S68 S69 S75 */
{
    (void)state;
    enum { MIB = 1 << 20 };
    char *big = malloc(40 * MIB);
    assert_non_null(big);
    memset(big, ' ', 40 * MIB);

    struct zip_part bomb[] = {{.name = "xl/worksheets/sheet1.xml", .data = big, .n = 40 * MIB}};
    struct buf b;
    buf_init(&b, 256 * MIB);
    zip_build(&b, bomb, 1);
    harness_write("book", b.p, b.n);
    refused("xlsx.zip_bomb");

    struct zip_part locked[] = {{.name = "xl/workbook.xml", .data = "x", .n = 1, .flags = 1}};
    buf_clear(&b);
    zip_build(&b, locked, 1);
    harness_write("book", b.p, b.n);
    refused("xlsx.encrypted");

    data_workbook("book",
                  &(struct workbook_parts){
                      .sheet =
                          "<!DOCTYPE x [<!ENTITY a \"b\">]><worksheet><sheetData><row><c><v>&a;"
                          "</v></c></row></sheetData></worksheet>"});
    refused("xlsx.doctype");

    size_t n;
    data_workbook("book", &(struct workbook_parts){.rows = ROW("1", STR("A1", "a"))});
    char *whole = harness_read("book", &n);
    for (size_t cut = n - 1; cut > n - 12; cut--) {
        struct err e = {0};
        harness_write("book", whole, cut);
        assert_string_equal(listing("xlsx", "", 0, &e), "converter.refused");
    }
    harness_write("book", "PK\x03\x04", 4);
    refused("xlsx.");

    /* a cell of 10 MB, and a row of many cells of 100 KB; stored, or it would be a bomb */
    memset(big, 'x', 10 * MIB);
    buf_clear(&b);
    buf_puts(&b, "<worksheet><sheetData><row><c t=\"inlineStr\"><is><t>");
    buf_put(&b, big, 10 * MIB);
    buf_puts(&b, "</t></is></c></row></sheetData></worksheet>");
    data_workbook("book", &(struct workbook_parts){.sheet = b.p});
    struct err e = {0};
    assert_string_equal(listing("xlsx", "", 0, &e), "converter.refused");
    free(whole);
    free(big);
    buf_release(&b);
}

static void a_row_over_the_limit(void **state) /* S70 */
{
    (void)state;
    struct buf b;
    struct err e = {0};
    struct random r;
    random_init(&r, 1);
    buf_init(&b, 64 << 20);
    buf_puts(&b, "<row>");
    for (int i = 0; i < 100; i++) { /* 100 cells of 100,000 random letters: 10 MB, and no bomb */
        buf_puts(&b, "<c t=\"str\"><v>");
        for (int k = 0; k < 100000; k++) buf_putc(&b, (char)('a' + random_below(&r, 26)));
        buf_puts(&b, "</v></c>");
    }
    buf_puts(&b, "</row>");
    data_workbook("book", &(struct workbook_parts){.rows = b.p});
    buf_release(&b);
    const char *got = listing("xlsx", "", 0, &e);
    if (strstr(e.msg, "xlsx.row_too_long") == NULL) fail_msg("%s %s", got, e.msg);
}

/* ---- 4 children that die, hang or lie ---- */

static void check_child(const char *kind, const char *word, int silence_ms, const char *id,
                        const char *words)
{
    struct err e = {0};
    const char *got = listing(kind, word, silence_ms, &e);
    if (strcmp(got, id) != 0 || strstr(e.msg, words) == NULL)
        fail_msg("%s %s: %s %s", kind, word, got, e.msg);
    assert_int_equal(e.code, ERR_INPUT);
    assert_true(strlen(e.remedy) > 0);
}

static void children_that_die(void **state) /* S71 */
{
    (void)state;
    data_workbook("book", &(struct workbook_parts){.rows = ""});
    check_child("exit", "0", 0, "converter.died", "without saying why");
    check_child("exit", "5", 0, "converter.died", "more memory");
    check_child("signal", "9", 0, "converter.died", "crashed, or was killed");
    check_child("signal", "15", 0, "converter.died", "crash");
    check_child("spin", "", 50000, "converter.died", "20 seconds");
    check_child("socket", "", 0, "converter.died", "may not do");
    check_child("say", "07000000 01 00 00 6461 7461", 0, "converter.died",
                "without saying why"); /* in the middle */
}

static void children_that_hang(void **state)
{
    (void)state;
    double start = harness_seconds();
    check_child("silent", "", 200, "converter.silent", "too long");
    check_child("dribble", "", 300, "converter.silent",
                "too long"); /* a byte now and then is no message */
    check_child("say-and-stay", "07000000 01 00 00 6461 7461", 20000, "converter.died",
                "crashed, or was killed");
    check_child("say-and-stay", "05000000 01 00", 20000, "converter.died",
                "crashed, or was killed");
    assert_true(harness_seconds() - start < 8);
}

/* A machine with other work: what is slow for want of a processor is waited for. */
static void children_that_are_starved(void **state)
{
    (void)state;
    struct err e = {0};
    data_workbook("book", &(struct workbook_parts){.rows = ""});
    assert_string_equal(listing("starve", "", 1000, &e), "data; ");
    check_child("starve", "", 60, "converter.silent",
                "too long"); /* 60 ms of work come before its word */
}

static void children_that_lie(void **state)
{
    (void)state;
#define SHEET "07000000 01 00 00 6461 7461 "
    static const char *const lies[] = {
        "00000000",    /* no kind */
        "FFFFFFFF 01", /* longer than any message */
        "FFFFFF7F 01",
        "01000000 09",                                    /* no such kind */
        "01000000 04",                                    /* the end before the sheet */
        "02000000 01 00",                                 /* a sheet cut short */
        "05000000 01 00 00 FF FE",                        /* its name is not UTF-8 */
        SHEET SHEET,                                      /* two of them */
        SHEET "02000000 04 00",                           /* an end with something behind */
        SHEET "0E000000 02 0000000000000000 00 00000000", /* row 0 */
        SHEET "0E000000 02 0100100000000000 00 00000000", /* row 1048577 */
        SHEET
        "0E000000 02 0200000000000000 00 00000000 0E000000 02 0200000000000000 00 00000000", /* row 2 twice */
        SHEET "0E000000 02 0100000000000000 00 D1070000", /* 2,001 cells */
        SHEET "0E000000 02 0100000000000000 00 FFFFFFFF",
        SHEET "0E000000 02 0100000000000000 00 01000000", /* a cell that is not there */
        SHEET
        "13000000 02 0100000000000000 00 01000000 00 FFFFFFFF", /* a cell longer than its message */
        SHEET "14000000 02 0100000000000000 00 01000000 00 01000000 FF", /* not UTF-8 */
        SHEET "14000000 02 0100000000000000 00 01000000 00 01000000 00", /* NUL */
        SHEET "0F000000 02 0100000000000000 00 00000000 00", /* something behind the row */
        "04000000 03 61 62 63",                              /* a failure that does not end */
        "05000000 03 61 00 62 00",                           /* two words, not three */
        "08000000 03 61 00 62 00 63 00 64",                  /* and more behind */
    };
    for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++)
        check_child("say", lies[i], 0, "converter.message", "nonsense");
    /* words that would steer a terminal are tamed */
    struct err e = {0};
    assert_string_equal(listing("say", "0C000000 03 61 00 1B5B324A 0A 00 07 78 00", 0, &e),
                        "converter.refused");
    assert_string_equal(e.msg, " [2J  (a)");
    assert_string_equal(e.remedy, " x");
}

static void a_program_that_is_not_there(void **state)
{
    (void)state;
    struct converter *c = NULL;
    struct err e = {0};
    size_t before = data_descriptors();
    struct converter_options o = {.program = "/no/such/program",
                                  .kind = "xlsx",
                                  .sheet = "",
                                  .file = STDIN_FILENO};
    assert_false(converter_start(&c, &o, &e));
    assert_string_equal(e.id, "converter.start");
    assert_int_equal(e.code, ERR_SYSTEM);
    assert_true(strlen(e.remedy) > 0);
    assert_int_equal(data_descriptors(), before);
    assert_false(data_has_children());
    converter_stop(NULL);
}

/* ---- 5 and 6 ---- */

static void nothing_stays_behind(void **state)
{
    (void)state;
    struct err e = {0};
    struct converter *c;
    struct converter_row row;
    bool found;
    data_workbook("book", &(struct workbook_parts){.rows = ROW("1", STR("A1", "a"))
                                                       ROW("2", STR("A2", "b"))});
    size_t before = data_descriptors();
    for (int i = 0; i < 20; i++) {
        assert_true(begin(&c, "xlsx", "", 0, &e)); /* stopped before, while and after it speaks */
        for (int k = 0; k < i % 4; k++) assert_true(converter_next(c, &row, &found, &e));
        converter_stop(c);
        listing("say", "00", 0, &e);
        listing("exit", "1", 0, &e);
    }
    assert_int_equal(data_descriptors(), before);
    assert_false(data_has_children());
    /* the child has the file, the pipe and a place to throw words away, and nothing else of ours */
    assert_true(begin(&c, "flood", "100", 0, &e));
    assert_true(converter_next(c, &row, &found, &e) && found);
    assert_int_equal(row.field[0].n, 100);
    converter_stop(c);
}

static void memory_of_the_parent_is_bounded(void **state) /* S75 */
{
    (void)state;
    struct rusage before, after;
    struct err e = {0};
    struct converter *c;
    struct converter_row row;
    bool found;
    data_workbook("book", &(struct workbook_parts){.rows = ""});
    getrusage(RUSAGE_SELF, &before);
    assert_true(begin(&c, "flood", "8000000", 0, &e)); /* rows as long as a row may be */
    for (int i = 0; i < 40; i++) {
        if (!converter_next(c, &row, &found, &e)) fail_msg("%s", e.msg);
        assert_true(found && row.field[0].n == 8000000);
    }
    converter_stop(c);
    assert_true(begin(&c, "flood", "8400000", 0, &e)); /* and longer */
    assert_false(converter_next(c, &row, &found, &e));
    assert_string_equal(e.id, "converter.message");
    converter_stop(c);
    getrusage(RUSAGE_SELF, &after);
    if (!harness_sanitized()) assert_true(after.ru_maxrss - before.ru_maxrss < 40 * 1024); /* KiB */
}

/* ---- 7 and 8 ---- */

/* "windows-1250 ;: 1:a,b; " or the error's id. */
static const char *csv_listing(const char *bytes, size_t n, struct csv_options csv, struct err *e)
{
    static char text[4000];
    struct converter *c;
    struct converter_text how;
    struct converter_row row;
    bool found;
    harness_write("rows", bytes, n);
    int fd = open("rows", O_RDONLY | O_CLOEXEC);
    assert_int_equal(lseek(fd, 3, SEEK_SET), 3);
    struct converter_options o = {.program = data_self(), .kind = "csv", .csv = csv, .file = fd};
    err_clear(e);
    assert_true(converter_start(&c, &o, e));
    bool ok = converter_text(c, &how, e);
    size_t at = !ok ? 0
                    : (size_t)snprintf(text, sizeof text,
                                       "%s %c: ", csv_encoding_name(how.encoding), how.separator);
    while (ok && (ok = converter_next(c, &row, &found, e)) && found) {
        at += (size_t)snprintf(text + at, sizeof text - at, "%llu:", (unsigned long long)row.row);
        for (size_t i = 0; i < row.n_field; i++)
            at += (size_t)snprintf(text + at, sizeof text - at, "%s%.*s", i > 0 ? "|" : "",
                                   (int)row.field[i].n, row.field[i].p);
        at += (size_t)snprintf(text + at, sizeof text - at, "; ");
    }
    converter_stop(c);
    assert_int_equal(lseek(fd, 0, SEEK_CUR), 3);
    close(fd);
    assert_false(data_has_children());
    return ok ? text : e->id;
}

#define CSV(bytes, ...) csv_listing(bytes, sizeof(bytes) - 1, (struct csv_options){__VA_ARGS__}, &e)

static void csv_files(void **state) /* S68 */
{
    (void)state;
    struct err e = {0};
    assert_string_equal(CSV("a;b\n1;\"x;y\"\n\n3\n", 0), "utf-8 ;: 1:a|b; 2:1|x;y; 3:3; ");
    assert_string_equal(CSV("a,b;c\n1,2;3\n", .separator = ';'), "utf-8 ;: 1:a,b|c; 2:1,2|3; ");
    /* letters of other encodings, within the child that may open no file */
    assert_string_equal(CSV("a\n\xB3\xF3\x9C\n", .encoding = CSV_WINDOWS1250),
                        "windows-1250 ,: 1:a; 2:\xC5\x82\xC3\xB3\xC5\x9B; ");
    assert_string_equal(CSV("a\n\xE3\n", .encoding = CSV_WINDOWS1252),
                        "windows-1252 ,: 1:a; 2:\xC3\xA3; ");
    assert_string_equal(CSV("\xFF\xFE"
                            "a\0,\0b\0\n\0",
                            0),
                        "utf-16le ,: 1:a|b; ");
    assert_string_equal(CSV("a\n\"never closed\n", 0), "converter.refused");
    assert_non_null(strstr(e.msg, "csv.quote"));
    assert_string_equal(CSV("a\n\xC3\x28\n", .encoding = CSV_UTF8), "converter.refused");
    assert_non_null(strstr(e.msg, "csv.encoding"));
    assert_true(strlen(e.remedy) > 0);
}

static void names_of_sheets(void **state)
{
    (void)state;
    struct err e = {0};
    struct converter *c;
    struct converter_sheet s;
    const struct converter_sheet_name *names;
    data_workbook("book", &(struct workbook_parts){.rows = ROW("1", STR("A1", "a"))});
    assert_true(begin(&c, "xlsx", "", 0, &e));
    assert_true(converter_sheet(c, &s, &e));
    assert_int_equal(converter_sheets(c, &names), 1);
    assert_true(text_is(names[0].name, "data") && !names[0].hidden);
    converter_stop(c);
}

int main(int argc, char **argv)
{
    data_child(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(csv_files),
        cmocka_unit_test(names_of_sheets),
        cmocka_unit_test(rows_of_a_workbook),
        cmocka_unit_test(sheets),
        cmocka_unit_test(hostile_workbooks),
        cmocka_unit_test(a_row_over_the_limit),
        cmocka_unit_test(children_that_die),
        cmocka_unit_test(children_that_hang),
        cmocka_unit_test(children_that_are_starved),
        cmocka_unit_test(children_that_lie),
        cmocka_unit_test(a_program_that_is_not_there),
        cmocka_unit_test(nothing_stays_behind),
        cmocka_unit_test(memory_of_the_parent_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
