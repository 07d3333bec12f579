/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/cli/parse.c
 *  1 options: both ways to write them, flags, lists, numbers, anywhere, behind --
 *  2 global options
 *  3 what is refused, and what is suggested instead
 */
#include "harness.h"

#include "cli/command.h"

static struct invocation v;
static struct err e;

static bool parse(const char *command, const char *const *argv)
{
    int n = 0;
    size_t i = 0;
    while (i < n_command && strcmp(commands[i].words, command) != 0) i++;
    assert_true(i < n_command);
    while (argv[n] != NULL) n++;
    union {
        const char *const *given;
        char *const *wanted;
    } args = {argv};
    invocation_release(&v);
    v = (struct invocation){.command = &commands[i]};
    err_clear(&e);
    return command_parse(&v, n, args.wanted, &e);
}
#define PARSE(command, ...) parse(command, (const char *const[]){__VA_ARGS__, NULL})

static void refused(bool ok, const char *id, const char *word, const char *remedy)
{
    if (ok) fail_msg("not refused: %s", id);
    assert_int_equal(e.code, ERR_USAGE);
    assert_string_equal(e.id, id);
    if (strstr(e.msg, word) == NULL) fail_msg("%s is not in: %s", word, e.msg);
    if (strstr(e.remedy, remedy) == NULL) fail_msg("%s is not in: %s", remedy, e.remedy);
}

#define NEEDED "f.csv", "--form", "victim", "--organisation", "GNR"

static void options_1_1_both_ways(void **state)
{
    (void)state;
    assert_true(
        PARSE("import", "--form=victim", "f.csv", "--organisation", "GNR", "--separator=="));
    assert_string_equal(json_get_text(v.in, "file", ""), "f.csv");
    assert_string_equal(json_get_text(v.in, "form", ""), "victim");
    assert_string_equal(json_get_text(v.in, "organisation", ""), "GNR");
    assert_string_equal(json_get_text(v.in, "separator", ""), "=");
    assert_true(PARSE("import", NEEDED, "--mapping", ""));
    assert_true(json_has(v.in, "mapping"));
    /* a value may look like an option */
    assert_true(PARSE("batch undo", "1", "--reason", "--strict was forgotten"));
    assert_string_equal(json_get_text(v.in, "reason", ""), "--strict was forgotten");
}

static void options_1_2_kinds(void **state)
{
    (void)state;
    assert_true(
        PARSE("table", "--form", "victim", "--rows", " sex , age_group,,", "--protect", "none"));
    const struct json *rows = json_get(v.in, "rows");
    assert_int_equal(json_size(rows), 2);
    assert_string_equal(json_as_text(json_at(rows, 0), ""), "sex");
    assert_string_equal(json_as_text(json_at(rows, 1), ""), "age_group");
    assert_false(json_has(v.in, "protect")); /* the command's own */
    assert_string_equal(json_get_text(v.own, "protect", ""), "none");
    assert_true(PARSE("import", NEEDED, "--strict", "--dry-run"));
    assert_true(json_get_bool(v.in, "strict", false));
    assert_true(json_get_bool(v.own, "dry-run", false));
    assert_true(PARSE("record list", "--limit", "007", "--after=9223372036854775807"));
    assert_int_equal(json_get_int(v.in, "limit", 0), 7);
    assert_int_equal(json_get_int(v.in, "after", 0), INT64_MAX);
}

static void options_1_3_behind_two_dashes(void **state)
{
    (void)state;
    assert_true(
        PARSE("import", "--form", "victim", "--organisation", "GNR", "--", "--odd name.csv"));
    assert_string_equal(json_get_text(v.in, "file", ""), "--odd name.csv");
    assert_true(PARSE("codes", "-")); /* one dash alone is a word */
    assert_string_equal(json_get_text(v.in, "list", ""), "-");
}

static void options_1_4_help_of_two_words(void **state)
{
    (void)state;
    assert_true(PARSE("help", "organisation", "add"));
    assert_string_equal(json_get_text(v.own, "COMMAND", ""), "organisation add");
    static const char *const nothing[] = {NULL};
    assert_true(parse("help", nothing));
    assert_string_equal(json_get_text(v.own, "COMMAND", ""), "");
}

