/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/cli/terminal.c
 *  1 passphrases: asked twice, once, wrong, different, given up, too long, without a terminal
 *  2 the recovery code opens as well
 *  3 progress: on a terminal alone
 *  4 aligned columns, and text that is safe to show
 */
#include "harness.h"

#include "desk.h"
#include "talk.h"

#include "base/xlsx_write.h"
#include "cli/terminal.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECRET "correct horse battery staple"

static char *said;

static int talk(const char *const *argv, const struct pty_line *lines)
{
    struct pty_run run;
    free(said);
    pty_run(&run, argv, lines, NULL);
    said = run.said;
    assert_true(run.echoes);
    return run.status;
}
#define ASK(...) ((const char *const[]){harness_program(), __VA_ARGS__, NULL})
#define SAYS(...) ((const struct pty_line[]){__VA_ARGS__, {NULL, NULL}})

/* A repository whose only slots are a passphrase and a recovery code; the code into `code`. */
static void make(char code[80])
{
    desk_remove("secret");
    assert_int_equal(talk(ASK("init", "--pack", "pt", "secret"),
                          SAYS({"New passphrase", SECRET "\n"}, {"same again", SECRET "\n"})),
                     0);
    assert_null(strstr(said, SECRET));
    const char *at = strstr(said, "away from this machine:");
    assert_non_null(at);
    at += strcspn(at, "\n");
    at += strspn(at, "\r\n ");
    size_t n = strcspn(at, " \r\n");
    assert_true(n > 20 && n < 80);
    memcpy(code, at, n);
    code[n] = '\0';
}

static int begin(void **state)
{
    (void)state;
    (void)setenv("DCIM_INSECURE_KDF", "1", 1);
    (void)setenv("DCIM_DATA", harness_source("data"), 1);
    (void)setenv("DCIM_REPOSITORY", "secret", 1);
    (void)setenv("DCIM_LANGUAGE", "en", 1);
    (void)unsetenv("DCIM_KEY_FILE");
    return 0;
}

/* ---- 1 ---- */

static void secret_1_1_opens_what_it_made(void **state)
{
    (void)state;
    char code[80];
    make(code);
    assert_int_equal(talk(ASK("info"), SAYS({"Passphrase: ", SECRET "\n"})), 0);
    assert_non_null(strstr(said, "Portugal"));
    assert_null(strstr(said, SECRET));
    assert_int_equal(talk(ASK("info"), SAYS({"Passphrase: ", "correct horse battery stable\n"})),
                     4);
    assert_null(strstr(said, "stable"));
    assert_null(strstr(said, "Portugal"));
    /* taken exactly as typed: a blank behind is another one */
    assert_int_equal(talk(ASK("info"), SAYS({"Passphrase: ", SECRET " \n"})), 4);
}

static void secret_1_2_twice_the_same(void **state)
{
    (void)state;
    desk_remove("secret");
    assert_int_equal(talk(ASK("init", "--pack", "pt", "secret"),
                          SAYS({"New passphrase", SECRET "\n"},
                               {"same again", "another one altogether\n"})),
                     2);
    assert_non_null(strstr(said, "differ"));
    assert_false(harness_exists("secret"));
}

static void secret_1_3_given_up(void **state)
{
    (void)state;
    char code[80];
    make(code);
    assert_int_equal(talk(ASK("info"), SAYS({"Passphrase: ", "half of i\x03"})), 2); /* Ctrl-C */
    assert_int_equal(talk(ASK("info"), SAYS({"Passphrase: ", "\x1c"})), 2); /* Ctrl-backslash */
    assert_int_equal(talk(ASK("info"), SAYS({"Passphrase: ", "\n"})), 2);
    assert_int_equal(talk(ASK("info"), SAYS({"Passphrase: ", "\x04"})), 2); /* Ctrl-D */
}

/* A letter taken back (of two bytes, too), a line taken back. */
static void secret_1_8_mended_while_typing(void **state)
{
    (void)state;
    char code[80];
    make(code);
    assert_int_equal(talk(ASK("info"), SAYS({"Passphrase: ", "correct horsé\x7f"
                                                             "e battery stapla\be\n"})),
                     0);
    assert_int_equal(talk(ASK("info"), SAYS({"Passphrase: ", "wrong\x15" SECRET "\n"})), 0);
    assert_int_equal(talk(ASK("info"), SAYS({"Passphrase: ", "\x7f\x7f" SECRET "\r"})), 0);
}

