/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/cli/run.c
 *  1 options win over the environment, the environment over what is usual
 *  2 who acts, and for what purpose
 *  3 protection of tables
 *  4 errors: message, what was sent, problems, remedy; what cannot be printed
 *  5 default places
 */
#include "harness.h"

#include "desk.h"

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#define IMPORT "--form", "victim", "--organisation", "GNR"

static struct harness_run run;

static int begin(void **state)
{
    (void)state;
    desk_make("repository");
    desk_victims("v.csv", "A", 0, 40, 0);
    HARNESS_DCIM(&run, "import", "v.csv", IMPORT);
    int status = run.status;
    harness_run_release(&run);
    return status;
}

static int end(void **state)
{
    (void)state;
    static const char *const names[] = {"DCIM_ROLE", "DCIM_PURPOSE"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) (void)unsetenv(names[i]);
    harness_run_release(&run);
    return 0;
}

static void expect(int status, const char *out, const char *err)
{
    if (run.status != status || strstr(run.out, out) == NULL || strstr(run.err, err) == NULL)
        fail_msg("status %d (not %d)\n%s\n%s\nwithout %s / %s", run.status, status, run.out,
                 run.err, out, err);
}
#define DCIM(...) (harness_run_release(&run), HARNESS_DCIM(&run, __VA_ARGS__))

/* ---- 1 ---- */

static void options_1_1_win_over_the_environment(void **state)
{
    (void)state;
    (void)setenv("DCIM_ROLE", "administrator", 1);
    DCIM("record", "list");
    expect(4, "", "role administrator may not");
    expect(4, "", "--role");
    DCIM("record", "list", "--role", "analyst");
    expect(0, "victim", "");
    (void)setenv("DCIM_ROLE", "", 1); /* empty is as if it were not there */
    DCIM("key", "list");
    expect(0, "key-file", "");
    (void)unsetenv("DCIM_ROLE");
    DCIM("info", "--repository", "elsewhere");
    expect(2, "", "there is no repository at elsewhere");
    DCIM("info", "--key-file", "no.key");
    assert_int_equal(run.status == 0, 0);
    DCIM("table", "--form", "victim", "--rows", "sex", "--language", "pt");
    expect(0, "Feminino", "");
    DCIM("table", "--form", "victim", "--rows", "sex"); /* DCIM_LANGUAGE=en */
    expect(0, "Female", "");
}

/* ---- 2 ---- */

static const char *last(const char *member)
{
    static char value[300];
    struct service *s = desk_open("repository", NULL);
    (void)snprintf(value, sizeof value, "%s", json_get_text(desk_last_entry(s), member, ""));
    service_close(s);
    return value;
}

static void acting_2_1_who_and_why(void **state)
{
    (void)state;
    char actor[100];
    const struct passwd *user = getpwuid(getuid());
    if (user != NULL) (void)snprintf(actor, sizeof actor, "local:%s", user->pw_name);
    else (void)snprintf(actor, sizeof actor, "local:%ld", (long)getuid());
    DCIM("record", "list");
    expect(0, "", "");
    assert_string_equal(last("actor"), actor);
    assert_string_equal(last("role"), "custodian");
    assert_string_equal(last("purpose"), "keeping the register");
    (void)setenv("DCIM_PURPOSE", "annual report", 1);
    DCIM("record", "list", "--role", "analyst");
    assert_string_equal(last("purpose"), "annual report");
    assert_string_equal(last("role"), "analyst");
    DCIM("record", "list", "--purpose", "question of parliament");
    assert_string_equal(last("purpose"), "question of parliament");
    DCIM("record", "list", "--purpose", "");
    expect(4, "", "purpose");
    DCIM("record", "list", "--purpose", "Jo\xe3o");
    expect(2, "", "UTF-8");
}

