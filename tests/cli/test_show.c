/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/cli/show.c: what people read
 *  1 a repository: made, described, its organisations and keys
 *  2 an import: findings by row and column, unknown columns, the last line
 *  3 tables, records, histories; values of several lines
 *  4 the log, the check, packs
 *  5 the dictionary
 */
#include "harness.h"

#include "desk.h"

#include <sys/stat.h>
#include <unistd.h>

#define IMPORT "--form", "victim", "--organisation", "GNR"

static struct harness_run run;

static int begin(void **state)
{
    (void)state;
    desk_make("repository");
    desk_victims("v.csv", "A", 0, 40, 0);
    return 0;
}

static int end(void **state)
{
    (void)state;
    harness_run_release(&run);
    return 0;
}

static void shows(int status, const char *const *lines)
{
    if (run.status != status || run.n_err > 0)
        fail_msg("status %d: %s%s", run.status, run.out, run.err);
    for (; *lines != NULL; lines++)
        if (strstr(run.out, *lines) == NULL) fail_msg("no \"%s\" in:\n%s", *lines, run.out);
}
#define SHOWS(status, ...) shows(status, (const char *const[]){__VA_ARGS__, NULL})
#define DCIM(...) (harness_run_release(&run), HARNESS_DCIM(&run, __VA_ARGS__))

static void repository_1_1_made_and_described(void **state)
{
    (void)state;
    desk_remove("fresh");
    (void)unlink("fresh.key");
    DCIM("init", "--pack", "pt", "fresh", "--key-file", "fresh.key");
    SHOWS(
        0, "Repository made in fresh.\nCountry: Portugal\n", " variables, 164 code lists",
        "Key file: fresh.key\n", "Recovery code, shown this once",
        "Next:  export DCIM_REPOSITORY=fresh DCIM_KEY_FILE=fresh.key\n       dcim organisation add ");
    DCIM("info", "--repository", "fresh", "--key-file", "fresh.key");
    SHOWS(0, "Portugal", "victim", "suspect", "Records");
    assert_null(strstr(run.out, "Recovery"));
    DCIM("organisation", "list");
    SHOWS(0, "Code  Type", "APAV  50", "GNR   10", "Guarda Nacional Republicana", "Apoio à Vítima");
    DCIM("organisation", "add", "--code", "X1", "--type", "police", "--name", "tab\there");
    assert_int_equal(run.status, 2);
    DCIM("key", "list");
    SHOWS(0, "Slot  Kind", "key-file", "recovery");
}

static void import_2_1_findings_and_the_last_line(void **state)
{
    (void)state;
    DCIM("import", "v.csv", IMPORT);
    SHOWS(0, "40 rows: 40 new, 0 changed, 0 already there, 0 refused.\n", "Batch 1.\n");
    DCIM("import", "v.csv", IMPORT, "--dry-run");
    SHOWS(0, "Dry run, nothing kept. 40 rows: 0 new, 0 changed, 40 already there, 0 refused.\n");
    assert_null(strstr(run.out, "Batch"));
    harness_write_text(
        "bad.csv",
        "source_file_no,entry_date,sex,age_at_registration,citizenship,exploitation_form,"
        "victim_status,status_decided_by,legal_basis,hat size\n"
        "B-1,2023-05-11,Q,30,PT,E100,S30,14,LB3,7\n");
    DCIM("import", "bad.csv", IMPORT);
    SHOWS(1, "row 2, column 3 sex [error]: ", "(sent: \"Q\")", "    Use a code of the list",
          "`dcim codes CL_SEX` shows it",
          "Columns that are not known, and were not imported: hat size\n",
          "`dcim variables --form victim`", "With --findings FILE",
          "1 row: 0 new, 0 changed, 0 already there, 1 refused");
    DCIM("import", "bad.csv", IMPORT, "--strict");
    SHOWS(1, "refused as a whole", "Nothing was kept.");
    DCIM("batch", "list");
    SHOWS(0, "Batch", "visible", "v.csv", "GNR");
    /* rows without a year of birth: nobody is known to be anybody; numbers for who may see raw
     * counts */
    DCIM("import", "v.csv", "--form", "victim", "--organisation", "APAV");
    DCIM("info");
    SHOWS(0, "Form        Records  Persons", "victim           80       80",
          "before linkage, by exact match keys");
    DCIM("info", "--role", "administrator");
    SHOWS(0, "Form        Records  Version", "victim           80  ");
    assert_null(strstr(run.out, "Persons"));
    DCIM("batch", "undo", "1", "--reason", "test");
    SHOWS(0, "withdrawn", "40");
}