static void secret_1_4_too_long(void **state)
{
    (void)state;
    static char longest[1100];
    memset(longest, 'p', 1025);
    longest[1025] = '\n';
    desk_remove("secret");
    assert_int_equal(talk(ASK("init", "--pack", "pt", "secret"), SAYS({"New passphrase", longest})),
                     3);
    assert_non_null(strstr(said, "1024"));
    assert_false(harness_exists("secret"));
    longest[1024] = '\n';
    longest[1025] = '\0';
    assert_int_equal(talk(ASK("init", "--pack", "pt", "secret"),
                          SAYS({"New passphrase", longest}, {"same again", longest})),
                     0);
}

static void secret_1_5_without_a_terminal(void **state)
{
    (void)state;
    struct harness_run run;
    harness_run(&run,
                (const char *const[]){"setsid", "-w", harness_program(), "init", "--pack", "pt",
                                      "nowhere", NULL},
                "typed into a pipe\ntyped into a pipe\n");
    assert_int_equal(run.status, 2);
    assert_non_null(strstr(run.err, "terminal"));
    assert_non_null(strstr(run.err, "--key-file"));
    harness_run_release(&run);
    assert_false(harness_exists("nowhere"));
}

/* S8, S14: without the switch of the tests a passphrase has 15 letters and is stretched, and a slot
 * made with the switch is not opened. */
static void secret_1_6_as_shipped(void **state)
{
    (void)state;
    char code[80];
    make(code);
    assert_non_null(strstr(said, "DCIM_INSECURE_KDF"));
    (void)unsetenv("DCIM_INSECURE_KDF");
    assert_int_equal(talk(ASK("info"), SAYS({"Passphrase: ", SECRET "\n"})), 4);
    assert_null(strstr(said, "Portugal"));
    desk_remove("secret");
    assert_int_equal(talk(ASK("init", "--pack", "pt", "secret"),
                          SAYS({"New passphrase", "fourteen lette\n"},
                               {"same again", "fourteen lette\n"})),
                     2);
    assert_false(harness_exists("secret"));
    if (!harness_sanitized()) { /* 256 MiB and over a second each */
        assert_int_equal(talk(ASK("init", "--pack", "pt", "secret"),
                              SAYS({"New passphrase", SECRET "\n"}, {"same again", SECRET "\n"})),
                         0);
        assert_null(strstr(said, "INSECURE"));
        double from = harness_seconds();
        assert_int_equal(talk(ASK("info"), SAYS({"Passphrase: ", SECRET "\n"})), 0);
        assert_true(harness_seconds() - from > 0.3);
    }
    (void)setenv("DCIM_INSECURE_KDF", "1", 1);
}

static void secret_1_7_a_second_passphrase(void **state)
{
    (void)state;
    char code[80];
    make(code);
    assert_int_equal(talk(ASK("key", "add", "passphrase", "--label", "deputy"),
                          SAYS({"Passphrase: ", SECRET "\n"},
                               {"New passphrase", "the deputy has another\n"},
                               {"same again", "the deputy has another\n"})),
                     0);
    assert_int_equal(talk(ASK("info"), SAYS({"Passphrase: ", "the deputy has another\n"})), 0);
    assert_int_equal(talk(ASK("key", "list"), SAYS({"Passphrase: ", SECRET "\n"})), 0);
    assert_non_null(strstr(said, "deputy"));
    /* S14: a slot removed is useless */
    assert_int_equal(talk(ASK("key", "remove", "1"),
                          SAYS({"Passphrase: ", "the deputy has another\n"})),
                     0);
    assert_int_equal(talk(ASK("info"), SAYS({"Passphrase: ", SECRET "\n"})), 4);
}

/* ---- 2 ---- */

