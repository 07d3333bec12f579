/* SPDX-License-Identifier: EUPL-1.2 */
/* Memory that runs out (S88, S11): allocations fail in turn, once and for ever, and what is left is
 * looked at by a program that has enough. In the shipped build those of the program's own code and
 * of SQLCipher (tests/fixtures/service/faults.c), in the sanitized build those of our wrapper
 * (DCIM_FAIL_ALLOCATION).
 *  1 imports, organisations, undo, keys, tables, backups, packs: done and acknowledged, done, or
 *  not done
 *  2 init: a whole repository, or nothing that opens
 *  3 nothing is left in the clear
 *  4 consulting, listing, checking, verifying: the whole answer with its entry, or none; what is
 *  denied stays denied
 *  5 restore: a whole repository, or nothing that opens
 */
#include "acts.h"
#include "faults.h"

#include "base/file.h"

#include <sys/stat.h>
#include <unistd.h>

static bool by_wrapper; /* the sanitized build's way */

static int begin(void **state)
{
    (void)state;
    by_wrapper = !faults_ready();
    acts_prepare();
    return 0;
}

static void run_with(struct harness_run *run, const char *const argv[], long n, bool ever,
                     long *last)
{
    char text[30];
    if (!by_wrapper) {
        faults_run(run, argv, &(struct fault){.alloc = n, .ever = ever}, NULL, last);
        return;
    }
    (void)snprintf(text, sizeof text, "%ld", n);
    if (n > 0) (void)setenv("DCIM_FAIL_ALLOCATION", text, 1);
    harness_run(run, argv, NULL);
    (void)unsetenv("DCIM_FAIL_ALLOCATION");
    if (last != NULL) *last = 0;
}

/* How many allocations there are. The wrapper does not count them for us: the first number at which
 * nothing fails any more, between powers of two. */
static long count(const char *const argv[], void (*before)(void))
{
    struct harness_run run;
    long last = 0;
    before();
    run_with(&run, argv, 0, false, &last);
    if (run.status != 0) fail_msg("%s without a fault: %s", argv[1], run.err);
    harness_run_release(&run);
    for (long n = 64; by_wrapper && last == 0; n *= 2) {
        before();
        run_with(&run, argv, n, false, NULL);
        if (run.status == 0) last = n;
        harness_run_release(&run);
    }
    assert_true(last > 10);
    return last;
}

/* Status 5 and a word about memory; never a signal, never another ending. */
static void ended_in_order(const struct harness_run *run, const char *what, long n)
{
    if (run->status == 0) return;
    if (run->status != 5 ||
        (strstr(run->err, "memory") == NULL && strstr(run->out, "memory") == NULL))
        fail_msg("%s, allocation %ld: status %d: %s%s", what, n, run->status, run->err, run->out);
    if (strstr(run->err, "Sanitizer") != NULL)
        fail_msg("%s, allocation %ld: %s", what, n, run->err);
}

/* ---- 1 ---- */

static void fail_in_turn(const struct act *a, int places)
{
    const char *argv[16];
    int done = 0, undone = 0;
    acts_argv(argv, a);
    long last = count(argv, acts_fresh);
    for (int i = 0; i < 2 * places; i++) {
        bool ever = i >= places;
        long n = faults_place(i % places, places, last);
        struct harness_run run;
        if (n == 0 || (ever && by_wrapper))
            continue; /* the wrapper ends the process: there is no second one */
        acts_fresh();
        run_with(&run, argv, n, ever, NULL);
        ended_in_order(&run, a->argv[0], n);
        struct service *s = desk_open("repository", NULL);
        int there = a->look(s);
        if (run.status == 0 && !there)
            fail_msg("%s, allocation %ld: acknowledged and not done", a->argv[0], n);
        desk_verify(s);
        if (i % 8 == 0 && !json_get_bool(desk_do(s, "check.run", "{}"), "ok", false))
            fail_msg("%s, allocation %ld: the check finds damage", a->argv[0], n);
        service_close(s);
        done += there;
        undone += !there;
        harness_run_release(&run);
    }
    print_message("%s %s: about %ld allocations; %d done, %d not\n", a->argv[0], a->argv[1], last,
                  done, undone);
    assert_true(undone > 0);
}

