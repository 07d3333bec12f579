/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/service/op_govern.c
 *  1 backups beside the register: made, listed, verified with the recovery code, written down (S97)
 *  2 the alarm: none, an unverified one, a verified one, one of 48 hours ago, one whose file is
 *  gone
 *    (S99)
 *  3 what is no backup of ours is not opened: other names, other folders, wrong codes
 *  4 setting up is finished when a backup was opened with the recovery code, not before (S99)
 *  5 condition, and what is installed
 */
#include "harness.h"

#include "people.h"

#include "base/buf.h"
#include "base/file.h"

static struct service *desk;
static struct person admin = {.account = "admin", .role = "administrator"};
static struct person auditor = {.account = "auditor", .role = "auditor"};
static char recovery[100];

enum { HOUR = 3600 };

static int begin(void **state)
{
    (void)state;
    people_quick();
    desk_make("repository");
    desk = desk_open("repository", NULL);
    desk_recovery(recovery, sizeof recovery);
    desk_victims("v.csv", "A", 0, 5, 0);
    (void)desk_do(desk, "import.run", "{'file':'v.csv','form':'victim','organisation':'GNR'}");
    person_make(&admin, desk);
    person_make(&auditor, desk);
    return 0;
}

static int end(void **state)
{
    (void)state;
    service_close(desk);
    return 0;
}

static int fresh(void **state)
{
    (void)state;
    desk_remove("repository-backups");
    person_sign_in(&admin, desk);
    person_sign_in(&auditor, desk);
    return 0;
}

static const char *made(void)
{
    static char name[100];
    const struct json *r = person_do(&admin, desk, "backup.make_here", "{}");
    (void)snprintf(name, sizeof name, "%s", json_get_text(r, "name", ""));
    return name;
}

static bool alarm_on(void)
{
    return json_get_bool(person_do(&admin, desk, "backup.list", "{}"), "alarm", false);
}

/* ---- 1 ---- */

static void backups_1_1_made_listed_verified(void **state)
{
    (void)state;
    int64_t entries = desk_entries(desk, "backup"), verified = desk_entries(desk, "verify");
    char path[200];
    const char *name = made();
    (void)snprintf(path, sizeof path, "repository-backups/%s", name);
    assert_true(file_exists(path));
    assert_int_equal(desk_entries(desk, "backup"), entries + 1);

    const struct json *list = json_get(person_do(&admin, desk, "backup.list", "{}"), "backups");
    assert_int_equal(json_size(list), 1);
    const struct json *row = json_at(list, 0);
    assert_string_equal(json_get_text(row, "name", ""), name);
    assert_string_equal(json_get_text(row, "made_by", ""), "admin");
    assert_int_equal(json_get_int(row, "records", 0), 5);
    assert_false(json_get_bool(row, "verified", true));
    assert_true(json_get_int(row, "bytes", 0) > 1000);

    row = person_do(&admin, desk, "backup.verify_here", "{'backup':'%s','recovery_code':'%s'}",
                    name, recovery);
    assert_true(json_get_bool(row, "verified", false));
    assert_int_equal(desk_entries(desk, "verify"), verified + 1);
    const struct json *entry = desk_last_entry(desk);
    assert_string_equal(json_get_text(entry, "object_id", ""), name);
    assert_string_equal(json_get_text(entry, "actor", ""), "admin");
}

/* A backup that lost a byte is not written down as verified. */
static void backups_1_2_a_damaged_one(void **state)
{
    struct buf b;
    char path[200];
    (void)state;
    const char *name = made();
    (void)snprintf(path, sizeof path, "repository-backups/%s", name);
    buf_init(&b, 10000000);
    assert_true(file_read(&b, path, b.max, NULL));
    b.p[b.n / 2] = (char)(b.p[b.n / 2] ^ 1);
    assert_true(file_write(path, buf_text(&b), NULL));
    buf_release(&b);
    struct json *out = NULL;
    struct err e;
    assert_false(people_try(&out, desk, admin.session, NULL, &e, "backup.verify_here",
                            "{'backup':'%s','recovery_code':'%s'}", name, recovery));
    assert_true(alarm_on());
}

/* ---- 2 ---- */

