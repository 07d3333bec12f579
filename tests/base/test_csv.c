/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/base/csv.c
 *  1 records, fields, quotes, line ends, line numbers     2 the "sep=" line, marks, options
 *  3 bad input: NUL, encoding, quotes                      4 limits: field, column, line, row
 *  5 the window's edge                                     6 memory, files, names */
#include "harness.h"
#include "listing.h"

#include "base/csv.h"
#include "base/mem.h"

#include <sys/resource.h>
#include <unistd.h>

static const struct csv_options COMMA = {.encoding = CSV_UTF8, .separator = ','};

static void records_and_line_ends(void **state)
{
    (void)state;
    csv_check(TEXT("a,b\n1,2\n"), &COMMA, "1:1 <a><b>\n2:2 <1><2>\n");
    csv_check(TEXT("a,b\r\n1,2\r\n"), &COMMA, "1:1 <a><b>\n2:2 <1><2>\n");
    csv_check(TEXT("a,b\r1,2\r"), &COMMA, "1:1 <a><b>\n2:2 <1><2>\n");
    csv_check(TEXT("a,b\n1,2"), &COMMA, "1:1 <a><b>\n2:2 <1><2>\n"); /* no end at the end */
    csv_check(TEXT(""), &COMMA, "");
    csv_check(TEXT("\n\n\r\n"), &COMMA, "");
    csv_check(TEXT("a"), &COMMA, "1:1 <a>\n");
    csv_check(TEXT(","), &COMMA, "1:1 <><>\n");
    csv_check(TEXT("a,,\n,,c\n"), &COMMA, "1:1 <a><><>\n2:2 <><><c>\n");
    csv_check(TEXT("a,b,c\n1\n1,2,3,4\n"), &COMMA, "1:1 <a><b><c>\n2:2 <1>\n3:3 <1><2><3><4>\n");
    csv_check(TEXT(" a , b \n"), &COMMA, "1:1 < a >< b >\n"); /* blanks are data */
}

static void blank_rows_are_skipped_but_counted_as_lines(void **state)
{
    (void)state;
    csv_check(TEXT("\r\na\r\n\r\n\n\rb\n"), &COMMA, "2:1 <a>\n6:2 <b>\n");
    csv_check(TEXT("a\n\"\"\nb\n"), &COMMA, "1:1 <a>\n2:2 <>\n3:3 <b>\n"); /* not blank */
    csv_check(TEXT("a\n \nb\n"), &COMMA, "1:1 <a>\n2:2 < >\n3:3 <b>\n");
}

static void quotes(void **state)
{
    (void)state;
    csv_check(TEXT("\"a,b\",\"c\"\"d\",\"\"\n"), &COMMA, "1:1 <a,b><c\"d><>\n");
    csv_check(TEXT("\"\"\"\"\n"), &COMMA, "1:1 <\">\n");
    csv_check(TEXT("\"\"\"a\"\"b\"\"\",x\n"), &COMMA, "1:1 <\"a\"b\"><x>\n");
    csv_check(TEXT("\"a\"\"b\",\"c\"\"d\"\"e\"\n\"f\"\"\"\n"), &COMMA,
              "1:1 <a\"b><c\"d\"e>\n2:2 <f\">\n");
    csv_check(TEXT("5\" pipe,a\"b\n"), &COMMA, "1:1 <5\" pipe><a\"b>\n"); /* not at the begin */
    csv_check(TEXT(" \"a\"\n"), &COMMA, "1:1 < \"a\">\n");
    csv_check(TEXT("x,\"end\""), &COMMA, "1:1 <x><end>\n");
    /* physical lines within quotes count: CR LF and lone CR or LF are one each */
    csv_check(TEXT("\"1\r\n2\n3\r4\",b\nc\n"), &COMMA, "1:1 <1\r\n2\n3\r4><b>\n5:2 <c>\n");
}

static void sep_line_is_honoured(void **state)
{
    (void)state;
    csv_check(TEXT("sep=;\r\na;b,c\r\n"), NULL, "2:1 <a><b,c>\n");
    csv_check(TEXT("SEP=^\na^b,c,d\n1,2^3,4\n"), NULL, "2:1 <a><b,c,d>\n3:2 <1,2><3,4>\n");
    csv_check(TEXT("sep=\t\na\tb\n"), NULL, "2:1 <a><b>\n");
    csv_check(TEXT("sep=;"), NULL, "");
    /* the option wins, and the line is still no record */
    csv_check(TEXT("sep=;\na;b,c\n"), &COMMA, "2:1 <a;b><c>\n");
    /* these are ordinary records */
    csv_check(TEXT("sep=;;\na\n"), &(struct csv_options){.separator = ','},
              "1:1 <sep=;;>\n2:2 <a>\n");
    csv_check(TEXT("sep=a\n"), &COMMA, "1:1 <sep=a>\n");
    csv_check(TEXT("\xEF\xBB\xBFsep=;\na;b\n"), NULL, "2:1 <a><b>\n"); /* behind a mark */
}

