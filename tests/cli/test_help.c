/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/cli/help.c
 *  1 help: the program's, a noun's, a command's; lines that fit the terminal, commands in one piece
 *  2 the manual page: every command and option, nothing for man to warn of
 *  3 completion: loads in bash, offers every command, its second words and its options
 */
#include "harness.h"

#include "cli/command.h"

#include <unistd.h>

static char *printed(const char *a, const char *b, const char *c)
{
    struct harness_run run;
    HARNESS_DCIM(&run, a, b, c);
    if (run.status != 0 || run.n_err > 0) fail_msg("dcim %s: %d %s", a, run.status, run.err);
    free(run.err);
    return run.out;
}

/* ---- 1 ---- */

static void help_1_1_lists_every_command(void **state)
{
    (void)state;
    char *text = printed("help", NULL, NULL);
    for (size_t i = 0; i < n_command; i++) {
        char line[100];
        (void)snprintf(line, sizeof line, "  dcim %-19s %s\n", commands[i].words,
                       commands[i].summary);
        if ((strstr(text, line) != NULL) == commands[i].hidden) fail_msg("%s", commands[i].words);
    }
    char *other = printed("--help", NULL, NULL);
    assert_string_equal(text, other);
    free(other);
    for (char digit = '0'; digit <= '6'; digit++) /* the exit statuses */
        assert_non_null(strchr(strstr(text, "Exit status"), digit));
    free(text);
}

static void help_1_2_of_nouns_and_commands(void **state)
{
    (void)state;
    char *noun = printed("help", "organisation", NULL),
         *other = printed("organisation", "--help", NULL);
    assert_string_equal(noun, other);
    assert_non_null(strstr(noun, "organisation add"));
    assert_non_null(strstr(noun, "organisation list"));
    free(noun);
    free(other);
    char *command = printed("help", "organisation", "add");
    other = printed("organisation", "add", "--help");
    assert_string_equal(command, other);
    free(command);
    free(other);
    command = printed("help", "import", NULL);
    other = printed("import", "-h", NULL);
    assert_string_equal(command, other);
    free(command);
    free(other);
}

static void help_1_3_of_what_is_not_there(void **state)
{
    (void)state;
    struct harness_run run;
    HARNESS_DCIM(&run, "help", "imprt");
    assert_int_equal(run.status, 2);
    assert_non_null(strstr(run.err, "did you mean `dcim help import`?"));
    harness_run_release(&run);
    HARNESS_DCIM(&run, "organisation");
    assert_int_equal(run.status, 2);
    assert_non_null(strstr(run.err, "one more word"));
    harness_run_release(&run);
    HARNESS_DCIM(&run, "organisation", "lst");
    assert_int_equal(run.status, 2);
    assert_non_null(strstr(run.err, "did you mean `dcim organisation list`?"));
    harness_run_release(&run);
    HARNESS_DCIM(&run, "improt", "f.csv");
    assert_int_equal(run.status, 2);
    assert_non_null(strstr(run.err, "did you mean `dcim import`?"));
    harness_run_release(&run);
    HARNESS_DCIM(&run, "\xff\xfe");
    assert_int_equal(run.status, 2);
    harness_run_release(&run);
    HARNESS_DCIM(&run, "");
    assert_int_equal(run.status, 2);
    harness_run_release(&run);
    const char *const bare[] = {harness_program(), NULL};
    harness_run(&run, bare, NULL);
    assert_int_equal(run.status, 2);
    assert_non_null(strstr(run.out, "dcim import"));
    harness_run_release(&run);
}

/* Every line of every help fits 80 columns (not a terminal), but examples are printed in one
 * piece. */
static void help_1_4_lines_are_short(void **state)
{
    (void)state;
    for (size_t i = 0; i < n_command; i++) {
        if (commands[i].hidden) continue;
        char first[40], *blank;
        (void)snprintf(first, sizeof first, "%s", commands[i].words);
        if ((blank = strchr(first, ' ')) != NULL) *blank++ = '\0';
        char *text = printed("help", first, blank);
        char *example = strstr(text, "\nExample:\n  ");
        size_t n_line = 0;
        for (char *p = text; *p != '\0'; p += strcspn(p, "\n"), p += *p == '\n') {
            size_t n = strcspn(p, "\n");
            bool is_example = example != NULL && p == example + strlen("\nExample:\n");
            if (n >= 80 && !is_example) fail_msg("%s: %.*s", commands[i].words, (int)n, p);
            n_line++;
        }
        assert_true(n_line > 2);
        free(text);
    }
}

