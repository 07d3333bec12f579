/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/service/daily_backup.c
 *  1 when one is due: the last time the clock showed it, also over midnight and when clocks change
 *  2 none is made of a new register before its first night, one after it, none twice a night; what
 *  is
 *    made is in the log, in the list, and opens with the recovery code (S97)
 *  3 set by who may: time, how many, off; what is no time is refused; of a demonstration none is
 *  made
 *  4 so many are kept; never removed: what a person made, and the newest that was verified
 *  5 what fails is an entry, is shown with its reason, and is tried again after an hour, not before
 *  6 a backup that changes on the disk is found within a week and shown
 *  7 nobody asks for it over the desk; the thread of a desk begins and ends
 *  8 keys that change while backups are made: each backup is whole, and opens */
#include "harness.h"

#include "people.h"

#include "base/buf.h"
#include "base/file.h"
#include "base/parallel.h"
#include "service/daily_backup.h"
#include "service/shared.h"
#include "store/backup.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { HOUR = 3600, DAY = 24 * HOUR };

static struct service *desk;
static struct person admin = {.account = "admin", .role = "administrator"};
static struct person auditor = {.account = "auditor", .role = "auditor"};
static char recovery[100];

static int begin(void **state)
{
    (void)state;
    assert_int_equal(setenv("TZ", "Europe/Lisbon", 1), 0);
    tzset();
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

static bool asked(void)
{
    return json_get_bool(desk_do(desk, "backup.daily", "{}"), "made", false);
}

static size_t there(void)
{
    struct file_names names = {0};
    if (!folder_list(&names, "repository-backups", NULL)) return 0;
    size_t n = names.n;
    file_names_free(&names);
    return n;
}

static void set(const char *time, int keep)
{
    person_sign_in(&admin, desk);
    (void)person_do(&admin, desk, "backup.schedule", "{'time':'%s','keep':%d}", time, keep);
}

/* ---- 1 ---- */

static int64_t at(const char *text)
{
    int64_t seconds;
    assert_true(instant_parse(&seconds, text_of(text)));
    return seconds;
}

static void due_1(void **state)
{
    (void)state;
    static const struct {
        const char *now;
        int64_t minute;
        const char *due;
    } all[] = {{"2026-01-10T12:00:00Z", 150, "2026-01-10T02:30:00Z"},
               {"2026-01-10T02:30:00Z", 150, "2026-01-10T02:30:00Z"},
               {"2026-01-10T02:29:59Z", 150, "2026-01-09T02:30:00Z"},
               {"2026-01-01T00:10:00Z", 1439, "2025-12-31T23:59:00Z"},
               {"2026-01-10T00:00:00Z", 0, "2026-01-10T00:00:00Z"},
               /* summer time: an hour before Greenwich */
               {"2026-07-10T12:00:00Z", 150, "2026-07-10T01:30:00Z"},
               {"2026-07-10T01:29:00Z", 150, "2026-07-09T01:30:00Z"}};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        assert_int_equal(daily_backup_last_due(at(all[i].now), all[i].minute), at(all[i].due));
    /* Clocks go forward at 01:00 on 29 March, and back at 02:00 on 25 October: each day has one. */
    static const char *const from[] = {"2026-03-27T12:00:00Z", "2026-10-23T12:00:00Z"};
    for (size_t i = 0; i < 2; i++)
        for (int64_t minute = 0; minute < 24 * 60; minute += 15) {
            int64_t before = 0, n = 0;
            if (minute >= 11 * 60 && minute <= 13 * 60) continue; /* where we begin and end */
            for (int64_t now = at(from[i]); now < at(from[i]) + 4 * DAY; now += 900) {
                int64_t due = daily_backup_last_due(now, minute);
                assert_true(due <= now && now - due < DAY + 2 * HOUR && due >= before);
                n += due != before && before != 0;
                before = due;
            }
            assert_int_equal(n, 4);
        }
}

/* ---- 2 ---- */

static void made_2(void **state)
{
    (void)state;
    assert_false(asked()); /* the register was made today */
    int64_t entries = desk_entries(desk, "backup");
    people_wait(desk, DAY);
    assert_true(asked());
    assert_false(asked());
    assert_int_equal(desk_entries(desk, "backup"), entries + 1);
    assert_int_equal(there(), 1);
    person_sign_in(&admin, desk);
    const struct json *r = person_do(&admin, desk, "backup.list", "{}");
    assert_true(json_get_bool(r, "daily", false));
    assert_string_equal(json_get_text(r, "daily_time", ""), "02:30");
    assert_int_equal(json_get_int(r, "daily_keep", 0), 14);
    assert_string_equal(json_get_text(r, "daily_failed", "x"), "");
    const struct json *row = json_at(json_get(r, "backups"), 0);
    assert_true(json_get_bool(row, "automatic", false));
    assert_false(json_get_bool(row, "damaged", true));
    assert_true(json_has(row, "read_at"));
    char name[100];
    (void)snprintf(name, sizeof name, "%s", json_get_text(row, "name", ""));
    row = person_do(&admin, desk, "backup.verify_here", "{'backup':'%s','recovery_code':'%s'}",
                    name, recovery);
    assert_true(json_get_bool(row, "verified", false));
    assert_int_equal(json_get_int(row, "records", 0), 5);
}

/* ---- 3 ---- */

static void set_3(void **state)
{
    (void)state;
    static const char *const wrong[] = {"24:00", "2:3", "12:60", "noon", "1230", "-1:00", "::::"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        (void)person_refused(&admin, desk, ERR_USAGE, "backup.time", "backup.schedule",
                             "{'time':'%s','keep':3}", wrong[i]);
    (void)person_refused(&admin, desk, ERR_USAGE, "call.range", "backup.schedule",
                         "{'time':'01:00','keep':0}");
    (void)person_refused(&auditor, desk, ERR_DENIED, "call.not_allowed", "backup.schedule",
                         "{'time':'off','keep':1}");
    int64_t entries = desk_entries(desk, "backup.schedule");
    set("off", 5);
    assert_int_equal(desk_entries(desk, "backup.schedule"), entries + 1);
    person_sign_in(&auditor, desk);
    assert_false(json_get_bool(person_do(&auditor, desk, "health.show", "{}"), "daily", true));
    people_wait(desk, 3 * DAY);
    assert_false(asked());
    set("9:05", 5);
    const struct json *r = person_do(&admin, desk, "backup.list", "{}");
    assert_string_equal(json_get_text(r, "daily_time", ""), "09:05");
    assert_int_equal(json_get_int(r, "daily_keep", 0), 5);
    assert_false(asked()); /* nobody is surprised by one at once */
    people_wait(desk, DAY);
    assert_true(asked());
}

static void demonstration_3(void **state)
{
    (void)state;
    desk_make("shown");
    struct service_options o = desk_options("shown", NULL);
    o.demo = true;
    struct service *s = desk_open_with(&o);
    people_wait(s, 3 * DAY);
    assert_false(json_get_bool(desk_do(s, "backup.daily", "{}"), "made", true));
    service_close(s);
    assert_true(folder_is_empty("shown-backups"));
}

/* ---- 4 ---- */

static void kept_4(void **state)
{
    (void)state;
    char verified[200], own[200];
    set("03:00", 2);
    (void)snprintf(own, sizeof own, "repository-backups/%s",
                   json_get_text(person_do(&admin, desk, "backup.make_here", "{}"), "name", ""));
    people_wait(desk, DAY);
    assert_true(asked());
    person_sign_in(&admin, desk);
    const struct json *list = json_get(person_do(&admin, desk, "backup.list", "{}"), "backups");
    const char *name = json_get_text(json_at(list, 0), "name", "");
    (void)snprintf(verified, sizeof verified, "repository-backups/%s", name);
    (void)person_do(&admin, desk, "backup.verify_here", "{'backup':'%s','recovery_code':'%s'}",
                    verified + strlen("repository-backups/"), recovery);
    int64_t removed = desk_entries(desk, "backup.remove");
    for (int i = 0; i < 4; i++) {
        people_wait(desk, DAY);
        assert_true(asked());
    }
    assert_int_equal(there(), 4); /* two, the verified one, and a person's */
    assert_true(file_exists(verified));
    assert_true(file_exists(own));
    assert_int_equal(desk_entries(desk, "backup.remove"), removed + 2);
}

/* ---- 5 ---- */

static void failed_5(void **state)
{
    (void)state;
    set("03:00", 2);
    people_wait(desk, DAY);
    desk_remove("repository-backups");
    assert_true(file_write("repository-backups", TEXT("no folder"), NULL));
    struct json *out = NULL;
    struct err e;
    assert_false(desk_try(&out, desk, &e, "backup.daily", "{}"));
    assert_false(asked()); /* not again at once */
    person_sign_in(&auditor, desk);
    const struct json *r = person_do(&auditor, desk, "health.show", "{}");
    assert_string_equal(json_get_text(r, "daily_failed", ""), e.id);
    assert_true(json_has(r, "daily_tried_at"));
    people_wait(desk, HOUR);
    assert_false(desk_try(&out, desk, &e, "backup.daily", "{}"));
    assert_int_equal(unlink("repository-backups"), 0);
    people_wait(desk, HOUR);
    assert_true(asked());
    person_sign_in(&auditor, desk);
    r = person_do(&auditor, desk, "health.show", "{}");
    assert_string_equal(json_get_text(r, "daily_failed", "x"), "");
}

/* ---- 6 ---- */

static void changed_6(void **state)
{
    (void)state;
    char path[200];
    struct buf b;
    set("03:00", 20);
    people_wait(desk, DAY);
    assert_true(asked());
    person_sign_in(&admin, desk);
    const struct json *list = json_get(person_do(&admin, desk, "backup.list", "{}"), "backups");
    (void)snprintf(path, sizeof path, "repository-backups/%s",
                   json_get_text(json_at(list, 0), "name", ""));
    buf_init(&b, 10000000);
    assert_true(file_read(&b, path, b.max, NULL));
    b.p[b.n / 2] = (char)(b.p[b.n / 2] ^ 1);
    assert_true(file_write(path, buf_text(&b), NULL));
    buf_release(&b);
    struct json *out = NULL;
    struct err e = {0};
    int days = 0;
    bool found = false;
    for (; days < 8 && !found; days++) {
        people_wait(desk, DAY);
        found = !desk_try(&out, desk, &e, "backup.daily", "{}");
        if (!found) json_free(out);
    }
    assert_true(found);
    assert_string_equal(e.id, "backup.changed");
    person_sign_in(&admin, desk);
    const struct json *r = person_do(&admin, desk, "backup.list", "{}");
    assert_int_equal(json_get_int(r, "daily_damaged", 0), 1);
    assert_string_equal(json_get_text(r, "daily_failed", ""), "backup.changed");
    people_wait(desk, HOUR);
    assert_true(asked()); /* one that is known does not hold up the others */
    person_sign_in(&auditor, desk);
    r = person_do(&auditor, desk, "health.show", "{}");
    assert_int_equal(json_get_int(r, "daily_damaged", 0), 1);
}

/* ---- 7 ---- */

static void alone_7(void **state)
{
    (void)state;
    (void)person_refused(&admin, desk, ERR_USAGE, "call.no_operation", "backup.daily", "{}");
    struct service_options o = desk_options("repository", NULL);
    struct shared *shared;
    assert_true(shared_open(&shared, &o, NULL));
    struct daily_backup *d = daily_backup_start(shared, &o);
    daily_backup_stop(d);
    daily_backup_stop(NULL);
    shared_close(shared);
}

/* ---- 8 ---- */

static struct shared *common;
static struct service_options common_options;

static void change_keys(void *ctx)
{
    struct service *s = service_new(&common_options);
    s->shared = common;
    for (int i = 0; i < 10; i++) {
        struct json *out = NULL;
        struct err e = {0};
        const struct json *r;
        if (!desk_try(&out, s, &e, "key.add", "{'kind':'recovery','label':'t%d'}", i))
            fail_msg("%s", e.msg);
        json_free(out);
        r = desk_do(s, "key.list", "{}");
        const struct json *slots = json_get(r, "slots");
        int64_t last = json_get_int(json_at(slots, json_size(slots) - 1), "slot", 0);
        if (!desk_try(&out, s, &e, "key.remove", "{'slot':%lld}", (long long)last))
            fail_msg("%s", e.msg);
        json_free(out);
    }
    service_close(s);
    *(atomic_bool *)ctx = true;
}

static void keys_8(void **state)
{
    (void)state;
    atomic_bool done = false;
    int made = 0;
    common_options = desk_options("repository", NULL);
    assert_true(shared_open(&common, &common_options, NULL));
    struct service *s = service_new(&common_options);
    s->shared = common;
    struct parallel_stage *other = parallel_start(change_keys, &done);
    struct secret *code = secret_copy(recovery, strlen(recovery));
    const struct unlock u = {.recovery = code};
    while (!done || made == 0) {
        struct json *out = NULL;
        struct err e = {0};
        struct backup_report r;
        char file[40];
        (void)snprintf(file, sizeof file, "during-%d.dcim-backup", made++);
        if (!desk_try(&out, s, &e, "backup.make", "{'file':'%s'}", file)) fail_msg("%s", e.msg);
        json_free(out);
        if (!backup_verify(&r, file, &u, &e)) fail_msg("%s: %s", file, e.msg);
        assert_int_equal(r.n_record, 5);
    }
    parallel_join(other);
    secret_free(code);
    service_close(s);
    shared_close(common);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(due_1),
                                       cmocka_unit_test_setup(made_2, fresh),
                                       cmocka_unit_test_setup(set_3, fresh),
                                       cmocka_unit_test(demonstration_3),
                                       cmocka_unit_test_setup(kept_4, fresh),
                                       cmocka_unit_test_setup(failed_5, fresh),
                                       cmocka_unit_test_setup(changed_6, fresh),
                                       cmocka_unit_test_setup(alone_7, fresh),
                                       cmocka_unit_test_setup(keys_8, fresh)};
    return cmocka_run_group_tests(tests, begin, end);
}
