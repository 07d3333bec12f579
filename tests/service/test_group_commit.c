/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests of src/service/group_commit.c (S20): entries of several threads in one commit
 *  1 alone: one entry, one commit
 *  2 together: those who came while somebody else wrote share one commit, and each has his entry
 *  3 nobody is told before the commit: while others write, nobody returns and no entry is there
 *  4 the commit fails: all fail, no entry is there; afterwards the connection that failed writes no
 *    more, and the others do (S9); one entry that cannot be written fails alone
 *  5 many threads and many entries: none is lost or doubled, the log verifies
 *  6 over the desk's threads: who reads a record has an entry when he is answered
 */
#include "harness.h"

#include "desk.h"

#include "base/parallel.h"
#include "service/group_commit.h"
#include "service/service_internal.h"
#include "service/shared.h"

#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

enum { N_THREAD = 6, MANY = 40 };

static struct service_options options;
static struct shared *shared;

struct writer {
    struct store *st;
    struct parallel_stage *stage;
    int n, failed;
    bool done, bad;
    struct err why;
    char name[20];
};
static struct writer writer[N_THREAD];

static int begin(void **state)
{
    (void)state;
    (void)setenv("DCIM_INSECURE_KDF", "1", 1);
    (void)signal(SIGXFSZ, SIG_IGN);
    desk_make("repository");
    options = desk_options("repository", NULL);
    struct err e = {0};
    if (!shared_open(&shared, &options, &e)) return -1;
    for (size_t i = 0; i < N_THREAD; i++) {
        (void)snprintf(writer[i].name, sizeof writer[i].name, "writer-%zu", i);
        if (!shared_store(&writer[i].st, shared, &e)) return -1;
    }
    return 0;
}

static int end(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_THREAD; i++) store_close(writer[i].st);
    shared_close(shared);
    return 0;
}

static void open_anew(void)
{
    struct err e = {0};
    for (size_t i = 0; i < N_THREAD; i++) {
        store_close(writer[i].st);
        assert_true(shared_store(&writer[i].st, shared, &e));
    }
}

static void write_them(void *ctx)
{
    struct writer *w = ctx;
    for (int i = 0; i < w->n; i++) {
        struct audit_event event = {.action = AUDIT_RECORD_READ,
                                    .actor = w->name,
                                    .role = "analyst",
                                    .decision = "allow",
                                    .purpose = w->bad ? "\xff" : "test",
                                    .count = i};
        if (!group_commit_append(shared_group(shared), shared, w->st, &event, &w->why)) w->failed++;
    }
    __atomic_store_n(&w->done, true, __ATOMIC_SEQ_CST);
}

static void start(size_t n_thread, int n)
{
    for (size_t i = 0; i < n_thread; i++) {
        writer[i].n = n;
        writer[i].failed = 0;
        writer[i].done = false;
        writer[i].stage = parallel_start(write_them, &writer[i]);
    }
}

static int join(size_t n_thread)
{
    int failed = 0;
    for (size_t i = 0; i < n_thread; i++) {
        parallel_join(writer[i].stage);
        failed += writer[i].failed;
    }
    return failed;
}

static struct group_commit_counts counts(void)
{
    struct group_commit_counts c;
    group_commit_count(&c, shared_group(shared));
    return c;
}

/* Until so many have brought an entry that no leader has taken. */
static void wait_for(size_t n)
{
    for (int i = 0; i < 5000 && counts().waiting != n; i++) (void)usleep(1000);
    assert_int_equal(counts().waiting, n);
}

static uint64_t last(void)
{
    uint64_t n;
    struct err e = {0};
    struct store *st;
    assert_true(shared_store(&st, shared, &e));
    assert_true(audit_last(&n, st, &e));
    store_close(st);
    return n;
}

static void alone_1(void **state)
{
    (void)state;
    struct group_commit_counts before = counts();
    uint64_t n = last();
    start(1, 3);
    assert_int_equal(join(1), 0);
    assert_int_equal(counts().commits, before.commits + 3);
    assert_int_equal(counts().entries, before.entries + 3);
    assert_int_equal(last(), n + 3);
}