/* What stands in backquotes or is an option with its value stays on one line. */
static void help_1_5_commands_stay_in_one_piece(void **state)
{
    (void)state;
    for (size_t i = 0; i < n_command; i++) {
        if (commands[i].hidden || strchr(commands[i].words, ' ') != NULL) continue;
        char *text = printed(commands[i].words, "--help", NULL);
        bool quoted = false, option = false;
        for (const char *p = text; *p != '\0'; p++) {
            if (*p == '`') quoted = !quoted;
            if (*p == '[' || *p == ']') option = *p == '[';
            if (*p == '\n' && (quoted || option)) fail_msg("%s:\n%s", commands[i].words, text);
        }
        free(text);
    }
}

/* On a terminal of that width, by script(1) of util-linux, where a test can have one. */
static void help_1_6_fits_the_terminal(void **state)
{
    (void)state;
    struct harness_run run;
    char script[600];
    (void)snprintf(script, sizeof script,
                   "command -v script >/dev/null || exit 77\n"
                   "script -qec 'stty cols 50 && \"%s\" import --help' /dev/null </dev/null",
                   harness_program());
    harness_run(&run, (const char *const[]){"sh", "-c", script, NULL}, NULL);
    if (run.status == 77) skip();
    assert_int_equal(run.status, 0);
    assert_non_null(strstr(run.out, "--date-order"));
    for (char *p = run.out; *p != '\0'; p += strcspn(p, "\r\n"), p += strspn(p, "\r\n"))
        if (strcspn(p, "\r\n") > 50 && strstr(p, "dcim import cases.csv") != p + 2)
            fail_msg("%.*s", (int)strcspn(p, "\r\n"), p);
    harness_run_release(&run);
}

static void help_1_7_says_what_else_there_is(void **state)
{
    (void)state;
    char *text = printed("backup", "--help", NULL);
    assert_non_null(strstr(text, "See also:\n  dcim backup verify "));
    free(text);
    text = printed("key", "--help", NULL);
    assert_non_null(strstr(text, "`dcim key remove --help`"));
    free(text);
}

/* ---- 2 ---- */

static bool system_has(const char *program)
{
    struct harness_run run;
    harness_run(&run, (const char *const[]){"sh", "-c", "command -v \"$1\"", "sh", program, NULL},
                NULL);
    bool has = run.status == 0;
    harness_run_release(&run);
    return has;
}

static void man_2_1_holds_everything(void **state)
{
    (void)state;
    char *text = printed("man", NULL, NULL);
    char word[100];
    assert_true(strncmp(text, ".TH DCIM 1", 10) == 0);
    for (size_t i = 0; i < n_command; i++) {
        (void)snprintf(word, sizeof word, ".SS \"dcim %s\"\n", commands[i].words);
        if ((strstr(text, word) != NULL) == commands[i].hidden) fail_msg("%s", commands[i].words);
    }
    for (const struct option *o = global_options; o->name != NULL; o++) {
        (void)snprintf(word, sizeof word, "\\-\\-%.3s", o->name);
        assert_non_null(strstr(text, word));
    }
    free(text);
}

static void man_2_2_reads_without_a_warning(void **state)
{
    (void)state;
    char *text = printed("man", NULL, NULL);
    harness_write_text("dcim.1", text);
    free(text);
    struct harness_run run;
    (void)setenv("LC_ALL", "C.UTF-8", 1);
    (void)setenv("MANWIDTH", "80", 1);
    if (system_has("man")) {
        harness_run(&run,
                    (const char *const[]){"man", "--warnings=w", "-E", "UTF-8", "-l", "dcim.1",
                                          NULL},
                    NULL);
    } else if (system_has("groff")) {
        harness_run(&run,
                    (const char *const[]){"groff", "-z", "-ww", "-man", "-Tutf8", "dcim.1", NULL},
                    NULL);
    } else {
        skip();
    }
    if (run.status != 0 || run.n_err > 0) fail_msg("status %d: %s", run.status, run.err);
    assert_true(run.n_out > 3000);
    assert_non_null(strstr(run.out, "organisation add"));
    harness_run_release(&run);
}