static void marks_choose_and_are_dropped(void **state)
{
    (void)state;
    csv_check(TEXT("\xEF\xBB\xBF"
                   "a,b\n"),
              NULL, "1:1 <a><b>\n");
    csv_check((struct text){"\xFF\xFE"
                            "a\0,\0b\0\n\0",
                            10},
              NULL, "1:1 <a><b>\n");
    csv_check((struct text){"\xFE\xFF"
                            "\0a\0,\0b\0\n",
                            10},
              NULL, "1:1 <a><b>\n");
    csv_check((struct text){"\xFF\xFE", 2}, NULL, "");
    csv_check(TEXT("\xEF\xBB\xBF"), NULL, "");
    /* only the first one is a mark; later it is a character, returned unchanged (S63) */
    csv_check(TEXT("\xEF\xBB\xBF\xEF\xBB\xBF"
                   "a\n"),
              NULL,
              "1:1 <\xEF\xBB\xBF"
              "a>\n");
    /* a pair of UTF-16: U+1F642 */
    csv_check((struct text){"\xFF\xFE\x3D\xD8\x42\xDE\n\0", 8}, NULL, "1:1 <\xF0\x9F\x99\x82>\n");
}

static void the_option_decides_over_the_guess(void **state)
{
    (void)state;
    struct csv_options o = {.encoding = CSV_WINDOWS1250, .separator = ','};
    csv_check(TEXT("\xE8,\x9A\n"), &o, "1:1 <č><š>\n");
    o.encoding = CSV_WINDOWS1252;
    csv_check(TEXT("\xE8,\x9A\n"), &o, "1:1 <è><š>\n");
    o.encoding = CSV_ISO8859_2;
    csv_check(TEXT("\xE8,\xB9\n"), &o, "1:1 <č><š>\n");
    o.encoding = CSV_ENCODING_COUNT;
    struct csv_reader *r;
    struct err e;
    assert_false(csv_open_memory(&r, TEXT("a"), &o, &e));
    assert_string_equal(e.id, "csv.options");
    o = (struct csv_options){.separator = '"'};
    assert_false(csv_open_memory(&r, TEXT("a"), &o, &e));
    assert_string_equal(e.id, "csv.options");
}

static void nul_is_refused(void **state) /* S63 */
{
    (void)state;
    struct text t = {"a,b\n1,2\n3,\0004\n", 14};
    csv_check_failure(t, &COMMA, "1:1 <a><b>\n2:2 <1><2>\n", "csv.nul", "line 3 ");
    csv_check_failure((struct text){"\0", 1}, &COMMA, "", "csv.nul", "line 1 ");
    csv_check_failure((struct text){"a\n\"x\ny\0\"\n", 9}, &COMMA, "1:1 <a>\n", "csv.nul",
                      "line 3 ");
    csv_check_failure((struct text){"\xFF\xFE"
                                    "a\0\n\0\0\0b\0",
                                    10},
                      NULL, "1:1 <a>\n", "csv.nul", "line 2 ");
}

static void bad_bytes_are_refused_with_their_line(void **state) /* S63 */
{
    (void)state;
    static const char *const bad[] = {
        "\x80",
        "\xC0\x80",
        "\xC3",
        "\xC3(",
        "\xE0\x80\x80",
        "\xED\xA0\x80",
        "\xF5\x80\x80\x80",
        "\xF0\x80\x80\x80",
        "\xE2\x82",
        "\xF4\x90\x80\x80",
        "\xFF",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char t[64];
        snprintf(t, sizeof t, "ok,é\nx,%s", bad[i]); /* at the very end */
        csv_check_failure(text_of(t), &COMMA, "1:1 <ok><é>\n", "csv.encoding", "line 2 ");
        snprintf(t, sizeof t, "ok,é\n\"x\n%s\",2\n3\n", bad[i]);
        csv_check_failure(text_of(t), &COMMA, "1:1 <ok><é>\n", "csv.encoding", "line 3 ");
    }
    struct csv_options o = {.encoding = CSV_WINDOWS1252, .separator = ','};
    csv_check_failure(TEXT("a\n\xE9\nb\x81\n"), &o, "1:1 <a>\n2:2 <é>\n", "csv.encoding",
                      "line 3 ");
    /* UTF-16: half a pair, half a unit */
    csv_check_failure((struct text){"\xFF\xFE"
                                    "a\0\n\0\x3D\xD8x\0",
                                    10},
                      NULL, "1:1 <a>\n", "csv.encoding", "line 2 ");
    csv_check_failure((struct text){"\xFF\xFE"
                                    "a\0\n\0b",
                                    7},
                      NULL, "1:1 <a>\n", "csv.encoding", "line 2 ");
}

