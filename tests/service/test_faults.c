/* SPDX-License-Identifier: EUPL-1.2 */
/* Calls to the system that fail in turn, once and for ever (S87), seen from outside: the program
 * does something, one of its writes, syncs, renames or creations fails, and what is left is looked
 * at by a program whose calls work.
 *  1 imports: all there and acknowledged, all there and not acknowledged, or nothing
 *  2 other acts: organisation, undo, key slot, table to a file, backup, pack
 *  3 init: a repository, or nothing that looks like one
 *  4 the wall clock, ten years off
 */
#include "desk.h"
#include "faults.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#define IMPORT "--form", "victim", "--organisation", "GNR"

enum { ROWS = 250 };

static int begin(void **state)
{
    (void)state;
    if (!faults_ready()) return 0;
    desk_make("repository");
    desk_victims("v.csv", "A", 0, ROWS, 0);
    desk_victims("w.csv", "B", 0, ROWS, 0);
    struct service *s = desk_open("repository", NULL);
    (void)desk_do(s, "import.run", "{'file':'v.csv','form':'victim','organisation':'GNR'}");
    service_close(s);
    desk_copy("repository", "before"); /* each round begins here */
    desk_remove("data");
    desk_copy(harness_source("data"), "data");
    (void)chmod("data", 0700);
    (void)unlink("data/mappings/ctdc-v6.csv");
    return 0;
}

static void fresh(void)
{
    desk_remove("repository");
    desk_copy("before", "repository");
}

static void skip_without(void)
{
    if (!faults_ready()) {
        print_message("sanitized, or no compiler: skipped\n");
        skip();
    }
}

/* The four ways a call can fail. */
static const struct fault ways[] = {{.number = EIO},
                                    {.number = ENOSPC, .ever = true},
                                    {.number = EIO, .ever = true},
                                    {.number = ENOSPC}};

struct act {
    const char *argv[12];
    /* 0 not done, 1 done; fails the test for anything in between */
    int (*look)(struct service *s);
};

/* Every place, or `n` of them. `n_way` of the ways. */
static void fail_in_turn(const struct act *a, int n, int n_way)
{
    const char *argv[16] = {harness_program()};
    struct harness_run run;
    long last;
    int done = 0, undone = 0, silent = 0;
    for (int i = 0; a->argv[i] != NULL; i++) argv[i + 1] = a->argv[i];
    fresh();
    faults_run(&run, argv, &(struct fault){0}, &last, NULL);
    if (run.status != 0) fail_msg("%s without a fault: %s", a->argv[0], run.err);
    assert_true(last > 3);
    harness_run_release(&run);
    struct service *first = desk_open("repository", NULL);
    assert_int_equal(a->look(first), 1);
    service_close(first);
    for (int way = 0; way < n_way; way++)
        for (int i = 0; i < n; i++) {
            struct fault f = ways[way];
            f.io = faults_place(i, n, last);
            if (f.io == 0) break;
            fresh();
            faults_run(&run, argv, &f, NULL, NULL);
            if (run.status != 0 && run.status != 5)
                fail_msg("%s, call %ld (%d%s): status %d: %s", a->argv[0], f.io, f.number,
                         f.ever ? ", ever" : "", run.status, run.err);
            if (run.status != 0 && run.n_err < 10)
                fail_msg("%s, call %ld: without a word", a->argv[0], f.io);
            struct service *s = desk_open("repository", NULL);
            int there = a->look(s);
            if (run.status == 0 && !there)
                fail_msg("%s, call %ld (%d%s): acknowledged and not done", a->argv[0], f.io,
                         f.number, f.ever ? ", ever" : "");
            desk_verify(s);
            service_close(s);
            done += run.status == 0;
            undone += !there;
            silent += run.status != 0 && there;
            harness_run_release(&run);
        }
    print_message(
        "%s %s: %ld calls; %d acknowledged, %d not done, %d done without acknowledgement\n",
        a->argv[0], a->argv[1], last, done, undone, silent);
    assert_true(undone > 0);
}

/* ---- 1 ---- */

