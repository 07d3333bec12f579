/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/intake/source.c
 *  1 by content, not by name     2 files that are none, and kinds that cannot be read
 *  3 rows with nothing in them, cells behind the last     4 encodings with real words, separators,
 *  line ends
 *  5 hidden rows of a workbook     6 a file that changes     7 what is told of it */
#include "harness.h"
#include "intake_data.h"

#include "intake/source.h"

#include <sys/stat.h>
#include <unistd.h>

static bool open_at(struct source **s, const char *path, struct err *e)
{
    struct source_options o = {.path = path, .sheet = "", .converter = data_self()};
    return source_open(s, &o, e);
}

/* Rows as "1:a,b; 3:c; ". */
static const char *rows_of(const char *path, const char *encoding, char separator)
{
    static char text[8000];
    struct source *s;
    struct err e = {0};
    struct source_cells row;
    bool found;
    size_t n = 0;
    if (!open_at(&s, path, &e)) fail_msg("%s", e.msg);
    for (;;) {
        if (!source_next(s, &row, &found, &e)) fail_msg("%s", e.msg);
        if (!found) break;
        n += (size_t)snprintf(text + n, sizeof text - n, "%llu:", (unsigned long long)row.row);
        for (size_t i = 0; i < row.n_cell; i++)
            n += (size_t)snprintf(text + n, sizeof text - n, "%s%.*s", i > 0 ? "|" : "",
                                  (int)row.cell[i].n, row.cell[i].p);
        n += (size_t)snprintf(text + n, sizeof text - n, "; ");
        assert_true(n < sizeof text);
    }
    struct json *j = json_object();
    source_describe(s, j);
    assert_string_equal(json_get_text(j, "encoding", ""), encoding);
    assert_int_equal(source_separator(s), separator);
    assert_int_equal(source_bytes_read(s), source_bytes_total(s));
    assert_string_equal(source_sheet(s), "");
    json_free(j);
    source_close(s);
    return text;
}

#define CHECK(bytes, encoding, separator, expected)                             \
    do {                                                                        \
        harness_write("f", (bytes), sizeof(bytes) - 1);                         \
        assert_string_equal(rows_of("f", (encoding), (separator)), (expected)); \
    } while (0)

static void rows_and_cells(void **state)
{
    (void)state;
    CHECK("a,b\n1,2\n", "utf-8", ',', "1:a|b; 2:1|2; ");
    CHECK("a,b\n,\n \t,\n1,2,,\n\n\n3", "utf-8", ',', "1:a|b; 4:1|2; 5:3; ");
    CHECK("a\r\n\"x\r\ny\"\r\n", "utf-8", ',', "1:a; 2:x\r\ny; ");
    CHECK("a,b\r1,2\r", "utf-8", ',', "1:a|b; 2:1|2; ");
    CHECK("sep=;\na;b,c\n", "utf-8", ';', "1:a|b,c; ");
    CHECK("a\tb\n1\t2\n", "utf-8", '\t', "1:a|b; 2:1|2; ");
    CHECK("\xEF\xBB\xBF"
          "a;b\n\"say \"\"no\"\"\";2",
          "utf-8", ';', "1:a|b; 2:say \"no\"|2; ");
}

/* Each encoding's bytes of words that other encodings would turn into something else. */
static void encodings_with_real_words(void **state)
{
    (void)state;
    CHECK("nome;cidade\nJo\xE3o Gon\xE7"
          "alves;Set\xFA"
          "bal\nConcei\xE7\xE3o;\xC9vora\n",
          "windows-1252", ';',
          "1:nome|cidade; 2:Jo\xC3\xA3o Gon\xC3\xA7"
          "alves|Set\xC3\xBA"
          "bal; 3:Concei\xC3\xA7\xC3\xA3o|\xC3\x89vora; ");
    /* Łukasz Żółć, Wałęsa, Kraków: Ż is AF in both, Ł A3 in both, ś 9C in windows-1250 and B6 in
     * ISO 8859-2 */
    CHECK("imi\xEA;miasto\n\xA3ukasz \xAF\xF3\xB3\xE6;Krak\xF3w\nWa\xB3\xEAsa;"
          "\x8Cwi\xEAtokrzyskie\nMa\xB3gosia;Gda\xF1sk\n",
          "windows-1250", ';',
          "1:imi\xC4\x99|miasto; 2:\xC5\x81ukasz \xC5\xBB\xC3\xB3\xC5\x82\xC4\x87|Krak\xC3\xB3w; "
          "3:Wa\xC5\x82\xC4\x99sa|\xC5\x9Awi\xC4\x99tokrzyskie; 4:Ma\xC5\x82gosia|Gda\xC5\x84sk; ");
    CHECK("imi\xEA;miasto\n\xA3ukasz \xAF\xF3\xB3\xE6;Krak\xF3w\nWa\xB3\xEAsa;"
          "\xA6wi\xEAtokrzyskie\nMa\xB3gosia;\xA6l\xB1sk\n",
          "iso-8859-2", ';',
          "1:imi\xC4\x99|miasto; 2:\xC5\x81ukasz \xC5\xBB\xC3\xB3\xC5\x82\xC4\x87|Krak\xC3\xB3w; "
          "3:Wa\xC5\x82\xC4\x99sa|\xC5\x9Awi\xC4\x99tokrzyskie; 4:Ma\xC5\x82gosia|"
          "\xC5\x9Al\xC4\x85sk; ");
    CHECK("\xFF\xFE"
          "a\0;\0\x1B\x02\n\0"
          "1\0;\0"
          "2\0",
          "utf-16le", ';', "1:a|\xC8\x9B; 2:1|2; ");
    CHECK("\xFE\xFF"
          "\0a\0;\x02\x1B\0\n\0"
          "1\0;\0"
          "2",
          "utf-16be", ';', "1:a|\xC8\x9B; 2:1|2; ");
}