static void acting_2_2_identifiers_need_a_purpose_of_their_own(void **state)
{
    (void)state;
    char record[20];
    struct service *s = desk_open("repository", NULL);
    const struct json *list = json_get(desk_do(s, "record.list", "{'limit':1}"), "records");
    (void)snprintf(record, sizeof record, "%s", json_get_text(json_at(list, 0), "record", ""));
    service_close(s);
    DCIM("record", "show", record);
    expect(0, "age_at_registration", "");
    assert_null(strstr(run.out, "FAMILY-"));
    DCIM("record", "show", record, "--identity");
    expect(4, "", "--purpose");
    assert_null(strstr(run.out, "FAMILY-"));
    DCIM("record", "show", record, "--identity", "--purpose", "request of the court");
    expect(0, "FAMILY-39", ""); /* the newest comes first */
    assert_string_equal(last("action"), "identity.read");
    assert_string_equal(last("purpose"), "request of the court");
    DCIM("record", "show", record, "--identity", "--purpose", "curious", "--role", "analyst");
    expect(4, "", "role analyst may not");
    assert_string_equal(last("action"), "deny");
}

/* ---- 3 ---- */

static void protect_3_1_rules(void **state)
{
    (void)state;
    DCIM("table", "--form", "victim", "--rows", "sex", "--protect", "none");
    expect(0, "NOT FOR PUBLICATION", "");
    assert_string_equal(last("action"), "disclose");
    DCIM("table", "--form", "victim", "--rows", "sex", "--protect", "none", "--role", "publisher");
    expect(4, "", "may not");
    DCIM("table", "--form", "victim", "--rows", "sex", "--protect", "threshold=5");
    expect(0, "20", "");
    assert_null(strstr(run.out, "NOT FOR PUBLICATION"));
    assert_string_equal(last("action"), "table");
    static const char *const bad[] = {"threshold", "threshold=", "threshold=x", "threshold=1e1",
                                      "NONE",      "all",        "none "};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        DCIM("table", "--form", "victim", "--rows", "sex", "--protect", bad[i]);
        expect(2, "", "");
        assert_null(strstr(run.out, "20"));
    }
    DCIM("table", "--form", "victim", "--rows", "sex", "--protect", "threshold=0");
    expect(2, "", "threshold");
    DCIM("table", "--form", "victim", "--rows", "sex", "--protect", "threshold=2");
    expect(4, "", "3");
    DCIM("table", "--form", "victim", "--rows", "sex", "--protect", "");
    expect(0, "", "");
    assert_null(strstr(run.out, "NOT FOR PUBLICATION"));
}

