/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/cli/commands.c
 *  1 the table: every row is whole and fits the table of operations; words are told apart
 *  2 --help of every command; examples in help can be read
 *  3 every exit status, 0 to 6
 *  4 --json of every command is the operation's result
 *  5 two processes at once
 */
#include "harness.h"

#include "desk.h"

#include "cli/command.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define IMPORT "--form", "victim", "--organisation", "GNR"

static int begin(void **state)
{
    (void)state;
    desk_make("repository");
    desk_victims("v.csv", "A", 0, 40, 0);
    return 0;
}

/* ---- 1 ---- */

static const struct parameter_spec *parameter_called(const struct operation *op, const char *name)
{
    for (const struct parameter_spec *p = op->parameter; p->name != NULL; p++)
        if (strcmp(p->name, name) == 0) return p;
    return NULL;
}

static void option_fits(const struct command *c, const struct option *o, const struct operation *op)
{
    static const int fits[] = {[OPTION_TEXT] = PARAM_TEXT,
                               [OPTION_INT] = PARAM_INT,
                               [OPTION_FLAG] = PARAM_BOOL,
                               [OPTION_LIST] = PARAM_LIST};
    if (o->help == NULL || strlen(o->help) < 4) fail_msg("%s %s: no help", c->words, o->name);
    if (!o->operand && o->kind != OPTION_FLAG && o->value == NULL)
        fail_msg("%s --%s: no word for its value", c->words, o->name);
    for (const struct option *g = global_options; g->name != NULL && !o->operand; g++)
        if (strcmp(g->name, o->name) == 0)
            fail_msg("%s --%s hides a global option", c->words, o->name);
    if (o->parameter == NULL || op == NULL) return;
    const struct parameter_spec *p = parameter_called(op, o->parameter);
    if (p == NULL) fail_msg("%s: %s has no parameter %s", c->words, op->name, o->parameter);
    if (fits[o->kind] != (int)p->type) fail_msg("%s %s: another type", c->words, o->name);
    if (p->required && !o->required)
        fail_msg("%s %s: not required, but %s needs it", c->words, o->name, op->name);
}

static const struct operation *operation_of(const struct command *c)
{
    if (c->operation != NULL) return operation_find(c->operation);
    if (c->run == run_import) return operation_find("import.run");
    if (c->run == run_table) return operation_find("table.count");
    if (c->run == run_record_show) return operation_find("record.show");
    if (c->run == run_quality) return operation_find("quality.report");
    if (c->run == run_links) return operation_find("record.links");
    if (c->run == run_release_create) return operation_find("release.prepare");
    if (c->run == run_release_show) return operation_find("release.show");
    if (c->run == run_encode) return operation_find("encode.file");
    if (c->run == run_link_key) return operation_find("link.key");
    if (c->run == run_link_encode) return operation_find("link.encode");
    return NULL;
}

static void table_1_1_fits_the_operations(void **state)
{
    (void)state;
    for (size_t i = 0; i < n_command; i++) {
        const struct command *c = &commands[i];
        const struct operation *op = operation_of(c);
        if (c->summary == NULL || strlen(c->summary) < 4) fail_msg("%s: no summary", c->words);
        if ((c->operation == NULL) == (c->run == NULL)) fail_msg("%s: operation or run?", c->words);
        if (c->operation != NULL && (op == NULL || c->show == NULL))
            fail_msg("%s: %s", c->words, c->operation);
        for (const struct option *o = c->option; o->name != NULL; o++) option_fits(c, o, op);
        if (op == NULL) continue;
        for (const struct parameter_spec *p = op->parameter; p->name != NULL; p++) {
            const struct option *o = c->option;
            while (o->name != NULL && (o->parameter == NULL || strcmp(o->parameter, p->name) != 0))
                o++;
            /* `width` and `threshold` are what run_table() makes of the terminal and of
             * --protect, `purpose` what --purpose says for every command; an `upload` lies at the
             * desk of a server, which a file of this machine has no need of; `brief` is for pages,
             * of which many want the titles of forms alone; `seen` is what a page, or `dcim link
             * review`, has shown; `key_file` is what --key-file says; `recipient` is what stands in
             * the file that --recipient names; `tables` are in the file of --tables; `offset` and
             * `digest` are of a download in pieces, over the desk */
            bool made = strcmp(p->name, "width") == 0 || strcmp(p->name, "threshold") == 0 ||
                        strcmp(p->name, "purpose") == 0 || strcmp(p->name, "upload") == 0 ||
                        strcmp(p->name, "brief") == 0 || strcmp(p->name, "seen") == 0 ||
                        strcmp(p->name, "key_file") == 0 || strcmp(p->name, "recipient") == 0 ||
                        strcmp(p->name, "tables") == 0 || strcmp(p->name, "offset") == 0 ||
                        strcmp(p->name, "digest") == 0;
            if (o->name == NULL && !made) fail_msg("%s cannot say %s", c->words, p->name);
        }
    }
}