static void broken_quotes_name_the_line_of_the_opening(void **state)
{
    (void)state;
    csv_check_failure(TEXT("a\nb,\"c\nd\ne\n"), &COMMA, "1:1 <a>\n", "csv.quote", "line 2 ");
    csv_check_failure(TEXT("a\n\"x\ny\",\"c\nd"), &COMMA, "1:1 <a>\n", "csv.quote", "line 3 ");
    csv_check_failure(TEXT("\""), &COMMA, "", "csv.quote", "line 1 ");
    csv_check_failure(TEXT("\"\"\""), &COMMA, "", "csv.quote", "line 1 ");
    csv_check_failure(TEXT("a\n\"b\"c,d\n"), &COMMA, "1:1 <a>\n", "csv.quote", "line 2");
    csv_check_failure(TEXT("\"b\" ,d\n"), &COMMA, "", "csv.quote", "line 1");
    csv_check_failure(TEXT("\"b\n\"x"), &COMMA, "", "csv.quote", "line 2");
}

static void a_failure_stays(void **state)
{
    (void)state;
    struct csv_reader *r;
    struct csv_row row;
    struct err e, again;
    bool found;
    assert_true(csv_open_memory(&r, TEXT("\"a\"b\nc\n"), &COMMA, &e));
    assert_false(csv_next(r, &row, &found, &e));
    assert_false(csv_next(r, &row, &found, &again));
    assert_false(found);
    assert_string_equal(again.id, "csv.quote");
    assert_string_equal(again.msg, e.msg);
    csv_close(r);
}

static void messages_hold_no_content(void **state) /* S15: an error may be logged */
{
    (void)state;
    struct err e;
    static const char *const broken[] = {"Canary-Name\n\"Canary-Name\"Canary-Name\n",
                                         "\"Canary-Name", "Canary-Name\n\xFF Canary-Name"};
    for (size_t i = 0; i < 3; i++) {
        char *got = csv_listing(text_of(broken[i]), &COMMA, &e);
        assert_null(strstr(e.msg, "anary"));
        mem_free(got);
    }
}

static void fields_to_the_limit_and_one_more(void **state) /* S70 */
{
    (void)state;
    struct buf b;
    struct err e = {0};
    for (int quoted = 0; quoted < 3; quoted++) /* plain, quoted, quoted with a doubled quote */
        for (size_t over = 0; over < 2; over++) {
            buf_init(&b, 1 << 20);
            buf_puts(&b, "x\n1,");
            if (quoted) buf_putc(&b, '"');
            if (quoted == 2) buf_puts(&b, "\"\"");
            size_t n = CSV_FIELD_MAX + over - (quoted == 2 ? 1 : 0);
            for (size_t i = 0; i < n; i++) buf_putc(&b, 'y');
            if (quoted) buf_putc(&b, '"');
            buf_puts(&b, "\nz\n");
            if (over) {
                csv_check_failure(buf_text(&b), &COMMA, "1:1 <x>\n", "csv.field_too_long",
                                  "field 2 of the record in line 2 ");
            } else {
                char *got = csv_listing(buf_text(&b), &COMMA, &e);
                assert_int_equal(e.code, ERR_NONE);
                assert_int_equal(strlen(got),
                                 strlen("1:1 <x>\n2:2 <1><>\n3:3 <z>\n") + CSV_FIELD_MAX);
                mem_free(got);
            }
            buf_release(&b);
        }
}