static void globals_2_1_of_every_command(void **state)
{
    (void)state;
    assert_true(PARSE("codes", "--repository", "r", "CL_SEX", "--key-file=k", "--role", "analyst",
                      "--purpose", "p", "--language", "pt", "--data", "d", "--json", "--recovery"));
    assert_string_equal(v.globals.repository, "r");
    assert_string_equal(v.globals.key_file, "k");
    assert_string_equal(v.globals.role, "analyst");
    assert_string_equal(v.globals.purpose, "p");
    assert_string_equal(v.globals.language, "pt");
    assert_string_equal(v.globals.data, "d");
    assert_true(v.globals.json);
    assert_true(v.globals.recovery);
    assert_false(v.globals.help);
    /* for help nothing else is asked */
    assert_true(PARSE("import", "--help"));
    assert_true(v.globals.help);
    assert_true(PARSE("import", "-h"));
    assert_true(v.globals.help);
}

static void globals_2_2_json_is_noticed_in_what_cannot_be_read(void **state)
{
    (void)state;
    char import[] = "import", bad[] = "--bad", json[] = "--json", end[] = "--";
    assert_true(arguments_ask_json(3, (char *const[]){import, bad, json}));
    assert_false(arguments_ask_json(2, (char *const[]){import, bad}));
    assert_false(arguments_ask_json(3, (char *const[]){import, end, json}));
}

static void refused_3_1_options(void **state)
{
    (void)state;
    refused(PARSE("table", "--colums", "sex"), "cli.option", "--colums", "--columns");
    refused(PARSE("table", "--COLUMNS=sex"), "cli.option", "--COLUMNS", "--columns");
    refused(PARSE("info", "--repositry", "r"), "cli.option", "--repositry", "--repository");
    refused(PARSE("info", "--zzzzzzzz"), "cli.option", "--zzzzzzzz", "dcim info --help");
    refused(PARSE("info", "-v"), "cli.option", "-v", "dcim info --help");
    refused(PARSE("import", "-f", "x"), "cli.option", "-f", "");
    refused(PARSE("info", "--=x"), "cli.option", "--", "");
    refused(PARSE("info", "--json=yes"), "cli.flag", "--json", "");
    refused(PARSE("import", NEEDED, "--strict=no"), "cli.flag", "--strict", "");
    refused(PARSE("import", NEEDED, "--mapping"), "cli.value", "--mapping", "");
    refused(PARSE("info", "--role"), "cli.value", "--role", "");
    /* an operand's word is no option */
    refused(PARSE("codes", "--LIST", "CL_SEX"), "cli.option", "--LIST", "");
}

static void refused_3_2_operands(void **state)
{
    (void)state;
    refused(PARSE("info", "extra"), "cli.operand", "extra", "--help");
    refused(PARSE("import", NEEDED, "second.csv"), "cli.operand", "second.csv", "--help");
    static const char *const nothing[] = {NULL};
    refused(parse("import", nothing), "cli.missing", "FILE", "--help");
    refused(PARSE("import", "f.csv"), "cli.missing", "--form", "--help");
    refused(PARSE("batch undo", "one", "--reason", "x"), "cli.number", "BATCH", "");
    refused(PARSE("record list", "--limit", "1e3"), "cli.number", "--limit", "");
    refused(PARSE("record list", "--limit", "99999999999999999999"), "cli.number", "--limit", "");
    refused(PARSE("record list", "--limit", ""), "cli.number", "--limit", "");
}

/* S63 */
static void refused_3_3_what_is_not_utf8(void **state)
{
    (void)state;
    refused(PARSE("organisation add", "--code", "X", "--type", "police", "--name", "Jo\xe3o"),
            "cli.encoding", "name", "");
    refused(PARSE("table", "--form", "victim", "--rows", "se\xff"), "cli.encoding", "rows", "");
}

static int end(void **state)
{
    (void)state;
    invocation_release(&v);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_1_1_both_ways),
        cmocka_unit_test(options_1_2_kinds),
        cmocka_unit_test(options_1_3_behind_two_dashes),
        cmocka_unit_test(options_1_4_help_of_two_words),
        cmocka_unit_test(globals_2_1_of_every_command),
        cmocka_unit_test(globals_2_2_json_is_noticed_in_what_cannot_be_read),
        cmocka_unit_test(refused_3_1_options),
        cmocka_unit_test(refused_3_2_operands),
        cmocka_unit_test(refused_3_3_what_is_not_utf8),
    };
    return cmocka_run_group_tests(tests, NULL, end);
}