static void refused(const char *path, const char *id)
{
    struct source *s = NULL;
    struct err e = {0};
    size_t before = data_descriptors();
    if (open_at(&s, path, &e)) fail_msg("%s: opened", path);
    assert_string_equal(e.id, id);
    assert_int_equal(e.code, ERR_INPUT);
    assert_true(strlen(e.remedy) > 0);
    assert_int_equal(data_descriptors(), before);
    assert_false(data_has_children());
}

static void what_is_no_file_of_ours(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t n;
        const char *id;
    } files[] = {{"\xD0\xCF\x11\xE0rest", 8, "import.format"},
                 {"%PDF-1.4", 8, "import.format"},
                 {"{\\rtf1", 6, "import.format"},
                 {"\x1F\x8B\x08", 3, "import.format"},
                 {"Rar!\x1A\x07", 6, "import.format"},
                 {"7z\xBC\xAF\x27", 5, "import.format"},
                 {"PK\x05\x06", 4, "import.format"},
                 {"\x89PNG\r\n", 6, "import.format"},
                 {"\xFF\xD8\xFF\xE0", 4, "import.format"},
                 {"SQLite format 3\0", 16, "import.format"},
                 {"PK\x03\x04", 4, "converter.refused"},
                 {"", 0, "import.empty"}};
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        harness_write("f", files[i].bytes, files[i].n);
        refused("f", files[i].id);
    }
    refused("no such file", "import.open");
    refused(".", "import.not_a_file");
    assert_int_equal(mkfifo("pipe", 0600), 0);
    refused("pipe", "import.not_a_file"); /* and does not wait for a writer */
    refused("/dev/null", "import.not_a_file");
    source_close(NULL);
}

static void workbooks_by_content(void **state)
{
    (void)state;
    struct source *s;
    struct err e = {0};
    struct source_cells row;
    bool found, hidden;
    data_workbook("book.csv",
                  &(struct workbook_parts){
                      .rows =
                          "<row r=\"1\" hidden=\"1\"><c r=\"A1\"><v>1</v></c></row><row r=\"2\"><c "
                          "r=\"A2\"><v>2</v></c>"
                          "<c r=\"C2\" t=\"str\"><v> </v></c></row><row r=\"3\" hidden=\"1\"><c "
                          "r=\"A3\"><v>3</v></c></row>"});
    if (!open_at(&s, "book.csv", &e)) fail_msg("%s", e.msg);
    assert_true(source_is_workbook(s));
    assert_string_equal(source_sheet(s), "data");
    assert_int_equal(source_separator(s), ',');
    assert_true(source_next_any(s, &row, &hidden, &found, &e) && found && hidden && row.row == 1);
    assert_int_equal(source_bytes_read(s), 0);
    assert_true(source_next(s, &row, &found, &e) && found && row.row == 2);
    assert_int_equal(row.n_cell, 1);
    assert_false(row.formula[0]);
    assert_true(source_next(s, &row, &found, &e) && !found);
    assert_true(source_next(s, &row, &found, &e) && !found);
    assert_int_equal(source_bytes_read(s), source_bytes_total(s));
    struct json *j = json_object();
    source_describe(s, j);
    assert_string_equal(json_get_text(j, "kind", ""), "workbook");
    assert_int_equal(json_get_int(j, "hidden_rows_left_out", -1), 1);
    assert_false(json_get_bool(j, "external_links", true));
    json_free(j);
    source_close(s);
    assert_false(data_has_children());
}

static void files_that_change(void **state)
{
    (void)state;
    static const char *const ways[] = {"rewritten", "replaced", "removed"};
    for (size_t way = 0; way < 3; way++) {
        struct source *s;
        struct err e = {0};
        struct source_cells row;
        bool found = true;
        harness_write_text("f", "a,b\n1,2\n");
        assert_true(open_at(&s, "f", &e));
        if (way == 0) harness_write_text("f", "a,b\n1,3,4\n");
        harness_write_text("g", "a,b\n1,2\n");
        if (way == 1) assert_int_equal(rename("g", "f"), 0);
        if (way == 2) assert_int_equal(unlink("f"), 0);
        bool ok = true;
        while (ok && found) ok = source_next(s, &row, &found, &e);
        if (ok || strcmp(e.id, "import.changed") != 0) fail_msg("%s: not noticed", ways[way]);
        source_close(s);
    }
}

int main(int argc, char **argv)
{
    data_child(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_and_cells),          cmocka_unit_test(encodings_with_real_words),
        cmocka_unit_test(what_is_no_file_of_ours), cmocka_unit_test(workbooks_by_content),
        cmocka_unit_test(files_that_change),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