static void columns_to_the_limit_and_one_more(void **state) /* S70 */
{
    (void)state;
    struct err e;
    char *fits = repeated("", ",", CSV_COLUMN_MAX - 1, ""), *over = repeated(fits, ",", 1, "");
    char *got = csv_listing(text_of(fits), &COMMA, &e);
    assert_int_equal(e.code, ERR_NONE);
    assert_int_equal(strlen(got), 4 + 2 * CSV_COLUMN_MAX + 1);
    csv_check_failure(text_of(over), &COMMA, "", "csv.too_many_columns", "line 1 ");
    mem_free(got);
    mem_free(fits);
    mem_free(over);
}

/* 2,000 columns of 4,193 bytes and the separators: just at the limit of a line. */
static void lines_to_the_limit_and_one_more(void **state)
{
    (void)state;
    for (size_t over = 0; over < 2; over++) {
        struct buf b;
        buf_init(&b, CSV_LINE_MAX + 64);
        buf_puts(&b, "first\n");
        for (size_t i = 0; i < CSV_LINE_MAX + over; i++) buf_putc(&b, i % 4200 == 4199 ? ',' : 'a');
        buf_puts(&b, "\nlast\n");
        struct csv_reader *r;
        struct csv_row row;
        struct err e;
        bool found;
        assert_true(csv_open_memory(&r, buf_text(&b), &COMMA, &e));
        assert_true(csv_next(r, &row, &found, &e) && found);
        if (over == 0) {
            assert_true(csv_next(r, &row, &found, &e) && found);
            assert_int_equal(row.n_field, CSV_LINE_MAX / 4200 + 1);
            assert_true(csv_next(r, &row, &found, &e) && found);
            assert_true(text_is(row.field[0], "last") && row.line == 3);
        } else {
            assert_false(csv_next(r, &row, &found, &e));
            assert_string_equal(e.id, "csv.line_too_long");
            assert_non_null(strstr(e.msg, "line 2 "));
        }
        csv_close(r);
        buf_release(&b);
    }
}

static void rows_to_the_limit_and_one_more(void **state) /* S70 */
{
    (void)state;
    struct csv_options o = {.encoding = CSV_UTF8, .separator = ',', .row_max = 3};
    csv_check(TEXT("a\n\nb\nc\n\n"), &o, "1:1 <a>\n3:2 <b>\n4:3 <c>\n");
    csv_check_failure(TEXT("a\nb\nc\nd\n"), &o, "1:1 <a>\n2:2 <b>\n3:3 <c>\n", "csv.too_many_rows",
                      "line 4");
}

/* Hostile files of 100 MB in one line: refused at once, without holding them. S70, S75 */
static void great_lines_are_refused_quickly(void **state)
{
    (void)state;
    static const struct {
        const char *begin, *piece, *id;
    } line[] = {
        {"a\n", "xxxxxxxx", "csv.field_too_long"},
        {"a\n\"", "xxxxxxxx", "csv.field_too_long"},
        {"a\n\"", "\"\"\"\"\"\"\"\"", "csv.field_too_long"},
        {"a\n", ",", "csv.too_many_columns"},
        {"a\n\"", "\n\n\n\n\n\n\n\n", "csv.field_too_long"},
    };
    for (size_t k = 0; k < sizeof line / sizeof line[0]; k++) {
        char *block = mem_new(1 << 20, 1);
        size_t n_piece = strlen(line[k].piece);
        for (size_t i = 0; i < 1 << 20; i += n_piece) memcpy(block + i, line[k].piece, n_piece);
        FILE *f = fopen("great.csv", "wb");
        assert_non_null(f);
        fputs(line[k].begin, f);
        for (int i = 0; i < 100; i++) assert_int_equal(fwrite(block, 1, 1 << 20, f), 1 << 20);
        assert_int_equal(fclose(f), 0);
        mem_free(block);

        double began = harness_seconds();
        struct csv_reader *r;
        struct csv_row row;
        struct err e;
        bool found;
        assert_true(csv_open(&r, "great.csv", &COMMA, &e));
        assert_true(csv_next(r, &row, &found, &e) && found);
        assert_false(csv_next(r, &row, &found, &e));
        assert_string_equal(e.id, line[k].id);
        assert_non_null(strstr(e.msg, "line 2 "));
        assert_true(csv_bytes_read(r) <= CSV_LINE_MAX * 2);
        csv_close(r);
        assert_true(harness_seconds() - began < (harness_sanitized() ? 5.0 : 1.0));
    }
    unlink("great.csv");
}