/* Every operation can be asked for, by one command or by its option; those of the desk by pages;
 * and two by the server itself alone. */
static void table_1_2_every_operation_has_a_command(void **state)
{
    (void)state;
    static const char *const by_option[] = {"import.run",   "import.check",   "table.count",
                                            "table.raw",    "record.show",    "record.identity",
                                            "record.links", "quality.report", "backup.daily",
                                            "encode.file",  "link.key",       "link.encode",
                                            "link.catch_up"};
    for (size_t i = 0; operation_at(i) != NULL; i++) {
        const char *name = operation_at(i)->name;
        bool found = operation_at(i)->reach != REACH_LOCAL;
        for (size_t k = 0; k < n_command && !found; k++)
            found = commands[k].operation != NULL && strcmp(commands[k].operation, name) == 0;
        for (size_t k = 0; k < sizeof by_option / sizeof by_option[0] && !found; k++)
            found = strcmp(by_option[k], name) == 0;
        if (!found) fail_msg("no command does %s", name);
    }
}

/* What the paper of the design names. */
static void table_1_3_the_commands_that_were_asked_for(void **state)
{
    (void)state;
    static const char *const wanted[] = {
        "init",        "organisation add", "import",     "table",   "record list",
        "record show", "record history",   "pack check", "check",   "variables",
        "codes",       "audit verify",     "backup",     "restore", "demo"};
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        size_t k = 0;
        while (k < n_command && strcmp(commands[k].words, wanted[i]) != 0) k++;
        if (k == n_command) fail_msg("no %s", wanted[i]);
    }
    for (size_t i = 0; i < n_command; i++)
        for (size_t k = 0; k < i; k++)
            if (strcmp(commands[i].words, commands[k].words) == 0)
                fail_msg("%s twice", commands[i].words);
}

static void table_1_4_the_longest_words_win(void **state)
{
    (void)state;
    static const struct {
        const char *argv[4];
        int argc;
        const char *words;
        int n_word;
    } tries[] = {{{"backup", "verify", "f"}, 3, "backup verify", 2},
                 {{"backup", "f"}, 2, "backup", 1},
                 {{"organisation", "add"}, 2, "organisation add", 2},
                 {{"organisation"}, 1, NULL, 0},
                 {{"organisation", "addx"}, 2, NULL, 0},
                 {{"import"}, 1, "import", 1},
                 {{""}, 1, NULL, 0}};
    for (size_t i = 0; i < sizeof tries / sizeof tries[0]; i++) {
        union {
            const char *const *given;
            char *const *wanted;
        } argv = {tries[i].argv};
        int n;
        const struct command *c = command_find(tries[i].argc, argv.wanted, &n);
        assert_int_equal(n, tries[i].n_word);
        if (tries[i].words == NULL) assert_null(c);
        else assert_string_equal(c->words, tries[i].words);
    }
}

/* ---- 2 ---- */

/* argv out of a line of shell: blanks part words, "..." holds them together. */
static int split(char **argv, int max, char *line)
{
    int n = 0;
    for (char *p = line; *p != '\0' && n < max;) {
        if (*p == ' ') {
            p++;
            continue;
        }
        bool quoted = *p == '"';
        if (quoted) p++;
        argv[n++] = p;
        while (*p != '\0' && *p != (quoted ? '"' : ' ')) p++;
        if (*p != '\0') *p++ = '\0';
    }
    return n;
}

