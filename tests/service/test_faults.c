/* SPDX-License-Identifier: EUPL-1.2 */
/* Calls to the system that fail in turn, once and for ever (S87), seen from outside: the program
 * does something, one of its writes, syncs, renames or creations fails, and what is left is looked
 * at by a program whose calls work.
 *  1 imports: all there and acknowledged, all there and not acknowledged, or nothing
 *  2 other acts: organisation, undo, key slot, table to a file, backup, pack
 *  3 init: a repository, or nothing that looks like one
 *  4 the wall clock, ten years off
 */
#include "acts.h"
#include "faults.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#define IMPORT "--form", "victim", "--organisation", "GNR"

static int begin(void **state)
{
    (void)state;
    if (faults_ready()) acts_prepare();
    return 0;
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

/* Every place, or `n` of them. `n_way` of the ways. */
static void fail_in_turn(const struct act *a, int n, int n_way)
{
    const char *argv[16];
    struct harness_run run;
    long last;
    int done = 0, undone = 0, silent = 0;
    acts_argv(argv, a);
    acts_fresh();
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
            acts_fresh();
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

static void import_1_1_whole_or_not(void **state)
{
    (void)state;
    skip_without();
    fail_in_turn(&acts[ACT_IMPORT], 32, 4);
}

static void import_1_2_with_the_file_given_back(void **state)
{
    (void)state;
    skip_without();
    fail_in_turn(&acts[ACT_IMPORT_BACK], 14, 2);
}

/* ---- 2 ---- */

static void acts_2_1_whole_or_not(void **state)
{
    (void)state;
    skip_without();
    for (int i = ACT_ORGANISATION; i < ACT_COUNT; i++) fail_in_turn(&acts[i], 11, 2);
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
    acts_fresh();
    CLOCK(-TEN_YEARS, "import", "w.csv", IMPORT);
    CLOCK(TEN_YEARS, "organisation", "add", "--code", "NEW", "--type", "police", "--name", "n");
    CLOCK(TEN_YEARS, "table", "--form", "victim", "--rows", "sex");
    CLOCK(0, "record", "list");
    CLOCK(0, "backup", "b.dcim");
    CLOCK(-TEN_YEARS, "backup", "verify", "b.dcim");
    CLOCK(0, "audit", "verify");
    (void)unlink("b.dcim");
    struct service *s = desk_open("repository", NULL);
    assert_int_equal(desk_records(s, "victim"), 500);
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