/* The window is filled in blocks of 256 KiB: let every byte of a tricky piece fall on its edge. */
static void the_edge_of_a_block_changes_nothing(void **state)
{
    (void)state;
    static const char tail[] = "é,\"a\"\"b\r\nc\",\r\n\r\n€,\xF0\x9F\x99\x82,\"\"\"\"\r\nlast,1,2";
    for (size_t shift = 0; shift < sizeof tail + 4; shift++) {
        struct buf b;
        buf_init(&b, 1 << 20);
        size_t n_line = 256 * 1024 - shift;
        while (b.n + 101 < n_line) {
            for (int i = 0; i < 49; i++) buf_puts(&b, i == 48 ? ",," : "x,");
            buf_puts(&b, "\n");
        }
        while (b.n + 1 < n_line) buf_putc(&b, 'p');
        buf_putc(&b, '\n');
        buf_puts(&b, tail);
        struct csv_reader *r;
        struct csv_row row;
        struct err e = {0};
        bool found;
        assert_true(csv_open_memory(&r, buf_text(&b), &COMMA, &e));
        uint64_t n_line_before = 0;
        do {
            n_line_before++;
            assert_true(csv_next(r, &row, &found, &e) && found);
        } while (row.field[0].p[0] == 'x' || row.field[0].p[0] == 'p');
        assert_int_equal(row.line, n_line_before);
        assert_int_equal(row.n_field, 3);
        assert_true(text_is(row.field[0], "é"));
        assert_true(text_is(row.field[1], "a\"b\r\nc"));
        assert_true(text_is(row.field[2], ""));
        assert_true(csv_next(r, &row, &found, &e) && found);
        assert_int_equal(row.line, n_line_before + 3);
        assert_true(text_is(row.field[0], "€"));
        assert_true(text_is(row.field[1], "\xF0\x9F\x99\x82"));
        assert_true(text_is(row.field[2], "\""));
        assert_true(csv_next(r, &row, &found, &e) && found);
        assert_true(text_is(row.field[2], "2"));
        assert_true(csv_next(r, &row, &found, &e) && !found);
        csv_close(r);
        buf_release(&b);
    }
}

/* Three blocks and more in every encoding: the same records come out of each. */
static void great_files_in_every_encoding(void **state)
{
    (void)state;
    const struct {
        enum csv_encoding encoding;
        struct text e_acute, bytes_of_a, end; /* "é", "a" and LF in it */
    } all[] = {
        {CSV_UTF8, TEXT("\xC3\xA9"), TEXT("a"), TEXT("\n")},
        {CSV_WINDOWS1250, TEXT("\xE9"), TEXT("a"), TEXT("\n")},
        {CSV_WINDOWS1252, TEXT("\xE9"), TEXT("a"), TEXT("\n")},
        {CSV_ISO8859_2, TEXT("\xE9"), TEXT("a"), TEXT("\n")},
        {CSV_UTF16LE, {"\xE9\0", 2}, {"a\0", 2}, {"\n\0", 2}},
        {CSV_UTF16BE, {"\0\xE9", 2}, {"\0a", 2}, {"\0\n", 2}},
    };
    for (size_t k = 0; k < sizeof all / sizeof all[0]; k++) {
        struct buf b;
        buf_init(&b, (size_t)1 << 24);
        size_t n_line = 0;
        while (b.n < 1200000) { /* line i has i % 50 + 1 times "aé" */
            for (size_t i = 0; i <= n_line % 50; i++) {
                buf_put_text(&b, all[k].bytes_of_a);
                buf_put_text(&b, all[k].e_acute);
            }
            buf_put_text(&b, all[k].end);
            n_line++;
        }
        harness_write("great_encoded.csv", b.p, b.n);
        struct csv_options o = {.encoding = all[k].encoding, .separator = ','};
        struct csv_reader *r;
        struct csv_row row;
        struct err e = {0};
        bool found;
        for (int from_file = 0; from_file < 2; from_file++) {
            if (from_file) assert_true(csv_open(&r, "great_encoded.csv", &o, &e));
            else assert_true(csv_open_memory(&r, buf_text(&b), &o, &e));
            size_t n = 0;
            for (; csv_next(r, &row, &found, &e) && found; n++) {
                assert_int_equal(row.line, n + 1);
                assert_int_equal(row.n_field, 1);
                assert_int_equal(row.field[0].n, 3 * (n % 50 + 1));
                for (size_t i = 0; i < row.field[0].n; i += 3)
                    assert_memory_equal(row.field[0].p + i, "a\xC3\xA9", 3);
            }
            assert_int_equal(e.code, ERR_NONE);
            assert_int_equal(n, n_line);
            assert_int_equal(csv_bytes_read(r), b.n);
            csv_close(r);
        }
        buf_release(&b);
    }
}