static void help_2_1_of_every_command(void **state)
{
    (void)state;
    for (size_t i = 0; i < n_command; i++) {
        char line[200];
        char *argv[8];
        struct harness_run run;
        (void)snprintf(line, sizeof line, "%s", commands[i].words);
        int n = split(argv, 4, line);
        const char *args[8] = {harness_program(), argv[0], n > 1 ? argv[1] : "--help",
                               n > 1 ? "--help" : NULL, NULL};
        harness_run(&run, args, NULL);
        if (run.status != 0 || run.n_err != 0)
            fail_msg("%s --help: %d %s", commands[i].words, run.status, run.err);
        if (strstr(run.out, commands[i].summary) == NULL)
            fail_msg("%s --help: %s", commands[i].words, run.out);
        for (const struct option *o = commands[i].option; o->name != NULL; o++)
            if (strstr(run.out, o->name) == NULL)
                fail_msg("%s --help hides %s", commands[i].words, o->name);
        if (strstr(run.out, "--repository") == NULL)
            fail_msg("%s --help hides --repository", commands[i].words);
        harness_run_release(&run);
    }
}

static void help_2_2_examples_can_be_read(void **state)
{
    (void)state;
    int seen = 0;
    for (size_t i = 0; i < n_command; i++) {
        char line[400];
        char *argv[40];
        struct invocation v = {0};
        struct err e = {0};
        int n_word;
        if (commands[i].example == NULL) continue;
        (void)snprintf(line, sizeof line, "%s", commands[i].example);
        int n = split(argv, 40, line);
        assert_true(n >= 2);
        assert_string_equal(argv[0], "dcim");
        v.command = command_find(n - 1, argv + 1, &n_word);
        if (v.command != &commands[i])
            fail_msg("%s: the example is of another command", commands[i].words);
        if (!command_parse(&v, n - 1 - n_word, argv + 1 + n_word, &e))
            fail_msg("%s: %s", commands[i].example, e.msg);
        invocation_release(&v);
        seen++;
    }
    assert_true(seen >= 5);
}

/* ---- 3 ---- */

static int status_of(const char *const *argv)
{
    struct harness_run run;
    harness_run(&run, argv, NULL);
    int status = run.status;
    bool told = run.n_err > 0 || run.n_out > 0;
    if (!told) fail_msg("status %d without a word", status);
    harness_run_release(&run);
    return status;
}
#define STATUS(...) status_of((const char *const[]){harness_program(), __VA_ARGS__, NULL})

static void statuses_3_1_each_from_0_to_6(void **state)
{
    (void)state;
    char bad[1000];
    assert_int_equal(STATUS("import", "v.csv", IMPORT), 0);
    (void)snprintf(bad, sizeof bad, "%s%s", desk_victim_header,
                   "B-1,,,,2023-05-11,Q,40,PT,PT,E210,A01,PT,2023-01,yes,"
                   "S30,2023-12-12,14,LB3\n");
    harness_write_text("bad.csv", bad);
    assert_int_equal(STATUS("import", "bad.csv", IMPORT), 1);
    assert_int_equal(STATUS("import", "bad.csv", IMPORT, "--strict"), 1);
    assert_int_equal(STATUS("import", "bad.csv", IMPORT, "--dry-run", "--json"), 1);
    assert_int_equal(STATUS("import", "v.csv", "--form", "nosuch", "--organisation", "GNR"), 2);
    assert_int_equal(STATUS("import", "v.csv"), 2);
    assert_int_equal(STATUS("import", "absent.csv", IMPORT), 3);
    harness_write_text("cut.csv", "source_file_no,sex\n\"A-1");
    assert_int_equal(STATUS("import", "cut.csv", IMPORT), 3);
    desk_remove("broken-pack");
    desk_copy(harness_source("data"), "broken-pack");
    assert_int_equal(chmod("broken-pack/parameters.csv", 0600), 0);
    harness_write_text("broken-pack/parameters.csv", "name\n\"\n");
    assert_int_equal(STATUS("pack", "check", "broken-pack"), 3);
    assert_int_equal(STATUS("--version"), 0);
    assert_int_equal(STATUS("record", "list", "--role", "administrator"), 4);
    assert_int_equal(STATUS("table", "--form", "victim", "--rows", "sex", "--protect",
                            "threshold=2"),
                     4);
    harness_write_text("other.key", "0123456789abcdef0123456789abcdef");
    assert_int_equal(chmod("other.key", 0600), 0);
    assert_int_equal(STATUS("info", "--key-file", "other.key"), 4);
    FILE *f = fopen("repository/dictionary/parameters.csv",
                    "ab"); /* changed behind the back of the log */
    assert_non_null(f);
    (void)fputs("test.parameter,1,,\n", f);
    assert_int_equal(fclose(f), 0);
    assert_int_equal(STATUS("info"), 5);
}

