/* SPDX-License-Identifier: EUPL-1.2 */
/* S8: the program as it comes is the safe one.
 *  1 a fresh repository: encrypted, closed to others, no way in but its key
 *  2 tables are protected unless somebody who may asks for raw ones, and these say so
 *  3 identifiers are opened only for a stated purpose
 *  4 the one switch that weakens says so at every start, and there is no other */
#include "harness.h"

#include "desk.h"

#include "base/file.h"
#include "cli/command.h"
#include "store/tree.h"

#include <sys/stat.h>
#include <unistd.h>

static struct harness_run run;

#define DCIM(wanted, ...)                                                           \
    do {                                                                            \
        harness_run_release(&run);                                                  \
        HARNESS_DCIM(&run, __VA_ARGS__);                                            \
        if (run.status != (wanted)) fail_msg("status %d: %s", run.status, run.err); \
    } while (0)

static int begin(void **state)
{
    (void)state;
    desk_make("repository");
    desk_victims("v.csv", "A", 0, 41, 0);
    DCIM(0, "import", "v.csv", "--form", "victim", "--organisation", "GNR");
    return 0;
}

static int end(void **state)
{
    (void)state;
    harness_run_release(&run);
    return 0;
}

static void mode_is(const char *path, mode_t wanted)
{
    struct stat s;
    if (stat(path, &s) != 0) fail_msg("no %s", path);
    if ((s.st_mode & 07777) != wanted) fail_msg("%s is %o", path, (unsigned)s.st_mode & 07777);
}

static void defaults_1_a_fresh_repository(void **state)
{
    (void)state;
    struct tree_files files;
    size_t n;
    char path[400];
    mode_t before = umask(0); /* whatever the user's settings */
    DCIM(0, "init", "--pack", "pt", "fresh", "--key-file", "fresh.key");
    (void)umask(before);
    mode_is("fresh", 0700);
    mode_is("fresh/dictionary", 0700);
    mode_is("fresh/dictionary/codelists", 0700);
    mode_is("fresh.key", 0600);
    assert_true(tree_list(&files, "fresh", NULL));
    assert_true(files.n > 20);
    for (size_t i = 0; i < files.n; i++) {
        (void)snprintf(path, sizeof path, "fresh/%s", files.path[i]);
        mode_is(path, 0600);
    }
    tree_files_free(&files);
    char *database = harness_read("fresh/database", &n);
    assert_memory_not_equal(database, "SQLite format 3", 15);
    assert_null(memmem(database, n, "CREATE TABLE", 12));
    free(database);
    /* No default key, account or password (without any secret: test_terminal.c). */
    DCIM(0, "init", "--pack", "pt", "other", "--key-file", "other.key");
    DCIM(4, "info", "--repository", "fresh", "--key-file", "other.key");
    DCIM(0, "info", "--repository", "fresh", "--key-file", "fresh.key");
}

static void defaults_2_tables_are_protected(void **state)
{
    (void)state;
    /* Ages 20 to 59 in turn: below 23 are three women and one man. */
    DCIM(0, "table", "--form", "victim", "--rows", "sex", "--json");
    assert_non_null(strstr(run.out, "\"kind\": \"protected\""));
    assert_non_null(strstr(run.out, "\"threshold\": 3"));
    DCIM(0, "table", "--form", "victim", "--rows", "sex", "--where", "${age_at_registration} < 23");
    assert_null(strstr(run.out, "NOT FOR PUBLICATION"));
    assert_non_null(strstr(run.out, " .."));
    DCIM(0, "table", "--form", "victim", "--rows", "sex", "--where", "${age_at_registration} < 23",
         "--protect", "none");
    assert_non_null(strstr(run.out, "NOT FOR PUBLICATION"));
    assert_null(strstr(run.out, " .."));
    /* Not for everybody, and no protection that protects nothing. */
    DCIM(4, "table", "--form", "victim", "--rows", "sex", "--protect", "none", "--role",
         "publisher");
    assert_string_equal(run.out, "");
    DCIM(0, "table", "--form", "victim", "--rows", "sex", "--role", "publisher");
    DCIM(2, "table", "--form", "victim", "--rows", "sex", "--protect", "threshold=1");
    DCIM(2, "table", "--form", "victim", "--rows", "sex", "--protect", "off");
    /* The help says what is so. */
    DCIM(0, "table", "--help");
    assert_non_null(strstr(run.out, "threshold=K hides counts below K (default: the"));
}