static void recovery_2_1_opens(void **state)
{
    (void)state;
    char code[80], line[100];
    make(code);
    (void)snprintf(line, sizeof line, "%s\n", code);
    assert_int_equal(talk(ASK("info", "--recovery"), SAYS({"Recovery code: ", line})), 0);
    assert_non_null(strstr(said, "Portugal"));
    assert_null(strstr(said, code));
    line[3] = line[3] == 'A' ? 'B' : 'A';
    int status = talk(ASK("info", "--recovery"), SAYS({"Recovery code: ", line}));
    assert_true(status == 4 || status == 3);
    assert_null(strstr(said, "Portugal"));
    assert_int_equal(talk(ASK("init", "--recovery", "fresh"), NULL), 2);
}

/* ---- 3 ---- */

/* A plain CSV file, without quotes, as a workbook. */
static void write_book(const char *path, const char *csv)
{
    struct xlsx_writer *w;
    struct err e;
    char *bytes = harness_read(csv, NULL);
    struct text rest = text_of(bytes), line, cell;
    if (!xlsx_write_open(&w, path, "t", &e) || !xlsx_write_sheet(w, "s", &e)) fail_msg("%s", e.msg);
    for (uint32_t row = 0; text_split(&rest, '\n', &line); row++) {
        if (line.n == 0) continue;
        for (uint16_t column = 0; text_split(&line, ',', &cell); column++)
            xlsx_write_text(w, row, column, cell, XLSX_PLAIN);
    }
    if (!xlsx_write_close(w, &e)) fail_msg("%s", e.msg);
    free(bytes);
}

static void progress_3_1_on_a_terminal_alone(void **state)
{
    (void)state;
    struct harness_run run;
    struct pty_run on_terminal;
    (void)unsetenv("DCIM_INSECURE_KDF");
    desk_make("repository");
    desk_victims("v.csv", "A", 0, 3000, 0);
    HARNESS_DCIM(&run, "import", "v.csv", "--form", "victim", "--organisation", "GNR");
    assert_int_equal(run.status, 0);
    assert_int_equal(run.n_err, 0);
    assert_null(strchr(run.out, '\r'));
    harness_run_release(&run);
    /* standard error on the terminal, the result in a file */
    pty_run(&on_terminal, ASK("import", "v.csv", "--form", "victim", "--organisation", "APAV"),
            NULL, "result.txt");
    assert_int_equal(on_terminal.status, 0);
    assert_non_null(strstr(on_terminal.said, "\r[="));
    assert_non_null(strstr(on_terminal.said, "100 % rows"));
    /* and it is gone in the end */
    size_t n = strlen(on_terminal.said);
    assert_true(n > 4 && strcmp(on_terminal.said + n - 4, "\r\x1b[K") == 0);
    free(on_terminal.said);
    size_t size;
    char *result = harness_read("result.txt", &size);
    assert_non_null(strstr(result, "3000 new"));
    assert_null(strchr(result, '\r'));
    free(result);
    /* of a workbook the rows are counted, for nobody knows how many there are */
    desk_victims("w.csv", "W", 0, 1300, 0);
    write_book("w.xlsx", "w.csv");
    pty_run(&on_terminal, ASK("import", "w.xlsx", "--form", "victim", "--organisation", "GNR"),
            NULL, "result.txt");
    assert_int_equal(on_terminal.status, 0);
    assert_non_null(strstr(on_terminal.said, "] opening the file\x1b[K"));
    assert_non_null(strstr(on_terminal.said, "] 512 rows\x1b[K"));
    assert_non_null(strstr(on_terminal.said, "] 1300 rows\x1b[K"));
    assert_null(strchr(on_terminal.said, '%'));
    free(on_terminal.said);
    (void)unsetenv("DCIM_KEY_FILE");
    (void)setenv("DCIM_REPOSITORY", "secret", 1);
    (void)setenv("DCIM_INSECURE_KDF", "1", 1);
}

/* ---- 4 ---- */