static void acts_1_1_whole_or_not(void **state)
{
    (void)state;
    for (int i = 0; i < ACT_COUNT; i++)
        fail_in_turn(&acts[i], harness_sanitized() ? 8 : i == ACT_IMPORT ? 40 : 10);
}

/* ---- 2 ---- */

static void before_init(void)
{
    desk_remove("fresh");
    (void)unlink("fresh.key");
}

static bool plain_database(const char *path)
{
    size_t n;
    if (!harness_exists(path)) return false;
    char *p = harness_read(path, &n);
    bool plain = n >= 16 && memcmp(p, "SQLite format 3", 16) == 0;
    free(p);
    return plain;
}

static void init_2_1_a_repository_or_nothing(void **state)
{
    (void)state;
    const char *const argv[] = {harness_program(), "init",       "--pack",    "pt",
                                "fresh",           "--key-file", "fresh.key", NULL};
    long last = count(argv, before_init);
    int made = 0, places = harness_sanitized() ? 12 : 40;
    for (int i = 0; i < places; i++) {
        struct harness_run run;
        long n = faults_place(i, places, last);
        before_init();
        run_with(&run, argv, n, i % 2 == 1, NULL);
        ended_in_order(&run, "init", n);
        if (run.status == 0 || harness_exists("fresh/database")) { /* whole, if not acknowledged */
            made++;
            struct service *s = desk_open("fresh", NULL);
            assert_int_equal(desk_records(s, "victim"), 0);
            desk_verify(s);
            service_close(s);
        }
        assert_false(plain_database("fresh/database"));
        assert_false(plain_database("fresh/.making/database"));
        harness_run_release(&run);
    }
    print_message("init: about %ld allocations; %d made\n", last, made);
}

/* ---- 3 ---- */

/* After an import that ran out of memory no name of it is anywhere below (S15). */
static void clear_3_1_no_name_is_left(void **state)
{
    (void)state;
    const char *argv[16];
    struct harness_run run;
    acts_argv(argv, &acts[ACT_IMPORT]);
    long last = count(argv, acts_fresh);
    for (int i = 1; i <= 3; i++) {
        acts_fresh();
        run_with(&run, argv, last * i / 4, false, NULL);
        harness_run_release(&run);
        harness_run(&run,
                    (const char *const[]){"grep", "-rlaE", "FAMILY-|GIVEN-", "repository", NULL},
                    NULL);
        if (run.status != 1) fail_msg("names in %s", run.out);
        harness_run_release(&run);
    }
}

/* ---- 4 ---- */

static char record[20];

static void as_it_was(void)
{
    acts_fresh();
}

/* S9, S20: what was shown was written down first; what failed has shown nothing. */
static void read_in_turn(const char *const argv[], const char *part, const char *action)
{
    long last = count(argv, as_it_was);
    int places = harness_sanitized() ? 3 : 6, shown = 0;
    struct harness_run whole;
    acts_fresh();
    harness_run(&whole, argv, NULL);
    assert_non_null(strstr(whole.out, part));
    harness_run_release(&whole);
    for (int i = 0; i < 2 * places; i++) {
        bool ever = i >= places;
        long n = faults_place(i % places, places, last);
        struct harness_run run;
        if (n == 0 || (ever && by_wrapper)) continue;
        struct service *s = desk_open("repository", NULL);
        int64_t before = desk_entries(s, action);
        service_close(s);
        run_with(&run, argv, n, ever, NULL);
        ended_in_order(&run, argv[1], n);
        bool has = strstr(run.out, part) != NULL;
        if (run.status == 0 && !has) fail_msg("%s, allocation %ld: no answer", argv[1], n);
        s = desk_open("repository", NULL);
        int64_t after = desk_entries(s, action);
        if (has && after != before + 1)
            fail_msg("%s, allocation %ld: shown without an entry", argv[1], n);
        desk_verify(s);
        service_close(s);
        shown += has;
        harness_run_release(&run);
    }
    print_message("%s: about %ld allocations; shown %d times\n", argv[1], last, shown);
}