/* S20: a table handed out as a file is written after its entry. */
static void protect_3_2_into_files(void **state)
{
    (void)state;
    DCIM("table", "--form", "victim", "--rows", "sex", "--format", "csv", "--output", "t.csv");
    expect(0, "Written to t.csv", "");
    char *text = harness_read("t.csv", NULL);
    assert_non_null(strstr(text, "20"));
    free(text);
    struct stat st;
    assert_int_equal(stat("t.csv", &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    DCIM("table", "--form", "victim", "--rows", "sex", "--format", "xlsx", "--output", "t.xlsx");
    expect(0, "Written to t.xlsx", "");
    DCIM("table", "--form", "victim", "--rows", "sex", "--format", "xlsx");
    expect(2, "", "--output");
    DCIM("table", "--form", "victim", "--rows", "sex", "--format", "json");
    expect(0, "\"dimensions\"", "");
    DCIM("table", "--form", "victim", "--rows", "sex", "--format", "pdf");
    expect(2, "", "format");
    DCIM("table", "--form", "victim", "--rows", "sex", "--format", "csv", "--output",
         "absent/t.csv");
    expect(2, "", "could not write absent/t.csv: there is no such folder");
    expect(2, "", "make the folder first");
}

/* ---- 4 ---- */

/* Nobody types a passphrase to be told that there is nothing to open. */
static void errors_4_0_no_secret_is_asked_in_vain(void **state)
{
    (void)state;
    char before[4096];
    (void)snprintf(before, sizeof before, "%s", getenv("DCIM_KEY_FILE"));
    (void)unsetenv("DCIM_KEY_FILE");
    DCIM("info", "--repository", "absent");
    expect(2, "", "there is no repository at absent");
    expect(2, "", "dcim init");
    (void)setenv("DCIM_KEY_FILE", before, 1);
}

static void errors_4_1_tell_what_and_what_to_do(void **state)
{
    (void)state;
    DCIM("import", "v.csv", "--form", "victim", "--organisation", "FBI");
    expect(2, "", "FBI"); /* what was sent is quoted */
    expect(2, "", "dcim organisation list");
    DCIM("table", "--form", "victim", "--rows", "sexx");
    expect(2, "", "did you mean sex?");
    DCIM("table", "--form", "victim", "--rows", "sex", "--where", "${sex} = ");
    expect(2, "", "character");
    /* S64: neither SQL nor a place in our source */
    assert_null(strstr(run.err, "SELECT"));
    assert_null(strstr(run.err, ".c:"));
    assert_null(strstr(run.err, "SQL"));
}

static void errors_4_2_list_every_problem(void **state)
{
    (void)state;
    desk_remove("other");
    desk_copy(harness_source("data"), "other");
    harness_write_text("other/codelists/CL_SEX.csv",
                       "name,label::English (en)\nF,Female\nF,Twice\n\x1b[31m,x\n");
    DCIM("pack", "install", "other");
    expect(3, "", "codelists/CL_SEX.csv row 3");
    expect(3, "", "CL_SEX.csv row 4");
    assert_null(strchr(run.err, '\x1b'));
    DCIM("pack", "check", "other");
    expect(3, "CL_SEX.csv row 3", "");
    assert_null(strchr(run.out, '\x1b'));
    DCIM("pack", "check", "other", "--json");
    struct json *j;
    assert_true(json_parse(&j, (struct text){run.out, run.n_out}, NULL));
    assert_false(json_get_bool(j, "ok", true));
    assert_true(json_size(json_get(j, "problems")) >= 2);
    json_free(j);
    /* a name that is not plain text stays what it is */
    DCIM("pack", "check", "repository/dictionary/packs/pt");
    expect(0, "Good: 4 forms", "");
}

static void errors_4_3_output_that_does_not_arrive(void **state)
{
    (void)state;
    if (!harness_exists("/dev/full")) skip();
    static const char *const commands[] = {
        "info",  "variables", "help", "man", "completion", "--version", "codes CL_COUNTRY --json",
        "--help"};
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        char script[500];
        (void)snprintf(script, sizeof script, "exec \"$1\" %s >/dev/full", commands[i]);
        harness_run_release(&run);
        harness_run(&run, (const char *const[]){"sh", "-c", script, "sh", harness_program(), NULL},
                    NULL);
        if (run.status != 5 || strstr(run.err, "could not write") == NULL)
            fail_msg("%s: %d %s", commands[i], run.status, run.err);
    }
}

/* ---- 5 ---- */

static void places_5_1_here(void **state)
{
    (void)state;
    (void)unsetenv("DCIM_REPOSITORY");
    desk_remove("dcim-repository");
    DCIM("info");
    expect(2, "", "dcim-repository");
    expect(2, "", "dcim init");
    desk_copy("repository", "dcim-repository");
    DCIM("info");
    expect(0, "Portugal", "");
    (void)setenv("DCIM_REPOSITORY", "repository", 1);
}

/* Without DCIM_DATA the data folder is found beside the program; when it is not there, the program
 * says so. */
static void places_5_2_data(void **state)
{
    (void)state;
    DCIM("codes", "CL_SEX", "--data", "absent", "--repository", "absent");
    assert_int_equal(run.status == 0, 0);
    assert_true(run.n_err > 10);
    DCIM("codes", "CL_SEX"); /* the repository's own */
    expect(0, "Female", "");
}

#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(options_1_1_win_over_the_environment),
        T(acting_2_1_who_and_why),
        T(acting_2_2_identifiers_need_a_purpose_of_their_own),
        T(protect_3_1_rules),
        T(protect_3_2_into_files),
        T(errors_4_0_no_secret_is_asked_in_vain),
        T(errors_4_1_tell_what_and_what_to_do),
        T(errors_4_2_list_every_problem),
        T(errors_4_3_output_that_does_not_arrive),
        T(places_5_1_here),
        T(places_5_2_data),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