/* What `fn` prints on standard output. */
static char *captured(void (*fn)(void))
{
    (void)fflush(stdout);
    int keep = dup(1), fd = open("captured", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(keep >= 0 && fd >= 0 && dup2(fd, 1) == 1);
    fn();
    (void)fflush(stdout);
    assert_int_equal(dup2(keep, 1), 1);
    (void)close(keep);
    (void)close(fd);
    return harness_read("captured", NULL);
}

static void print_rows(void)
{
    struct json *rows;
    struct err e;
    if (!json_parse(&rows,
                    TEXT("[{\"a\":\"one\",\"n\":7,\"b\":true,\"last\":\"x\"},"
                         "{\"a\":\"Łódź 日本\",\"n\":12345,\"b\":false},{\"n\":1.5}]"),
                    &e))
        fail_msg("%s", e.msg);
    static const struct show_column columns[] = {{"a", "Name", false},
                                                 {"n", "Number", true},
                                                 {"b", "Yes", false},
                                                 {"last", "Last", false}};
    terminal_rows(rows, columns, 4);
    json_free(rows);
}

/* Łódź is four columns, 日本 are two each: nine with the blank. */
static void text_4_1_columns_line_up(void **state)
{
    (void)state;
    char *out = captured(print_rows);
    assert_string_equal(out, "Name       Number  Yes  Last\n"
                             "one             7  yes  x\n"
                             "Łódź 日本   12345       \n"
                             "              1.5       \n");
    free(out);
}

static void print_odd(void)
{
    terminal_puts("plain \x1b[31m red, bell \a, \xe2\x80\xae turned\xff.");
}

/* S63: nothing that steers the terminal or turns the text around gets through. */
static void print_words(void)
{
    static const char *const words[] = {"build/dcim", "/tmp/my pilot", "", "it's", "$(x)", "~",
                                        "Pós"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        terminal_shell_word(words[i]);
        (void)putchar('\n');
    }
}

static void text_4_5_words_for_a_shell(void **state)
{
    (void)state;
    char *out = captured(print_words);
    assert_string_equal(out, "build/dcim\n'/tmp/my pilot'\n''\n'it'\\''s'\n'$(x)'\n'~'\n'Pós'\n");
    free(out);
}

static void text_4_2_controls_are_shown(void **state)
{
    (void)state;
    char *out = captured(print_odd);
    assert_null(strchr(out, '\x1b'));
    assert_null(strchr(out, '\a'));
    assert_null(strstr(out, "\xe2\x80\xae"));
    assert_non_null(strstr(out, "<U+202E>"));
    assert_non_null(strstr(out, "plain "));
    assert_non_null(strstr(out, " turned"));
    free(out);
}

static void text_4_3_errors_are_shown_so_too(void **state)
{
    (void)state;
    struct harness_run run;
    HARNESS_DCIM(&run, "import", "\x1b[2Jabsent\xe2\x80\xae.csv", "--form", "victim",
                 "--organisation", "GNR", "--repository", "repository", "--key-file",
                 "repository.key");
    assert_int_equal(run.status, 3);
    assert_null(strchr(run.err, '\x1b'));
    assert_null(strstr(run.err, "\xe2\x80\xae"));
    harness_run_release(&run);
    HARNESS_DCIM(&run, "\x1b]0;title\a");
    assert_null(strchr(run.err, '\x1b'));
    harness_run_release(&run);
}

static void text_4_4_width(void **state)
{
    (void)state;
    int keep = dup(1), fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
    assert_true(dup2(fd, 1) == 1);
    size_t width = terminal_width();
    assert_true(dup2(keep, 1) == 1);
    (void)close(keep);
    (void)close(fd);
    assert_int_equal(width, 0);
}

static int end(void **state)
{
    (void)state;
    free(said);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(secret_1_1_opens_what_it_made),
        cmocka_unit_test(secret_1_2_twice_the_same),
        cmocka_unit_test(secret_1_3_given_up),
        cmocka_unit_test(secret_1_8_mended_while_typing),
        cmocka_unit_test(secret_1_4_too_long),
        cmocka_unit_test(secret_1_5_without_a_terminal),
        cmocka_unit_test(secret_1_6_as_shipped),
        cmocka_unit_test(secret_1_7_a_second_passphrase),
        cmocka_unit_test(recovery_2_1_opens),
        cmocka_unit_test(progress_3_1_on_a_terminal_alone),
        cmocka_unit_test(text_4_1_columns_line_up),
        cmocka_unit_test(text_4_2_controls_are_shown),
        cmocka_unit_test(text_4_3_errors_are_shown_so_too),
        cmocka_unit_test(text_4_4_width),
        cmocka_unit_test(text_4_5_words_for_a_shell),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