/* ---- 3 ---- */

/* What bash offers behind "dcim WORDS ". */
static char *offered(const char *words)
{
    static const char script[] = "source ./dcim.bash || exit 9\n"
                                 "COMP_WORDS=(dcim $1 '')\n"
                                 "COMP_CWORD=$((${#COMP_WORDS[@]} - 1))\n"
                                 "_dcim || exit 8\n"
                                 "printf '%s\\n' \"${COMPREPLY[@]}\"\n"
                                 "complete -p dcim >&2\n";
    struct harness_run run;
    harness_run(&run,
                (const char *const[]){"bash", "--norc", "-u", "-c", script, "bash", words, NULL},
                NULL);
    if (run.status != 0) fail_msg("bash: %d %s", run.status, run.err);
    assert_non_null(strstr(run.err, "complete -F _dcim dcim"));
    free(run.err);
    return run.out;
}

static bool has_line(const char *text, const char *line)
{
    size_t n = strlen(line);
    for (const char *p = text; (p = strstr(p, line)) != NULL; p += n)
        if ((p == text || p[-1] == '\n') && p[n] == '\n') return true;
    return false;
}

static void completion_3_1_offers_commands(void **state)
{
    (void)state;
    char *text = printed("completion", NULL, NULL);
    harness_write_text("dcim.bash", text);
    free(text);
    char *all = offered("");
    for (size_t i = 0; i < n_command; i++) {
        char first[40], rest[40] = "";
        (void)snprintf(first, sizeof first, "%s", commands[i].words);
        char *blank = strchr(first, ' ');
        if (blank != NULL) {
            (void)snprintf(rest, sizeof rest, "%s", blank + 1);
            *blank = '\0';
        }
        if (has_line(all, first) == commands[i].hidden) fail_msg("%s", first);
        if (rest[0] == '\0') continue;
        char *second = offered(first);
        if (!has_line(second, rest)) fail_msg("behind %s: no %s in %s", first, rest, second);
        free(second);
    }
    free(all);
}

static void completion_3_2_offers_options(void **state)
{
    (void)state;
    char *text = printed("completion", NULL, NULL);
    harness_write_text("dcim.bash", text);
    free(text);
    harness_write_text("some-file.csv", "");
    for (size_t i = 0; i < n_command; i++) {
        if (commands[i].hidden) continue;
        char *options = offered(commands[i].words);
        for (const struct option *o = commands[i].option; o->name != NULL; o++) {
            char word[60];
            (void)snprintf(word, sizeof word, "--%s", o->name);
            if (!o->operand && !has_line(options, word))
                fail_msg("%s: no %s", commands[i].words, word);
        }
        if (!has_line(options, "--json")) fail_msg("%s: no --json", commands[i].words);
        if (!has_line(options, "some-file.csv")) fail_msg("%s: no files", commands[i].words);
        free(options);
    }
}

/* Words that merely begin like a command are another. */
static void completion_3_3_is_not_misled(void **state)
{
    (void)state;
    char *text = printed("completion", NULL, NULL);
    harness_write_text("dcim.bash", text);
    free(text);
    char *options = offered("imports");
    assert_false(has_line(options, "--mapping"));
    free(options);
    options = offered("import cases.csv --form");
    assert_true(has_line(options, "--mapping"));
    free(options);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(help_1_1_lists_every_command),
        cmocka_unit_test(help_1_2_of_nouns_and_commands),
        cmocka_unit_test(help_1_3_of_what_is_not_there),
        cmocka_unit_test(help_1_4_lines_are_short),
        cmocka_unit_test(help_1_5_commands_stay_in_one_piece),
        cmocka_unit_test(help_1_6_fits_the_terminal),
        cmocka_unit_test(help_1_7_says_what_else_there_is),
        cmocka_unit_test(man_2_1_holds_everything),
        cmocka_unit_test(man_2_2_reads_without_a_warning),
        cmocka_unit_test(completion_3_1_offers_commands),
        cmocka_unit_test(completion_3_2_offers_options),
        cmocka_unit_test(completion_3_3_is_not_misled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