static void together_2_and_3(void **state)
{
    (void)state;
    struct group_commit_counts before = counts();
    uint64_t n = last();
    shared_write_begin(shared);
    start(N_THREAD, 1);
    wait_for(N_THREAD);
    (void)usleep(20000);
    for (size_t i = 0; i < N_THREAD; i++)
        assert_false(__atomic_load_n(&writer[i].done, __ATOMIC_SEQ_CST));
    assert_int_equal(last(), n);
    shared_write_end(shared);
    assert_int_equal(join(N_THREAD), 0);
    assert_int_equal(counts().commits, before.commits + 1);
    assert_int_equal(counts().entries, before.entries + N_THREAD);
    assert_int_equal(last(), n + N_THREAD);
}

static void fails_4_all(void **state)
{
    (void)state;
    struct group_commit_counts before = counts();
    struct rlimit kept, none;
    uint64_t n = last();
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &kept), 0);
    none = (struct rlimit){.rlim_cur = 1, .rlim_max = kept.rlim_max};
    shared_write_begin(shared);
    start(N_THREAD, 1);
    wait_for(N_THREAD);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0); /* no file can be written any more */
    shared_write_end(shared);
    int failed = join(N_THREAD);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &kept), 0);
    assert_int_equal(failed, N_THREAD);
    for (size_t i = 0; i < N_THREAD; i++) {
        assert_int_equal(writer[i].why.code, writer[0].why.code);
        assert_true(writer[i].why.code != ERR_NONE);
    }
    assert_int_equal(counts().commits, before.commits);
    assert_int_equal(counts().entries, before.entries);
    assert_int_equal(counts().waiting, 0);
    assert_int_equal(last(), n);
    /* The connection that failed writes no more; whoever has another one does. */
    for (int round = 0; round < 5; round++) {
        shared_write_begin(shared);
        start(N_THREAD, 1);
        wait_for(N_THREAD);
        shared_write_end(shared);
        failed = join(N_THREAD);
        assert_true(failed <= 1);
        assert_int_equal(last(), n + (uint64_t)(N_THREAD - failed));
        n = last();
    }
    open_anew();
}

/* One entry that cannot be written: the others of its commit are. */
static void fails_4_one_entry(void **state)
{
    (void)state;
    uint64_t n = last();
    struct group_commit_counts before = counts();
    shared_write_begin(shared);
    writer[2].bad = true;
    start(N_THREAD, 1);
    wait_for(N_THREAD);
    shared_write_end(shared);
    assert_int_equal(join(N_THREAD), 1);
    writer[2].bad = false;
    assert_int_equal(writer[2].failed, 1);
    assert_string_equal(writer[2].why.id, "audit.text");
    assert_int_equal(last(), n + N_THREAD - 1);
    assert_int_equal(counts().entries, before.entries + N_THREAD - 1);
}

static int seen[N_THREAD][MANY];

static bool note(void *ctx, const struct audit_entry *a)
{
    (void)ctx;
    for (size_t i = 0; i < N_THREAD; i++)
        if (text_is(a->actor, writer[i].name) && a->count >= 0 && a->count < MANY)
            seen[i][a->count]++;
    return true;
}

static void many_5(void **state)
{
    (void)state;
    struct err e = {0};
    struct group_commit_counts before = counts();
    uint64_t n = last();
    start(N_THREAD, MANY);
    assert_int_equal(join(N_THREAD), 0);
    assert_int_equal(last(), n + (uint64_t)N_THREAD * MANY);
    assert_int_equal(counts().entries, before.entries + (uint64_t)N_THREAD * MANY);
    uint64_t commits = counts().commits - before.commits;
    assert_true(commits >= MANY && commits <= (uint64_t)N_THREAD * MANY);
    print_message("%d entries in %d commits\n", N_THREAD * MANY, (int)commits);
    assert_true(audit_each(writer[0].st, n + 1, note, NULL, &e));
    for (size_t i = 0; i < N_THREAD; i++)
        for (size_t k = 0; k < MANY; k++) assert_int_equal(seen[i][k], 1);
    struct audit_report report;
    assert_true(audit_verify(&report, writer[0].st, (struct text){NULL, 0}, &e));
    assert_int_equal(report.first_bad, 0);
}

static void desk_6_answered_after_its_entry(void **state)
{
    (void)state;
    struct service *s = service_new(&options);
    s->shared = shared;
    for (int i = 0; i < 5; i++) {
        uint64_t n = last();
        (void)desk_do(s, "record.list", "{}");
        assert_int_equal(last(), n + 1);
    }
    service_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(alone_1),     cmocka_unit_test(together_2_and_3),
        cmocka_unit_test(fails_4_all), cmocka_unit_test(fails_4_one_entry),
        cmocka_unit_test(many_5),      cmocka_unit_test(desk_6_answered_after_its_entry),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