static int look_import(struct service *s)
{
    int64_t records = desk_records(s, "victim"), entries = desk_entries(s, "import");
    int64_t batches = (int64_t)json_size(json_get(desk_do(s, "batch.list", "{}"), "batches"));
    assert_true(records == ROWS || records == 2 * ROWS);
    assert_int_equal(batches, records / ROWS);
    assert_int_equal(entries, batches);
    /* every record opens */
    const struct json *r =
        desk_do(s, "table.raw", "{'form':'victim','rows':['sex'],'count':'records'}");
    assert_int_equal(desk_cell(json_get(r, "table"), "T", NULL), records);
    return records == 2 * ROWS;
}

static void import_1_1_whole_or_not(void **state)
{
    (void)state;
    skip_without();
    fail_in_turn(&(struct act){{"import", "w.csv", IMPORT}, look_import}, 32, 4);
}

static int look_import_back(struct service *s)
{
    int there = look_import(s);
    if (!there && harness_exists("back.csv")) fail_msg("a findings file of what was not imported");
    (void)unlink("back.csv");
    return there;
}

static void import_1_2_with_the_file_given_back(void **state)
{
    (void)state;
    skip_without();
    fail_in_turn(&(struct act){{"import", "w.csv", IMPORT, "--findings", "back.csv"},
                               look_import_back},
                 14, 2);
}

/* ---- 2 ---- */

static int look_organisation(struct service *s)
{
    const struct json *list = json_get(desk_do(s, "organisation.list", "{}"), "organisations");
    assert_true(json_size(list) == 2 || json_size(list) == 3);
    int there = json_size(list) == 3;
    assert_int_equal(desk_entries(s, "organisation.change"), 2 + there);
    return there;
}

static int look_undo(struct service *s)
{
    int64_t records = desk_records(s, "victim");
    assert_true(records == ROWS || records == 0);
    assert_int_equal(desk_entries(s, "import.undo"), records == 0);
    return records == 0;
}

/* The entry comes first: there may be one more than acts, never fewer. */
static int look_key(struct service *s)
{
    size_t n = json_size(json_get(desk_do(s, "key.list", "{}"), "slots"));
    assert_true(n == 2 || n == 3);
    assert_true(desk_entries(s, "key.change") >= (int64_t)n - 2);
    (void)unlink("second.key");
    return n == 3;
}

static int look_table(struct service *s)
{
    int there = harness_exists("t.csv");
    if (there) {
        char *text = harness_read("t.csv", NULL);
        assert_non_null(strstr(text, "125"));
        free(text);
        assert_true(desk_entries(s, "disclose") >= 1);
    }
    (void)unlink("t.csv");
    return there;
}

static int look_backup(struct service *s)
{
    int there = harness_exists("b.dcim");
    if (there) {
        const struct json *r = desk_do(s, "backup.verify", "{'file':'b.dcim'}");
        assert_int_equal(json_get_int(r, "records", 0), ROWS);
        assert_true(desk_entries(s, "backup") >= 1);
    }
    (void)unlink("b.dcim");
    return there;
}

static int look_pack(struct service *s)
{
    struct json *out = NULL;
    struct err e;
    if (desk_try(&out, s, &e, "repository.info", "{}")) {
        json_free(out);
    } else { /* as after a power cut between the files and the record: said, and mended */
        assert_string_equal(e.id, "service.dictionary_changed");
        (void)desk_do(s, "pack.install", "{}");
    }
    assert_int_equal(desk_records(s, "victim"), ROWS);
    assert_true(harness_exists("repository/dictionary/mappings/htcds-2.0.csv"));
    return !harness_exists("repository/dictionary/mappings/ctdc-v6.csv");
}

static void acts_2_1_whole_or_not(void **state)
{
    (void)state;
    skip_without();
    static const struct act acts[] = {
        {{"organisation", "add", "--code", "NEW", "--type", "police", "--name", "n"},
         look_organisation},
        {{"batch", "undo", "1", "--reason", "test"}, look_undo},
        {{"key", "add", "key-file", "--new-key-file", "second.key"}, look_key},
        {{"table", "--form", "victim", "--rows", "sex", "--protect", "none", "--format", "csv",
          "--output", "t.csv"},
         look_table},
        {{"backup", "b.dcim"}, look_backup},
        {{"pack", "install", "data"}, look_pack},
    };
    for (size_t i = 0; i < sizeof acts / sizeof acts[0]; i++) fail_in_turn(&acts[i], 11, 2);
}