/* Two persons of 40 only in one category: no table with totals can hide them. */
static void statuses_3_2_a_table_that_cannot_be_protected(void **state)
{
    (void)state;
    desk_victims("two.csv", "B", 0, 2, 0);
    assert_int_equal(STATUS("import", "two.csv", IMPORT), 0);
    assert_int_equal(STATUS("table", "--form", "victim", "--rows", "sex"), 6);
}

/* ---- 4 ---- */

/* Equal, but for instants, and what changes with every entry of the log. */
static bool alike(const struct json *a, const struct json *b)
{
    static const char *const moving[] = {"at",   "made_at", "head",  "checkpoint",
                                         "hash", "entries", "batch", "detail"};
    if (json_kind(a) != json_kind(b) || json_size(a) != json_size(b)) return false;
    switch (json_kind(a)) {
    case JSON_OBJECT:
        for (size_t i = 0; i < json_size(a); i++) {
            const char *key;
            const struct json *x = json_member(a, i, &key);
            bool moves = false;
            for (size_t k = 0; k < sizeof moving / sizeof moving[0]; k++)
                moves |= strcmp(key, moving[k]) == 0;
            if (!json_has(b, key) || (!moves && !alike(x, json_get(b, key)))) return false;
        }
        return true;
    case JSON_ARRAY:
        for (size_t i = 0; i < json_size(a); i++)
            if (!alike(json_at(a, i), json_at(b, i))) return false;
        return true;
    case JSON_TEXT: return strcmp(json_as_text(a, ""), json_as_text(b, "")) == 0;
    case JSON_INT: return json_as_int(a, 0) == json_as_int(b, 0);
    case JSON_NUMBER: return json_as_number(a, 0) == json_as_number(b, 0);
    case JSON_BOOL: return json_as_bool(a, false) == json_as_bool(b, false);
    case JSON_NULL: return true;
    }
    return false;
}

static struct json *json_of(const char *const *argv, int status)
{
    struct harness_run run;
    struct json *j = NULL;
    struct err e = {0};
    harness_run(&run, argv, NULL);
    if (run.status != status)
        fail_msg("%s %s: status %d: %s%s", argv[1], argv[2], run.status, run.err, run.out);
    if (!json_parse(&j, (struct text){run.out, run.n_out}, &e))
        fail_msg("%s: no JSON: %s", argv[1], run.out);
    harness_run_release(&run);
    return j;
}

static void equal(const char *line, const char *operation, const char *parameters)
{
    char words[400];
    char *argv[40];
    const char *args[42] = {harness_program()};
    (void)snprintf(words, sizeof words, "%s --json", line);
    int n = split(argv, 40, words);
    for (int i = 0; i < n; i++) args[i + 1] = argv[i];
    struct json *printed = json_of(args, 0);
    struct service_options o = desk_options("repository", NULL);
    o.purpose = "keeping the register"; /* what the command line says when nobody does */
    struct service *s = desk_open_with(&o);
    const struct json *result = desk_do(s, operation, "%s", parameters);
    if (!alike(printed, result))
        fail_msg("dcim %s: another document than that of %s", line, operation);
    service_close(s);
    json_free(printed);
}