/* What a provider's file holds cannot steer the terminal of who imports it. S63 */
static void import_2_2_odd_letters_of_a_file(void **state)
{
    (void)state;
    harness_write_text(
        "odd.csv",
        "source_file_no,entry_date,sex,age_at_registration,citizenship,exploitation_form,"
        "victim_status,status_decided_by,legal_basis,\x1b[31mred\n"
        "B-1,2023-05-11,\"\xe2\x80\xaeQ\x1b[2J\",30,PT,E100,S30,14,LB3,7\n");
    DCIM("import", "odd.csv", IMPORT);
    assert_int_equal(run.status, 1);
    assert_null(strchr(run.out, '\x1b'));
    assert_null(strstr(run.out, "\xe2\x80\xae"));
}

static void tables_3_1_and_records(void **state)
{
    (void)state;
    char record[20];
    DCIM("import", "v.csv", IMPORT);
    DCIM("table", "--form", "victim", "--rows", "sex", "--columns", "age_legal");
    SHOWS(0, "Female", "Male", "Total", "40");
    struct service *s = desk_open("repository", NULL);
    const struct json *list = json_get(desk_do(s, "record.list", "{}"), "records");
    (void)snprintf(record, sizeof record, "%s",
                   json_get_text(json_at(list, json_size(list) - 1), "record", ""));
    service_close(s);
    DCIM("record", "list", "--limit", "39");
    SHOWS(0, "Record", "GNR", "active", "More: --after 2\n");
    DCIM("record", "list", "--after", "2");
    SHOWS(0, "Record", record, "GNR", "active");
    DCIM("record", "show", record);
    SHOWS(0, "record           ", record, "age_at_registration", " 20\n", "episode 1\n",
          "  exploitation 1\n", "    exploitation_form", "E100");
    DCIM("record", "history", record);
    SHOWS(0, "Version", "Author", "1");
}

/* Further lines of a value begin where its first did; what is copied whole stands below its name as
 * it is. */
static void records_3_2_values_of_several_lines(void **state)
{
    (void)state;
    char record[20], row[1000], file[2000];
    (void)desk_victim_row(row, sizeof row, "A", 1, 0);
    (void)snprintf(file, sizeof file, "%s\"first line\nsecond line\"%s", desk_victim_header,
                   strchr(row, ','));
    harness_write_text("lines.csv", file);
    DCIM("import", "lines.csv", IMPORT);
    SHOWS(0, "1 new");
    struct service *s = desk_open("repository", NULL);
    const struct json *list = json_get(desk_do(s, "record.list", "{'limit':1}"), "records");
    (void)snprintf(record, sizeof record, "%s", json_get_text(json_at(list, 0), "record", ""));
    service_close(s);
    DCIM("record", "show", record);
    SHOWS(0, " first line\n                                   second line\n");
    assert_null(strstr(run.out, "reason")); /* blank */
    DCIM("backup", "b.dcim");
    SHOWS(0, "records        1\n", "\n\ncheckpoint:\n\ndcim/", "\ngeneration 1\n");
    assert_null(strstr(run.out, "checkpoint     "));
}

static void log_4_1_check_and_packs(void **state)
{
    (void)state;
    DCIM("audit", "verify");
    SHOWS(0, "The audit log holds: 3 entries", "Head ", "keep a copy elsewhere");
    DCIM("audit", "list");
    SHOWS(0, "No  At", "repository.init", "organisation.change", "verify", "local:");
    DCIM("check");
    SHOWS(0, "good     encryption", "The repository is sound.\n");
    assert_null(strstr(run.out, "DAMAGED"));
    DCIM("pack", "check");
    SHOWS(0, "Good: 4 forms, ");
    DCIM("pack", "list");
    SHOWS(0, "pt\n");
    DCIM("mapping", "list");
    SHOWS(0, "ctdc-extract\n", "ctdc-v6\n", "htcds-2.0\n");
}

static void dictionary_5_1_in_words(void **state)
{
    (void)state;
    DCIM("forms");
    SHOWS(0, "victim", "suspect", "Data set", "justice");
    DCIM("variables", "--form", "victim");
    SHOWS(0, "exploitation_form", "one code", "CL_EXPL", "Form of exploitation", "family_name");
    assert_null(strstr(run.out, "age_at_suspicion"));
    DCIM("codes", "CL_SEX");
    SHOWS(0, "F     ", "Female", "M     ", "Male");
    DCIM("codes", "CL_SEX", "--language", "pt");
    SHOWS(0, "Feminino");
    DCIM("rules", "--form", "suspect");
    SHOWS(0, "error", "warning", "V01");
}

#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(repository_1_1_made_and_described),
        T(import_2_1_findings_and_the_last_line),
        T(import_2_2_odd_letters_of_a_file),
        T(tables_3_1_and_records),
        T(records_3_2_values_of_several_lines),
        T(log_4_1_check_and_packs),
        T(dictionary_5_1_in_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