static void alarm_2_1(void **state)
{
    char path[200];
    (void)state;
    assert_true(alarm_on());
    const char *name = made();
    assert_true(alarm_on());
    (void)person_do(&admin, desk, "backup.verify_here", "{'backup':'%s','recovery_code':'%s'}",
                    name, recovery);
    assert_false(alarm_on());
    assert_false(
        json_get_bool(person_do(&auditor, desk, "health.show", "{}"), "backup_alarm", true));
    (void)snprintf(path, sizeof path, "repository-backups/%s", name);
    assert_int_equal(rename(path, "aside"), 0);
    assert_true(alarm_on());
    assert_int_equal(rename("aside", path), 0);
    assert_false(alarm_on());
    people_wait(desk, 49 * (int64_t)HOUR);
    person_sign_in(&admin, desk);
    assert_true(alarm_on());
}

/* ---- 3 ---- */

static void others_3_1_are_not_opened(void **state)
{
    static const char *const names[] = {"no.dcim-backup",   "../repository/database",
                                        "../x.dcim-backup", ".dcim-backup",
                                        "database",         "/etc/passwd"};
    (void)state;
    (void)made();
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        (void)person_refused(&admin, desk, ERR_NOT_FOUND, "backup.unknown", "backup.verify_here",
                             "{'backup':'%s','recovery_code':'%s'}", names[i], recovery);
    assert_true(alarm_on());
}

static void others_3_2_wrong_codes(void **state)
{
    (void)state;
    const char *name = made();
    (void)person_refused(&admin, desk, ERR_INPUT, "keyring.recovery_code", "backup.verify_here",
                         "{'backup':'%s','recovery_code':'no code'}", name);
    assert_true(alarm_on());
}

/* ---- 4 ---- */

static void setup_4_1_ends_with_the_code(void **state)
{
    (void)state;
    const struct json *r = person_do(&admin, desk, "setup.progress", "{}");
    assert_false(json_get_bool(r, "finished", true));
    assert_false(json_get_bool(r, "recovery", true));
    (void)person_refused(&admin, desk, ERR_INPUT, "keyring.recovery_code", "setup.confirm",
                         "{'recovery_code':'no code'}");
    assert_true(folder_is_empty("repository-backups")); /* a try leaves nothing */
    assert_false(json_get_bool(person_do(&admin, desk, "setup.progress", "{}"), "finished", true));
    r = person_do(&admin, desk, "setup.confirm", "{'recovery_code':'%s'}", recovery);
    assert_true(json_get_bool(r, "finished", false));
    assert_true(json_get_bool(person_do(&admin, desk, "setup.progress", "{}"), "finished", false));
    assert_false(alarm_on());
}

/* ---- 5 ---- */

static void condition_5_1(void **state)
{
    (void)state;
    const struct json *r = person_do(&admin, desk, "health.show", "{}");
    assert_int_equal(json_get_int(r, "records", 0), 5);
    int64_t sessions = json_get_int(r, "sessions", 0);
    assert_true(sessions >= 2);
    (void)person_do(&auditor, desk, "session.close", "{}");
    r = person_do(&admin, desk, "health.show", "{}");
    assert_int_equal(json_get_int(r, "sessions", 0), sessions - 1);
    person_sign_in(&auditor, desk);
    r = person_do(&admin, desk, "health.show", "{}");
    assert_true(json_get_int(r, "disk_percent", -1) >= 0);
    assert_string_not_equal(json_get_text(r, "version", ""), "");
    /* only who runs the machine is told which program it is (S64) */
    r = person_do(&auditor, desk, "health.show", "{}");
    assert_false(json_has(r, "version"));
}

static void installed_5_2(void **state)
{
    (void)state;
    const struct json *r = person_do(&auditor, desk, "pack.installed", "{}");
    assert_string_equal(json_get_text(r, "pack", ""), "pt");
    assert_int_equal(strlen(json_get_text(r, "hash", "")), 64);
    assert_true(json_size(json_get(r, "forms")) >= 4);
    assert_true(json_get_int(json_at(json_get(r, "forms"), 0), "variables", 0) > 100);
    assert_int_equal(json_size(json_get(r, "languages")), 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(setup_4_1_ends_with_the_code, fresh),
        cmocka_unit_test_setup(backups_1_1_made_listed_verified, fresh),
        cmocka_unit_test_setup(backups_1_2_a_damaged_one, fresh),
        cmocka_unit_test_setup(others_3_1_are_not_opened, fresh),
        cmocka_unit_test_setup(others_3_2_wrong_codes, fresh),
        cmocka_unit_test_setup(condition_5_1, fresh),
        cmocka_unit_test_setup(installed_5_2, fresh),
        cmocka_unit_test_setup(alarm_2_1, fresh), /* lets two days pass */
    };
    return cmocka_run_group_tests(tests, begin, end);
}