static void json_4_1_is_the_result_of_the_operation(void **state)
{
    (void)state;
    char line[200], parameters[200], record[20];
    struct service *s = desk_open("repository", NULL);
    (void)desk_do(s, "import.run", "{'file':'v.csv','form':'victim','organisation':'GNR'}");
    const struct json *list = json_get(desk_do(s, "record.list", "{}"), "records");
    (void)snprintf(record, sizeof record, "%s", json_get_text(json_at(list, 0), "record", ""));
    service_close(s);
    equal("info", "repository.info", "{}");
    equal("organisation list", "organisation.list", "{}");
    equal("import v.csv --form victim --organisation GNR", "import.run",
          "{'file':'v.csv','form':'victim','organisation':'GNR'}");
    equal("import v.csv --form victim --organisation GNR --dry-run", "import.check",
          "{'file':'v.csv','form':'victim','organisation':'GNR'}");
    equal("batch list", "batch.list", "{}");
    equal("table --form victim --rows sex --columns age_group --protect none", "table.raw",
          "{'form':'victim','rows':['sex'],'columns':['age_group']}");
    equal("table --form victim --rows sex --count records", "table.count",
          "{'form':'victim','rows':['sex'],'count':'records'}");
    equal("table --form victim --rows sex --format csv --protect threshold=7", "table.count",
          "{'form':'victim','rows':['sex'],'format':'csv','threshold':7}");
    equal("record list --form victim --limit 5", "record.list", "{'form':'victim','limit':5}");
    (void)snprintf(line, sizeof line, "record show %s", record);
    (void)snprintf(parameters, sizeof parameters, "{'record':'%s'}", record);
    equal(line, "record.show", parameters);
    (void)snprintf(line, sizeof line, "record history %s", record);
    equal(line, "record.history", parameters);
    (void)snprintf(line, sizeof line, "record show %s --identity --purpose court", record);
    (void)snprintf(parameters, sizeof parameters, "{'record':'%s','purpose':'court'}", record);
    equal(line, "record.identity", parameters);
    equal("audit verify", "audit.verify", "{}");
    equal("audit list --from 1 --limit 3", "audit.list", "{'from':1,'limit':3}");
    equal("pack check", "pack.check", "{}");
    equal("pack list", "pack.list", "{}");
    equal("pack install", "pack.install", "{}");
    equal("check", "check.run", "{}");
    equal("forms", "dictionary.forms", "{}");
    equal("variables --form suspect", "dictionary.variables", "{'form':'suspect'}");
    equal("codes CL_EXPL", "dictionary.codes", "{'list':'CL_EXPL'}");
    equal("rules", "dictionary.rules", "{}");
    equal("mapping list", "mapping.list", "{}");
    equal("key list", "key.list", "{}");
}

/* The rest, whose results cannot be had twice: valid documents with what people are told. */
static void json_4_2_of_what_can_be_done_once(void **state)
{
    (void)state;
    struct json *j = json_of((const char *const[]){harness_program(), "organisation", "add",
                                                   "--code", "X1", "--type", "police", "--name",
                                                   "Um \"nome\" português", "--json", NULL},
                             0);
    assert_string_equal(json_get_text(j, "name", ""), "Um \"nome\" português");
    assert_string_equal(json_get_text(j, "type", ""), "10");
    json_free(j);
    j = json_of((const char *const[]){harness_program(), "init", "--pack", "pt", "fresh",
                                      "--key-file", "fresh.key", "--json", NULL},
                0);
    assert_true(strlen(json_get_text(j, "recovery_code", "")) > 20);
    json_free(j);
    j = json_of((const char *const[]){harness_program(), "key", "add", "recovery", "--label",
                                      "safe", "--json", NULL},
                0);
    assert_true(strlen(json_get_text(j, "recovery_code", "")) > 20);
    json_free(j);
    j = json_of((const char *const[]){harness_program(), "key", "remove", "3", "--json", NULL}, 0);
    assert_int_equal(json_get_int(j, "slot", 0), 3);
    json_free(j);
    j = json_of((const char *const[]){harness_program(), "import", "v.csv", IMPORT, "--json", NULL},
                0);
    assert_int_equal(json_get_int(j, "new", 0), 40);
    json_free(j);
    j = json_of((const char *const[]){harness_program(), "backup", "b.dcim", "--json", NULL}, 0);
    assert_int_equal(json_get_int(j, "records", 0), 40);
    json_free(j);
    /* S96: the key file alone does not open it, and a code that others can read is not taken. */
    assert_int_equal(chmod("repository.recovery", 0640), 0);
    j = json_of((const char *const[]){harness_program(), "backup", "verify", "b.dcim", "--json",
                                      NULL},
                3);
    assert_string_equal(json_get_text(j, "error", ""), "cli.recovery_file");
    json_free(j);
    assert_int_equal(chmod("repository.recovery", 0600), 0);
    j = json_of((const char *const[]){harness_program(), "info", "--recovery-file",
                                      "repository.recovery", "--key-file", "none", "--json", NULL},
                0);
    json_free(j);
    j = json_of((const char *const[]){harness_program(), "backup", "verify", "b.dcim", "--json",
                                      NULL},
                0);
    assert_int_equal(json_get_int(j, "records", 0), 40);
    json_free(j);
    desk_remove("restored");
    j = json_of((const char *const[]){harness_program(), "restore", "b.dcim", "restored", "--json",
                                      NULL},
                0);
    assert_string_equal(json_get_text(j, "folder", ""), "restored");
    json_free(j);
    j = json_of((const char *const[]){harness_program(), "batch", "undo", "1", "--reason", "test",
                                      "--json", NULL},
                0);
    assert_int_equal(json_get_int(j, "withdrawn", 0), 40);
    json_free(j);
    j = json_of((const char *const[]){harness_program(), "version", "--json", NULL}, 0);
    assert_true(strlen(json_get_text(j, "version", "")) > 0);
    json_free(j);
}