/* ---- 3 ---- */

static void init_3_1_a_repository_or_nothing(void **state)
{
    (void)state;
    skip_without();
    const char *const argv[] = {harness_program(), "init",       "--pack",    "pt",
                                "fresh",           "--key-file", "fresh.key", NULL};
    struct harness_run run;
    long last;
    int made = 0;
    desk_remove("fresh");
    faults_run(&run, argv, &(struct fault){0}, &last, NULL);
    assert_int_equal(run.status, 0);
    harness_run_release(&run);
    for (int way = 0; way < 2; way++)
        for (int i = 0; i < 18; i++) {
            struct fault f = ways[way];
            f.io = faults_place(i, 18, last);
            desk_remove("fresh");
            (void)unlink("fresh.key");
            faults_run(&run, argv, &f, NULL, NULL);
            if (run.status == 0) {
                made++;
                struct service *s = desk_open("fresh", NULL);
                assert_int_equal(desk_records(s, "victim"), 0);
                desk_verify(s);
                service_close(s);
            } else {
                if (run.status != 5)
                    fail_msg("init, call %ld: status %d %s", f.io, run.status, run.err);
                if (harness_exists("fresh"))
                    fail_msg("init, call %ld: left something: %s", f.io, run.err);
                if (harness_exists("fresh.key"))
                    fail_msg("init, call %ld: left its key file", f.io);
                if (strstr(run.out, "Recovery code") != NULL)
                    fail_msg("init, call %ld: a code for nothing", f.io);
            }
            harness_run_release(&run);
        }
    print_message("init: %ld calls; %d made\n", last, made);
}

/* ---- 4 ---- */

static void dcim_with_clock(long seconds, const char *const *argv)
{
    struct harness_run run;
    faults_run(&run, argv, &(struct fault){.clock = seconds}, NULL, NULL);
    if (run.status != 0) fail_msg("%s, %ld s off: %d %s", argv[1], seconds, run.status, run.err);
    harness_run_release(&run);
}
#define CLOCK(seconds, ...) \
    dcim_with_clock(seconds, (const char *const[]){harness_program(), __VA_ARGS__, NULL})

static void clock_4_1_ten_years_off(void **state)
{
    (void)state;
    skip_without();
    enum { TEN_YEARS = 315532800 };
    fresh();
    CLOCK(-TEN_YEARS, "import", "w.csv", IMPORT);
    CLOCK(TEN_YEARS, "organisation", "add", "--code", "NEW", "--type", "police", "--name", "n");
    CLOCK(TEN_YEARS, "table", "--form", "victim", "--rows", "sex");
    CLOCK(0, "record", "list");
    CLOCK(0, "backup", "b.dcim");
    CLOCK(-TEN_YEARS, "backup", "verify", "b.dcim");
    CLOCK(0, "audit", "verify");
    (void)unlink("b.dcim");
    struct service *s = desk_open("repository", NULL);
    assert_int_equal(desk_records(s, "victim"), 2 * ROWS);
    desk_verify(s);
    /* the order of the log is that of its numbers; the jumps back are written down: at the import,
     * and behind the years ahead */
    const struct json *list =
        json_get(desk_do(s, "audit.list", "{'from':1,'limit':1000}"), "entries");
    for (size_t i = 0; i < json_size(list); i++)
        assert_int_equal(json_get_int(json_at(list, i), "sequence", 0), i + 1);
    assert_true(desk_entries(s, "clock") >= 2);
    service_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(import_1_1_whole_or_not),
        cmocka_unit_test(import_1_2_with_the_file_given_back),
        cmocka_unit_test(acts_2_1_whole_or_not),
        cmocka_unit_test(init_3_1_a_repository_or_nothing),
        cmocka_unit_test(clock_4_1_ten_years_off),
    };
    return cmocka_run_group_tests(tests, begin, NULL);
}