static void defaults_3_identifiers_need_a_purpose(void **state)
{
    (void)state;
    char code[20];
    DCIM(0, "record", "list", "--form", "victim", "--json");
    struct json *j;
    struct err e;
    if (!json_parse(&j, text_of(run.out), &e)) fail_msg("%s", e.msg);
    (void)snprintf(code, sizeof code, "%s",
                   json_get_text(json_at(json_get(j, "records"), 0), "record", ""));
    json_free(j);
    assert_int_not_equal(code[0], 0);
    DCIM(0, "record", "show", code);
    assert_null(strstr(run.out, "FAMILY-"));
    DCIM(4, "record", "show", code, "--identity");
    assert_string_equal(run.out, "");
    assert_non_null(strstr(run.err, "--purpose"));
    DCIM(0, "record", "show", code, "--identity", "--purpose", "call the person");
    assert_non_null(strstr(run.out, "FAMILY-"));
    DCIM(0, "audit", "list", "--limit", "3");
    assert_non_null(strstr(run.out, "call the person"));
}

static void defaults_4_the_switch_that_weakens(void **state)
{
    (void)state;
    static const char *const words[][6] = {{"info"},
                                           {"record", "list"},
                                           {"audit", "verify"},
                                           {"table", "--form", "victim", "--rows", "sex"},
                                           {"version"}};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        const char *argv[8] = {harness_program()};
        for (size_t k = 0; k < 6; k++) argv[k + 1] = words[i][k];
        for (int insecure = 0; insecure < 2; insecure++) {
            if (insecure) (void)setenv("DCIM_INSECURE_KDF", "1", 1);
            else (void)unsetenv("DCIM_INSECURE_KDF");
            harness_run_release(&run);
            harness_run(&run, argv, NULL);
            assert_int_equal(run.status, 0);
            bool said = strstr(run.err, "DCIM_INSECURE_KDF is set") != NULL;
            if (said != (insecure == 1)) fail_msg("%s: %s", words[i][0], run.err);
        }
        (void)unsetenv("DCIM_INSECURE_KDF");
    }
    /* S8: what weakens is named insecure-*. There are three such switches, all of the server, which
     * says them on the terminal and on every page (tests/cli/test_serve.sh). */
    size_t weakening = 0;
    for (size_t i = 0; i < n_command; i++)
        for (const struct option *o = commands[i].option; o->name != NULL; o++) {
            bool insecure = strstr(o->name, "insecure") != NULL;
            bool known_one = strcmp(commands[i].words, "serve") == 0 &&
                             (strcmp(o->name, "insecure-plain") == 0 ||
                              strcmp(o->name, "insecure-root") == 0 ||
                              strcmp(o->name, "insecure-no-second-factor") == 0);
            if ((insecure && !known_one) || strncmp(o->name, "no-", 3) == 0)
                fail_msg("%s --%s: a switch that weakens", commands[i].words, o->name);
            weakening += insecure;
        }
    assert_int_equal(weakening, 3);
    if (harness_sanitized()) return; /* has the switches of the tests as well */
    /* Every variable of the environment that the shipped program knows is on this list. */
    static const char *const known[] = {"DATA",    "INSECURE_KDF",  "KEY_FILE",   "LANGUAGE",
                                        "PURPOSE", "RECOVERY_FILE", "REPOSITORY", "ROLE",
                                        "THREADS", "TODAY",         "VERSION"};
    size_t n;
    char *program = harness_read(harness_program(), &n);
    for (char *p = program; (p = memmem(p, (size_t)(program + n - p), "DCIM_", 5)) != NULL;) {
        p += 5;
        size_t length = strspn(p, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_");
        bool found = length == 0;
        for (size_t i = 0; i < sizeof known / sizeof known[0] && !found; i++)
            found = strlen(known[i]) == length && strncmp(p, known[i], length) == 0;
        if (!found) fail_msg("the program knows DCIM_%.*s", (int)length, p);
    }
    free(program);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_1_a_fresh_repository),
        cmocka_unit_test(defaults_2_tables_are_protected),
        cmocka_unit_test(defaults_3_identifiers_need_a_purpose),
        cmocka_unit_test(defaults_4_the_switch_that_weakens),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