static void json_4_3_of_errors(void **state)
{
    (void)state;
    static const char *const tries[][8] = {{"import", "absent.csv", IMPORT, "--json"},
                                           {"import", "--json"},
                                           {"nosuch", "--json"},
                                           {"organisation", "--json"},
                                           {"table", "--jsn", "--json"},
                                           {"codes", "NOSUCH", "--json"},
                                           {"record", "show", "0000-0000-0001", "--json"}};
    for (size_t i = 0; i < sizeof tries / sizeof tries[0]; i++) {
        const char *argv[12] = {harness_program()};
        struct harness_run run;
        struct json *j;
        for (size_t k = 0; k < 8 && tries[i][k] != NULL; k++) argv[k + 1] = tries[i][k];
        harness_run(&run, argv, NULL);
        assert_true(run.status == 2 || run.status == 3);
        assert_int_equal(run.n_err, 0);
        if (!json_parse(&j, (struct text){run.out, run.n_out}, NULL))
            fail_msg("%s: %s", argv[1], run.out);
        assert_true(strlen(json_get_text(j, "error", "")) > 3);
        assert_true(strlen(json_get_text(j, "message", "")) > 3);
        assert_true(strlen(json_get_text(j, "code", "")) > 3);
        assert_true(json_has(j, "remedy"));
        json_free(j);
        harness_run_release(&run);
    }
}

/* ---- 5 ---- */

static pid_t start(const char *const *argv)
{
    extern char **environ;
    pid_t pid;
    posix_spawn_file_actions_t acts;
    posix_spawn_file_actions_init(&acts);
    posix_spawn_file_actions_addopen(&acts, 1, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&acts, 2, "/dev/null", O_WRONLY, 0);
    union {
        const char *const *given;
        char *const *wanted;
    } args = {argv};
    assert_int_equal(posix_spawn(&pid, argv[0], &acts, NULL, args.wanted, environ), 0);
    posix_spawn_file_actions_destroy(&acts);
    return pid;
}

static int finish(pid_t pid)
{
    int status;
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR) fail_msg("waitpid");
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* S84 in part: the second waits for the first. */
static void together_5_1_imports_wait_for_one_another(void **state)
{
    (void)state;
    enum { AT_ONCE = 4, EACH = 1500 };
    pid_t pid[AT_ONCE];
    char name[AT_ONCE][20];
    for (int i = 0; i < AT_ONCE; i++) {
        char prefix[8];
        (void)snprintf(name[i], sizeof name[i], "p%d.csv", i);
        (void)snprintf(prefix, sizeof prefix, "P%d", i);
        desk_victims(name[i], prefix, 0, EACH, 0);
    }
    for (int i = 0; i < AT_ONCE; i++)
        pid[i] = start((const char *const[]){harness_program(), "import", name[i], IMPORT, NULL});
    for (int i = 0; i < AT_ONCE; i++) assert_int_equal(finish(pid[i]), 0);
    struct service *s = desk_open("repository", NULL);
    assert_int_equal(desk_records(s, "victim"), AT_ONCE * EACH);
    assert_int_equal(desk_entries(s, "import"), AT_ONCE);
    desk_verify(s);
    service_close(s);
}

#define T(name) cmocka_unit_test_setup(name, begin)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(table_1_1_fits_the_operations),
        cmocka_unit_test(table_1_2_every_operation_has_a_command),
        cmocka_unit_test(table_1_3_the_commands_that_were_asked_for),
        cmocka_unit_test(table_1_4_the_longest_words_win),
        T(help_2_1_of_every_command),
        T(help_2_2_examples_can_be_read),
        T(statuses_3_1_each_from_0_to_6),
        T(statuses_3_2_a_table_that_cannot_be_protected),
        T(json_4_1_is_the_result_of_the_operation),
        T(json_4_2_of_what_can_be_done_once),
        T(json_4_3_of_errors),
        T(together_5_1_imports_wait_for_one_another),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