static void files_are_read_and_progress_told(void **state)
{
    (void)state;
    struct csv_reader *r;
    struct csv_row row;
    struct err e;
    bool found;
    harness_write_text("small.csv", "\xEF\xBB\xBF"
                                    "a;b\n1;2\n");
    assert_true(csv_open(&r, "small.csv", NULL, &e));
    assert_int_equal(csv_bytes_total(r), 11);
    uint64_t n = 0;
    while (csv_next(r, &row, &found, &e) && found) n++;
    assert_int_equal(n, 2);
    assert_int_equal(csv_bytes_read(r), 11);
    assert_int_equal(csv_separator(r), ';');
    csv_close(r);
    csv_close(NULL);

    assert_false(csv_open(&r, "absent.csv", NULL, &e));
    assert_int_equal(e.code, ERR_INPUT);
    assert_true(e.remedy[0] != '\0');
    assert_non_null(strstr(e.msg, "absent.csv"));
    assert_false(csv_open(&r, ".", NULL, &e));
    assert_int_equal(e.code, ERR_INPUT);
    assert_null(r);
}

/* 200 MB through, and the process stays small. The sanitizers' memory says nothing. */
static void memory_does_not_grow_with_the_file(void **state)
{
    (void)state;
    if (harness_sanitized()) skip();
    FILE *f = fopen("long.csv", "wb");
    assert_non_null(f);
    for (int i = 0; i < 2000000; i++)
        fputs(
            "female,sexual_exploitation,2019-03-12,PT,\"a \"\"quoted\"\" text\",São João,x,y,z,0,1,2,3\n",
            f);
    assert_int_equal(fclose(f), 0);
    struct csv_reader *r;
    struct csv_row row;
    struct err e;
    bool found;
    struct rusage before, after;
    getrusage(RUSAGE_SELF, &before);
    assert_true(csv_open(&r, "long.csv", NULL, &e));
    uint64_t n = 0;
    while (csv_next(r, &row, &found, &e) && found) n++;
    getrusage(RUSAGE_SELF, &after);
    assert_int_equal(n, 2000000);
    csv_close(r);
    unlink("long.csv");
    assert_true(after.ru_maxrss - before.ru_maxrss < 8 * 1024); /* KiB */
}

static void names_of_encodings(void **state)
{
    (void)state;
    enum csv_encoding enc;
    for (int i = 0; i < CSV_ENCODING_COUNT; i++) {
        assert_true(csv_encoding_find(&enc, text_of(csv_encoding_name((enum csv_encoding)i))));
        assert_int_equal(enc, i);
    }
    assert_true(csv_encoding_find(&enc, TEXT("UTF8")));
    assert_int_equal(enc, CSV_UTF8);
    assert_true(csv_encoding_find(&enc, TEXT("Windows-1250")));
    assert_int_equal(enc, CSV_WINDOWS1250);
    assert_false(csv_encoding_find(&enc, TEXT("ebcdic")));
    assert_string_equal(csv_encoding_name(CSV_ENCODING_COUNT), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_and_line_ends),
        cmocka_unit_test(blank_rows_are_skipped_but_counted_as_lines),
        cmocka_unit_test(quotes),
        cmocka_unit_test(sep_line_is_honoured),
        cmocka_unit_test(marks_choose_and_are_dropped),
        cmocka_unit_test(the_option_decides_over_the_guess),
        cmocka_unit_test(nul_is_refused),
        cmocka_unit_test(bad_bytes_are_refused_with_their_line),
        cmocka_unit_test(broken_quotes_name_the_line_of_the_opening),
        cmocka_unit_test(a_failure_stays),
        cmocka_unit_test(messages_hold_no_content),
        cmocka_unit_test(fields_to_the_limit_and_one_more),
        cmocka_unit_test(columns_to_the_limit_and_one_more),
        cmocka_unit_test(lines_to_the_limit_and_one_more),
        cmocka_unit_test(rows_to_the_limit_and_one_more),
        cmocka_unit_test(great_lines_are_refused_quickly),
        cmocka_unit_test(the_edge_of_a_block_changes_nothing),
        cmocka_unit_test(great_files_in_every_encoding),
        cmocka_unit_test(files_are_read_and_progress_told),
        cmocka_unit_test(memory_does_not_grow_with_the_file),
        cmocka_unit_test(names_of_encodings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