static void reads_4_1_the_whole_answer_or_none(void **state)
{
    (void)state;
    acts_fresh();
    struct service *s = desk_open("repository", NULL);
    const struct json *list = json_get(desk_do(s, "record.list", "{'form':'victim'}"), "records");
    (void)snprintf(record, sizeof record, "%s", json_get_text(json_at(list, 0), "record", ""));
    service_close(s);
    read_in_turn((const char *const[]){harness_program(), "record", "show", record, "--identity",
                                       "--purpose", "memory", NULL},
                 "FAMILY-", "identity.read");
    read_in_turn((const char *const[]){harness_program(), "record", "list", NULL}, record,
                 "record.read");
    if (harness_sanitized()) return; /* slow there */
    read_in_turn((const char *const[]){harness_program(), "audit", "verify", NULL}, "entries",
                 "verify");
    read_in_turn((const char *const[]){harness_program(), "check", NULL}, "records", "verify");
}

/* S9: who may not, may not either while memory is short, also where the entry of the refusal cannot
 * be written. */
static void reads_4_2_the_denied_stays_denied(void **state)
{
    (void)state;
    const char *const may[] = {harness_program(), "record",    "show",   record,
                               "--identity",      "--purpose", "memory", NULL},
                      *const may_not[] = {harness_program(), "record",    "show",   record,
                                          "--identity",      "--purpose", "memory", "--role",
                                          "analyst",         NULL};
    long last = count(may, as_it_was);
    int places = harness_sanitized() ? 4 : 12;
    int statuses[6] = {0};
    acts_fresh();
    for (int i = 0; i < 2 * places; i++) {
        bool ever = i >= places;
        long n = faults_place(i % places, places, last);
        struct harness_run run;
        if (n == 0 || (ever && by_wrapper)) continue;
        run_with(&run, may_not, n, ever, NULL);
        if (run.status != 4 && run.status != 5)
            fail_msg("allocation %ld: status %d", n, run.status);
        assert_string_equal(run.out, "");
        statuses[run.status]++;
        harness_run_release(&run);
    }
    assert_true(statuses[5] > 0);
    struct service *s = desk_open("repository", NULL);
    assert_int_equal(desk_entries(s, "identity.read"), 0);
    desk_verify(s);
    service_close(s);
}

/* ---- 5 ---- */

static void before_restore(void)
{
    desk_remove("restored");
}

static void restore_5_1_a_repository_or_nothing(void **state)
{
    (void)state;
    struct harness_run run;
    acts_fresh();
    HARNESS_DCIM(&run, "backup", "kept.dcim");
    assert_int_equal(run.status, 0);
    harness_run_release(&run);
    const char *const argv[] = {harness_program(), "restore", "kept.dcim", "restored", NULL};
    long last = count(argv, before_restore);
    int made = 0, places = harness_sanitized() ? 6 : 12;
    for (int i = 0; i < places; i++) {
        long n = faults_place(i, places, last);
        before_restore();
        run_with(&run, argv, n, i % 2 == 1 && !by_wrapper, NULL);
        ended_in_order(&run, "restore", n);
        if (run.status == 0 && !harness_exists("restored/database"))
            fail_msg("restore, allocation %ld: acknowledged and not there", n);
        if (harness_exists("restored/database")) { /* whole, if not acknowledged */
            made++;
            struct service_options o = desk_options("restored", NULL);
            o.key_file = "repository.key";
            struct service *s = desk_open_with(&o);
            assert_int_equal(desk_records(s, "victim"), 250);
            desk_verify(s);
            service_close(s);
        }
        harness_run_release(&run);
    }
    print_message("restore: about %ld allocations; %d made\n", last, made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(acts_1_1_whole_or_not),
        cmocka_unit_test(init_2_1_a_repository_or_nothing),
        cmocka_unit_test(clear_3_1_no_name_is_left),
        cmocka_unit_test(reads_4_1_the_whole_answer_or_none),
        cmocka_unit_test(reads_4_2_the_denied_stays_denied),
        cmocka_unit_test(restore_5_1_a_repository_or_nothing),
    };
    return cmocka_run_group_tests(tests, begin, NULL);
}
